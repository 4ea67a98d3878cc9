"""Decides whether a message is our business: what makes it ours, and what makes it not ours (DESIGN section 4).

The classifier is happy with confident nonsense; this is not. It looks at what the message holds (:mod:`legcramps.nlu.signals`), never
at the training data, so a new disguise of an old trap is caught the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import FrozenSet, Optional, Sequence, Tuple

from legcramps import intents

Ranking = Sequence[Tuple[str, float]]

CLAIMS = intents.COVERED | intents.NOT_COVERED | {"ask_condition_details", "ask_restless_legs_other", "tell_situation"}
"""Intents whose reply speaks of cramps or restless legs: these need a reason to be ours."""

ABOUT_A_CONDITION = frozenset(
    {"ask_condition", "ask_condition_details", "ask_medicines", "ask_risk_factors", "tell_situation"}
)
GUESSES = frozenset({"ask_other", "ask_condition_list"})
"""Intents that a mixture of things is easily taken for."""
TAKEN_FOR_A_SUSPECT = frozenset({"ask_condition", "ask_medicines", "ask_frequency", "ask_other", "tell_situation"})
"""What a question about something given for cramps is taken for ("was put on it for them, is that usual?")."""
TALK = frozenset({"affirm", "deny", "be_unsure", "correct_assistant", "cancel"})
"""Replies to what the assistant said."""
GENERAL = frozenset({"ask_definition", "ask_muscles", "ask_causes", "ask_mechanism"})
"""Questions about cramps in general. With an illness or factor named in a short message, it is that link that is asked about."""

NOT_OF_RESTLESS_LEGS = (
    intents.CAUSES | intents.OF_CONDITIONS | intents.LEFT_OPEN | {"ask_mechanism", "ask_other", "ask_condition_details"}
)
"""What the source says of cramps only, or not at all: asked of restless legs alone, it is not covered."""

OUTSIDE = ("ask_other_health", "ask_off_topic")
ASK_IF_CRAMP = "unclear_trouble"
"""The verdict's intent for leg trouble at night that may or may not be a cramp: the assistant asks."""

ALARMS = frozenset({"report_emergency", "express_self_harm"})
SURE_ALARM = 0.93
"""From this probability of danger on, the classifier raises the alarm alone …"""
LEAST_ALARM, LEAST_WEAK_ALARM = 0.015, 0.3
"""… and below these it overrules the safety guard's patterns, and what several weak words told together. Both chosen by the sweep in ``benchmarks/understanding``."""

NOT_CRAMPS = frozenset({"other_symptom", "pain", "other_body", "other_creature", "other_cramp", "other_language"})
"""Signals that a message without a cramp in it is about something else."""

# The numbers below are swept by ``make bench-sweep``; where a neighbour is no better than chance, the stricter one stands.
ELLIPTICAL_WORDS = 9
"""A message of up to this many words may lean on what was said before without a word for it ("any cure?")."""
REFERRING_WORDS = 22
"""A message of up to this many words may do so with "it" or "them" ("should I stand on it when it happens?")."""
MAX_FOREIGN = 2
"""Words our questions never use, in a question that leans on the talk or on a listed condition; with more it is about something else."""
ELLIPTICAL_FOREIGN, SURELY_OURS = 1, 0.02
"""Such words in one that leans without a word for it ("what helps?"), where being outside is less likely than this."""
CLEARLY_OURS = 0.15
"""Below this probability of being outside, the classifier has no doubt that a message is ours."""
PERHAPS_OURS = 0.5
OUTSIDE_DOUBT = 0.75
"""Below this probability of being outside, a message that names a cramp is taken as ours …"""
OUTSIDE_DOUBT_NAMED, OUTSIDE_DOUBT_LEG = 0.9, 0.97
"""… and below these, when it names an illness or medicine with the cramp, or a cramp of the leg, or restless legs."""
MAX_FOREIGN_LISTED = 0
UNSURE = 0.4
SHORT = 14
SURE = 0.9
BRIEF = 3
MAX_FOREIGN_DETAILS = 3
LEAST_CLAIM = 0.1


@dataclass(frozen=True)
class Verdict:
    """``intent`` after the guard with its ``confidence``; ``reason`` says which rule spoke (for logs and the evaluation)."""

    intent: str
    confidence: float
    reason: str


def judge(ranking: Ranking, signals: FrozenSet[str], words: int, foreign_words: int = 0) -> Verdict:
    """Weighs the classifier's ``ranking`` (likeliest first) against what the message holds.

    ``words``: how many words the message has, ``foreign_words`` how many of them our questions never use. ``signals`` also
    hold ``listed`` / ``unlisted`` / ``medicine`` when such were named.
    """
    if {"thumb", "no_words"} <= signals:
        return Verdict("give_feedback", 1.0, "a thumb")
    ranking = _without_doubtful_alarms(ranking)
    intent, probability = ranking[0]
    mass = sum(p for i, p in ranking if i in OUTSIDE)
    if intent in OUTSIDE:
        claim = next(((i, p) for i, p in ranking if i in CLAIMS), None)
        surely = {"cramp", "leg"} <= signals or "restless_legs" in signals
        doubt = (
            OUTSIDE_DOUBT_LEG if surely else OUTSIDE_DOUBT_NAMED if signals & {"listed", "unlisted"} else OUTSIDE_DOUBT
        )
        if claim and is_about_us(signals) and mass < doubt:
            return _named(claim[0], claim[1], signals, words, "names our subject")
        if {"leg", "night", "pain"} <= signals and words <= SHORT and not what_is_foreign(signals):
            return Verdict(ASK_IF_CRAMP, 1 - mass / 2, "leg trouble at night")
        if {"leg", "bare"} <= signals and words <= BRIEF and not foreign_words and not what_is_foreign(signals):
            return Verdict(ASK_IF_CRAMP, 1 - mass / 2, "a leg and no more")
        if (
            intent == "ask_other_health"
            and "listed" in signals
            and foreign_words <= MAX_FOREIGN_LISTED
            and not signals & NOT_CRAMPS
        ):
            return _named("ask_condition_details", mass, signals, words, "names a listed condition and nothing else")
        return Verdict(intent, mass, "classifier")
    if intent == "ask_source" and "how_sure" in signals:
        intent = "ask_evidence"
    if intent in TALK and "question" in signals and "cramp" in signals and is_about_us(signals):
        claim = next(((i, p) for i, p in ranking if i in CLAIMS and p >= LEAST_CLAIM), None)
        if claim:
            return _named(claim[0], claim[1], signals, words, "a question of our subject")
    if intent == "forget_me" and "own" not in signals and words >= BRIEF:
        # What is deleted is gone: a line of code that deletes something else must not do it.
        return Verdict("ask_off_topic", probability, "deletes nothing of the person's")
    if intent not in CLAIMS:
        return Verdict(intent, probability, "classifier")
    foreign = what_is_foreign(signals)
    if foreign:
        return _outside(ranking, mass, probability, foreign)
    if is_about_us(signals):
        if "pregnancy" in signals and not signals & {"leg", "night", "restless_legs", "muscle"}:
            return Verdict(ASK_IF_CRAMP, probability, "cramps in pregnancy may be other cramps")
        return _named(intent, probability, signals, words, "names our subject")
    if {"leg", "night"} <= signals and mass < PERHAPS_OURS:
        if signals & {"pain", "other_symptom"} and intent not in intents.LEFT_OPEN:
            return Verdict(ASK_IF_CRAMP, 1 - mass, "leg trouble at night")
        return _named(intent, probability, signals, words, "leg and night")
    named = signals & {"listed", "ambiguous"} or {"listed_weak", "what_is"} <= signals
    if intent in ABOUT_A_CONDITION and named and not signals & NOT_CRAMPS:
        sure_of_details = intent == "ask_condition_details" and probability >= SURE
        if foreign_words <= (MAX_FOREIGN_DETAILS if sure_of_details else MAX_FOREIGN):
            return _named(intent, probability, signals, words, "names a listed condition")
    if intent == "ask_relief" and "leg" in signals and probability >= SURE and not signals & (NOT_CRAMPS - {"pain"}):
        return Verdict(ASK_IF_CRAMP if "pain" in signals else intent, probability, "a leg that needs help now")
    if leans_on_the_talk(signals, words, foreign_words, mass):
        meant, why = _remedy_or_suspect(intent, signals)
        return Verdict(meant, probability, "leans on the talk" + why)
    return _outside(ranking, mass, probability, "nothing in it is ours")


def _is_suspected(intent: str, signals: FrozenSet[str]) -> bool:
    """Whether what is named is asked about as the culprit, where the intent takes it for a help ("if I overdo it, will I get one?")."""
    return (
        intent in ("ask_treatment", "ask_prevention", "ask_seriousness")
        and "as_suspect" in signals
        and bool(signals & {"listed", "listed_weak", "unlisted"})
    )


def _is_given_for_cramps(intent: str, signals: FrozenSet[str]) -> bool:
    """Whether a medicine is named as what is given for cramps, where the intent takes it for the culprit ("was put on it for them")."""
    return (
        intent in TAKEN_FOR_A_SUSPECT
        and "given_for" in signals
        and bool(signals & {"unlisted", "medicine", "unknown_medicine"})
        and (intent != "tell_situation" or ("question" in signals and "listed" not in signals))
    )


def _remedy_or_suspect(intent: str, signals: FrozenSet[str]) -> Tuple[str, str]:
    """The intent that is meant where the classifier took a remedy for a suspect or the other way round, and why; else the intent and no reason."""
    if _is_suspected(intent, signals):
        return "ask_condition", ", and a suspect"
    if _is_given_for_cramps(intent, signals):
        return "ask_treatment", ", and what is given for cramps"
    return intent, ""


def _without_doubtful_alarms(ranking: Ranking) -> Ranking:
    """The safety guard has the word on danger. The classifier is a second net under it, which must be very sure."""
    return (
        ranking
        if ranking[0][0] not in ALARMS or ranking[0][1] >= SURE_ALARM
        else [pair for pair in ranking if pair[0] not in ALARMS]
    )


def is_about_us(signals: FrozenSet[str]) -> bool:
    """A cramp that may be one of the leg, or restless legs."""
    return what_is_foreign(signals) is None and bool(signals & {"restless_legs", "cramp"})


def leans_on_the_talk(signals: FrozenSet[str], words: int, foreign_words: int, outside_mass: float) -> bool:
    """A question that needs the talk before it to make sense, and holds nothing that is foreign to us."""
    if signals & NOT_CRAMPS:
        return False
    if words <= ELLIPTICAL_WORDS and foreign_words <= (ELLIPTICAL_FOREIGN if outside_mass < SURELY_OURS else 0):
        return "leg" not in signals or "pronoun" in signals or outside_mass < CLEARLY_OURS
    return (
        "pronoun" in signals
        and words <= REFERRING_WORDS
        and foreign_words <= MAX_FOREIGN
        and outside_mass < CLEARLY_OURS
    )


def what_is_foreign(signals: FrozenSet[str]) -> Optional[str]:
    """What makes a message not ours although its words look like ours; None when nothing does."""
    if "other_language" in signals:
        return "another language"
    if "other_creature" in signals and "first_person_leg" not in signals:
        return "another creature"
    if {"cramp", "sport_by_day"} <= signals and not signals & {"night", "restless_legs", "listed", "pregnancy"}:
        return "a cramp in the middle of sport"
    if {"cramp", "leg"} <= signals or "restless_legs" in signals:
        return None
    if "other_cramp" in signals:
        return "another kind of cramp"
    if "other_body" in signals and ("cramp" in signals or "leg" not in signals):
        return "another part of the body"
    if "cramp" in signals and "other_symptom" in signals and not signals & {"night", "leg", "muscle"}:
        return "another complaint"
    return None


def _named(intent: str, probability: float, signals: FrozenSet[str], words: int, reason: str) -> Verdict:
    """Ours; with an illness or factor named, a question in general or a string of keywords asks about its link."""
    if intent == "ask_condition_details" and "details" not in signals:
        intent = "ask_condition"
    if intent == "ask_condition" and "bare" in signals and words <= BRIEF:
        return Verdict("ask_definition", probability, reason + " and no more")
    if intent == "ask_restless_legs_other" and words <= BRIEF and "bare" in signals:
        return Verdict("ask_restless_legs", probability, reason + ", restless legs and no more")
    if "restless_legs" in signals and "cramp" not in signals and intent in NOT_OF_RESTLESS_LEGS:
        return Verdict("ask_restless_legs_other", probability, reason + ", but restless legs alone")
    if signals & {"unlisted", "medicine"} and intent in ("ask_condition", "ask_medicines") and "as_remedy" in signals:
        return Verdict("ask_treatment", probability, reason + ", and a remedy")
    meant, why = _remedy_or_suspect(intent, signals)
    if why:
        return Verdict(meant, probability, reason + why)
    if signals & {"listed", "listed_weak", "unlisted", "ambiguous"}:
        if intent == "ask_other" and words <= SHORT and signals & {"listed", "listed_weak"}:
            return Verdict("ask_condition", max(probability, UNSURE), reason + ", and something with it")
        nobodys_story = (
            intent == "tell_situation"
            and not signals & {"first_person", "other_person"}
            and (probability < SURE or (words <= ELLIPTICAL_WORDS and "listed_weak" not in signals))
        )
        if nobodys_story or (
            words <= SHORT
            and (intent in GENERAL or probability < UNSURE)
            and intent not in ABOUT_A_CONDITION
            and ("listed" in signals or intent in GENERAL)
        ):
            return Verdict("ask_condition", max(probability, UNSURE), reason + ", and something with it")
    return Verdict(intent, probability, reason)


def _outside(ranking: Ranking, mass: float, probability: float, reason: str) -> Verdict:
    likelier = (
        "ask_off_topic"
        if reason == "another language"
        else max(
            ((i, p) for i, p in ranking if i in OUTSIDE), key=lambda pair: pair[1], default=("ask_other_health", 0.0)
        )[0]
    )
    return Verdict(likelier, max(mass, 1 - probability, 0.6), reason)
