"""The one analyzer: text -> tokens, used for indexing, for questions and for highlights.

A token carries three forms, each the key of an index field:

- `stem`: Snowball English over the folded word, British and American spellings and the irregular forms of
  a word first brought together, and then the stems of one family;
- `exact`: the folded word;
- `acronym`: for upper-case forms only, so that "IT" and "it" stay apart. A stemmer turns ICS into
  "ic" but ICSs into "icss"; here ICS, ICSs, ICS', I.C.S. and the slip ICs share one key, which is
  also their stem, so that "ics" typed in lower case meets them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple
from zlib import crc32

from nltk.stem.snowball import SnowballStemmer

from search.families import heads, plain_form
from search.respelling import respelled

# Raised whenever the same text could give other terms than before: an index remembers it.
ANALYZER_VERSION = 2

# A longer run of letters is debris (an address, a table, encoded data), never a word that is asked for.
MAX_TOKEN_CHARS = 64

# The memory of stems: a corpus of a million passages has some 500,000 distinct words.
STEM_CACHE_SIZE = 500_000

STOP_WORDS = frozenset(
    """
    a about all am an and any are as at be been being but by can could did do does doing for from had
    has have having he her here hers him his how i if in into is it its just many me much my of on or our ours
    out s shall she should so some such t than that the their them then there these they this those
    to under us was we were what when where whether which who whom whose why will with would you your
    """.split()
)

# Of the stop words in capitals these are acronyms; the others were only written loud ("this AND that").
_LOUD = STOP_WORDS - {"it", "us", "who"} | {"not"}

# The memory of texts: the fields of a passage and its `Forward` are taken from the same words, and a title
# stands over many passages. A question and what it found are some thirty texts, each looked at repeatedly.
TEXT_CACHE_SIZE = 64

# Words of two letters or more with their inner apostrophes; they are by far the most, so they are tried
# first. Then dotted acronyms (I.C.S.), A&E and its like, numbers with their commas and per cent sign, and
# what is left, one letter. Hyphens and slashes part words: who asks for "place based" means "place-based".
# Only "co-" stays with its word: co-operation is cooperation. The look ahead skips what stands between
# words in half the time. All of it is one group, for `re.split` to keep.
_TOKEN = re.compile(
    r"((?=\w)(?:"
    r"(?:[Cc][Oo]-[A-Za-z]|[^\W\d_][^\W_])[^\W_]*(?:['’][^\W_]+)*"
    r"|(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?"
    r"|[A-Za-z]&[A-Za-z](?!\w)"
    r"|\d+(?:[.,]\d+)*%?"
    r"|[^\W_]+(?:['’][^\W_]+)*"
    r"))"
)
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,5}s?|[A-Z]&[A-Z]")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")

_snowball = SnowballStemmer("english")


class Word(NamedTuple):
    """What a word as written stands for, wherever it stands."""

    stem: str
    exact: str
    acronym: str | None  # None: not written as an acronym
    is_stop_word: bool  # too common to look for; an acronym never is ("IT", "US")
    number: int  # that stands for the stem: `word_number`


class Token(NamedTuple):
    """One occurrence of a word, with its place in the text it came from."""

    start: int
    end: int
    stem: str
    exact: str
    acronym: str | None
    is_stop_word: bool
    number: int


class Words(NamedTuple):
    """The words of a text in order, stop words too: the three are of one length."""

    starts: tuple[int, ...]  # where each starts in the text
    lengths: tuple[int, ...]  # in code points
    words: tuple[Word, ...]


def tokens(text: str) -> Iterator[Token]:
    """Every token of `text` in order, stop words included; case and quote style are folded.

    `text` is taken to be in Unicode's composed form (NFC), as ingest and `understand` make it.
    """
    found = zip(*analysed(text), strict=True)
    return iter([Token(start, start + length, *word) for start, length, word in found])


@lru_cache(maxsize=TEXT_CACHE_SIZE)
def analysed(text: str) -> Words:
    """The words of `text`; the last few texts are remembered, so whoever needs them again may ask again."""
    return analysed_anew(text)


def analysed_anew(text: str) -> Words:
    """The words of `text`, which is not remembered."""
    parts = _TOKEN.split(text)  # what stands before a word, the word, what stands between, ...
    written = parts[1::2]
    lengths = tuple(map(len, written))
    starts = tuple(accumulate(map(len, parts)))[:-1:2]
    if lengths and max(lengths) > MAX_TOKEN_CHARS:
        kept = [position for position, length in enumerate(lengths) if length <= MAX_TOKEN_CHARS]
        starts, lengths, written = (
            tuple(starts[position] for position in kept),
            tuple(lengths[position] for position in kept),
            [written[position] for position in kept],
        )
    return Words(starts, lengths, tuple(map(word_of, written)))


def word_number(stem: str, is_stop_word: bool = False) -> int:
    """The number that stands for a stem; a stop word has another than the acronym that looks like it."""
    return crc32(f" {stem}".encode() if is_stop_word else stem.encode())


@lru_cache(maxsize=STEM_CACHE_SIZE)
def word_of(written: str) -> Word:
    """What one word stands for, given as `tokens` cuts it from a text."""
    stem, exact, acronym = _forms(written)
    is_stop_word = acronym is None and exact in STOP_WORDS
    return Word(stem, exact, acronym, is_stop_word, word_number(stem, is_stop_word))


def _forms(word: str) -> tuple[str, str, str | None]:
    """Stem, exact form and acronym key of one word as written."""
    written = word.replace("’", "'").replace("-", "")
    bare = written.replace(".", "") if "." in written and not written[0].isdigit() else written
    bare = bare.split("'")[0] if bare.lower().endswith("'s") else bare.replace("'", "")
    if bare[0].isdigit():
        number = bare.replace(",", "")
        return number, number, None
    exact = bare.lower()
    if _ACRONYM.fullmatch(bare) and exact not in _LOUD:
        key = acronym_key(bare)
        return key.lower(), exact, key
    if not _VOWEL.search(bare):  # nhs, ccgs, pcn: acronyms typed in lower case; no English word looks so
        return acronym_key(bare).lower(), exact, None
    stem = _plain_stem(exact)
    return _HEADS.get(stem, stem), exact, None


def acronym_key(acronym: str) -> str:
    """One key for an acronym, its plural and its possessive: upper case, without the final S.

    >>> {acronym_key(form) for form in ("ICS", "ICSs", "ICs")}
    {'IC'}
    >>> acronym_key("US")
    'US'
    """
    upper = acronym.upper()
    bare = upper.rstrip("S")
    return bare if len(bare) > 1 else upper


def _plain_stem(word: str) -> str:
    """The stem of a word by its spelling alone."""
    stem: str = _snowball.stem(respelled(plain_form(word)))
    return stem


_HEADS = heads(_plain_stem)
