"""The table: one row for each way of understanding, in markdown and JSON. Pure functions."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from legcramps.evaluation import IN_TOPIC, Reply, Row, is_acceptable, measure

OUTCOMES = {
    "in-topic questions: acceptable outcome and topic": "in topic: acceptable",
    "traps: no claim from the source": "traps refused",
    "near-medical rows answered as if ours": "near-medical wrongly answered",
    "far, gibberish, injection, abuse rows answered as if ours": "far wrongly answered",
    "small talk answered as small talk, not refused": "small talk met",
}
"""Measures of :mod:`legcramps.evaluation`, and their heads in the table."""

NEAR = ("near_medical", "near_medical_oos")


@dataclass
class Result:
    """One row. ``shares``: set's title → head → share in 0..1. ``None`` where something was not measured."""

    name: str
    shares: dict[str, dict[str, float]] = field(default_factory=dict)
    training_seconds: float | None = None
    megabytes: float | None = None
    milliseconds: float | None = None
    note: str = ""


def outcome_shares(rows: Sequence[Row], replies: Sequence[Reply]) -> dict[str, float]:
    """The measures of the table that a set can give. KeyError when the evaluation names none of them as it did."""
    found = {m.name: m.share for m in measure(rows, replies).measurements}
    shares = {head: found[name] for name, head in OUTCOMES.items() if name in found}
    if not shares:
        raise KeyError(f"legcramps.evaluation measures none of {list(OUTCOMES)}; it has {sorted(found)}.")
    return shares


def median(milliseconds: Sequence[float]) -> float:
    return float(statistics.median(milliseconds))


def time_ratio(rounds: Sequence[tuple[float, float]]) -> str:
    """One sentence on the milliseconds of a message, stock's and ours, of rounds read in turn."""
    ratios = sorted(ours / stock for stock, ours in rounds)
    stock, ours = (median(column) for column in zip(*rounds, strict=True))
    return (
        f"A message in Rasa, both models read in turn, median of {len(rounds)} rounds: stock DIET {stock:.1f} ms, ours {ours:.1f} ms; "
        f"ours takes {median(ratios):.2f} of it ({ratios[0]:.2f} to {ratios[-1]:.2f}; bar: 0.5)."
    )


def as_quiet_as(
    rows: Sequence[Row], replies: Sequence[Reply], asked_back: Sequence[Reply], bar: float
) -> tuple[float, float, float] | None:
    """How far asking back when unsure can stand in for the guard.

    Finds the lowest threshold at which no more than ``bar`` of the near-medical rows are wrongly answered, when every reply
    of a lower confidence is replaced by the one of ``asked_back``; gives it with the share of near-medical rows wrongly
    answered and that of in-topic questions acceptably answered. None when the set has no such rows.
    """
    near = [i for i, row in enumerate(rows) if row.kind in NEAR]
    ours = [i for i, row in enumerate(rows) if row.kind in IN_TOPIC]
    if not near or not ours:
        return None

    def at(threshold: float) -> list[Reply]:
        return [
            back if reply.confidence < threshold else reply for reply, back in zip(replies, asked_back, strict=True)
        ]

    for step in range(101):
        chosen = at(step / 100)
        wrong = sum(chosen[i].claims and not is_acceptable(rows[i], chosen[i]) for i in near) / len(near)
        if wrong <= bar or step == 100:
            right = sum(is_acceptable(rows[i], chosen[i]) for i in ours) / len(ours)
            return step / 100, wrong, right
    return None


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def markdown(results: Sequence[Result], sets: Mapping[str, int], notes: Sequence[str]) -> str:
    """``sets``: title → number of rows."""
    lines = ["# Ways of understanding, compared", ""]
    for title, size in sets.items():
        heads = [h for h in OUTCOMES.values() if any(h in r.shares.get(title, {}) for r in results)]
        lines += [f"## {title} ({size} messages)", "", f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
        for result in results:
            shares = result.shares.get(title, {})
            lines.append(f"| {result.name} | {' | '.join(_percent(shares.get(head)) for head in heads)} |")
        lines.append("")
    lines += [
        "## What each costs",
        "",
        "| | training, s | model, MB | a message, ms (median) |",
        "|---|---|---|---|",
    ]
    for r in results:
        times = f"{_number(r.training_seconds, 0)} | {_number(r.megabytes, 1)} | {_number(r.milliseconds, 1)}"
        lines.append(f"| {r.name} | {times} |")
    lines += ["", *(f"- {r.name}: {r.note}" for r in results if r.note), *(f"- {note}" for note in notes)]
    return "\n".join(lines) + "\n"


def as_json(results: Sequence[Result], sets: Mapping[str, int], notes: Sequence[str]) -> dict[str, Any]:
    return {"sets": dict(sets), "results": [asdict(r) for r in results], "notes": list(notes)}
