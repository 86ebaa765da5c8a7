"""What staff see: the question with its answer, and a document opened at a passage."""

from __future__ import annotations

from flask import Blueprint, abort, render_template

from search.answering import DEFAULT_LIMIT, answer
from search.answers import Answer
from search.deadline import DEADLINE_SECONDS, in_seconds
from search.errors import QuestionEmpty
from search.verbatim import said
from search.wording import shortened_in_words
from web.asked import MAX_PAGE, Asked, asked
from web.current import engine, synonyms
from web.health import report_dropped
from web.parameters import check_names

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def home() -> str:
    """The search box, and below it the answer to `q`, if there is one."""
    wanted = asked()
    current = engine()
    try:
        reply = answer(
            wanted.question,
            current,
            offset=wanted.offset,
            as_of=wanted.as_of,
            expand=wanted.expand,
            synonyms=synonyms(),
            deadline=in_seconds(DEADLINE_SECONDS),
        )
    except QuestionEmpty:
        return render_template("home.html", index=current.info)
    report_dropped(reply.dropped)
    return answer_page(reply, wanted)


def answer_page(reply: Answer, wanted: Asked) -> str:
    """The page of a reply to what was asked."""
    pages = min(-(-reply.total // DEFAULT_LIMIT), MAX_PAGE)
    return render_template(
        "answer.html",
        reply=reply,
        asked=wanted,
        pages=pages,
        index=reply.index,
        shortened=shortened_in_words(reply.query),
    )


@blueprint.get("/documents/<document_id>")
def document(document_id: str) -> str:
    """The whole cleaned document, each passage at its own anchor (`#p-3`)."""
    check_names(())
    current = engine()
    found = current.documents([document_id]).get(document_id)
    if found is None:
        abort(404, "There is no such document here. It may have been withdrawn, or its file renamed.")
    passages, dropped = said(found, current.passages(document_id))
    report_dropped(dropped)
    return render_template("document.html", document=found, passages=passages, index=current.info)
