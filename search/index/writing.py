"""Writing an index: the passages into Whoosh, their postings into arrays, and what is read back into records.

An index has two segments at most. The first holds what was there when it was written as a whole; the second
what has changed since, which stands there in its new state and is deleted in the first. An update shares the
files of the first and writes the second anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.fields import passage_terms
from search.index.freezing import FIRST, SECOND, freeze, frozen_folder, share_all
from search.index.glossary import keep_findings, noted, write_glossary
from search.index.recording import Recorder, document_record, passage_record
from search.index.whoosh import PassageWriter, last_segment
from search.index.withdrawn import Contents, write_withdrawn

# Raised whenever the files or their meaning change: an index remembers it.
SCHEMA_VERSION = 5


def write(folder: Path, contents: Contents) -> Counts:
    """Writes a new index into the empty `folder`; what it holds."""
    with PassageWriter(folder) as writer:
        counts = _add(folder, FIRST, writer, contents)
    _freeze(folder, FIRST, counts)
    write_glossary(folder)
    return counts


def update(folder: Path, base: EmbeddedEngine, contents: Contents, withdrawn: Collection[str]) -> Counts:
    """Writes the index of `base` into the empty `folder` with other contents; what it then holds.

    Documents with an id in `withdrawn` are left out, and of those in `contents` the old state is. Costs
    as much time as there are passages in `contents` and passages changed since an index was written whole.
    """
    changed = tuple(contents)
    replaced = {document.id for document, _ in changed} | set(withdrawn)
    again = [id for id in base.recent_ids if id not in replaced]
    old = base.documents(again)
    keep_findings(folder, base, base.folder, {*replaced, *again})
    first = frozen_folder(base.folder, FIRST)
    share_all(first, frozen_folder(folder, FIRST))
    new = SECOND if first.is_dir() else FIRST
    with PassageWriter(folder, base.folder) as writer:
        for id in (*base.recent_ids, *replaced):
            writer.delete(id)
        contents = [*changed, *((old[id], base.passages(id)) for id in again)]
        added = _add(folder, new, writer, contents)
    _freeze(folder, new, added)
    write_glossary(folder)
    gone = sorted(replaced - set(base.recent_ids))
    taken_off = base.withdrawn.plus(
        (document, base.passages(id)) for id, document in base.documents(gone).items()
    )
    write_withdrawn(folder, taken_off)
    return Counts(
        base.whole.documents - len(taken_off.documents) + added.documents,
        base.whole.passages - taken_off.passages + added.passages,
    )


def _add(folder: Path, segment: str, writer: PassageWriter, contents: Contents) -> Counts:
    documents = passages = 0
    frozen = frozen_folder(folder, segment)
    frozen.mkdir(parents=True)
    with Recorder(frozen) as records:
        for document, parts in noted(folder, contents):
            documents += 1
            passages += len(parts)
            passage_records = (passage_record(passage, document) for passage in parts)
            records.add(document, parts, document_record(document), passage_records)
            for passage in parts:
                writer.add(document.id, passage_terms(passage, document))
    return Counts(documents, passages)


def _freeze(folder: Path, segment: str, held: Counts) -> None:
    """Freezes what was just written, and nothing of an empty segment."""
    frozen = frozen_folder(folder, segment)
    if held.passages:
        with last_segment(folder) as reader:
            freeze(frozen, reader)
    elif held.documents:
        freeze(frozen, None)
    else:
        shutil.rmtree(frozen)
