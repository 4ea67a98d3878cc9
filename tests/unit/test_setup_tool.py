"""tools/setup.py: what it decides and what it tells a person, without installing anything."""

import dataclasses
import re
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tools"))
import setup as tool  # noqa: E402

RUN, TEST, LINT = (tool.ENVIRONMENTS[name] for name in ("run", "test", "lint"))


@pytest.fixture
def repo(tmp_path):
    """A small copy of what set-up looks at, in a folder with spaces in its name."""
    repo = tmp_path / "night leg cramps"
    (repo / "requirements").mkdir(parents=True)
    for name in ("run.txt", "test.txt", "lint.txt"):
        (repo / "requirements" / name).write_text(f"# {name}\nthing==1.0 \\\n    --hash=sha256:00\n")
    (repo / "pyproject.toml").write_text("[project]\n")
    stub = repo / "stubs" / "tensorflow" / "tensorflow"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text("")
    return repo


def install(environment, repo):
    """What a finished set-up leaves behind, as far as the stamp looks at it."""
    python = tool.python_of(repo / environment.folder)
    python.parent.mkdir(parents=True, exist_ok=True)
    python.touch()
    tool.write_stamp(repo / environment.folder, tool.wanted_stamp(environment, repo))


# --- When there is something to do


def test_a_fresh_clone_is_not_ready(repo):
    assert not tool.is_ready(RUN, repo)


def test_what_was_installed_is_ready(repo):
    install(RUN, repo)
    assert tool.is_ready(RUN, repo)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda repo: (repo / "requirements/run.txt").write_text("other==2.0\n"), id="another-lock"),
        pytest.param(
            lambda repo: (repo / "pyproject.toml").write_text("[project]\nname = 1\n"), id="another-pyproject"
        ),
        pytest.param(lambda repo: (repo / "stubs/tensorflow/tensorflow/_inert.py").touch(), id="another-stand-in"),
        pytest.param(lambda repo: (repo / ".venv/bin/python").unlink(), id="no-interpreter"),
        pytest.param(lambda repo: (repo / ".venv" / tool.STAMP).unlink(), id="no-stamp"),
        pytest.param(lambda repo: (repo / ".venv" / tool.STAMP).write_text("{oops"), id="spoilt-stamp"),
        pytest.param(lambda repo: (repo / ".venv" / tool.STAMP).write_text('{"colour": 1}'), id="odd-stamp"),
    ],
)
def test_a_change_makes_it_not_ready(repo, change):
    install(RUN, repo)
    change(repo)
    assert not tool.is_ready(RUN, repo)


@pytest.mark.parametrize(
    "change",
    [
        lambda repo: (repo / "stubs/tensorflow/README.md").write_text("words"),
        lambda repo: (repo / "requirements/test.txt").write_text("other==2.0\n"),
    ],
)
def test_a_change_that_does_not_matter_leaves_it_ready(repo, change):
    install(RUN, repo)
    change(repo)
    assert tool.is_ready(RUN, repo)


def test_a_folder_that_was_moved_is_not_ready(repo):
    install(RUN, repo)
    moved = repo.rename(repo.parent / "elsewhere")
    assert not tool.is_ready(RUN, moved)


def test_what_is_built_of_the_stand_in_does_not_count(repo):
    install(RUN, repo)
    built = repo / "stubs/tensorflow/build/lib/tensorflow"
    built.mkdir(parents=True)
    (built / "__init__.py").write_text("")
    (repo / "stubs/tensorflow/x.egg-info").mkdir()
    (repo / "stubs/tensorflow/x.egg-info/top_level.txt").write_text("x")
    assert tool.is_ready(RUN, repo)


def test_run_takes_nothing_away_from_test(repo):
    install(TEST, repo)
    assert tool.is_ready(RUN, repo)
    assert tool.level_to_install(RUN, tool.read_stamp(repo / ".venv")) is TEST


def test_test_adds_to_run(repo):
    install(RUN, repo)
    assert not tool.is_ready(TEST, repo)
    assert tool.level_to_install(TEST, tool.read_stamp(repo / ".venv")) is TEST


def test_an_environment_without_a_lock_takes_what_the_lock_is_made_of(repo):
    (repo / "requirements/lint.txt").rename(repo / "requirements/lint.in")
    assert tool.lock_file(LINT, repo).name == "lint.in"


@pytest.mark.alone
def test_the_second_run_is_quick_and_silent(repo):
    shutil.copytree(REPO / "tools", repo / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    install(RUN, repo)
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(repo / "tools" / "setup.py"), "run"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - started < 2  # 0.15 s on an idle machine


# --- What a person is told

SAID = {
    "no network": (
        "error: Failed to fetch: `https://registry.example/simple/rasa/`\n  Caused by: error sending request for url",
        "connect to the network",
    ),
    "pip without network": (
        "WARNING: Failed to establish a new connection: [Errno -3]\nERROR: No matching distribution found for uv",
        "connect to the network",
    ),
    "full disk": ("error: Failed to install\n  Caused by: No space left on device (os error 28)", "free some space"),
    "read-only": ("error: failed to create directory\n  Caused by: Read-only file system (os error 30)", "writable"),
    "wrong hash": ("error: Failed to read `rasa`\n  Caused by: Hash mismatch for `rasa`", "not the one that the lock"),
    "odd machine": ("Because x has no wheels with a matching platform tag", "not made for this kind of machine"),
    "anything else": ("one\nthe last thing it said\n\n", "the last thing it said"),
    "nothing": ("", "it said nothing"),
}


@pytest.mark.parametrize("said, told", SAID.values(), ids=SAID.keys())
def test_each_failure_is_one_sentence_with_the_remedy(said, told):
    sentence = tool.explain(said, "installing into .venv")
    assert told in sentence
    assert "installing into .venv" in sentence
    assert "\n" not in sentence
    assert "://" not in sentence, "no registry's address"


def test_only_a_missing_network_is_one():
    assert {name for name, (said, _) in SAID.items() if tool.no_network(said)} == {"no network", "pip without network"}


def test_too_little_space_is_told_before_anything_is_fetched(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(tool.shutil, "disk_usage", lambda _: usage._replace(free=100 * 2**20))
    tool.check_space(tmp_path, 100)
    with pytest.raises(tool.SetupError, match=r"needs 101 MB, and the disk of .* has 100 MB free: free some space"):
        tool.check_space(tmp_path, 101)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    tool.check_writable(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(tool.SetupError, match=r"cannot be written .*: make it writable"):
        tool.check_writable(tmp_path / "missing")


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_the_python_that_runs_this_is_a_good_one():
    assert tool.trouble_with_python(sys.executable, "3.10") is None


@pytest.mark.parametrize(
    "says, trouble",
    [
        ("3.10 cpython ", None),
        ("3.10 cpython sqlite3,ssl", "sqlite3,ssl"),
        ("3.11 cpython ", ""),
        ("3.10 pypy ", ""),
        ("", ""),
    ],
)
def test_other_pythons_are_looked_into(tmp_path, says, trouble):
    assert tool.trouble_with_python(script(tmp_path / "python", f"echo '{says}'"), "3.10") == trouble


def test_a_python_that_does_not_start_is_none(tmp_path):
    assert tool.trouble_with_python(str(tmp_path / "missing"), "3.10") == ""
    assert tool.trouble_with_python(script(tmp_path / "shim", "exit 127"), "3.10") == ""


def test_no_python_3_10_is_told_with_what_to_install(tmp_path, monkeypatch):
    broken = script(tmp_path / "python", "echo '3.10 cpython sqlite3'")
    monkeypatch.setattr(tool, "python_candidates", lambda version, uv: [broken])
    monkeypatch.setattr(tool, "LOG", tmp_path / "setup.log")
    with pytest.raises(tool.SetupError) as error:
        tool.find_python("3.10", script(tmp_path / "uv", "echo 'error: no download found' >&2; exit 2"))
    assert re.match(r"Python 3\.10 is needed, is not on this machine \(.* lacks sqlite3\)", str(error.value))
    assert "pyenv install 3.10" in str(error.value)


def test_a_machine_with_neither_uv_nor_pip_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(tool, "_works", lambda command: False)
    with pytest.raises(tool.SetupError, match="apt-get install python3-pip"):
        tool.find_pip()


def test_the_command_line_ends_with_the_sentence_and_no_traceback(monkeypatch, capsys):
    def prepare(environment):
        raise tool.SetupError("Do this.")

    monkeypatch.setattr(tool, "prepare", prepare)
    assert tool.main(["run"]) == 1
    assert capsys.readouterr().err == "\nDo this.\n"


# --- Running something


def test_a_failed_command_is_told_and_logged(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(tool, "LOG", tmp_path / "setup.log")
    with pytest.raises(tool.NoNetwork):
        tool.run([script(tmp_path / "uv", "echo 'Prepared 1 package'; echo 'dns error' >&2; exit 2")], "fetching it")
    assert "exit code 2" in tool.LOG.read_text()
    assert "dns error" in tool.LOG.read_text()
    assert capsys.readouterr().out == "    Prepared 1 package\n"


def test_on_a_terminal_the_command_sees_one(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(tool, "LOG", tmp_path / "setup.log")
    monkeypatch.setattr(tool, "_on_terminal", lambda: True)
    said = tool.run([script(tmp_path / "uv", "test -t 2 && echo 'a terminal'")], "looking", draws=True)
    assert said.strip() == "a terminal"
    assert "a terminal" in capfd.readouterr().out


def test_the_list_of_packages_is_not_shown():
    said = b"Installed 2 packages\r\n \x1b[32m+\x1b[39m \x1b[1myarl\x1b[0m==1.25.1\r\n - wrapt==2\r\ndone\r\n"
    assert tool._LISTED.sub(b"", said) == b"Installed 2 packages\r\ndone\r\n"


def test_pips_registry_is_handed_to_uv(tmp_path):
    conf = tmp_path / "pip.conf"
    conf.write_text("[global]\nindex-url = file:///mirror\ncert = /ca.pem\n")
    assert tool.pip_settings_for_uv({}, [conf]) == {"UV_DEFAULT_INDEX": "file:///mirror", "SSL_CERT_FILE": "/ca.pem"}
    assert tool.pip_settings_for_uv({"PIP_INDEX_URL": "file:///b"}, [])["UV_DEFAULT_INDEX"] == "file:///b"
    own = {"UV_DEFAULT_INDEX": "file:///c", "SSL_CERT_FILE": "/d.pem"}
    assert tool.pip_settings_for_uv(own, [conf]) == {}
    conf.write_text("no section here")
    assert tool.pip_settings_for_uv({}, [conf]) == {}


# --- The files it works from


@pytest.mark.parametrize("lock", sorted((REPO / "requirements").glob("*.txt")), ids=lambda path: path.name)
def test_lock_files_have_hashes_and_name_no_registry(lock):
    text = lock.read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--(extra-)?index-url|--find-links)\b", text, re.MULTILINE)
    if lock.name == "overrides.txt":
        return
    for requirement in re.split(r"\n(?=[a-z0-9])", text)[1:]:
        assert "--hash=sha256:" in requirement, requirement


def pins(name):
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", (REPO / "requirements" / name).read_text(), re.MULTILINE))


def test_tensorflow_is_not_locked_but_for_the_comparison():
    for name in ("run.txt", "test.txt"):
        assert not [package for package in pins(name) if re.match("tensor|keras|torch|nvidia", package)]
    assert pins("compare.txt")["tensorflow"] == "2.12.0"


def test_tests_run_with_what_the_assistant_runs_with():
    run, test = pins("run.txt"), pins("test.txt")
    assert {name: test.get(name) for name in run} == run
    assert "pytest" in test
    assert "pytest" not in run


def test_ours_and_the_stock_assistant_share_rasas_pins():
    run, compare = pins("run.txt"), pins("compare.txt")
    for name in ("rasa", "rasa-sdk", "numpy", "scikit-learn", "sanic", "sqlalchemy"):
        assert run[name] == compare[name], name


def test_every_lock_has_its_source():
    for name in [*tool.LOCKS, *(environment.lock for environment in tool.ENVIRONMENTS.values())]:
        assert (REPO / "requirements" / name).with_suffix(".in").is_file(), name


def test_it_runs_on_python_3_9():
    import ast

    ast.parse((REPO / "tools" / "setup.py").read_text(), feature_version=(3, 9))
    assert dataclasses.is_dataclass(tool.Environment)
