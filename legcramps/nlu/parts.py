"""Cuts a message into the questions it asks, and reads small things out of it: which option, which group."""

from __future__ import annotations

import re
from typing import Dict, List, Mapping, Optional

from legcramps import numbers

_SENTENCE = re.compile(r"(?<=[.?!;])\s+|\n+")
_NEXT_QUESTION = re.compile(
    r",?\s+(?:and|also|plus|but|or)\s+(?:also\s+|then\s+)?(?=(?:what|how|why|when|where|who|which|is|are|can|could|does|do|did|should|would|will|any)\b)",
    re.IGNORECASE,
)
_AT_COMMA = re.compile(
    r",\s*(?=(?:so |but |and )?(?:what|how|why|which|who|where|is there|are there|does|do|can|could|any)\b)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?\s*$|^\W*(?:so |ok |and |also |but |um |well |please )*(?:what|how|why|when|where|who|which|is|are|can|could|does|do|did|should|would|will|am i|any)\b",
    re.IGNORECASE,
)
_RESTART = re.compile(
    r"\b(?:no,? wait|wait,? no|sorry,? no|no,? sorry|scratch that|strike that|actually,? no)\b[\s,.:;!…-]*",
    re.IGNORECASE,
)
# "It", "that", "they": what the rest of the message tells of.
_IT = r"(?:there|it|that|this|they|these|those|the two|both|(?:all|any|either) (?:of )?(?:this|that|it|these|those|them|the above))"
_LINK = re.compile(
    rf"^(?:so|and|but|then|ok|okay|well|um|or|now|just)* ?(?:(?:is|are|was|were|could|can|might|may|would|do you think|does|do) {_IT}\b"
    r"(?: (?:all|both|possibly|perhaps|maybe|just|really|also|then|be|have|is|are|there|in any way|somehow))* "
    r"(?:a |an |any |some |the |my )?(?:possible |direct |known |likely )?"
    r"(?:links?|connections?|relation(?:ship)?|linked|connected|related|why|what is (?:causing|behind)|causes?|causing|reasons?|culprits?|"
    r"behind|to blame|because|due|from|coincidence|anything to do|something to do|it|that)\b"
    r"|(?:any|a) (?:possible |known )?(?:links?|connections?|relation(?:ship)?|idea why)\b|coincidence$)"
)
_WHAT = re.compile(
    r"^(?:so|and|but|then|ok|okay|well|um|or|now|just)* ?(?:do you know )?(?:what (?:else )?(?:could|can|might|may|would) (?:it|that|this|they|these|those)(?: all)? (?:possibly )?be\b"
    r"|what do i have$|what (?:have i got|is (?:going on|happening|up)(?: with (?:me|my legs?))?)$|(?:do you have )?any ideas?$|what (?:do you think )?it (?:could|might|may|is) be$)"
)
_HELP = re.compile(
    r"^(?:so|and|but|then|ok|okay|well|um|or|now|please|got|have you)* ?any (?:good |useful )?(?:tips?|advice|suggestions|tricks|remed(?:y|ies))(?: (?:please|pls|for me|for this|welcome))*$|"
    r"^(?:so|and|but|then|ok|okay|well|um|or|now|please)* ?(?:what|how|is there anything|anything|any way|is there something|is there a way) ?"
    r"(?:(?:can|could|should|do|to|that|might|will|would|i|we|he|she|they|you|else) )*"
    r"(?:helps?(?: (?:it|with it|them|that|me|him|her))?|do(?: (?:about|against|for) (?:it|that|them|this))?|stop (?:it|them|that)|ease (?:it|them|that)|(?:make|get) (?:it|them) (?:stop|go away))$"
)
_LEANING = {"link": _LINK, "what": _WHAT, "help": _HELP}
MIN_WORDS = 2
MAX_PARTS = 6

_ORDINALS: Dict[str, int] = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
    "sixth": 6,
    "6th": 6,
    "seventh": 7,
    "7th": 7,
    "eighth": 8,
    "8th": 8,
    "ninth": 9,
    "9th": 9,
    "tenth": 10,
    "10th": 10,
    "last": -1,
    "final": -1,
    "bottom": -1,
    "top": 1,
    **numbers.WORDS,
    "a": 1,
    "b": 2,
    "c": 3,
    "d": 4,
}
_ORDINAL = re.compile(
    r"\b(1st|2nd|3rd|[4-9]th|10th|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last(?! (?:night|week|month|year|time|few))|final|"
    r"bottom|top)\b",
    re.IGNORECASE,
)
_NUMBER = "|".join([r"\d{1,2}", *numbers.WORDS])
_NUMBERED = re.compile(
    rf"\b(?:number|option|item|answer|choice|letter|point)\s*({_NUMBER}|[abcd])\b|\b(?:pick|choose|take)\s+({_NUMBER}|[bcd])\b|(?:\bno\.? ?|#)(\d{{1,2}})\b|"
    rf"^\W*({_NUMBER}|[abcd])\W*(?:please|pls|thanks|then|i (?:think|guess))?\W*$",
    re.IGNORECASE,
)
"""A number or letter counts as a position after a word such as "number", or when it is all that is said."""


def split_questions(text: str, at_commas: bool = False) -> List[str]:
    """The parts of a message, in order; one part when it asks one thing. ``at_commas``: cut as well where a question follows a comma."""
    parts: List[str] = []
    for sentence in _SENTENCE.split(text):
        for piece in _AT_COMMA.split(sentence) if at_commas else [sentence]:
            parts += [part.strip() for part in _NEXT_QUESTION.split(piece) if len(part.split()) >= MIN_WORDS]
    return parts[-MAX_PARTS:]


def after_restart(text: str) -> str:
    """What is said after the speaker breaks off and starts anew ("what causes … no wait, how do I stop one?"); the whole text if nobody does."""
    rest = _RESTART.split(text)[-1].strip()
    return rest if len(rest.split()) >= MIN_WORDS else text


def asks(part: str) -> bool:
    """Whether a part is worded as a question."""
    return bool(_ASKS.search(part))


def leans_on_the_rest(part: str) -> Optional[str]:
    """What a part asks that has its meaning from the rest of the message: ``link`` ("is there a link?", "could that be why?"), ``what``
    ("what could it be?") or ``help`` ("what can I do?"); None for any other. By itself it looks like a question of another kind."""
    plain = " ".join(re.findall(r"[a-z']+", part.lower().replace("what's", "what is")))
    return next((kind for kind, words in _LEANING.items() if words.match(plain)), None)


def read_option(text: str) -> Optional[int]:
    """ "The second one" → 2, "the last" → -1, "option b" → 2; None when no position is named. "Second to last" → -2."""
    lower = text.lower()
    if re.search(r"\b(second|next|2nd)[ -]to[ -](the )?last\b|\blast but one\b", lower):
        return -2
    match = _ORDINAL.search(lower) or _NUMBERED.search(lower)
    if not match:
        return None
    word = next(group for group in match.groups() if group)
    return int(word) if word.isdigit() else _ORDINALS[word]


def read_group(text: str, groups: Mapping[str, List[str]]) -> Optional[str]:
    """Which group of conditions is asked for ("which of these are about the kidneys?"); None when none is named."""
    lower = f" {' '.join(re.findall(r'[a-z]+', text.lower()))} "
    for group, words in groups.items():
        if any(f" {word} " in lower for word in words):
            return group
    return None
