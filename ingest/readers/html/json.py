"""The JSON-LD object of a page that describes its article, references to other objects followed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bs4 import BeautifulSoup

_ARTICLE = re.compile(r"\w*(?:Article|Posting|Report)$")
_PAGE = re.compile(r"\w*WebPage$")
# In a script that was written for XHTML.
_WRAPPING = re.compile(r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*$")

Node = dict[str, Any]


def article_node(soup: BeautifulSoup, title: str) -> Node:
    """The object of an article, else of a page; empty where there is none. Damaged JSON is passed over.

    Of several articles it is the one whose headline `title`, what the page calls itself, repeats:
    the others are cards. What an article leaves unsaid its page says.
    """
    nodes = list(_nodes(soup))
    by_id = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 1}
    articles = [node for node in nodes if _is_a(_ARTICLE.match, node)]
    named = [node for node in articles if (h := node.get("headline")) and isinstance(h, str) and h in title]
    pages = [node for node in nodes if _is_a(_PAGE.match, node)]
    found = [*(named or articles)[:1], *pages[:1]]
    merged: Node = {}
    for node in reversed(found):
        merged |= {key: _resolved(value, by_id) for key, value in node.items() if value}
    return merged


def _nodes(soup: BeautifulSoup) -> Iterator[Node]:
    for script in soup.find_all("script", type="application/ld+json"):
        try:
            data = json.loads(_WRAPPING.sub("", script.get_text()), strict=False)
        except (ValueError, RecursionError):
            continue
        for node in data if isinstance(data, list) else [data]:
            if not isinstance(node, dict):
                continue
            graph = node.get("@graph")
            inner = graph if isinstance(graph, list) else []
            yield from (each for each in [node, *inner, node.get("mainEntity")] if isinstance(each, dict))


def _is_a(kind: Callable[[str], object], node: Node) -> bool:
    kinds = node.get("@type")
    return any(kind(str(each)) for each in (kinds if isinstance(kinds, list) else [kinds]))


def _resolved(value: Any, by_id: Mapping[str, Node]) -> Any:
    """The value with references by @id replaced by what they refer to, one step deep."""
    if isinstance(value, list):
        return [_resolved(each, by_id) for each in value]
    if isinstance(value, dict) and "name" not in value and isinstance(value.get("@id"), str):
        return by_id.get(value["@id"], value)
    return value
