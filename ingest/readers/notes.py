"""Footnotes behind the lists that they would tear."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ingest.drafts import Block, Kind


def behind_lists(
    blocks: Iterable[Block], interrupts: Callable[[Block, Block, Block], bool]
) -> tuple[Block, ...]:
    """The blocks, with notes that stand inside a list or between it and its lead-in put behind the list.

    `interrupts` tells of what stands above a note, the note, and the item below whether that is so; a
    caption over a table's rows, say, is no such note.
    """
    made: list[Block] = []
    notes: list[Block] = []  # that wait for the end of the list
    above: Block | None = None  # what stood above the first of them
    for block in blocks:
        if block.kind is Kind.NOTE and (notes or _is_listed(made[-1:])):
            above = above if notes else made[-1]
            notes.append(block)
        elif notes and above and not (block.kind is Kind.ITEM and interrupts(above, notes[0], block)):
            made += [*notes, block]
            notes = []
        else:
            made.append(block)
    return (*made, *notes)


def _is_listed(last: Sequence[Block]) -> bool:
    """Whether the last block, if there is one, is an item or what introduces items."""
    return any(block.kind is Kind.ITEM or block.text.endswith(":") for block in last)
