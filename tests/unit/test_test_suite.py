"""A test of the tests: what lies in `tests/` is run, can fail, and is run in the right order."""

import ast
import os
import subprocess
import sys
from collections.abc import Set as AbstractSet
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
TESTS = REPO / "tests"

sys.path.insert(0, str(REPO / "tools"))
import run_tests  # noqa: E402

# Files beside the tests that are none: what pytest reads by itself, and what the tests import.
HELPERS = {"__init__.py", "conftest.py"}
HELPER_FOLDERS = {"helpers", "support", "fixtures"}


def python_files() -> list[Path]:
    return sorted(file for file in TESTS.rglob("*.py") if "__pycache__" not in file.parts)


def is_test_file(file: Path) -> bool:
    return file.name.startswith("test_")


def is_helper(file: Path) -> bool:
    return file.name in HELPERS or bool(HELPER_FOLDERS & set(file.relative_to(TESTS).parts))


def collected_files(paths: list[Path]) -> set[Path]:
    """The files out of which pytest collects at least one test, when `make test` runs it on `paths`."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-q", "-p", "no:cacheprovider", *map(str, paths)],
        cwd=REPO,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    # One line for each file: "tests/unit/test_a.py: 3"
    return {
        REPO / line.rpartition(":")[0] for line in done.stdout.splitlines() if line.rpartition(":")[2].strip().isdigit()
    }


def functions_with_tests(tree: ast.Module) -> list[ast.AST]:
    """Every test function and method of a module."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test_")
    ]


def test_every_test_file_is_collected_by_make_test(request):
    files = {file for file in python_files() if is_test_file(file)}
    paths = run_tests.paths_to_run(TESTS)
    if [Path(argument) for argument in request.config.args] == paths and not request.config.option.keyword:
        collected = {item.path for item in request.session.items}  # this is that run
    else:
        collected = collected_files(paths)
    forgotten = files - collected
    assert not forgotten, "make test runs nothing of these: " + ", ".join(
        str(f.relative_to(REPO)) for f in sorted(forgotten)
    )


def test_every_file_with_tests_has_a_name_that_pytest_collects():
    misnamed = [
        str(file.relative_to(REPO))
        for file in python_files()
        if not is_test_file(file) and not is_helper(file) and functions_with_tests(ast.parse(file.read_text("utf-8")))
    ]
    assert not misnamed, f"name these test_*.py: {misnamed}"


def test_every_python_file_is_a_test_or_a_named_helper():
    strays = [str(file.relative_to(REPO)) for file in python_files() if not is_test_file(file) and not is_helper(file)]
    assert not strays, f"neither tests nor helpers (in {sorted(HELPER_FOLDERS)}): {strays}"


def test_no_two_tests_of_a_module_share_a_name():
    doubles = []
    for file in filter(is_test_file, python_files()):
        tree = ast.parse(file.read_text("utf-8"))
        for scope in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]:
            names = [node.name for node in scope.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
            doubles += [f"{file.relative_to(REPO)}: {name}" for name in set(names) if names.count(name) > 1]
    assert not doubles, f"only the last of each is run: {sorted(doubles)}"


def of_the_product(tree: ast.Module) -> set[str]:
    """Names that a test takes from what is tested: a `check_size` of ours is no assertion."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"legcramps", "actions"}
        for alias in node.names
    }


def checks_something(function: ast.AST, product: AbstractSet[str] = frozenset()) -> bool:
    """Whether a test has an assertion, expects an error, or hands its verdict to a helper that says so by its name."""
    for node in ast.walk(function):
        if isinstance(node, (ast.Assert, ast.Raise)):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in {"pytest.raises", "pytest.fail", "pytest.warns"} or called.startswith("np.testing.assert_"):
                return True
            # A method such as `guard.check` is what is tested, and may do nothing at all.
            is_plain = isinstance(node.func, ast.Name) and called not in product
            if is_plain and called.startswith(("assert", "check", "expect", "verify")):
                return True
    return False


def test_every_test_can_fail():
    toothless = [
        f"{file.relative_to(REPO)}:{test.lineno} {test.name}"
        for file in filter(is_test_file, python_files())
        for tree in [ast.parse(file.read_text("utf-8"))]
        for product in [of_the_product(tree)]
        for test in functions_with_tests(tree)
        if not checks_something(test, product)
    ]
    assert not toothless, f"these assert nothing: {toothless}"


@pytest.mark.parametrize(
    "source, verdict",
    [
        ("def test_a():\n    print(1)", False),
        ("def test_a():\n    run()", False),
        ("def test_a():\n    assert run()", True),
        ("def test_a():\n    with pytest.raises(ValueError):\n        run()", True),
        ("def test_a():\n    assert_same(1, 2)", True),
        ("def test_a():\n    np.testing.assert_allclose(run(), 1)", True),
        ("def test_a():\n    guard.check(run())", False),
        ("from legcramps.guard import check_size\ndef test_a():\n    check_size(1)", False),
    ],
)
def test_a_test_without_assertion_is_told_from_one_with(source, verdict):
    tree = ast.parse(source)
    assert checks_something(tree, of_the_product(tree)) is verdict


# --- tools/run_tests.py


def make(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("def test_it():\n    assert True\n")
    return folder


def test_layers_run_fast_ones_first_and_nothing_is_left_out(tmp_path):
    tests = make(
        tmp_path, "browser/test_a.py", "conversations/test_a.py", "unit/test_a.py", "model/test_a.py", "odd/in/test_a.py",
        "test_b.py", "helpers/a.py",
    )  # fmt: skip
    names = [path.name for path in run_tests.paths_to_run(tests)]
    assert names == ["unit", "model", "conversations", "browser", "odd", "test_b.py"]


def test_one_layer_alone(tmp_path):
    tests = make(tmp_path, "unit/test_a.py", "data/test_a.py")
    assert run_tests.command(["--only", "data", "-q"], tests)[-2:] == ["-q", str(tests / "data")]


def test_a_named_test_takes_the_place_of_the_layers(tmp_path):
    tests = make(tmp_path, "unit/test_a.py", "data/test_a.py")
    named = f"{tests}/unit/test_a.py::test_it"
    assert run_tests.command([named], tests)[3:] == [named]
    layers = [str(tests / "unit"), str(tests / "data")]
    assert run_tests.command(["-k", "unit"], tests)[3:] == [*run_tests.SIDE_BY_SIDE, "-k", "unit", *layers]
