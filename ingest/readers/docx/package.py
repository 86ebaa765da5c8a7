"""A Word file's zip, opened under limits: what python-docx gets is a new package of parts that were checked.

Nothing is unpacked to a disk, no relationship that leads out of the file is followed, and no part is
parsed that declares a document type or an entity.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.opc.part import XmlPart
from lxml import etree

from ingest.formats import MAX_BYTES, Format
from ingest.readers.docx.parts import DAMAGED, NOT_WORD, W, clean_package, parse
from ingest.sources import Unreadable

MAX_PACKED_BYTES = MAX_BYTES[Format.DOCX]
# A file of the packed limit that holds photographs, which hardly shrink, stays far below.
MAX_UNPACKED_BYTES = 100_000_000
# The parts that are text: 360,000 words with a new format every four words are 14 MB.
MAX_XML_BYTES = 40_000_000
# A file has a dozen parts, and one for each picture.
MAX_MEMBERS = 1_000
# Text in Word's markup shrinks to a tenth or a twentieth. A small member may shrink to nothing: a
# blank settings part does.
MAX_RATIO = 100
RATIO_COUNTS_FROM_BYTES = 1_000_000
# What the parsed parts may take, by the memory that lxml was seen to use for an element and an attribute.
# 360,000 words with a new format every four words take 160 MB, a saved report with 18 MB of markup 223 MB;
# the process that reads has 1 GiB.
MAX_TREE_BYTES = 500_000_000
_ELEMENT_BYTES = 120
_ATTRIBUTE_BYTES = 240

_CHUNK_BYTES = 64 * 1024
# More entries than this are not even listed: every one takes half a kilobyte. Zips inside the file,
# whose entries are seen as well, are why it is not MAX_MEMBERS.
_MAX_LISTED = 20 * MAX_MEMBERS

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # the container of old Office files, and of encrypted new ones
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ENTRY = b"PK\x01\x02"
# All that Word writes; an LZMA member could ask for gigabytes to be unpacked.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ZIP_ERRORS = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
    OverflowError, IndexError,
)  # fmt: skip
_PASSWORD = "protected by a password: save it without one"
_TOO_LARGE = "unpacks to too much: split it, or save it anew in Word"

# A "Strict Open XML Document", as Word may save one too, says the same under other names.
_STRICT = {
    b'"http://purl.oclc.org/ooxml/wordprocessingml/main"': b'"http://schemas.openxmlformats.org/wordprocessingml/2006/main"',
    b'"http://purl.oclc.org/ooxml/officeDocument/math"': b'"http://schemas.openxmlformats.org/officeDocument/2006/math"',
}


def open_document(data: bytes) -> Document:
    """The Word document that the bytes hold, without pictures, comments, macros and embedded files.

    Raises Unreadable, saying what to do, for everything that is no Word file, is damaged or encrypted,
    or would take too much to unpack.
    """
    members = _read_members(data)
    package = clean_package(members)
    del members
    try:
        document = docx.Document(package)
    except (etree.LxmlError, RecursionError):
        raise Unreadable(DAMAGED) from None
    if document.element.find(f"{W}body") is None:
        raise Unreadable(DAMAGED)
    return document


def parts_of(document: Document, relation: str) -> Iterator[etree._Element]:
    """The roots of the document's parts of a sort: notes, headers or footers. Raises Unreadable."""
    for relationship in document.part.rels.values():
        if relationship.reltype == relation:
            part = relationship.target_part
            yield part.element if isinstance(part, XmlPart) else parse(part.blob)


def _read_members(data: bytes) -> dict[str, bytes]:
    """The XML members of the zip by their names, in UTF-8 and without document types."""
    if len(data) > MAX_PACKED_BYTES:
        raise Unreadable(f"larger than {MAX_PACKED_BYTES // 1_000_000} MB: split it")
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Unreadable(_PASSWORD)
        raise Unreadable("an old Office file, whatever its name says: save it in Word as .docx")
    if not data.startswith(b"PK"):
        raise Unreadable(NOT_WORD)
    if data.count(_ENTRY) > _MAX_LISTED:
        raise Unreadable(_TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_declared(archive.infolist(), len(data))
            return _unpack(archive)
    except _ZIP_ERRORS:
        raise Unreadable(DAMAGED) from None


def _check_declared(infos: list[zipfile.ZipInfo], packed: int) -> None:
    """Raises Unreadable for what the zip's own list of members says is too much, or odd."""
    names = [info.filename for info in infos]
    if (
        len(infos) > MAX_MEMBERS
        or sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES
        or any(_shrank_too_well(info.file_size, info.compress_size) for info in infos)
    ):
        raise Unreadable(_TOO_LARGE)
    if any(info.flag_bits & 1 for info in infos):
        raise Unreadable(_PASSWORD)
    if (
        len(set(names)) < len(names)
        or any(name.startswith("/") or ".." in name.split("/") or "\\" in name for name in names)
        or sum(info.compress_size for info in infos) > packed  # then members overlap
        or any(info.compress_type not in _METHODS for info in infos)
    ):
        raise Unreadable(DAMAGED)


def _shrank_too_well(size: int, packed: int) -> bool:
    return size > RATIO_COUNTS_FROM_BYTES and size > MAX_RATIO * packed


def _unpack(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    left = MAX_XML_BYTES
    tree = 0
    for info in archive.infolist():
        if info.filename.lower().endswith((".xml", ".rels")):
            member = _as_utf8(_read(archive, info, left))
            left -= len(member)
            tree += _ELEMENT_BYTES * (member.count(b"<") - member.count(b"</"))
            tree += _ATTRIBUTE_BYTES * member.count(b"=")
            if tree > MAX_TREE_BYTES:
                raise Unreadable(_TOO_LARGE)
            members[info.filename] = member
    return members


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """The bytes of a member; Unreadable as soon as they are more than declared, or than `limit`."""
    declared = info.file_size
    # zipfile stops where the declared size says so, which hides what follows; with this it goes on past
    # the limit, and compares the checksum with that of all bytes.
    info.file_size = limit + 2 * _CHUNK_BYTES
    content = bytearray()
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            content += chunk
            if len(content) > limit or _shrank_too_well(len(content), info.compress_size):
                raise Unreadable(_TOO_LARGE)
            if len(content) > declared:
                raise Unreadable(DAMAGED)
    if len(content) < declared:
        raise Unreadable(DAMAGED)
    return bytes(content)


def _as_utf8(xml: bytes) -> bytes:
    """An XML part in UTF-8 without a declaration of its encoding; Unreadable if it declares a type or entity.

    The packaging standard knows UTF-8 and UTF-16 alone. With the declaration taken off, no parser can
    see other characters here than this function does.
    """
    if xml.startswith((b"\xff\xfe", b"\xfe\xff")):
        xml = xml.decode("utf-16").encode()
    xml = xml.removeprefix(b"\xef\xbb\xbf").lstrip()
    if xml.startswith(b"<?xml"):
        xml = xml[xml.find(b"?>") + 2 :]
    if b"\0" in xml:
        raise Unreadable(DAMAGED)
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Unreadable("declares a document type, which Word never does: save it anew in Word")
    for name, ordinary in _STRICT.items():
        xml = xml.replace(name, ordinary)
    return xml
