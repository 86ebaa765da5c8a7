"""Citewell with the compiled kernel, over the index that Citewell wrote."""

from __future__ import annotations

from dataclasses import replace

from tests.bench.peers import NotInstalled, citewell, worker


def _version() -> str:
    raise NotInstalled("the search has no compiled kernel yet")


PEER = replace(
    citewell.PEER,
    key="citewell_compiled",
    name="Citewell, compiled",
    version=_version,
    command=worker("citewell_compiled"),
    index_of="citewell",
)

opened = citewell.opened
