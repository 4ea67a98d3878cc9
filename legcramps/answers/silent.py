"""Questions beside one that the source answers: why at night, why the calf, do women get them more.

They sound like a general question ("who gets them?", "why?") and are none. The reply says that the source does not say just that, and after
it what it does say that is nearest. What a message asks is read in :mod:`legcramps.answers.told` (``Told.aspect``).
"""

from __future__ import annotations

from typing import Dict, FrozenSet, NamedTuple, Optional, Tuple

from legcramps.answers.compose import Composer
from legcramps.answers.turn import aside, joined, reply
from legcramps.answers.types import Context, Heard, Outcome, Topic, Turn


class Aspect(NamedTuple):
    """``topic``: of the part that is not covered. ``nearest``: what the source has beside it, a reply of the topic ``beside``: ids of statements,
    or of conditions with their links. ``names``: conditions that the question itself may name. ``advice``: whom to ask is said, too."""

    topic: Topic
    beside: Topic
    nearest: Tuple[str, ...] = ()
    conditions: Tuple[str, ...] = ()
    names: FrozenSet[str] = frozenset()
    advice: bool = False


_WHO = ("risk.age", "risk.pregnancy")
_MUSCLES = ("definition.calf", "definition.foot_thigh")
_WHY = ("causes.usually_unknown", "causes.likely_mechanism")
_AGE, _PREGNANCY = frozenset({"age"}), frozenset({"pregnancy"})
_ANYTHING = frozenset({"*"})

ASPECTS: Dict[str, Aspect] = {
    "sex": Aspect(Topic.OTHER, Topic.RISK_FACTORS, _WHO),
    "ethnicity": Aspect(Topic.OTHER, Topic.RISK_FACTORS, _WHO),
    "family": Aspect(Topic.OTHER, Topic.RISK_FACTORS, _WHO),
    "children": Aspect(Topic.OTHER, Topic.RISK_FACTORS, ("risk.age",)),
    "weather": Aspect(Topic.OTHER, Topic.CAUSES, _WHY),
    "worse_with_age": Aspect(Topic.OUTLOOK, Topic.RISK_FACTORS, conditions=("age",), names=_AGE),
    "from_age": Aspect(Topic.OTHER, Topic.RISK_FACTORS, conditions=("age",), names=_AGE),
    "pregnancy_when": Aspect(Topic.OTHER, Topic.RISK_FACTORS, conditions=("pregnancy",), names=_PREGNANCY),
    "night": Aspect(Topic.MECHANISM, Topic.CAUSES, _WHY),
    "by_day": Aspect(Topic.OTHER, Topic.DEFINITION, ("definition.what",)),
    "time": Aspect(Topic.OTHER, Topic.DEFINITION, ("definition.what",)),
    "side": Aspect(Topic.OTHER, Topic.MUSCLES, _MUSCLES),
    "calf": Aspect(Topic.MECHANISM, Topic.MUSCLES, _MUSCLES),
    "hurt_why": Aspect(Topic.MECHANISM, Topic.RELIEF, ("relief.stretch",)),
    "start_why": Aspect(Topic.MECHANISM, Topic.CAUSES, _WHY),
    "often_why": Aspect(Topic.FREQUENCY, Topic.CAUSES, _WHY),
    "stretch_why": Aspect(Topic.MECHANISM, Topic.RELIEF, ("relief.stretch",), names=_ANYTHING),
    "stretch_safe": Aspect(Topic.OTHER, Topic.RELIEF, ("relief.stretch",), names=_ANYTHING, advice=True),
    "has_one": Aspect(Topic.DIAGNOSIS, Topic.KNOWN_CAUSES, ("known.already_know", "known.other_symptoms"), advice=True),
}
"""Each has its phrase ``silent.<aspect>`` and, but for the last, its words in ``told_words.ASPECTS``."""

_ASKED_AS = frozenset(
    """
    ask_risk_factors ask_frequency ask_other ask_outlook ask_mechanism ask_causes ask_symptoms ask_muscles ask_condition ask_condition_details
    ask_seriousness ask_see_doctor ask_definition ask_relief ask_treatment ask_prevention ask_why ask_more choose_option ask_evidence
    tell_situation unclear_trouble nlu_fallback
    """.split()
)
"""Intents as which such a question may be taken."""
_WHO_GETS_THEM = frozenset({"ask_risk_factors", "ask_frequency", "ask_other", "ask_condition", "ask_outlook"})
_WHY_AND_HOW = frozenset(
    {"ask_mechanism", "ask_causes", "ask_why", "ask_symptoms", "ask_muscles", "ask_frequency", "ask_other"}
)
_HOW_TO_EASE = frozenset({"ask_relief", "ask_treatment", "ask_prevention"})
_WORRIED = frozenset({"ask_seriousness", "ask_see_doctor"})
_TALK = frozenset({"ask_more", "choose_option", "ask_evidence", "tell_situation"})
_OUTSIDE = frozenset({"ask_other_health", "ask_off_topic", "chat"})
_FOREIGN = frozenset({"other_body", "other_creature", "other_cramp", "other_language", "restless_legs"})
_OF_SOMETHING_ELSE = frozenset({Topic.RESTLESS_LEGS.value, Topic.DIFFERENCE.value, Topic.SOURCE.value})
MOST_WORDS = 16
"""Of a message that is such a question and nothing more."""
FEW = 5
"""Words of one that may lean on the talk without a word for it ("why the feet?")."""
_OF_THE_WORLD = frozenset({"weather", "time", "children", "family"})
_EASED = frozenset({"stretch_why", "stretch_safe"})
_LISTS = frozenset(
    topic.value
    for topic in (
        Topic.CAUSES,
        Topic.KNOWN_CAUSES,
        Topic.CONDITION_LIST,
        Topic.RISK_FACTORS,
        Topic.SITUATION,
        Topic.EVIDENCE,
    )
)
_FINDING_OUT = frozenset(
    {
        "tell_apart",
        "ask_diagnosis",
        "ask_condition",
        "ask_condition_details",
        "ask_symptoms",
        "ask_see_doctor",
        "ask_other",
    }
)


def find_aspect(heard: Heard, context: Context, several: bool = False) -> Optional[str]:
    """Which such question a message asks; None when it asks another one. ``several``: it is one question of several in the message.

    What is named by the way ("my anemia") goes before it, and so does restless legs.
    """
    told = heard.told
    if told is not None and told.has_one and context.topic in _LISTS and not heard.mentions:
        return "has_one" if heard.intent in _FINDING_OUT | _OUTSIDE | {"nlu_fallback"} else None
    if told is None or told.aspect is None or told.words > MOST_WORDS or _FOREIGN & heard.signals:
        return None
    aspect = ASPECTS[told.aspect]
    named = {mention.id for mention in heard.named()}
    if heard.named("ambiguous") or (named - aspect.names and aspect.names is not _ANYTHING):
        return None
    if told.aspect == "pregnancy_when" and "pregnancy" not in (*named, *context.conditions):
        return None
    if heard.intent in _HOW_TO_EASE | _WORRIED and told.aspect not in _EASED:
        return None
    asks = told.asks or "question" in heard.signals
    if heard.intent in _TALK and not asks:
        return None
    if several and heard.intent not in (
        _WHO_GETS_THEM if aspect.beside is Topic.RISK_FACTORS else _WHY_AND_HOW | _HOW_TO_EASE
    ):
        return None
    if heard.intent == "ask_condition" and heard.named("unlisted"):
        return None  # "can cold weather bring them on?" is answered by the name of it
    if heard.intent in _ASKED_AS:
        return told.aspect
    leans = "pronoun" in heard.signals or (told.words <= FEW and told.aspect not in _OF_THE_WORLD)
    # Taken for something outside: only where the talk or the message is of cramps.
    ours = (
        "cramp" in heard.signals
        or {"night", "pronoun"} <= heard.signals
        or (leans and context.topic is not None and context.topic not in _OF_SOMETHING_ELSE)
    )
    return told.aspect if heard.intent in _OUTSIDE and asks and (ours or told.aspect in _EASED) else None


def answer_silent(heard: Heard, context: Context, composer: Composer, aspect: str) -> Turn:
    """That the source does not say just this; and as a reply of its own, since it is an answer, what it says that is nearest."""
    about = ASPECTS[aspect]
    pieces = [composer.phrase(f"silent.{aspect}")]
    if about.advice:
        pieces.append(composer.phrase("advice.ask_professional"))
    first = aside(context, Outcome.NOT_COVERED, pieces, topic=about.topic)
    links, entries = composer.links(about.conditions)
    nearest = (composer.phrase("silent.nearest"), *composer.statements(*about.nearest), *links)
    buttons = composer.buttons(*(one for one in ("ask_causes", "ask_relief") if one != f"ask_{about.beside.value}"))
    return joined(first, reply(first.context, about.beside, nearest, buttons, entries))
