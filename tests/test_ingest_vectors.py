"""What a change of the encoder does to an index, and an index with vectors to those that have none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from search.answering import answer
from search.as_json import answer_to_dict
from search.index.embedded import EmbeddedEngine
from search.index.generations import open_current
from tests.concepts import ConceptEncoder

ROOT = Path(__file__).parents[1]
QUESTIONS = ["Who keeps the weir?", "wheel of the mill", "when does the ferry cross", "Is the lock shut?"]


def articles(folder: Path, count: int = 6) -> Path:
    """A folder of articles of three sentences each, under a heading each."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number}.md").write_text(
            f"# Weir number {number}\n\n## Its keeper\n\nThe weir is kept by keeper {number}. The mill turns "
            f"{number} times a minute. The ferry crosses every {number + 3} minutes.\n",
            encoding="utf-8",
        )
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return articles(tmp_path / "articles")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def opened(index: Path, encoder: ConceptEncoder | None = None) -> EmbeddedEngine:
    return open_current(index, lambda: encoder)


def replies(index: Path, encoder: ConceptEncoder | None = None) -> list[object]:
    engine = opened(index, encoder)
    found = [[(hit.passage.id, hit.score) for hit in answer(q, engine).hits] for q in QUESTIONS]
    engine.close()
    return found


def test_a_file_that_is_read_again_is_not_encoded_again(folder: Path, index: Path) -> None:
    ingest([folder], index, encoder=ConceptEncoder())
    encoder = ConceptEncoder()
    ingest([folder], index, encoder=encoder)
    assert encoder.read == []
    assert not (index / "g000002").exists(), "nothing has changed: nothing is published"


def test_an_encoder_that_is_turned_on_exchanged_or_off_makes_a_new_generation_as_it_needs(
    folder: Path, index: Path
) -> None:
    ingest([folder], index)
    assert opened(index).vectors is None
    ingest([folder], index, encoder=ConceptEncoder())
    assert opened(index).info.generation == "g000002"
    other = ConceptEncoder("another")
    ingest([folder], index, encoder=other)
    vectors = opened(index).vectors
    assert vectors is not None
    assert vectors.model == "another 1"
    assert len(other.read) == 6
    (folder / "0.md").unlink()
    ingest([folder], index)
    assert opened(index).vectors is None


def test_without_the_encoder_that_made_them_vectors_change_nothing(
    folder: Path, index: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ingest([folder], index, encoder=ConceptEncoder())
    ingest([folder], tmp_path / "words")
    by_words = replies(tmp_path / "words")
    assert replies(index) == by_words
    assert replies(index, ConceptEncoder("another")) == by_words
    assert "another model" in caplog.text
    assert replies(index, ConceptEncoder()) != by_words


@pytest.mark.parametrize("command", [["ingest"], ["search", "Who keeps the weir?"], ["web", "--port", "0"]])
def test_a_model_that_is_named_and_not_there_ends_a_command_with_one_line(
    folder: Path, index: Path, command: list[str]
) -> None:
    ingest([folder], index, encoder=ConceptEncoder())
    done = subprocess.run(
        [sys.executable, "-m", *command, "--index", str(index)],
        cwd=ROOT,
        env={**os.environ, "CITEWELL_MODEL": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "/nonexistent/config.json" in done.stderr
    assert "CITEWELL_MODEL" in done.stderr


def test_the_json_is_the_same_shape_with_meaning(folder: Path, index: Path) -> None:
    ingest([folder], index, encoder=ConceptEncoder())
    replies = [
        answer_to_dict(answer("Who keeps the weir?", opened(index, e)), explain=True)
        for e in (None, ConceptEncoder())
    ]
    words, meaning = (reply["results"][0]["explanation"] for reply in replies)
    assert {f["feature"] for f in meaning} - {f["feature"] for f in words} == {
        "meaning",
        "meaning_of_sentence",
    }
    assert replies[0].keys() == replies[1].keys()
