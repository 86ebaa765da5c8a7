"""Link syntax -> the text that a reader sees. Addresses never reach a passage."""

from __future__ import annotations

import re

# An address in round brackets after a link: (<https://…>), ([/path](https://…)), (publications/…).
_REPEATED = r"(?:\s*\((?:<[^<>\s]*>|\[[^\[\]]*\]\([^()\s]*\))\))?"
_LINK = re.compile(r"!?\[((?:\\.|[^\[\]\\])*)\]\(([^()\s]*)\)" + _REPEATED + r"(?=(\s*[,;a-z])?)")
# A jump to a footnote, with the raised number before it: ¹ ([#note1](#)).
_JUMP = re.compile(r"(?:(?<![¹²³⁰⁴-⁹])[¹²³⁰⁴-⁹]+\s*|(?<![\s¹²³⁰⁴-⁹])\s*)\(\[#[^\[\]]*\]\([^()\s]*\)\)")
# The address that some converters write out inside the link's text: [text \(/path\)](#).
_ADDRESS_INSIDE = re.compile(r"(?<!\s)\s*\\?\(\s*(?:https?:|www\.|/)[^()\s]*?\\?\)")
_EMPTY_BRACKETS = re.compile(r"(?<!\s)\s*\(\s*\)")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!<>|-])")
# Longer runs than this are not emphasis; without a bound, unmatched marks take quadratic time.
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1")


def unlink(text: str) -> str:
    r"""The text with each link replaced by what a reader sees of it, and Markdown's marks taken off.

    >>> unlink(r"as set out in the [Long Term Plan \(/topics/plan\)](#). It")
    'as set out in the Long Term Plan. It'
    >>> unlink("our [report](https://a.example/r) ([/r](https://a.example/r)).")
    'our report.'
    >>> unlink(r"[Payment is changing. \(/payment\).](#), with many")
    'Payment is changing, with many'
    >>> unlink(r"around 90 [networks \(PCNs\)](https://a.example/) covering")
    'around 90 networks (PCNs) covering'
    >>> unlink("nearness¹ ([#footnote1](#)), with")
    'nearness, with'
    """
    text = " ".join(text.split())  # first, so that no pattern below meets a long run of spaces
    text = _JUMP.sub("", text)
    text = _LINK.sub(_visible, text)
    text = _STRONG.sub(r"\2", text)
    text = _ESCAPED.sub(r"\1", text)
    text = _EMPTY_BRACKETS.sub("", text)
    return " ".join(text.split())


def is_only_links(text: str) -> bool:
    """Whether nothing is left of the text when its links are taken out with their words.

    >>> is_only_links("[6 comments](#)"), is_only_links("see [there](#)")
    (True, False)
    """
    text = " ".join(text.split())
    bare = _LINK.sub("", text)
    return bare != text and not re.search(r"\w", bare)


def addresses(text: str) -> list[str]:
    """The link targets in the text, in order, wherever the link's syntax has put them."""
    return re.findall(r"https?://[^\s()<>\[\]\\]+", text)


def _visible(link: re.Match[str]) -> str:
    words = _ADDRESS_INSIDE.sub("", link[1]).strip()
    # A full stop inside the link is the page's, unless the sentence goes on after it.
    return words.rstrip(". ") if link[3] else words
