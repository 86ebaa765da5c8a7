"""Free text -> Query. Quotes and a leading dash say something; every other mark is just punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from search.analysis import Token, tokens
from search.errors import QuestionEmpty, QuestionTooLong
from search.marks import Mark
from search.queries import Kind, Query, Term
from search.question.kinds import Asked, asked

# A question longer than this is a pasted document; its analysis would cost more than its answer.
MAX_QUESTION_CHARS = 1_000

# Phrases, and distinct words in one of them; what is over either is looked for as plain words. A sentence in
# quotation marks has to fit, for that is how a quotation is checked: of the sentences of the shipped articles
# the longest has 30 distinct words, of a thousand of SQuAD's one has more than 52. Each word costs 31
# microseconds over 100,000 passages, where all that fill a question take 10 ms.
MOST_PHRASES = 8
MOST_PHRASE_WORDS = 64


# Questions for what a thing is, with the thing itself as all that follows.
_DEFINITION = re.compile(
    r"what(?: is| are|['’]?s| was| were) (?:meant by |an? |the meaning of )?(?P<thing>[^,;]+)"
    r"|(?:define|definition of|(?:the )?meaning of|explain) .+"
    r"|(?:what do(?:es)? .+? (?:mean|stand for)|.+? (?:in full|meaning|definition)) ?[?.!]*",
    re.IGNORECASE,
)
# "What is the aim of X?" asks for a fact of X, "what is an X?" for what it is.
_A_FACT_OF = re.compile(
    r"(?:the|your|our|their|its)\b|.*\b(?:of|for|in|with|by|to|do|does|done|like|about)\b", re.IGNORECASE
)

# Words that ask for a definition and are no part of the thing defined.
_DEFINING = frozenset(
    "mean meant meaning means stand stands define defined definition explain full term".split()
)
# Words that only say what kind of answer is wanted; the passage that answers seldom has them. Without them
# recall@1 rises from .716 to .734 and MRR@10 from .793 to .806 over 700 SQuAD questions that hold one, and
# no shared question loses. "number", "difference", "way", "role", "city", "month" and "called" gain nothing;
# "kind of" and "examples of" gain there, but the shared questions lose what their lists say.
_ASKING = re.compile(
    r"""\b(?:how\s+(?:long|old|far|tall|big|large|fast|high|deep|wide|heavy|often)
    |(?:what(?:['’]?s|\s+is|\s+are|\s+was|\s+were)\s+the\s+names?)\s+of
    |(?:what|which|the)\s+(?:percentage|percent|per\s+cent|proportion|share)(?:\s+of)?
    |(?:what|which)\s+(?:year|date)
    |(?:what(?:['’]?s|\s+is|\s+was)\s+the\s+)(?:year|date)\s+(?:of|that|when)
    |how\s+much\s+money|reasons?\s+(?:for|why|that)|^name)\b""",
    re.IGNORECASE | re.VERBOSE,
)

# Words in double quotes, straight or curly; a quote that is never closed is only punctuation.
_QUOTED = re.compile(r'"([^"“”]+)"|“([^"“”]+)”')
# "-word" after white space or at the start: not a hyphen within a word, a dash between two, or a number.
_EXCLUDED = re.compile(r"(?<!\S)-(?=[^\W\d_])(\S+)")

# Asks what is not so. A question for yes or no is answered by either, and "isn't it ...?" only asks politely.
_NEGATION = re.compile(
    r"\b(?:not(?!\s+only)|cannot|never|no\s+longer|nobody|none|no)\b|n['’]t\b", re.IGNORECASE
)
_NOT_A_NEGATION = re.compile(r"\bor\s+not\b|\bno\.\s|\bif\s+not\b", re.IGNORECASE)


def understand(question: str) -> Query:
    """The query that a question becomes: its distinct terms, stop words left out, and what it asks for.

    All of them: which are looked for when there are many, only an index can say (`narrowing`). A question of
    nothing but stop words and exclusions has none. Raises QuestionEmpty for nothing but white space and
    QuestionTooLong over `MAX_QUESTION_CHARS`.
    """
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionTooLong(
            f"the question has {len(question):,} characters, at most {MAX_QUESTION_CHARS:,} are read: "
            "ask for one thing in one sentence"
        )
    text = unicodedata.normalize("NFC", question).strip()
    if not text:
        raise QuestionEmpty("the question is empty: type what you want to know")
    wanted, unwanted = _without_exclusions(_unshout(text))
    kind, expects, counted = _asked(wanted)
    spoken = list(tokens(wanted))
    negated = _is_negated(wanted, kind)
    if negated and not expects:
        expects = Mark.NEGATION
    stem_of = {word.exact: word.stem for word in spoken}  # `counted` is in lower case: "icss"
    content = [word for word in spoken if not word.is_stop_word]
    held, loose = _phrases(wanted)
    return Query(
        text,
        _distinct(_subject_words(wanted, content, kind) or content),
        tuple((word.stem, word.is_stop_word) for word in spoken),
        _names(wanted, spoken),
        kind,
        expects,
        counted=tuple(dict.fromkeys(stem_of.get(word.exact, word.stem) for word in _content(counted))),
        phrases=held,
        loose_phrases=loose,
        excluded=_distinct(_content(unwanted)),
        negated=negated,
    )


def _subject_words(text: str, content: Sequence[Token], kind: Kind) -> Sequence[Token]:
    """Those of the words of the text that are asked about; empty for nothing but words that ask."""
    words = _content(_ASKING.sub(" ", text)) if _ASKING.search(text) else content
    return [word for word in words if word.exact not in _DEFINING] if kind == "definition" else words


def _asked(text: str) -> Asked:
    found = asked(text)
    if found.kind in ("other", "keywords"):
        match = _DEFINITION.fullmatch(" ".join(text.split()))
        if match and not (match["thing"] and _A_FACT_OF.match(match["thing"])):
            return found._replace(kind="definition")
    return found


def _without_exclusions(text: str) -> tuple[str, str]:
    """The text without its "-word"s, and those words; nothing in quotes is an exclusion."""
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    found = [
        match
        for match in _EXCLUDED.finditer(text)
        if not any(start < match.start() < end for start, end in quoted)
    ]
    for match in reversed(found):
        text = text[: match.start()] + text[match.end() :]
    return text.strip(), " ".join(match[1] for match in found)


def _phrases(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands in quotation marks, unless it is nothing but stop words; and of it what is over a limit."""
    quoted = dict.fromkeys((match[1] or match[2]).strip() for match in _QUOTED.finditer(text))
    held: list[str] = []
    loose: list[str] = []
    for phrase in quoted:
        words = {word.stem for word in _content(phrase)}
        if words:
            fits = len(held) < MOST_PHRASES and len(words) <= MOST_PHRASE_WORDS
            (held if fits else loose).append(phrase)
    return tuple(held), tuple(loose)


def _names(text: str, words: Sequence[Token]) -> frozenset[str]:
    """What is written with a capital, but neither because it begins the text nor loud, and in digits."""
    return frozenset(
        word.stem
        for number, word in enumerate(words)
        if not word.is_stop_word
        and (word.acronym or word.exact[0].isdigit() or (number and text[word.start : word.end].istitle()))
    )


def _is_negated(text: str, kind: Kind) -> bool:
    if kind == "yesno":
        return False
    return _NEGATION.search(_NOT_A_NEGATION.sub(" ", _QUOTED.sub(" ", text))) is not None


def _content(text: str) -> list[Token]:
    return [token for token in tokens(text) if not token.is_stop_word]


def _distinct(words: Iterable[Token]) -> tuple[Term, ...]:
    """One term for each stem, as it was first written, in order."""
    terms: dict[str, Term] = {}
    for word in words:
        terms.setdefault(word.stem, Term(word.stem, word.exact, word.acronym))
    return tuple(terms.values())


def _unshout(text: str) -> str:
    """A question typed all in capitals in lower case, since its capitals mark no acronym."""
    return text.lower() if text.isupper() and " " in text else text
