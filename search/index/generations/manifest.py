"""The manifest of a generation: what it holds, and the hash of each of its files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from search.analysis import ANALYZER_VERSION
from search.answers import IndexInfo
from search.errors import IndexDamaged, IndexOutdated
from search.index.generations.folder import Pointer, rebuild
from search.index.writing import SCHEMA_VERSION

MANIFEST = "MANIFEST.json"
# `sha256sum --check` reads it too. By it a generation can be trusted that CURRENT does not name.
SEAL = "MANIFEST.sha256"

VERSIONS = {"layout": 2, "schema": SCHEMA_VERSION, "analyzer": ANALYZER_VERSION}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was published."""

    info: IndexInfo
    files: Mapping[str, str]  # SHA-256 by the path below the generation's folder


def write_manifest(
    folder: Path, info: IndexInfo, parent: str | None, verified: Mapping[tuple[int, int], str]
) -> Pointer:
    """Writes the manifest of everything in `folder`; what CURRENT has to say to point to it.

    `parent` is the generation it was built from. The files that are in `verified` are not hashed again.
    """
    files = {
        path.relative_to(folder).as_posix(): {
            "size": path.stat().st_size,
            "sha256": verified.get(identity(path)) or sha256_of(path),
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    content = {
        "versions": VERSIONS,
        "generation": info.generation,
        "parent": parent,
        "built_at": info.built_at,
        "documents": info.documents,
        "passages": info.passages,
        "files": files,
    }
    path = folder / MANIFEST
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    sha256 = sha256_of(path)
    (folder / SEAL).write_text(_seal(sha256), encoding="utf-8")
    return Pointer(info.generation, sha256)


def sealed(index: Path, generation: str) -> Pointer:
    """What CURRENT would say of a generation, by its own seal; raises IndexDamaged where there is none."""
    path = index / generation / SEAL
    try:
        sha256, name = path.read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        raise IndexDamaged(f"{path} cannot be read; {rebuild(index)}") from None
    if name != MANIFEST:
        raise IndexDamaged(f"{path} is not of its manifest; {rebuild(index)}")
    return Pointer(generation, sha256)


def read_manifest(index: Path, pointer: Pointer) -> Manifest:
    """The manifest of the generation, which is as it was published.

    Raises IndexDamaged where it is not, and IndexOutdated for one of another version of Citewell.
    """
    folder = index / pointer.generation
    try:
        raw, seal = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_text(encoding="utf-8")
    except (OSError, ValueError):
        raw, seal = b"", ""
    if hashlib.sha256(raw).hexdigest() != pointer.manifest:
        missing = "" if raw else " or is missing"
        raise IndexDamaged(
            f"{folder / MANIFEST} was changed after it was published{missing}; {rebuild(index)}"
        )
    content = json.loads(raw)
    if content["versions"] != VERSIONS:
        raise IndexOutdated(
            f"{folder} was built by another version of Citewell "
            f"(it has {_spelled(content['versions'])}; this one needs {_spelled(VERSIONS)}); {rebuild(index)}"
        )
    if seal != _seal(pointer.manifest):
        raise IndexDamaged(f"{folder / SEAL} was changed after it was published; {rebuild(index)}")
    info = IndexInfo(content["generation"], content["built_at"], content["documents"], content["passages"])
    return Manifest(info, {name: known["sha256"] for name, known in content["files"].items()})


def check_files(index: Path, manifest: Manifest) -> None:
    """Raises IndexDamaged unless every file is what was published."""
    folder = index / manifest.info.generation
    for name, sha256 in manifest.files.items():
        path = folder / name
        try:
            found = sha256_of(path)
        except OSError as error:
            raise IndexDamaged(f"{path} cannot be read ({error.strerror}); {rebuild(index)}") from None
        if found != sha256:
            raise IndexDamaged(f"{path} is not what was published; {rebuild(index)}")


def verified_files(index: Path, manifest: Manifest) -> Mapping[tuple[int, int], str]:
    """By device and inode the hashes of the files, whose contents were found to have them.

    A file that another generation shares by a hard link is the same one, and need not be read again.
    """
    folder = index / manifest.info.generation
    return {identity(folder / name): sha256 for name, sha256 in manifest.files.items()}


def identity(path: Path) -> tuple[int, int]:
    """Device and inode."""
    stat = path.stat()
    return stat.st_dev, stat.st_ino


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _seal(sha256: str) -> str:
    return f"{sha256}  {MANIFEST}\n"


def _spelled(versions: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())
