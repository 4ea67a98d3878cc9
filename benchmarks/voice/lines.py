"""One question over each voice channel, as the phone company, Amazon and a smart home ask it: over the network, signed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import os
import re
import socket
import uuid
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, Tuple
from urllib.parse import urlencode
from xml.etree import ElementTree

from wyoming.asr import Transcript
from wyoming.client import AsyncClient
from wyoming.handle import Handled

from benchmarks.voice.report import Envelope, envelope_of
from legcramps import settings
from legcramps.channels import alexa_verify, voice_turn
from legcramps.channels.alexa_model import QUESTION_INTENT, QUESTION_SLOT
from legcramps.server import wyoming_service
from legcramps.server.assistant import Assistant
from tests.helpers import alexa
from tests.helpers.http import Client
from tests.helpers.server import serving

Say = Callable[[str, float], Tuple[str, bool]]
"""Text and the recogniser's confidence → what is said to that, and whether it was asked back first."""

PHONE = {"LEGCRAMPS_PHONE_TOKEN": "a token for these questions", "LEGCRAMPS_PHONE_URL": "https://voice.example/call"}


@contextmanager
def open_lines(assistant: Assistant) -> Iterator[Dict[str, Say]]:
    """The channels' names and how to ask over them; each question is a conversation of its own."""
    authority = alexa.Authority()
    chain, key = authority.issue()

    async def fetch(url: str) -> bytes:
        return chain

    # Amazon's part is played by an authority of our own.
    alexa_verify.fetch, alexa_verify.trusted_roots = fetch, lambda: authority.store
    os.environ.update(PHONE, LEGCRAMPS_ALEXA_SKILL=alexa.SKILL, LEGCRAMPS_RATE_PER_MINUTE="100000")
    with serving(assistant, settings.read()) as address:
        yield {
            "phone": lambda text, sure: _phone(address, text, sure),
            "alexa": lambda text, sure: (_alexa(address, key, text), False),
            "wyoming": lambda text, sure: (_wyoming(assistant, text), False),
        }


def answer_of(assistant: Assistant, text: str, spoken: bool) -> Envelope:
    """What a text gets: typed, as on the website, or ``spoken``, as on the voice channels."""

    async def ask() -> Envelope:
        conversation = uuid.uuid4().hex
        if spoken:
            asked = await voice_turn.ask(assistant.agent.handle_message, "phone", conversation, text, 30)
            replies: Any = asked.replies
        else:
            replies = (await assistant.turn(conversation, text)).replies
        await assistant.forget(conversation)
        return envelope_of(replies)

    return asyncio.run(ask())


def _phone(address: str, text: str, sure: float) -> Tuple[str, bool]:
    call = f"CA{uuid.uuid4().hex}"
    said = _step(address, call, SpeechResult=text, Confidence=str(sure))
    asked_back = said.startswith("Did you say")
    return (_step(address, call, SpeechResult="yes", Confidence="0.9") if asked_back else said), asked_back


def _step(address: str, call: str, **fields: str) -> str:
    form = {"CallSid": call, "From": "+15550100", "CallerCity": "", "CallStatus": "in-progress", **fields}
    signed = PHONE["LEGCRAMPS_PHONE_URL"] + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(PHONE["LEGCRAMPS_PHONE_TOKEN"].encode(), signed.encode(), hashlib.sha1).digest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": base64.b64encode(digest).decode(),
    }
    status, _, body = Client(address, open_session=False).request(
        "POST", "/webhooks/phone/call", urlencode(form), headers
    )
    assert status == 200, body
    return _text(ElementTree.fromstring(body))


def _alexa(address: str, key: Any, text: str) -> str:
    request = alexa.Session().intent(QUESTION_INTENT, **{QUESTION_SLOT: text})
    body = json.dumps(request)
    http = Client(address, open_session=False)
    status, _, answer = http.request("POST", "/webhooks/alexa/skill", body, alexa.sign(key, body.encode()))
    assert status == 200, answer
    return _text(ElementTree.fromstring(json.loads(answer)["response"]["outputSpeech"]["ssml"]))


def _wyoming(assistant: Assistant, text: str) -> str:
    async def ask() -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            uri = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
        server = await wyoming_service.start(assistant, settings.read(), uri)
        try:
            async with AsyncClient.from_uri(uri, 10, 30) as client:
                await client.write_event(Transcript(text).event())
                return Handled.from_event(await client.read_event()).text or ""
        finally:
            await server.stop()

    return asyncio.run(ask())


def _text(root: ElementTree.Element) -> str:
    text = "".join(f"{part} " if part[-1:] in ".?!:" else part for part in root.itertext())
    # An address of the next step is no speech.
    return re.sub(r"\s+", " ", re.sub(r"https?://\S+", "", text)).strip()
