"""Title and authors from a Word file's properties, where the document itself prints none."""

from __future__ import annotations

import re
from dataclasses import replace

from docx.opc.coreprops import CoreProperties

from ingest.drafts import Draft
from ingest.metadata import read_header
from ingest.readers.docx.words import normal
from search.passages import Found, Metadata

_ORIGIN = "file properties"
# Longer ones are texts that were pasted there.
_MAX_CHARS = 300

# What programs and hurried people leave there in place of a title: a file's name, a template's words.
_NO_TITLE = re.compile(
    r"""(?:microsoft\s(?:office\s)?)?word\b.*|.*\.\w{2,4}|\S*[\d_]\S*
    |\W*(?:(?:word|powerpoint|new|blank|my|document)\s)?(?:documents?|doc|untitled|template|title|draft|presentation|report)
    \s*\d*\W*|(?:type|enter|insert|click)\b.*|untitled\b.*|no\stitle""",
    re.IGNORECASE | re.VERBOSE,
)

_WORD = r"[^\W\d_a-z](?:\.|(?:[^\W\d_]|['’-])*[^\W\d_A-Z])"  # not in capitals alone
_PERSON = re.compile(rf"{_WORD}(?:\s(?:{_WORD}|de|van|von|der|den|la|le|bin|al)){{0,3}}\s{_WORD}")
_BETWEEN = re.compile(r" ?[;,&] ?(?:and )?| and ")
# Words of accounts, programs and bodies, which are capitalised like a person's.
_NO_PERSON = frozenset(
    """
    account admin administrator agency apache apple association author authority board business centre
    center charity client college commission committee company computer council default department desktop
    director division doc documents editor foundation google group guest home hospital inc institute laptop
    libreoffice library limited local ltd macbook manager marketing media microsoft ministry network new
    normal office online openoffice owner partnership press public python reception school secretary
    service services society software solutions staff student support system systems team temp template
    test the trust university unknown user webmaster windows word your
    """.split()
)  # fmt: skip


def with_properties(draft: Draft, properties: CoreProperties, authors: tuple[Found, ...]) -> Draft:
    """The draft with `authors`, found in the text, and what the properties add to what is printed.

    Dates are not looked at: when a file was made or changed says nothing of its article.
    """
    draft = replace(draft, metadata=Metadata(authors=authors))
    printed = read_header(draft, "\n".join(block.text for block in draft.blocks)).metadata
    title = normal(properties.title)
    found = Metadata(
        title=Found(title, _ORIGIN) if printed.title is None and _is_title(title) else None,
        authors=authors
        or tuple(Found(name, _ORIGIN) for name in people(normal(properties.author)) if not printed.authors),
    )
    return replace(draft, metadata=found)


def people(text: str) -> tuple[str, ...]:
    """The people that a text names, if it is nothing but full names; else empty.

    >>> people("Ada Brook; Ida van Marl"), people("Admin User"), people("abrook"), people("Brook, Ada")
    (('Ada Brook', 'Ida van Marl'), (), (), ())
    """
    if len(text) > _MAX_CHARS:
        return ()
    names = tuple(_BETWEEN.split(" ".join(text.split())))
    return names if all(_is_person(name) for name in names) else ()


def _is_person(name: str) -> bool:
    words = name.lower().split()
    return _PERSON.fullmatch(name) is not None and _NO_PERSON.isdisjoint(words)


def _is_title(text: str) -> bool:
    has_letters = re.search(r"[^\W\d_]", text) is not None
    return has_letters and len(text) <= _MAX_CHARS and _NO_TITLE.fullmatch(text) is None
