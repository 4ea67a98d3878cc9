"""Long texts cut to what a platform takes: between paragraphs, else sentences, else words. Pure; no Rasa import."""

from __future__ import annotations

import re
from bisect import bisect
from typing import Callable, Iterator, List

Measure = Callable[[str], int]

_ENDS = re.compile(r"(?<=[.!?…])(?=\s)|(?<=\n\n)(?=\S)")
_WORDS = re.compile(r"\S+\s*|\s+")


def split(text: str, limit: int, measure: Measure = len) -> List[str]:
    """The text in parts that measure at most ``limit`` each; one part where it fits. No word is lost.

    Args:
        measure: how long the platform takes a text to be. It must not shrink when a text grows.
    """
    if measure(text) <= limit:
        return [text]
    parts, current = [], ""
    for piece in _pieces(text, limit, measure):
        if current.strip() and measure((current + piece).strip()) > limit:
            parts.append(current.strip())
            current = ""
        current += piece
    if current.strip():
        parts.append(current.strip())
    return parts


def cut(text: str, limit: int) -> str:
    """The text in at most ``limit`` characters, with an ellipsis where something is left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _pieces(text: str, limit: int, measure: Measure) -> Iterator[str]:
    """Sentences; words where a sentence is too long; pieces of words where a word is."""
    for sentence in _ENDS.split(text):
        if measure(sentence.strip()) <= limit:
            yield sentence
            continue
        for word in _WORDS.findall(sentence):
            while measure(word.strip()) > limit:
                # At least one character, or it would never end.
                most = max(bisect(range(1, limit + 1), limit, key=lambda size, word=word: measure(word[:size])), 1)
                yield word[:most]
                word = word[most:]
            yield word
