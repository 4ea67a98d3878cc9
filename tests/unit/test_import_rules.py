"""Who may import whom in this house (DESIGN section 1), read off the source of every module."""

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, Optional

import pytest

REPO = Path(__file__).resolve().parents[2]

# What needs nothing else of the house, and what everybody but `answers` and `knowledge` may lean on.
GROUND = {"legcramps.logs", "legcramps.paths", "legcramps.settings"}

# Plain tables of what both sides call by the same name.
NAMES = {"legcramps.intents", "legcramps.numbers"}

# A part of the house and the parts that it may import beside itself. The longest name that fits a module is its part.
# A module of `legcramps` that is not named here (cli, training, evaluation …) stands on top and may import everything;
# nothing below may import it.
MAY_IMPORT = {
    "legcramps.logs": GROUND,
    "legcramps.paths": GROUND,
    "legcramps.settings": GROUND,
    "legcramps.knowledge": {"legcramps.required"},
    "legcramps.required": set(),
    "legcramps.intents": set(),
    "legcramps.numbers": set(),
    "legcramps.answers": {"legcramps.knowledge", *NAMES},
    "legcramps.nlu": {"legcramps.knowledge", *NAMES, *GROUND},
    # A channel gives the `Answer` its form and never makes one.
    "legcramps.channels": {"legcramps.answers.types", *GROUND},
    # The two replies that no action can give: to what cannot be read, and when no action could be run.
    "legcramps.channels.replies": {"legcramps.answers", "legcramps.knowledge"},
    # What a client says of an answer is checked against the knowledge.
    "legcramps.channels.feedback": {"legcramps.answers.types", "legcramps.channels.guard", "legcramps.knowledge"},
    "actions": {"legcramps.answers", "legcramps.knowledge", *GROUND},
}

# Below the top, only these know of Rasa: its components, its connectors and its actions.
MAY_IMPORT_RASA = ("actions", "legcramps.channels", "legcramps.nlu.components")
# … and of the channels never these, which are pure and tested without Rasa.
NEVER_RASA = re.compile(
    r"legcramps\.channels\.(guard|feedback|\w*render\w*|\w*speech\w*|replies|voice|alexa_\w+)(\.|$)"
)
RASA = ("rasa", "rasa_sdk")

# No answer comes from outside, and pure functions touch nothing.
PURE = ("legcramps.answers",)
NOT_PURE = (
    "aiohttp", "asyncio", "boto3", "http", "httpx", "io", "logging", "os", "pathlib", "random", "requests", "shutil",
    "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib",
)  # fmt: skip


@dataclass(frozen=True)
class Import:
    """One import of `target` at a line of `file`, a module of the name `module`."""

    file: Path
    line: int
    module: str
    target: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(REPO)}:{self.line}: {self.module} imports {self.target}"


def module_name(file: Path, root: Path = REPO) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(source: str, module: str, file: Path) -> Iterator[Import]:
    """Every import in `source`, at whatever depth, by absolute name: `from a import b` gives `a.b`."""
    is_package = file.name == "__init__.py"
    for node in ast.walk(ast.parse(source, filename=str(file))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node.lineno, module, alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = module.split(".") + (["__init__"] if is_package else [])
                base = ".".join([*above[: -node.level], *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(file, node.lineno, module, base if alias.name == "*" else f"{base}.{alias.name}")
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            # importlib.import_module("…"), __import__("…")
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if function in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
                yield Import(file, node.lineno, module, node.args[0].value)


def within(name: str, *parts: str) -> bool:
    """Whether the dotted `name` is one of `parts` or inside one."""
    return any(name == part or name.startswith(f"{part}.") for part in parts)


def part_of(module: str) -> Optional[str]:
    """The part of the house that `module` belongs to; None for what stands on top."""
    return max((part for part in MAY_IMPORT if within(module, part)), key=len, default=None)


def breaks_house_rules(one: Import) -> bool:
    """Whether `one` is an import inside the house that the rules do not allow."""
    part = part_of(one.module)
    if part is None or not is_of_the_house(one.target):
        return False
    return not within(one.target, part, *MAY_IMPORT[part])


def may_import_rasa(module: str) -> bool:
    """Whether Rasa is allowed in `module`."""
    on_top = part_of(module) is None and module != "legcramps"
    return on_top or (within(module, *MAY_IMPORT_RASA) and not NEVER_RASA.match(module))


def is_of_the_house(dotted: str) -> bool:
    """Whether `dotted` names a module of ours, and not just the package itself (`from legcramps import __version__`)."""
    if within(dotted, "actions"):
        return True
    path = REPO.joinpath(*dotted.split(".")[:2])
    return dotted.startswith("legcramps.") and (path.is_dir() or path.with_suffix(".py").is_file())


def house_files() -> list[Path]:
    return sorted(file for folder in ("actions", "legcramps") for file in (REPO / folder).rglob("*.py"))


def house_imports() -> list[Import]:
    return [one for file in house_files() for one in imports_of(file.read_text("utf-8"), module_name(file), file)]


def report(broken: list[Import]) -> str:
    return "\n".join(["imports against the rules of the house:", *map(str, broken)])


def test_every_named_part_of_the_house_exists():
    gone = {part for part in MAY_IMPORT if not is_of_the_house(part)}
    assert not gone, "take out of MAY_IMPORT what is no longer there"


def test_parts_import_only_what_they_may():
    broken = [one for one in house_imports() if breaks_house_rules(one)]
    assert not broken, report(broken)


def test_rasa_stays_at_the_edge():
    broken = [one for one in house_imports() if within(one.target, *RASA) and not may_import_rasa(one.module)]
    assert not broken, report(broken)


def test_no_module_imports_tensorflow():
    broken = [one for one in house_imports() if within(one.target, "tensorflow", "keras", "transformers", "torch")]
    assert not broken, report(broken)


def test_answers_are_pure():
    broken = [one for one in house_imports() if within(one.module, *PURE) and within(one.target, *NOT_PURE)]
    assert not broken, report(broken)


def test_unit_tests_import_no_rasa():
    files = sorted((REPO / "tests" / "unit").rglob("*.py"))
    imports = [one for file in files for one in imports_of(file.read_text("utf-8"), module_name(file), file)]
    broken = [one for one in imports if within(one.target, *RASA)]
    assert not broken, report(broken)


# --- The rules themselves can fail


@pytest.mark.parametrize(
    "file, source, target",
    [
        ("legcramps/answers/causes.py", "import rasa.shared.core.events", "rasa.shared.core.events"),
        ("legcramps/answers/causes.py", "def f():\n    from rasa_sdk import Action", "rasa_sdk.Action"),
        ("legcramps/answers/causes.py", "from . import types", "legcramps.answers.types"),
        ("legcramps/answers/__init__.py", "from .types import Answer", "legcramps.answers.types.Answer"),
        ("legcramps/answers/causes.py", "from ..nlu import spelling", "legcramps.nlu.spelling"),
        ("legcramps/answers/causes.py", "import importlib\nimportlib.import_module('rasa')", "rasa"),
        ("actions/causes.py", "from legcramps.answers import *", "legcramps.answers"),
    ],
)
def test_imports_are_read_whatever_their_form(file, source, target):
    path = REPO / file
    assert target in [one.target for one in imports_of(source, module_name(path), path)]


@pytest.mark.parametrize(
    "module, target, broken",
    [
        ("legcramps.answers.causes", "legcramps.knowledge.Entry", False),
        ("legcramps.answers.causes", "legcramps.answers.types", False),
        ("legcramps.answers.causes", "legcramps.nlu.spelling", True),
        ("legcramps.answers.causes", "legcramps.settings", True),
        ("legcramps.answers.causes", "legcramps.__version__", False),
        ("legcramps.answers.causes", "json", False),
        ("legcramps.knowledge", "legcramps.answers", True),
        ("legcramps.nlu.spelling", "legcramps.answers.types", True),
        ("legcramps.nlu.spelling", "legcramps.knowledge.load", False),
        ("legcramps.nlu.spelling", "legcramps.cli", True),
        ("legcramps.channels.web", "legcramps.answers.types.Answer", False),
        ("legcramps.channels.web", "legcramps.answers.causes", True),
        ("legcramps.channels.web", "actions.causes", True),
        ("actions.causes", "legcramps.answers.causes", False),
        ("actions.causes", "legcramps.server.app", True),
        ("legcramps.cli", "legcramps.server.app", False),
        ("legcramps.server.app", "actions.causes", False),
    ],
)
def test_the_rules_tell_right_from_wrong(module, target, broken):
    path = REPO.joinpath(*module.split(".")).with_suffix(".py")
    assert breaks_house_rules(Import(path, 1, module, target)) is broken


@pytest.mark.parametrize(
    "module, allowed",
    [
        ("legcramps", False),
        ("legcramps.knowledge", False),
        ("legcramps.answers.causes", False),
        ("legcramps.nlu.encoder", False),
        ("legcramps.nlu.components", True),
        ("legcramps.channels.web", True),
        ("legcramps.channels.slack_renderer", False),
        ("legcramps.channels.render.speech", False),
        ("legcramps.channels.guard", False),
        ("legcramps.server.agent", True),
        ("legcramps.cli", True),
        ("actions.causes", True),
    ],
)
def test_the_rules_know_where_rasa_belongs(module, allowed):
    assert may_import_rasa(module) is allowed


def test_the_small_words_of_other_languages_are_read_without_importing_these_languages():
    """French alone takes five seconds, at every start."""
    code = "import sys, legcramps.nlu.signals; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=REPO, capture_output=True, text=True, check=True).stdout
    assert not {"spacy.lang.fr", "spacy.lang.de", "spacy.lang.tr"} & {*loaded.split()}
