"""What was recognised and answered, question by question and in sum. Pure functions."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Sequence, Tuple

BARS: Mapping[str, float] = {"wide": 0.9, "phone": 0.8}
"""The share of spoken questions that must get the answer that their typed form gets."""

TITLES: Mapping[str, str] = {"wide": "16 kHz", "phone": "telephone band"}

Envelope = Tuple[Tuple[str, str, Tuple[Tuple[str, str], ...]], ...]
"""Of each reply: outcome, topic, and the conditions with their grades."""


@dataclass(frozen=True)
class Asked:
    """One question in one band. ``same``: whether channels said the same to what was heard as to what was typed."""

    id: str
    band: str
    question: str
    heard: str
    confidence: float
    typed: Envelope
    spoken: Envelope
    same: Mapping[str, bool] = field(default_factory=dict)
    asked_back: bool = False

    @property
    def right(self) -> bool:
        return self.typed == self.spoken

    @property
    def words_right(self) -> float:
        return words_right(self.question, self.heard)


@dataclass(frozen=True)
class Reply:
    """One spoken reply, and what was recognised of it. ``seconds``: how long the voice took; ``estimated``: what we reckoned with."""

    id: str
    text: str
    heard: str
    seconds: float
    estimated: float

    @property
    def words_right(self) -> float:
        return words_right(self.text, self.heard)


def envelope_of(replies: Sequence[Mapping[str, Any]]) -> Envelope:
    """What a turn's envelopes have in common however it was worded."""
    return tuple(
        (
            str(answer.get("outcome")),
            str(answer.get("topic")),
            tuple(sorted((c["id"], str(c["link"])) for c in answer.get("conditions") or ())),
        )
        for answer in (reply["answer"] for reply in replies)
    )


def words_right(said: str, heard: str) -> float:
    """The share of the words said that were heard, in order; 1 when nothing was said."""
    before, after = _words(said), _words(heard)
    if not before:
        return 1.0
    matches = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return sum(match.size for match in matches) / len(before)


def summary(asked: Sequence[Asked], replies: Sequence[Reply] = ()) -> Dict[str, Any]:
    """The figures, by band."""
    bands: Dict[str, Any] = {}
    for band in dict.fromkeys(one.band for one in asked):
        some = [one for one in asked if one.band == band]
        bands[band] = {
            "questions": len(some),
            "words_right": _mean([one.words_right for one in some]),
            "heard_word_by_word": sum(_words(one.question) == _words(one.heard) for one in some),
            "answered_as_typed": sum(one.right for one in some),
            "share": sum(one.right for one in some) / len(some),
            "bar": BARS[band],
            "asked_back": sum(one.asked_back for one in some),
            "same_words": {
                channel: sum(one.same[channel] for one in some if channel in one.same)
                for channel in dict.fromkeys(channel for one in some for channel in one.same)
            },
        }
    figures: Dict[str, Any] = {"bands": bands}
    if replies:
        figures["replies"] = {
            "spoken": len(replies),
            "words_right": _mean([reply.words_right for reply in replies]),
            "longest_seconds": max(reply.seconds for reply in replies),
            "longer_than_reckoned": _mean([reply.seconds / reply.estimated for reply in replies]),
        }
    return figures


def passed(figures: Mapping[str, Any]) -> bool:
    """Whether every bar is met."""
    return all(band["share"] >= band["bar"] for band in figures["bands"].values())


def as_markdown(asked: Sequence[Asked], replies: Sequence[Reply] = ()) -> str:
    """The summary, then a table with each question."""
    figures = summary(asked, replies)
    lines = ["# Spoken questions", ""]
    lines += [
        "| band | words heard right | heard word by word | answered as typed | bar | asked back | the same words said |"
    ]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for band, f in figures["bands"].items():
        verdict = "pass" if f["share"] >= f["bar"] else "FAIL"
        same = ", ".join(f"{channel} {count}" for channel, count in f["same_words"].items()) or "-"
        lines.append(
            f"| {TITLES[band]} | {f['words_right']:.1%} | {f['heard_word_by_word']} of {f['questions']} | "
            f"{f['answered_as_typed']} of {f['questions']} ({f['share']:.1%}) | ≥ {f['bar']:.0%} {verdict} | "
            f"{f['asked_back']} | {same} |"
        )
    if replies:
        f = figures["replies"]
        took = f"the longest took {f['longest_seconds']:.1f} s, {f['longer_than_reckoned']:.2f} times as long as reckoned on average"
        lines += [
            "",
            f"Replies spoken and recognised again: {f['spoken']}; words heard right {f['words_right']:.1%}; {took}.",
        ]
    lines += [
        "",
        "| question | band | heard | sure | words right | answer as typed |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in asked:
        verdict = "yes" if one.right else f"**no**: {_short(one.spoken)} for {_short(one.typed)}"
        lines.append(
            f"| {one.question} | {TITLES[one.band]} | {_cell(one.heard)} | {one.confidence:.2f} | "
            f"{one.words_right:.0%} | {verdict} |"
        )
    if replies:
        lines += ["", "| reply | heard | words right | seconds |", "| --- | --- | --- | --- |"]
        lines += [f"| {_cell(r.text)} | {_cell(r.heard)} | {r.words_right:.0%} | {r.seconds:.1f} |" for r in replies]
    return "\n".join(lines) + "\n"


def _words(text: str) -> List[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("’", "'"))


def _mean(shares: Sequence[float]) -> float:
    return sum(shares) / len(shares)


def _cell(text: str) -> str:
    return text.replace("|", "/") or "(nothing)"


def _short(envelope: Envelope) -> str:
    return " + ".join(
        " ".join([outcome, topic if topic != "None" else "", *(name for name, _ in conditions)]).strip()
        for outcome, topic, conditions in envelope
    )
