"""What speech recognisers write for our words is read as meant, only where that is safe."""

import pytest

from legcramps import knowledge
from legcramps.knowledge import Misheard
from legcramps.nlu.misheard import AsMeant
from legcramps.nlu.safety_guard import SafetyGuard
from legcramps.nlu.spelling import english_words


@pytest.fixture(scope="module")
def as_meant():
    return AsMeant(knowledge.default().vocabulary.misheard_aloud)


@pytest.mark.parametrize(
    "heard, meant",
    [
        ("Can coffee give me light crap", "Can coffee give me leg cramp"),
        ("How common are like cramps at night?", "How common are leg cramps at night?"),
        ("what does a nightlight cramp mean", "what does a night leg cramp mean"),
        ("Night-like cramps", "night leg cramps"),
        ("can this lead tonight leg cramps", "can this lead to night leg cramps"),
        ("I have a cap cramp", "I have a calf cramp"),
        ("a cramp in my lead", "a cramp in my leg"),
        ("do night crabs stop", "do night cramps stop"),
        ("explain Restless Like Syndrome", "explain restless legs Syndrome"),
        ("can stand ins do this", "can statins do this"),
        ("is the roses of the liver linked", "is cirrhosis of the liver linked"),
        ("can nerf damage do it", "can nerve damage do it"),
    ],
)
def test_what_was_misheard_is_read_as_meant(as_meant, heard, meant):
    assert as_meant(heard) == meant


@pytest.mark.parametrize(
    "text",
    [
        "it feels like cramps",
        "is it more like cramps or like restless legs",
        "something like a cramp",
        "I turn on the light at night",
        "can I stand in the shower",
        "I was standing all day",
        "half an hour later my calf hurts",
        "the night light in my bedroom",
        "take the lead",
        "she has a cough",
        "my cap is hot and swollen",
        "does cramping lead to pain",
        "",
    ],
)
def test_what_people_do_say_stays(as_meant, text):
    assert as_meant(text) == text


def test_reading_twice_changes_nothing(as_meant):
    rules = knowledge.default().vocabulary.misheard_aloud
    for rule in rules:
        once = as_meant(f"{(rule.after or [''])[0]} {rule.heard[0]} {(rule.before or [''])[0]}")
        assert as_meant(once) == once


def test_every_rule_does_something(as_meant):
    for rule in knowledge.default().vocabulary.misheard_aloud:
        alone = AsMeant([rule])
        for heard in rule.heard:
            text = f"{(rule.after or ['x'])[0]} {heard} {(rule.before or ['x'])[0]}"
            assert rule.meant in alone(text), text


def test_no_rule_brings_in_a_word_of_danger():
    known = knowledge.default()
    guard = SafetyGuard.from_mapping(known.safety, english_words())
    innocent = {"night", "to", "leg", "legs", "cramp", "cramps", "calf", "restless", "charley", "horse"}
    innocent |= {"statin", "statins", "nerve", "thyroid", "cirrhosis", "anemia", "dialysis", "quinine"}
    for rule in known.vocabulary.misheard_aloud:
        assert set(rule.meant.split()) <= innocent, "look at tests/unit/safety before you let this in"
        assert guard.check(rule.meant) is None


def test_rules_are_words_not_patterns():
    rule = Misheard(heard=["c.p (x"], meant=r"calf\1", before=["muscle?"])
    assert AsMeant([rule])("my c.p (x muscle?") == r"my calf\1 muscle?"
    assert AsMeant([rule])("my cap x muscle") == "my cap x muscle"
