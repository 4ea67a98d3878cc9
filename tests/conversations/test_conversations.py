"""Replays every conversation file against the trained model with the real actions. Their form: README.md beside this."""

import asyncio
from pathlib import Path

import pytest

from tests.conversations.helpers.replay import replay
from tests.conversations.helpers.script import Expect, Script, read

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*/*.yml"))

LEAST_FILES = 120
LEAST_SAFETY_VARIANTS = 40


def title(path: Path) -> str:
    return path.relative_to(HERE).with_suffix("").as_posix()


def script(path: Path) -> Script:
    return read(path, f"tests/conversations/{path.relative_to(HERE).as_posix()}")


@pytest.mark.parametrize("path", FILES, ids=title)
def test_conversation(path, assistant):
    async def all_of_it():
        return [problem for turns in script(path).conversations for problem in await replay(assistant, turns)]

    problems = asyncio.run(all_of_it())
    assert not problems, "\n".join(["", *problems])


# --- the files themselves


def test_every_file_lies_in_the_folder_of_a_phenomenon():
    strays = [str(path.relative_to(HERE)) for path in HERE.rglob("*.y*ml") if path not in FILES]
    assert not strays, f"name these <phenomenon>/<behaviour>.yml: {strays}"


def test_there_are_enough_files():
    assert len(FILES) >= LEAST_FILES


def test_a_file_name_says_a_behaviour_in_words():
    badly_named = [
        title(path) for path in FILES if not path.stem.replace("_", "").isalnum() or path.stem.count("_") < 2
    ]
    assert not badly_named, f"a sentence with underscores, please: {badly_named}"


@pytest.mark.parametrize("danger", [True, False], ids=["signs of danger", "hard negatives"])
def test_safety_has_enough_of_both(danger):
    last_turns = [
        turns[-1].expect for path in FILES if path.parent.name == "safety" for turns in script(path).conversations
    ]
    assert sum(is_danger(expect) is danger for expect in last_turns) >= LEAST_SAFETY_VARIANTS


def is_danger(expect: Expect) -> bool:
    return bool(expect.outcomes) and expect.outcomes[0] <= {"urgent", "crisis"}
