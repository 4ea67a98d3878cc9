"""An answer as it is said: its pieces in their spoken wording, cut into ideas that a voice channel can arrange.

An idea is what belongs into one breath: one or a few short sentences of which none may be left away without the others ("… might
be more likely. Whether there is a direct link is not known."). As plain data, so that it can pass beside the envelope::

    {"say": ["With dialysis, …"], "kind": "fact", "items": 0}

``kind``: ``fact`` (from the source), ``words`` (of ours), ``advice`` (must be heard even if nothing more is), ``notice`` (given once
in a conversation), ``privacy`` (likewise, and never in the way of the answer), ``offer`` (a question; a yes asks ``payload``). ``items``: how many things of a list it names. ``left``, where the
answer is a page of a list: how many things come after it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import List, TypedDict

from legcramps.answers.types import Answer, Piece, PieceKind


class Idea(TypedDict, total=False):
    """See the module's description; ``payload`` and ``left`` only where they apply."""

    say: List[str]
    kind: str
    items: int
    payload: str
    left: int


HALF_A_THOUGHT = frozenset(
    {"medicines.no_direct_link_known", "known.other_symptoms", "not_covered.treatment_named", "restless_legs.different"}
)
"""Pieces that belong to the piece before them: neither is said without the other."""

_ADVICE = ("advice.", "comparison.closing")
_NOTICES = {"notice.privacy": "privacy", "notice.disclaimer": "notice"}
_MEDICINE = "connect.medicine_class"
"""How a medicine was sorted; aloud it comes after what the source says of its kind, which is the answer."""
_OFFERED = {"comparison.resume": "#tell_apart"}
"""Pieces that are an offer when they are said."""
_LEFT = {"connect.more_to_come": "count"}
"""Pieces that say how many things of a list are left; aloud this is said with the list, not after it."""

_POINT = re.compile(r"comparison\.(pain|urge|lasts|muscle)_")
"""A point of the comparison, which the source's own statement follows."""

_BRACKETS = re.compile(r" \(([^)]*)\)")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


def sentences(speech: str) -> List[str]:
    """The sentences of a spoken wording."""
    return [part for part in _SENTENCE_END.split(speech.strip()) if part]


def aloud(answer: Answer) -> List[Idea]:
    """The answer's ideas in the order in which they are said."""
    ideas: List[Idea] = []
    leading = False
    for piece in _in_spoken_order(answer):
        if piece.key in _LEFT:
            ideas[-1]["left"] = int(dict(piece.arguments)[_LEFT[piece.key]])
            continue
        new = _ideas(piece)
        if ideas and new and (leading or piece.key in HALF_A_THOUGHT):
            ideas[-1]["say"] += new[0]["say"]
            ideas[-1]["items"] += new[0]["items"]
            if new[0]["kind"] == "fact":
                ideas[-1]["kind"] = "fact"
            new = new[1:]
        ideas += new
        leading = piece.text.endswith(":") or _POINT.match(piece.key) is not None
    return ideas


def _in_spoken_order(answer: Answer) -> List[Piece]:
    """The pieces, those that say how a medicine was sorted after the first of the source's statements."""
    sorting = [piece for piece in answer.pieces if piece.key == _MEDICINE]
    rest = [piece for piece in answer.pieces if piece.key != _MEDICINE]
    links = [number for number, piece in enumerate(rest) if piece.key.startswith("link.")]
    if not (sorting and links):
        return list(answer.pieces)
    if len(sorting) > 1:
        # "Among those" would not say which.
        sorting = [replace(piece, speech=_BRACKETS.sub(r", \1", piece.text.replace('"', ""))) for piece in sorting]
    return [*rest[: links[-1] + 1], *sorting, *rest[links[-1] + 1 :]]


def _ideas(piece: Piece) -> List[Idea]:
    """One idea for a piece; for a piece that names a list, one for each sentence that names some of it."""
    kind = "fact" if piece.kind is PieceKind.STATEMENT else "words"
    if piece.key.startswith(_ADVICE):
        kind = "advice"
    kind = _NOTICES.get(piece.key, kind)
    if piece.key in _OFFERED:
        return [{"say": sentences(piece.speech), "kind": "offer", "items": 0, "payload": _OFFERED[piece.key]}]
    if len(piece.spoken) > 1:
        return [{"say": sentences(part), "kind": kind, "items": items} for part, items in piece.spoken]
    if kind == "advice":
        return [{"say": [sentence], "kind": kind, "items": 0} for sentence in sentences(piece.speech)]
    items = piece.spoken[0][1] if piece.spoken else 0
    return [{"say": sentences(piece.speech), "kind": kind, "items": items}]
