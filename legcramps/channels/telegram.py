"""The Telegram channel: updates at ``POST /webhooks/telegram/webhook``, or fetched by ``legcramps telegram --poll``.

An update is acknowledged at once and answered in the background. Nothing of Telegram's is needed to start: who the bot is, the
webhook and the menu are seen to in the background, however long that takes.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from legcramps import logs, settings
from legcramps.channels import guard, kept
from legcramps.channels.api import ApiError
from legcramps.channels.guard import RateLimit
from legcramps.channels.replies import Reply, problem_reply, suggestion, written
from legcramps.channels.telegram_api import TelegramApi, TelegramRefused, refusal
from legcramps.channels.telegram_render import MAX_NOTICE, as_messages
from legcramps.channels.telegram_request import (
    SECRET_HEADER,
    Place,
    Pressed,
    Said,
    read_update,
    secret_is_right,
)
from legcramps.channels.text_render import cut
from legcramps.channels.turns import BURST, Say, Turns, forget

logger = logging.getLogger(__name__)

NAME = "telegram"

LARGEST_UPDATE = 1024 * 1024
"""Bytes. Telegram's own can be larger than a web client's: 4,096 characters, written as escapes, and a message replied to."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds between attempts to reach Telegram at the start."""

LONGEST_FETCH_PAUSE = 30.0
"""The same for fetching: somebody waits at the other end."""

TYPING_SECONDS = 2.0
"""How long an answer waits for the sign that it is being written."""

AT_THE_END = 5.0
"""Seconds that a server that stops leaves for answers under way."""

GREETING = "hello"
"""What /start says for the person, and what somebody says who only names the assistant."""


class TelegramBot:
    """Answers updates, wherever they come from.

    Args:
        say: has the assistant answer a message.
        agent: gives Rasa's agent, whose store is asked to delete a conversation.
    """

    def __init__(
        self, current: settings.Settings, telegram: settings.Telegram, say: Say, agent: Callable[[], Any]
    ) -> None:
        self._secret = settings.read_secret(current)
        self._bot_id, self._agent = telegram.bot_id, agent
        rate = current.rate_per_minute
        self._turns = Turns(NAME, say, lambda aside: forget(agent(), aside), RateLimit(rate, rate * BURST))
        self._kept = kept.Kept(current.var / kept.FILE, current.keep_days)
        self.api = TelegramApi(telegram.api, telegram.token)
        self.name: Optional[str] = None

    def take(self, update: Any) -> None:
        """Sees to it that an update is answered in the background, if it asks for an answer. Returns at once; never raises."""
        try:
            read = read_update(update, self._bot_id, self.name)
            if read is None:
                return
            conversation = guard.pseudonym(self._secret, NAME, read.person)
            if isinstance(read, Pressed):
                payload = self._kept.whole(read.payload) or ""
                if self._turns.take(
                    conversation, read.identifier, lambda: self._answer_press(conversation, read, payload)
                ):
                    # The person waits for this sign, and the answer may have others before it.
                    self._turns.start(self._acknowledge(read, payload))
            else:
                self._take_said(conversation, read)
        except Exception as error:
            logs.failure(logger, "telegram update", error)

    def _take_said(self, conversation: str, said: Said) -> None:
        # The pictures of an album come as a message each, and are one message to the person.
        album = f"album:{said.album}" if said.album else None
        if album and not said.text:
            said = Said(said.person, said.place, album, thing=True)
        taken = self._turns.take(conversation, said.identifier, lambda: self._answer(conversation, said))
        if album and taken:
            # Words are always answered; pictures without any that come after them are not.
            self._turns.mark_known(conversation, album)

    async def prepare(self, url: Optional[str] = None, secret: Optional[str] = None) -> None:
        """Asks Telegram who the bot is, sets its menu, and its webhook where ``url`` is given; until each is done."""
        steps: List[Callable[[], Awaitable[None]]] = [self._learn_name]
        if url and secret:
            steps.append(lambda: self.api.set_webhook(url, secret))
        steps.append(self.api.set_menu)
        pause = FIRST_PAUSE
        while True:
            # None waits for another: a webhook that Telegram refuses is no reason not to know one's name.
            steps = [step for step in steps if not await self._succeeds(step)]
            if not steps:
                break
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        logger.info("telegram ready")

    async def close(self) -> None:
        """Lets what is under way come to its end, for a few seconds."""
        await self._turns.finish(AT_THE_END)
        await self.api.close()
        self._kept.close()

    @staticmethod
    async def _succeeds(step: Callable[[], Awaitable[None]]) -> bool:
        try:
            await step()
            return True
        except ApiError as error:
            logger.warning("telegram start method=%s reason=%s", error.method, error.code)
        except Exception as error:
            logs.failure(logger, "telegram start", error)
        return False

    async def _learn_name(self) -> None:
        self.name = await self.api.who_am_i()

    # --- one update -------------------------------------------------------------------------------------------------

    async def _answer(self, conversation: str, said: Said) -> None:
        typing = asyncio.ensure_future(self._show_typing(said.place))
        first = ""
        if said.command == "forget":
            replies = [await self._forget(conversation)]
            if said.text:
                first, replies = replies[0]["text"], await self._turns.ask(conversation, said.text)
        elif said.thing and not said.text:
            replies = [_reply(written("chat.text_only"))]
        else:
            replies = await self._turns.ask(conversation, _words(said))
            first = written("chat.words_only") if said.thing else ""
        # The sign must not arrive after the answer: it would stay for seconds.
        await asyncio.wait({typing}, timeout=TYPING_SECONDS)
        await self._send(conversation, said.place, replies, first)

    async def _answer_press(self, conversation: str, pressed: Pressed, payload: str) -> None:
        if pressed.place:
            replies = await self._turns.ask(conversation, payload) if _is_ours(payload) else [_dead()]
            await self._send(conversation, pressed.place, replies)

    async def _forget(self, conversation: str) -> Reply:
        try:
            await forget(self._agent(), conversation)
        except Exception as error:
            logs.failure(logger, "telegram forget", error)
            return problem_reply("internal")
        return _reply(written("small_talk.forgotten"))

    async def _send(self, conversation: str, place: Place, replies: List[Reply], first: str = "") -> None:
        try:
            for message in as_messages(replies, self._kept.short, first):
                await self.api.send(place, message)
        except ApiError as error:
            # Blocked by the person, thrown out of the group, or Telegram was away for ten minutes.
            logger.warning("telegram not delivered conversation=%s reason=%s", conversation, error.code)

    async def _show_typing(self, place: Place) -> None:
        try:
            await self.api.typing(place)
        except ApiError:
            pass
        except Exception as error:
            logs.failure(logger, "telegram typing", error)

    async def _acknowledge(self, pressed: Pressed, payload: str) -> None:
        notice = "" if pressed.place and _is_ours(payload) else cut(_dead()["text"], MAX_NOTICE)
        try:
            await self.api.acknowledge(pressed.press, notice)
        except ApiError as error:
            logger.info("telegram press not acknowledged reason=%s", error.code)


def _is_ours(payload: str) -> bool:
    """Buttons carry what a person would say; one without words is an older version's, or was never ours."""
    return bool(payload) and not payload.startswith("/")


def _dead() -> Reply:
    return problem_reply("unknown_button")


def _words(said: Said) -> str:
    """What a message says in words; a command says what a person would."""
    if said.command in ("ask", "help"):
        # Who cries for help may say what with.
        return said.text or "#ask_help"
    if said.command == "start":
        return _deep_link(said.text) if said.text else GREETING
    # In a group, it may be no more than the assistant's name.
    return said.text or GREETING


def _deep_link(parameter: str) -> str:
    """What ``t.me/<bot>?start=<parameter>`` asks: ``ask_causes``, ``ask_condition-anemia``, or words joined by ``-`` or ``_``."""
    intent, _, condition = parameter.partition("-")
    if suggestion(intent):
        return f"#{intent}={condition}" if condition else f"#{intent}"
    return parameter.replace("_", " ").replace("-", " ")


def _reply(text: str) -> Reply:
    return {"text": text, "buttons": [], "answer": {"outcome": "small_talk"}}


class TelegramChannel(InputChannel):
    """Updates over HTTP; see the module's description."""

    def __init__(self, current: settings.Settings, telegram: Optional[settings.Telegram]):
        self._settings, self._telegram = current, telegram

    @classmethod
    def name(cls) -> str:
        return NAME

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> TelegramChannel:
        # Everything it needs is in the environment (.env.example), so that no secret stands in credentials.yml.
        telegram = settings.read_telegram()
        if telegram is None:
            logger.info("telegram is closed: LEGCRAMPS_TELEGRAM_TOKEN is not set")
        return cls(settings.read(), telegram)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("telegram_channel")
        telegram = self._telegram
        if telegram is None or telegram.secret is None:
            return routes
        secret = telegram.secret
        serving: Dict[str, Any] = {}
        # Before the server starts, so that a folder that cannot be written to is a sentence.
        bot = TelegramBot(self._settings, telegram, on_new_message, lambda: serving["app"].ctx.agent)

        @routes.listener("before_server_start")
        async def begin(app: Sanic, loop: Any) -> None:
            serving["app"] = app
            serving["start"] = asyncio.ensure_future(bot.prepare(telegram.url, secret))

        @routes.listener("before_server_stop")
        async def end(app: Sanic, loop: Any) -> None:
            serving["start"].cancel()
            await bot.close()

        @routes.post("/webhook")
        async def take_update(request: Request) -> HTTPResponse:
            if not secret_is_right(secret, request.headers.get(SECRET_HEADER)):
                return json_response({"error": "This address takes updates from Telegram only."}, status=401)
            # From here on it is Telegram that asks: another status would only make it send the same again, for a day.
            bot.take(read_json(request.body))
            return HTTPResponse(status=200)

        return routes


def read_json(body: bytes) -> Optional[Mapping[str, Any]]:
    """The object in a request's body; None when there is none, or when it is larger than any of Telegram's."""
    if len(body) > LARGEST_UPDATE:
        return None
    try:
        item = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, Mapping) else None


async def poll(bot: TelegramBot, say: Callable[[str], None]) -> None:
    """Fetches updates and has them answered, until it is cancelled.

    Args:
        say: tells the operator.

    Raises:
        TelegramRefused: the token is wrong, or another program fetches the same bot's updates.
    """
    offset: Optional[int] = None
    pause, begun = FIRST_PAUSE, False
    while True:
        try:
            if not begun:
                await bot.api.delete_webhook()
                bot.name = await bot.api.who_am_i()
                await bot.api.set_menu()
                begun = True
                say(f"Fetching messages for {'@' + bot.name if bot.name else 'the bot'} (Ctrl-C stops)")
            for update in await bot.api.fetch(offset):
                number = update.get("update_id") if isinstance(update, dict) else None
                if isinstance(number, int):
                    offset = number + 1
                bot.take(update)
            pause = FIRST_PAUSE
        except ApiError as error:
            refused = refusal(error)
            if refused:
                raise TelegramRefused(refused) from None
            logger.warning("telegram fetch reason=%s", error.code)
            if not begun:
                say("Telegram cannot be reached; trying again.")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_FETCH_PAUSE)
