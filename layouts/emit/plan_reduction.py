"""``emit_reduction``: a reduction of ``layouts.convert`` as a device function that was run, or as pseudo-code.

>>> from layouts import LinearLayout, convert
>>> lanes = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]
>>> acc = LinearLayout([("register", [[0, 1], [8, 0]]), ("lane", lanes)], [("row", 16), ("col", 8)])
>>> print(emit_reduction(convert.reduce(acc, "col"), "row_sum"))
__device__ __forceinline__ void row_sum(const float (&src)[4], float (&dst)[4]) {
    // The sum along col of 16 x 8 elements of 32 bits: 4 registers x 32 lanes.
    // Instructions of a thread: 6 add, 4 shfl.
<BLANKLINE>
    // 2 additions within the thread.
    const float sum0 = src[0] + src[1];
    const float sum1 = src[2] + src[3];
<BLANKLINE>
    // Lanes that differ in bit 0.
    const float sum2 = sum0 + __shfl_xor_sync(0xffffffffu, sum0, 1u);
    const float sum3 = sum1 + __shfl_xor_sync(0xffffffffu, sum1, 1u);
<BLANKLINE>
    // Lanes that differ in bit 1.
    const float sum4 = sum2 + __shfl_xor_sync(0xffffffffu, sum2, 2u);
    const float sum5 = sum3 + __shfl_xor_sync(0xffffffffu, sum3, 2u);
<BLANKLINE>
    // The results, in every place that held a term.
    dst[0] = sum4;
    dst[1] = sum4;
    dst[2] = sum5;
    dst[3] = sum5;
}
"""

from __future__ import annotations

from ..convert.move import HARDWARE, columns_of
from ..convert.reductions import Problem, Reduction
from ..convert.registers import images
from ..convert.shared_memory import Fault
from ..convert.spans import echelon, reduced
from ..convert.steps import Affine
from ..elimination import image, set_bits
from ..errors import LayoutError
from ..inttuple import _show
from ..linear import dims as d
from .plan_code import (
    DIALECTS,
    EmittedPlan,
    Execution,
    check_nvidia,
    check_places,
    function_of,
    helpers_of,
    thread_parameters,
)
from .plan_lines import Lines
from .plan_run import MODULUS, TextMachine, body_of
from .subject import check_name
from .text import Operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..convert.reductions import Butterfly, Rendezvous

__all__ = ["OPERATIONS", "TYPES", "emit_reduction"]

TYPES = {
    "float": (32, "fmax", "fmin", "f"),
    "double": (64, "fmax", "fmin", ""),
    "int": (32, "max", "min", ""),
    "unsigned int": (32, "max", "min", ""),
    "long long": (64, "max", "min", ""),
    "unsigned long long": (64, "max", "min", ""),
    "__half": (16, "__hmax", "__hmin", ""),
    "__nv_bfloat16": (16, "__hmax", "__hmin", ""),
}
"""The types of C that are added up, with their bits and the names of their maximum and minimum."""

OPERATIONS = {"+": ("sum", "add"), "max": ("maximum", "max"), "min": ("minimum", "min")}
"""The operations, with their name in words and in counts."""

_DEFAULT = {16: "__half", 32: "float", 64: "double"}


def emit_reduction(
    reduction: Any, name: str = "reduce", dialect: str = "cuda", *, type: str | None = None, operation: str = "+"
) -> EmittedPlan:
    """Return a reduction as code: a device function in CUDA C++, or pseudo-code for people.

    ``src`` are the registers of a thread, one element each; in ``dst`` each register that held a term has the result.
    ``type`` is float, double, int, unsigned int, long long, unsigned long long, __half or __nv_bfloat16, by default the
    floating one of ``reduction.element_bits``; ``operation`` is '+', 'max' or 'min'.
    Requires: for 'cuda' a machine of NVIDIA's; a type of ``reduction.element_bits`` bits.
    Ensures:  in 'cuda' the text itself has been run, line by line, for all threads of all blocks on a random weight of
              62 bits for every element: every result is the sum of the weights of its terms modulo 2**62.  A text that
              takes other terms, or one twice, passes with a probability of at most 2**-61 for each result.  No access
              of shared memory races or is misaligned, and every index is proved by the verifier.
    Raises:   LayoutError for other machines, types and operations.
    Cost:     some numpy operations for each line, over all threads.

    >>> from layouts import LinearLayout, convert
    >>> row = LinearLayout.identity_1d(8, "register", "m") * LinearLayout.identity_1d(32, "lane", "n")
    >>> [emit_reduction(convert.reduce(row, "n", rule=rule)).instructions for rule in ("butterfly", "swap")]
    [{'add': 40, 'shfl': 40}, {'add': 23, 'selp': 14, 'shfl': 23}]
    """
    if not isinstance(reduction, Reduction):
        raise LayoutError(
            f"emit_reduction: {_show(reduction)} is no reduction; layouts.convert.reduce makes one", reduction
        )
    check_name(name, "emit_reduction")
    if not isinstance(operation, str) or operation not in OPERATIONS:
        raise LayoutError(f"emit_reduction: {_show(operation)} is none of {', '.join(OPERATIONS)}", operation)
    if dialect == "pseudo":
        from .plan_pseudo import pseudo_reduction

        return pseudo_reduction(reduction, name, operation)
    if dialect != "cuda":
        raise LayoutError(f"emit_reduction: the dialect is one of {', '.join(DIALECTS)}, not {_show(dialect)}", dialect)
    check_nvidia("emit_reduction", reduction.target)
    check_places("emit_reduction", 1 << sum(reduction._sizes))
    kind = _type(reduction, type)
    return _cuda(reduction, name, kind, operation)


def _type(reduction: Reduction, given: str | None) -> str:
    bits = reduction.element_bits
    found = _DEFAULT.get(bits) if given is None else given
    if not isinstance(found, str) or found not in TYPES or TYPES[found][0] != bits:
        able = ", ".join([name for name, (size, *_) in TYPES.items() if size == bits])
        raise LayoutError(
            f"emit_reduction: {'no type' if found is None else _show(found)} for elements of {bits} bits;"
            f" known are {able or 'those of 16, 32 and 64 bits, in which narrower ones are added up'}",
            bits,
        )
    return found


def _cuda(reduction: Reduction, name: str, kind: str, operation: str) -> EmittedPlan:
    writer = _Writer(reduction, kind, operation)
    writer.write()
    lines, count = writer.lines, 1 << reduction._sizes[0]
    given = {"src": f"const {kind} (&src)[{count}]", "dst": f"{kind} (&dst)[{count}]"}
    if writer.smem:
        given["smem"] = "char* smem"
    given |= thread_parameters(lines)
    function = function_of(name, given, _about(reduction, lines, operation), lines)
    helpers = helpers_of(name, lines)
    code = "\n".join([*helpers, function])
    instructions = {what: lines.counts[what] for what in sorted(lines.counts)}
    proof = _run(reduction, code, name, writer)
    return EmittedPlan(
        code,
        "cuda",
        name,
        helpers,
        function,
        tuple(given),
        writer.smem,
        instructions,
        Operations(lines.operators),
        proof,
        reduction,
    )


def _about(reduction: Reduction, lines: Lines, operation: str) -> list[str]:
    tensor = " x ".join([str(1 << bits) for _, bits in reduction.layout._outs])
    sizes = zip(HARDWARE, reduction._sizes, strict=True)
    places = " x ".join([f"{1 << bits} {level}s" for level, bits in sizes if bits]) or "1 register"
    counted = ", ".join([f"{count} {what}" for what, count in sorted(lines.counts.items())]) or "none"
    found = [
        f"The {OPERATIONS[operation][0]} along {reduction.axis} of {tensor} elements of {reduction.element_bits} bits:"
        f" {places}.",
        f"Instructions of a thread: {counted}.",
    ]
    far = reduction.far
    if far:
        found.append(
            f"smem: {reduction.buffer_bytes} bytes, aligned to 16. Put a barrier of the {far.scope} before these bytes"
            " are used again."
        )
    if far and far.peers:
        found.append("All blocks of the cluster must have started: put a barrier of the cluster before the first call.")
    return found


class _Writer:
    """Writes the steps of a reduction; ``values`` has the text of the value of each register.

    Registers that hold the same have one text, and what is made of one text is made once.
    """

    def __init__(self, reduction: Reduction, kind: str, operation: str) -> None:
        self.reduction, self.kind, self.operation = reduction, kind, operation
        registers, lanes, warps, blocks = reduction._sizes
        self.registers, self.warps = range(1 << registers), (lanes, lanes + warps)
        self.lines = Lines((lanes, warps, blocks))
        self.wide, self.mask = max(1, reduction.element_bits // 32), f"{(1 << (1 << lanes)) - 1:#x}u"
        self.smem = reduction.buffer_bytes
        self.values: dict[int, str] = {}

    def _combined(self, a: str, b: str) -> str:
        name, word = TYPES[self.kind], self.operation
        self.lines.count(OPERATIONS[word][1])
        if word == "+":
            return f"{a} + {b}"
        return f"{name[1 if word == 'max' else 2]}{name[3]}({a}, {b})"

    def _define(self, text: str, prefix: str = "sum") -> str:
        return self.lines.define(prefix, self.kind, text)

    def write(self) -> None:
        """Write all steps, and the results."""
        self._within_threads()
        for step in self.reduction.warp:
            self._butterfly(step)
        far = self.reduction.far
        if far:
            self._store(far)
            self._load(far)
            for step in far.butterflies:
                self._butterfly(step)
        self.lines.comment("The results, in every place that held a term.")
        for r in self.registers:
            self.lines.add(f"dst[{r}] = {self.values[r]};")

    def _within_threads(self) -> None:
        additions = self.reduction.additions
        if additions:
            word = {"+": "addition", "max": "maximum", "min": "minimum"}[self.operation]
            words = f"{word}s" if self.operation == "+" else f"{word[:-2]}a"
            self.lines.comment(f"{additions} {word if additions == 1 else words} within the thread.")
        same = echelon(Problem(self.reduction.layout, self.reduction.axis, self.reduction.target).near[0])
        for r in self.registers:
            first = reduced(r, same)
            if first not in self.values:
                terms = [f"src[{first ^ x}]" for x in images(self.reduction.thread)]
                while len(terms) > 1:
                    pairs = zip(terms[::2], terms[1::2], strict=True)
                    terms = [self._define(self._combined(a, b)) for a, b in pairs]
                self.values[first] = terms[0]
            self.values[r] = self.values[first]

    def _butterfly(self, step: Butterfly) -> None:
        bits = " and ".join([f"bit {k}" for k in set_bits(step.lane)])
        self.lines.comment(f"Lanes that differ in {bits}{', of which each keeps half' if step.halves else ''}.")
        if step.halves:
            self._halve(step)
            return
        made: dict[tuple[str, str], str] = {}
        for r in self.registers:
            pair = self.values[r], self.values[r ^ step.register]
            if pair not in made:
                made[pair] = self._define(self._combined(pair[0], self._shuffled(pair[1], step.lane)))
        self.values = {r: made[self.values[r], self.values[r ^ step.register]] for r in self.registers}

    def _shuffled(self, text: str, lane: int) -> str:
        self.lines.count("shfl", self.wide)
        return f"__shfl_xor_sync({self.mask}, {text}, {lane}u)"

    def _halve(self, step: Butterfly) -> None:
        """Let lanes exchange halves: one keeps the values with the register bit clear, the other those with it set."""
        condition = self.lines.condition(1 << step.lane.bit_length() - 1)
        pairs = {r: (self.values[r & ~step.halves], self.values[r | step.halves]) for r in self.registers}
        made = {}
        for low, high in dict.fromkeys(pairs.values()):
            mine = self._define(f"{condition} ? {high} : {low}", "mine")
            other = self._define(f"{condition} ? {low} : {high}", "other")
            self.lines.count("selp", 2 * self.wide)
            made[low, high] = self._define(self._combined(mine, self._shuffled(other, step.lane)))
        self.values = {r: made[pair] for r, pair in pairs.items()}

    # -- shared memory -------------------------------------------------------------------------------------------------

    def _store(self, far: Rendezvous) -> None:
        lines = self.lines
        whom = f"all {1 << len(far.peers)} blocks" if far.peers else "the block"
        lines.comment(f"One owner of each result writes it to its slot, of {far.slots}, in {whom}.")
        first = {image(far.cell_of_register, r): r for r in reversed(self.registers)}
        classes = sorted(first.values())
        places = self._places([far.cell ^ image(far.cell_of_register, r) for r in classes])
        own = [0] * self.warps[1] + [1 << k for k in range(self.reduction._sizes[3])]
        peers = images(far.peers)
        blocks = lines.indices([Affine(tuple(own), peer) for peer in peers], 8, "peer") if far.peers else []
        condition = lines.none_of(far.only)
        if condition:
            lines.within(condition)
        for place, r in zip(places, classes, strict=True):
            for n, peer in enumerate(peers):
                if peer:
                    helper = lines.call(f"remote_store_{self.kind.replace(' ', '_')}")
                    lines.add(f"{helper}({place}, {blocks[n]}, {self.values[r]});")
                    lines.count("st.shared::cluster")
                else:
                    lines.add(f"*({self.kind}*)({place}) = {self.values[r]};")
                    lines.count("st.shared")
        if condition:
            lines.within("")
        lines.comment(f"Wait for the {far.scope}.")
        lines.add(f"{lines.call('cluster_barrier')}();" if far.peers else "__syncthreads();")
        lines.count("barrier.cluster" if far.peers else "bar")

    def _load(self, far: Rendezvous) -> None:
        lines, high = self.lines, -far.slots
        lines.comment(f"Every lane takes {far.iterations} of the slots of its results.")
        columns = [column & high for column in far.cell.columns]
        slots = [*far.slot_of_thread, *[0] * (len(columns) - len(far.slot_of_thread))]
        own = tuple([column ^ slot for column, slot in zip(columns, slots, strict=True)])
        found: dict[int, str] = {}
        for r in self.registers:
            start = image(far.cell_of_register, r) & high ^ image(far.slot_of_register, r) ^ far.cell.offset & high
            if start not in found:
                turns = [Affine(own, start ^ turn << len(far.butterflies)) for turn in range(far.iterations)]
                found[start] = self._loaded(turns)
            self.values[r] = found[start]

    def _loaded(self, turns: list[Affine]) -> str:
        """Write loads from some cells, and what they add up to."""
        total = ""
        for place in self._places(turns):
            text = self._define(f"*(const {self.kind}*)({place})", "in")
            self.lines.count("ld.shared")
            total = text if not total else self._define(self._combined(total, text))
        return total

    def _places(self, cells: list[Affine]) -> list[str]:
        texts = self.lines.indices(cells, self.reduction.element_bits, "at")
        return [f"smem + {text}" for text in texts]


def _run(reduction: Reduction, code: str, name: str, writer: _Writer) -> Execution:
    """Run the text on random weights, and compare the results with sums that numpy makes."""
    import numpy

    registers, lanes, warps, blocks = reduction._sizes
    bits = reduction.element_bits
    machine = TextMachine((lanes, warps, blocks), reduction.target, bits, 1, writer.smem)
    outs = tuple(reversed(reduction.layout._outs))
    weights = numpy.random.default_rng().integers(0, MODULUS, 1 << d.total(outs))
    held = weights[_places(reduction.layout)].reshape(-1, 1 << registers)
    for r in range(1 << registers):
        machine.data[f"src[{r}]"] = held[:, r : r + 1]
    try:
        machine.run(body_of(code, name))
    except Fault as fault:
        raise LayoutError(f"emit_reduction: {fault.message}; this is a mistake of the emitter", fault.witness) from None
    sizes = [1 << count for _, count in reduction.layout._outs]
    axis = [out for out, _ in reduction.layout._outs].index(reduction.axis)
    sums = (weights.reshape(sizes).sum(axis, dtype=numpy.int64) % MODULUS).ravel()
    wanted = sums[_places(reduction.result)].reshape(-1, 1 << registers)
    missing = numpy.full((len(wanted), 1), -1)
    seen = numpy.concatenate([machine.data.get(f"dst[{r}]", missing) for r in range(1 << registers)], axis=1)
    if (seen != wanted).any():
        thread, register = [int(part[0]) for part in (seen != wanted).nonzero()]
        raise LayoutError(
            f"emit_reduction: the text gives register {register} of thread {thread} another sum; this is a mistake of"
            " the emitter",
            (thread, register),
        )
    what = "registers hold the sums of their terms, of random weights"
    proofs = tuple(writer.lines.proofs)
    return Execution(len(machine.threads), int(seen.size), what, machine.wavefronts, proofs)


def _places(layout: Any) -> Any:
    """Return the element of every place, register bits low."""
    rows = columns_of(layout, tuple(reversed(layout._outs)))
    columns = tuple([column for row in rows.values() for column in row])
    return Affine(columns).table(len(columns))
