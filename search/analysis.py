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
from dataclasses import dataclass
from functools import lru_cache

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

# Dotted acronyms first (I.C.S.), then A&E and its like, numbers with their commas and per cent sign,
# then words with inner apostrophes. Hyphens and slashes part words: who asks for "place based" means
# "place-based". Only "co-" stays with its word: co-operation is cooperation.
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?"
    r"|[A-Za-z]&[A-Za-z](?!\w)"
    r"|\d+(?:[.,]\d+)*%?"
    r"|(?:[Cc][Oo]-(?=[A-Za-z]))?[^\W_]+(?:['’][^\W_]+)*"
)
_ACRONYM = re.compile(r"[A-Z][A-Z0-9]{1,5}s?|[A-Z]&[A-Z]")
_VOWEL = re.compile(r"[aeiouyAEIOUY]")

_snowball = SnowballStemmer("english")


@dataclass(frozen=True, slots=True)
class Token:
    """One occurrence of a word, with its place in the text it came from."""

    start: int
    end: int
    stem: str
    exact: str
    acronym: str | None  # None: not written as an acronym

    @property
    def is_stop_word(self) -> bool:
        """Whether the word is too common to look for; an acronym never is ("IT", "US")."""
        return self.acronym is None and self.exact in STOP_WORDS


def tokens(text: str) -> Iterator[Token]:
    """Every token of `text` in order, stop words included; case and quote style are folded.

    `text` is taken to be in Unicode's composed form (NFC), as ingest and `understand` make it.
    """
    for match in _TOKEN.finditer(text):
        word = match.group()
        if len(word) <= MAX_TOKEN_CHARS:
            stem, exact, acronym = _forms(word)
            yield Token(match.start(), match.end(), stem, exact, acronym)


@lru_cache(maxsize=STEM_CACHE_SIZE)
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
