"""The one elimination over F2 that answers every question about a matrix, on packed columns.

It keeps, for each column, a statement ``M(x) == y`` that is true at every moment, as one number
``x | y << n``.  Column j begins as M(bit j) == columns[j]; bit j of x is left out until its turn comes.  In its turn
the column picks the highest bit r of its y that nobody has picked.  Every other statement with bit r in its y is XORed
with it, and loses bit r; the column itself then moves bit r to the other side and says ``M(x) == bit r ^ y``.

Each turn is one step for all columns, because they are fields of one integer, here of two hexadecimal digits, y and x:
``packed >> r & ones`` flags the fields that have bit r, and ``flags * column`` writes the column into exactly those.
No field overflows, so nothing carries.

>>> packed, ones = 0x20_60_30, 0x01_01_01           # columns 3, 6, 2 as y; column 0 is in front
>>> column, packed = packed & 0xFF, packed >> 8     # lift column 0 out
>>> column |= 0x01                                  # M(1) == 3; it picks bit 1 of y
>>> flags = packed >> 5 & ones
>>> packed ^= flags * column                        # both others have that bit: M(2 ^ 1) == 5 and M(4 ^ 1) == 1
>>> packed |= (column ^ 0x20) << 16                 # M(1) == 2 ^ 1 goes back in at the far end
>>> f"{packed:06x}"
'111151'

Two more turns, with bits 2 and 0, leave no y: the fields 4, 6, 5 say M(4) == 2, M(6) == 4 and M(5) == 1.

>>> from layouts import BitMatrix
>>> BitMatrix((3, 6, 2)).inverse()
BitMatrix((5, 4, 6), rows=3)

A turn costs a few operations on one integer, however many columns there are.  Where bits of y remain in the end, nobody
picked them: these values are not reached.  A column that finds no bit to pick says ``M(x) == 0``: a kernel vector.
Picking the highest bit, left to right, makes the picked bits the leading bits of the image and the picking columns
the leftmost independent ones, so that a solution made of them is the smallest.  Rank, kernel, image, complement,
solutions and all inverses are read off from one reduction, which is kept on the matrix.
"""

from __future__ import annotations

from struct import pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Reduction = tuple[list[int], list[int], int]  # solver, kernel, missed: see reduce

__all__ = ["compose", "image", "reduce", "set_bits", "transpose"]

_INDEX = {1 << i: i for i in range(64)}
_PACKED = 192  # fields of at most this many bits are packed into one integer; taller columns are cheaper one by one


def reduce(columns: Sequence[int], rows: int) -> Reduction:
    """Eliminate once and read off (solver, kernel, missed), with n the number of columns.

    ``solver[r]`` is a statement ``M(x) == 1 << r ^ y``, as ``x | y << n``, where x has only columns that picked a row
    and y only rows that nobody picked.  So the XOR of ``solver[r]`` over the bits r of a value is its smallest solution
    if and only if no y is left.  ``kernel`` is the reduced basis, ascending; its top bits are the columns that picked
    no row.  ``missed`` is the mask of the rows that nobody picked.
    """
    n = len(columns)
    eliminate = _eliminate_packed if n + rows <= _PACKED else _eliminate
    fields, picked, missed = eliminate(columns, rows)
    solver, kernel = [0] * rows, []
    for field, r in zip(fields, picked, strict=True):
        if r >= 0:
            solver[r] = field
        else:
            kernel.append(field)
    if missed:
        for r in set_bits(missed):  # M(0) == 1 << r ^ 1 << r
            solver[r] = 1 << n + r
    return solver, kernel, missed


def _eliminate_packed(columns: Sequence[int], rows: int) -> tuple[Sequence[int], list[int], int]:
    """Return the final statements ``x | y << n``, the row that each column picked (negative for none), and the others.

    The module docstring explains the turn.
    """
    n = len(columns)
    form, width, ones = _fields(n, n + rows)
    packed = _pack(columns, form, width) << n
    mask, top, free = (1 << width) - 1, (n - 1) * width, (1 << rows) - 1 << n
    picked = []
    for p in range(n):
        column = packed & mask | 1 << p
        packed >>= width
        high = (column & free).bit_length() - 1
        if high >= 0:
            bit = 1 << high
            free ^= bit
            packed ^= (packed >> high & ones) * column
            column ^= bit
        packed |= column << top
        picked.append(high - n)
    return _unpack(packed, n, form, width), picked, free >> n


def _eliminate(columns: Sequence[int], rows: int) -> tuple[Sequence[int], list[int], int]:
    """Do what ``_eliminate_packed`` does, one column at a time: faster when the columns are tall."""
    n = len(columns)
    fields, free = [column << n for column in columns], (1 << rows) - 1 << n
    picked = []
    for p in range(n):
        column = fields[p] | 1 << p
        high = (column & free).bit_length() - 1
        if high >= 0:
            bit = 1 << high
            free ^= bit
            fields = [field ^ column if field & bit else field for field in fields]
            column ^= bit
        fields[p] = column
        picked.append(high - n)
    return fields, picked, free >> n


def compose(outer: Sequence[int], inner: Sequence[int], rows: int) -> tuple[int, ...]:
    """Return the images of the columns ``inner`` under the columns ``outer``, which have ``rows`` bits."""
    index = _INDEX
    images = []
    for column in inner:
        if column in index:
            images.append(outer[index[column]])
        elif (rest := column & column - 1) in index:  # two bits
            images.append(outer[index[rest]] ^ outer[index[column ^ rest]])
        elif column.bit_count() <= 3 or rows > _PACKED or len(outer) > _PACKED:
            images.append(image(outer, column))
        else:  # one dense column: most likely they all are
            return _compose_packed(outer, inner, rows)
    return tuple(images)


def _compose_packed(outer: Sequence[int], inner: Sequence[int], rows: int) -> tuple[int, ...]:
    """Do what ``_compose`` does for all columns at once: flag those that have bit i, XOR ``outer[i]`` into them."""
    n = len(inner)
    form, width, ones = _fields(n, max(rows, len(outer)))
    packed, images = _pack(inner, form, width), 0
    for column in outer:
        images ^= (packed & ones) * column
        packed >>= 1
    return _unpack(images, n, form, width)


def image(columns: Sequence[int], x: int) -> int:
    """Return the XOR of the columns that the bits of x select."""
    y = 0
    while x:
        j = x.bit_length() - 1
        y ^= columns[j]
        x ^= 1 << j
    return y


def transpose(columns: Sequence[int], rows: int) -> list[int]:
    """Return the rows as integers; bit j of a row is column j."""
    if not columns:
        return [0] * rows
    # The highest digit of a number comes first in its text, so the last column does, and in it the last row.
    text = "".join([f"{column:0{rows}b}" for column in reversed(columns)])
    return [int(text[i::rows], 2) for i in range(rows - 1, -1, -1)]


def set_bits(mask: int) -> list[int]:
    """Return the positions of the set bits, ascending."""
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


# -- fields: columns side by side in one integer, the first one lowest -------------------------------------------------


def _fields(n: int, bits: int) -> tuple[str, int, int]:
    """Return the format, the width and the ones of n fields for ``bits`` bits: machine words if they fit, else bytes.

    The format is ``struct``'s for machine words and empty for bytes.
    """
    if bits <= 16:
        code, width = ("B", 8) if bits <= 8 else ("H", 16)
    elif bits <= 64:
        code, width = ("I", 32) if bits <= 32 else ("Q", 64)
    else:
        code, width = "", bits + 7 & -8
    return code and f"<{n}{code}", width, int.from_bytes(b"\1".ljust(width >> 3, b"\0") * n, "little")


def _pack(columns: Sequence[int], form: str, width: int) -> int:
    if form:
        return int.from_bytes(pack(form, *columns), "little")
    return int.from_bytes(b"".join([column.to_bytes(width >> 3, "little") for column in columns]), "little")


def _unpack(packed: int, n: int, form: str, width: int) -> tuple[int, ...]:
    size = width >> 3
    data = packed.to_bytes(n * size, "little")
    if form:
        return unpack(form, data)
    return tuple([int.from_bytes(data[i : i + size], "little") for i in range(0, n * size, size)])
