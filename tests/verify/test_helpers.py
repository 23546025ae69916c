"""The names and functions that kernels use, lanes, shuffles, min and max; and hints where input is unusual."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import EvaluationError, LayoutError, NotLinearError, ParseError, check, to_f2
from layouts.cli import main
from layouts.layout import Layout
from layouts.verify.evaluate import evaluate
from layouts.verify.expression import parse_expression
from layouts.verify.suite import read_suite, run_suite, suite_table


def test_lanes_and_warps_are_those_of_the_thread():
    verdict = check("laneId * 4 + warpId * 128", {"threadIdx.x": 256})
    assert verdict.cute == "256:4"
    assert check("lane_id + 32 * warp_id", {"threadIdx.x": 256}, same_as="threadIdx.x").equal
    assert check("laneId", {"laneId": 32}).cute == "32:1"  # a variable of that name is itself
    assert check("laneId", {"threadIdx.x": 32}, let={"laneId": "threadIdx.x * 2"}).cute == "32:2"
    with pytest.raises(ParseError, match="laneId"):
        check("laneId", {"i": 32})
    grid = {"threadIdx.x": 256, "blockIdx.x": 2**20}
    assert check("blockIdx.x * 256 + threadIdx.x", grid).cute == "(256,1048576):(1,256)"


@pytest.mark.parametrize("k", [0, 1, 2, 16, 31])
def test_a_shuffle_is_the_value_of_another_lane(k):
    formula = f"__shfl_xor_sync(0xffffffff, v, {k})"
    verdict = check(formula, lane=64, let={"row": "lane / 4", "v": "row * 100 + lane % 4"}, expect="any")
    value = [lane // 4 * 100 + lane % 4 for lane in range(64)]
    assert (verdict.minimum, verdict.maximum) == (min(value), max(value))
    same = f"(lane ^ {k}) / 4 * 100 + (lane ^ {k}) % 4"
    assert check(formula, lane=64, let={"row": "lane / 4", "v": "row * 100 + lane % 4"}, same_as=same).equal
    assert check(f"__shfl_xor_sync(-1, threadIdx.x, {k})", {"threadIdx.x": 128}, same_as=f"threadIdx.x ^ {k}").equal


def test_shuffles_nest():
    assert check("__shfl_xor_sync(-1, __shfl_xor_sync(-1, lane * 3, 1), 2)", lane=32, same_as="(lane ^ 3) * 3").equal


@pytest.mark.parametrize(
    ("text", "variables", "fragment"),
    [
        ("__shfl_xor_sync(-1, i, 2)", {"i": 32}, "needs a lane"),
        ("__shfl_xor_sync(-1, lane, 2)", {"lane": 16}, "whole warps"),
        ("__shfl_xor_sync(-1, lane, 32)", {"lane": 32}, "from 0 to 31"),
        ("__shfl_xor_sync(-1, lane, lane)", {"lane": 32}, "from 0 to 31"),
        ("__shfl_xor_sync(-1, lane)", {"lane": 32}, "takes 3 values"),
        ("__shfl_down_sync(-1, lane, 1)", {"lane": 32}, "function calls"),
    ],
)
def test_a_shuffle_without_a_clean_meaning_is_refused(text, variables, fragment):
    with pytest.raises(ParseError, match=fragment):
        check(text, variables)


@given(st.integers(-9, 9), st.integers(-9, 9), st.integers(-9, 9))
def test_min_max_and_abs_are_those_of_c(a, b, c):
    point = {"a": a, "b": b, "c": c}

    def value(text):
        return evaluate(parse_expression(text), point).values.item()

    assert value("min(a, b, c)") == min(a, b, c)
    assert value("max(a, b)") == max(a, b)
    assert value("abs(a) * 2") == abs(a) * 2
    assert value("umin(a, b)") == min(a % 2**32, b % 2**32)
    assert value("umax(a, b)") == max(a % 2**32, b % 2**32)
    assert evaluate(parse_expression("min(a, 3u)"), point).type == "unsigned int"


def test_calls_print_and_read_back():
    for text in ("min(a, b + 1) * 2", "abs(min(a, b, 3))", "-max(a, b)", "__shfl_xor_sync(-1, v, 2)"):
        tree = parse_expression(text)
        assert str(tree) == text
        assert parse_expression(str(tree)) == tree
        import pickle

        assert pickle.loads(pickle.dumps(tree)) == tree


def test_the_absolute_value_of_the_smallest_int_overflows():
    assert check("abs(i)", i=[-(2**31), 5], expect="any").overflow["at"] == {"i": -(2**31)}
    assert check("abs(i - 5)", i=10, expect="any").maximum == 5


def test_the_overflow_of_a_remainder_names_the_quotient():
    verdict = check("i % -1", i=[-(2**31), 0], expect="any")
    assert "the quotient of '%' is 2147483648, beyond int" in str(verdict)


def test_an_unused_variable_is_noted():
    assert check("i * 8", i=8, j=4).notes == ["j does not occur in the formula"]
    assert check("row", i=8, let={"row": "i"}).notes == []
    assert check("1", i=4, let={"row": "i"}, expect="any").notes == ["i does not occur in the formula"]


def test_a_keyword_is_no_variable():
    for name in ("int", "for", "unsigned", "threadIdx.int"):
        with pytest.raises(ParseError, match="keyword"):
            check("1", {name: 4})


def test_a_swizzle_alone_is_hinted_at():
    with pytest.raises(LayoutError, match=r"a swizzle alone; write Sw<3,0,3> o layout, such as Sw<3,0,3> o \(64,8\)"):
        check("i * 8 + j", i=64, j=8, equals="Sw<3,0,3>")


def test_a_layout_that_is_not_linear_is_named_by_its_own_operation():
    with pytest.raises(NotLinearError, match=r"^3:1 has the extent 3, which is not a power of two"):
        to_f2(Layout(3))


@pytest.mark.parametrize("name", ["kernel.tmol", "no/such.toml", "kernels.tmol"])
def test_a_misspelt_file_is_said_to_be_missing(name, capsys):
    assert main(["check", name]) == 2
    assert f"there is no file {name}" in capsys.readouterr().err


def test_a_near_name_is_suggested(tmp_path, capsys):
    (tmp_path / "kernels.toml").write_text("")
    assert main(["check", str(tmp_path / "kernls.toml")]) == 2
    assert f"there is {tmp_path / 'kernels.toml'}" in capsys.readouterr().err


UNDEFINED = '[[check]]\nid = "d"\nexpression = "i / (i - 3)"\nvariables = {i = 8}\n'


def test_a_file_may_expect_that_there_is_no_value():
    (outcome,) = run_suite(read_suite(UNDEFINED + 'verdict = "fails"\nbecause = "undefined"\n'))
    assert outcome.surprises == ()
    assert outcome.verdict.undefined["at"] == {"i": 3}
    assert "division by zero" in suite_table([outcome])
    (surprise,) = run_suite(read_suite(UNDEFINED))
    assert surprise.surprises == ("it fails: at i = 3: division by zero",)
    plain = UNDEFINED.replace("i / (i - 3)", "i")
    (other,) = run_suite(read_suite(plain + 'verdict = "fails"\nbecause = "undefined"\n'))
    assert other.surprises == ("it holds",)


def test_a_file_may_say_dialect_and_loop():
    text = '[[check]]\nexpression = "(i - 4) // 2"\nvariables = {i = 8}\ndialect = "python"\nexpect = ["any"]\n'
    assert run_suite(read_suite(text))[0].verdict.minimum == -2
    text = '[[check]]\nid = "l"\nexpression = "p"\nvariables = {i = 4, t = 3}\nloop = "t: p = i; p + 4"\n'
    assert run_suite(read_suite(text))[0].verdict.cute == "(4,3):(1,4)"


def test_a_fault_far_into_a_run_has_its_own_index():
    with pytest.raises(EvaluationError, match=r"at i = 1500000:") as caught:
        check("i * i / (i - 1500000)", i=2**21, method="enumeration", int_bits=64)
    assert caught.value.witness == 1500000
    assert "point 1500000" in str(caught.value)


def test_what_no_engine_decides_is_said_to_be_undecided(capsys):
    assert main(["check", "i % 97 * (i % 101)", "-v", "i=2**40"]) == 3
    assert "no closed form was found" in capsys.readouterr().out
    # a form in two cases, with a collision that only a table beyond the limit could place
    formula = "i < 2000000 ? 2 * i : i == 2999999 ? 10 : 3999999 + 2 * i"
    far = check(formula, i=3_000_000, limit=10)
    assert far.injective is None
    assert far.open == ["injective"]
    assert not far.holds
    assert str(far).endswith("UNDECIDED  injective")
    assert main(["check", formula, "-v", "i=3000000", "--limit", "10"]) == 3
    assert check(formula, i=3_000_000).collision == {"first": {"i": 5}, "second": {"i": 2999999}, "value": 10}


def test_the_command_takes_dialect_loop_and_all_forms(capsys):
    assert main(["check", "i // 8 * 8 + i % 8", "-v", "i=64", "--dialect", "python", "--all-forms"]) == 0
    printed = capsys.readouterr().out
    assert "  layout     64:1" in printed
    assert "  also       64:F1" in printed
    assert main(["check", "p", "-v", "i=4", "-v", "t=3", "--loop", "t: p = i; p + 4", "--equals", "(4,3):(1,4)"]) == 0
    assert main(["check", "row * 4", "-v", "row=M", "--assume", "M <= 4", "--equals", "4:4"]) == 2
    assert "fixed extents" in capsys.readouterr().err


@pytest.mark.parametrize("mask", ["0x1", "0xfffffffe", "0x7fffffff", "FULL & ~4"])
def test_a_mask_that_leaves_out_a_lane_is_refused(mask):
    let = {"FULL": "0xffffffff"}
    with pytest.raises(ParseError, match="leaves out lane"):
        check(f"__shfl_xor_sync({mask}, lane, 1)", lane=32, let=let)
    assert check("__shfl_xor_sync(FULL, lane, 1)", lane=32, let=let).injective
    assert check("__shfl_xor_sync(~0u, lane, 1)", lane=32).injective


@pytest.mark.parametrize("mask", ["lane", "1 << lane", "unknown", "M"])
def test_a_mask_that_is_no_number_is_refused(mask):
    with pytest.raises(ParseError, match="must be a number that names all 32 lanes"):
        check(f"__shfl_xor_sync({mask}, lane, 1)", lane=32, let={"M": "lane * 2"})


@pytest.mark.parametrize(
    "formula",
    ["lane < 16 ? {} : 0", "lane < 16 ? 0 : 1 + {}", "lane < 16 && {}", "lane || {} > 2", "min(lane ? {} : 1, 3)"],
)
def test_a_shuffle_in_a_branch_is_refused(formula):
    shuffle = "__shfl_xor_sync(0xffffffff, lane, 1)"
    with pytest.raises(ParseError, match="stands in a branch"):
        check(formula.format(shuffle), lane=32)
    assert check(formula.format("v"), lane=32, let={"v": shuffle}, expect="any")
    assert check(f"{shuffle} < 3 ? 1 : 2", lane=32, same_as="(lane ^ 1) < 3 ? 1 : 2", expect="any").equal


@pytest.mark.parametrize("method", ["auto", "enumeration"])
def test_umin_and_umax_take_unsigned_ints_whatever_they_are_given(method):
    def value(text):
        verdict = check(text, tid=4, expect="any", method=method)
        return verdict.minimum, verdict.maximum

    assert value("umax(-1LL, 5)") == (2**32 - 1, 2**32 - 1)
    assert value("umin(tid + 4294967296LL, 7)") == (0, 3)
    assert value("umin(-1, tid)") == (0, 3)


def test_a_lane_map_is_cut_at_commas_outside_of_brackets(capsys):
    assert main(["conflicts", "m", "--elem", "4", "--lane", "m = min(lane, 3)"]) == 0
    assert main(["conflicts", "m*2 + k", "--elem", "4", "--lane", "m = max(lane, 1), k = min(lane, 3)"]) == 1
    access = "ldmatrix: r = min(lane, 15), c = 0"
    assert main(["fix", "(64,64):(64,1)", "--elem", "2", "--access", access]) == 0
    capsys.readouterr()
    assert main(["conflicts", "m", "--elem", "4", "--lane", "m = min(lane, 3), k"]) == 2
    assert "m = min(lane, 3), k\n                     ^" in capsys.readouterr().err


def test_symbolic_extents_have_no_loops():
    with pytest.raises(LayoutError, match="closed form"):
        check("p", {"i": "M"}, assume="M <= 8", loop="i: p = 0; p + 1")
