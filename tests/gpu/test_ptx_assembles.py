"""PTX written from the entries of the tables is taken by the real assembler, for every machine that an entry names.

That shows that names, register counts and machines of the entries are real.  It needs no GPU.
"""

import re
from collections import Counter

import assembler
import clocks
import ptx
import pytest
import warpgroup
from gpu import WARP_FAMILIES

from layouts import hardware

pytestmark = pytest.mark.skipif(bool(assembler.missing()), reason=assembler.missing() or "-")

ENTRIES = [entry for family in WARP_FAMILIES for entry in hardware.find(family=family)]
WGMMA = hardware.find(family="wgmma")
TARGETS = sorted({target for entry in ENTRIES for target in ptx.targets(entry)})
VOLTA = [entry.name for entry in ENTRIES if entry.arch == "sm70 sm72"]


def program(target):
    try:
        return assembler.program_for(target)
    except assembler.NoAssemblerError:
        pytest.skip(f"no assembler here lists {target}")


def texts(entries, wrong=None):
    return [text for entry in entries for text in ptx.kernels_of(entry, wrong)]


def not_refused(entries, target, wrong=None):
    said = assembler.complaints(ptx.module(target, texts(entries, wrong)), target)
    return [entry.name for entry in entries if ptx.identifier(entry.name) not in said]


def test_every_instruction_of_nvidia_is_written():
    """What is left out is no instruction: places in memories, and tcgen05.mma, whose entries are of accumulators."""
    every = (*hardware.find(), *hardware.find(operand="E"))
    nvidia = {entry.family for entry in every if entry.arch.startswith(("sm", "nvidia"))}
    others = {"smem_atom", "swizzle", "blockscale", "tcgen05.mma", "tcgen05.scales"}
    assert nvidia == {*WARP_FAMILIES, "wgmma"} | others


@pytest.mark.parametrize("target", TARGETS)
def test_names_and_register_counts_assemble_for_every_machine_of_an_entry(target):
    program(target)
    entries = [entry for entry in ENTRIES if target in ptx.targets(entry)]
    cubin = assembler.assemble(ptx.module(target, texts(entries)), target, level=0)
    assert cubin[:4] == b"\x7fELF"
    assert all(ptx.identifier(entry.name).encode() in cubin for entry in entries)


def test_every_wgmma_is_taken_for_hopper():
    """All are read, which checks names and counts; code is made of the smaller ones and of the largest of a kind."""
    program("sm_90a")
    assembler.check(ptx.module("sm_90a", [warpgroup.warpgroup_kernel(entry) for entry in WGMMA]), "sm_90a")
    kernels = [warpgroup.warpgroup_kernel(entry) for entry in WGMMA if entry.shape[1] in (8, 24, 64)]
    kernels += [warpgroup.warpgroup_kernel(entry) for entry in WGMMA if entry.shape[1:] == (256, 16)]
    for entry in WGMMA:
        if entry.shape[1] == 8:
            kernels.append(warpgroup.warpgroup_kernel(entry, "RS"))
        if entry.shape[1] in (8, 64) and entry["A"].dtype in warpgroup.TRANSPOSABLE:
            kernels += [warpgroup.warpgroup_kernel(entry, "SS", majors) for majors in ("MK", "KM")]
    assert assembler.assemble(ptx.module("sm_90a", kernels), "sm_90a", level=0)[:4] == b"\x7fELF"


@pytest.mark.parametrize("target", ["sm_70", "sm_75", "sm_80", "sm_89", "sm_90", "sm_120"])
def test_a_machine_that_an_entry_does_not_name_refuses_it(target):
    """The products for quad pairs are said to be Volta's, and the assembler has them for later machines as well."""
    program(target)
    absent = [entry for entry in ENTRIES if target not in ptx.targets(entry)]
    assert not_refused(absent, target) == (VOLTA if target != "sm_70" else [])


@pytest.mark.parametrize("target", ["sm_100a", "sm_120a"])
def test_instructions_of_blackwell_are_of_the_family_that_is_named(target):
    program(target)
    absent = [e for e in ENTRIES if target not in ptx.targets(e) and "a" in e.arch]
    absent = [e for e in absent if not e.family.startswith("mma") or "block_scale" in e.name or "e2m1" in e.name]
    assert [e.name for e in absent if target not in ptx.targets(e)]
    assert not_refused([e for e in absent if e.arch != "nvidia"], target) == []


@pytest.mark.parametrize("role", ["A", "B", "C", "R"])
@pytest.mark.parametrize("target", ["sm_70", "sm_90", "sm_100a", "sm_120a"])
def test_twice_the_registers_are_refused(target, role):
    program(target)
    entries = [
        entry
        for entry in ENTRIES
        if role in entry.operands and entry.family not in ("movmatrix", "shfl") and target in ptx.targets(entry)
    ]
    assert entries or (target, role) in {("sm_70", "R"), *[("sm_100a", part) for part in "ABC"]}
    assert not_refused(entries, target, role) == []


@pytest.mark.parametrize("role", ["A", "C"])
def test_twice_the_registers_are_refused_for_wgmma(role):
    program("sm_90a")
    entries = [entry for entry in WGMMA if entry.shape[1] in (8, 24, 64, 128, 256)]
    kernels = [warpgroup.warpgroup_kernel(entry, "RS", wrong=role) for entry in entries]
    said = assembler.complaints(ptx.module("sm_90a", kernels), "sm_90a")
    assert set(said) == {warpgroup.kernel_name(entry, "RS") for entry in entries}
    assert all("mismatch" in words for words in said.values())


@pytest.mark.parametrize("target", ["sm_90", "sm_100a", "sm_120a"])
def test_wgmma_is_of_hopper_alone(target):
    program(target)
    with pytest.raises(assembler.RefusedByAssemblerError, match="wgmma"):
        assembler.assemble(ptx.module(target, [warpgroup.warpgroup_kernel(WGMMA[0])]), target)


def test_no_load_of_32_bytes_from_shared_memory():
    """On sm100 global memory has it, shared memory does not (E6)."""
    program("sm_103a")

    def text(space):
        regs = [f"%r{i}" for i in range(8)]
        body = [ptx.declare(regs, "b32"), *ptx.pointers("p"), "    .shared .align 32 .b8 tile[1024];"]
        place = "%p_p" if space == "global" else "tile"
        body += [f"    ld.{space}.v8.b32 {ptx.group(regs)}, [{place}];", *ptx.move(regs, "b32", "%p_p", store=True)]
        return ptx.module("sm_103a", [ptx.kernel("wide", [("u64", "p")], body)])

    assert assembler.assemble(text("global"), "sm_103a")
    with pytest.raises(assembler.RefusedByAssemblerError):
        assembler.assemble(text("shared"), "sm_103a")


# -- the kernels that take time ----------------------------------------------------------------------------------------

_MEMORY = re.compile(r"\b((?:LDSM|STSM|LDS|STS|ATOMS|RED)[.\w]*)")


def expected_opcode(form):
    """Return what the machine's instruction for a form begins with, and the bits it must and must not name."""
    op, _, rest = form.partition(".")
    if "matrix" in form:
        count, trans = rest.split(".")[3], "MT88" if "trans" in form else "M88"
        return {"ldmatrix": "LDSM", "stmatrix": "STSM"}[op] + f".16.{trans}" + {"x1": "", "x2": ".2", "x4": ".4"}[count]
    size = clocks.FORMS[form][0]
    word = {"ld": "LDS", "st": "STS", "red": "ATOMS.ADD", "atom": "ATOMS.ADD"}[op]
    return word + {1: ".U8", 2: ".U16", 4: "", 8: ".64", 16: ".128"}[size]


@pytest.mark.parametrize("target", ["sm_80", "sm_90a"])
def test_each_round_makes_the_accesses_that_it_is_measured_by(target):
    """The compiler neither drops nor splits nor narrows an access, and adds none."""
    program(target)
    forms = clocks.assembled_forms(target)
    kernels = [clocks.probe_kernel(form, beside) for form in forms for beside in (False, True)]
    code = assembler.disassemble(assembler.assemble(ptx.module(target, kernels), target))
    if code is None:
        pytest.skip("no cuobjdump")
    made = {}
    for part in code.split("Function : ")[1:]:
        made[part.split()[0]] = Counter(_MEMORY.findall(part))
    for form in forms:
        own = expected_opcode(form)
        assert made[clocks.probe_name(form)] == {own: clocks.COPIES}, form
        beside = Counter({own: clocks.COPIES})
        beside["STS" if form.startswith(("st", "red")) else "LDS"] += clocks.COPIES
        assert made[clocks.probe_name(form, True)] == beside, form
