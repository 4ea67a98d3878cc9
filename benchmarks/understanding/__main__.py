"""Reproduces the comparison of ways of understanding: ``make bench-understanding``, or

.venv/bin/python -m benchmarks.understanding [--with-diet] [--diet-share 1.0] [--again]

The stock classifier (DIET, as ``rasa init`` sets it up) needs the environment that ``make compare`` makes. It trains for
long, so its result is kept beside the tables and used again while the examples and the questions are the same.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from actions.common import composer, read_heard
from benchmarks.understanding import in_rasa, report
from benchmarks.understanding.examples import (
    NLU,
    OUT,
    ROOT,
    Examples,
    Prepared,
    fingerprint,
    prepare,
    read_examples,
    write_examples,
)
from benchmarks.understanding.progress import Say
from benchmarks.understanding.variants import (
    UNGUARDED_THRESHOLD,
    EncoderAlone,
    MeaningAlone,
    NgramsAlone,
    Reader,
    guarded,
    megabytes,
    read_all,
    reply_to,
    straight,
    unguarded,
)
from legcramps import knowledge
from legcramps.answers import Heard
from legcramps.evaluation import Reply, Row, default_sets
from legcramps.nlu import language
from legcramps.nlu.encoder import SentenceEncoder
from legcramps.nlu.intent_model import IntentModel

DIET_PYTHON = ROOT / ".venv-compare" / "bin" / "python"
DIET_LIMIT = 12 * 3600.0  # seconds; on all examples it needs most of them on two cores
HEARTBEAT = 30.0
ROUNDS, TEXTS_IN_TURN = 5, 500

STOCK_PIPELINE: list[dict[str, Any]] = [
    # What Rasa uses when config.yml names no pipeline, as `rasa init` writes it; only the fallback's threshold is the
    # one that the design measured with.
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True},
    {"name": "EntitySynonymMapper"},
    {"name": "ResponseSelector", "epochs": 100, "constrain_similarities": True},
    {"name": "FallbackClassifier", "threshold": 0.5, "ambiguity_threshold": 0.1},
]


class Sets:
    """The labelled sets that are there, all their texts in one row, and how to cut replies apart again."""

    def __init__(self, sets: dict[str, list[Row]]):
        self.sets = sets
        self.texts = [row.text for rows in sets.values() for row in rows]
        self.sizes = {title: len(rows) for title, rows in sets.items()}

    def shares(self, replies: Sequence[Reply]) -> dict[str, dict[str, float]]:
        return {title: report.outcome_shares(rows, part) for title, rows, part in self.cut(replies)}

    def cut(self, replies: Sequence[Any]) -> list[tuple[str, list[Row], list[Any]]]:
        parts, start = [], 0
        for title, rows in self.sets.items():
            parts.append((title, rows, list(replies[start : start + len(rows)])))
            start += len(rows)
        return parts


def answered(heard: Sequence[Heard]) -> list[Reply]:
    return [reply_to(one, composer()) for one in heard]


def train(model: IntentModel, prepared: Prepared, intents: Sequence[str], encoded: bool) -> tuple[IntentModel, float]:
    """The trained model, and the seconds from texts to it: our pipeline, the encoder where it is used, and the fitting."""
    started = time.perf_counter()
    model.fit(prepared.samples, intents)
    fitting = time.perf_counter() - started
    return model, fitting + prepared.pipeline_seconds + (prepared.encoder_seconds if encoded else 0)


# --- in Rasa --------------------------------------------------------------------------------------------------------------


def train_in_rasa(python: Path, config: dict[str, Any], nlu: Path, texts: list[str], name: str, say: Say) -> dict:
    """Trains and reads with an environment's Python; the model is left as ``<name>.tar.gz``."""
    with tempfile.TemporaryDirectory(prefix="understanding-") as temporary:
        file = Path(temporary) / "config.yml"
        file.write_text(yaml.safe_dump(config), encoding="utf8")
        return run_in_rasa(python, {"config": str(file), "nlu": str(nlu), "texts": texts}, name, say)


def archive_of(name: str) -> Path:
    return OUT / f"{name}.tar.gz"


def run_in_rasa(python: Path, job: dict[str, Any], name: str, say: Say) -> dict:
    """Runs ``in_rasa.py`` with an environment's Python, and says now and then that it still runs."""
    with tempfile.TemporaryDirectory(prefix="understanding-") as temporary:
        result = Path(temporary) / "result.json"
        told = json.dumps({**job, "archive": str(archive_of(name)), "result": str(result)})
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        if python == Path(sys.executable):
            environment["PYTHONPATH"] = str(ROOT)
        log = OUT / f"{name}.log"
        started = last = time.monotonic()
        with log.open("w", encoding="utf8") as output:
            process = subprocess.Popen(
                [str(python), in_rasa.__file__],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=environment,
                text=True,
                encoding="utf8",
            )
            try:
                # Through a pipe, so that the questions are not written to the disk.
                process.stdin.write(told)
                process.stdin.close()
                while process.poll() is None:
                    time.sleep(0.5)
                    if time.monotonic() - started > DIET_LIMIT:
                        raise SystemExit(f"{name} did not end within {DIET_LIMIT / 60:.0f} minutes.")
                    if time.monotonic() - last > HEARTBEAT:
                        say(f"  … {name} still trains or reads ({log.relative_to(ROOT)})")
                        last = time.monotonic()
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
        if process.returncode:
            raise SystemExit(f"{name} failed with exit code {process.returncode}. See {log.relative_to(ROOT)}.")
        return json.loads(result.read_text(encoding="utf8"))


def diet(examples: Examples, share: float, sets: Sets, again: bool, say: Say) -> dict[str, Any]:
    """What stock DIET made of the texts: measured now, or kept from a run on the same examples and texts."""
    kept = OUT / "diet.json"
    chosen = examples.share(share)
    key = {"examples": chosen.fingerprint, "texts": fingerprint(sets.texts), "pipeline": STOCK_PIPELINE}
    if kept.exists() and not again:
        result = json.loads(kept.read_text(encoding="utf8"))
        if result["key"] == key:
            say("Stock DIET: kept from an earlier run on the same examples and questions")
            return result
    if not DIET_PYTHON.exists():
        raise SystemExit("The stock assistant's environment .venv-compare is missing. Make it with: make compare")
    say(f"Training stock DIET on {len(chosen)} examples, 100 epochs (this takes long)")
    with tempfile.TemporaryDirectory(prefix="understanding-") as temporary:
        nlu = Path(temporary) / "nlu.yml"
        write_examples(chosen, nlu)
        config = {"recipe": "default.v1", "language": "en", "assistant_id": "stock", "pipeline": STOCK_PIPELINE}
        result = train_in_rasa(DIET_PYTHON, {**config, "policies": []}, nlu, sets.texts, "diet", say)
    result.update(key=key, trained_on=len(chosen), of=len(examples), load=os.getloadavg()[0])
    kept.write_text(json.dumps(result), encoding="utf8")
    return result


def diet_row(result: dict[str, Any], docs: Sequence[Any], groups: dict[str, list[str]], sets: Sets) -> report.Result:
    """DIET's intent goes straight to its answer, with what our own pipeline found named in the text."""
    heard = []
    for parsed, doc in zip(result["parsed"], docs, strict=True):
        ranking = [entry["name"] for entry in parsed["intent_ranking"] or () if entry["name"] != "nlu_fallback"]
        intent = parsed["intent"]["name"] or "nlu_fallback"
        heard.append(straight(intent, parsed["intent"]["confidence"] or 0.0, doc, ranking, groups))
    share = "" if result["trained_on"] == result["of"] else f" ({result['trained_on']} of {result['of']} examples)"
    return report.Result(
        f"stock DIET{share}",
        sets.shares(answered(heard)),
        result["training_seconds"],
        result["megabytes"],
        report.median(result["milliseconds"]),
        "in Rasa, with real TensorFlow, 100 epochs, FallbackClassifier at 0.5; "
        f"{result['trained_on']} of {result['of']} examples; load average {result['load']:.1f}",
    )


def ours_in_rasa(sets: Sets, say: Say) -> tuple[report.Result, list[Reply]]:
    """Our own ``config.yml``, trained and read in Rasa in the same way as DIET."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf8"))
    say("Training ours in Rasa")
    result = train_in_rasa(Path(sys.executable), {**config, "policies": []}, NLU, sets.texts, "ours", say)
    replies = answered([read_heard(parsed) for parsed in result["parsed"]])
    row = report.Result(
        "ours, in Rasa",
        sets.shares(replies),
        result["training_seconds"],
        result["megabytes"],
        report.median(result["milliseconds"]),
        f"the whole NLU pipeline of config.yml, NLU alone trained; load average {os.getloadavg()[0]:.1f}",
    )
    return row, replies


def in_turns(texts: list[str], say: Say) -> list[tuple[float, float]]:
    """The median milliseconds of a message, stock DIET's and ours, read in turn by the models just made.

    In turn, since what else runs on the machine changes from one minute to the next.
    """
    rounds = []
    for number in range(1, ROUNDS + 1):
        say(f"Reading in turn, {number} of {ROUNDS}")
        job = {"texts": texts[:TEXTS_IN_TURN]}
        stock, ours = (
            report.median(run_in_rasa(python, job, name, say)["milliseconds"])
            for python, name in ((DIET_PYTHON, "diet"), (Path(sys.executable), "ours"))
        )
        rounds.append((stock, ours))
    return rounds


# --- the comparison -------------------------------------------------------------------------------------------------------


def compare(options: argparse.Namespace, say: Say) -> tuple[list[report.Result], dict[str, int], list[str]]:
    known = knowledge.default()
    groups = known.vocabulary.groups
    sets = Sets(default_sets(ROOT))
    if not sets.sets:
        raise SystemExit("No labelled set was found. Set LEGCRAMPS_EVAL to the folder that holds questions.tsv.")
    examples = read_examples()
    say(
        f"{len(examples)} examples of {len(set(examples.intents))} intents, {len(sets.texts)} questions to measure with"
    )
    nlp, encoder = language.create_pipeline(known, NLU), SentenceEncoder()
    prepared = prepare(examples.texts, nlp, encoder)
    results: list[report.Result] = []

    if options.with_diet:
        docs = [nlp(text) for text in sets.texts]
        stock = diet(examples, options.diet_share, sets, options.again, say)
        results.append(diet_row(stock, docs, groups, sets))

    def add(name: str, model: IntentModel, read: Reader, seconds: float, note: str = "") -> list[Reply]:
        heard, milliseconds = read_all(read, sets.texts)
        replies = answered(heard)
        size = megabytes(model)
        results.append(report.Result(name, sets.shares(replies), seconds, size, report.median(milliseconds), note))
        return replies

    threshold = UNGUARDED_THRESHOLD
    for name, kind, encoded in (
        ("n-grams alone", NgramsAlone, False),
        ("encoder alone", EncoderAlone, True),
        ("encoder and signals", MeaningAlone, True),
    ):
        say(f"Training: {name}")
        model, seconds = train(kind(), prepared, examples.intents, encoded)
        add(name, model, unguarded(model, nlp, encoder if encoded else None, groups, threshold), seconds)
    say("Training: both views")
    model, seconds = train(IntentModel(), prepared, examples.intents, True)
    bare = unguarded(model, nlp, encoder, groups, 0.0)
    unguarded_replies = answered(read_all(bare, sets.texts, 0)[0])
    add("both views", model, unguarded(model, nlp, encoder, groups, threshold), seconds)
    say("Reading with the guard")
    ours = add("both views + guard (ours)", model, guarded(model, nlp), seconds)

    notes = [
        f"Without the guard: the likeliest intent's own answer; asked back below {threshold}.",
        "What is named in a text is found by our own pipeline for every row, DIET's too.",
        "Model: what training makes. Beside it, all rows but DIET and the n-grams need the sentence encoder (23 MB).",
        "A message: from text to what was heard, without the answer.",
        f"Load average at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores.",
    ]
    asked_back = answered([Heard("nlu_fallback") for _ in sets.texts])
    for (title, rows, bare_part), (_, _, back), (_, _, our_part) in zip(
        sets.cut(unguarded_replies), sets.cut(asked_back), sets.cut(ours), strict=True
    ):
        shares = report.outcome_shares(rows, our_part)
        bar = shares.get("near-medical wrongly answered")
        found = report.as_quiet_as(rows, bare_part, back, bar) if bar is not None else None
        if found:
            notes.append(
                f"{title}: without the guard, asking back below {found[0]:.2f} brings near-medical wrongly answered to "
                f"{found[1]:.1%}, and in topic acceptable to {found[2]:.1%} (ours: {shares['in topic: acceptable']:.1%})."
            )

    if options.with_diet:
        row, in_rasa_replies = ours_in_rasa(sets, say)
        results.append(row)
        differing = sum(a.envelopes != b.envelopes for a, b in zip(ours, in_rasa_replies, strict=True))
        notes.append(f"Messages that get another reply in Rasa than from the components alone: {differing}.")
        if archive_of("diet").exists():
            notes.append(report.time_ratio(in_turns(sets.texts, say)))
    return results, sets.sizes, notes


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.understanding", description="Compares ways of understanding."
    )
    parser.add_argument("--with-diet", action="store_true", help="also stock DIET, and ours in Rasa beside it")
    parser.add_argument("--diet-share", type=float, default=1.0, help="train DIET on a stratified share (1.0: all)")
    parser.add_argument("--again", action="store_true", help="train DIET anew though a result is kept")
    options = parser.parse_args(arguments)
    warnings.filterwarnings("ignore")
    logging.getLogger("rasa").setLevel(logging.ERROR)
    OUT.mkdir(parents=True, exist_ok=True)
    results, sizes, notes = compare(options, say or Say())
    text = report.markdown(results, sizes, notes)
    (OUT / "comparison.md").write_text(text, encoding="utf8")
    (OUT / "comparison.json").write_text(json.dumps(report.as_json(results, sizes, notes), indent=2), encoding="utf8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
