"""What every channel does before a message reaches the assistant. Pure functions and small classes; no Rasa import.

Text is made fit to be read (:func:`read`), requests are checked (:func:`read_body`), people get pseudonyms
(:func:`pseudonym`), a repeated message is answered once (:class:`AnswerOnce`), and nobody can keep the assistant busy
(:class:`RateLimit`).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import time
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, AsyncIterator, Callable, Dict, Generic, List, Mapping, Optional, Tuple, TypeVar
from urllib.parse import parse_qsl

from legcramps.answers.types import MAX_CHARACTERS

Clock = Callable[[], float]

# --- text -----------------------------------------------------------------------------------------------------------

MAX_RUN = 3
"""The same mark in a row: Rasa's tokenizers take time that grows with the square of such a run."""

MAX_MARKS = 30
"""Marks of any kind in a row, for the same reason."""

_RUN = re.compile(rf"([^\w\s])\1{{{MAX_RUN},}}")
_MARKS = re.compile(rf"([^\w\s]{{{MAX_MARKS}}})[^\w\s]+")
_LEADING_SLASHES = re.compile(r"^/[\s/]*")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
# Marks that turn the direction of text or cannot be seen. Joiners stay: emoji are put together with them.
_INVISIBLE = dict.fromkeys(
    [
        0x00AD,
        0x061C,
        0x180E,
        0x200B,
        0x200E,
        0x200F,
        0x2060,
        0xFEFF,
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xFFF9, 0xFFFC),
        *range(0xE0000, 0xE0080),
    ]
)


@dataclass(frozen=True)
class Read:
    """A person's text made fit to be read. ``problem``: ``empty`` or ``too_long`` when there is nothing to answer."""

    text: str
    problem: Optional[str] = None


def read(text: str) -> Read:
    """Cleans a message and says whether there is something in it to answer."""
    if len(text.strip()) > MAX_CHARACTERS:
        return Read("", "too_long")
    cleaned = clean(text)
    if not any(_says_something(character) for character in cleaned):
        return Read("", "empty")
    return Read(cleaned)


def clean(text: str) -> str:
    """The text in one normal form, without what cannot be seen, long runs of a mark or leading slashes.

    A leading slash would make Rasa take the text for a command (``/restart``, ``/intent{…}``).
    """
    text = unicodedata.normalize("NFC", text.translate(_INVISIBLE))
    text = "".join(
        c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") else " " for c in text
    )
    text = _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
    text = _MARKS.sub(r"\1", _RUN.sub(lambda run: run.group(1) * MAX_RUN, text))
    return _LEADING_SLASHES.sub("", text)


def _says_something(character: str) -> bool:
    """Letters, digits and symbols such as emoji say something; punctuation and blanks do not."""
    category = unicodedata.category(character)
    return category[0] in "LN" or category == "So"


# --- requests -------------------------------------------------------------------------------------------------------

MAX_BODY = 64 * 1024
"""Bytes; a larger request is refused unread."""

MAX_ID = 100

MESSAGE_FORM = 'Send JSON like {"text": "can anemia do this?", "id": "an id of your own for this message"}.'


class Refused(Exception):
    """A request that is not answered: an HTTP status and a sentence for who sent it."""

    def __init__(self, status: int, sentence: str, retry_after: Optional[int] = None):
        super().__init__(sentence)
        self.status, self.sentence, self.retry_after = status, sentence, retry_after


@dataclass(frozen=True)
class Incoming:
    """A message as a web client sends it; ``id`` is the client's own, to tell a repeated message from a new one.

    ``again``: the client has sent it before and does not know what became of it.
    """

    text: str
    id: str
    again: bool = False


def check_size(size: int) -> None:
    """Refused with 413 when the body is too large."""
    if size > MAX_BODY:
        raise Refused(413, f"The request is too large: at most {MAX_BODY // 1024} KiB are read.")


def read_body(body: bytes, content_type: Optional[str]) -> Incoming:
    """The message in a request's body. Refused with 413 or 400 when it is too large or not as described."""
    item = read_object(body, content_type, MESSAGE_FORM)
    text, identifier = item.get("text"), item.get("id")
    if not isinstance(text, str):
        raise Refused(400, f"The 'text' is missing or no string. {MESSAGE_FORM}")
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = str(identifier)
    if not isinstance(identifier, str) or not 1 <= len(identifier) <= MAX_ID or not _is_sendable(identifier):
        raise Refused(400, f"The 'id' is missing or no string of 1 to {MAX_ID} characters. {MESSAGE_FORM}")
    return Incoming(text, identifier, again=item.get("again") is True)


def read_form(body: bytes, content_type: Optional[str]) -> Dict[str, str]:
    """The fields of a form that a browser sent. Refused with 413 or 400 when it is too large or no such form."""
    check_size(len(body))
    if (content_type or "").split(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused(400, "The form was not sent as a browser sends it.")
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=20))
    except (UnicodeDecodeError, ValueError):
        raise Refused(400, "The form could not be read.") from None


def _is_sendable(text: str) -> bool:
    """Whether it can be sent back: JSON's \\uD800 is half a character, which UTF-8 does not know."""
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return False
    return True


def read_object(body: bytes, content_type: Optional[str], form: str) -> Mapping[str, Any]:
    """The JSON object in a request's body; ``form`` tells the sender what it should be. Refused with 413 or 400 when it is none."""
    check_size(len(body))
    kind = (content_type or "application/json").split(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(400, f"The Content-Type is '{kind[:50]}'; it must be application/json. {form}")
    try:
        item = json.loads(body.decode("utf8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refused(400, f"The body is not valid JSON in UTF-8. {form}") from None
    if not isinstance(item, Mapping):
        raise Refused(400, f"The body is JSON but no object. {form}")
    return item


def client_address(peer: str, forwarded_for: Optional[str], proxies: int) -> str:
    """Where a request comes from. ``proxies``: how many reverse proxies of our own add to ``X-Forwarded-For``."""
    hops = [hop.strip() for hop in (forwarded_for or "").split(",") if hop.strip()]
    return hops[-proxies] if 0 < proxies <= len(hops) else peer


def origin_allowed(origin: Optional[str], host: str, allowed: Tuple[str, ...]) -> bool:
    """Whether a web page of ``origin`` may call: the server's own pages and those listed. No origin: not a browser."""
    if not origin:
        return True
    return origin.rstrip("/") in allowed or origin.split("://", 1)[-1].lower() == host.lower()


UNLOGGED = "probe-"
"""What the names of conversations begin with that are nobody's: their turns are neither logged nor counted."""

# --- who is speaking ------------------------------------------------------------------------------------------------

TOKEN_FORM = "Get one with: POST /webhooks/web/session, and send it as 'Authorization: Bearer <token>'."


def pseudonym(secret: bytes, channel: str, person: str) -> str:
    """A conversation id from which nobody can tell the person's number or account without the secret."""
    # JSON may name somebody with halves of characters; they, too, are somebody.
    text = f"{channel}\0{person}".encode("utf8", "surrogatepass")
    return hmac.new(secret, text, hashlib.sha256).hexdigest()[:32]


def issue_token(secret: bytes, conversation: str, expires: float) -> str:
    """A token that lets its bearer take part in one conversation until ``expires`` (seconds since 1970)."""
    claim = f"{conversation}.{int(expires)}"
    return f"{claim}.{_signature(secret, claim)}"


def check_token(secret: bytes, authorization: Optional[str], now: float) -> str:
    """The conversation that an ``Authorization`` header stands for. Refused with 401 when it stands for none."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    if not token:
        raise Refused(401, f"A session token is missing. {TOKEN_FORM}")
    claim, _, signature = token.strip().rpartition(".")
    # A header may hold any bytes; those that are no text come as halves of characters.
    given = signature.encode("utf8", "surrogatepass")
    if scheme.lower() != "bearer" or not hmac.compare_digest(_signature(secret, claim).encode(), given):
        raise Refused(401, f"The session token is not valid. {TOKEN_FORM}")
    conversation, _, expires = claim.rpartition(".")
    if float(expires) <= now:
        raise Refused(401, f"The session has expired. {TOKEN_FORM}")
    return conversation


def _signature(secret: bytes, claim: str) -> str:
    digest = hmac.new(secret, f"session\0{claim}".encode("utf8", "surrogatepass"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


# --- how often ------------------------------------------------------------------------------------------------------


class RateLimit:
    """So many calls a minute for each key, after a first rush of ``burst``. Forgets keys that are at rest."""

    def __init__(self, per_minute: float, burst: float, clock: Clock = time.monotonic, max_keys: int = 10_000):
        self._rate, self._burst, self._clock, self._max_keys = per_minute / 60, burst, clock, max_keys
        self._left: OrderedDict[str, Tuple[float, float]] = OrderedDict()

    def check(self, key: str) -> None:
        """Counts one call; Refused with 429 when it is one too many."""
        now = self._clock()
        left, at = self._left.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        self._left[key] = (max(left - 1, 0.0) if left >= 1 else left, now)
        while len(self._left) > self._max_keys:
            self._left.popitem(last=False)
        if left < 1:
            wait = max(1, int((1 - left) / self._rate + 0.999))
            raise Refused(429, f"That is too many messages at once. Please wait {wait} seconds.", retry_after=wait)


# --- once only ------------------------------------------------------------------------------------------------------

Item = TypeVar("Item")


class Exchange(Generic[Item]):
    """What is sent back for one message, readable while it grows and again afterwards."""

    def __init__(self) -> None:
        self.items: List[Item] = []
        self.finished = False
        self._changed = asyncio.Event()

    def add(self, item: Item) -> None:
        self.items.append(item)
        self._changed.set()

    def finish(self) -> None:
        self.finished = True
        self._changed.set()

    async def read(self) -> AsyncIterator[Item]:
        """All items from the first, each as soon as it is there, until the exchange is finished."""
        position = 0
        while True:
            while position < len(self.items):
                position += 1
                yield self.items[position - 1]
            if self.finished:
                return
            self._changed.clear()
            await self._changed.wait()


class AnswerOnce:
    """Remembers for a while what was answered to which message, so that one that comes again gets the same and counts once.

    Args:
        seconds: how long a message that comes again is known.
        limit: how many messages are remembered at most.
    """

    def __init__(self, seconds: float = 120, limit: int = 2000, clock: Clock = time.monotonic):
        self._seconds, self._limit, self._clock = seconds, limit, clock
        self._exchanges: OrderedDict[Tuple[str, str], Tuple[float, Exchange[Any]]] = OrderedDict()

    def begin(self, conversation: str, identifier: str) -> Tuple[Exchange[Any], bool]:
        """The exchange for a message, and whether it is new (and has yet to be filled by who asked)."""
        key = (conversation, identifier)
        known = self._exchanges.get(key)
        if known and known[0] > self._clock() - self._seconds:
            return known[1], False
        self._forget_old()
        exchange: Exchange[Any] = Exchange()
        self._exchanges[key] = (self._clock(), exchange)
        return exchange, True

    def forget(self, conversation: str) -> None:
        for key in [key for key in self._exchanges if key[0] == conversation]:
            del self._exchanges[key]

    def _forget_old(self) -> None:
        oldest = self._clock() - self._seconds
        while self._exchanges:
            key, (begun, _) = next(iter(self._exchanges.items()))
            if begun > oldest and len(self._exchanges) < self._limit:
                return
            del self._exchanges[key]
