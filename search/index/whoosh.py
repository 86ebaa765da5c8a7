"""The Whoosh index of a generation's passages: which of them hold each term, and how often.

Nothing but this module and those named after it imports the whoosh package. Whoosh gets the terms of our
analyzer; its own analyzers, searcher, query parser and highlighter stay out, and so do its stored fields.

A changed copy shares the files of the index that it was made from. Its first segment is the one that was
written last as a whole; what has changed since is deleted there and stands in a second, small one.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage

from search.index.inverting import read_inverted
from search.index.segments import share
from search.index.whoosh_segment import add_passages, passages_schema, passages_writer

_PASSAGES = "passages"


def write_passages(folder: Path, inverted: Path, documents: Sequence[str]) -> None:
    """Writes the Whoosh index of a new index in `folder`: what the `Inverter` of the folder `inverted` gave.

    `documents` are the ids of the passages' documents, one for each passage.
    """
    (folder / _PASSAGES).mkdir()
    index = FileStorage(str(folder / _PASSAGES)).create_index(passages_schema())
    _commit(passages_writer(index), inverted, documents)


def update_passages(
    folder: Path, base: Path, deleted: Collection[str], inverted: Path, documents: Sequence[str]
) -> None:
    """Writes a changed copy of the Whoosh index of the index in `base`.

    The passages of the documents with an id in `deleted` are deleted, and then others added as in
    `write_passages`.
    """
    writer = passages_writer(_clone(base / _PASSAGES, folder / _PASSAGES))
    for id in deleted:
        writer.delete_by_term("document", id)
    _commit(writer, inverted, documents)


def _commit(writer: Any, inverted: Path, documents: Sequence[str]) -> None:
    try:
        add_passages(writer, read_inverted(inverted), documents)
        writer.commit(mergetype=_first_and_held)
    except BaseException:
        with suppress(Exception):  # what went wrong first is what the caller has to hear
            writer.cancel()
        raise


def _clone(folder: Path, to: Path) -> Any:
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
