"""A traced function is a proof only where nothing in it could tell a symbol from a number; else it is called."""

import builtins
import contextlib
import copy
import functools
import gc
import json
import numbers
import operator
import sys
import types

import pytest

from layouts import EvaluationError, LayoutError, TooLargeError, check, compare
from layouts.verify import callables
from layouts.verify.callables import UntracedError, trace_callable
from layouts.verify.confirm import ALL, samples
from layouts.verify.domain import Domain, read_variable

kind = type
counter = 0


def by_isinstance(i):
    return i % 4 * 16 + i // 4 if isinstance(i, int) else 0


def by_number(i):
    return i * 3 if isinstance(i, numbers.Integral) else 0


def by_type(i):
    return i * 3 if type(i) is int else 0


def by_another_name_of_type(i):
    return i * 3 if kind(i) is int else 0


def by_an_argument(i, of=type):
    return i * 3 if of(i) is int else 0


def by_eval(i):
    return eval("type(i) is int") * 3 * i


def by_a_name_in_text(i):
    return i * 3 if getattr(builtins, "type")(i) is int else 0  # noqa: B009


def by_class(i):
    return i * 3 if i.__class__ is int else 0


def by_attribute(i):
    return i * 3 if hasattr(i, "bit_length") else 0


def by_default(i):
    return i * 3 if getattr(i, "real", None) is not None else 0


def by_pattern(i):
    match i:
        case int():
            return i * 3
        case _:
            return 0


@functools.singledispatch
def dispatched(i):
    return 0


@dispatched.register
def _(i: int):
    return i * 3


def by_dispatch(i):
    return dispatched(i)


def by_identity(i):
    zero = 0
    return 7 if i is zero else i


def by_identity_function(i):
    return operator.is_(i, 0) + 2 * i


def by_json(i):
    return len(json.dumps(i, default=lambda _: "symbol")) * 100 + i


def by_copy(i):
    return copy.deepcopy(i) * 3


def by_exception(i):
    try:
        return range(10)[i]
    except Exception:
        return 1


def by_bare_handler(i):
    try:
        return range(10)[i]
    except BaseException:
        return 1


def by_finally(i):
    found = 1
    try:
        found = range(10)[i]
    finally:
        return found  # noqa: B012


def by_suppress(i):
    with contextlib.suppress(BaseException):
        return range(10)[i]
    return 1


def by_type_error(i):
    try:
        return int.__add__(i, 1)
    except TypeError:
        return 1


def by_a_global(i):
    global counter
    counter = counter + 0
    return i * 3 + counter


def by_set(i):
    return 5 if i in {1, 2} else i


OBSERVERS = [f for name, f in sorted(globals().items()) if name.startswith("by_")]


@pytest.mark.parametrize("function", OBSERVERS, ids=lambda f: f.__name__)
def test_a_function_that_could_tell_a_symbol_from_a_number_is_called_at_every_point(function):
    names = {"of": [0]} if function is by_an_argument else {}
    if names:
        function = functools.partial(by_an_argument)
    values = [function(i) for i in range(4)]
    verdict = check(function, i=4, expect="any")
    assert "by calling the function, which cannot be traced" in verdict.method
    assert (verdict.minimum, verdict.maximum) == (min(values), max(values))
    assert verdict.injective == (len(set(values)) == 4)
    with pytest.raises(UntracedError):
        trace_callable(function, ["i"])
    with pytest.raises(TooLargeError, match="cannot be traced"):
        check(function, i=2**40)


def test_a_type_that_is_hidden_in_a_container_is_found_by_calling_the_function():
    table = types.MappingProxyType({"kind": type})

    def hidden(i):
        return i * 3 if table["kind"](i) == int else 0  # noqa: E721

    verdict = check(hidden, i=4)
    assert verdict.maximum == 9
    assert "at i = 1 it gives 3 on numbers, and 0 on symbols" in verdict.method


@pytest.mark.parametrize("number", ["int8(100)", "uint64(2**63)", "array([3, 5])[0]"])
def test_numbers_that_wrap_are_no_plain_ints(number):
    numpy = pytest.importorskip("numpy")
    constant = eval(f"numpy.{number}", {"numpy": numpy})
    for function in (lambda i: i * constant, lambda i: constant + i):
        with pytest.raises(UntracedError, match="numpy"):
            trace_callable(function, ["i"])


def test_what_treats_numbers_alike_is_still_traced():
    def plain(i, j=None):
        if j is None or i == "x" or i is None:
            j = 2
        pairs = sorted([min(i, 3) * 0 + k for k in range(j)])
        return sum(pairs) + round(i) * max(j, 2) + abs(-i) + operator.add(i, divmod(i, 4)[0]) + (i in (1, 2))

    verdict = check(plain, i=2**40, expect="any")
    assert verdict.method.startswith("algebra")
    assert check(plain, i=600, expect="any").maximum == max(plain(i) for i in range(600))


@pytest.mark.parametrize(
    "function",
    [
        lambda i: list(range(4))[i],
        lambda i: next(k for k in range(4) if k == i),
        lambda i: {0: 0, 1: 5, 2: 1, 3: 2}[i],
        lambda i: [3, 1, 2, 0][i],
    ],
)
def test_a_function_that_fails_on_symbols_alone_is_called(function):
    verdict = check(function, i=4)
    assert verdict.injective
    assert verdict.method.startswith("enumeration of 4 points")


def test_an_array_and_an_assertion_are_called_too():
    numpy = pytest.importorskip("numpy")
    table = numpy.array([3, 1, 2, 0])

    def asserted(i):
        assert i < 4
        return i

    assert check(lambda i: table[i], i=4).injective
    assert check(asserted, i=4).injective
    with pytest.raises(EvaluationError, match="at i = 4: the function raises AssertionError") as caught:
        check(asserted, i=8)
    assert caught.value.witness == 4


def test_an_exception_of_the_function_names_the_point():
    with pytest.raises(EvaluationError, match="at i = 3: the function raises IndexError"):
        check(lambda i: [5, 6, 7][i], i=4)
    with pytest.raises(LayoutError, match="no integer"):
        check(lambda i: (yield i), i=4)


def test_a_function_with_state_is_no_formula():
    calls = []

    def stateful(i):
        calls.append(i)
        return i + len(calls)

    assert "cannot be traced" in check(stateful, i=4, expect="any").method


def test_watching_leaves_the_profiler_and_the_collector_as_they_were():
    def profiler(*_):
        return None

    sys.setprofile(profiler)
    try:
        check(lambda i: i * 8, i=2**40)
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(None)
    assert gc.isenabled()
    with pytest.raises(KeyboardInterrupt):
        check(interrupted, i=4)
    assert sys.getprofile() is None


def test_a_profile_goes_on_after_the_trace():
    import cProfile

    profile = cProfile.Profile()
    profile.enable()
    assert check(lambda i: i * 8, i=2**40).method.startswith("algebra")
    marked()
    profile.disable()
    assert any("marked" in str(entry.code) for entry in profile.getstats())


def marked():
    return 1


def interrupted(i):
    raise KeyboardInterrupt


def test_all_of_a_small_domain_and_the_corners_of_a_large_one_are_asked():
    assert samples(Domain([read_variable("i", ALL)])) == list(range(ALL))
    large = Domain([read_variable("i", 2**30), read_variable("j", 100), read_variable("k", 3)])
    found = samples(large)
    assert found == sorted(set(found))
    assert len(found) < 1000
    corners = [i + 2**30 * (j + 100 * k) for i in (0, 2**30 - 1) for j in (0, 99) for k in (0, 2)]
    assert set(corners) <= set(found)
    assert {2**k for k in range(30)} <= set(found)


def test_a_function_is_compared_on_numbers():
    assert compare(by_isinstance, "i % 4 * 16 + i // 4", i=16, dialect="python")
    assert not compare(by_isinstance, "i - i", i=16, dialect="python")


def test_a_path_whose_formula_has_no_value_is_asked_of_the_function(monkeypatch):
    table = {"kind": type}

    def hidden(i):
        return i if table["kind"](i) is int else 1 // (i - i)

    assert check(hidden, i=4).injective
    assert callables.where(True, 1, 2) == 1


# -- identity, patterns and names for type -----------------------------------------------------------------------------

PLACE = 123457  # no point that is sampled
partial_kind = functools.partial(type)


class Box:
    family = None


box = Box()
box.family = type
kinds = [[type]]


def by_true(i):
    return 0 if (i == PLACE) is True else i


def by_case(i):
    match i == PLACE:
        case True:
            return 0
        case _:
            return i


def by_sequence(i):
    match (i == PLACE, i):
        case (True, _):
            return 0
        case (_, x):
            return x


def by_one_object(i):
    return 0 if (i - PLACE) is abs(0) else i


def by_element(i):
    both = [i - PLACE, 0]
    return 0 if both[0] is both[1] else i


def by_partial(i):
    return (0 if i == PLACE else i) if partial_kind(i) == int else i  # noqa: E721


def by_box(i):
    return (0 if i == PLACE else i) if box.family(i) == int else i  # noqa: E721


def by_nested(i):
    return (0 if i == PLACE else i) if kinds[0][0](i) == int else i  # noqa: E721


@pytest.mark.parametrize(
    "function",
    [by_true, by_case, by_sequence, by_one_object, by_element, by_partial, by_box, by_nested],
)
def test_identity_patterns_and_partials_are_not_traced(function):
    verdict = check(function, i=2**17)
    assert verdict.method.startswith("enumeration")
    assert verdict.collision["second"] == {"i": PLACE}


def test_a_comparison_with_none_is_traced():
    assert check(lambda i: 0 if i is None else i, i=2**40).injective


# -- operations that may raise, with a result that is not used ---------------------------------------------------------


def unused_divmod(i):
    divmod(i, i - PLACE)
    return i


def unused_division(i):
    x = 10 // (i - PLACE)  # noqa: F841
    return i


def unused_comparison(i):
    (5 // (i - PLACE)) < 3  # noqa: B015
    return i


def unused_shift(i):
    if i == PLACE:
        1 >> (PLACE - 1 - i)
    return i


def unused_branch(i):
    return callables.where(i != PLACE, 0 * (100 // (i - PLACE)) + i, i)


@pytest.mark.parametrize("function", [unused_divmod, unused_division, unused_comparison, unused_shift, unused_branch])
def test_an_unused_operation_still_raises(function):
    with pytest.raises(EvaluationError, match="123457"):
        check(function, i=2**17)


def test_operations_that_cannot_raise_or_are_used_are_traced():
    def both(i, j):
        quotient, _ = divmod(i, j + 1)
        i % 7, i >> 3
        return quotient

    assert check(both, i=8, j=8).method.startswith("algebra")
