"""How sure the assistant may be that its reply is of the right kind.

The classifier's probability of one intent undersells a reply that a neighbouring intent would have led to as well: whether a question is
"treatment" or "prevention", it is not covered; whatever the small talk, it is met as small talk. So the confidence is that of the *kind* of
reply: the probabilities of its intents added up, weighed by the guard's verdict, and mapped by logistic regression (Platt 1999) on held-back
examples, for each kind of verdict by itself.
"""

from __future__ import annotations

from typing import Dict, FrozenSet, List, Optional, Sequence, Tuple

import numpy as np
from sklearn.linear_model import LogisticRegression

from legcramps import intents
from legcramps.nlu.scope_guard import ASK_IF_CRAMP, CLAIMS, OUTSIDE, Ranking, Verdict

KINDS: Dict[str, str] = {
    **dict.fromkeys(OUTSIDE, "outside"),
    **dict.fromkeys(intents.NOT_COVERED | {"ask_restless_legs_other"}, "not covered"),
    **dict.fromkeys(intents.CAUSES | {"ask_condition_list"}, "causes"),
    **dict.fromkeys(("ask_condition", "ask_condition_details", "ask_medicines", "tell_situation"), "condition"),
    **dict.fromkeys(intents.WHAT_THEY_ARE, "definition"),
    **dict.fromkeys(intents.RESTLESS_LEGS, "restless legs"),
    **dict.fromkeys(
        intents.SMALL_TALK
        | {
            "deny",
            "be_unsure",
            "cancel",
            "repeat",
            "ask_more",
            "give_feedback",
            "start_over",
            "forget_me",
            "ask_shorter",
            "go_back",
            "ask_plain_words",
            "correct_assistant",
        },
        "small talk",
    ),
}
"""Intents that lead to replies of one kind. An intent that is not here is a kind of its own."""

LEAST, MOST = 0.005, 0.995
OUR_WORDS = frozenset({"cramp", "restless_legs", "leg", "listed", "night"})


OUTSIDE_PRIOR = 6.0
"""Weight of a held-back example of what is outside, where the verdict is a refusal. In the training data these are few and written to deceive;
what really arrives from outside is mostly plain."""


def kind_of(intent: str) -> str:
    return KINDS.get(intent, intent)


def mass_of_kind(intent: str, ranking: Ranking) -> float:
    """The probability that some intent of this intent's kind was meant."""
    kind = kind_of(intent)
    return float(sum(p for i, p in ranking if kind_of(i) == kind))


TALK_SHARE = 0.5
GUARD_ALONE = 0.93
"""Confidence of a refusal that the guard speaks against the classifier's first choice; what the classifier thinks adds the rest."""


def raw_confidence(verdict: Verdict, ranking: Ranking) -> float:
    """The probability of the verdict's kind of reply, before calibration.

    Where the guard overruled the classifier: its own standing for a refusal; for a question that is ours after all, the probability
    among what is ours.
    """
    if verdict.intent == ASK_IF_CRAMP:
        # No class of the classifier's: it is the guard that wants to ask.
        return verdict.confidence
    mass = mass_of_kind(verdict.intent, ranking)
    first = ranking[0][0]
    if verdict.intent in OUTSIDE and first not in OUTSIDE:
        return GUARD_ALONE + (1 - GUARD_ALONE) * mass
    if first in OUTSIDE and verdict.intent not in OUTSIDE:
        return mass / max(mass, 1 - sum(p for i, p in ranking if i in OUTSIDE), 1e-6)
    if verdict.intent in OUTSIDE:
        # Between small talk and a foreign question the line is thin, and little is lost on either side of it.
        return mass + TALK_SHARE * sum(p for i, p in ranking if kind_of(i) == "small talk")
    return max(mass, verdict.confidence)


class Calibrator:
    """Maps the raw confidence of a verdict to a calibrated one; the identity until fitted."""

    def __init__(self) -> None:
        self._maps: Dict[str, Tuple[float, float]] = {}

    @staticmethod
    def _group(verdict: Verdict, ranking: Ranking, signals: FrozenSet[str]) -> Optional[str]:
        """Verdicts that are alike in how often they are right; None for the guard's own, which training data says little about."""
        outside = verdict.intent in OUTSIDE
        if verdict.intent == ASK_IF_CRAMP or outside != (ranking[0][0] in OUTSIDE):
            return None
        if outside:
            return "outside, in our words" if signals & OUR_WORDS else "outside"
        return "ours" if verdict.intent in CLAIMS else "talk"

    def fit(
        self,
        verdicts: Sequence[Verdict],
        rankings: Sequence[Ranking],
        signals: Sequence[FrozenSet[str]],
        truths: Sequence[str],
    ) -> Calibrator:
        """``truths``: the intents that were meant. Right is a verdict of the same kind."""
        groups: Dict[str, List[Tuple[float, bool, float]]] = {}
        for verdict, ranking, present, truth in zip(verdicts, rankings, signals, truths):
            group = self._group(verdict, ranking, present)
            if group:
                weight = OUTSIDE_PRIOR if truth in OUTSIDE and verdict.intent in OUTSIDE else 1.0
                groups.setdefault(group, []).append(
                    (_logit(raw_confidence(verdict, ranking)), kind_of(verdict.intent) == kind_of(truth), weight)
                )
        for group, rows in groups.items():
            if len({right for _, right, _ in rows}) == 2:
                raw, right, weights = zip(*rows)
                model = LogisticRegression(C=1.0).fit([[x] for x in raw], right, sample_weight=weights)
                self._maps[group] = (float(model.coef_[0][0]), float(model.intercept_[0]))
        return self

    def confidence(self, verdict: Verdict, ranking: Ranking, signals: FrozenSet[str]) -> float:
        """In (0, 1): how likely the reply is of the right kind."""
        raw = raw_confidence(verdict, ranking)
        group = self._group(verdict, ranking, signals)
        if group not in self._maps:
            return raw
        slope, shift = self._maps[group]
        return float(1 / (1 + np.exp(-(slope * _logit(raw) + shift))))


def _logit(p: float) -> float:
    p = min(max(p, LEAST), MOST)
    return float(np.log(p / (1 - p)))
