"""What Citewell's load is compared with: small Flask applications, and the indexes that they search.

Ten passages for the words of the question in `q`, each library with its own stemming and the settings that it
comes with. The folder of the index is in `$LOAD_INDEX`; gunicorn calls the functions that end in `_app`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from flask import Flask, Response, jsonify, request

TEN = 10

Row = dict[str, Any]


def empty_app() -> Flask:
    """An empty answer: what Flask and its server cost alone."""
    return _app(None)


def tantivy_app() -> Flask:
    import tantivy

    index = tantivy.Index.open(os.environ["LOAD_INDEX"])
    searcher = index.searcher()

    def search(question: str) -> Sequence[Row]:
        # In lower case no word is an operator of its query language.
        query = index.parse_query(" ".join(re.findall(r"\w+", question.lower())), ["text"])
        hits = searcher.search(query, TEN).hits
        return [{"score": score, "text": searcher.doc(address)["text"][0]} for score, address in hits]

    return _app(search)


def whoosh_app() -> Flask:
    from whoosh.index import open_dir
    from whoosh.query import Or, Term

    index = open_dir(os.environ["LOAD_INDEX"])
    searcher = index.searcher()
    analyzer = index.schema["text"].analyzer

    def search(question: str) -> Sequence[Row]:
        words = {token.text for token in analyzer(question, mode="query")}
        hits = searcher.search(Or([Term("text", word) for word in sorted(words)]), limit=TEN)
        return [
            {"score": hit.score, "text": hit["text"], "highlights": hit.highlights("text")} for hit in hits
        ]

    return _app(search)


def build_tantivy(folder: Path, texts: Iterable[str]) -> None:
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("text", stored=True, tokenizer_name="en_stem").build()
    writer = tantivy.Index(schema, path=str(folder)).writer()
    for text in texts:
        writer.add_document(tantivy.Document(text=text))
    writer.commit()
    writer.wait_merging_threads()


def build_whoosh(folder: Path, texts: Iterable[str]) -> None:
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.fields import TEXT, Schema
    from whoosh.index import create_in

    writer = create_in(str(folder), Schema(text=TEXT(analyzer=StemmingAnalyzer(), stored=True))).writer()
    for text in texts:
        writer.add_document(text=text)
    writer.commit()


def _app(search: Callable[[str], Sequence[Row]] | None) -> Flask:
    app = Flask(__name__)

    @app.get("/search")
    def answer() -> Response:
        return jsonify({"results": search(request.args["q"])} if search else {})

    return app
