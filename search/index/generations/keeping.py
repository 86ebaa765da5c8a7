"""Going back to an earlier generation, and removing what is not needed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from search.answers import IndexInfo
from search.errors import IndexDamaged, IndexMissing, IndexUnusable
from search.index.generations.folder import (
    generations_of,
    leftovers,
    locked,
    number_of,
    point_to,
    read_current,
    remove,
    surplus,
)
from search.index.generations.manifest import sealed
from search.index.generations.opening import verify


def rollback(index: Path, to: str | None = None) -> IndexInfo:
    """Makes an earlier generation current, the newest intact one before the current unless one is named.

    The one gone back from stays until the next publishing, so naming it goes forward again. Raises
    IndexMissing when there is none to go back to, and IndexDamaged or IndexOutdated for a named one that
    cannot be used; the pointer then stays as it is.
    """
    if not generations_of(index):
        raise IndexMissing(f"there is no index in {index} yet; run: python -m ingest --index {index}")
    with locked(index):
        names = generations_of(index)
        if to is not None and to not in names:
            raise IndexMissing(f"there is no {to} in {index}: there are {', '.join(names)}")
        for name in [to] if to else reversed(_before_current(index)):
            try:
                pointer = sealed(index, name)
                manifest = verify(index, pointer)
            except IndexUnusable:
                if to:
                    raise
                continue
            point_to(index, pointer)
            return manifest.info
    raise IndexMissing(
        f"there is no intact generation in {index} to go back to; run: python -m ingest --index {index}"
    )


def prune(index: Path) -> tuple[str, ...]:
    """Removes what no one needs, and gives the names of that.

    It is what killed builds have left, generations that are no longer kept, those that are newer than the
    current one, and those that are damaged, so that nobody can go back to them; those of another version
    stay for that version. Raises IndexBusy while one is being built.
    """
    if not index.is_dir():
        raise IndexMissing(f"there is no index in {index} yet; run: python -m ingest --index {index}")
    with locked(index):
        needless = leftovers(index)
        try:
            current = read_current(index).generation
            if current in generations_of(index):
                needless += surplus(index, current, current)
                needless += _damaged(index, set(generations_of(index)) - {current, *needless})
        except IndexUnusable:  # which of them is the one to keep is then not known
            pass
        return remove(index, needless)


def _damaged(index: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the generations that are not what was published."""
    found = []
    for name in sorted(names):
        try:
            verify(index, sealed(index, name))
        except IndexDamaged:
            found.append(name)
        except IndexUnusable:
            pass
    return tuple(found)


def _before_current(index: Path) -> tuple[str, ...]:
    names = generations_of(index)
    try:
        current = read_current(index).generation
    except IndexUnusable:
        return names
    return tuple(name for name in names if number_of(name) < number_of(current))
