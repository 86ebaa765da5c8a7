"""The parts of a Word file that are read, in a new package without the rest: what python-docx is given."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote
from xml.sax.saxutils import quoteattr

from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from lxml import etree

from ingest.sources import Unreadable

DAMAGED = "a damaged Word file: open it in Word and save it again"
NOT_WORD = "not a Word file, whatever its name says: save it in Word as .docx"

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OTHERS = {"workbook": "an Excel workbook", "presentation": "a PowerPoint presentation"}

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CORE_ROOT = f"{{{_PACKAGE}/metadata/core-properties}}coreProperties"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
# The parts that hang on the main one, by the last word of their relationship's type: the root that each
# must have, and the content type by which python-docx knows it.
_PARTS = {
    "styles": (f"{W}styles", f"{_WORD}.styles+xml"),
    "footnotes": (f"{W}footnotes", "application/xml"),
    "endnotes": (f"{W}endnotes", "application/xml"),
    "header": (f"{W}hdr", f"{_WORD}.header+xml"),
    "footer": (f"{W}ftr", f"{_WORD}.footer+xml"),
}
_MANY = ("header", "footer")


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    content: bytes
    content_type: str
    relation: str  # the type of the relationship that leads to it


def clean_package(members: Mapping[str, bytes]) -> io.BytesIO:
    """A package of the parts that are read, under names of our own, with no relationships but ours.

    `members` are the XML members of a zip by their names. Raises Unreadable for what is no Word file.
    """
    top = dict(_targets(members, ""))
    main = top.get("officeDocument", "")
    _check_main(members.get(main, b""))
    document = _Part(
        "word/document.xml", members[main], f"{_WORD}.document.main+xml", RELATION.OFFICE_DOCUMENT
    )
    above, below = [document], list[_Part]()
    seen = {main}  # one part may be related a thousand times
    for kind, target in _targets(members, main):
        root, content_type = _PARTS.get(kind, ("", ""))
        if root and not seen & {kind, target} and _root(members[target]) == root:
            name, relation = f"word/{kind}{len(below)}.xml", getattr(RELATION, kind.upper())
            below.append(_Part(name, members[target], content_type, relation))
            seen |= {target} if kind in _MANY else {kind, target}
    core = members.get(top.get("core-properties", ""), b"")
    if core and _root(core) == _CORE_ROOT:
        above.append(_Part("docProps/core.xml", core, _CORE_TYPE, RELATION.CORE_PROPERTIES))
    return _write(above, below)


def _write(above: Sequence[_Part], below: Sequence[_Part]) -> io.BytesIO:
    """A package of the parts that hang on the package itself, and those that hang on the main one."""
    parts = (*above, *below)
    types = "".join(
        f'<Override PartName="/{part.name}" ContentType={quoteattr(part.content_type)}/>' for part in parts
    )
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/>{types}</Types>',
        )
        archive.writestr("_rels/.rels", _relationships(above))
        archive.writestr("word/_rels/document.xml.rels", _relationships(below))
        for part in parts:
            archive.writestr(part.name, part.content)
    package.seek(0)
    return package


def _relationships(parts: Sequence[_Part]) -> str:
    each = "".join(
        f'<Relationship Id="r{number}" Type="{part.relation}" Target="/{part.name}"/>'
        for number, part in enumerate(parts)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _targets(members: Mapping[str, bytes], part: str) -> Iterator[tuple[str, str]]:
    """The kind and the member's name of every relationship of a part that leads to a member.

    Those that lead out of the file are not looked at, nor those that lead nowhere: Word itself writes
    "NULL" for a picture that was lost.
    """
    folder, name = posixpath.split(part)
    rels = members.get(posixpath.join(folder, "_rels", f"{name}.rels"))
    if rels is None:
        return
    for relationship in parse(rels).iter(f"{{{_PACKAGE}/relationships}}Relationship"):
        target = posixpath.normpath(posixpath.join("/", folder, unquote(relationship.get("Target", ""))))[1:]
        if relationship.get("TargetMode") != "External" and target in members:
            yield relationship.get("Type", "").rsplit("/", 1)[-1], target


def _check_main(main: bytes) -> None:
    root = _root(main) if main else ""
    kind = root.rsplit("}", 1)[-1]
    if kind in _OTHERS:
        raise Unreadable(f"{_OTHERS[kind]}, whatever its name says: save its text as a Word document")
    if root != f"{W}document":
        raise Unreadable(NOT_WORD)


def _root(xml: bytes) -> str:
    """The name of the root element, in Clark notation."""
    try:
        for _, element in etree.iterparse(io.BytesIO(xml), events=("start",), resolve_entities=False):
            return str(element.tag)
    except etree.LxmlError:
        pass
    raise Unreadable(DAMAGED)


def parse(xml: bytes) -> etree._Element:
    """The root element; raises Unreadable for what is not well-formed."""
    try:
        return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.LxmlError:
        raise Unreadable(DAMAGED) from None
