"""No file can stall, crash or fill the machine, fetch anything, or hide another file."""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from ingest import pipeline
from ingest.cli import main
from ingest.ledger import read_ledger
from ingest.pipeline import ingest
from ingest.reader import Job, Limits
from ingest.reading import Reading, read
from ingest.report import Report
from ingest.sandbox import Sandbox
from ingest.sources import File, Source, Unreadable, find_files, read_bytes, read_source
from ingest.supplied import NOTHING_SUPPLIED
from search.answering import answer
from search.index.generations import open_current
from search.passages import Document
from tests import docxs, hostile, pdfs
from tests.hostile import HERON, PAGE, TAIL, Figure, figure_table, figures, page, sheet, word

__all__ = ["figure_table", "figures"]

ROOT = Path(pipeline.__file__).parents[1]
LINUX = sys.platform.startswith("linux")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one good article, which every run has to index."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "good.txt").write_text("The ferry crosses the estuary twice a day.\n", encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def contents(index: Path) -> dict[str, Document]:
    """The documents of the current generation, by their source."""
    engine = open_current(index)
    documents = engine.documents(engine.document_ids()).values()
    engine.close()
    return {document.source: document for document in documents}


def reasons(report: Report) -> dict[str, str]:
    return {skipped.name: skipped.reason for skipped in report.skipped}


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).write_bytes(data)


def outcome(sandbox: Sandbox, name: str, data: bytes) -> Reading | str:
    """What the file becomes, or why it makes no document."""
    try:
        return sandbox.read(Job(Source(name, data, hashlib.sha256(data).hexdigest()), NOTHING_SUPPLIED))
    except Unreadable as error:
        return str(error)


def told(outcome: Reading | str, *marks: str) -> bool:
    """Whether all the marks are in the text, or it is said that something is missing."""
    if isinstance(outcome, str):
        return bool(outcome)
    return "text_missing" in outcome.document.notes or all(mark in outcome.document.text for mark in marks)


# T24: odd files, each of them a document or skipped with a reason

UTF_16 = codecs.BOM_UTF16_LE + HERON.encode("utf-16-le")
SKIPPED = "skipped: "
ODD: dict[str, tuple[bytes, str]] = {
    # nothing to read
    "empty.txt": (b"", "skipped: no text of an article"),
    "empty.html": (b"", "skipped: no text of an article"),
    "empty.md": (b"", "skipped: no text of an article"),
    "empty.pdf": (b"", "skipped: no text of an article"),
    "empty.docx": (b"", "skipped: no text of an article"),
    "blank.txt": (b" \r\n\t\n\f", "skipped: no text of an article"),
    "mark.txt": (codecs.BOM_UTF8, "skipped: no text of an article"),
    "mark-16.txt": (codecs.BOM_UTF16_LE, "skipped: no text of an article"),
    "tags.html": (b"<html><body><p></p></body></html>", "skipped: no text of an article"),
    # binary under the name of an article
    "noise.txt": (hostile.noise(9000, 1), SKIPPED),
    "noise.html": (hostile.noise(9000, 2), SKIPPED),
    "noise.md": (hostile.noise(9000, 3), SKIPPED),
    "noise.pdf": (hostile.noise(9000, 4), SKIPPED),
    "noise.docx": (hostile.noise(9000, 5), SKIPPED),
    "zeros.txt": (bytes(9000), "skipped: a binary file"),
    "program.txt": (b"\x7fELF\x02\x01\x01" + bytes(90), "skipped: a binary file"),
    "packed.txt": (b"\x1f\x8b\x08\x00" + hostile.noise(90, 6), SKIPPED),
    "png.txt": (b"\x89PNG\r\n\x1a\n" + bytes(90), "skipped: a picture"),
    "jpeg.md": (b"\xff\xd8\xff\xe0" + bytes(90), "skipped: a picture"),
    "gif.html": (b"GIF89a" + bytes(90), "skipped: a picture"),
    "old.docx": (b"\xd0\xcf\x11\xe0" + bytes(90), "skipped: an old or password-protected Office file"),
    "rich.txt": (b"{\\rtf1 Text.}", "skipped: rich text"),
    "archive.html": (b"MIME-Version: 1.0\n\nText.", "skipped: a web archive"),
    "zip.docx": (docxs.packed({"a.txt": b"Text."}), SKIPPED),
    "zip.txt": (docxs.packed({"b.txt": b"Text."}), SKIPPED),
    # endings of no article
    "drawing.svg": (b"<svg><text>Text.</text></svg>", "skipped: .svg is no ending of an article"),
    "table.csv": (b"a,b\n", "skipped: .csv is no ending of an article"),
    "data.json": (b"{}", "skipped: .json is no ending of an article"),
    # an ending that says another format than the content
    "pdf.txt": (sheet(HERON), HERON),
    "pdf.html": (sheet(f"{HERON} It was June."), HERON),
    "word.txt": (word(HERON), HERON),
    "word.pdf": (word(f"{HERON} It was June."), HERON),
    "page.txt": (PAGE, HERON),
    "page.md": (PAGE + b"\n", HERON),
    "page.pdf": (PAGE + b"\n\n", HERON),
    "page.aspx": (PAGE + b"\n\n\n", HERON),
    "text.pdf": (f"{HERON} One.".encode(), HERON),
    "text.docx": (f"{HERON} Two.".encode(), HERON),
    "text.html": (f"{HERON} Three.".encode(), HERON),
    "text": (f"{HERON} Four.".encode(), HERON),
    # encodings
    "utf-8.txt": (codecs.BOM_UTF8 + HERON.encode(), HERON),
    "utf-8.html": (codecs.BOM_UTF8 + PAGE, HERON),
    "utf-8.md": (codecs.BOM_UTF8 + f"# Birds\n\n{HERON}".encode(), HERON),
    "utf-16-le.txt": (UTF_16, HERON),
    "utf-16-be.txt": (codecs.BOM_UTF16_BE + HERON.encode("utf-16-be"), HERON),
    "utf-16.html": (codecs.BOM_UTF16_LE + PAGE.decode().encode("utf-16-le"), HERON),
    "utf-16.aspx": (codecs.BOM_UTF16_BE + PAGE.decode().encode("utf-16-be"), HERON),
    "utf-16.md": (codecs.BOM_UTF16_BE + f"# Birds\n\n{HERON}".encode("utf-16-be"), HERON),
    "utf-16-odd.txt": (UTF_16 + b"\x00", "skipped: its byte order mark says utf-16, but it is not"),
    "utf-16-bare.txt": (HERON.encode("utf-16-le"), "skipped: a binary file"),
    "utf-32-le.txt": (codecs.BOM_UTF32_LE + HERON.encode("utf-32-le"), SKIPPED),
    "utf-32-be.txt": (codecs.BOM_UTF32_BE + HERON.encode("utf-32-be"), SKIPPED),
    "gb-18030.txt": (b"\x84\x31\x95\x33" + HERON.encode(), "skipped: not UTF-8"),
    "utf-ebcdic.txt": (b"\xdd\x73\x66\x73" + HERON.encode("cp500"), "skipped: not UTF-8"),
    "utf-1.txt": (b"\xf7\x64\x4c" + HERON.encode(), "skipped: not UTF-8"),
    "latin-1.txt": ("The café opened.".encode("latin-1"), "skipped: not UTF-8 (byte 0xe9 at position 7)"),
    "latin-1.html": (page("<p>The café opened.</p>", '<meta charset="latin-1">').decode().encode("latin-1"),
                     "The café opened."),
    "unknown.html": (page("<p>The café opened.</p>", '<meta charset="klingon">').decode().encode("latin-1"),
                     "skipped: not UTF-8"),
    "wrong.html": (page("<p>The café closed.</p>", '<meta charset="latin-1">'), "The café closed."),
    "broken.txt": (HERON.encode() + b"\xc3", "skipped: not UTF-8"),
    # characters
    "newlines.txt": ("One line.\r\nTwo lines.\rThree.\nFour.\x0bFive.\x85Six.\u2028Seven.".encode(), "Seven"),
    "nul.txt": (b"The heron\0 stood.", "skipped: a binary file"),
    "nul-16.txt": (codecs.BOM_UTF16_LE + "The heron\0 stood.".encode("utf-16-le"), SKIPPED),
    "nul.html": (page("<p>The heron&#0; stood by.</p>"), "stood by."),
    "half.txt": (b"The heron \xed\xa0\x80 stood.", "skipped: not UTF-8"),
    "half-16.txt": (codecs.BOM_UTF16_LE + b"\x00\xd8T\x00", "skipped: its byte order mark says utf-16"),
    "half.html": (page("<p>The heron &#xD800; stood there.</p>"), "stood there."),
    "half.md": (b'---\ntitle: "\\ud800"\n---\nThe heron stood here.\n', "stood here."),
    "controls.txt": (b"The heron \x01\x02\x07\x08\x1b[31m stood still.", "stood still."),
    "non-characters.txt": ("The heron \ufffe\uffff\U0010ffff stood long.".encode(), "stood long."),
    "decomposed.txt": ("The cafe\u0301 by the weir sells waffles.".encode(), "The café by the weir"),
    "composed.txt": ("The crêperie by the lock sells pancakes.".encode(), "The crêperie by the lock"),
    "marks.txt": (("\u0301" * 5000).encode(), ""),
    "directions.txt": ("\u202eThe heron\u202c\u200d\u200b stood up.".encode(), "stood up."),
    "emoji.txt": (("🦆🦢🦉 " * 99).encode(), ""),
    # shapes
    "one-word.txt": (b"x" * 300_000, ""),
    "one-line.txt": (b"The heron stood. " * 5_000, "The heron stood."),
    "lines.txt": (b"\n" * 300_000 + HERON.encode() + b" End.", HERON),
    "signs.txt": (b"!?.,;:-()" * 999, ""),
    "quotes.md": (b">" * 5_000 + HERON.encode(), ""),
    "yaml.md": (b"---\n" + b"[" * 5_000 + b"\n---\nThe heron stood by the pool.\n", "by the pool."),
    "laughs.md": (b"---\na: &a [x, x, x]\n"
                  + b"".join(b"%c: &%c [*%c, *%c, *%c, *%c]\n" % (c, c, c - 1, c - 1, c - 1, c - 1)
                             for c in range(ord("b"), ord("p")))
                  + b"title: *o\nauthors: *o\n---\nThe heron stood by the mill.\n", "by the mill."),
    "page-of-nothing.pdf": (b"%PDF-1.7", "skipped: not a PDF, or a damaged one"),
}  # fmt: skip


def test_odd_files_are_documents_or_skipped_with_a_reason(folder: Path, index: Path, figures: Figure) -> None:
    """T24: none stops the run, none is silent."""
    put(folder, {name: data for name, (data, _) in ODD.items()})
    report = ingest([folder], index)
    documents, why = contents(index), reasons(report)
    assert {*documents, *why, *report.copies} == {"good.txt", *ODD}
    assert len(documents) + len(why) + len(report.copies) == len(ODD) + 1
    wrong = {}
    for name, (_, expected) in ODD.items():
        said = f"skipped: {why[name]}" if name in why else documents.get(name, documents["good.txt"]).text
        said = f"skipped: {why.get(report.copies[name])}" if name in report.copies else said
        if expected not in said or (
            expected and expected.startswith("skipped") != (name in why or name in report.copies)
        ):
            wrong[name] = said[:100]
    assert wrong == {}
    assert all(why.values())
    for document in documents.values():
        assert "\0" not in document.text
        document.text.encode()  # no halves of characters
    figures("T24", f"{len(ODD)} odd files: {len(documents) - 1} documents, {len(why)} skipped with a reason,"
                   f" {len(report.copies)} copies, 0 silent")  # fmt: skip


@pytest.mark.parametrize("form", ["café", "cafe\u0301"])
@pytest.mark.parametrize("written", ["café", "cafe\u0301"])
def test_accents_are_found_however_they_are_composed(
    folder: Path, index: Path, written: str, form: str
) -> None:
    """T24"""
    (folder / "a.txt").write_text(f"The {written} by the weir sells waffles on Sundays.\n", encoding="utf-8")
    ingest([folder], index)
    engine = open_current(index)
    found = answer(f"What does the {form} sell?", engine)
    engine.close()
    assert [hit.passage.text for hit in found.hits][:1] == ["The café by the weir sells waffles on Sundays."]


# T25: deep pages


@pytest.mark.parametrize("depth", [300, 2_000, 100_000])
def test_deep_pages_keep_their_text_or_say_that_some_is_missing(
    folder: Path, depth: int, figures: Figure
) -> None:
    """T25"""
    data, marks = hostile.nested(depth)
    path = folder / "deep.html"
    path.write_bytes(data)
    began = time.monotonic()
    with Sandbox(1) as sandbox:
        got = outcome(sandbox, "deep.html", data)
    assert told(got, *marks)
    kept = (
        "all 4 markers kept" if isinstance(got, Reading) and marks[2] in got.document.text else f"told: {got}"
    )
    figures("T25", f"depth {depth:>7,}: {kept}, {time.monotonic() - began:.1f} s")


@pytest.mark.parametrize("depth", [30, 300, 3_000])
@pytest.mark.parametrize("kind", ["items", "quotes"])
def test_deep_markdown_keeps_its_text_or_says_that_some_is_missing(kind: str, depth: int) -> None:
    """T25"""
    levels = [" " * 2 * n + "- One more.\n" for n in range(depth)] if kind == "items" else ["> " * depth]
    data = f"# Birds\n\nThe ferry crosses twice.\n\n{''.join(levels)}{HERON}\n\n{TAIL}\n"
    with Sandbox(1) as sandbox:
        assert told(outcome(sandbox, "deep.md", data.encode()), HERON, TAIL)


# T26: files that take the time of the square of their size

SLOW: dict[str, Callable[[], bytes]] = {
    "comments.html": lambda: PAGE + b"<!--" * 50_000,
    "starts.html": lambda: PAGE + b"<a" * 100_000,
    "ends.html": lambda: PAGE + b"</" * 100_000,
    "declarations.html": lambda: PAGE + b"<![" * 50_000,
    "doctypes.html": lambda: PAGE + b"<!doctype " * 20_000,
    "angles.html": lambda: PAGE + b"<" * 200_000,
    "ampersands.html": lambda: PAGE + b"&" * 200_000,
    "attributes.html": lambda: page(f"<p {' '.join(f'a{n}=1' for n in range(100_000))}>{HERON}</p>"),
    "same-attributes.html": lambda: page(f"<p {'a=1 ' * 100_000}>{HERON}</p>"),
    "value.html": lambda: page(f'<p class="{"share " * 200_000}">{HERON}</p>'),
    "paragraphs.html": lambda: page("<p>" * 30_000 + HERON),
    "links.html": lambda: page(f"<a href=x>{HERON}" * 5_000),
    "misnested.html": lambda: page("<b><i><p></b></i>" * 5_000 + HERON),
    "tables.html": lambda: page("<table><tr><td>" * 3_000 + HERON),
    "cells.html": lambda: page(f"<table>{'<tr><td>a<td>b' * 2_000}</table><p>{HERON}</p>"),
    "spans.html": lambda: page(f"<table>{'<tr><td colspan=1000 rowspan=1000>a' * 500}</table><p>{HERON}</p>"),
    "lists.html": lambda: page("<ul><li>" * 3_000 + HERON),
    "headings.html": lambda: page("<h2>Birds</h2>" * 10_000 + f"<p>{HERON}</p>"),
    "script.html": lambda: page(f"<p>{HERON}</p><script>" + "<!--<script>" * 20_000),
    "brackets.md": lambda: b"# Birds\n\n" + b"[" * 30_000 + HERON.encode(),
    "pictures.md": lambda: b"# Birds\n\n" + b"![a](" * 10_000 + HERON.encode(),
    "stars.md": lambda: b"# Birds\n\n" + b"*a **b " * 10_000 + HERON.encode(),
    "ticks.md": lambda: b"# Birds\n\n" + b"".join(b"`" * n + b" " for n in range(500)) + HERON.encode(),
    "quotes.md": lambda: b"# Birds\n\n" + b"> " * 3_000 + HERON.encode(),
    "references.md": lambda: b"# Birds\n\n" + b"[a]: <" * 20_000 + HERON.encode(),
    "dots.txt": lambda: b"A.B." * 50_000 + b"\n\n" + HERON.encode(),
    "numbers.txt": lambda: b"1.1." * 50_000 + b"\n\n" + HERON.encode(),
    "spaces.txt": lambda: b"a" + b" " * 300_000 + b"b\n\n" + HERON.encode(),
    "hyphens.txt": lambda: b"a-\n" * 50_000 + HERON.encode(),
    "capitals.txt": lambda: b"AB " * 50_000 + b"\n\n" + HERON.encode(),
    "addresses.txt": lambda: b"http://a." * 20_000 + b"\n\n" + HERON.encode(),
    "parentheses.txt": lambda: b"(" * 100_000 + b"\n\n" + HERON.encode(),
    "quotation.txt": lambda: "“".encode() * 50_000 + b"\n\n" + HERON.encode(),
    "months.txt": lambda: b"Published 1 May " * 10_000 + b"\n\n" + HERON.encode(),
}  # fmt: skip
# A fraction of what a run allows; the slowest of them takes more than either.
WALL_SECONDS = 5


def test_no_file_takes_longer_than_its_limit(figures: Figure) -> None:
    """T26: each is read or refused, within the limit, and the good file after it is read."""
    took: dict[str, float] = {}
    refused = []
    with Sandbox(1, Limits(wall_seconds=WALL_SECONDS)) as sandbox:
        for name, build in SLOW.items():
            data = build()
            began = time.monotonic()
            got = outcome(sandbox, name, data)
            took[name] = time.monotonic() - began
            if isinstance(got, str):
                refused.append(f"{name}: {got}")
            else:
                assert told(got, HERON), name
            assert took[name] < WALL_SECONDS + 2
        assert isinstance(outcome(sandbox, "good.txt", HERON.encode()), Reading)
    slowest = sorted(took, key=took.__getitem__)[-4:]
    figures("T26", f"slowest {', '.join(f'{took[n]:.1f} s {n}' for n in slowest)} of {len(SLOW)}; "
                   f"refused: {'; '.join(refused) or 'none'}")  # fmt: skip


# T27 to T29: files that are small and become large


def run_apart(folder: Path, index: Path) -> dict[str, Any]:
    """What a run of its own says of the folder, with its seconds and its most memory in MB."""
    script = """
import json, resource, sys, time
from pathlib import Path
from ingest.corpus import survey
from ingest.pipeline import ingest
from ingest.report import report_to_dict

def io():
    return int(Path("/proc/self/io").read_text().split()[1]) if Path("/proc/self/io").exists() else 0

began, read = time.monotonic(), io()
survey([Path(sys.argv[1])])
read = io() - read
report = report_to_dict(ingest([Path(sys.argv[1])], Path(sys.argv[2])))
# Not ru_maxrss, which a process takes over from the one that started it.
own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
readers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({
    "skipped": {s["name"]: s["reason"] for s in report["skipped"]}, "seconds": time.monotonic() - began,
    "own": int(own.split()[1]) // 1024, "readers": readers // 1024, "read": read, "notes": report["notes"],
    "documents": report["index"]["documents"],
}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, folder, index], cwd=ROOT, capture_output=True, check=True, text=True
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.skipif(not LINUX, reason="what was read and held is asked of /proc")
def test_files_that_are_too_large_are_refused_without_being_read(
    folder: Path, index: Path, figures: Figure
) -> None:
    """T27"""
    heads = {"a.txt": b"", "a.md": b"# Birds", "a.html": PAGE, "a.pdf": sheet(), "a.docx": word()}
    put(folder, heads)
    for name in heads:
        os.truncate(folder / name, 500_000_000)
    run = run_apart(folder, index)
    limits = {"a.txt": 20, "a.md": 20, "a.html": 10, "a.pdf": 50, "a.docx": 20}
    assert run["skipped"] == {name: f"larger than {limit} MB: split it" for name, limit in limits.items()}
    assert run["read"] < 100_000
    assert run["own"] < 200
    figures("T27", f"5 files of 500 MB: {run['read'] / 1e3:.0f} kB read in all, {run['own']} MB held")


@pytest.mark.skipif(not LINUX, reason="what was held is asked of /proc")
def test_word_files_that_unpack_to_too_much_are_refused(folder: Path, index: Path, figures: Figure) -> None:
    """T28: declared sizes, sizes that lie, more members than a file has; a file inside is not unpacked."""
    bomb = hostile.bomb(150)
    members = hostile.zipped(word(f"{HERON} There is a file inside."))
    files = {
        "declared.docx": bomb,
        "lying.docx": hostile.lying(bomb, docxs.MAIN, 1000),
        "lying-more.docx": hostile.lying(word("Text."), docxs.MAIN, 2**32 - 2),
        "picture.docx": hostile.bomb(150, "word/media/a.png"),
        "members.docx": hostile.crowd(100_000),
        "quine.docx": docxs.packed({f"{n}.docx": bomb for n in range(16)}),
    }
    put(folder, {**files, "inside.docx": docxs.packed({**members, "word/embeddings/a.docx": bomb})})
    run = run_apart(folder, index)
    assert set(run["skipped"]) == set(files)
    assert contents(index)["inside.docx"].text == f"{HERON} There is a file inside."
    assert run["readers"] < 250
    assert run["own"] < 200
    figures(
        "T28",
        f"{len(files)} of {len(files)} refused in {run['seconds']:.1f} s, readers held {run['readers']} MB",
    )


PDFS: dict[str, tuple[Callable[[], bytes], str]] = {
    "shared.pdf": (lambda: hostile.shared_pages(20_000), "has 20,000 pages, more than 2,000: split it"),
    "flate.pdf": (lambda: hostile.drawn(b"0 0 m " * 15_000_000), ""),
    "flate-twice.pdf": (lambda: hostile.drawn(bytes(200_000_000), packed=2), ""),
    "text.pdf": (lambda: hostile.drawn(b"BT /F 10 Tf 72 700 Td " + b"(a) Tj " * 4_000_000 + b"ET"), ""),
    "forms.pdf": (lambda: hostile.forms(12), ""),
    "own-form.pdf": (lambda: hostile.drawn(b"/X Do", more=[hostile.stream(
        b"/X Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>"
    )], resources=b"/XObject << /X 6 0 R >>"), "no text in it"),
    "cycle.pdf": (lambda: hostile.pdf([hostile.CATALOGUE, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"]), ""),
    "parents.pdf": (lambda: hostile.pdf([
        hostile.CATALOGUE, b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 3 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>",
    ]), ""),
    "deep.pdf": (lambda: hostile.pdf([hostile.CATALOGUE, *[
        b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % n for n in range(3, 5_003)
    ], b"<< /Type /Page /Parent 2 0 R >>"]), ""),
    "count.pdf": (lambda: hostile.pdf([hostile.CATALOGUE, b"<< /Type /Pages /Kids [] /Count 1999999999 >>"]),
                  ""),
    "locked.pdf": (lambda: pdfs.pdf(pdfs.Sheet().line(HERON), password="heron"),
                   "locked with a password: save a copy without one"),
    "truncated.pdf": (lambda: sheet()[: len(sheet()) // 3], ""),
    "previous.pdf": (lambda: sheet().replace(b"/Size", b"/Prev 9 /Size"), HERON),
    "no-end.pdf": (lambda: sheet()[:-40], ""),
}  # fmt: skip


def test_pdfs_that_stall_or_swell_their_reader_are_ended(
    figures: Figure,
) -> None:
    """T29: with a small limit of time; each is refused or read, and so is the good file after it."""
    took, said = {}, {}
    with Sandbox(1, Limits(wall_seconds=4, cpu_seconds=3)) as sandbox:
        for name, (build, expected) in PDFS.items():
            data = build()
            assert len(data) < 5_000_000, "an attack is small"
            began = time.monotonic()
            got = outcome(sandbox, name, data)
            took[name] = time.monotonic() - began
            said[name] = got if isinstance(got, str) else got.document.text
            assert expected in said[name], name
            assert took[name] < 6
        assert isinstance(outcome(sandbox, "good.pdf", sheet()), Reading)
    slowest = max(took, key=took.__getitem__)
    refused = sum(HERON not in text for text in said.values())
    figures(
        "T29",
        f"{refused} of {len(PDFS)} refused, slowest {took[slowest]:.1f} s ({slowest}) at a limit of 4 s",
    )


# T31: nothing is fetched, and no other file is read


def test_no_file_reads_another_or_calls_anywhere(
    folder: Path, index: Path, tmp_path: Path, figures: Figure
) -> None:
    """T31"""
    secret = tmp_path / "secret.txt"
    secret.write_text("The canary sings in the cellar.\n", encoding="utf-8")
    with hostile.listener() as (port, calls):
        address = f"http://127.0.0.1:{port}/x"
        entities = f'<!DOCTYPE html [<!ENTITY f SYSTEM "{secret.as_uri()}"><!ENTITY n SYSTEM "{address}">'
        entities += f'<!ENTITY % p SYSTEM "{address}"> %p;]>'
        laughs = (
            "<!DOCTYPE html [<!ENTITY a '"
            + "ha" * 500
            + "'>"
            + "".join(f"<!ENTITY {chr(c)} '{f'&{chr(c - 1)};' * 10}'>" for c in range(ord("b"), ord("k")))
            + "]>"
        )
        xml = '<?xml version="1.0"?>'
        body = f"<html><body><p>{HERON} &f; &n; &j;</p></body></html>"
        markup = f"""<base href="{address}"><link rel=stylesheet href="{address}">
<script src="{address}"></script>
<meta http-equiv=refresh content="0;url={address}"><p>{HERON} <img src="{address}">
<iframe src="{address}"></iframe>
<iframe src="{secret.as_uri()}"></iframe><object data="{secret.as_uri()}"></object><embed src="{address}">
<video src="{address}"></video></p><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text"
href="{secret.as_uri()}"/><!--#include file="{secret}"-->"""
        target = f'TargetMode="External" Target="{address}"/>'
        kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        relations = "".join(
            f'<Relationship Id="z{n}" Type="{kinds}/{kind}" {target}'
            for n, kind in enumerate(("attachedTemplate", "image", "hyperlink", "footnotes", "subDocument"))
        )
        members = hostile.zipped(word())
        main = members[docxs.MAIN]
        put(folder, {
            "entities.html": f"{entities}{body}".encode(),
            "entities.xhtml": f"{xml}{entities}{body} ".encode(),
            "laughs.xhtml": f"{xml}{laughs}{body}".encode(),
            "markup.html": page(markup),
            "link.md": f"# Birds\n\n{HERON} ![a]({address}) [b]({secret.as_uri()})\n\n"
                       f"{{% include {secret} %}}".encode(),
            "tags.md": f"---\ntitle: !!python/object/apply:os.system ['touch {tmp_path}/ran']\n"
                       f"authors: !include {secret}\n---\n{HERON} Once.\n".encode(),
            "entities.docx": docxs.packed(
                {**members, docxs.MAIN: entities.encode() + main.replace(b"dawn", b"&f;&n;")}
            ),
            "laughs.docx": docxs.packed(
                {**members, docxs.MAIN: laughs.encode() + main.replace(b"dawn", b"&j;")}
            ),
            "relations.docx": docxs.packed(docxs.with_relations(dict(members), relations)),
            "entities.svg": f"{xml}{entities}<svg><text>&f;</text></svg>".encode(),
            "entities.txt": f"{xml}{entities}<note>{HERON} &f;</note>".encode(),
            "launch.pdf": hostile.pdf([
                b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /URI /URI (%s) >>"
                b" /AA << /WC << /S /Launch /F (%s) >> >> >>" % (address.encode(), str(secret).encode()),
                b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [4 0 R 6 0 R]"
                b" /Resources << /Font << /F 5 0 R >> >> >>",
                hostile.stream(b"BT /F 10 Tf 72 700 Td (%s) Tj ET" % HERON.encode()),
                hostile.FONT,
                b"<< /Length 0 /F (%s) /FFilter [] >>\nstream\n\nendstream" % str(secret).encode(),
            ]),
        })  # fmt: skip
        (folder / "link.md.meta.yaml").write_text(
            f"title: !!python/object/apply:os.system ['touch {tmp_path}/ran']\nurl: {address}\n",
            encoding="utf-8",
        )
        report = ingest([folder], index)
    documents, why = contents(index), reasons(report)
    for name, document in documents.items():
        # A link to the file may be named, with its path; what the file says may not.
        assert "canary" not in json.dumps(document.text), name
        assert len(document.text) < 100_000, name
    assert "declares a document type" in why["entities.docx"]
    assert "declares a document type" in why["laughs.docx"]
    assert HERON in documents["relations.docx"].text
    assert HERON in documents["launch.pdf"].text
    assert HERON in documents["markup.html"].text
    assert set(documents) | set(why) == {file.name for file in folder.iterdir()} - {"link.md.meta.yaml"}
    assert calls == []
    assert not (tmp_path / "ran").exists()
    figures(
        "T31", f"{len(documents) + len(why) - 1} files: {len(calls)} connections, canary file in 0 documents"
    )


# T32: nothing outside the folder


def long_name(ending: str) -> str:
    return "n" * (255 - len(ending)) + ending


def test_nothing_outside_the_folder_is_read(
    folder: Path, index: Path, tmp_path: Path, figures: Figure
) -> None:
    """T32"""
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret.txt"
    secret.write_text("The canary sings in the cellar.\n", encoding="utf-8")
    (folder / "link.txt").symlink_to(secret)
    (folder / "relative.txt").symlink_to("../outside/secret.txt")
    (folder / "nowhere.txt").symlink_to(outside / "nothing.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    (folder / "outside").symlink_to(outside)
    (folder / "again").symlink_to(folder)
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "hard.txt").hardlink_to(secret)
    os.mkfifo(folder / "pipe.txt")
    (folder / "folder.txt").mkdir()
    with socket.socket(socket.AF_UNIX) as server:
        os.chdir(folder)  # the name of a socket has to be short
        server.bind("socket.txt")
        os.chdir(ROOT)
        expected = {
            "link.txt", "relative.txt", "nowhere.txt", "loop.txt", "outside", "again", "zero.txt", "hard.txt",
            "pipe.txt", "socket.txt",
        }  # fmt: skip
        if os.geteuid() != 0:
            (folder / "closed.txt").write_text("Text.", encoding="utf-8")
            (folder / "closed.txt").chmod(0)
            expected.add("closed.txt")
        odd = [b"new\nline.txt", b"bell\x07\x1b[31m.txt", b" .txt", b"back\\slash.txt", b"caf\xe9.txt",
               b"caf\xe8.txt",                b"<b>&amp;.txt", long_name(".txt").encode()]  # fmt: skip
        for number, name in enumerate(odd):
            (folder / os.fsdecode(name)).write_text(f"The heron stood on lock {number}.\n", encoding="utf-8")
        report = ingest([folder], index)
    why = reasons(report)
    assert set(why) == expected
    assert why["link.txt"] == why["zero.txt"] == "a symbolic link: put the file itself into the folder"
    assert why["pipe.txt"] == why["socket.txt"] == "not a regular file"
    documents = contents(index)
    texts = {document.text for document in documents.values()} - {documents["good.txt"].text}
    assert texts == {f"The heron stood on lock {number}." for number in range(len(odd))}
    figures("T32", f"{len(expected)} ways out: 0 followed; {len(odd)} of {len(odd)} odd names read")


@pytest.mark.parametrize("moment", ["before it is hashed", "before it is read"])
def test_a_folder_that_is_swapped_for_a_link_leads_nowhere(
    folder: Path, index: Path, tmp_path: Path, moment: str
) -> None:
    """T32"""
    outside, inside = tmp_path / "outside", folder / "sub"
    for place, text in (
        (outside, "The canary sings in the cellar.\n"),
        (inside, "The lark sings in the field.\n"),
    ):
        place.mkdir()
        (place / "a.txt").write_text(text, encoding="utf-8")

    def swap() -> None:
        inside.rename(tmp_path / "away")
        inside.symlink_to(outside)

    if moment == "before it is hashed":
        files = find_files([folder])
        swap()
        with pytest.raises(Unreadable, match="it lies outside the folder that was given"):
            read_source("sub/a.txt", files["sub/a.txt"])
    else:

        def swapped(names: Iterable[str]) -> Iterable[str]:
            swap()
            return names

        report = ingest([folder], index, swapped, may_shrink=True)
        assert reasons(report) == {"sub/a.txt": "it lies outside the folder that was given"}
        assert set(contents(index)) == {"good.txt"}


@contextmanager
def deep_folder(folder: Path, name: str, depth: int) -> Iterator[Path]:
    """A folder with so many others in one another, made step by step: its path may be too long."""
    home = Path.cwd()
    os.chdir(folder)
    try:
        for _ in range(depth):
            os.mkdir(name)
            os.chdir(name)
        Path("a.txt").write_text(f"{HERON}\n", encoding="utf-8")
        os.chdir(home)
        yield folder / name
    finally:
        os.chdir(home)
        subprocess.run(["rm", "-rf", folder / name], check=True)


def test_a_folder_that_cannot_be_read_is_reported_and_the_rest_is_read(folder: Path, index: Path) -> None:
    """T32: here one whose path is longer than the system takes."""
    with deep_folder(folder, "d" * 250, 20):
        report = ingest([folder], index)
    ((name, why),) = reasons(report).items()
    assert name.endswith("d" * 250)
    assert why == "cannot be read: File name too long"
    assert set(contents(index)) == {"good.txt"}


def test_folders_in_one_another_to_any_depth_are_walked(folder: Path) -> None:
    """T32"""
    with deep_folder(folder, "d", 1_050):
        assert [name[-8:] for name in find_files([folder])] == ["/d/a.txt", "good.txt"]


# T33: files that change while they are read


def test_what_is_indexed_has_the_hash_in_the_ledger_while_files_change(
    folder: Path, index: Path, figures: Figure
) -> None:
    """T33: a writer appends, replaces and removes all the while; the next run in peace catches up."""
    names = [f"{n}.txt" for n in range(6)]
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            path = folder / names[number % 6]
            if number % 5 == 0:
                path.unlink(missing_ok=True)
            elif number % 5 == 1:
                other = folder / ".new"
                other.write_text(f"The heron stood on lock {number} again.\n", encoding="utf-8")
                other.rename(path)
            else:
                with path.open("a", encoding="utf-8") as opened:
                    opened.write(f"The heron stood on lock {number} again.\n")
            time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    runs = skipped = 0
    try:
        until = time.monotonic() + 3
        while time.monotonic() < until:
            report = ingest([folder], index, may_shrink=True)
            skipped += len(report.skipped)
            runs += 1
            engine = open_current(index)
            ledger = read_ledger(engine.folder)
            for document in engine.documents(engine.document_ids()).values():
                entry = ledger.entries[document.source]
                assert entry.document == document.id
                assert entry.failure or entry.sha256 == document.sha256
                for passage in engine.passages(document.id):
                    assert document.text[passage.start : passage.end] == passage.text
            engine.close()
    finally:
        stop.set()
        writer.join()
    report = ingest([folder], index, may_shrink=True)
    assert report.skipped == ()
    there = {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.txt")}
    assert {document.sha256 for document in contents(index).values()} == there
    figures("T33", f"{runs} runs beside a writer: {skipped} files skipped meanwhile, 0 mismatched hashes")


@pytest.mark.parametrize("more", [b"Two.", b""])
def test_a_file_that_is_written_while_it_is_read_is_left_for_the_next_run(folder: Path, more: bytes) -> None:
    """T33: also when it has as many bytes as before."""
    path = folder / "good.txt"

    def write(_: bytes) -> int:
        path.write_bytes(path.read_bytes() + more)
        os.utime(path, (1, 1))
        return 1_000_000

    with pytest.raises(Unreadable, match="it was being written while it was read"):
        read_bytes(File(path, folder), write)


def test_a_file_that_grows_between_looking_and_reading_is_indexed_as_it_was_read(
    folder: Path, index: Path
) -> None:
    """T33"""
    path = folder / "a.txt"
    path.write_text("The heron stood.\n", encoding="utf-8")

    def grow(names: Iterable[str]) -> Iterable[str]:
        path.write_text("The heron stood and flew away.\n", encoding="utf-8")
        return names

    ingest([folder], index, grow)
    document = contents(index)["a.txt"]
    assert document.text == "The heron stood and flew away."
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert ingest([folder], index).outcome == "unchanged"


def test_a_file_that_was_away_while_it_was_to_be_read_is_read_by_the_next_run(
    folder: Path, index: Path
) -> None:
    """T33"""
    path = folder / "a.txt"
    path.write_text(f"{HERON}\n", encoding="utf-8")

    def hide(names: Iterable[str]) -> Iterable[str]:
        path.rename(folder / ".a")
        return names

    assert reasons(ingest([folder], index, hide)) == {"a.txt": "cannot be read: No such file or directory"}
    (folder / ".a").rename(path)
    assert reasons(ingest([folder], index)) == {}
    assert contents(index)["a.txt"].text == HERON


# T34: one document for each content, whatever happened to the files before


class InProcess:
    """The pool of readers without processes, so that many runs fit into a test; else it is the same."""

    def read_all(self, jobs: Iterable[Callable[[], Job]]) -> Iterator[Reading | Unreadable]:
        for job in jobs:
            try:
                made = job()
                yield read(made.source, made.supplied)
            except Unreadable as error:
                yield error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


NAMES = st.sampled_from(["a.txt", "b.md", "c.html", "d.txt", "sub/a.txt", "sub/e.md"])
BIRDS = st.sampled_from("heron otter kingfisher bittern".split())
QUESTIONS = ("Where did the heron stand?", "Which otter was at the lock?", "How many birds?", "bittern weir")


class History(RuleBasedStateMachine):
    """An index that is kept up to date while files come and go, beside one that is built anew."""

    runs = histories = 0

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        self.folder, self.index = Path(self.place.name, "articles"), Path(self.place.name, "index")
        self.write("always.txt", "keeper", 1)
        ingest([self.folder], self.index, may_shrink=True)
        History.histories += 1

    def teardown(self) -> None:
        self.reindex()
        self.place.cleanup()

    def path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        return path

    @rule(name=NAMES, bird=BIRDS, number=st.integers(1, 3))
    def write(self, name: str, bird: str, number: int) -> None:
        text = f"The {bird} stood at the weir below lock {number}. "
        self.path(name).write_text(f"{text}\n\n{text * 40}\n\nIt counted {number} birds.\n", encoding="utf-8")

    @rule(name=NAMES, other=NAMES)
    def copy(self, name: str, other: str) -> None:
        if self.path(name).exists():
            self.path(other).write_bytes(self.path(name).read_bytes())

    @rule(name=NAMES, other=NAMES)
    def rename(self, name: str, other: str) -> None:
        if self.path(name).exists():
            self.path(name).rename(self.path(other))

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    @rule()
    def reindex(self) -> None:
        History.runs += 1
        before = contents(self.index)
        report = ingest([self.folder], self.index, may_shrink=True)
        assert report.skipped == ()
        held = contents(self.index)
        files = {
            path.relative_to(self.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.folder.rglob("*.*")
        }
        # One document for each content, named as one of the files that have it.
        assert sorted(document.sha256 for document in held.values()) == sorted(set(files.values()))
        assert all(files[source] == document.sha256 for source, document in held.items())
        for source, document in before.items():
            assert files.get(source) != document.sha256 or held[source] == document
        self.compare(held)

    def compare(self, held: dict[str, Document]) -> None:
        """The index with one that is built anew, as far as both take the same of several equal files."""
        anew = Path(self.place.name, "anew")
        shutil.rmtree(anew, ignore_errors=True)
        ingest([self.folder], anew)
        fresh = contents(anew)
        assert all(fresh[source] == held[source] for source in fresh.keys() & held.keys())
        if fresh.keys() == held.keys():
            assert said(anew) == said(self.index)


def said(index: Path) -> list[object]:
    """The passages, and the best ten of each question with their scores."""
    engine = open_current(index)
    passages = [list(engine.passages(id)) for id in sorted(engine.document_ids())]
    hits = [[(hit.passage.id, round(hit.score, 9)) for hit in answer(question, engine, limit=10).hits]
            for question in QUESTIONS]  # fmt: skip
    engine.close()
    return [passages, hits]


def test_any_history_of_files_leaves_the_index_that_a_fresh_build_makes(
    monkeypatch: pytest.MonkeyPatch, figures: Figure
) -> None:
    """T34"""
    monkeypatch.setattr(pipeline, "Sandbox", InProcess)
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=8,
            stateful_step_count=20,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    figures(
        "T34",
        f"{History.histories} histories, {History.runs} runs compared with a fresh build: 0 differences",
    )


def test_the_same_content_is_one_document_under_any_name(folder: Path, index: Path) -> None:
    """T34: the document stays where it was while its file is there, and moves when that is gone."""
    put(folder, {name: f"{HERON}\n".encode() for name in ("a.txt", "b.md", "c.html", "d.txt")})
    report = ingest([folder], index)
    first = contents(index)
    assert set(first) == {"good.txt", "a.txt"}
    assert report.copies == {"b.md": "a.txt", "c.html": "a.txt", "d.txt": "a.txt"}
    (folder / "a.txt").unlink()
    ingest([folder], index)
    assert set(contents(index)) == {"good.txt", "b.md"}
    (folder / "0.txt").write_text(f"{HERON}\n", encoding="utf-8")
    ingest([folder], index)
    assert set(contents(index)) == {"good.txt", "b.md"}


# T35: any bytes

GOOD_FILES: dict[str, bytes] = {
    "a.html": page(f"<h1>Birds</h1><p>{HERON}</p><ul><li>One<li>Two</ul><table><tr><td>a<td>b</table>",
                   "<title>Birds</title><meta name=author content='Ida Marl'>"),
    "a.md": f"---\ntitle: Birds\nauthors: [Ida Marl]\n---\n# Birds\n\n{HERON}\n\n- one\n- two\n\n"
            "|a|b|\n|-|-|\n|1|2|\n".encode(),
    "a.txt": f"Birds\n\nPublished 4 May 2020\n\n{HERON}\n\n• one\n• two\n".encode(),
    "a.pdf": sheet(),
    "a.docx": word(),
}  # fmt: skip
STARTS = {
    "a.html": b"<!doctype html>",
    "a.md": b"---\n",
    "a.txt": b"",
    "a.pdf": b"%PDF-1.7\n",
    "a.docx": b"PK\x03\x04",
}
COUNTS: Counter[str] = Counter()


def only_unreadable_escapes(name: str, data: bytes) -> None:
    COUNTS[name] += 1
    try:
        reading = read(Source(name, data, hashlib.sha256(data).hexdigest()))
    except Unreadable:
        return
    assert reading.document.text
    reading.document.text.encode()


@pytest.mark.parametrize("name", GOOD_FILES)
@given(data=st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_unreadable(name: str, data: bytes) -> None:
    """T35"""
    only_unreadable_escapes(name, data)
    only_unreadable_escapes(name, STARTS[name] + data)


@pytest.mark.parametrize("name", GOOD_FILES)
@given(damage=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=8)), min_size=1, max_size=8),
       end=st.floats(0.1, 1.5))  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_a_damaged_copy_of_a_good_file_is_read_or_unreadable(
    name: str, damage: list[tuple[int, bytes]], end: float
) -> None:
    """T35"""
    data = bytearray(GOOD_FILES[name])
    for place, new in damage:
        start = place % len(data)
        data[start : start + len(new)] = new
    only_unreadable_escapes(name, bytes(data[: int(end * len(data))]))


def test_all_formats_were_tried(figures: Figure) -> None:
    """T35"""
    if not COUNTS:
        pytest.skip("only counts what ran before it")
    assert set(COUNTS) == set(GOOD_FILES)
    figures("T35", ", ".join(f"{count} {name[2:]}" for name, count in COUNTS.items()) + ": 0 escapes")


# T36: an address is no path


@pytest.mark.parametrize("form", ["http://{}/a.html", "HTTP://{}/a.html", "http:/{}/a.html", "file://{}/a", "ftp://{}",
                                  "//{}/a.html", "{}/a.html"])  # fmt: skip
@pytest.mark.parametrize("options", [[], ["--show"], ["--dry-run"]])
def test_an_address_is_refused_and_nobody_is_called(
    form: str, options: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, figures: Figure,
) -> None:  # fmt: skip
    """T36: no connection, no name looked up."""
    asked: list[object] = []
    for name in ("getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, lambda *given: asked.append(given))
    with hostile.listener() as (port, calls):
        for host in (f"127.0.0.1:{port}", f"citewell.invalid:{port}"):
            path = form.format(host)
            arguments = [*options, path, "--index", str(tmp_path / "index")]
            assert main(arguments) == 1
            (line,) = capsys.readouterr().err.splitlines()
            assert "give its file, nothing is fetched" in line or "does not exist" in line
    assert (calls, asked) == ([], [])
    assert not (tmp_path / "index").exists()
    figures("T36", f"{form.format('host')} {' '.join(options)}: refused, 0 connections, 0 names looked up")
