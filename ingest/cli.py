"""`python -m ingest`: bring the index up to date, or look after it."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ingest.corpus import survey
from ingest.doctor import Diagnosis, examine
from ingest.pipeline import ingest, preview
from ingest.reader import Job
from ingest.readings import Reading
from ingest.refused import refusals
from ingest.report import Report, attention, report_to_dict, summary
from ingest.sandbox import Sandbox
from ingest.sources import IngestError, Unreadable, read_source
from ingest.supplied import sidecars_beside
from search.encoder import default_encoder
from search.errors import SearchError
from search.index.generations import prune, rollback
from search.passages import Found, place_name
from search.settings import default_index

DEFAULT_CORPUS = Path("corpus")

_BEFORE = "the one before"  # no generation is called so


def main(argv: Sequence[str] | None = None) -> int:
    """0: published, shown or up to date; 1: failed, with one line on stderr that says what to do."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders of articles (corpus/)")
    parser.add_argument(
        "--index", type=Path, default=default_index(), help="folder of the index (%(default)s)"
    )
    parser.add_argument("--full", action="store_true", help="read every file anew and keep nothing of before")
    parser.add_argument(
        "--allow-shrink", action="store_true", help="publish even if much less is left than there was"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--dry-run", action="store_true", help="say which files are new, changed, moved or gone; do nothing"
    )
    what.add_argument("--show", type=Path, metavar="FILE", help="print what one file becomes; index nothing")
    what.add_argument(
        "--doctor", action="store_true", help="hold the index against itself and the articles; write nothing"
    )
    what.add_argument(
        "--rollback",
        nargs="?",
        const=_BEFORE,
        metavar="GENERATION",
        help="go back to the generation before the current one, or to this one",
    )
    what.add_argument("--prune", action="store_true", help="remove what no generation in use needs")
    parser.add_argument("--json", action="store_true", help="print the report, or what is shown, as JSON")
    arguments = parser.parse_args(argv)
    if arguments.show and (arguments.paths or arguments.full):
        parser.error("--show FILE goes with --json only")
    reading = arguments.paths or arguments.full or arguments.allow_shrink or arguments.json
    if (arguments.rollback or arguments.prune) and reading:
        parser.error("--rollback and --prune go with --index only: they read no article")
    paths = arguments.paths or [DEFAULT_CORPUS]
    try:
        if arguments.doctor:
            return print_diagnosis(
                examine(paths, arguments.index, show_examined), arguments.index, as_json=arguments.json
            )
        if arguments.rollback:
            print_rollback(arguments.index, arguments.rollback)
        elif arguments.prune:
            print_pruned(prune(arguments.index), arguments.index)
        elif arguments.show:
            print_reading(show(arguments.show), as_json=arguments.json)
        elif arguments.dry_run:
            report = preview(paths, arguments.index, full=arguments.full)
            print_report(report, arguments.index, as_json=arguments.json)
        else:
            with refusals(arguments.index):
                report = ingest(
                    paths,
                    arguments.index,
                    show_progress,
                    full=arguments.full,
                    may_shrink=arguments.allow_shrink,
                    encoder=default_encoder(),
                )
            print_report(report, arguments.index, as_json=arguments.json)
    except (IngestError, Unreadable, SearchError, OSError) as error:
        print(f"ingest: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ningest: broken off; the index is as it was", file=sys.stderr)
        return 1
    return 0


def print_diagnosis(diagnosis: Diagnosis, index: Path, *, as_json: bool) -> int:
    """What an examination found, each with what to run; the exit status: 0 when all is well, else 1."""
    if as_json:
        print(json.dumps(dataclasses.asdict(diagnosis), ensure_ascii=False, indent=1))
    else:
        for finding in diagnosis.findings:
            print(f"{finding.what}{finding.run and f'; run: {finding.run}'}")
        info = diagnosis.index
        held = (
            f"{info.generation} holds {info.documents} documents, {info.passages} passages"
            if info
            else "nothing can be answered from it"
        )
        state = f"{len(diagnosis.findings)} found" if diagnosis.findings else "all is well"
        intact = ", ".join(diagnosis.intact) or "none"
        print(f"{index}: {state}; {held}; intact: {intact}")
    return 1 if diagnosis.findings else 0


def print_rollback(index: Path, generation: str) -> None:
    """Goes back, and says to what."""
    info = rollback(index, None if generation == _BEFORE else generation)
    print(
        f"{info.generation} of {info.built_at} is current in {index}: {info.documents} documents, "
        f"{info.passages} passages"
    )


def print_pruned(removed: Sequence[str], index: Path) -> None:
    """What was removed from the folder of the index."""
    print(f"removed from {index}: {', '.join(removed) or 'nothing'}")


def show_progress(names: Iterable[str]) -> Iterable[str]:
    """The names, with a bar on stderr that moves as they are taken."""
    return tqdm(names, desc="reading", unit=" files", file=sys.stderr)


def show_examined(ids: Iterable[str]) -> Iterable[str]:
    """The ids, with a bar on stderr that moves as their documents are examined."""
    return tqdm(ids, desc="examining", unit=" documents", file=sys.stderr)


def print_report(report: Report, index: Path, *, as_json: bool) -> None:
    """What was done on stdout; what needs a maintainer's eye, a line each, on stderr."""
    if as_json:
        print(json.dumps(report_to_dict(report), ensure_ascii=False, indent=1))
        return
    for line in attention(report):
        print(line, file=sys.stderr)
    for line in summary(report, str(index)):
        print(line)


def show(path: Path) -> Reading:
    """What one file becomes, read as `ingest` reads it, with what is supplied beside it.

    Raises Unreadable or IngestError, naming it.
    """
    corpus = survey([path, *(sidecar for sidecar in sidecars_beside(path) if sidecar.exists())])
    if path.is_dir() or len(corpus.files) != 1:
        raise IngestError(f"{path} is not an article: give the file of one")
    (name,) = corpus.files
    try:
        source = read_source(name, corpus.files[name])
        with Sandbox(readers=1) as sandbox:
            return sandbox.read(Job(source, corpus.supplied[name]))
    except Unreadable as error:
        raise Unreadable(f"{path}: {error}") from None


def print_reading(reading: Reading, *, as_json: bool) -> None:
    """The metadata with where each value was found, the passages, and what was left out."""
    if as_json:
        print(json.dumps(describe(reading), ensure_ascii=False, indent=1))
        return
    metadata = reading.document.metadata
    for name in ("title", "publisher", "published", "updated", "url"):
        found = getattr(metadata, name)
        print(f"{name + ':':11}{_with_origin(found) if found else '-'}")
    print(f"{'authors:':11}{'; '.join(map(_with_origin, metadata.authors)) or '-'}")
    unit = reading.document.unit
    for number, passage in enumerate(reading.passages, 1):
        where = place_name(unit, passage.first, passage.last)
        print(f"\n[{number}] {' > '.join(passage.heading_path) or '(no heading)'}  ({where})\n{passage.text}")
    if reading.dropped:
        print("\nLeft out:")
    for piece in reading.dropped:
        print(f"- {place_name(unit, piece.first, piece.last)}, {piece.reason}: {_shortened(piece.text)}")


# What is left out may be a whole page of cards; its beginning says which.
_SHOWN_CHARACTERS = 100


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…"


def _with_origin(found: Found) -> str:
    return f"{found.value}  [{found.origin}{', supplied' if found.supplied else ''}]"


def describe(reading: Reading) -> dict[str, Any]:
    """The reading as `--show --json` prints it: values and passages as texts, and beside them the rest."""
    document = reading.document
    metadata = document.metadata
    values = {name: getattr(metadata, name) for name in ("title", "publisher", "published", "updated")}
    return {
        "title": metadata.title and metadata.title.value,
        "publisher": metadata.publisher and metadata.publisher.value,
        "authors": [author.value for author in metadata.authors],
        "published": metadata.published and metadata.published.value,
        "updated": metadata.updated and metadata.updated.value,
        "sections": [
            {
                "heading": section.heading,
                "level": section.level,
                "text": document.text[section.start : section.end],
            }
            for section in document.sections
        ],
        "text": document.text,
        "passages": [passage.text for passage in reading.passages],
        "origins": {
            **{name: found and _origin(found) for name, found in values.items()},
            "authors": [_origin(author) for author in metadata.authors],
        },
        "notes": list(document.notes),
        "dropped": [{"text": piece.text, "reason": piece.reason} for piece in reading.dropped],
    }


def _origin(found: Found) -> dict[str, Any]:
    """Where a value was found, or, when a maintainer supplied it, where they wrote it."""
    return {"origin": found.origin, "supplied": found.supplied}
