"""Asks the application as a browser and a script do, in this process, and times it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from flask.testing import FlaskClient

from ingest.pipeline import ingest
from search.encoder import Encoder
from search.index.embedded import EmbeddedEngine
from web import create_app

ROOT = Path(__file__).parents[2]

# What may be said to a question that cannot be asked.
REFUSED = {"question_empty", "question_too_long"}


def words_alone() -> Encoder | None:
    """No encoder: what is tried here is how words are looked for."""
    return None


def shipped(folder: Path) -> FlaskClient:
    """A client of the application over the shipped articles, indexed in `folder`."""
    ingest([ROOT / "corpus"], folder / "index")
    return create_app({"INDEX": folder / "index"}, words_alone).test_client()


def engine_of(client: FlaskClient) -> EmbeddedEngine:
    """The engine that the client's application answers from."""
    engine = client.application.extensions["citewell"].engine()
    assert isinstance(engine, EmbeddedEngine)
    return engine


class Reply(NamedTuple):
    """What came back, and how soon."""

    status: int
    seconds: float
    body: bytes
    mimetype: str

    @property
    def json(self) -> dict[str, object]:
        """The JSON that it is; raises ValueError for anything else."""
        found = json.loads(self.body.decode("utf-8"), parse_constant=_no_json)
        if not isinstance(found, dict):
            raise ValueError(f"no object: {found!r:.80}")
        return found


def _no_json(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def ask(client: FlaskClient, question: str, path: str = "/search", more: str = "") -> Reply:
    """The reply to a question, which may hold any characters, lone surrogates too."""
    address = f"{path}?q={quote(question.encode('utf-8', 'surrogatepass'), safe='')}{more}"
    began = time.perf_counter()
    response = client.get(address)
    body = response.get_data()
    return Reply(response.status_code, time.perf_counter() - began, body, response.mimetype)


def wrong_with(question: str, reply: Reply, page: Reply) -> str | None:
    """What is wrong with a reply and the page of the same question; None for nothing."""
    try:
        data = reply.json
    except ValueError as error:
        return f"no JSON ({error})"
    if (reply.status, page.status) not in ((200, 200), (400, 400), (400, 200)):
        return f"status {reply.status}, of the page {page.status}"
    if reply.status == 400 and data.get("code") not in REFUSED:
        return f"refused as {data.get('code')}"
    if page.status == 200 and reply.status == 400 and data.get("code") != "question_empty":
        return "the page answers what the script may not ask"
    if page.mimetype != "text/html" or b"</html>" not in page.body:
        return "no whole page"
    return None


@contextmanager
def opened(engine: EmbeddedEngine) -> Iterator[list[tuple[str, str]]]:
    """The posting lists that are opened within, by kind and term, one after the other."""
    lists: list[tuple[str, str]] = []
    segments = engine._frozen._segments
    finds = [segment.postings.find for segment in segments]

    def counting(place: int) -> None:
        def find(kind: str, term: str) -> int | None:
            lists.append((kind, term))
            return finds[place](kind, term)

        segments[place].postings.find = find  # type: ignore[method-assign]  # for as long as it is counted

    for place in range(len(segments)):
        counting(place)
    try:
        yield lists
    finally:
        for segment in segments:
            del segment.postings.find
