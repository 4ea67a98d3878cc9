"""``legcramps ask`` and ``chat`` with the real model: one question, a file of them, a conversation."""

import json

import pytest

from legcramps import cli

QUESTION = "can anemia do this?"


@pytest.fixture
def run(assistant, monkeypatch, capsys):
    """The command line around the model that is loaded already: exit code, output, errors."""
    monkeypatch.setattr(cli, "_load_assistant", lambda: assistant)

    def run(*arguments):
        code = cli.main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_question_is_answered_with_its_place_in_the_source(run):
    code, out, _ = run("ask", QUESTION)
    assert code == 0
    assert "naemia" in out or "nemia" in out
    assert "\nSource: Causes, paragraph 6, item 4" in out


def test_words_need_no_quotes(run):
    assert "Source: " in run("ask", "can", "anemia", "do", "this?")[1]


def test_json_prints_intent_replies_and_envelopes(run):
    code, out, _ = run("ask", QUESTION, "--json")
    turn = json.loads(out)
    assert code == 0
    assert set(turn) == {"text", "intent", "replies", "ms"}
    assert turn["text"] == QUESTION
    assert turn["intent"]["name"] == "ask_condition"
    assert 0 < turn["intent"]["confidence"] <= 1
    answer = turn["replies"][0]["answer"]
    assert answer["outcome"] == "answered"
    assert {"id": "anemia", "link": "sometimes_linked"} in answer["conditions"]
    assert {"section": "Causes", "paragraph": 6, "item": 4} in answer["citations"]


def test_nothing_to_answer_is_said_and_no_success(run):
    code, out, _ = run("ask", "???")
    assert code == 1
    assert out.strip()


def ask_file(run, tmp_path, content):
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(content.encode("utf8") if isinstance(content, str) else content)
    code, out, err = run("ask", "--file", str(source), "--out", str(target))
    assert not out
    return code, [json.loads(line) for line in target.read_text("utf8").splitlines()], err


def test_a_file_is_answered_line_by_line_in_its_order(run, tmp_path):
    lines = [
        QUESTION,
        json.dumps({"id": "q2", "text": "what causes them?"}),
        json.dumps({"id": 3, "turns": [QUESTION, "and what about dehydration?"]}),
    ]
    code, answered, err = ask_file(run, tmp_path, "\n".join(lines) + "\n")
    assert code == 0
    assert "3/3" in err
    assert [line["id"] for line in answered] == [1, "q2", 3]
    assert [len(line["turns"]) for line in answered] == [1, 1, 2]
    for line in answered:
        for turn in line["turns"]:
            assert set(turn) == {"text", "intent", "replies", "ms"}
            assert turn["replies"][0]["answer"]["outcome"]
    assert answered[2]["turns"][1]["replies"][0]["answer"]["conditions"][0]["id"] == "dehydration"


def test_each_line_is_a_conversation_of_its_own(run, tmp_path):
    same = json.dumps({"id": "same", "text": QUESTION})
    _, answered, _ = ask_file(run, tmp_path, f"{same}\n{same}\n")
    first, second = (line["turns"][0]["replies"] for line in answered)
    assert first == second, "the once-only notices are in both"


def test_bad_lines_are_reported_with_their_number_and_the_rest_goes_on(run, tmp_path):
    content = f'{QUESTION}\n{{"id": "x"\n\n{{"id": "y", "turns": []}}\n{QUESTION}\n'
    code, answered, err = ask_file(run, tmp_path, content)
    assert code == 1
    assert [line["id"] for line in answered] == [1, 2, 4, 5]
    assert ["error" in line for line in answered] == [False, True, True, False]
    assert "Line 2: " in err
    assert "Line 4: " in err
    assert "2 of 4 lines" in err


def test_odd_files_are_read(run, tmp_path):
    assert ask_file(run, tmp_path, "")[:2] == (0, [])
    windows = "\ufeff" + QUESTION + "\r\n" + QUESTION
    assert [line["turns"][0]["text"] for line in ask_file(run, tmp_path, windows)[1]] == [QUESTION] * 2
    _, answered, _ = ask_file(run, tmp_path, b"caf\xe9 cramps?\n" + QUESTION.encode())
    assert len(answered) == 2
    assert answered[1]["turns"][0]["replies"][0]["answer"]["outcome"] == "answered"


def test_a_chat_shows_sources_and_numbered_suggestions_and_takes_their_numbers(run, monkeypatch):
    typed = iter(["what are night leg cramps?", "1", "/quit", "never read"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(typed))
    code, out, _ = run("chat")
    assert code == 0
    assert "Source: Definition, paragraph 1" in out
    assert "  1. " in out
    assert out.count("Source: ") >= 2
    assert next(typed) == "never read"


def test_a_chat_ends_with_the_input(run, monkeypatch):
    def ended(prompt):
        raise EOFError

    monkeypatch.setattr("builtins.input", ended)
    assert run("chat")[0] == 0
