"""A story told: what of it the source speaks of, each with its grade, and never "this is why"."""

from __future__ import annotations

from dataclasses import replace

from legcramps.answers.compose import Composer
from legcramps.answers.conditions import ask_which, in_parts, not_listed
from legcramps.answers.turn import joined, reply, too_long
from legcramps.answers.types import Context, Heard, Topic, Turn

MAX_UNLISTED = 3


def answer_situation(heard: Heard, context: Context, composer: Composer) -> Turn:
    own = [m for m in heard.named() if m.person == "self"]
    others = [m for m in heard.named() if m.person != "self"]
    ids = [m.id for m in own]
    links, entries = composer.links(ids)
    intro = composer.phrase("situation.intro" if ids else "situation.nothing_named")
    facts = [intro, *(links or composer.statements("causes.usually_unknown", "causes.likely_mechanism"))]
    rest = []
    restless = "restless_legs" in heard.signals
    if restless:
        rest += composer.statements("restless_legs.confused", "restless_legs.different")
    if others:
        rest.append(composer.phrase("connect.left_out_others"))
    buttons = composer.buttons("ask_condition_list", "ask_relief", "tell_apart" if restless else "ask_evidence")
    turn = Turn((), context)
    closing, short = (
        composer.phrase(f"advice.{key}", paragraph=True) for key in ("not_a_diagnosis", "not_a_diagnosis_short")
    )
    pairs = [(entry.id, entry.link) for entry in entries]
    if pairs:
        # So much may be told that it takes more than one reply.
        turn, intro, pairs = in_parts(pairs, facts[:1], (*rest, short), Topic.SITUATION, context, composer)
        links, entries = composer.links_at(pairs)
        facts = [*intro, *links]
    closing = short if too_long((*facts, *rest, closing)) else closing
    more = reply(turn.context, Topic.SITUATION, [*facts, *rest, closing], buttons, entries)
    turn = joined(turn, replace(more, context=more.context.but(conditions=tuple(ids) or context.conditions)))
    unlisted = heard.named("unlisted")[:MAX_UNLISTED]
    if unlisted:
        turn = joined(turn, not_listed(unlisted, turn.context, composer))
    if heard.named("ambiguous"):
        turn = joined(turn, ask_which(heard.named("ambiguous")[0], turn.context, composer))
    return turn
