"""Freezing: a segment of an index of passages as files of flat arrays, once it has been written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from search.index.fields import FIELD_WEIGHTS
from search.index.postings import Posted, write_postings

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


def freeze(frozen: Path, reader: Any) -> None:
    """Writes the postings of the segment that Whoosh's reader reads; None for one without passages."""
    numbers = range(reader.doc_count_all()) if reader else range(0)
    write_postings(
        frozen,
        {field: _posted(reader, field) if reader else () for field in FIELD_WEIGHTS},
        # Whoosh says None where a passage has nothing in the field.
        {field: [reader.doc_field_length(n, field) or 0 for n in numbers] for field in FIELD_WEIGHTS},
        {field: reader.field_length(field) if reader else 0 for field in FIELD_WEIGHTS},
    )


def _posted(reader: Any, field: str) -> Iterator[Posted]:
    for term in reader.lexicon(field):
        matcher = reader.postings(field, term)
        passages, times = [], []
        while matcher.is_active():
            passages.append(matcher.id())
            times.append(matcher.weight())
            matcher.next()
        yield term.decode(), passages, times


def share_all(frozen: Path, to: Path) -> None:
    """Gives the files of a segment to another index too; nothing where there is no such segment."""
    if frozen.is_dir():
        to.mkdir(parents=True)
        for path in frozen.iterdir():
            share(path, to / path.name)


def share(path: Path, to: Path) -> None:
    """Gives a file that will never change another name, by a hard link where that is possible."""
    try:
        os.link(path, to)
    except OSError:  # a file system without hard links, or one that has run out of them
        shutil.copyfile(path, to)
