"""Restless legs syndrome, only so far as the source sets it beside night leg cramps. Which of the two: ``comparison.py``."""

from __future__ import annotations

from dataclasses import replace

from legcramps.answers.compose import Composer
from legcramps.answers.turn import aside, reply
from legcramps.answers.types import Context, Heard, Outcome, Topic, Turn


def answer_restless_legs(heard: Heard, context: Context, composer: Composer) -> Turn:
    pieces = composer.statements("restless_legs.urge", "restless_legs.pain", "restless_legs.lasts")
    return reply(context, Topic.RESTLESS_LEGS, pieces, composer.buttons("ask_difference", "tell_apart"))


def answer_difference(heard: Heard, context: Context, composer: Composer) -> Turn:
    pieces = composer.statements(
        "restless_legs.confused",
        "restless_legs.different",
        "restless_legs.urge",
        "restless_legs.pain",
        "restless_legs.lasts",
        "definition.what",
    )
    return reply(context, Topic.DIFFERENCE, pieces, composer.buttons("tell_apart", "ask_causes"))


def answer_restless_legs_other(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Not covered. The talk is of restless legs from then on: "how is it treated?" after it must not get facts of cramps."""
    pieces = (composer.phrase("not_covered.restless_legs_other"), composer.phrase("advice.ask_professional"))
    turn = aside(
        context,
        Outcome.NOT_COVERED,
        pieces,
        composer.buttons("ask_restless_legs", "ask_difference"),
        Topic.RESTLESS_LEGS_OTHER,
    )
    return replace(turn, context=turn.context.but(topic=Topic.RESTLESS_LEGS.value))
