"""The calls of Slack's Web API that the assistant makes. No Rasa import."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from legcramps.channels.api import Api, ApiError, TryLater
from legcramps.channels.slack_render import Post
from legcramps.channels.text_render import split

# What may go away by itself; anything else that Slack calls an error stays one.
_PASSING = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout", "service_unavailable"}
)
_BLOCKS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
_SHORT = 100
"""Characters that no server takes for too many."""

_SOON = 20.0
"""Seconds for what is of no use later."""


class SlackApi(Api):
    """The bot's calls. A wish to wait holds for the method that it was said of, as Slack counts."""

    def __init__(self, base: str, token: str):
        super().__init__(base, {"Authorization": f"Bearer {token}"})

    def understand(self, method: str, status: int, headers: Mapping[str, str], reply: Dict[str, Any]) -> Any:
        error = str(reply.get("error") or status)
        if status == 429 or error in _PASSING:
            raise TryLater(_seconds(headers.get("Retry-After")))
        if status >= 500:
            raise TryLater()
        if method == "response_url":
            # That one says "ok" and no more.
            if status == 200 and reply.get("ok") is not False:
                return reply
        elif reply.get("ok") is True:
            return reply
        elif not reply and status == 200:
            raise TryLater()
        raise ApiError(method, error, reply)

    async def post(self, channel: str, message: Post, thread: Optional[str] = None) -> None:
        """Delivers a message, in a simpler form where Slack will not take it as it is.

        Raises:
            ApiError: the channel is gone, the token no longer good, or Slack was away for too long.
        """
        to: Dict[str, Any] = {"channel": channel, "unfurl_links": False, "unfurl_media": False}
        if thread:
            to["thread_ts"] = thread
        await self._deliver("chat.postMessage", to, message)

    async def post_for(self, person: str, channel: str, message: Post, thread: Optional[str] = None) -> None:
        """The same, for one person's eyes only."""
        to = {"channel": channel, "user": person, **({"thread_ts": thread} if thread else {})}
        await self._deliver("chat.postEphemeral", to, message)

    async def respond(self, url: str, message: Post) -> None:
        """Answers a command or a button for one person's eyes only."""
        arguments = {"response_type": "ephemeral", "replace_original": False, **message}
        await self.call("response_url", arguments, lane="response_url", patience=_SOON, url=url)

    async def update(self, channel: str, ts: str, message: Post) -> None:
        """Changes a message of the assistant's own."""
        await self.call("chat.update", {"channel": channel, "ts": ts, **message}, lane="chat.update", patience=_SOON)

    async def publish_home(self, person: str, view: Mapping[str, Any]) -> None:
        """Shows a person's Home tab."""
        await self.call("views.publish", {"user_id": person, "view": view}, lane="views.publish", patience=_SOON)

    async def _deliver(self, method: str, to: Mapping[str, Any], message: Post) -> None:
        try:
            await self.call(method, {**to, **message}, lane=method)
        except ApiError as error:
            if error.code in _BLOCKS and "blocks" in message:
                await self._deliver(method, to, {"text": message["text"]})
            elif error.code == "msg_too_long" and len(message["text"]) > _SHORT:
                for part in split(message["text"], len(message["text"]) * 2 // 3):
                    await self._deliver(method, to, {"text": part})
            else:
                raise


def _seconds(value: Any) -> Optional[float]:
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError):
        return None
