"""T11: what is found, and with which scores, is what BM25 written out in full says."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.pipeline import ingest
from search.answers import Candidate
from search.index.generations import open_pointer, read_current
from search.index.kernel import installed_kernel
from search.index.nearness import words_alone
from search.question.expansion import expanded
from search.question.synonyms import shipped_synonyms
from search.question.understanding import understand
from tests.proofs.oracle import Oracle, Score
from tests.proofs.proof import Outcome, Proof

CORPUS = Path(__file__).parents[2] / "corpus"

# Articles that come after the index was written, so that some passages stand in its second segment.
LATER = 4
ALL = 10_000  # more than there are passages
BEST = 10
MOST_APART = 1e-6  # of two scores; what rounding allows is less for most questions


def run(folder: Path, seed: int, size: int) -> Outcome:
    chance = random.Random(seed)
    index = _indexed(folder, chance)
    numpy = open_pointer(index, read_current(index))
    engines = {"NumPy": numpy}
    if kernel := installed_kernel():
        engines["the compiled kernel"] = open_pointer(index, read_current(index), words_alone, kernel)
    assert numpy.withdrawn.passages, "nothing was withdrawn"
    assert numpy.recent_ids, "there is no second segment"
    contents = [(each, numpy.passages(id)) for id, each in numpy.documents(numpy.document_ids()).items()]
    oracle = Oracle(contents)
    texts = [passage.text for _, passages in contents for passage in passages]
    tally = _Tally()
    failures = []
    for _ in range(size):
        question = _question(chance, texts)
        query = understand(question)
        if chance.random() < 0.5:
            query = expanded(query, numpy, shipped_synonyms())
        expected = oracle.scores(query)
        for name, engine in engines.items():
            found = engine.search(query, ALL)
            best = engine.search(query, BEST)
            wrong = [*_differences(found.candidates, expected, tally)]
            if found.total != len(expected) or best.total != len(expected):
                wrong.append(f"{found.total} counted, {len(expected)} are there")
            if best.candidates != found.candidates[:BEST]:
                wrong.append(f"the best {BEST} are not the first {BEST} of all")
            if wrong:
                failures.append(f"{question!r} with {name}: {'; '.join(wrong[:3])}")
    for engine in engines.values():
        engine.close()
    figure = (
        f"{size:,} questions over {len(texts):,} passages with {' and '.join(engines)}: "
        f"{tally.scores:,} scores, {len(failures)} questions answered otherwise; "
        f"scores differ by {tally.furthest:.1e} at most, by {tally.share:.0%} of what rounding allows"
    )
    if tally.furthest > MOST_APART:
        failures.append(f"scores lie further apart than {MOST_APART:.0e}")
    if tally.scores < 10 * size:
        failures.append(f"hardly anything was found: {figure}")
    return Outcome(figure, tuple(failures))


@dataclass(slots=True)
class _Tally:
    """How many scores were compared, and how far they lay apart."""

    scores: int = 0
    furthest: float = 0.0
    share: float = 0.0  # of the tolerance


def _indexed(folder: Path, chance: random.Random) -> Path:
    """An index of the shipped articles, some of which came after it was written and one of which changed."""
    articles, index = folder / "articles", folder / "index"
    shutil.copytree(CORPUS, articles)
    (folder / "later").mkdir()
    names = sorted(path.name for path in articles.glob("*.md"))
    later = chance.sample(names, LATER)
    for name in later:
        (articles / name).rename(folder / "later" / name)
    ingest([articles], index)
    for name in later:
        (folder / "later" / name).rename(articles / name)
    changed = articles / next(name for name in names if name not in later)
    changed.write_text(changed.read_text(encoding="utf-8").replace("care", "care and support"), "utf-8")
    ingest([articles], index)
    return index


_WORD = re.compile(r"[^\W_]+")


def _question(chance: random.Random, texts: Sequence[str]) -> str:
    """Words of one passage in a row, or of any, some with an exclusion or a phrase."""
    words = _WORD.findall(chance.choice(texts))
    start, count = chance.randrange(len(words)), chance.randint(1, 8)
    asked = words[start : start + count]
    if chance.random() < 0.5:
        asked = [chance.choice(_WORD.findall(chance.choice(texts))) for _ in range(count)]
    if chance.random() < 0.15:
        asked.append(f"-{chance.choice(words)}")
    if chance.random() < 0.15:
        asked.append(f'"{" ".join(words[start : start + 2])}"')
    return " ".join(asked)


def _differences(found: Sequence[Candidate], expected: dict[str, Score], tally: _Tally) -> Iterator[str]:
    """What of the passages found, of their scores and of their order is not as expected."""
    if other := {candidate.passage_id for candidate in found} ^ expected.keys():
        yield f"only one of the two has {sorted(other)[:3]}"
        return
    for candidate in found:
        score = expected[candidate.passage_id]
        apart = abs(candidate.score - score.value)
        tally.scores += 1
        tally.furthest = max(tally.furthest, apart)
        tally.share = max(tally.share, apart / score.tolerance)
        if apart > score.tolerance:
            yield f"{candidate.passage_id} scores {candidate.score}, not {score.value}"
    order = [(-c.score, c.document_id, c.passage.start) for c in found]
    if order != sorted(order):
        yield "the order is not that of scores, documents and places"


PROOF = Proof(
    row="T11",
    promise="passages are found and scored as BM25 written out in full has it, whatever searches",
    run=run,
    unit="questions",
    quick=40,
    full=500,
)
