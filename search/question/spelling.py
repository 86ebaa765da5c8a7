"""Words of the question that no passage holds, read as words that some do.

A wrong correction turns a question about something else into a false answer, so a word is only taken
for another when typical slips lead from one to the other: two letters swapped, a letter left out or
typed twice, a vowel for a vowel, a neighbouring key. An English word that the corpus happens not to
have ("bread") is then rarely bent into one that it has ("broad").

Measured with the shipped articles as the corpus: of the 63,112 words of SQuAD that they lack .5 % are
taken for one of theirs, and another .6 % are parted into two of theirs, which do no harm unless they
stand side by side. Of their own words with one slip made anywhere but in the first letter 88 % are read
as what they were and .4 % as another word.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Iterator, Sequence
from itertools import islice, pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import Token, tokens
from search.index.vocabulary import Vocabulary
from search.queries import Expansion, Query, Term

# Of a match beside a match of the word as typed, which no passage has.
WEIGHT = 0.9

# Of the words of four letters that the shipped articles lack 3.3 % would be taken for one of theirs, of the
# longer ones .5 %.
MIN_LETTERS = 5
# From here on two slips are allowed, and a slip in the last letter, which in shorter words may be another
# form ("planner, planned"). From seven on 90 % of the slips are read instead of 88, and .6 % of the words
# taken for another.
LONG = 8
# From here on a letter may stand for another. From five on 95 % of the slips are read, but .74 % of the
# words taken for another; from seven on 82 % and .41 %.
SWITCHED = 6

# Unknown words that are corrected, the first ones of a question. Over a vocabulary of 500,000 words one that
# begins with the letter of the most, 49,000, takes 5 ms, 22 at the worst; so 24 would take .15 s. A question
# with more unknown words than this is not misspelt but about something else, or in another language.
MOST_CORRECTED = 8

# How many times as many passages have to hold a word for it to be worth one slip more. It keeps the
# articles' own typing errors, which stand once or twice, from being what is suggested.
_RARER = 16

_VOWELS = frozenset("aeiouy")
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")

# Each half of a word that is read as two has this many letters at least.
_HALF = 4
# And two words that are read as one have this many between them.
_JOINED = 6
# Endings that are words too: "countless" is not "count less".
_ENDINGS = frozenset(
    "able ally fold free full hood less like ment ness ship some ward wards ways wise".split()
)


def corrections(
    query: Query, unknown: Collection[Term], vocabulary: Vocabulary, english: Container[str]
) -> tuple[Expansion, ...]:
    """What to look for beside misspelt words, in the order of the question; often empty.

    `unknown` are the query's terms that no passage holds in any form, `english` the stems of words that are
    known to be right. Left alone are these, words in quoted phrases, acronyms, numbers, words of fewer than
    `MIN_LETTERS` letters, and those after the first `MOST_CORRECTED`.
    Two words of which the corpus makes one are added too, whether they are known or not.
    """
    quoted = query.quoted
    found = list(_joined(query, quoted, vocabulary))
    joined = {stem for expansion in found for stem in expansion.instead_of}
    left_alone = quoted | joined
    misspelt = (
        term
        for term in query.terms
        if term in unknown
        and not (term.stem in left_alone or term.acronym or term.stem in english)
        and _may_be_misspelt(term.exact)
    )
    for term in islice(misspelt, MOST_CORRECTED):
        meant = correct(term.exact, vocabulary)
        if meant:
            found.append(_expansion(term.exact, meant, (term.stem,)))
    place = {term.stem: number for number, term in enumerate(query.terms)}
    return tuple(sorted(found, key=lambda expansion: place[expansion.instead_of[0]]))


def correct(typed: str, vocabulary: Vocabulary) -> str | None:
    """The word, or the two words, that an unknown word was most likely meant to be; None for most.

    `typed` is in lower case. Fewer slips count more, then more passages, then the alphabet.
    """
    if not _may_be_misspelt(typed):
        return None
    allowed = 2 if len(typed) >= LONG else 1

    def worth(word: str) -> tuple[float, str]:
        made = slips(typed, word, allowed) or 0
        return made * math.log2(_RARER) - math.log2(vocabulary[word]), word

    near = [word for word in _near(typed, vocabulary, allowed) if slips(typed, word, allowed) is not None]
    return min(near, key=worth) if near else _parted(typed, vocabulary)


def _may_be_misspelt(typed: str) -> bool:
    return len(typed) >= MIN_LETTERS and typed.isalpha() and not _VOWELS.isdisjoint(typed)


def slips(typed: str, word: str, allowed: int) -> int | None:
    """How many typical slips make `typed` of `word`; None for more than `allowed` or for another kind.

    Of two slips one at least only swaps or doubles letters.
    """
    return _slips(typed, word, allowed, 1, "", len(typed))


def _slips(typed: str, word: str, allowed: int, heavy: int, before: str, length: int) -> int | None:
    """`before` is the letter in front, empty at the beginning; `heavy` how many letters may still differ."""
    while typed and word and typed[0] == word[0]:
        before, typed, word = typed[0], typed[1:], word[1:]
    if not typed and not word:
        return 0
    if not allowed:
        return None
    after: list[tuple[str, str, int]] = []  # what is left to explain after one slip here
    if len(typed) > 1 and typed[:2] == word[1:2] + word[:1]:
        after.append((typed[2:], word[2:], heavy))
    if before and typed[:1] == before:
        after.append((typed[1:], word, heavy))
    if before and word:
        twin = word[0] == before or word[0] == word[1:2]
        inner = len(word) > 1 or length >= LONG
        if twin:
            after.append((typed, word[1:], heavy))
        elif heavy and inner:
            after.append((typed, word[1:], heavy - 1))
        if typed and heavy and inner and length >= SWITCHED and _mistaken(typed[0], word[0]):
            after.append((typed[1:], word[1:], heavy - 1))
    rest = [_slips(t, w, allowed - 1, left, before or word[:1], length) for t, w, left in after]
    made = [slip for slip in rest if slip is not None]
    return min(made) + 1 if made else None


def _mistaken(one: str, other: str) -> bool:
    return (one in _VOWELS and other in _VOWELS) or other in _NEIGHBOURS.get(one, "")


def _neighbours() -> dict[str, str]:
    """The keys that touch each key; a row stands a quarter of a key to the right, the last one three."""
    place = {
        key: (row, column + (0, 0.25, 0.75)[row])
        for row, keys in enumerate(_KEYBOARD)
        for column, key in enumerate(keys)
    }
    return {
        key: "".join(
            other
            for other, (r, c) in place.items()
            if other != key and abs(r - row) <= 1 and abs(c - column) <= 1
        )
        for key, (row, column) in place.items()
    }


_NEIGHBOURS = _neighbours()


def _near(typed: str, vocabulary: Vocabulary, allowed: int) -> Iterator[str]:
    """The words of the corpus with the same first letter, or the first two swapped, and few changes."""
    swapped = typed[1] + typed[0] + typed[2:]
    if swapped in vocabulary and swapped != typed:
        yield swapped
    candidates: Sequence[str] = vocabulary.beginning_with(typed[0])
    for word, _, _ in process.extract(
        typed, candidates, scorer=OSA.distance, score_cutoff=allowed, limit=None
    ):
        if len(word) >= _HALF:
            yield word


def _parted(typed: str, vocabulary: Vocabulary) -> str | None:
    """`healthcare` -> `health care`: the two known words that it is made of, the commonest ones."""
    halves = [
        (typed[:cut], typed[cut:])
        for cut in range(_HALF, len(typed) - _HALF + 1)
        if typed[:cut] in vocabulary and typed[cut:] in vocabulary and typed[cut:] not in _ENDINGS
    ]
    if not halves:
        return None
    return " ".join(max(halves, key=lambda pair: (min(vocabulary[half] for half in pair), pair)))


def _joined(query: Query, quoted: Container[str], vocabulary: Vocabulary) -> Iterator[Expansion]:
    """`well being` -> `wellbeing`: two words side by side that the corpus writes as one."""
    sought = {term.stem for term in query.terms}
    for one, other in pairwise(tokens(query.question)):
        word = one.exact + other.exact
        if (
            word in vocabulary
            and len(word) >= _JOINED
            and query.question[one.end : other.start] in (" ", "-")
            and not one.is_stop_word  # "in patient care" is not inpatient care
            and not any(_is_fixed(token) or token.stem in quoted for token in (one, other))
        ):
            stems = tuple(dict.fromkeys(token.stem for token in (one, other) if token.stem in sought))
            if stems:
                yield _expansion(query.question[one.start : other.end], word, stems)


def _is_fixed(token: Token) -> bool:
    return token.acronym is not None or not token.exact.isalpha()


def _expansion(typed: str, added: str, instead_of: tuple[str, ...]) -> Expansion:
    terms = tuple(Term(token.stem, token.exact, token.acronym) for token in tokens(added))
    return Expansion(typed, added, "spelling", instead_of, terms, WEIGHT)
