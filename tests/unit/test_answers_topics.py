"""Every intent is answered with its outcome and topic, whatever was said before."""

import pytest

from legcramps.answers import INTENTS, Composer, Context, Heard, Mention, Operator, Outcome, Topic, respond

# What an intent gets, at any point of a talk, reply by reply. Those that depend on the talk are in test_answers_conversation.py.
ALWAYS = {
    "ask_definition": "answered:definition",
    "ask_muscles": "answered:muscles",
    "ask_relief": "answered:relief",
    "ask_causes": "answered:causes",
    "ask_known_causes": "answered:known_causes",
    "ask_risk_factors": "answered:risk_factors",
    "ask_condition_list": "answered:condition_list",
    "ask_medicines": "answered:medicines",
    "ask_restless_legs": "answered:restless_legs",
    "ask_difference": "answered:difference",
    "tell_apart": "clarify:difference",
    "tell_situation": "answered:situation",
    "ask_evidence": "answered:evidence answered:evidence",  # all of it; of conditions: WHERE_CONDITIONS_WERE_NAMED
    "ask_source": "answered:source",
    "ask_restless_legs_other": "not_covered:restless_legs_other",
    "ask_treatment": "not_covered:treatment answered:relief",
    "ask_prevention": "not_covered:prevention",
    "ask_diagnosis": "not_covered:diagnosis",
    "ask_outlook": "not_covered:outlook",
    "ask_seriousness": "not_covered:seriousness",
    "ask_see_doctor": "not_covered:see_doctor",
    "ask_frequency": "not_covered:frequency",
    "ask_symptoms": "not_covered:symptoms",
    "ask_mechanism": "not_covered:mechanism",
    "ask_other": "not_covered:other",
    "greet": "small_talk",
    "say_goodbye": "small_talk",
    "thank": "small_talk",
    "ask_help": "small_talk",
    "ask_identity": "small_talk",
    "chat": "small_talk",
    "express_feeling": "small_talk",
    "praise": "small_talk",
    "insult": "small_talk",
    "apologise": "small_talk",
    "cancel": "small_talk",
    "start_over": "small_talk",
    "forget_me": "small_talk",
    "give_feedback": "small_talk",
    "say_not_my_question": "small_talk",
    "say_unclear": "small_talk",
    "say_too_long": "small_talk",
    "say_wrong": "small_talk",
    "deny": "small_talk",
    "be_unsure": "small_talk",
    "unclear_trouble": "clarify",
    "something_else": "clarify",
    "nlu_fallback": "clarify",
    "report_emergency": "urgent",
    "express_self_harm": "crisis",
    "ask_other_health": "out_of_scope",
    "ask_off_topic": "out_of_scope",
    "unusable": "error",
}
# What these get as the first message of a talk, with nothing named.
AT_FIRST = {
    "ask_condition": "not_listed:condition",
    "ask_condition_details": "not_listed:condition",
    "affirm": "clarify",
    "ask_why": "clarify",
    "choose_option": "clarify",
    "correct_assistant": "small_talk",
    "ask_more": "small_talk",
    "repeat": "small_talk",
    "ask_shorter": "small_talk",
    "ask_plain_words": "small_talk",
    "go_back": "small_talk",
}

BEFORE = {
    "nothing": [],
    "a greeting": ["greet"],
    "the definition": ["ask_definition"],
    "a condition": [("ask_condition", "anemia")],
    "several conditions": [("ask_condition", "type_1_diabetes", "type_2_diabetes", "pregnancy")],
    "a page of the list": ["ask_condition_list", "ask_more"],
    "a story": [("tell_situation", "age", "dialysis")],
    "the evidence": [("ask_condition", "pregnancy"), "ask_evidence"],
    "an offer": ["ask_condition_list"],
    "something not covered": ["ask_treatment"],
    "something out of scope": ["ask_off_topic"],
    "two misunderstandings": ["nlu_fallback", "nlu_fallback"],
    "an emergency": ["report_emergency"],
    "self-harm": ["express_self_harm"],
    "a fresh start": ["ask_causes", "start_over"],
}

WHERE_CONDITIONS_WERE_NAMED = ("a condition", "several conditions", "a story", "the evidence")
"""There "how sure is that?" is about these, and one reply."""

COVERED = {topic.value for topic in list(Topic)[: list(Topic).index(Topic.TREATMENT)]}


def verdict(answer) -> str:
    return answer.outcome.value + (f":{answer.topic.value}" if answer.topic else "")


def test_the_tables_name_every_intent_once():
    assert set(ALWAYS) | set(AT_FIRST) == set(INTENTS)
    assert not set(ALWAYS) & set(AT_FIRST)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("intent", ALWAYS)
def test_an_intent_gets_its_outcome_and_topic_whatever_went_before(talk, intent, before):
    for message in BEFORE[before]:
        talk(*([message] if isinstance(message, str) else message))
    turn = talk(intent)
    of_conditions = intent == "ask_evidence" and before in WHERE_CONDITIONS_WERE_NAMED
    expected = ["answered:evidence"] if of_conditions else ALWAYS[intent].split()
    assert [verdict(answer) for answer in turn.answers] == expected


@pytest.mark.parametrize("intent", AT_FIRST)
def test_an_intent_that_leans_on_the_talk_gets_its_outcome_at_the_start_of_one(talk, intent):
    assert [verdict(answer) for answer in talk(intent).answers] == [AT_FIRST[intent]]


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_covered_topics_are_answered_and_others_are_not(talk, intent):
    for answer in talk(intent, signals={"bare"}).answers:
        if answer.outcome is Outcome.ANSWERED:
            assert answer.topic.value in COVERED
        if answer.outcome is Outcome.NOT_COVERED:
            assert answer.topic.value not in COVERED


def test_the_closed_lists_are_those_of_the_design():
    assert [outcome.value for outcome in Outcome] == (
        "answered not_covered not_listed clarify urgent crisis out_of_scope small_talk error".split()
    )
    assert [topic.value for topic in Topic] == (
        "definition muscles relief causes known_causes risk_factors condition condition_list medicines restless_legs difference "
        "situation evidence source treatment prevention diagnosis outlook seriousness see_doctor frequency symptoms "
        "condition_details restless_legs_other mechanism other".split()
    )


STATEMENTS = {
    "ask_definition": ["definition.what", "definition.other_name", "definition.calf", "definition.foot_thigh"],
    "ask_muscles": ["definition.calf", "definition.foot_thigh"],
    "ask_relief": ["relief.stretch"],
    "ask_causes": ["causes.usually_unknown", "causes.likely_mechanism"],
    "ask_known_causes": ["known.list", "known.already_know", "known.other_symptoms"],
    "ask_risk_factors": ["risk.age", "risk.pregnancy"],
    "ask_medicines": ["medicines.examples", "medicines.urine_output", "medicines.no_direct_link_known"],
    "ask_restless_legs": ["restless_legs.urge", "restless_legs.pain", "restless_legs.lasts"],
    "ask_difference": ["restless_legs.different", "restless_legs.urge", "restless_legs.pain", "restless_legs.lasts"],
    "tell_situation": ["causes.usually_unknown"],
    "ask_treatment": ["relief.stretch"],
    "ask_prevention": ["relief.stretch"],
}


@pytest.mark.parametrize("intent", STATEMENTS)
def test_a_question_gets_the_facts_that_answer_it(talk, intent):
    said = [key for answer in talk(intent).answers for key in answer.statements]
    assert not [key for key in STATEMENTS[intent] if key not in said]


NO_FACTS = [
    intent
    for intent, what in {**ALWAYS, **AT_FIRST}.items()
    if what.split(":")[0] != "answered" and intent not in STATEMENTS
]


@pytest.mark.parametrize("intent", NO_FACTS)
def test_what_is_not_answered_from_the_source_cites_nothing(talk, intent):
    for answer in talk(intent).answers:
        assert not answer.statements
        assert not answer.citations
        assert not answer.conditions


@pytest.mark.parametrize(
    ("heard", "key"),
    [
        (Heard("ask_other_health"), "out_of_scope.other_health"),
        (Heard("ask_off_topic"), "out_of_scope.off_topic"),
        (Heard("ask_off_topic", signals=frozenset({"other_language"})), "out_of_scope.language"),
        (Heard("ask_other_health", signals=frozenset({"other_language"})), "out_of_scope.language"),
        (Heard("unusable", signals=frozenset({"empty"})), "error.empty"),
        (Heard("unusable", signals=frozenset({"too_long"})), "error.too_long"),
        (Heard("unusable", signals=frozenset({"unknown_button"})), "error.button"),
        (Heard("unusable", signals=frozenset({"internal"})), "error.internal"),
        (Heard("unusable"), "error.internal"),
        (Heard("give_feedback"), "small_talk.feedback_good"),
        (Heard("give_feedback", signals=frozenset({"negative"})), "small_talk.feedback_bad"),
        (Heard("report_emergency", sign="chest_pain"), "safety.urgent"),
        (Heard("report_emergency", sign="leg_clot"), "safety.urgent_leg"),
        (Heard("express_self_harm", sign="self_harm"), "safety.crisis"),
        (Heard("ask_treatment", mentions=(Mention("unlisted", "magnesium"),)), "not_covered.treatment_named"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_reply_uses_the_phrase_that_fits(composer, heard, key):
    answer = respond(heard, Context(), composer).answers[0]
    assert key in [piece.key for piece in answer.pieces]


@pytest.mark.parametrize(
    "intent", ["ask_seriousness", "ask_see_doctor", "ask_diagnosis", "ask_outlook", "ask_treatment"]
)
def test_what_the_source_does_not_say_points_to_a_person_who_can(talk, intent):
    assert "doctor" in talk(intent).answers[0].text


def test_the_phrases_for_danger_take_the_numbers_of_the_country(talk, knowledge):
    assert "your local emergency number" in talk("report_emergency").answers[0].text
    talk = type(talk)(Composer(knowledge, Operator(emergency_number="112", crisis_line="116 123")))
    assert "Call 112 now" in talk("report_emergency").answers[0].text
    assert "112 or 116 123" in talk("express_self_harm").answers[0].text


@pytest.mark.parametrize("intent", ["report_emergency", "express_self_harm"])
def test_danger_gets_fixed_words_marked_as_not_from_the_source(talk, intent):
    turn = talk(intent)
    assert len(turn.answers) == 1
    assert "general safety advice, not from the source" in turn.answers[0].text
    assert len(turn.answers[0].text.split()) <= 40
    assert not turn.answers[0].buttons


def test_where_to_read_the_source_is_said_when_the_operator_gives_a_link(talk, knowledge):
    assert "https" not in talk("ask_source").answers[0].text
    talk = type(talk)(Composer(knowledge, Operator(source_url="https://example.org/cramps")))
    assert "You can read it here: https://example.org/cramps" in talk("ask_source").answers[0].text


def test_where_it_stands_names_the_places_of_the_last_answer(talk):
    talk("ask_condition", "anemia")
    assert "My last answer is from Causes, paragraph 6, item 4." in talk("ask_source").answers[0].text
