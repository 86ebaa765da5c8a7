"""Footnotes and the lists around them."""

from __future__ import annotations

import pytest

from ingest.drafts import Block, Kind, Line
from ingest.readers.notes import behind_lists

KINDS = {"P": Kind.PARAGRAPH, "I": Kind.ITEM, "N": Kind.NOTE, "H": Kind.HEADING}


def blocks(order: str) -> list[Block]:
    """A block a word: its kind's letter, then its text; a paragraph with a colon leads in."""
    return [Block(KINDS[word[0]], (Line(word, 1, 1),)) for word in order.split()]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("N1 P1", "N1 P1"),
        ("P1 N1 P2", "P1 N1 P2"),
        ("P1: N1 I1 I2 P2", "P1: I1 I2 N1 P2"),
        ("P1: N1 P2", "P1: N1 P2"),
        ("I1 N1 N2 I2 I3", "I1 I2 I3 N1 N2"),
        ("I1 N1 I2 N2 I3 H1", "I1 I2 I3 N1 N2 H1"),
        ("P1 N1 I1", "P1 N1 I1"),
    ],
)
def test_notes_inside_a_list_stand_behind_it(before: str, after: str) -> None:
    assert " ".join(block.text for block in behind_lists(blocks(before), lambda *_: True)) == after


def test_a_note_that_interrupts_nothing_stays() -> None:
    moved = behind_lists(blocks("P1: N1 I1 I2"), lambda above, note, item: item.text != "I1")
    assert [block.text for block in moved] == ["P1:", "N1", "I1", "I2"]
