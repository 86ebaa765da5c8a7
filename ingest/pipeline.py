"""The visible loop: files -> what changed -> Readings -> a published generation, and the report on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ingest.cleaning import document_id
from ingest.corpus import Corpus, survey
from ingest.ledger import Entry, Ledger, Plan, compare, read_ledger, reader_version, write_ledger
from ingest.questions import ChangedAnswer, changed_answers, questions_file, read_questions
from ingest.reader import Job
from ingest.readings import Reading
from ingest.relations import Sketches, relate, write_sketches
from ingest.report import Report, report
from ingest.sandbox import Sandbox
from ingest.sources import IngestError, Unavailable, Unreadable, read_source
from search.answers import IndexInfo
from search.errors import IndexMissing
from search.index import generations, writing
from search.index.embedded import EmbeddedEngine
from search.index.embedding import TextEncoder
from search.index.generations import Written
from search.index.related import Pairs, write_pairs
from search.index.vector_building import add_vectors, can_be_updated
from search.index.withdrawn import Contents
from search.question.synonyms import SynonymFiles, maintainers_file

Progress = Callable[[Iterable[str]], Iterable[str]]

# An index is written as a whole again when more of its passages than this share have changed since, for
# those are written again each time. A few hundred are always few: they take less than a second.
MAX_DRIFT = 0.05
SMALL_DRIFT = 500


@dataclass(frozen=True, slots=True)
class _Built:
    """What a run has put into the folder of a new generation, or found that it need not."""

    plan: Plan
    ledger: Ledger
    pairs: Pairs
    written: Written | None  # None: nothing has changed


def ingest(
    paths: Sequence[Path],
    index: Path,
    progress: Progress = iter,
    *,
    full: bool = False,
    may_shrink: bool = False,
    encoder: TextEncoder | None = None,
) -> Report:
    """Brings the index up to date with the articles below the paths, and makes it current.

    Only what changed is read; `full` reads all and keeps nothing of before. `progress` wraps the names of
    the files as they are read. With an encoder passages get vectors, of which only those of new texts are
    made; without one they have none. Raises IngestError when there is nothing to index, IndexBusy when
    another run is at work, and IndexShrunk when much less would be left and it may not shrink; the index
    then stays as it was.
    """
    corpus = survey(paths)
    questions = read_questions(questions_file(index))
    built: list[_Built] = []
    changed: list[ChangedAnswer] = []

    def write(folder: Path, base: EmbeddedEngine | None) -> Written | None:
        built.append(_build(folder, None if full else base, corpus, progress, encoder))
        if not any(entry.document for entry in built[0].ledger.entries.values()):
            raise IngestError(_nothing(paths, built[0].ledger))
        return built[0].written

    def compare_answers(before: EmbeddedEngine, folder: Path, info: IndexInfo) -> None:
        changed.extend(_compared(questions, before, EmbeddedEngine(folder, info, lambda: encoder), encoder))

    info = generations.publish(
        index, write, may_shrink=may_shrink, review=compare_answers if questions else None
    )
    (run,) = built
    made = report(run.plan, run.ledger, corpus, run.pairs, info, "published" if run.written else "unchanged")
    return replace(made, changed_answers=tuple(changed))


def _compared(
    questions: Sequence[str], before: EmbeddedEngine, now: EmbeddedEngine, encoder: TextEncoder | None
) -> Sequence[ChangedAnswer]:
    """The questions that the new generation answers otherwise, asked as a service would ask them."""
    synonyms = SynonymFiles(maintainers_file(before.folder.parent)).current()
    with (
        closing(EmbeddedEngine(before.folder, before.info, lambda: encoder)) as old,
        closing(now),
    ):
        return changed_answers(questions, old, now, synonyms)


def preview(paths: Sequence[Path], index: Path, *, full: bool = False) -> Report:
    """What `ingest` would have to do, told from the files' hashes: nothing is read, nothing written."""
    corpus = survey(paths)
    try:
        base = generations.open_intact(index).engine
    except IndexMissing:
        base = None
    before = read_ledger(base.folder) if base and not full else Ledger()
    plan = compare(corpus.states, before, reader_version())
    ledger = Ledger(before.reader, _settled(plan, corpus, before))
    pairs, info = (base.related_pairs, base.info) if base else ((), None)
    if base:
        base.close()
    at_most = len(plan.to_read) + len(_documents(ledger.entries))
    shrinks = info is not None and generations.is_too_small(info.documents, at_most)
    return replace(report(plan, ledger, corpus, pairs, info, "preview"), would_shrink=shrinks)


def _build(
    folder: Path, base: EmbeddedEngine | None, corpus: Corpus, progress: Progress, encoder: TextEncoder | None
) -> _Built:
    before = read_ledger(base.folder) if base else Ledger()
    reader = reader_version()
    plan = compare(corpus.states, before, reader)
    entries = _settled(plan, corpus, before)
    is_embedded = base is not None and can_be_updated(base, encoder)
    if base and is_embedded and not plan.to_read and Ledger(before.reader, entries) == before:
        return _Built(plan, before, base.related_pairs, None)
    fresh: dict[str, Sequence[int]] = {}
    with Sandbox() as sandbox:
        outcomes = _read(plan.to_read, corpus, sandbox, progress)
        readings = _entered(outcomes, entries, fresh, plan, corpus, before)
        is_update = base is not None and is_embedded and _is_small(plan, before, base)
        if base and is_update:
            changed = [reading for reading in readings if reading]
            contents = [(reading.document, reading.passages) for reading in changed]
            counts = writing.update(folder, base, contents, set(base.document_ids()) - _documents(entries))
            written = Written(counts, [reading.document.id for reading in changed])
        else:
            written = Written(writing.write(folder, _whole(plan, entries, readings, base)))
    ledger = Ledger(reader, entries)
    write_ledger(folder, ledger)
    engine = EmbeddedEngine(folder, IndexInfo("", "", written.counts.documents, written.counts.passages))
    pairs = _relate(engine, _documents(entries), fresh, base)
    if encoder:
        add_vectors(engine, encoder, base, is_update=is_update)
    engine.close()
    return _Built(plan, ledger, pairs, written)


def _settled(plan: Plan, corpus: Corpus, before: Ledger) -> dict[str, Entry]:
    """The entries of all files that need not be read; one that cannot be read keeps what was made of it."""
    entries = {name: before.entries[name] for name in plan.unchanged}
    for name, reason in plan.failed.items():
        entries[name] = _failed(name, reason, plan, corpus, before)
    for name, reason in plan.unseen.items():
        entries[name] = replace(before.entries[name], sha256=None, failure=reason)
    for name, other in plan.copies.items():
        state = corpus.states[name]
        entries[name] = Entry(state.sha256, state.supplied, same_as=other)
    return entries


def _failed(name: str, reason: str, plan: Plan, corpus: Corpus, before: Ledger) -> Entry:
    """The entry of a file that makes no document now, with the one of before, under whichever name."""
    state = corpus.states[name]
    kept = before.entries.get(plan.moved.get(name, name), Entry(None, ""))
    if kept.document and any(document_id(other) == kept.document for other in corpus.states if other != name):
        kept = Entry(None, "")  # of a name that another file has now: an id is of one document
    return replace(kept, sha256=state.sha256, supplied=state.supplied, failure=reason, same_as=None)


def _read(
    names: Sequence[str], corpus: Corpus, sandbox: Sandbox, progress: Progress
) -> Iterator[tuple[str, Reading | Unreadable]]:
    """What each of the files becomes, in their order."""

    def job(name: str) -> Job:
        return Job(read_source(name, corpus.files[name]), corpus.supplied[name])

    jobs = (partial(job, name) for name in progress(names))
    yield from zip(names, sandbox.read_all(jobs), strict=True)


def _entered(
    outcomes: Iterable[tuple[str, Reading | Unreadable]],
    entries: dict[str, Entry],
    sketches: dict[str, Sequence[int]],
    plan: Plan,
    corpus: Corpus,
    before: Ledger,
) -> Iterator[Reading | None]:
    """The readings as they come, None for a file that makes none, each entered into `entries`."""
    for name, outcome in outcomes:
        if isinstance(outcome, Unreadable):
            failed = _failed(name, str(outcome), plan, corpus, before)
            # What has nothing to do with the bytes is tried again, whatever they are then.
            entries[name] = replace(failed, sha256=None) if isinstance(outcome, Unavailable) else failed
            yield None
        else:
            entries[name] = _entry(outcome, corpus.states[name].supplied)
            sketches.update(zip((p.id for p in outcome.passages), outcome.sketches, strict=True))
            yield outcome


def _entry(reading: Reading, supplied: str) -> Entry:
    document = reading.document
    dropped: Counter[str] = Counter()
    for piece in reading.dropped:
        dropped[piece.reason] += len(piece.text.split())
    return Entry(
        sha256=document.sha256,
        supplied=supplied,
        document=document.id,
        passages=len(reading.passages),
        titled=document.metadata.title is not None,
        dated=(document.metadata.published or document.metadata.updated) is not None,
        notes=document.notes,
        dropped=dict(dropped),
    )


def _is_small(plan: Plan, before: Ledger, base: EmbeddedEngine) -> bool:
    """Whether so little changes that what is there can go on being used."""
    passages = base.info.passages
    leaving = sum(before.entries[name].passages for name in (*plan.changed, *plan.gone, *plan.moved.values()))
    coming = len(plan.to_read) * passages / (base.info.documents or 1)
    allowed = max(MAX_DRIFT * passages, min(SMALL_DRIFT, passages / 2))
    return base.drift + leaving + coming <= allowed


def _documents(entries: Mapping[str, Entry]) -> set[str]:
    return {entry.document for entry in entries.values() if entry.document}


def _whole(
    plan: Plan, entries: Mapping[str, Entry], readings: Iterator[Reading | None], base: EmbeddedEngine | None
) -> Contents:
    """Every document in order of its file's name, those that were not read as they were before."""
    to_read = set(plan.to_read)
    for name in sorted({*to_read, *entries}):
        reading = next(readings) if name in to_read else None
        id = entries[name].document
        if reading:
            yield reading.document, reading.passages
        elif id and base:
            yield base.documents([id])[id], base.passages(id)


def _relate(engine: EmbeddedEngine, held: set[str], fresh: Sketches, base: EmbeddedEngine | None) -> Pairs:
    sketches, pairs = relate(engine, held, fresh, base)
    write_sketches(engine.folder, sketches)
    write_pairs(engine.folder, pairs)
    return pairs


def _nothing(paths: Sequence[Path], ledger: Ledger) -> str:
    where = ", ".join(str(path) for path in paths)
    why = next((f"; {name}: {e.failure}" for name, e in sorted(ledger.entries.items()) if e.failure), "")
    return f"no article to index in {where} (HTML, PDF, Word, Markdown and text files are read){why}"
