"""What a build has encoded and not yet published, for the next one should it be broken off."""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from search.index.vector_files import KEY_BYTES, VECTORS_VERSION, Row


class Journal:
    """Rows that are encoded and not yet published, in a file that is only added to.

    It begins with a line that says which model made them. What follows a torn or damaged record is cut
    off, and a journal of another model or version is begun anew.
    """

    # How many vectors a record holds, and its key; then scales, values and a CRC of all that.
    _HEAD = struct.Struct(f"<I{KEY_BYTES}s")
    _CRC = struct.Struct("<I")

    def __init__(self, path: Path, model: str, dimensions: int) -> None:
        self._dimensions = dimensions
        self._places: dict[bytes, int] = {}
        self._file = path.open("r+b" if path.exists() else "w+b")
        begin = {"version": VECTORS_VERSION, "model": model, "dimensions": dimensions}
        line = json.dumps(begin).encode() + b"\n"
        if self._file.read(len(line)) != line:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(line)
        self._end = len(line)
        size = path.stat().st_size
        while (row := self._read(self._end, size)) is not None:
            self._places[row.key] = self._end
            self._end = self._file.tell()
        self._file.truncate(self._end)

    def __contains__(self, key: bytes) -> bool:
        return key in self._places

    def add(self, rows: Iterable[Row]) -> None:
        """Enters the rows; they are on disk when it returns."""
        self._file.seek(self._end)
        for row in rows:
            head = self._HEAD.pack(len(row.scales), row.key)
            record = head + row.scales.astype("<f4").tobytes() + row.values.tobytes()
            self._file.write(record + self._CRC.pack(zlib.crc32(record)))
            self._places[row.key] = self._end
            self._end = self._file.tell()
        self._file.flush()
        os.fsync(self._file.fileno())

    def row(self, key: bytes) -> Row:
        """The row with this key; raises KeyError where there is none."""
        row = self._read(self._places[key], self._end)
        assert row is not None, "a record that was whole is so no longer"
        return row

    def close(self) -> None:
        self._file.close()

    def _read(self, place: int, end: int) -> Row | None:
        """The row at a place in the file; None unless all of it is there and as it was written."""
        self._file.seek(place)
        head = self._file.read(self._HEAD.size)
        if len(head) < self._HEAD.size:
            return None
        count, key = self._HEAD.unpack(head)
        size = count * (4 + self._dimensions)
        if place + len(head) + size + self._CRC.size > end:
            return None
        body = self._file.read(size)
        if self._CRC.unpack(self._file.read(self._CRC.size))[0] != zlib.crc32(head + body):
            return None
        values = np.frombuffer(body, np.int8, offset=4 * count).reshape(count, self._dimensions)
        return Row(key, values, np.frombuffer(body, "<f4", count))


def journal_path(index: Path) -> Path:
    """Where the journal of an index is kept."""
    return index / "vectors.journal"


def remove_journal(journal: Path) -> None:
    """Removes the journal, if there is one: what it holds has been published."""
    journal.unlink(missing_ok=True)
