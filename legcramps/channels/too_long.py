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

PART, OVERLAP = 1000, 200
"""Characters that are looked at together, and how many of them with the part before as well, so that no sentence falls between two."""

LOOKED_AT = 20_000
"""Characters that are looked at of a message, half of them at either end: some three thousand words, a third of a second."""


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
    danger = await danger_in(text, channel, say, forget) if problem == "too_long" else []
    return danger or [problem_reply(problem)]


async def danger_in(
    text: str, channel: str, say: Say, forget: Forget, read: Callable[[Mapping[str, Any]], Any] = from_message
) -> List[Any]:
    """The urgent replies to the first part of a long text that holds danger, as ``read`` makes them; none where none does."""
    for part in parts_of(text):
        found = await _danger_in_part(part, channel, say, forget, read)
        if found:
            return found
    return []


def parts_of(text: str) -> List[str]:
    """What is looked at of a long text: both ends first, for what is worst is mostly said first or last, then all between."""
    text = text.strip()
    if len(text) > LOOKED_AT:
        text = f"{text[: LOOKED_AT // 2]}\n{text[-LOOKED_AT // 2 :]}"
    between = [text[start : start + PART] for start in range(PART - OVERLAP, len(text) - PART, PART - OVERLAP)]
    return [text[:PART], text[-PART:], *between]


async def _danger_in_part(
    part: str, channel: str, say: Say, forget: Forget, read: Callable[[Mapping[str, Any]], Any]
) -> List[Any]:
    heard = guard.read(part)
    if heard.problem:
        return []
    # Apart from the talk, which is not to remember half of what was said; and no part is to be read as following another.
    aside = f"{guard.UNLOGGED}{uuid.uuid4().hex}"
    output = Collected(channel, read)
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
