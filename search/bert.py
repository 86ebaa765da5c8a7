"""A folder of a sentence-transformers model -> a network that CTranslate2 runs.

The folder is read as it is: weights as safetensors and settings as JSON, so nothing in it is ever executed,
and PyTorch is not needed. What is not handled is refused by name rather than computed wrongly.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from search.errors import EncoderUnusable

_WEIGHTS = "model.safetensors"

Pooling = Literal["mean", "cls"]
Weights = Mapping[str, NDArray[np.float32]]

_POOLINGS: Mapping[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
}

# Activations of BERT's `hidden_act`, by their names in CTranslate2.
_ACTIVATIONS = {"gelu": "GELU", "gelu_new": "GELUTanh", "relu": "RELU", "silu": "SWISH", "swish": "SWISH"}

_COUNTS = (
    "hidden_size intermediate_size num_hidden_layers num_attention_heads max_position_embeddings"
).split()

_FRAME = 2  # tokens, one before a text and one after it

# What a text goes through. Anything else, a dense layer say, would be missing from the vectors.
_MODULES = {"Transformer", "Pooling", "Normalize"}

_CHOOSE = "name another folder in $CITEWELL_MODEL, or set it to off"


@dataclass(frozen=True, slots=True)
class Folder:
    """What the folder says, checked."""

    path: Path
    config: Mapping[str, Any]
    pooling: Pooling
    most_tokens: int  # of a text, the two that frame it included
    tokenizer: str  # JSON
    sha256: str  # of the weights, which are read when they are needed


def read_folder(folder: Path) -> Folder:
    """The model in the folder; raises EncoderUnusable with what is missing or not handled."""
    config = _config(folder / "config.json")
    _check_modules(folder / "modules.json")
    return Folder(
        path=folder,
        config=config,
        pooling=_pooling(folder / "1_Pooling" / "config.json"),
        most_tokens=_most_tokens(folder / "sentence_bert_config.json", config["max_position_embeddings"]),
        tokenizer=_read(folder / "tokenizer.json").decode("utf-8", "replace"),
        sha256=_sha256(folder / _WEIGHTS),
    )


def _config(path: Path) -> dict[str, Any]:
    """The settings of the BERT itself."""
    config = _json(path)
    handled: Mapping[str, Collection[object]] = {
        "model_type": {"bert"},
        "position_embedding_type": {"absolute", None},
        "hidden_act": _ACTIVATIONS,
    }
    for name, values in handled.items():
        if config.get(name) not in values:
            raise _not_handled(path, name, config.get(name))
    for name in _COUNTS:
        if type(config.get(name)) is not int or config[name] < 1:
            raise _not_handled(path, name, config.get(name))
    if config["hidden_size"] % config["num_attention_heads"]:
        raise _not_handled(path, "num_attention_heads", config["num_attention_heads"])
    if type(config.get("layer_norm_eps")) is not float:
        raise _not_handled(path, "layer_norm_eps", config.get("layer_norm_eps"))
    return config


def _check_modules(path: Path) -> None:
    """Raises EncoderUnusable where a text goes through more than is computed here."""
    try:
        types = [module["type"].rsplit(".", 1)[-1] for module in json.loads(path.read_bytes())]
    except FileNotFoundError:  # older folders have none
        return
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        raise EncoderUnusable(f"{path} is no list of modules; {_CHOOSE}") from None
    if others := sorted({*types} - _MODULES):
        raise _not_handled(path, "type", " and ".join(others))


def _pooling(path: Path) -> Pooling:
    """How the vectors of a text's tokens become one."""
    modes = [name for name, value in _json(path).items() if name.startswith("pooling_mode") and value is True]
    if len(modes) != 1 or modes[0] not in _POOLINGS:
        raise _not_handled(path, "pooling", " and ".join(modes) or None)
    return _POOLINGS[modes[0]]


def _most_tokens(path: Path, places: int) -> int:
    """How many tokens of a text are read, at most as many as there are places."""
    limits = _json(path) if path.exists() else {}
    if limits.get("do_lower_case"):
        raise _not_handled(path, "do_lower_case", True)
    length = limits.get("max_seq_length") or places
    if type(length) is not int or length <= _FRAME:
        raise _not_handled(path, "max_seq_length", length)
    return min(length, places)


def _not_handled(path: Path, name: str, value: object) -> EncoderUnusable:
    return EncoderUnusable(f"{path}: {name} {value!r} is not handled; {_CHOOSE}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise EncoderUnusable(f"cannot read {path} ({error.strerror}); {_CHOOSE}") from None


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderUnusable(f"cannot read {path} ({error.strerror}); {_CHOOSE}") from None


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_read(path))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise EncoderUnusable(f"{path} is not the JSON of a model's settings; {_CHOOSE}")
    return found


def network(folder: Folder, threads: int) -> Any:
    """The `ctranslate2.Encoder` of the folder, in float32; raises EncoderUnusable.

    CTranslate2 reads models of its own format from a folder, which is gone again on return.
    """
    import ctranslate2  # here, because it takes .3 s and not everybody has it

    try:
        spec = _specified(_weights(folder), folder.config, json.loads(folder.tokenizer))
        _sweep()
        with tempfile.TemporaryDirectory(prefix=_CONVERTED) as converted:
            spec.save(converted)
            return ctranslate2.Encoder(
                converted, device="cpu", compute_type="float32", inter_threads=threads, intra_threads=1
            )
    except OSError as error:
        raise EncoderUnusable(
            f"cannot write the model to a temporary folder ({error}): set $TMPDIR to one"
        ) from None
    except (LookupError, TypeError, ValueError, RuntimeError) as error:
        path = folder.path / _WEIGHTS
        raise EncoderUnusable(f"{path} is not the BERT of config.json ({error}); {_CHOOSE}") from None


# Names the folders of models that are being loaded, and nothing that anybody else would call so. That takes
# less than a second, so one of ten minutes is of a process that was killed meanwhile.
_CONVERTED = "citewell-model-being-loaded-"
_LEFT_SECONDS = 600


def _sweep() -> None:
    """Removes what killed processes of this user have left of converted models: 90 MB each."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_CONVERTED}*"):
        try:
            status = folder.lstat()
        except OSError:  # another has swept it
            continue
        if status.st_uid == os.getuid() and status.st_mtime < time.time() - _LEFT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _weights(folder: Folder) -> Weights:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    path = folder.path / _WEIGHTS
    read = _read(path)
    if hashlib.sha256(read).hexdigest() != folder.sha256:
        raise EncoderUnusable(f"{path} has been changed since it was looked at: start again")
    try:
        found = load(read)
    except SafetensorError as error:
        raise EncoderUnusable(f"{path} is damaged ({error}): install the model again") from None
    return {name.removeprefix("bert."): np.asarray(array, dtype=np.float32) for name, array in found.items()}


def _numbers(tokenizer: Mapping[str, Any]) -> Iterator[int]:
    """Every number that a token may have; one beyond the weights would be read from beyond them."""
    yield from tokenizer["model"]["vocab"].values()
    yield from (token["id"] for token in tokenizer.get("added_tokens") or ())
    frame = tokenizer.get("post_processor") or {}
    for token in (frame.get("special_tokens") or {}).values():
        yield from token["ids"]
    yield from (frame[name][1] for name in ("cls", "sep") if name in frame)


def _specified(weights: Weights, config: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> Any:
    """BERT as CTranslate2's own converter lays it out (`ctranslate2.converters.transformers.BertLoader`)."""
    from ctranslate2.specs import common_spec, transformer_spec

    width, inner = config["hidden_size"], config["intermediate_size"]

    def taken(name: str, *shape: int) -> NDArray[np.float32]:
        array = weights[name]
        if array.shape != shape:
            raise ValueError(f"{name} has the shape {array.shape} and not {shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} has values that are no numbers")
        return array

    def table(name: str, rows: int) -> NDArray[np.float32]:
        """A vector for each of so many things at least."""
        return taken(name, max(rows, len(weights[name])), width)

    def norm(spec: Any, name: str) -> None:
        spec.gamma, spec.beta = (taken(f"{name}.{part}", width) for part in ("weight", "bias"))

    def linear(spec: Any, *names: str, rows: int = width, columns: int = width) -> None:
        spec.weight = np.concatenate([taken(f"{name}.weight", rows, columns) for name in names])
        spec.bias = np.concatenate([taken(f"{name}.bias", rows) for name in names])

    encoder = transformer_spec.TransformerEncoderSpec(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        pre_norm=False,
        activation=getattr(common_spec.Activation, _ACTIVATIONS[config["hidden_act"]]),
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    encoder.scale_embeddings = False
    words, kinds = encoder.embeddings
    vocabulary = tokenizer["model"]["vocab"]
    words.weight = table("embeddings.word_embeddings.weight", 1 + max(_numbers(tokenizer)))
    kinds.weight = table("embeddings.token_type_embeddings.weight", 1)
    places = table("embeddings.position_embeddings.weight", config["max_position_embeddings"])
    encoder.position_encodings.encodings = places
    norm(encoder.layernorm_embedding, "embeddings.LayerNorm")
    for number, layer in enumerate(encoder.layer):
        here = f"encoder.layer.{number}"
        attention, ffn = layer.self_attention, layer.ffn
        linear(attention.linear[0], *(f"{here}.attention.self.{part}" for part in ("query", "key", "value")))
        linear(attention.linear[1], f"{here}.attention.output.dense")
        norm(attention.layer_norm, f"{here}.attention.output.LayerNorm")
        linear(ffn.linear_0, f"{here}.intermediate.dense", rows=inner)
        linear(ffn.linear_1, f"{here}.output.dense", columns=inner)
        norm(ffn.layer_norm, f"{here}.output.LayerNorm")
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)
    spec.register_vocabulary(sorted(vocabulary, key=vocabulary.get))
    spec.config.unk_token = tokenizer["model"]["unk_token"]
    spec.config.layer_norm_epsilon = config["layer_norm_eps"]
    spec.validate()
    spec.optimize(quantization=None)
    return spec
