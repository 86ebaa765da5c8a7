"""Plain texts with the dirt of real ones, each with what it has to become in NAME.expected.json beside it.

They were written before the rules were looked at, on subjects of their own, to find out whether a rule
holds beyond the document that asked for it. A document's dirt stays as it is; a wrong expectation is put
right, and none is loosened to let a change pass.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ingest.cli import describe, show

TEXTS = Path(__file__).parent / "data" / "texts"
NAMES = sorted(path.name.removesuffix(".expected.json") for path in TEXTS.glob("*.expected.json"))

QUOTES = str.maketrans("‘’“”\u00a0", "''\"\" ")


def fold(text: str) -> str:
    """Quotes and white space as one kind each."""
    return " ".join(text.translate(QUOTES).split())


def fold_lines(text: str) -> str:
    """Folded, but what stands on two lines does not become one."""
    return re.sub(r" ?\n\s*", "\n", re.sub(r"[ \t]+", " ", text.translate(QUOTES)))


def test_each_text_has_its_expectation_and_each_expectation_its_text() -> None:
    assert [f"{name}.txt" for name in NAMES] == sorted(path.name for path in TEXTS.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_dirty_text_is_cleaned_as_specified(name: str) -> None:
    expected: dict[str, Any] = json.loads((TEXTS / f"{name}.expected.json").read_text(encoding="utf-8"))
    shown = describe(show(TEXTS / expected["file"]))
    wrong = differences(shown, expected)
    assert not wrong, "\n".join(wrong)


def differences(shown: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """What was expected and did not come, a line each: all of them, since one fault seldom comes alone."""
    return [
        *_metadata(shown, expected),
        *_origins(shown["origins"], expected.get("metadata_lines", {})),
        *_sections(shown, expected),
        *_lists(shown["text"], expected.get("bullets")),
        *_passages(shown["passages"], expected),
    ]


def _metadata(shown: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    accepted = {name: [expected[name]] for name in ("title", "authors", "published", "updated")}
    accepted["publisher"] = expected.get("publisher_accept", [expected["publisher"]])
    return [
        f"{name}: expected {values!r}, got {shown[name]!r}"
        for name, values in accepted.items()
        if shown[name] not in values
    ]


def _origins(origins: dict[str, Any], lines: dict[str, list[int]]) -> list[str]:
    """Where the values (of the authors, the first) were found; a value that is missing is not judged here."""
    found = {name: next(iter(origins[name]), None) if name == "authors" else origins[name] for name in lines}
    return [
        f"{name}: expected from {lines[name]}, got from {origin['origin']}"
        for name, origin in found.items()
        if origin is not None and origin["origin"] not in {f"line {line}" for line in lines[name]}
    ]


def _sections(shown: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """A heading that may be one or not is compared on neither side."""
    optional = expected.get("optional_sections", [])
    wanted = zip(expected["section_levels"], expected["sections"], strict=True)
    needed = [(level, heading) for level, heading in wanted if heading not in optional]
    found = [
        (section["level"], section["heading"])
        for section in shown["sections"]
        if section["heading"] and section["heading"] not in optional
    ]
    missing = [f"heading: expected {pair}" for pair in needed if pair not in found]
    surplus = [f"heading: did not expect {pair}" for pair in found if pair not in needed]
    order = [] if missing or surplus or found == needed else [f"headings: expected {needed}, got {found}"]
    lead = shown["sections"][0]["heading"] is None
    return [*missing, *surplus, *order, *([] if lead == expected["lead"] else [f"lead: got {lead}"])]


def _lists(text: str, bullets: int | None) -> list[str]:
    """`bullets` items of either level, one a line; None where the document has no list."""
    items = len(re.findall(r"^(?:  )?- \S", text, re.MULTILINE))
    return [] if items == (bullets or 0) else [f"list items: expected {bullets or 0}, got {items}"]


def _passages(passages: list[str], expected: dict[str, Any]) -> list[str]:
    folded, lined = [fold(text) for text in passages], [fold_lines(text) for text in passages]
    found = [
        *(("must_keep", phrase, _within(fold(phrase), folded)) for phrase in expected["must_keep"]),
        *(
            (key, phrase, _within(fold(phrase), lined))
            for key in ("joined", "unlinked")
            for phrase in expected[key]
        ),
        *(("must_drop", phrase, not _within(phrase, passages)) for phrase in expected["must_drop"]),
    ]
    return [f"{key}: {phrase!r}" for key, phrase, as_wanted in found if not as_wanted]


def _within(phrase: str, texts: list[str]) -> bool:
    return any(phrase in text for text in texts)
