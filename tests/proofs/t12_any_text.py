"""T12: any text at all is answered, or refused with a reason."""

from __future__ import annotations

import gc
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from search.analysis import STOP_WORDS
from search.question.understanding import MAX_QUESTION_CHARS
from tests.proofs.asking import ask, engine_of, shipped, wrong_with
from tests.proofs.killers import KILLERS
from tests.proofs.proof import Outcome, Proof

# Texts a little over what may be asked are drawn too.
_LONGEST = MAX_QUESTION_CHARS + 50
_MARKS = '" “ ” - * ? ~ ^ ( ) [ ] { } : + / \\ & | ! AND OR NOT TO ANDNOT \0 \ud800'.split(" ")
_MOST_SECONDS = 1.0


def run(folder: Path, seed: int, size: int) -> Outcome:
    client = shipped(folder)
    known = sorted(engine_of(client).vocabulary())
    words = st.sampled_from([*known, *sorted(STOP_WORDS)]) | st.sampled_from(_MARKS)
    texts = st.one_of(
        st.text(st.characters(exclude_categories=()), max_size=_LONGEST),
        st.lists(words, max_size=40).map(" ".join),
        st.lists(words, min_size=140, max_size=250).map(lambda parts: " ".join(parts)[:_LONGEST]),
        st.lists(words, max_size=60).map("".join),
    )
    failures: list[str] = []
    drawn: list[str] = []
    seconds: list[float] = []
    refused = 0

    def try_it(question: str) -> None:
        nonlocal refused
        reply = ask(client, question, more="&limit=50&offset=150&explain=true")
        page = ask(client, question, "/")
        refused += reply.status == 400
        seconds.extend((reply.seconds, page.seconds))
        wrong = wrong_with(question, reply, page)
        if wrong is None and max(seconds[-2:]) > _MOST_SECONDS:
            wrong = f"took {max(seconds[-2:]):.1f} s"
        if wrong:
            failures.append(f"{wrong}: {question[:200]!a} ({len(question)} characters)")

    ask(client, "What is read at first use?")
    for question in KILLERS.values():
        try_it(question)

    @seeded(seed)
    @settings(
        max_examples=size,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(texts)
    def any_text(question: str) -> None:
        drawn.append(question)

    any_text()
    gc.collect()  # of what hypothesis remembered; while some question is asked, it takes two seconds
    for question in drawn:
        try_it(question)
    asked = len(seconds) // 2
    if asked < len(KILLERS) + size:
        failures.append(f"only {asked} texts were asked")
    return Outcome(
        f"{asked - len(KILLERS):,} texts and {len(KILLERS)} made to stall, each asked of /search and of the "
        f"page: {len(failures)} went wrong, {refused} refused as empty or too long, "
        f"slowest {1000 * max(seconds):.0f} ms",
        tuple(failures),
    )


PROOF = Proof("T12", "any text at all is answered within a second, or refused", run, "texts", 300, 10_000)
