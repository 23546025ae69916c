"""The views of a layout as text that Triton's class prints: which thread holds an element, which element a place holds.

A distributed layout has the inputs ``register``, ``lane``, ``warp`` and ``block``, a shared one ``offset`` and
``block``.  The tensor is written row-major: the last output runs along a line.
"""

from __future__ import annotations

from itertools import product

from ..elimination import image
from ..errors import LayoutError, ProfileError, TooLargeError
from ..inttuple import amount, to_int
from . import dims as d
from .core import Core

__all__: list[str] = []

_LIMIT = 2**20
"""The most places of a view unless told otherwise: at 12 characters each, a text of 12 MB."""


class Views(Core):
    """Text views with the names of Triton's class."""

    __slots__ = ()

    def get_distributed_view(self, use_hw_view: bool, *, limit: int = _LIMIT) -> str:
        """Return which thread and register hold each element, or, as hardware view, which element each register holds.

        ``T6:3`` is register 3 of thread 6, where the thread counts the lanes of all warps of a block; with more than
        one block, ``B1:T6:3``.  Copies are separated by ``|``.
        Requires: the inputs register, lane, warp and block, in any order; one output at least for the tensor view.
        Raises:   ProfileError for other inputs; TooLargeError beyond ``limit`` places or
                  elements, 2**20 unless given.
        Triton:   ``get_distributed_view``, without a limit.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("register", [[0, 1]]), ("lane", [[0, 2], [1, 0]]), ("warp", []), ("block", [])],
        ...                  [("dim0", 2), ("dim1", 4)])
        >>> print(L.get_distributed_view(False))
        [[T0:0, T0:1, T1:0, T1:1]
        [ T2:0, T2:1, T3:0, T3:1]]
        <BLANKLINE>
        >>> print(L.get_distributed_view(True))
        Warp0:
        (0,0), (0,2), (1,0), (1,2)
        (0,1), (0,3), (1,1), (1,3)
        <BLANKLINE>
        """
        operation = "get_distributed_view"
        names = ("block", "warp", "lane", "register")
        blocks, warps, lanes, registers = sizes = _sizes(self, operation, names, use_hw_view, limit)
        start = d.offsets(self._ins)

        def element(*place: int) -> int:
            return image(self._matrix.columns, sum([x << start[n] for n, x in zip(names, place, strict=True)]))

        if use_hw_view:
            lines = []
            for block in range(blocks):
                lines += [f"Block{block}:"] * (blocks > 1)
                for warp in range(warps):
                    lines.append(f"Warp{warp}:")
                    for register in range(registers):
                        row = [_coordinate(self, element(block, warp, n, register), ",") for n in range(lanes)]
                        lines.append(", ".join(row))
            return "\n".join(lines) + "\n"
        holders: dict[int, list[str]] = {}
        for block, warp, lane, register in product(*[range(size) for size in sizes]):
            text = f"T{warp * lanes + lane}:{register}"
            holders.setdefault(element(block, warp, lane, register), []).append(
                f"B{block}:{text}" if blocks > 1 else text
            )
        width = max([len(text) for texts in holders.values() for text in texts])
        return _tensor(
            self,
            operation,
            lambda value: "|".join([text.rjust(width) for text in holders.get(value, ())]),
            ", ",
        )

    def get_shared_view(self, use_hw_view: bool, *, limit: int = _LIMIT) -> str:
        """Return the element at each offset: as a tensor, filled row by row in the order of offsets, or as a list.

        The list has a line for each place; Triton's has one for each *element*, so where these numbers differ it
        leaves out places or begins again at 0.  Where they are equal the texts are.
        Requires: the inputs offset and block, in any order; for the tensor view an output, and as many places as
                  elements (Triton shows places that are not there, or leaves some out).
        Raises:   ProfileError for other inputs; LayoutError with the two numbers; TooLargeError beyond ``limit`` places
                  or elements, 2**20 unless given.
        Triton:   ``get_shared_view``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("offset", [[0, 1], [1, 1]]), ("block", [])], [("dim0", 2), ("dim1", 2)])
        >>> print(L.get_shared_view(False))
        [[(0:0),(0:1)]
        [ (1:1),(1:0)]]
        <BLANKLINE>
        >>> print(L.get_shared_view(True))
        Block: 0:
        Offset: 0 -> (0,0)
        Offset: 1 -> (0,1)
        Offset: 2 -> (1,1)
        Offset: 3 -> (1,0)
        <BLANKLINE>
        """
        operation = "get_shared_view"
        blocks, offsets = _sizes(self, operation, ("block", "offset"), use_hw_view, limit)
        start = d.offsets(self._ins)

        def element(block: int, offset: int) -> int:
            return image(self._matrix.columns, block << start["block"] | offset << start["offset"])

        if use_hw_view:
            lines = []
            for block in range(blocks):
                lines.append(f"Block: {block}:")
                cells = [_coordinate(self, element(block, offset), ",") for offset in range(offsets)]
                lines += [f"Offset: {offset} -> {cell}" for offset, cell in enumerate(cells)]
            return "\n".join(lines) + "\n"
        if self._matrix.rows != len(self._matrix.columns):
            counts = (self.size, 1 << self._matrix.rows)
            raise LayoutError(f"{operation}: {counts[0]} places and {counts[1]} elements: {self._show()}", counts)
        places = iter(product(range(blocks), range(offsets)))
        return _tensor(self, operation, lambda _: _coordinate(self, element(*next(places)), ":"), ",")


def _sizes(layout: Core, operation: str, names: tuple[str, ...], use_hw_view: bool, limit: int) -> list[int]:
    """Return the sizes of the inputs with these names, which must be all there are; check the flag and the limit."""
    d.read_flag(operation, "use_hw_view", use_hw_view)
    most = to_int(limit, f"{operation}: the limit")
    bits = dict(layout._ins)
    if set(bits) != set(names):
        raise ProfileError(f"{operation}: the inputs {d.show_names(layout._ins)} are not {list(names)}", list(bits))
    places = max(layout.size, 1 << layout._matrix.rows)
    if places > most:
        raise TooLargeError(f"{operation}: {amount(places)} places, more than the limit {amount(most)}", places)
    return [1 << bits[name] for name in names]


def _coordinate(layout: Core, value: int, separator: str) -> str:
    """Return an element in parentheses, each number as wide as the largest of its output."""
    numbers = []
    for _, bits in layout._outs:
        numbers.append(str(value & (1 << bits) - 1).rjust(len(str((1 << bits) - 1))))
        value >>= bits
    return f"({separator.join(numbers)})"


def _tensor(layout: Core, operation: str, cell: object, separator: str) -> str:
    """Return nested brackets with a text for each element, row-major."""
    rank = len(layout._outs)
    if not rank:
        raise ProfileError(f"{operation}: there is no output: {layout._show()}", 0)
    start = d.offsets(layout._outs)
    shape = [1 << bits for _, bits in layout._outs]
    shifts = [start[name] for name, _ in layout._outs]
    lines = []
    for row in product(*[range(size) for size in shape[:-1]]):
        base = sum([x << s for x, s in zip(row, shifts[:-1], strict=True)])
        cells = [cell(base + (i << shifts[-1])) for i in range(shape[-1])]  # type: ignore[operator]
        opened = 1 + _run(row, [0] * len(row))
        closed = 1 + _run(row, [size - 1 for size in shape[:-1]])
        lines.append("[" * opened + " " * (rank - opened) + separator.join(cells) + "]" * closed)
    return "\n".join(lines) + "\n"


def _run(row: tuple[int, ...], wanted: list[int]) -> int:
    """Return how many digits at the end of the row are as wanted."""
    count = 0
    for x, y in zip(reversed(row), reversed(wanted), strict=True):
        if x != y:
            break
        count += 1
    return count
