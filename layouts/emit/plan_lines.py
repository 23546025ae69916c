"""The lines of a device function: names, index expressions, conditions and selectors, each written once and proved.

>>> from layouts.convert.steps import Affine
>>> lines = Lines((5, 2, 0))
>>> lines.indices([Affine((1, 2, 4, 8, 16, 32, 0)), Affine((1, 2, 4, 8, 16, 32, 0), 96)], 32, "at")
['at0', 'at1 + 256u']
>>> lines.condition(0b10000)
'lane_bit4'
>>> for line in lines.text:
...     print(line)
const unsigned at0 = (warp & 1u) * 128u + lane * 4u;
const unsigned at1 = at0 ^ 128u;
const bool lane_bit4 = (lane & 16u) != 0u;
"""

from __future__ import annotations

from ..convert.steps import Affine
from ..elimination import set_bits
from ..errors import LayoutError
from ..linearity import from_images
from .builder import Builder
from .prove import Claim, Unproved

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..verify.compare import Comparison
    from .terms import Term

    _Lets = list[tuple[str, str]]
    _Base = tuple[Term, str, _Lets]
    _Key = tuple[tuple[int, ...], int]

__all__ = ["THREAD", "Lines"]

THREAD = ("lane", "warp", "block")
"""The variables of a thread, and the order of their bits."""

_BYTE = 8


class Lines:
    """What is written so far.

    ``bits`` are those of lane, warp and block.  ``counts`` counts instructions, ``operators`` those of index
    arithmetic, ``used`` has the variables of the thread that are read, ``proofs`` a comparison for every index.
    """

    def __init__(self, bits: tuple[int, int, int]) -> None:
        self.bits = bits
        self.text: list[str] = []
        self.counts: dict[str, int] = {}
        self.operators: dict[str, int] = {}
        self.used: set[str] = set()
        self.helpers: dict[str, None] = {}
        self.proofs: list[tuple[str, Comparison]] = []
        self._builder = Builder("c", unsigned=True)
        self._numbers: dict[str, int] = {}
        self._known: dict[object, str] = {}
        self._bases: dict[tuple[object, ...], _Base] = {}
        self._margin = ""
        for name, count in zip(THREAD, bits, strict=True):
            self._builder.variable(name, 1 << count)

    def add(self, text: str) -> None:
        """Add a line."""
        self.text.append(self._margin + text)

    def comment(self, *words: str) -> None:
        """Add comments, with an empty line before them."""
        if self.text:
            self.text.append("")
        self.text += [f"// {line}" for line in words]

    def within(self, condition: str) -> None:
        """Open a block of lines that some threads run; an empty condition closes it."""
        if condition:
            self.add(f"if ({condition}) {{")
            self._margin = "    "
        else:
            self._margin = ""
            self.add("}")

    def count(self, kind: str, number: int = 1) -> None:
        """Count instructions."""
        self.counts[kind] = self.counts.get(kind, 0) + number

    def name(self, prefix: str) -> str:
        """Return a name that is not taken."""
        number = self._numbers.get(prefix, 0)
        self._numbers[prefix] = number + 1
        return f"{prefix}{number}"

    def define(self, prefix: str, kind: str, text: str) -> str:
        """Add a constant of a type, and return its name."""
        name = self.name(prefix)
        self.add(f"const {kind} {name} = {text};")
        return name

    def call(self, helper: str) -> str:
        """Return the name of a helper, which is now needed."""
        self.helpers[helper] = None
        return helper

    # -- what depends on the thread ------------------------------------------------------------------------------------

    def indices(self, maps: Sequence[Affine], unit_bits: int, prefix: str) -> list[str]:
        """Return the texts of some maps with equal columns, counted in units of so many bits and written in bytes.

        Units of 8 bits leave a map as it is.  The common part is computed once.
        """
        columns = tuple([_bytes(column, unit_bits) for column in maps[0].columns[: sum(self.bits)]])
        offsets = [_bytes(one.offset, unit_bits) for one in maps]
        images = self._images(columns)
        if not images:
            return [f"{offset}u" for offset in offsets]
        constant = offsets[0] if len({*offsets}) == 1 else 0
        base = self._base(columns, constant, images, prefix)
        found = []
        for offset in offsets:
            text, lets = self._moved(base, (columns, constant), offset ^ constant, prefix)
            self._prove(base[0], text, lets, images, offset)
            found.append(text)
        return found

    def _images(self, columns: Sequence[int]) -> dict[str, list[int]]:
        found, start = {}, 0
        for name, count in zip(THREAD, self.bits, strict=True):
            part = list(columns[start : start + count])
            start += count
            if any(part):
                found[name] = part
                self.used.add(name)
        return found

    def _base(self, columns: tuple[int, ...], constant: int, images: dict[str, list[int]], prefix: str) -> _Base:
        """Return the term of a map, its name, and the lines that it needs; they are written the first time."""
        known = self._bases.get((columns, constant))
        if known is not None:
            return known
        term = self._builder.affine(images, constant)
        written = self._builder.written([term], taken=self._numbers)
        lets: _Lets = []
        renamed: dict[str, str] = {}
        for name, text in written.temporaries:
            renamed[name] = self.name("t")
            lets.append((renamed[name], _renamed(text, renamed)))
            self.add(f"const unsigned {lets[-1][0]} = {lets[-1][1]};")
        text = _renamed(written.texts[0], renamed)
        for operator, number in written.operations.counts.items():
            self._operator(operator, number)
        if not term.is_leaf:
            name = self.define(prefix, "unsigned", text)
            lets.append((name, text))
            text = name
        self._bases[columns, constant] = found = term, text, lets
        return found

    def _moved(self, base: _Base, key: _Key, offset: int, prefix: str) -> tuple[str, _Lets]:
        """Return a base XOR an offset, and the lines it needs: what meets bits of the base is XORed, the rest added."""
        term, name, lets = base
        met = offset & term.bits
        if met:
            known = self._bases.get((*key, met))
            if known is None:
                self._operator("^")
                text = f"{name} ^ {met}u"
                name = self.define(prefix, "unsigned", text)
                known = self._bases[*key, met] = term, name, [*lets, (name, text)]
            _, name, lets = known
        if offset == met:
            return name, lets
        self._operator("+")
        return f"{name} + {offset ^ met}u", lets

    def _operator(self, operator: str, number: int = 1) -> None:
        self.operators[operator] = self.operators.get(operator, 0) + number

    def _prove(self, base: Term, text: str, lets: _Lets, images: dict[str, list[int]], constant: int) -> None:
        """Prove that a text, with the lines that it needs, is ``constant`` XOR the images of the bits of the thread."""
        sizes = [1 << len(row) for row in images.values()]
        flat = from_images(tuple([image for row in images.values() for image in row]), tuple(sizes))
        claim = Claim(list(zip(images, sizes, strict=True)), flat if len(sizes) != 1 else flat[0], constant)
        try:
            self.proofs.append((text, self._builder.prove(base, text, lets, claim)))
        except Unproved as reason:
            raise LayoutError(f"emit_plan: not proved: {reason.reason}", reason.witness) from reason

    def condition(self, mask: int) -> str:
        """Return the name of the condition that a thread has an odd number of the bits of a mask."""
        if mask in self._known:
            return self._known[mask]
        images = self._images([mask >> k & 1 for k in range(sum(self.bits))])
        bits = [(name, k) for name, row in images.items() for k in set_bits(sum([b << k for k, b in enumerate(row)]))]
        if len(bits) == 1:
            (name, k) = bits[0]
            found = f"{name}_bit{k}"
            self.add(f"const bool {found} = ({name} & {1 << k}u) != 0u;")
        else:
            term, text, lets = self._base(tuple([mask >> k & 1 for k in range(sum(self.bits))]), 0, images, "parity")
            self._prove(term, text, lets, images, 0)
            found = self.define("odd", "bool", f"{text} != 0u")
        self._known[mask] = found
        return found

    def none_of(self, masks: Sequence[int]) -> str:
        """Return the condition that a thread has an even number of the bits of every mask."""
        single = self._images([1 if 1 << k in masks else 0 for k in range(sum(self.bits))])
        parts = []
        for name, row in single.items():
            mask = sum([bit << k for k, bit in enumerate(row)])
            parts.append(f"{name} == 0u" if mask + 1 == 1 << len(row) else f"({name} & {mask}u) == 0u")
        parts += [f"!{self.condition(mask)}" for mask in masks if mask & (mask - 1)]
        return " && ".join(parts)

    def selectors(self, tables: Sequence[Sequence[int]], masks: Sequence[int], selects: int) -> list[str]:
        """Return the selectors of byte permutes: entry n of a table where the bits of the thread add up to n.

        Those of one step share their selects: a word that is all ones where a bit of the thread is set, of which each
        selector takes what it needs; beyond so many ``selects`` that word is a product.
        """
        varying = {tuple(table) for table in tables if len({*table}) > 1}
        if not varying:
            return [_hex(table[0]) for table in tables]
        if len(varying) == 1 and len(masks) == 1:
            ((low, high),) = varying
            text = f"{self.condition(masks[0])} ? {_hex(high)} : {_hex(low)}"
            names: dict[tuple[int, ...], str] = {(low, high): self.define("order", "unsigned", text)}
            self.count("selp")
        else:
            names = self._turned(sorted(varying), masks, selects)
        return [names[tuple(table)] if tuple(table) in names else _hex(table[0]) for table in tables]

    def _turned(
        self, tables: Sequence[tuple[int, ...]], masks: Sequence[int], selects: int
    ) -> dict[tuple[int, ...], str]:
        turns = []
        for mask in masks[:selects]:
            turns.append(self.define("turn", "unsigned", f"{self.condition(mask)} ? 0xffffu : 0u"))
            self.count("selp")
        for mask in masks[selects:]:
            columns = tuple([0xFFFF * (mask >> k & 1) for k in range(sum(self.bits))])
            turns += self.indices([Affine(columns)], 8, "turn")
        found = {}
        for table in tables:
            parts = [_hex(table[0])]
            for n, part in enumerate(_products(table)):
                if n and part:
                    taken = [turns[k] for k in set_bits(n)]
                    parts.append(f"({' & '.join([*taken, _hex(part)])})")
                    self._operator("&", len(taken))
            self._operator("^", len(parts) - 1)
            found[table] = self.define("order", "unsigned", " ^ ".join(parts))
        return found


def _hex(value: int) -> str:
    return f"{value:#06x}u"


def _products(table: Sequence[int]) -> list[int]:
    """Return the XOR of each product of conditions in a function of them, which has this table."""
    found = list(table)
    step = 1
    while step < len(found):
        for n in range(len(found)):
            if n & step:
                found[n] ^= found[n ^ step]
        step *= 2
    return found


def _bytes(units: int, unit_bits: int) -> int:
    if units * unit_bits % _BYTE:
        raise LayoutError(f"emit_plan: {units} elements of {unit_bits} bits are no whole bytes", units)
    return units * unit_bits // _BYTE


def _renamed(text: str, names: dict[str, str]) -> str:
    import re

    return re.sub(r"\bt\d+\b", lambda match: names[match[0]], text) if names else text
