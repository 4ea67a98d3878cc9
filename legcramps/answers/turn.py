"""Short ways to make a :class:`Turn`, shared by the skills."""

from __future__ import annotations

from typing import Iterable, Optional, Sequence

from legcramps.answers.types import Answer, Button, ConditionLink, Context, Outcome, Piece, Topic, Turn

MAX_WORDS = 90
"""Of a reply, the once-only notices left out."""


def reply(
    context: Context,
    topic: Topic,
    pieces: Iterable[Piece],
    buttons: Sequence[Button] = (),
    conditions: Sequence[ConditionLink] = (),
    outcome: Outcome = Outcome.ANSWERED,
    **remember: object,
) -> Turn:
    """One answer, with the context moved on to its topic. ``remember`` are fields of the context to set."""
    answer = Answer(outcome, tuple(pieces), topic, tuple(conditions), tuple(buttons))
    named = tuple(dict.fromkeys(c.id for c in conditions))
    fresh = {
        "topic": topic.value,
        "conditions": named or context.conditions,
        "shown": (),
        "position": 0,
        "misunderstood": 0,
        "options": tuple(b.payload for b in buttons),
        "offer": buttons[0].payload if len(buttons) == 1 else None,
    }
    return Turn((answer,), context.but(**{**fresh, **remember}))


def aside(
    context: Context,
    outcome: Outcome,
    pieces: Iterable[Piece],
    buttons: Sequence[Button] = (),
    topic: Optional[Topic] = None,
    **remember: object,
) -> Turn:
    """A reply that says nothing of the source and leaves the topic of the talk where it was."""
    answer = Answer(outcome, tuple(pieces), topic, (), tuple(buttons))
    fresh = {
        "misunderstood": 0,
        "options": tuple(b.payload for b in buttons) or context.options,
        "offer": buttons[0].payload if len(buttons) == 1 else None,
    }
    return Turn((answer,), context.but(**{**fresh, **remember}))


def joined(first: Turn, second: Turn) -> Turn:
    """Both turns' answers; ``second`` was made with ``first``'s context."""
    return Turn(first.answers + second.answers, second.context, first.judgements + second.judgements)


def too_long(pieces: Iterable[Piece]) -> bool:
    """Whether a reply of these pieces would be more than anybody reads at 3 a.m."""
    return sum(len(piece.text.split()) for piece in pieces) > MAX_WORDS
