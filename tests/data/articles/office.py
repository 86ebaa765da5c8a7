"""The Word articles: every block of a manuscript as the element of a document that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as default

from docx import Document
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from tests.data.articles.manuscript import Block, Manuscript, Run, runs
from tests.data.articles.parts import (
    FIELD_END,
    Notes,
    add_notes,
    describe,
    element,
    field,
    field_begin,
    package,
    text_box,
    words,
)

# Who made a change or a comment, as the format demands: nobody in particular, and on no day.
_EDITOR = "Citewell"
_WORDS_ON_A_PAGE = 400  # by which the contents field guesses its numbers, as one does that nobody updates


@dataclass(slots=True)
class _Office:
    """A document in the making."""

    word: Word
    notes: Notes
    changes: int = 0  # tracked so far
    noted: list[str] = default(default_factory=list)
    headings: int = 0


def set_document(text: Manuscript, short: str, *, notes: Notes = "footnote", contents: bool = False) -> bytes:
    """The file of a Word document, its tracked changes and comments left in."""
    office = _Office(Document(), notes)
    _prepare_styles(office)
    office.word.add_paragraph(text.title, style="Title")
    for block in text.blocks:
        _add(office, block)
        if block.kind == "date" and contents:
            _add_contents(office, text)
    _add_margins(office, short)
    if office.noted != [str(number) for number in range(1, len(text.notes) + 1)]:
        raise ValueError(f"the text refers to the notes {office.noted}, and there are {len(text.notes)}")
    if text.notes:
        add_notes(office.word, notes, text.notes)
    describe(office.word, text.title)
    return package(office.word)


def _add(office: _Office, block: Block) -> None:
    word = office.word
    if block.kind == "heading":
        office.headings += 1
        paragraph = word.add_heading(level=block.level)
        number = office.headings
        _append(paragraph, f'<w:bookmarkStart w:id="{number}" w:name="{_place(number)}"/>')
        _fill(office, paragraph, block.text)
        _append(paragraph, f'<w:bookmarkEnd w:id="{number}"/>')
    elif block.kind == "item" and block.ordered:
        paragraph = word.add_paragraph(style="List Paragraph")
        paragraph._p.get_or_add_pPr().append(_numbering(office, block.level))
        _fill(office, paragraph, block.text)
    elif block.kind == "item":
        name = "List Bullet" if block.level == 1 else f"List Bullet {block.level}"
        _fill(office, word.add_paragraph(style=name), block.text)
    elif block.kind == "table":
        _add_table(office, block)
    elif block.kind == "caption":
        _add_caption(office, block.text)
    elif block.kind == "box":
        _append(office.word.add_paragraph(), text_box(block.text))
    elif block.kind == "columns":
        _begin_columns(office, int(block.text))
    else:
        _fill(office, word.add_paragraph(), block.text)


def _fill(office: _Office, paragraph: Paragraph, text: str) -> None:
    for run in runs(text):
        if run.kind == "comment":
            # Word hangs a comment on text: here on the run before it.
            office.word.add_comment(paragraph.runs[-1], text=run.text, author=_EDITOR, initials="C")
            continue
        paragraph._p.append(_run(office, paragraph, run))


def _run(office: _Office, paragraph: Paragraph, run: Run) -> BaseOxmlElement:
    if run.kind == "mark":
        office.noted.append(run.text)
        look = f'<w:rPr><w:rStyle w:val="{office.notes.title()}Reference"/></w:rPr>'
        return element(f'<w:r>{look}<w:{office.notes}Reference w:id="{run.text}"/></w:r>')
    if run.kind == "link":
        part = paragraph.part.relate_to(run.address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        look = '<w:rPr><w:color w:val="0563C1"/><w:u w:val="single"/></w:rPr>'
        inside = f"<w:r>{look}{words(run.text)}</w:r>"
        return element(f'<w:hyperlink r:id="{part}" w:history="1">{inside}</w:hyperlink>')
    if run.kind in ("deleted", "inserted"):
        office.changes += 1
        gone = run.kind == "deleted"
        inside = f"<w:r>{words(run.text, 'delText' if gone else 't')}</w:r>"
        name, by = "del" if gone else "ins", f'w:id="{900 + office.changes}" w:author="{_EDITOR}"'
        return element(f"<w:{name} {by}>{inside}</w:{name}>")
    look = "<w:rPr><w:i/></w:rPr>" if run.kind == "emphasis" else ""
    return element(f"<w:r>{look}{words(run.text)}</w:r>")


def _append(paragraph: Paragraph, runs_of_it: str) -> None:
    paragraph._p.extend(list(element(f"<w:p>{runs_of_it}</w:p>")))


def _place(number: int) -> str:
    """The name of the place in the text where the heading of this number stands, counted from 1."""
    return f"_Toc{number:04}"


def _add_contents(office: _Office, text: Manuscript) -> None:
    """A contents field: one field over several paragraphs, each entry a link with a field of its own."""
    office.word.add_paragraph("Contents", style="TOC Heading")
    headings = list(_headings_with_pages(text))
    for number, (heading, page) in enumerate(headings, 1):
        place = _place(number)
        number_of_page = field(rf"PAGEREF {place} \h", str(page))
        entry = f"<w:r>{words(heading)}</w:r><w:r><w:tab/></w:r>{number_of_page}"
        link = f'<w:hyperlink w:anchor="{place}" w:history="1">{entry}</w:hyperlink>'
        opened = field_begin(r'TOC \o "1-3" \h \z \u') if number == 1 else ""
        closed = FIELD_END if number == len(headings) else ""
        _append(office.word.add_paragraph(style="toc 1"), f"{opened}{link}{closed}")


def _headings_with_pages(text: Manuscript) -> Iterator[tuple[str, int]]:
    words = 0
    for block in text.blocks:
        if block.kind == "heading":
            yield block.text, 1 + words // _WORDS_ON_A_PAGE
        words += len(block.text.split())


def _add_table(office: _Office, block: Block) -> None:
    table = office.word.add_table(rows=len(block.rows), cols=len(block.rows[0]), style="Table Grid")
    table.rows[0]._tr.get_or_add_trPr().append(element("<w:tblHeader/>"))
    for number, row in enumerate(block.rows):
        for cell, text in zip(table.rows[number].cells, row, strict=True):
            _fill(office, cell.paragraphs[0], text)
            for run in cell.paragraphs[0].runs:
                run.bold = True if number == 0 else None
    office.word.add_paragraph()  # as is usual, to keep the text off the table


def _add_caption(office: _Office, text: str) -> None:
    label, _, rest = text.partition(": ")
    word, number = label.split()
    caption = office.word.add_paragraph(style="Caption")
    caption.paragraph_format.keep_with_next = True
    counted = field(rf"SEQ {word} \* ARABIC", number)
    _append(caption, f"<w:r>{words(f'{word} ')}</w:r>{counted}<w:r>{words(f': {rest}')}</w:r>")


def _begin_columns(office: _Office, number: int) -> None:
    section = office.word.add_section(WD_SECTION.CONTINUOUS)
    columns = section._sectPr.find(qn("w:cols"))
    columns.set(qn("w:num"), str(number))


def _numbering(office: _Office, level: int) -> BaseOxmlElement:
    """The properties of an item of the document's one numbered list: 1., 2. and within them a), b)."""
    own = "77"
    numbering = office.word.part.numbering_part.element
    if not numbering.xpath(f"w:num[@w:numId={own}]"):
        levels = "".join(
            f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="%{n + 1}{end}"/>'
            f'<w:pPr><w:ind w:left="{360 * (n + 1)}" w:hanging="360"/></w:pPr></w:lvl>'
            for n, (form, end) in enumerate([("decimal", "."), ("lowerLetter", ")")])
        )
        abstract = element(f'<w:abstractNum w:abstractNumId="{own}">{levels}</w:abstractNum>')
        numbering.find(qn("w:num")).addprevious(abstract)
        numbering.append(element(f'<w:num w:numId="{own}"><w:abstractNumId w:val="{own}"/></w:num>'))
    return element(f'<w:numPr><w:ilvl w:val="{level - 1}"/><w:numId w:val="{own}"/></w:numPr>')


def _add_margins(office: _Office, short: str) -> None:
    section = office.word.sections[0]
    section.header.paragraphs[0].text = f"{short}\tCitewell"
    footer = section.footer.paragraphs[0]
    _append(footer, f"<w:r><w:tab/>{words('Page ')}</w:r>{field('PAGE', '1')}")


def _prepare_styles(office: _Office) -> None:
    """Keeps the styles that are used out of the template's many, in British English."""
    styles = office.word.styles
    for style in list(styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name not in ("Normal Table", "Table Grid"):
            style.element.getparent().remove(style.element)
    for language in styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-GB")
    for name in ("footnote", "endnote"):
        styles.add_style(f"{name} text", WD_STYLE_TYPE.PARAGRAPH).font.size = Pt(9)
        styles.add_style(f"{name} reference", WD_STYLE_TYPE.CHARACTER).font.superscript = True
        styles[f"{name} text"].element.set(qn("w:styleId"), f"{name.title()}Text")
        styles[f"{name} reference"].element.set(qn("w:styleId"), f"{name.title()}Reference")
    styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH)
