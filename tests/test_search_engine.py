"""The embedded engine against BM25 written out in full, and the contract it keeps."""

from __future__ import annotations

import math
import random
import threading
from collections import Counter
from pathlib import Path

import pytest
from whoosh.util.numeric import byte_to_length, length_to_byte

from search.analysis import tokens
from search.answers import IndexInfo
from search.index import writing
from search.index.bm25 import K1, B, lucene_idf
from search.index.embedded import EmbeddedEngine
from search.index.engine import Engine
from search.index.fields import FIELD_WEIGHTS
from search.passages import Document, Found, Metadata, Passage, Section, Span
from search.question.understanding import understand

VOCABULARY = "canal lock boat weed bank ICS ICSs IT bridge running runs organise organize the of is".split()


def make(number: int, text: str, title: str = "", heading: str = "") -> tuple[Document, tuple[Passage, ...]]:
    path = (heading,) if heading else ()
    section = Section(heading or None, 2, 0, len(text), path)
    metadata = Metadata(title=Found(title, "test") if title else None)
    document = Document(f"d{number}", f"d{number}.txt", "", metadata, text, (section,), ())
    whole = Span(0, len(text))
    return document, (Passage(f"d{number}#p-1", document.id, text, 0, len(text), path, (whole,)),)


def build(folder: Path, contents: list[tuple[Document, tuple[Passage, ...]]]) -> EmbeddedEngine:
    counts = writing.write(folder, contents)
    return EmbeddedEngine(
        folder, IndexInfo("test", "2026-01-01T00:00:00Z", counts.documents, counts.passages)
    )


def bm25(contents: list[tuple[Document, tuple[Passage, ...]]], question: str) -> list[tuple[str, float]]:
    """Every matching passage with its score, best first, ties in the order of indexing.

    Whoosh keeps a field's length in one byte, so lengths here go through the same rounding.
    """
    fields: list[dict[str, list[str]]] = []
    for document, (passage,) in contents:
        body = [token for token in tokens(passage.text) if not token.is_stop_word]
        title = document.metadata.title.value if document.metadata.title else ""
        around = {"headings": " ".join(passage.heading_path), "title": title}
        fields.append(
            {
                "body": [token.stem for token in body],
                "exact": [token.exact for token in body],
                "acronyms": [token.acronym for token in body if token.acronym],
                **{
                    name: [token.stem for token in tokens(text) if not token.is_stop_word]
                    for name, text in around.items()
                },
            }
        )
    scores = [0.0] * len(contents)
    for term in understand(question).terms:
        keys = dict.fromkeys(("body", "headings", "title"), term.stem) | {"exact": term.exact}
        if term.acronym:
            keys["acronyms"] = term.acronym
        for name, key in keys.items():
            counts = [Counter(field[name])[key] for field in fields]
            lengths = [byte_to_length(length_to_byte(len(field[name]))) for field in fields]
            average = sum(len(field[name]) for field in fields) / len(fields) or 1
            frequency = sum(count > 0 for count in counts)
            idf = math.log(1 + (len(fields) - frequency + 0.5) / (frequency + 0.5))
            for number, count in enumerate(counts):
                norm = K1 * (1 - B + B * lengths[number] / average)
                scores[number] += FIELD_WEIGHTS[name] * idf * count * (K1 + 1) / (count + norm)
    ranked = sorted(range(len(scores)), key=lambda number: (-round(scores[number], 6), number))
    return [(contents[number][1][0].id, scores[number]) for number in ranked if scores[number] > 0]


def test_scores_and_order_are_those_of_bm25_written_out(tmp_path: Path) -> None:
    chance = random.Random(7)
    contents = [
        make(
            number,
            " ".join(chance.choices(VOCABULARY, k=chance.randint(3, 60))),
            " ".join(chance.choices(VOCABULARY, k=chance.randint(0, 4))),
            " ".join(chance.choices(VOCABULARY, k=chance.randint(0, 4))),
        )
        for number in range(120)
    ]
    engine = build(tmp_path, contents)
    for _ in range(60):
        question = " ".join(chance.choices(VOCABULARY, k=chance.randint(1, 6)))
        expected = bm25(contents, question)
        found = engine.search(understand(question), limit=10)
        assert found.total == len(expected), question
        assert [candidate.score for candidate in found.candidates] == pytest.approx(
            [score for _, score in expected[:10]], abs=1e-5
        ), question
    engine.close()


def test_equal_passages_come_in_the_order_of_their_documents_ids(tmp_path: Path) -> None:
    engine = build(tmp_path, [make(number, "a boat on the canal") for number in reversed(range(12))])
    found = engine.search(understand("boat"), limit=5)
    assert [c.passage.document_id for c in found.candidates] == ["d0", "d1", "d10", "d11", "d2"]
    assert found.total == 12
    engine.close()


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("ICS", "d0"),
        ("ics", "d0"),
        ("i.c.s.", "d0"),
        ("IT department", "d1"),
        ("organisations", "d2"),
        ("gate", "d3"),
        ("harbour", "d4"),
    ],
)
def test_each_field_finds_its_passage(tmp_path: Path, question: str, first: str) -> None:
    contents = [
        make(0, "The ICSs met twice."),
        make(1, "They bought IT for the department. It was late."),
        make(2, "Large organizations merge."),
        make(3, "It opens upstream.", heading="The lower gate"),
        make(4, "Ships lie at anchor.", title="Harbour life"),
        make(5, "It was the department for it."),
    ]
    engine = build(tmp_path, contents)
    assert engine.search(understand(question), limit=1).candidates[0].passage.document_id == first
    engine.close()


def test_idf_falls_with_frequency_and_is_highest_for_an_unknown_word(tmp_path: Path) -> None:
    engine = build(tmp_path, [make(0, "boat canal"), make(1, "boat weed"), make(2, "boat")])
    query = understand("boat canal zeppelin")
    weights = [engine.idf(query.terms)[term] for term in query.terms]
    assert weights == [lucene_idf(3, 3), lucene_idf(3, 1), lucene_idf(3, 0)]
    assert 0 < weights[0] < weights[1] < weights[2]
    engine.close()


def test_nothing_is_found_for_no_terms_or_no_place(engine: Engine) -> None:
    assert engine.search(understand("the of and"), limit=10).candidates == ()
    assert engine.search(understand("canal"), limit=0).candidates == ()


def test_documents_and_passages_come_back_as_they_went_in(engine: Engine) -> None:
    ids = engine.document_ids()
    assert len(ids) == engine.info.documents == 3
    found = engine.documents([*ids, "unknown"])
    assert list(found) == list(ids)
    passages = [passage for id in ids for passage in engine.passages(id)]
    assert len(passages) == engine.info.passages
    for passage in passages:
        document = found[passage.document_id]
        assert document.text[passage.start : passage.end] == passage.text
    assert engine.passages("unknown") == ()


def test_threads_share_one_engine(engine: Engine) -> None:
    questions = ["canal", "bakery ovens", "bus fare", "weed boats anglers"]
    expected = {question: engine.search(understand(question), 10) for question in questions}
    wrong: list[str] = []

    def ask(question: str) -> None:
        wrong.extend(
            question for _ in range(50) if engine.search(understand(question), 10) != expected[question]
        )

    threads = [threading.Thread(target=ask, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
