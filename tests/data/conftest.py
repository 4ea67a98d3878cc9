"""The training data as plain values, read without Rasa."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from ruamel.yaml import YAML

REPO = Path(__file__).resolve().parents[2]


# Nobody says these: a button, the guard or the channel decides on them. (nlu_fallback is Rasa's own.)
WITHOUT_EXAMPLES = {"nlu_fallback", "unusable", "something_else", "unclear_trouble"}


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


@pytest.fixture(scope="session")
def nlp():
    """Our spaCy pipeline as training builds it."""
    from legcramps.knowledge import load
    from legcramps.nlu.language import create_pipeline

    return create_pipeline(load(), REPO / "data" / "nlu")
