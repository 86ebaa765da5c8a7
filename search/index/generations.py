"""Immutable generations of the index and the one pointer to the current one.

    index/
      CURRENT         {"generation": "g000042", "manifest": "<sha256 of its MANIFEST.json>"}
      LOCK            held with flock while something is published
      g000041/        MANIFEST.json beside the engine's files; never changed again
      g000042/
      build-g000043/  the only place that is ever written to
      vectors.journal what has been encoded for it, for the next build should this one be broken off

A generation becomes current by one atomic replacement of CURRENT, after everything it names is on
disk. Whoosh keeps pickles in its folder, so no file is opened before its hash agrees with the manifest.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from search.analysis import ANALYZER_VERSION
from search.answers import IndexInfo
from search.errors import IndexBusy, IndexDamaged, IndexMissing, IndexOutdated, IndexUnusable
from search.index.counts import Counts
from search.index.embedded import EmbeddedEngine
from search.index.engine import Engine
from search.index.journal import journal_path, remove_journal
from search.index.kernel import Kernel
from search.index.nearness import EncoderSource, words_alone
from search.index.writing import SCHEMA_VERSION

_log = logging.getLogger(__name__)

_CURRENT = "CURRENT"
_LOCK = "LOCK"
_MANIFEST = "MANIFEST.json"

# The one in use, the one before it to go back to, and one more for a reader that is still on it.
KEPT_GENERATIONS = 3

_NAME = re.compile(r"g\d{6,}")

_VERSIONS = {"layout": 1, "schema": SCHEMA_VERSION, "analyzer": ANALYZER_VERSION}


@dataclass(frozen=True, slots=True)
class Written:
    """What was put into the folder of a new generation."""

    counts: Counts
    changed: Sequence[str] | None = None  # documents that differ from the generation before; None: all may


# Given the empty folder of the new generation and the engine of the current one (None where there is none
# that can be read), writes the new one; None: there is nothing to change.
Write = Callable[[Path, EmbeddedEngine | None], Written | None]


def publish(index: Path, write: Write) -> IndexInfo:
    """Makes what `write` puts into a fresh folder the current generation, all of it or nothing.

    The counts it returns are checked against what can be read back. Whatever it raises is passed on and
    leaves the index as it was, and so does None, with the current generation as the result. Raises
    IndexBusy when another process is publishing, and IndexUnusable when `index` is no folder.
    """
    if index.exists() and not index.is_dir():
        raise IndexUnusable(f"{index} is a file: give a folder for the index with --index")
    index.mkdir(parents=True, exist_ok=True)
    with _locked(index):
        for leftover in index.glob("build-*"):
            shutil.rmtree(leftover)
        name = f"g{_latest_number(index) + 1:06d}"
        build = index / f"build-{name}"
        build.mkdir()
        base = _base(index)
        try:
            written = write(build, base)
            if written is None:
                assert base is not None, "nothing to change and nothing there"
                shutil.rmtree(build)
                return base.info
            counts = written.counts
            info = IndexInfo(
                name, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", counts.documents, counts.passages
            )
            for lock in build.rglob("*LOCK"):  # Whoosh's own, of no use in a folder that never changes
                lock.unlink()
            _self_check(build, info, written.changed)
            manifest = _write_manifest(build, info, _verified(base))
            _sync_tree(build)
            build.rename(index / name)
        except BaseException:
            shutil.rmtree(build, ignore_errors=True)
            raise
        finally:
            if base is not None:
                base.close()
        _sync(index)
        _replace(index / _CURRENT, json.dumps({"generation": name, "manifest": manifest}))
        remove_journal(journal_path(index))
        _prune(index, keep=name)
    return info


def open_current(index: Path, encoder_of: EncoderSource = words_alone) -> EmbeddedEngine:
    """The current generation, verified against its manifest and open for reading.

    With the encoder that its vectors were made with, meanings are compared beside words. Raises
    IndexMissing, IndexOutdated or IndexDamaged, each saying what to run, and what `encoder_of` does.
    """
    return open_pointer(index, read_current(index), encoder_of)


@contextmanager
def _locked(index: Path) -> Iterator[None]:
    with (index / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IndexBusy(f"another process is building {index}: wait until it has finished") from None
        yield


def _latest_number(index: Path) -> int:
    return max((int(path.name[1:]) for path in _generations(index)), default=0)


def _generations(index: Path) -> list[Path]:
    """The generations' folders, oldest first."""
    return sorted(path for path in index.iterdir() if _NAME.fullmatch(path.name))


def _base(index: Path) -> EmbeddedEngine | None:
    """The current generation, to build the next one from; None where there is none, or none to be trusted."""
    try:
        return open_pointer(index, read_current(index))
    except IndexUnusable:
        return None


def _self_check(build: Path, info: IndexInfo, changed: Sequence[str] | None) -> None:
    """Raises IndexDamaged unless the counts are right and what was written reads back as it was cut."""
    engine = EmbeddedEngine(build, info)
    try:
        held = engine.counts()
        sound = all(_is_sound(engine, id) for id in (engine.document_ids() if changed is None else changed))
    finally:
        engine.close()
    if not sound or held != Counts(info.documents, info.passages):
        raise IndexDamaged(
            f"of {info.documents} documents and {info.passages} passages written, {held.documents} and "
            f"{held.passages} can be read back: nothing was published, run it again"
        )


def _is_sound(engine: Engine, id: str) -> bool:
    """Whether a document can be read, and each of its passages is the slice of it that it says."""
    document = engine.documents([id]).get(id)
    return document is not None and all(
        document.text[passage.start : passage.end] == passage.text for passage in engine.passages(id)
    )


def _verified(base: EmbeddedEngine | None) -> Mapping[tuple[int, int], str]:
    """By device and inode the hashes of the files of `base`, whose contents were found to have them.

    A file that the new generation shares by a hard link is the same one, and need not be read again.
    """
    if base is None:
        return {}
    files = json.loads((base.folder / _MANIFEST).read_bytes())["files"]
    return {_identity(base.folder / name): known["sha256"] for name, known in files.items()}


def _identity(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_dev, stat.st_ino


def _write_manifest(folder: Path, info: IndexInfo, verified: Mapping[tuple[int, int], str]) -> str:
    """Writes the manifest of everything in `folder`; its SHA-256."""
    files = {
        path.relative_to(folder).as_posix(): {
            "size": path.stat().st_size,
            "sha256": verified.get(_identity(path)) or _sha256(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    manifest = {
        "versions": _VERSIONS,
        "generation": info.generation,
        "built_at": info.built_at,
        "documents": info.documents,
        "passages": info.passages,
        "files": files,
    }
    path = folder / _MANIFEST
    path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return _sha256(path)


@dataclass(frozen=True, slots=True)
class Pointer:
    """What CURRENT says."""

    generation: str
    manifest: str  # SHA-256 of its MANIFEST.json


def read_current(index: Path) -> Pointer:
    """What CURRENT says; raises IndexMissing or IndexDamaged."""
    try:
        said = json.loads((index / _CURRENT).read_bytes())
        pointer = Pointer(said["generation"], said["manifest"])
    except FileNotFoundError:
        raise IndexMissing(f"there is no index in {index} yet; {_rebuild(index)}") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise IndexDamaged(f"{index / _CURRENT} cannot be read; {_rebuild(index)}") from None
    if not _NAME.fullmatch(str(pointer.generation)):
        raise IndexDamaged(f"{index / _CURRENT} names no generation; {_rebuild(index)}")
    return pointer


def _rebuild(index: Path) -> str:
    return f"run: python -m ingest --index {index}"


def open_pointer(
    index: Path, pointer: Pointer, encoder_of: EncoderSource = words_alone, kernel: Kernel | None = None
) -> EmbeddedEngine:
    """The generation that the pointer names, as `open_current` opens the current one."""
    rebuild = _rebuild(index)
    folder = index / pointer.generation
    try:
        raw = (folder / _MANIFEST).read_bytes()
    except FileNotFoundError:
        raise IndexDamaged(f"{folder} has no manifest; {rebuild}") from None
    if hashlib.sha256(raw).hexdigest() != pointer.manifest:
        raise IndexDamaged(f"{folder / _MANIFEST} was changed after it was published; {rebuild}")
    manifest: dict[str, Any] = json.loads(raw)
    if manifest["versions"] != _VERSIONS:
        raise IndexOutdated(
            f"{folder} was built by another version of Citewell "
            f"(it has {_spelled(manifest['versions'])}; this one needs {_spelled(_VERSIONS)}); {rebuild}"
        )
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file() or _sha256(path) != expected["sha256"]:
            raise IndexDamaged(f"{path} is not what was published; {rebuild}")
    info = IndexInfo(
        manifest["generation"], manifest["built_at"], manifest["documents"], manifest["passages"]
    )
    return EmbeddedEngine(folder, info, encoder_of, kernel)


def _spelled(versions: dict[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def _prune(index: Path, keep: str) -> None:
    for folder in _generations(index)[:-KEPT_GENERATIONS]:
        if folder.name != keep:
            shutil.rmtree(folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _replace(path: Path, text: str) -> None:
    """Replaces a file's contents at once: a reader sees the old text or the new."""
    aside = path.with_name(path.name + ".tmp")
    aside.write_text(text, encoding="utf-8")
    _sync(aside)
    aside.replace(path)
    _sync(path.parent)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        _sync(path)
    _sync(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
