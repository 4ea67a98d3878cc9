"""A story told: what of it the source speaks of, each with its grade, and never "this is why"."""

from __future__ import annotations

from dataclasses import replace
from typing import List, Optional, Sequence, Tuple

from legcramps.answers.compose import Composer
from legcramps.answers.conditions import ask_which, not_listed
from legcramps.answers.turn import joined, reply, too_long
from legcramps.answers.types import ConditionLink, Context, Heard, Piece, Topic, Turn

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
    story = tuple(dict.fromkeys([*context.story, *ids]))
    turn = Turn((), context)
    closing, short = (
        composer.phrase(f"advice.{key}", paragraph=True) for key in ("not_a_diagnosis", "not_a_diagnosis_short")
    )
    strength = list(composer.knowledge.grades)
    pairs = sorted(((entry.id, entry.link) for entry in entries), key=lambda pair: strength.index(pair[1]))
    while len(pairs) > 1 and too_long((*facts, *rest, short)):
        # So much was told that it takes more than one reply.
        some, part, part_entries = _as_many_as_fit(pairs, intro, composer)
        turn = joined(turn, reply(turn.context, Topic.SITUATION, part, (), part_entries))
        pairs, intro = pairs[some:], None
        facts, entries = composer.links_at(pairs)
    closing = short if too_long((*facts, *rest, closing)) else closing
    more = reply(turn.context, Topic.SITUATION, [*facts, *rest, closing], buttons, entries, story=story)
    turn = joined(turn, replace(more, context=more.context.but(conditions=tuple(ids) or context.conditions)))
    unlisted = heard.named("unlisted")[:MAX_UNLISTED]
    if unlisted:
        turn = joined(turn, not_listed(unlisted, turn.context, composer))
    if heard.named("ambiguous"):
        turn = joined(turn, ask_which(heard.named("ambiguous")[0], turn.context, composer))
    return turn


def _as_many_as_fit(
    pairs: Sequence[Tuple[str, str]], intro: Optional[Piece], composer: Composer
) -> Tuple[int, List[Piece], Tuple[ConditionLink, ...]]:
    """How many of ``pairs`` go into one reply, at least one and never all; its pieces and entries. What has one grade stays together if it can."""
    fitting = []
    for some in range(1, len(pairs)):
        links, entries = composer.links_at(pairs[:some])
        pieces = [intro, *links] if intro else list(links)
        if fitting and too_long(pieces):
            break
        fitting.append((some, pieces, entries))
    whole = [part for part in fitting if pairs[part[0] - 1][1] != pairs[part[0]][1]]
    return (whole or fitting)[-1]
