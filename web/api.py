"""What scripts call: `GET /search`."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from search.answering import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, answer
from search.as_json import answer_to_dict
from web.current import engine
from web.parameters import check_names, number

blueprint = Blueprint("api", __name__)


@blueprint.get("/search")
def search() -> Response:
    """The answer to `q` as JSON; README.md describes it, `problems` says what else may come."""
    check_names(("q", "limit", "offset"))
    limit = number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT)
    offset = number("offset", 0, 0, MAX_OFFSET)
    return jsonify(answer_to_dict(answer(request.args.get("q", ""), engine(), limit=limit, offset=offset)))
