"""Laws of values: text, repr, pickle and copy give a value back; evaluation, tables and slices agree; errors travel."""

import copy
import pickle

import brute
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import composed_layouts, layouts, swizzles, values_of_the_library

import layouts as library
from layouts import (
    F2,
    ArithTuple,
    E,
    Layout,
    LayoutError,
    NotALayoutError,
    NotInvertibleError,
    NotLinearError,
    ParseError,
    ProfileError,
    TooLargeError,
    coalesce,
    compatible,
    equal,
    parse,
)
from layouts.errors import EvaluationError

NAMES = {name: getattr(library, name) for name in ("Layout", "ComposedLayout", "Swizzle", "E", "ArithTuple", "F2")}


@given(values_of_the_library())
def test_every_value_comes_back(value):
    assert parse(str(value)) == value
    assert eval(repr(value), dict(NAMES)) == value
    for twin in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert twin == value
        assert hash(twin) == hash(value)
        assert type(twin) is type(value)
        assert repr(twin) == repr(value)


@given(values_of_the_library(), values_of_the_library())
def test_equal_values_have_equal_hashes_and_texts(a, b):
    if a == b:
        assert hash(a) == hash(b)
        assert str(a) == str(b)
        assert repr(a) == repr(b)
    elif isinstance(a, (Layout, library.ComposedLayout, library.Swizzle)):
        assert str(a) != str(b)


@given(st.one_of(layouts(), composed_layouts(2)))
def test_calls_tables_and_at_agree(value):
    points = [brute.normal(value(i)) for i in range(value.size)]
    if all(isinstance(n, int) for n in points):
        assert list(map(int, value.table())) == points
        assert list(map(int, value.at(range(value.size)))) == points
    assert len(value.table()) == value.size


@given(layouts())
def test_coalesce_is_idempotent_and_equal(L):
    assert coalesce(coalesce(L)) == coalesce(L)
    assert equal(coalesce(L), L)
    assert compatible(L.size, L.shape)


@given(swizzles())
def test_swizzles_are_involutions(S):
    assert all(S(S(x)) == x for x in range(200))


def errors():
    calls = {
        ProfileError: lambda: Layout((4, 8), (1, (2, 3))),
        NotALayoutError: lambda: Layout((6, 2), (1, 7)) @ Layout((3, 2), (2, 3)),
        NotLinearError: lambda: library.to_f2(Layout((2, 2), (1, 1))),
        NotInvertibleError: lambda: library.inverse(Layout(4, 2)),
        ParseError: lambda: parse("(4,8):(8,1"),
        TooLargeError: lambda: Layout(2**40).table(),
        LayoutError: lambda: Layout(4, E(0)).bounds(),
    }
    for kind, call in calls.items():
        try:
            call()
        except LayoutError as error:
            assert type(error) is kind
            yield error
    yield EvaluationError("a message", 3)


@pytest.mark.parametrize("error", [*errors()], ids=lambda e: type(e).__name__)
def test_errors_are_value_errors_with_a_witness_and_survive_pickling(error):
    assert isinstance(error, ValueError)
    assert str(error)
    assert error.message == str(error)
    twin = pickle.loads(pickle.dumps(error))
    assert type(twin) is type(error)
    assert (str(twin), twin.witness) == (str(error), error.witness)
    if isinstance(error, ParseError):
        assert (twin.text, twin.position, twin.reason) == (error.text, error.position, error.reason)


def test_the_strategies_draw_what_they_promise():
    """A strategy that no longer draws the hard cases would make every law above vacuous."""
    from hypothesis import Phase, find, settings
    from strategies import BINARY, carry_free_layouts, composable_pairs, shapes, zn_layouts

    quick = settings(max_examples=2000, database=None, phases=[Phase.generate])

    def depth_two(value):
        return library.depth(value.shape) >= 2

    for strategy, condition in (
        (shapes(empty=True), lambda s: library.depth(s) >= 2 and library.size(s) > 8),
        (layouts(), lambda L: L.over is F2 and depth_two(L) and L.size > 8),
        (layouts(), lambda L: any(d < 0 for d in brute.leaves(L.stride) if isinstance(d, int))),
        (layouts(), lambda L: 1 in brute.leaves(L.shape) and 0 in brute.leaves(L.stride) and L.size > 4),
        (zn_layouts(), lambda L: any(len(list(d.terms())) > 1 for d in brute.leaves(L.stride))),
        (carry_free_layouts(), lambda L: any(d.bit_count() > 1 for d in brute.leaves(L.stride)) and L.size > 4),
        (composable_pairs(), lambda p: _answered(p) and max(brute.values(p[1])) >= p[0].size),
        (composable_pairs(), lambda p: not _answered(p) and p[1].rank > 1),
        (composable_pairs(), lambda p: _answered(p) and library.depth((p[0] @ p[1]).shape) > library.depth(p[1].shape)),
        (composed_layouts(2), lambda C: isinstance(C.inner, library.ComposedLayout) and C.offset > 0),
        (shapes(BINARY), lambda s: all(n & (n - 1) == 0 for n in brute.leaves(s)) and library.size(s) > 16),
    ):
        find(strategy, condition, settings=quick)
    assert ArithTuple() == 0


def _answered(pair):
    try:
        return isinstance(pair[0] @ pair[1], Layout)
    except NotALayoutError:
        return False
