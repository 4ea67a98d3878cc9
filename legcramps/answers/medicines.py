"""Whether medicines are linked to night leg cramps."""

from __future__ import annotations

from dataclasses import replace

from legcramps.answers.compose import Composer
from legcramps.answers.conditions import answer_condition
from legcramps.answers.turn import reply
from legcramps.answers.types import Context, Heard, Topic, Turn


def answer_medicines(heard: Heard, context: Context, composer: Composer) -> Turn:
    """About the medicines named; with none named, all that the source says of medicines."""
    named = any(heard.named(kind) for kind in ("condition", "unlisted", "ambiguous"))
    if named or "unknown_medicine" in heard.signals:
        return answer_condition(heard, context, composer)
    pieces = [
        *composer.statements("medicines.examples", "medicines.urine_output", "medicines.no_direct_link_known"),
        composer.phrase("advice.keep_taking", paragraph=True),
    ]
    turn = reply(context, Topic.MEDICINES, pieces, composer.buttons("ask_evidence", "ask_condition_list"))
    spoken_of = tuple(c.id for c in composer.knowledge.in_group("medicines"))
    return replace(turn, context=turn.context.but(conditions=spoken_of))
