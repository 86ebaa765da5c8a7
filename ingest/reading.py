"""One file -> its document and passages. Pure: neither disk nor network is touched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ingest import readers
from ingest.cleaning import clean
from ingest.copies import sketch
from ingest.drafts import Dropped
from ingest.sources import Source, Unreadable
from ingest.splitting import split
from ingest.supplied import NOTHING_SUPPLIED, Supplied, apply
from search.passages import (
    Document,
    Passage,
    document_from_dict,
    document_to_dict,
    passage_from_dict,
    passage_to_dict,
)

# What one file may make: a book of 800,000 words. More is no article but a dump of something else.
MAX_CHARACTERS = 5_000_000
MAX_PASSAGES = 5_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What Citewell makes of one file."""

    document: Document
    passages: tuple[Passage, ...]
    dropped: tuple[Dropped, ...]  # what of the file is in no passage, and why
    sketches: tuple[tuple[int, ...], ...]  # of each passage, for finding near-copies


def read(source: Source, supplied: Supplied = NOTHING_SUPPLIED) -> Reading:
    """The document and the passages that a file makes; raises Unreadable where it makes none, saying why."""
    draft, text = readers.read(source)
    cleaned = clean(source, text, draft)
    document = cleaned.document
    if not document.text:
        raise Unreadable("no text of an article in it")
    if len(document.text) > MAX_CHARACTERS:
        raise Unreadable(f"more than {MAX_CHARACTERS // 1_000_000} million characters of text: split it")
    document = replace(document, metadata=apply(supplied, document.metadata))
    passages = split(document)
    if len(passages) > MAX_PASSAGES:
        raise Unreadable(f"more than {MAX_PASSAGES:,} passages: split it")
    return Reading(document, passages, cleaned.dropped, tuple(sketch(passage.text) for passage in passages))


def reading_to_dict(reading: Reading) -> dict[str, Any]:
    """The reading as plain data that JSON can carry; `reading_from_dict` takes it back."""
    return {
        "document": document_to_dict(reading.document),
        "passages": [passage_to_dict(passage) for passage in reading.passages],
        "dropped": [dataclasses.asdict(dropped) for dropped in reading.dropped],
        "sketches": reading.sketches,
    }


def reading_from_dict(data: Mapping[str, Any]) -> Reading:
    """The reading that `reading_to_dict` was given."""
    return Reading(
        document_from_dict(data["document"]),
        tuple(passage_from_dict(passage) for passage in data["passages"]),
        tuple(Dropped(**dropped) for dropped in data["dropped"]),
        tuple(tuple(sketch) for sketch in data["sketches"]),
    )
