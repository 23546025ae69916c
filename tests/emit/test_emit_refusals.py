"""What is refused, with its witness; and what the proof finds where a text is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import f2_layouts, z_layouts

from layouts import (
    F2,
    AffineLayout,
    ComposedLayout,
    E,
    Layout,
    LayoutError,
    LinearLayout,
    Swizzle,
    check,
    emit_function,
    emit_index,
    equal,
    parse,
)
from layouts.emit.cute import parse_dsl
from layouts.emit.prove import Claim, Unproved, prove
from layouts.notation.cpp import parse_cpp

# -- the types of C ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "options", "witness", "shown"),
    [
        (Layout(2**30, 4), {}, {"i": 2**29}, "beyond int; int_bits=64 is wider"),
        (Layout(2**30, 4), {"dialect": "triton"}, {"i": 2**29}, "beyond int"),
        (Layout(2**31, 3), {"unsigned": True}, {"i": 1431655766}, "the value 4294967298"),
        (Layout(2**40), {}, 2**40 - 1, "beyond the largest number 2147483647"),
        (Layout(4, 2**62), {"int_bits": 64}, {"i": 2}, "beyond long long"),
        (Layout((4, 2), (1, 2**70)), {"int_bits": 64}, None, "too large"),
        (Layout((4, 2), (1, 2**70)), {"dialect": "python"}, None, "beyond 64 bits"),
        (Layout(8, -1), {"unsigned": True}, {"i": 1}, "the value -1"),
        (ComposedLayout(None, 2**31 - 4, Layout(5)), {}, {"i": 4}, "beyond int"),
        (Layout((2, 2), (1, 2**31), over=F2), {}, None, "beyond int"),
    ],
)
def test_no_text_is_returned_where_the_type_does_not_hold_it(layout, options, witness, shown):
    with pytest.raises(LayoutError) as caught:
        emit_index(layout, **options)
    if shown is not None:
        assert shown in str(caught.value)
    if witness is not None:
        assert caught.value.witness == witness


def test_the_witness_of_an_overflow_is_the_first_point():
    with pytest.raises(LayoutError) as caught:
        emit_index(Layout((8, 2**28), (1, 9)), variables="a, b")
    a, b = caught.value.witness.values()
    assert 9 * b + a == 2**31


# -- arguments ---------------------------------------------------------------------------------------------------------

BAD = [
    ((5,), {}),
    ((None,), {}),
    (("8:1",), {}),
    (((4, 8),), {}),
    ((Layout(8), "ptx"), {}),
    ((Layout(8), None), {}),
    ((Layout(8), ["c"]), {}),
    ((Layout(8), "c", "a, b"), {}),
    ((Layout(8), "c", ["for"]), {}),
    ((Layout(8), "c", ["lambda"]), {}),
    ((Layout(8), "c", ["a b"]), {}),
    ((Layout(8), "c", [""]), {}),
    ((Layout(8), "c", [5]), {}),
    ((Layout(8), "c", 5), {}),
    ((Layout((4, 8)), "c", "x, x"), {}),
    ((Layout(8), "c", {"x": 9}), {}),
    ((Layout(8), "c", {"x": 8.0}), {}),
    ((Swizzle(1, 0, 1), "c", {"x": 0}), {}),
    ((Layout(8),), {"inputs": "rows"}),
    ((Layout(8),), {"inputs": None}),
    ((Layout(8),), {"int_bits": 16}),
    ((Layout(8),), {"int_bits": True}),
    ((Layout(8),), {"unsigned": 1}),
    ((Layout(8),), {"share": "yes"}),
    ((Layout(8),), {"limit": 1.5}),
    ((Layout(8), "python"), {"unsigned": True}),
]


@pytest.mark.parametrize(("given_", "options"), BAD, ids=[str(k) for k in range(len(BAD))])
def test_bad_arguments_are_refused(given_, options):
    with pytest.raises(LayoutError):
        emit_index(*given_, **options)


@pytest.mark.parametrize("name", ["", "a.b", "int", "def", "1x", None, 5, "f(x)", "é"])
def test_a_function_needs_a_name_that_both_languages_read(name):
    with pytest.raises(LayoutError):
        emit_function(Layout(8), name)


def test_parameters_have_no_dots_and_functions_no_types_of_cute():
    with pytest.raises(LayoutError):
        emit_function(Layout(8), "f", "c", "threadIdx.x")
    with pytest.raises(LayoutError):
        emit_function(Layout(8), "f", "cute")
    with pytest.raises(LayoutError):
        emit_function(Layout(8), "f", qualifiers=None)


def test_digits_of_negative_values_are_refused():
    chain = ComposedLayout(Layout((4, 2), (1, 9)), -3, Layout(8))
    with pytest.raises(LayoutError) as caught:
        emit_index(chain)
    assert caught.value.witness == -3


def test_huge_and_deep_layouts_are_answered_or_refused_quickly():
    deep = 2
    for _ in range(20):
        deep = (deep, 2)
    assert emit_index(Layout(deep), "python").code == "j * 1048576 + i"
    many = Layout((3,) * 200, tuple(range(200)))
    assert emit_index(many, "python").operations.total < 400
    with pytest.raises(LayoutError):
        emit_index(Layout((3,) * 200, tuple([5**k for k in range(200)])))
    with pytest.raises(LayoutError):
        emit_index(Layout((3,) * 200, (7,) * 199 + (1,)), inputs="index")
    with pytest.raises(LayoutError):
        emit_index(LinearLayout.identity_1d(2**70, "lane", "lane"))


# -- the proof ---------------------------------------------------------------------------------------------------------


@given(st.one_of(z_layouts(), f2_layouts()), st.data())
def test_a_changed_text_is_never_proved(L, data):
    found = emit_index(L, "python", inputs="index")
    text = found.code
    places = [k for k, sign in enumerate(text) if sign in "^+-&*123456789" and text[k - 1] not in "*/<>"]
    if not places:
        return
    k = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([sign for sign in ("^+-&*" if text[k] in "^+-&*" else "123456789")]))
    changed = text[:k] + other + text[k + 1 :]
    try:
        same = all(eval(changed, {"i": i}) == L(i) for i in range(L.size))
    except SyntaxError:
        return
    claim = Claim([("i", L.size)], L)
    if same:
        assert prove(changed, [], claim, "python").equal
    else:
        with pytest.raises((LayoutError, Unproved)):
            prove(changed, [], claim, "python")


def test_the_proof_names_the_first_point_that_differs():
    claim = Claim([("row", 64), ("col", 64)], parse("Sw<3,3,3> o (64,64):(64,1)"))
    with pytest.raises(LayoutError) as caught:
        prove("row * 64 + (col ^ ((row & 3) << 3))", [], claim, "c")
    assert caught.value.witness == {"row": 4, "col": 0}
    with pytest.raises(LayoutError) as caught:
        prove("t0 + (col ^ ((row & 7) << 3))", [("t0", "row * 65")], claim, "c")
    assert caught.value.witness == {"row": 1, "col": 0}


def test_the_proof_finds_overflow_in_a_step_whose_result_fits():
    claim = Claim([("i", 64)], Layout(64))
    assert prove("(i << 25 >> 25)", [], claim, "c", 64).equal
    with pytest.raises(Unproved, match="beyond int"):
        prove("(i << 26) >> 26", [], claim, "c", 32)
    with pytest.raises(LayoutError):  # in unsigned arithmetic the upper bits are lost
        prove("(i << 30) >> 30", [], claim, "c", 32, unsigned=True)


def test_too_many_points_to_enumerate_are_refused():
    chain = ComposedLayout(Swizzle(3, 3, 3), 5, Layout((1000, 8), (72, 8)))
    assert emit_index(chain).proof.method == "enumeration of 8000 points"
    with pytest.raises(LayoutError) as caught:
        emit_index(chain, limit=7999)
    assert caught.value.witness == 8000


def test_an_outer_layout_is_compared_beyond_its_size():
    """The last digit of an outer layout takes the whole quotient, also of extent 1 and over F2."""
    for text in (
        "1:1 o 0 o (1,(2,3)):(0,(0,1))",
        "(4,1):(1,9) o 0 o 8:2",
        "1:16 o -2 o 5:8",
        "2:F3 o 1 o 8:1",
        "(2,2):(F1,F7) o 0 o 32:1",
    ):
        chain = parse(text)
        found = emit_index(chain, "python", inputs="index")
        assert [eval(found.code, {"i": i}) for i in range(chain.size)] == [chain(i) for i in range(chain.size)]
        larger = ComposedLayout(None, 0, ComposedLayout(chain.outer, chain.offset, Layout(2**20, 3)))
        assert check("i + i % 5 + 1", i=2**20, equals=larger, expect="any").equal is False


# -- CuTe --------------------------------------------------------------------------------------------------------------

TYPES = [
    ("(8,64):(64,1)", "Layout<Shape<_8,_64>,Stride<_64,_1>>", "cute.make_layout((8, 64), stride=(64, 1))"),
    (
        "(8,64):(F72,F1)",
        "composition(Swizzle<3,3,3>{}, Layout<Shape<_8,_64>,Stride<_64,_1>>{})",
        "cute.make_composed_layout(cute.make_swizzle(3, 3, 3), 0, cute.make_layout((8, 64), stride=(64, 1)))",
    ),
    ("Sw<3,4,3>", "Swizzle<3,4,3>{}", "cute.make_swizzle(3, 4, 3)"),
    ("8:F1", "Layout<_8,_1>", "cute.make_layout(8, stride=1)"),
    (
        "((2,4),8):((1,-16),2)",
        "Layout<Shape<Shape<_2,_4>,_8>,Stride<Stride<_1,C<-16>>,_2>>",
        "cute.make_layout(((2, 4), 8), stride=((1, -16), 2))",
    ),
]


@pytest.mark.parametrize(("text", "cpp", "dsl"), TYPES, ids=[case[0] for case in TYPES])
def test_types_of_cute(text, cpp, dsl):
    assert str(emit_index(parse(text), "cute")) == cpp
    assert str(emit_index(parse(text), "cute-dsl")) == dsl


@given(z_layouts(stride=st.integers(-9, 99)))
def test_types_are_read_back_as_the_layout(L):
    cpp, dsl = emit_index(L, "cute"), emit_index(L, "cute-dsl")
    assert equal(parse_cpp(cpp.code), L)
    assert parse_dsl(dsl.code) == L
    assert cpp.proof
    assert dsl.proof
    assert cpp.operations.total == 0


@pytest.mark.parametrize(
    "value",
    [
        Layout((2, 2, 2), (1, 3, 7), over=F2),
        ComposedLayout(None, 3, Layout(8)),
        AffineLayout(LinearLayout.identity_1d(4, "lane", "lane"), {"lane": 1}),
        5,
        None,
    ],
    ids=str,
)
def test_what_cute_cannot_spell_is_refused(value):
    for dialect in ("cute", "cute-dsl"):
        with pytest.raises(LayoutError):
            emit_index(value, dialect)


def test_coordinates_have_a_type_in_cpp_only():
    L = Layout((4, 8), (E(0), E(1) * 3))
    assert str(emit_index(L, "cute")) == "Layout<Shape<_4,_8>,Stride<ScaledBasis<_1,0>,ScaledBasis<_3,1>>>"
    with pytest.raises(LayoutError):
        emit_index(L, "cute-dsl")


@pytest.mark.parametrize(
    "text", ["", "f(", "cute.make_layout(8, stride=x)", "make_layout(8)", "8 + 1", "[8]", "(" * 999]
)
def test_other_texts_of_the_dsl_are_refused(text):
    with pytest.raises(LayoutError):
        parse_dsl(text)
