"""What moves elements between tensors: copy, fill, and the plain sums that show what a kernel computes."""

from __future__ import annotations

from ..errors import LayoutError, ProfileError
from ..inttuple import _show, amount, product
from .make import read_tensor
from .value import Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["axpby", "clear", "copy", "copy_if", "fill", "gemm"]


def copy(src: Any, dst: Tensor) -> None:
    """Write ``dst(i) = src(i)`` for every index; all elements are read before the first is written.

    Requires: equal sizes; the shapes may differ, and elements meet in colexicographic order.
    Raises:   LayoutError with the two sizes.
    CuTe:     ``copy``, which reads and writes in an order of its own where the two overlap.

    >>> from layouts import Layout
    >>> rows = Tensor(list("abcdef"), Layout((2, 3), (3, 1)))
    >>> columns = Tensor([""] * 6, Layout((2, 3), (1, 2)))
    >>> copy(rows, columns)
    >>> "".join(columns.data)
    'adbecf'
    """
    source = read_tensor(src, "copy")
    _check_sizes("copy", source, _writable(dst, "copy"))
    for index, value in enumerate(source.values()):
        dst[index] = value


def copy_if(pred: Any, src: Any, dst: Tensor) -> None:
    """Write ``dst(i) = src(i)`` where ``pred(i)`` is true; elsewhere nothing is read and nothing written.

    Requires: equal sizes of the three.
    CuTe:     ``copy_if``; predicates guard tiles that run past the end of a tensor.

    >>> from layouts import Layout, local_tile
    >>> A = Tensor(list("abcdef"), Layout(6))
    >>> tile = local_tile(A, 4, 1, strict=False)          # elements 4 to 7
    >>> mine = Tensor(["."] * 4, Layout(4))
    >>> copy_if(Tensor([True, True, False, False], Layout(4)), tile, mine)
    >>> "".join(mine.data)
    'ef..'
    """
    flags, source = read_tensor(pred, "copy_if"), read_tensor(src, "copy_if")
    _check_sizes("copy_if", source, _writable(dst, "copy_if"), flags)
    for index, value in [(i, source[i]) for i in range(source.size) if flags[i]]:
        dst[index] = value


def fill(tensor: Tensor, value: Any) -> None:
    """Write ``value`` to every element.

    CuTe: ``fill``.

    >>> from layouts import Layout
    >>> T = Tensor([1, 2, 3, 4, 5, 6], Layout((2, 3), (3, 1)))
    >>> fill(T[1, None], 0)
    >>> T.data
    [1, 2, 3, 0, 0, 0]
    """
    for index in range(_writable(tensor, "fill").size):
        tensor[index] = value


def clear(tensor: Tensor) -> None:
    """Write 0 to every element.

    CuTe: ``clear``.

    >>> from layouts import Layout
    >>> T = Tensor([1, 2, 3], Layout(3))
    >>> clear(T)
    >>> T.data
    [0, 0, 0]
    """
    fill(tensor, 0)


def axpby(alpha: Any, x: Any, beta: Any, y: Tensor) -> None:
    """Write ``y(i) = alpha * x(i) + beta * y(i)`` for every index.

    CuTe: ``axpby``.

    >>> from layouts import Layout
    >>> y = Tensor([1, 2, 3], Layout(3))
    >>> axpby(10, Layout(3), 1, y)
    >>> y.data
    [1, 12, 23]
    """
    source = read_tensor(x, "axpby")
    _check_sizes("axpby", source, _writable(y, "axpby"))
    for index, value in enumerate([alpha * a + beta * b for a, b in zip(source.values(), y.values(), strict=True)]):
        y[index] = value


def gemm(A: Any, B: Any, C: Tensor) -> None:
    """Write ``C(m,n) += sum of A(m,k) * B(n,k)`` over k: the product that a kernel computes, without its speed.

    Requires: A of modes (M,K), B of (N,K), C of (M,N).
    Raises:   LayoutError with the two sizes that differ.
    CuTe:     ``gemm``.

    >>> from layouts import Layout
    >>> rows = Layout((2, 2), (2, 1))
    >>> A, B, C = Tensor([1, 2, 3, 4], rows), Tensor([1, 0, 0, 1], rows), Tensor([0] * 4, rows)
    >>> gemm(A, B, C)
    >>> C.data
    [1, 2, 3, 4]
    """
    tensors = read_tensor(A, "gemm"), read_tensor(B, "gemm"), _writable(C, "gemm")
    extents = [_pair_of_sizes(tensor) for tensor in tensors]
    (m, k), (n, depth), c = extents
    for name, one, two in (("K", k, depth), ("M", m, c[0]), ("N", n, c[1])):
        if one != two:
            raise LayoutError(f"gemm: {name} is {one} in one operand and {two} in the other", (one, two))
    for i in range(m):
        for j in range(n):
            C[i, j] = C[i, j] + sum([tensors[0][i, x] * tensors[1][j, x] for x in range(k)])


def _pair_of_sizes(tensor: Tensor) -> tuple[int, int]:
    shape = tensor.shape
    if not isinstance(shape, tuple) or len(shape) != 2:
        raise ProfileError(f"gemm: {tensor} has {tensor.rank} modes and not two", tensor.rank)
    return product(shape[0]), product(shape[1])


def _writable(tensor: Any, operation: str) -> Tensor:
    if not isinstance(tensor, Tensor):
        raise ProfileError(f"{operation}: {_show(tensor)} is not a tensor to write to", tensor)
    if tensor.data is None:
        raise LayoutError(f"{operation}: {tensor} has no buffer to write to", None)
    return tensor


def _check_sizes(operation: str, first: Tensor, *others: Tensor) -> None:
    for other in others:
        if other.size != first.size:
            sizes = first.size, other.size
            raise LayoutError(f"{operation}: {amount(sizes[0])} elements and {amount(sizes[1])} do not meet", sizes)
