"""PDFs as drafts: the words of a page in the order of reading, with what their places and type say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfbase.pdfmetrics import stringWidth

from ingest.cleaning import clean
from ingest.drafts import Draft, Dropped, Kind
from ingest.readers import pdf
from ingest.readers.pdf.words import tidy
from ingest.sources import Source, Unreadable
from ingest.splitting import split
from search.passages import Document, Found, Metadata
from tests.pdfs import BOLD, LEFT, RIGHT, UNICODE, Put, Sheet, raw, wrap
from tests.pdfs import pdf as make

ONE = (
    "The lock keeper opens the lower gates before sunrise, for the first boats of the day bring coal from "
    "the pits and want to be at the quay when the mills begin to work and the carts stand ready."
)
TWO = (
    "In summer he sleeps at noon, when no boat moves, and his wife takes the tolls, writes each name into "
    "the long green book and rings the bell twice for every barge that has paid."
)
THREE = (
    "Nobody remembers who planted the pear tree beside the cottage, but everybody who ever passed the lock "
    "in autumn has eaten of its fruit and thrown the core into the water."
)
FOUR = (
    "When the railway came the barges grew fewer from year to year, the mills took their coal from the "
    "station, and one spring the gates were left open and the water ran out into the meadows."
)
"""Paragraphs without a hyphen, of two to three lines each at the full width."""


def read(*sheets: Sheet, **how: object) -> Draft:
    return pdf.read(make(*sheets, **how))  # type: ignore[arg-type]  # passed on as they came


def shape(draft: Draft) -> list[str]:
    """Each block on a line: its kind, its level if it has one, its text."""
    return [f"{b.kind.value}{b.level or ''}: {b.text}" for b in draft.blocks]


def pages(draft: Draft) -> list[tuple[int, int]]:
    return [(b.lines[0].first, b.lines[-1].last) for b in draft.blocks]


def cleaned(draft: Draft) -> Document:
    return clean(Source("lock.pdf", b"", "0" * 64), "", draft).document


def paragraphs(*texts: str) -> list[str]:
    return [f"paragraph: {text}" for text in texts]


# Files


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a PDF"),
        (b"<html>no PDF</html>", "not a PDF"),
        (make(Sheet().paragraph(ONE))[:300], "not a PDF"),
        (make(Sheet().paragraph(ONE), password="toll"), "password"),
        (raw("/Kids []"), "not a PDF"),
        (make(Sheet()), "no text"),
        (make(Sheet().picture(72, 72, 400, 600)), r"\(OCR\)"),
        (make(*[Sheet()] * 2001), "2,001 pages, more than 2,000"),
        (raw("/Kids [2 0 R]", 1), "damaged"),
        (
            raw("/Kids [3 0 R]", 1, "3 0 obj << /Type /Pages /Parent 2 0 R /Kids [2 0 R] /Count 1 >> endobj"),
            "damaged",
        ),
        (raw("/Kids [9 0 R 8 0 R]", 2), "damaged"),
    ],
    ids="empty html cut locked pageless blank images long cycle cycle2 missing".split(),
)
def test_what_cannot_be_read_says_in_one_line_what_to_do(data: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why) as error:
        pdf.read(data)
    assert "\n" not in str(error.value)


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_a_damaged_file_gives_a_draft_or_is_unreadable(data: st.DataObject) -> None:
    whole = bytearray(make(Sheet().paragraph(ONE)))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(whole), len(whole) // 2, 100]))
    try:
        draft = pdf.read(bytes(whole[:cut]))
    except Unreadable:
        return
    assert draft.unit == "page"


def test_a_page_of_text_is_paragraphs_on_page_one() -> None:
    draft = read(Sheet().paragraph(ONE).gap().paragraph(TWO))
    assert shape(draft) == paragraphs(ONE, TWO)
    assert pages(draft) == [(1, 1), (1, 1)]
    assert (draft.unit, draft.structured, draft.notes, draft.dropped) == ("page", False, (), ())
    assert all(line.start is None and line.end is None for block in draft.blocks for line in block.lines)


def test_a_page_without_text_among_others_is_noted_unless_it_is_blank() -> None:
    text, image, blank = Sheet().paragraph(ONE), Sheet().picture(72, 72, 400, 600), Sheet()
    assert read(text, image).notes == ("text_missing",)
    assert read(text, blank).notes == ()


# Hyphens


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (["The perform-", "ance of the gates."], "The performance of the gates."),
        (["A well-made gate, and a well-", "made lock."], "A well-made gate, and a well-made lock."),
        (["The lock gate and the lock-", "gate keeper."], "The lock gate and the lock-gate keeper."),
        (["The lock gate, lockgate or lock-", "gate."], "The lock gate, lockgate or lockgate."),
        (["In the years 2019-", "20 it froze."], "In the years 2019-20 it froze."),
        (["With Lower-", "Mill it froze."], "With Lower-Mill it froze."),
        (["It froze -", "and held."], "It froze - and held."),
        (["The keep-", "er is out, for the keep is a ruin. Keep", "off."],
         "The keeper is out, for the keep is a ruin. Keep off."),
    ],
)  # fmt: skip
def test_a_word_torn_at_a_line_end_is_whole_again(rows: list[str], text: str) -> None:
    sheet = Sheet(right=LEFT + 150)
    for row in rows:
        sheet.line(row)
    assert read(sheet).blocks[0].text == text


def test_a_word_torn_by_a_page_break_stands_whole_on_the_first_page() -> None:
    first, second = Sheet(y=700), Sheet()
    first.paragraph(ONE.removesuffix("ready.") + "made for the perform-")
    draft = read(first, second.paragraph("ance of the gates every day."))
    assert len(draft.blocks) == 1
    assert draft.blocks[0].text.endswith("made for the performance of the gates every day.")
    assert [(line.text, line.first) for line in draft.blocks[0].lines][-2:] == [
        (draft.blocks[0].lines[-2].text, 1), ("of the gates every day.", 2)
    ]  # fmt: skip


# Running lines


def numbered(number: int, header: str, footer: str, text: str) -> Sheet:
    sheet = Sheet().put(header, LEFT, 40, 8).paragraph(text)
    return sheet.put(footer, 290, 800, 8)


@pytest.mark.parametrize(
    ("header", "footer"),
    [
        ("Canal Review", "{}"),
        ("Canal Review {}", "- {} -"),
        ("The Locks | May 2021", "Page {} of 3"),
        ("Canal Review", "Canal Trust, Mill Lane, 12 March"),
    ],
)
@pytest.mark.parametrize("count", [2, 3])
def test_running_lines_are_dropped_and_recorded(header: str, footer: str, count: int) -> None:
    texts = [ONE, TWO, THREE][:count]
    sheets = [numbered(n, header.format(n), footer.format(n), text) for n, text in enumerate(texts, 1)]
    draft = read(*sheets)
    assert shape(draft) == paragraphs(*texts)
    assert draft.dropped == tuple(
        Dropped(line.format(n), "running header or footer", n, n)
        for n in range(1, count + 1)
        for line in (header, footer)
    )


def test_a_document_of_nothing_but_running_lines_keeps_them() -> None:
    assert shape(read(Sheet().line("Page 1"), Sheet().line("Page 2"))) == paragraphs("Page 1", "Page 2")


def test_odd_and_even_pages_may_have_headers_of_their_own() -> None:
    headers = ["Canal Review", "The Lock Keepers", "Canal Review", "The Lock Keepers"]
    draft = read(*[numbered(n, headers[n % 2], str(n), t) for n, t in enumerate([ONE, TWO, THREE, FOUR], 1)])
    assert shape(draft) == paragraphs(ONE, TWO, THREE, FOUR)


def test_a_header_may_carry_the_name_of_the_chapter() -> None:
    headers = ["Gates 11", "Boats 12", "Tolls 13", "Trees 14"]
    draft = read(
        *[
            numbered(n, h, "", t)
            for n, (h, t) in enumerate(zip(headers, [ONE, TWO, THREE, FOUR], strict=True))
        ]
    )
    assert [dropped.text for dropped in draft.dropped] == headers


@pytest.mark.parametrize("number", ["3", "Page 3 of 12", "iii", "- 3 -", "p. 3"])
def test_on_a_single_page_only_a_page_number_is_dropped(number: str) -> None:
    draft = read(numbered(1, "Canal Review", number, ONE))
    assert [dropped.text for dropped in draft.dropped] == [number]
    assert draft.blocks[0].text == "Canal Review"


def test_a_sentence_at_the_top_of_a_page_stays() -> None:
    first, second, third = (Sheet(y=60).paragraph(text) for text in (ONE, TWO, THREE))
    assert shape(read(first, second, third)) == paragraphs(ONE, TWO, THREE)


def test_a_number_that_ends_the_last_line_of_a_page_stays() -> None:
    sheet = Sheet(y=770).paragraph("The lock was built by the brothers Fenn and opened for all boats in May")
    assert read(sheet.line("1804")).blocks[0].text.endswith("in May 1804")


@pytest.mark.parametrize(("shift", "kept"), [(3, []), (60, ["Gates and boats"] * 2)])
def test_a_running_line_stands_at_like_places(shift: float, kept: list[str]) -> None:
    first, second = Sheet(y=50).line("Gates and boats"), Sheet(y=50 + shift).line("Gates and boats")
    draft = read(first.gap(20).paragraph(ONE), second.gap(20).paragraph(TWO))
    assert [b.text for b in draft.blocks if b.text not in (ONE, TWO)] == kept


def test_a_heading_at_the_top_of_two_pages_is_no_running_line() -> None:
    sheets = [Sheet(y=60).heading("Gates", 14).paragraph(text) for text in (ONE, TWO)]
    assert [b.text for b in read(*sheets).blocks] == ["Gates", ONE, "Gates", TWO]


@pytest.mark.parametrize(("size", "numbers", "dropped"), [(10, True, 4), (8, False, 4), (10, False, 0)])
def test_a_header_that_differs_is_numbered_or_in_small_type(size: float, numbers: bool, dropped: int) -> None:
    sheets = []
    for number, (name, text) in enumerate(
        zip(("Gates", "Boats", "Tolls", "Trees"), (ONE, TWO, THREE, FOUR), strict=True)
    ):
        header = f"{name} {number + 11}" if numbers else name
        sheets.append(Sheet().put(header, LEFT, 50, size).paragraph(text))
    assert len(read(*sheets).dropped) == dropped


# Paragraphs


@pytest.mark.parametrize("note", [False, True])
def test_a_paragraph_goes_on_over_a_page_break(note: bool) -> None:
    rows = wrap(f"{ONE} {TWO}", RIGHT - LEFT)
    first, second = Sheet(y=700), Sheet()
    for row in rows[:3]:
        first.line(row)
    for row in rows[3:]:
        second.line(row)
    for number, sheet in enumerate((first, second), 1):
        sheet.put(f"Canal Review {number}", LEFT, 820, 8)
    if note:
        first.put("1 The book is kept in the town hall.", LEFT, 780, 7)
    draft = read(first, second)
    assert draft.blocks[0].text == f"{ONE} {TWO}"
    assert [line.first for line in draft.blocks[0].lines] == [1] * 3 + [2] * (len(rows) - 3)
    assert shape(draft)[1:] == (["note: 1 The book is kept in the town hall."] if note else [])


def test_a_passage_over_a_page_break_knows_both_pages() -> None:
    rows = wrap(f"{ONE} {TWO}", RIGHT - LEFT)
    first, second = Sheet(y=700), Sheet()
    for row in rows[:3]:
        first.line(row)
    for row in rows[3:]:
        second.line(row)
    passages = split(cleaned(read(first, second)))
    assert [(p.first, p.last) for p in passages] == [(1, 2)]


@pytest.mark.parametrize(("first", "gap"), [(0.0, 8.0), (14.0, 0.0), (0.0, 0.0)])
def test_paragraphs_part_at_a_gap_an_indent_or_a_short_last_line(first: float, gap: float) -> None:
    sheet = Sheet()
    for text in (ONE, TWO, THREE):
        sheet.paragraph(text, first=first).gap(gap)
    assert shape(read(sheet)) == paragraphs(ONE, TWO, THREE)


def test_an_indent_parts_paragraphs_also_after_a_full_line() -> None:
    rows = wrap(f"{ONE} {TWO}", RIGHT - LEFT)
    sheet = Sheet().line(rows[0]).line(f"{rows[1][:-1]}.")
    sheet.line("Immediately after noon he sleeps", indent=14).line("in the shade of the pear tree")
    assert len(read(sheet).blocks) == 2


def test_a_sentence_goes_on_over_a_page_break_with_a_name() -> None:
    row = wrap(ONE, RIGHT - LEFT)[0]
    draft = read(Sheet(y=700).line(row), Sheet().line("Fenn and the quay want to be at work."))
    assert len(draft.blocks) == 1


def test_words_that_pdfium_runs_together_over_two_lines_are_apart() -> None:
    sheet = Sheet().put("boat", LEFT, 90, 7).put("•", LEFT + 12, 98.4).put("gates", LEFT + 26, 98.4)
    assert shape(read(sheet)) == ["paragraph: boat", "item1: gates"]


def test_bare_lines_are_blocks_of_their_own() -> None:
    sheet = Sheet().line("Gates and boats").gap().paragraph(ONE).gap().line("Noon").gap().paragraph(TWO)
    draft = read(sheet)
    assert shape(draft) == paragraphs("Gates and boats", ONE, "Noon", TWO)
    assert draft.structured is False


# Columns


def two_columns(*, across: bool, top: float = 90) -> tuple[list[Put], list[str]]:
    """Four paragraphs in two columns, drawn column by column or line by line across both."""
    left = Sheet(right=285, y=top).paragraph(ONE).gap(6).paragraph(TWO)
    right = Sheet(left=310, y=top).paragraph(THREE).gap(6).paragraph(ONE)
    puts = left.puts + right.puts
    return sorted(puts, key=lambda put: (put.y, put.x)) if across else puts, paragraphs(ONE, TWO, THREE, ONE)


@pytest.mark.parametrize("across", [False, True])
def test_columns_are_read_one_after_the_other(across: bool) -> None:
    puts, blocks = two_columns(across=across)
    assert shape(read(Sheet(puts=puts))) == blocks


@pytest.mark.parametrize("across", [False, True])
def test_a_title_and_an_abstract_stand_above_the_columns(across: bool) -> None:
    top = Sheet(y=80).heading("The lock keepers", 20).paragraph(TWO)
    puts, blocks = two_columns(across=across, top=top.y + 20)
    assert shape(read(Sheet(puts=top.puts + puts))) == [
        "heading1: The lock keepers",
        *paragraphs(TWO),
        *blocks,
    ]


def test_a_full_width_caption_parts_what_is_above_from_what_is_below() -> None:
    above, blocks = two_columns(across=True)
    caption = "Figure 1: All the locks of the canal from the pits down to the quay of the lower town"
    below, _ = two_columns(across=True, top=400)
    sheet = Sheet(puts=[*above, Put(caption, LEFT, 370), *below]).picture(72, 250, 451, 100)
    assert shape(read(sheet)) == [*blocks, f"note: {caption}", *blocks]


def test_a_picture_across_both_columns_parts_them_too() -> None:
    above, blocks = two_columns(across=False)
    below, _ = two_columns(across=False, top=400)
    assert shape(read(Sheet(puts=[*above, *below]).picture(72, 230, 451, 130))) == [*blocks, *blocks]


def test_a_column_that_begins_higher_up_waits_for_the_one_on_its_left() -> None:
    left, right = Sheet(right=285, y=150).paragraph(ONE), Sheet(left=310).paragraph(f"{TWO} {THREE}")
    assert shape(read(Sheet(puts=right.puts + left.puts))) == paragraphs(ONE, f"{TWO} {THREE}")


def test_columns_whose_base_lines_differ_are_columns_all_the_same() -> None:
    left = Sheet(right=285).paragraph(ONE + " " + TWO)
    right = Sheet(left=310, y=95.5).paragraph(THREE + " " + ONE)
    assert shape(read(Sheet(puts=left.puts + right.puts))) == paragraphs(f"{ONE} {TWO}", f"{THREE} {ONE}")


def test_three_columns_are_read_from_the_left() -> None:
    puts = [
        put
        for n, text in enumerate((ONE, TWO, THREE))
        for put in Sheet(left=40 + 180 * n, right=195 + 180 * n).paragraph(text).puts
    ]
    assert shape(read(Sheet(puts=puts))) == paragraphs(ONE, TWO, THREE)


def test_a_paragraph_goes_on_from_one_column_to_the_next() -> None:
    rows = wrap(f"{ONE} {TWO}", 213)
    left, right = Sheet(right=285), Sheet(left=310)
    for row in rows[:5]:
        left.line(row)
    for row in rows[5:]:
        right.line(row)
    assert shape(read(Sheet(puts=left.puts + right.puts))) == paragraphs(f"{ONE} {TWO}")


# Headings and the title


def test_headings_have_the_level_of_their_type_below_the_title() -> None:
    sheet = Sheet().heading("The lock keepers", 22)
    for name, size, font in (("Gates", 16, BOLD), ("Lower gates", 12, BOLD), ("Boats", 16, BOLD)):
        sheet.heading(name, size, font).paragraph(ONE)
    draft = read(sheet)
    assert [b for b in shape(draft) if b.startswith("h")] == [
        "heading1: The lock keepers", "heading2: Gates", "heading3: Lower gates", "heading2: Boats"
    ]  # fmt: skip
    assert draft.structured is True


def test_bold_lines_in_the_size_of_the_text_are_headings() -> None:
    sheet = Sheet().heading("The lock keepers", 22).heading("Gates", 10).paragraph(ONE)
    draft = read(sheet.heading("Boats", 10).paragraph(TWO))
    assert shape(draft) == [
        "heading1: The lock keepers", "heading2: Gates", f"paragraph: {ONE}", "heading2: Boats",
        f"paragraph: {TWO}",
    ]  # fmt: skip


def test_a_heading_over_two_lines_is_one() -> None:
    sheet = Sheet().line("What the lock keepers of the canal do on all", size=16, font=BOLD)
    sheet.line("the long days of the summer", size=16, font=BOLD).gap().paragraph(ONE)
    assert shape(read(sheet))[0] == (
        "heading1: What the lock keepers of the canal do on all the long days of the summer"
    )


def test_a_bold_lead_in_is_no_heading() -> None:
    sheet = Sheet().put("Gates.", LEFT, 90, font=BOLD)
    sheet.put("They are opened", LEFT + 40, 90)
    sheet.y = 102
    assert shape(read(sheet.paragraph(f"early. {ONE}"))) == paragraphs(f"Gates. They are opened early. {ONE}")


def test_a_paragraph_in_bold_is_no_heading() -> None:
    bold = ONE.removesuffix(".")
    draft = read(Sheet().paragraph(bold, font=BOLD).gap().paragraph(f"{TWO} {THREE}"))
    assert shape(draft) == paragraphs(bold, f"{TWO} {THREE}")


def test_a_bold_name_over_a_date_under_the_title_is_no_heading() -> None:
    sheet = Sheet().heading("The lock keepers", 22).line("Ada Brook", font=BOLD).line("3 May 2021").gap()
    assert shape(read(sheet.paragraph(ONE)))[1:3] == paragraphs("Ada Brook", "3 May 2021")


def test_contents_is_no_title() -> None:
    sheet = Sheet().heading("The lock keepers", 16).paragraph(ONE).heading("Contents", 20).paragraph(TWO)
    assert shape(read(sheet))[0] == "heading1: The lock keepers"


@pytest.mark.parametrize("published", ["Published 3 May 2021", "3 May 2021", "May 3, 2021"])
def test_what_is_printed_under_the_title_is_read_from_it(published: str) -> None:
    sheet = Sheet().line("The lock keepers", size=22, font=BOLD).gap(4)
    sheet.line("By Ada Brook and Tom Fenn").line(published).gap().paragraph(ONE)
    metadata = cleaned(read(sheet.heading("Gates", 14).paragraph(TWO), title="Another")).metadata
    assert metadata.title is not None
    assert metadata.title.value == "The lock keepers"
    assert [author.value for author in metadata.authors] == ["Ada Brook", "Tom Fenn"]
    assert metadata.published is not None
    assert metadata.published.value == "2021-05-03"


def test_names_under_the_title_in_bold_are_no_headings() -> None:
    sheet = Sheet().heading("The lock keepers", 22).heading("Ada Brook", 12).heading("Canal Trust", 12)
    sheet.heading("Gates", 16).heading("Lower gates", 12).paragraph(ONE)
    assert shape(read(sheet)) == [
        "heading1: The lock keepers", *paragraphs("Ada Brook", "Canal Trust"), "heading2: Gates",
        "heading3: Lower gates", *paragraphs(ONE),
    ]  # fmt: skip


def test_large_type_at_the_foot_of_the_first_page_is_no_title() -> None:
    sheet = Sheet().heading("Gates", 14).paragraph(ONE).put("Free copy", LEFT, 700, 30, BOLD)
    assert shape(read(sheet))[0] == "heading1: Gates"


@pytest.mark.parametrize(
    "title",
    ["Microsoft Word - draft.docx", "untitled", "Untitled document", "report.pdf", "PowerPoint Presentation",
     "Document1", "C:\\lock\\final", "https://canal.example/lock", "2021-05-03", " ",
     "lock_v2.indd", "Slide 1", "Model",
     "Adobe Photoshop PDF"],
)  # fmt: skip
def test_a_title_that_a_program_made_up_is_none(title: str) -> None:
    assert read(Sheet().paragraph(ONE), title=title).metadata == Metadata()


def test_a_title_of_the_properties_counts_where_none_is_printed() -> None:
    title = Found("The lock keepers", "file properties")
    assert read(Sheet().paragraph(ONE), title=title.value).metadata == Metadata(title=title)
    printed = Sheet().heading("Keepers of locks", 20).paragraph(ONE)
    assert read(printed, title=title.value).metadata == Metadata()


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Ada Brook", ["Ada Brook"]),
        ("Ada Brook; Tom van Fenn", ["Ada Brook", "Tom van Fenn"]),
        ("Ada Brook, Tom J. Fenn and Ida Marl", ["Ada Brook", "Tom J. Fenn", "Ida Marl"]),
        *[(name, []) for name in ("Ada", "abrook", "admin", "Admin User", "User 2", "Office User",
                                  "Ada Brook 2", "Canal Trust", "N. Brook",
                                  "DoD Form", "", "ADA", "Windows User", "ada brook")],
    ],
)  # fmt: skip
def test_authors_of_the_properties_are_full_names_of_people(author: str, names: list[str]) -> None:
    metadata = read(Sheet().paragraph(ONE), author=author).metadata
    assert metadata.authors == tuple(Found(name, "file properties") for name in names)


# Lists


@pytest.mark.parametrize("bullet", ["•", "–", "-", "·", "1.", "2)", "(a)", "a)", "iv)", "*", "o"])
def test_bullets_and_numbers_start_items_and_wrapped_items_are_one(bullet: str) -> None:
    sheet = Sheet().line("The keeper has to:").item(ONE, bullet).item("ring the bell", bullet)
    assert shape(read(sheet)) == ["paragraph: The keeper has to:", f"item1: {ONE}", "item1: ring the bell"]


def test_bullets_of_symbol_fonts_are_bullets() -> None:
    # Symbol has its bullet at B7, which fonts in Word's files show as U+F0B7.
    sheet = (
        Sheet()
        .line("The keeper has to:")
        .item("ring", "\xb7", font="Symbol")
        .item("open", "l", font="ZapfDingbats")
    )
    assert shape(read(sheet))[1:] == ["item1: ring", "item1: open"]


def test_bullets_drawn_as_shapes_are_bullets() -> None:
    sheet = (
        Sheet().line("The keeper has to:").dot(12).paragraph(ONE, indent=20).dot(12).line("ring", indent=20)
    )
    sheet.dot(30).line("twice", indent=38)
    assert shape(read(sheet))[1:] == [f"item1: {ONE}", "item1: ring", "item2: twice"]


def test_dots_away_from_the_beginning_of_a_line_are_no_bullets() -> None:
    sheet = Sheet().dot(-40).paragraph(ONE)
    sheet.dots.append((300, 92))
    sheet.dots.append((200, 400))
    sheet.picture(56, 85.5, 12, 3).picture(60, 94, 9, 9)
    assert shape(read(sheet)) == paragraphs(ONE)


def test_deeper_indents_are_deeper_levels() -> None:
    sheet = (
        Sheet()
        .line("The keeper has to:")
        .item("ring")
        .item("twice", "–", indent=30)
        .item("loud", "–", indent=30)
    )
    sheet.item("open")
    assert shape(read(sheet))[1:] == ["item1: ring", "item2: twice", "item2: loud", "item1: open"]


def test_an_item_goes_on_over_a_page_break() -> None:
    rows = wrap(ONE, 425)
    first, second = Sheet(y=760).line("The keeper has to:").item(rows[0]), Sheet()
    for row in rows[1:]:
        second.line(row, indent=26)
    draft = read(first, second.item("ring the bell"))
    assert shape(draft) == ["paragraph: The keeper has to:", f"item1: {ONE}", "item1: ring the bell"]
    assert pages(draft)[1] == (1, 2)


def test_a_dash_or_a_number_inside_a_paragraph_starts_no_item() -> None:
    sheet = Sheet()
    for row in (
        "The keeper opens the lower gates before sunrise for the first boats of the whole day at",
        "5. He does so with his wife and his two sons and a dog that barks at every boat and boy",
        "– or used to – until the water is level and the boats may go on to the quay in the town.",
    ):
        sheet.line(row)
    assert len(read(sheet).blocks) == 1


# Tables


def table(
    sheet: Sheet, rows: list[list[str]], *, xs: tuple[float, ...] = (72, 200, 300), bold: bool = True
) -> Sheet:
    for number, row in enumerate(rows):
        for x, cell in zip(xs, row, strict=True):
            sheet.put(cell, x, sheet.y, font=BOLD if bold and number == 0 else "Helvetica")
        sheet.gap(16)
    return sheet


ROWS = [
    ["Year", "Boats", "Cargo"],
    ["1851", "1,204", "Coal"],
    ["1861", "2,318", "Grain and coal"],
    ["1871", "980", "Coal"],
]


@pytest.mark.parametrize("bold", [True, False])
def test_rows_of_a_table_name_their_columns(bold: bool) -> None:
    sheet = table(
        Sheet().paragraph(ONE).gap(14),
        [["Place", *ROWS[0][1:]], *[["Mill", *r[1:]] for r in ROWS[1:]]],
        bold=bold,
    )
    draft = read(sheet.gap().paragraph(TWO))
    assert shape(draft) == [
        f"paragraph: {ONE}", "item1: Place: Mill; Boats: 1,204; Cargo: Coal",
        "item1: Place: Mill; Boats: 2,318; Cargo: Grain and coal",
        "item1: Place: Mill; Boats: 980; Cargo: Coal",
        f"paragraph: {TWO}",
    ]  # fmt: skip


def test_a_table_of_which_no_header_is_sure_has_its_cells_alone() -> None:
    rows = [["Mill", "coal", "daily"], ["Quay", "grain", "weekly"], ["Pits", "none", "never"]]
    assert shape(read(table(Sheet(), rows, bold=False))) == [
        "item1: Mill; coal; daily", "item1: Quay; grain; weekly", "item1: Pits; none; never"
    ]  # fmt: skip


def test_a_wrapped_cell_is_one_cell() -> None:
    sheet = Sheet()
    table(sheet, ROWS[:2])
    sheet.put("and some grain", 300, sheet.y - 4)
    sheet.y += 12
    table(sheet, ROWS[2:], bold=False)
    assert shape(read(sheet)) == [
        "item1: Year: 1851; Boats: 1,204; Cargo: Coal and some grain",
        "item1: Year: 1861; Boats: 2,318; Cargo: Grain and coal",
        "item1: Year: 1871; Boats: 980; Cargo: Coal",
    ]  # fmt: skip


def test_the_first_cell_of_a_row_may_be_wrapped() -> None:
    rows = [
        ["Who", "Since", "Wage"],
        ["Keeper of the", "1851", "12"],
        ["Deputy", "1861", "8"],
        ["Clerk", "1871", "4"],
    ]
    sheet = table(Sheet(), rows[:2])
    sheet.put("Lower Lock", LEFT, sheet.y - 4)
    sheet.y += 12
    assert (
        shape(read(table(sheet, rows[2:], bold=False)))[0]
        == "item1: Who: Keeper of the Lower Lock; Since: 1851; Wage: 12"
    )


def test_a_bold_first_row_is_a_header_over_words() -> None:
    rows = [["Place", "Cargo", "How often"], ["Mill", "coal", "daily"], ["Quay", "grain", "weekly"]]
    assert shape(read(table(Sheet(), rows)))[0] == "item1: Place: Mill; Cargo: coal; How often: daily"


def test_another_table_on_the_next_page_has_no_header_of_the_one_before() -> None:
    other = table(
        Sheet(),
        [["Mill", "coal", "x"], ["Quay", "oak", "y"], ["Pits", "tar", "z"]],
        xs=(72, 240, 400),
        bold=False,
    )
    assert shape(read(table(Sheet(y=700), ROWS), other))[3] == "item1: Mill; coal; x"


def test_columns_of_numbers_may_stand_near_each_other() -> None:
    sheet = Sheet()
    for year in range(1851, 1858):
        sheet.put(str(year), LEFT, sheet.y).put(str(7 * year), 150, sheet.y).put(
            str(3 * year), 184, sheet.y
        ).gap(14)
    assert shape(read(sheet))[0] == "item1: 1851; 12957; 5553"


def test_a_table_with_phrases_or_sentences_in_all_cells_is_no_pair_of_columns() -> None:
    phrases = [
        ["The old mill on the hill", "grain for all the town"],
        ["A quay", "coal and a little tar in May"],
        ["The pits behind the station", "none of it"],
        ["The upper lock and basin", "oak beams for the gates"],
    ]
    draft = read(table(Sheet(), phrases, xs=(72, 300), bold=False))
    assert shape(draft) == [f"item1: {left}; {right}" for left, right in phrases]
    sheet = Sheet()
    for cells in ((ONE, TWO), (THREE, FOUR), (TWO, ONE)):
        sides = [
            Sheet(left=x, right=x + 200, y=sheet.y).paragraph(c)
            for x, c in zip((72, 320), cells, strict=True)
        ]
        sheet.puts += [put for side in sides for put in side.puts]
        sheet.y = max(side.y for side in sides) + 8
    assert shape(read(sheet)) == [f"item1: {ONE}; {TWO}", f"item1: {THREE}; {FOUR}", f"item1: {TWO}; {ONE}"]


def test_groups_of_rows_of_a_table_stay_rows() -> None:
    sheet = Sheet()
    for rows in (ROWS[1:], ROWS[1:], ROWS[1:]):
        for row in rows:
            for x, cell in zip((72, 200, 300), row, strict=True):
                sheet.put(cell, x, sheet.y)
            sheet.gap(12)
        sheet.gap(6)
    assert [b.text for b in read(sheet).blocks] == ["; ".join(row) for row in ROWS[1:] * 3]


@pytest.mark.parametrize(
    "names", [["mill", "quay", "pits"], ["the mill on the hill", "the quay at the", "the pits by the"]]
)
def test_names_in_lower_case_beside_wrapped_text_are_a_table(names: list[str]) -> None:
    sheet = Sheet()
    for name, text in zip(names, (ONE, TWO, THREE), strict=True):
        sheet.put(name, LEFT, sheet.y)
        cell = Sheet(left=200, y=sheet.y).paragraph(text)
        sheet.puts += cell.puts
        sheet.y = cell.y
    assert [b.text.split(";")[0] for b in read(sheet).blocks] == names


def test_cells_in_lower_case_are_no_columns_of_prose() -> None:
    rows = [["mill", "coal daily"], ["quay", "grain weekly"], ["pits", "nothing ever"]]
    assert [b.text for b in read(table(Sheet(), rows, xs=(72, 300), bold=False)).blocks] == [
        "; ".join(r) for r in rows
    ]


def test_a_table_of_two_columns_with_wrapped_text_is_no_pair_of_columns() -> None:
    sheet = Sheet()
    for name, text in (("Gates", ONE), ("Noon", TWO), ("Tree", THREE)):
        sheet.put(name, LEFT, sheet.y)
        cell = Sheet(left=180, y=sheet.y).paragraph(text)
        sheet.puts += cell.puts
        sheet.y = cell.y + 6
    assert shape(read(sheet)) == [f"item1: Gates; {ONE}", f"item1: Noon; {TWO}", f"item1: Tree; {THREE}"]


def test_a_table_that_goes_on_over_a_page_keeps_its_header() -> None:
    first, second = table(Sheet(y=700), ROWS[:3]), table(Sheet(y=90), ROWS[2:], bold=False)
    assert shape(read(first, second.gap().paragraph(ONE)))[2:4] == [
        "item1: Year: 1861; Boats: 2,318; Cargo: Grain and coal", "item1: Year: 1871; Boats: 980; Cargo: Coal"
    ]  # fmt: skip


def test_lone_rows_with_wide_gaps_are_not_run_together() -> None:
    sheet = Sheet().put("The keeper of the lock", LEFT, 90).put("12 May", 300, 90)
    sheet.put("The deputy of the keeper", LEFT, 102).put("3 June", 300, 102)
    assert shape(read(sheet)) == paragraphs(
        "The keeper of the lock 12 May", "The deputy of the keeper 3 June"
    )


def test_a_contents_list_is_items_with_their_pages() -> None:
    sheet = Sheet().heading("Contents", 16)
    for name, number in (("Gates", "1"), ("Boats and barges", "2"), ("Tolls", "14")):
        sheet.line(f"{name} {'. ' * 30}{number}")
    assert shape(read(sheet, Sheet().paragraph(ONE)))[1:4] == [
        "item1: Gates 1", "item1: Boats and barges 2", "item1: Tolls 14"
    ]  # fmt: skip


# Notes


def test_footnotes_come_after_the_paragraph_and_their_marks_leave_the_words() -> None:
    sheet = (
        Sheet()
        .put("The gates of all locks", LEFT, 90)
        .put("1", LEFT + 98, 86, 6)
        .put("are old, as is m2.", LEFT + 104, 90)
    )
    sheet.y = 110
    sheet.paragraph(ONE)
    sheet.put("1 Built in oak by the elder Fenn.", LEFT, 760, 7).put(
        "2 See the long green book.", LEFT, 769, 7
    )
    assert shape(read(sheet)) == [
        "paragraph: The gates of all locks are old, as is m2.", f"paragraph: {ONE}",
        "note: 1 Built in oak by the elder Fenn.", "note: 2 See the long green book.",
    ]  # fmt: skip


@pytest.mark.parametrize(("note", "text"), [(True, "The systems, all"), (False, "The systems3, all")])
def test_a_mark_glued_to_its_word_is_dropped_when_there_is_its_note(note: bool, text: str) -> None:
    sheet, x = Sheet(), LEFT
    for piece, size, rise in (("The systems", 10, 0), ("3", 6, 4), (", all of oak.", 10, 0)):
        sheet.put(piece, x, 90 - rise, size)
        x += stringWidth(piece, "Helvetica", size)
    sheet.y = 120
    sheet.paragraph(ONE)
    if note:
        sheet.put("3 Built by the elder Fenn.", LEFT, 760, 7)
    assert read(sheet).blocks[0].text.startswith(text)


def test_marks_of_notes_at_the_end_of_the_document_leave_words_but_not_units() -> None:
    first = (
        Sheet()
        .put("The gates of all locks", LEFT, 90)
        .put("1", LEFT + 98, 86, 6)
        .put("have 9 m", LEFT + 104, 90)
    )
    first.put("1", LEFT + 144, 86, 6).put("of oak.", LEFT + 150, 90)
    second = Sheet().paragraph(ONE).put("1 Built by the elder Fenn.", LEFT, 760, 7)
    assert shape(read(first, second))[0] == "paragraph: The gates of all locks have 9 m1 of oak."


def test_a_raised_number_without_a_footnote_stays() -> None:
    sheet = Sheet().put("The basin has 300 m", LEFT, 90).put("2", LEFT + 93, 86, 6)
    assert "m2" in read(sheet).blocks[0].text


@pytest.mark.parametrize(
    "caption",
    ["Figure 2: The lower gates", "Table 1 Boats by year", "Fig. 3. The quay", "Box 1", "Map 4 – The canal"],
)
def test_captions_are_notes(caption: str) -> None:
    draft = read(Sheet().paragraph(ONE).gap().line(caption).gap().paragraph(TWO))
    assert shape(draft) == [f"paragraph: {ONE}", f"note: {caption}", f"paragraph: {TWO}"]


def test_a_line_of_a_paragraph_that_begins_with_a_figure_is_no_caption() -> None:
    sheet = Sheet().line(
        "The gates that the elder Fenn built for the lower lock of the canal are to be seen on the left in"
    )
    assert len(read(sheet.line("Figure 2. They are of oak and were painted green.")).blocks) == 1


def test_a_sentence_about_a_figure_is_no_caption() -> None:
    text = f"Figure 2 shows the gates. {ONE}"
    assert shape(read(Sheet().paragraph(text))) == paragraphs(text)


# What is drawn in unusual ways


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_is_read_the_way_its_words_run(rotate: int) -> None:
    sheet = Sheet().paragraph(ONE).gap().paragraph(TWO)
    assert shape(read(sheet, rotate=rotate)) == paragraphs(ONE, TWO)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_whose_text_is_drawn_sideways_is_read_too(turn: int) -> None:
    upright = Sheet().paragraph(ONE).gap().paragraph(TWO)
    places = {
        90: lambda p: (p.y, 842 - p.x),
        180: lambda p: (595 - p.x, 842 - p.y),
        270: lambda p: (595 - p.y, p.x),
    }
    puts = [Put(p.text, *places[turn](p), turn=turn) for p in upright.puts]
    assert shape(read(Sheet(puts=puts))) == paragraphs(ONE, TWO)


def test_a_stamp_in_the_margin_stands_after_the_text() -> None:
    sheet = Sheet().paragraph(ONE).put("Copy of the town hall", 30, 600, turn=90)
    assert shape(read(sheet)) == paragraphs(ONE, "Copy of the town hall")


def test_letters_that_are_spaced_out_are_words() -> None:
    sheet = Sheet().put("LOCK KEEPERS", LEFT, 90, spaced=4).put("They open gates.", LEFT, 120)
    assert [b.text for b in read(sheet).blocks] == ["LOCK KEEPERS", "They open gates."]


def test_letters_that_are_drawn_one_by_one_are_words() -> None:
    sheet = Sheet()
    for number, letter in enumerate("LOCK KEEPERS"):
        if letter != " ":
            sheet.put(letter, LEFT + 15 * number, 90)
    assert read(sheet).blocks[0].text == "LOCK KEEPERS"


def test_justified_lines_with_wide_spaces_are_no_columns() -> None:
    sheet = Sheet()
    for row in wrap(f"{ONE} {TWO} {THREE}", 380):
        sheet.put(row, LEFT, sheet.y, word_space=4.5).gap(12)
    assert shape(read(sheet)) == paragraphs(f"{ONE} {TWO} {THREE}")


def test_text_that_is_drawn_twice_is_read_once() -> None:
    sheet = Sheet().put("Open gates.", LEFT, 90).put("Open gates.", LEFT + 0.3, 90)
    sheet.put("gates.", LEFT + 0.8 + stringWidth("Open ", "Helvetica", 10), 90.5, font="Times-Bold")
    assert shape(read(sheet)) == paragraphs("Open gates.")


def test_what_nobody_can_see_is_no_text() -> None:
    sheet = Sheet().paragraph(ONE).put("hidden", LEFT, 200, mode=3).put("tiny", LEFT, 220, 0.2)
    assert shape(read(sheet.put("outside", 700, 90).put("below", 90, 900))) == paragraphs(ONE)


def test_the_unseen_text_of_a_scan_is_its_text() -> None:
    sheet = Sheet().picture(0, 0, 595, 842)
    for put in Sheet().paragraph(ONE).puts:
        sheet.put(put.text, put.x, put.y, mode=3)
    assert shape(read(sheet)) == paragraphs(ONE)


# No word is lost


# Of letters alone, so that no row of them looks like the header over a column of numbers.
WORD = st.text(alphabet="abcdefgh", min_size=3, max_size=9)
WORDS = st.lists(WORD, min_size=1, max_size=60)


@given(
    columns=st.lists(WORDS, min_size=1, max_size=3),
    title=st.booleans(),
    items=st.lists(WORD, max_size=5),
    size=st.sampled_from([7, 10, 12]),
)
@settings(deadline=None, max_examples=80)
def test_every_word_comes_out_exactly_once(
    columns: list[list[str]], title: bool, items: list[str], size: float
) -> None:
    sheet = Sheet()
    if title:
        sheet.heading("t1 t2 t3", 20)
    top = sheet.y
    width = 451 / len(columns)
    for number, words in enumerate(columns):
        column = Sheet(left=72 + number * width, right=60 + (number + 1) * width, y=top, size=size)
        sheet.puts += column.paragraph(" ".join(words)).puts
        sheet.y = max(sheet.y, column.y)
    for item in items:
        sheet.item(item)
    expected = sorted([*("t1 t2 t3".split() if title else []), *items, *(w for c in columns for w in c)])
    words = [
        w for block in read(sheet).blocks for w in block.text.replace(";", " ").replace(":", " ").split()
    ]
    assert sorted(words) == expected


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        ("ﬁsh and ﬂowers", "fish and flowers"),
        ("the\xa0lock\u2003keeper", "the lock keeper"),
        ("a per\xadform\xadance", "a performance"),
    ],
)
def test_the_text_is_plain_characters(drawn: str, text: str) -> None:
    assert read(Sheet().put(drawn, LEFT, 90, font=UNICODE)).blocks[0].text == text


@pytest.mark.parametrize(
    ("found", "text"),
    [("cafe\u0301", "café"), ("lo\u200bck", "lock"), ("lo\x07ck", "lock"), ("\uf0b7", "•"), ("\ud83d", ""),
     ("ﬃ", "ffi"), ("½", "½")],
)  # fmt: skip
def test_words_have_no_character_that_nobody_sees(found: str, text: str) -> None:
    assert tidy(found) == text


def test_kinds_are_those_of_drafts() -> None:
    assert {block.kind for block in read(Sheet().paragraph(ONE)).blocks} == {Kind.PARAGRAPH}


def test_a_footnote_stands_behind_the_list_that_goes_on_over_its_page() -> None:
    first = Sheet().paragraph(ONE).gap().line("The keeper writes down:")
    first.item("each boat that comes").item("its owner").put("1 Built by the elder Fenn.", LEFT, 769, 7)
    second = Sheet().item("the hour of the day").gap().paragraph(TWO)
    assert shape(read(first, second)) == [
        f"paragraph: {ONE}",
        "paragraph: The keeper writes down:",
        "item1: each boat that comes",
        "item1: its owner",
        "item1: the hour of the day",
        "note: 1 Built by the elder Fenn.",
        f"paragraph: {TWO}",
    ]
