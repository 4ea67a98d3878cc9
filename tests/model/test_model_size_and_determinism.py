"""The model is small, and what it says of a text depends on nothing but the text."""

import pytest

MEGABYTE = 1e6

TEXTS = [
    "what is a night leg cramp?",
    "Could my water tablets or the anaemia be behind these cramps in my calf?",
    "why do i get them",
    "is it restless legs or a cramp, and what helps?",
    "my calf is hot, red and swollen",
    "what's the weather tomorrow",
    "hi",
    "I'm 71, on a statin, and my foot cramps every night. Any ideas?",
    "asdkj qwe zzxx",
    "can lupus cause leg cramps",
    "and can it do that too?",
]


def envelopes(turn):
    return [reply["answer"] for reply in turn.replies]


def test_the_model_archive_is_at_most_fifteen_megabytes(trained_model):
    assert trained_model.stat().st_size <= 15 * MEGABYTE


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_gets_the_same_reply_in_another_conversation(text, ask):
    first, again = ask([text])[0], ask([text])[0]
    assert first == again


def test_other_peoples_conversations_change_nothing(ask):
    before = ask(TEXTS)
    assert ask(list(reversed(TEXTS))) == list(reversed(before))


@pytest.mark.parametrize(
    "text", ["what is a night leg cramp?", "can anemia do this?", "is magnesium any good for leg cramps?"]
)
def test_asking_the_same_again_in_one_conversation_gives_the_same_envelope(text, say):
    first, again = say(text), say(text)
    assert envelopes(first) == envelopes(again)
    assert (first.intent, first.confidence) == (again.intent, again.confidence)
