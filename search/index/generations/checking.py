"""What a generation has to pass before it is published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from search.analysis import tokens
from search.answers import IndexInfo
from search.errors import IndexDamaged, IndexShrunk
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.engine import Engine
from search.passages import Passage
from search.queries import Query, Scope, Term

# Of the documents and of the passages of the generation before. A folder that is not mounted, or a reader
# that fails at every file, takes nearly all; what is withdrawn on purpose is seldom a fifth.
LEAST_SHARE = 0.8

# Passages that are looked for by their own words: a broken list of postings is broken for many.
PROBES = 20


def self_check(build: Path, info: IndexInfo, changed: Sequence[str] | None) -> None:
    """Raises IndexDamaged unless the counts are right and what was written reads back as it was cut.

    A few passages are also looked for, each by its rarest word. `changed` are the ids of the documents to
    look at; None: all.
    """
    engine = EmbeddedEngine(build, info)
    try:
        ids = engine.document_ids() if changed is None else changed
        held = engine.counts()
        unsound = next((id for id in ids if not _is_sound(engine, id)), None)
        lost = next((p.id for p in _spread(engine, ids) if not _is_found(engine, p)), None)
    finally:
        engine.close()
    if held != Counts(info.documents, info.passages):
        raise IndexDamaged(
            f"of {info.documents} documents and {info.passages} passages written, {held.documents} and "
            f"{held.passages} can be read back: nothing was published, run it again"
        )
    if unsound is not None:
        raise IndexDamaged(
            f"document {unsound} does not read back as it was written: nothing was published, run it again"
        )
    if lost is not None:
        raise IndexDamaged(
            f"passage {lost} is not found by its own words: nothing was published, run it again"
        )


def check_size(before: IndexInfo, now: IndexInfo) -> None:
    """Raises IndexShrunk when too little is left of what there was."""
    if is_too_small(before.documents, now.documents) or is_too_small(before.passages, now.passages):
        raise IndexShrunk(
            f"of {before.documents} documents and {before.passages} passages {now.documents} and "
            f"{now.passages} would be left, less than {LEAST_SHARE:.0%}: nothing was published; look whether "
            "all articles are there, and if it is meant, run it again with --allow-shrink"
        )


def is_too_small(before: int, now: int) -> bool:
    """Whether so few documents, or passages, are left of so many that it has to be meant."""
    return now < LEAST_SHARE * before


def _is_sound(engine: Engine, id: str) -> bool:
    """Whether a document can be read, and each of its passages is the slice of it that it says."""
    document = engine.documents([id]).get(id)
    passages = engine.passages(id)
    return (
        document is not None
        and len({passage.id for passage in passages}) == len(passages)
        and all(document.text[passage.start : passage.end] == passage.text for passage in passages)
    )


def _spread(engine: Engine, ids: Sequence[str]) -> Iterable[Passage]:
    """A passage of each of a few documents, spread over all."""
    for id in islice(ids, 0, None, max(1, len(ids) // PROBES)):
        yield from islice(engine.passages(id), 1)


def _is_found(engine: Engine, passage: Passage) -> bool:
    """Whether the passage is among those of its document that hold its rarest word."""
    terms = {
        Term(token.stem, token.exact, token.acronym)
        for token in tokens(passage.text)
        if not token.is_stop_word
    }
    if not terms:
        return True
    idf = engine.idf(terms)
    rarest = max(terms, key=lambda term: (idf[term], term.stem))
    query = Query(rarest.exact, (rarest,), scope=Scope(documents=frozenset([passage.document_id])))
    found = engine.search(query, len(engine.passages(passage.document_id)))
    return passage.id in {candidate.passage_id for candidate in found.candidates}
