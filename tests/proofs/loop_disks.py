"""A disk of one's own whose power can be cut: a real file system in a file, shut down without its journal.

What the kernel had not written by then is lost, and mounting it again replays what the journal holds, as
after a power cut. Its mounts are seen by this process and its children alone, and go when they end.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
import subprocess
from pathlib import Path

_CLONE_NEWNS = 0x00020000  # linux/sched.h
_MS_REC_PRIVATE = 0x4000 | 1 << 18  # linux/mount.h

# xfs/xfs_fs.h and ext4.h: to stop at once, without writing out even the journal.
_SHUTDOWN = 0x8004587D
_WITHOUT_JOURNAL = 2

# ext4 guesses that a file which replaces another has to be written out first. Not every file system does.
_OPTIONS = "loop,noauto_da_alloc"

_BYTES = 64 << 20


class NoDisk(Exception):
    """This machine does not let us have one; says why."""


class Disk:
    """An ext4 in a file, empty at first; for a process that has no threads, and for one disk at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises NoDisk, saying what is missing."""
        if os.geteuid() != 0:
            raise NoDisk("only root may mount a file system")
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWNS) or libc.mount(b"none", b"/", None, _MS_REC_PRIVATE, None):
            raise NoDisk(f"no mounts of one's own: {os.strerror(ctypes.get_errno())}")
        self._image, self.root = folder / "disk", folder / "mounted"
        self.root.mkdir()
        with self._image.open("wb") as image:
            image.truncate(_BYTES)
        _run("mkfs.ext4", "-q", "-F", str(self._image))
        self.mount()

    def mount(self, *options: str) -> None:
        _run("mount", "-o", ",".join([_OPTIONS, *options]), str(self._image), str(self.root))

    def unmount(self) -> None:
        _run("umount", str(self.root))

    def cut(self) -> None:
        """From now on nothing reaches the disk, and all that is tried fails; `unmount` and `mount` follow."""
        descriptor = os.open(self.root, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _WITHOUT_JOURNAL))
        except OSError as error:
            raise NoDisk(f"ext4 cannot be shut down here: {error.strerror}") from None
        finally:
            os.close(descriptor)


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise NoDisk(f"there is no {command[0]}") from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.partition("\n")[0].rpartition(": ")[2]  # after the names of files
        raise NoDisk(f"{command[0]}: {reason}") from None
