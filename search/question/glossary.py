"""The glossary of acronyms mined from the documents, and what it adds to a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from search.analysis import acronym_key, tokens
from search.queries import Ambiguity, Expansion, Query, Sense, Term

# A match of what is added beside a match of what was typed.
LONG_FORM_WEIGHT = 0.5
ACRONYM_WEIGHT = 0.5

# Senses of an acronym that are looked for; more would bury the question's other words.
MAX_SENSES = 3

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An acronym that documents define."""

    acronym: str  # as written most often, singular
    senses: tuple[Sense, ...]  # the one in most passages first
    spellings: tuple[tuple[Stems, ...], ...]  # for each sense the stems of every wording of it
    is_word: bool  # whether its letters are a word too, which more passages hold than hold the acronym


@dataclass(frozen=True)
class Glossary:
    """What acronyms stand for in the documents of a generation."""

    defined: Mapping[str, Entry] = field(default_factory=dict)  # by acronym key
    guessed: Mapping[str, Sense] = field(default_factory=dict)  # by acronym, where none is defined

    def senses(self, acronym: str) -> tuple[Sense, ...]:
        """What an acronym, or its key, stands for, most frequent first; a guess where nothing defines it."""
        entry = self.defined.get(acronym_key(acronym))
        if entry:
            return entry.senses
        capitals = acronym.upper()
        guess = self.guessed.get(capitals) or self.guessed.get(capitals.removesuffix("S"))
        return (guess,) if guess else ()

    def acronyms_of(self, stems: Stems) -> tuple[str, ...]:
        """The keys of the acronyms that are defined as the words with these stems."""
        return self._keys.get(stems, ())

    def entries(self) -> tuple[Entry, ...]:
        """The acronyms that are defined, by the alphabet."""
        return tuple(sorted(self.defined.values(), key=lambda entry: (entry.acronym.upper(), entry.acronym)))

    @cached_property
    def longest(self) -> int:
        """How many words the longest long form has, stop words left out; 0: there is none."""
        return max(map(len, self._keys), default=0)

    @cached_property
    def _keys(self) -> Mapping[Stems, tuple[str, ...]]:
        keys: dict[Stems, tuple[str, ...]] = {}
        for key, entry in self.defined.items():
            for spellings in entry.spellings:
                for stems in {tuple(dict.fromkeys(stems)) for stems in spellings}:
                    keys[stems] = (*keys.get(stems, ()), key)
        return keys


EMPTY_GLOSSARY = Glossary()


def glossary_to_list(glossary: Glossary) -> list[dict[str, Any]]:
    """The acronyms that are defined with their senses, as `/api/glossary` and the command give them."""
    return [
        {"acronym": entry.acronym, "senses": [asdict(sense) for sense in entry.senses]}
        for entry in glossary.entries()
    ]


def glossary_expansions(
    query: Query, glossary: Glossary, known: Callable[[Term], bool]
) -> tuple[tuple[Expansion, ...], tuple[Ambiguity, ...]]:
    """The long forms of the question's acronyms, the acronyms of its long forms, and what is ambiguous.

    A question that has both the acronym and a long form gets nothing more for either. `known` says whether
    any passage has a term: what an acronym stands for is guessed only if none has.
    """
    stems = tuple(term.stem for term in query.terms)
    spelled = tuple(_spelled_out(stems, glossary))
    named = {key for _, _, keys in spelled for key in keys}
    held: set[str] = set()
    expansions: list[Expansion] = []
    ambiguities: list[Ambiguity] = []
    for term in query.terms:
        key, senses = _senses(term, glossary, known)
        held.add(key)
        if key in named:
            continue
        if len(senses) > 1:
            ambiguities.append(Ambiguity(glossary.defined[key].acronym, senses))
        for sense in senses[:MAX_SENSES]:
            expansions.append(_expansion(query, (term,), sense.long_form, LONG_FORM_WEIGHT))
    for start, end, keys in spelled:
        for key in keys:
            if key not in held:
                acronym = glossary.defined[key].acronym
                expansions.append(_expansion(query, query.terms[start:end], acronym, ACRONYM_WEIGHT))
    return tuple(expansions), tuple(ambiguities)


def _expansion(query: Query, words: Sequence[Term], added: str, weight: float) -> Expansion:
    stems = tuple(word.stem for word in words)
    return Expansion(_typed(query, words), added, "glossary", stems, terms_of(added), weight)


def _spelled_out(stems: Stems, glossary: Glossary) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Where the question's words are a long form, the longest first, with the acronyms of each."""
    start = 0
    while start < len(stems):
        for end in range(min(len(stems), start + glossary.longest), start, -1):
            keys = glossary.acronyms_of(stems[start:end])
            if keys:
                yield start, end, keys
                start = end - 1
                break
        start += 1


def _senses(term: Term, glossary: Glossary, known: Callable[[Term], bool]) -> tuple[str, tuple[Sense, ...]]:
    """The term as an acronym's key, with what that stands for; nothing if it is no acronym."""
    key = term.acronym or acronym_key(term.exact)
    entry = glossary.defined.get(key)
    if entry:
        return key, entry.senses if term.acronym or not entry.is_word else ()
    looks_so = term.acronym or not _VOWELS.intersection(term.exact)
    return key, glossary.senses(term.exact) if looks_so and not known(term) else ()


_VOWELS = frozenset("aeiouy")


def _typed(query: Query, terms: Sequence[Term]) -> str:
    """The terms as they stand in the question, with what is between them."""
    wanted = {term.stem for term in terms}
    places = [token for token in tokens(query.question) if token.stem in wanted]
    first = next((token for token in places if token.stem == terms[0].stem), None)
    if first is None:  # a question in capitals has other stems than its terms
        return " ".join(term.exact for term in terms)
    last = next(
        (token for token in places if token.start >= first.start and token.stem == terms[-1].stem), first
    )
    return query.question[first.start : last.end]


def terms_of(text: str) -> tuple[Term, ...]:
    """The terms of a text in order, stop words left out."""
    return tuple(Term(t.stem, t.exact, t.acronym) for t in tokens(text) if not t.is_stop_word)


def stems_of(text: str) -> Stems:
    """Their stems."""
    return tuple(token.stem for token in tokens(text) if not token.is_stop_word)
