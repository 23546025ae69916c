"""Questions about a linear layout: rank, kernel and image, copies, masks, permutations, and equality up to names.

All are read off from one reduction of the matrix, so they are exact at any size.  By hand, copies in two warps:

>>> from layouts import LinearLayout
>>> L = LinearLayout([("lane", [[1], [2]]), ("warp", [[0]])], [("row", 4)])
>>> L.rank(), L.is_surjective(), L.is_injective(), L.get_free_variable_masks()
(2, True, False, {'lane': 0, 'warp': 1})
>>> L.kernel().bases                          # what may be XORed to an input without a change
[('kernel', [[0, 1]])]
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..errors import ProfileError
from ..inttuple import to_int
from . import dims as d
from .core import Core
from .products import Products

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .layout import LinearLayout

__all__: list[str] = []


class Questions(Products):
    """What can be asked of a linear layout."""

    __slots__ = ()

    # -- the linear map -----------------------------------------------------------------------------------------------

    def rank(self) -> int:
        """Return log2 of the number of outputs that are reached; each by ``2**(input bits - rank)`` inputs.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[1], [1], [2]])], [("row", 8)]).rank()
        2
        """
        return self._matrix.rank()

    def is_injective(self) -> bool:
        """Tell whether different inputs have different outputs."""
        return self._matrix.is_injective()

    def is_surjective(self) -> bool:
        """Tell whether every output is reached."""
        return self._matrix.is_surjective()

    def is_invertible(self) -> bool:
        """Tell whether the layout is a bijection; exact at any size, where Triton's answer overflows at 32 bits."""
        return self._matrix.is_invertible()

    def kernel(self, name: str = "kernel") -> LinearLayout:
        """Return the inputs that are sent to 0, as the image of a layout from one input to these inputs.

        Ensures:  ``L.kernel().compose(L)`` is zero; injective; its bases are the reduced basis, ascending.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[1], [1]]), ("warp", [[0]])], [("row", 2)]).kernel().bases
        [('kernel', [[3, 0], [0, 1]])]
        """
        matrix = self._matrix.kernel()
        bits = d.check_bits("kernel", d.read_name("kernel", name), len(matrix.columns))
        return self._new(((name, bits),), self._ins, matrix)

    def image(self, name: str = "image") -> LinearLayout:
        """Return the outputs that are reached, as the image of an injective layout from one input to these outputs.

        Ensures:  two layouts with equal outputs reach the same ones if and only if their images are equal.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[3], [1], [2]])], [("row", 8)]).image().bases
        [('image', [[1], [2]])]
        """
        matrix = self._matrix.image()
        bits = d.check_bits("image", d.read_name("image", name), len(matrix.columns))
        return self._new(((name, bits),), self._outs, matrix)

    # -- copies -------------------------------------------------------------------------------------------------------

    def get_free_variable_masks(self) -> dict[str, int]:
        """Return for each input the bits whose basis depends on earlier ones: they only count copies.

        The inputs are taken in order, low bit first, so the masks depend on the order of the inputs.
        Ensures:  with the free bits held at 0 every value is reached once; all 0 if and only if injective.
        Triton:   ``getFreeVariableMasks``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[1], [0], [1]]), ("warp", [[2]])], [("row", 4)]).get_free_variable_masks()
        {'lane': 6, 'warp': 0}
        """
        free = 0
        for vector in self._matrix._reduced()[1]:
            free |= 1 << vector.bit_length() - 1
        return d.split(free, self._ins)

    def broadcast_dims(self) -> list[str]:
        """Return the inputs that count copies: those with a free bit.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[1]]), ("warp", [[0]])], [("row", 2)]).broadcast_dims()
        ['warp']
        """
        return [name for name, mask in self.get_free_variable_masks().items() if mask]

    # -- single bases -------------------------------------------------------------------------------------------------

    def get_num_consecutive_in_out(self) -> int:
        """Return the largest 2**k such that the first input counts the first output up to there.

        Ensures:  its first k bases are 1, 2, 4, ... in the first output and 0 in the others, and no other basis has one
                  of the k low bits of the first output: ``L(r, ...) == L(r - r % 2**k, ...) + r % 2**k`` there.
        Triton:   ``getNumConsecutiveInOut``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("register", [[1], [2], [8]]), ("lane", [[4]])], [("row", 16)]).num_consecutive_in_out()
        4
        """
        if not self._ins or not self._outs:
            return 1
        columns, first, low = self._matrix.columns, 0, self._outs[0][1]
        while first < self._ins[0][1] and columns[first] == 1 << first:
            first += 1
        others = d.union(columns[first:])
        free = (others & -others).bit_length() - 1 if others & (1 << low) - 1 else low
        return 1 << min(first, free, low)

    num_consecutive_in_out = get_num_consecutive_in_out

    def has_power_of_two_bases(self) -> bool:
        """Tell whether every basis is 0 or has one bit in all.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[1, 0], [0, 1]])], [("x", 2), ("y", 2)]).has_power_of_two_bases()
        True
        """
        return not any([c & c - 1 for c in self._matrix.columns])

    def is_permutation_matrix_layout(self) -> bool:
        """Tell whether the matrix, without its zero columns, is a permutation matrix.

        Triton:   ``isPermutationMatrixLayout``, which its distributed layouts must be.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[0], [2], [1]])], [("row", 4)]).is_permutation_matrix_layout()
        True
        """
        kept = [c for c in self._matrix.columns if c]
        return self.has_power_of_two_bases() and len(set(kept)) == len(kept) == self._matrix.rows

    def is_identity_on_out_dim(self, name: str) -> bool:
        """Tell whether an output is a copy of the input of that name, and depends on nothing else.

        Raises:   ProfileError if there is no such output.
        Triton:   ``isIdentityOnOutDim``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("lane", [[1, 0]]), ("block", [[1, 1]])], [("offset", 2), ("block", 2)])
        >>> L.is_identity_on_out_dim("block"), L.is_identity_on_out_dim("offset")
        (True, False)
        """
        start, bits = d.find("is_identity_on_out_dim", name, self._outs, "output")
        if dict(self._ins).get(name) != bits:
            return False
        first = d.offsets(self._ins)[name]
        seen = [c >> start & (1 << bits) - 1 for c in self._matrix.columns]
        return seen == [0] * first + [1 << i for i in range(bits)] + [0] * (len(seen) - first - bits)

    def get_output_basis_mask(self, ins: Iterable[str], out_dim: str) -> int:
        """Return the bits of an output on which some basis of these inputs has a bit: the OR of their values.

        Raises:   ProfileError for a name that there is not.
        Triton:   ``getOutputBasisMask``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("x", [[1], [4]]), ("y", [[2]])], [("row", 8)]).get_output_basis_mask(["x"], "row")
        5
        """
        chosen = d.read_subset("get_output_basis_mask", ins, self._ins, "input")
        start, bits = d.find("get_output_basis_mask", out_dim, self._outs, "output")
        mask = d.union([column for name in chosen for column in self._columns(name)])
        return mask >> start & (1 << bits) - 1

    def get_input_basis_mask(self, in_dim: str, outs: Iterable[str]) -> int:
        """Return the bits of an input on which these outputs depend.

        Raises:   ProfileError for a name that there is not.
        Triton:   ``getInputBasisMask``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("x", [[1, 0], [0, 1], [1, 1]])], [("row", 2), ("column", 2)])
        >>> L.get_input_basis_mask("x", ["column"])
        6
        """
        d.find("get_input_basis_mask", in_dim, self._ins, "input")
        chosen = d.read_subset("get_input_basis_mask", outs, self._outs, "output")
        part = self._sublayout({in_dim}, set(chosen))
        return sum([1 << i for i, c in enumerate(part._matrix.columns) if c])

    def bases_per_dim(self, in_dim: str, skip_broadcast: bool = True) -> list[int]:
        """Return for each output the size that the bases of an input cover: 2**(bases whose first value is there).

        A zero basis counts nowhere; without ``skip_broadcast`` it counts for the output of the basis before it.
        Raises:   ProfileError for a name that there is not.
        Triton:   ``basesPerDim``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("warp", [[0, 1], [1, 0], [0, 0]])], [("dim0", 2), ("dim1", 2)])
        >>> L.bases_per_dim("warp"), L.bases_per_dim("warp", skip_broadcast=False)
        ([2, 2], [4, 2])
        """
        d.find("bases_per_dim", in_dim, self._ins, "input")
        found, last = [1] * len(self._outs), 0
        for column in self._columns(in_dim):
            values = d.vector(column, self._outs)
            if column:
                last = next(i for i, value in enumerate(values) if value)
            if found and (column or not skip_broadcast):
                found[last] *= 2
        return found

    def order_per_dim(self, in_dim: str, default: Sequence[int] | None = None) -> list[int]:
        """Return the outputs, by number, in the order in which the bases of an input reach them; then by ``default``.

        ``default`` is the descending order of numbers, Triton's row-major one, unless given.
        Raises:   ProfileError for a name or a number that there is not.
        Triton:   ``orderPerDim``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[0, 1], [1, 0]])], [("dim0", 2), ("dim1", 2)]).order_per_dim("lane")
        [1, 0]
        """
        d.find("order_per_dim", in_dim, self._ins, "input")
        rank = len(self._outs)
        numbers = range(rank - 1, -1, -1) if default is None else d.items("order_per_dim", default, "numbers")
        rest = [to_int(i, "order_per_dim: an output number") for i in numbers]
        for i in rest:
            if not 0 <= i < rank:
                raise ProfileError(f"order_per_dim: there are {rank} outputs, and none has the number {i}", i)
        seen = [next(i for i, v in enumerate(d.vector(c, self._outs)) if v) for c in self._columns(in_dim) if c]
        return list(dict.fromkeys([*seen, *rest]))

    # -- equality -----------------------------------------------------------------------------------------------------

    def equal_ignoring_out_dim_sizes(self, other: LinearLayout) -> bool:
        """Tell whether inputs, bases and names of outputs are equal, orders included.

        Triton:   ``equalIgnoringOutDimSizes``.

        >>> from layouts import LinearLayout
        >>> A, B = LinearLayout.zeros_1d(2, "x", "row", 1), LinearLayout.zeros_1d(2, "x", "row", 8)
        >>> A == B, A.equal_ignoring_out_dim_sizes(B)
        (False, True)
        """
        if not isinstance(other, Core):
            raise d.no_layout("equal_ignoring_out_dim_sizes", other)
        return self.bases == other.bases and self.get_out_dim_names() == other.get_out_dim_names()

    def canonical(
        self, *, dim_order: bool = False, register_order: bool | str = False, replication: bool = False
    ) -> LinearLayout:
        """Return one layout for all those that are equal up to what is asked for; ``equal_up_to`` compares them.

        ``dim_order`` sorts inputs and outputs by name.  ``register_order`` takes the values of the input ``register``,
        or of the one that is named, as a set: its bases become the reduced basis of their span, ascending, then zeros.
        ``replication`` drops the free bits (``get_free_variable_masks``), so that every value is reached once.
        Raises:   ProfileError if there is no input that ``register_order`` names.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("register", [[3], [1]]), ("lane", [[0], [4]])], [("row", 8)])
        >>> L.canonical(register_order=True).bases, L.canonical(replication=True).bases
        ([('register', [[1], [2]]), ('lane', [[0], [4]])], [('register', [[3], [1]]), ('lane', [[4]])])
        """
        found: Core = self
        d.read_flag("canonical", "replication", replication)
        if d.read_flag("canonical", "dim_order", dim_order):
            ins, outs = tuple(sorted(found._ins)), tuple(sorted(found._outs))
            chosen: tuple[int, ...] = ()
            for name, _ in ins:
                chosen += found._columns(name)
            found = self._new(
                ins,
                outs,
                BitMatrix._new(tuple(d.places(self._outs, outs)), self._matrix.rows)
                @ BitMatrix._new(chosen, self._matrix.rows),
            )
        if register_order is not False:
            name = "register" if register_order is True else register_order
            start, bits = d.find("canonical", name, found._ins, "input")
            columns = found._matrix.columns
            span = BitMatrix._new(columns[start : start + bits], found._matrix.rows).image().columns
            span += (0,) * (bits - len(span))
            found = self._new(found._ins, found._outs, columns[:start] + span + columns[start + bits :])
        if replication:
            dependent = {vector.bit_length() - 1 for vector in found._matrix._reduced()[1]}
            kept = tuple([c for j, c in enumerate(found._matrix.columns) if j not in dependent])
            ins, start = (), 0
            for name, bits in found._ins:
                ins += ((name, bits - len(dependent.intersection(range(start, start + bits)))),)
                start += bits
            found = self._new(ins, found._outs, kept)
        return found  # type: ignore[return-value]

    def equal_up_to(
        self,
        other: LinearLayout,
        *,
        dim_order: bool = False,
        register_order: bool | str = False,
        replication: bool = False,
    ) -> bool:
        """Tell whether two layouts are equal up to what is named; without anything, whether they are equal.

        ``dim_order``: the order of inputs and outputs.  ``register_order``: a permutation of the values of the input
        ``register``, or of the one that is named, the same for all other inputs.  ``replication``: copies, the values
        of free input bits.
        Ensures:  equal ``canonical`` forms.
        Raises:   ProfileError if there is no input that ``register_order`` names in either.

        >>> from layouts import LinearLayout
        >>> A = LinearLayout([("register", [[1], [2]]), ("lane", [[4]])], [("row", 8)])
        >>> B = LinearLayout([("lane", [[4]]), ("register", [[2], [1]])], [("row", 8)])
        >>> A.equal_up_to(B, dim_order=True), A.equal_up_to(B, dim_order=True, register_order=True)
        (False, True)
        """
        if not isinstance(other, Questions):
            raise d.no_layout("equal_up_to", other)
        mine = self.canonical(dim_order=dim_order, register_order=register_order, replication=replication)
        return mine == other.canonical(dim_order=dim_order, register_order=register_order, replication=replication)
