"""The phone channel, for Twilio Voice and those who work like it: a caller speaks or presses a key and hears the answer.

``POST /webhooks/phone/call`` takes every step of a call, and the news that it is over; nothing but what the phone company has signed.
Where a call stands is kept here, under a pseudonym of the call; no address holds anything of it. The caller's number is looked at for
counting and kept nowhere. When a call is over, what was said in it is deleted.

Keys: 1 more, 2 repeat, 9 urgent help, 0 end. Who falls silent twice hears goodbye. What the recogniser is unsure of is asked back,
unless it sounds like danger.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sanic.response import json as json_response

from legcramps import logs, settings
from legcramps.channels import guard, phone_render, voice, voice_turn
from legcramps.channels.guard import AnswerOnce, RateLimit, Refused
from legcramps.channels.phone_render import Line
from legcramps.channels.phone_request import Step as CallStep
from legcramps.channels.phone_request import is_signed, read_fields, read_step
from legcramps.channels.replies import recogniser_hints, spoken_problem, spoken_urgent, spoken_words, words
from legcramps.channels.speech import count_words
from legcramps.channels.voice import CONFIRM, Step, Utterance, VoiceMemory, VoiceState

logger = logging.getLogger(__name__)

LONGEST_TURN = 8.0
"""Seconds; the phone company rings off after fifteen."""

LONGEST_ECHO = 15
"""Words; what is longer is not said back to the caller."""

BURST = 5
"""Minutes' worth of steps that may come at once."""

MORE, REPEAT, URGENT, END = "1", "2", "9", "0"

SIGNATURES = ("x-twilio-signature", "x-signalwire-signature")

Say = Callable[[UserMessage], Awaitable[Any]]


class PhoneChannel(InputChannel):
    """Calls over HTTP; see the module's description."""

    def __init__(self, current: Optional[settings.Settings] = None, phone: Optional[settings.Phone] = None):
        self._settings = current or settings.read()
        self._phone = phone or settings.read_phone()
        if self._phone is None:
            logger.info("The phone is not set up: LEGCRAMPS_PHONE_TOKEN and LEGCRAMPS_PHONE_URL are not set.")
            return
        self._secret = settings.read_secret(self._settings)
        self._line = Line(self._phone.url, self._phone.language, self._phone.voice, recogniser_hints())
        rate = self._settings.rate_per_minute
        self._per_caller = RateLimit(rate, rate * BURST)
        self._once = AnswerOnce()
        self._memory = VoiceMemory()

    @classmethod
    def name(cls) -> str:
        return "phone"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> PhoneChannel:
        # Everything it needs is in the environment (.env.example), so that no secret stands in credentials.yml.
        return cls()

    def blueprint(self, on_new_message: Say) -> Blueprint:
        routes = Blueprint("phone_channel")
        if self._phone is None:
            return routes

        @routes.post("/call")
        async def take_step(request: Request) -> HTTPResponse:
            try:
                step = self._read(request)
            except Refused as refused:
                logger.warning("phone refused status=%d", refused.status)
                return json_response({"error": refused.sentence}, status=refused.status)
            conversation = guard.pseudonym(self._secret, self.name(), step.call)
            token = request.headers.get("i-twilio-idempotency-token")
            if not token:
                return _twiml(await self._reply(request, conversation, step, on_new_message))
            exchange, new = self._once.begin(conversation, token)
            if new:
                try:
                    exchange.add(await self._reply(request, conversation, step, on_new_message))
                finally:
                    exchange.finish()
            async for document in exchange.read():
                return _twiml(document)
            return _twiml(phone_render.nothing())

        return routes

    def _read(self, request: Request) -> CallStep:
        """The step of a call in a request. Refused when it is too large, not signed by the phone company, or belongs to no call."""
        guard.check_size(len(request.body))
        fields = read_fields(request.body, request.headers.get("content-type"))
        url = self._phone.url + (f"?{request.query_string}" if request.query_string else "")
        signature = next((request.headers[name] for name in SIGNATURES if name in request.headers), None)
        if not is_signed(self._phone.token, url, fields, signature, request.body):
            raise Refused(
                403, "The request is not signed by the phone company; LEGCRAMPS_PHONE_URL must be what it calls."
            )
        return read_step(fields)

    # --- one step of a call -----------------------------------------------------------------------------------------

    async def _reply(self, request: Request, conversation: str, call: CallStep, say: Say) -> bytes:
        """What to tell the phone company. Never raises: a caller hears a sentence when something goes wrong."""
        try:
            if call.ended:
                await self._forget(request, conversation)
                return phone_render.nothing()
            if call.caller:
                self._per_caller.check(guard.pseudonym(self._secret, "caller", call.caller))
            step = await self._next(request, conversation, call, say)
        except Refused:
            logger.warning("phone too many steps of one caller conversation=%s", conversation)
            step = Step(VoiceState(), Utterance((spoken_words("phone.busy"),), ends=True))
        except Exception as error:
            logs.failure(logger, "phone step", error)
            step = voice.answered([spoken_problem("internal")], self._memory.get(conversation))
        assert step.say is not None
        if step.say.ends:
            await self._forget(request, conversation)
            return phone_render.hang_up(self._line, step.say.ssml_body() or None)
        self._memory.put(conversation, step.state)
        return phone_render.listen(self._line, step.say.ssml_body())

    async def _next(self, request: Request, conversation: str, call: CallStep, say: Say) -> Step:
        state = self._memory.get(conversation)
        if call.key:
            return await self._press(request, call.key, conversation, state, say)
        if call.heard:
            return await self._hear(request, conversation, call, state, say)
        if not state.greeted:
            return _with(voice.opening(state), "phone.welcome_keys")
        return _after_silence(state)

    async def _press(self, request: Request, key: str, conversation: str, state: VoiceState, say: Say) -> Step:
        if key == URGENT:
            return voice.answered([spoken_urgent(self._settings.emergency_number)], replace(state, silences=0))
        meant = {MORE: "more", REPEAT: "repeat", END: "stop"}.get(key)
        if meant is None:
            question = voice.did_you_say(state) or words("voice.ask")
            again = Utterance((spoken_words("phone.keys"),), question, listens=True, slow=state.slow)
            return Step(replace(state, silences=0, greeted=True), again)
        return await voice_turn.hear(say, _store(request).delete, self.name(), conversation, meant, state, LONGEST_TURN)

    async def _hear(self, request: Request, conversation: str, call: CallStep, state: VoiceState, say: Say) -> Step:
        """What was said; asked back when the recogniser is unsure of it, once."""
        text, in_question = call.heard or "", CONFIRM in state.offers
        if not in_question and self._is_unsure(call):
            cleaned = guard.read(text)
            if not cleaned.problem and count_words(cleaned.text) <= LONGEST_ECHO:
                return await self._ask_back(request, conversation, cleaned.text, state, say)
        return await voice_turn.hear(say, _store(request).delete, self.name(), conversation, text, state, LONGEST_TURN)

    def _is_unsure(self, call: CallStep) -> bool:
        unsure = call.confidence is not None and call.confidence < self._phone.sure
        # A command is done at once, for it does no harm; but for the one that ends the call.
        return unsure and voice.command(call.heard or "") in (None, "stop")

    async def _ask_back(self, request: Request, conversation: str, text: str, state: VoiceState, say: Say) -> Step:
        # Danger does not wait for a yes. It is looked for apart from the talk, which is not to remember what was not said.
        aside = f"{conversation}-unsure"
        asked = await voice_turn.ask(say, self.name(), aside, text, LONGEST_TURN)
        try:
            await _store(request).delete(aside)
        except Exception as error:
            # Whoever is in danger hears so, whatever becomes of the store.
            logs.failure(logger, "phone aside", error)
        state = replace(state, silences=0, greeted=True)
        if asked.danger:
            return voice.answered(asked.replies, state)
        return voice.confirm(text, state)

    async def _forget(self, request: Request, conversation: str) -> None:
        """Deletes what was said in a call that is over: nobody can come back to it."""
        self._memory.forget(conversation)
        self._once.forget(conversation)
        try:
            async with request.app.ctx.agent.lock_store.lock(conversation):
                await _store(request).delete(conversation)
            logger.info("call over conversation=%s", conversation)
        except Exception as error:
            logs.failure(logger, "phone end", error)


def _after_silence(state: VoiceState) -> Step:
    """The question again, then goodbye. After words for an emergency: these again, and then the line is free for the call."""
    if not state.urgent:
        return voice.silence(state)
    again = voice.hear("repeat", state)
    if state.silences:
        return Step(again.state, replace(again.say, ends=True)) if again.say else voice.farewell(state)
    return replace(again, state=replace(again.state, silences=1))


def _with(step: Step, key: str) -> Step:
    """The step with a phrase of the phone's own before its question."""
    assert step.say is not None
    return replace(step, say=replace(step.say, ideas=(*step.say.ideas, spoken_words(key))))


def _twiml(document: bytes) -> HTTPResponse:
    return raw(document, content_type=phone_render.CONTENT_TYPE, headers={"cache-control": "no-store"})


def _store(request: Request) -> Any:
    """The tracker store itself; ``rasa run`` wraps it in one that knows nothing of deleting."""
    store = request.app.ctx.agent.tracker_store
    return getattr(store, "_tracker_store", store)
