"""Nothing is quoted that its document does not say: every quotation is cut out of it once more and compared.

Records are read at each question, long after their files were verified; this is the last look at what they
gave, and the answer is the better for what it leaves out.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from search.answers import Answer, Confidence, Conflict, Hit, Reason, Statement
from search.passages import Document, Passage, Span

NOT_VERBATIM = Reason(
    "not_verbatim",
    "What would be quoted here is not what its document says, so it was left out. The index may be damaged.",
)

_log = logging.getLogger(__name__)


def is_said(passage: Passage, document: Document) -> bool:
    """Whether the passage is of the document and stands there at its place, letter for letter."""
    return (
        passage.document_id == document.id
        and passage.text != ""
        and document.text[passage.start : passage.end] == passage.text
    )


def said(document: Document, passages: Iterable[Passage]) -> tuple[tuple[Passage, ...], int]:
    """Those of the passages that the document says, and how many it does not say, which are logged."""
    every = tuple(passages)
    kept = tuple(passage for passage in every if is_said(passage, document))
    log_dropped(passage.id for passage in every if not is_said(passage, document))
    return kept, len(every) - len(kept)


def verbatim(answer: Answer, dropped: Sequence[str] = ()) -> Answer:
    """The answer with only those quotations that their documents say; the others are logged and counted.

    `dropped` has the passages that were left out before. A conflict that keeps fewer than two statements
    is none; where the quoted answer goes, the reply says so and answers nothing.
    """
    lost = [*dropped]
    hits = tuple(_hits(answer.hits, lost))
    conflicts = tuple(_conflicts(answer.conflicts, lost))
    quoted = next(_hits((answer.quoted,), lost), None) if answer.quoted else None
    if not lost:
        return answer
    log_dropped(dict.fromkeys(lost))
    checked = replace(answer, hits=hits, conflicts=conflicts, quoted=quoted, dropped=len(set(lost)))
    if quoted:
        return checked
    return replace(checked, confidence=Confidence("none", answer.confidence.value), reason=NOT_VERBATIM)


def log_dropped(passages: Iterable[str]) -> None:
    """Logs each of the passages by its id."""
    for passage in passages:
        _log.error("passage %s is not what its document says and was left out", passage)


def _hits(hits: Iterable[Hit], lost: list[str]) -> Iterator[Hit]:
    for hit in hits:
        passage, excerpt = hit.passage, hit.excerpt
        if excerpt.text != passage.text or not _is_quoted(passage, excerpt.answer, hit.document):
            lost.append(passage.id)
            continue
        later = hit.superseded_by
        if later and not _is_stated(later):
            lost.append(later.passage.id)
            yield replace(hit, superseded_by=None)
        else:
            yield hit


def _conflicts(conflicts: Iterable[Conflict], lost: list[str]) -> Iterator[Conflict]:
    for conflict in conflicts:
        kept = tuple(filter(_is_stated, conflict.statements))
        lost.extend(one.passage.id for one in conflict.statements if one not in kept)
        if len(kept) > 1:
            yield replace(conflict, statements=kept)


def _is_stated(statement: Statement) -> bool:
    """Whether the sentence stands in its document, and the value in the sentence."""
    return statement.value in statement.quotation and _is_quoted(
        statement.passage, statement.sentence, statement.document
    )


def _is_quoted(passage: Passage, sentence: Span, document: Document) -> bool:
    """Whether the document says the passage, and in it that sentence whole."""
    quotation = sentence.of(passage.text)
    place = passage.start + sentence.start
    return (
        is_said(passage, document)
        and quotation != ""
        and sentence.end <= len(passage.text)
        and document.text[place : place + len(quotation)] == quotation
    )
