"""Lucene 10, from a Python package that carries its jars and a Java to run it.

`Lucene.java` beside this module speaks as `worker.py` does. It is compiled by the newest JDK found, which
has to know the release of the jars.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from search.index.bm25 import K1, B
from tests.bench.peers import LIMIT, NotInstalled, Peer
from tests.bench.reference import Bm25, lucene_idf, lucene_lengths

_PACKAGE = "arcadedb_embedded"
_LEAST_JAVA = 21  # that Lucene 10 runs on
_HEAP = "-Xmx2g"


def _package() -> Path:
    found = find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise NotInstalled("pip install arcadedb-embedded, which carries the jars; and a JDK of 21 or newer")
    return Path(found.origin).parent


def _jars() -> list[Path]:
    return sorted((_package() / "jars").glob("lucene-*.jar"))


def _javacs() -> Iterator[Path]:
    if "JAVA_HOME" in os.environ:
        yield Path(os.environ["JAVA_HOME"], "bin", "javac")
    on_path = shutil.which("javac")
    if on_path:
        yield Path(on_path)
    yield from Path("/usr/lib/jvm").glob("*/bin/javac")


def _release(javac: Path) -> int:
    told = subprocess.run([javac, "-version"], capture_output=True, text=True, check=True)
    found = re.search(r"\d+", told.stdout + told.stderr)
    return int(found[0]) if found else 0


def _jdk() -> Path:
    """The folder of the programs of the newest JDK; raises NotInstalled."""
    found = max(((_release(javac), javac.parent) for javac in _javacs() if javac.is_file()), default=None)
    if found is None or found[0] < _LEAST_JAVA:
        raise NotInstalled(f"a JDK of {_LEAST_JAVA} or newer, as JAVA_HOME or on the PATH")
    return found[1]


def _version() -> str:
    core = next(jar.stem for jar in _jars() if jar.stem.startswith("lucene-core-"))
    return f"{core.removeprefix('lucene-core-')}, Java {_release(_jdk() / 'javac')}"


def _command(scratch: Path) -> list[str]:
    classes, jdk = scratch / "lucene-classes", _jdk()
    jars = os.pathsep.join(map(str, _jars()))
    if not classes.exists():
        source = Path(__file__).with_name("Lucene.java")
        subprocess.run([jdk / "javac", "-cp", jars, "-d", classes, source], check=True)
    # Lucene decodes postings with these instructions where Java has them.
    vectors = ("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED")
    path = f"{jars}{os.pathsep}{classes}"
    return [str(jdk / "java"), _HEAP, *vectors, "-cp", path, "Lucene", str(K1), str(B), str(LIMIT)]


PEER = Peer(
    key="lucene",
    name="Lucene",
    version=_version,
    bm25=Bm25(K1, B, lucene_idf, lucene_lengths),
    floor=0.999,  # skips blocks only that cannot matter
    command=_command,
    threads="1, and 1 that merges",
)
