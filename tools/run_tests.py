"""Runs the tests in one pytest, fast layers first: `python tools/run_tests.py [--only LAYER] [pytest's options]`.

One run, so that its closing line counts everything; all of it, so that one failure does not hide the next. It runs in
several processes side by side, each with a file of tests at a time; with `-n 0`, or when a test is named by its path, in one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Optional, Sequence

REPO = Path(__file__).resolve().parent.parent
LAYERS = ("unit", "data", "model", "conversations", "channels", "stories", "browser")

# Two even on one core, as there is much waiting; no more than four, as each holds the whole assistant in its memory.
PROCESSES = max(2, min(4, os.cpu_count() or 1))
# A file at a time, so that what it sets up is set up once; and in their order, so that fast ones come first.
SIDE_BY_SIDE = ("-n", str(PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder")


def paths_to_run(tests: Path, only: Optional[str] = None) -> list[Path]:
    """What pytest is to run under `tests`: the layers that are there, then every other test that lies there."""
    if only is not None:
        return [tests / only]
    layers = [tests / layer for layer in LAYERS if (tests / layer).is_dir()]
    return layers + sorted(
        path
        for path in tests.iterdir()
        if path not in layers and (path.match("test_*.py") or (path.is_dir() and any(path.rglob("test_*.py"))))
    )


def command(arguments: Sequence[str], tests: Path = REPO / "tests") -> list[str]:
    """pytest's command line. A path in `tests` among `arguments` takes the place of the layers."""
    arguments = list(arguments)
    only = None
    if arguments[:1] == ["--only"]:
        only, arguments = arguments[1], arguments[2:]
    if any(tests in Path(argument.split("::")[0]).resolve().parents for argument in arguments):
        return [sys.executable, "-m", "pytest", *arguments]
    return [sys.executable, "-m", "pytest", *SIDE_BY_SIDE, *arguments, *map(str, paths_to_run(tests, only))]


if __name__ == "__main__":
    os.chdir(REPO)
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")  # Rasa's own use of it
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # as legcramps.cli does it, and for the same reason
    line = command(sys.argv[1:])
    os.execv(line[0], line)
