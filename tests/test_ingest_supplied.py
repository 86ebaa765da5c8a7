"""What a maintainer says of an article goes before or behind what it says itself, and is marked as theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.cli import show
from ingest.corpus import Corpus, survey
from ingest.reading import read
from ingest.sources import IngestError, Source, read_source
from ingest.supplied import (
    MAX_SIDECAR_BYTES,
    NOTHING_SUPPLIED,
    Supplied,
    apply,
    described,
    is_sidecar,
    read_sidecar,
    supplied_for,
    supplied_from_dict,
    supplied_to_dict,
)
from search.passages import Found, Metadata

PROSE = "The ferry crosses the river twice an hour, and a bell on either bank calls it out of turn.\n"
ARTICLE = f"The ferry at the old mill\n\nBy Ida Marl\n\nPublished 4 May 2020\n\n{PROSE}"
FRONT = f"---\ntitle: The ferry\npublished: 2019-03-02\n---\n\n{PROSE}"


def corpus(folder: Path, **files: str) -> Corpus:
    """A folder with these files surveyed; `__` in a name stands for a folder's slash, `_` for a full stop."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return survey([folder])


def metadata(corpus: Corpus, name: str) -> Metadata:
    """The metadata of one of the files, read with what is supplied for it."""
    return read(read_source(name, corpus.files[name]), corpus.supplied[name]).document.metadata


def by(origin: str, value: str) -> Found:
    return Found(value, origin, supplied=True)


# Whose word counts


def test_a_files_sidecar_goes_before_what_the_file_says_and_the_rest_stays_found(tmp_path: Path) -> None:
    there = corpus(
        tmp_path, ferry_txt=ARTICLE, ferry_txt_meta_yaml="title: The mill ferry\npublished: 2020-05-05\n"
    )
    assert metadata(there, "ferry.txt") == Metadata(
        title=by("ferry.txt.meta.yaml", "The mill ferry"),
        authors=(Found("Ida Marl", "line 3"),),
        published=by("ferry.txt.meta.yaml", "2020-05-05"),
    )


def test_a_files_sidecar_goes_before_front_matter(tmp_path: Path) -> None:
    there = corpus(tmp_path, ferry_md=FRONT, ferry_md_meta_yaml="title: The mill ferry\n")
    assert metadata(there, "ferry.md") == Metadata(
        title=by("ferry.md.meta.yaml", "The mill ferry"), published=by("front matter", "2019-03-02")
    )


def test_a_folders_sidecar_only_fills_in_what_the_file_does_not_say(tmp_path: Path) -> None:
    said = "title: A ferry\npublisher: River News\nauthor: Tom Fenn\ndate: 2001-01-01\nupdated: 2021-06-01\n"
    there = corpus(tmp_path, ferry_txt=ARTICLE, folder_meta_yaml=said)
    assert metadata(there, "ferry.txt") == Metadata(
        title=Found("The ferry at the old mill", "line 1"),
        publisher=by("folder.meta.yaml", "River News"),
        authors=(Found("Ida Marl", "line 3"),),
        published=Found("2020-05-04", "line 5"),
        updated=by("folder.meta.yaml", "2021-06-01"),
    )


def test_the_nearest_folder_comes_first_and_those_above_fill_in(tmp_path: Path) -> None:
    there = corpus(
        tmp_path,
        folder_meta_yaml="publisher: Root\nurl: https://root.example/\nupdated: 2001-01-01\n",
        a__folder_meta_yaml="publisher: Middle\nupdated: 2002-02-02\n",
        a__b__folder_meta_yaml="publisher: Near\n",
        a__b__ferry_txt=PROSE,
        a__other_txt=PROSE,
        far_txt=PROSE,
    )
    near = metadata(there, "a/b/ferry.txt")
    assert near.publisher == by("folder.meta.yaml", "Near")
    assert near.updated == by("folder.meta.yaml", "2002-02-02")
    assert near.url == by("folder.meta.yaml", "https://root.example/")
    middle, far = metadata(there, "a/other.txt"), metadata(there, "far.txt")
    assert (middle.publisher, far.publisher) == (
        by("folder.meta.yaml", "Middle"),
        by("folder.meta.yaml", "Root"),
    )


def test_a_sidecar_speaks_of_no_neighbour_and_of_no_folder_beside_its_own(tmp_path: Path) -> None:
    there = corpus(
        tmp_path,
        ferry_txt=PROSE,
        ferry_txt_meta_yaml="title: The ferry\n",
        ferry_md=PROSE,
        a__folder_meta_yaml="title: A\n",
        ab__ferry_txt=PROSE,
    )
    assert there.supplied["ferry.md"] == there.supplied["ab/ferry.txt"] == NOTHING_SUPPLIED


def test_front_matter_in_a_plain_text_is_supplied_and_no_text() -> None:
    document = read(Source("ferry.txt", FRONT.encode(), "")).document
    assert document.metadata == Metadata(
        title=by("front matter", "The ferry"), published=by("front matter", "2019-03-02")
    )
    assert document.text == PROSE.strip()
    assert document.origins[0].first == 6


def test_three_dashes_over_plain_words_are_no_front_matter() -> None:
    document = read(Source("ferry.txt", f"---\n{PROSE}---\n\n{PROSE}".encode(), "")).document
    assert document.text.count("The ferry crosses") == 2


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("authors: [Ida Marl, Tom Fenn]", ["Ida Marl", "Tom Fenn"]),
        ("authors:\n- Ida Marl\n-  Tom\n   Fenn", ["Ida Marl", "Tom Fenn"]),
        ("authors: Ida Marl", ["Ida Marl"]),
        ("author: Ida Marl", ["Ida Marl"]),
        ("author: [Ida Marl]", ["Ida Marl"]),
        ("Authors: Ida Marl", ["Ida Marl"]),
        ("authors: Marl, Ida", ["Marl, Ida"]),
        ("authors: []", []),
        ("authors:", []),
    ],
)
def test_authors_are_a_text_or_a_list(text: str, names: list[str]) -> None:
    found, _ = read_sidecar("a.txt.meta.yaml", text.encode())
    assert [(author.value, author.supplied) for author in found.authors] == [(name, True) for name in names]


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("published: 2021-05-11", "2021-05-11"),
        ("date: 11 May 2021", "2021-05-11"),
        ("published: 11/05/2021", "2021-05-11"),
        ("published: 2021-05-11\ndate: 2001-01-01", "2021-05-11"),
    ],
)
def test_a_date_may_be_written_in_any_usual_way(text: str, published: str) -> None:
    found, wrong = read_sidecar("north/a.txt.meta.yaml", text.encode())
    assert (found.published, wrong) == (by("a.txt.meta.yaml", published), ())


# What may be wrong with a sidecar

KEYS = "author, authors, date, published, publisher, title, updated, url"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("titel: The ferry", f"titel is no key of it: use {KEYS}"),
        ("published: soon", "published is no date: write it as 2021-05-11"),
        ("published: 2021-02-31", "published is no date: write it as 2021-05-11"),
        ("updated: '2021'", "updated is no date: write it as 2021-05-11"),
        ("url: ferry.example/a", "url is no web address: it begins with https://"),
        ("url: javascript:alert(1)", "url is no web address: it begins with https://"),
        ("title: [a, b", "not YAML with a key and a value on each line"),
        ("just words", "not YAML with a key and a value on each line"),
        ("- title", "not YAML with a key and a value on each line"),
        ("", "not YAML with a key and a value on each line"),
        ("? [a]\n: b", "not YAML with a key and a value on each line"),
        ("[" * 5_000, "not YAML with a key and a value on each line"),
        ("title: !!python/object/apply:os.getcwd []", "title is no text: write a value on its line"),
        ("title: {a: b}", "title is no text: write a value on its line"),
        ("publisher: [a]", "publisher is no text: write a value on its line"),
        ("authors: [{name: Ida}]", "authors is no text: write a value on its line, or a list"),
    ],
)
def test_what_is_wrong_with_a_sidecar_is_named_and_the_article_still_read(
    tmp_path: Path, text: str, problem: str
) -> None:
    there = corpus(tmp_path, ferry_txt=ARTICLE, ferry_txt_meta_yaml=text)
    assert there.sidecar_problems == {"ferry.txt.meta.yaml": problem}
    assert metadata(there, "ferry.txt") == Metadata(
        title=Found("The ferry at the old mill", "line 1"),
        authors=(Found("Ida Marl", "line 3"),),
        published=Found("2020-05-04", "line 5"),
    )


def test_the_right_values_of_a_sidecar_count_beside_the_wrong_ones_and_each_of_these_is_named(
    tmp_path: Path,
) -> None:
    there = corpus(
        tmp_path, ferry_txt=PROSE, ferry_txt_meta_yaml="title: Ferry\nurl: ferry\nupdated: never\n"
    )
    assert metadata(there, "ferry.txt") == Metadata(title=by("ferry.txt.meta.yaml", "Ferry"))
    assert there.sidecar_problems["ferry.txt.meta.yaml"] == (
        "url is no web address: it begins with https://; updated is no date: write it as 2021-05-11"
    )


def test_values_left_empty_are_neither_supplied_nor_wrong() -> None:
    text = b"title:\npublisher: ~\npublished: null\nauthors: ''\nurl: NULL\n"
    assert read_sidecar("a.txt.meta.yaml", text) == (Metadata(), ())


def test_a_sidecar_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    there = corpus(tmp_path, ferry_txt=PROSE)
    (tmp_path / "ferry.txt.meta.yaml").write_bytes("title: Fähre".encode("latin-1"))
    there = survey([tmp_path])
    assert there.sidecar_problems == {"ferry.txt.meta.yaml": "not UTF-8: save it as UTF-8"}


def test_a_sidecar_without_its_file_is_named(tmp_path: Path) -> None:
    there = corpus(tmp_path, ferry_txt=PROSE, mill_txt_meta_yaml="title: The mill\n")
    assert there.sidecar_problems == {"mill.txt.meta.yaml": "there is no mill.txt"}
    assert list(there.files) == ["ferry.txt"]


def test_a_sidecar_of_the_largest_size_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    text = "title: The ferry\n#"
    full = text + "x" * (MAX_SIDECAR_BYTES - len(text))
    there = corpus(tmp_path, a_txt=PROSE, b_txt=PROSE, a_txt_meta_yaml=full, b_txt_meta_yaml=f"{full}x")
    assert there.sidecar_problems == {"b.txt.meta.yaml": "larger than 0.064 MB: split it"}
    assert there.supplied["a.txt"].overriding.title == by("a.txt.meta.yaml", "The ferry")
    assert there.supplied["b.txt"] == NOTHING_SUPPLIED


def test_a_sidecar_that_is_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("title: Secret\n", encoding="utf-8")
    corpus(tmp_path / "articles", ferry_txt=PROSE)
    (tmp_path / "articles" / "ferry.txt.meta.yaml").symlink_to(tmp_path / "secret")
    there = survey([tmp_path / "articles"])
    assert there.sidecar_problems == {
        "ferry.txt.meta.yaml": "a symbolic link: put the file itself into the folder"
    }
    assert there.supplied["ferry.txt"] == NOTHING_SUPPLIED


def test_a_sidecar_of_lists_within_lists_is_refused_without_being_written_out() -> None:
    """Written out, these few lines would be two to the power of 400 words."""
    nested = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 400))
    _, wrong = read_sidecar("a.meta.yaml", f"a0: &a0 [x]\n{nested}url: *a399\ntitle: *a399\n".encode())
    assert "url is no text: write a value on its line" in wrong


# What a sidecar is, and what it makes be read again


@pytest.mark.parametrize(
    ("name", "sidecar", "of"),
    [
        ("a.txt.meta.yaml", True, "a.txt"),
        ("north/a.pdf.meta.yaml", True, "north/a.pdf"),
        ("folder.meta.yaml", True, None),
        ("north/folder.meta.yaml", True, None),
        ("meta.yaml", False, None),
        ("a.yaml", False, None),
        ("a.txt.meta.yml", False, None),
    ],
)
def test_a_sidecar_is_known_by_its_name(name: str, sidecar: bool, of: str | None) -> None:
    assert is_sidecar(name) is sidecar
    if sidecar:
        assert described(name) == of


def test_a_sidecar_is_never_an_article(tmp_path: Path) -> None:
    there = corpus(tmp_path, a_txt=PROSE, a_txt_meta_yaml="title: A\n", folder_meta_yaml="publisher: B\n")
    assert list(there.files) == list(there.states) == list(there.supplied) == ["a.txt"]


def test_a_changed_sidecar_changes_the_state_of_exactly_the_files_that_it_speaks_of(tmp_path: Path) -> None:
    there = corpus(
        tmp_path,
        a_txt=PROSE,
        b_txt=PROSE,
        c__a_txt=PROSE,
        c__d__a_txt=PROSE,
        c__d__folder_meta_yaml="publisher: Near\n",
    )

    def changed_by(name: str, text: str) -> set[str]:
        before = survey([tmp_path]).states
        (tmp_path / name).write_text(text, encoding="utf-8")
        after = survey([tmp_path]).states
        return {name for name in after if after[name] != before[name]}

    assert there.states["a.txt"].supplied == ""
    assert changed_by("a.txt.meta.yaml", "title: A\n") == {"a.txt"}
    assert changed_by("a.txt.meta.yaml", "title: A\npublisher: B\n") == {"a.txt"}
    assert changed_by("a.txt.meta.yaml", "publisher: B\ntitle:  A\n# the same\n") == set()
    assert changed_by("c/folder.meta.yaml", "url: https://a.example/\n") == {"c/a.txt", "c/d/a.txt"}
    assert changed_by("c/folder.meta.yaml", "url: https://a.example/\npublisher: Far\n") == {"c/a.txt"}
    assert changed_by("folder.meta.yaml", "updated: 2020-01-01\n") == {
        "a.txt", "b.txt", "c/a.txt", "c/d/a.txt"
    }  # fmt: skip
    assert changed_by("x.txt.meta.yaml", "title: X\n") == set()


def test_supplied_values_come_back_as_they_went() -> None:
    there = supplied_for(
        "n/a.txt",
        {
            "n/a.txt.meta.yaml": Metadata(title=by("a.txt.meta.yaml", "A"), authors=(by("x", "Ida"),)),
            "folder.meta.yaml": Metadata(published=by("folder.meta.yaml", "2020-01-01")),
        },
    )
    assert supplied_from_dict(supplied_to_dict(there)) == there
    assert apply(there, Metadata(title=Found("B", "line 1"))) == Metadata(
        title=by("a.txt.meta.yaml", "A"),
        authors=(by("x", "Ida"),),
        published=by("folder.meta.yaml", "2020-01-01"),
    )
    assert apply(Supplied(), Metadata(title=Found("B", "line 1"))) == Metadata(title=Found("B", "line 1"))


# One file shown


def test_one_file_is_shown_with_what_is_supplied_beside_it(tmp_path: Path) -> None:
    corpus(
        tmp_path, a_txt=ARTICLE, a_txt_meta_yaml="title: The ferry\n", folder_meta_yaml="publisher: News\n"
    )
    shown = show(tmp_path / "a.txt").document.metadata
    assert (shown.title, shown.publisher) == (
        by("a.txt.meta.yaml", "The ferry"),
        by("folder.meta.yaml", "News"),
    )


@pytest.mark.parametrize("name", ["", "a.txt.meta.yaml", "folder.meta.yaml"])
def test_a_folder_or_a_sidecar_cannot_be_shown(tmp_path: Path, name: str) -> None:
    corpus(tmp_path, a_txt=ARTICLE, a_txt_meta_yaml="title: A\n", folder_meta_yaml="publisher: B\n")
    with pytest.raises(IngestError, match="is not an article: give the file of one"):
        show(tmp_path / name)
