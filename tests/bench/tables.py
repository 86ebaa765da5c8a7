"""A comparison as Markdown: what was run, and a table for each number of passages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from tests.bench.rows import Row, Run

_BESIDE = "tantivy"  # the key of the engine that the others are set against

_HEAD = (
    "engine|median ms|95th ms|to tantivy, median|95th|finds|questions|build s|passages/s|build threads|"
    "build MB|index MB|asking MB"
).split("|")

_NOTES = """
Every engine is given the same words, the stems of Citewell's analyzer, and cuts them at spaces. A question is
an OR of its words for ten passages without a count, on one thread, warm, in blocks that go round the engines;
it is timed inside the engine's own process, from the list of words to pairs of a number and a score.
Citewell searches five weighted fields, its peers one.

*finds*: the mean share, over at most 200 questions, of the ten best passages by the engine's own formula,
written out in full (`tests/bench/reference.py`), that the engine finds; ties count. tantivy and SQLite have
k1 1.2 and b .75, which cannot be set; the others have Citewell's. *build*: Citewell reads the texts and
analyses them; its peers are given the stems, and all but bm25s keep them as stored text. *MB*: at the most
while building, and after the last question: PSS, which counts the pages of mapped files, and pages of several
processes once. Slow engines are asked the first questions only.
""".strip()


def table(run: Run) -> str:
    """The whole page."""
    return "\n".join(_lines(run)) + "\n"


def _lines(run: Run) -> Iterator[str]:
    yield "# Retrieval: Citewell and its peers on the same passages"
    yield ""
    yield f"`{run.command}`, {run.date}; seed {run.seed}, {run.questions:,} questions."
    yield f"Machine: {run.machine}."
    yield ""
    yield _NOTES
    for passages, group in groupby(run.rows, key=lambda row: row.passages):
        yield ""
        yield f"## {passages:,} passages"
        yield ""
        yield from _table(list(group))
        for name, how in run.missing.items():
            yield f"| {name} | not installed: {how} |{' |' * (len(_HEAD) - 2)}"


def _table(rows: Sequence[Row]) -> Iterator[str]:
    beside = next((row for row in rows if row.key == _BESIDE), None)
    yield f"| {' | '.join(_HEAD)} |"
    yield f"|---|{'---:|' * (len(_HEAD) - 1)}"
    for row in sorted(rows, key=lambda row: row.median):
        yield f"| {' | '.join(_cells(row, beside))} |"


def _cells(row: Row, beside: Row | None) -> Iterator[str]:
    yield f"{row.name} ({row.version})"
    yield _milliseconds(row.median)
    yield _milliseconds(row.p95)
    yield f"{row.median / beside.median:.2f}" if beside else "–"
    yield f"{row.p95 / beside.p95:.2f}" if beside else "–"
    yield f"{row.agreement:.4f}"
    yield f"{row.questions:,}"
    if row.built:
        yield f"{row.built.seconds:.1f}"
        yield f"{row.passages / row.built.seconds:,.0f}"
        yield row.threads
        yield _megabytes(row.built.memory)
        yield _megabytes(row.built.size)
    else:
        yield from ("the same index", "", "", "", "")
    yield _megabytes(row.memory)


def _milliseconds(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _megabytes(bytes_: int) -> str:
    return f"{bytes_ / 1e6:,.0f}"
