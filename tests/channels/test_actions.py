"""The custom actions as an action server starts and calls them, without a model."""

import asyncio

import pytest
from rasa_sdk.executor import ActionExecutor

from actions import common
from legcramps import knowledge, settings
from legcramps.knowledge import KnowledgeError
from legcramps.settings import SettingsError

NUMBER = "0123 456"
OPERATORS = ("LEGCRAMPS_EMERGENCY_NUMBER", "LEGCRAMPS_CRISIS_LINE", "LEGCRAMPS_PERSON", "LEGCRAMPS_SOURCE_URL")


def forget():
    settings.load_env.cache_clear()
    knowledge.default.cache_clear()
    common.composer.cache_clear()


@pytest.fixture
def new_process(monkeypatch):
    """What a process reads once is read anew; afterwards nothing of it is left."""
    for name in (*OPERATORS, "LEGCRAMPS_KNOWLEDGE", "PORT"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    forget()
    yield monkeypatch
    forget()


def said(action, sign=None):
    executor = ActionExecutor()
    executor.register_package("actions")
    tracker = {"sender_id": "a", "slots": {}, "latest_message": {"intent": {}, "sign": sign}, "events": []}
    return asyncio.run(executor.run({"next_action": action, "tracker": tracker, "domain": {}}))["responses"][0]["text"]


def test_the_emergency_number_of_the_env_file_is_said(new_process, tmp_path):
    (tmp_path / ".env").write_text(f"LEGCRAMPS_EMERGENCY_NUMBER={NUMBER}\n")
    new_process.setenv("LEGCRAMPS_ENV_FILE", str(tmp_path / ".env"))
    assert NUMBER in said("action_answer_urgent")


def test_without_one_the_words_name_none(new_process):
    assert NUMBER not in said("action_answer_urgent")
    assert "emergency number" in said("action_answer_urgent")


def test_each_thing_that_an_operator_sets_is_known_to_the_answers(new_process):
    for name in OPERATORS:
        new_process.setenv(name, f"of {name}")
    operator = common.composer().operator
    assert {operator.emergency_number, operator.crisis_line, operator.person, operator.source_url} == {
        f"of {name}" for name in OPERATORS
    }
    assert operator.crisis_line == "of LEGCRAMPS_CRISIS_LINE"
    assert operator.person == "of LEGCRAMPS_PERSON"


@pytest.mark.parametrize("text, is_button", [("#ask_causes", True), ("#no_such_button", True), ("#cramps", False)])
def test_what_is_a_button_is_decided_once(assistant, text, is_button):
    understood = asyncio.run(assistant.agent.parse_message(text))
    assert understood.get("button", False) is is_button
    assert (common.read_heard(understood).told is None) is is_button


@pytest.mark.parametrize(
    "name, value, error",
    [("PORT", "http", SettingsError), ("LEGCRAMPS_KNOWLEDGE", "/no/such/folder", KnowledgeError)],
)
def test_what_cannot_be_used_stops_the_start_and_not_the_first_answer(new_process, name, value, error):
    new_process.setenv(name, value)
    with pytest.raises(error):
        ActionExecutor().register_package("actions")
