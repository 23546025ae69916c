"""What the steps of a plan compile to: instructions of one thread, by kind.

A thread issues

  shfl             one for each word of a ``Shuffle``; an element of 64 bits is two words
  selp             a ``Permute`` with m independent values of ``by`` is m stages, each one select for a word it makes
  prmt             elements narrower than 32 bits that change places: see below
  st.shared.v4.b32 and the like, by width; ``st.shared::cluster`` where the memory is another block's
  stmatrix.x4, ldmatrix.x2.trans and the like
  bar, barrier.cluster, bar.warp

Elements narrower than 32 bits share words.  Where each came to be is followed through all the steps, and a word that a
step needs is made when it is not there: from n words of which it takes elements, by max(1, n - 1) byte permutes, by
none where it is the low part of a word as it lies.  Where the register varies with the thread, words may be selected
before or after they are made, or be made by byte permutes whose selector varies, which is a select for each independent
value; the cheapest counts.  Elements of 4 bits that leave their byte cost a shift and a lop3
for each piece instead (``bitop``).  A copy is a renaming and costs nothing.

>>> from layouts.convert.steps import Copy
>>> count_instructions([Copy("src", "dst", (0, 1, 2, 3), (0, 1, 2, 3))], 16, 4)
{}
>>> count_instructions([Copy("src", "dst", (0, 2, 1, 3), (0, 1, 2, 3))], 16, 4)
{'prmt': 2}
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatchmethod

from ..elimination import image
from ..errors import LayoutError
from .registers import images, per_word
from .spans import Coordinates, echelon, extend, reduced
from .steps import Barrier, Copy, Load, LoadMatrix, Permute, Shuffle, Store, StoreMatrix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .steps import Step

    Place = tuple[int, int]  # the number of a word, and the place of an element in it

__all__ = ["count_instructions", "select_stages", "vector_name"]

_MOST_VARYING = 2
"""The most independent values of a selector of byte permutes: with more there are too many words to take from."""

_BARRIERS = {"warp": "bar.warp", "block": "bar", "cluster": "barrier.cluster"}


def count_instructions(steps: Iterable[Step], element_bits: int, registers: int) -> dict[str, int]:
    """Return how often a thread issues each instruction, for a file "src" of so many registers."""
    counter = _Counter(element_bits, registers)
    for step in steps:
        counter.step(step)
    counter.finish()
    return {kind: counter.found[kind] for kind in sorted(counter.found) if counter.found[kind]}


def vector_name(kind: str, bits: int, remote: bool = False) -> str:
    """Return the name of a vector access: 'ld' or 'st', and its width.

    >>> vector_name("st", 128), vector_name("ld", 16)
    ('st.shared.v4.b32', 'ld.shared.b16')
    """
    width = f"b{bits}" if bits <= 32 else f"v{bits // 32}.b32"
    return f"{kind}.shared{'::cluster' if remote else ''}.{width}"


def select_stages(made: set[int], by: Sequence[int], inside: Sequence[int]) -> tuple[int, set[int]]:
    """Return (selects, words that are read) to make words ``w ^ by(thread)`` for the w in ``made``.

    ``by`` spans the values; words are numbered by an element, modulo ``inside``, the differences inside a word.  The
    last stage makes what is wanted, each one before it what the next one reads.
    """
    rows = echelon(inside)
    left = list(echelon([reduced(value, rows) for value in by]).values())
    made, selects = {reduced(word, rows) for word in made}, 0
    while left:  # sums of reduced words are reduced
        read, chosen = made, left[0]
        for value in left:
            grown = made | {word ^ value for word in made}
            if read is made or len(grown) < len(read):
                read, chosen = grown, value
            if len(grown) == len(made):
                break
        selects += len(made)
        made = read
        left.remove(chosen)
    return selects, made


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to select narrow elements: the words that must be made first, and where the elements come to be."""

    selects: int
    permutes: int
    operands: list[list[Place]]
    places: list[Place]


class _Counter:
    """Follows every element narrower than 32 bits; ``found`` counts."""

    def __init__(self, element_bits: int, registers: int) -> None:
        self.bits, self.per = element_bits, per_word(element_bits)
        self.wide = max(1, element_bits // 32)
        self.found: dict[str, int] = {}
        self.files: dict[str, dict[int, Place]] = {}
        self._made: set[tuple[Place, ...]] = set()
        self._words = 0
        if self.per > 1:
            first = [self._new() for _ in range(0, registers, self.per)]
            self.files["src"] = {r: (first[r // self.per], r % self.per) for r in range(registers)}

    def add(self, kind: str, count: int = 1) -> None:
        self.found[kind] = self.found.get(kind, 0) + count

    def finish(self) -> None:
        """Make the words of the file "dst"."""
        if self.per > 1 and (file := self.files.get("dst")):
            for r in range(0, len(file), self.per):
                self._word([file[k] for k in range(r, min(r + self.per, len(file)))])

    @singledispatchmethod
    def step(self, step: Step) -> None:
        raise LayoutError(f"no step of a plan: {step!r}", step)

    @step.register
    def _(self, step: Copy) -> None:
        if self.per > 1:
            source, target = self.files[step.source], self.files.setdefault(step.target, {})
            places = [source[r] for r in step.sent]
            target.update(zip(step.received, places, strict=True))

    @step.register
    def _(self, step: Permute) -> None:
        if step.by.is_constant:
            self.step(
                Copy(
                    step.source, step.target, tuple([r ^ step.by.offset for r in step.registers]), _all(step.registers)
                )
            )
        elif self.per == 1:
            selects, _ = select_stages(set(step.registers), step.by.columns, ())
            self.add("selp", selects * self.wide)
        else:
            self._select_words(step)

    def _select_words(self, step: Permute) -> None:
        """Count selects of narrow elements, word by word, in the cheapest of the ways to make words of them."""
        count = len(step.registers)
        sizes = sorted({min(size, count) for size in (step.packed, self.per) if count % min(size, count) == 0})
        ways = [self._target_words(step, size) for size in sizes]
        if not any([value % step.packed for value in step.by.columns]):
            ways.append(self._source_words(step))
        if self.bits > 4 and step.by.rank <= _MOST_VARYING:
            ways += [self._varying_words(step, size) for size in sizes]
        best = min(ways, key=lambda way: self._total(step, way))
        self.add("selp", best.selects)
        self.add("prmt", best.permutes)
        for word in best.operands:
            self._word(word)
        self.files.setdefault(step.target, {}).update(enumerate(best.places))

    def _target_words(self, step: Permute, size: int) -> _Way:
        """Make words of elements that the target has side by side, then select among them."""
        first, source = step.registers[0], self.files[step.source]
        inside = [r ^ first for r in step.registers[:size]]
        order = {d: place for place, d in enumerate(sorted({*inside}))}
        word_of, fixed = _section(inside, step.by.columns, max(*step.registers, *source).bit_length())
        starts = {word_of(r) for r in step.registers[::size]}
        selects, read = select_stages(starts, [word_of(value) for value in step.by.columns], ())
        operands = [[source[word ^ d] for d in order] for word in sorted(read)]
        varying = 0
        if not fixed:  # places inside the words vary too: a byte permute of each, and its selector
            selects, varying = selects + 1, len(starts)
        numbers = {word: self._new() for word in sorted(starts)}
        places = [(numbers[word_of(r)], order[r ^ word_of(r)]) for r in step.registers]
        return _Way(selects, varying, operands, places)

    def _varying_words(self, step: Permute, size: int) -> _Way:
        """Take every word of the target from all words that it may come from, by byte permutes that vary."""
        source = self.files[step.source]
        basis = tuple(echelon(step.by.columns).values())
        values, permutes = images(basis), 0
        numbers: dict[tuple[int, ...], int] = {}
        places = []
        for start in range(0, len(step.registers), size):
            chosen = step.registers[start : start + size]
            if chosen not in numbers:
                numbers[chosen] = self._new()
                permutes += max(1, len({source[r ^ value][0] for r in chosen for value in values}) - 1)
            places += [(numbers[chosen], k) for k in range(size)]
        return _Way(len(basis), permutes, [], places)

    def _source_words(self, step: Permute) -> _Way:
        """Select among words as the source has them, then take elements from them."""
        size, source = step.packed, self.files[step.source]
        inside = range(size)
        selects, read = select_stages({r // size * size for r in step.registers}, step.by.columns, inside)
        operands = [[source[word + k] for k in inside if word + k in source] for word in sorted(read)]
        numbers = {word: self._new() for word in sorted({r // size for r in step.registers})}
        return _Way(selects, 0, operands, [(numbers[r // size], r % size) for r in step.registers])

    def _total(self, step: Permute, way: _Way) -> int:
        """Return what a way costs, with what it takes to make the words of the target from what it leaves."""
        size, places = self.per if step.target == "dst" else step.packed, way.places
        words = [*way.operands, *[places[k : k + size] for k in range(0, len(places), size)]]
        return way.selects + way.permutes + sum([self._price(tuple(word)) for word in words])

    @step.register
    def _(self, step: Shuffle) -> None:
        self.add("shfl", self.wide)
        self._consume(step.source, step.sent)
        self._produce(step.target, step.received)

    @step.register
    def _(self, step: Store) -> None:
        self.add(vector_name("st", len(step.registers) * self.bits, step.block is not None))
        self._consume(step.source, step.registers)

    @step.register
    def _(self, step: Load) -> None:
        self.add(vector_name("ld", len(step.registers) * self.bits, step.block is not None))
        self._produce(step.target, step.registers)

    @step.register
    def _(self, step: StoreMatrix) -> None:
        self.add(f"stmatrix.x{step.matrices}{'.trans' if step.transposed else ''}")
        self._consume(step.source, step.registers)

    @step.register
    def _(self, step: LoadMatrix) -> None:
        self.add(f"ldmatrix.x{step.matrices}{'.trans' if step.transposed else ''}")
        self._produce(step.target, step.registers)

    @step.register
    def _(self, step: Barrier) -> None:
        self.add(_BARRIERS[step.scope])

    def _consume(self, source: str, registers: Sequence[int]) -> None:
        if self.per > 1:
            file = self.files[source]
            for start in range(0, len(registers), self.per):
                self._word([file[r] for r in registers[start : start + self.per]])

    def _produce(self, target: str, registers: Sequence[int]) -> None:
        if self.per > 1:
            file = self.files.setdefault(target, {})
            for start in range(0, len(registers), self.per):
                word = self._new()
                for place, r in enumerate(registers[start : start + self.per]):
                    file[r] = word, place

    def _new(self) -> int:
        self._words += 1
        return self._words

    def _word(self, places: Sequence[Place]) -> None:
        """Count what it takes to have a word with these elements."""
        known = tuple(places)
        if price := self._price(known):
            self._made.add(known)
            self.add("prmt" if by_bytes(places, self.bits) else "bitop", price)

    def _price(self, places: tuple[Place, ...]) -> int:
        return 0 if places in self._made else word_price(places, self.bits)


def word_price(places: Sequence[Place], bits: int) -> int:
    """Return the instructions that make a word with these elements; 0 if it lies so already."""
    word = places[0][0]
    if all([place == (word, k) for k, place in enumerate(places)]):
        return 0
    if by_bytes(places, bits):
        return max(1, len({word for word, _ in places}) - 1)
    return 2 * len({(word, k - place) for k, (word, place) in enumerate(places)})


def by_bytes(places: Sequence[Place], bits: int) -> bool:
    """Tell whether elements of 4 bits stay together in bytes, in pairs; wider ones always do."""
    pairs = zip(places[::2], places[1::2], strict=False)
    whole = len(places) % 2 == 0
    return bits > 4 or (whole and all([a[0] == b[0] and a[1] % 2 == 0 and b[1] == a[1] + 1 for a, b in pairs]))


def _section(inside: Sequence[int], by: Sequence[int], bits: int) -> tuple[Callable[[int], int], bool]:
    """Return the element that stands for the word of an element, and whether ``by`` goes from one of them to another.

    Words are the cosets of ``inside``; the choice is linear, and keeps the values of ``by`` where it can.
    """
    basis = extend((), inside)
    free = extend(basis, [*by, *[1 << k for k in range(bits)]])
    solve, low = Coordinates([*basis, *free], bits), (1 << len(basis)) - 1
    columns = [1 << k ^ image(basis, solve.of(1 << k) & low) for k in range(bits)]
    return lambda x: image(columns, x), all([image(columns, value) == value for value in by])


def _all(registers: Sequence[int]) -> tuple[int, ...]:
    return tuple(range(len(registers)))
