"""The glossary of a generation, and the findings in its documents that it is made from.

The findings are kept so that an update looks for acronyms in what has changed only; they are read when an
index is written, one document at a time. The glossary itself is small, and read with the first question.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from search.index.engine import Engine
from search.index.mined import Mined, MinedWriter, line_of
from search.index.segments import share
from search.queries import Sense
from search.question.findings import mine
from search.question.glossary import EMPTY_GLOSSARY, Entry, Glossary
from search.question.senses import glossary_of

_GLOSSARY = "glossary.json"

# Its number is raised whenever the same document could have other findings than before, or files of them.
_FINDINGS = "findings-2"

# In its folder: what was found when an index was written as a whole, the ids of documents of which that no
# longer counts, and what was found in those that have come since.
_WHOLE, _WITHDRAWN, _SINCE = "whole", "withdrawn.json", "since"


def findings_writer(folder: Path) -> MinedWriter:
    """Takes what is found in the documents of the index that is being written into `folder`."""
    findings = folder / _FINDINGS
    return MinedWriter(findings / (_SINCE if (findings / _WHOLE).exists() else _WHOLE))


def keep_findings(folder: Path, base: Engine, before: Path, without: Collection[str]) -> None:
    """Takes over what was found in the documents of `base`, whose folder is `before`, except some.

    These have to be all that have come since an index was written as a whole, and may be more. All others
    are looked through again where their findings were not kept, or by other rules.
    """
    whole, old = folder / _FINDINGS / _WHOLE, before / _FINDINGS
    if (old / _WHOLE).exists():
        whole.mkdir(parents=True)
        for path in (old / _WHOLE).iterdir():
            share(path, whole / path.name)
        withdrawn = sorted({*_withdrawn(old), *without})
    else:
        with MinedWriter(whole) as writer:
            for id in base.document_ids():
                if id not in without:
                    writer.add(line_of(mine(base.documents([id])[id], base.passages(id))))
        withdrawn = []
    (folder / _FINDINGS / _WITHDRAWN).write_text(json.dumps(withdrawn), encoding="utf-8")


def _withdrawn(findings: Path) -> list[str]:
    path = findings / _WITHDRAWN
    ids: list[str] = json.loads(path.read_bytes()) if path.exists() else []
    return ids


def write_glossary(folder: Path) -> None:
    """Makes the glossary of an index from all its findings."""
    findings = folder / _FINDINGS
    mined = [Mined(findings / _WHOLE, _withdrawn(findings)), Mined(findings / _SINCE)]
    glossary = glossary_of([each for each in mined if each.folder.exists()])
    data = {
        "defined": {key: _entry_to_dict(entry) for key, entry in glossary.defined.items()},
        "guessed": {key: _sense_to_dict(sense) for key, sense in glossary.guessed.items()},
    }
    (folder / _GLOSSARY).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def _entry_to_dict(entry: Entry) -> dict[str, Any]:
    """The entry with its senses; `dataclasses.asdict`, which copies them, takes a tenth of the whole time."""
    return {
        "acronym": entry.acronym,
        "senses": [_sense_to_dict(sense) for sense in entry.senses],
        "spellings": entry.spellings,
        "is_word": entry.is_word,
    }


def _sense_to_dict(sense: Sense) -> dict[str, Any]:
    return {name: getattr(sense, name) for name in Sense.__slots__}


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
