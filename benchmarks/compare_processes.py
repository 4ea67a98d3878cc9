"""Processes that the comparison starts: what they use, what they say when they fail, and that none of them stays."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

TO_STOP = 15.0  # seconds to end by itself after SIGTERM
STOPPING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


class ProcessFailed(RuntimeError):
    """A program could not be started, or ended when it should not; the message holds the end of what it said."""


@contextmanager
def undisturbed() -> Iterator[None]:
    """Holds back the signals that stop the comparison, so that Ctrl-C cannot cut short the tidying up."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """A folder that is gone afterwards, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        with undisturbed():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, its output in ``log``; on leaving, the whole session is ended.

    Raises:
        ProcessFailed: it cannot be started.
    """
    process = None
    try:
        with log.open("wb") as output, undisturbed():
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                # The child would inherit that they are held back.
                preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING),
            )
        yield process
    except (FileNotFoundError, PermissionError) as error:
        if process is not None:
            raise
        raise ProcessFailed(f"{Path(command[0]).name} cannot be started: {error.strerror}.") from error
    finally:
        if process is not None:
            with undisturbed():
                end_session(process)


def end_session(process: subprocess.Popen[bytes]) -> None:
    """Ends a process and all that it started: SIGTERM first, SIGKILL for what is still there after a while."""
    _signal_session(process.pid, signal.SIGTERM)
    _wait_for_end(process)
    _signal_session(process.pid, signal.SIGKILL)
    # A killed process is still there for a moment, and only our own child can be waited for.
    _wait_for_end(process)
    process.wait()


def _wait_for_end(process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + TO_STOP
    while session_members(process.pid) and time.monotonic() < deadline:
        process.poll()
        time.sleep(0.02)


def _signal_session(session: int, number: signal.Signals) -> None:
    for pid in session_members(session):
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def session_members(session: int) -> list[int]:
    """The processes of a session that still run."""
    members = []
    for entry in os.listdir("/proc"):
        if entry.isdecimal():
            status = _status(int(entry))
            if status is not None and status[0] != "Z" and int(status[3]) == session:
                members.append(int(entry))
    return members


def _status(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third (the state) on; the fourth of them is the session."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf8", errors="replace")
    except OSError:
        return None
    # The second field, the program's name, may hold spaces and brackets.
    return text.rpartition(")")[2].split()


def resident_bytes(session: int) -> int:
    """Resident memory of all processes of a session."""
    total = 0
    for pid in session_members(session):
        with suppress(OSError):
            total += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    return total


def processor_seconds(session: int) -> float:
    """Processor time of the running processes of a session, and of what those started and waited for."""
    fields = [_status(pid) for pid in session_members(session)]
    return sum(int(ticks) for status in fields if status for ticks in status[11:15]) / _TICKS


def processor_seconds_of_ended() -> float:
    """Processor time of all processes that this one started and waited for, and of what those waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, without the progress bars that overwrite themselves."""
    text = log.read_text(encoding="utf8", errors="replace")
    lines = [line.rpartition("\r")[2].rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return "\n".join([line for line in lines if line][-count:])


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def size_on_disk(folder: Path) -> int:
    """What a folder takes on disk, in bytes, counted as ``du`` does: whole blocks, a hard-linked file once.

    Raises:
        OSError: the folder cannot be read.
    """
    seen: set[tuple[int, int]] = set()
    total = 0
    waiting = [folder]
    while waiting:
        current = waiting.pop()
        total += current.lstat().st_blocks * 512
        with os.scandir(current) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                    continue
                status = entry.stat(follow_symlinks=False)
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    total += status.st_blocks * 512
    return total


class ProcessorTime:
    """The share of the machine's processor time that other programs use, from the making of this object on."""

    def __init__(self) -> None:
        self._busy, self._all = _machine_seconds()
        self._own = _own_seconds()

    def of_others(self) -> float | None:
        """From 0 to 1; ``None`` when no time has passed. Processes that still run count as others."""
        busy, everything = _machine_seconds()
        if everything <= self._all:
            return None
        others = (busy - self._busy) - (_own_seconds() - self._own)
        return min(max(others / (everything - self._all), 0.0), 1.0)


def _machine_seconds() -> tuple[float, float]:
    """Busy and all processor seconds of the machine since it started (of all cores together)."""
    user, nice, system, idle, waiting, *rest = map(
        int, Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:9]
    )
    busy = user + nice + system + sum(rest)
    return busy / _TICKS, (busy + idle + waiting) / _TICKS


def _own_seconds() -> float:
    return time.process_time() + processor_seconds_of_ended()
