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
    from .algebra.addition import layout_add as layout_add
    from .algebra.coalesce import coalesce as coalesce
    from .algebra.coalesce import coalesce_z as coalesce_z
    from .algebra.common import max_common_layout as max_common_layout
    from .algebra.common import max_common_vector as max_common_vector
    from .algebra.complement import complement as complement
    from .algebra.complement import complement_minimal as complement_minimal
    from .algebra.complement import is_complementable as is_complementable
    from .algebra.composition import composition as composition
    from .algebra.divide import flat_divide as flat_divide
    from .algebra.divide import logical_divide as logical_divide
    from .algebra.divide import tiled_divide as tiled_divide
    from .algebra.divide import zipped_divide as zipped_divide
    from .algebra.domains import domain_distribute as domain_distribute
    from .algebra.domains import evenly_divides as evenly_divides
    from .algebra.domains import greatest_common_domain as greatest_common_domain
    from .algebra.filtering import filter_modes as filter_modes
    from .algebra.filtering import filter_zeros as filter_zeros
    from .algebra.filtering import nullspace as nullspace
    from .algebra.image import image_size as image_size
    from .algebra.image import is_contiguous as is_contiguous
    from .algebra.image import is_surjective as is_surjective
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
    from .algebra.recast import downcast as downcast
    from .algebra.recast import max_alignment as max_alignment
    from .algebra.recast import recast as recast
    from .algebra.recast import upcast as upcast
    from .algebra.slice import dice_ as dice_
    from .algebra.slice import domain_offset as domain_offset
    from .algebra.slice import slice_ as slice_
    from .algebra.slice import slice_and_offset as slice_and_offset
    from .bits import BitMatrix as BitMatrix
    from .compact import LayoutLeft as LayoutLeft
    from .compact import LayoutRight as LayoutRight
    from .compact import compact_major as compact_major
    from .compact import compact_order as compact_order
    from .compact import suffix_product as suffix_product
    from .composed import ComposedLayout as ComposedLayout
    from .construct import from_strides as from_strides
    from .construct import make_fragment_like as make_fragment_like
    from .construct import make_identity_layout as make_identity_layout
    from .construct import make_layout_like as make_layout_like
    from .construct import make_ordered_layout as make_ordered_layout
    from .construct import tiler_to_layout as tiler_to_layout
    from .construct import to_strides as to_strides
    from .derivation.explain import explain as explain
    from .derivation.model import Explanation as Explanation
    from .derivation.model import Step as Step
    from .draw import draw as draw
    from .draw.model import Figure as Figure
    from .emit.emitted import EmittedIndex as EmittedIndex
    from .emit.index import emit_function as emit_function
    from .emit.index import emit_index as emit_index
    from .emit.plan_code import EmittedPlan as EmittedPlan
    from .emit.plan_code import emit_plan as emit_plan
    from .emit.plan_reduction import emit_reduction as emit_reduction
    from .encodings.amd import AMDMFMALayout as AMDMFMALayout
    from .encodings.amd import AMDWMMALayout as AMDWMMALayout
    from .encodings.amd_scales import get_mfma_scale_layout as get_mfma_scale_layout
    from .encodings.blocked import BlockedLayout as BlockedLayout
    from .encodings.blocked import DistributedLinearLayout as DistributedLinearLayout
    from .encodings.blocked import SliceLayout as SliceLayout
    from .encodings.cga import combine_cta_cga_with_shape as combine_cta_cga_with_shape
    from .encodings.cga import make_cga_layout as make_cga_layout
    from .encodings.dot import DotOperandLayout as DotOperandLayout
    from .encodings.nvidia import NVMMADistributedLayout as NVMMADistributedLayout
    from .encodings.nvmma import NVMMASharedLayout as NVMMASharedLayout
    from .encodings.padded import PaddedSharedLayout as PaddedSharedLayout
    from .encodings.shared import AMDRotatingSharedLayout as AMDRotatingSharedLayout
    from .encodings.shared import PartitionedSharedLayout as PartitionedSharedLayout
    from .encodings.shared import SharedLinearLayout as SharedLinearLayout
    from .encodings.shared import SwizzledSharedLayout as SwizzledSharedLayout
    from .encodings.tensor_memory import TensorMemoryLayout as TensorMemoryLayout
    from .encodings.tensor_memory import TensorMemoryScalesLayout as TensorMemoryScalesLayout
    from .encodings.tensor_memory_registers import compute_tmem_reg_layout as compute_tmem_reg_layout
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
    from .inttuple import idx2crd as idx2crd
    from .inttuple import prefix_product as prefix_product
    from .inttuple import product as product
    from .inttuple import weakly_congruent as weakly_congruent
    from .joining import make_layout as make_layout
    from .layout import Layout as Layout
    from .linear.actions import ColumnAction as ColumnAction
    from .linear.affine import AffineLayout as AffineLayout
    from .linear.affine import fix_inputs as fix_inputs
    from .linear.affine import xor_inputs as xor_inputs
    from .linear.cpp_names import complement_basis as complement_basis
    from .linear.cpp_names import intersection_basis as intersection_basis
    from .linear.cpp_names import invert_and_compose_local as invert_and_compose_local
    from .linear.cpp_names import nullspace_basis as nullspace_basis
    from .linear.cpp_names import rename_linear_layout_dims as rename_linear_layout_dims
    from .linear.cute import from_affine as from_affine
    from .linear.cute import from_linear as from_linear
    from .linear.cute import swizzled_from_linear as swizzled_from_linear
    from .linear.cute import to_affine as to_affine
    from .linear.cute import to_linear as to_linear
    from .linear.dims import supremum as supremum
    from .linear.layout import LinearLayout as LinearLayout
    from .linear.products import divide_left as divide_left
    from .linear.products import divide_right as divide_right
    from .linear.registers import action_additive_strides as action_additive_strides
    from .linear.registers import action_remove_broadcasted_regs as action_remove_broadcasted_regs
    from .linear.registers import broadcast_as as broadcast_as
    from .linear.registers import factor_maximal_identity_prefix as factor_maximal_identity_prefix
    from .linear.registers import get_reps as get_reps
    from .linear.registers import largest_vectorisation as largest_vectorisation
    from .linear.registers import reg_perm_for_divide as reg_perm_for_divide
    from .linear.utils import ensure_layout_not_larger_than as ensure_layout_not_larger_than
    from .linear.utils import ensure_layout_not_smaller_than as ensure_layout_not_smaller_than
    from .linear.utils import identity_standard_nd as identity_standard_nd
    from .linear.utils import remove_standard_dim as remove_standard_dim
    from .linear.utils import reshape_layout as reshape_layout
    from .linear.utils import standard_out_dim_names as standard_out_dim_names
    from .linear.utils import standard_out_dim_pairs as standard_out_dim_pairs
    from .linear.utils import strided_standard_nd as strided_standard_nd
    from .linear.utils import transpose_linear_layout as transpose_linear_layout
    from .linear.utils import zeros_like as zeros_like
    from .linearity import bit_images as bit_images
    from .linearity import from_matrix as from_matrix
    from .linearity import is_carry_free as is_carry_free
    from .linearity import to_f2 as to_f2
    from .linearity import to_matrix as to_matrix
    from .linearity import to_z as to_z
    from .lookup import get_1d_coord as get_1d_coord
    from .lookup import get_flat_coord as get_flat_coord
    from .lookup import get_hier_coord as get_hier_coord
    from .measures import cosize as cosize
    from .measures import depth as depth
    from .measures import rank as rank
    from .measures import shape as shape
    from .measures import size as size
    from .measures import stride as stride
    from .module import F2 as F2
    from .module import ArithTuple as ArithTuple
    from .module import E as E
    from .module import Module as Module
    from .module import Z as Z
    from .module import Zn as Zn
    from .notation.ck import TileDistributionEncoding as TileDistributionEncoding
    from .notation.ck import parse_ck as parse_ck
    from .notation.ck import to_ck as to_ck
    from .notation.cpp import parse_cpp as parse_cpp
    from .notation.cpp import to_cpp as to_cpp
    from .notation.cute import parse as parse
    from .notation.cute import to_text as to_text
    from .notation.dump import find_layouts as find_layouts
    from .notation.einops import EinopsPattern as EinopsPattern
    from .notation.einops import to_einops as to_einops
    from .notation.einops_text import parse_einops as parse_einops
    from .notation.gluon import from_gluon as from_gluon
    from .notation.gluon import parse_gluon as parse_gluon
    from .notation.linear import parse_linear as parse_linear
    from .notation.mosaic_text import parse_mosaic as parse_mosaic
    from .notation.mosaic_write import to_mosaic as to_mosaic
    from .notation.registry import convert_notation as convert_notation
    from .notation.strides import parse_strides as parse_strides
    from .notation.strides import to_strides_text as to_strides_text
    from .notation.ttgir import parse_ttgir as parse_ttgir
    from .notation.ttgir_write import to_ttgir as to_ttgir
    from .notation.xla import XlaShape as XlaShape
    from .notation.xla import parse_xla as parse_xla
    from .notation.xla_write import to_xla as to_xla
    from .orders import colex_geq as colex_geq
    from .orders import colex_gtr as colex_gtr
    from .orders import colex_leq as colex_leq
    from .orders import colex_less as colex_less
    from .orders import coordinates as coordinates
    from .orders import crd2idx_lex as crd2idx_lex
    from .orders import elem_geq as elem_geq
    from .orders import elem_gtr as elem_gtr
    from .orders import elem_leq as elem_leq
    from .orders import elem_less as elem_less
    from .orders import idx2crd_lex as idx2crd_lex
    from .orders import increment as increment
    from .orders import lex_geq as lex_geq
    from .orders import lex_gtr as lex_gtr
    from .orders import lex_leq as lex_leq
    from .orders import lex_less as lex_less
    from .shapes import ceil_div as ceil_div
    from .shapes import common_coarsening as common_coarsening
    from .shapes import common_refinement as common_refinement
    from .shapes import elem_scale as elem_scale
    from .shapes import inner_product as inner_product
    from .shapes import product_each as product_each
    from .shapes import product_like as product_like
    from .shapes import round_up as round_up
    from .shapes import shape_div as shape_div
    from .shapes import tuple_gcd as tuple_gcd
    from .shapes import tuple_max as tuple_max
    from .shapes import tuple_min as tuple_min
    from .swizzle import Swizzle as Swizzle
    from .swizzled import get_nonswizzle_portion as get_nonswizzle_portion
    from .swizzled import get_swizzle_portion as get_swizzle_portion
    from .swizzled import swizzled_forms as swizzled_forms
    from .tensor.algorithm import axpby as axpby
    from .tensor.algorithm import clear as clear
    from .tensor.algorithm import copy as copy
    from .tensor.algorithm import copy_if as copy_if
    from .tensor.algorithm import fill as fill
    from .tensor.algorithm import gemm as gemm
    from .tensor.make import make_coord_tensor as make_coord_tensor
    from .tensor.make import make_identity_tensor as make_identity_tensor
    from .tensor.make import make_tensor as make_tensor
    from .tensor.make import make_tensor_like as make_tensor_like
    from .tensor.partition import inner_partition as inner_partition
    from .tensor.partition import local_partition as local_partition
    from .tensor.partition import local_tile as local_tile
    from .tensor.partition import outer_partition as outer_partition
    from .tensor.value import Tensor as Tensor
    from .tiled.atoms import CopyAtom as CopyAtom
    from .tiled.atoms import MMAAtom as MMAAtom
    from .tiled.atoms import copy_atom as copy_atom
    from .tiled.atoms import mma_atom as mma_atom
    from .tiled.atoms import universal_copy as universal_copy
    from .tiled.copy import ThrCopy as ThrCopy
    from .tiled.copy import TiledCopy as TiledCopy
    from .tiled.copy import make_cotiled_copy as make_cotiled_copy
    from .tiled.copy import make_tiled_copy as make_tiled_copy
    from .tiled.copy import make_tiled_copy_A as make_tiled_copy_A
    from .tiled.copy import make_tiled_copy_B as make_tiled_copy_B
    from .tiled.copy import make_tiled_copy_C as make_tiled_copy_C
    from .tiled.copy import make_tiled_copy_D as make_tiled_copy_D
    from .tiled.copy import make_tiled_copy_S as make_tiled_copy_S
    from .tiled.copy import make_tiled_copy_tv as make_tiled_copy_tv
    from .tiled.mma import ThrMMA as ThrMMA
    from .tiled.mma import TiledMMA as TiledMMA
    from .tiled.mma import make_tiled_mma as make_tiled_mma
    from .tiled.tv import Coverage as Coverage
    from .tiled.tv import check_tv as check_tv
    from .tiled.tv import coverage as coverage
    from .tiled.tv import holders as holders
    from .tiled.tv import make_layout_tv as make_layout_tv
    from .tiled.tv import tv_table as tv_table
    from .tree import append as append
    from .tree import flatten as flatten
    from .tree import get as get
    from .tree import group as group
    from .tree import group_modes as group_modes
    from .tree import is_tuple as is_tuple
    from .tree import lift as lift
    from .tree import prepend as prepend
    from .tree import remove as remove
    from .tree import repeat_like as repeat_like
    from .tree import replace as replace
    from .tree import select as select
    from .tree import take as take
    from .tree import transform_leaf as transform_leaf
    from .tree import unflatten as unflatten
    from .tree import unwrap as unwrap
    from .tree import wrap as wrap
    from .values import from_values as from_values
    from .verify.access import Access as Access
    from .verify.access import conflicts as conflicts
    from .verify.access_report import AccessReport as AccessReport
    from .verify.callables import where as where
    from .verify.check import Verdict as Verdict
    from .verify.check import check as check
    from .verify.compare import Comparison as Comparison
    from .verify.compare import compare as compare
    from .verify.memory import MemoryModel as MemoryModel
    from .verify.memory import memory_model as memory_model
    from .verify.repair import fix_conflicts as fix_conflicts
    from .verify.repair_report import Repair as Repair
    from .verify.repair_report import RepairReport as RepairReport
    from .verify.sectors import SectorReport as SectorReport
    from .verify.sectors import sectors as sectors
    from .verify.width import VectorReport as VectorReport
    from .verify.width import vector_width as vector_width

__version__ = "0.1.0"

_ROOMS = {
    "algebra.addition": ("layout_add",),
    "algebra.coalesce": ("coalesce", "coalesce_z"),
    "algebra.common": ("max_common_layout", "max_common_vector"),
    "algebra.complement": ("complement", "complement_minimal", "is_complementable"),
    "algebra.composition": ("composition",),
    "algebra.divide": ("flat_divide", "logical_divide", "tiled_divide", "zipped_divide"),
    "algebra.domains": ("domain_distribute", "evenly_divides", "greatest_common_domain"),
    "algebra.filtering": ("filter_modes", "filter_zeros", "nullspace"),
    "algebra.image": ("image_size", "is_contiguous", "is_surjective"),
    "algebra.injective": ("collision", "is_bijective", "is_injective", "missed_value"),
    "algebra.inverse": ("inverse", "left_inverse", "right_inverse"),
    "algebra.product": (
        "blocked_product",
        "flat_product",
        "logical_product",
        "raked_product",
        "tile_to_shape",
        "tiled_product",
        "zipped_product",
    ),
    "algebra.recast": ("downcast", "max_alignment", "recast", "upcast"),
    "algebra.slice": ("dice_", "domain_offset", "slice_", "slice_and_offset"),
    "bits": ("BitMatrix",),
    "compact": ("LayoutLeft", "LayoutRight", "compact_major", "compact_order", "suffix_product"),
    "composed": ("ComposedLayout",),
    "construct": (
        "from_strides",
        "make_fragment_like",
        "make_identity_layout",
        "make_layout_like",
        "make_ordered_layout",
        "tiler_to_layout",
        "to_strides",
    ),
    "derivation.explain": ("explain",),
    "derivation.model": ("Explanation", "Step"),
    "draw": ("draw",),
    "draw.model": ("Figure",),
    "emit.emitted": ("EmittedIndex",),
    "emit.index": ("emit_function", "emit_index"),
    "emit.plan_code": ("EmittedPlan", "emit_plan"),
    "emit.plan_reduction": ("emit_reduction",),
    "encodings.amd": ("AMDMFMALayout", "AMDWMMALayout"),
    "encodings.amd_scales": ("get_mfma_scale_layout",),
    "encodings.blocked": ("BlockedLayout", "DistributedLinearLayout", "SliceLayout"),
    "encodings.cga": ("combine_cta_cga_with_shape", "make_cga_layout"),
    "encodings.dot": ("DotOperandLayout",),
    "encodings.nvidia": ("NVMMADistributedLayout",),
    "encodings.nvmma": ("NVMMASharedLayout",),
    "encodings.padded": ("PaddedSharedLayout",),
    "encodings.shared": (
        "AMDRotatingSharedLayout",
        "PartitionedSharedLayout",
        "SharedLinearLayout",
        "SwizzledSharedLayout",
    ),
    "encodings.tensor_memory": ("TensorMemoryLayout", "TensorMemoryScalesLayout"),
    "encodings.tensor_memory_registers": ("compute_tmem_reg_layout",),
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
        "idx2crd",
        "prefix_product",
        "product",
        "weakly_congruent",
    ),
    "joining": ("make_layout",),
    "layout": ("Layout",),
    "linear.actions": ("ColumnAction",),
    "linear.affine": ("AffineLayout", "fix_inputs", "xor_inputs"),
    "linear.cpp_names": (
        "complement_basis",
        "intersection_basis",
        "invert_and_compose_local",
        "nullspace_basis",
        "rename_linear_layout_dims",
    ),
    "linear.cute": ("from_affine", "from_linear", "swizzled_from_linear", "to_affine", "to_linear"),
    "linear.dims": ("supremum",),
    "linear.layout": ("LinearLayout",),
    "linear.products": ("divide_left", "divide_right"),
    "linear.registers": (
        "action_additive_strides",
        "action_remove_broadcasted_regs",
        "broadcast_as",
        "factor_maximal_identity_prefix",
        "get_reps",
        "largest_vectorisation",
        "reg_perm_for_divide",
    ),
    "linear.utils": (
        "ensure_layout_not_larger_than",
        "ensure_layout_not_smaller_than",
        "identity_standard_nd",
        "remove_standard_dim",
        "reshape_layout",
        "standard_out_dim_names",
        "standard_out_dim_pairs",
        "strided_standard_nd",
        "transpose_linear_layout",
        "zeros_like",
    ),
    "linearity": ("bit_images", "from_matrix", "is_carry_free", "to_f2", "to_matrix", "to_z"),
    "lookup": ("get_1d_coord", "get_flat_coord", "get_hier_coord"),
    "measures": ("cosize", "depth", "rank", "shape", "size", "stride"),
    "module": ("F2", "ArithTuple", "E", "Module", "Z", "Zn"),
    "notation.ck": ("TileDistributionEncoding", "parse_ck", "to_ck"),
    "notation.cpp": ("parse_cpp", "to_cpp"),
    "notation.cute": ("parse", "to_text"),
    "notation.dump": ("find_layouts",),
    "notation.einops": ("EinopsPattern", "to_einops"),
    "notation.einops_text": ("parse_einops",),
    "notation.gluon": ("from_gluon", "parse_gluon"),
    "notation.linear": ("parse_linear",),
    "notation.mosaic_text": ("parse_mosaic",),
    "notation.mosaic_write": ("to_mosaic",),
    "notation.registry": ("convert_notation",),
    "notation.strides": ("parse_strides", "to_strides_text"),
    "notation.ttgir": ("parse_ttgir",),
    "notation.ttgir_write": ("to_ttgir",),
    "notation.xla": ("XlaShape", "parse_xla"),
    "notation.xla_write": ("to_xla",),
    "orders": (
        "colex_geq",
        "colex_gtr",
        "colex_leq",
        "colex_less",
        "coordinates",
        "crd2idx_lex",
        "elem_geq",
        "elem_gtr",
        "elem_leq",
        "elem_less",
        "idx2crd_lex",
        "increment",
        "lex_geq",
        "lex_gtr",
        "lex_leq",
        "lex_less",
    ),
    "shapes": (
        "ceil_div",
        "common_coarsening",
        "common_refinement",
        "elem_scale",
        "inner_product",
        "product_each",
        "product_like",
        "round_up",
        "shape_div",
        "tuple_gcd",
        "tuple_max",
        "tuple_min",
    ),
    "swizzle": ("Swizzle",),
    "swizzled": ("get_nonswizzle_portion", "get_swizzle_portion", "swizzled_forms"),
    "tensor.algorithm": ("axpby", "clear", "copy", "copy_if", "fill", "gemm"),
    "tensor.make": ("make_coord_tensor", "make_identity_tensor", "make_tensor", "make_tensor_like"),
    "tensor.partition": ("inner_partition", "local_partition", "local_tile", "outer_partition"),
    "tensor.value": ("Tensor",),
    "tiled.atoms": ("CopyAtom", "MMAAtom", "copy_atom", "mma_atom", "universal_copy"),
    "tiled.copy": (
        "ThrCopy",
        "TiledCopy",
        "make_cotiled_copy",
        "make_tiled_copy",
        "make_tiled_copy_A",
        "make_tiled_copy_B",
        "make_tiled_copy_C",
        "make_tiled_copy_D",
        "make_tiled_copy_S",
        "make_tiled_copy_tv",
    ),
    "tiled.mma": ("ThrMMA", "TiledMMA", "make_tiled_mma"),
    "tiled.tv": ("Coverage", "check_tv", "coverage", "holders", "make_layout_tv", "tv_table"),
    "tree": (
        "append",
        "flatten",
        "get",
        "group",
        "group_modes",
        "is_tuple",
        "lift",
        "prepend",
        "remove",
        "repeat_like",
        "replace",
        "select",
        "take",
        "transform_leaf",
        "unflatten",
        "unwrap",
        "wrap",
    ),
    "values": ("from_values",),
    "verify.access": ("Access", "conflicts"),
    "verify.access_report": ("AccessReport",),
    "verify.callables": ("where",),
    "verify.check": ("Verdict", "check"),
    "verify.compare": ("Comparison", "compare"),
    "verify.memory": ("MemoryModel", "memory_model"),
    "verify.repair": ("fix_conflicts",),
    "verify.repair_report": ("Repair", "RepairReport"),
    "verify.sectors": ("SectorReport", "sectors"),
    "verify.width": ("VectorReport", "vector_width"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [  # noqa: PLE0604, RUF100 - the public surface, checked against the imports above by tests/test_architecture.py
    *sorted(_ROOM_OF),
]


def __getattr__(name: str) -> object:
    room = _ROOM_OF.get(name)
    if name in _OPEN_ROOMS:
        from importlib import import_module

        return import_module(f"layouts.{name}")
    if room is None:
        raise AttributeError(f"module 'layouts' has no attribute {name!r}{_hint(name)}")
    from importlib import import_module

    value = getattr(import_module(f"layouts.{room}"), name)
    globals()[name] = value
    return value


_OPEN_ROOMS = ("convert", "draw", "hardware", "testing")
"""Rooms that are used under their own name: ``layouts.hardware.find(...)``."""

_ELSEWHERE = {
    "dice": "dice_",
    "filter": "filter_modes",
    "make_composed_layout": "ComposedLayout",
    "make_swizzle": "Swizzle",
    "recast_layout": "recast",
    "slice": "slice_",
}
"""Names that the field uses and Python has given away, or that are a class here."""


def _hint(name: str) -> str:
    """Return what may have been meant, for the message."""
    if name.startswith("_"):
        return ""
    from difflib import get_close_matches

    near = [_ELSEWHERE[name]] if name in _ELSEWHERE else get_close_matches(name, _ROOM_OF, 3)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
