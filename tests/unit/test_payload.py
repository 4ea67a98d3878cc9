"""Button payloads are read, a dead button is known as such, and anything else is ordinary text."""

import pytest

from legcramps.nlu.payload import Payload, read_payload

INTENTS = {"ask_causes", "ask_condition", "greet"}
CONDITIONS = {"anemia", "type_2_diabetes"}


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("#ask_causes", Payload("ask_causes", None, True)),
        ("  #ask_causes \n", Payload("ask_causes", None, True)),
        ("#greet", Payload("greet", None, True)),
        ("#ask_condition=anemia", Payload("ask_condition", "anemia", True)),
        ("#ask_condition=type_2_diabetes", Payload("ask_condition", "type_2_diabetes", True)),
        # buttons of an older version
        ("#ask_gone", Payload("ask_gone", None, False)),
        ("#ask_condition=gone", Payload("ask_condition", "gone", False)),
        ("#ask_gone=anemia", Payload("ask_gone", "anemia", False)),
    ],
)
def test_a_payload_is_read(text, payload):
    assert read_payload(text, INTENTS, CONDITIONS) == payload


@pytest.mark.parametrize(
    "text",
    [
        "",
        "#",
        "# ask_causes",
        "#cramps",
        "#legcramps are the worst",
        "#1",
        "#ASK_CAUSES",
        "ask_causes",
        "/ask_causes",
        "#ask_causes please",
        "please #ask_causes",
        "#ask_causes=",
        "#ask_condition=anemia=anemia",
        "#ask_condition={\"condition\": \"anemia\"}",
        "#ask_condition=Anemia",
        "#ask-causes",
        "#ask_causes\n#greet",
        "#" + "a_" * 40,
        "#ask_condition=" + "a" * 100,
        "＃ask_causes",
    ],
)  # fmt: skip
def test_anything_else_is_ordinary_text(text):
    assert read_payload(text, INTENTS, CONDITIONS) is None


def test_every_entry_of_the_knowledge_can_stand_in_a_payload(knowledge):
    conditions = knowledge.conditions
    for entry in conditions:
        assert read_payload(f"#ask_condition={entry}", INTENTS, conditions) == Payload("ask_condition", entry, True)


def test_every_titled_intent_can_stand_in_a_payload(knowledge):
    titled = {key.removeprefix("titles.") for key in knowledge.phrases if key.startswith("titles.")}
    assert titled
    for intent in titled:
        assert read_payload(f"#{intent}", titled, ()).known
