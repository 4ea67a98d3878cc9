"""Speech that a person half asleep can follow: spoken replies cut into short chunks, as plain text or as SSML. Pure; no Rasa.

A reply comes as ideas (:mod:`legcramps.answers.speech`). :func:`chunks` packs them: the answer first, never more than
:data:`MAX_WORDS` words, :data:`MAX_SECONDS` seconds or :data:`MAX_ITEMS` things of a list before the person is asked whether to go on.
:func:`plain` and :func:`ssml` write them down for a voice: no brackets, links, abbreviations or symbols.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Callable, Iterable, List, Mapping, Optional, Sequence, Tuple
from xml.sax.saxutils import escape, quoteattr

WORDS_PER_MINUTE = 150
"""How fast voices speak, for every estimate of time in the house. They speak at 150 to 170; medical terms take longer."""

SENTENCE_PAUSE = 0.25
IDEA_PAUSE = 0.5
SLOW_PAUSE = 1.0
"""Seconds after a sentence, between two ideas, and after each sentence for someone who asked for slower."""

MAX_WORDS = 60
MAX_SECONDS = 25.0
MAX_SENTENCE = 20
"""Words of one sentence."""
MAX_ITEMS = 3
"""Things of a list in one chunk."""
MAX_URGENT = 35
"""Words of what is said in an emergency."""
MAX_WORDS_SLOW = 30
"""Words of a chunk for someone who asked for slower, where the ideas are short enough."""

ROOM = 12
"""Words kept free for the question at the end of an answer."""
ROOM_TO_GO_ON, ROOM_FOR_LEFT = 4, 5
"""The same for "Shall I go on?", and for how many things are left."""

_DRAWN_FORWARD = ("advice", "notice")
_NEVER_IN_THE_WAY = "privacy"

Ideas = Tuple[Tuple[str, ...], ...]
"""Sentences by idea."""


@dataclass(frozen=True)
class Chunk:
    """What is said in one go. ``left``: how many things of a list come after it, if any."""

    ideas: Ideas
    left: int = 0

    def as_data(self) -> List[Any]:
        return [[list(idea) for idea in self.ideas], self.left]

    @classmethod
    def from_data(cls, data: Sequence[Any]) -> Chunk:
        ideas, left = data
        return cls(tuple(tuple(str(sentence) for sentence in idea) for idea in ideas), int(left))


# --- measures -------------------------------------------------------------------------------------------------------


def count_words(text: str) -> int:
    return len(re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text))


def seconds(ideas: Ideas, slow: bool = False) -> float:
    """How long it takes to say them, pauses included; an estimate with :data:`WORDS_PER_MINUTE`."""
    spoken = [sentence for idea in ideas for sentence in idea]
    pauses = len(spoken) * (SLOW_PAUSE if slow else SENTENCE_PAUSE) + max(0, len(ideas) - 1) * IDEA_PAUSE
    return sum(map(count_words, spoken)) * 60 / WORDS_PER_MINUTE + pauses


# --- chunks ---------------------------------------------------------------------------------------------------------


def chunks(ideas: Iterable[Mapping[str, Any]], most: int = MAX_WORDS) -> Tuple[Chunk, ...]:
    """Packs a reply's ideas into chunks, in their order; what must be heard is drawn forward, behind the first fact.

    Args:
        ideas: as :func:`legcramps.answers.speech.aloud` gives them; offers are left out.
        most: words of a chunk; an idea that is longer by itself makes a chunk of its own.
    """
    told = [idea for idea in ideas if idea["kind"] != "offer"]
    drawn = list(
        {tuple(idea["say"]): idea for kind in _DRAWN_FORWARD for idea in told if idea["kind"] == kind}.values()
    )
    last = [idea for idea in told if idea["kind"] == _NEVER_IN_THE_WAY]
    body = [idea for idea in told if idea["kind"] not in (*_DRAWN_FORWARD, _NEVER_IN_THE_WAY)]
    # Nothing may come after a question, and only one can be answered: the last.
    questions = [sentence for idea in body for sentence in idea["say"] if sentence.endswith("?")]
    body = [{**idea, "say": [sentence for sentence in idea["say"] if sentence not in questions]} for idea in body]
    body = [idea for idea in body if idea["say"]]
    if questions:
        last.append({"say": questions[-1:], "kind": "words"})
    listed = left = sum(idea.get("items", 0) + idea.get("left", 0) for idea in [*body, *drawn, *last])
    result: List[Chunk] = []
    while body or drawn or last:
        if _fits([*body, *drawn, *last], 0 if questions else ROOM, most):
            chunk, body, drawn, last = [*body, *drawn, *last], [], [], []
        else:
            if not body:
                body, drawn, last = [*drawn, *last], [], []
            room = ROOM_TO_GO_ON + (ROOM_FOR_LEFT if listed > MAX_ITEMS else 0)
            chunk, body = _first(body, room, most) if not result else ([body[0]], body[1:])
            answer = len(chunk)
            kept = _added(chunk, drawn, room, most)
            while body and _fits([*chunk, body[0], *kept], room, most):
                chunk, body = [*chunk, body[0]], body[1:]
            drawn = [idea for idea in drawn if idea not in kept]
            if not (body or drawn or last) and len(chunk) + len(kept) > 1:
                # The question at the very end is longer than "Shall I go on?".
                body = [(kept if kept and len(chunk) == answer else chunk).pop()]
            chunk += kept
        left -= sum(idea.get("items", 0) for idea in chunk)
        result.append(Chunk(tuple(tuple(idea["say"]) for idea in chunk), left if listed > MAX_ITEMS else 0))
    return tuple(result)


def _first(body: Sequence[Mapping[str, Any]], room: int, most: int) -> Tuple[List[Any], List[Any]]:
    """What leads to the first fact and that fact, as far as it fits, and the rest."""
    size = 1
    if not any(idea["kind"] == "fact" for idea in body):
        return list(body[:size]), list(body[size:])
    while size < len(body) and body[size - 1]["kind"] != "fact" and _fits(body[: size + 1], room, most):
        size += 1
    return list(body[:size]), list(body[size:])


def _added(chunk: Sequence[Any], ideas: Sequence[Any], room: int, most: int) -> List[Any]:
    """Those of ``ideas`` for which there is room beside ``chunk``."""
    kept: List[Any] = []
    for idea in ideas:
        if _fits([*chunk, *kept, idea], room, most):
            kept.append(idea)
    return kept


def _fits(ideas: Sequence[Mapping[str, Any]], room: int, most: int) -> bool:
    said = tuple(tuple(idea["say"]) for idea in ideas)
    words = sum(count_words(sentence) for idea in said for sentence in idea)
    # Two more ideas come after these: how many things are left, and a question.
    time = seconds(said) + room * 60 / WORDS_PER_MINUTE + (2 * (IDEA_PAUSE + SENTENCE_PAUSE) if room else 0)
    return words + room <= most and time <= MAX_SECONDS and sum(i.get("items", 0) for i in ideas) <= MAX_ITEMS


# --- written for a voice --------------------------------------------------------------------------------------------


def plain(ideas: Ideas) -> str:
    """For a voice that reads plain text."""
    return " ".join(speakable(sentence) for idea in ideas for sentence in idea)


def ssml(ideas: Ideas, lexicon: Mapping[str, str], slow: bool = False) -> str:
    """A whole ``<speak>`` document: only ``p``, ``s``, ``break``, ``sub`` and ``say-as``, everything else escaped."""
    return f"<speak>{ssml_body(ideas, lexicon, slow)}</speak>"


def ssml_body(ideas: Ideas, lexicon: Mapping[str, str], slow: bool = False) -> str:
    """The same without ``<speak>``, for a place that already is SSML (Twilio's ``<Say>``)."""
    pause = f'<break time="{int(SLOW_PAUSE * 1000)}ms"/>' if slow else ""
    paragraphs = [
        "<p>" + "".join(f"<s>{_marked_up(sentence, lexicon)}</s>{pause}" for sentence in idea) + "</p>"
        for idea in ideas
    ]
    return f'<break time="{int(IDEA_PAUSE * 1000)}ms"/>'.join(paragraphs)


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def number(value: int) -> str:
    """0 to 99 in words; a larger number digit by digit."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")
    return " ".join(_ONES[int(digit)] for digit in str(value))


_SAID = {
    "&": " and ",
    "+": " plus ",
    "%": " percent",
    "/": " or ",
    "=": " is ",
    "@": " at ",
    "#": " number ",
    "–": ", ",
    "—": ", ",
}
_LINK = re.compile(r"https?://\S+|www\.\S+")
_NOT_SAID = re.compile(r"[\"“”„«»()\[\]{}<>*_~^|\\`•…]")
_DIGITS = re.compile(r"\d+(?: \d+)*")
"""A number, or a telephone number in groups."""
_LETTERS = re.compile(r"\b[A-Z]{2,6}\b")


def speakable(text: str) -> str:
    """The text without what cannot be said: no quotes, brackets or links, symbols and numbers in words, short forms letter by letter."""
    text = _LETTERS.sub(lambda match: " ".join(match.group()), _clean(text))
    return _DIGITS.sub(lambda match: _figures(match.group()), text)


def _figures(found: str) -> str:
    """A small number in words, a long one (a telephone number) digit by digit."""
    digits = found.replace(" ", "")
    if len(digits) > 2:
        return " ".join(_ONES[int(digit)] for digit in digits)
    return " ".join(number(int(part)) for part in found.split())


def _clean(text: str) -> str:
    text = _NOT_SAID.sub("", _LINK.sub("", "".join(ch if ch.isprintable() else " " for ch in text)))
    for symbol, said in _SAID.items():
        text = text.replace(symbol, said)
    text = re.sub(r"(?<=[A-Za-z])-?(?=\d)|(?<=\d)-(?=\d)", " ", text)
    text = re.sub(r"(?<=\w)\.(?=\w)", " dot ", text)
    return re.sub(r"\s+([.,?!;:])", r"\1", re.sub(r"\s+", " ", text)).strip()


def _marked_up(sentence: str, lexicon: Mapping[str, str]) -> str:
    """One sentence with its terms substituted, numbers and short forms marked, and all else escaped."""
    text = _clean(sentence)
    terms = sorted(lexicon, key=len, reverse=True)
    pattern = "|".join([*(rf"\b{re.escape(term)}\b" for term in terms), r"\b[A-Z]{2,6}\b", _DIGITS.pattern])
    parts, at = [], 0
    for match in re.finditer(pattern, text, re.IGNORECASE if terms else 0):
        found = match.group()
        mark = _mark(found, lexicon)
        if mark:
            parts += [escape(text[at : match.start()]), mark]
            at = match.end()
    return "".join([*parts, escape(text[at:])])


def _mark(found: str, lexicon: Mapping[str, str]) -> Optional[str]:
    alias = lexicon.get(found.lower())
    if alias:
        return f"<sub alias={quoteattr(alias)}>{escape(found)}</sub>"
    if found[0].isdigit():
        digits = found.replace(" ", "")
        return f'<say-as interpret-as="digits">{digits}</say-as>' if len(digits) > 2 else _figures(found)
    return f'<say-as interpret-as="characters">{found}</say-as>' if found.isupper() else None


Words = Callable[..., str]
"""Gives a phrase by its key, as :func:`legcramps.channels.replies.words` does."""
