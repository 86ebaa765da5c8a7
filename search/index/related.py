"""Which passages of a generation say the same as which others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

Pairs = tuple[tuple[str, str], ...]  # of passage ids

_RELATED = "related.json"


def write_pairs(folder: Path, pairs: Iterable[tuple[str, str]]) -> None:
    """Keeps the pairs beside an index that is being written."""
    (folder / _RELATED).write_text(json.dumps(list(pairs)), encoding="utf-8")


def read_pairs(folder: Path) -> Pairs:
    """The pairs kept with an index; none where none were."""
    path = folder / _RELATED
    return tuple((one, other) for one, other in json.loads(path.read_bytes())) if path.exists() else ()


def by_passage(pairs: Pairs) -> Mapping[str, Sequence[str]]:
    """For each passage that is in a pair the others that say the same."""
    related: dict[str, list[str]] = {}
    for one, other in pairs:
        related.setdefault(one, []).append(other)
        related.setdefault(other, []).append(one)
    return related
