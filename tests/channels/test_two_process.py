"""``rasa run`` beside ``rasa run actions`` gives the same replies as the one-process server."""

import socket

import pytest

from legcramps.server.statistics import Statistics
from tests.helpers.http import REPO, Client, Process, wait_until_open

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # on a busy machine a start takes a minute

CONVERSATIONS = [
    [
        "hello",
        "what are night leg cramps?",
        "what causes them?",
        "can anemia do this?",
        "and diabetes?",
        "tell me more",
    ],
    ["is magnesium any good?", "what is restless legs syndrome?", "what is the difference?", "where does it say that?"],
    ["I'm 68, take water tablets and have cramps every night. Any ideas?", "say that again", "can you cure my cat?"],
    ["", "???", "/restart", "x" * 2001, "#ask_condition=no_such_thing", "thanks, bye"],
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ActionServer:
    """``rasa run actions``, which a test may stop and start again."""

    def __init__(self, port, environment):
        self._port, self.environment = port, environment

    def start(self):
        self._process = Process(["-m", "rasa", "run", "actions", "--port", str(self._port)], self.environment)
        self._process.wait_for("Action endpoint is up and running")

    def stop(self):
        self._process.process.terminate()
        self._process.process.wait(30)


@pytest.fixture(scope="module")
def two_processes(trained_model, tmp_path_factory):
    """The address of ``rasa run`` with an action server of its own."""
    folder = tmp_path_factory.mktemp("two")
    actions_port, port = free_port(), free_port()
    endpoints = folder / "endpoints.yml"
    endpoints.write_text((REPO / "endpoints.yml").read_text("utf8").replace(":5055/", f":{actions_port}/"))
    assert str(actions_port) in endpoints.read_text()
    environment = {"LEGCRAMPS_VAR": str(folder / "var")}
    actions = ActionServer(actions_port, environment)
    actions.start()
    rasa = Process(
        [
            "-m",
            "rasa",
            "run",
            "--model",
            str(trained_model),
            "--endpoints",
            str(endpoints),
            "--credentials",
            "credentials.yml",
            "--interface",
            "127.0.0.1",
            "--port",
            str(port),
        ],
        environment,
    )
    rasa.wait_for("Rasa server is up and running")
    address = f"http://127.0.0.1:{port}/"
    # Rasa says so a moment before it listens.
    wait_until_open(address, rasa)
    yield address, actions
    rasa.process.terminate()
    rasa.process.wait(30)
    actions.stop()


@pytest.mark.parametrize("turns", CONVERSATIONS, ids=lambda turns: turns[0][:20] or "bad input")
def test_two_processes_reply_as_one(two_processes, address, turns):
    one, two = Client(address), Client(two_processes[0])
    for text in turns:
        assert two.say(text) == one.say(text), text


def test_two_processes_forget_as_one_does(two_processes):
    client = Client(two_processes[0])
    client.say("can anemia do this?")
    client.say("forget me")
    assert client.request("GET", "/webhooks/web/history")[2] == '{"turns":[]}'


def test_two_processes_count_what_helped_as_one_does(two_processes):
    client = Client(two_processes[0])
    client.say("what causes night leg cramps?")
    client.say("that didn't help")
    client.say("it was too long")
    numbers = Statistics(two_processes[1].environment["LEGCRAMPS_VAR"] + "/statistics.db")
    assert [(one.helpful, one.reason, one.topic) for one in numbers.judgements(1)] == [(False, "too_long", "causes")]
    assert numbers.counts(1)["intent"]["ask_causes"] >= 1
    numbers.close()


def test_an_action_server_that_is_down_is_said(two_processes):
    address, actions = two_processes
    actions.stop()
    try:
        lines = Client(address).lines("can anemia do this?")
    finally:
        actions.start()
    assert [line["type"] for line in lines] == ["accepted", "error", "done"]
    assert lines[1]["text"]
