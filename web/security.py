"""Headers that every reply carries."""

from __future__ import annotations

from flask import Flask, Response

# No script runs on these pages, so none is allowed to.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def register(app: Flask) -> None:
    """Adds the headers to every reply, errors included; no shared cache may keep what somebody asked."""

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.update(_HEADERS)
        response.headers.setdefault("Cache-Control", "private, max-age=0, must-revalidate")
        return response
