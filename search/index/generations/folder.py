"""The folder of an index: its generations by number, the pointer to the current one, and the lock."""

from __future__ import annotations

import fcntl
import json
import logging
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from search.errors import IndexBusy, IndexDamaged, IndexMissing, IndexUnusable
from search.index.generations.durable import make_folder, replace, sync

_log = logging.getLogger(__name__)

_CURRENT = "CURRENT"
_LOCK = "LOCK"
_BUILD = "build-"

# The one in use, the one before it to go back to, and one more for a reader that is still on it.
KEPT_GENERATIONS = 3

_NAME = re.compile(r"g\d{6,}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """What CURRENT says."""

    generation: str
    manifest: str  # SHA-256 of its MANIFEST.json


def read_current(index: Path) -> Pointer:
    """What CURRENT says; raises IndexMissing or IndexDamaged."""
    try:
        said = json.loads((index / _CURRENT).read_bytes())
        pointer = Pointer(str(said["generation"]), str(said["manifest"]))
    except FileNotFoundError:
        raise IndexMissing(f"there is no index in {index} yet; {rebuild(index)}") from None
    except NotADirectoryError:
        raise not_a_folder(index) from None
    except (OSError, ValueError, KeyError, TypeError):
        raise IndexDamaged(f"{index / _CURRENT} cannot be read; {rebuild(index)}") from None
    if not _NAME.fullmatch(pointer.generation):
        raise IndexDamaged(f"{index / _CURRENT} names no generation; {rebuild(index)}")
    return pointer


def point_to(index: Path, pointer: Pointer) -> None:
    """Makes a generation the current one, at once and for good; everything it names is on disk by then."""
    replace(
        index / _CURRENT, json.dumps({"generation": pointer.generation, "manifest": pointer.manifest}) + "\n"
    )


def rebuild(index: Path) -> str:
    """What to run to have an index again."""
    return f"run: python -m ingest --index {index}"


def not_a_folder(index: Path) -> IndexUnusable:
    """What is wrong where a file stands in the place of the index."""
    return IndexUnusable(f"{index} is a file: give a folder for the index with --index")


def generations_of(index: Path) -> tuple[str, ...]:
    """The names of the generations that lie in the folder, whole or not, oldest first."""
    if not index.is_dir():
        return ()
    return tuple(sorted((path.name for path in index.iterdir() if _NAME.fullmatch(path.name)), key=number_of))


def number_of(generation: str) -> int:
    """The number of a generation, by which they are ordered."""
    return int(generation[1:])


def next_name(index: Path) -> str:
    """A name that no generation of this folder has had, as far as one can tell from what is there."""
    numbers = [number_of(name) for name in generations_of(index)]
    try:
        numbers.append(number_of(read_current(index).generation))
    except IndexUnusable:
        pass
    return f"g{max(numbers, default=0) + 1:06d}"


def build_folder(index: Path, generation: str) -> Path:
    """Where a generation is built before it has its place."""
    return index / f"{_BUILD}{generation}"


def leftovers(index: Path) -> tuple[str, ...]:
    """What builds that were killed have left: the names of their folders, and of a pointer half replaced."""
    if not index.is_dir():
        return ()
    names = (path.name for path in index.iterdir())
    return tuple(sorted(name for name in names if name.startswith(_BUILD) or name == f"{_CURRENT}.tmp"))


def surplus(index: Path, current: str, parent: str) -> tuple[str, ...]:
    """The generations that are not kept beside the current one, which was built from `parent`.

    Of those up to the parent all but the last few, and every other: it was damaged, never made current, or
    rolled back from.
    """
    others = [name for name in generations_of(index) if name != current]
    kept = [name for name in others if number_of(name) <= number_of(parent)][-(KEPT_GENERATIONS - 1) :]
    return tuple(name for name in others if name not in kept)


def remove(index: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Removes these from the folder; the names of those that are gone.

    Nobody needs them any more, so one that cannot be removed is logged and left to the next time. A
    generation loses its name first, for good: what is half removed is never taken for one.
    """
    gone = []
    for name in names:
        path = index / name
        try:
            if _NAME.fullmatch(name):
                path = path.rename(build_folder(index, name))
                sync(index)
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            gone.append(name)
        except OSError as error:
            _log.warning("%s cannot be removed now: %s", path, error.strerror)
    return tuple(gone)


@contextmanager
def locked(index: Path) -> Iterator[None]:
    """Holds the folder, made where it is missing, against other publishers.

    The lock is the operating system's: it goes with the process, however that ends. Raises IndexBusy
    while another holds it, and IndexUnusable for a file.
    """
    if index.exists() and not index.is_dir():
        raise not_a_folder(index)
    if not (index / _CURRENT).exists():
        make_folder(index)
    with (index / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IndexBusy(f"another process is building {index}: wait until it has finished") from None
        yield


def is_locked(index: Path) -> bool:
    """Whether somebody is publishing there at this moment."""
    if not (index / _LOCK).exists():
        return False
    with (index / _LOCK).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
