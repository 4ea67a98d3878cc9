"""Builds the pieces of an answer from the knowledge files, so that nothing else can get into one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import AbstractSet, Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from legcramps.answers.types import Answer, Button, ConditionLink, Context, Operator, Outcome, Piece, PieceKind, Topic
from legcramps.knowledge import Condition, Knowledge

MAX_NAMED = 4
"""Names joined in one sentence; more are hard to take in at 3 a.m."""
MAX_NAMED_ALOUD = 3
MAX_SENTENCE_ALOUD = 20
"""Words of a sentence that is heard and cannot be read again."""


_PREPOSITION = re.compile(r"\b(to|with|from) \{name\}", re.IGNORECASE)
"""Said again before each name of a list, so that it is plain what belongs together: "linked to a, to b, and to c"."""


def join_names(names: Sequence[str], last: str = "and", before: str = "") -> str:
    """``["a", "b", "c"]`` → ``"a, b and c"``; with ``before="to"`` → ``"a, to b, and to c"``."""
    names = list(names)
    if before and len(names) > 1:
        *more, end = [names[0], *(f"{before} {name}" for name in names[1:])]
        return f"{', '.join(more)}{',' * (len(more) > 1)} {last} {end}"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def in_breaths(
    template: str,
    names: Sequence[str],
    last: str = "and",
    plural: AbstractSet[str] = frozenset(),
    several: Optional[str] = None,
) -> Tuple[Tuple[str, int], ...]:
    """``template`` said once for every few of ``names``, so that each sentence can be taken in by ear; with how many it names.

    ``{name}``, ``{Name}``, ``{names}`` and ``{places}`` are filled in, ``{is}`` is "are" for several names and for one of ``plural``.
    ``several``: the template for more than one name, where it is another.
    """
    breaths: List[Tuple[str, int]] = []
    left = list(names)
    while left:
        some = next(
            size
            for size in range(min(MAX_NAMED_ALOUD, len(left)), 0, -1)
            if size == 1 or _longest_sentence(fill(template, left[:size], last, plural, several)) <= MAX_SENTENCE_ALOUD
        )
        breaths.append((fill(template, left[:some], last, plural, several), some))
        left = left[some:]
    return tuple(breaths)


def fill(
    template: str,
    names: Sequence[str],
    last: str = "and",
    plural: AbstractSet[str] = frozenset(),
    several: Optional[str] = None,
) -> str:
    """``template`` with all ``names``; see :func:`in_breaths`."""
    if several and len(names) > 1:
        template = several
    preposition = _PREPOSITION.search(template)
    joined = join_names(names, last, preposition.group(1).lower() if preposition else "")
    are = len(names) > 1 or names[0] in plural
    return template.format(
        name=joined,
        names=joined,
        places=joined,
        Name=joined[0].upper() + joined[1:],
        **{"is": "are" if are else "is"},
    )


def _longest_sentence(text: str) -> int:
    return max(len(sentence.split()) for sentence in re.split(r"(?<=[.?!])\s+", text))


class Composer:
    """Makes pieces and buttons from one :class:`~legcramps.knowledge.Knowledge`, and what the operator has set."""

    def __init__(self, knowledge: Knowledge, operator: Operator = Operator()):  # noqa: B008 - frozen
        self.knowledge = knowledge
        self.operator = operator

    def statement(self, identifier: str, paragraph: bool = False) -> Piece:
        """A cited fact. KeyError when there is no such statement."""
        statement = self.knowledge.statements[identifier]
        speech, named = statement.speech or statement.text, self._named_in_links.get(statement.text, 0)
        return Piece(
            PieceKind.STATEMENT,
            identifier,
            statement.text,
            speech,
            tuple(statement.cites),
            paragraph=paragraph,
            spoken=((speech, named),) if named else (),
        )

    @cached_property
    def _named_in_links(self) -> Mapping[str, int]:
        """How many conditions the sentence of a link names; the mechanism in general names two."""
        links = [(c.id, link.grade) for c in self.knowledge.conditions.values() for link in c.links]
        return Counter(self.knowledge.link_statement(*link).text for link in links)

    def statements(self, *identifiers: str) -> Tuple[Piece, ...]:
        return tuple(self.statement(identifier) for identifier in identifiers)

    def phrase(self, key: str, paragraph: bool = False, **arguments: str) -> Piece:
        """A connecting phrase. ``arguments`` must come from the knowledge files. KeyError when there is no such phrase."""
        phrase = self.knowledge.phrases[key]
        text = phrase.text.format(**arguments)
        heard = {name: value.replace('"', "") for name, value in arguments.items()}
        speech, spoken = (phrase.speech or phrase.text).format(**heard), ()
        listing = next((name for name in ("names", "places") if name in arguments), None)
        if listing:
            names, last = self._parted(arguments[listing])
            spoken = in_breaths(phrase.speech or phrase.text, names, last)
            speech = " ".join(part for part, _ in spoken)
        return Piece(
            PieceKind.PHRASE,
            key,
            text,
            speech,
            arguments=tuple(sorted(arguments.items())),
            paragraph=paragraph,
            spoken=spoken,
        )

    def _parted(self, joined: str) -> Tuple[List[str], str]:
        """What :func:`join_names` put together, and the word before the last name."""
        sections = "|".join(re.escape(section.name) for section in self.knowledge.source.sections)
        if re.match(rf"({sections}), paragraph ", joined):
            return re.split(rf"(?:, | and )(?={sections})", joined), "and"
        *names, end = joined.split(", ")
        for word in ("and", "or"):
            for place in re.finditer(f" {word} ", end):
                first, second = end[: place.start()], end[place.end() :]
                if first in self._names and second in self._names:
                    return [*names, first, second], word
        return [*names, end], "and"

    @cached_property
    def _names(self) -> AbstractSet[str]:
        return {named.name for named in (*self.knowledge.conditions.values(), *self.knowledge.unlisted.values())}

    def grade_meaning(self, grade: str) -> Piece:
        """What a strength of evidence means, in the fixed words of the knowledge file."""
        meaning = self.knowledge.grades[grade].meaning
        return Piece(PieceKind.PHRASE, f"grades.{grade}.meaning", meaning, meaning)

    def button(self, intent: str, condition: Optional[str] = None) -> Button:
        """A suggestion that asks ``intent``, about ``condition`` when given."""
        if condition:
            return Button(self.knowledge.conditions[condition].title, f"#{intent}={condition}")
        return Button(self.knowledge.phrases[f"titles.{intent}"].text, f"#{intent}")

    def buttons(self, *intents: str) -> Tuple[Button, ...]:
        return tuple(self.button(intent) for intent in intents)

    def links(self, conditions: Iterable[str]) -> Tuple[Tuple[Piece, ...], Tuple[ConditionLink, ...]]:
        """What the source says of each condition's tie to night leg cramps, and the envelope's entries for it.

        Conditions with the same grade share a sentence (the grade's closed wording), so that two types of diabetes do not
        make two sentences; the strongest grade comes first.
        """
        chosen = [self.knowledge.conditions[identifier] for identifier in dict.fromkeys(conditions)]
        return self.links_at([(c.id, link.grade) for c in chosen for link in c.links])

    def links_at(self, pairs: Sequence[Tuple[str, str]]) -> Tuple[Tuple[Piece, ...], Tuple[ConditionLink, ...]]:
        """The same for pairs of condition and grade, of which a condition may have two."""
        pieces: List[Piece] = []
        for grade in self.knowledge.grades:
            members = [self.knowledge.conditions[c] for c, g in pairs if g == grade]
            pieces += self._link_sentences(grade, members) if members else ()
        return tuple(pieces), tuple(ConditionLink(*pair) for pair in pairs)

    def _link_sentences(self, grade: str, members: Sequence[Condition]) -> List[Piece]:
        phrases = {link.phrase or c.name: c for c in members for link in c.links if link.grade == grade}
        if len(phrases) == 1:
            return [self.statement(self.knowledge.link_statement(c.id, grade).id) for c in members[:1]]
        pieces = []
        names = list(phrases)
        for start in range(0, len(names), MAX_NAMED):
            part = names[start : start + MAX_NAMED]
            together = [self.knowledge.link_statement(phrases[name].id, grade) for name in part]
            wording = self.knowledge.grades[grade]
            plural = {c.name for c in members if c.plural}
            text = fill(wording.text, part, plural=plural, several=wording.several)
            cites = tuple(cite for statement in together for cite in statement.cites)
            spoken = in_breaths(wording.text, part, plural=plural, several=wording.several)
            speech = " ".join(sentence for sentence, _ in spoken)
            key = "+".join(s.id for s in together)
            pieces.append(Piece(PieceKind.STATEMENT, key, text, speech, cites, spoken=spoken))
        return pieces

    def grades_of(self, conditions: Iterable[str]) -> Tuple[str, ...]:
        """The grades that these conditions have, each once, strongest first."""
        present = {link.grade for c in conditions for link in self.knowledge.conditions[c].links}
        return tuple(grade for grade in self.knowledge.grades if grade in present)

    def name(self, condition: str) -> str:
        return self.knowledge.conditions[condition].name

    @cached_property
    def medicines(self) -> AbstractSet[str]:
        """Ids of the medicines: entries of that group, and things of that kind which the source does not name."""
        listed = {c.id for c in self.knowledge.in_group("medicines")}
        return listed | {one.id for one in self.knowledge.unlisted.values() if one.kind == "medicine"}

    @cached_property
    def relatives(self) -> Mapping[str, Tuple[str, ...]]:
        """For each condition that one lay term names together with others ("thyroid trouble"): those others."""
        found: Dict[str, Dict[str, None]] = {}
        for family in self.knowledge.vocabulary.families:
            for entry in family.entries:
                found.setdefault(entry, {}).update(dict.fromkeys(other for other in family.entries if other != entry))
        return {entry: tuple(others) for entry, others in found.items()}

    def of_kind(self, kind: str) -> Tuple[str, ...]:
        """Ids of the conditions that have ``kind`` ("hyper") in their name, or in another name of theirs."""
        known = self.knowledge.conditions.values()
        return tuple(c.id for c in known if any(kind in name.lower() for name in (c.name, *c.aka)))

    def unlisted_name(self, identifier: str) -> str:
        return self.knowledge.unlisted[identifier].name

    def still_known(self, context: Context) -> Context:
        """The context without the conditions and links that the knowledge no longer holds: conversations are kept for weeks."""
        known = self.knowledge.conditions
        offered = {payload.partition("=")[2] for payload in (*context.options, context.offer or "")} - {""}
        if {*context.conditions, *offered} <= set(known) and set(context.shown) <= self._listed:
            return context
        left = tuple(identifier for identifier in context.conditions if identifier in known)
        return context.but(conditions=left, shown=(), position=0, options=(), offer=None)

    @cached_property
    def _listed(self) -> AbstractSet[str]:
        """Every entry that a list may show."""
        return {f"{c.id}:{link.grade}" for c in self.knowledge.conditions.values() for link in c.links}

    def restore_turn(self, stored: Sequence[Mapping[str, Any]]) -> Tuple[Answer, ...]:
        """All answers of a turn that was stored; empty, as if nothing had been said, when one of them cannot be had again."""
        answers = [self.restore(answer) for answer in stored]
        return tuple(answer for answer in answers if answer) if all(answers) else ()

    def restore(self, stored: Mapping[str, Any]) -> Optional[Answer]:
        """The answer that :func:`store` wrote down; None when the knowledge no longer holds what it was made of.

        As in :meth:`still_known`, the knowledge may have changed since.
        """
        try:
            return self._restore(stored)
        except (LookupError, StopIteration, ValueError):
            return None

    def _restore(self, stored: Mapping[str, Any]) -> Answer:
        unknown = {identifier for identifier, _ in stored["conditions"]} - set(self.knowledge.conditions)
        if unknown:
            raise KeyError(*unknown)
        return Answer(
            outcome=Outcome(stored["outcome"]),
            topic=Topic(stored["topic"]) if stored["topic"] else None,
            pieces=tuple(self._restore_piece(*piece) for piece in stored["pieces"]),
            conditions=tuple(ConditionLink(*pair) for pair in stored["conditions"]),
            buttons=tuple(Button(*pair) for pair in stored["buttons"]),
        )

    def _restore_piece(self, key: str, arguments: Mapping[str, str], paragraph: bool) -> Piece:
        if "+" in key:
            statements = [self.knowledge.statements[part] for part in key.split("+")]
            ids = [part.split(".")[1] for part in key.split("+")]
            grade = next(
                link.grade
                for link in self.knowledge.conditions[ids[0]].links
                if self.knowledge.link_statement(ids[0], link.grade).id == statements[0].id
            )
            return replace(
                self._link_sentences(grade, [self.knowledge.conditions[i] for i in ids])[0], paragraph=paragraph
            )
        if key in self.knowledge.statements:
            return self.statement(key, paragraph)
        if key.startswith("grades."):
            return replace(self.grade_meaning(key.split(".")[1]), paragraph=paragraph)
        return self.phrase(key, paragraph, **arguments)


def store(answer: Answer) -> Dict[str, Any]:
    """An answer as plain data: ids and names of the knowledge files only. :meth:`Composer.restore` reads it back."""
    return {
        "outcome": answer.outcome.value,
        "topic": answer.topic.value if answer.topic else None,
        "pieces": [[p.key, dict(p.arguments), p.paragraph] for p in answer.pieces],
        "conditions": [[c.id, c.link] for c in answer.conditions],
        "buttons": [[b.title, b.payload] for b in answer.buttons],
    }
