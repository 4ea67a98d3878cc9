"""The smart home's service against odd homes and too many of them: over its own sockets, with an assistant made up here."""

import asyncio
import contextlib
import json
import logging
import socket
from types import SimpleNamespace

import pytest

from legcramps import settings
from legcramps.server import wyoming_service

QUESTION = "is it my statin"


async def answer(message):
    custom = {"answer": {"outcome": "answered"}}
    await message.output_channel.send_response(
        message.sender_id, {"text": f"You said {message.text}.", "custom": custom}
    )


async def forget(conversation):
    return None


ASSISTANT = SimpleNamespace(agent=SimpleNamespace(handle_message=answer), forget=forget)


def run(work):
    """Runs ``work(connect)`` with a service; ``connect()`` opens a connection to it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def main():
        server = await wyoming_service.start(ASSISTANT, settings.read(), f"tcp://127.0.0.1:{port}")
        writers = []

        async def connect():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writers.append(writer)
            return reader, writer

        try:
            return await asyncio.wait_for(work(connect), 30)
        finally:
            for writer in writers:
                writer.close()
            await server.stop()
            # What no task was waited for is complained of when it is collected.
            await asyncio.sleep(0.05)

    return asyncio.run(main())


async def send(connection, kind, **data):
    connection[1].write(json.dumps({"type": kind, "data": data}).encode() + b"\n")
    await connection[1].drain()


async def receive(connection):
    """The next event's type and data; None when the connection is closed."""
    with contextlib.suppress(ConnectionError):
        line = await asyncio.wait_for(connection[0].readline(), 10)
        if line:
            head = json.loads(line)
            data = await connection[0].readexactly(head.get("data_length") or 0)
            return head["type"], json.loads(data or b"{}")
    return None


# --- half a character


def test_a_home_whose_id_has_half_a_character_is_answered_and_nothing_of_it_is_logged(caplog):
    caplog.set_level(logging.INFO)

    async def work(connect):
        home = await connect()
        await send(home, "transcript", text=QUESTION, context={"conversation_id": "kitchen-0042\udc00"})
        first = await receive(home)
        await send(home, "transcript", text="repeat", context={"conversation_id": "kitchen-0042\udc00"})
        return first, await receive(home)

    first, again = run(work)
    assert first[0] == "handled"
    assert QUESTION in first[1]["text"]
    assert first[1].get("context") is None
    assert again == first, "the same home"
    assert "0042" not in caplog.text
    assert "statin" not in caplog.text


def test_a_context_that_can_be_written_comes_back_as_it_was():
    context = {"conversation_id": "küche", "more": [1, {"a": None}]}

    async def work(connect):
        home = await connect()
        await send(home, "transcript", text=QUESTION, context=context)
        return await receive(home)

    assert run(work)[1]["context"] == context


def test_a_ping_with_half_a_character_is_answered(caplog):
    async def work(connect):
        home = await connect()
        await send(home, "ping", text="secret\udc00")
        first = await receive(home)
        await send(home, "ping", text="1")
        return first, await receive(home)

    first, second = run(work)
    assert first == ("pong", {"text": None})
    assert second == ("pong", {"text": "1"})
    assert caplog.text == ""


def test_whatever_fails_only_its_kind_is_logged(caplog, monkeypatch):
    caplog.set_level(logging.INFO)

    async def fail(self, transcript, connection, peer):
        raise ValueError(transcript.text)

    monkeypatch.setattr(wyoming_service.WyomingService, "handle", fail)

    async def work(connect):
        home = await connect()
        await send(home, "transcript", text=QUESTION)
        return await receive(home)

    assert run(work) is None
    assert "kind=ValueError" in caplog.text
    assert "statin" not in caplog.text


# --- too many, too long


def test_one_connection_too_many_closes_the_one_longest_at_rest(monkeypatch):
    monkeypatch.setattr(wyoming_service, "MOST_CONNECTIONS", 3)

    async def work(connect):
        homes = []
        for _ in range(3):
            homes.append(await connect())
            await send(homes[-1], "ping", text="here")
            assert await receive(homes[-1])
        await send(homes[0], "ping", text="still here")
        await receive(homes[0])
        new = await connect()
        await send(new, "ping", text="new")
        heard = await receive(new)
        closed = await receive(homes[1])
        answers = []
        for home in (homes[0], homes[2], new):
            await send(home, "ping", text="and now")
            answers.append(await receive(home))
        return heard, closed, answers

    heard, closed, answers = run(work)
    assert heard == ("pong", {"text": "new"})
    assert closed is None
    assert answers == [("pong", {"text": "and now"})] * 3


def test_closed_connections_do_not_count(monkeypatch):
    monkeypatch.setattr(wyoming_service, "MOST_CONNECTIONS", 2)

    async def work(connect):
        first = await connect()
        for number in range(6):
            home = await connect()
            await send(home, "ping", text=str(number))
            assert await receive(home)
            home[1].close()
            await home[1].wait_closed()
            await asyncio.sleep(0.02)
        await send(first, "ping", text="first")
        return await receive(first)

    assert run(work) == ("pong", {"text": "first"})


def test_a_connection_at_rest_is_closed_in_the_end(monkeypatch, caplog):
    monkeypatch.setattr(wyoming_service, "LONGEST_REST", 0.2)

    async def work(connect):
        return await receive(await connect())

    assert run(work) is None
    assert caplog.text == ""


def test_an_event_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr(wyoming_service, "LONGEST_EVENT", 0.2)

    async def work(connect):
        home = await connect()
        home[1].write(b'{"type": "transcript", "data_length": 50}\n{')
        return await receive(home)

    assert run(work) is None


def test_a_satellite_may_be_silent_from_one_night_to_the_next():
    assert wyoming_service.LONGEST_REST > 24 * 3600
    assert wyoming_service.MOST_CONNECTIONS >= 50


@pytest.mark.parametrize("context", [None, [], "x", 5, {}, {"conversation_id": None}, {"conversation_id": "x" * 500}])
def test_a_context_of_any_kind_is_answered(context):
    async def work(connect):
        home = await connect()
        await send(home, "transcript", text=QUESTION, context=context)
        return await receive(home)

    assert run(work)[0] == "handled"
