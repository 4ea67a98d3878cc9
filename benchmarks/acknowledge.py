"""How soon Slack and Telegram hear that a message has arrived, ours beside a baseline, in one run on one machine.

    .venv/bin/python benchmarks/acknowledge.py [--messages 200] [--rate 4]

Ours is `legcramps serve` with both channels open. The baseline is the way of Rasa's stock connectors: the same model in the same
kind of server, but the turn comes first and the acknowledgement after it (their own code cannot be measured here: the stock Slack
connector speaks to slack.com only, the stock Telegram connector answers every update with 500).

A third line is our server doing nothing (/healthz), under the same load: what no channel can be faster than.

Messages come at a steady rate, each of another person, then in bursts of twenty at once. The platforms are a program that takes
everything. Measured from sending a request to the end of its response, over connections that are kept open. Exit code 0 when
99 of 100 acknowledgements of ours took at most 50 ms in each row, else 1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, Iterator, List, Tuple

import aiohttp

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO))

BAR_MS = 50.0
BURST, BURSTS = 20, 10
SECRET = "a-secret-of-32-characters-or-more"
QUESTIONS = (
    "what are the causes of night leg cramps?",
    "can anemia do this?",
    "is it restless legs?",
    "what eases a cramp?",
    "does magnesium help?",
)
Send = Callable[[aiohttp.ClientSession, str, int], Awaitable[float]]


# --- what is measured


async def send_slack(session: aiohttp.ClientSession, address: str, number: int) -> float:
    from legcramps.channels.slack_request import signature_of

    person = f"U{number}"
    event = {"type": "message", "user": person, "channel": f"D{number}", "channel_type": "im", "ts": f"17.{number:06}"}
    body = json.dumps(
        {"type": "event_callback", "event": {**event, "text": QUESTIONS[number % len(QUESTIONS)]}, "event_id": person}
    ).encode()
    timestamp = str(int(time.time()))
    headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature_of(SECRET, timestamp, body)}
    return await _timed(session, f"{address}/webhooks/slack/events", body, headers)


async def send_telegram(session: aiohttp.ClientSession, address: str, number: int) -> float:
    message = {
        "message_id": 1,
        "date": 1,
        "from": {"id": number + 1, "is_bot": False},
        "chat": {"id": number + 1, "type": "private"},
        "text": QUESTIONS[number % len(QUESTIONS)],
    }
    body = json.dumps({"update_id": number, "message": message}).encode()
    return await _timed(
        session, f"{address}/webhooks/telegram/webhook", body, {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    )


async def send_nothing(session: aiohttp.ClientSession, address: str, number: int) -> float:
    """To /healthz, which does nothing: what the machine, the client and the web server take by themselves."""
    return await _timed(session, f"{address}/healthz", b"", {}, "GET")


async def send_baseline(session: aiohttp.ClientSession, address: str, number: int) -> float:
    body = json.dumps({"sender": str(number), "text": QUESTIONS[number % len(QUESTIONS)]}).encode()
    return await _timed(session, f"{address}/webhooks/baseline/webhook", body, {})


async def _timed(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: Dict[str, str], method: str = "POST"
) -> float:
    started = time.perf_counter()
    headers = {"Content-Type": "application/json", **headers}
    async with session.request(method, url, data=body, headers=headers) as response:
        await response.read()
        if response.status != 200:
            raise RuntimeError(f"{url} answered {response.status}")
    return (time.perf_counter() - started) * 1000


async def measure(address: str, send: Send, first: int, messages: int, rate: float) -> Dict[str, List[float]]:
    """Milliseconds of every acknowledgement, by kind of load."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=50, keepalive_timeout=600)) as session:
        await asyncio.gather(*(send(session, address, first + number) for number in range(BURST)))
        await asyncio.sleep(3)
        steady = []
        for number in range(messages):
            steady.append(asyncio.ensure_future(send(session, address, first + 1000 + number)))
            await asyncio.sleep(1 / rate)
        bursts: List[float] = []
        await asyncio.sleep(2)
        for burst in range(BURSTS):
            start = first + 5000 + burst * BURST
            bursts += await asyncio.gather(*(send(session, address, start + number) for number in range(BURST)))
            await asyncio.sleep(3)
        return {f"{rate:g} a second": await asyncio.gather(*steady), f"bursts of {BURST}": bursts}


# --- the programs


def serve_sink() -> None:
    """Slack and Telegram, both content with everything."""
    from aiohttp import web

    async def take(request: web.Request) -> web.Response:
        await request.read()
        return web.json_response({"ok": True, "result": {"username": "bench_bot", "id": 1}})

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", take)

    async def run() -> None:
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(f"Open http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


def serve_baseline() -> None:
    """The turn first, then the acknowledgement."""
    from legcramps import logs, settings

    logs.prepare()
    import rasa.core.channels.channel as channel_registry
    from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
    from sanic import Blueprint, Sanic
    from sanic.response import text

    from legcramps.server.assistant import Assistant
    from legcramps.server.listen import address_of, reserve

    class Baseline(InputChannel):
        @classmethod
        def name(cls) -> str:
            return "baseline"

        def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
            routes = Blueprint("baseline")

            @routes.post("/webhook")
            async def take(request: Any) -> Any:
                said = request.json
                await on_new_message(UserMessage(said["text"], CollectingOutputChannel(), said["sender"]))
                return text("")

            return routes

    current = settings.read()
    assistant = Assistant.load(current.model, database=current.database)
    app = Sanic("baseline", configure_logging=False)
    app.ctx.agent = assistant.agent
    channel_registry.register([Baseline()], app, route="/webhooks/")
    listener = reserve("127.0.0.1", 0)

    @app.after_server_start
    async def announce(app: Any, loop: Any) -> None:
        print(f"Open {address_of(listener)}", flush=True)

    app.run(sock=listener, access_log=False, motd=False)


@contextmanager
def running(arguments: List[str], environment: Dict[str, str]) -> Iterator[str]:
    """A program of this repository on a free port; its address."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=REPO,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(REPO), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        for line in process.stdout or ():
            if "Open http" in line:
                yield line.split("Open ", 1)[1].split()[0].rstrip("/")
                break
        else:
            raise RuntimeError(f"{' '.join(arguments)} ended with {process.wait()} before it was ready")
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


# --- the report


def percentile(values: List[float], share: float) -> float:
    """The nearest rank: of 200 values, the 198th for 0.99."""
    ranked = sorted(values)
    return ranked[max(0, -int(-len(ranked) * share // 1) - 1)]


def report(rows: List[Tuple[str, str, List[float]]]) -> Tuple[str, bool]:
    """The table, and whether all of ours keep to the bar."""
    lines = ["| who | load | messages | p50 | p95 | p99 | slowest | bar | verdict |", "| --- " * 9 + "|"]
    passed = True
    for who, load, values in rows:
        p99 = percentile(values, 0.99)
        ours = not who.startswith("baseline") and "nothing" not in who
        passed &= p99 <= BAR_MS or not ours
        verdict = ("pass" if p99 <= BAR_MS else "FAIL") if ours else "-"
        figures = [statistics.median(values), percentile(values, 0.95), p99, max(values)]
        shown = " | ".join(f"{figure:.1f} ms" for figure in figures)
        lines.append(
            f"| {who} | {load} | {len(values)} | {shown} | {f'≤ {BAR_MS:.0f} ms' if ours else '-'} | {verdict} |"
        )
    return "\n".join(lines), passed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200, help="messages at the steady rate (default: 200)")
    parser.add_argument("--rate", type=float, default=4, help="messages a second at the steady rate (default: 4)")
    parser.add_argument("--run", choices=["sink", "baseline"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        serve_sink() if options.run == "sink" else serve_baseline()
        return 0
    rows: List[Tuple[str, str, List[float]]] = []
    with tempfile.TemporaryDirectory() as folder, running([__file__, "--run", "sink"], {}) as sink:
        environment = {
            "LEGCRAMPS_SLACK_BOT_TOKEN": "xoxb-bench",
            "LEGCRAMPS_SLACK_SIGNING_SECRET": SECRET,
            "LEGCRAMPS_SLACK_API": f"{sink}/api",
            "LEGCRAMPS_TELEGRAM_TOKEN": "123456:bench",
            "LEGCRAMPS_TELEGRAM_SECRET": SECRET,
            "LEGCRAMPS_TELEGRAM_API": sink,
        }

        def take(who: str, address: str, send: Send, first: int) -> None:
            print(f"{who} …", file=sys.stderr, flush=True)
            measured = asyncio.run(measure(address, send, first, options.messages, options.rate))
            rows.extend((who, load, values) for load, values in measured.items())

        with running([__file__, "--run", "baseline"], {"LEGCRAMPS_VAR": f"{folder}/baseline"}) as address:
            take("baseline", address, send_baseline, 0)
        serve = ["-m", "legcramps.cli", "serve", "--port", "0"]
        with running(serve, {**environment, "LEGCRAMPS_VAR": f"{folder}/ours"}) as address:
            take("ours, doing nothing", address, send_nothing, 0)
            take("ours, Slack", address, send_slack, 0)
            take("ours, Telegram", address, send_telegram, 0)
    table, passed = report(rows)
    print(table)
    results = REPO / "benchmarks" / "results"
    results.mkdir(exist_ok=True)
    (results / "acknowledge.md").write_text(table + "\n", encoding="utf8")
    (results / "acknowledge.json").write_text(json.dumps(rows), encoding="utf8")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
