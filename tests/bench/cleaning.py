"""What comes out of saved pages, next to trafilatura alone: text, headings and metadata.

    python tests/bench/cleaning.py FOLDER

FOLDER holds pairs NAME.html and NAME.expected.json (tests/data/pages is one). Text is compared by
shingles of four words: precision, recall and F1 of each page, and their means.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import trafilatura

from ingest.reading import read
from ingest.sources import File, Source, decode, read_source

SHINGLE = 4
FIELDS = ("title", "authors", "published")


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return Counter(tuple(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1)))


def score(expected: str, found: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of the shingles found."""
    wanted, got = shingles(expected), shingles(found)
    both = (wanted & got).total()
    precision, recall = both / max(1, got.total()), both / max(1, wanted.total())
    return precision, recall, 2 * precision * recall / (precision + recall) if both else 0.0


def fold(value: object) -> str:
    return " ".join(re.findall(r"\w+", str(value or "").lower()))


def right(expected: Mapping[str, Any], found: Mapping[str, object]) -> list[bool]:
    """For each field whether the value is the expected one; an expected null has to be null."""
    values = [expected["title"], ";".join(a[0] for a in expected["authors"]), expected["published"]]
    wanted = [value[0] if isinstance(value, list) else value for value in values]
    return [fold(value) == fold(found[field]) for value, field in zip(wanted, FIELDS, strict=True)]


def source(file: Path) -> Source:
    return read_source(file.name, File(file, file.parent.resolve()))


def ours(file: Path) -> tuple[str, dict[str, object], list[str]]:
    document = read(source(file)).document
    metadata = document.metadata
    found: dict[str, object] = {
        "title": metadata.title and metadata.title.value,
        "authors": ";".join(author.value for author in metadata.authors),
        "published": metadata.published and metadata.published.value,
    }
    return document.text, found, [section.heading for section in document.sections if section.heading]


def alone(file: Path) -> tuple[str, dict[str, object], list[str]]:
    page = trafilatura.bare_extraction(
        decode(source(file)), favor_precision=True, include_comments=False, with_metadata=True
    )
    if page is None:
        return "", dict.fromkeys(FIELDS), []
    heads = [] if page.body is None else ["".join(head.itertext()) for head in page.body.iter("head")]
    return page.text or "", {"title": page.title, "authors": page.author, "published": page.date}, heads


def measure(name: str, read: Any, files: Sequence[Path]) -> None:
    scores, fields, kept, headings, began = [], [], 0, 0, time.perf_counter()
    for file in files:
        expected = json.loads(file.with_suffix(".expected.json").read_text())
        text, found, heads = read(file)
        scores.append(score("\n".join(expected["blocks"]), text))
        fields.append(right(expected, found))
        wanted = Counter(fold(heading) for _, heading in expected["headings"])
        kept += (wanted & Counter(map(fold, heads))).total()
        headings += wanted.total()
        print(
            f"{name:12} {file.stem:24} P {scores[-1][0]:.3f}  R {scores[-1][1]:.3f}  F1 {scores[-1][2]:.3f}"
        )
    took = (time.perf_counter() - began) * 1000 / len(files)
    means = [sum(column) / len(files) for column in zip(*scores, strict=True)]
    values = ", ".join(
        f"{field} {sum(column)}" for field, column in zip(FIELDS, zip(*fields, strict=True), strict=True)
    )
    print(f"{name:12} mean of {len(files)} pages: P {means[0]:.3f}  R {means[1]:.3f}  F1 {means[2]:.3f}")
    print(f"{name:12} headings kept: {kept} of {headings}; {took:.0f} ms a page")
    print(f"{name:12} right of {len(files)}: {values}\n")


def main() -> None:
    files = sorted(
        file for file in Path(sys.argv[1]).glob("*.html") if file.with_suffix(".expected.json").exists()
    )
    measure("citewell", ours, files)
    measure("trafilatura", alone, files)


if __name__ == "__main__":
    main()
