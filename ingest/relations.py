"""Which passages of a generation say the same: found for what is new, kept for what is not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

from ingest.copies import near_copies
from search.index.whoosh import WhooshEngine
from search.passages import document_of

_SKETCHES = "sketches.json"

Sketches = Mapping[str, Sequence[int]]  # by passage id
Pairs = tuple[tuple[str, str], ...]


def relate(
    engine: WhooshEngine, held: AbstractSet[str], fresh: Sketches, base: WhooshEngine | None
) -> tuple[Sketches, Pairs]:
    """The sketches of all passages that `engine` holds, and its pairs of passages that say the same.

    `held` are the ids of its documents, `fresh` the sketches of the passages that `base`, the generation
    before, does not have as they are.
    """
    texts = cache(lambda document: {passage.id: passage.text for passage in engine.passages(document)})
    renewed = {document_of(passage) for passage in fresh}
    same = held - renewed
    kept = {id: values for id, values in read_sketches(base).items() if document_of(id) in same}
    pairs = base.related_pairs if base else ()
    old = [pair for pair in pairs if document_of(pair[0]) in same and document_of(pair[1]) in same]
    sketches = {**kept, **fresh}
    found = near_copies(fresh, sketches, lambda id: texts(document_of(id))[id])
    return sketches, tuple(sorted({*old, *found}))


def read_sketches(engine: WhooshEngine | None) -> Sketches:
    """The sketches kept with a generation; none for one that has none."""
    path = engine.folder / _SKETCHES if engine else None
    return json.loads(path.read_bytes()) if path and path.exists() else {}


def write_sketches(folder: Path, sketches: Sketches) -> None:
    """Keeps the sketches with a generation that is being built."""
    (folder / _SKETCHES).write_text(json.dumps(sketches), encoding="utf-8")
