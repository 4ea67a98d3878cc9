"""Rasa's own test of stories, end to end: each message understood, each action predicted, and none left out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

REPO = Path(__file__).resolve().parents[2]
TOLD = REPO / "tests/stories/test_stories.yml"


def stories(path: Path) -> list[dict]:
    return YAML(typ="safe").load(path.read_text(encoding="utf8"))["stories"]


def flow(story: dict) -> list[str]:
    """The story as intents and actions, without what is said."""
    return [step.get("intent") or step["action"] for step in story["steps"]]


@pytest.fixture(scope="module")
def done(trained_model, tmp_path_factory):
    """`rasa test core --e2e`, run once: the process, and the report that it wrote."""
    out = tmp_path_factory.mktemp("results")
    command = ["rasa", "test", "core", "--e2e", "--fail-on-prediction-errors", "--no-plot"]
    files = ["--model", str(trained_model), "--stories", str(TOLD), "--out", str(out)]
    process = subprocess.run(
        [sys.executable, "-m", *command, *files],
        cwd=REPO,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    report = out / "story_report.json"
    return process, json.loads(report.read_text(encoding="utf8")) if report.exists() else {}


@pytest.mark.slow
def test_every_message_and_action_is_as_written(done):
    process, report = done
    assert process.returncode == 0, (process.stdout + process.stderr)[-3000:]
    assert report["conversation_accuracy"]["accuracy"] == 1


@pytest.mark.slow
def test_as_many_stories_are_evaluated_as_are_written(done):
    process, report = done
    assert report, (process.stdout + process.stderr)[-3000:]
    assert report["conversation_accuracy"]["total"] == len(stories(TOLD))


def test_every_story_of_the_training_data_is_told_as_it_goes():
    told = {story["story"]: flow(story) for story in stories(TOLD)}
    trained = [story for path in sorted((REPO / "data/stories").glob("*.yml")) for story in stories(path)]
    untold = [story["story"] for story in trained if told.get(story["story"]) != flow(story)]
    assert trained
    assert not untold, f"write these in {TOLD.name}, with the same intents and actions: {untold}"


def test_no_two_stories_have_the_same_title():
    titles = [story["story"] for story in stories(TOLD)]
    assert len(titles) == len(set(titles))
