"""What the ranking constants give on SQuAD: recall@1, recall@5 and MRR@10 for one change at a time.

    python tests/bench/ranking.py SHARED_DATA_DIR [--questions N] [--index DIR]

SHARED_DATA_DIR is what `python -m search.evaluate --squad` reads, and the index is the one that it builds
once; k1 and b count from when it is opened, the field weights at question time. The second look is left
out: this measures the engine.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from search.evaluate import SQUAD_INDEX
from search.evaluation.squad import Question, draw, open_squad, read_questions
from search.index import bm25, whoosh
from search.index.engine import Engine
from search.index.generations import open_current
from search.question.understanding import understand

DEPTH = 10
SEED = 2026

# Each row changes one thing against the constants in force.
VARIANTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("in force", {}),
    *((f"k1 {k1}", {"K1": k1}) for k1 in (0.4, 0.9, 1.2)),
    *((f"b {b}", {"B": b}) for b in (0.4, 0.75)),
    *((f"exact {weight:.1f}", {"exact": weight}) for weight in (0.0, 0.1, 0.5)),
    *((f"title {weight:.1f}", {"title": weight}) for weight in (0.0, 0.4)),
    *((f"acronyms {weight:.1f}", {"acronyms": weight}) for weight in (0.0, 0.4)),
)


def measure(engine: Engine, questions: Sequence[Question]) -> tuple[float, float, float]:
    """recall@1, recall@5, MRR@10."""
    at_one = at_five = reciprocal = 0.0
    for asked in questions:
        found = engine.search(understand(asked.question), DEPTH)
        ids = [candidate.passage.id for candidate in found.candidates]
        rank = ids.index(asked.passage_id) + 1 if asked.passage_id in ids else None
        at_one += rank == 1
        at_five += rank is not None and rank <= 5
        reciprocal += 1 / rank if rank else 0
    return at_one / len(questions), at_five / len(questions), reciprocal / len(questions)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="SHARED_DATA_DIR")
    parser.add_argument("--questions", type=int, default=1000, help="how many are drawn (%(default)s)")
    parser.add_argument("--index", type=Path, default=SQUAD_INDEX, help="folder of the index (%(default)s)")
    arguments = parser.parse_args()
    questions = draw(read_questions(arguments.folder), arguments.questions, SEED)
    engine = open_squad(arguments.folder, arguments.index)
    in_force = bm25.K1, bm25.B, whoosh.FIELD_WEIGHTS
    print(f"{len(questions)} questions, {engine.info.passages} passages, seed {SEED}")
    engine.close()
    print(f"{'':16}{'recall@1':>9}{'recall@5':>9}{'MRR@10':>9}")
    for name, change in VARIANTS:
        bm25.K1, bm25.B = change.get("K1", in_force[0]), change.get("B", in_force[1])
        weights = {key: value for key, value in change.items() if key in in_force[2]}
        whoosh.FIELD_WEIGHTS = {**in_force[2], **weights}
        engine = open_current(arguments.index)
        figures = measure(engine, questions)
        engine.close()
        print(f"{name:16}" + "".join(f"{figure:9.3f}" for figure in figures), flush=True)


if __name__ == "__main__":
    main()
