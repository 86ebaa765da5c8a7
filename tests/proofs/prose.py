"""Small articles of a few words, so that equal scores are frequent, and questions that they may answer."""

from __future__ import annotations

import random
from collections.abc import Callable

WORDS = """
    canal lock boat weed bank weir gate barge toll ferry bridge keeper frost spring grating towpath
    water winter repair closed opened carried mended leaks runs running stops
""".split()
LONG_FORMS = {
    "CT": "Canal Trust",
    "ICS": "Integrated Canal System",
    "NLB": "National Lock Board",
    "WKA": "Weir Keepers Association",
}
_LINKS = "the of and a in by with for".split()
_DAY = "{day} {month} {year}"
_MONTHS = "January March June September".split()


def phrase(chance: random.Random, least: int, most: int) -> str:
    """So many words and what joins them."""
    return " ".join(
        chance.choice(_LINKS if chance.random() < 0.25 else WORDS) for _ in range(chance.randint(least, most))
    )


def sentence(chance: random.Random) -> str:
    """A sentence, one of four with an acronym, which it may define."""
    said = f"The {phrase(chance, 2, 9)}"
    if chance.random() < 0.25:
        acronym = chance.choice(sorted(LONG_FORMS))
        told = (acronym, f"{acronym}s", LONG_FORMS[acronym], f"{LONG_FORMS[acronym]} ({acronym})")
        said += f" by the {chance.choice(told)}"
    if chance.random() < 0.15:
        said += f" in {chance.randint(1990, 2021)}"
    return f"{said}."


def paragraphs(chance: random.Random) -> list[str]:
    """One to three paragraphs of one to five sentences."""
    return [
        " ".join(sentence(chance) for _ in range(chance.randint(1, 5))) for _ in range(chance.randint(1, 3))
    ]


def article(chance: random.Random, suffix: str) -> str:
    """An article as a file with this suffix holds it, most with a title and headings."""
    title = phrase(chance, 1, 3).capitalize() if chance.random() < 0.8 else ""
    parts = [
        (phrase(chance, 1, 2).capitalize() if chance.random() < 0.7 else "", paragraphs(chance))
        for _ in range(chance.randint(1, 3))
    ]
    # A sentence that no reader takes for a line above the article, whatever suffix the file is given.
    parts[-1][1][-1] += f" The {phrase(chance, 10, 14)} is told on a board beside the lock."
    day = _DAY.format(
        day=chance.randint(1, 28), month=chance.choice(_MONTHS), year=chance.randint(2015, 2021)
    )
    published = f"Published {day}" if chance.random() < 0.5 else ""
    return _LAYOUTS[suffix](title, published, parts)


Parts = list[tuple[str, list[str]]]


def _markdown(title: str, published: str, parts: Parts) -> str:
    blocks = [f"# {title}" if title else "", published]
    for heading, texts in parts:
        blocks += [f"## {heading}" if heading else "", *texts]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _plain(title: str, published: str, parts: Parts) -> str:
    blocks = [title, published]
    for heading, texts in parts:
        blocks += [heading, *texts]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _html(title: str, published: str, parts: Parts) -> str:
    blocks = [f"<h1>{title}</h1>" if title else "", f"<p>{published}</p>" if published else ""]
    for heading, texts in parts:
        blocks += [f"<h2>{heading}</h2>" if heading else "", *(f"<p>{text}</p>" for text in texts)]
    return f"<!doctype html><html><body><main>{''.join(blocks)}</main></body></html>\n"


_LAYOUTS: dict[str, Callable[[str, str, Parts], str]] = {".md": _markdown, ".txt": _plain, ".html": _html}
SUFFIXES = tuple(_LAYOUTS)


def questions(chance: random.Random, count: int) -> list[str]:
    """So many questions: words, acronyms and what they stand for, slips, quoted phrases, exclusions."""
    kinds: list[Callable[[], str]] = [
        lambda: chance.choice(WORDS),
        lambda: phrase(chance, 2, 6),
        lambda: f"What is the {chance.choice(sorted(LONG_FORMS))}?",
        lambda: f"Why was the {chance.choice(WORDS)} {chance.choice(sorted(LONG_FORMS.values()))} closed?",
        lambda: f"When was the {chance.choice(WORDS)[:-1]} opened?",
        lambda: f'"{phrase(chance, 2, 2)}" {chance.choice(WORDS)}',
        lambda: f"{phrase(chance, 2, 4)} -{chance.choice(WORDS)}",
        lambda: f"how many {chance.choice(WORDS)}s in {chance.randint(1990, 2021)}",
    ]
    return [kinds[number % len(kinds)]() for number in range(count)]
