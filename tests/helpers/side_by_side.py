"""What several pytest processes side by side need: one model for all of them, and quiet for a test that measures time."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable, Iterator

REPO = Path(__file__).resolve().parents[2]

# What is locked is only opened, never written: any file does that the processes of this clone have in common.
DOOR = REPO / "tests" / "conftest.py"
ROOM = Path(__file__)
TRAINING = REPO / "legcramps" / "training.py"


@contextlib.contextmanager
def locked(file: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Within it, ``file`` is locked against other processes, and against other users of it in this one."""
    with file.open("rb") as held:
        fcntl.flock(held, how)
        yield


@contextlib.contextmanager
def turn(alone: bool, door: Path = DOOR, room: Path = ROOM) -> Iterator[None]:
    """A test's turn: beside the tests of other processes, or, when ``alone``, while none of them runs one."""
    with contextlib.ExitStack() as within:
        # Who waits in the door until the others are done lets none of them in again.
        with locked(door):
            within.enter_context(locked(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH))
        yield


def train_ahead(training: Path = TRAINING) -> Callable[[], None]:
    """Begins to train, if the model is not up to date, in a process of its own; gives what ends that.

    ``training`` stays locked until it is done. If it fails, whoever needs the model tries again, and hears why.
    """
    with training.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return lambda: None  # another process is at it
        process = subprocess.Popen(
            [sys.executable, "-m", "legcramps.cli", "train", "--if-changed"],
            cwd=REPO,
            # A training has work to share, unlike a message: see legcramps.cli.
            env={name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[held.fileno()],  # so that it holds the lock until it ends, however it ends
        )

    def end() -> None:
        process.terminate()
        process.wait(30)

    return end
