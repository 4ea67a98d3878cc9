"""What is not this assistant's business: refused kindly, with nothing from the source."""

from __future__ import annotations

from legcramps.answers.compose import Composer
from legcramps.answers.turn import aside
from legcramps.answers.types import Context, Heard, Outcome, Turn


def answer_out_of_scope(heard: Heard, context: Context, composer: Composer) -> Turn:
    if "other_language" in heard.signals:
        key = "language"
    else:
        key = "other_health" if heard.intent == "ask_other_health" else "off_topic"
    if key == "off_topic" and _said_last(key, context):
        key = "off_topic_again"
    return aside(
        context,
        Outcome.OUT_OF_SCOPE,
        [composer.phrase(f"out_of_scope.{key}")],
        composer.buttons("ask_definition", "ask_help"),
    )


def _said_last(key: str, context: Context) -> bool:
    """Whether the last turn said so already: the same words again and again are a dead end."""
    last = context.said[-1] if context.said else ()
    return any(piece[0].startswith(f"out_of_scope.{key}") for stored in last for piece in stored["pieces"])
