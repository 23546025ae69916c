"""Plans through shared memory: store, wait, load.  Every pair of access forms is tried, vectors and matrices.

By hand, the 16x32 tile of floats that is written by rows and read by columns: a store of four registers side by side,
and an ``ldmatrix`` whose rows are just these four elements, in lanes 0 to 3.

>>> from layouts import LinearLayout
>>> from layouts.convert.move import Move
>>> from layouts.convert.target import target
>>> outs = [("row", 16), ("column", 32)]
>>> write = LinearLayout([("register", [[1, 0], [2, 0], [4, 0], [8, 0]]),
...                       ("lane", [[0, 1], [0, 2], [0, 4], [0, 8], [0, 16]])], outs)
>>> read = LinearLayout([("register", [[0, 2], [0, 4], [0, 8], [0, 16]]),
...                      ("lane", [[1, 0], [2, 0], [4, 0], [8, 0], [0, 1]])], outs)
>>> best = shared_plans(Move(write, read, 32), target("sm90"))[0]
>>> best.rule, best.instructions, best.wavefronts
('vector+ldmatrix', (4, 4), (16, 16))
"""

from __future__ import annotations

from dataclasses import dataclass

from ..bits import BitMatrix
from ..elimination import image
from .accesses import Matrices, Vectors
from .construction import Demand, construct
from .matrices import matrix_demand, matrix_prefixes, takes_matrices
from .move import HARDWARE
from .rounds import in_rounds, rounds_needed, twisted
from .sides import Side, Window
from .spaces import Preimages, independent, meet
from .swizzling import OptimalSwizzle, assemble, check_lanes
from .vectors import filled, row_bits, word_bits, words_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..linear.layout import LinearLayout
    from .move import Move
    from .steps import Step
    from .target import Target

    Access = Vectors | Matrices

__all__ = ["BUFFER", "SharedPlan", "shared_plans"]

BUFFER = "shared"
MOST = 4
"""The plans that are worked out: those with the fewest instructions, and more until one has no conflicts."""


@dataclass(frozen=True)
class SharedPlan:
    """Steps from the register file "src" to "dst" through shared memory, and what they cost.

    ``rule`` names the access forms of the store and the load.  ``instructions`` are those of a thread, ``wavefronts``
    and ``ideal`` those of all warps, (store, load) each; of loads from another block none are counted.  ``selects`` are
    the selects or byte permutes where the order inside a vector depends on the thread.  ``buffers`` gives the elements
    that each block keeps, ``bytes`` what they take, ``layout`` the element at each offset.  A tile that is larger than
    the shared memory is moved in ``rounds`` through one buffer.
    """

    rule: str
    steps: tuple[Step, ...]
    buffers: dict[str, int]
    layout: LinearLayout
    swizzle: OptimalSwizzle
    instructions: tuple[int, int]
    wavefronts: tuple[int, int]
    ideal: tuple[int, int]
    selects: int
    barrier: str
    rounds: int
    bytes: int


def shared_plans(move: Move, target: Target) -> list[SharedPlan]:
    """Return the plans of a move through shared memory, the one with the fewest wavefronts first, then instructions.

    The list is empty where the tile does not fit into the memory, not even in rounds.
    Raises: ProfileError where a warp has more lanes than the target's.
    Cost:   some reductions for each pair of forms, of which few are worked out.
    """
    check_lanes("convert", len(move.A["lane"]), target, move.src)
    problem = _Problem(move, target)
    rounds = problem.rounds()
    found = problem.plans(rounds)
    if problem.rounds() > rounds:  # elements of 4 bits that take bytes
        found = problem.plans(rounds := problem.rounds())
    if rounds and not any([p.wavefronts == p.ideal for p in found]) and problem.twist(rounds):
        found += problem.plans(rounds)
    return sorted(found, key=lambda p: (sum(p.wavefronts), sum(p.instructions) + p.selects))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A pair of forms, what is side by side, the width of the vectors, and the instructions of both sides."""

    forms: tuple[str, str]
    prefix: tuple[int, ...]
    widths: tuple[int, int]
    instructions: int


class _Problem:
    """A move as the two sides of the memory of a block."""

    def __init__(self, move: Move, target: Target) -> None:
        self.move, self.target = move, target
        self.window = Window([v for name in HARDWARE[:3] for v in move.A[name]], move.bits)
        rows = self.window.rows
        inner = [[self.window.inside(v) or 0 for v in move.A[name]] for name in HARDWARE[:3]]
        self.store = Side("store", inner[0], [*inner[1], *inner[2]], lanes=len(inner[1]), rows=rows)
        place = [*inner[0], *inner[1], *inner[2]]
        low = (1 << len(place)) - 1
        pulls = {name: move.pull[name] for name in HARDWARE}
        columns = {name: [image(place, x & low) for x in pulls[name]] for name in HARDWARE}
        far = {name: [x >> len(place) for x in pulls[name]] for name in HARDWARE}
        threads = [c for name in HARDWARE[1:] for c in columns[name]]
        away = move.level == "cluster"
        if not away and not any(columns["block"]):
            threads = threads[: len(threads) - len(columns["block"])]
        self.load = Side(
            "load",
            columns["register"],
            threads,
            lanes=len(inner[1]),
            rows=rows,
            far_registers=far["register"] if away else (),
            far_threads=[x for name in HARDWARE[1:] for x in far[name]] if away else (),
        )
        self.sides = (self.store, self.load)
        self.bits = move.element_bits
        self.double = False

    # -- candidates ----------------------------------------------------------------------------------------------------

    def candidates(self, rounds: int) -> list[_Candidate]:
        """Return the pairs of forms, each with what it needs side by side."""
        found = list(self._vectors(rounds))
        if not found and self.bits < 8:  # no two elements are common: each gets a byte
            self.bits, self.double = 8, True
            found = list(self._vectors(rounds))
        if self.double:
            return found
        able = [self._forms(side, name) for side, name in zip(self.sides, ("stmatrix", "ldmatrix"), strict=True)]
        for store in able[0]:
            for load in able[1]:
                if (store, load) != ("vector", "vector"):
                    candidate = self._matrices((store, load))
                    found += [candidate] if candidate else []
        return found

    def _forms(self, side: Side, name: str) -> list[str]:
        if not self.target.has(name):
            return ["vector"]
        forms = [("matrix", False), ("transposed", True)]
        return ["vector", *[form for form, flag in forms if takes_matrices(side, self.bits, flag)]]

    def _matrices(self, forms: tuple[str, str]) -> _Candidate | None:
        prefix = matrix_prefixes(self.store, self.load, forms, self.bits)
        return None if prefix is None else self._candidate(forms, prefix)

    def _vectors(self, rounds: int) -> Iterator[_Candidate]:
        """Yield prefixes for vectors on both sides: common ones, those whose order is fixed, wider ones on one side.

        Rounds may need what is common, so it is also tried with less.
        """
        limit = (self.target.vector_bits // self.bits).bit_length() - 1
        rows = self.store.rows + self.load.far_bits
        registers = [self.store.extended(), meet(self.load.extended(), [1 << k for k in range(self.store.rows)], rows)]
        common = meet(registers[0], registers[1], rows)
        threads = [v for side in self.sides for v in side.active]
        mixed = meet(common, threads, rows)
        clear = independent(mixed, common, rows) if mixed else common
        seen = set()
        clear, mixed = [words_first(part, self.sides, self.bits) for part in (clear, mixed)]
        starts = [[*clear, *mixed], clear]
        for start in (*starts, *[start[:-rounds] for start in starts if rounds]):
            for extra in ([], self._beyond(0, registers), self._beyond(1, registers)):
                prefix = start[:limit]
                prefix += independent(prefix, extra, rows)[: limit - len(prefix)]
                prefix = filled(prefix, self.sides, self.bits)
                if tuple(prefix) not in seen:
                    seen.add(tuple(prefix))
                    candidate = self._candidate(("vector", "vector"), prefix)
                    if candidate:
                        yield candidate

    def _beyond(self, k: int, registers: Sequence[list[int]]) -> list[int]:
        """Return registers of one side that could make its vectors wider: first what are lanes of the other's phase."""
        rows = self.store.rows + self.load.far_bits
        other = self.sides[1 - k].phase(self.target.memory, 4)[0]
        return [*meet(registers[k], other, rows), *registers[k]]

    def _candidate(self, forms: tuple[str, str], prefix: Sequence[int]) -> _Candidate | None:
        limit = (self.target.vector_bits // self.bits).bit_length() - 1
        widths, total = [], 0
        for side, form in zip(self.sides, forms, strict=True):
            width = len(prefix)
            if form == "vector":
                find = Preimages(side.extended(), side.rows + side.far_bits)
                holds = [find(v) is not None for v in prefix]
                width = min(limit, [*holds, False].index(False))
                if self.bits << width < 8:
                    return None
                total += 1 << len(side.own) - width
            else:
                word = (32 // self.bits).bit_length() - 1
                total += 1 << max(0, len(side.own) - word - 2)
            widths.append(width)
        return _Candidate(forms, tuple(prefix), (widths[0], widths[1]), total)

    # -- plans ---------------------------------------------------------------------------------------------------------

    def rounds(self) -> int:
        """Return the bits of the rounds that the shared memory needs."""
        return rounds_needed((self.bits << self.window.rows) // 8, self.target.shared_bytes)

    def plans(self, rounds: int) -> list[SharedPlan]:
        """Return the plans of the candidates with the fewest instructions."""
        found: list[SharedPlan] = []
        for candidate in sorted(self.candidates(rounds), key=lambda c: c.instructions):
            plan = self.plan(candidate, rounds)
            if plan is not None:
                found.append(plan)
            if len(found) >= MOST and any([p.wavefronts == p.ideal for p in found]):
                break
        return found

    def twist(self, rounds: int) -> bool:
        """Permute the registers so that no thread has a part in the bits of the rounds; tell whether that can be."""
        found = twisted((self.store, self.load), rounds)
        if found:
            self.sides = self.store, self.load = found
        return found is not None

    def plan(self, candidate: _Candidate, rounds: int = 0) -> SharedPlan | None:
        """Return the plan of a candidate, None where its tiles do not fit each other, or the rounds."""
        memory = self.target.memory
        demands = []
        for side, form, width in zip(self.sides, candidate.forms, candidate.widths, strict=True):
            if form == "vector":
                lanes, _ = side.phase(memory, max(1, (self.bits << width) // 8))
                active = tuple(side.active)
                demands.append(Demand(width, (*candidate.prefix[:width], *lanes), soft=active, threads=active))
            else:
                needed = matrix_demand(side, candidate.prefix, self.bits, form == "transposed")
                if needed is None:
                    return None
                demands.append(needed)
        row, word = row_bits(memory, self.bits), word_bits(self.bits)
        found = construct(self.window.rows, row, word, candidate.prefix, demands, rounds=rounds)
        if found is None:
            return None
        inverse = found.inverse()
        accesses: list[Access] = []
        for side, form, width in zip(self.sides, candidate.forms, candidate.widths, strict=True):
            if form == "vector":
                accesses.append(Vectors(side, candidate.prefix, inverse, width, double=self.double))
            else:
                flag = form == "transposed"
                access = Matrices(side, candidate.prefix, inverse, self.bits, transposed=flag, rounds=rounds)
                if not access.fits:
                    return None
                accesses.append(access)
        blocks = self.move.A["block"]
        phases = [demand.phase for demand in demands]
        swizzle = assemble(found, accesses, phases, memory, self.bits, self.window, self.move.src, blocks)
        return self._written(candidate.forms, accesses, swizzle, rounds)

    def _written(
        self, forms: tuple[str, str], accesses: Sequence[Access], swizzle: OptimalSwizzle, rounds: int
    ) -> SharedPlan:
        bits = self.move.element_bits
        barrier = self._barrier(rounds)
        size = self.window.rows + self.double - rounds
        stores, loads = accesses
        steps = (
            *stores.before("src", bits),
            *in_rounds(stores.moves("src", BUFFER, size), loads.moves("dst", BUFFER, size), barrier),
            *loads.after("dst", bits),
        )
        warps = self._warps()
        store, load = swizzle.certificate
        return SharedPlan(
            rule=_rule(forms),
            steps=steps,
            buffers={BUFFER: 1 << size},
            layout=swizzle.layout,
            swizzle=swizzle,
            instructions=(store.instructions, load.instructions),
            wavefronts=(store.wavefronts * warps[0], load.wavefronts * warps[1]),
            ideal=(store.ideal * warps[0], load.ideal * warps[1]),
            selects=sum([access.selects(self.bits) for access in accesses]),
            barrier=barrier,
            rounds=1 << rounds,
            bytes=(bits << size) // 8,
        )

    def _warps(self) -> tuple[int, int]:
        """Return the warps that store and that load."""
        idle = sum([k >= self.store.lanes for k in self.store.idle])
        every = len(self.move.A["warp"]) + len(self.move.A["block"])
        return 1 << every - idle, 0 if self.move.level == "cluster" else 1 << every

    def _barrier(self, rounds: int) -> str:
        """Return the smallest scope in which everything that is read was written.

        In the next round another warp may write where this one has read.
        """
        move = self.move
        if move.level == "cluster":
            return "cluster"
        warps = len(move.A["warp"])
        if not warps:
            return "warp"
        if move.level == "shared" or rounds:
            return "block"
        # Who writes: a thread that is not idle.  Every column of the load must come from one's own warp.
        active = [k for k in range(len(self.store.threads)) if k not in self.store.idle]
        own = [self.store.registers[k] for k in self.store.own]
        writers = [*own, *[self.store.threads[k] for k in active]]
        places = [*[0] * len(own), *[1 << k >> self.store.lanes for k in active]]
        inverse = BitMatrix._new(tuple(writers), self.store.rows).inverse().columns
        for k, column in enumerate((*self.load.registers, *self.load.threads)):
            warp = image(places, image(inverse, column))
            thread = k - len(self.load.registers)
            mine = 1 << thread >> self.load.lanes if 0 <= thread < self.load.lanes + warps else 0
            if warp != mine:
                return "block"
        return "warp"


def _rule(forms: tuple[str, str]) -> str:
    names = {"vector": ("vector", "vector"), "matrix": ("stmatrix", "ldmatrix")}
    names["transposed"] = ("stmatrix.trans", "ldmatrix.trans")
    if forms == ("vector", "vector"):
        return "vector"
    return f"{names[forms[0]][0]}+{names[forms[1]][1]}"
