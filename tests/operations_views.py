"""More operations for the oracles: recast, slices, constructions, swizzles, coordinates; see operations.py."""

from itertools import product
from math import gcd, prod

import brute
from operations import (
    EXTENTS,
    Exact,
    NoAnswerError,
    Table,
    Tested,
    chain_layout,
    coordinate_in,
    is_layout,
    layout,
    shape_tree,
    steps,
)
from operations_tiles import truth_of_pairs

import layouts
from layouts import ComposedLayout, Layout, Swizzle, flatten, unflatten

# -- recast ------------------------------------------------------------------------------------------------------------


def steps_inside(L, n):
    """Return for each leaf how many steps it takes inside a group of n; None where a stride is neither kind."""
    found = []
    for s, d in zip(flatten(L.shape), flatten(L.stride), strict=True):
        if d % n and n % d and s > 1:
            return None
        found.append(n // d if s > 1 and d and n % d == 0 else 1)
    return found


def natural(L):
    """Yield the digits of every index and the value there."""
    extents, strides = flatten(L.shape), flatten(L.stride)
    for i in range(prod(extents)):
        digits = brute.digits(i, extents)
        yield digits, sum(c * d for c, d in zip(digits, strides, strict=True))


def at(L, digits):
    return sum(c * d for c, d in zip(digits, flatten(L.stride), strict=True))


def groups(L, n, R):
    """Tell whether the values of R are the groups of n that L touches, leaf by leaf."""
    k = steps_inside(L, n)
    if k is None or not is_layout(R) or len(flatten(R.shape)) != len(k):
        return False
    if list(flatten(R.shape)) != [-(-s // m) for s, m in zip(flatten(L.shape), k, strict=True)]:
        return False
    down = all(at(R, [c // m for c, m in zip(digits, k, strict=True)]) == v // n for digits, v in natural(L))
    return down and all(at(L, [c * m for c, m in zip(digits, k, strict=True)]) == v * n for digits, v in natural(R))


def whole(L, n):
    """Tell whether what is inside the first group runs evenly up to its end."""
    k = steps_inside(L, n)
    leaves = [(s, d, m) for s, d, m in zip(flatten(L.shape), flatten(L.stride), k, strict=True) if m > 1]
    if any(s > m and s % m for s, _, m in leaves):
        return False
    steps = {sum(digits) for digits in product(*[range(0, min(s, m) * d, d) for s, d, m in leaves])}
    count = prod(min(s, m) for s, _, m in leaves)
    return not leaves or (len(steps) == count and max(steps) + min(d for _, d, _ in leaves) == n)


def test_of_upcast(L, n, R):
    """An extent that was rounded up is another form: we do that on request only."""
    return groups(L, n, R) and (whole(L, n) or "other form")


def upcast_exists(L, n):
    k = steps_inside(L, n)
    if k is None:
        return False
    extents = [-(-s // m) for s, m in zip(flatten(L.shape), k, strict=True)]
    strides = [-(-d // n) for d in flatten(L.stride)]
    R = Layout(unflatten(tuple(extents), L.shape), unflatten(tuple(strides), L.shape))
    return groups(L, n, R) and whole(L, n)


def draw_upcast(rng):
    n = rng.choice((2, 2, 4, 3))
    return chain_layout(rng, 3, (1, 1, 2, n), extents=(1, 2, 2, 3, 4, 4, 6, 8)), n


def test_of_downcast(L, n, R):
    pairs = list(zip(flatten(L.shape), flatten(L.stride), strict=True))
    units = [k for k, (_, d) in enumerate(pairs) if d == 1]
    if not units or not is_layout(R):
        return False
    unit = next((k for k in units if pairs[k][0] > 1), units[0])
    k = [n if j == unit else 1 for j in range(len(pairs))]
    if list(flatten(R.shape)) != [s * m for (s, _), m in zip(pairs, k, strict=True)]:
        return False
    return all(
        v == n * at(L, [c // m for c, m in zip(digits, k, strict=True)]) + digits[unit] % n for digits, v in natural(R)
    )


def draw_downcast(rng):
    return chain_layout(rng, 3, (1, 1, 1, 2), extents=(1, 2, 2, 3, 4, 6)), rng.choice((2, 2, 3, 4))


Tested("upcast", draw_upcast, test_of_upcast, upcast_exists)
Tested("downcast", draw_downcast, test_of_downcast, lambda L, n: 1 in flatten(L.stride))


# -- slices ------------------------------------------------------------------------------------------------------------


def draw_slice(rng):
    L = layout(rng)
    while not isinstance(L.shape, tuple):
        L = layout(rng)

    def part(tree):
        if rng.random() < 0.5:
            return None
        if isinstance(tree, tuple) and rng.random() < 0.7:
            return tuple(map(part, tree))
        return coordinate_in(rng, tree)

    return tuple(map(part, L.shape)), L


def kept(coordinate, tree):
    if coordinate is None:
        return [tree]
    if not isinstance(coordinate, tuple):
        return []
    return [k for c, t in zip(coordinate, tree, strict=True) for k in kept(c, t)]


def test_of_slice(coordinate, L, answer):
    if not isinstance(answer, tuple) or len(answer) != 2 or not is_layout(answer[0]):
        return False

    def zeros(part):
        return tuple(map(zeros, part)) if isinstance(part, tuple) else part or 0

    sliced, offset = answer
    shape, stride = tuple(kept(coordinate, L.shape)), tuple(kept(coordinate, L.stride))
    points = brute.sums(brute.leaves(shape), brute.leaves(stride))
    if offset != brute.value_at(L, zeros(coordinate)) or brute.values(sliced) != points:
        return False
    return sliced.shape == shape or "other form"


Tested("slice_and_offset", draw_slice, test_of_slice)


# -- constructions -----------------------------------------------------------------------------------------------------


def in_order(extents, keys, zeros=()):
    """Return compact strides that ascend with the keys, equal ones from left to right."""
    strides, running = [0] * len(extents), 1
    for k in sorted(range(len(extents)), key=lambda k: keys[k]):
        if k not in zeros:
            strides[k] = running
            running *= extents[k]
    return strides


def draw_order(rng):
    shape = tuple([rng.choice(EXTENTS) for _ in range(rng.randint(1, 4))])
    return shape, tuple(rng.sample(range(len(shape)), len(shape)))


Table("make_ordered_layout", draw_order, lambda s, o: (brute.sums(s, in_order(s, o)), s))


def truth_of_like(L):
    extents, strides = flatten(L.shape), flatten(L.stride)
    zeros = [k for k, d in enumerate(strides) if not d]
    keys = [(d, s != 1) for s, d in zip(extents, strides, strict=True)]
    return brute.sums(extents, in_order(extents, keys, zeros)), L.shape


Table("make_layout_like", lambda rng: (chain_layout(rng, 4, (1, 2, 3), 0.2),), truth_of_like)


def draw_tv(rng):
    rank = rng.randint(1, 3)

    def compact():
        shape = tuple([rng.choice((1, 2, 3, 4)) for _ in range(rank)])
        return Layout(shape, tuple(in_order(shape, rng.sample(range(rank), rank))))

    return compact(), compact()


def test_of_tv(threads, values, answer):
    """The map from (thread, value) to the place in the tile is the inverse of the raked product."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not is_layout(answer[1]):
        return False
    points, shape = truth_of_pairs(threads, values, True)
    tiler, tv = answer
    places = [points.index(n) for n in range(len(points))]
    sizes = tuple([brute.size(mode) for mode in shape])
    if brute.values(tv) != places or tuple(tiler) != sizes:
        return False
    return brute.refines(tv.shape, (threads.size, values.size))


Tested("make_layout_tv", draw_tv, test_of_tv)


# -- what two layouts have in common -----------------------------------------------------------------------------------


def draw_common(rng):
    A = chain_layout(rng, 3, (1, 1, 1, 2), 0.1, (1, 2, 2, 3, 4))
    if rng.random() < 0.5:
        return A, chain_layout(rng, 3, (1, 1, 1, 2), 0.1, (1, 2, 2, 3, 4))
    extents, strides = list(flatten(A.shape)), list(flatten(A.stride))
    k = rng.randrange(len(extents))
    strides[k] *= rng.choice((1, 2, 0))
    return A, Layout(A.shape, unflatten(tuple(strides), A.shape))


def test_of_common(A, B, R):
    if not is_layout(R):
        return False
    points = brute.values(R)
    inside = max(points) < min(A.size, B.size)
    return inside and all(brute.value(A, n) == brute.value(B, n) == i for i, n in enumerate(points))


def test_of_vector(A, B, count):
    """Every value below the count has an index at which both layouts take it."""
    found = {a for a, b in zip(brute.values(A), brute.values(B), strict=False) if a == b}
    return isinstance(count, int) and set(range(count)) <= found


Tested("max_common_layout", draw_common, test_of_common, agree=lambda A, B, ours, theirs: ours.size >= theirs.size)
Tested("max_common_vector", draw_common, test_of_vector, agree=lambda A, B, ours, theirs: ours >= theirs)


# -- shapes ------------------------------------------------------------------------------------------------------------


def truth_of_shape_div(shape, divisor):
    rest, found = divisor, []
    for leaf in flatten(shape):
        if leaf % rest and rest % leaf:
            raise NoAnswerError
        found.append(-(-leaf // rest))
        rest = max(1, rest // leaf) if rest % leaf == 0 else 1
    return unflatten(tuple(found), shape)


def draw_shape_div(rng):
    shape = shape_tree(rng, 4)
    return shape, rng.choice([k for k in range(1, prod(flatten(shape)) + 1) if prod(flatten(shape)) % k == 0])


def truth_of_distribute(shape, count):
    points, place = [0], 1
    for leaf in flatten(shape):
        common = gcd(leaf, count)
        count //= common
        points = [p + digit * place for digit in range(common) for p in points]
        place *= leaf
    return points, len(points)


def draw_distribute(rng):
    return shape_tree(rng, 4), rng.randint(1, 48)


Table("domain_distribute", draw_distribute, truth_of_distribute)


def draw_shape_pair(rng):
    shape = tuple([rng.randint(1, 12) for _ in range(rng.randint(1, 4))])
    return shape, tuple([rng.randint(1, 6) for _ in shape])


Exact("shape_div", draw_shape_div, truth_of_shape_div)
Exact("ceil_div", draw_shape_pair, lambda a, b: tuple([-(-x // y) for x, y in zip(a, b, strict=True)]))
Exact("round_up", draw_shape_pair, lambda a, b: tuple([-(-x // y) * y for x, y in zip(a, b, strict=True)]))
Exact("product_each", lambda r: ((shape_tree(r, 4), r.randint(1, 9)),), lambda s: tuple(map(brute.size, s)))


# -- swizzles ----------------------------------------------------------------------------------------------------------


def draw_swizzle(rng):
    bits = rng.randint(1, 3)
    return Swizzle(bits, rng.randint(0, 3), rng.choice((1, 1, -1)) * rng.randint(bits, bits + 2))


def swizzled(S, n):
    return brute.swizzled(S.bits, S.base, S.shift, n)


def draw_chain(rng):
    L = chain_layout(rng, 3, (1, 1, 2), 0.1, (2, 2, 4, 8))
    return (ComposedLayout(draw_swizzle(rng), 0, L),)


def values_of_chain(C):
    return tuple([swizzled(C.outer, n + C.offset) for n in brute.values(C.inner)])


def ours_of_chain(C):
    found = C.outer @ C.inner
    return tuple([found(i) for i in range(found.size)])


Exact("swizzled_values", draw_chain, values_of_chain, ours_of_chain)


def draw_recast_chain(rng):
    n = rng.choice((2, 4))
    S = draw_swizzle(rng)
    S = Swizzle(S.bits, S.base + 2, S.shift)
    rest = chain_layout(rng, 2, (1, 1, 2), 0.1, (2, 2, 4))
    unit = rng.choice((n, 2 * n))
    strides = [d * unit for d in flatten(rest.stride)]
    return ComposedLayout(S, 0, Layout((unit, *flatten(rest.shape)), (1, *strides))), n


def values_of_upcast_chain(C, n):
    """The unit leaf comes first, so that group j begins at index j * n."""
    return values_of_chain(C)[::n] if all(v % n == 0 for v in values_of_chain(C)[::n]) else ()


def upcast_values(C, n):
    return tuple([v // n for v in values_of_upcast_chain(C, n)])


def downcast_values(C, n):
    return tuple([n * v + k for v in values_of_chain(C) for k in range(n)])


def as_values(operation):
    def ours(C, n):
        found = operation(C, n)
        return tuple([found(i) for i in range(found.size)])

    return ours


Exact("swizzled_upcast", draw_recast_chain, upcast_values, as_values(layouts.upcast))
Exact("swizzled_downcast", draw_recast_chain, downcast_values, as_values(layouts.downcast))


# -- coordinates -------------------------------------------------------------------------------------------------------


def draw_coordinates(rng):
    shape = tuple([rng.choice((2, 3, 4, 6)) for _ in range(rng.randint(2, 3))])
    A = layouts.make_identity_layout(shape)
    return A, steps(rng, Layout(shape))


def points_of_coordinates(A, B):
    return [brute.value(A, n) for n in brute.values(B)]


def test_of_coordinates(A, B, R):
    return is_layout(R) and brute.values(R) == points_of_coordinates(A, B) and brute.refines(R.shape, B.shape)


def coordinates_exist(A, B):
    packed = tuple(brute.packed(points_of_coordinates(A, B)))
    return brute.break_over_z(packed, tuple(brute.leaves(B.shape))) is None


Tested("composition_of_coordinates", draw_coordinates, test_of_coordinates, coordinates_exist, ours=layouts.composition)
