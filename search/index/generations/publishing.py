"""Publishing: build aside, check, seal, sync, and only then turn the pointer."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from search.answers import IndexInfo
from search.errors import IndexMissing, IndexUnusable
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.generations.checking import check_size, self_check
from search.index.generations.durable import rename, sync
from search.index.generations.folder import (
    Pointer,
    build_folder,
    leftovers,
    locked,
    next_name,
    point_to,
    read_current,
    remove,
    surplus,
)
from search.index.generations.manifest import read_manifest, sealed, verified_files, write_manifest
from search.index.generations.opening import open_intact
from search.index.journal import journal_path, remove_journal

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """What was put into the folder of a new generation."""

    counts: Counts
    changed: Sequence[str] | None = None  # documents that differ from the generation before; None: all may


# Given the empty folder of the new generation and the engine of the one to build on (None where there is none
# that can be read), writes the new one; None: there is nothing to change.
Write = Callable[[Path, EmbeddedEngine | None], Written | None]

# Given the engine of the generation before and the new one in its folder, looks at both before the switch.
Review = Callable[[EmbeddedEngine, Path, IndexInfo], None]


def publish(
    index: Path, write: Write, *, may_shrink: bool = False, review: Review | None = None
) -> IndexInfo:
    """Makes what `write` puts into a fresh folder the current generation, all of it or nothing.

    The counts it returns are checked against what can be read back. Whatever it or `review` raises is passed
    on and leaves the index as it was, and so does None, with the generation there is as the result. Raises
    IndexBusy when another process is publishing, IndexShrunk when much less would be left than there was and
    it may not shrink, and IndexUnusable when `index` is no folder.
    """
    with locked(index):
        remove(index, leftovers(index))
        name = next_name(index)
        with _base(index) as base, _building(index, name) as build:
            written = write(build, base)
            if written is None:
                assert base is not None, "nothing to change and nothing there"
                info, pointer = base.info, sealed(index, base.info.generation)
            else:
                info = IndexInfo(name, _now(), written.counts.documents, written.counts.passages)
                _check(build, info, written, base, may_shrink)
                if base and review:
                    review(base, build, info)
                pointer = _seal(index, build, info, base)
                rename(build, index / name)
            _turn(index, pointer)
        # Also where nothing has changed: what a run has encoded that broke off is then of no more use.
        remove_journal(journal_path(index))
        remove(index, surplus(index, info.generation, base.info.generation if base else info.generation))
    return info


@contextmanager
def _base(index: Path) -> Iterator[EmbeddedEngine | None]:
    """The generation to build the next one from; None where there is none, or none to be trusted."""
    try:
        opened = open_intact(index)
    except IndexUnusable:
        yield None
        return
    if opened.problem:
        _log.warning("building on %s: %s", opened.engine.info.generation, opened.problem)
    try:
        yield opened.engine
    finally:
        opened.engine.close()


@contextmanager
def _building(index: Path, name: str) -> Iterator[Path]:
    """A fresh folder for the next generation; on leaving it goes, and its place unless it may be current."""
    build = build_folder(index, name)
    build.mkdir()
    try:
        yield build
    except BaseException:
        if not _may_be_current(index, name):
            shutil.rmtree(index / name, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(build, ignore_errors=True)


def _check(
    build: Path, info: IndexInfo, written: Written, base: EmbeddedEngine | None, may_shrink: bool
) -> None:
    self_check(build, info, written.changed)
    if base and not may_shrink:
        check_size(base.info, info)


def _seal(index: Path, build: Path, info: IndexInfo, base: EmbeddedEngine | None) -> Pointer:
    """Writes the manifest of what was built, which is not written to again."""
    for lock in build.rglob("*LOCK"):  # Whoosh's own, of no use in a folder that never changes
        lock.unlink()
    if base is None:
        return write_manifest(build, info, None, {})
    parent = base.info.generation
    known = verified_files(index, read_manifest(index, sealed(index, parent)))
    return write_manifest(build, info, parent, known)


def _turn(index: Path, pointer: Pointer) -> None:
    """Has CURRENT say this, if it does not already."""
    try:
        if read_current(index) == pointer:
            sync(index)  # who turned it may have been killed before it was there for good
            return
    except IndexUnusable:
        pass
    point_to(index, pointer)


def _may_be_current(index: Path, name: str) -> bool:
    """Whether CURRENT says this, or cannot be read now, for want of file handles perhaps."""
    try:
        return read_current(index).generation == name
    except IndexMissing:
        return False
    except IndexUnusable:
        return True


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
