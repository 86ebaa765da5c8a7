"""Sentence spans: NLTK's Punkt with our abbreviations. Nothing is trained and nothing downloaded."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

from search.passages import Span

# Lower case, without the final full stop, as Punkt wants them.
ABBREVIATIONS = frozenset(
    """
    art cf cllr co col dept dr ed eds e.g eg esp est et etc fig figs gen gov hon i.e ie inc jr lib ltd
    lt maj messrs mr mrs ms mt no nos op p para paras pp prof pt rep rev sec sect sr st u.k u.s univ viz
    vol vs n.b jan feb mar apr jun jul aug sep sept oct nov dec approx avg max min
    """.split()
)

# A list's introduction whose list was lost runs into the next sentence: "These include: The scale …".
_LOST_LIST = re.compile(
    r"\b(?:include|includes|including|included|following|follows|are|were):\s+(?=[A-Z][a-z]*\s)"
)
# An ellipsis cut the sentence off; what follows is another one.
_CUT_OFF = re.compile(r"\s…\s+(?=[A-Z])")


def sentence_spans(text: str) -> tuple[Span, ...]:
    """The sentences of a running text: in order, without the white space between them.

    A text without an end mark is one sentence; an empty one has none.
    """
    spans: list[Span] = []
    for start, end in _tokenizer().span_tokenize(text):
        borders = [m.end() for p in (_LOST_LIST, _CUT_OFF) for m in p.finditer(text, start, end)]
        cuts = [start, *sorted(borders), end]
        spans.extend(_trimmed(text, a, b) for a, b in pairwise(cuts))
    return tuple(span for span in spans if span.start < span.end)


def _trimmed(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


@cache
def _tokenizer() -> PunktSentenceTokenizer:
    parameters = PunktParameters()
    parameters.abbrev_types = set(ABBREVIATIONS)
    return PunktSentenceTokenizer(parameters)
