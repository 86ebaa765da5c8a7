"""Arrays in files: all of it is there, or the one who writes is told."""

from __future__ import annotations

import errno
import io
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from search.index.arrays import load, mapped, save, written

ROOT = Path(__file__).parents[1]

ARRAYS = [
    np.arange(5, dtype=np.uint32),
    np.zeros(0, np.uint64),
    np.zeros((0, 3), np.uint8),
    np.arange(6, dtype=np.uint16).reshape(2, 3),
    np.arange(6, dtype="<u8").reshape(2, 3).T,
    np.arange(20, dtype=np.uint8)[::3],
    np.frombuffer(b"never to be written to", np.uint8),
    np.array(7, np.int64),
]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file grows over so many bytes, as on a disk that is full then."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.dtype}{array.shape}")
def test_an_array_is_written_as_numpy_writes_it(array: np.ndarray[Any, Any], tmp_path: Path) -> None:
    save(tmp_path / "a.npy", array)
    expected = io.BytesIO()
    np.save(expected, array)
    assert (tmp_path / "a.npy").read_bytes() == expected.getvalue()
    assert np.array_equal(load(tmp_path / "a.npy"), array)


# 128 bytes of header and 6,000 of values: more than C's library writes at once, so it holds the end back.
@pytest.mark.parametrize("room", [100, 3_000, 4_500, 6_000, 6_127])
def test_an_array_is_never_cut_short_in_silence(room: int, tmp_path: Path) -> None:
    with files_of_at_most(room), pytest.raises(OSError, match="File too large") as caught:
        save(tmp_path / "a.npy", np.arange(1_500, dtype=np.uint32))
    assert caught.value.errno == errno.EFBIG
    with files_of_at_most(6_128):
        save(tmp_path / "a.npy", np.arange(1_500, dtype=np.uint32))


@pytest.mark.parametrize("length", [0, 1, 700_000])
def test_a_mapped_array_is_written_in_any_order(length: int, tmp_path: Path) -> None:
    array = mapped(tmp_path / "a.npy", np.uint16, length)
    assert not array.any()
    array[::-1] = np.arange(length)
    with written(tmp_path / "b.npy", np.uint16, length) as file:
        file.write(array.tobytes())
    assert np.array_equal(load(tmp_path / "a.npy"), array)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()


def test_the_room_of_a_mapped_array_is_taken_before_it_is_written_to(tmp_path: Path) -> None:
    """Blocks and not a hole: a store into a hole for which a full disk has no block is the end by SIGBUS."""
    path = tmp_path / "a.npy"
    mapped(path, np.uint32, 100_000)
    assert path.stat().st_blocks * 512 >= path.stat().st_size >= 400_000
    with files_of_at_most(200_000), pytest.raises(OSError, match="File too large"):
        mapped(tmp_path / "b.npy", np.uint32, 100_000)


def test_numpy_itself_cuts_an_array_short_in_silence(tmp_path: Path) -> None:
    """Why `save` is there: when this fails, `np.save` will do."""
    program = """
import resource, sys
import numpy as np
resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))
np.save(sys.argv[1], np.arange(1_500, dtype=np.uint32))
"""
    run = subprocess.run([sys.executable, "-c", program, tmp_path / "a.npy"], check=False)
    assert (run.returncode, (tmp_path / "a.npy").stat().st_size) == (0, 6_000)
