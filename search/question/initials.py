"""Phrases that an acronym might stand for, though no document says so: "health and wellbeing boards"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

from search.analysis import STEM_CACHE_SIZE, STOP_WORDS
from search.question.acronyms import MAX_LETTERS

# Two letters may stand for too much to be guessed at.
MIN_LETTERS = 3
MAX_WORDS = 6

# Words that no term holds, beside the analyzer's stop words.
_NEVER_IN_A_TERM = frozenset(
    """
    across after again against along alongside already also although always among around back became
    because become becomes before behind below between beyond both cannot despite did down during each
    either else enough even ever every few first following get gets give given gives go goes good great
    here however include included includes including instead itself keep kept know known last later
    least less let like made make makes making may might more most much must near need needs neither
    never new next nor not now off often one only other others ought over own per perhaps put rather
    really said same say says second see seen several since still take taken takes than then though
    three through throughout time toward towards two type types up upon use used uses using usually very
    via well whatever while within without yet
    """.split()
)

# Stop words that a name may hold, "the" only behind another: Board of Trade, Court of the Lord Lyon.
_JOINTS = frozenset({"and", "of", "for", "the", "&"})

# First parts of words whose second part mostly gets a letter of its own in an acronym, if it is long:
# multi|disciplinary, but not multi|ple. Others ("inter", "micro", "re") are mostly not meant as such.
_FORMS = (
    "bio",
    "cardio",
    "electro",
    "gastro",
    "hyper",
    "immuno",
    "intra",
    "multi",
    "neuro",
    "psycho",
    "socio",
    "ultra",
)
_SECOND_PART = 6

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*|&")
_LETTER = "\0"  # no word has it
_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_INNER = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")


def phrases(sentence: str) -> Iterator[str]:
    """The word sequences of a sentence that may be terms, as written; none of fewer than three letters.

    A phrase stands between borders (punctuation, stop words, ...), and has stop words inside it only where
    names have them. Words at its beginning may be left out: English puts the head last.
    """
    return marked_phrases("".join(map(marked, sentence.split())))


def marked(chunk: str) -> str:
    """What stands between two spaces, its borders as line breaks, behind each word a mark for every letter
    that it may give to an acronym."""
    if chunk.isalpha():  # one word, as most are
        return "\n" if _kind(chunk) == "border" else chunk + _LETTER * _most_letters(chunk) + " "
    pieces: list[str] = []
    end = 0
    for match in _WORD.finditer(chunk):
        if match.start() > end:
            pieces.append("\n")
        kind = _kind(match[0])
        pieces.append("\n" if kind == "border" else match[0] + _LETTER * _most_letters(match[0]) + " ")
        end = match.end()
    return "".join(pieces) + "\n" * (end < len(chunk))


def marked_phrases(text: str) -> Iterator[str]:
    """The phrases of a text that is marked, in order.

    Between most borders there are too few letters for one, which a count tells at once.
    """
    for between in text.split("\n"):
        if between.count(_LETTER) >= MIN_LETTERS:
            for runs in _linked(between.split()):
                yield from _of_runs(runs)


def _of_runs(runs: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, run in enumerate(runs):
        for begin, word in enumerate(run):
            if word in _JOINTS:
                continue
            words = run[begin:]
            for following in (*runs[number + 1 :], ()):
                if len(words) > MAX_WORDS:
                    break
                phrase = " ".join(words)
                if phrase.count(_LETTER) >= MIN_LETTERS:
                    phrase = phrase.replace(_LETTER, "")
                    if _is_term(phrase, words):
                        yield phrase
                words = [*words, *following]


def _is_term(phrase: str, words: Sequence[str]) -> bool:
    """Whether the words can be one term: no acronym alone, and "of" within a name or within none."""
    if phrase.endswith(("ed", "'s", "’s")) or (len(words) == 1 and phrase.isupper()):
        return False
    if _JOINTS.isdisjoint(words):
        return True
    for at, word in enumerate(words):
        if word in _JOINTS and words[at + 1] != "the":
            before = words[at - 2 if word == "the" else at - 1][0].isupper()
            after = words[at + 1][0].isupper()
            if word == "the" and not after:
                return False
            if before != after and (after or at > 1):  # a first word may have the sentence's capital
                return False
    return True


def _linked(words: list[str]) -> Iterator[list[Sequence[str]]]:
    """The runs of words between two borders, each with the joints that link it to the one before."""
    runs: list[Sequence[str]] = []
    run: list[str] = []
    for word in words:
        if word not in _JOINTS:
            if run and word[0].islower() and run[-1][0].isupper():  # a name may end here
                runs.append(run)
                run = []
            run.append(word)
        elif word != "the" and run and run[-1] not in _JOINTS:
            runs.append(run)
            run = [word]
        elif run in (["of"], ["for"]):
            run.append(word)
        else:
            yield _closed(runs, run)
            runs, run = [], []
    yield _closed(runs, run)


def _closed(runs: list[Sequence[str]], run: list[str]) -> list[Sequence[str]]:
    return [*runs, run] if run and run[-1] not in _JOINTS else runs


def _kind(word: str) -> str:
    """How a word stands in a phrase: "inner", "joint" or "border"."""
    folded = word.lower()
    if word.isupper() and word.isalpha() and len(word) > 1:
        return "inner"  # IT, WHO
    if word in _JOINTS:
        return "joint"
    if folded in STOP_WORDS or folded in _NEVER_IN_A_TERM or not _INNER.fullmatch(word):
        return "border"
    return "inner"


def initials(phrase: str) -> frozenset[str]:
    """The acronyms, in capitals, that a phrase's initials may give: with its joints and without them.

    >>> sorted(initials("multidisciplinary care teams"))
    ['MCT', 'MDCT']
    """
    parts = [part for word in phrase.split() if word != "&" for part in _PART.findall(word)]
    choices = [_letters(part) for part in parts]
    found = {"".join(letters) for letters in product(*choices)}
    return frozenset(each for each in found if MIN_LETTERS <= len(each) <= MAX_LETTERS)


def _most_letters(word: str) -> int:
    if word.isalpha():
        return 0 if word in _JOINTS else max(map(len, _letters(word)))
    return sum(max(map(len, _letters(part))) for part in _PART.findall(word) if part not in _JOINTS)


@lru_cache(maxsize=STEM_CACHE_SIZE)
def _letters(part: str) -> tuple[str, ...]:
    """What a word may give to an acronym."""
    if part.isupper() and len(part) > 1:
        return (part,)
    folded, initial = part.lower(), part[0].upper()
    if part in _JOINTS:
        return ("", initial)
    if not folded.startswith(_FORMS):
        return (initial,)
    second = {
        folded[len(form)].upper()
        for form in _FORMS
        if folded.startswith(form) and len(folded) >= len(form) + _SECOND_PART
    }
    return (initial, *(initial + letter for letter in sorted(second)))
