"""``plan``: how data gets from one layout to another, proved by running it.

>>> from layouts import LinearLayout, convert
>>> outs = [("row", 16), ("column", 8)]
>>> lanes = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]
>>> accumulator = LinearLayout([("register", [[0, 1], [8, 0]]), ("lane", lanes)], outs)
>>> rows = LinearLayout([("register", [[0, 1], [0, 2]]), ("lane", [*lanes[1:], [8, 0]])], outs)
>>> print(convert.plan(accumulator, rows, 32).cost)
8 selp, 4 shfl
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..encodings.fields import Encoding
from ..errors import LayoutError, ProfileError, TooLargeError
from ..hardware.operand import Operand
from ..inttuple import _show
from ..linear.layout import LinearLayout
from ..notebook import show_in_notebook
from .costs import choice_key, cost_of, read_model
from .machine import Machine
from .move import HARDWARE, LEVELS, Move
from .registers import is_identity, own_pull, register_steps
from .shuffles import shuffle_plans
from .target import target as read_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from .costs import Cost
    from .steps import Step
    from .target import Target

__all__ = ["MAX_REGISTERS", "Alternative", "Plan", "Simulation", "plan"]

MAX_REGISTERS = 4096
"""The most elements that a thread may hold: a plan has a step for every word, and machines have 256 words."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to do it: a rule, the level that it works on, its steps, its scratch, its cost.

    ``exchanged`` counts the register bits that a shuffle exchanges with lane bits; ``layout`` goes from the offset in
    scratch to the tensor, and ``swizzle`` is how that layout was found.
    """

    rule: str
    level: str
    steps: tuple[Step, ...] = field(repr=False)
    cost: Cost
    buffers: Mapping[str, int] = field(default_factory=dict, hash=False)
    exchanged: int = 0
    layout: LinearLayout | None = field(default=None, repr=False)
    swizzle: Any = field(default=None, repr=False, hash=False)

    def __str__(self) -> str:
        return f"{self.rule}: {self.cost}"


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a run of the steps found: the registers compared, the wavefronts counted access by access."""

    registers: int
    wavefronts: Mapping[str, int] = field(hash=False)
    ideal: Mapping[str, int] = field(hash=False)

    @property
    def conflicts(self) -> int:
        """The wavefronts beyond the ideal."""
        return sum(self.wavefronts.values()) - sum(self.ideal.values())

    def __str__(self) -> str:
        found = f"{self.registers} registers of all threads are right"
        moved = sum(self.wavefronts.values())
        return f"{found}; {moved} wavefronts, {self.conflicts} of conflicts" if moved else found


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """How to move data; made by ``plan``, which has run it.  ``str`` is for people, ``to_json`` for programs.

    ``level`` says how far data has to go: register, shuffle, shared or cluster.  ``classification`` says what is done:
    identity, register, byte permute, shuffle, shared or cluster; a model may prefer shared memory to shuffles.
    """

    move: Move = field(repr=False)
    target: Target
    model: str
    chosen: Alternative
    alternatives: tuple[Alternative, ...] = field(repr=False)

    _repr_mimebundle_ = show_in_notebook

    @property
    def src(self) -> LinearLayout:
        """The layout of the source, hardware to tensor."""
        return self.move.src

    @property
    def dst(self) -> LinearLayout:
        """The layout of the destination, hardware to tensor."""
        return self.move.dst

    @property
    def element_bits(self) -> int:
        """The bits of an element."""
        return self.move.element_bits

    @property
    def level(self) -> str:
        """How far data has to go: register, shuffle, shared or cluster."""
        return self.move.level

    @property
    def classification(self) -> str:
        """What is done: identity, register, byte permute, shuffle, shared or cluster."""
        if self.chosen.level != "register":
            return self.chosen.level
        if is_identity(self.move):
            return "identity"
        return "byte permute" if self.cost["prmt"] or self.cost["bitop"] else "register"

    @property
    def rule(self) -> str:
        """The rule of the chosen alternative."""
        return self.chosen.rule

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps, from the register file "src" to the register file "dst"."""
        return self.chosen.steps

    @property
    def buffers(self) -> Mapping[str, int]:
        """The elements of each buffer in the shared memory of a block."""
        return self.chosen.buffers

    @property
    def cost(self) -> Cost:
        """The cost of the chosen alternative."""
        return self.chosen.cost

    @property
    def layout(self) -> LinearLayout | None:
        """The layout of the scratch buffer, offset to tensor; None where there is none."""
        return self.chosen.layout

    @property
    def pull(self) -> LinearLayout:
        """The places of the source from which the places of the destination take their elements.

        Inputs are those of the destination and outputs those of the source, and of both those that are larger than 1;
        lanes, warps and blocks are as many as the larger side has.
        Ensures:  ``src(pull(h)) == dst(h)`` for every place h.
        """
        columns, A = own_pull(self.move), self.move.A
        ins = _dims(self.dst, {name: len(columns[name]) for name in HARDWARE})
        outs = _dims(self.src, {name: len(A[name]) for name in HARDWARE})
        return LinearLayout._new(ins, outs, tuple([column for name in HARDWARE for column in columns[name]]))

    def using(self, rule: str) -> Plan:
        """Return the plan with another of its alternatives, run as well.

        Raises:   LayoutError with the rules that there are.
        """
        for alternative in self.alternatives:
            if alternative.rule == rule:
                other = Plan(self.move, self.target, self.model, alternative, self.alternatives)
                other.simulate()
                return other
        known = ", ".join([alternative.rule for alternative in self.alternatives])
        raise LayoutError(f"plan: there is no alternative {_show(rule)}; there are {known}", rule)

    def simulate(self) -> Simulation:
        """Run the steps on a modelled machine and compare every register of every thread with the destination.

        Raises:   LayoutError with thread, register and the two elements at the first difference; Fault for a race and
                  the like; LayoutError where the wavefronts are not the predicted ones.
        Cost:     a few numpy operations for each step, over all threads.
        """
        import numpy

        move, bits = self.move, [len(self.move.A[name]) for name in HARDWARE[1:]]
        machine = Machine(self.target, move.element_bits, *bits)
        for name, size in self.buffers.items():
            machine.allocate(name, size)
        machine.put("src", _file(numpy, move.places("A"), move.count("A", "register")))
        machine.run(self.steps)
        wanted = _file(numpy, move.places("B"), move.count("B", "register"))
        found = machine.files.get("dst", wanted[:, :0])
        if found.shape != wanted.shape or not (found == wanted).all():
            raise _wrong(self, found, wanted)
        counted = machine.wavefronts, machine.ideal
        for what, seen, predicted in zip(
            ("wavefronts", "ideal"), counted, (self.cost.wavefronts, self.cost.ideal), strict=True
        ):
            if dict(seen) != dict(predicted):
                raise LayoutError(f"plan: {what} {dict(seen)} were predicted as {dict(predicted)}", (seen, predicted))
        return Simulation(wanted.size, *counted)

    def __repr__(self) -> str:
        return f"<Plan {self.classification} by {self.rule}: {self.cost}>"

    def __str__(self) -> str:
        from .plan_text import plan_text

        return plan_text(self)

    def to_json(self) -> dict[str, Any]:
        """Return the plan as JSON has it."""
        from .plan_text import plan_json

        return plan_json(self)


def plan(
    src: Any,
    dst: Any,
    element_bits: Any,
    target: Any = "sm90",
    model: str = "cheapest",
    *,
    rule: str | None = None,
    shape: Sequence[int] | None = None,
) -> Plan:
    """Return a plan that moves data from one layout to another: classified, costed, and run before it is returned.

    ``src`` and ``dst`` are linear layouts from register, lane, warp and block to one tensor; or encodings of Triton's
    with a ``shape``, or operands of ``layouts.hardware``.  Any linear layouts will do: copies in several registers,
    lanes or warps are used, and made.  ``model`` chooses between the alternatives: 'paper', 'triton' or 'cheapest';
    ``rule`` takes one by its name.
    Requires: the destination wants no element that the source does not hold.
    Ensures:  on the modelled machine every register of every thread ends with the element that ``dst`` gives it, no
              access races or is misaligned, and wavefronts are as predicted.
    Raises:   ProfileError for sizes and names, NotInvertibleError with the element that nobody holds, TooLargeError
              beyond 4096 elements in a thread or 2**24 in all, LayoutError where no plan is known.
    Cost:     some reductions of matrices over the bits of the tensor, then the simulation.
    Triton:   ``ttg.convert_layout``.

    >>> from layouts import LinearLayout
    >>> A = LinearLayout([("register", [[1], [2]]), ("lane", [[4], [8]])], [("x", 16)])
    >>> B = LinearLayout([("register", [[1], [4]]), ("lane", [[2], [8]])], [("x", 16)])
    >>> found = plan(A, B, 32)
    >>> found.classification, found.cost["shfl"], found.cost["selp"], found.pull(register=2, lane=1)
    ('shuffle', 2, 6, {'register': 2, 'lane': 1})
    """
    machine, wanted = read_target(target), read_model(model)
    move = Move(*_read(src, dst, shape), element_bits)
    _check_machine(move, machine)
    found = _alternatives(move, machine)
    key = [choice_key(wanted, one.rule, one.level, one.exchanged, one.cost) for one in found]
    best = found[key.index(min(key))]
    result = Plan(move, machine, wanted, best, tuple(found))
    if rule is not None:
        return result.using(rule)
    result.simulate()
    return result


def _alternatives(move: Move, machine: Target) -> list[Alternative]:
    """Return every way that there is, each with its cost."""
    bits = len(move.A["lane"]), len(move.A["warp"]), len(move.A["block"])
    registers = move.count("A", "register")
    found = []
    if move.level == "register":
        steps = register_steps(move)
        return [
            Alternative("register", "register", steps, cost_of(steps, {}, move.element_bits, machine, registers, bits))
        ]
    if move.level == "shuffle" and machine.has("shuffle"):
        for one in shuffle_plans(move):
            cost = cost_of(one.steps, {}, move.element_bits, machine, registers, bits)
            found.append(Alternative(one.rule, "shuffle", one.steps, cost, exchanged=one.exchanged))
    level = "cluster" if move.level == "cluster" else "shared"
    for one in _shared(move, machine):
        cost = cost_of(one.steps, one.buffers, move.element_bits, machine, registers, bits)
        found.append(Alternative(one.rule, level, one.steps, cost, one.buffers, 0, one.layout, one.swizzle))
    if not found:
        raise LayoutError(
            f"plan: no plan is known for {move.element_bits}-bit elements of {move.src._show()} -> {move.dst._show()}",
            move.level,
        )
    return _distinct(found)


def _distinct(found: list[Alternative]) -> list[Alternative]:
    """Return alternatives with names that are all different: a rule that comes again is numbered."""
    seen: dict[str, int] = {}
    named = []
    for one in found:
        count = seen[one.rule] = seen.get(one.rule, 0) + 1
        named.append(one if count == 1 else replace(one, rule=f"{one.rule}-{count}"))
    return named


def _shared(move: Move, machine: Target) -> Sequence[Any]:
    from .sharing import shared_plans

    return shared_plans(move, machine)


def _check_machine(move: Move, machine: Target) -> None:
    registers = max(move.count("A", "register"), move.count("B", "register"))
    if registers > MAX_REGISTERS:
        raise TooLargeError(f"plan: {registers} registers of a thread, more than the limit {MAX_REGISTERS}", registers)
    lanes = move.count("A", "lane")
    if lanes > machine.lanes:
        raise ProfileError(f"plan: {lanes} lanes, and a warp of {machine} has {machine.lanes}", lanes)
    if move.level == LEVELS[-1] and not machine.has("cluster"):
        raise ProfileError(f"plan: data has to cross blocks, and {machine} has no clusters", move.count("A", "block"))


def _read(src: Any, dst: Any, shape: Sequence[int] | None) -> tuple[Any, Any]:
    """Return linear layouts; the outputs of encodings and operands are matched in order where their names differ."""
    layouts = [_linear(value, shape) for value in (src, dst)]
    if isinstance(src, LinearLayout) and isinstance(dst, LinearLayout):
        return src, dst
    if all([isinstance(layout, LinearLayout) for layout in layouts]):
        a, b = layouts
        if [bits for _, bits in a._outs] == [bits for _, bits in b._outs] and dict(a._outs) != dict(b._outs):
            layouts[1] = LinearLayout._new(b._ins, a._outs, b._matrix)
    return layouts[0], layouts[1]


def _linear(value: Any, shape: Sequence[int] | None) -> Any:
    if isinstance(value, Operand):
        return value.linear
    if isinstance(value, Encoding):
        if shape is None:
            raise ProfileError(
                f"plan: {value} needs the shape of a tensor, such as shape=[64, 64] (--shape 64x64)", value
            )
        return value.to_linear_layout(shape)
    return value


def _dims(layout: LinearLayout, bits: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return the levels that a layout has or that have more than one place, with their bits."""
    return tuple([(name, bits[name]) for name in HARDWARE if bits[name] or layout.has_in_dim(name)])


def _file(numpy: Any, columns: Sequence[int], registers: int) -> Any:
    """Return the elements of all registers of all threads, threads by registers."""
    found = numpy.empty(1 << len(columns), numpy.int64)
    found[0] = 0
    for k, column in enumerate(columns):
        numpy.bitwise_xor(found[: 1 << k], column, out=found[1 << k : 2 << k])
    return found.reshape(-1, registers)


def _wrong(plan: Plan, found: Any, wanted: Any) -> LayoutError:
    """Return the error that says where a run went wrong."""
    if found.shape != wanted.shape:
        return LayoutError(
            f"plan: {plan.rule} made {found.shape[1]} registers of {wanted.shape[1]}", (found.shape, wanted.shape)
        )
    thread, register = (int(axis[0]) for axis in (found != wanted).nonzero())
    seen, right = int(found[thread, register]), int(wanted[thread, register])
    return LayoutError(
        f"plan: {plan.rule} gives register {register} of thread {thread} the element {seen}, and it is {right}",
        (thread, register, seen, right),
    )
