"""The passages and the questions that every engine is given, drawn from SQuAD and kept as files.

SQuAD itself has 20,963 passages. Every other size is made of passages of 3 to 5 of its sentences, drawn at
random with a fixed seed: the first 2,000 of 5,000 are the 2,000. A passage made so has the title of the
article that its first sentence is from.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from search.evaluation.squad import contents, draw, read_questions
from search.index.fields import passage_terms
from search.passages import Document, Found, Metadata, Passage, Section, Span
from search.queries import Query
from search.question.understanding import understand

SEED = 2026
SQUAD_ITSELF = 20_963
FEWEST_SENTENCES, MOST_SENTENCES = 3, 5

Content = tuple[Document, tuple[Passage, ...]]


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder with what is indexed and what is asked; nothing is held in memory."""

    folder: Path

    def words(self) -> Iterator[str]:
        """Each passage as the stems of its words, joined by spaces, in order."""
        with (self.folder / "words.txt").open(encoding="utf-8") as file:
            yield from (line.rstrip("\n") for line in file)

    def passages(self) -> Iterator[Content]:
        """The same passages as they are read, each in a document of its own."""
        with (self.folder / "passages.jsonl").open(encoding="utf-8") as file:
            for line in file:
                id, title, text, sentences = json.loads(line)
                yield content(id, title, text, tuple(Span(*span) for span in sentences))

    def questions(self) -> list[str]:
        """The questions as they were typed."""
        return (self.folder / "questions.txt").read_text(encoding="utf-8").splitlines()

    def queries(self) -> list[list[str]]:
        """The stems of the words that each question looks for, none twice and never none."""
        lines = (self.folder / "queries.txt").read_text(encoding="utf-8").splitlines()
        return [line.split(" ") for line in lines]


def content(id: str, title: str, text: str, sentences: tuple[Span, ...]) -> Content:
    """A document of one passage."""
    metadata = Metadata(title=Found(title, "SQuAD"))
    document = Document(id, id, "", metadata, text, (Section(None, 0, 0, len(text)),), ())
    return document, (Passage(f"{id}#p-1", id, text, 0, len(text), (), sentences),)


def read(squad: Path, size: int) -> Iterator[Content]:
    """SQuAD itself, or as many passages made of its sentences; raises SquadUnreadable."""
    return contents(squad) if size == SQUAD_ITSELF else drawn(contents(squad), size)


def drawn(source: Iterator[Content], size: int) -> Iterator[Content]:
    """As many passages, made of sentences of those in `source`."""
    sentences = [
        (document.metadata.title.value if document.metadata.title else "", span.of(passage.text))
        for document, passages in source
        for passage in passages
        for span in passage.sentences
    ]
    rng = random.Random(SEED)
    for number in tqdm(range(size), desc="passages", file=sys.stderr):
        chosen = rng.sample(sentences, rng.randint(FEWEST_SENTENCES, MOST_SENTENCES))
        spans, start = [], 0
        for _, sentence in chosen:
            spans.append(Span(start, start + len(sentence)))
            start += len(sentence) + 1
        text = " ".join(sentence for _, sentence in chosen)
        yield content(f"{number:07d}", chosen[0][0], text, tuple(spans))


def draw_questions(squad: Path, number: int) -> list[Query]:
    """As many questions of SQuAD's dev set, drawn with the fixed seed; those without a word are left out."""
    queries = (understand(q.question) for q in draw(read_questions(squad), number, SEED))
    return [query for query in queries if query.terms]


def write(
    folder: Path,
    passages: Iterator[Content],
    queries: list[Query],
    seen: Callable[[dict[str, list[str]]], None],
) -> Collection:
    """The passages and questions as files in the new `folder`; `seen` gets each passage's terms by field."""
    folder.mkdir()
    with (
        (folder / "words.txt").open("w", encoding="utf-8") as words,
        (folder / "passages.jsonl").open("w", encoding="utf-8") as texts,
    ):
        for document, parts in passages:
            title = document.metadata.title.value if document.metadata.title else ""
            for passage in parts:
                terms = passage_terms(passage, document)
                seen(terms)
                words.write(" ".join(terms["body"]) + "\n")
                spans = [(span.start, span.end) for span in passage.sentences]
                texts.write(json.dumps([document.id, title, passage.text, spans]) + "\n")
    asked = [" ".join(query.question.split()) for query in queries]
    (folder / "questions.txt").write_text("".join(f"{question}\n" for question in asked), encoding="utf-8")
    stems = [" ".join(term.stem for term in query.terms) for query in queries]
    (folder / "queries.txt").write_text("".join(f"{line}\n" for line in stems), encoding="utf-8")
    return Collection(folder)
