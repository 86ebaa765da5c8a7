"""Errors as the caller can use them: problem+json (RFC 9457) for scripts, a page for people."""

from __future__ import annotations

import logging

from flask import Flask, Response, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from search.errors import IndexUnusable, QuestionError
from web.admission import Busy
from web.parameters import BadParameter

_log = logging.getLogger(__name__)

_SCRIPT_PATHS = ("/search", "/api/glossary", "/healthz", "/openapi.yaml")


def register(app: Flask) -> None:
    """Handles every error of the application; none shows a traceback or a path."""

    @app.errorhandler(QuestionError)
    def question(error: QuestionError) -> Response:
        return _reply(400, error.code, "This cannot be asked", str(error), "q")

    @app.errorhandler(BadParameter)
    def parameter(error: BadParameter) -> Response:
        return _reply(400, "parameter_invalid", "A parameter is wrong", str(error), error.name)

    @app.errorhandler(IndexUnusable)
    def index(error: IndexUnusable) -> Response:
        # The message names folders and commands of the machine: for its keeper's log, not for readers.
        _log.error("%s", error)
        return _reply(
            503,
            "index_unavailable",
            "There is no index to search",
            "The service has no usable index at the moment. Its log says what to run.",
        )

    @app.errorhandler(Busy)
    def busy(error: Busy) -> Response:
        reply = _reply(503, "busy", "The service is busy", f"{error}.".capitalize())
        reply.headers["Retry-After"] = str(error.retry_after)
        return reply

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        status = error.code or 500
        name = error.name.lower().replace(" ", "_").replace("'", "")
        reply = _reply(status, name, error.name, error.description or "")
        for header, value in error.get_headers():
            if header not in ("Content-Type", "Content-Length"):
                reply.headers[header] = value
        return reply

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        _log.exception("unexpected error", exc_info=error)
        current_app.extensions["citewell"].suspect()  # a file that was damaged while it is served, perhaps
        return _reply(
            500, "internal_error", "Something went wrong", "The service failed here. Please try again."
        )


def _reply(status: int, code: str, title: str, detail: str, parameter: str | None = None) -> Response:
    if request.path in _SCRIPT_PATHS:
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}
        if parameter is not None:
            problem["errors"] = [{"parameter": parameter, "detail": detail}]
        reply = jsonify(problem)
        reply.content_type = "application/problem+json"
    else:
        reply = Response(render_template("problem.html", title=title, detail=detail))
    reply.status_code = status
    return reply
