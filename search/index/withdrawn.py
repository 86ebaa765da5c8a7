"""Passages that stand in the first segment of an index but are deleted, until it is written as a whole again.

An updated index keeps the files of the one before. What is counted there counts the passages deleted since;
what they count for is kept here, to be taken off, so that scores are those of a fresh index.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search.index.fields import FIELD_WEIGHTS, passage_terms
from search.passages import Document, Passage

_WITHDRAWN = "withdrawn.json"

Contents = Iterable[tuple[Document, Sequence[Passage]]]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The documents deleted in the first segment, and what their passages count for there."""

    documents: tuple[str, ...]  # their ids
    passages: int
    lengths: Mapping[str, int]  # by field, in terms
    frequencies: Mapping[str, Mapping[str, int]]  # by field and term: passages that hold it

    def plus(self, contents: Contents) -> Withdrawn:
        """These and those of more documents."""
        documents, passages = [*self.documents], self.passages
        lengths = Counter(self.lengths)
        frequencies = {field: Counter(self.frequencies.get(field, {})) for field in FIELD_WEIGHTS}
        for document, parts in contents:
            documents.append(document.id)
            for passage in parts:
                passages += 1
                for field, terms in passage_terms(passage, document).items():
                    lengths[field] += len(terms)
                    frequencies[field].update(set(terms))
        return Withdrawn(tuple(documents), passages, lengths, frequencies)

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON carries them."""
        return {
            "documents": self.documents,
            "passages": self.passages,
            "lengths": self.lengths,
            "frequencies": self.frequencies,
        }


NOTHING_WITHDRAWN = Withdrawn((), 0, {}, {})


def read_withdrawn(folder: Path) -> Withdrawn:
    """The counts kept beside an index; none for one that was written as a whole."""
    path = folder / _WITHDRAWN
    if not path.exists():
        return NOTHING_WITHDRAWN
    data = json.loads(path.read_bytes())
    return Withdrawn(**{**data, "documents": tuple(data["documents"])})


def write_withdrawn(folder: Path, withdrawn: Withdrawn) -> None:
    """Keeps the counts beside an index that is being written."""
    (folder / _WITHDRAWN).write_text(json.dumps(withdrawn.to_dict()), encoding="utf-8")
