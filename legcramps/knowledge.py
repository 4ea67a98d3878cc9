"""Loads and checks the knowledge files; everything in them is immutable once loaded.

Four YAML files make up what the assistant knows (see ``knowledge/README.md``):

* ``night_leg_cramps.yml``: the facts, each cited to its place in the source;
* ``vocabulary.yml``: how people say things; no facts;
* ``phrases.yml``: the closed set of connecting words, notices and small talk; no facts;
* ``safety.yml``: the signs of danger and the fixed words said then; general safety advice, not from the source.

A broken file raises :class:`KnowledgeError`, which names the file, the line and what to write there.
"""

from __future__ import annotations

import difflib
import itertools
import os
import re
import string
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import (
    AbstractSet,
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Literal,
    Mapping,
    Optional,
    Sequence,
    Set,
    Tuple,
)

from pydantic import BaseModel, Extra, ValidationError, conint, constr, validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from legcramps import required

FACTS_FILE = "night_leg_cramps.yml"
VOCABULARY_FILE = "vocabulary.yml"
PHRASES_FILE = "phrases.yml"
SAFETY_FILE = "safety.yml"

GRADES = ("known_cause", "likely_mechanism", "raises_risk", "unproven", "sometimes_linked")
"""Strengths of evidence, strongest first (DESIGN section 2)."""


class KnowledgeError(ValueError):
    """A knowledge file cannot be used. ``str(error)`` is ``file:line: what is wrong. What to write.``"""

    def __init__(self, file: str, line: Optional[int], problem: str, remedy: str):
        self.file, self.line, self.problem, self.remedy = file, line, problem, remedy
        place = f"{file}:{line}" if line else file
        super().__init__(f"{place}: {problem}. {remedy}")


# --- what the files look like ---------------------------------------------------------------------------------------

Identifier = constr(regex=r"^[a-z][a-z0-9_.]*$")
PlainIdentifier = constr(
    regex=r"^[a-z][a-z0-9_]*$"
)  # no dots: it becomes part of a statement's id and of a button's payload
Text = constr(min_length=2, strip_whitespace=True)
SignName = constr(regex=r"^[a-z][a-z_]*$")


class Strict(BaseModel):
    """A part of a knowledge file: no field that is not known, and nothing of it can be changed."""

    class Config:
        extra = Extra.forbid
        allow_mutation = False


class Citation(Strict):
    """A place in the source: section name, paragraph and list item, both counted from 1."""

    section: str
    paragraph: conint(ge=1)
    item: Optional[conint(ge=1)] = None

    def as_dict(self) -> Dict[str, Any]:
        return self.dict(exclude_none=True)

    def __str__(self) -> str:
        place = f"{self.section}, paragraph {self.paragraph}"
        return f"{place}, item {self.item}" if self.item else place


class Section(Strict):
    name: str
    paragraphs: conint(ge=1)
    items: Dict[int, int] = {}


class Source(Strict):
    title: Text
    file: Text
    where: Text
    sections: List[Section]


class Grade(Strict):
    label: Text
    meaning: Text
    text: Text
    several: Optional[Text] = None


class Statement(Strict):
    """One cited fact. ``text`` is for reading, ``speech`` (when given) for hearing."""

    id: Identifier
    text: Text
    speech: Optional[Text] = None
    cites: List[Citation]


class Link(Strict):
    """How the source ties a condition to night leg cramps."""

    grade: str
    phrase: Optional[Text] = None
    cites: List[Citation]


class Condition(Strict):
    """A condition or factor that the source names."""

    id: PlainIdentifier
    name: Text
    aka: List[Text] = []
    plural: bool = False
    gloss: Optional[str] = None
    group: str
    also: List[str] = []
    links: List[Link]

    @property
    def title(self) -> str:
        """The name as it starts a sentence."""
        return self.name[0].upper() + self.name[1:]


class _Facts(Strict):
    source: Source
    grades: Dict[str, Grade]
    statements: List[Statement]
    groups: Dict[str, Text]
    conditions: List[Condition]


_ALTERNATIVES = re.compile(r"\(([^()]*\|[^()]*)\)")


def spell_out(says: Iterable[str]) -> List[str]:
    """Every way of saying that is meant: "in (the|a) (truck|lorry)" is four, "(very |)tired" is two."""
    spelled: List[str] = []
    for say in says:
        parts = _ALTERNATIVES.split(say)
        choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
        found = ["".join(words) for words in itertools.product(*choices)]
        spelled += found if len(parts) == 1 else [" ".join(say.split()) for say in found]
    return spelled


def _spelled_out(*fields: str) -> Any:
    """A validator that spells out alternatives in lists of ways of saying, or in a mapping to such lists."""

    def each(cls: type, value: Any) -> Any:
        return {k: spell_out(v) for k, v in value.items()} if isinstance(value, dict) else spell_out(value)

    return validator(*fields, allow_reuse=True)(each)


class Family(Strict):
    """A term that touches several entries, such as "kidney trouble"; or, among the ambiguous, may mean either of them.

    ``kinds``: words that single out one of the entries where they stand in the same sentence ("my kidneys, stage 3").
    """

    id: PlainIdentifier
    name: Optional[Text] = None
    say: List[Text]
    entries: List[str]
    kinds: Dict[str, List[Text]] = {}

    _say = _spelled_out("say")


class Combined(Strict):
    say: List[Text]
    entries: List[str]

    _say = _spelled_out("say")


class Unlisted(Strict):
    """Something people ask about which the source does not name."""

    id: PlainIdentifier
    name: Text
    kind: Literal["condition", "medicine", "supplement", "food", "habit", "event", "other"]
    say: List[Text]

    _say = _spelled_out("say")


class Negation(Strict):
    before: List[Text]
    after: List[Text]

    _says = _spelled_out("before", "after")


class Misheard(Strict):
    """What a speech recogniser writes for ``meant``: ``heard``, next to one of the words ``before`` which it stands or ``after``, if any."""

    heard: List[Text]
    meant: Text
    before: List[Text] = []
    after: List[Text] = []


class Vocabulary(Strict):
    """How people say things. Makes no claim of its own."""

    entries: Dict[str, List[Text]]
    families: List[Family]
    ambiguous: List[Family]
    abbreviations: Dict[str, List[Text]]
    medicines: Dict[str, List[Text]]
    combined_medicines: List[Combined]
    unlisted: List[Unlisted]
    look_alikes: List[Text]
    scope: Dict[str, List[Text]]
    negation: Negation
    groups: Dict[str, List[Text]] = {}
    misheard: Dict[str, Text] = {}
    misheard_aloud: List[Misheard] = []

    _says = _spelled_out("entries", "medicines", "look_alikes", "scope")


class Phrase(Strict):
    text: str
    speech: Optional[str] = None


class Excuse(Strict):
    """Surroundings that make a sign of danger none; the head of ``safety.yml`` says how they and the signs are written."""

    covers: Literal["after", "clause"]
    until: SignName = "turn"
    say: str


class Sign(Strict):
    kind: Literal["emergency", "self_harm"]
    say: str
    always: str = ""
    several: str = ""
    at_least: conint(ge=2) = 2
    ignores: List[SignName] = []
    but_not: str = ""


class Safety(Strict):
    """The signs of danger. What their patterns mean is checked by ``legcramps.nlu.safety_guard``, which searches for them."""

    fillers: str
    common: str
    spellings: Dict[str, str]
    tolerant: str
    real_words: str
    concepts: Dict[SignName, str]
    figures: str
    excuses: Dict[SignName, Excuse]
    signs: Dict[SignName, Sign]


# --- reading with line numbers --------------------------------------------------------------------------------------


def default_folder() -> Path:
    """The ``knowledge/`` folder: ``LEGCRAMPS_KNOWLEDGE`` if set, else that of the project (``LEGCRAMPS_HOME``, or beside the package)."""
    project = Path(os.environ.get("LEGCRAMPS_HOME") or Path(__file__).resolve().parent.parent)
    return Path(os.environ.get("LEGCRAMPS_KNOWLEDGE") or project / "knowledge")


Reader = Callable[[Path], Mapping[str, Any]]


def _read_fast(path: Path) -> Mapping[str, Any]:
    """The file without line numbers, in a tenth of the time."""
    return YAML(typ="safe").load(path.read_text(encoding="utf8"))


def _read(path: Path) -> CommentedMap:
    """The file with the line of everything in it, and with errors that name file, line and remedy."""
    yaml = YAML(typ="rt")
    try:
        content = yaml.load(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        raise KnowledgeError(
            path.name, None, "the file is missing", f"Put it back: git checkout knowledge/{path.name}"
        ) from None
    except OSError as error:
        raise KnowledgeError(
            path.name, None, f"the file cannot be read: {error.strerror}", "Make it a file that you may read"
        ) from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(
            path.name, None, f"not UTF-8 text (byte {error.start})", "Save the file as UTF-8"
        ) from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise KnowledgeError(
            path.name,
            mark.line + 1 if mark else None,
            f"not valid YAML: {error.problem or error.context}",
            "Compare the line's indentation and quotes with its neighbours, and write each key once",
        ) from error
    if not isinstance(content, CommentedMap):
        raise KnowledgeError(path.name, 1, "the file holds no mapping", "Start it with a key such as 'source:'")
    return content


def line_of(node: Any, where: Sequence[Any]) -> Optional[int]:
    """The line, counted from 1, of the deepest part of the path ``where`` that exists below ``node``."""
    line = getattr(getattr(node, "lc", None), "line", None)
    for key in where:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(key)[0]
            elif isinstance(node, CommentedSeq):
                line = node.lc.item(key)[0]
            node = node[key]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return None if line is None else line + 1


_REMEDIES = {
    "value_error.extra": "Remove this field, or correct its name",
    "value_error.missing": "Add the missing field",
    "value_error.str.regex": "Use small letters, digits and '_' only, a letter first ('.' also in the id of a statement)",
    "value_error.const": "Write one of those",
}


def parse(model: type, content: Mapping[str, Any], file: str) -> Any:
    """The content as the model has it. KnowledgeError, with the line where ``content`` knows its lines, when it does not fit."""
    try:
        return model.parse_obj(content)
    except ValidationError as error:
        # A field that is not known is also one that is missing, misspelt; it has a line.
        errors = error.errors()
        first = next((one for one in errors if one["type"] == "value_error.extra"), errors[0])
        where = [part for part in first["loc"] if part != "__root__"]
        dotted = ".".join(str(part) for part in where)
        remedy = _REMEDIES.get(first["type"], "Write a value of the kind its neighbours have")
        raise KnowledgeError(file, line_of(content, where), f"{dotted}: {first['msg']}", remedy) from None


# --- the whole, checked ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Knowledge:
    """All four files, checked against each other.

    ``statements`` also holds one statement for each link of a condition (``link.<id>``, or ``link.<id>.<grade>`` where
    a condition has two), worded by its grade's closed wording.
    """

    folder: Path
    source: Source
    grades: Mapping[str, Grade]
    statements: Mapping[str, Statement]
    groups: Mapping[str, str]
    conditions: Mapping[str, Condition]
    vocabulary: Vocabulary
    phrases: Mapping[str, Phrase]
    safety: Mapping[str, Any]
    unlisted: Mapping[str, Unlisted]
    families: Mapping[str, Family]
    _link_ids: Mapping[Tuple[str, str], str] = field(repr=False, default_factory=dict)

    def link_statement(self, condition: str, grade: str) -> Statement:
        """The statement that ties ``condition`` to night leg cramps at ``grade``; KeyError when there is none."""
        return self.statements[self._link_ids[condition, grade]]

    def with_grade(self, grade: str) -> Tuple[Condition, ...]:
        """The conditions that have a link of this grade, in the file's order."""
        return tuple(c for c in self.conditions.values() if any(link.grade == grade for link in c.links))

    def in_group(self, group: str) -> Tuple[Condition, ...]:
        return tuple(c for c in self.conditions.values() if c.group == group)


def _check_citations(cites: Sequence[Citation], source: Source, content: CommentedMap, where: List[Any]) -> None:
    if not cites:
        raise KnowledgeError(
            FACTS_FILE, line_of(content, where), "no citation", "Add cites: [{section: …, paragraph: …}]"
        )
    sections = {section.name: section for section in source.sections}
    for position, cite in enumerate(cites):
        line = line_of(content, [*where, "cites", position])
        section = sections.get(cite.section)
        if section is None:
            raise KnowledgeError(
                FACTS_FILE, line, f"the source has no section '{cite.section}'", f"Write one of: {', '.join(sections)}"
            )
        if cite.paragraph > section.paragraphs:
            raise KnowledgeError(
                FACTS_FILE,
                line,
                f"'{section.name}' has no paragraph {cite.paragraph}",
                f"Write 1 to {section.paragraphs}",
            )
        if cite.item and cite.item > section.items.get(cite.paragraph, 0):
            raise KnowledgeError(
                FACTS_FILE,
                line,
                f"'{section.name}', paragraph {cite.paragraph} has no item {cite.item}",
                f"It has {section.items.get(cite.paragraph, 0)} items",
            )


def _collect_statements(
    facts: _Facts, content: CommentedMap
) -> Tuple[Dict[str, Statement], Dict[Tuple[str, str], str]]:
    statements: Dict[str, Statement] = {}
    for position, statement in enumerate(facts.statements):
        _check_citations(statement.cites, facts.source, content, ["statements", position])
        if statement.id in statements:
            raise KnowledgeError(
                FACTS_FILE,
                line_of(content, ["statements", position]),
                f"a second statement '{statement.id}'",
                "Give it an id of its own",
            )
        statements[statement.id] = statement

    link_ids: Dict[Tuple[str, str], str] = {}
    for position, condition in enumerate(facts.conditions):
        for number, link in enumerate(condition.links):
            where = ["conditions", position, "links", number]
            if link.grade not in facts.grades:
                raise KnowledgeError(
                    FACTS_FILE,
                    line_of(content, where),
                    f"unknown grade '{link.grade}'",
                    f"Write one of: {', '.join(facts.grades)}",
                )
            _check_citations(link.cites, facts.source, content, where)
            key = (condition.id, link.grade)
            if key in link_ids:
                raise KnowledgeError(
                    FACTS_FILE,
                    line_of(content, where),
                    f"'{condition.id}' has the grade '{link.grade}' twice",
                    "Keep one of them, with both citations",
                )
            identifier = f"link.{condition.id}" + (f".{link.grade}" if len(condition.links) > 1 else "")
            name = link.phrase or condition.name
            text = _fill(
                facts.grades[link.grade].text,
                content,
                ["grades", link.grade, "text"],
                name=name,
                Name=name[0].upper() + name[1:],
                **{"is": "are" if condition.plural else "is"},
            )
            link_ids[key] = identifier
            statements[identifier] = Statement(id=identifier, text=text, cites=link.cites)
    return statements, link_ids


def _fill(text: str, content: Mapping[str, Any], where: List[Any], **names: str) -> str:
    try:
        return text.format(**names)
    except (KeyError, IndexError, ValueError):
        raise KnowledgeError(
            FACTS_FILE,
            line_of(content, where),
            f"'{text}' cannot be filled in",
            f"In braces, write only: {', '.join(names)}",
        ) from None


def _check_facts(facts: _Facts, content: CommentedMap) -> None:
    wrong = set(facts.grades) ^ set(GRADES)
    if wrong:
        raise KnowledgeError(
            FACTS_FILE,
            line_of(content, ["grades"]),
            f"grades missing or unknown: {', '.join(sorted(wrong))}",
            f"There are exactly these: {', '.join(GRADES)}",
        )
    known = {statement.id for statement in facts.statements}
    seen: Set[str] = set()
    names: Dict[str, str] = {}
    for position, condition in enumerate(facts.conditions):
        line = line_of(content, ["conditions", position])
        if condition.id in seen:
            raise KnowledgeError(FACTS_FILE, line, f"a second condition '{condition.id}'", "Give it an id of its own")
        seen.add(condition.id)
        for name in (condition.name, *condition.aka):
            other = names.setdefault(normalise_alias(name), condition.id)
            if other != condition.id:
                raise KnowledgeError(
                    FACTS_FILE, line, f"'{name}' is already a name of '{other}'", "Give each condition names of its own"
                )
        if condition.group not in facts.groups:
            raise KnowledgeError(
                FACTS_FILE, line, f"unknown group '{condition.group}'", f"Write one of: {', '.join(facts.groups)}"
            )
        if not condition.links:
            raise KnowledgeError(
                FACTS_FILE, line, f"'{condition.id}' has no link", "Add links: [{grade: …, cites: […]}]"
            )
        for reference in ([condition.gloss] if condition.gloss else []) + list(condition.also):
            if reference not in known:
                raise KnowledgeError(
                    FACTS_FILE,
                    line,
                    f"'{condition.id}' names the statement '{reference}', which does not exist",
                    "Correct the id, or add the statement",
                )


def normalise_alias(alias: str) -> str:
    """The form in which two ways of saying something count as the same: small letters, plain apostrophes, one space."""
    return " ".join(alias.lower().replace("’", "'").split())


def _aliases(vocabulary: Vocabulary) -> Iterator[Tuple[str, str, List[Any]]]:
    """Every alias with what it stands for and where it is written."""
    for block in ("entries", "abbreviations", "medicines"):
        for entry, says in getattr(vocabulary, block).items():
            for number, say in enumerate(says):
                yield say, entry, [block, entry, number]
    for block in ("families", "ambiguous", "combined_medicines"):
        for position, item in enumerate(getattr(vocabulary, block)):
            for number, say in enumerate(item.say):
                yield say, getattr(item, "id", "+".join(item.entries)), [block, position, "say", number]
    for position, thing in enumerate(vocabulary.unlisted):
        for number, say in enumerate(thing.say):
            yield say, f"{thing.id} (unlisted)", ["unlisted", position, "say", number]
        if normalise_alias(thing.name) not in map(normalise_alias, thing.say):
            yield thing.name, f"{thing.id} (unlisted)", ["unlisted", position, "name"]


def _ways_of_saying(vocabulary: Vocabulary) -> Iterator[Tuple[str, List[Any]]]:
    """Everything in which alternatives are spelled out, and where it is written."""
    for say, _, where in _aliases(vocabulary):
        yield say, where
    for number, say in enumerate(vocabulary.look_alikes):
        yield say, ["look_alikes", number]
    for block, lists in (("scope", vocabulary.scope), ("negation", vocabulary.negation.dict())):
        for name, says in lists.items():
            for number, say in enumerate(says):
                yield say, [block, name, number]


def _line_of_alias(content: Mapping[str, Any], where: Sequence[Any]) -> Optional[int]:
    """The line of an alias: of the line with alternatives that it was spelled out from."""
    *path, number = where
    says: Any = content
    for key in path:
        says = says[key]
    if isinstance(number, int):
        number = [place for place, say in enumerate(says) for _ in spell_out([say])][number]
    return line_of(content, [*path, number])


def _check_vocabulary(
    vocabulary: Vocabulary, content: CommentedMap, conditions: Mapping[str, Condition], groups: Mapping[str, str]
) -> None:
    def need_entry(entry: str, where: List[Any]) -> None:
        if entry not in conditions:
            raise KnowledgeError(
                VOCABULARY_FILE,
                line_of(content, where),
                f"'{entry}' is no condition of {FACTS_FILE}",
                "Correct the id, or add the condition there first",
            )

    for block in ("entries", "abbreviations", "medicines"):
        for entry in getattr(vocabulary, block):
            need_entry(entry, [block, entry])
    for group in vocabulary.groups:
        if group not in groups:
            raise KnowledgeError(
                VOCABULARY_FILE,
                line_of(content, ["groups", group]),
                f"'{group}' is no group of {FACTS_FILE}",
                f"Write one of: {', '.join(groups)}",
            )
    for block in ("families", "ambiguous", "combined_medicines"):
        for position, item in enumerate(getattr(vocabulary, block)):
            for entry in item.entries:
                need_entry(entry, [block, position])
            for entry in getattr(item, "kinds", ()):
                if entry not in item.entries:
                    raise KnowledgeError(
                        VOCABULARY_FILE,
                        line_of(content, [block, position, "kinds", entry]),
                        f"'{entry}' has words under 'kinds' and is none of the entries",
                        f"Write one of: {', '.join(item.entries)}",
                    )
    for blocks in (("families", "ambiguous"), ("unlisted",)):
        ids = set()
        for block in blocks:
            for position, item in enumerate(getattr(vocabulary, block)):
                if item.id in ids:
                    raise KnowledgeError(
                        VOCABULARY_FILE,
                        line_of(content, [block, position]),
                        f"a second '{item.id}' in {' or '.join(blocks)}",
                        "Give it an id of its own, or put its words to the first",
                    )
                ids.add(item.id)
    for say, where in _ways_of_saying(vocabulary):
        if "|" in say:
            raise KnowledgeError(
                VOCABULARY_FILE,
                _line_of_alias(content, where),
                f"'{say}' has a '|' that stands in no brackets, or in brackets within others",
                "Write alternatives as (one|other)",
            )
    facts = {normalise_alias(name): c.id for c in conditions.values() for name in (c.name, *c.aka)}
    seen: Dict[str, Tuple[str, List[Any]]] = {}
    for say, meaning, where in _aliases(vocabulary):
        key = normalise_alias(say)
        other = seen[key][0] if key in seen else facts.get(key, meaning)
        if key in seen or other != meaning:
            what = "stands twice" if other == meaning else f"already means '{other}'"
            place = f"line {_line_of_alias(content, seen[key][1])}" if key in seen else FACTS_FILE
            raise KnowledgeError(
                VOCABULARY_FILE,
                _line_of_alias(content, where),
                f"'{say}' {what} ({place})",
                "Keep it in one place; for a word that may mean several entries use 'families' or 'ambiguous'",
            )
        seen[key] = (meaning, where)


def _flatten(
    content: Mapping[str, Any], file: str, prefix: str = "", root: Any = None, where: Iterable[Any] = ()
) -> Dict[str, Phrase]:
    """``{a: {b: text}}`` → ``{"a.b": Phrase}``; a mapping with the key ``text`` or ``speech`` is a phrase."""
    root = content if root is None else root
    phrases: Dict[str, Phrase] = {}
    for key, value in content.items():
        here = [*where, key]
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and not {"text", "speech"} & set(value):
            phrases.update(_flatten(value, file, f"{name}.", root, here))
        elif isinstance(value, str) and value.strip():
            phrases[name] = Phrase(text=value.strip())
        elif isinstance(value, Mapping):
            phrases[name] = parse(Phrase, value, file)
        else:
            raise KnowledgeError(file, line_of(root, here), f"'{name}' is no text", "Write a sentence in quotes")
    return phrases


def read_safety(content: Mapping[str, Any]) -> Safety:
    """The content of ``safety.yml``. KnowledgeError when it is not as it must be."""
    safety: Safety = parse(Safety, content, SAFETY_FILE)
    for name, sign in safety.signs.items():
        for unknown in set(sign.ignores) - set(safety.excuses):
            raise KnowledgeError(
                SAFETY_FILE,
                line_of(content, ["signs", name, "ignores"]),
                f"no excuse '{unknown}'",
                f"Write one of: {', '.join(safety.excuses)}",
            )
    return safety


def _check_named_phrases(phrases: Mapping[str, Phrase], content: Mapping[str, Any]) -> None:
    """What the code says by its name is there, and takes no more than the code fills in."""
    for key, allowed in required.PHRASES.items():
        if key not in phrases:
            like = _most_like(key, set(phrases) - set(required.PHRASES))
            raise _missing(PHRASES_FILE, "phrase", key, like, line_of(content, (like or key).split(".")))
        for words in (phrases[key].text, phrases[key].speech or ""):
            if not _takes_only(allowed, words):
                raise KnowledgeError(
                    PHRASES_FILE,
                    line_of(content, key.split(".")),
                    f"'{key}' cannot be filled in",
                    f"In braces, write only: {', '.join(sorted(allowed))}" if allowed else "Write it without braces",
                )


def _takes_only(allowed: AbstractSet[str], words: str) -> bool:
    try:
        fields = [part for part in string.Formatter().parse(words) if part[1] is not None]
    except ValueError:
        return False  # a brace that is not closed, or not opened
    return all(name in allowed and not form and not conversion for _, name, form, conversion in fields)


def _check_named_statements(facts: _Facts, content: Mapping[str, Any]) -> None:
    ids = [statement.id for statement in facts.statements]
    for key in required.STATEMENTS:
        if key not in ids:
            like = _most_like(key, set(ids) - set(required.STATEMENTS))
            where = ["statements", ids.index(like)] if like else ["statements"]
            raise _missing(FACTS_FILE, "statement", key, like, line_of(content, where))


def _most_like(key: str, others: AbstractSet[str]) -> Optional[str]:
    return next(iter(difflib.get_close_matches(key, sorted(others), 1, 0.8)), None)


def _missing(file: str, kind: str, key: str, like: Optional[str], line: Optional[int]) -> KnowledgeError:
    remedy = f"Write '{key}' for '{like}'" if like else "Put it back: answers name it"
    return KnowledgeError(file, line, f"the {kind} '{key}' is missing", remedy)


def load(folder: Optional[Path] = None, whole: bool = True) -> Knowledge:
    """Reads and checks the folder (the repo's own when not given).

    ``whole``: all that the code says by its name must be there; False for a knowledge that is too small to answer with.

    Raises:
        KnowledgeError: naming file, line and remedy, for the first thing found wrong.
    """
    folder = Path(folder or default_folder())
    try:
        return _load(folder, _read_fast, whole)
    except Exception:
        # Once more with line numbers, which takes seconds, to say where the error is.
        return _load(folder, _read, whole)


def _load(folder: Path, read: Reader, whole: bool) -> Knowledge:
    facts_content = read(folder / FACTS_FILE)
    facts: _Facts = parse(_Facts, facts_content, FACTS_FILE)
    _check_facts(facts, facts_content)
    if whole:
        _check_named_statements(facts, facts_content)
    statements, link_ids = _collect_statements(facts, facts_content)
    conditions = {condition.id: condition for condition in facts.conditions}

    vocabulary_content = read(folder / VOCABULARY_FILE)
    vocabulary: Vocabulary = parse(Vocabulary, vocabulary_content, VOCABULARY_FILE)
    _check_vocabulary(vocabulary, vocabulary_content, conditions, facts.groups)

    phrases_content = read(folder / PHRASES_FILE)
    phrases = _flatten(phrases_content, PHRASES_FILE)
    # With line numbers: legcramps.nlu.safety_guard names the line of a pattern that it cannot search for.
    safety = _read(folder / SAFETY_FILE)
    if whole:
        _check_named_phrases(phrases, phrases_content)
        read_safety(safety)

    return Knowledge(
        folder=folder,
        source=facts.source,
        grades=facts.grades,
        statements=statements,
        groups=facts.groups,
        conditions=conditions,
        vocabulary=vocabulary,
        phrases=phrases,
        safety=safety,
        unlisted={item.id: item for item in vocabulary.unlisted},
        families={item.id: item for item in [*vocabulary.families, *vocabulary.ambiguous]},
        _link_ids=link_ids,
    )


@lru_cache(maxsize=1)
def default() -> Knowledge:
    """The repo's own knowledge, loaded once a process."""
    return load()
