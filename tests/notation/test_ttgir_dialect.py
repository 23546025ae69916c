"""TTGIR of older versions of Triton: read as the version meant it, written for it, refused where it is not said."""

import random
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import LayoutError, ParseError, find_layouts, parse_ttgir, to_ttgir
from layouts.cli import main
from layouts.encodings.amd import AMDMFMALayout, AMDWMMALayout
from layouts.encodings.blocked import BlockedLayout
from layouts.encodings.cga import make_cga_layout
from layouts.encodings.nvmma import NVMMASharedLayout
from layouts.encodings.shared import SwizzledSharedLayout
from layouts.notation.registry import convert_notation as convert
from layouts.notation.registry import read
from layouts.notation.ttgir_dialect import VERSIONS
from layouts.notation.ttgir_write import row_major_bases, three_fields

sys.path.insert(0, str(Path(__file__).parents[1] / "encodings"))
import encoding_samples as samples

SEEDS = st.integers(0, 2**32)
WMMA = "#triton_gpu.amd_wmma<{version = 2, warpsPerCTA = [4, 2]}>"


@given(SEEDS, st.sampled_from(VERSIONS))
def test_a_version_reads_what_is_written_for_it(seed, version):
    rng = random.Random(seed)
    value = samples.encoding(rng)
    try:
        written = to_ttgir(value, version)
    except LayoutError as error:
        assert f"Triton {version} has" in str(error) or f"Triton {version} cannot say" in str(error)
        return
    found = parse_ttgir(written, dialect=version)
    if found == value:
        return
    shape = samples.shape_for(rng, value)  # K of an MFMA instruction is not written before 3.6
    try:
        expected = value.to_linear_layout(shape)
    except LayoutError:
        return
    assert found.to_linear_layout(shape) == expected
    assert "mfma" in written


@given(SEEDS)
def test_the_newest_version_writes_the_newest_form(seed):
    value = samples.encoding(random.Random(seed))
    assert to_ttgir(value) == to_ttgir(value, "3.9") == str(value)
    assert parse_ttgir(str(value), dialect="3.9") == value


# What releases of Triton print, each taken from that release's own printer.
PRINTED = [
    ("3.0", "#triton_gpu.amd_wmma<{warpsPerCTA = [4, 2]}>", AMDWMMALayout(1, False, [[0, 1], [1, 0], [2, 0]])),
    ("3.2", WMMA, AMDWMMALayout(2, False, [[0, 1], [1, 0], [2, 0]])),
    (
        "3.3",
        "#ttg.amd_wmma<{version = 2, isTranspose = true, warpsPerCTA = [4, 2]}>",
        AMDWMMALayout(2, True, [[0, 1], [1, 0], [2, 0]]),
    ),
    (
        "3.6",
        "#ttg.amd_wmma<{version = 3, isTranspose = false, warpsPerCTA = [2, 2], instrShape = [16, 16, 32]}>",
        AMDWMMALayout(3, False, [[0, 1], [1, 0]], None, [16, 16, 32]),
    ),
    (
        "3.2",
        "#triton_gpu.shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0], CTAsPerCGA = [2, 1],"
        " CTASplitNum = [2, 1], CTAOrder = [1, 0], hasLeadingOffset = false}>",
        SwizzledSharedLayout(8, 1, 8, [1, 0], [[1, 0]]),
    ),
    (
        "3.2",
        "#triton_gpu.shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0], hasLeadingOffset = true}>",
        NVMMASharedLayout(128, 16),
    ),
    (
        "3.4",
        "#ttg.amd_mfma<{versionMajor = 3, versionMinor = 0, warpsPerCTA = [4, 1], instrShape = [32, 32],"
        " isTransposed = true}>",
        AMDMFMALayout(3, [32, 32], True, [4, 1]),
    ),
    (
        "3.5",
        "#ttg.amd_mfma<{version = 3, warpsPerCTA = [4, 1], tilesPerWarp = [2, 2], instrShape = [32, 32],"
        " isTransposed = true, CTAsPerCGA = [2, 1], CTASplitNum = [2, 1], CTAOrder = [1, 0], elementType = f64}>",
        AMDMFMALayout(3, [32, 32], True, [4, 1], 64, [2, 2], [[1, 0]]),
    ),
    (
        "3.5",
        "#ttg.nvmma_shared<{swizzlingByteWidth = 128, transposed = false, elementBitWidth = 16,"
        " CTAsPerCGA = [1, 1, 1], CTASplitNum = [1, 1, 1], CTAOrder = [2, 1, 0]}>",
        NVMMASharedLayout(128, 16, 3),
    ),
    (
        "3.6",
        "#ttg.nvmma_shared<{swizzlingByteWidth = 128, transposed = false, elementBitWidth = 16, rank = 3}>",
        NVMMASharedLayout(128, 16, 3),
    ),
]


@pytest.mark.parametrize(("version", "text", "value"), PRINTED, ids=range(len(PRINTED)))
def test_what_a_release_prints_is_read_and_written(version, text, value):
    assert parse_ttgir(text, dialect=version) == value
    assert to_ttgir(value, version) == text


def test_warps_of_an_old_wmma_need_the_version():
    with pytest.raises(ParseError, match=r"say the version, as in dialect='3\.6'") as caught:
        parse_ttgir(WMMA)
    assert caught.value.position == WMMA.index("warpsPerCTA")
    assert parse_ttgir(WMMA, dialect="3.2.1").warp_bases == ((0, 1), (1, 0), (2, 0))
    assert parse_ttgir(WMMA.replace("[4, 2]", "[4, 1]")).warp_bases == ((1, 0), (2, 0))
    with pytest.raises(ParseError, match="numbers registers unlike"):
        parse_ttgir("#ttg.amd_wmma<{version = 3, warpsPerCTA = [2, 2], tilesPerWarp = [2, 2]}>", dialect="3.6")


REFUSED = [
    ("3.6", "#ttg.blocked<{order = [0], CTAsPerCGA = [1]}>", "CTAsPerCGA",
     "blocked of Triton 3.6 has no field CTAsPerCGA; it went after 3.5"),
    ("3.5", "#ttg.blocked<{order = [0], CGALayout = [[1]]}>", "CGALayout", "it came with 3.6"),
    ("3.2", "#ttg.slice<{dim = 0, parent = #b}>", "#ttg", "does not have the dialect ttg; it came with 3.3"),
    ("3.3", "#triton_gpu.slice<{dim = 0, parent = #b}>", "#tri", "not have the dialect triton_gpu; it went after 3.2"),
    ("3.3", "#ttg.shared<{vec = 8}>", "#ttg", "does not have #ttg.shared; it went after 3.2"),
    ("3.2", "#triton_gpu.linear<{}>", "#tri", "does not have #triton_gpu.linear; it came with 3.3"),
    ("3.5", "#ttg.amd_mfma<{versionMajor = 3}>", "versionMajor", "no field versionMajor; it went after 3.4"),
    ("3.4", "#ttg.amd_mfma<{version = 3}>", "version ", "no field version; it came with 3.5"),
    ("3.6", "#ttg.amd_mfma<{version = 3, elementType = f64}>", "elementType", "; 3.5 to 3.5 have"),
    ("3.2", "#triton_gpu.amd_wmma<{version = 1, isTranspose = true}>", "isTranspose", "it came with 3.3"),
    ("3.4", "#ttg.amd_wmma<{version = 1, isTransposed = true}>", "isTransposed", "no release has"),
    ("3.6", "#ttg.amd_wmma<{version = 3, ctaLayout = {warp = []}}>", "ctaLayout", "it came with 3.7"),
    ("3.5", "#ttg.padded_shared<[64:+4] {order = [1, 0]}>", None, "needs the field shape: of Triton 3.5"),
    ("3.5", "#ttg.padded_shared<[64:+4] {order = [1, 0], shape = [2, 2]}>", "shape =", "it came with 3.6"),
    ("3.7", "#ttg.partitioned_shared<{}>", "#ttg", "it came with 3.8"),
    ("3.7", "#ttg.blocked<{CGALayout = #ttg.cga<{}>}>", "#ttg.cga", "no release of Triton prints #ttg.cga"),
    ("3.9", "#triton_gpu.mma<{}>", "#tri", "does not have the dialect"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "text", "at", "reason"), REFUSED, ids=range(len(REFUSED)))
def test_what_a_version_does_not_have_is_refused_at_its_place(version, text, at, reason):
    aliases = {"#b": BlockedLayout([1, 1], [8, 4], [1, 1], [1, 0])}
    with pytest.raises(ParseError) as caught:
        parse_ttgir(text, aliases, dialect=version)
    assert reason in str(caught.value), str(caught.value)
    if at is not None:
        assert caught.value.position == text.index(at), str(caught.value)


@pytest.mark.parametrize("dialect", ["2.1", "4.0", "", "3", 3.6, 36, b"3.6", ("3", "6"), "newest"], ids=repr)
def test_unknown_versions_are_refused(dialect):
    value = BlockedLayout([1], [32], [4], [0])
    for call in (
        lambda: parse_ttgir(str(value), dialect=dialect),
        lambda: to_ttgir(value, dialect),
        lambda: find_layouts(str(value), dialect),
    ):
        with pytest.raises(LayoutError, match=r"no version of Triton that is known here: 3\.0, 3\.1"):
            call()


def test_what_a_version_cannot_say_is_refused():
    for value, version, reason in (
        (AMDWMMALayout(2, True, [[1, 0], [0, 1]]), "3.6", "cannot say these bases"),
        (AMDWMMALayout(2, True, []), "3.2", "no transposed amd_wmma"),
        (AMDWMMALayout(2, False, []), "3.1", "version 1 of amd_wmma alone"),
        (AMDMFMALayout(4, [32, 32, 16], True, [1, 1]), "3.4", "no version 4"),
        (NVMMASharedLayout(0, 16), "3.2", "no width 0"),
        (
            SwizzledSharedLayout(1, 1, 1, [0, 1], [[1, 1]][:0] or [[0, 1], [1, 0], [0, 2]]),
            "3.5",
            "cannot say cga_layout",
        ),
    ):
        with pytest.raises(LayoutError, match=reason) as caught:
            to_ttgir(value, version)
        assert caught.value.witness == value
    with pytest.raises(LayoutError, match="is not an encoding"):
        to_ttgir(5)


@given(st.integers(1, 3), st.data())
def test_three_fields_undo_the_bases(rank, data):
    splits = data.draw(st.lists(st.sampled_from((1, 2, 4)), min_size=rank, max_size=rank))
    ctas = [n * data.draw(st.sampled_from((1, 1, 2))) for n in splits]
    order = data.draw(st.permutations(range(rank)))
    bases = make_cga_layout(ctas, splits, order)
    found = three_fields(bases, rank)
    assert found is not None
    assert make_cga_layout(*found) == bases


def test_row_major_bases_count_the_last_dimension_first():
    assert row_major_bases((4, 2)) == ((0, 1), (1, 0), (2, 0))
    assert row_major_bases((1, 1)) == ()


# -- conversion and the command ----------------------------------------------------------------------------------------


def test_conversion_takes_versions_of_both_sides():
    blocked = BlockedLayout([1, 4], [8, 4], [2, 1], [1, 0], [[1, 0]])
    old = to_ttgir(blocked, "3.2")
    assert "CTAsPerCGA = [2, 1]" in old
    assert convert(old, "ttgir", dialect="3.2").text == str(blocked)
    assert convert(str(blocked), "ttgir", to_dialect="3.2").text == old
    assert read(WMMA, "3.2")[1] == parse_ttgir(WMMA, dialect="3.2")
    for call in (
        lambda: convert("(4,8):(8,1)", "cute", dialect="3.2"),
        lambda: convert(old, "gluon", to_dialect="3.2"),
    ):
        with pytest.raises(LayoutError, match="a dialect is for ttgir"):
            call()


def test_the_command_takes_versions(tmp_path, capsys):
    assert main(["convert", WMMA, "--dialect", "3.2", "--to", "ttgir"]) == 0
    assert "ctaLayout = {warp = [[0, 1], [1, 0], [2, 0]]}" in capsys.readouterr().out
    assert main(["convert", WMMA, "--to", "ttgir"]) == 2
    assert "say the version" in capsys.readouterr().err
    path = tmp_path / "old.ttgir"
    path.write_text(f"#m = {WMMA}\n%0 : tensor<128x128xf32, #m>\n")
    assert main(["convert", str(path), "--dialect", "3.2", "--to", "ttgir", "--to-dialect", "3.6"]) == 0
    out = capsys.readouterr().out
    assert "ctaLayout = {warp" in out
    assert "#ttg.linear" in out
    assert main(["convert", str(path)]) == 0
    assert "not read: warps of an old amd_wmma" in capsys.readouterr().out
