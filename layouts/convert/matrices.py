"""Which bits of the memory a matrix instruction needs: ``ldmatrix`` and ``stmatrix`` by division from the left.

A matrix is 8 rows of 16 bytes.  Plain, a thread holds 32 bits of it: the registers of a word, then lane bits 0 and 1,
are side by side in a row, and lane bits 2, 3, 4 tell the row.  Transposed, for elements of 16 bits, lane bits 2, 3, 4
are side by side, and a register bit and lane bits 0, 1 tell the row.  The address of row j of matrix i is given by lane
8 * i + j; rows may be anywhere, aligned to 16 bytes.

So the access fits a memory layout if the map from the hardware to offsets is the product of that tile and of something
that is a multiple of it:

>>> from layouts import LinearLayout
>>> bases = [("register", [[1], [128], [8]]), ("lane", [[2], [4], [16], [32], [64]])]
>>> to_offset = LinearLayout(bases, [("offset", 256)])
>>> division = divide_matrix(to_offset, 16)
>>> division.rest.bases, division.matrices, division.instructions
([('register', [[16], [1]]), ('lane', [[2], [4], [8]])], 4, 1)
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import NotALayoutError, ProfileError
from ..linear import dims as d
from ..linear.layout import LinearLayout
from .construction import Demand
from .move import HARDWARE, element_width, read_layout
from .spaces import independent, meet
from .vectors import words_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .sides import Side

__all__ = ["Division", "divide_matrix", "matrix_demand", "matrix_prefixes", "takes_matrices"]

ROW_BITS = 128


@dataclass(frozen=True, slots=True)
class Division:
    """A map from hardware to offsets as a tile of a matrix instruction times ``rest``, in rows of 16 bytes.

    ``registers`` are the register bits in the order of the instruction: those inside a word, those that select the
    matrix, and those that count instructions.  ``matrices`` is 1, 2 or 4.
    """

    rest: LinearLayout
    registers: tuple[int, ...]
    matrices: int
    instructions: int
    transposed: bool


def divide_matrix(layout: Any, element_bits: Any, *, transposed: bool = False) -> Division:
    """Divide a map from register, lane, warp, block to offsets by the tile of ldmatrix, or of its transposed form.

    Requires: one output, counted in elements.
    Ensures:  ``tile * rest``, with the register bits renamed, is the map.
    Raises:   NotALayoutError with the basis that does not fit, as (input, bit, value, wanted).
    Cost:     a look at each basis.
    Triton:   ``divideLeft`` of ``largestVectorisation`` and of the tiles of LdStMatrix.

    >>> to_offset = LinearLayout([("register", [[1], [64]]), ("lane", [[2], [4], [8], [16], [32]])], [("offset", 128)])
    >>> divide_matrix(to_offset, 32)
    Traceback (most recent call last):
    layouts.errors.NotALayoutError: divide_matrix: lane bit 0 is at offset 2, and elements of 32 bits need it at 1
    """
    operation = "divide_matrix"
    given, bits = read_layout(operation, layout), element_width(operation, element_bits)
    if len(given._outs) != 1:
        raise ProfileError(f"{operation}: {d.show_dims(given._outs)} is not one offset", given.out_dims)
    if bits > 32 or (transposed and bits != 16):
        raise NotALayoutError(f"{operation}: no {'transposed ' * transposed}matrices of {bits} bits", bits)
    columns = {name: list(given._columns(name)) for name in HARDWARE}
    word = [] if transposed else [1 << k for k in range((32 // bits).bit_length() - 1)]
    order = [_register_at(operation, columns["register"], value, bits) for value in word]
    tile = range(2, 5) if transposed else range(2)
    if len(columns["lane"]) != 5:
        raise NotALayoutError(
            f"{operation}: {1 << len(columns['lane'])} lanes, and 32 are needed", len(columns["lane"])
        )
    for k, bit in enumerate(tile, len(word)):
        value = columns["lane"][bit]
        if value != 1 << k:
            raise NotALayoutError(
                f"{operation}: lane bit {bit} is at offset {value}, and elements of {bits} bits need it at {1 << k}",
                ("lane", bit, value, 1 << k),
            )
    size = ROW_BITS // bits
    left = {name: [(k, v) for k, v in enumerate(columns[name])] for name in HARDWARE}
    left["register"] = [(k, v) for k, v in left["register"] if k not in order]
    left["lane"] = [(k, v) for k, v in left["lane"] if k not in tile]
    for name, rest in left.items():
        for k, v in rest:
            if v % size:
                raise NotALayoutError(
                    f"{operation}: {name} bit {k} is at offset {v}, no multiple of a row of {size}", (name, k, v, size)
                )
    if transposed and not left["register"]:
        raise NotALayoutError(f"{operation}: no register bit for the rows of a transposed matrix", ())
    ins = tuple([(name, len(left[name])) for name, _ in given._ins])
    total = max(0, d.total(given._outs) - (size.bit_length() - 1))
    flat = tuple([v // size for name, _ in given._ins for _, v in left[name]])
    count = len(left["register"]) - transposed
    return Division(
        rest=LinearLayout._new(ins, ((given._outs[0][0], total),), flat),
        registers=(*order, *[k for k, _ in left["register"]]),
        matrices=1 << min(2, count),
        instructions=1 << max(0, count - 2),
        transposed=transposed,
    )


def _register_at(operation: str, registers: Sequence[int], value: int, bits: int) -> int:
    for k, column in enumerate(registers):
        if column == value:
            return k
    raise NotALayoutError(
        f"{operation}: no register bit is at offset {value}, inside the word of {bits}-bit elements",
        ("register", None, None, value),
    )


# -- what a layout of the memory must have so that the tile fits -------------------------------------------------------


def takes_matrices(side: Side, element_bits: int, transposed: bool) -> bool:
    """Tell whether a side can be made of matrices: the lanes of a tile differ, everybody stores, the memory is near."""
    if (
        side.lanes != 5
        or element_bits > 32
        or (transposed and element_bits != 16)
        or side.far_threads
        or any(side.twist)
    ):
        return False
    word = 1 if transposed else (32 // element_bits).bit_length() - 1
    tile = side.threads[2:5] if transposed else side.threads[:2]
    return not side.idle and len(side.own) >= word and len(independent((), tile, side.rows)) == len(tile)


def matrix_prefixes(store: Side, load: Side, forms: tuple[str, str], element_bits: int) -> list[int] | None:
    """Return the elements side by side in a row for two forms of access, 'vector', 'matrix' or 'transposed'.

    None where their tiles do not agree.  One of the forms is no vector.
    """
    rows = store.rows + load.far_bits
    word = (32 // element_bits).bit_length() - 1
    first, second = store.extended(), load.extended()
    tiles = [
        list(side.threads[2:5] if form == "transposed" else side.threads[:2])
        for side, form in zip((store, load), forms, strict=True)
    ]
    if forms[0] == forms[1]:
        if tiles[0] != tiles[1]:
            return None
        plain = forms[0] == "matrix"
        inside = words_first(meet(first, second, rows), (store, load), element_bits)[:word] if plain else []
        return _complete(inside, tiles[0], word if plain else 0, rows)
    if "vector" in forms:
        k = 1 - forms.index("vector")
        if forms[k] == "transposed":
            return tiles[k]
        inside = words_first(meet(first, second, rows), (store, load), element_bits)
        inside += independent(inside, (first, second)[k], rows)
        return _complete(inside[:word], tiles[k], word, rows)
    k = forms.index("transposed")  # and the other is plain: a word, then its lanes
    inside, lanes = tiles[k][:word], tiles[k][word:]
    if lanes != tiles[1 - k] or independent((second, first)[k], inside, rows):
        return None
    return tiles[k]


def _complete(inside: list[int], tile: list[int], word: int, rows: int) -> list[int] | None:
    found = [*inside, *tile]
    return found if len(inside) == word and len(independent((), found, rows)) == len(found) else None


def matrix_demand(side: Side, prefix: Sequence[int], element_bits: int, transposed: bool) -> Demand | None:
    """Return what the matrices of a side ask of the layout, None where a word does not fit."""
    word = 0 if transposed else (32 // element_bits).bit_length() - 1
    own = [side.registers[k] for k in side.own]
    rest = independent(prefix[:word], own, side.rows)
    tile = side.threads[:2] if transposed else side.threads[2:5]
    rows = tile
    if transposed:
        if not rest:
            return None
        rows = (rest[0], *tile)
    hard = (*rest, *tile, *side.threads[5:])
    return Demand(len(prefix), (*prefix, *rows), hard=hard, threads=side.threads)
