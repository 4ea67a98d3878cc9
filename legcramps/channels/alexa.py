"""The Alexa channel: a custom skill, hosted here. How to set one up: docs/alexa.md.

``POST /webhooks/alexa/skill`` takes what Alexa sends, and nothing that Amazon has not signed for our skill. Where a talk stands travels in
the session's attributes. Neither the person's id nor the device's is kept: a session is known by a pseudonym, and what was said in it is deleted
when it is over.
"""

from __future__ import annotations

import hashlib
import logging
from typing import Any, Awaitable, Callable, Dict, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from legcramps import logs, settings
from legcramps.channels import alexa_render, guard, voice, voice_turn
from legcramps.channels.alexa_request import Incoming, Kind, read
from legcramps.channels.alexa_verify import Verifier
from legcramps.channels.guard import AnswerOnce, RateLimit, Refused
from legcramps.channels.replies import spoken_problem, spoken_words
from legcramps.channels.voice import Step, VoiceState

logger = logging.getLogger(__name__)

LONGEST_TURN = 5.0
"""Seconds that the assistant may take. Alexa waits eight, of which fetching a certificate may take two and a half."""

BURST = 5
"""Minutes' worth of requests of one person that may come at once."""

REMEMBERED = 300.0
"""Seconds that a request that comes again is known; older ones are refused by their time."""

_VERDICTS = {
    "answered": "YES",
    "not_covered": "MAYBE",
    "not_listed": "MAYBE",
    "clarify": "MAYBE",
    "urgent": "MAYBE",
    "crisis": "MAYBE",
}

Say = Callable[[UserMessage], Awaitable[Any]]


class AlexaChannel(InputChannel):
    """A skill over HTTP; see the module's description.

    Args:
        verifier: checks requests; made from the settings when not given.
    """

    def __init__(self, current: Optional[settings.Settings] = None, verifier: Optional[Verifier] = None):
        self._settings = current or settings.read()
        alexa = settings.read_alexa()
        self._verifier = verifier or (Verifier(alexa.skills) if alexa else None)
        if self._verifier is None:
            logger.info("Alexa is not set up: LEGCRAMPS_ALEXA_SKILL is not set.")
            return
        self._secret = settings.read_secret(self._settings)
        rate = self._settings.rate_per_minute
        self._per_person = RateLimit(rate, rate * BURST)
        self._once = AnswerOnce(seconds=REMEMBERED)

    @classmethod
    def name(cls) -> str:
        return "alexa"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> AlexaChannel:
        # Everything it needs is in the environment (.env.example), so that no secret stands in credentials.yml.
        return cls()

    def blueprint(self, on_new_message: Say) -> Blueprint:
        routes = Blueprint("alexa_channel")
        verifier = self._verifier
        if verifier is None:
            return routes

        @routes.post("/skill")
        async def take_request(request: Request) -> HTTPResponse:
            try:
                headers = {name.lower(): value for name, value in request.headers.items()}
                incoming = read(await verifier.read(headers, request.body))
            except Refused as refused:
                logger.warning("alexa refused status=%d", refused.status)
                return json_response({"error": refused.sentence}, status=refused.status)
            conversation = guard.pseudonym(self._secret, self.name(), incoming.session)
            identifier = incoming.identifier or hashlib.sha256(request.body).hexdigest()
            exchange, new = self._once.begin(conversation, identifier)
            if new:
                try:
                    exchange.add(await self._reply(request, conversation, incoming, on_new_message))
                finally:
                    exchange.finish()
            async for document in exchange.read():
                return json_response(document, headers={"cache-control": "no-store"})
            return json_response(alexa_render.nothing())

        return routes

    async def _reply(self, request: Request, conversation: str, incoming: Incoming, say: Say) -> Dict[str, Any]:
        """The response. Never raises: a person hears a sentence when something goes wrong."""
        try:
            if incoming.kind is Kind.OVER:
                await self._forget(request, conversation, incoming.reason or "unknown")
                return alexa_render.nothing()
            if incoming.kind is Kind.NOTHING:
                return alexa_render.nothing()
            self._per_person.check(guard.pseudonym(self._secret, "alexa person", incoming.user))
            if incoming.kind is Kind.CAN_FULFIL:
                return await self._can_fulfil(request, conversation, incoming, say)
            step = await self._next(request, conversation, incoming, say)
        except Refused:
            logger.warning("alexa too many requests of one person conversation=%s", conversation)
            step = voice.answered([spoken_problem("internal")], VoiceState(greeted=True))
        except Exception as error:
            logs.failure(logger, "alexa request", error)
            step = voice.answered([spoken_problem("internal")], incoming.state)
        if incoming.kind is Kind.CAN_FULFIL:
            # It went wrong, and Alexa takes nothing but a verdict here.
            return alexa_render.can_fulfil("NO", incoming.slots)
        document = alexa_render.response(step)
        if document["response"]["shouldEndSession"]:
            await self._forget(request, conversation, "done")
        return document

    async def _next(self, request: Request, conversation: str, incoming: Incoming, say: Say) -> Step:
        state = incoming.state
        if not incoming.english:
            return Step(state, voice.Utterance((spoken_words("out_of_scope.language"),), ends=True))
        if incoming.kind is Kind.OPEN:
            return voice.opening(state)
        if incoming.kind is Kind.LOST:
            return voice.not_heard(state)
        return await voice_turn.hear(
            say, _store(request).delete, self.name(), conversation, incoming.text, state, LONGEST_TURN
        )

    async def _can_fulfil(self, request: Request, conversation: str, incoming: Incoming, say: Say) -> Dict[str, Any]:
        """Asks the assistant apart from any talk, and leaves nothing of it behind."""
        heard = guard.read(incoming.text)
        if not incoming.ours or heard.problem or not incoming.english:
            return alexa_render.can_fulfil("NO", incoming.slots)
        if voice.command(heard.text):
            return alexa_render.can_fulfil("YES", incoming.slots)
        aside = f"{conversation}-{guard.pseudonym(self._secret, 'alexa aside', incoming.identifier)}"
        asked = await voice_turn.ask(say, self.name(), aside, heard.text, LONGEST_TURN)
        try:
            await _store(request).delete(aside)
        except Exception as error:
            logs.failure(logger, "alexa aside", error)
        outcomes = [_VERDICTS.get(str(reply["answer"].get("outcome")), "NO") for reply in asked.replies]
        return alexa_render.can_fulfil(next((v for v in ("YES", "MAYBE") if v in outcomes), "NO"), incoming.slots)

    async def _forget(self, request: Request, conversation: str, reason: str) -> None:
        """Deletes what was said in a session that is over: nobody can come back to it."""
        self._once.forget(conversation)
        try:
            async with request.app.ctx.agent.lock_store.lock(conversation):
                await _store(request).delete(conversation)
            logger.info("alexa session over conversation=%s reason=%s", conversation, reason)
        except Exception as error:
            logs.failure(logger, "alexa end", error)


def _store(request: Request) -> Any:
    """The tracker store itself; ``rasa run`` wraps it in one that knows nothing of deleting."""
    store = request.app.ctx.agent.tracker_store
    return getattr(store, "_tracker_store", store)
