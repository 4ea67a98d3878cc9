"""The smart home, from the home's side: with the Wyoming package's own client, sentence by sentence."""

import asyncio
import json
import logging
import re
import socket
import uuid

import pytest
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncClient
from wyoming.handle import Handled, NotHandled
from wyoming.info import Describe, Info
from wyoming.ping import Ping, Pong

from legcramps import settings
from legcramps.server import wyoming_service
from tests.helpers.http import Process

QUESTION = "what are the causes of night leg cramps?"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def home(assistant):
    """``home(coroutine)``: runs it with the address of a service around the assistant."""

    def run(work, **environment):
        async def main():
            uri = f"tcp://127.0.0.1:{free_port()}"
            server = await wyoming_service.start(assistant, settings.read(), uri)
            try:
                return await asyncio.wait_for(work(uri), 60)
            finally:
                await server.stop()

        return asyncio.run(main())

    return run


async def ask(uri, text, conversation=None, client=None):
    """One sentence as Home Assistant sends it: over a connection of its own, with the conversation's id beside it."""
    if client is None:
        async with AsyncClient.from_uri(uri, 10, 30) as client:
            return await ask(uri, text, conversation, client)
    context = {"conversation_id": conversation} if conversation else None
    await client.write_event(Transcript(text, context=context, language="en").event())
    event = await client.read_event()
    assert Handled.is_type(event.type), event
    handled = Handled.from_event(event)
    assert handled.context == context
    return handled.text


def test_the_service_says_what_it_is(home):
    async def work(uri):
        async with AsyncClient.from_uri(uri, 10, 30) as client:
            await client.write_event(Describe().event())
            return Info.from_event(await client.read_event())

    info = home(work)
    (program,) = info.handle
    assert program.installed
    assert not program.supports_home_control
    assert [language for model in program.models for language in model.languages] == ["en"]
    assert not info.asr
    assert not info.tts


def test_a_talk_over_a_connection_for_each_sentence(home):
    async def work(uri):
        talk = uuid.uuid4().hex
        return [
            await ask(uri, text, talk)
            for text in (QUESTION, "repeat", "more", "can anemia do this?", "how sure is that?")
        ]

    causes, again, more, anemia, sure = home(work)
    assert "cause" in causes
    assert again == causes
    assert more not in ("", causes)
    assert "anemia" in anemia
    assert "anemia" in sure or "linked" in sure


def test_answers_are_plain_and_short(home):
    async def work(uri):
        return [
            await ask(uri, text)
            for text in (
                QUESTION,
                "which conditions are linked?",
                "does magnesium help?",
                "what eases a cramp?",
                "hello",
            )
        ]

    for text in home(work):
        assert len(text.split()) <= 60
        assert not re.search(r"[<>\[\]{}*_#/\\]|https?:", text), text


def test_conversations_do_not_hear_each_other(home):
    async def work(uri):
        await ask(uri, "can anemia do this?", "one")
        await ask(uri, "what eases a cramp?", "two")
        return await ask(uri, "repeat", "one"), await ask(uri, "repeat", "two")

    one, two = home(work)
    assert "anemia" in one
    assert "anemia" not in two


def test_without_an_id_a_connection_is_a_conversation(home):
    async def work(uri):
        async with AsyncClient.from_uri(uri, 10, 30) as client:
            first = await ask(uri, QUESTION, client=client)
            return first, await ask(uri, "repeat", client=client), await ask(uri, "repeat")

    first, again, other = home(work)
    assert again == first
    assert other != first


def test_danger_comes_first(home):
    async def work(uri):
        return await ask(uri, "I have chest pain and cannot breathe")

    assert home(work).startswith("This could be an emergency.")


def test_saying_stop_ends_the_conversation_and_deletes_it(home, assistant):
    async def work(uri):
        talk = uuid.uuid4().hex
        before = len(await assistant.store.keys())
        await ask(uri, QUESTION, talk)
        kept = len(await assistant.store.keys())
        goodbye = await ask(uri, "stop", talk)
        return kept - before, goodbye, len(await assistant.store.keys()) - before

    kept, goodbye, left = home(work)
    assert kept == 1
    assert "Goodbye" in goodbye
    assert left == 0


def test_it_is_alive_and_leaves_sound_alone(home):
    async def work(uri):
        async with AsyncClient.from_uri(uri, 10, 30) as client:
            await client.write_event(AudioStart(16000, 2, 1).event())
            await client.write_event(AudioChunk(16000, 2, 1, b"\0" * 2048).event())
            await client.write_event(AudioStop().event())
            await client.write_event(Ping("1").event())
            return Pong.from_event(await client.read_event()).text

    assert home(work) == "1"


def test_nothing_said_is_asked_about(home):
    async def work(uri):
        return await ask(uri, " ")

    assert home(work).endswith("?")


@pytest.mark.parametrize(
    "sent",
    [
        b"not json\n",
        b"[1]\n",
        b'{"type": 5}\n',
        b'{"data": {}}\n',
        b'{"type": "transcript", "data_length": 99999999}\n',
        b'{"type": "transcript", "payload_length": 9999999999}\n',
        b'{"type": "transcript", "data_length": "x"}\n',
        b'{"type": "transcript", "data_length": 3}\n[1]',
        b'{"type": "transcript"',
        b"x" * 200_000 + b"\n",
        b"\xff\xfe\n",
    ],
    ids=lambda sent: repr(sent[:40]),
)
def test_nonsense_ends_the_connection_and_nothing_else(home, sent, caplog):
    async def work(uri):
        host, port = uri.removeprefix("tcp://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        writer.write_eof()
        try:
            await asyncio.wait_for(reader.read(), 10)
        except ConnectionError:
            pass
        writer.close()
        return await ask(uri, QUESTION)

    assert "cause" in home(work)
    assert "never retrieved" not in caplog.text


def test_a_transcript_without_text_is_an_error_event(home):
    async def work(uri):
        host, port = uri.removeprefix("tcp://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b'{"type": "transcript", "data": {"text": 5}}\n')
        line = json.loads(await asyncio.wait_for(reader.readline(), 10))
        writer.close()
        return line

    assert home(work)["type"] == "error"


def test_when_the_assistant_breaks_the_home_hears_it(home, assistant, monkeypatch):
    async def broken(message):
        raise RuntimeError(message.text)

    monkeypatch.setattr(assistant.agent, "handle_message", broken)

    async def work(uri):
        return await ask(uri, QUESTION)

    assert "went wrong" in home(work)


def test_too_many_sentences_are_asked_to_wait(home, monkeypatch):
    monkeypatch.setenv("LEGCRAMPS_RATE_PER_MINUTE", "1")

    async def work(uri):
        async with AsyncClient.from_uri(uri, 10, 30) as client:
            for _ in range(11):
                await client.write_event(Transcript("hello").event())
                event = await client.read_event()
            return event

    event = home(work)
    assert NotHandled.is_type(event.type)
    assert "wait" in NotHandled.from_event(event).text


def test_what_is_said_and_the_homes_ids_are_not_logged(home, caplog):
    caplog.set_level(logging.INFO)

    async def work(uri):
        await ask(uri, "can anemia do this to Ada Lovelace?", "kitchen-satellite-0042")

    home(work)
    assert "conversation=" in caplog.text
    for secret in ("anemia do", "Lovelace", "kitchen", "0042"):
        assert secret not in "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("legcramps"))


@pytest.mark.parametrize(
    "uri", ["here", "http://127.0.0.1:1", "tcp://127.0.0.1", "tcp://127.0.0.1:port", "unix:///no/such/folder/s"]
)
def test_an_address_that_cannot_be_used_is_a_sentence(uri):
    with pytest.raises(wyoming_service.WyomingError) as error:
        wyoming_service.check_address(uri)
    assert str(error.value).endswith(".")


def test_an_address_in_use_is_a_sentence():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(wyoming_service.WyomingError, match="in use"):
            wyoming_service.check_address(f"tcp://127.0.0.1:{other.getsockname()[1]}")


@pytest.mark.slow
def test_the_command_serves_until_it_is_stopped(trained_model, tmp_path):
    uri = f"tcp://127.0.0.1:{free_port()}"
    process = Process(["-m", "legcramps.cli", "wyoming", "--uri", uri], {"LEGCRAMPS_VAR": str(tmp_path)})
    process.wait_for("Ready")

    async def work():
        for _ in range(100):
            try:
                return await ask(uri, QUESTION)
            except OSError:
                await asyncio.sleep(0.1)

    assert "cause" in asyncio.run(work())
    host, port = uri.removeprefix("tcp://").split(":")
    with socket.create_connection((host, int(port))):
        # A satellite that keeps its connection holds nothing up.
        assert process.stop() == 0
