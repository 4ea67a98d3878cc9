"""Measures our assistant beside the stock assistant of `rasa init`, in one run: `make compare`.

Only programs on this machine are asked, over the loopback address. What is started is ended, and what is written
outside benchmarks/results is removed, also after Ctrl-C. README.md beside this file says how each figure comes about.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import compare_report as report
from compare_assistants import (
    Assistant,
    Turn,
    TurnFailed,
    WebConversation,
    clean_environment,
    ours,
    rasa_of,
    stock,
    stock_project,
)
from compare_processes import (
    STOPPING,
    ProcessFailed,
    ProcessorTime,
    free_port,
    last_lines,
    processor_seconds,
    processor_seconds_of_ended,
    resident_bytes,
    running,
    size_on_disk,
    temporary_folder,
)

REPOSITORY = Path(__file__).resolve().parent.parent
RESULTS = REPOSITORY / "benchmarks" / "results"
PASSED, MISSED, FAILED, INTERRUPTED = 0, 1, 2, 130
MEGABYTE = 1e6

START_LIMIT = 600.0  # seconds until a server's first answer
TRAINING_LIMIT = 1800.0
SET_UP_LIMIT = 1800.0
HEARTBEAT = 30.0  # a line at least so often, in seconds


class ComparisonFailed(RuntimeError):
    """The comparison cannot be made; the message says why and what to do."""


@dataclass(frozen=True)
class Served:
    """What one serving of an assistant gave: figures by measure, and how many turns had which outcome."""

    figures: dict[str, float]
    outcomes: Counter[str]


class Progress:
    """Lines that say what is being done, each with the minutes since the start."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._last = self._started

    def __call__(self, line: str) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        self._last = time.monotonic()
        print(f"[{minutes:2d}:{seconds:02d}] {line}", flush=True)

    def still(self, what: str) -> None:
        """Says once in a while that something long goes on."""
        if time.monotonic() - self._last >= HEARTBEAT:
            self(f"  … still {what}")


# --- Measuring one thing --------------------------------------------------------------------------------------------


def finish(
    command: Sequence[str], folder: Path, environment: dict[str, str], log: Path, what: str, say: Progress
) -> tuple[float, float]:
    """Runs a command to its end; the seconds that it took, and those of processor time.

    Raises:
        ComparisonFailed: it failed or did not end.
    """
    before, started = processor_seconds_of_ended(), time.perf_counter()
    with running(command, folder, environment, log) as process:
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=min(HEARTBEAT, 1.0))
                break
            if time.perf_counter() - started > TRAINING_LIMIT:
                raise ComparisonFailed(f"{what} did not end within {TRAINING_LIMIT / 60:.0f} minutes.")
            say.still(what)
        passed = time.perf_counter() - started
    if process.returncode:
        raise ComparisonFailed(f"{what} failed with exit code {process.returncode}. It said:\n{last_lines(log)}")
    return passed, processor_seconds_of_ended() - before


def first_answer(
    ask: Callable[[], Turn], process: subprocess.Popen[bytes], log: Path, limit: float, say: Progress
) -> Turn:
    """Asks until there is an answer.

    Raises:
        ComparisonFailed: the server ended, or did not answer within ``limit`` seconds.
    """
    deadline = time.monotonic() + limit
    while True:
        try:
            return ask()
        except TurnFailed as error:
            trouble = str(error)
        if process.poll() is not None:
            raise ComparisonFailed(f"The server ended before it answered. It said:\n{last_lines(log)}")
        if time.monotonic() > deadline:
            raise ComparisonFailed(f"No answer within {limit:.0f} s ({trouble}). The server said:\n{last_lines(log)}")
        say.still(f"starting ({' '.join(last_lines(log, 1).split())[:80]})")
        time.sleep(0.02)


@dataclass(frozen=True)
class Server:
    """An assistant that answers; ``cold_start`` in seconds, ``cold_start_processor`` those of processor time."""

    assistant: Assistant
    session: int
    port: int
    log: Path
    cold_start: float
    cold_start_processor: float


@contextmanager
def serving(assistant: Assistant, temporary: Path, say: Progress) -> Iterator[Server]:
    """Starts an assistant's server and waits for its first answer; ends it afterwards."""
    port = free_port()
    log = temporary / f"{assistant.name}.log"

    def ask() -> Turn:
        with closing(assistant.conversation(port)) as conversation:
            return conversation.say(assistant.talk[0][0])

    started = time.perf_counter()
    with running(assistant.serving_on(port), assistant.folder, clean_variables(assistant, temporary), log) as process:
        first_answer(ask, process, log, START_LIMIT, say)
        cold_start = time.perf_counter() - started
        yield Server(assistant, process.pid, port, log, cold_start, processor_seconds(process.pid))


def talk(servers: Sequence[Server], say: Progress) -> dict[str, list[Turn]]:
    """All of each assistant's talk, the servers in turn, a conversation each: what slows the machine slows both."""
    turns: dict[str, list[Turn]] = {server.assistant.name: [] for server in servers}
    for conversations in zip(*(server.assistant.talk for server in servers), strict=True):
        for server, texts in zip(servers, conversations, strict=True):
            name = server.assistant.name
            try:
                with closing(server.assistant.conversation(server.port)) as conversation:
                    turns[name] += [conversation.say(text) for text in texts]
            except TurnFailed as error:
                raise ComparisonFailed(
                    f"A turn of {name} failed: {error}\nIts server said:\n{last_lines(server.log)}"
                ) from error
        say.still(f"talking ({len(turns[name])} turns each)")
    return turns


def serve(pair: Sequence[Assistant], temporary: Path, say: Progress) -> dict[str, Served]:
    """Starts the servers one after the other, talks to them in turn, looks at their memory, and ends them."""
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(assistant, temporary, say)) for assistant in pair]
        before = {server.session: processor_seconds(server.session) for server in servers}
        turns = talk(servers, say)
        return {
            server.assistant.name: figures_of(
                server,
                turns[server.assistant.name],
                processor_seconds(server.session) - before[server.session],
                resident_bytes(server.session),
            )
            for server in servers
        }


def figures_of(server: Server, turns: Sequence[Turn], processor: float, memory: int) -> Served:
    """What one serving gave; ``processor`` are the seconds of processor time that its turns took."""
    times = [turn.milliseconds for turn in turns]
    figures = {
        "cold_start": server.cold_start,
        "cold_start_processor": server.cold_start_processor,
        "memory": memory / MEGABYTE,
        "turn_p50": report.percentile(times, 0.50),
        "turn_p95": report.percentile(times, 0.95),
        "turn_processor": 1000 * processor / len(turns),
    }
    return Served(figures, Counter(outcome for turn in turns for outcome in sorted(set(turn.outcomes))))


def train(assistant: Assistant, temporary: Path, say: Progress) -> tuple[float, float]:
    """The seconds of a whole training, the program's start included, and those of processor time."""
    for folder in assistant.kept:
        shutil.rmtree(folder, ignore_errors=True)
    variables, log = clean_variables(assistant, temporary), temporary / "training.log"
    return finish(assistant.training, assistant.folder, variables, log, f"the training of {assistant.name}", say)


def clean_variables(assistant: Assistant, temporary: Path) -> dict[str, str]:
    return clean_environment(temporary, **assistant.variables)


def set_up(temporary: Path, say: Progress) -> tuple[float, str]:
    """`make run` in a fresh clone with empty package caches: the seconds to its first answer, and what was cloned."""
    clone = temporary / "fresh clone"
    origin = fresh_clone(clone)
    caches = temporary / "caches"
    environment = clean_environment(
        temporary,
        UV_CACHE_DIR=str(caches / "uv"),
        UV_PYTHON_INSTALL_DIR=str(caches / "python"),
        PIP_CACHE_DIR=str(caches / "pip"),
    )
    # The person's own settings: they may say where packages come from.
    environment.update({name: os.environ[name] for name in ("HOME", "XDG_CONFIG_HOME") if name in os.environ})
    port = free_port()
    log = temporary / "set-up.log"
    started = time.perf_counter()

    def ask() -> Turn:
        with closing(WebConversation(port)) as conversation:
            return conversation.say("what are night leg cramps?")

    with running(["make", "run", f"PORT={port}"], clone, environment, log) as process:
        first_answer(ask, process, log, SET_UP_LIMIT, say)
        passed = time.perf_counter() - started
    shutil.rmtree(clone)
    shutil.rmtree(caches, ignore_errors=True)
    return passed, origin


def fresh_clone(target: Path) -> str:
    """Clones the repository, or copies its files where not everything is committed; says which.

    Raises:
        ComparisonFailed: this is no git repository.
    """

    def git(*words: str) -> str:
        try:
            done = subprocess.run(["git", "-C", str(REPOSITORY), *words], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            trouble = getattr(error, "stderr", "") or str(error)
            raise ComparisonFailed(f"The repository cannot be cloned: {trouble.strip()}") from error
        return done.stdout

    if not git("status", "--porcelain"):
        git("clone", "--quiet", "--no-local", str(REPOSITORY), str(target))
        return f"a clone of commit {git('rev-parse', '--short', 'HEAD').strip()}"
    for name in git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0"):
        source = REPOSITORY / name
        if name and source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name, follow_symlinks=False)
    return "a copy of the work tree, as not everything in it is committed"


# --- The whole comparison -------------------------------------------------------------------------------------------


class Figures(dict[str, dict[str, list[float]]]):
    """Measure's key -> assistant -> figures."""

    def add(self, key: str, name: str, value: float) -> None:
        self.setdefault(key, {}).setdefault(name, []).append(value)


def compare(options: argparse.Namespace, temporary: Path, say: Progress) -> tuple[Figures, list[str]]:
    """Measures all, ours and stock in turn; the figures, and notes on how they came about."""
    figures, notes = Figures(), []
    for name in ("home", "tmp", "ours"):
        (temporary / name).mkdir()
    pair = (
        ours(REPOSITORY, options.ours, temporary, options.turns),
        stock(options.stock, temporary, options.turns),
    )
    times = range(1, options.repetitions + 1)

    say("Making the stock assistant with `rasa init` (trains it once, which takes minutes; not counted)")
    make_stock(pair[1], temporary, say)
    say("Training ours once (not counted: from then on both have their bytecode and are in the disk's cache)")
    train(pair[0], temporary, say)
    for time_ in times:
        for assistant in pair:
            seconds, processor = train(assistant, temporary, say)
            figures.add("training", assistant.name, seconds)
            figures.add("training_processor", assistant.name, processor)
            say(f"Training {time_} of {len(times)}, {assistant.name}: {report.format_figure(seconds, 's')}")

    for assistant in pair:
        with serving(assistant, temporary, say):
            say(f"Started {assistant.name} once (not counted)")
    outcomes: dict[str, Counter[str]] = {assistant.name: Counter() for assistant in pair}
    for time_ in times:
        for name, served in serve(pair, temporary, say).items():
            outcomes[name] += served.outcomes
            for key, value in served.figures.items():
                figures.add(key, name, value)
            say(f"Serving {time_} of {len(times)}, {name}: {_served_line(served.figures, options.turns)}")
    asked = options.turns * len(times)
    notes.append(f"Ours {outcome_note(outcomes[report.OURS], asked)}")
    notes.append(
        "The stock assistant has no actions and no store of conversations on disk; ours looks each answer up in its "
        "custom actions and keeps conversations in SQLite."
    )

    for assistant in pair:
        figures.add("environment", assistant.name, size_on_disk(assistant.environment) / MEGABYTE)
    if not options.set_up:
        notes.append("Set-up was not measured; `--set-up` does.")
        return figures, notes
    say("Setting up a fresh clone with `make run`, with empty package caches")
    try:
        seconds, origin = set_up(temporary, say)
    except ComparisonFailed as error:
        # What was measured until now took long; it shall not be lost.
        print(f"compare: {error}", file=sys.stderr)
        notes.append("Set-up failed.")
        return figures, notes
    figures.add("set_up", report.OURS, seconds)
    say(f"Set-up to the first answer: {report.format_figure(seconds, 's')}")
    notes.append(f"Set-up: {origin}; measured once, package caches empty.")
    return figures, notes


def make_stock(assistant: Assistant, temporary: Path, say: Progress) -> None:
    folder = stock_project(temporary)
    folder.mkdir()
    command = [*rasa_of(assistant.environment), "init", "--no-prompt", "--init-dir", str(folder)]
    finish(command, folder, clean_environment(temporary), temporary / "init.log", "`rasa init`", say)


def outcome_note(outcomes: Counter[str], turns: int) -> str:
    """What came of the turns of ours, for the notes.

    Raises:
        ComparisonFailed: too few were answered, so that the measured turns were not the ones that matter.
    """
    answered = outcomes["answered"]
    if answered < turns / 2:
        raise ComparisonFailed(
            f"Only {answered} of {turns} turns were answered from the source ({dict(outcomes)}): the comparison would "
            "measure something else. Is the model trained from this repository's data?"
        )
    parts = ", ".join(f"{outcome} {count}" for outcome, count in outcomes.most_common())
    return f"gave these outcomes in {turns:,} turns: {parts} (a turn can have several)."


def _served_line(served: dict[str, float], turns: int) -> str:
    start, p50, p95, memory = (
        report.format_figure(served[key], unit)
        for key, unit in (("cold_start", "s"), ("turn_p50", "ms"), ("turn_p95", "ms"), ("memory", "MB"))
    )
    return f"first answer after {start}, {turns} turns with p50 {p50} and p95 {p95}, then {memory}"


# --- What was compared, and where -----------------------------------------------------------------------------------


def versions(environment: Path) -> dict[str, str]:
    """The versions of what matters in an environment, ``{}`` where there is none."""
    folders = [str(folder) for folder in environment.glob("lib/python*/site-packages")]
    found = {item.metadata["Name"].lower(): item.version for item in metadata.distributions(path=folders)}
    return {name: found[name] for name in ("rasa", "tensorflow", "spacy", "onnxruntime") if name in found}


def check(options: argparse.Namespace) -> None:
    """Raises ComparisonFailed where something is missing."""
    if not Path("/proc/stat").exists():
        raise ComparisonFailed("The comparison reads memory and load from /proc, so it runs on Linux only.")
    for folder in (options.ours, options.stock):
        if "rasa" not in versions(folder):
            raise ComparisonFailed(
                f"The environment {folder.name} is not there; `make compare` makes it and starts again."
            )
    if "tensorflow" not in versions(options.stock):
        raise ComparisonFailed(
            f"The environment {options.stock.name} has no TensorFlow, so the stock assistant cannot run in it; "
            "remove it and start `make compare` again."
        )
    try:
        RESULTS.mkdir(exist_ok=True)
        tempfile.TemporaryFile(dir=RESULTS).close()
    except OSError as error:
        raise ComparisonFailed(f"benchmarks/results cannot be written to: {error.strerror}.") from error


def circumstances(options: argparse.Namespace, minutes: float) -> dict[str, Any]:
    """When, where and with what was measured; no name and no path of this machine."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {report.OURS: versions(options.ours), report.STOCK: versions(options.stock)},
        "repetitions": options.repetitions,
        "turns": options.turns,
        "minutes": round(minutes, 1),
    }


def notes_on(facts: dict[str, Any]) -> list[str]:
    compared = "; ".join(
        f"{name}: " + ", ".join(f"{package} {version}" for package, version in found.items())
        for name, found in facts["versions"].items()
    )
    several = f"the median of {facts['repetitions']} (least to most)" if facts["repetitions"] > 1 else "measured once"
    return [
        f"{facts['date']}, {facts['machine']}, Python {facts['python']}; took {facts['minutes']:.0f} min.",
        f"{compared}.",
        f"Each figure but the environment's is {several}, ours and stock in turn; {facts['turns']} turns each time.",
    ]


def write(name: str, table: Sequence[report.Row], notes: Sequence[str], facts: dict[str, Any]) -> Iterable[Path]:
    """Writes the results; returns where they are."""
    as_json = json.dumps(report.json_report(table, notes, facts), indent=1, ensure_ascii=False) + "\n"
    for path, text in (
        (RESULTS / f"{name}.md", report.markdown_report(table, notes)),
        (RESULTS / f"{name}.json", as_json),
    ):
        path.write_text(text, encoding="utf8")
        yield path


# --- The command line -----------------------------------------------------------------------------------------------


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Exit code: 0 all measured bars are met, 1 one is missed, 2 it could not be measured, 130 interrupted.",
    )
    parser.add_argument("--quick", action="store_true", help="one repetition instead of five (about 10 minutes)")
    parser.add_argument(
        "--repetitions", type=_at_least_one, metavar="N", help="how often each is measured (default: 5)"
    )
    parser.add_argument(
        "--turns", type=_at_least_one, default=300, metavar="N", help="turns of each serving (default: 300)"
    )
    parser.add_argument(
        "--set-up", action="store_true", help="also `make run` in a fresh clone, with empty package caches"
    )
    parser.add_argument(
        "--ours", type=Path, default=REPOSITORY / ".venv", metavar="FOLDER", help="our environment (.venv)"
    )
    parser.add_argument(
        "--stock",
        type=Path,
        default=REPOSITORY / ".venv-compare",
        metavar="FOLDER",
        help="the environment with Rasa and TensorFlow (.venv-compare)",
    )
    options = parser.parse_args(arguments)
    options.repetitions = options.repetitions or (1 if options.quick else 5)
    # Not resolve(): that would follow a link out of the environment.
    options.ours, options.stock = options.ours.absolute(), options.stock.absolute()
    return options


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, not '{text}'")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    _stop_on_signals()
    say = Progress()
    started = time.monotonic()
    try:
        check(options)
        load_before, processor = os.getloadavg()[0], ProcessorTime()
        cores = os.cpu_count() or 1
        say(f"{cores} cores, load average {load_before:.1f}; {options.repetitions} of each, {options.turns} turns")
        with temporary_folder("legcramps-compare-") as folder:
            figures, notes = compare(options, folder, say)
    except (ComparisonFailed, ProcessFailed, OSError) as error:
        print(f"compare: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("compare: stopped; what it had started is ended, what it had written is removed.", file=sys.stderr)
        return INTERRUPTED
    facts = circumstances(options, (time.monotonic() - started) / 60)
    load = report.load_note(processor.of_others(), cores, load_before, os.getloadavg()[0])
    notes = [*notes_on(facts), load, *notes]
    table = report.rows(figures)
    print(f"\n{report.plain_table(table)}\n")
    print("\n".join(f"- {note}" for note in notes) + "\n")
    for path in write("compare" if options.repetitions > 1 else "compare-quick", table, notes, facts):
        print(f"Written: {path.relative_to(REPOSITORY)}")
    if options.set_up and "set_up" not in figures:
        return FAILED
    return PASSED if report.all_pass(table) else MISSED


def _stop_on_signals() -> None:
    """The first signal stops the comparison; further ones do not disturb the cleaning up."""

    def stop(number: int, frame: object) -> None:
        for each in STOPPING:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    for each in STOPPING:
        signal.signal(each, stop)


if __name__ == "__main__":
    sys.exit(main())
