"""What night leg cramps are and which muscles they take."""

from __future__ import annotations

from legcramps.answers.compose import Composer
from legcramps.answers.turn import reply
from legcramps.answers.types import Context, Heard, Topic, Turn


def answer_definition(heard: Heard, context: Context, composer: Composer) -> Turn:
    pieces = composer.statements("definition.what", "definition.other_name", "definition.calf", "definition.foot_thigh")
    return reply(context, Topic.DEFINITION, pieces, composer.buttons("ask_causes", "ask_relief", "ask_difference"))


def answer_muscles(heard: Heard, context: Context, composer: Composer) -> Turn:
    pieces = composer.statements("definition.calf", "definition.foot_thigh")
    return reply(context, Topic.MUSCLES, pieces, composer.buttons("ask_relief", "ask_causes"))
