"""Feedback from end to end: over HTTP and in words, counted once, in ids, and in no way tied to who gave it."""

import asyncio
import json
import sqlite3
import uuid
from pathlib import Path

import pytest

from legcramps import settings
from legcramps.server.statistics import Statistics
from tests.helpers.http import Client

QUESTION = "what are the causes of night leg cramps?"
WORDS = "my name is Ada Lovelace and anemia is what I have"


@pytest.fixture
def numbers(assistant, tmp_path, monkeypatch):
    """The statistics of the assistant under test, in a file of this test's own."""
    kept = Statistics(tmp_path / "statistics.db")
    monkeypatch.setattr(assistant.store, "statistics", kept)
    yield kept
    kept.close()


def send(client, body, headers=None):
    status, got, text = client.request("POST", "/webhooks/web/feedback", body, headers)
    return status, json.loads(text), got


def judged(numbers):
    return [(one.helpful, one.reason, one.outcome, one.topic, one.times) for one in numbers.judgements(1)]


# --- over HTTP


def test_an_answer_is_judged_by_its_envelope_and_again_counts_once(client, numbers):
    (reply,) = client.say(QUESTION)
    assert send(client, {"answer": reply["answer"], "helpful": True})[:2] == (200, {"stored": True})
    assert send(client, {"answer": reply["answer"], "helpful": False, "reason": "too_long"})[:2] == (
        200,
        {"stored": True},
    )
    assert judged(numbers) == [(False, "too_long", "answered", "causes", 1)]


def test_another_person_counts_anew(client, address, numbers):
    (reply,) = client.say(QUESTION)
    for person in (client, Client(address)):
        assert send(person, {"answer": reply["answer"], "helpful": True})[0] == 200
    assert judged(numbers) == [(True, None, "answered", "causes", 2)]


@pytest.mark.parametrize(
    "body",
    [
        {"helpful": True},
        {"answer": {"outcome": "good"}, "helpful": True},
        {"answer": {"outcome": "small_talk", "topic": None}, "helpful": "yes"},
        {"answer": {"outcome": "small_talk", "topic": None}, "helpful": False, "reason": WORDS},
        [],
        "no JSON",
    ],
)
def test_what_is_not_as_described_is_refused_and_nothing_kept(client, numbers, body):
    status, answer, _ = send(client, body)
    assert status == 400
    assert "Send JSON like" in answer["error"]
    assert WORDS not in answer["error"]
    assert judged(numbers) == []


def test_a_session_is_needed(address, numbers):
    status, answer, headers = send(Client(address, open_session=False), {"helpful": True})
    assert (status, headers["www-authenticate"]) == (401, "Bearer")
    assert "token" in answer["error"]


def test_too_large_is_refused(client, numbers):
    assert send(client, json.dumps({"answer": {"x": "x" * 70_000}, "helpful": True}))[0] == 413


def test_too_many_are_slowed_down(serve_with, numbers):
    client = Client(serve_with(LEGCRAMPS_RATE_PER_MINUTE="1"))
    body = {"answer": {"outcome": "small_talk", "topic": None}, "helpful": True}
    statuses = [send(client, body)[0] for _ in range(7)]
    assert statuses[0] == 200
    assert statuses[-1] == 429


def test_a_browser_may_ask_first(serve_with):
    client = Client(serve_with(LEGCRAMPS_ORIGINS="https://www.example.org"), open_session=False)
    origin = {"Origin": "https://www.example.org"}
    status, headers, _ = client.request("OPTIONS", "/webhooks/web/feedback", headers=origin)
    assert (status, headers["access-control-allow-origin"]) == (204, "https://www.example.org")
    assert client.request("POST", "/webhooks/web/feedback", {}, {"Origin": "https://evil.example"})[0] == 403


def test_numbers_that_cannot_be_kept_are_an_error_here_and_no_loss_of_a_turn(client, assistant, tmp_path, monkeypatch):
    (tmp_path / "statistics.db").write_bytes(b"no database" * 200)
    monkeypatch.setattr(assistant.store, "statistics", Statistics(tmp_path / "statistics.db"))
    (reply,) = client.say(QUESTION)
    assert reply["answer"]["outcome"] == "answered"
    status, answer, _ = send(client, {"answer": reply["answer"], "helpful": True})
    assert (status, answer.get("stored")) == (500, None)


# --- in words


def test_in_words_it_is_about_the_last_answer(client, numbers):
    client.say(QUESTION)
    client.say("thanks")
    client.say("that helped")
    assert judged(numbers) == [(True, None, "answered", "causes", 1)]


def test_in_words_and_by_button_it_is_the_same_answer(client, numbers):
    (reply,) = client.say(QUESTION)
    client.say("this helped")
    assert send(client, {"answer": reply["answer"], "helpful": False, "reason": "wrong"})[0] == 200
    assert judged(numbers) == [(False, "wrong", "answered", "causes", 1)]


def test_the_reason_in_words_goes_to_the_same_judgement(client, numbers):
    client.say(QUESTION)
    client.say("that didn't help")
    assert judged(numbers) == [(False, None, "answered", "causes", 1)]
    client.say("it was too long")
    assert judged(numbers) == [(False, "too_long", "answered", "causes", 1)]


# --- what is kept


def test_old_keys_go_with_the_servers_hourly_tidying(assistant, numbers):
    asked = []
    numbers.tidy = lambda: asked.append(True)
    asyncio.run(assistant.store.delete_older_than(30))
    assert asked


def test_turns_are_counted_by_what_they_were_and_no_word_of_them_is_kept(client, numbers):
    client.say(f"can anemia do this? {WORDS}")
    client.say("does gout cause leg cramps? no anemia here")
    client.say("that didn't help")
    client.say("it was wrong, says Ada Lovelace of Paris")
    counts = numbers.counts(1)
    assert counts["turn"] == {"web": 4}
    assert sum(counts["intent"].values()) == 4
    assert counts["condition"] == {"anemia": 1}
    assert counts["unlisted"] == {"gout": 1}
    numbers.close()
    content = Path(numbers.path).read_bytes()
    for word in ("Ada", "Lovelace", "Paris", client.conversation, client.token):
        assert word.encode() not in content
    with sqlite3.connect(numbers.path) as file:
        assert file.execute("select count(*) from judgements").fetchone() != (0,)


def test_the_servers_own_questions_are_not_counted(client, numbers):
    assert client.request("GET", "/readyz")[0] == 200
    assert numbers.counts(1) == {}


def test_what_is_forgotten_leaves_only_its_counts(client, numbers):
    client.say(QUESTION)
    client.say("forget me")
    assert numbers.counts(1)["intent"] == {"ask_causes": 1, "forget_me": 1}


def test_an_assistant_without_a_file_keeps_no_numbers_either(assistant, say):
    say(f"{QUESTION} {uuid.uuid4()}")
    assert assistant.store.statistics.path == ":memory:"
    assert not settings.read().statistics.exists()
