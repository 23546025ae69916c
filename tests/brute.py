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


# -- the definitions of the algebra over Z, mode by mode ---------------------------------------------------------------


def modes(layout):
    """Return (shape, stride) of each mode; an integer shape is one mode."""
    if not isinstance(layout.shape, tuple):
        return [(layout.shape, layout.stride)]
    return list(zip(layout.shape, layout.stride, strict=True))


def sums(extents, strides):
    """Return the values of the flat layout over Z, in the order of the indices."""
    table = [0]
    for s, d in zip(extents, strides, strict=True):
        table = [t + digit * d for digit in range(s) for t in table]
    return table


def gaps(layout):
    """Return the gaps below the strides, as (extent, stride), and what is covered; None where strides overlap."""
    found, covered = [], 1
    pairs = zip(leaves(layout.shape), leaves(layout.stride), strict=True)
    for d, s in sorted([(d, s) for s, d in pairs if d and s > 1]):
        if d < covered:
            return None
        if d // covered > 1:
            found.append((d // covered, covered))
        covered = s * d
    return found, covered


def complement(layout, target):
    """Return the values of the complement up to ``target``, None where there is none."""
    both = gaps(layout)
    if both is None:
        return None
    found, covered = both
    found = [*found, (-(-target // covered), covered)]
    return sums([s for s, _ in found], [d for _, d in found])


def mark(layout, index):
    """Return the value at any index of the complement read on all natural numbers."""
    found, covered = gaps(layout)
    place = 0
    for s, d in found:
        place += index % s * d
        index //= s
    return place + index * covered


def longest_chain(modes):
    """Return the largest product of extents s, t, u, ... of the modes (extent, stride) with strides 1, s, s*t, ..."""
    pool = [(s, d) for s, d in modes if s > 1 and d > 0]

    def longest(covered, left):
        steps = [longest(covered * s, left[:k] + left[k + 1 :]) for k, (s, d) in enumerate(left) if d == covered]
        return max(steps, default=covered)

    return longest(1, pool)


def least_modes(points):
    """Return (extent, stride) of the shortest flat layout over Z with these values, None where there is none.

    A mode is as long as the values go on evenly, and its extent divides what is left.
    """
    found, rest = [], list(points)
    if rest[0] != 0:
        return None
    while len(rest) > 1:
        stride, run = rest[1], 1
        while run < len(rest) and rest[run] == run * stride:
            run += 1
        if len(rest) % run:
            return None
        found.append((run, stride))
        rest = rest[::run]
    return found if sums([s for s, _ in found], [d for _, d in found]) == list(points) else None


# -- is there a left inverse? ------------------------------------------------------------------------------------------


def has_left_inverse(points):
    """Tell whether a layout over Z sends every value in ``points`` to an index that has it.

    All numeral systems are searched.  The last digit takes the whole quotient, so a system is its places 1, q, r, ...,
    each a multiple of the one before; the strides are the integer solutions of one equation for each value.  A place
    above the largest value has the digit 0 everywhere.
    """
    if min(points) < 0:
        return False
    indices = {}
    for i, point in enumerate(points):
        indices.setdefault(point, []).append(i)
    rows = sorted(indices.items())

    def search(k, places, known, free):
        if k == len(rows):
            return True
        value, options = rows[k]
        digits, rest = [], value
        for place in reversed(places):
            digits.append(rest // place)
            rest %= place
        for index in options:
            solved = solve(digits[::-1], index, known, free)
            if solved is not None and search(k + 1, places, *solved):
                return True
        step, before = places[-1], rows[k - 1][0]
        for place in range(step * max(2, before // step + 1), value + 1, step):
            unit = [*[0] * len(places), 1]
            if search(k, [*places, place], [*known, 0], [*[[*f, 0] for f in free], unit]):
                return True
        return False

    return search(1, [1], [0], [[1]])  # the value 0 is at index 0, and every layout sends it there


def solve(row, target, known, free):
    """Narrow the integer vectors ``known`` + span of ``free`` to those with the product ``target`` with ``row``.

    Euclid's algorithm on the vectors leaves one whose product with the row is not 0.
    """

    def dot(vector):
        return sum(a * b for a, b in zip(row, vector, strict=True))

    left = target - dot(known)
    moving = [(dot(f), f) for f in free]
    still = [f for c, f in moving if not c]
    moving = [pair for pair in moving if pair[0]]
    while len(moving) > 1:
        moving.sort(key=lambda pair: abs(pair[0]))
        (c, f), *others = moving
        moving = [(c, f)]
        for other, g in others:
            times = other // c
            reduced = [a - times * b for a, b in zip(g, f, strict=True)]
            if other - times * c:
                moving.append((other - times * c, reduced))
            else:
                still.append(reduced)
    if not moving:
        return None if left else (known, still)
    c, f = moving[0]
    if left % c:
        return None
    return [a + left // c * b for a, b in zip(known, f, strict=True)], still
