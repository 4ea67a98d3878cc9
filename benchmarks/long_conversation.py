"""Whether a turn costs the same however long the conversation is: the first turn beside one deep in 200 events, in one run.

Run it with ``.venv/bin/python benchmarks/long_conversation.py [--rounds 40]``. It uses the trained model, the real actions and a conversation
store on disk, in a folder of its own. One conversation is led until its store holds the wanted number of events; then each round says the same
text twice: as the first turn of a new conversation, and as the next turn of the long one, in changing order, so that a machine that gets slower
gets slower for both. The figures are medians of whole turns, from text to last reply, kept on disk; the bar is on their ratio.

The exit code is 0 when the bar is met and 1 when it is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

EVENTS = 200
BAR = 2.0

# What a long talk is made of: answers, lists, follow-ups, the guided comparison, manners, something out of scope.
TALK = (
    "what are night leg cramps?",
    "what causes them?",
    "can anemia do this?",
    "how sure is that?",
    "where does it say that?",
    "which conditions are linked?",
    "tell me more",
    "the second one",
    "I'm 68, I take water tablets and have cramps every night. any ideas?",
    "do I have cramps or restless legs?",
    "yes it hurts",
    "stop",
    "does magnesium help?",
    "who won the football?",
    "thanks",
    "that helped",
)


@dataclass(frozen=True)
class Figures:
    """Milliseconds of each round's two turns, and how many events the long conversation held at the first round."""

    first: tuple[float, ...]
    deep: tuple[float, ...]
    events: int

    @property
    def ratio(self) -> float:
        return statistics.median(self.deep) / statistics.median(self.first)


async def measure(assistant: Any, rounds: int, events: int = EVENTS) -> Figures:
    """Leads the long conversation and measures; ``assistant`` keeps its conversations in a file.

    Raises:
        ValueError: its conversations are in memory, so that what is measured would not be what people wait for.
    """
    if assistant.store.path == ":memory:":
        raise ValueError("The assistant must keep its conversations in a file: Assistant.load(database=…).")
    long, said = uuid.uuid4().hex, 0
    while kept(assistant, long) < events:
        await assistant.turn(long, TALK[said % len(TALK)])
        said += 1
    held = kept(assistant, long)
    first, deep = [], []
    for number in range(rounds):
        text = TALK[number % len(TALK)]
        for conversation, times in ((uuid.uuid4().hex, first), (long, deep))[:: 1 if number % 2 else -1]:
            started = time.perf_counter()
            await assistant.turn(conversation, text)
            times.append((time.perf_counter() - started) * 1000)
    return Figures(tuple(first), tuple(deep), held)


def kept(assistant: Any, conversation: str) -> int:
    """How many events of a conversation are on the disk."""
    with sqlite3.connect(assistant.store.path) as file:
        return file.execute("select count(*) from events where sender_id = ?", (conversation,)).fetchone()[0]


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure a turn at the start and deep in a long conversation.")
    parser.add_argument("--rounds", type=int, default=40, help="turns measured at each depth (default: 40)")
    parser.add_argument(
        "--events", type=int, default=EVENTS, help=f"events of the long conversation (default: {EVENTS})"
    )
    arguments = parser.parse_args()

    from legcramps import logs

    logs.prepare()
    from legcramps.server.assistant import Assistant

    logs.configure("WARNING")
    with tempfile.TemporaryDirectory() as folder:
        assistant = Assistant.load(database=Path(folder) / "conversations.db")
        figures = asyncio.run(measure(assistant, arguments.rounds, arguments.events))
        assistant.store.close()
    print(
        f"{'first turn of a conversation':<44}{statistics.median(figures.first):8.1f} ms (median of {len(figures.first)})"
    )
    print(
        f"{f'turn in a conversation of {figures.events} events and more':<44}{statistics.median(figures.deep):8.1f} ms"
    )
    met = figures.ratio <= BAR
    print(f"{'ratio':<44}{figures.ratio:8.2f}    bar ≤ {BAR:g}: {'met' if met else 'MISSED'}")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
