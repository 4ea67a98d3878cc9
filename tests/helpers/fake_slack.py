"""A stand-in for Slack on 127.0.0.1 that enforces the Web API's own limits and answers with its own errors."""

from __future__ import annotations

import json
import re
import time
from typing import Any, Dict, List, Optional, Tuple

from tests.helpers.fake_platform import FakePlatform

TOKEN = "xoxb-a-token-for-tests"

_METHODS = {"chat.postMessage", "chat.postEphemeral", "chat.update", "views.publish"}
_LEGACY = {"as_user", "link_names", "parse", "username", "icon_url", "icon_emoji", "attachments"}
# What Slack would take for markup of its own: only these may stand between < and >.
_MARKUP = re.compile(r"<(?!https?://|mailto:)[^>]*>|&(?!amp;|lt;|gt;)")


class Wrong(Exception):
    """What Slack calls it."""


def words_of(message: Dict[str, Any]) -> str:
    """What a person reads of a message's blocks, buttons left out."""
    found = []
    for block in message.get("blocks") or [{"type": "section", "text": {"text": message.get("text", "")}}]:
        if block["type"] in ("section", "header"):
            found.append(block["text"]["text"])
        elif block["type"] == "context":
            found += [element["text"] for element in block["elements"]]
    return "\n".join(found).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def buttons_of(message: Dict[str, Any]) -> List[Dict[str, Any]]:
    """The buttons under a message, each with the id of its group."""
    return [
        {**button, "block_id": block["block_id"]}
        for block in message.get("blocks") or []
        if block["type"] == "actions"
        for button in block["elements"]
    ]


def _check(condition: Any, error: str = "invalid_blocks") -> None:
    if not condition:
        raise Wrong(error)


def check_text(text: Any, most: int, kinds: Tuple[str, ...] = ("mrkdwn", "plain_text")) -> None:
    _check(isinstance(text, dict) and text.get("type") in kinds)
    _check(isinstance(text.get("text"), str) and 1 <= len(text["text"]) <= most)
    _check(set(text) <= ({"type", "text", "emoji"} if text["type"] == "plain_text" else {"type", "text", "verbatim"}))
    if text["type"] == "mrkdwn":
        _check(not _MARKUP.search(text["text"]), "not escaped")


def check_blocks(blocks: Any, most: int = 50) -> None:
    """Slack's rules for blocks. Wrong when they are broken."""
    _check(isinstance(blocks, list) and 1 <= len(blocks) <= most)
    identifiers = [block["block_id"] for block in blocks if "block_id" in block]
    _check(len(set(identifiers)) == len(identifiers))
    for block in blocks:
        kind = block.get("type")
        _check(len(block.get("block_id", "x")) <= 255)
        if kind == "section":
            check_text(block.get("text"), 3000)
        elif kind == "header":
            check_text(block.get("text"), 150, ("plain_text",))
        elif kind == "context":
            _check(1 <= len(block.get("elements", [])) <= 10)
            for element in block["elements"]:
                check_text(element, 3000)
        elif kind == "actions":
            elements = block.get("elements", [])
            _check(1 <= len(elements) <= 25)
            names = [element.get("action_id") for element in elements]
            _check(len(set(names)) == len(names))
            for element in elements:
                _check(element.get("type") == "button" and len(element.get("action_id", "")) <= 255)
                check_text(element.get("text"), 75, ("plain_text",))
                _check(len(element.get("value", "")) <= 2000)
                _check(element.get("style") in (None, "primary", "danger"))
        else:
            _check(kind == "divider")


class FakeSlack(FakePlatform):
    """``calls`` holds every call that was accepted, as (method, arguments); ``refused`` those that were not, with the error."""

    def reset(self) -> None:
        """Alive, in a good mood, and nothing said yet."""
        self.calls: List[Tuple[str, Dict[str, Any]]] = []
        self.refused: List[Tuple[str, str]] = []
        self.dead_until = 0.0
        self.failing = 0
        self.errors: List[str] = []
        self.waits: Dict[str, float] = {}
        self.too_early: List[str] = []
        self.takes_blocks = True
        self.most_text = 40_000

    # --- what tests look at

    def of(self, *methods: str) -> List[Dict[str, Any]]:
        with self._lock:
            return [arguments for name, arguments in self.calls if name in methods]

    @property
    def messages(self) -> List[Dict[str, Any]]:
        """All that people were told, wherever."""
        return self.of("chat.postMessage", "chat.postEphemeral", "response_url")

    # --- what Slack does

    def asks_to_wait(self, method: str, seconds: int) -> None:
        """The next call of the method is refused with this wish, and those that come sooner too."""
        self.waits[method] = -float(seconds)

    def respond(self, path: str, authorization: Optional[str], body: bytes) -> Tuple[int, Dict[str, str], bytes]:
        own = path.startswith("/api/")
        method = path.removeprefix("/api/") if own else "response_url"
        if self.failing > 0:
            self.failing -= 1
            return self._refuse(method, "service_unavailable", 503)
        if method in self.waits:
            until = self.waits[method]
            if until < 0:
                self.waits[method] = time.monotonic() - until
                return self._refuse(method, "ratelimited", 429, str(int(-until)))
            if time.monotonic() < until:
                self.too_early.append(method)
                return self._refuse(method, "ratelimited", 429, "1")
            del self.waits[method]
        try:
            arguments = json.loads(body)
            if own:
                _check(authorization == f"Bearer {TOKEN}", "invalid_auth")
                _check(method in _METHODS, "unknown_method")
            else:
                _check(authorization is None, "a token where none belongs")
            if self.errors:
                raise Wrong(self.errors.pop(0))
            _check(not _LEGACY & set(arguments), f"legacy {_LEGACY & set(arguments)}")
            self._check_call(method, arguments)
        except Wrong as wrong:
            return self._refuse(method, str(wrong), 200)
        with self._lock:
            self.calls.append((method, arguments))
            number = len(self.calls)
        if not own:
            return 200, {"Content-Type": "text/html"}, b"ok"
        reply = {"ok": True, "channel": arguments.get("channel"), "ts": f"1700000000.{number:06}"}
        return 200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(reply).encode()

    def _check_call(self, method: str, sent: Dict[str, Any]) -> None:
        if method == "views.publish":
            _check(sent.get("user_id") and sent["view"]["type"] == "home", "invalid_arguments")
            check_blocks(sent["view"]["blocks"], 100)
            return
        if method != "response_url":
            _check(isinstance(sent.get("channel"), str), "channel_not_found")
        if method == "chat.postEphemeral":
            _check(sent.get("user"), "user_not_in_channel")
        _check(isinstance(sent.get("text"), str) and sent["text"], "no_text")
        _check(len(sent["text"]) <= self.most_text, "msg_too_long")
        _check(not _MARKUP.search(sent["text"]), "not escaped")
        if "blocks" in sent:
            _check(self.takes_blocks)
            check_blocks(sent["blocks"])

    def _refuse(
        self, method: str, error: str, status: int, wait: Optional[str] = None
    ) -> Tuple[int, Dict[str, str], bytes]:
        with self._lock:
            self.refused.append((method, error))
        headers = {"Content-Type": "application/json; charset=utf-8", **({"Retry-After": wait} if wait else {})}
        return status, headers, json.dumps({"ok": False, "error": error}).encode()
