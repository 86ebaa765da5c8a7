"""`python -m search "QUESTION"`: the answer and the best passages, or the glossary; for people or as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from search.answering import DEFAULT_LIMIT, MAX_LIMIT, answer
from search.answers import Answer, Conflict, Features, Hit, Statement
from search.as_json import answer_to_dict
from search.days import iso_day
from search.encoder import default_encoder
from search.errors import QuestionError, SearchError
from search.index.generations import open_intact
from search.passages import effective_date, place_name
from search.queries import Scope
from search.question.glossary import Glossary, glossary_to_list
from search.question.synonyms import SynonymFiles, maintainers_file
from search.settings import default_index
from search.wording import (
    KINDS,
    also_looked_for,
    corrected,
    feature_in_words,
    scope_in_words,
    shortened_in_words,
)

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
    parser.add_argument(
        "--as-of", type=_day, metavar="DATE", help="look only in documents of this day (YYYY-MM-DD) or before"
    )
    parser.add_argument(
        "--publisher", action="append", default=[], help="look only in what this publisher published"
    )
    parser.add_argument(
        "--document", action="append", default=[], metavar="ID", help="look only in the document with this id"
    )
    for name, place, end in (("--from", "first_day", "after"), ("--to", "last_day", "before")):
        help = f"look only in documents of this day (YYYY-MM-DD) or {end}"
        parser.add_argument(name, type=_day, metavar="DATE", dest=place, help=help)
    parser.add_argument("--no-expand", action="store_true", help="look for the typed words only")
    parser.add_argument(
        "--explain", action="store_true", help="say what the question was taken for, and why each passage"
    )
    arguments = parser.parse_args(argv)
    if arguments.first_day and arguments.last_day and arguments.first_day > arguments.last_day:
        parser.error(f"--from {arguments.first_day} is after --to {arguments.last_day}")
    try:
        opened = open_intact(arguments.index, default_encoder)
        engine = opened.engine
        if opened.problem:
            print(f"search: answered from {engine.info.generation}: {opened.problem}", file=sys.stderr)
        if arguments.glossary:
            print(
                _as_json(glossary_to_list(engine.glossary))
                if arguments.json
                else glossary_as_text(engine.glossary)
            )
            return 0
        reply = answer(
            arguments.question,
            engine,
            limit=arguments.limit,
            as_of=arguments.as_of,
            scope=Scope(
                frozenset(arguments.publisher),
                frozenset(arguments.document),
                arguments.first_day,
                arguments.last_day,
            ),
            expand=not arguments.no_expand,
            synonyms=SynonymFiles(maintainers_file(arguments.index)).current(),
        )
    except SearchError as error:
        print(f"search: {error}", file=sys.stderr)
        return 2 if isinstance(error, QuestionError) else 1
    if arguments.json:
        print(_as_json(answer_to_dict(reply, explain=arguments.explain)))
    else:
        print(as_text(reply, explain=arguments.explain))
    return 0


def _as_json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1)


def _limit(value: str) -> int:
    if value.isdigit() and 1 <= int(value) <= MAX_LIMIT:
        return int(value)
    raise argparse.ArgumentTypeError(f"{value} is not a number from 1 to {MAX_LIMIT}")


def _day(value: str) -> str:
    try:
        return iso_day(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def as_text(reply: Answer, *, explain: bool = False) -> str:
    """The reply for a terminal: the quotation with its citation, then the ranked passages.

    With `explain`, also what the question was taken for and what each passage's place is made of.
    """
    parts = [f"Read “{word.term}” as “{word.added}”." for word in corrected(reply.query)]
    parts += shortened_in_words(reply.query)
    parts += [_question_in_words(reply)] if explain else []
    if reply.quoted:
        quotation = f"“{reply.quoted.excerpt.quotation}”\n  {citation(reply.quoted)}"
        parts.append("\n".join((quotation, *_later(reply.quoted))))
    parts += [reply.reason.text] if reply.reason else []
    parts += map(_conflict_in_words, reply.conflicts)
    for hit in reply.hits:
        text = textwrap.fill(
            " ".join(hit.passage.text.split()), _WIDTH, initial_indent="   ", subsequent_indent="   "
        )
        parts.append(
            "\n".join([f"{hit.rank}. {citation(hit)}", text, *(_table(hit.features) if explain else ())])
        )
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


def _later(hit: Hit) -> Iterator[str]:
    """The later statement that stands against the hit's sentence, if there is one."""
    if hit.superseded_by:
        yield f"  A later document says otherwise: {_said(hit.superseded_by)}"


def _said(statement: Statement) -> str:
    date = effective_date(statement.document) or "undated"
    return f"“{statement.quotation}” {statement.document.label}, {date}"


def _conflict_in_words(conflict: Conflict) -> str:
    heading = f"Documents of different dates say different things: {conflict.about}"
    return "\n".join((heading, *(f"  {_said(statement)}" for statement in conflict.statements)))


def _question_in_words(reply: Answer) -> str:
    lines = [
        f"Asked: {KINDS[reply.query.kind]}",
        f"Also looked for: {also_looked_for(reply.query) or 'nothing'}",
    ]
    lines += (
        [f"As of: {reply.query.as_of}, later and undated documents left out"] if reply.query.as_of else []
    )
    scope = scope_in_words(reply.query.scope)
    return "\n".join([*lines, *([f"Looked in documents: {scope}"] if scope else [])])


def _table(features: Features) -> Iterator[str]:
    """Each feature with its value, its weight and their product, in columns."""
    width = max((len(feature_in_words(feature.name)) for feature in features), default=0)
    for feature in features:
        value, weight, counts = feature.value, feature.weight, feature.value * feature.weight
        yield f"   {feature_in_words(feature.name):{width}} {value:z7.2f} x {weight:z6.2f} = {counts:z7.2f}"


def citation(hit: Hit) -> str:
    """Where the passage stands, in one line: title, section, publisher, date or "undated", file and lines."""
    metadata = hit.document.metadata
    date = metadata.updated or metadata.published
    where = " > ".join((hit.document.label, *hit.passage.heading_path))
    who = ", ".join(found.value for found in (*metadata.authors, metadata.publisher) if found)
    place = place_name(hit.document.unit, hit.passage.first, hit.passage.last)
    when = date.value if date else "undated"
    return f"{where}. {who + '. ' if who else ''}{when}. [{hit.document.source}{place and f', {place}'}]"
