"""What a maintainer says of an article, in it (front matter) or beside it (a sidecar file).

    report.pdf
    report.pdf.meta.yaml    of that file: goes before what the file itself says
    folder.meta.yaml        of its folder and those below: fills in what their files do not say

Each is YAML with the keys title, publisher, authors, published, updated and url.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from ingest.dates import to_iso
from ingest.drafts import NO_METADATA
from ingest.values import one_line
from search.passages import Found, Metadata, metadata_from_dict

FRONT_MATTER = "front matter"

# More is no list of a few values.
MAX_SIDECAR_BYTES = 64_000

_SIDECAR = ".meta.yaml"
_FOLDERS = "folder.meta.yaml"
_NULLS = ("", "~", "null", "Null", "NULL")
_KEYS = frozenset("title publisher authors author published date updated url".split())


@dataclass(frozen=True, slots=True)
class Supplied:
    """The values for one file."""

    overriding: Metadata = NO_METADATA  # go before what the file says
    filling: Metadata = NO_METADATA  # stand where it says nothing


NOTHING_SUPPLIED = Supplied()


def is_sidecar(name: str) -> bool:
    """Whether the file of this name speaks of others and is no article itself."""
    return name.endswith(_SIDECAR)


def described(name: str) -> str | None:
    """The file that a sidecar speaks of; None for a folder's."""
    return None if PurePosixPath(name).name == _FOLDERS else name[: -len(_SIDECAR)]


def sidecars_beside(path: Path) -> tuple[Path, ...]:
    """Where the sidecars of a file and of its folder would stand."""
    return path.with_name(path.name + _SIDECAR), path.with_name(_FOLDERS)


def supplied_for(name: str, sidecars: Mapping[str, Metadata]) -> Supplied:
    """What the sidecars, by their names, say of the file `name`; the nearest folder's word comes first."""
    filling = NO_METADATA
    for folder in PurePosixPath(name).parents:
        there = _FOLDERS if str(folder) == "." else f"{folder}/{_FOLDERS}"
        filling = _merged(filling, sidecars.get(there, NO_METADATA))
    return Supplied(sidecars.get(name + _SIDECAR, NO_METADATA), filling)


def apply(supplied: Supplied, found: Metadata) -> Metadata:
    """The metadata of a file with what was supplied for it."""
    return _merged(_merged(supplied.overriding, found), supplied.filling)


def _merged(first: Metadata, second: Metadata) -> Metadata:
    """Each value of the first, or where it has none, of the second."""
    names = [field.name for field in dataclasses.fields(Metadata)]
    return Metadata(**{name: getattr(first, name) or getattr(second, name) for name in names})


def read_front_matter(text: str) -> Metadata:
    """The values in an article's front matter; one that is not of its form counts as absent."""
    return _read(_mapping(text) or {}, FRONT_MATTER)


def read_sidecar(name: str, data: bytes) -> tuple[Metadata, tuple[str, ...]]:
    """The values in a sidecar file, and what is wrong with it, a line each."""
    try:
        values = _mapping(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return NO_METADATA, ("not UTF-8: save it as UTF-8",)
    if values is None:
        return NO_METADATA, ("not YAML with a key and a value on each line",)
    return _read(values, name.rsplit("/", 1)[-1]), tuple(_problems(values))


def _mapping(text: str) -> dict[str, Any] | None:
    try:
        # Every value as the text that was written: a date that is in no calendar is no error then.
        values = yaml.load(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    return {str(key).lower(): value for key, value in values.items() if value not in _NULLS}


def _read(values: Mapping[str, Any], origin: str) -> Metadata:
    def found(value: str | None) -> Found | None:
        return Found(value, origin, supplied=True) if value else None

    authors = values.get("authors", values.get("author"))
    names = map(one_line, authors if isinstance(authors, list) else [authors])
    url = one_line(values.get("url"))
    return Metadata(
        title=found(one_line(values.get("title"))),
        publisher=found(one_line(values.get("publisher"))),
        authors=tuple(Found(name, origin, supplied=True) for name in names if name),
        published=found(to_iso(one_line(values.get("published", values.get("date"))) or "")),
        updated=found(to_iso(one_line(values.get("updated")) or "")),
        url=found(url if url and url.startswith(("http://", "https://")) else None),
    )


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        texts = value if key.startswith("author") and isinstance(value, list) else [value]
        if key not in _KEYS:
            yield f"{key} is no key of it: use {', '.join(sorted(_KEYS))}"
        elif not all(map(one_line, texts)):
            yield f"{key} is no text: write a value on its line{', or a list' if value is texts else ''}"
        elif key in ("published", "date", "updated") and not to_iso(one_line(value) or ""):
            yield f"{key} is no date: write it as 2021-05-11"
        elif key == "url" and not (one_line(value) or "").startswith(("http://", "https://")):
            yield "url is no web address: it begins with https://"


def supplied_to_dict(supplied: Supplied) -> dict[str, Any]:
    """The values as plain data that JSON can carry; `supplied_from_dict` takes it back."""
    return dataclasses.asdict(supplied)


def supplied_from_dict(data: Mapping[str, Any]) -> Supplied:
    """The values that `supplied_to_dict` was given."""
    return Supplied(metadata_from_dict(data["overriding"]), metadata_from_dict(data["filling"]))
