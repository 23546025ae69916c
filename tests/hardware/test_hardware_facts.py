"""Every fact of the hardware reference is in the tables, with the same values, faces and confidence."""

import pytest
from hardware_reading import FACTS, LAYOUT_FACTS, RULE_FACTS, digits, distinct, where, xor_images

from layouts import Layout, LayoutError, NotLinearError, Swizzle, equal, hardware, memory_model

RENAMED = {"tmem_col32": "tmem_col"}


def tree(value):
    return tuple(map(tree, value)) if isinstance(value, list) else value


def operand_of(fact):
    name, role = where(fact["id"])
    return hardware.get(name)[role]


def test_there_are_263_facts():
    assert (len(FACTS), len(LAYOUT_FACTS), len(RULE_FACTS)) == (263, 239, 24)


@pytest.mark.parametrize("fact", LAYOUT_FACTS, ids=lambda fact: fact["id"])
def test_the_linear_face_is_the_fact(fact):
    found = operand_of(fact)
    affine = found.affine
    assert affine.linear.in_dims == [(RENAMED.get(name, name), size) for name, size in fact["ins"].items()]
    assert affine.linear.out_dims == [(RENAMED.get(name, name), size) for name, size in fact["outs"].items()]
    assert affine.linear.bases == [(RENAMED.get(name, name), fact["bases"][name]) for name in fact["ins"]]
    assert list(affine.offset.values()) == fact.get("constant", [0] * len(fact["outs"]))
    assert found.bits == fact["bits"]
    assert found.confidence == fact["confidence"]


@pytest.mark.parametrize("fact", [f for f in LAYOUT_FACTS if "cute" in f], ids=lambda fact: fact["id"])
def test_the_cute_face_is_the_fact(fact):
    shape, stride = map(tree, fact["cute"])
    found = operand_of(fact)
    if "V" in str(shape):
        shape = (shape[0], (found.unit, 4))
    cute = found.cute
    if found.form == "inputs":
        swizzle = Swizzle({"INTERLEAVE": 0, "32B": 1, "64B": 2, "128B": 3}[fact["id"].split(".")[2]], 3, 3)
        plain = Layout(shape, stride)  # the fact has the layout before the swizzle of <B,4,3> on bytes, at 16 bits
        assert [cute(i) for i in range(cute.size)] == [swizzle(plain(i)) for i in range(plain.size)]
        assert [mode.size for mode in cute] == list(shape)
        return
    assert equal(cute, Layout(shape, stride)), (cute, shape, stride)
    assert [mode.size for mode in cute] == [Layout(mode).size for mode in shape]


@pytest.mark.parametrize("fact", LAYOUT_FACTS, ids=lambda fact: fact["id"])
def test_the_linear_face_is_the_xor_of_the_bases_at_every_point(fact):
    """Independent of the library: the XOR of the bases of the set bits, at up to 256 points of each fact."""
    found = operand_of(fact).affine
    names, sizes = list(fact["ins"]), list(fact["ins"].values())
    total = 1
    for size in sizes:
        total *= size
    step = max(1, total // 256) | 1
    for i in range(0, total, step):
        point = dict(zip(names, digits(i, sizes), strict=True))
        image = xor_images(fact["bases"], point)
        constant = fact.get("constant", [0] * len(image))
        renamed = {RENAMED.get(name, name): value for name, value in point.items()}
        assert list(found(**renamed).values()) == [a ^ b for a, b in zip(image, constant, strict=True)]


def test_both_faces_agree_at_every_point_of_every_operand():
    checked = set()
    for entry, operand in distinct():
        faces = operand.outs, operand.bases, operand.tv, operand.index, operand.unit, operand.form, operand.threads
        if operand.bases is not None and operand.tv is not None and faces not in checked:
            assert operand.disagreement() is None, (entry.name, str(operand))
            checked.add(faces)
    assert len(checked) > 180


def test_a_wrong_face_is_found():
    good = hardware.get("SM80_16x8x16_F32F16F16F32_TN")["A"]
    from dataclasses import replace

    assert replace(good, tv="((4,8),(2,2,2)):((32,1),(16,128,8))").disagreement() == (0, 2)
    assert replace(good, bases=good.bases.replace("m8 k8", "k8 m8")).disagreement() == (0, 2)
    tmem = hardware.get("tcgen05.mma.cta_group::1.m64n64")["D"]
    assert replace(tmem, tv="((32,2),64):((1,32),128)").disagreement() == (16, 0)
    swizzle = hardware.get("CU_TENSOR_MAP_SWIZZLE_128B")["addr"]
    assert replace(swizzle, tv="Sw<2,4,3> o 1024:1").disagreement() == (512,)
    scale = hardware.get("blockscale.128x4.vec32")["SF"]
    assert replace(scale, tv="((32,4),(32,4)):((16,4),(1,1))").disagreement() is not None


@pytest.mark.parametrize("fact", RULE_FACTS, ids=lambda fact: fact["id"])
def test_a_rule_is_there_with_its_confidence(fact):
    rule = hardware.rule(fact["id"])
    assert rule.confidence == fact["confidence"]
    assert rule.text
    assert rule.source
    if "phases" in fact:
        assert [list(phase) for phase in rule.params["phases"]] == fact["phases"]
    if "phase_bits" in fact:
        assert list(rule.params["phase_bits"]) == fact["phase_bits"]
    if "layouts" in fact:
        ours = {
            major: {m.replace("none", "INTERLEAVE"): t for m, t in row.items()} for major, row in rule.params.items()
        }
        assert ours == fact["layouts"]
    for key, value in fact.get("params", {}).items():
        ours = rule.params[key]
        assert (ours if not isinstance(ours, dict) else {str(k): v for k, v in ours.items()}) == value


def test_no_rule_is_without_a_fact():
    assert set(hardware.rules()) == {fact["id"] for fact in RULE_FACTS}


# -- facts that are written as rules and are layouts -------------------------------------------------------------------


def test_scales_of_gfx950_follow_their_rule():
    wide = [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16], [1, 0]]
    narrow = [[0, 1], [0, 2], [0, 4], [0, 8], [1, 0], [2, 0]]
    for name, lanes in (("32x32x64", wide), ("16x16x128", narrow)):
        assert hardware.get(f"v_mfma_scale_f32_{name}_f8f6f4")["scale"].linear.bases == [("lane", lanes)]


def test_transposed_reads_follow_their_rules():
    b16 = hardware.get("ds_read_b64_tr_b16")["R"].linear
    for lane in range(16):
        for e in range(4):
            assert b16(element=e, lane=lane) == {"src_lane": 4 * e + lane // 4, "src_elem": lane % 4}
    narrow = hardware.get("ds_read_b64_tr_b4.m16")["R"].linear.bases
    assert narrow[0][1] == [[1, 0], [2, 0], [4, 0], [0, 16]]
    assert narrow[1][1] == [[0, 1], [0, 2], [0, 4], [0, 8], [0, 32], [0, 64]]
    wide = hardware.get("ds_read_b64_tr_b4.m32")["R"].linear.bases
    assert wide[1][1] == [[0, 1], [0, 2], [0, 4], [0, 8], [8, 0], [0, 32]]


@pytest.mark.parametrize(("m", "folds"), [(64, 2), (32, 4)])
@pytest.mark.parametrize("n", [64, 128, 256])
def test_folded_accumulators_go_on_in_further_lanes(m, folds, n):
    names = [f"cta_group::1.ws.m{m}n{n}"] + ([f"cta_group::2.m{2 * m}n{n}"] if m == 64 else [])
    for name in names:  # of two CTAs each has half of the rows of PTX's shape
        found = hardware.get(f"tcgen05.mma.{name}")["D"]
        for row in range(m):
            for column in range(n):
                lane, rest = row + m * (column // (n // folds)), column % (n // folds)
                assert found.cute((row, column)) == lane + 128 * rest
                if row % 7 == 0:
                    assert found.linear(tmem_lane=lane, tmem_col=rest) == {"m": row, "n": column}


def test_phases_of_lds_are_those_of_the_memory_models():
    """The tables tell what the sources say; the models of layouts.verify.memory compute with it."""
    phases = hardware.rule("amd.lds.read_b128.phases32").params["phases"]
    assert sorted(memory_model("cdna3").phases("load", 16)) == sorted(phases)
    for bytes, lanes in hardware.rule("nv.smem.wavefronts.ld_st").params["lanes_per_phase"].items():
        assert len(memory_model("nvidia").phases("load", bytes)[0]) == lanes
    eight = memory_model("cdna3").phases("store", 16)
    assert eight[0] == tuple(range(8))
    first = next(phase for phase in memory_model("gfx950").phases("load", 16) if 0 in phase)
    parity = [lane for lane in range(32) if (lane >> 2 ^ lane >> 3 ^ lane >> 4) & 1 == 0]
    assert list(first) == parity


def test_an_operand_without_a_face_is_refused():
    with pytest.raises(NotLinearError) as caught:
        _ = hardware.get("SM90_64x24x16_F32F16F16_SS")["D"].linear
    assert caught.value.witness == 24
    assert hardware.get("SM90_64x24x16_F32F16F16_SS")["D"].cute(1, 11) == 2 * 64 + 8 + 64 + 512 * 2
    with pytest.raises(LayoutError, match="shared memory"):
        _ = hardware.get("SM90_64x64x16_F32F16F16_SS")["A.shared"].linear
    with pytest.raises(LayoutError, match="no CuTe layout"):
        _ = hardware.get("movmatrix.sync.aligned.m8n8.trans.b16")["R"].cute
    with pytest.raises(NotLinearError, match="affine"):
        _ = hardware.get("shfl.sync.bfly.b32.4")["source"].linear
    with pytest.raises(LayoutError, match="has no operand 'E'"):
        _ = hardware.get("SM80_16x8x16_F32F16F16F32_TN")["E"]
