"""Immutable generations of the index and the one pointer to the current one.

    index/
      CURRENT         {"generation": "g000042", "manifest": "<sha256 of its MANIFEST.json>"}
      LOCK            held with flock while something is published
      g000041/        MANIFEST.json and its hash, MANIFEST.sha256, beside the engine's files; never changed
      g000042/
      build-g000043/  the only place that is ever written to
      vectors.journal what has been encoded for it, for the next build should this one be broken off

A generation becomes current by one atomic replacement of CURRENT, after everything it names is on
disk. Whoosh keeps pickles in its folder, so no file is opened before its hash agrees with the manifest.
One that is newer than the current one was never made current, or was rolled back from: it is not served,
and goes with the next publishing.
"""

from search.index.generations.checking import is_too_small
from search.index.generations.folder import (
    KEPT_GENERATIONS,
    Pointer,
    generations_of,
    is_locked,
    leftovers,
    number_of,
    read_current,
)
from search.index.generations.keeping import prune, rollback
from search.index.generations.manifest import VERSIONS, Manifest, sealed
from search.index.generations.opening import Opened, open_current, open_intact, open_pointer, verify
from search.index.generations.publishing import Review, Write, Written, publish

__all__ = [
    "KEPT_GENERATIONS",
    "VERSIONS",
    "Manifest",
    "Opened",
    "Pointer",
    "Review",
    "Write",
    "Written",
    "generations_of",
    "is_locked",
    "is_too_small",
    "leftovers",
    "number_of",
    "open_current",
    "open_intact",
    "open_pointer",
    "prune",
    "publish",
    "read_current",
    "rollback",
    "sealed",
    "verify",
]
