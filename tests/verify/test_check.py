"""``check`` answers by algebra exactly what enumeration answers, and names the smallest counterexample."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import (
    F2,
    ComposedLayout,
    EvaluationError,
    Layout,
    LayoutError,
    ParseError,
    Swizzle,
    TooLargeError,
    check,
    parse,
)
from layouts.verify.domain import Domain, Variable, read_variable
from layouts.verify.maps import AffineMap, TableMap, first_parting


def test_swizzled_tile_is_bijective_and_recovered():
    verdict = check("i * 8 + (j ^ (i % 8))", i=64, j=8)
    assert verdict.holds
    assert verdict.swizzled == ["Sw<3,0,3> o (64,8):(8,1)"]
    assert (verdict.minimum, verdict.maximum, verdict.injective) == (0, 511, True)
    assert verdict.f2_bases == {"i": [9, 18, 36, 64, 128, 256], "j": [1, 2, 4]}
    assert verdict.method.startswith("algebra")
    assert "bijective onto 0..511" in str(verdict)
    assert verdict.layout == ComposedLayout(Swizzle(3, 0, 3), 0, Layout((64, 8), (8, 1)))


def test_out_of_bounds_names_the_first_index():
    verdict = check("8 * row + ((i % 8) ^ row)", let={"row": "i / 8"}, i=512, size=512)
    assert not verdict.holds
    assert verdict.out_of_bounds == {"at": {"i": 456}, "value": 513}
    assert verdict.maximum == 567
    assert verdict.failures == ["in-bounds"]


def test_domain_of_2_to_the_43_is_decided_by_algebra():
    verdict = check("(long long)i * 8 + (j ^ i % 8)", i=2**40, j=8)
    assert verdict.holds
    assert verdict.maximum == 2**43 - 1
    assert verdict.swizzled == [f"Sw<3,0,3> o ({2**40},8):(8,1)"]


def test_collision_is_the_smallest_pair():
    verdict = check("i + 3 * j", i=4, j=4)
    assert verdict.collision == {"first": {"i": 3, "j": 0}, "second": {"i": 0, "j": 1}, "value": 3}
    assert verdict.failures == ["injective"]


def test_expect_any_requires_nothing():
    assert check("i / 2", i=8, expect="any").holds
    assert check("i * 2147483647", i=8, expect=["any"]).overflow is not None


def test_signed_overflow_fails_and_names_the_first_input():
    verdict = check("row * 4", row=[0, 1, 2**29 - 1, 2**29])
    assert verdict.failures == ["overflow"]
    assert verdict.overflow == {"at": {"row": 2**29}, "value": 2**31, "type": "int", "operator": "*"}
    assert check("(long long) row * 4", row=[0, 1, 2**29 - 1, 2**29]).holds
    assert check("row * 4", row=[0, 1, 2**29 - 1, 2**29], int_bits=64).holds


def test_overflow_beyond_the_limit_is_a_failing_verdict_with_the_first_bad_index():
    verdict = check("row * 4", row=2**30)
    assert verdict.failures == ["overflow"]
    assert verdict.overflow == {"at": {"row": 2**29}, "value": 2**31, "type": "int", "operator": "*"}
    assert verdict.injective
    assert "overflow   first at row = 536870912: '*' gives 2147483648, beyond int" in str(verdict)


def test_unsigned_wraps_as_c_does():
    verdict = check("i * 2147483648u", i=4)
    assert verdict.maximum == 2**31
    assert verdict.collision is not None


def test_equals_reports_the_first_difference():
    verdict = check("i * 8 + j", i=8, j=8, equals="(8,8):(8,2)")
    assert verdict.difference == {"at": {"i": 0, "j": 1}, "value": 1, "expected": 2}
    assert verdict.failures == ["equal"]
    assert check("i * 8 + j", i=8, j=8, equals=Layout((8, 8), (8, 1))).equal is True


def test_equals_takes_swizzled_affine_and_composed_layouts():
    assert check("i * 4 + (j ^ ((i / 2) % 4))", i=64, j=4, equals="Sw<2,0,3> o (64,4):(4,1)").equal
    assert check("lane ^ 2", lane=32, equals="2 + (2,2,8):(1,-2,4)").equal
    assert check("i + 7", i=range(3, 9), equals="10 + 6:1").equal
    assert not check("i + 7", i=range(3, 9), equals="9 + 6:1").equal
    assert check("(i + 5) ^ 9", i=8, equals="(2,2,2):(1,2,4)").difference == {
        "at": {"i": 0},
        "value": 12,
        "expected": 0,
    }


def test_equals_refuses_a_layout_of_other_modes():
    for text in ("(8,64):(1,8)", "8:1", "(64,8):(1@0,1@1)"):
        with pytest.raises(LayoutError):
            check("i * 8 + j", i=64, j=8, equals=text)


def test_same_as_compares_two_formulas():
    stepped, closed = "(i * 8 + (j ^ (i % 8)) ^ 4) + 4 * 8", "(i + 4) * 8 + (j ^ ((i + 4) % 8))"
    assert check(stepped, i=60, j=8, same_as=closed).equal
    verdict = check("i * 8 + (j ^ (i % 8))", i=64, j=8, same_as="i*8 + j")
    assert verdict.difference == {"at": {"i": 1, "j": 0}, "value": 9, "expected": 8}


def test_onto_needs_a_size_and_names_the_missed_value():
    with pytest.raises(LayoutError, match="needs a size"):
        check("i", i=8, expect="onto")
    verdict = check("i * 2", i=8, size=16, expect="onto")
    assert verdict.missed == 1
    assert verdict.failures == ["onto"]
    assert check("i / 2", i=16, size=8, expect="onto,in-bounds").holds
    assert check("i - 4", i=8, size=4, expect="onto").holds


def test_explicit_values_and_shifted_ranges_are_digits_by_position():
    verdict = check("i * 16 + ((((j >> 3) ^ (i >> 2)) % (16 >> 3)) << 3)", i=16, j=[0, 8], size=256)
    assert verdict.f2_bases == {"i": [16, 32, 72, 128], "j": [8]}
    assert verdict.method.startswith("algebra")
    assert check("i ^ 3", i=[1, 0, 3, 2]).method.startswith("enumeration")
    assert check("i ^ 3", i=range(8, 16)).method.startswith("algebra")
    assert check("i * 2", i=range(3, 7)).cute == "6 + 4:2"
    assert check("i * 2", i="3:7").cute == "6 + 4:2"


def test_size_one_variables_have_no_stride():
    verdict = check("i * 8 + j * 5", i=8, j=1)
    assert verdict.cute == "(8,1):(8,0)"


@pytest.mark.parametrize(
    ("expression", "variables", "error", "fragment"),
    [
        ("i +* 8", {"i": 4}, ParseError, "^"),
        ("i + k", {"i": 4}, ParseError, "k"),
        ("f<8,true>(i,i)", {"i": 4}, ParseError, "template"),
        ("(i + 1", {"i": 4}, ParseError, "^"),
        ("i / (i - 3)", {"i": 8}, EvaluationError, "i = 3"),
        ("i", {}, LayoutError, "none is given"),
        ("i", {"i": 0}, LayoutError, "no values"),
        ("i", {"i": "4;"}, ParseError, "expected a range"),
        ("i", {"i": "8:4"}, LayoutError, "no values"),
        ("i", {"i": [1, 1]}, LayoutError, "twice"),
        ("i", {"i": 1.5}, LayoutError, "1.5"),
        ("i", {"i": True}, LayoutError, "True"),
        ("i", {"i;": 4}, ParseError, "identifier"),
        ("i * i % 7", {"i": 2**40}, TooLargeError, str(2**40)),
        ("i + int", {"i": 4}, ParseError, "type"),
        ("i", {"int": 4}, ParseError, "keyword"),
    ],
)
def test_bad_input_is_refused_with_the_input_shown(expression, variables, error, fragment):
    with pytest.raises(error) as caught:
        check(expression, variables)
    assert fragment in str(caught.value)


def test_unknown_expectation_is_refused():
    with pytest.raises(LayoutError, match="bijective"):
        check("i", i=4, expect="bijective")


def test_a_value_beyond_int64_is_still_exact():
    verdict = check("(unsigned long long)i * 9223372036854775808u", i=2)
    assert verdict.maximum == 2**63
    assert check("i", i=[2**62, 2**63 - 1]).maximum == 2**63 - 1


# -- algebra against enumeration ---------------------------------------------------------------------------------------

SIZES = st.lists(st.integers(0, 3), min_size=1, max_size=3)


@st.composite
def sums(draw):
    extents = tuple(draw(st.lists(st.integers(1, 6), min_size=1, max_size=3)))
    strides = tuple(draw(st.integers(-9, 20)) if s > 1 else 0 for s in extents)
    return AffineMap(draw(st.integers(-5, 40)), Layout(extents, strides), extents)


@st.composite
def exclusive_ors(draw):
    bits = draw(SIZES)
    images = [draw(st.integers(0, 63)) for _ in range(sum(bits))]
    from layouts.linearity import from_images

    shape = tuple(1 << b for b in bits)
    return AffineMap(draw(st.integers(0, 63)), from_images(tuple(images), shape), shape)


@given(st.one_of(sums(), exclusive_ors()), st.integers(1, 80))
def test_algebra_equals_enumeration_on_every_question(known, size):
    import numpy

    table = TableMap(numpy.array([known(i) for i in range(known.size)]), known.shape)
    assert known.bounds() == table.bounds()
    assert known.collision() == table.collision()
    assert known.first_outside(size) == table.first_outside(size)
    assert known.missed(size) == table.missed(size)
    for mine, other in ((known.sums(), table.sums()), (known.bits(), table.bits())):
        assert (mine is None) == (other is None)
        if mine is not None:
            assert mine[0] == other[0]
            assert mine[1].table().tolist() == other[1].table().tolist()
    values = table.values.tolist()
    assert table.bounds() == (min(values), max(values))
    assert table.first_outside(size) == next((i for i, v in enumerate(values) if not 0 <= v < size), None)
    assert table.missed(size) == next((v for v in range(size) if v not in values), None)
    seen = {}
    pairs = [(seen.setdefault(v, i), i) for i, v in enumerate(values)]
    assert table.collision() == next(((i, j) for i, j in pairs if i != j), None)


@given(st.one_of(sums(), exclusive_ors()), st.one_of(sums(), exclusive_ors()))
def test_first_parting_is_the_first_index_where_tables_differ(a, b):
    import numpy

    if a.size != b.size:
        return
    expected = next((i for i in range(a.size) if a(i) != b(i)), None)
    table = TableMap(numpy.array([b(i) for i in range(b.size)]), b.shape)
    assert first_parting(a, b, 2**20) == expected
    assert first_parting(a, table, 2**20) == expected


def test_a_hole_among_negative_values_does_not_hide_a_missed_one():
    known = AffineMap(-10, Layout((2, 3), (1, 7)), (2, 3))  # -10 -9 -3 -2 4 5
    assert known.missed(6) == 0
    assert AffineMap(-3, Layout((2, 2), (1, 3)), (2, 2)).missed(1) is None  # -3 -2 0 1


def test_domain_counts_with_the_first_variable_fastest():
    domain = Domain([Variable("i", range(2, 5)), Variable("j", (0, 8))])
    points = [domain.point(index) for index in range(domain.size)]
    assert points[:4] == [{"i": 2, "j": 0}, {"i": 3, "j": 0}, {"i": 4, "j": 0}, {"i": 2, "j": 8}]
    arrays = domain.arrays(1, 6)
    assert [{name: int(a[k]) for name, a in arrays.items()} for k in range(5)] == points[1:]
    assert str(domain) == "i in 2..4, j in {0, 8}"
    with pytest.raises(LayoutError, match="twice"):
        Domain([read_variable("i", 4), read_variable("i", 8)])


def test_f2_layout_is_a_target():
    assert check("i * 64 + (j ^ (i * 8))", i=8, j=64, equals=parse("(8,64):(F72,F1)")).equal
    assert check("i * 64 + (j ^ (i * 8))", i=8, j=64, equals=Layout((8, 64), (72, 1), over=F2)).equal
