"""Trains an NLU pipeline with Rasa, loads it as a server would, and lets it read texts; all in one process.

A script, not a module of ours: it runs in the environment of the stock assistant, too, where our package is not. It needs
nothing but Rasa. The job comes as JSON on standard input, the result goes as JSON to the file that the job names; the texts
themselves are written nowhere.

    job:    {"config": path, "nlu": path, "archive": path of the model to make, "texts": [...], "result": path}
            without "config": {"archive": path of a model made before, "texts": [...], "result": path}
    result: {"milliseconds": [a text's], "parsed": [what Rasa says]}, of a training also
            {"training_seconds": s, "megabytes": MB of the archive}
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any

KEPT = ("intent", "intent_ranking", "entities", "signals", "parts", "option", "group", "sign")
"""Fields of a parsed message that an action may look at. The text is not among them."""

WARM_UP = 20  # texts read before the clock starts


def run(job: dict[str, Any]) -> dict[str, Any]:
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # nothing of an earlier training is used again
    import structlog
    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu

    # As in a server: no line for each message, which would hold its text.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    archive, result = Path(job["archive"]), {}
    if "config" in job:
        started = time.perf_counter()
        train_nlu(job["config"], job["nlu"], str(archive.parent), fixed_model_name=archive.name.split(".")[0])
        result["training_seconds"] = time.perf_counter() - started
        result["megabytes"] = archive.stat().st_size / 1e6
    result["parsed"], result["milliseconds"] = asyncio.run(_read(Agent.load(str(archive)), job["texts"]))
    return result


async def _read(agent: Any, texts: list[str]) -> tuple[list[dict[str, Any]], list[float]]:
    parsed, milliseconds = [], []
    for text in texts[:WARM_UP]:
        await agent.parse_message(text)
    for text in texts:
        started = time.perf_counter()
        message = await agent.parse_message(text)
        milliseconds.append((time.perf_counter() - started) * 1000)
        parsed.append({name: message.get(name) for name in KEPT})
    return parsed, milliseconds


if __name__ == "__main__":
    job = json.load(sys.stdin)
    result = json.dumps(run(job), default=float)
    Path(job["result"]).write_text(result, encoding="utf8")
