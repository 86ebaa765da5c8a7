"""The segments that are written from arrays, against those of Whoosh's own writer."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.query import Or, Term
from whoosh.util.numeric import byte_to_length, length_to_byte

from search.index import whoosh_segment
from search.index.fields import FIELD_WEIGHTS
from search.index.inverting import Inverter, pack, read_inverted
from search.index.whoosh import write_passages
from search.index.whoosh_segment import (
    LENGTHS,
    add_passages,
    passages_schema,
    passages_writer,
)

# The id of a document and the terms of its passage by field.
Entry = tuple[str, Mapping[str, Sequence[str]]]

IDS = ["canal", "bakery", "buses", "épices", "￼", "𝒜"]
WORDS = ["lock", "boat", "weed", "é", "￼", "𝒜"]

entries = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.fixed_dictionaries(
            {field: st.lists(st.sampled_from(WORDS), max_size=6) for field in FIELD_WEIGHTS}
        ),
    ),
    max_size=8,
)


def entry(id: str, text: str) -> Entry:
    return id, {**dict.fromkeys(FIELD_WEIGHTS, ()), "body": text.split()}


def many() -> list[Entry]:
    """More passages than a block holds; terms that stand in all of them, in some, and in one."""
    draw = random.Random(1)
    words = ["lock", "lock", "lock", *(f"boat{number}" for number in range(40))]
    return [
        entry(f"d{number // 3}", " ".join(["weed", f"only{number}", *draw.choices(words, k=number % 90)]))
        for number in range(700)
    ]


def created(folder: Path) -> Any:
    folder.mkdir()
    return FileStorage(str(folder)).create_index(passages_schema())


def add_ours(index: Any, held: Sequence[Entry]) -> None:
    writer = passages_writer(index)
    with tempfile.TemporaryDirectory() as folder:
        inverter = Inverter(Path(folder), LENGTHS)
        inverter.add(pack([terms for _, terms in held]))
        inverter.write()
        add_passages(writer, read_inverted(Path(folder)), [id for id, _ in held])
    writer.commit(merge=False)


def add_theirs(index: Any, held: Sequence[Entry], *, merge: bool = False, delete: str | None = None) -> None:
    writer = index.writer()
    if delete:
        writer.delete_by_term("document", delete)
    for id, terms in held:
        writer.add_document(document=id, **{field: " ".join(words) for field, words in terms.items()})
    writer.commit(merge=False, optimize=merge)


def files(index: Any) -> list[dict[str, bytes]]:
    """The files of each segment by the ends of their names; the beginnings are drawn at random."""
    found = []
    for segment in index._segments():
        store = segment.open_compound_file(index.storage)
        with_names = ((name, store.open_file(name)) for name in store.list())
        found.append(
            {name.partition(".")[2]: file.read(store.file_length(name)) for name, file in with_names}
        )
        store.close()
    return found


def statistics(index: Any) -> Any:
    """What the list of segments says of them."""
    return [(s.doc_count_all(), dict(s._fieldlengths), list(s.deleted_docs())) for s in index._segments()]


def scores(index: Any, *words: str) -> list[tuple[int, float]]:
    """The passages with their scores that Whoosh's own searcher finds."""
    clauses = [Term(field, word) for field in FIELD_WEIGHTS for word in words]
    with index.searcher() as searcher:
        return [(hit.docnum, hit.score) for hit in searcher.search(Or(clauses), limit=None)]


@pytest.fixture
def compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compresses every block, as Whoosh's writer does."""
    monkeypatch.setattr("search.index.whoosh_segment.COMPRESSED_FROM", 1)
    monkeypatch.setattr("search.index.whoosh_segment._short_block", whoosh_segment._block)


@pytest.mark.usefixtures("compressed")
@given(entries)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_files_are_those_of_whooshs_own_writer_byte_for_byte(held: list[Entry]) -> None:
    with tempfile.TemporaryDirectory() as name:
        ours, theirs = created(Path(name) / "ours"), created(Path(name) / "theirs")
        add_ours(ours, held)
        add_theirs(theirs, held)
        assert files(ours) == files(theirs)
        assert statistics(ours) == statistics(theirs)


@pytest.mark.usefixtures("compressed")
def test_so_are_those_of_terms_whose_postings_fill_many_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = created(tmp_path / "theirs")
    add_theirs(theirs, many())
    for batch in (1, 1000, 500_000):
        monkeypatch.setattr("search.index.whoosh_segment._BATCH_POSTINGS", batch)
        ours = created(tmp_path / str(batch))
        add_ours(ours, many())
        assert files(ours) == files(theirs)


def test_whoosh_searches_updates_and_merges_a_segment_as_if_it_were_its_own(tmp_path: Path) -> None:
    ours, theirs = created(tmp_path / "ours"), created(tmp_path / "theirs")
    add_ours(ours, many())
    add_theirs(theirs, many())
    for index in (ours, theirs):
        add_theirs(index, [entry("new", "boat1 weed lock"), entry("other", "only6")], delete="d2")
    assert statistics(ours) == statistics(theirs)
    found = scores(ours, "boat1", "weed", "only6", "only9")
    assert found == scores(theirs, "boat1", "weed", "only6", "only9")
    assert {number for number, _ in found} == {*range(701)} - {6, 7, 8} | {701}
    for index in (ours, theirs):
        add_theirs(index, [entry("third", "weed")], merge=True)
    assert len(files(ours)) == 1
    assert files(ours) == files(theirs)


def test_a_further_segment_is_added_to_an_index_of_either_kind(tmp_path: Path) -> None:
    for first in (add_ours, add_theirs):
        index = created(tmp_path / first.__name__)
        first(index, [entry("canal", "lock boat"), entry("bakery", "oven")])
        add_ours(index, [entry("buses", "fare boat")])
        assert len(files(index)) == 2
        assert [number for number, _ in scores(index, "boat")] == [0, 2]
        with index.reader() as reader:
            assert list(reader.lexicon("document")) == [b"bakery", b"buses", b"canal"]


@pytest.mark.usefixtures("compressed")
def test_an_index_is_written_from_the_files_of_an_inverter(tmp_path: Path) -> None:
    held = [entry("canal", "lock boat"), entry("bakery", "oven")]
    (tmp_path / "inverted").mkdir()
    inverter = Inverter(tmp_path / "inverted", LENGTHS)
    inverter.add(pack([terms for _, terms in held]))
    inverter.write()
    write_passages(tmp_path, tmp_path / "inverted", [id for id, _ in held])
    theirs = created(tmp_path / "theirs")
    add_theirs(theirs, held)
    assert files(FileStorage(str(tmp_path / "passages")).open_index()) == files(theirs)


def test_segments_name_the_codec_of_whoosh_so_that_any_whoosh_can_open_them(tmp_path: Path) -> None:
    index = created(tmp_path / "ours")
    add_ours(index, [entry("canal", "lock")])
    (segment,) = index._segments()
    assert type(segment.codec()) is W3Codec


def test_lengths_are_rounded_as_whoosh_rounds_them() -> None:
    texts = range(0, 110_000, 7)
    places = LENGTHS.searchsorted(texts).clip(max=255)
    assert places.tolist() == [length_to_byte(length) for length in texts]
    assert LENGTHS.tolist() == [byte_to_length(place) for place in range(256)]
    assert np.array_equal(LENGTHS.searchsorted(LENGTHS), np.arange(256))
