"""How messages wait for their turn, and danger in one that is too long; with an assistant that is only pretended."""

import asyncio
import re
import time
from urllib.parse import urlencode

import pytest
from rasa.shared.core.events import UserUttered

from legcramps.channels.too_long import LOOKED_AT, PART, parts_of
from tests.helpers.http import Client
from tests.helpers.pretended import CHEST, Pretended


def outcomes(replies):
    return [reply["answer"]["outcome"] for reply in replies]


@pytest.mark.alone
@pytest.mark.parametrize("again", [True, False], ids=["known", "too many"])
def test_one_who_floods_the_channel_holds_up_nobody_else(again, monkeypatch):
    from legcramps.channels import turns as module

    # So long that nobody could take the wait for a slow machine.
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    assistant = Pretended()

    async def run():
        turns = assistant.turns(limit=1)
        flooding = True

        async def flood():
            number = 0
            while flooding:
                number += 1
                turns.take("flooder", "the same" if again else str(number), lambda: asyncio.sleep(0))
                await asyncio.sleep(0.001)

        task = asyncio.ensure_future(flood())
        await asyncio.sleep(0.05)
        seconds = []
        for number in range(5):
            started = time.monotonic()
            await turns.ask(f"other {number}", "hello")
            seconds.append(time.monotonic() - started)
        flooding = False
        await task
        return sorted(seconds)[2]

    assert asyncio.run(run()) < 0.5


@pytest.mark.alone
def test_many_messages_a_second_are_answered_as_fast_as_they_come():
    assistant = Pretended(seconds=0.001)

    async def run():
        turns = assistant.turns()
        answered = []

        async def work(number):
            answered.extend(await turns.ask(f"person {number}", "hello"))

        for number in range(100):
            turns.take(f"person {number}", "1", lambda number=number: work(number))
            await asyncio.sleep(0.01)
        at_the_end = len(answered)
        await turns.finish(10)
        return at_the_end, len(answered)

    at_the_end, all_of_them = asyncio.run(run())
    assert all_of_them == 100
    assert at_the_end > 60, "they are not to pile up while others come"


def test_what_is_marked_as_known_is_not_done():
    async def run():
        turns = Pretended().turns()
        turns.mark_known("a", "album:1")
        return turns.take("a", "album:1", None), turns.take("b", "album:1", lambda: asyncio.sleep(0))

    assert asyncio.run(run()) == (False, True)


@pytest.mark.parametrize(
    "text",
    [
        CHEST + " and" * 700,
        "and " * 700 + CHEST,
        "and " * 700 + CHEST + " and" * 700,
        "and " * 2000 + CHEST + " and" * 10_000,
        "\n" * 3000 + CHEST + " and" * 700 + " " * 3000,
    ],
)
@pytest.mark.parametrize("fails", [(), ("forget",)], ids=["", "nothing can be deleted"])
def test_danger_in_a_message_that_is_too_long_is_answered(text, fails):
    assistant = Pretended(fails)
    replies = asyncio.run(assistant.turns().ask("person", text))
    assert outcomes(replies) == ["urgent"]
    if not fails:
        assert assistant.conversations == set(), "what was looked at aside is not kept"
    assert max(map(len, assistant.heard)) <= 1000


@pytest.mark.parametrize("length", [2001, 2500, 5000, 19_999, 20_000, 20_001, 64_000])
def test_parts_of_a_long_message_leave_no_sentence_between_them(length):
    text = "".join(f"{number:08}" for number in range(length // 8 + 1))[:length]
    looked_at = parts_of(text)
    ends = text[: LOOKED_AT // 2] + text[-LOOKED_AT // 2 :] if length > LOOKED_AT else text
    assert all(
        any(ends[at : at + 150] in part for part in looked_at)
        for at in range(0, LOOKED_AT // 2 - 200, 7)
        if at + 150 <= len(ends)
    )
    assert max(map(len, looked_at)) <= PART
    assert looked_at[0] == text[:PART]
    assert looked_at[1] == text[-PART:]
    assert sum(map(len, looked_at)) < 1.5 * min(length, LOOKED_AT) + 2 * PART


@pytest.mark.parametrize("fails", [(), ("say",)], ids=["", "the assistant fails"])
def test_without_danger_it_is_too_long(fails):
    assistant = Pretended(fails)
    replies = asyncio.run(assistant.turns().ask("person", "my leg hurts " * 300))
    assert outcomes(replies) == ["error"]
    assert "2,000 characters" in replies[0]["text"]
    assert "person" not in assistant.conversations, "the talk does not remember half of what was said"
    assert assistant.conversations == set()


def test_what_says_nothing_is_not_looked_at():
    assistant = Pretended()
    assert outcomes(asyncio.run(assistant.turns().ask("person", "." * 5000))) == ["error"]
    assert assistant.heard == []


def test_the_assistant_in_this_process_does_the_same():
    from legcramps.server.assistant import Assistant

    pretended = Pretended()
    assistant = Assistant(pretended.agent())
    result = asyncio.run(assistant.turn("person", CHEST + " and" * 700))
    assert outcomes(result.replies) == ["urgent"]
    assert (result.intent, pretended.conversations) == ("unusable", set())
    assert outcomes(asyncio.run(assistant.turn("person", "and " * 700)).replies) == ["error"]


@pytest.fixture(scope="module")
def web():
    """A server around an assistant that is only pretended, but keeps conversations as the real one does; and that store."""
    from legcramps import settings
    from legcramps.server.agent import LocalAgent
    from legcramps.server.assistant import Assistant
    from legcramps.server.stores import ConversationStore, QueueLockStore
    from tests.helpers.server import serving

    class Agent(LocalAgent):
        async def handle_message(self, message):
            tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
            tracker.update(UserUttered(message.text, input_channel="web"))
            await self.tracker_store.save(tracker)
            await Pretended().say(message)

    store = ConversationStore(path=":memory:")
    agent = Agent(tracker_store=store, lock_store=QueueLockStore())
    with serving(Assistant(agent), settings.read()) as address:
        yield address, store


def test_on_the_web_too_and_nothing_of_it_is_kept(web):
    address, store = web
    client = Client(address)
    assert outcomes(client.say(CHEST + " and" * 700)) == ["urgent"]
    assert outcomes(client.say("and " * 700)) == ["error"]
    assert store._connection.execute("select count(*) from events").fetchone() == (0,)


def test_the_page_without_javascript_shows_it(web):
    address, _ = web
    client = Client(address)
    status, _, page = client.request("GET", "/webhooks/web/form")
    assert status == 200
    token = re.search(r'name="token" value="([^"]+)"', page).group(1)
    fields = urlencode({"token": token, "id": "1", "text": CHEST + " and" * 700})
    kind = {"content-type": "application/x-www-form-urlencoded"}
    status, _, page = client.request("POST", "/webhooks/web/form", fields, kind)
    assert (status, f"said to: {CHEST}" in page) == (200, True)
