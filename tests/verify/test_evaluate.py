import itertools
import pickle

import numpy as np
import pytest
from c_expressions import NoValueError, Reference, expressions, name_of_type
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.errors import EvaluationError, LayoutError, ParseError
from layouts.verify import evaluate as module
from layouts.verify.evaluate import evaluate
from layouts.verify.expression import parse_expression
from layouts.verify.integers import integer_type


def value_of(text, int_bits=32, **variables):
    result = evaluate(parse_expression(text), variables, int_bits=int_bits)
    assert result.overflow is None
    return result.values.item(), result.type


VALUES = [
    ("7 / 2", 3, "int"),
    ("-7 / 2", -3, "int"),
    ("7 / -2", -3, "int"),
    ("-7 / -2", 3, "int"),
    ("-7 % 2", -1, "int"),
    ("7 % -2", 1, "int"),
    ("-7 % -2", -1, "int"),
    ("-7 >> 1", -4, "int"),
    ("-7 / 2u", 2147483644, "unsigned int"),
    ("-1 < 0u", 0, "int"),
    ("-1 < 0", 1, "int"),
    ("-1 < 0ll", 1, "int"),
    ("-1l < 0u", 1, "int"),
    ("-1 < 0ul", 0, "int"),
    ("0u - 1", 2**32 - 1, "unsigned int"),
    ("0ul - 1", 2**64 - 1, "unsigned long"),
    ("0ull - 1", 2**64 - 1, "unsigned long long"),
    ("0u - 1ll", -1, "long long"),
    ("1ul + 1ll", 2, "unsigned long long"),
    ("0x80000000", 2**31, "unsigned int"),
    ("2147483648", 2**31, "long"),
    ("0x7fffffff", 2**31 - 1, "int"),
    ("0xffffffffffffffff", 2**64 - 1, "unsigned long"),
    ("-0x80000000", 2**31, "unsigned int"),
    ("0x80000000 << 1", 0, "unsigned int"),
    ("0x80000000ul << 1", 2**32, "unsigned long"),
    ("~0", -1, "int"),
    ("~0u", 2**32 - 1, "unsigned int"),
    ("~(unsigned char)0", -1, "int"),
    ("!5", 0, "int"),
    ("!0ull", 1, "int"),
    ("(unsigned char)300", 44, "unsigned char"),
    ("(signed char)200", -56, "signed char"),
    ("(char)200", -56, "char"),
    ("(bool)256", 1, "bool"),
    ("(unsigned char)256", 0, "unsigned char"),
    ("(int)4294967295u", -1, "int"),
    ("(int)0xffffffff80000000", -(2**31), "int"),
    ("(unsigned)-1", 2**32 - 1, "unsigned int"),
    ("(size_t)-1", 2**64 - 1, "unsigned long"),
    ("(long long)(size_t)-1", -1, "long long"),
    ("(short)1 + (short)1", 2, "int"),
    ("(uint8_t)255 + (uint8_t)1", 256, "int"),
    ("-(uint16_t)1", -1, "int"),
    ("(uint8_t)1 << 30u", 2**30, "int"),
    ("1ll << 40", 2**40, "long long"),
    ("1 << 3ll", 8, "int"),
    ("-3 << 2", -12, "int"),
    ("1 ? 2 : 3u", 2, "unsigned int"),
    ("0 ? 2u : -1", 2**32 - 1, "unsigned int"),
    ("1 ? -1 : 0ul", 2**64 - 1, "unsigned long"),
    ("1 ? (char)1 : (char)2", 1, "int"),
    ("3 > 2 > 1", 0, "int"),
    ("2 == 2 & 4", 0, "int"),
    ("1 || 1 / 0", 1, "int"),
    ("0 && 1 / 0", 0, "int"),
    ("0 || 7", 1, "int"),
    ("1 ? 5 : 1 / 0", 5, "int"),
    ("0 ? 1 << 99 : 6", 6, "int"),
    ("4294967295u * 4294967295u", 1, "unsigned int"),
    ("18446744073709551615u * 18446744073709551615u", 1, "unsigned long"),
]


@pytest.mark.parametrize(("text", "value", "kind"), VALUES)
def test_values_and_types_are_those_of_c(text, value, kind):
    assert value_of(text) == (value, kind)


def test_with_64_bits_int_does_not_overflow_where_32_did():
    assert value_of("2147483647 + 1", 64) == (2**31, "int")
    assert value_of("0u - 1", 64) == (2**64 - 1, "unsigned int")
    assert value_of("(int32_t)2147483648", 64) == (-(2**31), "int32_t")
    assert value_of("(uint32_t)1 - 2", 64) == (-1, "int")
    assert value_of("row * 4", 64, row=2**40) == (2**42, "int")
    assert value_of("1 << 40", 64) == (2**40, "int")
    assert evaluate(parse_expression("9223372036854775807 + 1"), {}, int_bits=64).overflow.type == "int"
    with pytest.raises(LayoutError, match="not the name of an integer type"):
        integer_type("float")
    with pytest.raises(LayoutError, match="32 or 64"):
        evaluate(parse_expression("1"), {}, int_bits=16)


def test_a_variable_is_an_int_unless_a_value_needs_more():
    assert value_of("x", x=2**31 - 1)[1] == "int"
    assert value_of("x", x=-(2**31))[1] == "int"
    assert value_of("x", x=2**31) == (2**31, "long long")
    assert value_of("x", x=2**63) == (2**63, "unsigned long long")
    assert evaluate(parse_expression("x * x"), {"x": np.array([3, 2**31])}).type == "long long"


numbers = st.one_of(
    st.integers(-9, 40),
    st.sampled_from([0, 1, -1, 31, 32, 63, 64, 46341, 2**31 - 1, -(2**31), 2**31, 2**32, 2**62, 2**63 - 1, -(2**63)]),
)


def expected(tree, environment, count):
    """Type, values, first overflow and first fault, point by point with the reference."""
    types = {}
    for name, values in environment.items():
        fits = all(-(2**31) <= value < 2**31 for value in values)
        types[name] = (32, True, 3) if fits else (64, True, 5)
    results, overflow = [], None
    for at in range(count):
        reference = Reference({name: values[at] for name, values in environment.items()}, types)
        try:
            value, _ = reference(tree)
        except NoValueError:
            return None, None, at
        results.append(value)
        if reference.overflow and not overflow:
            overflow = (at, *reference.overflow)
    return results, overflow, name_of_type(Reference({}, types).type_alone(tree))


def agrees(tree, environment, count):
    results, overflow, last = expected(tree, environment, count)
    arrays = {name: np.array(values, dtype=np.int64) for name, values in environment.items()}
    if results is None:
        with pytest.raises(EvaluationError) as error:
            evaluate(tree, arrays)
        assert error.value.witness == last
        return
    result = evaluate(tree, arrays)
    assert result.values.tolist() == results
    assert result.type.removeprefix("signed ") == last
    found = result.overflow
    assert (found and (found.index, found.value, found.operator)) == overflow


@settings(max_examples=600, deadline=None)
@given(expressions, st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=6))
def test_evaluation_of_arrays_is_the_reference_at_every_point(tree, points):
    environment = dict(zip("ijk", zip(*points, strict=True), strict=True))
    agrees(tree, environment, len(points))


@settings(max_examples=200, deadline=None)
@given(expressions, st.lists(st.tuples(numbers, numbers, numbers), min_size=5, max_size=12))
def test_runs_of_points_change_nothing(tree, points):
    environment = dict(zip("ijk", zip(*points, strict=True), strict=True))
    before, module.RUN = module.RUN, 4
    try:
        agrees(tree, environment, len(points))
    finally:
        module.RUN = before


@settings(max_examples=200, deadline=None)
@given(expressions, numbers, numbers, numbers)
def test_an_integer_stands_for_an_array_of_it(tree, i, j, k):
    outcomes = []
    for environment in (
        {"i": i, "j": j, "k": k},
        {name: np.full(3, v) for name, v in zip("ijk", (i, j, k), strict=True)},
    ):
        try:
            result = evaluate(tree, environment)
            outcomes.append((result.values.reshape(-1)[0], result.type, result.overflow and result.overflow.value))
        except EvaluationError as error:
            outcomes.append(error.witness)
    assert outcomes[0] == outcomes[1]


@settings(max_examples=200, deadline=None)
@given(expressions, expressions, st.tuples(numbers, numbers, numbers))
def test_a_let_is_its_expression_in_parentheses(inner, outer, point):
    environment = dict(zip("ijk", point, strict=True))
    outer = f"k - ({outer})"  # with k before all else, as a let is evaluated whether it is used or not
    forms = [
        (parse_expression(outer.replace("k", "t")), [("t", inner)]),
        (parse_expression(outer.replace("k", f"({inner})")), []),
    ]
    outcomes = []
    for expr, lets in forms:
        try:
            result = evaluate(expr, environment, lets)
            found = result.overflow
            outcomes.append((result.values.item(), result.type, found and (found.value, found.operator)))
        except EvaluationError as error:
            outcomes.append(error.message.splitlines()[0])
    assert outcomes[0] == outcomes[1]


def test_the_first_overflow_is_the_first_point_and_the_first_operator():
    rows = np.array([1, 2**30, 2**29, 2**30])
    overflow = evaluate(parse_expression("row * 2 + row * 4"), {"row": rows}).overflow
    assert (overflow.index, overflow.value, overflow.type) == (1, 2**31, "int")
    assert (overflow.operator, overflow.position, overflow.text) == ("*", 4, "row * 2 + row * 4")
    assert str(overflow) == "'*' gives 2147483648 at point 1, beyond int\n    row * 2 + row * 4\n        ^"


def test_after_an_overflow_values_are_exact_integers():
    rows = np.array([0, 2**29])
    assert evaluate(parse_expression("row * 4"), {"row": rows}).values.tolist() == [0, 2**31]
    assert evaluate(parse_expression("row * row * row"), {"row": rows}).values.tolist() == [0, 2**87]
    assert evaluate(parse_expression("(int)(row * 4)"), {"row": rows}).values.tolist() == [0, -(2**31)]


OVERFLOWS = [
    ("x + 1", 2**31 - 1, 2**31, "+"),
    ("x - 2", -(2**31) + 1, -(2**31) - 1, "-"),
    ("-x", -(2**31), 2**31, "-"),
    ("x / -1", -(2**31), 2**31, "/"),
    ("x % -1", -(2**31), 2**31, "%"),
    ("x << 4", 2**27, 2**31, "<<"),
    ("x << 31", -2, -(2**32), "<<"),
    ("x * x", 46341, 46341**2, "*"),
    ("x + 1", 2**63 - 1, 2**63, "+"),
    ("x * 1ll", None, None, None),
    ("x / -1", -(2**63), 2**63, "/"),
]


@pytest.mark.parametrize(("text", "x", "value", "operator"), OVERFLOWS)
def test_every_signed_operator_can_overflow(text, x, value, operator):
    overflow = evaluate(parse_expression(text), {"x": 5 if x is None else x}).overflow
    assert (overflow and (overflow.value, overflow.operator)) == (None if x is None else (value, operator))


FAULTS = [
    ("7 / x", 0, 2, "division by zero"),
    ("7 % x", 0, 2, "division by zero"),
    ("7 / (x - 1)", 1, 2, "division by zero"),
    ("1 << x", -1, 2, "0..31"),
    ("1 >> x", 32, 2, "0..31"),
    ("1ll << x", 64, 4, "0..63"),
    ("1u << x", 32, 3, "0..31"),
    ("(x == 2) + 1 / x", 0, 13, "division by zero"),
]


@pytest.mark.parametrize(("text", "x", "position", "fragment"), FAULTS)
def test_an_expression_without_value_is_refused_at_its_first_point(text, x, position, fragment):
    for values in ([3, 2, x, 3, x], [x], [3] * 20000 + [x]):
        with pytest.raises(EvaluationError) as error:
            evaluate(parse_expression(text), {"x": np.array(values)})
        first = values.index(x)
        assert error.value.witness == first
        assert fragment in str(error.value)
        assert f"at point {first}" in str(error.value)
        assert str(error.value).splitlines()[-1] == " " * (4 + position) + "^"


def test_the_smallest_faulty_point_wins_over_the_first_operator():
    with pytest.raises(EvaluationError) as error:
        evaluate(parse_expression("1 / x + 1 / y"), {"x": np.array([1, 1, 0]), "y": np.array([1, 0, 1])})
    assert error.value.witness == 1
    assert str(error.value).splitlines()[-1].index("^") == 4 + 10


def test_branches_not_taken_report_nothing():
    x = np.array([0, 1, 2, 2**31 - 1])
    result = evaluate(parse_expression("x ? 12 / x : 99"), {"x": x})
    assert result.values.tolist() == [99, 12, 6, 0]
    result = evaluate(parse_expression("x < 5 ? x + 2147483000 : 0"), {"x": x})
    assert result.overflow is None
    assert evaluate(parse_expression("x != 0 && 12 / x > 6"), {"x": x}).values.tolist() == [0, 1, 0, 0]
    assert evaluate(parse_expression("x == 0 || 12 / x > 6"), {"x": x}).values.tolist() == [1, 1, 0, 0]
    overflow = evaluate(parse_expression("x > 1 ? x * 2 > 0 ? x + x : 1 : x * 9"), {"x": x}).overflow
    assert overflow.index == 3
    with pytest.raises(EvaluationError) as error:
        evaluate(parse_expression("x > 1 ? 4 % (x - 2) : 1 / (x - 2)"), {"x": x})
    assert error.value.witness == 2


def test_lets_are_evaluated_in_order_with_the_types_of_their_expressions():
    lets = [(name, parse_expression(text)) for name, text in (("row", "i / 8"), ("col", "i % 8 + row * 0u"))]
    result = evaluate(parse_expression("row - 1 - col * 0"), {"i": 3}, lets)
    assert (result.values.item(), result.type) == (2**32 - 1, "unsigned int")
    overflow = evaluate(parse_expression("1"), {"i": 2**31 - 1}, [("t", parse_expression("2 * i"))]).overflow
    assert (overflow.text, overflow.position) == ("2 * i", 2)
    with pytest.raises(EvaluationError, match=r"i / 0"):
        evaluate(parse_expression("t"), {"i": 1}, [("t", parse_expression("i / 0"))])


BAD_LETS = [
    ("i + t", [], "i + t", 4, "'t' is not defined; known here: i"),
    ("t", [("t", "i + t")], "i + t", 4, "'t' is defined by itself"),
    ("t", [("t", "u + 1"), ("u", "t")], "u + 1", 0, "'u' is used before its own definition"),
    ("t + v", [("t", "i")], "t + v", 4, "'v' is not defined; known here: i, t"),
    ("threadIdx.x", [], "threadIdx.x", 0, "'threadIdx.x' is not defined"),
]


@pytest.mark.parametrize(("text", "lets", "where", "position", "fragment"), BAD_LETS)
def test_an_unknown_name_is_shown_in_its_own_text(text, lets, where, position, fragment):
    with pytest.raises(ParseError) as error:
        evaluate(parse_expression(text), {"i": 1}, [(name, parse_expression(let)) for name, let in lets])
    assert fragment in str(error.value)
    assert (error.value.text, error.value.position) == (where, position)


@pytest.mark.parametrize("name", ["i", "t"])
def test_a_let_hides_no_name(name):
    one = parse_expression("1")
    with pytest.raises(LayoutError, match="twice") as error:
        evaluate(one, {"i": 1}, [("t", one), (name, one)])
    assert error.value.witness == name


@pytest.mark.parametrize(
    "values", [1.5, True, "1", None, [1.0], np.array([True]), np.array([0.5]), 2**64, -(2**63) - 1]
)
def test_variables_must_be_integers_of_64_bits(values):
    with pytest.raises(LayoutError, match="variable 'i'"):
        evaluate(parse_expression("i"), {"i": values})


def test_arrays_of_different_shapes_are_refused():
    with pytest.raises(LayoutError, match=r"'i' and 'j'.*\(2, 3\) and \(3, 2\)"):
        evaluate(parse_expression("i"), {"i": np.zeros((2, 3), int), "k": 3, "j": np.zeros((3, 2), int)})


def test_the_result_has_the_shape_of_the_variables():
    i, j = np.meshgrid(np.arange(5), np.arange(7), indexing="ij")
    result = evaluate(parse_expression("i * 7 + j"), {"i": i, "j": j})
    assert result.values.dtype == np.int64
    assert (result.values == np.arange(35).reshape(5, 7)).all()
    assert evaluate(parse_expression("3"), {"i": i}).values.tolist() == [[3] * 7] * 5
    assert evaluate(parse_expression("3"), {}).values.shape == ()
    assert evaluate(parse_expression("i / i + 1 / 0"), {"i": np.zeros((0, 4), int)}).values.shape == (0, 4)


def test_the_variables_are_left_alone():
    i = np.arange(4)
    values = evaluate(parse_expression("i"), {"i": i}).values
    values += 1
    assert i.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", ["int8", "uint8", "int32", "uint32", "uint64"])
def test_arrays_of_every_integer_type_are_read(kind):
    i = np.array([0, 100], dtype=kind)
    assert evaluate(parse_expression("i * i * 1000"), {"i": i}).values.tolist() == [0, 10_000_000]
    assert evaluate(parse_expression("i"), {"i": np.array([2**64 - 1], "uint64")}).values.tolist() == [2**64 - 1]


def test_no_intermediate_value_wraps_in_silence():
    x = np.array([2**40, -(2**62), 3])
    assert evaluate(parse_expression("x * x / x"), {"x": x}).values.tolist() == x.tolist()
    assert evaluate(parse_expression("x * x / x"), {"x": x}).values.dtype == np.int64
    values = evaluate(parse_expression("(uint64_t)x * 3 % 1000"), {"x": x}).values.tolist()
    assert values == [v * 3 % 2**64 % 1000 for v in x.tolist()]


def test_unsigned_products_wrap_exactly():
    x = np.array([0, 1, 3, 2**16, 2**31 - 1])
    for text, factor, width in (
        ("x * 2654435761u", 2654435761, 32),
        ("(unsigned)x * (unsigned)x * 4294967295u", None, 32),
        ("x * 11400714819323198485ull", 11400714819323198485, 64),
    ):
        factors = [factor] * 5 if factor else [v * (2**32 - 1) for v in x.tolist()]
        expected = [v * f % 2**width for v, f in zip(x.tolist(), factors, strict=True)]
        assert evaluate(parse_expression(text), {"x": x}).values.tolist() == expected


MARLIN = "8 * row + (i % 8) ^ row"


def test_the_marlin_tile_is_a_bijection_as_written_and_not_as_mended():
    i, row = np.arange(512), [("row", parse_expression("i / 8"))]
    assert sorted(evaluate(parse_expression(MARLIN), {"i": i}, row).values.tolist()) == i.tolist()
    mended = evaluate(parse_expression("8 * row + ((i % 8) ^ row)"), {"i": i}, row).values
    assert np.flatnonzero(mended > 511)[0] == 456
    assert (mended[456], mended.max(), (mended > 511).sum()) == (513, 567, 56)


def test_the_stepped_form_equals_the_closed_form():
    i, j = np.meshgrid(np.arange(60), np.arange(8), indexing="ij")
    stepped = parse_expression("(i * 8 + (j ^ (i % 8)) ^ 4) + 4 * 8")
    closed = parse_expression("(i + 4) * 8 + (j ^ ((i + 4) % 8))")
    both = [evaluate(form, {"i": i, "j": j}).values for form in (stepped, closed)]
    assert (both[0] == both[1]).all()


def test_an_evaluation_of_many_terms_does_not_recurse():
    total = evaluate(parse_expression("+".join("i" * 5000)), {"i": np.arange(3)})
    assert total.values.tolist() == [0, 5000, 10000]
    nested = parse_expression("i ? 1 : " * 900 + "0")
    assert evaluate(nested, {"i": np.arange(3)}).values.tolist() == [0, 1, 1]


def test_results_are_plain_values():
    overflow = evaluate(parse_expression("x * 2"), {"x": 2**30}).overflow
    assert pickle.loads(pickle.dumps(overflow)) == overflow
    with pytest.raises(AttributeError):
        overflow.index = 3
    error = pickle.loads(pickle.dumps(EvaluationError("message", 3)))
    assert (str(error), error.witness) == ("message", 3)


def test_small_operators_agree_with_python_where_they_should():
    x, y = np.array(list(itertools.product(range(-9, 10), repeat=2))).T
    for operator in "+-*&|^":
        got = evaluate(parse_expression(f"x {operator} y"), {"x": x, "y": y}).values.tolist()
        assert got == [eval(f"{a} {operator} {b}") for a, b in zip(x.tolist(), y.tolist(), strict=True)]
