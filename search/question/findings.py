"""What one document has for the glossary: the acronyms it defines, phrases, and its words to count in."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

from search.analysis import (
    MAX_TOKEN_CHARS,
    STEM_CACHE_SIZE,
    Word,
    acronym_key,
    analysed_anew,
    tokens,
    word_of,
)
from search.passages import Document, Passage
from search.question.acronyms import definitions
from search.question.initials import marked, marked_phrases

# Between the numbers of words: what is apart in two sentences, or two passages, is no phrase.
SENTENCE_END, PASSAGE_END = 0, 1


@dataclass(frozen=True, slots=True)
class Findings:
    """The acronyms, phrases and words of one document."""

    document_id: str
    date: str | None  # updated, else published; ISO
    definitions: Mapping[tuple[str, str], int]  # acronym and long form, with the times that it is defined
    phrases: Mapping[str, int]  # with the passages and headings they stand in
    words: array[int]  # of its passages and their headings: numbers of words, stop words left out


def mine(document: Document, passages: Sequence[Passage]) -> Findings:
    """The findings of a document, from the sentences and the headings of its passages."""
    defined: Counter[tuple[str, str]] = Counter()
    repeated: Counter[str] = Counter()
    words = array("I")
    headings: dict[str, _Seen] = {}
    for passage in passages:
        sentences = [" ".join(span.of(passage.text).split()) for span in passage.sentences]
        fresh = [heading for heading in passage.heading_path if heading not in headings]
        headings.update((heading, _seen([heading])) for heading in fresh)
        for sentence in (*fresh, *sentences):
            for each in definitions(sentence):
                defined[each.acronym, each.long_form] += 1
        seen = _seen(sentences)
        repeated.update(seen.phrases.union(*(headings[heading].phrases for heading in fresh)))
        for heading in passage.heading_path:
            words.extend(headings[heading].numbers)
        words.extend(seen.numbers)
        words.append(PASSAGE_END)
    metadata = document.metadata
    date = metadata.updated or metadata.published
    return Findings(document.id, date.value if date else None, defined, repeated, words)


def word_numbers(text: str) -> tuple[int, ...]:
    """The numbers of a text's words, as `Findings.words` has them."""
    return tuple(chain.from_iterable(_chunk(chunk)[0] for chunk in text.split()))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What sentences have."""

    phrases: set[str]
    numbers: list[int]  # of their words, each sentence with its end


def _seen(sentences: Sequence[str]) -> _Seen:
    chunks = [chunk for sentence in sentences for chunk in (*sentence.split(), _BREAK)]
    looked_up = [_chunk(chunk) for chunk in chunks]
    return _Seen(
        set(marked_phrases("".join([marks for _, marks in looked_up]))),
        [number for numbers, _ in looked_up for number in numbers],
    )


# Stands for the end of a sentence among its chunks, which hold no space.
_BREAK = "\n"


# What may stand behind a word and is no part of it; a full stop is of a dotted acronym where it is not alone.
_BEHIND = ",;:)."


@lru_cache(maxsize=STEM_CACHE_SIZE)
def _chunk(chunk: str) -> tuple[tuple[int, ...], str]:
    """The numbers of what stands between two spaces, and its marks: one look for both.

    No token of the analyzer holds a space.
    """
    if chunk == _BREAK:
        return (SENTENCE_END,), marked(chunk)
    if chunk[-1] in _BEHIND and "." not in chunk[:-1] and len(chunk) > 1:
        numbers, marks = _chunk(chunk[:-1])  # most often looked up already
        return numbers, marks + "\n"
    if chunk.isalpha() and len(chunk) <= MAX_TOKEN_CHARS:  # one word, as most are
        found = [(chunk, word_of(chunk))]
    else:
        starts, lengths, words = analysed_anew(chunk)
        written = [chunk[start : start + length] for start, length in zip(starts, lengths, strict=True)]
        found = list(zip(written, words, strict=True))
    return tuple(_number(word, text) for text, word in found if not word.is_stop_word), marked(chunk)


def acronym_number(key: str) -> int:
    """The number of an acronym, by its key: another than that of the word in small letters ("AID", "aid")."""
    return crc32(key.encode()) | 2  # never that of an end


def word_number(stem: str) -> int:
    """The number of a word that is not written as an acronym."""
    return crc32(stem.encode()) | 2


def _number(word: Word, written: str) -> int:
    if word.acronym:
        return acronym_number(word.acronym)
    mixed = sum(letter.isupper() for letter in written) > 1  # DfE
    return acronym_number(acronym_key(written)) if mixed else word_number(word.stem)


def spelling(phrase: str) -> str:
    """What is one for all phrases that differ by case, plural, hyphen and stop words only."""
    return "".join(map(_stems, phrase.split()))


@lru_cache(maxsize=STEM_CACHE_SIZE)
def _stems(chunk: str) -> str:
    return "".join(token.stem for token in tokens(chunk) if not token.is_stop_word)
