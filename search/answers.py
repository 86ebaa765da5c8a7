"""What a question gets back: the query it became, the hits with their excerpts, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from search.passages import Document, Passage, Span, Unit, place_name


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the question in the three forms of the analyzer."""

    stem: str
    exact: str
    acronym: str | None  # None: not written as an acronym


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, and what is looked for."""

    question: str  # trimmed, composed Unicode
    terms: tuple[Term, ...]  # distinct by stem, in the order of the question; may be empty
    kind: Literal["definition", "other"] = "other"  # what a right answer has to be
    truncated: bool = False  # whether the question had more terms than are looked for

    @property
    def subject(self) -> frozenset[str]:
        """The stems of the thing that a definition is asked of; empty for other questions."""
        return frozenset(term.stem for term in self.terms) if self.kind == "definition" else frozenset()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that an engine found, before the second look."""

    passage: Passage
    score: float  # comparable within one search only


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
class Hit:
    """A ranked passage with everything needed to quote and cite it."""

    rank: int  # from 1
    score: float  # comparable within one answer only
    passage: Passage
    document: Document
    excerpt: Excerpt
    also_in: tuple[Copy, ...] = ()  # by date, undated ones last

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
        """What a reader has to know before quoting: "undated", and the notes of its document."""
        metadata = self.document.metadata
        undated = () if metadata.published or metadata.updated else ("undated",)
        return (*undated, *self.document.notes)


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
    total: int  # passages that hold at least one of the terms
    confidence: Confidence
    reason: Reason | None  # None: answered, by `quoted`
    quoted: (
        Hit | None
    )  # the hit whose sentence is the answer, on whichever page it stands; None: not answered
    index: IndexInfo
    limit: int
    offset: int
    took_ms: int


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


def answer_to_dict(answer: Answer) -> dict[str, Any]:
    """The answer as the JSON that `/search` and `python -m search --json` give."""
    quoted = answer.quoted
    return {
        "question": answer.query.question,
        "answered": quoted is not None,
        "answer": quoted
        and {
            **_answer_span(quoted.excerpt),
            "passage_id": quoted.passage.id,
            "confidence": {"band": answer.confidence.band, "value": answer.confidence.value},
        },
        "reason": answer.reason and {"code": answer.reason.code, "text": answer.reason.text},
        "results": [_hit_to_dict(hit) for hit in answer.hits],
        "expansions": [],
        "suggestions": [],
        "conflicts": [],
        "truncated": answer.query.truncated,
        "total": answer.total,
        "total_relation": "eq",
        "limit": answer.limit,
        "offset": answer.offset,
        "took_ms": answer.took_ms,
        "index": {
            "generation": answer.index.generation,
            "built_at": answer.index.built_at,
            "documents": answer.index.documents,
            "passages": answer.index.passages,
        },
    }


def _hit_to_dict(hit: Hit) -> dict[str, Any]:
    metadata = hit.document.metadata
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "passage_id": hit.passage.id,
        "text": hit.excerpt.text,
        "answer": _answer_span(hit.excerpt),
        "highlights": [{"start": span.start, "end": span.end} for span in hit.excerpt.highlights],
        "document": {
            "id": hit.document.id,
            "title": metadata.title and metadata.title.value,
            "label": hit.document.label,
            "publisher": metadata.publisher and metadata.publisher.value,
            "authors": [author.value for author in metadata.authors],
            "published": metadata.published and metadata.published.value,
            "updated": metadata.updated and metadata.updated.value,
            "url": metadata.url and metadata.url.value,
            "source": hit.document.source,
        },
        "heading_path": list(hit.passage.heading_path),
        "start": hit.passage.start,
        "end": hit.passage.end,
        "lines": _place(hit, "line"),
        "pages": _place(hit, "page"),
        "links": {"view": hit.view, "source": hit.source},
        "also_in": [
            {
                "passage_id": copy.passage_id,
                "title": copy.document.label,
                "published": copy.document.metadata.published and copy.document.metadata.published.value,
            }
            for copy in hit.also_in
        ],
        "warnings": list(hit.warnings),
    }


def _place(hit: Hit, unit: Unit) -> dict[str, int | None] | None:
    """Where the passage stands in its file; None for a file that does not count in this unit."""
    if hit.document.unit != unit:
        return None
    return {"first": hit.passage.first, "last": hit.passage.last}


def _answer_span(excerpt: Excerpt) -> dict[str, Any]:
    return {"text": excerpt.quotation, "start": excerpt.answer.start, "end": excerpt.answer.end}
