"""Why people get night leg cramps: in general, the known causes, and who gets them more often."""

from __future__ import annotations

from legcramps.answers.compose import Composer
from legcramps.answers.conditions import no_age
from legcramps.answers.turn import reply
from legcramps.answers.types import Context, Heard, Topic, Turn


def answer_causes(heard: Heard, context: Context, composer: Composer) -> Turn:
    pieces = composer.statements("causes.usually_unknown", "causes.likely_mechanism", "known.list", "list.other_issues")
    return reply(
        context, Topic.CAUSES, pieces, composer.buttons("ask_condition_list", "ask_medicines", "ask_risk_factors")
    )


def answer_known_causes(heard: Heard, context: Context, composer: Composer) -> Turn:
    pieces = composer.statements("known.list", "known.already_know", "known.other_symptoms")
    return reply(context, Topic.KNOWN_CAUSES, pieces, composer.buttons("ask_condition_list", "ask_evidence"))


def answer_risk_factors(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Who gets them more often; of age or pregnancy by name, every link that it has."""
    named = [m.id for m in heard.named() if m.id in ("age", "pregnancy")]
    links, conditions = composer.links(named)
    pieces = (*links, *no_age(named, links, composer)) or composer.statements("risk.age", "risk.pregnancy")
    return reply(
        context, Topic.RISK_FACTORS, pieces, composer.buttons("ask_condition_list", "ask_medicines"), conditions
    )
