"""A corpus folder -> Sources: the files that can be articles, read whole and hashed."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from ingest.formats import HEAD_BYTES, MAX_BYTES, Format, NotAnArticle, format_of

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]{2,40})""", re.IGNORECASE
)
# What pages mean that declare the first, as the encoding standard of the web has it: its curly quotes
# would be control characters otherwise.
_MEANT = dict.fromkeys(("iso-8859-1", "iso8859-1", "latin-1", "latin1"), "windows-1252")

# The share of a page's characters that may be broken. Of a page in another encoding more letters than
# that have accents, or quotes are curly.
_MOST_BROKEN = 0.0005
# Bytes. The HTML standard looks into the first 1,024 before it reads a page, but heeds a later one too.
_DECLARED_WITHIN = 16_384
# What stops the run that reads a file, and would stop it at any other.
_NOT_FOR_THE_FILE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


class IngestError(Exception):
    """What stops a whole run; `str()` is one line that says what to do."""


class Unreadable(Exception):
    """Why one file is left out of the corpus; the rest goes on."""


class Unavailable(Unreadable):
    """Why a file could not be read this time, whatever is in it: the next run tries again."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a corpus folder that may be an article."""

    path: Path
    root: Path  # the folder that was given, without links in it: nothing outside it is read
    names: int | None = None  # names that it has below the root; None where that was not counted


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the corpus as it was read."""

    name: str  # its path below the corpus folder, with forward slashes
    data: bytes
    sha256: str

    @property
    def format(self) -> Format:
        """What the file is; raises Unreadable for what no reader takes."""
        try:
            return format_of(self.name, self.data[:HEAD_BYTES])
        except NotAnArticle as error:
            raise Unreadable(str(error)) from None


def find_files(paths: Sequence[Path]) -> dict[str, File]:
    """The files below the given folders (or the files given), by their names, in order of name.

    Hidden files and folders are left out. With several paths each name begins with its path's own
    name, so that two folders may hold files of the same name. Raises IngestError for a path that
    does not exist, for an address, and when two files end up with one name.
    """
    files: dict[str, File] = {}
    for path in paths:
        if not path.exists():
            raise IngestError(_missing(path))
        root = path if path.is_dir() else path.parent
        real_root = root.resolve()
        prefix = f"{path.resolve().name}/" if len(paths) > 1 and path.is_dir() else ""
        found = [(entry, _identity(entry)) for entry in _walk(path)]
        names = Counter(identity for _, identity in found)
        for entry, identity in found:
            name = prefix + os.fsencode(entry.relative_to(root).as_posix()).decode(
                "utf-8", "backslashreplace"
            )
            file = File(entry, real_root, names[identity] if path.is_dir() else None)
            if files.setdefault(name, file).path != entry:
                raise IngestError(f"two of the given paths hold {name}: give the folder above them")
    return dict(sorted(files.items()))


def _identity(path: Path) -> tuple[int, int]:
    """What all names of one file have in common; of no file that is gone meanwhile."""
    try:
        status = path.lstat()
    except OSError:
        return 0, 0
    return status.st_dev, status.st_ino


def _missing(path: Path) -> str:
    if re.match(r"[a-z]{2,}:/", str(path), re.IGNORECASE):
        return f"{path} is an address: save the page and give its file, nothing is fetched"
    return f"{path} does not exist: give a folder of articles, or one article"


def _walk(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    folders = [path]  # no recursion: folders may stand in one another to any depth
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as scan:
                entries = list(scan)
        except OSError as error:
            if folder == path or error.errno in _NOT_FOR_THE_FILE:
                raise
            yield folder  # reported as a file that cannot be read, with the reason
            continue
        for entry in entries:
            # A link to a folder is reported as a file that cannot be read: what it leads to may lie
            # outside the corpus, or above it.
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.append(folder / entry.name)
            else:
                yield folder / entry.name


def read_source(name: str, file: File) -> Source:
    """The file's bytes and their hash.

    Raises Unreadable for what is no regular file inside its root, is of no format that is read, is
    too large (before it is read), or was being written meanwhile.
    """
    data = read_bytes(file, lambda head: MAX_BYTES[Source(name, head, "").format])
    return Source(name, data, hashlib.sha256(data).hexdigest())


def read_bytes(file: File, most: Callable[[bytes], int]) -> bytes:
    """All bytes of a file of at most as many as `most` says when it is given the first ones.

    Raises Unreadable as `read_source` does.
    """
    try:
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unreadable("a symbolic link: put the file itself into the folder") from None
        if error.errno == errno.ENXIO:  # a socket
            raise Unreadable("not a regular file") from None
        if error.errno in _NOT_FOR_THE_FILE:
            raise
        raise Unavailable(f"cannot be read: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "rb", buffering=0) as opened:
            return _read_all(file, opened, most)
    except OSError as error:
        raise Unavailable(f"cannot be read: {error.strerror}") from None


def _read_all(file: File, opened: FileIO, most: Callable[[bytes], int]) -> bytes:
    before = os.fstat(opened.fileno())
    if not stat.S_ISREG(before.st_mode):
        raise Unreadable("not a regular file")
    _check_place(file, opened, before)
    head = opened.read(HEAD_BYTES) or b""
    limit = most(head)
    if before.st_size > limit:
        raise Unreadable(f"larger than {limit / 1_000_000:g} MB: split it")
    data = head + (opened.read(before.st_size) or b"")
    after = os.fstat(opened.fileno())
    if (len(data), after.st_size, after.st_mtime_ns) != (before.st_size, before.st_size, before.st_mtime_ns):
        raise Unavailable("it was being written while it was read: run this again")
    return data


def _check_place(file: File, opened: FileIO, status: os.stat_result) -> None:
    """Raises Unreadable when what was opened lies outside the root.

    The path is looked up again from the open file, so that a folder swapped for a link in between
    changes nothing.
    """
    try:
        real = os.readlink(f"/proc/self/fd/{opened.fileno()}")
    except OSError:  # a system without /proc
        real = os.path.realpath(file.path)
    if not Path(real).is_relative_to(file.root):
        raise Unreadable("it lies outside the folder that was given")
    if file.names is not None and status.st_nlink > file.names:
        raise Unreadable("a hard link to a file outside the folder: put a copy into it")


def decode(source: Source) -> str:
    """The source's text as composed Unicode (NFC) with line ends as `\\n`.

    A byte order mark decides, else UTF-8, else, in HTML, the encoding that the page declares. A page in
    UTF-8 may have a few broken characters, as pages put together from parts have; each becomes U+FFFD.
    Raises Unreadable for anything else: a guessed encoding would misquote.
    """
    data = source.data
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise Unreadable(
                f"its byte order mark says {encoding}, but it is not: save it as UTF-8"
            ) from None
        text = _decode_as_declared(source, error)
    # No text has it; UTF-16 with one at every second place is UTF-32, whose mark begins like that of UTF-16.
    if "\0" in text:
        raise Unreadable("a binary file, whatever its name says")
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def _decode_as_declared(source: Source, error: UnicodeDecodeError) -> str:
    declared = _DECLARED.search(source.data[:_DECLARED_WITHIN])
    if declared and source.format is Format.HTML:
        label = declared[1].decode("ascii")
        try:
            text = source.data.decode(_MEANT.get(label.lower(), label))
        except (LookupError, UnicodeError):
            text = ""
        # An encoding in which the declaration itself cannot be read (UTF-16 is one) is not the page's.
        if declared[0].decode("ascii", "replace") in text[:_DECLARED_WITHIN]:
            return text
    if source.format is Format.HTML:
        text = source.data.decode("utf-8", "replace")
        if text.count("\ufffd") <= _MOST_BROKEN * len(text):
            return text
    raise Unreadable(
        f"not UTF-8 (byte 0x{source.data[error.start]:02x} at position {error.start:,}): save it as UTF-8"
    ) from None
