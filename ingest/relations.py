"""Which passages of a generation say the same: found for what is new, kept for what is not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path

from ingest.copies import MAX_PLACES, near_copies
from search.index.embedded import EmbeddedEngine
from search.index.related import Pairs
from search.passages import document_of

_SKETCHES = "sketches.json"

Sketches = Mapping[str, Sequence[int]]  # by passage id


def relate(
    engine: EmbeddedEngine, held: AbstractSet[str], fresh: Sketches, base: EmbeddedEngine | None
) -> tuple[Sketches, Pairs]:
    """The sketches of all passages that `engine` holds, and its pairs of passages that say the same.

    `held` are the ids of its documents, `fresh` the sketches of the passages that `base`, the generation
    before, does not have as they are.
    """
    texts = cache(lambda document: {passage.id: passage.text for passage in engine.passages(document)})
    renewed = {document_of(passage) for passage in fresh}
    before = read_sketches(base)
    kept = {id: values for id, values in before.items() if document_of(id) in held - renewed}
    sketches = {**kept, **fresh}
    pairs = base.related_pairs if base else ()
    return sketches, renew(pairs, before, sketches, fresh.keys(), lambda id: texts(document_of(id))[id])


def renew(
    pairs: Pairs, before: Sketches, after: Sketches, fresh: AbstractSet[str], text_of: Callable[[str], str]
) -> Pairs:
    """The pairs of passages that say the same once `before` has become `after`.

    They are those that would be found if all were looked at anew. Looked at are the passages in `fresh`
    and those that share words with them of which it has changed whether they are boilerplate.
    """
    gone = before.keys() - (after.keys() - fresh)
    changed = {value for id in gone for value in before[id]} | {value for id in fresh for value in after[id]}
    was, now = (_places(sketches, changed) for sketches in (before, after))
    crossed = {value for value in changed if (was[value] > MAX_PLACES) != (now[value] > MAX_PLACES)}
    again = {id: values for id, values in after.items() if id in fresh or not crossed.isdisjoint(values)}
    same = after.keys() - again.keys()
    old = (pair for pair in pairs if pair[0] in same and pair[1] in same)
    return tuple(sorted({*old, *near_copies(again, after, text_of)}))


def _places(sketches: Sketches, wanted: set[int]) -> Counter[int]:
    """How many of the passages have each of the wanted values."""
    return Counter(value for values in sketches.values() for value in wanted.intersection(values))


def read_sketches(engine: EmbeddedEngine | None) -> Sketches:
    """The sketches kept with a generation; none for one that has none."""
    path = engine.folder / _SKETCHES if engine else None
    return json.loads(path.read_bytes()) if path and path.exists() else {}


def write_sketches(folder: Path, sketches: Sketches) -> None:
    """Keeps the sketches with a generation that is being built."""
    (folder / _SKETCHES).write_text(json.dumps(sketches), encoding="utf-8")
