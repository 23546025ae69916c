import time

from hypothesis import example, given, settings
from hypothesis import strategies as st

from layouts.errors import ParseError
from layouts.verify.expression import Expression, parse_expression

PIECES = [
    *"abfx0189.,;:?(){}[]<>=!~^|&*/%+-'\"\\#@ \n\t",
    *("int", "unsigned", "long", "short", "uint32_t", "size_t", "bool", "float", "std::", "static_cast", "sizeof"),
    *(
        "<<",
        ">>",
        "<=",
        "==",
        "&&",
        "||",
        "++",
        "--",
        "->",
        "+=",
        "<<=",
        "//",
        "0x1f",
        "1e3",
        "7ull",
        "0b1",
        "f<",
        ">(",
    ),
    *("a ? b : ", "(int)", "int(", "static_cast<int>(", "threadIdx.x", "true", "xor", "é", "\0", "\u2028"),
]


def read(text):
    """Read the text, and see that whatever comes of it is an answer."""
    start = time.perf_counter()
    tree = refusal = None
    try:
        tree = parse_expression(text)
    except ParseError as error:
        refusal = error
    assert refusal is None or (0 <= refusal.position <= len(text) and refusal.text == text and str(refusal))
    assert time.perf_counter() - start < 60
    return tree


def check(text):
    tree = read(text)
    if tree is not None:
        assert isinstance(tree, Expression)
        assert parse_expression(str(tree)) == tree


@settings(max_examples=500, deadline=None)
@given(st.text())
@example("\ud800")
def test_any_text_is_an_expression_or_a_parse_error(text):
    check(text)


@settings(max_examples=1500, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_pieces_of_c_are_an_expression_or_a_parse_error(text):
    check(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join), st.sampled_from([500, 5_000, 200_000]))
def test_any_repetition_is_an_expression_or_a_parse_error(piece, count):
    read(piece * (count // len(piece)))
