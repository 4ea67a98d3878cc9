"""The form in which replies pass from Rasa to a channel, and the replies that a channel gives by itself. No Rasa import."""

from __future__ import annotations

from functools import cache
from typing import Any, Dict, List, Mapping, TypedDict

from legcramps import knowledge
from legcramps.answers import Composer, Context, Heard, respond


class Reply(TypedDict):
    """One message to a person: its text, suggestions (``title`` and ``payload`` each) and the envelope (DESIGN section 3)."""

    text: str
    buttons: List[Dict[str, str]]
    answer: Dict[str, Any]


def from_message(message: Mapping[str, Any]) -> Reply:
    """What an action sent, as Rasa hands it to an output channel."""
    custom = message.get("custom") or {}
    return {
        "text": message.get("text") or "",
        "buttons": list(message.get("buttons") or []),
        "answer": dict(custom.get("answer") or {}),
    }


def to_message(reply: Reply) -> Dict[str, Any]:
    """The other way round: as an action sends it."""
    return {"text": reply["text"], "buttons": reply["buttons"], "custom": {"answer": reply["answer"]}}


@cache
def _unusable(problem: str) -> Any:
    turn = respond(Heard("unusable", signals=frozenset({problem})), Context(), Composer(knowledge.default()))
    return turn.answers[0]


def problem_reply(problem: str) -> Reply:
    """The fixed reply to input that cannot be read, or to a failure inside: ``empty``, ``too_long`` or ``internal``."""
    answer = _unusable(problem)
    return {
        "text": answer.text,
        "buttons": [button.as_dict() for button in answer.buttons],
        "answer": answer.envelope(),
    }
