"""Linear layouts to and from a live ``triton.tools.LinearLayout``.

A layout of Triton's is read by its two attributes ``bases`` and ``out_dims``, so nothing is imported for that.  The way
out goes through Triton's own constructor; what would end the process there is refused here.
"""

from __future__ import annotations

from ..errors import LayoutError, ProfileError
from ..inttuple import _show
from ..linear.layout import LinearLayout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["from_triton", "to_triton"]

_MOST_BITS = 64
_MOST_BITS_OF_ONE = 30


def from_triton(layout: Any) -> LinearLayout:
    """Return our layout for one of Triton's, or for anything else with ``bases`` and ``out_dims`` as it has them.

    Ensures:  equal bases, names, sizes and orders: ``from_triton(to_triton(L)) == L``.
    Raises:   ProfileError for a value without these attributes, or with others in them.
    Cost:     one step for each value.

    >>> class Live:
    ...     bases = [("lane", [[1], [2]])]
    ...     out_dims = [("row", 4)]
    >>> from_triton(Live())
    LinearLayout([('lane', [[1], [2]])], [('row', 4)])
    """
    bases, outs = getattr(layout, "bases", None), getattr(layout, "out_dims", None)
    if not isinstance(bases, (list, tuple, dict)) or not isinstance(outs, (list, tuple, dict)):
        raise ProfileError(f"from_triton: {_show(layout)} has not the attributes bases and out_dims", layout)
    if not isinstance(outs, dict) and any([isinstance(item, str) for item in outs]):
        raise ProfileError(f"from_triton: the outputs {_show(outs)} have no sizes", outs)
    return LinearLayout(bases, outs)


def to_triton(linear: LinearLayout) -> Any:
    """Return ``triton.tools.LinearLayout`` with the same bases and outputs; needs ``triton``.

    Requires: at most 64 bits of input and of output, and 30 of each output, as Triton's integers have.
    Raises:   LayoutError with the number of bits; ProfileError for other values; ImportError where triton is not
              installed.
    Cost:     one call of ``from_bases``.

    >>> to_triton(LinearLayout.identity_1d(4, "lane", "row")).bases          # doctest: +SKIP
    [('lane', [[1], [2]])]
    """
    operation = "to_triton"
    if not isinstance(linear, LinearLayout):
        raise ProfileError(f"{operation}: {_show(linear)} is not a LinearLayout", linear)
    for bits, what in (
        (linear.get_total_in_dim_size_log2(), "input"),
        (linear.get_total_out_dim_size_log2(), "output"),
    ):
        if bits > _MOST_BITS:
            raise LayoutError(f"{operation}: {bits} bits of {what}; Triton takes {_MOST_BITS} at most", bits)
    for name, size in linear.out_dims:
        bits = size.bit_length() - 1
        if bits > _MOST_BITS_OF_ONE:
            raise LayoutError(
                f"{operation}: the output {_show(name)} has {bits} bits; Triton takes {_MOST_BITS_OF_ONE} at most", bits
            )
    from triton.tools import LinearLayout as Live  # type: ignore[import-untyped,import-not-found,unused-ignore]

    sizes = [size for _, size in linear.out_dims]
    return Live.from_bases(linear.bases, linear.get_out_dim_names(), sizes, False)
