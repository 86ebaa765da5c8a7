"""Two curves as one SVG: whether the confidence says what it means, and what abstaining buys.

Reliability: of the questions whose confidence lies in one bin, the share that is right (DeGroot and Fienberg,
"The Comparison and Evaluation of Forecasters", 1983); on the diagonal a confidence of .7 is right seven times
in ten. Risk and coverage: when only the questions of the highest confidence are answered, the share of
these that is wrong (El-Yaniv and Wiener, JMLR 2010). A question that nothing answers is never right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from search.evaluation.runs import Record

BINS = 10

_SIDE = 300  # of a panel, in pixels
_LEFT, _TOP, _GAP, _BOTTOM = 62, 122, 96, 52
_WIDTH, _HEIGHT = _LEFT + 2 * _SIDE + _GAP + 24, _TOP + _SIDE + _BOTTOM
# Tells the two apart in print and for those who see no red or green, as their marks do.
_BLUE, _ORANGE = "#1f5fa8", "#c75b12"
_COUNTS_HEIGHT = 38  # of the highest bar, in pixels


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies in one bin."""

    confidence: float  # mean
    right: float  # share
    count: int  # at least one


@dataclass(frozen=True, slots=True)
class Point:
    """What answering the most confident questions only comes to."""

    coverage: float  # share of all questions that are answered
    risk: float  # share of these that is wrong


def reliability(judged: Iterable[tuple[float, bool]]) -> tuple[Bin, ...]:
    """Confidences, each with whether it was right, in ten bins of equal width; empty bins are left out."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for confidence, right in judged:
        bins[min(int(confidence * BINS), BINS - 1)].append((confidence, right))
    return tuple(
        Bin(sum(c for c, _ in held) / len(held), sum(right for _, right in held) / len(held), len(held))
        for held in bins
        if held
    )


def risk_coverage(judged: Iterable[tuple[float, bool]]) -> tuple[Point, ...]:
    """A point for each threshold that a confidence can be held to, the strictest first."""
    ordered = sorted(judged, key=lambda one: -one[0])
    points, answered, wrong = [], 0, 0
    for _, equals in groupby(ordered, key=lambda one: one[0]):
        for _, right in equals:
            answered += 1
            wrong += not right
        points.append(Point(answered / len(ordered), wrong / answered))
    return tuple(points)


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    colour: str
    is_right: Callable[[Record], bool]
    mark: Callable[[float, float, str], str]

    def judged(self, records: Sequence[Record]) -> list[tuple[float, bool]]:
        return [(record.confidence, record.answerable and self.is_right(record)) for record in records]


def _disc(x: float, y: float, colour: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'


def _square(x: float, y: float, colour: str) -> str:
    return f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="{colour}"/>'


_SERIES = (
    _Series("first passage right", _BLUE, lambda record: record.rank == 1, _disc),
    _Series("marked sentence right", _ORANGE, lambda record: record.answer_right, _square),
)


def plot(records: Sequence[Record], title: str) -> str:
    """Both curves over the records, as an SVG that needs nothing else."""
    return "\n".join(_svg(records, title)) + "\n"


def _svg(records: Sequence[Record], title: str) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" font-family="sans-serif" font-size="12" fill="#222">'
    )
    yield f"<title>{escape(title)}: reliability of the confidence, risk and coverage</title>"
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
    yield _text(_LEFT, 24, title, "start", size=15)
    left, right = _Panel(_LEFT), _Panel(_LEFT + _SIDE + _GAP)
    yield from left.frame("confidence (bars: questions)", "share that is right")
    yield f'<path d="M{left.x(0)} {left.y(0)}L{left.x(1)} {left.y(1)}" stroke="#999" stroke-dasharray="4 4"/>'
    yield from _count_bars(left, reliability(_SERIES[0].judged(records)))
    yield from right.frame("share of questions answered", "share of those that is wrong")
    for position, series in enumerate(_SERIES):
        judged = series.judged(records)
        yield from left.line([(b.confidence, b.right) for b in reliability(judged)], series, marked=True)
        yield from right.line([(p.coverage, p.risk) for p in risk_coverage(judged)], series, marked=False)
        yield from _in_force(right, records, series)
        yield series.mark(_LEFT + 6 + 170 * position, 46, series.colour)
        yield _text(_LEFT + 16 + 170 * position, 50, series.name, "start")
    yield _text(right.x(0), _TOP - 10, "mark: the service's own threshold", "start")
    yield "</svg>"


def _count_bars(panel: _Panel, bins: Sequence[Bin]) -> Iterator[str]:
    """How many questions each bin holds, as bars with their number that stand on the panel."""
    most = max((held.count for held in bins), default=1)
    for held in bins:
        first = min(int(held.confidence * BINS), BINS - 1) / BINS
        height = _COUNTS_HEIGHT * held.count / most
        x, width = panel.x(first) + 2, _SIDE / BINS - 4
        yield (
            f'<rect x="{x:.1f}" y="{_TOP - height:.1f}" width="{width:.1f}" height="{height:.1f}" '
            'fill="#cfd8e3"/>'
        )
        yield _text(x + width / 2, _TOP - height - 3, str(held.count), "middle", size=10)


def _in_force(panel: _Panel, records: Sequence[Record], series: _Series) -> Iterator[str]:
    """Where the service stands with the questions that it did answer."""
    answered = [record for record in records if not record.abstained]
    if answered:
        wrong = sum(not right for _, right in series.judged(answered)) / len(answered)
        yield series.mark(panel.x(len(answered) / len(records)), panel.y(wrong), series.colour)


@dataclass(frozen=True, slots=True)
class _Panel:
    """A square from 0 to 1 both ways."""

    left: float  # in pixels

    def x(self, share: float) -> float:
        return self.left + _SIDE * share

    def y(self, share: float) -> float:
        return _TOP + _SIDE * (1 - share)

    def frame(self, below: str, beside: str) -> Iterator[str]:
        """Grid, axes and their labels."""
        for step in range(0, 11, 2):
            x, y = self.x(step / 10), self.y(step / 10)
            yield f'<path d="M{x} {_TOP}V{_TOP + _SIDE}M{self.left} {y}H{self.left + _SIDE}" stroke="#eee"/>'
            yield _text(x, _TOP + _SIDE + 17, f"{step / 10:.1f}", "middle")
            yield _text(self.left - 7, y + 4, f"{step / 10:.1f}", "end")
        yield (
            f'<rect x="{self.left}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#888"/>'
        )
        yield _text(self.x(0.5), _TOP + _SIDE + 38, below, "middle")
        x, y = self.left - 40, self.y(0.5)
        yield f'<g transform="rotate(-90 {x} {y})">{_text(x, y, beside, "middle")}</g>'

    def line(self, points: Sequence[tuple[float, float]], series: _Series, *, marked: bool) -> Iterator[str]:
        if points:
            path = "L".join(f"{self.x(x):.1f} {self.y(y):.1f}" for x, y in points)
            yield f'<path d="M{path}" fill="none" stroke="{series.colour}" stroke-width="2"/>'
        if marked:
            yield from (series.mark(self.x(x), self.y(y), series.colour) for x, y in points)


def _text(x: float, y: float, text: str, anchor: str, *, size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
