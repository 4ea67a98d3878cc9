"""Tests in several processes: who measures time is alone, the training is waited for, and there is one closing count."""

import fcntl
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.helpers import side_by_side

REPO = Path(__file__).resolve().parents[2]

sys.path.insert(0, str(REPO / "tools"))
import run_tests  # noqa: E402


@pytest.fixture
def files(tmp_path):
    """A door and a room of this test's own: the real ones are in use."""
    door, room = tmp_path / "door", tmp_path / "room"
    door.touch()
    room.touch()
    return door, room


def is_locked(file, how=fcntl.LOCK_EX):
    with file.open("rb") as held:
        try:
            fcntl.flock(held, how | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_until(condition):
    for _ in range(500):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("waited in vain")


def test_tests_run_beside_each_other(files):
    with side_by_side.turn(False, *files), side_by_side.turn(False, *files):
        assert is_locked(files[1])


def test_one_that_is_alone_waits_for_those_that_run_and_lets_none_in(files):
    ran = []

    def run(name, alone):
        with side_by_side.turn(alone, *files):
            ran.append(name)

    door, room = files
    with side_by_side.turn(False, door, room):
        waits = threading.Thread(target=run, args=("alone", True))
        waits.start()
        wait_until(lambda: is_locked(door))
        comes_later = threading.Thread(target=run, args=("later", False))
        comes_later.start()
        comes_later.join(0.1)
        assert ran == []
    waits.join(10)
    comes_later.join(10)
    assert ran == ["alone", "later"]


def test_nobody_runs_beside_one_that_is_alone(files):
    door, room = files
    with side_by_side.turn(True, door, room):
        assert is_locked(room, fcntl.LOCK_SH)
        assert not is_locked(door)
    assert not is_locked(room)


@pytest.mark.parametrize("ends", ["by itself", "when told to"])
def test_the_model_is_waited_for_until_the_training_has_ended(tmp_path, monkeypatch, ends):
    model, start = tmp_path / "model", subprocess.Popen
    model.touch()
    code = "import time; time.sleep(60)" if ends == "when told to" else "import time; time.sleep(0.2)"
    monkeypatch.setattr(subprocess, "Popen", lambda _, **options: start([sys.executable, "-c", code], **options))
    end = side_by_side.train_ahead(model)
    assert is_locked(model)
    if ends == "when told to":
        end()
    wait_until(lambda: not is_locked(model))
    end()


def test_two_trainings_do_not_begin_at_once(tmp_path, monkeypatch):
    model, begun = tmp_path / "model", []
    model.touch()
    monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **options: begun.append(arguments))
    with side_by_side.locked(model):
        side_by_side.train_ahead(model)()
    assert begun == []


def test_all_processes_have_one_closing_count_and_one_exit_code(tmp_path):
    for layer, verdict in (("unit", False), ("data", True), ("model", False)):
        (tmp_path / layer).mkdir()
        (tmp_path / layer / f"test_{layer}.py").write_text(f"def test_it():\n    assert {verdict}\n")
    done = subprocess.run(
        run_tests.command(["-p", "no:cacheprovider", "--import-mode=importlib"], tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(r"=== 2 failed, 1 passed in ", done.stdout.splitlines()[-1])
