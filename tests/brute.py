"""Brute force, straight from the definitions, sharing no code with the library beyond ``shape``, ``stride``, ``over``.

A layout is read as its leaves; the value at an index is the sum of digit times stride in its module.  Coordinates are
compared as the frozen set of their nonzero axes.
"""

from functools import cache
from itertools import permutations, product


def leaves(tree):
    """Return the leaves of a tree, left to right."""
    return [leaf for child in tree for leaf in leaves(child)] if isinstance(tree, tuple) else [tree]


def size(tree):
    result = 1
    for leaf in leaves(tree):
        result *= leaf
    return result


def digits(index, extents):
    """Return the digits of an index; the last one keeps the whole quotient."""
    found = []
    for extent in extents[:-1]:
        found.append(index % extent)
        index //= extent
    return [*found, index] if extents else []


def clmul(a, b):
    """Multiply polynomials over F2, bit by bit."""
    result = 0
    for k in range(a.bit_length()):
        if a >> k & 1:
            result ^= b << k
    return result


def combine(coefficients, layout):
    """Return the sum of digit times stride in the module of ``layout``."""
    strides = leaves(layout.stride)
    name = layout.over.name
    if name == "Z":
        return sum(c * d for c, d in zip(coefficients, strides, strict=True))
    if name == "F2":
        value = 0
        for c, d in zip(coefficients, strides, strict=True):
            value ^= clmul(c, d)
        return value
    total = {}
    for c, d in zip(coefficients, strides, strict=True):
        for path, factor in d.terms():
            total[path] = total.get(path, 0) + c * factor
    return frozenset((path, n) for path, n in total.items() if n)


def value(layout, index):
    return combine(digits(index, leaves(layout.shape)), layout)


def value_at(layout, coordinate):
    """Return the value at a coordinate of the domain: an integer, or a tuple for the modes."""

    def spread(part, tree):
        if not isinstance(part, tuple):
            return digits(part, leaves(tree))
        return [digit for p, t in zip(part, tree, strict=True) for digit in spread(p, t)]

    return combine(spread(coordinate, layout.shape), layout)


def values(layout):
    return [value(layout, i) for i in range(size(layout.shape))]


def normal(point):
    """Return a value that a layout gave in the form of ``value``: integers as they are, coordinates by axis."""

    def terms(tree, path):
        for axis, item in enumerate(tree):
            if isinstance(item, tuple):
                yield from terms(item, (*path, axis))
            elif item:
                yield (*path, axis), item

    return frozenset(terms(point, ())) if isinstance(point, tuple) else point


def refines(fine, coarse):
    """Tell whether every coordinate of the shape ``coarse`` is one of the shape ``fine``."""
    if not isinstance(coarse, tuple):
        return size(fine) == coarse
    return (
        isinstance(fine, tuple)
        and len(fine) == len(coarse)
        and all(refines(f, c) for f, c in zip(fine, coarse, strict=True))
    )


# -- is there a layout with these values? ------------------------------------------------------------------------------


@cache
def prime_orders(n):
    """Return every order of the prime factors of n: the finest numeral systems on n points."""
    factors, p = [], 2
    while n > 1:
        while n % p == 0:
            factors.append(p)
            n //= p
        p += 1
    return sorted(set(permutations(factors)))


@cache
def break_over_z(points, extents):
    """Return None when some layout over Z refining ``extents`` has these values, else where the best one fails.

    It is enough to look at the finest numeral systems: s:d is the same function as (p, s/p):(d, p*d).  In each of them
    the values at the units give the strides, so the first point that disagrees is beyond the reach of that system.
    """
    if points[0] != 0:
        return 0
    best = 0
    for orders in product(*[prime_orders(n) for n in extents]):
        table, position = [0], 1
        for extent in [p for order in orders for p in order]:
            stride = points[position]
            table = [t + digit * stride for digit in range(extent) for t in table]
            position *= extent
        first = next((i for i, (a, b) in enumerate(zip(points, table, strict=True)) if a != b), None)
        if first is None:
            return None
        best = max(best, first)
    return best


@cache
def break_over_f2(points):
    """Return None when the values are linear over F2, else the first index that no linear map has."""
    if len(points) & (len(points) - 1):
        return 0
    for i, point in enumerate(points):
        low = i & -i
        if point < 0 or (i == 0 and point) or (i != low and point != points[low] ^ points[i ^ low]):
            return i
    return None


def packed(points):
    """Return coordinates as integers with the same sums, so that one decision serves every module."""
    paths = sorted({path for point in points for path, _ in point})
    return [sum(n << 40 * paths.index(path) for path, n in point) for point in points]


def flat_layouts(rank, extents, strides):
    """Yield (shape, stride) of all flat layouts up to the rank, an integer shape for rank 1."""
    leaf = list(product(extents, strides))
    yield from leaf
    for r in range(2, rank + 1):
        for modes in product(leaf, repeat=r):
            yield tuple(s for s, _ in modes), tuple(d for _, d in modes)


def first_collision(points):
    """Return (i, j), i < j, with the same value and the smallest j, or None."""
    seen = {}
    for j, point in enumerate(points):
        if point in seen:
            return seen[point], j
        seen[point] = j
    return None


def first_difference(a, b):
    """Return the first index where two lists of values part, or where the shorter one ends."""
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return None if len(a) == len(b) else min(len(a), len(b))


def swizzled(bits, base, shift, x):
    """CuTe's definition, bit by bit: XOR source bit k onto target bit k."""
    source, target = base + max(shift, 0), base - min(shift, 0)
    for k in range(bits):
        x ^= (x >> source + k & 1) << target + k
    return x
