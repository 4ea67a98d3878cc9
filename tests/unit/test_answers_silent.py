"""Questions beside one that the source answers: the reply says that the source does not say just that, and what it has nearest."""

import pytest

from legcramps.answers import Heard, Mention, Outcome, Topic, read_told
from legcramps.answers.silent import ASPECTS
from legcramps.answers.told_words import ASPECTS as WORDS

# How people ask, and the intent as which the model may take it.
ASKED = {
    "sex": [
        ("do women get them more?", "ask_risk_factors"),
        ("are they more common in men?", "ask_risk_factors"),
        ("is it a women's thing?", "ask_other"),
        ("men or women, who gets night cramps", "ask_frequency"),
        ("does gender matter", "ask_risk_factors"),
        ("are men affected too?", "ask_risk_factors"),
    ],
    "ethnicity": [
        ("do black people get more night leg cramps?", "ask_risk_factors"),
        ("does my race matter?", "ask_risk_factors"),
        ("is ethnicity a factor", "ask_risk_factors"),
    ],
    "family": [
        ("is it hereditary?", "ask_risk_factors"),
        ("do night cramps run in the family?", "ask_other"),
        ("can you inherit them?", "ask_risk_factors"),
        ("is it genetic", "ask_causes"),
    ],
    "children": [("do children get night leg cramps?", "ask_other"), ("can kids have this too?", "ask_risk_factors")],
    "weather": [("are they worse in winter?", "ask_outlook"), ("does the weather matter for leg cramps?", "ask_other")],
    "worse_with_age": [("do they get worse with age?", "ask_outlook"), ("will it get worse as I get older", "ask_outlook")],
    "from_age": [("at what age do they start?", "ask_risk_factors"), ("from what age do people get them", "ask_risk_factors")],
    "night": [
        ("why do they come at night?", "ask_causes"),
        ("why only at night?", "ask_mechanism"),
        ("why do cramps come at night and not in the day?", "ask_mechanism"),
        ("why does it happen when I'm asleep?", "ask_causes"),
    ],
    "by_day": [("can I get them during the day too?", "ask_other")],
    "time": [("what time of night do they come?", "ask_other"), ("when in the night do they strike?", "ask_symptoms")],
    "side": [
        ("why is it always my left leg?", "ask_causes"),
        ("can it be in both legs at once?", "ask_muscles"),
        ("which leg is it usually", "ask_muscles"),
    ],
    "calf": [
        ("why always the calf?", "ask_mechanism"),
        ("why the calf and not the arm?", "ask_causes"),
        ("why is it in the foot?", "ask_muscles"),
    ],
    "hurt_why": [("why do they hurt so much?", "ask_symptoms"), ("why is it so painful", "ask_mechanism")],
    "start_why": [("why did they start now?", "ask_causes"), ("why all of a sudden?", "ask_why")],
    "often_why": [("why so often?", "ask_frequency"), ("why every night?", "ask_causes")],
    "stretch_why": [("why does stretching help?", "ask_mechanism"), ("how does a stretch work", "ask_relief")],
    "stretch_safe": [
        ("is it safe to stretch with force?", "ask_off_topic"),
        ("can I tear the muscle if I stretch hard?", "ask_seriousness"),
        ("how hard should I stretch?", "ask_relief"),
        ("is stretching it bad for me", "ask_seriousness"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    "aspect, text, intent", [(aspect, text, intent) for aspect, rows in ASKED.items() for text, intent in rows]
)
def test_it_says_that_the_source_does_not_say_just_that_and_then_what_is_nearest(talk, aspect, text, intent):
    turn = talk(intent, told=read_told(text), signals={"question"})
    silence, nearest = turn.answers
    assert (silence.outcome, silence.pieces[0].key) == (Outcome.NOT_COVERED, f"silent.{aspect}")
    assert not silence.statements
    assert (nearest.outcome, nearest.topic) == (Outcome.ANSWERED, ASPECTS[aspect].beside)
    assert nearest.citations


# What sounds near it and is a question that the source does answer, or another one.
OTHERS = [
    ("why do i keep getting cramps in my legs in the middle of the night?", "ask_causes", "causes"),
    ("why do my legs cramp at night", "ask_causes", "causes"),
    ("why does my calf cramp when i'm asleep", "ask_causes", "causes"),
    ("why do i get leg cramps", "ask_causes", "causes"),
    ("who gets them more often?", "ask_risk_factors", "risk_factors"),
    ("do they get more common as the years go by", "ask_risk_factors", "risk_factors"),
    ("which muscles does it affect", "ask_muscles", "muscles"),
    ("does a heat pack help", "ask_treatment", "treatment"),
    ("does stretching help?", "ask_relief", "relief"),
    ("what are they", "ask_definition", "definition"),
]


@pytest.mark.parametrize("text, intent, topic", OTHERS)
def test_a_question_that_the_source_answers_is_answered(talk, text, intent, topic):
    turn = talk(intent, told=read_told(text), signals={"question"})
    assert turn.answers[0].topic is Topic(topic)
    assert not any(piece.key.startswith("silent.") for answer in turn.answers for piece in answer.pieces)


@pytest.mark.parametrize(
    "text, intent, mention",
    [
        ("do women with anemia get them more?", "ask_condition", Mention("condition", "anemia")),
        ("can cold weather bring them on?", "ask_condition", Mention("unlisted", "cold")),
        ("why do they come at night, is it the statin?", "ask_medicines", Mention("condition", "medicines_for_high_cholesterol")),
    ],
)  # fmt: skip
def test_what_is_named_goes_before_it(talk, text, intent, mention):
    turn = talk(intent, mention, told=read_told(text))
    assert not any(piece.key.startswith("silent.") for answer in turn.answers for piece in answer.pieces)


def test_of_restless_legs_it_says_nothing_of_cramps(talk):
    talk("ask_restless_legs")
    turn = talk("ask_risk_factors", told=read_told("do women get them more?"), signals={"pronoun", "question"})
    assert [answer.topic for answer in turn.answers] == [Topic.RESTLESS_LEGS_OTHER]


@pytest.mark.parametrize("intent", ["ask_other_health", "ask_off_topic"])
def test_taken_for_something_outside_it_counts_only_in_a_talk_of_cramps(talk, intent):
    told = read_told("are they worse in winter?")
    assert talk(intent, told=told, signals={"pronoun", "question"}).answers[0].outcome is Outcome.OUT_OF_SCOPE
    talk("ask_causes")
    assert talk(intent, told=told, signals={"pronoun", "question"}).answers[0].outcome is Outcome.NOT_COVERED


def test_beside_another_question_both_are_answered(talk):
    told = read_told("why do I get cramps? and do women get them more?")
    turn = talk("ask_causes", told=told, parts=(Heard("ask_risk_factors"),))
    assert [answer.topic for answer in turn.answers] == [Topic.CAUSES, Topic.OTHER, Topic.RISK_FACTORS]


def test_age_is_named_with_its_link(talk):
    turn = talk("ask_outlook", "age", told=read_told("do they get worse with age?"))
    assert [(c.id, c.link) for c in turn.answers[1].conditions] == [("age", "raises_risk")]


def test_when_in_pregnancy_needs_pregnancy(talk):
    told = read_told("in which month do they come?")
    assert talk("ask_other", told=told).answers[0].pieces[0].key != "silent.pregnancy_when"
    talk("ask_condition", "pregnancy")
    assert talk("ask_other", told=told).answers[0].pieces[0].key == "silent.pregnancy_when"


@pytest.mark.parametrize("before", ["ask_known_causes", "ask_causes", "ask_condition_list"])
@pytest.mark.parametrize(
    "text, intent",
    [
        ("how do I know if I have one of those?", "tell_apart"),
        ("could I have one of these?", "ask_condition"),
        ("how can I tell if I've got any of them", "ask_diagnosis"),
    ],
)
def test_whether_i_have_one_of_those_is_no_wish_to_compare(talk, before, text, intent):
    talk(before)
    turn = talk(intent, told=read_told(text), signals={"pronoun", "question", "bare"})
    assert [piece.key for piece in turn.answers[0].pieces] == ["silent.has_one", "advice.ask_professional"]
    assert turn.answers[1].statements == ("known.already_know", "known.other_symptoms")
    assert turn.context.comparison is None


def test_every_aspect_has_words_by_which_it_is_read():
    assert set(WORDS) == set(ASPECTS) - {"has_one"}
    assert set(ASKED) == set(WORDS) - {"pregnancy_when"}
