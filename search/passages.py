"""What ingest produces and a generation holds: documents, their sections and their passages.

One offset rule for the whole project: spans are half-open, ``[start, end)``, and count Unicode code
points of the parent's text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

# What a place in a source file counts in: lines of a text, pages of a PDF, paragraphs of a Word file.
Unit = Literal["line", "page", "paragraph"]


class _Plain:
    """Pickled by its fields in order: thousands go to another process when an index is written, and what
    dataclasses do for it takes twice as long."""

    __slots__: tuple[str, ...] = ()

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), tuple([getattr(self, name) for name in self.__slots__])


@dataclass(frozen=True, slots=True)
class Span(_Plain):
    """A half-open slice of a text; its length is at least zero."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def of(self, text: str) -> str:
        """The slice of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Found(_Plain):
    """A piece of metadata and the place that said so."""

    value: str
    origin: str  # "line 5", "front matter", "meta article:published_time"
    supplied: bool = False  # given by a maintainer, not found in the article


@dataclass(frozen=True, slots=True)
class Metadata(_Plain):
    """What a source says of itself; None (authors: empty) where it does not say."""

    title: Found | None = None
    publisher: Found | None = None
    authors: tuple[Found, ...] = ()
    published: Found | None = None  # ISO date, YYYY-MM-DD
    updated: Found | None = None  # ISO date, YYYY-MM-DD
    url: Found | None = None  # http or https


@dataclass(frozen=True, slots=True)
class Origin(_Plain):
    """Where a span of a document's text stood in its source file."""

    start: int  # into Document.text
    end: int
    first: int  # from 1, in the document's unit: lines (blank ones counted), pages or paragraphs
    last: int  # included
    source_start: int | None = None  # code points into the decoded source; None where the format has none
    source_end: int | None = None


@dataclass(frozen=True, slots=True)
class Section(_Plain):
    """A run of a document's text under one heading; the heading line itself is not part of the span."""

    heading: str | None  # None: text before the first heading, or that goes on after a box
    level: int  # 2 for the first level under the title; 0 for text before the first heading
    start: int
    end: int
    path: tuple[str, ...] = ()  # headings from the outermost to this one


@dataclass(frozen=True, slots=True)
class Document(_Plain):
    """A cleaned source article."""

    id: str  # stable across runs: made from `source`
    source: str  # path of the file below the corpus folder, with forward slashes
    sha256: str  # of the file's bytes
    metadata: Metadata
    text: str  # paragraphs apart by a blank line, one list item a line
    sections: tuple[Section, ...]  # in order, disjoint
    origins: tuple[Origin, ...]  # in order, disjoint
    unit: Unit = "line"  # what `origins` count in
    notes: tuple[str, ...] = ()  # what a reader has to know of its quality: "jumbled", "text_missing"

    @property
    def label(self) -> str:
        """What to call the document on a screen: its title, else its file name."""
        return self.metadata.title.value if self.metadata.title else self.source.rsplit("/", 1)[-1]

    def place(self, start: int, end: int) -> tuple[int, int] | None:
        """First and last unit (line, page) of `text[start:end]`, both included; None where unknown."""
        first = bisect_right(self.origins, start, key=lambda origin: origin.end)
        beyond = bisect_left(self.origins, end, key=lambda origin: origin.start)
        touched = self.origins[first:beyond]
        if not touched:
            return None
        return min(o.first for o in touched), max(o.last for o in touched)


@dataclass(frozen=True, slots=True)
class Passage(_Plain):
    """The unit that is indexed, ranked and quoted: `document.text[start:end] == text`, always."""

    id: str  # "<document id>#p-<number>", which is also the tail of its address
    document_id: str
    text: str
    start: int  # into Document.text
    end: int
    heading_path: tuple[str, ...]
    sentences: tuple[Span, ...]  # into `text`: in order, disjoint; a list item is a sentence of its own
    first: int | None = None  # place in the source file, from 1, in the document's unit
    last: int | None = None  # included


def effective_date(document: Document) -> str | None:
    """The ISO date of the text that is held: when it was updated, else published; None for an undated one."""
    date = document.metadata.updated or document.metadata.published
    return date.value if date else None


def document_of(passage_id: str) -> str:
    """The id of the document that a passage is of."""
    return passage_id.rpartition("#p-")[0]


def place_name(unit: Unit, first: int | None, last: int | None) -> str:
    """Where something stands, as a citation says it; empty for an unknown place.

    >>> place_name("line", 5, 9), place_name("page", 3, 3)
    ('lines 5-9', 'page 3')
    """
    if first is None or last is None:
        return ""
    return f"{unit} {first}" if first == last else f"{unit}s {first}-{last}"


def document_to_dict(document: Document) -> dict[str, Any]:
    """The document as plain data that JSON can carry; `document_from_dict` takes it back."""
    return {
        **_fields(document),
        "metadata": _metadata_to_dict(document.metadata),
        "sections": [_fields(section) for section in document.sections],
        "origins": [_fields(origin) for origin in document.origins],
    }


def _metadata_to_dict(metadata: Metadata) -> dict[str, Any]:
    return {
        name: [_fields(each) for each in value] if name == "authors" else value and _fields(value)
        for name, value in _fields(metadata).items()
    }


def _fields(data: Any) -> dict[str, Any]:
    """The fields of a dataclass; `dataclasses.asdict` copies what is in them too, in ten times the time."""
    return {name: getattr(data, name) for name in data.__slots__}


def document_from_dict(data: Mapping[str, Any]) -> Document:
    """The document that `document_to_dict` was given."""
    metadata = metadata_from_dict(data["metadata"])
    sections = tuple(Section(**{**section, "path": tuple(section["path"])}) for section in data["sections"])
    origins = tuple(Origin(**origin) for origin in data["origins"])
    return Document(
        **{
            **data,
            "metadata": metadata,
            "sections": sections,
            "origins": origins,
            "notes": tuple(data["notes"]),
        }
    )


def metadata_from_dict(data: Mapping[str, Any]) -> Metadata:
    """The metadata whose fields `data` has, as `document_to_dict` writes them."""
    single = ("title", "publisher", "published", "updated", "url")
    return Metadata(
        authors=tuple(Found(**author) for author in data["authors"]),
        **{name: Found(**data[name]) if data[name] else None for name in single},
    )


def passage_to_dict(passage: Passage) -> dict[str, Any]:
    """The passage as plain data that JSON can carry; `passage_from_dict` takes it back."""
    return {**_fields(passage), "sentences": [_fields(sentence) for sentence in passage.sentences]}


def passage_from_dict(data: Mapping[str, Any]) -> Passage:
    """The passage that `passage_to_dict` was given."""
    return Passage(
        id=data["id"],
        document_id=data["document_id"],
        text=data["text"],
        start=data["start"],
        end=data["end"],
        heading_path=tuple(data["heading_path"]),
        sentences=tuple(Span(span["start"], span["end"]) for span in data["sentences"]),
        first=data["first"],
        last=data["last"],
    )
