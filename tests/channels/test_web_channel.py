"""The web channel, from a browser's side: sessions, messages, what is refused, and what happens when something breaks."""

import json
import logging
import re
import sqlite3
import threading
import time

import pytest

from legcramps import logs, settings
from legcramps.channels import guard
from tests.helpers.http import Client

QUESTION = "what are the causes of night leg cramps?"

OUTCOMES = {
    "answered",
    "not_covered",
    "not_listed",
    "clarify",
    "urgent",
    "crisis",
    "out_of_scope",
    "small_talk",
    "error",
}

SECRET_WORDS = "my name is Ada Lovelace and anemia runs in the family"


def together(*calls):
    """Runs the calls at the same time; their results."""
    results = [None] * len(calls)

    def run(position):
        results[position] = calls[position]()

    threads = [threading.Thread(target=run, args=(position,)) for position in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def history(client):
    status, _, body = client.request("GET", "/webhooks/web/history")
    assert status == 200
    return json.loads(body)["turns"]


def error_of(answer):
    status, headers, body = answer
    assert headers["content-type"] == "application/json"
    sentence = json.loads(body)["error"]
    assert " " in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in body
    return status, sentence


# --- a conversation


def test_a_question_is_answered_with_its_place_in_the_source(client):
    accepted, message, *_, done = client.lines(QUESTION, identifier="m1")
    assert accepted == {"type": "accepted", "id": "m1"}
    assert done == {"type": "done"}
    assert message["type"] == "message"
    assert message["text"]
    assert message["answer"]["outcome"] == "answered"
    assert message["answer"]["citations"]
    assert all(set(button) == {"title", "payload"} for button in message["buttons"])


def test_lines_come_as_newline_delimited_json_that_no_cache_keeps(client):
    status, headers, body = client.request("POST", "/webhooks/web/messages", {"text": QUESTION, "id": "1"})
    assert status == 200
    assert headers["content-type"] == "application/x-ndjson"
    assert headers["cache-control"] == "no-store"
    assert body.endswith("\n")
    assert all(json.loads(line) for line in body.splitlines())


def test_a_pressed_button_is_a_message_like_any_other(client):
    buttons = [button for reply in client.say(QUESTION) for button in reply["buttons"]]
    assert buttons
    replies = client.say(buttons[0]["payload"])
    assert replies[0]["answer"]["outcome"] in {"answered", "not_covered", "clarify"}
    assert history(client)[-1]["text"] == buttons[0]["title"]


def test_history_tells_the_conversation_and_each_person_has_one(client, address):
    replies = [line for line in client.lines(QUESTION, identifier="m1") if line["type"] == "message"]
    for reply in replies:
        del reply["type"]
    assert history(client) == [{"id": "m1", "text": QUESTION, "replies": replies}]
    assert history(Client(address)) == []


def test_a_session_can_be_prolonged(client):
    client.say(QUESTION)
    before = client.conversation
    assert client.open_session()["conversation"] == before
    assert len(history(client)) == 1


# --- the same message, many messages


def test_a_message_that_comes_again_gets_the_same_reply_and_counts_once(client):
    first = client.lines(QUESTION, identifier="same")
    assert client.lines(QUESTION, identifier="same") == first
    assert len(history(client)) == 1


def test_a_message_that_comes_again_while_it_is_answered_counts_once(client):
    answers = together(*[lambda: client.lines(QUESTION, identifier="same")] * 4)
    assert all(answer == answers[0] for answer in answers)
    assert len(history(client)) == 1


def test_the_same_id_of_two_people_are_two_messages(client, address):
    other = Client(address)
    client.lines(QUESTION, identifier="1")
    other.lines("what about anemia?", identifier="1")
    assert [turn["text"] for turn in history(other)] == ["what about anemia?"]


@pytest.mark.alone
def test_two_quick_messages_are_both_answered_at_once(client):
    client.say(QUESTION)
    started = time.perf_counter()
    first, second = together(lambda: client.say("can anemia do this?"), lambda: client.say("and dehydration?"))
    assert time.perf_counter() - started < 0.9, "Rasa's own lock store would look again after a second"
    assert first
    assert second
    assert len(history(client)) == 3


def test_a_client_that_goes_away_is_still_answered(client):
    import socket

    body = json.dumps({"text": QUESTION, "id": "gone"}).encode()
    with socket.create_connection((client.address.hostname, client.address.port)) as line:
        line.sendall(
            b"POST /webhooks/web/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            + f"Authorization: Bearer {client.token}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        line.recv(15)
    assert client.lines(QUESTION, identifier="gone")[1]["answer"]["outcome"] == "answered"
    assert len(history(client)) == 1


# --- what people send that is no question


@pytest.mark.parametrize(
    "text, outcomes",
    [
        ("", {"error"}),
        (" \n\t ", {"error"}),
        ("???", {"error"}),
        ("... !!! ...", {"error"}),
        ("\u200b\u202e\ufeff", {"error"}),
        ("\x00\x01\x02\x1b", {"error"}),
        ("x" * 2001, {"error"}),
        ("x" * 60_000, {"error"}),
        ("!" * 1999 + "?", {"error"}),
        ("why " + "!?" * 900, OUTCOMES),
        ("x" * 2000, OUTCOMES - {"answered"}),
        ("cramp " * 330, OUTCOMES),
        ("what\x00 are\x07 night\x1b[31m leg cramps?", {"answered"}),
        ("👍", OUTCOMES - {"answered"}),
        ("🦵😖🌙", OUTCOMES),
        ("ما هي أسباب تشنجات الساق الليلية؟", OUTCOMES - {"answered"}),
        ("¿por qué tengo calambres en las piernas por la noche?", OUTCOMES - {"answered"}),
        ("夜中に足がつるのはなぜですか", OUTCOMES - {"answered"}),
        ('{"text": "what causes cramps?", "id": "1"}', OUTCOMES),
        ("[1, 2, 3]", OUTCOMES - {"answered"}),
        ("/restart", OUTCOMES - {"answered"}),
        ("/session_start", OUTCOMES - {"answered"}),
        ('/ask_condition{"condition": "anemia"}', OUTCOMES),
        ("/ask_causes", OUTCOMES),
        ("EXTERNAL: ask_causes", OUTCOMES),
        ("#ask_condition=no_such_thing", OUTCOMES - {"answered"}),
        ("#no_such_intent", OUTCOMES - {"answered"}),
        ("#", OUTCOMES - {"answered"}),
        ("<script>alert(1)</script>", OUTCOMES - {"answered"}),
        ("'; drop table events; --", OUTCOMES - {"answered"}),
        ("{outcome} %s {0}", OUTCOMES - {"answered"}),
    ],
    ids=lambda value: None if isinstance(value, set) else repr(value)[1:25],
)
def test_anything_gets_a_polite_reply_and_the_conversation_goes_on(client, text, outcomes):
    client.say(QUESTION)
    replies = client.say(text)
    assert replies
    for reply in replies:
        assert reply["text"].strip()
        assert reply["answer"]["outcome"] in outcomes
    assert client.say(QUESTION)[0]["answer"]["outcome"] == "answered"
    turns = history(client)
    assert [turns[0]["text"], turns[-1]["text"]] == [QUESTION, QUESTION], "nothing was lost"


def test_a_slash_starts_no_command(client):
    client.say(QUESTION)
    client.say("/restart")
    assert [turn["text"] for turn in history(client)] == [QUESTION, "restart"]


# --- what is refused


@pytest.mark.parametrize("size", [64 * 1024 + 1, 100_000, 1_000_000])
def test_a_body_that_is_too_large_is_refused_with_a_sentence(client, size):
    shell = json.dumps({"text": "", "id": "1"})
    body = shell.replace('""', '"' + "x" * (size - len(shell)) + '"', 1)
    assert len(body) == size
    status, sentence = error_of(
        client.request("POST", "/webhooks/web/messages", body, {"Content-Type": "application/json"})
    )
    assert status == 413
    assert "64 KiB" in sentence
    assert client.say(QUESTION)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "why?",
        "{",
        "[]",
        "null",
        '{"text": "why?"}',
        '{"id": "1"}',
        r'{"text": "why?", "id": "\ud800"}',
        '{"text": ["why?"], "id": "1"}',
        '{"text": {"a": 1}, "id": "1"}',
    ],
)
def test_a_body_not_as_described_is_refused_with_what_is_expected(client, body):
    status, sentence = error_of(
        client.request("POST", "/webhooks/web/messages", body, {"Content-Type": "application/json"})
    )
    assert status == 400
    assert '"text"' in sentence
    assert history(client) == []


def test_no_session_no_answer(address):
    nobody = Client(address, open_session=False)
    for method, path in [("POST", "messages"), ("GET", "history"), ("DELETE", "conversation")]:
        status, sentence = error_of(nobody.request(method, f"/webhooks/web/{path}", {"text": "why?", "id": "1"}))
        assert status == 401
        assert "/session" in sentence


def test_an_expired_session_is_refused_and_a_new_one_opens(client):
    secret = settings.read_secret(settings.read())
    client.token = guard.issue_token(secret, client.conversation, expires=time.time() - 1)
    status, sentence = error_of(client.request("GET", "/webhooks/web/history"))
    assert status == 401
    assert "expired" in sentence
    client.token = None
    client.open_session()
    assert client.say(QUESTION)


def test_a_forged_session_is_refused(client):
    client.token = guard.issue_token(b"a guess at the secret", client.conversation, expires=time.time() + 100)
    assert error_of(client.request("GET", "/webhooks/web/history"))[0] == 401
    client.token += "é"  # sent as one byte that is no UTF-8
    assert error_of(client.request("GET", "/webhooks/web/history"))[0] == 401


def test_unknown_addresses_and_wrong_methods_are_sentences(client):
    assert error_of(client.request("GET", "/no/such/thing"))[0] == 404
    assert error_of(client.request("GET", "/model"))[0] == 404
    assert error_of(client.request("POST", "/webhooks/rest/webhook", {"message": "hi"}))[0] == 404
    status, headers, body = client.request("GET", "/webhooks/web/messages")
    assert error_of((status, headers, body))[0] == 405
    assert "POST" in headers["allow"]


def test_pages_of_other_origins_are_refused_unless_listed(client, serve_with):
    status, _ = error_of(client.request("POST", "/webhooks/web/session", headers={"Origin": "https://www.example.org"}))
    assert status == 403
    own = f"http://{client.address.netloc}"
    status, headers, _ = client.request("OPTIONS", "/webhooks/web/messages", headers={"Origin": own})
    assert status == 204
    assert headers["access-control-allow-origin"] == own
    open_to = Client(serve_with(LEGCRAMPS_ORIGINS="https://www.example.org"))
    message = {"text": QUESTION, "id": "1"}
    status, headers, _ = open_to.request(
        "POST", "/webhooks/web/messages", message, {"Origin": "https://www.example.org"}
    )
    assert status == 200
    assert headers["access-control-allow-origin"] == "https://www.example.org"
    status, headers, _ = open_to.request(
        "OPTIONS", "/webhooks/web/messages", headers={"Origin": "https://evil.example"}
    )
    assert status == 403
    assert "access-control-allow-origin" not in headers


def test_too_many_messages_are_asked_to_wait(serve_with):
    hurried = Client(serve_with(LEGCRAMPS_RATE_PER_MINUTE="1"))
    answers = [
        hurried.request("POST", "/webhooks/web/messages", {"text": "", "id": str(number)}) for number in range(6)
    ]
    assert [status for status, _, _ in answers] == [200] * 5 + [429]
    assert int(answers[-1][1]["retry-after"]) > 0
    assert "wait" in error_of(answers[-1])[1]


# --- forgetting


def test_deleting_a_conversation_leaves_nothing_of_it(client, assistant):
    client.say(QUESTION)
    status, _, body = client.request("DELETE", "/webhooks/web/conversation")
    assert (status, json.loads(body)) == (200, {"deleted": True})
    assert history(client) == []
    stored = assistant.store._connection.execute(
        "select count(*) from events where sender_id = ?", (client.conversation,)
    )
    assert stored.fetchone() == (0,)
    assert json.loads(client.request("DELETE", "/webhooks/web/conversation")[2]) == {"deleted": False}
    assert client.say(QUESTION)


def test_asking_to_be_forgotten_is_answered_and_done(client):
    client.say(QUESTION)
    replies = client.say("please forget everything I told you")
    assert replies[0]["answer"]["outcome"] == "small_talk"
    assert history(client) == []


# --- when something breaks inside


@pytest.fixture
def broken_actions(assistant, monkeypatch):
    """Every action fails, with the person's words in its error."""

    def fail(dispatcher, tracker, domain):
        raise KeyError(tracker.latest_message["text"])

    actions = assistant.agent.action_endpoint._executor.actions
    for name in list(actions):
        monkeypatch.setitem(actions, name, fail)


def as_logged(caplog):
    """All that was logged, as the server writes it; our own lines also as whatever has set up logging would."""
    written = [logs._Formatter().format(record) for record in caplog.records]
    return "\n".join(written + [logging.Formatter().format(r) for r in caplog.records if "legcramps" in r.name])


def assert_unsaid(log):
    assert not re.search(r"\b(my name|Ada|Lovelace|anemia|runs|family)\b", log, re.IGNORECASE)


def test_an_action_that_fails_is_said_and_logged_without_the_persons_words(client, broken_actions, caplog):
    with caplog.at_level(logging.INFO):
        (reply,) = client.say(SECRET_WORDS)
    assert reply["answer"]["outcome"] == "error"
    assert reply["text"]
    log = as_logged(caplog)
    assert "failure id=" in log
    assert "kind=KeyError" in log
    assert_unsaid(log)


def test_the_conversation_goes_on_after_an_action_failed(client, assistant, monkeypatch):
    client.say(QUESTION)
    with monkeypatch.context() as patch:
        actions = assistant.agent.action_endpoint._executor.actions
        for name in list(actions):
            patch.setitem(actions, name, lambda dispatcher, tracker, domain: 1 / 0)
        assert client.say("can anemia do this?")[0]["answer"]["outcome"] == "error"
    assert client.say("can anemia do this?")[0]["answer"]["conditions"]


def test_an_action_that_says_nothing_is_never_an_empty_success(client, assistant, monkeypatch):
    actions = assistant.agent.action_endpoint._executor.actions
    for name in list(actions):
        monkeypatch.setitem(actions, name, lambda dispatcher, tracker, domain: [])
    lines = client.lines(QUESTION)
    assert [line["type"] for line in lines] == ["accepted", "error", "done"]
    assert lines[1]["text"]
    assert lines[1]["answer"]["outcome"] == "error"


def test_understanding_that_fails_is_an_error_line_with_the_id_of_a_log_line(client, assistant, monkeypatch, caplog):
    def fail(message, tracker=None, only_output_properties=True):
        raise ValueError(message.text)

    monkeypatch.setattr(assistant.agent.processor, "parse_message", fail)
    lines = client.lines(SECRET_WORDS)
    assert [line["type"] for line in lines] == ["accepted", "error", "done"]
    log = as_logged(caplog)
    assert f"failure id={lines[1]['id']}" in log
    assert "kind=ValueError" in log
    assert_unsaid(log)


def test_a_turn_that_hangs_is_given_up(client, assistant, monkeypatch):
    import asyncio

    from legcramps.channels import web

    async def hang(message):
        await asyncio.sleep(3600)

    monkeypatch.setattr(web, "LONGEST_TURN", 0.05)
    monkeypatch.setattr(assistant.agent.processor, "handle_message", hang)
    lines = client.lines(QUESTION)
    assert [line["type"] for line in lines] == ["accepted", "error", "done"]


def test_a_database_that_fails_is_an_error_and_not_a_loss_in_silence(client, assistant, monkeypatch, address):
    closed = sqlite3.connect(":memory:")
    closed.close()
    with monkeypatch.context() as patch:
        patch.setattr(assistant.store, "_connection", closed)
        lines = client.lines(QUESTION)
        assert [line["type"] for line in lines] == ["accepted", "error", "done"]
        status, sentence = error_of(client.request("GET", "/webhooks/web/history"))
        assert status == 500
        assert "wrong" in sentence
    assert client.say(QUESTION)[0]["answer"]["outcome"] == "answered"


def test_the_log_tells_intents_and_outcomes_and_no_words(client, caplog):
    with caplog.at_level(logging.INFO):
        client.say(SECRET_WORDS)
        client.say("")
        client.say("x" * 2001)
    turns = [record.getMessage() for record in caplog.records if record.getMessage().startswith("turn ")]
    assert len(turns) == 3
    assert f"conversation={client.conversation}" in turns[0]
    assert "intent=" in turns[0]
    assert "outcomes=" in turns[0]
    assert_unsaid(as_logged(caplog))


# --- health and the page


def test_healthz_says_that_the_process_is_up(client):
    status, _, body = client.request("GET", "/healthz")
    assert (status, json.loads(body)) == (200, {"alive": True})


def test_readyz_has_answered_a_question_and_keeps_no_conversation_of_it(client, assistant):
    status, _, body = client.request("GET", "/readyz")
    assert status == 200
    assert json.loads(body)["ready"] is True
    assert json.loads(body)["ms"] > 0
    count = assistant.store._connection.execute("select count(*) from conversations where sender_id like 'probe%'")
    assert count.fetchone() == (0,)


def test_readyz_fails_when_questions_are_not_answered(broken_actions, serve_with):
    client = Client(serve_with(), open_session=False)
    status, _, body = client.request("GET", "/readyz")
    assert status == 503
    assert json.loads(body)["ready"] is False
    assert json.loads(body)["reason"]
