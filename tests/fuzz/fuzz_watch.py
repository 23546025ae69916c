"""Runs inputs in a child that is watched: its time, its memory, and every file, socket or process it asks for.

An input is its seed and number: from them it is made again, wherever it is needed.  A child runs many inputs; where it
dies or hangs, the parent knows at which, and another child goes on with the next.
"""

from __future__ import annotations

import json
import mmap
import os
import random
import resource
import select
import shutil
import signal
import struct
import sys
import sysconfig
import tempfile
import time
import warnings
from pathlib import Path

from fuzz_grammar import grown
from fuzz_mutations import NUMBERS, ODD, PAIRS, SIGNS, WORDS, mutated
from fuzz_targets import TARGETS, WEIGHTS, load_everything
from fuzz_texts import corpus_of, everything

SECONDS = 1.0
"""What an input may take, in seconds of the processor."""

MEBIBYTES = 256
"""What an input may take of memory, beyond the library as it is loaded."""

SYSTEM = ("os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.remove", "os.rename", "os.mkdir")
STUCK = 60.0
BATCH = 4000
_NAMES = tuple(TARGETS)
_SHARES = tuple([WEIGHTS.get(name, 6) for name in _NAMES])


def input_of(seed: int, number: int, only: str | None = None) -> tuple[str, str]:
    """Return the target and the text of an input."""
    rng = random.Random(seed * 1_000_003 + number)
    target = only or rng.choices(_NAMES, _SHARES)[0]
    kind = rng.random()
    if kind < 0.25:
        return target, grown(target, rng)
    if kind < 0.45:
        return target, mutated(grown(target, rng), rng, corpus_of(target))
    if kind < 0.92:
        own = corpus_of(target)
        return target, mutated(rng.choice(own), rng, own if rng.random() < 0.8 else everything())
    if kind < 0.96:
        return target, mutated(rng.choice(everything()), rng, everything())
    pieces = [rng.choice(rng.choice((SIGNS, WORDS, NUMBERS[:40], ODD, PAIRS))) for _ in range(rng.randrange(30))]
    return target, "".join(pieces)


class TooSlow(BaseException):
    """Raised in the middle of an input that has had its time."""


def outcome_of(target: str, text: str) -> tuple[str, str]:
    """Return what became of an input: ("value", ""), ("refused", error), or ("crash", what and where)."""
    from layouts.errors import LayoutError

    try:
        return TARGETS[target](text), ""
    except LayoutError as error:
        return "refused", type(error).__name__ if str(error) else "without a word"
    except TooSlow:
        return "slow", "stopped"
    except BaseException as error:
        return "crash", f"{type(error).__name__}: {str(error)[:200]} at {_place(error)}"


def _place(error: BaseException) -> str:
    """Return the innermost place in the library where an error was raised."""
    place, step = "", error.__traceback__
    while step is not None:
        name = step.tb_frame.f_code.co_filename
        if f"{os.sep}layouts{os.sep}" in name or not place:
            place = f"{Path(name).name}:{step.tb_lineno}"
        step = step.tb_next
    return place


class Guard:
    """Sees what the child asks of the system, by audit events; what no input may ask for is refused and noted."""

    def __init__(self, folder: str) -> None:
        self.text = ""
        self.noted: list[str] = []
        self.active = False
        homes = {sysconfig.get_path("stdlib"), sysconfig.get_path("platlib"), str(Path(__file__).resolve().parents[2])}
        self.folder = os.path.realpath(folder)
        self.homes = tuple([os.path.realpath(home) for home in homes])
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple) -> None:
        if not self.active:
            return
        if event in ("open", "os.listdir", "os.scandir"):
            self._path(event, arguments)
        elif event == "exec":
            name = getattr(arguments[0], "co_filename", "<unknown>")
            if name.startswith("<") and not name.startswith("<frozen "):
                self.noted.append(f"evaluates text: {name}")
        elif (
            event == "ctypes.dlopen"
            or event.split(".")[0] in ("socket", "subprocess", "urllib", "ftplib", "http")
            or (event in SYSTEM and not (arguments and os.path.realpath(str(arguments[0])).startswith(self.folder)))
        ):
            self._refuse(event)

    def _path(self, event: str, arguments: tuple) -> None:
        path = arguments[0]
        if path is None or isinstance(path, int):
            return
        name = os.fsdecode(path)
        full = os.path.realpath(name)
        if full.startswith(self.folder):
            return
        writes = event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if not writes and full.startswith(self.homes) and (event != "open" or full.endswith((".py", ".pyc", ".so"))):
            return
        if name.strip("./") not in self.text and full not in self.text:
            self.noted.append(f"{event} of {name}, which the input does not name")
        raise PermissionError(13, "not in this run", name)

    def _refuse(self, event: str) -> None:
        self.noted.append(f"asks for {event}")
        raise PermissionError(13, "not in this run", event)


def _pages() -> int:
    """Return the size of the process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def peak() -> int:
    """Return the most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def work(numbers: range, at, write, now) -> None:
    """Run the inputs ``at(number)``; ``write`` the findings and sums, and tell ``now`` the number that is run."""
    home = os.getcwd()
    folder = tempfile.mkdtemp(prefix="fuzz-")
    os.chdir(folder)
    warnings.simplefilter("error")
    guard = Guard(folder)
    signal.signal(signal.SIGPROF, _stop)
    if sys.platform == "linux":
        most = _pages() + (MEBIBYTES << 20)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    start, sums = peak(), {}
    try:
        for number in numbers:
            now(number)
            target, text = at(number)
            kind, detail, spent = run(target, text, guard)
            if kind in ("crash", "slow"):
                write({"finding": [number, target, kind, detail, text]})
            _count(sums.setdefault(target, _row()), text, kind, detail, spent)
        write({"sums": sums, "bytes": peak() - start})
    finally:
        os.chdir(home)
        shutil.rmtree(folder, ignore_errors=True)


def _stop(*_):
    raise TooSlow


def run(target: str, text: str, guard: Guard) -> tuple[str, str, float]:
    """Return what became of one input, and the seconds of the processor that it took."""
    guard.text, guard.noted, before = text, [], time.process_time()
    guard.active = True
    try:
        signal.setitimer(signal.ITIMER_PROF, 2 * SECONDS)
        kind, detail = outcome_of(target, text)
        signal.setitimer(signal.ITIMER_PROF, 0)
    except TooSlow:
        kind, detail = "slow", "stopped"
    guard.active = False
    spent = time.process_time() - before
    if guard.noted:
        return "crash", guard.noted[0], spent
    if kind != "crash" and spent > SECONDS:
        return "slow", f"{spent:.1f} s", spent
    return kind, detail, spent


def _row() -> dict:
    return {"inputs": 0, "outcomes": {}, "seconds": 0.0, "slowest": [0.0, ""]}


def _count(row: dict, text: str, kind: str, detail: str, spent: float) -> None:
    row["inputs"] += 1
    name = detail if kind == "refused" else kind
    row["outcomes"][name] = row["outcomes"].get(name, 0) + 1
    row["seconds"] += spent
    row["slowest"] = max(row["slowest"], [spent, text[:200]])


def watched(numbers: range, at, seconds: float = 1e9):
    """Yield what children write of the inputs ``at(number)``: findings, and sums of each child.

    A child that dies, or is stuck in one input, is a finding; the next child goes on behind it.
    """
    load_everything()
    start, end = numbers.start, time.monotonic() + seconds
    while start < numbers.stop and time.monotonic() < end:
        start = yield from _child(range(start, min(start + BATCH, numbers.stop)), at)


def _child(numbers: range, at):
    """Yield what one child writes, and return the number that comes next."""
    shared = mmap.mmap(-1, 8)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            with os.fdopen(writer, "w") as out:

                def write(record):
                    out.write(json.dumps(record) + "\n")
                    out.flush()

                work(numbers, at, write, lambda number: shared.__setitem__(slice(0, 8), struct.pack("q", number)))
        finally:
            os._exit(0)
    os.close(writer)
    ended = False
    for line in _lines(reader, child, shared):
        record = json.loads(line)
        ended = ended or "sums" in record
        yield record
    os.close(reader)
    _, status = os.waitpid(child, 0)
    if ended:
        return numbers.stop
    number = struct.unpack("q", shared[:8])[0]
    target, text = at(number)
    yield {"finding": [number, target, "died", f"the process ended with {os.waitstatus_to_exitcode(status)}", text]}
    return number + 1


def _lines(reader: int, child: int, shared: mmap.mmap):
    """Yield the lines of a child until it ends; end it where it stays at one input for too long."""
    buffer, last, since = b"", b"", time.monotonic()
    while True:
        ready, _, _ = select.select([reader], [], [], 1.0)
        data = os.read(reader, 1 << 20) if ready else None
        if data == b"":
            return
        *lines, buffer = (buffer + (data or b"")).split(b"\n")
        yield from lines
        if shared[:8] != last:
            last, since = shared[:8], time.monotonic()
        elif time.monotonic() - since > STUCK:
            os.kill(child, signal.SIGKILL)
