"""The findings of all documents -> the glossary: senses told apart, named, counted and dated."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from search.analysis import acronym_key
from search.index.mined import Mined, place_of
from search.queries import Sense
from search.question.counting import Count, counted
from search.question.findings import acronym_number, spelling, word_number, word_numbers
from search.question.glossary import Entry, Glossary, stems_of
from search.question.initials import initials

# A phrase may be what an acronym stands for if it stands in so many passages, and in so many times those of
# any other with the same initials. Of the acronyms that SQuAD's documents define (20,963 passages, 1,152 of
# three letters or more) so many would be guessed, and this share of the guesses be what is defined: 2: 361,
# .52; 3: 238, .55; 5: 115, .63; 10: 39, .59. Most of the others are terms with the same initials.
RECURS = 2
STANDS_OUT = 2

# The phrases that are kept, the most frequent ones. SQuAD has 8,331.
MAX_PHRASES = 20_000

# Counters by hash, so that phrases which stand seldom take no memory: there are ten in a passage. SQuAD has
# 170,000 phrases: 4 % share one of so many counters, and are looked at for nothing.
_COUNTERS = 1 << 22

# One letter more, less or other in so long a form is a slip or another spelling ("centre", "programme").
_LONG_ENOUGH_FOR_A_SLIP = 12

_PLURALS = (("s", ""), ("es", ""), ("ies", "y"))

Wordings = Counter[str]


def glossary_of(mined: Sequence[Mined]) -> Glossary:
    """The glossary of all documents, whatever their order.

    What it takes of memory grows with what the documents define, not with the documents.
    """
    acronyms, defined = _defined(mined)
    repeated = _repeated(mined, {spelled for long_forms in defined.values() for spelled in long_forms})
    for long_forms in defined.values():
        for spelled, wordings in long_forms.items():
            wordings.update(repeated.get(spelled, ()))
    told = {key: _told_apart(defined[key]) for key in sorted(defined)}
    guessed = {word: wordings for word, wordings in _guessed(repeated) if acronym_key(word) not in told}
    named = [*(wordings for group in told.values() for wordings in group), *guessed.values()]
    sought = [{word_numbers(wording) for wording in wordings} for wordings in named]
    sought += [{(acronym_number(key),)} for key in told]
    sought += [{(word_number(key.lower()),)} for key in told]
    counts = iter(counted((words for each in mined for words in each.words()), sought))
    senses = {
        key: sorted(
            ((_sense(wordings, next(counts), "defined"), wordings) for wordings in told[key]),
            key=lambda pair: (-pair[0].passages, pair[0].long_form),
        )
        for key in told
    }
    guesses = {word: _sense(wordings, next(counts), "initials") for word, wordings in guessed.items()}
    in_capitals = [next(counts).passages for _ in told]
    in_lower_case = [next(counts).passages for _ in told]
    entries = {
        key: Entry(
            acronym=_first(acronyms[key]),
            senses=tuple(sense for sense, _ in senses[key]),
            spellings=tuple(tuple(sorted({stems_of(w) for w in wordings})) for _, wordings in senses[key]),
            is_word=quiet > loud,
        )
        for key, loud, quiet in zip(told, in_capitals, in_lower_case, strict=True)
    }
    return Glossary(entries, guesses)


def _defined(mined: Sequence[Mined]) -> tuple[Mapping[str, Counter[str]], Mapping[str, dict[str, Wordings]]]:
    """By key the acronyms as written and the wordings of each long form."""
    acronyms: dict[str, Counter[str]] = defaultdict(Counter)
    defined: dict[str, dict[str, Wordings]] = defaultdict(lambda: defaultdict(Counter))
    for each in mined:
        for acronym, long_form, times in each.definitions():
            key = acronym_key(acronym)
            acronyms[key][acronym] += times
            defined[key][spelling(long_form)][long_form] += times
    return acronyms, defined


def _repeated(mined: Sequence[Mined], wanted: Collection[str]) -> Mapping[str, Wordings]:
    """The wordings of the `MAX_PHRASES` phrases that recur most, of those that are wanted, and of more."""
    counters = np.zeros(_COUNTERS, np.uint32)
    for each in mined:
        for places, times in each.places():
            np.add.at(counters, places % _COUNTERS, times)
    asked = np.zeros(_COUNTERS, bool)
    asked[[place_of(spelled) % _COUNTERS for spelled in wanted]] = True
    # A phrase stands as often as its counter says, or less often where others share it.
    recurring = np.sort(counters[counters >= RECURS])
    often = int(recurring[-MAX_PHRASES]) if len(recurring) > MAX_PHRASES else RECURS
    while True:
        kept = asked | (counters >= often)
        repeated = _wordings(mined, kept)
        if often == RECURS or sum(w.total() >= often for w in repeated.values()) >= MAX_PHRASES:
            return repeated
        often -= 1


def _wordings(mined: Sequence[Mined], kept: NDArray[np.bool_]) -> Mapping[str, Wordings]:
    """By spelling the wordings of the phrases whose counters are kept."""
    times_of: Counter[str] = Counter()
    for each in mined:
        for line, times in each.phrases(lambda places: kept[places % _COUNTERS]):
            times_of[line] += times
    wordings: dict[str, Wordings] = defaultdict(Counter)
    for line, times in times_of.items():
        phrase, _, spelled = line.partition("\t")
        wordings[spelled][phrase] = times
    return wordings


def _told_apart(senses: Mapping[str, Wordings]) -> list[Wordings]:
    """The long forms of an acronym, those that differ by a slip made one."""
    apart: list[tuple[str, Wordings]] = []
    for spelled, wordings in sorted(senses.items(), key=lambda item: (-item[1].total(), item[0])):
        same = next((more for other, more in apart if _is_slip(spelled, other)), None)
        if same is None:
            apart.append((spelled, Counter(wordings)))
        else:
            same.update(wordings)
    return [wordings for _, wordings in apart]


def _is_slip(one: str, other: str) -> bool:
    """Whether two long spellings are one letter apart."""
    if min(len(one), len(other)) < _LONG_ENOUGH_FOR_A_SLIP or abs(len(one) - len(other)) > 1:
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if same is None:
        return True
    rest, others = one[same:], other[same:]
    swapped = rest[1::-1] + rest[2:] == others
    return swapped or rest[1:] == others[1:] or rest[1:] == others or rest == others[1:]


def _guessed(repeated: Mapping[str, Wordings]) -> Iterable[tuple[str, Wordings]]:
    """By acronym the phrase that it may stand for, if one stands out."""
    often = sorted(repeated.items(), key=lambda item: (-item[1].total(), item[0]))[:MAX_PHRASES]
    candidates: dict[str, list[Wordings]] = defaultdict(list)
    for _, wordings in often:
        if wordings.total() >= RECURS:
            for acronym in initials(_name(wordings)):
                candidates[acronym].append(wordings)
    for acronym, (first, *others) in sorted(candidates.items()):
        if not others or first.total() >= STANDS_OUT * others[0].total():
            yield acronym, first


def _sense(wordings: Wordings, count: Count, kind: Literal["defined", "initials"]) -> Sense:
    return Sense(_name(wordings), count.passages, count.documents, count.first, count.last, kind)


def _name(wordings: Wordings) -> str:
    """The most frequent wording, in the singular if that is seen, without a capital that only begins it."""
    if len(wordings) == 1:
        return next(iter(wordings))
    small = sum(times for wording, times in wordings.items() if wording[0].islower())
    counts: Wordings = Counter()
    for wording, times in wordings.items():
        counts[_without_capital(wording) if small else wording] += times
    best = _first(counts).lower()
    singulars = {best[: -len(end)] + one for end, one in _PLURALS if best.endswith(end)}
    return _first(Counter({w: n for w, n in counts.items() if w.lower() in singulars}) or counts)


def _without_capital(wording: str) -> str:
    """The wording with a small first letter, unless it has another capital."""
    rest = wording[1:]
    return wording[0].lower() + rest if rest == rest.lower() else wording


def _first(counts: Counter[str]) -> str:
    """The most frequent; of equals the first by the alphabet, small letters before capitals."""
    return min(counts, key=lambda text: (-counts[text], text.swapcase()))
