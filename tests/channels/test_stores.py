"""Where conversations are kept, and who may change one at a time."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest
from rasa.core.lock_store import LockError
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from legcramps.server import stores
from legcramps.server.stores import TURNS_IN_VIEW, ConversationStore, QueueLockStore, StoreError

REPO = Path(__file__).resolve().parents[2]

DOMAIN = Domain.from_yaml("""
version: "3.1"
intents: [ask_causes]
actions: [action_answer, action_forget_me]
slots:
  memory: {type: any, influence_conversation: false, mappings: [{type: custom}]}
  steering: {type: text, influence_conversation: true, mappings: [{type: custom}]}
""")


@pytest.fixture
def store(tmp_path):
    store = ConversationStore(DOMAIN, path=tmp_path / "c.db")
    yield store
    store.close()


def run(coroutine):
    return asyncio.run(coroutine)


async def turn(store, number, conversation="a", action="action_answer"):
    """One turn as Rasa would play it."""
    tracker = await store.get_or_create_tracker(conversation, append_action_listen=False)
    if not tracker.events:
        for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
            tracker.update(event, DOMAIN)
    for event in (
        UserUttered(f"text {number}", {"name": "ask_causes", "confidence": 0.9}),
        ActionExecuted(action),
        BotUttered(f"reply {number}", {"custom": {"answer": {"outcome": "answered"}}}),
        SlotSet("memory", number),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event, DOMAIN)
    await store.save(tracker)


async def turns(store, count, conversation="a"):
    for number in range(count):
        await turn(store, number, conversation)


def texts(tracker):
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


def test_what_is_saved_is_there_after_a_restart(tmp_path):
    store = ConversationStore(DOMAIN, path=tmp_path / "c.db")
    run(turns(store, 3))
    store.close()
    again = ConversationStore(DOMAIN, path=tmp_path / "c.db")
    tracker = run(again.retrieve("a"))
    assert texts(tracker) == ["text 0", "text 1", "text 2"]
    assert tracker.get_slot("memory") == 2
    assert tracker.latest_action_name == "action_listen"
    assert list(run(again.keys())) == ["a"]


def test_an_unknown_conversation_is_none(store):
    assert run(store.retrieve("nobody")) is None
    assert run(store.retrieve_full_tracker("nobody")) is None


def test_rasa_sees_the_last_turns_and_all_slots(store):
    run(turns(store, TURNS_IN_VIEW + 5))
    tracker = run(store.retrieve("a"))
    assert texts(tracker) == [f"text {number}" for number in range(5, TURNS_IN_VIEW + 5)]
    assert tracker.get_slot("memory") == TURNS_IN_VIEW + 4
    assert len(texts(run(store.retrieve_full_tracker("a")))) == TURNS_IN_VIEW + 5


def test_the_policies_look_no_further_back_than_they_can_see():
    from rasa.shared.utils.io import read_config_file

    policies = read_config_file(REPO / "config.yml")["policies"]
    assert max(policy.get("max_history", 0) for policy in policies) <= 2 * TURNS_IN_VIEW


def test_the_slots_survive_a_copy_of_the_tracker(store):
    run(turns(store, TURNS_IN_VIEW + 5))
    assert run(store.retrieve("a")).copy().get_slot("memory") == TURNS_IN_VIEW + 4


def test_a_slot_that_steers_keeps_its_place_among_the_turns(store):
    async def scene():
        await turn(store, 0)
        tracker = await store.retrieve("a")
        tracker.update(SlotSet("steering", "on"), DOMAIN)
        await store.save(tracker)
        await turn(store, 1)
        return await store.retrieve("a")

    tracker = run(scene())
    kinds = [type(event).__name__ for event in tracker.events]
    assert tracker.get_slot("steering") == "on"
    assert kinds.index("UserUttered") < max(
        i for i, e in enumerate(tracker.events) if isinstance(e, SlotSet) and e.key == "steering"
    )


def test_the_hundredth_turn_reads_no_more_than_the_tenth(store):
    run(turns(store, 10))
    few = len(run(store.retrieve("a")).events)
    run(turns(store, 90))
    assert len(run(store.retrieve("a")).events) == few


def test_a_new_session_starts_anew(store):
    async def scene():
        await turns(store, 2)
        tracker = await store.retrieve("a")
        for event in (ActionExecuted("action_session_start"), SessionStarted(), ActionExecuted("action_listen")):
            tracker.update(event, DOMAIN)
        await store.save(tracker)
        await turn(store, 7)
        return await store.retrieve("a")

    tracker = run(scene())
    assert texts(tracker) == ["text 7"]
    assert len(texts(run(store.retrieve_full_tracker("a")))) == 3


def test_what_nothing_reads_again_is_not_kept(store):
    async def scene():
        tracker = await store.get_or_create_tracker("a")
        parsed = {"intent": {"name": "ask_causes"}, "entities": [], "intent_ranking": [1, 2, 3], "signals": ["cramp"]}
        tracker.update(UserUttered("text", parsed["intent"], [], parsed), DOMAIN)
        await store.save(tracker)
        return tracker.latest_message, (await store.retrieve("a")).latest_message

    told, kept = run(scene())
    assert told.parse_data["intent_ranking"], "whoever holds the event keeps all of it"
    assert "intent_ranking" not in kept.parse_data
    assert kept.parse_data["signals"] == ["cramp"]


def test_saving_twice_keeps_everything_once(store):
    async def scene():
        tracker = await store.get_or_create_tracker("a")
        tracker.update(UserUttered("text"), DOMAIN)
        await store.save(tracker)
        tracker = await store.retrieve("a")
        await store.save(tracker)
        await store.save(tracker)

    run(scene())
    assert texts(run(store.retrieve_full_tracker("a"))) == ["text"]


def test_deleting_removes_every_trace_from_the_file(tmp_path):
    store = ConversationStore(DOMAIN, path=tmp_path / "c.db")
    run(turns(store, 2, "a"))
    run(turns(store, 1, "b"))
    assert run(store.delete("a"))
    assert not run(store.delete("a"))
    assert run(store.retrieve("a")) is None
    assert texts(run(store.retrieve("b"))) == ["text 0"]
    assert b"text 1" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_turn_that_asks_to_forget_is_not_kept_nor_what_came_before(store):
    run(turns(store, 2))
    run(turn(store, 3, action="action_forget_me"))
    assert run(store.retrieve_full_tracker("a")) is None
    run(turn(store, 4))
    assert texts(run(store.retrieve("a"))) == ["text 4"]


def test_conversations_at_rest_are_deleted_and_others_kept(store):
    run(turns(store, 1, "old"))
    store._connection.execute("update conversations set updated = ?", (time.time() - 40 * 86400,))
    run(turns(store, 1, "new"))
    assert run(store.delete_older_than(30)) == 1
    assert list(run(store.keys())) == ["new"]
    assert run(store.retrieve_full_tracker("old")) is None


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="LEGCRAMPS_VAR"):
        ConversationStore(DOMAIN, path=tmp_path / "file" / "c.db")


def test_a_file_that_is_no_database_is_a_sentence(tmp_path):
    (tmp_path / "c.db").write_text("this is no database at all, but long enough to be looked at" * 20)
    with pytest.raises(StoreError, match="not a database"):
        ConversationStore(DOMAIN, path=tmp_path / "c.db")


def test_a_database_that_fails_raises(store, monkeypatch):
    run(turns(store, 1))
    tracker = run(store.retrieve("a"))
    tracker.update(UserUttered("text"), DOMAIN)
    closed = sqlite3.connect(":memory:")
    closed.close()
    with monkeypatch.context() as patch:
        patch.setattr(store, "_connection", closed)
        for call in (store.retrieve("a"), store.save(tracker), store.delete("a"), store.keys()):
            with pytest.raises(StoreError):
                run(call)


def test_a_full_disk_is_a_sentence_and_what_was_kept_stays(store):
    run(turns(store, 1))
    (pages,) = store._connection.execute("pragma page_count").fetchone()
    store._connection.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(StoreError, match=r"full.*disk is not full"):
        run(turns(store, 200))
    assert "text 0" in texts(run(store.retrieve_full_tracker("a")))


def test_a_tracker_from_elsewhere_is_kept_whole(store):
    tracker = DialogueStateTracker.from_events("a", [UserUttered("text"), SlotSet("memory", 1)], DOMAIN.slots)
    run(store.save(tracker))
    assert texts(run(store.retrieve("a"))) == ["text"]
    assert run(store.retrieve("a")).get_slot("memory") == 1


# --- one at a time


def test_turns_of_one_conversation_wait_for_each_other_in_order():
    async def scene():
        locks, order = QueueLockStore(), []

        async def one(number):
            async with locks.lock("a"):
                order.append(("in", number))
                await asyncio.sleep(0)
                order.append(("out", number))

        await asyncio.gather(*(one(number) for number in range(5)))
        return order, locks

    order, locks = run(scene())
    assert order == [(way, number) for number in range(5) for way in ("in", "out")]
    assert not locks._queues, "nothing is left behind"


def test_conversations_do_not_wait_for_each_other():
    async def scene():
        locks = QueueLockStore()
        async with locks.lock("a"), locks.lock("b"):
            return True

    assert run(asyncio.wait_for(scene(), 5))


def test_the_next_goes_on_after_an_error():
    async def scene():
        locks = QueueLockStore()
        with pytest.raises(ValueError, match="inside"):
            async with locks.lock("a"):
                raise ValueError("inside")
        async with locks.lock("a"):
            return True

    assert run(asyncio.wait_for(scene(), 5))


def test_who_waits_too_long_is_told():
    async def scene():
        locks = QueueLockStore()
        async with locks.lock("a"):
            with pytest.raises(LockError, match="busy"):
                async with locks.lock("a", lock_lifetime=0.01):
                    pass
        async with locks.lock("a"):
            return locks

    assert not run(asyncio.wait_for(scene(), 5))._queues


def test_a_slot_that_the_domain_no_longer_has_is_kept_no_longer(store, caplog):
    run(turns(store, 2))
    store._connection.execute("""update conversations set slots = '{"memory": 1, "illnesses": ["anemia"]}'""")
    assert run(store.retrieve("a")).get_slot("memory") == 1
    run(turn(store, 2))
    assert store._connection.execute("select slots from conversations").fetchall() == [('{"memory": 2}',)]
    assert "illnesses" not in caplog.text


def test_a_turn_is_logged_without_its_words(store, caplog):
    with caplog.at_level("INFO", logger=stores.__name__):
        run(turns(store, 1))
    (line,) = [record.getMessage() for record in caplog.records]
    assert "conversation=a" in line
    assert "intent=ask_causes" in line
    assert "outcomes=answered" in line
    assert "text 0" not in line
    assert "reply" not in line
