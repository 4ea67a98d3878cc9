"""What a person says of an answer is noted of the right one, in ids; the reason is asked once, and never stands in the way."""

import json

import pytest

from legcramps.answers import Context, Outcome, read_told
from legcramps.answers.feedback import REASON_OF
from legcramps.answers.types import Reason


def noted(turn):
    return [(one.helpful, one.reason, one.answer["topic"]) for one in turn.judgements]


def test_it_is_about_the_last_answer_whatever_manners_came_between(talk):
    talk("ask_causes")
    talk("ask_condition", "anemia")
    talk("thank")
    (judgement,) = talk("give_feedback").judgements
    assert judgement.as_dict() == {
        "helpful": True,
        "reason": None,
        "answer": {
            "outcome": "answered",
            "topic": "condition",
            "conditions": [{"id": "anemia", "link": "sometimes_linked"}],
            "statements": ["link.anemia", "gloss.anemia"],
        },
    }
    assert json.loads(json.dumps(judgement.as_dict())) == judgement.as_dict()


def test_each_reply_of_a_turn_is_judged(talk):
    talk("ask_treatment")
    assert noted(talk("give_feedback")) == [(True, None, "treatment"), (True, None, "relief")]


def test_before_any_answer_there_is_nothing_to_judge_and_nothing_is_asked(talk):
    talk("greet")
    turn = talk("give_feedback", signals=["negative"])
    assert turn.judgements == ()
    assert turn.context.judged is None
    assert not turn.answers[0].buttons


def test_no_help_is_noted_at_once_and_the_reason_when_it_is_given(talk):
    talk("ask_causes")
    asked = talk("give_feedback", signals=["negative"], told=read_told("that didn't help"))
    assert noted(asked) == [(False, None, "causes")]
    assert [button.payload for button in asked.answers[0].buttons] == [f"#{intent}" for intent in REASON_OF]
    turn = talk("ask_shorter", told=read_told("it was too long"))
    assert noted(turn) == [(False, Reason.TOO_LONG, "causes")]
    assert turn.context.judged is None


@pytest.mark.parametrize("intent, reason", REASON_OF.items())
def test_a_button_gives_its_reason(talk, intent, reason):
    talk("ask_causes")
    talk("give_feedback", signals=["negative"])
    assert noted(talk(intent)) == [(False, reason, "causes")]


@pytest.mark.parametrize("option, reason", [(1, Reason.NOT_MY_QUESTION), (4, Reason.WRONG), (-1, Reason.WRONG)])
def test_a_button_can_be_counted(talk, option, reason):
    talk("ask_causes")
    talk("give_feedback", signals=["negative"])
    assert noted(talk("choose_option", option=option, told=read_told("the second"))) == [(False, reason, "causes")]


def test_a_button_pressed_later_speaks_of_the_last_answer(talk):
    talk("ask_causes")
    talk("give_feedback", signals=["negative"])
    talk("ask_relief")
    assert noted(talk("say_wrong")) == [(False, Reason.WRONG, "relief")]


def test_a_button_without_any_answer_notes_nothing(talk):
    assert talk("say_wrong").judgements == ()


def test_a_reason_given_at_once_is_noted_and_not_asked_for(talk):
    talk("ask_causes")
    turn = talk("give_feedback", signals=["negative"], told=read_told("no help, i don't understand it"))
    assert noted(turn) == [(False, Reason.UNCLEAR, "causes")]
    assert turn.context.judged is None


@pytest.mark.parametrize(
    "intent, text",
    [
        ("ask_relief", "what eases a cramp?"),
        ("ask_evidence", "is that wrong?"),
        ("report_emergency", "it is too long, my calf is hot and swollen"),
        ("express_self_harm", "everything is wrong, i want to die"),
        ("start_over", "start over, something else"),
        ("forget_me", "wrong, forget me"),
    ],
)
def test_whoever_goes_on_is_answered_and_not_asked_again(talk, intent, text):
    talk("ask_causes")
    talk("give_feedback", signals=["negative"])
    turn = talk(intent, told=read_told(text))
    assert turn.judgements == ()
    assert turn.context.judged is None
    assert talk("ask_shorter", told=read_told("too long")).judgements == ()


def test_what_cannot_be_read_leaves_the_question_open(talk):
    talk("ask_causes")
    talk("give_feedback", signals=["negative"])
    talk("unusable", signals=["empty"])
    assert noted(talk("say_unclear")) == [(False, Reason.UNCLEAR, "causes")]


@pytest.mark.parametrize("intent", ["report_emergency", "express_self_harm"])
def test_after_danger_the_words_can_be_judged_but_nobody_is_asked_why(talk, intent):
    talk(intent)
    turn = talk("give_feedback", signals=["negative"])
    assert len(turn.judgements) == 1
    assert turn.context.judged is None
    assert not turn.answers[0].buttons


def test_thanks_for_it_leave_the_answer_to_be_repeated_and_the_question_too(talk):
    causes = talk("ask_causes")
    asked = talk("give_feedback", signals=["negative"])
    assert talk("repeat", told=read_told("say that again")).answers[0].text == asked.answers[0].text
    talk("give_feedback", signals=["negative"])
    talk("say_too_long")
    shorter = talk("ask_shorter")
    assert shorter.answers[0].topic is causes.answers[0].topic
    assert len(shorter.answers[0].text) < len(causes.answers[0].text)


def test_the_open_question_survives_the_slots(talk):
    talk("ask_condition", "anemia")
    talk("give_feedback", signals=["negative"])
    slots = json.loads(json.dumps(talk.context.as_slots()))
    assert talk.context.judged
    assert Context.from_slots(slots) == talk.context


def test_in_the_guided_comparison_no_second_question_is_asked(talk):
    talk("tell_apart", told=read_told("which do i have?"))
    talk("ask_relief", told=read_told("what eases a cramp?"))
    turn = talk("give_feedback", signals=["negative"], told=read_told("that was no help?"))
    assert turn.answers[0].outcome is Outcome.SMALL_TALK
    assert turn.context.judged is None


@pytest.mark.parametrize(
    "text, reason",
    [
        ("you didn't answer my question", Reason.NOT_MY_QUESTION),
        ("that's not what I asked", Reason.NOT_MY_QUESTION),
        ("totally beside the point", Reason.NOT_MY_QUESTION),
        ("wrong topic", Reason.NOT_MY_QUESTION),
        ("I can't follow that", Reason.UNCLEAR),
        ("it makes no sense", Reason.UNCLEAR),
        ("that isn't clear", Reason.UNCLEAR),
        ("waaay too long", Reason.TOO_LONG),
        ("a bit wordy", Reason.TOO_LONG),
        ("that's incorrect", Reason.WRONG),
        ("it is not true", Reason.WRONG),
        ("none of those", Reason.OTHER),
        ("something else", Reason.OTHER),
        ("that didn't help", None),
        ("what causes cramps?", None),
        ("my calf hurts all night long", None),
    ],
)
def test_reasons_are_read_out_of_words(text, reason):
    assert read_told(text).reason is reason
