"""What the ranking constants give on SQuAD: recall@1, recall@5 and MRR@10 for one change at a time.

    python tests/bench/ranking.py SHARED_DATA_DIR [--questions N] [--index DIR]

SHARED_DATA_DIR is what `python -m search.evaluate --squad` reads, and the index is the one that it builds
once; what each posting counts is worked out anew for each row, in a copy. The second look is left out: this
measures the engine.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from search.evaluate import SQUAD_INDEX
from search.evaluation.squad import Question, draw, open_squad, read_questions
from search.index.bm25 import IN_FORCE, Constants
from search.index.fields import FIELD_WEIGHTS, looked_for
from search.index.frozen import FrozenIndex
from search.index.impacts import write_impacts
from search.index.segments import frozen_folders
from search.index.withdrawn import NOTHING_WITHDRAWN
from search.question.understanding import understand

DEPTH = 10
SEED = 2026


def weighing(field: str, weight: float) -> Constants:
    """The constants in force with another weight of one field."""
    return replace(IN_FORCE, weights={**FIELD_WEIGHTS, field: weight})


# Each row changes one thing against the constants in force.
VARIANTS: tuple[tuple[str, Constants], ...] = (
    ("in force", IN_FORCE),
    *((f"k1 {k1}", replace(IN_FORCE, k1=k1)) for k1 in (0.4, 0.9, 1.2)),
    *((f"b {b}", replace(IN_FORCE, b=b)) for b in (0.4, 0.75)),
    *((f"exact {weight:.1f}", weighing("exact", weight)) for weight in (0.0, 0.1, 0.5)),
    *((f"title {weight:.1f}", weighing("title", weight)) for weight in (0.0, 0.4)),
    *((f"acronyms {weight:.1f}", weighing("acronyms", weight)) for weight in (0.0, 0.4)),
)


def measure(frozen: FrozenIndex, questions: Sequence[Question]) -> tuple[float, float, float]:
    """recall@1, recall@5, MRR@10."""
    at_one = at_five = reciprocal = 0.0
    for asked in questions:
        found = frozen.top(looked_for(understand(asked.question)), DEPTH)
        ids = [frozen.candidate(number, score).passage_id for number, score in found]
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
    print(f"{len(questions)} questions, {engine.info.passages} passages, seed {SEED}")
    engine.close()
    print(f"{'':16}{'recall@1':>9}{'recall@5':>9}{'MRR@10':>9}")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "index"
        shutil.copytree(engine.folder, copy)
        for name, constants in VARIANTS:
            write_impacts(frozen_folders(copy), NOTHING_WITHDRAWN, constants)
            frozen = FrozenIndex(frozen_folders(copy), NOTHING_WITHDRAWN)
            figures = measure(frozen, questions)
            frozen.close()
            print(f"{name:16}" + "".join(f"{figure:9.3f}" for figure in figures), flush=True)


if __name__ == "__main__":
    main()
