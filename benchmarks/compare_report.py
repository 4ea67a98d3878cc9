"""What the comparison measures, the bars, and the table: pure functions from figures to words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median
from typing import Any

OURS, STOCK = "ours", "stock"


class Verdict(str, Enum):
    """How a measure came out against its bar."""

    PASS = "pass"
    FAIL = "FAIL"
    NO_BAR = ""
    NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Bar:
    """The most that a figure of ours may be: in the measure's own unit, or as a share of the stock assistant's."""

    at_most: float
    words: str
    of_stock: bool = False


@dataclass(frozen=True)
class Measure:
    """One thing that is measured. ``unit`` is what the figures are in: ``MB`` (a million bytes), ``s`` or ``ms``."""

    key: str
    title: str
    unit: str
    bar: Bar | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table. The figures are medians; ``None`` where nothing was measured."""

    measure: Measure
    ours: float | None
    stock: float | None
    ratio: float | None
    verdict: Verdict
    ours_values: tuple[float, ...] = ()
    stock_values: tuple[float, ...] = ()


THIRD = Bar(1 / 3, "≤ 1/3", of_stock=True)

MEASURES = (
    Measure("environment", "environment on disk", "MB", Bar(1 / 2.5, "≤ 1/2.5", of_stock=True)),
    Measure("cold_start", "cold start: process start to first answer", "s", THIRD),
    Measure("cold_start_processor", "… its processor time", "s"),
    Measure("memory", "resident memory after the turns", "MB", THIRD),
    Measure("turn_p50", "a turn over HTTP, p50", "ms", THIRD),
    Measure("turn_p95", "a turn over HTTP, p95", "ms"),
    Measure("turn_processor", "a turn, processor time", "ms"),
    Measure("training", "training", "s", Bar(60, "≤ 60 s")),
    Measure("training_processor", "… its processor time", "s"),
    Measure("set_up", "set-up of a fresh clone, to first answer", "s", Bar(240, "≤ 4 min")),
)

Figures = Mapping[str, Mapping[str, Sequence[float]]]
"""Measure's key -> ``ours`` or ``stock`` -> the figure of each repetition."""


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` (0 to 1) of the values do not exceed; one of the values (nearest rank).

    Raises:
        ValueError: there are no values, or the share is not between 0 and 1.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("percentile() needs at least one value and a share between 0 and 1.")
    # Rounded first: 0.95 * 300 is a hair above 285 in binary.
    return sorted(values)[max(math.ceil(round(share * len(values), 9)), 1) - 1]


def judge(bar: Bar | None, ours: float | None, stock: float | None) -> Verdict:
    """Whether a figure of ours meets its bar. A bar that needs a stock figure which is not there is not measured."""
    if ours is None:
        return Verdict.NOT_MEASURED
    if bar is None:
        return Verdict.NO_BAR
    if not bar.of_stock:
        return Verdict.PASS if ours <= bar.at_most else Verdict.FAIL
    if stock is None:
        return Verdict.NOT_MEASURED
    return Verdict.PASS if ours <= bar.at_most * stock else Verdict.FAIL


def rows(figures: Figures) -> list[Row]:
    """A row for each measure, in the order of :data:`MEASURES`."""
    return [_row(measure, figures.get(measure.key, {})) for measure in MEASURES]


def _row(measure: Measure, figures: Mapping[str, Sequence[float]]) -> Row:
    ours_values, stock_values = tuple(figures.get(OURS, ())), tuple(figures.get(STOCK, ()))
    ours = median(ours_values) if ours_values else None
    stock = median(stock_values) if stock_values else None
    ratio = ours / stock if ours is not None and stock else None
    return Row(measure, ours, stock, ratio, judge(measure.bar, ours, stock), ours_values, stock_values)


def all_pass(table: Sequence[Row]) -> bool:
    """No measured figure misses its bar."""
    return all(row.verdict is not Verdict.FAIL for row in table)


def format_figure(value: float, unit: str) -> str:
    """A figure with its unit, to about three digits: ``13.8 s``, ``2,634 MB``, ``3 min 20 s``."""
    if unit == "s" and round(value) >= 120:
        return f"{round(value) // 60} min {round(value) % 60} s"
    # Rounded first, so that 99.96 becomes 100 and not 100.0.
    digits = 0 if unit == "MB" or round(value, 1) >= 100 else 1 if round(value, 2) >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def format_figures(values: Sequence[float], unit: str) -> str:
    """The median and, of several figures, the least and the most: ``13.8 s (13.1 s to 15.0 s)``."""
    if not values:
        return "-"
    middle = format_figure(median(values), unit)
    ends = [format_figure(end, unit) for end in (min(values), max(values))]
    return middle if set(ends) == {middle} else f"{middle} ({ends[0]} to {ends[1]})"


def format_ratio(ratio: float | None) -> str:
    """A ratio as the bars are written: ``1/4.17``; ``2.0 times`` where ours is the larger."""
    if ratio is None:
        return "-"
    if ratio > 1:
        return f"{ratio:.1f} times"
    return f"1/{1 / ratio:.2f}" if ratio > 0 else "0"


HEADINGS = ("measure", "ours", "stock", "ours/stock", "bar", "verdict")


def cells(row: Row) -> tuple[str, ...]:
    """A row's texts, one for each of :data:`HEADINGS`."""
    measure = row.measure
    return (
        measure.title,
        format_figures(row.ours_values, measure.unit),
        format_figures(row.stock_values, measure.unit),
        format_ratio(row.ratio),
        measure.bar.words if measure.bar else "-",
        row.verdict.value or "-",
    )


def plain_table(table: Sequence[Row]) -> str:
    """The table for a terminal."""
    lines = [HEADINGS, *map(cells, table)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([padded[0], "-" * max(map(len, padded)), *padded[1:]])


def markdown_table(table: Sequence[Row]) -> str:
    """The table in Markdown."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *map(cells, table)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def load_note(others: float | None, cores: int, before: float, after: float) -> str:
    """How busy the machine was with other things; ``others`` is their share (0 to 1) of its processor time."""
    note = f"Load average before {before:.1f}, after {after:.1f}, on {_count(cores, 'core')}."
    if others is None:
        return note
    note += f" Other programs used {others:.0%} of the processor time meanwhile"
    return f"{note}: times are longer than on a quiet machine." if others >= 0.1 else f"{note}."


def markdown_report(table: Sequence[Row], notes: Sequence[str]) -> str:
    """The table and what a reader needs to know of how it came about."""
    return "\n".join([markdown_table(table), "", *[f"- {note}" for note in notes], ""])


def json_report(table: Sequence[Row], notes: Sequence[str], circumstances: Mapping[str, Any]) -> dict[str, Any]:
    """All figures, for a program that reads them; see ``benchmarks/README.md``."""
    return {
        **circumstances,
        "notes": list(notes),
        "measures": {
            row.measure.key: {
                "unit": row.measure.unit,
                OURS: row.ours,
                STOCK: row.stock,
                "ratio": row.ratio,
                "bar": row.measure.bar.words if row.measure.bar else None,
                "verdict": row.verdict.value or None,
                "values": {OURS: list(row.ours_values), STOCK: list(row.stock_values)},
            }
            for row in table
        },
    }


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
