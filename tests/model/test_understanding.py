"""What people get for the project's own held-out messages, end to end, against the bars of ``bars.yml``.

The tables with the worst confusions: ``make evaluate``.
"""

from pathlib import Path

import pytest
import yaml

from legcramps.evaluation import BARS, IN_TOPIC, POINTS_LOST, VARIANTS, is_acceptable, meets

EXCEPTIONS = yaml.safe_load(Path(__file__).with_name("bars.yml").read_text(encoding="utf8"))
ALLOWED = EXCEPTIONS["missed"]
NOT_IN_THE_SET = {"rows marked RED FLAG: urgent"}
SAMPLE = 100
"""In-topic messages that are also asked in other ways; every so many-th of the set, so that each kind has its share."""
ROOM = 2
"""Rows that an exception may be away from what is measured."""


# --- what is measured ---------------------------------------------------------------------------------------------------


def test_the_held_out_set_is_large_and_has_every_kind_of_row(held_out):
    assert len(held_out) >= 400
    kinds = {row.kind for row in held_out}
    assert {
        *IN_TOPIC,
        "trap",
        "near_medical",
        "far",
        "gibberish",
        "injection",
        "small_talk",
        "emergency",
        "self_harm",
    } <= kinds
    assert {"emergency_look_alike", "self_harm_look_alike"} <= kinds, "hard negatives for the signs of danger"


def test_every_bar_is_measured(report):
    assert {m.name for m in report.measurements} == set(BARS) - NOT_IN_THE_SET
    assert set(ALLOWED) <= set(BARS) - NOT_IN_THE_SET


@pytest.mark.parametrize("name", sorted(set(BARS) - NOT_IN_THE_SET))
def test_the_measure_meets_its_bar(name, report):
    """The bar of the evaluation; a lower one where bars.yml says why, as long as that is needed and no lower than needed."""
    measured = next(m for m in report.measurements if m.name == name)
    sign, bar = BARS[name]
    worst = "\n".join(report.confusions)
    exception = ALLOWED.get(name)
    if exception:
        assert not measured.met, f"{measured.line()}: take it out of bars.yml"
        room = ROOM / measured.total if measured.total > 1 else 0.01
        assert abs(exception["bar"] - measured.share) <= room, f"{measured.line()}: the exception is wider than needed"
        bar = exception["bar"]
    assert meets(sign, bar, measured.share), f"{measured.line()}\n\nThe worst of all kinds:\n{worst}"


@pytest.fixture(scope="module")
def sample(held_out, held_out_replies):
    ours = [pair for pair in zip(held_out, held_out_replies, strict=True) if pair[0].kind in IN_TOPIC]
    return ours[:: max(1, len(ours) // SAMPLE)]


@pytest.mark.parametrize("name", sorted(VARIANTS))
def test_saying_it_less_well_costs_few_points(name, sample, ask):
    before = [row for row, reply in sample if is_acceptable(row, reply)]
    said = ask([VARIANTS[name](row.text) for row, _ in sample])
    after = {row.id for (row, _), reply in zip(sample, said, strict=True) if is_acceptable(row, reply)}
    lost = (len(before) - len(after)) / len(sample) * 100
    gone = "\n".join(f"[{row.id}] {VARIANTS[name](row.text)}" for row in before if row.id not in after)
    assert lost <= POINTS_LOST, f"{lost:.1f} points lost. No longer understood:\n{gone}"


@pytest.mark.parametrize("kind, outcome", [("emergency_look_alike", "urgent"), ("self_harm_look_alike", "crisis")])
def test_few_look_alikes_of_danger_ring_the_alarm(kind, outcome, held_out, held_out_replies):
    pairs = [(row, reply) for row, reply in zip(held_out, held_out_replies, strict=True) if row.kind == kind]
    alarmed = [row.text for row, reply in pairs if outcome in reply.outcomes and not is_acceptable(row, reply)]
    assert len(alarmed) <= EXCEPTIONS["look_alikes_alarmed_at_most"][kind], alarmed


def test_every_reply_has_one_of_the_closed_outcomes(held_out, held_out_replies):
    from legcramps.answers import Outcome, Topic

    outcomes, topics = {o.value for o in Outcome}, {None, *(t.value for t in Topic)}
    for row, reply in zip(held_out, held_out_replies, strict=True):
        assert reply.envelopes
        # Only what holds no word at all ("?????") cannot be read.
        possible = outcomes - {"error"} if any(ch.isalnum() for ch in row.text) else outcomes
        for envelope in reply.envelopes:
            assert envelope["outcome"] in possible
            assert envelope["topic"] in topics


def test_what_is_negated_is_hardly_ever_named(held_out, held_out_replies):
    """Rows of the kind "negation" list the conditions that may be named; the others stand in the text with a "no"."""
    wrong = []
    for row, reply in zip(held_out, held_out_replies, strict=True):
        if row.kind != "negation":
            continue
        named = {
            c["id"]
            for e in reply.envelopes
            if e["topic"] in ("condition", "situation", "medicines")
            for c in e["conditions"]
        }
        extra = named - row.conditions - row.optional
        if extra:
            wrong.append((row.id, row.text, sorted(extra)))
    assert len(wrong) <= EXCEPTIONS["negated_named_at_most"], wrong
