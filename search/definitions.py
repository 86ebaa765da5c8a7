"""Sentences that say what something is: "An X (Y) is a …", "Xs are bodies that …", "X means …"."""

from __future__ import annotations

from collections.abc import Sequence

from search.analysis import analysed

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
# The words of a sentence that are looked at.
MAX_OPENING = MAX_SUBJECT + 1 + _AFTER


def defined_words(sentence: str) -> int:
    """How many words at the start of the sentence name the thing that it defines; 0: it defines nothing.

    A verb of being has to have a noun with an indefinite article after it, or one with a relative clause:
    "the idea that", not "the latest in a row".
    """
    return words_of_definition([word.exact for word in analysed(sentence).words[:MAX_OPENING]])


def words_of_definition(opening: Sequence[str]) -> int:
    """What `defined_words` says, given the exact forms of the first `MAX_OPENING` words of the sentence."""
    if _SAYS.isdisjoint(opening) or opening[0] in _SETTINGS:
        return 0
    for position, word in enumerate(opening[: MAX_SUBJECT + 1]):
        if word in _SAYS:
            after = opening[position + 1 : position + 1 + _AFTER]
            says_what = len(after) > 0 and (after[0] in _ARTICLES or word not in _BEING)
            says_which = not _RELATIVES.isdisjoint(after[1:])
            return position if says_what or says_which else 0
    return 0
