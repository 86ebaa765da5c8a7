"""What scripts call: `GET /search`."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from search.answering import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, answer
from search.as_json import answer_to_dict
from search.deadline import DEADLINE_SECONDS, in_seconds
from web.current import engine, synonyms
from web.health import report_dropped
from web.parameters import check_names, day, flag, number, scope

blueprint = Blueprint("api", __name__)


@blueprint.get("/search")
def search() -> Response:
    """The answer to `q` as JSON; README.md describes it, `problems` says what else may come."""
    check_names(
        ("q", "limit", "offset", "as_of", "publisher", "document", "from", "to", "expand", "explain"),
        repeatable=("publisher", "document"),
    )
    limit = number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
    offset = number("offset", 0, 0, MAX_OFFSET)
    as_of, expand, explain = day("as_of"), flag("expand", True), flag("explain", False)
    reply = answer(
        request.args.get("q", ""),
        engine(),
        limit=limit,
        offset=offset,
        as_of=as_of,
        scope=scope(),
        expand=expand,
        synonyms=synonyms(),
        deadline=in_seconds(DEADLINE_SECONDS),
    )
    report_dropped(reply.dropped)
    return jsonify(answer_to_dict(reply, explain=explain))
