"""What Telegram sends, read: who speaks, where, and whether it is meant for the assistant. Pure; no Rasa import.

An update is read as it comes: whatever is missing, of another type or unknown makes it one that is not answered.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional

SECRET_HEADER = "x-telegram-bot-api-secret-token"

UPDATE_KINDS = ("message", "callback_query")
"""All that is asked for. Edited messages are not among them: an edit is no new question."""

COMMANDS = ("start", "ask", "help", "forget")

# What a message may consist of beside text, by the names that the Bot API gives it. What is not here (members who come and
# go, pinned messages, payments made …) is news of the chat and nobody's question.
_THINGS = frozenset(
    """animation audio checklist contact dice document game invoice live_photo location paid_media photo poll sticker story
    venue video video_note voice""".split()
)
_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@([a-z0-9_]{1,64}))?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_TELEGRAM_ITSELF = 777000
_ANONYMOUS_ADMIN = 1087968824
"""The account under whose name a group's anonymous administrators write."""


@dataclass(frozen=True)
class Place:
    """Where an answer goes. ``topic``: of a group's forum. ``reply_to``: the message that is answered, in groups."""

    chat: int
    topic: Optional[int] = None
    reply_to: Optional[int] = None


@dataclass(frozen=True)
class Said:
    """A person's message to the assistant.

    ``command``: one of :data:`COMMANDS`, whose argument is then the ``text``. ``thing``: it is or has a picture, a voice
    message or the like, which the assistant cannot read. ``album``: the id of the album that it is one of.
    """

    person: str
    place: Place
    identifier: str
    text: str = ""
    command: Optional[str] = None
    thing: bool = False
    album: Optional[str] = None


@dataclass(frozen=True)
class Pressed:
    """A button that was pressed. ``place`` is None when Telegram does not say where its message stands."""

    person: str
    place: Optional[Place]
    identifier: str
    press: str
    payload: str


def secret_is_right(secret: str, sent: Optional[str]) -> bool:
    """Whether a request has the secret that Telegram was given; takes the same time for every wrong one."""
    return hmac.compare_digest(secret.encode(), (sent or "").encode("utf8", "surrogatepass"))


def read_update(update: Any, bot_id: int, bot_name: Optional[str]) -> Said | Pressed | None:
    """What an update asks of the assistant; None for everything that is not to be answered.

    Args:
        bot_id: the assistant's own account.
        bot_name: its user name, without ``@``; None while it is not known.
    """
    if not isinstance(update, Mapping):
        return None
    press = _mapping(update, "callback_query")
    if press:
        return _read_press(press, update)
    message = _mapping(update, "message")
    return _read_message(message, update, bot_id, bot_name) if message else None


def _read_press(press: Mapping[str, Any], update: Mapping[str, Any]) -> Optional[Pressed]:
    identifier, data = press.get("id"), press.get("data")
    sender = _sender(press)
    if not isinstance(identifier, str) or sender is None:
        return None
    message = _mapping(press, "message")
    place = _place(message, group=not _is_private(message, sender)) if message else None
    person = f"{place.chat if place else sender}:{sender}"
    return Pressed(
        person, place, f"press:{identifier}:{_mark(update)}", identifier, data if isinstance(data, str) else ""
    )


def _read_message(
    message: Mapping[str, Any], update: Mapping[str, Any], bot_id: int, bot_name: Optional[str]
) -> Optional[Said]:
    sender = _sender(message)
    if sender is None or sender == bot_id or message.get("is_automatic_forward"):
        return None
    private = _is_private(message, sender)
    place = _place(message, group=not private)
    if place is None:
        return None
    text = next((words for name in ("text", "caption") if isinstance(words := message.get(name), str) and words), "")
    thing = any(message.get(name) for name in _THINGS)
    if not text and not thing:
        return None
    command, text, to_others = _read_command(text, bot_name)
    if not private:
        called = bot_name is not None and re.search(rf"(?<![\w@])@{re.escape(bot_name)}\b", text, re.IGNORECASE)
        answered = _mapping(_mapping(message, "reply_to_message") or {}, "from") or {}
        answers = _number(answered.get("id")) == bot_id
        if to_others or not (command or called or answers):
            return None
    if bot_name:
        text = re.sub(rf"(?<![\w@])@{re.escape(bot_name)}\b[,:]?", " ", text, flags=re.IGNORECASE).strip()
    album = message.get("media_group_id")
    return Said(
        f"{place.chat}:{sender}",
        place,
        f"message:{_number(update.get('update_id'))}:{_mark(update)}",
        text,
        command,
        thing,
        album if isinstance(album, str) else None,
    )


def _read_command(text: str, bot_name: Optional[str]) -> tuple[Optional[str], str, bool]:
    """The command that a text begins with, its argument, and whether it is another bot's."""
    match = _COMMAND.fullmatch(text.strip())
    if not match:
        return None, text, False
    name, addressee, argument = match.group(1).lower(), match.group(2), match.group(3) or ""
    if addressee and bot_name is None and name in COMMANDS:
        # Better one answer too many, in the moment after the start, than none.
        return name, argument.strip(), False
    if addressee and addressee.lower() != (bot_name or "").lower():
        return None, text, True
    if name in COMMANDS:
        return name, argument.strip(), False
    # Unknown: its words are read as words.
    return None, f"{name} {argument}".strip() + (f" @{bot_name}" if addressee else ""), False


def _sender(message: Mapping[str, Any]) -> Optional[int]:
    """The account of the person who wrote or pressed; None for bots, channels and Telegram itself.

    A group's anonymous administrators are one person, with the group's own number.
    """
    sender = _mapping(message, "from") or {}
    number = _number(sender.get("id"))
    if number == _ANONYMOUS_ADMIN:
        chat, on_behalf = _mapping(message, "chat") or {}, _mapping(message, "sender_chat") or {}
        group = _number(on_behalf.get("id"))
        return group if group == _number(chat.get("id")) and chat.get("type") in ("group", "supergroup") else None
    return None if sender.get("is_bot") or number == _TELEGRAM_ITSELF else number


def _is_private(message: Mapping[str, Any], sender: int) -> bool:
    chat = _mapping(message, "chat") or {}
    kind = chat.get("type")
    # A private chat has the person's own number.
    return kind == "private" or (kind is None and _number(chat.get("id")) == sender)


def _place(message: Mapping[str, Any], group: bool) -> Optional[Place]:
    chat = _mapping(message, "chat") or {}
    number = _number(chat.get("id"))
    if number is None or chat.get("type") not in (None, "private", "group", "supergroup"):
        return None
    topic = _number(message.get("message_thread_id")) if message.get("is_topic_message") is True else None
    return Place(number, topic, _number(message.get("message_id")) if group else None)


def _mapping(item: Mapping[str, Any], name: str) -> Optional[Dict[str, Any]]:
    value = item.get(name)
    return value if isinstance(value, dict) else None


def _number(value: Any) -> Optional[int]:
    # More than 52 bits are no id of Telegram's.
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53 else None


def _mark(update: Mapping[str, Any]) -> str:
    """Tells an update from any other, also from another one of the same number."""
    return hashlib.sha256(json.dumps(update, sort_keys=True, default=str).encode("utf8", "replace")).hexdigest()[:16]
