"""A boat yard's articles in revisions, and what is answered from an index of each, to the last digit."""

from __future__ import annotations

import json
from pathlib import Path

from search.answering import answer
from search.index.embedded import EmbeddedEngine
from search.index.generations import KEPT_GENERATIONS, open_current
from tests.proofs.dice import Dice

BARGES = 8

# Every hit of every question: the passage, its score and what is quoted.
Answers = tuple[tuple[tuple[str, float, str], ...], ...]


def put_articles(folder: Path, revision: int) -> None:
    """Makes the files in `folder` those of a revision, which changes one of them."""
    folder.mkdir(exist_ok=True)
    for barge in range(BARGES):
        changed = next((past for past in range(revision, 0, -1) if past % BARGES == barge), 0)
        text = (
            f"# Barge {barge}\n\nBarge {barge} carries {100 + changed} tons of coal from Mill End.\n\n"
            f"## Its crew\n\nThe skipper of barge {barge} sleeps aboard and steers by lock {barge}.\n"
        )
        (folder / f"barge-{barge}.md").write_text(text, encoding="utf-8")


QUESTIONS = (
    *(f"How many tons does barge {barge} carry?" for barge in range(BARGES)),
    "Where does the skipper sleep?",
    "What is steered by?",
)


def answers(engine: EmbeddedEngine) -> Answers:
    """What this engine answers."""
    return tuple(
        tuple((hit.passage.id, hit.score, hit.excerpt.quotation) for hit in answer(question, engine).hits)
        for question in QUESTIONS
    )


def current_answers(index: Path) -> Answers:
    """What the current generation answers, verified and opened anew; raises what opening it raises."""
    engine = open_current(index, Dice)
    try:
        return answers(engine)
    finally:
        engine.close()


def left_over(index: Path) -> list[str]:
    """What lies in the index beside the generations that are kept, the pointer and the lock."""
    current = json.loads((index / "CURRENT").read_bytes())["generation"]
    names = sorted(path.name for path in index.iterdir())
    generations = [name for name in names if name.startswith("g")]
    kept = [name for name in generations if name <= current][-KEPT_GENERATIONS:]
    return [name for name in names if name not in ("CURRENT", "LOCK", *kept)]
