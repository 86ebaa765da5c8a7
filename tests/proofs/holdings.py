"""What an index has to hold after each run: the rules for files that move, match or cannot be read.

Written from what is promised of a run, not from the code of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.proofs.shelves import is_readable

Article = tuple[str, bytes]  # a file's name and bytes as they were when it was read


@dataclass(frozen=True, slots=True)
class Holding:
    """What the index has of one file."""

    tried: bytes | None  # the bytes that were looked at last; None: there were none to be had
    article: Article | None  # what its document was made from; None: it has none of its own


Holdings = Mapping[str, Holding]  # by the name of the file


def after_run(files: Mapping[str, bytes | None], before: Holdings) -> Holdings:
    """What is held once these files, in order of name, were looked at."""
    copies = _copies(files, before)
    gone = {held.tried: held for name, held in before.items() if held.article and name not in files}
    after: dict[str, Holding] = {}
    for name, data in files.items():
        known = before.get(name)
        if name in copies:
            after[name] = Holding(data, None)
        elif is_readable(data):
            assert data is not None
            after[name] = Holding(data, (name, data))
        else:  # what was made of it before stays, also when it has another name since
            if data is not None and (known is None or known.article is None):
                known = gone.get(data, known)
            after[name] = Holding(data, known.article if known else None)
    return after | _overtaken(after)


def _copies(files: Mapping[str, bytes | None], before: Holdings) -> set[str]:
    """The files with the bytes of another one, which had the document before or is the first by name."""
    same: dict[bytes, list[str]] = {}
    for name, data in files.items():
        if data is not None:
            same.setdefault(data, []).append(name)
    copies = set()
    for data, names in same.items():
        had = [name for name in names if (held := before.get(name)) and held.article and held.tried == data]
        copies.update(set(names) - {(had or names)[0]})
    return copies


def _overtaken(after: Holdings) -> dict[str, Holding]:
    """Files whose document is of an earlier name of theirs that another file has now: it is gone."""
    return {
        name: Holding(held.tried, None)
        for name, held in after.items()
        if held.article and held.article[0] != name and held.article[0] in after
    }


def articles(holdings: Holdings) -> dict[str, bytes]:
    """The files that a fresh build has to be made of, by name."""
    return dict(holding.article for holding in holdings.values() if holding.article)


def has_twins(holdings: Holdings) -> bool:
    """Whether two documents were made from the same bytes, as when a file that is kept though it cannot be
    read any more had the bytes that another has now: no fresh build makes two of them.
    """
    held = articles(holdings).values()
    return len(set(held)) < len(held)
