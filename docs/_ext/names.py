"""The directive ``names-of``: the contracts of all public names of some rooms, from their docstrings."""

import inspect
from importlib import import_module
from typing import Any

from contracts import as_rest
from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList
from sphinx.application import Sphinx

import layouts

PAGES = {
    "layouts": "layout module joining measures construct compact equality values table lookup errors",
    "tuples": "inttuple tree orders shapes",
    "algebra": "algebra composed",
    "f2": "bits linearity swizzle swizzled subspace",
    "linear": "linear interop",
    "notation": "notation emit",
    "tensors": "tensor tiled",
    "hardware": "encodings hardware",
    "verify": "verify derivation draw testing",
    "convert": "convert",
}
"""Each page of the reference and its rooms.  What no page has stands on the page ``more``."""

OPEN = {"convert": ("convert",), "hardware": ("hardware",), "verify": ("draw", "testing")}
"""Rooms that are used under their own name, by page: ``layouts.hardware.find(...)``."""


def names_on(page: str) -> list[str]:
    """Return the public names that a page shows, sorted."""
    rooms = {room: name for name, listed in PAGES.items() for room in listed.split()}
    found = []
    for name in layouts.__all__:
        room = layouts._ROOM_OF.get(name, "")
        first = room.split(".")[0]
        if rooms.get(room, rooms.get(first, "more")) == page:
            found.append(name)
    return sorted(found, key=str.lower)


def entry(name: str, room: Any = layouts) -> list[str]:
    """Return the lines of reST that document one name, of the package or of a room that is used under its own name."""
    value = getattr(room, name)
    if inspect.ismodule(value):  # a room that can be called, by its own name
        value = getattr(value, name)
    path = f"{getattr(value, '__module__', '')}.{name}"
    if inspect.isclass(value):
        return [f".. autoclass:: {path}", ""]
    if inspect.isfunction(value):
        return [f".. autofunction:: {path}", ""]
    kind = "function" if hasattr(value, "__name__") else "data"
    told = [f"   {line}" if line else "" for line in as_rest((inspect.getdoc(value) or "").splitlines())]
    return [f".. py:{kind}:: {name}{'(*args, mode=())' if kind == 'function' else ''}", "", *told, ""]


def entries(page: str) -> list[str]:
    """Return the reST of a page: the public names, then each open room under a heading of its own."""
    lines = [line for name in names_on(page) for line in entry(name)]
    for title in OPEN.get(page, ()):
        room = import_module(f"layouts.{title}")
        lines += [f".. rubric:: layouts.{title}", ""]
        known = [name for name in sorted(room.__all__, key=str.lower) if name not in layouts.__all__]
        lines += [line for name in known for line in entry(name, room)]
    return lines


class NamesOf(Directive):
    """```{names-of} algebra``` has the names of the page ``algebra``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        page = self.arguments[0]
        lines = entries(page)
        made = ["```{eval-rst}", *lines, "```"] if lines else ["Nothing yet."]
        holder = nodes.Element()
        self.state.nested_parse(StringList(made, f"names-of {page}"), self.content_offset, holder)
        return holder.children


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("names-of", NamesOf)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
