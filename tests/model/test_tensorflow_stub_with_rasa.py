"""Rasa on the TensorFlow stand-in: what needs no TensorFlow works, what needs it says so."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import rasa
import rasa.cli
import tensorflow
from rasa.core.agent import Agent
from rasa.engine.exceptions import GraphSchemaValidationException
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.model_training import train_core, train_nlu
from rasa.nlu.classifiers.diet_classifier import DIETClassifier
from rasa.shared.exceptions import RasaException
from tensorflow import TensorFlowNotInstalled
from tensorflow._inert import TENSORFLOW_COMPONENTS

SCAFFOLD = Path(rasa.cli.__file__).parent / "initial_project"
PIPELINE = ["WhitespaceTokenizer", "CountVectorsFeaturizer", "LogisticRegressionClassifier", "FallbackClassifier"]
POLICIES = ["MemoizationPolicy", "RulePolicy"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """What `rasa init` makes, in the current folder; `configure` writes its config.yml."""
    project = tmp_path / "project"
    shutil.copytree(SCAFFOLD, project, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(project)
    return project


def configure(project, pipeline=PIPELINE, policies=POLICIES):
    lines = ["recipe: default.v1", "language: en", "pipeline:", *(f"- name: {name}" for name in pipeline)]
    lines += ["policies:", *(f"- name: {name}" for name in policies)]
    (project / "config.yml").write_text("\n".join(lines) + "\n")


def test_a_pipeline_without_tensorflow_trains_loads_and_answers(project):
    configure(project)
    result = rasa.train("domain.yml", "config.yml", ["data"], output="models")
    assert result.code == 0

    agent = Agent.load(result.model)
    parsed = asyncio.run(agent.parse_message("hello there"))
    assert parsed["intent"]["name"] == "greet"
    replies = asyncio.run(agent.handle_text("hello there", sender_id="a"))
    assert [reply["text"] for reply in replies] == ["Hey! How are you?"]


@pytest.mark.parametrize("name", ["DIETClassifier", "ResponseSelector"])
def test_training_an_nlu_component_of_tensorflow_names_it_and_the_remedy(project, name):
    configure(project, pipeline=[*PIPELINE[:2], name])
    if name == "ResponseSelector":
        (project / "data" / "nlu.yml").write_text(
            "version: '3.1'\nnlu:\n- intent: faq/a\n  examples: |\n    - one two\n    - two three\n"
            "- intent: faq/b\n  examples: |\n    - four five\n    - five six\n"
            "responses:\n  utter_faq/a:\n  - text: a\n  utter_faq/b:\n  - text: b\n"
        )
    with pytest.raises(TensorFlowNotInstalled) as error:
        train_nlu("config.yml", "data/nlu.yml", "models")
    check_says_what_to_do(error.value, name)


@pytest.mark.parametrize("name", ["TEDPolicy", "UnexpecTEDIntentPolicy"])
def test_training_a_policy_of_tensorflow_names_it_and_the_remedy(project, name):
    configure(project, policies=["MemoizationPolicy", name])
    with pytest.raises(TensorFlowNotInstalled) as error:
        train_core("domain.yml", "config.yml", "data", "models")
    check_says_what_to_do(error.value, name)


@pytest.mark.parametrize("name", ["ConveRTFeaturizer", "LanguageModelFeaturizer"])
def test_a_featurizer_of_tensorflow_is_told_of_before_anything_is_trained(project, name):
    configure(project, pipeline=[PIPELINE[0], name, *PIPELINE[1:]])
    with pytest.raises(TensorFlowNotInstalled) as error:
        train_nlu("config.yml", "data/nlu.yml", "models")
    check_says_what_to_do(error.value, name)


def check_says_what_to_do(error, name):
    assert isinstance(error, RasaException), "Rasa's command line prints these without a traceback"
    assert str(error).startswith(f"'{name}' needs TensorFlow")
    assert f"Take '{name}' out of" in str(error)


def test_every_component_of_tensorflow_is_among_those_that_are_named():
    from rasa.engine.recipes.default_recipe import DefaultV1Recipe

    DefaultV1Recipe()
    registered = DefaultV1Recipe._registered_components
    found = {
        name
        for name, component in registered.items()
        if any(
            getattr(sys.modules[base.__module__], alias, None) is module
            for base in component.clazz.__mro__
            if base.__module__.startswith("rasa.")
            for alias, module in (("tf", tensorflow), ("tensorflow", tensorflow))
        )
    }
    assert found == TENSORFLOW_COMPONENTS


def test_loading_a_trained_component_of_tensorflow_names_it_and_the_remedy(tmp_path, monkeypatch):
    storage = LocalModelStorage(tmp_path)
    resource = Resource("train_DIETClassifier")
    with storage.write_to(resource) as folder:
        (folder / "DIETClassifier.data_example.st").touch()
    nothing = classmethod(lambda cls, path: ({}, [], {}, {"text": {}}, {}))
    monkeypatch.setattr(DIETClassifier, "_load_from_files", nothing)
    with pytest.raises(TensorFlowNotInstalled) as error:
        DIETClassifier.load(
            DIETClassifier.get_default_config(), storage, resource, ExecutionContext(GraphSchema({}), "x")
        )
    check_says_what_to_do(error.value, "DIETClassifier")


def test_a_package_that_is_missing_for_another_reason_is_told_as_rasa_tells_it(project):
    configure(project, pipeline=["MitieNLP", "MitieTokenizer", *PIPELINE[1:]])
    with pytest.raises(GraphSchemaValidationException, match="not installed: mitie"):
        train_nlu("config.yml", "data/nlu.yml", "models")


def test_rasas_command_line_ends_with_the_sentence_and_no_traceback(project):
    configure(project, pipeline=[*PIPELINE[:2], "DIETClassifier"])
    done = subprocess.run(
        [sys.executable, "-m", "rasa", "train", "nlu"],
        capture_output=True,
        text=True,
        env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        timeout=240,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "'DIETClassifier' needs TensorFlow" in said
    assert "Traceback" not in said
