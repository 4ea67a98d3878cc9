"""The flow of a talk: more, again, shorter, back, why, the second one, yes and no, corrections, not being understood, notices."""

import json

import pytest

from legcramps.answers import Composer, Context, Heard, Mention, Operator, Outcome, read_told, respond
from legcramps.answers.conversation import SUGGESTIBLE
from legcramps.answers.registry import INTENTS


def keys(turn) -> list[str]:
    """Keys of all pieces, the once-only notices left out."""
    return [piece.key for answer in turn.answers for piece in answer.pieces if not piece.key.startswith("notice.")]


def outcomes(turn) -> list[str]:
    return [answer.outcome.value for answer in turn.answers]


def topics(turn) -> list:
    return [answer.topic and answer.topic.value for answer in turn.answers]


def said(turn) -> list[str]:
    return [piece.text for answer in turn.answers for piece in answer.pieces if not piece.key.startswith("notice.")]


def shown(turn) -> list[tuple]:
    return [(c.id, c.link) for c in turn.answers[0].conditions]


# --- the list, page by page


def test_more_shows_the_next_page_and_nothing_twice(talk):
    pages = [shown(talk("ask_condition_list"))] + [shown(talk("ask_more")) for _ in range(3)]
    flat = [entry for page in pages for entry in page]
    assert len(flat) == len(set(flat)) == 32


def test_after_the_last_page_there_is_nothing_more(talk):
    talk("ask_condition_list")
    turns = [talk("ask_more") for _ in range(5)]
    assert keys(turns[-1]) == ["small_talk.nothing_more"]


def test_yes_to_a_page_shows_the_next(talk):
    first = talk("ask_condition_list")
    second = talk("affirm")
    assert shown(second)
    assert not set(shown(first)) & set(shown(second))


def test_the_more_button_shows_the_next_page(talk):
    first = talk("ask_condition_list")
    assert set(shown(talk.press(first, "More"))).isdisjoint(shown(first))


def test_back_on_the_second_page_shows_the_first_again(talk):
    first = talk("ask_condition_list")
    second = talk("ask_more")
    assert shown(talk("go_back")) == shown(first)
    assert shown(talk("ask_more")) == shown(second)


def test_back_from_the_last_page_goes_page_by_page(talk):
    pages = [shown(talk("ask_condition_list"))] + [shown(talk("ask_more")) for _ in range(3)]
    assert [shown(talk("go_back")) for _ in range(3)] == pages[2::-1]


def test_back_on_the_first_page_leaves_the_list(talk):
    talk("ask_relief")
    talk("ask_condition_list")
    assert topics(talk("go_back")) == ["relief"]


def test_more_after_another_question_is_not_about_the_list(talk):
    talk("ask_condition_list")
    talk("ask_relief")
    assert keys(talk("ask_more")) == ["small_talk.nothing_more"]


def test_a_digression_does_not_lose_the_page(talk):
    talk("ask_condition_list")
    talk("thank")
    turn = talk("ask_more")
    assert topics(turn) == ["condition_list"]
    assert len(shown(turn)) == 8


# --- the second one


@pytest.mark.parametrize(("option", "index"), [(1, 0), (2, 1), (3, 2), (8, 7), (-1, 7), (-2, 6)])
def test_the_nth_of_a_page_is_the_nth_that_was_shown(talk, option, index):
    page = shown(talk("ask_condition_list"))
    assert {c for c, _ in shown(talk("choose_option", option=option))} == {page[index][0]}


def test_the_nth_of_the_second_page_is_counted_on_that_page(talk):
    talk("ask_condition_list")
    page = shown(talk("ask_more"))
    assert {c for c, _ in shown(talk("choose_option", option=2))} == {page[1][0]}


def test_the_nth_of_a_group_is_counted_in_the_group(talk, knowledge):
    talk("ask_condition_list", group="kidneys")
    second = knowledge.in_group("kidneys")[1].id
    assert {c for c, _ in shown(talk("choose_option", option=2))} == {second}


@pytest.mark.parametrize("option", [9, 100, -9, 0, None])
def test_a_number_that_was_not_shown_says_how_many_were(talk, option):
    talk("ask_condition_list")
    turn = talk("choose_option", option=option)
    assert outcomes(turn) == ["clarify"]
    assert "I showed 8." in turn.answers[0].text
    assert {c for c, _ in shown(talk("choose_option", option=8))}


def test_a_number_with_nothing_shown_is_asked_back(talk):
    turn = talk("choose_option", option=2)
    assert outcomes(turn) == ["clarify"]
    assert keys(turn) == ["clarify.nothing_shown"]


def test_the_nth_button_may_be_named_by_its_number(talk):
    buttons = talk("ask_definition").answers[0].buttons
    assert buttons[1].payload == "#ask_relief"
    assert topics(talk("choose_option", option=2)) == ["relief"]


# --- yes and no


@pytest.mark.parametrize("intent", ["affirm", "choose_option"])
def test_a_bare_yes_or_number_with_nothing_on_offer_asks_what_was_meant(talk, intent):
    assert outcomes(talk(intent, option=2)) == ["clarify"]


@pytest.mark.parametrize("intent", ["deny", "be_unsure"])
def test_a_bare_no_or_dont_know_is_met_kindly_and_claims_nothing(talk, intent):
    turn = talk(intent)
    assert outcomes(turn) == ["small_talk"]
    assert not turn.answers[0].statements


def test_yes_takes_the_one_thing_on_offer(talk):
    turn = talk("ask_condition", Mention("unlisted", "magnesium"))
    assert [b.payload for b in turn.answers[0].buttons] == ["#ask_condition_list"]
    assert topics(talk("affirm")) == ["condition_list"]


def test_yes_to_several_things_on_offer_asks_which(talk):
    talk("ask_definition")
    assert outcomes(talk("affirm")) == ["clarify"]


def test_no_leaves_what_was_on_offer(talk):
    talk("ask_condition", Mention("unlisted", "magnesium"))
    assert keys(talk("deny")) == ["small_talk.deny_ok"]
    assert outcomes(talk("affirm")) == ["clarify"]


def test_an_offer_is_taken_once(talk):
    talk("ask_condition", Mention("unlisted", "magnesium"))
    talk("affirm")
    talk("ask_relief")
    assert outcomes(talk("affirm")) == ["clarify"]


@pytest.mark.parametrize("danger", ["report_emergency", "express_self_harm"])
@pytest.mark.parametrize(("intent", "option"), [("affirm", None), ("choose_option", 1)])
def test_nothing_is_on_offer_after_danger(talk, danger, intent, option):
    talk("ask_condition_list")
    talk(danger)
    assert outcomes(talk(intent, option=option)) == ["clarify"]


# --- again, shorter, back

REPEATABLE = [
    [("ask_definition",)],
    [("ask_causes",)],
    [("ask_condition", "anemia")],
    [("ask_condition", "type_1_diabetes", "type_2_diabetes")],
    [("ask_condition", "kidney_failure", "acute_kidney_injury", "chronic_kidney_disease")],
    [("ask_condition", Mention("unlisted", "magnesium"))],
    [("ask_condition", "anemia", Mention("unlisted", "magnesium"))],
    [("ask_condition", Mention("condition", "medicines_for_high_cholesterol", medicine="lipitor"))],
    [("tell_situation", "age", "dialysis")],
    [("ask_condition_list",)],
    [("ask_condition_list",), ("ask_more",)],
    [("ask_difference",)],
    [("ask_treatment", Mention("unlisted", "magnesium"))],
    [("ask_evidence", "anemia", "pregnancy")],
    [("ask_source",)],
    [("ask_off_topic",)],
    [("greet",)],
    [("nlu_fallback",)],
]


def titled(messages: list) -> str:
    return "-".join(message[0] for message in messages) + "".join(f"-{getattr(n, 'id', n)}" for n in messages[-1][1:])


@pytest.mark.parametrize("messages", REPEATABLE, ids=titled)
@pytest.mark.parametrize("intent", ["repeat", "ask_plain_words"])
def test_again_says_the_same_with_the_same_envelope(talk, messages, intent):
    for message in messages:
        turn = talk(*message)
    again = talk(intent)
    assert said(again) == said(turn)
    assert [a.envelope() for a in again.answers] == [a.envelope() for a in turn.answers]
    assert [a.buttons for a in again.answers] == [a.buttons for a in turn.answers]
    assert said(talk("repeat")) == said(turn)


@pytest.mark.parametrize("messages", REPEATABLE, ids=titled)
def test_shorter_is_no_longer_and_keeps_what_the_answer_is_about(talk, messages):
    for message in messages:
        turn = talk(*message)
    short = talk("ask_shorter")
    assert len(" ".join(said(short)).split()) <= len(" ".join(said(turn)).split())
    assert set(said(short)) <= set(said(turn))
    assert [(a.outcome, a.topic, a.conditions) for a in short.answers] == [
        (a.outcome, a.topic, a.conditions) for a in turn.answers
    ]
    assert said(talk("repeat")) == said(turn), "the whole answer is still what is repeated"


@pytest.mark.parametrize(
    "intent, named, kept",
    [
        ("ask_prevention", (), "not_covered.prevention"),
        ("ask_condition_details", ("anemia",), "not_covered.condition_details"),
        ("tell_situation", ("anemia", "age", "dialysis"), "advice.not_a_diagnosis"),
        ("ask_medicines", ("birth_control_pills",), "advice.keep_taking"),
    ],
)
def test_shorter_leaves_out_no_caveat(talk, intent, named, kept):
    whole = talk(intent, *named).answers[-1]
    short = talk("ask_shorter").answers[-1]
    assert kept in [piece.key for piece in short.pieces]
    assert len(short.pieces) <= len(whole.pieces)
    assert short.outcome is whole.outcome


def test_shorter_of_a_long_answer_is_two_facts(talk):
    talk("ask_difference")
    assert len(talk("ask_shorter").answers[0].statements) == 2


@pytest.mark.parametrize("intent", ["repeat", "ask_plain_words", "ask_shorter"])
def test_again_with_nothing_said_says_so(talk, intent):
    assert keys(talk(intent)) == ["small_talk.nothing_to_repeat"]


def test_back_gives_the_answer_before_the_last(talk):
    first = talk("ask_causes")
    talk("ask_relief")
    back = talk("go_back")
    assert said(back) == said(first)
    assert [a.envelope() for a in back.answers] == [a.envelope() for a in first.answers]


def test_back_twice_goes_back_two(talk):
    first = talk("ask_causes")
    talk("ask_relief")
    talk("ask_difference")
    assert topics(talk("go_back")) == ["relief"]
    assert said(talk("go_back")) == said(first)


def test_again_after_back_repeats_where_one_is(talk):
    talk("ask_causes")
    talk("ask_relief")
    talk("go_back")
    assert topics(talk("repeat")) == ["causes"]


def test_back_brings_back_what_it_was_about(talk):
    talk("ask_condition", "cirrhosis")
    talk("ask_condition", "anemia")
    talk("go_back")
    assert {c.id for c in talk("ask_evidence").answers[0].conditions} == {"cirrhosis"}


@pytest.mark.parametrize("before", [[], ["ask_causes"]])
def test_back_with_nothing_before_says_so(talk, before):
    for intent in before:
        talk(intent)
    assert keys(talk("go_back")) == ["small_talk.nothing_before"]


def test_again_after_an_error_repeats_the_last_answer(talk):
    turn = talk("ask_causes")
    talk("unusable")
    assert said(talk("repeat")) == said(turn)


@pytest.mark.parametrize("danger", ["report_emergency", "express_self_harm"])
def test_again_after_danger_says_the_same_words_and_no_facts(talk, danger):
    talk("ask_causes")
    turn = talk(danger)
    again = talk("repeat")
    assert said(again) == said(turn)
    assert not again.answers[0].statements


@pytest.mark.parametrize("danger", ["report_emergency", "express_self_harm"])
def test_going_back_does_not_lead_back_to_danger(talk, danger):
    first = talk("ask_causes")
    talk(danger)
    talk("ask_muscles")
    assert said(talk("go_back")) == said(first)
    assert said(talk("repeat")) == said(first)
    assert keys(talk("go_back")) == ["small_talk.nothing_before"]


def outdated(talk, place):
    """Makes what was said so long ago that the knowledge has changed since."""
    (answer,) = talk.context.said[place]
    answer["pieces"][0][0] = "causes.since_removed"


@pytest.mark.parametrize("intent", ["repeat", "ask_plain_words", "ask_shorter"])
def test_what_the_knowledge_no_longer_holds_is_not_said_again(talk, intent):
    talk("ask_causes")
    outdated(talk, -1)
    assert keys(talk(intent)) == ["small_talk.nothing_to_repeat"]


def test_back_leads_past_what_the_knowledge_no_longer_holds(talk):
    first = talk("ask_causes")
    talk("ask_relief")
    outdated(talk, -1)
    talk("ask_muscles")
    assert said(talk("go_back")) == said(first)


@pytest.mark.parametrize(
    "change",
    [
        lambda answer: answer["pieces"][0].__setitem__(0, "phrase.since_removed"),
        lambda answer: answer["pieces"][0].__setitem__(0, "link.scurvy+link.anemia"),
        lambda answer: answer.__setitem__("topic", "scurvy"),
        lambda answer: answer.__setitem__("conditions", [["scurvy", "known_cause"]]),
    ],
    ids=["statement", "shared sentence", "topic", "condition"],
)
def test_an_answer_made_of_what_is_gone_is_no_answer(talk, composer, change):
    talk("ask_condition", "anemia")
    (stored,) = talk.context.said[-1]
    assert composer.restore(stored)
    change(stored)
    assert composer.restore(stored) is None


@pytest.mark.parametrize("intent", sorted(INTENTS))
@pytest.mark.parametrize(
    "outdated",
    [
        {"topic": "condition", "conditions": ("scurvy", "anemia")},
        {"topic": "condition_list", "shown": ("anemia:sometimes_linked", "scurvy:known_cause"), "position": 1},
        {"topic": "condition_list", "shown": ("anemia:known_cause",), "options": ("#ask_condition=scurvy",)},
        {"options": ("#ask_condition=scurvy", "#ask_causes"), "offer": "#ask_condition=scurvy"},
    ],
    ids=["spoken of", "shown", "graded otherwise", "offered"],
)
def test_a_condition_that_the_knowledge_no_longer_holds_stops_no_talk(talk, intent, outdated):
    talk.context = Context(**outdated)
    assert talk(intent, option=2).answers
    assert "scurvy" not in str(talk.context)


def test_where_it_stands_is_not_said_of_what_the_knowledge_no_longer_holds(talk):
    talk("ask_causes")
    outdated(talk, -1)
    assert "source.nothing_yet" in keys(talk("ask_source"))


def test_feedback_on_what_the_knowledge_no_longer_holds_is_thanked_for(talk):
    talk("ask_causes")
    outdated(talk, -1)
    turn = talk("give_feedback")
    assert keys(turn) == ["small_talk.feedback_good"]
    assert not turn.judgements


def test_only_the_last_few_turns_are_kept(talk):
    for _ in range(10):
        talk("ask_causes")
        talk("ask_relief")
    assert len(talk.context.said) == 4


# --- why


@pytest.mark.parametrize("before", ["ask_definition", "ask_muscles", "ask_relief", "ask_risk_factors"])
def test_a_bare_why_after_the_cramps_gets_their_causes(talk, before):
    talk(before)
    assert topics(talk("ask_why")) == ["causes"]


@pytest.mark.parametrize(
    "before", [("ask_condition", "anemia"), ("ask_medicines",), ("ask_causes",), ("ask_difference",)]
)
def test_a_bare_why_after_a_link_is_not_covered(talk, before):
    talk(*before)
    turn = talk("ask_why")
    assert outcomes(turn) == ["not_covered"]
    assert topics(turn) == ["mechanism"]


def test_a_bare_why_with_nothing_before_it_is_asked_back(talk):
    assert keys(talk("ask_why")) == ["clarify.why_what"]


# --- corrections, leaving, starting over


def test_a_correction_gets_what_was_meant(talk):
    talk("ask_condition", "hyperthyroidism")
    assert {c for c, _ in shown(talk("correct_assistant", "hypothyroidism"))} == {"hypothyroidism"}


def test_a_correction_leaves_out_what_was_not_meant(talk):
    turn = talk("correct_assistant", Mention("condition", "hyperthyroidism", negated=True), "hypothyroidism")
    assert {c for c, _ in shown(turn)} == {"hypothyroidism"}


def test_a_correction_that_names_nothing_is_asked_back(talk):
    talk("ask_causes")
    turn = talk("correct_assistant")
    assert outcomes(turn) == ["clarify"]
    assert keys(turn) == ["clarify.corrected"]


def test_starting_over_forgets_all_but_that_the_notices_were_given(talk):
    talk("tell_situation", "age")
    talk("start_over")
    assert talk.context.topic is None
    assert not talk.context.conditions
    assert talk.context.notices
    assert outcomes(talk("ask_why")) == ["clarify"]


def test_forgetting_leaves_nothing_that_was_told(talk):
    talk("tell_situation", "age", "dialysis")
    talk("ask_condition", "anemia")
    talk("forget_me")
    left = json.dumps(talk.context.as_slots())
    assert not [entry for entry in ("age", "dialysis", "anemia", "link.") if f'"{entry}' in left]


def test_stopping_takes_the_offer_away(talk):
    talk("ask_condition_list")
    talk("cancel")
    assert outcomes(talk("affirm")) == ["clarify"]


# --- not understood


def test_being_misunderstood_leads_from_a_guess_to_a_way_on_to_a_person(talk):
    turns = [talk("nlu_fallback", alternatives=("ask_relief", "greet", "ask_causes", "ask_muscles")) for _ in range(4)]
    assert [keys(turn) for turn in turns] == [
        ["clarify.did_you_mean"],
        ["clarify.can_talk_about"],
        ["person.none"],
        ["person.none"],
    ]


def test_the_guess_offers_the_two_likeliest_questions_and_something_else(talk):
    turn = talk("nlu_fallback", alternatives=("greet", "ask_relief", "thank", "ask_causes", "ask_muscles"))
    assert [b.payload for b in turn.answers[0].buttons] == ["#ask_relief", "#ask_causes", "#something_else"]


def test_an_answer_in_between_starts_the_count_anew(talk):
    talk("nlu_fallback")
    talk("ask_relief")
    assert keys(talk("nlu_fallback")) == ["clarify.did_you_mean"]


def test_unreadable_input_changes_nothing_of_the_talk(talk):
    talk("ask_condition_list")
    before = talk.context
    talk("unusable", signals={"empty"})
    assert talk.context == before


def test_a_person_to_turn_to_is_named_when_the_operator_gives_one(talk, knowledge):
    talk = type(talk)(Composer(knowledge, Operator(person="the ward desk, 555")))
    turns = [talk("nlu_fallback") for _ in range(3)]
    assert "You can reach a person here: the ward desk, 555" in turns[-1].answers[0].text


def test_every_suggestion_has_a_title_and_an_answer(knowledge, composer):
    for intent in SUGGESTIBLE:
        assert knowledge.phrases[f"titles.{intent}"].text
        assert respond(Heard(intent), Context(), composer).answers


# --- two questions in one message


def test_each_part_of_a_message_is_answered_in_order(talk):
    turn = talk("ask_definition", parts=(Heard("ask_relief"), Heard("ask_outlook")))
    assert topics(turn) == ["definition", "relief", "outlook"]


def test_relief_and_treatment_asked_together_get_the_stretch_once(talk):
    turn = talk("ask_relief", parts=(Heard("ask_treatment"),))
    assert [key for answer in turn.answers for key in answer.statements] == ["relief.stretch"]


def test_the_same_reply_is_not_given_twice_in_a_turn(talk):
    turn = talk("ask_causes", parts=(Heard("ask_causes"), Heard("ask_relief")))
    assert topics(turn) == ["causes", "relief"]


def test_again_repeats_all_parts(talk):
    turn = talk("ask_definition", parts=(Heard("ask_relief"),))
    assert said(talk("repeat")) == said(turn)


# --- the once-only notices


def notices(turn) -> list[str]:
    return [p.key for answer in turn.answers for p in answer.pieces if p.key.startswith("notice.")]


@pytest.mark.parametrize("first", ["greet", "ask_causes", "ask_off_topic", "nlu_fallback", "ask_condition"])
def test_the_notices_come_with_the_first_reply_and_never_again(talk, first):
    assert notices(talk(first)) == ["notice.disclaimer", "notice.privacy"]
    later = [
        "ask_relief",
        "repeat",
        "go_back",
        "nlu_fallback",
        "start_over",
        "ask_causes",
        "ask_shorter",
        "forget_me",
        "greet",
    ]
    assert [notices(talk(intent)) for intent in later] == [[]] * len(later)


@pytest.mark.parametrize("first", ["report_emergency", "express_self_harm", "unusable"])
def test_the_notices_wait_when_something_is_wrong(talk, first):
    assert not notices(talk(first))
    assert len(notices(talk("ask_causes"))) == 2


def test_the_notices_stand_after_the_last_of_several_replies(talk):
    turn = talk("ask_definition", parts=(Heard("ask_relief"),))
    assert not any(p.key.startswith("notice.") for p in turn.answers[0].pieces)
    assert turn.answers[1].pieces[-1].key == "notice.privacy"


def test_the_notices_are_not_part_of_what_is_repeated(talk):
    talk("ask_causes")
    assert not notices(talk("repeat"))
    assert "notice." not in json.dumps(talk.context.as_slots())


# --- what is remembered


def test_the_context_survives_the_slots(talk):
    talk("tell_situation", "age", "dialysis")
    talk("ask_condition", "type_1_diabetes", "type_2_diabetes", Mention("unlisted", "magnesium"))
    talk("ask_condition_list")
    slots = json.loads(json.dumps(talk.context.as_slots()))
    assert Context.from_slots(slots) == talk.context


def test_missing_slots_have_their_defaults():
    assert Context.from_slots({}) == Context()
    assert Context.from_slots({"topic": None, "conditions": None, "misunderstood": None, "unknown": 1}) == Context()


@pytest.mark.parametrize(
    "intent, named, kept",
    [
        ("ask_medicines", (), {"medicines.urine_output", "medicines.no_direct_link_known"}),
        ("ask_known_causes", (), {"known.already_know", "known.other_symptoms"}),
        ("ask_condition", ("kidney_failure",), {"known.already_know", "known.other_symptoms"}),
    ],
)
def test_shorter_keeps_or_leaves_what_belongs_together(talk, intent, named, kept):
    talk(intent, *named)
    said_short = {piece.key for piece in talk("ask_shorter").answers[-1].pieces}
    assert kept <= said_short


def test_shorter_of_an_unlisted_medicine_keeps_the_advice_not_to_stop_it(talk):
    talk("ask_medicines", Mention("unlisted", "gabapentin"))
    assert "advice.keep_taking" in keys(talk("ask_shorter"))


# --- an offer promises an answer


def test_nothing_is_suggested_that_the_source_leaves_open(talk, composer):
    for intent in SUGGESTIBLE:
        answers = respond(Heard(intent), Context(), composer).answers
        assert all(answer.outcome in (Outcome.ANSWERED, Outcome.CLARIFY, Outcome.SMALL_TALK) for answer in answers), (
            intent
        )


@pytest.mark.parametrize(
    "alternatives, offered",
    [
        (("ask_treatment", "ask_prevention", "ask_outlook"), ["#ask_relief"]),
        (("ask_seriousness", "ask_see_doctor"), ["#ask_definition", "#ask_causes"]),
        (("ask_frequency", "ask_mechanism"), ["#ask_risk_factors", "#ask_causes"]),
        (("tell_situation", "ask_symptoms"), ["#ask_condition_list", "#ask_definition"]),
    ],
)
def test_instead_of_what_is_left_open_the_nearest_is_offered(talk, alternatives, offered):
    turn = talk("nlu_fallback", alternatives=alternatives)
    assert [b.payload for b in turn.answers[0].buttons] == [*offered, "#something_else"]


def test_no_button_and_no_spoken_offer_is_of_what_the_source_leaves_open(talk, knowledge):
    open_ones = {
        f"ask_{topic}"
        for topic in "treatment prevention diagnosis outlook seriousness see_doctor frequency symptoms mechanism other".split()
    }
    assert not {f"offers.{intent}" for intent in open_ones} & set(knowledge.phrases)
    for intent in INTENTS:
        buttons = {b.payload.lstrip("#") for answer in talk(intent).answers for b in answer.buttons}
        assert not buttons & open_ones, intent


def test_what_a_person_is_not_is_no_correction(talk):
    talk("ask_condition", Mention("unlisted", "alcohol"))
    denied = Mention("condition", "alcohol_use_disorder", negated=True)
    turn = talk("correct_assistant", denied, told=read_told("I'm not an alcoholic"))
    assert keys(turn) == ["small_talk.deny_ok"]
    turn = talk("correct_assistant", Mention("condition", "dialysis", negated=True), told=read_told("no, dialysis"))
    assert "link.dialysis" in turn.answers[0].statements
