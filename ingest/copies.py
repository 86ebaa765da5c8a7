"""Passages of different documents that say the same: a sketch finds the pairs, their words decide.

Two passages say the same when all that stands in the smaller one stands in the larger one, in its
order. What may differ is listed and all else counts: a few words that state nothing ("the", "also") and
how the text was set (case, quotes, dashes, line breaks). So no list of numbers, negations, names or
opposites is needed, and none can have a gap. What the larger passage says before or after in sentences
of its own does not matter.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from hashlib import blake2b
from itertools import combinations

# A shorter passage is never related: it is a heading's worth of text, and two slips hide half its runs.
MIN_WORDS = 20

# Of 1,000 passages of 100 words, 10 changed, in one twice as long, .998 are found; with runs of 5 words .986,
# with 16 hashes .981. Runs of 3 find all, but give 1,200 pairs of 20,000 passages to look at, not 490.
SHINGLE_WORDS = 4
SKETCH_SIZE = 24

# The share of the smaller passage's runs that the larger one must hold: with .4 .984 of those are found.
MIN_SHARED = 0.3

# Text that stands in more passages than this is boilerplate: it relates none of them. 16,000 passages, all
# of them in 24 places, give 184,000 pairs in half a second; in 2,000 places they would give 16 million.
MAX_PLACES = 24

# The share of the smaller passage's words that must stand in the larger one as they are: "nearly all".
MIN_ALIGNED = 0.9

# A longer text (one sentence: passages are cut) is the same only if all its words are: comparing takes the
# square of the words, a tenth of a second for 1,000 at worst.
MAX_COMPARED_WORDS = 1000

# Words that state nothing of their own; next to an amount an article does ("few", "a few").
_SLIGHT = frozenset("a an the that which also however indeed therefore thus moreover furthermore".split())
_AMOUNTS = frozenset(
    """
    few fewer little less least lot lots many more most much number only other same several one two three four
    five six seven eight nine ten eleven twelve twenty dozen score couple hundred thousand million billion
    half quarter first second third fourth fifth last next majority minority
    """.split()
)

# No part of a word that came apart: "not able" is not "notable", nor "now here" "nowhere".
_NO_PARTS = frozenset("all and any can for non nor not now out over some under".split())


@dataclass(frozen=True, slots=True)
class _Word:
    text: str  # folded
    opens: bool  # whether it is the first of a sentence
    named: bool  # whether it is written as names and acronyms are


# Signs that carry no statement fold together or away; a superscript is none: 10² is not 102.
_FOLDED = str.maketrans(
    {
        **dict.fromkeys("’‘ʼ`´", "'"),
        **dict.fromkeys("‐‑−", "-"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
        **{chr(ligature): unicodedata.normalize("NFKC", chr(ligature)) for ligature in range(0xFB00, 0xFB07)},
        "&": " and ",
    }
)
_EVENED = tuple(
    (re.compile(pattern, re.IGNORECASE), other)
    for pattern, other in (
        (r"(?<=[^\W\d_])-(?:[ \t]*\r?\n\s*)?(?=[^\W\d_])", ""),  # a word's hyphen, at a line's end too
        (r"\bcan(?:'t|not)\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"n't\b", " not"),
        (r"\bper\s?cent\b", "%"),
    )
)

# Dotted acronyms, numbers with all inside them, words, an item's letter, any other sign but punctuation.
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?"
    r"|(?:(?<![\w)–-])[–-])?\.?\d+(?:[.,:/–-]\d+)*"
    r"|[^\W\d_]+(?:'[^\W\d_]+)*|\([^\W\d_]\)"
    r"|[^\s\w.,;:!'\"“”„«»‹›()\[\]{}–—‒―…•◦●○■▪‣·\uf0b7*_#|/\\†‡-]"
)
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
_BORDER = re.compile(r"(?<=[.?!])['\"”’)\]]*\s+(?=[^\w\s]?[^\W_a-zà-ÿ])|\n\s*\n|\n(?=\s*- )")


def sketch(text: str) -> tuple[int, ...]:
    """The smallest `SKETCH_SIZE` hashes (32 bits) of the text's runs of words, ascending.

    The same on every run and machine; empty for a text of fewer than `MIN_WORDS` words.
    """
    words = [_fold(token) for token in _TOKEN.findall(_even(text))]
    if len(words) < MIN_WORDS:
        return ()
    runs = set(map(" ".join, zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False)))
    return tuple(sorted(set(map(_hash, runs)))[:SKETCH_SIZE])


def candidates(
    new: Mapping[str, Sequence[int]], all: Mapping[str, Sequence[int]]
) -> Iterator[tuple[str, str]]:
    """Pairs of passage ids worth a look, each once, the lesser id first; one of them at least is in `new`.

    `all` are the sketches of every passage, those in `new` among them. A pair is of two documents and
    shares enough of its sketches, boilerplate (see `MAX_PLACES`) not counted.
    """
    wanted = {value for values in new.values() for value in values}
    places: dict[int, list[str]] = {value: [] for value in wanted}
    for passage, values in all.items():
        for value in wanted.intersection(values):
            places[value].append(passage)
    shared: Counter[tuple[str, str]] = Counter()
    for passages in places.values():
        if 2 <= len(passages) <= MAX_PLACES:
            shared.update(combinations(sorted(passages), 2))
    for (one, other), count in shared.items():
        if (
            (one in new or other in new)
            and one.rpartition("#")[0] != other.rpartition("#")[0]
            and count >= MIN_SHARED * _comparable(all[one], all[other])
        ):
            yield one, other


def says_the_same(one: str, other: str) -> bool:
    """Whether all that the smaller text says stands in the larger one; the order of the two is no matter."""
    small, large = sorted((_words(one), _words(other)), key=lambda words: (len(words), _texts(words)))
    if len(small) < MIN_WORDS:
        return False
    if _texts(small) == _texts(large):
        return True
    if len(large) > MAX_COMPARED_WORDS:
        return False
    matching = SequenceMatcher(None, _texts(small), _texts(large), autojunk=False).get_matching_blocks()
    blocks = [block for block in matching if block.size]
    if sum(block.size for block in blocks) < MIN_ALIGNED * len(small):
        return False
    return all(_amounts_to_the_same(ours, theirs) for ours, theirs in _differences(small, large, blocks))


def near_copies(
    new: Mapping[str, Sequence[int]], all: Mapping[str, Sequence[int]], text_of: Callable[[str], str]
) -> tuple[tuple[str, str], ...]:
    """The pairs of passages that say the same, sorted; at least one of each pair is in `new`."""
    return tuple(sorted(pair for pair in candidates(new, all) if says_the_same(*map(text_of, pair))))


def _hash(run: str) -> int:
    return int.from_bytes(blake2b(run.encode("utf-8", "surrogatepass"), digest_size=4).digest())


def _comparable(one: Sequence[int], other: Sequence[int]) -> int:
    """How many of its hashes the smaller text has where both sketches are complete.

    A full sketch is complete up to its greatest value, any other throughout. So a text counts as held by
    a far longer one, of whose sketch its own can only be a small part.
    """
    limit = min((values[-1] for values in (one, other) if len(values) == SKETCH_SIZE), default=2**32)
    return min(bisect_right(one, limit), bisect_right(other, limit))


def _even(text: str) -> str:
    """The text without the ways of setting and of writing that make no other word of it."""
    text = unicodedata.normalize("NFC", text).translate(_FOLDED)
    for pattern, other in _EVENED:
        text = pattern.sub(other, text)
    return text


def _fold(token: str) -> str:
    if token[-1].isdecimal():
        return _THOUSANDS.sub("", token).replace("–", "-")
    return token.casefold().replace(".", "")


def _words(text: str) -> list[_Word]:
    return [
        _Word(_fold(token), opens=place == 0, named=token[place == 0 :] != token[place == 0 :].lower())
        for sentence in _BORDER.split(_even(text))
        for place, token in enumerate(_TOKEN.findall(sentence))
    ]


def _texts(words: Sequence[_Word]) -> list[str]:
    return [word.text for word in words]


def _differences(
    small: Sequence[_Word], large: Sequence[_Word], blocks: Sequence[Match]
) -> Iterator[tuple[list[_Word], list[_Word]]]:
    """What is stated between the blocks, to the ends of the smaller text and of the other's sentences."""
    first, last = blocks[0], blocks[-1]
    begin, end = first.b, last.b + last.size
    while not large[begin].opens:
        begin -= 1
    while end < len(large) and not large[end].opens:
        end += 1
    at_small, at_large = 0, begin
    for a, b, size in [*blocks, Match(len(small), end, 0)]:
        yield (
            [small[place] for place in range(at_small, a) if not _is_slight(small, place)],
            [large[place] for place in range(at_large, b) if not _is_slight(large, place)],
        )
        at_small, at_large = a + size, b + size


def _is_slight(words: Sequence[_Word], place: int) -> bool:
    """Whether a word states nothing; an article next to an amount does ("few", "a few", "4a")."""
    beside = (word.text for word in words[max(place - 1, 0) : place + 2])
    return (
        words[place].text in _SLIGHT
        and not words[place].named
        and not any(text in _AMOUNTS or not text.isalpha() for text in beside)
    )


def _amounts_to_the_same(ours: Sequence[_Word], theirs: Sequence[_Word]) -> bool:
    """Whether two runs of words are the same, or one word that came apart."""
    if _texts(ours) == _texts(theirs):
        return True
    return "".join(_texts(ours)) == "".join(_texts(theirs)) and all(
        word.text.isalpha() and len(word.text) > 2 and not word.named and word.text not in _NO_PARTS
        for word in (*ours, *theirs)
    )
