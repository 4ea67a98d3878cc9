"""Calling a chat platform's Web API: patient while it is away, and never sooner than it asks for. No Rasa import."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import OrderedDict
from typing import Any, Dict, Mapping, Optional

import aiohttp

logger = logging.getLogger(__name__)

LONGEST_CALL = 20.0
"""Seconds for one attempt."""

DELIVERED_WITHIN = 600.0
"""Seconds for which a message that cannot be delivered is tried again."""

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0
"""Seconds between attempts; each is twice the one before."""

UNREACHABLE = "unreachable"

LARGEST_REPLY = 4 * 1024 * 1024
_HOLDS = 10_000


class ApiError(Exception):
    """The platform has refused a call, or could not be reached in time.

    ``code`` is what the platform calls it, or :data:`UNREACHABLE`; ``reply`` all that it said.
    """

    def __init__(self, method: str, code: str, reply: Optional[Mapping[str, Any]] = None):
        super().__init__(f"{method}: {code}")
        self.method, self.code, self.reply = method, code, reply or {}


class TryLater(Exception):
    """The same call may do later: after so many ``seconds`` where the platform says it, else after a pause."""

    def __init__(self, seconds: Optional[float] = None):
        super().__init__(seconds)
        self.seconds = seconds


class Api:
    """JSON calls to ``<base>/<method>``. Subclasses say how the platform words its replies (:meth:`understand`).

    Args:
        gap: seconds between any two calls that are ``paced``.
    """

    def __init__(self, base: str, headers: Mapping[str, str], gap: float = 0.0):
        self._base, self._headers, self._gap = base, dict(headers), gap
        self._session: Optional[aiohttp.ClientSession] = None
        self._held_until: OrderedDict[str, float] = OrderedDict()
        self._next = 0.0

    def understand(self, method: str, status: int, headers: Mapping[str, str], reply: Dict[str, Any]) -> Any:
        """What a call came to. ``reply`` is empty when the platform sent no JSON object.

        Raises:
            ApiError: it is refused for good.
            TryLater: it may do later.
        """
        raise NotImplementedError

    async def call(
        self,
        method: str,
        arguments: Mapping[str, Any],
        lane: str = "",
        patience: float = DELIVERED_WITHIN,
        longest: float = LONGEST_CALL,
        url: Optional[str] = None,
        paced: bool = False,
    ) -> Any:
        """One call, tried again while the platform is away or asks to wait.

        Args:
            lane: what a wish to wait holds for; all calls of one lane wait together.
            patience: seconds after which it is given up.
            longest: seconds for one attempt.
            url: where to, when it is not ``<base>/<method>``.
            paced: it counts against what the platform takes in a second.

        Raises:
            ApiError: it is refused, or time is up.
        """
        deadline = time.monotonic() + patience
        pause = FIRST_PAUSE
        while True:
            await self._until_free(lane, method, deadline, paced)
            try:
                return await self._attempt(method, arguments, longest, url)
            except TryLater as later:
                wait = pause if later.seconds is None else later.seconds
                if later.seconds is not None:
                    self._hold(lane, time.monotonic() + later.seconds)
                    logger.info("asked to wait seconds=%s method=%s", later.seconds, method)
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
                wait = pause
                logger.info("unreachable method=%s kind=%s", method, type(error).__name__)
            if time.monotonic() + wait > deadline:
                raise ApiError(method, UNREACHABLE)
            await asyncio.sleep(wait)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    async def _attempt(self, method: str, arguments: Mapping[str, Any], longest: float, url: Optional[str]) -> Any:
        if self._session is None:
            # Not at construction: it belongs to the loop that is running.
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        own = url is None
        async with self._session.post(
            url or f"{self._base}/{method}",
            data=json.dumps(arguments).encode(),
            # The token is for the platform's API alone.
            headers={"Content-Type": "application/json; charset=utf-8", **(self._headers if own else {})},
            timeout=aiohttp.ClientTimeout(total=longest),
            allow_redirects=False,
        ) as response:
            try:
                reply = json.loads(await _bounded(response))
            except (ValueError, RecursionError):
                reply = {}
            reply = reply if isinstance(reply, dict) else {}
            return self.understand(method, response.status, response.headers, reply)

    async def _until_free(self, lane: str, method: str, deadline: float, paced: bool) -> None:
        while True:
            now = time.monotonic()
            held = self._held_until.get(lane, 0.0)
            if held > max(now, deadline):
                raise ApiError(method, UNREACHABLE)
            free = max(held, self._next if paced else 0.0)
            if free <= now:
                break
            await asyncio.sleep(free - now)
        if paced:
            self._next = time.monotonic() + self._gap

    def _hold(self, lane: str, until: float) -> None:
        self._held_until[lane] = max(until, self._held_until.pop(lane, 0.0))
        while len(self._held_until) > _HOLDS:
            self._held_until.popitem(last=False)


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = await response.content.read(LARGEST_REPLY)
    while body and not response.content.at_eof() and len(body) < LARGEST_REPLY:
        more = await response.content.read(LARGEST_REPLY - len(body))
        if not more:
            break
        body += more
    return body
