"""Manners: greeting, thanks, who are you, feelings. Short, warm, no facts and no jokes about symptoms."""

from __future__ import annotations

from legcramps.answers.compose import Composer
from legcramps.answers.turn import aside
from legcramps.answers.types import Context, Heard, Outcome, Turn
from legcramps.intents import SMALL_TALK

PHRASE_OF = {intent: f"small_talk.{intent}" for intent in SMALL_TALK}

_WITH_BUTTONS = ("greet", "ask_help", "ask_identity", "express_feeling")


def answer_small_talk(heard: Heard, context: Context, composer: Composer) -> Turn:
    buttons = composer.buttons("ask_relief", "ask_causes", "ask_difference") if heard.intent in _WITH_BUTTONS else ()
    return aside(context, Outcome.SMALL_TALK, [composer.phrase(PHRASE_OF[heard.intent])], buttons)
