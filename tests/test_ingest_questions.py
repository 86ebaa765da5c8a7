"""Questions of a maintainer's own, asked of both generations before one replaces the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.cli import main
from ingest.pipeline import ingest
from ingest.questions import ChangedAnswer, Quoted, questions_file
from ingest.sources import IngestError

GATE = "The gate\n\nThe gate of the lock was made in 1901. It is painted every spring.\n"
MADE = Quoted("The gate of the lock was made in 1901.", "gate.txt")


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "gate.txt").write_text(GATE)
    for number in range(9):
        (folder / f"wall{number}.txt").write_text(f"Wall {number}\n\nWall {number} leans to one side.\n")
    return folder


@pytest.fixture
def index(articles: Path, tmp_path: Path) -> Path:
    ingest([articles], tmp_path / "index")
    (tmp_path / "questions.txt").write_text(
        "# of the lock\nWhen was the gate of the lock made?\n\nWhich wall leans?\n", encoding="utf-8"
    )
    return tmp_path / "index"


def test_a_changed_answer_is_reported_with_both(articles: Path, index: Path) -> None:
    (articles / "gate.txt").write_text(GATE.replace("1901", "1902"))
    now = Quoted("The gate of the lock was made in 1902.", "gate.txt")
    assert ingest([articles], index).changed_answers == (
        ChangedAnswer("When was the gate of the lock made?", MADE, now),
    )


def test_an_answer_that_is_no_longer_given_is_reported_and_one_that_is_given_again(
    articles: Path, index: Path
) -> None:
    (articles / "gate.txt").unlink()
    question = "When was the gate of the lock made?"
    assert ingest([articles], index).changed_answers == (ChangedAnswer(question, MADE, None),)
    (articles / "gate.txt").write_text(GATE)
    assert ingest([articles], index).changed_answers == (ChangedAnswer(question, None, MADE),)


def test_answers_that_stay_are_not_reported(articles: Path, index: Path) -> None:
    (articles / "gate.txt").write_text(GATE.replace("painted", "oiled"))
    assert ingest([articles], index).changed_answers == ()


def test_the_questions_are_asked_before_the_switch(articles: Path, index: Path) -> None:
    """A line that cannot be asked stops the run, and nothing is published."""
    (articles / "gate.txt").write_text(GATE.replace("1901", "1902"))
    (index.parent / "questions.txt").write_text("What?\n" + "long " * 300)
    with pytest.raises(IngestError, match=r"questions.txt, line 2: the question has 1,\d\d\d characters"):
        ingest([articles], index)
    assert not (index / "g000002").exists()


def test_a_file_that_is_no_text_stops_the_run(articles: Path, index: Path) -> None:
    (index.parent / "questions.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(IngestError, match=r"questions.txt cannot be read: .*mend it, or remove it"):
        ingest([articles], index)


def test_another_file_may_be_named(
    articles: Path, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITEWELL_QUESTIONS", str(tmp_path / "mine.txt"))
    assert questions_file(index) == tmp_path / "mine.txt"
    (articles / "gate.txt").write_text(GATE.replace("1901", "1902"))
    assert ingest([articles], index).changed_answers == ()


def test_the_command_prints_what_changes(
    articles: Path, index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITEWELL_MODEL", "off")
    (articles / "gate.txt").write_text(GATE.replace("1901", "1902"))
    assert main([str(articles), "--index", str(index)]) == 0
    assert (
        "answered otherwise: When was the gate of the lock made? Before: “The gate of the lock was made in "
        "1901.” (gate.txt) Now: “The gate of the lock was made in 1902.” (gate.txt)"
    ) in capsys.readouterr().err
