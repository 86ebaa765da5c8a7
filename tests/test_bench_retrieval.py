"""The comparison with other engines: what they are given, how they are checked, and what is reported."""

from __future__ import annotations

import gzip
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from whoosh.util.numeric import byte_to_length, length_to_byte

from tests.bench import collection, curves, processes, retrieval, tables
from tests.bench.collection import Content
from tests.bench.peers import LIMIT, NotInstalled, Peer, sqlite
from tests.bench.processes import Asking, Built, Failed, build
from tests.bench.reference import Bm25, Postings, agreement, lucene_idf, lucene_lengths, whoosh_lengths
from tests.bench.rows import Row, Run

# Article, paragraph, a question that it answers.
PARAGRAPHS = (
    ("Mill", "The mill grinds rye and oats. It was built in 1790. Its wheel is oak.", "What does it grind?"),
    (
        "Mill",
        "A stream turns the wheel. The miller's house is beside it. He keeps geese.",
        "Who keeps geese?",
    ),
    (
        "Ferry",
        "The ferry crosses at noon. It carries forty cars. Dogs sail free.",
        "What sails at noon?",
    ),
    ("Glass", "Glass is blown from sand. Soda melts it sooner. Lead makes it heavy.", "What melts glass?"),
)
MANY = 80  # passages: enough that the ten best are a choice


def save(path: Path, rows: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    folder = tmp_path / "squad"
    folder.mkdir()
    rows = list(enumerate(PARAGRAPHS))
    texts = [{"id": f"{n}", "title": article, "text": text} for n, (article, text, _) in rows]
    save(folder / "squad-dev.jsonl.gz", texts)
    save(folder / "squad-train.jsonl.gz", [])
    questions = [{"question": asked, "passage_id": f"{n}", "answers": []} for n, (*_, asked) in rows]
    save(folder / "squad-dev-questions.jsonl.gz", questions)
    return folder


def drawn(squad: Path, size: int) -> list[Content]:
    return list(collection.read(squad, size))


def test_a_larger_collection_begins_with_the_smaller_one(squad: Path) -> None:
    assert drawn(squad, 5)[:3] == drawn(squad, 3)


def test_a_drawn_passage_is_three_to_five_sentences_of_the_articles(squad: Path) -> None:
    known = {
        span.of(passage.text) for _, parts in collection.contents(squad) for passage in parts
        for span in passage.sentences
    }  # fmt: skip
    counts = set()
    for document, (passage,) in drawn(squad, 30):
        sentences = [span.of(passage.text) for span in passage.sentences]
        assert set(sentences) <= known
        assert passage.text == " ".join(sentences) == document.text
        counts.add(len(sentences))
    assert counts == {3, 4, 5}


def test_the_files_give_back_the_passages_their_words_and_the_questions(squad: Path, tmp_path: Path) -> None:
    passages = drawn(squad, 5)
    queries = collection.draw_questions(squad, 2)
    seen: list[dict[str, list[str]]] = []
    held = collection.write(tmp_path / "held", iter(passages), queries, seen.append)
    assert list(held.passages()) == passages
    assert [line.split(" ") for line in held.words()] == [terms["body"] for terms in seen]
    assert held.questions() == [query.question for query in queries]
    assert held.queries() == [[term.stem for term in query.terms] for query in queries]


def test_the_score_is_bm25_with_the_lengths_that_the_engine_keeps() -> None:
    postings = Postings([("body", "mill"), ("body", "oak")])
    for words in (["mill", "mill", "rye"], ["oak"], ["rye", "rye"]):
        postings.add({"body": words})
    scores = postings.scores([("body", "mill", 1.0), ("body", "none", 1.0)], Bm25(1.2, 0.75, lucene_idf))
    # Two of three words, in a passage half as long again as the average.
    expected = math.log(1 + 2.5 / 1.5) * 2 / (2 + 1.2 * (0.25 + 0.75 * 1.5))
    assert scores.tolist() == pytest.approx([expected, 0, 0])
    kept = postings.scores([("body", "mill", 1.0)], Bm25(1.2, 0.75, lucene_idf, lambda n: n - 1))
    assert kept[0] == pytest.approx(math.log(1 + 2.5 / 1.5) * 2 / (2 + 1.2 * (0.25 + 0.75 * 1)))


def test_a_match_counts_as_much_as_its_field_does() -> None:
    postings = Postings([("body", "mill"), ("title", "mill")])
    postings.add({"body": ["mill"], "title": ["mill"]})
    body, title = (
        postings.scores([(f, "mill", 1.0)], Bm25(1.2, 0.75, lucene_idf)) for f in ("body", "title")
    )
    both = postings.scores([("body", "mill", 1.0), ("title", "mill", 0.5)], Bm25(1.2, 0.75, lucene_idf))
    assert both == pytest.approx(body + 0.5 * title)


def test_lengths_are_rounded_as_whoosh_rounds_them() -> None:
    lengths = np.arange(3000.0)
    assert whoosh_lengths(lengths).tolist() == [byte_to_length(length_to_byte(int(n))) for n in lengths]


def test_lengths_are_rounded_as_lucene_rounds_them() -> None:
    # From 40 on in steps of 2, from 56 of 4, from 88 of 8: four bits above 24.
    given = np.array([0.0, 1, 24, 39, 40, 41, 55, 56, 59, 87, 88, 100])
    assert lucene_lengths(given).tolist() == [0, 1, 24, 39, 40, 40, 54, 56, 56, 84, 88, 96]


@pytest.mark.parametrize(
    ("found", "share"),
    [
        ((0, 1), 1.0),
        ((0, 2), 1.0),  # 1 and 2 tie
        ((0, 3), 0.5),
        ((0, 0), 0.5),
        ((0,), 0.5),
        ((3, 4, 0, 1), 0.0),  # the first two only
    ],
)
def test_what_ties_with_the_last_of_the_best_is_as_good(found: tuple[int, ...], share: float) -> None:
    assert agreement(found, np.array([3.0, 2.0, 2.0 - 1e-7, 1.0, 0.0]), 2) == share


def test_no_more_is_to_be_found_than_scores() -> None:
    assert agreement([0], np.array([1.0, 0.0, 0.0]), 2) == 1.0
    assert agreement([], np.zeros(3), 2) == 1.0


@pytest.fixture
def peer(request: pytest.FixtureRequest) -> Peer:
    module = import_module(f"tests.bench.peers.{request.param}")
    try:
        module.PEER.version()
    except NotInstalled as how:
        pytest.skip(f"{module.PEER.name} is not installed: {how}")
    found: Peer = module.PEER
    return found


@pytest.mark.parametrize("peer", retrieval.KEYS, indirect=True)
def test_each_engine_finds_the_ten_best_by_its_own_formula(peer: Peer, squad: Path, tmp_path: Path) -> None:
    queries = collection.draw_questions(squad, len(PARAGRAPHS))
    postings = Postings({clause[:2] for query in queries for clause in peer.clauses(query)})
    held = collection.write(tmp_path / "held", collection.read(squad, MANY), queries, postings.add)
    built_by = import_module(f"tests.bench.peers.{peer.index_of}").PEER if peer.index_of else peer
    built = build(built_by.command(tmp_path), held.folder, tmp_path / "index")
    assert built.seconds > 0
    assert built.size > 0
    with Asking(peer.command(tmp_path), held.folder, tmp_path / "index", len(queries)) as asking:
        asking.open()
        replies = asking.ask(0, 99)
        assert asking.memory() > 0
    assert len(replies) == len(queries) == len(PARAGRAPHS)
    assert any(len(reply.numbers) == LIMIT for reply in replies)
    assert retrieval.agreed(peer, postings, queries, replies) == 1.0


def test_an_engine_that_comes_to_an_end_says_why(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('the disk is full')"]
    with pytest.raises(Failed, match="the disk is full"):
        build(command, tmp_path, tmp_path / "index")
    with (
        Asking(command, tmp_path, tmp_path / "index", 1) as asking,
        pytest.raises(Failed, match="disk is full"),
    ):
        asking.open()


def test_the_command_writes_a_table_and_a_plot(
    squad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "WARM_SECONDS", 0.0)
    retrieval.main([str(squad), "--sizes", "20,30", "--only", "sqlite", "--out", str(tmp_path)])
    told = (tmp_path / "retrieval.md").read_text(encoding="utf-8")
    assert "## 20 passages" in told
    assert "## 30 passages" in told
    assert told.count("| SQLite FTS5 (") == 2
    assert ElementTree.parse(tmp_path / "retrieval.svg").getroot().tag.endswith("svg")


def test_the_command_fails_where_an_engine_finds_other_passages_than_its_formula(
    squad: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "WARM_SECONDS", 0.0)
    prefers_common_words = Bm25(1.2, 0.75, lambda passages, holding: holding)
    monkeypatch.setattr(sqlite, "PEER", replace(sqlite.PEER, bm25=prefers_common_words))
    with pytest.raises(SystemExit, match="SQLite FTS5 finds"):
        retrieval.main([str(squad), "--sizes", str(MANY), "--only", "sqlite", "--out", str(tmp_path)])


def row(key: str, passages: int, median: float, built: Built | None = None) -> Row:
    return Row(key, key.title(), "1.0", passages, built, "1", 2_000_000, 10, median, 2 * median, 1.0, 0.9)


def test_the_table_sets_each_engine_against_tantivy_and_tells_what_is_missing() -> None:
    rows = (row("tantivy", 500, 0.2, Built(2.0, 3_000_000, 4_000_000)), row("whoosh", 500, 10.0))
    told = tables.table(Run("command", "2026-01-02", "machine", 1, 10, rows, {"Lucene": "get it"}))
    cells = {line.split(" | ")[0][2:]: line.split(" | ")[1:] for line in told.splitlines() if " | " in line}
    assert cells["Tantivy (1.0)"][2:4] == ["1.00", "1.00"]
    assert cells["Tantivy (1.0)"][6:8] == ["2.0", "250"]
    assert cells["Whoosh (1.0)"][:4] == ["10.0", "20.0", "50.00", "50.00"]
    assert cells["Lucene"][0] == "not installed: get it"


def texts(svg: str) -> Iterator[str]:
    for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        yield element.text or ""


def test_the_plot_has_a_line_and_a_name_for_each_engine_in_both_panels() -> None:
    svg = curves.plot([row("tantivy", 1000, 0.2), row("tantivy", 9000, 0.8), row("whoosh", 1000, 10.0)])
    assert list(texts(svg)).count("Tantivy") == list(texts(svg)).count("Whoosh") == 2
    assert svg.count('fill="none" stroke="#2e7d32"') == 2
    assert "At 9,000 passages, median and 95th percentile in milliseconds: Tantivy 0.8 and 1.6." in svg


def test_labels_make_room_for_each_other() -> None:
    first, second, third = curves.spread([10.0, 11.0, 300.0])
    assert second - first == pytest.approx(15)
    assert first + second == pytest.approx(21)
    assert third == 300
