"""SQuAD as a folder of documents: its 20,963 paragraphs indexed, and its questions asked.

The folder holds `squad-dev.jsonl.gz` and `squad-train.jsonl.gz`, one collection of paragraphs (`id`, `title`,
`text`), and `squad-dev-questions.jsonl.gz` (`question`, `passage_id`, `answers`). Rajpurkar, Zhang, Lopyrev
and Liang, "SQuAD: 100,000+ Questions for Machine Comprehension of Text", EMNLP 2016.

A paragraph becomes a document of one passage, written and published as any other. Sentences are cut by
NLTK's Punkt here and not by the splitter of `ingest`: imports point one way, and a paragraph has neither
torn lines nor lists, which are most of what that one is for.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer
from tqdm import tqdm

from search.answers import IndexInfo
from search.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnusable, SearchError
from search.index import writing
from search.index.embedded import EmbeddedEngine
from search.index.embedding import TextEncoder
from search.index.generations import Written, open_current, publish
from search.index.vector_building import add_vectors, can_be_updated
from search.passages import Document, Found, Metadata, Passage, Section, Span

_COLLECTION = ("squad-dev.jsonl.gz", "squad-train.jsonl.gz")
_QUESTIONS = "squad-dev-questions.jsonl.gz"

# In each generation: what it was made from. It tells an index of SQuAD from one of somebody's documents.
_MADE_FROM = "squad.json"
# Raised whenever a paragraph becomes another document or is cut otherwise.
_VERSION = 1

# The abbreviations, without the final full stop, after which an encyclopedia goes on in the same sentence.
# With them 98.5 % of the dev paragraphs are cut as the splitter of `ingest` cuts them, without 90.5 %.
_ABBREVIATIONS = (
    "u.s u.k mr mrs ms dr st jr sr gen gov prof rev inc co ltd vs no etc i.e e.g c ca d.c".split()
)

_Row = TypeVar("_Row")


class SquadUnreadable(SearchError):
    """The folder does not hold SQuAD as it is expected here; says what is wrong."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the paragraph that it was written for, and what answers it."""

    id: str
    question: str
    passage_id: str  # of the index
    answers: tuple[str, ...]  # each occurs verbatim in the paragraph


def read_questions(folder: Path) -> tuple[Question, ...]:
    """The questions of the dev set, in order; raises SquadUnreadable."""

    def question(number: int, row: dict[str, Any]) -> Question:
        return Question(
            f"dev-{number:05d}", row["question"], _passage_id(row["passage_id"]), tuple(row["answers"])
        )

    return tuple(_read(folder / _QUESTIONS, question))


def draw(questions: Sequence[Question], number: int, seed: int) -> tuple[Question, ...]:
    """At most `number` of the questions, chosen and ordered at random, the same ones for one seed."""
    return tuple(random.Random(seed).sample(questions, min(number, len(questions))))


def open_squad(folder: Path, index: Path, encoder: TextEncoder | None = None) -> EmbeddedEngine:
    """The engine of the collection, built into `index` unless it stands there already.

    With an encoder its passages have vectors; one that has them is also used without an encoder.

    Raises SquadUnreadable, and IndexUnusable where `index` holds anything else, which stays as it is.
    """
    fingerprint = _fingerprint(folder)
    try:
        engine = open_current(index, lambda: encoder)
    except IndexMissing:
        pass
    except (IndexOutdated, IndexDamaged):
        if not any(index.glob(f"g*/{_MADE_FROM}")):
            raise _other_documents(index) from None
    else:
        made_from = index / engine.info.generation / _MADE_FROM
        is_of_this = made_from.is_file() and json.loads(made_from.read_bytes()) == fingerprint
        if is_of_this and can_be_updated(engine, encoder):
            return engine
        engine.close()
        if not made_from.is_file():
            raise _other_documents(index)

    def write(build: Path, base: EmbeddedEngine | None) -> Written:
        (build / _MADE_FROM).write_text(json.dumps(fingerprint), encoding="utf-8")
        counts = writing.write(build, contents(folder))
        if encoder:
            engine = EmbeddedEngine(build, IndexInfo("", "", counts.documents, counts.passages))
            add_vectors(engine, encoder, base, is_update=False)
            engine.close()
        return Written(counts)

    publish(index, write)
    return open_current(index, lambda: encoder)


def _other_documents(index: Path) -> IndexUnusable:
    return IndexUnusable(f"{index} is no index of SQuAD: give another folder with --index")


def _fingerprint(folder: Path) -> dict[str, Any]:
    try:
        hashes = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _COLLECTION]
    except OSError as error:
        raise SquadUnreadable(f"no SQuAD in {folder}: {error}") from None
    return {"version": _VERSION, "sha256": hashes}


def contents(folder: Path) -> Iterator[tuple[Document, tuple[Passage, ...]]]:
    """The collection, paragraph by paragraph; raises SquadUnreadable."""
    parameters = PunktParameters()
    parameters.abbrev_types = set(_ABBREVIATIONS)
    punkt = PunktSentenceTokenizer(parameters)

    def paragraph(_: int, row: dict[str, Any]) -> tuple[Document, tuple[Passage, ...]]:
        id, text = row["id"], row["text"]
        sentences = tuple(Span(start, end) for start, end in punkt.span_tokenize(text))
        section = Section(None, 0, 0, len(text))
        metadata = Metadata(title=Found(row["title"].replace("_", " "), "SQuAD"))
        document = Document(id, id, "", metadata, text, (section,), ())
        return document, (Passage(_passage_id(id), id, text, 0, len(text), (), sentences),)

    for name in _COLLECTION:
        yield from tqdm(_read(folder / name, paragraph), desc=name, file=sys.stderr)


def _passage_id(paragraph: str) -> str:
    return f"{paragraph}#p-1"


def _read(path: Path, of: Callable[[int, dict[str, Any]], _Row]) -> Iterator[_Row]:
    """What `of` makes of each line's number, from 1, and object."""
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                yield of(number, json.loads(line))
    except (OSError, EOFError) as error:
        raise SquadUnreadable(f"cannot read {path}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SquadUnreadable(f"{path}, line {number}: not what SQuAD has there ({error!r})") from None
