"""The whole assistant as the evaluation asks it: texts in, envelopes out, each text the first turn of its own conversation."""

import asyncio
import uuid
from pathlib import Path

import pytest

from legcramps.evaluation import Reply, measure, read_held_out

HELD_OUT = Path(__file__).with_name("held_out.tsv")


@pytest.fixture(scope="session")
def ask(assistant):
    async def one(text):
        conversation = uuid.uuid4().hex
        turn = await assistant.turn(conversation, text)
        await assistant.forget(conversation)
        return Reply(tuple(reply["answer"] for reply in turn.replies), turn.intent or "", turn.confidence)

    async def in_turn(texts):
        return [await one(text) for text in texts]

    return lambda texts: asyncio.run(in_turn(texts))


@pytest.fixture(scope="session")
def held_out():
    return read_held_out(HELD_OUT)


@pytest.fixture(scope="session")
def held_out_replies(ask, held_out):
    return ask([row.text for row in held_out])


@pytest.fixture(scope="session")
def report(held_out, held_out_replies):
    return measure(held_out, held_out_replies)
