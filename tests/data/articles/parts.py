"""Pieces of WordprocessingML that python-docx does not write, and packages that are the same every time."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal
from xml.sax.saxutils import escape

from docx.document import Document as Word
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from lxml import etree

Notes = Literal["footnote", "endnote"]

_NON_BREAKING_HYPHEN = "\N{NON-BREAKING HYPHEN}"
_PACKAGED = (1980, 1, 1, 0, 0, 0)  # the day of every file in the package: the first that the format knows
_NAMESPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_APP = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"


def element(text: str) -> BaseOxmlElement:
    """The element that is written without its namespaces."""
    name = re.match(r"<[\w:]+", text)[0]
    made = parse_xml(f"{name} {nsdecls('w', 'r', 'a', 'wp')} {_NAMESPACES}{text[len(name) :]}")
    etree.cleanup_namespaces(made)
    return made


def words(text: str, name: str = "t") -> str:
    """The text as elements of a run; a hyphen at which no line may end is an element of its own."""
    pieces = text.split(_NON_BREAKING_HYPHEN)
    written = [f'<w:{name} xml:space="preserve">{escape(piece)}</w:{name}>' for piece in pieces]
    return "<w:noBreakHyphen/>".join(written)


FIELD_END = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def field_begin(instruction: str) -> str:
    """What stands before the result of a field: what Word is to work out."""
    return (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {instruction} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )


def field(instruction: str, result: str) -> str:
    """A field with the result that it had the last time."""
    return f"{field_begin(instruction)}<w:r>{words(result)}</w:r>{FIELD_END}"


def text_box(text: str) -> str:
    """A text box, written twice as Word does: for itself, and for the versions before 2010."""
    lines = [line for line in text.split("\n") if line]
    bold = [f"<w:r>{'<w:rPr><w:b/></w:rPr>' if n == 0 else ''}{words(x)}</w:r>" for n, x in enumerate(lines)]
    content = "<w:txbxContent>" + "".join(f"<w:p>{line}</w:p>" for line in bold) + "</w:txbxContent>"
    shape = (
        '<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/>'
        '<a:ext cx="5029200" cy="1097280"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>'
        '<a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr>'
        f"<wps:txbx>{content}</wps:txbx><wps:bodyPr/></wps:wsp>"
    )
    drawing = (
        '<w:drawing><wp:inline><wp:extent cx="5029200" cy="1097280"/><wp:docPr id="1" name="Text Box 1"/>'
        '<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f"{shape}</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )
    older = (
        '<w:pict><v:shape id="TextBox1" style="width:396pt;height:86.4pt" fillcolor="white">'
        f"<v:textbox>{content}</v:textbox></v:shape></w:pict>"
    )
    choice = f'<mc:Choice Requires="wps">{drawing}</mc:Choice><mc:Fallback>{older}</mc:Fallback>'
    return f"<w:r><mc:AlternateContent>{choice}</mc:AlternateContent></w:r>"


def add_notes(word: Word, kind: Notes, notes: tuple[str, ...]) -> None:
    """The part with the notes, which python-docx does not know; two of them are the rules above notes."""
    rules = "".join(
        f'<w:{kind} w:type="{name}" w:id="{number}"><w:p><w:r><w:{name}/></w:r></w:p></w:{kind}>'
        for number, name in ((-1, "separator"), (0, "continuationSeparator"))
    )
    style = f'<w:pPr><w:pStyle w:val="{kind.title()}Text"/></w:pPr>'
    mark = f'<w:r><w:rPr><w:rStyle w:val="{kind.title()}Reference"/></w:rPr><w:{kind}Ref/></w:r>'
    said = "".join(
        f'<w:{kind} w:id="{number}"><w:p>{style}{mark}<w:r>{words(f" {note}")}</w:r></w:p></w:{kind}>'
        for number, note in enumerate(notes, 1)
    )
    blob = f"{_DECLARATION}<w:{kind}s {nsdecls('w')}>{rules}{said}</w:{kind}s>"
    form = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}s+xml"
    package = word.part.package
    part = Part(PackURI(f"/word/{kind}s.xml"), form, blob.encode(), package)
    word.part.relate_to(part, getattr(RELATIONSHIP_TYPE, f"{kind}s".upper()))


def describe(word: Word, title: str) -> None:
    """The properties: title, language and the firm; no author and no day."""
    package = word.part.package
    core = word.core_properties
    for property in list(core._element):
        core._element.remove(property)
    core.title, core.language = title, "en-GB"
    own = {RELATIONSHIP_TYPE.CORE_PROPERTIES, RELATIONSHIP_TYPE.EXTENDED_PROPERTIES}
    keep = own | {RELATIONSHIP_TYPE.OFFICE_DOCUMENT}
    for relations, unwanted in (
        (package.rels, lambda kind: kind not in keep),
        (word.part.rels, lambda kind: kind.rsplit("/", 1)[-1] in ("stylesWithEffects", "customXml")),
    ):
        for key in [key for key, relation in relations.items() if unwanted(relation.reltype)]:
            del relations[key]
    for relation in package.rels.values():
        if relation.reltype == RELATIONSHIP_TYPE.EXTENDED_PROPERTIES:
            properties = f'{_DECLARATION}<Properties xmlns="{_APP}"><Company>Citewell</Company></Properties>'
            relation.target_part._blob = properties.encode()


def package(word: Word) -> bytes:
    """The file, unpacked and undated within: the same bytes whenever and wherever it is made."""
    for comment in word.part.package.iter_parts():
        if comment.partname == "/word/comments.xml":
            for each in comment.element:
                each.attrib.pop(qn("w:date"), None)
    made, file = io.BytesIO(), io.BytesIO()
    word.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _PACKAGED), source.read(name))
    return file.getvalue()
