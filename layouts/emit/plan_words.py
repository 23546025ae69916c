"""The registers of a plan as words of C: where every element lies, which words are made, selected, permuted.

An element narrower than 32 bits lies in a part of a 32-bit word, one wider in several words.  A register of a step is
a *place*, a word and a part of it.  A copy moves places and writes nothing; a word that a step needs and that is not
there is made of the words that have its elements, by byte permutes.  Where the register varies with the thread, words
are selected.  All ways to do that are those of ``layouts.convert.counting``, and the cheapest is written.

>>> from layouts.convert.steps import Copy
>>> from layouts.emit.plan_lines import Lines
>>> lines = Lines((5, 0, 0))
>>> words = Words(lines, 16, 4)
>>> words.copy(Copy("src", "dst", (0, 2, 1, 3), (0, 1, 2, 3)))
>>> words.all_of("dst"), lines.text[0]
(['w0', 'w1'], 'const uint32_t w0 = __byte_perm(src[0], src[1], 0x5410u);')
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..convert.counting import _MOST_VARYING, _section, by_bytes, word_price
from ..convert.registers import images, per_word
from ..convert.spans import Coordinates, echelon

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..convert.steps import Copy, Permute
    from .plan_lines import Lines

    Place = tuple[int, int]
    Stages = list[tuple[int, set[int]]]

__all__ = ["Words"]


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to select: what it costs, the words that it takes, the places that it makes, and how it is written."""

    selects: int
    permutes: int
    operands: list[tuple[Place, ...]]
    places: list[Place]
    write: Callable[[], None] = field(repr=False)


class Words:
    """The words of all register files; ``files[name][register]`` is a place."""

    def __init__(self, lines: Lines, element_bits: int, registers: int) -> None:
        self.lines, self.bits, self.per = lines, element_bits, per_word(element_bits)
        self.wide = max(1, element_bits // 32)
        self._texts: list[tuple[str, ...]] = []
        self._made: dict[tuple[Place, ...], int] = {}
        self.files: dict[str, dict[int, Place]] = {}
        count = -(-registers // self.per)
        first = [self.new(tuple([f"src[{w * self.wide + j}]" for j in range(self.wide)])) for w in range(count)]
        self.files["src"] = {r: (first[r // self.per], r % self.per) for r in range(registers)}

    # -- words ---------------------------------------------------------------------------------------------------------

    def new(self, texts: tuple[str, ...] = ()) -> int:
        """Return the number of a new word with these texts, of 32 bits each."""
        self._texts.append(texts)
        return len(self._texts) - 1

    def put(self, name: str, registers: Sequence[int], texts: Sequence[str]) -> None:
        """Say that registers of a file lie in words with these texts, one after the other."""
        file = self.files.setdefault(name, {})
        for n, start in enumerate(range(0, len(registers), self.per)):
            word = self.new(tuple(texts[n * self.wide : (n + 1) * self.wide]))
            for place, register in enumerate(registers[start : start + self.per]):
                file[register] = word, place

    def get(self, name: str, registers: Sequence[int]) -> list[str]:
        """Return the texts of the words that hold registers one after the other; they are made where they are not."""
        file = self.files[name]
        found: list[str] = []
        for start in range(0, len(registers), self.per):
            found += self._texts[self._word(tuple([file[r] for r in registers[start : start + self.per]]))]
        return found

    def all_of(self, name: str) -> list[str]:
        """Return the texts of the words of a file."""
        return self.get(name, range(len(self.files.get(name, ()))))

    def copy(self, step: Copy) -> None:
        """Follow a renaming."""
        source, target = self.files[step.source], self.files.setdefault(step.target, {})
        places = [source[r] for r in step.sent]
        target.update(zip(step.received, places, strict=True))

    def _word(self, places: tuple[Place, ...]) -> int:
        """Return the word with these elements."""
        first = places[0][0]
        if all([place == (first, k) for k, place in enumerate(places)]):
            return first
        found = self._made.get(places)
        if found is None:
            text = self._permuted(places) if by_bytes(places, self.bits) else self._shifted(places)
            found = self._made[places] = self.new((text,))
        return found

    def _price(self, places: tuple[Place, ...]) -> int:
        return 0 if places in self._made else word_price(places, self.bits)

    def _bytes(self, places: Sequence[Place]) -> list[Place]:
        """Return the word and the byte of each byte of elements side by side."""
        if self.bits == 4:
            return [(word, place // 2) for word, place in places[::2]]
        size = self.bits // 8
        return [(word, place * size + j) for word, place in places for j in range(size)]

    def _permuted(self, places: Sequence[Place]) -> str:
        """Write byte permutes that take bytes from one word after the other."""
        wanted = self._bytes(places)
        words = list(dict.fromkeys([word for word, _ in wanted]))
        return self._chain(words, [f"{selector:#06x}u" for selector in _selectors(words, wanted)])

    def _chain(self, words: Sequence[int], selectors: Sequence[str]) -> str:
        """Write the byte permutes of some words, one after the other."""
        texts = [self._texts[word][0] for word in words]
        found = texts[0]
        for other, selector in zip((*texts[1:], "0u"), selectors, strict=False):
            found = self.lines.define("w", "uint32_t", f"__byte_perm({found}, {other}, {selector})")
            self.lines.count("prmt")
        return found

    def _shifted(self, places: Sequence[Place]) -> str:
        """Write a word of elements of 4 bits piece by piece: a shift, and a mask that joins."""
        pieces: dict[tuple[int, int], int] = {}
        for k, (word, place) in enumerate(places):
            pieces[word, k - place] = pieces.get((word, k - place), 0) | 0xF << 4 * k
        parts = []
        for (word, distance), mask in pieces.items():
            text = self._texts[word][0]
            moved = f"({text} {'<<' if distance > 0 else '>>'} {4 * abs(distance)})" if distance else text
            parts.append(f"({moved} & {mask:#x}u)")
        self.lines.count("bitop", 2 * len(pieces))
        return self.lines.define("w", "uint32_t", " | ".join(parts))

    # -- selects -------------------------------------------------------------------------------------------------------

    def select(self, step: Permute) -> None:
        """Write the selects of a step, in the cheapest of the ways."""
        registers = tuple([r ^ step.by.offset for r in step.registers])
        columns = step.by.columns
        count = len(registers)
        sizes = sorted({min(size, count) for size in (step.packed, self.per) if count % min(size, count) == 0})
        ways = [self._target_words(step, registers, size) for size in sizes]
        if self.per > 1 and not any([value % step.packed for value in columns]):
            ways.append(self._source_words(step, registers))
        if 4 < self.bits < 32 and step.by.rank <= _MOST_VARYING:
            ways += [self._varying_words(step, registers, size) for size in sizes]
        best = min(ways, key=lambda way: self._total(step, way))
        best.write()
        self.files.setdefault(step.target, {}).update(enumerate(best.places))

    def _total(self, step: Permute, way: _Way) -> int:
        size, places = self.per if step.target == "dst" else step.packed, way.places
        words = [*way.operands, *[tuple(places[k : k + size]) for k in range(0, len(places), size)]]
        return way.selects + way.permutes + sum([self._price(word) for word in words])

    def _target_words(self, step: Permute, registers: Sequence[int], size: int) -> _Way:
        """Make words of elements that the target has side by side, then select among them."""
        first, source, columns = registers[0], self.files[step.source], step.by.columns
        inside = [r ^ first for r in registers[:size]]
        order = {d: place for place, d in enumerate(sorted({*inside}))}
        word_of, fixed = _section(inside, columns, max(*registers, *source, *columns).bit_length())
        projected = [word_of(value) for value in columns]
        starts = {word_of(r) for r in registers[::size]}
        stages, read = _stages(starts, projected)
        operands = {word: tuple([source[word ^ d] for d in order]) for word in sorted(read)}
        numbers = {word: self.new() for word in sorted(starts)}
        places = [(numbers[word_of(r)], order[r ^ word_of(r)]) for r in registers]
        parts = [a ^ b for a, b in zip(columns, projected, strict=True)]

        def write() -> None:
            found = self._selected({w: self._word(p) for w, p in operands.items()}, stages, projected, step.target)
            texts = [self._texts[found[word]] for word in numbers]
            if not fixed:
                texts = [(text,) for text in self._reordered([found[word] for word in numbers], order, parts)]
            for number, text in zip(numbers.values(), texts, strict=True):
                self._texts[number] = text

        selects = sum([len(made) for _, made in stages]) * self.wide
        return _Way(selects + (not fixed), 0 if fixed else len(starts), list(operands.values()), places, write)

    def _reordered(self, words: Sequence[int], order: dict[int, int], by: Sequence[int]) -> list[str]:
        """Write words whose parts change places as the thread says: the part d becomes the part ``d ^ value``."""
        basis, masks = _varying(by)
        inside = [[(0, order[d ^ value]) for d in order] for value in images(tuple(basis))]
        if all([by_bytes(places, self.bits) for places in inside]):
            table = [_selectors([0], self._bytes(places))[0] for places in inside]
            (selector,) = self.lines.selectors([table], masks, 1)
            return [self._chain([word], [selector]) for word in words]
        found = []
        for first in words:
            word = first
            for value, mask in zip(basis, masks, strict=True):
                other = self._shifted([(word, order[d ^ value]) for d in order])
                text = f"{self.lines.condition(mask)} ? {other} : {self._texts[word][0]}"
                self.lines.count("selp")
                word = self.new((self.lines.define("w", "uint32_t", text),))
            found.append(self._texts[word][0])
        return found

    def _source_words(self, step: Permute, registers: Sequence[int]) -> _Way:
        """Select among words as the source has them, then take elements from them."""
        size, source, columns = step.packed, self.files[step.source], step.by.columns
        projected = [value // size * size for value in columns]
        stages, read = _stages({r // size * size for r in registers}, projected)
        operands = {word: tuple([source[word + k] for k in range(size) if word + k in source]) for word in sorted(read)}
        numbers = {word: self.new() for word in sorted({r // size * size for r in registers})}
        places = [(numbers[r // size * size], r % size) for r in registers]

        def write() -> None:
            found = self._selected({w: self._word(p) for w, p in operands.items()}, stages, projected, step.target)
            for word, number in numbers.items():
                self._texts[number] = self._texts[found[word]]

        return _Way(sum([len(made) for _, made in stages]), 0, list(operands.values()), places, write)

    def _varying_words(self, step: Permute, registers: Sequence[int], size: int) -> _Way:
        """Take every word of the target from all words that it may come from, by byte permutes that vary."""
        source = self.files[step.source]
        basis, masks = _varying(step.by.columns)
        values, permutes = images(tuple(basis)), 0
        numbers: dict[tuple[int, ...], tuple[int, list[int]]] = {}
        places = []
        for start in range(0, len(registers), size):
            chosen = tuple(registers[start : start + size])
            if chosen not in numbers:
                words = list(dict.fromkeys([source[r ^ value][0] for value in values for r in chosen]))
                numbers[chosen] = self.new(), words
                permutes += max(1, len(words) - 1)
            places += [(numbers[chosen][0], k) for k in range(size)]

        def write() -> None:
            tables = []
            for chosen, (_, words) in numbers.items():
                wanted = [_selectors(words, self._bytes([source[r ^ value] for r in chosen])) for value in values]
                tables += [list(table) for table in zip(*wanted, strict=True)]
            selectors = iter(self.lines.selectors(tables, masks, len(masks)))
            for number, words in numbers.values():
                chain = [next(selectors) for _ in range(max(1, len(words) - 1))]
                self._texts[number] = (self._chain(words, chain),)

        return _Way(len(basis), permutes, [], places, write)

    def _selected(self, words: dict[int, int], stages: Stages, by: Sequence[int], target: str) -> dict[int, int]:
        """Write stages of selects: in each, words w or ``w ^ value``, as a bit of the thread says."""
        values = [value for value, _ in stages]
        masks = _masks(values, by)
        for (value, made), mask in reversed(list(zip(stages, masks, strict=True))):
            condition = self.lines.condition(mask)
            found = {}
            for word in sorted(made):
                pairs = zip(self._texts[words[word ^ value]], self._texts[words[word]], strict=True)
                texts = [self.lines.define(f"{target}_", "uint32_t", f"{condition} ? {a} : {b}") for a, b in pairs]
                self.lines.count("selp", len(texts))
                found[word] = self.new(tuple(texts))
            words = found
        return words


def _stages(made: set[int], by: Iterable[int]) -> tuple[Stages, set[int]]:
    """Return the stages of selects, the last one first, as (value, words made), and the words that the first reads."""
    left = list(echelon(by).values())
    found: Stages = []
    while left:
        read, chosen = made, left[0]
        for value in left:
            grown = made | {word ^ value for word in made}
            if read is made or len(grown) < len(read):
                read, chosen = grown, value
            if len(grown) == len(made):
                break
        found.append((chosen, made))
        made = read
        left.remove(chosen)
    return found, made


def _masks(basis: Sequence[int], by: Sequence[int]) -> list[int]:
    """Return for each basis vector the bits of a thread that add it."""
    solve = Coordinates(basis, max([*basis, *by], default=0).bit_length())
    parts = [solve.of(value) for value in by]
    return [sum([(part >> i & 1) << k for k, part in enumerate(parts)]) for i in range(len(basis))]


def _varying(by: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return a basis of the values of an index, and the bits of a thread that add each."""
    basis = list(echelon(by).values())
    return basis, _masks(basis, by)


def _selectors(words: Sequence[int], wanted: Sequence[Place]) -> list[int]:
    """Return the selectors of a chain of byte permutes for some bytes: a byte stays in place once it is there."""
    found = []
    for k in range(max(1, len(words) - 1)):
        selector = 0
        for at, (word, byte) in enumerate(wanted):
            n = words.index(word)
            part = 4 + byte if n == k + 1 else byte if k == n == 0 else at
            selector |= part << 4 * at
        found.append(selector)
    return found
