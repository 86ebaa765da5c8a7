"""A corpus folder -> Sources: the files that can be articles, read whole and hashed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

# A larger file is no article; reading it could fill the machine.
MAX_SOURCE_BYTES = 20_000_000

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DECLARED = re.compile(
    rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w-]{2,40})""", re.IGNORECASE
)
_DECLARED_WITHIN = 1024  # bytes, as the HTML standard has it


class IngestError(Exception):
    """What stops a whole run; `str()` is one line that says what to do."""


class Unreadable(Exception):
    """Why one file is left out of the corpus; the rest goes on."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the corpus as it was read."""

    name: str  # its path below the corpus folder, with forward slashes
    data: bytes
    sha256: str

    @property
    def suffix(self) -> str:
        """The ending of the name in lower case: ".html"."""
        return Path(self.name).suffix.lower()


def find_files(paths: Sequence[Path]) -> dict[str, Path]:
    """The files below the given folders (or the files given), by their names, in order of name.

    Hidden files and folders are left out. With several paths each name begins with its path's own
    name, so that two folders may hold files of the same name. Raises IngestError for a path that
    does not exist, and when two files end up with one name.
    """
    files: dict[str, Path] = {}
    for path in paths:
        if not path.exists():
            raise IngestError(f"{path} does not exist: give a folder of articles, or one article")
        root = path if path.is_dir() else path.parent
        prefix = f"{path.resolve().name}/" if len(paths) > 1 and path.is_dir() else ""
        for file in _walk(path):
            name = prefix + os.fsencode(file.relative_to(root).as_posix()).decode("utf-8", "replace")
            if files.setdefault(name, file) != file:
                raise IngestError(f"two of the given paths hold {name}: give the folder above them")
    return dict(sorted(files.items()))


def _walk(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for entry in sorted(path.iterdir()):
        if entry.name.startswith("."):
            continue
        # A link to a folder is reported as a file that cannot be read: what it leads to may lie
        # outside the corpus, or above it.
        if entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry)
        else:
            yield entry


def read_source(name: str, path: Path) -> Source:
    """The file's bytes and their hash; raises Unreadable for what is no regular file, or is too large."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            raise Unreadable("a symbolic link: put the file itself into the folder")
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if status.st_size > MAX_SOURCE_BYTES:
            raise Unreadable(f"larger than {MAX_SOURCE_BYTES // 1_000_000} MB: split it")
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    return Source(name, data, hashlib.sha256(data).hexdigest())


def decode(source: Source) -> str:
    """The source's text as composed Unicode (NFC) with line ends as `\\n`.

    A byte order mark decides, else UTF-8, else, in HTML, the encoding that the page declares. Raises
    Unreadable for anything else: a guessed encoding would misquote.
    """
    data = source.data
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    if encoding != "utf-16" and b"\0" in data:
        raise Unreadable("a binary file, whatever its name says")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise Unreadable(
                f"its byte order mark says {encoding}, but it is not: save it as UTF-8"
            ) from None
        text = _decode_as_declared(source, error)
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def _decode_as_declared(source: Source, error: UnicodeDecodeError) -> str:
    declared = _DECLARED.search(source.data[:_DECLARED_WITHIN])
    if declared and source.suffix in (".html", ".htm", ".xhtml"):
        try:
            text = source.data.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeError):
            text = ""
        # An encoding in which the declaration itself cannot be read (UTF-16 is one) is not the page's.
        if declared[0].decode("ascii", "replace") in text[:_DECLARED_WITHIN]:
            return text
    raise Unreadable(
        f"not UTF-8 (byte 0x{source.data[error.start]:02x} at position {error.start:,}): save it as UTF-8"
    ) from None
