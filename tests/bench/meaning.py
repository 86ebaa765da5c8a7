"""Quality against time by words, by meaning and by both, on SQuAD and on files of questions.

    python tests/bench/meaning.py SHARED_DATA_DIR [--questions N] [--topics FILE INDEX]... [--plot FILE.svg]

By meaning alone passages are ranked by the mean of their own closeness and that of their nearest sentence.
The indexes have vectors; SQuAD's is built where it is missing, which takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from search.answering import answer
from search.encoder import Encoder, default_encoder
from search.evaluation.judging import contains
from search.evaluation.squad import draw, open_squad, read_questions
from search.evaluation.topics import read_topics
from search.index.embedded import EmbeddedEngine
from search.index.generations import open_current
from search.passages import Passage
from search.queries import Query
from search.settings import one_thread_a_product

SEED = 2026
DEPTH = 10
SYSTEMS = ("words", "meaning", "both")

Ask = Callable[[str], Sequence[Passage]]  # the passages of the answer, best first


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what is right for it."""

    question: str
    is_right: Callable[[Passage], bool]


@dataclass(frozen=True, slots=True)
class Row:
    """What one system makes of one set of questions."""

    questions: str
    system: str
    first: float  # share of questions whose first passage is right
    mrr: float  # at 10
    median: float  # milliseconds, from question to answer
    p95: float


def by_answer(engine: EmbeddedEngine) -> Ask:
    return lambda question: [hit.passage for hit in answer(question, engine, limit=DEPTH).hits]


def by_meaning(engine: EmbeddedEngine) -> Ask:
    def ask(question: str) -> list[Passage]:
        near = engine.search(Query(question, ()), 1, engine.meaning([question])).near
        compared = [(candidate, candidate.closeness) for candidate in near]
        closeness = [-(c.passage + float(c.sentences.max())) if c else 0.0 for _, c in compared]
        return [near[place].passage for place in np.argsort(closeness, kind="stable")[:DEPTH]]

    return ask


def measure(name: str, system: str, ask: Ask, asked: Sequence[Asked]) -> Row:
    ranks, took = [], []
    for each in asked[:20]:  # not counted: what is read for the first time
        ask(each.question)
    for each in asked:
        began = time.perf_counter()
        passages = ask(each.question)
        took.append(1000 * (time.perf_counter() - began))
        ranks.append(next((rank for rank, p in enumerate(passages, 1) if each.is_right(p)), 0))
    first, mrr = sum(rank == 1 for rank in ranks), sum(1 / rank for rank in ranks if rank)
    return Row(name, system, first / len(asked), mrr / len(asked), *map(float, np.percentile(took, [50, 95])))


def rows(name: str, asked: Sequence[Asked], words: EmbeddedEngine, both: EmbeddedEngine) -> Iterable[Row]:
    for system, ask in zip(SYSTEMS, (by_answer(words), by_meaning(both), by_answer(both)), strict=True):
        yield measure(name, system, ask, asked)


def of_squad(folder: Path, index: Path, number: int, encoder: Encoder) -> Iterable[Row]:
    open_squad(folder, index, encoder).close()
    questions = draw(read_questions(folder), number, SEED)
    asked = [Asked(q.question, lambda p, id=q.passage_id: p.id == id) for q in questions]  # type: ignore[misc]
    words, both = open_current(index), open_current(index, lambda: encoder)
    yield from rows(f"SQuAD, {number} questions, {words.info.passages} passages", asked, words, both)


def of_file(path: Path, index: Path, encoder: Encoder) -> Iterable[Row]:
    def right(quotes: Sequence[str]) -> Callable[[Passage], bool]:
        return lambda passage: any(contains(passage.text, quote) for quote in quotes)

    topics = [topic for topic in read_topics(path) if topic.answerable]
    asked = [Asked(topic.question, right([quote for _, quote in topic.evidence])) for topic in topics]
    words, both = open_current(index), open_current(index, lambda: encoder)
    name = f"{path.name}, {len(asked)} answerable questions, {words.info.passages} passages"
    yield from rows(name, asked, words, both)


_SIDE, _LEFT, _TOP, _GAP = 240, 60, 60, 70
_COLOURS = dict(zip(SYSTEMS, ("#1f5fa8", "#7a7a7a", "#c75b12"), strict=True))
_LOWEST = 0.4  # share at the foot of the plot


def plot(rows: Sequence[Row]) -> str:
    """An SVG: for each set of questions the share that is right at once, against time."""
    sets = list(dict.fromkeys(row.questions for row in rows))
    most = 5 * (int(max(row.p95 for row in rows)) // 5 + 1)
    width, height = _LEFT + len(sets) * (_SIDE + _GAP), _TOP + _SIDE + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="11"><rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{_LEFT}" y="20" font-size="14">Right at the first passage, against milliseconds from '
        "question to answer (dot: median, line: to the 95th percentile)</text>",
    ]
    for number, name in enumerate(sets):
        left = _LEFT + number * (_SIDE + _GAP)

        def across(milliseconds: float, left: int = left) -> float:
            return left + _SIDE * milliseconds / most

        parts.append(f'<text x="{left}" y="{_TOP - 12}">{name}</text>')
        parts.append(
            f'<rect x="{left}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#bbb"/>'
        )
        for tenth in range(4, 11):
            y = down(tenth / 10)
            parts.append(f'<line x1="{left}" x2="{left + _SIDE}" y1="{y}" y2="{y}" stroke="#eee"/>')
            parts.append(f'<text x="{left - 24}" y="{y + 4}">{tenth / 10:.1f}</text>')
        for milliseconds in range(0, most + 1, 5):
            parts.append(
                f'<text x="{across(milliseconds) - 4}" y="{_TOP + _SIDE + 16}">{milliseconds}</text>'
            )
        for row in (row for row in rows if row.questions == name):
            y, colour = down(row.first), _COLOURS[row.system]
            parts.append(
                f'<line x1="{across(row.median):.1f}" x2="{across(row.p95):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="{colour}" stroke-width="2"/><circle cx="{across(row.median):.1f}" cy="{y:.1f}" '
                f'r="5" fill="{colour}"/><text x="{across(row.p95) + 5:.1f}" y="{y + 4:.1f}" fill="{colour}">'
                f"{row.system} {row.first:.3f}</text>"
            )
    return "\n".join((*parts, "</svg>\n"))


def down(share: float) -> float:
    """Where a share lies on the plot."""
    return _TOP + _SIDE * (1 - share) / (1 - _LOWEST)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="SHARED_DATA_DIR")
    parser.add_argument("--questions", type=int, default=1000, help="of SQuAD (%(default)s)")
    parser.add_argument(
        "--topics", type=Path, nargs=2, action="append", default=[], metavar=("FILE", "INDEX")
    )
    parser.add_argument(
        "--index", type=Path, default=Path("instance/squad"), help="SQuAD's index (%(default)s)"
    )
    parser.add_argument("--plot", type=Path, metavar="FILE.svg")
    arguments = parser.parse_args()
    one_thread_a_product()
    encoder = default_encoder()
    if encoder is None:
        raise SystemExit("no model: see search/model.txt")
    found = list(of_squad(arguments.folder, arguments.index, arguments.questions, encoder))
    for path, index in arguments.topics:
        found += of_file(path, index, encoder)
    name = ""
    for row in found:
        if row.questions != name:
            name = row.questions
            print(f"{name}\n{'':10}{'first':>8}{'MRR@10':>8}{'median ms':>11}{'p95 ms':>8}")
        print(f"{row.system:10}{row.first:8.3f}{row.mrr:8.3f}{row.median:11.2f}{row.p95:8.2f}")
    if arguments.plot:
        arguments.plot.write_text(plot(found), encoding="utf-8")


if __name__ == "__main__":
    main()
