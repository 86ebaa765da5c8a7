"""Bits flipped in files that an engine has open: what it then quotes, and where it says that is from."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

from search.answering import answer
from search.answers import Answer
from search.index.generations import open_current, open_pointer, read_current
from search.passages import Document, Passage
from tests.proofs import warm

CORPUS = Path(__file__).parents[2] / "corpus"

# A flip is aimed at the record of a passage, or of a document, that the question is about; the JSON of most
# is that long. Every third is done to any file, anywhere.
_RECORD = 2_000
_QUESTION_WORDS = 10


def flipped(folder: Path, chance: random.Random, size: int) -> tuple[str, list[str]]:
    """Flips so many bits, each under an engine of its own; what came of it, and what went wrong."""
    index = folder / "flipped"
    ran = warm.forked(partial(warm.ingest, CORPUS, index))
    assert ran == warm.Run(0, ()), ran
    with_all = open_current(index)
    documents = with_all.documents(with_all.document_ids())
    passages = {passage.id: passage for id in documents for passage in with_all.passages(id)}
    with_all.close()
    less, failed, failures = 0, 0, []
    for _ in range(size):
        passage = chance.choice(list(passages.values()))
        engine = open_pointer(index, read_current(index))
        path, place, bit = _place(engine.folder, passage, chance)
        _flip(path, place, bit)
        try:
            reply = answer(" ".join(passage.text.split()[:_QUESTION_WORDS]), engine)
        except Exception:  # a service says that it failed, and looks at its files
            failed += 1
        else:
            less += bool(reply.dropped)
            failures += [
                f"bit {bit} of byte {place} of {path.name} flipped: {wrong}"
                for wrong in _wrong(reply, passages, documents)
            ]
        finally:
            _flip(path, place, bit)
            engine.close()
    figure = (
        f"{size:,} bits flipped in files that an engine has open: {less} answers leave a passage out, "
        f"{failed} questions are refused, {len(failures)} quotations, or where they are from, are other"
    )
    if not less:
        failures.append(f"no flip hit what was quoted: {figure}")
    return figure, failures


def _place(generation: Path, passage: Passage, chance: random.Random) -> tuple[Path, int, int]:
    """A file of the generation, a byte of it and a bit of that."""
    (aim,) = chance.choices(["passages.bin", "documents.bin", None])
    if aim:
        (path,) = (generation / "frozen" / "first").glob(aim)
        id = passage.id if aim == "passages.bin" else passage.document_id
        start = path.read_bytes().index(id.encode())
        place = start + chance.randrange(min(_RECORD, path.stat().st_size - start))
    else:
        path = chance.choice(sorted(path for path in generation.rglob("*") if path.is_file()))
        place = chance.randrange(max(1, path.stat().st_size))
    return path, place, chance.randrange(8)


def _flip(path: Path, place: int, bit: int) -> None:
    with path.open("r+b", buffering=0) as file:
        byte = os.pread(file.fileno(), 1, place)
        if byte:
            os.pwrite(file.fileno(), bytes([byte[0] ^ 1 << bit]), place)


def _wrong(
    reply: Answer, passages: Mapping[str, Passage], documents: Mapping[str, Document]
) -> Iterator[str]:
    """What is quoted, or said of where it is from, that was not written."""
    statements = [statement for conflict in reply.conflicts for statement in conflict.statements]
    statements += [hit.superseded_by for hit in reply.hits if hit.superseded_by]
    for each in (*reply.hits, *statements):
        if each.passage != passages.get(each.passage.id):
            yield f"passage {each.passage.id} is quoted as {each.passage}"
        if each.document != documents.get(each.passage.document_id):
            yield f"document {each.document.id} is quoted as of {each.document.metadata}"
    for copy in (copy for hit in reply.hits for copy in hit.also_in):
        if copy.document != documents.get(copy.document.id):
            yield f"document {copy.document.id} is named as {copy.document.metadata}"
