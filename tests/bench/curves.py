"""A comparison as an SVG: milliseconds against passages, a line for each engine, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from tests.bench.rows import Row

_WIDE, _HIGH = 330, 400  # of a panel, in pixels
_LEFT, _TOP, _LABELS, _BOTTOM = 64, 84, 160, 54
_WIDTH = 2 * (_LEFT + _WIDE + _LABELS)
_HEIGHT = _TOP + _HIGH + _BOTTOM
_LABEL_HEIGHT = 15
_INSIDE = 10  # between the frame and the first and last size

# Dark enough on white, and told apart by the label at the end of each line too.
_COLOURS = {
    "citewell": "#1f5fa8",
    "citewell_compiled": "#c75b12",
    "bm25s": "#7b3fa0",
    "tantivy": "#2e7d32",
    "lucene": "#7a5c00",
    "xapian": "#00707f",
    "sqlite": "#666666",
    "whoosh": "#b0305c",
}
_OTHER = "#333333"


@dataclass(frozen=True, slots=True)
class _Axis:
    """A logarithmic axis, in pixels."""

    least: float
    most: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = math.log(value / self.least) / math.log(self.most / self.least)
        return self.start + (self.end - self.start) * share


def plot(rows: Sequence[Row]) -> str:
    """The median and the 95th percentile beside each other; there is at least one row."""
    return "\n".join(_svg(rows)) + "\n"


def _svg(rows: Sequence[Row]) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-labelledby="title desc" font-family="sans-serif" font-size="12" '
        'fill="#222">'
    )
    yield '<title id="title">Milliseconds a question against passages, for each engine</title>'
    yield f'<desc id="desc">{escape(_in_words(rows))}</desc>'
    # A ground of its own: dark text stays legible on a dark page.
    yield f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="#fff"/>'
    yield _text(_LEFT, 28, "The ten best passages for a question: milliseconds against passages", size=16)
    yield _text(
        _LEFT, 48, "one thread; the same passages and words for all; both axes logarithmic", colour="#555"
    )
    fastest, slowest = min(row.median for row in rows), max(row.p95 for row in rows)
    milliseconds = _Axis(_step_below(fastest), _step_above(slowest), _TOP + _HIGH, _TOP)
    sizes = sorted({row.passages for row in rows})
    for number, (name, value) in enumerate((("median", _median), ("95th percentile", _p95))):
        left = _LEFT + number * (_LEFT + _WIDE + _LABELS)
        passages = _Axis(min(sizes[0], sizes[-1] / 2), sizes[-1], left + _INSIDE, left + _WIDE - _INSIDE)
        yield _text(left, _TOP - 10, name, size=14)
        yield from _frame(passages, milliseconds, sizes)
        yield from _lines(rows, value, passages, milliseconds)
    yield "</svg>"


def _median(row: Row) -> float:
    return row.median


def _p95(row: Row) -> float:
    return row.p95


def _in_words(rows: Sequence[Row]) -> str:
    most = max(row.passages for row in rows)
    there = sorted((row for row in rows if row.passages == most), key=_median)
    told = (f"{row.name} {row.median:.2g} and {row.p95:.2g}" for row in there)
    return f"At {most:,} passages, median and 95th percentile in milliseconds: {'; '.join(told)}."


def _frame(across: _Axis, up: _Axis, sizes: Sequence[int]) -> Iterator[str]:
    left = across.start - _INSIDE
    for value in _steps(up.least, up.most):
        y = up.at(value)
        yield f'<path d="M{left} {y:.1f}H{left + _WIDE}" stroke="#e4e4e4"/>'
        yield _text(left - 8, y + 4, f"{value:g}", anchor="end")
    for size in sizes:
        x = across.at(size)
        yield f'<path d="M{x:.1f} {up.end}V{up.start}" stroke="#e4e4e4"/>'
    # Sizes that lie too close together for both names: the first one has it.
    free = -math.inf
    for size in sizes:
        x = across.at(size)
        if x >= free:
            yield _text(x, up.start + 18, _short(size), anchor="middle")
            free = x + 34
    yield (f'<rect x="{left}" y="{up.end}" width="{_WIDE}" height="{_HIGH}" fill="none" stroke="#888"/>')
    yield _text((across.start + across.end) / 2, up.start + 40, "passages", anchor="middle")
    x, y = left - 46, (up.start + up.end) / 2
    yield f'<g transform="rotate(-90 {x} {y})">{_text(x, y, "milliseconds", anchor="middle")}</g>'


def _lines(rows: Sequence[Row], value: Callable[[Row], float], across: _Axis, up: _Axis) -> Iterator[str]:
    ends: list[tuple[float, str, str]] = []
    for key in dict.fromkeys(row.key for row in rows):
        own = sorted((row for row in rows if row.key == key), key=lambda row: row.passages)
        points = [(across.at(row.passages), up.at(value(row))) for row in own]
        colour = _COLOURS.get(key, _OTHER)
        wide = 3 if key.startswith("citewell") else 1.75
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{wide}"/>'
        for x, y in points:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{wide + 1}" fill="{colour}"/>'
        x, y = points[-1]
        if x < across.end - 1:  # it took no more passages: its name would lie on the lines of those that did
            yield _text(x, y - 10, own[-1].name, anchor="end", colour=colour)
        else:
            ends.append((y, own[-1].name, colour))
    ends.sort()
    for y, (_, name, colour) in zip(spread([y for y, _, _ in ends]), ends, strict=True):
        yield _text(across.end + _INSIDE + 5, y + 4, name, colour=colour)


def spread(places: Sequence[float]) -> list[float]:
    """Where labels stand that want these ascending places, none nearer than its height to another."""
    moved = list(places)
    for _ in range(200):  # until none overlaps; each round moves the two of a pair by half of what they lack
        for first, second in pairwise(range(len(moved))):
            lack = _LABEL_HEIGHT - (moved[second] - moved[first])
            if lack > 0:
                moved[first] -= lack / 2
                moved[second] += lack / 2
    return moved


def _steps(least: float, most: float) -> list[float]:
    """1, 2 and 5 times the powers of ten from `least` to `most`."""
    powers = range(math.floor(math.log10(least)) - 1, math.ceil(math.log10(most)) + 1)
    steps = (factor * 10.0**power for power in powers for factor in (1, 2, 5))
    return [step for step in steps if least * 0.999 <= step <= most * 1.001]


def _step_below(value: float) -> float:
    return _steps(value / 10, value)[-1]


def _step_above(value: float) -> float:
    return next(step for step in _steps(value, value * 10) if step >= value)


def _short(size: int) -> str:
    return f"{size / 1e6:g}m" if size >= 1_000_000 else f"{size / 1000:.3g}k" if size >= 1000 else str(size)


def _text(
    x: float, y: float, text: str, *, anchor: str = "start", size: int = 12, colour: str | None = None
) -> str:
    fill = f' fill="{colour}"' if colour else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{fill}>{escape(text)}</text>'
    )
