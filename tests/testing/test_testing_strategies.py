"""The strategies for users: valid, with all the interesting cases, and shrinking to small ones."""

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from layouts import (
    F2,
    ComposedLayout,
    Layout,
    LayoutError,
    LinearLayout,
    Swizzle,
    Z,
    Zn,
    composition,
    coverage,
    depth,
    flatten,
    is_bijective,
    is_carry_free,
    is_injective,
    product,
)
from layouts.testing import strategies as draw

# -- what is drawn is valid --------------------------------------------------------------------------------------------


@given(draw.shapes((1, 2, 3, 6), max_leaves=5, max_size=20))
def test_shapes_keep_their_bounds(shape):
    Layout(shape)
    flat = flatten(shape)
    assert 1 <= len(flat) <= 5
    assert set(flat) <= {1, 2, 3, 6}
    assert product(shape) <= 20


@given(st.data(), draw.layouts())
def test_layouts_take_the_coordinates_of_their_shape(data, layout):
    layout(data.draw(draw.coordinates(layout.shape)))


@pytest.mark.parametrize("over", [Z, Zn, F2], ids=str)
def test_layouts_are_over_the_module_that_is_asked_for(over):
    @given(draw.layouts(over))
    def law(layout):
        assert layout.over is over

    law()


@given(draw.layouts(Z, shape=draw.shapes((4, 8), max_leaves=2), max_stride=10))
def test_layouts_have_the_shape_that_is_asked_for(layout):
    assert set(flatten(layout.shape)) <= {4, 8}
    if not is_bijective(layout):
        assert all(0 <= d <= 10 for d in flatten(layout.stride))


@given(draw.compact_layouts())
def test_compact_layouts_are_bijections(layout):
    assert is_bijective(layout)


@given(draw.carry_free_layouts())
def test_carry_free_layouts_are_linear_over_f2(layout):
    assert is_carry_free(layout)


@given(draw.swizzles(), st.integers(0, 2**12))
def test_swizzles_are_involutions(swizzle, value):
    assert swizzle(swizzle(value)) == value


@given(draw.composed_layouts())
def test_chains_can_be_evaluated(chain):
    assert isinstance(chain, ComposedLayout)
    assert isinstance(chain(chain.size - 1), int)


@given(draw.linear_layouts())
def test_linear_layouts_have_their_names(layout):
    assert isinstance(layout, LinearLayout)
    assert [name for name, _ in layout.in_dims] == ["register", "lane", "warp"]
    assert [name for name, _ in layout.out_dims] == ["dim0", "dim1"]
    assert all(size <= 8 for _, size in layout.in_dims + layout.out_dims)


@given(draw.linear_layouts(("a", "b"), ("x",), invertible=True))
def test_invertible_linear_layouts_are(layout):
    assert layout.is_invertible()


def plain(value):
    """A value without the zeros at the end of coordinates, which say nothing."""
    if not isinstance(value, tuple):
        return value
    parts = [plain(part) for part in value]
    while parts and parts[-1] in (0, ()):
        parts.pop()
    return tuple(parts)


@pytest.mark.parametrize("over", [Z, Zn, F2], ids=str)
def test_pairs_compose(over):
    @given(draw.composable_pairs(over))
    def law(pair):
        A, B = pair
        found = composition(A, B)
        assert all(plain(found(i)) == plain(A(B(i))) for i in range(B.size))

    law()


@given(draw.tv_layouts())
def test_thread_value_layouts_cover_their_tile(pair):
    assert coverage(*pair)


# -- all the interesting cases come ------------------------------------------------------------------------------------

CASES = [
    (draw.shapes(), lambda s: isinstance(s, int), 0.02),
    (draw.shapes(), lambda s: isinstance(s, tuple) and depth(s) > 1, 0.1),
    (draw.shapes(), lambda s: isinstance(s, tuple) and len(s) == 1, 0.01),
    (draw.shapes(), lambda s: 1 in flatten(s), 0.1),
    (draw.layouts(), lambda L: L.over is Z, 0.15),
    (draw.layouts(), lambda L: L.over is F2, 0.15),
    (draw.layouts(), lambda L: L.over is Zn, 0.15),
    (draw.layouts(Z), is_injective, 0.3),
    (draw.layouts(Z), lambda L: not is_injective(L), 0.1),
    (draw.layouts(Z), is_bijective, 0.2),
    (draw.layouts(Z), lambda L: 0 in flatten(L.stride), 0.05),
    (draw.layouts(Z, negative=True), lambda L: min(flatten(L.stride)) < 0, 0.05),
    (draw.layouts(F2), is_injective, 0.2),
    (draw.layouts(F2), lambda L: not is_injective(L), 0.1),
    (draw.compact_layouts(), lambda L: L.size > 8, 0.2),
    (draw.carry_free_layouts(), lambda L: any(d & (d - 1) for d in flatten(L.stride)), 0.05),
    (draw.swizzles(), lambda s: s.bits == 0, 0.05),
    (draw.swizzles(), lambda s: s.bits and s.shift < 0, 0.1),
    (draw.composed_layouts(), lambda c: c.outer is None, 0.05),
    (draw.composed_layouts(), lambda c: isinstance(c.outer, Swizzle), 0.1),
    (draw.composed_layouts(), lambda c: isinstance(c.inner, ComposedLayout), 0.2),
    (draw.composed_layouts(), lambda c: c.offset != 0, 0.3),
    (draw.linear_layouts(), lambda L: L.is_surjective(), 0.1),
    (draw.linear_layouts(), lambda L: not L.is_injective(), 0.2),
    (draw.linear_layouts(), lambda L: any(not any(v) for _, vs in L.bases for v in vs), 0.1),
    (draw.linear_layouts(invertible=True), lambda L: L.size >= 16, 0.1),
    (draw.composable_pairs(), lambda p: p[1].size > 1, 0.4),
    (draw.composable_pairs(), lambda p: isinstance(p[1].shape, tuple) and p[1].size > 4, 0.1),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_special_cases_come_often(case):
    strategy, special, share = CASES[case]
    seen = []

    @settings(
        max_examples=200,
        database=None,
        phases=[Phase.generate],
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def count(value):
        seen.append(bool(special(value)))

    count()
    assert sum(seen) >= share * len(seen), sum(seen) / len(seen)


# -- and they shrink ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("strategy", "condition", "small"),
    [
        (draw.shapes(), lambda s: True, lambda s: product(s) == 1),
        (draw.shapes(), lambda s: product(s) >= 6, lambda s: product(s) == 6),
        (draw.layouts(Z), lambda L: not is_injective(L), lambda L: L.size == 2 and max(flatten(L.stride)) == 0),
        (
            draw.layouts(Z),
            lambda L: L.size > 4 and is_injective(L),
            lambda L: L.size <= 8 and sum(s > 1 for s in flatten(L.shape)) <= 2,
        ),
        (draw.swizzles(), lambda s: s(5) != 5, lambda s: s.bits == 1),
        (draw.linear_layouts(), lambda L: L.rank() == 2, lambda L: L.size <= 8),
        (draw.compact_layouts(), lambda L: L.size >= 4, lambda L: L.size <= 6),
    ],
)
def test_failures_shrink_to_small_values(strategy, condition, small):
    found = find(strategy, condition, settings=settings(max_examples=2000, database=None))
    assert small(found), found


@pytest.mark.parametrize(
    "call",
    [
        lambda: draw.shapes(()),
        lambda: draw.shapes((0, 1)),
        lambda: draw.shapes(max_leaves=0),
        lambda: draw.shapes((4, 8), max_size=2),
    ],
)
def test_a_strategy_that_has_nothing_to_draw_is_refused(call):
    with pytest.raises(LayoutError):
        call()
