"""What a client may send about an answer: only what stands on the closed lists and in the knowledge."""

import copy
import json

import pytest

from legcramps.answers import Composer, Context, Heard, Mention, respond
from legcramps.answers.types import Reason
from legcramps.channels.feedback import read_judgement
from legcramps.channels.guard import Refused
from legcramps.knowledge import default

COMPOSER = Composer(default())
HEARD = Heard("ask_condition", mentions=(Mention("condition", "anemia"), Mention("condition", "pregnancy")))
ENVELOPE = json.loads(json.dumps(respond(HEARD, Context(), COMPOSER).answers[0].envelope()))


def request(**changes):
    return {"answer": copy.deepcopy(ENVELOPE), "helpful": False, **changes}


def answer(**changes):
    return request(answer={**copy.deepcopy(ENVELOPE), **changes})


def test_an_envelope_as_it_was_received_is_taken_as_its_ids():
    judgement = read_judgement(request(reason="unclear"))
    assert judgement.reason is Reason.UNCLEAR
    assert not judgement.helpful
    assert judgement.answer == {name: value for name, value in ENVELOPE.items() if name != "citations"}
    assert len(ENVELOPE["conditions"]) == 3


@pytest.mark.parametrize(
    "helpful, reason", [(True, None), (False, None), *((False, reason.value) for reason in Reason)]
)
def test_a_reason_may_be_left_out(helpful, reason):
    judgement = read_judgement(request(helpful=helpful, reason=reason))
    assert (judgement.helpful, judgement.reason) == (helpful, Reason(reason) if reason else None)


@pytest.mark.parametrize(
    "intent", ["greet", "ask_treatment", "ask_source", "report_emergency", "nlu_fallback", "unusable"]
)
def test_every_kind_of_answer_can_be_judged(intent):
    for one in respond(Heard(intent), Context(), COMPOSER).answers:
        assert (
            read_judgement(request(answer=json.loads(json.dumps(one.envelope())))).answer["outcome"]
            == one.outcome.value
        )


WRONG = {
    "helpful is missing": {"answer": ENVELOPE},
    "helpful is a word": request(helpful="yes"),
    "helpful is a number": request(helpful=1),
    "reason is on no list": request(reason="my name is Ada"),
    "reason is no text": request(reason=["unclear"]),
    "reason for what helped": request(helpful=True, reason="unclear"),
    "another field": request(comment="I have anemia"),
    "answer is missing": {"helpful": True},
    "answer is a text": request(answer="anemia"),
    "outcome is on no list": answer(outcome="good"),
    "outcome is a list": answer(outcome=["answered"]),
    "topic is on no list": answer(topic="my topic"),
    "another field of the answer": answer(text="Night leg cramps …"),
    "condition is on no list": answer(conditions=[{"id": "my neighbour", "link": None}]),
    "condition has no link": answer(conditions=[{"id": "anemia"}]),
    "condition has another field": answer(conditions=[{"id": "anemia", "link": None, "name": "Ada"}]),
    "condition has another's link": answer(conditions=[{"id": "anemia", "link": "known_cause"}]),
    "condition's link is a list": answer(conditions=[{"id": "anemia", "link": ["sometimes_linked"]}]),
    "condition is a text": answer(conditions=["anemia"]),
    "condition's id is a number": answer(conditions=[{"id": 4, "link": None}]),
    "conditions are a text": answer(conditions="anemia"),
    "condition stands twice": answer(conditions=ENVELOPE["conditions"][:1] * 2),
    "statement is on no list": answer(statements=["my phone number is 555"]),
    "statement is an object": answer(statements=[{}]),
    "statement stands twice": answer(statements=["risk.age", "risk.age"]),
    "place is nowhere": answer(citations=[{"section": "Causes", "paragraph": 99}]),
    "place is a text": answer(citations=["Causes"]),
}


@pytest.mark.parametrize("item", WRONG.values(), ids=WRONG)
def test_what_stands_on_no_list_is_refused_with_a_sentence(item):
    with pytest.raises(Refused) as refused:
        read_judgement(item)
    assert refused.value.status == 400
    assert refused.value.sentence.endswith(".")
    for word in ("Ada", "555", "neighbour"):
        assert word not in refused.value.sentence
