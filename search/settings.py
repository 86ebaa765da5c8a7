"""What the commands share: where the index lies, and which model compares meanings."""

from __future__ import annotations

import os
from pathlib import Path


def default_index() -> Path:
    """`$CITEWELL_INDEX`, else `instance/index` below the current folder."""
    return Path(os.environ.get("CITEWELL_INDEX") or "instance/index")


def chosen_model() -> str:
    """`$CITEWELL_MODEL`: the folder of a model, `off`, or empty for the default model."""
    return os.environ.get("CITEWELL_MODEL", "").strip()
