"""The vectors of a generation: made for what is new, kept for what is not, and resumed after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from ingest.pipeline import ingest
from search.answering import answer
from search.as_json import answer_to_dict
from search.encoder import Encoder
from search.errors import EncoderUnusable
from search.index.current import CurrentEngine
from search.index.embedding import journal_path
from search.index.generations import open_current
from search.index.whoosh import WhooshEngine
from tests.encoders import SmallEncoder

ROOT = Path(__file__).parents[1]
QUESTIONS = ["Who keeps the weir?", "wheel of the mill", "when does the ferry cross", "Is the lock shut?"]


def articles(folder: Path, count: int = 6) -> Path:
    """A folder of articles of three sentences each, under a heading each."""
    folder.mkdir(exist_ok=True)
    for number in range(count):
        (folder / f"{number}.md").write_text(
            f"# Weir number {number}\n\n## Its keeper\n\nThe weir is kept by keeper {number}. The mill turns "
            f"{number} times a minute. The ferry crosses every {number + 3} minutes.\n",
            encoding="utf-8",
        )
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return articles(tmp_path / "articles")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def opened(index: Path, encoder: SmallEncoder | None = None) -> WhooshEngine:
    return open_current(index, lambda: encoder)


def closeness(index: Path) -> dict[str, object]:
    """How near every passage and sentence is to a few questions."""
    encoder = SmallEncoder()
    engine = opened(index, encoder)
    found = {}
    for question in QUESTIONS:
        meaning = engine.meaning([question])
        assert meaning is not None
        assert engine.vectors is not None
        numbers, _ = engine.vectors.nearest(meaning, 100, None)
        for number in numbers.tolist():
            each = engine.vectors.closeness(meaning, np.array([number]))
            id = engine.candidate(number, 0.0).passage_id
            found[f"{question} {id}"] = (each.passages.tolist(), each.sentences.tolist())
    engine.close()
    return found


def replies(index: Path, encoder: SmallEncoder | None = None) -> list[object]:
    engine = opened(index, encoder)
    found = [[(hit.passage.id, hit.score) for hit in answer(q, engine).hits] for q in QUESTIONS]
    engine.close()
    return found


def test_every_passage_has_a_vector_and_each_of_its_sentences(folder: Path, index: Path) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    engine = opened(index)
    assert engine.vectors is not None
    assert len(engine.vectors) == engine.info.passages == 6
    for number in range(6):
        sentences = engine.candidate(number, 0.0).passage.sentences
        assert len(engine.vectors.row(number).values) == 1 + len(sentences)


def test_only_what_is_new_is_encoded_and_the_first_segment_is_shared(folder: Path, index: Path) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    articles(folder, 7)
    encoder = SmallEncoder()
    ingest([folder], index, encoder=encoder)
    assert any("keeper 6" in text for text in encoder.texts)
    assert not any("keeper 5" in text for text in encoder.texts)
    one, other = (index / name / "vectors" / "first-passages.npy" for name in ("g000001", "g000002"))
    assert one.stat().st_ino == other.stat().st_ino


def test_after_changes_the_vectors_are_those_of_an_index_written_anew(
    folder: Path, index: Path, tmp_path: Path
) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    (folder / "2.md").unlink()
    (folder / "3.md").write_text(
        "# The toll\n\nThe toll house is shut. The fee is a penny.\n", encoding="utf-8"
    )
    articles(folder, 2)
    ingest([folder], index, encoder=SmallEncoder())
    (folder / "9.md").write_text("# The bell\n\nA bell calls the ferry.\n", encoding="utf-8")
    ingest([folder], index, encoder=SmallEncoder())
    ingest([folder], tmp_path / "anew", encoder=SmallEncoder())
    names = {id: values for id, values in closeness(index).items() if "2-md" not in id}
    assert names == closeness(tmp_path / "anew")
    assert replies(index, SmallEncoder()) == replies(tmp_path / "anew", SmallEncoder())


def test_another_heading_is_another_vector_and_another_name_is_not(folder: Path, index: Path) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    text = (folder / "1.md").read_text(encoding="utf-8")
    (folder / "1.md").write_text(text.replace("Its keeper", "Its master"), encoding="utf-8")
    (folder / "0.md").rename(folder / "moved.md")
    encoder = SmallEncoder()
    ingest([folder], index, encoder=encoder)
    assert any("keeper 1" in text for text in encoder.texts)
    assert not any("keeper 0" in text for text in encoder.texts)


def test_a_file_that_is_read_again_is_not_encoded_again(folder: Path, index: Path) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    encoder = SmallEncoder()
    ingest([folder], index, encoder=encoder)
    assert encoder.texts == []
    assert not (index / "g000002").exists(), "nothing has changed: nothing is published"


def test_an_encoder_that_is_turned_on_exchanged_or_off_makes_a_new_generation_as_it_needs(
    folder: Path, index: Path
) -> None:
    ingest([folder], index)
    assert opened(index).vectors is None
    ingest([folder], index, encoder=SmallEncoder())
    assert opened(index).info.generation == "g000002"
    other = SmallEncoder("another")
    ingest([folder], index, encoder=other)
    vectors = opened(index).vectors
    assert vectors is not None
    assert vectors.model == "another 1"
    assert len([text for text in other.texts if text.startswith("The weir is kept")]) == 12
    (folder / "0.md").unlink()
    ingest([folder], index)
    assert opened(index).vectors is None


def test_without_the_encoder_that_made_them_vectors_change_nothing(
    folder: Path, index: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    ingest([folder], tmp_path / "words")
    by_words = replies(tmp_path / "words")
    assert replies(index) == by_words
    assert replies(index, SmallEncoder("another")) == by_words
    assert "another model" in caplog.text
    assert replies(index, SmallEncoder()) != by_words


def test_a_service_goes_on_with_words_when_the_model_cannot_be_read(
    folder: Path, index: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def unusable() -> SmallEncoder:
        raise EncoderUnusable("model.safetensors is gone")

    ingest([folder], index, encoder=SmallEncoder())
    reply = answer("Who keeps the weir?", CurrentEngine(index, unusable).engine())
    assert reply.hits
    assert "words alone" in caplog.text
    assert "model.safetensors is gone" in caplog.text


@pytest.mark.parametrize("command", [["ingest"], ["search", "Who keeps the weir?"], ["web", "--port", "0"]])
def test_a_model_that_is_named_and_not_there_ends_a_command_with_one_line(
    folder: Path, index: Path, command: list[str]
) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    done = subprocess.run(
        [sys.executable, "-m", *command, "--index", str(index)],
        cwd=ROOT,
        env={**os.environ, "CITEWELL_MODEL": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "/nonexistent/config.json" in done.stderr
    assert "CITEWELL_MODEL" in done.stderr


SLOW = """
import sys, time
from pathlib import Path
import search.index.embedding as embedding
from ingest.pipeline import ingest
from tests.encoders import SmallEncoder
class Slow(SmallEncoder):
    def encode(self, texts):
        time.sleep(.1)
        return super().encode(texts)
embedding.BATCH_PASSAGES = 2
ingest([Path(sys.argv[1])], Path(sys.argv[2]), encoder=Slow())
"""


def test_a_build_that_is_killed_is_resumed_where_it_was(tmp_path: Path, index: Path) -> None:
    folder = articles(tmp_path / "many", 40)
    child = subprocess.Popen([sys.executable, "-c", SLOW, folder, index], cwd=ROOT, stderr=subprocess.DEVNULL)
    journal = journal_path(index)
    until = time.monotonic() + 60
    while not (journal.exists() and journal.stat().st_size > 2_000) and time.monotonic() < until:
        assert child.poll() is None, "it was over before it could be killed"
        time.sleep(0.01)
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=10)
    assert not (index / "CURRENT").exists()
    encoder = SmallEncoder()
    ingest([folder], index, encoder=encoder)
    again = sum(
        text.startswith("The weir is kept by keeper") and text.count(".") == 1 for text in encoder.texts
    )
    assert 0 < again < 40
    assert not journal.exists(), "what it holds has been published"
    ingest([folder], tmp_path / "whole", encoder=SmallEncoder())
    for file in (index / "g000001" / "vectors").iterdir():
        assert file.read_bytes() == (tmp_path / "whole" / "g000001" / "vectors" / file.name).read_bytes()


def test_a_build_that_fails_leaves_the_index_and_what_it_had_encoded(
    folder: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    articles(folder, 8)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("search.index.generations._write_manifest", full)
        with pytest.raises(OSError, match="no space"):
            ingest([folder], index, encoder=SmallEncoder())
    assert opened(index).info.generation == "g000001"
    encoder = SmallEncoder()
    ingest([folder], index, encoder=encoder)
    assert encoder.texts == [], "all of it was in the journal"
    assert opened(index).info.passages == 8


def test_a_machine_that_may_only_read_index_and_home_answers_by_meaning(
    folder: Path, index: Path, tmp_path: Path, model: Encoder
) -> None:
    ingest([folder], index, encoder=model)
    home = tmp_path / "home"
    home.mkdir()
    fixed = " && ".join(
        f"mount --bind {path} {path} && mount -o remount,ro,bind {path}" for path in (index, home)
    )
    if subprocess.run(["unshare", "-m", "sh", "-c", fixed], capture_output=True).returncode:
        pytest.skip("nothing can be mounted read-only here (root can, with unshare of util-linux)")
    asking = f"{sys.executable} -m search 'Who looks after the weir?' --index {index}"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{fixed} && ! touch {home}/x {index}/x 2>/dev/null && {asking}"],
        cwd=ROOT,
        env={**os.environ, "CITEWELL_MODEL": "", "HOME": str(home), "XDG_CACHE_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert "The weir is kept by keeper" in done.stdout


def test_the_json_is_the_same_shape_with_meaning(folder: Path, index: Path) -> None:
    ingest([folder], index, encoder=SmallEncoder())
    replies = [
        answer_to_dict(answer("Who keeps the weir?", opened(index, e)), explain=True)
        for e in (None, SmallEncoder())
    ]
    words, meaning = (reply["results"][0]["explanation"] for reply in replies)
    assert {f["feature"] for f in meaning} - {f["feature"] for f in words} == {
        "meaning",
        "meaning_of_sentence",
    }
    assert replies[0].keys() == replies[1].keys()


def test_a_service_loads_its_model_once_whatever_is_published(folder: Path, index: Path) -> None:
    asked: list[SmallEncoder] = []

    def encoder_of() -> SmallEncoder:
        asked.append(SmallEncoder())
        return asked[-1]

    ingest([folder], index, encoder=SmallEncoder())
    service = CurrentEngine(index, encoder_of)
    assert service.engine().info.generation == "g000001"
    articles(folder, 7)
    ingest([folder], index, encoder=SmallEncoder())
    assert service.engine().info.generation == "g000002"
    assert service.engine().meaning(["weir"]) is not None
    assert len(asked) == 1
    assert asked[0].texts, "it was tried before the first question"
