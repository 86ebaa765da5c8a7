"""One reader a format: decoded text -> Draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ingest.drafts import Draft
from ingest.readers import html, markdown, text

READERS: Mapping[str, Callable[[str], Draft]] = {
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": text.read,
}
