"""Code for pycute goes on with ``layouts.interop.pycute``: names, argument forms, values, and CUTLASS's own package.

The values are those that PyCuTe documents, as facts; where it is wrong, the right value or the refusal stands here.
"""
# ruff: noqa: E501 - one case a line

import copy
import ctypes
import pickle
import re
from array import array
from fractions import Fraction

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEEP, composable_pairs, composed_layouts, seeded, slices, swizzles, vectors
from strategies import layouts as any_layout

import layouts
import layouts.interop.pycute as ours
from layouts import LayoutError, NotALayoutError, NotInvertibleError, ProfileError

SPACE = {name: getattr(ours, name) for name in ours.__all__} | {
    "Fraction": Fraction,
    "ctypes": ctypes,
    "array": array,
}


def read(text):
    return eval(text, dict(SPACE))


# -- documented values -------------------------------------------------------------------------------------------------

TREES = """
is_tuple((1, 2)), is_tuple([1, 2]), is_tuple(()), is_tuple(7), is_tuple(None) | True, True, True, False, False
wrap(7), wrap((7,)), wrap((7, 8)) | (7,), (7,), (7, 8)
unwrap(42), unwrap((((42,)),)), unwrap((1, 2)) | 42, 42, (1, 2)
get[0, 2, 3](((0, 0, (0, 0, 0, 42)),)), get((1, (2, (3, 4))), mode=(1, 1, 0)), get(7) | 42, 3, 7
get[1][1](Layout((3, (2, 4)), (2, (1, 6)))), get[()](7) | Layout(4, 6), 7
lift[0, 2, 3](42), lift[1](42, pad=None), lift[1, 0](42, pad=None) | ((0, 0, (0, 0, 0, 42)),), (None, 42), (None, (42,))
get[1, 1, 0](lift[1, 1, 0](99)), lift(9), lift[1](None) | 99, 9, (0, None)
transform_leaf(lambda a: a * 2, ((1, (2, 3)), 4)) | ((2, (4, 6)), 8)
transform_leaf(lambda a, b: a + b, ((1, (2, 3)), 4), ((10, (20, 30)), 40)) | ((11, (22, 33)), 44)
transform_leaf(str, ('a', ('b',))) | ('a', ('b',))
transform_apply_leaf(sum, lambda a: a, ((1, 2), (3, 4))) | 10
list(leaves(((1, (2, 3)), 4))), flatten(((1, (2, 3)), 4)), flatten(7) | [1, 2, 3, 4], (1, 2, 3, 4), (7,)
flatten([4, [2, 3]], list), flatten((Layout(4), 3)) | [4, 2, 3], (Layout(4), 3)
unflatten(iter([10, 20, 30, 40]), ((1, (2, 3)), 4)), unflatten(iter(lambda: 0, 1), (1, (2,))) | ((10, (20, 30)), 40), (0, (0,))
unflatten(iter([1, 2]), (0, 0), list) | [1, 2]
repeat_like(0, ((1, (2, 3)), 4)), repeat_like(7, 1), repeat_like(None, (1, 2)) | ((0, (0, 0)), 0), 7, (None, None)
list(zip_leaves((1, (2, 3)), (4, (5, 6)))), fold_leaf(lambda v, a: v + a, 1, (2, (3, 4))) | [(1, 4), (2, 5), (3, 6)], 10
select((1, 2, 3, 4), mode=(0, 2)), select[2]((1, 2, 3, 4)), select[0, 1, 3]((1, 2, 3, 4)) | (1, 3), (3,), (1, 2, 4)
select[1, 3](Layout((2, 3, 5, 7), (1, 2, 6, 30))) | (Layout(3, 2), Layout(7, 30))
make_layout(select[1, 3](Layout((2, 3, 5, 7), (1, 2, 6, 30)))) | Layout((3, 7), (2, 30))
take[1, 3]((1, 2, 3, 4)), take[0, 4]((1, 2, 3, 4)), take[1, 1]((1, 2, 3, 4)) | (2, 3), (1, 2, 3, 4), ()
take[1, 4](Layout((2, 3, 5, 7))) | (Layout(3, 2), Layout(5, 6), Layout(7, 30))
slice_(0, (4, 8)), dice_(0, (4, 8)), slice_(None, (4, 8)), dice_(None, (4, 8)) | (), ((4, 8),), ((4, 8),), ()
slice_((None, 1), ((2, 3), (5, 7, 9))), dice_((None, 1), ((2, 3), (5, 7, 9))) | ((2, 3),), ((5, 7, 9),)
slice_(((None, 1), (1, None, None)), ((2, 3), (5, 7, 9))) | (2, 7, 9)
dice_((None, (1, None, 1)), ((2, 3), (5, 7, 9))) | (5, 9)
slice_((2, None), Layout((4, 8), (8, 1))), dice_((2, None), Layout((4, 8), (8, 1))) | Layout((8,), (1,)), Layout((4,), (8,))
has_none((1, (None, 2))), has_none((1, 2)), has_none(None) | True, False, True
congruent((4, 8), (5, 7)), congruent(31, (4, 8)), congruent((1, 1, 1), (1, 1)) | True, False, False
congruent((None, 'a'), (Layout(4), F2(1))), congruent(E(0), (8, 8)) | True, True
weakly_congruent(30, ((3, 4), 5)), weakly_congruent((3, 4), 30), weakly_congruent((3, (4, 5)), (5, 6)) | True, False, False
weakly_congruent(ArithTuple((1,)), (8, 8)), weakly_congruent(ArithTuple((1, 1, 1)), (8, 8)) | True, False
weakly_congruent(E(0, 0), ((4, 5), 8)), weakly_congruent(E(0, 0), (8, 8)) | True, False
"""

SHAPES = """
product(2), product((3, 2)), product(((2, 3), 4)), product(()) | 2, 6, 24, 1
product_each((2, 3)), product_each(((2, (3, 4)), (5, 6), 7)) | (2, 3), (24, 30, 7)
inner_product(2, 3), inner_product((1, 2), (3, 2)), inner_product(((2, 3), 4), ((2, 1), 2)) | 6, 7, 15
inner_product((2, 3), (E(0), E(1))), inner_product((2, 3), (F2(1), F2(1))) | ArithTuple(2, 3), F2(1)
prefix_product(2), prefix_product((3, 2, 4)), prefix_product(((2, 3), 4)) | 1, (1, 3, 6), ((1, 2), 6)
prefix_product(((2, 3), (2, 1, 2), (5, 2, 1))) | ((1, 2), (6, 12, 12), (24, 120, 240))
prefix_product((4, 8), 2), prefix_product(((2, 3), (4, 5)), (1, 100)) | (2, 8), ((1, 2), (100, 400))
prefix_product((4, 8), E(1)), prefix_product((8, 8), F2(9)) | (E(1), 4 * E(1)), (F2(9), F2(72))
signum(-3), signum(0), signum(5), tuple_max((3, (5, 2))) | -1, 0, 1, 5
elem_scale((2, 3), (4, (5, 6))), elem_scale(2, (3, 4)) | (8, 90), 24
shape_div((8, 6), 16), shape_div((12, (4, 3)), (3, 4)) | (1, 3), (4, (1, 3))
idx2crd(7, 14), idx2crd(7, (3, 2, 4)), idx2crd(7, (3, (2, 4))), idx2crd(7, ((3, 2), 4)) | 7, (1, 0, 1), (1, (0, 1)), ((1, 0), 1)
idx2crd(7, 5), idx2crd(42, (3, 7, 2)), idx2crd(42, (3, 7, 2, 1)), idx2crd(42, (3, 7, (2, 1))) | 7, (0, 0, 2), (0, 0, 0, 1), (0, 0, (0, 1))
idx2crd(None, (3, (2, 4))), idx2crd((1, 5), (4, (2, 3))) | (0, (0, 0)), (1, (1, 2))
idx2crd(E(0), (8, 8)), idx2crd(ArithTuple(1, 0), (8, 8)), idx2crd(F2(0b10110), (4, 8)) | (1, 0), (1, 0), (F2(2), F2(5))
idx2crd(19, (4, 8), (8, 1)), idx2crd((3, 9), (4, (2, 8)), (1, (1, 2))) | (2, 3), (3, (1, 4))
crd2idx((1, 0, 1), (3, 2, 4)), crd2idx((1, (0, 1)), (3, (2, 4))), crd2idx(7, (3, (2, 4))) | 7, 7, 7
crd2idx((2, 5), (3, (2, 3))), crd2idx((5, 9), (4, 8), (8, 1)), crd2idx((None, 3), (4, 8)) | 17, 49, 12
crd2idx((2, 3), (4, 8), (E(0), E(1))) | ArithTuple(2, 3)
crd2crd((1, 5), (2, 12), (4, 6)), crd2crd(7, (3, (2, 4))), crd2crd((1, 5), (4, (2, 3))), crd2crd((1, 5), 24, (4, 6)) | (1, 10), (1, (0, 1)), (1, (1, 2)), 21
list(coordinates(3)), list(coordinates((3, 2))), next(coordinates((2, (2, 2)))) | [0, 1, 2], [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)], (0, (0, 0))
compatible(30, (2, 15)), compatible((2, 15), (2, (3, 5))), compatible(24, 32), compatible((4, 6), ((2, 3), 8)) | True, True, False, False
compatible(24, (24,)), compatible((24,), 24), compatible(Layout(24), Layout((4, 6))) | True, False, True
common_refinement(30, (2, 15)), common_refinement((2, 15), (2, (3, 5))), common_refinement(10, (10,)) | (2, 15), (2, (3, 5)), (10,)
common_refinement(((2, 3), 20), (6, (4, 5))) | ((2, 3), (4, 5))
common_coarsening((2, 15), (2, (3, 5))), common_coarsening((4, (3, 5)), ((2, 2), 15)) | (2, 15), (4, 15)
common_coarsening((6, 5), (2, 15)), common_coarsening((2, 3), (2, 3, 1)) | 30, 6
shape(Layout(((2, 3), 4))), shape[0, 1](Layout(((2, 3), 4))), shape[0][1](Layout(((2, 3), 4))), shape[0](Layout(((2, 3), 4)), mode=1) | ((2, 3), 4), 3, 3, 3
shape((Layout(4), [2, 3])), shape(7), stride[0](Layout(((2, 3), 4), ((4, 8), 1))), stride(E(1)) | (4, (2, 3)), 7, (4, 8), E(1)
size(Layout(((2, 3), 4))), size[0](Layout(((2, 3), 4))), size[0, 0](Layout(((2, 3), 4))), size((4, (2, 3))) | 24, 6, 2, 24
rank(Layout(((2, 3), 4))), rank[0](Layout(((2, 3), 4))), rank[1](Layout(((2, 3), 4))), rank(7) | 2, 2, 1, 1
depth(Layout(((2, 3), 4))), depth[0](Layout(((2, 3), 4))), depth[1](Layout(((2, 3), 4))) | 2, 1, 0
coshape(Layout((4, 8), (1, 4))), coshape(Layout(8, 0)), coshape(Layout((4, 8), (E(1), E(0)))) | 32, 1, (8, 4)
coshape[1](Layout((4, 8), (8, 1))), coshape(Layout((8, 8), (F2(9), F2(1)))), coshape(Layout(4, E(2))) | 8, 64, (1, 1, 4)
coprofile(Layout((4, 8))), congruent(coprofile(Layout((4, 8), (E(1), E(0, 1)))), ((0, 0), 0)) | 0, True
cosize(Layout((4, 8), (9, 1))), cosize(Swizzle(3, 3, 3)), size(Swizzle(3, 3, 3)) | 35, 512, 512
"""

SCALARS = """
isinstance(7, Integer), isinstance(True, Integer), isinstance(1.0, Integer), isinstance(F2(1), Integer) | True, False, False, False
is_int(7), is_int(ArithTuple(1, 2, 3)), is_int(False) | True, False, False
isinstance(E(0), StrideScalar), is_stride_scalar(F2(5)), is_stride_scalar((1,)), is_static(E(0)), is_static('x') | True, True, False, True, False
register_integer_type(int), divmod(7, 3), divmod(F2(0b10110), F2(0b11)) | None, (2, 1), (F2(0b1101), F2(1))
[HTuple, Profile, IntTuple, Shape, Coord, Stride, Tiler] == [Shape] * 7 | True
ArithTuple((1, 2, 3)) + ArithTuple((7, 8, 9)), ArithTuple((1, 2, 3)) + (7, 8, 9), (7, 8, 9) + ArithTuple(1, 2, 3) | (8, 10, 12), (8, 10, 12), (8, 10, 12)
ArithTuple(1, 2, (3, 4)) + (7, 8, (9, 10)), ArithTuple(1, 2, 3) + (7,), 4 * ArithTuple(1, 2, 3) | (8, 10, (12, 14)), (8, 2, 3), (4, 8, 12)
ArithTuple(1, 2, (3, 4)) - ArithTuple(7, 8, (9, 10)), (7, 8, 9) - ArithTuple(1, 2, 3), 0 - E(0) | (-6, -6, (-6, -6)), (6, 6, 6), -1 * E(0)
E(0) - E(0) == 0, E(0) - 0, 4 * E(0) - E(0), ArithTuple(5), ArithTuple(F2(5)) | True, E(0), 3 * E(0), 5, F2(5)
E(0) == ArithTuple(1, 0) == ArithTuple((1,)), ArithTuple((5,)) == 5, 5 == ArithTuple((5,)), ArithTuple() == 0 == 0 * E(2) | True, False, False, True
0 < ArithTuple(0, 1), ArithTuple(3, (4, 0)) < ArithTuple(0, (0, 1)), ArithTuple(1, 0) >= E(0), E(0) <= (2,) | True, True, True, True
len(ArithTuple(1, 0)), ArithTuple(1, (2, 3))[1], list(ArithTuple(4, 5)), ArithTuple._set((3, 5)).data | 2, (2, 3), [4, 5], (3, 5)
as_tuple(ArithTuple(1, 2, (3, 0))), as_tuple(7) | (1, 2, (3, 0)), 7
ScaledBasis(42, []), ScaledBasis(42, [0]), ScaledBasis(42, [1, 0]), str(ScaledBasis(42, [1, 0])) | 42, (42, 0, 0), (0, (42, 0)), '42@0@1'
E(), E(0, 1), V(3) @ 1, V(1) @ 1 @ 0, V(F2(3)).value | 1, ((0, 1), 0), 3 * E(1), E(0, 1), F2(3)
basis_repr(0), basis_repr(5 * E(1, 2)), basis_repr(3 * E(0) + 5 * E(1)), basis_repr(0 * E(2)) | [(0, ())], [(5, (1, 2))], [(3, (0,)), (5, (1,))], [(0, ())]
is_basis(7), is_basis(0 * E(2)), is_basis(3 * E(0) + 5 * E(1)) | True, True, False
make_basis_like((10, (20, 30))), make_basis_like(7) | (E(0), (E(1, 0), E(1, 1))), 1
proj(ArithTuple(7, (8, 9)), E(1, 1)), proj(ArithTuple(7, (8, 9)), E(1)), proj(ArithTuple(7, 8), 3) | 9, (8, 9), (7, 8)
unit(5), unit(5 * E(1, 2)), unit(F2(9)) | 1, E(1, 2), F2(1)
F2(0b1010) + F2(0b1100), 3 * F2(0b1010), F2(0b11) * 0b11, F2(7) + F2(7), F2(7) * 0 | F2(6), F2(30), F2(5), 0, 0
int(F2(5)), F2(5) == 5, str(F2(6)), 0 + F2(3), -F2(3), F2(2) < F2(3) | 5, True, 'F6', F2(3), F2(3), True
shiftr(8, 2), shiftr(8, -2), shiftl(8, 2), shiftl(8, -2), shiftr(8, 0) | 2, 32, 32, 2, 8
"""

LAYOUTS = """
Layout(8), Layout((4, 8)), Layout((3, (2, 4))) | Layout(8, 1), Layout((4, 8), (1, 4)), Layout((3, (2, 4)), (1, (3, 6)))
Layout((4, 8), 2), Layout((3, (2, 4)), 5), Layout([4, 8], [8, 1]) | Layout((4, 8), (2, 8)), Layout((3, (2, 4)), (5, (15, 30))), Layout((4, 8), (8, 1))
Layout((4, 8), 0), Layout((4, 8), E(1)), Layout((3, (2, 4)), (24, 1)) | Layout((4, 8), (0, 0)), Layout((4, 8), (E(1), 4 * E(1))), Layout((3, (2, 4)), (24, (1, 2)))
Layout((3, (2, 4)), (2, (1, 6)))(17), Layout((3, (2, 4)), (2, (1, 6)))(2, 5), Layout((3, (2, 4)), (2, (1, 6)))(100) | 17, 17, 99
Layout((3, (2, 4)), (2, (1, 6)))[1][0], Layout(4)[0], Layout((4, 8), (8, 1))(2, None) | Layout(2, 1), Layout(4), Layout((8,), (1,))
Layout((4, 8)).size(), Layout((4, 8)).size, Layout((4, 8), (9, 1)).cosize(), len(Layout((4, 8))) | 32, 32, 35, 2
Layout(((2, 3), 4)).get((0, 1)), Layout((4, 4), (4, 1))._offset_and_slice((1, None)), Layout._set((4, 8), (8, 1)) | Layout(3, 2), (4, Layout((4,), (1,))), Layout((4, 8), (8, 1))
Layout((5, 4), (E(2), E(1, 3)))(3, 2), Layout((4, 8), (E(0), E(1)))(ArithTuple(1, 2)) | ArithTuple(0, (0, 0, 0, 2), 3), (1, 2)
Layout((8, 8), (F2(9), F2(1)))(3, 9), Layout((8, 8), (F2(9), F2(1))).stride, Layout(8, F2(3))(F2(3)) | F2(27 ^ 9), (F2(9), F2(1)), F2(5)
Layout((4, 8)) == Layout(32), Layout((4, 8)) == (4, 8), isinstance(Layout(4), LayoutBase), is_layout(Layout(4)), is_layout(4) | False, False, True, True, False
slice_and_offset((2, None), Layout((4, 8), (8, 1))), slice_and_offset((1, 2), Layout((4, 4), (4, 1)))[1] | (Layout((8,), (1,)), 16), 6
make_layout([Layout(3, 1), Layout((5, 1), (7, 2)), Layout(2, 42)]) | Layout((3, (5, 1), 2), (1, (7, 2), 42))
make_layout(Layout(4), Layout(2, 8)), make_layout(L for L in (Layout(4),)), make_layout(Layout(4)) | Layout((4, 2), (1, 8)), Layout((4,), (1,)), Layout((4,), (1,))
make_layout_like(Layout((4, 8), (100, 1))), make_layout_like(Layout((2, 3, 4, 5), (0, 42, 4, 0))) | Layout((4, 8), (8, 1)), Layout((2, 3, 4, 5), (0, 4, 1, 0))
make_ordered_layout((4, 8), (1, 0)), make_ordered_layout((2, 3, 4, 2), (0, 2, 3, 0)) | Layout((4, 8), (8, 1)), Layout((2, 3, 4, 2), (1, 4, 12, 2))
tiler_to_layout(3), tiler_to_layout([4, 5]), tiler_to_layout((Layout(4, 2), Layout(5, 3))) | Layout(3, 1), Layout((4, 5), (E(0), E(1))), Layout((4, 5), (2 * E(0), 3 * E(1)))
tiler_to_layout(Layout((7, 2), (3, 1))), tiler_to_layout(4, E(1)) | Layout((7, 2), (3, 1)), Layout(4, E(1))
Swizzle(2, 4, 3)(249), Swizzle(2, 0, 2)(13), Swizzle(0, 0, 0)(7), Swizzle(3, 3, 3).size(), Swizzle(3, 3, 3).cosize() | 233, 14, 7, 512, 512
Swizzle(2, 4, 3).yyy_msk, Swizzle(2, 4, -3).zzz_msk, Swizzle(3, 3, 3)(F2(209)), Swizzle(3, 3, 3).bits | 384, 384, F2(201), 3
ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, 64), (64, 1)))(3, 9) | 209
ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, 64), (64, 1)))[1].layoutA | Layout(64, 1)
ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, 64), (64, 1)))(2, None).offset | 128
ComposedLayout(Swizzle(3, 3, 3), 8, Layout(4)).layoutB, len(ComposedLayout(Swizzle(3, 3, 3), 8, Layout(4))) | Swizzle(3, 3, 3), 1
Layout((4, 8), (8, 1)) @ Layout(4, 2), from_layouts(to_layouts(Layout(4, 2))) | Layout((2, 2), (16, 1)), Layout(4, 2)
"""

ALGEBRA = """
coalesce(Layout((2, (1, 6)), (1, (6, 2)))), coalesce(Layout((2, (1, 6)), (1, (6, 2))), (1, 1)) | Layout(12, 1), Layout((2, 6), (1, 2))
coalesce[1](Layout((3, (2, 6)), (1, (3, 6)))), coalesce(Layout((2, 1, 6, 1), (1, 7, 8, 0))) | Layout((3, 12), (1, 3)), Layout((2, 6), (1, 8))
coalesce(Layout((3, (2, 6))), mode=1), coalesce((4, 8)), coalesce(None), coalesce(Layout((2, 2)), None) | Layout((3, 12), (1, 3)), Layout((4, 8), (E(0), E(1))), None, Layout((2, 2))
coalesce_z(Layout((2, 1, 6, 1), (1, 7, 8, 0))), coalesce_z[1](Layout((3, (2, 6)))), coalesce_z(None) | Layout((2, 6, 1), (1, 8, 0)), Layout((3, 12), (1, 3)), None
filter(Layout((2, 4, 3), (0, 1, 0))), filter(Layout((2, 4), (0, 1)), (1, None)) | Layout(4, 1), Layout((1, 4), (0, 1))
composition(Layout((6, 2), (8, 2)), Layout((4, 3), (3, 1))) | Layout(((2, 2), 3), ((24, 2), 8))
composition(Layout(20, 2), Layout((5, 4), (4, 1))), composition(Layout(12), Layout((4, 3))) | Layout((5, 4), (8, 2)), Layout((4, 3), (1, 4))
composition[1](Layout((4, 6), (1, 4)), Layout(3, 2)), composition(Layout((4, 6)), (None, 3)) | Layout((4, 3), (1, 8)), Layout((4, 3), (1, 4))
composition(None, Layout(4)), composition(Layout((8, 12), (12, 1)), [4]), composition((3, 4), Layout(12)) | Layout(4), Layout((4, 12), (12, 1)), Layout((3, 4), (E(0), E(1)))
composition[0, 1](Layout(((4, 6), 2)), Layout(3, 2)) | Layout(((4, 3), 2), ((1, 8), 24))
complement(Layout(4, 2)), complement(Layout((2, 2), (1, 6))), complement(Layout(4, 2), extend=20) | Layout((2, 1), (1, 8)), Layout((3, 1), (2, 12)), Layout((2, 3), (1, 8))
complement(Layout(4, 2), 24), complement(Layout(4, 2), max_idx=1), complement(4), complement(None) | Layout((2, 3), (1, 8)), Layout(2, 1), Layout(1, 4), None
complement(Layout((4, 3), (E(0), E(1))), (8, 12)) | Layout((2, 4), (4 * E(0), 3 * E(1)))
logical_divide(Layout(24, 1), Layout(4, 2)), logical_divide[1](Layout((3, 8)), Layout(4, 2)) | Layout((4, (2, 3)), (2, (1, 8))), Layout((3, (4, 2)), (1, (6, 3)))
logical_divide(Layout((8, 12), (12, 1)), (4, 3)), logical_divide(Layout((8, 12)), None) | Layout(((4, 2), (3, 4)), ((12, 48), (1, 3))), Layout((8, 12))
logical_divide[0, 1](Layout(((2, 8), 3)), 4), logical_divide(None, Layout(4, 1)) | Layout(((2, (4, 2)), 3), ((1, (2, 8)), 16)), Layout((4, 1), (1, 0))
zipped_divide(Layout((9, 32)), (Layout(3, 3), Layout((2, 4), (1, 8)))) | Layout(((3, (2, 4)), (3, 4)), ((3, (9, 72)), (1, 18)))
zipped_divide[1](Layout((5, 24)), Layout(4, 2)), zipped_divide(Layout((8, 12), (12, 1)), [4, 3]) | Layout((5, (4, (2, 3))), (1, (10, (5, 40)))), Layout(((4, 3), (2, 4)), ((12, 1), (48, 3)))
tiled_divide(Layout((8, 12), (12, 1)), (4, 3)) | Layout(((4, 3), 2, 4), ((12, 1), 48, 3))
hier_unzip(logical_divide, Layout((8, 12), (12, 1)), (4, 3)) | zipped_divide(Layout((8, 12), (12, 1)), (4, 3))
logical_product(Layout((2, 2), (4, 1)), Layout(6, 1)), logical_product(Layout(3, 1), Layout(4, 1)) | Layout(((2, 2), (2, 3)), ((4, 1), (2, 8))), Layout((3, 4), (1, 3))
logical_product[0](Layout((3, 5), (1, 20)), Layout(4, 1)), logical_product(Layout(8), 4) | Layout(((3, 4), 5), ((1, 3), 20)), Layout((8, 4), (1, 8))
zipped_product(Layout((2, 2), (4, 1)), Layout((2, 3))), tiled_product(Layout((2, 2), (4, 1)), Layout((2, 3))) | Layout(((2, 2), (2, 3)), ((4, 1), (2, 8))), Layout(((2, 2), 2, 3), ((4, 1), 2, 8))
blocked_product(Layout((2, 5), (5, 1)), Layout((3, 4), (1, 3))) | Layout(((2, 3), (5, 4)), ((5, 10), (1, 30)))
raked_product(Layout((2, 5), (5, 1)), Layout((3, 4), (1, 3))) | Layout(((3, 2), (4, 5)), ((10, 5), (30, 1)))
right_inverse(Layout((4, 8), (1, 4))), right_inverse(Layout((4, 8), (8, 1))), right_inverse(Layout((4, 8), (1, 5))) | Layout(32, 1), Layout((8, 4), (4, 1)), Layout(4, 1)
right_inverse(Layout((8, 8), (F2(9), F2(1)))), right_inverse(None), right_inverse(8) | Layout((8, 8), (F2(8), F2(9))), None, Layout(8)
left_inverse(Layout((4, 8), (1, 4))), left_inverse(Layout((4, 8), (1, 5))), left_inverse(None) | Layout(32, 1), Layout((5, 8), (1, 4)), None
nullspace(Layout((4, 5), (E(0), E(1)))), nullspace(Layout((4, 5), (0, E(1)))), nullspace(Layout((2, 4, 6), (1, 2, 0))) | Layout(1, 0), Layout(4, 1), Layout(6, 8)
layout_add(Layout(12, 1), Layout(12, 1)), layout_add(Layout(5, 0), Layout(5, 1)), layout_add(Layout(4), None) | Layout(12, 2), Layout(5, 1), Layout(4)
layout_add(Layout((4, 3), (1, 4)), Layout((4, 3), (3, 1))), layout_add(None, Layout(4)) | Layout((4, 3), (4, 5)), Layout(4)
layout_add(Layout((5, 3, 4), (1, 5, 15)), Layout((10, 6), (1, 10))) | Layout(60, 2)
greatest_common_domain((10,), (10,)), greatest_common_domain((6, 35), (15, 14)), greatest_common_domain((5, 3), (3, 5)) | Layout((10,), (1,)), Layout((3, 7), (1, 30)), Layout((1,), (0,))
greatest_common_domain(Layout((16, 3)), (16, 3)) | Layout((16, 3), (1, 16))
recast(Layout(24, 1), 8), recast(Layout(24, 2), 4), recast(Layout((24, 24), (24, 1)), 6) | Layout(3, 1), Layout(12, 1), Layout((24, 4), (4, 1))
recast(Layout((4, 4), (4, 1)), 8), recast(Layout((8, 4, 6), (1, 0, 2)), 1) | Layout((2, 1), (1, 1)), Layout((8, 4, 6), (1, 0, 2))
recast(Layout(24, 1), Fraction(1, 6)), recast(Layout((4, 6), (6, 1)), Fraction(1, 4)), recast(Layout(24, 2), 1) | Layout(144, 1), Layout((4, 24), (24, 1)), Layout(24, 2)
recast(Layout(((4, 6), 8), ((1, 4), 24)), Fraction(1, 6)), recast(Layout((8, 4), (0, 2)), 4), recast(Layout(8, 0), 6) | Layout(((24, 6), 8), ((1, 24), 144)), Layout((8, 2), (0, 1)), Layout(8, 0)
recast(Layout((8, 4), (E(0), E(1))), (2, Fraction(1, 2))), recast(Layout(24, 1), Fraction(3, 2)) | Layout((4, 8), (E(0), E(1))), Layout(16, 1)
"""

TENSORS = """
make_tensor((3, 5)).layout, is_tensor(make_tensor((3, 5))), is_tensor(Layout(4)) | Layout((3, 5), (1, 3)), True, False
Tensor(Ptr(array('d', [1, 2, 3, 4])), Layout((2, 2), (2, 1)))[1, 0], shape(make_tensor((3, 5))), rank(make_tensor((3, 5))) | 3.0, (3, 5), 2
Array(8, dtype=ctypes.c_int)[5], len(Array(8)), (Ptr([5, 6, 7, 8]) + 1 + 1)[1] | 0, 8, 8
ImplicitAccessor(0)[5], (ImplicitAccessor(0) + 3)[2], ImplicitAccessor(ArithTuple(10, 20))[ArithTuple(1, 2)] | 5, 5, (11, 22)
TransformAccessor(Ptr([1, 2, 3]), lambda x: x * x)[2], Tensor(TransformAccessor(Ptr([1, 2, 3]), str), Layout(3))[1] | 9, '2'
identity_tensor((3, 4))[1, 2], identity_tensor((2, (3, 4)))[1, (2, 3)], identity_tensor((3, 4))[1, None][2], identity_tensor(7)[3] | (1, 2), (1, (2, 3)), (1, 2), 3
issubclass(Ptr, MutableAccessor), issubclass(ImplicitAccessor, Accessor), isinstance(Array(1), Ptr) | True, True, True
print_tensor(Layout((2, 3))), print_table(Layout((2, 3)), print_type=False) | None, None
ModeOpDecorator(lambda a, b, *, mode=(), c=None: (a, b, mode, c)).__wrapped__(1, 2, mode=(3,)) | (1, 2, (3,), None)
"""

CASES = [line for part in (TREES, SHAPES, SCALARS, LAYOUTS, ALGEBRA, TENSORS) for line in part.strip().splitlines()]


@pytest.mark.parametrize("line", CASES)
def test_documented_value(line, capsys):
    found, _, expected = line.rpartition(" | ")
    assert read(f"({found},)") == read(f"({expected},)")


@pytest.mark.parametrize("name", ours.__all__)
def test_every_exported_name_is_exercised(name):
    assert any(re.search(rf"\b{name}\b", line) for line in CASES)


def test_the_compatible_names_stay_out_of_the_package():
    assert not {"filter", "divmod", "hier_unzip", "to_layouts", "from_layouts", "is_layout"} & set(layouts.__all__)


# -- a script ----------------------------------------------------------------------------------------------------------

SCRIPT = """
import layouts.interop.pycute as pycute
from layouts.interop.pycute import *

tile   = Layout((128, 64), (64, 1))                         # a row-major tile in memory
thr    = Layout((16, 8), (8, 1))                            # threads on it
by_thr = logical_divide(tile, tuple(shape(thr)))
assert rank(by_thr) == 2 and size[0](by_thr) == 128

zipped = zipped_divide(tile, shape(thr))
assert shape(zipped) == ((16, 8), (8, 8))
for t in range(size[0](zipped)):
  i, j = idx2crd(t, shape[0](zipped))
  assert zipped(t, 3) == tile(i + 16 * 3, j) == zipped((i, j), (3, 0))

coords = composition(tiler_to_layout(shape(tile)), zipped_divide(Layout((128, 64)), shape(thr)))
for k in range(0, size(coords), 97):
  m, n = coords(k)
  assert tile(m, n) == zipped(k)

swizzled = Layout((8, 64), (F2(72), F2(1)))
plain    = Layout((8, 64), (64, 1))
for k in range(size(plain)):
  assert int(swizzled(k)) == Swizzle(3, 3, 3)(plain(k))
assert composition(swizzled, right_inverse(swizzled))(77) == 77

T = make_tensor(Layout((4, 4), (4, 1)), dtype=ctypes.c_int)
for k in range(size(T)):
  T[k] = k
row = T[1, None]
assert [row[j] for j in range(4)] == [1, 5, 9, 13] and row.layout == Layout((4,), (1,))
assert [T[:, 2][i] for i in range(4)] == [8, 9, 10, 11]
T[1, None][2] = 99
assert T[1, 2] == 99 == row[2]
assert coalesce(T).accessor is T.accessor and logical_divide(T, 2).layout == logical_divide(T.layout, 2)

old = pycute.Layout((4, 8), (8, 1))                         # CUTLASS's spelling
assert old.size() == pycute.size(old) == 32 and old.cosize() == 32 and len(old) == 2
assert pycute.make_layout(old, pycute.complement(old, 64)) == pycute.make_layout([old, Layout(2, 32)])
assert [sub for sub in old] == [old[0], old[1]]
"""


def test_a_script_for_pycute_runs_unchanged():
    exec(compile(SCRIPT, "script", "exec"), {"ctypes": ctypes})


# -- values and objects ------------------------------------------------------------------------------------------------

VALUES = [
    "Layout((4, 8), (8, 1))",
    "Layout((4, 8), (E(0), 2 * E(1)))",
    "Layout((8, 8), (F2(9), F2(1)))",
    "Layout((4, 2), (0, 0), over=F2Module)",
    "F2(9)",
    "E(1, 2)",
    "ArithTuple(1, 2, 0)",
    "ArithTuple(((1, 2),))",
    "0 * E(0)",
    "Swizzle(3, 3, 3)",
    "ComposedLayout(Swizzle(3, 3, 3), 8, Layout((8, 64), (64, 1)))",
]


@pytest.mark.parametrize("text", VALUES)
def test_values_are_copied_pickled_and_printed_as_themselves(text):
    space = SPACE | {"F2Module": layouts.F2}
    value = eval(text, dict(space))
    for other in (pickle.loads(pickle.dumps(value)), copy.deepcopy(value)):
        assert other == value
        assert type(other) is type(value)
    shown = repr(value).replace("over=F2)", "over=F2Module)")
    assert eval(shown, dict(space)) == value


def test_a_layout_goes_to_every_function_of_the_library_and_comes_back():
    L = ours.Layout((4, 8), (8, 1))
    assert layouts.is_bijective(L)
    assert layouts.equal(L, layouts.Layout((4, 8), (8, 1)))
    assert layouts.Layout((4, 8), (8, 1)) == L
    assert hash(L) == hash(layouts.Layout((4, 8), (8, 1)))
    assert type(layouts.composition(L, L)) is layouts.Layout
    assert type(ours.from_layouts(layouts.composition(L, L))) is ours.Layout
    for stride in ((9, 1), (ours.F2(9), ours.F2(1)), (ours.E(0), ours.E(1))):
        M = ours.Layout((8, 8), stride)
        assert type(ours.to_layouts(M)) is layouts.Layout
        assert layouts.Layout(M.shape, M.stride) == ours.to_layouts(M) == M
        assert list(M.table()[:4]) == [0, 9, 18, 27] if stride[0] == 9 else len(M.table()) == 64


def test_a_numpy_array_is_a_buffer_and_no_address():
    np = pytest.importorskip("numpy")
    a = np.arange(12, dtype=np.int32)
    T = ours.Tensor(ours.Ptr(a), ours.Layout((3, 4), (4, 1)))
    T[2, 3] = 99
    assert (T[1, 2], a[11]) == (6, 99)
    assert ours.is_int(a[0])
    assert not ours.is_int(a)
    with pytest.raises(ProfileError):
        ours.Ptr(a.reshape(3, 4))


def test_bit_vectors_are_hashed_as_the_integers_that_they_equal():
    S = ours.Layout((8, 8), (ours.F2(9), ours.F2(1)))
    assert {S(i) for i in range(64)} == set(range(64))


def test_coordinates_are_not_hashed_for_they_equal_tuples_of_several_lengths():
    with pytest.raises(TypeError):
        hash(ours.E(0))


@given(st.one_of(any_layout(), composed_layouts(2), swizzles(), vectors()))
def test_going_over_and_back_changes_nothing(value):
    there = ours.from_layouts(value)
    assert type(there) is not type(value)
    assert ours.to_layouts(there) == value
    assert type(ours.to_layouts(there)) is type(value)


@given(any_layout(), st.integers(0, 200))
def test_values_and_strides_are_those_of_the_library_in_every_module(L, index):
    there = ours.from_layouts(L)
    assert there(index) == L(index)
    assert there(layouts.idx2crd(index, L.shape)) == L(index)
    assert (there.shape, there.size(), there.cosize()) == (L.shape, L.size, L.cosize)
    if any(layouts.flatten(L).stride if isinstance(L.shape, tuple) else [L.stride]):
        assert ours.Layout(there.shape, there.stride) == L
    for one in ("coalesce", "coalesce_z", "right_inverse", "nullspace"):
        assert getattr(ours, one)(there) == getattr(layouts, one)(L)
        assert isinstance(getattr(ours, one)(there), ours.Layout)


@given(any_layout(), st.data())
def test_slices_have_the_values_of_the_library_in_every_module(L, data):
    coordinate = data.draw(slices(L.shape))
    kept, offset = ours.slice_and_offset(coordinate, ours.from_layouts(L))
    assert (kept, offset) == layouts.slice_and_offset(coordinate, L)
    assert type(kept) is ours.Layout


@given(composable_pairs())
def test_composition_is_that_of_the_library(pair):
    A, B = pair
    try:
        expected = layouts.composition(A, B)
    except NotALayoutError as refused:
        with pytest.raises(NotALayoutError) as caught:
            ours.composition(ours.from_layouts(A), ours.from_layouts(B))
        assert caught.value.witness == refused.witness
        return
    there = ours.composition(ours.from_layouts(A), ours.from_layouts(B))
    assert there == expected
    assert type(there) is ours.Layout


def test_a_tensor_keeps_its_elements_inside_its_buffer():
    data = array("i", range(8))
    T = ours.Tensor(ours.Ptr(data) + 2, ours.Layout((2, 3), (3, 1)))
    assert [T[i, j] for i in range(2) for j in range(3)] == [2, 3, 4, 5, 6, 7]
    assert T.accessor[0] == 2
    assert T.accessor == ours.Ptr(data) + 2
    assert T[1, None] == T[1, :]
    assert repr(T[1, None].accessor) == repr(T[1, None].accessor)
    assert type(ours.get[1](T)) is ours.Tensor
    assert type(ours.coalesce(layouts.Tensor(data, layouts.Layout((2, 4))))) is ours.Tensor
    assert ours.coalesce_z[1](T).layout == T.layout
    assert T.get((0,)).layout == ours.Layout(2, 3)
    with pytest.raises(LayoutError) as caught:
        ours.Tensor(ours.Ptr(data) + 3, ours.Layout((2, 3), (3, 1)))
    assert caught.value.witness == 5
    with pytest.raises(LayoutError, match="cannot hold"):
        ours.make_tensor(4, dtype=ctypes.c_byte)[0] = 300
    with pytest.raises(LayoutError):
        T[1, None] = 0


# -- where pycute is wrong, or is not followed -------------------------------------------------------------------------

REFUSED = [
    ("composition(Layout((6, 2), (1, 7)), Layout((3, 2), (2, 3)))", NotALayoutError, 5),
    ("composition(Layout((8, 3), (3, 1)), Layout((3, 3), (1, 3)))", NotALayoutError, 8),
    ("complement(Layout((2, 2), (1, 1)), 8)", NotInvertibleError, (1, 2)),
    ("complement(Layout((2, 2), (2, 3)))", NotInvertibleError, None),
    ("logical_divide(Layout((2, 2)), Layout((2, 2), (1, 1)))", NotInvertibleError, (1, 2)),
    ("logical_product(Layout(8, 3), Layout((2, 6), (1, 2)))", NotALayoutError, None),
    ("layout_add(Layout((2, 3), (1, 9)), Layout((3, 2), (1, 9)))", NotALayoutError, 3),
    ("recast(Layout(24, 2), Fraction(1, 2))", LayoutError, 2),
    ("recast(Layout((2, 4), (9, 2)), 2)", LayoutError, (2, 9)),
    ("recast(Layout((2, 2), (1, 1)), 2)", LayoutError, None),
    ("recast(Layout((8, 4, 6), (1, 0, 2)), 8)", NotALayoutError, 38),  # PyCuTe: (1,4,2):(1,0,1), of 3 groups 2
    ("recast(Layout(8, 0), Fraction(1, 2))", LayoutError, 0),
    ("recast(Layout(4), 0)", LayoutError, 0),
    ("recast(Layout(4), 0.5)", ProfileError, 0.5),
    ("recast(Layout((4, 4), (E(0), E(1))), 2)", ProfileError, 2),
    ("Swizzle(3, 0, 1)", LayoutError, (3, 1)),
    ("Swizzle(-1, 0, 0)", LayoutError, -1),
    ("idx2crd(32, (32, 4), (1, 33))", NotInvertibleError, 32),
    ("idx2crd(F2(5), (3, 4))", ProfileError, 3),
    ("Layout((4, 8))(F2(3))", ProfileError, None),
    ("ArithTuple(F2(1), 0)", ProfileError, None),
    ("Layout((4, 8), (F2(1), E(0)))", ProfileError, None),
    ("Layout((3, 3), (F2(1), F2(4)))", ProfileError, 3),
    ("Layout((4, 8), (1, 2, 3))", ProfileError, None),
    ("Layout((4, 8), 'x')", ProfileError, "x"),
    ("Layout(4.0)", ProfileError, 4.0),
    ("Layout(True)", ProfileError, True),
    ("Layout(None)", ProfileError, None),
    ("prefix_product((4, 8), (1, (2, 3)))", ProfileError, None),
    ("shape_div((10, 6), 4)", LayoutError, (10, 4)),
    ("crd2crd((5, 1), (4, 8))", ProfileError, (5, 1)),
    ("crd2crd((1, 5), 24)", ProfileError, (1, 5)),
    ("inner_product((1, 2), 3)", ProfileError, ((1, 2), 3)),
    ("take[3, 1]((1, 2, 3, 4))", ProfileError, (3, 1)),
    ("take[1, -1]((1, 2, 3, 4))", ProfileError, (1, -1)),
    ("get[5]((1, 2))", ProfileError, 5),
    ("unflatten(iter([1]), (1, 2))", ProfileError, 1),
    ("unflatten((1, 2, 3), (1, 2))", ProfileError, 3),
    ("transform_leaf(lambda a, b: a, (1, 2), (1,))", ProfileError, (1,)),
    ("make_layout(4)", ProfileError, 4),
    ("make_layout('ab')", ProfileError, "ab"),
    ("make_layout([Layout(4), 3])", ProfileError, 3),
    ("coalesce(3.5)", ProfileError, 3.5),
    ("coalesce_z(Layout(4), (1, 1))", ProfileError, (1, 1)),
    ("hier_unzip(3, Layout(4), 2)", ProfileError, 3),
    ("hier_unzip(lambda a, b: 3, Layout(4), 2)", ProfileError, 3),
    ("filter(Layout(4), 'x')", ProfileError, "x"),
    ("print_tensor(5)", ProfileError, 5),
    ("proj(5, E(0))", ProfileError, 0),
    ("proj(ArithTuple(1, 2), E(5))", ProfileError, 5),
    ("register_integer_type(3)", ProfileError, 3),
    ("tiler_to_layout((4, 5), 2)", ProfileError, 2),
    ("tiler_to_layout((4, None))", ProfileError, None),
    ("coshape(7)", ProfileError, 7),
    ("cosize(7)", ProfileError, 7),
    ("register_integer_type(str)", LayoutError, str),
    ("Ptr(140737488355328, ctypes.c_int)", LayoutError, 140737488355328),
    ("Ptr(5)", LayoutError, 5),
    ("Array(-1)", LayoutError, -1),
    ("Array(4)[4]", LayoutError, 4),
    ("Tensor([1, 2], Layout(2))", ProfileError, [1, 2]),
    ("Tensor(Ptr([1, 2]), 2)", ProfileError, 2),
    ("make_tensor(Layout(4, -1))", LayoutError, -3),
    ("make_tensor(Layout(4, E(0)))", LayoutError, None),
    ("shiftl(1, 2**70)", LayoutError, -(2**70)),
    ("E(10**9)", ProfileError, 10**9),
    ("ScaledBasis(1, (-1,))", ProfileError, -1),
]


@pytest.mark.parametrize(("text", "error", "witness"), REFUSED)
def test_refused(text, error, witness):
    with pytest.raises(error) as caught:
        read(text)
    if witness is not None:
        assert caught.value.witness == witness


@pytest.mark.parametrize("text", ["F2(1) + 1", "E(0) + 7", "ArithTuple(1, 2, 3) - 7", "E(0) * E(1)", "F2(1) * 'x'"])
def test_scalars_of_two_kinds_have_no_sum(text):
    with pytest.raises(TypeError):
        read(text)


@pytest.mark.parametrize("text", ["proj(E(0), E(0) + E(1))", "unit(E(0) + E(1))", "shape(Layout(4), (0, 1))"])
def test_type_errors_of_pycute_are_type_errors(text):
    with pytest.raises(TypeError):
        read(text)


def nest(value, levels):
    for _ in range(levels):
        value = [value, value]  # shared, so that a walk that never stops would take for ever
    return value


ONE_TREE = """
Layout product flatten leaves wrap is_tuple has_none shape size rank depth coalesce complement right_inverse left_inverse
nullspace tiler_to_layout ArithTuple as_tuple make_basis_like prefix_product tuple_max coordinates product_each
identity_tensor make_tensor filter stride
"""


@pytest.mark.parametrize("name", ONE_TREE.split())
def test_deep_nesting_is_refused_quickly(name):
    try:
        getattr(ours, name)(nest(2, 5000))
    except LayoutError:
        pass
    else:
        assert name in ("wrap", "is_tuple")


# -- CUTLASS's package as an oracle ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cutlass():
    return pytest.importorskip("pycute")


NOT_OURS = {
    "ABC": "of the standard library",
    "Union": "of the standard library",
    "chain": "of the standard library",
    "reduce": "of the standard library",
    "int_tuple": "a file of the package",
    "layout": "a file of the package",
    "swizzle": "a file of the package",
    "typing": "a file of the package",
}


def test_every_name_of_cutlass_is_here(cutlass):
    theirs = {name for name in dir(cutlass) if not name.startswith("_")}
    assert theirs - set(ours.__all__) == theirs & set(NOT_OURS)


def values(layout, count=None):
    """Return the values of a layout of either package by the definition, sharing no code with either."""
    extents, strides = brute.leaves(layout.shape), brute.leaves(layout.stride)
    count = brute.size(layout.shape) if count is None else count
    return [sum(c * d for c, d in zip(brute.digits(i, extents), strides, strict=True)) for i in range(count)]


def value(layout, index):
    extents, strides = brute.leaves(layout.shape), brute.leaves(layout.stride)
    return sum(c * d for c, d in zip(brute.digits(index, extents), strides, strict=True))


def is_layout(found):
    return min(brute.leaves(found.shape), default=1) >= 1


def draw_layout(rng):
    def tree(level):
        if level == 0 or rng.random() < 0.7:
            return rng.choice((1, 2, 3, 4, 6))
        return tuple(tree(level - 1) for _ in range(rng.randint(1, 3)))

    def steps(shape):
        if isinstance(shape, tuple):
            return tuple(steps(part) for part in shape)
        return rng.choice((0, 1, 1, 2, 2, 3, 4, 6, 8, 12, 24))

    shape = tree(2)
    stride = layouts.prefix_product(shape) if rng.random() < 0.3 else steps(shape)
    return shape, stride


KNOWN = [  # where CUTLASS is wrong, so that each test has a case
    (((6, 2), (1, 7)), ((3, 2), (2, 3)), 4),
    (((4, 8), (0, 1)), ((2, 2), (1, 1)), 3),
    (((2, 2), (1, 1)), ((2, 3), (1, 1)), 2),
    (((4, 8), (1, 5)), ((2, 4), (1, 2)), 2),
]


@pytest.fixture(scope="module")
def pairs():
    rng = seeded("pycute")
    drawn = [(draw_layout(rng), draw_layout(rng), rng.choice((1, 2, 3, 4, 6, 8))) for _ in range(2000 if DEEP else 250)]
    return [*KNOWN, *drawn]


def both(cutlass, call, *operands):
    """Return (theirs, ours), None for a refusal."""
    try:
        theirs = call(cutlass, *[make(cutlass) for make in operands])
    except (AssertionError, ZeroDivisionError):
        theirs = None
    try:
        mine = call(ours, *[make(ours) for make in operands])
    except LayoutError:
        mine = None
    return theirs, mine


def layout_of(pair):
    return lambda package: package.Layout(*pair)


EQUAL = {
    "coalesce": lambda p, A: p.coalesce(A),
    "coalesce by mode": lambda p, A: p.coalesce(A, (1,)),
    "filter": lambda p, A: p.filter(A),
    "size": lambda p, A: (int(p.size(A)), A.size()),
    "cosize": lambda p, A: (int(p.cosize(A)), A.cosize()),
    "modes": lambda p, A: [A[k] for k in range(len(A))],
    "make_layout": lambda p, A: p.make_layout(A, [A][0]),
    "text": lambda p, A: (p.flatten(A.shape), p.product(A.shape), p.tuple_max(A.shape), p.prefix_product(A.shape)),
    "prefix_product": lambda p, A: p.prefix_product(A.shape, 5),
    "elem_scale": lambda p, A: p.elem_scale(A.shape, A.shape),
    "inner_product": lambda p, A: p.inner_product(A.shape, A.stride),
    "slice_": lambda p, A: [p.slice_(c, A.shape) for c in (None, 0)],
    "slice_and_offset": lambda p, A: p.slice_and_offset(
        (None,) * len(A), p.make_layout([*map(A.__getitem__, range(len(A)))])
    ),
    "crd2idx": lambda p, A: [p.crd2idx(i, A.shape, A.stride) for i in (0, 1, 7, 50)],
    "values": lambda p, A: [A(i) for i in (0, 1, 7, 50)],
    "idx2crd inside": lambda p, A: [p.idx2crd(i, A.shape) for i in range(min(A.size(), 20))],
    "crd2crd": lambda p, A: p.crd2crd(0, A.shape),
    "right_inverse of compact": lambda p, A: p.right_inverse(p.Layout(A.shape)),
    "left_inverse of compact": lambda p, A: p.left_inverse(p.Layout(A.shape)),
    "complement of compact": lambda p, A: p.complement(p.Layout(A.shape), max_idx=A.size() * 3),
    "None": lambda p, A: (
        p.composition(A, None),
        p.logical_divide(A, None),
        p.right_inverse(None),
        p.left_inverse(None),
    ),
}


def shown(value):
    """Return a value of either package with its layouts as pairs."""
    if isinstance(value, (tuple, list)):
        return [shown(part) for part in value]
    return (value.shape, value.stride) if hasattr(value, "stride") else value


@pytest.mark.parametrize("name", EQUAL)
def test_the_same_as_cutlass(cutlass, pairs, name):
    for a, _, _ in pairs:
        theirs, mine = both(cutlass, EQUAL[name], layout_of(a))
        assert shown(theirs) == shown(mine), a


def test_shape_div_is_that_of_cutlass(cutlass, pairs):
    for (shape, _), _, n in pairs:
        theirs, mine = both(cutlass, lambda p, s=shape, n=n: p.shape_div(s, n))
        assert theirs == mine, (shape, n)


@pytest.mark.parametrize("numbers", [(3, 3, 3), (2, 4, 3), (1, 0, 1), (2, 4, -3), (0, 0, 3), (3, 0, 5)])
def test_swizzle_and_chain_are_those_of_cutlass(cutlass, numbers):
    theirs, mine = cutlass.Swizzle(*numbers), ours.Swizzle(*numbers)
    assert [theirs(i) for i in range(2048)] == [mine(i) for i in range(2048)]
    assert (theirs.size(), theirs.cosize(), theirs.yyy_msk, theirs.zzz_msk) == (
        mine.size(),
        mine.cosize(),
        mine.yyy_msk,
        mine.zzz_msk,
    )
    chains = [p.ComposedLayout(s, 8, p.Layout((8, 64), (64, 1))) for p, s in ((cutlass, theirs), (ours, mine))]
    assert len({tuple([C(i) for i in range(512)]) for C in chains}) == 1
    assert len({tuple([C[1](i) for i in range(64)]) for C in chains}) == 1
    assert chains[0].size() == chains[1].size()
    assert len(chains[0]) == len(chains[1])


def check(cutlass, call, operands, right):
    """Ours is right or refused; where theirs is right ours answers.  Return what theirs is: right, wrong or none."""
    theirs, mine = both(cutlass, call, *operands)
    assert mine is None or right(mine), [str(make(ours)) for make in operands]
    if theirs is None:
        return "none"
    fine = is_layout(theirs) and right(theirs)
    assert not fine or mine is not None, [str(make(ours)) for make in operands]
    return "right" if fine else "wrong"


def check_all(cutlass, cases, wrong):
    found = {check(cutlass, *case) for case in cases}
    assert found >= {"right", "wrong"} if wrong else found <= {"right", "none"}


def composed(A, B, first=lambda R: R):
    """The definition: first B, then A; shape refines that of B."""

    def right(R):
        R = first(R)
        return brute.refines(R.shape, B.shape) and values(R) == [value(A, v) for v in values(B)]

    return right


def test_composition_is_right_where_cutlass_is_and_where_it_is_not(cutlass, pairs):
    cases = []
    for a, b, _ in pairs:
        A, B = ours.Layout(*a), ours.Layout(*b)
        cases.append((lambda p, x, y: p.composition(x, y), (layout_of(a), layout_of(b)), composed(A, B)))
    check_all(cutlass, cases, wrong=True)


def test_complement_is_right_where_cutlass_is_and_where_it_is_not(cutlass, pairs):
    cases = []
    for a, _, n in pairs:
        expected = brute.complement(ours.Layout(*a), 6 * n)

        def right(R, expected=expected):
            return expected is not None and values(R) == expected

        cases.append((lambda p, x, n=n: p.complement(x, max_idx=6 * n), (layout_of(a),), right))
    check_all(cutlass, cases, wrong=True)


def test_right_inverse_is_right_and_never_shorter_than_that_of_cutlass(cutlass, pairs):
    longer = 0
    for a, _, _ in pairs:
        A = ours.Layout(*a)
        theirs, mine = both(cutlass, lambda p, x: p.right_inverse(x), layout_of(a))
        assert [value(A, v) for v in values(mine)] == list(range(mine.size()))
        assert [value(A, v) for v in values(theirs)] == list(range(theirs.size()))
        assert mine.size() >= theirs.size()
        longer += mine.size() > theirs.size()
    assert longer


def test_left_inverse_is_right_where_cutlass_is_and_where_it_is_not(cutlass, pairs):
    cases = []
    for a, _, _ in pairs:
        A = ours.Layout(*a)
        if A.size > 300:
            continue
        points = values(A)

        def right(R, A=A, points=points):
            back = [value(R, point) for point in points]
            return 0 <= min(back) <= max(back) < len(points) and [value(A, index) for index in back] == points

        cases.append((lambda p, x: p.left_inverse(x), (layout_of(a),), right))
    check_all(cutlass, cases, wrong=True)


def test_divisions_are_right_where_those_of_cutlass_are_and_where_they_are_not(cutlass, pairs):
    cases = []
    for a, b, n in pairs:
        A, B = ours.Layout(*a), ours.Layout(*b)
        cover = brute.complement(B, A.size)

        def right(R, A=A, B=B, cover=cover):
            inside = [[u + v for u in values(B)] for v in cover or []]
            return cover is not None and len(R) == 2 and values(R) == [value(A, k) for tile in inside for k in tile]

        cases.append((lambda p, x, y: p.logical_divide(x, y), (layout_of(a), layout_of(b)), right))
        cases.append((lambda p, x, y: p.zipped_divide(x, y), (layout_of(a), layout_of(b)), right))

        def rows(R, A=A, n=n):
            first = A[0]
            rest = [A[k] for k in range(1, len(A))]
            tiles = -(-first.size // n)
            table = [[value(first, i + n * j) for i in range(n)] for j in range(tiles)]
            for mode in rest:
                table = [[u + v for u in tile] for v in values(mode) for tile in table]
            return values(R) == [v for tile in table for v in tile]

        cases.append((lambda p, x, n=n: p.zipped_divide(x, (n,)), (layout_of(a),), rows))
        cases.append((lambda p, x, n=n: p.tiled_divide(x, (n,)), (layout_of(a),), rows))
    check_all(cutlass, cases, wrong=True)


def test_products_are_right_where_those_of_cutlass_are_and_where_they_are_not(cutlass, pairs):
    cases = []
    for a, b, _ in pairs:
        A, B = ours.Layout(*a), ours.Layout(*b)
        gaps = brute.gaps(A)

        def right(R, A=A, B=B, gaps=gaps):
            copies = [brute.mark(A, v) for v in values(B)] if gaps is not None else []
            return gaps is not None and values(R) == [u + v for v in copies for u in values(A)]

        cases.append((lambda p, x, y: p.logical_product(x, y), (layout_of(a), layout_of(b)), right))
        cases.append((lambda p, x, y: p.zipped_product(x, y), (layout_of(a), layout_of(b)), right))
    check_all(cutlass, cases, wrong=True)


WRONG = [
    ("carries between the modes", "composition(Layout((6, 2), (1, 7)), Layout((3, 2), (2, 3)))", None),
    ("an extent is cut short", "composition(Layout((5, 3), (7, 1)), Layout(7, 1))", None),
    ("a trailing 1 ends", "composition(Layout((4, 1), (1, 8)), Layout(8, 1))", "Layout((4, 2), (1, 8))"),
    ("overlap gives a size 0", "complement(Layout((2, 2), (1, 1)), max_idx=8)", None),
    ("a stride 0 ends the chain", "right_inverse(Layout((4, 8), (0, 1)))", "Layout(8, 4)"),
    ("padding is lost", "left_inverse(Layout((4, 8), (1, 5)))", "Layout((5, 8), (1, 4))"),
    ("an integer divides", "logical_product(Layout(8), 4)", "Layout((8, 4), (1, 8))"),
    (
        "None takes one row",
        "zipped_divide(Layout((8, 12), (12, 1)), (None, 3))",
        "Layout(((8, 3), (1, 4)), ((12, 1), (0, 3)))",
    ),
    ("the last digit wraps", "idx2crd(100, (3, 7, 2))", "(1, 5, 4)"),
    ("the source is not read", "crd2crd((1, 5), (2, 12), (4, 6))", "(1, 10)"),
]


@pytest.mark.parametrize(("what", "text", "right"), WRONG, ids=[what for what, _, _ in WRONG])
def test_known_wrong_answer_of_cutlass(cutlass, what, text, right):
    names = {name: getattr(cutlass, name) for name in dir(cutlass) if not name.startswith("_")}
    theirs = shown(eval(text, names))
    if right is None:
        with pytest.raises(LayoutError):
            read(text)
    else:
        assert read(text) == read(right)
        assert shown(read(right)) != theirs
