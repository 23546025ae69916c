"""PTX text from the entries of the hardware tables.

An instruction is written from its entry alone: the name is the entry's, and the registers of each operand are counted
from its layout.  So an assembler that takes the text has checked the name and the counts.  Every kernel has
pointers to 32-bit words as its parameters, and reads and writes the words of a lane side by side.
"""

import re

from layouts.hardware.arch import machine, machines

__all__ = [
    "identifier",
    "instruction",
    "kernels_of",
    "module",
    "register_type",
    "targets",
    "words_of",
]

SMEM_BYTES = 4096
"""The shared memory of the kernels of ldmatrix and stmatrix."""


# -- registers ---------------------------------------------------------------------------------------------------------


def elements_of(operand):
    """Return how many elements of an operand a lane holds."""
    if operand.bases is None:
        return operand.cute[1].size // operand.unit
    return dict(operand.affine.linear.in_dims).get("register", 1)


def words_of(operand):
    """Return the 32-bit words of an operand that a lane holds."""
    bits = elements_of(operand) * operand.bits
    return -(-bits // 32)


def register_type(operand):
    """Return the PTX type of the registers of an operand."""
    return {"f32": "f32", "f64": "f64"}.get(operand.dtype, "b32")


def registers(operand, prefix, twice=False):
    """Return the names of the registers of an operand; ``twice`` as many as there are is the negative control."""
    count = words_of(operand) // (2 if operand.bits == 64 else 1)
    return [f"%{prefix}{i}" for i in range(count << twice)]


def group(names):
    return "{" + ", ".join(names) + "}"


def declare(names, kind):
    return f"    .reg .{kind} {', '.join(names)};"


def move(names, kind, address, store=False, step=None):
    """Return the loads or stores of registers side by side in global memory."""
    step = step or (8 if kind == "f64" else 4)
    if store:
        return [f"    st.global.{kind} [{address}+{step * i}], {name};" for i, name in enumerate(names)]
    return [f"    ld.global.{kind} {name}, [{address}+{step * i}];" for i, name in enumerate(names)]


# -- kernels -----------------------------------------------------------------------------------------------------------


def identifier(text):
    """Return a name for a kernel."""
    return "k_" + re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")


def kernel(name, params, body, threads=32):
    """Return a kernel whose parameters are (type, name)."""
    listed = ",\n".join([f"    .param .{kind} {param}" for kind, param in params])
    lines = "\n".join(body)
    return f".visible .entry {name}(\n{listed}\n)\n.maxntid {threads}, 1, 1\n{{\n{lines}\n    ret;\n}}\n"


def version(target):
    """Return the version of PTX that is written for a target, as early a one as may be."""
    if target.startswith(("sm_110", "sm_88")):
        return "9.0"
    return "8.8" if target.startswith(("sm_103", "sm_121")) else "8.7"


def module(target, kernels):
    """Return a module; kernels of wgmma use one array of dynamic shared memory."""
    head = f".version {version(target)}\n.target {target}\n.address_size 64\n"
    return head + ".extern .shared .align 1024 .b8 dynamic[];\n\n" + "\n".join(kernels)


def pointers(*names):
    """Return the loads of pointers in global memory, to ``%p_`` registers."""
    lines = [declare([f"%p_{name}" for name in names], "b64")]
    for name in names:
        lines.append(f"    ld.param.u64 %p_{name}, [{name}];")
        lines.append(f"    cvta.to.global.u64 %p_{name}, %p_{name};")
    return lines


def at(pointer, index, size):
    """Return the addition of ``index * size`` bytes to a pointer."""
    return f"    mad.wide.u32 %p_{pointer}, {index}, {size}, %p_{pointer};"


def blocks(width):
    """Return the numbers of the lane, of both patterns, and of the place in the output, in units of lanes."""
    return [
        declare(["%lane", "%first", "%second", "%place", "%across", "%slot_a", "%slot_b"], "u32"),
        "    mov.u32 %lane, %tid.x;",
        "    mov.u32 %first, %ctaid.x;",
        "    mov.u32 %second, %ctaid.y;",
        "    mov.u32 %across, %nctaid.x;",
        "    mad.lo.u32 %place, %second, %across, %first;",
        f"    mad.lo.u32 %place, %place, {width}, %lane;",
        f"    mad.lo.u32 %slot_a, %first, {width}, %lane;",
        f"    mad.lo.u32 %slot_b, %second, {width}, %lane;",
    ]


# -- instructions ------------------------------------------------------------------------------------------------------


def instruction(entry, wrong=None):
    """Return (declarations, instruction) of an entry of mma, a matrix move or tcgen05.ld and .st.

    ``wrong`` is an operand with twice the registers that it has, for a negative control.
    """
    names = {
        role: registers(operand, role.lower(), role == wrong)
        for role, operand in entry.operands.items()
        if role in ("A", "B", "C", "R")
    }
    lines = [declare(regs, register_type(entry[role])) for role, regs in names.items()]
    if entry.family in ("mma", "mma.sp"):
        return _mma(entry, names, lines)
    if entry.family == "movmatrix":
        lines.append(declare(["%moved"], "b32"))
        return lines, f"    {entry.name} %moved, {', '.join(names['R'])};"
    if entry.family in ("ldmatrix", "stmatrix"):
        parts = [group(names["R"]), "[%address]"]
    else:
        parts = [group(names["R"]), "[%taddr]"]
        if "16x32bx2" in entry.name:
            parts.append(str(words_of(entry["R"])))  # immHalfSplitoff, as the entry has it
    if entry.family in ("stmatrix", "tcgen05.st"):
        memory, *rest = parts[1:]
        parts = [memory, *rest, parts[0]]
    return lines, f"    {entry.name} {', '.join(parts)};"


def _mma(entry, names, lines):
    results = [name.replace("%c", "%d") for name in names["C"]]
    lines.append(declare(results, register_type(entry["C"])))
    parts = [group(regs) for regs in (results, names["A"], names["B"], names["C"])]
    if "E" in entry.operands:
        lines.append(declare(["%e"], "b32"))
        parts += ["%e", "0"]  # the sparsity selector, as the entries have it
    if "SFA" in entry.operands:
        lines.append(declare(["%sfa", "%sfb"], "b32"))
        lines.append(declare(["%zero"], "u16"))
        lines.append("    mov.u16 %zero, 0;")
        parts += ["%sfa", "{%zero, %zero}", "%sfb", "{%zero, %zero}"]
    return lines, f"    {entry.name} {', '.join(parts)};"


def multiply_kernel(entry, wrong=None):
    """mma.sync: block (x, y) multiplies pattern x of A with pattern y of B, adds C, and writes D.

    Metadata of a sparse A goes with A, scale factors with the operand that they scale.
    """
    lines, text = instruction(entry, wrong)
    scales = ("sfa", "sfb") if "SFA" in entry.operands else ()
    metadata = ("e",) if "E" in entry.operands else ()
    names = {role: registers(entry[role], role.lower(), role == wrong) for role in "ABC"}
    body = [*lines, *blocks(32), *pointers("a", "b", "c", "d", *metadata, *scales)]
    for role, slot in (("A", "%slot_a"), ("B", "%slot_b"), ("C", "%lane")):
        low, kind = role.lower(), register_type(entry[role])
        body += [at(low, slot, 4 * words_of(entry[role])), *move(names[role], kind, f"%p_{low}")]
    for low, slot in (*zip(scales, ("%slot_a", "%slot_b"), strict=False), *[(low, "%slot_a") for low in metadata]):
        body += [at(low, slot, 4), f"    ld.global.b32 %{low}, [%p_{low}];"]
    kind = register_type(entry["C"])
    body += [text, at("d", "%place", 4 * words_of(entry["C"]))]
    body += move([name.replace("%c", "%d") for name in names["C"]], kind, "%p_d", store=True)
    params = [("u64", name) for name in ("a", "b", "c", "d", *metadata, *scales)]
    return kernel(identifier(entry.name), params, body)


def _copy(into_shared):
    """Return the copy between the words of ``memory`` and the shared memory, 4 bytes a lane at a time."""
    lines = [declare(["%word"], "b32")]
    for start in range(0, SMEM_BYTES, 128):
        there, here = f"[%p_memory+{start}]", f"[%mine+{start}]"
        if into_shared:
            lines += [f"    ld.global.b32 %word, {there};", f"    st.shared.b32 {here}, %word;"]
        else:
            lines += [f"    ld.shared.b32 %word, {here};", f"    st.global.b32 {there}, %word;"]
    return lines


def _address():
    return [
        declare(["%lane", "%base", "%mine", "%address", "%offset"], "u32"),
        f"    .shared .align 128 .b8 tile[{SMEM_BYTES}];",
        "    mov.u32 %lane, %tid.x;",
        "    mov.u32 %base, tile;",
        "    mad.lo.u32 %mine, %lane, 4, %base;",
        *pointers("memory", "offsets", "words"),
        at("memory", "%lane", 4),
        at("offsets", "%lane", 4),
        "    ld.global.u32 %offset, [%p_offsets];",
        "    add.u32 %address, %base, %offset;",
    ]


def matrix_kernel(entry, wrong=None):
    """ldmatrix and stmatrix: ``memory`` is copied in; the fragment is in ``words``; for stores it is copied out."""
    lines, text = instruction(entry, wrong)
    regs = registers(entry["R"], "r", wrong == "R")
    body = [*_address(), *lines, at("words", "%lane", 4 * words_of(entry["R"])), *_copy(True), "    bar.sync 0;"]
    if entry.family == "ldmatrix":
        body += [text, *move(regs, "b32", "%p_words", store=True)]
    else:
        copy_out = _copy(False)[1:]
        body += [*move(regs, "b32", "%p_words"), text, "    bar.sync 0;", *copy_out]
    params = [("u64", name) for name in ("memory", "offsets", "words")]
    return kernel(identifier(entry.name), params, body)


def lane_kernel(entry, wrong=None):
    """movmatrix and shfl: a word of each lane in, a word out."""
    body = [declare(["%lane"], "u32"), "    mov.u32 %lane, %tid.x;", *pointers("words", "out")]
    body += [at("words", "%lane", 4), at("out", "%lane", 4)]
    if entry.family == "shfl":
        name, _, mask = entry.name.rpartition(".")
        body.append(declare(["%r0", "%moved"], "b32"))
        text = f"    {name} %moved, %r0, {mask}, 31, 0xffffffff;"
    else:
        lines, text = instruction(entry, wrong)
        body += lines
    body += ["    ld.global.b32 %r0, [%p_words];", text, "    st.global.b32 [%p_out], %moved;"]
    return kernel(identifier(entry.name), [("u64", "words"), ("u64", "out")], body)


# -- tensor memory -----------------------------------------------------------------------------------------------------

TMEM_COLUMNS = 512


def tensor_memory_kernel(entry, wrong=None):
    """tcgen05.ld and .st: one warp; the columns of its 32 lanes are filled with ``tile``, and written back after it.

    ``tile`` is (column, lane).  The plain shape 32x32b.x1 fills and reads back: word (column, lane) of the tile is
    the word of that lane and column.  A load writes its registers to ``words``, a store takes them from there.
    """
    lines, text = instruction(entry, wrong)
    load = entry.family == "tcgen05.ld"
    regs = registers(entry["R"], "r", wrong == "R")
    one = "32x32b.x1.b32"
    body = [
        *lines, declare(["%lane", "%base", "%taddr", "%col", "%here"], "u32"), declare(["%word"], "b32"),
        declare(["%more"], "pred"), declare(["%p_at"], "b64"), "    .shared .align 16 .b8 handle[16];",
        "    mov.u32 %lane, %tid.x;", "    mov.u32 %base, handle;",
        *pointers("tile", "words"), at("tile", "%lane", 4), at("words", "%lane", 4 * words_of(entry["R"])),
        f"    tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 [%base], {TMEM_COLUMNS};",
        "    bar.sync 0;", "    ld.shared.u32 %taddr, [%base];",
        "    mov.u32 %col, 0;", "    mov.b64 %p_at, %p_tile;", "FILL:",
        "    ld.global.b32 %word, [%p_at];", "    add.u32 %here, %taddr, %col;",
        f"    tcgen05.st.sync.aligned.{one} [%here], {{%word}};", "    add.u32 %col, %col, 1;",
        "    add.u64 %p_at, %p_at, 128;", f"    setp.lt.u32 %more, %col, {TMEM_COLUMNS};", "    @%more bra FILL;",
        "    tcgen05.wait::st.sync.aligned;",
    ]  # fmt: skip
    if load:
        body += [text, "    tcgen05.wait::ld.sync.aligned;", *move(regs, "b32", "%p_words", store=True)]
    else:
        body += [*move(regs, "b32", "%p_words"), text, "    tcgen05.wait::st.sync.aligned;"]
    body += [
        "    mov.u32 %col, 0;", "    mov.b64 %p_at, %p_tile;", "BACK:", "    add.u32 %here, %taddr, %col;",
        f"    tcgen05.ld.sync.aligned.{one} {{%word}}, [%here];", "    tcgen05.wait::ld.sync.aligned;",
        "    st.global.b32 [%p_at], %word;", "    add.u32 %col, %col, 1;", "    add.u64 %p_at, %p_at, 128;",
        f"    setp.lt.u32 %more, %col, {TMEM_COLUMNS};", "    @%more bra BACK;", "    bar.sync 0;",
        f"    tcgen05.dealloc.cta_group::1.sync.aligned.b32 %taddr, {TMEM_COLUMNS};",
        "    tcgen05.relinquish_alloc_permit.cta_group::1.sync.aligned;",
    ]  # fmt: skip
    return kernel(identifier(entry.name), [("u64", "tile"), ("u64", "words")], body)


# -- which kernels, and for which machines -----------------------------------------------------------------------------

_WRITERS = {
    "mma": multiply_kernel,
    "mma.sp": multiply_kernel,
    "ldmatrix": matrix_kernel,
    "stmatrix": matrix_kernel,
    "movmatrix": lane_kernel,
    "shfl": lane_kernel,
    "tcgen05.ld": tensor_memory_kernel,
    "tcgen05.st": tensor_memory_kernel,
}


def kernels_of(entry, wrong=None):
    """Return the kernels of an entry of a family other than wgmma, whose kernels are in ``warpgroup``."""
    return [_WRITERS[entry.family](entry, wrong)]


def targets(entry):
    """Return the targets of PTX that an entry is said to have: ``sm_80``, ``sm_90a``.

    >>> from layouts import hardware
    >>> targets(hardware.get("SM89_16x8x32_F32E4M3E4M3F32_TN"))[:3]
    ['sm_89', 'sm_90', 'sm_100']
    """
    suffix = {machine(part): part[-1] for part in entry.arch.split() if part.endswith(("a", "f")) and part != "nvidia"}
    found = sorted(machines(entry.arch), key=lambda name: int(name[2:]))
    return [f"sm_{name[2:]}{suffix.get(name, '')}" for name in found]
