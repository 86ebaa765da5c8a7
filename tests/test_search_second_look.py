"""The second look over real small indexes: phrases, exclusions, days, copies, weights and confidence."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.pipeline import ingest
from search.analysis import tokens
from search.answer import confidence, scoring
from search.answer.confidence import NO_PHRASE, NOTHING_BY_THEN, judge
from search.answer.features import read_pool, wanted
from search.answer.phrases import with_phrases
from search.answer.ranking import POOL, Ranked, second_look
from search.answering import answer
from search.as_json import answer_to_dict
from search.forward import forward, word_number
from search.index.engine import Engine, Matches
from search.index.generations import open_current
from search.marks import Mark
from search.passages import Document, Metadata, Passage, Span
from search.queries import Scope
from search.question.expansion import expanded, weigh
from search.question.synonyms import parse, synonyms_of
from search.question.understanding import understand

NO_SYNONYMS = synonyms_of(())


def article(day: str | None, text: str) -> str:
    return f"---\ntitle: Report\n{f'published: {day}' if day else ''}\n---\n{text}\n"


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Three documents of which two say the same, and one is undated."""
    folder = tmp_path_factory.mktemp("dated")
    same = (
        "The harbour board looks after twelve quays, two lighthouses and the old customs house on the "
        "island, and it meets in public on the first Monday of every month except August."
    )
    (folder / "a-undated.md").write_text(article(None, same), encoding="utf-8")
    (folder / "b-dated.md").write_text(article("2019-05-01", same), encoding="utf-8")
    later = "In the harbour, lighthouses are lit by electricity since the summer, says the board."
    (folder / "c-later.md").write_text(article("2021-05-01", later), encoding="utf-8")
    ingest([folder], folder / "index")
    return open_current(folder / "index")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ('"weed stops boats"', True),
        ("“clear weed every spring”", True),
        ('"stops weed boats"', False),
        ('"spring, because weed"', True),
        ('canal "weed stops boats"', True),
    ],
)
def test_the_words_of_a_quoted_phrase_stand_in_a_row(engine: Engine, question: str, found: bool) -> None:
    reply = answer(question, engine)
    assert [hit.document.source for hit in reply.hits] == (["canal.md"] if found else [])
    assert reply.total == len(reply.hits)
    if not found:
        assert reply.reason == NO_PHRASE


def test_a_total_that_was_not_counted_to_the_end_says_so(engine: Engine) -> None:
    query = understand('"weed stops boats"')
    some = engine.search(query, 1)
    assert not with_phrases(some, query).is_least
    assert with_phrases(replace(some, total=5), query).is_least
    reply = answer("canal", engine)
    assert answer_to_dict(reply)["total_relation"] == "eq"
    assert answer_to_dict(replace(reply, is_least=True))["total_relation"] == "gte"


def test_the_confidence_is_that_of_the_passage_quoted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = answer("weed stops boats bread", engine)
    first = whole.hits[0].document.id
    documents = engine.documents

    def without_first(ids: Iterable[str]) -> dict[str, Document]:
        return {id: document for id, document in documents(ids).items() if id != first}

    monkeypatch.setattr(engine, "documents", without_first)
    rest = answer("weed stops boats bread", engine)
    assert rest.hits
    assert first not in {hit.document.id for hit in rest.hits}
    assert rest.confidence.value < whole.confidence.value


def test_no_hit_holds_an_excluded_word(engine: Engine) -> None:
    every, some = answer("canal boats", engine), answer("canal boats -weed", engine)
    assert any("weed" in hit.passage.text for hit in every.hits)
    assert some.hits
    assert not any("weed" in hit.passage.text.lower() for hit in some.hits)


@pytest.mark.parametrize(
    ("as_of", "sources"),
    [
        (None, {"b-dated.md", "c-later.md"}),
        ("2021-05-01", {"b-dated.md", "c-later.md"}),
        ("2021-04-30", {"b-dated.md"}),
        ("2019-04-30", set()),
    ],
)
def test_as_of_a_day_later_and_undated_documents_are_out(
    dated: Engine, as_of: str | None, sources: set[str]
) -> None:
    reply = answer("harbour lighthouses", dated, as_of=as_of)
    assert {hit.document.source for hit in reply.hits} == sources
    copies = [copy.document.source for hit in reply.hits for copy in hit.also_in]
    assert copies == ([] if as_of else ["a-undated.md"])
    if not sources:
        assert reply.reason == NOTHING_BY_THEN


def test_copies_out_of_scope_are_not_named(dated: Engine) -> None:
    reply = answer("harbour lighthouses", dated, scope=Scope(first_day="2019-01-01"))
    assert {hit.document.source for hit in reply.hits} == {"b-dated.md", "c-later.md"}
    assert not any(hit.also_in for hit in reply.hits)


def test_passages_that_say_the_same_are_one_hit_of_the_dated_document(dated: Engine) -> None:
    hit = answer("quays and customs house", dated).hits[0]
    assert hit.document.source == "b-dated.md"
    assert [copy.document.source for copy in hit.also_in] == ["a-undated.md"]


def test_the_products_of_the_features_add_up_to_the_score(engine: Engine) -> None:
    for question in ("What is the Ashby Canal?", "how many bakers share the shift", "weed"):
        for hit in answer(question, engine).hits:
            total = sum(feature.value * feature.weight for feature in hit.features)
            assert total == pytest.approx(hit.score, abs=1e-4)


def test_an_explained_reply_says_what_the_question_was_taken_for(engine: Engine) -> None:
    data = answer_to_dict(answer("How many bakers share the shift -bread?", engine), explain=True)
    assert data["query"]["kind"] == "count"
    assert data["query"]["expects"] == ["number"]
    assert data["query"]["excluded"] == ["bread"]
    names = [entry["feature"] for entry in data["results"][0]["explanation"]]
    by_words = scoring.PASSAGE_FEATURES[: len(scoring.BY_WORDS.passages)]
    assert names == [*by_words, "fits"]
    assert "query" not in answer_to_dict(answer("bakers", engine))


def test_only_the_typed_words_are_looked_for_without_expansion(engine: Engine) -> None:
    assert [e.added for e in answer("zeppelin bakary", engine).query.expansions] == ["bakery"]
    plain = answer("zeppelin bakary", engine, expand=False)
    assert plain.query.expansions == ()
    assert plain.total == 0


def test_a_synonym_finds_what_the_typed_word_does_not(engine: Engine) -> None:
    synonyms = synonyms_of(parse("gondola, boat\n"))
    assert answer("gondola", engine, synonyms=NO_SYNONYMS).hits == ()
    reply = answer("gondola", engine, synonyms=synonyms)
    assert {hit.document.source for hit in reply.hits} == {"canal.md"}
    spans = [span.of(reply.hits[0].passage.text).lower() for span in reply.hits[0].excerpt.highlights]
    assert set(spans) == {"boats"}


def test_a_phrase_that_was_added_is_only_marked_where_it_stands_whole(engine: Engine) -> None:
    synonyms = synonyms_of(parse("levee, canal trust\n"))
    marked = {
        span.of(hit.passage.text)
        for hit in answer("levee", engine, synonyms=synonyms).hits
        for span in hit.excerpt.highlights
    }
    assert marked == {"Canal", "Trust"}


def test_an_unknown_word_weighs_what_is_looked_for_in_its_place(engine: Engine) -> None:
    query = expanded(understand("bakary zeppelin"), engine, NO_SYNONYMS)
    weights = weigh(query, engine)
    by_word = {term.exact: weight for term, weight in weights.idf.items()}
    known = engine.idf(understand("bakery").terms)
    assert by_word["bakary"] == pytest.approx(next(iter(known.values())))
    assert weights.unknown == pytest.approx(by_word["zeppelin"] / sum(by_word.values()))


@given(st.text(max_size=200))
def test_every_word_of_a_passage_is_kept_with_its_place(text: str) -> None:
    whole = (Span(0, len(text)),)
    kept = forward(
        Passage("d#p-1", "d", text, 0, len(text), (), whole), Document("d", "d", "", Metadata(), text, (), ())
    )
    words = list(tokens(text))
    assert np.frombuffer(kept.words, "<u4").tolist() == [
        word_number(word.stem, word.is_stop_word) for word in words
    ]
    starts = np.frombuffer(kept.starts, "<u4").tolist()
    assert [(s, s + n) for s, n in zip(starts, kept.lengths, strict=True)] == [
        (w.start, w.end) for w in words
    ]


def test_lists_are_kept_with_their_depth_and_their_lead_in() -> None:
    text = "It has:\n\n- one\n- two:\n  - three\n\nIt ends."
    parts = ["It has:", "one", "two:", "three", "It ends."]
    spans = tuple(Span(text.index(part), text.index(part) + len(part)) for part in parts)
    passage = Passage("d#p-1", "d", text, 0, len(text), (), spans)
    kept = forward(passage, Document("d", "d", "", Metadata(), text, (), ()))
    assert list(kept.depths) == [0, 1, 1, 2, 0]
    marks = [Mark(number) for number in np.frombuffer(kept.marks, "<u4").tolist()]
    assert [bool(mark & Mark.LEAD_IN) for mark in marks] == [True, False, True, False, False]
    assert [bool(mark & Mark.ITEM) for mark in marks] == [False, True, True, True, False]


def test_what_is_weighed_of_a_passage_does_not_hang_on_the_others(engine: Engine) -> None:
    query = expanded(understand("How many weeks do boats need on the canal in 1804?"), engine, NO_SYNONYMS)
    candidates = engine.search(query, POOL).candidates
    assert len(candidates) > 2
    look = wanted(query, weigh(query, engine).idf)
    together = scoring.score(read_pool(candidates, look, len(candidates)), look, query)
    for number, candidate in enumerate(candidates):
        alone = scoring.score(read_pool([candidate], look, 1), look, query)
        assert alone.best[0] == together.best[number]
        share = scoring.PASSAGE_FEATURES.index("engine_share")
        expected = np.delete(together.features[number], share)
        assert np.delete(alone.features[0], share) == pytest.approx(expected)


def test_beyond_the_pool_the_engines_order_stays(engine: Engine) -> None:
    query = understand("canal")
    (candidate, *_) = engine.search(query, 1).candidates
    many = tuple(replace(candidate, passage_id=f"passage {number}") for number in range(POOL + 5))
    ranked = second_look(Matches(many, len(many)), query, weigh(query, engine).idf)
    assert tuple(item.candidate for item in ranked) == many


@pytest.mark.parametrize(
    ("question", "quotation"),
    [
        ("how many bakers share the shift", "Two bakers and one apprentice share the shift."),
        ("when was the Ashby Canal opened", "It was opened in 1804."),
    ],
)
def test_the_sentence_that_holds_what_is_asked_for_goes_first(
    engine: Engine, question: str, quotation: str
) -> None:
    assert answer(question, engine).hits[0].excerpt.quotation == quotation


def test_a_question_for_what_is_not_so_prefers_a_sentence_that_denies(tmp_path: Path) -> None:
    text = "Under the rules boats need a licence.\n\nUnder the rules canoes do not need a licence."
    (tmp_path / "rules.txt").write_text(f"Rules of the canal\n\n{text}\n", encoding="utf-8")
    ingest([tmp_path], tmp_path / "index")
    engine = open_current(tmp_path / "index")
    first = answer("What needs no licence under the rules?", engine).hits[0]
    second = answer("What needs a licence under the rules?", engine).hits[0]
    engine.close()
    assert first.excerpt.quotation == "Under the rules canoes do not need a licence."
    assert second.excerpt.quotation == "Under the rules boats need a licence."


def test_what_later_documents_say_is_the_same_on_every_page(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(article("2018-06-01", "Harbour boards are not statutory bodies."), "utf-8")
    later = "On 1 July 2022 harbour boards became statutory bodies."
    (tmp_path / "b.md").write_text(article("2022-08-01", later), "utf-8")
    ingest([tmp_path], tmp_path / "index")
    engine = open_current(tmp_path / "index")
    whole = answer("Are harbour boards statutory bodies?", engine)
    pages = [answer("Are harbour boards statutory bodies?", engine, limit=1, offset=n) for n in range(2)]
    engine.close()
    assert len(whole.conflicts) == 1
    assert [page.conflicts for page in pages] == [whole.conflicts] * 2
    assert [hit.superseded_by is not None for page in pages for hit in page.hits] == [
        hit.superseded_by is not None for hit in whole.hits
    ]
    assert any(hit.superseded_by for hit in whole.hits)


def test_confidence_falls_with_what_is_missing_and_unknown(engine: Engine) -> None:
    full, part, unknown = (
        answer(question, engine).confidence.value
        for question in ("weed stops boats", "weed stops bread", "weed stops zeppelins")
    )
    assert full > part
    assert full > unknown
    for by in (confidence.BY_WORDS, confidence.BY_MEANING_TOO):
        assert len(by.weights) == len(confidence.FEATURES)
        nothing = confidence.chance([0.0] * len(confidence.FEATURES), by)
        assert nothing == pytest.approx(1 / (1 + math.exp(-by.bias)))


def test_the_bands_follow_the_value(engine: Engine) -> None:
    for question in ("What is the Ashby Canal?", "canal zeppelin", "weed stops bread on Mars in 1804"):
        reply = answer(question, engine)
        value, band, by = reply.confidence.value, reply.confidence.band, confidence.BY_WORDS
        assert band == ("likely" if value >= by.likely else "possible" if value >= by.possible else "none")
        assert (reply.quoted is None) == (band == "none")


def test_a_question_without_words_or_candidates_has_no_confidence() -> None:
    nothing: tuple[Ranked, ...] = ()
    assert judge(understand("the of"), nothing, 0.0, 5)[0].value == 0.0
    assert judge(understand("zeppelin"), nothing, 1.0, 5)[0].band == "none"
