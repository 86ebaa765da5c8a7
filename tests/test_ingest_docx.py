"""Word files as drafts: blocks, notes, tables and metadata, and what a hostile file cannot do."""

from __future__ import annotations

import io
import socket
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import docx as python_docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cleaning import clean
from ingest.drafts import Draft
from ingest.readers import docx
from ingest.readers.docx import package as docx_package
from ingest.readers.docx.headings import MAX_STYLED_WORDS
from ingest.sources import Source, Unreadable
from search.passages import Document, Found
from tests import docxs
from tests.docxs import bold, field, field_begin, indented, note, numbered, p, r, row, table, tc, word

PROSE = "The bakery on Mill Lane starts its day long before the sun is up, and the first loaves leave at six."
MORE = (
    "Two bakers and one apprentice share the shift, and whoever comes first lights the oven for the others."
)


def shape(draft: Draft) -> list[str]:
    """Each block on a line: its kind, its level if it has one, its text."""
    return [f"{b.kind.value}{b.level or ''}: {b.text}" for b in draft.blocks]


def body(markup: str, **parts: object) -> list[str]:
    """The blocks of a document with this markup in its body."""
    return shape(docx.read(word(markup, **parts)))  # type: ignore[arg-type]  # passed on as they came


def dropped(draft: Draft) -> list[tuple[str, str]]:
    return [(each.reason, each.text) for each in draft.dropped]


def cleaned(data: bytes) -> Document:
    draft = docx.read(data)
    text = "\n".join(block.text for block in draft.blocks)
    return clean(Source("bread.docx", data, "0" * 64), text, draft).document


def places(draft: Draft) -> list[tuple[int, int]]:
    return [(b.lines[0].first, b.lines[-1].last) for b in draft.blocks]


# Headings


def style(name: str, based_on: str = "", properties: str = "", id: str = "x") -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{id}"><w:name w:val="{name}"/>{base}'
        f"<w:pPr>{properties}</w:pPr></w:style>"
    )


@pytest.mark.parametrize(
    ("above", "blocks"),
    [
        (p("Bread", "Title") + p("Ovens", "Heading1") + p("Old", "Heading2"),
         ["heading1: Bread", "heading2: Ovens", "heading3: Old"]),
        (p("Bread", "Heading1") + p("Ovens", "Heading2"), ["heading1: Bread", "heading2: Ovens"]),
        (p("Mill Lane") + p("Bread", "Heading1") + p("Ovens", "Heading2"),
         ["paragraph: Mill Lane", "heading1: Bread", "heading2: Ovens"]),
        (p("Bread", "Heading1") + p("Ovens", "Heading1") + p("Old", "Heading2"),
         ["heading2: Bread", "heading2: Ovens", "heading3: Old"]),
        (p(PROSE) + p("Bread", "Heading1"), [f"paragraph: {PROSE}", "heading2: Bread"]),
        (p("Bread", "Heading2") + p("Ovens", "Heading1"), ["heading3: Bread", "heading2: Ovens"]),
        (p("Bread", "Title", '<w:outlineLvl w:val="0"/>') + p("Ovens", "Heading1"),
         ["heading1: Bread", "heading2: Ovens"]),
        (p("Bread", "Title") + p("and butter", "Title") + p("Ovens", "Heading1"),
         ["heading1: Bread and butter", "heading2: Ovens"]),
        (p("Bread", "Title") + p(MORE) + p("Butter", "Title"),
         ["heading1: Bread", f"paragraph: {MORE}", "heading2: Butter"]),
        (p(r("Bread", '<w:sz w:val="56"/>')) + p("Ovens", "Heading1") + p("Mills", "Heading1"),
         ["heading1: Bread", "heading2: Ovens", "heading2: Mills"]),
    ],
)  # fmt: skip
def test_the_title_is_level_1_and_the_first_headings_under_it_level_2(above: str, blocks: list[str]) -> None:
    draft = docx.read(word(above + p(PROSE)))
    assert shape(draft) == [*blocks, f"paragraph: {PROSE}"]
    assert draft.structured


@pytest.mark.parametrize(
    ("styles", "properties", "level"),
    [
        (style("Kapitel", "Heading2"), "", 3),
        (style("Kapitel", properties='<w:outlineLvl w:val="3"/>'), "", 5),
        (style("heading 3"), "", 4),
        (style("Kapitel", "Heading1", '<w:outlineLvl w:val="9"/>'), "", 0),
        (style("Kapitel", "x2") + style("Teil", "Heading2", id="x2"), "", 3),
        (style("Kapitel"), '<w:outlineLvl w:val="1"/>', 3),
        (style("Kapitel", "Heading2"), '<w:outlineLvl w:val="9"/>', 0),
        (style("Kapitel", "x"), "", 0),
        (style("Kapitel", properties='<w:outlineLvl w:val="many"/>'), "", 0),
        (style("heading 1", properties='<w:numPr><w:numId w:val="3"/></w:numPr>'), "", 2),
    ],
    ids=["derived", "outline", "own id", "derived, but no heading", "twice derived",
         "paragraph's own outline", "paragraph's own, but no heading", "circle", "no number", "numbered"],
)  # fmt: skip
def test_a_heading_is_one_by_its_style_its_base_styles_or_its_outline_level(
    styles: str, properties: str, level: int
) -> None:
    draft = docx.read(word(p("Bread", "Title") + p("Ovens", "x", properties) + p(PROSE), styles=styles))
    assert draft.blocks[1].level == level


def test_a_long_paragraph_in_a_headings_style_is_no_heading() -> None:
    long = " ".join(["loaf"] * (MAX_STYLED_WORDS + 1))
    assert body(p("Bread", "Title") + p(long, "Heading1")) == ["heading1: Bread", f"paragraph: {long}"]
    short = " ".join(["loaf"] * MAX_STYLED_WORDS)
    assert body(p("Bread", "Title") + p(short, "Heading1")) == ["heading1: Bread", f"heading2: {short}"]


@pytest.mark.parametrize(
    ("above", "blocks"),
    [
        (p(MORE) + p(bold("Ovens")), [f"paragraph: {MORE}", "heading2: Ovens"]),
        (p(MORE) + p(bold("Ov") + bold("ens") + r(" ")), [f"paragraph: {MORE}", "heading2: Ovens"]),
        (p(bold("Bread", 40)) + p(MORE) + p(bold("Ovens")),
         ["heading1: Bread", f"paragraph: {MORE}", "heading2: Ovens"]),
        (p(bold("Bread")) + p(bold("Ovens")), ["heading1: Bread", "heading2: Ovens"]),
        (p(bold("Bread")) + p(bold("By Ada Brook")) + p(MORE) + p(bold("Ovens")),
         ["heading1: Bread", "paragraph: By Ada Brook", f"paragraph: {MORE}", "heading2: Ovens"]),
        (p(bold("Ovens")) + p(MORE) + p(bold("Mills")),
         ["heading2: Ovens", f"paragraph: {MORE}", "heading2: Mills"]),
    ],
)  # fmt: skip
def test_a_short_bold_line_over_text_is_a_heading_where_no_style_marks_one(
    above: str, blocks: list[str]
) -> None:
    draft = docx.read(word(above + p(PROSE)))
    assert shape(draft) == [*blocks, f"paragraph: {PROSE}"]
    assert draft.structured


@pytest.mark.parametrize(
    "markup",
    [
        p(MORE) + p(bold("Hot ") + r("ovens")) + p(PROSE),
        p(MORE) + p(bold("Ovens are hot.")) + p(PROSE),
        p(MORE) + p(bold("Ovens")),
        p(MORE) + p(bold("Ovens " * 17)) + p(PROSE),
        p(MORE) + p(bold("Ovens")) + p(bold(PROSE)),
        p(bold("Published 3 May 2021")) + p(PROSE),
        p("Ovens") + p(PROSE),
    ],
)
def test_without_marked_headings_a_draft_is_unstructured(markup: str) -> None:
    draft = docx.read(word(markup))
    assert not draft.structured
    assert all(block.kind.value == "paragraph" for block in draft.blocks)


def test_bold_lines_are_only_paragraphs_where_styles_mark_headings() -> None:
    markup = p("Bread", "Title") + p(bold("Ovens")) + p(PROSE)
    assert body(markup) == ["heading1: Bread", "paragraph: Ovens", f"paragraph: {PROSE}"]


# Lists


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        (p("Rye", properties=numbered()) + p("dark", properties=numbered(1)), ["item1: Rye", "item2: dark"]),
        (p("Rye", "ListBullet") + p("dark", "ListBullet2") + p("darker", "ListNumber3"),
         ["item1: Rye", "item2: dark", "item3: darker"]),
        (p("Rye", "x"), ["item1: Rye"]),
        (p("Rye", "ListBullet") + p("keeps long.", "goeson"), ["item1: Rye keeps long."]),
        (p("Rye", "level3"), ["item3: Rye"]),
        (p("Rye", "x", numbered(2)), ["item3: Rye"]),
        (p("Rye", "x", numbered(0, 0)), ["paragraph: Rye"]),
        (p("• Rye") + p("•\tOat"), ["item1: Rye", "item1: Oat"]),
        (p("- Rye") + p("- dark", properties=indented(700)) + p("- Oat"),
         ["item1: Rye", "item2: dark", "item1: Oat"]),
        (p("- Rye") + p("\t- dark") + p("- Oat"), ["item1: Rye", "item2: dark", "item1: Oat"]),
        (p("-20 degrees"), ["paragraph: -20 degrees"]),
        (p("Rye", "ListBullet") + p("keeps long.", "ListContinue"), ["item1: Rye keeps long."]),
        (p("Rye", properties=numbered()) + p("keeps long.", properties=indented(720))
         + p("Oat", "ListBullet"),
         ["item1: Rye keeps long.", "item1: Oat"]),
        (p("Rye", properties=numbered()) + p("Oat."), ["item1: Rye", "paragraph: Oat."]),
        (p("Rye", properties=numbered()) + p("[1] Oat", properties=indented(720, 360)),
         ["item1: Rye", "paragraph: [1] Oat"]),
        (p("Rye", properties=numbered()) + p("Bread is life.", "IntenseQuote"),
         ["item1: Rye", "paragraph: Bread is life."]),
        (p("All:", properties=indented(720)) + p("Rye", "ListBullet") + p("Oat.", properties=indented(720)),
         ["paragraph: All:", "item1: Rye", "paragraph: Oat."]),
        (p("All.", properties=indented(720)), ["paragraph: All."]),
        (table(row("Rye", "£2")) + p("keeps long.", properties=indented(720)),
         ["item1: Rye; £2", "paragraph: keeps long."]),
    ],
)  # fmt: skip
def test_list_items_have_their_level_and_keep_their_further_paragraphs(
    markup: str, blocks: list[str]
) -> None:
    numbering = style("Loaves", properties='<w:numPr><w:numId w:val="3"/></w:numPr>')
    assert (
        body(
            markup,
            styles=numbering + style("List Number 3", id="level3") + style("List Continue", id="goeson"),
        )
        == blocks
    )


# Tables

HEADER = "<w:tblHeader/>"


@pytest.mark.parametrize(
    ("markup", "blocks"),
    [
        (table(row("Loaf", "Price", properties=HEADER), row("Rye", "£2")), ["item1: Loaf: Rye; Price: £2"]),
        (table(row(bold("Loaf"), bold("Price:")), row("Rye", "£2")), ["item1: Loaf: Rye; Price: £2"]),
        (table(row("Loaf", "Price"), row("Rye", "£2")), ["item1: Loaf; Price", "item1: Rye; £2"]),
        (table(row(bold("Loaf"), bold("Price"))), ["item1: Loaf; Price"]),
        (table(row(bold("Rye"), "£2"), row(bold("Oat"), "£3")), ["item1: Rye; £2", "item1: Oat; £3"]),
        (table(row(tc(bold("2020"), '<w:gridSpan w:val="2"/>')), row("Loaf", "Price", properties=HEADER)),
         ["item1: 2020", "item1: Loaf; Price"]),
        (table(row("Loaf", tc("Price", '<w:gridSpan w:val="2"/>'), properties=HEADER),
               row("", "large", "small", properties=HEADER), row("Rye", "£2", "£1")),
         ["item1: Loaf: Rye; Price large: £2; Price small: £1"]),
        (table(row("Loaf", "Price", properties=HEADER), row(tc("Dark", '<w:gridSpan w:val="2"/>')),
               row("Rye", "£2")),
         ["item1: Dark", "item1: Loaf: Rye; Price: £2"]),
        (table(row(tc("Rye", '<w:vMerge w:val="restart"/>'), "£2"), row(tc("", "<w:vMerge/>"), "£3")),
         ["item1: Rye; £2", "item1: £3"]),
        (table(row("Loaf", "Price", properties=HEADER), row(tc("Rye", '<w:vMerge w:val="restart"/>'), "£2"),
               row(tc("", "<w:vMerge/>"), "£3")),
         ["item1: Loaf: Rye; Price: £2", "item1: Price: £3"]),
        (table(row(tc("Rye", '<w:gridSpan w:val="2"/>'), "£2"), row("Oat", "dark", "£3")),
         ["item1: Rye; £2", "item1: Oat; dark; £3"]),
        (table(row("Rye", tc(table(row("£2", "£3")) + p("each"))), row("Oat", "£1")),
         ["item1: Rye; each", "item2: £2; £3", "item1: Oat; £1"]),
        (table(row(tc(p("Loaf", "Heading2") + p("Rye keeps long.")))),
         ["heading3: Loaf", "paragraph: Rye keeps long."]),
        (table(row("One."), row("Two.")), ["paragraph: One.", "paragraph: Two."]),
        (table(row(tc(p("One.") + p("Two.") + p("Three.")), tc("Four."))),
         ["paragraph: One.", "paragraph: Two.", "paragraph: Three.", "paragraph: Four."]),
        (table(row("Rye", tc(p("£2") + p("£3"))), row("Oat", "£1")), ["item1: Rye; £2 £3", "item1: Oat; £1"]),
        (table(row("Rye", "£2", properties="<w:del/>"), row("Oat", "£1"), row("Bun", "£1")),
         ["item1: Oat; £1", "item1: Bun; £1"]),
        (table(f"<w:sdt><w:sdtContent>{row('Rye', '£2')}</w:sdtContent></w:sdt>"), ["item1: Rye; £2"]),
        (p("Before.") + table(row("Rye", "£2")) + p("After."),
         ["paragraph: Before.", "item1: Rye; £2", "paragraph: After."]),
        (table(*(row("Rye", "£2", properties=HEADER) for _ in range(3))),
         ["item1: Rye: Rye; £2: £2", "item1: Rye: Rye; £2: £2"]),
        (table(*(row(f"Rye {n}", "£2", properties=HEADER) for n in range(4)), row("Oat", "£3")),
         ["item1: Rye 0: Rye 1; £2: £2", "item1: Rye 0: Rye 2; £2: £2", "item1: Rye 0: Rye 3; £2: £2",
          "item1: Rye 0: Oat; £2: £3"]),
        (table(row("Loaf", "Price", properties=HEADER),
               row("Rye", "2", tc("£2", '<w:gridSpan w:val="2"/>'))),
         ["item1: Loaf; Price", "item1: Rye; 2; £2"]),
        (table(row("Loaf", "Sort", "Price", properties=HEADER),
               row(tc("Rye", '<w:gridSpan w:val="2"/>'), "£2")),
         ["item1: Loaf: Rye; Price: £2"]),
        (table(row(bold("Rye"), bold("£2")), row(bold("Oat"), bold("£3"))),
         ["item1: Rye; £2", "item1: Oat; £3"]),
        (table(row("", "")) + "<w:tbl/>", []),
    ],
    ids=["marked header", "bold header", "no header", "header alone", "header column", "line above header",
         "two header rows", "line between", "merged down", "merged down under header", "merged across",
         "table in a cell", "box", "boxes", "running text side by side", "paragraphs in a cell",
         "deleted row", "row in a control", "order", "all marked", "too many marked", "other columns",
         "merged under header", "all bold", "nothing"],
)  # fmt: skip
def test_a_table_becomes_its_rows(markup: str, blocks: list[str]) -> None:
    assert body(markup) == blocks


def test_a_header_row_is_known_by_the_tables_style() -> None:
    document = python_docx.Document()
    for style_name in ("Light List", "Table Grid"):
        added = document.add_table(2, 2, document.styles[style_name])
        for cell, text in zip(
            (cell for line in added.rows for cell in line.cells), "Loaf Price Rye £2".split(), strict=True
        ):
            cell.text = text
        document.add_paragraph("Next.")
    saved = io.BytesIO()
    document.save(saved)
    assert shape(docx.read(saved.getvalue())) == [
        "item1: Loaf: Rye; Price: £2", "paragraph: Next.", "item1: Loaf; Price", "item1: Rye; £2",
        "paragraph: Next.",
    ]  # fmt: skip


def test_what_hangs_on_a_cell_comes_after_its_row() -> None:
    markup = table(
        row("Loaf", "<w:tc>" + p(r("Price") + note("footnote", 2)) + "</w:tc>", properties=HEADER),
        row("Rye", "£2"),
    )
    assert body(markup, footnotes={2: p("In 2020.")}) == ["note: In 2020.", "item1: Loaf: Rye; Price: £2"]


# Notes, boxes, captions, headers


def test_a_note_stands_after_the_paragraph_that_refers_to_it_and_leaves_no_mark() -> None:
    markup = p(r("Rye") + note("footnote", 2) + r(" and oat") + note("endnote", 3) + r(".")) + p("Next.")
    blocks = body(
        markup,
        footnotes={0: p("separator"), 2: p(r("1", '<w:rStyle w:val="fr"/>') + r(" Dark.")) + p("Darker.")},
        endnotes={3: p("Light.")},
        styles='<w:style w:type="character" w:styleId="fr"><w:name w:val="footnote reference"/></w:style>',
    )
    assert blocks == ["paragraph: Rye and oat.", "note: Dark. Darker.", "note: Light.", "paragraph: Next."]


def test_the_note_of_a_reference_that_was_deleted_is_no_text() -> None:
    markup = p(r("Rye") + f'<w:del w:id="1">{note("footnote", 2)}</w:del>' + r("."))
    assert body(markup, footnotes={2: p("Dark.")}) == ["paragraph: Rye."]


def test_a_mark_of_its_own_is_no_text_and_a_note_comes_once() -> None:
    own = '<w:r><w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>*</w:t></w:r>'
    markup = p(r("Rye") + own + r(".")) + p(r("Oat") + note("footnote", 2) + note("footnote", 9) + r("."))
    assert body(markup, footnotes={2: p("Dark.")}) == ["paragraph: Rye.", "note: Dark.", "paragraph: Oat."]


def box(inner: str) -> str:
    """A text box as Word writes it: twice, for new programs and for old."""
    content = f"<w:txbxContent>{inner}</w:txbxContent>"
    return (
        f'<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx>{content}</wps:txbx>'
        f"</w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{content}</v:textbox></w:pict>"
        "</mc:Fallback></mc:AlternateContent></w:r>"
    )


def test_a_text_box_is_read_once_after_its_paragraph() -> None:
    markup = p(r("Rye ") + box(p("Note well.") + p("Oat", "ListBullet")) + r("keeps.")) + p("Next.")
    assert body(markup) == [
        "paragraph: Rye keeps.",
        "paragraph: Note well.",
        "item1: Oat",
        "paragraph: Next.",
    ]
    only_old = p(
        f"<w:r><w:pict><v:textbox><w:txbxContent>{p('Old.')}</w:txbxContent></v:textbox></w:pict></w:r>"
    )
    assert body(only_old) == ["paragraph: Old."]


def test_a_caption_is_a_note() -> None:
    assert body(p("Figure 1: the oven", "Caption")) == ["note: Figure 1: the oven"]


def test_headers_and_footers_are_no_text_but_recorded() -> None:
    draft = docx.read(word(p(PROSE), header=p("Mill Lane Bread") + p(), footer=table(row("Page", "1"))))
    assert shape(draft) == [f"paragraph: {PROSE}"]
    assert dropped(draft) == [
        ("running header or footer", "Mill Lane Bread"),
        ("running header or footer", "Page 1"),
    ]
    assert [(each.first, each.last) for each in draft.dropped] == [(1, 1), (1, 1)]


# Words


def control(inner: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{inner}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (r("un") + bold("believ") + r("able"), "unbelievable"),
        ("<w:r><w:t>Rye</w:t><w:br/><w:t>and</w:t><w:tab/><w:t>oat</w:t><w:cr/><w:t>!</w:t></w:r>",
         "Rye and oat !"),
        ("<w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>baked</w:t></w:r>", "well-baked"),
        ("<w:r><w:t>ba</w:t><w:softHyphen/><w:t>ker\u00ady</w:t></w:r>", "bakery"),
        ('<w:r><w:t>a</w:t><w:sym w:font="Wingdings" w:char="F0E0"/><w:t>b</w:t></w:r>', "a b"),
        (r("\u00a0cafe\u0301\u2003and\u0085\u0092tea\u200b "), "caf\u00e9 and tea"),
        (r("Rye ") + '<w:del w:id="1"><w:r><w:delText>not </w:delText></w:r></w:del>' + r("bread"),
         "Rye bread"),
        (r("Rye ") + f'<w:ins w:id="1">{r("is ")}</w:ins>' + r("bread"), "Rye is bread"),
        (f'<w:moveFrom w:id="1">{r("Oat ")}</w:moveFrom><w:moveTo w:id="2">{r("Rye")}</w:moveTo>', "Rye"),
        (r("Rye ") + r("secret ", "<w:vanish/>") + r("bread", '<w:vanish w:val="0"/>'), "Rye bread"),
        (r("Rye ") + r("secret", '<w:rStyle w:val="unseen"/>'), "Rye"),
        (r("See ") + f'<w:hyperlink r:id="none">{r("the oven")}</w:hyperlink>' + r("."), "See the oven."),
        (r("See ") + control(r("the oven")) + r("."), "See the oven."),
        (r("Name: ") + control(r("Click here to enter text"), "<w:showingPlcHdr/>"), "Name:"),
        (r("In ") + f'<w:smartTag w:element="place">{r("Mill Lane")}</w:smartTag>', "In Mill Lane"),
        (r("On ") + field("DATE", r("Monday")) + r("."), "On Monday."),
        (r("On ") + f'<w:fldSimple w:instr="DATE">{r("Monday")}</w:fldSimple>' + r("."), "On Monday."),
        ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + field("X", r("inner"))
         + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + r("outer") + docxs.FIELD_END, "outer"),
        (docxs.FIELD_END + r("Rye"), "Rye"),
        (f'<w:fldSimple w:instr="DATE">{docxs.FIELD_END}{r("Rye")}</w:fldSimple>' + r(" bread"), "Rye bread"),
        ('<w:commentRangeStart w:id="0"/>' + r("Rye") + '<w:r><w:commentReference w:id="0"/></w:r>', "Rye"),
        ("<w:r><w:ruby><w:rt><w:r><w:t>reading</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>Rye</w:t></w:r>"
         "</w:rubyBase></w:ruby></w:r>", "Rye"),
        ("<m:oMath><m:f><m:num><m:r><m:t>price</m:t></m:r></m:num><m:den><m:r><m:t>loaves</m:t></m:r></m:den>"
         "</m:f></m:oMath>", "price loaves"),
        ("<!-- a remark -->" + r("Rye"), "Rye"),
        (r("<b> & </b>"), "<b> & </b>"),
    ],
)  # fmt: skip
def test_a_paragraph_says_what_a_reader_sees(inner: str, text: str) -> None:
    unseen = (
        '<w:style w:type="character" w:styleId="unseen"><w:name w:val="Unseen"/>'
        "<w:rPr><w:vanish/></w:rPr></w:style>"
    )
    assert body(p(inner), styles=unseen) == [f"paragraph: {text}"]


def test_of_fields_that_are_never_closed_only_the_last_twenty_count() -> None:
    assert body(p(field_begin("TOC") + field_begin("DATE") * 19 + r("Rye"))) == []
    assert body(p(field_begin("TOC") + field_begin("DATE") * 20 + r("Rye"))) == ["paragraph: Rye"]


def test_an_instruction_that_is_never_closed_swallows_its_own_paragraph_at_most() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    assert body(p(r("One. ") + begin) + p("Two.")) == ["paragraph: One.", "paragraph: Two."]


@pytest.mark.parametrize(
    "around", [control, '<w:ins w:id="1">{}</w:ins>'.format, "<w:customXml>{}</w:customXml>".format]
)
def test_what_stands_around_paragraphs_is_looked_through(around: Callable[[str], str]) -> None:
    assert body(p("One.") + around(p("Two.") + table(row("Rye", "£2"))) + p("Three.")) == [
        "paragraph: One.", "paragraph: Two.", "item1: Rye; £2", "paragraph: Three."
    ]  # fmt: skip


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next() -> None:
    markup = p("Rye is", properties="<w:rPr><w:del/></w:rPr>") + p("bread.") + p("Next.")
    assert body(markup) == ["paragraph: Rye is bread.", "paragraph: Next."]


# Contents lists


@pytest.mark.parametrize(
    "contents",
    [
        p("Contents", "x") + p("Ovens 2", "toc"),
        p("Contents") + p(field_begin("TOC \\o 1-3") + r("Ovens 2")) + p("Mills 3") + p(docxs.FIELD_END),
        p("Contents:") + p(f'<w:fldSimple w:instr=" TOC ">{r("Ovens 2")}</w:fldSimple>'),
        control(p("What is in it") + p("Ovens 2"),
                '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'),
        p(field_begin("TOC") + r("Ovens 2")) + p("Mills 3"),
    ],
    ids=["styles", "field", "simple field", "frame", "field without an end"],
)  # fmt: skip
def test_a_contents_list_is_no_text(contents: str) -> None:
    styles = style("TOC Heading", "Heading1", id="x") + style("toc 1", id="toc")
    markup = p("Bread", "Title") + contents + p("Ovens", "Heading1") + p(PROSE)
    draft = docx.read(word(markup, styles=styles))
    assert shape(draft) == ["heading1: Bread", "heading2: Ovens", f"paragraph: {PROSE}"]
    assert {reason for reason, _ in dropped(draft)} == {"contents list"}
    assert "Ovens 2" in [text for _, text in dropped(draft)]


# Places


def test_a_place_is_the_number_of_a_paragraph_or_row_in_the_body() -> None:
    markup = (
        p("Bread", "Title")
        + p()
        + p(r(PROSE) + note("footnote", 2) + box(p("Boxed.")))
        + table(row("Rye", "£2"), row("Oat", tc(table(row("£1", "£3")) + p())))
        + control(p("Rye", "ListBullet"))
        + p("keeps long.", "ListContinue")
        + table(row(tc(p("One.") + p("Two."))))
    )
    draft = docx.read(word(markup, footnotes={2: p("Dark.")}))
    assert draft.unit == "paragraph"
    assert places(draft) == [
        (1, 1), (3, 3), (3, 3), (3, 3), (4, 4), (5, 5), (5, 5), (6, 7), (8, 8), (8, 8)
    ]  # fmt: skip
    assert all(line.start is None and line.end is None for block in draft.blocks for line in block.lines)


# Metadata


def test_what_is_printed_under_the_title_is_metadata() -> None:
    document = cleaned(
        word(
            p("Bread", "Title") + p("By Ada Brook and Ida Marl") + p("Published 3 May 2021")
            + p("Last updated: 4 June 2022") + p(PROSE) + p("Ovens", "Heading1") + p(MORE),
            title="Minutes", author="Tom Quill",
        )
    )  # fmt: skip
    found = document.metadata
    assert found.title is not None
    assert found.title.value == "Bread"
    assert [author.value for author in found.authors] == ["Ada Brook", "Ida Marl"]
    assert (found.published and found.published.value) == "2021-05-03"
    assert (found.updated and found.updated.value) == "2022-06-04"
    assert document.text == f"{PROSE}\n\nOvens\n\n{MORE}"
    assert [section.path for section in document.sections] == [(), ("Ovens",)]


def test_an_unstructured_document_is_recognised_like_a_plain_text() -> None:
    document = cleaned(
        word(p("The bakery opens again after a hard winter") + p(PROSE) + p("Ovens") + p(MORE))
    )
    assert document.metadata.title is not None
    assert document.metadata.title.value == "The bakery opens again after a hard winter"
    assert [section.heading for section in document.sections] == [None, "Ovens"]


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Night shifts at the bakery", True), ("Bread", True), ("Bread 2021: a report", True), ("", False),
        ("Microsoft Word - draft.docx", False), ("Word Document", False), ("untitled", False),
        ("report.docx", False), ("Document1", False), ("bread_final_v3", False), ("[Document title]", False),
        ("Type the title here", False), ("PowerPoint Presentation", False), ("2021", False), ("---", False),
    ],
)  # fmt: skip
def test_the_title_property_counts_where_no_title_is_printed(title: str, kept: bool) -> None:
    found = docx.read(word(p(PROSE), title=title)).metadata.title
    assert found == (Found(title, "file properties") if kept else None)


@pytest.mark.parametrize(
    "markup", [p("Bread", "Title") + p(PROSE), p("Bread and butter for all of us") + p(PROSE)]
)
def test_a_printed_title_goes_before_the_property(markup: str) -> None:
    assert docx.read(word(markup, title="Minutes of May")).metadata.title is None


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Ada Brook", ["Ada Brook"]), ("Ada Brook; Ida van Marl", ["Ada Brook", "Ida van Marl"]),
        ("Ada M. O'Brook and Jean-Luc McMarl", ["Ada M. O'Brook", "Jean-Luc McMarl"]),
        ("Ada Brook, Ida Marl & Tom Quill", ["Ada Brook", "Ida Marl", "Tom Quill"]),
        ("", []), ("python-docx", []), ("Ada", []), ("Brook, Ada", []), ("abrook", []), ("Ada Brook 2", []),
        ("Microsoft Office User", []), ("Admin User", []), ("Mill Lane Council", []), ("NHS Digital", []),
        ("Ada Brook; admin", []), ("ada brook", []), ("Ada Brook Ida Marl Tom Quill", []),
    ],
)  # fmt: skip
def test_the_author_property_counts_where_it_is_the_full_names_of_people(
    author: str, names: list[str]
) -> None:
    found = docx.read(word(p(PROSE), author=author)).metadata.authors
    assert found == tuple(Found(name, "file properties") for name in names)


def test_a_paragraph_in_the_author_style_names_the_author() -> None:
    draft = docx.read(word(p("Bread", "Title") + p("Ada Brook", "x") + p(PROSE), styles=style("Author")))
    assert draft.metadata.authors == (Found("Ada Brook", "style Author"),)
    assert shape(draft) == ["heading1: Bread", f"paragraph: {PROSE}"]


def test_no_date_is_taken_from_the_properties() -> None:
    found = cleaned(word(p(PROSE), title="Bread")).metadata
    assert (found.published, found.updated) == (None, None)


# Files that are not what their name says


def test_what_a_file_lacks_it_need_not_have() -> None:
    members = docxs.template()
    members[docxs.MAIN] = zipped(word(p(PROSE)))[docxs.MAIN]
    kept = ("_rels/.rels", docxs.MAIN)
    assert shape(docx.read(docxs.packed({name: members[name] for name in kept}))) == [f"paragraph: {PROSE}"]


def zipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


GOOD = word(
    p("Bread", "Title") + p(r(PROSE) + note("footnote", 2)) + table(row("Rye", "£2")),
    footnotes={2: p("Dark.")}, header=p("Mill Lane Bread"), title="Bread", author="Ada Brook",
)  # fmt: skip
BLOCKS = ["heading1: Bread", f"paragraph: {PROSE}", "note: Dark.", "item1: Rye; £2"]


def changed(**members: bytes) -> bytes:
    """The good file with members replaced or added; a name's `/` is written `__`."""
    return docxs.packed({**zipped(GOOD), **{k.replace("__", "/"): v for k, v in members.items()}})


def replaced(old: str, new: str) -> bytes:
    return docxs.packed({k: v.replace(old.encode(), new.encode()) for k, v in zipped(GOOD).items()})


@pytest.mark.parametrize(
    "data",
    [
        GOOD,
        replaced("wordprocessingml.document.main", "ms-word.document.macroEnabled.main"),
        replaced("http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                 "http://purl.oclc.org/ooxml/wordprocessingml/main"),
        replaced('Target="word/document.xml"', 'Target="/word/document.xml"'),
        changed(word__vbaProject=b"\xd0\xcf\x11\xe0 macros"),
        changed(word__embeddings__inner=docxs.packed({"a": docxs.packed({"b": b"c"})}, zipfile.ZIP_STORED)),
        docxs.packed(docxs.with_relations(
            zipped(GOOD), '<Relationship Id="i" Type="http://x/image" Target="NULL"/>')),
        docxs.packed({**zipped(GOOD), docxs.MAIN: b'<?xml version="1.0" encoding="UTF-16"?>'.decode()
                      .encode("utf-16") + zipped(GOOD)[docxs.MAIN].decode().encode("utf-16-le")}),
        b"PK\x03\x04 something before" + GOOD,
        docxs.packed(zipped(GOOD), zipfile.ZIP_STORED),
    ],
    ids=["plain", "macros", "strict", "absolute target", "macro part", "nested zips", "lost picture",
         "UTF-16", "something before the zip", "not packed"],
)  # fmt: skip
def test_a_word_file_of_any_make_is_read(data: bytes) -> None:
    assert shape(docx.read(data)) == BLOCKS


def other(kind: str) -> bytes:
    rels = zipped(GOOD)["_rels/.rels"]
    return docxs.packed({"_rels/.rels": rels, docxs.MAIN: f"<{kind} xmlns='x'/>".encode()})


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a Word file"),
        (b"Only words.", "not a Word file"),
        (b"{\\rtf1 words}", "not a Word file"),
        (OLE, "an old Office file"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (other("workbook"), "an Excel workbook"),
        (other("presentation"), "a PowerPoint presentation"),
        (other("html"), "not a Word file"),
        (docxs.packed({"mimetype": b"application/epub+zip"}), "not a Word file"),
        (GOOD[:-30], "a damaged Word file"),
        (GOOD[: len(GOOD) // 2], "a damaged Word file"),
        (b"PK", "a damaged Word file"),
        (docxs.packed({**zipped(GOOD), docxs.MAIN: zipped(GOOD)[docxs.MAIN][:-20]}), "a damaged Word file"),
        (docxs.packed({**zipped(GOOD), "word/styles.xml": zipped(GOOD)["word/styles.xml"][:-20]}),
         "a damaged Word file"),
        (docxs.packed({**zipped(GOOD), "_rels/.rels": b"no"}), "a damaged Word file"),
        (docxs.packed({**zipped(GOOD), docxs.MAIN: zipped(GOOD)[docxs.MAIN].replace(b"w:body", b"w:soul")}),
         "a damaged Word file"),
        (bytes(docx_package.MAX_PACKED_BYTES + 1), "larger than 20 MB"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=f"^{says}") as caught:
        docx.read(data)
    assert "\n" not in str(caught.value)
    assert ": " in str(caught.value)


# Files that mean harm

ROOT = Path(__file__).parents[1]
LIMIT = 300_000_000  # bytes of memory that no hostile file may make the reader take
READ = """
import sys
from ingest.readers import docx
from ingest.sources import Unreadable
try:
    print(len(docx.read(sys.stdin.buffer.read()).blocks), "blocks")
except Unreadable as error:
    print(error)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:")))
"""


def read_apart(data: bytes) -> str:
    """What a process of its own says of the file, once its peak of memory was found under the limit."""
    command = [sys.executable, "-c", READ]
    done = subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=True)
    said, kilobytes = done.stdout.decode().splitlines()
    assert int(kilobytes) * 1024 < LIMIT
    return said


def blown_up(name: str, megabytes: int) -> bytes:
    """The good file with a member that unpacks to so many megabytes of spaces."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member, content in zipped(GOOD).items():
            if member != name:
                archive.writestr(member, content)
        with archive.open(name, "w") as stream:
            for _ in range(megabytes):
                stream.write(b" " * 1_000_000)
    return data.getvalue()


def lying(data: bytes, name: str, size: int, crc: int) -> bytes:
    """The zip with another size and checksum for a member in both of its headers."""
    content = bytearray(data)
    for mark, field_at, name_at in ((b"PK\x03\x04", 14, 30), (b"PK\x01\x02", 16, 46)):
        at = content.find(mark)
        while content[at + name_at : at + name_at + len(name)] != name.encode():
            at = content.find(mark, at + 1)
        struct.pack_into("<L", content, at + field_at, crc)
        struct.pack_into("<L", content, at + field_at + 8, size)
    return bytes(content)


def many_members(count: int) -> bytes:
    """A zip whose list names so many members, without the members."""
    entry = docx_package._ENTRY + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    size = count * len(entry)
    end = b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 65_535, 65_535, size, 4, 0)
    return b"PK\x03\x04" + entry * count + end


def many_headers() -> bytes:
    """The good file with a thousand relationships to a header of a megabyte."""
    one = '<Relationship Id="h{}" Type="x/header" Target="header.xml"/>'
    relations = "".join(one.format(number) for number in range(1_000))
    members = docxs.with_relations(zipped(GOOD), relations)
    members["word/header.xml"] = members["word/header.xml"].replace(b"Bread", b"Bread" * 200_000)
    return docxs.packed(members, zipfile.ZIP_STORED)


def laughing() -> bytes:
    """The good file with ten entities, each ten times the one before it."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    start = f'<!DOCTYPE w:document [<!ENTITY l0 "bread">{entities}]>'.encode()
    main = start + zipped(GOOD)[docxs.MAIN].replace(b"Bread", b"&l9;")
    return docxs.packed({**zipped(GOOD), docxs.MAIN: main})


SPACES = bytes(b" " * 1000)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: GOOD, "4 blocks"),
        (lambda: blown_up(docxs.MAIN, 300), "unpacks to too much"),
        (lambda: blown_up("word/media/a.png", 300), "unpacks to too much"),
        (lambda: blown_up("word/media/a.png", 2), "unpacks to too much"),
        (lambda: lying(blown_up(docxs.MAIN, 300), docxs.MAIN, 1000, zlib.crc32(SPACES)),
         "a damaged Word file"),
        (lambda: lying(blown_up(docxs.MAIN, 300), docxs.MAIN, 2**31, 0), "unpacks to too much"),
        (lambda: lying(blown_up("a.png", 300), "a.png", 1000, zlib.crc32(SPACES)), "4 blocks"),
        (many_headers, "4 blocks"),
        (lambda: many_members(100_000), "unpacks to too much"),
        (lambda: changed(**{f"a{n}": b"" for n in range(docx_package.MAX_MEMBERS)}), "unpacks to too much"),
        (lambda: changed(word__embeddings__a=blown_up(docxs.MAIN, 300)), "4 blocks"),
        (laughing, "declares a document type"),
        (lambda: word("<w:p/>" * 4_500_000), "unpacks to too much"),
        (lambda: docxs.packed({**zipped(GOOD), "a.xml": b"<a/>" * 4_500_000}, zipfile.ZIP_STORED),
         "unpacks to too much"),
        (lambda: docxs.packed(zipped(word('<w:p w:x=""/>' * 500_000)), zipfile.ZIP_STORED), "0 blocks"),
        (lambda: docxs.packed({**zipped(GOOD), "a.xml": bytes(41_000_000)}), "unpacks to too much"),
    ],
    ids=["good", "text of 300 MB", "picture of 300 MB", "ratio", "hidden 300 MB", "declared 2 GB",
         "hidden in a picture", "one header a thousand times",
         "100,000 members", "1,000 members more", "bomb inside", "laughs",
         "elements, packed", "elements, not packed", "elements within the limit", "too much text"],
)  # fmt: skip
def test_a_bomb_takes_little_memory(build: Callable[[], bytes], said: str) -> None:
    assert read_apart(build()).startswith(said)


def test_all_members_together_have_a_limit() -> None:
    picture = bytes(docx_package.RATIO_COUNTS_FROM_BYTES)  # small enough to shrink to nothing
    many = {f"word/media/{n}.png": picture for n in range(docx_package.MAX_UNPACKED_BYTES // len(picture))}
    with pytest.raises(Unreadable, match=r"^unpacks to too much"):
        docx.read(docxs.packed({**zipped(GOOD), **many}))
    many.popitem()
    assert shape(docx.read(docxs.packed({**zipped(GOOD), **many}))) == BLOCKS


def test_a_list_that_is_too_long_is_not_read_at_all() -> None:
    without_end = many_members(docx_package._MAX_LISTED + 1)[:-22]
    with pytest.raises(Unreadable, match=r"^unpacks to too much"):
        docx.read(without_end)


@pytest.mark.parametrize(
    ("size", "declared", "limit", "says"),
    [
        (300_000, 10, 1_000_000, "a damaged Word file"),
        (300_000, 400_000, 1_000_000, "a damaged Word file"),
        (300_000, 300_000, 1_000, "unpacks to too much"),
        (3_000_000, 3_000_000, 4_000_000, "unpacks to too much"),
    ],
    ids=["more than declared", "less than declared", "more than the limit", "shrank too well"],
)
def test_sizes_are_counted_while_a_member_is_read(size: int, declared: int, limit: int, says: str) -> None:
    content = b" " * size
    data = lying(docxs.packed({"a.xml": content}), "a.xml", declared, zlib.crc32(content))
    with zipfile.ZipFile(io.BytesIO(data)) as archive, pytest.raises(Unreadable, match=f"^{says}"):
        docx_package._read(archive, archive.getinfo("a.xml"), limit)


def test_a_member_may_unpack_to_its_limit() -> None:
    with zipfile.ZipFile(io.BytesIO(docxs.packed({"a.xml": SPACES}))) as archive:
        assert docx_package._read(archive, archive.getinfo("a.xml"), len(SPACES)) == SPACES


@pytest.mark.parametrize(
    "xml",
    [
        b"<!DOCTYPE a><a/>",
        b"\xef\xbb\xbf<!DOCTYPE a><a/>",
        b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>',
        "<!DOCTYPE a><a/>".encode("utf-16"),
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"),
        b"\xfe\xff" + "<!DOCTYPE a><a/>".encode("utf-16-be"),
        b"<a/><!ENTITY b 'c'>",
        "<!DOCTYPE a><a/>".encode("utf-16-le"),
        "<!DOCTYPE a><a/>".encode("utf-32"),
    ],
)
@pytest.mark.parametrize("name", ["customXml/item1.xml", docxs.MAIN, "word/_rels/x.RELS"])
def test_no_part_may_declare_a_document_type(xml: bytes, name: str) -> None:
    with pytest.raises(Unreadable):
        docx.read(docxs.packed({**zipped(GOOD), name: xml}))


def test_an_encoding_that_would_hide_a_document_type_is_not_believed() -> None:
    hidden = b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a [+ADwAIQ-ENTITY b "c">]>'
    with pytest.raises(Unreadable):
        docx.read(docxs.packed({**zipped(GOOD), docxs.MAIN: hidden + zipped(GOOD)[docxs.MAIN]}))


def test_nothing_outside_the_file_is_read(tmp_path: Path) -> None:
    canary = tmp_path / "canary.xml"
    canary.write_text("<w:p>canary</w:p>")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        http = f"http://127.0.0.1:{server.getsockname()[1]}/canary.xml"
        relations = "".join(
            f'<Relationship Id="e{number}" Type="http://x/{kind}" TargetMode="{mode}" Target="{target}"/>'
            for number, (kind, mode, target) in enumerate(
                (kind, mode, target)
                for kind in ("image", "attachedTemplate", "header", "footnotes", "aFChunk", "styles")
                for mode in ("External", "Internal")
                for target in (http, canary.as_uri(), str(canary), f"../../../../..{canary}")
            )
        )
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{canary.as_uri()}"/>'
        members = zipped(word(p("Bread.") + include + '<w:altChunk r:id="e32"/>'))
        members[docxs.MAIN] = f'<?xml-stylesheet href="{http}"?>'.encode() + members[docxs.MAIN]
        draft = docx.read(docxs.packed(docxs.with_relations(members, relations)))
        with pytest.raises(BlockingIOError):
            server.accept()
    assert shape(draft) == ["paragraph: Bread."]
    assert draft.dropped == ()
    assert draft.notes == ("text_missing",)


def test_a_relationship_out_of_the_file_never_means_a_part_of_it() -> None:
    outside = replaced('Target="header.xml"', 'TargetMode="External" Target="header.xml"')
    assert dropped(docx.read(GOOD)) == [("running header or footer", "Mill Lane Bread")]
    assert dropped(docx.read(outside)) == []


def twice() -> bytes:
    """The good file with a second main part: it is added under a name of the same length."""
    other = docxs.MAIN.replace("document", "tnemucod")
    data = docxs.packed({**zipped(GOOD), other: b"<w:document/>"})
    return data.replace(other.encode(), docxs.MAIN.encode())


def encrypted() -> bytes:
    content = bytearray(GOOD)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + at] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (twice(), "a damaged Word file"),
        (encrypted(), "protected by a password"),
        (docxs.packed({**zipped(GOOD), "/etc/cron": b""}), "a damaged Word file"),
        (docxs.packed({**zipped(GOOD), "word/../../x": b""}), "a damaged Word file"),
        (docxs.packed({**zipped(GOOD), "..\\x": b""}), "a damaged Word file"),
        (docxs.packed(zipped(GOOD), zipfile.ZIP_LZMA), "a damaged Word file"),
        (docxs.packed(zipped(GOOD), zipfile.ZIP_BZIP2), "a damaged Word file"),
        (word("<w:sdt><w:sdtContent>" * 2000 + p("x") + "</w:sdtContent></w:sdt>" * 2000),
         "a damaged Word file"),
    ],
    ids=["name twice", "encrypted member", "absolute name", "name with ..", "backslashes", "LZMA", "bzip2",
         "nested"],
)  # fmt: skip
def test_an_odd_zip_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=f"^{says}"):
        docx.read(data)


def test_members_that_overlap_are_refused() -> None:
    # Every entry of the list leads to the same bytes, as in bombs that need no deep compression.
    stored = docxs.packed({"a.xml": b"<a/>" * 1000}, zipfile.ZIP_STORED)
    begin = stored.find(docx_package._ENTRY)
    end = stored.find(b"PK\x05\x06")
    entries = b"".join(stored[begin:end].replace(b"a.xml", b"%c.xml" % letter) for letter in b"abcdefgh")
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 8, 8, len(entries), begin, 0)
    with zipfile.ZipFile(io.BytesIO(stored[:begin] + entries + last)) as archive:
        infos = archive.infolist()
    assert len(infos) == 8
    with pytest.raises(Unreadable, match=r"^a damaged Word file"):
        docx_package._check_declared(infos, begin)


def is_read_or_refused(data: bytes) -> bool:
    """Whether the reader gives a draft, or says why it gives none; anything else it raises goes through."""
    try:
        return isinstance(docx.read(data), Draft)
    except Unreadable as error:
        return bool(str(error))


@given(damage=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=8),
       length=st.integers(0, len(GOOD)) | st.just(len(GOOD)))  # fmt: skip
@settings(deadline=None, max_examples=150)
def test_a_damaged_file_is_read_or_refused(damage: list[tuple[int, int]], length: int) -> None:
    data = bytearray(GOOD)
    for at, byte in damage:
        data[at] = byte
    assert is_read_or_refused(bytes(data[:length]))


@given(data=st.data(), name=st.sampled_from(sorted(n for n in zipped(GOOD) if n.endswith((".xml", ".rels")))))
@settings(deadline=None, max_examples=150)
def test_a_damaged_part_is_read_or_refused(data: st.DataObject, name: str) -> None:
    members = zipped(GOOD)
    part = members[name]
    at = data.draw(st.integers(0, len(part)))
    length = data.draw(st.integers(0, 40))
    members[name] = part[:at] + data.draw(st.binary(max_size=3)) + part[at + length :]
    assert is_read_or_refused(docxs.packed(members, zipfile.ZIP_STORED))


@given(data=st.binary(max_size=200), start=st.sampled_from([b"", b"PK\x03\x04", OLE[:8]]))
@settings(deadline=None, max_examples=150)
def test_noise_is_refused(data: bytes, start: bytes) -> None:
    with pytest.raises(Unreadable):
        docx.read(start + data)


TAGS = """
p r t tbl tr tc sdt sdtContent txbxContent ins del pPr rPr numPr ind b sz outlineLvl gridSpan vMerge tblPr
tblLook trPr fldChar fldSimple instrText footnoteReference pStyle rStyle sectPr altChunk
""".split()
ATTRIBUTES = ["", ' w:val=""', ' w:val="-3"', ' w:val="Title"', ' w:val="99999999999"', ' w:left="x"',
              ' w:fldCharType="begin"', ' w:fldCharType="end"', ' w:id="2"', ' w:instr="TOC"']  # fmt: skip
ELEMENTS = st.recursive(
    st.just("words "),
    lambda inner: st.builds(
        lambda tag, attribute, content: f"<w:{tag}{attribute}>{''.join(content)}</w:{tag}>",
        st.sampled_from(TAGS), st.sampled_from(ATTRIBUTES), st.lists(inner, max_size=3),
    ),
    max_leaves=25,
)  # fmt: skip


@given(markup=st.lists(ELEMENTS, max_size=4))
@settings(deadline=None, max_examples=200)
def test_any_markup_makes_a_draft(markup: list[str]) -> None:
    draft = docx.read(word(p("Bread.") + "".join(markup), footnotes={2: p("Dark.")}))
    assert all(line.text and line.first >= 1 for block in draft.blocks for line in block.lines)
    assert isinstance(clean(Source("bread.docx", b"", "0" * 64), "", draft).document, Document)


# No word is lost

COUNTS = st.integers(1, 4)
PARTS = st.one_of(
    st.tuples(st.just("paragraph"), COUNTS, COUNTS | st.just(0)),  # words, words of its footnote
    st.tuples(st.just("item"), COUNTS, COUNTS),  # words, level
    st.tuples(st.just("heading"), COUNTS, COUNTS),
    st.tuples(st.just("table"), COUNTS, st.integers(2, 4)),  # rows, columns
    st.tuples(st.just("box"), COUNTS, COUNTS),  # paragraphs, words of each
)


@given(parts=st.lists(PARTS, max_size=8))
@settings(deadline=None, max_examples=100)
def test_every_word_comes_out_once_and_in_order(parts: list[tuple[str, int, int]]) -> None:
    written: list[str] = []

    def words(count: int) -> str:
        written.extend(f"word{len(written) + n}" for n in range(count))
        return " ".join(written[-count:]) if count else ""

    markup = ""
    footnotes: dict[int, str] = {}
    for number, (kind, first, second) in enumerate(parts):
        if kind == "paragraph":
            text = words(first)
            middle = len(text) // 2  # a reference may stand in the middle of a word
            markup += p(r(text[:middle]) + note("footnote", number) * bool(second) + r(text[middle:]))
            footnotes[number] = p(words(second))
        elif kind == "item":
            markup += p(words(first), properties=numbered(second - 1))
        elif kind == "heading":
            markup += p(words(first), f"Heading{second}")
        elif kind == "table":
            markup += table(*(row(*(words(2) for _ in range(second))) for _ in range(first)))
        else:
            markup += table(*(row(tc(p(words(second)) + p(words(1)))) for _ in range(first)))
    draft = docx.read(word(markup, footnotes=footnotes))
    assert " ".join(block.text for block in draft.blocks).replace(";", "").split() == written
