"""Deep, long, large and hostile input to every public name: an answer or an error of ours, in about a second."""

import pytest
from strategies import DEEP
from worst_cases import DEEP_NESTING, HUGE, WAYS, large, outcome, public, wide

from layouts import (
    F2,
    Layout,
    LayoutError,
    ParseError,
    coalesce,
    complement,
    composition,
    equal,
    explain,
    left_inverse,
    parse,
    parse_ck,
    parse_cpp,
    parse_einops,
    parse_gluon,
    parse_linear,
    parse_mosaic,
    parse_strides,
    parse_ttgir,
    parse_xla,
    right_inverse,
)
from layouts.cli import main
from layouts.notation.dump import find_layouts
from layouts.notation.registry import read
from layouts.verify.annotations import check_text
from layouts.verify.check import check
from layouts.verify.compare import compare
from layouts.verify.expression import parse_expression
from layouts.verify.pythonic import parse_python
from layouts.verify.suite import read_suite, run_suite

SECONDS = 5.0
"""A second, and room for a machine that is busy; seconds of the processor."""

MODES = 1_000_000 if DEEP else 10_000

LARGE = large()
PUBLIC = public()

# An elimination over 4096 bits takes seconds; test_extents_of_4096_bits has what is decided without one.
ELIMINATIONS = {"huge over F2"}

# Arguments of a wrong kind, not of a bad size: a TypeError is Python's own word for them.
MISUSED = ("modes are written",)

# Known, and not yet right; a name or case that passes is taken off.
WAITING = {"check", "compare"}
waits = pytest.mark.xfail(strict=False, run=DEEP, reason="known, and not yet right")


def judged(name, value) -> list[str]:
    """Return what is wrong with the ways to call a public name with a value."""
    wrong = []
    for way, call in WAYS.items():
        word, spent = outcome(lambda call=call: call(PUBLIC[name], value), SECONDS)
        if word not in ("answer", "refused", "arguments") and not any(part in word for part in MISUSED):
            wrong.append(f"{name} as {way}: {word} after {spent:.1f} s")
    return wrong


@pytest.mark.parametrize("case", [name for name in LARGE if name not in ELIMINATIONS])
def test_every_public_name_survives_what_is_deep_or_large(case):
    assert [wrong for name in PUBLIC if name not in WAITING for wrong in judged(name, LARGE[case])] == []


WIDE_NAMES = [
    *("Layout", "coalesce", "coalesce_z", "composition", "size", "cosize", "rank", "depth", "flatten", "product"),
    *("is_injective", "equal", "crd2idx", "idx2crd", "congruent", "compatible", "prefix_product", "make_layout"),
    *("filter_modes", "filter_zeros", "parse", "to_text", "parse_cpp", "parse_strides", "parse_xla", "parse_ttgir"),
    *("parse_ck", "parse_gluon", "parse_linear", "parse_mosaic", "parse_einops", "Swizzle", "E", "from_values"),
]


@pytest.mark.parametrize("case", sorted(wide(2)))
def test_many_modes_and_long_texts(case):
    value = wide(MODES)[case]
    wrong = []
    for name in WIDE_NAMES:
        word, spent = outcome(lambda name=name: PUBLIC[name](value), SECONDS if not DEEP else 60)
        if word not in ("answer", "refused", "arguments"):
            wrong.append(f"{name}: {word} after {spent:.1f} s")
    assert wrong == []


def test_a_million_modes_are_read_measured_and_merged():
    """Not their size, a number of a million bits: that takes as many multiplications of such numbers."""
    L = Layout((2, 3) * 500_000, (0, 1) * 500_000)
    assert L.rank == 1_000_000
    assert L.cosize == 1_000_001
    assert coalesce(L) == L
    assert coalesce(Layout((1,) * 1_000_000, (5,) * 1_000_000)) == Layout(1, 0)
    assert equal(coalesce(Layout((2,) * 1000)), Layout(2**1000))


def test_extents_of_4096_bits_have_their_answers():
    L = Layout((HUGE, HUGE), (HUGE, 1))
    assert right_inverse(L) == left_inverse(L) == Layout((HUGE, HUGE), (HUGE, 1))
    assert composition(L, Layout(HUGE, HUGE)) == Layout(HUGE, 1)
    assert complement(Layout(HUGE), HUGE * 3) == Layout(3, HUGE)
    assert Layout(HUGE, 3, over=F2)(HUGE // 2) == 3 * HUGE // 2


# -- texts -------------------------------------------------------------------------------------------------------------

READERS = [
    *(parse, parse_ck, parse_cpp, parse_einops, parse_gluon, parse_linear, parse_mosaic, parse_strides, parse_ttgir),
    *(parse_xla, read, find_layouts, parse_expression, parse_python, read_suite),
    *(lambda text: check_text(text, "a.cu"), lambda text: check_text(text, "a.py")),
]
PIECES = [
    *(
        "(",
        "[",
        "{",
        "<",
        "((",
        "(2,",
        "-",
        "~",
        "!",
        "+",
        "*",
        " ",
        "\t",
        "\n",
        "\0",
        "9",
        "a",
        "a ",
        "a,",
        "a(",
        "a<",
        "a[",
    ),
    *(
        '"',
        "'",
        "\\",
        "//",
        "/*",
        "#",
        "@",
        "1@",
        "Sw<1,0,1> o ",
        "1 + ",
        "a ? b : ",
        "a if b else ",
        "a->",
        "::",
        "(int)",
    ),
    *(
        "Layout<Shape<",
        "Shape<_2,",
        "sequence<",
        "tuple<sequence<",
        "#ttg.slice<{dim = 0, parent = ",
        "SliceLayout(0, ",
    ),
    *(
        "- a=1 -> (",
        "where out dims are: [",
        "f32[2]{0:T(2)",
        "T(2)",
        "((64, 8), ",
        "shape=(",
        "1, ",
        "\u0663",
        "\u2028",
    ),
    *(
        "// layouts: check f(i:4) injective\n",
        "# layouts: check f(i:4)\n",
        "[[check]]\n",
        "[a.",
        "a = {",
        "x = [",
        '"""',
    ),
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("length", [10_000, 1_000_000])
def test_a_piece_of_text_without_end_is_refused_in_time(piece, length):
    text = piece * (length // len(piece))
    if length > 10_000 and "layouts: check" in piece:
        pytest.skip("thousands of annotations, each with its own answer")
    for reader in READERS:
        word, spent = outcome(lambda reader=reader: reader(text), SECONDS)
        assert word in ("answer", "refused"), (reader, word, spent)


# -- lets, suites, files -----------------------------------------------------------------------------------------------


def test_lets_that_go_round_in_a_circle_are_refused():
    for let in ({"a": "b", "b": "a"}, {"a": "a + 1"}, {"a": "b", "b": "c", "c": "a * 2"}):
        with pytest.raises(LayoutError):
            check("a", {"i": 4}, let=let)
    with pytest.raises(LayoutError):
        compare("a", "i", let={"a": "a"}, i=4)


@pytest.mark.parametrize("operator", ["+", "^", pytest.param("*", marks=waits), "&"])
def test_lets_that_double_end_in_time(operator):
    """Written out, the formula has 2**200 leaves."""
    let = {"x0": "i"} | {f"x{k + 1}": f"x{k} {operator} x{k}" for k in range(200)}
    word, spent = outcome(lambda: check("x200", {"i": 16}, let=let, limit=2**12), SECONDS)
    assert word in ("answer", "refused"), (word, spent)


TOMLS = {
    "tables": "".join([f"[a{k}]\n" for k in range(100_000)]),
    "dots": "a" + ".a" * 100_000 + " = 1",
    "lists": "a = " + "[" * 100_000 + "]" * 100_000,
    "inline": "a = " + "{b = " * 10_000 + "1" + "}" * 10_000,
    "checks": '[[check]]\nexpression = "i"\nvariables = {i = 4}\n' * 500,
    "names": '[[check]]\nexpression = "i"\nvariables = {' + ", ".join([f"i{k} = 2" for k in range(20_000)]) + "}\n",
    "a long text": '[[check]]\nexpression = "' + "(" * 500_000 + '"\nvariables = {i = 4}\n',
    "strings": 'a = """' + "x" * 1_000_000,
    "large": '[[check]]\nexpression = "i"\nvariables = {i = 9223372036854775807}\n',
}


@pytest.mark.parametrize("name", [pytest.param(n, marks=waits) if n in ("dots", "names") else n for n in TOMLS])
def test_hostile_files_of_checks_end_in_time(name):
    word, spent = outcome(lambda: run_suite(read_suite(TOMLS[name]), limit=2**12), SECONDS)
    assert word in ("answer", "refused"), (word, spent)


@pytest.mark.parametrize(
    "words",
    [
        ["show", "(" * 100_000],
        ["show", "(2,2):(" + "9" * 4000 + ",1)"],
        ["check", "i" + "+i" * 5_000, "-v", "i=4"],
        ["check", "i", "-v", "i=2**999"],
        ["check", "~" * 50_000 + "i", "-v", "i=4"],
        ["equal", "(" * 10_000 + "i" + ")" * 10_000, "i", "-v", "i=4"],
        ["explain", "composition", "(2,2):" + "(" * 20_000, "4:1"],
        ["convert", "#ttg.slice<{dim = 0, parent = " * 5_000, "--to", "cute"],
        ["convert", "4:1", "--to", "x" * 100_000],
        ["conflicts", "lane" * 10_000, "--elem", "4", "--lane", "i = lane"],
    ],
    ids=lambda words: words[0],
)
def test_hostile_command_lines_end_in_time(words, capsys):
    def run():
        assert main(words) in (0, 1, 2, 3)

    word, spent = outcome(run, SECONDS)
    assert word == "answer", (word, spent)
    capsys.readouterr()


def test_what_is_refused_says_so_shortly():
    for text in ("(" * 1_000_000, "9" * 1_000_000, "(2,2):(" + "x" * 1_000_000):
        with pytest.raises(ParseError) as caught:
            parse(text)
        assert len(str(caught.value)) < 1000
    found = explain("coalesce", Layout((2,) * 2000, (0, 1) * 1000))
    assert len(str(found)) < 200_000
    with pytest.raises(LayoutError) as refused:
        Layout(large()["deep"])
    assert str(DEEP_NESTING) not in str(refused.value)
    assert len(str(refused.value)) < 1000
