"""Replies as Telegram messages: lengths in UTF-16, HTML that is whole, keyboards that fit."""

import pytest

from legcramps.answers import Composer, Context, Heard, Mention, respond
from legcramps.channels.kept import Kept
from legcramps.channels.telegram_render import MAX_UNITS, as_keyboard, as_messages, plain, split_message, units
from legcramps.channels.text_render import cut, split
from tests.helpers import fake_telegram
from tests.helpers.fake_telegram import text_of


@pytest.fixture
def kept():
    kept = Kept(":memory:", 30)
    yield kept
    kept.close()


@pytest.fixture
def takes():
    """Whether Telegram would take a message."""
    telegram = fake_telegram.FakeTelegram()
    yield lambda message: telegram._check_sendMessage({"chat_id": 1, **message}) is None
    telegram.stop()


def reply(text="Words.", buttons=(), citations=(), outcome="answered"):
    return {"text": text, "buttons": list(buttons), "answer": {"outcome": outcome, "citations": list(citations)}}


def test_every_answer_there_is_is_one_message_that_telegram_takes(knowledge, kept, takes):
    composer = Composer(knowledge)
    titled = [key.removeprefix("titles.") for key in knowledge.phrases if key.startswith("titles.")]
    heard = [Heard(intent) for intent in titled]
    heard += [Heard("ask_condition", mentions=(Mention("condition", one),)) for one in knowledge.conditions]
    for one in heard:
        turn = respond(one, Context(), composer)
        replies = [
            {"text": a.text, "buttons": [b.as_dict() for b in a.buttons], "answer": a.envelope()} for a in turn.answers
        ]
        (message,) = as_messages(replies, kept.short)
        assert takes(message)
        for answer in turn.answers:
            assert answer.text in text_of(message)


@pytest.mark.parametrize("unit", ["A sentence that ends. ", "x", "<&>", "🦵", "🦵🏽 ", "word "])
@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 10_000])
def test_a_text_of_any_length_is_said_whole(kept, takes, unit, size):
    text = (unit * size)[:size].strip()
    messages = as_messages([reply(text)], kept.short)
    assert all(takes(message) for message in messages)
    assert all(units(message["text"]) <= MAX_UNITS for message in messages)
    assert "".join("".join(text_of(m) for m in messages).split()) == "".join(text.split())


def test_long_texts_are_parted_at_sentences(kept):
    messages = as_messages([reply("This is a sentence. " * 400)], kept.short)
    assert len(messages) > 1
    assert all(message["text"].endswith("sentence.") for message in messages)


def test_html_is_escaped(kept):
    cite = {"section": "<Causes>", "paragraph": 6, "item": None}
    (message,) = as_messages([reply('<b>1 < 2</b> & "quotes"', citations=[cite])], kept.short)
    assert message["text"] == '&lt;b&gt;1 &lt; 2&lt;/b&gt; &amp; "quotes"\n<i>Source: &lt;Causes&gt;, paragraph 6</i>'
    assert plain(message)["text"] == '<b>1 < 2</b> & "quotes"\nSource: <Causes>, paragraph 6'


@pytest.mark.parametrize("outcome", ["urgent", "crisis"])
def test_nothing_stands_before_a_danger(kept, outcome):
    (message,) = as_messages([reply("Call now.", outcome=outcome)], kept.short, first="A note.")
    assert message["text"] == "Call now.\n\nA note."
    (message,) = as_messages([reply("Words.")], kept.short, first="A note.")
    assert message["text"] == "A note.\n\nWords."


@pytest.mark.parametrize("count", [1, 2, 8, 9, 60, 100, 150])
def test_any_number_of_buttons_fits(kept, takes, count):
    buttons = [{"title": f"T{number}", "payload": f"#ask_{number}"} for number in range(count)]
    (message,) = as_messages([reply(buttons=buttons)], kept.short)
    assert takes(message)
    assert sum(map(len, message["reply_markup"]["inline_keyboard"])) == min(count, 100)


def test_rows_are_as_wide_as_a_telephone(kept):
    titles = ["Yes", "No", "Not sure", "Stop", "What causes them", "Which medicines are linked", "More"]
    rows = as_keyboard([{"title": title, "payload": f"#{title}"} for title in titles], kept.short)
    assert [[one["text"] for one in row] for row in rows] == [
        ["Yes", "No", "Not sure", "Stop"],
        ["What causes them"],
        ["Which medicines are linked"],
        ["More"],
    ]


@pytest.mark.parametrize("size", [10, 63, 64, 65, 3000])
def test_a_payload_of_any_length_fits_and_comes_back_whole(kept, size):
    payload = "#" + "ä" * size
    ((button,),) = as_keyboard([{"title": "t", "payload": payload}], kept.short)
    assert 1 <= len(button["callback_data"].encode()) <= 64
    assert kept.whole(button["callback_data"]) == payload


def test_a_message_can_be_halved_and_keeps_its_keyboard_last(kept):
    buttons = [{"title": "t", "payload": "#x"}]
    (message,) = as_messages([reply("One sentence here. Another one there. And a third.", buttons)], kept.short)
    first, last = split_message(message)
    assert "reply_markup" not in first
    assert "reply_markup" in last


@pytest.mark.parametrize(
    "text, limit, parts",
    [
        ("", 5, [""]),
        ("short", 5, ["short"]),
        ("One. Two. Three.", 10, ["One. Two.", "Three."]),
        ("one two three", 8, ["one two", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("first\n\nsecond", 8, ["first", "second"]),
    ],
)
def test_texts_are_parted_where_it_hurts_least(text, limit, parts):
    assert split(text, limit) == parts


def test_a_text_that_is_cut_says_so():
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abcde…"
