"""Sentences that say what something is: "An X (Y) is a …", "… the long name (Y) …"."""

from __future__ import annotations

from collections.abc import Collection

from search.analysis import Token, tokens

_BEING = frozenset("is are was were".split())
_SAYS = _BEING | frozenset("means mean describes refers denotes".split())
_ARTICLES = frozenset("a an one any some".split())
_RELATIVES = frozenset("that which who where".split())

# Long form and acronym answer "what does X stand for", but say little of what X is. Over the shared
# definition questions success@1 is .75 with shares of .5 and .75, and .625 with 1.
VERB_SHARE = 0.75

# Words that may stand before the verb of a definition: article, the name in full, its acronym.
_MAX_SUBJECT = 9


def defines(sentence: str, stems: Collection[str]) -> float:
    """How far a sentence defines the thing that `stems` name: 0 not at all, 1 fully.

    `VERB_SHARE` for a subject that is the thing, with a verb of being and a noun after it ("an X is a
    …", "Xs are bodies that …"); the rest for an acronym of it, set in brackets beside its long form.
    """
    found = list(tokens(sentence))
    verb, acronym = _has_definition_verb(found, stems), _introduces_acronym(sentence, found, stems)
    return VERB_SHARE * verb + (1 - VERB_SHARE) * acronym


def _has_definition_verb(found: list[Token], stems: Collection[str]) -> bool:
    for position, token in enumerate(found[: _MAX_SUBJECT + 1]):
        if token.exact in _SAYS:
            subject = {word.stem for word in found[:position]}
            after = [word.exact for word in found[position + 1 : position + 4]]
            says_what = after[:1] != [] and (after[0] in _ARTICLES or token.exact not in _BEING)
            says_which = not _RELATIVES.isdisjoint(after[1:])  # "the idea that", not "the latest in a row"
            return bool(stems) and subject.issuperset(stems) and (says_what or says_which)
    return False


def _introduces_acronym(sentence: str, found: list[Token], stems: Collection[str]) -> bool:
    return any(
        token.acronym is not None
        and token.stem in stems
        and sentence[: token.start].endswith("(")
        and sentence[token.end : token.end + 1] in (")", ",", ";")
        for token in found
    )
