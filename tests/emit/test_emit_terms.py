"""The terms under the emitter: ranges are true, shared parts are one, and every way to write a map is that map."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LayoutError
from layouts.emit.bits import bit_choices, joined, paired_outputs
from layouts.emit.builder import Builder
from layouts.emit.sums import sum_choices
from layouts.emit.terms import Graph, shared_cost, shared_terms, tree_cost
from layouts.emit.text import Operations, literal_text, texts, written


def value_of(term, point):
    """Return the value of a term, by its operations."""
    if term.op == "variable":
        return point[term.name]
    if term.op == "number":
        return term.value
    a, *rest = [value_of(arg, point) for arg in term.args]
    if term.op == "neg":
        return -a
    b = rest[0]
    return {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "/": lambda: a // b,
        "%": lambda: a % b,
        "&": lambda: a & b,
        "^": lambda: a ^ b,
        "<<": lambda: a << b,
        ">>": lambda: a >> b,
    }[term.op]()


@st.composite
def terms(draw):
    """A graph, its variables and a random term; the calls in the same order, to compare with."""
    graph = Graph()
    sizes = {"x": draw(st.integers(1, 40)), "y": draw(st.sampled_from((1, 2, 8, 32)))}
    known = [(graph.variable(name, size), lambda p, name=name: p[name]) for name, size in sizes.items()]
    for _ in range(draw(st.integers(1, 7))):
        (a, f), (b, g) = draw(st.sampled_from(known)), draw(st.sampled_from(known))
        k = draw(st.integers(0, 9))
        kind = draw(
            st.sampled_from(("add", "subtract", "xor", "times", "band", "shl", "shr", "divided", "rest", "part"))
        )
        if kind in ("divided", "rest", "part") and a.low < 0:
            continue
        if max(abs(a.high), abs(a.low)) > 2**40:
            continue
        made = {
            "add": lambda a=a, b=b, f=f, g=g: (graph.add(a, b), lambda p: f(p) + g(p)),
            "subtract": lambda a=a, b=b, f=f, g=g: (graph.subtract(a, b), lambda p: f(p) - g(p)),
            "xor": lambda a=a, b=b, f=f, g=g: (graph.xor(a, b), lambda p: f(p) ^ g(p)),
            "times": lambda a=a, f=f, k=k: (graph.times(a, k - 4), lambda p: f(p) * (k - 4)),
            "band": lambda a=a, f=f, k=k: (graph.band(a, k), lambda p: f(p) & k),
            "shl": lambda a=a, f=f, k=k: (graph.shl(a, k), lambda p: f(p) << k),
            "shr": lambda a=a, f=f, k=k: (graph.shr(a, k), lambda p: f(p) >> k),
            "divided": lambda a=a, f=f, k=k: (graph.divided(a, k + 1), lambda p: f(p) // (k + 1)),
            "rest": lambda a=a, f=f, k=k: (graph.rest(a, k + 1), lambda p: f(p) % (k + 1)),
            "part": lambda a=a, f=f, k=k: (graph.part(a, 5 * k, -k), lambda p: (f(p) & 5 * k) >> k),
        }[kind]()
        known.append(made)
    return sizes, known


@given(terms())
def test_a_term_is_what_was_asked_for_and_stays_in_its_range(case):
    sizes, known = case
    for x in range(sizes["x"]):
        for y in range(sizes["y"]):
            point = {"x": x, "y": y}
            for term, function in known:
                value = function(point)
                assert value_of(term, point) == value
                assert term.low <= value <= term.high
                assert term.bits == -1 or value & ~term.bits == 0


@given(terms(), st.booleans())
def test_text_is_the_term_in_both_languages(case, share):
    sizes, known = case
    roots = [term for term, _ in known]
    names = [f"t{k}" for k in range(100)] if share else None
    temporaries, found, operations = texts(roots, "python", names, literal_text("python", 0, False))
    assert operations.cost == (shared_cost(roots) if share else tree_cost(roots))
    for x, y in {(0, 0), (sizes["x"] - 1, sizes["y"] - 1), (sizes["x"] // 2, 0)}:
        scope = {"x": x, "y": y}
        for name, text, term in temporaries:
            scope[name] = eval(text, {}, dict(scope))
            assert scope[name] == value_of(term, scope)
        for text, (_, function) in zip(found, known, strict=True):
            assert eval(text, {}, dict(scope)) == function(scope)


def test_equal_terms_are_one_and_are_counted_once():
    graph = Graph()
    x = graph.variable("x", 64)
    a, b = graph.band(x, 7), graph.band(graph.band(x, 15), 7)
    assert a is b
    pair = [graph.shl(a, 3), graph.xor(a, x)]
    assert shared_terms(pair) == [a]
    assert (tree_cost(pair), shared_cost(pair)) == (4, 3)


def test_an_expression_that_would_explode_is_not_written_out():
    graph = Graph()
    term = graph.variable("x", 4)
    for _ in range(60):
        term = graph.xor(term, graph.shr(term, 1)) if term.bits > 1 else graph.add(term, term)
    for _ in range(40):
        term = graph.add(term, graph.times(term, 3))
    with pytest.raises(LayoutError):
        written(term, "c", {}, str, {})
    temporaries, _, operations = texts([term], "c", [f"t{k}" for k in range(200)], str)
    assert operations.total == shared_cost([term])
    assert len(temporaries) > 30


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(1, 8), st.booleans())
def test_every_way_to_write_bits_is_the_map(seed, count, width, dense):
    rng = random.Random(seed)
    graph = Graph()
    sources = [graph.variable(f"v{k}", 1 << rng.randrange(1, 5)) for k in range(count)]
    images = []
    for source in sources:
        row = [rng.randrange(1 << width) for _ in range(source.bits.bit_length())]
        if not dense:
            row = [1 << rng.randrange(width) | (1 << rng.randrange(width) if rng.random() < 0.3 else 0) for _ in row]
        images.append(row)
    constant = rng.choice((0, 0, rng.randrange(1 << width)))
    ways = bit_choices(graph, sources, images, constant)
    assert len(ways) >= 4
    for _ in range(20):
        point = {source.name: rng.randrange(source.high + 1) for source in sources}
        value = constant
        for source, row in zip(sources, images, strict=True):
            for k, image in enumerate(row):
                value ^= image if point[source.name] >> k & 1 else 0
        for label, parts in ways:
            total = joined(graph, parts) if parts else graph.number(0)
            assert value_of(total, point) == value, label
    for first in range(len(ways)):
        rows = [ways[first][1], ways[-1][1]]
        for row, pairs in zip(rows, paired_outputs(graph, rows), strict=True):
            a, b = (joined(graph, part) if part else graph.number(0) for part in (row, pairs))
            assert value_of(a, point) == value_of(b, point)


@given(st.integers(0, 2**32))
def test_every_way_to_write_digits_is_the_sum(seed):
    rng = random.Random(seed)
    graph = Graph()
    sizes, modes = [], []
    for _ in range(rng.randrange(1, 3)):
        parts = [(rng.choice((1, 2, 3, 4, 8)), rng.randrange(-9, 40)) for _ in range(rng.randrange(1, 4))]
        size = 1
        for s, _ in parts:
            size *= s
        sizes.append(size * rng.choice((1, 1, 3)))  # the last digit goes on
        modes.append(parts)
    sources = [graph.variable(f"v{k}", size) for k, size in enumerate(sizes)]
    offset = rng.choice((0, 0, 5, -5))
    for _ in range(12):
        values = [rng.randrange(size) for size in sizes]
        total = offset
        for value, parts in zip(values, modes, strict=True):
            for s, d in parts[:-1]:
                total += value % s * d
                value //= s
            total += value * parts[-1][1]
        point = {f"v{k}": value for k, value in enumerate(values)}
        for label, term in sum_choices(graph, sources, modes, offset):
            assert value_of(term, point) == total, label


# -- the builder -------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.sampled_from(("c", "python", "triton")))
def test_a_built_map_is_proved_and_another_is_not(seed, dialect):
    rng = random.Random(seed)
    builder = Builder(dialect)
    images = {}
    for name in ("lane", "warp")[: rng.randrange(1, 3)]:
        bits = rng.randrange(1, 6)
        builder.variable(name, 1 << bits)
        images[name] = [rng.randrange(64) for _ in range(bits)]
    constant = rng.choice((0, 0, rng.randrange(64)))
    term = builder.affine(images, constant)
    assert builder.prove_affine(term, images, constant)
    with pytest.raises(LayoutError):
        builder.prove_affine(term, images, constant ^ 1)
    other = {name: [row[0] ^ 4, *row[1:]] for name, row in images.items()}
    with pytest.raises(LayoutError):
        builder.prove_affine(term, other, constant)


def test_a_map_beside_others_uses_what_they_have():
    builder = Builder()
    builder.variable("lane", 32)
    low = builder.affine({"lane": [1, 2, 4, 0, 0]})
    row = builder.affine({"lane": [9, 18, 36, 0, 0]}, beside=[low])
    written = builder.written([low, row], taken=["t0"])
    assert written.temporaries == [("t1", "lane & 7")]
    assert written.texts == ["t1", "t1 * 9"]
    assert builder.type_name == "int"


def test_a_builder_refuses_other_languages_and_sizes():
    with pytest.raises(LayoutError):
        Builder("cute")
    builder = Builder()
    builder.variable("lane", 32)
    with pytest.raises(LayoutError):
        builder.variable("lane", 64)


def test_operations_are_a_value():
    a, b = Operations({"+": 1, "/": 2}), Operations({"+": 1, "/": 2})
    assert a == b
    assert hash(a) == hash(b)
    assert (a.total, a.cost, str(a)) == (3, 7, "3: 1 +, 2 /")
    assert str(Operations({})) == "0"
    assert a.counts is not a.counts
