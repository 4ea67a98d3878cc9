"""What Slack sends, checked and read: events, pressed buttons and slash commands. Pure; no Rasa import.

A request is read as it comes: whatever is missing, of another type or unknown makes it one that is not answered.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Union
from urllib.parse import parse_qsl, urlsplit

WINDOW = 300.0
"""Seconds that a request may be old, or early."""

LARGEST_REQUEST = 1024 * 1024
"""Bytes. A message of 40,000 characters comes twice, as text and as blocks, and may be written as escapes."""

ACTION = "legcramps:"
"""What the ids of our own buttons begin with."""

PRIVATE = f"{ACTION}private"
"""The button that goes on in private."""

# A message of a person's own words; everything else that Slack calls a message is news of the channel, an edit or a bot's.
_SUBTYPES = (None, "file_share", "me_message", "thread_broadcast")
_TOKEN = re.compile(r"<([^<>]*)>")
_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True)
class Challenge:
    """Slack makes sure that the address is ours."""

    text: str


@dataclass(frozen=True)
class Said:
    """A person's message. ``thread``: the message that its thread begins with, None outside of threads.

    ``mentioned``: it is known to name the assistant. ``to_others``: it begins with somebody else's name. ``thing``: a file
    came with it. ``ours``: its thread begins with a message of the assistant's own.
    """

    person: str
    channel: str
    ts: str
    identifier: str
    text: str
    private: bool
    thread: Optional[str] = None
    mentioned: bool = False
    to_others: bool = False
    thing: bool = False
    ours: bool = False


@dataclass(frozen=True)
class Opened:
    """A person looks at the assistant's Home tab."""

    person: str


@dataclass(frozen=True)
class Pressed:
    """A button that was pressed. ``message``: the one that it stands under, as Slack shows it; empty on the Home tab.

    ``hidden``: only this person sees that message. ``response_url``: where an answer for this person alone may go.
    """

    person: str
    identifier: str
    action: str
    block: str
    payload: str
    channel: Optional[str] = None
    private: bool = True
    ts: Optional[str] = None
    thread: Optional[str] = None
    hidden: bool = False
    response_url: Optional[str] = None
    message: Mapping[str, Any] = None  # type: ignore[assignment]


@dataclass(frozen=True)
class Asked:
    """A slash command with what stands after it."""

    person: str
    identifier: str
    text: str
    response_url: Optional[str] = None


Request = Union[Challenge, Said, Opened, Pressed, Asked, None]


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """What Slack signs a request with."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: Optional[str], signature: Optional[str], body: bytes, now: float) -> bool:
    """Whether a request is Slack's own and of now (``now``: seconds since 1970)."""
    if not timestamp or not re.fullmatch(r"[0-9]{1,12}", timestamp, re.ASCII) or abs(now - int(timestamp)) > WINDOW:
        return False
    return hmac.compare_digest(
        signature_of(secret, timestamp, body).encode(), (signature or "").encode("utf8", "surrogatepass")
    )


def read_request(body: bytes) -> Request:
    """What a request asks of the assistant; None for everything that is not to be answered."""
    if len(body) > LARGEST_REQUEST:
        return None
    try:
        text = body.decode("utf8", "replace")
        if text.lstrip().startswith("{"):
            return _read_event(_as_mapping(json.loads(text)))
        form = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
        if "payload" in form:
            return _read_press(_as_mapping(json.loads(form["payload"])))
        return _read_command(form)
    except (ValueError, RecursionError):
        return None


def may_answer_at(url: Optional[str], api: str) -> bool:
    """Whether a response address is Slack's: its own hosts, or that of the API in use."""
    try:
        to, own = urlsplit(url or ""), urlsplit(api)
        if (to.scheme, to.netloc) == (own.scheme, own.netloc):
            return True
        return (
            to.scheme == "https"
            and to.port in (None, 443)
            and bool(re.fullmatch(r"([a-z0-9-]+\.)*slack(-gov)?\.com", to.hostname or ""))
        )
    except ValueError:
        return False


def plain_words(text: str) -> str:
    """A message's text as it was typed: without mentions, links by their label, escapes undone."""
    return html.unescape(_TOKEN.sub(_shown, text)).strip()


def _shown(token: re.Match[str]) -> str:
    target, bar, label = token.group(1).partition("|")
    if target.startswith(("@", "!")):
        return " "
    if target.startswith("#"):
        return label
    return label if bar else target


# --- events ---------------------------------------------------------------------------------------------------------


def _read_event(body: Mapping[str, Any]) -> Request:
    if body.get("type") == "url_verification":
        challenge = _text(body, "challenge")
        return Challenge(challenge) if challenge else None
    event = _mapping(body, "event")
    if body.get("type") != "event_callback":
        return None
    person = _text(event, "user")
    if not person or person == _SLACKBOT or event.get("bot_id") or event.get("bot_profile"):
        return None
    kind = event.get("type")
    if kind == "app_home_opened":
        return Opened(person) if event.get("tab") in (None, "home") else None
    if kind not in ("message", "app_mention"):
        return None
    return _read_said(event, person, _bots(body), _text(body, "team_id") or "", kind == "app_mention")


def _read_said(event: Mapping[str, Any], person: str, bots: List[str], team: str, mentioned: bool) -> Optional[Said]:
    channel, ts, text = _text(event, "channel"), _text(event, "ts"), _text(event, "text") or ""
    # An edit comes as a message of its own, or with a note in it; it is no new question.
    if not channel or not ts or event.get("subtype") not in _SUBTYPES or event.get("hidden") or event.get("edited"):
        return None
    private = event.get("channel_type") == "im" or channel.startswith("D")
    thing = bool(event.get("files"))
    if private and not text.strip():
        # Somebody else's message, handed on without a word. In a channel it would be no question of this person's.
        shared = _shared(event)
        text = "\n".join(words for one in shared if (words := _text(one, "text")))
        thing = thing or bool(shared and not text)
    if not text.strip() and not thing:
        return None
    thread = _text(event, "thread_ts")
    first = re.match(r"\s*<@([A-Z0-9]+)", text)
    return Said(
        person,
        channel,
        ts,
        # The same message may come as an event of two kinds, with two ids.
        f"{team}:{channel}:{ts}",
        plain_words(text),
        private=private,
        thread=thread if thread != ts else None,
        mentioned=mentioned or any(f"<@{bot}>" in text or f"<@{bot}|" in text for bot in bots),
        to_others=bool(first and bots and first.group(1) not in bots),
        thing=thing,
        ours=_text(event, "parent_user_id") in bots,
    )


def _shared(event: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """The messages that a message hands on."""
    listed = event.get("attachments")
    return (
        [_as_mapping(one) for one in listed if _as_mapping(one).get("is_share") is True]
        if isinstance(listed, list)
        else []
    )


def _bots(body: Mapping[str, Any]) -> List[str]:
    """The accounts under which the assistant is installed."""
    listed = body.get("authorizations")
    listed = listed if isinstance(listed, list) else []
    found = [item.get("user_id") for item in listed if isinstance(item, Mapping) and item.get("is_bot")]
    return [one for one in found if isinstance(one, str)]


# --- buttons and commands -------------------------------------------------------------------------------------------


def _read_press(body: Mapping[str, Any]) -> Optional[Pressed]:
    person = _text(_mapping(body, "user"), "id")
    actions = body.get("actions")
    if body.get("type") != "block_actions" or not person or not isinstance(actions, list) or not actions:
        return None
    action = _as_mapping(actions[0])
    if action.get("type") != "button":
        return None
    container, message = _mapping(body, "container"), _mapping(body, "message")
    channel = _text(_mapping(body, "channel"), "id") or _text(container, "channel_id")
    ts = _text(message, "ts") or _text(container, "message_ts")
    at_home = container.get("type") == "view" or bool(_mapping(body, "view"))
    once = _text(action, "action_ts") or _text(body, "trigger_id") or ""
    name, block = _text(action, "action_id") or "", _text(action, "block_id") or ""
    return Pressed(
        person,
        f"press:{channel}:{ts}:{name}:{once}",
        name,
        block,
        (_text(action, "value") or "") if name.startswith(ACTION) else "",
        None if at_home else channel,
        private=at_home or (channel or "").startswith("D"),
        ts=ts,
        thread=_text(message, "thread_ts") or _text(container, "thread_ts"),
        hidden=container.get("is_ephemeral") is True,
        response_url=_text(body, "response_url"),
        message=message,
    )


def _read_command(form: Mapping[str, str]) -> Optional[Asked]:
    person = form.get("user_id")
    if not form.get("command") or not person:
        return None
    mark = form.get("trigger_id") or hashlib.sha256(repr(sorted(form.items())).encode("utf8", "replace")).hexdigest()
    return Asked(person, f"command:{mark}", plain_words(form.get("text") or ""), form.get("response_url"))


def _as_mapping(item: Any) -> Dict[str, Any]:
    return item if isinstance(item, dict) else {}


def _mapping(item: Mapping[str, Any], name: str) -> Dict[str, Any]:
    return _as_mapping(item.get(name))


def _text(item: Mapping[str, Any], name: str) -> Optional[str]:
    value = item.get(name)
    return value if isinstance(value, str) and value else None
