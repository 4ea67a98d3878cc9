"""The form in which replies pass from Rasa to a channel, and the replies that a channel gives by itself. No Rasa import."""

from __future__ import annotations

from functools import cache
from typing import Any, Dict, List, Mapping, Optional, Tuple, TypedDict

from legcramps import knowledge
from legcramps.answers import Composer, Context, Heard, Operator, aloud, respond
from legcramps.answers.speech import sentences


class Reply(TypedDict):
    """One message to a person: its text, suggestions (``title`` and ``payload`` each) and the envelope (DESIGN section 3)."""

    text: str
    buttons: List[Dict[str, str]]
    answer: Dict[str, Any]


def from_message(message: Mapping[str, Any]) -> Reply:
    """What an action sent, as Rasa hands it to an output channel."""
    custom = message.get("custom") or {}
    return {
        "text": message.get("text") or "",
        "buttons": list(message.get("buttons") or []),
        "answer": dict(custom.get("answer") or {}),
    }


class SpokenReply(TypedDict):
    """What a voice channel needs of a reply: its ideas (:mod:`legcramps.answers.speech`), suggestions and the envelope."""

    speech: List[Dict[str, Any]]
    buttons: List[Dict[str, str]]
    answer: Dict[str, Any]


def spoken_from_message(message: Mapping[str, Any]) -> SpokenReply:
    """What an action sent, for a voice channel. A message without a spoken form is said in its words for reading."""
    reply = from_message(message)
    speech = (message.get("custom") or {}).get("speech")
    if not speech:
        speech = [{"say": sentences(reply["text"]), "kind": "words", "items": 0}] if reply["text"] else []
    return {"speech": [dict(idea) for idea in speech], "buttons": reply["buttons"], "answer": reply["answer"]}


def to_message(reply: Reply) -> Dict[str, Any]:
    """The other way round: as an action sends it."""
    return {"text": reply["text"], "buttons": reply["buttons"], "custom": {"answer": reply["answer"]}}


def spoken_problem(problem: str) -> SpokenReply:
    """:func:`problem_reply` for a voice channel."""
    answer = _unusable(problem)
    return {"speech": [dict(idea) for idea in aloud(answer)], "buttons": [], "answer": answer.envelope()}


def spoken_urgent(emergency_number: Optional[str] = None) -> SpokenReply:
    """The fixed words for an emergency, for whoever asks for urgent help without saying why."""
    composer = Composer(knowledge.default(), Operator(emergency_number=emergency_number))
    answer = respond(Heard("report_emergency"), Context(), composer).answers[0]
    return {"speech": [dict(idea) for idea in aloud(answer)], "buttons": [], "answer": answer.envelope()}


@cache
def recogniser_hints(most: int = 200) -> Tuple[str, ...]:
    """Words that a speech recogniser shall expect, the most important first: the subject, commands, and what people ask about."""
    known = knowledge.default()
    vocabulary = known.vocabulary
    said = [
        *words("phone.expected").split(", "),
        *vocabulary.misheard.values(),
        *(name for condition in known.conditions.values() for name in (condition.name, *condition.aka)),
        *(said for says in vocabulary.medicines.values() for said in says[:2]),
        *(family.say[0] for family in vocabulary.families),
        *(thing.name for thing in vocabulary.unlisted),
    ]
    # A recogniser that expects "PAD" hears it in other words.
    kept = (word for word in said if not word.isupper() and not set("(),") & set(word))
    return tuple(dict.fromkeys(kept))[:most]


def words(key: str, **arguments: str) -> str:
    """A phrase of ``knowledge/phrases.yml`` in its spoken wording, for what a channel says by itself. KeyError when there is none."""
    phrase = knowledge.default().phrases[key]
    return (phrase.speech or phrase.text).format(**arguments)


def spoken_words(key: str, **arguments: str) -> Tuple[str, ...]:
    """:func:`words` as sentences."""
    return tuple(sentences(words(key, **arguments)))


def question_for(payload: str) -> Optional[str]:
    """The yes/no question that offers what a button's payload asks ("Would you like to hear …?"); None when it has none."""
    intent, _, condition = payload.removeprefix("#").partition("=")
    known = knowledge.default()
    if condition:
        named = known.conditions.get(condition)
        return words("offers.condition", name=named.name) if named else None
    return words(f"offers.{intent}") if f"offers.{intent}" in known.phrases else None


@cache
def lexicon() -> Mapping[str, str]:
    """Terms that voices say wrongly or that are hard to tell apart, in small letters, and how to write them to be said right."""
    prefix = "pronunciation."
    phrases = knowledge.default().phrases.items()
    return {key.removeprefix(prefix).lower(): phrase.text for key, phrase in phrases if key.startswith(prefix)}


def written(key: str, **arguments: str) -> str:
    """A phrase of ``knowledge/phrases.yml`` for reading, for what a channel says by itself. KeyError when there is none."""
    return knowledge.default().phrases[key].text.format(**arguments)


def sources(reply: Reply) -> str:
    """Where in the source a reply stands, as people read it ("Causes, paragraph 6, item 4; …"); empty when nowhere."""
    return "; ".join(map(place_of, reply["answer"].get("citations") or []))


def place_of(cite: Mapping[str, Any]) -> str:
    """A citation of an envelope as people read it: ``Causes, paragraph 6, item 4``."""
    return str(knowledge.Citation(**cite))


def suggestion(intent: str) -> Optional[Dict[str, str]]:
    """The button that asks ``intent``; None when there is none."""
    key = f"titles.{intent}"
    return {"title": written(key), "payload": f"#{intent}"} if key in knowledge.default().phrases else None


@cache
def _unusable(problem: str) -> Any:
    turn = respond(Heard("unusable", signals=frozenset({problem})), Context(), Composer(knowledge.default()))
    return turn.answers[0]


def problem_reply(problem: str) -> Reply:
    """The fixed reply to input that cannot be read, or to a failure inside: ``empty``, ``too_long`` or ``internal``."""
    answer = _unusable(problem)
    return {
        "text": answer.text,
        "buttons": [button.as_dict() for button in answer.buttons],
        "answer": answer.envelope(),
    }


def names() -> Dict[str, Any]:
    """What the ids of an envelope are called: conditions by id, grades (``label``, ``meaning``) by id, and the source's title."""
    known = knowledge.default()
    return {
        "conditions": {condition.id: condition.title for condition in known.conditions.values()},
        "grades": {grade: {"label": words.label, "meaning": words.meaning} for grade, words in known.grades.items()},
        "source": known.source.title,
    }


def emergency_number() -> str:
    """How the number to call is named where the operator has set none."""
    return knowledge.default().phrases["safety.emergency_number"].text
