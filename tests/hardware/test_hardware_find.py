"""Finding instructions: names of PTX and CUTLASS, conditions, machines, and what is refused."""

import contextlib
import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import CopyAtom, Layout, LayoutError, copy_atom, equal, hardware, make_tiled_mma, mma_atom
from layouts.hardware.arch import machine, machines

AMPERE, HOPPER = "SM80_16x8x16_F32F16F16F32_TN", "SM90_64x64x16_F32F16F16_RS"


def test_every_name_and_alias_leads_to_its_entry():
    for name in hardware.names():
        entry = hardware.get(name)
        assert entry.name == name
        for alias in entry.aliases:
            found = hardware.get(alias, arch=entry.arch.split()[0].rstrip("+").replace("nvidia", "sm90"))
            assert found is entry, alias


def test_names_are_unique_and_every_operand_says_its_source():
    names = hardware.names()
    assert len(set(names)) == len(names) > 800
    for name in names:
        for operand in hardware.get(name).operands.values():
            assert operand.source
            assert operand.confidence in ("high", "medium", "low")
            assert operand.status


def test_case_and_space_do_not_matter():
    spaced = "SM120_16x8x32_TN< float_e4m3_t, float_e5m2_t, float >"
    assert hardware.get(spaced) is hardware.get(spaced.replace(" ", ""))
    assert hardware.get(AMPERE.lower()) is hardware.get(AMPERE)


def test_d_is_c_where_both_are_one():
    entry = hardware.get(AMPERE)
    assert entry["D"] is entry["C"]


def test_a_kernel_changes_machines_by_one_entry():
    """The accumulator of 64 x 64: four warps of Ampere's atom hold what a warpgroup of Hopper's holds."""
    rows = make_tiled_mma(mma_atom(AMPERE), (4, 1, 1), (64, 64, 16)).get_layoutC_TV()
    group = make_tiled_mma(mma_atom(HOPPER)).get_layoutC_TV()
    for thread in range(128):
        mine = sorted(rows(thread, v) for v in range(rows[1].size))
        assert mine == sorted(group(thread, v) for v in range(group[1].size))
    blackwell = hardware.get("tcgen05.ld.sync.aligned.16x256b.x1.b32")["R"].linear
    fragment = hardware.get(AMPERE)["C"].linear
    assert [list(v) for _, v in blackwell.bases] == [[list(b) for b in v] for _, v in fragment.bases]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"arch": "sm80", "m": 16, "n": 8, "k": 16, "dtype": "f16", "acc": "f32"}, ["f32.f16.f16.f32"]),
        ({"arch": "ampere", "m": 16, "n": 8, "k": 8, "dtype": "tf32"}, ["f32.tf32.tf32.f32"]),
        ({"arch": "sm_89", "k": 32, "m": 16, "dtype": "e5m2", "acc": "f16"},
         ["f16.e4m3.e5m2.f16", "f16.e5m2.e4m3.f16", "f16.e5m2.e5m2.f16"]),
        ({"arch": "gfx90a", "dtype": "f64"}, ["f64_16x16x4f64", "f64_4x4x4f64"]),
        ({"arch": "rdna3", "dtype": "iu4"}, ["i32_16x16x16_iu4_w32_gfx11"]),
        ({"family": "swizzle", "arch": "h77"}, None),
        ({"arch": "turing", "family": "mma", "dtype": "f16"}, ["f16.f16.f16.f16", "f32.f16.f16.f32"]),
    ],
)  # fmt: skip
def test_find_by_what_it_should_do(asked, expected):
    if expected is None:
        with pytest.raises(LayoutError, match="no architecture"):
            hardware.find(**asked)
        return
    found = hardware.find(**asked)
    assert len(found) == len(expected)
    for entry, end in zip(found, expected, strict=True):
        assert entry.name.endswith(end), entry.name


def test_find_keeps_machines_apart():
    assert not any(e.family == "wgmma" for e in hardware.find(arch="sm100"))
    assert not any(e.family == "tcgen05.mma" for e in hardware.find(arch="sm120"))
    assert any("mxf4" in e.name for e in hardware.find(arch="sm120a", dtype="e2m1"))
    assert all("m8n8k4.row" not in e.name or "f64" in e.name for e in hardware.find(arch="sm80", family="mma"))
    with pytest.raises(LayoutError, match="without the arch there are 2"):
        hardware.find(arch="gfx950", dtype="xf32")


def test_sparse_instructions_are_found_when_they_are_meant():
    assert not any(e.family == "mma.sp" for e in hardware.find(arch="sm80", m=16, n=8, k=32))
    sparse = hardware.find(arch="sm80", m=16, n=8, k=32, dtype="f16", family="mma.sp")
    assert sparse == hardware.find(arch="sm80", m=16, n=8, k=32, dtype="f16", operand="E")
    assert [e["E"].confidence for e in sparse] == ["high", "high"]
    with pytest.raises(LayoutError, match="without the k there are"):
        hardware.find(arch="sm80", m=16, n=8, k=128, dtype="f16")


@pytest.mark.parametrize(
    ("asked", "same"),
    [
        ({"arch": "rtx4090", "dtype": "fp8"}, {"arch": "sm89", "dtype": "e4m3"}),
        ({"arch": "mi300x", "dtype": "e4m3"}, {"arch": "gfx942", "dtype": "fp8"}),
        (
            {"arch": "h100", "dtype": "torch.bfloat16", "acc": "float32"},
            {"arch": "sm90", "dtype": "bf16", "acc": "f32"},
        ),
        ({"arch": "a100", "dtype": "int8", "acc": "int32"}, {"arch": "sm80", "dtype": "s8", "acc": "s32"}),
        ({"arch": "mi250x", "dtype": "int8"}, {"arch": "cdna2", "dtype": "i8"}),
    ],
)
def test_types_and_machines_have_the_names_that_people_use(asked, same):
    assert hardware.find(**asked) == hardware.find(**same) != ()


def test_a_question_without_an_answer_names_each_condition_that_is_too_many_and_the_types():
    with pytest.raises(LayoutError) as caught:
        hardware.find(arch="blackwell", m=128, dtype="f16")
    said = str(caught.value)
    assert "without the m there are 4: mma.sync" in said
    assert "without the dtype there are 32: tcgen05.mma" in said
    assert said.endswith("with the types f32")
    assert caught.value.witness == {"arch": "blackwell", "m": 128, "dtype": "f16"}


def test_find_by_operand():
    assert {e.family for e in hardware.find(operand="SFA")} == {"mma"}
    assert {e.family for e in hardware.find(arch="sm100", operand="D", m=128)} == {"tcgen05.mma"}
    assert {e.family for e in hardware.find(operand="address")} == {"ldmatrix", "stmatrix"}
    assert {e.family for e in hardware.find(arch="sm90", operand="D", m=64)} == {"wgmma"}


def test_an_unknown_instruction_lists_the_near_ones():
    for name, near in (
        ("SM80_16x8x16_F32F16F16F32", AMPERE),
        ("SM90_64x128x16_F32F16F16_S", "SM90_64x128x16_F32F16F16_SS"),
        ("v_mfma_f32_32x32x8f32", "v_mfma_f32_32x32x2f32"),
        ("ldmatrix.x4", "ldmatrix"),
        ("wgmma.mma_async.sync.aligned.m64n130k16.f32.f16.f16", "m64n136k16.f32.f16.f16"),
    ):
        with pytest.raises(LayoutError) as caught:
            hardware.get(name)
        assert "near are" in str(caught.value)
        assert near in str(caught.value), str(caught.value)
        assert caught.value.witness == name


def test_a_mnemonic_of_two_generations_asks_for_the_arch():
    with pytest.raises(LayoutError, match="say which, or the arch"):
        hardware.get("v_wmma_f32_16x16x16_f16")
    old, new = [hardware.get("v_wmma_f32_16x16x16_f16", arch=arch) for arch in ("gfx11", "gfx1201")]
    assert old["A"].linear.size == 2 * new["A"].linear.size
    with pytest.raises(LayoutError, match="'sm80' has no"):
        hardware.get("v_wmma_f32_16x16x16_f16", arch="sm80")


BAD = [None, 3, 2.5, True, [], {}, b"mma", "", " ", "x" * 100_000, "(" * 1000]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: repr(bad)[:20])
def test_bad_input_is_refused_quickly(bad):
    for call in (hardware.get, hardware.rule, lambda x: hardware.get(AMPERE, arch=x), machine):
        if bad is None and call not in (hardware.get, hardware.rule, machine):
            continue
        with pytest.raises(LayoutError) as caught:
            call(bad)
        assert len(str(caught.value)) < 2000
    with pytest.raises(LayoutError, match="has no operand"):
        _ = hardware.get(AMPERE)[bad]
    for name in ("arch", "family", "dtype", "operand", "acc"):
        if bad is not None:
            with pytest.raises(LayoutError):
                hardware.find(**{name: bad})
    for name in ("m", "n", "k"):
        if bad is not None:
            with pytest.raises(LayoutError):
                hardware.find(**{name: bad})


@given(st.text(max_size=60))
def test_any_text_is_an_entry_or_refused(text):
    with contextlib.suppress(LayoutError):
        assert hardware.get(text).name in hardware.names()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sm_90a", "sm90"),
        ("Hopper", "sm90"),
        ("H100", "sm90"),
        ("sm100f", "sm100"),
        ("gfx942", "cdna3"),
        ("sm101", "sm110"),
        ("GFX1200", "rdna4"),
    ],
)
def test_names_of_machines(text, expected):
    assert machine(text) == expected


def test_a_plus_means_the_later_machines_of_the_line():
    assert machines("sm89+") >= {"sm89", "sm90", "sm120"}
    assert "sm86" not in machines("sm89+")
    assert machines("cdna3+") == {"cdna3", "cdna4"}
    assert machines("sm90a") == {"sm90"}


def test_atoms_come_from_the_tables():
    """Every name of CUTLASS that has A, B and C makes an atom whose operands are held."""
    checked = 0
    for name in hardware.names("mma") + hardware.names("mfma") + hardware.names("wmma") + hardware.names("wgmma")[::37]:
        entry = hardware.get(name)
        for alias in list(entry.atoms)[:2]:
            atom = mma_atom(alias)
            assert atom.shape_mnk == entry.shape
            roles = entry.atoms[alias]
            assert (atom.a_tv, atom.b_tv, atom.c_tv) == tuple(entry[role].cute for role in roles)
            if checked % 8 == 0 and atom.shape_mnk[2] < 128:
                assert all(atom.coverage()), alias
            checked += 1
    assert checked > 200


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("trans", [False, True])
def test_stores_of_matrices_are_loads_turned_round(count, trans):
    words = f"U16x{2 * count}" if trans else f"U32x{count}"
    load, store = [
        copy_atom(f"{head}_{words}_{tail}_{'NT'[trans]}", 16) for head, tail in (("SM75", "LDSM"), ("SM90", "STSM"))
    ]
    assert isinstance(store, CopyAtom)
    assert equal(load.src, store.dst)
    assert equal(load.dst, store.src)
    assert equal(store.ref, store.src)


def test_entries_are_values():
    entry = hardware.get(AMPERE)
    again = pickle.loads(pickle.dumps(entry))
    assert again == entry
    assert hash(again["A"]) == hash(entry["A"])
    with pytest.raises(AttributeError):
        entry.name = "x"
    assert str(entry["C"]).startswith("C f32, register lane -> m16 n8")
    assert "medium" in str(hardware.rule("nv.smem.wavefronts.ld_st"))
    assert isinstance(entry["A"].thr_id, Layout)


def test_the_tables_are_read_when_something_is_looked_up():
    code = (
        "import sys\nfrom layouts import hardware\n"
        "print(any('tables.' in name for name in sys.modules))\nhardware.names('mfma')\n"
        "print(any('tables.amd' in name for name in sys.modules), 'numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]


def test_tcgen05_of_two_ctas_has_the_names_of_ptx():
    """PTX counts the rows of both CTAs, M = 128 or 256; D is the part of one."""
    for m, tv in ((128, "(64,(128,2)):(1,(128,64))"), (256, "(128,256):(1,128)")):
        entry = hardware.get(f"tcgen05.mma.cta_group::2.m{m}n256")
        assert entry.shape == (m, 256, 0)
        assert str(entry["D"].cute) == tv
        assert hardware.get(f"SM100_MMA_F16BF16_2x1SM_SS<{m}, 256>") is entry
    assert {e.shape[0] for e in hardware.find(family="tcgen05.mma") if "group::2" in e.name} == {128, 256}
    assert len(hardware.find(family="tcgen05.mma", m=256)) == 16
    assert hardware.get("SM100_MMA_F16BF16_SS<128,96>").name == "tcgen05.mma.cta_group::1.m128n96"


def test_tcgen05_takes_every_n():
    """M = 64 takes the multiples of 8, M = 128 those of 16; where N is no power of two the CuTe face alone is there."""
    for m, step in ((64, 8), (128, 16)):
        found = [e.shape[1] for e in hardware.find(family="tcgen05.mma", m=m) if "group::1.m" in e.name]
        assert found == list(range(step, 257, step))
    D = hardware.get("tcgen05.mma.cta_group::1.m64n24")["D"]
    for m in range(64):
        for n in range(24):
            assert D.cute((m, n)) == m % 16 + 32 * (m // 16) + 128 * n
    with pytest.raises(LayoutError, match="24 is no power of two"):
        _ = D.linear


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Layout_K_SW128_Atom<half_t>", "Layout_K_SW128_Atom<b16>"),
        ("GMMA::Layout_K_SW128_Atom<cutlass::half_t>", "Layout_K_SW128_Atom<b16>"),
        ("cute::SM90::GMMA::Layout_MN_SW64_Atom<float>", "Layout_MN_SW64_Atom<b32>"),
        ("UMMA::Layout_K_INTER_Atom<cutlass::float_e4m3_t>", "Layout_K_INTER_Atom<b8>"),
    ],
)
def test_atoms_of_shared_memory_have_the_types_of_cutlass(name, expected):
    assert hardware.get(name) is hardware.get(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [(80, "sm80"), ("compute_80", "sm80"), ("8.0", "sm80"), ((8, 0), "sm80"), ("orin", "sm87"), ("rx7900", "rdna3"),
     ("compute_90a", "sm90"), (100, "sm100"), ("10.0", "sm100"), ((12, 1), "sm121"), ("rx9070", "rdna4")],
)  # fmt: skip
def test_a_compute_capability_is_a_machine(name, expected):
    assert machine(name) == expected


@pytest.mark.parametrize("name", [8.0, True, (8,), (8, "0"), 9999, -80, 10**50, "8.00", [8, 0]])
def test_what_is_no_machine_is_refused(name):
    with pytest.raises(LayoutError, match="no architecture"):
        machine(name)
    with pytest.raises(LayoutError, match="near is ampere"):
        machine("ampre")
