"""The PDF and Word articles of the corpus: made from their manuscripts, and as awkward as such files are."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import docx
import pypdfium2
import pytest
from pypdfium2 import raw

from tests.data.articles.build import ARTICLES, CORPUS, HERE, build

TORN = "\ufffe"  # how pdfium reports a hyphen at the end of a line, together with the line's end
SMALL = 200_000  # bytes


class Page:
    """What pdfium sees on a page: its text, and where each character stands and how large it is."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.width, self.height = page.get_size()
        self._page = page
        self._text = page.get_textpage()
        self.text = self._text.get_text_range()

    def lines(self) -> list[tuple[str, float, float, float]]:
        """Each stretch of text in a line with its left, bottom and right edge, in points from the corner."""
        found = []
        for number in range(self._text.count_rects()):
            left, bottom, right, top = self._text.get_rect(number)
            found.append((self._text.get_text_bounded(left, bottom, right, top).strip(), left, bottom, right))
        return found

    def sizes(self, words: str) -> set[float]:
        """The sizes of type in which the words are set, in points."""
        at = self.text.index(words)
        return {round(raw.FPDFText_GetFontSize(self._text, at + n), 1) for n in range(len(words))}

    def left(self, words: str) -> float:
        """How far the words stand from the left edge of the page, in points."""
        return float(self._text.get_charbox(self.text.index(words), loose=True)[0])

    def bottom(self, words: str) -> float:
        """How far the words stand above the lower edge of the page, in points."""
        return float(self._text.get_charbox(self.text.index(words), loose=True)[1])

    def shapes(self) -> int:
        """How many lines and boxes are drawn on the page."""
        return sum(1 for _ in self._page.get_objects([raw.FPDF_PAGEOBJ_PATH]))


def pages(name: str) -> list[Page]:
    return [Page(page) for page in pypdfium2.PdfDocument(CORPUS / name)]


def part(name: str, of: str) -> str:
    with zipfile.ZipFile(CORPUS / name) as file:
        return file.read(of).decode()


def test_the_articles_are_what_their_manuscripts_give(tmp_path: Path) -> None:
    build(tmp_path)
    for name in ARTICLES:
        assert (CORPUS / name).read_bytes() == (tmp_path / name).read_bytes(), (
            f"{name} differs: python -m tests.data.articles.build sets the articles again"
        )


def test_every_manuscript_and_every_such_file_of_the_corpus_is_built() -> None:
    assert {path.stem for path in HERE.glob("*.md")} == {Path(name).stem for name in ARTICLES}
    assert {path.name for path in CORPUS.iterdir() if path.suffix in (".pdf", ".docx")} == set(ARTICLES)


@pytest.mark.parametrize("name", ARTICLES)
def test_a_file_is_small_and_declares_its_title_and_no_author_and_no_day(name: str) -> None:
    assert (CORPUS / name).stat().st_size < SMALL
    title = (HERE / name).with_suffix(".md").read_text(encoding="utf-8").split("\n")[0].removeprefix("# ")
    title = title.replace("'", "’")
    if name.endswith(".pdf"):
        declared = pypdfium2.PdfDocument(CORPUS / name).get_metadata_dict(skip_empty=True)
        assert declared == {"Title": title}
    else:
        core = docx.Document(str(CORPUS / name)).core_properties
        assert (core.title, core.author, core.last_modified_by) == (title, "", "")
        assert "dcterms:created" not in part(name, "docProps/core.xml")
        with zipfile.ZipFile(CORPUS / name) as file:
            assert not [each for each in file.namelist() if b"w:date=" in file.read(each)]


def test_the_journal_has_two_columns_under_a_title_of_the_full_width() -> None:
    first, second, _ = pages("money-and-capital-in-systems.pdf")
    body = [line for line in second.lines() if 40 < line[2] < second.height - 45]
    middle = second.width / 2
    assert all(right < middle or left > middle for _, left, _, right in body)
    assert min(sum(left < middle for _, left, *_ in body), sum(left > middle for _, left, *_ in body)) > 30
    title = next(line for line in first.lines() if line[0].startswith("One budget, many organisations:"))
    assert title[1] < middle < title[3]


def test_the_journal_has_its_short_title_above_and_a_number_below_every_page() -> None:
    for number, page in enumerate(pages("money-and-capital-in-systems.pdf"), 1):
        above = [text for text, _, bottom, _ in page.lines() if bottom > page.height - 40]
        below = [text.strip() for text, _, bottom, _ in page.lines() if bottom < 40]
        assert above == ["One budget, many organisations"]
        assert below == ["Citewell", str(number)]


def test_the_journal_tears_words_and_sentences() -> None:
    first, second, third = (page.text for page in pages("money-and-capital-in-systems.pdf"))
    assert sum(text.count(TORN) for text in (first, second, third)) >= 12
    assert f"part{TORN}nerships drew up in 2016" in first
    assert first.endswith("promised savings,")
    assert "and many of those promises were later" in second[:120]


def test_the_book_has_its_notes_in_small_type_at_the_foot_of_the_page_that_refers_to_them() -> None:
    first, second, third, fourth = pages("delegation-in-integrated-care.pdf")
    for page, words in (
        (first, "The figures come from national guidance as quoted"),
        (first, "Subsidiarity is the rule that a decision"),
        (second, "The White Paper used another name for it"),
        (third, "Many areas call them integrated care partnerships."),
        (fourth, "The rule of thumb is general good practice"),
    ):
        assert page.sizes(words) == {7.5}, words
        assert page.bottom(words) < 100, words
    assert first.sizes("Size is the first reason.") == {10.5}
    assert min(first.sizes("subsidiarity2")) < 7, "the mark in the text is small"


def test_the_book_has_another_header_on_the_left_than_on_the_right() -> None:
    headers = [
        [text.strip() for text, _, bottom, _ in page.lines() if bottom > page.height - 45]
        for page in pages("delegation-in-integrated-care.pdf")
    ]
    left, right = "Who hands what to whom", "Citewell: health and care policy, explained"
    assert headers == [[left, "1"], ["2", right], [left, "3"], ["4", right]]


def test_the_book_has_a_ruled_table_and_lists_of_two_levels() -> None:
    first, second, third, _ = pages("delegation-in-integrated-care.pdf")
    assert second.shapes() > 10 > third.shapes()
    row = ("Clinical\r", "The NHS body", "Commissioning", "White Paper,")
    assert [second.left(cell) for cell in row] == sorted({second.left(cell) for cell in row})
    assert {round(second.bottom(cell)) for cell in row} == {round(second.bottom("Clinical\r"))}
    lefts = {text[0]: left for text, left, *_ in third.lines() if text[:1] in "•–"}
    assert lefts["–"] > lefts["•"] + 10
    assert "To the place:" in first.text
    assert "– the redesign of local services" in second.text, "the list runs over the page"


def test_the_report_tells_its_headings_by_type_and_counts_its_pages() -> None:
    found = pages("population-health-in-systems.pdf")
    for number, page in enumerate(found, 1):
        assert f"Page {number} of 4" in page.text
        assert page.bottom(f"Page {number} of 4") < 45
        header = [text for text, _, bottom, _ in page.lines() if bottom > page.height - 45]
        assert header == (["Population health and health inequalities", "Citewell"] if number > 1 else [])
    assert found[0].sizes("What the term means") == {13.0}
    assert found[0].sizes("Population health management") == {10.5}
    assert found[0].sizes("Population health looks at") == {10.7}
    assert sum(page.text.count(TORN) for page in found) >= 6
    assert found[0].text.rstrip().endswith("The King’s Fund asked leaders of systems")


def test_the_report_has_a_figure_a_box_and_a_table_without_rules() -> None:
    first, second, third, _ = pages("population-health-in-systems.pdf")
    assert first.shapes() >= 1, "the box has an edge"
    assert first.sizes("Public health is a service:") == {9.5}
    assert second.shapes() == 3
    assert second.bottom("Figure 1: the three levels") < second.bottom("Neighbourhood 30,000")
    assert third.shapes() == 0
    rows = {text.strip(): bottom for text, _, bottom, _ in third.lines()}
    assert abs(rows["Education"] - rows["Councils, with schools"]) < 3


def test_the_guide_is_written_with_the_styles_lists_links_and_margins_of_word() -> None:
    name = "terms-of-integrated-care.docx"
    document = docx.Document(str(CORPUS / name))
    styles = [paragraph.style.name for paragraph in document.paragraphs if paragraph.style]
    assert styles[0] == "Title"
    assert {"Heading 1", "List Bullet", "List Bullet 2", "Caption"} <= set(styles)
    levels = document.element.xpath("//w:numPr/w:ilvl/@w:val")
    assert set(levels) == {"0", "1"}
    formats = document.part.numbering_part.element.xpath(
        'w:abstractNum[@w:abstractNumId="77"]/w:lvl/w:numFmt/@w:val'
    )
    assert formats == ["decimal", "lowerLetter"]
    assert len(document.element.xpath("//w:hyperlink[@r:id]")) == 2
    assert document.sections[0].header.paragraphs[0].text == "The terms of integrated care\tCitewell"
    assert document.sections[0].footer.paragraphs[0].text == "\tPage 1"
    (table,) = document.tables
    assert [cell.text for cell in table.rows[0].cells] == ["Short form", "In full", "Meaning"]
    assert len(table._tbl.xpath("w:tr[1]/w:trPr/w:tblHeader")) == 1
    assert len(table.rows) == 11


def test_the_survey_has_footnotes_columns_a_counted_caption_and_a_text_box() -> None:
    name = "workforce-across-a-system.docx"
    document = docx.Document(str(CORPUS / name))
    notes = part(name, "word/footnotes.xml")
    assert re.findall(r'w:footnote w:id="(\d)"', notes) == ["1", "2", "3"]
    assert document.element.xpath("//w:footnoteReference/@w:id") == ["1", "2", "3"]
    assert document.element.xpath("//w:sectPr/w:cols/@w:num") == ["2", "1"]
    assert document.element.xpath("//w:instrText/text()") == [r" SEQ Table \* ARABIC "]
    boxed = document.element.xpath("//w:txbxContent")
    assert len(boxed) == 2, "a text box is written twice, for old versions and new ones"


def test_the_draft_has_its_changes_a_comment_a_contents_field_and_endnotes_left_in() -> None:
    name = "accountability-and-public-voice.docx"
    document = docx.Document(str(CORPUS / name))
    deleted = document.element.xpath("//w:del//w:delText/text()")
    inserted = document.element.xpath("//w:ins//w:t/text()")
    assert "an improved website" in deleted
    assert "and publish their papers" in inserted
    assert len(deleted) + len(inserted) >= 10
    assert len(list(document.comments)) == 2
    assert len(document.element.xpath("//w:noBreakHyphen")) >= 3
    assert any(text.strip().startswith("TOC ") for text in document.element.xpath("//w:instrText/text()"))
    contents = [each.text for each in document.paragraphs if each.style and each.style.name == "toc 1"]
    headings = [each.text for each in document.paragraphs if each.style and each.style.name == "Heading 1"]
    assert [entry.split("\t")[0] for entry in contents] == headings
    assert document.element.xpath("//w:endnoteReference/@w:id") == ["1", "2"]
    assert part(name, "word/endnotes.xml").count("<w:endnote ") == 4
