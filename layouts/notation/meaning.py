"""What a value means to others: with a shape an encoding is a linear layout, and that is a layout of CuTe's, and back.

CuTe's layouts go from a coordinate to an offset, Triton's from the hardware to the coordinate.  For memory the two are
inverse to each other.  For registers both go from (thread, value) to the element, which CuTe counts with the first
dimension fastest.
"""

from __future__ import annotations

from ..composed import ComposedLayout, Swizzle
from ..encodings.blocked import DistributedLinearLayout
from ..encodings.fields import DistributedEncoding, Encoding
from ..encodings.nvmma import NVMMASharedLayout
from ..encodings.padded import PaddedSharedLayout
from ..encodings.shared import SharedLinearLayout
from ..errors import LayoutError
from ..inttuple import _show
from ..joining import make_layout
from ..layout import Layout
from ..linear.affine import AffineLayout
from ..linear.cute import from_linear, swizzled_from_linear, to_linear
from ..linear.layout import LinearLayout
from ..linear.utils import standard_out_dim_names
from ..module import F2, Zn
from ..swizzled import swizzled_forms
from .foreign import Foreign
from .threads import LANES, ThreadValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Shape = tuple[int, ...] | None

__all__ = ["as_cute", "as_encoding", "as_linear", "as_memory", "without_xor"]

_HARDWARE = ("register", "lane", "warp", "block")
_ELEMENTS = "in elements"


def as_linear(value: Any, shape: Shape) -> tuple[LinearLayout | AffineLayout, str]:
    """Return the linear layout that a value means, and from where to where it goes.

    Raises:   LayoutError where the shape is missing, or there is no linear layout.
    """
    if isinstance(value, Encoding):
        linear = value.to_linear_layout(need_shape(value, shape))
        return linear, _direction(linear)
    if isinstance(value, Foreign):
        return value.linear(shape)
    if isinstance(value, Layout) and shape is not None and value.over is not Zn:
        return ThreadValue(value).linear(tuple(shape))
    no_shape(value, shape)
    if isinstance(value, (LinearLayout, AffineLayout)):
        return value, _direction(getattr(value, "linear", value))
    if isinstance(value, (Layout, ComposedLayout)):
        over_axes = isinstance(value, Layout) and value.over is Zn
        modes = _modes(value)
        names = standard_out_dim_names(len(modes))
        if over_axes:
            raise LayoutError("convert: a layout over coordinates has no offset: name its axes with to_linear", value)
        linear = to_linear(value, dict(zip(names, modes, strict=True)), ["offset"])
        return linear, f"from the coordinate {_names(linear.get_in_dim_names())} to the offset, {_ELEMENTS}"
    raise LayoutError(f"convert: {_show(value)} is not a layout", value)


def _modes(value: Any) -> list[int]:
    shape = value.shape
    from ..inttuple import product

    return [int(product(part)) for part in shape] if type(shape) is tuple else [int(shape)]


def as_cute(value: Any, shape: Shape) -> tuple[Layout | ComposedLayout | Any, str]:
    """Return CuTe's layout for a value, and from where to where it goes.

    Raises:   LayoutError where the shape is missing, or there is none.
    """
    if isinstance(value, PaddedSharedLayout):
        if shape is not None and tuple(shape) != value.shape:
            raise LayoutError(f"convert: the layout is for the shape {list(value.shape)}, not {list(shape)}", shape)
        return value.to_layout(), _to_offset(value.rank)
    if isinstance(value, Foreign):
        return value.cute(shape)
    if isinstance(value, NVMMASharedLayout) and value.fp4_padded:
        raise LayoutError(
            "convert: fp4 padding has holes: of 16 bytes 8 hold elements and 8 nothing, and Triton's layout gives both"
            " offsets 0 and 8 to the first element, so it has no layout of CuTe's from an element to its offset",
            value,
        )
    if isinstance(value, Encoding):
        value, shape = as_linear(value, shape)[0], None
    no_shape(value, shape)
    if isinstance(value, AffineLayout):
        raise LayoutError("convert: an affine layout has a constant: from_affine gives its CuTe chain", value)
    if not isinstance(value, LinearLayout):
        return value, "from the coordinate to the value, as CuTe reads it"
    names = value.get_in_dim_names()
    if "offset" in names:
        return _memory(value)
    if set(names) <= set(_HARDWARE) and {"register", "lane"} <= set(names):
        return _thread_value(value)
    return _plain(value), _direction(value) + "; outputs joined, the first one fastest"


def as_memory(value: Any, shape: Shape, form: str) -> tuple[Any, str]:
    """Return CuTe's layout of a value that says where in memory an element is.

    Raises:   LayoutError for a value that says which lane and register hold it, and where there is no layout.
    """
    held = isinstance(value, DistributedEncoding) or (isinstance(value, Foreign) and value.in_registers)
    if held or (isinstance(value, LinearLayout) and {"lane", "register"} & set(value.get_in_dim_names())):
        raise LayoutError(f"convert: {form} says where in memory an element is, not which lane holds it", value)
    return as_cute(value, shape)


def _memory(linear: LinearLayout) -> tuple[Any, str]:
    """From the element to its offset: the inverse of Triton's direction."""
    if any([size > 1 for name, size in linear.in_dims if name != "offset"]):
        raise LayoutError("convert: the elements of several blocks have no single offset", linear.in_dims)
    outs = linear.get_out_dim_names()
    return _plain(linear.sublayout(["offset"], outs).invert()), _to_offset(len(outs))


def _to_offset(rank: int) -> str:
    return f"from the coordinate {_names(standard_out_dim_names(rank))} to the offset in shared memory, {_ELEMENTS}"


def _thread_value(linear: LinearLayout) -> tuple[Any, str]:
    """((lane, warp, block), register): CuTe's thread-value layout."""
    order = [name for name in ("lane", "warp", "block") if linear.has_in_dim(name)]
    blocks = linear.has_in_dim("block") and linear.get_in_dim_size("block") > 1
    kept = [name for name in order if name == "lane" or blocks or linear.get_in_dim_size(name) > 1]
    layout = from_linear(linear.transpose_ins([*order, "register"]))
    modes = {name: layout[i] for i, name in enumerate([*order, "register"])}
    threads = make_layout(*[modes[name] for name in kept]) if len(kept) > 1 else modes["lane"]
    shape = "x".join([str(size) for _, size in linear.out_dims])
    named = f"({', '.join(kept)})" if len(kept) > 1 else "lane"
    meaning = f"from ({named}, register) to the element of the {shape} tile, counted with dim0 fastest"
    lanes = linear.get_in_dim_size("lane")
    meaning += f"; a warp has {lanes} lanes" if lanes != LANES else ""
    if blocks:
        count = linear.get_in_dim_size("warp") if linear.has_in_dim("warp") else 1
        meaning += f"; a block has {count} warp{'s' if count > 1 else ''}"
    return make_layout(threads, modes["register"]), meaning


def without_xor(found: Any, form: str) -> Any:
    """Return the layout with one swizzle in place of strides over F2, for a notation that has no such strides.

    Raises:   LayoutError where no single swizzle does it.
    """
    if isinstance(found, ComposedLayout):
        inner = found.inner
        if isinstance(inner, Layout) and inner.over is F2:
            raise LayoutError(f"convert: {form} has no strides over F2, and {_show(found, 80, str)} has", found)
        return found
    if not isinstance(found, Layout) or found.over is not F2:
        return found
    known = swizzled_forms(found)
    if not known:
        raise LayoutError(
            f"convert: {form} has no strides over F2, and no single swizzle gives {_show(found, 80, str)}", found
        )
    chain = known[0]
    flat = _flat(chain.inner)
    return flat if chain.outer == Swizzle(0, 0, 0) else ComposedLayout(chain.outer, chain.offset, flat)


def _plain(linear: LinearLayout) -> Any:
    """Return a layout over Z, else one swizzle after one, else one over F2."""
    layout = from_linear(linear)
    if layout.over is not F2:
        return _flat(layout)
    try:
        chain = swizzled_from_linear(linear)
    except LayoutError:
        return _flat(layout)
    return ComposedLayout(chain.outer, chain.offset, _flat(chain.inner))


def _flat(layout: Any) -> Any:
    """Return the layout without brackets around single modes."""
    shape, stride = layout.shape, layout.stride
    while type(shape) is tuple and len(shape) == 1:
        shape, stride = shape[0], stride[0]
    if type(shape) is tuple:
        parts = [
            (s[0], d[0]) if type(s) is tuple and len(s) == 1 else (s, d) for s, d in zip(shape, stride, strict=True)
        ]
        shape, stride = tuple([s for s, _ in parts]), tuple([d for _, d in parts])
    return Layout(shape, stride, over=layout.over)


def as_encoding(value: Any, shape: Shape) -> tuple[Encoding, str]:
    """Return the encoding of Triton's for a value: its own, or one by bases.

    Raises:   LayoutError where there is none.
    """
    if isinstance(value, Encoding):
        if shape is None:
            return value, "for a tensor of any shape that fits"
        found = as_linear(value, shape)[0]
        return _by_bases(found), _direction(found)
    if isinstance(value, (Layout, ComposedLayout)):
        linear, meaning = as_linear(value, shape)
        if shape is not None:
            return _by_bases(linear), meaning
        found = linear.invert() if isinstance(linear, LinearLayout) else linear
        return _by_bases(found), _direction(found)
    linear, meaning = as_linear(value, shape)
    note = meaning.partition("; ")[2] if isinstance(value, Foreign) else ""
    if isinstance(linear, LinearLayout) and "offset" in linear.get_out_dim_names():
        linear = linear.invert()
    return _by_bases(linear), _direction(linear) + (f"; {note}" if note else "")


def _by_bases(linear: Any) -> Encoding:
    if not isinstance(linear, LinearLayout):
        raise LayoutError("convert: an attribute of Triton holds no XOR constant", linear)
    names, bases = linear.get_in_dim_names(), dict(linear.bases)
    wanted = standard_out_dim_names(linear.num_out_dims)
    if linear.get_out_dim_names() != wanted:
        raise LayoutError(
            f"convert: Triton's outputs are {', '.join(wanted)}, not {_names(linear.get_out_dim_names())}", wanted
        )
    if set(names) <= set(_HARDWARE):
        register, lane, warp, block = (bases.get(name, []) for name in _HARDWARE)
        return DistributedLinearLayout(register, lane, warp, block, linear.get_out_dim_sizes())
    if set(names) <= {"offset", "block"} and "offset" in names:
        return SharedLinearLayout(bases["offset"], bases.get("block", []))
    raise LayoutError(f"convert: no attribute of Triton goes from {_names(names)} to {_names(wanted)}", names)


def need_shape(value: Encoding, shape: Shape) -> tuple[int, ...]:
    """Return the shape, or ask for it; encodings by bases have their own."""
    if shape is not None:
        return tuple(shape)
    own = getattr(value, "shape", None)
    if own is not None:
        return tuple(own)
    example = "x".join(["64"] * value.rank)
    raise LayoutError(
        f"convert: {type(value).__name__} is a recipe for tensors of {value.rank} dimensions: give the shape,"
        f" such as --shape {example}",
        value.rank,
    )


def no_shape(value: Any, shape: Shape) -> None:
    """Refuse a shape for a value that has its own."""
    if shape is not None:
        raise LayoutError(
            f"convert: {_show(str(value), 80)} has its own shape; a shape is for recipes, such as Triton's encodings",
            shape,
        )


def _direction(linear: Any) -> str:
    ins, outs = linear.get_in_dim_names(), linear.get_out_dim_names()
    offset = f"; the offset is {_ELEMENTS}" if "offset" in (*ins, *outs) else ""
    return f"from {_names(ins)} to {_names(outs)}{offset}"


def _names(names: list[str]) -> str:
    return f"({', '.join(names)})" if len(names) != 1 else names[0]
