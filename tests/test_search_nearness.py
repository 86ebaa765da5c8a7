"""Passages found by meaning: beside those found by words, under the same filters, never before a name."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import ingest
from search.answer.ranking import second_look
from search.answering import POOL, answer, find
from search.answers import Closeness
from search.encoder import Encoder
from search.index.embedded import EmbeddedEngine
from search.index.engine import Engine, Matches
from search.index.generations import open_current
from search.queries import Query
from search.question.expansion import expanded, weigh
from search.question.readings import readings
from search.question.synonyms import synonyms_of
from search.question.understanding import understand
from tests.concepts import ConceptEncoder

NO_SYNONYMS = synonyms_of(())


@pytest.fixture(scope="module")
def near(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """The three articles, with vectors; to its encoder a waterway is a canal and a loaf is bread."""
    index = tmp_path_factory.mktemp("near")
    ingest([corpus], index, encoder=ConceptEncoder())
    engine = open_current(index, ConceptEncoder)
    yield engine
    engine.close()


def asked(question: str, engine: Engine) -> Query:
    return expanded(understand(question), engine, NO_SYNONYMS)


def found(question: str, engine: Engine) -> Matches:
    return find(asked(question, engine), engine, POOL)


def test_a_passage_without_a_word_of_the_question_is_found_by_what_it_means(near: EmbeddedEngine) -> None:
    matches = found("loaf", near)
    assert matches.candidates == ()
    assert "bread is ready by six" in matches.near[0].passage.text
    reply = answer("loaf", near, synonyms=NO_SYNONYMS)
    assert "bread is ready by six" in reply.hits[0].passage.text
    assert reply.total == len(reply.hits) == near.info.passages


def test_the_total_counts_what_can_be_paged_through_once(near: EmbeddedEngine) -> None:
    for question in ("canal", "canal bread fare", "loaf -weed", "zeppelin"):
        reply = answer(question, near, limit=50, synonyms=NO_SYNONYMS)
        assert reply.total == len(reply.hits)


def test_the_nearest_come_first_with_the_scores_that_their_words_have(near: EmbeddedEngine) -> None:
    matches = found("canal fee", near)
    assert len(matches.near) == near.info.passages, "so few are all looked at"
    assert [c.closeness.passage for c in matches.near if c.closeness] == sorted(
        (c.closeness.passage for c in matches.near if c.closeness), reverse=True
    )
    by_words = {c.passage_id: c.score for c in matches.candidates}
    assert by_words
    for candidate in matches.near:
        assert candidate.score == by_words.get(candidate.passage_id, 0.0)


def test_closeness_is_that_of_the_vectors(near: EmbeddedEngine) -> None:
    meaning = near.meaning(["canal fee"])
    assert meaning is not None
    assert near.vectors is not None
    for candidate in near.search(asked("canal fee", near), POOL, meaning).near:
        row = near.vectors.row(candidate.number)
        expected = (row.values * row.scales[:, None]) @ meaning
        assert candidate.closeness is not None
        assert candidate.closeness.passage == pytest.approx(expected[0], abs=1e-3)
        assert candidate.closeness.sentences == pytest.approx(expected[1:], abs=1e-3)


def test_a_withdrawn_document_is_not_found_by_meaning_either(corpus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for path in corpus.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    ingest([folder], tmp_path / "index", encoder=ConceptEncoder())
    (folder / "bakery.txt").unlink()
    ingest([folder], tmp_path / "index", may_shrink=True, encoder=ConceptEncoder())
    engine = open_current(tmp_path / "index", ConceptEncoder)
    assert found("loaf", engine).near
    assert not any("bakery" in candidate.passage.text for candidate in found("loaf", engine).near)


def test_threads_find_the_same(near: EmbeddedEngine) -> None:
    alone = [c.passage_id for c in found("canal fee", near).near]
    with ThreadPoolExecutor(4) as threads:
        for matches in threads.map(lambda _: found("canal fee", near), range(40)):
            assert [c.passage_id for c in matches.near] == alone


@pytest.mark.parametrize("limit", [1, 3])
def test_a_page_is_a_part_of_the_whole_ranking(near: EmbeddedEngine, limit: int) -> None:
    whole = [hit.passage.id for hit in answer("canal bread fare", near).hits]
    pages = [
        hit.passage.id
        for offset in range(0, len(whole), limit)
        for hit in answer("canal bread fare", near, limit=limit, offset=offset).hits
    ]
    assert pages == whole


def ranked_with(engine: Engine, question: str, closeness: dict[str, float]) -> list[str]:
    """The texts of what is found, in order, when passages with these words in them are so near."""
    query = asked(question, engine)

    def near(text: str) -> float:
        return max((value for words, value in closeness.items() if words in text), default=0.0)

    matches = found(question, engine)
    every = {c.passage_id: c for c in (*matches.candidates, *matches.near)}.values()
    compared = tuple(
        replace(
            c,
            closeness=Closeness(
                near(c.passage.text), np.full(len(c.passage.sentences), near(c.passage.text), np.float32)
            ),
        )
        for c in every
    )
    ranked = second_look(Matches(compared, len(compared)), query, weigh(query, engine).idf)
    return [item.candidate.passage.text for item in ranked]


@pytest.mark.parametrize(
    ("question", "holds", "similar"),
    [
        ("Where does Bus 42 go?", "Bus 42 links", "Night shifts"),  # a name and a number
        ("What happened in 2018?", "in 2018", "Ashby Canal is"),  # a number
        ("What does the CT do?", "permit from the CT", "The bakery on Mill Lane"),  # an acronym
        ("How long is the Ashby waterway?", "The Ashby Canal is", "A single fare"),  # a name
    ],
)
def test_what_is_merely_similar_never_comes_before_a_name_a_number_or_an_acronym(
    near: EmbeddedEngine, question: str, holds: str, similar: str
) -> None:
    texts = ranked_with(near, question, {similar: 0.99, holds: 0.01})
    assert holds in texts[0]


def test_without_a_name_what_is_nearest_comes_first(near: EmbeddedEngine) -> None:
    first, *_ = ranked_with(near, "What costs money?", {"A single fare": 0.9})
    assert "A single fare" in first


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who maintains the banks?", ("Who maintains the banks?",)),
        ("What does the CT do?", ("What does the CT do?", "What does the Canal Trust do?")),
        ("Are bakars at work?", ("Are bakars at work?", "Are bakers at work?")),
        ('Who clears "weed" -boats', ("Who clears weed",)),
    ],
)
def test_a_question_is_read_as_typed_and_as_the_documents_write_it(
    near: EmbeddedEngine, question: str, expected: tuple[str, ...]
) -> None:
    assert readings(asked(question, near)) == expected


def test_a_paraphrase_finds_its_passage_with_the_default_model(
    corpus: Path, tmp_path: Path, model: Encoder
) -> None:
    ingest([corpus], tmp_path, encoder=model)
    question = "How slowly must vessels travel?"
    words, meaning = (
        answer(question, open_current(tmp_path, source)) for source in (lambda: None, lambda: model)
    )
    assert "Boats" not in words.hits[0].passage.text
    assert "Boats are limited to four miles an hour" in meaning.hits[0].passage.text
