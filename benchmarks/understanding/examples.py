"""The training examples, and messages made ready for a classifier."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from sklearn.model_selection import StratifiedShuffleSplit
from spacy.language import Language
from spacy.tokens import Doc

from legcramps.nlu.components import make_sample
from legcramps.nlu.encoder import SentenceEncoder
from legcramps.nlu.intent_model import Sample, plain

ROOT = Path(__file__).resolve().parents[2]
NLU = ROOT / "data" / "nlu"
OUT = ROOT / "build" / "understanding"


@dataclass(frozen=True)
class Examples:
    """Texts and the intent of each."""

    texts: tuple[str, ...]
    intents: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def chosen(self, rows: Iterable[int]) -> Examples:
        rows = list(rows)
        return Examples(tuple(self.texts[i] for i in rows), tuple(self.intents[i] for i in rows))

    def share(self, share: float, seed: int = 7) -> Examples:
        """A part of them in which each intent has its share."""
        if share >= 1:
            return self
        split = StratifiedShuffleSplit(1, train_size=share, random_state=seed)
        rows, _ = next(split.split(np.zeros(len(self)), self.intents))
        return self.chosen(sorted(rows))

    @property
    def fingerprint(self) -> str:
        return fingerprint([f"{intent}\t{text}" for text, intent in zip(self.texts, self.intents, strict=True)])


def fingerprint(lines: Sequence[str]) -> str:
    """Says whether two runs saw the same, without keeping what they saw."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def read_examples(folder: Path = NLU) -> Examples:
    """The examples of ``data/nlu``, in the order of its files."""
    texts, intents = [], []
    for file in sorted(folder.glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf8"))["nlu"]:
            for line in block["examples"].splitlines():
                if line.startswith("- "):
                    texts.append(line[2:].strip())
                    intents.append(block["intent"])
    return Examples(tuple(texts), tuple(intents))


def write_examples(examples: Examples, file: Path) -> None:
    """Writes a file as Rasa reads it."""
    by_intent: dict[str, list[str]] = {}
    for text, intent in zip(examples.texts, examples.intents, strict=True):
        by_intent.setdefault(intent, []).append(text)
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in by_intent.items():
        lines += [f"- intent: {intent}", "  examples: |", *(f"    - {text}" for text in texts)]
    file.write_text("\n".join(lines) + "\n", encoding="utf8")


@dataclass(frozen=True)
class Prepared:
    """Messages as a classifier sees them, and the seconds of both steps: our spaCy pipeline, the sentence encoder."""

    docs: tuple[Doc, ...]
    samples: tuple[Sample, ...]
    pipeline_seconds: float
    encoder_seconds: float


def prepare(texts: Sequence[str], nlp: Language, encoder: SentenceEncoder) -> Prepared:
    started = time.perf_counter()
    docs = tuple(nlp(text) for text in texts)
    read = time.perf_counter()
    vectors = encoder.encode([plain(doc._.corrected) for doc in docs])
    encoded = time.perf_counter()
    samples = tuple(make_sample(doc, vector) for doc, vector in zip(docs, vectors, strict=True))
    return Prepared(docs, samples, read - started, encoded - read)
