"""Patterns of einops: offsets are those of rearrange and repeat, by numpy and by einops; text and layouts come back."""

import importlib.util
import itertools
import math
import time

import numpy as np
import pytest
from foreign_brute import einops_result
from hypothesis import given
from hypothesis import strategies as st
from strategies import z_layouts

from layouts import EinopsPattern, Layout, LayoutError, ParseError, ProfileError, equal, parse_einops, to_einops
from layouts.notation.registry import convert_notation as convert
from layouts.notation.registry import read

HAS_EINOPS = importlib.util.find_spec("einops") is not None


def grouped(draw, names, ones=True):
    """Names in random groups: plain, or in parentheses, with unit axes between."""
    side = []
    names = list(names)
    while names:
        if ones and draw(st.integers(0, 5)) == 0:
            side.append(draw(st.sampled_from(((), "1"))))
        if draw(st.booleans()):
            side.append(names.pop(0))
        else:
            k = draw(st.integers(1, len(names)))
            side.append(tuple(names[:k]))
            names = names[k:]
    return side


@st.composite
def patterns(draw, new=True):
    names = draw(st.lists(st.sampled_from("abcdefgh"), max_size=5, unique=True))
    fresh = draw(st.lists(st.sampled_from(("r", "s", "2", "3")), max_size=2, unique=True)) if new else []
    lengths = {name: draw(st.integers(1, 4)) for name in [*names, *[n for n in fresh if n.isalpha()]]}
    left = grouped(draw, draw(st.permutations(names)))
    return EinopsPattern(left, grouped(draw, draw(st.permutations([*names, *fresh]))), lengths)


def input_shape(pattern):
    lengths = dict(pattern.lengths)
    return tuple(math.prod([lengths[n] for n in ([axis] if isinstance(axis, str) else axis)]) for axis in pattern.left)


def values(layout):
    """The values of a layout as an array with one axis for each mode."""
    sizes = [mode.size for mode in layout]
    found = np.empty(sizes, dtype=int)
    for c in itertools.product(*[range(n) for n in sizes]):
        found[c] = layout(c)
    return found


@given(patterns())
def test_parse_einops_undoes_str(x):
    assert parse_einops(str(x)) == x
    assert read(str(x))[1] == x
    bare = str(x)[str(x).index("'") : -1]
    assert parse_einops(bare) == x
    assert read(str(x).replace("('", '(x, "').replace("'", '"'))[1] == x


@given(patterns())
def test_offsets_are_those_of_split_transpose_broadcast_join(x):
    found = values(x.to_layout())
    assert (found == einops_result(x.left, x.right, dict(x.lengths))).all()


@pytest.mark.skipif(not HAS_EINOPS, reason="einops is not installed")
@given(patterns())
def test_offsets_are_those_of_einops(x):
    import einops

    shape = input_shape(x)
    array = np.arange(math.prod(shape)).reshape(shape)
    function = einops.repeat if str(x).startswith("repeat") else einops.rearrange
    pattern = str(x).split("'")[1]
    assert (values(x.to_layout()) == function(array, pattern, **dict(x.lengths))).all()


@given(patterns())
def test_lengths_follow_from_the_shape_of_the_input(x):
    shape, lengths = input_shape(x), dict(x.lengths)
    known = {n: v for n, v in lengths.items()}
    for axis in x.left:
        names = [axis] if isinstance(axis, str) else list(axis)
        if names:
            known.pop(names[0])
    if any(n not in known and not n.isdigit() for n in ("r", "s") if n in lengths):
        return
    short = EinopsPattern(x.left, x.right, known)
    assert short.to_layout(shape) == x.to_layout()
    assert parse_einops(str(short)) == short


@given(patterns())
def test_the_pattern_of_a_layout_has_it(x):
    layout = x.to_layout()
    for shape in (None, input_shape(x)):
        again = to_einops(layout, shape)
        assert equal(again.to_layout(), layout)
        assert parse_einops(str(again)) == again
        if shape is not None:
            assert input_shape(again) == shape


@given(z_layouts())
def test_any_layout_becomes_a_pattern_or_is_refused(layout):
    try:
        found = to_einops(layout)
    except LayoutError:
        return
    assert equal(found.to_layout(), layout)


def test_the_worked_patterns():
    found = convert("rearrange('b (h w) c -> (b h) (w c)', b=2, h=3, w=4, c=5)", "cute")
    assert found.text == "((3,2),(5,4)):((20,60),(1,5))"
    assert "row-major input" in found.meaning
    assert convert("b (h w) c -> (b h) (w c) h=3", "cute", (2, 12, 5)).text == found.text
    assert convert(found.text, "einops").text == "rearrange('a b c d -> (a b) (c d)', a=2, b=3, c=4, d=5)"
    assert convert(found.text, "einops", (2, 12, 5)).text == "rearrange('a (b c) d -> (a b) (c d)', a=2, b=3, c=4, d=5)"
    assert parse_einops("repeat('b -> b r', b=4, r=3)").to_layout() == Layout((4, 3), (1, 0))
    assert parse_einops("h w -> w h  h=4 w=8").to_layout() == Layout((8, 4), (1, 8))
    assert parse_einops("a -> a 1 ()").to_layout((3,)) == Layout((3, 1, 1), (1, 0, 0))
    assert parse_einops("-> 3").to_layout() == Layout((3,), (0,))
    assert convert("a b -> b a", "linear", (4, 8)).meaning.startswith("from the coordinate (dim0, dim1) of the result")
    assert convert("a b -> b a", "ttgir", (4, 8)).text.startswith("#ttg.shared_linear")


def test_an_ellipsis_takes_its_axes_from_the_shape():
    x = parse_einops("b ... c -> c (b ...)")
    assert x.to_layout((2, 3, 4, 5)) == parse_einops("b x y c -> c (b x y)").to_layout((2, 3, 4, 5))
    assert x.to_layout((2, 5)) == Layout((5, 2), (1, 5))
    assert parse_einops(str(x)) == x
    with pytest.raises(LayoutError, match="ellipsis: give the shape"):
        x.to_layout()
    with pytest.raises(ProfileError, match="too few axes"):
        x.to_layout((2,))


REFUSED = [
    ("", 0, "expected -> between"),
    ("a b", 3, "expected -> between"),
    ("a b -> a", 0, "the axis b is not on the right; a reduction"),
    ("a -> a b", 0, "b is new on the right, and has no length"),
    ("a a -> a", 0, "a is twice on the left"),
    ("a -> a a", 0, "a is twice on the right"),
    ("a -> a, b=3", 0, "b is not in the pattern"),
    ("a -> a, a=0", 0, "below 1"),
    ("a -> a, a=3, a=3", 13, "given twice"),
    ("a -> a, a=x", 10, "expected the length of a"),
    ("a 2 -> a 2", 0, "the axis 2 has no name on the left"),
    ("a (b -> c", 5, "expected a name or )"),
    ("a ((b)) -> a b", 3, "expected a name or )"),
    ("_a -> _a", 0, "begins and ends with a letter"),
    ("reduce(x, 'a b -> a', 'sum')", 0, "reduce adds elements up"),
    ("rearrange(x, a -> a)", 13, "pattern in quotes"),
    ("rearrange('a -> a", 17, "expected ' to close"),
    ("... a -> a", 0, "the axis ... is not on the right"),
    ("a -> a ...", 0, "the axis ... is on the right only"),
    ("a -> a -> a", 7, "expected the name of an axis"),
]


@pytest.mark.parametrize(("text", "position", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refusals_point_into_the_pattern(text, position, reason):
    with pytest.raises(ParseError) as caught:
        parse_einops(text)
    assert reason in str(caught.value), str(caught.value)
    assert caught.value.position == position, str(caught.value)


def test_shapes_that_do_not_fit_are_refused():
    for text, shape, reason in (
        ("a (b c) -> a b c", (2, 12), "b and c in"),
        ("a (b c) -> a b c  b=5", (2, 12), "has 12 there"),
        ("a b -> b a", (2, 3, 4), "has not the 2 axes"),
        ("a b -> b a  a=3", (2, 3), "the input has 2 there"),
        ("a b -> b a", None, "the length of a is not given"),
        ("a 1 -> a", (2, 3), "the input has 3 there"),
    ):
        with pytest.raises(LayoutError, match=reason):
            parse_einops(text).to_layout(shape)
    for layout, shape, reason in (
        (Layout((4, 8), (1, 5)), None, "after the stride 1 comes 5, not 4"),
        (Layout((4, 8), (2, 8)), None, "comes 2, not 1"),
        (Layout((4, 4), (1, 1)), None, "no rearrangement"),
        (Layout((4, 4), (-1, 4)), None, "no rearrangement"),
        (Layout((4, 8), (8, 1)), (5, 8), "no axis of 5"),
        (Layout((4, 8), (8, 1)), (4,), "leaves the axis"),
        (5, None, "not a layout over Z"),
    ):
        with pytest.raises(LayoutError, match=reason):
            to_einops(layout, shape)
    for bad in (None, 5, ["a b"], [5], ["_a"], [("a", ("b",))]):
        with pytest.raises(ProfileError):
            EinopsPattern(bad, ["a"])


def outcome(text):
    try:
        value = parse_einops(text)
    except ParseError as error:
        assert 0 <= error.position <= len(text)
        return
    assert parse_einops(str(value)) == value


@given(patterns(), st.data())
def test_damaged_patterns_give_a_value_or_a_parse_error(x, data):
    written = str(x)
    k = data.draw(st.integers(0, len(written)))
    more = data.draw(st.text(alphabet="abc()->1 .,='\"0123_", max_size=4))
    outcome(written[:k] + more + written[k + data.draw(st.integers(0, 3)) :])


@given(st.text(max_size=40))
def test_any_text_may_be_a_pattern(text):
    outcome(text)
    outcome("rearrange('" + text)


@pytest.mark.parametrize(
    "text",
    [
        "a " * 9_000 + "->",
        "(" * 19_000,
        "a -> a, " + "a=1," * 4_000,
        "a -> a, a=" + "9" * 15_000,
        "'" * 19_000,
        "x" * 20_001,
    ],
    ids=range(6),
)
def test_hostile_patterns_are_refused_quickly(text):
    start = time.perf_counter()
    with pytest.raises(ParseError):
        parse_einops(text)
    assert time.perf_counter() - start < 5
