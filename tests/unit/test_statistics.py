"""The numbers that are kept: counts of a day, judgements of answers, and nothing that leads to a person."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from legcramps.server.statistics import KEPT_DAYS, Statistics, StatisticsError

DAY = 86_400
NOON = 1_800_000_000 // DAY * DAY + DAY // 2
CAUSES = {"outcome": "answered", "topic": "causes", "conditions": [], "statements": ["known.list"]}
ANEMIA = {
    "outcome": "answered",
    "topic": "condition",
    "conditions": [{"id": "anemia", "link": "sometimes_linked"}],
    "statements": ["link.anemia", "gloss.anemia"],
}


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def pass_days(self, days):
        self.now += days * DAY


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def numbers(tmp_path, clock):
    kept = Statistics(tmp_path / "statistics.db", clock)
    yield kept
    kept.close()


def verdict(helpful, answer=CAUSES, reason=None):
    return {"helpful": helpful, "reason": reason, "answer": answer}


def summed(numbers, days=30):
    return [(judged.helpful, judged.reason, judged.topic, judged.times) for judged in numbers.judgements(days)]


def rows(numbers, table):
    with sqlite3.connect(numbers.path) as connection:
        return connection.execute(f"select * from {table}").fetchall()


# --- counts


def test_a_turn_is_counted_by_channel_intent_reply_and_what_was_named(numbers):
    numbers.count_turn("web", "ask_condition", [ANEMIA], [("condition", "anemia"), ("condition", "anemia")])
    numbers.count_turn(
        "web", "ask_condition", [ANEMIA, {"outcome": "not_listed", "topic": None}], [("unlisted", "gout")]
    )
    assert numbers.counts(1) == {
        "turn": {"web": 2},
        "intent": {"ask_condition": 2},
        "reply": {"answered/condition": 2, "not_listed/": 1},
        "condition": {"anemia": 1},
        "unlisted": {"gout": 1},
    }


def test_a_turn_leaves_no_row_of_its_own(numbers):
    for _ in range(50):
        numbers.count_turn("web", "ask_causes", [CAUSES])
    assert len(rows(numbers, "counts")) == 3


def test_a_span_of_days_has_today_in_it_and_nothing_older(numbers, clock):
    for _ in range(3):
        numbers.count_turn("web", "ask_causes", [CAUSES])
        clock.pass_days(1)
    numbers.count_turn("web", "ask_causes", [CAUSES])
    assert [numbers.counts(days)["intent"]["ask_causes"] for days in (1, 2, 4, 30)] == [1, 2, 4, 4]


def test_after_more_than_a_year_the_numbers_go(numbers, clock):
    numbers.count_turn("web", "greet", [])
    numbers.judge("a", "web", verdict(True))
    clock.pass_days(KEPT_DAYS + 1)
    numbers.count_turn("web", "thank", [])
    assert {row[3] for row in rows(numbers, "counts") if row[2] == "intent"} == {"thank"}
    assert rows(numbers, "judgements") == []


def test_without_any_count_there_is_no_file_and_nothing_to_read(numbers, tmp_path):
    assert numbers.counts(30) == {}
    assert numbers.judgements(30) == []
    assert not list(tmp_path.iterdir())


# --- judgements


def test_the_same_answer_judged_again_in_the_same_conversation_counts_once_and_the_latest_wins(numbers):
    numbers.judge("a", "web", verdict(True))
    numbers.judge("a", "web", verdict(False, reason="unclear"))
    assert summed(numbers) == [(False, "unclear", "causes", 1)]
    numbers.judge("a", "web", verdict(True))
    assert summed(numbers) == [(True, None, "causes", 1)]


def test_a_reason_that_was_given_is_kept_when_it_is_disliked_again_without_one(numbers):
    numbers.judge("a", "web", verdict(False, reason="too_long"))
    numbers.judge("a", "web", verdict(False))
    assert summed(numbers) == [(False, "too_long", "causes", 1)]


def test_another_answer_and_another_conversation_count_anew(numbers):
    for conversation, answer in (("a", CAUSES), ("a", ANEMIA), ("b", CAUSES)):
        numbers.judge(conversation, "web", verdict(False, answer))
    assert sorted(summed(numbers)) == [(False, None, "causes", 2), (False, None, "condition", 1)]
    assert numbers.judgements(30)[1].conditions == ("anemia",)


def test_a_talk_past_midnight_still_counts_once(numbers, clock):
    numbers.judge("a", "web", verdict(True))
    clock.pass_days(1)
    numbers.judge("a", "web", verdict(False))
    assert summed(numbers) == [(False, None, "causes", 1)]


def test_another_process_knows_it_too(numbers, clock):
    numbers.judge("a", "web", verdict(True))
    other = Statistics(numbers.path, clock)
    other.judge("a", "slack", verdict(False))
    other.close()
    assert summed(numbers) == [(False, None, "causes", 1)]


def test_nothing_in_the_file_names_the_conversation(numbers):
    numbers.judge("conversation-4711", "web", verdict(False, ANEMIA))
    numbers.judge("conversation-4711", "web", verdict(False, CAUSES))
    one, two = rows(numbers, "judgements")
    assert one[-1] != two[-1], "two judgements of one person must not be alike in anything"
    numbers.close()
    assert b"4711" not in Path(numbers.path).read_bytes()


def test_after_two_days_key_and_hash_are_destroyed(numbers, clock):
    numbers.judge("a", "web", verdict(True))
    key, mark = rows(numbers, "keys")[0][1], rows(numbers, "judgements")[0][-1]
    clock.pass_days(2)
    numbers.judge("b", "web", verdict(True))
    assert key not in [row[1] for row in rows(numbers, "keys")]
    assert [row[-1] is None for row in rows(numbers, "judgements")] == [True, False]
    numbers.close()  # what was deleted leaves the log, too
    content = Path(numbers.path).read_bytes()
    assert key not in content
    assert mark.encode() not in content


def test_they_are_destroyed_also_when_nothing_is_said_any_more(numbers, clock):
    numbers.tidy()
    assert not Path(numbers.path).exists()
    numbers.judge("a", "web", verdict(True))
    clock.pass_days(2)
    numbers.tidy()
    assert rows(numbers, "keys") == []
    assert [row[-1] for row in rows(numbers, "judgements")] == [None]


def test_judging_at_the_same_moment_counts_once(numbers, clock):
    others = [Statistics(numbers.path, clock) for _ in range(4)]
    threads = [threading.Thread(target=one.judge, args=("a", "web", verdict(True))) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.close()
    assert summed(numbers) == [(True, None, "causes", 1)]


# --- the file


def test_the_file_is_for_this_users_eyes_only(numbers):
    numbers.count_turn("web", "greet", [])
    assert stat.S_IMODE(Path(numbers.path).stat().st_mode) == 0o600


def test_it_lies_beside_the_conversations_or_in_memory_with_them(tmp_path):
    assert Statistics.beside(str(tmp_path / "conversations.db")).path == str(tmp_path / "statistics.db")
    in_memory = Statistics.beside(":memory:")
    in_memory.count_turn("assistant", "greet", [])
    assert in_memory.counts(1)["intent"] == {"greet": 1}


@pytest.mark.parametrize("call", [lambda n: n.count_turn("web", "greet", []), lambda n: n.counts(1)])
def test_a_file_that_is_no_database_is_a_sentence_with_the_remedy(tmp_path, call):
    (tmp_path / "statistics.db").write_bytes(b"no database at all, but long enough to be read as one" * 20)
    with pytest.raises(StatisticsError, match="cannot be") as error:
        call(Statistics(tmp_path / "statistics.db"))
    assert str(error.value).endswith(".")
