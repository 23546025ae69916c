"""coalesce: the shortest flat layout that is the same function, unique over Z."""

from itertools import product

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import INTEGER, f2_layouts, layouts, z_layouts, zn_layouts

from layouts import F2, Layout, ProfileError, Z, Zn, coalesce, composition, equal, flatten, make_layout, parse

WORKED = [
    ("(2,2,2,2,2):(8,16,1024,2048,4096)", "(4,8):(8,1024)"),
    ("(3,4,1,5):(1,8,3,32)", "(3,20):(1,8)"),
    ("((2,2,2),(5,5)):((1,2,4),(10,50))", "(8,25):(1,10)"),
    ("(2,(1,6)):(1,(6,2))", "12:1"),
    ("(2,2):(1,2)", "4:1"),
    ("(4,1):(1,8)", "4:1"),
    ("(1,1):(3,5)", "1:0"),
    ("1:7", "1:0"),
    ("(8):(1)", "8:1"),
    ("():()", "1:0"),
    ("(2,3):(0,0)", "6:0"),
    ("(2,3):(-1,-2)", "6:-1"),
    ("(2,2):(F3,F6)", "4:F3"),
    ("(2,1,2):(2@0,7@0,4@0)", "4:2@0"),
    ("(4,1):(1@0,1@1)", "4:1@0"),
    ("1:0@0", "1:0@0"),
]


@pytest.mark.parametrize(("text", "expected"), WORKED)
def test_worked_values(text, expected):
    assert coalesce(parse(text)) == parse(expected)


BY_PROFILE = [
    ("((2,2),(2,4)):((1,2),(4,8))", (1, 1), "(4,8):(1,4)"),
    ("((2,2),(2,4)):((1,2),(4,8))", (None, 1), "((2,2),8):((1,2),4)"),
    ("((2,2),(2,4)):((1,2),(4,8))", (1,), "(4,(2,4)):(1,(4,8))"),
    ("((2,2),(2,4)):((1,2),(4,8))", (), "((2,2),(2,4)):((1,2),(4,8))"),
    ("((2,2),(2,4)):((1,2),(4,8))", None, "((2,2),(2,4)):((1,2),(4,8))"),
    ("((2,2),(2,4)):((1,2),(4,8))", 1, "32:1"),
    ("((2,2),(2,4)):((1,2),(4,8))", ((1, None), 1), "((2,2),8):((1,2),4)"),
    ("8:1", (8,), "(8):(1)"),
    ("((2,4)):((4,1))", (8,), "((2,4)):((4,1))"),
    ("(1,4):(5,1)", (1, 1), "(1,4):(0,1)"),
]


@pytest.mark.parametrize(("text", "profile", "expected"), BY_PROFILE)
def test_a_profile_applies_to_the_modes(text, profile, expected):
    assert coalesce(parse(text), profile) == parse(expected)
    assert equal(coalesce(parse(text), profile), parse(text))


@given(layouts())
def test_coalesce_keeps_the_function_and_leaves_nothing_to_merge(L):
    R = coalesce(L)
    assert brute.values(R) == brute.values(L)
    assert R.over is L.over
    assert R.depth <= 1
    extents, strides = flatten(R.shape), brute.leaves(R.stride)
    assert isinstance(R.shape, int) == (len(extents) == 1)
    assert 1 not in extents or (R.shape == 1 and not R.stride)
    assert all(strides[k + 1] != strides[k] * extents[k] for k in range(len(extents) - 1))
    assert coalesce(R) == R


def test_no_layout_of_lower_rank_is_the_same_function():
    """Every flat layout up to rank 2 against every layout of rank 1."""
    for module, extents in ((Z, (1, 2, 3, 4)), (F2, (1, 2, 4))):
        short = {
            tuple(brute.values(Layout(n, d, over=module)))
            for n in range(1, 17)
            for d in range(5)
            if module is Z or n & (n - 1) == 0
        }
        for shape, stride in brute.flat_layouts(2, extents, range(5)):
            L = Layout(shape, stride, over=module)
            assert isinstance(coalesce(L).shape, int) == (tuple(brute.values(L)) in short), L


def test_two_layouts_over_z_are_one_function_exactly_when_their_coalesced_forms_are_identical():
    forms = {}
    for shape, stride in brute.flat_layouts(2, range(1, 5), range(-2, 5)):
        L = Layout(shape, stride)
        assert forms.setdefault(tuple(brute.values(L)), coalesce(L)) == coalesce(L), L
    assert len(set(forms.values())) == len(forms) > 300


@given(st.one_of(z_layouts(stride=INTEGER), zn_layouts()))
def test_composition_with_the_identity_coalesces(L):
    identity = Layout(L.size)
    assert coalesce(composition(L, identity)) == coalesce(L)


@given(st.lists(z_layouts(), min_size=1, max_size=3), st.data())
def test_by_mode_is_coalesce_of_each_mode(parts, data):
    joined = make_layout(*parts)
    profile = tuple([data.draw(st.sampled_from((1, None))) for _ in parts])
    expected = make_layout(*[part if p is None else coalesce(part) for part, p in zip(parts, profile, strict=True)])
    assert coalesce(joined, profile) == expected


@given(f2_layouts())
def test_over_f2_every_extent_stays_a_power_of_two(L):
    assert all(s & (s - 1) == 0 for s in flatten(coalesce(L).shape))


@pytest.mark.parametrize("profile", [(1, 1, 1), (1, (1, 1, 1)), ((1, 1),), True, 1.0, "1", [1, 1], (1, 1.5)])
def test_profiles_that_do_not_fit_are_refused(profile):
    with pytest.raises(ProfileError):
        coalesce(parse("(4,(2,4)):(1,(4,8))"), profile)


def test_sizes_and_ranks_do_not_matter():
    big = 2**300
    assert coalesce(Layout((big, big, big))) == Layout(big**3)
    many = Layout((2, 3) * 20_000, (0, 1) * 20_000)
    assert len(flatten(coalesce(many).shape)) == 40_000
    for module, (a, b) in product((Z, Zn), [(1, 5)]):
        assert coalesce(Layout((1, 1), (0, 0), over=module)).size == a
        assert coalesce(Layout((b, 1), (0, 0), over=module)).size == b
