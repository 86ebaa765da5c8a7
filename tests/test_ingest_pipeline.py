"""A run from files to a published index, its report, and the command line."""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from ingest import pipeline
from ingest.cli import main, show
from ingest.pipeline import ingest
from ingest.report import Skipped
from ingest.sources import IngestError, Unreadable
from search.answering import answer
from search.errors import IndexBusy
from search.index.generations import open_current
from search.passages import Document, Passage

ROOT = Path(pipeline.__file__).parents[1]

LOCK = """Why the upper lock was closed

Published 4 May 2020

The upper lock was closed because a gate had cracked, and the trust had no spare gate for it.

What the trust did:

• it ordered a gate of green oak
• it pumped the basin dry
"""
LOCK_TEXT = (
    "The upper lock was closed because a gate had cracked, and the trust had no spare gate for it.\n\n"
    "What the trust did:\n- it ordered a gate of green oak\n- it pumped the basin dry"
)
BASIN = "The basin is drained every tenth winter so that the puddled clay can be mended by hand.\n"
WEIR = """---
title: The weir
authors: [Ida Marl, Tom Fenn]
publisher: Canal News
published: 2019-03-02
updated: 2019-03-05
url: https://canal.example/weir
---
The weir holds the water of the basin at two metres, winter and summer.

## Its keeper

The keeper of the weir is Una Birch.
"""
KINDS = "(HTML, PDF, Word, Markdown and text files are read)"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with two articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "lock.txt").write_text(LOCK, encoding="utf-8")
    (folder / "weir.md").write_text(WEIR, encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def contents(index: Path) -> dict[str, tuple[Document, list[Passage]]]:
    """Every document of the current generation with its passages, by its source."""
    engine = open_current(index)
    documents = engine.documents(engine.document_ids()).values()
    held = {document.source: (document, list(engine.passages(document.id))) for document in documents}
    engine.close()
    return held


def assert_answers(index: Path, question: str, words: str) -> None:
    engine = open_current(index)
    reply = answer(question, engine)
    engine.close()
    assert reply.quoted is not None
    assert words in reply.quoted.passage.text


def assert_still_answers_from_the_first(index: Path) -> None:
    assert json.loads((index / "CURRENT").read_text(encoding="utf-8"))["generation"] == "g000001"
    assert_answers(index, "Why was the upper lock closed?", "a gate had cracked")


# A run


def test_a_run_publishes_every_article_and_reports_on_it(articles: Path, index: Path) -> None:
    report = ingest([articles], index)
    assert (report.index.generation, report.index.documents, report.index.passages) == ("g000001", 2, 3)
    assert (report.skipped, report.undated, report.untitled) == ((), (), ())
    held = contents(index)
    assert list(held) == ["lock.txt", "weir.md"]
    assert held["lock.txt"][0].text == LOCK_TEXT
    assert [passage.text for passage in held["lock.txt"][1]] == [LOCK_TEXT]
    assert [passage.heading_path for passage in held["weir.md"][1]] == [(), ("Its keeper",)]


def test_what_was_published_answers(articles: Path, index: Path) -> None:
    ingest([articles], index)
    assert_answers(index, "Why was the upper lock closed?", "a gate had cracked")


def test_the_same_files_give_the_same_documents_and_ids_twice(articles: Path, index: Path) -> None:
    ingest([articles], index)
    first = contents(index)
    report = ingest([articles], index, full=True)
    assert report.index.generation == "g000002"
    assert contents(index) == first


def test_a_documents_id_does_not_depend_on_what_else_is_there(articles: Path, index: Path) -> None:
    ingest([articles], index)
    before = contents(index)["weir.md"]
    (articles / "lock.txt").unlink()
    (articles / "aqueduct.txt").write_text(
        "The aqueduct leaks in frost, as every old aqueduct in these hills does.\n", encoding="utf-8"
    )
    ingest([articles], index)
    held = contents(index)
    assert list(held) == ["aqueduct.txt", "weir.md"]
    assert held["weir.md"] == before


def test_two_folders_with_files_of_the_same_name_are_both_indexed(tmp_path: Path, index: Path) -> None:
    for name in ("north", "south"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "lock.txt").write_text(LOCK.replace("upper", name), encoding="utf-8")
    ingest([tmp_path / "north", tmp_path / "south"], index)
    held = contents(index)
    assert list(held) == ["north/lock.txt", "south/lock.txt"]
    assert len({document.id for document, _ in held.values()}) == 2


def test_progress_sees_every_name_in_order(articles: Path, index: Path) -> None:
    seen: list[str] = []

    def watch(names: Iterable[str]) -> Iterator[str]:
        for name in names:
            seen.append(name)
            yield name

    ingest([articles], index, watch)
    assert seen == ["lock.txt", "weir.md"]


def test_each_skipped_file_is_reported_with_its_reason(articles: Path, index: Path) -> None:
    (articles / "a-picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    (articles / "b-latin.txt").write_bytes("Die Schleuse öffnet früh.".encode("latin-1"))
    (articles / "c-menu.txt").write_text("Skip to content\n\nMenu\n", encoding="utf-8")
    with (articles / "d-large.txt").open("wb") as large:
        large.truncate(20_000_001)
    (articles / "e-link.txt").symlink_to(articles / "lock.txt")
    os.mkfifo(articles / "f-pipe.txt")
    (articles / "g-style.css").write_text("main { margin: 0 }", encoding="utf-8")
    (articles / "h-old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (articles / "i-folder").symlink_to(articles, target_is_directory=True)
    (articles / ".hidden.txt").write_text(LOCK, encoding="utf-8")
    report = ingest([articles], index)
    assert report.skipped == (
        Skipped("a-picture.txt", "a picture"),
        Skipped("b-latin.txt", "not UTF-8 (byte 0xf6 at position 13): save it as UTF-8"),
        Skipped("c-menu.txt", "no text of an article in it"),
        Skipped("d-large.txt", "larger than 20 MB: split it"),
        Skipped("e-link.txt", "a symbolic link: put the file itself into the folder"),
        Skipped("f-pipe.txt", "not a regular file"),
        Skipped(
            "g-style.css", ".css is no ending of an article: HTML, PDF, Word, .md and .txt files are read"
        ),
        Skipped("h-old.doc", "an old or password-protected Office file: save it as .docx without a password"),
        Skipped("i-folder", "a symbolic link: put the file itself into the folder"),
    )
    assert list(contents(index)) == ["lock.txt", "weir.md"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nothing.txt", b""),
        ("nothing.txt", b"\xef\xbb\xbf \n\n"),
        ("nothing.md", b""),
        ("nothing.md", b"---\n---\n"),
        ("nothing.md", b"---\ntitle: Nothing\n---\n"),
        ("nothing.html", b""),
        ("nothing.html", b"\n"),
        ("nothing.html", b"\xef\xbb\xbf"),
        ("nothing.html", b"<html><head><title>Nothing</title></head></html>"),
    ],
)
def test_a_file_without_words_is_skipped_and_the_rest_goes_on(
    articles: Path, index: Path, name: str, data: bytes
) -> None:
    (articles / name).write_bytes(data)
    report = ingest([articles], index)
    assert report.skipped == (Skipped(name, "no text of an article in it"),)
    assert report.index.documents == 2


def test_damaged_front_matter_stops_neither_the_file_nor_the_run(articles: Path, index: Path) -> None:
    damaged = WEIR.replace("2019-03-02", "2019-02-31")
    (articles / "weir.md").write_text(damaged, encoding="utf-8")
    report = ingest([articles], index)
    assert (report.index.documents, report.skipped) == (2, ())


def test_a_file_name_that_is_not_utf_8_does_not_stop_the_run(articles: Path, index: Path) -> None:
    try:
        (articles / os.fsdecode(b"caf\xe9.txt")).write_text(BASIN, encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes no file names but UTF-8")
    ingest([articles], index)
    assert set(contents(index)) == {"lock.txt", "weir.md", "caf\\xe9.txt"}


def test_half_a_character_in_front_matter_does_not_spoil_the_answer(articles: Path, index: Path) -> None:
    spoilt = WEIR.replace("title: The weir", 'title: "The weir \\ud83c"')
    (articles / "weir.md").write_text(spoilt, encoding="utf-8")
    ingest([articles], index)
    document, _ = contents(index)["weir.md"]
    assert "\ud83c" not in document.label


def test_documents_without_a_date_or_a_title_are_named(articles: Path, index: Path) -> None:
    prose = "The basin is drained every tenth winter so that the puddled clay can be mended by hand."
    (articles / "basin.txt").write_text(f"{prose}\n", encoding="utf-8")
    (articles / "clay.md").write_text(f"# Clay\n\n{prose}\n", encoding="utf-8")
    (articles / "updated.md").write_text(
        f"---\ntitle: Mud\nupdated: 2020-01-01\n---\n{prose}\n", encoding="utf-8"
    )
    report = ingest([articles], index)
    assert report.undated == ("basin.txt", "clay.md")
    assert report.untitled == ("basin.txt",)


def test_a_file_that_is_gone_by_the_time_it_is_read_is_skipped(articles: Path, index: Path) -> None:
    def lose_one(names: Iterable[str]) -> Iterator[str]:
        (articles / "weir.md").unlink()
        return names

    report = ingest([articles], index, lose_one)
    assert report.skipped == (Skipped("weir.md", "cannot be read: No such file or directory"),)
    assert report.index.documents == 1


# A run that fails


def test_an_empty_folder_leaves_the_index_before_answering(
    articles: Path, index: Path, tmp_path: Path
) -> None:
    ingest([articles], index)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(IngestError) as caught:
        ingest([empty], index)
    assert str(caught.value) == f"no article to index in {empty} {KINDS}"
    assert_still_answers_from_the_first(index)


def test_a_folder_of_unreadable_files_says_what_is_wrong_with_the_first(tmp_path: Path, index: Path) -> None:
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_bytes(b"Menu")
    (tmp_path / "articles" / "b.txt").write_bytes(b"\0")
    with pytest.raises(IngestError) as caught:
        ingest([tmp_path / "articles"], index)
    assert str(caught.value) == (
        f"no article to index in {tmp_path / 'articles'} {KINDS}; a.txt: no text of an article in it"
    )


def test_a_run_that_breaks_off_leaves_the_index_before_answering(articles: Path, index: Path) -> None:
    ingest([articles], index)

    def break_off(names: Iterable[str]) -> Iterator[str]:
        yield next(iter(names))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest([articles], index, break_off, full=True)
    assert sorted(path.name for path in index.iterdir()) == ["CURRENT", "LOCK", "g000001"]
    assert_still_answers_from_the_first(index)
    assert ingest([articles], index, full=True).index.generation == "g000002"


def test_a_path_that_does_not_exist_fails_before_anything_is_touched(tmp_path: Path, index: Path) -> None:
    with pytest.raises(IngestError, match="does not exist: give a folder of articles, or one article"):
        ingest([tmp_path / "nowhere"], index)
    assert not index.exists()


def test_two_runs_at_once_are_refused(articles: Path, index: Path) -> None:
    index.mkdir()
    with (index / "LOCK").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(IndexBusy, match=r"another process is building .*: wait until it has finished"):
            ingest([articles], index)
    assert ingest([articles], index).index.documents == 2


# One file


def test_a_file_that_makes_no_document_says_why(tmp_path: Path) -> None:
    (tmp_path / "menu.txt").write_text("Menu\n", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"menu.txt: no text of an article in it$"):
        show(tmp_path / "menu.txt")


@pytest.mark.parametrize("name", ["LOCK.TXT", "lock.Txt"])
def test_endings_are_read_in_any_case(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(LOCK, encoding="utf-8")
    assert show(tmp_path / name).document.text == LOCK_TEXT


# The command line, in this process


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, stdout and stderr, the progress bar left out."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as end:
        status = int(end.code or 0)
    out, err = capsys.readouterr()
    return (
        status,
        out,
        "\n".join(line for line in re.split(r"[\r\n]+", err) if line and "reading" not in line),
    )


def test_a_run_prints_counts_on_stdout_and_exits_with_0(
    articles: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, articles, "--index", index) == (
        0,
        "words left out: 10 above the article (--show FILE prints them)\n"
        f"2 documents, 3 passages, 0 files skipped: published as g000001 in {index}\n",
        "",
    )


def test_a_run_names_on_stderr_what_needs_an_eye(
    articles: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (articles / "a.txt").write_bytes(b"\0")
    (articles / "b.txt").write_text(
        "The basin is drained every tenth winter, and the clay is mended.\n", encoding="utf-8"
    )
    status, out, err = run(capsys, articles, "--index", index)
    assert status == 0
    assert out.splitlines() == [
        "words left out: 10 above the article (--show FILE prints them)",
        f"3 documents, 4 passages, 1 files skipped: published as g000001 in {index}",
    ]
    assert err.splitlines() == [
        "skipped a.txt: a binary file, whatever its name says",
        "no title found in b.txt: it is listed under its file name",
        "no date found in b.txt: its quotations are marked as undated",
    ]


def test_a_failed_run_says_what_to_do_in_one_line_and_exits_with_1(
    tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nowhere"
    assert run(capsys, nowhere, "--index", index) == (
        1, "", f"ingest: {nowhere} does not exist: give a folder of articles, or one article"
    )  # fmt: skip


def test_an_empty_run_says_what_to_do_in_one_line_and_exits_with_1(
    tmp_path: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert run(capsys, tmp_path / "empty", "--index", index) == (
        1, "", f"ingest: no article to index in {tmp_path / 'empty'} {KINDS}"
    )  # fmt: skip


def test_a_busy_index_is_told_in_one_line_with_exit_1(
    articles: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index.mkdir()
    with (index / "LOCK").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert run(capsys, articles, "--index", index) == (
            1, "", f"ingest: another process is building {index}: wait until it has finished"
        )  # fmt: skip


def test_an_index_that_cannot_be_written_is_told_in_one_line_with_exit_1(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    status, out, err = run(capsys, articles, "--index", tmp_path / "file")
    assert (status, out) == (1, "")
    assert err.startswith("ingest: ")
    assert str(tmp_path / "file") in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--show", "weir.md", "corpus"], "--show FILE goes with --json only"),
        (["--show", "weir.md", "--full"], "--show FILE goes with --json only"),
        (["--frobnicate"], "unrecognized arguments: --frobnicate"),
        (["--show"], "argument --show: expected one argument"),
        (["--index"], "argument --index: expected one argument"),
    ],
)
def test_misuse_exits_with_2_and_the_usage(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: python -m ingest")
    assert err.endswith(f"python -m ingest: error: {complaint}")


def test_show_prints_what_was_found_where_and_the_passages(
    articles: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = """title:     The weir  [front matter, supplied]
publisher: Canal News  [front matter, supplied]
published: 2019-03-02  [front matter, supplied]
updated:   2019-03-05  [front matter, supplied]
url:       https://canal.example/weir  [front matter, supplied]
authors:   Ida Marl  [front matter, supplied]; Tom Fenn  [front matter, supplied]

[1] (no heading)  (line 9)
The weir holds the water of the basin at two metres, winter and summer.

[2] Its keeper  (line 13)
The keeper of the weir is Una Birch.
"""
    assert run(capsys, "--show", articles / "weir.md", "--index", index) == (0, shown, "")
    assert not index.exists()


def test_show_prints_a_dash_for_what_the_file_does_not_say(
    articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "--show", articles / "lock.txt")
    assert out.splitlines()[:6] == [
        "title:     Why the upper lock was closed  [line 1]",
        "publisher: -",
        "published: 2020-05-04  [line 3]",
        "updated:   -",
        "url:       -",
        "authors:   -",
    ]


def test_show_json_prints_the_document_as_data(articles: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "--show", articles / "weir.md", "--json")
    lead = "The weir holds the water of the basin at two metres, winter and summer."
    keeper = "The keeper of the weir is Una Birch."
    supplied = {"origin": "front matter", "supplied": True}
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "title": "The weir",
        "publisher": "Canal News",
        "authors": ["Ida Marl", "Tom Fenn"],
        "published": "2019-03-02",
        "updated": "2019-03-05",
        "sections": [
            {"heading": None, "level": 0, "text": lead},
            {"heading": "Its keeper", "level": 2, "text": keeper},
        ],
        "text": f"{lead}\n\nIts keeper\n\n{keeper}",
        "passages": [lead, keeper],
        "origins": {
            **dict.fromkeys(["title", "publisher", "published", "updated"], supplied),
            "authors": [supplied, supplied],
        },
        "notes": [],
        "dropped": [],
    }


def test_show_json_says_null_for_what_the_file_does_not_say(
    articles: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "--show", articles / "lock.txt", "--json")
    shown = json.loads(out)
    assert (shown["publisher"], shown["updated"], shown["authors"]) == (None, None, [])
    assert shown["passages"] == [LOCK_TEXT]


def test_show_prints_letters_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cafe.md").write_text("# Café “Zum Fluß” 🚤\n\nThe café is open.\n", encoding="utf-8")
    _, out, _ = run(capsys, "--show", tmp_path / "cafe.md", "--json")
    assert '"title": "Café “Zum Fluß” 🚤"' in out


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("gone.txt", None, "does not exist: give a folder of articles, or one article"),
        ("bin.txt", b"\0", "a binary file, whatever its name says"),
        ("menu.txt", b"Menu", "no text of an article in it"),
        ("a.css", b"main {}", "HTML, PDF, Word, .md and .txt files are read"),
    ],
)
def test_a_file_that_cannot_be_shown_is_told_in_one_line_with_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes | None, reason: str
) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    status, out, err = run(capsys, "--show", tmp_path / name)
    assert (status, out) == (1, "")
    assert err.startswith("ingest: ")
    assert err.endswith(reason)
    assert len(err.splitlines()) == 1


def test_a_file_that_cannot_be_shown_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, err = run(capsys, "--show", tmp_path / "gone.txt")
    assert "gone.txt" in err


# The command itself


def command(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m ingest` in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ingest", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_without_a_path_the_corpus_of_the_folder_is_indexed_where_the_environment_says(
    articles: Path, tmp_path: Path
) -> None:
    articles.rename(tmp_path / "corpus")
    done = command(tmp_path, CITEWELL_INDEX="elsewhere")
    assert (done.returncode, done.stdout) == (
        0,
        "words left out: 10 above the article (--show FILE prints them)\n"
        "2 documents, 3 passages, 0 files skipped: published as g000001 in elsewhere\n",
    )  # fmt: skip
    assert "reading: 100%" in done.stderr
    assert_answers(tmp_path / "elsewhere", "Who is the keeper of the weir?", "Una Birch")


def test_the_command_fails_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    done = command(tmp_path, CITEWELL_INDEX="")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "ingest: corpus does not exist: give a folder of articles, or one article\n"
    assert not (tmp_path / "instance").exists()


def test_a_reader_that_has_read_enough_ends_the_command_quietly(tmp_path: Path) -> None:
    text = "".join(f"## Part {n}\n\nBoat number {n} passed the lock.\n\n" for n in range(2_000))
    (tmp_path / "long.md").write_text(f"# Boats\n\n{text}", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "ingest", "--show", "long.md", "--json"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        process.stdout.close()
        complaints = process.stderr.read()
    assert (first, complaints) == (b"{\n", b"")
