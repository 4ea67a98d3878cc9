"""``make voice-test``, or

.venv/bin/python -m benchmarks.voice [--only N] [--again] [--no-replies]

Speaks the questions of ``questions.tsv``, has them recognised, asks them over each voice channel, compares with what their typed
form gets, and speaks and recognises the replies. The exit code is 0 when the bars are met, 1 when one is missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from benchmarks.voice import report
from benchmarks.voice.report import Asked, Envelope, Reply
from legcramps import logs
from legcramps.channels.replies import recogniser_hints
from legcramps.channels.speech import WORDS_PER_MINUTE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OUT = HERE.parent / "results"
WORK = ROOT / "build" / "voice"
VOICE_PYTHON = ROOT / ".venv-voice" / "bin" / "python"

HINTS = 60
"""How many of the phone's hints this recogniser has room for."""


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """Goes through the steps; the exit code."""
    parser = argparse.ArgumentParser(prog="benchmarks.voice", description="Measures spoken questions.")
    parser.add_argument("--only", type=int, help="only the first so many questions")
    parser.add_argument("--again", action="store_true", help="use what was recognised last time, and ask anew")
    parser.add_argument("--no-replies", action="store_true", help="do not speak the replies")
    parser.add_argument("--questions", type=Path, default=HERE / "questions.tsv", help="other questions (id, question)")
    options = parser.parse_args(arguments)
    WORK.mkdir(parents=True, exist_ok=True)
    OUT.mkdir(exist_ok=True)
    questions = _read(options.questions)[: options.only]
    heard_file = WORK / f"{options.questions.stem}-heard.jsonl"
    if not (options.again and heard_file.exists()):
        hints = ", ".join(recogniser_hints()[:HINTS])
        _say(f"Speaking and recognising {len(questions)} questions in two bands")
        # Only the phone company is told what to expect; what listens in a home is not.
        texts = [{"id": i, "text": q, "band": "wide"} for i, q in questions]
        texts += [{"id": i, "text": q, "band": "phone", "hints": hints} for i, q in questions]
        _speak_and_hear(sorted(texts, key=lambda line: line["text"]), heard_file)
    recognised = [json.loads(line) for line in heard_file.read_text("utf8").splitlines()]
    known = dict(questions)
    recognised = [line for line in recognised if known.get(line["id"]) == line["text"]]
    _say("Loading the assistant")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    logs.prepare()
    # Only now, as the environment must be set before Rasa is imported.
    from benchmarks.voice.lines import answer_of, open_lines
    from legcramps.server.assistant import Assistant

    logs.configure("ERROR")
    assistant = Assistant.load()
    with open_lines(assistant) as lines:
        _say(f"Asking over {', '.join(lines)}")
        asked, said = _ask_all(partial(answer_of, assistant), lines, recognised)
    replies = [] if options.no_replies else _hear_replies(said)
    figures = report.summary(asked, replies)
    (OUT / "voice.md").write_text(report.as_markdown(asked, replies), encoding="utf8")
    (OUT / "voice.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf8")
    print("\n".join(report.as_markdown(asked, replies).splitlines()[:8]))
    _say(f"Each question: {(OUT / 'voice.md').relative_to(ROOT)}; the sounds: {WORK.relative_to(ROOT)}/waves")
    return 0 if report.passed(figures) else 1


def _ask_all(
    answer_of: Callable[[str, bool], Envelope], lines: Dict[str, Any], recognised: Sequence[Dict[str, Any]]
) -> Tuple[List[Asked], Dict[str, str]]:
    """Every recognised question over every channel; and what the phone says to each typed one."""
    asked: List[Asked] = []
    typed_replies: Dict[Tuple[str, str], str] = {}
    for line in recognised:
        typed, text = line["text"], line["heard"]
        for channel, say in lines.items():
            if (channel, typed) not in typed_replies:
                typed_replies[channel, typed] = say(typed, 1.0)[0]
        answers = {channel: say(text, line["confidence"]) for channel, say in lines.items()} if text else {}
        asked.append(
            Asked(
                id=line["id"],
                band=line["band"],
                question=typed,
                heard=text,
                confidence=line["confidence"],
                typed=answer_of(typed, False),
                spoken=answer_of(text, True) if text else (),
                same={c: c in answers and answers[c][0] == typed_replies[c, typed] for c in lines},
                asked_back=any(back for _, back in answers.values()),
            )
        )
    return asked, {line["id"]: typed_replies["phone", line["text"]] for line in recognised}


def _hear_replies(said: Dict[str, str]) -> List[Reply]:
    distinct = {text: name for name, text in said.items()}
    _say(f"Speaking and recognising {len(distinct)} replies")
    heard = WORK / "replies.jsonl"
    _speak_and_hear([{"id": f"reply-{i}", "text": text, "band": "phone"} for text, i in distinct.items()], heard)
    lines = [json.loads(line) for line in heard.read_text("utf8").splitlines()]
    return [
        Reply(
            line["id"],
            line["text"],
            line["heard"],
            line["seconds"],
            len(line["text"].split()) * 60 / WORDS_PER_MINUTE,
        )
        for line in lines
    ]


def _speak_and_hear(texts: Sequence[Dict[str, Any]], heard: Path) -> None:
    source = heard.with_suffix(".texts")
    source.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in texts), encoding="utf8")
    draft = heard.with_suffix(".draft")
    command = [
        str(VOICE_PYTHON),
        str(HERE / "speak_and_hear.py"),
        str(source),
        str(draft),
        "--waves",
        str(WORK / "waves"),
    ]
    subprocess.run(command, check=True, cwd=ROOT)
    draft.replace(heard)


def _read(file: Path) -> List[Tuple[str, str]]:
    with file.open(encoding="utf8", newline="") as rows:
        return [(row["id"], row["question"]) for row in csv.DictReader(rows, delimiter="\t")]


def _say(text: str) -> None:
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
