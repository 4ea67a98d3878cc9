"""The training data as plain values, read without Rasa."""

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from ruamel.yaml import YAML
from scipy.sparse import csr_matrix

REPO = Path(__file__).resolve().parents[2]

NEAR = 0.8

# Nobody says these: a button, the guard or the channel decides on them. (nlu_fallback is Rasa's own.)
WITHOUT_EXAMPLES = {
    *("nlu_fallback", "unusable", "something_else", "unclear_trouble"),
    *("say_not_my_question", "say_unclear", "say_too_long", "say_wrong"),
}


class Example(NamedTuple):
    """One example of an intent and the skill (the file) that it stands in."""

    skill: str
    intent: str
    text: str


def read_yaml(path: Path) -> dict:
    return YAML(typ="safe").load(path.read_text("utf-8"))


def normalised(text: str) -> str:
    """Small letters and digits, one space: texts that are the same to a reader are the same here."""
    return " ".join(re.findall(r"\w+", text.lower().replace("’", "").replace("'", "")))


def trigrams(texts: list[str], known: dict[str, int]) -> csr_matrix:
    """One row for each text, one column for each run of three characters that it holds."""
    rows, columns = [], []
    for number, text in enumerate(texts):
        padded = f"  {text} "
        grams = {padded[i : i + 3] for i in range(len(padded) - 2)}
        rows += [number] * len(grams)
        columns += [known.setdefault(gram, len(known)) for gram in grams]
    return csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=(len(texts), 100_000))


def near_pairs(left: list[str], right: list[str]) -> list[tuple[str, str]]:
    """Pairs of texts that share at least four fifths of their character trigrams (Jaccard)."""
    known: dict[str, int] = {}
    a, b = trigrams(left, known), trigrams(right, known)
    shared = (a @ b.T).tocoo()
    sizes_a, sizes_b = a.sum(axis=1).A1, b.sum(axis=1).A1
    union = sizes_a[shared.row] + sizes_b[shared.col] - shared.data
    return [(left[shared.row[i]], right[shared.col[i]]) for i in np.flatnonzero(shared.data >= NEAR * union)]


@pytest.fixture(scope="session")
def examples() -> list[Example]:
    found = []
    for file in sorted((REPO / "data" / "nlu").glob("*.yml")):
        for block in read_yaml(file)["nlu"]:
            lines = [line for line in block["examples"].splitlines() if line.strip()]
            strays = [line for line in lines if not line.startswith("- ")]
            assert not strays, f"{file.name}: each example of {block['intent']} starts with '- ': {strays}"
            found += [Example(file.stem, block["intent"], line[2:].strip()) for line in lines]
    return found


@pytest.fixture(scope="session")
def domain() -> dict:
    return read_yaml(REPO / "domain.yml")


@pytest.fixture(scope="session")
def rules() -> dict[str, list]:
    """Skill → its rules."""
    return {file.stem: read_yaml(file)["rules"] for file in sorted((REPO / "data" / "rules").glob("*.yml"))}


@pytest.fixture(scope="session")
def stories() -> dict[str, list]:
    """Skill → its stories."""
    return {file.stem: read_yaml(file)["stories"] for file in sorted((REPO / "data" / "stories").glob("*.yml"))}
