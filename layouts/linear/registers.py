"""The registers of a layout: which order makes wide accesses possible, which are copies, which may be added.

The registers are the first input of a distributed layout, called ``register``.  These are functions of Triton's
LayoutUtils, and most of them answer with a ``ColumnAction``.  By hand, registers that reach the offsets 4, 1, 2: in the
order (1, 2, 0) they count 8 offsets, so one access can take them all.

>>> from layouts import LinearLayout
>>> cvt = LinearLayout([("register", [[4], [1], [2]]), ("lane", [[8]])], [("offset", 16)])
>>> largest_vectorisation(cvt, 16)
(8, ColumnAction((1, 2, 0), 'register', 3))
"""

from __future__ import annotations

from ..errors import NotALayoutError, ProfileError, TooLargeError
from ..inttuple import _show, to_int
from . import dims as d
from .actions import ColumnAction
from .layout import LinearLayout
from .products import _layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeVar

    T = TypeVar("T")

__all__ = [
    "action_additive_strides",
    "action_remove_broadcasted_regs",
    "broadcast_as",
    "factor_maximal_identity_prefix",
    "get_reps",
    "largest_vectorisation",
    "reg_perm_for_divide",
]

_LIMIT = 2**24


def reg_perm_for_divide(A: LinearLayout, B: LinearLayout, left: bool = True) -> ColumnAction | None:
    """Return the order of A's registers that puts those of B first (or last), or None where A lacks one of them.

    If some order of registers makes ``divide_left`` (or ``divide_right``) possible, this one does.  For the right, the
    bases of B count in units of the quotient.
    Requires: ``register`` the first input of both; the outputs of B among those of A.
    Raises:   ProfileError otherwise.
    Triton:   ``regPermForDivide``.

    >>> A = LinearLayout([("register", [[4], [1]]), ("lane", [[2]])], [("offset", 8)])
    >>> action = reg_perm_for_divide(A, LinearLayout.identity_1d(2, "register", "offset"), left=True)
    >>> action.action, action.apply(A).bases
    ((1, 0), [('register', [[1], [4]]), ('lane', [[2]])])
    """
    operation = "reg_perm_for_divide"
    _registers(operation, A), _registers(operation, B)
    sizes = dict(A._outs)
    for name, bits in B._outs:
        if name not in sizes:
            raise ProfileError(f"{operation}: {A._show()} has no output {_show(name)}", name)
        if bits > sizes[name]:
            return None
    tile, found = dict(B._outs), []
    shifts = {name: 0 if left else bits - tile.get(name, 0) for name, bits in A._outs}
    where = d.places(B._outs, A._outs, shifts)
    mine = A._columns("register")
    for column in B._columns("register"):
        wanted = sum([place for i, place in enumerate(where) if column >> i & 1])
        place = next((j for j, c in enumerate(mine) if c == wanted and j not in found), None)
        if place is None:
            return None
        found.append(place)
    rest = [j for j in range(len(mine)) if j not in found]
    return ColumnAction(found + rest if left else rest + found, "register", len(mine))


def action_remove_broadcasted_regs(layout: LinearLayout) -> ColumnAction:
    """Return the action that drops the zero bases of the registers.

    Requires: ``register`` the first input.
    Raises:   ProfileError otherwise.
    Triton:   ``actionRemoveBroadcastedRegs``.

    >>> action_remove_broadcasted_regs(LinearLayout([("register", [[1], [0], [2]])], [("x", 4)])).action
    (0, 2)
    """
    columns = _registers("action_remove_broadcasted_regs", layout)
    return ColumnAction([i for i, c in enumerate(columns) if c], "register", len(columns))


def action_additive_strides(
    layout: LinearLayout, addr_layout: LinearLayout, mask_span_offsets: int = 0, regs_per_inst: int = 1
) -> tuple[int, ColumnAction]:
    """Return how many registers may be reached by adding, and the order of registers that puts those first.

    A register basis may be added instead of XORed if its flat value shares no bit with the mask of possible offsets and
    no bit with a basis of the addresses.  The first log2 ``regs_per_inst`` bases count as well: one instruction takes
    them together.  What is added is one constant, the XOR of the bases of the register: bases may share bits with each
    other, and ``[[1], [1]]`` counts 4 although 1 + 1 is not 1 ^ 1.
    Ensures:  with r a register below the count whose first log2 ``regs_per_inst`` bits in the old order are 0, v its
              flat value, and a an address XOR some bits of the mask: ``v + a == v ^ a``.
    Requires: ``register`` the first input; a mask >= 0; ``regs_per_inst`` a power of two, no more than the registers.
    Raises:   ProfileError otherwise.
    Triton:   ``actionAdditiveStrides``.

    >>> L = LinearLayout([("register", [[1], [6], [8]]), ("lane", [[2], [4]])], [("offset", 16)])   # 6 meets 2 and 4
    >>> count, action = action_additive_strides(L, L.sublayout(["lane"], ["offset"]))
    >>> count, action.action
    (4, (0, 2, 1))
    """
    operation = "action_additive_strides"
    columns = _registers(operation, layout)
    addresses = _layout(operation, addr_layout)._matrix.columns
    mask = to_int(mask_span_offsets, f"{operation}: the mask")
    if mask < 0:
        raise ProfileError(f"{operation}: the mask is {mask}, which is negative", mask)
    first = d.read_bits(operation, "regs_per_inst", regs_per_inst)
    if first > len(columns):
        raise ProfileError(
            f"{operation}: {1 << first} registers for an instruction, and there are {1 << len(columns)}", 1 << first
        )
    mask |= d.union(addresses)
    front = [i for i, c in enumerate(columns) if i < first or not c & mask]
    back = [i for i in range(len(columns)) if i not in front]
    return 1 << len(front), ColumnAction(front + back, "register", len(columns))


def broadcast_as(values: Sequence[T], layout: LinearLayout) -> list[T]:
    """Return one value for each register of a layout, given those of registers that are no copies.

    Requires: ``register`` the first input; as many values as registers without the free bits.
    Ensures:  the values at registers that differ by free bits (``get_free_variable_masks``) are equal.
    Raises:   ProfileError with the two numbers.
    Triton:   ``broadcastAs``.

    >>> broadcast_as(["a", "b"], LinearLayout([("register", [[0], [1]])], [("x", 2)]))
    ['a', 'a', 'b', 'b']
    """
    operation = "broadcast_as"
    columns = _registers(operation, layout)
    given = d.items(operation, values, "values")
    mask = layout.get_free_variable_masks()["register"]
    needed = len(columns) - mask.bit_count()
    if len(given) != 1 << needed:
        raise ProfileError(f"{operation}: {len(given)} values for {d.number(1 << needed)} registers", len(given))
    if len(columns) > _LIMIT.bit_length() - 1:
        raise TooLargeError(
            f"{operation}: 2**{len(columns)} registers, more than the limit {_LIMIT}", 1 << len(columns)
        )
    indices, bit = [0], 0
    for i in range(len(columns)):
        step = 0 if mask >> i & 1 else 1 << bit
        bit += not mask >> i & 1
        indices += [index | step for index in indices]
    return [given[index] for index in indices]  # type: ignore[misc]


def largest_vectorisation(
    cvt: LinearLayout, bitwidth: int, max_vec_elems: int | None = None
) -> tuple[int, ColumnAction]:
    """Return how many elements one access can take, and the order of registers in which it can.

    The largest power of two v, from 128 / ``bitwidth`` down, such that the layout from registers to offsets, its
    registers reordered, is divided on the left by identity(v, register -> offset).  With ``max_vec_elems`` that is the
    first v, and the registers keep their order.
    Requires: ``register`` the first input; an output ``offset``; a bitwidth that is a power of two, up to 128.
    Raises:   ProfileError otherwise; NotALayoutError where not even single elements can be accessed.
    Triton:   ``largestVectorisation``.

    >>> cvt = LinearLayout([("register", [[4], [1], [2]]), ("lane", [[8]])], [("offset", 16)])
    >>> v, action = largest_vectorisation(cvt, 16)
    >>> v, action.action
    (8, (1, 2, 0))
    >>> largest_vectorisation(cvt, 16, max_vec_elems=8)[0]
    1
    """
    operation = "largest_vectorisation"
    _registers(operation, cvt)
    d.find(operation, "offset", cvt._outs, "output")
    bits = d.read_bits(operation, "bitwidth", bitwidth)
    if bits > 7:
        raise ProfileError(f"{operation}: the bitwidth is {d.number(1 << bits)}, and an access has 128 bits", 1 << bits)
    most = max(7 - bits, 0) if max_vec_elems is None else d.read_bits(operation, "max_vec_elems", max_vec_elems)
    for k in range(most, -1, -1):
        tile = LinearLayout.identity_1d(1 << k, "register", "offset")
        action = reg_perm_for_divide(cvt, tile, left=True)
        if action is None or (max_vec_elems is not None and not action.is_identity()):
            continue
        if action.apply(cvt).divide_left(tile) is not None:
            return 1 << k, action
    raise NotALayoutError(f"{operation}: {cvt._show()} has no vector of one element", 1)


def get_reps(cvt: LinearLayout, tile: LinearLayout) -> LinearLayout | None:
    """Return where the repetitions of a tile begin: the tile's bases as 0, the others as they are; or None.

    Like ``zeros_like(tile) * divide_left(cvt, tile)``, but a later basis may also lie between the bits of the tile, if
    it has none of them.
    Requires: the outputs of the tile among those of the layout.
    Ensures:  ``cvt.apply(x)`` is the tile at the low bits of x XOR the result at x.
    Raises:   ProfileError otherwise.
    Triton:   ``getReps``.

    >>> cvt = LinearLayout([("register", [[1], [2], [8]]), ("lane", [[4]])], [("offset", 16)])
    >>> get_reps(cvt, LinearLayout.identity_1d(2, "register", "offset")).bases
    [('register', [[0], [2], [8]]), ('lane', [[4]])]
    """
    operation = "get_reps"
    given, part = _layout(operation, cvt), _layout(operation, tile)
    sizes = dict(given._outs)
    for name, bits in part._outs:
        if name not in sizes:
            raise ProfileError(f"{operation}: the tile has the output {_show(name)}, and the layout has none", name)
        if (
            part._matrix.columns
            and bits > sizes[name]
            and part.get_output_basis_mask(part.get_in_dim_names(), name) >> sizes[name]
        ):
            return None
    common = tuple([(name, min(bits, sizes[name])) for name, bits in part._outs])
    narrow = part
    for name, bits in common:
        narrow = narrow.resize_out_dim(name, 1 << bits)
    where = d.places(narrow._outs, given._outs)
    tiles = [sum([where[i] for i in range(len(where)) if c >> i & 1]) for c in narrow._matrix.columns]
    mask, start_tile, used = d.union(tiles), d.offsets(part._ins), dict(part._ins)
    columns: list[int] = []
    for name, bits in given._ins:
        taken, mine = used.get(name, 0), given._columns(name)
        first = start_tile.get(name, 0)
        if taken > bits or list(mine[:taken]) != tiles[first : first + taken]:
            return None
        if any([c & mask for c in mine[taken:]]):
            return None
        columns += [0] * taken + list(mine[taken:])
    return LinearLayout._new(given._ins, given._outs, tuple(columns))


def factor_maximal_identity_prefix(
    layout: LinearLayout, in_dim: str, out_dim: str, max_size: int | None = None
) -> tuple[int, LinearLayout]:
    """Return the largest n, up to ``max_size``, and Q with ``identity_1d(n, in_dim, out_dim) * Q == layout``.

    Ensures:  that equation, up to the order of dimensions; n is 1 at least.
    Raises:   ProfileError for a name that there is not or a size that is no power of two.
    Triton:   ``factorMaximalIdentityPrefix``.

    >>> L = LinearLayout([("x", [[1], [2], [8]]), ("other", [[4]])], [("out", 16)])
    >>> n, Q = factor_maximal_identity_prefix(L, "x", "out", 8)
    >>> n, Q.bases
    (4, [('x', [[2]]), ('other', [[1]])])
    """
    operation = "factor_maximal_identity_prefix"
    given = _layout(operation, layout)
    _, bits = d.find(operation, in_dim, given._ins, "input")
    _, rows = d.find(operation, out_dim, given._outs, "output")
    most = min(bits, rows)
    if max_size is not None:
        most = min(most, d.read_bits(operation, "max_size", max_size))
    for k in range(most, 0, -1):
        rest = given.divide_left(LinearLayout.identity_1d(1 << k, in_dim, out_dim))
        if rest is not None:
            return 1 << k, rest
    return 1, given


def _registers(operation: str, layout: LinearLayout) -> tuple[int, ...]:
    """Return the flat bases of the registers, the first input."""
    given = _layout(operation, layout)
    if not given._ins or given._ins[0][0] != "register":
        raise ProfileError(
            f"{operation}: the first input of {given._show()} is not 'register'", given.get_in_dim_names()
        )
    return given._columns("register")
