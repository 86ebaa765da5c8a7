"""`python -m search "QUESTION"`: the answer and the best passages, or the glossary; for people or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from search.answering import DEFAULT_LIMIT, MAX_LIMIT, answer
from search.answers import Answer, Hit
from search.as_json import answer_to_dict
from search.errors import QuestionError, SearchError
from search.index.generations import open_current
from search.passages import place_name
from search.question.glossary import Glossary, glossary_to_list
from search.settings import default_index

_WIDTH = 100


def main(argv: Sequence[str] | None = None) -> int:
    """0: there is a reply, "nothing answers" included; 1: no usable index; 2: no usable question."""
    parser = argparse.ArgumentParser(prog="python -m search", description=__doc__)
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("question", metavar="QUESTION", nargs="?")
    asked.add_argument(
        "--glossary", action="store_true", help="list the acronyms that the documents define instead"
    )
    parser.add_argument(
        "--index", type=Path, default=default_index(), help="folder of the index (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print the JSON that the service answers with")
    parser.add_argument(
        "--limit",
        type=_limit,
        default=DEFAULT_LIMIT,
        help=f"passages to list, 1 to {MAX_LIMIT} (%(default)s)",
    )
    arguments = parser.parse_args(argv)
    try:
        engine = open_current(arguments.index)
        if arguments.glossary:
            print(
                _as_json(glossary_to_list(engine.glossary))
                if arguments.json
                else glossary_as_text(engine.glossary)
            )
            return 0
        reply = answer(arguments.question, engine, limit=arguments.limit)
    except SearchError as error:
        print(f"search: {error}", file=sys.stderr)
        return 2 if isinstance(error, QuestionError) else 1
    if arguments.json:
        print(_as_json(answer_to_dict(reply)))
    else:
        print(as_text(reply))
    return 0


def _as_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1)


def _limit(value: str) -> int:
    if value.isdigit() and 1 <= int(value) <= MAX_LIMIT:
        return int(value)
    raise argparse.ArgumentTypeError(f"{value} is not a number from 1 to {MAX_LIMIT}")


def as_text(reply: Answer) -> str:
    """The reply for a terminal: the quotation with its citation, then the ranked passages."""
    parts = [f"“{reply.quoted.excerpt.quotation}”\n  {citation(reply.quoted)}"] if reply.quoted else []
    parts += [reply.reason.text] if reply.reason else []
    for hit in reply.hits:
        text = textwrap.fill(
            " ".join(hit.passage.text.split()), _WIDTH, initial_indent="   ", subsequent_indent="   "
        )
        parts.append(f"{hit.rank}. {citation(hit)}\n{text}")
    return "\n\n".join(parts)


def glossary_as_text(glossary: Glossary) -> str:
    """The glossary for a terminal, in columns: acronym, long form, counts, dates of the documents."""
    if not glossary.entries():
        return (
            "No document here says what an acronym stands for: it takes one that has both, as in "
            "“integrated care board (ICB)”, and then: python -m ingest"
        )
    rows = [("", "stands for", "passages", "documents", "first", "last")]
    for entry in glossary.entries():
        for number, sense in enumerate(entry.senses):
            name = "" if number else entry.acronym
            dates = (sense.first or "undated", sense.last or "undated")
            rows.append((name, sense.long_form, str(sense.passages), str(sense.documents), *dates))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in (2, 3) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def citation(hit: Hit) -> str:
    """Where the passage stands, in one line: title, section, publisher, date or "undated", file and lines."""
    metadata = hit.document.metadata
    date = metadata.updated or metadata.published
    where = " > ".join((hit.document.label, *hit.passage.heading_path))
    who = ", ".join(found.value for found in (*metadata.authors, metadata.publisher) if found)
    place = place_name(hit.document.unit, hit.passage.first, hit.passage.last)
    when = date.value if date else "undated"
    return f"{where}. {who + '. ' if who else ''}{when}. [{hit.document.source}{place and f', {place}'}]"
