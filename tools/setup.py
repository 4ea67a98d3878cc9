"""Makes one of the project's environments ready: `python3 tools/setup.py run`. `make` calls it before everything else.

It finds or fetches the Python that is needed, installs exactly what the lock file names, the TensorFlow stand-in and the
project itself, and says each step as it happens. A stamp in the environment remembers what was installed: when nothing
changed, it returns at once, without a network. Every failure a person can mend is one sentence with the remedy.

Standard library only, and any Python from 3.9 on: this runs before there is anything else.
"""

from __future__ import annotations

import argparse
import configparser
import errno
import glob
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator, Optional, Sequence

try:
    import fcntl
    import pty
    import struct
    import termios
except ImportError:  # Windows
    fcntl = None

REPO = Path(__file__).resolve().parent.parent
TOOLS = REPO / ".tools"
LOG = TOOLS / "setup.log"
UV_LOCK = Path("requirements/uv.txt")
BUILD_LOCK = Path("requirements/build.txt")
STAMP = ".setup.json"
# Raise it when what is installed changes in a way that no file in `Environment` shows.
EDITION = "1"


class SetupError(Exception):
    """One sentence for the person at the terminal, with the remedy."""


class NoNetwork(SetupError):
    """The package registry cannot be reached."""


@dataclass(frozen=True)
class Environment:
    """One folder of installed packages."""

    name: str
    folder: str
    lock: str
    """The lock file, or what stands in for one, under requirements/."""
    megabytes: int
    """Free space that a first installation needs, with its downloads."""
    python: str = "3.10"
    local: tuple[str, ...] = ()
    """Folders of this repository to install, the project itself as `.`."""
    installer: str = "uv"
    includes: Optional[str] = None
    """Name of the environment in the same folder of which this one is a superset."""
    warm_up: tuple[str, ...] = ()
    """Modules to import once, which proves that they can be, and compiles them: 4 s a start instead of 17 s."""


_ASSISTANT = (
    "rasa.__main__",
    "rasa.core.agent",
    "rasa.model_training",
    "rasa.server",
    "spacy",
    "onnxruntime",
    "tokenizers",
)

ENVIRONMENTS = {
    environment.name: environment
    for environment in (
        Environment("run", ".venv", "run.txt", 1400, local=("stubs/tensorflow", "."), warm_up=_ASSISTANT),
        Environment(
            "test", ".venv", "test.txt", 1400, local=("stubs/tensorflow", "."), includes="run", warm_up=_ASSISTANT
        ),
        Environment("lint", ".venv-lint", "lint.txt", 200),
        Environment("compare", ".venv-compare", "compare.txt", 4500),
        Environment("voice", ".venv-voice", "voice.txt", 1500),
        # pip, because the CPU build of PyTorch may lie in a folder that only pip is told of.
        Environment("encoder", ".venv-encoder", "encoder.txt", 3000, python="3.11", installer="pip"),
    )
}

# What `make lock` resolves: the lock file, and the options beside `requirements/<name>.in`. In this order.
LOCKS = {
    "uv.txt": (),
    "build.txt": (),
    "run.txt": ("--override", "requirements/overrides.txt"),
    "test.txt": ("--override", "requirements/overrides.txt", "--constraint", "requirements/run.txt"),
    "lint.txt": (),
    "compare.txt": (),
    "voice.txt": (),
}


# --- What is there already ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stamp:
    """What was installed into an environment's folder, as its stamp says."""

    level: str = ""
    packages: str = ""
    local: str = ""
    place: str = ""


def read_stamp(folder: Path) -> Stamp:
    """The stamp in `folder`; an empty one where there is none or it cannot be read."""
    try:
        return Stamp(**json.loads((folder / STAMP).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Stamp()


def write_stamp(folder: Path, stamp: Stamp) -> None:
    """Remember `stamp` in `folder`, all or nothing."""
    draft = folder / f"{STAMP}.draft"
    draft.write_text(json.dumps(stamp.__dict__), encoding="utf-8")
    draft.replace(folder / STAMP)


def fingerprint(paths: Sequence[Path], *words: str) -> str:
    """SHA-256 over the files `paths` (folders: every source file in them) and `words`."""
    digest = hashlib.sha256("\0".join((EDITION, *words)).encode())
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            built = any(part == "build" or part.endswith(".egg-info") for part in file.relative_to(path).parts)
            if file.is_file() and file.suffix in {".py", ".toml", ".txt", ".in"} and not built:
                digest.update(f"\0{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def wanted_stamp(environment: Environment, repo: Path = REPO) -> Stamp:
    """The stamp that `environment` has when it is ready."""
    lock = lock_file(environment, repo)
    local = [repo / place / "pyproject.toml" if place == "." else repo / place for place in environment.local]
    return Stamp(
        level=environment.name,
        packages=fingerprint([lock], environment.python, environment.installer),
        local=fingerprint(local) if local else "",
        place=str(repo),
    )


def lock_file(environment: Environment, repo: Path = REPO) -> Path:
    """The file that says what belongs into `environment`."""
    lock = repo / "requirements" / environment.lock
    return lock if lock.exists() else lock.with_suffix(".in")


def level_to_install(environment: Environment, present: Stamp) -> Environment:
    """`environment`, or the larger one that is in its folder already: `make run` takes nothing from `make test`."""
    larger = ENVIRONMENTS.get(present.level)
    return larger if larger and larger.includes == environment.name else environment


def is_ready(environment: Environment, repo: Path = REPO) -> bool:
    """Whether nothing is left to do."""
    folder = repo / environment.folder
    present = read_stamp(folder)
    return present == wanted_stamp(level_to_install(environment, present), repo) and python_of(folder).exists()


def python_of(folder: Path) -> Path:
    """The interpreter of the environment in `folder`."""
    return folder / "bin" / "python"


# --- Saying and running ------------------------------------------------------------------------------------------


def say(text: str) -> None:
    """One step, as it begins."""
    print(f"==> {text}", flush=True)


# What is set for the Python that runs this, and would spoil the one that is set up.
_NOT_FOR_OTHERS = {"PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV"}

# Lines of uv and pip that tell how far they are. The rest of what they print goes to the log only.
_PROGRESS = re.compile(r"^\s*(Downloading|Downloaded|Building|Built|Prepared|Installed|Collecting|Installing)\b")
# uv's list of each package installed or removed, with its colours.
_LISTED = re.compile(rb"^ (?:\x1b\[[0-9;]*m)*[-+~](?:\x1b\[[0-9;]*m)* .*\r?\n", re.MULTILINE)
_NO_NETWORK = re.compile(
    r"error sending request|dns error|failed to lookup address|name or service not known|name resolution|"
    r"network is unreachable|no route to host|connection refused|connection reset|timed? ?out|"
    r"could not connect|failed to establish a new connection|tunnel|client error \(connect\)|request failed after",
    re.IGNORECASE,
)


def explain(output: str, what: str) -> str:
    """One sentence on why `what` failed, from all that the failed command printed."""
    if re.search(r"no space left on device|os error 28\b", output, re.IGNORECASE):
        return f"The disk is full, so {what} stopped: free some space and run this again."
    if re.search(r"read-only file system|permission denied|os error (13|30)\b", output, re.IGNORECASE):
        return f"A folder could not be written, so {what} stopped: make {REPO} writable and run this again ({_log()})."
    if re.search(r"hash mismatch|do not match the hashes", output, re.IGNORECASE):
        return (
            f"A package is not the one that the lock file names, so {what} stopped: try once more, and if it happens "
            f"again find out who changed it before you install anything ({_log()})."
        )
    if no_network(output):
        return f"The package registry cannot be reached, so {what} stopped: connect to the network and run this again."
    if re.search(r"no (usable|compatible) wheel|matching platform tag|has no wheels with", output, re.IGNORECASE):
        return (
            f"A package is not made for this kind of machine, so {what} stopped: use 64-bit Linux or macOS ({_log()})."
        )
    last = next((line.strip() for line in reversed(output.splitlines()) if line.strip()), "it said nothing")
    return f"It was not possible to finish {what}: {last} ({_log()})"


def no_network(output: str) -> bool:
    """Whether a command that printed `output` failed for want of a network."""
    return _NO_NETWORK.search(output) is not None


def _log() -> str:
    return f"all it said is in {os.path.relpath(LOG, REPO)}"


def run(command: Sequence[str], what: str, draws: bool = False) -> str:
    """Run `command` in the repository, showing how far it is; return all that it printed.

    With `draws`, a command that knows how to draw its progress does so when there is a terminal. Raises `SetupError` with one sentence about `what` when it fails.
    """
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_OTHERS}
    environment.update({"UV_HTTP_TIMEOUT": "120", "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
    environment.update(pip_settings_for_uv(os.environ))
    LOG.parent.mkdir(exist_ok=True)
    status, output = (_run_on_terminal if draws and _on_terminal() else _run_in_pipe)(command, environment)
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n{time.strftime('%Y-%m-%d %H:%M:%S')} {' '.join(command)}\n{output}\nexit code {status}\n")
    if status:
        raise (NoNetwork if no_network(output) else SetupError)(explain(output, what))
    return output


def _on_terminal() -> bool:
    return fcntl is not None and sys.stdout.isatty()


def _run_in_pipe(command: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run without a terminal: the lines that tell of progress, and every 15 seconds of silence how long it has been."""
    process = subprocess.Popen(
        command,
        cwd=REPO,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    started = last_said = time.monotonic()
    finished = threading.Event()

    def heartbeat() -> None:
        while not finished.wait(1):
            if time.monotonic() - last_said > 15:
                tell(f"    … {time.monotonic() - started:.0f} s")

    def tell(line: str) -> None:
        nonlocal last_said
        last_said = time.monotonic()
        print(line, flush=True)

    thread = threading.Thread(target=heartbeat, daemon=True)
    thread.start()
    lines = []
    try:
        for line in process.stdout:
            lines.append(line)
            if _PROGRESS.match(line):
                tell(f"    {line.strip()}")
        return process.wait(), "".join(lines)
    except BaseException:
        process.kill()
        raise
    finally:
        finished.set()
        thread.join()


def _run_on_terminal(command: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run on a terminal of its own, so that the command draws its progress bars, and keep what it said."""
    ours, theirs = pty.openpty()
    size = shutil.get_terminal_size()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size.lines, size.columns, 0, 0))
    process = subprocess.Popen(
        command, cwd=REPO, env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    output = bytearray()
    try:
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError as error:  # how Linux says that the other end is closed
                if error.errno != errno.EIO:
                    raise
                break
            if not chunk:
                break
            output += chunk
            sys.stdout.buffer.write(_LISTED.sub(b"", chunk))
            sys.stdout.buffer.flush()
        status = process.wait()
    except BaseException:
        process.kill()
        raise
    finally:
        os.close(ours)
    return status, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", output.decode(errors="replace"))


def pip_settings_for_uv(environment: dict[str, str], files: Optional[Sequence[Path]] = None) -> dict[str, str]:
    """uv's form of the registry and the certificates that pip is told to use on this machine, where uv is told nothing."""
    if files is None:
        home = Path.home()
        files = [Path("/etc/pip.conf"), home / ".pip/pip.conf", home / ".config/pip/pip.conf"]
    settings = configparser.RawConfigParser(strict=False)
    try:
        settings.read(files, encoding="utf-8")
    except configparser.Error:
        return {}
    result = {}
    index = environment.get("PIP_INDEX_URL") or settings.get("global", "index-url", fallback="")
    if index and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & environment.keys():
        result["UV_DEFAULT_INDEX"] = index
    certificates = environment.get("PIP_CERT") or settings.get("global", "cert", fallback="")
    if certificates and "SSL_CERT_FILE" not in environment:
        result["SSL_CERT_FILE"] = certificates
    return result


# --- The steps ---------------------------------------------------------------------------------------------------


def check_writable(folder: Path) -> None:
    """Raise unless a file can be made in `folder`; asking for permission is not enough, as root may do everything."""
    probe = folder / f".writable-{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise SetupError("The disk is full: free some space and run this again.") from error
        raise SetupError(
            f"The folder {folder} cannot be written ({error.strerror}): make it writable, or copy the project to a "
            "folder that is, and run this again."
        ) from error


def check_space(folder: Path, megabytes: int) -> None:
    """Raise unless the disk of `folder` has `megabytes` free."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise SetupError(
            f"The installation needs {megabytes:,} MB, and the disk of {folder} has {free:,} MB free: "
            "free some space and run this again."
        )


class OneAtATime:
    """Lets the second of two set-ups of this repository wait for the first."""

    def __enter__(self) -> None:
        TOOLS.mkdir(exist_ok=True)
        self.file = (TOOLS / "setup.lock").open("w")
        if fcntl is None:
            return
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up of this folder is at work; waiting for it")
            fcntl.flock(self.file, fcntl.LOCK_EX)
        except OSError:  # a file system without locks
            return

    def __exit__(self, *exception: object) -> None:
        self.file.close()


def find_uv() -> str:
    """The installer, uv: the machine's own, or the one in .tools/, fetched by pip when it is not there yet."""
    ours = TOOLS / "uv" / "bin" / "uv"
    for candidate in (shutil.which("uv"), str(ours)):
        if candidate and _works([candidate, "--version"]):
            return candidate
    say("Fetching the installer uv into .tools/")
    pip = find_pip()
    shutil.rmtree(TOOLS / "uv", ignore_errors=True)
    options = ("install", "--quiet", "--require-hashes", "--no-deps", "--target", str(TOOLS / "uv"))
    run([*pip, *options, "--requirement", str(UV_LOCK)], "fetching uv")
    if not _works([str(ours), "--version"]):
        raise SetupError("uv was fetched but does not run on this machine: install uv by hand and run this again.")
    return str(ours)


def find_pip() -> list[str]:
    """A command that is pip, of whichever Python on this machine has one."""
    for python in (sys.executable, "python3", "/usr/bin/python3", *sorted(_pyenv_pythons("3.*"), reverse=True)):
        if _works([python, "-m", "pip", "--version"]):
            return [python, "-m", "pip"]
    # Debian's python3-venv and python3-virtualenv bring pip as a wheel, which runs as it is.
    for wheel in sorted(glob.glob("/usr/share/python-wheels/pip-*.whl"), reverse=True):
        if _works([sys.executable, f"{wheel}/pip", "--version"]):
            return [sys.executable, f"{wheel}/pip"]
    raise SetupError(
        "Neither uv nor pip is on this machine: install one of them (Debian: apt-get install python3-pip) and run "
        "this again."
    )


def find_python(version: str, uv: str) -> str:
    """An interpreter of `version` with all that the packages need, on this machine or fetched by uv."""
    broken = None
    for candidate in python_candidates(version, uv):
        trouble = trouble_with_python(candidate, version)
        if trouble is None:
            return candidate
        if trouble:
            broken = f"{candidate} lacks {trouble}"
    say(f"Fetching Python {version}")
    try:
        run([uv, "python", "install", version], f"fetching Python {version}", draws=True)
        return _output([uv, "python", "find", "--managed-python", "--no-project", version])
    except (SetupError, OSError, subprocess.SubprocessError) as error:
        found = f" ({broken})" if broken else ""
        raise SetupError(
            f"Python {version} is needed, is not on this machine{found} and could not be fetched: install it, for example "
            f"with `pyenv install {version}` or `uv python install {version}`, and run this again."
        ) from error


def python_candidates(version: str, uv: str) -> Iterator[str]:
    """Where an interpreter of `version` may be, likeliest first; it need not be there, or work."""
    if sys.version_info[:2] == tuple(int(part) for part in version.split(".")):
        yield os.path.realpath(sys.executable)
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield on_path
    yield from sorted(_pyenv_pythons(f"{version}.*"), reverse=True)
    try:
        yield _output([uv, "python", "find", "--system", "--no-project", "--no-python-downloads", version])
    except (OSError, subprocess.SubprocessError):
        pass


def trouble_with_python(python: str, version: str) -> Optional[str]:
    """None for a good interpreter, the modules that it was built without, or an empty text when it is no such Python."""
    needed = ("bz2", "ctypes", "lzma", "sqlite3", "ssl", "venv", "zlib")
    probe = (
        "import sys\nmissing = []\n"
        f"for name in {needed!r}:\n"
        "    try:\n        __import__(name)\n    except ImportError:\n        missing.append(name)\n"
        "print('%d.%d' % sys.version_info[:2], sys.implementation.name, ','.join(missing))"
    )
    try:
        found, implementation, *missing = _output([python, "-c", probe]).split(" ")
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""
    if (found, implementation) != (version, "cpython"):
        return ""
    return missing[0] if missing and missing[0] else None


def _pyenv_pythons(version: str) -> list[str]:
    root = os.environ.get("PYENV_ROOT") or str(Path.home() / ".pyenv")
    return glob.glob(f"{glob.escape(root)}/versions/{version}/bin/python3")


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, cwd=REPO, capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def prepare(environment: Environment) -> None:
    """Have `environment` ready. Raises `SetupError` when that cannot be."""
    if is_ready(environment):
        return
    check_writable(REPO)
    with OneAtATime():
        folder = REPO / environment.folder
        present = read_stamp(folder)
        environment = level_to_install(environment, present)
        wanted = wanted_stamp(environment)
        if is_ready(environment):  # another set-up has just done it
            return
        uv = find_uv()
        packages_are_there = replace(present, local=wanted.local) == wanted and _works(
            [str(python_of(folder)), "-c", ""]
        )
        if not packages_are_there:
            install_packages(environment, uv, present)
        if environment.local:
            write_stamp(folder, Stamp(wanted.level, wanted.packages, "", wanted.place))
            install_local(environment, uv)
        if environment.warm_up and not (packages_are_there and present.local):
            say("Preparing the packages for quick starts")
            imports = "import " + ", ".join(environment.warm_up)
            run([str(python_of(folder)), "-W", "ignore", "-c", imports], "the first import of Rasa")
        write_stamp(folder, wanted)


def install_packages(environment: Environment, uv: str, present: Stamp) -> None:
    """The interpreter and the locked packages."""
    folder = REPO / environment.folder
    lock = lock_file(environment)
    python = python_of(folder)
    # Scripts in an environment name the folder where it was made: one that was moved is made anew.
    if present.place not in ("", str(REPO)) or trouble_with_python(str(python), environment.python) is not None:
        check_space(REPO, environment.megabytes)
        say(f"Making {environment.folder} with Python {environment.python}")
        base = find_python(environment.python, uv)
        shutil.rmtree(folder, ignore_errors=True)
        run([uv, "venv", "--quiet", "--no-project", "--python", base, str(folder)], f"making {environment.folder}")
    write_stamp(folder, Stamp(place=str(REPO)))
    count = len(re.findall(r"^[^#\s].*==", lock.read_text(encoding="utf-8"), re.MULTILINE))
    packages = "1 package" if count == 1 else f"{count} packages"
    say(f"Installing {packages} into {environment.folder} (requirements/{lock.name})")
    what = f"installing into {environment.folder}"
    if environment.installer == "pip":
        install = [str(python), "-m", "pip", "install"]
        if not _works([*install, "--help"]):
            run([str(python), "-m", "ensurepip"], what)
        run([*install, "--require-hashes", "--no-deps", "--requirement", str(lock)], what, draws=True)
        return
    install = [uv, "pip", "install", "--python", str(python), "--require-hashes", "--no-deps", "--quiet"]
    sync = [uv, "pip", "sync", "--python", str(python), "--require-hashes", "--no-build-isolation", str(lock)]
    try:
        run([*install, "--requirement", str(BUILD_LOCK)], what)
        run(sync, what, draws=True)
    except NoNetwork as error:
        say("No network; trying with what this machine has fetched before")
        try:
            run([*install, "--offline", "--requirement", str(BUILD_LOCK)], what)
            run([*sync, "--offline"], what)
        except SetupError:
            raise error from None


def install_local(environment: Environment, uv: str) -> None:
    """The TensorFlow stand-in and the project itself: built here, without a network."""
    say("Installing the project itself")
    folder = REPO / environment.folder
    for place in environment.local:
        shutil.rmtree(REPO / place / "build", ignore_errors=True)  # else files deleted since would come back
    packages = [
        part for place in environment.local for part in (["--editable", "."] if place == "." else [f"./{place}"])
    ]
    options = ("--offline", "--quiet", "--no-deps", "--no-build-isolation", "--reinstall")
    run(
        [uv, "pip", "install", "--python", str(python_of(folder)), *options, *packages], "installing the project itself"
    )


def lock() -> None:
    """Resolve the lock files anew from requirements/*.in: hashes, and no word of a registry's address."""
    check_writable(REPO)
    with OneAtATime():
        uv = find_uv()
        python = find_python("3.10", uv)
        for name, options in LOCKS.items():
            say(f"Resolving requirements/{name}")
            source = Path("requirements") / name.replace(".txt", ".in")
            command = [uv, "pip", "compile", "--quiet", "--upgrade", "--generate-hashes", "--no-emit-index-url"]
            command += ["--no-emit-find-links", "--custom-compile-command", "make lock", "--python", python]
            command += ["--python-version", "3.10", "--python-platform", "linux", *options]
            run([*command, str(source), "--output-file", f"requirements/{name}"], f"resolving requirements/{name}")


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Prepare the environment named in `arguments`; the exit code."""
    parser = argparse.ArgumentParser(description="Make one of the project's environments ready.")
    parser.add_argument("what", choices=[*ENVIRONMENTS, "lock"], help="the environment, or `lock` to resolve anew")
    what = parser.parse_args(arguments).what
    try:
        if fcntl is None:
            raise SetupError("Windows itself is not supported: use the Windows Subsystem for Linux and run this there.")
        lock() if what == "lock" else prepare(ENVIRONMENTS[what])
    except SetupError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(explain(f"{error} (os error {error.errno})", "the set-up"))
    except KeyboardInterrupt:
        print("\nStopped. Run the same again to go on.", file=sys.stderr)
        return 130
    return 0


def _fail(sentence: str) -> int:
    print(f"\n{sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
