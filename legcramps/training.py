"""When to train, and training: the model is made anew exactly when something that it depends on has changed.

Importing this module is cheap, and so is finding that nothing has changed; Rasa is imported only to train.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import platform
import re
import shutil
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from importlib import metadata
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Optional

from legcramps import logs, paths, settings

Say = Callable[[str], None]

_FOLDERS = (("data", "*.yml"), ("knowledge", "*.yml"), ("legcramps/nlu", "*.py"), ("models/encoder", "*"))
_FILES = (
    "config.yml",
    "domain.yml",
    "legcramps/intents.py",
    "legcramps/knowledge.py",
    "legcramps/numbers.py",
    "requirements/run.txt",
)
_NOT_INPUTS = ("README.md", "LICENSE")
_PACKAGES = ("rasa", "spacy", "scikit-learn", "numpy", "onnxruntime", "tokenizers")


class TrainingError(RuntimeError):
    """The model cannot be trained. The message names file and line where there is one, and the remedy."""


def ensure_model(
    force: bool = False, say: Say = lambda line: None, current: Optional[settings.Settings] = None
) -> Path:
    """Trains when something has changed since the last training (or ``force``), and returns the model's path.

    Raises:
        TrainingError: something the model is made from cannot be used.
        KnowledgeError: a knowledge file cannot be used.
    """
    current = current or settings.read()
    parts = fingerprint(current.root)
    changed = changes(current, parts)
    if not changed and not force:
        return current.model
    say(f"Training the model ({_reason(changed)}).")
    train(current, parts, say)
    return current.model


def fingerprint(root: Path) -> Dict[str, str]:
    """What the model depends on: each file with a hash of its content, each package with its version."""
    parts = {f"package {name}": _version(name) for name in _PACKAGES}
    parts["Python"] = platform.python_version()
    for path in _inputs(root):
        parts[_name(path, root)] = _hash(path)
    return parts


def changes(current: settings.Settings, parts: Dict[str, str]) -> List[str]:
    """What differs from the last training; empty when the model is as good as new."""
    if not current.model.exists():
        return ["there is no model yet"]
    try:
        before = json.loads(_record(current).read_text(encoding="utf8"))["made_from"]
    except (OSError, ValueError, KeyError):
        return ["it is not known what the model was made from"]
    return [name for name in sorted({*before, *parts}) if before.get(name) != parts.get(name)]


def train(current: settings.Settings, parts: Dict[str, str], say: Say = print) -> None:
    """Trains, and puts the model in place in one step, so that none is ever half written."""
    started = time.perf_counter()
    logs.prepare()
    # Rasa's cache looks at a component's own class only; a change in a module that it uses would go unnoticed.
    os.environ["RASA_MAX_CACHE_SIZE"] = "0"
    _check_yaml(current.root)
    try:
        current.model.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".training-", dir=current.model.parent))
    except OSError as error:
        raise TrainingError(
            f"The model cannot be written to {current.model.parent}: {error.strerror}. "
            "Make the folder writable, or name another file with LEGCRAMPS_MODEL."
        ) from None
    try:
        new = _train_with_rasa(current.root, folder, say)
        new.replace(current.model)
        record = {"made_from": parts, "trained_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
        (folder / "record").write_text(json.dumps(record, indent=1), encoding="utf8")
        (folder / "record").replace(_record(current))
    except OSError as error:
        raise TrainingError(
            f"The model cannot be written to {current.model.parent}: {error.strerror or error}. "
            "Check that the disk is not full."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"Model ready in {time.perf_counter() - started:.0f} s.")


def _train_with_rasa(root: Path, folder: Path, say: Say) -> Path:
    say("  loading Rasa")
    import rasa.model_training
    from rasa.shared.exceptions import RasaException

    from legcramps.lean_training import lean

    logs.configure()
    told = [logging.getLogger(name) for name in ("rasa.engine.training.hooks", "legcramps.nlu.progress")]
    handler = _StepHandler(say)
    for steps in told:
        steps.addHandler(handler)
        steps.setLevel(logging.INFO)
        steps.propagate = False
    output = io.StringIO()
    try:
        with lean(), paths.inside(root), redirect_stdout(output), redirect_stderr(output):
            result = rasa.model_training.train(
                "domain.yml",
                "config.yml",
                ["data"],
                output=str(folder),
                # Stories glued together at random teach a memory nothing.
                core_additional_arguments={"augmentation_factor": 0},
                fixed_model_name="model",
                force_training=True,
            )
    except SystemExit:
        raise TrainingError(_readable(output.getvalue(), root)) from None
    except (RasaException, ValueError) as error:
        raise TrainingError(_readable(str(logs.first_cause(error)), root)) from error
    finally:
        for steps in told:
            steps.removeHandler(handler)
            steps.setLevel(logging.NOTSET)
            steps.propagate = True
    if not result.model or result.code:
        raise TrainingError(
            _readable(output.getvalue(), root) or "No model was made. Are there examples and rules in data/?"
        )
    return Path(root, result.model)


class _StepHandler(logging.Handler):
    """Turns the log of a training into a line for each component, and a few for the longest."""

    def __init__(self, say: Say):
        super().__init__()
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        name = re.search(r"Starting to train component '(\w+)'", record.getMessage())
        if name:
            self._say(f"  training {name.group(1)}")
        elif record.name == "legcramps.nlu.progress":
            self._say(f"    {record.getMessage()}")


def _check_yaml(root: Path) -> None:
    """Finds broken YAML in a moment, with file and line; Rasa would take seconds and say less."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    for path in _inputs(root):
        if path.suffix != ".yml":
            continue
        name = _name(path, root)
        try:
            YAML(typ="safe").load(path.read_text(encoding="utf8"))
        except UnicodeDecodeError as error:
            raise TrainingError(f"{name}: not UTF-8 text (byte {error.start}). Save the file as UTF-8.") from None
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise TrainingError(
                f"{name}:{mark.line + 1 if mark else 1}: not valid YAML: {error.problem or error.context}. "
                "Compare the line's indentation and quotes with its neighbours."
            ) from None


def _readable(text: str, root: Path) -> str:
    """Rasa's message in one paragraph, with files named from the project's folder and without colour codes."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).replace(f"{root}{os.sep}", "")
    text = re.sub(r"You can use https?://\S+ to validate.*", "", text, flags=re.DOTALL)
    return " ".join(text.split())


def _reason(changed: List[str]) -> str:
    if not changed:
        return "as asked"
    if len(changed) == 1:
        return changed[0] if " is " in changed[0] or " was " in changed[0] else f"{changed[0]} has changed"
    return f"{len(changed)} things have changed, among them {changed[0]} and {changed[1]}"


def _record(current: settings.Settings) -> Path:
    return current.model.with_name(current.model.name.replace(".tar.gz", "") + ".json")


def _inputs(root: Path) -> Iterator[Path]:
    for name in _FILES:
        if (root / name).is_file():
            yield root / name
    for name, pattern in _FOLDERS:
        folder = Path(os.environ.get("LEGCRAMPS_KNOWLEDGE") or root / name) if name == "knowledge" else root / name
        yield from sorted(path for path in folder.rglob(pattern) if path.is_file() and path.name not in _NOT_INPUTS)


def _name(path: Path, root: Path) -> str:
    """How a file is called in the record and in messages: from the project's folder, where it is in there."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
