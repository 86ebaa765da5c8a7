"""Writing an index: the passages into Whoosh, their postings into arrays, and what is read back into records.

An index has two segments at most. The first holds what was there when it was written as a whole; the second
what has changed since, which stands there in its new state and is deleted in the first. An update shares the
files of the first and writes the second anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from search.index.analysing import MANY_PASSAGES, analysed
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.glossary import findings_writer, keep_findings, write_glossary
from search.index.impacts import write_impacts
from search.index.inverting import Inverter, read_inverted
from search.index.postings import write_postings
from search.index.recording import Recorder
from search.index.segments import FIRST, SECOND, frozen_folder, frozen_folders, share_all
from search.index.whoosh import update_passages, write_passages
from search.index.whoosh_segment import LENGTHS
from search.index.withdrawn import Contents, read_withdrawn, write_withdrawn
from search.index.workers import Workers

# Raised whenever the files or their meaning change: an index remembers it.
SCHEMA_VERSION = 7

# Where postings lie until all are there.
_INVERTED = "inverted"


@dataclass(frozen=True, slots=True)
class _Segment:
    """A segment of which all documents have been analysed, to be written."""

    frozen: Path
    inverted: Path  # the folder of its postings, as the `Inverter` left them
    documents: Sequence[str]  # the id of the document of each passage
    counts: Counts


def write(folder: Path, contents: Contents) -> Counts:
    """Writes a new index into the empty `folder`; what it holds."""
    with Workers() as workers:
        segment = _analyse(folder, FIRST, contents, workers)
        into_whoosh = partial(write_passages, folder, segment.inverted)
        if segment.counts.passages < MANY_PASSAGES:
            into_whoosh(segment.documents)
            _freeze(folder, segment)
        else:
            workers.end_all_but_one()
            written = workers.submit(into_whoosh, segment.documents)
            _freeze(folder, segment)
            written.result()
    shutil.rmtree(segment.inverted)
    return segment.counts


def update(folder: Path, base: EmbeddedEngine, contents: Contents, withdrawn: Collection[str]) -> Counts:
    """Writes the index of `base` into the empty `folder` with other contents; what it then holds.

    Documents with an id in `withdrawn` are left out, and of those in `contents` the old state is. Costs
    as much time as there are passages in `contents` and passages changed since an index was written whole.
    """
    changed = tuple(contents)
    replaced = {document.id for document, _ in changed} | set(withdrawn)
    again = [id for id in base.recent_ids if id not in replaced]
    old = base.documents(again)
    first = frozen_folder(base.folder, FIRST)
    share_all(first, frozen_folder(folder, FIRST))
    keep_findings(folder, base, base.folder, {*replaced, *again})
    contents = [*changed, *((old[id], base.passages(id)) for id in again)]
    with Workers() as workers:
        segment = _analyse(folder, SECOND if first.is_dir() else FIRST, contents, workers)
    deleted = (*base.recent_ids, *replaced)
    update_passages(folder, base.folder, deleted, segment.inverted, segment.documents)
    gone = sorted(replaced - set(base.recent_ids))
    taken_off = base.withdrawn.plus(
        (document, base.passages(id)) for id, document in base.documents(gone).items()
    )
    write_withdrawn(folder, taken_off)
    _freeze(folder, segment)
    shutil.rmtree(segment.inverted)
    return Counts(
        base.whole.documents - len(taken_off.documents) + segment.counts.documents,
        base.whole.passages - taken_off.passages + segment.counts.passages,
    )


def _analyse(folder: Path, name: str, contents: Contents, workers: Workers) -> _Segment:
    """Writes the records of a new segment and what is found in its documents, and inverts its passages."""
    frozen, inverted = frozen_folder(folder, name), folder / _INVERTED
    frozen.mkdir(parents=True)
    inverted.mkdir()
    of_passages: list[str] = []
    count = 0
    with (
        Recorder(frozen) as recorder,
        findings_writer(folder) as findings,
        Inverter(inverted, LENGTHS) as inverter,
    ):
        for chunk, made in analysed(contents, workers):
            records = iter(made.passages)
            for (document, passages), record, found in zip(chunk, made.documents, made.findings, strict=True):
                recorder.add(document, passages, record, islice(records, len(passages)))
                findings.add(found)
                of_passages.extend([document.id] * len(passages))
            inverter.add(made.postings)
            count += len(chunk)
        inverter.write()
    return _Segment(frozen, inverted, of_passages, Counts(count, len(of_passages)))


def _freeze(folder: Path, segment: _Segment) -> None:
    """Writes the arrays of the new segment, and what hangs on the whole index."""
    if segment.counts.documents:
        write_postings(segment.frozen, read_inverted(segment.inverted))
    else:
        shutil.rmtree(segment.frozen)
    write_impacts(frozen_folders(folder), read_withdrawn(folder))
    write_glossary(folder)
