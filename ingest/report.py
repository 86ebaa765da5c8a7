"""What a run did, for the person at the terminal and as JSON."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ingest.corpus import Corpus
from ingest.ledger import Ledger, Plan
from ingest.questions import ChangedAnswer, Quoted
from search.answers import IndexInfo
from search.index.related import Pairs

# Lines of one kind on a terminal; the JSON has them all.
MOST_LINES = 20


# Whether the run published a generation, found that nothing had changed, or was only to say what it would do.
Outcome = Literal["published", "unchanged", "preview"]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that makes no document now, and why."""

    name: str
    reason: str
    kept: bool = False  # whether its passages of before are still there


@dataclass(frozen=True, slots=True)
class Report:
    """What a run made of the corpus, or with `--dry-run` would."""

    index: IndexInfo | None  # None: nothing is published there
    outcome: Outcome
    new: tuple[str, ...]
    changed: tuple[str, ...]
    moved: Mapping[str, str]  # new name -> old name
    gone: tuple[str, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]  # by name
    copies: Mapping[str, str]  # files with the very bytes of another -> that other
    near_copies: tuple[tuple[str, str], ...]  # pairs of passages, by id
    dropped: Mapping[str, Mapping[str, int]]  # words left out of each file, by reason
    undated: tuple[str, ...]  # names of files whose documents have no date
    untitled: tuple[str, ...]
    notes: Mapping[str, tuple[str, ...]]  # what a reader has to know of a document's quality, by file
    sidecars: Mapping[str, str]  # sidecar files -> what is wrong with each
    would_shrink: bool = False  # of a preview: so few documents would be left that it takes --allow-shrink
    changed_answers: tuple[ChangedAnswer, ...] = ()  # to the maintainers' questions, by the new generation


def report(
    plan: Plan, ledger: Ledger, corpus: Corpus, pairs: Pairs, index: IndexInfo | None, outcome: Outcome
) -> Report:
    """The report on a run that had this plan and left this ledger."""
    failed = {name: entry for name, entry in sorted(ledger.entries.items()) if entry.failure}
    made = {name: entry for name, entry in sorted(ledger.entries.items()) if entry.document}
    return Report(
        index=index,
        outcome=outcome,
        new=tuple(name for name in plan.new if name not in failed),
        changed=tuple(name for name in plan.changed if name not in failed),
        moved=plan.moved,
        gone=plan.gone,
        unchanged=len(plan.unchanged),
        skipped=tuple(Skipped(n, str(e.failure), kept=e.document is not None) for n, e in failed.items()),
        copies=plan.copies,
        near_copies=pairs,
        dropped={name: entry.dropped for name, entry in made.items() if entry.dropped},
        undated=tuple(name for name, entry in made.items() if not entry.dated),
        untitled=tuple(name for name, entry in made.items() if not entry.titled),
        notes={name: entry.notes for name, entry in made.items() if entry.notes},
        sidecars=corpus.sidecar_problems,
    )


def report_to_dict(report: Report) -> dict[str, Any]:
    """The report as JSON carries it."""
    return dataclasses.asdict(report)


_NOTES = {
    "run_together": "its text stands on one line: sentences that follow one another may not belong together",
    "text_missing": "part of it could not be read as text: compare it with the file",
}


def attention(report: Report) -> Iterator[str]:
    """What needs a maintainer's eye, a line each; at most `MOST_LINES` of one kind."""
    yield from _some(f"{name}: {problem}" for name, problem in report.sidecars.items())
    yield from _some(
        f"skipped {skipped.name}: {skipped.reason}"
        f"{' (its passages of before are kept)' if skipped.kept else ''}"
        for skipped in report.skipped
    )
    yield from _some(
        f"{name} has the very bytes of {other}: indexed once" for name, other in report.copies.items()
    )
    yield from _some(
        f"{name}: {_NOTES.get(note, note)}" for name, notes in report.notes.items() for note in notes
    )
    yield from _some(
        f"answered otherwise: {changed.question} Before: {_answered(changed.before)} "
        f"Now: {_answered(changed.now)}"
        for changed in report.changed_answers
    )
    yield from _some(
        f"no title found in {name}: it is listed under its file name" for name in report.untitled
    )
    yield from _some(
        f"no date found in {name}: its quotations are marked as undated" for name in report.undated
    )


def _answered(quoted: Quoted | None) -> str:
    return f"“{quoted.sentence}” ({quoted.source})" if quoted else "not answered"


def _some(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number < MOST_LINES:
            yield line
        elif number == MOST_LINES:
            yield "… and more of these: --json lists them all"


def summary(report: Report, where: str) -> Iterator[str]:
    """What was done, in a few lines."""
    kinds = {"new": report.new, "changed": report.changed, "moved": report.moved, "gone": report.gone}
    counts = ", ".join(f"{len(names)} {kind}" for kind, names in kinds.items() if names)
    if report.outcome == "preview":
        yield f"{counts or 'nothing new, changed, moved or gone'}, {report.unchanged} unchanged"
        for kind, names in kinds.items():
            yield from _some(f"  {kind}: {name}{_old_name(report, name)}" for name in names)
        if report.would_shrink:
            yield "so few documents would be left that nothing is published without --allow-shrink"
    elif report.unchanged or report.changed or report.moved or report.gone:
        yield f"{counts or 'nothing new'}, {report.unchanged} unchanged"
    if words := _words_left_out(report):
        yield f"words left out: {words} (--show FILE prints them)"
    if report.near_copies:
        yield f"{len(report.near_copies)} pairs of passages say the same"
    state = {
        "published": "published as {} in {}",
        "unchanged": "nothing has changed since {} in {}",
        "preview": "now in {} in {}; nothing was done",
    }[report.outcome]
    if info := report.index:
        held = f"{info.documents} documents, {info.passages} passages, {len(report.skipped)} files skipped"
        yield f"{held}: {state.format(info.generation, where)}"
    else:
        yield f"nothing is published in {where} yet"


def _old_name(report: Report, name: str) -> str:
    return f" (was {report.moved[name]})" if name in report.moved else ""


def _words_left_out(report: Report) -> str:
    total: Counter[str] = Counter()
    for reasons in report.dropped.values():
        total.update(reasons)
    return ", ".join(f"{count:,} {reason}" for reason, count in total.most_common())
