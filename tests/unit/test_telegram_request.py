"""What Telegram sends: who may, and what it asks for."""

import json

import pytest

from legcramps.channels.telegram_request import Place, Pressed, Said, read_update, secret_is_right
from tests.helpers.spoiled import spoiled

BOT = 99


def update(**message):
    return {
        "update_id": 5,
        "message": {
            "message_id": 7,
            "date": 1,
            "from": {"id": 42, "is_bot": False, "first_name": "A"},
            "chat": {"id": 42, "type": "private"},
            "text": "hi",
            **message,
        },
    }


GROUP = {"id": -100, "type": "supergroup", "title": "g"}
PRESS = {
    "update_id": 6,
    "callback_query": {
        "id": "77",
        "from": {"id": 42, "is_bot": False},
        "data": "#ask_causes",
        "chat_instance": "1",
        "message": {"message_id": 8, "date": 0, "chat": {"id": 42, "type": "private"}},
    },
}


@pytest.mark.parametrize(
    "sent, right",
    [("the secret", True), ("the secre", False), ("the secret ", False), ("THE SECRET", False), ("", False), (None, False), ("\udcff", False)],
)  # fmt: skip
def test_the_secret(sent, right):
    assert secret_is_right("the secret", sent) is right


def test_each_kind_is_read():
    said = read_update(update(), BOT, "cramps_bot")
    assert (said.person, said.place, said.text, said.command) == ("42:42", Place(42), "hi", None)
    pressed = read_update(PRESS, BOT, None)
    assert isinstance(pressed, Pressed)
    assert (pressed.person, pressed.place, pressed.payload, pressed.press) == ("42:42", Place(42), "#ask_causes", "77")


def test_a_chat_without_a_type_is_private_when_it_has_the_persons_number():
    assert read_update(update(chat={"id": 42}), BOT, None)
    assert read_update(update(chat={"id": -42}), BOT, "cramps_bot") is None


ANONYMOUS = {"id": 1087968824, "is_bot": True, "username": "GroupAnonymousBot"}


def test_a_groups_anonymous_administrators_are_one_person():
    said = read_update(update(chat=GROUP, text="/help", sender_chat=GROUP, **{"from": ANONYMOUS}), BOT, None)
    assert (said.person, said.place) == ("-100:-100", Place(-100, None, 7))
    for other in ({"sender_chat": {"id": -5}}, {"sender_chat": GROUP, "chat": {"id": -100}}, {}):
        assert read_update(update(**{"chat": GROUP, "text": "/help", "from": ANONYMOUS, **other}), BOT, None) is None


def test_while_its_name_is_not_known_a_command_of_ours_is_taken_for_ours():
    said = read_update(update(chat=GROUP, text="/ask@cramps_bot hi"), BOT, None)
    assert (said.command, said.text) == ("ask", "hi")
    assert read_update(update(chat=GROUP, text="/ban@cramps_bot hi"), BOT, None) is None
    assert read_update(update(chat=GROUP, text="/ask@cramps_bot hi"), BOT, "other_bot") is None


def test_in_a_group_the_answer_is_a_reply_and_stays_in_its_topic():
    said = read_update(update(chat=GROUP, text="/help", message_thread_id=3, is_topic_message=True), BOT, None)
    assert said.place == Place(-100, 3, 7)
    assert said.person == "-100:42"
    said = read_update(update(chat=GROUP, text="/help", message_thread_id=3), BOT, None)
    assert said.place.topic is None, "outside of forums it is a thread of replies, which cannot be written to"


@pytest.mark.parametrize(
    "text, command, argument",
    [
        ("/start", "start", ""),
        ("/start  ask_causes ", "start", "ask_causes"),
        ("/ask@cramps_bot can anemia\ndo this?", "ask", "can anemia\ndo this?"),
        ("/Forget", "forget", ""),
        ("/unknown words", None, "unknown words"),
        ("/ no command", None, "/ no command"),
        ("please /help", None, "please /help"),
        ("/ask-causes", None, "/ask-causes"),
        ("@cramps_bot, hi", None, "hi"),
        ("mail me@cramps_bot", None, "mail me@cramps_bot"),
    ],
)
def test_commands(text, command, argument):
    said = read_update(update(text=text), BOT, "cramps_bot")
    assert (said.command, said.text) == (command, argument)


def test_the_same_number_with_another_content_is_another_update():
    one, other = read_update(update(), BOT, None), read_update(update(text="ho"), BOT, None)
    assert one.identifier != other.identifier
    assert one.identifier == read_update(json.loads(json.dumps(update(), sort_keys=True)), BOT, None).identifier


@pytest.mark.parametrize(
    "item",
    [
        update(photo=[{"file_id": "x"}], caption="hi", media_group_id="m"),
        update(chat=GROUP, text="@cramps_bot hi", is_topic_message=True, message_thread_id=3),
        update(chat=GROUP, reply_to_message={"from": {"id": BOT, "is_bot": True}}),
        update(chat=GROUP, text="/help", sender_chat=GROUP, **{"from": ANONYMOUS}),
        PRESS,
    ],
)
def test_whatever_is_missing_or_odd_nothing_is_raised_and_what_is_read_can_be_used(item):
    count = 0
    for other in spoiled(item):
        read = read_update(other, BOT, "cramps_bot")
        count += 1
        if isinstance(read, Said):
            assert isinstance(read.text, str)
            assert isinstance(read.place.chat, int)
            assert read.text or read.thing or read.command
        if isinstance(read, Pressed):
            assert isinstance(read.payload, str)
            assert isinstance(read.press, str)
    assert count > 100
