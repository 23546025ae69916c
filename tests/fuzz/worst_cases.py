"""The worst that callers can hand over: deep, long, large, hostile; and the ways to call every public name with it."""

from __future__ import annotations

import signal
import time

import layouts
from layouts import F2, ComposedLayout, E, Layout, LayoutError, LinearLayout, Swizzle

DEEP_NESTING = 10_000
HUGE = 2**4096


def nested(depth: int, inner: object = 2, kind: type = tuple) -> object:
    for _ in range(depth):
        inner = kind((inner,))
    return inner


def endless() -> list:
    """A list that is its own element."""
    own: list = []
    own.append(own)
    return own


def wide(modes: int) -> dict:
    """What has very many modes or characters."""
    return {
        "modes": (2,) * modes,
        "a layout of modes": Layout((2,) * modes, (0, 1) * (modes // 2)),
        "units": Layout((1,) * modes, (5,) * modes),
        "pairs": ((2, 1),) * (modes // 2),
        "a list": [2] * modes,
        "a text of digits": "9" * modes,
        "a text of brackets": "(" * modes,
        "a text of modes": "(" + "2," * (modes // 4) + "2):(" + "1," * (modes // 4) + "1)",
    }


def large() -> dict:
    """What is deep, or has large numbers."""
    return {
        "deep": nested(DEEP_NESTING),
        "a deep list": nested(DEEP_NESTING, kind=list),
        "endless": endless(),
        "a deep text": "(" * DEEP_NESTING + "2" + ")" * DEEP_NESTING + ":1",
        "deepest": Layout(nested(100), nested(100, 1)),
        "huge": HUGE,
        "minus huge": -HUGE,
        "huge modes": (HUGE, HUGE - 1, HUGE),
        "a huge layout": Layout((HUGE, HUGE - 1), (1, HUGE)),
        "huge strides": Layout((8, HUGE), (HUGE, 3)),
        "huge over F2": Layout((HUGE, 8), (3, 1), over=F2),
        "huge over Zn": Layout((HUGE, 8), (E(0), HUGE * E(1))),
        "a huge chain": ComposedLayout(Swizzle(3, 4, 3), HUGE, Layout((HUGE, 7), (7, 1))),
        "a tall swizzle": Swizzle(2000, 0, 2000),
        "many bits": LinearLayout([("a", [[1 << k] for k in range(256)])], {"x": 2**256}),
    }


WAYS = {
    "f(x)": lambda f, x: f(x),
    "f(x, x)": lambda f, x: f(x, x),
    "f(x, 2)": lambda f, x: f(x, 2),
    "f(A, x)": lambda f, x: f(Layout((4, 8), (8, 1)), x),
    "f(x, A)": lambda f, x: f(x, Layout((4, 8), (8, 1))),
    "f(x, x, x)": lambda f, x: f(x, x, x),
}


def public() -> dict:
    """Return every public name that can be called and is no error."""
    found = {name: getattr(layouts, name) for name in layouts.__all__}
    return {
        name: value
        for name, value in found.items()
        if callable(value) and not (isinstance(value, type) and issubclass(value, Exception))
    }


class OutOfTime(BaseException):
    """Raised in the middle of a call that has had its time."""


def outcome(call, seconds: float) -> tuple[str, float]:
    """Return "answer", "refused", "arguments" or what went wrong, and the seconds of the processor."""

    def stop(*_):
        raise OutOfTime

    before, handler = time.process_time(), signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        call()
        word = "answer"
    except LayoutError:
        word = "refused"
    except OutOfTime:
        word = "out of time"
    except TypeError as error:
        words = ("positional argument", "keyword-only argument", "takes no arguments", "unexpected keyword")
        word = "arguments" if any(part in str(error) for part in words) else f"TypeError: {str(error)[:120]}"
    except Exception as error:
        word = f"{type(error).__name__}: {str(error)[:120]}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, handler)
    return word, time.process_time() - before
