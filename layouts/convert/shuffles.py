"""The shuffle level: data moves between the lanes of a warp, one 32-bit word of each lane at a time.

Let P and Q be the spans of the registers of source and destination.  A *round* is a set of points of the tensor of
which every lane holds one on either side; then one ``shfl.sync.idx`` moves them all.  A subspace W that completes P as
well as Q gives such a round, and its cosets ``k + W``, with k in Q, are the others:

  sender     the register of its point, which may vary with the lane: selects before the rounds
  lanes      the source lane is linear in the destination lane, plus a constant for each round
  receiver   the register for its point, which may vary with the lane: selects after the rounds

A round in which every lane is its own source is *elided*: it is a renaming.  That needs points that every lane holds on
both sides, ``A.lane[j] + P`` meets ``B.lane[j] + Q`` for every j, and then the rounds with k in P are free: of R words,
R / 2**m stay where they are, where m is the dimension of Q beyond P.

Elements narrower than 32 bits travel together in a word where P and Q have a common part V.  Copies of data in several
registers or lanes are used as they are found, one's own lane first: the lane map of a round need not be one to one.

By hand, four registers exchanged with four lanes, 16 elements: three rounds, the one between a lane and itself is free.

>>> from layouts import LinearLayout
>>> from layouts.convert.move import Move
>>> A = LinearLayout([("register", [[1], [2]]), ("lane", [[4], [8]])], [("x", 16)])
>>> B = LinearLayout([("register", [[4], [8]]), ("lane", [[1], [2]])], [("x", 16)])
>>> for found in shuffle_plans(Move(A, B, 32)):
...     print(found.rule, found.shuffles, found.words, found.exchanged)
general 3 4 2
published 4 4 2
triton 3 4 2
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..bits import BitMatrix
from ..elimination import image
from .counting import count_instructions
from .registers import at, images, per_word
from .spans import Coordinates, at_places, bridge, echelon, extend, interpolate, meet, rank, reduced
from .steps import Affine, Copy, Permute, Shuffle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .move import Move
    from .steps import Step

__all__ = ["RULES", "ShufflePlan", "shuffle_plans"]

RULES = ("general", "published", "triton")
"""The rules: general with elision for all layouts, published (no elision), and Triton's later one."""


@dataclass(frozen=True, slots=True)
class ShufflePlan:
    """Rounds of shuffles: ``words`` rounds of ``packed`` elements, of which ``shuffles`` are not elided.

    ``exchanged`` is m, the register bits exchanged with lane bits; ``stages`` are those of selects, before and after.
    """

    rule: str
    steps: tuple[Step, ...] = field(repr=False)
    packed: int
    words: int
    shuffles: int
    exchanged: int
    stages: tuple[int, int]


def shuffle_plans(move: Move) -> list[ShufflePlan]:
    """Return a plan of every rule that applies, in the order of ``RULES``.

    Requires: ``move.level`` is 'register' or 'shuffle'.
    Cost:     some reductions of matrices over the bits of the tensor, and one step for each word.
    """
    sides = _Sides(move)
    own, bridged = sides.own_points(), sides.bridged_points()
    plans = [sides.assemble("general", points) for points in (*own, *bridged)]
    found = [min(plans, key=lambda plan: 2 * plan.shuffles + sum(plan.stages) * plan.words)]
    paired = sides.paired_points()
    if paired is not None:
        found.append(sides.assemble("published", paired, elide=False))
        later = [*own, paired] if own else [paired]
        found.append(sides.assemble("triton", later[0]))
    return found


@dataclass(frozen=True, slots=True)
class _Points:
    """For every bit of a thread: the point that it adds, and the lanes that it adds to the sender of that point."""

    points: tuple[int, ...]
    lanes: tuple[int, ...]
    Q: tuple[int, ...]


class _Sides:
    """What the plans of one move share: registers, lanes and threads of both sides, and what they have in common."""

    __slots__ = ("A", "B", "P", "Q", "V", "common", "from_registers", "mine", "move", "own_lane", "place", "rows")

    def __init__(self, move: Move) -> None:
        self.move, self.rows = move, move.bits
        self.P, self.Q = extend((), move.A["register"]), extend((), move.B["register"])
        self.common = meet(self.P, self.Q, self.rows)
        self.A = move.A["lane"] + move.A["warp"] + move.A["block"]
        self.B = move.B["lane"] + move.B["warp"] + move.B["block"]
        self.own_lane = len(move.A["lane"])
        self.place = Coordinates(move.A["register"] + move.A["lane"], self.rows)
        self.mine = len(move.A["register"])
        self.from_registers = Coordinates(move.A["register"], self.rows)
        self.V = self._packed()

    def _packed(self) -> list[int]:
        """Return the vectors whose elements travel in one word: first those that are so in words of both sides."""
        most = per_word(self.move.element_bits).bit_length() - 1
        low_A, low_B = self.move.A["register"][:most], self.move.B["register"][:most]
        in_both = Coordinates(self.common, self.rows)
        same = [a for a, b in zip(low_A, low_B, strict=False) if a == b]
        words = [column for column in (*same, *low_A, *low_B) if in_both(column) is not None]
        return at_places(extend((), [*words, *self.common])[:most], (low_A, low_B))

    # -- the points of the first round --------------------------------------------------------------------------------

    def own_points(self) -> list[_Points]:
        """Return points that every lane holds on both sides, if there are: rounds with k in P are then free."""
        extra_P, extra_Q = extend(self.common, self.P), extend(self.common, self.Q)
        solve = Coordinates([*extra_P, *extra_Q, *self.common], self.rows)
        parts = [solve(a ^ b) for a, b in zip(self.A, self.B, strict=True)]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts):
            return []
        low, high = len(extra_P), len(extra_P) + len(extra_Q)
        lanes = tuple([1 << j if j < self.own_lane else 0 for j in range(len(self.A))])
        found = []
        for side in (0, -1) if any([part >> high for part in known]) else (0,):
            # What both have in common may be added by the sender or by the receiver.
            chosen = [part & (1 << low) - 1 | part >> high << high & side for part in known]
            columns = [*extra_P, *extra_Q, *self.common]
            points = tuple([a ^ image(columns, x) for a, x in zip(self.A, chosen, strict=True)])
            found.append(_Points(points, lanes, tuple(self.Q)))
        return found

    def bridged_points(self) -> list[_Points]:
        """Return points of subspaces that complete P and Q, made from lanes of one side or of both where they can."""
        lanes_A, lanes_B = self.move.A["lane"], self.move.B["lane"]
        space = extend((), [*self.Q, *lanes_B])
        inside = Coordinates(space, self.rows)
        shared = meet(lanes_A, lanes_B, self.rows)
        ours = [column for column in lanes_A if column and inside(column) is not None]
        theirs = [column for column in lanes_B if column]
        Q = self._enough(space)
        held = meet(self.P, space, self.rows)
        variants = ([*shared, *ours, *theirs], [*shared, *theirs, *ours])
        found = {tuple(bridge(held, Q, space, first, self.rows)) for first in variants}
        return [self._from_subspace(W, Q) for W in sorted(found)]

    def _enough(self, space: Sequence[int]) -> list[int]:
        """Return Q, with more rounds where few lanes hold much of what is wanted.

        W meets P in as many dimensions as P is larger than Q; its points there come from copies in other lanes.
        """
        held = meet(self.P, space, self.rows)
        lacking = len(held) - len(self.Q) - len(self._copies())
        return [*self.Q, *extend(self.Q, held)[: max(0, lacking)]]

    def _copies(self) -> list[int]:
        """Return the lanes whose data is also in lane 0."""
        kernel = BitMatrix._new(self.move.A["register"] + self.move.A["lane"], self.rows).kernel().columns
        return extend((), [vector >> self.mine for vector in kernel])

    def paired_points(self) -> _Points | None:
        """Return the points of the published rule; None unless both are permutation layouts with as many copies."""
        lanes = [[column for column in side["lane"] if column] for side in (self.move.A, self.move.B)]
        for side, lane in zip((self.move.A, self.move.B), lanes, strict=True):
            held = [column for column in (*side["register"], *lane) if column]
            if any([column & column - 1 for column in held]) or len(set(held)) < len(held):
                return None
        if {*self.P, *lanes[0]} != {*self.Q, *lanes[1]} or len(lanes[0]) != len(lanes[1]):
            return None
        only = [sorted({*lanes[k]} - {*lanes[1 - k]}) for k in (0, 1)]
        W = [*[c for c in lanes[0] if c in lanes[1]], *[e ^ f for e, f in zip(*only, strict=True)]]
        return self._from_subspace(W, self.Q)

    def _from_subspace(self, W: Sequence[int], Q: Sequence[int]) -> _Points:
        """Return the points of a subspace that completes Q: each lane has one, and a lane that holds it sends it."""
        solve, shared = Coordinates([*Q, *W], self.rows), len(meet(W, self.P, self.rows))
        copies = self._copies()[:shared]
        points, lanes = [], []
        for j, wanted in enumerate(self.B):
            if j < self.own_lane:
                part = solve.of(wanted) >> len(Q)
                points.append(image(W, part))
                lanes.append(self.place.of(points[j]) >> self.mine ^ image(copies, part & (1 << shared) - 1))
            else:
                points.append(self._of_warp(j))
                lanes.append(self.place.of(points[j] ^ self.A[j]) >> self.mine)
        return _Points(tuple(points), tuple(lanes), tuple(Q))

    def _of_warp(self, j: int) -> int:
        """Return the point that a bit of the warp adds: one that a lane keeps, where there is one."""
        x = Coordinates([*self.P, *self.Q], self.rows)(self.A[j] ^ self.B[j])
        return self.B[j] if x is None else self.A[j] ^ image(self.P, x & (1 << len(self.P)) - 1)

    # -- the steps ----------------------------------------------------------------------------------------------------

    def assemble(self, rule: str, chosen: _Points, elide: bool = True) -> ShufflePlan:
        """Return the plan with these points in its first round."""
        chosen = self._in_order(chosen)
        moved = [p ^ b for p, b in zip(chosen.points, self.B, strict=True)]
        beyond = [*moved, *chosen.Q] if self.V else chosen.Q  # words that are moved as they are
        basis = [*self.V, *extend(self.V, beyond)]
        received = Coordinates(basis, self.rows)
        by_receiver = tuple([received.of(vector) for vector in moved])
        registers = images(tuple([received.of(column) for column in self.move.B["register"]]))
        by_sender = self._by_sender(chosen)
        places = [self.place.of(column) for column in basis]
        offsets = images(tuple([place >> self.mine for place in places]))
        ours = (1 << self.mine) - 1
        sent = images(tuple([at(by_sender, place >> self.mine) ^ place & ours for place in places]))
        packed = 1 << len(self.V)
        rounds = range(0, len(sent), packed)
        lanes = Affine(chosen.lanes)
        kept = [k for k in rounds if elide and (lanes ^ offsets[k]).is_identity(self.own_lane)]
        parts = _Parts(packed, sent, registers, by_sender, by_receiver, lanes, offsets, kept)
        return ShufflePlan(
            rule,
            tuple(self._cheaper(parts)),
            packed,
            len(rounds),
            len(rounds) - len(kept),
            len(self.Q) - len(self.common),
            (_stages(by_sender, sent[:packed]), rank([value >> len(self.V) for value in by_receiver])),
        )

    def _cheaper(self, parts: _Parts) -> list[Step]:
        """Return the short steps, where there are; of narrow elements those with fewer instructions.

        Selects of the full steps may be one with the byte permutes that make words.
        """
        short, bits = parts.short(), self.move.element_bits
        if short is None or per_word(bits) == 1:
            return short or parts.full()
        count = self.move.count("A", "register")
        return min(short, parts.full(), key=lambda steps: sum(count_instructions(steps, bits, count).values()))

    def _by_sender(self, chosen: _Points) -> tuple[int, ...]:
        """Return the register of a sender as a function of its own thread."""
        threads = [lanes if j < self.own_lane else lanes | 1 << j for j, lanes in enumerate(chosen.lanes)]
        found = [self.from_registers.of(vector) for vector in self._of_sender(chosen)]
        return interpolate(zip(threads, found, strict=True), len(self.A))

    def _of_sender(self, chosen: _Points) -> list[int]:
        """Return what the registers of the sender of each point add to its lane, for every bit of the receiver."""
        there = [image(self.move.A["lane"], lanes) for lanes in chosen.lanes]
        own = [0 if j < self.own_lane else column for j, column in enumerate(self.A)]
        return [p ^ lane ^ column for p, lane, column in zip(chosen.points, there, own, strict=True)]

    def _in_order(self, chosen: _Points) -> _Points:
        """Return points that keep the places inside the words: vectors of V may be added to any point.

        Where sender and receiver want different ones, the receiver puts the word in order.
        """
        if not self.V:
            return chosen
        rows = echelon(self.V)
        sent = self._of_sender(chosen)
        received = [p ^ b for p, b in zip(chosen.points, self.B, strict=True)]
        inside = [
            BitMatrix._new(tuple([reduced(vector, rows) for vector in side]), self.rows).kernel().columns
            for side in (sent, received)
        ]
        pairs = [(x, image(sent, x)) for x in inside[0]]
        pairs += [(x, image(received, x)) for x in extend(inside[0], inside[1])]
        added = interpolate(pairs, len(self.A))
        points = tuple([p ^ v for p, v in zip(chosen.points, added, strict=True)])
        return _Points(points, chosen.lanes, chosen.Q)


def _stages(by: Sequence[int], word: Sequence[int]) -> int:
    """Return the stages of selects of words: the rank beyond places inside a word."""
    return rank([*word, *by]) - rank(word)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the steps are made of; the index of a file of words is the round, with the place in the word low."""

    packed: int
    sent: list[int]
    registers: list[int]
    by_sender: tuple[int, ...]
    by_receiver: tuple[int, ...]
    lanes: Affine
    offsets: list[int]
    kept: list[int]

    def full(self) -> list[Step]:
        """Return selects, rounds and selects."""
        kept = {*self.kept}
        steps: list[Step] = [Permute("src", "sent", tuple(self.sent), Affine(self.by_sender), self.packed)]
        same = tuple([k + i for k in self.kept for i in range(self.packed)])
        if same:
            steps.append(Copy("sent", "received", same, same))
        for k in range(0, len(self.sent), self.packed):
            if k not in kept:
                word = tuple(range(k, k + self.packed))
                steps.append(Shuffle("sent", "received", word, word, self.lanes ^ self.offsets[k]))
        by = Affine(self.by_receiver)
        return [*steps, Permute("received", "dst", tuple(self.registers), by, self.packed)]

    def short(self) -> list[Step] | None:
        """Return steps with fewer selects, where half of the words stay and one bit of a thread tells which.

        A word that stays is never moved out of its register, so that a destination selects between two words, one of
        its own and one received, and only what is sent is selected before: 1.5 R selects in place of 2 R.
        """
        send, receive = {*self.by_sender} - {0}, {*self.by_receiver} - {0}
        when = [[bool(value) for value in by] for by in (self.by_sender, self.by_receiver)]
        if 2 * len(self.kept) * self.packed != len(self.sent) or len(send) != 1 or len(receive) != 1:
            return None
        (h,), (g,) = send, receive
        stay = {k // self.packed for k in self.kept}
        words = range(len(self.sent) // self.packed)
        beside, inside = g // self.packed, g % self.packed
        if inside or when[0] != when[1] or any([(w in stay) == (w ^ beside in stay) for w in words]):
            return None
        go = [w for w in words if w not in stay]
        chosen = tuple([self.sent[r] for w in go for r in self._word(w)])
        steps: list[Step] = [Permute("src", "sent", chosen, Affine(self.by_sender), self.packed)]
        for n, w in enumerate(go):
            there = tuple(self._word(2 * w))
            steps.append(
                Shuffle("sent", "beside", tuple(self._word(n)), there, self.lanes ^ self.offsets[w * self.packed])
            )
        # Beside each word, in slot 2 * w, lies what takes its place where the bit is set, in slot 2 * w + 1.
        pairs = [(a, b) for w in go for a, b in zip(self._word(2 * w), self._word(2 * (w ^ beside) + 1), strict=True)]
        steps.append(Copy("beside", "beside", tuple([a for a, _ in pairs]), tuple([b for _, b in pairs])))
        own = [(self.sent[r], t) for w in stay for r, t in zip(self._word(w), self._word(2 * w), strict=True)]
        own += [
            (self.sent[r] ^ h, t)
            for w in stay
            for r, t in zip(self._word(w), self._word(2 * (w ^ beside) + 1), strict=True)
        ]
        steps.append(Copy("src", "beside", tuple([a for a, _ in own]), tuple([b for _, b in own])))
        by = Affine(tuple([self.packed if value else 0 for value in self.by_receiver]))
        registers = tuple([r // self.packed * 2 * self.packed + r % self.packed for r in self.registers])
        return [*steps, Permute("beside", "dst", registers, by, self.packed)]

    def _word(self, w: int) -> range:
        return range(w * self.packed, (w + 1) * self.packed)
