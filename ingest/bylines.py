"""The people that a byline or an author field names, one by one."""

from __future__ import annotations

import re

from ingest.dates import MONTH

# "By", and what stands before it or in its place. Without white space behind it it is part of a name.
_LEAD = re.compile(
    r"(?:(?:written|posted|reported|published|words|text|story|analysis|opinion|article|review)\s+)?"
    r"(?:(?:view|see|show)\s+)?(?:all\s+)?(?:(?:posts|articles|stories|news)\s+)?"
    r"(?:by|von|par|por|di|authors?|autor(?:en|es)?|auteurs?)\s*(?::\s*|\s+)",
    re.IGNORECASE,
)
# Between names. The text has one space between words: with `\s+` a long run of them takes quadratic time.
_BETWEEN = re.compile(r" ?(?:[;|•·/]|,? (?:and|und|et|y) | & | [-–—] |, (?!(?:Jr|Sr)\b)) ?", re.IGNORECASE)
# "Fenn, T." and "Marl, Ida": the family name first.
_FAMILY_FIRST = re.compile(r"[^\s,]+,\s(?:[A-Z]\.\s?)+|[^\s,]+,\s[^\s,]+")
_ADDRESS = re.compile(r"(?<!\S)\S*(?:@|://|\bwww\.)\S*")
_HOST = re.compile(r"\S+\.[a-z]{2,}")
# Behind a name, not one: a degree, a broadcaster, a house's letters.
_LETTERS = re.compile(r"(?:[A-Z]{2,5}|M\.?D\.?|Ph\.?D\.?|M\.?A\.?|R\.?N\.?)")
# Words of which a person's name has none; where a page prints a line of them beside a name, they say what
# the person is, when the line was written, or what can be done with it.
_NO_NAME = frozenset(
    """
    about admin administrator agency all am analyst anonymous article articles author authors biography blog
    bureau by click columnist comments contact contributor correspondent desk edited editor editorial
    editors follow for from full guest in info journalist last latest min minute minutes more news
    newsroom of office on our pm posted press print profile published read redaction redaktion reporter
    search see senior service share show site special staff system team the theme themes today twitter
    unknown updated user username version view webmaster website with writer writers written your
    """.split()
)
# A name has no more words, small ones ("van der") apart.
_NAME_WORDS = 4


def declared_names(text: str, publisher: str | None = None) -> list[str]:
    """The names in a field that is declared to hold authors: people or bodies, never an address.

    >>> declared_names("By Ida Marl, Tom Fenn, and Una Q. O'Dell, MLN", "Mill Lane News")
    ['Ida Marl', 'Tom Fenn', "Una Q. O'Dell"]
    >>> declared_names("https://mill.example/ida"), declared_names("Fenn, T.")
    ([], ['Fenn, T.'])
    """
    text = " ".join(_ADDRESS.sub(" ", text).split())
    text = text[lead.end() :] if (lead := _LEAD.match(text)) else text
    parts = [text] if _FAMILY_FIRST.fullmatch(text) else _BETWEEN.split(text)
    names = [part.strip(" ,:-–—") for part in parts]
    names = [name for name in names if re.search(r"[^\W\d_]{2}", name) and not _HOST.fullmatch(name)]
    if len(names) > 1:
        names = [name for name in names if not _LETTERS.fullmatch(name)] or names[:1]
    return [name for name in dict.fromkeys(names) if _fold(name) != _fold(publisher or "")]


def printed_names(text: str, publisher: str | None = None) -> list[str]:
    """The names of people in a byline as it is printed; line by line; what is no person's name is left out.

    >>> printed_names("By Ida Marl, Senior Reporter | 4 May 2020"), printed_names("By staff")
    (['Ida Marl'], [])
    """
    lines = [_people(line, publisher) for line in text.split("\n")]
    names = [name for line in lines for name in line] or _people(text, publisher)
    return list(dict.fromkeys(names))


def _people(line: str, publisher: str | None) -> list[str]:
    names = [_cut(name) for name in declared_names(line, publisher)]
    return [name for name in names if _is_person(name)]


def _cut(name: str) -> str:
    """The words of a name up to the first that is none, as in "Ida Marl updated"."""
    words = name.split()
    end = next((n for n, word in enumerate(words) if _is_no_name(word, n)), len(words))
    return " ".join(words[:end])


def _is_no_name(word: str, position: int) -> bool:
    plain = word.lower().strip(".,()")
    return plain in _NO_NAME or (position > 1 and re.fullmatch(MONTH, plain) is not None)


def _is_person(name: str) -> bool:
    """Whether the words could be a person's name: two to four, small ones apart, and letters only."""
    words = re.sub(r"[()\"“”]", " ", name).split()
    large = [word for word in words if not word.islower()]
    return (
        2 <= len(large) <= _NAME_WORDS
        and len(words) <= _NAME_WORDS + 2
        and not re.search(r"[\d_<>=:?!]", name)
        and not words[-1].islower()
    )


def _fold(name: str) -> str:
    return "".join(re.findall(r"\w+", name.lower()))
