"""Which files of a folder are read, and how their bytes become text."""

from __future__ import annotations

import hashlib
import os
import resource
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest import sources
from ingest.formats import Format
from ingest.sources import File, IngestError, Source, Unreadable, decode, find_files, read_source


def source(data: bytes, name: str = "lock.txt") -> Source:
    return Source(name, data, hashlib.sha256(data).hexdigest())


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("The lock is open.", encoding="utf-8")


# Which files


def test_files_are_named_by_their_path_below_the_folder_and_come_in_order_of_name(tmp_path: Path) -> None:
    touch(tmp_path, "weir.txt", "locks/upper.md", "basin.html")
    assert list(find_files([tmp_path])) == ["basin.html", "locks/upper.md", "weir.txt"]
    assert find_files([tmp_path])["locks/upper.md"] == File(tmp_path / "locks" / "upper.md", tmp_path, 1)


def test_hidden_files_and_what_lies_in_hidden_folders_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, ".draft.txt", ".trash/old.txt", "locks/.swp.txt", "weir.txt")
    assert list(find_files([tmp_path])) == ["weir.txt"]


def test_a_hidden_folder_that_is_given_itself_is_read(tmp_path: Path) -> None:
    touch(tmp_path, ".private/weir.txt")
    assert list(find_files([tmp_path / ".private"])) == ["weir.txt"]


def test_an_empty_folder_holds_no_files(tmp_path: Path) -> None:
    assert find_files([tmp_path]) == {}


def test_one_file_may_be_given_and_is_named_by_its_own_name(tmp_path: Path) -> None:
    touch(tmp_path, "locks/upper.md", "locks/lower.md")
    upper = tmp_path / "locks" / "upper.md"
    assert find_files([upper]) == {"upper.md": File(upper, upper.parent)}


def test_a_path_that_does_not_exist_is_named_with_what_to_give_instead(tmp_path: Path) -> None:
    with pytest.raises(IngestError) as caught:
        find_files([tmp_path / "nowhere"])
    assert str(caught.value) == (
        f"{tmp_path / 'nowhere'} does not exist: give a folder of articles, or one article"
    )


def test_two_folders_may_hold_files_of_the_same_name(tmp_path: Path) -> None:
    touch(tmp_path, "north/lock.txt", "south/lock.txt")
    assert list(find_files([tmp_path / "south", tmp_path / "north"])) == ["north/lock.txt", "south/lock.txt"]


def test_two_files_that_end_up_with_one_name_are_refused_with_what_to_give_instead(tmp_path: Path) -> None:
    touch(tmp_path, "north/docs/lock.txt", "south/docs/lock.txt")
    with pytest.raises(IngestError) as caught:
        find_files([tmp_path / "north" / "docs", tmp_path / "south" / "docs"])
    assert str(caught.value) == "two of the given paths hold docs/lock.txt: give the folder above them"


def test_a_path_given_twice_counts_once(tmp_path: Path) -> None:
    touch(tmp_path, "north/lock.txt")
    folder = tmp_path / "north"
    assert list(find_files([folder, folder])) == ["north/lock.txt"]


def test_a_link_to_a_folder_is_not_followed_so_that_a_link_to_its_own_parent_ends(tmp_path: Path) -> None:
    touch(tmp_path, "locks/upper.md")
    (tmp_path / "locks" / "above").symlink_to(tmp_path, target_is_directory=True)
    assert list(find_files([tmp_path])) == ["locks/above", "locks/upper.md"]


# Reading them


def test_a_file_is_read_with_the_hash_of_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "Lock.TXT").write_bytes(b"Caf\xc3\xa9\r\n")
    read = read_source("locks/Lock.TXT", File(tmp_path / "Lock.TXT", tmp_path))
    assert (read.name, read.data, read.format) == ("locks/Lock.TXT", b"Caf\xc3\xa9\r\n", Format.TEXT)
    assert read.sha256 == hashlib.sha256(b"Caf\xc3\xa9\r\n").hexdigest()


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    touch(tmp_path, "lock.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "lock.txt")
    with pytest.raises(Unreadable, match=r"^a symbolic link: put the file itself into the folder$"):
        read_source("link.txt", File(tmp_path / "link.txt", tmp_path))


def test_a_dangling_link_is_called_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    assert list(find_files([tmp_path])) == ["link.txt"]
    with pytest.raises(Unreadable, match=r"^a symbolic link"):
        read_source("link.txt", File(tmp_path / "link.txt", tmp_path))


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(Unreadable, match=r"^not a regular file$"):
        read_source("pipe.txt", File(tmp_path / "pipe.txt", tmp_path))


def test_a_file_that_is_gone_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"^cannot be read: No such file or directory$"):
        read_source("gone.txt", File(tmp_path / "gone.txt", tmp_path))


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MAX_BYTES", {Format.TEXT: 3_000_000})
    path = tmp_path / "ledger.txt"
    path.write_bytes(b"x" * 3_000_000)
    assert len(read_source("ledger.txt", File(path, tmp_path)).data) == 3_000_000
    path.write_bytes(b"x" * 3_000_001)
    with pytest.raises(Unreadable, match=r"^larger than 3 MB: split it$"):
        read_source("ledger.txt", File(path, tmp_path))


# Their bytes as text


@pytest.mark.parametrize(
    "data",
    [
        "Café – 5 °C".encode(),
        "Café – 5 °C".encode("utf-8-sig"),
        b"\xff\xfe" + "Café – 5 °C".encode("utf-16-le"),
        b"\xfe\xff" + "Café – 5 °C".encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16 little", "utf-16 big"],
)
def test_a_byte_order_mark_decides_and_is_no_part_of_the_text(data: bytes) -> None:
    assert decode(source(data)) == "Café – 5 °C"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"one\r\ntwo\rthree\nfour", "one\ntwo\nthree\nfour"),
        (b"one\r\n\r\ntwo", "one\n\ntwo"),
        (b"Cafe\xcc\x81", "Caf\u00e9"),  # e and a combining accent
        (b"", ""),
    ],
)
def test_line_ends_become_newlines_and_letters_are_composed(data: bytes, text: str) -> None:
    assert decode(source(data)) == text


def test_nul_bytes_make_a_binary_file_whatever_its_name() -> None:
    with pytest.raises(Unreadable, match=r"^a binary file, whatever its name says$"):
        decode(source(b"PK\x03\x04\x00\x00lock", "lock.md"))


def test_bytes_that_are_not_utf_8_are_named_with_their_place() -> None:
    with pytest.raises(Unreadable) as caught:
        decode(source(b"The caf\xe9 by the lock"))
    assert str(caught.value) == "not UTF-8 (byte 0xe9 at position 7): save it as UTF-8"


@pytest.mark.parametrize(
    "data",
    [b"\xff\xfeA", b"\xff\xfe\x00\xd8A\x00", b"\xfe\xff\xd8\x00\x00A"],
    ids=["half a unit", "a lone surrogate", "a lone surrogate, big"],
)
def test_damaged_utf_16_is_unreadable_and_not_guessed(data: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(source(data))


def test_a_page_with_a_byte_order_mark_is_not_read_in_the_encoding_that_it_declares() -> None:
    page = b'\xef\xbb\xbf<meta charset="windows-1252"><p>caf\xe9</p>'
    with pytest.raises(Unreadable):
        decode(source(page, "lock.html"))


@pytest.mark.parametrize(
    "declaration",
    [
        '<meta charset="windows-1252">',
        "<META CHARSET=windows-1252>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">',
        '<?xml version="1.0" encoding="windows-1252"?>',
        "<meta charset = 'windows-1252' >",
        "<title>Lock</title><style>" + "a {} " * 800 + '</style><meta charset="windows-1252">',
    ],
)
@pytest.mark.parametrize("name", ["lock.html", "lock.HTM", "lock.xhtml"])
def test_a_page_is_read_in_the_encoding_that_it_declares(declaration: str, name: str) -> None:
    page = f"{declaration}<p>The café’s lock – open</p>"
    assert decode(source(page.encode("windows-1252"), name)) == page


@pytest.mark.parametrize("label", ["iso-8859-1", "ISO-8859-1", "latin1"])
def test_a_page_that_declares_latin_1_means_windows_1252(label: str) -> None:
    page = f'<meta charset="{label}"><p>The café’s lock – “open”</p>'
    assert decode(source(page.encode("windows-1252"), "lock.html")) == page


def test_utf_8_goes_before_what_a_page_declares() -> None:
    page = '<meta charset="windows-1252"><p>café</p>'
    assert decode(source(page.encode(), "lock.html")) == page


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("lock.txt", b'<meta charset="windows-1252"> caf\xe9'),
        ("lock.md", b'<meta charset="windows-1252"> caf\xe9'),
        ("lock.html", b'<meta charset="no-such-set"> caf\xe9'),
        ("lock.html", b'<meta charset="ascii"> caf\xe9'),
        ("lock.html", b'<meta charset="hex"> caf\xe9'),
        ("lock.html", b'<meta charset="utf-8"> caf\xe9'),
        ("lock.html", b"xy " * 6_000 + b'<meta charset="windows-1252"> caf\xe9' * 20),
        ("lock.html", b"caf\xe9"),
    ],
    ids=["text", "markdown", "unknown", "wrong", "no text codec", "utf-8", "too late", "none"],
)
def test_a_declaration_that_does_not_hold_is_not_replaced_by_a_guess(name: str, data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^not UTF-8 \(byte 0xe9 at position [\d,]+\): save it as UTF-8$"):
        decode(source(data, name))


def decoded(read: Source) -> str | Unreadable:
    try:
        return decode(read)
    except Unreadable as error:
        return error


@given(data=st.binary(max_size=80), name=st.sampled_from(["a.txt", "a.html", "a.md"]))
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_decoded_or_unreadable(data: bytes, name: str) -> None:
    result = decoded(source(data, name))
    if isinstance(result, Unreadable):
        assert "\n" not in str(result)
    else:
        assert "\r" not in result
        assert unicodedata.is_normalized("NFC", result)


@given(charset=st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=2, max_size=12))
@example(charset="undefined")
@example(charset="idna")
@example(charset="base64")
@example(charset="rot13")
@settings(deadline=None, max_examples=60)
def test_whatever_encoding_a_page_declares_it_is_decoded_or_unreadable(charset: str) -> None:
    result = decoded(source(f'<meta charset="{charset}"><p>caf'.encode() + b"\xe9</p>", "lock.html"))
    assert str(result).endswith(("save it as UTF-8", "</p>"))


@given(text=st.text(max_size=80).filter(lambda text: "\0" not in text))
@settings(deadline=None, max_examples=100)
def test_text_that_is_saved_as_utf_8_comes_back_composed(text: str) -> None:
    expected = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    assert decode(source(text.encode("utf-8-sig"))) == expected


@pytest.mark.parametrize(("letters", "readable"), [(2_000, True), (400, False)])
def test_a_page_may_have_few_broken_characters_and_shows_where(letters: int, readable: bool) -> None:
    data = b"<p>The caf\xe9 is open.</p>" + b"<p>" + b"a " * (letters // 2) + b"</p>"
    if readable:
        assert decode(source(data, "lock.html")).startswith("<p>The caf\ufffd is open.</p>")
        with pytest.raises(Unreadable, match="not UTF-8"):
            decode(source(data, "lock.txt"))
    else:
        with pytest.raises(Unreadable, match="not UTF-8"):
            decode(source(data, "lock.html"))


def test_a_run_without_file_handles_takes_no_file_for_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lock was closed in May.")
    (file,) = find_files([tmp_path]).values()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, before[1]))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            read_source("a.txt", file)
        with pytest.raises(OSError, match="Too many open files"):
            find_files([tmp_path])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert read_source("a.txt", file).data
