"""The web channel: JSON over HTTP for a website's chat.

* ``POST /webhooks/web/session`` → ``{"token", "conversation", "expires_in"}``; with a valid token, the same conversation for longer.
* ``POST /webhooks/web/messages``, ``{"text", "id"}`` → lines of JSON: ``accepted``, each ``message`` when it is ready, ``done``. With
  ``"again": true``, a message that was answered before gets that answer, even when the server was restarted in between.
* ``GET /webhooks/web/history`` → ``{"turns": [{"id", "text", "replies"}]}``; ``id`` is the one that the client gave the message.
* ``POST /webhooks/web/feedback``, ``{"answer", "helpful", "reason"}`` → ``{"stored": true}``: what the person thinks of an answer, as it was
  received; ``reason`` (may be left out): ``not_my_question``, ``unclear``, ``too_long``, ``wrong`` or ``other``.
* ``DELETE /webhooks/web/conversation`` deletes what is kept of the conversation.
* ``GET /webhooks/web/words`` → names of conditions, wording of grades and what the operator has set, for a client that shows them.
* ``/webhooks/web/form`` is the same conversation as a page of plain HTML, for browsers without JavaScript.

All but the first and the last two need ``Authorization: Bearer <token>``; the form carries its token in a hidden field. Every error is
JSON, ``{"error": "a sentence"}``; that of the form is a page.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import json
import logging
import time
import uuid
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Sequence, Set

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from rasa.shared.core.events import BotUttered, Event, UserUttered
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw
from sanic.response import json as json_response

from legcramps import logs, settings
from legcramps.channels import form_render, guard, web_words
from legcramps.channels.feedback import FEEDBACK_FORM, read_judgement
from legcramps.channels.guard import AnswerOnce, Exchange, RateLimit, Refused
from legcramps.channels.replies import Reply, from_message, problem_reply
from legcramps.channels.too_long import unusable
from legcramps.channels.turns import forget

logger = logging.getLogger(__name__)

LONGEST_TURN = 30.0
"""Seconds; then the person hears that something went wrong. An ordinary turn takes a hundredth of one."""

BURST = 5
"""Minutes' worth of messages that may come at once."""

SHARED_ADDRESS = 10
"""An address may be a clinic or a school: it may send as much as so many sessions."""

Line = Dict[str, Any]
Handler = Callable[..., Awaitable[HTTPResponse]]

WORDS_SECONDS = 300
"""How long a browser may use the words without asking whether they are the same."""

FORM_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    # With "no-referrer" a browser would not say of which origin the page is that sends the form.
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class WebOutput(OutputChannel):
    """Passes each reply on whole: text, suggestions and envelope in one line."""

    def __init__(self, exchange: Exchange[Line]):
        self._exchange = exchange
        self.replies = 0

    @classmethod
    def name(cls) -> str:
        return WebChannel.name()

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        self.replies += 1
        self._exchange.add(_message_line(from_message(message)))


def _as_json(status: int, sentence: str, identifier: Optional[str] = None) -> HTTPResponse:
    return json_response({"error": sentence, **({"id": identifier} if identifier else {})}, status=status)


class WebChannel(InputChannel):
    """Sessions, messages and history over HTTP; see the module's description."""

    def __init__(self, current: Optional[settings.Settings] = None):
        self._settings = current or settings.read()
        self._secret = settings.read_secret(self._settings)
        self._once = AnswerOnce()
        rate = self._settings.rate_per_minute
        self._per_session = RateLimit(rate, rate * BURST)
        self._per_address = RateLimit(rate * SHARED_ADDRESS, rate * SHARED_ADDRESS * BURST)
        self._turns: Set[asyncio.Task[None]] = set()

    @classmethod
    def name(cls) -> str:
        return "web"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> WebChannel:
        # Everything it needs is in the environment (.env.example), so that no secret stands in credentials.yml.
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        routes = Blueprint("web_channel")

        @routes.post("/session")
        @self._answering
        async def open_session(request: Request) -> HTTPResponse:
            guard.check_size(len(request.body))
            conversation = uuid.uuid4().hex
            if request.headers.get("authorization"):
                conversation = self._conversation(request)
            return json_response(
                {
                    "token": self._token(conversation),
                    "conversation": conversation,
                    "expires_in": self._settings.session_seconds,
                }
            )

        @routes.post("/messages")
        @self._answering
        async def take_message(request: Request) -> Optional[HTTPResponse]:
            conversation = self._conversation(request)
            incoming = guard.read_body(request.body, request.headers.get("content-type"))
            before = await _replies_before(request, conversation, incoming) if incoming.again else ()
            exchange, new = self._once.begin(conversation, incoming.id)
            if new:
                self._start(self._answer(request, exchange, conversation, incoming, on_new_message, before))
            response = await request.respond(
                content_type="application/x-ndjson", headers={"cache-control": "no-store", **_cors(request)}
            )
            async for line in exchange.read():
                await response.send(json.dumps(line, ensure_ascii=False) + "\n")
            await response.eof()
            return None

        @routes.get("/history")
        @self._answering
        async def show_history(request: Request) -> HTTPResponse:
            tracker = await _store(request).retrieve_full_tracker(self._conversation(request))
            return json_response(
                {"turns": _turns(tracker.events if tracker else [])}, headers={"cache-control": "no-store"}
            )

        @routes.post("/feedback")
        @self._answering
        async def take_feedback(request: Request) -> HTTPResponse:
            conversation = self._conversation(request)
            item = guard.read_object(request.body, request.headers.get("content-type"), FEEDBACK_FORM)
            _store(request).statistics.judge(conversation, self.name(), read_judgement(item).as_dict())
            return json_response({"stored": True})

        @routes.delete("/conversation")
        @self._answering
        async def delete_conversation(request: Request) -> HTTPResponse:
            return json_response({"deleted": await self._forget(request, self._conversation(request))})

        @routes.get("/words")
        @self._answering
        async def show_words(request: Request) -> HTTPResponse:
            body = json.dumps(web_words.server_words(self._settings), ensure_ascii=False).encode()
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            headers = {"etag": tag, "cache-control": f"public, max-age={WORDS_SECONDS}"}
            if request.headers.get("if-none-match") == tag:
                return HTTPResponse(status=304, headers=headers)
            return raw(body, content_type="application/json", headers=headers)

        @routes.get("/form")
        @self._answering_with_a_page
        async def open_form(request: Request) -> HTTPResponse:
            return await self._form_page(request, uuid.uuid4().hex)

        @routes.post("/form")
        @self._answering_with_a_page
        async def take_form(request: Request) -> HTTPResponse:
            fields = guard.read_form(request.body, request.headers.get("content-type"))
            conversation = self._conversation(request, f"Bearer {fields.get('token', '')}")
            if fields.get("do") == "forget":
                await self._forget(request, conversation)
                return await self._form_page(request, conversation, self._words["deleted"])
            text, identifier = fields.get("choice") or fields.get("text", ""), fields.get("id", "")
            if not 1 <= len(identifier) <= guard.MAX_ID:
                raise Refused(400, "The form could not be read.")
            exchange, new = self._once.begin(conversation, identifier)
            if new:
                incoming = guard.Incoming(text, identifier)
                self._start(self._answer(request, exchange, conversation, incoming, on_new_message))
            # What is no part of the conversation, as nothing was understood or kept, is said above the form.
            aside = guard.read(text).problem is not None
            said = [line async for line in exchange.read() if line["type"] in ("message", "error")]
            notice = " ".join(line["text"] for line in said if aside or line["answer"].get("outcome") == "error")
            return await self._form_page(request, conversation, notice or None)

        for path in ("/session", "/messages", "/history", "/feedback", "/conversation", "/words"):
            # Browsers ask before a page of another origin may call.
            routes.add_route(self._answering(_no_content), path, methods=["OPTIONS"], name=f"ask_{path[1:]}")
        return routes

    # --- one message ------------------------------------------------------------------------------------------------

    async def _answer(
        self,
        request: Request,
        exchange: Exchange[Line],
        conversation: str,
        incoming: guard.Incoming,
        on_new_message: Callable[[UserMessage], Awaitable[Any]],
        before: Sequence[Reply] = (),
    ) -> None:
        exchange.add({"type": "accepted", "id": incoming.id})
        try:
            if before:
                for reply in before:
                    exchange.add(_message_line(reply))
                return
            heard = guard.read(incoming.text)
            if heard.problem:
                logger.info("turn conversation=%s unusable=%s", conversation, heard.problem)
                agent = request.app.ctx.agent
                for reply in await unusable(
                    heard.problem,
                    incoming.text,
                    self.name(),
                    lambda message: asyncio.wait_for(on_new_message(message), LONGEST_TURN),
                    lambda aside: forget(agent, aside),
                ):
                    exchange.add(_message_line(reply))
                return
            output = WebOutput(exchange)
            message = UserMessage(heard.text, output, conversation, input_channel=self.name(), message_id=incoming.id)
            await asyncio.wait_for(on_new_message(message), LONGEST_TURN)
            if not output.replies:
                # Rasa goes on in silence when an action server is down or an action fails there.
                logger.error("no reply conversation=%s", conversation)
                exchange.add(_error_line())
        except Exception as error:
            exchange.add(_error_line(logs.failure(logger, "web turn", error)))
        finally:
            exchange.add({"type": "done"})
            exchange.finish()

    def _start(self, turn: Awaitable[None]) -> None:
        # A turn is finished even when the client goes away, or memory and what was said would part.
        task = asyncio.ensure_future(turn)
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)

    # --- the page without JavaScript --------------------------------------------------------------------------------

    @property
    def _words(self) -> Mapping[str, str]:
        return web_words.widget_words(self._settings.root / "widget")

    @property
    def _form_words(self) -> Mapping[str, str]:
        return web_words.form_words(self._settings.root / "widget")

    async def _form_page(self, request: Request, conversation: str, notice: Optional[str] = None) -> HTTPResponse:
        tracker = await _store(request).retrieve_full_tracker(conversation)
        page = form_render.Page(
            words=self._words,
            form_words=self._form_words,
            names=web_words.server_words(self._settings),
            turns=_turns(tracker.events if tracker else []),
            token=self._token(conversation),
            message_id=uuid.uuid4().hex,
            notice=notice,
        )
        return html(form_render.render(page), headers=FORM_HEADERS)

    def _answering_with_a_page(self, handler: Handler) -> Handler:
        def refuse(status: int, sentence: str, identifier: Optional[str] = None) -> HTTPResponse:
            sentence = self._form_words["expired"] if status == 401 else sentence
            page = form_render.Page(
                self._words, self._form_words, web_words.server_words(self._settings), notice=sentence
            )
            return html(form_render.render(page), status=status, headers=FORM_HEADERS)

        return self._answering(handler, refuse)

    # --- what all routes share --------------------------------------------------------------------------------------

    def _answering(self, handler: Handler, refuse: Callable[..., HTTPResponse] = _as_json) -> Handler:
        """Checks origin and rate, and turns everything that goes wrong into a sentence, in the form that ``refuse`` gives it."""

        @functools.wraps(handler)
        async def answer(request: Request) -> Optional[HTTPResponse]:
            origin = request.headers.get("origin")
            try:
                if not guard.origin_allowed(origin, request.host, self._settings.origins):
                    raise Refused(
                        403, "Pages of this origin may not use this server; LEGCRAMPS_ORIGINS lists those that may."
                    )
                request.ctx.origin = origin
                self._per_address.check(
                    guard.client_address(request.ip, request.headers.get("x-forwarded-for"), self._settings.proxies)
                )
                response = await handler(request)
            except Refused as refused:
                response = refuse(refused.status, refused.sentence)
                if refused.retry_after:
                    response.headers["retry-after"] = str(refused.retry_after)
                if refused.status == 401:
                    response.headers["www-authenticate"] = "Bearer"
            except Exception as error:
                identifier = logs.failure(logger, f"web {request.method} {request.path}", error)
                if request.responded:
                    return None
                response = refuse(500, problem_reply("internal")["text"], identifier)
            if response is not None:
                response.headers.update(_cors(request))
            return response

        return answer

    def _conversation(self, request: Request, authorization: Optional[str] = None) -> str:
        if authorization is None:
            authorization = request.headers.get("authorization")
        conversation = guard.check_token(self._secret, authorization, time.time())
        self._per_session.check(conversation)
        return conversation

    def _token(self, conversation: str) -> str:
        return guard.issue_token(self._secret, conversation, time.time() + self._settings.session_seconds)

    async def _forget(self, request: Request, conversation: str) -> bool:
        async with request.app.ctx.agent.lock_store.lock(conversation):
            deleted = await _store(request).delete(conversation)
        self._once.forget(conversation)
        return deleted


async def _no_content(request: Request) -> HTTPResponse:
    return HTTPResponse(status=204)


def _cors(request: Request) -> Dict[str, str]:
    origin = getattr(request.ctx, "origin", None)
    if not origin:
        return {"vary": "Origin"}
    return {
        "vary": "Origin",
        "access-control-allow-origin": origin,
        "access-control-allow-methods": "GET, POST, DELETE",
        "access-control-allow-headers": "Authorization, Content-Type",
        "access-control-max-age": "600",
    }


def _store(request: Request) -> Any:
    """The tracker store itself; ``rasa run`` wraps it in one that knows nothing of deleting."""
    store = request.app.ctx.agent.tracker_store
    return getattr(store, "_tracker_store", store)


async def _replies_before(request: Request, conversation: str, incoming: guard.Incoming) -> Sequence[Reply]:
    """What was answered to a message whose sender does not know whether it came; nothing when it did not, or failed."""
    tracker = await _store(request).retrieve_full_tracker(conversation)
    turns = _turns(tracker.events if tracker else [])
    replies = next((turn["replies"] for turn in reversed(turns) if turn["id"] == incoming.id), ())
    return () if all(reply["answer"].get("outcome") == "error" for reply in replies) else replies


def _message_line(reply: Reply) -> Line:
    return {"type": "message", **reply}


def _error_line(identifier: Optional[str] = None) -> Line:
    return {"type": "error", **problem_reply("internal"), **({"id": identifier} if identifier else {})}


def _turns(events: List[Event]) -> List[Dict[str, Any]]:
    """What was said, turn by turn; a pressed button as its title."""
    turns: List[Dict[str, Any]] = []
    titles: Dict[str, str] = {}
    for event in events:
        if isinstance(event, UserUttered):
            text = titles.get(event.text, event.text)
            turns.append({"id": event.message_id, "text": text, "replies": []})
        elif isinstance(event, BotUttered) and turns:
            reply = from_message({"text": event.text, **event.data})
            turns[-1]["replies"].append(reply)
            titles.update({button["payload"]: button["title"] for button in reply["buttons"]})
    return turns
