"""A maintainer's own questions, asked of the old and the new generation before the one replaces the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.sources import IngestError
from search.answering import answer
from search.errors import QuestionError
from search.index.engine import Engine
from search.question.synonyms import Synonyms
from search.question.understanding import understand

Progress = Callable[[Iterable[str]], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Quoted:
    """What a question is answered with."""

    sentence: str
    source: str  # the file it stands in


@dataclass(frozen=True, slots=True)
class ChangedAnswer:
    """A question that is answered otherwise than before."""

    question: str
    before: Quoted | None  # None: not answered
    now: Quoted | None


def questions_file(index: Path) -> Path:
    """`$CITEWELL_QUESTIONS`, else `questions.txt` beside the folder of the index; it need not exist."""
    return Path(os.environ.get("CITEWELL_QUESTIONS") or index.parent / "questions.txt")


def read_questions(path: Path) -> tuple[str, ...]:
    """The questions in the file, one a line; lines that begin with # and empty ones are none.

    No file, no questions. Raises IngestError for one that cannot be read, or that has a line which cannot be
    asked.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise IngestError(f"{path} cannot be read: {error}; mend it, or remove it") from None
    questions: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            try:
                questions[understand(line).question] = None
            except QuestionError as error:
                raise IngestError(f"{path}, line {number}: {error}") from None
    return tuple(questions)


def changed_answers(
    questions: Sequence[str], before: Engine, now: Engine, synonyms: Synonyms, progress: Progress = iter
) -> tuple[ChangedAnswer, ...]:
    """Those of the questions that `now` answers with another sentence or from another file than `before`."""
    changed = []
    for question in progress(questions):
        old, new = (_quoted(question, engine, synonyms) for engine in (before, now))
        if old != new:
            changed.append(ChangedAnswer(question, old, new))
    return tuple(changed)


def _quoted(question: str, engine: Engine, synonyms: Synonyms) -> Quoted | None:
    hit = answer(question, engine, synonyms=synonyms).quoted
    return Quoted(hit.excerpt.quotation, hit.document.source) if hit else None
