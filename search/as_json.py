"""The JSON of a reply, which `/search` and `python -m search --json` give."""

from __future__ import annotations

from typing import Any

from search.answers import Answer, Excerpt, Hit, Statement
from search.passages import Unit
from search.queries import Ambiguity, Expansion, Query


def answer_to_dict(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """The answer as plain data that JSON can carry; with `explain`, also how it came about."""
    data = _answer_to_dict(answer)
    if explain:
        data["query"] = _query_to_dict(answer.query)
        for result, hit in zip(data["results"], answer.hits, strict=True):
            result["explanation"] = [
                {"feature": feature.name, "value": round(feature.value, 4), "weight": feature.weight}
                for feature in hit.features
            ]
    return data


def _answer_to_dict(answer: Answer) -> dict[str, Any]:
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
        "expansions": [_expansion_to_dict(expansion) for expansion in answer.query.expansions],
        "suggestions": [_ambiguity_to_dict(ambiguity) for ambiguity in answer.query.ambiguities],
        "conflicts": [
            {
                "kind": conflict.kind,
                "about": conflict.about,
                "statements": [_statement_to_dict(statement) for statement in conflict.statements],
            }
            for conflict in answer.conflicts
        ],
        "truncated": answer.query.truncated,
        "partial": answer.is_partial,
        "total": answer.total,
        "total_relation": "gte" if answer.is_least else "eq",
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
        "superseded_by": hit.superseded_by and _statement_to_dict(hit.superseded_by),
        "warnings": list(hit.warnings),
    }


def _place(hit: Hit, unit: Unit) -> dict[str, int | None] | None:
    """Where the passage stands in its file; None for a file that does not count in this unit."""
    if hit.document.unit != unit:
        return None
    return {"first": hit.passage.first, "last": hit.passage.last}


def _answer_span(excerpt: Excerpt) -> dict[str, Any]:
    return {"text": excerpt.quotation, "start": excerpt.answer.start, "end": excerpt.answer.end}


def _statement_to_dict(statement: Statement) -> dict[str, Any]:
    metadata = statement.document.metadata
    return {
        "passage_id": statement.passage.id,
        "text": statement.quotation,
        "value": statement.value,
        "label": statement.document.label,
        "published": metadata.published and metadata.published.value,
        "updated": metadata.updated and metadata.updated.value,
    }


def _expansion_to_dict(expansion: Expansion) -> dict[str, Any]:
    return {"term": expansion.term, "added": expansion.added, "source": expansion.source}


def _ambiguity_to_dict(ambiguity: Ambiguity) -> dict[str, Any]:
    return {
        "acronym": ambiguity.acronym,
        "senses": [
            {
                "long_form": sense.long_form,
                "passages": sense.passages,
                "documents": sense.documents,
                "first": sense.first,
                "last": sense.last,
            }
            for sense in ambiguity.senses
        ],
    }


def _query_to_dict(query: Query) -> dict[str, Any]:
    """What the question was taken for."""
    return {
        "kind": query.kind,
        "terms": [term.exact for term in query.terms],
        "phrases": list(query.phrases),
        "loose_phrases": list(query.loose_phrases),
        "excluded": [term.exact for term in query.excluded],
        "expects": [mark.name.lower() for mark in query.expects if mark.name],
        "negated": query.negated,
        "as_of": query.as_of,
        "scope": {
            "publishers": sorted(query.scope.publishers),
            "documents": sorted(query.scope.documents),
            "from": query.scope.first_day,
            "to": query.scope.last_day,
        },
    }
