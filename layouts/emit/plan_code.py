"""``emit_plan``: a plan of ``layouts.convert`` as a device function in CUDA C++ that was run, or as pseudo-code.

>>> from layouts import LinearLayout, convert
>>> outs = [("row", 16), ("column", 8)]
>>> lanes = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]
>>> accumulator = LinearLayout([("register", [[0, 1], [8, 0]]), ("lane", lanes)], outs)
>>> rows = LinearLayout([("register", [[0, 1], [0, 2]]), ("lane", [*lanes[1:], [8, 0]])], outs)
>>> found = emit_plan(convert.plan(accumulator, rows, 16))
>>> found.instructions, found.signature
({'selp': 4, 'shfl': 2}, 'void convert(const uint32_t (&src)[2], uint32_t (&dst)[2], unsigned lane)')
>>> print(found.proof)
run line by line on 32 threads: 128 registers hold their elements, for all data; 2 indices proved by algebra
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..convert.move import HARDWARE
from ..convert.planner import Plan
from ..convert.shared_memory import EMPTY, Fault
from ..errors import LayoutError, TooLargeError
from ..inttuple import _show
from .plan_cuda import StepWriter
from .plan_helpers import helper_text
from .plan_lines import THREAD
from .plan_run import TextMachine, body_of
from .subject import check_name
from .text import Operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..verify.compare import Comparison
    from .plan_lines import Lines

__all__ = ["DIALECTS", "EmittedPlan", "Execution", "emit_plan"]

DIALECTS = ("cuda", "pseudo")
QUALIFIERS = "__device__ __forceinline__"
MAX_PLACES = 1 << 22
"""The most registers of all threads of which a text is run."""
_PARAMETERS = ("src", "dst", "smem", *THREAD)


@dataclass(frozen=True, slots=True)
class Execution:
    """What was proved: how many threads ran, what was compared, the wavefronts counted, a proof for every index.

    ``indices`` has the text of each index expression with the comparison that proves it.
    """

    threads: int
    compared: int
    what: str
    wavefronts: Mapping[str, int] = field(hash=False)
    indices: tuple[tuple[str, Comparison], ...] = field(repr=False, hash=False)

    def __str__(self) -> str:
        count = len(self.indices)
        found = f"run line by line on {self.threads} threads: {self.compared} {self.what}"
        if sum(self.wavefronts.values()):
            found += f"; {sum(self.wavefronts.values())} wavefronts"
        if count:
            found += f"; {count} {'index' if count == 1 else 'indices'} proved by algebra"
        return found


@dataclass(frozen=True, slots=True)
class EmittedPlan:
    """Code that moves or adds up data, what it costs, and its proof; ``str`` is the code.

    ``code`` is helpers and function; ``helpers`` and ``function`` are the parts.  ``parameters`` are the names of the
    function's parameters, ``smem_bytes`` what it needs of shared memory, aligned to 16.  ``instructions`` counts what
    the text does, by the names of ``plan.cost``; ``operations`` the operators of its index arithmetic, which no plan
    counts.  Of pseudo-code, which is not run, ``proof`` is None where the plan has no index.
    """

    code: str
    dialect: str
    name: str
    helpers: tuple[str, ...] = field(repr=False)
    function: str = field(repr=False)
    parameters: tuple[str, ...]
    smem_bytes: int
    instructions: Mapping[str, int] = field(hash=False)
    operations: Operations
    proof: Any
    value: Any = field(default=None, compare=False, repr=False)

    @property
    def signature(self) -> str:
        """The type and the parameters of the function; of pseudo-code its first line."""
        return self.function.split("\n", 1)[0].removeprefix(QUALIFIERS).removesuffix("{").strip()

    def __str__(self) -> str:
        return self.code

    def to_json(self) -> dict[str, Any]:
        """Return the result as one object of JSON values."""
        return {
            "code": self.code,
            "dialect": self.dialect,
            "name": self.name,
            "parameters": list(self.parameters),
            "smem_bytes": self.smem_bytes,
            "instructions": dict(self.instructions),
            "operations": {**self.operations.counts, "total": self.operations.total},
            "proof": str(self.proof) if self.proof is not None else None,
        }


def emit_plan(plan: Any, name: str = "convert", dialect: str = "cuda") -> EmittedPlan:
    """Return a plan as code: a device function in CUDA C++, or pseudo-code for people.

    In CUDA a register file is an array of 32-bit words, elements narrower than that side by side in them, the first one
    low; wider ones take several words.  The function takes those of ``src``, ``dst``, ``smem``, ``lane``, ``warp`` and
    ``block`` that it reads: ``smem`` is aligned to 16 bytes, ``lane`` and ``warp`` are the numbers of the thread's lane
    in its warp and warp in its block, ``block`` the rank of the block in its cluster.
    Requires: for 'cuda' a plan for a machine of NVIDIA's.
    Ensures:  in 'cuda' the text itself has been run, line by line, by an interpreter of its few forms, for all threads
              of all blocks: every bit of every register of ``dst`` is the bit of ``src`` that the layouts say, for all
              data; no access races, is misaligned or outside ``smem``, and the wavefronts are those of the plan.
              Every index expression is proved beside by the verifier, by algebra.  What is assumed: that the intrinsics
              and the helpers do what PTX says.  In 'pseudo' every formula is proved to be the map of the step that
              the simulator has run.
    Raises:   LayoutError where the machine is no NVIDIA one, TooLargeError beyond 2**22 registers of all threads.
    Cost:     some numpy operations for each line, over all threads.

    >>> from layouts import LinearLayout, convert
    >>> A = LinearLayout([("register", [[1], [2]]), ("lane", [[4], [8], [16], [32], [64]])], [("x", 128)])
    >>> B = LinearLayout([("register", [[2], [1]]), ("lane", [[8], [4], [16], [32], [64]])], [("x", 128)])
    >>> print(emit_plan(convert.plan(A, B, 8), "swap").function)
    __device__ __forceinline__ void swap(const uint32_t (&src)[1], uint32_t (&dst)[1], unsigned lane) {
        // 128 elements of 8 bits, 4 registers x 32 lanes -> 4 registers x 32 lanes, by the rule general.
        // Instructions of a thread, beside indices: 1 prmt, 1 shfl.
    <BLANKLINE>
        // 1 shuffle: a lane takes from lanes 2 1 4 8 16 for 1 2 4 8 16.
        const unsigned from0 = (lane & 0x1cu) + (lane & 1u) * 2u + ((lane >> 1) & 1u);
        const uint32_t received_0 = __shfl_sync(0xffffffffu, src[0], from0);
    <BLANKLINE>
        // The destination.
        const uint32_t w0 = __byte_perm(received_0, 0u, 0x3120u);
        dst[0] = w0;
    }
    """
    if not isinstance(plan, Plan):
        raise LayoutError(f"emit_plan: {_show(plan)} is no plan; layouts.convert.plan makes one", plan)
    check_name(name, "emit_plan")
    if dialect == "pseudo":
        from .plan_pseudo import pseudo_plan

        return pseudo_plan(plan, name)
    if dialect != "cuda":
        raise LayoutError(f"emit_plan: the dialect is one of {', '.join(DIALECTS)}, not {_show(dialect)}", dialect)
    check_nvidia("emit_plan", plan.target)
    check_places("emit_plan", max([1 << len(plan.move.places(side)) for side in "AB"]))
    return _cuda(plan, name)


def check_places(operation: str, count: int) -> None:
    """Refuse what is too large to be run."""
    if count > MAX_PLACES:
        raise TooLargeError(f"{operation}: {count} registers of all threads, more than the limit {MAX_PLACES}", count)


def check_nvidia(operation: str, target: Any) -> None:
    """Refuse machines that do not run CUDA."""
    if not target.name.startswith("sm"):
        raise LayoutError(
            f"{operation}: {target} does not run CUDA; the dialect 'pseudo' is for all machines", target.name
        )


def _cuda(plan: Plan, name: str) -> EmittedPlan:
    move = plan.move
    bits = thread_bits(plan)
    writer = StepWriter(plan.element_bits, move.count("A", "register"), bits, plan.buffers)
    writer.write(plan.steps)
    lines, words = writer.lines, writer.words
    sizes = [-(-move.count(side, "register") // words.per) * words.wide for side in "AB"]
    given = {"src": f"const uint32_t (&src)[{sizes[0]}]", "dst": f"uint32_t (&dst)[{sizes[1]}]"}
    if writer.smem:
        given["smem"] = "char* smem"
    given |= thread_parameters(lines)
    remarks = [*_about(plan, writer), *_scratch(plan, writer.smem)]
    function = function_of(name, given, remarks, lines)
    helpers = helpers_of(name, lines)
    code = "\n".join([*helpers, function])
    instructions = {kind: lines.counts[kind] for kind in sorted(lines.counts)}
    proof = run_text(plan, code, name, writer.smem, lines.proofs)
    operations = Operations(lines.operators)
    return EmittedPlan(
        code, "cuda", name, helpers, function, tuple(given), writer.smem, instructions, operations, proof, plan
    )


def thread_bits(plan: Plan) -> tuple[int, int, int]:
    """Return the bits of lane, warp and block."""
    lane, warp, block = [len(plan.move.A[level]) for level in HARDWARE[1:]]
    return lane, warp, block


def helpers_of(name: str, lines: Lines) -> tuple[str, ...]:
    """Return the texts of the helpers that a function calls, none of which has its name."""
    if name in lines.helpers or name in _PARAMETERS:
        raise LayoutError(f"emit_plan: {name} is the name of something that the function uses", name)
    return tuple([helper_text(helper) for helper in lines.helpers])


def thread_parameters(lines: Lines) -> dict[str, str]:
    """Return the parameters of a thread that are read."""
    return {name: f"unsigned {name}" for name in THREAD if name in lines.used}


def function_of(name: str, given: Mapping[str, str], remarks: Sequence[str], lines: Lines) -> str:
    """Return the text of a device function."""
    body = [f"    {line}" if line else "" for line in lines.text]
    about = [f"    // {line}" for line in remarks]
    return "\n".join([f"{QUALIFIERS} void {name}({', '.join(given.values())}) {{", *about, "", *body, "}"])


def described(plan: Plan) -> str:
    """Say what is moved: the tensor, the places of both sides, the rule."""
    tensor = " x ".join([str(size) for _, size in plan.src.out_dims]) or "1"
    sides = []
    for side in "AB":
        counts = [(level, plan.move.count(side, level)) for level in HARDWARE]
        sides.append(" x ".join([f"{count} {level}s" for level, count in counts if count > 1]) or "1 place")
    return f"{tensor} elements of {plan.element_bits} bits, {sides[0]} -> {sides[1]}, by the rule {plan.rule}"


def _about(plan: Plan, writer: StepWriter) -> list[str]:
    counted = ", ".join([f"{count} {kind}" for kind, count in sorted(writer.lines.counts.items())]) or "none"
    return [f"{described(plan)}.", f"Instructions of a thread, beside indices: {counted}."]


def _scratch(plan: Plan, size: int) -> list[str]:
    if not size:
        return []
    last = "cluster" if plan.move.level == "cluster" else "block"
    return [
        f"smem: {size} bytes, aligned to 16. Put a barrier of the {last} before these bytes are used again"
        + (", or a block ends." if last == "cluster" else "."),
    ]


def run_text(plan: Plan, code: str, name: str, smem: int, proofs: Sequence[tuple[str, Comparison]] = ()) -> Execution:
    """Run the text of a function, and compare the tags of the destination with the layouts of a plan.

    Raises: LayoutError where a line is not understood, faults, or a register holds anything else.
    """
    import numpy

    move = plan.move
    granule = min(8, plan.element_bits)
    slots, tags = 32 // granule, plan.element_bits // granule
    machine = TextMachine(thread_bits(plan), plan.target, granule, slots, smem)
    given, wanted = [_tags(numpy, move.places(side), move.count(side, "register"), tags) for side in "AB"]
    given = numpy.pad(given, ((0, 0), (0, -given.shape[1] % slots)), constant_values=EMPTY)
    for k in range(given.shape[1] // slots):
        machine.data[f"src[{k}]"] = given[:, k * slots : (k + 1) * slots]
    try:
        machine.run(body_of(code, name))
    except Fault as fault:
        raise LayoutError(f"emit_plan: {fault.message}; this is a mistake of the emitter", fault.witness) from None
    missing = numpy.full((len(wanted), slots), EMPTY)
    words = [machine.data.get(f"dst[{k}]", missing) for k in range(-(-wanted.shape[1] // slots))]
    different = numpy.concatenate(words, axis=1)[:, : wanted.shape[1]] != wanted
    if different.any():
        thread, tag = [int(axis[0]) for axis in different.nonzero()]
        raise LayoutError(
            f"emit_plan: the text gives register {tag // tags} of thread {thread} another element; this is a mistake of"
            " the emitter",
            (thread, tag // tags),
        )
    if machine.wavefronts != dict(plan.cost.wavefronts):
        raise LayoutError(f"emit_plan: wavefronts {machine.wavefronts}, not {dict(plan.cost.wavefronts)}", plan.rule)
    what = "registers hold their elements, for all data"
    return Execution(len(machine.threads), wanted.size // tags, what, machine.wavefronts, tuple(proofs))


def _tags(numpy: Any, columns: Sequence[int], registers: int, count: int) -> Any:
    """Return the tags of all registers of all threads: 1 and up, ``count`` of them for each element."""
    found = numpy.zeros(1, numpy.int64)
    for column in columns:
        found = numpy.concatenate([found, found ^ column])
    tags = found[:, None] * count + numpy.arange(count) + 1
    return tags.reshape(-1, registers * count)
