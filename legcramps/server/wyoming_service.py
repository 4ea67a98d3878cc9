"""The smart home: a Wyoming `handle` service, which Home Assistant and other homes ask what to say to a sentence.

The home listens, writes down what it heard and sends it as a ``transcript``; the answer goes back as plain text, in the short
chunks of all voice channels, and the home's own voice says it. The protocol knows no passwords: only the home's network may reach it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import uuid
from collections import OrderedDict
from pathlib import Path
from typing import Any, Mapping, Optional
from urllib.parse import urlsplit

from wyoming.asr import Transcript
from wyoming.error import Error
from wyoming.event import Event
from wyoming.handle import Handled, NotHandled
from wyoming.info import Attribution, Describe, HandleModel, HandleProgram, Info
from wyoming.ping import Ping, Pong
from wyoming.server import AsyncEventHandler, AsyncServer

from legcramps import __version__, logs, settings
from legcramps.channels import guard, voice, voice_turn
from legcramps.channels.guard import RateLimit, Refused
from legcramps.channels.replies import problem_reply, words
from legcramps.channels.voice import VoiceMemory
from legcramps.server.assistant import Assistant

logger = logging.getLogger(__name__)

CHANNEL = "wyoming"

LONGEST_TURN = 10.0
"""Seconds; homes wait longer, people do not."""

SHARED_ADDRESS = 10
"""A home has several rooms: it may send as much as so many conversations."""

MAX_ID = 200

MOST_CONNECTIONS = 100
"""At once; one more closes the one that has been at rest longest. A home has a dozen satellites."""

LONGEST_REST = 25 * 3600.0
"""Seconds that a connection may be at rest. Cramps come at night: who asks each night finds it open, and one of a satellite that has lost
its power is not kept for ever."""

LONGEST_EVENT = 30.0
"""Seconds that the rest of an event may take once its first line is there."""


class WyomingError(RuntimeError):
    """The service cannot be started. The message is a sentence with the remedy."""


class WyomingService:
    """What all connections share: the assistant, and where each conversation is."""

    def __init__(self, assistant: Assistant, current: settings.Settings):
        self._assistant = assistant
        self._secret = settings.read_secret(current)
        rate = current.rate_per_minute * SHARED_ADDRESS
        self._per_address = RateLimit(rate, rate)
        self._memory = VoiceMemory()
        self._connections: OrderedDict[_Handler, None] = OrderedDict()
        self.info = _info(current).event()

    def opened(self, connection: _Handler) -> None:
        """Counts a connection; closes the one longest at rest when there are too many."""
        self._connections[connection] = None
        while len(self._connections) > MOST_CONNECTIONS:
            oldest, _ = self._connections.popitem(last=False)
            logger.warning("wyoming too many connections, closing the one longest at rest")
            oldest.cut()

    def heard(self, connection: _Handler) -> bool:
        """A connection is not at rest. False when it was closed: what came before that is not answered."""
        if connection not in self._connections:
            return False
        self._connections.move_to_end(connection)
        return True

    def closed(self, connection: _Handler) -> None:
        self._connections.pop(connection, None)

    async def handle(self, transcript: Transcript, connection: str, peer: str) -> Event:
        """The answer to one sentence. Never raises: a person hears it when something goes wrong.

        Args:
            connection: stands for the conversation where the home names none.
            peer: where the connection comes from.
        """
        given: Mapping[str, Any] = transcript.context if isinstance(transcript.context, Mapping) else {}
        context = _sendable(transcript.context) if given else None
        try:
            self._per_address.check(peer)
            named = given.get("conversation_id")
            usable = isinstance(named, str) and 0 < len(named) <= MAX_ID
            conversation = guard.pseudonym(self._secret, CHANNEL, named if usable else connection)
            return Handled(await self._say(conversation, str(transcript.text or "")), context).event()
        except Refused as refused:
            return NotHandled(refused.sentence, context).event()
        except Exception as error:
            logs.failure(logger, "wyoming sentence", error)
            return NotHandled(problem_reply("internal")["text"], context).event()

    async def _say(self, conversation: str, text: str) -> str:
        state = self._memory.get(conversation)
        if text.strip():
            say = self._assistant.agent.handle_message
            step = await voice_turn.hear(say, self._assistant.forget, CHANNEL, conversation, text, state, LONGEST_TURN)
        else:
            step = voice.silence(state)
        assert step.say is not None
        if step.say.ends:
            self._memory.forget(conversation)
            await self._assistant.forget(conversation)
        else:
            self._memory.put(conversation, step.state)
        return step.say.plain()


class _Handler(AsyncEventHandler):
    """One connection. Homes open one for each sentence; satellites keep theirs."""

    def __init__(self, service: WyomingService, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        super().__init__(_Bounded(reader), writer)  # type: ignore[arg-type]
        self._service = service
        self._connection = uuid.uuid4().hex
        self._peer = str((writer.get_extra_info("peername") or ("local",))[0])

    async def handle_event(self, event: Event) -> bool:
        if not self._service.heard(self):
            return False
        if Describe.is_type(event.type):
            await self.write_event(self._service.info)
        elif Ping.is_type(event.type):
            await self.write_event(Pong(text=_sendable((event.data or {}).get("text"))).event())
        elif Transcript.is_type(event.type):
            if not isinstance((event.data or {}).get("text"), str):
                await self.write_event(Error("The transcript has no text.", "bad-transcript").event())
                return True
            await self.write_event(
                await self._service.handle(Transcript.from_event(event), self._connection, self._peer)
            )
        # What else there is (sound, for example) is not for us, as the protocol asks.
        return True

    async def run(self) -> None:
        self._service.opened(self)
        try:
            await super().run()
        except Exception as error:
            # Whatever it is, nobody else may log it: its message may hold what was said.
            logger.info("wyoming connection ended kind=%s", type(error).__name__)
        finally:
            self._service.closed(self)
            self.writer.close()

    def cut(self) -> None:
        """Closes the connection at once, even where the other side reads nothing."""
        self.writer.transport.abort()


class _Bounded:
    """A connection's reader that takes nothing larger than a channel reads, and waits for nothing for ever."""

    def __init__(self, reader: asyncio.StreamReader):
        self._reader = reader

    async def readline(self) -> bytes:
        try:
            return await asyncio.wait_for(self._reader.readline(), LONGEST_REST)
        except asyncio.TimeoutError:
            # As if the other side had closed it.
            return b""

    async def readexactly(self, size: int) -> bytes:
        if size > guard.MAX_BODY:
            # The library takes it for the end of what it can read.
            raise ValueError("too large")
        return await asyncio.wait_for(self._reader.readexactly(size), LONGEST_EVENT)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)


def _sendable(value: Any) -> Any:
    """What a home sent, to be sent back as it came; None where that cannot be written (half a character in its ids)."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf8")
    except UnicodeEncodeError:
        return None
    return value


def check_address(uri: str) -> None:
    """WyomingError when nothing can listen at ``uri``. Asked before the seconds of loading."""
    parts = urlsplit(uri)
    if parts.scheme == "unix" and parts.path:
        if not os.access(Path(parts.path).parent, os.W_OK):
            raise WyomingError(
                f"The socket {parts.path} cannot be made there. Name one in a folder that can be written."
            )
        return
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme != "tcp" or not host or not port:
        raise WyomingError(f"'{uri}' is no address; write it like tcp://0.0.0.0:{settings.WYOMING_PORT}.")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise WyomingError(
            f"Cannot listen at {uri}: {error.strerror or error}. Name another with --uri or LEGCRAMPS_WYOMING_URI."
        ) from None


async def start(assistant: Assistant, current: settings.Settings, uri: str) -> AsyncServer:
    """The service, listening at ``uri``; end it with ``stop()``."""
    server = AsyncServer.from_uri(uri)
    await server.start(_handlers(assistant, current))
    return server


async def serve(assistant: Assistant, current: settings.Settings, uri: str) -> None:
    """Serves until told to stop (Ctrl-C or SIGTERM)."""
    from legcramps.server.app import tidy

    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, stopped.set)
    server = await start(assistant, current, uri)
    tidying = asyncio.ensure_future(tidy(assistant, current.keep_days))
    print(f"Ready. Tell the smart home of {uri} (Ctrl-C stops)", flush=True)
    await stopped.wait()
    tidying.cancel()
    await server.stop()


def _handlers(assistant: Assistant, current: settings.Settings) -> Any:
    service = WyomingService(assistant, current)
    return lambda reader, writer: _Handler(service, reader, writer)


def _info(current: settings.Settings) -> Info:
    whose = Attribution(name="night leg cramps", url=current.source_url or "")
    about: Optional[str] = f"{words('voice.welcome')} {words('voice.notice')}"
    common = {"attribution": whose, "installed": True, "description": about, "version": __version__}
    model = HandleModel(name="night-leg-cramps", languages=["en"], **common)
    return Info(handle=[HandleProgram(name="night-leg-cramps", models=[model], **common)])
