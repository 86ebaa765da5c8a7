"""T16: a name of a field, a path or another engine's query in JSON is text."""

from __future__ import annotations

import json
import random
from pathlib import Path

from search.index.fields import FIELD_WEIGHTS
from tests.proofs.asking import engine_of, shipped
from tests.proofs.plain import interpreted, plain_words
from tests.proofs.proof import Outcome, Proof

_FIELDS = (*FIELD_WEIGHTS, "id", "path", "document", "passage", "publisher", "published", "_all", "_source")


def run(folder: Path, seed: int, size: int) -> Outcome:
    client, rng = shipped(folder), random.Random(seed)
    engine = engine_of(client)
    ids = engine.document_ids()
    words = plain_words(engine)
    documents = [document for id, document in engine.documents(ids).items()]
    labels = [name for document in documents for name in (document.source, document.label)]
    # A dash before a word leaves it out.
    values = [value for value in (*ids, *labels, *words, "*", "?", "[a TO z]") if " -" not in value]
    failures: list[str] = []
    for _ in range(size):
        if found := interpreted(client, _injected(rng, values)):
            failures.append(found)
    return Outcome(
        f"{size:,} texts with fields, paths and JSON: {len(failures)} interpreted", tuple(failures)
    )


def _injected(rng: random.Random, values: list[str]) -> str:
    field, value, other = rng.choice(_FIELDS), rng.choice(values), rng.choice(values)
    as_json = {
        "query": {rng.choice(("term", "match", "prefix", "query_string")): {field: value}},
        "size": 999,
    }
    text = rng.choice(
        (
            f"{field}:{value}",
            f"{field}:({value} OR {other})",
            f"{other} {field}:{value}",
            f"{field}:*",
            f"+{field}:{value} +{rng.choice(_FIELDS)}:{other}",
            f"../../{field}/{value}",
            json.dumps(as_json),
        )
    )
    return text.replace('"', "'")[:1000]  # what stands in double quotes is a quotation


PROOF = Proof("T16", "fields, paths and JSON in a question are plain words", run, "texts", 80, 5_000)
