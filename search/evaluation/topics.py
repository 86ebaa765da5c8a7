"""Questions with their judgements, read from a file of one JSON object a line.

Each has `id`, `question`, `type`, `traits`, `evidence` (a list of `{"file", "quote"}`, empty where nothing
answers), `answer` and `answer_aliases`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from search.errors import SearchError


class TopicsUnreadable(SearchError):
    """The question file cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A question with its judgements."""

    id: str
    question: str
    type: str
    traits: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]  # (file, quote); empty: nothing answers
    answers: tuple[str, ...]  # the gold answer and its aliases

    @property
    def answerable(self) -> bool:
        return bool(self.evidence)


def read_topics(path: Path) -> tuple[Topic, ...]:
    """The topics of a question file, in order; raises TopicsUnreadable naming the line that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TopicsUnreadable(f"cannot read {path}: {error}") from None
    topics: dict[str, Topic] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            topic = Topic(
                data["id"],
                data["question"],
                data["type"],
                tuple(data["traits"]),
                tuple((item["file"], item["quote"]) for item in data["evidence"]),
                tuple(filter(None, (data["answer"], *data["answer_aliases"]))),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise TopicsUnreadable(f"{path}, line {number}: not a question ({error!r})") from None
        if topic.id in topics:
            raise TopicsUnreadable(f"{path}, line {number}: a second question with the id {topic.id}")
        topics[topic.id] = topic
    if not topics:
        raise TopicsUnreadable(f"{path} holds no question")
    return tuple(topics.values())
