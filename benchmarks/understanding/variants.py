"""The ways of understanding that are compared: one view of a message or both, without the guard and with it.

All of them see the same training examples and the same readings of our spaCy pipeline (what is named, with its typing errors
mended), and all are answered by :func:`legcramps.answers.respond`. They differ in how the intent is found. Without the guard
the likeliest intent is taken as it is, or asked back below a threshold; with it the project's own components read the message,
signs of danger and further questions included.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from unittest import mock

import joblib
import numpy as np
import yaml
from rasa.nlu.utils.spacy_utils import SpacyModel
from rasa.shared.nlu.training_data.message import Message
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.model_selection import StratifiedShuffleSplit
from spacy.language import Language

from actions.common import read_heard
from benchmarks.understanding.examples import ROOT
from legcramps.answers import Composer, Context, Heard, Mention, respond
from legcramps.answers.registry import INTENTS
from legcramps.evaluation import Reply
from legcramps.nlu import intent_model
from legcramps.nlu.components import DOC, ConditionExtractor, HybridIntentClassifier, SafetyReader, make_sample
from legcramps.nlu.encoder import SentenceEncoder
from legcramps.nlu.intent_model import IntentModel, Sample, plain
from legcramps.nlu.parts import after_restart, read_group, read_option

Reader = Callable[[str], Heard]

UNGUARDED_THRESHOLD = 0.35
"""Below this an unguarded variant asks back; that of the first measurement (DESIGN section 4)."""


# --- models of one view -------------------------------------------------------------------------------------------------


class Absent:
    """Takes the place of a view's features or of its classifier: learns nothing and has no opinion."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def fit(self, rows: Any, labels: Sequence[str]) -> Absent:
        self.classes_ = np.unique(labels)
        self.coef_, self.intercept_ = np.zeros((len(self.classes_), rows.shape[1])), np.zeros(len(self.classes_))
        return self

    def set_params(self, **_: Any) -> Absent:
        return self

    def fit_transform(self, texts: Sequence[str]) -> csr_matrix:
        return csr_matrix((len(texts), 0))

    def score(self, _: str, weights: np.ndarray) -> np.ndarray:
        return np.zeros(weights.shape[1])


class _OneView(IntentModel):
    """The intent model with the parts named in ``ABSENT`` taken out, so that neither their time nor their size counts."""

    ABSENT: tuple[str, ...] = ()
    SHARE = 0.0

    def __init__(self) -> None:
        super().__init__(meaning_share=self.SHARE)

    def fit(self, samples: Sequence[Sample], labels: Sequence[str], held_back: float = 0.2) -> _OneView:
        labels = np.asarray(labels)
        split = StratifiedShuffleSplit(1, test_size=held_back, random_state=self.seed)
        train, test = next(split.split(np.zeros(len(labels)), labels))
        self._fit_views([samples[i] for i in train], labels[train])
        pooled = self._pooled([samples[i] for i in test])
        self.temperature = best_temperature(pooled, np.searchsorted(self.labels, labels[test]))[0]
        self._fit_views(samples, labels)
        return self

    def _fit_views(self, samples: Sequence[Sample], labels: Sequence[str]) -> None:
        with ExitStack() as stack:
            for name in self.ABSENT:
                stack.enter_context(mock.patch.object(intent_model, name, Absent))
            super()._fit_views(samples, labels)


class NgramsAlone(_OneView):
    ABSENT, SHARE = ("LogisticRegression",), 0.0

    @staticmethod
    def _dense(samples: Sequence[Sample]) -> np.ndarray:
        return np.zeros((len(samples), 0))


class MeaningAlone(_OneView):
    """The encoder's vector and the signals: the meaning view as it is."""

    ABSENT, SHARE = ("LinearSVC", "Ngrams"), 1.0


class EncoderAlone(MeaningAlone):
    """The encoder's vector and nothing else."""

    @staticmethod
    def _dense(samples: Sequence[Sample]) -> np.ndarray:
        return np.vstack([sample.vector for sample in samples])


def log_softmax(rows: np.ndarray) -> np.ndarray:
    shifted = rows - rows.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def best_temperature(pooled: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """The temperature of least log loss on rows of log opinions whose right columns are given, and that loss."""

    def loss(temperature: float) -> float:
        return float(-np.mean(log_softmax(pooled / temperature)[np.arange(len(right)), right]))

    found = minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded")
    return float(found.x), float(found.fun)


def megabytes(model: IntentModel) -> float:
    """As :class:`HybridIntentClassifier` stores it."""
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=3)
    return len(buffer.getvalue()) / 1e6


# --- readers: text in, what was heard out -------------------------------------------------------------------------------


def named_in(doc: Any) -> tuple[Mention, ...]:
    return tuple(Mention(m.kind, m.id, m.negated, m.family, m.medicine, m.person) for m in doc._.mentions)


def straight(
    intent: str, confidence: float, doc: Any, alternatives: Sequence[str], groups: dict[str, list[str]]
) -> Heard:
    """An intent taken as it is, with what our pipeline found in the text."""
    return Heard(
        intent,
        confidence,
        named_in(doc),
        doc._.signals,
        option=read_option(doc.text),
        group=read_group(doc._.corrected, groups),
        alternatives=tuple(alternatives),
    )


def unguarded(
    model: IntentModel, nlp: Language, encoder: SentenceEncoder | None, groups: dict[str, list[str]], threshold: float
) -> Reader:
    """The likeliest intent, or the question what was meant. Without an encoder the sample's vector is empty."""
    nothing = np.zeros(0, dtype=np.float32)

    def read(text: str) -> Heard:
        doc = nlp(text)
        vector = encoder.encode([plain(doc._.corrected)])[0] if encoder else nothing
        ranking = model.ranking(make_sample(doc, vector))
        intent, confidence = ranking[0]
        asked = intent if confidence >= threshold else "nlu_fallback"
        return straight(asked, confidence, doc, [i for i, _ in ranking[:10]], groups)

    return read


def component_settings(name: str) -> dict[str, Any]:
    """What ``config.yml`` sets for a component of the pipeline."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf8"))["pipeline"]
    return next(component for component in pipeline if component["name"].split(".")[-1] == name)


def guarded(model: IntentModel, nlp: Language) -> Reader:
    """The project's components one after the other, as ``config.yml`` has them, without Rasa's engine around them."""
    spacy_model = SpacyModel(model=nlp, model_name="")
    safety, conditions = SafetyReader({}), ConditionExtractor({})
    settings = {**HybridIntentClassifier.get_default_config(), **component_settings("HybridIntentClassifier")}
    classifier = HybridIntentClassifier(settings, None, None, model)
    threshold = component_settings("FallbackClassifier")["threshold"]

    def read(text: str) -> Heard:
        message = Message({"text": text})
        safety.process([message], spacy_model)
        message.set(DOC, nlp(after_restart(text)))
        conditions.process([message])
        classifier.process([message], spacy_model)
        found = message.as_dict(only_output_properties=True)
        if found["intent"]["confidence"] < threshold:
            found["intent"] = {**found["intent"], "name": "nlu_fallback"}
        return read_heard(found)

    return read


# --- from what was heard to what is measured ----------------------------------------------------------------------------


def reply_to(heard: Heard, composer: Composer) -> Reply:
    if heard.intent not in INTENTS:  # a command such as "/restart", which Rasa itself reads as an intent
        heard = replace(heard, intent="nlu_fallback")
    turn = respond(heard, Context(), composer)
    return Reply(tuple(answer.envelope() for answer in turn.answers), heard.intent, heard.confidence)


def read_all(read: Reader, texts: Sequence[str], warm_up: int = 20) -> tuple[list[Heard], list[float]]:
    """What was heard of each text, and the milliseconds that each took; the first few are read once before."""
    for text in texts[:warm_up]:
        read(text)
    heard, milliseconds = [], []
    for text in texts:
        started = time.perf_counter()
        heard.append(read(text))
        milliseconds.append((time.perf_counter() - started) * 1000)
    return heard, milliseconds
