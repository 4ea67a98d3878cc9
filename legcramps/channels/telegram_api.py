"""The calls of Telegram's Bot API that the assistant makes. No Rasa import."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from legcramps import settings
from legcramps.channels.api import UNREACHABLE, Api, ApiError, TryLater
from legcramps.channels.replies import written
from legcramps.channels.telegram_render import Message, plain, split_message
from legcramps.channels.telegram_request import COMMANDS, UPDATE_KINDS, Place

WEBHOOK_PATH = "/webhooks/telegram/webhook"

GAP = 0.035
"""Seconds between two messages: Telegram takes about thirty messages a second from one bot."""

FETCH_SECONDS = 50
"""How long Telegram holds a request for updates until there is one."""

_SOON = 30.0
"""Seconds for what is of no use later."""


class TelegramApi(Api):
    """A bot's calls. A wish to wait holds for the chat that it was said of."""

    def __init__(self, base: str, token: str):
        super().__init__(f"{base}/bot{token}", {}, gap=GAP)

    def understand(self, method: str, status: int, headers: Mapping[str, str], reply: Dict[str, Any]) -> Any:
        if reply.get("ok") is True:
            return reply.get("result")
        if status == 429:
            raise TryLater(_seconds((reply.get("parameters") or {}).get("retry_after") or headers.get("Retry-After")))
        if status >= 500 or not reply:
            raise TryLater()
        raise ApiError(method, str(reply.get("description") or status), {**reply, "status": status})

    async def who_am_i(self) -> Optional[str]:
        """The bot's user name."""
        me = await self.call("getMe", {}, patience=0)
        name = me.get("username") if isinstance(me, dict) else None
        return name if isinstance(name, str) else None

    async def set_webhook(self, url: str, secret: str) -> None:
        """Has Telegram send updates to this server: only those kinds that are read, with the secret."""
        await self.call(
            "setWebhook",
            {"url": url + WEBHOOK_PATH, "secret_token": secret, "allowed_updates": list(UPDATE_KINDS)},
            patience=0,
        )

    async def delete_webhook(self) -> None:
        """Has Telegram keep updates until they are fetched."""
        await self.call("deleteWebhook", {"drop_pending_updates": False}, patience=0)

    async def set_menu(self) -> None:
        """The commands that people are offered, with what each does."""
        menu = [{"command": command, "description": written(f"chat.menu_{command}")} for command in COMMANDS]
        await self.call("setMyCommands", {"commands": menu}, patience=0)

    async def fetch(self, offset: Optional[int]) -> List[Any]:
        """The updates from ``offset`` on; waits for one for :data:`FETCH_SECONDS`."""
        asked: Dict[str, Any] = {"timeout": FETCH_SECONDS, "allowed_updates": list(UPDATE_KINDS)}
        if offset is not None:
            asked["offset"] = offset
        found = await self.call("getUpdates", asked, lane="getUpdates", patience=0, longest=FETCH_SECONDS + 15)
        return found if isinstance(found, list) else []

    async def typing(self, place: Place) -> None:
        """Shows that an answer is being written."""
        await self.call(
            "sendChatAction", {**_to(place, reply=False), "action": "typing"}, lane=str(place.chat), patience=0
        )

    async def acknowledge(self, press: str, notice: str = "") -> None:
        """Ends the waiting sign on a pressed button."""
        await self.call(
            "answerCallbackQuery", {"callback_query_id": press, **({"text": notice} if notice else {})}, patience=_SOON
        )

    async def send(self, place: Place, message: Message) -> None:
        """Delivers a message, in a simpler form where Telegram will not take it as it is.

        Raises:
            ApiError: the person has blocked the bot, the chat is gone, or Telegram was away for too long.
        """
        to = _to(place)
        for _ in range(4):
            try:
                await self.call("sendMessage", {**to, **message}, lane=str(to["chat_id"]), paced=True)
                return
            except ApiError as error:
                said = error.code.lower()
                moved = (error.reply.get("parameters") or {}).get("migrate_to_chat_id")
                if isinstance(moved, int):
                    to["chat_id"] = moved
                elif "too long" in said:
                    halves = split_message(message)
                    if len(halves) < 2:
                        raise
                    for half in halves:
                        await self.send(place, half)
                    return
                elif "parse entities" in said and "parse_mode" in message:
                    message = plain(message)
                elif "button" in said and "reply_markup" in message:
                    message = {name: value for name, value in message.items() if name != "reply_markup"}
                elif "thread not found" in said and "message_thread_id" in to:
                    del to["message_thread_id"]
                else:
                    raise
        raise ApiError("sendMessage", "refused in every form")


def _to(place: Place, reply: bool = True) -> Dict[str, Any]:
    to: Dict[str, Any] = {"chat_id": place.chat}
    if place.topic is not None:
        to["message_thread_id"] = place.topic
    if reply and place.reply_to is not None:
        to["reply_parameters"] = {"message_id": place.reply_to, "allow_sending_without_reply": True}
    return to


def _seconds(value: Any) -> Optional[float]:
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError):
        return None


class TelegramRefused(Exception):
    """Telegram will not do what it is asked to. The message is a sentence with the remedy."""


def refusal(error: ApiError) -> Optional[str]:
    """What an operator can do about a call that was refused, as a sentence; None when it is not theirs to do."""
    status = error.reply.get("status")
    if status in (401, 404):
        return "Telegram does not know this bot: correct LEGCRAMPS_TELEGRAM_TOKEN; BotFather shows it."
    if status == 409:
        return "Another program fetches the updates of this bot; stop that one first."
    return None


async def set_webhook(telegram: settings.Telegram, url: str) -> str:
    """Tells Telegram where the server is, and what the menu says; returns a sentence for the operator.

    Raises:
        TelegramRefused: it did not work; with the remedy.
    """
    api = TelegramApi(telegram.api, telegram.token)
    try:
        await api.set_webhook(url, telegram.secret or "")
        await api.set_menu()
        return f"Telegram sends updates for @{await api.who_am_i()} to {url}."
    except ApiError as error:
        if error.code == UNREACHABLE:
            raise TelegramRefused(f"Telegram cannot be reached at {telegram.api}; try again later.") from None
        raise TelegramRefused(refusal(error) or f"Telegram refuses the webhook: {error.code}.") from None
    finally:
        await api.close()
