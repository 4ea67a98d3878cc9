"""What the code says by its name is known, so that a knowledge file without it does not load."""

import ast
import re
import shutil
import string
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from legcramps import knowledge as knowledge_module
from legcramps import required
from legcramps.knowledge import FACTS_FILE, PHRASES_FILE, SAFETY_FILE, VOCABULARY_FILE, KnowledgeError, load

REPO = Path(__file__).resolve().parents[2]
CODE = sorted(file for part in ("answers", "channels") for file in (REPO / "legcramps" / part).glob("*.py"))
SECTIONS = {key.split(".")[0] for key in (*required.PHRASES, *required.STATEMENTS)}
OPTIONAL = ("offers.", "pronunciation.")
OF_OTHERS = {"chat.update"}  # a method of Slack's
TAKE_A_KEY = {"phrase", "words", "spoken_words", "written"}


def named(tree):
    """Every text of the code that reads like the name of a phrase or a statement, or its beginning."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text) and text.split(".")[0] in SECTIONS:
            yield text


def built(tree):
    """Every name that the code puts together, as a pattern: ``f"titles.{intent}"`` -> ``titles\\.(.+)``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [re.escape(p.value) if isinstance(p, ast.Constant) else "(.+)" for p in node.values]
            if re.match(r"[a-z_]+\\\.", parts[0]) and parts[0].split("\\")[0] in SECTIONS:
                yield "".join(parts)


def filled(tree):
    """Each call with a phrase's name written out, and what it fills in; None where that is not written out."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Constant):
            name = getattr(call.func, "attr", getattr(call.func, "id", None))
            if name in TAKE_A_KEY and call.args[0].value in required.PHRASES:
                given = {word.arg for word in call.keywords} - {"paragraph"}
                unpacked = next((word.value for word in call.keywords if word.arg is None), None)
                if isinstance(unpacked, ast.Dict):
                    given |= {key.value for key in unpacked.keys}
                yield call.args[0].value, given - {None}


TREES = {file.relative_to(REPO).as_posix(): ast.parse(file.read_text("utf8")) for file in CODE}


def is_known(key):
    return key.startswith(OPTIONAL) or any(full.startswith(key) for full in (*required.PHRASES, *required.STATEMENTS))


@pytest.mark.parametrize("file", TREES)
def test_what_is_named_in_the_code_is_required(file):
    unknown = [key for key in named(TREES[file]) if not is_known(key) and key not in OF_OTHERS]
    assert not unknown, f"add these to legcramps/required.py: {unknown}"


@pytest.mark.parametrize("file", TREES)
def test_what_the_code_puts_together_is_required(file):
    for pattern in built(TREES[file]):
        assert any(re.fullmatch(pattern, key) for key in required.PHRASES) or pattern.startswith(OPTIONAL), pattern


@pytest.mark.parametrize("file", TREES)
def test_a_phrase_takes_what_the_code_fills_in(file):
    for key, given in filled(TREES[file]):
        assert given == required.PHRASES[key], key


def test_nothing_is_required_that_no_code_says():
    constants = {key for tree in TREES.values() for key in named(tree)}
    patterns = {pattern for tree in TREES.values() for pattern in built(tree)}
    unsaid = [
        key
        for key in (*required.PHRASES, *required.STATEMENTS)
        if key not in constants and not any(re.fullmatch(pattern, key) for pattern in patterns)
    ]
    assert not unsaid, f"take these out of legcramps/required.py: {unsaid}"


def test_every_phrase_of_the_file_is_required_or_optional(knowledge):
    strays = [key for key in knowledge.phrases if key not in required.PHRASES and not key.startswith(OPTIONAL)]
    assert not strays, f"add these to legcramps/required.py, or take them out of {PHRASES_FILE}: {strays}"


# --- at load


def read_once(read):
    """Reads like ``read``, and a file that stands there unchanged not again."""
    known = {}

    def remembered(path):
        key = path.name, path.read_bytes()
        if key not in known:
            known[key] = read(path)
        return known[key]

    return remembered


@pytest.fixture(scope="module", autouse=True)
def whole_files_are_read_once():
    """Each test breaks one file of the four; to read the others anew, with their lines too, takes two seconds a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("_read", "_read_fast"):
            patch.setattr(knowledge_module, name, read_once(getattr(knowledge_module, name)))
        yield


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A copy of the knowledge without its thousands of words, which would take seconds to read with their lines."""
    copy = Path(shutil.copytree(REPO / "knowledge", tmp_path_factory.mktemp("bare") / "knowledge"))
    words = YAML(typ="safe").load((copy / VOCABULARY_FILE).read_text("utf8"))
    bare = {
        block: {"before": [], "after": []} if block == "negation" else type(held)() for block, held in words.items()
    }
    with (copy / VOCABULARY_FILE).open("w", encoding="utf8") as file:
        YAML(typ="safe").dump(bare, file)
    return copy


@pytest.fixture
def folder(bare, tmp_path):
    """Such a copy of the test's own, to be broken."""
    return Path(shutil.copytree(bare, tmp_path / "knowledge"))


def broken(folder, file, old, new):
    """The error when ``new`` stands in ``file`` for ``old``; and the number of the line where that was."""
    whole = (folder / file).read_text("utf8")
    assert whole.count(old) == 1, old
    (folder / file).write_text(whole.replace(old, new), encoding="utf8")
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    return str(caught.value), whole[: whole.index(old)].count("\n") + 1


@pytest.mark.parametrize(
    "file, old, new, says",
    [
        (PHRASES_FILE, "  end_of_list:", "  end_of_lists:", "Write 'connect.end_of_list' for 'connect.end_of_lists'"),
        (PHRASES_FILE, "about {names} than", "about {name} than", "In braces, write only: names"),
        (PHRASES_FILE, "about {names} than", "about {names than", "In braces, write only: names"),
        (PHRASES_FILE, "about {names} than", "about {names.real} than", "In braces, write only: names"),
        (PHRASES_FILE, "is the end of the list", "is the {end} of the list", "Write it without braces"),
        (
            FACTS_FILE,
            "- id: definition.calf",
            "- id: definition.calfs",
            "Write 'definition.calf' for 'definition.calfs'",
        ),
    ],
)
def test_what_the_code_could_not_say_is_named_with_its_line_and_a_remedy(folder, file, old, new, says):
    error, line = broken(folder, file, old, new)
    assert error.startswith(f"{file}:{line}: ")
    assert says in error


@pytest.mark.parametrize(
    "old, new, says",
    [
        ("fillers:", "filers:", "Remove this field, or correct its name"),
        ("kind: emergency", "kind: urgent", "Write one of those"),
        ("ignores: [", "ignores: [nowhere, ", "no excuse 'nowhere'. Write one of: "),
    ],
)
def test_the_signs_of_danger_are_checked_with_the_other_files(folder, old, new, says):
    whole = (folder / SAFETY_FILE).read_text("utf8")
    (folder / SAFETY_FILE).write_text(whole.replace(old, new, 1), encoding="utf8")
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    line = whole[: whole.index(old)].count("\n") + 1
    assert str(caught.value).startswith(f"{SAFETY_FILE}:{line}: ")
    assert says in str(caught.value)


def test_what_was_taken_out_is_named_with_where_it_belongs(folder):
    phrase = '  end_of_list: "That is the end of the list."\n'
    error, _ = broken(folder, PHRASES_FILE, phrase, "")
    section = (folder / PHRASES_FILE).read_text("utf8").split("connect:")[0].count("\n") + 1
    assert (
        error == f"{PHRASES_FILE}:{section}: the phrase 'connect.end_of_list' is missing. Put it back: answers name it"
    )


@pytest.mark.parametrize("form", ["text", "speech"])
def test_both_wordings_of_a_phrase_are_checked(folder, form):
    file = folder / PHRASES_FILE
    old = next(line for line in file.read_text("utf8").splitlines() if line.startswith(f"    {form}:") and "{" in line)
    error, _ = broken(folder, PHRASES_FILE, old, re.sub(r"{\w+}", "{nothing}", old))
    assert "In braces, write only: " in error


def test_every_placeholder_that_the_code_fills_in_is_used(knowledge):
    for key, allowed in required.PHRASES.items():
        used = {name for _, name, _, _ in string.Formatter().parse(knowledge.phrases[key].text) if name}
        assert used == allowed, key
