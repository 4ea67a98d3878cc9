"""What Slack sends: who may, and what it asks for."""

import json
from urllib.parse import urlencode

import pytest

from legcramps.channels.slack_request import (
    Asked,
    Challenge,
    Opened,
    Pressed,
    Said,
    is_signed,
    may_answer_at,
    plain_words,
    read_request,
    signature_of,
)
from tests.helpers.spoiled import spoiled

# The worked example of Slack's documentation, "Verifying requests from Slack".
DOCS_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
DOCS_TIME = "1531420618"
DOCS_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10"
    b"d2c447fce8b6703c"
)
DOCS_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_the_example_of_slacks_documentation_is_signed():
    assert signature_of(DOCS_SECRET, DOCS_TIME, DOCS_BODY) == DOCS_SIGNATURE
    assert is_signed(DOCS_SECRET, DOCS_TIME, DOCS_SIGNATURE, DOCS_BODY, float(DOCS_TIME))


@pytest.mark.parametrize(
    "late, good", [(0, True), (300, True), (-300, True), (301, False), (-301, False), (1e9, False)]
)
def test_a_request_is_good_for_five_minutes(late, good):
    assert is_signed(DOCS_SECRET, DOCS_TIME, DOCS_SIGNATURE, DOCS_BODY, int(DOCS_TIME) + late) is good


@pytest.mark.parametrize(
    "changed",
    [
        {"secret": "8f742231b10e8888abcd99yyyzzz85a6"},
        {"timestamp": "1531420619"},
        {"timestamp": None},
        {"timestamp": ""},
        {"timestamp": "1531420618.0"},
        {"timestamp": "-1531420618"},
        {"timestamp": "١٥٣١٤٢٠٦١٨"},
        {"timestamp": "9" * 10_000},
        {"signature": None},
        {"signature": ""},
        {"signature": DOCS_SIGNATURE.upper()},
        {"signature": DOCS_SIGNATURE.replace("v0", "v1")},
        {"signature": DOCS_SIGNATURE[:-1]},
        {"signature": "\udcff"},
        {"body": DOCS_BODY + b"&"},
    ],
    ids=str,
)
def test_anything_else_is_not(changed):
    request = {"secret": DOCS_SECRET, "timestamp": DOCS_TIME, "signature": DOCS_SIGNATURE, "body": DOCS_BODY, **changed}
    assert not is_signed(**request, now=float(DOCS_TIME))


@pytest.mark.parametrize(
    "typed, read",
    [
        ("hi", "hi"),
        ("<@U123> can anemia do this?", "can anemia do this?"),
        ("<@U123|ada> hi", "hi"),
        ("<!here> hi <!subteam^S1|@team>", "hi"),
        ("in <#C1|general> and <#C2>", "in general and"),
        (
            "<https://example.org|the page> <https://example.org> <mailto:a@b.c|a@b.c>",
            "the page https://example.org a@b.c",
        ),
        ("a &lt; b &amp;&amp; b &gt; c", "a < b && b > c"),
        ("&amp;lt;", "&lt;"),
        ("1 < 2", "1 < 2"),
        ("<", "<"),
        ("<>", ""),
    ],
)
def test_texts_are_read_as_they_were_typed(typed, read):
    assert plain_words(typed) == read


@pytest.mark.parametrize(
    "url, allowed",
    [
        ("https://hooks.slack.com/commands/T1/2/x", True),
        ("https://hooks.slack-gov.com/x", True),
        ("http://hooks.slack.com/x", False),
        ("https://hooks.slack.com.evil.example/x", False),
        ("https://evilslack.com/x", False),
        ("https://hooks.slack.com:8443/x", False),
        ("https://hooks.slack.com@evil.example/", False),
        ("http://169.254.169.254/", False),
        ("http://127.0.0.1:7000/x", True),
        ("http://127.0.0.1:7001/x", False),
        ("//hooks.slack.com", False),
        ("https://[", False),
        ("", False),
        (None, False),
    ],
)
def test_answers_go_to_slack_only(url, allowed):
    assert may_answer_at(url, "http://127.0.0.1:7000/api") is allowed


def event(**fields):
    return {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "authorizations": [{"user_id": "UBOT", "is_bot": True}],
        "event": {
            "type": "message",
            "user": "U1",
            "channel": "D1",
            "channel_type": "im",
            "ts": "1.2",
            "text": "hi",
            **fields,
        },
    }


PRESS = {
    "type": "block_actions",
    "user": {"id": "U1"},
    "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1", "is_ephemeral": False},
    "channel": {"id": "C1"},
    "message": {"ts": "1.2", "thread_ts": "1.0", "text": "x", "blocks": []},
    "response_url": "https://hooks.slack.com/x",
    "trigger_id": "1",
    "actions": [
        {
            "type": "button",
            "action_id": "legcramps:0",
            "block_id": "legcramps:0",
            "value": "#ask_causes",
            "action_ts": "2.0",
        }
    ],
}
COMMAND = {
    "command": "/cramps",
    "user_id": "U1",
    "text": "hi",
    "trigger_id": "1",
    "response_url": "https://hooks.slack.com/x",
}


def as_body(item):
    return json.dumps(item).encode()


def as_form(item):
    return urlencode({"payload": json.dumps(item)}).encode()


def test_each_kind_is_read():
    assert read_request(as_body({"type": "url_verification", "challenge": "x"})) == Challenge("x")
    said = read_request(as_body(event()))
    assert said == Said("U1", "D1", "1.2", "T1:D1:1.2", "hi", private=True)
    assert isinstance(read_request(as_body(event(type="app_home_opened", tab="home"))), Opened)
    pressed = read_request(as_form(PRESS))
    assert isinstance(pressed, Pressed)
    assert (pressed.payload, pressed.channel, pressed.thread, pressed.private) == ("#ask_causes", "C1", "1.0", False)
    assert read_request(urlencode(COMMAND).encode()) == Asked("U1", "command:1", "hi", "https://hooks.slack.com/x")


def test_a_mention_in_a_channel_and_its_thread():
    said = read_request(
        as_body(event(type="app_mention", channel="C1", channel_type=None, text="<@UBOT> hi", thread_ts="1.0"))
    )
    assert (said.mentioned, said.private, said.thread, said.text) == (True, False, "1.0", "hi")
    said = read_request(as_body(event(channel="C1", channel_type="channel", text="<@U9> hi", thread_ts="1.0")))
    assert (said.mentioned, said.to_others) == (False, True)
    assert read_request(as_body(event(thread_ts="1.2"))).thread is None, "a thread's first message"


@pytest.mark.parametrize(
    "item, form",
    [
        (event(thread_ts="1.0", files=[{"id": "F1"}], parent_user_id="UBOT"), as_body),
        (event(type="app_mention", text="<@UBOT> hi"), as_body),
        (event(text="", attachments=[{"is_share": True, "text": "hi"}]), as_body),
        (PRESS, as_form),
        ({**PRESS, "view": {"type": "home"}}, as_form),
    ],
)
def test_whatever_is_missing_or_odd_nothing_is_raised_and_what_is_read_can_be_used(item, form):
    count = 0
    for other in spoiled(item):
        read = read_request(form(other))
        count += 1
        if isinstance(read, Said):
            assert all(
                isinstance(part, str) for part in (read.person, read.channel, read.ts, read.text, read.identifier)
            )
        if isinstance(read, Pressed):
            assert isinstance(read.message, dict)
            assert all(isinstance(part, str) for part in (read.person, read.action, read.block, read.payload))
    assert count > 100


def test_the_manifest_asks_for_what_is_read_and_no_more():
    from pathlib import Path

    import yaml

    from legcramps.channels import slack_request

    manifest = yaml.safe_load((Path(__file__).resolve().parents[2] / "deploy/slack/manifest.yml").read_text("utf8"))
    settings = manifest["settings"]
    kinds = {one.split(".")[0] for one in settings["event_subscriptions"]["bot_events"]}
    assert kinds == {"app_home_opened", "app_mention", "message"}
    addresses = [
        settings["event_subscriptions"]["request_url"],
        settings["interactivity"]["request_url"],
        manifest["features"]["slash_commands"][0]["url"],
    ]
    assert [one.rpartition("/")[2] for one in addresses] == ["events", "interactive", "commands"]
    assert slack_request.WINDOW == 300
    # Slack's own limits for a manifest.
    about = manifest["display_information"]
    assert len(about["name"]) <= 35
    assert len(about["description"]) <= 140
    assert 175 <= len(about["long_description"]) <= 4000
    needed = {
        "app_mention": {"app_mentions:read"},
        "message.channels": {"channels:history"},
        "message.groups": {"groups:history"},
        "message.im": {"im:history"},
        "app_home_opened": set(),
    }
    scopes = set(manifest["oauth_config"]["scopes"]["bot"])
    wanted = set().union(*(needed[one] for one in settings["event_subscriptions"]["bot_events"]))
    assert scopes == wanted | {"chat:write", "commands", "im:write"}
