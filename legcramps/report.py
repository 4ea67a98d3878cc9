"""What people asked, what the source had no answer to, what was not understood and what was disliked: `legcramps report`.

Counted from the statistics (:mod:`legcramps.server.statistics`), never from conversations. ``docs/report.md`` explains each figure.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

from legcramps.answers import Outcome
from legcramps.knowledge import Knowledge
from legcramps.server.statistics import Judged, Statistics

LEAST = 5
"""What could tell of a person's illness or crisis is shown exactly from this number on; below it, only that it is below."""

_PRIVATE_OUTCOMES = (Outcome.URGENT.value, Outcome.CRISIS.value)

Row = Dict[str, Any]


def make(statistics: Statistics, days: int, now: Optional[datetime] = None) -> Dict[str, Any]:
    """The figures of the last ``days`` days, today (UTC) included, as ``--json`` prints them. ``times`` is None for 1 to 4 of what is private.

    Raises:
        StatisticsError: they cannot be read.
    """
    today = (now or datetime.now(timezone.utc)).date()
    counts, judgements = statistics.counts(days), statistics.judgements(days)
    replies = {tuple(name.split("/", 1)): times for name, times in counts.get("reply", {}).items()}
    intents = counts.get("intent", {})
    return {
        "from": (today - timedelta(days=days - 1)).isoformat(),
        "to": today.isoformat(),
        "least_shown": LEAST,
        "turns": _rows("channel", counts.get("turn", {})),
        "outcomes": _outcomes(replies),
        "asked": {
            "topics": _rows("topic", _of_outcome(replies, Outcome.ANSWERED)),
            "conditions": _rows("id", counts.get("condition", {}), private=True),
        },
        "not_covered": _rows("topic", _of_outcome(replies, Outcome.NOT_COVERED)),
        "not_listed": _rows("id", counts.get("unlisted", {}), private=True),
        "not_understood": {"turns": intents.get("nlu_fallback", 0), "corrected": intents.get("correct_assistant", 0)},
        "feedback": _feedback(judgements),
    }


def _of_outcome(replies: Mapping[Tuple[str, ...], int], outcome: Outcome) -> Dict[str, int]:
    return {topic: times for (name, topic), times in replies.items() if name == outcome.value}


def _outcomes(replies: Mapping[Tuple[str, ...], int]) -> List[Row]:
    sums: Dict[str, int] = {}
    for (outcome, _), times in replies.items():
        sums[outcome] = sums.get(outcome, 0) + times
    private = {name: times for name, times in sums.items() if name in _PRIVATE_OUTCOMES}
    rest = {name: times for name, times in sums.items() if name not in private}
    return _rows("outcome", rest) + _rows("outcome", private, private=True)


def _rows(key: str, times: Mapping[str, int], private: bool = False) -> List[Row]:
    """Most frequent first; what is too rare to be shown exactly stands last, in the order of its name, which tells nothing."""
    shown = {name: _shown(number, private) for name, number in times.items()}
    return [{key: name, "times": shown[name]} for name in sorted(shown, key=lambda name: (-(shown[name] or 0), name))]


def _shown(number: int, private: bool) -> Optional[int]:
    return number if number >= LEAST or not private else None


def _feedback(judgements: Iterable[Judged]) -> Dict[str, Any]:
    """How many answers helped, and which did not and why. An illness is named only where enough people disliked its answer."""
    judgements = list(judgements)
    helped = sum(judged.times for judged in judgements if judged.helpful)
    reasons: Dict[str, int] = {}
    of_conditions: Dict[Tuple[str, ...], int] = {}
    disliked = [judged for judged in judgements if not judged.helpful]
    for judged in disliked:
        reasons[judged.reason or ""] = reasons.get(judged.reason or "", 0) + judged.times
        of_conditions[judged.conditions] = of_conditions.get(judged.conditions, 0) + judged.times
    rows: Dict[Tuple[str, str, Tuple[str, ...], str], int] = {}
    for judged in disliked:
        named = judged.conditions if of_conditions[judged.conditions] >= LEAST else ()
        key = (judged.outcome, judged.topic or "", named, judged.reason or "")
        rows[key] = rows.get(key, 0) + judged.times
    return {
        "helpful": helped,
        "not_helpful": sum(reasons.values()),
        "reasons": [{"reason": row["reason"] or None, "times": row["times"]} for row in _rows("reason", reasons)],
        "disliked": [
            {
                "outcome": outcome,
                "topic": topic or None,
                "conditions": list(named),
                "reason": reason or None,
                "times": number,
            }
            for (outcome, topic, named, reason), number in sorted(rows.items(), key=lambda row: (-row[1], row[0]))
        ],
    }


# --- for reading


def as_text(report: Mapping[str, Any], knowledge: Knowledge) -> str:
    """The report as lines for a terminal."""
    head = f"{report['from']} to {report['to']} (UTC)"
    if not report["turns"] and not report["feedback"]["helpful"] and not report["feedback"]["not_helpful"]:
        return f"Nothing was counted from {head}."
    missed, feedback = report["not_understood"], report["feedback"]
    name_of = {entry.id: entry.name for entry in (*knowledge.conditions.values(), *knowledge.unlisted.values())}
    sections = [
        ("Messages, by channel", _lines(report["turns"], "channel")),
        ("Replies, by outcome", _lines(report["outcomes"], "outcome")),
        ("Asked and answered, by topic", _lines(report["asked"]["topics"], "topic")),
        ("Conditions and medicines named", _lines(report["asked"]["conditions"], "id", name_of)),
        ("Asked, but the source does not say", _lines(report["not_covered"], "topic")),
        ("Named, but not in the source", _lines(report["not_listed"], "id", name_of)),
        (
            "Not understood",
            [_line("asked back", missed["turns"]), _line('"that is not what I meant"', missed["corrected"])],
        ),
        ("Feedback", [_line("helped", feedback["helpful"]), _line("did not help", feedback["not_helpful"])]),
        ("Why not", [_line(row["reason"] or "no reason given", row["times"]) for row in feedback["reasons"]]),
        ("Answers that did not help", [_line(_title(row, name_of), row["times"]) for row in feedback["disliked"]]),
    ]
    parts = [f"{title}\n" + "\n".join(lines or ["       -"]) for title, lines in sections]
    return "\n\n".join([head, *parts])


def _title(row: Row, name_of: Mapping[str, str]) -> str:
    about = "/".join(part for part in (row["outcome"], row["topic"]) if part)
    named = ", ".join(name_of.get(identifier, identifier) for identifier in row["conditions"])
    return f"{about}{f' ({named})' if named else ''}: {row['reason'] or 'no reason given'}"


def _lines(rows: Iterable[Row], key: str, name_of: Optional[Mapping[str, str]] = None) -> List[str]:
    return [_line((name_of or {}).get(row[key], row[key]) or "-", row["times"]) for row in rows]


def _line(name: str, times: Optional[int]) -> str:
    return f"{f'<{LEAST}' if times is None else times:>8}  {name}"
