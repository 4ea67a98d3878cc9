"""Danger in a message that is too long to be answered: whoever writes that much is told at once what to do, not to be brief."""

from __future__ import annotations

import logging
import uuid
from typing import Any, Awaitable, Callable, Dict, List, Mapping

from rasa.core.channels.channel import OutputChannel, UserMessage

from legcramps import logs
from legcramps.channels import guard
from legcramps.channels.replies import Reply, from_message, problem_reply

logger = logging.getLogger(__name__)

Say = Callable[[UserMessage], Awaitable[Any]]
Forget = Callable[[str], Awaitable[Any]]

PART = 1000
"""Characters that are looked at, at either end: what is worst is said first or last."""


class Collected(OutputChannel):
    """Keeps the replies of one turn together, each as ``read`` makes it of what an action sent."""

    def __init__(self, channel: str, read: Callable[[Mapping[str, Any]], Any] = from_message):
        self._channel, self._read = channel, read
        self.replies: List[Any] = []

    # The class has one name for Rasa, but each conversation is filed under its own channel.
    def name(self) -> str:  # type: ignore[override]
        return self._channel

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        self.replies.append(self._read(message))


async def unusable(problem: str, text: str, channel: str, say: Say, forget: Forget) -> List[Reply]:
    """The replies to a message with a ``problem`` (:class:`legcramps.channels.guard.Read`). Never raises.

    Args:
        text: as it came.
        say: has the assistant answer a message.
        forget: deletes a conversation.
    """
    if problem == "too_long":
        for part in (text.strip()[:PART], text.strip()[-PART:]):
            danger = await _danger_in(part, channel, say, forget)
            if danger:
                return danger
    return [problem_reply(problem)]


async def _danger_in(part: str, channel: str, say: Say, forget: Forget) -> List[Reply]:
    heard = guard.read(part)
    if heard.problem:
        return []
    # Apart from the talk, which is not to remember half of what was said; and neither end is to be read as following the other.
    aside = f"{guard.UNLOGGED}{uuid.uuid4().hex}"
    output = Collected(channel)
    try:
        await say(UserMessage(heard.text, output, aside, input_channel=channel))
    except Exception as error:
        logs.failure(logger, f"{channel} turn", error)
    try:
        await forget(aside)
    except Exception as error:
        # It is deleted with the old ones then; what to do in danger does not wait for that.
        logs.failure(logger, f"{channel} aside", error)
    return [reply for reply in output.replies if reply["answer"].get("outcome") in ("urgent", "crisis")]
