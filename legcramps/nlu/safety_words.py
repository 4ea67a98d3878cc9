"""Cuts a message into the words that the patterns of ``knowledge/safety.yml`` are written in.

Contractions, common misspellings, one typing error and letter tricks ("k1ll", "s u i c i d e") are undone here.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Container, Dict, Iterable, Iterator, Mapping, Sequence, Tuple

START, END, STOP, COMMA = "^", "$", ".", ","
_TOKEN = re.compile(
    r"\d+(?:[.,:/]\d+)+|[a-z0-9$@](?:[a-z0-9'$@!*|]*[a-z0-9])?|\.{2,}|[.!?;\n]+|[,:()—–]|(?<!\S)-+(?!\S)"
)
_SPELT_OUT = re.compile(r"\b(?:[a-z][ .*_-]{1,2}){3,}[a-z]\b")  # s u i c i d e
_TRICKS = [str.maketrans("013457$@!|", f"o{one}eastsai{one}") for one in "il"]  # k1ll
_REPEATS = re.compile(r"(.)\1{2,}")  # heeelp
SHORTEST, LONGEST = 3, 20
"""Letters of a word in which a typing error is looked for."""


def _shorter(word: str) -> Iterator[str]:
    """The word, and the word without one of its letters."""
    yield word
    yield from (word[:i] + word[i + 1 :] for i in range(len(word)))


def _one_edit_apart(a: str, b: str) -> bool:
    """One letter too many, too few or wrong, or two neighbours swapped (Damerau 1964)."""
    a, b = sorted((a, b), key=len)
    i = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), len(a))
    if len(a) < len(b):
        return len(b) - len(a) == 1 and a[i:] == b[i + 1 :]
    return a[i + 1 :] == b[i + 1 :] or (a[i + 2 :] == b[i + 2 :] and a[i : i + 2] == b[i : i + 2][::-1])


class SafetyWords:
    """Turns what was typed into the words that the patterns are written in.

    ``left_alone`` and ``english``: words that are never mended; ``tolerant``: words in which one typing
    error is undone, the likelier first; ``spellings``: typed -> meant.
    """

    def __init__(
        self, left_alone: Iterable[str], english: Container[str], tolerant: Iterable[str], spellings: Mapping[str, str]
    ):
        # The English words are many, and shared with the speller: no copy is made of them.
        self._left_alone, self._english = frozenset(left_alone), english
        self._spellings = {wrong: tuple(right.split()) for wrong, right in spellings.items()}
        self._rank: Dict[str, int] = {}
        self._near: Dict[str, Tuple[str, ...]] = {}
        for word in tolerant:
            if len(word) >= SHORTEST and word not in self._rank:
                self._rank[word] = len(self._rank)
                for shorter in _shorter(word):
                    self._near[shorter] = (*self._near.get(shorter, ()), word)

    def read(self, text: str) -> Tuple[str, ...]:
        """The words of ``text`` between START and END, with STOP where a sentence ends and COMMA at other marks."""
        if not text.isascii():
            text = unicodedata.normalize("NFKD", re.sub("[’‘´`]", "'", text))
            text = "".join(c for c in text if unicodedata.category(c) not in ("Mn", "Cf"))
        text = _SPELT_OUT.sub(lambda spelt: re.sub("[^a-z]", "", spelt.group()), text.lower())
        words = [START]
        for token in _TOKEN.findall(text):
            if token[0].isalnum() or token[0] in "$@":
                words.extend(self._read(token))
            else:
                words.append(STOP if token[0] in ".!?;\n" and token[:2] != ".." else COMMA)
        while words[-1] in (STOP, COMMA):
            words.pop()
        return (*words, END)

    def _read(self, token: str) -> Sequence[str]:
        if token.isdigit() and token not in self._left_alone:
            return (
                "<year>" if len(token) == 4 and token[:2] in ("19", "20") else "<few>" if len(token) == 1 else "<many>",
            )
        for candidate in self._readings(token):
            if candidate in self._spellings:
                return self._spellings[candidate]
            if candidate in self._left_alone or candidate in self._english:
                return (candidate,)
        parts = re.split("[^a-z0-9]+", token.replace("'", ""))
        return [word for part in parts for word in self._read(part)] if len(parts) > 1 else (self._mended(parts[0]),)

    @staticmethod
    def _readings(token: str) -> Iterator[str]:
        """What a token may stand for, the likeliest first."""
        yield token
        if token.endswith("'s"):
            yield token[:-2]
        plain = token.replace("'", "")
        yield plain
        if not plain.isalpha():
            yield from map(plain.translate, _TRICKS)
        for letters in (r"\1\1", r"\1"):
            yield _REPEATS.sub(letters, plain)

    def _mended(self, word: str) -> str:
        if not SHORTEST <= len(word) <= LONGEST:
            return word
        near = {w for shorter in _shorter(word) for w in self._near.get(shorter, ()) if _one_edit_apart(word, w)}
        return min(near, key=self._rank.__getitem__, default=word)
