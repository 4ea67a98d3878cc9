"""Whether a request really comes from Alexa and is meant for us, as Amazon publishes it for skills hosted as a web service. No Rasa.

Checked in this order, the cheap ones first: size, the application it is for, its age, the address of its certificate, the
certificate's chain up to a trusted root and its host name, and the signature over the body. What fails is
:class:`~legcramps.channels.guard.Refused` with 400, as Amazon asks.

Anybody may name an address of a certificate, and it is fetched before the signature can be checked. So that nobody can make this server
fetch without end, or keep it from fetching what Amazon really names: addresses of another form than :data:`USUAL` share
:data:`FETCHES_PER_MINUTE`; those of the usual form are so few that each is fetched, and asked for again only after a while.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import posixpath
import re
import time
import warnings
from collections import OrderedDict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Iterable, List, Mapping, Optional, Sequence
from urllib.parse import urlsplit

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from legcramps.channels.guard import RateLimit, Refused, check_size

CERTIFICATE_HOST = "s3.amazonaws.com"
CERTIFICATE_FOLDER = "/echo.api/"
SIGNER = "echo-api.amazon.com"
"""The name that the certificate must be for."""

MAX_AGE = 150
"""Seconds that a request may be older, or seem younger, than now."""

MAX_CERTIFICATE = 64 * 1024
MAX_CERTIFICATES = 10
"""In a chain."""
FETCH_SECONDS = 2.5
KEPT_CHAINS = 8
VERIFIED_SECONDS = 300.0
"""How long a chain that was verified is believed, unless it runs out before."""

USUAL = re.compile(r"/echo\.api/echo-api-cert(-\d\d?)?(-ats)?\.pem")
"""How Amazon has named its certificates so far: some two hundred addresses fit."""
FETCHES_PER_MINUTE = 10
"""Of all other addresses together."""
MOST_FETCHES = 8
"""At once."""
MOST_WAITING = 8
"""Requests at once that one address is fetched for."""

KEPT_FAILURES = 500
FAILED_SECONDS = 30.0
"""How long a certificate that could not be fetched is not asked for again."""
NONE_THERE_SECONDS = 600.0
"""The same for one that is not there: far less often does Amazon put one where none was."""

Fetch = Callable[[str], Awaitable[bytes]]
Clock = Callable[[], float]

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)")


def check_url(url: Optional[str]) -> str:
    """The address of a certificate chain in its one normal form. Refused when Amazon would not have named it."""
    try:
        parts = urlsplit((url or "").strip())
        port = parts.port
    except ValueError:
        raise _refused("The certificate's address is no address.") from None
    path = posixpath.normpath(parts.path)
    allowed = (
        parts.scheme.lower() == "https"
        and (parts.hostname or "").lower() == CERTIFICATE_HOST
        and port in (None, 443)
        and parts.username is None
        and not (parts.query or parts.fragment)
        # What else than plain signs another program might read in another way.
        and re.fullmatch(r"[A-Za-z0-9_./-]+", parts.path)
        and path.startswith(CERTIFICATE_FOLDER)
    )
    if not allowed:
        raise _refused("The certificate's address is none of Amazon's.")
    return f"https://{CERTIFICATE_HOST}{path}"


def check_age(timestamp: Any, now: float) -> None:
    """Refused when the request was not made within :data:`MAX_AGE` seconds of ``now`` (seconds since 1970)."""
    found = _TIMESTAMP.fullmatch(timestamp) if isinstance(timestamp, str) else None
    try:
        made = datetime.fromisoformat(found.group(1) + found.group(2).replace("Z", "+00:00")) if found else None
    except ValueError:
        made = None
    if made is None:
        raise _refused("The request has no time that can be read.")
    if abs(now - made.timestamp()) > MAX_AGE:
        raise _refused("The request is too old, or a clock is wrong.")


def check_application(body: Mapping[str, Any], skills: Iterable[str]) -> None:
    """Refused when the request is for another skill, or for none."""
    named = [
        _at(body, "session", "application", "applicationId"),
        _at(body, "context", "System", "application", "applicationId"),
    ]
    given = [name for name in named if name is not None]
    if not given or not set(map(str, given)) <= set(skills):
        raise _refused("The request is for another skill; LEGCRAMPS_ALEXA_SKILL names ours.")


def read_chain(pem: bytes) -> List[x509.Certificate]:
    """The certificates of a chain, the signer's first. Refused when there are none, or too many."""
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise _refused("The certificate cannot be read.") from None
    if len(chain) > MAX_CERTIFICATES:
        raise _refused("The certificate's chain is too long.")
    return chain


def check_chain(chain: Sequence[x509.Certificate], trusted: Store, now: float) -> None:
    """Refused when no trusted root vouches for the chain at the time ``now``, or it is for another name than :data:`SIGNER`."""
    at = datetime.fromtimestamp(now, timezone.utc).replace(tzinfo=None)
    verifier = PolicyBuilder().store(trusted).time(at).build_server_verifier(x509.DNSName(SIGNER))
    try:
        verifier.verify(chain[0], list(chain[1:]))
    except VerificationError:
        raise _refused("The certificate is not one that Amazon signs with, or is out of date.") from None


def check_signature(certificate: x509.Certificate, headers: Mapping[str, str], body: bytes) -> None:
    """Refused when the body is not what was signed. ``Signature-256`` counts; the older ``Signature`` only where that is missing."""
    for name, algorithm in (("signature-256", hashes.SHA256()), ("signature", hashes.SHA1())):
        text = headers.get(name)
        if text is None:
            continue
        key = certificate.public_key()
        try:
            if not isinstance(key, rsa.RSAPublicKey):
                raise InvalidSignature
            key.verify(base64.b64decode(text, validate=True), body, padding.PKCS1v15(), algorithm)
        except (InvalidSignature, binascii.Error, ValueError):
            raise _refused("The signature is not right.") from None
        return
    raise _refused("The request is not signed.")


def trusted_roots(file: Optional[Path] = None) -> Store:
    """The roots that are believed: ``certifi``'s, or those of a PEM file."""
    pem = Path(file or certifi.where()).read_text(encoding="utf8")
    roots = []
    with warnings.catch_warnings():
        # One of the world's roots has a serial number that the library frowns on; Amazon's have none such.
        warnings.simplefilter("ignore")
        for text in _CERTIFICATE.findall(pem):
            try:
                roots.append(x509.load_pem_x509_certificate(text.encode()))
            except ValueError:
                continue
    return Store(roots)


class NotThere(Exception):
    """There is no certificate at an address."""


async def fetch(url: str) -> bytes:
    """A certificate chain from Amazon's store. :class:`NotThere` when there is none; any other failure is an exception, too."""
    import aiohttp

    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url, allow_redirects=False) as answer:
        # The store does not tell strangers what it has not: it forbids.
        if answer.status in (403, 404, 410):
            raise NotThere
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        content = await answer.content.read(MAX_CERTIFICATE + 1)
        while len(content) <= MAX_CERTIFICATE and not answer.content.at_eof():
            content += await answer.content.read(MAX_CERTIFICATE + 1 - len(content))
        if len(content) > MAX_CERTIFICATE:
            raise ValueError("too large")
        return content


@dataclass(frozen=True)
class _Known:
    """A chain that was verified, and from when until when it is believed (seconds since 1970)."""

    chain: List[x509.Certificate]
    since: float
    until: float


@dataclass
class _Queue:
    """Who waits for an address to be fetched."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class Verifier:
    """Checks whole requests; keeps the certificates that it has fetched by their address.

    Args:
        skills: the ids of the skills that may call, ``amzn1.ask.skill.…``.
        get: fetches a certificate chain; from Amazon when not given.
        trusted: the roots that are believed; ``certifi``'s when not given, read at the first request.
        clock: seconds since 1970.
    """

    def __init__(
        self,
        skills: Iterable[str],
        get: Optional[Fetch] = None,
        trusted: Optional[Store] = None,
        clock: Clock = time.time,
    ):
        self._skills, self._fetch, self._trusted, self._clock = frozenset(skills), get or fetch, trusted, clock
        self._chains: OrderedDict[str, _Known] = OrderedDict()
        # Until when an address is not asked for again.
        self._failed: OrderedDict[str, float] = OrderedDict()
        self._queues: Dict[str, _Queue] = {}
        self._unusual = RateLimit(FETCHES_PER_MINUTE, FETCHES_PER_MINUTE)

    async def read(self, headers: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
        """The request as JSON. Refused when anything about it is not as it must be.

        Args:
            headers: by lower-case name.
        """
        check_size(len(body))
        try:
            request = json.loads(body.decode("utf8"))
        except (UnicodeDecodeError, ValueError, RecursionError):
            raise _refused("The body is not valid JSON in UTF-8.") from None
        if not isinstance(request, Mapping):
            raise _refused("The body is JSON but no object.")
        now = self._clock()
        check_application(request, self._skills)
        check_age(_at(request, "request", "timestamp"), now)
        url = check_url(headers.get("signaturecertchainurl"))
        chain = await self._chain(url, now)
        check_signature(chain[0], headers, body)
        return request

    async def _chain(self, url: str, now: float) -> List[x509.Certificate]:
        """The verified chain at an address. Refused when it cannot be had or is not to be believed."""
        known = self._chains.get(url)
        if known is None:
            async with self._turn(url):
                # Who waited finds it fetched.
                known = self._chains.get(url) or self._verified(url, await self._fetched(url, now), now)
        elif not known.since <= now < known.until:
            known = self._verified(url, known.chain, now)
        self._chains.move_to_end(url)
        return known.chain

    def _verified(self, url: str, chain: List[x509.Certificate], now: float) -> _Known:
        try:
            check_chain(chain, self._roots(), now)
        except Refused:
            # Amazon may put a new certificate in its place.
            self._chains.pop(url, None)
            _remember(self._failed, url, now + FAILED_SECONDS, KEPT_FAILURES)
            raise
        ends = min(certificate.not_valid_after_utc.timestamp() for certificate in chain)
        known = _Known(chain, now, min(now + VERIFIED_SECONDS, ends))
        _remember(self._chains, url, known, KEPT_CHAINS)
        return known

    def _roots(self) -> Store:
        if self._trusted is None:
            self._trusted = trusted_roots()
        return self._trusted

    @asynccontextmanager
    async def _turn(self, url: str) -> AsyncIterator[None]:
        """One after the other for each address, and not too many. Refused when they are."""
        queue = self._queues.get(url) or _Queue()
        if queue.waiting >= MOST_WAITING or (not queue.waiting and len(self._queues) >= MOST_FETCHES):
            raise _refused("Too many requests wait for a certificate.")
        self._queues[url] = queue
        queue.waiting += 1
        try:
            async with queue.lock:
                yield
        finally:
            queue.waiting -= 1
            if not queue.waiting:
                del self._queues[url]

    async def _fetched(self, url: str, now: float) -> List[x509.Certificate]:
        if now < self._failed.get(url, now):
            raise _refused("The certificate could not be had.")
        if not USUAL.fullmatch(urlsplit(url).path):
            try:
                self._unusual.check("")
            except Refused:
                raise _refused("Too many certificates were asked for.") from None
        try:
            return read_chain(await self._fetch(url))
        except NotThere:
            _remember(self._failed, url, now + NONE_THERE_SECONDS, KEPT_FAILURES)
        except Exception:
            _remember(self._failed, url, now + FAILED_SECONDS, KEPT_FAILURES)
        raise _refused("The certificate could not be had.")


def _remember(kept: OrderedDict[str, Any], url: str, value: Any, most: int) -> None:
    kept[url] = value
    kept.move_to_end(url)
    while len(kept) > most:
        kept.popitem(last=False)


def _at(value: Any, *path: str) -> Any:
    """What stands at ``path`` in nested JSON objects; None where there is nothing."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _refused(sentence: str) -> Refused:
    return Refused(400, sentence)
