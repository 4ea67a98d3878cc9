"""Corrects typing errors in words that nobody writes on purpose, so that what follows sees the word that was meant.

A word is left alone when it is a word: one that our own files hold, or one of the 160,000 English words of ``pyspellchecker``'s
list. Otherwise the nearest word by one edit is taken (Damerau 1964: a letter too many, too few, wrong, or two swapped): our own
words before others, the commoner before the rarer. Long words of our own are also found by two edits, since they are the ones that people
cannot spell ("hypotyroidizm").
"""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, Iterable, Iterator, List, Mapping, Optional, Set, Tuple

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_WORD = re.compile(r"^[a-z]+$")

SHORTEST = 3
SHORT_UNTIL = 4
"""Words of up to this many letters have many neighbours: they are only mended to one of our core words, or to a very common word."""
VERY_COMMON, COMMON = 250_000, 5_000
"""How often the list's texts must hold a short or a longer word for it to be what a typing error meant."""
ON_PURPOSE = frozenset("thx thanx cuz coz argh arrgh aargh gon wan".split())
"""Short forms that people type on purpose and no list of words holds ("gonna" is cut into "gon" and "na")."""
TWO_EDITS_FROM = 8
"""Words of at least this many letters may be two edits away from one of our own."""


def english_words() -> Dict[str, int]:
    """English words and how often they were met. Takes half a second; needed only to build the pipeline."""
    from spellchecker import SpellChecker

    frequency = SpellChecker(language="en").word_frequency.dictionary
    return {word: count for word, count in frequency.items() if len(word) > 1 and _WORD.match(word)}


def one_edit(word: str) -> Iterator[str]:
    """Every string one edit away from ``word`` (with repeats)."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield head + tail[1:]
            for letter in _LETTERS:
                yield head + letter + tail[1:]
        for letter in _LETTERS:
            yield head + letter + tail


def _within_two_edits(a: str, b: str) -> bool:
    """Optimal string alignment distance ≤ 2."""
    before: List[int] = []
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, previous = previous, row
    return previous[-1] <= 2


class Speller:
    """``own``: the words of the knowledge files; ``usual``: words that people often write to us; ``english``: words with their
    frequency; ``core``: the few words that our questions turn on (cramp, calf, night), preferred to all others."""

    def __init__(
        self, own: Iterable[str], english: Mapping[str, int], usual: Iterable[str] = (), core: Iterable[str] = ()
    ):
        self._core: FrozenSet[str] = frozenset(w for w in core if _WORD.match(w))
        self._own: FrozenSet[str] = frozenset(w for w in own if _WORD.match(w))
        self._usual: FrozenSet[str] = frozenset(w for w in usual if _WORD.match(w))
        self._english = english
        self._long: Dict[str, List[Tuple[str, FrozenSet[str]]]] = {}
        for word in sorted(self._own):
            if len(word) >= TWO_EDITS_FROM:
                self._long.setdefault(word[0], []).append((word, frozenset(word)))

    def knows(self, word: str) -> bool:
        """Whether ``word`` (small letters) is a word as it stands, plural included."""
        if not _WORD.match(word) or word in self._english or word in self._own or word in self._usual:
            return True
        return word.endswith("s") and not word.endswith("ss") and (word[:-1] in self._own or word[:-1] in self._english)

    def correct(self, word: str) -> str:
        """The word that was meant; ``word`` itself (small letters) when it is a word or nothing is near."""
        if not SHORTEST <= len(word) <= 24 or not _WORD.match(word) or word in self._english or word in ON_PURPOSE:
            return word
        squeezed = re.sub(r"(.)\1{2,}", r"\1\1", word)
        if squeezed in self._english:
            return squeezed
        near = set(one_edit(squeezed))
        # A core word first, even where the misspelling stands in our files as something people write.
        core = self._best(near & self._core)
        if core and len(squeezed) > SHORTEST:
            return core
        if self.knows(word):
            return word
        if len(squeezed) <= SHORT_UNTIL:
            common = {w for w in near if self._english.get(w, 0) >= VERY_COMMON}
            swapped = {w for w in common if sorted(w) == sorted(squeezed)}
            return core or self._best(swapped) or self._best(common) or word
        return (
            self._best(near & self._own)
            or self._best(near & self._usual)
            or self._best({w for w in near if self._english.get(w, 0) >= COMMON})
            or self._two_edits(squeezed)
            or word
        )

    def _best(self, candidates: Set[str]) -> Optional[str]:
        return min(candidates, key=lambda w: (-self._english.get(w, 0), w), default=None)

    def _two_edits(self, word: str) -> Optional[str]:
        """The nearest long word of our own; people get the first letter right."""
        if len(word) < TWO_EDITS_FROM - 1:
            return None
        letters = frozenset(word)
        # An edit changes the set of letters by two at most; this leaves few words for the slow comparison.
        return self._best(
            {
                c
                for c, its in self._long.get(word[0], ())
                if abs(len(c) - len(word)) <= 2 and len(its ^ letters) <= 4 and _within_two_edits(word, c)
            }
        )
