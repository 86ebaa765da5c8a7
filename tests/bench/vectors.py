"""What keeping vectors in whole numbers costs, and what the coarse search misses of the exact one.

    python tests/bench/vectors.py SHARED_DATA_DIR [--index DIR] [--sizes N [N ...]]

The passages are SQuAD's; larger collections are filled up with mixtures of two of them and some noise. Give a
million as a size too for ten minutes and 6 GB.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.encoder import default_encoder
from search.evaluation.squad import draw, open_squad, read_questions
from search.index import vectors as searching
from search.index.embedding import read_twice
from search.index.vector_files import Segment, codes, quantise
from search.index.vectors import Vectors
from search.settings import one_thread_a_product

Floats = NDArray[np.float32]

SEED = 2026
QUESTIONS = 100
ENCODED = 300  # passages, encoded anew to be compared in floating point
NEAREST = 50
COARSE = (1_000, 2_000, 4_000, 8_000)
AT_ONCE = 50_000
SHARE, NOISE = 0.7, 0.02  # of a mixture: of its first passage, and in each dimension


def rounding(encoded: Sequence[Floats], questions: Floats) -> str:
    """How far whole numbers move the products with the questions, passages and sentences alike."""
    whole = np.concatenate(encoded)
    values, scales = quantise(whole)
    moved = np.abs((whole - values * scales[:, None]) @ questions.T)
    return (
        f"rounding to a byte moves a closeness by {moved.mean():.4f} in the mean, {moved.max():.4f} at most"
    )


def filled_up(real: Floats, size: int) -> Iterator[Floats]:
    """The real passages, then mixtures, in parts."""
    random = np.random.default_rng(SEED)
    yield real[:size]
    for start in range(len(real), size, AT_ONCE):
        count = min(AT_ONCE, size - start)
        one, other = (real[random.integers(len(real), size=count)] for _ in range(2))
        noise = random.standard_normal(one.shape).astype(np.float32) * np.float32(NOISE)
        mixed = np.float32(SHARE) * one + np.float32(1 - SHARE) * other + noise
        yield mixed / np.linalg.norm(mixed, axis=1)[:, None] * np.linalg.norm(one, axis=1)[:, None]


def collection(parts: Iterator[Floats], size: int) -> Vectors:
    """The vectors of passages without sentences."""
    rows = [quantise(part) for part in parts]
    values, scales = np.concatenate([v for v, _ in rows]), np.concatenate([s for _, s in rows])
    signs = np.concatenate([codes(v) for v, _ in rows], axis=1)
    no_sentences, no_scales = values[:0], scales[:0]
    offsets, keys = np.zeros(size + 1, np.uint32), np.zeros((size, 16), np.uint8)
    segment = Segment(values, scales, no_sentences, no_scales, offsets, keys, np.ascontiguousarray(signs))
    return Vectors("bench", values.shape[1], (segment,))


def asked(vectors: Vectors, questions: Floats) -> tuple[list[set[int]], float]:
    """The nearest passages of each question, and the median of milliseconds."""
    found, took = [], []
    for question in questions:
        began = time.perf_counter()
        numbers, _ = vectors.nearest(question, NEAREST)
        took.append(1000 * (time.perf_counter() - began))
        found.append(set(numbers.tolist()))
    return found, float(np.median(took))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="SHARED_DATA_DIR")
    parser.add_argument(
        "--index", type=Path, default=Path("instance/squad"), help="SQuAD's index (%(default)s)"
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_963, 100_000, 300_000])
    arguments = parser.parse_args()
    one_thread_a_product()
    encoder = default_encoder()
    if encoder is None:
        raise SystemExit("no model: see search/model.txt")
    engine = open_squad(arguments.folder, arguments.index, encoder)
    kept = engine.vectors
    assert kept is not None, "it was built with the encoder"
    questions = encoder.encode([q.question for q in draw(read_questions(arguments.folder), QUESTIONS, SEED)])

    chosen = np.random.default_rng(SEED).choice(engine.numbers, ENCODED, replace=False).tolist()
    candidates = [engine.candidate(number, 0.0) for number in chosen]
    documents = engine.documents(candidate.document_id for candidate in candidates)
    contents = [(candidate.passage, documents[candidate.document_id]) for candidate in candidates]
    print(rounding(read_twice(contents, encoder), questions))
    for part in ("vectors", ""):
        files = [path for path in (engine.folder / part).rglob("*") if path.is_file()]
        size = sum(path.stat().st_size for path in files)
        print(
            f"{part or 'the generation':15}{size / 1e6:8.1f} MB{size / engine.numbers:9.0f} bytes a passage"
        )

    real = np.concatenate([s.passages * s.passage_scales[:, None] for s in kept.segments])
    print(
        f"{'passages':>9}{'exact ms':>10}"
        + "".join(f"{f'{count} of them: recall, ms':>28}" for count in COARSE)
    )
    for size in arguments.sizes:
        vectors = collection(filled_up(real, size), size)
        searching.EXACT_PASSAGES = size
        exact, milliseconds = asked(vectors, questions)
        line = f"{size:9}{milliseconds:10.2f}"
        searching.EXACT_PASSAGES = 0
        for count in COARSE:
            searching.COARSE = count
            coarse, milliseconds = asked(vectors, questions)
            hits = sum(len(one & other) for one, other in zip(exact, coarse, strict=True))
            line += f"{hits / sum(map(len, exact)):21.4f}{milliseconds:7.2f}"
        print(line, flush=True)


if __name__ == "__main__":
    main()
