"""Sentence vectors of the training examples, kept between trainings: after a change of ten examples, ten are encoded anew.

Only training uses it. What people write to the assistant is never put here.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Dict, Mapping, Sequence

import numpy as np

from legcramps.nlu.encoder import SentenceEncoder


class VectorStore:
    """Vectors by the hash of their text; ``used`` are the ones asked for since it was loaded."""

    def __init__(self, vectors: Mapping[bytes, np.ndarray] = {}):
        self._vectors = dict(vectors)
        self._used: Dict[bytes, np.ndarray] = {}

    @classmethod
    def load(cls, file: Path, encoder: str) -> VectorStore:
        """What ``save`` wrote to ``file`` for the same encoder; empty when there is nothing, or nothing readable."""
        try:
            with np.load(file, allow_pickle=False) as stored:
                if str(stored["encoder"]) != encoder:
                    return cls()
                return cls({key.tobytes(): vector for key, vector in zip(stored["keys"], stored["vectors"])})
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            return cls()

    def save(self, file: Path, encoder: str) -> None:
        """Writes what was used, in one step. A folder that cannot be written to only costs the next training time."""
        if not self._used:
            return
        keys = np.frombuffer(b"".join(self._used), dtype=np.uint8).reshape(len(self._used), -1)
        new = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(new, "wb") as out:
                np.savez(out, encoder=encoder, keys=keys, vectors=np.vstack(list(self._used.values())))
            new.replace(file)
        except OSError:
            new.unlink(missing_ok=True)

    def encode(self, encoder: SentenceEncoder, texts: Sequence[str]) -> np.ndarray:
        """``encoder.encode(texts)``, which is run only for texts that are not here."""
        keys = [hashlib.sha256(text.encode("utf8", "replace")).digest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts) if key not in self._vectors}
        if missing:
            self._vectors.update(zip(missing, encoder.encode(list(missing.values()))))
        self._used.update((key, self._vectors[key]) for key in keys)
        return np.vstack([self._vectors[key] for key in keys])
