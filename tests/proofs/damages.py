"""What may happen to a file at rest, each damage with the way to undo it."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

# Given a file, others of the same name in other generations, and chance; changes what is read from it and
# returns how to undo that, or None where it cannot be changed so: a file of zeros by zeros, for one.
Damage = Callable[[Path, Sequence[Path], random.Random], Callable[[], None] | None]

_BLOCK = 4096


def _flip(path: Path, _: Sequence[Path], chance: random.Random) -> Callable[[], None] | None:
    data = path.read_bytes()
    if not data:
        return None
    place = chance.randrange(len(data))
    return _written(path, data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :])


def _zero(path: Path, _: Sequence[Path], chance: random.Random) -> Callable[[], None] | None:
    data = path.read_bytes()
    start = chance.randrange(max(1, len(data)))
    return _written(path, data[:start] + bytes(len(data[start : start + _BLOCK])) + data[start + _BLOCK :])


def _truncate(path: Path, _: Sequence[Path], chance: random.Random) -> Callable[[], None] | None:
    data = path.read_bytes()
    return _written(path, data[: chance.randrange(max(1, len(data)))])


def _delete(path: Path, _: Sequence[Path], chance: random.Random) -> Callable[[], None]:
    aside = _aside(path)
    path.rename(aside)
    return lambda: os.replace(aside, path)


def _swap(path: Path, others: Sequence[Path], chance: random.Random) -> Callable[[], None] | None:
    data = path.read_bytes()
    others = [other for other in others if other.read_bytes() != data]
    if not others:
        return None
    other = chance.choice(others)

    def swap() -> None:
        path.rename(_aside(path))
        other.rename(path)
        _aside(path).rename(other)

    swap()
    return swap


def _written(path: Path, data: bytes) -> Callable[[], None] | None:
    """Has the file hold this, in its place: under each of its names."""
    before = path.read_bytes()
    if data == before:
        return None
    _write(path, data)
    return lambda: _write(path, before)


def _write(path: Path, data: bytes) -> None:
    with path.open("r+b") as file:
        file.write(data)
        file.truncate()


def _aside(path: Path) -> Path:
    """Outside the index, so that nobody sees it."""
    folder = next(above for above in path.parents if (above / "LOCK").exists()).parent
    return folder / "aside"


DAMAGES: dict[str, Damage] = {
    "bit flipped": _flip,
    "4 kB zeroed": _zero,
    "truncated": _truncate,
    "deleted": _delete,
    "swapped": _swap,
}
