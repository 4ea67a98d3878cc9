"""One message of a person who speaks, and the assistant's replies as they are said. For all voice channels."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Optional, Tuple

from rasa.core.channels.channel import UserMessage

from legcramps import logs
from legcramps.channels import guard, voice
from legcramps.channels.replies import SpokenReply, spoken_from_message, spoken_problem
from legcramps.channels.too_long import Collected, Forget, Say, danger_in
from legcramps.channels.voice import Step, VoiceState

logger = logging.getLogger(__name__)

LEAVE_TAKING = "say_goodbye"
"""The intent after which the line is closed, in whatever words it came."""


@dataclass(frozen=True)
class Asked:
    """What the assistant said to a text, and as which intent it took it."""

    replies: Tuple[SpokenReply, ...]
    intent: Optional[str] = None

    @property
    def danger(self) -> bool:
        return any(reply["answer"].get("outcome") in ("urgent", "crisis") for reply in self.replies)


async def ask(say: Say, channel: str, conversation: str, text: str, longest: float) -> Asked:
    """What the assistant says to ``text``: at least one reply. Never raises, whatever goes wrong inside.

    Args:
        say: has the assistant answer a message; as Rasa hands it to a channel.
        longest: seconds after which the person hears that something went wrong.
    """
    output = Collected(channel, spoken_from_message)
    # What a recogniser wrote is read as such (legcramps.nlu.misheard).
    message = UserMessage(text, output, conversation, input_channel=channel, metadata={"spoken": True})
    try:
        await asyncio.wait_for(say(message), longest)
        if not output.replies:
            # Rasa goes on in silence when an action server is down or an action fails there.
            logger.error("no reply conversation=%s", conversation)
    except Exception as error:
        logs.failure(logger, f"{channel} turn", error)
    intent = ((message.parse_data or {}).get("intent") or {}).get("name")
    return Asked(tuple(output.replies or [spoken_problem("internal")]), intent)


async def hear(
    say: Say, forget: Forget, channel: str, conversation: str, text: str, state: VoiceState, longest: float
) -> Step:
    """The person said ``text``, as it came; what to say to that, and where the talk is then."""
    heard = guard.read(text)
    if heard.problem:
        logger.info("turn conversation=%s unusable=%s", conversation, heard.problem)
        danger = []
        if heard.problem == "too_long":
            # A television, or somebody who does not stop; or somebody who does not dare to.
            danger = await danger_in(text, channel, say, forget, spoken_from_message)
        return voice.answered(danger or [spoken_problem(heard.problem)], state)
    return await follow(say, channel, conversation, voice.hear(heard.text, state), longest)


async def follow(say: Say, channel: str, conversation: str, step: Step, longest: float) -> Step:
    """Asks the assistant where ``step`` says so; the step after that says something."""
    if step.ask is None:
        return step
    asked = await ask(say, channel, conversation, step.ask, longest)
    after = voice.answered(asked.replies, step.state)
    if asked.intent == LEAVE_TAKING and not asked.danger and after.say:
        return voice.farewell(after.state)
    return after
