"""The n-grams of one text, beside what scikit-learn makes of it."""

import pickle

import numpy as np
import pytest
from scipy import sparse

from legcramps.nlu.ngrams import Ngrams

TEXTS = [
    "my calf cramps at night",
    "why does my calf cramp at night",
    "a cramp a cramp again and again a cramp",
    "is it my tablets",
    "it's my tablets isn't it",
    "does it help to stretch my calf",
] * 4


@pytest.fixture(scope="module")
def fitted():
    ngrams = Ngrams()
    columns = ngrams.fit_transform(TEXTS).shape[1]
    return ngrams, np.random.default_rng(3).normal(size=(columns, 5)).astype(np.float32)


@pytest.mark.parametrize("text", [*dict.fromkeys(TEXTS), "calf", "cramp cramp cramp", "nothing known: xyzzy", "", "?!"])
def test_one_text_is_scored_as_scikit_learn_would(fitted, text):
    ngrams, weights = fitted
    features = sparse.hstack([view.transform([text]) for view in ngrams._views], format="csr")
    assert ngrams.score(text, weights) == pytest.approx((features @ weights)[0], abs=1e-5)


def test_a_stored_one_scores_alike(fitted):
    ngrams, weights = fitted
    ngrams.score("my calf", weights)
    assert np.array_equal(
        pickle.loads(pickle.dumps(ngrams)).score("my calf", weights), ngrams.score("my calf", weights)
    )
