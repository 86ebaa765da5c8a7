"""What was made of each file of a corpus, kept with the generation; and what has changed since.

A file is known by the SHA-256 of its bytes, never by its date. The same bytes are read again only when
the code or the libraries that read them are others, or what a maintainer supplies for them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LEDGER = "ledger.json"

_PACKAGE = Path(__file__).parent
# Modules of this package that have no part in what is made of a file.
_RUNNING = frozenset("__main__ cli ledger pipeline reader refused report sandbox worker".split())
_LIBRARIES = (
    "beautifulsoup4", "lxml", "markdown-it-py", "nltk", "pypdfium2", "python-docx", "trafilatura",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class State:
    """A file as it is now."""

    sha256: str | None  # None: it cannot be read
    supplied: str  # what a maintainer supplies for it, as a hash
    problem: str | None = None  # why it cannot be read
    is_folder: bool = False  # of which nobody can say what is in it now


@dataclass(frozen=True, slots=True)
class Entry:
    """What was made of a file."""

    sha256: str | None  # of the bytes that were last tried
    supplied: str
    document: str | None = None  # id; None: it makes none
    passages: int = 0
    failure: str | None = None  # why those bytes make no document; one of earlier bytes is kept
    titled: bool = True
    dated: bool = True
    notes: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=dict)  # words left out, by reason
    same_as: str | None = None  # the file whose bytes these are too, and which has the document


@dataclass(frozen=True, slots=True)
class Ledger:
    """All files of a corpus when a generation was built."""

    reader: str = ""  # what read them
    entries: Mapping[str, Entry] = field(default_factory=dict)  # by the file's name


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do, by the names of files, in order."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    moved: Mapping[str, str]  # new name -> old name
    gone: tuple[str, ...]
    unchanged: tuple[str, ...]
    failed: Mapping[str, str]  # files that cannot be read, or failed before with the same bytes -> why
    copies: Mapping[str, str]  # files with the bytes of another -> that other
    unseen: Mapping[str, str] = field(default_factory=dict)  # in folders that cannot be listed now -> why

    @property
    def to_read(self) -> tuple[str, ...]:
        return tuple(sorted((*self.new, *self.changed, *self.moved)))


def reader_version() -> str:
    """A fingerprint of everything that decides what is made of a file's bytes."""
    sha256 = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        if path.stem not in _RUNNING:
            sha256.update(path.read_bytes())
    for library in _LIBRARIES:
        sha256.update(f"{library} {importlib.metadata.version(library)}\n".encode())
    return sha256.hexdigest()[:16]


def compare(files: Mapping[str, State], before: Ledger, reader: str) -> Plan:
    """What has to be done so that the collection is that of `files`; pure."""
    copies = _copies(files, before)
    failed: dict[str, str] = {}
    new, changed, unchanged = [], [], []
    for name, state in files.items():
        entry = before.entries.get(name)
        if state.problem is not None:
            failed[name] = state.problem
        elif name in copies:
            continue
        elif entry is None or entry.same_as:
            new.append(name)
        elif before.reader != reader or (entry.sha256, entry.supplied) != (state.sha256, state.supplied):
            changed.append(name)
        elif entry.failure is not None:
            failed[name] = entry.failure
        else:
            unchanged.append(name)
    away = [name for name, entry in before.entries.items() if entry.document and name not in files]
    unseen = dict(_unseen(away, files))
    gone = [name for name in away if name not in unseen]
    moved = _moved(new, gone, files, before)
    return Plan(
        new=tuple(name for name in new if name not in moved),
        changed=tuple(changed),
        moved=moved,
        gone=tuple(name for name in gone if name not in moved.values()),
        unchanged=tuple(unchanged),
        failed=failed,
        copies=copies,
        unseen=unseen,
    )


def _unseen(away: Iterable[str], files: Mapping[str, State]) -> Iterator[tuple[str, str]]:
    """Those files that stood in a folder that cannot be listed now, and why not: they may well be there."""
    closed = {f"{name}/": state.problem for name, state in files.items() if state.is_folder}
    for name in away:
        for folder, problem in closed.items():
            if name.startswith(folder):
                yield name, f"its folder {problem}"


def _copies(files: Mapping[str, State], before: Ledger) -> dict[str, str]:
    """Files with the bytes of another, which is the one that had them before, else the first by name."""
    same: dict[str, list[str]] = {}
    for name, state in files.items():
        if state.sha256 is not None:
            same.setdefault(state.sha256, []).append(name)
    copies = {}
    for sha256, names in same.items():
        had = [n for n in names if (e := before.entries.get(n)) and e.document and e.sha256 == sha256]
        holder = (had or names)[0]
        copies.update({name: holder for name in names if name != holder})
    return copies


def _moved(
    new: Iterable[str], gone: Iterable[str], files: Mapping[str, State], before: Ledger
) -> dict[str, str]:
    """New files with the bytes of one that is gone."""
    left = {before.entries[name].sha256: name for name in gone}
    return {name: left.pop(files[name].sha256) for name in new if files[name].sha256 in left}


def write_ledger(folder: Path, ledger: Ledger) -> None:
    """Writes the ledger into the folder of a generation that is being built."""
    # `dataclasses.asdict` would copy every value first, which takes longer than writing them.
    fields = [field.name for field in dataclasses.fields(Entry)]
    content = {
        "reader": ledger.reader,
        "files": {
            name: {field: getattr(entry, field) for field in fields}
            for name, entry in sorted(ledger.entries.items())
        },
    }
    (folder / LEDGER).write_text(json.dumps(content), encoding="utf-8")


def read_ledger(folder: Path) -> Ledger:
    """The ledger of a generation; an empty one for a generation that was not built from files."""
    path = folder / LEDGER
    if not path.exists():
        return Ledger()
    content: dict[str, Any] = json.loads(path.read_bytes())
    entries = {
        name: Entry(**{**entry, "notes": tuple(entry["notes"])}) for name, entry in content["files"].items()
    }
    return Ledger(content["reader"], entries)
