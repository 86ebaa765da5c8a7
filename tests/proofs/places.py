"""Copies of a small index, for something to be done to them by processes that die of it."""

from __future__ import annotations

import itertools
import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from search.index.generations import KEPT_GENERATIONS, publish, read_current, rollback
from tests.proofs.crashes import Wrong, update
from tests.proofs.forks import DIED, ended, fork
from tests.proofs.operations import watch
from tests.proofs.recording import Operation, Recorder

Act = Callable[[Path], object]  # given the folder of the index

_MEMORY = Path("/dev/shm")

# The revision in the copies of an index of as many generations.
BEFORE = 3


class Place:
    """A folder in which there is an index of three generations, or nothing yet."""

    def __init__(self, folder: Path, start: Path | None = None) -> None:
        self._errors, self._counted = folder / "errors", folder / "counted"
        self.root = folder / "tried"
        self.index = self.root / "deep" / "index"
        shutil.rmtree(self.root, ignore_errors=True)
        if start:
            copy(start, self.root)
        else:
            self.root.mkdir()

    def does(self, act: Act) -> int:
        """Does it, without syncing; how many operations on files that took."""
        self.dies(act, None)
        return self._counted.stat().st_size

    def dies(self, act: Act, event: int | None) -> bool:
        """Whether it died at its operation of that number; raises Wrong when it fails instead."""
        self._counted.write_text("")
        return self._forked(partial(self._die, act, event))

    def recorded(self, act: Act, event: int | None = None) -> Sequence[Operation]:
        """What it does, up to its end or to its death at the operation of that number."""
        self._forked(partial(self._record, act, event))
        operations: Sequence[Operation] = pickle.loads(self._counted.read_bytes())
        return operations

    def _forked(self, action: Callable[[], object]) -> bool:
        status = ended(fork(action, self._errors))
        if status not in (0, DIED):
            raise Wrong(f"ended with status {status}: {self._errors.read_text()}")
        return status == DIED

    def _die(self, act: Act, event: int | None) -> None:
        counted = os.open(self._counted, os.O_WRONLY | os.O_APPEND)
        numbers = itertools.count(1)

        def announce(_operation: str, _path: str) -> None:
            os.write(counted, b".")
            if next(numbers) == event:
                os._exit(DIED)

        watch(self.root, announce)
        act(self.index)

    def _record(self, act: Act, event: int | None) -> None:
        def full() -> None:
            self._counted.write_bytes(pickle.dumps(recorder.operations))
            os._exit(DIED)

        recorder = Recorder(self.root, event, full)
        act(self.index)
        recorder.end()
        self._counted.write_bytes(pickle.dumps(recorder.operations))


def where_it_fell(index: Path) -> str:
    """In what part of a publish it was ended, as far as what lies there tells."""
    if not (index / "CURRENT").exists():
        return "before the first switch"
    generations = sorted(path.name for path in index.glob("g*"))
    if list(index.glob("build-*")):
        return "while building"
    if generations[-1] > read_current(index).generation:
        return "between rename and switch"
    if len(generations) > KEPT_GENERATIONS:
        return "after the switch, while removing"
    return "between publishes"


@contextmanager
def in_memory(folder: Path) -> Iterator[Path]:
    """A folder to try things in that no disk slows down, where the system has one."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else folder) as scratch:
        yield Path(scratch)


def starts(folder: Path) -> dict[str, Path | None]:
    """What a `Place` may begin with: "nothing", "three" generations, and a newer one gone "back" from."""
    place = Place(folder)
    for revision in range(1, BEFORE + 1):
        place.does(partial(publish, write=update(revision)))
    three = folder / "three"
    place.root.rename(three)
    place = Place(folder, three)
    place.does(rollback)
    (place.index / "build-g000009").mkdir()
    (place.index / "build-g000009" / "half").write_text("half", encoding="utf-8")
    (place.index / "CURRENT.tmp").write_text("{", encoding="utf-8")
    back = folder / "back"
    place.root.rename(back)
    return {"nothing": None, "three": three, "back": back}


def copy(folder: Path, to: Path) -> None:
    """A copy in which the files that share their contents by hard links share them too."""
    links: dict[int, Path] = {}

    def one(source: str, target: str) -> None:
        inode = os.stat(source).st_ino
        if inode in links:
            os.link(links[inode], target)
        else:
            links[inode] = Path(shutil.copyfile(source, target))

    shutil.copytree(folder, to, copy_function=one)
