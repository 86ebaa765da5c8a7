"""What a folder would hold after a power cut at any moment of what a process did in it.

At a cut a file that was synced has its contents of then, and a folder that was synced its entries of then.
Any other file may have come to harm, and each entry that was made or removed since may be so or not.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from tests.proofs.operations import watch

# A file or a folder, by its inode: it may have several names, and others later.
Key = int

Entries = dict[str, Key]
Damage = Callable[[bytes, random.Random], bytes | None]


@dataclass(frozen=True, slots=True)
class Held:
    """The folders with their entries and the files with their contents."""

    root: Key
    folders: dict[Key, Entries]
    files: dict[Key, bytes]

    def find(self, path: str) -> Key:
        """The file or folder at a path below the root; raises KeyError where there is none."""
        return reduce(lambda key, name: self.folders[key][name], Path(path).parts, self.root)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that changes something, and what was there before it."""

    name: str  # as `watch` announces it; "end" after the last one
    path: str  # below the root
    before: Held


@dataclass(frozen=True, slots=True)
class Moment:
    """What was there before an operation, and what of it would outlast a power cut for sure."""

    operation: Operation
    sure: Held


class Recorder:
    """The operations of this process below `root`, from now to its end.

    `full` is called before the operation of number `until`, counted from 1, with that one recorded last.
    """

    def __init__(self, root: Path, until: int | None = None, full: Callable[[], object] = list) -> None:
        self._root, self._until, self._full = root, until, full
        self._pinned: dict[Key, int] = {}  # an open file keeps its inode from being given to another
        self._known: dict[bytes, bytes] = {}
        # By key what a file had been like when it was read, of those that nobody writes to through a mapping.
        self._settled: dict[Key, tuple[tuple[int, int], bytes]] = {}
        self._held(is_settled=True)
        self.operations: list[Operation] = []
        watch(root, self._record)

    def end(self) -> list[Operation]:
        """All that was recorded, and the end."""
        self._record("end", str(self._root))
        return self.operations

    def _record(self, name: str, path: str) -> None:
        if name != "write":  # half a file is no other than one damaged at the next operation
            now = self._held(is_settled=False)
            self.operations.append(Operation(name, os.path.relpath(path, self._root), now))
            if len(self.operations) == self._until:
                self._full()

    def _held(self, *, is_settled: bool) -> Held:
        folders: dict[Key, Entries] = {}
        files: dict[Key, bytes] = {}
        waiting = [str(self._root)]
        while waiting:
            folder = waiting.pop()
            entries: Entries = {}
            for entry in os.scandir(folder):
                key = entries[entry.name] = entry.inode()
                if entry.is_dir(follow_symlinks=False):
                    self._pin(key, entry.path)
                    waiting.append(entry.path)
                elif key not in files:
                    self._pin(key, entry.path)
                    files[key] = self._contents(key, is_settled=is_settled)
            folders[os.stat(folder).st_ino] = entries
        return Held(os.stat(self._root).st_ino, folders, files)

    def _pin(self, key: Key, path: str) -> None:
        if key not in self._pinned:
            self._pinned[key] = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)

    def _contents(self, key: Key, *, is_settled: bool) -> bytes:
        status = os.fstat(self._pinned[key])
        state = status.st_mtime_ns, status.st_size
        if (settled := self._settled.get(key)) and settled[0] == state:
            return settled[1]
        read = os.pread(self._pinned[key], status.st_size, 0)
        data = self._known.setdefault(read, read)
        if is_settled:
            self._settled[key] = state, data
        return data


def moments(
    operations: Sequence[Operation], is_deaf: Callable[[str], bool] = lambda _: False
) -> Iterator[Moment]:
    """The moments at which the power may be cut. What is there at first is sure.

    A sync of a path for which `is_deaf` holds is taken for none.
    """
    sure = operations[0].before
    for operation in operations:
        yield Moment(operation, sure)
        if operation.name == "sync" and not is_deaf(operation.path):
            sure = _synced(sure, operation.before, operation.before.find(operation.path))


def _synced(sure: Held, now: Held, key: Key) -> Held:
    folders, files = dict(sure.folders), dict(sure.files)
    if key in now.files:
        files[key] = now.files[key]
    else:
        folders[key] = now.folders[key]
        for child in folders[key].values():
            if child in now.folders:  # a folder, of whose entries none is sure
                folders.setdefault(child, {})
    return Held(sure.root, folders, files)


def _flipped(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data)) if data else 0
    return (
        data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :] if data else data
    )


# What Lucene does to each file that was not synced when it tries a crash.
DAMAGES: dict[str, Damage] = {
    "deleted": lambda _data, _chance: None,
    "zeroed": lambda data, _chance: bytes(len(data)),
    "cut in half": lambda data, _chance: data[: len(data) // 2],
    "left": lambda data, _chance: data,
    "a bit flipped": _flipped,
    "emptied": lambda _data, _chance: b"",
}


def after_cut(moment: Moment, damage: Damage, chance: random.Random, to: Path) -> None:
    """Makes the new folder `to` what the recorded one may be when the power was cut at that moment."""
    now, sure = moment.operation.before, moment.sure
    links: dict[Key, Path] = {}

    def put(key: Key, path: Path) -> None:
        if key in now.folders or key in sure.folders:
            path.mkdir()
            for name, child in _entries(now.folders.get(key, {}), sure.folders.get(key, {}), chance):
                put(child, path / name)
        elif key in links:
            os.link(links[key], path)
        elif (data := _contents(now.files.get(key), sure.files.get(key), damage, chance)) is not None:
            path.write_bytes(data)
            links[key] = path

    put(now.root, to)


def _entries(now: Entries, sure: Entries, chance: random.Random) -> Iterator[tuple[str, Key]]:
    for name in sorted({*now, *sure}):
        either = [entries.get(name) for entries in (now, sure)]
        child = either[0] if either[0] == either[1] else chance.choice(either)
        if child is not None:
            yield name, child


def _contents(now: bytes | None, sure: bytes | None, damage: Damage, chance: random.Random) -> bytes | None:
    if now is None or now == sure:  # unlinked, and yet there: with what it held
        return sure if sure is not None else damage(b"", chance)
    return damage(now, chance)
