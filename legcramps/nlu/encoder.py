"""The sentence encoder: texts to vectors whose cosine says how alike they are in meaning.

It runs the vendored ONNX file in ``models/encoder`` (its model card is there) on the CPU, without network, and keeps
nothing of the texts it is given.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

DEFAULT_FOLDER = Path(__file__).resolve().parents[2] / "models" / "encoder"
REMEDY = "Restore it with `git checkout models/encoder`, or make it again with `make encoder`."

MAX_BATCH_TOKENS = 256  # measured on one core: 1.8 times one by one; larger batches are slower and take more memory


class EncoderError(RuntimeError):
    """The encoder's files are missing, damaged or do not fit together; the message names the file and the remedy."""


class SentenceEncoder:
    """Turns texts into sentence vectors.

    Args:
        folder: where ``manifest.json`` and the files that it lists are.
        threads: how many cores one text may use. One is best for a server; more help only long texts.
        max_length: tokens read of a text, the two added by the tokenizer included; the rest of the text is ignored.
            ``None`` takes the manifest's.

    Raises:
        EncoderError: a file is missing, or is not the one the manifest names.
        ValueError: ``max_length`` is more than the model can read, or less than 3.
    """

    def __init__(self, folder: Path = DEFAULT_FOLDER, *, threads: int = 1, max_length: int | None = None) -> None:
        manifest = _read_manifest(folder)
        self.dimensions: int = manifest["dimensions"]
        self.identity: str = hashlib.sha256(json.dumps([manifest, max_length], sort_keys=True).encode()).hexdigest()
        """Differs when a text's vector could."""
        self.max_length: int = manifest["max_length"] if max_length is None else max_length
        if not 3 <= self.max_length <= manifest["longest_possible"]:
            raise ValueError(f"max_length must be from 3 to {manifest['longest_possible']}, not {self.max_length}.")
        for name, expected in manifest["files"].items():
            _check_file(folder / name, expected["sha256"])

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_length)
        self._tokenizer.encode_special_tokens = True  # a typed "[SEP]" is text, not a control token

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(folder / "encoder.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of the texts, in their order: float32, shape ``(len(texts), dimensions)``, each of length 1.

        A text's vector does not depend on the texts beside it: only texts of the same number of tokens share a batch,
        so nothing is padded, and the model scales each token by itself.
        """
        if isinstance(texts, str):
            raise TypeError("encode() takes a sequence of texts, not one text.")
        ids = [self._token_ids(text) for text in texts]
        vectors = np.empty((len(ids), self.dimensions), dtype=np.float32)
        for rows in _batches_of_one_length([len(row) for row in ids]):
            batch = np.array([ids[row] for row in rows], dtype=np.int64)
            vectors[rows] = self._session.run(["embedding"], {"input_ids": batch})[0]
        return vectors

    def _token_ids(self, text: str) -> list[int]:
        # A lone surrogate (half an emoji in broken JSON) is no valid text for the tokenizer.
        return self._tokenizer.encode(text.encode("utf-8", "replace").decode("utf-8")).ids


def _batches_of_one_length(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Row numbers in batches, each of rows with the same length, shortest first."""
    rows_by_length: dict[int, list[int]] = defaultdict(list)
    for row, length in enumerate(lengths):
        rows_by_length[length].append(row)
    for length, rows in sorted(rows_by_length.items()):
        size = max(1, MAX_BATCH_TOKENS // length)
        for start in range(0, len(rows), size):
            yield rows[start : start + size]


def _read_manifest(folder: Path) -> dict:
    file = folder / "manifest.json"
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncoderError(f"{file} is missing. {REMEDY}") from None
    except ValueError:
        raise EncoderError(f"{file} is damaged: it is not JSON. {REMEDY}") from None


def _check_file(file: Path, expected: str) -> None:
    try:
        actual = hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise EncoderError(f"{file} is missing. {REMEDY}") from None
    if actual != expected:
        raise EncoderError(f"{file} is damaged: its sha256 is not the one in manifest.json. {REMEDY}")
