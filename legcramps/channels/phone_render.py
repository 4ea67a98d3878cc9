"""What the phone company is told to do next, as TwiML: listen while something is said, or say something and hang up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Optional, Tuple
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

CONTENT_TYPE = "text/xml; charset=utf-8"

WAIT_SECONDS = 6
"""Of silence before it counts as such. A person half asleep needs a moment to think."""

MAX_HINTS = 500
MAX_HINT = 100
"""Twilio's limits: words that the recogniser shall expect, and letters of each."""


@dataclass(frozen=True)
class Line:
    """What is the same in every step: the address for the next one, what is listened for, and who speaks."""

    url: str
    language: str
    voice: str
    hints: Tuple[str, ...] = ()


def listen(line: Line, speech: str) -> bytes:
    """Says ``speech`` (SSML without ``<speak>``) and hears words or a key meanwhile: whoever calls may interrupt."""
    response = Element("Response")
    gather = SubElement(
        response,
        "Gather",
        {
            "input": "dtmf speech",
            "action": line.url,
            "method": "POST",
            # Silence is a step too.
            "actionOnEmptyResult": "true",
            "timeout": str(WAIT_SECONDS),
            "speechTimeout": "auto",
            "numDigits": "1",
            # No key ends the input by itself, so that every key is heard.
            "finishOnKey": "",
            "bargeIn": "true",
            "language": line.language,
            "hints": ", ".join(fit_hints(line.hints)),
            # Asterisks in the place of a rude word would hide what was asked.
            "profanityFilter": "false",
        },
    )
    gather.append(_say(line, speech))
    # For those who do not know actionOnEmptyResult.
    SubElement(response, "Redirect", {"method": "POST"}).text = line.url
    return _document(response)


def hang_up(line: Line, speech: Optional[str] = None) -> bytes:
    """Says ``speech``, if any, and ends the call."""
    response = Element("Response")
    if speech:
        response.append(_say(line, speech))
    SubElement(response, "Hangup")
    return _document(response)


def nothing() -> bytes:
    """For a message that asks for nothing, such as the news that the call is over."""
    return _document(Element("Response"))


def fit_hints(hints: Iterable[str]) -> Tuple[str, ...]:
    """The words to expect as the phone company takes them: each once, without commas, neither too many nor too long."""
    plain = (" ".join(hint.replace(",", " ").split()) for hint in hints)
    return tuple(dict.fromkeys(hint for hint in plain if 0 < len(hint) <= MAX_HINT))[:MAX_HINTS]


def _say(line: Line, speech: str) -> Element:
    # Read and written again, so that nothing can break out of its place.
    say = ElementTree.fromstring(f"<Say>{speech}</Say>")
    say.set("language", line.language)
    say.set("voice", line.voice)
    return say


def _document(response: Element) -> bytes:
    return ElementTree.tostring(response, encoding="utf-8", xml_declaration=True)
