"""Recognises signs of danger in what a person writes, before anything else reads it.

Deterministic: no model, no training. Every word stands in ``knowledge/safety.yml``; this module only looks for them:

1. the text is cut into words; contractions, misspellings, one typing error and letter tricks ("k1ll") are undone;
2. words and phrases are found that stand for a word or ``{concept}`` of the patterns;
3. patterns of them are searched (their small language is explained at the top of ``safety.yml``);
4. a find is dropped when it is a figure of speech, negated, or excused by its surroundings (a general question, long ago,
   a film …), so that no word raises an alarm alone.

Time grows linearly with the text: a pattern looks only a bounded number of words ahead.
"""
from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, Dict, FrozenSet, Iterable, Iterator, List, Literal, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from pydantic import conint, constr

from legcramps.knowledge import SAFETY_FILE, KnowledgeError, _line, _parse, _Strict

Name = constr(regex=r"^[a-z][a-z_]*$")
Span = Tuple[int, int]  # first word, and one past the last


class _Excuse(_Strict):
    covers: Literal["after", "clause"]
    until: Name = "turn"
    say: str


class _Sign(_Strict):
    kind: Literal["emergency", "self_harm"]
    say: str
    always: str = ""
    several: str = ""
    at_least: conint(ge=2) = 3
    ignores: List[Name] = []
    but_not: str = ""


class _File(_Strict):
    fillers: str
    spellings: Dict[str, str]
    tolerant: str
    real_words: str
    concepts: Dict[Name, str]
    figures: str
    excuses: Dict[Name, _Excuse]
    signs: Dict[Name, _Sign]


@dataclass(frozen=True)
class DangerSign:
    """What was recognised: ``sign`` is its key in ``safety.yml``."""

    kind: Literal["emergency", "self_harm"]
    sign: str


def _listed(text: str) -> List[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


# --- from text to words ---------------------------------------------------------------------------------------------

START, END, STOP, COMMA = "^", "$", ".", ","
_TOKEN = re.compile(r"\d+(?:[.,:/]\d+)+|[a-z0-9$@](?:[a-z0-9'$@!*|]*[a-z0-9])?|\.{2,}|[.!?;\n]+|[,:()—–]|(?<!\S)-+(?!\S)")
_SPELT_OUT = re.compile(r"\b(?:[a-z][ .*_-]{1,2}){3,}[a-z]\b")  # s u i c i d e
_TRICKS = [str.maketrans("013457$@!|", f"o{one}eastsai{one}") for one in "il"]  # k1ll
_REPEATS = re.compile(r"(.)\1{2,}")  # heeelp


def _one_edit_apart(a: str, b: str) -> bool:
    """One letter too many, too few or wrong, or two neighbours swapped (Damerau 1964)."""
    a, b = sorted((a, b), key=len)
    i = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), len(a))
    if len(a) < len(b):
        return len(b) - len(a) == 1 and a[i:] == b[i + 1:]
    return a[i + 1:] == b[i + 1:] or (a[i + 2:] == b[i + 2:] and a[i:i + 2] == b[i:i + 2][::-1])


class _Speller:
    """Turns what was typed into the words that the patterns are written in."""

    def __init__(self, words: Set[str], file: _File):
        self._spellings = {wrong: tuple(right.split()) for wrong, right in file.spellings.items()}
        self._left_alone = words | set(_listed(file.fillers)) | set(_listed(file.real_words))
        self._near: Dict[str, List[str]] = {}
        for word in _listed(file.tolerant):
            for shorter in (word, *(word[:i] + word[i + 1:] for i in range(len(word)))):
                self._near.setdefault(shorter, []).append(word)

    def words(self, text: str) -> List[str]:
        if not text.isascii():
            text = re.sub("[’‘´`]", "'", text)
            text = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in ("Mn", "Cf"))
        text = _SPELT_OUT.sub(lambda spelt: re.sub("[^a-z]", "", spelt.group()), text.lower())
        words = [START]
        for token in _TOKEN.findall(text):
            if token[0].isalnum() or token[0] in "$@":
                words.extend(self._read(token))
            else:
                words.append(STOP if token[0] in ".!?;\n" and token[:2] != ".." else COMMA)
        while words[-1] in (STOP, COMMA):
            words.pop()
        return [*words, END]

    def _read(self, token: str) -> Sequence[str]:
        if token in self._spellings:
            return self._spellings[token]
        if token in self._left_alone:
            return (token,)
        if token.isdigit():
            return ("<year>" if len(token) == 4 and token[:2] in ("19", "20") else "<few>" if len(token) == 1 else "<many>",)
        if token.endswith("'s"):
            return self._read(token[:-2])
        plain = token.replace("'", "")
        tries = [plain, *(plain.translate(trick) for trick in _TRICKS), _REPEATS.sub(r"\1\1", plain), _REPEATS.sub(r"\1", plain)]
        for candidate in tries:
            if candidate in self._spellings:
                return self._spellings[candidate]
            if candidate in self._left_alone:
                return (candidate,)
        parts = re.split("[^a-z0-9]+", plain)
        return [word for part in parts for word in self._read(part)] if len(parts) > 1 else (self._mended(plain),)

    def _mended(self, word: str) -> str:
        for shorter in (word, *(word[:i] + word[i + 1:] for i in range(len(word)))) if 4 <= len(word) <= 20 else ():
            for near in self._near.get(shorter, ()):
                if (near[0] == word[0] or near[1::-1] == word[:2]) and _one_edit_apart(word, near):
                    return near
        return word


# --- from words to patterns -----------------------------------------------------------------------------------------

_GAPS = {"..": (3, False), "...": (7, False), ">>": (25, True)}  # words between, and whether sentences may end there
_SLACK = 8  # fillers that a gap may hold beside those words
_Phrases = Dict[str, List[Tuple[Tuple[str, ...], str]]]  # first word -> whole phrase and the symbol it stands for


class _Reading:
    """One text: its words, and where each symbol (a word, a ``{concept}`` or ``a|{b}``) stands in it."""

    def __init__(self, words: List[str], phrases: _Phrases, fillers: FrozenSet[str]):
        self.words = words
        self.where: Dict[str, List[Span]] = {}
        for start, word in enumerate(words):
            for phrase, symbol in phrases.get(word, ()):
                if len(phrase) == 1 or tuple(words[start:start + len(phrase)]) == phrase:
                    self.where.setdefault(symbol, []).append((start, start + len(phrase)))
        self._costs = [0, *itertools.accumulate(word not in fillers for word in words)]
        self._stops = [0, *itertools.accumulate(word == STOP for word in words)]

    def ahead(self, symbol: str, end: int, gap: int, across: bool) -> Iterator[Span]:
        """Where the symbol stands within the gap after the word before ``end``."""
        spans = self.where.get(symbol, [])
        for i in range(bisect_left(spans, (end, 0)), len(spans)):
            start = spans[i][0]
            if self._costs[start] - self._costs[end] > gap or start - end > gap + _SLACK:
                return
            if across or self._stops[start] == self._stops[end]:
                yield spans[i]

    def covered(self, symbol: str) -> Set[int]:
        return {i for span in self.where.get(symbol, ()) for i in range(*span)}


class _Pattern:
    """Symbols in a row, each with the gap allowed before it."""

    def __init__(self, items: Iterable[str], line: int):
        self.line = line
        self._steps: List[Tuple[str, int, bool]] = []
        gap, across = 0, False
        for item in items:
            if item in _GAPS:
                gap, across = gap + _GAPS[item][0], across or _GAPS[item][1]
            else:
                self._steps.append((item, gap, across))
                gap, across = 0, False
        self.symbols = [symbol.lstrip("!") for symbol, _, _ in self._steps]
        self.needs = frozenset(symbol for symbol, _, _ in self._steps if symbol[0] != "!")

    @classmethod
    def parse(cls, text: str, line: int) -> Iterator["_Pattern"]:
        for ordered in itertools.permutations(text.split(" & ")):
            for items in itertools.product(*([i[:-1], ""] if i.endswith("?") else [i] for i in " ... ".join(ordered).split())):
                yield cls(filter(None, items), line)

    def find(self, text: _Reading) -> Iterator[Tuple[Span, ...]]:
        for first in text.where[self._steps[0][0]]:
            paths: Dict[int, Tuple[Span, ...]] = {first[1]: (first,)}
            for symbol, gap, across in self._steps[1:]:
                if symbol[0] == "!":
                    paths = {end: path for end, path in paths.items() if not any(text.ahead(symbol[1:], end, 0, False))}
                else:
                    paths = {span[1]: (*path, span) for end, path in paths.items() for span in text.ahead(symbol, end, gap, across)}
            yield from paths.values()


class _Rule:
    """The patterns of one sign, of one excuse, or of the figures of speech."""

    def __init__(self, name: str, patterns: Sequence[_Pattern], kind: str = "", covers: str = "clause", until: str = "{turn}",
                 unless: Sequence["_Rule"] = (), at_least: int = 1):
        self.name, self.kind, self.covers, self.until, self.unless, self.at_least = name, kind, covers, until, unless, at_least
        shared: Dict[str, int] = {}
        for symbol in itertools.chain.from_iterable(p.needs for p in patterns):
            shared[symbol] = shared.get(symbol, 0) + 1
        self._by_rarest: Dict[str, List[_Pattern]] = {}
        for pattern in patterns:
            self._by_rarest.setdefault(min(pattern.needs, key=lambda s: (shared[s], s)), []).append(pattern)

    def find(self, text: _Reading) -> Iterator[Tuple[int, Tuple[Span, ...]]]:
        """Every find, with the number of the line that its pattern stands in."""
        for symbol in self._by_rarest.keys() & text.where.keys():
            for pattern in self._by_rarest[symbol]:
                if pattern.needs <= text.where.keys():
                    yield from ((pattern.line, found) for found in pattern.find(text))


# --- what surrounds a find ------------------------------------------------------------------------------------------


class _Context:
    """Judges what was found in one text."""

    _FARTHEST = 15  # words that a negation reaches over

    def __init__(self, reading: _Reading, figures: _Rule):
        self._reading = reading
        self._figures = {i for _, spans in figures.find(reading) for span in spans for i in range(*span)}
        self._negators = reading.covered("{negator}") - reading.covered("{not_negating}") - self._figures
        self._through = reading.covered("{through}")
        self._shadows: Dict[str, Set[int]] = {}

    def is_meant(self, found: Sequence[Span], unless: Iterable[_Rule]) -> bool:
        own = {i for span in found for i in range(*span)}
        if own & self._figures or any(self._negated(start, own) for start, _ in found):
            return False
        first = min(i for i in own if self._reading.words[i] not in (START, STOP, END))
        return not any(first in self._shadow(excuse) for excuse in unless)

    def _negated(self, start: int, own: Set[int]) -> bool:
        words = self._reading.words
        for i in range(start - 1, max(start - self._FARTHEST, 0), -1):
            if i in own:
                return False
            if i in self._negators:
                return True
            in_list = words[i] == COMMA and not {"or", "nor"}.isdisjoint(words[i:start + 6])
            if not in_list and i not in self._through:
                return False
        return False

    def _shadow(self, excuse: _Rule) -> Set[int]:
        """The words that an excuse covers: up to where the sentence turns, and for a clause from there as well."""
        if excuse.name not in self._shadows:
            shadow = self._shadows[excuse.name] = set()
            words, where = self._reading.words, self._reading.where
            breaks = {i for i, word in enumerate(words) if word in (START, STOP, END)}
            breaks.update(start for symbol in ("{turn}", excuse.until) for start, _ in where.get(symbol, ()))
            for _, found in excuse.find(self._reading):
                start, end = found[0][0], found[-1][1]
                if self._figures.isdisjoint(i for span in found for i in range(*span)):
                    reach = [range(end, len(words))] + [range(start - 1, 0, -1)] * (excuse.covers == "clause")
                    for direction in reach:
                        shadow.update(itertools.takewhile(lambda i: i not in breaks and i not in shadow, direction))
                    shadow.update(range(start, end))
        return self._shadows[excuse.name]


# --- the guard ------------------------------------------------------------------------------------------------------


class _Compiler:
    """Makes rules from the file's text and collects the phrases that they look for."""

    def __init__(self, mapping: Mapping[str, Any], concepts: Mapping[str, str]):
        self._mapping, self._concepts = mapping, {name: _listed(text) for name, text in concepts.items()}
        self.phrases: _Phrases = {}
        self.words: Set[str] = set()
        self._added: Set[str] = set()

    def rule(self, name: str, *where: str, **more: Any) -> _Rule:
        text: Any = self._mapping
        for key in where:
            text = text.get(key, "")
        patterns: List[_Pattern] = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                for pattern in _Pattern.parse(line, number):
                    self.add(pattern.symbols, number, *where)
                    patterns.append(pattern)
        return _Rule(name, patterns, **more)

    def add(self, symbols: Iterable[str], number: int, *where: str) -> None:
        for symbol in set(symbols) - self._added:
            try:
                phrases = set(itertools.chain.from_iterable(self._say(part) for part in symbol.split("|")))
            except (KeyError, RecursionError) as error:
                line = _line(self._mapping, where)
                raise KnowledgeError(SAFETY_FILE, line and line + number, f"'{symbol}': there is no concept {error}",
                                     "Correct the name in the braces, or add it under 'concepts'") from None
            self._added.add(symbol)
            for phrase in sorted(phrases):
                self.phrases.setdefault(phrase[0], []).append((phrase, symbol))
                self.words.update(phrase)

    def _say(self, item: str) -> Iterator[Tuple[str, ...]]:
        """All phrases that an item of a pattern or a concept stands for."""
        words = item.replace("-", " ").split()
        if len(words) > 1:
            yield from itertools.product(*([p[0] for p in self._say(word) if len(p) == 1] for word in words))
        elif item.startswith("{"):
            yield from itertools.chain.from_iterable(self._say(said) for said in self._concepts[item[1:-1]])
        else:
            yield (item,)


class SafetyGuard:
    """Finds signs of danger in one message. Make it once with :meth:`from_mapping`; it keeps nothing of what it reads."""

    def __init__(self, signs: Sequence[_Rule], figures: _Rule, phrases: _Phrases, fillers: Iterable[str], speller: _Speller):
        self._signs, self._figures, self._phrases, self._speller = tuple(signs), figures, phrases, speller
        self._fillers = frozenset(fillers) | {COMMA}

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "SafetyGuard":
        """``mapping``: the content of ``knowledge/safety.yml``.

        Raises:
            KnowledgeError: naming file, line and remedy, for the first thing found wrong.
        """
        file: _File = _parse(_File, mapping, SAFETY_FILE)
        make = _Compiler(mapping, file.concepts)
        make.add(["{negator}", "{not_negating}", "{through}", "{turn}"], 0, "concepts")
        excuses = {}
        for name, excuse in file.excuses.items():
            until = "{%s}" % excuse.until
            make.add([until], 0, "excuses", name, "until")
            excuses[name] = make.rule(name, "excuses", name, "say", covers=excuse.covers, until=until)
        signs: List[_Rule] = []
        for name, sign in file.signs.items():
            for unknown in set(sign.ignores) - set(excuses):
                raise KnowledgeError(SAFETY_FILE, _line(mapping, ["signs", name, "ignores"]), f"no excuse '{unknown}'",
                                     f"Write one of: {', '.join(excuses)}")
            own = make.rule(f"but_not.{name}", "signs", name, "but_not")
            unless = (own, *(excuse for key, excuse in excuses.items() if key not in sign.ignores))
            signs.append(make.rule(name, "signs", name, "say", kind=sign.kind, unless=unless))
            signs.append(make.rule(name, "signs", name, "always", kind=sign.kind))
            signs.append(make.rule(name, "signs", name, "several", kind=sign.kind, unless=unless, at_least=sign.at_least))
        return cls(signs, make.rule("figures", "figures"), make.phrases, _listed(file.fillers), _Speller(make.words, file))

    def check(self, text: str) -> Optional[DangerSign]:
        """The gravest sign of danger in ``text`` (the first in the file's order), or None."""
        reading = _Reading(self._speller.words(text), self._phrases, self._fillers)
        context: Optional[_Context] = None
        for sign in self._signs:
            meant: Set[int] = set()
            for number, found in sign.find(reading):
                context = context or _Context(reading, self._figures)
                if number not in meant and context.is_meant(found, sign.unless):
                    meant.add(number)
                    if len(meant) == sign.at_least:
                        return DangerSign(sign.kind, sign.name)  # type: ignore[arg-type]
        return None
