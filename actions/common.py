"""What every action shares: reading what was heard and remembered, sending answers, writing memory back."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, Callable, Dict, List, Mapping, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from legcramps import knowledge, logs, settings
from legcramps.answers import Answer, Composer, Context, Heard, Mention, Operator, Turn, aloud, read_told, respond

logger = logging.getLogger("legcramps.actions")

MENTION_KINDS = ("condition", "ambiguous", "unlisted")


@lru_cache(maxsize=1)
def composer() -> Composer:
    """Made when the first action is, not at import, with what the operator has set. SettingsError, KnowledgeError."""
    current = settings.read()
    operator = Operator(current.source_url, current.person, current.emergency_number, current.crisis_line)
    return Composer(knowledge.default(), operator)


def read_mentions(entities: List[Dict[Text, Any]]) -> tuple:
    """Rasa's entities as mentions; those of other extractors are left out."""
    return tuple(
        Mention(
            e["entity"],
            e["value"],
            bool(e.get("negated")),
            e.get("family"),
            e.get("medicine"),
            e.get("person") or "self",
        )
        for e in entities
        if e.get("entity") in MENTION_KINDS
    )


def read_heard(message: Mapping[Text, Any]) -> Heard:
    """``tracker.latest_message`` as the answers want it; the person's words stay behind."""
    intent = message.get("intent") or {}
    parts = tuple(
        Heard(p["intent"], p["confidence"], read_mentions(p["entities"]), frozenset(p["signals"]))
        for p in message.get("parts") or ()
    )
    return Heard(
        intent=intent.get("name") or "nlu_fallback",
        confidence=intent.get("confidence") or 0.0,
        mentions=read_mentions(message.get("entities") or []),
        signals=frozenset(message.get("signals") or ()),
        parts=parts,
        option=message.get("option"),
        group=message.get("group"),
        alternatives=tuple(
            entry["name"] for entry in message.get("intent_ranking") or () if entry.get("name") != "nlu_fallback"
        ),
        sign=message.get("sign"),
        told=None if message.get("button") else read_told(message.get("text") or ""),
    )


def send(dispatcher: CollectingDispatcher, answer: Answer) -> None:
    """One reply: text, buttons, and beside them the envelope and the form in which it is said."""
    dispatcher.utter_message(
        text=answer.text,
        buttons=[b.as_dict() for b in answer.buttons],
        json_message={"answer": answer.envelope(), "speech": aloud(answer)},
    )


def remember(before: Context, after: Context) -> List[EventType]:
    """Sets only the slots that changed: every event is read again at each later turn."""
    old, new = before.as_slots(), after.as_slots()
    return [SlotSet(name, value) for name, value in new.items() if value != old[name]]


class SkillAction(Action):
    """An action that answers with one pure function. Subclasses set ``answer``; their name follows from the class name."""

    answer: Callable[[Heard, Context, Composer], Turn]

    def __init__(self) -> None:
        # What is wrong with the knowledge or the settings stops the start of an action server, not its first answer.
        composer()

    def name(self) -> Text:
        return "".join(f"_{ch.lower()}" if ch.isupper() else ch for ch in type(self).__name__).lstrip("_")

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[Text, Any]) -> List[EventType]:
        try:
            context = Context.from_slots(tracker.slots)
            turn = respond(read_heard(tracker.latest_message), context, composer(), type(self).answer)
        except Exception as error:
            # Behind the action server, Rasa would log the whole conversation with it. The person hears that something went wrong.
            logs.failure(logger, f"action {self.name()}", error)
            context = Context()
            turn = Turn(
                respond(Heard("unusable", signals=frozenset({"internal"})), context, composer()).answers, context
            )
        for answer in turn.answers:
            send(dispatcher, answer)
        if turn.judgements:
            # The conversation store counts it: this may run in an action server, on another machine than the statistics.
            note = [judgement.as_dict() for judgement in turn.judgements]
            dispatcher.messages[-1]["custom"]["feedback"] = note
        return remember(context, turn.context)
