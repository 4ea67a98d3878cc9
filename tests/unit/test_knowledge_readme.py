"""The worked examples of knowledge/README.md load as they stand."""

import re
import shutil
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from legcramps import knowledge
from legcramps.knowledge import load

REPO = Path(__file__).resolve().parents[2]
README = (REPO / "knowledge" / "README.md").read_text("utf-8")
# Each example with its heading and the file that it changes.
EXAMPLES = [
    (section.partition("\n")[0], re.search(r"# (\w+\.yml)\n", block).group(1), block)
    for section in README.split("\n## ")[1:]
    for block in re.findall(r"```yaml\n(.+?)```", section, re.DOTALL)
]


def merged(old, new):
    """`old` with the example `new` in its place: keys and ids that are there are changed, others are added."""
    if isinstance(new, dict):
        return {**old, **{key: merged(old[key], value) if key in old else value for key, value in new.items()}}
    if isinstance(new, list) and all(isinstance(one, dict) for one in new):
        name = "id" if "id" in new[0] else "name"
        given = {one[name]: one for one in new}
        return [given.pop(one.get(name), one) for one in old] + list(given.values())
    return old + new if isinstance(new, list) else new


def apply(folder: Path, file: str, block: str) -> None:
    yaml = YAML(typ="safe")
    content = merged(yaml.load((folder / file).read_text("utf-8")), yaml.load(block))
    if "gout" in content.get("entries", {}):
        content["unlisted"] = [thing for thing in content["unlisted"] if thing["id"] != "gout"]
    with (folder / file).open("w", encoding="utf-8") as out:
        yaml.dump(content, out)


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(REPO / "knowledge", tmp_path / "knowledge"))


def test_every_kind_of_change_has_an_example():
    assert {heading for heading, _, _ in EXAMPLES} == {
        "Change a fact",
        "Add a fact",
        "Add a condition",
        "Add a way of saying something",
        "Change a phrase",
    }


def test_the_examples_load(folder):
    for _, file, block in EXAMPLES:
        apply(folder, file, block)
    known = load(folder)
    assert known.statements["link.gout"].text == known.grades["sometimes_linked"].text.format(
        name="gout", Name="Gout", **{"is": "is"}
    )
    assert known.conditions["gout"].gloss == "gloss.gout"
    assert "gout" not in known.unlisted
    assert known.statements["definition.calf"].text.startswith("Mostly")
    assert known.unlisted["beekeeping"].kind == "habit"
    assert known.phrases["not_covered.outlook"].text.startswith("How long")


def test_the_grades_are_named_as_they_are():
    assert [grade for grade in knowledge.GRADES if f"`{grade}`" not in README] == []
