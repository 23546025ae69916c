import contextlib
import copy
import itertools
import pickle
import time

import pytest
from c_expressions import TYPES, expressions
from hypothesis import given

from layouts.errors import LayoutError, ParseError
from layouts.verify.expression import (
    MAX_LENGTH,
    MAX_NESTING,
    MAX_NODES,
    Binary,
    Cast,
    Conditional,
    Literal,
    Name,
    Unary,
    names,
    parse_expression,
)

a, b, c, d, e = (Name(name) for name in "abcde")

# The binary operators of C, loosest first, as in the annex of the standard.
LEVELS = [
    ["||"],
    ["&&"],
    ["|"],
    ["^"],
    ["&"],
    ["==", "!="],
    ["<", ">", "<=", ">="],
    ["<<", ">>"],
    ["+", "-"],
    ["*", "/", "%"],
]
OPERATORS = [(operator, level) for level, operators in enumerate(LEVELS) for operator in operators]


@pytest.mark.parametrize(("first", "second"), [*itertools.product(OPERATORS, OPERATORS)])
def test_precedence_is_that_of_c(first, second):
    (x, low), (y, high) = first, second
    grouped_left = Binary(y, Binary(x, a, b), c)
    grouped_right = Binary(x, a, Binary(y, b, c))
    assert parse_expression(f"a {x} b {y} c") == (grouped_right if high > low else grouped_left)
    assert parse_expression(f"(a {x} b) {y} c") == grouped_left
    assert parse_expression(f"a {x} (b {y} c)") == grouped_right


def test_xor_binds_looser_than_plus():
    row = Name("row")
    left = Binary("+", Binary("*", Literal(8), row), Binary("%", Name("i"), Literal(8)))
    assert parse_expression("8 * row + (i % 8) ^ row") == Binary("^", left, row)


SAME = [  # both texts are one tree
    ("a ? b : c ? d : e", "a ? b : (c ? d : e)"),
    ("a ? b ? c : d : e", "a ? (b ? c : d) : e"),
    ("a || b ? c : d || e", "(a || b) ? c : (d || e)"),
    ("a < b < c", "(a < b) < c"),
    ("2 < b > (c)", "(2 < b) > c"),
    ("(a) < b > (c)", "(a < b) > c"),
    ("a < b && c > (d)", "(a < b) && (c > d)"),
    ("a < b ? c : d > (e)", "(a < b) ? c : (d > e)"),
    ("a < b >> (c)", "a < (b >> c)"),
    ("-a * b", "(-a) * b"),
    ("!a == b", "(!a) == b"),
    ("~a << b", "(~a) << b"),
    ("- -a", "-(-a)"),
    ("a - -b", "a - (-b)"),
    ("a-b-c", "(a - b) - c"),
    ("(int)a * b", "((int)a) * b"),
    ("(int)-a", "(int)(-a)"),
    ("-(int)a", "-((int)a)"),
    ("(long long) row * 4", "((long long)row) * 4"),
    ("(a) + b", "a + b"),
    ("(a) - b", "a - b"),
    ("int(a) + b", "((int)a) + b"),
    ("uint32_t(a + b) >> 3", "((uint32_t)(a + b)) >> 3"),
    ("static_cast<uint32_t>(a) >> 3", "((uint32_t)a) >> 3"),
    ("static_cast<unsigned long long>(a + b)", "(unsigned long long)(a + b)"),
    ("static_cast<std::size_t>(a)", "(size_t)a"),
    ("std::uint8_t(a)", "(uint8_t)a"),
    ("(std::int64_t)a", "(int64_t)a"),
    ("(unsigned)a", "(unsigned int)a"),
    ("(long unsigned int long)a", "(unsigned long long)a"),
    ("(int short)a", "(short)a"),
    ("(signed)a", "(int)a"),
    ("(signed long int)a", "(long)a"),
    ("(char signed)a", "(signed char)a"),
    ("(unsigned char)(bool)a", "(unsigned char)((bool)a)"),
    ("0x1'FFuL", "0x1ffUL"),
    ("1'000'000LLU", "1000000ull"),
    ("\ta\n+\r\nb ", "a + b"),
    ("threadIdx.x%32", "threadIdx.x % 32"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_texts_of_one_meaning_are_one_tree(left, right):
    assert parse_expression(left) == parse_expression(right)
    assert parse_expression(str(parse_expression(left))) == parse_expression(left)


LITERALS = [
    ("0", Literal(0)),
    ("00", Literal(0, 8)),
    ("42", Literal(42)),
    ("052", Literal(42, 8)),
    ("0x2a", Literal(42, 16)),
    ("0X2A", Literal(42, 16)),
    ("0b101010", Literal(42, 2)),
    ("0B10'10'10", Literal(42, 2)),
    ("42u", Literal(42, 10, "u")),
    ("42L", Literal(42, 10, "l")),
    ("42lu", Literal(42, 10, "ul")),
    ("42LLU", Literal(42, 10, "ull")),
    ("0xffull", Literal(255, 16, "ull")),
    ("9223372036854775807", Literal(2**63 - 1)),
    ("18446744073709551615u", Literal(2**64 - 1, 10, "u")),
    ("0xffff'ffff'ffff'ffff", Literal(2**64 - 1, 16)),
    ("0" * 5000 + "7", Literal(7, 8)),
]


@pytest.mark.parametrize(("text", "literal"), LITERALS)
def test_literals_keep_value_base_and_suffix(text, literal):
    assert parse_expression(text) == literal
    assert parse_expression(str(literal)) == literal


NO_LITERAL = [
    "08", "1z", "1uu", "1lL", "1ulu", "0xg", "0b2", "0x", "0b", "0x'1", "1'u", "12a",
    "9223372036854775808", "18446744073709551616u", "0x1'0000'0000'0000'0000", "9" * 5000,
    "1.5", "1.", ".5", "1e3", "1e-3", "1f", "0x1p3", "0x1.8p0", "0x1e+3", "1.2.3",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_LITERAL)
def test_a_bad_literal_is_refused_at_its_first_character(text):
    with pytest.raises(ParseError) as error:
        parse_expression(f"a + {text}")
    assert error.value.position == error.value.witness == 4


REFUSALS = [
    ("", 0, "empty"),
    ("   ", 0, "empty"),
    ("f(x)", 0, "function calls"),
    ("8 * g (x) + 1", 4, "function calls"),
    ("min(a)", 0, "min takes 2 to 8 values, not 1"),
    ("abs(a, b)", 0, "abs takes 1 values, not 2"),
    ("min(a,)", 6, "operand is missing"),
    ("max(a, b", 0, "never closed"),
    ("(a, b)", 2, "comma"),
    ("f<8,true>(i,j)", 1, "template"),
    ("f<8>(i)", 1, "template"),
    ("a + f<8>(i)", 5, "template"),
    ("f<g<8>>(i)", 1, "template"),
    ("min<int>(a, b)", 3, "template"),
    ("a < b > (c)", 2, "chain of comparisons"),
    ("a < b <= 3 > (int)c", 2, "chain of comparisons"),
    ("(a < b > (c))", 3, "chain of comparisons"),
    ("a[i]", 1, "array"),
    ("a->b", 1, "pointer"),
    ("*p", 0, "pointer"),
    ("2 * *p", 4, "pointer"),
    ("&x", 0, "address"),
    ("a & &x", 4, "address"),
    ("a = b", 2, "assignment"),
    ("a += b", 2, "assignment"),
    ("a <<= b", 2, "assignment"),
    ("a ^= b", 2, "assignment"),
    ("a++", 1, "changes a variable"),
    ("--a", 0, "changes a variable"),
    ("a--b", 1, "changes a variable"),
    ("a, b", 1, "comma"),
    ("(a, b)", 2, "comma"),
    ("a;", 1, "statement"),
    ("'c'", 0, "literals"),
    ('a + "s"', 4, "literals"),
    ("a // b", 2, "comment"),
    ("a /* b */", 2, "comment"),
    ("(a + b", 0, "never closed"),
    ("(a + (b)", 0, "never closed"),
    ("a * (b + (c", 9, "never closed"),
    ("(int)(a", 5, "never closed"),
    ("int(a", 0, "never closed"),
    ("a + b)", 5, "without a '('"),
    ("a ? b", 2, "without a ':'"),
    ("(a ? b)", 3, "without a ':'"),
    ("a ? (b : c)", 7, "without a '?'"),
    ("a : b", 2, "without a '?'"),
    ("a ?: b", 3, "operand is missing"),
    ("()", 1, "operand is missing"),
    ("a +", 3, "operand is missing"),
    ("a + \n", 3, "operand is missing"),
    ("a + )", 4, "operand is missing"),
    ("/ a", 0, "operand is missing"),
    ("a b", 2, "operator is missing"),
    ("a 3", 2, "operator is missing"),
    ("3 a", 2, "operator is missing"),
    ("3 (a)", 2, "operator is missing"),
    ("a ! b", 2, "operator is missing"),
    ("(uint)x", 1, "not the name of an integer type"),
    ("(half)(x)", 1, "not the name of an integer type"),
    ("(float)x", 1, "not an integer type"),
    ("(short long)x", 1, "do not spell"),
    ("(unsigned signed)x", 1, "do not spell"),
    ("(long long long)x", 1, "do not spell"),
    ("(uint32_t int)x", 1, "do not spell"),
    ("long long(x)", 0, "(long long)(...)"),
    ("int", 0, "only in a cast"),
    ("int x", 0, "only in a cast"),
    ("uint32_t{x}", 0, "only in a cast"),
    ("a + int", 4, "only in a cast"),
    ("static_cast<f>(x)", 0, "static_cast"),
    ("static_cast<int>x", 0, "static_cast"),
    ("static_cast(x)", 0, "static_cast"),
    ("reinterpret_cast<int>(x)", 0, "keyword"),
    ("sizeof(int)", 0, "keyword"),
    ("return x", 0, "keyword"),
    ("a xor b", 2, "write ^"),
    ("true", 0, "write 1"),
    ("x.int", 0, "keyword"),
    ("std::min", 3, "qualified"),
    ("N::size", 1, "qualified"),
    ("a. b", 1, "dot"),
    ("a .b", 2, "dot"),
    ("x.1", 1, "operator is missing"),
    ("{1}", 0, "operand is missing"),
    ("a{1}", 1, "initialiser"),
    ("a @ b", 2, "'@'"),
    ("a + é", 4, "'é'"),
    ("1''0", 1, "literals"),
    ("a\0", 1, r"'\x00'"),
    ("a \\\n b", 2, "belong"),
    ("#x", 0, "'#'"),
]


@pytest.mark.parametrize(("text", "position", "fragment"), REFUSALS)
def test_what_is_no_integer_expression_is_refused_with_a_caret(text, position, fragment):
    with pytest.raises(ParseError) as error:
        parse_expression(text)
    assert fragment in error.value.reason
    assert (error.value.text, error.value.position, error.value.witness) == (text, position, position)
    if "\n" not in text and text:
        assert str(error.value).splitlines()[-1] == " " * (4 + position) + "^"


def test_text_must_be_text():
    with pytest.raises(ParseError, match="not as int"):
        parse_expression(3)


HOSTILE = [
    "(" * 10_000,
    "(" * 10_000 + "a" + ")" * 10_000,
    "-" * 1_000_000,
    "- " * 10_000 + "a",
    "~" * 50_000,
    "(int)" * 10_000 + "a",
    "int(" * 10_000,
    "a ? " * 10_000,
    "a ? b : " * 10_000 + "c",
    "+".join("1" * 100_000),
    "+".join("1" * 20_000),
    "a<" * 40_000 + "a",
    "a<b>(" * 10_000,
    "a" + "." * 90_000,
    "1" + "'1" * 40_000,
    " " * 99_000,
    "f" * 90_000 + "(x)",
    "std::" * 15_000,
    "unsigned " * 10_000,
    "(" + "long " * 10_000 + ")a",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_is_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(ParseError) as error:
        parse_expression(text)
    assert time.perf_counter() - start < 60
    assert len(str(error.value)) < 300


def test_the_limits_are_reached_and_not_passed():
    n = MAX_NODES // 2
    assert len(parse_expression("+".join("1" * n)).postorder()) == 2 * n - 1
    deep = "(" * MAX_NESTING + "a" + ")" * MAX_NESTING
    assert parse_expression(deep) == a
    for text in (f"({deep})", "+".join("1" * (n + 1)), " " * MAX_LENGTH + "a"):
        with pytest.raises(ParseError, match=r"more than|at most"):
            parse_expression(text)


def test_a_tree_thousands_deep_is_compared_hashed_printed_and_pickled():
    text = " + ".join(["a"] * 4000)
    tree, same = parse_expression(text), parse_expression(text.replace(" ", ""))
    assert tree == same
    assert hash(tree) == hash(same)
    assert str(tree) == text
    assert pickle.loads(pickle.dumps(tree)) == tree
    assert copy.deepcopy(tree) == tree
    assert names(tree) == ("a",)


@given(expressions)
def test_printing_and_reading_is_the_identity(tree):
    text = str(tree)
    again = parse_expression(text)
    assert again == tree
    assert hash(again) == hash(tree)
    assert str(again) == text
    assert eval(repr(tree)) == tree
    assert pickle.loads(pickle.dumps(again)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "(a < b) > (c ? d : e)",
        "(a < b) > (int)c",
        "(a < b <= c) > (d == e)",
        "(a < b) < c >> (d & e)",
        "a < b >> (d & e)",
    ],
)
def test_printing_keeps_the_parentheses_that_deny_a_template(text):
    assert str(parse_expression(text)) == text


@given(expressions)
def test_printing_uses_no_needless_parentheses(tree):
    text = str(tree)
    opened = []
    for at, character in enumerate(text):
        if character == "(":
            opened.append(at)
        elif character == ")":
            start = opened.pop()
            if text[start + 1 : at] in TYPES:
                continue
            without = text[:start] + " " + text[start + 1 : at] + " " + text[at + 1 :]
            with contextlib.suppress(ParseError):
                assert parse_expression(without) != tree


@given(expressions)
def test_positions_point_into_the_text(tree):
    text = str(tree)
    for node in parse_expression(text).postorder():
        assert node.text == text
        if isinstance(node, Name):
            expected = node.name
        elif isinstance(node, (Unary, Binary)):
            expected = node.operator
        else:
            expected = {Conditional: "?", Cast: "(", Literal: str(node)}[type(node)]
        assert text.startswith(expected, node.position)


def test_equality_ignores_positions_and_sees_everything_else():
    assert parse_expression("a+b") == parse_expression("  (a)  +  b ")
    trees = ["a", "b", "1", "1u", "0x1", "01", "0b1", "-a", "+a", "a-b", "b-a", "(int)a", "(long)a", "a?b:c", "a&&b"]
    for left, right in itertools.combinations(map(parse_expression, trees), 2):
        assert left != right
    assert a != "a"


def test_names_come_once_in_the_order_of_the_text():
    assert names(parse_expression("j ^ (i % k) + j * threadIdx.x ? i : z")) == ("j", "i", "k", "threadIdx.x", "z")
    assert names(Literal(3)) == ()


def test_nodes_are_frozen():
    with pytest.raises(AttributeError):
        a.name = "b"
    with pytest.raises((AttributeError, TypeError)):
        a.other = 1


BAD_NODES = [
    lambda: Literal(-1),
    lambda: Literal(2**64),
    lambda: Literal(2**63),
    lambda: Literal(1, 7),
    lambda: Literal(1, 10, "lu"),
    lambda: Literal(True),
    lambda: Unary("&", a),
    lambda: Binary("=", a, b),
    lambda: Cast("unsigned", a),
    lambda: Cast("float", a),
]


@pytest.mark.parametrize("build", BAD_NODES)
def test_a_node_that_could_not_be_printed_is_refused(build):
    with pytest.raises(LayoutError):
        build()
