"""What a function does while it is run on symbols: each step that could tell a symbol from an ``int`` is noted.

A symbol refuses what is asked of itself.  It is not asked by ``type(i)`` or ``i is 0``, by a built-in that looks at the
type from C, and not where a handler goes on after an exception that an ``int`` would not have raised.  So every Python
function that runs is read, once: it must not handle exceptions, compare identities, match patterns, write globals, or
reach for types; and every built-in that it calls must be one of those that treat all numbers alike.
"""

from __future__ import annotations

import dis
import functools
import gc
import inspect
import sys
import types

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType
    from typing import Any

    from .symbol import Path

__all__ = ["watched"]

_HANDLERS = ("CHECK_EXC_MATCH", "CHECK_EG_MATCH", "PUSH_EXC_INFO", "WITH_EXCEPT_START", "SETUP_FINALLY", "SETUP_WITH")
_TYPES = ("type", "__class__", "__subclasses__", "__mro__", "__bases__", "_getframe", "currentframe")
#: As many objects are looked at for ``type`` by another name.
_MOST_REACHED = 4096

#: Built-in functions that treat a symbol as they treat an int, or ask the symbol, which then refuses.
_FUNCTIONS = frozenset(
    [
        "abs",
        "all",
        "any",
        "ascii",
        "bin",
        "callable",
        "chr",
        "divmod",
        "format",
        "getattr",
        "hasattr",
        "hash",
        "hex",
        "isinstance",
        "issubclass",
        "iter",
        "len",
        "max",
        "min",
        "next",
        "oct",
        "ord",
        "pow",
        "print",
        "repr",
        "round",
        "sorted",
        "sum",
    ]
)
_MODULES = ("math", "_operator", "operator", "itertools", "_functools")
#: The modules that make the formula, which know symbols; and enum, whose members are no symbols.
_OWN = [__name__.rsplit(".", 1)[0] + f".{name}" for name in ("symbol", "callables", "watch", "syntax", "pythonic")]
_OWN.append("enum")
_OWNERS = (list, tuple, dict, set, frozenset, str, bytes, int, bool, range, slice)


def watched(run: Callable[[], Any], path: Path) -> Any:
    """Return what ``run()`` returns, and note on the path what in it could tell a symbol from a number."""
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            code = frame.f_code
            if code in seen or frame.f_globals.get("__name__") in _OWN:
                return
            seen.add(code)
            reason = _reason(code) or _reached(code, frame)
            if reason:
                path.note(reason)
        elif event == "c_call" and frame.f_globals.get("__name__") not in _OWN and not _alike(argument):
            path.note(f"the function calls {getattr(argument, '__name__', 'a built-in')}, which may look at types")

    before, collects = sys.getprofile(), gc.isenabled()
    gc.disable()  # what a collection calls is no part of the function
    sys.setprofile(note)
    try:
        return run()
    finally:
        if before is None or callable(before):
            sys.setprofile(before)
        else:  # a profiler in C, which Python cannot hand back to the interpreter
            sys.setprofile(None)
            getattr(before, "enable", str)()
        if collects:
            gc.enable()


@functools.lru_cache(256)
def _reason(code: CodeType) -> str:
    """Return what the text of a function does that could tell a symbol from a number, '' for nothing."""
    name = code.co_name
    before = None
    for step in dis.get_instructions(code):
        if step.opname in _HANDLERS:
            return f"{name} handles exceptions, which a symbol raises where a number does not"
        if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            return f"{name} writes the global {step.argval}"
        if step.opname == "IS_OP" and (step.is_jump_target or not _is_none(before)):
            return f"{name} asks whether its value is the same object as another"
        if step.opname.startswith("MATCH_"):
            return f"{name} matches its values against patterns"
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME") and step.argval == "id":
            return f"{name} reaches for id"
        before = step
    for word in _TYPES:
        if word in code.co_names or word in [text for text in code.co_consts if isinstance(text, str)]:
            return f"{name} reaches for {word}"
    return ""


def _is_none(step: dis.Instruction | None) -> bool:
    return step is not None and step.opname == "LOAD_CONST" and step.argval is None


def _reached(code: CodeType, frame: FrameType) -> str:
    """Return how a function reaches ``type`` by another name: from a global, an argument or a variable around it.

    Containers, and the attributes that the function names, are looked into; a partial is refused, whatever it calls.
    """
    waiting = [(word, frame.f_globals[word]) for word in code.co_names if word in frame.f_globals]
    waiting += frame.f_locals.items()
    seen: dict[int, object] = {}
    while waiting:
        word, value = waiting.pop()
        if id(value) in seen or type(value) in (int, str, bool, float, bytes):
            continue
        seen[id(value)] = value
        if _is_metaclass(value):
            return f"{code.co_name} reaches for type, by the name {word}"
        if _kin(value, functools.partial) or _kin(value, functools.partialmethod):
            return f"{code.co_name} reaches for a partial function, by the name {word}"
        if len(seen) > _MOST_REACHED:
            return f"{code.co_name} reaches too many objects to look for type among them"
        parts: list[Any] = []
        if type(value) in (list, tuple, set, frozenset):
            parts = list(value)
        elif type(value) is dict:
            parts = list(value.values())
        parts = [part for part in parts[: _MOST_REACHED + 1] if type(part) not in (int, str, bool, float, bytes)]
        waiting += [(word, part) for part in parts]
        if type(value).__name__ != "Symbol":
            waiting += [(f"{word}.{name}", part) for name in code.co_names for part in _attribute(value, name)]
    return ""


def _attribute(value: object, name: str) -> list[object]:
    """Return what an attribute holds, without running any code of its object."""
    found = inspect.getattr_static(value, name, None)
    if type(found) is types.MemberDescriptorType:
        try:
            found = found.__get__(value)
        except (AttributeError, TypeError):
            return []
    return [] if found is None else [found]


def _kin(value: object, kind: type) -> bool:
    return issubclass(type(value), kind)


def _is_metaclass(value: object) -> bool:
    return issubclass(type(value), type) and issubclass(value, type)  # type: ignore[arg-type]


def _alike(function: Any) -> bool:
    """Tell whether a built-in treats a symbol as it treats an int, or asks it."""
    owner = getattr(function, "__self__", None)
    module = getattr(function, "__module__", None)
    name = getattr(function, "__name__", "")
    if module == "builtins" and type(owner) is type(sys):
        return name in _FUNCTIONS
    if module in _MODULES:
        return name not in ("is_", "is_not")
    if owner is None:
        owner = getattr(function, "__objclass__", None)
    return type(owner) in _OWNERS or any([owner is kind for kind in _OWNERS])
