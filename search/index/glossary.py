"""The glossary of a generation, and the findings in its documents that it is made from.

The findings are kept so that an update looks for acronyms in what has changed only; they are read when an
index is written, one document at a time. The glossary itself is small, and read with the first question.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from search.index.engine import Engine
from search.index.withdrawn import Contents
from search.passages import Document, Passage
from search.queries import Sense
from search.question.findings import Findings, from_line, id_of, mine, to_line
from search.question.glossary import EMPTY_GLOSSARY, Entry, Glossary
from search.question.senses import glossary_of

_GLOSSARY = "glossary.json"

# Its number is raised whenever the same document could have other findings than before.
_FINDINGS = "findings-1.jsonl"


def noted(folder: Path, contents: Contents) -> Iterator[tuple[Document, Sequence[Passage]]]:
    """The documents as they come, the findings of each added to those of the index that is being written."""
    with (folder / _FINDINGS).open("a", encoding="utf-8") as file:
        for document, passages in contents:
            file.write(to_line(mine(document, passages)))
            yield document, passages


def keep_findings(folder: Path, base: Engine, before: Path, without: Collection[str]) -> None:
    """Takes over what was found in the documents of `base`, whose folder is `before`, except some.

    They are looked through again where their findings were not kept, or by other rules.
    """
    with (folder / _FINDINGS).open("w", encoding="utf-8") as file:
        if (before / _FINDINGS).exists():
            with (before / _FINDINGS).open(encoding="utf-8") as lines:
                file.writelines(line for line in lines if id_of(line) not in without)
        else:
            for id in base.document_ids():
                if id not in without:
                    file.write(to_line(mine(base.documents([id])[id], base.passages(id))))


def write_glossary(folder: Path) -> None:
    """Makes the glossary of an index from all its findings."""

    def read() -> Iterator[Findings]:
        with (folder / _FINDINGS).open(encoding="utf-8") as lines:
            yield from map(from_line, lines)

    glossary = glossary_of(read)
    data = {
        "defined": {key: dataclasses.asdict(entry) for key, entry in glossary.defined.items()},
        "guessed": {key: dataclasses.asdict(sense) for key, sense in glossary.guessed.items()},
    }
    (folder / _GLOSSARY).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def read_glossary(folder: Path) -> Glossary:
    """The glossary of an index; an empty one for an index that was written without."""
    path = folder / _GLOSSARY
    if not path.exists():
        return EMPTY_GLOSSARY
    data = json.loads(path.read_bytes())
    defined = {
        key: Entry(
            entry["acronym"],
            tuple(Sense(**sense) for sense in entry["senses"]),
            tuple(tuple(tuple(stems) for stems in spellings) for spellings in entry["spellings"]),
            entry["is_word"],
        )
        for key, entry in data["defined"].items()
    }
    return Glossary(defined, {key: Sense(**sense) for key, sense in data["guessed"].items()})
