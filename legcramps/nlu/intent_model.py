"""The intent classifier: two views of a message, their opinions pooled and calibrated.

*Meaning*: logistic regression on the sentence encoder's vector and the signals of :mod:`legcramps.nlu.signals`. *Wording*: a linear
support vector machine on word and character n-grams (TF-IDF); its margins, scaled, go through a softmax. Both see the text with
its typing errors mended, in small letters and without punctuation, so that a speech recogniser's text, shouting and careless
typing look the same as careful writing.

The pool is the weighted geometric mean (a logarithmic opinion pool, Heskes 1998), calibrated by one temperature (Guo et al. 2017)
found on a fifth of the training data that the calibrated model has not seen; the numbers are kept in ``metadata``.
"""

from __future__ import annotations

import copy
import re
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Collection, Dict, FrozenSet, List, Optional, Sequence, Tuple

import numpy as np
from scipy.optimize import minimize_scalar
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.svm import LinearSVC
from spacy.lang.en.stop_words import STOP_WORDS

from legcramps.nlu import scope_guard
from legcramps.nlu.confidence import Calibrator
from legcramps.nlu.ngrams import Ngrams
from legcramps.nlu.scope_guard import OUTSIDE, Verdict

SIGNALS = (
    "cramp",
    "leg",
    "night",
    "restless_legs",
    "other_body",
    "other_cramp",
    "other_creature",
    "other_person",
    "first_person",
    "pronoun",
    "what_is",
    "question",
    "listed",
    "unlisted",
    "negated",
    "medicine",
    "other_language",
    "no_words",
    "short",
    "long",
)
"""The yes/no features of the meaning view, in their fixed order."""

SIGNAL_WEIGHT = 0.5
"""Size of a yes/no feature beside the encoder's vector of length 1."""

MEANING_C, WORDING_C, MARGIN_SCALE = 12.0, 1.0, 4.0
"""Inverse strengths of regularisation, and what the margins are multiplied by. Chosen by the sweep in ``benchmarks/understanding``."""
MEANING_SHARE = 0.6
"""Weight of the meaning view in the pool. From the same sweep."""

_DROP = re.compile(r"[^\w\s']|_")
_SPACE = re.compile(r"\s+")
SHORT_WORDS, LONG_WORDS = 4, 30


def plain(text: str) -> str:
    """Small letters, no punctuation, one space: what both views see."""
    text = _DROP.sub(" ", text.lower().replace("’", "'"))
    return _SPACE.sub(" ", text).strip()


def signal_vector(signals: FrozenSet[str], text: str) -> np.ndarray:
    """The yes/no features as a vector of length ``len(SIGNALS)``."""
    words = len(text.split())
    present = (
        set(signals) | ({"short"} if words <= SHORT_WORDS else set()) | ({"long"} if words >= LONG_WORDS else set())
    )
    return np.array([name in present for name in SIGNALS], dtype=np.float32)


@dataclass(frozen=True)
class Sample:
    """A message as the model sees it: ``text`` with typing errors mended, its sentence ``vector``, its ``signals``, and the words of the
    things it names."""

    text: str
    vector: np.ndarray
    signals: FrozenSet[str]
    named: FrozenSet[str] = frozenset()


class IntentModel:
    """``fit`` on samples, then ``probabilities`` of one or many. Labels are intents."""

    def __init__(
        self,
        meaning_c: float = MEANING_C,
        wording_c: float = WORDING_C,
        meaning_share: float = MEANING_SHARE,
        temperature: Optional[float] = None,
        seed: int = 7,
    ):
        self.meaning_c, self.wording_c, self.meaning_share = meaning_c, wording_c, meaning_share
        self.temperature, self.seed = temperature, seed
        self.labels: List[str] = []
        self.familiar: FrozenSet[str] = frozenset()
        self.calibrator = Calibrator()
        self.metadata: Dict[str, Any] = {}

    # --- training ---------------------------------------------------------------------------------------------------

    def fit(self, samples: Sequence[Sample], labels: Sequence[str], held_back: float = 0.2) -> IntentModel:
        """Trains both views; when no temperature was given, finds it on ``held_back`` of the data, with a model of the rest."""
        labels = np.asarray(labels)
        if self.temperature is None:
            self._fit_calibrated(samples, labels, held_back)
        else:
            self._fit_views(samples, labels)
        self.familiar = familiar_words([plain(s.text) for s in samples], labels)
        return self

    def _fit_views(self, samples: Sequence[Sample], labels: Sequence[str]) -> None:
        # Both solvers compute outside Python's lock.
        with ThreadPoolExecutor(1) as beside:
            wording = beside.submit(self._fit_wording, samples, labels)
            self._fit_meaning(samples, labels)
            wording.result()

    def _fit_calibrated(self, samples: Sequence[Sample], labels: np.ndarray, held_back: float) -> None:
        """Both views, and beside them a model of all samples but the held back ones: the wordings on one core, the rest on another."""
        split = StratifiedShuffleSplit(1, test_size=held_back, random_state=self.seed)
        train, test = next(split.split(np.zeros(len(labels)), labels))
        rest = [samples[i] for i in train]
        part = IntentModel(self.meaning_c, self.wording_c, self.meaning_share, temperature=1.0, seed=self.seed)
        with ThreadPoolExecutor(1) as beside:
            part_wording = beside.submit(part._fit_wording, rest, labels[train])
            wording = beside.submit(self._fit_wording, samples, labels)
            part._fit_meaning(rest, labels[train])
            self._fit_meaning(samples, labels, copy.deepcopy(part._meaning))
            part_wording.result()
            part.familiar = familiar_words([plain(s.text) for s in rest], labels[train])
            self._calibrate(part, [samples[i] for i in test], labels[test])
            wording.result()
        self.metadata |= {"held_back": held_back, "examples": len(labels)}

    def _fit_meaning(
        self, samples: Sequence[Sample], labels: Sequence[str], start: Optional[LogisticRegression] = None
    ) -> None:
        """``start``: a meaning view fitted to most of the same samples, from where half of the steps are enough."""
        with warnings.catch_warnings():
            # Stopped early on purpose: more steps fit the training data, not people.
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._meaning = start or LogisticRegression(
                C=self.meaning_c, tol=1e-3, random_state=self.seed, warm_start=True
            )
            self._meaning.set_params(max_iter=40 if start else 80).fit(self._dense(samples), labels)
        self.labels = list(self._meaning.classes_)

    def _fit_wording(self, samples: Sequence[Sample], labels: Sequence[str]) -> None:
        self._ngrams = Ngrams()
        # The same accuracy as with scikit-learn's 1e-4, in a tenth of the time.
        machine = LinearSVC(C=self.wording_c, tol=0.1, random_state=self.seed).fit(
            self._ngrams.fit_transform([plain(s.text) for s in samples]), labels
        )
        # Kept as one contiguous matrix: scikit-learn would turn and copy it for each message.
        self._weights = np.ascontiguousarray(machine.coef_.T, dtype=np.float32)
        self._shift = machine.intercept_.astype(np.float32)

    def _calibrate(self, part: IntentModel, held: Sequence[Sample], labels: np.ndarray) -> None:
        """Sets the temperature and the calibrator by what ``part`` makes of samples that it has not seen."""
        pooled, right = part._pooled(held), np.searchsorted(part.labels, labels)

        def loss(temperature: float) -> float:
            return float(-np.mean(_log_softmax(pooled / temperature)[np.arange(len(right)), right]))

        self.temperature = float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)
        part.temperature = self.temperature
        rankings = [part._ranked(row) for row in np.exp(_log_softmax(pooled / self.temperature))]
        verdicts = [part.judge(sample, ranking) for sample, ranking in zip(held, rankings)]
        self.calibrator = Calibrator().fit(verdicts, rankings, [s.signals for s in held], list(labels))
        self.metadata = {
            "held_back_accuracy": float(np.mean(pooled.argmax(axis=1) == right)),
            "temperature": self.temperature,
        }

    # --- use --------------------------------------------------------------------------------------------------------

    @staticmethod
    def _dense(samples: Sequence[Sample]) -> np.ndarray:
        return np.hstack(
            [
                np.vstack([s.vector for s in samples]),
                SIGNAL_WEIGHT * np.vstack([signal_vector(s.signals, s.text) for s in samples]),
            ]
        )

    def _pooled(self, samples: Sequence[Sample]) -> np.ndarray:
        # As scikit-learn's own methods, without what they check for each message.
        meaning = _log_softmax(self._dense(samples) @ self._meaning.coef_.T + self._meaning.intercept_)
        margins = np.vstack([self._ngrams.score(plain(s.text), self._weights) for s in samples]) + self._shift
        return self.meaning_share * meaning + (1 - self.meaning_share) * _log_softmax(MARGIN_SCALE * margins)

    def probabilities(self, samples: Sequence[Sample]) -> np.ndarray:
        """Calibrated probabilities, shape ``(len(samples), len(self.labels))``; each row sums to 1."""
        return np.exp(_log_softmax(self._pooled(samples) / self.temperature))

    def alarm(self, samples: Sequence[Sample]) -> float:
        """The highest probability, among ``samples``, of one of the two kinds of danger."""
        columns = [i for i, label in enumerate(self.labels) if label in scope_guard.ALARMS]
        return float(self.probabilities(samples)[:, columns].sum(axis=1).max())

    def foreign_words(self, text: str, named: Collection[str] = ()) -> List[str]:
        """Words of a text that our questions do not use: what an elliptical question that is ours would not hold."""
        return [
            w
            for w in plain(text).split()
            if len(w) > 2 and w not in self.familiar and w not in STOP_WORDS and w not in named and not w.isdigit()
        ]

    def _ranked(self, row: np.ndarray) -> List[Tuple[str, float]]:
        return [(self.labels[i], float(row[i])) for i in np.argsort(-row)]

    def ranking(self, sample: Sample) -> List[Tuple[str, float]]:
        """Intents with their probabilities, likeliest first."""
        return self._ranked(self.probabilities([sample])[0])

    def judge(self, sample: Sample, ranking: Sequence[Tuple[str, float]]) -> Verdict:
        """The scope guard's verdict on a ranking of this sample."""
        return scope_guard.judge(
            ranking, sample.signals, len(sample.text.split()), len(self.foreign_words(sample.text, sample.named))
        )

    def understand(self, sample: Sample) -> Tuple[Verdict, List[Tuple[str, float]]]:
        """The verdict with its calibrated confidence, and the ranking it was made from."""
        ranking = self.ranking(sample)
        verdict = self.judge(sample, ranking)
        return replace(verdict, confidence=self.calibrator.confidence(verdict, ranking, sample.signals)), ranking


def _log_softmax(rows: np.ndarray) -> np.ndarray:
    shifted = rows - rows.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def familiar_words(texts: Sequence[str], labels: Sequence[str], least: int = 4) -> FrozenSet[str]:
    """Words that our own questions use at least ``least`` times, and not less often than what is outside does."""
    ours, theirs = Counter(), Counter()
    for text, label in zip(texts, labels):
        (theirs if label in OUTSIDE else ours).update(set(text.split()))
    share = sum(label in OUTSIDE for label in labels) / max(1, len(labels))
    return frozenset(w for w, n in ours.items() if n >= least and n * share >= theirs[w] * (1 - share))
