"""A corpus folder looked through: which files can be articles, and what each of them is now."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.ledger import State
from ingest.sources import File, Unreadable, find_files, read_bytes, read_source
from ingest.supplied import (
    MAX_SIDECAR_BYTES,
    NOTHING_SUPPLIED,
    Supplied,
    described,
    is_sidecar,
    read_sidecar,
    supplied_for,
    supplied_to_dict,
)
from search.passages import Metadata


@dataclass(frozen=True, slots=True)
class Corpus:
    """The files of a corpus, hashed but not yet read."""

    files: Mapping[str, File]  # those that can be articles, by name, in order
    supplied: Mapping[str, Supplied]  # for each of them
    states: Mapping[str, State]  # of each of them
    sidecar_problems: Mapping[str, str]  # sidecar files -> what is wrong with each


def survey(paths: Sequence[Path]) -> Corpus:
    """The corpus below the paths; raises IngestError for a path that does not exist."""
    found = find_files(paths)
    files = {name: file for name, file in found.items() if not is_sidecar(name)}
    sidecars: dict[str, Metadata] = {}
    problems: dict[str, str] = {}
    for name, file in found.items():
        if is_sidecar(name):
            sidecars[name], wrong = _sidecar(name, file, files)
            if wrong:
                problems[name] = "; ".join(wrong)
    supplied = {name: supplied_for(name, sidecars) for name in files}
    states = {name: _state(name, file, supplied[name]) for name, file in files.items()}
    return Corpus(files, supplied, states, problems)


def _sidecar(name: str, file: File, files: Mapping[str, File]) -> tuple[Metadata, tuple[str, ...]]:
    try:
        metadata, wrong = read_sidecar(name, read_bytes(file, lambda _: MAX_SIDECAR_BYTES))
    except Unreadable as error:
        return Metadata(), (str(error),)
    of = described(name)
    return metadata, wrong if of is None or of in files else (*wrong, f"there is no {of}")


def _state(name: str, file: File, supplied: Supplied) -> State:
    try:
        return State(read_source(name, file).sha256, fingerprint(supplied))
    except Unreadable as error:
        is_folder = os.path.isdir(file.path) and not os.path.islink(file.path)
        return State(None, fingerprint(supplied), str(error), is_folder)


def fingerprint(supplied: Supplied) -> str:
    """What tells one set of supplied values from another; empty for none."""
    if supplied == NOTHING_SUPPLIED:
        return ""
    return hashlib.sha256(json.dumps(supplied_to_dict(supplied)).encode()).hexdigest()[:16]
