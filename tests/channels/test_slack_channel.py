"""The Slack channel, from Slack's side: signed requests in, messages out, and what happens when either goes wrong."""

import copy
import json
import logging
import threading
import time
import weakref
from pathlib import Path
from urllib.parse import urlencode

import pytest

from legcramps.channels.slack_request import signature_of
from tests.helpers.fake_platform import PlatformSender, turns_noted
from tests.helpers.fake_slack import TOKEN, FakeSlack, buttons_of, words_of

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
QUESTION = "what are the causes of night leg cramps?"
BOT = "UBOT"
VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "slack"

TURNS = weakref.WeakSet()
"""What all servers of these tests have under way."""


@pytest.fixture(scope="module", autouse=True)
def known_turns():
    with turns_noted(TURNS):
        yield


@pytest.fixture(scope="module")
def fake(known_turns):
    fake = FakeSlack()
    yield fake
    fake.stop()


@pytest.fixture
def slack(fake):
    fake.reset()
    return fake


class Sender(PlatformSender):
    """Slack's other half: sends signed requests to the channel, with ids and times of its own."""

    def post(self, body, path="events", kind="application/json", secret=SECRET, when=None, signature=None, **headers):
        """Status, body and seconds."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = str(int(time.time() if when is None else when))
        sent = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature or signature_of(secret, timestamp, body),
            **{name.replace("_", "-"): value for name, value in headers.items() if value is not None},
        }
        sent = {name: value for name, value in sent.items() if value != "-"}
        return self.send(f"/webhooks/slack/{path}", body, sent)

    def event(self, kind, **fields):
        """An event of its own time; the whole of what was sent."""
        number = self.next()
        ts = fields.pop("ts", f"1700000000.{number:06}")
        body = {
            "token": "x",
            "team_id": "T1",
            "api_app_id": "A1",
            "type": "event_callback",
            "event_id": f"Ev{number}",
            "event_time": 1700000000,
            "authorizations": [{"team_id": "T1", "user_id": BOT, "is_bot": True}],
            "event": {"type": kind, "user": "U1", "ts": ts, "event_ts": ts, **fields},
        }
        status, reply, _ = self.post(body)
        assert (status, reply) == (200, b"")
        return body

    def say(self, text, person="U1", **more):
        """A direct message."""
        return self.event("message", user=person, text=text, channel=f"D{person}", channel_type="im", **more)

    def mention(self, text, person="U1", channel="C1", **more):
        return self.event("app_mention", user=person, text=f"<@{BOT}> {text}", channel=channel, **more)

    def in_channel(self, text, person="U1", channel="C1", **more):
        return self.event("message", user=person, text=text, channel=channel, channel_type="channel", **more)

    def press(self, under, button, person="U1", ts="1700000001.000001", **more):
        """Presses a button under a message that the assistant sent."""
        shown = {"type": "message", "user": BOT, "bot_id": "B1", "ts": ts, "text": "…", "blocks": under.get("blocks")}
        if under.get("thread_ts"):
            shown["thread_ts"] = under["thread_ts"]
        payload = {
            "type": "block_actions",
            "user": {"id": person, "team_id": "T1"},
            "team": {"id": "T1"},
            "api_app_id": "A1",
            "container": {"type": "message", "message_ts": ts, "channel_id": under.get("channel")},
            "channel": {"id": under.get("channel")},
            "message": shown,
            "trigger_id": f"trigger{self.next()}",
            "response_url": f"{self.fake.address}/actions/1",
            "actions": [{**button, "type": "button", "action_ts": f"{self.next()}.0"}],
            **more,
        }
        return self.interact(payload)

    def interact(self, payload):
        body = urlencode({"payload": json.dumps(payload)}).encode()
        status, reply, seconds = self.post(body, "interactive", "application/x-www-form-urlencoded")
        assert (status, reply) == (200, b"")
        return seconds

    def command(self, text, person="U1", **more):
        """Status, what came back and seconds of a slash command."""
        form = {
            "token": "x",
            "team_id": "T1",
            "channel_id": "C9",
            "channel_name": "random",
            "user_id": person,
            "command": "/cramps",
            "text": text,
            "enterprise_name": "",
            "response_url": f"{self.fake.address}/commands/1",
            "trigger_id": f"trigger{self.next()}",
            **more,
        }
        return self.post(urlencode(form).encode(), "commands", "application/x-www-form-urlencoded")

    def settle(self):
        """Waits until all that was sent before has been seen to."""
        self.fake.wait_for(lambda: not any(turns._tasks for turns in TURNS), 60)

    def answers(self):
        """All that people were told."""
        self.settle()
        return self.fake.messages

    def answer(self):
        """The one thing that was said since the last look."""
        (answer,) = self.answers()
        self.fake.calls.clear()
        return answer


def environment(fake):
    return {
        "LEGCRAMPS_SLACK_BOT_TOKEN": TOKEN,
        "LEGCRAMPS_SLACK_SIGNING_SECRET": SECRET,
        "LEGCRAMPS_SLACK_API": f"{fake.address}/api",
    }


@pytest.fixture(scope="module")
def server(assistant, fake):
    """One server for all tests that leave it as it was."""
    from legcramps import settings
    from tests.channels.conftest import serving

    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment(fake).items():
            patch.setenv(name, value)
        with serving(assistant, settings.read()) as address:
            yield Sender(address, fake)


@pytest.fixture
def sender(server, slack, assistant):
    """That server, and nothing said yet."""
    for table in ("events", "conversations"):
        with assistant.store._connection as connection:
            connection.execute(f"delete from {table}")
    return server


# --- direct messages


def test_a_direct_message_is_answered_with_its_source_and_buttons(sender, slack):
    sender.say(QUESTION)
    answer = sender.answer()
    assert answer["channel"] == "DU1"
    assert "thread_ts" not in answer
    assert "no cause is known" in words_of(answer)
    context = [block for block in answer["blocks"] if block["type"] == "context"]
    assert "Source: Causes, paragraph" in context[0]["elements"][0]["text"]
    assert buttons_of(answer)
    assert "no cause is known" in answer["text"], "notifications and screen readers"
    assert "Others here" not in words_of(answer)
    assert slack.refused == []


def test_a_reply_in_a_thread_of_direct_messages_stays_there(sender):
    sender.say(QUESTION, thread_ts="1600000000.000001")
    assert sender.answer()["thread_ts"] == "1600000000.000001"


def test_danger_comes_first_and_alone(sender):
    sender.say("my calf is hot, red and swollen")
    answer = sender.answer()
    assert words_of(answer).startswith("A hot, red or swollen calf")
    assert not buttons_of(answer)
    sender.mention("my calf is hot, red and swollen")
    answer = sender.answer()
    assert words_of(answer).startswith("A hot, red or swollen calf")
    assert not buttons_of(answer)


def test_what_was_said_before_is_known_and_each_person_is_a_conversation_of_its_own(sender):
    sender.say("can anemia do this?")
    sender.answer()
    sender.say("how sure is that?")
    assert "linked to anemia" in words_of(sender.answer())
    sender.say("how sure is that?", person="U2")
    assert "anemia" not in words_of(sender.answer())


def test_a_file_gets_a_kind_sentence_and_with_words_their_answer(sender):
    sender.say("", subtype="file_share", files=[{"id": "F1"}])
    assert "I can only read text" in words_of(sender.answer())
    sender.say("can anemia do this?", subtype="file_share", files=[{"id": "F1"}])
    answer = words_of(sender.answer())
    assert "not by what came with them" in answer
    assert "linked to anemia" in answer


def test_escapes_and_links_are_read_as_typed(sender, assistant):
    sender.say("is it &lt;b&gt; &amp; <https://example.org|anemia> <@U5> <#C1|general>?")
    sender.answer()
    said = assistant.store._connection.execute("select data from events where type_name = 'user'").fetchone()[0]
    assert json.loads(said)["text"] == "is it <b> & anemia general?"


@pytest.mark.parametrize("words", ["forget me", "forget what I told you"])
def test_forgetting_leaves_nothing_of_the_conversation(sender, assistant, words):
    def stored():
        return assistant.store._connection.execute("select count(*) from conversations").fetchone()[0]

    sender.say("can anemia do this?")
    sender.answer()
    assert stored() == 1
    sender.say(words)
    assert "is deleted" in words_of(sender.answer())
    assert stored() == 0


def test_nothing_that_is_stored_or_logged_names_the_person(sender, assistant, caplog):
    with caplog.at_level(logging.INFO):
        sender.say("my name is Ada Lovelace, can anemia do this?", person="U0SECRET")
        sender.mention("can anemia do this?", person="U0SECRET", channel="C0SECRET")
        sender.answers()
    rows = assistant.store._connection.execute("select sender_id || data from events").fetchall()
    assert "0SECRET" not in "".join(row[0] for row in rows)
    assert "0SECRET" not in caplog.text
    assert "Lovelace" not in caplog.text
    assert TOKEN not in caplog.text


# --- channels


def test_a_mention_is_answered_in_a_thread_with_the_offer_to_go_on_in_private(sender):
    asked = sender.mention("can anemia do this?")
    answer = sender.answer()
    assert answer["channel"] == "C1"
    assert answer["thread_ts"] == asked["event"]["ts"]
    assert "linked to anemia" in words_of(answer)
    assert "Others here can read this" in words_of(answer)
    private = buttons_of(answer)[-1]
    assert private["text"]["text"] == "Ask in private"
    sender.press(answer, private, person="U7")
    opening = sender.answer()
    assert opening["channel"] == "U7"
    assert "nobody else" in words_of(opening)


def test_in_a_thread_that_it_takes_part_in_it_answers_without_being_named(sender):
    thread = sender.mention("can anemia do this?")["event"]["ts"]
    sender.answer()
    sender.in_channel("how sure is that?", thread_ts=thread)
    answer = sender.answer()
    assert answer["thread_ts"] == thread
    assert "linked to anemia" in words_of(answer)
    assert "Others here" not in words_of(answer), "it was said before"
    sender.in_channel("and diabetes?", person="U2", thread_ts=thread)
    assert sender.answer()["thread_ts"] == thread


def test_what_is_said_to_others_in_its_thread_is_left_to_them(sender):
    thread = sender.mention("can anemia do this?")["event"]["ts"]
    sender.answer()
    sender.in_channel("<@U9> get well soon!", thread_ts=thread)
    assert sender.answers() == []


def test_a_thread_is_still_known_after_a_restart(sender, slack, serve_with):
    thread = sender.mention("can anemia do this?")["event"]["ts"]
    sender.answer()
    again = Sender(serve_with(**environment(slack)), slack)
    again.number = 5000
    again.in_channel("and diabetes?", thread_ts=thread)
    assert again.answer()["thread_ts"] == thread


def test_a_thread_that_begins_with_its_own_message_is_its_own(sender):
    sender.in_channel("and diabetes?", thread_ts="1500000000.000001", parent_user_id=BOT)
    assert sender.answer()["thread_ts"] == "1500000000.000001"


def test_only_its_name_is_a_greeting(sender):
    sender.mention("")
    assert "Hello." in words_of(sender.answer())


def test_a_message_that_comes_as_two_events_is_answered_once(sender):
    sender.mention(QUESTION, ts="1700000500.000001")
    sender.in_channel(f"<@{BOT}> {QUESTION}", ts="1700000500.000001")
    assert len(sender.answers()) == 1


# --- what is not answered


SILENT = {
    "a channel's talk": {"channel": "C1", "channel_type": "channel", "text": "hi all"},
    "a thread of others": {"channel": "C1", "channel_type": "channel", "text": "hi", "thread_ts": "1400000000.1"},
    "a broadcast of others": {
        "channel": "C1",
        "text": "hi",
        "subtype": "thread_broadcast",
        "thread_ts": "1400000000.1",
    },
    "a group of people": {"channel": "G1", "channel_type": "mpim", "text": "hi"},
    "itself": {"channel": "DU1", "channel_type": "im", "text": "hi", "bot_id": "B1"},
    "another app": {"channel": "DU1", "channel_type": "im", "text": "hi", "bot_profile": {"app_id": "A2"}},
    "a classic bot": {"channel": "DU1", "channel_type": "im", "text": "hi", "subtype": "bot_message", "user": None},
    "an edit": {"channel": "DU1", "channel_type": "im", "subtype": "message_changed", "message": {"text": "hi"}},
    "an edited message": {"channel": "DU1", "channel_type": "im", "text": "hi", "edited": {"user": "U1"}},
    "a deletion": {"channel": "DU1", "channel_type": "im", "subtype": "message_deleted", "deleted_ts": "1"},
    "somebody joined": {"channel": "C1", "subtype": "channel_join", "text": f"<@{BOT}> has joined"},
    "a new topic": {"channel": "C1", "subtype": "channel_topic", "text": f"<@{BOT}> set the topic"},
    "Slackbot": {"channel": "DU1", "channel_type": "im", "text": "hi", "user": "USLACKBOT"},
    "nobody": {"channel": "DU1", "channel_type": "im", "text": "hi", "user": None},
    "nothing said": {"channel": "DU1", "channel_type": "im", "text": ""},
    "no channel": {"channel_type": "im", "text": "hi"},
    "a channel that is a list": {"channel": ["D1"], "channel_type": "im", "text": "hi"},
    "a user that is an object": {"channel": "D1", "channel_type": "im", "text": "hi", "user": {"id": "U1"}},
    "a text that is a number": {"channel": "D1", "channel_type": "im", "text": 5},
    "no time": {"channel": "D1", "channel_type": "im", "text": "hi", "ts": None},
    "a reaction": {"type": "reaction_added", "reaction": "heart"},
    "an unknown event": {"type": "something_new", "channel": "DU1", "text": "hi"},
    "the messages tab": {"type": "app_home_opened", "tab": "messages"},
    "an assistant's thread": {"type": "assistant_thread_started", "assistant_thread": {"user_id": "U1"}},
}


def test_what_asks_for_no_answer_gets_none_and_nothing_is_raised(sender, caplog, slack):
    with caplog.at_level(logging.INFO):
        for fields in SILENT.values():
            sender.event(
                **{"kind": "message", **copy.deepcopy({k: v for k, v in fields.items() if k != "type"})}
                | ({"kind": fields["type"]} if "type" in fields else {})
            )
        sender.settle()
    assert slack.calls == []
    assert "failure" not in caplog.text


@pytest.mark.parametrize("path", ["events", "interactive", "commands"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"{}",
        b'{"type": "event_callback"}',
        b'{"type": "event_callback", "event": null}',
        b'{"type": "event_callback", "event": ["message"]}',
        b'{"type": "event_callback", "authorizations": 5, "event": {"type": "message", "user": "U1"}}',
        b'{"type": "url_verification"}',
        b'{"type": "app_rate_limited"}',
        b"\xff\xfe\x00",
        b"payload=",
        b"payload=null",
        b"payload=%7B%22type%22%3A%22block_actions%22%7D",
        b"payload=%7B%22type%22%3A%22view_submission%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D%7D",
        b"payload=%7B%22type%22%3A%22shortcut%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D%7D",
        b"payload=%7B%22type%22%3A%22block_actions%22%2C%22user%22%3A%7B%22id%22%3A%22U1%22%7D%2C%22actions%22%3A%5B5%5D%7D",
        b"command=%2Fcramps",
        b"ssl_check=1&token=x",
        b"&&&===%%%",
        b'{"a": ' + b"[" * 100_000,
        b"{" + b" " * 2_000_000 + b"}",
    ],
    ids=lambda body: f"{body[:40]!r} {len(body)}",
)
def test_a_request_that_asks_for_nothing_is_acknowledged_in_silence(sender, slack, path, body, caplog):
    with caplog.at_level(logging.INFO):
        status, reply, _ = sender.post(
            body, path, "application/x-www-form-urlencoded", when=time.time() - sender.next() % 200
        )
        sender.settle()
    assert (status, reply) == (200, b"")
    assert slack.calls == []
    assert "failure" not in caplog.text


def test_texts_of_every_kind_get_one_answer(sender, slack):
    texts = [
        "hi\x00there",
        "?" * 4096,
        "x" * 40_000,
        "🦵" * 20_000,
        "<script>&amp;</script>",
        "<!channel>",
        "/restart",
        "\ud800",
    ]
    for number, text in enumerate(texts):
        sender.say(text, person=f"U{number}")
    sender.settle()
    assert sorted(m["channel"] for m in slack.messages) == [f"DU{number}" for number in range(len(texts))]
    assert slack.refused == []


# --- who may call


@pytest.mark.parametrize(
    "wrong",
    [
        {"signature": "v0=" + "0" * 64},
        {"signature": "v0="},
        {"signature": "-"},
        {"signature": "ü"},
        {"secret": "another secret"},
        {"late": -302},
        {"late": 330},
        {"when": 0},
        {"X_Slack_Request_Timestamp": "-"},
        {"X_Slack_Request_Timestamp": "now"},
        {"X_Slack_Request_Timestamp": "1" * 5000},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["events", "interactive", "commands"])
def test_what_is_not_signed_is_refused_and_nothing_read(sender, slack, wrong, path):
    if isinstance(wrong.get("signature"), str):
        wrong = {**wrong, "signature": wrong["signature"].encode().decode("latin-1")}
    if "late" in wrong:
        # Seconds from now, and not from when the tests were collected.
        wrong = {"when": time.time() + wrong["late"]}
    body = {
        "type": "event_callback",
        "event": {"type": "message", "user": "U1", "channel": "D1", "ts": "1", "text": "hi"},
    }
    status, reply, _ = sender.post(body, path, **wrong)
    assert status == 401
    assert "Slack only" in json.loads(reply)["error"]
    status, _, _ = sender.post({"type": "url_verification", "challenge": "x"}, path, **wrong)
    assert status == 401
    assert sender.answers() == []


def test_a_tampered_body_is_refused(sender):
    when = int(time.time())
    signature = signature_of(SECRET, str(when), b'{"type": "event_callback"}')
    assert sender.post(b'{"type": "event_callback" }', when=when, signature=signature)[0] == 401


def test_a_replayed_request_does_nothing_a_second_time(sender):
    when = time.time()
    form = urlencode({"command": "/cramps", "user_id": "U1", "text": QUESTION}).encode()
    assert b"no cause is known" in sender.post(form, "commands", when=when)[1]
    assert sender.post(form, "commands", when=when)[:2] == (200, b"")


def test_a_retry_of_slack_is_answered_once(sender):
    body = sender.say(QUESTION)
    for number in (1, 2, 3):
        status, _, _ = sender.post(body, when=time.time() - number, X_Slack_Retry_Num=str(number))
        assert status == 200
    assert len(sender.answers()) == 1


def test_the_address_is_verified_when_slack_asks(sender):
    status, reply, _ = sender.post({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})
    assert (status, json.loads(reply)) == (200, {"challenge": "3eZbrw1a"})


def test_without_settings_there_is_nothing_at_the_address(serve_with, slack):
    sender = Sender(serve_with(**dict.fromkeys(environment(slack), "")), slack)
    assert sender.post({"type": "url_verification", "challenge": "x"})[0] == 404


# --- buttons


def test_a_pressed_button_is_answered_and_shown_as_chosen(sender, slack):
    sender.say(QUESTION)
    message = sender.answer()
    button = buttons_of(message)[0]
    sender.press(message, button)
    sender.settle()
    (answer,) = slack.messages
    assert "Kidney failure" in words_of(answer)
    assert "thread_ts" not in answer
    (update,) = slack.of("chat.update")
    assert (update["channel"], update["ts"]) == ("DU1", "1700000001.000001")
    titles = [shown["text"]["text"] for shown in buttons_of(update)]
    assert titles == ["✓ " + button["text"]["text"], *(other["text"]["text"] for other in buttons_of(message)[1:])]
    assert slack.refused == []


def test_a_button_in_a_channel_is_answered_in_its_thread(sender, slack):
    thread = sender.mention(QUESTION)["event"]["ts"]
    message = sender.answer()
    sender.press(message, buttons_of(message)[0], person="U2")
    sender.settle()
    (answer,) = slack.messages
    assert (answer["channel"], answer["thread_ts"]) == ("C1", thread)


def test_a_button_under_a_hidden_answer_is_answered_as_hidden(sender, slack):
    _, reply, _ = sender.command(QUESTION)
    message = {**json.loads(reply), "channel": "C9"}
    hidden = {"type": "message", "message_ts": "1", "channel_id": "C9", "is_ephemeral": True}
    sender.press(message, buttons_of(message)[0], container=hidden)
    sender.settle()
    assert [method for method, _ in slack.calls] == ["response_url"]
    (answer,) = slack.messages
    assert (answer["response_type"], answer["replace_original"]) == ("ephemeral", False)
    assert "Kidney failure" in words_of(answer)


def test_an_address_to_answer_at_that_is_not_slacks_is_not_used(sender, slack):
    hidden = {"type": "message", "message_ts": "1", "channel_id": "C9", "is_ephemeral": True}
    button = {"action_id": "legcramps:0", "block_id": "legcramps:0", "value": "#ask_causes"}
    sender.press({"channel": "C9"}, button, container=hidden, response_url="http://169.254.169.254/latest")
    sender.settle()
    assert [method for method, _ in slack.calls] == ["chat.postEphemeral"]


@pytest.mark.parametrize(
    "button",
    [
        {"action_id": "legcramps:0", "value": "#no_such_button"},
        {"action_id": "legcramps:0", "value": "~a-token-nobody-knows"},
        {"action_id": "legcramps:0"},
        {"action_id": "legcramps:0", "value": 5},
        {"action_id": "another", "value": "#ask_causes"},
        {},
    ],
)
def test_a_button_that_is_no_longer_known_gets_one_answer(sender, button):
    sender.press({"channel": "DU1"}, button)
    assert "no longer works" in words_of(sender.answer())


# --- slash commands and the Home tab


def test_a_slash_command_is_answered_at_once_and_for_one_person_only(sender, slack):
    status, reply, seconds = sender.command("can anemia do this?")
    assert status == 200
    assert seconds < 3
    answer = json.loads(reply)
    assert answer["response_type"] == "ephemeral"
    assert "linked to anemia" in words_of(answer)
    assert sender.answers() == []
    assert slack.refused == []


def test_a_slash_command_without_words_says_what_one_can_ask(sender):
    assert "You can ask me" in words_of(json.loads(sender.command("")[1]))


def test_a_slash_command_goes_on_with_the_private_conversation(sender):
    sender.say("can anemia do this?")
    sender.answer()
    assert "linked to anemia" in words_of(json.loads(sender.command("how sure is that?")[1]))


def test_a_slash_command_that_takes_long_is_answered_later(sender, slack, monkeypatch):
    from legcramps.channels import slack as channel

    monkeypatch.setattr(channel, "COMMAND_SECONDS", 0.001)
    status, reply, _ = sender.command("can anemia do this?")
    assert (status, reply) == (200, b"")
    assert "linked to anemia" in words_of(sender.answer())


def test_the_home_tab_has_topics_and_the_disclaimer_and_its_buttons_answer_in_private(sender, slack):
    sender.event("app_home_opened", tab="home", channel="DU1")
    sender.settle()
    ((method, home),) = slack.calls
    assert (method, home["user_id"]) == ("views.publish", "U1")
    assert "not medical advice" in words_of(home["view"])
    topics = buttons_of(home["view"])
    assert len(topics) >= 5
    slack.calls.clear()
    container = {"type": "view", "view_id": "V1"}
    sender.press({}, topics[0], container=container, view={"type": "home", "id": "V1"}, channel=None, message=None)
    answer = sender.answer()
    assert answer["channel"] == "U1"
    assert "stretch" in words_of(answer)
    assert slack.refused == []


# --- many at once, and Slack away


def together(*calls):
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def test_thirty_messages_of_one_person_are_answered_in_order(sender, slack):
    for number in range(30):
        sender.say(["thanks", "what are night leg cramps?"][number % 2])
    sender.settle()
    assert ["welcome" in words_of(answer) for answer in slack.messages] == [True, False] * 15


def test_fifty_people_at_once_are_answered_once_each(sender, slack):
    together(*(lambda n=n: sender.say("can anemia do this?", person=f"U{n}") for n in range(50)))
    sender.settle()
    assert sorted(m["channel"] for m in slack.messages) == sorted(f"DU{n}" for n in range(50))


def test_a_wish_to_wait_is_respected(sender, slack):
    slack.asks_to_wait("chat.postMessage", 1)
    started = time.monotonic()
    sender.say("thanks", person="U1")
    slack.wait_for(lambda: slack.refused)
    sender.say("thanks", person="U2")
    sender.settle()
    assert len(slack.messages) == 2
    assert time.monotonic() - started >= 1
    assert slack.too_early == []


def test_slack_away_for_a_while_loses_no_answer(sender, slack):
    slack.dead_until = time.monotonic() + 1.5
    sender.say(QUESTION)
    sender.say("thanks")
    first, second = sender.answers()
    assert "no cause is known" in words_of(first)
    assert "welcome" in words_of(second)


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "service_unavailable"])
def test_errors_that_pass_are_tried_again(sender, slack, error):
    slack.errors = [error]
    sender.say(QUESTION)
    assert sender.answer()


@pytest.mark.parametrize("error", ["channel_not_found", "invalid_auth", "is_archived", "something_new"])
def test_errors_that_stay_stop_nobody(sender, slack, error, caplog):
    slack.errors = [error]
    with caplog.at_level(logging.WARNING):
        sender.say(QUESTION)
        sender.say("thanks")
        assert "welcome" in words_of(sender.answer())
    assert error in caplog.text


def test_a_slack_that_takes_less_gets_less(sender, slack):
    slack.takes_blocks, slack.most_text = False, 160
    sender.say(QUESTION)
    parts = sender.answers()
    assert len(parts) > 1
    assert all("blocks" not in part for part in parts)
    assert "Source: Causes" in " ".join(part["text"] for part in parts)


def test_a_dead_slack_does_not_keep_the_server_down(serve_with, slack):
    slack.dead_until = time.monotonic() + 1
    sender = Sender(serve_with(**environment(slack)), slack)
    sender.number = 9000
    sender.say(QUESTION)
    assert sender.answer()


def test_an_action_that_fails_is_one_answer_that_says_so(sender, assistant, monkeypatch):
    actions = assistant.agent.action_endpoint._executor.actions
    for name in list(actions):
        monkeypatch.setitem(actions, name, lambda dispatcher, tracker, domain: 1 / 0)
    sender.say(QUESTION)
    assert "Something went wrong" in words_of(sender.answer())


# --- the vendors' own sample data


# All but these are no message to the assistant: talk of a channel, bots, edits, other parts of Slack.
ONE_ANSWER = {"test_events__valid_event_body", "test_events_shared_channels__valid_event_body"}


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the vendors' sample data is not on this machine")
def test_every_sample_of_the_vendors_gets_exactly_what_it_asks_for(sender, slack, caplog):
    files = sorted(VECTORS.glob("*.json"))
    assert files
    with caplog.at_level(logging.INFO):
        for file in files:
            item = json.loads(file.read_text("utf8"))
            slack.calls.clear()
            if "event" in item or "challenge" in item:
                status, reply, _ = sender.post(item)
                assert json.loads(reply or "{}").get("challenge") == item.get("challenge")
            else:
                form = urlencode({"payload": json.dumps(item)}).encode()
                status, reply, _ = sender.post(form, "interactive", "application/x-www-form-urlencoded")
            assert status == 200, file.name
            name = file.stem.removeprefix("bolt-python__")
            assert len(sender.answers()) == int(name in ONE_ANSWER), file.name
    assert "failure" not in caplog.text
    assert slack.refused == []
