"""Word and character n-grams of a text, weighted by how telling they are (TF-IDF, scikit-learn's ``TfidfVectorizer``).

scikit-learn counts and weighs the training texts. One message at run time goes past its sparse matrices, whose checks take some
twenty times as long as the sum itself; the result is the same.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import Any, Callable, Dict, List, Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer


class Ngrams:
    """``fit_transform`` once on the training texts, then ``score`` one text at a time."""

    def __init__(self) -> None:
        self._views = [
            TfidfVectorizer(
                ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"(?u)\b\w[\w']*\b", dtype=np.float32
            ),
            TfidfVectorizer(
                analyzer="char_wb",
                ngram_range=(2, 4),
                min_df=4,
                sublinear_tf=True,
                dtype=np.float32,
                max_features=12_000,
            ),
        ]
        self._rarity: List[np.ndarray] = []
        self._analyzers: List[Callable[[str], List[str]]] = []

    def fit_transform(self, texts: Sequence[str]) -> sparse.csr_matrix:
        """The texts' features, shape ``(len(texts), features)``: the words' first, then the characters'. Each kind's row has length 1."""
        features = sparse.hstack([view.fit_transform(texts) for view in self._views], format="csr")
        # scikit-learn works them out anew whenever it is asked.
        self._rarity = [view.idf_ for view in self._views]
        return features

    def score(self, text: str, weights: np.ndarray) -> np.ndarray:
        """What ``transform([text]) @ weights`` would be, ``weights`` having a row for each feature: shape ``(weights.shape[1],)``."""
        if not self._analyzers:
            self._analyzers = [view.build_analyzer() for view in self._views]
        total = np.zeros(weights.shape[1], dtype=weights.dtype)
        first = 0
        for view, rarity, analyze in zip(self._views, self._rarity, self._analyzers):
            known = view.vocabulary_
            counts = Counter(known[gram] for gram in analyze(text) if gram in known)
            if counts:
                columns = np.fromiter(counts, dtype=np.intp, count=len(counts))
                often = np.array([1.0 + math.log(n) for n in counts.values()], dtype=weights.dtype)
                values = often * rarity[columns]
                total += (values / np.linalg.norm(values)) @ weights[columns + first]
            first += len(known)
        return total

    def __getstate__(self) -> Dict[str, Any]:
        # The analyzers are made of the views in no time, and cannot be stored.
        return {**self.__dict__, "_analyzers": []}
