"""Which kernel a service searches with."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from search.errors import KernelMissing
from search.index.kernel import chosen_kernel
from web.app import create_app

QUESTION = {"q": "Who clears weed every spring?"}


def test_numpy_searches_unless_another_kernel_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITEWELL_KERNEL", raising=False)
    assert chosen_kernel() is None


@pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed: pip install -e '.[compiled]'")
def test_a_service_with_the_compiled_kernel_replies_the_same(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = []
    for name in ("", "compiled"):
        monkeypatch.setenv("CITEWELL_KERNEL", name)
        reply = create_app({"INDEX": index}).test_client().get("/search", query_string=QUESTION).get_json()
        replies.append({**reply, "took_ms": 0})
    assert replies[0] == replies[1]
    assert replies[0]["results"]


def test_a_kernel_that_is_not_there_is_named_with_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_KERNEL", "compiled")
    monkeypatch.setattr("search.index.kernel.find_spec", lambda _: None)
    with pytest.raises(KernelMissing, match="pip install"):
        chosen_kernel()
    monkeypatch.setenv("CITEWELL_KERNEL", "fortran")
    with pytest.raises(KernelMissing, match="unset it"):
        chosen_kernel()
