"""The answer contract (DESIGN section 3): what was heard, what is said, and what is remembered between turns."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import Enum
from typing import Any, Dict, FrozenSet, Mapping, Optional, Tuple

from legcramps.knowledge import Citation

MAX_CHARACTERS = 2000
"""Of a message; a longer one is not read, and the person is asked to shorten it."""


class Outcome(str, Enum):
    """How a reply relates to the source. Closed list."""

    ANSWERED = "answered"
    NOT_COVERED = "not_covered"
    NOT_LISTED = "not_listed"
    CLARIFY = "clarify"
    URGENT = "urgent"
    CRISIS = "crisis"
    OUT_OF_SCOPE = "out_of_scope"
    SMALL_TALK = "small_talk"
    ERROR = "error"


class Topic(str, Enum):
    """What a reply is about. Closed list: first what the source covers, then what it does not."""

    DEFINITION = "definition"
    MUSCLES = "muscles"
    RELIEF = "relief"
    CAUSES = "causes"
    KNOWN_CAUSES = "known_causes"
    RISK_FACTORS = "risk_factors"
    CONDITION = "condition"
    CONDITION_LIST = "condition_list"
    MEDICINES = "medicines"
    RESTLESS_LEGS = "restless_legs"
    DIFFERENCE = "difference"
    SITUATION = "situation"
    EVIDENCE = "evidence"
    SOURCE = "source"

    TREATMENT = "treatment"
    PREVENTION = "prevention"
    DIAGNOSIS = "diagnosis"
    OUTLOOK = "outlook"
    SERIOUSNESS = "seriousness"
    SEE_DOCTOR = "see_doctor"
    FREQUENCY = "frequency"
    SYMPTOMS = "symptoms"
    CONDITION_DETAILS = "condition_details"
    RESTLESS_LEGS_OTHER = "restless_legs_other"
    MECHANISM = "mechanism"
    OTHER = "other"


class Reason(str, Enum):
    """Why an answer was no help. Closed list."""

    NOT_MY_QUESTION = "not_my_question"
    UNCLEAR = "unclear"
    TOO_LONG = "too_long"
    WRONG = "wrong"
    OTHER = "other"


class PieceKind(str, Enum):
    STATEMENT = "statement"
    PHRASE = "phrase"


@dataclass(frozen=True)
class Piece:
    """One or a few sentences of a reply, always from the knowledge files.

    ``key`` is a statement's id or a phrase's key, ``arguments`` what was filled into a phrase (names from the knowledge
    files only). ``text`` is for reading, ``speech`` for hearing. ``paragraph`` starts a new paragraph before it.
    ``spoken``: where the piece names things of a list, ``speech`` in parts, each with the number of things that it names.
    """

    kind: PieceKind
    key: str
    text: str
    speech: str
    cites: Tuple[Citation, ...] = ()
    arguments: Tuple[Tuple[str, str], ...] = ()
    paragraph: bool = False
    spoken: Tuple[Tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Button:
    """A suggestion. ``payload`` is what a channel sends back as the person's text when it is pressed."""

    title: str
    payload: str

    def as_dict(self) -> Dict[str, str]:
        return {"title": self.title, "payload": self.payload}


@dataclass(frozen=True)
class ConditionLink:
    """A condition that a reply speaks of and the grade it is given; ``link`` is None where no grade is stated."""

    id: str
    link: Optional[str]

    def as_dict(self) -> Dict[str, Optional[str]]:
        return {"id": self.id, "link": self.link}


@dataclass(frozen=True)
class Answer:
    """One reply: what is said and the machine-readable envelope beside it."""

    outcome: Outcome
    pieces: Tuple[Piece, ...]
    topic: Optional[Topic] = None
    conditions: Tuple[ConditionLink, ...] = ()
    buttons: Tuple[Button, ...] = ()

    @property
    def text(self) -> str:
        """The reply for reading; paragraphs are parted by a blank line."""
        return self._join("text")

    @property
    def speech(self) -> str:
        """The reply for hearing, before a voice channel arranges it."""
        return self._join("speech")

    def _join(self, form: str) -> str:
        joined = ""
        for piece in self.pieces:
            words = getattr(piece, form)
            if words:
                joined += ("\n\n" if piece.paragraph else " ") * bool(joined) + words
        return joined

    @property
    def statements(self) -> Tuple[str, ...]:
        # A sentence that several conditions share has the ids of all their statements, joined by "+".
        keys = (key for p in self.pieces if p.kind is PieceKind.STATEMENT for key in p.key.split("+"))
        return tuple(dict.fromkeys(keys))

    @property
    def citations(self) -> Tuple[Citation, ...]:
        """Places in the source, each once, in the order in which they are first said."""
        places = {str(cite): cite for piece in self.pieces for cite in piece.cites}
        return tuple(places.values())

    def envelope(self) -> Dict[str, Any]:
        """The JSON that goes with the text (DESIGN section 3)."""
        return {
            "outcome": self.outcome.value,
            "topic": self.topic.value if self.topic else None,
            "conditions": [condition.as_dict() for condition in self.conditions],
            "statements": list(self.statements),
            "citations": [cite.as_dict() for cite in self.citations],
        }


@dataclass(frozen=True)
class Judgement:
    """What a person thinks of one answer. ``answer``: its ids (outcome, topic, conditions, statements), never anybody's words."""

    helpful: bool
    answer: Mapping[str, Any]
    reason: Optional[Reason] = None

    def as_dict(self) -> Dict[str, Any]:
        return {
            "helpful": self.helpful,
            "reason": self.reason.value if self.reason else None,
            "answer": dict(self.answer),
        }


@dataclass(frozen=True)
class Mention:
    """Something the person named.

    ``kind``: ``condition`` (``id`` is an entry), ``ambiguous`` (one of a few entries; ``id`` is that of the vocabulary)
    or ``unlisted`` (not in the source). ``family``: the id of the lay term that touches several entries, if it was one.
    ``medicine``: the medicine's name as the vocabulary writes it, when a medicine was named. ``person``: ``self`` or ``other``.
    """

    kind: str
    id: str
    negated: bool = False
    family: Optional[str] = None
    medicine: Optional[str] = None
    person: str = "self"


@dataclass(frozen=True)
class Told:
    """What a message says of the legs, as values and never in its words (:mod:`legcramps.answers.told`).

    ``points``: what it says plainly of a point of the guided comparison. ``hints``: words that tell something only as a reply to
    the question about that point ("a lot", "crawly"). ``reply``: ``yes``, ``no``, ``some`` or ``unsure``, said to whatever was asked.
    ``asks``: worded as a question or an order. ``corrects``: takes back what was said before. ``stops``, ``nods``: nothing but a wish to
    stop, or to go on. ``farewell``: has a word of leave-taking.

    For questions that lean on the talk: ``words``, how many it has; ``others``: asks for what else there is ("are there others?");
    ``picks``: asks for some of what was shown ("only the ones about nerves"); ``grouped``: asks which of a whole
    group there are ("any gland problems on it?"); ``details``: asks for more about an illness than what it is.
    ``kinds``: which of several it means ("the overactive one"), as parts of the ids of conditions. ``quits``: speaks of stopping what one
    takes. ``restates``: says again what was asked about. ``puzzled``: asks nothing but what was meant. ``reason``: why an answer was no help,
    where the message may say so.

    ``timed``: how long it goes on is told as a time. ``aspect``: a question that the source leaves open beside one that it answers
    (:mod:`legcramps.answers.silent`). ``personal``: asked of somebody's own case. ``takes_nothing``: says that no medicine is taken.
    ``wonders``: asks for the reason. ``of_the_assistant``: asks who or what answers here. ``helps``: asks nothing but what helps.
    ``concludes``: asks whether that is the reason. ``suspects``: asks whether it is a certain illness or thing. ``links``: asks whether
    there is a link, without saying to what. ``has_it``: asks whether the person has an illness. ``of_the_strength``: asks what the words for the strength of a link mean. ``is_it``: asks nothing but whether it is the one or the other. ``denies``: begins with what the person is not.
    ``has_one``: asks whether the person has one of what was named. ``other_one``: means another than the one just spoken of.
    ``how_to_tell``: asks how to tell one thing from another.
    """

    points: Mapping[str, str] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    reply: Optional[str] = None
    asks: bool = False
    corrects: bool = False
    stops: bool = False
    nods: bool = False
    farewell: bool = False
    words: int = 0
    others: bool = False
    picks: bool = False
    grouped: bool = False
    details: bool = False
    kinds: Tuple[str, ...] = ()
    quits: bool = False
    restates: bool = False
    puzzled: bool = False
    reason: Optional[Reason] = None
    timed: bool = False
    aspect: Optional[str] = None
    personal: bool = False
    takes_nothing: bool = False
    wonders: bool = False
    of_the_assistant: bool = False
    helps: bool = False
    concludes: bool = False
    suspects: bool = False
    has_it: bool = False
    links: bool = False
    of_the_strength: bool = False
    is_it: bool = False
    denies: bool = False
    has_one: bool = False
    other_one: bool = False
    how_to_tell: bool = False


@dataclass(frozen=True)
class Heard:
    """One message as it was understood. Holds none of the person's words.

    ``signals``: what the scope guard saw (``cramp``, ``leg``, ``night``, ``restless_legs``, ``first_person`` …).
    ``parts``: the parts of a message that asks several things, in order; empty for a single question.
    ``option``: the position asked for ("the second one" is 2, "the last" is -1).
    ``alternatives``: the next likely intents, best first. ``sign``: which sign of danger was seen.
    ``told``: what it says of the legs, for the guided comparison; None where there are no words, as with a button.
    """

    intent: str
    confidence: float = 1.0
    mentions: Tuple[Mention, ...] = ()
    signals: FrozenSet[str] = frozenset()
    parts: Tuple[Heard, ...] = ()
    option: Optional[int] = None
    group: Optional[str] = None
    alternatives: Tuple[str, ...] = ()
    sign: Optional[str] = None
    told: Optional[Told] = None

    def named(self, kind: str = "condition") -> Tuple[Mention, ...]:
        """What was named and not negated, each id once; the sufferer's own before somebody else's."""
        found: Dict[str, Mention] = {}
        for mention in self.mentions:
            if (
                mention.kind == kind
                and not mention.negated
                and (mention.id not in found or found[mention.id].person != "self")
            ):
                found[mention.id] = mention
        return tuple(found.values())


@dataclass(frozen=True)
class Context:
    """What is remembered between turns: ids only, never a person's words. Each field is a slot of the same name.

    ``topic``: of the last reply from the source. ``conditions``: the entries last spoken of. ``shown``: the list being shown,
    ``position``: how many of it were shown. ``said``: the last few turns' replies in stored form, newest last.
    ``offer``: the button payload that a "yes" stands for.
    ``misunderstood``: turns in a row that were not understood. ``notices``: the once-only notices were given.
    ``comparison``: where the guided comparison stands (:mod:`legcramps.answers.comparison`); None when there is none.
    ``judged``: the ids of the answers that were called no help and of which the reason was asked; None when it was not.
    """

    topic: Optional[str] = None
    conditions: Tuple[str, ...] = ()
    shown: Tuple[str, ...] = ()
    position: int = 0
    options: Tuple[str, ...] = ()
    said: Tuple[Any, ...] = ()
    offer: Optional[str] = None
    misunderstood: int = 0
    notices: bool = False
    comparison: Optional[Mapping[str, Any]] = None
    judged: Optional[Tuple[Any, ...]] = None

    def but(self, **changes: Any) -> Context:
        """A copy with these fields changed."""
        return replace(self, **changes)

    def as_slots(self) -> Dict[str, Any]:
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any]) -> Context:
        """Reads slots; a slot that is missing or empty has its default."""
        values = {f.name: slots.get(f.name) for f in fields(cls)}
        return cls(**{name: _frozen(value) for name, value in values.items() if value is not None})


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Operator:
    """What those who run the assistant may set; each has a neutral wording when it is not set.

    ``source_url``: where the source can be read. ``person``: how to reach a person. ``emergency_number``, ``crisis_line``: of the
    country that is served.
    """

    source_url: Optional[str] = None
    person: Optional[str] = None
    emergency_number: Optional[str] = None
    crisis_line: Optional[str] = None


@dataclass(frozen=True)
class Turn:
    """What one turn says, what is remembered after it, and what the person said of the answers before it."""

    answers: Tuple[Answer, ...]
    context: Context = field(default_factory=Context)
    judgements: Tuple[Judgement, ...] = ()
