"""wgmma: its kernels, its operands in shared memory behind descriptors, and what it shows of its layouts.

An operand lies in shared memory as ``rule("nv.smem_desc.wgmma")`` and the canonical layouts of the tables say, with the
swizzle on absolute byte addresses (the tiles start at multiples of 1024).  The leading and the stride byte offsets are
chosen in two ways each, so that an exchange of the two is seen.
"""

import re

import numpy as np
from bitpatterns import decode, digits_of, one, pack, planes, undigits, unpack
from fragment_tables import coordinates
from ptx import (
    at,
    blocks,
    declare,
    elements_of,
    group,
    identifier,
    kernel,
    move,
    pointers,
    register_type,
    registers,
    words_of,
)

from layouts import Layout, Swizzle, hardware, parse

__all__ = [
    "CASES",
    "accumulator_mismatch",
    "canonical",
    "descriptor",
    "kernel_name",
    "memory_mismatch",
    "register_mismatch",
    "strides",
    "warpgroup_kernel",
]

SWIZZLES = {"none": 0, "32B": 1, "64B": 2, "128B": 3}
TRANSPOSABLE = ("f16", "bf16")
PLACE_B = 65536
"""Where B starts in the shared memory, after A."""


# -- kernels -----------------------------------------------------------------------------------------------------------


def kernel_name(entry, source="SS", majors="KK"):
    return identifier(f"{entry.name}_{source}_{majors}")


def _tail(entry, source, majors):
    """Return the operands after the descriptors: scale-d, and the immediates that the types have."""
    parts = ["%keep"]
    if entry["C"].dtype != "s32":
        parts += ["1", "1"]
        if entry["A"].dtype in TRANSPOSABLE:
            trans = [str(int(major == "M")) for major in majors]
            parts += trans if source == "SS" else trans[1:]
    return parts


def _fill(pointer, size, start):
    """Return the copy of ``size`` bytes to the shared memory from ``start`` on, 4 bytes a thread at a time."""
    return [
        "    {",
        declare(["%from"], "b64"), declare(["%done", "%to"], "u32"), declare(["%value"], "b32"),
        declare(["%less"], "pred"), "    shl.b32 %done, %lane, 2;", f"    mad.wide.u32 %from, %lane, 4, %p_{pointer};",
        f"    add.u32 %to, {start}, %done;", "AGAIN:", f"    setp.lt.u32 %less, %done, {size};",
        "    @!%less bra END;", "    ld.global.b32 %value, [%from];", "    st.shared.b32 [%to], %value;",
        "    add.u32 %done, %done, 512;", "    add.u32 %to, %to, 512;", "    add.u64 %from, %from, 512;",
        "    bra AGAIN;", "END:", "    }",
    ]  # fmt: skip


def warpgroup_kernel(entry, source="SS", majors="KK", wrong=None):
    """Block (x, y) multiplies pattern x of A with pattern y of B; D starts as NaN or -1 and must be overwritten.

    The descriptors come without the address, which is added here; ``size_a`` and ``size_b`` are multiples of 4.
    """
    C = entry["C"]
    results = registers(C, "d", wrong == "C")
    kind = register_type(C)
    body = [
        declare(results, kind), declare(["%desc_a", "%desc_b", "%wide"], "b64"), declare(["%keep"], "pred"),
        declare(["%base", "%base_b", "%size_a", "%size_b"], "u32"),
        *blocks(128), *pointers("a", "b", "d"), at("d", "%place", 4 * words_of(C)),
        "    ld.param.u32 %size_a, [size_a];", "    ld.param.u32 %size_b, [size_b];",
        "    ld.param.u64 %desc_a, [desc_a];", "    ld.param.u64 %desc_b, [desc_b];",
        "    mov.u32 %base, dynamic;", "    add.u32 %base, %base, 1023;", "    and.b32 %base, %base, 0xFFFFFC00;",
        f"    add.u32 %base_b, %base, {PLACE_B};", at("b", "%second", "%size_b"),
    ]  # fmt: skip
    if source == "SS":
        body += [at("a", "%first", "%size_a"), *_fill("a", "%size_a", "%base")]
        first = "%desc_a"
    else:
        held = registers(entry["A"], "a", wrong == "A")
        body += [declare(held, "b32"), at("a", "%slot_a", 4 * words_of(entry["A"])), *move(held, "b32", "%p_a")]
        first = group(held)
    body += _fill("b", "%size_b", "%base_b")
    for base, name in (("%base", "%desc_a"), ("%base_b", "%desc_b")):
        body += [f"    shr.u32 {base}, {base}, 4;", f"    cvt.u64.u32 %wide, {base};"]
        body.append(f"    add.u64 {name}, {name}, %wide;")
    poison = {"f32": "0f7FC00000"}.get(kind, "0xFFFFFFFF")
    body += [f"    mov.{kind} {name}, {poison};" for name in results]
    parts = [group(results), first, "%desc_b", *_tail(entry, source, majors)]
    body += [
        "    setp.ne.u32 %keep, 0, 0;", "    fence.proxy.async;", "    bar.sync 0;",
        "    wgmma.fence.sync.aligned;", f"    {entry.name} {', '.join(parts)};",
        "    wgmma.commit_group.sync.aligned;", "    wgmma.wait_group.sync.aligned 0;",
        *move(results, kind, "%p_d", store=True),
    ]  # fmt: skip
    params = [("u64", "a"), ("u64", "b"), ("u64", "d"), ("u64", "desc_a"), ("u64", "desc_b")]
    params += [("u32", "size_a"), ("u32", "size_b")]
    return kernel(kernel_name(entry, source, majors), params, body, threads=128)


# -- shared memory -----------------------------------------------------------------------------------------------------


def strides(major, swizzle, mn, bits):
    """Return two choices of (leading, stride) byte offsets; an operand of wgmma has 32 bytes of K.

    A core matrix is 8 rows of 16 bytes, an atom 8 rows of 16, 32, 64 or 128 bytes.
    """
    power = SWIZZLES[swizzle]
    atom, along = 128 << power, mn * bits // (128 << power)
    deep = 256 // bits // 8
    if major == "K":
        if swizzle == "none":
            return [(128, 256), (128 * (mn // 8 + 1), 128)]
        return [(16, atom), (16, 2 * atom)]  # the leading offset takes no part: an atom has all of K
    if swizzle == "none":
        return [(128 * (along + 1), 128), (128, 128 * (deep + 1))]
    return [(atom * (deep + 1), atom), (atom, atom * (along + 1))]


def canonical(major, swizzle, mn, bits, leading, stride):
    """Return array[mn, k]: where the element starts, in bits, by the tables' canonical layout."""
    text = hardware.rule("nv.smem_canonical").params[major][swizzle]
    swizzled, _, layout = text.partition(" o ")
    unit, power = 128 // bits, SWIZZLES[swizzle]
    sizes = {"m": mn // 8 if major == "K" else mn // (unit << power), "k": 256 // bits // 8, "T": unit}
    words = {**sizes, "LBO": leading * 8 // bits, "SBO": stride * 8 // bits}
    layout = re.sub(r"(\d+)T", lambda found: str(int(found[1]) * unit), layout)
    layout = parse(re.sub(r"[A-Za-z]+", lambda found: str(words[found[0]]), layout))
    twist = Swizzle(*[int(number) for number in re.findall(r"\d+", swizzled)])
    if not isinstance(layout, Layout) or [mode.size for mode in layout] != [mn, 256 // bits]:
        raise ValueError(f"{text} is not a layout of {mn} x {256 // bits}")
    rows, columns = (np.array([mode(i) for i in range(mode.size)]) for mode in layout)
    places = (rows[:, None] + columns[None, :]) * bits
    several, back = np.unique(places // 8, return_inverse=True)
    moved = np.array([twist(int(byte)) for byte in several])
    return moved[back].reshape(places.shape) * 8 + places % 8


def descriptor(swizzle, leading, stride):
    """Return the descriptor without an address, by the fields of the rule."""
    fields = hardware.rule("nv.smem_desc.wgmma").params
    made = fields["layout_types"][swizzle] << fields["layout_type"][0]
    made |= (leading >> 4) << fields["leading_byte_offset>>4"][0]
    return made | (stride >> 4) << fields["stride_byte_offset>>4"][0]


def in_memory(tiles, places, bits, unit):
    """Return bytes[pattern, address] of tiles of 0 and 1 [pattern, mn, k], with ``unit`` for 1."""
    size = (int(places.max()) + bits + 127) // 128 * 16
    numbers = np.zeros((len(tiles), size * 8 // bits), dtype=np.uint64)
    numbers[:, places // bits] = tiles.astype(np.uint64) * np.uint64(unit)
    return pack(numbers, bits).view(np.uint8)


# -- experiments -------------------------------------------------------------------------------------------------------


class _Setting:
    """Both operands in shared memory: their places, descriptors and bits."""

    def __init__(self, entry, source="SS", major="K", swizzle="none", choice=0, role="B"):
        self.entry, self.source = entry, source
        _, self.n, self.k = entry.shape
        self.bits = entry["A"].bits
        plain = ("K", "none", 0)
        shapes = {"A": 64, "B": self.n}
        self.places, self.descriptors, chosen = {}, {}, {}
        for side, mn in shapes.items():
            chosen[side], mode, way = (major, swizzle, choice) if side == role else plain
            offsets = strides(chosen[side], mode, mn, self.bits)[way]
            self.places[side] = canonical(chosen[side], mode, mn, self.bits, *offsets)
            self.descriptors[side] = descriptor(mode, *offsets)
        self.majors = chosen["A"][0] + chosen["B"][0]

    def run(self, machine, A, B):
        """Return D as numbers [pattern of B, pattern of A, thread, register]; A may be words of registers."""
        b = in_memory(B, self.places["B"], self.bits, one(self.entry["B.shared"]))
        if self.source == "SS":
            A = in_memory(A, self.places["A"], self.bits, one(self.entry["A.shared"]))
        words = machine.warpgroup(
            self.entry, self.source, self.majors, A, b, self.descriptors["A"], self.descriptors["B"]
        )
        C = self.entry["C"]
        return decode(unpack(words, C.bits, elements_of(C)), C.dtype)

    def tile(self, D):
        """Return D as tiles [..., m, n], by the table."""
        C = coordinates(self.entry["C"])
        found = np.full((*D.shape[:-2], 64, self.n), -1.0)
        found[..., C["m"], C["n"]] = D
        return found


def accumulator_mismatch(machine, entry):
    """Return the first register of D that holds another element than the table says, in words, or None."""
    setting = _Setting(entry)
    n, k = setting.n, setting.k
    A, B = np.zeros((7, 64, k)), np.zeros((1 + digits_of(n - 1), n, k))
    A[:6, :, 0], A[6, :, 0] = planes(np.arange(64), 63), 1
    B[1:, :, 0], B[0, :, 0] = planes(np.arange(n), n - 1), 1
    D = setting.run(machine, A, B)
    C = coordinates(entry["C"])
    if not np.all(D[0, 6] == 1):
        return f"{entry.name}: a register of D has no element"
    for name, parts in (("m", D[0, :6]), ("n", D[1:, 6])):
        theirs = undigits(parts)
        wrong = np.argwhere(theirs != C[name])
        if len(wrong):
            thread, register = (int(i) for i in wrong[0])
            return (
                f"{entry.name}: D at thread {thread} register {register} has {name} = {theirs[thread, register]}, by "
                f"the table {C[name][thread, register]} ({len(wrong)} of {theirs.size} differ)"
            )
    return None


def _selecting_b(n, k):
    """Return patterns of B that give D(m, j) = A(m, j + 8 g)."""
    found = np.zeros((k // 8, n, k))
    for pattern in range(k // 8):
        found[pattern, np.arange(8), 8 * pattern + np.arange(8)] = 1
    return found


def _numbers_of_a(D, k):
    """Return the numbers in A [m, k] from D [pattern of B, digit, m, n]."""
    parts = np.moveaxis(D[..., :8], 0, 2)  # digit, m, pattern, j
    return undigits(parts.reshape(parts.shape[0], 64, k))


def register_mismatch(machine, entry):
    """Return the first element of A from registers that is elsewhere than the table says, in words, or None."""
    setting = _Setting(entry, source="RS")
    count = elements_of(entry["A"])
    numbers = np.arange(1, 128 * count + 1).reshape(128, count)
    digits = planes(numbers, numbers.size).astype(np.uint64)
    words = pack(digits * np.uint64(one(entry["A"])), entry["A"].bits)
    D = setting.tile(setting.run(machine, words, _selecting_b(setting.n, setting.k)))
    A = coordinates(entry["A"])
    ours = np.zeros((64, setting.k), dtype=np.int64)
    ours[A["m"], A["k"]] = numbers
    return _cell(entry, "A in registers", ours, _numbers_of_a(D, setting.k))


def memory_mismatch(machine, entry, role, major="K", swizzle="none", choice=0):
    """Return the first element of an operand in shared memory that is not where the tables have it, or None."""
    setting = _Setting(entry, major=major, swizzle=swizzle, choice=choice, role=role)
    n, k = setting.n, setting.k
    rows = 64 if role == "A" else n
    ours = np.arange(1, rows * k + 1).reshape(rows, k)
    digits = planes(ours, ours.size)
    if role == "A":
        theirs = _numbers_of_a(setting.tile(setting.run(machine, digits, _selecting_b(n, k))), k)
    else:
        high = min(64, k)
        A = np.zeros((-(-k // 64), 64, k))
        for pattern in range(len(A)):
            A[pattern, np.arange(high), 64 * pattern + np.arange(high)] = 1
        D = setting.tile(setting.run(machine, A, digits))[:, :, :high]  # digit, pattern, k, n
        theirs = undigits(D.reshape(len(digits), k, n)).T
    return _cell(entry, f"{role} in shared memory, {major}-major, swizzle {swizzle}, offsets {choice}", ours, theirs)


def _cell(entry, what, ours, theirs):
    wrong = np.argwhere(ours != theirs)
    if not len(wrong):
        return None
    row, k = (int(i) for i in wrong[0])
    return (
        f"{entry.name}: {what}: at row {row}, k {k} is the element of number {theirs[row, k]}, by the table "
        f"{ours[row, k]} ({len(wrong)} of {ours.size} differ)"
    )


def _cases():
    """Return (entry, role, major, swizzle, choice): each type, and all swizzles; M stands for MN."""
    found = []
    for entry in hardware.find(family="wgmma"):
        if entry["A"].dtype != entry["B.shared"].dtype or entry.shape[1] not in (8, 64):
            continue
        majors = ("K", "MN") if entry["A"].dtype in TRANSPOSABLE else ("K",)
        for role, mn in (("A", 64), ("B", entry.shape[1])):
            if role == "A" and mn != entry.shape[1]:
                continue
            for major in majors:
                for swizzle, power in SWIZZLES.items():
                    if major == "MN" and mn % ((128 << power) // entry["A"].bits):
                        continue
                    found += [(entry, role, major, swizzle, choice) for choice in (0, 1)]
    return found


CASES = _cases()
