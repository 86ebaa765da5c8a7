"""The maintainers' synonyms: words that are looked for beside the words of a question.

One group a line, its entries apart by commas: each finds the others. `a, b => c` finds c for a and b,
and not the other way. An entry of two words and more is a phrase; a line that begins with # is a remark.
Words are matched by their stems, so that one form of each is enough.

Two files are read: `synonyms.txt` beside this module, and the maintainers' own, read anew when it
changes, with no new index. `python -m search.question.synonyms FILE` says what is wrong with one.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain, zip_longest
from pathlib import Path

from search.analysis import tokens
from search.errors import SearchError
from search.queries import Expansion, Query, Term
from search.question.narrowing import MAX_TERMS

_log = logging.getLogger(__name__)

# Of a match beside a match of the word as typed.
WEIGHT = 0.5

# Words added to one question, all its groups together: each opens a posting list in every field.
MAX_ADDED = 8

# A file of this size holds some 100,000 groups; a larger one is something else.
_MAX_BYTES = 8_000_000

_SHIPPED = "synonyms.txt"
_ARROW = "=>"

Stems = tuple[str, ...]


class SynonymsBroken(SearchError):
    """A file of synonyms that cannot be read; says in which line and why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One word or phrase of a group."""

    written: str
    terms: tuple[Term, ...]  # stop words left out; empty for an entry that is nothing else

    @property
    def stems(self) -> Stems:
        return tuple(term.stem for term in self.terms)


@dataclass(frozen=True, slots=True)
class Group:
    """A line of the file."""

    line: int  # from 1
    entries: tuple[Entry, ...]
    found: tuple[Entry, ...] | None  # what stands after the arrow; None: each entry finds the others

    def pairs(self) -> Iterator[tuple[Entry, Entry]]:
        """Each entry with each of those that it finds, in the order of the line."""
        for entry in self.entries:
            for other in self.entries if self.found is None else self.found:
                if entry.terms and other.terms and entry.stems != other.stems:
                    yield entry, other


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What is looked for beside each word or phrase."""

    found: Mapping[Stems, tuple[Entry, ...]]
    longest: int  # words of the longest phrase that finds others; 0 when nothing does
    words: frozenset[str]  # the stems of every entry of one word: none of them is a misspelling


def parse(text: str) -> tuple[Group, ...]:
    """The groups of a file; raises SynonymsBroken for the first line that is none."""
    numbered = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return tuple(_group(number, line) for number, line in numbered if line and not line.startswith("#"))


def _group(number: int, line: str) -> Group:
    sides = [[entry.strip() for entry in side.split(",")] for side in line.split(_ARROW)]
    if len(sides) > 2:
        raise SynonymsBroken(f"line {number}: two arrows; a line has one at most")
    if not all(chain.from_iterable(sides)):
        raise SynonymsBroken(f"line {number}: nothing stands before, after or between the commas")
    if len(sides) == 1 and len(sides[0]) == 1:
        raise SynonymsBroken(f"line {number}: {line!r} stands alone; a group has two entries at least")
    entries = [tuple(map(_entry, side)) for side in sides]
    return Group(number, entries[0], entries[1] if len(entries) == 2 else None)


def _entry(written: str) -> Entry:
    words = (token for token in tokens(written) if not token.is_stop_word)
    return Entry(written, tuple(Term(word.stem, word.exact, word.acronym) for word in words))


def synonyms_of(groups: Sequence[Group]) -> Synonyms:
    """What the groups find, those of the first ones first."""
    found: dict[Stems, dict[Stems, Entry]] = {}
    for group in groups:
        for entry, other in group.pairs():
            found.setdefault(entry.stems, {}).setdefault(other.stems, other)
    entries = chain.from_iterable((*group.entries, *(group.found or ())) for group in groups)
    return Synonyms(
        {stems: tuple(others.values()) for stems, others in found.items()},
        max(map(len, found), default=0),
        frozenset(entry.stems[0] for entry in entries if len(entry.stems) == 1),
    )


def shipped() -> tuple[Group, ...]:
    """The groups that the project brings along."""
    return parse((files(__package__) / _SHIPPED).read_text(encoding="utf-8"))


@cache
def shipped_synonyms() -> Synonyms:
    """What the shipped groups find; read once."""
    return synonyms_of(shipped())


def maintainers_file(index: Path) -> Path:
    """`$CITEWELL_SYNONYMS`, else `synonyms.txt` beside the folder of the index; it need not exist."""
    return Path(os.environ.get("CITEWELL_SYNONYMS") or index.parent / "synonyms.txt")


class SynonymFiles:
    """The shipped synonyms and those of a file that may appear, change and go while it is in use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._shipped = shipped()
        self._state: tuple[int, int] | None = None  # of the file, when it was last looked at
        self._synonyms = synonyms_of(self._shipped)

    def current(self) -> Synonyms:
        """The synonyms as the files stand now; the file's own come first.

        A file that cannot be read is logged once, with its line, and what was last read stays.
        """
        state = self._look()
        if state != self._state:
            self._state = state
            try:
                own = parse(_read(self._path)) if state else ()
                self._synonyms = synonyms_of((*own, *self._shipped))
            except SynonymsBroken as error:
                _log.error("%s: %s; the synonyms last read stay in use", self._path, error)
        return self._synonyms

    def _look(self) -> tuple[int, int] | None:
        try:
            stat = self._path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SynonymsBroken(f"cannot be read: {error.strerror}") from None
    if len(data) > _MAX_BYTES:
        raise SynonymsBroken(f"has {len(data):,} bytes, at most {_MAX_BYTES:,} are read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SynonymsBroken(f"line {line}: not UTF-8") from None


def synonym_expansions(query: Query, synonyms: Synonyms) -> tuple[Expansion, ...]:
    """What to look for beside words of the question, in its order; at most `MAX_ADDED` words in all.

    The longest phrase goes first, and its words are not looked up alone; a quoted phrase means itself.
    Where there are too many, each word gets its first synonym before any gets its second.
    """
    sought = {term.stem for term in query.terms}
    choices = [
        [(stems, entry) for entry in synonyms.found[stems] if not set(entry.stems) <= sought]
        for stems in _matches(query, synonyms)
    ]
    if not choices:
        return ()
    left = min(MAX_ADDED, MAX_TERMS - len(query.terms))
    taken: dict[Stems, tuple[Stems, Entry]] = {}  # by the stems that are added
    for stems, entry in filter(None, chain.from_iterable(zip_longest(*choices))):
        if entry.stems not in taken and len(entry.terms) <= left:
            taken[entry.stems] = stems, entry
            left -= len(entry.terms)
    typed = {token.stem: query.question[token.start : token.end] for token in tokens(query.question)}
    return tuple(
        Expansion(
            " ".join(typed.get(stem, stem) for stem in stems),
            entry.written,
            "synonyms",
            stems,
            entry.terms,
            WEIGHT,
        )
        for stems, entry in chain.from_iterable(choices)
        if taken.get(entry.stems) == (stems, entry)
    )


def _matches(query: Query, synonyms: Synonyms) -> Iterator[Stems]:
    """The words and phrases of the question that find others, left to right, the longest first."""
    quoted = query.quoted
    stems = [term.stem for term in query.terms]
    at = 0
    while at < len(stems):
        for length in range(min(synonyms.longest, len(stems) - at), 0, -1):
            phrase = tuple(stems[at : at + length])
            if phrase in synonyms.found and not quoted.intersection(phrase):
                yield phrase
                at += length
                break
        else:
            at += 1


def problems(groups: Sequence[Group]) -> Iterator[str]:
    """What is of no use in the groups, a line each: repeated entries and pairs, and stop words."""
    seen: dict[tuple[Stems, Stems], int] = {}
    for group in groups:
        for entry in (*group.entries, *(group.found or ())):
            if not entry.terms:
                yield f"line {group.line}: {entry.written!r} has only words that stand in every text"
            elif len(entry.terms) > len(set(entry.stems)):
                yield f"line {group.line}: {entry.written!r} is one word twice"
        for side in (group.entries, group.found or ()):
            first: dict[Stems, str] = {}
            for entry in side:
                if entry.stems in first:
                    yield f"line {group.line}: {entry.written!r} and {first[entry.stems]!r} are one word"
                first.setdefault(entry.stems, entry.written)
        for entry, other in group.pairs():
            line = seen.setdefault((entry.stems, other.stems), group.line)
            if line != group.line:
                yield f"line {group.line}: {entry.written!r} already finds {other.written!r}, by line {line}"


def main(argv: Sequence[str] | None = None) -> int:
    """0: nothing is wrong with the file; 1: something is, and it has been printed."""
    parser = argparse.ArgumentParser(
        prog="python -m search.question.synonyms", description="Says what is wrong with a file of synonyms."
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    path = parser.parse_args(argv).file
    try:
        found = list(problems(parse(_read(path))))
    except SynonymsBroken as error:
        found = [str(error)]
    for problem in found:
        print(f"{path}: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
