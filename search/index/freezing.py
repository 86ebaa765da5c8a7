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


def inverted(reader: Any) -> Mapping[str, Inverted]:
    """The postings of the segment that Whoosh's reader reads, by field; None for one without passages."""
    return {field: _inverted(reader, field) if reader else EMPTY for field in FIELD_WEIGHTS}


def _inverted(reader: Any, field: str) -> Inverted:
    terms: list[str] = []
    ends, passages, times = array("Q"), array("I"), array("H")
    for term in reader.lexicon(field):
        terms.append(term.decode())
        matcher = reader.postings(field, term)
        while matcher.is_active():
            passages.append(matcher.id())
            times.append(min(int(matcher.weight()), MOST_TIMES))
            matcher.next()
        ends.append(len(passages))
    # Whoosh says None where a passage has nothing in the field.
    lengths = [reader.doc_field_length(n, field) or 0 for n in range(reader.doc_count_all())]
    return Inverted(
        terms,
        np.array(ends, np.uint64),
        np.array(passages, np.uint32),
        np.array(times, np.uint16),
        np.array(lengths, np.uint32),
        reader.field_length(field),
    )


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
