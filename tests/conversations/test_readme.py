"""The dialogues in data/stories/README.md are real: said again, the assistant answers the same."""

import asyncio
import re
import uuid
from pathlib import Path

import pytest

README = Path(__file__).resolve().parents[2] / "data/stories/README.md"
_DIALOGUE = re.compile(r"^## (?P<title>.+?)\n.*?^```text\n(?P<lines>.*?)^```", re.MULTILINE | re.DOTALL)


def dialogues() -> list[tuple[str, list[str]]]:
    found = _DIALOGUE.finditer(README.read_text(encoding="utf8"))
    return [(match["title"], match["lines"].splitlines()) for match in found]


def test_there_are_at_least_three_dialogues():
    assert len(dialogues()) >= 3


@pytest.mark.parametrize("lines", [lines for _, lines in dialogues()], ids=[title for title, _ in dialogues()])
def test_a_dialogue_is_what_the_assistant_says(lines, assistant):
    said = [line[2:] for line in lines if line.startswith("» ")]
    now = asyncio.run(talk(said, assistant))
    assert [line for line in lines if line] == now, "Copy what it says now:\n" + "\n".join(now)


async def talk(said, assistant):
    lines, conversation = [], uuid.uuid4().hex
    for text in said:
        replies = (await assistant.turn(conversation, text)).replies
        lines += [f"» {text}", *(" ".join(reply["text"].split()) for reply in replies)]
    return lines
