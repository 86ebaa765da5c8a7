"""What a run has to read is told from the bytes of the files and what was made of them before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ledger import Entry, Ledger, Plan, State, compare, read_ledger, reader_version, write_ledger

NOW = "reader-1"
READ = Entry("sha-a", "", document="a-1", passages=3)
FAILED = Entry("sha-a", "", failure="no text of an article in it")
KEPT = Entry("sha-a", "", document="a-1", passages=3, failure="no text of an article in it")


def plan(files: Mapping[str, State], before: Mapping[str, Entry], reader: str = NOW) -> Plan:
    return compare(files, Ledger(NOW, before), reader)


def state(sha256: str | None, supplied: str = "") -> State:
    return State(sha256, supplied)


def nothing(**named: object) -> Plan:
    """A plan with nothing in it but what is named."""
    empty = {
        "new": (),
        "changed": (),
        "moved": {},
        "gone": (),
        "unchanged": (),
        "failed": {},
        "copies": {},
        "unseen": {},
    }
    return Plan(**{**empty, **named})  # type: ignore[arg-type]  # the names are those of the fields


@pytest.mark.parametrize(
    ("files", "before", "expected"),
    [
        ({"a": state("sha-a")}, {}, nothing(new=("a",))),
        ({"a": state("sha-a")}, {"a": READ}, nothing(unchanged=("a",))),
        ({"a": state("sha-b")}, {"a": READ}, nothing(changed=("a",))),
        ({"a": state("sha-a", "values")}, {"a": READ}, nothing(changed=("a",))),
        ({}, {"a": READ}, nothing(gone=("a",))),
        ({"b": state("sha-a")}, {"a": READ}, nothing(moved={"b": "a"})),
        ({"b": state("sha-b")}, {"a": READ}, nothing(new=("b",), gone=("a",))),
        # A file that failed: the same bytes are not tried again, others are, and it is never "gone".
        ({"a": state("sha-a")}, {"a": FAILED}, nothing(failed={"a": "no text of an article in it"})),
        ({"a": state("sha-a")}, {"a": KEPT}, nothing(failed={"a": "no text of an article in it"})),
        ({"a": state("sha-b")}, {"a": FAILED}, nothing(changed=("a",))),
        ({"a": state("sha-a", "values")}, {"a": FAILED}, nothing(changed=("a",))),
        ({}, {"a": FAILED}, nothing()),
        ({}, {"a": KEPT}, nothing(gone=("a",))),
        # A file that cannot be opened fails whatever was made of it before.
        ({"a": State(None, "", "a picture")}, {}, nothing(failed={"a": "a picture"})),
        ({"a": State(None, "", "a picture")}, {"a": READ}, nothing(failed={"a": "a picture"})),
        ({"a": state("sha-a")}, {"a": Entry(None, "", failure="a picture")}, nothing(changed=("a",))),
        # A folder that cannot be listed: what was in it is not gone, what was beside it is.
        (
            {"f": State(None, "", "cannot be read", is_folder=True)},
            {"f/a": READ, "f/g/b": READ, "fa": READ},
            nothing(
                failed={"f": "cannot be read"},
                gone=("fa",),
                unseen={"f/a": "its folder cannot be read", "f/g/b": "its folder cannot be read"},
            ),
        ),
        ({"f": State(None, "", "a link")}, {"f/a": READ}, nothing(failed={"f": "a link"}, gone=("f/a",))),
        # Copies: the first by name, unless another had the document.
        ({"a": state("s"), "b": state("s")}, {}, nothing(new=("a",), copies={"b": "a"})),
        (
            {"a": state("sha-a"), "b": state("sha-a")},
            {"b": READ},
            nothing(unchanged=("b",), copies={"a": "b"}),
        ),
        (
            {"a": state("sha-a"), "b": state("sha-a"), "c": state("sha-a")},
            {"b": READ, "c": Entry("sha-a", "", same_as="b")},
            nothing(unchanged=("b",), copies={"a": "b", "c": "b"}),
        ),
        # The other takes over when the one that had the document goes, or says something else.
        ({"b": state("sha-a")}, {"a": READ, "b": Entry("sha-a", "", same_as="a")}, nothing(moved={"b": "a"})),
        (
            {"a": state("sha-c"), "b": state("sha-a")},
            {"a": READ, "b": Entry("sha-a", "", same_as="a")},
            nothing(new=("b",), changed=("a",)),
        ),
        # One that had another text of its own becomes a copy.
        (
            {"a": state("sha-b"), "b": state("sha-b")},
            {"a": READ, "b": Entry("sha-b", "", document="b-1")},
            nothing(unchanged=("b",), copies={"a": "b"}),
        ),
        # Files that cannot be opened have no bytes to share.
        (
            {"a": State(None, "", "a picture"), "b": State(None, "", "a picture")},
            {},
            nothing(failed={"a": "a picture", "b": "a picture"}),
        ),
        # Of two files that are gone each is moved once.
        (
            {"c": state("sha-a"), "d": state("sha-b")},
            {"a": READ, "b": Entry("sha-b", "", document="b-1")},
            nothing(moved={"c": "a", "d": "b"}),
        ),
    ],
)
def test_what_has_to_be_done(files: Mapping[str, State], before: Mapping[str, Entry], expected: Plan) -> None:
    assert plan(files, before) == expected


@pytest.mark.parametrize("entry", [READ, FAILED, KEPT])
def test_another_reader_reads_everything_again(entry: Entry) -> None:
    assert plan({"a": state("sha-a")}, {"a": entry}, "reader-2") == nothing(changed=("a",))


def test_without_a_ledger_everything_is_new() -> None:
    files = {"a": state("sha-a"), "b": state("sha-b")}
    assert compare(files, Ledger(), NOW) == nothing(new=("a", "b"))


def test_what_is_to_be_read_is_the_new_the_changed_and_the_moved_in_order_of_name() -> None:
    files = {"z": state("sha-a"), "b": state("sha-n"), "c": state("sha-d"), "d": state("sha-e")}
    before = {"a": READ, "c": Entry("sha-c", "", document="c-1"), "d": Entry("sha-e", "", document="d-1")}
    done = plan(files, before)
    assert (done.new, done.changed, done.moved) == (("b",), ("c",), {"z": "a"})
    assert done.to_read == ("b", "c", "z")


def test_a_ledger_comes_back_as_it_was_written(tmp_path: Path) -> None:
    noted = Entry("s", "v", "a-1", 4, None, False, False, ("run_together",), {"above the article": 7})
    ledger = Ledger(NOW, {"a": noted, "b": KEPT, "c": Entry("s", "", same_as="a"), "d\ufffd": FAILED})
    write_ledger(tmp_path, ledger)
    assert read_ledger(tmp_path) == ledger


def test_a_generation_without_a_ledger_has_an_empty_one(tmp_path: Path) -> None:
    assert read_ledger(tmp_path) == Ledger()


def package(folder: Path, **modules: str) -> Path:
    (folder / "readers").mkdir(parents=True)
    for name, text in {"cleaning": "a = 1\n", "cli": "b = 1\n", **modules}.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "readers" / "html.py").write_text("c = 1\n", encoding="utf-8")
    return folder


def test_the_readers_version_changes_with_what_makes_documents_and_with_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(folder: Path) -> str:
        monkeypatch.setattr("ingest.ledger._PACKAGE", folder)
        return reader_version()

    first = version(package(tmp_path / "1"))
    assert version(package(tmp_path / "2")) == first
    assert version(package(tmp_path / "3", cli="b = 2\n")) == first
    assert version(package(tmp_path / "4", cleaning="a = 2\n")) != first
    (package(tmp_path / "5") / "readers" / "html.py").write_text("c = 2\n", encoding="utf-8")
    assert version(tmp_path / "5") != first
    monkeypatch.setattr("importlib.metadata.version", lambda library: "99")
    assert version(tmp_path / "1") != first


_NAMES = st.sampled_from("abcdef")
_HASHES = st.sampled_from(["s1", "s2", "s3"])
_STATES = st.one_of(
    st.builds(State, _HASHES, st.sampled_from(["", "v"])), st.just(State(None, "", "a picture"))
)
_ENTRIES = st.one_of(
    st.builds(Entry, _HASHES, st.just(""), document=st.just("d"), passages=st.just(1)),
    st.builds(Entry, _HASHES, st.just(""), failure=st.just("broken")),
    st.builds(Entry, _HASHES, st.just(""), document=st.just("d"), failure=st.just("broken")),
    st.builds(Entry, _HASHES, st.just(""), same_as=_NAMES),
)


@given(files=st.dictionaries(_NAMES, _STATES), before=st.dictionaries(_NAMES, _ENTRIES))
def test_every_file_is_in_one_part_of_a_plan_and_what_is_gone_in_none(
    files: dict[str, State], before: dict[str, Entry]
) -> None:
    done = plan(files, before)
    parts = [*done.new, *done.changed, *done.moved, *done.unchanged, *done.failed, *done.copies]
    assert sorted(parts) == sorted(files)
    left = sorted(name for name, entry in before.items() if entry.document and name not in files)
    assert sorted([*done.gone, *done.moved.values()]) == left
    for name, other in done.copies.items():
        assert other not in done.copies
        assert files[name].sha256 == files[other].sha256
