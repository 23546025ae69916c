"""table and at: equal to one call for each point, at any size, in any integer type, or refused."""

import random
import subprocess
import sys
from pathlib import Path

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEEP, INTEGER, carry_free_layouts, f2_layouts, layouts, seeded, z_layouts, zn_layouts

from layouts import F2, ComposedLayout, E, Layout, LayoutError, Swizzle, TooLargeError, Z, Zn, flatten

ROOT = Path(__file__).parents[1]


def columns(points, L):
    """Return values over Zn as rows of axes, from the brute force."""
    paths = sorted({path for d in flatten_strides(L) for path, _ in d.terms()})
    return [[dict(point).get(path, 0) for path in paths] for point in points]


def flatten_strides(L):
    return brute.leaves(L.stride)


@given(layouts())
def test_table_equals_one_call_for_each_index(L):
    points = brute.values(L)
    table = L.table()
    assert table.dtype == np.int64
    assert table.tolist() == (columns(points, L) if L.over is Zn else points)


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts()), st.data())
def test_at_equals_one_call_for_each_index(L, data):
    beyond = data.draw(st.sampled_from((L.size, 5 * L.size, 2**20, 2**40)))
    indices = data.draw(st.lists(st.integers(0, beyond), min_size=0, max_size=12))
    assert L.at(indices).tolist() == [brute.value(L, i) for i in indices]
    square = np.array([indices, indices], dtype=np.int64)
    assert L.at(square).shape == square.shape
    assert L.at(square).tolist() == [[brute.value(L, i) for i in indices]] * 2


@pytest.mark.parametrize("kind", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
def test_at_takes_indices_of_every_integer_type(kind):
    L = Layout((4, 8), (8, 1))
    assert L.at(np.array([0, 1, 14, 31, 100], dtype=kind)).tolist() == [0, 8, 19, 31, 25]
    assert L.at(np.array(14, dtype=kind)).tolist() == 19
    assert L.at([]).shape == (0,)


# -- large domains -----------------------------------------------------------------------------------------------------


def fast_values(L):
    """Return the values by numpy broadcasting over digits: an independent road that is fast enough for 2**18."""
    index = np.arange(L.size, dtype=object if L.size < 64 else np.int64)
    total = np.zeros(L.size, dtype=np.int64)
    extents, strides = flatten(L.shape), brute.leaves(L.stride)
    for s, d in zip(extents, strides, strict=True):
        index, digit = index // s, index % s
        if L.over is F2:
            for k in range(s.bit_length()):
                total ^= ((digit.astype(np.int64) >> k) & 1) * (d << k)
        else:
            total += digit.astype(np.int64) * d
    return total


def random_large(rng, over, size_at_least):
    extents, size = [], 1
    choices = (2, 4, 8, 16, 64, 256, 4096) if over is F2 else (2, 3, 5, 7, 8, 13, 64, 100, 255, 257, 1000, 4095, 4097)
    while size < size_at_least:
        s = rng.choice([1, *choices])
        if size * s > 2**18:
            break
        extents.append(s)
        size *= s
    strides = [rng.choice((0, 1, rng.randrange(1, 50), rng.randrange(1, 10**6))) for _ in extents]
    if over is Z:
        strides = [d * rng.choice((1, 1, -1)) for d in strides]
    return Layout(tuple(extents), tuple(strides), over=over)


@pytest.mark.parametrize("over", [Z, F2])
def test_tables_that_cross_the_block_size(over):
    rng = seeded("large tables")
    for _ in range(400 if DEEP else 60):
        L = random_large(rng, over, rng.choice((4000, 5000, 2**14, 2**17)))
        assert np.array_equal(L.table(), fast_values(L)), L


@pytest.mark.parametrize("over", [Z, F2])
def test_large_tables_of_compact_and_shuffled_modes(over):
    """Every way to cut 2**16 into three modes, in every order of the strides."""
    for a in range(0, 17, 4):
        for b in range(0, 17 - a, 3):
            sizes = (1 << a, 1 << b, 1 << (16 - a - b))
            for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
                strides, running = [0, 0, 0], 1
                for k in order:
                    strides[k], running = running, running * sizes[k]
                L = Layout(sizes, tuple(strides), over=over)
                assert np.array_equal(L.table(), fast_values(L)), L


def test_sizes_around_the_block_size():
    for n in (4095, 4096, 4097, 8191, 8192, 8193, 12289, 2**17 + 1):
        assert np.array_equal(Layout(n, 3).table(), 3 * np.arange(n))
        assert np.array_equal(Layout((n, 3), (1, n)).table(), np.arange(3 * n))
        assert np.array_equal(Layout((3, n), (n, 1)).table(), fast_values(Layout((3, n), (n, 1))))
        assert not Layout(n, 0).table().any()


def test_large_tables_over_zn():
    for shape in ((100, 200), (3, 5000), (5000, 3), ((2, 70), 64)):
        L = Layout(shape, over=Zn)
        first = shape[0] if isinstance(shape[0], int) else None
        table = L.table()
        expected = np.array([list(brute.leaves(L(i))) for i in range(0, L.size, 97)])
        assert np.array_equal(table[::97], expected)
        assert first is None or np.array_equal(table[:, 0], np.arange(L.size) % first)


@given(carry_free_layouts())
def test_both_modules_give_one_table_on_carry_free_layouts(L):
    assert np.array_equal(L.table(), Layout(L.shape, L.stride, over=F2).table())


# -- types, out, limits ------------------------------------------------------------------------------------------------

KINDS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", ">i4", "<u2"]


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts(), zn_layouts()), st.sampled_from(KINDS))
def test_a_type_holds_the_table_or_the_value_that_does_not_fit_is_named(L, kind):
    points = brute.values(L)
    rows = columns(points, L) if L.over is Zn else points
    entries = [n for row in rows for n in row] if L.over is Zn else rows
    info = np.iinfo(kind)
    if all(info.min <= n <= info.max for n in entries):
        assert L.table(dtype=kind).dtype == np.dtype(kind)
        assert L.table(dtype=kind).tolist() == rows
        out = np.full_like(np.zeros((len(rows), *np.shape(rows)[1:]), dtype=kind), 1)
        assert L.table(out=out) is out
        assert out.tolist() == rows
    else:
        with pytest.raises(LayoutError) as caught:
            L.table(dtype=kind)
        assert caught.value.witness in entries
        assert not info.min <= caught.value.witness <= info.max


@pytest.mark.parametrize("n", [3, 255, 256, 257, 5000, 70_000])
@pytest.mark.parametrize("kind", ["int8", "uint8", "int16"])
def test_small_types_with_long_broadcasts(n, kind):
    for L in (Layout(n, 0), Layout((n, 2), (0, 1)), Layout((2, n, 3), (1, 0, 2)), Layout((3, n), (40, 0))):
        assert np.array_equal(L.table(dtype=kind), fast_values(L))
    L = Layout((2, n), (E(0), 0), over=Zn)
    assert L.table(dtype=kind)[:, 0].tolist() == [0, 1] * n


def test_out_may_be_a_view_and_must_have_the_right_form():
    L = Layout((100, 100), (100, 1))
    wide = np.zeros(20_000, dtype=np.int32)
    L.table(out=wide[::2])
    assert np.array_equal(wide[::2], fast_values(L))
    assert not wide[1::2].any()
    backwards = np.zeros(10_000, dtype=np.int64)
    L.table(out=backwards[::-1])
    assert np.array_equal(backwards[::-1], fast_values(L))
    for bad in (np.zeros(9_999, dtype=int), np.zeros((100, 100), dtype=int), [0] * 10_000, 5):
        with pytest.raises(LayoutError):
            L.table(out=bad)
    with pytest.raises(LayoutError):
        Layout(4, E(0)).table(out=np.zeros(4, dtype=int))


@pytest.mark.parametrize("over", [Z, Zn])
@pytest.mark.parametrize("kind", ["float32", "bool", "complex64", "object", "U4"])
def test_a_type_that_holds_no_integers_is_refused(kind, over):
    with pytest.raises(LayoutError):
        Layout((2, 2), over=over).table(dtype=kind)


OVERFLOWS = [
    (Layout(4, 2**62), 3 * 2**62),
    (Layout(2, 2**63), 2**63),
    (Layout(2, -(2**63) - 1), -(2**63) - 1),
    (Layout(2, F2(2**63)), 2**63),
    (Layout(2, 2**70 * E(0)), 2**70),
]


@pytest.mark.parametrize(("L", "value"), OVERFLOWS, ids=str)
def test_values_beyond_int64_are_refused_not_wrapped(L, value):
    with pytest.raises(LayoutError) as caught:
        L.table()
    assert caught.value.witness == value
    assert str(value) in str(caught.value)


def test_values_up_to_the_edge_of_int64_are_given():
    assert Layout(2, -(2**63)).table().tolist() == [0, -(2**63)]
    assert Layout((2, 2), (2**62, 2**62 - 1)).table().tolist() == [0, 2**62, 2**62 - 1, 2**63 - 1]
    assert Layout(2, F2(2**63)).table(dtype="uint64").tolist() == [0, 2**63]
    assert Layout((2, 2), (-(2**62), 2**62)).table().tolist() == [0, -(2**62), 2**62, 0]
    assert Layout((2, 1), (1, 2**80)).table().tolist() == [0, 1]


def reach(L, largest):
    """Return the sum of the largest contributions of the digits of all indices up to ``largest``."""
    extents = flatten(L.shape)
    most = [min(s - 1, largest) for s in extents[:-1]]
    place = brute.size(extents[:-1])
    return sum(digit * d for digit, d in zip([*most, largest // place], brute.leaves(L.stride), strict=True))


@pytest.mark.parametrize("over", [Z, F2])
def test_at_is_right_or_refused_at_the_edge_of_int64(over):
    rng = random.Random(7)
    answered = 0
    for _ in range(3000):
        n = rng.randrange(1, 4)
        shape = tuple(2 ** rng.randrange(25) for _ in range(n))
        L = Layout(shape, tuple(rng.randrange(4) << rng.randrange(62) for _ in range(n)), over=over)
        indices = [rng.randrange(2 ** rng.randrange(1, 63)) for _ in range(3)]
        try:
            found = L.at(indices).tolist()
        except LayoutError:
            assert reach(L, max(indices)) >= 2**61, (L, indices)
            continue
        answered += 1
        assert found == [brute.value(L, i) for i in indices], (L, indices)
    assert answered > 300


@pytest.mark.parametrize(
    "indices",
    [[-1], [[0, 1], [2, -3]], [1.0], [True, False], ["1"], [2**70], np.array([2**63 + 1], "uint64"), None, [[], [1]]],
    ids=repr,
)
def test_at_refuses_what_is_no_array_of_natural_numbers(indices):
    with pytest.raises(LayoutError):
        Layout((4, 8), (8, 1)).at(indices)


def test_at_over_zn_is_refused():
    with pytest.raises(LayoutError):
        Layout(4, E(0)).at([1])


def test_tables_beyond_the_limit_are_refused_with_their_size():
    for L in (Layout(2**27), Layout((2**20, 2**20)), Layout(2**4096), Layout((2**30, 2), over=F2), Layout(2**30, E(0))):
        with pytest.raises(TooLargeError) as caught:
            L.table()
        assert caught.value.witness == L.size
    with pytest.raises(TooLargeError):
        Layout(9).table(limit=8)
    assert len(Layout(9).table(limit=9)) == 9


# -- chains ------------------------------------------------------------------------------------------------------------


def test_tables_of_chains():
    C = ComposedLayout(Swizzle(3, 3, 3), 17, Layout((8, 64), (64, 1)))
    expected = [C(i) for i in range(C.size)]
    assert C.table().tolist() == expected
    assert C.at([[0, 3], [511, 99]]).tolist() == [[expected[0], expected[3]], [expected[511], expected[99]]]


# -- without numpy -----------------------------------------------------------------------------------------------------

WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None
from layouts import (
    F2, ComposedLayout, E, Layout, NotALayoutError, Swizzle, TooLargeError, Zn, difference, equal, from_values, inverse,
    left_inverse, parse, right_inverse,
)
cases = ["(4,8):(8,1)", "(3,(2,5)):(7,(-1,0))", "(8,8):(F9,F1)", "(2,3):(1@0,2@1)", "():()", "(1,4):(5,3)"]
for text in cases:
    L = parse(text)
    table = L.table()
    assert type(table) is list, text
    assert table == [L(i) for i in range(L.size)], text
S = Swizzle(1, 0, 2) @ parse("(4,2):(2,1)")
assert S.table() == [S(i) for i in range(8)]
C = ComposedLayout(Swizzle(1, 0, 2), 3, parse("(3,2):(2,1)"))
assert C.table() == [C(i) for i in range(6)]
assert difference(C, Layout((3, 2))) == 0 and equal(C, C)
assert str(parse("(8,8):(8,1)") @ Layout(6, 3)) == "(3,2):(24,9)"
assert str(right_inverse(parse("(4,8):(8,1)"))) == "(8,4):(4,1)"
assert str(left_inverse(parse("(4,8):(1,5)"))) == "(5,8):(1,4)"
assert str(inverse(parse("(8,64):(F72,F1)"))) == "(64,8):(F8,F65)"
assert from_values([0, 24, 48, 9, 33, 57]) == parse("(3,2):(24,9)")
assert from_values([0, 3, 6, 5], over=F2) == parse("4:F3")
assert from_values(parse("(2,3):(1@0,2@1)").table(), over=Zn) == parse("(2,3):(1@0,2@1)")
for refused in ([0, 6, 7, 8, 9, 15], [1, 2], [0, 1, 1, 1]):
    try:
        from_values(refused)
    except NotALayoutError:
        continue
    raise AssertionError(refused)
try:
    Layout(2**27).table()
except TooLargeError:
    print("fine")
"""


def test_without_numpy_tables_are_lists_and_the_algebra_works():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMPY], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "fine\n", done.stderr


IMPORTS = """
import sys
sys.path.insert(0, {root!r})
import layouts
C = layouts.parse("Sw<3,3,3> o 0 o (8,64):(64,1)")
L = layouts.inverse(C.as_layout())
assert layouts.equal(L @ C.as_layout(), layouts.Layout(512)) and layouts.is_bijective(layouts.coalesce(L))
print(sorted({{"numpy", "galois", "typing", "dataclasses", "torch"}} & set(sys.modules)))
"""

BARE = """
import sys
sys.path.insert(0, {root!r})
before = set(sys.modules)
import layouts
assert "layouts" in sys.modules
print(sorted(set(sys.modules) - before - {{"layouts"}}))
"""


def bare_run(script):
    command = [sys.executable, "-I", "-S", "-c", script.format(root=str(ROOT))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_the_package_loads_nothing_else():
    assert bare_run(BARE) in ("[]", "['__future__']")


def test_the_core_leaves_heavy_modules_alone():
    assert bare_run(IMPORTS) == "[]"


@given(st.integers(1, 9), st.integers(-9, 9), st.lists(st.integers(-50, 50), min_size=1))
def test_a_single_mode_is_evaluated_below_zero_as_a_call_does(extent, stride, indices):
    A = Layout(extent, stride)
    assert A.at(indices).tolist() == [A(i) for i in indices]


def test_a_chain_through_negative_indices_has_a_table():
    chain = ComposedLayout(Layout(1, 16), -2, Layout(5, 8))
    assert chain.table().tolist() == [chain(i) for i in range(5)] == [-32, 96, 224, 352, 480]
