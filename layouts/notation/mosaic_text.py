"""The texts of Mosaic GPU's layouts: Python's repr, JAX's names, and MLIR attributes.

::

    TiledLayout(Tiling(((64, 8), (16, 8), (8, 8), (2,))), warp_dims=(-7,), lane_dims=(-3, -2), vector_dim=-1)
    #mosaic_gpu.TiledLayout<[[64, 8], [16, 8], [8, 8], [2]], warp_dims = [-7], lane_dims = [-3, -2], vector_dim = -1>
    WGMMA_LAYOUT

``tiling=``, ``Tiling(tiles=...)``, ``Tiling((64, 8)(16, 8))`` and the older ``warp_dim=-7`` are read as well.
"""

from __future__ import annotations

import re

from ..errors import LayoutError, ParseError
from .cursor import Cursor, check_text
from .mosaic import NAMED, Replicated, TiledLayout, WGSplatFragLayout, WGStridedFragLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["is_mosaic_text", "mosaic_attribute", "parse_mosaic"]

_TOKEN = re.compile(
    r"\s*(?:(?P<attribute>#mosaic_gpu\.[A-Za-z]\w*)|(?P<number>-?[0-9]+)|(?P<word>[A-Za-z_]\w*)|(?P<sign>\S))", re.ASCII
)
_CLASSES = ("TiledLayout", "WGSplatFragLayout", "WGStridedFragLayout")
_START = re.compile(
    r"\s*(?:#mosaic_gpu\.|(?:\w+\s*\.\s*)*(?:(?:" + "|".join(_CLASSES) + r")\s*\(|(?:" + "|".join(NAMED) + r")\s*\Z))",
    re.ASCII,
)
_FIELDS = {
    "TiledLayout": ("tiling", "warp_dims", "lane_dims", "vector_dim"),
    "WGSplatFragLayout": ("shape",),
    "WGStridedFragLayout": ("shape", "vec_size"),
    "Replicated": ("times",),
    "Tiling": ("tiles",),
}
_MAX_TEXT = 100_000
_MAX_DIGITS = 400
_MAX_DEPTH = 12


def is_mosaic_text(text: str) -> bool:
    """Tell whether a text is meant as a layout of Mosaic GPU.

    >>> is_mosaic_text("mgpu.WGMMA_LAYOUT"), is_mosaic_text("(4,8):(8,1)")
    (True, False)
    """
    return _START.match(text[:_MAX_TEXT]) is not None


def parse_mosaic(text: str) -> TiledLayout | WGSplatFragLayout | WGStridedFragLayout:
    """Return the layout that a repr, a name or an MLIR attribute of Mosaic GPU stands for; nothing is evaluated.

    Ensures:  ``parse_mosaic(str(x)) == x`` and ``parse_mosaic(mosaic_attribute(x)) == x``.
    Raises:   ParseError with a caret.
    Cost:     one pass over the text.

    >>> print(parse_mosaic("fa.WGMMA_LAYOUT"))
    TiledLayout(Tiling(((64, 8), (16, 8), (8, 8), (2,))), warp_dims=(-7,), lane_dims=(-3, -2), vector_dim=-1)
    >>> parse_mosaic("#mosaic_gpu.WGStridedFragLayout<[64, 8], 2>")
    WGStridedFragLayout(shape=(64, 8), vec_size=2)
    """
    check_text(text, _MAX_TEXT)
    reader = _Reader(text)
    start = reader.start
    value = reader.value()
    reader.expect_end()
    if not isinstance(value, (TiledLayout, WGSplatFragLayout, WGStridedFragLayout)):
        reader.fail("expected a layout, such as TiledLayout(...) or WGMMA_LAYOUT", start)
    return value


class _Reader(Cursor):
    def __init__(self, text: str) -> None:
        self.depth = 0
        super().__init__(text, _TOKEN)

    def value(self) -> Any:
        """Read a number, a list, a name, a constructor or an attribute."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail(f"nested deeper than {_MAX_DEPTH} levels")
        if self.kind == "number":
            found: Any = self.number()
        elif self.token in ("(", "["):
            found = self.items()
        elif self.kind == "attribute":
            start, name = self.start, self.token.partition(".")[2]
            self.advance()
            self.expect("<", f"after {name}")
            found = self.made(name, ">", start)
        else:
            found = self.named()
        self.depth -= 1
        return found

    def number(self) -> int:
        value = self.numeral("a number", _MAX_DIGITS)
        if self.take(":"):  # the type that MLIR adds, as in 4 : i64
            if self.kind != "word":
                self.fail(f"expected a type after the colon, {self.found()}")
            self.advance()
        return value

    def items(self) -> list[Any]:
        close = ")" if self.token == "(" else "]"
        self.advance()
        found: list[Any] = []
        while not self.take(close):
            if found:
                self.expect(",", f"or {close} in a list")
                if self.take(close):
                    break
            found.append(self.value())
        return found

    def named(self) -> Any:
        """Read ``name``, ``module.name`` or a constructor."""
        start, name = self.start, self.token
        while self.kind == "word":
            start, name = self.start, self.token
            self.advance()
            if not self.take("."):
                break
        else:
            self.fail(f"expected a layout, a list or a number, {self.found()}")
        if self.take("("):
            return self.made(name, ")", start)
        if name not in NAMED:
            self.fail(f"{name[:40]} is no layout that is known here; known: {', '.join(NAMED)}", start)
        return NAMED[name]

    def made(self, name: str, close: str, start: int) -> Any:
        """Read arguments up to the closing sign, and make the value."""
        if name not in _FIELDS:
            self.fail(f"{name[:40]} is no layout that is known here; known: {', '.join(_CLASSES)}", start)
        fields = self.tiles(close) if name == "Tiling" else self.fields(name, close)
        missing = next((field for field in _FIELDS[name] if field not in fields), None)
        if missing is not None:
            self.fail(f"{name} needs {missing}", start)
        if name == "Tiling":
            return fields["tiles"]
        makers: dict[str, Any] = {
            "TiledLayout": TiledLayout,
            "WGSplatFragLayout": WGSplatFragLayout,
            "WGStridedFragLayout": WGStridedFragLayout,
            "Replicated": Replicated,
        }
        try:
            return makers[name](**fields)
        except ParseError:
            raise
        except LayoutError as error:
            raise ParseError(error.message, self.text, start) from error

    def fields(self, name: str, close: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first, keyword = True, False
        while not self.take(close):
            if not first:
                self.expect(",", f"or {close} in {name}")
                if self.take(close):
                    break
            first = False
            place = self.start
            if self.kind == "word" and self.text[self.position :].lstrip()[:1] == "=":
                keyword = True
                field = self.token
                self.advance()
                self.expect("=", f"after {field}")
                value = self.value()
                if field == "warp_dim" and name == "TiledLayout":
                    field, value = "warp_dims", [value]
            elif keyword or len(found) >= len(_FIELDS[name]):
                self.fail(f"{name} has the fields {', '.join(_FIELDS[name])}, {self.found()}")
            else:
                field, value = _FIELDS[name][len(found)], self.value()
            if field not in _FIELDS[name]:
                self.fail(f"{name} has no field {field[:40]}", place)
            if field in found:
                self.fail(f"the field {field} is there twice", place)
            found[field] = value
        return found

    def tiles(self, close: str) -> dict[str, Any]:
        """Read ``Tiling(((64, 8), (2,)))``, ``Tiling(tiles=(...))`` or ``Tiling((64, 8)(2,))``."""
        if self.take("tiles"):
            self.expect("=", "after tiles")
        found = self.items() if self.token in ("(", "[") else self.fail(f"expected tiles, {self.found()}")
        if self.token == "(":
            found = [found]
            while self.token == "(":
                found.append(self.items())
        elif found and not isinstance(found[0], list):  # Tiling((64, 8)): one tile
            found = [found]
        self.take(",")
        self.expect(close, "to close Tiling")
        return {"tiles": found}


def mosaic_attribute(value: TiledLayout | WGSplatFragLayout | WGStridedFragLayout) -> str:
    """Return the layout as an attribute of MLIR.

    >>> from .mosaic import WGMMA_LAYOUT
    >>> print(mosaic_attribute(WGMMA_LAYOUT))
    #mosaic_gpu.TiledLayout<[[64, 8], [16, 8], [8, 8], [2]], warp_dims = [-7], lane_dims = [-3, -2], vector_dim = -1>
    """
    if isinstance(value, WGSplatFragLayout):
        return f"#mosaic_gpu.WGSplatFragLayout<{list(value.shape)}>"
    if isinstance(value, WGStridedFragLayout):
        return f"#mosaic_gpu.WGStridedFragLayout<{list(value.shape)}, {value.vec_size}>"
    if not isinstance(value, TiledLayout):
        raise LayoutError(f"mosaic_attribute: {type(value).__name__} is no layout of Mosaic GPU", value)
    dims = [
        ", ".join([f"#mosaic_gpu.Replicated<times = {n.times}>" if isinstance(n, Replicated) else str(n) for n in one])
        for one in (value.warp_dims, value.lane_dims)
    ]
    tiles = [list(tile) for tile in value.tiling]
    return (
        f"#mosaic_gpu.TiledLayout<{tiles}, warp_dims = [{dims[0]}], lane_dims = [{dims[1]}],"
        f" vector_dim = {value.vector_dim}>"
    )
