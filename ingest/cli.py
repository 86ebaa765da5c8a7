"""`python -m ingest`: build the index, or show what one file becomes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ingest.pipeline import Report, ingest, read_document
from ingest.sources import IngestError, Unreadable
from ingest.splitting import split
from search.errors import SearchError
from search.passages import Document, place_name
from search.settings import default_index

DEFAULT_CORPUS = Path("corpus")


def main(argv: Sequence[str] | None = None) -> int:
    """0: published or shown; 1: failed, with one line on stderr that says what to do."""
    parser = argparse.ArgumentParser(prog="python -m ingest", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders of articles (corpus/)")
    parser.add_argument(
        "--index", type=Path, default=default_index(), help="folder of the index (%(default)s)"
    )
    parser.add_argument(
        "--show", type=Path, metavar="FILE", help="print what one file becomes; index nothing"
    )
    parser.add_argument("--json", action="store_true", help="with --show: as JSON")
    arguments = parser.parse_args(argv)
    if arguments.json and not arguments.show:
        parser.error("--json goes with --show FILE")
    try:
        if arguments.show:
            _show(arguments.show, as_json=arguments.json)
        else:
            report = ingest(arguments.paths or [DEFAULT_CORPUS], arguments.index, show_progress)
            print_report(report, arguments.index)
    except (IngestError, Unreadable, SearchError, OSError) as error:
        print(f"ingest: {error}", file=sys.stderr)
        return 1
    return 0


def show_progress(names: Iterable[str]) -> Iterable[str]:
    """The names, with a bar on stderr that moves as they are taken."""
    return tqdm(names, desc="indexing", unit=" files", file=sys.stderr)


def print_report(report: Report, index: Path) -> None:
    """Counts on stdout; what needs a maintainer's eye, a line each, on stderr."""
    for skipped in report.skipped:
        print(f"skipped {skipped.name}: {skipped.reason}", file=sys.stderr)
    for name in report.untitled:
        print(f"no title found in {name}: it is listed under its file name", file=sys.stderr)
    for name in report.undated:
        print(f"no date found in {name}: its quotations are marked as undated", file=sys.stderr)
    info = report.index
    print(
        f"{info.documents} documents, {info.passages} passages, {len(report.skipped)} files skipped: "
        f"published as {info.generation} in {index}"
    )


def _show(file: Path, *, as_json: bool) -> None:
    try:
        document = read_document(file.name, file)
    except Unreadable as error:
        raise Unreadable(f"{file}: {error}") from None
    shown = describe(document)
    if as_json:
        print(json.dumps(shown, ensure_ascii=False, indent=1))
        return
    metadata = document.metadata
    for name in ("title", "publisher", "published", "updated", "url"):
        found = getattr(metadata, name)
        print(f"{name + ':':11}{f'{found.value}  [{found.origin}]' if found else '-'}")
    print(f"{'authors:':11}{'; '.join(f'{a.value}  [{a.origin}]' for a in metadata.authors) or '-'}")
    for number, passage in enumerate(split(document), 1):
        where = place_name(document.unit, passage.first, passage.last)
        print(f"\n[{number}] {' > '.join(passage.heading_path) or '(no heading)'}  ({where})\n{passage.text}")


def describe(document: Document) -> dict[str, Any]:
    """The document as `--show --json` prints it: values without their origins, passages as texts."""
    metadata = document.metadata
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
        "passages": [passage.text for passage in split(document)],
    }
