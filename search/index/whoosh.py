"""The Whoosh index of a generation's passages: which of them hold each term, and how often.

Nothing else imports the whoosh package. Whoosh gets terms from our analyzer, joined by spaces, and makes
postings of them, which are frozen into arrays once they are written; its searcher, query parser, stemmer and
highlighter stay out, and so do its stored fields.

A changed copy shares the files of the index that it was made from. Its first segment is the one that was
written last as a whole; what has changed since is deleted there and stands in a second, small one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from whoosh.fields import ID, KEYWORD, Schema
from whoosh.filedb.filestore import FileStorage

from search.index.fields import FIELD_WEIGHTS
from search.index.freezing import share

# Memory for postings while an index is written, before they are spilled to disk.
_WRITER_MEGABYTES = 256

_PASSAGES = "passages"


class PassageWriter:
    """Writes the passages of a new index into the empty `folder`, or of a changed copy of the one in `base`.

    As a context manager it commits, or, when anything goes wrong, lets go of all.
    """

    def __init__(self, folder: Path, base: Path | None = None) -> None:
        self._folder = folder / _PASSAGES
        if base:
            self._writer = _clone(base / _PASSAGES, self._folder).writer()
        else:
            self._folder.mkdir()
            schema = Schema(document=ID, **dict.fromkeys(FIELD_WEIGHTS, KEYWORD(scorable=True)))
            storage = FileStorage(str(self._folder))
            self._writer = storage.create_index(schema).writer(limitmb=_WRITER_MEGABYTES)

    def add(self, document: str, terms: Mapping[str, Sequence[str]]) -> None:
        """Adds the next passage, of the document with that id."""
        self._writer.add_document(document=document, **{name: " ".join(all) for name, all in terms.items()})

    def delete(self, document: str) -> None:
        """Deletes the passages of a document; those that were added here stay."""
        self._writer.delete_by_term("document", document)

    def __enter__(self) -> PassageWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._writer.commit(mergetype=_first_and_held)
        else:
            with suppress(Exception):  # what went wrong first is what the caller has to hear
                self._writer.cancel()


@contextmanager
def last_segment(folder: Path) -> Iterator[Any]:
    """Whoosh's reader of the segment that was written last."""
    with FileStorage(str(folder / _PASSAGES), readonly=True).open_index().reader() as reader:
        yield [leaf for leaf, _ in reader.leaf_readers()][-1]


def _clone(folder: Path, to: Path):  # type: ignore[no-untyped-def]  # Whoosh has no types
    """Opens a copy of an index whose segments are the same files: Whoosh never changes one it has written.

    The lock file is left out: a lock follows the file, not its name.
    """
    to.mkdir()
    for path in folder.iterdir():
        if path.suffix == ".seg":
            share(path, to / path.name)
        elif path.suffix == ".toc":
            shutil.copyfile(path, to / path.name)
    return FileStorage(str(to)).open_index()


def _first_and_held(writer: Any, segments: Sequence[Any]) -> list[Any]:
    """The segments to keep, none of them merged: those that still hold something, and the first.

    What is withdrawn from the first is taken off its counts, so it stays when all of it is.
    """
    return [*segments[:1], *(segment for segment in segments[1:] if segment.doc_count())]
