"""What this request answers from: the engine and the synonyms, as they stand now."""

from __future__ import annotations

from flask import current_app

from search.index.current import CurrentEngine
from search.index.engine import Engine
from search.question.synonyms import SynonymFiles, Synonyms


def engine() -> Engine:
    """The current generation's engine; raises IndexUnusable while there is none."""
    current: CurrentEngine = current_app.extensions["citewell"]
    return current.engine()


def synonyms() -> Synonyms:
    """The shipped synonyms and the maintainers', whose file is looked at anew."""
    files: SynonymFiles = current_app.extensions["citewell_synonyms"]
    return files.current()
