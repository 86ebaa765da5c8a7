"""Each operation that changes something below a folder, announced before it is made."""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Given the name of the operation ("open", "write", "sync", "rename", ...) and the path it changes.
Announce = Callable[[str, str], None]

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# What Python's audit events of these names are given: the path's place among their arguments, and that of the
# descriptor of the folder which it is relative to (-1: the working directory).
_CHANGES = {
    "os.rename": (0, 2),
    "os.remove": (0, 1),
    "os.rmdir": (0, 1),
    "os.mkdir": (0, 2),
    "os.link": (1, 3),
    "os.symlink": (1, 2),
    "os.truncate": (0, None),
}


def watch(folder: Path, announce: Announce) -> None:
    """Announces what this process does in `folder` from now on, to its end: hooks cannot be taken off.

    A write is announced when half of it is made. What another process or numpy writes past Python is not.
    Nothing is in fact synced: a process that dies loses nothing of what it wrote.
    """
    root = os.path.join(os.path.abspath(folder), "")

    def below(path: Any, beside: Any = None) -> str | None:
        if isinstance(path, int) or path is None:
            return None
        start = f"/proc/self/fd/{beside}" if beside not in (None, -1) else os.getcwd()
        full = os.path.join(os.path.realpath(start), os.fsdecode(path))
        return full if os.path.join(full, "").startswith(root) else None

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if flags & _WRITES and (found := below(path)):
                announce("open", found)
        elif event in _CHANGES:
            place, beside = _CHANGES[event]
            if found := below(arguments[place], None if beside is None else arguments[beside]):
                announce(event.removeprefix("os."), found)

    class Halved(io.FileIO):
        def write(self, data: Any) -> int:
            view = memoryview(data).cast("B")
            half = super().write(view[: len(view) // 2]) if len(view) > 1 else 0
            announce("write", str(self.name))
            return half + super().write(view[half:])

    really_open = io.open

    def open_watched(
        file: Any, mode: str = "r", buffering: int = -1, encoding: Any = None, errors: Any = None,
        newline: Any = None, closefd: bool = True, opener: Any = None,
    ) -> Any:  # fmt: skip
        found = below(file) if set(mode) & set("wax+") else None
        if found is None:
            return really_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        raw = Halved(found, mode.replace("b", "").replace("t", ""), closefd, opener)
        if buffering == 0:
            return raw
        binary = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return binary if "b" in mode else io.TextIOWrapper(binary, encoding, errors, newline)

    def sync(descriptor: Any) -> None:
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        if found := below(os.readlink(f"/proc/self/fd/{number}")):
            announce("sync", found)

    sys.addaudithook(hook)
    os.fsync = os.fdatasync = sync
    io.open = builtins.open = open_watched  # type: ignore[assignment]
