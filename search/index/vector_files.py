"""The vectors of a generation as files: written segment by segment, shared, and mapped into memory.

They lie in `vectors/`, beside the index whose numbers they follow: the passages of its first segment,
which later generations share, then those of its second. A row is a passage: its vector and one for each of
its sentences, in whole numbers of a byte with a scale each.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from search.errors import IndexDamaged
from search.index.arrays import save

_log = logging.getLogger(__name__)

# Raised whenever the files or their meaning change: vectors of another version are as good as none.
VECTORS_VERSION = 1

KEY_BYTES = 16
LARGEST = 127  # of the whole numbers that make up a vector
_CODED_AT_ONCE = 65_536  # passages, so that little more than their codes is in memory

_FOLDER = "vectors"

Name = Literal["first", "second"]  # of a segment
_NAMES: tuple[Name, ...] = ("first", "second")

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """The vectors of one passage: its own first, then one for each of its sentences."""

    key: bytes  # says what they were made of
    values: NDArray[np.int8]  # (1 + sentences, dimensions)
    scales: Floats  # (1 + sentences,): a vector is its values times its scale


def quantise(vectors: Floats) -> tuple[NDArray[np.int8], Floats]:
    """The vectors, a row each, in whole numbers from -127 to 127, and the scale of each.

    No component is off by more than half a scale. Raises ValueError for one that is not finite.
    """
    if not np.isfinite(vectors).all():
        raise ValueError("a vector has a component that is not finite")
    scales = (np.abs(vectors).max(axis=1, initial=0) / LARGEST).astype(np.float32)
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


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
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


def open_segments(folder: Path) -> tuple[str, int, tuple[Segment, ...]] | None:
    """Model, dimensions and segments of a generation; None where there are none that this version reads.

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
        return model, dimensions, tuple(_open_segment(files, dimensions) for files in segments)
    except (OSError, ValueError, LookupError, TypeError, EOFError) as error:
        raise IndexDamaged(
            f"the vectors in {folder} cannot be read ({error}); run: python -m ingest --index {folder.parent}"
        ) from None


def codes(vectors: NDArray[Any]) -> NDArray[np.uint64]:
    """A bit for each component, set where it is over zero: (words of 64 bits, vectors)."""
    bits = np.packbits(vectors > 0, axis=1, bitorder="little")
    return np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8))).view("<u8").T


def _write_codes(path: Path, passages: NDArray[np.int8]) -> None:
    count, dimensions = passages.shape
    coded = np.empty((-(-dimensions // 64), count), "<u8")
    for start in range(0, count, _CODED_AT_ONCE):
        some = slice(start, start + _CODED_AT_ONCE)
        coded[:, some] = codes(passages[some])
    save(path, coded)


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
    arrays = {field: folder / _FOLDER / f"{name}-{field}.npy" for field in Segment.__slots__}
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


def _open_segment(files: dict[str, Path], dimensions: int) -> Segment:
    """The segment; raises OSError or ValueError unless its files are there and go together."""
    segment = Segment(**{field: _load(files[field]) for field in Segment.__slots__})
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
