"""The algebra of GPU tensor layouts: CuTe's shape:stride layouts and Triton's linear layouts over F2, in one package.

A layout is a digit map.  Its shape is a mixed-radix numeral system, its strides are the images of the unit digits, and
a module says how they add: ``Z`` (integers), ``Zn`` (coordinates) or ``F2`` (bit vectors under XOR).

>>> from layouts import Layout, Swizzle, parse
>>> A = Layout((8, 64), (64, 1))            # a row-major tile of 8 rows
>>> print(Swizzle(3, 3, 3) @ A)             # swizzled: an ordinary layout over F2
(8,64):(F72,F1)
>>> print(A @ Layout(8, 9))                 # its diagonal, by composition
8:65

Every operation is *exact or refused*: right at every point, or an error with a witness.  Importing the package
computes nothing; each name loads its room when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .algebra.coalesce import coalesce as coalesce
    from .algebra.complement import complement as complement
    from .algebra.complement import complement_minimal as complement_minimal
    from .algebra.complement import is_complementable as is_complementable
    from .algebra.composition import composition as composition
    from .algebra.divide import flat_divide as flat_divide
    from .algebra.divide import logical_divide as logical_divide
    from .algebra.divide import tiled_divide as tiled_divide
    from .algebra.divide import zipped_divide as zipped_divide
    from .algebra.filtering import filter_modes as filter_modes
    from .algebra.filtering import filter_zeros as filter_zeros
    from .algebra.filtering import nullspace as nullspace
    from .algebra.injective import collision as collision
    from .algebra.injective import is_bijective as is_bijective
    from .algebra.injective import is_injective as is_injective
    from .algebra.injective import missed_value as missed_value
    from .algebra.inverse import inverse as inverse
    from .algebra.inverse import left_inverse as left_inverse
    from .algebra.inverse import right_inverse as right_inverse
    from .algebra.product import blocked_product as blocked_product
    from .algebra.product import flat_product as flat_product
    from .algebra.product import logical_product as logical_product
    from .algebra.product import raked_product as raked_product
    from .algebra.product import tile_to_shape as tile_to_shape
    from .algebra.product import tiled_product as tiled_product
    from .algebra.product import zipped_product as zipped_product
    from .bits import BitMatrix as BitMatrix
    from .composed import ComposedLayout as ComposedLayout
    from .composed import Swizzle as Swizzle
    from .composed import swizzled_forms as swizzled_forms
    from .equality import difference as difference
    from .equality import equal as equal
    from .errors import EvaluationError as EvaluationError
    from .errors import LayoutError as LayoutError
    from .errors import NotALayoutError as NotALayoutError
    from .errors import NotInvertibleError as NotInvertibleError
    from .errors import NotLinearError as NotLinearError
    from .errors import ParseError as ParseError
    from .errors import ProfileError as ProfileError
    from .errors import TooLargeError as TooLargeError
    from .inttuple import compatible as compatible
    from .inttuple import congruent as congruent
    from .inttuple import crd2crd as crd2crd
    from .inttuple import crd2idx as crd2idx
    from .inttuple import depth as depth
    from .inttuple import flatten as flatten
    from .inttuple import idx2crd as idx2crd
    from .inttuple import prefix_product as prefix_product
    from .inttuple import product as product
    from .inttuple import rank as rank
    from .inttuple import unflatten as unflatten
    from .inttuple import weakly_congruent as weakly_congruent
    from .layout import Layout as Layout
    from .layout import cosize as cosize
    from .layout import make_layout as make_layout
    from .layout import shape as shape
    from .layout import size as size
    from .layout import slice_and_offset as slice_and_offset
    from .layout import stride as stride
    from .linearity import bit_images as bit_images
    from .linearity import from_matrix as from_matrix
    from .linearity import is_carry_free as is_carry_free
    from .linearity import to_f2 as to_f2
    from .linearity import to_matrix as to_matrix
    from .linearity import to_z as to_z
    from .module import F2 as F2
    from .module import ArithTuple as ArithTuple
    from .module import E as E
    from .module import Module as Module
    from .module import Z as Z
    from .module import Zn as Zn
    from .notation.cute import parse as parse
    from .notation.cute import to_text as to_text
    from .values import from_values as from_values
    from .verify.check import Verdict as Verdict
    from .verify.check import check as check

__version__ = "0.1.0"

_ROOMS = {
    "algebra.coalesce": ("coalesce",),
    "algebra.composition": ("composition",),
    "algebra.complement": ("complement", "complement_minimal", "is_complementable"),
    "algebra.divide": ("flat_divide", "logical_divide", "tiled_divide", "zipped_divide"),
    "algebra.filtering": ("filter_modes", "filter_zeros", "nullspace"),
    "algebra.product": (
        "blocked_product",
        "flat_product",
        "logical_product",
        "raked_product",
        "tile_to_shape",
        "tiled_product",
        "zipped_product",
    ),
    "algebra.injective": ("collision", "is_bijective", "is_injective", "missed_value"),
    "algebra.inverse": ("inverse", "left_inverse", "right_inverse"),
    "bits": ("BitMatrix",),
    "composed": ("ComposedLayout", "Swizzle", "swizzled_forms"),
    "equality": ("difference", "equal"),
    "errors": (
        "EvaluationError",
        "LayoutError",
        "NotALayoutError",
        "NotInvertibleError",
        "NotLinearError",
        "ParseError",
        "ProfileError",
        "TooLargeError",
    ),
    "inttuple": (
        "compatible",
        "congruent",
        "crd2crd",
        "crd2idx",
        "depth",
        "flatten",
        "idx2crd",
        "prefix_product",
        "product",
        "rank",
        "unflatten",
        "weakly_congruent",
    ),
    "layout": ("Layout", "cosize", "make_layout", "shape", "size", "slice_and_offset", "stride"),
    "linearity": (
        "bit_images",
        "from_matrix",
        "is_carry_free",
        "to_f2",
        "to_matrix",
        "to_z",
    ),
    "module": ("F2", "ArithTuple", "E", "Module", "Z", "Zn"),
    "notation.cute": ("parse", "to_text"),
    "values": ("from_values",),
    "verify.check": ("Verdict", "check"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [  # noqa: PLE0604, RUF100 - the public surface, checked against the imports above by tests/test_architecture.py
    *sorted(_ROOM_OF),
]


def __getattr__(name: str) -> object:
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module 'layouts' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"layouts.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
