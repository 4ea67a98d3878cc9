"""`legcramps report`: the right sums, and nothing small enough to point at somebody."""

import json
import re
from datetime import datetime, timezone

import pytest

from legcramps import cli, report, settings
from legcramps.knowledge import default
from legcramps.server.statistics import Statistics

NOW = datetime(2026, 3, 10, 9, tzinfo=timezone.utc)


def reply(outcome, topic=None):
    return {"outcome": outcome, "topic": topic}


def judged(topic, reason=None, helpful=False, conditions=()):
    answer = {
        "outcome": "answered",
        "topic": topic,
        "conditions": [{"id": c, "link": None} for c in conditions],
        "statements": [],
    }
    return {"helpful": helpful, "reason": reason, "answer": answer}


@pytest.fixture
def numbers():
    return Statistics(":memory:", NOW.timestamp)


def made(numbers, days=30):
    return json.loads(json.dumps(report.make(numbers, days, NOW)))


def test_each_figure_is_counted_from_its_own_turns(numbers):
    for _ in range(6):
        numbers.count_turn("web", "ask_condition", [reply("answered", "condition")], [("condition", "anemia")])
    numbers.count_turn("slack", "ask_treatment", [reply("not_covered", "treatment"), reply("answered", "relief")])
    numbers.count_turn("web", "ask_condition", [reply("not_listed", "condition")], [("unlisted", "gout")])
    numbers.count_turn("web", "nlu_fallback", [reply("clarify")])
    numbers.count_turn("web", "correct_assistant", [reply("clarify")])
    figures = made(numbers)
    assert (figures["from"], figures["to"]) == ("2026-02-09", "2026-03-10")
    assert figures["turns"] == [{"channel": "web", "times": 9}, {"channel": "slack", "times": 1}]
    assert figures["asked"]["topics"] == [{"topic": "condition", "times": 6}, {"topic": "relief", "times": 1}]
    assert figures["asked"]["conditions"] == [{"id": "anemia", "times": 6}]
    assert figures["not_covered"] == [{"topic": "treatment", "times": 1}]
    assert figures["not_listed"] == [{"id": "gout", "times": None}]
    assert figures["not_understood"] == {"turns": 1, "corrected": 1}
    assert {row["outcome"]: row["times"] for row in figures["outcomes"]} == {
        "answered": 7, "clarify": 2, "not_covered": 1, "not_listed": 1,
    }  # fmt: skip


def test_what_tells_of_an_illness_or_of_danger_is_not_shown_below_five(numbers):
    for times, condition in ((4, "dialysis"), (1, "anemia"), (5, "pregnancy")):
        for _ in range(times):
            numbers.count_turn("web", "ask_condition", [], [("condition", condition)])
    numbers.count_turn("web", "express_self_harm", [reply("crisis")])
    figures = made(numbers)
    # In the order of their names: which of the rare ones is rarer is not told either.
    assert figures["asked"]["conditions"] == [
        {"id": "pregnancy", "times": 5}, {"id": "anemia", "times": None}, {"id": "dialysis", "times": None},
    ]  # fmt: skip
    assert figures["outcomes"] == [{"outcome": "crisis", "times": None}]


def test_a_disliked_answer_names_its_illness_only_when_enough_disliked_it(numbers):
    for number in range(5):
        numbers.judge(f"a{number}", "web", judged("condition", "unclear", conditions=["anemia"]))
    for number in range(2):
        numbers.judge(f"b{number}", "web", judged("condition", "wrong", conditions=["dialysis"]))
    numbers.judge("c", "web", judged("causes", helpful=True))
    feedback = made(numbers)["feedback"]
    assert (feedback["helpful"], feedback["not_helpful"]) == (1, 7)
    assert feedback["reasons"] == [{"reason": "unclear", "times": 5}, {"reason": "wrong", "times": 2}]
    assert [(row["conditions"], row["reason"], row["times"]) for row in feedback["disliked"]] == [
        (["anemia"], "unclear", 5),
        ([], "wrong", 2),
    ]


def test_for_reading_it_uses_the_names_that_people_know(numbers):
    for _ in range(5):
        numbers.count_turn(
            "web", "ask_condition", [reply("answered", "condition")], [("condition", "parkinsons_disease")]
        )
    numbers.count_turn("web", "ask_condition", [reply("not_listed")], [("unlisted", "gout")])
    numbers.judge("a", "web", judged("causes"))
    text = report.as_text(report.make(numbers, 7, NOW), default())
    assert re.search(r"^ +5  Parkinson's disease$", text, re.MULTILINE)
    assert re.search(r"^ +<5  gout$", text, re.MULTILINE)
    assert re.search(r"^ +1  answered/causes: no reason given$", text, re.MULTILINE)


def test_without_numbers_it_says_so(numbers):
    assert "Nothing was counted" in report.as_text(report.make(numbers, 7, NOW), default())


# --- the command


def run(capsys, *arguments):
    code = cli.main(["report", *arguments])
    return code, capsys.readouterr().out


def test_the_command_reads_what_the_servers_of_this_folder_wrote(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("LEGCRAMPS_VAR", str(tmp_path))
    Statistics(settings.read().statistics).count_turn("web", "ask_causes", [reply("answered", "causes")])
    code, out = run(capsys, "--json", "--days", "1")
    assert code == 0
    assert json.loads(out)["asked"]["topics"] == [{"topic": "causes", "times": 1}]
    assert "causes" in run(capsys)[1]


@pytest.mark.parametrize("days", ["0", "-1", "401", "a week", "1.5"])
def test_a_span_that_cannot_be_is_refused(capsys, days):
    with pytest.raises(SystemExit) as left:
        cli.main(["report", "--days", days])
    assert left.value.code == 2
    assert "whole number" in capsys.readouterr().err


def test_a_file_that_cannot_be_read_is_a_sentence(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("LEGCRAMPS_VAR", str(tmp_path))
    (tmp_path / "statistics.db").write_bytes(b"no database" * 200)
    assert cli.main(["report"]) == 1
    assert "cannot be read" in capsys.readouterr().err
