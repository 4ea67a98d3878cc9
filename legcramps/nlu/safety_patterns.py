"""Searches a message for patterns of words and ``{concepts}``, in the small language explained in ``knowledge/safety.yml``."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Sequence, Set, Tuple

from legcramps.knowledge import SAFETY_FILE, KnowledgeError, line_of
from legcramps.nlu.safety_words import STOP

Words = Tuple[str, ...]
Span = Tuple[int, int]
"""The first word, and one past the last."""
Find = Tuple[Span, ...]
"""One span for each item of a pattern."""
Symbols = Dict[str, Dict[str, List[Words]]]
"""What a pattern's item ("calf", "a|{b}") stands for: first word -> phrases."""

_GAPS = {"..": (3, False), "...": (7, False), ">>": (25, True)}  # words between, and whether sentences may end there
_SLACK = 8  # fillers that a gap may hold beside those words


class Reading:
    """One text: its words, and where each symbol stands in it."""

    def __init__(self, words: Words, symbols: Symbols, fillers: Set[str]):
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
                (at, at + len(phrase))
                for word in phrases.keys() & self.at.keys()
                for phrase in phrases[word]
                for at in self.at[word]
                if len(phrase) == 1 or self.words[at : at + len(phrase)] == phrase
            )
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


class Pattern:
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
    def parse(cls, text: str, rule: str, line: int) -> Iterator[Pattern]:
        for ordered in itertools.permutations(text.split(" & ")):
            for items in itertools.product(
                *([i[:-1], ""] if i.endswith("?") else [i] for i in " ... ".join(ordered).split())
            ):
                yield cls(rule, line, filter(None, items))

    def find(self, text: Reading) -> Iterator[Find]:
        for first in text.spans(self._steps[0][0]):
            paths: Dict[int, Find] = {first[1]: (first,)}
            for item, gap, across in self._steps[1:]:
                if item[0] == "!":
                    paths = {end: path for end, path in paths.items() if not any(text.ahead(item[1:], end, 0, False))}
                else:
                    paths = {
                        span[1]: (*path, span)
                        for end, path in paths.items()
                        for span in text.ahead(item, end, gap, across)
                    }
            yield from paths.values()


class Patterns:
    """Many patterns, looked up by the first words of the item that is least common among them all."""

    def __init__(self, patterns: Sequence[Pattern], symbols: Symbols, shared: Mapping[str, int]):
        self._patterns = patterns
        self._by_word: Dict[str, List[int]] = {}
        for number, pattern in enumerate(patterns):
            pattern.needs.sort(key=lambda item: sum(shared[word] ** 2 for word in symbols[item]))
            for word in symbols[pattern.needs[0]]:
                self._by_word.setdefault(word, []).append(number)

    def find(self, text: Reading) -> Iterator[Tuple[Pattern, Find]]:
        """Every find, in the order of the patterns."""
        for number in sorted({number for word in text.at for number in self._by_word.get(word, ())}):
            pattern = self._patterns[number]
            if all(map(text.may_hold, pattern.needs)):
                yield from ((pattern, found) for found in pattern.find(text))


def listed(text: str) -> List[str]:
    """The members of a list written with commas."""
    return [item.strip() for item in text.split(",") if item.strip()]


class Compiler:
    """Makes patterns from the file's text and collects in ``symbols`` what their items stand for."""

    def __init__(self, mapping: Mapping[str, Any]):
        self._mapping = mapping
        self._concepts = {name: listed(text) for name, text in mapping["concepts"].items()}
        self.symbols: Symbols = {}

    def patterns(self, *where: str) -> List[Pattern]:
        """The patterns that stand there, one a line or more; their rule is the last two keys, "self_harm.say"."""
        text: Any = self._mapping
        for key in where:
            text = text.get(key, "")
        patterns: List[Pattern] = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                for pattern in Pattern.parse(line, ".".join(where[-2:]), number):
                    self.add(pattern.items, number, *where)
                    patterns.append(pattern)
        return patterns

    def add(self, items: Iterable[str], number: int, *where: str) -> None:
        """Looks up what the items stand for; they are written ``number`` lines below the key ``where``."""
        for item in set(items) - self.symbols.keys():
            try:
                phrases = {phrase for part in item.split("|") for phrase in self._say(part)}
            except (KeyError, RecursionError) as error:
                line = line_of(self._mapping, where)
                raise KnowledgeError(
                    SAFETY_FILE,
                    line and line + number,
                    f"'{item}': there is no concept {error}",
                    "Correct the name in the braces, or add it under 'concepts'",
                ) from None
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
