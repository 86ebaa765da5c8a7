"""What a question gets back: the hits with their excerpts, and the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from search.forward import Forward
from search.passages import Document, Passage, Span, passage_from_dict, place_name
from search.queries import Query


@dataclass(frozen=True, slots=True)
class Closeness:
    """How near a passage is to the question in meaning: cosines, 1 for the same and about 0 for unrelated."""

    passage: float
    sentences: NDArray[np.float32]  # of each sentence of the passage


@dataclass(frozen=True)
class Candidate:
    """A passage that an engine found, before the second look."""

    passage_id: str
    document_id: str
    score: float  # comparable within one search only
    forward: Forward  # its words as numbers
    record: str  # the passage as JSON: few candidates are shown, and only those are read
    closeness: Closeness | None = None  # None: only words are compared
    # The passage's number in its generation, by which an engine finds it again; -1: not of an engine. Another
    # generation gives the same passage another number.
    number: int = field(default=-1, compare=False)

    @cached_property
    def passage(self) -> Passage:
        """The passage itself."""
        return passage_from_dict(json.loads(self.record))


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A passage's text with the answering sentence and the matched words marked as spans into it."""

    text: str
    answer: Span
    highlights: tuple[Span, ...]  # in order, disjoint

    def __post_init__(self) -> None:
        end = 0
        for span in self.highlights:
            if span.start < end or span.end > len(self.text):
                raise ValueError(f"highlights overlap, are out of order or leave the text: {self.highlights}")
            end = span.end
        if self.answer.end > len(self.text):
            raise ValueError(f"the answer {self.answer} leaves the text of {len(self.text)} characters")

    @property
    def quotation(self) -> str:
        """The answering sentence, verbatim."""
        return self.answer.of(self.text)


@dataclass(frozen=True, slots=True)
class Copy:
    """A passage of another document that says the same."""

    passage_id: str
    document: Document

    @property
    def view(self) -> str:
        """The address of the passage in the document view, from the root of the site."""
        return f"/documents/{self.passage_id}"


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a passage with the value it gives."""

    passage: Passage
    document: Document
    sentence: Span  # into passage.text
    value: str  # "42", "1 July 2022", "statutory": as the sentence says it

    @property
    def quotation(self) -> str:
        """The sentence, verbatim."""
        return self.sentence.of(self.passage.text)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Documents of different dates that say different things of the same."""

    kind: Literal["count", "date", "status"]
    about: str  # what they disagree on, in words of theirs
    statements: tuple[Statement, ...]  # two at least, the later document first


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that the second look weighed: what it counts is the product of the two."""

    name: str
    value: float
    weight: float


@dataclass(frozen=True, slots=True)
class Features:
    """Everything that the second look weighed; made into `Feature`s only where somebody looks at them."""

    names: Sequence[str] = ()
    values: Sequence[float] = ()
    weights: Sequence[float] = ()  # features without a weight were not weighed

    def __iter__(self) -> Iterator[Feature]:
        return map(Feature, self.names, self.values, self.weights)

    def __len__(self) -> int:
        return len(self.weights)


@dataclass(frozen=True, slots=True)
class Hit:
    """A ranked passage with everything needed to quote and cite it."""

    rank: int  # from 1
    score: float  # comparable within one answer only
    passage: Passage
    document: Document
    excerpt: Excerpt
    also_in: tuple[Copy, ...] = ()  # by date, undated ones last
    superseded_by: Statement | None = None  # what a later document says in place of the answering sentence
    features: Features = Features()  # what its score is made of

    @property
    def view(self) -> str:
        """The address of the passage in the document view, from the root of the site."""
        return f"/documents/{self.passage.id}"

    @property
    def source(self) -> str | None:
        """The address of the sentence on the page it came from; None when no address is known.

        The part after `#` is the page of a PDF (RFC 8118), else a text fragment
        (https://wicg.github.io/scroll-to-text-fragment/).
        """
        url = self.document.metadata.url
        if url is None:
            return None
        if self.document.unit == "page":
            return f"{url.value}#page={self.passage.first}"
        return f"{url.value}#:~:text={_fragment(self.excerpt.quotation)}"

    @property
    def pages(self) -> str:
        """The pages that the passage stands on, for a reader; empty for a document without pages."""
        if self.document.unit != "page":
            return ""
        return place_name("page", self.passage.first, self.passage.last)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader has to know before quoting: "undated", "superseded", its document's notes."""
        metadata = self.document.metadata
        undated = () if metadata.published or metadata.updated else ("undated",)
        superseded = ("superseded",) if self.superseded_by else ()
        return (*undated, *superseded, *self.document.notes)


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure the service is that the first hit answers."""

    band: Literal["likely", "possible", "none"]
    value: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing was answered: a code for scripts and a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What was searched."""

    generation: str
    built_at: str  # UTC, ISO 8601
    documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question; no hits is a valid answer, not an error."""

    query: Query
    hits: tuple[Hit, ...]
    total: int  # passages that hold at least one of the terms, or are among the nearest in meaning
    confidence: Confidence
    reason: Reason | None  # None: answered, by `quoted`
    quoted: (
        Hit | None
    )  # the hit whose sentence is the answer, on whichever page it stands; None: not answered
    index: IndexInfo
    limit: int
    offset: int
    took_ms: int
    conflicts: tuple[Conflict, ...] = ()
    is_least: bool = False  # whether there may be more than `total`
    dropped: int = 0  # passages that were not what their documents say, and so are not in the answer
    is_partial: bool = False  # whether time was up before everything had been looked through


# Words of the sentence that a text fragment names at either end: enough to be unique on a page, and
# a short address.
_FRAGMENT_WORDS = 6


def _fragment(sentence: str) -> str:
    """`start,end` of a text fragment for a sentence; a short sentence is named whole."""
    words = sentence.split()
    if words and words[0] == "-":  # a list item: the bullet is ours, not the page's
        words = words[1:]
    parts = (
        [words] if len(words) <= 2 * _FRAGMENT_WORDS else [words[:_FRAGMENT_WORDS], words[-_FRAGMENT_WORDS:]]
    )
    # A dash has a meaning of its own in a fragment, so it is encoded too.
    return ",".join(quote(" ".join(part), safe="").replace("-", "%2D") for part in parts)
