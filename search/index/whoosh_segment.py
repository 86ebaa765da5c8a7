"""Writes passages whose postings lie ready in arrays into a segment of a Whoosh index.

Whoosh's `add_document` takes a passage term by term and sorts them all in the end. Here what it would have
sorted is handed to its codec, whole blocks at a time. The files are those of Whoosh's own writer, byte for
byte, so any Whoosh opens, searches, updates and merges them.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import (
    LENGTHS_COLUMN,
    WHOOSH3_HEADER_MAGIC,
    W3Codec,
    W3FieldWriter,
    W3PerDocWriter,
    W3Segment,
)
from whoosh.fields import ID, KEYWORD, Schema
from whoosh.system import pack_int, pack_ushort
from whoosh.util.numeric import byte_to_length

from search.index.fields import FIELD_WEIGHTS
from search.index.inverted import Inverted
from search.index.whoosh_terms import Terms

# The lengths of a field that Whoosh tells apart: it keeps the place here of the first that is not less.
LENGTHS: NDArray[np.uint32] = np.array([byte_to_length(place) for place in range(256)], np.uint32)

_DOCUMENT = "document"

# As Whoosh has them; with other values the files would be no worse, but could not be compared.
_BLOCK_POSTINGS = 128
_COMPRESSION = 3
_PROTOCOL = 2

# Postings in a block from which it is compressed; each block says whether it is. Whoosh's writer compresses
# all of them: over 20,963 passages that takes 2.3 s of a core for 38.8 MB, and this 1.9 for 40.1.
COMPRESSED_FROM = 16

# What Whoosh knows of a term, as it packs it.
_TERM_INFO = np.dtype(
    [
        ("inlined", "u1"),
        ("weight", ">f4"),
        ("frequency", ">u4"),
        ("shortest", "u1"),
        ("longest", "u1"),
        ("most", ">f4"),
        ("first", ">u4"),
        ("last", ">u4"),
        ("offset", ">i8"),
        ("size", ">i4"),
    ]
)

# Postings that are looked at together: some 100 bytes each while they are.
_BATCH_POSTINGS = 500_000


def passages_schema() -> Schema:
    """The fields of a passage: its document's id, to delete it by, and those that are searched."""
    return Schema(**{_DOCUMENT: ID()}, **dict.fromkeys(FIELD_WEIGHTS, KEYWORD(scorable=True)))


def passages_writer(index: Any) -> Any:
    """A writer of the index that `add_passages` takes; it has to be committed or cancelled."""
    return index.writer(codec=_SegmentCodec())


def add_passages(writer: Any, fields: Mapping[str, Inverted], documents: Sequence[str]) -> None:
    """Adds passages, once, to a writer of `passages_writer` that nothing else is added to.

    `documents` are the ids of their documents, passage by passage. The commit has to leave the segments that
    are there as they are: `merge=False`, or a `mergetype` that merges none.
    """
    if not documents:
        return
    for name in sorted([*fields, _DOCUMENT]):
        kind = writer.schema[name]
        field = _by_document(documents) if name == _DOCUMENT else fields[name]
        lengths = LENGTHS.searchsorted(field.lengths).astype(np.uint8)
        if kind.scorable:
            writer.perdocwriter.add_lengths(name, lengths, field.total_length)
        if field.terms:
            writer.fieldwriter.add_field(name, kind, field, lengths)
    writer.docnum = len(documents)
    writer._added = True  # or the commit would take it that there is nothing to keep


def _by_document(documents: Sequence[str]) -> Inverted:
    """The passages of each document; as the field is not scored, it has no lengths."""
    numbers = sorted(range(len(documents)), key=documents.__getitem__)
    held = [(id, len(list(same))) for id, same in groupby(documents[number] for number in numbers)]
    return Inverted(
        [id for id, _ in held],
        np.cumsum([count for _, count in held], dtype=np.uint64),
        np.array(numbers, np.uint32),
        np.ones(len(numbers), np.uint16),
        np.zeros(len(numbers), np.uint32),
        0,
    )


class _SegmentCodec(W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's own codec with writers that take arrays; the segments that it makes know only Whoosh's."""

    def new_segment(self, storage: Any, indexname: str) -> Any:
        return W3Segment(W3Codec(), indexname)

    def per_document_writer(self, storage: Any, segment: Any) -> Any:
        return _LengthsWriter(self, storage, segment)

    def field_writer(self, storage: Any, segment: Any) -> Any:
        return _FieldWriter(self, storage, segment)


class _LengthsWriter(W3PerDocWriter):  # type: ignore[misc]  # Whoosh has no types
    def add_lengths(self, field: str, lengths: NDArray[np.uint8], total: int) -> None:
        """Keeps the length of the field in every passage, as a place in LENGTHS."""
        held = len(np.trim_zeros(lengths, "b"))  # Whoosh leaves out what it reads as zero anyway
        if held:
            column = f"_{field}_len"
            self._create_column(column, LENGTHS_COLUMN)
            self._get_column(column)._dbfile.write(lengths[:held].tobytes())
            self._fieldlengths[field] = total
        self._doccount = len(lengths)


class _FieldWriter(W3FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    def __init__(self, codec: Any, storage: Any, segment: Any) -> None:
        super().__init__(codec, storage, segment)
        # In the place of Whoosh's, which has written the head of its file.
        self._tindex: Any = Terms(self._tindex)
        self._fieldmap: dict[str, int] = {}
        self._tindex.extras["fieldmap"] = self._fieldmap

    def add_field(self, name: str, kind: Any, field: Inverted, lengths: NDArray[np.uint8]) -> None:
        """Writes all postings of a field; fields come in the order of their names."""
        self.start_field(name, kind)
        prefix = pack_ushort(self._fieldid)
        offset = self._postfile.tell()
        for terms, postings, starts in _batches(field):
            batch = _Batch(field.numbers[postings], field.times[postings], lengths, starts)
            blocks = batch.blocks(kind.format.fixed_value_size() > 0)
            written = [WHOOSH3_HEADER_MAGIC + b"".join(blocks[own]) for own in batch.blocks_by_term]
            self._postfile.write(b"".join(written))
            sizes = np.fromiter(map(len, written), np.int64, len(written))
            infos = batch.infos(offset + np.cumsum(sizes) - sizes, sizes)
            self._tindex.add_batch([prefix + term.encode() for term in field.terms[terms]], infos)
            offset += int(sizes.sum())
        self.finish_field()


def _batches(field: Inverted) -> Iterator[tuple[slice, slice, NDArray[np.intp]]]:
    """The terms cut into runs: which they are, their postings, and where in these each term's begin."""
    ends = field.ends.astype(np.intp)
    first, start = 0, 0
    while first < len(ends):
        last = max(first + 1, int(ends.searchsorted(start + _BATCH_POSTINGS)))
        starts = np.concatenate([[start], ends[first : last - 1]]) - start
        yield slice(first, last), slice(start, int(ends[last - 1])), starts
        first, start = last, int(ends[last - 1])


class _Batch:
    """The postings of a run of terms, cut into blocks."""

    def __init__(
        self,
        numbers: NDArray[np.uint32],
        times: NDArray[np.uint16],
        lengths: NDArray[np.uint8],
        starts: NDArray[np.intp],
    ) -> None:
        self._numbers = np.array(numbers)
        self._times = np.array(times)
        self._starts = starts
        self._counts = np.diff(starts, append=len(numbers))
        blocks = -(-self._counts // _BLOCK_POSTINGS)
        ends = np.cumsum(blocks)
        self.blocks_by_term = [
            slice(*own) for own in zip((ends - blocks).tolist(), ends.tolist(), strict=True)
        ]
        self._is_last = np.zeros(ends[-1], np.bool_)
        self._is_last[ends - 1] = True
        within = np.arange(ends[-1]) - np.repeat(ends - blocks, blocks)
        self._block_starts = np.repeat(starts, blocks) + within * _BLOCK_POSTINGS
        self._lengths = lengths[self._numbers]

    def blocks(self, has_values: bool) -> list[bytes]:
        """Each block as it stands in the file; its values say again how often the term stands there."""
        starts = self._block_starts
        gaps = np.diff(self._numbers, prepend=np.uint32(0))
        gaps[starts] = self._numbers[starts]  # in each block they begin anew
        least, most = np.minimum.reduceat(self._times, starts), np.maximum.reduceat(self._times, starts)
        ends = np.append(starts[1:], len(self._numbers))
        ids, weights = gaps.tolist(), self._times.astype(np.float64).tolist()
        values = self._times.astype(">u4").tobytes() if has_values else None
        return [
            (_block if end - start > 1 else _short_block)(
                tuple(ids[start:end]),
                _weights(weights[start:end], low == high),
                values[4 * start : 4 * end] if values else None,
                last_id,
                float(high),
                (shortest, longest),
                is_last,
            )
            for start, end, low, high, last_id, shortest, longest, is_last in zip(
                starts.tolist(),
                ends.tolist(),
                least.tolist(),
                most.tolist(),
                self._numbers[ends - 1].tolist(),
                np.minimum.reduceat(self._lengths, starts).tolist(),
                np.maximum.reduceat(self._lengths, starts).tolist(),
                self._is_last.tolist(),
                strict=True,
            )
        ]

    def infos(self, offsets: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.void]:
        """What Whoosh knows of each term, whose blocks lie from `offsets` on and are so many bytes."""
        starts = self._starts
        infos = np.zeros(len(starts), _TERM_INFO)
        infos["weight"] = np.add.reduceat(self._times, starts, dtype=np.int64)
        infos["frequency"] = self._counts
        infos["shortest"] = np.minimum.reduceat(self._lengths, starts)
        infos["longest"] = np.maximum.reduceat(self._lengths, starts)
        infos["most"] = np.maximum.reduceat(self._times, starts)
        infos["first"] = self._numbers[starts]
        infos["last"] = self._numbers[starts + self._counts - 1]
        infos["offset"], infos["size"] = offsets, sizes
        return infos


def _weights(weights: list[float], are_equal: bool) -> tuple[float, ...] | float | None:
    if are_equal:
        return None if weights[0] == 1 else weights[0]
    return tuple(weights)


def _block(
    ids: tuple[int, ...],
    weights: tuple[float, ...] | float | None,
    values: bytes | None,
    last_id: int,
    most: float,
    lengths: tuple[int, int],
    is_last: bool,
) -> bytes:
    data = pickle.dumps((ids, weights, values), _PROTOCOL)
    compression = _COMPRESSION if len(ids) >= COMPRESSED_FROM else 0
    if compression:
        data = zlib.compress(data, compression)
    header = pickle.dumps((len(ids), last_id, most, compression, *lengths), _PROTOCOL)
    size = len(header) + len(data)
    return bytes(pack_int(-size if is_last else size)) + header + data


# A passage has several terms of which it alone holds one, and most of them are alike but for their names.
_short_block = lru_cache(1 << 16)(_block)
