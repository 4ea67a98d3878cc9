"""The fixed words for an emergency and for self-harm. General safety advice, not from the source; no menu, no facts."""

from __future__ import annotations

from legcramps.answers.compose import Composer
from legcramps.answers.turn import aside
from legcramps.answers.types import Context, Heard, Outcome, Turn


def answer_urgent(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Act first. A calf that is hot, red or swollen, or one swollen leg, has words of its own: it is urgent, not the emergency number."""
    number = composer.operator.emergency_number or composer.phrase("safety.emergency_number").text
    key = "safety.urgent_leg" if heard.sign == "leg_clot" else "safety.urgent"
    return aside(context, Outcome.URGENT, [composer.phrase(key, number=number)], offer=None, options=())


def answer_crisis(heard: Heard, context: Context, composer: Composer) -> Turn:
    number = composer.operator.emergency_number or composer.phrase("safety.emergency_number").text
    line = composer.operator.crisis_line or composer.phrase("safety.crisis_line").text
    return aside(
        context, Outcome.CRISIS, [composer.phrase("safety.crisis", number=number, line=line)], offer=None, options=()
    )
