"""What the machine refused a run, in one line: what happened, how the index stands now, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from traceback import clear_frames

from ingest.sources import IngestError
from search.index.workers import WorkerDied


class Refused(IngestError):
    """The machine refused what the run needs; `str()` is one line that a person can act on."""


@dataclass(frozen=True, slots=True)
class _Cause:
    """What happened and what to do about it; `{where}` stands for the folder or file."""

    happened: str
    remedy: str


_DENIED = _Cause("this user has no right to {where}", "give this user the right to it")
_MEMORY = _Cause("there is no memory left", "free some or end other processes")
_PROCESSES = _Cause(
    "the system starts no more processes or threads", "end some or raise the limit (ulimit -u)"
)

_CAUSES: Mapping[int | None, _Cause] = {
    errno.ENOSPC: _Cause("the disk of {where} is full", "free some space there"),
    errno.EDQUOT: _Cause("the disk quota for {where} is used up", "free some space there or have it raised"),
    errno.EROFS: _Cause("the file system of {where} is read-only", "have it mounted to be written to"),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EIO: _Cause("the disk of {where} fails", "have it checked or give another folder with --index"),
    errno.EFBIG: _Cause(
        "a file of {where} would be larger than is allowed", "raise the limit on files (ulimit -f)"
    ),
    errno.EMFILE: _Cause("there are no file handles left for this process", "raise the limit (ulimit -n)"),
    errno.ENFILE: _Cause("there are no file handles left in the system", "end the processes that hold them"),
    errno.EAGAIN: _PROCESSES,
    errno.ENOMEM: _MEMORY,
}

_NO_THREAD = "can't start new thread"  # Python's words for it, with no error of its own


@contextmanager
def refusals(index: Path) -> Iterator[None]:
    """Within it what the machine refuses a run that publishes to the folder `index` is raised as Refused."""
    before = _pointer(index)
    try:
        yield
    except (OSError, MemoryError, WorkerDied, RuntimeError) as error:
        if isinstance(error, RuntimeError) and str(error) != _NO_THREAD:
            raise
        # Ends what the run was in the middle of: a progress bar would have the line behind it.
        clear_frames(error.__traceback__)
        raise Refused(_line(error, index, before)) from None


def _line(error: Exception, index: Path, before: object) -> str:
    cause = _cause(error)
    happened = cause.happened.format(where=_where(error, index))
    return f"{happened}: {_state(before, _pointer(index))}; {cause.remedy}, then run it again"


def _cause(error: Exception) -> _Cause:
    if isinstance(error, WorkerDied):
        return _Cause(_verbatim(error), "free some memory if the system ended it for want of that")
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, OSError):
        return _CAUSES.get(error.errno, _Cause(_verbatim(error), "see to that"))
    return _PROCESSES


def _verbatim(error: Exception) -> str:
    """Its first line, as it is when it is formatted."""
    return (str(error).splitlines() or [type(error).__name__])[0].replace("{", "{{").replace("}", "}}")


def _where(error: Exception, index: Path) -> str:
    """The file that it is about, or the index: what is written to without a name is in there."""
    name = getattr(error, "filename", None)
    if not isinstance(name, str) or Path(name).absolute().is_relative_to(index.absolute()):
        return str(index)
    return name


def _pointer(index: Path) -> tuple[int, int] | None:
    """What tells one published CURRENT from another, had without a file handle; None where there is none."""
    try:
        status = (index / "CURRENT").stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _state(before: object, now: object) -> str:
    if before != now:
        return "the new index is in use, but not all was done that comes after"
    if now is None:
        return "no index was made"
    return "the index is as it was and goes on answering"
