"""The words of a generation as they were written, unstemmed, with the passages that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property


class Vocabulary(Mapping[str, int]):
    """Words in lower case -> how many passages hold each; no stop words. Never changes."""

    def __init__(self, words: Mapping[str, int]) -> None:
        self._words = words

    def __getitem__(self, word: str) -> int:
        return self._words[word]

    def __contains__(self, word: object) -> bool:
        return word in self._words

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def beginning_with(self, letter: str) -> Sequence[str]:
        """The words of letters alone that begin with this one; listed once, when first asked for."""
        return self._by_letter.get(letter, ())

    @cached_property
    def _by_letter(self) -> Mapping[str, Sequence[str]]:
        words: dict[str, list[str]] = {}
        for word in self._words:
            if word.isalpha():
                words.setdefault(word[0], []).append(word)
        return words
