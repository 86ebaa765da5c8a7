"""What CURRENT may be found to be when a service or an ingest is started."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from search.errors import IndexUnusable
from search.index.generations import generations_of, open_current, open_intact, publish
from tests.damage import outdate
from tests.proofs.commands import served
from tests.proofs.crashes import Wrong, check_refusal, check_tidy, look, revision_of, update
from tests.proofs.places import BEFORE, Place

# What a service says that finds no index, before it runs `ingest` itself.
_BUILDING = "yet: building it"


def _written(text: str | bytes) -> Callable[[Path], object]:
    data = text.encode() if isinstance(text, str) else text
    return lambda current: current.write_bytes(data)


def _changed(change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda current: current.write_bytes(change(current.read_bytes()))


def _says(**other: object) -> Callable[[Path], object]:
    """With these in place of what it says."""
    return _changed(lambda data: json.dumps(json.loads(data) | other).encode())


# By what is found, what makes CURRENT so.
POINTERS: Mapping[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "empty": _written(""),
    "cut in half": _changed(lambda data: data[: len(data) // 2]),
    "zeroed": _changed(lambda data: bytes(len(data))),
    "no text": _written(b"\xff\xfe\x00"),
    "a name alone": _written("g000003\n"),
    "of other keys": _changed(lambda data: data.replace(b"generation", b"gen")),
    "a list": _written("[]"),
    "a number": _written("3"),
    "without values": _says(generation=None, manifest=None),
    "of a generation that is not there": _says(generation="g000099"),
    "of another manifest": _says(manifest="0" * 64),
    "of an older generation and this manifest": _says(generation="g000002"),
    "of a path": _says(generation="../g000003"),
}


def _flip_a_file_of_each(index: Path) -> None:
    for name in generations_of(index):
        path = next((index / name).rglob("documents.bin"))
        data = path.read_bytes()
        path.write_bytes(bytes([data[0] ^ 1]) + data[1:])


# By the state of the generations, what brings them into it.
STATES: Mapping[str, Callable[[Path], object]] = {
    "intact": lambda _index: None,
    "all damaged": _flip_a_file_of_each,
    "of another version": outdate,
}


def check_start(place: Place, state: str, pointer: str, *, serves: bool) -> bool:
    """Whether something is served where the pointer is so, over generations in that state.

    Raises Wrong unless that is a whole generation, or else a refusal that names the command which mends it;
    and unless that command then does. `serves`: the service is started too.
    """
    STATES[state](place.index)
    POINTERS[pointer](place.index / "CURRENT")
    is_open = _opens(place.index, open_current)
    is_served = _opens(place.index, lambda index: open_intact(index).engine)
    if is_open and not is_served:
        raise Wrong("the current generation is intact, and yet none is served")
    if state == "intact" and not is_served:
        raise Wrong("there are intact generations, and none is served")
    if serves:
        _check_service(place.index, place.root, is_served=is_served)
    place.does(partial(publish, write=update(BEFORE + 1)))
    look(place.index, {BEFORE + 1})
    check_tidy(place.index)
    return is_served


def _opens(index: Path, opening: Callable[[Path], object]) -> bool:
    try:
        engine = opening(index)
    except IndexUnusable as error:
        check_refusal(str(error))
        return False
    revision_of(engine)
    engine.close()
    return True


def _check_service(index: Path, folder: Path, *, is_served: bool) -> None:
    said = served(index, "Which team mended the tram?", folder)
    if "Traceback" in said.stderr:
        raise Wrong(f"the service failed: {said.stderr}")
    if not is_served:
        if said.answer is not None:
            raise Wrong(f"the service answers {said.answer}")
        if _BUILDING not in said.stderr:
            check_refusal(said.stderr)
    elif said.answer is None or "was mended by team" not in json.dumps(said.answer):
        raise Wrong(f"the service answers {said.answer}: {said.stderr}")
