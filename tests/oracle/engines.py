"""The other implementations, each asked in its own way: a case in, an answer out.

A case is (operation, operand, ...).  An answer is a layout, a chain, a number, a tuple; ``Refused`` where the engine
raised an error or did not compile; ``Killed`` where the process ended; ``Unreadable`` where it printed what is no
layout, as an extent 0.
"""

import atexit
import importlib.util
import json
import select
import subprocess
import sys
import tempfile
from pathlib import Path

from comparison import Killed, Refused, Unreadable

from layouts import ArithTuple, ComposedLayout, Layout, LayoutError, Swizzle, parse

TIMEOUT = 600
DSL_DRIVER = Path(__file__).with_name("cute_dsl_driver.py")


def installed(module, attribute):
    """Tell whether a module is there and is the one that is meant."""
    if importlib.util.find_spec(module) is None:
        return False
    return hasattr(importlib.import_module(module), attribute)


def read_text(text):
    try:
        return parse(text)
    except LayoutError:
        return Unreadable(text)


# -- CuTe DSL, in a process of its own ---------------------------------------------------------------------------------


def send(value):
    if isinstance(value, Layout):
        return {"shape": send(value.shape), "stride": send(value.stride)}
    if isinstance(value, Swizzle):
        return {"swizzle": [value.bits, value.base, value.shift]}
    if isinstance(value, ComposedLayout):
        return {"outer": send(value.outer), "offset": value.offset, "inner": send(value.inner)}
    if isinstance(value, ArithTuple):
        ((path, scale),) = value.terms()
        return {"unit": list(path), "scale": scale}
    return list(map(send, value)) if isinstance(value, tuple) else value


def receive(value):
    if isinstance(value, dict):
        return read_text(value["text"]) if "text" in value else Refused(value["refused"])
    return tuple(map(receive, value)) if isinstance(value, list) else value


class Driver:
    """The driver's process, kept from test to test, for it takes a second to start; a line in, a line out."""

    def __init__(self):
        self.process = self.errors = None

    def ask(self, line):
        """Return the line that answers, or an empty one where the process has ended."""
        if self.process is None or self.process.poll() is not None:
            self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the process
            self.process = subprocess.Popen(
                [sys.executable, str(DSL_DRIVER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.errors,
                text=True,
            )
            atexit.register(self.process.kill)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT)
        assert ready, f"no answer in {TIMEOUT} seconds: {line}"
        return self.process.stdout.readline()

    def close(self):
        """Return the exit status and the messages of a process that has ended."""
        status = self.process.wait(TIMEOUT)
        self.errors.seek(0)
        messages = self.errors.read()
        for pipe in (self.process.stdin, self.process.stdout, self.errors):
            pipe.close()
        self.process = self.errors = None
        return status, messages


def ask_dsl(cases, driver=Driver()):  # noqa: B008 - one process for all tests
    """Return one answer for each case; after one that ends the process, a new one goes on with the next."""
    answers = []
    for name, *operands in cases:
        line = driver.ask(json.dumps([name, *map(send, operands)]))
        if line:
            answers.append(receive(json.loads(line)))
        else:
            status, errors = driver.close()
            assert status < 0 or status > 1, errors  # a signal, not an error of the driver
            answers.append(Killed())
    return answers
