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
