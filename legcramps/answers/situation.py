"""A story told: what of it the source speaks of, each with its grade, and never "this is why"."""

from __future__ import annotations

from dataclasses import replace
from typing import List

from legcramps.answers.compose import Composer
from legcramps.answers.conditions import (
    ask_which,
    in_parts,
    known_already,
    medicine_classes,
    no_age,
    not_listed,
    unknown_medicine,
)
from legcramps.answers.turn import joined, reply, too_long
from legcramps.answers.types import Context, Heard, Piece, Topic, Turn

MAX_UNLISTED = 3


def answer_situation(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Each thing of the sufferer's own with its link, and what the source adds to it; then what it does not name, and what is not clear."""
    own = [m for m in heard.named() if m.person == "self"]
    ids = [m.id for m in own]
    turn = _of_the_source(ids, heard, context, composer)
    turn = replace(turn, context=turn.context.but(conditions=tuple(ids) or context.conditions))
    unlisted = heard.named("unlisted")[:MAX_UNLISTED]
    if unlisted:
        turn = joined(turn, not_listed(unlisted, turn.context, composer))
    if "unknown_medicine" in heard.signals:
        turn = joined(turn, unknown_medicine(turn.context, composer))
    if heard.named("ambiguous"):
        turn = joined(turn, ask_which(heard.named("ambiguous")[0], turn.context, composer))
    return turn


def _of_the_source(ids: List[str], heard: Heard, context: Context, composer: Composer) -> Turn:
    restless = composer.statements("restless_legs.confused", "restless_legs.different")
    restless = restless if "restless_legs" in heard.signals else ()
    rest: List[Piece] = []
    if set(ids) & composer.medicines:
        rest.append(composer.phrase("advice.keep_taking", paragraph=True))
    if any(m.person != "self" for m in heard.named()):
        rest.append(composer.phrase("connect.left_out_others"))
    buttons = composer.buttons("ask_condition_list", "ask_relief", "tell_apart" if restless else "ask_evidence")
    closing, short = (
        composer.phrase(f"advice.{key}", paragraph=True) for key in ("not_a_diagnosis", "not_a_diagnosis_short")
    )
    if not ids:
        facts = composer.statements("causes.usually_unknown", "causes.likely_mechanism")
        pieces = [composer.phrase("situation.nothing_named"), *facts, *restless, *rest, closing]
        return reply(context, Topic.SITUATION, pieces, buttons)
    own = [m for m in heard.mentions if m.person == "self"]
    opening = medicine_classes(own, ids, composer)
    if "likely_mechanism" in composer.grades_of(ids):
        opening += composer.statements("causes.usually_unknown")
    opening.append(composer.phrase("situation.intro"))
    links, entries = composer.links(ids)
    pairs = [(entry.id, entry.link) for entry in entries]
    also = known_already(ids, composer)
    also = (*also, *no_age(ids, [*opening, *links, *also, *restless, *rest, closing], composer))
    whole = [*opening, *links, *also, *restless, *rest, closing]
    if not too_long(whole):
        return reply(context, Topic.SITUATION, whole, buttons, entries)
    turn = Turn((), context)
    weaker = [pair for pair in pairs if pair[1] != "known_cause"]
    if also and weaker and too_long((*opening, *links, *also, *rest, short)):
        # What is added to the known causes stays with them.
        links, entries = composer.links_at([pair for pair in pairs if pair not in weaker])
        intro = opening[-1:] if too_long((*opening, *links, *also)) else opening
        turn = reply(context, Topic.SITUATION, [*intro, *links, *also], (), entries)
        opening, pairs, also = opening[: -len(intro)], weaker, ()
    # So much may be told that it takes more than one reply.
    more, opening, pairs = in_parts(pairs, opening, (*also, *rest, short), Topic.SITUATION, turn.context, composer)
    turn = joined(turn, more)
    links, entries = composer.links_at(pairs)
    facts = [*opening, *links, *also]
    restless = () if too_long((*facts, *restless, *rest, short)) else restless
    closing = short if too_long((*facts, *restless, *rest, closing)) else closing
    last = reply(turn.context, Topic.SITUATION, [*facts, *restless, *rest, closing], buttons, entries)
    return joined(turn, last)
