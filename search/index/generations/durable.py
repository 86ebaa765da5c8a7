"""Writing so that it is still there after the power was cut.

A file counts once it was synced, and its name once its folder was.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

# Nobody makes folders where he may not even look, or in a file system that has nothing to sync.
_NO_PLACE_OF_OURS = (errno.EACCES, errno.EPERM, errno.EINVAL)


def make_folder(path: Path) -> None:
    """Makes the folder and those above it that are missing, each of them there for good.

    So are those that there were: a process that made them may have been killed before it got to that.
    """
    path.mkdir(parents=True, exist_ok=True)
    for folder in path.absolute().parents:
        try:
            sync(folder)
        except OSError as error:
            if error.errno not in _NO_PLACE_OF_OURS:
                raise
            return


def replace(path: Path, text: str) -> None:
    """Replaces a file's contents at once: a reader sees the old text or the new, also after a power cut."""
    aside = path.with_name(path.name + ".tmp")
    aside.write_text(text, encoding="utf-8")
    sync(aside)
    aside.replace(path)
    sync(path.parent)


def rename(path: Path, target: Path) -> None:
    """Gives the folder, all of it synced, its name, for good."""
    sync_tree(path)
    path.rename(target)
    sync(target.parent)


def sync_tree(folder: Path) -> None:
    """Syncs everything in the folder and the folder itself."""
    for path in folder.rglob("*"):
        sync(path)
    sync(folder)


def sync(path: Path) -> None:
    """Has the file or folder written out; raises OSError when the disk refuses."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
