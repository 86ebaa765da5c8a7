"""The articles that are shipped: enough of them, dated, sourced, clean and in our own words."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from ingest.cli import show
from ingest.sources import find_files
from ingest.splitting import split
from ingest.supplied import is_sidecar
from search.passages import Document

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"

# A run of this many words in common with a source is a copied sentence; titles of sources apart.
COPIED_WORDS = 8

FURNITURE = re.compile(
    r"cookie|newsletter|subscribe|related articles|leave a comment|no comments|share this|back to top|"
    r"skip to|privacy policy|all rights reserved|you are here|min(?:ute)? read",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {
        name: show(file.path).document
        for name, file in find_files([ROOT / "corpus"]).items()
        if not is_sidecar(name)
    }


def body(document: Document) -> str:
    """The document without its list of sources."""
    sources = [section for section in document.sections if section.heading == "Sources"]
    return document.text[: sources[-1].start] if sources else document.text


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("’", "").replace("'", ""))


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


def test_there_are_enough_articles_of_each_kind(documents: dict[str, Document]) -> None:
    assert len(documents) >= 16
    for suffix in (".html", ".md", ".txt", ".pdf", ".docx"):
        assert sum(name.endswith(suffix) for name in documents) >= 3, suffix


def test_every_article_has_the_length_of_one(documents: dict[str, Document]) -> None:
    lengths = {name: len(body(document).split()) for name, document in documents.items()}
    assert {name: length for name, length in lengths.items() if not 400 <= length <= 1200} == {}


def test_every_article_has_a_title_and_names_its_sources(documents: dict[str, Document]) -> None:
    for name, document in documents.items():
        assert document.metadata.title, name
        assert document.sections[-1].heading == "Sources", name
        last = document.sections[-1]
        assert len(document.text[last.start : last.end].split()) >= 5, name


def test_all_but_one_article_are_dated_and_dates_span_years(documents: dict[str, Document]) -> None:
    dates = [d.metadata.published.value for d in documents.values() if d.metadata.published]
    assert len(dates) == len(documents) - 1
    assert {date[:4] for date in dates} == {"2019", "2020", "2021"}


def test_no_furniture_of_the_pages_is_in_a_passage(documents: dict[str, Document]) -> None:
    pages = [ROOT / "corpus" / name for name in documents if name.endswith((".html", ".txt"))]
    raw = " ".join(path.read_text(encoding="utf-8") for path in pages)
    assert len(set(map(str.lower, FURNITURE.findall(raw)))) >= 6, "the pages have lost their furniture"
    for name, document in documents.items():
        for passage in split(document):
            assert not FURNITURE.search(passage.text), (name, passage.text)


def test_two_articles_are_near_copies_and_no_others(documents: dict[str, Document]) -> None:
    shingles = {name: runs(body(document), 5) for name, document in documents.items()}
    alike = [
        pair
        for pair in combinations(sorted(documents), 2)
        if len(shingles[pair[0]] & shingles[pair[1]])
        > 0.3 * min(len(shingles[pair[0]]), len(shingles[pair[1]]))
    ]
    assert alike == [("legal-status-of-icss-2020.md", "legal-status-of-icss-2021.md")]


@pytest.mark.skipif(not SEEDS.is_dir(), reason=f"no shared documents in {SEEDS}")
def test_no_sentence_is_copied_from_a_source(documents: dict[str, Document]) -> None:
    sources = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    assert sources
    taken = set().union(*(runs(source, COPIED_WORDS) for source in sources))
    for name, document in documents.items():
        copied = runs(body(document), COPIED_WORDS) & taken
        assert copied == set(), name


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        # torn over a page, or by a hyphen at the end of a line
        (
            "money-and-capital-in-systems.pdf",
            "partnerships drew up in 2016 promised savings, and many of those",
        ),
        ("money-and-capital-in-systems.pdf", "accountable officer for the money"),
        (
            "population-health-in-systems.pdf",
            "asked leaders of systems to treat the reduction of inequalities",
        ),
        ("population-health-in-systems.pdf", "Commissioners and providers were to take decisions"),
        # rows of tables
        (
            "delegation-in-integrated-care.pdf",
            "To: The NHS body of the system; What: Commissioning functions",
        ),
        (
            "population-health-in-systems.pdf",
            "Condition: Education; Partners best placed to act: Councils, with",
        ),
        ("terms-of-integrated-care.docx", "LCO; "),
        # a list over a page, with its lead-in
        ("delegation-in-integrated-care.pdf", "- To the place:\n  - the redesign of local services\n"),
        # notes
        ("delegation-in-integrated-care.pdf", "2 Subsidiarity is the rule that a decision belongs"),
        ("workforce-across-a-system.docx", "Burnout of staff is named as a main concern"),
        ("workforce-across-a-system.docx", "easily overlooked:\n- Their knowledge is often local."),
        # a box, an insertion, a hyphen that belongs
        ("workforce-across-a-system.docx", "48 per cent of trust leaders"),
        (
            "accountability-and-public-voice.docx",
            "no formal requirements exist for the way they are governed",
        ),
        ("accountability-and-public-voice.docx", "non-executive"),
    ],
)
def test_what_paged_and_office_files_tear_stands_whole_in_one_passage(
    documents: dict[str, Document], name: str, phrase: str
) -> None:
    assert sum(phrase in passage.text for passage in split(documents[name])) >= 1


@pytest.mark.parametrize(
    ("name", "phrase"),
    [
        ("accountability-and-public-voice.docx", "an improved website"),  # deleted with the change tracked
        ("delegation-in-integrated-care.pdf", "Who hands what to whom"),  # the title, over every other page
        ("delegation-in-integrated-care.pdf", "health and care policy, explained"),
        ("population-health-in-systems.pdf", "Page 2 of"),
    ],
)
def test_what_is_set_around_the_text_or_was_deleted_is_in_no_passage(
    documents: dict[str, Document], name: str, phrase: str
) -> None:
    assert not any(phrase in passage.text for passage in split(documents[name]))
