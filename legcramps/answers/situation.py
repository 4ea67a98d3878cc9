"""A story told: what of it the source speaks of, each with its grade, and never "this is why"."""
from __future__ import annotations

from legcramps.answers.compose import Composer
from legcramps.answers.conditions import ask_which, not_listed
from legcramps.answers.turn import joined, reply
from legcramps.answers.types import Context, Heard, Topic, Turn

MAX_UNLISTED = 3


def answer_situation(heard: Heard, context: Context, composer: Composer) -> Turn:
    own = [m for m in heard.named() if m.person == "self"]
    others = [m for m in heard.named() if m.person != "self"]
    ids = [m.id for m in own]
    links, entries = composer.links(ids)
    pieces = [composer.phrase("situation.intro" if ids else "situation.nothing_named")]
    pieces += links or composer.statements("causes.usually_unknown", "causes.likely_mechanism")
    if "restless_legs" in heard.signals:
        pieces += composer.statements("restless_legs.confused", "restless_legs.different")
    if others:
        pieces.append(composer.phrase("connect.left_out_others"))
    pieces.append(composer.phrase("advice.not_a_diagnosis", paragraph=True))
    turn = reply(context, Topic.SITUATION, pieces, composer.buttons("ask_condition_list", "ask_relief", "ask_evidence"), entries,
                 story=tuple(dict.fromkeys([*context.story, *ids])))
    unlisted = heard.named("unlisted")[:MAX_UNLISTED]
    if unlisted:
        turn = joined(turn, not_listed(unlisted, turn.context, composer))
    if heard.named("ambiguous"):
        turn = joined(turn, ask_which(heard.named("ambiguous")[0], turn.context, composer))
    return turn
