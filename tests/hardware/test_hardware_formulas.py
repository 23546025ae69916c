"""The tables against the formulas of the instruction sets, written as arithmetic on lane and register numbers.

Every operand of every entry goes through a formula of its family, those that no fact has included.
"""

import re

import pytest
from hardware_reading import distinct

from layouts import hardware, parse


def held(operand, lanes, registers, warps=1):
    """Yield (lane, register, warp, point): each place and the coordinate that its linear face has there."""
    linear = operand.linear
    sizes = dict(linear.in_dims)
    assert sizes == {"register": registers, "lane": lanes} | ({"warp": warps} if warps > 1 else {})
    for warp in range(warps):
        for lane in range(lanes):
            for r in range(registers):
                extra = {"warp": warp} if warps > 1 else {}
                yield lane, r, warp, linear(register=r, lane=lane, **extra)


def words(operand, bits):
    """The elements of one 32-bit word; an element of 64 bits is a word of its own."""
    return max(1, 32 // bits)


def check_a(operand, m, k, warps=1):
    kw = words(operand, operand.bits)
    tall = m >= 16
    for lane, r, warp, point in held(operand, 32, m * k // 32 // warps, warps):
        w, e = divmod(r, kw)
        row = lane // 4 + (8 * (w & 1) if tall else 0) + 16 * warp
        column = kw * (lane % 4) + e + 4 * kw * (w >> 1 if tall else w)
        assert point == {"m": row, "k": column}, (str(operand), lane, r, warp)


def check_b(operand, n, k):
    kw = words(operand, operand.bits)
    for lane, r, _, point in held(operand, 32, n * k // 32):
        w, e = divmod(r, kw)
        assert point == {"k": kw * (lane % 4) + e + 4 * kw * w, "n": lane // 4}, (str(operand), lane, r)


def check_c(operand, m, n, warps=1):
    tall = m >= 16
    for lane, r, warp, point in held(operand, 32, m * n // 32 // warps, warps):
        row = lane // 4 + (8 * (r >> 1 & 1) if tall else 0) + 16 * warp
        column = 2 * (lane % 4) + (r & 1) + 8 * (r >> 2 if tall else r >> 1)
        assert point == {"m": row, "n": column}, (str(operand), lane, r, warp)


def check_scale(operand, k, rows):
    for lane, r, _, point in held(operand, 32, k):
        row = lane // 4 + (8 * (lane & 1) if rows == 16 else 0)
        assert point == {"mn": row, "k": r}, (str(operand), lane, r)


def family(name):
    return [pair for pair in distinct() if pair[0].family == name]


def test_mma_sync_follows_the_fragment_formulas():
    checks = 0
    for entry, operand in family("mma"):
        m, n, k = entry.shape
        if entry.arch == "sm70 sm72":
            continue  # below
        if operand.role == "A":
            check_a(operand, m, k)
        elif operand.role == "B":
            check_b(operand, n, k)
        elif operand.role == "C":
            check_c(operand, m, n)
        else:
            check_scale(operand, k, 16 if operand.role == "SFA" else 8)
        checks += 1
    assert checks >= 45


def test_volta_quad_pairs_do_four_products():
    """PTX, m8n8k4: row and column by lane of the quad pair, for both majors and both accumulators."""
    for c in ("f16", "f32"):
        for a_major in ("row", "col"):
            for b_major in ("row", "col"):
                entry = hardware.get(f"mma.sync.aligned.m8n8k4.{a_major}.{b_major}.{c}.f16.f16.{c}")
                for lane in range(32):
                    pair, low, high = lane >> 2 & 3, lane & 3, lane >> 4
                    for i in range(4):
                        strip, single = low + 4 * high, (i + 4 * high, low)
                        row = {"m": strip, "k": i} if a_major == "row" else {"m": single[0], "k": single[1]}
                        assert entry["A"].linear(register=i, lane=lane) == row | {"quadpair": pair}
                        column = {"k": i, "n": strip} if b_major == "col" else {"k": single[1], "n": single[0]}
                        assert entry["B"].linear(register=i, lane=lane) == column | {"quadpair": pair}
                    for i in range(8):
                        if c == "f16":
                            m, n = strip, i
                        else:
                            m, n = (low & 1) + (i & 2) + 4 * high, (i & 4) + (low & 2) + (i & 1)
                        assert entry["C"].linear(register=i, lane=lane) == {"m": m, "n": n, "quadpair": pair}


def test_wgmma_is_mma_sync_with_a_warp_for_every_16_rows():
    checks = 0
    for entry, operand in family("wgmma"):
        m, n, k = entry.shape
        if operand.role == "A":
            check_a(operand, 64, k, 4)
        elif operand.role == "C" and n & (n - 1) == 0:
            check_c(operand, 64, n, 4)
        elif operand.role == "C":
            for thread in range(0, 128, 3):
                for r in range(n // 2):
                    row = thread // 32 * 16 + thread % 32 // 4 + 8 * (r >> 1 & 1)
                    assert operand.cute(thread, r) == row + 64 * (2 * (thread % 4) + (r & 1) + 8 * (r >> 2))
        else:
            rows = m if operand.role == "A.shared" else n
            assert operand.cute(5, rows * k - 1) == rows * k - 1
            assert operand.cute(127, 1) == 1
        checks += 1
    assert checks > 100


@pytest.mark.parametrize("kind", ["ldmatrix", "stmatrix"])
@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("trans", [False, True])
def test_matrices_of_8x8(kind, count, trans):
    entry = hardware.get(f"{kind}.sync.aligned.m8n8.x{count}{'.trans' * trans}.shared.b16")
    for lane, r, _, point in held(entry["R"], 32, 2 * count):
        row, col = lane // 4, 2 * (lane % 4) + r % 2
        assert point == {"matrix": r // 2, "row": col if trans else row, "col": row if trans else col}
    for lane in range(32):
        found = entry["address"].linear(lane=lane)
        assert found == {"matrix": lane // 8 % count, "row": lane % 8}


def test_matrices_of_bytes():
    for count in (1, 2):
        operand = hardware.get(f"ldmatrix.sync.aligned.m16n16.x{count}.trans.shared.b8")["R"]
        for lane, r, _, point in held(operand, 32, 8 * count):
            row, col = 4 * (lane % 4) + r % 4, lane // 4 + 8 * (r >> 2 & 1)
            assert point == {"matrix": r >> 3, "row": row, "col": col}
    for count in (1, 2, 4):
        operand = hardware.get(f"stmatrix.sync.aligned.m16n8.x{count}.trans.shared.b8")["R"]
        for lane, r, _, point in held(operand, 32, 4 * count):
            row, col = 2 * (lane % 4) + r % 2, lane // 4 + 8 * (r >> 1 & 1)
            assert point == {"matrix": r >> 2, "row": row, "col": col}


def test_tensor_memory_shapes():
    for entry, operand in family("tcgen05.ld") + family("tcgen05.st"):
        shape, count = entry.name.split(".")[4], int(entry.name.split(".")[5][1:])
        registers = dict(operand.linear.in_dims)["register"]
        for lane, r, _, point in held(operand, 32, registers):
            if shape == "32x32b":
                row, column = lane, r
            elif shape == "16x64b":
                row, column = lane // 4 + 8 * (lane & 1), (lane >> 1 & 1) + 2 * r
            elif shape == "16x128b":
                row, column = lane // 4 + 8 * (r & 1), lane % 4 + 4 * (r >> 1)
            elif shape == "16x256b":
                row, column = lane // 4 + 8 * (r >> 1 & 1), 2 * (lane % 4) + (r & 1) + 8 * (r >> 2)
            else:
                row, column = lane % 16, r + count * (lane // 16)
            assert point == {"tmem_lane": row, "tmem_col": column}, (entry.name, lane, r)


@pytest.mark.parametrize("n", [16, 32, 64, 128, 256])
def test_accumulators_in_tensor_memory(n):
    whole = hardware.get(f"tcgen05.mma.cta_group::1.m128n{n}")["D"].linear
    half = hardware.get(f"tcgen05.mma.cta_group::1.m64n{n}")["D"].linear
    for column in range(n):
        for m in range(0, 128, 5):
            assert whole(tmem_lane=m, tmem_col=column) == {"m": m, "n": column}
        for m in range(64):
            assert half(tmem_lane=m % 16 + 32 * (m // 16), tmem_col=column) == {"m": m, "n": column}


def test_scale_factors_of_128_rows():
    atom = hardware.get("blockscale.128x4.vec16")["SF"].linear
    tmem = hardware.get("tcgen05.scales.128x4")["SF"].linear
    for row in range(128):
        for k in range(4):
            offset = 16 * (row % 32) + 4 * (row // 32) + k
            assert atom(offset=offset) == {"mn": row, "sf_k": k}
            for quarter in range(4):  # tcgen05.cp 32x128b.warpx4: lane = offset / 16, four times
                place = {"tmem_lane": offset // 16 + 32 * quarter, "tmem_byte": offset % 16}
                assert tmem(**place) == {"mn": row, "sf_k": k}


@pytest.mark.parametrize("bits", [4, 8, 16, 32, 64])
@pytest.mark.parametrize(("swizzle", "power"), [("INTER", 0), ("SW32", 1), ("SW64", 2), ("SW128", 3)])
def test_shared_atoms_are_the_swizzle_on_byte_addresses(bits, swizzle, power):
    width = (128 << power) // bits
    for major in ("K", "MN"):
        face = hardware.get(f"Layout_{major}_{swizzle}_Atom<b{bits}>")["smem"].linear
        for line in range(8):
            for place in range(width):
                bit = (line * width + place) * bits
                bit ^= ((bit >> 3 >> 7) & ((1 << power) - 1)) << 4 << 3
                coordinate = (line, place) if major == "K" else (place, line)
                assert face(row=coordinate[0], col=coordinate[1]) == {"elem_offset": bit // bits}


@pytest.mark.parametrize("bits", [8, 16, 32])
@pytest.mark.parametrize(("mode", "atom"), [("none", "INTER"), ("32B", "SW32"), ("64B", "SW64"), ("128B", "SW128")])
def test_canonical_layouts_of_descriptors_are_the_atoms(bits, mode, atom):
    """One atom, LBO and SBO beyond it: the canonical text with numbers in it, swizzled on bytes, is the atom."""
    unit = 128 // bits
    for major, text in ((major, table[mode]) for major, table in hardware.rule("nv.smem_canonical").params.items()):
        head, _, layout = text.partition(" o ")
        found = re.sub(r"(\d*)T", lambda match: str(int(match[1] or 1) * unit), layout)
        found = re.sub(r"LBO|SBO", "1048576", found)
        found = found.replace("m)", "1)").replace("k)", "1)")
        plain, power = parse(found), int(head[3])
        face = hardware.get(f"Layout_{major}_{atom}_Atom<b{bits}>")["smem"].linear
        sizes = dict(face.in_dims)
        for mn in range(min(plain[0].size, sizes["row"])):
            for k in range(min(plain[1].size, sizes["col"])):
                byte = plain(mn, k) * bits // 8
                byte ^= (byte >> 7 & ((1 << power) - 1)) << 4
                assert face(row=mn, col=k) == {"elem_offset": byte * 8 // bits}


def test_descriptor_fields_do_not_overlap():
    for kind, width in (("wgmma", 2), ("tcgen05", 3)):
        params = dict(hardware.rule(f"nv.smem_desc.{kind}").params)
        types = params.pop("layout_types")
        taken = [bit for first, past in params.values() for bit in range(first, past)]
        assert len(taken) == len(set(taken))
        assert max(taken) == 63
        assert params["layout_type"][1] - params["layout_type"][0] == width
        assert all(code < 1 << width for code in types.values())


@pytest.mark.parametrize(
    ("mode", "pairs"),
    [
        ("32B", [(4, 7)]),
        ("64B", [(4, 7), (5, 8)]),
        ("128B", [(4, 7), (5, 8), (6, 9)]),
        ("128B_ATOM_32B", [(5, 7), (6, 8)]),
        ("128B_ATOM_32B_FLIP_8B", [(5, 7), (6, 8), (3, 7)]),
        ("128B_ATOM_64B", [(6, 7)]),
        ("96B", [(4, 7)]),
    ],
)
def test_swizzles_exchange_address_bits(mode, pairs):
    face = hardware.get(f"CU_TENSOR_MAP_SWIZZLE_{mode}")["addr"].linear
    for address in range(face.size):
        expected = address
        for low, high in pairs:
            expected ^= (address >> high & 1) << low
        assert face(addr=address) == {"addr": expected}
        assert face(addr=expected) == {"addr": address}


def test_mfma_puts_the_block_of_a_lane_into_its_high_bits():
    checks = 0
    for entry, operand in family("mfma"):
        if "block" in operand.outs or "f8f6f4" in entry.name:
            continue
        m, n, k = entry.shape
        if operand.role in "AB":
            run = k * m // 64
            row = "m" if operand.role == "A" else "n"
            for lane, r, _, point in held(operand, 64, run):
                assert point == {row: lane % m, "k": run * (lane // m) + r}
        elif operand.dtype == "f64":
            for lane, r, _, point in held(operand, 64, 4):
                assert point == {"n": lane % 16, "m": lane // 16 + 4 * r}
        else:
            for lane, r, _, point in held(operand, 64, m * n // 64):
                assert point == {"n": lane % n, "m": 4 * (lane // n) + r % 4 + 256 // n * (r // 4)}
        checks += 1
    assert checks > 40


def test_wmma_of_two_generations():
    for entry, operand in family("wmma"):
        if entry.arch == "gfx1250":
            continue
        old = entry.arch == "rdna3"
        registers = dict(operand.linear.in_dims)["register"]
        assert registers == (16 if old and operand.role != "C" else 8)
        for lane, r, _, point in held(operand, 32, registers):
            if operand.role == "C":
                assert point == {"n": lane % 16, "m": lane // 16 + 2 * r if old else 8 * (lane // 16) + r}
            else:
                row = "m" if operand.role == "A" else "n"
                if old:
                    k = r
                elif operand.bits == 16:
                    k = r % 4 + 4 * (lane // 16) + 8 * (r // 4)
                else:
                    k = 8 * (lane // 16) + r
                assert point == {row: lane % 16, "k": k}


@pytest.mark.parametrize("mask", [1, 2, 4, 8, 16])
def test_butterflies_are_affine(mask):
    face = hardware.get(f"shfl.sync.bfly.b32.{mask}")["source"].affine
    assert [face(lane=lane)["src_lane"] for lane in range(32)] == [lane ^ mask for lane in range(32)]


def test_amx_and_dpas():
    """Byte b of row r: A is row-major, B has groups of 4 bytes along K, C is row-major."""
    for name, width in (("tdpbf16ps", 2), ("tdpbssd", 1)):
        entry = hardware.get(name)
        for row in range(16):
            for byte in range(64):
                assert entry["A"].linear(row=row, byte=byte) == {"m": row, "k": byte // width}
                k = row * (4 // width) + byte % 4 // width
                assert entry["B"].linear(row=row, byte=byte) == {"k": k, "n": byte // 4}
                if "C" in entry.operands:
                    assert entry["C"].linear(row=row, byte=byte) == {"m": row, "n": byte // 4}
    for lanes in (8, 16):
        for lane, r, _, point in held(hardware.get(f"dpas.exec{lanes}")["C"], lanes, 8):
            assert point == {"m": r, "n": lane}


@pytest.mark.parametrize("kind", ["mma", "mfma", "wmma"])
def test_every_element_of_an_operand_is_held(kind):
    for entry, operand in family(kind):
        if operand.role in "ABC":
            assert operand.linear.is_surjective(), (entry.name, operand.role)
            copies = operand.linear.size // (2 ** operand.linear.get_total_out_dim_size_log2())
            assert copies == (2 if entry.arch == "rdna3" and operand.role != "C" else 1)
