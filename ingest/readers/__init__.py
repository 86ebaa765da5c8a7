"""One reader a format: a file -> Draft.

A reader is imported when the first file of its format comes: the libraries behind those for HTML, PDF
and Word take longer to load than most files to read.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

from ingest.drafts import Draft
from ingest.formats import Format
from ingest.sources import Source, decode

_OF_TEXTS: Mapping[Format, str] = {Format.HTML: "html", Format.MARKDOWN: "markdown", Format.TEXT: "text"}
_OF_BYTES: Mapping[Format, str] = {Format.PDF: "pdf", Format.DOCX: "docx"}


def read(source: Source) -> tuple[Draft, str]:
    """What the reader of the file's format makes of it, and the file's text as it was decoded.

    For a format that is no text, that is the text of the draft. Raises Unreadable, saying why.
    """
    if source.format in _OF_TEXTS:
        text = decode(source)
        return reader_of_text(source.format)(text), text
    module = importlib.import_module(f"ingest.readers.{_OF_BYTES[source.format]}")
    draft: Draft = module.read(source.data)
    return draft, "\n".join(block.text for block in draft.blocks)


def reader_of_text(format: Format) -> Callable[[str], Draft]:
    """The reader of a format whose files are decoded first."""
    read_text: Callable[[str], Draft] = importlib.import_module(f"ingest.readers.{_OF_TEXTS[format]}").read
    return read_text
