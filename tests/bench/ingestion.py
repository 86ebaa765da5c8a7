"""How fast a mixed folder is ingested, how much memory that takes, and what one changed file costs then.

    python tests/bench/ingestion.py [--files N] [--into DIR]

Makes N files (2,000) of five formats in a fixed order from sentences of the shipped articles, ingests them
in a process of its own, then again with nothing changed and with one file changed, moved and deleted. Prints
files and passages per second, the most memory that the run and its readers held together after each fifth of
the files, and the seconds of each run from the start of the process to its end.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from html import escape
from io import BytesIO
from pathlib import Path

import docx
import psutil
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate

from ingest.sentences import sentence_spans

ROOT = Path(__file__).parents[2]
SEED = 2026
PARAGRAPHS = 8
SENTENCES = 5
POLL_SECONDS = 0.2
FIFTHS = 5


def sentences() -> list[str]:
    """The sentences of the shipped Markdown articles, long enough to be told apart."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "corpus").glob("*.md"))]
    paragraphs = [part for text in texts for part in text.split("\n\n") if part[:1].isalpha()]
    found = [
        span.of(part) for part in map(" ".join, map(str.split, paragraphs)) for span in sentence_spans(part)
    ]
    return [sentence for sentence in found if len(sentence.split()) >= 8]


def as_text(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join([title, "Published 4 May 2020", *paragraphs]).encode()


def as_markdown(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join([f"# {title}", "Published 4 May 2020", *paragraphs]).encode()


def as_html(title: str, paragraphs: Sequence[str]) -> bytes:
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    menu = "<nav><a href='/'>Home</a> <a href='/news'>News</a></nav>"
    head = f"<!doctype html><html><head><title>{title} | Site</title></head>"
    return (
        f"{head}<body>{menu}<article><h1>{title}</h1>"
        f"<p>Published 4 May 2020</p>{body}</article><footer>Cookie policy</footer></body></html>"
    ).encode()


def as_pdf(title: str, paragraphs: Sequence[str]) -> bytes:
    styles = getSampleStyleSheet()
    out = BytesIO()
    story = [Paragraph(title, styles["Title"]), Paragraph("Published 4 May 2020", styles["Normal"])]
    SimpleDocTemplate(out, invariant=1).build(
        [*story, *(Paragraph(escape(p), styles["Normal"]) for p in paragraphs)]
    )
    return out.getvalue()


def as_docx(title: str, paragraphs: Sequence[str]) -> bytes:
    document = docx.Document()
    document.add_heading(title, 0)
    for paragraph in ("Published 4 May 2020", *paragraphs):
        document.add_paragraph(paragraph)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


FORMATS: Sequence[tuple[str, Callable[[str, Sequence[str]], bytes]]] = (
    (".html", as_html), (".pdf", as_pdf), (".docx", as_docx), (".md", as_markdown), (".txt", as_text),
)  # fmt: skip


def make(folder: Path, count: int) -> None:
    """The files of the corpus."""
    known, rng = sentences(), random.Random(SEED)
    for number in range(count):
        suffix, write = FORMATS[number % len(FORMATS)]
        paragraphs = [" ".join(rng.sample(known, SENTENCES)) for _ in range(PARAGRAPHS)]
        title = f"Report {number} on how the systems of one area plan together"
        (folder / f"report-{number:05}{suffix}").write_bytes(write(title, paragraphs))


def run(*arguments: str | Path) -> tuple[float, list[float], dict[str, object]]:
    """Seconds of an ingest run, the memory of it and its readers over time in MB, and its report."""
    began = time.perf_counter()
    process = psutil.Popen(
        [sys.executable, "-m", "ingest", "--json", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    memory: list[float] = []

    def watch() -> None:
        while process.is_running():
            try:
                family = [process, *process.children(recursive=True)]
                memory.append(sum(member.memory_info().rss for member in family) / 1e6)
            except psutil.NoSuchProcess:
                continue
            time.sleep(POLL_SECONDS)

    threading.Thread(target=watch, daemon=True).start()
    printed, _ = process.communicate()
    return time.perf_counter() - began, memory, json.loads(printed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--into", type=Path, help="keep the files and the index in this folder")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.into or Path(temporary)
        corpus, index = folder / "corpus", folder / "index"
        corpus.mkdir(parents=True, exist_ok=True)
        make(corpus, arguments.files)
        seconds, memory, report = run(corpus, "--index", index)
        held = report["index"]
        assert isinstance(held, dict)
        passages = held["passages"]
        print(
            f"{arguments.files} files, {held['documents']} documents, {passages} passages: {seconds:.1f} s, "
            f"{arguments.files / seconds:.0f} files/s, {passages / seconds:.0f} passages/s"
        )
        fifth = max(len(memory) // FIFTHS, 1)
        peaks = [
            max(memory[start : start + fifth]) for start in range(0, fifth * FIFTHS, fifth) if memory[start:]
        ]
        print(f"most memory in each fifth of the run, MB: {', '.join(f'{peak:.0f}' for peak in peaks)}")
        first = sorted(corpus.iterdir())[3]
        changes: Sequence[tuple[str, Callable[[], object]]] = (
            ("nothing changed", lambda: None),
            (
                "one changed",
                lambda: first.write_bytes(first.read_bytes() + b"\n\nA sentence that is new here.\n"),
            ),
            ("one moved", lambda: first.rename(corpus / f"moved{first.suffix}")),
            ("one deleted", lambda: (corpus / f"moved{first.suffix}").unlink()),
        )
        for name, change in changes:
            change()
            seconds, _, report = run(corpus, "--index", index)
            print(f"{name}: {seconds:.2f} s ({report['outcome']})")


if __name__ == "__main__":
    main()
