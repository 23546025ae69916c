"""Mosaic GPU's layouts: lanes and registers hold what JAX's strides of tiles say; three texts, and back."""

import itertools
import time

import pytest
from foreign_brute import mosaic_owner
from hypothesis import given
from hypothesis import strategies as st

from layouts import (
    Layout,
    LayoutError,
    LinearLayout,
    NotALayoutError,
    ParseError,
    ProfileError,
    parse_mosaic,
    to_mosaic,
)
from layouts.encodings.nvidia import NVMMADistributedLayout
from layouts.notation.mosaic import (
    NAMED,
    WGMMA_LAYOUT,
    Replicated,
    TiledLayout,
    WGSplatFragLayout,
    WGStridedFragLayout,
    tiled,
)
from layouts.notation.mosaic_text import mosaic_attribute
from layouts.notation.mosaic_write import _tiles
from layouts.notation.registry import convert_notation as convert
from layouts.notation.registry import read


@st.composite
def tiled_layouts(draw):
    """Random towers of tiles, in which random dimensions are warps, lanes and the vector."""
    tile = draw(st.lists(st.sampled_from((4, 8, 16, 32)), min_size=1, max_size=2))
    tiles = [tuple(tile)]
    for _ in range(draw(st.integers(1, 4))):
        tile = [draw(st.sampled_from([t for t in (1, 2, 4, 8, 16) if n % t == 0])) for n in tile]
        tile = tile[draw(st.integers(0, len(tile) - 1)) :]
        tiles.append(tuple(tile))
    base = tiles[0]
    extents = [n for n, _, _ in tiled(base, tuple(tiles))[len(base) :]]
    order = draw(st.permutations(range(len(extents))))
    left = {"warp": 4, "lane": 32}
    dims = {"warp": [], "lane": []}
    free = []
    for i in order:
        kind = next((k for k in ("lane", "warp") if left[k] % extents[i] == 0 and extents[i] > 1), None)
        if kind is None or (extents[i] > 1 and not free):
            free.append(i)
        else:
            dims[kind].append(i - len(extents))
            left[kind] //= extents[i]
    for kind in dims:
        if left[kind] > 1:
            at = draw(st.integers(0, len(dims[kind])))
            dims[kind].insert(at, Replicated(left[kind]))
    vector = free[0] if free else None
    if vector is None:
        tiles.append((1,))
        dims = {k: [n if isinstance(n, Replicated) else n - 1 for n in row] for k, row in dims.items()}
        return TiledLayout(tiles, dims["warp"], dims["lane"], -1)
    return TiledLayout(tiles, dims["warp"], dims["lane"], vector - len(extents))


def plain(dims):
    return [("times", n.times) if isinstance(n, Replicated) else n for n in dims]


def check_owner(layout, shape):
    """The CuTe layout has, at each thread and register, what the strides of tiles say."""
    found = layout.distribution(shape).cute()
    owner = mosaic_owner(shape, layout.tiling, plain(layout.warp_dims), plain(layout.lane_dims), layout.vector_dim)
    places = [1]
    for n in shape:
        places.append(places[-1] * n)
    for (warp, lane), coordinates in owner.items():
        values = [sum(x * p for x, p in zip(c, places, strict=False)) for c in coordinates]
        assert [found((lane, warp), r) for r in range(len(values))] == values


@given(tiled_layouts())
def test_parse_mosaic_undoes_both_texts(x):
    assert parse_mosaic(str(x)) == x
    assert parse_mosaic(mosaic_attribute(x)) == x
    assert read(str(x))[1] == read(mosaic_attribute(x))[1] == x
    older = str(x).replace("TiledLayout(Tiling(", "mgpu.TiledLayout(tiling=mgpu.Tiling(tiles=", 1)
    assert parse_mosaic(older) == x


@pytest.mark.parametrize("name", NAMED)
def test_named_layouts_hold_what_strides_of_tiles_say(name):
    layout = NAMED[name]
    assert parse_mosaic(f"fa.{name}") == layout == parse_mosaic(str(layout)) == parse_mosaic(mosaic_attribute(layout))
    assert layout.canonicalize() == layout
    shape = tuple(2 * n for n in layout.tiling[0])
    check_owner(layout, shape)
    check_owner(layout, (3, *layout.tiling[0]))


@given(tiled_layouts())
def test_tiled_layouts_hold_what_strides_of_tiles_say(x):
    check_owner(x, tuple(n * f for n, f in zip(x.tiling[0], (1, 3), strict=False)))


@given(tiled_layouts())
def test_the_canonical_form_holds_the_same(x):
    shape = tuple(2 * n for n in x.tiling[0])
    short = x.canonicalize()
    assert short.canonicalize() == short
    assert short.distribution(shape).cute() == x.distribution(shape).cute()


@given(tiled_layouts())
def test_the_layout_of_a_linear_layout_holds_the_same(x):
    shape = tuple(2 * n for n in x.tiling[0])
    linear = x.distribution(shape).linear()
    try:
        found = to_mosaic(linear)
    except LayoutError as error:
        assert "in this order" in str(error) or "is not held once" in str(error)
        return
    assert found.distribution(shape).linear() == linear
    assert to_mosaic(x.distribution(shape).cute(), shape).distribution(shape).cute() == x.distribution(shape).cute()


@pytest.mark.parametrize("name", NAMED)
def test_named_layouts_are_found_and_built_again(name):
    for shape in (NAMED[name].tiling[0], tuple(2 * n for n in NAMED[name].tiling[0])):
        found = NAMED[name].distribution(shape)
        assert to_mosaic(found.linear()).distribution(shape).linear() == found.linear()
        built = _tiles(found)
        assert built.distribution(shape).cute() == found.cute()
        assert built.canonicalize() == built


def test_tritons_wgmma_is_wgmma_layout():
    for n in (8, 16, 64, 128, 256):
        encoding = NVMMADistributedLayout([3, 0], [4, 1], [16, n, 16])
        assert convert(str(encoding), "mosaic", (64, n)).text == str(WGMMA_LAYOUT)
        linear = encoding.to_linear_layout([128, n])
        assert [dict(linear.bases)[k] for k in ("register", "lane", "warp")] == [
            dict(WGMMA_LAYOUT.distribution((128, n)).linear().bases)[k] for k in ("register", "lane", "warp")
        ]


def test_older_texts_of_the_same_layout():
    """The tiling once ended with (1, 2), and the warps were one number."""
    older = parse_mosaic(
        "TiledLayout(tiling=Tiling(tiles=((64, 8), (16, 8), (8, 8), (1, 2))), warp_dim=-8, lane_dims=(-4, -3),"
        " vector_dim=-1)"
    )
    assert older != WGMMA_LAYOUT
    assert older.canonicalize() == WGMMA_LAYOUT
    assert older.distribution((128, 24)).cute() == WGMMA_LAYOUT.distribution((128, 24)).cute()
    assert (
        parse_mosaic(str(WGMMA_LAYOUT).replace("((64, 8), (16, 8), (8, 8), (2,))", "(64, 8)(16, 8)(8, 8)(2,)"))
        == WGMMA_LAYOUT
    )
    typed = mosaic_attribute(WGMMA_LAYOUT).replace("-7]", "-7 : i64]").replace(" = ", "=")
    assert parse_mosaic(typed) == WGMMA_LAYOUT


@given(st.lists(st.sampled_from((2, 4, 8, 12, 16, 32, 64)), min_size=1, max_size=3), st.sampled_from((1, 2, 3, 4, 8)))
def test_strided_layouts_deal_out_vectors(shape, vec):
    try:
        x = WGStridedFragLayout(shape, vec)
    except ProfileError as error:
        assert "multiple of 128 vectors" in str(error)
        return
    assert parse_mosaic(str(x)) == x == parse_mosaic(mosaic_attribute(x))
    try:
        layout = x.distribution().cute()
    except NotALayoutError:
        return
    size = Layout(tuple(shape)).size
    for thread, register in itertools.product((0, 1, 31, 32, 127), range(size // 128)):
        flat = (register // vec * 128 + thread) * vec + register % vec
        index, place, rest = 0, size, flat
        digits = []
        for n in reversed(shape):
            rest, digit = divmod(rest, n)
            digits.append(digit)
        for n, digit in zip(reversed(shape), digits, strict=True):
            place //= n
            index += digit * place
        assert layout((thread % 32, thread // 32), register) == index


def test_a_splat_maps_no_register():
    x = parse_mosaic("#mosaic_gpu.WGSplatFragLayout<[64, 8]>")
    assert x == WGSplatFragLayout((64, 8)) == parse_mosaic(str(x))
    for to in ("cute", "linear", "ttgir"):
        with pytest.raises(LayoutError, match="one value for all elements"):
            convert(str(x), to)
    assert convert(str(x), "mosaic-mlir").text == "#mosaic_gpu.WGSplatFragLayout<[64, 8]>"


REFUSED = [
    ("", 0, "expected a layout"),
    ("FOO_LAYOUT", 0, "no layout that is known"),
    ("Tiling((64, 8)(2,))", 0, "expected a layout, such as"),
    ("#mosaic_gpu.Foo<3>", 0, "Foo is no layout"),
    ("TiledLayout(Tiling(((64, 8),)))", 0, "needs warp_dims"),
    ("TiledLayout(Tiling((64, 8)), warps=(1,))", 29, "has no field warps"),
    ("TiledLayout(Tiling((64, 8)), tiling=3)", 29, "there twice"),
    (str(WGMMA_LAYOUT).replace("-7", "-8"), 0, "is not one of -7..-1"),
    (str(WGMMA_LAYOUT).replace("-7", "-3"), 0, "used twice"),
    (str(WGMMA_LAYOUT).replace("-7", "-5"), 0, "warp_dims = (-5,) has 2, not 4"),
    (str(WGMMA_LAYOUT).replace("(-3, -2)", "(-3,)"), 0, "lane_dims = (-3,) has 8, not 32"),
    (str(WGMMA_LAYOUT).replace("(16, 8)", "(16, 7)"), 0, "does not divide"),
    (str(WGMMA_LAYOUT).replace("(16, 8)", "(1, 16, 8)"), 0, "more dimensions"),
    (str(WGMMA_LAYOUT).replace("(16, 8)", "(16, 0)"), 0, "below 1"),
    (str(WGMMA_LAYOUT).replace("(16, 8)", "(16, true)"), 34, "true is no layout"),
    (str(WGMMA_LAYOUT) + " x", len(str(WGMMA_LAYOUT)) + 1, "expected the end"),
    ("WGStridedFragLayout(shape=(64,), vec_size=2)", 0, "no multiple of 128"),
    ("#mosaic_gpu.TiledLayout<[[64, 8]], warp_dims = [-7]", 51, "expected , or >"),
]


@pytest.mark.parametrize(("text", "position", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_refusals_point_into_the_layout(text, position, reason):
    with pytest.raises(ParseError) as caught:
        parse_mosaic(text)
    assert reason in str(caught.value), str(caught.value)
    assert caught.value.position == position, str(caught.value)


def test_layouts_that_no_tiles_have_are_refused():
    lanes = ("lane", [[1 << i] for i in range(5)])
    warps = ("warp", [[32], [64]])
    cases = [
        ([lanes, ("warp", [[32]])], 64, "4 of warp, and the layout 2"),
        ([("register", [[0]]), lanes, warps], 128, "registers hold copies"),
        ([("register", [[128], [512], [256]]), lanes, warps], 1024, "in this order"),
        ([("register", [[127]]), lanes, warps], 128, "sets several bits"),
        ([("register", [[64]]), lanes, warps], 128, "not held once"),
    ]
    for bases, size, reason in cases:
        with pytest.raises(LayoutError, match=reason):
            to_mosaic(LinearLayout(bases, [("dim0", size)], require_surjective=False))
    with pytest.raises(LayoutError, match="give the shape, such as --shape 64x8"):
        convert("WGMMA_LAYOUT", "cute")
    with pytest.raises(LayoutError, match="not made of tiles"):
        convert("WGMMA_LAYOUT", "cute", (64, 12))
    with pytest.raises(LayoutError, match="for the shape"):
        WGStridedFragLayout((64, 8), 2).distribution((8, 64))
    with pytest.raises(AttributeError):
        WGMMA_LAYOUT.tiling = ()


def outcome(text):
    try:
        value = parse_mosaic(text)
    except ParseError as error:
        assert 0 <= error.position <= len(text)
        return
    assert parse_mosaic(str(value)) == value


@given(st.sampled_from([f(x) for x in NAMED.values() for f in (str, mosaic_attribute)]), st.data())
def test_damaged_layouts_give_a_value_or_a_parse_error(written, data):
    k = data.draw(st.integers(0, len(written)))
    more = data.draw(st.text(alphabet="()[]<>#=,.:-0123456789 Tilednga_m", max_size=4))
    outcome(written[:k] + more + written[k + data.draw(st.integers(0, 3)) :])


@given(st.text(max_size=40))
def test_any_text_may_be_a_layout_of_mosaic(text):
    outcome(text)
    outcome("TiledLayout(" + text)


@pytest.mark.parametrize(
    "text",
    [
        "TiledLayout(" * 8_000,
        "[" * 90_000,
        "TiledLayout(Tiling(" + "(1,)" * 20_000,
        "TiledLayout(Tiling((" + "1," * 40_000,
        "fa." * 30_000,
        "#mosaic_gpu.TiledLayout<" * 4_000,
        "TiledLayout(Tiling(((" + "9" * 90_000,
        "x" * 100_001,
    ],
    ids=range(8),
)
def test_hostile_layouts_are_refused_quickly(text):
    start = time.perf_counter()
    with pytest.raises(ParseError):
        parse_mosaic(text)
    read_quickly = time.perf_counter() - start
    assert read_quickly < 5
