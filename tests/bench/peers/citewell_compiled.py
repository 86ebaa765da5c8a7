"""Citewell with the compiled kernel, over the index that Citewell wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from search.index.kernel import installed_kernel
from tests.bench.collection import Collection
from tests.bench.peers import Opened, citewell, installed, worker

PEER = replace(
    citewell.PEER,
    key="citewell_compiled",
    name="Citewell, compiled",
    version=lambda: f"numba {installed('numba')()}",
    command=worker("citewell_compiled"),
    index_of="citewell",
)


def opened(collection: Collection, index: Path) -> Opened:
    return citewell.opened(collection, index, installed_kernel())
