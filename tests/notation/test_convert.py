"""Gluon, C++ and strides as text, and the conversion between all notations: meaning is kept, direction is said."""

import itertools
import json
import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import carry_free_layouts, swizzles, z_layouts

from layouts import ComposedLayout, E, Layout, LayoutError, ParseError, ProfileError, Swizzle, equal, parse
from layouts.cli import main
from layouts.encodings.blocked import BlockedLayout, SliceLayout
from layouts.notation.cpp import parse_cpp, to_cpp
from layouts.notation.gluon import from_gluon, parse_gluon
from layouts.notation.registry import convert_notation as convert
from layouts.notation.registry import forms, read
from layouts.notation.strides import parse_strides, to_strides_text

sys.path.insert(0, str(Path(__file__).parents[1] / "encodings"))
import encoding_samples as samples

SEEDS = st.integers(0, 2**32)
SWIZZLED = "#ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>"
BLOCKED = BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0])


def outcome(reader, text):
    """Anything but a value or a ParseError is a failure."""
    try:
        return reader(text)
    except ParseError as error:
        assert 0 <= error.position <= len(error.text) or not error.text
        return None


# -- Gluon -------------------------------------------------------------------------------------------------------------


@given(SEEDS)
def test_parse_gluon_undoes_repr(seed):
    value = samples.encoding(random.Random(seed))
    assert parse_gluon(repr(value)) == value
    assert parse_gluon("gl." + repr(value).replace(", ", ",\n   ")) == value


class Live:
    """A stand-in for a live object of Gluon's."""


@given(SEEDS)
def test_live_objects_are_read_by_name_and_attributes(seed):
    def live(value):
        made = type(type(value).__name__, (Live,), {})()
        for name, item in value.fields().items():
            setattr(made, name, live(item) if hasattr(item, "fields") else lists(item))
        return made

    def lists(item):
        return [lists(part) for part in item] if isinstance(item, tuple) else item

    value = samples.encoding(random.Random(seed))
    assert from_gluon(live(value)) == value
    assert from_gluon(value) is value


def test_older_gluon_fields_are_read():
    text = "BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0], ctas_per_cga=[2, 1], cta_split_num=[2, 1], cta_order=[1, 0])"
    assert parse_gluon(text).cga_layout == ((1, 0),)
    text = "BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0], ctas_per_cga=None, cta_split_num=None, cta_order=None)"
    assert parse_gluon(text) == BLOCKED


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 0, "not a constructor"),
        ("5", 0, "expected the constructor of a layout"),
        ("Nope(3)", 0, "Nope is not a layout"),
        ("SliceLayout(0, Nope())", 15, "Nope is not a layout"),
        ("SliceLayout(dim=0, parents=3)", 19, "no field parents"),
        ("BlockedLayout([1.5], [32], [4], [0])", 15, "expected a number"),
        ("BlockedLayout([1], [32], [4], [0], [], 7)", 0, "has 5 fields, and 6"),
        ("BlockedLayout([1], [32], [4])", 0, "order"),
        ("BlockedLayout([3], [32], [4], [0])", 0, "size_per_thread = 3"),
        ("BlockedLayout([1], [32], [4], [0], order=[0])", 35, "given twice"),
        ("BlockedLayout([1], [32], [4], [0], cta_order=[0])", 0, "go together"),
        ("__import__('os').system('x')", 0, "not a layout"),
    ],
)
def test_gluon_refusals_point_at_the_place(text, position, reason):
    with pytest.raises(ParseError) as caught:
        parse_gluon(text)
    assert reason in str(caught.value)
    assert caught.value.position == position


@given(SEEDS, st.data())
def test_damaged_gluon_gives_a_value_or_a_parse_error(seed, data):
    written = repr(samples.encoding(random.Random(seed)))
    k = data.draw(st.integers(0, len(written)))
    outcome(parse_gluon, written[:k] + data.draw(st.text(max_size=3)) + written[k + data.draw(st.integers(0, 3)) :])


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@given(st.text(max_size=40))
def test_any_text_may_be_given_to_each_reader(text):
    for reader in (parse_gluon, parse_cpp, parse_strides, read):
        outcome(reader, text)


def test_live_values_of_other_kinds_are_refused():
    for value in (None, 5, "BlockedLayout", Layout(4), [BLOCKED]):
        with pytest.raises(ProfileError):
            from_gluon(value)
    cycle = type("SliceLayout", (), {"dim": 0})()
    cycle.parent = cycle
    with pytest.raises(ProfileError, match="nested deeper"):
        from_gluon(cycle)


# -- C++ ---------------------------------------------------------------------------------------------------------------


@given(z_layouts(stride=st.integers(-9, 200)), swizzles(), st.integers(0, 9))
def test_parse_cpp_undoes_to_cpp(layout, swizzle, offset):
    for value in (layout, swizzle, ComposedLayout(swizzle, 0, layout), ComposedLayout(swizzle, offset, layout)):
        assert parse_cpp(to_cpp(value)) == value


CPP = [
    ("Layout<Shape<_16,_8>,Stride<_8,_1>>", Layout((16, 8), (8, 1))),
    ("cute::Layout<cute::Shape<cute::_16,Int<8>>,cute::Stride<C<8>,_1>>{}", Layout((16, 8), (8, 1))),
    ("Layout<tuple<C<4>,constant<int,8>>,tuple<_1,integral_constant<int,4>>>", Layout((4, 8), (1, 4))),
    ("Layout<Shape<_4,Shape<_2,_3>>>", Layout((4, (2, 3)))),
    ("Layout<_8,_2>", Layout(8, 2)),
    ("make_layout(make_shape(_8{}, 64), make_stride(64, _1{}));", Layout((8, 64), (64, 1))),
    ("Swizzle<3,4,3>{}", Swizzle(3, 4, 3)),
    ("composition(Swizzle<3,3,3>{}, _0{}, Layout<_8>{})", ComposedLayout(Swizzle(3, 3, 3), 0, Layout(8))),
    ("ComposedLayout<Swizzle<3,4,3>,_0,Layout<_8,_1>>", ComposedLayout(Swizzle(3, 4, 3), 0, Layout(8))),
    ("Layout<Shape<_4,_8>,Stride<ScaledBasis<_1,0>,ScaledBasis<_2,1>>>", Layout((4, 8), (E(0), 2 * E(1)))),
]


@pytest.mark.parametrize(("text", "value"), CPP, ids=range(len(CPP)))
def test_worked_cpp_texts(text, value):
    assert parse_cpp(text) == value
    assert outcome(lambda t: read(t)[1], text) == value or text.startswith("Swizzle")


def test_coordinate_strides_come_back():
    for value in (Layout((4, 8), (E(0), 2 * E(1))), Layout((4, 2), (E(1, 0), E(0)))):
        try:
            written = to_cpp(value)
        except LayoutError:
            continue
        assert parse_cpp(written) == value


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("Layout<Shape<_4,int>>", 16, "run-time integer"),
        ("Layout<Shape<_4,_8>,Stride<_1>>", 0, "shape"),
        ("Layout<Shape<_4,_8>", 19, "expected , or >"),
        ("Layout<Nope<_4>>", 7, "Nope is not known"),
        ("Layout(3)(4)", 10, "expected )"),
        ("Int<1,2,3>", 4, "holds one number"),
        ("Swizzle<3,4>", 0, "does not take 2 arguments"),
        ("composition(Layout<_8>, 5)", 0, "does not take"),
        ("Layout<_8> x", 11, "expected the end"),
    ],
)
def test_cpp_refusals_point_at_the_character(text, position, reason):
    with pytest.raises(ParseError) as caught:
        parse_cpp(text)
    assert reason in str(caught.value).lower() or reason in str(caught.value)
    assert caught.value.position == position


@given(st.sampled_from(CPP), st.data())
def test_damaged_cpp_gives_a_value_or_a_parse_error(case, data):
    written, _ = case
    k = data.draw(st.integers(0, len(written)))
    more = data.draw(st.text(alphabet="<>(){},_C0123456789 Layout", max_size=4))
    outcome(parse_cpp, written[:k] + more + written[k + data.draw(st.integers(0, 4)) :])


def test_hostile_cpp_is_refused_quickly():
    for text in ("Layout<" * 50_000, "(" * 100_000, "_" + "9" * 100_000, "Shape<" + "_1," * 100_000, "9" * 1_000_001):
        assert outcome(parse_cpp, text) is None


# -- strides -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(-99, 99)), max_size=5))
def test_parse_strides_undoes_the_text(axes):
    layout = Layout(tuple(s for s, _ in axes), tuple(d for _, d in axes))
    assert parse_strides(to_strides_text(layout)) == layout


def test_numpy_strides_are_bytes():
    numpy = pytest.importorskip("numpy")
    array = numpy.zeros((4, 8, 2), dtype=numpy.float32).transpose(2, 0, 1)
    found = parse_strides(f"shape={array.shape} strides={array.strides} itemsize={array.itemsize}")
    assert found == Layout((2, 4, 8), (1, 16, 2))
    assert parse_strides("torch.Size([4, 8]), (8, 1)") == Layout((4, 8), (8, 1))
    for text, reason in (
        ("shape=(4, 8) strides=(32, 4)", "add itemsize"),
        ("shape=(4, 8) strides=(32, 3) itemsize=4", "no multiple"),
        ("shape=(4, 8) stride=(8, 1) itemsize=4", "stride is in elements"),
        ("shape=(4, 8) stride=(8,)", "shape"),
        ("shape=(4, 8)", "expected shape"),
        ("shape=(4, --8) stride=(8, 1)", "not a number"),
    ):
        with pytest.raises(ParseError, match=reason):
            parse_strides(text)
    for value in (Layout((4, (2, 2))), Layout(4, E(0)), 5):
        with pytest.raises(LayoutError):
            to_strides_text(value)


# -- conversions -------------------------------------------------------------------------------------------------------


def test_the_text_of_the_task():
    found = convert(SWIZZLED, "cute", (64, 64))
    assert found.text == "Sw<3,3,3> o (64,64):(64,1)"
    assert found.meaning == "from the coordinate (dim0, dim1) to the offset in shared memory, in elements"
    assert convert(SWIZZLED, "cute-dsl", (64, 64)).text == "S<3,3,3> o 0 o (64,64):(64,1)"
    small = "#ttg.swizzled_shared<{vec = 2, perPhase = 2, maxPhase = 4, order = [1, 0]}>"
    assert convert(small, "cute", (16, 16)).text == "Sw<2,1,4> o (16,16):(16,1)"
    mma = "#ttg.nvidia_mma<{versionMajor = 2, warpsPerCTA = [1, 1], instrShape = [16, 8]}>"
    assert convert(mma, "cute", (16, 8)).text == "((4,8),(2,2)):((32,1),(16,8))"


@given(SEEDS)
def test_a_shared_encoding_and_its_cute_layout_agree_at_every_element(seed):
    rng = random.Random(seed)
    value = samples.KINDS[rng.choice(("swizzled", "nvmma", "shared_linear", "rotating"))](rng)
    shape = samples.shape_for(rng, value) if hasattr(value, "offset_bases") else samples.shape(rng, value.rank, 5, 3)
    try:
        linear = value.to_linear_layout(shape)
        layout = parse(convert(str(value), "cute", shape).text)
    except LayoutError:
        return
    for x in range(min(linear.get_in_dim_size("offset"), 512)):
        at = tuple(linear.apply({"offset": x, "block": 0}).values())
        assert layout(at if len(at) > 1 else at[0]) == x


@given(SEEDS)
def test_a_distributed_encoding_and_its_cute_layout_agree(seed):
    rng = random.Random(seed)
    value = samples.KINDS[rng.choice(("blocked", "mma", "mfma", "dot", "slice", "linear"))](rng)
    shape = samples.shape(rng, value.rank, 5)
    try:
        linear = value.to_linear_layout(shape)
    except LayoutError:
        return
    found = convert(str(value), "cute", shape)
    layout = parse(found.text)
    blocks = linear.get_in_dim_size("block") > 1
    names = ("lane", "warp", "block")
    threads = [name for name in names if name == "lane" or blocks or linear.get_in_dim_size(name) > 1]
    for _ in range(20):
        at = {name: rng.randrange(size) for name, size in linear.in_dims}
        index, place = 0, 1
        for name, size in linear.out_dims:
            index += linear.apply(at)[name] * place
            place *= size
        thread = tuple(at[name] for name in threads)
        assert layout(thread if len(thread) > 1 else thread[0], at["register"]) == index


@given(carry_free_layouts())
def test_cute_to_linear_and_back(layout):
    try:
        written = convert(str(layout), "linear").text
    except LayoutError:
        return
    linear = parse(written)
    shape = layout.shape if isinstance(layout.shape, tuple) else (layout.shape,)
    sizes = [Layout(part).size for part in shape]
    for crd in itertools.islice(itertools.product(*[range(n) for n in sizes]), 200):
        named = {f"dim{i}": x for i, x in enumerate(crd)}
        at = crd if isinstance(layout.shape, tuple) else crd[0]
        assert linear.apply(named)["offset"] == layout(at)


def test_bijections_become_attributes_and_come_back():
    for text in ("(16,32):(32,1)", "Sw<3,3,3> o (8,64):(64,1)", "(8,64):(F72,F1)"):
        back = convert(convert(text, "ttgir").text, "cute").text
        left, right = parse(text), parse(back)
        assert all(left(i) == right(i) for i in range(512))
    assert equal(parse(convert("shape=(4, 8) stride=(8, 1)", "cute").text), Layout((4, 8), (8, 1)))
    assert convert("Layout<Shape<_4,_8>>", "strides").text == "shape=(4, 8) stride=(1, 4)"
    assert convert(SWIZZLED, "gluon").text == repr(parse(SWIZZLED))
    assert convert(repr(SliceLayout(0, BLOCKED)), "ttgir").text == str(SliceLayout(0, BLOCKED))
    padded = "#ttg.padded_shared<[64:+4] {order = [1, 0], shape = [16, 32]}>"
    assert convert(padded, "cute").text == "((2,8),32):((32,68),1)"


@given(SEEDS, st.sampled_from(("mma", "blocked", "dot", "linear")))
def test_a_thread_value_layout_and_its_shape_become_bases_again(seed, kind):
    """An encoding, its layout (thread, register) of CuTe's, and back to the same bases."""
    rng = random.Random(seed)
    value = samples.KINDS[kind](rng)
    shape = samples.shape(rng, value.rank, 5)
    try:
        linear = value.to_linear_layout(shape)
    except LayoutError:
        return
    sizes = dict(linear.in_dims)
    counts = {"warp_size": sizes["lane"], "warps": sizes["warp"]}
    found = convert(str(value), "cute", shape)
    back = parse(convert(found.text, "linear", shape, **counts).text)
    for name in ("register", "lane", "warp", "block"):
        assert dict(back.bases).get(name, []) == dict(linear.bases)[name]
    assert back.out_dims == linear.out_dims
    again = parse(convert(found.text, "ttgir", shape, **counts).text)
    assert dict(again.to_linear_layout(shape).bases)["lane"] == dict(linear.bases)["lane"]


@pytest.mark.parametrize(
    ("text", "to", "shape", "reason"),
    [
        (SWIZZLED, "cute", None, "give the shape, such as --shape 64x64"),
        (SWIZZLED, "nope", None, "no notation 'nope'; known: mosaic, ttgir, gluon"),
        (SWIZZLED, "strides", (64, 64), "not a layout over Z"),
        ("(4,8):(8,1)", "cute", (4, 8), "has its own shape"),
        ("(3,5):(5,1)", "linear", None, "3"),
        ("(4,8):(1@0,1@1)", "linear", None, "over coordinates"),
        ("(4,(2,3))", "linear", None, "not a layout"),
        ("(4,8):(16,1)", "ttgir", None, "invert"),
        ("Sw<3,3,3> o (8,64):(64,1)", "strides", None, "not a layout over Z"),
        ("(4,4):(F1,F3)", "cute-cpp", None, "C++ has no strides over F2, and no single swizzle"),
        ("(4,4):(F1,F3)", "cute-dsl", None, "the DSL has no strides over F2"),
        ("#ttg.padded_shared<[64:+4] {order = [1, 0], shape = [16, 32]}>", "linear", None, "padding adds"),
        (SWIZZLED.replace("}>", ", CGALayout = [[1, 0]]}>"), "cute", (64, 64), "several blocks"),
    ],
)
def test_what_a_notation_cannot_say_is_refused(text, to, shape, reason):
    with pytest.raises(LayoutError) as caught:
        convert(text, to, shape)
    assert reason in str(caught.value)


@given(SEEDS, st.sampled_from(sorted(forms())))
def test_every_conversion_answers_or_refuses(seed, to):
    rng = random.Random(seed)
    value = samples.encoding(rng)
    text = rng.choice((str, repr))(value)
    for shape in (None, samples.shape_for(rng, value)):
        try:
            found = convert(text, to, shape)
        except LayoutError as error:
            assert str(error)
        else:
            assert found.meaning.startswith(("from ", "for "))
            assert read(found.text)[1] is not None


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_text_and_meaning(capsys):
    assert main(["convert", SWIZZLED, "--shape", "64x64", "--to", "cute"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Sw<3,3,3> o (64,64):(64,1)\n")
    assert "in elements" in out
    assert main(["convert", SWIZZLED, "--shape", "64x64", "--to", "cute", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["text"] == "Sw<3,3,3> o (64,64):(64,1)"
    for arguments in (
        [SWIZZLED, "--to", "cute"],
        [SWIZZLED],
        [SWIZZLED, "--to", "cute", "--shape", "64y64"],
        ["no_such_file.ttgir"],
        ["(4,8", "--to", "cute"],
    ):
        assert main(["convert", *arguments]) == 2
        assert capsys.readouterr().err.startswith("layouts: ")


def test_the_command_lists_a_file(tmp_path, capsys):
    path = tmp_path / "kernel.ttgir"
    path.write_text(f"#s = {SWIZZLED}\n!ttg.memdesc<64x64xf16, #s, #smem>\n#x = #ttg.what<>\n")
    assert main(["convert", str(path), "--to", "cute"]) == 0
    out = capsys.readouterr().out
    assert "line 1: #s" in out
    assert "64x64: Sw<3,3,3> o (64,64):(64,1)" in out
    assert "line 3: #x = not read" in out
    assert main(["convert", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["shapes"] == ["64x64"]
