"""What eases a cramp: the one thing that the source gives."""

from __future__ import annotations

from legcramps.answers.compose import Composer
from legcramps.answers.turn import reply
from legcramps.answers.types import Context, Heard, Topic, Turn


def answer_relief(heard: Heard, context: Context, composer: Composer) -> Turn:
    pieces = (composer.statement("relief.stretch"), composer.phrase("relief.go_gently"))
    return reply(context, Topic.RELIEF, pieces, composer.buttons("ask_causes", "ask_definition"))
