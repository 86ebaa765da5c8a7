"""A service whose index takes long to open some lists of passages, as on a disk that answers slowly.

python -m tests.proofs.slow_service INDEX
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from search.index.embedded import EmbeddedEngine
from tests.services import environment
from web import create_app
from web.serving import serve

# To open a posting list of one of these words takes so long.
_SLOW_WORDS = frozenset(("health", "care", "system", "board", "local"))
SLOW_SECONDS = 0.5


def is_slow(term: str) -> bool:
    """Whether the list of such a word takes long."""
    return any(term.startswith(word[:4]) for word in _SLOW_WORDS)


@contextmanager
def slow_service(index: Path) -> Iterator[str]:
    """The address of one process that serves the index so, with a slash at its end."""
    with subprocess.Popen(
        [sys.executable, "-m", __name__, str(index)],
        env=environment(CITEWELL_MODEL="off"),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            found = re.search(r"http://\S+/", process.stdout.readline())
            assert found, "it ended without an address"
            yield found[0]
        finally:
            process.kill()


def _slow_down(engine: EmbeddedEngine) -> None:
    for segment in engine._frozen._segments:
        find = segment.postings.range

        def slowly(kind: str, term: str, find=find) -> tuple[int, int]:  # type: ignore[no-untyped-def]
            if kind == "stem" and is_slow(term):
                time.sleep(SLOW_SECONDS)
            return find(kind, term)  # type: ignore[no-any-return]

        segment.postings.range = slowly  # type: ignore[method-assign]  # a disk that answers slowly


if __name__ == "__main__":
    app = create_app({"INDEX": Path(sys.argv[1])}, lambda: None)
    _slow_down(app.extensions["citewell"].engine())
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}/", flush=True)
    serve(app, listener)
