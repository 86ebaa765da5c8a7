"""The visible loop: files -> Documents -> Passages -> a published generation, and the report on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.cleaning import clean
from ingest.readers import READERS
from ingest.sources import IngestError, Unreadable, decode, find_files, read_source
from ingest.splitting import split
from search.answers import IndexInfo
from search.index import generations, whoosh
from search.passages import Document, Passage

Progress = Callable[[Iterable[str]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was left out, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a run made of the corpus."""

    index: IndexInfo
    skipped: tuple[Skipped, ...]
    undated: tuple[str, ...]  # names of documents without any date
    untitled: tuple[str, ...]  # names of documents without a title


def ingest(paths: Sequence[Path], index: Path, progress: Progress = iter) -> Report:
    """Builds a generation from every article below the paths and makes it current.

    `progress` wraps the names of the files as they are worked through. Raises IngestError when there
    is nothing to index, and IndexBusy when another run is at work; the index then stays as it was.
    """
    files = find_files(paths)
    skipped: list[Skipped] = []
    undated: list[str] = []
    untitled: list[str] = []

    def contents() -> Iterator[tuple[Document, tuple[Passage, ...]]]:
        for name in progress(files):
            try:
                document = read_document(name, files[name])
            except Unreadable as error:
                skipped.append(Skipped(name, str(error)))
                continue
            metadata = document.metadata
            if not (metadata.published or metadata.updated):
                undated.append(name)
            if not metadata.title:
                untitled.append(name)
            yield document, split(document)

    def write(folder: Path) -> tuple[int, int]:
        counts = whoosh.write(folder, contents())
        if counts[0] == 0:
            raise IngestError(_nothing(paths, skipped))
        return counts

    info = generations.publish(index, write)
    return Report(info, tuple(skipped), tuple(undated), tuple(untitled))


def read_document(name: str, path: Path) -> Document:
    """The document that one file makes; raises Unreadable, saying why, for one that makes none."""
    source = read_source(name, path)
    read = READERS.get(source.suffix)
    if read is None:
        raise Unreadable(f"no reader for {source.suffix or 'a name without an ending'}: {_known(READERS)}")
    text = decode(source)
    document = clean(source, text, read(text))
    if not document.text:
        raise Unreadable("no text of an article in it")
    return document


def _known(readers: Mapping[str, object]) -> str:
    return f"{', '.join(readers)} are read"


def _nothing(paths: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    where = ", ".join(str(path) for path in paths)
    why = f"; {skipped[0].name}: {skipped[0].reason}" if skipped else ""
    return f"no article to index in {where} ({_known(READERS)}){why}"
