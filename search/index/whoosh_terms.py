"""Whoosh's index of the terms of a segment, written a batch at a time into the file that Whoosh writes."""

from __future__ import annotations

from collections.abc import Sequence
from struct import Struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from whoosh.filedb.filetables import OrderedHashWriter

# How Whoosh packs the lengths of a key and its value, and a slot of a hash table.
_KEY, _SLOT = Struct("!ii"), Struct("!Iq")
_FREE = bytes(_SLOT.size)


class Terms(OrderedHashWriter):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's index of terms, written a batch at a time."""

    def __init__(self, begun: Any) -> None:
        """Goes on with the file that was begun."""
        self.__dict__.update(begun.__dict__)

    def add_batch(self, keys: Sequence[bytes], values: NDArray[np.void]) -> None:
        """Adds keys that ascend, and are behind those that are there, each with its value."""
        size = values.dtype.itemsize
        held = values.tobytes()
        position = self.dbfile.tell()
        written = []
        for place, key in enumerate(keys):
            written.append(_KEY.pack(len(key), size) + key + held[place * size : (place + 1) * size])
            hashed = self.hashfn(key)
            self.buckets[hashed & 255].append((hashed, position))
            self.index.append(position)
            position += len(written[-1])
        self.dbfile.write(b"".join(written))

    def _write_hashes(self) -> None:
        file = self.dbfile
        for entries in self.buckets:
            slots = 2 * len(entries)
            self.directory.append((file.tell(), slots))
            table = [b""] * slots
            for hashed, position in entries:
                slot = (hashed >> 8) % slots
                while table[slot]:
                    slot = (slot + 1) % slots
                table[slot] = _SLOT.pack(hashed, position)
            file.write(b"".join(used or _FREE for used in table))
