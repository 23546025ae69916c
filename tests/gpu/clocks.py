"""Wavefronts from clocks: a warp's access in a loop, and how many cycles more of it cost.

Shared memory gives one wavefront a cycle.  A multiprocessor that does nothing but the access takes, for each of them,
at least as many cycles as it has wavefronts; time can be lost, never gained.  It is measured in two ways: ``alone``,
by enough warps to hide the latency, and ``beside`` an access of many wavefronts that hides what a single instruction
costs to issue.  The smaller figure counts.

What a clock can not tell: where an access returns more data than its wavefronts carry (lanes that share words), the
way back may take longer than they do.  Hardware counters can, see ``nsight``.
"""

from accesses import FORMS, SPAN
from ptx import at, declare, group, identifier, kernel, pointers

__all__ = ["COPIES", "TOLERANCE", "close", "figures", "probe_kernel", "probe_name", "slope"]

COPIES = 8
WARPS = 16
FILLER_STRIDE = 128
"""The access beside: every lane in bank 0, a wavefront for each lane that takes part."""
ROUNDS = (32, 160)
REPEATS = 5
TOLERANCE = (0.25, 0.02)
"""A figure is the integer n if it is n within 0.25 + 0.02 n."""


def probe_name(form, filler=False):
    return identifier(f"probe_{form}{'_beside' if filler else ''}")


def _registers(form, copy):
    _, count, _ = FORMS[form]
    kind = "b64" if "b64" in form else "b16" if "b16" in form and "matrix" not in form else "b32"
    if ".b8" in form:
        kind = "b16"  # the narrowest registers have 16 bits
    return [f"%v{copy}_{i}" for i in range(count)], kind


def _access(form, copy):
    """Return one copy of an access, SPAN bytes further than the one before."""
    names, _ = _registers(form, copy)
    place = f"[%address+{SPAN * copy}]"
    values = group(names) if len(names) > 1 or "matrix" in form else names[0]
    op, _, rest = form.partition(".")
    if "matrix" in form:
        operands = (values, place) if op == "ldmatrix" else (place, values)
        return f"    {form} {', '.join(operands)};"
    if op in ("ld", "st"):
        form = f"{op}.volatile.{rest}"
    operands = {"ld": (values, place), "st": (place, values), "red": (place, values), "atom": (values, place, "%lane")}
    return f"    {form} {', '.join(operands[op])};"


def _filler(form, copy):
    if form.startswith(("st", "red")):
        return f"    st.volatile.shared.b32 [%beside+{SPAN * copy}], %lane;"
    return f"    ld.volatile.shared.b32 %f{copy}, [%beside+{SPAN * copy}];"


def _used(name, kind):
    """Return the addition of a register to the sum; of 8 bytes both halves, as one alone would be loaded alone."""
    if kind != "b64":
        return [f"    cvt.u32.u{kind[1:]} %part, {name};", "    xor.b32 %sum, %sum, %part;"]
    return [f"    mov.b64 {{%part, %upper}}, {name};"] + [
        f"    xor.b32 %sum, %sum, {half};" for half in ("%part", "%upper")
    ]


def probe_kernel(form, filler=False):
    """Cycles of ``rounds`` times COPIES accesses by all warps, to ``cycles``.

    ``offsets`` has the byte offset of each lane, 0xFFFFFFFF for none; such a lane stays out of the loop.  Results are
    used, or nothing would be loaded, and ``nothing`` is 0, which no compiler knows.
    """
    loads = form.startswith(("ld", "atom"))
    held = [_registers(form, copy) for copy in range(COPIES)]
    body = [
        f"    .shared .align 128 .b8 span[{SPAN * COPIES}];",
        declare([name for names, _ in held for name in names], held[0][1]),
        declare([f"%f{copy}" for copy in range(COPIES)], "b32"),
        declare(["%lane", "%base", "%address", "%beside", "%offset", "%rounds", "%nothing", "%sum", "%part", "%upper"],
                "u32"),
        declare(["%start", "%end"], "b64"), declare(["%on", "%again", "%first"], "pred"),
        *pointers("offsets", "cycles", "sink"),
        "    ld.param.u32 %rounds, [rounds];", "    ld.param.u32 %nothing, [nothing];",
        "    mov.u32 %base, %tid.x;", at("sink", "%base", 4), "    and.b32 %lane, %base, 31;",
        at("offsets", "%lane", 4), "    ld.global.u32 %offset, [%p_offsets];",
        "    setp.ne.u32 %on, %offset, 0xFFFFFFFF;", "    @!%on mov.u32 %offset, 0;",
        "    mov.u32 %base, span;", "    add.u32 %address, %base, %offset;",
        f"    mad.lo.u32 %beside, %lane, {FILLER_STRIDE}, %base;", "    mov.u32 %sum, %nothing;",
    ]  # fmt: skip
    for names, kind in held:
        body += [f"    cvt.u{kind[1:]}.u32 {name}, %lane;" for name in names]
    body += [f"    mov.u32 %f{copy}, 0;" for copy in range(COPIES)]
    body += ["    bar.sync 0;", "    mov.u64 %start, %clock64;"]
    body += ["    @!%on bra DONE;"] * ("matrix" not in form)
    body += ["LOOP:", '    .pragma "nounroll";']
    for copy in range(COPIES):
        body += [_filler(form, copy)] * filler + [_access(form, copy)]
    for copy, (names, kind) in enumerate(held):
        body += [line for name in names for line in _used(name, kind)] * loads
        body += [f"    xor.b32 %sum, %sum, %f{copy};"] * filler
    body += [
        "    xor.b32 %address, %address, %nothing;", "    xor.b32 %beside, %beside, %nothing;",
        "    sub.u32 %rounds, %rounds, 1;", "    setp.ne.u32 %again, %rounds, 0;", "    @%again bra LOOP;", "DONE:",
        "    bar.sync 0;", "    mov.u64 %end, %clock64;", "    sub.u64 %end, %end, %start;",
        "    st.global.b32 [%p_sink], %sum;", "    mov.u32 %base, %tid.x;", "    setp.eq.u32 %first, %base, 0;",
        "    @%first st.global.b64 [%p_cycles], %end;",
    ]  # fmt: skip
    params = [("u64", name) for name in ("offsets", "cycles", "sink")] + [("u32", "rounds"), ("u32", "nothing")]
    return kernel(probe_name(form, filler), params, body, threads=32 * WARPS)


def slope(machine, form, offsets, filler=False, warps=WARPS):
    """Return the cycles of one access more, the access beside it included; of several launches the quickest."""
    least = [min([machine.probe(form, filler, offsets, rounds, warps) for _ in range(REPEATS)]) for rounds in ROUNDS]
    return (least[1] - least[0]) / ((ROUNDS[1] - ROUNDS[0]) * COPIES * warps)


def figures(machine, access, filler_alone):
    """Return the cycles of an access alone, and beside one that takes ``filler_alone`` cycles."""
    alone = slope(machine, access.form, access.offsets)
    beside = slope(machine, access.form, access.offsets, filler=True) - filler_alone
    return {"alone": round(alone, 4), "beside": round(beside, 4), "one_warp": round(
        slope(machine, access.form, access.offsets, warps=1), 4)}  # fmt: skip


def figure(found):
    return min(found["alone"], found["beside"])


def close(found, wavefronts):
    """Tell whether the smaller figure is this integer, within the tolerance."""
    fixed, share = TOLERANCE
    return abs(figure(found) - wavefronts) <= fixed + share * wavefronts


def filler_cycles(machine, form, offsets):
    """Return the cycles of the access beside by itself, by the lanes that take part, as a load or as a store."""
    alone = "st.shared.b32" if form.startswith(("st", "red")) else "ld.shared.b32"
    places = [None if offset is None else FILLER_STRIDE * lane for lane, offset in enumerate(offsets)]
    return slope(machine, alone, tuple(places))


def assembled_forms(target):
    """Return the forms that a target has."""
    number = int("".join([letter for letter in target if letter.isdigit()]))
    return [
        form for form in FORMS
        if not (form.startswith("stmatrix") and number < 90) and not (form.startswith("ldmatrix") and number < 75)
    ]  # fmt: skip
