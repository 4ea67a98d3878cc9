"""How Slack and Telegram are set up: not at all, whole, or with a sentence that says what is missing."""

import pytest

from legcramps.settings import SettingsError, public_address, read_slack, read_telegram

SLACK = {
    "LEGCRAMPS_SLACK_BOT_TOKEN": "xoxb-1-2-abc",
    "LEGCRAMPS_SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
}
TELEGRAM = {"LEGCRAMPS_TELEGRAM_TOKEN": "123456:ABC-def_1", "LEGCRAMPS_TELEGRAM_SECRET": "0123456789abcdef"}


def without(environment, name):
    return {other: value for other, value in environment.items() if other != name}


def test_what_is_not_set_up_is_none():
    assert read_slack({}) is None
    assert read_slack(dict.fromkeys(SLACK, " ")) is None
    assert read_telegram({}) is None
    assert read_telegram({"LEGCRAMPS_TELEGRAM_API": "https://example.org"}) is None


def test_what_is_set_up_is_read():
    slack = read_slack({**SLACK, "LEGCRAMPS_SLACK_API": "http://127.0.0.1:7000/api/"})
    assert (slack.bot_token, slack.api) == ("xoxb-1-2-abc", "http://127.0.0.1:7000/api")
    assert read_slack(SLACK).api == "https://slack.com/api"
    telegram = read_telegram({**TELEGRAM, "LEGCRAMPS_TELEGRAM_URL": "https://example.org/cramps/"})
    assert (telegram.bot_id, telegram.url) == (123456, "https://example.org/cramps")
    assert read_telegram(TELEGRAM).api == "https://api.telegram.org"


def test_fetching_needs_no_secret():
    assert read_telegram(without(TELEGRAM, "LEGCRAMPS_TELEGRAM_SECRET"), fetching=True).secret is None


@pytest.mark.parametrize("name", SLACK)
def test_half_of_slack_is_a_sentence_that_names_the_other_half(name):
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        read_slack(without(SLACK, name))


@pytest.mark.parametrize("name", TELEGRAM)
def test_half_of_telegram_is_a_sentence_that_names_the_other_half(name):
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        read_telegram(without(TELEGRAM, name))


@pytest.mark.parametrize(
    "name, value",
    [
        ("LEGCRAMPS_SLACK_BOT_TOKEN", "xoxp-a-person"),
        ("LEGCRAMPS_SLACK_BOT_TOKEN", "xoxb-with a blank"),
        ("LEGCRAMPS_SLACK_SIGNING_SECRET", "with a blank"),
        ("LEGCRAMPS_SLACK_API", "slack.com"),
        ("LEGCRAMPS_TELEGRAM_TOKEN", "no-number"),
        ("LEGCRAMPS_TELEGRAM_TOKEN", "987654:"),
        ("LEGCRAMPS_TELEGRAM_SECRET", "too-short"),
        ("LEGCRAMPS_TELEGRAM_SECRET", "not allowed: a colon and blanks"),
        ("LEGCRAMPS_TELEGRAM_SECRET", "x" * 257),
        ("LEGCRAMPS_TELEGRAM_URL", "http://example.org"),
        ("LEGCRAMPS_TELEGRAM_URL", "example.org"),
        ("LEGCRAMPS_TELEGRAM_API", "https://"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_the_remedy_and_not_shown_where_it_is_secret(name, value):
    read, environment = (read_slack, SLACK) if "SLACK" in name else (read_telegram, TELEGRAM)
    with pytest.raises(SettingsError, match=name) as error:
        read({**environment, name: value})
    assert str(error.value).endswith(".")
    assert (value in str(error.value)) == name.endswith(("_URL", "_API"))


@pytest.mark.parametrize(
    "url", ["", "example.org", "http://example.org", "https://a b", "https://example.org?x=1", "https://["]
)
def test_a_public_address_is_one(url):
    with pytest.raises(SettingsError, match="--url"):
        public_address(url, "--url")
