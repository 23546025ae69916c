"""Python's dialect: strings and functions, against Python itself."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import DEEP

from layouts import EvaluationError, LayoutError, ParseError, TooLargeError, check, where
from layouts.verify.callables import MOST_RUNS, UntracedError, trace_callable
from layouts.verify.pythonic import parse_python, python_text
from layouts.verify.syntax import Binary, Call, Conditional, Literal, Name, Unary

names_ = st.sampled_from(["i", "j"]).map(Name)
numbers = st.integers(0, 20).map(Literal)
TRUTH = ["<", "<=", ">", ">=", "==", "!="]


def grown(inner):
    comparison = st.builds(Binary, st.sampled_from(TRUTH), inner, inner)
    truth = st.one_of(
        comparison,
        st.builds(lambda a: Unary("!", a), comparison),
        st.builds(Binary, st.sampled_from(["&&", "||"]), comparison, comparison),
    )
    return st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*", "&", "|", "^", "//", "%"]), inner, inner),
        st.builds(Binary, st.sampled_from(["<<", ">>"]), inner, st.integers(0, 5).map(Literal)),
        st.builds(Unary, st.sampled_from("-+~"), inner),
        truth,
        st.builds(Conditional, truth, inner, inner),
        st.builds(lambda f, a, b: Call(f, (a, b)), st.sampled_from(["min", "max"]), inner, inner),
        st.builds(lambda a: Call("abs", (a,)), inner),
    )


trees = st.recursive(st.one_of(names_, numbers), grown, max_leaves=9)
EXAMPLES = 2000 if DEEP else 250


def python_value(text, i, j):
    try:
        return int(eval(text, {"__builtins__": {"min": min, "max": max, "abs": abs}}, {"i": i, "j": j}))
    except ZeroDivisionError:
        return None


@settings(max_examples=EXAMPLES)
@given(trees)
def test_printing_and_reading_give_the_same_tree(tree):
    assert parse_python(python_text(tree)) == tree


@settings(max_examples=EXAMPLES)
@given(trees, st.integers(-9, 9), st.integers(-9, 9), st.sampled_from(["auto", "enumeration"]))
def test_values_are_those_of_python(tree, i, j, method):
    text = python_text(tree)
    i_range, j_range = range(i, i + 6), range(j, j + 3)
    expected = [python_value(text, a, b) for b, a in itertools.product(j_range, i_range)]
    try:
        verdict = check(text, i=i_range, j=j_range, dialect="python", expect="any", method=method)
    except EvaluationError as error:
        assert expected.index(None) == error.witness
        return
    assert None not in expected
    assert (verdict.minimum, verdict.maximum) == (min(expected), max(expected))
    assert verdict.injective == (len(set(expected)) == len(expected))
    assert verdict.overflow is None


@settings(max_examples=EXAMPLES)
@given(trees)
def test_a_function_is_traced_to_what_it_computes(tree):
    text = python_text(tree)
    function = eval(f"lambda i, j: {text}", {"min": min, "max": max, "abs": abs})
    try:
        traced = trace_callable(function, ["i", "j"])
    except (UntracedError, ZeroDivisionError):
        return
    again = python_text(traced)
    for i, j in itertools.product(range(-3, 7), range(-2, 3)):
        assert python_value(again, i, j) == python_value(text, i, j)


def test_a_lambda_is_proved_by_algebra():
    verdict = check(lambda i, j: i * 8 + (j ^ (i % 8)), i=2**37, j=8, size=2**40)
    assert verdict.holds
    assert verdict.method.startswith("algebra")
    assert verdict.expression == "i * 8 + (j ^ i % 8)"
    assert verdict.swizzled == [f"Sw<3,0,3> o ({2**37},8):(8,1)"]


def test_branches_of_a_function_become_cases():
    def clamp(i):
        if i < 10:
            return i
        return 10 if i % 2 else 9

    verdict = check(clamp, i=2**30, expect="any")
    assert (verdict.minimum, verdict.maximum) == (0, 10)
    assert verdict.method.startswith("algebra")
    assert verdict.collision == {"first": {"i": 9}, "second": {"i": 10}, "value": 9}
    assert check(lambda i: min(i, 10), i=20, expect="any").maximum == 10
    assert check(lambda i: where(i < 10, i, 10), i=20, expect="any").maximum == 10
    assert [where(c, 1, 2) for c in (True, False)] == [1, 2]


def test_division_rounds_down_in_python_and_towards_zero_in_c():
    assert check("i // 3 * 3 + i % 3", i=range(-9, 9), dialect="python", same_as="i").equal
    assert check("(i - 9) / 2", i=18, expect="any").minimum == -4
    assert check("(i - 9) // 2", i=18, expect="any", dialect="python").minimum == -5
    assert (
        check("-7 % i", i=range(1, 5), dialect="python", expect="any", same_as="i * 7 - (7 + i * 7 - -7 % i) + 0").equal
        is False
    )


def test_comparisons_bind_looser_than_bits_in_python():
    assert check("i & 3 == 0", i=8, dialect="python", expect="any").maximum == 1
    assert check("i & 3 == 0", i=8, expect="any").maximum == 0


def test_integers_do_not_overflow_in_python():
    verdict = check("row * 4", row=2**40, dialect="python")
    assert verdict.holds
    assert verdict.maximum == 4 * (2**40 - 1)
    assert verdict.widened == []


@pytest.mark.parametrize("counts", [lambda i: [3, 1, 2, 0][i], lambda i: len(range(i)), lambda i: {0: 1}.get(i, i + 1)])
def test_a_function_that_cannot_be_traced_is_called_at_every_point_and_the_verdict_says_so(counts):
    verdict = check(counts, i=4)
    assert verdict.injective == (len({counts(i) for i in range(4)}) == 4)
    if "cannot be traced" in verdict.method:
        assert verdict.method.startswith("enumeration of 4 points by calling the function")


def test_an_endless_loop_over_a_symbol_ends_in_enumeration():
    def halvings(i):
        count = 0
        while i > 0:
            i = i // 2
            count += 1
        return count

    verdict = check(halvings, i=100, expect="any")
    assert verdict.maximum == 7
    assert "where(condition, a, b)" in verdict.method
    with pytest.raises(TooLargeError, match="cannot be traced"):
        check(halvings, i=2**40)


def test_many_paths_are_refused():
    def popcount(i):
        return sum(1 if i >> k & 1 else 0 for k in range(10))

    with pytest.raises(UntracedError, match=f"more than {MOST_RUNS} paths"):
        trace_callable(popcount, ["i"])
    assert check(popcount, i=1024, expect="any").maximum == 10


@pytest.mark.parametrize(
    ("function", "error", "fragment"),
    [
        (lambda i: i / 2, LayoutError, "no integer"),
        (lambda i: "a", LayoutError, "no integer"),
        (lambda k: k, LayoutError, "does not take the variables i"),
        (lambda i: 1 // (i - 3), EvaluationError, "i = 3"),
    ],
)
def test_what_is_no_index_function_is_refused(function, error, fragment):
    with pytest.raises(error, match=fragment):
        check(function, i=8)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("i / 2", "write //"),
        ("i ** 2", r"'\*\*' is not read"),
        ("f(i)", "of functions"),
        ("i and 3", "one of their operands"),
        ("a.b().c", "inside a name"),
        ("i if i", "Python does not read"),
        ("", "empty"),
        ("[i]", "List is not read"),
        ("i := 3", "Python does not read"),
        ("1.5 * i", "no integer"),
        ("'a'", "no integer"),
        ("i is 3", "'is' and 'in'"),
        ("min(i)", "min takes 2"),
        ("divmod(i, 2)", "two values"),
        ("lambda: i", "Lambda is not read"),
        ("(" * 5000 + "i" + ")" * 5000, "nested|does not read"),
        ("-" * 50_000 + "i", "nested|more than|does not read"),
        ("\x00", "does not read|nested"),
        (7, "given as text"),
    ],
)
def test_what_is_no_integer_expression_is_refused_with_a_caret(text, fragment):
    with pytest.raises(ParseError, match=fragment):
        parse_python(text)


@settings(max_examples=EXAMPLES)
@given(st.text(alphabet="ij0179+-*/%&|^~<>=!() .,andorif", max_size=20))
def test_any_text_is_a_tree_or_a_parse_error(text):
    try:
        tree = parse_python(text)
    except ParseError:
        return
    assert parse_python(python_text(tree)) == tree


def test_integers_of_any_size_are_enumerated_exactly():
    verdict = check("i * i * i % 1000003 + i // 3", i=[2**70, 3, -(2**80)], dialect="python", method="enumeration")
    values = [i * i * i % 1000003 + i // 3 for i in (2**70, 3, -(2**80))]
    assert (verdict.minimum, verdict.maximum) == (min(values), max(values))


def test_dialects_and_widths_are_checked():
    with pytest.raises(LayoutError, match="assume"):
        check("i", i=4, assume=5)
    with pytest.raises(ParseError, match="loop"):
        check("i", i=4, loop=7)
    with pytest.raises(LayoutError, match="dialect"):
        check("i", i=4, dialect="rust")
    with pytest.raises(LayoutError, match="int_bits"):
        check("i", i=4, int_bits=0)
    with pytest.raises(LayoutError, match="method"):
        check("i", i=4, method="guess")


@pytest.mark.parametrize(
    "function",
    [lambda i: len(str(i)), lambda i: len(f"{i}"), lambda i: len(f"{i!r}"), lambda i: len("%s" % i)],  # noqa: UP031
)
def test_a_function_that_writes_its_variable_as_text_is_called_at_every_point(function):
    verdict = check(function, i=100, expect="any")
    assert verdict.method.startswith("enumeration of 100 points")
    assert (verdict.minimum, verdict.maximum) == (1, 2)
