"""What this request answers from: the engine and the synonyms, as they stand now."""

from __future__ import annotations

from flask import current_app, g

from search.index.current import CurrentEngine
from search.index.engine import Engine
from search.question.synonyms import SynonymFiles, Synonyms


def engine() -> Engine:
    """The current generation's engine, the same for the whole request; raises IndexUnusable for none."""
    if "engine" not in g:
        current: CurrentEngine = current_app.extensions["citewell"]
        g.engine = current.engine()
    found: Engine = g.engine
    return found


def synonyms() -> Synonyms:
    """The shipped synonyms and the maintainers', whose file is looked at anew."""
    files: SynonymFiles = current_app.extensions["citewell_synonyms"]
    return files.current()
