"""The findings of many documents as flat files, written as they come and read in batches of bounded size.

`documents.txt` has a line for each document: its id, date, how many phrases it has, in how many bytes, how
many words, and what it defines. Phrases stand in `phrases.txt`, a line each with its spelling, their places
and counts in `phrases.bin`; the numbers of words stand in `words.bin`. So an update stems no word of what it
takes over, and most phrases, which stand once, are left unread.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from pathlib import Path
from types import TracebackType
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from search.question.findings import SENTENCE_END, Findings, spelling

_DOCUMENTS, _PHRASES, _PLACES, _WORDS = "documents.txt", "phrases.txt", "phrases.bin", "words.bin"

# Read at once, of the documents that they are of: takes some 30 MB when it is counted, as little as phrases.
_BATCH_WORDS = 1 << 20

UInts = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Line:
    """The findings of one document as they stand in each file."""

    documents: bytes
    phrases: bytes
    places: bytes
    words: bytes


def line_of(findings: Findings) -> Line:
    """What is written of these findings."""
    phrases = [(phrase, spelling(phrase), times) for phrase, times in sorted(findings.phrases.items())]
    lines = "".join([f"{phrase}\t{spelled}\n" for phrase, spelled, _ in phrases]).encode()
    defined = [[*pair, times] for pair, times in sorted(findings.definitions.items())]
    parts = (
        json.dumps(findings.document_id),
        findings.date or "",
        len(phrases),
        len(lines),
        len(findings.words),
        json.dumps(defined) if defined else "",
    )
    places = [place_of(spelled) for _, spelled, _ in phrases]
    times = [times for _, _, times in phrases]
    return Line(
        documents=("\t".join(map(str, parts)) + "\n").encode(),
        phrases=lines,
        places=np.array([places, times], np.uint32).T.tobytes(),
        words=findings.words.tobytes(),
    )


class MinedWriter:
    """Writes the findings of documents into a new folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        with ExitStack() as opened:
            self._documents, self._phrases, self._places, self._words = (
                opened.enter_context((folder / name).open("wb"))
                for name in (_DOCUMENTS, _PHRASES, _PLACES, _WORDS)
            )
            self._opened = opened.pop_all()

    def add(self, line: Line) -> None:
        """Keeps the findings of the next document."""
        self._documents.write(line.documents)
        self._phrases.write(line.phrases)
        self._places.write(line.places)
        self._words.write(line.words)

    def __enter__(self) -> MinedWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()


def place_of(spelling: str) -> int:
    """The number under which the phrases of one spelling are counted; others may share it."""
    return crc32(spelling.encode())


@dataclass(frozen=True, slots=True)
class Words:
    """The words of some documents, by number as in `Findings`."""

    numbers: UInts
    ends: NDArray[np.int64]  # where those of each document end
    dates: Sequence[str | None]  # of each document


@dataclass(frozen=True)
class Mined:
    """What was written into a folder, but for the documents that are withdrawn: they count for nothing."""

    folder: Path
    withdrawn: Collection[str] = ()

    def definitions(self) -> Iterator[tuple[str, str, int]]:
        """Acronyms and long forms, with the times that a document defines them."""
        yield from self._table.definitions

    def places(self) -> Iterator[tuple[UInts, UInts]]:
        """The places of phrases, and how often each stands in one document."""
        for documents in self._batches():
            yield self._places(documents)

    def phrases(self, wanted: Callable[[UInts], NDArray[np.bool_]]) -> Iterator[tuple[str, int]]:
        """The phrases whose places are wanted, each with the times that it stands in one document.

        A tab and its spelling follow on each.
        """
        for documents in self._batches():
            places, times = self._places(documents)
            chosen = wanted(places) & (times > 0)
            lines = self._read(_PHRASES, np.uint8, self._table.bytes, documents).tobytes().decode()
            yield from zip(compress(lines.split("\n"), chosen.tolist()), times[chosen].tolist(), strict=True)

    def words(self) -> Iterator[Words]:
        """The words of all documents."""
        for documents in self._batches():
            numbers = self._read(_WORDS, np.uint32, self._table.words, documents)
            self._blank(numbers, self._table.words, documents)
            ends = np.cumsum(self._table.words[documents])
            yield Words(numbers, ends, self._table.dates[documents])

    def _places(self, documents: slice) -> tuple[UInts, UInts]:
        both = self._read(_PLACES, np.uint32, 2 * self._table.phrases, documents).reshape(-1, 2)
        places, times = both[:, 0], both[:, 1]
        self._blank(times, self._table.phrases, documents)
        return places, times

    def _blank(self, values: UInts, lengths: NDArray[np.int64], documents: slice) -> None:
        """Makes nothing of the values of documents that are withdrawn."""
        kept = self._table.kept[documents]
        if not kept.all():
            values[np.repeat(~kept, lengths[documents])] = SENTENCE_END  # and no times

    def _read(
        self, name: str, kind: type[np.number], lengths: NDArray[np.int64], documents: slice
    ) -> NDArray:  # type: ignore[type-arg]  # of `kind`
        start = int(lengths[: documents.start].sum()) * np.dtype(kind).itemsize
        return np.fromfile(self.folder / name, kind, int(lengths[documents].sum()), offset=start)

    def _batches(self) -> Iterator[slice]:
        ends = np.cumsum(self._table.words)
        start = 0
        while start < len(ends):
            done = int(ends[start - 1]) if start else 0
            end = max(start + 1, int(np.searchsorted(ends, done + _BATCH_WORDS, side="right")))
            yield slice(start, end)
            start = end

    @cached_property
    def _table(self) -> _Table:
        kept: list[bool] = []
        dates: list[str | None] = []
        lengths: list[int] = []
        definitions: list[tuple[str, str, int]] = []
        withdrawn = {json.dumps(id) for id in self.withdrawn}
        with (self.folder / _DOCUMENTS).open(encoding="utf-8") as lines:
            for line in lines:
                id, date, phrases, size, words, defined = line.split("\t")
                kept.append(id not in withdrawn)
                dates.append(date or None)
                lengths += int(phrases), int(size), int(words)
                if kept[-1] and defined != "\n":
                    definitions += map(tuple, json.loads(defined))
        columns = np.array(lengths, np.int64).reshape(-1, 3).T
        return _Table(np.array(kept, bool), dates, definitions, *columns)


@dataclass(frozen=True, slots=True)
class _Table:
    """What `documents.txt` says of each document."""

    kept: NDArray[np.bool_]
    dates: Sequence[str | None]
    definitions: Sequence[tuple[str, str, int]]  # of those that are kept
    phrases: NDArray[np.int64]  # how many
    bytes: NDArray[np.int64]
    words: NDArray[np.int64]
