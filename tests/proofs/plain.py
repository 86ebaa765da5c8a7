"""Whether the marks of a query language mean nothing: a text with them finds what its bare words find."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from search.analysis import STOP_WORDS, tokens
from search.index.engine import Engine
from tests.proofs.asking import ask

# Double quotes and a dash before a word do say something, and are left to other experiments.
_MARKS = re.compile(r"(?:[*?~^()\[\]{}:+!|&/\\<>=#@$;]|\.(?=\*))+")

# A question of these and the thing itself asks what the thing is, and then they are not looked for. Marks
# between them make it another question, of which every word is.
_DEFINING = frozenset("define definition explain full meaning name".split())


def plain_words(engine: Engine) -> list[str]:
    """Words of the documents that mean nothing but themselves, in order: those that ask are left out."""
    return sorted(set(engine.vocabulary()) - _DEFINING - STOP_WORDS)


def bare(text: str) -> str:
    """The text with a space in place of every mark."""
    return " ".join(_MARKS.sub(" ", text).split())


def interpreted(client: FlaskClient, text: str) -> str | None:
    """How a text is taken for more than its words; None when it is not."""
    # A text of nothing but marks has no words, as one of stop words alone has none.
    asked, plain = (
        ask(client, each, more="&expand=false&explain=true&limit=50") for each in (text, bare(text) or "the")
    )
    if asked.status != plain.status or asked.status not in (200, 400):
        return f"status {asked.status}, of the bare words {plain.status}: {text!a}"
    if asked.status == 400:
        return None
    one, other = asked.json, plain.json
    words = {token.exact for token in tokens(text)}
    query = one["query"]
    assert isinstance(query, dict)
    if not words.issuperset(query["terms"]) or query["phrases"] or query["excluded"]:
        return f"looked for {query}: {text!a}"
    if query["terms"] != other["query"]["terms"]:  # type: ignore[index]  # a dictionary, as above
        return f"other words than {bare(text)!a}: {text!a}"
    if _found(one) != _found(other):
        return f"found other passages or scores than {bare(text)!a}: {text!a}"
    return None


def _found(reply: dict[str, object]) -> tuple[object, list[str]]:
    results = reply["results"]
    assert isinstance(results, list)
    return reply["total"], [f"{result['passage_id']} {result['score']}" for result in results]
