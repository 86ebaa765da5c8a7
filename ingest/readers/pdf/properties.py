"""What a PDF's properties say of it, as far as that can be believed.

Programs fill them in by themselves: with the name of the file, of a template, of the account. The date
of making is when the file was made, not when the article was published, and is never read.
"""

from __future__ import annotations

import re

from ingest.values import one_line
from search.passages import Found, Metadata

_ORIGIN = "file properties"
_MAX_CHARS = 300  # a longer value is no title and no list of authors

_PLACEHOLDER = re.compile(
    r"""untitled.*|.*\.(?:pdf|docx?|odt|rtf|pptx?|xlsx?|indd|qxd|html?|tex|dvi|ps|txt|pages|key|md)
    |(?:microsoft\s+)?(?:word|powerpoint|excel|publisher)\b.*|(?:power\s?point|slide)\s+presentation
    |presentation\d*|document\s?\d*|book\s?\d*|slide\s?\d*|(?:no\s+|new\s+)?(?:title|document)|draft|template|print(?:out)?|scan.*
    |adobe\b.*|.*\bpdf|\S*|about:blank|https?://.*|file:.*|.*[/\\].*|[^a-z]*\d[^a-z]*""",
    re.IGNORECASE | re.VERBOSE,
)
_PART = r"(?:Mc|Mac|[A-Z]['’])?[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?:-[A-Z][a-z]+)?"
_NAME = rf"{_PART}(?:\s(?:[A-Z]\.|de|van|von|der|la|den|di|da|al|bin|ter))*(?:\s{_PART})+"
_NAMES = re.compile(rf"{_NAME}(?:(?:\s*[,;]\s*(?:and\s)?|\sand\s|\s&\s){_NAME})*")
_NO_PERSON = re.compile(
    r"""\b(?:admin\w*|user|owner|author|unknown|anonymous|guest|default|microsoft|office|adobe|acrobat|windows|apple|mac
    |word|writer|libreoffice|openoffice|latex|chrome|chromium|scanner|xerox|canon|team|department|ministry|council
    |trust|university|institute|agency|group|company|limited|ltd|inc|plc|fund|foundation|association|society
    |committee|commission|office|service|services|press|communications?|centre|center|national|government)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def read_properties(title: str, author: str, *, titled: bool) -> Metadata:
    """The title and the authors that the properties name, each None or empty where they cannot be believed.

    `titled`: a title is printed on the first page, which goes before that of the properties.

    >>> read_properties("Microsoft Word - draft.docx", "Ada Brook; Tom Fenn", titled=False).authors[1].value
    'Tom Fenn'
    """
    named, people = one_line(title[: _MAX_CHARS + 1]), one_line(author[: _MAX_CHARS + 1])
    if (
        titled
        or named is None
        or len(title) > _MAX_CHARS
        or not re.search(r"[^\W\d_]{2}", named)
        or _PLACEHOLDER.fullmatch(named)
    ):
        named = None
    return Metadata(
        title=Found(named, _ORIGIN) if named else None,
        authors=tuple(Found(name, _ORIGIN) for name in _people(people or "")),
    )


def _people(author: str) -> list[str]:
    if (
        len(author) > _MAX_CHARS
        or not _NAMES.fullmatch(author)
        or _NO_PERSON.search(author)
        or re.search(r"\d", author)
    ):
        return []
    return [name.strip() for name in re.split(r"\s*[,;]\s*(?:and\s)?|\sand\s|\s&\s", author)]
