"""The vectors of a generation: written segment by segment, mapped into memory, searched.

They lie in `vectors/`, beside the index whose numbers they follow: the passages of its first segment,
which later generations share, then those of its second. A row is a passage: its vector and one for each of
its sentences, in whole numbers of a byte with a scale each.

A question's vector is rounded to whole numbers too, small enough for every sum of products to be exact in
a float32. So closeness depends neither on the order in which a processor adds nor on where in which
segment a passage stands: equal vectors are equally close, and an updated index is the one written anew.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from search.errors import IndexDamaged

_log = logging.getLogger(__name__)

# Raised whenever the files or their meaning change: vectors of another version are as good as none.
VECTORS_VERSION = 1

KEY_BYTES = 16

# Up to so many passages every one is scored, in 1.0 ms for 21,000 and 5 for 100,000 (16 for 300,000).
EXACT_PASSAGES = 100_000

# Of more, only so many are. Of the 50 nearest .999 are then found among 100,000 passages (in 1.5 ms), .998
# among 300,000 (2.5) and .994 among a million (5.5); .973, .962 and .941 with 1,000. The passages: 20,963 of
# SQuAD, and mixtures of two of them with some noise.
COARSE = 8_000

# Passages are picked out when at most this share may be found: picking takes longer than scoring.
_FEW = 0.5

# Passages scored at a time: 3 MB at 384 dimensions. A quarter as many take a third longer, four times as
# many a tenth less.
_SCORED_AT_ONCE = 2_048

# Passages whose signs are compared at a time; a quarter as many take a tenth longer.
_COMPARED_AT_ONCE = 65_536

_LARGEST = 127  # of the whole numbers that make up a vector
_EXACT_IN_FLOAT32 = 2**24

_FOLDER = "vectors"

Name = Literal["first", "second"]  # of a segment
_NAMES: tuple[Name, ...] = ("first", "second")

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The vectors of one passage: its own first, then one for each of its sentences."""

    key: bytes  # says what they were made of
    values: NDArray[np.int8]  # (1 + sentences, dimensions)
    scales: Floats  # (1 + sentences,): a vector is its values times its scale


@dataclass(frozen=True, slots=True, eq=False)
class Closeness:
    """How close a question is to some passages and to their sentences: dot products of the vectors."""

    passages: Floats
    sentences: Floats  # of all the passages, one passage after another
    offsets: Numbers  # those of the i-th passage are sentences[offsets[i]:offsets[i + 1]]


def quantise(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """The vectors, a row each, in whole numbers from -127 to 127, and the scale of each.

    No component is off by more than half a scale. Raises ValueError for one that is not finite.
    """
    if not np.isfinite(vectors).all():
        raise ValueError("a vector has a component that is not finite")
    scales = (np.abs(vectors).max(axis=1, initial=0) / _LARGEST).astype(np.float32)
    return np.rint(vectors / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8), scales


def write_segment(folder: Path, name: Name, rows: Iterable[Row], model: str, dimensions: int) -> None:
    """Writes the vectors of a segment into the folder of a generation, in the order of its numbers.

    The rows are taken one at a time and not kept.
    """
    files = _files(folder, name)
    files["about"].parent.mkdir(exist_ok=True)
    with ExitStack() as stack:
        grown = {
            field: stack.enter_context(_Growing(files[field], dtype, shape))
            for field, (dtype, shape) in _layout(dimensions).items()
        }
        grown["offsets"].add(np.zeros(1))
        for row in rows:
            grown["passages"].add(row.values[:1])
            grown["passage_scales"].add(row.scales[:1])
            grown["sentences"].add(row.values[1:])
            grown["sentence_scales"].add(row.scales[1:])
            grown["offsets"].add(np.array([grown["sentences"].count]))
            grown["keys"].add(np.frombuffer(row.key, np.uint8)[None])
    _write_codes(files["codes"], _load(files["passages"]))
    about = {"version": VECTORS_VERSION, "model": model, "dimensions": dimensions}
    files["about"].write_text(json.dumps(about), encoding="utf-8")


def link_first(before: Path, folder: Path) -> None:
    """Makes the first segment of one generation that of another, of the same files where that is possible.

    An empty one is none, as it is in the index: the second then counts as the first.
    """
    first, second = (_files(before, name) for name in _NAMES)
    source = second if second["keys"].exists() and not len(_load(first["keys"])) else first
    (folder / _FOLDER).mkdir(exist_ok=True)
    for what, target in _files(folder, "first").items():
        try:
            os.link(source[what], target)
        except OSError:  # a file system without hard links, or one that has run out of them
            shutil.copyfile(source[what], target)


def open_vectors(folder: Path) -> Vectors | None:
    """The vectors in the folder of a generation; None where there are none that this version can read.

    Raises IndexDamaged when they are not whole.
    """
    if not (folder / _FOLDER).exists():
        return None
    names = [name for name in _NAMES if name == "first" or any(folder.glob(f"{_FOLDER}/{name}*"))]
    segments = [_files(folder, name) for name in names]
    try:
        about = [json.loads(files["about"].read_bytes()) for files in segments]
        if any(said["version"] != VECTORS_VERSION for said in about):
            _log.warning("the vectors in %s are of another version: they are not used", folder)
            return None
        ((model, dimensions),) = {(said["model"], said["dimensions"]) for said in about}
        return Vectors(model, dimensions, tuple(_open_segment(files, dimensions) for files in segments))
    except (OSError, ValueError, LookupError, TypeError, EOFError) as error:
        raise IndexDamaged(
            f"the vectors in {folder} cannot be read ({error}); run: python -m ingest --index {folder.parent}"
        ) from None


@dataclass(frozen=True, eq=False)
class Vectors:
    """The vectors of a generation, open for reading by any number of threads.

    A passage's number is its place in the first segment; in the second, that plus the first's length.
    """

    model: str  # the encoder's: only vectors of the same model can be compared
    dimensions: int
    segments: tuple[_Segment, ...]

    def __len__(self) -> int:
        """How many passages have vectors, those included that the generation has withdrawn."""
        return sum(len(segment.keys) for segment in self.segments)

    def nearest(self, vector: Floats, limit: int, allowed: Mask | None = None) -> tuple[Numbers, Floats]:
        """Numbers of the closest passages, best first and equal ones by number, and their closeness.

        `allowed` says of each passage whether it may be found. Where more than EXACT_PASSAGES may, one
        that is not among the COARSE whose signs agree most with the question's is missed.
        """
        count = len(self) if allowed is None else int(np.count_nonzero(allowed))
        limit = min(limit, count)
        if limit < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        numbers: Numbers | None = None
        if count > EXACT_PASSAGES:
            numbers = self._alike(vector, min(max(COARSE, limit), count), allowed)
        elif allowed is not None and count <= len(self) * _FEW:
            numbers = np.flatnonzero(allowed)
        scores = self._scores(_Question.of(vector), numbers)
        if numbers is None and allowed is not None:
            scores[~allowed] = -np.inf
        best = _best(scores, limit)
        return best if numbers is None else numbers[best], scores[best]

    def closeness(self, vector: Floats, numbers: Numbers) -> Closeness:
        """How close the question is to each of the passages with these numbers, and to their sentences."""
        question = _Question.of(vector)
        split = [(segment, inside, *segment.spans(own)) for segment, inside, own in self._split(numbers)]
        counts = np.zeros(len(numbers), np.int64)
        for _, inside, _, own in split:
            counts[inside] = own
        offsets = np.concatenate([[0], np.cumsum(counts)])
        sentences = np.empty(offsets[-1], np.float32)
        for segment, inside, starts, own in split:
            places = _runs(starts, own)
            products = question.products(segment.sentences, segment.sentence_scales, places)
            sentences[_runs(offsets[:-1][inside], own)] = products
        return Closeness(self._scores(question, numbers), sentences, offsets)

    def find(self, keys: NDArray[np.uint8]) -> Numbers:
        """The number of a passage for each key, a row each; -1 where no passage has it."""
        heads, numbers = self._by_key
        found = np.full(len(keys), -1)
        if len(numbers):
            likely = numbers[np.minimum(np.searchsorted(heads, _heads(keys)), len(numbers) - 1)]
            for segment, inside, own in self._split(likely):
                found[inside] = np.where((segment.keys[own] == keys[inside]).all(1), likely[inside], -1)
        return found

    def row(self, number: int) -> Row:
        """The vectors of a passage, as they were written."""
        ((segment, _, own),) = (part for part in self._split(np.array([number])) if part[1].any())
        (start,), (count,) = segment.spans(own)
        values = [segment.passages[own], segment.sentences[start : start + count]]
        scales = [segment.passage_scales[own], segment.sentence_scales[start : start + count]]
        return Row(segment.keys[own].tobytes(), np.concatenate(values), np.concatenate(scales))

    @cached_property
    def _by_key(self) -> tuple[NDArray[np.uint64], Numbers]:
        """The first halves of all keys in order, and the numbers of their passages."""
        heads = np.concatenate([_heads(segment.keys) for segment in self.segments])
        order = np.argsort(heads, kind="stable")
        return heads[order], order

    def _split(self, numbers: Numbers) -> Iterator[tuple[_Segment, Mask, Numbers]]:
        """Each segment, which of the numbers are in it, and these as it counts them."""
        start = 0
        for segment in self.segments:
            end = start + len(segment.keys)
            inside = (numbers >= start) & (numbers < end)
            yield segment, inside, numbers[inside] - start
            start = end

    def _scores(self, question: _Question, numbers: Numbers | None) -> Floats:
        """The closeness of the passages with these numbers; of all for None."""
        if numbers is None:
            return np.concatenate([question.products(s.passages, s.passage_scales) for s in self.segments])
        scores = np.empty(len(numbers), np.float32)
        for segment, inside, own in self._split(numbers):
            scores[inside] = question.products(segment.passages, segment.passage_scales, own)
        return scores

    def _alike(self, vector: Floats, count: int, allowed: Mask | None) -> Numbers:
        """The numbers, in order, of the passages whose signs agree most with the question's."""
        code = _codes(vector[None])[:, 0]
        differing = np.concatenate([_differing(segment.codes, code) for segment in self.segments])
        if allowed is not None:
            differing[~allowed] = np.iinfo(np.uint16).max
        most = np.partition(differing, count - 1)[count - 1]
        fewer, as_many = np.flatnonzero(differing < most), np.flatnonzero(differing == most)
        return np.sort(np.concatenate([fewer, as_many[: count - len(fewer)]]))


@dataclass(frozen=True, slots=True, eq=False)
class _Segment:
    passages: NDArray[np.int8]  # (passages, dimensions)
    passage_scales: Floats
    sentences: NDArray[np.int8]  # (sentences of all passages, dimensions)
    sentence_scales: Floats
    offsets: NDArray[np.uint32]  # the i-th passage's sentences are offsets[i]:offsets[i + 1]
    keys: NDArray[np.uint8]  # (passages, KEY_BYTES)
    codes: NDArray[np.uint64]  # (words, passages): a bit for each dimension, set where it is over zero

    def spans(self, numbers: Numbers) -> tuple[Numbers, Numbers]:
        """Where the sentences of these passages begin, and how many each has."""
        starts = self.offsets[numbers].astype(np.int64)
        return starts, self.offsets[numbers + 1] - starts


@dataclass(frozen=True, slots=True, eq=False)
class _Question:
    values: Floats  # whole numbers
    scale: np.float32

    @classmethod
    def of(cls, vector: Floats) -> _Question:
        """The vector in whole numbers as large as leaves every sum of products with a row exact.

        A sum, or a part of one, is at most the product of the two lengths (Cauchy and Schwarz), and
        rounding adds at most half the root of the dimensions to one of them.
        """
        root = len(vector) ** 0.5
        longest = _EXACT_IN_FLOAT32 / (_LARGEST * root) - root / 2
        factor = longest / (float(np.linalg.norm(vector)) or 1.0)
        return cls(np.rint(vector * factor).astype(np.float32), np.float32(1 / factor))

    def products(self, values: NDArray[np.int8], scales: Floats, rows: Numbers | None = None) -> Floats:
        """The dot products with the vectors in these rows; with all for None."""
        sums = np.empty(len(values) if rows is None else len(rows), np.float32)
        for start in range(0, len(sums), _SCORED_AT_ONCE):
            some = slice(start, start + _SCORED_AT_ONCE)
            sums[some] = values[some if rows is None else rows[some]].astype(np.float32) @ self.values
        sums *= scales if rows is None else scales[rows]
        sums *= self.scale
        return sums


def _best(scores: Floats, limit: int) -> Numbers:
    """Places of the `limit` highest scores, the highest first and equal ones in order."""
    least = np.partition(scores, len(scores) - limit)[len(scores) - limit]
    places = np.flatnonzero(scores >= least)
    return places[np.argsort(-scores[places], kind="stable")[:limit]]


def _runs(starts: Numbers, counts: Numbers) -> Numbers:
    """The numbers from each start on, as many as its count."""
    return np.arange(counts.sum()) + np.repeat(starts - np.cumsum(counts) + counts, counts)


def _heads(keys: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The first half of each key, which all but tells it from the others."""
    return np.ascontiguousarray(keys[:, :8]).view(np.uint64)[:, 0]


def _codes(vectors: NDArray[Any]) -> NDArray[np.uint64]:
    """A bit for each component, set where it is over zero: (words of 64 bits, vectors)."""
    bits = np.packbits(vectors > 0, axis=1, bitorder="little")
    return np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8))).view("<u8").T


def _differing(codes: NDArray[np.uint64], code: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """In how many bits each code differs from the one."""
    differing = np.zeros(codes.shape[1], np.uint16)
    for start in range(0, len(differing), _COMPARED_AT_ONCE):
        some = slice(start, start + _COMPARED_AT_ONCE)
        for word, own in zip(codes, code, strict=True):
            differing[some] += np.bitwise_count(word[some] ^ own)
    return differing


def _write_codes(path: Path, passages: NDArray[np.int8]) -> None:
    count, dimensions = passages.shape
    shape = (-(-dimensions // 64), count)
    codes = np.lib.format.open_memmap(path, "w+", np.dtype("<u8"), shape)
    for start in range(0, count, _COMPARED_AT_ONCE):
        some = slice(start, start + _COMPARED_AT_ONCE)
        codes[:, some] = _codes(passages[some])
    codes.flush()


class _Growing:
    """A `.npy` file that rows are added to; NumPy leaves room in the header to say in the end how many."""

    def __init__(self, path: Path, dtype: str, shape: tuple[int, ...]) -> None:
        self.count = 0
        self._dtype, self._shape = dtype, shape
        self._file = path.open("wb")
        self._write_header()

    def add(self, rows: NDArray[Any]) -> None:
        self._file.write(rows.astype(self._dtype).tobytes())
        self.count += len(rows)

    def _write_header(self) -> None:
        header = {"descr": self._dtype, "fortran_order": False, "shape": (self.count, *self._shape)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.seek(0)
        self._write_header()
        self._file.close()


def _files(folder: Path, name: Name) -> dict[str, Path]:
    """The files of a segment by what they hold: each array of a segment, and `about` them."""
    arrays = {field: folder / _FOLDER / f"{name}-{field}.npy" for field in _Segment.__slots__}
    return {**arrays, "about": folder / _FOLDER / f"{name}.json"}


def _layout(dimensions: int) -> dict[str, tuple[str, tuple[int, ...]]]:
    """The arrays that hold a row for each passage or sentence: type and shape of a row."""
    return {
        "passages": ("|i1", (dimensions,)),
        "passage_scales": ("<f4", ()),
        "sentences": ("|i1", (dimensions,)),
        "sentence_scales": ("<f4", ()),
        "offsets": ("<u4", ()),
        "keys": ("|u1", (KEY_BYTES,)),
    }


def _open_segment(files: dict[str, Path], dimensions: int) -> _Segment:
    """The segment; raises OSError or ValueError unless its files are there and go together."""
    segment = _Segment(**{field: _load(files[field]) for field in _Segment.__slots__})
    passages, sentences = len(segment.keys), int(segment.offsets[-1])
    lengths = (passages, passages, sentences, sentences, passages + 1, passages)
    for length, (field, (dtype, shape)) in zip(lengths, _layout(dimensions).items(), strict=True):
        held = getattr(segment, field)
        if (held.dtype, held.shape) != (np.dtype(dtype), (length, *shape)):
            raise ValueError(f"{files[field].name} does not go with the others")
    if segment.codes.shape != (-(-dimensions // 64), passages):
        raise ValueError(f"{files['codes'].name} does not go with the others")
    return segment


def _load(path: Path) -> NDArray[Any]:
    """The array in a `.npy` file, mapped into memory."""
    # Not as a memmap: each slice of one costs a microsecond more.
    return np.asarray(np.load(path, mmap_mode="r"))
