"""The Flask application: read from top to bottom, this is all of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from search.encoder import default_encoder
from search.index.current import CurrentEngine
from search.index.kernel import chosen_kernel
from search.index.nearness import EncoderSource
from search.question.synonyms import SynonymFiles, maintainers_file
from search.settings import default_index, one_thread_a_product
from web import admission, api, glossary, health, markup, openapi, pages, problems, rates, security
from web.serving import MOST_BODY_BYTES


def create_app(config: Mapping[str, Any] | None = None, encoder_of: EncoderSource = default_encoder) -> Flask:
    """The application for the index in `config["INDEX"]`, which may not exist yet: each request looks."""
    app = Flask(__name__)
    app.config.from_mapping(
        INDEX=default_index(),
        MAX_CONTENT_LENGTH=MOST_BODY_BYTES,
        RATE=rates.REQUESTS_A_SECOND,
    )
    app.config.from_mapping(config or {})
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it; keeps our order
    one_thread_a_product()
    index = Path(app.config["INDEX"])
    app.extensions["citewell"] = CurrentEngine(index, encoder_of, chosen_kernel())
    app.extensions["citewell_synonyms"] = SynonymFiles(maintainers_file(index))
    rates.register(app)  # first, so that a client who asks too often takes no turn
    admission.register(app)
    health.register(app)
    openapi.register(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(glossary.blueprint)
    markup.register(app)
    problems.register(app)
    security.register(app)
    return app
