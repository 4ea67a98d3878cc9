"""A turn costs the same however long the conversation is, with the real model, the real actions and conversations on disk."""

import asyncio
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "benchmarks"))
import long_conversation  # noqa: E402

ROUNDS = 24


@pytest.fixture
def on_disk(assistant, tmp_path, monkeypatch):
    """The assistant with its conversations in a file."""
    from legcramps.server.stores import ConversationStore

    store = ConversationStore(assistant.agent.domain, path=tmp_path / "conversations.db")
    monkeypatch.setattr(assistant.agent, "tracker_store", store)
    monkeypatch.setattr(assistant.agent.processor, "tracker_store", store)
    yield assistant
    store.close()


@pytest.mark.alone
def test_a_turn_deep_in_a_conversation_costs_at_most_twice_the_first(on_disk):
    figures = asyncio.run(long_conversation.measure(on_disk, ROUNDS))
    assert figures.events >= long_conversation.EVENTS == 200
    assert figures.ratio <= long_conversation.BAR == 2


@pytest.mark.alone
def test_what_grows_with_the_conversation_is_found(on_disk, monkeypatch):
    """The bar can be missed: here reading the conversation takes as long as it has events, as with Rasa's own store."""
    retrieve = on_disk.store.retrieve

    async def growing(conversation):
        await asyncio.sleep(long_conversation.kept(on_disk, conversation) / 1000)
        return await retrieve(conversation)

    monkeypatch.setattr(on_disk.store, "retrieve", growing)
    assert asyncio.run(long_conversation.measure(on_disk, 4)).ratio > long_conversation.BAR


def test_conversations_in_memory_are_not_measured(assistant):
    with pytest.raises(ValueError, match="in a file"):
        asyncio.run(long_conversation.measure(assistant, 1))
