"""One file -> its document and passages. Pure: neither disk nor network is touched."""

from __future__ import annotations

from dataclasses import replace

from ingest import readers
from ingest.cleaning import clean
from ingest.copies import sketch
from ingest.drafts import TEXT_MISSING
from ingest.readings import Reading
from ingest.sources import Source, Unreadable
from ingest.splitting import split
from ingest.supplied import NOTHING_SUPPLIED, Supplied, apply

# What one file may make: a book of 800,000 words. More is no article but a dump of something else.
MAX_CHARACTERS = 5_000_000
MAX_PASSAGES = 5_000


def read(source: Source, supplied: Supplied = NOTHING_SUPPLIED) -> Reading:
    """The document and the passages that a file makes; raises Unreadable where it makes none, saying why."""
    draft, text = readers.read(source)
    cleaned = clean(source, text, draft)
    document = cleaned.document
    if not document.text:
        raise Unreadable("no text of an article in it")
    if len(document.text) > MAX_CHARACTERS:
        raise Unreadable(f"more than {MAX_CHARACTERS // 1_000_000} million characters of text: split it")
    broken = (TEXT_MISSING,) if "\ufffd" in document.text and TEXT_MISSING not in document.notes else ()
    document = replace(
        document, metadata=apply(supplied, document.metadata), notes=(*document.notes, *broken)
    )
    passages = split(document)
    if len(passages) > MAX_PASSAGES:
        raise Unreadable(f"more than {MAX_PASSAGES:,} passages: split it")
    return Reading(document, passages, cleaned.dropped, tuple(sketch(passage.text) for passage in passages))
