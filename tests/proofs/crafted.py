"""Whoosh indexes with code in their pickles."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from whoosh import __version__
from whoosh.filedb.compound import CompoundStorage
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import _CURRENT_TOC_VERSION, TOC
from whoosh.system import _FLOAT_SIZE, _INT_SIZE, _LONG_SIZE

from tests.services import ROOT

_NAME = "MAIN"

# Opens an index as Whoosh's own documentation says, and reads it.
_OPEN = "import sys; from whoosh.index import open_dir; list(open_dir(sys.argv[1]).reader().all_terms())"


class Code:
    """Unpickled, it makes a file."""

    def __init__(self, makes: Path) -> None:
        self._makes = str(makes)

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (self._makes, "w")


def _in_the_schema(folder: Path, code: Code) -> None:
    _write_toc(folder, code, [])


def _in_the_segments(folder: Path, code: Code) -> None:
    _write_toc(folder, TOC.read(FileStorage(str(folder)), _NAME).schema, code)


def _in_the_directory(folder: Path, code: Code) -> None:
    _write_directory(folder, code, {})


def _in_the_options(folder: Path, code: Code) -> None:
    _write_directory(folder, {}, code)


# By where the code is put, what puts it into the Whoosh index in a folder.
PLACES: dict[str, Callable[[Path, Code], None]] = {
    "the schema": _in_the_schema,
    "the list of segments": _in_the_segments,
    "a segment's directory": _in_the_directory,
    "a segment's options": _in_the_options,
}


def runs(folder: Path, made: Path) -> bool:
    """Whether Whoosh itself runs the code as it opens the index: `made` is there then, and removed again."""
    subprocess.run([sys.executable, "-c", _OPEN, str(folder)], cwd=ROOT, capture_output=True)
    is_made = made.exists()
    made.unlink(missing_ok=True)
    return is_made


def _write_toc(folder: Path, schema: object, segments: object) -> None:
    """Writes the table of contents as `TOC.read` reads it, with what `TOC.write` would refuse."""
    storage = FileStorage(str(folder))
    number = TOC._latest_generation(storage, _NAME)
    stream = storage.create_file(TOC._filename(_NAME, number))
    for size in (_INT_SIZE, _LONG_SIZE, _FLOAT_SIZE):
        stream.write_varint(size)
    stream.write_int(-12345)
    stream.write_int(_CURRENT_TOC_VERSION)
    for part in __version__:
        stream.write_varint(part)
    stream.write_string(pickle.dumps(schema))
    stream.write_int(number)
    stream.write_int(0)
    stream.write_pickle(segments)
    stream.close()


def _write_directory(folder: Path, directory: object, options: object) -> None:
    """Has every segment say that this is its directory."""
    for path in folder.glob("*.seg"):
        file = path.open("r+b")
        file.seek(0, io.SEEK_END)
        CompoundStorage.write_dir(StructFile(file), 0, directory, options)
