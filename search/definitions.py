"""Sentences that say what something is: "An X (Y) is a …", "Xs are bodies that …", "X means …"."""

from __future__ import annotations

from itertools import islice

from search.analysis import tokens

_BEING = frozenset("is are was were".split())
_SAYS = _BEING | frozenset("means mean describes refers denotes".split())
_ARTICLES = frozenset("a an one any some".split())
# "In June 2021 an ICS is a voluntary partnership" says how things stood, not what an ICS is.
_SETTINGS = frozenset(
    "as at before by during for from if in on since though under until when where while".split()
)
_RELATIVES = frozenset("that which who where".split())

# Words that may stand before the verb of a definition: article, the name in full, its acronym.
MAX_SUBJECT = 9
_AFTER = 3


def defined_words(sentence: str) -> int:
    """How many words at the start of the sentence name the thing that it defines; 0: it defines nothing.

    A verb of being has to have a noun with an indefinite article after it, or one with a relative clause:
    "the idea that", not "the latest in a row".
    """
    found = [token.exact for token in islice(tokens(sentence), MAX_SUBJECT + 1 + _AFTER)]
    if found[:1] and found[0] in _SETTINGS:
        return 0
    for position, word in enumerate(found[: MAX_SUBJECT + 1]):
        if word in _SAYS:
            after = found[position + 1 : position + 1 + _AFTER]
            says_what = after[:1] != [] and (after[0] in _ARTICLES or word not in _BEING)
            says_which = not _RELATIVES.isdisjoint(after[1:])
            return position if says_what or says_which else 0
    return 0
