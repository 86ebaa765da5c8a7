"""Sets the PDF and Word articles of the corpus from the manuscripts beside this file.

    python -m tests.data.articles.build [--into DIR]      DIR defaults to corpus/

The same manuscripts give the same bytes. Manuscripts are written in a little Markdown, which
`manuscript.py` lists, with straight quotes; `{--…--}` is a tracked deletion, `{++…++}` an insertion and
`{>>…<<}` a comment. A new word that may be torn at the end of a line goes into `hyphens.txt`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.data.articles.designs import report, two_columns, with_footnotes
from tests.data.articles.manuscript import Manuscript, read
from tests.data.articles.office import set_document

HERE = Path(__file__).parent
CORPUS = HERE.parents[2] / "corpus"

# The file, its short title for headers, and how it is set.
ARTICLES: dict[str, tuple[str, Callable[[Manuscript, str], bytes]]] = {
    "money-and-capital-in-systems.pdf": ("One budget, many organisations", two_columns),
    "delegation-in-integrated-care.pdf": ("Who hands what to whom", with_footnotes),
    "population-health-in-systems.pdf": ("Population health and health inequalities", report),
    "terms-of-integrated-care.docx": ("The terms of integrated care", set_document),
    "workforce-across-a-system.docx": ("One workforce, many employers", set_document),
    "accountability-and-public-voice.docx": (
        "Answerable to whom?",
        partial(set_document, notes="endnote", contents=True),
    ),
}


def build(into: Path) -> None:
    for name, (short, design) in ARTICLES.items():
        manuscript = read((HERE / name).with_suffix(".md"))
        (into / name).write_bytes(design(manuscript, short))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Sets the PDF and Word articles of the corpus.")
    parser.add_argument("--into", type=Path, default=CORPUS, metavar="DIR")
    build(parser.parse_args().into)
