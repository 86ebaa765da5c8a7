"""Where the arrays and records of an index lie, and how a generation shares those of the one before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from search.index.impacts import IMPACTS

# The segments of an index: what was written as a whole, and what has changed since.
FIRST = "first"
SECOND = "second"

_FROZEN = "frozen"


def frozen_folder(folder: Path, segment: str) -> Path:
    """Where the arrays of the segment of that name lie in the folder of an index."""
    return folder / _FROZEN / segment


def frozen_folders(folder: Path) -> list[Path]:
    """Where the arrays of the segments of an index lie, the first before the second; of those that hold
    anything."""
    return [frozen for name in (FIRST, SECOND) if (frozen := frozen_folder(folder, name)).is_dir()]


def share_all(frozen: Path, to: Path) -> None:
    """Gives the files of a segment to another index too; nothing where there is no such segment."""
    if frozen.is_dir():
        to.mkdir(parents=True)
        for path in frozen.iterdir():
            if path.name != IMPACTS:  # they change with every passage that comes or goes
                share(path, to / path.name)


def share(path: Path, to: Path) -> None:
    """Gives a file that will never change another name, by a hard link where that is possible."""
    try:
        os.link(path, to)
    except OSError:  # a file system without hard links, or one that has run out of them
        shutil.copyfile(path, to)
