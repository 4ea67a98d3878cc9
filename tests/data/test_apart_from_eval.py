"""The questions of real people beside the project are for measuring alone: none stands in the training data or the tests."""

import csv
from itertools import chain

import pytest
from ruamel.yaml import YAML

from legcramps.knowledge import default

from .conftest import REPO, near_pairs, normalised

EVAL = REPO.parent / "shared" / "eval"
FEWEST_WORDS = 3  # "hello" and "thank you" are what anybody says

pytestmark = pytest.mark.skipif(not EVAL.is_dir(), reason=f"{EVAL.name} is not beside the project")


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def strings(value):
    """Every string in what a YAML file holds."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(strings, value.values()))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(strings, value))


def long_enough(texts):
    return {text for text in map(normalised, texts) if len(text.split()) >= FEWEST_WORDS}


@pytest.fixture(scope="module")
def measured():
    """The questions, without those that are no more than a name of the source."""
    names = {
        normalised(name) for condition in default().conditions.values() for name in (condition.name, *condition.aka)
    }
    return long_enough(row["text"] for path in EVAL.glob("*.tsv") for row in rows(path)) - names


@pytest.fixture(scope="module")
def ours(examples):
    """Place → the texts of the training data and the tests that somebody might say."""
    places = {"data/nlu": [example.text for example in examples]}
    for path in (REPO / "tests").rglob("*.tsv"):
        places[path.name] = [cell for row in rows(path) for cell in row.values() if isinstance(cell, str)]
    for folder in ("tests/conversations", "tests/stories", "data/stories"):
        places[folder] = list(
            chain.from_iterable(
                strings(YAML(typ="safe", pure=True).load(path.read_text("utf-8")))
                for path in (REPO / folder).rglob("*.yml")
            )
        )
    return {place: long_enough(texts) for place, texts in places.items()}


def test_the_sets_are_read(measured, ours):
    assert len(measured) > 500
    assert len(ours["data/nlu"]) > 5000
    assert all(ours.values()), [place for place, texts in ours.items() if not texts]


def test_no_question_is_copied(measured, ours):
    assert {place: texts & measured for place, texts in ours.items() if texts & measured} == {}


def test_no_question_is_hardly_changed(measured, ours):
    """Of texts of more than three words, none shares four fifths of its trigrams with a question."""
    apart = sorted(text for text in measured if len(text.split()) > 3)
    copies = {place: near_pairs(apart, sorted(texts)) for place, texts in ours.items()}
    assert {place: pairs for place, pairs in copies.items() if pairs} == {}
