"""The findings of all documents -> the glossary: senses told apart, named, counted and dated."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal
from zlib import crc32

from search.analysis import STEM_CACHE_SIZE, acronym_key, tokens
from search.queries import Sense
from search.question.findings import PASSAGE_END, Findings, acronym_number, word_number, word_numbers
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

# Counters by hash, so that phrases which stand once take no memory: there are ten in a passage.
_COUNTERS = 1 << 24

# One letter more, less or other in so long a form is a slip or another spelling ("centre", "programme").
_LONG_ENOUGH_FOR_A_SLIP = 12

_PLURALS = (("s", ""), ("es", ""), ("ies", "y"))

Wordings = Counter[str]


Numbers = tuple[int, ...]


@dataclass(slots=True, eq=False)
class _Count:
    """In how many passages and documents something stands, from when to when; grows as they are read."""

    passages: int = 0
    documents: int = 0
    first: str | None = None
    last: str | None = None


def glossary_of(read: Callable[[], Iterable[Findings]]) -> Glossary:
    """The glossary of all documents, whatever their order; `read` is called thrice for their findings.

    What it takes of memory grows with the phrases that recur, not with the documents.
    """
    acronyms, defined, counters = _defined(read())
    repeated = _repeated(
        read(), counters, {spelling for long_forms in defined.values() for spelling in long_forms}
    )
    for long_forms in defined.values():
        for spelling, wordings in long_forms.items():
            wordings.update(repeated.get(spelling, ()))
    told = {key: _told_apart(defined[key]) for key in sorted(defined)}
    guessed = {word: wordings for word, wordings in _guessed(repeated) if acronym_key(word) not in told}
    named = [*(wordings for group in told.values() for wordings in group), *guessed.values()]
    sought = [{word_numbers(wording) for wording in wordings} for wordings in named]
    sought += [{(acronym_number(key),)} for key in told]
    sought += [{(word_number(key.lower()),)} for key in told]
    counts = iter(_counted(read(), sought))
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


def _defined(
    findings: Iterable[Findings],
) -> tuple[Mapping[str, Counter[str]], Mapping[str, dict[str, Wordings]], bytearray]:
    """By key the acronyms as written and the wordings of each long form; and how often phrases stand, at
    least, by their hashes."""
    acronyms: dict[str, Counter[str]] = defaultdict(Counter)
    defined: dict[str, dict[str, Wordings]] = defaultdict(lambda: defaultdict(Counter))
    counters = bytearray(_COUNTERS)
    for each in findings:
        for (acronym, long_form), times in each.definitions.items():
            key = acronym_key(acronym)
            acronyms[key][acronym] += times
            defined[key][_spelling(long_form)][long_form] += times
        for phrase, times in each.phrases.items():
            place = _place(_spelling(phrase))
            counters[place] = min(counters[place] + times, RECURS)
    return acronyms, defined, counters


def _repeated(findings: Iterable[Findings], counters: bytearray, wanted: set[str]) -> Mapping[str, Wordings]:
    """The wordings of the phrases that recur, and of those that are wanted."""
    repeated: dict[str, Wordings] = defaultdict(Counter)
    for each in findings:
        for phrase, times in each.phrases.items():
            spelling = _spelling(phrase)
            if counters[_place(spelling)] == RECURS or spelling in wanted:
                repeated[spelling][phrase] += times
    return repeated


def _told_apart(senses: Mapping[str, Wordings]) -> list[Wordings]:
    """The long forms of an acronym, those that differ by a slip made one."""
    apart: list[tuple[str, Wordings]] = []
    for spelling, wordings in sorted(senses.items(), key=lambda item: (-item[1].total(), item[0])):
        same = next((more for other, more in apart if _is_slip(spelling, other)), None)
        if same is None:
            apart.append((spelling, Counter(wordings)))
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


def _counted(findings: Iterable[Findings], sought: Sequence[Iterable[Numbers]]) -> list[_Count]:
    """For each of the sought, which may be spelled in several ways, what it counts for in all documents."""
    alone: dict[int, list[_Count]] = defaultdict(list)
    begun: dict[tuple[int, int], list[tuple[array[int], _Count]]] = defaultdict(
        list
    )  # by the first two words
    counts = [_Count() for _ in sought]
    for count, spellings in zip(counts, sought, strict=True):
        for numbers in spellings:
            if len(numbers) == 1:
                alone[numbers[0]].append(count)
            elif numbers:
                begun[numbers[0], numbers[1]].append((array("I", numbers), count))
    for each in findings:
        words = each.words
        in_passage: set[_Count] = set()
        in_document: set[_Count] = set()
        for at, pair in enumerate(pairwise(words)):
            if pair[0] in alone:
                in_passage.update(alone[pair[0]])
            if pair in begun:
                in_passage.update(
                    count for spelled, count in begun[pair] if words[at : at + len(spelled)] == spelled
                )
            if pair[1] == PASSAGE_END:
                for count in in_passage:
                    count.passages += 1
                in_document |= in_passage
                in_passage.clear()
        for count in in_document:
            count.documents += 1
            if each.date is not None:
                count.first = min(count.first or each.date, each.date)
                count.last = max(count.last or each.date, each.date)
    return counts


def _sense(wordings: Wordings, count: _Count, kind: Literal["defined", "initials"]) -> Sense:
    return Sense(_name(wordings), count.passages, count.documents, count.first, count.last, kind)


def _name(wordings: Wordings) -> str:
    """The most frequent wording, in the singular if that is seen, without a capital that only begins it."""
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


def _spelling(phrase: str) -> str:
    """What is one for all that differ by case, plural, hyphen and stop words only."""
    return "".join(_stems(chunk) for chunk in phrase.split())


@lru_cache(maxsize=STEM_CACHE_SIZE)
def _stems(chunk: str) -> str:
    return "".join(token.stem for token in tokens(chunk) if not token.is_stop_word)


def _place(spelling: str) -> int:
    return crc32(spelling.encode()) % _COUNTERS
