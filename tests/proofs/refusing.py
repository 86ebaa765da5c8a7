"""Operations on files that fail when it is their turn, as on a disk that is full, fails or has no handles."""

from __future__ import annotations

import builtins
import errno
import io
import os
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# What each operation may fail with.
ERRORS = {
    "open": (errno.EMFILE, errno.ENFILE, errno.EIO, errno.EACCES, errno.ENOSPC),
    "write": (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG),
    "fsync": (errno.EIO, errno.ENOSPC, errno.EDQUOT),
    "rename": (errno.ENOSPC, errno.EIO, errno.EROFS),
    "link": (errno.ENOSPC, errno.EIO, errno.EMLINK),
    "mkdir": (errno.ENOSPC, errno.EIO, errno.EROFS),
    "remove": (errno.EIO, errno.EROFS),
}


@dataclass
class Refusals:
    """The operation that fails, and how many from there on do so."""

    first: int  # from 1
    most: int
    chance: random.Random
    count: int = 0  # of the operations until now
    refused: list[str] = field(default_factory=list)  # "write ENOSPC", each that failed

    def turn(self, kind: str) -> None:
        """Counts one operation; raises OSError when it is to fail."""
        self.count += 1
        if self.first <= self.count < self.first + self.most:
            number = self.chance.choice(ERRORS[kind])
            self.refused.append(f"{kind} {errno.errorcode[number]}")
            raise OSError(number, os.strerror(number))


def refuse(folder: Path, refusals: Refusals) -> None:
    """From now on, to the end of this process, what it does to files below `folder` has its turns.

    A write that fails has written half of what it was given. To open a file to read it has its turn once,
    until it is replaced. What goes through the descriptor of a folder counts as below it: `shutil.rmtree`
    works so. Nothing is in fact synced.
    """
    root = os.path.join(os.path.abspath(folder), "")
    read: set[str] = set()

    def is_below(path: Any, named: dict[str, Any]) -> bool:
        if named.get("dir_fd") is not None:
            return True
        return not isinstance(path, int) and os.path.abspath(os.fsdecode(path)).startswith(root)

    def wrapped(function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        def call(path: Any, *arguments: Any, **named: Any) -> Any:
            if is_below(path, named):
                refusals.turn(kind)
            if kind == "rename":
                read.discard(os.fspath(arguments[0]))
            return function(path, *arguments, **named)

        return call

    class Raw(io.FileIO):
        def write(self, data: Any) -> int:
            try:
                refusals.turn("write")
            except OSError:
                view = memoryview(data).cast("B")
                super().write(view[: len(view) // 2])
                raise
            return super().write(data)

    really_open, really_send = io.open, os.sendfile

    def opened(
        file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None,
        newline: Any = None, closefd: bool = True, opener: Any = None,
    ) -> Any:  # fmt: skip
        if isinstance(file, int) or not is_below(file, {}):
            return really_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if not set(mode) & set("wax+"):
            if os.fspath(file) not in read:
                read.add(os.fspath(file))
                refusals.turn("open")
            return really_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        refusals.turn("open")
        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        binary = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return binary if "b" in mode else io.TextIOWrapper(binary, encoding, errors, newline)

    def synced(_: Any) -> None:
        refusals.turn("fsync")

    def sent(*arguments: Any) -> int:
        refusals.turn("write")
        return really_send(*arguments)

    io.open = builtins.open = opened  # type: ignore[assignment]
    os.fsync, os.sendfile = synced, sent
    for kind, names in {
        "open": ("open",),
        "rename": ("rename", "replace"),
        "link": ("link",),
        "mkdir": ("mkdir",),
        "remove": ("unlink", "remove", "rmdir"),
    }.items():
        for name in names:
            setattr(os, name, wrapped(getattr(os, name), kind))
