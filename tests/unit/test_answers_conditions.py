"""Whether something is linked: each entry with its grade, what is not in the source, what may mean several things, and the list."""

import pytest

from legcramps.answers import Mention, Outcome, Topic, read_told
from legcramps.knowledge import default

ENTRIES = sorted(default().conditions)
MEDICINES = [
    "birth_control_pills", "medicines_for_high_blood_pressure", "medicines_for_high_cholesterol", "medicines_that_increase_urine_output",
]  # fmt: skip


def only(turn):
    assert len(turn.answers) == 1
    return turn.answers[0]


def linked(answer) -> set[tuple]:
    return {(c.id, c.link) for c in answer.conditions}


def outcomes(turn) -> list[str]:
    return [answer.outcome.value for answer in turn.answers]


# --- one entry


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_is_answered_with_every_grade_it_has_and_cited(talk, knowledge, entry):
    answer = only(talk("ask_condition", entry))
    links = knowledge.conditions[entry].links
    assert answer.outcome.value == "answered"
    assert answer.topic.value == ("medicines" if entry in MEDICINES else "condition")
    assert linked(answer) == {(entry, link.grade) for link in links}
    for link in links:
        statement = knowledge.link_statement(entry, link.grade)
        assert statement.id in answer.statements
        assert statement.text in answer.text
        assert [cite for cite in link.cites if cite not in answer.citations] == []


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_an_entry_is_is_answered_only_where_the_source_says_it(talk, knowledge, entry):
    answer = only(talk("ask_condition_details", entry, signals={"what_is"}))
    gloss = knowledge.conditions[entry].gloss
    assert answer.outcome.value == ("answered" if gloss else "not_covered")
    assert answer.topic.value == ("condition" if gloss else "condition_details")
    assert (gloss in answer.statements) if gloss else not [s for s in answer.statements if s.startswith("gloss.")]
    assert linked(answer) == {(entry, link.grade) for link in knowledge.conditions[entry].links}
    assert "source does not say more" in answer.text or "The source says no more" in answer.text


@pytest.mark.parametrize("entry", ["cirrhosis", "anemia", "dialysis"])
def test_another_question_about_an_entry_is_not_covered_and_its_link_is_said(talk, entry):
    answer = only(talk("ask_condition_details", entry))
    assert answer.outcome.value == "not_covered"
    assert answer.topic.value == "condition_details"
    assert f"link.{entry}" in answer.statements


@pytest.mark.parametrize("entry", ENTRIES)
def test_how_sure_a_link_is_is_said_in_the_words_of_its_grade(talk, knowledge, entry):
    answer = only(talk("ask_evidence", entry))
    for link in knowledge.conditions[entry].links:
        assert knowledge.grades[link.grade].meaning in answer.text
    others = set(knowledge.grades) - {link.grade for link in knowledge.conditions[entry].links}
    assert not [grade for grade in others if knowledge.grades[grade].meaning in answer.text]


def test_how_sure_that_is_is_said_of_what_was_spoken_of_last(talk, knowledge):
    talk("ask_condition", "anemia")
    talk("ask_condition", "medicines_that_increase_urine_output")
    answer = only(talk("ask_evidence"))
    assert linked(answer) == {("medicines_that_increase_urine_output", "unproven")}
    assert knowledge.grades["unproven"].meaning in answer.text


def test_pregnancy_is_answered_with_both_places_of_the_source(talk):
    answer = only(talk("ask_condition", "pregnancy"))
    assert linked(answer) == {("pregnancy", "raises_risk"), ("pregnancy", "sometimes_linked")}
    assert [cite.as_dict() for cite in answer.citations] == [
        {"section": "Causes", "paragraph": 2},
        {"section": "Causes", "paragraph": 6, "item": 19},
    ]


def test_the_envelope_is_that_of_the_design(talk):
    assert only(talk("ask_condition", "anemia")).envelope() == {
        "outcome": "answered",
        "topic": "condition",
        "conditions": [{"id": "anemia", "link": "sometimes_linked"}],
        "statements": ["link.anemia", "gloss.anemia"],
        "citations": [{"section": "Causes", "paragraph": 6, "item": 4}],
    }


# --- several entries


def test_a_term_for_several_entries_is_answered_with_each_at_its_grade(talk):
    mentions = [
        Mention("condition", entry, family="kidney_trouble") for entry in ("kidney_failure", "acute_kidney_injury")
    ]
    assert linked(only(talk("ask_condition", *mentions))) == {
        ("kidney_failure", "known_cause"),
        ("acute_kidney_injury", "sometimes_linked"),
    }


def test_entries_of_one_grade_share_a_sentence_and_keep_their_citations(talk):
    answer = only(talk("ask_condition", "type_1_diabetes", "type_2_diabetes"))
    assert answer.text.lower().count("type 1 diabetes") == 1
    assert {"link.type_1_diabetes", "link.type_2_diabetes"} <= set(answer.statements)
    assert {cite.item for cite in answer.citations} == {21, 22}


def test_a_stronger_grade_is_never_lent_to_a_weaker_entry(talk):
    answer = only(talk("ask_condition", "anemia", "kidney_failure"))
    known = next(piece for piece in answer.pieces if piece.key == "link.kidney_failure")
    assert "anemia" not in known.text.lower()


def test_something_named_twice_is_answered_once(talk):
    answer = only(talk("ask_condition", "anemia", Mention("condition", "anemia")))
    assert answer.text.lower().count("anemia can") <= 1
    assert len(answer.conditions) == 1


# --- medicines


@pytest.mark.parametrize("entry", MEDICINES)
def test_a_medicine_comes_with_the_advice_not_to_stop_it(talk, entry):
    assert "do not stop a medicine before you ask your doctor or pharmacist" in only(talk("ask_condition", entry)).text


def test_a_medicine_named_by_its_own_name_is_said_to_be_sorted_by_us(talk):
    mention = Mention("condition", "medicines_for_high_cholesterol", medicine="lipitor")
    answer = only(talk("ask_condition", mention))
    assert answer.text.startswith('I count "lipitor" among the medicines for high cholesterol (my own sorting). ')
    assert linked(answer) == {("medicines_for_high_cholesterol", "sometimes_linked")}


def test_a_medicine_of_two_classes_is_answered_with_both(talk):
    entries = ("medicines_for_high_blood_pressure", "medicines_that_increase_urine_output")
    answer = only(talk("ask_medicines", *(Mention("condition", entry, medicine="hyzaar") for entry in entries)))
    assert linked(answer) == {(entries[0], "sometimes_linked"), (entries[1], "unproven")}
    assert answer.topic.value == "medicines"


def test_an_unlisted_medicine_is_told_which_kinds_the_source_names(talk):
    answer = only(talk("ask_medicines", Mention("unlisted", "gabapentin")))
    assert answer.outcome.value == "not_listed"
    assert answer.topic.value == "medicines"
    for kind in ("pass more urine", "blood pressure problems", "high cholesterol", "birth control pills"):
        assert kind in answer.text


# --- not in the source


@pytest.mark.parametrize("thing", ["magnesium", "potassium", "sciatica"])
def test_what_the_source_does_not_mention_is_neither_yes_nor_no(talk, knowledge, thing):
    answer = only(talk("ask_condition", Mention("unlisted", thing)))
    assert answer.outcome.value == "not_listed"
    assert (
        f"does not say whether {knowledge.unlisted[thing].name} can have to do with night leg cramps. That means neither yes nor no."
        in answer.text
    )
    assert not answer.conditions
    assert not answer.statements


def test_something_that_no_list_knows_is_not_found_in_the_source(talk):
    answer = only(talk("ask_condition"))
    assert answer.outcome.value == "not_listed"
    assert "neither yes nor no" in answer.text


def test_a_question_that_names_nothing_is_asked_back(talk):
    answer = only(talk("ask_condition", signals={"bare"}))
    assert answer.outcome.value == "clarify"
    assert answer.topic.value == "condition"


def test_a_listed_and_an_unlisted_thing_get_a_reply_each(talk):
    turn = talk("ask_condition", "anemia", Mention("unlisted", "magnesium"))
    assert outcomes(turn) == ["answered", "not_listed"]
    assert linked(turn.answers[0]) == {("anemia", "sometimes_linked")}
    assert not turn.answers[1].conditions


# --- what may mean several things


def test_a_word_that_may_mean_two_things_is_asked_back_with_both(talk, knowledge):
    answer = only(talk("ask_condition", Mention("ambiguous", "hypo")))
    assert answer.outcome.value == "clarify"
    assert "Which one do you mean: hypoglycemia or hypothyroidism?" in answer.text
    assert [button.payload for button in answer.buttons] == [
        "#ask_condition=hypoglycemia",
        "#ask_condition=hypothyroidism",
    ]


@pytest.mark.parametrize("position, entry", [(1, "hypoglycemia"), (2, "hypothyroidism"), (-1, "hypothyroidism")])
def test_the_answer_to_which_one_may_be_its_number(talk, position, entry):
    talk("ask_condition", Mention("ambiguous", "hypo"))
    assert {c.id for c in only(talk("choose_option", option=position)).conditions} == {entry}


def test_every_ambiguous_word_offers_only_entries(talk, knowledge):
    for item in knowledge.vocabulary.ambiguous:
        payloads = [b.payload for b in only(talk("ask_condition", Mention("ambiguous", item.id))).buttons]
        assert payloads == [f"#ask_condition={entry}" for entry in item.entries]


# --- negation


@pytest.mark.parametrize(
    "intent",
    ["ask_condition", "ask_condition_details", "ask_medicines", "tell_situation", "ask_evidence", "ask_risk_factors"],
)
@pytest.mark.parametrize("entry", ["anemia", "pregnancy", "medicines_for_high_cholesterol", "age"])
def test_what_was_negated_is_not_spoken_of(talk, intent, entry):
    turn = talk(intent, Mention("condition", entry, negated=True))
    assert entry not in {c.id for answer in turn.answers for c in answer.conditions}


def test_what_was_negated_is_left_out_beside_what_was_not(talk):
    turn = talk("ask_condition", Mention("condition", "type_2_diabetes", negated=True), "anemia")
    assert {c.id for answer in turn.answers for c in answer.conditions} == {"anemia"}


def test_a_question_with_only_a_negated_mention_is_asked_back(talk):
    assert outcomes(talk("ask_condition", Mention("condition", "anemia", negated=True))) == ["clarify"]


@pytest.mark.parametrize("kind, name", [("unlisted", "magnesium"), ("ambiguous", "hypo")])
def test_a_negated_thing_of_another_kind_is_not_spoken_of(talk, kind, name):
    turn = talk("ask_condition", "anemia", Mention(kind, name, negated=True))
    assert outcomes(turn) == ["answered"]


# --- a story


def test_a_story_gets_the_grade_of_each_thing_in_it_and_no_diagnosis(talk):
    answer = only(talk("tell_situation", "age", "medicines_that_increase_urine_output"))
    assert linked(answer) == {("age", "raises_risk"), ("medicines_that_increase_urine_output", "unproven")}
    assert "This is not a diagnosis" in answer.text
    assert "doctor or pharmacist" in answer.text


def test_a_story_with_nothing_in_it_says_so(talk):
    answer = only(talk("tell_situation"))
    assert "I cannot tell what is behind yours." in answer.text
    assert not answer.conditions
    assert "causes.usually_unknown" in answer.statements


def test_what_others_have_is_left_out_of_a_story_and_that_is_said(talk):
    answer = only(talk("tell_situation", "age", Mention("condition", "type_2_diabetes", person="other")))
    assert {c.id for c in answer.conditions} == {"age"}
    assert "I left out what you said about other people." in answer.text


def test_unlisted_and_ambiguous_things_in_a_story_get_replies_of_their_own(talk):
    turn = talk("tell_situation", "age", Mention("unlisted", "magnesium"), Mention("ambiguous", "hypo"))
    assert outcomes(turn) == ["answered", "not_listed", "clarify"]


def test_of_a_story_only_what_was_last_spoken_of_is_remembered(talk):
    talk("tell_situation", "age", "dialysis")
    talk("tell_situation", "anemia")
    memory = talk.context.but(said=())
    assert memory.conditions == ("anemia",)
    assert "dialysis" not in str(memory)


def test_how_sure_after_a_story_is_said_of_the_things_in_it(talk):
    talk("tell_situation", "dialysis")
    assert {c.id for c in only(talk("ask_evidence")).conditions} == {"dialysis"}


# --- "and it?": from the talk


def test_a_pronoun_stands_for_what_was_spoken_of_last(talk):
    talk("ask_condition", "cirrhosis")
    assert {c.id for c in only(talk("ask_condition_details", signals={"pronoun", "what_is"})).conditions} == {
        "cirrhosis"
    }


def test_a_pronoun_with_nothing_before_it_stands_for_nothing(talk):
    turn = talk("ask_condition_details", signals={"pronoun", "bare"})
    assert outcomes(turn) == ["clarify"]


def test_a_pronoun_stands_for_nothing_when_something_is_named(talk):
    talk("ask_condition", "cirrhosis")
    assert {c.id for c in only(talk("ask_condition", "anemia", signals={"pronoun"})).conditions} == {"anemia"}


# --- the list


def test_the_list_names_every_entry_strongest_first(talk, knowledge):
    answers = [only(talk("ask_condition_list"))]
    while answers[-1].buttons[0].payload == "#ask_more":
        answers.append(only(talk("ask_more")))
    said = [(c.id, c.link) for answer in answers for c in answer.conditions]
    assert sorted(said) == sorted((c.id, link.grade) for c in knowledge.conditions.values() for link in c.links)
    strength = list(knowledge.grades)
    assert [strength.index(link) for _, link in said] == sorted(strength.index(link) for _, link in said)
    assert "That is the end of the list." in answers[-1].text


def test_the_first_page_says_how_many_are_left(talk, knowledge):
    answer = only(talk("ask_condition_list"))
    every = sum(len(c.links) for c in knowledge.conditions.values())
    assert f"There are {every - len(answer.conditions)} more." in answer.text


@pytest.mark.parametrize("group", sorted(default().groups))
def test_a_group_is_shown_by_itself_and_said_to_be_ours(talk, knowledge, group):
    answer = only(talk("ask_condition_list", group=group))
    assert {c.id for c in answer.conditions} == {c.id for c in knowledge.in_group(group)}
    assert "The grouping is mine." in answer.text
    assert len(talk.context.options) == len(knowledge.in_group(group))


@pytest.mark.parametrize("group", sorted(default().groups))
def test_every_group_of_the_facts_has_an_entry_and_words_for_it(knowledge, group):
    assert knowledge.in_group(group)
    assert knowledge.vocabulary.groups.get(group)


@pytest.mark.parametrize("entry", ["kidney_failure", "diabetic_nerve_damage", "problems_with_blood_flow"])
@pytest.mark.parametrize("intent", ["ask_condition", "ask_condition_details", "tell_situation"])
def test_a_known_cause_comes_with_what_the_source_adds(talk, intent, entry):
    assert {"known.already_know", "known.other_symptoms"} <= set(only(talk(intent, entry)).statements)


def test_the_likely_cause_in_a_story_comes_after_that_mostly_none_is_known(talk):
    said = only(talk("tell_situation", "nerve_problems")).statements
    assert said.index("causes.usually_unknown") < said.index("link.nerve_problems")


def test_medicines_in_a_story_are_said_to_be_sorted_by_us_and_none_is_lost(talk):
    entry = "medicines_for_high_blood_pressure"
    named = [Mention("condition", entry, medicine=name) for name in ("ramipril", "amlodipine")]
    for intent in ("tell_situation", "ask_condition"):
        assert 'I count "ramipril" and "amlodipine" among the medicines for blood pressure problems' in (
            talk(intent, *named).answers[0].text
        )


def test_a_list_says_its_preposition_before_each_name(talk):
    text = only(talk("ask_condition", "anemia", "dialysis", "cirrhosis")).text
    assert "linked to anemia, to dialysis, and to cirrhosis." in text
    text = only(talk("ask_condition", "kidney_failure", "diabetic_nerve_damage")).text
    assert "Kidney failure and nerve damage from diabetes are known causes of night leg cramps." in text


def test_pregnancy_by_name_has_both_links_also_where_it_is_asked_who_gets_them(talk):
    answer = only(talk("ask_risk_factors", "pregnancy"))
    assert {"link.pregnancy.raises_risk", "link.pregnancy.sometimes_linked"} <= set(answer.statements)
    assert {cite.paragraph for cite in answer.citations} == {2, 6}


def test_how_sure_after_all_medicines_is_said_of_them(talk):
    talk("ask_medicines")
    assert {c.id for c in only(talk("ask_evidence")).conditions} == set(MEDICINES)


# --- asked of somebody's own case


@pytest.mark.parametrize(
    "text",
    [
        "I have anemia. is that why?",
        "could that be why I get them?",
        "can my anemia do this?",
        "is it because of my anemia",
        "my mum has it, could it be that?",
        "I take it, might this be the reason",
    ],
)
@pytest.mark.parametrize(
    "named", ["anemia", "kidney_failure", "medicines_for_high_cholesterol", "medicines_that_increase_urine_output"]
)
@pytest.mark.parametrize("intent", ["ask_condition", "ask_medicines"])
def test_who_asks_of_their_own_case_hears_that_it_is_no_diagnosis(talk, text, named, intent):
    turn = talk(intent, named, told=read_told(text))
    assert any(piece.key.startswith("advice.not_a_diagnosis") for piece in turn.answers[-1].pieces)


@pytest.mark.parametrize(
    "text", ["can anemia cause leg cramps?", "is anemia linked", "I have a question: is anemia linked?", "anemia"]
)
def test_a_question_in_general_needs_no_such_sentence(talk, text):
    turn = talk("ask_condition", "anemia", told=read_told(text))
    assert not any(piece.key.startswith("advice.not_a_diagnosis") for piece in turn.answers[-1].pieces)


# --- a medicine by a name that nobody knows


@pytest.mark.parametrize("intent", ["ask_medicines", "ask_condition"])
def test_an_unknown_name_of_a_medicine_is_said_to_be_unknown(talk, intent):
    (answer,) = talk(intent, signals={"unknown_medicine", "first_person"}).answers
    assert (answer.outcome, answer.topic) == (Outcome.NOT_LISTED, Topic.MEDICINES)
    assert [piece.key for piece in answer.pieces if not piece.key.startswith("notice.")] == [
        "not_listed.unknown_medicine", "not_listed.medicine", "not_listed.which_kind", "advice.keep_taking",
    ]  # fmt: skip


@pytest.mark.parametrize("intent", ["ask_medicines", "tell_situation"])
def test_beside_a_known_medicine_both_are_answered(talk, intent):
    turn = talk(intent, "medicines_for_high_cholesterol", signals={"unknown_medicine"})
    assert [answer.outcome for answer in turn.answers] == [Outcome.ANSWERED, Outcome.NOT_LISTED]


@pytest.mark.parametrize(
    "text",
    [
        "I take Zyblofen, could it be that?",
        "my doctor put me on Glamotrex tablets",
        "since I started Vorbinal my calf cramps",
        "I was prescribed a drug called quembrol",
        "could my blorvax pills do this?",
        "I take zandoplex 20 mg at night",
        "I'm on Trelluvia, is it that",
    ],
)
def test_a_name_that_nobody_knows_is_read_as_a_medicine(nlp, text):
    assert "unknown_medicine" in nlp(text)._.signals


@pytest.mark.parametrize(
    "text",
    [
        "I take ramipril, could it be that?",
        "I take magnesium tablets",
        "I take long walks at night",
        "my calf locks up when I'm on the sofa",
        "I'm on nights, could it be that",
        "since I started yoga my calf cramps",
        "could Zyblofen do this?",  # nothing tells of a medicine
        "i take the bus evry day",
        "does it take hours",
    ],
)
def test_other_words_are_none(nlp, text):
    assert "unknown_medicine" not in nlp(text)._.signals


@pytest.mark.parametrize(
    "text",
    [
        "thiazides",
        "bendroflumethiazide",
        "hydrochlorothiazide",
        "indapamide",
        "water tablets for my blood pressure",
        "diuretics for blood pressure",
    ],
)
def test_a_thiazide_is_of_both_kinds_and_gets_both_strengths(nlp, talk, text):
    """They raise urine output and are given for high blood pressure: of either kind the source says something else."""
    mentions = [Mention("condition", m.id, medicine=m.medicine) for m in nlp(f"can {text} cause leg cramps")._.mentions]
    turn = talk("ask_medicines", *mentions)
    links = {(c.id, c.link) for answer in turn.answers for c in answer.conditions}
    assert links == {
        ("medicines_for_high_blood_pressure", "sometimes_linked"),
        ("medicines_that_increase_urine_output", "unproven"),
    }


@pytest.mark.parametrize("text", ["water tablets", "diuretics", "furosemide"])
def test_a_medicine_of_one_kind_gets_its_one_strength(nlp, talk, text):
    mentions = [Mention("condition", m.id, medicine=m.medicine) for m in nlp(f"can {text} cause leg cramps")._.mentions]
    turn = talk("ask_medicines", *mentions)
    assert {c.link for answer in turn.answers for c in answer.conditions} == {"unproven"}


@pytest.mark.parametrize("intent", ["ask_condition", "tell_situation", "ask_risk_factors"])
def test_of_age_it_says_that_the_source_draws_no_line_at_any_number(talk, intent):
    assert "connect.no_age" in [piece.key for piece in talk(intent, "age").answers[0].pieces]
    assert "connect.no_age" not in [piece.key for piece in talk(intent, "pregnancy").answers[0].pieces]
