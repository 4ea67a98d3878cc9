"""A stand-in for Telegram on 127.0.0.1 that enforces the Bot API's own limits and answers with its own errors."""

from __future__ import annotations

import html.parser
import json
import time
from typing import Any, Dict, List, Optional, Tuple

from tests.helpers.fake_platform import FakePlatform

TOKEN = "123456:a-token-for-tests"
BOT_ID = 123456
BOT_NAME = "cramps_test_bot"

_TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote", "tg-spoiler"}
_METHODS = {
    "getMe",
    "setWebhook",
    "deleteWebhook",
    "setMyCommands",
    "getUpdates",
    "sendMessage",
    "sendChatAction",
    "answerCallbackQuery",
}


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class _Markup(html.parser.HTMLParser):
    """Telegram's HTML: few tags, all closed, every `<` and `&` escaped."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.wrong = "", [], ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in _TAGS:
            self.wrong = f'Unsupported start tag "{tag}"'
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong = "Unmatched end tag"

    def handle_data(self, data: str) -> None:
        self.text += data


def text_of(message: Dict[str, Any]) -> str:
    """What a person reads of a message."""
    if message.get("parse_mode") != "HTML":
        return message["text"]
    markup = _Markup()
    markup.feed(message["text"])
    markup.close()
    return markup.text


class FakeTelegram(FakePlatform):
    """``calls`` holds every call that was accepted, as (method, arguments); ``refused`` those that were not, with the reason."""

    def reset(self) -> None:
        """Alive, in a good mood, and nothing said yet."""
        self.calls: List[Tuple[str, Dict[str, Any]]] = []
        self.refused: List[Tuple[str, str]] = []
        self.updates: List[Dict[str, Any]] = []
        self.blocked: set[int] = set()
        self.gone_topics: set[int] = set()
        self.moved: Dict[int, int] = {}
        self.dead_until = 0.0
        self.failing = 0
        self.waits: Dict[Any, float] = {}
        self.too_early: List[Any] = []
        self.most_units = 4096
        self.takes_html = True
        self.delay = 0.0

    # --- what tests look at

    def of(self, method: str) -> List[Dict[str, Any]]:
        with self._lock:
            return [arguments for name, arguments in self.calls if name == method]

    @property
    def messages(self) -> List[Dict[str, Any]]:
        return self.of("sendMessage")

    def wait_for_messages(self, count: int, seconds: float = 20) -> List[Dict[str, Any]]:
        self.wait_for(lambda: len(self.messages) >= count, seconds)
        return self.messages

    # --- what Telegram does

    def respond(self, path: str, authorization: Optional[str], body: bytes) -> Tuple[int, Dict[str, str], bytes]:
        time.sleep(self.delay)
        status, reply = self.answer(path, body)
        return status, {"Content-Type": "application/json"}, json.dumps(reply).encode()

    def answer(self, path: str, body: bytes) -> Tuple[int, Dict[str, Any]]:
        token, _, method = path.removeprefix("/bot").partition("/")
        if token != TOKEN:
            return self._refuse(method, 401, "Unauthorized")
        try:
            arguments = json.loads(body)
            assert isinstance(arguments, dict)
        except (ValueError, AssertionError):
            return self._refuse(method, 400, "Bad Request: can't parse JSON")
        if method not in _METHODS:
            return self._refuse(method, 404, "Not Found")
        if self.failing > 0:
            self.failing -= 1
            return self._refuse(method, 502, "Bad Gateway")
        chat = arguments.get("chat_id")
        if chat in self.waits or None in self.waits:
            key = chat if chat in self.waits else None
            until = self.waits[key]
            if until < 0:
                # The wish to wait is said once, and from then on counts.
                self.waits[key] = time.monotonic() - until
                return self._refuse(method, 429, "Too Many Requests: retry later", {"retry_after": int(-until)})
            if time.monotonic() < until:
                self.too_early.append((method, chat))
                return self._refuse(method, 429, "Too Many Requests: retry later", {"retry_after": 1})
            del self.waits[key]
        wrong = getattr(self, f"_check_{method}", lambda arguments: None)(arguments)
        if wrong:
            return self._refuse(method, *wrong)
        result: Any = True
        if method == "getMe":
            result = {"id": BOT_ID, "is_bot": True, "first_name": "Cramps", "username": BOT_NAME}
        elif method == "getUpdates":
            result = self._updates_from(arguments.get("offset") or 0)
        elif method == "sendMessage":
            result = {"message_id": len(self.calls) + 1, "chat": {"id": chat}, "date": 0, "text": arguments["text"]}
        with self._lock:
            self.calls.append((method, arguments))
        return 200, {"ok": True, "result": result}

    def asks_to_wait(self, seconds: int, chat: Optional[int] = None) -> None:
        """The next call of the chat (of anybody, without one) is refused with this wish, and those that come sooner too."""
        self.waits[chat] = -float(seconds)

    def _refuse(
        self, method: str, code: int, description: str, parameters: Optional[Dict[str, Any]] = None
    ) -> Tuple[int, Dict[str, Any]]:
        with self._lock:
            self.refused.append((method, description))
        more = {"parameters": parameters} if parameters else {}
        return code, {"ok": False, "error_code": code, "description": description, **more}

    def _updates_from(self, offset: int) -> List[Dict[str, Any]]:
        deadline = time.monotonic() + 0.2
        while True:
            with self._lock:
                self.updates = [update for update in self.updates if update["update_id"] >= offset]
                if self.updates or time.monotonic() > deadline:
                    return self.updates[:100]
            time.sleep(0.01)

    def _check_sendMessage(self, sent: Dict[str, Any]) -> Any:
        chat = sent.get("chat_id")
        if not isinstance(chat, int):
            return 400, "Bad Request: chat_id is empty"
        if chat in self.blocked:
            return 403, "Forbidden: bot was blocked by the user"
        if chat in self.moved:
            return 400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": self.moved[chat]}
        if sent.get("message_thread_id") in self.gone_topics:
            return 400, "Bad Request: message thread not found"
        text = sent.get("text")
        if not isinstance(text, str) or not text.strip():
            return 400, "Bad Request: message text is empty"
        if sent.get("parse_mode") not in (None, "HTML"):
            return 400, "Bad Request: unsupported parse_mode"
        if sent.get("parse_mode") == "HTML":
            markup = _Markup()
            markup.feed(text)
            markup.close()
            if markup.wrong or markup.open or not self.takes_html:
                return 400, f"Bad Request: can't parse entities: {markup.wrong or 'an open tag'}"
        if units(text_of(sent)) > self.most_units:
            return 400, "Bad Request: message is too long"
        rows = sent.get("reply_markup", {}).get("inline_keyboard", [])
        if sum(map(len, rows)) > 100 or any(not row or len(row) > 8 for row in rows):
            return 400, "Bad Request: reply markup is too long"
        for button in (button for row in rows for button in row):
            if not button.get("text", "").strip():
                return 400, "Bad Request: BUTTON_TEXT_INVALID"
            if not 1 <= len(button.get("callback_data", "").encode()) <= 64:
                return 400, "Bad Request: BUTTON_DATA_INVALID"
        unknown = set(sent) - {
            "chat_id",
            "text",
            "parse_mode",
            "reply_markup",
            "reply_parameters",
            "message_thread_id",
            "link_preview_options",
        }
        return (400, f"Bad Request: unknown {unknown}") if unknown else None

    def _check_answerCallbackQuery(self, sent: Dict[str, Any]) -> Any:
        if not sent.get("callback_query_id"):
            return 400, "Bad Request: query_id_invalid"
        return (400, "Bad Request: MESSAGE_TOO_LONG") if len(sent.get("text", "")) > 200 else None

    def _check_setWebhook(self, sent: Dict[str, Any]) -> Any:
        return (
            None if sent.get("url", "").startswith("https://") else (400, "Bad Request: bad webhook: HTTPS url needed")
        )

    def _check_setMyCommands(self, sent: Dict[str, Any]) -> Any:
        for command in sent["commands"]:
            if not 1 <= len(command["command"]) <= 32 or not 1 <= len(command["description"]) <= 256:
                return 400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID"
        return None
