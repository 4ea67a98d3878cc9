"""Messages that mean something only beside the answer before them, and those that must not be read anew."""

import pytest

from legcramps.answers import Heard, Mention, Outcome, Told, read_told

MEDICINE = "medicines_that_increase_urine_output"


def topics(turn):
    return [answer.topic.value if answer.topic else None for answer in turn.answers]


def ids(turn):
    return {c.id for answer in turn.answers for c in answer.conditions}


@pytest.mark.parametrize(
    "text, intent, condition, signals",
    [
        ("and my age?", "chat", "age", ["question"]),
        ("is it different in pregnancy", "nlu_fallback", "pregnancy", ["question", "pronoun"]),
        ("and if i'm expecting?", "nlu_fallback", "pregnancy", ["question"]),
        ("tell me about nerve problems", "nlu_fallback", "nerve_problems", ["details"]),
        ("no just dialysis", "correct_assistant", "dialysis", []),
    ],
)
@pytest.mark.parametrize(
    "before", [("ask_causes",), ("ask_condition", "anemia"), ("ask_condition_list",), ("tell_situation", "age")]
)
def test_a_condition_in_few_words_is_answered_after_an_answer_about_such(
    talk, before, text, intent, condition, signals
):
    talk(*before)
    turn = talk(intent, condition, signals=signals, told=read_told(text))
    assert (turn.answers[0].outcome, ids(turn)) == (Outcome.ANSWERED, {condition})


@pytest.mark.parametrize("before", [(), ("ask_definition",), ("ask_restless_legs",)])
def test_without_such_an_answer_it_is_not_read_anew(talk, before):
    for intent in before:
        talk(intent)
    assert talk("chat", "age", told=read_told("and my age?")).answers[0].outcome is Outcome.SMALL_TALK


def test_a_longer_message_is_not_read_anew(talk):
    talk("ask_causes")
    turn = talk("chat", "age", told=read_told("at my age you look at the world with other eyes"))
    assert turn.answers[0].outcome is Outcome.SMALL_TALK


def test_type_two_after_diabetes_says_which_is_meant(talk):
    talk("ask_condition", "type_1_diabetes", "type_2_diabetes")
    turn = talk("ask_condition_details", "type_2_diabetes", signals=["details"], told=read_told("type 2 i mean"))
    assert (turn.answers[0].outcome, ids(turn)) == (Outcome.ANSWERED, {"type_2_diabetes"})


@pytest.mark.parametrize(
    "text, signals",
    [
        ("symptoms of cirrhosis", ["details"]),
        ("cirrhosis treatment", ["details"]),
        ("how is cirrhosis treated?", ["details", "question"]),
        ("what are the signs of cirrhosis", ["details", "what_is", "question"]),
    ],
)
@pytest.mark.parametrize("before", [("cirrhosis",), ("cirrhosis", "anemia")])
def test_a_question_about_the_condition_itself_stays_one(talk, before, text, signals):
    talk("ask_condition", *before)
    turn = talk("ask_condition_details", "cirrhosis", signals=signals, told=read_told(text))
    assert topics(turn) == ["condition_details"]


def test_what_medicine_for_it_is_about_the_condition_itself(talk):
    talk("ask_condition", "hypothyroidism")
    told = read_told("what medicine do you take for an underactive thyroid?")
    assert topics(talk("ask_condition", "hypothyroidism", signals=["question"], told=told)) == ["condition_details"]


def test_the_thyroid_one_is_the_one_that_was_offered(talk):
    family = [Mention("condition", one, family="thyroid_trouble") for one in ("hyperthyroidism", "hypothyroidism")]
    talk("ask_condition", Mention("ambiguous", "hypo"))
    assert ids(talk("ask_condition", *family, told=read_told("the thyroid one"))) == {"hypothyroidism"}


def test_a_question_about_the_thyroid_gets_both(talk):
    family = [Mention("condition", one, family="thyroid_trouble") for one in ("hyperthyroidism", "hypothyroidism")]
    talk("ask_condition", Mention("ambiguous", "hypo"))
    turn = talk("ask_condition", *family, signals=["question"], told=read_told("is thyroid trouble linked?"))
    assert ids(turn) == {"hyperthyroidism", "hypothyroidism"}


# --- what is that, what else, which of these


@pytest.mark.parametrize("text", ["what is that?", "what is it exactly?"])
def test_what_is_that_after_a_condition_gets_its_gloss(talk, text):
    talk("ask_condition", "cirrhosis")
    turn = talk("ask_definition", signals=["pronoun", "what_is", "question"], told=read_told(text))
    assert "gloss.cirrhosis" in turn.answers[0].statements


@pytest.mark.parametrize("before, signals", [(("ask_causes",), []), (("ask_condition", "cirrhosis"), ["cramp", "leg"])])
def test_what_is_that_is_about_cramps_where_no_condition_was_spoken_of_or_cramps_are_named(talk, before, signals):
    talk(*before)
    turn = talk("ask_definition", signals=["pronoun", "what_is", *signals], told=read_told("what is it then, a cramp?"))
    assert topics(turn) == ["definition"]


@pytest.mark.parametrize(
    "text, intent", [("are there others?", "ask_more"), ("is there anything else it could be?", "ask_seriousness")]
)
@pytest.mark.parametrize("before", [("ask_condition", "pregnancy"), ("tell_situation", "pregnancy")])
def test_are_there_others_gets_the_list(talk, before, text, intent):
    talk(*before)
    assert topics(talk(intent, signals=["bare", "question"], told=read_told(text))) == ["condition_list"]


@pytest.mark.parametrize("text", ["tell me more", "can you tell me more?", "more about that"])
def test_more_about_a_condition_is_not_the_list(talk, text):
    talk("ask_condition", "anemia")
    assert talk("ask_more", signals=["bare"], told=read_told(text)).answers[0].outcome is Outcome.SMALL_TALK


def test_are_there_others_in_a_list_is_its_next_page(talk):
    first = talk("ask_condition_list")
    assert ids(first).isdisjoint(
        ids(talk("ask_more", signals=["bare", "question"], told=read_told("are there others?")))
        - {"pregnancy", "muscle_fatigue"}
    )


@pytest.mark.parametrize(
    "text, intent",
    [
        ("which of them have to do with the nerves?", "ask_other_health"),
        ("only the ones about nerves", "ask_known_causes"),
    ],
)
def test_a_group_of_the_list_that_was_shown(talk, text, intent):
    talk("ask_condition_list")
    turn = talk(intent, group="nerves", told=read_told(text))
    assert topics(turn) == ["condition_list"]
    assert "nerve_problems" in ids(turn)
    assert "anemia" not in ids(turn)


@pytest.mark.parametrize(
    "text, group, mention, topic",
    [
        ("any gland or hormone illnesses linked?", "hormones", ("unlisted", "hormones"), "condition_list"),
        ("is anything to do with nerves on the list", "nerves", ("condition", "nerve_problems"), "condition_list"),
        ("could it be hormones", "hormones", ("unlisted", "hormones"), "condition"),
        ("does nerve disease cause them", "nerves", ("condition", "nerve_problems"), "condition"),
        ("which gland problems, and is it anemia?", "hormones", ("condition", "anemia"), "condition"),
    ],
)
def test_any_of_a_group_gets_the_group(talk, text, group, mention, topic):
    turn = talk("ask_condition", Mention(*mention), group=group, told=read_told(text))
    assert topics(turn) == [topic]


def test_a_complaint_about_a_group_is_not_a_question_about_the_list(talk):
    talk("ask_condition_list")
    turn = talk("ask_other_health", group="kidneys", signals=["first_person"], told=read_told("my kidneys hurt"))
    assert turn.answers[0].outcome is Outcome.OUT_OF_SCOPE


# --- restless legs


def test_does_it_hurt_after_cramps_is_about_cramps(talk):
    talk("ask_definition")
    assert topics(talk("ask_other_health", signals=["pronoun", "bare", "pain"], told=read_told("does it hurt?"))) == [
        "symptoms"
    ]


@pytest.mark.parametrize(
    "text, intent, signals, topic",
    [
        ("does it hurt?", "ask_other_health", ["bare", "pain"], "restless_legs"),
        ("how long does it go on?", "ask_symptoms", [], "restless_legs"),
        ("how is it treated?", "ask_treatment", [], "restless_legs_other"),
        ("what causes it?", "ask_causes", ["bare"], "restless_legs_other"),
        ("is it hereditary?", "ask_risk_factors", [], "restless_legs_other"),
    ],
)
def test_it_after_restless_legs_is_restless_legs(talk, text, intent, signals, topic):
    talk("ask_restless_legs")
    assert topics(talk(intent, signals=["pronoun", "question", *signals], told=read_told(text))) == [topic]


def test_does_it_hurt_after_the_difference_gets_what_the_source_says(talk):
    talk("ask_difference")
    assert topics(talk("ask_other_health", signals=["pronoun", "bare", "pain"], told=read_told("does it hurt?"))) == [
        "restless_legs"
    ]


def test_a_condition_told_like_a_feeling_is_answered_and_a_feeling_is_met(talk):
    talk("ask_causes")
    assert ids(talk("express_feeling", "pregnancy", signals=["listed"], told=read_told("i'm pregnant"))) == {
        "pregnancy"
    }
    turn = talk("express_feeling", "muscle_fatigue", signals=["listed_weak"], told=read_told("i'm so tired"))
    assert turn.answers[0].outcome is Outcome.SMALL_TALK


def test_a_condition_is_not_tied_to_restless_legs(talk):
    talk("ask_restless_legs")
    turn = talk("ask_condition", "anemia", signals=["pronoun", "question"], told=read_told("does anemia cause it?"))
    assert topics(turn) == ["restless_legs_other"]
    assert not ids(turn)


def test_cramps_named_after_restless_legs_are_cramps(talk):
    talk("ask_restless_legs")
    assert topics(talk("ask_causes", signals=["cramp", "leg"], told=read_told("what causes leg cramps?"))) == ["causes"]


def test_so_is_it_restless_legs_gets_the_difference(talk):
    talk("ask_definition")
    turn = talk(
        "ask_restless_legs", signals=["pronoun", "restless_legs", "question"], told=read_told("so it's restless legs?")
    )
    assert topics(turn) == ["difference"]


# --- stories, parts, danger


def test_a_description_with_a_condition_is_a_story(talk):
    told = read_told("i have this urge to move my legs, and some nights a cramp in the calf. i also have anemia")
    turn = talk("tell_apart", "anemia", signals=["restless_legs", "cramp"], told=told)
    assert topics(turn) == ["situation"]
    assert "restless_legs.different" in turn.answers[0].statements


def test_the_comparison_answers_alone_beside_the_difference(talk):
    turn = talk("tell_apart", parts=(Heard("ask_difference"),))
    assert [a.outcome for a in turn.answers] == [Outcome.CLARIFY]


def test_the_comparison_as_a_part_answers_alone_too(talk):
    turn = talk("ask_difference", parts=(Heard("tell_apart"),))
    assert [a.outcome for a in turn.answers] == [Outcome.CLARIFY]


def test_a_story_that_names_nothing_leaves_the_answer_to_its_question(talk):
    assert topics(talk("tell_situation", parts=(Heard("ask_muscles"),))) == ["muscles"]


@pytest.mark.parametrize("intent", ["report_emergency", "express_self_harm"])
def test_danger_is_never_read_anew(talk, intent):
    talk("ask_restless_legs")
    turn = talk(
        intent,
        "age",
        group="nerves",
        signals=["pronoun", "question", "bare"],
        told=read_told("which others, at my age?"),
    )
    assert turn.answers[0].outcome in (Outcome.URGENT, Outcome.CRISIS)


# --- what goes with it


@pytest.mark.parametrize("text", ["cramps", "leg cramps", "night cramp"])
def test_a_bare_cramp_gets_what_a_cramp_is(talk, text):
    assert topics(talk("ask_condition", signals=["bare", "cramp"], told=read_told(text))) == ["definition"]


def test_no_to_is_it_a_cramp_is_not_ours(talk):
    talk("unclear_trouble")
    assert talk("deny", told=read_told("no, it just aches")).answers[0].outcome is Outcome.OUT_OF_SCOPE


def test_a_refusal_is_not_said_twice_in_the_same_words(talk):
    first, second = talk("ask_off_topic"), talk("ask_off_topic")
    assert first.answers[0].pieces[0].text != second.answers[0].pieces[0].text


def test_the_evidence_of_many_says_that_there_are_others(talk, knowledge):
    talk("tell_situation", *knowledge.conditions)
    turn = talk("ask_evidence")
    assert "evidence.others" in [piece.key for piece in turn.answers[0].pieces]
    assert len(turn.answers[0].text.split()) <= 90


def test_the_evidence_of_a_story_names_each_grade(talk):
    named = {"kidney_failure", "nerve_problems", "age", MEDICINE, "anemia"}
    talk("tell_situation", *named)
    turn = talk("ask_evidence")
    assert ids(turn) == named
    assert len(turn.answers[0].text.split()) <= 90


def test_the_evidence_of_four_of_one_grade_names_all(talk):
    named = {"anemia", "cirrhosis", "dialysis", "hypoglycemia"}
    talk("tell_situation", *named)
    assert ids(talk("ask_evidence")) == named


def test_a_story_with_everything_takes_several_replies_none_too_long(talk, knowledge):
    talk("greet")
    turn = talk("tell_situation", *knowledge.conditions)
    assert set(topics(turn)) == {"situation"}
    assert ids(turn) == set(knowledge.conditions)
    assert max(len(answer.text.split()) for answer in turn.answers) <= 90
    assert "not a diagnosis" in turn.answers[-1].text
    assert set(turn.context.conditions) == set(knowledge.conditions)


@pytest.mark.parametrize(
    "text, intent, signals",
    [
        ("what are the symptoms?", "ask_other_health", ["details", "question", "what_is"]),
        ("symptoms?", "ask_symptoms", ["details", "question"]),
        ("how do I know I have it?", "tell_apart", ["bare", "details", "first_person", "pronoun", "question"]),
    ],
)
def test_after_one_condition_its_symptoms_are_meant(talk, text, intent, signals):
    talk("ask_condition", "anemia")
    turn = talk(intent, signals=signals, told=read_told(text))
    assert topics(turn) == ["condition_details"]
    assert (turn.answers[0].outcome, ids(turn)) == (Outcome.NOT_COVERED, {"anemia"})


@pytest.mark.parametrize(
    "before, topic", [(["ask_causes"], "symptoms"), (["ask_definition"], "symptoms"), ([], "symptoms")]
)
def test_without_a_condition_the_symptoms_are_those_of_the_cramps(talk, before, topic):
    for intent in before:
        talk(intent)
    assert topics(talk("ask_symptoms", signals=["details"], told=read_told("what are the symptoms?"))) == [topic]


@pytest.mark.parametrize(
    "shown, text, meant",
    [
        (["hyperthyroidism", "hypothyroidism"], "the overactive one", "hyperthyroidism"),
        (["hyperthyroidism", "hypothyroidism"], "no, the under active one", "hypothyroidism"),
        (
            ["kidney_failure", "chronic_kidney_disease", "acute_kidney_injury"],
            "the chronic one",
            "chronic_kidney_disease",
        ),
        (["type_1_diabetes", "type_2_diabetes"], "the overactive one", None),
        (["hypoglycemia", "hypothyroidism"], "the hypo one", None),
        (["hyperthyroidism", "hypothyroidism"], "is the overactive one worse?", None),
    ],
)
def test_a_word_of_a_name_picks_one_of_those_shown_and_no_other(talk, shown, text, meant):
    talk("ask_condition", *shown)
    turn = talk("choose_option", told=read_told(text))
    assert ids(turn) == ({meant} if meant else set())


@pytest.mark.parametrize("intent", ["ask_prevention", "ask_relief", "ask_medicines", "ask_treatment"])
@pytest.mark.parametrize("text", ["should i stop them then?", "can I come off it", "shall i quit taking those"])
def test_whether_to_stop_a_medicine_gets_the_advice_to_ask_first(talk, intent, text):
    talk("ask_condition", MEDICINE)
    (answer,) = talk(intent, signals=["pronoun", "first_person", "question"], told=read_told(text)).answers
    assert answer.topic.value == "medicines"
    assert "advice.keep_taking" in [piece.key for piece in answer.pieces]


@pytest.mark.parametrize("text", ["how do i stop it?", "what stops them"])
def test_stopping_a_cramp_is_another_thing(talk, text):
    talk("ask_causes")
    assert topics(talk("ask_relief", signals=["pronoun"], told=read_told(text))) == ["relief"]


def test_which_of_them_is_worst_counts_nothing(talk):
    talk("ask_condition_list")
    assert topics(talk("choose_option", told=read_told("which one is worst?"))) == ["other"]


@pytest.mark.parametrize(
    "text, second, topic",
    [
        ("i asked about the treatment", "ask_treatment", "treatment"),
        ("no, I wanted to know what causes them", "ask_causes", "causes"),
        ("that's not what i asked", "ask_treatment", None),
        ("i asked about something else", "ask_treatment", None),
        ("i asked about the moon", "ask_off_topic", None),
    ],
)
def test_what_was_asked_about_is_answered_when_it_is_said_again(talk, text, second, topic):
    talk("ask_muscles")
    turn = talk("correct_assistant", alternatives=("correct_assistant", second), told=read_told(text))
    assert topics(turn)[0] == topic


def test_any_connection_is_answered_by_the_story_it_ends(talk):
    part = Heard("ask_condition", signals=frozenset({"bare", "question"}))
    turn = talk("tell_situation", "anemia", parts=(part,), told=read_told("i have anemia and cramps. any connection?"))
    assert topics(turn) == ["situation"]


def test_an_urge_that_is_only_told_of_is_no_wish_to_compare(talk):
    told = read_told("i have this urge to move and some nights a cramp. i also have anemia")
    assert topics(talk("tell_situation", "anemia", parts=(Heard("tell_apart"),), told=told)) == ["situation"]
    asked = read_told("i have anemia and cramps. or is it restless legs?")
    assert topics(talk("tell_situation", "anemia", parts=(Heard("tell_apart"),), told=asked)) == [
        "situation",
        "difference",
    ]


@pytest.mark.parametrize(
    "danger, outcome", [("report_emergency", Outcome.URGENT), ("express_self_harm", Outcome.CRISIS)]
)
@pytest.mark.parametrize(
    "text, intent, signals",
    [
        ("what should i do", "ask_relief", []),
        ("are you sure?", "ask_evidence", ["question"]),
        ("how can i stop it hurting?", "ask_treatment", ["pronoun", "question"]),
        ("it's been like that since the flight", "ask_off_topic", ["pronoun"]),
        ("i'm scared", "express_feeling", ["first_person"]),
    ],
)
def test_what_leans_on_words_of_danger_hears_them_again(talk, danger, outcome, text, intent, signals):
    said = talk(danger, sign="leg_clot").answers[0].text
    (answer,) = talk(intent, signals=signals, told=read_told(text)).answers
    assert (answer.outcome, answer.text) == (outcome, said)


@pytest.mark.parametrize(
    "text, intent, signals, named",
    [
        ("what eases a cramp?", "ask_relief", ["cramp"], ()),
        ("what causes them?", "ask_causes", ["pronoun"], ()),
        ("which illnesses are linked?", "ask_condition_list", ["question"], ()),
        ("how sure is it for anemia", "ask_evidence", ["listed"], ("anemia",)),
    ],
)
def test_after_danger_whoever_goes_on_is_answered(talk, text, intent, signals, named):
    talk("report_emergency")
    assert talk(intent, *named, signals=signals, told=read_told(text)).answers[0].outcome is Outcome.ANSWERED


def test_words_of_danger_are_said_again_only_right_after_them(talk):
    talk("report_emergency")
    talk("ask_causes")
    assert topics(talk("ask_relief", told=read_told("what should i do"))) == ["relief"]


@pytest.mark.parametrize("text", ["what do you mean by hurt?", "how much is much?", "what is an urge?"])
def test_what_is_meant_is_no_answer_in_the_comparison(talk, text):
    asked = talk("tell_apart", told=read_told("which of the two do i have?"))
    turn = talk("ask_other_health", told=read_told(text))
    assert turn.context.comparison["told"] == {}
    assert turn.context.comparison["asked"] == asked.context.comparison["asked"]
    assert topics(turn) == ["difference"]


# --- restless legs stay the subject, and a medicine is not stopped


@pytest.mark.parametrize(
    "intent, heard",
    [
        ("ask_treatment", Told(asks=True, words=4)),
        ("ask_relief", Told(asks=True, words=4)),
        ("ask_causes", Told(asks=True, words=4)),
    ],
)
def test_after_a_question_about_restless_legs_it_means_them(talk, intent, heard):
    talk("ask_restless_legs_other")
    (answer,) = talk(intent, signals={"pronoun"}, told=heard).answers
    assert (answer.outcome.value, answer.topic.value) == ("not_covered", "restless_legs_other")


def test_after_restless_legs_a_link_is_not_answered_as_one_of_cramps(talk):
    talk("ask_restless_legs_other")
    told = Told(asks=True, words=6)
    turn = talk("ask_condition", "anemia", signals={"pronoun", "first_person", "listed"}, told=told)
    assert [a.topic.value for a in turn.answers] == ["restless_legs_other"]


@pytest.mark.parametrize("intent", ["ask_treatment", "ask_prevention", "ask_relief", "nlu_fallback"])
def test_whether_to_stop_a_medicine_named_gets_whom_to_ask(talk, intent):
    told = read_told("should I stop the statin?")
    turn = talk(intent, "medicines_for_high_cholesterol", told=told)
    assert [a.topic.value for a in turn.answers] == ["medicines"]
    assert "advice.keep_taking" in [piece.key for piece in turn.answers[0].pieces]


@pytest.mark.parametrize("text", ["should I stop it then?", "should I stop the tablets?", "can I come off my pills?"])
def test_whether_to_stop_after_a_story_with_a_medicine_gets_whom_to_ask(talk, text):
    story = talk("tell_situation", "age", "medicines_for_high_cholesterol")
    assert "advice.keep_taking" in [piece.key for piece in story.answers[-1].pieces]
    turn = talk("ask_treatment", told=read_told(text))
    assert {c.id for a in turn.answers for c in a.conditions} == {"medicines_for_high_cholesterol"}
    assert "advice.keep_taking" in [piece.key for piece in turn.answers[0].pieces]


@pytest.mark.parametrize(
    "text", ["how do I stop the cramps?", "how can I stop my leg cramps", "can I stop the night cramps with a pill?"]
)
def test_to_stop_the_cramps_is_no_wish_to_stop_a_medicine(text):
    assert not read_told(text).quits


# --- who answers, no medicines, what helps, the other one


@pytest.mark.parametrize(
    "text", ["are you a doctor? can I trust you?", "can I trust you", "are you a real nurse?", "who made you"]
)
@pytest.mark.parametrize("intent", ["ask_evidence", "ask_source", "ask_see_doctor"])
def test_who_answers_here_is_no_question_of_the_source(talk, text, intent):
    turn = talk(intent, signals={"question", "first_person"}, told=read_told(text))
    assert next(piece.key for piece in turn.answers[0].pieces) == "small_talk.ask_identity"


@pytest.mark.parametrize("text", ["how sure are you of that?", "can I trust that answer?", "should I see a doctor?"])
def test_a_question_of_the_answer_stays_one(talk, text):
    talk("ask_causes")
    assert topics(talk("ask_evidence", signals={"question"}, told=read_told(text)))[0] == "evidence"


@pytest.mark.parametrize(
    "text, denied",
    [
        ("I don't take any medicines, what could cause it?", ()),
        ("I'm not on any tablets. so why do I get them?", ()),
        ("I take nothing, what else could it be", ()),
        ("I'm not on statins, so what causes it?", ("medicines_for_high_cholesterol",)),
    ],
)
@pytest.mark.parametrize("intent", ["ask_medicines", "ask_condition"])
def test_what_is_ruled_out_is_not_what_is_asked_about(talk, text, denied, intent):
    turn = talk(intent, *(Mention("condition", one, negated=True) for one in denied), told=read_told(text))
    assert topics(turn) == ["causes"]


def test_which_medicine_it_could_be_is_still_asked_of_medicines(talk):
    assert topics(talk("ask_medicines", told=read_told("what medicines can cause it?"))) == ["medicines"]


@pytest.mark.parametrize("text", ["what helps?", "what can I do?", "so what can i do about it", "anything that helps"])
@pytest.mark.parametrize("intent", ["ask_other_health", "ask_help"])
def test_what_helps_in_a_talk_of_cramps_is_what_eases_them(talk, text, intent):
    talk("ask_causes")
    assert topics(talk(intent, told=read_told(text))) == ["relief"]
    talk("ask_restless_legs")
    assert topics(talk(intent, told=read_told(text))) == ["restless_legs_other"]


@pytest.mark.parametrize(
    "before, text, intent, meant",
    [
        ("hypothyroidism", "no I meant hyper", "correct_assistant", "hyperthyroidism"),
        ("hyperthyroidism", "sorry, I mean the underactive one", "correct_assistant", "hypothyroidism"),
        ("hypothyroidism", "sorry, the other one", "choose_option", "hyperthyroidism"),
        ("type_1_diabetes", "no, the other type", "deny", "type_2_diabetes"),
        ("chronic_kidney_disease", "no I mean acute", "correct_assistant", "acute_kidney_injury"),
        ("peripheral_artery_disease", "not that one", "deny", "problems_with_blood_flow"),
    ],
)
def test_the_other_one_is_the_one_that_shares_a_lay_term(talk, before, text, intent, meant):
    talk("ask_condition", before)
    turn = talk(intent, told=read_told(text))
    assert (turn.answers[0].outcome, ids(turn)) == (Outcome.ANSWERED, {meant})


@pytest.mark.parametrize(
    "before, text, key, offered",
    [
        ("hypoglycemia", "no I meant hyper", "clarify.only_listed", {"hyperthyroidism", "high_blood_pressure"}),
        (
            "chronic_kidney_disease",
            "no, the other one",
            "clarify.only_listed",
            {"acute_kidney_injury", "kidney_failure"},
        ),
        ("anemia", "no, the other one", "clarify.which_condition", set()),
    ],
)
def test_where_it_may_be_several_or_none_it_says_what_is_listed(talk, before, text, key, offered):
    talk("ask_condition", before)
    (answer,) = talk("correct_assistant", told=read_told(text)).answers
    assert (answer.outcome, answer.pieces[0].key) == (Outcome.CLARIFY, key)
    assert {b.payload.partition("=")[2] for b in answer.buttons} - {""} == offered


# --- what is suspected, what is concluded


@pytest.mark.parametrize(
    "text, intent, mention",
    [
        ("could it be a blood clot?", "ask_seriousness", Mention("unlisted", "blood_clot")),
        ("is it my pillow or mattress?", "tell_apart", Mention("unlisted", "bedding")),
        ("what nerve problems?", "nlu_fallback", Mention("condition", "nerve_problems")),
    ],
)
def test_what_is_suspected_is_what_is_answered(talk, text, intent, mention):
    turn = talk(intent, mention, told=read_told(text), signals={"question", "listed"})
    assert turn.answers[0].outcome in (Outcome.ANSWERED, Outcome.NOT_LISTED)
    assert turn.context.comparison is None


@pytest.mark.parametrize("text", ["could that be why", "is that why I get them?", "is it because of that?"])
@pytest.mark.parametrize("intent", ["ask_why", "ask_causes", "ask_mechanism"])
@pytest.mark.parametrize("before", ["ask_condition", "tell_situation"])
def test_whether_that_is_why_is_asked_of_what_was_spoken_of(talk, before, intent, text):
    talk(before, "anemia")
    turn = talk(intent, signals={"pronoun", "question"}, told=read_told(text))
    assert ids(turn) == {"anemia"}
    assert any(piece.key.startswith("advice.not_a_diagnosis") for piece in turn.answers[-1].pieces)


def test_after_something_that_is_not_listed_it_is_not_asked_of_what_came_before(talk):
    talk("ask_condition", "anemia")
    talk("ask_condition", Mention("unlisted", "magnesium"))
    assert not ids(talk("ask_why", signals={"pronoun"}, told=read_told("could that be why")))


@pytest.mark.parametrize("text", ["so it's cramp then?", "is it restless legs?", "so it's a cramp"])
def test_which_it_is_after_the_comparison_is_its_result_again(talk, text):
    talk("tell_apart", told=Told({"pain": "yes", "urge": "no", "lasts": "short", "muscle": "yes"}))
    turn = talk("ask_seriousness", told=read_told(text), signals={"cramp", "pronoun", "question"})
    assert turn.answers[0].pieces[0].key == "comparison.result_cramp"


def test_a_name_in_few_words_that_is_not_listed_is_not_refused_after_conditions(talk):
    talk("ask_condition", "kidney_failure")
    turn = talk("ask_other_health", Mention("unlisted", "kidney_stones"), told=read_told("and kidney stones?"))
    assert turn.answers[0].outcome is Outcome.NOT_LISTED


def test_how_it_is_found_out_after_an_illness_is_asked_of_the_illness(talk):
    talk("ask_condition", "peripheral_artery_disease")
    turn = talk("ask_diagnosis", told=read_told("how do they find out if I have it"), signals={"pronoun", "bare"})
    assert topics(turn) == ["condition_details"]


def test_one_of_several_medicines_may_be_meant_by_stopping_one(talk):
    talk("ask_medicines", MEDICINE, "medicines_for_high_cholesterol")
    turn = talk("ask_see_doctor", told=read_told("should I stop one?"))
    assert any(piece.key == "advice.keep_taking" for piece in turn.answers[-1].pieces)


def test_the_pill_is_the_one_spoken_of(talk):
    the_pill = Mention("condition", "birth_control_pills", medicine="the pill")
    told = read_told("what is the pill doing to him")
    assert ids(talk("ask_medicines", the_pill, told=told)) == {"birth_control_pills"}
    talk("ask_medicines", MEDICINE)
    assert ids(talk("ask_medicines", the_pill, told=told)) == {MEDICINE}


def test_a_fear_with_a_name_gets_a_kind_word_and_what_the_source_has(talk):
    turn = talk("express_feeling", "kidney_failure", signals={"listed"}, told=read_told("I'm scared it's my kidneys"))
    assert [answer.outcome for answer in turn.answers] == [Outcome.SMALL_TALK, Outcome.ANSWERED]
    assert ids(turn) == {"kidney_failure"}


@pytest.mark.parametrize(
    "text", ["what does sometimes linked mean", "what do you mean by linked?", "what is a known cause"]
)
def test_the_words_for_the_strength_are_explained(talk, text):
    talk("ask_condition", "anemia")
    turn = talk("ask_other_health", signals={"question", "what_is"}, told=read_told(text))
    assert topics(turn) == ["evidence"]


@pytest.mark.parametrize(
    "text, signal", [("my pills are called Plomurin", "unknown_medicine"), ("what about Vyndaqel", "unknown_word")]
)
def test_an_unknown_medicine_is_not_refused_after_medicines(talk, text, signal):
    heard = {"signals": {signal}, "told": read_told(text)}
    assert talk("ask_other_health", **heard).answers[0].outcome is Outcome.OUT_OF_SCOPE
    talk("ask_medicines")
    assert talk("ask_other_health", **heard).answers[0].outcome is Outcome.NOT_LISTED


def test_the_slow_one_is_the_underactive_one(talk):
    talk("ask_condition", "hyperthyroidism", "hypothyroidism")
    assert ids(talk("deny", told=read_told("it's the slow one"))) == {"hypothyroidism"}
    assert ids(talk("choose_option", told=read_told("and the fast one?"))) == {"hyperthyroidism"}


def test_how_would_i_know_after_an_illness_is_asked_of_it(talk):
    talk("ask_condition", "anemia")
    assert topics(talk("be_unsure", told=read_told("how would I know?"))) == ["condition_details"]


def test_a_sign_of_an_illness_asks_whether_it_is_linked(talk):
    turn = talk("ask_seriousness", "type_1_diabetes", told=read_told("is it a sign of diabetes"), signals={"listed"})
    assert ids(turn) == {"type_1_diabetes"}


def test_how_would_i_know_after_a_story_is_asked_of_what_was_told(talk):
    talk("tell_situation", "kidney_failure")
    assert topics(talk("be_unsure", told=read_told("how would I know?"))) == ["condition_details"]


def test_the_weather_forecast_is_not_answered_after_conditions(talk):
    talk("ask_condition", "anemia")
    turn = talk("ask_off_topic", Mention("unlisted", "heat"), signals={"what_is"}, told=read_told("what's the weather"))
    assert turn.answers[0].outcome is Outcome.OUT_OF_SCOPE


@pytest.mark.parametrize(
    "text, intent, mention",
    [
        ("I take Eliquis", "ask_treatment", Mention("unlisted", "blood_thinners")),
        ("I'm on warfarin, is there a link?", "ask_other_health", Mention("unlisted", "blood_thinners")),
        ("do you think it is cancer", "ask_seriousness", Mention("unlisted", "cancer")),
    ],
)
def test_what_is_not_listed_is_named_in_the_reply(talk, text, intent, mention):
    turn = talk(intent, mention, told=read_told(text), signals={"first_person"})
    assert turn.answers[0].outcome is Outcome.NOT_LISTED


def test_a_link_of_another_complaint_stays_outside(talk):
    told = read_told("I'm on warfarin and my arm is numb, is there a link?")
    signals = {"other_body", "other_symptom"}
    turn = talk("ask_other_health", Mention("unlisted", "blood_thinners"), told=told, signals=signals)
    assert turn.answers[0].outcome is Outcome.OUT_OF_SCOPE
