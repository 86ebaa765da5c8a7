"""What time does to an answer: as-of dates, documents that disagree, statements that are so no longer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ingest.pipeline import ingest
from search.answer.excerpts import sought
from search.answer.ranking import marked, second_look
from search.answer.timeline.claims import may_claim, read
from search.answer.timeline.conflicts import conflicts
from search.answer.timeline.days import is_later, is_looked_in
from search.answer.timeline.superseding import supersede, superseded
from search.answering import answer
from search.answers import Candidate, Hit
from search.forward import forward
from search.index.engine import Engine, Matches
from search.index.generations import open_current
from search.passages import Document, Found, Metadata, Passage, Span, effective_date, passage_to_dict
from search.queries import Expansion, Query, Scope, Term
from search.question.understanding import understand

PAIRS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "claims.yaml").read_text(encoding="utf-8")
)


def document(name: str, day: str | None, text: str, title: str | None = None) -> Document:
    dated = Metadata(title=title and Found(title, "t"), published=day and Found(day, "line 1"))
    return Document(name, f"{name}.md", "", dated, text, (), ())


def hit(name: str, day: str | None, text: str, query: Query, title: str | None = None) -> Hit:
    """A hit of a passage that is a whole document, one sentence a line."""
    ends = [place for place, mark in enumerate(f"{text}\n") if mark == "\n"]
    spans = tuple(Span(start, end) for start, end in zip([0, *(e + 1 for e in ends)], ends, strict=False))
    passage = Passage(f"{name}#p-1", name, text, 0, len(text), (), spans)
    article = document(name, day, text, title)
    record = json.dumps(passage_to_dict(passage))
    candidate = Candidate(passage.id, name, 1.0, forward(passage, article), record)
    (ranked,) = second_look(Matches((candidate,), 1), query, dict.fromkeys(query.terms, 1.0))
    return Hit(1, 1.0, passage, article, marked(ranked, sought(query)))


def hits_of(pair: dict[str, Any]) -> tuple[Query, Hit, Hit]:
    query = understand(pair["question"])
    (early, before), (late, after) = (next(iter(pair[key].items())) for key in ("earlier", "later"))
    title = pair.get("title")
    return query, hit("a", str(early), before, query, title), hit("b", str(late), after, query, title)


@dataclass(frozen=True)
class Tally:
    """How often something was said and how often it was to be said."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def tally(expected: Sequence[str], found: Sequence[str]) -> Tally:
    """Of answers where "none" says nothing; misses are printed."""
    counted: Counter[str] = Counter()
    for pair, due, said in zip(PAIRS, expected, found, strict=True):
        if due != said:
            print(f"{pair['question']} {pair['earlier']} {pair['later']}: {said}, not {due}")
        counted["right"] += said == due != "none"
        counted["wrong"] += said not in ("none", due)
        counted["missed"] += due not in ("none", said)
    return Tally(counted["right"], counted["wrong"], counted["missed"])


def test_half_of_the_pairs_are_traps() -> None:
    assert len(PAIRS) >= 60
    assert sum("trap" in pair for pair in PAIRS) * 2 >= len(PAIRS)
    assert all("trap" in pair or pair["superseded"] or pair["conflict"] != "none" for pair in PAIRS), (
        "a pair of which nothing is to be said has to say why"
    )


def test_documents_that_disagree_are_found_and_others_are_not() -> None:
    found = []
    for pair in PAIRS:
        query, earlier, later = hits_of(pair)
        kinds = {conflict.kind for conflict in conflicts(query, (earlier, later))}
        found.append("+".join(sorted(kinds)) or "none")
    result = tally([pair["conflict"] for pair in PAIRS], found)
    assert result.precision >= 0.95
    assert result.recall >= 0.9


def test_what_a_later_document_says_is_so_no_longer_is_found_and_other_things_are_not() -> None:
    found, expected = [], []
    for pair in PAIRS:
        _, earlier, later = hits_of(pair)
        found.append("superseded" if superseded(earlier, (earlier, later)) else "none")
        expected.append("superseded" if pair["superseded"] else "none")
    result = tally(expected, found)
    assert result.precision >= 0.95
    assert result.recall >= 0.9


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: next(iter(pair["later"].values()))[:50])
def test_of_each_pair_is_said_what_is_due_and_of_a_known_limit_nothing(pair: dict[str, Any]) -> None:
    query, earlier, later = hits_of(pair)
    kinds = [conflict.kind for conflict in conflicts(query, (earlier, later))]
    due = [pair["conflict"]] if pair["conflict"] != "none" and "missed" not in pair else []
    assert kinds == due
    assert (superseded(earlier, (earlier, later)) is not None) == (
        pair["superseded"] and "missed" not in pair
    )


@pytest.mark.parametrize(
    ("question", "before", "after", "kind"),
    [
        ("Lea pool opened", "Lea pool opened in May 2015.", "Lea pool opened in June 2015.", "date"),
        ("Lea pool opened", "Lea pool opened in 2015.", "Lea pool opened in June 2015.", None),
        ("Lea fair opens", "Lea fair opened in May 2019.", "Lea fair opened in July 2019.", None),
        ("Lea fair opens", "Lea fair opens in May 2020.", "Lea fair opens in June 2020.", "date"),
        ("Lea fair opens", "Lea fair opens in May 2020.", "Lea fair opens in May 2021.", None),
        ("Lea beds", "Lea ward had 40 beds.", "Lea ward has 50 beds.", None),
        ("Lea beds", "Lea ward has 40 beds.", "Lea ward has 50 beds for children.", None),
        ("Lea beds", "Lea ward has 40 beds for children.", "Lea ward has 50 beds.", None),
        ("port boards", "Port boards (PBs) are not statutory.", "Port boards are statutory.", "status"),
        ("port boards", "Port boards are statutory consultees.", "Port boards are not statutory.", None),
        ("port boards", "Port boards are not statutory.", "Since 2019 port boards are statutory.", "status"),
        ("port boards", "Port boards are optional in Kent.", "Port boards are compulsory.", None),
        ("port boards", "Port boards are optional.", "Port boards are compulsory in cities.", None),
        ("harbour care boards", "There are 40 harbour care boards.", "There are 50 HCBs.", "count"),
    ],
)  # fmt: skip
def test_two_claims_are_compared_when_they_are_of_the_same(
    question: str, before: str, after: str, kind: str | None
) -> None:
    query = understand(question)
    short = Term("hcb", "hcb", "HCB")
    stems = tuple(term.stem for term in query.terms)
    query = replace(query, expansions=(Expansion(question, "HCB", "glossary", stems, (short,), 0.9),))
    hits = hit("a", "2019-06-01", before, query, "Facts"), hit("b", "2020-01-01", after, query, "Facts")
    assert [conflict.kind for conflict in conflicts(query, hits)] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        ("Bay wardens check tickets.", "Bay wardens were replaced in 2021.", "were replaced"),
        ("Bay wardens check tickets.", "Bay wardens were replaced in 2009.", None),
        ("Bay wardens were paid by the hour.", "Bay wardens were abolished in 2021.", None),
        ("Bay wardens' huts stand on the pier.", "Bay wardens were abolished in 2021.", None),
        ("Bay wardens check tickets.", "Bay wardens were withdrawn from the pier.", None),
        ("The bay chair leads meetings.", "The bay chair was replaced in 2021.", None),
        ("Bay wardens check tickets.", "Since 2021, bay wardens no longer check tickets.", "no longer"),
        ("Bay wardens check tickets.", "Bay wardens no longer check passports.", None),
        ("Bay wardens never check tickets.", "Bay wardens no longer check tickets.", None),
        ("In summer, bay wardens check tickets.", "Bay wardens were abolished in 2021.", "were abolished"),
        ("Bay wardens were to check tickets.", "Bay wardens no longer check tickets.", None),
        ("Wardens check tickets.", "Wardens were abolished in 2021.", None),
        ("The park is free.", "The park is no longer free.", None),
        ("Bay ferry wardens (BFWs) check tickets.", "BFWs were abolished in 2021.", "were abolished"),
        ("The bay pier will open.", "The bay pier opened in 2021.", "2021"),
        ("The bay pier will open.", "The bay pier has since opened.", "has since opened"),
        ("The bay pier will open.", "The bay pier opened.", None),
        ("The bay pier will open.", "The bay pier opened in 2001.", None),
        ("The bay pier will open.", "The bay pier was painted in 2021.", None),
        ("The bay pier will open.", "The bay pier has not opened.", None),
        ("The bay pier will open.", "The bay pier has opened, the mayor said.", None),
        ("The bay pier will open.", "The bay pier has opened and will close in 2021.", None),
        ("The bay pier will not open.", "The bay pier opened in 2021.", None),
        ("The bay pier will open in May 2020.", "The bay pier opened in August 2021.", None),
        ("The bay pier will open a cafe.", "The bay pier opened a shop in 2021.", None),
        ("The pier will open.", "The pier opened in 2021.", None),
        ("The bay pier will become a museum.", "The bay pier is now a museum.", "is now a"),
    ],
)  # fmt: skip
def test_a_sentence_is_superseded_in_so_many_words(before: str, after: str, value: str | None) -> None:
    query = understand("bay")
    earlier, later = hit("a", "2019-06-01", before, query), hit("b", "2022-01-01", after, query)
    said = superseded(earlier, (earlier, later))
    assert (said and said.value) == value


@pytest.fixture(scope="module")
def disagreeing() -> list[tuple[Query, Hit, Hit]]:
    found = [hits_of(pair) for pair in PAIRS if pair["conflict"] != "none"]
    return [(query, a, b) for query, a, b in found if conflicts(query, (a, b))]


def test_the_later_document_is_quoted_first_in_whatever_order_they_were_found(
    disagreeing: list[tuple[Query, Hit, Hit]],
) -> None:
    assert len(disagreeing) > 20
    for query, earlier, later in disagreeing:
        (found,) = conflicts(query, (earlier, later))
        assert [statement.document.id for statement in found.statements] == ["b", "a"]
        assert conflicts(query, (later, earlier)) == (found,)


def test_statements_are_quoted_and_their_values_stand_in_them(
    disagreeing: list[tuple[Query, Hit, Hit]],
) -> None:
    for query, earlier, later in disagreeing:
        (found,) = conflicts(query, (earlier, later))
        for statement in found.statements:
            assert statement.quotation == statement.document.text
            assert statement.value in statement.quotation
        assert found.about in found.statements[0].quotation


def test_undated_documents_take_no_part(disagreeing: list[tuple[Query, Hit, Hit]]) -> None:
    for query, earlier, later in disagreeing:
        undated = replace(later, document=replace(later.document, metadata=Metadata()))
        assert conflicts(query, (earlier, undated)) == ()
        assert superseded(earlier, (earlier, undated)) is None
        assert superseded(undated, (earlier, undated)) is None


def test_documents_of_one_day_do_not_disagree(disagreeing: list[tuple[Query, Hit, Hit]]) -> None:
    for query, earlier, later in disagreeing:
        same_day = replace(later, document=replace(later.document, metadata=earlier.document.metadata))
        other = hit("c", "2001-01-01", "Something else.", query)
        assert conflicts(query, (earlier, same_day, other)) == ()


def test_a_document_does_not_disagree_with_itself() -> None:
    query = understand("How many branches does the county library have?")
    text = "The county library has 42 branches.\nThe county library has 38 branches."
    assert conflicts(query, (hit("a", "2019-01-01", text, query),)) == ()
    other = hit("b", "2021-01-01", "The county library has 40 branches.", query)
    assert conflicts(query, (hit("a", "2019-01-01", text, query), other)) == ()


def test_of_each_value_the_latest_document_is_quoted() -> None:
    query = understand("How many branches does the county library have?")
    said = {"2018-01-01": 42, "2019-01-01": 44, "2020-01-01": 42, "2021-01-01": 40}
    hits = [hit(day, day, f"The county library has {n} branches.", query) for day, n in said.items()]
    (found,) = conflicts(query, hits)
    assert [(s.document.id, s.value) for s in found.statements] == [
        ("2021-01-01", "40"),
        ("2020-01-01", "42"),
        ("2019-01-01", "44"),
    ]
    assert found.about == "branches"


def test_a_sentence_that_was_not_marked_can_disagree() -> None:
    query = understand("How many branches does the county library have?")
    earlier = hit("a", "2019-01-01", "The county library has 42 branches.", query)
    text = "Branches have what the county library lends.\nThe county library has 38 branches."
    later = hit("b", "2021-01-01", text, query)
    later = replace(later, excerpt=replace(later.excerpt, answer=later.passage.sentences[0]))
    (found,) = conflicts(query, (earlier, later))
    assert found.statements[0].quotation == "The county library has 38 branches."


@pytest.mark.parametrize(
    ("question", "disagree"),
    [
        ("How many branches does the county library have?", True),
        ("county library branches", True),
        ("How many vans does the county library have?", False),
        ("Which county libraries have a film club for children?", False),
        ("What is a film club?", False),
    ],
)
def test_a_conflict_is_about_what_was_asked(question: str, disagree: bool) -> None:
    query = understand(question)
    earlier = hit("a", "2019-01-01", "The county library has 42 branches.", query)
    later = hit("b", "2021-01-01", "The county library has 38 branches.", query)
    assert bool(conflicts(query, (earlier, later))) is disagree


@pytest.mark.parametrize(
    ("kind", "disagree"), [("count", True), ("other", True), ("date", False), ("why", False)]
)
def test_a_question_for_a_date_gets_no_conflict_of_counts(kind: Any, disagree: bool) -> None:
    query = replace(understand("How many branches has the county library?"), kind=kind)
    earlier = hit("a", "2019-01-01", "The county library has 42 branches.", query)
    later = hit("b", "2021-01-01", "The county library has 38 branches.", query)
    assert bool(conflicts(query, (earlier, later))) is disagree


def test_how_many_of_one_thing_is_no_question_of_another() -> None:
    query = replace(understand("How many branches of the county library have vans?"), counted=("branch",))
    earlier = hit("a", "2019-01-01", "The branches of the county library have 42 vans.", query)
    later = hit("b", "2021-01-01", "The branches of the county library have 38 vans.", query)
    assert conflicts(query, (earlier, later)) == ()
    assert conflicts(replace(query, counted=("van",)), (earlier, later))


def test_words_added_to_the_question_count_as_its_own() -> None:
    query = understand("How many LCPs are there?")
    earlier = hit("a", "2019-01-01", "There are 44 local care panels.", query, "Panels")
    later = hit("b", "2021-01-01", "There are 42 local care panels.", query, "Panels")
    assert conflicts(query, (earlier, later)) == ()
    terms = tuple(Term(stem, stem, None) for stem in ("local", "care", "panel"))
    added = Expansion("LCPs", "local care panels", "glossary", (query.terms[0].stem,), terms, 0.9)
    assert conflicts(replace(query, expansions=(added,)), (earlier, later))


def test_the_board_of_one_document_is_not_the_board_of_another() -> None:
    query = understand("How many members does the board have?")

    def disagree(title: str, other: str) -> bool:
        earlier = hit("a", "2019-01-01", "The board has nine members.", query, title)
        later = hit("b", "2021-01-01", "The board has eleven members.", query, other)
        return bool(conflicts(query, (earlier, later)))

    assert disagree("Harbour board: first report", "The harbour in 2021")
    assert not disagree("Harbour report", "The hospital in 2021")


def test_of_several_later_documents_the_latest_supersedes() -> None:
    query = understand("Do parish panels exist?")
    first = hit("a", "2017-01-01", "Parish panels exist in each town.", query)
    second = hit("b", "2019-01-01", "Parish panels were abolished in 2018.", query)
    third = hit("c", "2021-01-01", "Parish panels no longer exist.", query)
    assert superseded(first, (first, second, third)) == superseded(first, (first, third, second))
    said = superseded(first, (first, third, second))
    assert said is not None
    assert (said.document.id, said.value, said.quotation) == (
        "c",
        "no longer exist",
        "Parish panels no longer exist.",
    )


def test_an_earlier_document_never_supersedes_a_later_one() -> None:
    for pair in PAIRS:
        _, earlier, later = hits_of(pair)
        assert superseded(later, (earlier, later)) is None


def test_superseding_all_hits_at_once_is_superseding_each() -> None:
    fired = 0
    for pair in PAIRS:
        _, earlier, later = hits_of(pair)
        hits = (later, earlier)
        done = supersede(hits)
        assert [hit.superseded_by for hit in done] == [superseded(hit, hits) for hit in hits]
        assert [replace(hit, superseded_by=None) for hit in done] == list(hits)
        fired += done[1].superseded_by is not None
        assert ("superseded" in done[1].warnings) == (done[1].superseded_by is not None)
    assert fired > 20


@pytest.mark.parametrize(
    ("sentence", "claims"),
    [
        ("The city has 42 bus stops.", [("count", "42", (42,))]),
        ("The city has forty-two bus stops.", [("count", "forty-two", (42,))]),
        ("The city has 1,042 bus stops.", [("count", "1,042", (1042,))]),
        ("The city has 42 of the bus stops.", []),
        ("The city has about 42 bus stops.", []),
        ("The city has 40-42 bus stops.", []),
        ("The city has 42% of bus stops.", []),
        ("The city has 4.2 million bus stops.", []),
        ("The city had 42 bus stops in 2019.", []),
        ("The city could have 42 bus stops.", []),
        ("Bus stops are on page 42 of lists.", []),
        ("It has 42 bus stops.", []),
        ("The city will have 42 bus stops.", []),
        ("The city has 42 bus stops:", []),
        ("The city has shelters (42 stops).", []),
        ("The city has the four bus stops.", []),
        ("The city won 2019 awards.", []),
        ("The line was opened and closed in May 2019.", []),
        ("The line opened in May 2019 or in June 2019.", []),
        ("Harbour boards will have a statutory basis.", []),
        ("Harbour boards may have a statutory basis.", []),
        ("The line opened in May 2019.", [("date", "May 2019", (2019, 5, 0))]),
        ("On 4 May 2019 the line opened.", [("date", "4 May 2019", (2019, 5, 4))]),
        ("The line opened by May 2019.", []),
        ("The line opened in May 2019 and closed in June 2019.", []),
        ("The line opened in 2019-20.", []),
        ("Harbour boards are not statutory.", [("status", "are not statutory", (0,))]),
        ("Harbour boards (HBs) have a statutory basis.", [("status", "have a statutory basis", (1,))]),
        ("Harbour boards will be statutory.", []),
        ("Some harbour boards are statutory.", []),
        ("", []),
    ],
)
def test_a_claim_is_exact_and_asserted(sentence: str, claims: list[tuple[str, str, tuple[int, ...]]]) -> None:
    found = [(claim.kind, claim.value.of(sentence), claim.meaning) for claim in read(sentence).claims]
    assert found == claims


@given(st.text(alphabet="the 42 boards (ICSs) are not statutory, in May 2019.", max_size=200))
def test_any_sentence_can_be_read(sentence: str) -> None:
    for claim in read(sentence).claims:
        assert may_claim(sentence)
        assert 0 <= claim.about.start <= claim.about.end <= len(sentence)
        assert claim.value.of(sentence)


@pytest.mark.parametrize(
    ("published", "updated", "held", "by"),
    [
        ("2021-05-11", None, "2021-05-11", True),
        ("2021-05-12", None, "2021-05-12", False),
        ("2019-01-01", "2021-05-11", "2021-05-11", True),
        ("2019-01-01", "2021-05-12", "2021-05-12", False),
        (None, "2020-01-01", "2020-01-01", True),
        (None, None, None, False),
    ],
)
def test_what_is_held_of_a_document_is_its_last_version(
    published: str | None, updated: str | None, held: str | None, by: bool
) -> None:
    dates = Metadata(
        published=published and Found(published, "line 1"), updated=updated and Found(updated, "line 2")
    )
    article = replace(document("a", None, "Text."), metadata=dates)
    assert effective_date(article) == held
    query = understand("canal")
    assert is_looked_in(article, query)
    assert is_looked_in(article, replace(query, as_of="2021-05-11")) is by
    assert is_looked_in(article, replace(query, scope=Scope(last_day="2021-05-11"))) is by


@pytest.mark.parametrize(
    ("scope", "is_in"),
    [
        (Scope(publishers=frozenset({"CANAL trust", "Other"})), True),
        (Scope(publishers=frozenset({"Canal"})), False),
        (Scope(documents=frozenset({"a", "b"})), True),
        (Scope(documents=frozenset({"b"})), False),
        (Scope(first_day="2021-05-11"), True),
        (Scope(first_day="2021-05-12"), False),
        (Scope(last_day="2021-05-10"), False),
        (Scope(publishers=frozenset({"canal trust"}), first_day="2021-05-12"), False),
    ],
)
def test_a_copy_is_named_only_where_it_is_in_scope(scope: Scope, is_in: bool) -> None:
    dates = Metadata(publisher=Found("Canal Trust", "line 1"), published=Found("2021-05-11", "line 2"))
    article = replace(document("a", None, "Text."), metadata=dates)
    assert is_looked_in(article, replace(understand("canal"), scope=scope)) is is_in


def test_only_dated_documents_are_later_than_others() -> None:
    old, new, undated = (document(d or "x", d, "Text.") for d in ("2019-01-01", "2020-01-01", None))
    assert is_later(new, old)
    assert not is_later(old, new)
    assert not is_later(new, new)
    assert not is_later(new, undated)
    assert not is_later(undated, old)


ARTICLES = {
    "ferries-2019.md": """---
title: The ferries of the bay
published: 2019-03-02
---
The bay ferry company runs 14 boats. Ferry wardens are not statutory officers.

Ferry wardens check the tickets of the bay ferries. The new pier will open in May 2020.
""",
    "ferries-2021.md": """---
title: Bay ferries today
published: 2020-11-20
updated: 2021-08-30
---
The bay ferry company runs 11 boats, since three were sold. The new pier opened in August 2020.

Ferry wardens were replaced by ticket machines in 2021.
""",
    "ferries.md": """---
title: Ferries of the bay, a sketch
---
The bay ferry company runs 23 boats.
""",
}


@pytest.fixture(scope="module")
def ferries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder, index = tmp_path_factory.mktemp("ferries"), tmp_path_factory.mktemp("ferries-index")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    ingest([folder], index)
    engine = open_current(index)
    yield engine
    engine.close()


@pytest.mark.parametrize(
    ("question", "kind", "values"),
    [
        ("How many boats does the bay ferry company run?", "count", ["11", "14"]),
        ("When did the new pier open?", "date", ["August 2020", "May 2020"]),
    ],
)
def test_dated_articles_that_disagree_are_both_quoted(
    ferries: Engine, question: str, kind: str, values: list[str]
) -> None:
    reply = answer(question, ferries)
    (found,) = conflicts(reply.query, reply.hits)
    assert (found.kind, [statement.value for statement in found.statements]) == (kind, values)
    assert [s.document.source for s in found.statements] == ["ferries-2021.md", "ferries-2019.md"]
    for statement in found.statements:
        start = statement.passage.start + statement.sentence.start
        end = statement.passage.start + statement.sentence.end
        assert statement.document.text[start:end] == statement.quotation


def test_a_sentence_of_an_old_article_is_superseded_by_the_new_one(ferries: Engine) -> None:
    hits = supersede(answer("Who checks the tickets of ferry passengers? Ferry wardens", ferries).hits)
    marked = {hit.excerpt.quotation: hit for hit in hits}
    old = marked["Ferry wardens check the tickets of the bay ferries."]
    assert old.superseded_by is not None
    assert old.superseded_by.quotation == "Ferry wardens were replaced by ticket machines in 2021."
    assert old.warnings == ("superseded",)
    assert [hit.superseded_by for hit in hits if hit is not old] == [None] * (len(hits) - 1)
