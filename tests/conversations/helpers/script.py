"""Reads a conversation file: what a person says, turn by turn, and what is expected of the replies.

The form is described in ``tests/conversations/README.md``. A mistake in a file raises :class:`ScriptError` with file, line and remedy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from legcramps import knowledge
from legcramps.answers import Outcome, Topic
from legcramps.answers.registry import INTENTS

OUTCOMES = frozenset(outcome.value for outcome in Outcome)
TOPICS = frozenset(topic.value for topic in Topic)
EXPECTATIONS = (
    "outcome",
    "topic",
    "conditions",
    "conditions_have",
    "grades",
    "intent",
    "text_has",
    "text_has_not",
    "buttons_has",
    "buttons_at_most",
    "same_as",
    "not_same_as",
    "shorter_than",
)
KEYS_OF_A_FILE = ("turns", "each", "given", "expect")


class ScriptError(ValueError):
    """A conversation file is not as described. The message names file, line and remedy."""


@dataclass(frozen=True)
class Expect:
    """What the replies to one turn must be. A field that is None, or empty, is not checked.

    ``outcomes`` and ``topics``: the allowed values of each reply, in any order; with ``…_for_all`` the one holds for every reply.
    ``conditions`` are all that the envelopes name, ``conditions_have`` some of them. ``same_as``, ``not_same_as``
    and ``shorter_than`` are earlier turns, counted from 1.
    """

    outcomes: Tuple[FrozenSet[str], ...] = ()
    outcome_for_all: bool = False
    topics: Tuple[FrozenSet[str], ...] = ()
    topic_for_all: bool = False
    conditions: Optional[FrozenSet[str]] = None
    conditions_have: FrozenSet[str] = frozenset()
    grades: Optional[FrozenSet[str]] = None
    intents: FrozenSet[str] = frozenset()
    text_has: Tuple[str, ...] = ()
    text_has_not: Tuple[str, ...] = ()
    buttons_has: Tuple[str, ...] = ()
    buttons_at_most: Optional[int] = None
    same_as: Optional[int] = None
    not_same_as: Optional[int] = None
    shorter_than: Optional[int] = None

    @property
    def is_empty(self) -> bool:
        return self == Expect()

    def with_own(self, own: Expect) -> Expect:
        """``own`` over this: what both speak of is ``own``'s, but lists of texts, buttons and some conditions are joined."""
        changes = {f.name: getattr(own, f.name) for f in fields(own) if getattr(own, f.name) != f.default}
        for name in ("text_has", "text_has_not", "buttons_has"):
            changes[name] = (*getattr(self, name), *getattr(own, name))
        changes["conditions_have"] = self.conditions_have | own.conditions_have
        for values, for_all in (("outcomes", "outcome_for_all"), ("topics", "topic_for_all")):
            if getattr(own, values):
                changes[for_all] = getattr(own, for_all)
        return replace(self, **changes)


@dataclass(frozen=True)
class TurnScript:
    """One turn: a text to say, the title of a button of the reply before to press, or something that is not understood."""

    line: int
    says: Optional[str]
    presses: Optional[str]
    mumbles: bool
    expect: Expect

    def __str__(self) -> str:
        words = "(mumbles)" if self.mumbles else self.says if self.presses is None else f"[{self.presses}]"
        return f"line {self.line}: {words if len(words) <= 300 else words[:300] + '…'}"


@dataclass(frozen=True)
class Script:
    """A conversation file. ``conversations`` holds one, or one for each variant; none knows of the others."""

    path: Path
    conversations: Tuple[Tuple[TurnScript, ...], ...]

    @property
    def turns(self) -> List[TurnScript]:
        return [turn for conversation in self.conversations for turn in conversation]


def read(path: Path, name: Optional[str] = None) -> Script:
    """Reads and checks one file. ``name`` is how errors call it.

    Raises:
        ScriptError: with file, line and remedy.
    """
    return _Reader(path, name or path.name).read()


@lru_cache(maxsize=1)
def _known_conditions() -> FrozenSet[str]:
    return frozenset(knowledge.default().conditions)


@lru_cache(maxsize=1)
def _known_grades() -> FrozenSet[str]:
    return frozenset(knowledge.default().grades)


@dataclass
class _Reader:
    path: Path
    name: str

    def fail(self, line: int, problem: str, remedy: str) -> ScriptError:
        return ScriptError(f"{self.name}:{line}: {problem}. {remedy}.")

    def read(self) -> Script:
        try:
            content = YAML(typ="rt").load(self.path.read_text(encoding="utf8"))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = error.problem or error.context
            raise self.fail(
                mark.line + 1 if mark else 1, f"not valid YAML: {what}", "Quote texts that hold a colon"
            ) from None
        except UnicodeDecodeError as error:
            raise self.fail(1, f"not UTF-8 text (byte {error.start})", "Save the file as UTF-8") from None
        if not isinstance(content, CommentedMap):
            raise self.fail(1, "the file holds no mapping", f"Start it with one of: {', '.join(KEYS_OF_A_FILE[:2])}")
        self._only(content, KEYS_OF_A_FILE)
        if ("turns" in content) == ("each" in content):
            raise self.fail(1, "it needs either 'turns' or 'each'", "Write one of them")
        if "turns" in content:
            for key in ("given", "expect"):
                if key in content:
                    raise self.fail(
                        _line_of(content, key), f"'{key}' belongs to 'each'", "Put it into the turn it is meant for"
                    )
            conversations = [self._list_of_turns(content, "turns")]
        else:
            conversations = self._each(content)
        for conversation in conversations:
            if conversation[-1].expect.is_empty:
                raise self.fail(
                    conversation[-1].line,
                    "nothing is expected of the last turn",
                    f"Add one of: {', '.join(EXPECTATIONS)}",
                )
        return Script(self.path, tuple(tuple(turns) for turns in conversations))

    def _each(self, content: CommentedMap) -> List[List[TurnScript]]:
        """Each variant starts with the turns of ``given``; it is a text, a turn, or several. ``expect`` holds for its last turn."""
        given = self._list_of_turns(content, "given") if "given" in content else []
        expect = (
            self._expect(content["expect"], _line_of(content, "expect"), len(given) + 1)
            if "expect" in content
            else Expect()
        )
        variants = content["each"]
        if not isinstance(variants, CommentedSeq) or not variants:
            raise self.fail(_line_of(content, "each"), "'each' is no list", "List texts, or turns with 'me:'")
        conversations = []
        for number, variant in enumerate(variants):
            line = variants.lc.item(number)[0] + 1
            if isinstance(variant, str):
                turns = [TurnScript(line, variant, None, False, expect)]
            elif isinstance(variant, CommentedSeq) and variant:
                turns = self._turns(variant, len(given) + 1, expect)
            else:
                turns = [self._turn(variant, line, len(given) + 1, expect)]
            conversations.append([*given, *turns])
        said = [[turn.says or turn.presses for turn in conversation] for conversation in conversations]
        for number, words in enumerate(said):
            if words in said[:number]:
                raise self.fail(conversations[number][-1].line, f"'{words[-1]}' stands here twice", "Leave one out")
        return conversations

    def _list_of_turns(self, content: CommentedMap, key: str) -> List[TurnScript]:
        turns = content[key]
        if not isinstance(turns, CommentedSeq) or not turns:
            raise self.fail(_line_of(content, key), f"'{key}' is no list", "List turns, each with 'me:'")
        return self._turns(turns, 1, Expect())

    def _turns(self, turns: CommentedSeq, first: int, expect_of_last: Expect) -> List[TurnScript]:
        last = len(turns) - 1
        return [
            self._turn(turn, turns.lc.item(i)[0] + 1, first + i, expect_of_last if i == last else Expect())
            for i, turn in enumerate(turns)
        ]

    def _turn(self, turn: Any, line: int, number: int, expect: Expect) -> TurnScript:
        """A turn with what it expects itself over ``expect``."""
        if not isinstance(turn, CommentedMap):
            raise self.fail(line, "a turn must be a mapping", "Write 'me: what the person says'")
        self._only(turn, ("me", "press", "mumble", "times", *EXPECTATIONS))
        said = [key for key in ("me", "press", "mumble") if key in turn]
        if len(said) != 1:
            raise self.fail(line, "a turn needs one of 'me', 'press' and 'mumble'", "Write one of them")
        words = turn[said[0]]
        if (words is not True) if said[0] == "mumble" else not isinstance(words, str):
            raise self.fail(
                _line_of(turn, said[0]), f"'{said[0]}' is no text", "Put it in quotes; mumble is always true"
            )
        own = CommentedMap((key, value) for key, value in turn.items() if key in EXPECTATIONS)
        if own:
            own.lc.data = turn.lc.data
            own.lc.line = turn.lc.line
            expect = expect.with_own(self._expect(own, line, number))
        times = turn.get("times", 1)
        if not isinstance(times, int) or times < 1:
            raise self.fail(
                _line_of(turn, "times"), "'times' is no number", "Say how often the text is written in a row"
            )
        says = words * times if said[0] == "me" else None
        return TurnScript(line, says, words if said[0] == "press" else None, said[0] == "mumble", expect)

    def _expect(self, wanted: Any, line: int, number: int) -> Expect:
        if not isinstance(wanted, CommentedMap):
            raise self.fail(line, "what is expected must be a mapping", f"Use: {', '.join(EXPECTATIONS)}")
        self._only(wanted, EXPECTATIONS)
        outcomes, outcome_for_all = self._one_or_each(wanted, "outcome", OUTCOMES)
        topics, topic_for_all = self._one_or_each(wanted, "topic", TOPICS)
        intents = self._alternatives(wanted, "intent", wanted["intent"], INTENTS) if "intent" in wanted else frozenset()
        conditions = self._names(wanted, "conditions", _known_conditions())
        grades = self._names(wanted, "grades", _known_grades())
        return Expect(
            outcomes,
            outcome_for_all,
            topics,
            topic_for_all,
            conditions,
            self._names(wanted, "conditions_have", _known_conditions()) or frozenset(),
            grades,
            intents,
            self._texts(wanted, "text_has"),
            self._texts(wanted, "text_has_not"),
            self._texts(wanted, "buttons_has"),
            self._number(wanted, "buttons_at_most"),
            self._earlier(wanted, "same_as", number),
            self._earlier(wanted, "not_same_as", number),
            self._earlier(wanted, "shorter_than", number),
        )

    # --- values

    def _one_or_each(
        self, wanted: CommentedMap, key: str, known: Sequence[str]
    ) -> Tuple[Tuple[FrozenSet[str], ...], bool]:
        """``answered``: of every reply. ``[not_covered, answered]``: of two replies, in any order. ``a|b``: either."""
        if key not in wanted:
            return (), False
        value = wanted[key]
        if isinstance(value, CommentedSeq) and value:
            return tuple(self._alternatives(wanted, key, item, known) for item in value), False
        return (self._alternatives(wanted, key, value, known),), True

    def _alternatives(self, wanted: CommentedMap, key: str, value: Any, known: Sequence[str]) -> FrozenSet[str]:
        names = [name.strip() for name in value.split("|")] if isinstance(value, str) else [str(value)]
        for name in names:
            if name not in known:
                raise self._unknown(wanted, key, name, known)
        return frozenset(names)

    def _names(self, wanted: CommentedMap, key: str, known: FrozenSet[str]) -> Optional[FrozenSet[str]]:
        if key not in wanted:
            return None
        values = wanted[key]
        if not isinstance(values, CommentedSeq):
            raise self.fail(
                _line_of(wanted, key), f"'{key}' is no list", f"Write {key}: [one, another], or [] for none"
            )
        for name in values:
            if name not in known:
                raise self._unknown(wanted, key, str(name), sorted(known))
        return frozenset(values)

    def _texts(self, wanted: CommentedMap, key: str) -> Tuple[str, ...]:
        if key not in wanted:
            return ()
        values = wanted[key] if isinstance(wanted[key], CommentedSeq) else [wanted[key]]
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            raise self.fail(_line_of(wanted, key), f"'{key}' is no text", "Write a text, or a list of texts, in quotes")
        return tuple(str(value) for value in values)

    def _earlier(self, wanted: CommentedMap, key: str, number: int) -> Optional[int]:
        if key not in wanted:
            return None
        value = wanted[key]
        if not isinstance(value, int) or not 1 <= value < number:
            raise self.fail(
                _line_of(wanted, key), f"'{key}: {value}' is no earlier turn", "Give its number, counted from 1"
            )
        return value

    def _number(self, wanted: CommentedMap, key: str) -> Optional[int]:
        value = wanted.get(key)
        if key in wanted and (not isinstance(value, int) or value < 0):
            raise self.fail(_line_of(wanted, key), f"'{key}: {value}' is no number", "Write how many there may be")
        return value

    # --- mistakes

    def _only(self, mapping: CommentedMap, allowed: Sequence[str]) -> None:
        for key in mapping:
            if key not in allowed:
                raise self.fail(_line_of(mapping, key), f"unknown key '{key}'", f"Use: {', '.join(allowed)}")

    def _unknown(self, wanted: CommentedMap, key: str, name: str, known: Sequence[str]) -> ScriptError:
        near = [k for k in known if k.startswith(name[:4])] or list(known)
        return self.fail(
            _line_of(wanted, key), f"there is no {key} '{name}'", f"Write one of: {', '.join(sorted(near))}"
        )


def _line_of(mapping: Mapping[str, Any], key: str) -> int:
    try:
        return mapping.lc.key(key)[0] + 1
    except (AttributeError, KeyError, TypeError):
        return getattr(getattr(mapping, "lc", None), "line", 0) + 1
