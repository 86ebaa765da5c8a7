"""The commands that look after an index: what is wrong with it, going back, and tidying up."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from ingest.cli import main
from ingest.doctor import Finding, examine
from ingest.ledger import Ledger, read_ledger, write_ledger
from ingest.pipeline import ingest
from search.index.generations import Written, open_current, publish, rollback
from search.index.writing import write
from tests.damage import outdate, reseal, seal

BELL = "The bell\n\nThe bell of the ferry was cast in 1843.\n"
FORD = "The ford\n\nThe ford is closed whenever the river rises.\n"


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "bell.txt").write_text(BELL)
    return folder


@pytest.fixture
def index(articles: Path, tmp_path: Path) -> Path:
    """Two generations, the second with an article more."""
    ingest([articles], tmp_path / "index")
    (articles / "ford.txt").write_text(FORD)
    ingest([articles], tmp_path / "index")
    return tmp_path / "index"


def found(articles: Path, index: Path) -> list[str]:
    """What is wrong, and what to run."""
    return [
        f"{one.what}; run: {one.run}" if one.run else one.what for one in examine([articles], index).findings
    ]


def build(articles: Path, index: Path) -> str:
    return f"run: python -m ingest {articles} --index {index}"


def test_nothing_is_found_in_an_index_that_is_in_order(articles: Path, index: Path) -> None:
    diagnosis = examine([articles], index)
    assert diagnosis.findings == ()
    assert diagnosis.intact == ("g000001", "g000002")
    assert diagnosis.index is not None
    assert diagnosis.index.documents == 2


def test_an_examination_writes_nothing(articles: Path, index: Path) -> None:
    def state() -> dict[Path, tuple[int, int]]:
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in index.rglob("*")}

    before = state()
    (index / "build-g000003").mkdir()
    examine([articles], index)
    (index / "build-g000003").rmdir()
    before[index / "LOCK"] = state()[index / "LOCK"]
    assert state() == before


def test_no_index_is_found_out(articles: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert found(articles, nowhere) == [f"there is no index in {nowhere} yet; {build(articles, nowhere)}"]
    assert not nowhere.exists()


@pytest.mark.parametrize("text", ["", "{", '{"generation": "../x", "manifest": ""}'])
def test_a_damaged_pointer_is_found_out(articles: Path, index: Path, text: str) -> None:
    (index / "CURRENT").write_text(text)
    (said,) = found(articles, index)
    assert said.startswith(f"{index}/CURRENT ")
    assert said.endswith(build(articles, index))


def test_a_generation_that_is_gone_is_found_out(articles: Path, index: Path) -> None:
    (index / "g000002").rename(index / "away")
    assert found(articles, index) == [
        f"g000002 is current, but it is not there; {build(articles, index)}",
    ]


def test_each_damaged_file_of_each_generation_is_found_out(articles: Path, index: Path) -> None:
    for generation in ("g000001", "g000002"):
        paths = [path for path in (index / generation).rglob("*") if path.is_file()]
        assert len(paths) > 10
        for path in paths:
            intact = path.read_bytes()
            path.write_bytes(intact + b" ")
            said = found(articles, index)
            assert any(generation in one and "cannot be" in one for one in said), path
            path.write_bytes(intact)
    assert found(articles, index) == []


def test_an_index_of_another_version_is_to_be_built_again(articles: Path, index: Path) -> None:
    outdate(index)
    (said,) = found(articles, index)
    assert "another version" in said
    assert said.endswith(build(articles, index))


def test_articles_that_are_new_changed_moved_or_gone_are_found_out(articles: Path, index: Path) -> None:
    for number in range(8):
        (articles / f"bank{number}.txt").write_text(f"Bank {number}\n\nBank {number} is paved.\n")
    ingest([articles], index)
    (articles / "weir.txt").write_text("The weir\n\nThe weir roars.\n")
    (articles / "bell.txt").write_text(BELL.replace("1843", "1844"))
    (articles / "bank0.txt").unlink()
    (articles / "ford.txt").rename(articles / "crossing.txt")
    assert found(articles, index) == [
        f"1 new: weir.txt; {build(articles, index)}",
        f"1 changed, or read otherwise now: bell.txt; {build(articles, index)}",
        f"1 moved: crossing.txt; {build(articles, index)}",
        f"1 gone: bank0.txt; {build(articles, index)}",
    ]


def test_articles_of_another_folder_are_not_taken_for_all_gone(index: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "weir.txt").write_text("The weir\n\nThe weir roars.\n")
    (said,) = found(tmp_path / "other", index)
    assert said.startswith("none of the articles that were indexed is in")
    (said,) = found(tmp_path / "missing", index)
    assert said.startswith("the articles cannot be compared: ")


def test_a_ledger_that_differs_from_what_is_indexed_is_found_out(articles: Path, index: Path) -> None:
    """Files and hashes agree here: whoever wrote them was wrong."""
    folder = index / "g000002"
    ledger = read_ledger(folder)
    one, other = ledger.entries.items()
    (folder / "ledger.json").unlink()
    write_ledger(folder, Ledger(ledger.reader, dict([one])))
    reseal(index)
    said = found(articles, index)
    assert f"document {other[1].document} is indexed, but of no file in the ledger" in said[0]
    assert said[0].endswith(f"{build(articles, index)} --full")


def test_what_killed_runs_left_is_found_out_and_pruned(articles: Path, index: Path) -> None:
    (index / "build-g000003" / "passages").mkdir(parents=True)
    (index / "CURRENT.tmp").write_text("{")
    said = found(articles, index)
    assert [one.partition(" ")[0] for one in said] == ["CURRENT.tmp", "build-g000003"]
    assert all(f"run: python -m ingest --prune --index {index}" in one for one in said)
    assert main(["--prune", "--index", str(index)]) == 0
    assert found(articles, index) == []


def test_a_build_under_way_is_no_leftover(articles: Path, index: Path) -> None:
    (index / "build-g000003").mkdir()
    with (index / "LOCK").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert examine([articles], index).findings == (
            Finding(f"a process is publishing in {index} at this moment", ""),
        )


def test_the_generation_that_was_rolled_back_from_is_named_and_pruned(
    articles: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (articles / "ford.txt").unlink()
    rollback(index)
    (said,) = found(articles, index)
    assert said.startswith("g000002 is not in use")
    assert main(["--prune", "--index", str(index)]) == 0
    assert capsys.readouterr().out == f"removed from {index}: g000002\n"
    assert found(articles, index) == []


def test_a_damaged_generation_is_pruned_and_one_of_another_version_kept(articles: Path, index: Path) -> None:
    for revision in range(2):
        (articles / "bell.txt").write_text(BELL.replace("1843", f"185{revision}"))
        ingest([articles], index)
    outdated = index / "g000003"
    rollback(index)
    outdate(index)
    pointer = json.loads((index / "CURRENT").read_text())
    seal(outdated)
    assert pointer["generation"] == "g000003"
    rollback(index, "g000004")
    (index / "g000002" / "ledger.json").write_text("{")
    (said,) = found(articles, index)
    assert said.startswith("g000002 is damaged and cannot be gone back to")
    assert said.endswith(f"run: python -m ingest --prune --index {index}")
    assert main(["--prune", "--index", str(index)]) == 0
    assert sorted(path.name for path in index.glob("g*")) == ["g000003", "g000004"]
    assert found(articles, index) == []


def test_pruning_a_tidy_index_removes_nothing(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--prune", "--index", str(index)]) == 0
    assert capsys.readouterr().out == f"removed from {index}: nothing\n"
    assert (index / "g000001").exists()


def test_pruning_removes_no_generation_while_it_is_unknown_which_is_current(index: Path) -> None:
    (index / "CURRENT").unlink()
    assert main(["--prune", "--index", str(index)]) == 0
    assert (index / "g000001").exists()
    assert (index / "g000002").exists()


def test_a_rollback_says_what_is_current_now(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rollback", "--index", str(index)]) == 0
    assert capsys.readouterr().out.startswith("g000001 of 20")
    assert open_current(index).info.generation == "g000001"
    assert main(["--rollback", "g000002", "--index", str(index)]) == 0
    assert open_current(index).info.generation == "g000002"


def test_a_rollback_that_cannot_be_says_why(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rollback(index)
    assert main(["--rollback", "--index", str(index)]) == 1
    assert "no intact generation" in capsys.readouterr().err
    assert main(["--rollback", "g000009", "--index", str(index)]) == 1
    assert "there are g000001, g000002" in capsys.readouterr().err
    assert open_current(index).info.generation == "g000001"


@pytest.mark.parametrize("option", ["--rollback", "--prune"])
@pytest.mark.parametrize("beside", ["--full", "--allow-shrink", "--json"])
def test_what_reads_no_article_takes_no_option_of_a_run(
    index: Path, option: str, beside: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit:
        main([option, "--index", str(index), beside])
    assert exit.value.code == 2
    assert "go with --index only" in capsys.readouterr().err
    assert open_current(index).info.generation == "g000002"


@pytest.mark.parametrize("option", ["--rollback", "--prune"])
def test_looking_after_no_index_says_how_to_make_one(
    tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([option, "--index", str(tmp_path / "nowhere")]) == 1
    assert "run: python -m ingest --index" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_the_doctor_ends_with_1_when_something_is_wrong_and_tells_it_as_json_too(
    articles: Path, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(articles), "--doctor", "--index", str(index)]) == 0
    assert capsys.readouterr().out == (
        f"{index}: all is well; g000002 holds 2 documents, 2 passages; intact: g000001, g000002\n"
    )
    os.truncate(index / "g000001" / "ledger.json", 1)
    assert main([str(articles), "--doctor", "--json", "--index", str(index)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["intact"] == ["g000002"]
    assert told["index"]["generation"] == "g000002"
    assert "g000001 is damaged" in told["findings"][0]["what"]


def test_what_was_not_built_from_files_has_no_ledger_to_differ_from(articles: Path, tmp_path: Path) -> None:
    publish(tmp_path / "index", lambda folder, _: Written(write(folder, [])))
    assert not any("ledger" in one for one in found(articles, tmp_path / "index"))
