"""The training examples: enough of them, each in one intent, and none taken from what the assistant is measured with."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from legcramps.answers import INTENTS
from legcramps.knowledge import default

from .conftest import WITHOUT_EXAMPLES, Example, near_pairs, normalised

REPO = Path(__file__).resolve().parents[2]
MEASURING_SETS = [REPO / "tests" / "model" / name for name in ("held_out.tsv", "development.tsv")]
FEWEST = 40


@pytest.mark.parametrize("intent", sorted(set(INTENTS) - WITHOUT_EXAMPLES))
def test_an_intent_has_at_least_forty_examples(examples, intent):
    assert len({normalised(e.text) for e in examples if e.intent == intent}) >= FEWEST


def test_no_intent_has_examples_that_nothing_answers(examples):
    assert {e.intent for e in examples} <= set(INTENTS) - WITHOUT_EXAMPLES


def test_no_example_stands_in_two_intents(examples):
    intents = defaultdict(set)
    for example in examples:
        intents[normalised(example.text) or example.text].add(example.intent)
    assert {text: found for text, found in intents.items() if len(found) > 1} == {}


def test_no_example_stands_twice(examples):
    counts = Counter((e.intent, e.text) for e in examples)
    assert [key for key, count in counts.items() if count > 1] == []


def test_examples_are_plain_text(examples):
    """Conditions are found by the extractor: no entity marks, no slash commands, no control characters."""
    marked = [
        e for e in examples if "](" in e.text or "]{" in e.text or e.text.startswith("/") or not e.text.isprintable()
    ]
    assert not marked


def test_examples_can_be_sent(examples):
    assert not [e.text[:60] for e in examples if not 0 < len(e.text) <= 2000]


@pytest.mark.parametrize("intent", sorted(set(INTENTS) - WITHOUT_EXAMPLES))
def test_the_examples_of_an_intent_differ_in_how_they_begin(examples, intent):
    """No template with the noun swapped: one opening of four words is at most a sixth of them."""
    texts = [normalised(e.text).split() for e in examples if e.intent == intent]
    openings = Counter(tuple(words[:4]) for words in texts if len(words) > 4)
    opening, count = openings.most_common(1)[0] if openings else ((), 0)
    assert count <= max(3, len(texts) / 6), " ".join(opening)


@pytest.mark.parametrize("skill", sorted(file.stem for file in (REPO / "data" / "nlu").glob("*.yml")))
def test_each_intent_has_a_comment_that_says_what_belongs(skill):
    lines = (REPO / "data" / "nlu" / f"{skill}.yml").read_text("utf-8").splitlines()
    heads = [number for number, line in enumerate(lines) if line.lstrip().startswith("- intent:")]
    assert heads
    assert not [lines[number].strip() for number in heads if not lines[number - 1].lstrip().startswith("#")]


@pytest.mark.parametrize("condition", sorted(default().conditions))
def test_every_condition_is_asked_for_in_the_examples(condition, asked_for):
    assert asked_for[condition], "name it in an example of data/nlu/conditions.yml, medicines.yml or situation.yml"


@pytest.fixture(scope="module")
def asked_for(examples, nlp) -> dict[str, list[Example]]:
    """Condition → the examples about conditions that name it."""
    about = [e for e in examples if e.skill in ("conditions", "medicines", "situation", "causes")]
    found = defaultdict(list)
    for example, doc in zip(about, nlp.pipe(e.text for e in about), strict=True):
        for mention in doc._.mentions:
            if not mention.negated:
                found[mention.id].append(example)
    return found


# --- kept apart from what is measured


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("why do i get leg cramps", "why do i get leg cramps", True),
        ("why do i get leg cramps at night", "why do i get leg cramp at night", True),
        ("why do i get leg cramps", "what is restless legs syndrome", False),
        ("is it dangerous", "is it anemia", False),
        ("", "why", False),
    ],
)
def test_texts_that_hardly_differ_are_found(left, right, near):
    assert bool(near_pairs([left], [right])) is near


@pytest.mark.parametrize("path", MEASURING_SETS, ids=lambda path: path.stem)
def test_no_example_copies_a_row_that_measures(path, examples):
    with path.open(encoding="utf-8", newline="") as file:
        rows = [normalised(row["text"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    # A word or two is what anybody says: "hi", "thank you", "any cure".
    apart = {text for text in rows if len(text.split()) > 3}
    texts = sorted({normalised(e.text) for e in examples if len(e.text.split()) > 3})
    assert len(apart) > 400
    assert near_pairs(sorted(apart), texts) == []
