"""What acronyms stand for in the documents: `/glossary` for people, `/api/glossary` for scripts."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template

from search.question.glossary import glossary_to_list
from web.current import engine
from web.parameters import check_names

blueprint = Blueprint("glossary", __name__)


@blueprint.get("/glossary")
def page() -> str:
    """Every acronym that the documents define, with what it stands for."""
    check_names(())
    current = engine()
    return render_template("glossary.html", entries=current.glossary.entries(), index=current.info)


@blueprint.get("/api/glossary")
def api() -> Response:
    """The same as JSON; README.md describes it."""
    check_names(())
    return jsonify(glossary_to_list(engine().glossary))
