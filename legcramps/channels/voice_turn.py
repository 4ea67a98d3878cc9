"""One question of a voice channel put to the assistant behind Rasa, and its replies in spoken form."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable, Dict, List

from rasa.core.channels.channel import OutputChannel, UserMessage

from legcramps import logs
from legcramps.channels import guard, voice
from legcramps.channels.replies import SpokenReply, spoken_from_message, spoken_problem
from legcramps.channels.voice import Step, VoiceState

logger = logging.getLogger(__name__)

Ask = Callable[[UserMessage], Awaitable[Any]]


class SpokenReplies(OutputChannel):
    """Collects replies in spoken form."""

    def __init__(self) -> None:
        self.replies: List[SpokenReply] = []

    @classmethod
    def name(cls) -> str:
        return "voice"

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        self.replies.append(spoken_from_message(message))


async def listen(
    text: str, state: VoiceState, conversation: str, channel: str, on_new_message: Ask, longest: float
) -> Step:
    """What to say to what was said: at once for "repeat" and its like, else what the assistant replies. Never raises.

    Args:
        text: as the recogniser wrote it; cleaned here.
        longest: seconds that the assistant may take; then the person hears that something went wrong.
    """
    heard = guard.read(text)
    if heard.problem:
        logger.info("turn conversation=%s unusable=%s", conversation, heard.problem)
        return voice.answered([spoken_problem(heard.problem)], state)
    return await take(voice.hear(heard.text, state), conversation, channel, on_new_message, longest)


async def take(step: Step, conversation: str, channel: str, on_new_message: Ask, longest: float) -> Step:
    """The step itself, or the assistant's replies to what it asks."""
    if step.ask is None:
        return step
    output = SpokenReplies()
    message = UserMessage(step.ask, output, conversation, input_channel=channel)
    try:
        # The turn is finished even when it takes too long, or memory and what was said would part.
        await asyncio.wait_for(asyncio.shield(asyncio.ensure_future(on_new_message(message))), longest)
    except asyncio.TimeoutError:
        logger.error("turn too slow conversation=%s", conversation)
    except Exception as error:
        logs.failure(logger, f"{channel} turn", error)
    if not output.replies:
        logger.error("no reply conversation=%s", conversation)
    return voice.answered(output.replies or [spoken_problem("internal")], step.state)
