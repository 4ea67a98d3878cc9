"""The sweeps that the chosen numbers rest on: ``make bench-sweep``, or ``.venv/bin/python -m benchmarks.understanding.sweep``.

Nothing but the training examples is looked at. A stratified fifth of them is held back for the strengths, the share and the
scale; confidences for the fallback's threshold are out of fold; for the part threshold, held-back questions are joined in
twos. Each table marks what stands in the project now, and the best.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any
from unittest import mock

import numpy as np
from rasa.nlu.utils.spacy_utils import SpacyModel
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit
from spacy.language import Language

from benchmarks.understanding.examples import NLU, OUT, Examples, prepare, read_examples
from benchmarks.understanding.progress import Say
from benchmarks.understanding.variants import Absent, best_temperature, component_settings, log_softmax
from legcramps import knowledge
from legcramps.evaluation import expected_calibration_error
from legcramps.nlu import confidence, intent_model, language, scope_guard
from legcramps.nlu.components import HybridIntentClassifier
from legcramps.nlu.confidence import Calibrator, kind_of
from legcramps.nlu.encoder import SentenceEncoder
from legcramps.nlu.intent_model import MARGIN_SCALE, MEANING_C, MEANING_SHARE, WORDING_C, IntentModel, Sample
from legcramps.nlu.safety_guard import SafetyGuard
from legcramps.nlu.scope_guard import CLAIMS, OUTSIDE, Ranking, Verdict

MEANING_CS = (3.0, 6.0, 12.0, 24.0, 48.0)
WORDING_CS = (0.25, 0.5, 1.0, 2.0, 4.0)
SHARES = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)
SCALES = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
FALLBACKS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
PART_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
HELD_BACK = 0.2
FOLDS = 3
SEED = 11
PART_WORDS = (4, 14)
"""Length of the questions that are joined in twos."""
PAIRS = 300


GUARD: dict[str, tuple[float, ...]] = {
    "OUTSIDE_DOUBT": (0.4, 0.5, 0.6, 0.75, 0.85, 0.95),
    "OUTSIDE_DOUBT_NAMED": (0.6, 0.75, 0.85, 0.9, 0.95, 0.99),
    "OUTSIDE_DOUBT_LEG": (0.75, 0.9, 0.95, 0.97, 0.99, 1.01),
    "CLEARLY_OURS": (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5),
    "PERHAPS_OURS": (0.1, 0.3, 0.5, 0.7, 0.9),
    "UNSURE": (0.2, 0.3, 0.4, 0.5, 0.6),
    "SURE": (0.5, 0.7, 0.8, 0.9, 0.95, 0.99),
    "LEAST_CLAIM": (0.0, 0.05, 0.1, 0.2, 0.3),
    "ELLIPTICAL_WORDS": (4, 6, 7, 8, 9, 10, 12, 16),
    "ELLIPTICAL_FOREIGN": (0, 1, 2, 3),
    "SURELY_OURS": (0.0, 0.005, 0.02, 0.05, 0.15),
    "REFERRING_WORDS": (10, 14, 18, 22, 26, 40),
    "SHORT": (6, 8, 10, 12, 14, 16, 20, 40),
    "BRIEF": (1, 2, 3, 4, 5),
    "MAX_FOREIGN": (0, 1, 2, 3),
    "MAX_FOREIGN_LISTED": (0, 1, 2, 3, 4),
    "MAX_FOREIGN_DETAILS": (0, 1, 2, 3, 4, 6),
}
"""The scope guard's numbers (``legcramps/nlu/scope_guard.py``), and what is tried for each."""
FOREIGN_COSTS = 3.0
"""What a foreign message answered as ours costs beside another wrong kind of reply: a claim where none belongs is what must not happen."""
CONFIDENCE: dict[str, tuple[float, ...]] = {
    "TALK_SHARE": (0.0, 0.25, 0.5, 0.75, 1.0),
    "GUARD_ALONE": (0.5, 0.7, 0.8, 0.9, 0.93, 0.97),
    "OUTSIDE_PRIOR": (1.0, 2.0, 4.0, 6.0, 8.0, 12.0),
}
"""The numbers of ``legcramps/nlu/confidence.py``."""


@dataclass
class Table:
    """``rows`` under ``heads``; the first column is the value tried. ``now`` and ``best`` are values of it."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    now: Any
    best: Any
    note: str = ""

    def markdown(self) -> str:
        lines = [f"## {self.title}", "", f"| {' | '.join(self.heads)} | |", "|---" * (len(self.heads) + 1) + "|"]
        for row in self.rows:
            marks = [word for word, value in (("now", self.now), ("best", self.best)) if value == row[0]]
            lines.append(f"| {' | '.join(_cell(value) for value in row)} | {', '.join(marks)} |")
        return "\n".join([*lines, "", self.note, ""])


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:g}" if abs(value) >= 1 or value == 0 else f"{value:.4g}"


def best_of(rows: Sequence[tuple[Any, ...]], column: int, least: bool = False, now: Any = None) -> Any:
    """The value of the best row; of equally good ones that which stands now, else the first."""
    best = (min if least else max)(row[column] for row in rows)
    values = [row[0] for row in rows if row[column] == best]
    return now if now in values else values[0]


# --- the opinions of both views on what was held back ---------------------------------------------------------------------


@dataclass
class Opinions:
    """Log opinions of held-back examples: of the meaning view for each C, and the margins of the wording view for each C."""

    labels: list[str]
    truths: np.ndarray
    meaning: dict[float, np.ndarray] = field(default_factory=dict)
    margins: dict[float, np.ndarray] = field(default_factory=dict)
    seconds: dict[tuple[str, float], float] = field(default_factory=dict)

    def pooled(self, share: float, scale: float, meaning_c: float, wording_c: float) -> np.ndarray:
        wording = log_softmax(scale * self.margins[wording_c])
        return share * self.meaning[meaning_c] + (1 - share) * wording

    def score(self, pooled: np.ndarray) -> tuple[float, float, float]:
        """Accuracy of the intent, accuracy of the kind of reply, and log loss at the best temperature."""
        first = pooled.argmax(axis=1)
        kinds = np.array([kind_of(label) for label in self.labels])
        loss = best_temperature(pooled, self.truths)[1]
        return float(np.mean(first == self.truths)), float(np.mean(kinds[first] == kinds[self.truths])), loss


def gather_opinions(samples: Sequence[Sample], intents: np.ndarray, say: Say) -> Opinions:
    split = StratifiedShuffleSplit(1, test_size=HELD_BACK, random_state=SEED)
    train, test = next(split.split(np.zeros(len(intents)), intents))
    learn, held = [samples[i] for i in train], [samples[i] for i in test]
    labels = sorted(set(intents))
    opinions = Opinions(labels, np.searchsorted(labels, intents[test]))
    for c in MEANING_CS:
        say(f"Meaning view, C = {c:g}")
        with mock.patch.multiple(intent_model, LinearSVC=Absent, Ngrams=Absent):
            model, seconds = _fitted(IntentModel(meaning_c=c, temperature=1.0), learn, intents[train])
        opinions.meaning[c] = _opinions_of(model, held, share=1.0)
        opinions.seconds["meaning", c] = seconds
    for c in WORDING_CS:
        say(f"Wording view, C = {c:g}")
        with mock.patch.object(intent_model, "LogisticRegression", Absent):
            model, seconds = _fitted(IntentModel(wording_c=c, temperature=1.0), learn, intents[train])
        # A softmax of margins gives the margins back but for a constant of each row, which a softmax leaves out again.
        opinions.margins[c] = _opinions_of(model, held, share=0.0) / MARGIN_SCALE
        opinions.seconds["wording", c] = seconds
    return opinions


def _opinions_of(model: IntentModel, samples: Sequence[Sample], share: float) -> np.ndarray:
    model.meaning_share = share
    return model._pooled(samples)


def _fitted(model: IntentModel, samples: Sequence[Sample], intents: np.ndarray) -> tuple[IntentModel, float]:
    started = time.perf_counter()
    model._fit_views(samples, intents)
    return model, time.perf_counter() - started


def sweep_views(opinions: Opinions) -> list[Table]:
    """One number at a time, the others as they stand; then share and scale together."""
    heads = ("intent right", "kind of reply right", "log loss")
    deviation = 1 / (2 * np.sqrt(len(opinions.truths)))
    note = f"{len(opinions.truths)} held back; differences below {2 * deviation:.1%} are chance."
    current = {"share": MEANING_SHARE, "scale": MARGIN_SCALE, "meaning_c": MEANING_C, "wording_c": WORDING_C}

    def rows(name: str, values: Sequence[float]) -> list[tuple[Any, ...]]:
        return [(v, *opinions.score(opinions.pooled(**{**current, name: v}))) for v in values]

    tables = []
    for name, title, values in (
        ("meaning_c", "Meaning view: inverse strength of regularisation (MEANING_C)", MEANING_CS),
        ("wording_c", "Wording view: inverse strength of regularisation (WORDING_C)", WORDING_CS),
        ("share", "Share of the meaning view in the pool (MEANING_SHARE)", SHARES),
        ("scale", "What the margins are multiplied by (MARGIN_SCALE)", SCALES),
    ):
        found = rows(name, values)
        if name.endswith("_c"):
            view = name.split("_")[0]
            found = [(*row, opinions.seconds[view, row[0]]) for row in found]
        tables.append(
            Table(
                title,
                ("value", *heads, *(("fit, s",) if name.endswith("_c") else ())),
                found,
                current[name],
                best_of(found, 3, least=True, now=current[name]),
                note,
            )
        )
    grid = [
        (f"{share:g} × {scale:g}", *opinions.score(opinions.pooled(share, scale, MEANING_C, WORDING_C)))
        for share in SHARES[3:8]
        for scale in SCALES[1:]
    ]
    now = f"{MEANING_SHARE:g} × {MARGIN_SCALE:g}"
    tables.append(
        Table("Share × scale", ("share × scale", *heads), grid, now, best_of(grid, 3, least=True, now=now), note)
    )
    return tables


# --- the fallback's threshold ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """A held-back example: how sure the guarded model was, whether the kind of reply was right, and what it did."""

    confidence: float
    right: bool
    claim: bool
    outside: bool
    alarm: float
    """The probability of danger, before anything else is weighed."""
    intent: str
    ranking: Ranking
    verdict: Verdict
    sample: Sample
    foreign_words: int


def out_of_fold(
    samples: Sequence[Sample], intents: np.ndarray, say: Say
) -> tuple[list[Judged], IntentModel, np.ndarray]:
    """Every example judged by a model that has not seen it; also the last model, and the rows that it has not seen."""
    judged: list[Judged] = []
    places: list[int] = []
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for number, (train, test) in enumerate(folds.split(np.zeros(len(intents)), intents), 1):
        say(f"Out of fold: {number} of {FOLDS}")
        model = IntentModel().fit([samples[i] for i in train], intents[train])
        for i in test:
            sample = samples[i]
            verdict, ranking = model.understand(sample)
            foreign_words = len(model.foreign_words(sample.text, sample.named))
            right = kind_of(verdict.intent) == kind_of(intents[i])
            claim, outside = verdict.intent in CLAIMS, intents[i] in OUTSIDE
            alarm = model.alarm([sample])
            seen = (str(intents[i]), ranking, verdict, sample, foreign_words)
            judged.append(Judged(verdict.confidence, right, claim, outside, alarm, *seen))
            places.append(i)
    order = np.argsort(places)
    return [judged[i] for i in order], model, test


# --- the two thresholds of danger -----------------------------------------------------------------------------------------


def sweep_alarms(judged: Sequence[Judged], texts: Sequence[str], nlp: Language, say: Say) -> list[Table]:
    """The classifier under the safety guard: from where it raises the alarm alone, and below what it overrules the patterns.

    The examples are in the order of ``texts``. The guard's patterns were written with some of them in view.
    """
    say("Signs of danger")
    guard = SafetyGuard.from_mapping(knowledge.default().safety, nlp.get_pipe("legcramps_spelling").english)
    signs = [guard.check(text) for text in texts]
    emergency, self_harm = (
        np.array([j.intent == i for j in judged]) for i in ("report_emergency", "express_self_harm")
    )
    harmless = ~(emergency | self_harm)
    mass = np.array([j.alarm for j in judged])
    certain, weak, seen = (
        np.array([bool(s) and test(s) for s in signs])
        for test in (lambda s: s.certain, lambda s: s.weak, lambda s: not s.certain and not s.weak)
    )

    def row(value: float, sure: float, least: float, least_weak: float) -> tuple[Any, ...]:
        alarm = certain | (seen & (mass >= least)) | (weak & (mass >= least_weak)) | (mass >= sure)
        return value, alarm[emergency].mean(), alarm[self_harm].mean(), alarm[harmless].mean()

    heads = ("value", "emergencies seen", "self-harm seen", "false alarms")
    note = (
        f"Out of fold, {emergency.sum()} emergencies, {self_harm.sum()} messages of self-harm, {harmless.sum()} others, many of "
        "them written to look like danger: false alarms are far more frequent here than among people's messages. Best: what is "
        "seen of both, less six times the false alarms."
    )
    tables = []
    for title, now, values, kind in (
        ("Danger: the classifier alone (SURE_ALARM)", scope_guard.SURE_ALARM, (0.7, 0.8, 0.85, 0.9, 0.95, 0.98), "sure"),
        ("Danger: the classifier overrules a pattern (LEAST_ALARM)", scope_guard.LEAST_ALARM, (0.0, 0.005, 0.03, 0.06, 0.12), "least"),
        ("Danger: … and several weak words (LEAST_WEAK_ALARM)", scope_guard.LEAST_WEAK_ALARM, (0.0, 0.03, 0.06, 0.12, 0.2, 0.5), "least_weak"),
    ):  # fmt: skip
        chosen = {
            "sure": scope_guard.SURE_ALARM,
            "least": scope_guard.LEAST_ALARM,
            "least_weak": scope_guard.LEAST_WEAK_ALARM,
        }
        rows = [row(value, **{**chosen, kind: value}) for value in sorted({*values, now})]
        best = max(rows, key=lambda r: r[1] + r[2] - 6 * r[3])[0]
        tables.append(Table(title, heads, rows, now, best, note))
    return tables


def sweep_fallback(judged: Sequence[Judged], now: float) -> Table:
    """What each threshold answers and asks back. The last column counts a wrong reply as 1, asking back about what would have been right the same."""
    rows = []
    for threshold in sorted({*FALLBACKS, now}):
        said = [j for j in judged if j.confidence >= threshold]
        wrong = sum(not j.right for j in said)
        asked_needlessly = sum(j.right for j in judged if j.confidence < threshold)
        asked_rightly = len(judged) - len(said) - asked_needlessly
        foreign = sum(j.outside and j.claim for j in said) / max(1, sum(j.outside for j in judged))
        rows.append(
            (
                threshold,
                len(said) / len(judged),
                1 - wrong / max(1, len(said)),
                foreign,
                asked_needlessly / len(judged),
                asked_rightly / len(judged),
                (wrong + asked_needlessly) / len(judged),
            )
        )
    heads = (
        "threshold",
        "answered",
        "of these right",
        "foreign answered as ours",
        "asked back needlessly",
        "asked back rightly",
    )
    note = (
        "Right: a reply of the right kind. The last column is the sum of wrong replies and needless questions; with calibrated "
        "confidences it is least near 0.5. To ask back costs a person at 3 a.m. a turn, and a wrong kind of reply often costs no "
        "more, as it names its subject and offers the next: so the threshold stands where most of those asked back were wrong."
    )
    return Table(
        "Fallback threshold (config.yml)",
        (*heads, "wrong or needless"),
        rows,
        now,
        best_of(rows, 6, least=True, now=now),
        note,
    )


# --- the scope guard's numbers, and the confidence's ------------------------------------------------------------------------


def _tables_of(
    title: str,
    module: ModuleType,
    numbers: Mapping[str, Sequence[float]],
    row: Callable[[float], tuple[Any, ...]],
    heads: tuple[str, ...],
    cost: int,
    note: str,
) -> list[Table]:
    """A table for each of a module's numbers: ``row`` for every value of it, the others as they stand. ``cost``: the column that is to be least."""
    tables = []
    for name, values in numbers.items():
        now = getattr(module, name)
        rows = []
        for value in sorted({*values, now}):
            with mock.patch.object(module, name, value):
                rows.append(row(value))
        tables.append(Table(f"{title}: {name}", heads, rows, now, best_of(rows, cost, least=True, now=now), note))
    return tables


def sweep_guard(judged: Sequence[Judged]) -> list[Table]:
    """Each of the guard's numbers by itself, the others as they stand: every example judged again with it, out of fold."""
    foreign = np.array([j.outside for j in judged])
    ours = np.array([j.intent in CLAIMS for j in judged])
    kinds = np.array([kind_of(j.intent) for j in judged])

    def row(value: float) -> tuple[Any, ...]:
        verdicts = [
            scope_guard.judge(j.ranking, j.sample.signals, len(j.sample.text.split()), j.foreign_words).intent
            for j in judged
        ]
        right = np.array([kind_of(v) for v in verdicts]) == kinds
        claimed = foreign & np.array([v in CLAIMS for v in verdicts])
        refused = ours & np.array([v in OUTSIDE for v in verdicts])
        cost = (~right).mean() + (FOREIGN_COSTS - 1) * claimed.mean()
        return value, right.mean(), claimed.sum() / foreign.sum(), refused.sum() / ours.sum(), cost

    heads = ("value", "kind of reply right", "foreign answered as ours", "ours refused", "cost")
    note = (
        f"Out of fold, {len(judged)} examples, {foreign.sum()} of them foreign and most of these written to deceive. Cost: the share of "
        f"wrong kinds of reply, a foreign message answered as ours counted {FOREIGN_COSTS:g} times."
    )
    return _tables_of("Scope guard", scope_guard, GUARD, row, heads, 4, note)


def sweep_confidence(judged: Sequence[Judged]) -> list[Table]:
    """Each number of the confidence: calibrated on every other example, measured on the rest."""
    learn, held = judged[::2], judged[1::2]

    def row(value: float) -> tuple[Any, ...]:
        fitted = Calibrator().fit(
            *zip(*((j.verdict, j.ranking, j.sample.signals, j.intent) for j in learn), strict=True)
        )
        pairs = [(fitted.confidence(j.verdict, j.ranking, j.sample.signals), j.right) for j in held]
        sure, right = np.array(pairs).T
        sure = np.clip(sure, 1e-3, 1 - 1e-3)
        loss = -np.mean(right * np.log(sure) + (1 - right) * np.log(1 - sure))
        return value, loss, expected_calibration_error(pairs)

    heads = ("value", "log loss", "calibration error")
    note = (
        f"{len(held)} examples out of fold. OUTSIDE_PRIOR and GUARD_ALONE stand for how much plainer people's foreign messages are than "
        "ours, which were written to deceive: on these examples their lowest values must look best, and those that stand follow "
        "tests/model/development.tsv."
    )
    return _tables_of("Confidence", confidence, CONFIDENCE, row, heads, 1, note)


# --- the part threshold ---------------------------------------------------------------------------------------------------


def questions_in_twos(examples: Examples, seed: int = SEED) -> Iterator[tuple[str, str, str]]:
    """Two short questions of different kinds as one message, and the intents of both, in four ways of joining."""
    rng = random.Random(seed)
    least, most = PART_WORDS
    usable = [
        (text.rstrip(" ?.!"), intent)
        for text, intent in zip(examples.texts, examples.intents, strict=True)
        if intent in CLAIMS
        and intent != "tell_situation"
        and least <= len(text.split()) <= most
        and text.lower().startswith(
            ("what", "why", "how", "can", "is", "are", "does", "do", "which", "who", "could", "should")
        )
        and "?" not in text.rstrip(" ?.!")
    ]
    ways = ("{}? {}?", "{} and {}", "{}? and {}", "{}. {}?")
    made = 0
    while made < PAIRS and len(usable) > 1:
        (first, one), (second, two) = rng.sample(usable, 2)
        if kind_of(one) != kind_of(two):
            yield ways[made % len(ways)].format(first, second[0].lower() + second[1:]), one, two
            made += 1


def sweep_parts(model: IntentModel, held: Examples, nlp: Any, now: float, say: Say) -> Table:
    """How often the second question is found, and how often one is found that nobody asked."""
    say("Questions in twos")
    spacy_model = SpacyModel(model=nlp, model_name="")
    settings = {**HybridIntentClassifier.get_default_config(), "part_threshold": min(PART_THRESHOLDS)}
    reader = HybridIntentClassifier(settings, None, None, model)

    def parts_of(text: str) -> tuple[str, list[dict[str, Any]]]:
        doc = nlp(text)
        verdict, parts = reader._parts(doc, reader._understand(doc)[0], spacy_model)
        return verdict.intent, parts

    pairs = [(parts_of(text), one, two) for text, one, two in questions_in_twos(held)]
    claims = [i for i, intent in enumerate(held.intents) if intent in CLAIMS]
    single = [
        (parts_of(held.texts[i]), held.intents[i]) for i in random.Random(SEED).sample(claims, min(600, len(claims)))
    ]
    rows = []
    for threshold in sorted({*PART_THRESHOLDS, now}):
        both = wrong = 0
        for (whole, parts), one, two in pairs:
            kinds = [kind_of(whole), *(kind_of(p["intent"]) for p in parts if p["confidence"] >= threshold)]
            both += {kind_of(one), kind_of(two)} <= set(kinds)
            wrong += any(kind not in (kind_of(one), kind_of(two)) for kind in kinds)
        needless = sum(
            any(p["confidence"] >= threshold and kind_of(p["intent"]) != kind_of(intent) for p in parts)
            for (_, parts), intent in single
        )
        rows.append((threshold, both / max(1, len(pairs)), wrong / max(1, len(pairs)), needless / max(1, len(single))))
    heads = ("threshold", "both questions answered", "with a wrong kind", "needless part in other messages")
    note = (
        f"{len(pairs)} pairs of held-back questions, joined by us; {len(single)} held-back messages as they are. Parts are taken "
        "in order, at most two, so that rows above the lowest threshold are slightly too strict. Best: most answered in both, "
        "less those with a wrong kind."
    )
    best = max(rows, key=lambda row: row[1] - row[2])[0]
    return Table("Part threshold (config.yml)", heads, rows, now, best, note)


# --- all of it ------------------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.understanding.sweep", description="Sweeps the chosen numbers."
    )
    parser.add_argument(
        "--share", type=float, default=1.0, help="use a stratified share of the examples (for a quick look)"
    )
    options = parser.parse_args(arguments)
    warnings.filterwarnings("ignore")
    say = say or Say()
    OUT.mkdir(parents=True, exist_ok=True)
    examples = read_examples().share(options.share)
    say(f"{len(examples)} examples of {len(set(examples.intents))} intents")
    nlp = language.create_pipeline(knowledge.default(), NLU)
    prepared = prepare(examples.texts, nlp, SentenceEncoder())
    intents = np.asarray(examples.intents)

    tables = sweep_views(gather_opinions(prepared.samples, intents, say))
    judged, model, test = out_of_fold(prepared.samples, intents, say)
    tables.append(sweep_fallback(judged, component_settings("FallbackClassifier")["threshold"]))
    say("Numbers of the scope guard and of the confidence")
    tables += sweep_guard(judged) + sweep_confidence(judged)
    tables += sweep_alarms(judged, examples.texts, nlp, say)
    held = examples.chosen(test)
    now = component_settings("HybridIntentClassifier")["part_threshold"]
    tables.append(sweep_parts(model, held, nlp, now, say))

    head = f"# Sweeps on the training examples\n\n{len(examples)} examples ({examples.fingerprint}). Written by `{__spec__.name}`.\n\n"
    text = head + "\n".join(table.markdown() for table in tables)
    (OUT / "sweep.md").write_text(text, encoding="utf8")
    (OUT / "sweep.json").write_text(
        json.dumps([vars(table) for table in tables], indent=2, default=float), encoding="utf8"
    )
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
