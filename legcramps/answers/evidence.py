"""How sure the source is of something, and where it says it."""

from __future__ import annotations

from typing import List, Sequence, Tuple

from legcramps.answers.compose import Composer, join_names
from legcramps.answers.turn import joined, reply, too_long
from legcramps.answers.types import ConditionLink, Context, Heard, Piece, Topic, Turn


def answer_evidence(heard: Heard, context: Context, composer: Composer) -> Turn:
    """The grade of what is named, or was spoken of last, explained; else how the source's claims differ in strength."""
    ids = [m.id for m in heard.named()] or list(
        context.conditions if context.topic != Topic.CONDITION_LIST.value else ()
    )
    if ids:
        pieces, entries = _explained(ids, composer)
        return reply(context, Topic.EVIDENCE, pieces, composer.buttons("ask_source", "ask_condition_list"), entries)
    firm: List[Piece] = [
        composer.phrase("evidence.intro"),
        *composer.statements("causes.usually_unknown", "causes.likely_mechanism", "known.list"),
    ]
    weaker = composer.statements(
        "risk.age",
        "risk.pregnancy",
        "medicines.urine_output",
        "medicines.no_direct_link_known",
        "list.other_issues",
    )
    first = reply(context, Topic.EVIDENCE, firm)  # all of it is more than one reply may hold
    buttons = composer.buttons("ask_source", "ask_known_causes")
    return joined(first, reply(first.context, Topic.EVIDENCE, weaker, buttons))


def _explained(ids: Sequence[str], composer: Composer) -> Tuple[List[Piece], Tuple[ConditionLink, ...]]:
    """Each link in the words of its grade, and after it what the grade means where there is room for that.

    Where not even all links fit into one reply, it says that there are others.
    """
    others: List[Piece] = []
    links, entries = composer.links(ids)
    while too_long((*links, *others)):
        ids, others = ids[:-1], [composer.phrase("evidence.others", paragraph=True)]
        links, entries = composer.links(ids)
    explained: List[Piece] = []
    for grade in composer.grades_of(ids):
        meaning = composer.grade_meaning(grade)
        room = not too_long((*links, *(piece for piece in explained if piece not in links), meaning, *others))
        of_grade, _ = composer.links_at([(entry.id, grade) for entry in entries if entry.link == grade])
        explained += [*of_grade, meaning] if room else of_grade
    return [*explained, *others], entries


def answer_source(heard: Heard, context: Context, composer: Composer) -> Turn:
    """Where the last answer stands in the source, and what the source is."""
    pieces = [composer.phrase("source.where")]
    url = composer.operator.source_url
    if url:
        pieces.append(composer.phrase("source.link", url=url))
    last = composer.restore_turn(context.said[-1]) if context.said else ()
    places = [cite for answer in last for cite in answer.citations]
    if not places:
        pieces.append(composer.phrase("source.nothing_yet"))
        return reply(context, Topic.SOURCE, pieces, composer.buttons("ask_definition", "ask_causes"))
    names = join_names(list(dict.fromkeys(str(place) for place in places)))
    pieces.insert(0, composer.phrase("source.last", places=names))
    return reply(context, Topic.SOURCE, pieces, composer.buttons("ask_evidence"))
