"""The process in which files are read: `python -m ingest.worker`, started by the sandbox and by nobody else.

It opens no file. Each request on its standard input is a line of JSON and the bytes of one file, each
reply on its standard output a line of JSON with the file's sha256 and one of "reading", "unreadable" (why)
and "failed" (why, and that this process may have been harmed).
"""

from __future__ import annotations

import io
import json
import resource
import sys
from typing import BinaryIO

from ingest.reading import read
from ingest.readings import reading_to_dict
from ingest.sources import Source, Unreadable
from ingest.supplied import supplied_from_dict
from search.lifeline import end_with


def main(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answers each request until there are no more."""
    for line in requests:
        request = json.loads(line)
        data = requests.read(request["size"])
        _allow_cpu(request["cpu_seconds"])
        source = Source(request["name"], data, request["sha256"])
        replies.write(_reply(source, request["supplied"]) + b"\n")
        replies.flush()


def _reply(source: Source, supplied: dict[str, object]) -> bytes:
    try:
        reading = read(source, supplied_from_dict(supplied))
        return json.dumps({"sha256": source.sha256, "reading": reading_to_dict(reading)}).encode()
    except Unreadable as error:
        kind, why = "unreadable", str(error)
    except MemoryError:
        kind, why = "failed", TOO_LARGE_IN_MEMORY
    except RecursionError:
        kind, why = "failed", "nested too deeply"
    # Whatever a library makes of a damaged file: it is one line in the report, with the kind of error.
    except Exception as error:
        kind, why = "failed", f"its reader failed ({type(error).__name__}): {error}"[:MAX_REASON]
    return json.dumps({"sha256": source.sha256, kind: why}).encode()


# Characters of a library's message: it may quote the file.
MAX_REASON = 300

TOO_LARGE_IN_MEMORY = "reading it takes more memory than a file may: split it"


def limit(memory_bytes: int, open_files: int, parent: int) -> None:
    """Gives up, for good, what reading a file needs not: much memory, open files, writing, core dumps.

    And outliving the process `parent` that started it.
    """
    end_with(parent)
    _allow_no_more(resource.RLIMIT_AS, memory_bytes)
    _allow_no_more(resource.RLIMIT_NOFILE, open_files)
    _allow_no_more(resource.RLIMIT_FSIZE, 0)
    _allow_no_more(resource.RLIMIT_CORE, 0)


def _allow_no_more(what: int, most: int) -> None:
    """Sets a limit, unless this process was started with a stricter one, which it may not raise."""
    before = resource.getrlimit(what)[1]
    most = most if before == resource.RLIM_INFINITY else min(most, before)
    resource.setrlimit(what, (most, most))


def _allow_cpu(seconds: int) -> None:
    """Lets this process run for so many seconds more; then the kernel ends it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = int(usage.ru_utime + usage.ru_stime) + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    limit(*map(int, sys.argv[1:4]))
    output = io.FileIO(sys.stdout.fileno(), "wb", closefd=False)
    sys.stdout = sys.stderr  # what a library prints is no reply
    main(sys.stdin.buffer, io.BufferedWriter(output))
