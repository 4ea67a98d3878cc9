"""The command line, as far as it goes without a model."""

import errno
import socket

import pytest

from legcramps import cli, settings
from legcramps.server import listen


def run(capsys, *arguments):
    try:
        code = cli.main(arguments)
    except SystemExit as left:
        code = left.code
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("command", ["serve", "chat", "ask", "train"])
def test_every_command_explains_itself(capsys, command):
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert f"legcramps {command}" in out


def test_no_command_is_asked_back(capsys):
    code, _, err = run(capsys)
    assert code == 2
    assert "command" in err


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "why?", "--file", "in"], ["ask", "--file", "in"]])
def test_ask_says_what_it_needs(capsys, arguments):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert not out
    assert "--out" in err


def test_a_file_that_is_not_there_is_a_sentence(capsys, tmp_path):
    code, _, err = run(capsys, "ask", "--file", str(tmp_path / "no"), "--out", str(tmp_path / "out"))
    assert code == 1
    assert "cannot be read" in err
    assert "Traceback" not in err


def test_a_file_that_cannot_be_written_is_a_sentence(capsys, tmp_path):
    (tmp_path / "in").write_text("why?\n")
    code, _, err = run(capsys, "ask", "--file", str(tmp_path / "in"), "--out", str(tmp_path / "no" / "out"))
    assert code == 1
    assert "cannot be written" in err


def test_a_setting_that_cannot_be_used_is_a_sentence(capsys, monkeypatch):
    monkeypatch.setenv("PORT", "http")
    code, _, err = run(capsys, "serve")
    assert code == 1
    assert err.startswith("legcramps: PORT is 'http'")


def test_an_env_file_that_cannot_be_used_is_a_sentence(capsys, monkeypatch, tmp_path):
    (tmp_path / ".env").write_bytes(b"LEGCRAMPS_PERSON=\xff\n")
    monkeypatch.setenv("LEGCRAMPS_HOME", str(tmp_path))
    monkeypatch.delenv("LEGCRAMPS_ENV_FILE", raising=False)
    settings.load_env.cache_clear()
    code, out, err = run(capsys, "serve")
    assert (code, out) == (1, "")
    assert err.startswith(f"legcramps: {tmp_path / '.env'} is not UTF-8 text")


def test_a_port_in_use_is_a_sentence_that_names_it_and_the_way_out(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = run(capsys, "serve", "--port", str(port))
    assert code == 1
    assert f"Port {port} is in use" in err
    assert "PORT=" in err


@pytest.mark.parametrize(
    "arguments, remedy",
    [
        (["--host", "192.0.2.1"], "LEGCRAMPS_HOST"),  # nobody's address
        (["--host", "no such name"], "LEGCRAMPS_HOST"),
        (["--port", "70000"], "0 to 65535"),
        (["--port", "-1"], "0 to 65535"),
    ],
)
def test_an_address_that_cannot_be_had_is_a_sentence_with_its_own_remedy(capsys, arguments, remedy):
    code, _, err = run(capsys, "serve", *arguments)
    assert code == 1
    assert remedy in err
    assert "make run" not in err
    assert "Traceback" not in err


def test_a_port_for_others_only_is_a_sentence_that_names_those_that_may_be_used(monkeypatch):
    def forbid(self, address):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", forbid)
    with pytest.raises(listen.ServerError, match="1024"):
        listen.reserve("127.0.0.1", 80)


@pytest.mark.parametrize(
    "line, expected",
    [
        ("why?", (7, ["why?"])),
        ("  why?  ", (7, ["why?"])),
        ('{"id": "a", "text": "why?"}', ("a", ["why?"])),
        ('{"id": 3, "text": ""}', (3, [""])),
        ('{"text": "why?"}', (7, ["why?"])),
        ('{"id": "a", "turns": ["why?", "and diabetes?"]}', ("a", ["why?", "and diabetes?"])),
    ],
)
def test_the_three_forms_of_a_line_are_read(line, expected):
    assert cli.read_line(line, 7) == expected


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "a", "text": "why?"',
        '{"id": "a"}',
        '{"id": "a", "text": "why?", "turns": ["why?"]}',
        '{"id": "a", "text": 5}',
        '{"id": "a", "turns": []}',
        '{"id": "a", "turns": "why?"}',
        '{"id": "a", "turns": ["why?", 5]}',
        '{"id": ["a"], "text": "why?"}',
        '{"id": "a", "question": "why?"}',
    ],
)
def test_a_line_of_no_form_is_told_from_the_others(line):
    with pytest.raises(ValueError, match=r"\w+"):
        cli.read_line(line, 7)


@pytest.mark.parametrize(
    "citation, place",
    [
        ({"section": "Causes", "paragraph": 6, "item": 4}, "Causes, paragraph 6, item 4"),
        ({"section": "Definition", "paragraph": 1}, "Definition, paragraph 1"),
    ],
)
def test_a_citation_is_shown_as_people_read_it(citation, place):
    reply = {"text": "It is so.", "buttons": [], "answer": {"citations": [citation, citation]}}
    assert cli._as_text(reply) == f"It is so.\nSource: {place}; {place}"


@pytest.mark.parametrize("arguments, quick", [([], False), (["--quick"], True)])
def test_evaluate_measures_the_variants_unless_told_to_be_quick(capsys, monkeypatch, tmp_path, arguments, quick):
    from legcramps import evaluation

    asked = []
    monkeypatch.setattr(evaluation, "evaluate", lambda ask, root, out, variants: asked.append(variants))
    assert run(capsys, "evaluate", *arguments)[0] == 0
    assert asked == [not quick]


@pytest.mark.parametrize("arguments, forced", [([], True), (["--if-changed"], False)])
def test_train_trains_unless_told_to_look_first(capsys, monkeypatch, tmp_path, arguments, forced):
    from legcramps import training

    model = tmp_path / "model.tar.gz"
    model.write_text("a model")
    monkeypatch.setenv("LEGCRAMPS_MODEL", str(model))
    seen = []
    monkeypatch.setattr(training, "ensure_model", lambda force, say, current: seen.append(force))
    assert run(capsys, "train", *arguments)[0] == 0
    assert seen == [forced]


def test_the_program_starts_without_loading_rasa():
    import subprocess
    import sys

    code = "import legcramps.cli, legcramps.training, sys; sys.exit('rasa' in sys.modules or 'spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
