"""The assistant as a Python object: text in, replies out. For the command line, batches, tests and measurements."""

from __future__ import annotations

import ctypes
import gc
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

from rasa.core.channels.channel import UserMessage

from legcramps import logs, settings
from legcramps.channels import guard
from legcramps.channels.replies import Reply, problem_reply
from legcramps.channels.too_long import Collected, unusable
from legcramps.paths import inside
from legcramps.server.actions import ActionsInProcess
from legcramps.server.agent import LocalAgent
from legcramps.server.stores import ConversationStore, QueueLockStore

logger = logging.getLogger(__name__)

CHANNEL = "assistant"
"""What conversations are filed under that come by no channel."""


class AssistantError(RuntimeError):
    """The assistant cannot be started. The message is a sentence with the remedy."""


@dataclass(frozen=True)
class TurnResult:
    """What one message led to. ``ms`` is how long it took, from text to last reply."""

    text: str
    intent: Optional[str]
    confidence: float
    replies: Tuple[Reply, ...]
    ms: float

    def as_dict(self) -> Dict[str, Any]:
        return {
            "text": self.text,
            "intent": {"name": self.intent, "confidence": self.confidence},
            "replies": list(self.replies),
            "ms": self.ms,
        }


def give_back_memory() -> None:
    """What reading the model's files took and needs no more; where the C library can give it back to the system."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        pass


class Assistant:
    """A loaded model, its actions and its conversations, in this process.

    >>> assistant = Assistant.load()
    >>> result = await assistant.turn("a conversation", "can anemia do this?")
    >>> result.replies[0]["answer"]["outcome"]
    'answered'
    """

    def __init__(self, agent: LocalAgent):
        self.agent = agent

    @classmethod
    def load(cls, model: Union[str, Path, None] = None, database: Union[str, Path] = ":memory:") -> Assistant:
        """Loads the model (the project's own when not given). Conversations live in memory unless a file is given.

        Raises:
            AssistantError: there is no model, or it cannot be loaded.
            StoreError: the conversations cannot be kept in ``database``.
        """
        logs.hush()
        current = settings.read()
        path = Path(model or current.model).resolve()
        if not path.exists():
            raise AssistantError(f"There is no model at {path}. Make one with: make train")
        with inside(current.root):
            store = ConversationStore(path=database)
            agent = LocalAgent(tracker_store=store, lock_store=QueueLockStore(), action_endpoint=ActionsInProcess.all())
            try:
                agent.load_model(path)
            except Exception as error:
                raise AssistantError(
                    f"The model {path} cannot be loaded: {logs.first_cause(error)}. Make a new one with: make train"
                ) from error
        give_back_memory()
        return cls(agent)

    @property
    def store(self) -> ConversationStore:
        return self.agent.tracker_store

    async def turn(self, conversation: str, text: str) -> TurnResult:
        """Answers one message. Never raises: what goes wrong inside becomes a reply that says so, and a log line."""
        started = time.perf_counter()
        heard = guard.read(text)
        if heard.problem:
            replies = await unusable(heard.problem, text, CHANNEL, self.agent.handle_message, self.forget)
            return self._result(text, "unusable", 1.0, replies, started)
        channel = Collected(CHANNEL)
        message = UserMessage(heard.text, channel, conversation, input_channel=CHANNEL)
        try:
            await self.agent.handle_message(message)
        except Exception as error:
            logs.failure(logger, "turn", error)
            channel.replies.append(problem_reply("internal"))
        if not channel.replies:
            logger.error("no reply conversation=%s", conversation)
            channel.replies.append(problem_reply("internal"))
        intent = (message.parse_data or {}).get("intent") or {}
        return self._result(text, intent.get("name"), float(intent.get("confidence") or 0.0), channel.replies, started)

    async def forget(self, conversation: str) -> bool:
        """Deletes all that is kept of a conversation; False when there was nothing."""
        return await self.store.delete(conversation)

    @staticmethod
    def _result(
        text: str, intent: Optional[str], confidence: float, replies: List[Reply], started: float
    ) -> TurnResult:
        return TurnResult(
            text, intent, round(confidence, 4), tuple(replies), round((time.perf_counter() - started) * 1000, 2)
        )
