"""Arrays as `.npy` files that are written by ordinary writes, each of which fails when the disk is full.

NumPy's own ways lose that. `np.save` hands the end of an array to C's buffered output and never asks whether
it got there: on a full disk it leaves a file cut short and says nothing. A store into a mapped file that has
no room on the disk ends the process with SIGBUS.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Zeros written at once: few calls, and little memory.
_ROOM_BYTES = 1 << 20


def save(path: Path, values: NDArray[Any]) -> None:
    """Writes an array, byte for byte as `np.save` does; raises OSError unless all of it is written."""
    header = np.lib.format.header_data_from_array_1_0(values)
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header)
        file.write(np.ascontiguousarray(values.T if header["fortran_order"] else values).data)


def written(path: Path, dtype: DTypeLike, length: int) -> BinaryIO:
    """A file for an array of one dimension that is written piece by piece, in order."""
    file = path.open("wb")
    header = {"descr": np.dtype(dtype).str, "fortran_order": False, "shape": (int(length),)}
    np.lib.format.write_array_header_1_0(file, header)
    return file


def mapped(path: Path, dtype: DTypeLike, length: int) -> NDArray[Any]:
    """A new array of one dimension, mapped to be written in any order; zeros at first.

    Raises OSError unless there is room for all of it on the disk, where it is then taken.
    """
    size = np.dtype(dtype).itemsize * length
    with written(path, dtype, length) as file:
        for start in range(0, size, _ROOM_BYTES):
            file.write(bytes(min(_ROOM_BYTES, size - start)))
    # A plain view: slices of numpy's memmap take five times as long.
    return np.load(path, mmap_mode="r+").view(np.ndarray)  # type: ignore[no-any-return]  # numpy's load


def load(path: Path) -> NDArray[Any]:
    """The array in a file, mapped into memory and read only where it is looked at."""
    # A plain view: slices of numpy's memmap take five times as long, and a search makes dozens.
    return np.load(path, mmap_mode="r").view(np.ndarray)  # type: ignore[no-any-return]  # numpy's load
