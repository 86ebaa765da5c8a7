"""Citewell and its peers on the same passages: what they find, how fast, and what building and memory cost.

    python -m tests.bench.retrieval SHARED_DATA_DIR [--sizes N,...] [--questions N] [--slow N]
                                    [--only KEY,...] [--out DIR]

SHARED_DATA_DIR is what `python -m search.evaluate --squad` reads. Writes `retrieval.md` and `retrieval.svg`
into DIR (tests/bench). A peer that is not installed is a line that says how to get it. Fails where an engine
does not find what its own formula, written out in full, finds. All temporary files are deleted at the end.

All are given the stems of our analyzer and cut at spaces; the constants of BM25 are ours where they can be
set. Each question is an OR of its words for the ten best passages without a count, timed inside the engine's
own process from the list of words to pairs of a number and a score. Blocks of questions go round the engines,
so that a slow moment of the machine hits all alike.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from importlib import import_module
from pathlib import Path

import numpy as np
from tqdm import tqdm

from search.queries import Query
from tests.bench import collection, processes
from tests.bench.collection import Collection
from tests.bench.curves import plot
from tests.bench.peers import LIMIT, NotInstalled, Peer
from tests.bench.processes import Asking, Built, Reply
from tests.bench.reference import Postings, agreement
from tests.bench.rows import Row, Run, machine
from tests.bench.tables import table

KEYS = "citewell citewell_compiled bm25s tantivy lucene xapian sqlite whoosh".split()
SIZES = (2_000, 5_000, collection.SQUAD_ITSELF, 100_000, 300_000, 1_000_000)
BLOCK = 50  # questions that one engine is asked in a row
# Questions before each block that do not count: the processor's caches hold what the engine before it used,
# and one question in 20 is what the 95th percentile is made of.
UNCOUNTED = 5
CHECKED = 200  # questions of which it is checked what is found: a million scores for each


def installed(keys: Sequence[str]) -> tuple[dict[Peer, str], dict[str, str]]:
    """The peers that are there with their versions, and of the others the names and how to get them."""
    there, missing = {}, {}
    for key in keys:
        peer: Peer = import_module(f"tests.bench.peers.{key}").PEER
        try:
            there[peer] = peer.version()
        except NotInstalled as how:
            missing[peer.name] = str(how)
    return there, missing


def measure(
    peers: Mapping[Peer, str], held: Collection, postings: Postings, queries: Sequence[Query], slow: int
) -> Iterator[Row]:
    """A row for each engine that takes so many passages."""
    taking = [peer for peer in peers if postings.passages <= (peer.most or postings.passages)]
    scratch = held.folder.parent
    built: dict[str, Built] = {}
    for peer in taking:
        if peer.index_of is None:
            tell(f"{postings.passages:,} passages: {peer.name} builds")
            built[peer.key] = processes.build(peer.command(scratch), held.folder, scratch / peer.key)
    taking = [peer for peer in taking if (peer.index_of or peer.key) in built]
    with ExitStack() as open_until_here:
        asking = {}
        for peer in taking:
            number = min(slow, len(queries)) if peer.is_slow else len(queries)
            index = scratch / (peer.index_of or peer.key)
            asking[peer] = open_until_here.enter_context(
                Asking(peer.command(scratch), held.folder, index, number)
            )
            tell(f"{postings.passages:,} passages: {peer.name} warms up")
            asking[peer].open()
            asking[peer].warm()
        replies = ask(asking, len(queries))
        memories = {peer: one.memory() for peer, one in asking.items()}
    for peer in taking:
        took = [reply.milliseconds for reply in replies[peer]]
        yield Row(
            key=peer.key,
            name=peer.name,
            version=peers[peer],
            passages=postings.passages,
            built=built.get(peer.key),
            threads=peer.threads,
            memory=memories[peer],
            questions=len(took),
            median=float(np.percentile(took, 50)),
            p95=float(np.percentile(took, 95)),
            agreement=agreed(peer, postings, queries, replies[peer]),
            floor=peer.floor,
        )


def ask(asking: Mapping[Peer, Asking], questions: int) -> dict[Peer, list[Reply]]:
    """All replies of each engine, in the order of the questions; another one begins with each block."""
    replies: dict[Peer, list[Reply]] = {peer: [] for peer in asking}
    order = list(asking)
    for first in tqdm(range(0, questions, BLOCK), desc="asking", unit="block", file=sys.stderr):
        for peer in order:
            if first < asking[peer].questions:
                asking[peer].ask(0, UNCOUNTED)
                replies[peer] += asking[peer].ask(first, first + BLOCK)
        order.append(order.pop(0))
    return replies


def agreed(peer: Peer, postings: Postings, queries: Sequence[Query], replies: Sequence[Reply]) -> float:
    """The mean share of the ten best that the engine found."""
    shares = [
        agreement(reply.numbers, postings.scores(peer.clauses(query), peer.bm25), LIMIT)
        for query, reply in zip(queries[:CHECKED], replies, strict=False)
    ]
    return sum(shares) / len(shares)


def of_size(squad: Path, size: int, peers: Mapping[Peer, str], queries: list[Query], slow: int) -> list[Row]:
    """The rows of one size, in a temporary folder of its own."""
    wanted = {clause[:2] for peer in peers for query in queries for clause in peer.clauses(query)}
    postings = Postings(wanted)
    with tempfile.TemporaryDirectory(prefix="retrieval-") as folder:
        passages = collection.read(squad, size)
        held = collection.write(Path(folder, "collection"), passages, queries, postings.add)
        return list(measure(peers, held, postings, queries, slow))


def tell(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="SHARED_DATA_DIR")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="passages (%(default)s)")
    parser.add_argument("--questions", type=int, default=1000, help="how many are drawn (%(default)s)")
    parser.add_argument("--slow", type=int, default=100, help="of them for slow engines (%(default)s)")
    parser.add_argument("--only", default=",".join(KEYS), help="engines (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder (%(default)s)")
    arguments = parser.parse_args(argv)
    peers, missing = installed(arguments.only.split(","))
    queries = collection.draw_questions(arguments.folder, arguments.questions)
    command = (
        f"python -m tests.bench.retrieval SHARED_DATA_DIR --sizes {arguments.sizes} "
        f"--questions {arguments.questions} --slow {arguments.slow} --only {arguments.only}"
    )
    today, rows = date.today().isoformat(), list[Row]()
    for size in map(int, arguments.sizes.split(",")):
        rows += of_size(arguments.folder, size, peers, queries, arguments.slow)
        run = Run(command, today, machine(), collection.SEED, len(queries), tuple(rows), missing)
        # After each size: a run over all of them takes hours.
        arguments.out.joinpath("retrieval.md").write_text(table(run), encoding="utf-8")
        arguments.out.joinpath("retrieval.svg").write_text(plot(rows), encoding="utf-8")
    print(table(run))
    wrong = [row for row in rows if row.agreement < row.floor]
    if wrong:
        told = (f"{row.name} finds {row.agreement:.4f} of {row.passages:,}, not {row.floor}" for row in wrong)
        raise SystemExit("\n".join(told))


if __name__ == "__main__":
    main()
