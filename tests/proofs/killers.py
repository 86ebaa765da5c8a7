"""Questions that stalled or broke a search engine that parses what people type; most are short."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle, islice
from string import ascii_lowercase

from search.question.understanding import MAX_QUESTION_CHARS

_WORDS = "system care board health local plan trust team service area".split()


def _words(number: int, between: str = " ") -> str:
    return between.join(islice(cycle(_WORDS), number))


_WHOLE: Mapping[str, str] = {
    "not not": "NOT NOT word",
    **{f"{word} chain of {n}": _words(n, f" {word} ") for word in ("ANDNOT", "ANDMAYBE", "REQUIRE", "NOT")
       for n in (12, 20, 24)},
    "wildcards": "?*?*?*",
    "range": "[a TO z]",
    "everything": "*",
    "everything by field": "*:*",
    "26 prefixes": " ".join(f"{letter}*" for letter in ascii_lowercase),
    "100 infixes": " ".join(f"*{word}*" for word in islice(cycle(ascii_lowercase), 100)),
    **{f"one word {n} times in a phrase": f'"{" ".join(["care"] * n)}"' for n in (100, 198, 1000)},
    "100 words in a phrase": f'"{_words(100)}"',
    **{f"{n} open ranges": "[a TO " * n for n in (166, 300, 500)},
    **{f"{n} nested brackets": "".join(f"({word} " for word in islice(cycle(_WORDS), n)) for n in (100, 400)},
    "1,000 bare brackets": "(x " * 1000,
    "1,000 words with AND": _words(1000, " AND "),
    **{f"one word of {n}": "x" * n for n in (1_000, 10_000, 100_000)},
    "regular expression": 'r"(.*)*(.*)*(.*)*Q"',
    "broken regular expression": 'r"(["',
    "fuzzy": "system~2 care~5 " + "x" * 30 + "~9",
    "50 fuzzy": " ".join(f"{word}~2" for word in islice(cycle(_WORDS), 50)),
    "date range": "date:[x to y]",
    "far date": "date:+999999999 years",
    "brackets alone": "(" * 10_000,
    **{f"2,000 {name}": mark * 2000 for name, mark in
       (("quotes", '"'), ("colons", ":"), ("square brackets", "["), ("carets", "^"))},
    "unbalanced quote": '"system care',
    "quotes in quotes": '“"system” care"',
    "control characters": "".join(map(chr, range(1, 32))) + "care\x7f\x80",
    "nul": "care\0system",
    "lone surrogates": "care \ud800 \udfff\udc00 system",
    "right to left": "care \u202e\u2066system\u2069 \u202dplan",
    "combining marks": "e" + "\u0301" * 5000,
    "composed anew": "\ufdfa" * 900,  # of which the compatible form is 18 times as long
    "boosts": "care^1e400 system^-1 plan^nan",
    "empty": "",
    "white space": " \t\u2003\n",
    "stop words": "what is the of and to",
    "only marks": "?!.,;:-–—",
    "fields": "id:d1 path:* title:care document:x",
    "json": '{"query": {"match_all": {}}, "size": 10000}',
    "script": '{"script": {"source": "while(true){}"}} ${7*7} {{7*7}}',
    "exclusions": " ".join(f"-{word}" for word in islice(cycle(_WORDS), 120)),
    "commonest words": "the and of to in a for is on that with as are be by this it from or an",
    "unknown words": " ".join(f"hylthcare{letter}{letter}s" for letter in ascii_lowercase),
    "emoji": "👩‍⚕️" * 60,
    "numbers": "1e999 -0 ٣٣ ½ 0x41 1,000,000,000.5%",
}  # fmt: skip

# Those that are too long to be asked are asked too as far as they may be.
KILLERS: Mapping[str, str] = {
    **_WHOLE,
    **{
        f"{name}, cut": text[:MAX_QUESTION_CHARS]
        for name, text in _WHOLE.items()
        if len(text) > MAX_QUESTION_CHARS
    },
}
