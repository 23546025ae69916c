"""Emitted code is the layout: at every point, in every module, in every order of the inputs, as Python runs it."""

import pickle
from itertools import product

import brute
import pytest
from emitting import flattened, run, table, words_of
from hypothesis import given
from hypothesis import strategies as st
from strategies import DEEP, INTEGER, QUICK, composed_layouts, f2_layouts, layouts, swizzles, z_layouts, zn_layouts

from layouts import (
    F2,
    AffineLayout,
    ComposedLayout,
    EmittedIndex,
    Layout,
    LayoutError,
    LinearLayout,
    Swizzle,
    check,
    emit_function,
    emit_index,
    parse,
)

KINDS = st.sampled_from(("modes", "leaves", "index"))


def values_of(layout):
    return [flattened(brute_value) for brute_value in (layout(i) for i in range(layout.size))]


def values_seen(found):
    return [flattened(row) for row in table(found)]


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts(), zn_layouts()), KINDS, st.booleans())
def test_python_code_has_the_values_of_the_layout_at_every_point(L, inputs, share):
    found = emit_index(L, "python", inputs=inputs, share=share)
    assert values_seen(found) == values_of(L)


@given(composed_layouts(), KINDS, st.booleans())
def test_python_code_has_the_values_of_a_chain_at_every_point(C, inputs, share):
    try:
        found = emit_index(C, "python", inputs=inputs, share=share)
    except LayoutError as refused:
        assert "coordinates" in str(refused) or "digits of a value from -" in str(refused)
        return
    assert values_seen(found) == values_of(C)


@given(layouts(), st.booleans())
def test_c_and_triton_write_the_same_terms(L, share):
    python, c, triton = (emit_index(L, dialect, share=share) for dialect in ("python", "c", "triton"))
    assert triton.outputs == python.outputs
    assert {name: text.replace("//", "/") for name, text in python.outputs.items()} == c.outputs
    assert [text.replace("//", "/") for _, text in python.temporaries] == [text for _, text in c.temporaries]


@given(layouts(), KINDS)
def test_the_counts_are_those_of_the_text(L, inputs):
    for share in (False, True):
        found = emit_index(L, "python", inputs=inputs, share=share)
        assert {name: n for name, n in found.operations.counts.items() if n} == words_of(found)
        assert found.operations.total == sum(words_of(found).values())
        assert found.operations.cost >= found.operations.total


@given(layouts())
def test_sharing_costs_no_more(L):
    assert emit_index(L, share=True).operations.cost <= emit_index(L).operations.cost


@given(layouts(), KINDS)
def test_every_result_is_proved(L, inputs):
    found = emit_index(L, inputs=inputs)
    assert found.proofs.keys() == found.outputs.keys()
    assert all(found.proofs.values())
    assert found.proof.equal


@given(layouts())
def test_layouts_close_by_algebra(L):
    if L.over.name != "Zn" and L.size > 1:
        assert emit_index(L).proof.method.startswith("algebra")


EXTENTS = (1, 2, 3, 4)
STRIDES = (-3, -1, 0, 1, 2, 3, 4, 5, 8)


def test_every_small_layout_over_z_in_both_inputs():
    step = 1 if DEEP else 7
    cases = [(s, d) for n in (1, 2) for s in product(EXTENTS, repeat=n) for d in product(STRIDES, repeat=n)]
    cases += [(s, d) for s in product((2, 3), repeat=3) for d in product((0, 1, 3, 4), repeat=3)]
    for s, d in cases[:: step if not QUICK else 31]:
        L = Layout(s, d)
        for inputs in ("modes", "index"):
            assert table(emit_index(L, "python", inputs=inputs)) == brute.values(L)


def test_every_small_layout_over_f2():
    cases = [(s, d) for s in product((2, 4), repeat=2) for d in product(range(8), repeat=2)]
    for s, d in cases[:: 1 if DEEP else 5]:
        L = Layout(s, d, over=F2)
        for inputs in ("modes", "index"):
            assert table(emit_index(L, "python", inputs=inputs)) == brute.values(L)


@given(swizzles(), st.integers(1, 600))
def test_a_swizzle_alone_is_written_for_all_numbers_or_for_some(S, size):
    found = emit_index(S, "python")
    assert all(run(found, {"i": x})["index"] == S(x) for x in (*range(300), 2**40 + 77))
    some = emit_index(S, "python", {"x": size})
    assert table(some) == [S(x) for x in range(size)]
    assert some.operations.cost <= found.operations.cost <= 3


# -- linear layouts ----------------------------------------------------------------------------------------------------


@st.composite
def linear_layouts(draw):
    outs = {name: 1 << draw(st.integers(0, 3)) for name in ("row", "column", "for")[: draw(st.integers(1, 3))]}
    vector = st.tuples(*[st.integers(0, size - 1) for size in outs.values()]).map(list)
    names = ("register", "lane", "row", "x y")[: draw(st.integers(1, 4))]
    bases = [(name, draw(st.lists(vector, max_size=3))) for name in names]
    linear = LinearLayout(bases, outs, require_surjective=False)
    if draw(st.booleans()):
        return linear
    return AffineLayout(linear, {name: draw(st.integers(0, size - 1)) for name, size in outs.items()})


@given(linear_layouts(), st.booleans(), st.sampled_from(("python", "triton")))
def test_linear_layouts_have_one_text_for_each_output(A, share, dialect):
    linear = getattr(A, "linear", A)
    found = emit_index(A, dialect, share=share)
    sizes = list(found.variables.values())
    assert sizes == [size for _, size in linear.in_dims]
    seen = table(found)
    for i, row in enumerate(seen):
        point, rest = {}, i
        for name, size in linear.in_dims:
            point[name], rest = rest % size, rest // size
        expected = tuple(A.apply(point)[name] for name in linear.get_out_dim_names())
        assert (row if isinstance(row, tuple) else (row,)) == expected


@given(linear_layouts())
def test_the_index_of_a_linear_layout_is_one_variable(A):
    linear = getattr(A, "linear", A)
    found = emit_index(A, "python", "n", inputs="index")
    assert found.variables == {"n": linear.size}
    for row, i in zip(table(found), range(linear.size), strict=True):
        flat, place = 0, 0
        for value, (_, size) in zip(row if isinstance(row, tuple) else (row,), linear.out_dims, strict=True):
            flat |= value << place
            place += size.bit_length() - 1
        assert flat == A(i)


def test_names_of_dimensions_become_names_of_variables():
    linear = LinearLayout([("register", [[1]]), ("lane", [[2]]), ("2 x", [[4]]), ("if", [[8]])], {"lane": 16})
    found = emit_index(linear, "c")
    assert list(found.variables) == ["reg", "lane", "_2_x", "if_"]
    assert list(found.outputs) == ["lane_out"]


# -- verdicts ----------------------------------------------------------------------------------------------------------

FORMULAS = [
    ("i * 8 + (j ^ (i % 8))", {"i": 64, "j": 8}),
    ("m * 72 + k", {"m": 16, "k": 64}),
    ("lane ^ 2", {"lane": 32}),
    ("c % 4 + c / 4 * 8 + r * 24", {"c": 10, "r": 4}),
    ("i ^ (i >> 1) ^ 5", {"i": 32}),
    ("10 - i + j * 11", {"i": 6, "j": 4}),
    ("(i % 4) * 16 + i / 4", {"i": 64}),
]


@pytest.mark.parametrize(("text", "ranges"), FORMULAS, ids=[text for text, _ in FORMULAS])
def test_a_recovered_formula_is_written_again(text, ranges):
    verdict = check(text, ranges, expect="any")
    found = emit_index(verdict, "c")
    assert list(found.variables) == list(ranges)
    again = check(found.code, ranges, same_as=text, expect="any")
    assert again.equal


@pytest.mark.parametrize(
    ("text", "ranges"),
    [("i * j", {"i": 4, "j": 4}), ("row * 64 + ((ch + row / 2) % 4) * 16", {"row": 64, "ch": 4}), ("i", {"i": "3:9"})],
)
def test_a_formula_that_is_no_layout_is_refused(text, ranges):
    with pytest.raises(LayoutError):
        emit_index(check(text, ranges, expect="any"))


# -- the result --------------------------------------------------------------------------------------------------------


def test_the_result_is_a_frozen_value():
    L = Swizzle(3, 3, 3) @ Layout((64, 64), (64, 1))
    a, b = emit_index(L, variables="row,col"), emit_index(L, variables=["row", "col"])
    assert isinstance(a, EmittedIndex)
    assert a == b
    assert hash(a) == hash(b)
    assert pickle.loads(pickle.dumps(a)) == a
    assert a.to_json()["operations"]["total"] == 5
    assert a.variables == {"row": 64, "col": 64}
    with pytest.raises(AttributeError):
        a.code = ""


def test_functions_have_their_parameters_and_temporaries():
    C = parse("Sw<3,3,3> o 5 o (64,8):(72,8)")
    assert str(emit_function(C, "f", "python")) == (
        "def f(i, j):\n    t0 = i * 72 + j * 8 + 5\n    return t0 ^ ((t0 >> 3) & 0x38)"
    )
    code = str(emit_function(C, "f", "c", "t0, t1", unsigned=True, int_bits=64, qualifiers="static inline"))
    assert code.startswith("static inline unsigned long long f(unsigned long long t0, unsigned long long t1) {\n")
    assert "const unsigned long long t2 = t0 * 72u + t1 * 8u + 5u;" in code
    assert str(emit_function(Layout(4), "f", "triton", "x")) == "@triton.jit\ndef f(x):\n    return x"


def test_offsets_and_chains_of_several_maps():
    for text in ("2 + (2,2,8):(1,-2,4)", "7 + 8:3", "-9 + 8:3", "Sw<2,0,3> o 1 o Sw<1,2,3> o 2 o (8,4):(4,1)"):
        chain = parse(text)
        found = emit_index(chain, "python")
        assert table(found) == [chain(i) for i in range(chain.size)], text
    chain = ComposedLayout(Layout((4, 3), (1, 100)), 2, Layout(5, 2))
    assert table(emit_index(chain, "python")) == [chain(i) for i in range(5)]
