"""Every compiled pattern of the project, how it is used, and texts made of its own pieces to stall it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]  # how Python itself reads a pattern
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import ingest
import search
import web

_PACKAGES = (ingest, search, web)
_SEARCHING = {"search", "sub", "subn", "split", "findall", "finditer"}
_METHODS = _SEARCHING | {"match", "fullmatch"}

# Single pieces of a pattern that are set beside each other.
_MOST_PIECES = 10
_SAMPLES = {kinds.CATEGORY_DIGIT: "1", kinds.CATEGORY_SPACE: " ", kinds.CATEGORY_NOT_WORD: " "}
# What no pattern ends with: what comes before it has to be given up and tried another way.
_STOP = "\0"


@dataclass(frozen=True, slots=True)
class Used:
    """A pattern, where it stands, and by which of its methods it is used."""

    pattern: re.Pattern[str]
    name: str
    methods: frozenset[str]

    def apply(self, text: str) -> None:
        """Does with the text what the project does with texts."""
        if self.methods & _SEARCHING:
            deque(self.pattern.finditer(text), maxlen=0)
        if "match" in self.methods:
            self.pattern.match(text)
        if "fullmatch" in self.methods:
            self.pattern.fullmatch(text)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of any length: a beginning, a piece over and over, and an end that does not fit."""

    beginning: str
    piece: str

    def of(self, length: int) -> str:
        """The text of about so many characters."""
        return f"{self.beginning}{self.piece * (length // len(self.piece))}{_STOP}"


def patterns() -> tuple[Used, ...]:
    """The patterns of texts in the modules of the project, each once."""
    found: dict[re.Pattern[str], Used] = {}
    for package in _PACKAGES:
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if info.name.endswith("__main__"):
                continue
            module = importlib.import_module(info.name)
            source = Path(module.__file__ or "").read_text(encoding="utf-8")
            for name, value in vars(module).items():
                for pattern in _held(value):
                    # One of several that a name holds is used under another: the variable of a loop.
                    called = re.escape(name) if pattern is value else "[a-z_]+"
                    methods = set(re.findall(rf"\b{called}\.(\w+)\b", source)) & _METHODS
                    found.setdefault(
                        pattern, Used(pattern, f"{info.name}.{name}", frozenset(methods or _METHODS))
                    )
    return tuple(found.values())


def _held(value: object) -> Iterator[re.Pattern[str]]:
    """The patterns that a value is or holds."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif isinstance(value, (tuple, list, set, frozenset)):
        for each in value:
            yield from _held(each)
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _held(each)


def texts(used: Used) -> list[Text]:
    """Texts that may make the pattern go back often: each of its pieces, and each two, over and over."""
    pattern = used.pattern
    parsed = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    whole = _sample(parsed)
    pieces = list(dict.fromkeys(piece for piece in (*_pieces(parsed), *whole[:1], whole) if piece))
    pieces.sort(key=len, reverse=True)  # what is a piece of several parts first
    single = pieces[:_MOST_PIECES]
    over_and_over = [*pieces, *("".join(pair) for pair in permutations(single, 2))]
    return [Text(beginning, piece) for piece in over_and_over for beginning in dict.fromkeys(("", whole))]


def _pieces(parsed: Any) -> Iterator[str]:
    """A sample of each part that may come repeatedly, then of the others."""
    for kind, value in parsed:
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            yield _sample(value[2])
            yield from _pieces(value[2])
    for kind, value in parsed:
        if kind is kinds.SUBPATTERN:
            yield from _pieces(value[3])
        elif kind is kinds.BRANCH:
            for branch in value[1]:
                yield _sample(branch)
                yield from _pieces(branch)
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from _pieces(value[1])
        elif kind in (kinds.LITERAL, kinds.IN):
            yield _sample([(kind, value)])


def _sample(parsed: Any) -> str:
    """A short text that the parts match, one after the other, as far as one can say without trying."""
    return "".join(_sample_of(kind, value) for kind, value in parsed)


def _sample_of(kind: Any, value: Any) -> str:
    if kind is kinds.LITERAL:
        return chr(value)
    if kind in (kinds.ANY, kinds.NOT_LITERAL):
        return "x" if value != ord("x") else "y"
    if kind is kinds.IN:
        return _member(value)
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
        return _sample(value[2]) * max(value[0], 1)
    if kind is kinds.SUBPATTERN:
        return _sample(value[3])
    if kind is kinds.ATOMIC_GROUP:
        return _sample(value)
    return _sample(value[1][0]) if kind is kinds.BRANCH else ""


def _member(members: Any) -> str:
    """A character of a set; of one that is given by what it has not, one that stands in most texts."""
    if members[0][0] is kinds.NEGATE:
        tried = (letter for letter in "a 1-.A" if not any(_is_in(letter, member) for member in members[1:]))
        return next(tried, "~")
    kind, value = members[0]
    if kind is kinds.LITERAL:
        return chr(value)
    return chr(value[0]) if kind is kinds.RANGE else _SAMPLES.get(value, "a")


def _is_in(letter: str, member: Any) -> bool:
    kind, value = member
    if kind is kinds.LITERAL:
        return ord(letter) == value
    if kind is kinds.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    return {kinds.CATEGORY_DIGIT: letter.isdigit(), kinds.CATEGORY_SPACE: letter.isspace(),
            kinds.CATEGORY_WORD: letter.isalnum() or letter == "_"}.get(value, False)  # fmt: skip
