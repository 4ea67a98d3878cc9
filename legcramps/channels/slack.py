"""The Slack channel: events, buttons and slash commands at ``POST /webhooks/slack/{events,interactive,commands}``.

A request is acknowledged at once and answered in the background; a slash command is answered in the reply to it. Nothing of
Slack's is needed to start. One workspace, one bot token.

A person has one conversation in private (direct messages, slash commands, the Home tab), and one in each thread.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Awaitable, Callable, Dict, List, Optional, Set

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from legcramps import logs, settings
from legcramps.channels import guard, kept
from legcramps.channels.api import ApiError
from legcramps.channels.guard import AnswerOnce, RateLimit
from legcramps.channels.replies import Reply, problem_reply, suggestion, written
from legcramps.channels.slack_api import SlackApi
from legcramps.channels.slack_render import Post, as_posts, home, is_danger, mark_chosen
from legcramps.channels.slack_request import (
    PRIVATE,
    WINDOW,
    Asked,
    Challenge,
    Opened,
    Pressed,
    Said,
    is_signed,
    may_answer_at,
    read_request,
)
from legcramps.channels.turns import BURST, Say, Turns, forget

logger = logging.getLogger(__name__)

NAME = "slack"

PATHS = ("events", "interactive", "commands")
"""Each takes whatever Slack sends, so that a wrong address in the app's settings does no harm."""

COMMAND_SECONDS = 2.5
"""Slack waits three for the answer to a slash command; later ones go to the address that it gives."""

SIGNATURES = 10_000
"""Signatures that are remembered, each for as long as it is good."""

AT_THE_END = 5.0
"""Seconds that a server that stops leaves for answers under way."""

GREETING = "hello"
"""What somebody says who only names the assistant."""

IN_PRIVATE = ("ask_relief", "ask_causes", "ask_difference")


class SlackApp:
    """Answers what Slack sends, wherever it comes from.

    Args:
        say: has the assistant answer a message.
        agent: gives Rasa's agent, whose store is asked to delete a conversation.
    """

    def __init__(self, current: settings.Settings, slack: settings.Slack, say: Say, agent: Callable[[], Any]):
        self._secret = settings.read_secret(current)
        self._slack = slack
        rate = current.rate_per_minute
        self._turns = Turns(NAME, say, lambda aside: forget(agent(), aside), RateLimit(rate, rate * BURST))
        self._joining: Set[str] = set()
        self._kept = kept.Kept(current.var / kept.FILE, current.keep_days)
        self.api = SlackApi(slack.api, slack.bot_token)

    async def take(self, body: bytes) -> Any:
        """Sees to it that a request is answered; gives what is said in reply to it at once, None for nothing. Never raises."""
        try:
            read = read_request(body)
            if isinstance(read, Challenge):
                return {"challenge": read.text}
            if isinstance(read, Asked):
                return await self._answer_command(read)
            if isinstance(read, Said):
                self._take_said(read)
            elif isinstance(read, Pressed):
                self._take_press(read)
            elif isinstance(read, Opened):
                self._turns.start(self._show_home(read.person))
        except Exception as error:
            logs.failure(logger, "slack request", error)
        return None

    async def close(self) -> None:
        """Lets what is under way come to its end, for a few seconds."""
        await self._turns.finish(AT_THE_END)
        await self.api.close()
        self._kept.close()

    # --- messages ---------------------------------------------------------------------------------------------------

    def _take_said(self, said: Said) -> None:
        if said.private:
            self._turns.take(self._alone_with(said.person), said.identifier, lambda: self._answer_alone(said))
            return
        # In a channel, an answer stands in a thread: that of the question, or one that begins with it.
        thread = said.thread or said.ts
        known = said.thread is not None and (said.ours or self._takes_part(self._thread(said.channel, thread)))
        if said.mentioned or (known and not said.to_others):
            conversation = self._in_thread(said.channel, thread, said.person)
            self._turns.take(conversation, said.identifier, lambda: self._answer_in_thread(conversation, said, thread))

    async def _answer_alone(self, said: Said) -> None:
        replies, first = await self._replies(self._alone_with(said.person), said)
        await self._post(said.channel, as_posts(replies, self._kept.short, first), said.thread)

    async def _answer_in_thread(self, conversation: str, said: Said, thread: str) -> None:
        replies, first = await self._replies(conversation, said)
        joined, offered = self._thread(said.channel, thread), self._offer(said.channel, thread)
        offer = not is_danger(replies) and not self._kept.takes_part(offered)
        # Delivery may take minutes, and who goes on meanwhile is heard.
        self._joining.add(joined)
        try:
            posts = as_posts(replies, self._kept.short, first, offer_private=offer)
            delivered = await self._post(said.channel, posts, thread)
            # Afterwards: a file that is busy holds up no answer.
            self._kept.join(joined)
            if offer and delivered:
                self._kept.join(offered)
        finally:
            self._joining.discard(joined)

    async def _replies(self, conversation: str, said: Said) -> tuple[List[Reply], str]:
        if said.thing and not said.text:
            return [_reply(written("chat.text_only"))], ""
        text = said.text or (GREETING if said.mentioned else "")
        return await self._turns.ask(conversation, text), written("chat.words_only") if said.thing else ""

    # --- buttons ----------------------------------------------------------------------------------------------------

    def _take_press(self, pressed: Pressed) -> None:
        conversation = self._alone_with(pressed.person)
        if not pressed.private and not pressed.hidden and pressed.channel:
            conversation = self._in_thread(pressed.channel, pressed.thread or pressed.ts or "", pressed.person)
        taken = self._turns.take(conversation, pressed.identifier, lambda: self._answer_press(conversation, pressed))
        if taken and pressed.action != PRIVATE:
            self._turns.start(self._show_as_chosen(pressed))

    async def _answer_press(self, conversation: str, pressed: Pressed) -> None:
        if pressed.action == PRIVATE:
            buttons = [button for intent in IN_PRIVATE if (button := suggestion(intent))]
            opening = {**_reply(written("chat.in_private")), "buttons": buttons}
            await self._post(pressed.person, as_posts([opening], self._kept.short))
            return
        payload = self._kept.whole(pressed.payload)
        replies = await self._turns.ask(conversation, payload) if payload else [problem_reply("unknown_button")]
        posts = as_posts(replies, self._kept.short)
        if pressed.hidden:
            await self._respond(pressed, posts)
        elif pressed.channel is None:
            await self._post(pressed.person, posts)
        elif pressed.private:
            await self._post(pressed.channel, posts, pressed.thread)
        else:
            await self._post(pressed.channel, posts, pressed.thread or pressed.ts)

    async def _show_as_chosen(self, pressed: Pressed) -> None:
        blocks = mark_chosen(pressed.message, pressed.block, pressed.action)
        if not blocks or pressed.hidden or not pressed.channel or not pressed.ts:
            return
        text = pressed.message.get("text")
        try:
            await self.api.update(
                pressed.channel, pressed.ts, {"text": text if isinstance(text, str) else "", "blocks": blocks}
            )
        except ApiError as error:
            logger.info("slack button not shown as chosen reason=%s", error.code)

    # --- slash commands, the Home tab -------------------------------------------------------------------------------

    async def _answer_command(self, asked: Asked) -> Optional[Post]:
        conversation = self._alone_with(asked.person)
        answer: asyncio.Future[Post] = asyncio.get_running_loop().create_future()

        async def work() -> None:
            posts = as_posts(await self._turns.ask(conversation, asked.text or "#ask_help"), self._kept.short)
            if not answer.done():
                answer.set_result(posts.pop(0))
            await self._respond(asked, posts)

        if not self._turns.take(conversation, asked.identifier, work):
            return None
        try:
            return {"response_type": "ephemeral", **await asyncio.wait_for(answer, COMMAND_SECONDS)}
        except asyncio.TimeoutError:
            return None

    async def _show_home(self, person: str) -> None:
        try:
            await self.api.publish_home(person, home(self._kept.short))
        except ApiError as error:
            logger.info("slack home not shown reason=%s", error.code)

    # --- delivery ---------------------------------------------------------------------------------------------------

    async def _post(self, channel: str, posts: List[Post], thread: Optional[str] = None) -> bool:
        """Whether all of it was delivered."""
        try:
            for post in posts:
                await self.api.post(channel, post, thread)
        except ApiError as error:
            logger.warning("slack not delivered reason=%s", error.code)
            return False
        return True

    async def _respond(self, to: Asked | Pressed, posts: List[Post]) -> None:
        """For this person's eyes only."""
        try:
            for post in posts:
                if may_answer_at(to.response_url, self._slack.api):
                    await self.api.respond(to.response_url or "", post)
                elif isinstance(to, Pressed) and to.channel:
                    await self.api.post_for(to.person, to.channel, post, to.thread)
                else:
                    await self.api.post(to.person, post)
        except ApiError as error:
            logger.warning("slack not delivered reason=%s", error.code)

    # --- who is speaking, and where ---------------------------------------------------------------------------------

    def _alone_with(self, person: str) -> str:
        return guard.pseudonym(self._secret, NAME, person)

    def _in_thread(self, channel: str, thread: str, person: str) -> str:
        return guard.pseudonym(self._secret, NAME, f"{channel}:{thread}:{person}")

    def _takes_part(self, thread: str) -> bool:
        return thread in self._joining or self._kept.takes_part(thread)

    def _offer(self, channel: str, thread: str) -> str:
        return guard.pseudonym(self._secret, f"{NAME} offer", f"{channel}:{thread}")

    def _thread(self, channel: str, thread: str) -> str:
        return guard.pseudonym(self._secret, f"{NAME} thread", f"{channel}:{thread}")


class SlackChannel(InputChannel):
    """Requests over HTTP; see the module's description."""

    def __init__(self, current: settings.Settings, slack: Optional[settings.Slack]):
        self._settings, self._slack = current, slack
        self._signatures = AnswerOnce(seconds=2 * WINDOW, limit=SIGNATURES)

    @classmethod
    def name(cls) -> str:
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> SlackChannel:
        # Everything it needs is in the environment (.env.example), so that no secret stands in credentials.yml.
        slack = settings.read_slack()
        if slack is None:
            logger.info("slack is closed: LEGCRAMPS_SLACK_BOT_TOKEN is not set")
        return cls(settings.read(), slack)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("slack_channel")
        slack = self._slack
        if slack is None:
            return routes
        serving: Dict[str, Any] = {}
        # Before the server starts, so that a folder that cannot be written to is a sentence.
        slack_app = SlackApp(self._settings, slack, on_new_message, lambda: serving["app"].ctx.agent)

        @routes.listener("before_server_start")
        async def begin(app: Sanic, loop: Any) -> None:
            serving["app"] = app

        @routes.listener("before_server_stop")
        async def end(app: Sanic, loop: Any) -> None:
            await slack_app.close()

        async def take_request(request: Request) -> HTTPResponse:
            signature = request.headers.get("x-slack-signature")
            timestamp = request.headers.get("x-slack-request-timestamp")
            if not is_signed(slack.signing_secret, timestamp, signature, request.body, time.time()):
                return json_response({"error": "This address takes requests from Slack only."}, status=401)
            # From here on it is Slack that asks: another status would only make it send the same again.
            if not self._signatures.begin("signature", signature or "")[1]:
                logger.info("slack request known")
                return HTTPResponse(status=200)
            reply = await slack_app.take(request.body)
            return HTTPResponse(status=200) if reply is None else json_response(reply)

        for path in PATHS:
            routes.add_route(take_request, f"/{path}", methods=["POST"], name=path)
        return routes


def _reply(text: str) -> Reply:
    return {"text": text, "buttons": [], "answer": {"outcome": "small_talk"}}
