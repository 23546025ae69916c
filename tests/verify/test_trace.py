import itertools
import time

import numpy as np
import pytest
from c_expressions import expressions
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.errors import EvaluationError, LayoutError, ParseError
from layouts.verify.evaluate import evaluate
from layouts.verify.expression import Binary, Cast, Conditional, Literal, Name, Unary, names, parse_expression
from layouts.verify.trace import F2Affine, trace_affine, trace_f2


def lets_of(*pairs):
    return [(name, parse_expression(text)) for name, text in pairs]


def grid(ranges):
    arrays = np.meshgrid(*(np.arange(*extent) for extent in ranges.values()), indexing="ij")
    return dict(zip(ranges, arrays, strict=True))


def value_of_f2(form, point):
    value = form.offset
    for name, images in form.bases.items():
        for k, image in enumerate(images):
            value ^= image if point[name] >> k & 1 else 0
    return value


def check_f2(form, expr, bits, lets=()):
    """The form is right at every point, and no point overflows or has no value."""
    environment = grid({name: (0, 1 << count) for name, count in bits.items()})
    result = evaluate(expr, environment, lets)
    assert result.overflow is None
    points = [
        dict(zip(bits, point, strict=True)) for point in itertools.product(*(range(1 << n) for n in bits.values()))
    ]
    assert result.values.reshape(-1).tolist() == [value_of_f2(form, point) for point in points]
    assert [(name, len(images)) for name, images in form.bases.items()] == list(bits.items())


CLOSED = [  # the kernels of the collection that are affine over F2: lets, expression, bits, offset, bases
    ([], "i * 8 + (j ^ (i % 8))", {"i": 6, "j": 3}, 0, {"i": (9, 18, 36, 64, 128, 256), "j": (1, 2, 4)}),
    ([], "i * 4 + (j ^ ((i / 2) % 4))", {"i": 6, "j": 2}, 0, {"i": (4, 9, 18, 32, 64, 128), "j": (1, 2)}),
    ([("row", "i / 8")], "8 * row + (i % 8) ^ row", {"i": 9}, 0, {"i": (1, 2, 4, 9, 18, 36, 72, 144, 288)}),
    (
        [("addr", "2 * (r * 64 + c % 64)")],
        "addr ^ (((addr % 1024) >> 7) << 4)",
        {"r": 6, "c": 6},
        0,
        {"r": (144, 288, 576, 1024, 2048, 4096), "c": (2, 4, 8, 16, 32, 64)},
    ),
    ([], "row * 128 + (col ^ row) * 16", {"row": 3, "col": 3}, 0, {"row": (144, 288, 576), "col": (16, 32, 64)}),
    (
        [("j", "8 * half")],
        "i * 16 + ((((j >> 3) ^ (i >> 2)) % (16 >> 3)) << 3)",
        {"i": 4, "half": 1},
        0,
        {"i": (16, 32, 72, 128), "half": (8,)},
    ),
    (
        [("off", "2 * (r * 32 + c)")],
        "off ^ (((off % 1024) >> 9) << 5) ^ (((off % 2048) >> 10) << 4)",
        {"r": 5, "c": 5},
        0,
        {"r": (64, 128, 256, 544, 1040), "c": (2, 4, 8, 16, 32)},
    ),
    ([], "x * 32 + y", {"x": 5, "y": 5}, 0, {"x": (32, 64, 128, 256, 512), "y": (1, 2, 4, 8, 16)}),
    (
        [],
        "16 * (2 * (i % 4) + r % 2 + 8 * (r / 2)) + i / 4 + 8 * b + 256 * j",
        {"i": 5, "j": 2, "b": 1, "r": 2},
        0,
        {"i": (32, 64, 1, 2, 4), "j": (256, 512), "b": (8,), "r": (16, 128)},
    ),
    (
        [],
        "(((l / 2) * 8) + (t / 4)) * 8 + (((t % 4) * 2) + (l % 2))",
        {"t": 5, "l": 2},
        0,
        {"t": (2, 4, 8, 16, 32), "l": (1, 64)},
    ),
    ([], "lane ^ 2", {"lane": 5}, 2, {"lane": (1, 2, 4, 8, 16)}),
    (
        [("off", "r * 128 + c")],
        "off ^ (((off >> 6) & 7) << 3)",
        {"r": 6, "c": 7},
        0,
        {"r": (144, 288, 512, 1024, 2048, 4096), "c": (1, 2, 4, 8, 16, 32, 72)},
    ),
    (
        [("off", "r * 128 + c")],
        "off ^ (((off >> 7) & 7) << 3)",
        {"r": 6, "c": 7},
        0,
        {"r": (136, 272, 544, 1024, 2048, 4096), "c": (1, 2, 4, 8, 16, 32, 64)},
    ),
    (
        [("o", "m + 32 * k")],
        "o ^ (((o >> 7) & 7) << 4)",
        {"m": 5, "k": 3},
        0,
        {"m": (1, 2, 4, 8, 16), "k": (32, 64, 144)},
    ),
    (
        [("o", "m + 32 * k")],
        "o ^ (((o >> 5) & 7) << 2)",
        {"m": 5, "k": 3},
        0,
        {"m": (1, 2, 4, 8, 16), "k": (36, 72, 144)},
    ),
    # not of the collection: what address code is made of
    ([], "x & ~7", {"x": 5}, 0, {"x": (0, 0, 0, 8, 16)}),
    ([], "~x & 7", {"x": 5}, 7, {"x": (1, 2, 4, 0, 0)}),
    ([], "7 - (x & 7)", {"x": 4}, 7, {"x": (1, 2, 4, 0)}),
    ([], "x - (x & 3)", {"x": 4}, 0, {"x": (0, 0, 4, 8)}),
    ([], "x - x % 4 + 16", {"x": 4}, 16, {"x": (0, 0, 4, 8)}),
    ([], "(x & 4) ? 8 : 0", {"x": 3}, 0, {"x": (0, 0, 8)}),
    ([], "x & 4 ? x ^ 24 : x", {"x": 3}, 0, {"x": (1, 2, 28)}),
    ([], "(x % 4 == 3) * 16", {"x": 1}, 0, {"x": (0,)}),
    ([], "((x & 2) == 2) * 16 + (x & 1)", {"x": 2}, 0, {"x": (1, 16)}),
    ([], "((x & 2) != 2) << 4 | (x & 1)", {"x": 2}, 16, {"x": (1, 16)}),
    ([], "x < 4 ? 1 : 2", {"x": 3}, 1, {"x": (0, 0, 3)}),
    ([], "(x >= 4) + 2 * (x > 3) + 4 * (4 <= x)", {"x": 3}, 0, {"x": (0, 0, 7)}),
    ([], "!(x & 4) && x < 8", {"x": 3}, 1, {"x": (0, 0, 1)}),
    ([], "x < 0 || x & 1", {"x": 3}, 0, {"x": (1, 0, 0)}),
    ([], "-(x & 1) & 12 ^ x", {"x": 2}, 0, {"x": (13, 2)}),
    ([], "1 << (x & 1)", {"x": 2}, 1, {"x": (3, 0)}),
    ([], "x * x", {"x": 1}, 0, {"x": (1,)}),
    ([], "x + x", {"x": 3}, 0, {"x": (2, 4, 8)}),
    ([], "(x & 5) * 3", {"x": 3}, 0, {"x": (3, 0, 12)}),
    ([], "x / 8 + x % 9", {"x": 3}, 0, {"x": (1, 2, 4)}),
    ([], "x & 1 ? (y ^ 3) * 4 : y * 4", {"x": 1, "y": 2}, 0, {"x": (12,), "y": (4, 8)}),
    ([], "(uint8_t)(x << 4)", {"x": 6}, 0, {"x": (16, 32, 64, 128, 0, 0)}),
    ([], "(int)(unsigned)x | 64u", {"x": 3}, 64, {"x": (1, 2, 4)}),
    ([], "~(unsigned)x >> 30", {"x": 3}, 3, {"x": (0, 0, 0)}),
    ([], "0u - (x & 1u) >> 31", {"x": 1}, 0, {"x": (1,)}),
    ([], "(bool)(x & 4) * 2", {"x": 3}, 0, {"x": (0, 0, 2)}),
    ([], "5 ? x : 1 / 0", {"x": 1}, 0, {"x": (1,)}),
    ([], "0 && 1 / 0 || x", {"x": 1}, 0, {"x": (1,)}),
    ([], "x - y + 8 - (x ^ 7)", {"x": 0, "y": 0}, 1, {"x": (), "y": ()}),
    ([], "(x < y + 8) + 2 * (x > y + 8)", {"x": 2, "y": 2}, 1, {"x": (0, 0), "y": (0, 0)}),
    ([], "7", {}, 7, {}),
]


@pytest.mark.parametrize(("lets", "text", "bits", "offset", "bases"), CLOSED)
def test_index_math_over_f2_is_traced(lets, text, bits, offset, bases):
    lets, expr = lets_of(*lets), parse_expression(text)
    form = trace_f2(expr, bits, lets)
    assert form == F2Affine(offset, bases)
    check_f2(form, expr, bits, lets)


OPEN = [  # the first six are no F2-affine maps; of the others some are, by carries that cancel or by values that wrap
    ([("row", "i / 8")], "8 * row + ((i % 8) ^ row)", {"i": 9}),
    ([], "row * 64 + ((ch + (row % (4 * 2)) / 2) % 4) * 16", {"row": 6, "ch": 2}),
    ([], "m * 72 + k", {"m": 4, "k": 6}),
    ([], "x * 33 + y", {"x": 5, "y": 5}),
    ([], "x + 1", {"x": 3}),
    ([], "x * y", {"x": 1, "y": 1}),
    ([], "x & 3 ? 1 : 0", {"x": 2}),
    ([], "x / 3", {"x": 3}),
    ([], "x + 3 - 3", {"x": 3}),
    ([], "x - 8", {"x": 3}),
    ([], "-x / 2", {"x": 1}),
    ([], "x * 4", {"x": 30}),
    ([], "x << 31", {"x": 1}),
    ([], "x << 32", {"x": 1}),
    ([], "x << x", {"x": 6}),
    ([], "x / 0", {"x": 3}),
    ([], "x % (x & 0)", {"x": 3}),
    ([], "(-2147483647 - 1) % -1", {}),
    ([("unused", "x << 31")], "x", {"x": 1}),
    ([], "x + y && 0", {"x": 1, "y": 1}),
    ([], "x & 1 && x & 6", {"x": 3}),
    ([], "x < y", {"x": 2, "y": 2}),
]


@pytest.mark.parametrize(("lets", "text", "bits"), OPEN)
def test_what_has_no_known_form_is_left_to_enumeration(lets, text, bits):
    assert trace_f2(parse_expression(text), bits, lets_of(*lets)) is None


def test_int_bits_decide_where_an_overflow_begins():
    expr = parse_expression("row * 4")
    assert trace_f2(expr, {"row": 29}).bases["row"][-1] == 2**30
    assert trace_f2(expr, {"row": 30}) is None
    assert trace_f2(expr, {"row": 30}, int_bits=64).bases["row"][-1] == 2**31
    assert trace_f2(expr, {"row": 32}).bases["row"][-1] == 2**33  # such a variable is a long long
    assert trace_f2(parse_expression("(long long) row * 4"), {"row": 30}).bases["row"][-1] == 2**31
    assert trace_affine(expr, {"row": (0, 2**29)}) == (0, {"row": 4})
    assert trace_affine(expr, {"row": (0, 2**29 + 1)}) is None
    assert trace_affine(expr, {"row": (0, 2**29 + 1)}, int_bits=64) == (0, {"row": 4})
    assert trace_affine(expr, {"row": (-(2**29), 0)}) == (0, {"row": 4})
    assert trace_affine(expr, {"row": (-(2**29) - 1, 0)}) is None


def _grown(inner):
    small = st.integers(0, 9).map(Literal)
    powers = st.sampled_from([1, 2, 4, 8, 16]).map(Literal)
    masks = st.sampled_from([1, 2, 3, 4, 5, 7, 8, 12, 24]).map(Literal)
    test = st.builds(Binary, st.just("&"), inner, powers)
    one_bit = st.one_of(test, st.builds(Binary, st.sampled_from(["<", ">=", "==", "!="]), inner, powers))
    return st.one_of(
        st.builds(Binary, st.sampled_from("+^|&-*"), inner, inner),
        st.builds(Binary, st.just("^"), inner, inner),
        st.builds(Binary, st.sampled_from(["<<", ">>"]), inner, small),
        st.builds(Binary, st.sampled_from("*/%"), inner, powers),
        st.builds(Binary, st.sampled_from("+-*&|^/%"), inner, st.one_of(small, masks)),
        st.builds(Binary, st.just("&"), inner, masks),
        st.builds(Conditional, one_bit, inner, inner),
        st.builds(Cast, st.sampled_from(["unsigned int", "uint8_t", "long", "signed char"]), inner),
        st.builds(Unary, st.sampled_from("-~"), inner),
    )


linear = st.recursive(st.sampled_from("ijk").map(Name) | st.integers(0, 9).map(Literal), _grown, max_leaves=8)
widths = st.fixed_dictionaries({"i": st.integers(0, 3), "j": st.integers(0, 3), "k": st.integers(0, 2)})


def traced_is_right(expr, bits, lets=()):
    form = trace_f2(expr, bits, lets)
    if form is not None:
        check_f2(form, expr, bits, lets)


@settings(max_examples=600, deadline=None)
@given(linear, widths)
def test_a_trace_over_f2_is_right_at_every_point(expr, bits):
    traced_is_right(expr, bits)


@settings(max_examples=300, deadline=None)
@given(expressions, widths)
def test_a_trace_over_f2_of_any_expression_is_right_at_every_point(expr, bits):
    traced_is_right(expr, bits)


@settings(max_examples=150, deadline=None)
@given(linear, linear, widths)
def test_a_trace_over_f2_sees_through_lets(inner, outer, bits):
    lets = [("t", inner)]
    traced_is_right(parse_expression(f"({outer}) ^ t"), bits, lets)
    traced_is_right(parse_expression(str(outer).replace("j", "t")), bits, lets)


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.data())
def test_every_swizzle_after_a_row_major_tile_is_traced(rows, columns, data):
    bits = data.draw(st.integers(0, 4))
    base = data.draw(st.integers(0, 4))
    shift = data.draw(st.integers(max(bits, 1), 6))
    expr = parse_expression(f"x ^ (((x >> {base + shift}) & {(1 << bits) - 1}) << {base})")
    lets = lets_of(("x", f"i * {1 << columns} + j"))
    form = trace_f2(expr, {"i": rows, "j": columns}, lets)

    def swizzled(x):
        return x ^ ((x >> (base + shift)) & ((1 << bits) - 1)) << base

    assert form.offset == 0
    assert form.bases["i"] == tuple(swizzled(1 << columns + k) for k in range(rows))
    assert form.bases["j"] == tuple(swizzled(1 << k) for k in range(columns))


def check_affine(found, expr, ranges, lets=()):
    constant, coefficients = found
    environment = grid(ranges)
    result = evaluate(expr, environment, lets)
    assert result.overflow is None
    assert list(coefficients) == list(ranges)
    expected = constant + sum(
        (factor * environment[name] for name, factor in coefficients.items()), np.zeros_like(result.values)
    )
    assert (result.values == expected).all()


AFFINE = [
    ("m * 72 + k", {"m": (0, 16), "k": (0, 64)}, 0, {"m": 72, "k": 1}),
    ("x * 33 + y", {"x": (0, 32), "y": (0, 32)}, 0, {"x": 33, "y": 1}),
    ("x * 32 + y", {"x": (0, 32), "y": (0, 32)}, 0, {"x": 32, "y": 1}),
    ("(long long) row * 4", {"row": (0, 10)}, 0, {"row": 4}),
    ("-(x - 5) * 3 + y", {"x": (-7, 9), "y": (3, 4)}, 15, {"x": -3, "y": 1}),
    ("~x", {"x": (-3, 4)}, -1, {"x": -1}),
    ("x << 3 | y", {"x": (-2, 9), "y": (0, 8)}, 0, {"x": 8, "y": 1}),
    ("y ^ x * 8", {"x": (0, 9), "y": (0, 8)}, 0, {"x": 8, "y": 1}),
    ("(x * 8 + y) / 8", {"x": (0, 9), "y": (0, 8)}, 0, {"x": 1, "y": 0}),
    ("(x * 8 + y) % 8", {"x": (0, 9), "y": (0, 8)}, 0, {"x": 0, "y": 1}),
    ("(x * 8 + y) >> 3", {"x": (-9, 9), "y": (0, 8)}, 0, {"x": 1, "y": 0}),
    ("(x * 8 + y) & 7", {"x": (-9, 9), "y": (0, 8)}, 0, {"x": 0, "y": 1}),
    ("(x * 8 + y) & ~7", {"x": (-9, 9), "y": (0, 8)}, 0, {"x": 8, "y": 0}),
    ("(x * 8u + y) & 0xfffffff8", {"x": (0, 9), "y": (0, 8)}, 0, {"x": 8, "y": 0}),
    ("(x * 24 - 12) / -12", {"x": (-9, 9)}, 1, {"x": -2}),
    ("(x * 24 - 12) % 6", {"x": (-9, 9)}, 0, {"x": 0}),
    ("9 * x / 8", {"x": (0, 8)}, 0, {"x": 1}),
    ("(7 - x) / 8 + x % 8", {"x": (0, 8)}, 0, {"x": 1}),
    ("x < 5 ? x : 1 / 0", {"x": (0, 5)}, 0, {"x": 1}),
    ("x >= y ? x * 2 : y", {"x": (4, 9), "y": (1, 5)}, 0, {"x": 2, "y": 0}),
    ("x > 100 || x != -1 ? 3 : x * x", {"x": (0, 5)}, 3, {"x": 0}),
    ("!x + (x && 1)", {"x": (1, 5)}, 1, {"x": 0}),
    ("x + 0u - 0u", {"x": (0, 5)}, 0, {"x": 1}),
    ("(uint8_t)x + (signed char)200", {"x": (0, 256)}, -56, {"x": 1}),
    ("6 % 4 | 9 / 2 ^ 1", {}, 7, {}),
]


@pytest.mark.parametrize(("text", "ranges", "constant", "coefficients"), AFFINE)
def test_sums_of_multiples_are_traced(text, ranges, constant, coefficients):
    expr = parse_expression(text)
    assert trace_affine(expr, ranges) == (constant, coefficients)
    if ranges:
        check_affine((constant, coefficients), expr, ranges)


NOT_AFFINE = [
    ("x * y", {"x": (0, 3), "y": (0, 3)}),
    ("x / 2", {"x": (0, 3)}),
    ("x % 2", {"x": (0, 3)}),
    ("x ^ 1", {"x": (0, 3)}),
    ("x < 2", {"x": (0, 3)}),
    ("x ? 1 : 2", {"x": (0, 3)}),
    ("x / 4", {"x": (-3, 1)}),
    ("x - 1u", {"x": (0, 3)}),
    ("(uint8_t)x", {"x": (0, 257)}),
    ("x + 2147483640", {"x": (0, 9)}),
    ("x / 0", {"x": (0, 9)}),
    ("1 << x", {"x": (40, 41)}),
    ("x % -1", {"x": (-(2**31), -(2**31) + 1)}),
]


@pytest.mark.parametrize(("text", "ranges"), NOT_AFFINE)
def test_what_is_no_known_sum_is_left_to_enumeration(text, ranges):
    assert trace_affine(parse_expression(text), ranges) is None


extents = st.tuples(st.integers(-6, 6), st.integers(1, 6)).map(lambda pair: (pair[0], pair[0] + pair[1]))
boxes = st.fixed_dictionaries({"i": extents, "j": extents, "k": extents})


@settings(max_examples=600, deadline=None)
@given(st.one_of(linear, linear, expressions), boxes)
def test_a_trace_of_sums_is_right_at_every_point(expr, ranges):
    found = trace_affine(expr, ranges)
    if found is not None:
        check_affine(found, expr, ranges)


@settings(max_examples=200, deadline=None)
@given(st.one_of(linear, expressions), st.integers(-9, 9), st.integers(0, 9), st.integers(0, 9))
def test_a_single_point_is_always_traced_exactly_as_it_is_evaluated(expr, i, j, k):
    ranges = {"i": (i, i + 1), "j": (j, j + 1), "k": (k, k + 1)}
    found = trace_affine(expr, ranges)
    try:
        result = evaluate(expr, {"i": i, "j": j, "k": k})
    except EvaluationError:
        assert found is None
        return
    if result.overflow is not None:
        assert found is None
        return
    constant, coefficients = found
    assert constant + i * coefficients["i"] + j * coefficients["j"] + k * coefficients["k"] == result.values.item()


def test_a_trace_costs_nothing_by_the_point():
    start = time.perf_counter()
    form = trace_f2(parse_expression("(long long)i * 4096 ^ j"), {"i": 40, "j": 12})
    assert form.bases["i"][-1] == 2**51
    assert trace_affine(parse_expression("i * 12 + j"), {"i": (0, 10**9), "j": (-(10**9), 10**9)}, int_bits=64)
    assert trace_f2(parse_expression("^".join("i" * 4999)), {"i": 20}).bases["i"][0] == 1
    assert time.perf_counter() - start < 60


def test_unknown_names_and_bad_extents_are_refused():
    expr = parse_expression("i + u")
    for trace, known in ((trace_f2, {"i": 3}), (trace_affine, {"i": (0, 3)})):
        with pytest.raises(ParseError, match="'u' is not defined") as error:
            trace(expr, known)
        assert error.value.position == 4
    for bits in (-1, 65, 1.5, True):
        with pytest.raises(LayoutError, match="0 to 64 bits"):
            trace_f2(expr, {"i": bits})
    with pytest.raises(LayoutError, match="empty"):
        trace_affine(expr, {"i": (3, 3)})
    with pytest.raises(LayoutError, match="beyond 64 bits"):
        trace_affine(expr, {"i": (0, 2**64 + 1)})


def test_names_of_a_traced_expression_may_be_fewer_than_the_variables():
    expr = parse_expression("i * 2")
    assert names(expr) == ("i",)
    assert trace_f2(expr, {"j": 2, "i": 1}) == F2Affine(0, {"j": (0, 0), "i": (2,)})
    assert trace_affine(expr, {"j": (0, 2), "i": (0, 5)}) == (0, {"j": 0, "i": 2})
