"""Speed of the sentence encoder: median milliseconds a text, one text at a time, and texts a second as in training.

Run it with ``.venv/bin/python benchmarks/encoder.py [--threads 1] [--rounds 30]``.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from legcramps.nlu.encoder import SentenceEncoder  # noqa: E402

SENTENCES = ROOT / "tools" / "encoder_sentences.txt"
SHORT, LONG = 6, 40  # words: at most, at least


def median_milliseconds(encoder: SentenceEncoder, texts: list[str], rounds: int) -> float:
    durations = []
    for _ in range(rounds):
        for text in texts:
            start = time.perf_counter()
            encoder.encode([text])
            durations.append(time.perf_counter() - start)
    return 1000 * statistics.median(durations)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the speed of the sentence encoder.")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()

    start = time.perf_counter()
    encoder = SentenceEncoder(threads=arguments.threads)
    print(f"load, with the check of the files  {1000 * (time.perf_counter() - start):8.0f} ms")

    sentences = SENTENCES.read_text(encoding="utf-8").splitlines()
    groups = {
        f"short (up to {SHORT} words)": [text for text in sentences if len(text.split()) <= SHORT][:40],
        "middling": [text for text in sentences if SHORT < len(text.split()) < LONG][:40],
        f"long ({LONG} words and more)": [text for text in sentences if len(text.split()) >= LONG],
        "as long as is read (128 tokens)": ["leg cramp at night " * 60],
    }
    encoder.encode(sentences)  # warm up
    for name, texts in groups.items():
        milliseconds = median_milliseconds(encoder, texts, arguments.rounds)
        print(f"{name:<34} {milliseconds:8.2f} ms a text (median, {arguments.threads} thread)")

    many = sentences * 10
    start = time.perf_counter()
    encoder.encode(many)
    print(f"{len(many)} texts in one call{'':<15} {len(many) / (time.perf_counter() - start):8.0f} texts a second")
    print(f"peak memory of the process         {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB")


if __name__ == "__main__":
    main()
