"""Says a conversation file to the assistant and finds what is not as expected, there or in what holds for every reply."""

from __future__ import annotations

import re
import uuid
from functools import lru_cache
from itertools import permutations, product
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from legcramps import knowledge
from tests.conversations.helpers.script import OUTCOMES, TOPICS, Expect, TurnScript

MAX_WORDS = 90
"""Of a reply, the once-only notices left out."""

_TRACE = re.compile(r"Traceback|\bFile \"|\b\w+(Error|Exception)\b|<[a-z]+ object at|\{[a-zA-Z]\w*\}|\bNone\b")
_CAUSAL = re.compile(
    r"\b(caus(e|es|ed|ing)|due to|because|leads? to|led to|results? in|bring(s|ing)? on|makes? you (cramp|get|have)|gives? you|the reason|"
    r"responsible for|trigger\w*|prove[sn]?)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


async def replay(assistant: Any, conversation: Sequence[TurnScript]) -> List[str]:
    """Says every turn in a conversation of its own. Returns what is wrong, each as a sentence with its turn."""
    identifier = uuid.uuid4().hex
    problems: List[str] = []
    texts: List[str] = []
    noticed: List[str] = []
    mumbled = 0
    buttons: List[Dict[str, str]] = []
    try:
        for turn in conversation:
            said = turn.says
            if turn.presses is not None:
                payloads = [b["payload"] for b in buttons if b["title"] == turn.presses]
                if not payloads:
                    return [*problems, f"{turn}\n    no such button; there are: {[b['title'] for b in buttons]}"]
                said = payloads[0]
            if turn.mumbles:
                mumbled += 1
                said = (await _not_understood(assistant))[mumbled % ENOUGH]
            result = await assistant.turn(identifier, said)
            replies = [dict(reply) for reply in result.replies]
            found = [*amiss(turn.expect, result.intent, replies, texts), *always_amiss(replies)]
            notices = [notice for reply in replies for notice in _notices() if notice in reply["text"]]
            found += [
                f"a second time: '{notice}'"
                for number, notice in enumerate(notices)
                if notice in (*noticed, *notices[:number])
            ]
            # Who is forgotten is a stranger again.
            noticed = [] if result.intent == "forget_me" else [*noticed, *notices]
            if found:
                problems.append("\n    ".join([str(turn), *found, *_transcript(result.intent, replies)]))
            texts.append(_plain(replies))
            buttons = [button for reply in replies for button in reply["buttons"]]
    finally:
        await assistant.forget(identifier)
    return problems


ENOUGH = 4
_MUMBLES = (
    (
        ("the thing with", "that thing about", "the bit where", "as for", "or rather"),
        ("the leg", "it", "the cramp thing", "the sheet"),
        ("you know", "or so", "somehow", "and whatever", "like that", "when it is"),
    ),
    (
        ("tell it", "if", "for", "not", "is this", "what with", "which"),
        ("charley horse", "the cramp thing", "cramps", "the calf"),
        ("in the form", "with the lights on", "in the kitchen", "and the other", "though maybe yes", "as such"),
    ),
)
_found: Dict[int, List[str]] = {}


async def _not_understood(assistant: Any) -> List[str]:
    """A few messages that this model does not understand. Which they are changes with each training."""
    if id(assistant) not in _found:
        found: List[str] = []
        for words in (words for parts in _MUMBLES for words in product(*parts)):
            parsed = await assistant.agent.parse_message(" ".join(words))
            if parsed["intent"]["name"] == "nlu_fallback":
                found.append(" ".join(words))
            if len(found) == ENOUGH:
                break
        assert len(found) == ENOUGH, "the model understands every mumble: add more of them"
        _found[id(assistant)] = found
    return _found[id(assistant)]


def _transcript(intent: str, replies: Sequence[Mapping[str, Any]]) -> List[str]:
    lines = [f"understood as {intent}"]
    for reply in replies:
        answer = reply["answer"]
        named = ", ".join(f"{c['id']} ({c['link']})" for c in answer.get("conditions", ()))
        lines.append(f"> {answer.get('outcome')}/{answer.get('topic')} [{named}] {' '.join(reply['text'].split())}")
        if reply["buttons"]:
            lines.append(f"  buttons: {[button['title'] for button in reply['buttons']]}")
    return lines


def _plain(replies: Sequence[Mapping[str, Any]]) -> str:
    """What a turn says, without the notices that are given once."""
    return "\n".join(" ".join(_without_notices(reply["text"]).split()) for reply in replies)


def _without_notices(text: str) -> str:
    for notice in _notices():
        text = text.replace(notice, "")
    return text.strip()


@lru_cache(maxsize=1)
def _notices() -> Tuple[str, ...]:
    phrases = knowledge.default().phrases
    return phrases["notice.disclaimer"].text, phrases["notice.privacy"].text


# --- as the file expects ----------------------------------------------------------------------------------------------


def amiss(expect: Expect, intent: str, replies: Sequence[Mapping[str, Any]], before: Sequence[str]) -> Iterator[str]:
    """What of a turn's ``replies`` is not as the file says; ``before`` are the texts of the turns before."""
    if expect.intents and intent not in expect.intents:
        yield f"intent: wanted {_either(expect.intents)}, got {intent}"
    for name, wanted, for_all in (
        ("outcome", expect.outcomes, expect.outcome_for_all),
        ("topic", expect.topics, expect.topic_for_all),
    ):
        got = [reply["answer"].get(name) for reply in replies]
        if wanted and not _fit(got, wanted * len(got) if for_all else wanted):
            yield f"{name}: wanted {[_either(w) for w in wanted]}, got {got}"
    links = [link for reply in replies for link in reply["answer"].get("conditions", ())]
    ids, grades = {link["id"] for link in links}, {link["link"] for link in links}
    if expect.conditions is not None and ids != expect.conditions:
        yield f"conditions: wanted {sorted(expect.conditions)}, got {sorted(ids)}"
    if not expect.conditions_have <= ids:
        yield f"conditions: {sorted(expect.conditions_have - ids)} missing in {sorted(ids)}"
    if expect.grades is not None and grades != expect.grades:
        yield f"grades: wanted {sorted(expect.grades)}, got {sorted(map(str, grades))}"
    text = " ".join(" ".join(reply["text"].split()) for reply in replies)
    for words in expect.text_has:
        if words.lower() not in text.lower():
            yield f"text: '{words}' is missing"
    for words in expect.text_has_not:
        if words.lower() in text.lower():
            yield f"text: '{words}' should not be there"
    offered = {button[key] for reply in replies for button in reply["buttons"] for key in ("title", "payload")}
    for button in expect.buttons_has:
        if button not in offered:
            yield f"buttons: '{button}' is missing"
    shown = sum(len(reply["buttons"]) for reply in replies)
    if expect.buttons_at_most is not None and shown > expect.buttons_at_most:
        yield f"buttons: {shown}, at most {expect.buttons_at_most} wanted"
    if expect.not_same_as and _plain(replies) == before[expect.not_same_as - 1]:
        yield f"text: the same as in turn {expect.not_same_as}"
    if expect.same_as and _plain(replies) != before[expect.same_as - 1]:
        yield f"text: not the same as in turn {expect.same_as}"
    if expect.shorter_than and len(_plain(replies)) >= len(before[expect.shorter_than - 1]):
        yield f"text: not shorter than in turn {expect.shorter_than}"


def _fit(got: Sequence[str], allowed: Sequence[frozenset]) -> bool:
    """Whether each of ``got`` can take one of ``allowed``, in any order."""
    if len(got) != len(allowed):
        return False
    return any(all(g in a for g, a in zip(got, order, strict=True)) for order in permutations(allowed))


def _either(names: frozenset) -> str:
    return "|".join(sorted(names))


# --- as every reply must be -------------------------------------------------------------------------------------------


def always_amiss(replies: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What no reply may be: empty, too long, a stack trace, outside the contract, stronger than the source."""
    if not replies:
        yield "there is no reply"
    for reply in replies:
        text, answer = reply["text"], reply["answer"]
        if not text.strip():
            yield "a reply is empty"
        words = len(_without_notices(text).split())
        if words > MAX_WORDS:
            yield f"a reply has {words} words; {MAX_WORDS} are allowed"
        if _TRACE.search(text):
            yield f"a reply shows what is inside: '{_TRACE.search(text).group()}'"
        if any(notice in text for notice in _notices()) and (
            reply is not replies[-1] or not text.endswith(_notices()[-1])
        ):
            yield "the notices do not stand at the end"
        yield from _outside_the_contract(answer)
        yield from _too_strong(text)


def _outside_the_contract(answer: Mapping[str, Any]) -> Iterator[str]:
    known = knowledge.default()
    if answer.get("outcome") not in OUTCOMES:
        yield f"outcome '{answer.get('outcome')}' is on no list"
    if answer.get("topic") is not None and answer["topic"] not in TOPICS:
        yield f"topic '{answer['topic']}' is on no list"
    for link in answer.get("conditions", ()):
        grades = {grade.grade for grade in known.conditions[link["id"]].links}
        if link["link"] not in grades:
            yield f"{link['id']} is given the grade {link['link']}, the source has {sorted(grades)}"
    for statement in answer.get("statements", ()):
        if statement not in known.statements:
            yield f"there is no statement '{statement}'"
    uncited = not (answer.get("statements") and answer.get("citations"))
    if answer.get("outcome") == "answered" and answer.get("topic") != "source" and uncited:
        yield "an answer without statement or citation"
    if answer.get("outcome") in ("urgent", "crisis") and (answer.get("statements") or answer.get("citations")):
        yield "facts in an emergency"


def _too_strong(text: str) -> Iterator[str]:
    """A tie that the source calls weaker than a known cause, worded as a cause."""
    for sentence in _SENTENCE.split(_without_notices(text)):
        lower = sentence.lower()
        for name in _not_known_as_causes():
            rest = re.sub(rf"\b{re.escape(name)}\b", "…", lower)
            if rest != lower and _CAUSAL.search(rest):
                yield f"'{name}' is no known cause, but a sentence says '{_CAUSAL.search(rest).group()}': {sentence}"


@lru_cache(maxsize=1)
def _not_known_as_causes() -> Tuple[str, ...]:
    return tuple(
        name.lower()
        for condition in knowledge.default().conditions.values()
        if all(link.grade != "known_cause" for link in condition.links)
        for name in (condition.name, *condition.aka)
    )
