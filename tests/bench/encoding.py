"""How fast the encoder is: questions, passages, its start, and the memory that it takes.

    python tests/bench/encoding.py [--seconds S] [--reference FILE]

The reference is sentences with the vectors that PyTorch makes of them, as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil

from search.encoder import default_encoder
from search.settings import one_thread_a_product

QUESTIONS = Path(__file__).parents[1] / "data" / "questions.jsonl"
TOKENS = 120  # of a passage, the two that frame it included
BATCH = 256  # passages, as an index is built


def milliseconds(ask: Callable[[str], object], questions: Sequence[str]) -> tuple[float, float]:
    """Median and 95th percentile, after one round that is not counted."""
    took = []
    for question in (*questions[:20], *questions):
        began = time.perf_counter()
        ask(question)
        took.append(1000 * (time.perf_counter() - began))
    median, p95 = np.percentile(took[20:], [50, 95])
    return float(median), float(p95)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=10, help="of encoding passages (%(default)s)")
    parser.add_argument("--reference", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    one_thread_a_product()
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    # A word that is one token; so is each of the two that frame a text.
    text = " ".join(["care"] * (TOKENS - 2))
    process = psutil.Process()
    print(f"{'threads':>7}{'start s':>9}{'question ms':>13}{'p95':>7}{'passages/s':>12}{'memory MB':>11}")
    for threads in range(1, (os.cpu_count() or 1) + 1):
        before = process.memory_info().rss
        began = time.perf_counter()
        encoder = default_encoder(threads)
        if encoder is None:
            raise SystemExit("no model: see search/model.txt")
        encoder.encode(["a first question"])
        started = time.perf_counter() - began
        grown = (process.memory_info().rss - before) / 1e6
        median, p95 = milliseconds(lambda question, own=encoder: own.encode([question]), questions)
        count, began = 0, time.perf_counter()
        while time.perf_counter() - began < arguments.seconds:
            encoder.encode([text] * BATCH)
            count += BATCH
        rate = count / (time.perf_counter() - began)
        print(f"{threads:7}{started:9.2f}{median:13.2f}{p95:7.2f}{rate:12.0f}{grown:11.0f}", flush=True)
    if arguments.reference:
        sentences = json.loads(arguments.reference.read_text(encoding="utf-8"))["sentences"]
        found = encoder.encode([sentence["text"] for sentence in sentences])
        off = np.abs(found - np.array([sentence["vector"] for sentence in sentences])).max()
        print(f"{len(sentences)} reference vectors: off by {off:.1e} at most")


if __name__ == "__main__":
    main()
