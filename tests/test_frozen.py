"""The frozen arrays against Whoosh's own searcher, and against BM25 written out in full."""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.filedb.filestore import FileStorage
from whoosh.query import And, Or
from whoosh.query import Term as WhooshTerm
from whoosh.scoring import WeightingModel, WeightLengthScorer
from whoosh.util.numeric import byte_to_length, length_to_byte

from search.analysis import tokens
from search.answers import IndexInfo
from search.index import writing
from search.index.bm25 import K1, B, lucene_idf
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.fields import FIELD_WEIGHTS, keys, looked_for, passage_terms
from search.index.frozen import FrozenIndex, filter_of
from search.index.impacts import MOST_WORDS, unit, write_impacts
from search.index.inverted import Inverted
from search.index.kernel import NUMPY, Kernel, installed_kernel
from search.index.postings import Postings, write_postings
from search.index.segments import frozen_folders
from search.index.withdrawn import NOTHING_WITHDRAWN
from search.passages import Document, Found, Metadata, Passage, Section, Span
from search.queries import Query, Scope
from search.question.narrowing import MAX_TERMS
from search.question.understanding import understand

Article = tuple[Document, tuple[Passage, ...]]

# Few words, so that equal scores are frequent; the acronyms fill the field of their own.
WORDS = "canal lock boat weed bank ICS ICSs NHS running the of".split()
IDS = "abcdefghijkl"
DAYS = (None, "2019-12-31", "2020-01-01", "2020-01-02")

# Enough for impacts that are rounded to whole numbers, too little for another number of passages.
NEARLY = 1e-5

ALL = 1000  # more than any corpus here holds


def article(
    id: str,
    texts: Sequence[str],
    title: str = "",
    heading: str = "",
    day: str | None = None,
    publisher: str | None = None,
) -> Article:
    """A document with a passage of each text, all under one heading."""
    path = (heading,) if heading else ()
    passages, start = [], 0
    for number, text in enumerate(texts, 1):
        end = start + len(text)
        passages.append(Passage(f"{id}#p-{number}", id, text, start, end, path, (Span(0, len(text)),)))
        start = end + 2
    metadata = Metadata(
        title=Found(title, "test") if title else None,
        publisher=Found(publisher, "test") if publisher else None,
        published=Found(day, "test") if day else None,
    )
    whole = "\n\n".join(texts)
    section = Section(heading or None, 2, 0, len(whole), path)
    return Document(id, f"{id}.txt", "", metadata, whole, (section,), ()), tuple(passages)


def words(least: int, most: int) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), min_size=least, max_size=most).map(" ".join)


scopes = st.builds(
    Scope,
    st.frozensets(st.sampled_from(["locks", "weirs", "nobody"]), max_size=2),
    st.frozensets(st.sampled_from([*IDS, "unknown"]), max_size=3),
    st.sampled_from(DAYS),
    st.sampled_from(DAYS),
)
texts = st.lists(words(1, 6), min_size=1, max_size=3)
questions = st.lists(words(1, 5), min_size=1, max_size=4)


@st.composite
def corpora(draw: st.DrawFn, least: int = 1) -> dict[str, Article]:
    ids = draw(st.lists(st.sampled_from(IDS), min_size=least, max_size=12, unique=True))
    return {
        id: article(
            id,
            draw(texts),
            draw(words(0, 2)),
            draw(words(0, 2)),
            draw(st.sampled_from(DAYS)),
            draw(st.sampled_from([None, "Locks", "Weirs"])),
        )
        for id in ids
    }


@contextmanager
def written(
    held: Iterable[Article], *updates: tuple[Sequence[Article], Sequence[str]]
) -> Iterator[EmbeddedEngine]:
    """An index of these articles after updates: what came and what went in each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "0"
        folder.mkdir()
        engine = opened(folder, writing.write(folder, held))
        for number, (changed, gone) in enumerate(updates, 1):
            folder = Path(name) / str(number)
            folder.mkdir()
            base, counts = engine, writing.update(folder, engine, changed, gone)
            engine = opened(folder, counts)
            base.close()
        try:
            yield engine
        finally:
            engine.close()


def opened(folder: Path, counts: Counts) -> EmbeddedEngine:
    return EmbeddedEngine(
        folder, IndexInfo("test", "2026-01-01T00:00:00Z", counts.documents, counts.passages)
    )


# Whoosh's own searcher


class AnyOf(Or):  # type: ignore[misc]  # Whoosh has no types
    """Adds the clauses' scores in their order, however many passages there are."""

    matcher_type = Or.ARRAY_MATCHER


class Weighting(WeightingModel):  # type: ignore[misc]  # Whoosh has no types
    """BM25 with Lucene's idf, field by field."""

    def scorer(self, searcher, fieldname, text, qf=1):  # type: ignore[no-untyped-def]  # Whoosh's signature
        return Scorer(searcher.get_parent(), searcher, fieldname, text)


class Scorer(WeightLengthScorer):  # type: ignore[misc]  # Whoosh has no types
    def __init__(self, whole: Any, searcher: Any, fieldname: str, text: bytes) -> None:
        self.idf = lucene_idf(whole.doc_count_all(), whole.doc_frequency(fieldname, text))
        self.average = whole.field_length(fieldname) / whole.doc_count_all() or 1.0
        self.setup(searcher, fieldname, text)

    def _score(self, weight: float, length: float) -> float:
        return self.idf * weight * (K1 + 1) / (weight + K1 * (1 - B + B * length / self.average))


def found_by_whoosh(engine: EmbeddedEngine, query: Query) -> dict[int, float]:
    """The score of each passage that Whoosh finds, by its number."""
    index = FileStorage(str(engine.folder / "passages"), readonly=True).open_index()
    with index.searcher(weighting=Weighting()) as searcher:
        clauses = [
            WhooshTerm(field, key, boost=FIELD_WEIGHTS[field] * weight)
            for term, weight in looked_for(query)
            for field, key in keys(term)
        ]
        phrased = {token.stem for phrase in query.phrases for token in tokens(phrase)}
        only = And([WhooshTerm("body", stem) for stem in phrased]) if phrased else None
        none_of = Or([WhooshTerm("body", term.stem) for term in query.excluded]) if query.excluded else None
        results = searcher.search(AnyOf(clauses), limit=ALL, filter=only, mask=none_of)
        return {int(number): float(score) for score, number in results.top_n}


def number_in_whoosh(engine: EmbeddedEngine, document_id: str) -> list[int]:
    index = FileStorage(str(engine.folder / "passages"), readonly=True).open_index()
    with index.reader() as reader:
        return list(reader.postings("document", document_id).all_ids())


@settings(max_examples=50, deadline=None)
@given(corpora(), questions)
def test_what_is_found_is_what_whoosh_finds_with_its_scores_and_ties_go_by_document_and_place(
    held: Mapping[str, Article], asked: Sequence[str]
) -> None:
    with written(held.values()) as engine:
        for question in (*asked, *(f'{each} "canal lock" -weed' for each in asked)):
            query = understand(question)
            theirs = found_by_whoosh(engine, query) if query.terms else {}
            ours = engine.search(query, ALL)
            assert ours.total == len(ours.candidates) == len(theirs), question
            assert {c.number: c.score for c in ours.candidates} == pytest.approx(theirs, abs=NEARLY), question
            order = [(-c.score, c.document_id, c.passage.start) for c in ours.candidates]
            assert order == sorted(order), question
            for limit in (1, 3):
                assert engine.search(query, limit).candidates == ours.candidates[:limit], question


# BM25 written out in full


def bm25(held: Mapping[str, Article], query: Query) -> dict[str, float]:
    """The score of each passage that a term stands in, by its id; a field's length is kept in one byte."""
    fields = {
        passage.id: passage_terms(passage, document) for document, parts in held.values() for passage in parts
    }
    scores: Counter[str] = Counter()
    for term, weight in looked_for(query):
        for field, key in keys(term):
            holding = {id: terms[field].count(key) for id, terms in fields.items() if key in terms[field]}
            average = sum(len(terms[field]) for terms in fields.values()) / max(len(fields), 1) or 1.0
            idf = math.log(1 + (len(fields) - len(holding) + 0.5) / (len(holding) + 0.5))
            for id, count in holding.items():
                length = byte_to_length(length_to_byte(len(fields[id][field])))
                norm = K1 * (1 - B + B * length / average)
                scores[id] += FIELD_WEIGHTS[field] * weight * idf * count * (K1 + 1) / (count + norm)
    return scores


def passes(document: Document, passage: Passage, query: Query) -> bool:
    """Whether a passage may be found at all."""
    stems = set(passage_terms(passage, document)["body"])
    phrased = {token.stem for phrase in query.phrases for token in tokens(phrase) if not token.is_stop_word}
    published = document.metadata.published
    scope = query.scope
    publisher = document.metadata.publisher
    return (
        phrased <= stems
        and (not scope.publishers or (publisher is not None and publisher.value.lower() in scope.publishers))
        and (not scope.documents or document.id in scope.documents)
        and (scope.first_day is None or (published is not None and published.value >= scope.first_day))
        and (scope.last_day is None or (published is not None and published.value <= scope.last_day))
        and not any(term.stem in stems for term in query.excluded)
        and (query.as_of is None or (published is not None and published.value <= query.as_of))
    )


@settings(max_examples=50, deadline=None)
@given(corpora(), st.sets(st.sampled_from(IDS)), corpora(least=0), questions, st.sampled_from(DAYS), scopes)
def test_whatever_changed_scores_and_filters_are_those_written_out_in_full(
    first: dict[str, Article],
    gone: set[str],
    changed: dict[str, Article],
    asked: Sequence[str],
    as_of: str | None,
    scope: Scope,
) -> None:
    held = {id: each for id, each in first.items() if id not in gone} | changed
    with written(first.values(), ([], sorted(gone)), (list(changed.values()), [])) as engine:
        for question in (*asked, *(f'{each} "boat" -bank' for each in asked)):
            query = replace(understand(question), as_of=as_of, scope=scope)
            may = {
                passage.id
                for document, parts in held.values()
                for passage in parts
                if passes(document, passage, query)
            }
            expected = {id: score for id, score in bm25(held, query).items() if id in may}
            found = engine.search(query, ALL)
            assert {c.passage_id: c.score for c in found.candidates} == pytest.approx(expected, abs=NEARLY)
            assert found.total == len(expected)
            assert allowed_ids(engine, held, query) == may


def allowed_ids(engine: EmbeddedEngine, held: Mapping[str, Article], query: Query) -> set[str]:
    """The passages that the mask of a query allows, or all where it has none."""
    allowed = engine.allowed(query)
    if allowed is None:
        return {passage.id for _, parts in held.values() for passage in parts}
    return {engine.candidate(number, 0.0).passage_id for number in np.flatnonzero(allowed).tolist()}


# Numbers


CANAL = article("canal", ["The canal has a lock.", "The lock leaks."], day="2020-01-01")
WEED = article("weed", ["Weed stops every boat."])
BANK = article("bank", ["The bank slid into the canal.", "A boat saw it."])


def test_a_passage_has_the_number_that_whoosh_gives_it_in_both_segments() -> None:
    with written([WEED, CANAL, BANK], ([CANAL], ["bank"])) as engine:
        for id in ("weed", "canal"):
            numbers = number_in_whoosh(engine, id)
            read = [engine.candidate(number, 0.5) for number in numbers]
            assert tuple(c.passage for c in read) == engine.passages(id)
            assert [c.number for c in read] == numbers
            assert {c.score for c in read} == {0.5}
        assert number_in_whoosh(engine, "canal") == [5, 6]  # after all that the first segment ever held


def test_a_candidate_read_by_its_number_is_the_one_that_was_found() -> None:
    with written([CANAL, WEED, BANK], ([WEED], [])) as engine:
        for found in engine.search(understand("canal boat lock"), 10).candidates:
            again = engine.candidate(found.number, found.score)
            assert (again, again.number) == (found, found.number)


def test_without_filters_and_deletions_there_is_no_mask() -> None:
    with written([CANAL, WEED]) as engine:
        assert engine.allowed(understand("canal")) is None
        assert engine.allowed(understand("canal -boat")) is not None
    with written([CANAL, WEED], ([], ["weed"])) as engine:
        allowed = engine.allowed(understand("canal"))
        assert allowed is not None
        assert allowed.tolist() == [True, True, False]


@pytest.mark.parametrize("passages", [0, 1, 2, 10, 368, 1_400, 1_500, 20_963, 1_000_000, 2**32 - 1])
def test_no_question_can_score_more_than_a_whole_number_holds(passages: int) -> None:
    saturated = (K1 + 1) * sum(FIELD_WEIGHTS.values())
    a_word = lucene_idf(max(passages, 1), 1) * saturated
    # As many words as are looked for, and for each another that counts as much.
    most = 2 * MAX_TERMS * a_word
    assert MOST_WORDS == 2 * MAX_TERMS
    assert most / unit(passages) < np.iinfo(np.uint32).max < 2 * most / unit(passages)


# The files


def inodes(engine: EmbeddedEngine) -> dict[str, int]:
    root = engine.folder / "frozen"
    return {f"{path.relative_to(root)}": path.stat().st_ino for path in root.rglob("*") if path.is_file()}


def test_an_update_shares_the_arrays_of_the_first_segment_and_writes_those_of_the_second(
    tmp_path: Path,
) -> None:
    folders = [tmp_path / name for name in "012"]
    for folder in folders:
        folder.mkdir()
    whole = opened(folders[0], writing.write(folders[0], [CANAL, WEED, BANK]))
    once = opened(folders[1], writing.update(folders[1], whole, [WEED], []))
    twice = opened(folders[2], writing.update(folders[2], once, [BANK], []))
    shared = {(name, inode) for name, inode in inodes(whole).items() if not name.endswith("impacts.npy")}
    assert len(shared) == len(inodes(whole)) - 1
    for engine in (once, twice):
        assert shared < inodes(engine).items()
        assert len(list((engine.folder / "frozen").iterdir())) == 2
    assert inodes(once).items() & inodes(twice).items() == shared  # what postings count is not
    for engine in (whole, once, twice):
        engine.close()


def test_an_update_that_adds_nothing_leaves_no_arrays_of_nothing() -> None:
    with written([CANAL, WEED], ([], ["weed"])) as engine:
        assert len(list((engine.folder / "frozen").iterdir())) == 1


def inverted(terms: Mapping[str, Mapping[int, int]], lengths: Sequence[int]) -> Inverted:
    """A field of which these terms stand in these passages, each so often."""
    ends = np.cumsum([len(held) for held in terms.values()], dtype=np.uint64)
    numbers = [number for held in terms.values() for number in held]
    times = [count for held in terms.values() for count in held.values()]
    return Inverted(
        list(terms),
        ends,
        np.array(numbers, np.uint32),
        np.array(times, np.uint16),
        np.array(lengths, np.uint32),
        sum(lengths),
    )


def posted(folder: Path, **fields: Inverted) -> Postings:
    """The postings of these fields, the others empty."""
    passages = len(next(iter(fields.values())).lengths)
    write_postings(folder, {field: inverted({}, [0] * passages) for field in FIELD_WEIGHTS} | fields)
    return Postings(folder)


def test_terms_that_share_a_hash_are_told_apart(tmp_path: Path) -> None:
    one, other = "guvifaro", "kipegoto"
    assert crc32(f"0{one}\n".encode()) == crc32(f"0{other}\n".encode())
    postings = posted(tmp_path, body=inverted({one: {0: 1}, other: {1: 1, 2: 3}}, [1, 1, 3]))
    assert postings.numbers[postings.of_field("body", one)].tolist() == [0]
    assert postings.numbers[postings.of_field("body", other)].tolist() == [1, 2]
    assert not postings.numbers[postings.of_field("title", one)].size
    assert postings.find("exact", one) is None


def test_the_list_of_a_stem_has_the_postings_of_each_of_its_fields(tmp_path: Path) -> None:
    postings = posted(
        tmp_path,
        body=inverted({"boat": {0: 1, 2: 1}, "canal": {1: 1}}, [1, 1, 1]),
        title=inverted({"boat": {2: 1}, "weed": {0: 1}}, [1, 0, 1]),
        exact=inverted({"boat": {0: 1}, "boats": {2: 1}}, [1, 0, 1]),
    )
    assert postings.numbers[slice(*postings.range("stem", "boat"))].tolist() == [0, 2, 2]
    assert postings.numbers[postings.of_field("title", "boat")].tolist() == [2]
    assert postings.numbers[postings.of_field("exact", "boat")].tolist() == [0]
    assert postings.numbers[slice(*postings.range("stem", "weed"))].tolist() == [0]
    assert dict(postings.counts("body")) == {"boat": 2, "canal": 1}
    assert dict(postings.counts("exact")) == {"boat": 1, "boats": 1}


def test_there_may_be_more_shapes_than_a_byte_counts(tmp_path: Path) -> None:
    lengths = list(range(1, 1001))
    postings = posted(tmp_path, body=inverted({"boat": dict.fromkeys(range(1000), 1)}, lengths))
    shapes = postings.shapes[postings.of_field("body", "boat")]
    assert postings.kinds[shapes].tolist() == [[0, 1, length] for length in lengths]


def test_what_is_written_piece_by_piece_is_what_is_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.random.default_rng(5)
    terms = {
        f"term{n}": dict.fromkeys(np.flatnonzero(chance.random(40) < 0.4).tolist(), n + 1) for n in range(30)
    }
    fields = dict.fromkeys(FIELD_WEIGHTS, inverted(terms, chance.integers(1, 50, 40).tolist()))
    for name, chunk in (("whole", 1 << 20), ("pieces", 7)):
        monkeypatch.setattr("search.index.postings.CHUNK", chunk)
        (tmp_path / name).mkdir()
        write_postings(tmp_path / name, fields)
        write_impacts([tmp_path / name], NOTHING_WITHDRAWN)
    for path in (tmp_path / "whole").iterdir():
        assert path.read_bytes() == (tmp_path / "pieces" / path.name).read_bytes(), path.name


def test_a_term_may_stand_hundreds_of_times_in_a_passage() -> None:
    held = {each[0].id: each for each in (article("a", ["boat " * 700]), article("b", ["boat canal"]))}
    with written(held.values()) as engine:
        query = understand("boat")
        found = {c.passage_id: c.score for c in engine.search(query, 5).candidates}
        assert found == pytest.approx(bm25(held, query), abs=NEARLY)


# The best


@pytest.fixture(scope="module", params=["NumPy", "compiled"])
def kernel(request: pytest.FixtureRequest) -> Kernel:
    """Each kernel that there is."""
    found = NUMPY if request.param == "NumPy" else installed_kernel()
    if found is None:
        pytest.skip("numba is not installed: the compiled kernel is not tested")
    return found


@given(
    st.integers(0, 5000), st.integers(1, 1500), st.integers(1, 50), st.floats(0, 1), st.integers(0, 2**32 - 1)
)
def test_the_best_scores_are_the_first_of_all_in_order(
    kernel: Kernel, number: int, limit: int, distinct: int, zeros: float, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    values = chance.integers(1, distinct, number, endpoint=True) * (chance.random(number) >= zeros)
    scores = values.astype(np.uint32) * np.uint32(2**32 // 51)  # up to the highest that 32 bits hold
    ranks = chance.permutation(number).astype(np.uint32)
    expected = sorted(np.flatnonzero(scores).tolist(), key=lambda place: (-int(scores[place]), ranks[place]))
    assert kernel.best(scores, ranks, limit).tolist() == expected[:limit]


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.sampled_from([1.0, 0.25, 1 / 3, 1e-9])),
        max_size=8,
    ),
    st.integers(0, 2**32 - 1),
)
def test_impacts_are_added_to_the_scores_of_their_passages_times_the_weight_of_the_list(
    kernel: Kernel, lists: list[tuple[int, int, float]], seed: int
) -> None:
    chance = np.random.default_rng(seed)
    numbers, impacts = (chance.integers(1, most, 60).astype(np.uint32) for most in (20, 2**26))
    expected = [0] * 20
    for start, end, weight in lists:
        for place in range(start, end):
            expected[numbers[place]] += max(round(int(impacts[place]) * weight), 1)
    scores = np.zeros(20, np.uint32)
    kernel.add(scores, numbers, impacts, lists)
    assert scores.tolist() == expected


@settings(max_examples=25, deadline=None)
@given(held=corpora(), gone=st.sets(st.sampled_from(IDS)), changed=corpora(least=0), asked=questions)
def test_scores_after_an_update_are_bit_for_bit_those_of_an_index_written_anew(
    kernel: Kernel,
    held: dict[str, Article],
    gone: set[str],
    changed: dict[str, Article],
    asked: Sequence[str],
) -> None:
    now = {id: each for id, each in held.items() if id not in gone} | changed
    with (
        written(held.values(), ([], sorted(gone)), (list(changed.values()), [])) as updated,
        written(now.values()) as anew,
    ):
        for question in asked:
            query = understand(f"{question} -weed")
            found = [top(engine, kernel, query) for engine in (updated, anew)]
            assert found[0] == found[1]
            by_search = anew.search(query, ALL).candidates
            assert [(c.passage_id, c.score) for c in by_search] == found[1]
            assert top(updated, kernel, query, limit=2) == found[0][:2]


def top(engine: EmbeddedEngine, kernel: Kernel, query: Query, limit: int = ALL) -> list[tuple[str, float]]:
    """What the arrays of the engine give with that kernel."""
    frozen = FrozenIndex(frozen_folders(engine.folder), engine.withdrawn, kernel)
    found = frozen.top(looked_for(query), limit, filter_of(query))
    ids = [(frozen.candidate(number, score).passage_id, score) for number, score in found]
    frozen.close()
    return ids
