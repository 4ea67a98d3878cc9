"""Recognises signs of danger in what a person writes, before anything else reads it.

Deterministic: no model, no training. Every word stands in ``knowledge/safety.yml``; this module only looks for them:

1. the text is cut into words, misspellings and letter tricks undone (``safety_words.py``);
2. patterns of words and ``{concepts}`` are searched (``safety_patterns.py``);
3. a find is dropped when it is a figure of speech, negated, or excused by its surroundings (a general question, long ago,
   a film …), so that no word raises an alarm alone.

Time grows linearly with the text: a pattern looks only a bounded number of words ahead.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Literal, Mapping, NamedTuple, Optional, Sequence, Set

from legcramps.knowledge import Safety, read_safety
from legcramps.nlu.safety_patterns import Compiler, Find, Patterns, Reading, listed
from legcramps.nlu.safety_words import COMMA, END, START, STOP, SafetyWords


@dataclass(frozen=True)
class DangerSign:
    """What was recognised: ``sign`` is its key in ``safety.yml``; ``words`` are those it was seen in and a few around them, misspellings undone."""

    kind: Literal["emergency", "self_harm"]
    sign: str
    words: str = field(default="", compare=False, repr=False)
    weak: bool = field(default=False, compare=False)
    """Told by several weak words together, none of which says it alone."""
    certain: bool = field(default=False, compare=False)
    """Said in words that mean nothing else: nothing may overrule it."""


class _Shade(NamedTuple):
    """Surroundings that excuse a find: their patterns, whether they reach back as well, and where they end."""

    patterns: Patterns
    back: bool
    until: str


class _Context:
    """Judges what was found in one text."""

    _FARTHEST = 15  # words that a negation reaches over

    def __init__(self, reading: Reading, figures: Patterns, shades: Mapping[str, _Shade]):
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
            in_list = words[i] == COMMA and not {"or", "nor"}.isdisjoint(words[i : start + 6])
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


_AROUND = 4


def _around(words: Sequence[str], finds: Iterable[Find]) -> str:
    """The words of finds, with a few before and after them."""
    spans = [span for found in finds for span in found]
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    return " ".join(w for w in words[max(0, start - _AROUND) : end + _AROUND] if w not in (START, STOP, END, COMMA))


class SafetyGuard:
    """Finds signs of danger in one message. Make it once with :meth:`from_mapping`; it keeps nothing of what it reads."""

    def __init__(self, file: Safety, make: Compiler, english: Mapping[str, int]):
        figures = make.patterns("figures")
        shades = [
            (name, make.patterns("excuses", name, "say"), excuse.covers == "clause", f"{{{excuse.until}}}")
            for name, excuse in file.excuses.items()
        ]
        shades += [(f"{name}.but_not", make.patterns("signs", name, "but_not"), True, "{turn}") for name in file.signs]
        # What is told by several together weighs less than any sign that stands alone.
        signs = [
            pattern
            for parts in (("always", "say"), ("several",))
            for name in file.signs
            for part in parts
            for pattern in make.patterns("signs", name, part)
        ]
        make.add(
            ["{negator}", "{not_negating}", "{through}", "{turn}", *(until for _, _, _, until in shades)], 0, "concepts"
        )

        shared = Counter(itertools.chain.from_iterable(make.symbols.values()))
        shared.update(dict.fromkeys((START, END, STOP, COMMA, *listed(file.common)), 1000))
        self._signs, self._figures = (Patterns(patterns, make.symbols, shared) for patterns in (signs, figures))
        self._shades = {
            name: _Shade(Patterns(patterns, make.symbols, shared), back, until)
            for name, patterns, back, until in shades
        }
        self._unless = {
            name: [f"{name}.but_not", *(e for e in file.excuses if e not in sign.ignores)]
            for name, sign in file.signs.items()
        }
        self._file, self._symbols, self._fillers = file, make.symbols, {*listed(file.fillers), COMMA}

        words = {
            word
            for phrases in make.symbols.values()
            for phrase in itertools.chain(*phrases.values())
            for word in phrase
        }
        others = sorted(filter(str.isalpha, words), key=lambda word: (-english.get(word, 0), word))
        self._words = SafetyWords(
            {*words, *self._fillers, *listed(file.real_words)},
            english,
            [*listed(file.tolerant), *others],
            file.spellings,
        )

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], english: Mapping[str, int]) -> SafetyGuard:
        """``mapping``: the content of ``knowledge/safety.yml``. ``english``: words and how often they are met, which are never taken
        for a typing error of another word.

        Raises:
            KnowledgeError: naming file, line and remedy, for the first thing found wrong.
        """
        return cls(read_safety(mapping), Compiler(mapping), english)

    def check(self, text: str) -> Optional[DangerSign]:
        """The gravest sign of danger in ``text`` (the first in the file's order), or None."""
        reading = Reading(self._words.read(text), self._symbols, self._fillers)
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
                meant = (
                    f
                    for found in by_line.values()
                    for f in [next((f for f in found if context.is_meant(f, unless)), None)]
                    if f
                )
                seen = list(itertools.islice(meant, enough))
                if len(seen) == enough:
                    return DangerSign(
                        self._file.signs[name].kind,
                        name,
                        _around(reading.words, seen),
                        part == "several",
                        part == "always",
                    )
        return None
