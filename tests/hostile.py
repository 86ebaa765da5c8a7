"""Files that are made to stall, crash, fill or mislead a reader; each is small to build."""

from __future__ import annotations

import io
import random
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import pytest

from tests import docxs, pdfs


class Figure(Protocol):
    """Records what a test measured, under its row of the plan of tests."""

    def __call__(self, row: str, figure: str) -> None: ...


@pytest.fixture(scope="module")
def figure_table(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    rows: list[str] = []
    yield rows
    plugins = request.config.pluginmanager
    terminal, capture = plugins.get_plugin("terminalreporter"), plugins.get_plugin("capturemanager")
    if terminal is not None and capture is not None and rows:
        with capture.global_and_fixture_disabled():
            terminal.write_line("")
            for row in sorted(rows):
                terminal.write_line(row)


@pytest.fixture
def figures(record_property: Callable[[str, object], None], figure_table: list[str]) -> Figure:
    """What a test measured goes into the JUnit file and into a table at the end of its module."""

    def record(row: str, figure: str) -> None:
        record_property(row, figure)
        figure_table.append(f"{row}  {figure}")

    return record


# A sentence that tells whether a file was read, and the page and the files that hold it.
HERON = "The heron stood on the weir at dawn."
TAIL = "The last marker is a kingfisher by the bridge."
PAGE = f"<!doctype html><html><head><title>Birds</title></head><body><p>{HERON}</p></body></html>".encode()


def page(body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head>{head}</head><body><main>{body}</main></body></html>".encode()


def word(text: str = HERON) -> bytes:
    return docxs.word(docxs.p(text))


def sheet(text: str = HERON) -> bytes:
    return pdfs.pdf(pdfs.Sheet().line(text))


def noise(length: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(length)


def nested(depth: int) -> tuple[bytes, tuple[str, ...]]:
    """A page of elements in one another, and the sentences that stand at its start, inside and at its end."""
    marks = (
        "The first marker is a moorhen.",
        "The halfway marker is an otter.",
        "The deepest marker is an eel.",
        TAIL,
    )
    first, half, deepest, tail = (f"<p>{mark}</p>" for mark in marks)
    opened = "<div>" * (depth // 2)
    body = f"{first}{opened}{half}{opened}{deepest}{'</div>' * (depth // 2 * 2)}{tail}"
    return page(body), marks


# Word files


def bomb(megabytes: int, member: str = docxs.MAIN) -> bytes:
    """A Word file with a member that unpacks to so much."""
    return docxs.packed({**docxs.template(), member: bytes(megabytes * 1_000_000)})


def lying(data: bytes, member: str, size: int) -> bytes:
    """The zip with another unpacked size in both of a member's headers."""
    content = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        local = archive.getinfo(member).header_offset
    struct.pack_into("<L", content, local + 22, size)
    central = data.rfind(b"PK\x01\x02", 0, data.rfind(member.encode()))
    struct.pack_into("<L", content, central + 24, size)
    return bytes(content)


def crowd(count: int) -> bytes:
    """A Word file with so many empty members."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in zipped(word()).items():
            archive.writestr(name, content)
        for number in range(count):
            archive.writestr(f"m{number}", b"")
    return data.getvalue()


def zipped(data: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# PDFs


def pdf(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    content = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer << /Root 1 0 R /Size %d >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(content)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def stream(content: bytes, entries: bytes = b"", packed: int = 0) -> bytes:
    """A stream, deflated so many times."""
    for _ in range(packed):
        content = zlib.compress(content)
    filters = b"/Filter [%s]" % b" ".join([b"/FlateDecode"] * packed) if packed else b""
    return b"<< /Length %d %s %s >>\nstream\n%s\nendstream" % (len(content), filters, entries, content)


def drawn(content: bytes, packed: int = 1, more: list[bytes] | None = None, resources: bytes = b"") -> bytes:
    """A PDF of one page with this content; `more` objects are numbered from 6."""
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
    leaf += b" /Resources << /Font << /F 5 0 R >> %s >> >>" % resources
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return pdf([CATALOGUE, pages, leaf, stream(content, packed=packed), FONT, *(more or [])])


def shared_pages(count: int) -> bytes:
    """So many pages that draw one stream."""
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + count))
    leaf = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R"
    leaf += b" /Resources << /Font << /F 4 0 R >> >> >>"
    text = b"BT /F 10 Tf 72 700 Td (%s) Tj ET" % HERON.encode()
    pages = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return pdf([CATALOGUE, pages, stream(text), FONT, *[leaf] * count])


def forms(levels: int) -> bytes:
    """A page that draws a form that draws another ten times, and so on: 10 to the power of `levels`."""
    each = [
        stream(b"/X Do " * 10, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]"
               b" /Resources << /XObject << /X %d 0 R >> >>" % (7 + n))
        for n in range(levels)
    ]  # fmt: skip
    last = stream(b"BT /F 10 Tf 72 700 Td (a) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842]"
                  b" /Resources << /Font << /F 5 0 R >> >>")  # fmt: skip
    return drawn(b"/X Do", more=[*each, last], resources=b"/XObject << /X 6 0 R >>")


# The network


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """A port on this machine, and who has called there."""
    calls: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                calls.append(address)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], calls
        finally:
            over.set()
            thread.join()
