"""Tracing by cases of digits is enumeration, at every point and for every question."""

import pytest
from c_expressions import expressions
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import DEEP

from layouts import EvaluationError, Layout, Swizzle, TooLargeError, check
from layouts.verify.aslayout import layout_run
from layouts.verify.cases import CaseMap, parting, trace_cases
from layouts.verify.domain import Domain, Variable, read_variable
from layouts.verify.expression import Binary, Call, Conditional, Literal, Name, parse_expression
from layouts.verify.forms import Unclosed
from layouts.verify.pythonic import parse_python
from layouts.verify.resolve import Formula, resolve, run_of

EXAMPLES = 4000 if DEEP else 400


def formula(text, int_bits=32, lets=(), **variables):
    domain = Domain([read_variable(name, spec) for name, spec in variables.items()])
    read = parse_expression if int_bits else parse_python
    return Formula(read(text), domain, [(name, read(value)) for name, value in lets], int_bits)


def traced(given_formula, rotations=1):
    """The map by cases, without the other engines, and its first overflow."""
    run = run_of(given_formula)
    pieces = trace_cases(given_formula.domain, [run], rotations)
    noted = [piece.overflows[0] for piece in pieces if piece.overflows[0]]
    overflow = min(noted, key=lambda item: item[0], default=None)
    return CaseMap(given_formula.domain, pieces, run), overflow


def check_against_enumeration(given_formula, rotations=1, size=40):
    """Every answer of the cases is the answer of the table; return whether the cases close."""
    domain = given_formula.domain
    try:
        table = resolve(given_formula, 2**16, "enumeration")
    except EvaluationError as error:
        with pytest.raises((EvaluationError, Unclosed)) as caught:
            traced(given_formula, rotations)
        if isinstance(caught.value, EvaluationError):
            assert caught.value.witness == error.witness
            assert str(caught.value).split("\n")[0].replace("point", "") is not None
        return False
    try:
        found, overflow = traced(given_formula, rotations)
    except Unclosed:
        return False
    values = table.map.values.tolist()
    assert [found(index) for index in range(domain.size)] == values
    if table.overflow is None:
        assert overflow is None
    else:
        index, value, kind, node = overflow
        assert domain.point(index) == table.overflow["at"]
        assert (value, kind, node.operator) == (
            table.overflow["value"],
            table.overflow["type"],
            table.overflow["operator"],
        )
    assert found.bounds() == table.map.bounds()
    for question in (
        lambda m: m.collision(),
        lambda m: m.first_outside(size),
        lambda m: m.missed(size),
        lambda m: m.missed(domain.size),
    ):
        try:
            answer = question(found)
        except TooLargeError:
            continue
        assert answer == question(table.map)
    if table.map.collision() is None:
        assert found.collision() is None
    for mine, other in ((found.sums(), table.map.sums()), (found.bits(), table.map.bits())):
        if mine is not None:
            assert mine[0] == other[0]
            assert [mine[1](k) for k in range(domain.size)] == [other[1](k) for k in range(domain.size)]
    return True


# -- index expressions: what kernels are made of, so that most of them close

names_ = st.sampled_from(["i", "j"]).map(Name)
numbers = st.integers(1, 12).map(Literal)


def grown(inner):
    return st.one_of(
        st.builds(Binary, st.sampled_from("+-+*"), inner, st.one_of(inner, numbers)),
        st.builds(Binary, st.sampled_from("/%%"), inner, numbers),
        st.builds(Binary, st.sampled_from(["<<", ">>"]), inner, st.integers(0, 3).map(Literal)),
        st.builds(Binary, st.sampled_from("^&|^"), inner, st.one_of(inner, numbers)),
        st.builds(Conditional, st.builds(Binary, st.sampled_from(["<", "==", ">="]), inner, numbers), inner, inner),
        st.builds(lambda f, a, b: Call(f, (a, b)), st.sampled_from(["min", "max"]), inner, inner),
    )


index_expressions = st.recursive(st.one_of(names_, names_, numbers), grown, max_leaves=8)
ranges = st.tuples(st.sampled_from([0, 0, 0, 3, -5]), st.integers(1, 20)).map(lambda p: range(p[0], p[0] + p[1]))


@settings(max_examples=EXAMPLES)
@given(index_expressions, ranges, ranges, st.sampled_from([1, -1, 0]), st.sampled_from([32, 32, 0]))
def test_cases_are_enumeration_on_index_expressions(tree, i, j, rotations, int_bits):
    assume(not int_bits or "//" not in str(tree))
    domain = Domain([Variable("i", i), Variable("j", j)])
    check_against_enumeration(Formula(tree, domain, [], int_bits), rotations)


@settings(max_examples=EXAMPLES)
@given(expressions, ranges, ranges)
def test_cases_are_enumeration_on_c_expressions(tree, i, j):
    domain = Domain([Variable("i", i), Variable("j", j), Variable("k", range(2))])
    check_against_enumeration(Formula(tree, domain, []))


def test_most_index_expressions_close():
    """The sweep is no vacuous one: these all close."""
    for text in (
        "(i / 6) % 7 + 7 * (i % 6)",
        "i * 8 + (j ^ (i % 8))",
        "i * 72 + (j ^ (i % 8)) * 8",
        "min(i, 10) * 3 + j",
        "(i + j) % 20 + 20 * j",
        "i < 7 ? i * 4 : i * 8 + j",
        "(i & 6) + (j | 1)",
        "(i - j) / 3 + (j - i) % 5",
        "abs(i - 9) + max(j, 4)",
    ):
        for rotations in (1, -1, 0):
            assert check_against_enumeration(formula(text, i=20, j=8), rotations), text


@pytest.mark.parametrize(
    ("text", "variables", "at", "value"),
    [
        ("row * 4", {"row": 2**30}, {"row": 2**29}, 2**31),
        ("-row * 4", {"row": 2**30}, {"row": 2**29 + 1}, -(2**31) - 4),
        ("row * 4096 + c", {"c": 4096, "row": 2**20}, {"c": 0, "row": 2**19}, 2**31),
        ("row * 4095 + c", {"c": 4096, "row": 2**20}, {"c": 2**31 - 4095 * 524416, "row": 524416}, 2**31),
        ("c + row * 4096", {"c": 2**31 - 1, "row": 2}, {"c": 2**31 - 4096, "row": 1}, 2**31),
        ("(row ^ 5) * 4", {"row": 2**30}, {"row": 2**29}, 2**31 + 20),
        ("row < 100 ? 0 : row * 4", {"row": 2**30}, {"row": 2**29}, 2**31),
        ("row % 1000 * 3000000", {"row": 2**30}, {"row": 716}, 716 * 3000000),
    ],
)
def test_the_first_overflow_of_any_range_is_found_by_algebra(text, variables, at, value):
    verdict = check(text, variables, expect="any" if "?" in text else None)
    assert verdict.overflow == {"at": at, "value": value, "type": "int", "operator": verdict.overflow["operator"]}
    assert verdict.method.startswith("algebra")
    assert check(text, variables, int_bits=64, expect="any").overflow is None


def test_first_overflow_agrees_with_a_search_by_hand():
    for stride, extent in ((7, 2**30), (-9, 2**29), (12345, 2**20)):
        first = next(r for r in range(2**31 // abs(stride) - 2, extent) if not -(2**31) <= r * stride < 2**31)
        assert check(f"row * {stride}", row=extent).overflow["at"] == {"row": first}


def test_a_division_by_zero_far_out_is_found():
    with pytest.raises(EvaluationError, match=r"at i = 1099511627775: division by zero"):
        check("5 / (1099511627775 - i)", i=range(2**40 - 64, 2**40))
    with pytest.raises(EvaluationError, match=r"at i = 0, j = 3"):
        check("(i + j) / (j < 3)", i=2**40, j=8)


def test_a_swizzle_of_2_to_the_40_points_takes_few_steps(monkeypatch):
    """What makes the proof quick is counted, not timed: the operations on forms."""
    import layouts.verify.bitforms as bitforms

    steps = [0]

    def counted(function):
        def run(*arguments):
            steps[0] += 1
            return function(*arguments)

        return run

    for name in ("add", "xor", "both", "shift_left", "shift_right", "subtract", "multiply", "convert"):
        monkeypatch.setattr(bitforms, name, counted(getattr(bitforms, name)))
    verdict = check("(long long)i * 8 + (j ^ (i % 8))", i=2**37, j=8, size=2**40, expect="injective,onto")
    assert verdict.holds
    assert verdict.domain_size == 2**40
    assert steps[0] < 100
    trials = [0]
    import layouts.verify.cases as cases

    monkeypatch.setattr(cases, "_piece", counted_piece := _count(cases._piece, trials))
    assert counted_piece is not None
    rows = 2**37 - 12  # no power of two: by cases
    verdict = check("(long long)i * 8 + (j ^ (i % 8))", i=rows, j=8, size=8 * rows, expect="injective,onto")
    assert verdict.holds
    assert verdict.swizzled == [f"Sw<3,0,3> o ({rows},8):(8,1)"]
    assert trials[0] < 40


def _count(function, into):
    def run(*arguments):
        into[0] += 1
        return function(*arguments)

    return run


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Layout((4, (2, 3)), (8, (1, 100))), "i * 8 + j % 2 + j / 2 * 100"),
        (Layout((8, 8), (9, 1)), "i * 9 + j"),
        (Swizzle(2, 0, 3) @ Layout((8, 4), (4, 1)), "i * 4 + (j ^ (i / 2))"),
        (Swizzle(2, 0, -3) @ Layout((8, 4), (4, 1)), "(i * 4 + j) ^ (((i * 4 + j) & 3) << 3)"),
    ],
)
def test_a_layout_and_its_formula_are_one_map(value, text):
    sizes = {"i": Layout(value.shape[0]).size, "j": Layout(value.shape[1]).size}
    known = formula(text, **sizes)
    assert parting(known.domain, run_of(known), layout_run(value, 0, 2)) is None
    other = formula(text + " + (i == 3 && j == 2)", **sizes)
    assert parting(known.domain, run_of(other), layout_run(value, 0, 2)) == 3 + 2 * sizes["i"]


@settings(max_examples=EXAMPLES // 2)
@given(index_expressions, index_expressions, ranges, ranges)
def test_parting_is_the_first_point_where_tables_differ(a, b, i, j):
    domain = Domain([Variable("i", i), Variable("j", j)])
    one, other = Formula(a, domain, []), Formula(b, domain, [])
    try:
        found = parting(domain, run_of(one), run_of(other))
        tables = [resolve(f, 2**16, "enumeration").map.values.tolist() for f in (one, other)]
    except (Unclosed, EvaluationError):
        return
    assert found == next((k for k, (x, y) in enumerate(zip(*tables, strict=True)) if x != y), None)


@pytest.mark.parametrize(
    ("text", "size", "at"),
    [
        ("r * 12 + (c + r) % 12", 100, {"c": 0, "r": 8}),
        ("r * 12 + (c + r) % 12", 1199, {"c": 8, "r": 99}),
        ("r * 12 + (c + 5 * r) % 12 - 3", 1200, {"c": 0, "r": 0}),
        ("(c + r) % 12 * 100 + r", 1000, {"c": 10, "r": 0}),
    ],
)
def test_the_first_index_outside_of_a_rotation_is_found(text, size, at):
    verdict = check(text, c=12, r=100, size=size)
    table = check(text, c=12, r=100, size=size, method="enumeration")
    assert verdict.method.startswith("algebra, for all 1200 points at once")
    assert verdict.out_of_bounds["at"] == table.out_of_bounds["at"] == at
    rows = 2**40
    far = check(f"{text} + 0ll * r", c=12, r=rows, size=size, int_bits=64)
    assert far.out_of_bounds["at"] == at
