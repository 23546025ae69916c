"""What rearranges a tuple rearranges a layout: the same function in another form, or the modes that were chosen."""

import brute
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import composed_layouts, f2_layouts, layouts, trees, z_layouts, zn_layouts

import layouts as library
from layouts import (
    F2,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    NotALayoutError,
    ProfileError,
    Swizzle,
    TooLargeError,
    append,
    flatten,
    get,
    group,
    group_modes,
    is_tuple,
    lift,
    make_layout,
    parse,
    prepend,
    product,
    remove,
    repeat_like,
    replace,
    select,
    take,
    transform_leaf,
    unflatten,
    unwrap,
    wrap,
)

TREE = ((1, (2, 3)), 4, (5,))
HUNDRED = Layout((2, 3, 5, 7), (1, 2, 6, 30))


def mode_lists(rank):
    return st.lists(st.integers(-rank, rank - 1), max_size=4)


# -- reaching and choosing ---------------------------------------------------------------------------------------------


def test_get_is_called_in_three_ways():
    assert get[0, 1, 1](TREE) == get[0][1][1](TREE) == get(TREE, mode=(0, 1, 1)) == get[0](TREE, mode=[1, 1]) == 3
    assert get(TREE) == TREE
    assert get[-1](TREE) == (5,)
    assert get[0](7) == 7  # an integer has one mode, itself
    assert get[np.int64(1)](TREE) == 4
    assert repr(get[0, 1]) == "get[0, 1]"
    assert repr(get) == "get"


@given(layouts(), st.data())
def test_get_of_a_layout_is_the_layout_with_other_coordinates_0(L, data):
    path, part = [], L.shape
    while isinstance(part, tuple) and data.draw(st.booleans()):
        path.append(data.draw(st.integers(0, len(part) - 1)))
        part = part[path[-1]]
    R = get(L, mode=path)
    assert R.shape == part
    assert R.shape == get(L.shape, mode=path)
    assert R.stride == get(L.stride, mode=path)
    assert R.over is L.over

    def at(shape, steps, i):
        if not steps:
            return i
        return tuple(at(s, steps[1:], i) if k == steps[0] else 0 for k, s in enumerate(shape))

    for i in range(min(R.size, 20)):
        assert brute.value(R, i) == brute.value_at(L, at(L.shape, path, i))


@given(layouts(), st.data())
def test_select_and_take_of_a_layout_are_those_of_its_trees(L, data):
    chosen = data.draw(mode_lists(L.rank))
    R = select(L, mode=chosen)
    assert (R.shape, R.stride) == (select(L.shape, mode=chosen), select(L.stride, mode=chosen))
    assert list(R) == [L[k] for k in chosen]
    b, e = sorted([data.draw(st.integers(0, L.rank)) for _ in range(2)])
    assert take[b, e](L) == select(L, mode=list(range(b, e)))
    assert take[b, -1](L) == take[b](L) == take[b, L.rank](L)


def test_select_and_take_as_the_dsl_answers():
    assert str(get[1](HUNDRED)) == "3:2"
    assert str(select[1, 3](HUNDRED)) == "(3,7):(2,30)"
    assert str(select[2](HUNDRED)) == "(5):(6)"
    assert take[1, 4](HUNDRED) == Layout((3, 5, 7), (2, 6, 30))
    assert take[1, 1]((2, 3)) == ()
    assert select[1, 3]((1, 2, 3, 4)) == (2, 4)
    assert make_layout(*select[1, 3](HUNDRED)) == select[1, 3](HUNDRED)


@given(trees(st.integers(0, 9)), st.lists(st.integers(0, 3), max_size=4))
def test_get_undoes_lift(x, path):
    assert get(lift(x, mode=path), mode=path) == x
    assert get(lift(x, pad=None, mode=path), mode=path) == x


def test_lift_pads_before_the_value():
    assert lift[0, 2, 3](42) == ((0, 0, (0, 0, 0, 42)),)
    assert lift[1](42, pad=None) == (None, 42)
    assert lift(42) == 42


# -- regrouping --------------------------------------------------------------------------------------------------------


@given(layouts(), st.data())
def test_regrouping_keeps_the_function(L, data):
    b, e = sorted([data.draw(st.integers(0, L.rank)) for _ in range(2)])
    for R in (
        group_modes(L, b, e),
        group[b, e](L),
        flatten(L),
        wrap(L),
        unwrap(L),
        unwrap(wrap(wrap(L))),
        unflatten(flatten(wrap(L)), L.shape),
        append(L, Layout(1, 0)),
        prepend(L, Layout(1, 0)),
    ):
        assert brute.values(R) == brute.values(L)
    assert unflatten(flatten(wrap(L)), L) == L
    assert flatten(L).depth <= 1
    assert wrap(L).shape == (L.shape if isinstance(L.shape, tuple) else (L.shape,))


@given(trees(st.integers(0, 9), empty=True))
def test_flatten_and_unflatten_of_trees(t):
    assert flatten(t) == tuple(brute.leaves(t))
    assert unflatten(flatten(t), t) == t


def test_regrouping_as_the_dsl_answers():
    assert str(group_modes(HUNDRED, 1, 3)) == "(2,(3,5),7):(1,(2,6),30)"
    assert str(group_modes(HUNDRED, 1)) == "(2,(3,5,7)):(1,(2,6,30))"
    assert str(group_modes(HUNDRED, 1, 2)) == "(2,(3),5,7):(1,(2),6,30)"
    assert str(flatten(Layout(8))) == "8:1"
    assert str(flatten(parse("(8,(2,3)):(1,(8,16))"))) == "(8,2,3):(1,8,16)"
    assert group_modes((2, 3, 5), 1, 1) == (2, 3, 5)  # as in C++; the DSL refuses an empty range
    assert flatten(Layout((4, (2, 3))).stride) == (1, 4, 8)
    assert flatten(Layout((4, 8), (E(0), E(1))).stride) == (E(0), E(1))


def test_wrap_unwrap_and_is_tuple():
    assert [is_tuple(x) for x in ((1, 2), (), 3, [1], Layout((4, 2)))] == [True, True, False, False, False]
    assert unwrap((((4,),),)) == 4
    assert unwrap(()) == ()
    assert wrap(4) == wrap((4,)) == (4,)
    assert wrap(E(0)) == (E(0),)


# -- adding, replacing, removing ---------------------------------------------------------------------------------------


@given(st.one_of(st.tuples(*[z_layouts()] * 2), st.tuples(*[f2_layouts()] * 2), st.tuples(*[zn_layouts()] * 2)))
def test_append_prepend_and_replace_are_make_layout(pair):
    L, M = pair
    modes = list(L) if isinstance(L.shape, tuple) else [L]
    assert append(L, M) == make_layout(*modes, M)
    assert prepend(L, M) == make_layout(M, *modes)
    if isinstance(L.shape, tuple):
        for k in range(L.rank):
            assert replace[k](L, M) == make_layout(*modes[:k], M, *modes[k + 1 :])
            assert get[k](replace[k](L, M)) == M
            assert remove[k](L) == make_layout(*modes[:k], *modes[k + 1 :])
            assert remove[k](L).over is L.over or L.rank == 1


@given(trees(st.integers(0, 9)), trees(st.integers(0, 9)), st.data())
def test_replace_reaches_any_path(t, x, data):
    path, part = [], t
    while isinstance(part, tuple) and data.draw(st.booleans()):
        path.append(data.draw(st.integers(0, len(part) - 1)))
        part = part[path[-1]]
    R = replace(t, x, mode=path)
    assert get(R, mode=path) == x
    assert replace(R, part, mode=path) == t


def test_append_up_to_a_rank_as_the_dsl_answers():
    assert str(append(Layout(4), Layout(4, 9), up_to_rank=3)) == "(4,4,4):(1,9,9)"
    assert str(prepend(Layout(4), Layout(4, 9))) == "(4,4):(9,1)"
    assert append((1, 2), (3, 4)) == (1, 2, (3, 4))
    assert append(1, 2) == (1, 2)
    assert append(1, 2, up_to_rank=1) == 1
    assert append((1, 2), 0, up_to_rank=2) == (1, 2)
    assert prepend((1, 2), 0, up_to_rank=4) == (0, 0, 1, 2)
    assert append((), Layout(4)) == (Layout(4),)


def test_replace_and_remove_in_tilers():
    assert replace[1, 1]((4, (2, Layout(3))), None) == (4, (2, None))
    assert replace[1, 0]((4, Layout((2, 3))), Layout(5, 9)) == (4, Layout((5, 3), (9, 2)))
    assert remove[-1]((1, 2, 3)) == (1, 2)
    assert replace[0](4, (1, 2)) == (1, 2)


def test_a_layout_of_zeros_joins_every_module():
    assert append(Layout(4, 0), Layout(2, F2(3))) == Layout((4, 2), (0, 3), over=F2)
    assert append(Layout(4, E(0)), Layout(2, 0)) == Layout((4, 2), (E(0), 0))
    assert append(Layout((4, 2)), ComposedLayout(None, 0, Layout(3, 8))) == Layout((4, 2, 3), (1, 4, 8))
    with pytest.raises(NotALayoutError):
        append(Layout((4, 2)), ComposedLayout(None, 5, Layout(3, 8)))
    with pytest.raises(ProfileError, match="different modules"):
        append(Layout(4), Layout(2, E(0)))


# -- chains ------------------------------------------------------------------------------------------------------------


@given(composed_layouts(2), st.data())
def test_chains_are_rearranged_in_their_layout(C, data):
    for R in (flatten(C), wrap(C), group_modes(C, 0, 1), unflatten(flatten(wrap(C)), C), append(C, Layout(1, 0))):
        assert isinstance(R, ComposedLayout)
        assert [R(i) for i in range(C.size)] == [C(i) for i in range(C.size)]
    k = data.draw(st.integers(0, C.rank - 1))
    R = get[k](C)
    for i in range(R.size):
        point = tuple(i if m == k else 0 for m in range(C.rank)) if isinstance(C.shape, tuple) else i
        assert R(i) == C(point)
    assert select[k, k](C).shape == (R.shape, R.shape)


def test_a_value_with_modes_of_its_own_says_how_they_change():
    class Named:
        def __init__(self, layout):
            self.layout = layout

        shape = property(lambda self: self.layout.shape)

        def __call__(self, *c):
            return self.layout(*c)

        def _with_modes(self, change):
            return Named(change(self.layout))

    assert group_modes(Named(HUNDRED), 1, 3).layout == group_modes(HUNDRED, 1, 3)

    class Plain:
        shape = (4, 2)

        def __call__(self, c):
            return c

    with pytest.raises(ProfileError, match="no modes that could be changed"):
        flatten(Plain())


# -- by leaves ---------------------------------------------------------------------------------------------------------


@given(trees(st.integers(-5, 9), empty=True), st.integers(-5, 5))
def test_transform_leaf_and_repeat_like_keep_the_form(t, x):
    assert transform_leaf(lambda leaf: leaf * 2, t) == unflatten(tuple(2 * v for v in flatten(t)), t)
    assert transform_leaf(lambda a, b: a - b, t, t) == repeat_like(0, t)
    assert transform_leaf(lambda leaf, _: leaf, repeat_like(x, t), t) == repeat_like(x, t)


def test_transform_leaf_gives_the_parts_at_coarser_leaves():
    assert transform_leaf(lambda _, s: product(s), (0, 0), (4, (2, 3))) == (4, 6)
    assert transform_leaf(lambda tile: tile.size, (Layout(4), (Layout((2, 3)), Layout(5)))) == (4, (6, 5))
    assert repeat_like((1, 2), (0, (0,))) == ((1, 2), ((1, 2),))
    assert repeat_like(None, HUNDRED) == (None,) * 4


# -- refusals ----------------------------------------------------------------------------------------------------------

ON_ANYTHING = {
    "get": lambda x: get[0](x),
    "select": lambda x: select[0](x),
    "take": lambda x: take[0, 1](x),
    "wrap": wrap,
    "unwrap": unwrap,
    "group_modes": lambda x: group_modes(x, 0, 1),
    "group": lambda x: group[0, 1](x),
    "flatten": flatten,
    "unflatten": lambda x: unflatten(x, 0),
    "append": lambda x: append(x, 1),
    "prepend": lambda x: prepend(x, 1),
    "replace": lambda x: replace[0](x, 1),
    "remove": lambda x: remove[0](x),
    "transform_leaf": lambda x: transform_leaf(lambda leaf: leaf, x),
    "repeat_like": lambda x: repeat_like(0, x),
    "lift": lambda x: lift[0](x),
}


@pytest.mark.parametrize("name", ON_ANYTHING)
def test_what_is_no_tree_is_refused(name):
    deep = 1
    for _ in range(200):
        deep = (deep,)
    for value in (None, 1.5, "4", True, [4], (4, "8"), (4, 2.0), (4, [2]), np.bool_(True), {4}, deep, Layout):
        with pytest.raises(ProfileError):
            ON_ANYTHING[name](value)


def test_modes_that_do_not_exist_are_refused_with_their_number():
    for call, witness in (
        (lambda: get[0, 2]((4, 2)), 2),
        (lambda: get[1](5), 1),
        (lambda: get[-3]((4, 2)), -3),
        (lambda: get[2](Layout((4, 2))), 2),
        (lambda: select[0, 5](Layout((2, 3))), 5),
        (lambda: take[3, 1]((1, 2, 3, 4)), (3, 1)),
        (lambda: take[0, 5]((1, 2)), (0, 5)),
        (lambda: take[-1, 2]((1, 2)), (-1, 2)),
        (lambda: take((1, 2)), ()),
        (lambda: group_modes((1, 2), 1, 3), (1, 3)),
        (lambda: group[0, 1, 2]((1, 2, 3)), (0, 1, 2)),
        (lambda: replace[2]((4, 2), 1), 2),
        (lambda: remove[2]((4, 2)), 2),
        (lambda: remove[0](4), 0),
        (lambda: remove((4, 2)), ()),
        (lambda: lift[10**9](3), 10**9),
        (lambda: lift[-1](3), -1),
        (lambda: lift(3, mode=(0,) * 10**6), 10**6),
        (lambda: get["a"]((4, 2)), "a"),
        (lambda: get((4, 2), mode=1.0), 1.0),
        (lambda: get[True]((4, 2)), True),
    ):
        with pytest.raises(ProfileError) as caught:
            call()
        assert caught.value.witness == witness


def test_what_does_not_fit_is_refused():
    for call in (
        lambda: append(Layout(4), 3),
        lambda: replace[0](Layout((4, 2)), 3),
        lambda: append((1, 2, 3), 0, up_to_rank=2),
        lambda: append((1, 2, 3), 0, up_to_rank=2.5),
        lambda: append((1, 2), "x"),
        lambda: unflatten((1, 2), (0, (0, 0))),
        lambda: unflatten(Layout((4, (2, 3))), (0, (0, 0))),
        lambda: transform_leaf(lambda a, b: a, (1, (2, 3)), (3, 4)),
        lambda: transform_leaf(3, (1, 2)),
        lambda: flatten((4, None)),
        lambda: flatten(Swizzle(1, 0, 1)),
    ):
        with pytest.raises(ProfileError):
            call()
    with pytest.raises(TooLargeError) as caught:
        append((1,), 2, up_to_rank=10**9)
    assert caught.value.witness == 10**9


def test_long_trees_are_quick():
    L = Layout((2,) * 10_000, (1,) * 10_000)
    assert flatten(L) == L
    assert group_modes(L, 0, 5000).rank == 5001
    assert get[9_999](L) == Layout(2)
    with pytest.raises(LayoutError):
        get[10_000](L)


def test_the_subscripted_functions_are_documented_as_functions():
    for name in ("get", "select", "take", "lift", "group", "replace", "remove"):
        function = getattr(library, name)
        assert function.__name__ == name
        assert ">>> " in function.__doc__


@pytest.mark.parametrize("operation", [append, prepend])
def test_different_modules_are_refused_in_the_name_of_the_operation(operation):
    a, b = Layout(4), Layout(4, E(0))
    with pytest.raises(ProfileError, match=f"^{operation.__name__}: 4:1 and 4:1@0 live in different modules") as caught:
        operation(a, b)
    assert caught.value.witness == (a, b)
