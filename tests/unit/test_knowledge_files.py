"""A broken knowledge file stops the load, and the error names the file, the line and what to write there."""

import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from legcramps.knowledge import PHRASES_FILE, KnowledgeError, load

SMALL = Path(__file__).with_name("knowledge") / "small"  # the smallest knowledge that has one of everything
FILES = sorted(file.name for file in SMALL.iterdir())
BROKEN = [
    {"file": file, **case}
    for file, cases in YAML(typ="safe").load(SMALL.with_name("broken.yml").read_text("utf-8")).items()
    for case in cases
]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A copy of the small knowledge, to be broken."""
    return Path(shutil.copytree(SMALL, tmp_path / "knowledge"))


def error_of(folder: Path) -> KnowledgeError:
    with pytest.raises(KnowledgeError) as caught:
        load(folder, whole=False)
    return caught.value


def line_of(file: Path, line) -> int:
    """The number of the one line that holds `line`, or `line` itself when it is a number."""
    if isinstance(line, int):
        return line
    found = [number for number, text in enumerate(file.read_text("utf-8").splitlines(), 1) if line in text]
    assert len(found) == 1, f"{line!r} must stand in exactly one line of {file.name}"
    return found[0]


def test_a_sound_folder_loads(folder):
    known = load(folder, whole=False)
    assert known.statements["first.what"].text == "This is what it is."
    assert known.statements["gloss.gout"].speech == "Gout is this, aloud."
    assert [c.id for c in known.with_grade("unproven")] == ["warts"]
    assert [c.id for c in known.in_group("joints")] == ["gout", "warts"]
    assert known.phrases["greeting"].text == "Hello."
    assert known.phrases["not_covered.other"].speech == "It does not say, aloud."
    assert set(known.unlisted) == {"hiccups"}
    assert set(known.families) == {"lumps", "wg"}


def test_a_condition_gets_a_statement_for_each_of_its_links_in_the_words_of_the_grade(folder):
    known = load(folder, whole=False)
    assert {key: statement.text for key, statement in known.statements.items() if key.startswith("link.")} == {
        "link.gout": "Gout can sometimes be linked to it.",
        "link.warts.known_cause": "Warts are known to cause it.",
        "link.warts.unproven": "With warts and the like, it might be more likely.",
    }
    assert known.link_statement("warts", "unproven").cites == known.conditions["warts"].links[1].cites
    with pytest.raises(KeyError):
        known.link_statement("gout", "known_cause")


def test_what_is_loaded_cannot_be_changed(folder):
    known = load(folder, whole=False)
    with pytest.raises(TypeError):
        known.statements["first.what"].text = "Something stronger."
    with pytest.raises(AttributeError):
        known.statements = {}


@pytest.mark.parametrize("case", BROKEN, ids=[case["title"].replace(" ", "-") for case in BROKEN])
def test_a_broken_file_is_named_with_its_line_and_a_remedy(folder, case):
    file = folder / case["file"]
    whole = file.read_text("utf-8")
    assert whole.count(case["old"]) == 1, "`old` must stand in the file exactly once"
    file.write_text(whole.replace(case["old"], case["new"]), encoding="utf-8")
    error = error_of(folder)
    assert str(error).startswith(f"{case['file']}:{line_of(file, case['line'])}: ")
    assert case["says"] in str(error)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "the file is missing. Put it back: git checkout knowledge/", id="missing"),
        pytest.param(b"", "the file holds no mapping", id="empty"),
        pytest.param(b"- a\n- b\n", "the file holds no mapping", id="a-list"),
        pytest.param(b"just words", "the file holds no mapping", id="bare-words"),
        pytest.param(b"a: \xff\xfe", "not UTF-8 text (byte 3). Save the file as UTF-8", id="not-utf8"),
        pytest.param(b"a: 1\na: 2\n", "not valid YAML", id="a-key-twice"),
        pytest.param(b"a: [1, 2\nb: 3\n", "not valid YAML", id="an-open-bracket"),
        pytest.param(b"a:\n\t- tab\n", "not valid YAML", id="a-tab"),
        pytest.param(b"a: 'open\n", "not valid YAML", id="an-open-quote"),
        pytest.param(b"a: b: c\n", "not valid YAML", id="two-colons"),
    ],
)
def test_a_file_that_is_no_mapping_is_named(folder, file, content, says):
    if content is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(content)
    error = error_of(folder)
    assert error.file == file
    assert says in str(error)


@pytest.mark.parametrize("file", FILES)
def test_bad_yaml_is_named_with_the_line_where_it_was_noticed(folder, file):
    whole = (folder / file).read_text("utf-8")
    (folder / file).write_text(whole + "zzz: [1, 2}\n", encoding="utf-8")
    assert error_of(folder).line == whole.count("\n") + 1


def test_a_folder_in_the_place_of_a_file_is_named(folder):
    (folder / PHRASES_FILE).unlink()
    (folder / PHRASES_FILE).mkdir()
    assert str(error_of(folder)).startswith(f"{PHRASES_FILE}: the file cannot be read")


def test_the_folder_can_be_named_by_the_environment(folder, monkeypatch):
    monkeypatch.setenv("LEGCRAMPS_KNOWLEDGE", str(folder))
    assert set(load(whole=False).conditions) == {"gout", "warts"}
