"""What the phone company sends for each step of a call, and the proof that it was the phone company. Pure; no Rasa import.

Twilio and those who work like it post a form. Its signature covers the address as they know it and every field, blank ones
too, so the body is read here and not by the web framework, which drops blank fields.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Iterable, Optional, Tuple
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit, urlunsplit

from legcramps.channels.guard import Refused

FORM = "application/x-www-form-urlencoded"

MAX_FIELDS = 200
"""Twilio sends about forty."""

MAX_ID = 100

ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
"""What a status callback says when the line is closed."""

Fields = Tuple[Tuple[str, str], ...]

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Step:
    """One request of a call: what the caller said or pressed, or that there was silence.

    ``call``: the phone company's id of the call. ``caller``: the number, for counting only. ``heard``: what the recogniser made of
    what was said, and ``confidence`` how sure it is (0 to 1; None where it does not say). ``key``: the key pressed.
    """

    call: str
    caller: str = ""
    status: str = ""
    heard: Optional[str] = None
    confidence: Optional[float] = None
    key: Optional[str] = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED


def signature_of(token: str, url: str, fields: Iterable[Tuple[str, str]] = ()) -> str:
    """The signature of a request: base64 of HMAC-SHA1 over the address and each field's name and value, in order of names.

    A field that comes several times counts once with each of its different values, in order.
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    # A lone surrogate can stand in no signed text, and must not raise here.
    digest = hmac.new(token.encode(), text.encode("utf8", "surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_signed(token: str, url: str, fields: Fields, signature: Optional[str], body: bytes = b"") -> bool:
    """Whether the request to ``url`` (the public address with its query) comes from who knows ``token``.

    The port may or may not have been part of what was signed. Where the query names a hash of the body, the body must have it.
    """
    if not signature:
        return False
    named = parse_qs(urlsplit(url).query).get("bodySHA256")
    if named and not fields and not hmac.compare_digest(hashlib.sha256(body).hexdigest(), named[0].lower()):
        return False
    given = signature.encode("utf8", "surrogatepass")
    # All are compared, so that the time taken tells nothing.
    matches = [hmac.compare_digest(signature_of(token, form, fields).encode(), given) for form in _spellings(url)]
    return any(matches)


def read_fields(body: bytes, content_type: Optional[str]) -> Fields:
    """The form's fields, blank ones too; none when the body is no form. Refused with 400 when it cannot be read."""
    if (content_type or "").split(";")[0].strip().lower() != FORM:
        return ()
    try:
        return tuple(parse_qsl(body.decode("utf8"), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Refused(400, "The form could not be read.") from None


def read_step(fields: Fields) -> Step:
    """What a form says. Refused with 400 when it belongs to no call."""
    values = dict(reversed(fields))
    call = values.get("CallSid", "")
    if not 1 <= len(call) <= MAX_ID:
        raise Refused(400, "The form has no CallSid, so it belongs to no call.")
    heard = values.get("SpeechResult", "").strip()
    return Step(
        call=call,
        caller=values.get("From", ""),
        status=values.get("CallStatus", "").lower(),
        heard=heard or None,
        confidence=_share(values.get("Confidence", "")),
        key=values.get("Digits", "")[:1] or None,
    )


def _share(text: str) -> Optional[float]:
    try:
        number = float(text)
    except ValueError:
        return None
    # Some recognisers say 0.0 where they do not know.
    return number if 0 < number <= 1 else None


def _spellings(url: str) -> Tuple[str, ...]:
    """The address as it is, without a port and with one: phone companies sign one of them."""
    parts = urlsplit(url)
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme, 80)
    bare = parts.netloc.rpartition("@")[2]
    before = parts.netloc[: len(parts.netloc) - len(bare)]
    host = bare[: bare.index("]") + 1] if bare.startswith("[") else bare.partition(":")[0]
    return url, _at(parts, before + host), _at(parts, f"{before}{host}:{port}")


def _at(parts: SplitResult, netloc: str) -> str:
    return urlunsplit(parts._replace(netloc=netloc))
