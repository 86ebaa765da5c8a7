"""A disk that is really full, or really read-only, under a service that goes on being asked."""

from __future__ import annotations

import ctypes
import os
import random
import re
import socket
import time
from collections import Counter
from functools import partial
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

from tests.proofs import warm, yard
from tests.proofs.dice import Dice
from tests.proofs.proof import Outcome
from tests.services import PATIENCE
from web.app import create_app
from web.workers import serve, warm_up

# By the numbers of unshare(2) and mount(2).
_NEW_MOUNTS = 0x20000
_READ_ONLY, _REMOUNT, _PRIVATE = 1, 32, 0x4000 | 0x40000  # private: with all below it

_DISK_BYTES = 16 << 20
_FILLED_AT_ONCE = 1 << 16
_SWITCHED_SECONDS = 10  # long after any service looks at a pointer

_FULL = "ingest: the disk of {} is full: the index is as it was and goes on answering; free some space there"
_UNWRITTEN = "ingest: the file system of {} is read-only: the index is as it was and goes on answering; "


class Broken(Exception):
    """A promise was broken; says how."""


def disk_trials(folder: Path, chance: random.Random, count: int) -> Outcome:
    """Fills a small disk to so many degrees, and once forbids to write to it."""
    folder.mkdir()
    try:
        return warm.forked(partial(_on_a_disk, folder, chance, count))
    except Exception as error:
        return Outcome("a full disk", (f"the experiment with a full disk ended: {error}",))


def _on_a_disk(folder: Path, chance: random.Random, count: int) -> Outcome:
    try:
        _call("unshare", _NEW_MOUNTS)
        _mount(None, "/", None, _PRIVATE)
        _mount("tmpfs", str(folder), "tmpfs", 0, f"size={_DISK_BYTES}")
    except OSError as error:
        return Outcome(f"no private mounts here ({error.strerror}): full and read-only disks not tried")
    articles, index = folder / "articles", folder / "index"
    for revision in (1, 2):
        _put(articles, revision)
        run = warm.forked(partial(warm.ingest, articles, index, "--full"))
        assert run.status == 0, run
    failures: list[str] = []
    ends: Counter[str] = Counter()
    service, port = _service(index)
    try:
        for trial in range(count):
            free = chance.randrange(_needed(index))
            try:
                ends[_full(articles, index, port, trial + 3, free)] += 1
            except Broken as error:
                failures.append(f"disk {trial}, {free:,} bytes free: {error}")
        try:
            _read_only(folder, articles, index, port, count + 3)
        except Broken as error:
            failures.append(f"read-only disk: {error}")
    finally:
        os.kill(service, 9)
        os.waitpid(service, 0)
    if not ends["refused"]:
        failures.append(f"no disk was full enough to refuse a run: {dict(ends)}")
    asked = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    return Outcome(
        f"{count} full disks: {asked}; 1 read-only disk; each run after that published", tuple(failures)
    )


def _put(articles: Path, revision: int) -> None:
    yard.put_articles(articles, revision)
    (articles / "harbour.md").write_text(
        f"# The harbour\n\nOn her last round the harbour master counted {revision} barges in the basin.\n"
    )


def _full(articles: Path, index: Path, port: int, revision: int, free: int) -> str:
    """How the run ended for which so many bytes were free; raises Broken."""
    _put(articles, revision)
    filler = articles.parent / "filler"
    _fill(filler, free)
    run = warm.forked(partial(warm.ingest, articles, index))
    end = "refused" if run.status else "had room"
    if run.status:
        _check_refusal(run, _FULL.format(index))
        _check_answers(port, revision - 1)
    filler.unlink()
    _check_next(articles, index, port, revision)
    return end


def _read_only(folder: Path, articles: Path, index: Path, port: int, revision: int) -> None:
    _put(articles, revision)
    _mount("tmpfs", str(folder), None, _REMOUNT | _READ_ONLY)
    run = warm.forked(partial(warm.ingest, articles, index))
    _check_answers(port, revision - 1)
    _mount("tmpfs", str(folder), None, _REMOUNT)
    _check_refusal(run, _UNWRITTEN.format(index))
    _check_next(articles, index, port, revision)


def _check_refusal(run: warm.Run, line: str) -> None:
    if run.fault or run.status != 1 or len(run.said) != 1 or not run.said[0].startswith(line):
        raise Broken(f"it ended with {run}")


def _check_next(articles: Path, index: Path, port: int, revision: int) -> None:
    run = warm.forked(partial(warm.ingest, articles, index))
    if run.status or run.fault:
        raise Broken(f"the cause is gone, and the next run ends with {run}")
    _check_answers(port, revision)
    if left := yard.left_over(index):
        raise Broken(f"{left} is left over")


def _check_answers(port: int, revision: int) -> None:
    """Raises Broken unless the service answers from this revision, now or within moments, and never fails."""
    until = time.monotonic() + _SWITCHED_SECONDS
    while (counted := _counted(port)) != revision:
        if time.monotonic() > until or counted > revision:
            raise Broken(f"the service answers from revision {counted} and not {revision}")
        time.sleep(0.02)


def _counted(port: int) -> int:
    asked = quote("How many barges did the harbour master count?")
    try:
        with urlopen(f"http://127.0.0.1:{port}/search?q={asked}", timeout=PATIENCE) as reply:
            found = re.search(r"counted (\d+) barges", reply.read().decode())
    except OSError as error:
        raise Broken(f"the service fails: {error}") from None
    if not found:
        raise Broken("the service gives no answer")
    return int(found[1])


def _service(index: Path) -> tuple[int, int]:
    """The process of a service and its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    process = os.fork()
    if not process:
        app = create_app({"INDEX": index}, Dice)
        warm_up(app)
        serve(app, listener)
        os._exit(0)
    return process, listener.getsockname()[1]


def _needed(index: Path) -> int:
    """The bytes that the newest generation takes, about: some of them hold up any run."""
    newest = max(path for path in index.iterdir() if path.name.startswith("g"))
    return sum(path.stat().st_blocks * 512 for path in newest.rglob("*"))


def _fill(filler: Path, free: int) -> None:
    """Fills the disk up to so many bytes."""
    disk = os.statvfs(filler.parent)
    left = disk.f_bavail * disk.f_frsize - free
    with filler.open("wb") as file:
        for start in range(0, left, _FILLED_AT_ONCE):
            file.write(bytes(min(_FILLED_AT_ONCE, left - start)))


def _call(name: str, *arguments: object) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    texts = [text and text.encode() for text in (source, target, kind, data)]
    _call("mount", *texts[:3], ctypes.c_ulong(flags), texts[3])
