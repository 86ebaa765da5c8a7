"""How long it takes to publish a few changed documents among many.

    python -m tests.bench.updating SHARED_DATA_DIR [--passages N] [--changed N] [--times N]

SHARED_DATA_DIR is what `python -m search.evaluate --squad` reads. Makes an index of N passages (10,000) drawn
as in tests/bench/retrieval.py, each a document, on words alone; then gives ten of them the texts of others,
again and again, and prints the seconds from opening the generation before to the new one being current.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from search.evaluation.squad import contents
from search.index import writing
from search.index.embedded import EmbeddedEngine
from search.index.generations import Written, publish
from tests.bench.collection import SEED, Content, content, drawn


def with_text_of(document: Content, other: Content) -> Content:
    """The document as it would be with the title and the text of another."""
    (own, _), (source, (passage,)) = document, other
    title = source.metadata.title
    return content(own.id, title.value if title else "", passage.text, passage.sentences)


def update(index: Path, changed: Sequence[Content]) -> float:
    """Publishes the documents in their new state; the seconds that takes."""

    def write(folder: Path, base: EmbeddedEngine | None) -> Written:
        assert base is not None
        return Written(writing.update(folder, base, changed, []), [document.id for document, _ in changed])

    began = time.perf_counter()
    publish(index, write)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="SHARED_DATA_DIR")
    parser.add_argument("--passages", type=int, default=10_000, help="in all (%(default)s)")
    parser.add_argument("--changed", type=int, default=10, help="each time (%(default)s)")
    parser.add_argument("--times", type=int, default=7, help="updates (%(default)s)")
    arguments = parser.parse_args()
    held = list(drawn(contents(arguments.folder), arguments.passages))
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder)
        publish(index, lambda build, _: Written(writing.write(build, held)))
        took = [
            update(index, [with_text_of(*rng.sample(held, 2)) for _ in range(arguments.changed)])
            for _ in range(arguments.times)
        ]
    print(
        f"{arguments.changed} of {arguments.passages} changed: published in {min(took):.2f} to "
        f"{max(took):.2f} s, {statistics.median(took):.2f} at the median of {len(took)}"
    )


if __name__ == "__main__":
    main()
