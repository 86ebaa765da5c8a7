"""The report accounts for every file of a corpus, at the terminal in short and as JSON in full."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import main
from ingest.pipeline import ingest, preview
from ingest.report import MOST_LINES, Report, Skipped, attention, report_to_dict, summary
from search.answers import IndexInfo
from search.index.generations import open_current

PROSE = "The basin is drained every tenth winter so that the puddled clay can be mended by hand.\n"


def nothing(**named: Any) -> Report:
    """A report with nothing in it but what is named."""
    empty: dict[str, Any] = {
        "index": IndexInfo("g000001", "2026-01-01T00:00:00Z", 3, 7),
        "outcome": "published",
        "unchanged": 0,
        **dict.fromkeys(["new", "changed", "gone", "skipped", "near_copies", "undated", "untitled"], ()),
        **{name: {} for name in ("moved", "copies", "dropped", "notes", "sidecars")},
    }
    return Report(**{**empty, **named})


def names(kind: str, count: int) -> tuple[str, ...]:
    return tuple(f"{kind}-{number:03}.txt" for number in range(count))


# Every file is accounted for

GOOD: Mapping[str, bytes] = {
    "good.txt": PROSE.encode(),
    "good.md": f"---\ntitle: The basin\n---\n{PROSE}".encode(),
    "good.html": f"<html><body><h1>The basin</h1><p>{PROSE}</p><p>{PROSE}</p></body></html>".encode(),
}
BAD: Mapping[str, bytes] = {
    "picture.txt": b"\x89PNG\r\n",
    "latin.txt": "Die Schleuse öffnet früh.".encode("latin-1"),
    "menu.txt": b"Menu\n",
    "empty.md": b"",
    "style.css": b"main {}",
    "torn.pdf": b"%PDF-1.7 torn",
    "torn.docx": b"PK\x03\x04 torn",
    "old.doc": b"\xd0\xcf\x11\xe0",
}
SIDECARS: Mapping[str, bytes] = {
    "folder.meta.yaml": b"publisher: Canal News\n",
    "good.txt.meta.yaml": b"title: [\n",
    "lost.txt.meta.yaml": b"title: Lost\n",
}


def shuffle(folder: Path, chance: random.Random) -> None:
    """Puts files of all sorts into the folder, some twice or changed, and takes others away."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if chance.random() < 0.3:
            path.unlink()
    for _ in range(chance.randint(4, 12)):
        name, data = chance.choice([*(GOOD | BAD | SIDECARS).items(), *GOOD.items()])
        place = folder / chance.choice(["", "north", "north/east"]) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        again = chance.random() < 0.4 or name in SIDECARS
        # Another number makes another article; a picture or a torn file stays one.
        place.write_bytes(data if again else data + f"\nBasin {chance.randint(1, 3)} leaks.\n".encode())
    (folder / "always.txt").write_bytes(GOOD["good.txt"] + b"\nIt is the first of seven.\n")


@pytest.mark.parametrize("seed", range(5))
def test_every_file_is_a_document_or_skipped_or_a_copy_or_a_sidecar(tmp_path: Path, seed: int) -> None:
    folder, index, chance = tmp_path / "articles", tmp_path / "index", random.Random(seed)
    folder.mkdir()
    for _ in range(3):
        shuffle(folder, chance)
        files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        report = ingest([folder], index, may_shrink=True)
        engine = open_current(index)
        documents = {each.source for each in engine.documents(engine.document_ids()).values()}
        engine.close()
        skipped = {skipped.name for skipped in report.skipped}
        kept = {skipped.name for skipped in report.skipped if skipped.kept}
        sidecars = {name for name in files if name.endswith(".meta.yaml")}
        assert set(report.sidecars) <= sidecars
        assert documents & skipped == kept
        assert documents | skipped | set(report.copies) | sidecars == files
        assert len(documents - kept) + len(skipped) + len(report.copies) + len(sidecars) == len(files)
        assert set(report.copies.values()) <= documents | skipped
        read = {*report.new, *report.changed, *report.moved}
        assert read <= documents - kept
        assert report.unchanged == len(documents - kept - read)
        assert report.index is not None
        assert report.index.documents == len(documents)
        assert set(report.gone).isdisjoint(files)
        again = preview([folder], index)
        assert (again.new, again.changed, again.moved, again.gone) == ((), (), {}, ())
        assert (again.skipped, again.copies, again.dropped) == (report.skipped, report.copies, report.dropped)


# At the terminal


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (nothing(skipped=(Skipped("a.txt", "a picture"),)), "skipped a.txt: a picture"),
        (
            nothing(skipped=(Skipped("a.txt", "a picture", kept=True),)),
            "skipped a.txt: a picture (its passages of before are kept)",
        ),
        (nothing(copies={"b.txt": "a.txt"}), "b.txt has the very bytes of a.txt: indexed once"),
        (nothing(sidecars={"a.txt.meta.yaml": "there is no a.txt"}), "a.txt.meta.yaml: there is no a.txt"),
        (
            nothing(notes={"a.txt": ("run_together",)}),
            "a.txt: its text stands on one line: sentences that follow one another may not belong together",
        ),
        (
            nothing(notes={"a.pdf": ("text_missing",)}),
            "a.pdf: part of it could not be read as text: compare it with the file",
        ),
        (nothing(untitled=("a.txt",)), "no title found in a.txt: it is listed under its file name"),
        (nothing(undated=("a.txt",)), "no date found in a.txt: its quotations are marked as undated"),
    ],
)
def test_what_needs_an_eye_is_a_line(report: Report, line: str) -> None:
    assert list(attention(report)) == [line]


def test_what_is_new_or_went_well_needs_no_eye() -> None:
    report = nothing(new=("a",), changed=("b",), moved={"c": "d"}, gone=("e",), dropped={"a": {"x": 1}})
    assert list(attention(report)) == []


KINDS: Mapping[str, Report] = {
    "skipped": nothing(skipped=tuple(Skipped(name, "a picture") for name in names("a", MOST_LINES + 3))),
    "copies": nothing(copies=dict.fromkeys(names("a", MOST_LINES + 3), "a.txt")),
    "sidecars": nothing(sidecars=dict.fromkeys(names("a", MOST_LINES + 3), "wrong")),
    "notes": nothing(notes=dict.fromkeys(names("a", MOST_LINES + 3), ("run_together",))),
    "untitled": nothing(untitled=names("a", MOST_LINES + 3)),
    "undated": nothing(undated=names("a", MOST_LINES + 3)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_of_each_kind_so_many_lines_are_shown_and_the_json_has_all(kind: str) -> None:
    lines = list(attention(KINDS[kind]))
    assert len(lines) == MOST_LINES + 1
    assert f"a-{MOST_LINES - 1:03}.txt" in lines[-2]
    assert lines[-1] == "… and more of these: --json lists them all"
    assert len(report_to_dict(KINDS[kind])[kind]) == MOST_LINES + 3


def test_no_line_is_left_out_where_all_have_room() -> None:
    assert len(list(attention(nothing(undated=names("a", MOST_LINES))))) == MOST_LINES


HELD = "3 documents, 7 passages, 0 files skipped:"


@pytest.mark.parametrize(
    ("report", "lines"),
    [
        (nothing(new=("a", "b", "c")), [f"{HELD} published as g000001 in there"]),
        (
            nothing(new=("a",), unchanged=2),
            ["1 new, 2 unchanged", f"{HELD} published as g000001 in there"],
        ),
        (
            nothing(changed=("a",), moved={"b": "c"}, gone=("d", "e")),
            ["1 changed, 1 moved, 2 gone, 0 unchanged", f"{HELD} published as g000001 in there"],
        ),
        (
            nothing(outcome="unchanged", unchanged=3),
            ["nothing new, 3 unchanged", f"{HELD} nothing has changed since g000001 in there"],
        ),
        (
            nothing(outcome="preview", unchanged=3),
            [
                "nothing new, changed, moved or gone, 3 unchanged",
                f"{HELD} now in g000001 in there; nothing was done",
            ],
        ),
        (
            nothing(outcome="preview", index=None, new=("a", "b"), moved={"d": "e"}, gone=("c",)),
            [
                "2 new, 1 moved, 1 gone, 0 unchanged",
                "  new: a",
                "  new: b",
                "  moved: d (was e)",
                "  gone: c",
                "nothing is published in there yet",
            ],
        ),
        (
            nothing(new=("a", "b"), dropped={"a": {"site furniture": 3, "x": 1_200}, "b": {"x": 34}}),
            [
                "words left out: 1,234 x, 3 site furniture (--show FILE prints them)",
                f"{HELD} published as g000001 in there",
            ],
        ),
        (
            nothing(new=("a",), near_copies=(("a#1", "b#1"), ("a#2", "b#2"))),
            ["2 pairs of passages say the same", f"{HELD} published as g000001 in there"],
        ),
        (
            nothing(skipped=(Skipped("a", "b"),)),
            ["3 documents, 7 passages, 1 files skipped: published as g000001 in there"],
        ),
    ],
)
def test_what_was_done_is_told_in_a_few_lines(report: Report, lines: list[str]) -> None:
    assert list(summary(report, "there")) == lines


def test_a_preview_lists_no_more_than_so_many_files_of_a_kind() -> None:
    lines = list(summary(nothing(outcome="preview", new=names("a", 30), gone=names("b", 30)), "there"))
    assert lines.count("… and more of these: --json lists them all") == 2
    assert len(lines) == 1 + 2 * (MOST_LINES + 1) + 1


# The command


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "basin.txt").write_text(f"The basin in winter\n\nPublished 4 May 2020\n\n{PROSE}", "utf-8")
    (folder / "copy.txt").write_bytes((folder / "basin.txt").read_bytes())
    (folder / "long.txt").write_text(" ".join([PROSE.strip()] * 20), "utf-8")
    (folder / "picture.txt").write_bytes(b"\x89PNG")
    (folder / "lost.txt.meta.yaml").write_text("title: Lost\n", "utf-8")
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, list[str], list[str]]:
    """Exit status and the lines of stdout and stderr, the progress bar left out."""
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    errors = [line for line in re.split(r"[\r\n]+", err) if line and "reading" not in line]
    return status, out.splitlines(), errors


def test_the_json_has_what_the_terminal_says_and_more(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    status, out, err = run(capsys, articles, "--index", index, "--json")
    assert (status, err) == (0, [])
    told = json.loads("\n".join(out))
    built_at = told["index"].pop("built_at")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", built_at)
    assert told == {
        "index": {"generation": "g000001", "documents": 2, "passages": told["index"]["passages"]},
        "outcome": "published",
        "changed_answers": [],
        "new": ["basin.txt", "long.txt"],
        "changed": [],
        "moved": {},
        "gone": [],
        "unchanged": 0,
        "skipped": [{"name": "picture.txt", "reason": "a picture", "kept": False}],
        "copies": {"copy.txt": "basin.txt"},
        "near_copies": told["near_copies"],
        "dropped": {"basin.txt": {"above the article": 8}},
        "undated": ["long.txt"],
        "untitled": ["long.txt"],
        "notes": {"long.txt": ["run_together"]},
        "sidecars": {"lost.txt.meta.yaml": "there is no lost.txt"},
        "would_shrink": False,
    }
    status, out, err = run(capsys, articles, "--index", index)
    assert status == 0
    assert out[0] == "nothing new, 2 unchanged"
    assert out[1] == "words left out: 8 above the article (--show FILE prints them)"
    assert out[-1].endswith(f"1 files skipped: nothing has changed since g000001 in {index}")
    assert err == [
        "lost.txt.meta.yaml: there is no lost.txt",
        "skipped picture.txt: a picture",
        "copy.txt has the very bytes of basin.txt: indexed once",
        "long.txt: its text stands on one line: sentences that follow one another may not belong together",
        "no title found in long.txt: it is listed under its file name",
        "no date found in long.txt: its quotations are marked as undated",
    ]


def test_a_dry_run_says_what_would_be_done_and_makes_no_index(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    status, out, err = run(capsys, articles, "--index", index, "--dry-run")
    assert (status, out) == (
        0,
        [
            "2 new, 0 unchanged",
            "  new: basin.txt",
            "  new: long.txt",
            f"nothing is published in {index} yet",
        ],
    )
    assert err[1] == "skipped picture.txt: a picture"
    assert not index.exists()


def test_a_dry_run_goes_with_json_and_with_full(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    run(capsys, articles, "--index", index)
    (articles / "picture.txt").unlink()
    status, out, _ = run(capsys, articles, "--index", index, "--dry-run", "--json")
    told = json.loads("\n".join(out))
    assert (status, told["outcome"], told["new"], told["unchanged"]) == (0, "preview", [], 2)
    status, out, _ = run(capsys, articles, "--index", index, "--dry-run", "--full", "--json")
    told = json.loads("\n".join(out))
    assert (status, told["new"], told["unchanged"]) == (0, ["basin.txt", "long.txt"], 0)
    assert told["index"]["generation"] == "g000001"


def test_a_dry_run_tells_beforehand_that_too_little_would_be_left(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    for name in "abc":
        (articles / f"{name}.txt").write_text(f"Lock {name}\n\nPublished 4 May 2020\n\n{PROSE}", "utf-8")
    run(capsys, articles, "--index", index)  # five documents, of which four are not too few
    warned = "so few documents would be left that nothing is published without --allow-shrink"
    (articles / "a.txt").unlink()
    _, out, _ = run(capsys, articles, "--index", index, "--dry-run")
    assert warned not in out
    (articles / "b.txt").unlink()
    for options in [], ["--full"]:
        _, out, _ = run(capsys, articles, "--index", index, "--dry-run", *options)
        assert warned in out
    assert run(capsys, articles, "--index", index)[0] == 1
    (articles / "d.txt").write_text(f"Lock d\n\nPublished 5 May 2020\n\n{PROSE}", "utf-8")
    _, out, _ = run(capsys, articles, "--index", index, "--dry-run")
    assert warned not in out


def test_a_full_run_is_published_though_nothing_changed(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    run(capsys, articles, "--index", index)
    status, out, _ = run(capsys, articles, "--index", index, "--full")
    assert status == 0
    assert out[-1].endswith(f"published as g000002 in {index}")


def test_a_dry_run_over_a_damaged_index_exits_with_1_and_says_what_to_run(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    index = tmp_path / "index"
    run(capsys, articles, "--index", index)
    ledger = index / "g000001" / "ledger.json"
    ledger.write_text("{", "utf-8")
    status, out, err = run(capsys, articles, "--index", index, "--dry-run")
    assert (status, out) == (1, [])
    assert err == [f"ingest: {ledger} is not what was published; run: python -m ingest --index {index}"]
