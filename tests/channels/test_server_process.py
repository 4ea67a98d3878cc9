"""The server as a program: it starts, serves, keeps what it must, and stops; what keeps it from starting is a sentence."""

import json
import os
import stat

import pytest

from tests.helpers.http import Client, Process, start_server

QUESTION = "what are the causes of night leg cramps?"
SAID = "my name is Ada Lovelace, what causes night leg cramps?"


@pytest.mark.slow
@pytest.mark.timeout(600)  # two starts; on a busy machine each takes a minute
def test_a_server_stops_when_told_to_and_knows_the_conversation_after_its_next_start(trained_model, tmp_path):
    server, address = start_server(tmp_path / "var")
    client = Client(address)
    assert client.request("GET", "/readyz")[0] == 200
    assert client.say(SAID)[0]["answer"]["outcome"] == "answered"
    assert server.stop() == 0
    assert "Loading" in server.lines[0]
    assert "Traceback" not in server.output
    assert "destroyed" not in server.output
    assert "intent=" in server.output
    assert "Lovelace" not in server.output

    server, address = start_server(tmp_path / "var")
    again = Client(address, open_session=False)
    again.token = client.token
    turns = json.loads(again.request("GET", "/webhooks/web/history")[2])["turns"]
    assert [turn["text"] for turn in turns] == [SAID]
    assert again.say("and why?")
    assert server.stop() == 0
    for name in ("conversations.db", "secret"):
        assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "var").write_text("a file where the folder should be")
    server = Process(["-m", "legcramps.cli", "serve", "--port", "0"], {"LEGCRAMPS_VAR": str(tmp_path / "var")})
    server.wait_for(r"^legcramps: .*LEGCRAMPS_VAR")
    assert server.process.wait(20) == 1
    assert "Traceback" not in server.output


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_a_sentence(tmp_path):
    (tmp_path / "var").mkdir(mode=0o500)
    server = Process(["-m", "legcramps.cli", "serve", "--port", "0"], {"LEGCRAMPS_VAR": str(tmp_path / "var")})
    server.wait_for(r"^legcramps: .*LEGCRAMPS_VAR")
    assert server.process.wait(20) == 1


def test_no_model_is_a_sentence_that_says_how_to_make_one(tmp_path):
    server = Process(["-m", "legcramps.cli", "ask", QUESTION], {"LEGCRAMPS_MODEL": str(tmp_path / "none.tar.gz")})
    server.wait_for(r"^legcramps: There is no model at .*make train")
    assert server.process.wait(20) == 1
