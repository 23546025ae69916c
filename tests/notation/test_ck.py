"""Composable Kernel's tile distributions: who holds what is what merge and unmerge give; text and layouts come back."""

import itertools
import time

import pytest
from foreign_brute import ck_owner
from hypothesis import given
from hypothesis import strategies as st

from layouts import (
    Layout,
    LayoutError,
    LinearLayout,
    NotLinearError,
    ParseError,
    ProfileError,
    TileDistributionEncoding,
    parse_ck,
    to_ck,
)
from layouts.notation.registry import convert_notation as convert
from layouts.notation.registry import read

SHEET = (
    "tile_distribution_encoding<sequence<1>, tuple<sequence<1, 2, 16>, sequence<4, 8>>,"
    " tuple<sequence<0, 1>, sequence<1, 2>>, tuple<sequence<0, 0>, sequence<2, 0>>, sequence<1, 2>, sequence<1, 1>>"
)


@st.composite
def encodings(draw, powers=False):
    length = st.sampled_from((1, 2, 2, 4) if powers else (1, 2, 3, 4, 5))
    hs = draw(st.lists(st.lists(length, max_size=3), min_size=1, max_size=3))
    rs = draw(st.lists(length, max_size=2))
    places = [(i + 1, j) for i, one in enumerate(hs) for j in range(len(one))]
    count = draw(st.integers(0, 2))
    groups = [[] for _ in range(count + 1)]
    for place in draw(st.permutations(places)):
        groups[draw(st.integers(0, count))].append(place)
    for j in range(len(rs)):
        if count:
            at = draw(st.integers(1, count))
            groups[at].insert(draw(st.integers(0, len(groups[at]))), (0, j))
    ps, ys = groups[1:], groups[0]
    parts = [[[place[i] for place in p] for p in ps] for i in (0, 1)]
    return TileDistributionEncoding(rs, hs, *parts, [a for a, _ in ys], [b for _, b in ys])


@given(encodings())
def test_parse_ck_undoes_str(x):
    assert parse_ck(str(x)) == x
    assert read(f"constexpr ck_tile::{x}{{}};")[1] == x
    assert parse_ck(str(x).replace(", ", ",\n   ")) == x


@given(encodings())
def test_what_the_device_prints_is_read(x):
    names = x.fields()
    rows = str(x)[len("tile_distribution_encoding<") : -1]
    depth, parts = 0, [""]
    for sign in rows:
        depth += (sign == "<") - (sign == ">")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    fields = ", ".join(f"{name}_: {part.strip()}" for name, part in zip(names, parts, strict=True))
    counts = f"NDimX: {len(x.hs_lengthss)}, NDimP: {len(x.ps_to_rhss_major)}, NDimY: {len(x.ys_to_rhs_major)}"
    assert parse_ck(f"tile_distribution_encoding{{{counts}, {fields}, }}") == x


@given(encodings())
def test_lanes_and_registers_hold_what_merge_and_unmerge_give(x):
    layout = x.distribution().cute()
    places = [1]
    for size in x.shape:
        places.append(places[-1] * size)
    for ps, coordinates in ck_owner(*x.fields().values()).items():
        thread = (ps[1], ps[0]) if len(ps) == 2 else ps[0] if ps else 0
        if len(ps) == 2 and Layout(layout.shape[0]).rank != 2:
            thread = ps[1]
        if len(ps) == 2 and not _has_warps(x):
            thread = ps[1]
        for register, c in enumerate(coordinates):
            assert layout(thread, register) == sum(v * p for v, p in zip(c, places, strict=False))


def _has_warps(x):
    count = 1
    for extent, _ in x.distribution().digits("warp"):
        count *= extent
    return count > 1


@given(encodings(powers=True))
def test_the_linear_layout_and_the_cute_layout_agree(x):
    linear, layout = x.distribution().linear(), x.distribution().cute()
    sizes = dict(linear.in_dims)
    for warp, lane, register in itertools.product(*[range(sizes.get(n, 1)) for n in ("warp", "lane", "register")]):
        index, place = 0, 1
        for name, size in linear.out_dims:
            index += linear.apply({"register": register, "lane": lane, "warp": warp})[name] * place
            place *= size
        assert layout((lane, warp) if sizes.get("warp", 1) > 1 else lane, register) == index


@given(encodings(powers=True))
def test_the_encoding_of_a_linear_layout_has_it(x):
    linear = x.distribution().linear()
    assert to_ck(linear).distribution().linear() == linear


@given(encodings())
def test_the_encoding_of_a_layout_with_its_shape_has_it(x):
    layout = x.distribution().cute()
    lanes = 1
    for extent, _ in x.distribution().digits("lane"):
        lanes *= extent
    again = to_ck(layout, x.shape, lanes=lanes)
    assert again.distribution().cute() == layout
    assert again.shape == x.shape


def test_the_worked_encoding():
    x = parse_ck(SHEET + "{}")
    assert x.shape == (32, 32)
    assert str(x.distribution().cute()) == "((4,16),(8,2)):((256,1),(32,16))"
    assert convert(SHEET, "ttgir").text == (
        "#ttg.linear<{register = [[0, 1], [0, 2], [0, 4], [16, 0]], lane = [[0, 8], [0, 16], [1, 0], [2, 0], [4, 0],"
        " [8, 0]], warp = [], block = []}>"
    )
    assert convert(convert(SHEET, "linear").text, "ck").text.startswith("tile_distribution_encoding<sequence<1>, tuple")
    assert convert(convert(SHEET, "cute").text, "ck", (32, 32)).meaning.endswith("a warp has 64 lanes")
    odd = SHEET.replace("<1, 2, 16>", "<1, 3, 16>")
    with pytest.raises(NotLinearError, match="extent 3"):
        convert(odd, "linear")
    assert convert(odd, "cute").text == "((4,16),(8,3)):((384,1),(48,16))"
    mfma = "#ttg.amd_mfma<{version = 3, warpsPerCTA = [4, 1], instrShape = [32, 32, 8], isTransposed = true}>"
    linear = read(mfma)[1].to_linear_layout([128, 64])
    found = to_ck(linear).distribution().linear()
    assert [dict(found.bases)[name] for name in ("register", "lane", "warp")] == [
        dict(linear.bases)[name] for name in ("register", "lane", "warp")
    ]


REFUSED = [
    ("", 0, "expected tile_distribution_encoding"),
    ("tile_distribution_encoding", 26, "expected < or {"),
    ("tile_distribution_encoding<sequence<kM>", 36, "kM is a name"),
    ("tile_distribution_encoding<sequence<0>", 38, "before hs_lengthss"),
    ("tile_distribution_encoding{NDimX: 2, NDimX: 2", 37, "once"),
    ("tile_distribution_encoding{NDimX: 2}", 36, "rs_lengths is missing"),
    (SHEET[:-1] + " x", len(SHEET), "expected > to close"),
    (SHEET.replace("<0, 0>, sequence<2, 0>>", "<0, 0>>"), 0, "differ in length"),
    (SHEET.replace("<2, 0>>", "<5, 0>>"), 0, "which is not there"),
    (SHEET.replace("<2, 0>>", "<1, 0>>"), 0, "Y and P1"),
    (SHEET.replace("sequence<1, 2>, sequence<1, 1>>", "sequence<1>, sequence<1>>"), 0, "in no P and not in Y"),
    (SHEET.replace("sequence<1, 2>, sequence<1, 1>>", "sequence<1, 2, 0>, sequence<1, 1, 0>>"), 0, "Y and P0"),
    (SHEET.replace("sequence<4, 8>", "sequence<4, 0>"), 0, "below 1"),
]


@pytest.mark.parametrize(("text", "position", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refusals_point_into_the_encoding(text, position, reason):
    with pytest.raises(ParseError) as caught:
        parse_ck(text)
    assert reason in str(caught.value), str(caught.value)
    assert caught.value.position == position, str(caught.value)


@pytest.mark.parametrize(
    ("bases", "size", "reason", "witness"),
    [
        ([("register", [[3]]), ("lane", [[1]])], 4, "sets several bits", (3,)),
        ([("register", [[0]]), ("lane", [[1]])], 2, "hold copies", 2),
        ([("register", [[1]]), ("lane", [[1]])], 2, "the step 1 is held twice", 1),
        ([("register", [[1]]), ("lane", [[4]])], 8, "the step 2 is not held", 2),
        ([("register", [[1]]), ("lane", [[2]])], 8, "4 of 8 elements are held", 4),
        ([("register", [[1]])], 2, "are not register, lane and warp", ["register"]),
        ([("register", [[1]]), ("lane", []), ("block", [[2]])], 4, "for one block", [(2, (2,))]),
    ],
)
def test_layouts_without_an_encoding_are_refused(bases, size, reason, witness):
    linear = LinearLayout(bases, [("dim0", size)], require_surjective=False)
    with pytest.raises(LayoutError, match=reason) as caught:
        to_ck(linear)
    assert caught.value.witness == witness


def test_layouts_of_cute_without_an_encoding_are_refused():
    for layout, shape, reason in (
        (Layout((4, 2), (1, 4)), None, "give its shape"),
        (Layout(8), (8,), "is not"),
        (Layout((4, 2), (2, 1)), (3, 3), "leave dimension"),
        (Layout((96, 1)), (96,), "cannot be cut after 64"),
        (Layout((4, 2), (-1, 4)), (8,), "not within"),
    ):
        with pytest.raises(LayoutError, match=reason):
            to_ck(layout, shape)
    with pytest.raises(LayoutError, match="expected a layout"):
        to_ck(5)
    three = TileDistributionEncoding([], [[2, 2, 2]], [[1], [1], [1]], [[0], [1], [2]], [], [])
    with pytest.raises(LayoutError, match="3 P"):
        three.distribution()
    for bad in (None, 5, "1", [1.5], [True], [[1]]):
        with pytest.raises(ProfileError):
            TileDistributionEncoding(bad, [[2]], [[1]], [[0]], [], [])


def outcome(text):
    try:
        value = parse_ck(text)
    except ParseError as error:
        assert 0 <= error.position <= len(text)
        return
    assert parse_ck(str(value)) == value


@given(encodings(), st.data())
def test_damaged_encodings_give_a_value_or_a_parse_error(x, data):
    written = str(x)
    k = data.draw(st.integers(0, len(written)))
    more = data.draw(st.text(alphabet="<>{},:;0123456789 sequencetupl", max_size=4))
    outcome(written[:k] + more + written[k + data.draw(st.integers(0, 3)) :])


@given(st.text(max_size=40))
def test_any_text_may_be_an_encoding(text):
    outcome(text)
    outcome("tile_distribution_encoding<" + text)


@pytest.mark.parametrize(
    "text",
    [
        "tile_distribution_encoding<sequence<" + "1," * 40_000,
        "tile_distribution_encoding<sequence<>, tuple<" + "sequence<2>," * 8_000,
        "tile_distribution_encoding<sequence<" + "9" * 90_000,
        "ck_tile::" * 11_000,
        "tile_distribution_encoding{" + "NDimX:" * 15_000,
        "x" * 100_001,
    ],
    ids=range(6),
)
def test_hostile_encodings_are_refused_quickly(text):
    start = time.perf_counter()
    with pytest.raises(ParseError):
        parse_ck(text)
    assert time.perf_counter() - start < 5
