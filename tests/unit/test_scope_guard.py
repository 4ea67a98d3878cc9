"""The scope guard lets our questions through and stops what only looks like one, however sure the classifier is."""

import csv
from pathlib import Path

import pytest

from legcramps.nlu.scope_guard import CLAIMS, OUTSIDE, Verdict, is_about_us, judge, what_is_foreign

FILE = Path(__file__).with_name("scope") / "texts.tsv"
LINES = [line for line in FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
ROWS = list(csv.DictReader(LINES, delimiter="\t", quoting=csv.QUOTE_NONE))
SURELY_OURS = [("ask_causes", 0.94), ("ask_other_health", 0.02), ("ask_off_topic", 0.02), ("greet", 0.02)]


def judged(nlp, text: str, ranking=SURELY_OURS, foreign: int = 0) -> Verdict:
    return judge(ranking, nlp(text)._.signals, len(text.split()), foreign)


def kind(verdict: Verdict) -> str:
    return (
        verdict.intent.removeprefix("ask_")
        if verdict.intent in OUTSIDE
        else "ours"
        if verdict.intent in CLAIMS
        else verdict.intent
    )


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["text"])
def test_a_message_is_ours_or_not_whatever_the_classifier_says(nlp, row):
    found = kind(judged(nlp, row["text"], foreign=int(row["foreign"])))
    if row["verdict"] == "outside":
        assert found in ("other_health", "off_topic")
    else:
        assert found == row["verdict"]


@pytest.mark.parametrize("text", [row["text"] for row in ROWS if row["verdict"] not in ("ours", "outside")])
@pytest.mark.parametrize("intent", ["ask_relief", "tell_situation", "ask_treatment", "ask_condition"])
def test_what_is_foreign_is_stopped_for_every_claim(nlp, text, intent):
    assert judged(nlp, text, [(intent, 0.99), ("ask_off_topic", 0.01)]).intent in OUTSIDE


@pytest.mark.parametrize("outside", OUTSIDE)
@pytest.mark.parametrize("text", ["why do my legs cramp at night", "calf cramps in bed", "what are restless legs"])
def test_a_message_that_names_our_subject_is_ours_though_the_classifier_doubts_it(nlp, text, outside):
    verdict = judged(nlp, text, [(outside, 0.55), ("ask_causes", 0.4), ("greet", 0.05)])
    assert verdict.intent in CLAIMS


@pytest.mark.parametrize(
    ("text", "foreign", "outside", "ours"),
    [
        ("what helps?", 1, 0.01, True),
        ("what helps?", 1, 0.3, False),
        ("what helps the economy?", 2, 0.01, False),
        ("what helps my stomach?", 1, 0.01, False),
    ],
)
def test_one_foreign_word_is_let_through_where_the_classifier_has_no_doubt(nlp, text, foreign, outside, ours):
    verdict = judged(nlp, text, [("ask_relief", 1 - outside), ("ask_other_health", outside)], foreign)
    assert (verdict.intent == "ask_relief") is ours


@pytest.mark.parametrize("text", ["legs", "my legs", "the calf?"])
def test_a_leg_and_no_more_is_asked_about(nlp, text):
    assert judged(nlp, text, [("ask_off_topic", 0.8), ("ask_muscles", 0.2)]).intent == "unclear_trouble"


@pytest.mark.parametrize("text", ["chicken legs", "table leg", "legs of lamb", "my dog's leg", "leg day", "broken leg"])
def test_a_leg_of_another_kind_is_not(nlp, text):
    assert judged(nlp, text, [("ask_off_topic", 0.8), ("ask_muscles", 0.2)], foreign=1).intent in OUTSIDE


@pytest.mark.parametrize("intent", ["greet", "thank", "affirm", "ask_more", "forget_me", "express_feeling"])
@pytest.mark.parametrize("text", ["hello", "my dog says thanks", "yes"])
def test_what_claims_nothing_passes_as_it_is(nlp, text, intent):
    assert judged(nlp, text, [(intent, 0.8), ("ask_causes", 0.2)]) == Verdict(intent, 0.8, "classifier")


@pytest.mark.parametrize(
    ("text", "intent", "expected"),
    [
        ("is anemia linked", "ask_condition", True),
        ("and diabetes?", "ask_condition", True),
        ("what is cirrhosis", "ask_condition_details", True),
        ("could hypo do it", "ask_condition", True),
        ("is it my statin", "ask_medicines", True),
    ],
)
def test_a_listed_condition_is_ours_without_a_cramp(nlp, text, intent, expected):
    verdict = judged(nlp, text, [(intent, 0.8), ("ask_other_health", 0.2)])
    assert (verdict.intent in CLAIMS) is expected


def test_a_remedy_is_no_suspect_and_a_suspect_no_remedy(nlp):
    remedy = judged(nlp, "does magnesium help leg cramps", [("ask_condition", 0.6), ("ask_treatment", 0.4)])
    suspect = judged(nlp, "can lipitor cause leg cramps", [("ask_condition", 0.6), ("ask_treatment", 0.4)])
    assert remedy.intent == "ask_treatment"
    assert suspect.intent == "ask_condition"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("they put me on tizanidine for the cramps, is that normal", "ask_treatment"),
        ("was given naproxen for them", "ask_treatment"),
        ("the doctor gave me naproxen for leg cramps", "ask_treatment"),
        ("my cholesterol was up so they put me on a statin for it, do i get cramps from that", "ask_medicines"),
        ("i take flexeril for my back, does it cause cramps", "ask_medicines"),
    ],
)
def test_what_is_given_for_cramps_is_a_remedy(nlp, text, intent):
    assert judged(nlp, text, [("ask_medicines", 0.9), ("ask_other_health", 0.1)]).intent == intent


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("if i overdo it will i get one", "ask_condition"),
        ("if i overdo it will they still stay away", "ask_prevention"),
        ("if i drink less wine will i get fewer cramps", "ask_prevention"),
    ],
)
def test_what_would_bring_one_on_is_a_suspect(nlp, text, intent):
    assert judged(nlp, text, [("ask_prevention", 0.95), ("ask_other_health", 0.05)]).intent == intent


def test_pain_in_the_leg_at_night_that_may_be_no_cramp_is_asked_about(nlp):
    assert judged(nlp, "my leg aches at night and keeps me from sleeping").intent == "unclear_trouble"


@pytest.mark.parametrize("intent", ["ask_causes", "ask_treatment", "ask_diagnosis", "ask_condition"])
def test_what_is_asked_of_restless_legs_alone_is_not_answered_with_what_is_said_of_cramps(nlp, intent):
    verdict = judged(nlp, "what about restless legs syndrome", [(intent, 0.9), ("ask_restless_legs", 0.1)])
    assert verdict.intent == "ask_restless_legs_other"


@pytest.mark.parametrize("words", [1, 9, 40])
@pytest.mark.parametrize("foreign", [0, 5])
def test_every_verdict_has_a_confidence_and_a_reason(words, foreign):
    for intent in sorted(CLAIMS | set(OUTSIDE) | {"greet"}):
        for signals in (
            frozenset(),
            frozenset({"cramp", "leg"}),
            frozenset({"other_body"}),
            frozenset({"pronoun"}),
            frozenset({"listed"}),
        ):
            verdict = judge([(intent, 0.7), ("ask_other_health", 0.2), ("ask_causes", 0.1)], signals, words, foreign)
            assert 0 <= verdict.confidence <= 1
            assert verdict.reason
            assert verdict.intent


@pytest.mark.parametrize(
    ("signals", "ours"),
    [
        ({"cramp"}, True),
        ({"cramp", "leg"}, True),
        ({"cramp", "leg", "other_body"}, True),
        ({"restless_legs"}, True),
        ({"leg"}, False),
        ({"night"}, False),
        ({"cramp", "other_body"}, False),
        ({"cramp", "other_cramp"}, False),
        ({"cramp", "leg", "other_creature"}, False),
        ({"cramp", "leg", "other_creature", "first_person_leg"}, True),
        ({"cramp", "leg", "other_language"}, False),
        (set(), False),
    ],
)
def test_our_subject_is_a_cramp_that_may_be_of_the_leg_or_restless_legs(signals, ours):
    assert is_about_us(frozenset(signals)) is ours


@pytest.mark.parametrize("signals", [{"other_language"}, {"other_creature"}, {"other_cramp"}, {"other_body", "cramp"}])
def test_what_makes_a_message_foreign_is_named(signals):
    assert what_is_foreign(frozenset(signals))


# --- the signals that it looks at


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        (
            "my calf cramps at night",
            {"cramp", "leg", "night", "first_person", "first_person_leg"},
            {"other_body", "question"},
        ),
        ("charley horse", {"cramp"}, {"other_creature"}),
        ("my horse", {"other_creature"}, {"cramp", "leg"}),
        ("pulling my leg", set(), {"leg", "cramp"}),
        ("on the other hand", set(), {"other_body"}),
        ("what is it?", {"pronoun", "what_is", "question"}, {"cramp"}),
        ("is there a link?", {"bare", "question"}, {"listed"}),
        ("can xyzzyitis cause it?", {"pronoun"}, {"bare", "listed"}),
        ("anemia", {"listed"}, {"bare", "unlisted"}),
        ("magnesium", {"unlisted"}, {"listed"}),
        ("hypo", {"ambiguous"}, {"listed"}),
        ("lipitor", {"listed", "medicine"}, {"unlisted"}),
        ("no diabetes", {"negated"}, {"listed"}),
        ("my mum gets cramps", {"other_person", "cramp"}, set()),
        ("this was useless", {"negative"}, {"question"}),
        ("👎", {"negative"}, {"question"}),
        ("this helped", set(), {"negative"}),
        ("?!... 👍", {"no_words"}, set()),
        ("42", set(), {"no_words"}),
        ("pourquoi ai-je des crampes à la nuit", {"other_language"}, set()),
        ("почему", {"other_language"}, set()),
        ("why do i get cramps", set(), {"other_language"}),
        ("ok merci", set(), {"other_language"}),
        ("cramp cramp cramp cramp cramp", set(), {"other_language"}),
    ],
)
def test_a_signal_is_seen_where_it_is_and_only_there(nlp, text, there, not_there):
    signals = nlp(text)._.signals
    assert there <= signals
    assert not not_there & signals


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("delete everything I said", "forget_me"),
        ("forget me", "forget_me"),
        ("erase", "forget_me"),
        ("gdpr erasure request please", "forget_me"),
        ("DELETE FROM people WHERE id = 3", "ask_off_topic"),
        ("drop table users; --", "ask_off_topic"),
    ],
)
def test_only_what_may_be_the_persons_own_is_deleted(nlp, text, intent):
    assert judged(nlp, text, [("forget_me", 0.9), ("ask_off_topic", 0.1)]).intent == intent


@pytest.mark.parametrize(
    ("text", "cramp"),
    [
        ("my feet burn in bed, no cramp or anything", False),
        ("my calf aches at night, it's not a cramp", False),
        ("legs tingle at night without cramps", False),
        ("my calf cramps and aches at night", True),
        ("no cramp tonight but my calf aches from yesterday's cramp", True),
        ("no cramps in the day, why only at night", True),
    ],
)
def test_a_cramp_that_is_denied_beside_another_complaint_makes_it_not_ours(nlp, text, cramp):
    assert ("cramp" in nlp(text)._.signals) is cramp
