"""A small collection in revisions that can be told apart, and a look at what a crash has left of it.

Every third revision changes each article, the others one of them, so that an index is now written as a whole
and now updated. An article says by number which revision it is of.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from ingest.reading import read
from ingest.sources import Source
from search.answering import answer
from search.errors import IndexMissing, IndexUnusable
from search.index import writing
from search.index.embedded import EmbeddedEngine
from search.index.generations import KEPT_GENERATIONS, Write, Written, open_current, open_intact
from search.passages import Document, Passage

NAMES = ("canal", "tram", "mill", "bell")

_TEAM = re.compile(r"by team (\d+)")


class Wrong(Exception):
    """A promise was broken; says how."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is served: a generation, all of it of one revision."""

    generation: str
    revision: int


def edition(name: str, revision: int) -> int:
    """The last revision, up to this one, that changed the article."""
    own = NAMES.index(name)
    return next(past for past in range(revision, -1, -1) if past % 3 == 0 or past % len(NAMES) == own)


def text(name: str, revision: int) -> str:
    """The article as it is in a revision."""
    return f"The {name}\n\nThe {name} was mended by team {edition(name, revision)} on a wet morning.\n"


def put_articles(folder: Path, revision: int) -> None:
    """Makes the files in `folder` those of the revision."""
    folder.mkdir(exist_ok=True)
    for name in NAMES:
        (folder / f"{name}.txt").write_text(text(name, revision), encoding="utf-8")


def _articles(revision: int) -> list[tuple[Document, tuple[Passage, ...]]]:
    """What `ingest` makes of the files of a revision."""
    made = []
    for name in sorted(NAMES):
        data = text(name, revision).encode()
        reading = read(Source(f"{name}.txt", data, hashlib.sha256(data).hexdigest()))
        made.append((reading.document, reading.passages))
    return made


def whole(revision: int) -> Write:
    """Writes the revision from its beginning."""
    return lambda folder, _: Written(writing.write(folder, _articles(revision)))


def update(revision: int) -> Write:
    """Writes what the revision changes of the one before: nothing if it is there, all where there is none."""

    def write(folder: Path, base: EmbeddedEngine | None) -> Written | None:
        if base is None:
            return whole(revision)(folder, None)
        before = base.documents(base.document_ids())
        changed = [each for each in _articles(revision) if before.get(each[0].id) != each[0]]
        if not changed:
            return None
        ids = [document.id for document, _ in changed]
        return Written(writing.update(folder, base, changed, []), ids)

    return write


def look(index: Path, allowed: Collection[int] | None = None) -> Seen | None:
    """What anyone who opens the index is served; None where there is none, and the command to build it.

    Raises Wrong unless that is a generation as it was published, of one of the revisions allowed (None: of
    any), answering as it should.
    """
    try:
        engine = open_current(index)
    except IndexMissing as error:
        check_refusal(str(error))
        _check_fallback(index)
        return None
    except IndexUnusable as error:
        raise Wrong(f"nothing can be served: {error}") from None
    try:
        revision = revision_of(engine)
        opened = open_intact(index)
        opened.engine.close()
        if opened.problem or opened.engine.info != engine.info:
            raise Wrong(f"{engine.info.generation} is intact, and yet a service says {opened.problem}")
        _check_sums(index, engine.info.generation)
    finally:
        engine.close()
    if allowed is not None and revision not in allowed:
        raise Wrong(f"revision {revision} is served, and not one of {sorted(allowed)}")
    return Seen(engine.info.generation, revision)


def revision_of(engine: EmbeddedEngine) -> int:
    """The one revision that all documents are of; raises Wrong where none is, or an answer is not."""
    held = {id: document.text for id, document in engine.documents(engine.document_ids()).items()}
    teams = [int(team) for held_text in held.values() for team in _TEAM.findall(held_text)]
    if not teams:
        raise Wrong(f"of {engine.info.documents} documents none is one of the collection")
    revision = max(teams)
    for candidate in (revision, revision + 1, revision + 2):  # some change no article that others had not
        if held == {document.id: document.text for document, _ in _articles(candidate)}:
            break
    else:
        raise Wrong(f"the documents are of several revisions: {sorted(held.values())}")
    for name in NAMES:
        hits = answer(f"Which team mended the {name}?", engine).hits
        if not hits or f"the {name} was mended by team {edition(name, revision)} " not in (
            hits[0].excerpt.quotation.lower()
        ):
            raise Wrong(f"asked for the {name} of revision {revision} it answers {hits[:1]}")
    return revision


def check_refusal(said: str) -> None:
    """Raises Wrong unless it names the command that mends it."""
    if "run: python -m ingest" not in said:
        raise Wrong(f"refused without the command that mends it: {said}")


def _check_fallback(index: Path) -> None:
    """That a service either refuses or has found a whole generation, which nobody has pointed to yet."""
    try:
        engine = open_intact(index).engine
    except IndexUnusable:
        return
    revision_of(engine)
    engine.close()


def _check_sums(index: Path, generation: str) -> None:
    """That CURRENT, MANIFEST.sha256 and the manifest say the same."""
    said = json.loads((index / "CURRENT").read_text(encoding="utf-8"))
    found = hashlib.sha256((index / generation / "MANIFEST.json").read_bytes()).hexdigest()
    beside = (index / generation / "MANIFEST.sha256").read_text(encoding="utf-8").split()
    if said != {"generation": generation, "manifest": found} or beside != [found, "MANIFEST.json"]:
        raise Wrong(f"CURRENT says {said}, MANIFEST.sha256 {beside}, and the manifest is {found}")


def check_tidy(index: Path) -> None:
    """Raises Wrong where anything lies in the index that a publish leaves to nobody."""
    current = json.loads((index / "CURRENT").read_text(encoding="utf-8"))["generation"]
    generations = sorted(path.name for path in index.glob("g*"))
    others = {path.name for path in index.iterdir()} - {*generations, "CURRENT", "LOCK"}
    if others or generations[-1] != current or len(generations) > KEPT_GENERATIONS:
        raise Wrong(f"left behind beside {current}: {sorted(others)}, {generations}")
    for folder in map(index.joinpath, generations):
        known = set(json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))["files"])
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        if there != known | {"MANIFEST.json", "MANIFEST.sha256"}:
            raise Wrong(f"{folder.name} holds {sorted(there ^ known)}")


def told(action: Callable[[], object], failures: list[str], what: str) -> bool:
    """Whether the action went well; a promise found broken is entered with what it takes to see it again."""
    try:
        action()
    except Exception as error:  # a look that fails in any other way is no better
        failures.append(f"{what}: {error!r}")
        return False
    return True
