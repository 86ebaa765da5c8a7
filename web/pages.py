"""What staff see: the question with its answer, and a document opened at a passage."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request

from search.answering import DEFAULT_LIMIT, MAX_OFFSET, answer
from search.errors import QuestionEmpty
from web.current import engine
from web.parameters import check_names, number

blueprint = Blueprint("pages", __name__)

MAX_PAGE = MAX_OFFSET // DEFAULT_LIMIT + 1


@blueprint.get("/")
def home() -> str:
    """The search box, and below it the answer to `q`, if there is one."""
    check_names(("q", "page"))
    page = number("page", 1, 1, MAX_PAGE)
    current = engine()
    question = request.args.get("q", "")
    try:
        reply = answer(question, current, offset=(page - 1) * DEFAULT_LIMIT)
    except QuestionEmpty:
        return render_template("home.html", index=current.info)
    pages = min(-(-reply.total // DEFAULT_LIMIT), MAX_PAGE)
    return render_template("answer.html", reply=reply, page=page, pages=pages, index=current.info)


@blueprint.get("/documents/<document_id>")
def document(document_id: str) -> str:
    """The whole cleaned document, each passage at its own anchor (`#p-3`)."""
    check_names(())
    current = engine()
    found = current.documents([document_id]).get(document_id)
    if found is None:
        abort(404, "There is no such document here. It may have been withdrawn, or its file renamed.")
    passages = current.passages(document_id)
    return render_template("document.html", document=found, passages=passages, index=current.info)
