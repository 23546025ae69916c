"""CuTe's notation: a value comes back from its text, any other text is refused at the right character, quickly."""

import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import values_of_the_library

from layouts import (
    F2,
    ArithTuple,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    ParseError,
    Swizzle,
    Zn,
    parse,
    to_text,
)
from layouts.inttuple import MAX_DEPTH
from layouts.inttuple import text as tree_text

# -- values to text and back -------------------------------------------------------------------------------------------


@given(values_of_the_library())
def test_parse_inverts_str(value):
    assert parse(str(value)) == value
    assert parse(to_text(value)) == value
    for head in ("Sw", "S", "Swizzle"):
        for static in (False, True):
            written = to_text(value, static=static, swizzle=head)
            assert parse(written) == value, written
            assert " " not in written.replace(" o ", "").replace(" + ", "")


@given(values_of_the_library(), st.sampled_from((" ", "\t", "\n  ")))
def test_blanks_between_tokens_do_not_count(value, blank):
    spaced = "".join(blank + c + blank if c in "():,+<>@" else c for c in str(value))
    assert parse(spaced) == value


@given(values_of_the_library())
def test_static_text_marks_every_integer_of_the_value(value):
    written = to_text(value, static=True)
    marked = written.replace("_", "")
    assert marked == to_text(value)
    outside = "".join(part.split(">")[-1] for part in written.split("<"))
    for k, c in enumerate(outside):
        if c.isdigit() and (k == 0 or outside[k - 1] not in "0123456789@F_-"):
            pytest.fail(f"{written}: the number at {k} is not marked")


READ = [
    ("(4,8):(8,1)", Layout((4, 8), (8, 1))),
    ("(_4,_8):(_8,_1)", Layout((4, 8), (8, 1))),
    ("(_4,8):(_-8,1)", Layout((4, 8), (-8, 1))),
    ("(8):(1)", Layout((8,), (1,))),
    ("(8,):(1,)", Layout((8,), (1,))),
    ("8:1", Layout(8, 1)),
    ("(4,8,):(8,1)", Layout((4, 8), (8, 1))),
    ("((5,4)):((1,5))", Layout(((5, 4),), ((1, 5),))),
    ("():()", Layout((), ())),
    ("(2,()):(1,())", Layout((2, ()), (1, ()))),
    ("(4,8):(1@0,1@1)", Layout((4, 8), (E(0), E(1)))),
    ("4:2@0+1@1", Layout(4, 2 * E(0) + E(1))),
    ("4:-2@0", Layout(4, -2 * E(0))),
    ("4:1@0@1", Layout(4, E(1, 0))),
    ("4:0@0", Layout(4, 0, over=Zn)),
    ("(4,2):(0,1@1)", Layout((4, 2), (0, E(1)))),
    ("(8,64):(F72,F1)", Layout((8, 64), (72, 1), over=F2)),
    ("(8,64):(F72,0)", Layout((8, 64), (72, 0), over=F2)),
    ("4:F0", Layout(4, 0, over=F2)),
    ("Sw<3,4,3>", Swizzle(3, 4, 3)),
    ("S<3,4,-3>", Swizzle(3, 4, -3)),
    ("Swizzle< 3 , 4 , 3 >", Swizzle(3, 4, 3)),
    ("Sw<3,4,3> o 0 o (8,64):(64,1)", ComposedLayout(Swizzle(3, 4, 3), 0, Layout((8, 64), (64, 1)))),
    ("Sw<3,4,3>o(8,64):(64,1)", ComposedLayout(Swizzle(3, 4, 3), 0, Layout((8, 64), (64, 1)))),
    ("S<3,4,3> o _0 o (_8,_64):(_64,_1)", ComposedLayout(Swizzle(3, 4, 3), 0, Layout((8, 64), (64, 1)))),
    ("Sw<3,4,3> o -2 o 8:1", ComposedLayout(Swizzle(3, 4, 3), -2, Layout(8))),
    ("2 + (2,2,8):(1,-2,4)", ComposedLayout(None, 2, Layout((2, 2, 8), (1, -2, 4)))),
    ("Sw<1,0,1> o 2 + 8:1", ComposedLayout(Swizzle(1, 0, 1), 0, ComposedLayout(None, 2, Layout(8)))),
    ("8:3 o 1 o 4:2 o 2:1", ComposedLayout(Layout(8, 3), 1, ComposedLayout(Layout(4, 2), 0, Layout(2)))),
    ("(4,(2,3))", (4, (2, 3))),
    ("()", ()),
    ("-17", -17),
    ("1@0", E(0)),
    ("3@1@2+1@0", 3 * E(2, 1) + E(0)),
    ("0@0", ArithTuple()),
    ("F9", F2(9)),
    (" 8 : 1 ", Layout(8, 1)),
]


@pytest.mark.parametrize(("written", "value"), READ)
def test_worked_texts(written, value):
    read = parse(written)
    assert read == value
    assert type(read) is type(value)


def test_worked_prints():
    assert str(Layout((4, (8,)), (8, (1,)))) == "(4,(8)):(8,(1))"
    assert str(Layout((4, 2), (0, E(1)))) == "(4,2):(0,1@1)"
    assert str(Layout(4, 2 * E(0) - E(2, 1))) == "4:2@0+-1@1@2"
    assert str(ComposedLayout(Swizzle(3, 4, 3), 0, Layout((8, 64), (64, 1)))) == "Sw<3,4,3> o 0 o (8,64):(64,1)"
    assert to_text(Layout((4, 8), (-8, 1)), static=True) == "(_4,_8):(_-8,_1)"
    assert to_text(ComposedLayout(Swizzle(3, 4, 3), 0, Layout(8)), static=True, swizzle="S") == "S<3,4,3> o _0 o _8:_1"
    assert to_text((4, (2,))) == "(4,(2,))"
    assert tree_text((4, (2,))) == "(4,(2))"
    for head in ("sw", "", "Q", None):
        with pytest.raises(LayoutError):
            to_text(Swizzle(1, 0, 1), swizzle=head)


# -- refusals ----------------------------------------------------------------------------------------------------------

REFUSED = [
    ("", 0),
    ("   ", 0),
    ("(4,8):(8,1", 10),
    ("(4,8", 4),
    ("(4,8):", 6),
    (":1", 0),
    ("4:", 2),
    ("(4 8):(8,1)", 3),
    ("(4,,8):(8,1)", 3),
    ("(,)", 1),
    ("(4,8):(8,1))", 11),
    ("(4,8):(8,1) x", 12),
    ("(4,8):(8)", 0),
    ("(4,(2,3)):(8,1)", 0),
    ("  (4,8):8", 2),
    ("0:1", 0),
    ("(4,-8):(8,1)", 0),
    ("3:F1", 0),
    ("(4,8):(F8,1)", 0),
    ("(4,8):(1@0,1)", 0),
    ("(2,2):(1@0,1@0@0)", 0),
    ("1.5:1", 1),
    ("4:1.5", 3),
    ("4:1@", 4),
    ("4:1@-1", 3),
    ("4:1@0+", 6),
    ("4:1@0+2", 7),
    ("4:1@0+1@0@0", 7),
    ("4:@0", 2),
    ("F", 0),
    ("Fx", 0),
    ("F-9", 0),
    ("f9", 0),
    ("Sw<3,4>", 6),
    ("Sw<3,4,3", 8),
    ("Sw<3,4,3,1>", 8),
    ("Sw 3,4,3", 3),
    ("Sw<3,,3>", 5),
    ("Sw<3,0,1>", 0),
    ("Sx<3,0,3>", 0),
    ("Sw<1,0,1> o", 11),
    ("Sw<1,0,1> o 5", 12),
    ("Sw<1,0,1> o Sw<1,0,1>", 12),
    ("5 o 8:1", 0),
    ("(4,2) o 8:1", 0),
    ("Sw<1,0,1> o 1 o 2 o 8:1", 12),
    ("Sw<1,0,1> o (4):(1@0)", 0),
    ("o 8:1", 0),
    ("2 + 3", 4),
    ("2 + Sw<1,0,1>", 4),
    ("2 +", 3),
    ("1 + 4:1@0", 0),
    ("4:1 + 2", 4),
    ("(4,8):(8,1)\n:3", 12),
    ("_:1", 0),
    ("--4", 0),
    ("4:1;", 3),
    ("٤:١", 0),
    ("４:1", 0),
    ("4:F٣", 2),
]


@pytest.mark.parametrize(("written", "position"), REFUSED, ids=[repr(text) for text, _ in REFUSED])
def test_refusals_point_at_the_character(written, position):
    with pytest.raises(ParseError) as caught:
        parse(written)
    error = caught.value
    assert (error.position, error.witness, error.text) == (position, position, written), str(error)
    lines = str(error).split("\n")
    if written:
        line = written.split("\n")[written[:position].count("\n")]
        assert lines[-2] == "    " + line
        assert lines[-1] == "    " + " " * (position - written.rfind("\n", 0, position) - 1) + "^"
    assert error.reason == lines[0]


@pytest.mark.parametrize("value", [None, 5, b"4:1", Layout(4), ["4:1"]], ids=repr)
def test_only_text_is_read(value):
    with pytest.raises(ParseError):
        parse(value)


def test_a_long_line_is_cut_around_the_character():
    written = "(" + "8," * 500 + "x" + ",8" * 500 + ")"
    with pytest.raises(ParseError) as caught:
        parse(written)
    _, shown, caret = str(caught.value).split("\n")
    assert len(shown) < 90
    assert shown[caret.index("^")] == "x"
    assert shown.startswith("    ...")
    assert shown.endswith("...")


# -- hostile text ------------------------------------------------------------------------------------------------------

ALPHABET = "0123456789():,+-@_<>FSwo \n\t"


def outcome(written):
    """Parse; anything but a value or a ParseError is a failure.  A value must come back from its own text."""
    try:
        value = parse(written)
    except ParseError as error:
        assert 0 <= error.position <= len(written)
        return None
    assert parse(str(value)) == value
    return value


@given(st.text(alphabet=ALPHABET, max_size=40))
def test_text_of_the_alphabet_gives_a_value_or_a_parse_error(written):
    outcome(written)


@given(st.text(max_size=30))
def test_any_text_gives_a_value_or_a_parse_error(written):
    outcome(written)


@given(values_of_the_library(), st.data())
def test_damaged_text_gives_a_value_or_a_parse_error(value, data):
    written = str(value)
    k = data.draw(st.integers(0, len(written)))
    inserted = data.draw(st.text(alphabet=ALPHABET, max_size=3))
    outcome(written[:k] + inserted + written[k + data.draw(st.integers(0, 3)) :])


HOSTILE = {
    "100k open parentheses": "(" * 100_000,
    "100k nested pairs": "(" * 100_000 + ")" * 100_000,
    "100k nested layouts": "(" * 100_000 + "4" + ")" * 100_000 + ":1",
    "a number of 10**6 digits": "9" * 999_999,
    "a stride of 10**5 digits": "4:" + "9" * 100_000,
    "F2 of 10**5 digits": "F" + "9" * 100_000,
    "10**5 digits after an axis": "4:1@" + "9" * 100_000,
    "a megabyte of commas": "(" + "," * 999_000 + ")",
    "a megabyte of spaces": " " * 999_999,
    "a megabyte of colons": ":" * 999_999,
    "too long": "4" * 1_000_001,
    "a path of 10**5 axes": "4:1" + "@0" * 100_000,
    "10**5 offsets": "1+" * 100_000 + "8:1",
    "3000 offsets": "1+" * 3_000 + "8:1",
    "10**5 maps": "1:1 o " * 100_000 + "1:1",
    "10**5 swizzles": "S<1,0,1>o" * 100_000 + "1:1",
    "3000 maps": "1:1 o " * 3_000 + "1:1",
    "offsets and maps in turn": "1:1 o 1 + " * 3_000 + "1:1",
    "a far axis": "1:1@10000",
    "the last axis 10**5 times": "1:" + "+".join(["1@100"] * 100_000),
    "the last axis in a long shape": f"({'1,' * 60_000}):({'1@100,' * 60_000})",
    "all axes nested": "4:1" + "@100" * 99,
    "100k leaves": f"({'2,' * 100_000}):({'0,' * 100_000})",
    "100k leaves over F2": f"({'2,' * 100_000}):({'F1,' * 100_000})",
    "100k leaves over Zn": f"({'2,' * 100_000}):({'1@0,' * 100_000})",
    "a tall swizzle": "Sw<" + "9" * 3000 + ",0," + "9" * 3000 + ">",
    "surrogates": "\ud800" * 1000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_answered_quickly(name):
    start = time.perf_counter()
    try:
        value = parse(HOSTILE[name])
    except ParseError as error:
        value = None
        assert len(str(error)) < 1000
    assert time.perf_counter() - start < 60
    if value is not None:
        assert repr(value)
        assert parse(str(value)) == value


def test_a_chain_as_long_as_a_value_may_be_is_read():
    chain = Layout(2)
    for k in range(MAX_DEPTH - 1):
        chain = ComposedLayout((None, Swizzle(1, 0, 1))[k % 2], 0, chain)
    assert parse(str(chain)) == chain


def test_letters_of_every_script_are_refused():
    for c in string.ascii_letters + "éß中λ٤²½Ⅷ":
        assert outcome(c) is None
