"""What a client sends about an answer ("this helped", "this didn't"), checked against the closed lists and the knowledge. No Rasa import."""

from __future__ import annotations

from typing import Any, Collection, List, Mapping, Optional

from legcramps import knowledge
from legcramps.answers.types import Judgement, Outcome, Reason, Topic
from legcramps.channels.guard import Refused

FEEDBACK_FORM = 'Send JSON like {"answer": the "answer" of the message, "helpful": false, "reason": "unclear"}.'

OUTCOMES = tuple(outcome.value for outcome in Outcome)
TOPICS = tuple(topic.value for topic in Topic)
REASONS = tuple(reason.value for reason in Reason)

_FIELDS = ("answer", "helpful", "reason")
_OF_AN_ANSWER = ("outcome", "topic", "conditions", "statements", "citations")


def read_judgement(item: Mapping[str, Any]) -> Judgement:
    """The judgement in a request's JSON. Refused with 400 when a field is missing, unknown, or holds what is on no list.

    The answer is kept as its ids; its citations are looked at and left out, as they follow from the statements.
    """
    _only(item, _FIELDS, "The request")
    helpful, reason = item.get("helpful"), item.get("reason")
    if not isinstance(helpful, bool):
        raise _refused("'helpful' is missing or neither true nor false")
    if reason is not None and reason not in REASONS:
        raise _refused(f"'reason' must be one of {', '.join(REASONS)}, or left out")
    if helpful and reason is not None:
        raise _refused("A 'reason' is for an answer that did not help")
    return Judgement(helpful, _read_answer(item.get("answer")), Reason(reason) if reason else None)


def _read_answer(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping):
        raise _refused("'answer' is missing or no object")
    _only(answer, _OF_AN_ANSWER, "'answer'")
    known = knowledge.default()
    if answer.get("outcome") not in OUTCOMES:
        raise _refused("'answer.outcome' is on no list")
    if answer.get("topic") is not None and answer["topic"] not in TOPICS:
        raise _refused("'answer.topic' is on no list")
    conditions = _list(answer, "conditions")
    for link in conditions:
        entry = known.conditions.get(link.get("id")) if isinstance(link, Mapping) and _is_text(link.get("id")) else None
        if entry is None or set(link) != {"id", "link"}:
            raise _refused("'answer.conditions' names what the knowledge does not have")
        if link["link"] is not None and link["link"] not in [one.grade for one in entry.links]:
            raise _refused(f"'answer.conditions' gives {entry.id} a link that it does not have")
    statements = _list(answer, "statements")
    for statement in statements:
        if not _is_text(statement) or statement not in known.statements:
            raise _refused("'answer.statements' names what the knowledge does not have")
    places = [cite.as_dict() for statement in known.statements.values() for cite in statement.cites]
    if any(place not in places for place in _list(answer, "citations")):
        raise _refused("'answer.citations' names a place that nothing is cited from")
    return {
        "outcome": answer["outcome"],
        "topic": answer.get("topic"),
        "conditions": [{"id": link["id"], "link": link["link"]} for link in conditions],
        "statements": statements,
    }


def _list(answer: Mapping[str, Any], name: str) -> List[Any]:
    """A field that is a list in which nothing stands twice; an answer may lack it."""
    values = answer.get(name, [])
    if not isinstance(values, list) or any(value in values[:number] for number, value in enumerate(values)):
        raise _refused(f"'answer.{name}' is no list of different things")
    return values


def _only(item: Mapping[str, Any], allowed: Collection[str], where: str) -> None:
    unknown: Optional[str] = next((name for name in item if name not in allowed), None)
    if unknown is not None:
        raise _refused(f"{where} has a field that is not known; there are {', '.join(allowed)}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _refused(what: str) -> Refused:
    return Refused(400, f"{what}. {FEEDBACK_FORM}")
