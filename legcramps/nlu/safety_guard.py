"""Recognises signs of danger in what a person writes, before anything else reads it.

Deterministic: no model, no training. Every word stands in ``knowledge/safety.yml``; this module only looks for them:

1. the text is cut into words; contractions, misspellings, one typing error and letter tricks ("k1ll") are undone;
2. patterns of words and ``{concepts}`` are searched (their small language is explained at the top of ``safety.yml``);
3. a find is dropped when it is a figure of speech, negated, or excused by its surroundings (a general question, long ago,
   a film …), so that no word raises an alarm alone.

Time grows linearly with the text: a pattern looks only a bounded number of words ahead.
"""
from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Dict, Iterable, Iterator, List, Literal, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from pydantic import conint, constr

from legcramps.knowledge import SAFETY_FILE, KnowledgeError, _line, _parse, _Strict

Name = constr(regex=r"^[a-z][a-z_]*$")
Words = Tuple[str, ...]
Span = Tuple[int, int]  # the first word, and one past the last
Find = Tuple[Span, ...]  # one span for each item of a pattern


class _Excuse(_Strict):
    covers: Literal["after", "clause"]
    until: Name = "turn"
    say: str


class _Sign(_Strict):
    kind: Literal["emergency", "self_harm"]
    say: str
    always: str = ""
    several: str = ""
    at_least: conint(ge=2) = 2
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
_SHORTEST, _LONGEST = 3, 20  # letters of a word in which a typing error is looked for


def _one_edit_apart(a: str, b: str) -> bool:
    """One letter too many, too few or wrong, or two neighbours swapped (Damerau 1964)."""
    a, b = sorted((a, b), key=len)
    i = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), len(a))
    if len(a) < len(b):
        return len(b) - len(a) == 1 and a[i:] == b[i + 1:]
    return a[i + 1:] == b[i + 1:] or (a[i + 2:] == b[i + 2:] and a[i:i + 2] == b[i:i + 2][::-1])


class _Speller:
    """Turns what was typed into the words that the patterns are written in."""

    def __init__(self, words: Set[str], file: _File, english: Mapping[str, int]):
        self._spellings = {wrong: tuple(right.split()) for wrong, right in file.spellings.items()}
        self._left_alone = {*words, *_listed(file.fillers), *_listed(file.real_words), *english}
        others = sorted(filter(str.isalpha, words), key=lambda w: (-english.get(w, 0), w)) if english else []
        self._rank = {word: rank for rank, word in reversed(list(enumerate(_listed(file.tolerant) + others)))}
        self._near: Dict[str, List[str]] = {}
        for word in (w for w in self._rank if len(w) >= _SHORTEST):
            for shorter in (word, *(word[:i] + word[i + 1:] for i in range(len(word)))):
                self._near.setdefault(shorter, []).append(word)

    def words(self, text: str) -> Words:
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
            return ("<year>" if len(token) == 4 and token[:2] in ("19", "20") else "<few>" if len(token) == 1 else "<many>",)
        for candidate in self._readings(token):
            if candidate in self._spellings:
                return self._spellings[candidate]
            if candidate in self._left_alone:
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
        if not _SHORTEST <= len(word) <= _LONGEST:
            return word
        shorter = (word, *(word[:i] + word[i + 1:] for i in range(len(word))))
        near = {w for s in shorter for w in self._near.get(s, ()) if _one_edit_apart(word, w)}
        return min(near, key=self._rank.__getitem__, default=word)


# --- from words to patterns -----------------------------------------------------------------------------------------

_Symbols = Dict[str, Dict[str, List[Words]]]  # "a|{b}" -> first word -> the phrases that it stands for
_GAPS = {"..": (3, False), "...": (7, False), ">>": (25, True)}  # words between, and whether sentences may end there
_SLACK = 8  # fillers that a gap may hold beside those words


class _Reading:
    """One text: its words, and where each symbol stands in it."""

    def __init__(self, words: Words, symbols: _Symbols, fillers: Set[str]):
        self.words = words
        self.at: Dict[str, List[int]] = {}
        for position, word in enumerate(words):
            self.at.setdefault(word, []).append(position)
        self._symbols = symbols
        self._spans: Dict[str, List[Span]] = {}
        self._seen: Dict[str, bool] = {}
        self._costs = [0, *itertools.accumulate(word not in fillers for word in words)]
        self._stops = [0, *itertools.accumulate(word == STOP for word in words)]

    def may_hold(self, symbol: str) -> bool:
        """Whether a phrase of the symbol starts somewhere."""
        seen = self._seen.get(symbol)
        if seen is None:
            seen = self._seen[symbol] = not self._symbols[symbol].keys().isdisjoint(self.at)
        return seen

    def spans(self, symbol: str) -> List[Span]:
        if symbol not in self._spans:
            phrases = self._symbols[symbol]
            self._spans[symbol] = sorted(
                (at, at + len(phrase)) for word in phrases.keys() & self.at.keys() for phrase in phrases[word]
                for at in self.at[word] if len(phrase) == 1 or self.words[at:at + len(phrase)] == phrase)
        return self._spans[symbol]

    def ahead(self, symbol: str, end: int, gap: int, across: bool) -> Iterator[Span]:
        """Where the symbol stands within the gap after the word before ``end``."""
        spans = self.spans(symbol)
        for i in range(bisect_left(spans, (end, 0)), len(spans)):
            start = spans[i][0]
            if self._costs[start] - self._costs[end] > gap or start - end > gap + _SLACK:
                return
            if across or self._stops[start] == self._stops[end]:
                yield spans[i]

    def covered(self, symbol: str) -> Set[int]:
        return {i for span in self.spans(symbol) for i in range(*span)}


class _Pattern:
    """Items in a row, each with the gap allowed before it."""

    def __init__(self, rule: str, line: int, items: Iterable[str]):
        self.rule, self.line = rule, line
        self._steps: List[Tuple[str, int, bool]] = []
        gap, across = 0, False
        for item in items:
            if item in _GAPS:
                gap, across = gap + _GAPS[item][0], across or _GAPS[item][1]
            else:
                self._steps.append((item, gap, across))
                gap, across = 0, False
        self.items = [item.lstrip("!") for item, _, _ in self._steps]
        self.needs = [item for item, _, _ in self._steps if item[0] != "!"]

    @classmethod
    def parse(cls, text: str, rule: str, line: int) -> Iterator["_Pattern"]:
        for ordered in itertools.permutations(text.split(" & ")):
            for items in itertools.product(*([i[:-1], ""] if i.endswith("?") else [i] for i in " ... ".join(ordered).split())):
                yield cls(rule, line, filter(None, items))

    def find(self, text: _Reading) -> Iterator[Find]:
        for first in text.spans(self._steps[0][0]):
            paths: Dict[int, Find] = {first[1]: (first,)}
            for item, gap, across in self._steps[1:]:
                if item[0] == "!":
                    paths = {end: path for end, path in paths.items() if not any(text.ahead(item[1:], end, 0, False))}
                else:
                    paths = {span[1]: (*path, span) for end, path in paths.items() for span in text.ahead(item, end, gap, across)}
            yield from paths.values()


class _Patterns:
    """Many patterns, looked up by the first words of the item that is least common among them all."""

    def __init__(self, patterns: Sequence[_Pattern], symbols: _Symbols, shared: Mapping[str, int]):
        self._patterns = patterns
        self._by_word: Dict[str, List[int]] = {}
        for number, pattern in enumerate(patterns):
            pattern.needs.sort(key=lambda item: sum(shared[word] ** 2 for word in symbols[item]))
            for word in symbols[pattern.needs[0]]:
                self._by_word.setdefault(word, []).append(number)

    def find(self, text: _Reading) -> Iterator[Tuple[_Pattern, Find]]:
        """Every find, in the order of the patterns."""
        for number in sorted({number for word in text.at for number in self._by_word.get(word, ())}):
            pattern = self._patterns[number]
            if all(map(text.may_hold, pattern.needs)):
                yield from ((pattern, found) for found in pattern.find(text))


# --- what surrounds a find ------------------------------------------------------------------------------------------


class _Shade(NamedTuple):
    """Surroundings that excuse a find: their patterns, whether they reach back as well, and where they end."""

    patterns: _Patterns
    back: bool
    until: str


class _Context:
    """Judges what was found in one text."""

    _FARTHEST = 15  # words that a negation reaches over

    def __init__(self, reading: _Reading, figures: _Patterns, shades: Mapping[str, _Shade]):
        self._reading, self._shades = reading, shades
        self._figures = {i for _, found in figures.find(reading) for span in found for i in range(*span)}
        self._negators = reading.covered("{negator}") - reading.covered("{not_negating}") - self._figures
        self._through = reading.covered("{through}")
        self._shaded: Dict[str, Set[int]] = {}

    def is_meant(self, found: Find, unless: Iterable[str]) -> bool:
        own = {i for span in found for i in range(*span)}
        if own & self._figures or any(self._negated(start, own) for start, _ in found):
            return False
        first = min(i for i in own if self._reading.words[i] not in (START, STOP, END))
        return not any(first in self._shaded_by(name) for name in unless)

    def _negated(self, start: int, own: Set[int]) -> bool:
        words = self._reading.words
        for i in range(start - 1, max(start - self._FARTHEST, 0), -1):
            if i in own or i in self._negators:
                return i not in own
            in_list = words[i] == COMMA and not {"or", "nor"}.isdisjoint(words[i:start + 6])
            if not in_list and i not in self._through:
                return False
        return False

    def _shaded_by(self, name: str) -> Set[int]:
        """The words that an excuse covers: to where the sentence turns or ends, or from the turn before."""
        if name not in self._shaded:
            reading, shade, shaded = self._reading, self._shades[name], set()
            turns = {i for word in (START, STOP, END) for i in reading.at.get(word, ())}
            turns.update(start for symbol in {"{turn}", shade.until} for start, _ in reading.spans(symbol))
            for _, found in shade.patterns.find(reading):
                start, end = found[0][0], found[-1][1]
                if self._figures.isdisjoint(i for span in found for i in range(*span)):
                    for way in [range(end, len(reading.words))] + [range(start - 1, 0, -1)] * shade.back:
                        shaded.update(itertools.takewhile(lambda i: i not in turns and i not in shaded, way))
                    shaded.update(range(start, end))
            self._shaded[name] = shaded
        return self._shaded[name]


# --- the guard ------------------------------------------------------------------------------------------------------


class _Compiler:
    """Makes patterns from the file's text and collects what their items stand for."""

    def __init__(self, mapping: Mapping[str, Any], concepts: Mapping[str, str]):
        self._mapping, self._concepts = mapping, {name: _listed(text) for name, text in concepts.items()}
        self.symbols: _Symbols = {}

    def patterns(self, *where: str) -> List[_Pattern]:
        """One pattern a line; its rule is the last two keys, "self_harm.say"."""
        text: Any = self._mapping
        for key in where:
            text = text.get(key, "")
        patterns: List[_Pattern] = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                for pattern in _Pattern.parse(line, ".".join(where[-2:]), number):
                    self.add(pattern.items, number, *where)
                    patterns.append(pattern)
        return patterns

    def add(self, items: Iterable[str], number: int, *where: str) -> None:
        for item in set(items) - self.symbols.keys():
            try:
                phrases = {phrase for part in item.split("|") for phrase in self._say(part)}
            except (KeyError, RecursionError) as error:
                line = _line(self._mapping, where)
                raise KnowledgeError(SAFETY_FILE, line and line + number, f"'{item}': there is no concept {error}",
                                     "Correct the name in the braces, or add it under 'concepts'") from None
            self.symbols[item] = {}
            for phrase in sorted(phrases):
                self.symbols[item].setdefault(phrase[0], []).append(phrase)

    def _say(self, item: str) -> Iterator[Words]:
        """All phrases that an item of a pattern, or a member of a concept, stands for."""
        words = item.replace("-", " ").split()
        if len(words) > 1:
            yield from itertools.product(*([p[0] for p in self._say(word) if len(p) == 1] for word in words))
        elif item.startswith("{"):
            yield from itertools.chain.from_iterable(map(self._say, self._concepts[item[1:-1]]))
        else:
            yield (item,)


class SafetyGuard:
    """Finds signs of danger in one message. Make it once with :meth:`from_mapping`; it keeps nothing of what it reads."""

    def __init__(self, file: _File, make: _Compiler, english: Mapping[str, int]):
        figures = make.patterns("figures")
        shades = {name: make.patterns("excuses", name, "say") for name in file.excuses}
        shades.update((f"{name}.but_not", make.patterns("signs", name, "but_not")) for name in file.signs)
        until = {name: "{%s}" % excuse.until for name, excuse in file.excuses.items()}
        make.add(["{negator}", "{not_negating}", "{through}", "{turn}", *until.values()], 0, "concepts")
        signs = [p for parts in (("say", "always"), ("several",)) for name in file.signs for part in parts
                 for p in make.patterns("signs", name, part)]

        shared = Counter(itertools.chain.from_iterable(make.symbols.values())) + Counter(dict.fromkeys((START, END, STOP, COMMA), 500))
        self._signs = _Patterns(signs, make.symbols, shared)
        self._figures = _Patterns(figures, make.symbols, shared)
        self._shades = {name: _Shade(_Patterns(patterns, make.symbols, shared), name not in file.excuses or file.excuses[name].covers == "clause",
                                     until.get(name, "{turn}")) for name, patterns in shades.items()}
        self._unless = {name: [f"{name}.but_not", *(e for e in file.excuses if e not in sign.ignores)] for name, sign in file.signs.items()}
        self._file, self._symbols, self._fillers = file, make.symbols, {*_listed(file.fillers), COMMA}
        words = {word for phrases in make.symbols.values() for phrase in itertools.chain.from_iterable(phrases.values()) for word in phrase}
        self._speller = _Speller(words, file, english)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], english: Mapping[str, int] = MappingProxyType({})) -> "SafetyGuard":
        """``mapping``: the content of ``knowledge/safety.yml``. ``english``: words and how often they are met; with it a typing
        error is undone in any word of the patterns, without it only in those that the file calls tolerant.

        Raises:
            KnowledgeError: naming file, line and remedy, for the first thing found wrong.
        """
        file: _File = _parse(_File, mapping, SAFETY_FILE)
        for name, sign in file.signs.items():
            for unknown in set(sign.ignores) - set(file.excuses):
                raise KnowledgeError(SAFETY_FILE, _line(mapping, ["signs", name, "ignores"]), f"no excuse '{unknown}'",
                                     f"Write one of: {', '.join(file.excuses)}")
        return cls(file, _Compiler(mapping, file.concepts), english)

    def check(self, text: str) -> Optional[DangerSign]:
        """The gravest sign of danger in ``text`` (the first in the file's order), or None."""
        reading = _Reading(self._speller.words(text), self._symbols, self._fillers)
        context: Optional[_Context] = None
        for rule, finds in itertools.groupby(self._signs.find(reading), key=lambda found: found[0].rule):
            name, part = rule.split(".")
            enough = self._file.signs[name].at_least if part == "several" else 1
            by_line: Dict[int, List[Find]] = {}
            for pattern, found in finds:
                by_line.setdefault(pattern.line, []).append(found)
            if len(by_line) >= enough:
                context = context or _Context(reading, self._figures, self._shades)
                unless = self._unless[name] if part != "always" else ()
                meant = (line for line, found in by_line.items() if any(context.is_meant(f, unless) for f in found))
                if len(list(itertools.islice(meant, enough))) == enough:
                    return DangerSign(self._file.signs[name].kind, name)
        return None
