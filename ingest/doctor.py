"""Holds an index against itself and against its articles: what is wrong, and what to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.corpus import survey
from ingest.ledger import Ledger, compare, read_ledger, reader_version
from ingest.sources import IngestError
from search.answers import IndexInfo
from search.errors import IndexOutdated, IndexUnusable
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.generations import (
    Pointer,
    generations_of,
    is_locked,
    leftovers,
    number_of,
    open_pointer,
    read_current,
    sealed,
    verify,
)

Progress = Callable[[Iterable[str]], Iterable[str]]

# Names in one line: they say where to look, and `--dry-run` lists all.
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be."""

    what: str
    run: str  # the command that mends it; empty: nothing has to be done


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What an examination found."""

    index: IndexInfo | None  # the current generation; None: there is none that can be used
    intact: tuple[str, ...]  # the generations of which every file is as it was published, oldest first
    findings: tuple[Finding, ...]  # none: all is well


def examine(paths: Sequence[Path], index: Path, progress: Progress = iter) -> Diagnosis:
    """What is wrong with the index, told from all its files and the articles below the paths; writes nothing.

    `progress` wraps the ids of the documents as each is read.
    """
    build = f"python -m ingest {' '.join(map(str, paths))} --index {index}"
    found = list(_left_behind(index))
    pointer: Pointer | None = None
    try:
        pointer = read_current(index)
    except IndexUnusable as error:
        found.append(Finding(_said(error), build))
    intact = tuple(_intact(index, pointer, build, found))
    if pointer is None or pointer.generation not in intact:
        return Diagnosis(None, intact, tuple(found))
    engine = open_pointer(index, pointer)
    try:
        ledger = read_ledger(engine.folder)
        found += _contents(engine, ledger, progress, f"{build} --full")
        found += _articles(paths, ledger, build)
        return Diagnosis(engine.info, intact, tuple(found))
    finally:
        engine.close()


def _left_behind(index: Path) -> Iterator[Finding]:
    """What builds that were killed have left, unless it is one at work."""
    if is_locked(index):
        yield Finding(f"a process is publishing in {index} at this moment", "")
    else:
        for name in leftovers(index):
            yield Finding(f"{name} was left by a run that was killed; the next run removes it", _prune(index))


def _intact(index: Path, pointer: Pointer | None, build: str, found: list[Finding]) -> Iterator[str]:
    """The generations that are as they were published; of the others, and of needless ones, it enters why."""
    names = generations_of(index)
    current = pointer.generation if pointer else None
    if current and current not in names:
        found.append(Finding(f"{current} is current, but it is not there", build))
    for name in names:
        try:
            verify(index, pointer if pointer and name == current else sealed(index, name))
        except IndexUnusable as error:
            found += _unusable(name, error, name == current, index, build)
            continue
        yield name
        if current and number_of(name) > number_of(current):
            what = "it was rolled back from, or its publisher was killed; the next run removes it"
            found.append(Finding(f"{name} is not in use: {what}", _prune(index)))


def _prune(index: Path) -> str:
    return f"python -m ingest --prune --index {index}"


def _unusable(
    name: str, error: IndexUnusable, is_current: bool, index: Path, build: str
) -> Iterator[Finding]:
    """What is wrong with a generation; nothing with an earlier one that another version has written."""
    if is_current:
        yield Finding(f"{name}, which is current, cannot be used: {_said(error)}", build)
    elif not isinstance(error, IndexOutdated):
        what = f"{name} is damaged and cannot be gone back to: {_said(error)}"
        yield Finding(what, _prune(index))


def _said(error: IndexUnusable) -> str:
    """The message without what it says to run."""
    return str(error).partition("; run: ")[0]


def _contents(engine: EmbeddedEngine, ledger: Ledger, progress: Progress, again: str) -> Iterator[Finding]:
    """Where what is indexed is not what the manifest and the ledger say, or does not hold together."""
    held = set(engine.document_ids())
    if engine.counts() != Counts(engine.info.documents, engine.info.passages):
        yield Finding("there are not as many documents and passages as its manifest says", again)
    passages = {}
    for id in progress(sorted(held)):
        document, cut = engine.documents([id]).get(id), engine.passages(id)
        passages[id] = len(cut)
        if document is None or any(document.text[p.start : p.end] != p.text for p in cut):
            yield Finding(f"document {id} has passages that it does not say", again)
    made = {entry.document: (name, entry) for name, entry in ledger.entries.items() if entry.document}
    if not made:  # it was not built from files
        return
    for id in sorted(held - made.keys()):
        yield Finding(f"document {id} is indexed, but of no file in the ledger", again)
    for id, (name, entry) in made.items():
        if id not in held:
            yield Finding(f"{name} is in the ledger, but its document is not indexed", again)
        elif passages[id] != entry.passages:
            yield Finding(
                f"{name} has {entry.passages} passages in the ledger, {passages[id]} indexed", again
            )


def _articles(paths: Sequence[Path], ledger: Ledger, build: str) -> Iterator[Finding]:
    """Where the articles are not those that were indexed."""
    try:
        states = survey(paths).states
    except (IngestError, OSError) as error:
        yield Finding(f"the articles cannot be compared: {error}", "")
        return
    plan = compare(states, ledger, reader_version())
    if not plan.unchanged and not plan.changed and plan.gone:
        yield Finding(f"none of the articles that were indexed is in {', '.join(map(str, paths))}", "")
        return
    for kind, names in (
        ("new", plan.new),
        ("changed, or read otherwise now", plan.changed),
        ("moved", tuple(plan.moved)),
        ("gone", plan.gone),
    ):
        if names:
            more = ", …" if len(names) > _MOST_NAMES else ""
            yield Finding(f"{len(names)} {kind}: {', '.join(names[:_MOST_NAMES])}{more}", build)
