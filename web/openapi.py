"""What scripts may ask and get, in the words of OpenAPI: `GET /openapi.yaml`."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Flask, Response

from web.parameters import check_names

blueprint = Blueprint("openapi", __name__)

DESCRIPTION = Path(__file__).with_name("openapi.yaml")


def register(app: Flask) -> None:
    """Adds the address."""
    app.register_blueprint(blueprint)


@blueprint.get("/openapi.yaml")
def openapi() -> Response:
    """The description as it lies beside this module."""
    check_names(())
    return Response(DESCRIPTION.read_bytes(), mimetype="application/yaml")
