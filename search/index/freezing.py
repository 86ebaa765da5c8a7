"""Freezing: the segments of an index of passages as files of flat arrays, once they have been written.

Each has a folder with its name. The records of passages are written as they come, the postings when they are
all there; a segment that an index shares with the one before brings its files along.
"""

from __future__ import annotations

import os
import shutil
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from search.index.fields import FIELD_WEIGHTS
from search.index.impacts import IMPACTS
from search.index.inverted import Inverted
from search.index.postings import write_postings
from search.index.records import Recorder

_FROZEN = "frozen"

# A segment has no name before it is there.
_NEW = "new"

# As many as sixteen bits count.
MOST_TIMES = 0xFFFF


def frozen_folder(folder: Path, segment: str) -> Path:
    """Where the arrays of the segment of that name lie in the folder of an index."""
    return folder / _FROZEN / segment


def record(folder: Path) -> Recorder:
    """Takes the records of the segment that is being written into the empty `folder` of an index."""
    new = frozen_folder(folder, _NEW)
    new.mkdir(parents=True)
    return Recorder(new)


def freeze(folder: Path, segments: Iterable[tuple[str, Any]], base: Path | None) -> None:
    """Writes what is still to be written of the segments, given by name, each with Whoosh's reader of it.

    Those that the index in `base` has too share its files, deleted passages included.
    """
    new = frozen_folder(folder, _NEW)
    for name, reader in segments:
        frozen = frozen_folder(folder, name)
        before = frozen_folder(base, name) if base else None
        if before and before.is_dir():
            frozen.mkdir()
            for path in before.iterdir():
                if path.name != IMPACTS:  # they change with every passage that comes or goes
                    share(path, frozen / path.name)
        else:
            new.rename(frozen)
            write_postings(frozen, {field: _inverted(reader, field) for field in FIELD_WEIGHTS})
    if new.exists():  # nothing was recorded
        shutil.rmtree(new)


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


def share(path: Path, to: Path) -> None:
    """Gives a file that will never change another name, by a hard link where that is possible."""
    try:
        os.link(path, to)
    except OSError:  # a file system without hard links, or one that has run out of them
        shutil.copyfile(path, to)
