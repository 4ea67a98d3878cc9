"""What an Alexa request says, as our own small type. Pure; the request is verified already (:mod:`legcramps.channels.alexa_verify`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, Dict, Mapping, Tuple

from legcramps.channels.voice import VoiceState


class Kind(str, Enum):
    """What is to be done. Closed list."""

    OPEN = "open"
    """The skill was started and nothing was asked."""
    SAID = "said"
    """The person said ``text``, or a word that stands for a command."""
    LOST = "lost"
    """Something was said that Alexa could not match to anything."""
    OVER = "over"
    """The session is over; nothing may be said."""
    CAN_FULFIL = "can_fulfil"
    """Alexa asks whether we could answer ``text``, without answering it."""
    NOTHING = "nothing"
    """News that needs no answer."""


@dataclass(frozen=True)
class Incoming:
    """One request. ``session`` and ``user`` are Alexa's ids: for pseudonyms only, never to be kept or logged."""

    kind: Kind
    text: str = ""
    session: str = ""
    user: str = ""
    identifier: str = ""
    state: VoiceState = VoiceState()  # noqa: RUF009 - frozen
    english: bool = True
    ours: bool = True
    slots: Tuple[str, ...] = ()
    reason: str = ""


ATTRIBUTE = "voice"
"""The session attribute that says where the talk is."""

QUESTION_INTENT, QUESTION_SLOT = "QuestionIntent", "question"
"""The catch-all: the whole of what was said is the slot's value."""

QUERY_SLOT = "query"

CARRIERS = (
    "what", "what is", "what's", "what are", "what about", "what if", "why", "why do", "why is", "how", "how do", "how is", "how long",
    "how sure", "when", "where", "who", "which", "can", "could", "is", "is it", "are", "do", "does", "did", "will", "would", "should",
    "has", "have", "i", "i am", "i'm", "i have", "i've", "i got", "i get", "i take", "i think", "i feel", "i can't", "i want", "my", "it",
    "it's", "the", "there is", "there's", "he", "she", "we", "if", "and", "but", "or", "no", "not", "so", "tell me", "tell me about",
    "explain", "about", "ask", "help with", "help me", "please", "someone",
)  # fmt: skip
"""First words of what people say. Alexa gives us only what comes after them; each has an intent of its own, so that none is lost."""


def carrier_intent(carrier: str) -> str:
    """The intent of a carrier phrase; only letters and underscores, as Alexa wants it: ``Ask_what_is``."""
    return "Ask_" + re.sub(r"[^a-z]+", "_", carrier)


_CARRIER_OF = {carrier_intent(carrier): carrier for carrier in CARRIERS}

SLOWER_INTENT, FASTER_INTENT = "SlowerIntent", "FasterIntent"

COMMAND_OF: Mapping[str, str] = {
    "AMAZON.HelpIntent": "help",
    "AMAZON.StopIntent": "stop",
    "AMAZON.CancelIntent": "stop",
    "AMAZON.NavigateHomeIntent": "stop",
    "AMAZON.PauseIntent": "stop",
    "AMAZON.RepeatIntent": "repeat",
    "AMAZON.YesIntent": "yes",
    "AMAZON.NoIntent": "no",
    "AMAZON.NextIntent": "next",
    "AMAZON.MoreIntent": "more",
    "AMAZON.ResumeIntent": "more",
    "AMAZON.PreviousIntent": "#go_back",
    "AMAZON.StartOverIntent": "#start_over",
    SLOWER_INTENT: "slower",
    FASTER_INTENT: "faster",
}
"""What each of Alexa's own intents stands for in a talk."""

_FALLBACK = "AMAZON.FallbackIntent"
_REASONS = ("USER_INITIATED", "ERROR", "EXCEEDED_MAX_REPROMPTS")


def read(body: Mapping[str, Any]) -> Incoming:
    """Reads a request; what is missing or of another kind is left at its default."""
    request, session = _part(body, "request"), _part(body, "session")
    system = _part(_part(body, "context"), "System")
    user = _part(session, "user").get("userId") or _part(system, "user").get("userId")
    kind = request.get("type")
    attributes = {} if session.get("new") is True else _part(session, "attributes")
    common: Dict[str, Any] = {
        "session": str(session.get("sessionId") or ""),
        "user": str(user or ""),
        "identifier": str(request.get("requestId") or ""),
        "state": VoiceState.from_data(attributes.get(ATTRIBUTE) or {}),
        "english": str(request.get("locale") or "en").startswith("en"),
    }
    if kind == "LaunchRequest":
        return Incoming(Kind.OPEN, **common)
    if kind == "SessionEndedRequest":
        reason = request.get("reason")
        return Incoming(Kind.OVER, reason=reason if reason in _REASONS else "", **common)
    if kind in ("IntentRequest", "CanFulfillIntentRequest"):
        intent = _part(request, "intent")
        name, slots = str(intent.get("name") or ""), _part(intent, "slots")
        text = _text(name, slots)
        ours = name in _CARRIER_OF or name in COMMAND_OF or name in (QUESTION_INTENT, _FALLBACK)
        if kind == "CanFulfillIntentRequest":
            return Incoming(Kind.CAN_FULFIL, text, ours=ours, slots=tuple(map(str, slots)), **common)
        return Incoming(Kind.SAID if text else Kind.LOST, text, ours=ours, **common)
    return Incoming(Kind.NOTHING, **common)


def _text(name: str, slots: Mapping[str, Any]) -> str:
    """What was said: a command's word, or the carrier phrase and what came after it."""
    if name in COMMAND_OF:
        return COMMAND_OF[name]
    said = " ".join(filter(None, (_value(slots[slot]) for slot in slots)))
    carrier = _CARRIER_OF.get(name)
    return f"{carrier} {said}" if carrier and said else said


def _value(slot: Any) -> str:
    """The words in a slot, in either of the two forms that Alexa has for them."""
    if not isinstance(slot, Mapping):
        return ""
    value = slot.get("value") or _part(slot, "slotValue").get("value")
    return value.strip() if isinstance(value, str) else ""


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object at ``name``; empty when there is none."""
    part = value.get(name)
    return part if isinstance(part, Mapping) else {}
