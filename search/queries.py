"""What was asked: the query that a question becomes, and what was added to it from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from search.analysis import tokens
from search.marks import NO_MARK, Mark

Kind = Literal[
    "definition",
    "count",
    "date",
    "person",
    "percentage",
    "money",
    "place",
    "list",
    "why",
    "how",
    "yesno",
    "compare",
    "keywords",
    "other",
]

# Where an added word comes from: a correction, the glossary of acronyms, the maintainers' file.
ExpansionSource = Literal["spelling", "glossary", "synonyms"]


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the question in the three forms of the analyzer."""

    stem: str
    exact: str
    acronym: str | None  # None: not written as an acronym


@dataclass(frozen=True, slots=True)
class Expansion:
    """Words that are looked for beside some of the question's."""

    term: str  # the words of the question, as typed
    added: str  # what is looked for beside them, as a reader would write it
    source: ExpansionSource
    instead_of: tuple[str, ...]  # stems of the query's terms that these words stand for, in order; not empty
    terms: tuple[Term, ...]  # the added words, in order, stop words left out; not empty
    weight: float  # of a match beside a match of the words that were typed; over 0, at most 1


@dataclass(frozen=True, slots=True)
class Sense:
    """One thing that an acronym stands for in the documents."""

    long_form: str  # as the documents write it most often
    passages: int  # passages in which the long form stands
    documents: int  # documents in which the long form stands
    first: str | None  # date of the earliest document that has it, ISO; None: all undated
    last: str | None  # of the latest
    kind: Literal["defined", "initials"] = "defined"  # by a document, or guessed from its initials


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """An acronym of the question that stands for several things here."""

    acronym: str
    senses: tuple[Sense, ...]  # two at least, the one in most passages first


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents are looked in; what is not said is not asked of them."""

    publishers: frozenset[str] = frozenset()  # of any of these, however they are capitalised
    documents: frozenset[str] = frozenset()  # with any of these ids
    first_day: str | None = None  # ISO date: of that day or after, by when it was updated, else published
    last_day: str | None = None  # ISO date: of that day or before


EVERYWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, and what is looked for."""

    question: str  # trimmed, composed Unicode
    terms: tuple[Term, ...]  # distinct by stem, in the order of the question; may be empty
    words: tuple[tuple[str, bool], ...] = ()  # every word's stem in order, and whether it is a stop word
    names: frozenset[str] = frozenset()  # stems of names, numbers and acronyms
    kind: Kind = "other"  # what a right answer has to be
    expects: Mark = NO_MARK  # what the answering sentence has to hold, any one of these; none: anything
    counted: tuple[str, ...] = ()  # stems of what "how many ..." counts, in order
    phrases: tuple[str, ...] = ()  # what stood in quotation marks: an answer holds its words in a row
    loose_phrases: tuple[str, ...] = ()  # stood so too, but too many or too long: looked for as plain words
    excluded: tuple[Term, ...] = ()  # `-word`: no answer holds one
    negated: bool = False  # whether the question asks what is not so
    too_many_terms: bool = False  # whether the question had more terms than are looked for
    as_of: str | None = None  # ISO date: only documents of that day or before; None: all
    scope: Scope = EVERYWHERE
    expansions: tuple[Expansion, ...] = ()
    ambiguities: tuple[Ambiguity, ...] = ()

    @property
    def truncated(self) -> bool:
        """Whether less is looked for than was asked."""
        return self.too_many_terms or bool(self.loose_phrases)

    @property
    def quoted(self) -> frozenset[str]:
        """The stems of the words in quotation marks, which mean themselves."""
        return frozenset(token.stem for phrase in self.phrases for token in tokens(phrase))

    @property
    def subject(self) -> frozenset[str]:
        """The stems of the thing that a definition is asked of; empty for other questions."""
        return frozenset(term.stem for term in self.terms) if self.kind == "definition" else frozenset()
