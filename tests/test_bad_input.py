"""Bad and extreme input: every refusal is a LayoutError that shows the input, and everything ends within a second."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEEP

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
    Z,
    Zn,
    bit_images,
    coalesce,
    collision,
    composition,
    difference,
    equal,
    from_values,
    inverse,
    is_bijective,
    is_carry_free,
    is_injective,
    left_inverse,
    make_layout,
    missed_value,
    parse,
    right_inverse,
    slice_and_offset,
    to_f2,
    to_text,
)

# -- construction ------------------------------------------------------------------------------------------------------

BAD_LAYOUTS = [
    ((4, 8), 1, ((4, 8), 1), "(4, 8)"),
    (4, (1,), (4, (1,)), "(1,)"),
    ((4, 8), (1,), ((4, 8), (1,)), "(1,)"),
    ((4, 8), (1, 4, 32), ((4, 8), (1, 4, 32)), "(1, 4, 32)"),
    ((4, (2, 4)), (1, 4), ((2, 4), 4), "(2, 4)"),
    ((4, 8), (1, (4, 8)), (8, (4, 8)), "(4, 8)"),
    ((), 1, ((), 1), "()"),
    (0, 1, 0, "0"),
    ((4, 0), (1, 4), 0, "0"),
    ((4, (-2, 3)), (1, (4, 8)), -2, "-2"),
    (-1, None, -1, "-1"),
    ((4, (0,)), None, 0, "0"),
    (True, 1, True, "True"),
    ((4, True), (1, 4), True, "True"),
    (4, True, True, "True"),
    (4.0, 1, 4.0, "4.0"),
    (4, 1.5, 1.5, "1.5"),
    ((4, 8.0), None, 8.0, "8.0"),
    ("4", 1, "4", "'4'"),
    (4, "1", "1", "'1'"),
    (None, None, None, "None"),
    ((4, None), (1, 4), None, "None"),
    ((4, 8), (1, None), None, "None"),
    ([4, 8], (1, 4), None, "[4, 8]"),
    ((4, 8), [1, 4], ((4, 8), [1, 4]), "[1, 4]"),
    ((4, [8]), None, [8], "[8]"),
    (np.float64(4), 1, np.float64(4), "4"),
    (np.bool_(True), 1, np.bool_(True), "True"),
    (4, np.array([1, 2]), None, "1, 2"),
    (2 + 0j, 1, 2 + 0j, "2"),
    ({4}, 1, {4}, "{4}"),
    (Layout(4), 1, None, "4"),
]


@pytest.mark.parametrize("case", range(len(BAD_LAYOUTS)))
def test_bad_shapes_and_strides_are_refused_and_shown(case):
    shape, stride, witness, shown = BAD_LAYOUTS[case]
    for over in (None, Z, F2):
        with pytest.raises(ProfileError) as caught:
            Layout(shape, stride, over)
        assert shown in str(caught.value)
        if witness is not None:
            assert caught.value.witness == witness


@pytest.mark.parametrize("over", ["Z", "F2", 2, True, F2(1), E(0), [F2]], ids=repr)
def test_over_is_one_of_three_modules(over):
    with pytest.raises(ProfileError) as caught:
        Layout(4, 1, over)
    assert caught.value.witness == over


@pytest.mark.parametrize(("shape", "stride"), [(3, 1), ((4, 6), (1, 4)), (4, -1), ((4, 2), (1, -8)), (12, F2(1))])
def test_over_f2_extents_are_powers_of_two_and_strides_natural(shape, stride):
    with pytest.raises(ProfileError):
        Layout(shape, stride, over=F2)


def test_numpy_integers_are_welcome_everywhere():
    kinds = (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64)
    L, S = parse("(4,(2,8)):(16,(8,1))"), Swizzle(2, 1, 3)
    for kind in kinds:
        k = kind
        assert Layout((k(4), (k(2), k(8))), (k(16), (k(8), k(1)))) == L
        assert Layout(k(8), over=F2) == Layout(8, over=F2)
        assert Layout(k(4), E(k(1))) == Layout(4, E(1))
        assert Layout(k(4), F2(k(3))) == Layout(4, F2(3))
        assert Swizzle(k(2), k(1), k(3)) == S
        assert S(k(23)) == S(23)
        assert L(k(3), (k(1), k(2))) == L(3, (1, 2))
        assert L(k(50)) == L(50)
        assert L(k(3), None) == L(3, None)
        assert slice_and_offset(k(5), L) == slice_and_offset(5, L)
        assert L[k(1)] == L[1]
        assert composition(L, k(4)) == composition(L, 4)
        assert composition(L, (k(2), None)) == composition(L, (2, None))
        assert coalesce(L, k(1)) == coalesce(L)
        assert coalesce(L, (k(1), None)) == coalesce(L, (1, None))
        assert ComposedLayout(S, k(5), L) == ComposedLayout(S, 5, L)
        assert ComposedLayout(S, 5, L)(k(3), (k(1), k(2))) == ComposedLayout(S, 5, L)(3, (1, 2))
        assert from_values(np.array([0, 1, 2, 3], dtype=k)) == Layout(4)
        assert from_values([k(0), k(3)], (k(2),)) == Layout((2,), (3,))
        assert L.at(np.arange(9, dtype=k)).tolist() == [L(i) for i in range(9)]
        assert L.table(limit=k(100)).tolist() == [L(i) for i in range(64)]
    assert type(Layout(np.int64(4)).size) is int
    assert type(Swizzle(np.int64(2), 0, 2)(5)) is int
    assert type(L(np.uint8(200))) is int  # no wrapping of small types


# -- arguments of the wrong kind ---------------------------------------------------------------------------------------

NOT_LAYOUTS = [None, 5, 1.5, "4:1", (4, 1), [Layout(4)], F2, E(0)]
ONE_LAYOUT = {
    "bit_images": bit_images,
    "coalesce": coalesce,
    "collision": collision,
    "inverse": inverse,
    "is_bijective": is_bijective,
    "is_carry_free": is_carry_free,
    "is_injective": is_injective,
    "left_inverse": left_inverse,
    "missed_value": missed_value,
    "right_inverse": right_inverse,
    "to_f2": to_f2,
    "slice_and_offset": lambda x: slice_and_offset((1, None), x),
    "difference": lambda x: difference(x, Layout(4)),
    "equal": lambda x: equal(Layout(4), x),
    "make_layout": lambda x: make_layout(Layout(4), x),
    "ComposedLayout": lambda x: ComposedLayout(None, 0, x),
    "composition": lambda x: composition(x, Layout(4)),
}


@pytest.mark.parametrize("name", ONE_LAYOUT)
def test_what_is_no_layout_is_refused(name):
    for value in NOT_LAYOUTS if name == "composition" else [*NOT_LAYOUTS, Swizzle(1, 0, 1)]:
        with pytest.raises(LayoutError):
            ONE_LAYOUT[name](value)


@pytest.mark.parametrize(
    "right", [1.5, True, "4:1", [4], {4}, 0, -1, (0,), (4, 1.5), ("4:1",), E(0), F2(1), Z], ids=repr
)
def test_bad_right_operands_of_composition(right):
    with pytest.raises(LayoutError):
        composition(Layout((4, 8)), right)
    with pytest.raises(LayoutError):
        Layout((4, 8)) @ right


@given(st.one_of(st.integers(-3, 3), st.floats(), st.text(max_size=2), st.none(), st.lists(st.integers(), max_size=2)))
def test_any_leaf_is_an_integer_or_refused(leaf):
    for build in (
        lambda: Layout((4, leaf), (1, 4)),
        lambda: Layout((4, 2), (leaf, 4)),
        lambda: Layout((4, 2))((1, leaf)),
    ):
        try:
            build()
        except LayoutError as error:
            assert str(error)
        else:
            assert type(leaf) is int or leaf is None


# -- extremes ----------------------------------------------------------------------------------------------------------


class Clock:
    """Fail when the block hangs: what is allowed is far beyond the second that it takes, for machines are noisy."""

    def __enter__(self):
        self.start = time.perf_counter()

    def __exit__(self, kind, *_):
        assert kind is not None or time.perf_counter() - self.start < 60


HUGE = 2**4096
OPERATIONS = {
    "coalesce": coalesce,
    "right_inverse": right_inverse,
    "left_inverse": left_inverse,
    "inverse": inverse,
    "is_injective": is_injective,
    "collision": collision,
    "missed_value": missed_value,
    "is_bijective": is_bijective,
    "is_carry_free": is_carry_free,
    "to_f2": to_f2,
    "bit_images": bit_images,
    "hash": hash,
    "str": str,
    "repr": repr,
    "to_text": lambda L: to_text(L, static=True),
    "size": lambda L: L.size,
    "cosize": lambda L: L.cosize,
    "equal": lambda L: equal(L, coalesce(L)),
    "difference": lambda L: difference(L, Layout(4)),
    "call": lambda L: (L(5), L(HUGE + 1)),
    "slice": lambda L: L(*[None] * L.rank),
    "table": lambda L: L.table(),
    "at": lambda L: L.at([0, 5]),
    "A o 4": lambda L: composition(L, Layout(4, 1)),
    "A o A": lambda L: composition(L, L),
    "A o tiler": lambda L: composition(L, L.shape),
    "swizzle o A": lambda L: Swizzle(3, 3, 3) @ L,
    "A o swizzle": lambda L: composition(L, Swizzle(3, 3, 3)),
    "chain": lambda L: ComposedLayout(Swizzle(3, 3, 3), 1, L).cosize,
    "from_values": lambda L: from_values(L, L.shape),
}


def survives(f, L):
    """An operation answers or raises a LayoutError, in time; nothing else."""
    with Clock():
        try:
            f(L)
        except LayoutError as error:
            assert str(error)


HUGE_LAYOUTS = {
    "one leaf": lambda: Layout(HUGE),
    "one stride": lambda: Layout(HUGE, HUGE),
    "odd": lambda: Layout((HUGE - 1, HUGE + 1), (1, HUGE - 1)),
    "two leaves": lambda: Layout((HUGE, HUGE), (HUGE, 1)),
    "negative": lambda: Layout((HUGE, 3), (-HUGE, 1)),
    "overlapping": lambda: Layout((HUGE, HUGE, 3), (HUGE + 1, 7, HUGE - 5)),
    "three leaves": lambda: Layout((HUGE,) * 3),
    "over F2": lambda: Layout((HUGE, 8), (3, 1), over=F2),
    "over Zn": lambda: Layout((HUGE, 8), (E(0), E(1))),
}


INVERSES = ("right_inverse", "left_inverse", "inverse")  # over F2 an elimination

# Python itself refuses to print an integer of more than 4300 digits: a plain ValueError is its word, not ours.
TOO_LONG_TO_PRINT = [("ten leaves", "str"), ("ten leaves", "repr"), ("ten leaves", "to_text")]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", HUGE_LAYOUTS)
def test_extents_of_4096_bits(name, operation):
    if (name, operation) not in TOO_LONG_TO_PRINT and not (operation in INVERSES and name == "over F2"):
        survives(OPERATIONS[operation], HUGE_LAYOUTS[name]())


LONG = 100_000 if DEEP else 10_000
LONG_LAYOUTS = {
    "broadcast": lambda: Layout((2, 3) * (LONG // 2), (0, 1) * (LONG // 2)),
    "one stride": lambda: Layout((2,) * LONG, (1,) * LONG),
    "units": lambda: Layout((1,) * LONG, (5,) * LONG),
    "mixed": lambda: Layout((1, 2, 1, 3) * (LONG // 4), (5, 1, 0, 2) * (LONG // 4)),
    "over F2": lambda: Layout((2,) * LONG, (1, 3) * (LONG // 2), over=F2),
    "over Zn": lambda: Layout((1, 2) * (LONG // 2), (E(0), E(1)) * (LONG // 2)),
    "nested": lambda: Layout(((1, 1),) * (LONG // 2), ((5, 1),) * (LONG // 2)),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("name", LONG_LAYOUTS)
def test_ten_thousand_modes(name, operation):
    slow = operation == "A o A" or (operation in INVERSES and name == "over F2")
    if not slow:
        survives(OPERATIONS[operation], LONG_LAYOUTS[name]())


COUNTS_TOO_LONG = [
    lambda: Layout((HUGE,) * 10, (1,) * 10).table(),
    lambda: Layout((HUGE,) * 10, (F2(1),) * 10).table(),
    lambda: ComposedLayout(None, 1, Layout((HUGE,) * 10, (1,) * 10)).table(),
    lambda: from_values(lambda i: i, (HUGE,) * 10),
    lambda: Swizzle(1, 20, 3) @ Layout((3, *[HUGE] * 10), (1,) * 11),
    lambda: composition(Layout((3, *[HUGE] * 10), (1,) * 11), Swizzle(1, 0, 1)),
    lambda: composition(Layout((3, 3), (1, 5)), Layout((2,) * 20_000, (F2(5), F2(1)) * 10_000)),
]


@pytest.mark.parametrize("case", range(len(COUNTS_TOO_LONG)))
def test_a_count_that_python_does_not_print_is_refused_like_others(case):
    """Python prints integers up to 4300 digits; a message that counts more points must not be lost over it."""
    with Clock(), pytest.raises(TooLargeError) as caught:
        COUNTS_TOO_LONG[case]()
    assert caught.value.witness > 10**4300


def test_numbers_of_any_size_are_right():
    big = 10**5000
    L = Layout((big, 3), (7, big))
    assert L(big + 1) == big + 7
    assert L.size == 3 * big
    assert L.cosize == 7 * (big - 1) + 2 * big + 1
    assert coalesce(Layout((big, big), (1, big))) == Layout(big * big)
    assert Layout(2**20_000, 3, over=F2)(2**19_000) == 3 << 19_000
    assert composition(L, Layout((5, 2), (2, big))) == Layout((5, 2), (14, big))


def test_tables_beyond_limits_say_how_many_points():
    for call, points in (
        (lambda: Layout(2**27).table(), 2**27),
        (lambda: Layout((HUGE, 2)).table(), 2 * HUGE),
        (lambda: ComposedLayout(None, 1, Layout(2**27)).table(), 2**27),
        (lambda: from_values(lambda i: i, HUGE), HUGE),
        (lambda: Swizzle(1, 20, 3) @ Layout(3 * HUGE), 3 * HUGE),
        (lambda: equal(ComposedLayout(None, 1, Layout(HUGE)), ComposedLayout(None, 1, Layout(HUGE))), HUGE),
    ):
        with Clock(), pytest.raises(TooLargeError) as caught:
            call()
        assert caught.value.witness == points


def test_refusals_name_the_operation_and_show_short_operands():
    A, B = Layout((6, 2), (1, 7)), Layout((3, 2), (2, 3))
    for call, kind, words in (
        (lambda: A @ B, NotALayoutError, ("composition", "(6,2):(1,7)", "(3,2):(2,3)", "5")),
        (lambda: inverse(A), LayoutError, ("inverse", "(6,2):(1,7)", "6")),
        (lambda: to_f2(A), LayoutError, ("6", "(6,2):(1,7)")),
        (lambda: A.table(limit=3), TooLargeError, ("table", "(6,2):(1,7)", "12", "3")),
        (lambda: A((1, 2, 3)), ProfileError, ("(1, 2, 3)", "(6, 2)")),
        (lambda: A @ (1, 2, 3), ProfileError, ("composition", "(1, 2, 3)", "(6,2):(1,7)")),
        (lambda: coalesce(A, (1, 1, 1)), ProfileError, ("coalesce", "(1, 1, 1)", "(6,2):(1,7)")),
        (lambda: Swizzle(3, 0, 1), LayoutError, ("Swizzle(3, 0, 1)",)),
        (lambda: make_layout(A, Layout(4, over=F2)), ProfileError, ("(6,2):(1,7)", "4:F1")),
        (lambda: Layout((2, 2), (E(0), 1)), ProfileError, ("1", "Zn")),
    ):
        with pytest.raises(kind) as caught:
            call()
        assert all(word in str(caught.value) for word in words), str(caught.value)
        assert caught.value.witness is not None
    assert Zn.zero == 0
