"""What a message names is found, misspelt or not, negated or not, of whoever it is; and nothing that only looks so.

That every alias of the vocabulary is found is tested in tests/data/test_vocabulary.py.
"""

import csv
import time
from pathlib import Path

import pytest

TABLES = Path(__file__).with_name("mentions")


def table(name: str, *columns: str) -> list:
    """The rows of a table in ``mentions/``, as test parameters with the text as their name."""
    lines = [line for line in (TABLES / f"{name}.tsv").read_text("utf-8").splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return [pytest.param(row["text"], *(set((row[c] or "").split()) for c in columns), id=row["text"]) for row in rows]


@pytest.fixture(scope="module")
def mentions(nlp):
    """A text's mentions."""
    return lambda text: nlp(text)._.mentions


@pytest.fixture(scope="module")
def named(mentions):
    """The ids that a text names, negated ones left out."""
    return lambda text: {mention.id for mention in mentions(text) if not mention.negated}


# --- tables


@pytest.mark.parametrize(("text", "meant"), table("misspelt", "named"))
def test_a_misspelt_word_is_found(mentions, text, meant):
    assert {m.id for m in mentions(text) if m.kind == "condition"} == meant


@pytest.mark.parametrize(("text", "meant"), table("abbreviations", "named"))
def test_an_abbreviation_is_read_in_context(mentions, text, meant):
    assert {m.id for m in mentions(text) if m.kind == "condition"} == meant


@pytest.mark.parametrize(("text", "meant", "denied"), table("negation", "named", "negated"))
def test_a_negated_mention_is_told_from_one_that_is_not(mentions, text, meant, denied):
    found = mentions(text)
    assert {m.id for m in found if not m.negated} == meant
    assert {m.id for m in found if m.negated} == denied


@pytest.mark.parametrize(("text", "meant"), table("ages", "age"))
def test_an_age_of_fifty_or_more_is_a_mention_of_rising_age(mentions, text, meant):
    assert {m.id for m in mentions(text) if m.id == "age"} == meant


@pytest.mark.parametrize(("text", "own", "others"), table("people", "self", "other"))
def test_whose_it_is_is_the_one_who_has_the_cramps(mentions, text, own, others):
    found = [m for m in mentions(text) if m.kind == "condition"]
    assert {m.id for m in found if m.person == "self"} == own
    assert {m.id for m in found if m.person == "other"} == others


# --- several in one sentence


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("anemia, dialysis and pregnancy", {"anemia", "dialysis", "pregnancy"}),
        (
            "I'm 68, on water tablets and have PAD",
            {"age", "medicines_that_increase_urine_output", "peripheral_artery_disease"},
        ),
        ("type 2 diabetes and high bp", {"type_2_diabetes", "high_blood_pressure"}),
        ("iron deficiency anaemia", {"anemia"}),
        ("iron deficiency", {"iron_deficiency"}),
        ("is it magnesium or anemia", {"magnesium", "anemia"}),
        ("blood pressure tablets", {"medicines_for_high_blood_pressure"}),
        ("high blood pressure", {"high_blood_pressure"}),
        ("my kidneys failed", {"kidney_failure"}),
        ("diabetic nerve damage", {"diabetic_nerve_damage"}),
        ("I have type 1 diabetes, is it the diabetes?", {"type_1_diabetes"}),
        ("what are night leg cramps", set()),
        ("", set()),
        ("👍 !!! ???", set()),
    ],
)
def test_the_longest_way_of_saying_it_counts(named, text, meant):
    assert named(text) == meant


def test_a_medicine_is_handed_on_by_its_name(mentions):
    (mention,) = mentions("can Lipitor do this?")
    assert (mention.id, mention.medicine) == ("medicines_for_high_cholesterol", "lipitor")


def test_a_medicine_of_two_classes_is_a_mention_of_both(mentions):
    found = mentions("I take Hyzaar")
    assert {m.id for m in found} == {"medicines_for_high_blood_pressure", "medicines_that_increase_urine_output"}
    assert {m.medicine for m in found} == {"hyzaar"}


def test_a_lay_term_is_handed_on_as_such(mentions):
    assert {m.family for m in mentions("kidney trouble")} == {"kidney_trouble"}
    assert {m.kind for m in mentions("hypo")} == {"ambiguous"}


def test_a_mention_says_where_it_stands(mentions):
    text = "So, could my ANEMIA or furosimide be it?"
    assert [text[m.start : m.end] for m in mentions(text)] == ["ANEMIA", "furosimide"]


def test_a_mention_becomes_an_entity_of_rasa(mentions):
    text = "no anemia"
    (mention,) = mentions(text)
    assert mention.as_entity(text) == {
        "entity": "condition",
        "value": "anemia",
        "confidence_entity": 1.0,
        "start": 3,
        "end": 9,
        "negated": True,
        "family": None,
        "medicine": None,
        "person": "self",
    }


# --- the whole


def test_two_thousand_characters_are_read_in_a_blink(nlp):
    text = ("i am 68 and on watr tablets, no diabetis, my calf cramps at nihgt " * 40)[:2000]
    nlp(text)
    started = time.process_time()
    nlp(text)
    assert time.process_time() - started < 0.5


def test_the_pipeline_is_the_same_after_a_trip_to_the_disk(nlp, tmp_path):
    import spacy

    nlp.to_disk(tmp_path / "pipeline")
    again = spacy.load(tmp_path / "pipeline")
    text = "I'm 68, on water tabletts, no diabetes. could PAD cause my crmaps?"
    before, after = nlp(text), again(text)
    assert after._.mentions == before._.mentions
    assert after._.signals == before._.signals
    assert after._.corrected == before._.corrected


# --- said with words that only fill


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("my blood pressure's always a bit high", {"high_blood_pressure"}),
        ("the arteries in both my legs are really blocked", {"peripheral_artery_disease"}),
        ("my thyroid's sluggish", {"hypothyroidism"}),
        ("CKD3b and calf cramps", {"chronic_kidney_disease"}),
        ("type 1 since age 6", {"type_1_diabetes"}),
        ("I don't just drink water", set()),
        ("dead on my feet after work", set()),
        ("I came off the statins last year", set()),
        ("I haven't stopped taking the statins", {"medicines_for_high_cholesterol"}),
        ("should I come off the statins", {"medicines_for_high_cholesterol"}),
    ],
)
def test_what_only_fills_makes_no_difference(named, text, meant):
    assert named(text) == meant
