"""Figures of the spoken questions: what counts as heard and as answered, and when a bar is missed."""

import csv
from pathlib import Path

import pytest

from benchmarks.voice.report import Asked, Reply, as_markdown, envelope_of, passed, summary, words_right

REPO = Path(__file__).resolve().parents[2]
ANEMIA = (("answered", "condition", (("anemia", "sometimes_linked"),)),)
OTHER = (("not_listed", "condition", ()),)


def asked(band="wide", spoken=ANEMIA, heard="can anemia do this", **more):
    return Asked("1", band, "Can anemia do this?", heard, 0.9, ANEMIA, spoken, **more)


@pytest.mark.parametrize(
    "said, heard, share",
    [
        ("Can anemia do this?", "can anemia do this", 1.0),
        ("Can anemia do this?", "can a nemia do this", 0.75),
        ("Can anemia do this?", "", 0.0),
        ("", "anything", 1.0),
    ],
)
def test_words_heard_right(said, heard, share):
    assert words_right(said, heard) == share


def test_an_answer_is_the_same_whatever_its_wording():
    reply = {
        "answer": {
            "outcome": "answered",
            "topic": "condition",
            "conditions": [{"id": "anemia", "link": "sometimes_linked"}],
        }
    }
    assert envelope_of([reply]) == ANEMIA
    assert envelope_of([{"answer": {"outcome": "small_talk", "topic": None}}]) == (("small_talk", "None", ()),)


def test_bars_are_met_or_missed():
    wide = [asked()] * 9 + [asked(spoken=OTHER)]
    phone = [asked("phone")] * 8 + [asked("phone", spoken=OTHER)] * 2
    assert passed(summary(wide + phone))
    assert not passed(summary([*wide, asked(spoken=OTHER), *phone]))
    assert not passed(summary([*wide, *phone, asked("phone", spoken=())]))


def test_a_different_grade_is_another_answer():
    assert not asked(spoken=(("answered", "condition", (("anemia", "unproven"),)),)).right


def test_the_table_tells_each_question_and_reply():
    table = as_markdown(
        [asked(same={"phone": True}), asked("phone", OTHER, "a | b", same={"phone": False}, asked_back=True)],
        [Reply("1", "Goodbye.", "good bye", 1.0, 0.8)],
    )
    assert "1 of 1 (100.0%) | ≥ 90% pass" in table
    assert "0 of 1 (0.0%) | ≥ 80% FAIL" in table
    assert "**no**: not_listed condition for answered condition anemia" in table
    assert "a / b" in table
    assert "1.25 times as long" in table


def test_there_are_sixty_questions_of_all_kinds():
    with (REPO / "benchmarks" / "voice" / "questions.tsv").open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert len(rows) == 60
    assert len({row["id"] for row in rows}) == len({row["question"] for row in rows}) == 60
    kinds = {row["id"].rpartition("-")[0] for row in rows}
    assert {"condition", "medicines", "urgent", "treatment", "restless", "story", "scope"} <= kinds
