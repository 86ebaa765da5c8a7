"""What one file may make, and how a document says that something of it is missing."""

from __future__ import annotations

import pytest

from ingest import reading
from ingest.reading import read
from ingest.sources import Source, Unreadable

LOCK = "The keeper of the upper lock opens it at six on every day of the week.\n"


def source(text: str, name: str = "lock.txt") -> Source:
    return Source(name, text.encode(), "0" * 64)


def test_a_file_may_make_as_many_characters_as_the_limit_and_not_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = len(LOCK.strip())
    monkeypatch.setattr(reading, "MAX_CHARACTERS", most)
    assert len(read(source(LOCK)).document.text) == most
    monkeypatch.setattr(reading, "MAX_CHARACTERS", most - 1)
    with pytest.raises(Unreadable, match=r"million characters of text: split it$"):
        read(source(LOCK))


def test_a_file_may_make_as_many_passages_as_the_limit_and_not_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sections = "".join(f"# Lock {number}\n\n{LOCK}\n" for number in range(4))
    monkeypatch.setattr(reading, "MAX_PASSAGES", 4)
    assert len(read(source(sections, "lock.md")).passages) == 4
    monkeypatch.setattr(reading, "MAX_PASSAGES", 3)
    with pytest.raises(Unreadable, match=r"^more than 3 passages: split it$"):
        read(source(sections, "lock.md"))


@pytest.mark.parametrize(
    ("text", "notes"), [(LOCK, ()), (LOCK.replace("six", "s\ufffdx"), ("text_missing",))]
)
def test_a_document_with_a_broken_character_says_that_text_is_missing(
    text: str, notes: tuple[str, ...]
) -> None:
    assert read(source(text)).document.notes == notes


def test_each_passage_has_its_sketch() -> None:
    made = read(source(f"{LOCK} {LOCK}\n\n## Boats\n\nFew.\n", "lock.md"))
    assert [bool(sketch) for sketch in made.sketches] == [True, False]
