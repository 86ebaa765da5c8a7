"""Indexes as a service may find them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def outdate(index: Path, part: str = "schema") -> None:
    """Makes the index one that another version of Citewell published: `part` of its versions differs."""
    pointer = json.loads((index / "CURRENT").read_text(encoding="utf-8"))
    manifest = index / pointer["generation"] / "MANIFEST.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["versions"][part] = 999
    manifest.write_text(json.dumps(content), encoding="utf-8")
    pointer["manifest"] = hashlib.sha256(manifest.read_bytes()).hexdigest()
    (index / "CURRENT").write_text(json.dumps(pointer), encoding="utf-8")


def reseal(index: Path) -> None:
    """Has the manifest of the current generation, its seal and CURRENT agree with what lies there now."""
    pointer = json.loads((index / "CURRENT").read_text(encoding="utf-8"))
    folder = index / pointer["generation"]
    manifest = folder / "MANIFEST.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    for name, known in content["files"].items():
        known["sha256"] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    manifest.write_text(json.dumps(content), encoding="utf-8")
    sha256 = seal(folder)
    (index / "CURRENT").write_text(json.dumps({**pointer, "manifest": sha256}), encoding="utf-8")


def seal(folder: Path) -> str:
    """Has the seal of a generation agree with its manifest; the hash of that."""
    sha256 = hashlib.sha256((folder / "MANIFEST.json").read_bytes()).hexdigest()
    (folder / "MANIFEST.sha256").write_text(f"{sha256}  MANIFEST.json\n", encoding="utf-8")
    return sha256
