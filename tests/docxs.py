"""Word files for tests, written as the markup that matters; the rest is the template of python-docx."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cache
from xml.sax.saxutils import escape, quoteattr

import docx

_FORMATS = "http://schemas.openxmlformats.org"
_RELATION = f"{_FORMATS}/officeDocument/2006/relationships"
_NAMES = " ".join(
    f'xmlns:{prefix}="{name}"'
    for prefix, name in {
        "w": f"{_FORMATS}/wordprocessingml/2006/main",
        "r": _RELATION,
        "m": f"{_FORMATS}/officeDocument/2006/math",
        "mc": f"{_FORMATS}/markup-compatibility/2006",
        "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
        "v": "urn:schemas-microsoft-com:vml",
    }.items()
)
_PARTS = {"footnotes": "footnotes", "endnotes": "endnotes", "header": "hdr", "footer": "ftr"}
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
MAIN = "word/document.xml"


def p(inner: str = "", style: str = "", properties: str = "") -> str:
    """A paragraph; `inner` is text, or markup if it begins with a tag."""
    given = f"<w:pStyle w:val={quoteattr(style)}/>" if style else ""
    content = inner if inner.startswith("<") else r(inner)
    return f"<w:p><w:pPr>{given}{properties}</w:pPr>{content}</w:p>"


def r(text: str, properties: str = "") -> str:
    """A run of text."""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def bold(text: str, size: int = 22) -> str:
    """A bold run; the size is in half points."""
    return r(text, f'<w:b/><w:sz w:val="{size}"/>')


def numbered(level: int = 0, number: int = 1) -> str:
    """Properties of a paragraph in a list."""
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def indented(left: int, hanging: int = 0) -> str:
    return f'<w:ind w:left="{left}" w:hanging="{hanging}"/>'


def table(*rows: str) -> str:
    return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"


def row(*cells: str, properties: str = "") -> str:
    """A table row; each cell is text, or markup if it begins with a tag."""
    written = (cell if cell.startswith("<w:tc>") else tc(cell) for cell in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(written)}</w:tr>"


def tc(inner: str, properties: str = "") -> str:
    content = inner if inner.startswith(("<w:p>", "<w:tbl>", "<w:sdt>")) else p(inner)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def field(instruction: str, result: str) -> str:
    """A field in runs of its own; the result is markup."""
    return f"{field_begin(instruction)}{result}{FIELD_END}"


def field_begin(instruction: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f"<w:r><w:instrText>{instruction}</w:instrText></w:r>"
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def note(kind: str, number: int) -> str:
    """A reference to a note; the kind is "footnote" or "endnote"."""
    return f'<w:r><w:{kind}Reference w:id="{number}"/></w:r>'


def word(
    body: str, *, styles: str = "", title: str = "", author: str = "", **parts: str | Mapping[int, str]
) -> bytes:
    """A Word file with this markup in its body.

    `styles` are added to those of the template; parts are `header` and `footer`, markup, and `footnotes`
    and `endnotes`, markup by number.
    """
    members = template(title, author)
    members[MAIN] = f"<w:document {_NAMES}><w:body>{body}</w:body></w:document>".encode()
    members["word/styles.xml"] = members["word/styles.xml"].replace(
        b"</w:styles>", f"{styles}</w:styles>".encode()
    )
    relations = types = ""
    for kind, content in parts.items():
        root, element = _PARTS[kind], kind[:-1]
        if not isinstance(content, str):
            content = "".join(
                f'<w:{element} w:id="{number}">{inner}</w:{element}>' for number, inner in content.items()
            )
        members[f"word/{kind}.xml"] = f"<w:{root} {_NAMES}>{content}</w:{root}>".encode()
        relations += f'<Relationship Id="x{kind}" Type="{_RELATION}/{kind}" Target="{kind}.xml"/>'
        types += f'<Override PartName="/word/{kind}.xml" ContentType="{_WORD}.{kind}+xml"/>'
    return packed(with_relations(members, relations, types))


def with_relations(members: Mapping[str, bytes], relations: str, types: str = "") -> dict[str, bytes]:
    """The members with relationships added to those of the main part."""
    rels, content_types = "word/_rels/document.xml.rels", "[Content_Types].xml"
    return {
        **members,
        rels: members[rels].replace(b"</Relationships>", f"{relations}</Relationships>".encode()),
        content_types: members[content_types].replace(b"</Types>", f"{types}</Types>".encode()),
    }


def template(title: str = "", author: str = "") -> dict[str, bytes]:
    """The members of an empty Word file."""
    return dict(_template(title, author))


@cache
def _template(title: str, author: str) -> dict[str, bytes]:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = title, author
    saved = io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of the members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()
