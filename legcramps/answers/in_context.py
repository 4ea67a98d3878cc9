"""Reads a message with the talk before it, where its intent alone is a weak witness.

"And my age?", "what is that?", "how is it treated?" say what they mean only beside the answer before them. The classifier sees one message; here
the context decides. Nothing is read anew in danger, for a button, or where the message stands by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Optional, Tuple

from legcramps import intents
from legcramps.answers.types import Context, Heard, Mention, Topic

SHORT = 6
"""Words that a message may have to lean on the talk with what it names."""
SHORT_QUESTION = 8
"""The same for one that leans on it with "it" or "that"."""

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
_OF_RESTLESS_LEGS = frozenset(topic.value for topic in (Topic.RESTLESS_LEGS, Topic.DIFFERENCE))
_OF_CRAMPS = frozenset(
    topic.value for topic in (Topic.DEFINITION, Topic.MUSCLES, Topic.RELIEF, Topic.CAUSES, Topic.SITUATION)
)

_WEAK = frozenset({"nlu_fallback", "chat", "ask_condition_details", "correct_assistant"})
_WEAK_FOR_OTHERS = frozenset(
    {"ask_why", "ask_more", "ask_seriousness", "ask_diagnosis", "ask_condition", "ask_other", "nlu_fallback", "chat"}
)
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


def read(heard: Heard, context: Context) -> Heard:
    """The message with the intent and the mentions that it has in this talk; itself where the talk does not matter."""
    if heard.told is None:
        return heard
    alone = _a_story(heard) or _a_shown_one(heard, context)
    if alone or context.topic is None:
        return alone or heard
    return (
        _of_restless_legs(heard, context)
        or _what_else(heard, context)
        or _a_group(heard, context)
        or _what_is_that(heard, context)
        or _a_condition(heard, context)
        or heard
    )


def _a_story(heard: Heard) -> Optional[Heard]:
    """ "I have this urge to move, some nights a cramp, and anemia too": told and not asked, so what it names is answered."""
    described = heard.intent == "tell_apart" and heard.told.points and not heard.told.asks
    return replace(heard, intent="tell_situation", parts=()) if described and heard.named() else None


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


def _a_shown_one(heard: Heard, context: Context) -> Optional[Heard]:
    """ "The thyroid one": of all that the word touches, the one that was just shown."""
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


def _a_condition(heard: Heard, context: Context) -> Optional[Heard]:
    """ "And my age?", "type 2 I mean": a listed condition named in few words, after an answer about such."""
    named = heard.named()
    short = heard.told.words <= SHORT and context.topic in _OF_CONDITIONS
    if not named or not {"cramp", "restless_legs"}.isdisjoint(heard.signals):
        return None
    if (
        heard.intent == "ask_condition"
        and heard.told.details
        and "pronoun" not in heard.signals
        and _ids(named) <= set(context.conditions)
    ):
        return replace(
            heard, intent="ask_condition_details"
        )  # "what medicine do you take for it?", of what was just spoken of
    feeling = heard.intent == "express_feeling" and "listed" in heard.signals  # "i'm pregnant", not "i'm tired"
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
