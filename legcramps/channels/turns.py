"""Answering in the background, for platforms that want to hear at once that a message has arrived.

Each message once, those of one conversation in order, and nobody waits for another conversation's platform. What a turn
takes, it takes from the same thread that acknowledges new messages; so a turn lets those go first that are arriving just now,
but for a moment only: they may never stop.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from typing import Any, Awaitable, Callable, Deque, Dict, List, Optional, Set

from rasa.core.channels.channel import UserMessage

from legcramps import logs
from legcramps.channels import guard
from legcramps.channels.guard import AnswerOnce, RateLimit, Refused
from legcramps.channels.replies import Reply, problem_reply
from legcramps.channels.too_long import Collected, Forget, Say, unusable

logger = logging.getLogger(__name__)

Work = Callable[[], Awaitable[None]]

LONGEST_TURN = 30.0
"""Seconds; then the person hears that something went wrong. An ordinary turn takes a hundredth of one."""

BURST = 5
"""Minutes' worth of messages that may come at once."""

KNOWN_FOR = 3600.0
"""Seconds that a message that comes again is known. Slack tries again for five minutes, Telegram until it is heard."""

KNOWN = 20_000
"""Messages that are known at most."""

WAITING = 200
"""Messages of one conversation that may wait; more are not answered."""

QUIET = 0.02
"""Seconds without a new message before anything is done about one."""

PATIENCE = 0.025
"""Seconds that is waited for such quiet at most: once before a message is seen to, once before its turn."""

BREATH = 0.003
"""Seconds between two turns, in which messages that lie in the sockets are read."""

ALONE = 1.0
"""Seconds for which a turn keeps the others waiting; one that hangs shall not."""


class Turns:
    """The messages of one channel on their way to an answer.

    Args:
        channel: its name.
        say: has the assistant answer a message; as Rasa hands it to a channel.
        forget: deletes a conversation.
        limit: how often a conversation may send messages.
        longest: seconds after which a turn is given up.
    """

    def __init__(self, channel: str, say: Say, forget: Forget, limit: RateLimit, longest: float = LONGEST_TURN):
        self._channel, self._say, self._forget, self._limit, self._longest = channel, say, forget, limit, longest
        self._once = AnswerOnce(seconds=KNOWN_FOR, limit=KNOWN)
        self._waiting: Dict[str, Deque[Work]] = {}
        self._tasks: Set[asyncio.Task[Any]] = set()
        self._gate: Optional[asyncio.Lock] = None
        self._arrived = 0.0

    def take(self, conversation: str, identifier: str, work: Work) -> bool:
        """Has ``work`` done in the background, after what this conversation has waiting. Returns at once.

        Returns:
            False when nothing will be done: the message is known already, or there are too many.
        """
        if not self._once.begin(conversation, identifier)[1]:
            logger.info("%s message known conversation=%s", self._channel, conversation)
            return False
        try:
            self._limit.check(conversation)
        except Refused:
            logger.warning("%s too many messages conversation=%s", self._channel, conversation)
            return False
        waiting = self._waiting.get(conversation)
        if waiting is None:
            self._waiting[conversation] = deque([work])
            self.start(self._work_off(conversation))
        elif len(waiting) >= WAITING:
            logger.warning("%s too many messages waiting conversation=%s", self._channel, conversation)
            return False
        else:
            waiting.append(work)
        # Not for those that come again or too often: one who floods the channel would hold up everybody.
        self._arrived = time.monotonic()
        return True

    def mark_known(self, conversation: str, identifier: str) -> None:
        """From now on, nothing will be done for a message of this name."""
        self._once.begin(conversation, identifier)

    def start(self, work: Awaitable[Any]) -> asyncio.Task[Any]:
        """Has something done in the background that is in nobody's way. What goes wrong is logged."""
        task = asyncio.ensure_future(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def ask(self, conversation: str, text: str) -> List[Reply]:
        """What the assistant says to a person's words: at least one reply. Never raises, whatever goes wrong inside."""
        heard = guard.read(text)
        if heard.problem:
            logger.info("turn conversation=%s unusable=%s", conversation, heard.problem)
            return await unusable(heard.problem, text, self._channel, self._run, self._forget)
        output = Collected(self._channel)
        message = UserMessage(heard.text, output, conversation, input_channel=self._channel)
        try:
            await self._run(message)
        except Exception as error:
            logs.failure(logger, f"{self._channel} turn", error)
            return [*output.replies, problem_reply("internal")]
        if not output.replies:
            # Rasa goes on in silence when an action server is down or an action fails there.
            logger.error("no reply conversation=%s", conversation)
            return [problem_reply("internal")]
        return output.replies

    async def finish(self, seconds: float) -> None:
        """Waits for what is under way, for so many seconds at most, and gives up the rest."""
        tasks = [task for task in self._tasks if not task.done()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            logger.warning("%s stopped with %d messages under way", self._channel, len(late))
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, message: UserMessage) -> None:
        if self._gate is None:
            self._gate = asyncio.Lock()
        if not self._gate.locked():
            await self._quiet()
        async with self._gate:
            await asyncio.sleep(BREATH)
            turn = asyncio.ensure_future(self._say(message))
            await asyncio.wait({turn}, timeout=min(ALONE, self._longest))
        await asyncio.wait_for(turn, max(self._longest - ALONE, 0.001))

    async def _quiet(self) -> None:
        latest = time.monotonic() + PATIENCE
        pause = BREATH
        while pause > 0 and time.monotonic() < latest:
            await asyncio.sleep(min(pause, PATIENCE))
            pause = self._arrived + QUIET - time.monotonic()

    async def _work_off(self, conversation: str) -> None:
        waiting = self._waiting[conversation]
        try:
            while waiting:
                # Also what comes before a turn, such as a sign that somebody is writing, can wait for that long.
                await self._quiet()
                await self._guarded(waiting.popleft()())
        finally:
            del self._waiting[conversation]

    async def _guarded(self, work: Awaitable[Any]) -> None:
        try:
            await work
        except Exception as error:
            logs.failure(logger, f"{self._channel} message", error)


async def forget(agent: Any, conversation: str) -> bool:
    """Deletes all that is kept of a conversation; False when there was nothing."""
    # `rasa run` wraps the store in one that knows nothing of deleting.
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    async with agent.lock_store.lock(conversation):
        return await store.delete(conversation)
