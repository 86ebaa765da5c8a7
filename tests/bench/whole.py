"""Citewell as a whole in a process of its own, and the writer of Whoosh that it is set against.

    python -m tests.bench.whole citewell|whoosh build COLLECTION INDEX
    python -m tests.bench.whole citewell ask COLLECTION INDEX

`build` prints the seconds it took. `ask` prints as JSON two lists of milliseconds, one for each question.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from search.answering import answer
from search.as_json import answer_to_dict
from search.evaluation.engines import Watched
from search.index import writing
from search.index.generations import Written, open_current, publish
from search.settings import one_thread_a_product
from tests.bench.collection import Collection

WARM = 100  # questions that are asked before those that count


def written_in(index: Path) -> Path:
    """The file beside the index with the seconds that writing it took, before it was checked and synced."""
    return index.with_suffix(".seconds")


def build(held: Collection, index: Path) -> None:
    """Publishes an index of the collection; prints the seconds, and keeps those of writing it."""
    began = time.perf_counter()

    def write(folder: Path, _: object) -> Written:
        counts = writing.write(folder, held.passages())
        written_in(index).write_text(str(time.perf_counter() - began))
        return Written(counts)

    publish(index, write)
    print(time.perf_counter() - began)


def build_whoosh(held: Collection, index: Path) -> None:
    """Whoosh's own index of the same texts; prints the seconds."""
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import ID, TEXT, Schema
    from whoosh.index import create_in

    began = time.perf_counter()
    schema = Schema(id=ID(stored=True), text=TEXT(analyzer=StemmingAnalyzer(), stored=True))
    writer = create_in(index, schema).writer()
    for document, (passage,) in held.passages():
        writer.add_document(id=document.id, text=passage.text)
    writer.commit()
    print(time.perf_counter() - began)


def ask(held: Collection, index: Path) -> None:
    """Prints as JSON the milliseconds of each whole answer and of the search in it, one after the other."""
    one_thread_a_product()
    engine = open_current(index)
    answers, searches = [], []
    questions = held.questions()
    for question in (*questions[:WARM], *questions):
        watched = Watched(engine)
        began = time.perf_counter()
        json.dumps(answer_to_dict(answer(question, watched)))
        answers.append(1000 * (time.perf_counter() - began))
        searches.append(1000 * watched.seconds)
    print(json.dumps([answers[WARM:], searches[WARM:]]))


def main(arguments: Sequence[str]) -> None:
    engine, action, folder, index = arguments
    does = {("citewell", "build"): build, ("citewell", "ask"): ask, ("whoosh", "build"): build_whoosh}
    does[engine, action](Collection(Path(folder)), Path(index))


if __name__ == "__main__":
    main(sys.argv[1:])
