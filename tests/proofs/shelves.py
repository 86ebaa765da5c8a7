"""A folder of articles to which everything happens that happens to folders."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

from tests.proofs.prose import SUFFIXES, article, sentence

FOLDERS = ("", "north/", "south/", "north/upper/")
NAMES = tuple(f"{word}{suffix}" for word in ("barge", "ferry", "mill", "weir", "toll") for suffix in SUFFIXES)

# Never touched: a run over a folder in which nothing can be read is refused.
ANCHOR = "anchor.md"

# No text in UTF-8 begins so; what follows tells one spoilt file from another.
_SPOILT = b"\xff\xf6 spoilt "


class Shelf:
    """The folder; every step is done to the files themselves."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder = folder
        self._chance = chance
        self._spoilt = 0
        self._left: set[Path] = set()  # names that files had before they were renamed
        folder.mkdir()
        (folder / ANCHOR).write_text("# The anchor\n\nThe anchor lies in the mud below the lock.\n")

    def files(self) -> dict[str, bytes | None]:
        """The bytes of every file by its name, in order; None for one that cannot be read."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_symlink() or path.is_file())
        return {
            path.relative_to(self.folder).as_posix(): None if path.is_symlink() else path.read_bytes()
            for path in found
        }

    def step(self) -> str:
        """Does something to the folder, by chance; says what."""
        steps: list[tuple[int, Callable[[], str]]] = [
            (4, self._add), (4, self._change), (2, self._delete), (2, self._rename), (1, self._rename_folder),
            (2, self._rename_and_change), (2, self._swap), (2, self._copy), (1, self._nearly_copy),
            (2, self._spoil), (1, self._link), (2, self._mend), (1, self._touch),
        ]  # fmt: skip
        (done,) = self._chance.choices([each for _, each in steps], [weight for weight, _ in steps])
        return done()

    def _some(self, *, readable: bool = True) -> Path | None:
        """A file that can be read, or one that cannot; never the anchor."""
        held = [
            name for name, data in self.files().items() if name != ANCHOR and is_readable(data) is readable
        ]
        return self.folder / self._chance.choice(held) if held else None

    def _free(self) -> Path:
        """A name that no file has, half the time one that a file had before; its folder is made."""
        names = [self.folder / f"{folder}{name}" for folder in FOLDERS for name in NAMES]
        free = [path for path in names if not os.path.lexists(path)]
        left = [path for path in free if path in self._left]
        path = self._chance.choice(left if left and self._chance.random() < 0.5 else free)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _said(self, what: str, *paths: Path) -> str:
        return f"{what} {' '.join(path.relative_to(self.folder).as_posix() for path in paths)}"

    def _add(self) -> str:
        path = self._free()
        path.write_text(article(self._chance, path.suffix))
        return self._said("add", path)

    def _change(self) -> str:
        if not (path := self._some()):
            return self._add()
        path.write_text(article(self._chance, path.suffix))
        return self._said("change", path)

    def _delete(self) -> str:
        path = self._some(readable=self._chance.random() < 0.8)
        if not path:
            return self._add()
        path.unlink()
        return self._said("delete", path)

    def _rename(self) -> str:
        path, other = self._some(readable=self._chance.random() < 0.5), self._free()
        if not path:
            return self._add()
        path.rename(other)
        self._left.add(path)
        return self._said("rename", path, other)

    def _rename_folder(self) -> str:
        names = [self.folder / name for name in ("north", "south", "west", "north/upper", "west/upper")]
        there = [path for path in names if path.is_dir()]
        free = [path for path in names if not path.exists() and path.parent.is_dir()]
        pairs = [(old, new) for old in there for new in free if not new.is_relative_to(old)]
        if not pairs:
            return self._add()
        old, new = self._chance.choice(pairs)
        old.rename(new)
        return self._said("rename", old, new)

    def _rename_and_change(self) -> str:
        if not (path := self._some()):
            return self._add()
        other = self._free().with_suffix(path.suffix)
        if os.path.lexists(other):
            return self._change()
        path.rename(other)
        other.write_text(article(self._chance, other.suffix))
        return self._said("rename and change", path, other)

    def _swap(self) -> str:
        one, other = self._some(), self._some()
        if not one or not other or one == other:
            return self._add()
        aside = self.folder / "aside"
        for old, new in ((one, aside), (other, one), (aside, other)):
            old.rename(new)
        return self._said("swap", one, other)

    def _copy(self) -> str:
        path, other = self._some(), self._free()
        if not path:
            return self._add()
        other.write_bytes(path.read_bytes())
        return self._said("copy", path, other)

    def _nearly_copy(self) -> str:
        """Passages that say the same in another file."""
        path, other = self._some(), self._free()
        if not path:
            return self._add()
        other.write_text(f"{path.read_text()}\n{sentence(self._chance)}\n")
        return self._said("nearly copy", path, other)

    def _spoil(self) -> str:
        if not (path := self._some()):
            return self._add()
        self._spoilt += 1
        path.write_bytes(_SPOILT + str(self._spoilt).encode())
        return self._said("spoil", path)

    def _link(self) -> str:
        """In place of the file a link, which is not followed."""
        if not (path := self._some()):
            return self._add()
        path.unlink()
        path.symlink_to(self.folder / ANCHOR)
        return self._said("link", path)

    def _mend(self) -> str:
        if not (path := self._some(readable=False)):
            return self._add()
        path.unlink()
        path.write_text(article(self._chance, path.suffix))
        return self._said("mend", path)

    def mend_all(self) -> list[str]:
        """Has every file be one that can be read; says what was done."""
        return [self._mend() for data in self.files().values() if not is_readable(data)]

    def _touch(self) -> str:
        """Another date, the same bytes."""
        if not (path := self._some()):
            return self._add()
        os.utime(path, (self._chance.randint(0, 10**9),) * 2)
        return self._said("touch", path)


def is_readable(data: bytes | None) -> bool:
    """Whether a file with these bytes makes a document."""
    return data is not None and not data.startswith(_SPOILT)
