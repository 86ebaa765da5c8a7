"""Opening a generation: verified against its manifest first, whichever it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from search.errors import IndexDamaged, IndexMissing, IndexUnusable
from search.index.embedded import EmbeddedEngine
from search.index.generations.folder import Pointer, generations_of, number_of, read_current, rebuild
from search.index.generations.manifest import Manifest, check_files, read_manifest, sealed
from search.index.kernel import Kernel
from search.index.nearness import EncoderSource, words_alone


@dataclass(frozen=True, slots=True)
class Opened:
    """A generation that was found intact."""

    engine: EmbeddedEngine
    problem: str | None  # why it is not the one that CURRENT names; None: it is


def open_current(index: Path, encoder_of: EncoderSource = words_alone) -> EmbeddedEngine:
    """The current generation, verified against its manifest and open for reading.

    With the encoder that its vectors were made with, meanings are compared beside words. Raises
    IndexMissing, IndexOutdated or IndexDamaged, each saying what to run, and what `encoder_of` does.
    """
    return open_pointer(index, read_current(index), encoder_of)


def open_intact(index: Path, encoder_of: EncoderSource = words_alone, kernel: Kernel | None = None) -> Opened:
    """The current generation, or where that is damaged the newest of those before it that is intact.

    Where CURRENT itself cannot be read, any may have been before. Raises what `open_current` does when
    there is none.
    """
    limit: int | None = None
    try:
        pointer = read_current(index)
        limit = number_of(pointer.generation)
        return Opened(open_pointer(index, pointer, encoder_of, kernel), None)
    except (IndexDamaged, IndexMissing) as error:
        for name in reversed(generations_of(index)):
            if limit is None or number_of(name) < limit:
                try:
                    engine = open_pointer(index, sealed(index, name), encoder_of, kernel)
                except IndexUnusable:
                    continue
                return Opened(engine, str(error))
        raise


def open_pointer(
    index: Path, pointer: Pointer, encoder_of: EncoderSource = words_alone, kernel: Kernel | None = None
) -> EmbeddedEngine:
    """The generation that the pointer names, as `open_current` opens the current one."""
    manifest = verify(index, pointer)
    folder = index / pointer.generation
    try:
        return EmbeddedEngine(folder, manifest.info, encoder_of, kernel)
    except OSError as error:  # gone since, or no file handle is left
        raise IndexDamaged(f"{folder} cannot be opened ({error.strerror}); {rebuild(index)}") from None


def verify(index: Path, pointer: Pointer) -> Manifest:
    """The manifest of a generation of which every file is what was published.

    Raises IndexDamaged or IndexOutdated.
    """
    manifest = read_manifest(index, pointer)
    check_files(index, manifest)
    return manifest
