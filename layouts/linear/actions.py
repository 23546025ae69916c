"""``ColumnAction``: the bases of one input, chosen and reordered; it acts on layouts and on lists of register values.

By hand, registers with the bases 4 and 1: the action (1, 0) exchanges them, so register 1 holds what register 2 held.

>>> from layouts import LinearLayout
>>> L = LinearLayout([("register", [[4], [1]])], [("offset", 8)])
>>> action = ColumnAction((1, 0), "register", 2)
>>> action.apply(L).bases, action.apply(["a", "b", "c", "d"])
([('register', [[1], [4]])], ['a', 'c', 'b', 'd'])
"""

from __future__ import annotations

from ..errors import NotInvertibleError, ProfileError
from ..inttuple import _show, to_int
from . import dims as d
from .core import Core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, NoReturn, TypeVar, overload

    from .layout import LinearLayout

    T = TypeVar("T")

__all__ = ["ColumnAction"]


class ColumnAction:
    """The choice ``new[i] = old[action[i]]`` of the bases of one input, which may drop some.

    Requires: different numbers below ``in_size_log2``, the number of bases that the input has.
    Raises:   ProfileError otherwise.
    Triton:   ``ColumnAction``.

    >>> ColumnAction((0, 2), "register", 3)
    ColumnAction((0, 2), 'register', 3)
    """

    __slots__ = ("action", "in_dim", "in_size_log2")
    action: tuple[int, ...]
    in_dim: str
    in_size_log2: int

    def __init__(self, action: Sequence[int], in_dim: str, in_size_log2: int) -> None:
        operation = "ColumnAction"
        bits = to_int(in_size_log2, f"{operation}: the number of bases")
        if not 0 <= bits <= d.MAX_BITS:
            raise ProfileError(f"{operation}: {d.number(bits)} bases, not in 0..{d.MAX_BITS}", bits)
        numbers = tuple([to_int(i, f"{operation}: a number") for i in d.items(operation, action, "numbers")])
        for k, i in enumerate(numbers):
            if not 0 <= i < bits or i in numbers[:k]:
                raise ProfileError(f"{operation}: {i} in {_show(numbers)} is not below {bits}, or there twice", i)
        object.__setattr__(self, "action", numbers)
        object.__setattr__(self, "in_dim", d.read_name(operation, in_dim))
        object.__setattr__(self, "in_size_log2", bits)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"ColumnAction is immutable: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"ColumnAction is immutable: cannot delete {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return ColumnAction, (self.action, self.in_dim, self.in_size_log2)

    def __repr__(self) -> str:
        return f"ColumnAction({self.action}, {self.in_dim!r}, {self.in_size_log2})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ColumnAction):
            return False  # as LinearLayout does
        return self.__reduce__()[1] == other.__reduce__()[1]  # type: ignore[no-any-return]

    def __hash__(self) -> int:
        return hash((self.action, self.in_dim, self.in_size_log2))

    def is_identity(self) -> bool:
        """Tell whether all bases stay where they are."""
        return self.action == tuple(range(self.in_size_log2))

    if TYPE_CHECKING:

        @overload
        def apply(self, value: LinearLayout) -> LinearLayout: ...
        @overload
        def apply(self, value: Sequence[T]) -> list[T]: ...

    def apply(self, value: LinearLayout | Sequence[T]) -> LinearLayout | list[T]:
        """Return the layout with its bases chosen, or a list of values, one for each index of the input, reordered.

        Requires: a layout with as many bases in the input, or 2**bases values.
        Ensures:  for a layout L of one input and values v, ``apply(L)(i)`` is L(j) where ``apply(v)[i]`` is v[j].
        Raises:   ProfileError with the two numbers.
        Triton:   ``apply``.

        >>> from layouts import LinearLayout
        >>> action = ColumnAction((1,), "register", 2)
        >>> action.apply(LinearLayout.identity_1d(4, "register", "x")).bases, action.apply([0, 1, 2, 3])
        ([('register', [[2]])], [0, 2])
        """
        if isinstance(value, Core):
            start, bits = d.find("apply", self.in_dim, value._ins, "input")
            if bits != self.in_size_log2:
                raise ProfileError(
                    f"apply: {_show(self)} needs {self.in_size_log2} bases, not {bits}: {value._show()}", bits
                )
            columns = value._matrix.columns
            chosen = tuple([columns[start + i] for i in self.action])
            ins = tuple([(n, len(chosen) if n == self.in_dim else b) for n, b in value._ins])
            return value._new(ins, value._outs, columns[:start] + chosen + columns[start + bits :])
        values = d.items("apply", value, "values")
        if len(values) != 1 << self.in_size_log2:
            raise ProfileError(
                f"apply: {_show(self)} needs {d.number(1 << self.in_size_log2)} values, not {len(values)}", len(values)
            )
        indices = [0]
        for i in self.action:
            indices += [index | 1 << i for index in indices]
        return [values[index] for index in indices]  # type: ignore[misc]

    def inverse(self) -> ColumnAction:
        """Return the action that undoes this one.

        Raises:   NotInvertibleError with the first basis that is dropped.
        Triton:   ``inverse``.

        >>> ColumnAction((2, 0, 1), "register", 3).inverse()
        ColumnAction((1, 2, 0), 'register', 3)
        """
        for i in range(self.in_size_log2):
            if i not in self.action:
                raise NotInvertibleError(f"inverse: {_show(self)} drops basis {i}", i)
        return ColumnAction([self.action.index(i) for i in range(self.in_size_log2)], self.in_dim, self.in_size_log2)

    def left_compose(self, other: ColumnAction) -> ColumnAction:
        """Return the action ``new[i] = self.action[other.action[i]]``: first this one, then the other.

        Requires: the same input; as many bases for ``other`` as this one leaves.
        Ensures:  ``A.left_compose(B).apply(x) == B.apply(A.apply(x))``.
        Raises:   ProfileError with the two numbers or names.
        Triton:   ``leftCompose``.

        >>> ColumnAction((2, 0, 1), "register", 3).left_compose(ColumnAction((0, 2), "register", 3))
        ColumnAction((2, 1), 'register', 3)
        """
        if not isinstance(other, ColumnAction):
            raise ProfileError(f"left_compose: {_show(other)} is not a ColumnAction", other)
        if other.in_dim != self.in_dim or other.in_size_log2 != len(self.action):
            raise ProfileError(
                f"left_compose: {_show(other)} does not fit after {_show(self)}", (len(self.action), other.in_size_log2)
            )
        return ColumnAction([self.action[i] for i in other.action], self.in_dim, self.in_size_log2)
