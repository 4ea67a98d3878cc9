"""Reads a message with the talk before it, where its intent alone is a weak witness.

"And my age?", "what is that?", "how is it treated?" say what they mean only beside the answer before them. The classifier sees one message; here
the context decides. Nothing is read anew in danger, for a button, or where the message stands by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import AbstractSet, Mapping, Optional, Tuple

from legcramps import intents
from legcramps.answers.types import Context, Heard, Mention, Outcome, Topic

SHORT = 6
"""Words that a message may have to lean on the talk with what it names."""
SHORT_QUESTION = 8
"""The same for one that leans on it with "it" or "that"."""
BARE = 3
"""Words of a message that is hardly more than a name."""
UNSURE = 0.4
"""Below this confidence what a short message names says more than its intent."""

_OF_CONDITIONS = frozenset(
    topic.value
    for topic in (
        Topic.CONDITION,
        Topic.CONDITION_LIST,
        Topic.CONDITION_DETAILS,
        Topic.CAUSES,
        Topic.KNOWN_CAUSES,
        Topic.RISK_FACTORS,
        Topic.MEDICINES,
        Topic.SITUATION,
        Topic.EVIDENCE,
    )
)
_OF_ONE = frozenset(
    topic.value for topic in (Topic.CONDITION, Topic.CONDITION_DETAILS, Topic.MEDICINES, Topic.EVIDENCE)
)
_WITH_MEDICINES = frozenset(topic.value for topic in (Topic.CONDITION, Topic.SITUATION, Topic.EVIDENCE))
_OF_RESTLESS_LEGS = frozenset(topic.value for topic in (Topic.RESTLESS_LEGS, Topic.DIFFERENCE))
_OF_CRAMPS = frozenset(
    topic.value for topic in (Topic.DEFINITION, Topic.MUSCLES, Topic.RELIEF, Topic.CAUSES, Topic.SITUATION)
)

_WEAK = frozenset({"nlu_fallback", "chat", "ask_condition_details", "correct_assistant"})
_WEAK_FOR_OTHERS = frozenset(
    {"ask_why", "ask_more", "ask_seriousness", "ask_diagnosis", "ask_condition", "ask_other", "nlu_fallback", "chat"}
)
_TAKEN_FOR_A_GROUP = frozenset(
    {"ask_condition", "ask_condition_details", "ask_known_causes", "ask_other_health", "nlu_fallback"}
)
_NAMED_AS_A_GROUP = frozenset({"hormones", "nerve_problems", "problems_with_blood_flow"})
_WEAK_FOR_A_GROUP = frozenset(
    {
        "nlu_fallback",
        "chat",
        "ask_other_health",
        "ask_off_topic",
        "ask_known_causes",
        "ask_condition",
        "ask_condition_details",
    }
)
_SAID_OF_RESTLESS_LEGS = frozenset({"ask_definition", "ask_symptoms"})
"""What the source has an answer to: what it is like, how long it goes on."""
_NOT_SAID_OF_RESTLESS_LEGS = (
    intents.CAUSES | intents.LEFT_OPEN | {"ask_condition", "ask_medicines", "ask_mechanism", "ask_relief", "ask_other"}
)
_MAX_GLOSSED = 2
_MAX_ASKED_OF = 4
"""Conditions of the last answer that "its symptoms" may mean."""
_SYMPTOMS = frozenset({"ask_other_health", "ask_symptoms", "nlu_fallback"})
_STOPPING = (
    _WEAK
    | intents.LEFT_OPEN
    | {"ask_relief", "ask_medicines", "ask_condition", "ask_other", "ask_other_health", "ask_off_topic", "cancel"}
)
_DANGER = (Outcome.URGENT.value, Outcome.CRISIS.value)
_OUTSIDE = frozenset({"ask_other_health", "ask_off_topic", "chat"})
_LEANS_ON_DANGER = (
    intents.LEFT_OPEN
    | intents.PROOF
    | {"ask_relief", "ask_symptoms", "ask_mechanism", "ask_other", "ask_why", "express_feeling", "be_unsure"}
    | {"unclear_trouble", "nlu_fallback"}
)
MOST_LEANING = 12
"""Words of a message that may lean on the words of danger before it."""
_PICKS = _WEAK | {"choose_option", "deny", "affirm", "ask_more", "express_feeling", "ask_other_health", "ask_off_topic"}


_OF_US = frozenset(
    {
        "ask_evidence",
        "ask_source",
        "ask_see_doctor",
        "chat",
        "ask_help",
        "ask_other",
        "ask_other_health",
        "ask_off_topic",
        "nlu_fallback",
    }
)
"""What a question about the assistant itself may be taken for."""
_ANOTHER = _PICKS | {
    "correct_assistant",
    "apologise",
    "ask_condition",
    "ask_condition_details",
    "ask_difference",
    "nlu_fallback",
    "cancel",
}
_TAKEN_FOR_ANOTHER = frozenset(
    {"ask_seriousness", "ask_definition", "ask_symptoms", "ask_diagnosis", "ask_other", "ask_see_doctor"}
)
_ELSEWHERE = frozenset({"other_body", "other_cramp", "other_symptom", "other_creature", "pain"})
"""Signals of another complaint."""
_WHY = frozenset(
    {
        "ask_why",
        "ask_causes",
        "ask_mechanism",
        "ask_seriousness",
        "ask_condition",
        "ask_diagnosis",
        "ask_evidence",
        "nlu_fallback",
    }
)
_SPOKEN_OF = _OF_ONE | {Topic.SITUATION.value}
_CORRECTIONS = frozenset({"correct_assistant", "deny", "apologise", "nlu_fallback"})
THE_PILL = "the pill"
"""The one way of naming a medicine that may mean any other that was spoken of."""
MOST_OF_A_NAME = 5
"""Words of a message that hardly does more than name a medicine."""
MOST_OF_A_CORRECTION = 9
"""Words of a message that only says which other one is meant."""
_FOR_HELP = _OUTSIDE | {"ask_help", "nlu_fallback"}


def read(
    heard: Heard,
    context: Context,
    medicines: AbstractSet[str] = frozenset(),
    relatives: Mapping[str, Tuple[str, ...]] = {},
) -> Heard:
    """The message with the intent and the mentions that it has in this talk; itself where the talk does not matter.

    ``medicines``: which ids, of entries and of unlisted things, are medicines. ``relatives``: for an entry those that share a lay
    term with it.
    """
    if heard.told is None:
        return heard
    heard = _the_pill_spoken_of(heard, context, medicines)
    alone = (
        _still_in_danger(heard, context)
        or _a_story(heard)
        or _of_the_assistant(heard)
        or _without_medicines(heard)
        or _a_suspect(heard)
        or _a_medicine_taken(heard, medicines)
        or _a_feeling_with_a_name(heard)
        or _any_of_a_group(heard)
        or _an_unknown_medicine(heard, context)
        or _whether_to_stop_the(heard, medicines)
        or _a_shown_one(heard, context)
    )
    if alone or context.topic is None:
        return alone or heard
    return (
        _of_restless_legs(heard, context)
        or _what_helps(heard, context)
        or _the_other_one(heard, context, relatives)
        or _is_that_why(heard, context)
        or _how_strong(heard, context)
        or _what_else(heard, context)
        or _a_group(heard, context)
        or _what_is_that(heard, context)
        or _of_the_illness(heard, context)
        or _whether_to_stop(heard, context, medicines)
        or _which_is_it(heard, context)
        or _a_condition(heard, context)
        or heard
    )


def _still_in_danger(heard: Heard, context: Context) -> Optional[Heard]:
    """ "What should I do?", "it's been like that since the flight", right after words of danger: those again, and no facts of cramps.

    Whoever names cramps, an illness or a medicine, or asks for a list, has gone on.
    """
    last = context.said[-1] if context.said else ()
    if not any(stored["outcome"] in _DANGER for stored in last) or heard.named() or heard.told.words > MOST_LEANING:
        return None
    ours = {"cramp", "restless_legs"} & heard.signals
    leans = heard.intent in _LEANS_ON_DANGER or (heard.intent in _OUTSIDE and "pronoun" in heard.signals)
    return replace(heard, intent="repeat", parts=()) if leans and not ours else None


def _a_story(heard: Heard) -> Optional[Heard]:
    """ "I have this urge to move, some nights a cramp, and anemia too": told and not asked, so what it names is answered."""
    described = heard.intent == "tell_apart" and heard.told.points and not heard.told.asks
    return replace(heard, intent="tell_situation", parts=()) if described and heard.named() else None


def _of_the_assistant(heard: Heard) -> Optional[Heard]:
    """ "Are you a doctor? Can I trust you?": asks who answers here, and not how sure the source is."""
    asked = heard.told.of_the_assistant and heard.intent in _OF_US
    ours = heard.mentions or {"cramp", "restless_legs"} & heard.signals
    return replace(heard, intent="ask_identity", parts=()) if asked and not ours else None


def _without_medicines(heard: Heard) -> Optional[Heard]:
    """ "I don't take any medicines, what could it be?": asks for the causes; what is ruled out is not what it asks about."""
    ruled_out = heard.told.takes_nothing or heard.mentions
    if heard.intent not in ("ask_medicines", "ask_condition") or not heard.told.wonders or not ruled_out:
        return None
    named = any(not mention.negated for mention in heard.mentions) or "unknown_medicine" in heard.signals
    return None if named else replace(heard, intent="ask_causes")


def _the_pill_spoken_of(heard: Heard, context: Context, medicines: AbstractSet[str]) -> Heard:
    """ "What is the pill doing to him?", after a water pill: that one, and not birth control."""
    named, spoken_of = heard.named(), tuple(one for one in context.conditions if one in medicines)
    if not named or any(mention.medicine != THE_PILL for mention in named):
        return heard
    if not spoken_of or {mention.id for mention in named} & set(spoken_of):
        return heard
    rest = tuple(mention for mention in heard.mentions if mention.medicine != THE_PILL)
    return replace(heard, mentions=(*rest, *(Mention("condition", one) for one in spoken_of)))


def _a_feeling_with_a_name(heard: Heard) -> Optional[Heard]:
    """ "I'm scared it's my kidneys": a kind word, and what the source has on what is feared."""
    fears = heard.intent == "express_feeling" and "listed" in heard.signals and heard.told.personal and not heard.parts
    if not fears or not heard.named():
        return None
    return replace(heard, parts=(Heard("tell_situation", heard.confidence, heard.mentions, heard.signals),))


def _how_strong(heard: Heard, context: Context) -> Optional[Heard]:
    """ "What does sometimes linked mean?", after an answer that said so."""
    taken_for = _OF_US | {"ask_condition_list", "ask_known_causes", "ask_definition", "ask_condition"}
    asks = heard.told.of_the_strength and heard.intent in taken_for and not heard.mentions
    return replace(heard, intent="ask_evidence") if asks and context.topic in _OF_CONDITIONS else None


def _any_of_a_group(heard: Heard) -> Optional[Heard]:
    """ "Any hormone or gland problems linked to it?": asks which of a group there are, and names no single thing of it."""
    if not (heard.told.grouped and heard.group) or heard.intent not in _TAKEN_FOR_A_GROUP:
        return None
    if heard.intent not in intents.OF_CONDITIONS | intents.CAUSES and "cramp" not in heard.signals:
        return None  # "any nerve diseases that make you dizzy?"
    # What a group's own words name: "hormones", "nerve disease", "kidney problems".
    named = [mention for mention in heard.mentions if not mention.family and mention.id not in _NAMED_AS_A_GROUP]
    return None if named else replace(heard, intent="ask_condition_list")


def _an_unknown_medicine(heard: Heard, context: Context) -> Optional[Heard]:
    """ "My pills are called Plomurin", "what about Vyndaqel?" after medicines: a name that nobody knows is no reason to refuse."""
    if heard.intent not in _OUTSIDE | {"ask_condition", "nlu_fallback"} or heard.mentions:
        return None
    last = context.said[-1] if context.said else ()
    of_medicines = any(stored["topic"] == Topic.MEDICINES.value for stored in last)
    named = of_medicines and "unknown_word" in heard.signals and heard.told.words <= MOST_OF_A_NAME
    told = bool(last) and "unknown_medicine" in heard.signals
    return (
        replace(heard, intent="ask_medicines", signals=heard.signals | {"unknown_medicine"}) if named or told else None
    )


def _a_suspect(heard: Heard) -> Optional[Heard]:
    """ "Could it be a blood clot?", "is it my pillow or my mattress?", "what nerve problems?": asks about what it names."""
    named = heard.named() or heard.named("unlisted")
    if not named or "restless_legs" in heard.signals or heard.told.points or heard.parts:
        return None
    between = heard.intent == "tell_apart" and (heard.told.asks or "question" in heard.signals)
    suspected = heard.intent in _TAKEN_FOR_ANOTHER and heard.told.suspects
    linked = heard.intent == "ask_other_health" and heard.told.links and not _ELSEWHERE & heard.signals
    hardly = (
        heard.intent == "nlu_fallback"
        and "listed" in heard.signals
        and heard.told.words <= SHORT
        and not heard.told.details
    )
    return replace(heard, intent="ask_condition") if between or suspected or linked or hardly else None


def _picks_a_kind(heard: Heard) -> bool:
    """Whether "hyper" is what is meant, and not a word by the way."""
    return heard.intent in _CORRECTIONS or (heard.intent in _PICKS | {"ask_condition"} and heard.told.words <= BARE + 1)


def _a_medicine_taken(heard: Heard, medicines: AbstractSet[str]) -> Optional[Heard]:
    """ "I take Eliquis": tells what is taken, and does not ask whether it would help."""
    named = {mention.id for mention in heard.named("unlisted")}
    tells = heard.intent == "ask_treatment" and heard.told.personal and not heard.told.asks and not heard.parts
    remedy = {"as_remedy", "given_for", "question"} & heard.signals
    return replace(heard, intent="ask_medicines") if tells and not remedy and named and named <= medicines else None


def _is_that_why(heard: Heard, context: Context) -> Optional[Heard]:
    """ "Could that be why?", after a condition, a medicine or a story: asks of what was spoken of, and not what goes on in the muscle."""
    last = context.said[-1] if context.said else ()
    spoken_of = {one for stored in last for one, _ in stored["conditions"]}
    asks = heard.told.concludes and heard.intent in _WHY and not heard.mentions and heard.told.words <= SHORT_QUESTION
    if not asks or context.topic not in _SPOKEN_OF or not spoken_of & set(context.conditions):
        return None
    return _about_what_was_spoken_of(heard, "ask_condition", context)


def _what_helps(heard: Heard, context: Context) -> Optional[Heard]:
    """ "What can I do?", "what helps?", in a talk about cramps or restless legs."""
    if not heard.told.helps or heard.intent not in _FOR_HELP or heard.mentions:
        return None
    return replace(heard, intent="ask_restless_legs_other" if context.topic in _OF_RESTLESS_LEGS else "ask_relief")


def _the_other_one(heard: Heard, context: Context, relatives: Mapping[str, Tuple[str, ...]]) -> Optional[Heard]:
    """ "No, I meant hyper", "sorry, the other one": where just one shares a lay term with what was spoken of, that; else it is asked which."""
    told, spoken_of = heard.told, context.conditions
    if not (told.other_one or told.kinds) or heard.mentions or heard.intent not in _ANOTHER or not spoken_of:
        return None
    if context.topic not in _OF_ONE or told.words > MOST_OF_A_CORRECTION or (told.kinds and not _picks_a_kind(heard)):
        return None
    others = dict.fromkeys(
        one for condition in spoken_of for one in relatives.get(condition, ()) if one not in spoken_of
    )
    meant = [one for one in others if not told.kinds or any(kind in one for kind in told.kinds)]
    if len(meant) == 1:
        return replace(heard, intent="ask_condition", mentions=(Mention("condition", meant[0]),))
    return replace(heard, intent="correct_assistant")


def _of_restless_legs(heard: Heard, context: Context) -> Optional[Heard]:
    """ "Does it hurt?", after restless legs, is about them; "so it's restless legs?", after cramps, asks whether they are the same."""
    leans, signals = "pronoun" in heard.signals, heard.signals
    if heard.intent == "ask_restless_legs":
        same = leans and "restless_legs" in signals and "what_is" not in signals and context.topic in _OF_CRAMPS
        return replace(heard, intent="ask_difference") if same else None
    if (
        heard.intent == "ask_other_health"
        and context.topic in _OF_CRAMPS
        and leans
        and {"bare", "pain"} <= signals
        and "first_person" not in signals
    ):
        return replace(heard, intent="ask_symptoms")  # "does it hurt?", of cramps
    if (
        context.topic not in _OF_RESTLESS_LEGS
        or not leans
        or heard.told.words > SHORT_QUESTION + 2 * ("cramp" in signals)
    ):
        return None
    if "cramp" in signals:
        compares = heard.intent == "ask_definition" and "ask_difference" in heard.alternatives[:2]
        return replace(heard, intent="ask_difference") if compares else None
    if context.topic == Topic.RESTLESS_LEGS.value and heard.intent == "ask_condition" and heard.named():
        return replace(heard, intent="ask_restless_legs_other")  # "is it linked to my anemia?"
    if {"restless_legs", "first_person"} & signals:
        return None
    if heard.intent == "ask_other_health" and {"bare", "pain"} <= signals:
        return replace(heard, intent="ask_restless_legs")
    if context.topic != Topic.RESTLESS_LEGS.value:
        return None
    if heard.intent in _SAID_OF_RESTLESS_LEGS:
        return replace(heard, intent="ask_restless_legs")
    return replace(heard, intent="ask_restless_legs_other") if heard.intent in _NOT_SAID_OF_RESTLESS_LEGS else None


def _what_else(heard: Heard, context: Context) -> Optional[Heard]:
    """ "Are there others?", after a condition or a story: the list. The rest of a list is left to "more"."""
    paging = context.position < len(context.shown)
    asks = heard.told.others and heard.told.asks and heard.intent in _WEAK_FOR_OTHERS
    if asks and not paging and not heard.mentions and context.topic in _OF_CONDITIONS and not context.misunderstood:
        return replace(heard, intent="ask_condition_list")
    return None


def _a_group(heard: Heard, context: Context) -> Optional[Heard]:
    """ "Only the ones about nerves", of the list that was shown."""
    of_the_list = (
        context.topic == Topic.CONDITION_LIST.value
        and heard.group
        and heard.told.picks
        and "first_person" not in heard.signals
    )
    return replace(heard, intent="ask_condition_list") if of_the_list and heard.intent in _WEAK_FOR_A_GROUP else None


def _what_is_that(heard: Heard, context: Context) -> Optional[Heard]:
    """ "What is that?", after one condition, asks what the condition is."""
    plain = (
        {"pronoun", "what_is"} <= heard.signals
        and not {"cramp", "leg", "restless_legs"} & heard.signals
        and not heard.mentions
    )
    about_one = context.topic in _OF_ONE and 0 < len(context.conditions) <= _MAX_GLOSSED
    short = heard.told.words <= SHORT and heard.intent == "ask_definition"
    return replace(heard, intent="ask_condition_details") if plain and about_one and short else None


def _of_the_illness(heard: Heard, context: Context) -> Optional[Heard]:
    """ "What are the symptoms?", "how do I know I have it?", after one condition, ask of that illness and not of the cramps."""
    about_one = context.topic in _OF_ONE and 0 < len(context.conditions) <= _MAX_ASKED_OF
    of_a_story = context.topic == Topic.SITUATION.value and 0 < len(context.conditions) <= _MAX_ASKED_OF
    about_one = about_one or (heard.told.has_it and of_a_story)
    alone = not heard.mentions and not {"cramp", "leg", "night", "restless_legs"} & heard.signals
    if not about_one or not alone or heard.told.words > SHORT_QUESTION + 2 * heard.told.has_it:
        return None
    symptoms = heard.intent in _SYMPTOMS and heard.told.details
    knows = heard.intent == "tell_apart" and "pronoun" in heard.signals and heard.told.asks
    knows = knows or (heard.intent in ("ask_diagnosis", "be_unsure", "ask_other_health") and heard.told.has_it)
    return _about_what_was_spoken_of(heard, "ask_condition_details", context) if symptoms or knows else None


def _whether_to_stop_the(heard: Heard, medicines: AbstractSet[str]) -> Optional[Heard]:
    """ "Should I stop the statin?": the reply says whom to ask first. It is no wish to prevent or ease anything."""
    named = {mention.id for mention in (*heard.named(), *heard.named("unlisted"))}
    stops = heard.told.quits and heard.told.asks and heard.intent in _STOPPING and not heard.parts
    return replace(heard, intent="ask_medicines") if stops and named & medicines else None


def _whether_to_stop(heard: Heard, context: Context, medicines: AbstractSet[str]) -> Optional[Heard]:
    """ "Should I stop them then?", after a medicine, or after a story with one."""
    spoken_of = tuple(one for one in context.conditions if one in medicines)
    after = context.topic == Topic.MEDICINES.value or (context.topic in _WITH_MEDICINES and spoken_of)
    if not after or not heard.told.quits or heard.mentions or heard.intent not in _STOPPING:
        return None
    return _about_what_was_spoken_of(heard, "ask_medicines", context.but(conditions=spoken_of))


def _which_is_it(heard: Heard, context: Context) -> Optional[Heard]:
    """ "So which is it?", after the comparison: its result again; after the difference in general, the comparison."""
    asks = heard.told.picks and heard.told.asks and heard.told.words <= SHORT and {"bare", "pronoun"} <= heard.signals
    asks = asks and heard.intent in _WEAK | {"ask_why", "ask_source"}
    if context.topic != Topic.DIFFERENCE.value or not (asks or (heard.told.is_it and "listed" not in heard.signals)):
        return None
    last = context.said[-1] if context.said else ()
    compared = any(piece[0].startswith("comparison.result") for stored in last for piece in stored["pieces"])
    return replace(heard, intent="repeat" if compared else "tell_apart")


def _about_what_was_spoken_of(heard: Heard, intent: str, context: Context) -> Heard:
    return replace(heard, intent=intent, mentions=tuple(Mention("condition", one) for one in context.conditions))


def _a_shown_one(heard: Heard, context: Context) -> Optional[Heard]:
    """ "The thyroid one", "the overactive one": of all that the word touches, the one that was just shown."""
    if heard.told.kinds and not heard.mentions:
        return _of_a_kind(heard, context)
    family = {m.family for m in heard.mentions}
    if (
        len(heard.mentions) < 2
        or len(family) != 1
        or None in family
        or heard.told.words > SHORT
        or "question" in heard.signals
    ):
        return None
    shown = tuple(m for m in heard.mentions if f"#ask_condition={m.id}" in context.options)
    if not 0 < len(shown) < len(heard.mentions):
        return None
    return replace(heard, intent="ask_condition", mentions=shown)


def _of_a_kind(heard: Heard, context: Context) -> Optional[Heard]:
    shown = [payload.partition("=")[2] for payload in context.options if payload.startswith("#ask_condition=")]
    meant = {one for one in (*shown, *context.conditions) if any(kind in one for kind in heard.told.kinds)}
    picks = heard.intent in _PICKS and heard.option is None and heard.told.words <= SHORT
    if not picks or (heard.told.asks and heard.told.words > BARE + 1) or len(meant) != 1:
        return None
    return replace(heard, intent="ask_condition", mentions=tuple(Mention("condition", one) for one in meant))


def _a_condition(heard: Heard, context: Context) -> Optional[Heard]:
    """ "And my age?", "type 2 I mean": a listed condition named in few words, after an answer about such."""
    named = heard.named()
    short = heard.told.words <= SHORT and context.topic in _OF_CONDITIONS
    little = short and heard.told.words <= BARE + 1 and "what_is" not in heard.signals
    if heard.named("unlisted") and not named and little and heard.intent in _OUTSIDE:
        return replace(heard, intent="ask_condition")  # "and kidney stones?"
    if not named or not {"cramp", "restless_legs"}.isdisjoint(heard.signals):
        return None
    if heard.confidence < UNSURE and heard.told.words <= SHORT and "listed" in heard.signals and not heard.told.details:
        return replace(heard, intent="ask_condition")  # "and if I'm expecting?"
    if heard.intent in _OUTSIDE and heard.told.words <= BARE and "listed" in heard.signals and short:
        return replace(heard, intent="ask_condition")  # "ramipril", after "what about my tablets?"
    if heard.intent == "ask_condition_list" and heard.group and len(named) == 1 and not heard.told.picks:
        return replace(heard, intent="ask_condition")  # "tell me about nerve problems", which is also a group
    if (
        heard.intent == "ask_condition"
        and heard.told.details
        and "pronoun" not in heard.signals
        and _ids(named) <= set(context.conditions)
    ):
        return replace(
            heard, intent="ask_condition_details"
        )  # "what medicine do you take for it?", of what was just spoken of
    # "I'm pregnant", not "I'm tired"; "and me? I'm pregnant", which sounds like "who are you?".
    feeling = heard.intent in ("express_feeling", "ask_identity") and "listed" in heard.signals
    if not short or not (feeling or heard.intent in _WEAK):
        return None
    if heard.intent == "ask_condition_details" and not _narrows(heard, named, context):
        return None
    return replace(heard, intent="ask_condition")


def _narrows(heard: Heard, named: Tuple[Mention, ...], context: Context) -> bool:
    """Whether it only says which of the conditions spoken of is meant, and asks nothing of it."""
    asks = heard.told.details or {"question", "what_is"} & heard.signals
    return not asks and (_ids(named) < set(context.conditions) or "details" not in heard.signals)


def _ids(named: Tuple[Mention, ...]) -> set:
    return {mention.id for mention in named}
