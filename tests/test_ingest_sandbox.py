"""Files are read in processes of their own: what a reader may take, and what is left when it does worse."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from ingest import reader
from ingest.reader import FILES_PER_READER, Job, Limits
from ingest.readings import Reading
from ingest.sandbox import Sandbox
from ingest.sources import Source, Unavailable, Unreadable
from ingest.supplied import NOTHING_SUPPLIED
from tests.hostile import Figure, figure_table, figures

__all__ = ["figure_table", "figures"]

# The real reader, but for files that begin with this mark: it runs them, as a fault in a library might.
MARK = "#!fault\n"
FAULTY = (
    sys.executable,
    "-c",
    f"""
import runpy
from ingest import reading

def read(source, supplied, good=reading.read):
    if not source.data.startswith({MARK.encode()!r}):
        return good(source, supplied)
    exec(source.data.decode(), {{"source": source, "supplied": supplied, "good": good}})

reading.read = read
runpy.run_module("ingest.worker", run_name="__main__")
""",
)
# A reader of 20 ms that knows no format: it runs the same files, and gives any other's text as its refusal.
QUICK = (
    sys.executable, "-I", "-S", "-c",
    f"""
import json, sys
for line in sys.stdin.buffer:
    request = json.loads(line)
    sha256, data = request["sha256"], sys.stdin.buffer.read(request["size"])
    if data.startswith({MARK.encode()!r}):
        exec(data.decode())
    print(json.dumps({{"sha256": sha256, "unreadable": data.decode()}}), flush=True)
""",
)  # fmt: skip
GOOD = "The lock was closed in May because a gate had cracked."

# Enough for a good file on a busy machine, little enough to wait for.
BRIEF = Limits(wall_seconds=10)


def job(text: str | bytes, name: str = "a.txt") -> Job:
    data = text.encode() if isinstance(text, str) else text
    return Job(Source(name, data, hashlib.sha256(data).hexdigest()), NOTHING_SUPPLIED)


def fault(code: str) -> Job:
    return job(MARK + code, "fault.txt")


@contextmanager
def faulty(limits: Limits = BRIEF, readers: int = 1) -> Iterator[Sandbox]:
    with Sandbox(readers, limits, FAULTY) as sandbox:
        yield sandbox


@contextmanager
def quick(limits: Limits = BRIEF, readers: int = 1) -> Iterator[Sandbox]:
    with Sandbox(readers, limits, QUICK) as sandbox:
        yield sandbox


def says(code: str, **limits: float) -> str:
    """Why a file is left out whose reading comes to this."""
    with faulty(Limits(**{"wall_seconds": 10, **limits})) as sandbox:  # type: ignore[arg-type]  # passed on as they came
        return refusal(sandbox, fault(code))


def refusal(sandbox: Sandbox, job: Job) -> str:
    with pytest.raises(Unreadable) as caught:
        sandbox.read(job)
    return str(caught.value)


def text(reading: Reading | Unreadable) -> str:
    assert isinstance(reading, Reading), reading
    return reading.document.text


def children() -> set[int]:
    """The processes below this one that live."""
    below = psutil.Process().children(recursive=True)
    return {process.pid for process in below if process.status() != psutil.STATUS_ZOMBIE}


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def waited(holds: Callable[[], bool], seconds: float = 5) -> bool:
    """Whether it holds within the time."""
    until = time.monotonic() + seconds
    while not holds() and time.monotonic() < until:
        time.sleep(0.02)
    return holds()


@pytest.fixture(autouse=True)
def processes() -> Iterator[Callable[[], set[int]]]:
    """The processes that the test has started and that live; none may be left at its end."""
    before = children()
    yield lambda: children() - before
    assert waited(lambda: children() <= before), "processes are left"


# T30: a reader that fails in any way harms one file

CRASHES = {
    "SIGSEGV": ("import ctypes; ctypes.string_at(0)", "its reader crashed (SIGSEGV)"),
    "SIGABRT": ("import os; os.abort()", "its reader crashed (SIGABRT)"),
    "SIGKILL": ("import os; os.kill(os.getpid(), 9)", "its reader crashed (SIGKILL)"),
    "_exit 0": ("import os; os._exit(0)", "its reader ended (status 0)"),
    "_exit 3": ("import os; os._exit(3)", "its reader ended (status 3)"),
    "SystemExit": ("raise SystemExit(4)", "its reader ended (status 4)"),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", "its reader crashed (SIGINT)"),
}
EXCEPTIONS = {
    "RuntimeError": ("raise RuntimeError('odd')", "its reader failed (RuntimeError): odd"),
    "RecursionError": ("def f(): f()\nf()", "nested too deeply"),
    "MemoryError": ("raise MemoryError", "reading it takes more memory than a file may: split it"),
    "a long message": (
        "raise ValueError('long ' * 100_000)",
        f"its reader failed (ValueError): {'long ' * 50}",
    ),
    "half a character": ("raise ValueError('\\ud800')", "its reader failed (ValueError): \ud800"),
}
GARBAGE = {
    "no JSON": "garbage\\n",
    "no UTF-8": "\\xff\\xfe\\n",
    "nothing": "\\n",
    "null": "null\\n",
    "a number": "5\\n",
    "a list": "[]\\n",
    "a text": '"unreadable"\\n',
    "an empty object": "{}\\n",
    "an empty reading": '{"reading": {}}\\n',
    "a reading of numbers": '{"reading": {"document": 5, "passages": 5, "dropped": 5, "sketches": 5}}\\n',
    "a reading of texts": '{"reading": {"document": "a", "passages": "a", "dropped": [], "sketches": []}}\\n',
    "a document of lists": '{"reading": {"document": {"metadata": []}, "passages": []}}\\n',
    "a deep list": "[' + '[' * 200_000 + '\\n",
    "a long number": "1' + '0' * 10_000 + '\\n",
    "another file's refusal": '{"sha256": "0", "unreadable": "other"}\\n',
    "closed output": "",
}


@pytest.mark.parametrize(("code", "reason"), CRASHES.values(), ids=CRASHES)
def test_a_crash_is_told_and_the_next_file_is_read(code: str, reason: str) -> None:
    with quick() as sandbox:
        assert refusal(sandbox, fault(code)) == reason
        assert refusal(sandbox, job(GOOD)) == GOOD


@pytest.mark.parametrize(("code", "reason"), EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_an_exception_is_told_in_one_short_line_and_the_next_file_is_read(code: str, reason: str) -> None:
    with faulty() as sandbox:
        said = refusal(sandbox, fault(code))
        assert said.startswith(reason)
        assert len(said) <= 300
        assert text(sandbox.read(job(GOOD))) == GOOD


@pytest.mark.parametrize("printed", GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_no_reply_and_the_next_file_is_read(printed: str) -> None:
    printed = printed.replace('{"reading"', """{"sha256": "' + sha256 + '", "reading\"""")
    code = f"import os, time; os.write(1, ('{printed}').encode('latin-1')) or os.close(1); time.sleep(9)"
    with quick() as sandbox:
        assert refusal(sandbox, fault(code)) == "its reader broke off"
        assert refusal(sandbox, job(GOOD)) == GOOD


ENDLESS = {
    "sleeps": "import time; time.sleep(600)",
    "sleeps and ignores signals": """
import signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGXCPU):
    signal.signal(number, signal.SIG_IGN)
time.sleep(600)""",
    "leaves a child that has its output": "import os, time\nif not os.fork(): time.sleep(600)\nos._exit(0)",
    "waits for a child": "import os, time\nif not os.fork(): time.sleep(600)\nos.wait()",
    "prints a byte now and then": "import os, time\nwhile True: os.write(1, b'.'); time.sleep(0.01)",
    "prints byte after byte": "import os\nwhile True: os.write(1, b'.')",
    "stops itself": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
}


@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS)
def test_a_reader_that_never_replies_is_ended_with_its_children(
    code: str, figures: Figure, processes: Callable[[], set[int]]
) -> None:
    with quick(Limits(wall_seconds=1)) as sandbox:
        assert refusal(sandbox, job(GOOD)) == GOOD
        began = time.monotonic()
        assert refusal(sandbox, fault(code)) == "it takes more than 1 s to read: split it"
        took = time.monotonic() - began
        assert waited(lambda: not processes())
        assert refusal(sandbox, job(GOOD)) == GOOD
    figures("T30", f"limit 1 s: ended after {took:.1f} s, 0 processes left")


@pytest.mark.parametrize(
    ("code", "is_to_be_tried_again"),
    [
        ("import os; os.kill(os.getpid(), 9)", True),  # as the system does where memory is short
        ("import os; os._exit(1)", True),  # as Python does when it cannot start
        ("import os; os.abort()", False),
    ],
)
def test_an_end_that_may_have_nothing_to_do_with_the_file_is_not_held_against_it(
    code: str, is_to_be_tried_again: bool
) -> None:
    with quick() as sandbox, pytest.raises(Unreadable) as caught:
        sandbox.read(fault(code))
    assert isinstance(caught.value, Unavailable) == is_to_be_tried_again


def test_a_file_that_took_too_much_is_not_tried_again(tmp_path: Path) -> None:
    tried = tmp_path / "tried"
    code = f"open({str(tried)!r}, 'a').write('x'); import time; time.sleep(600)"
    with quick(Limits(wall_seconds=1)) as sandbox:
        refusal(sandbox, job(GOOD))
        refusal(sandbox, fault(code))
    assert tried.read_text(encoding="utf-8") == "x"


def test_a_child_that_a_reader_leaves_behind_is_ended_with_it(processes: Callable[[], set[int]]) -> None:
    code = """
import os, time
if not os.fork():
    for fd in range(3): os.close(fd)
    time.sleep(600)
os._exit(3)
"""
    with quick() as sandbox:
        assert refusal(sandbox, fault(code)) == "its reader ended (status 3)"
    assert waited(lambda: not processes())


def test_a_reader_that_does_not_take_the_file_is_ended() -> None:
    deaf = (sys.executable, "-c", "import time; time.sleep(600)")
    with Sandbox(1, Limits(wall_seconds=1), deaf) as sandbox:
        assert refusal(sandbox, job(bytes(5_000_000))) == "it takes more than 1 s to read: split it"


def test_a_reader_that_dies_before_it_takes_the_file_is_told() -> None:
    with Sandbox(1, BRIEF, (sys.executable, "-c", "raise SystemExit(7)")) as sandbox:
        assert refusal(sandbox, job(bytes(5_000_000))) == "its reader ended (status 7)"


def test_what_a_library_prints_is_no_reply() -> None:
    code = "print('{}'); import sys; sys.stderr.write('x' * 1_000_000); raise ValueError('end')"
    assert says(code) == "its reader failed (ValueError): end"


def test_a_reply_that_comes_late_is_not_taken_for_that_to_the_next_file() -> None:
    again = (
        "print(json.dumps({'sha256': sha256, 'unreadable': 'no'}), flush=True); import time; time.sleep(0.2)"
    )
    with quick() as sandbox:
        assert refusal(sandbox, fault(again)) == "no"
        time.sleep(0.4)
        assert refusal(sandbox, job(GOOD)) == GOOD


def test_a_reading_of_another_file_is_no_reply() -> None:
    code = """
import json, os
from ingest.readings import reading_to_dict
from ingest.sources import Source
other = good(Source("other.txt", b"Nobody ever wrote this.", source.sha256), supplied)
os.write(1, json.dumps({"sha256": source.sha256, "reading": reading_to_dict(other)}).encode() + b"\\n")
"""
    with faulty() as sandbox:
        assert refusal(sandbox, fault(code)) == "its reader broke off"


# One file that harms its reader, without any sign of it.
HARM = {
    "ends soon": "import os, threading; threading.Timer(0.2, os._exit, [3]).start()",
    "says more": "import os, threading; threading.Timer(0.2, os.write, [1, b'more']).start()",
    "closes its ear": "import os, threading; threading.Timer(0.2, os.close, [0]).start()",
    "keeps the memory": "import builtins; builtins.kept = []\n"
    "try:\n while True: builtins.kept.append(bytearray(100_000))\nexcept MemoryError: pass",
}


@pytest.mark.parametrize("code", HARM.values(), ids=HARM)
def test_what_one_file_left_in_a_reader_hides_no_other(code: str) -> None:
    """A later file that fails through it is read again, by a reader that has read nothing before."""
    refuse = "\nfrom ingest.sources import Unreadable; raise Unreadable('no')"
    with faulty(Limits(wall_seconds=10, memory_bytes=300_000_000)) as sandbox:
        assert refusal(sandbox, fault(code + refuse)) == "no"
        time.sleep(0.4)
        assert text(sandbox.read(job(f"{GOOD}\n\n{'It was mended again. ' * 2_000}"))).startswith(GOOD)


# What reading a file may take


def test_a_file_may_take_only_so_much_time() -> None:
    assert says("import time; time.sleep(600)", wall_seconds=1) == "it takes more than 1 s to read: split it"


def test_a_file_may_take_only_so_much_processor_time() -> None:
    said = says("while True: pass", cpu_seconds=1, wall_seconds=20)
    assert said == "it takes more than 1 s of processor time to read: split it"


def test_processor_time_is_counted_for_each_file_alone() -> None:
    spin = "import time\nwhile time.process_time() < {}: pass\n"
    spin += "from ingest.sources import Unreadable; raise Unreadable('done')"
    with faulty(Limits(cpu_seconds=1, wall_seconds=20)) as sandbox:
        for until in (1.0, 1.8, 2.6):
            assert refusal(sandbox, fault(spin.format(until))) == "done"


def test_a_file_may_take_only_so_much_memory() -> None:
    memory = 400_000_000
    assert says("bytearray(500_000_000)", memory_bytes=memory) == (
        "reading it takes more memory than a file may: split it"
    )
    assert "ValueError" in says("bytearray(200_000_000); raise ValueError", memory_bytes=memory)


def test_a_reply_may_have_only_so_many_bytes(figures: Figure) -> None:
    code = "import os\nwhile True: os.write(1, b'x' * 65536)"
    before = psutil.Process().memory_info().rss
    assert (
        says(code, reply_bytes=20_000_000, wall_seconds=20) == "it makes more text than a file may: split it"
    )
    grown = psutil.Process().memory_info().rss - before
    figures("T30", f"endless reply, limit 20 MB: parent grew by {grown / 1e6:.0f} MB")
    assert grown < 60_000_000


def test_a_file_may_open_only_so_many_others() -> None:
    code = "import os\nheld = [os.open('/dev/null', 0) for _ in range(100)]"
    assert says(code, open_files=64).startswith("its reader failed (OSError): [Errno 24]")


def test_a_reader_writes_no_file(tmp_path: Path) -> None:
    said = says(f"import os\nos.write(os.open({str(tmp_path / 'out')!r}, os.O_CREAT | os.O_WRONLY), b'x')")
    assert said in ("its reader crashed (SIGXFSZ)", "its reader failed (OSError): [Errno 27] File too large")
    assert (tmp_path / "out").stat().st_size == 0


def test_a_reader_that_may_take_less_from_the_start_keeps_to_that() -> None:
    program = """
import os, resource
from ingest.worker import limit
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
limit(1 << 30, 64, os.getppid())
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_AS))
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said == f"(20, 20) ({1 << 30}, {1 << 30})\n"


def test_limits_cannot_be_raised_again() -> None:
    code = """
import resource
for limit in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_NOFILE):
    soft, hard = resource.getrlimit(limit)
    assert soft == hard != resource.RLIM_INFINITY, limit
raise ValueError("hard")"""
    assert says(code) == "its reader failed (ValueError): hard"


def test_a_reader_is_replaced_after_so_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FILES_PER_READER <= 1_000
    monkeypatch.setattr(reader, "FILES_PER_READER", 3)
    who = fault("import os\nfrom ingest.sources import Unreadable; raise Unreadable(str(os.getpid()))")
    with faulty() as pool:
        pids = [refusal(pool, who) for _ in range(7)]
        assert pids == [pids[0]] * 3 + [pids[3]] * 3 + [pids[6]]
        assert len(set(pids)) == 3
        assert not alive(int(pids[0]))


def test_a_reader_gets_to_know_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITEWELL_TOKEN", "canary")
    said = says("import os; raise ValueError(sorted(os.environ))")
    assert "PATH" in said
    assert "TOKEN" not in said
    code = "import os; raise ValueError('canary' in open('/proc/self/environ').read())"
    assert says(code).endswith("False")


def test_a_reader_inherits_no_open_file(tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as opened:
        os.set_inheritable(opened.fileno(), True)
        said = says("import os; raise ValueError([os.readlink(f'/proc/self/fd/{n}') for n in (0, 1, 2)], "
                    "[os.path.exists(f'/proc/self/fd/{n}') for n in range(3, 64)].count(True))")  # fmt: skip
    assert said.count("pipe:") == 2
    assert "/dev/null" in said
    assert said.endswith(", 0)")


# The pool


def test_outcomes_come_in_the_order_of_the_jobs() -> None:
    def slow_or_not(number: int) -> Callable[[], Job]:
        if number % 3 == 0:
            return lambda: fault(f"import os, time; time.sleep(0.1); os._exit({number})")
        return lambda: job(f"{GOOD} It was lock {number}.")

    with quick(readers=3) as sandbox:
        outcomes = [str(o) if isinstance(o, Unreadable) else text(o)
                    for o in sandbox.read_all(map(slow_or_not, range(30)))]  # fmt: skip
    assert outcomes == [
        f"{GOOD} It was lock {n}." if n % 3 else f"its reader ended (status {n})" for n in range(30)
    ]


def test_a_job_that_cannot_be_made_is_an_outcome_too() -> None:
    def vanished() -> Job:
        raise Unreadable("it is gone")

    with quick() as sandbox:
        first, second = sandbox.read_all([vanished, lambda: job(GOOD)])
    assert str(first) == "it is gone"
    assert str(second) == GOOD


def test_a_pool_may_be_used_again() -> None:
    with quick(readers=2) as sandbox:
        for _ in range(3):
            assert [str(o) for o in sandbox.read_all([lambda: job(GOOD)] * 4)] == [GOOD] * 4


def test_only_a_few_files_are_read_ahead() -> None:
    taken: list[int] = []

    def jobs() -> Iterator[Callable[[], Job]]:
        for number in range(50):
            taken.append(number)
            yield lambda: job(GOOD)

    with quick() as sandbox:
        next(sandbox.read_all(jobs()))
        assert len(taken) < 10


def test_every_way_out_of_the_pool_ends_its_readers(processes: Callable[[], set[int]]) -> None:
    with quick(readers=2) as sandbox:
        list(sandbox.read_all([lambda: job(GOOD)] * 4))
        assert processes()
    assert waited(lambda: not processes())
    with pytest.raises(ZeroDivisionError), quick(readers=2) as sandbox:  # noqa: PT012 - the loop breaks off
        for _ in sandbox.read_all([lambda: job(GOOD), *[lambda: fault("import time; time.sleep(600)")] * 9]):
            raise ZeroDivisionError
    assert waited(lambda: not processes())


def test_a_loop_that_is_broken_off_waits_for_nobody() -> None:
    sleepers = [lambda: fault("import time; time.sleep(600)")] * 20
    began = time.monotonic()
    with quick(Limits(wall_seconds=30), readers=2) as sandbox:
        outcomes = sandbox.read_all([lambda: job(GOOD), *sleepers])
        next(outcomes)
        outcomes.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 10


RUN = f"""
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # not ignored, as for what a shell puts behind it
sys.path.insert(0, {str(Path(reader.__file__).parents[1])!r})
from tests.test_ingest_sandbox import Limits, faulty, fault, job
with faulty(Limits(wall_seconds=60), readers=2) as sandbox:
    jobs = [lambda: job("The lock was closed in May."), *[lambda: fault("import time; time.sleep(600)")] * 20]
    for outcome in sandbox.read_all(jobs):
        print("read", flush=True)
"""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a process that its parent died"
)
def test_a_run_that_is_ended_leaves_no_process_behind(ending: signal.Signals, figures: Figure) -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert run.stdout is not None
    assert run.stdout.readline() == b"read\n"
    below = [process.pid for process in psutil.Process(run.pid).children(recursive=True)]
    assert len(below) == 2
    began = time.monotonic()
    run.send_signal(ending)
    run.wait(timeout=20)
    run.stdout.close()
    # A reader that had only just been started notices when it has read its modules.
    assert waited(lambda: not any(map(alive, below)), seconds=10)
    figures("T30", f"{ending.name} in the middle of a run: all gone after {time.monotonic() - began:.1f} s")


def test_a_reader_whose_parent_died_while_it_started_ends_at_once() -> None:
    command = [sys.executable, "-m", "ingest.worker", str(2**31), "64", "0"]  # no process has this number
    ended = subprocess.run(command, input=b"", capture_output=True, timeout=60, check=False)
    assert ended.returncode == 1


def test_the_request_tells_the_reader_nothing_of_the_file_but_its_name() -> None:
    """No path of this machine: what a reader cannot name it cannot open by mistake."""
    request = json.loads(reader._request(job(GOOD, "sub/a.txt"), Limits()).split(b"\n")[0])
    assert request["name"] == "sub/a.txt"
    assert set(request) == {"name", "sha256", "size", "supplied", "cpu_seconds"}
