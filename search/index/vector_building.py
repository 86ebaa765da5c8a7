"""Gives a generation that is being built its vectors, segment by segment."""

from __future__ import annotations

from collections.abc import Iterator

from search.index.embedded import EmbeddedEngine
from search.index.embedding import TextEncoder, embed, made_by, show_progress
from search.index.journal import journal_path
from search.index.vector_files import Name, link_first, write_segment
from search.passages import Document, Passage


def can_be_updated(base: EmbeddedEngine, encoder: TextEncoder | None) -> bool:
    """Whether the first segment of a generation can be shared as far as its vectors go."""
    return encoder is None or (base.vectors is not None and base.vectors.model == made_by(encoder))


def add_vectors(
    engine: EmbeddedEngine, encoder: TextEncoder, base: EmbeddedEngine | None, *, is_update: bool
) -> None:
    """Writes the vectors of all passages of `engine`, which is being built, into its folder.

    What `base`, the generation before, has of the same texts is taken from there, and its first segment as a
    whole when this is an update of it.
    """
    folder, first = engine.folder, engine.whole.passages
    known = [base.vectors] if base and base.vectors is not None else []
    journal = journal_path(folder.parent)

    def write(name: Name, start: int, end: int) -> None:
        rows = embed(lambda: _read(engine, start, end), encoder, known, journal, show_progress)
        write_segment(folder, name, rows, made_by(encoder), encoder.dimensions)

    if is_update and base:
        link_first(base.folder, folder)
    else:
        write("first", 0, first)
    if engine.numbers > first:
        write("second", first, engine.numbers)


def _read(engine: EmbeddedEngine, start: int, end: int) -> Iterator[tuple[Passage, Document]]:
    """The passages with these numbers, in order."""
    for number in range(start, end):
        candidate = engine.candidate(number, 0.0)
        yield candidate.passage, engine.documents([candidate.document_id])[candidate.document_id]
