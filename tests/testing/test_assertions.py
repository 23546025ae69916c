"""The assertions: true where brute force says so, and otherwise with the points that show it."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import carry_free_layouts, composed_layouts, f2_layouts, z_layouts

from layouts import (
    F2,
    ComposedLayout,
    Layout,
    LayoutError,
    LinearLayout,
    ProfileError,
    Swizzle,
    TooLargeError,
    make_layout_tv,
)
from layouts.testing import (
    LayoutAssertionError,
    assert_bijective,
    assert_conflict_free,
    assert_covers,
    assert_equal,
    assert_in_bounds,
    assert_injective,
    assert_linear,
)

integers = st.one_of(z_layouts(), f2_layouts(), carry_free_layouts(), composed_layouts())


def fails(assertion, *arguments, **options):
    """Return the witness of a failing assertion, None where it holds."""
    try:
        assertion(*arguments, **options)
    except LayoutAssertionError as error:
        assert str(error)
        return error.witness
    return None


def values_of(layout):
    return [layout(i) for i in range(layout.size)]


@given(integers)
def test_injective_exactly_when_no_value_comes_twice(layout):
    values = values_of(layout)
    witness = fails(assert_injective, layout)
    assert (witness is None) == (len(set(values)) == len(values))
    if witness is not None:
        assert witness["first"] != witness["second"]
        assert layout(witness["first"]) == layout(witness["second"]) == witness["value"]


@given(integers, st.integers(1, 80))
def test_bijective_exactly_when_all_of_the_buffer_comes_once(layout, size):
    values = values_of(layout)
    for length in (None, size):
        wanted = list(range(layout.size if length is None else length))
        assert (fails(assert_bijective, layout, length) is None) == (sorted(values) == wanted)


@given(integers, st.integers(1, 300))
def test_in_bounds_exactly_when_every_value_is_an_index(layout, size):
    witness = fails(assert_in_bounds, layout, size)
    assert (witness is None) == all(0 <= v < size for v in values_of(layout))
    if witness is not None:
        assert layout(witness["at"]) == witness["value"]
        assert not 0 <= witness["value"] < size


@given(integers, integers)
def test_equal_exactly_when_all_values_are(a, b):
    for other in (b, a):
        witness = fails(assert_equal, a, other)
        assert (witness is None) == (values_of(a) == values_of(other))
        if witness is not None and "at" in witness:
            assert witness["value"] == a(witness["at"]) != witness["expected"]


@given(integers)
def test_linear_exactly_when_xor_of_indices_is_xor_of_values(layout):
    values, size = values_of(layout), layout.size
    power = size & (size - 1) == 0
    linear = power and all(values[x ^ y] == values[x] ^ values[y] for x in range(size) for y in range(size))
    witness = fails(assert_linear, layout)
    if power or witness is None:
        assert (witness is None) == linear
    if witness is not None and "x" in witness:
        assert layout(witness["x"]) ^ layout(witness["y"]) == witness["xor"] != witness["value"]


# -- one map, spelled in many ways -------------------------------------------------------------------------------------

SWIZZLED = Swizzle(3, 0, 3) @ Layout((64, 8), (8, 1))
TABLE = list(range(512))
SPELLINGS = {
    "layout": (SWIZZLED, {}),
    "chain": (ComposedLayout(Swizzle(3, 0, 3), 0, Layout((64, 8), (8, 1))), {}),
    "text of a layout": ("Sw<3,0,3> o (64,8):(8,1)", {}),
    "expression": ("i * 8 + (j ^ (i % 8))", {"i": 64, "j": 8}),
    "lets": ("i * 8 + x", {"i": 64, "j": 8, "let": {"x": "j ^ (i % 8)"}}),
    "python": ("i * 8 + (j ^ (i % 8)) // 1", {"i": 64, "j": 8, "dialect": "python"}),
    "function": (lambda i, j: i * 8 + (j ^ (i % 8)), {"i": 64, "j": 8}),
    "opaque function": (lambda i, j: TABLE[i * 8 + (j ^ (i % 8))], {"i": 64, "j": 8}),
    "variables": ("i * 8 + (t.x ^ (i % 8))", {"variables": {"i": 64, "t.x": 8}}),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling_of_a_map_is_the_same_map(name):
    subject, options = SPELLINGS[name]
    assert_injective(subject, **options)
    assert_bijective(subject, **options)
    assert_in_bounds(subject, 512, **options)
    assert_linear(subject, **options)
    assert_equal(subject, SWIZZLED, **options)
    assert_equal(SWIZZLED, subject, **options)
    assert_equal(subject, subject, **options)
    with pytest.raises(LayoutAssertionError, match="gives"):
        assert_in_bounds(subject, 511, **options)
    with pytest.raises(LayoutAssertionError, match="no point gives 512"):
        assert_bijective(subject, 513, **options)
    for pair in ((subject, "(64,8):(8,1)"), ("(64,8):(8,1)", subject)):
        with pytest.raises(LayoutAssertionError) as caught:
            assert_equal(*pair, **options)
        assert {caught.value.witness["value"], caught.value.witness["expected"]} == {8, 9}


def test_a_linear_layout_is_shown_by_its_names():
    good = LinearLayout([("lane", [[1, 0], [2, 0]]), ("warp", [[0, 1]])], [("row", 4), ("col", 2)])
    assert_bijective(good)
    assert_linear(good)
    bad = LinearLayout([("lane", [[1, 0], [2, 0]]), ("warp", [[3, 0]])], [("row", 4), ("col", 2)])
    with pytest.raises(LayoutAssertionError) as caught:
        assert_injective(bad)
    assert caught.value.witness["first"] == {"lane": 3, "warp": 0}
    assert caught.value.witness["second"] == {"lane": 0, "warp": 1}
    assert "(lane = 3, warp = 0) and (lane = 0, warp = 1) both give {'row': 3, 'col': 0}" in str(caught.value)


def test_coverage_names_thread_and_value():
    tiler, tv = make_layout_tv(Layout((4, 8), (8, 1)), Layout((2, 4), (4, 1)))
    assert_covers(tv, tiler)
    assert_covers("(4,2):(1,4)", 8)
    with pytest.raises(LayoutAssertionError, match="value 0 of thread 3 and as value 1 of thread 0"):
        assert_covers(Layout((4, 2), (1, 3)), (4, 2))
    with pytest.raises(LayoutAssertionError, match="held twice"):
        assert_covers(Layout((4, 2), (0, 1)), 2)
    assert_covers(Layout((4, 2), (0, 1)), 2, broadcast=True)


def test_conflicts_name_lanes_and_banks():
    tile = Swizzle(3, 3, 3) @ Layout((64, 64), (64, 1))
    lanes = {"r": "lane % 16", "c": "lane / 16 * 8"}
    assert_conflict_free(tile, lanes, elem=2, instruction="ldmatrix")
    with pytest.raises(LayoutAssertionError, match=r"lane 0 .* and lane 1 .* meet in bank 0") as caught:
        assert_conflict_free(Layout((64, 64), (64, 1)), lanes, elem=2, instruction="ldmatrix")
    assert caught.value.witness["lanes"] == (0, 1)


def test_overflow_fails_every_claim():
    for assertion in (assert_injective, assert_bijective, assert_linear):
        with pytest.raises(LayoutAssertionError, match="beyond int"):
            assertion("row * 4", row=[0, 1, 2**29])


# -- what no power of two is, and other refusals -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "options", "shown"),
    [
        ("i * 8", {"i": 6}, "i has 6 values, which is no power of two"),
        ("i ^ 3", {"i": 8}, "f(i = 0) = 3"),
        ("i - 4", {"i": 8}, "bit vectors are not negative"),
        ("(3,4):(1,3)", {}, "3"),
        ("(4,4):(1,3)", {}, "f("),
        ("1 + 4:1", {}, "f(0)"),
    ],
)
def test_what_is_not_linear_is_shown(subject, options, shown):
    with pytest.raises(LayoutAssertionError) as caught:
        assert_linear(subject, **options)
    assert shown in str(caught.value)


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda: assert_injective(5), ProfileError),
        (lambda: assert_injective(None), ProfileError),
        (lambda: assert_injective([1, 2]), ProfileError),
        (lambda: assert_injective(1.5), ProfileError),
        (lambda: assert_injective(True), ProfileError),
        (lambda: assert_injective("i * 8"), LayoutError),
        (lambda: assert_injective("i *", i=8), LayoutError),
        (lambda: assert_injective("(4,8):(8,1"), LayoutError),
        (lambda: assert_injective(Layout(8), i=8), LayoutError),
        (lambda: assert_injective(Layout(8), let={"a": "3"}), LayoutError),
        (lambda: assert_injective(Layout((4, 8)), names=("i",)), LayoutError),
        (lambda: assert_injective("i", names=("i",), i=8), LayoutError),
        (lambda: assert_injective("i", variables={"i": 8}, i=8), LayoutError),
        (lambda: assert_in_bounds(Layout(8), 0), LayoutError),
        (lambda: assert_in_bounds(Layout(8), "8"), LayoutError),
        (lambda: assert_in_bounds(Layout(8), 8.0), LayoutError),
        (lambda: assert_in_bounds("(4,4):(1@0,1@1)", 8), ProfileError),
        (lambda: assert_injective("i * i", i=2**30), LayoutError),
        (lambda: assert_equal("i", "(4,4):(1,4)", i=8), LayoutError),
        (lambda: assert_equal(Layout(8), 5), ProfileError),
        (lambda: assert_covers(Layout(8), 8), ProfileError),
        (lambda: assert_conflict_free(Layout(8), elem=0), LayoutError),
    ],
)
def test_bad_input_is_an_error_and_no_failure(call, kind):
    with pytest.raises(kind):
        call()


def test_points_are_named_as_the_user_names_them():
    layout = Layout(((2, 4), 4), ((1, 2), 7))
    with pytest.raises(LayoutAssertionError, match=r"\(m = \(1, 3\), n = 0\) and \(m = \(0, 0\), n = 1\) both give 7"):
        assert_injective(layout, names=("m", "n"))
    with pytest.raises(LayoutAssertionError, match=r"\(\(1, 3\), 0\) and \(\(0, 0\), 1\) both give 7"):
        assert_injective(layout)
    assert_injective(Layout(8, over=F2), names=("i",))


def test_the_error_is_an_assertion_error_that_travels():
    with pytest.raises(AssertionError) as caught:
        assert_injective("i / 2", i=4)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.witness) == (str(caught.value), caught.value.witness)


def test_proofs_do_not_depend_on_the_size():
    assert_bijective("i * 8 + (j ^ (i % 8))", i=2**40, j=8, int_bits=64)
    assert_bijective(Layout((2**40, 2**20), (2**20, 1)))


@pytest.mark.parametrize("pair", [("i*1000000", "(long long)i*1000000"), ("(long long)i*1000000", "i*1000000")])
def test_an_overflow_is_equal_to_nothing(pair):
    assert_equal(*pair, i=2148)
    assert_equal(*pair, i=10000, int_bits=64)
    witness = fails(assert_equal, *pair, i=5000)
    assert (witness["at"], witness["formula"]) == ({"i": 2148}, "i*1000000")
    with pytest.raises(LayoutAssertionError, match=r"at \(i = 2148\) '\*' gives 2148000000, beyond int"):
        assert_equal(*pair, i=5000)
    assert fails(assert_equal, "i*1000000", "5000:1000000", i=5000)["at"] == {"i": 2148}


def test_an_assertion_about_what_nobody_decided_does_not_pass():
    formula = "i < 2000000 ? 2 * i : i == 2999999 ? 10 : 3999999 + 2 * i"
    for assertion, more in ((assert_injective, ()), (assert_bijective, (2**24,))):
        with pytest.raises(TooLargeError, match="undecided"):
            assertion(formula, *more, i=3_000_000, limit=10)
    with pytest.raises(TooLargeError):
        assert_equal("i*i%101", "i*i%101 + 0", i=2**30, limit=10)


def test_types_may_stand_before_the_variables():
    assert_in_bounds("(tid + 1) / 8", 5, variables={"unsigned tid": 32})
    assert fails(assert_in_bounds, "(tid - 1) / 8", 4, variables={"unsigned tid": 32})["at"] == {"tid": 0}
