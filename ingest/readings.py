"""What Citewell makes of one file, as data that goes from a reader process to the run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.drafts import Dropped
from search.passages import (
    Document,
    Passage,
    document_from_dict,
    document_to_dict,
    passage_from_dict,
    passage_to_dict,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What Citewell makes of one file."""

    document: Document
    passages: tuple[Passage, ...]
    dropped: tuple[Dropped, ...]  # what of the file is in no passage, and why
    sketches: tuple[tuple[int, ...], ...]  # of each passage, for finding near-copies


def reading_to_dict(reading: Reading) -> dict[str, Any]:
    """The reading as plain data that JSON can carry; `reading_from_dict` takes it back."""
    return {
        "document": document_to_dict(reading.document),
        "passages": [passage_to_dict(passage) for passage in reading.passages],
        "dropped": [dataclasses.asdict(dropped) for dropped in reading.dropped],
        "sketches": reading.sketches,
    }


def reading_from_dict(data: Mapping[str, Any]) -> Reading:
    """The reading that `reading_to_dict` was given."""
    return Reading(
        document_from_dict(data["document"]),
        tuple(passage_from_dict(passage) for passage in data["passages"]),
        tuple(Dropped(**dropped) for dropped in data["dropped"]),
        tuple(tuple(sketch) for sketch in data["sketches"]),
    )
