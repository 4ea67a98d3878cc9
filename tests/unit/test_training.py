"""When the model is made anew: exactly when something that it depends on has changed."""

import json
import re

import pytest

from legcramps import settings, training
from legcramps.training import TrainingError


@pytest.fixture
def project(tmp_path):
    """A small project with a model that is as good as new."""
    for name, content in {
        "data/nlu/causes.yml": "nlu: []\n",
        "data/README.md": "about\n",
        "knowledge/facts.yml": "facts: []\n",
        "legcramps/nlu/spelling.py": "x = 1\n",
        "models/encoder/manifest.json": "{}\n",
        "models/encoder/README.md": "about\n",
        "config.yml": "pipeline: []\n",
        "domain.yml": "intents: []\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    current = settings.read({"LEGCRAMPS_HOME": str(tmp_path)})
    current.model.write_text("a model")
    record = {"made_from": training.fingerprint(tmp_path)}
    (current.model.parent / "night-leg-cramps.json").write_text(json.dumps(record))
    return current


def changes(current):
    return training.changes(current, training.fingerprint(current.root))


def test_nothing_has_changed_right_after_training(project):
    assert changes(project) == []
    assert training.ensure_model(current=project) == project.model


@pytest.mark.parametrize(
    "name",
    [
        "data/nlu/causes.yml",
        "knowledge/facts.yml",
        "legcramps/nlu/spelling.py",
        "models/encoder/manifest.json",
        "config.yml",
        "domain.yml",
    ],
)
def test_a_change_in_what_the_model_is_made_from_is_seen(project, name):
    (project.root / name).write_text("changed\n")
    assert changes(project) == [name]


def test_a_new_file_and_a_missing_one_are_seen(project):
    (project.root / "data/nlu/causes.yml").rename(project.root / "data/nlu/new.yml")
    assert changes(project) == ["data/nlu/causes.yml", "data/nlu/new.yml"]


@pytest.mark.parametrize("name", ["data/README.md", "models/encoder/README.md", "actions.py"])
def test_a_change_in_anything_else_is_no_reason_to_train(project, name):
    (project.root / name).write_text("changed\n")
    assert changes(project) == []


def test_knowledge_that_lies_elsewhere_counts(project, monkeypatch, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "facts.yml").write_text("facts: []\n")
    monkeypatch.setenv("LEGCRAMPS_KNOWLEDGE", str(elsewhere))
    assert changes(project) == sorted([str(elsewhere / "facts.yml"), "knowledge/facts.yml"])


def test_another_version_of_a_package_is_seen(project, monkeypatch):
    monkeypatch.setattr(training.metadata, "version", lambda name: "99")
    assert "package rasa" in changes(project)


def test_no_model_and_a_lost_record_are_reasons(project):
    record = project.model.with_name("night-leg-cramps.json")
    record.write_text("{")
    assert len(changes(project)) == 1
    record.unlink()
    assert len(changes(project)) == 1
    project.model.unlink()
    assert changes(project) == ["there is no model yet"]


def test_broken_yaml_is_named_with_file_and_line_before_rasa_is_loaded(project):
    (project.root / "data/nlu/causes.yml").write_text("nlu:\n- intent: a\n  examples: |\n    - b\n wrong: [\n")
    with pytest.raises(TrainingError, match=r"^data/nlu/causes\.yml:\d+: not valid YAML"):
        training.ensure_model(current=project)
    assert project.model.read_text() == "a model"


def test_a_file_in_another_encoding_is_named(project):
    (project.root / "domain.yml").write_bytes(b"intents: [\xff]\n")
    with pytest.raises(TrainingError, match=r"domain\.yml: not UTF-8"):
        training.ensure_model(current=project)


def test_rasas_messages_are_made_readable(tmp_path):
    text = f"\x1b[91mFailed to validate '{tmp_path}/domain.yml'.\n   in {tmp_path}/domain.yml:3:\n      bad\x1b[0m"
    assert training._readable(text, tmp_path) == "Failed to validate 'domain.yml'. in domain.yml:3: bad"


@pytest.mark.parametrize(
    "changed, reason",
    [
        ([], "as asked"),
        (["domain.yml"], "domain.yml has changed"),
        (["there is no model yet"], "there is no model yet"),
        (["a", "b", "c"], "3 things have changed, among them a and b"),
    ],
)
def test_the_reason_to_train_is_said(changed, reason):
    assert training._reason(changed) == reason


def test_every_module_that_the_understanding_is_made_of_counts():
    """What legcramps/nlu imports of the house changes the model when it changes, but for where files lie and what is logged."""
    root = settings.project_root({})
    # What the model does not depend on: `required.py` only refuses a knowledge that is not whole.
    beside = {"legcramps/logs.py", "legcramps/paths.py", "legcramps/settings.py", "legcramps/required.py"}
    waiting, seen = sorted((root / "legcramps" / "nlu").glob("*.py")), set()
    while waiting:
        file = waiting.pop()
        for name in re.findall(
            r"^(?:from|import) (legcramps[\w.]*)(?: import (.+))?$", file.read_text("utf-8"), re.MULTILINE
        ):
            modules = [name[0], *(f"{name[0]}.{one.strip()}" for one in name[1].split(","))]
            for module in modules:
                imported = root.joinpath(*module.split(".")).with_suffix(".py")
                if imported.is_file() and imported not in seen:
                    seen.add(imported)
                    waiting.append(imported)
    assert len(seen) > 10
    assert {str(file.relative_to(root)) for file in seen} - beside - set(training.fingerprint(root)) == set()
