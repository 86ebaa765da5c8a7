"""The engine that this request answers from."""

from __future__ import annotations

from flask import current_app

from search.index.engine import Engine
from search.index.generations import CurrentEngine


def engine() -> Engine:
    """The current generation's engine; raises IndexUnusable while there is none."""
    current: CurrentEngine = current_app.extensions["citewell"]
    return current.engine()
