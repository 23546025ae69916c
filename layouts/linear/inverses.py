"""Inverses, and the choice that they make where more than one input has the same output.

``B.invert_and_compose(A)`` finds C with ``A(C(x)) == B(x)``: where in A does each element of B lie?  If A is not
injective there are many such C, and they differ by the kernel of A.  The rules:

=============  ========================================================================================================
rule           the C that is taken
=============  ========================================================================================================
'smallest'     the numerically smallest flat value for every x: free input bits of A are 0
'triton'       Triton 3.9.0: an input with identical bases in A and B is mapped to itself, if in A and in B no
               other input shares an output bit with it; the rest is the smallest solution
'triton-fork'  an older Triton: an input with identical bases is always mapped to itself; there may then be no
               solution for the rest, which is refused
'local'        bit by bit of the inputs ``local``, in order: C copies the bit of x if a solution can; the rest is the
               smallest solution
=============  ========================================================================================================

``all_solutions`` gives one of them and the kernel.  By hand, two copies of two elements, one for each warp:

>>> from layouts import LinearLayout
>>> A = LinearLayout([("lane", [[1]]), ("warp", [[0]])], [("row", 2)])
>>> A.invert_and_compose(A).bases                           # triton: every warp reads its own copy
[('lane', [[1, 0]]), ('warp', [[0, 1]])]
>>> A.invert_and_compose(A, rule="smallest").bases          # every warp reads the copy of warp 0
[('lane', [[1, 0]]), ('warp', [[0, 0]])]
"""

from __future__ import annotations

from ..bits import BitMatrix
from ..elimination import compose, image
from ..errors import NotInvertibleError, ProfileError, TooLargeError
from ..inttuple import _show
from . import dims as d
from .core import Core
from .products import _same_names, as_affine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import overload

    from .affine import AffineLayout
    from .dims import Dims
    from .layout import LinearLayout

__all__ = ["RULES"]

_LOCAL_WORK = 2**16
"""The most pairs of a local bit and an input bit for the rule 'local', which reduces the matrix for each local bit."""

RULES = ("triton", "smallest", "triton-fork", "local")
"""The names of the rules, the default first."""


class Inverses(Core):
    """Inverses of linear layouts and the rules by which they choose."""

    __slots__ = ()

    def invert(self) -> LinearLayout:
        """Return the inverse of a bijective layout, from its outputs to its inputs.

        Ensures:  ``L.compose(L.invert())`` and ``L.invert().compose(L)`` are identities.
        Raises:   NotInvertibleError with two named inputs that collide, or with the smallest named output that is
                  missed.
        Cost:     one reduction.
        Triton:   ``invert``.

        >>> from layouts import LinearLayout
        >>> L = LinearLayout([("lane", [[0, 1], [1, 0]])], [("row", 2), ("column", 2)])
        >>> L.invert().bases
        [('row', [[2]]), ('column', [[1]])]
        >>> LinearLayout([("lane", [[1], [1]])], [("row", 2)]).invert()
        Traceback (most recent call last):
        layouts.errors.NotInvertibleError: invert: [lane:4] -> [row:2] (lane=[[1], [1]]): lane=1 and lane=2 both ...
        """
        self._require_injective("invert")
        self._require_surjective("invert")
        return self._new(self._outs, self._ins, self._matrix.right_inverse())

    def pseudoinvert(self, *, rule: str | None = None, local: Iterable[str] | None = None) -> LinearLayout:
        """Return a right inverse P, from the outputs to the inputs; the inverse if there is one.

        ``rule`` chooses among several, as in ``invert_and_compose``.
        Ensures:  ``P.compose(L)`` is the identity on the outputs.
        Raises:   NotInvertibleError with the smallest named output that is missed.
        Cost:     one reduction.
        Triton:   ``pseudoinvert``.

        >>> from layouts import LinearLayout
        >>> LinearLayout([("lane", [[1]]), ("warp", [[0]])], [("row", 2)]).pseudoinvert().bases
        [('row', [[1, 0]])]
        """
        chosen, dims = _rule("pseudoinvert", rule, local)
        _check_local("pseudoinvert", dims, (self._outs, "outputs"), (self._ins, "inputs"))
        self._require_surjective("pseudoinvert")
        names = {name for name, _ in self._ins}
        if chosen == "smallest" or self._matrix.is_injective() or not any([name in names for name, _ in self._outs]):
            return self._new(self._outs, self._ins, self._matrix.right_inverse())
        return _solved("pseudoinvert", self._identity_on_outs(), self, chosen, dims)  # type: ignore[arg-type]

    if TYPE_CHECKING:

        @overload
        def invert_and_compose(
            self, outer: LinearLayout, *, rule: str | None = None, local: Iterable[str] | None = None
        ) -> LinearLayout: ...
        @overload
        def invert_and_compose(
            self, outer: AffineLayout, *, rule: str | None = None, local: Iterable[str] | None = None
        ) -> AffineLayout: ...

    def invert_and_compose(
        self, outer: LinearLayout | AffineLayout, *, rule: str | None = None, local: Iterable[str] | None = None
    ) -> LinearLayout | AffineLayout:
        """Return C from these inputs to the inputs of ``outer`` with ``outer(C(x)) == self(x)``.

        ``rule`` is 'triton' (the default, that of Triton 3.9.0), 'smallest', 'triton-fork', or 'local', which the
        argument ``local`` implies; the page of this module says what they take.  An affine ``outer`` makes C affine.
        Requires: the same names of outputs; none of ``outer`` smaller; the image of this layout in that of ``outer``;
                  every name in ``local`` an input of both.
        Ensures:  ``self.invert_and_compose(outer).compose(outer)`` has the bases of this layout, its outputs ordered
                  and sized as those of ``outer``.
        Raises:   ProfileError for the names and sizes; NotInvertibleError with the output of the first basis that
                  ``outer`` does not reach; TooLargeError for 'local' beyond about 256 input bits.
        Cost:     one reduction of ``outer``, which it keeps if no input is mapped to itself first; 'local' one more for
                  each bit.
        Triton:   ``invert_and_compose``; 'local' is what ``invertAndComposeLocal(outer, self, local)`` is for.

        >>> from layouts import LinearLayout
        >>> A = LinearLayout([("offset", [[1]]), ("block", [[0]])], [("row", 2)])
        >>> B = LinearLayout([("lane", [[0], [0]]), ("block", [[1]])], [("row", 2)])
        >>> B.invert_and_compose(A).bases                       # both blocks read from block 0
        [('lane', [[0, 0], [0, 0]]), ('block', [[1, 0]])]
        >>> B.invert_and_compose(A, local=["block"]).bases      # each block reads its own copy
        [('lane', [[0, 0], [0, 0]]), ('block', [[1, 1]])]
        """
        if not isinstance(outer, Core):
            return as_affine("invert_and_compose", self, outer).invert_and_compose(outer, rule=rule, local=local)
        chosen, dims = _rule("invert_and_compose", rule, local)
        return _solved("invert_and_compose", self, outer, chosen, dims)  # type: ignore[arg-type]

    def all_solutions(self, outer: LinearLayout) -> tuple[LinearLayout, LinearLayout]:
        """Return the smallest C with ``outer(C(x)) == self(x)``, and the kernel of ``outer``.

        Ensures:  the solutions are exactly the layouts C' with ``C'(x) == C(x) ^ K(f(x))`` for the kernel K and a
                  linear f from these inputs to the input ``kernel`` of K.
        Raises:   as ``invert_and_compose`` does.
        Cost:     one reduction.

        >>> from layouts import LinearLayout
        >>> A = LinearLayout([("lane", [[1], [1]])], [("row", 2)])
        >>> C, K = LinearLayout.identity_1d(2, "i", "row").all_solutions(A)
        >>> C.bases, K.bases
        ([('i', [[1]])], [('kernel', [[3]])])
        """
        return _solved("all_solutions", self, outer, "smallest", ()), outer.kernel()  # type: ignore[arg-type]

    def _identity_on_outs(self) -> LinearLayout:
        return self._new(self._outs, self._outs, BitMatrix.identity(self._matrix.rows))

    def _require_injective(self, operation: str) -> None:
        """Refuse a layout in which two inputs collide, with the first ones, named."""
        kernel = self._matrix._reduced()[1]
        if kernel:
            high = 1 << kernel[0].bit_length() - 1
            low = kernel[0] ^ high
            inputs = d.split(low, self._ins), d.split(high, self._ins)
            value = d.named(d.split(image(self._matrix.columns, high), self._outs))
            used = [n for n in inputs[0] if inputs[0][n] or inputs[1][n]]
            shown = [d.named({n: x[n] for n in used}) for x in inputs]
            raise NotInvertibleError(
                f"{operation}: {self._show()}: {shown[0]} and {shown[1]} both give {value}", inputs
            )


def _rule(operation: str, rule: str | None, local: Iterable[str] | None) -> tuple[str, tuple[str, ...]]:
    """Return the rule and its local inputs, or refuse what is no rule."""
    chosen = rule if rule is not None else "triton" if local is None else "local"
    if not isinstance(chosen, str) or chosen not in RULES:
        raise ProfileError(f"{operation}: the rule {_show(rule)} is none of {', '.join(RULES)}", rule)
    if (chosen == "local") != (local is not None):
        raise ProfileError(f"{operation}: rule='local' and the argument local go together, not rule={chosen!r}", rule)
    if local is None:
        return chosen, ()
    return chosen, d.read_names(operation, (local,) if isinstance(local, str) else local)


def _check_local(operation: str, local: tuple[str, ...], *sides: tuple[Dims, str]) -> None:
    """Refuse a local name that is not on both sides."""
    for name in local:
        for dims, what in sides:
            if name not in dict(dims):
                raise ProfileError(
                    f"{operation}: local names dimensions of both sides, and {_show(name)} is not among the {what}"
                    f" {d.show_names(dims)}",
                    name,
                )


def _solved(operation: str, B: LinearLayout, A: LinearLayout, rule: str, local: tuple[str, ...]) -> LinearLayout:
    """Return C with A(C(x)) == B(x), by a rule."""
    if not isinstance(A, Core):
        raise d.no_layout(operation, A)
    wanted = B._matrix.columns if A._outs == B._outs else _aligned(operation, B, A)
    columns, kept = A._matrix.columns, []
    if rule == "local":
        return _solved_locally(operation, B, A, wanted, local)
    if rule != "smallest":
        kept = _identity_dims(A, B, wanted, always=rule == "triton-fork")
    if not kept:
        return A._new(B._ins, A._ins, _solve(operation, A._matrix, wanted, B, A))
    start_A, start_B = d.offsets(A._ins), d.offsets(B._ins)
    mine, theirs, bits_of = list(columns), list(wanted), dict(A._ins)
    for name in kept:
        for i in range(bits_of[name]):
            mine[start_A[name] + i] = theirs[start_B[name] + i] = 0
    found = list(_solve(operation, BitMatrix._new(tuple(mine), A._matrix.rows), theirs, B, A))
    for name in kept:
        for i in range(bits_of[name]):
            found[start_B[name] + i] = 1 << start_A[name] + i
    return A._new(B._ins, A._ins, tuple(found))


def _aligned(operation: str, B: LinearLayout, A: LinearLayout) -> tuple[int, ...]:
    """Return the columns of B with their outputs placed as in A."""
    _same_names(operation, B._outs, A._outs, "outputs", "outputs of the outer layout")
    sizes = dict(A._outs)
    for name, bits in B._outs:
        if bits > sizes[name]:
            raise ProfileError(
                f"{operation}: the output {_show(name)} has size {d.number(1 << bits)}, and only"
                f" {d.number(1 << sizes[name])} in the outer layout",
                (name, 1 << bits, 1 << sizes[name]),
            )
    return compose(d.places(B._outs, A._outs), B._matrix.columns, A._matrix.rows)


def _solve(
    operation: str, M: BitMatrix, wanted: tuple[int, ...] | list[int], B: LinearLayout, A: LinearLayout
) -> tuple[int, ...]:
    """Return the smallest solutions of M(x) == y for all wanted y, or refuse the first y that is not reached."""
    solver, n = M._reduced()[0], len(M.columns)
    solved = compose(solver, wanted, n + M.rows)
    for j, x in enumerate(solved):
        if x >> n:
            name, i = d.bit_of(j, B._ins)
            witness = d.split(B._matrix.columns[j], B._outs)
            also = "" if M is A._matrix else ", once the inputs with identical bases are mapped to themselves"
            raise NotInvertibleError(
                f"{operation}: basis {i} of {_show(name)} is {d.named(witness)}, which {A._show()} does not reach"
                + also,
                witness,
            )
    return solved


def _identity_dims(A: LinearLayout, B: LinearLayout, wanted: tuple[int, ...], always: bool) -> list[str]:
    """Return the inputs that Triton's rule maps to themselves."""
    in_B, start_B, start, found = dict(B._ins), d.offsets(B._ins), 0, []
    for name, bits in A._ins:
        mine = A._matrix.columns[start : start + bits]
        first = start_B.get(name, 0)
        if in_B.get(name) == bits and wanted[first : first + bits] == mine:
            used = d.union(mine)
            others_A = A._matrix.columns[:start] + A._matrix.columns[start + bits :]
            others_B = wanted[:first] + wanted[first + bits :]
            if always or not used & (d.union(others_A) | d.union(others_B)):
                found.append(name)
        start += bits
    return found


def _solved_locally(
    operation: str, B: LinearLayout, A: LinearLayout, wanted: tuple[int, ...], local: tuple[str, ...]
) -> LinearLayout:
    """Return the smallest of the solutions that copy the bits of the local inputs, bit by bit where one can."""
    _check_local(operation, local, (A._ins, "inputs of the outer layout"), (B._ins, "inputs"))
    start_A, start_B, in_B, in_A = d.offsets(A._ins), d.offsets(B._ins), dict(B._ins), dict(A._ins)
    M, rows, fixed = A._matrix, A._matrix.rows, [0] * len(wanted)
    work = sum([in_A[name] for name in local]) * len(M.columns)
    if work > _LOCAL_WORK:
        raise TooLargeError(
            f"{operation}: {len(M.columns)} input bits are too many to be copied one by one where a solution can", work
        )
    _solve(operation, M, wanted, B, A)
    todo = list(wanted)
    for name in local:
        for i in range(in_A[name]):
            place = start_A[name] + i
            rest = BitMatrix._new((*M.columns[:place], 0, *M.columns[place + 1 :]), rows)
            trial = list(todo)
            if i < in_B[name]:
                trial[start_B[name] + i] ^= M.columns[place]
            solver, n = rest._reduced()[0], len(M.columns)
            if any([x >> n for x in compose(solver, trial, n + rows)]):
                continue
            M, todo = rest, trial
            if i < in_B[name]:
                fixed[start_B[name] + i] |= 1 << place
    solved = _solve(operation, M, todo, B, A)
    return A._new(B._ins, A._ins, tuple([x | y for x, y in zip(solved, fixed, strict=True)]))
