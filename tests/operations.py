"""The operations that the oracles are asked about: random cases, our answer, and the definition that judges them.

Nobody is trusted.  The definition of an operation is a table of values with a shape that the answer refines, or a test
of an answer; it is computed by brute force, apart from the library.
"""

from math import prod

import brute

import layouts
from layouts import Layout, flatten, prefix_product, unflatten

OPERATIONS = {}
"""The operations by name."""


class NoAnswerError(Exception):
    """Raised by a definition whose own terms do not exist, as the complement in a division."""


class Operation:
    """An operation: ``draw`` gives random operands, ``ours`` our answer; the rest judges."""

    def __init__(self, name, draw, ours=None):
        self.name, self.draw = name, draw
        self.ours = ours or getattr(layouts, name)
        OPERATIONS[name] = self

    def right(self, case, answer):
        """Tell whether an answer is right: True, False, or "other form" for the right values in another form."""
        raise NotImplementedError

    def exists(self, case):
        """Tell whether there is an answer."""
        raise NotImplementedError

    def agree(self, case, ours, theirs):
        """Tell whether two right answers agree where they have to."""
        return True


class Loose(tuple):
    """The shape of an answer whose modes are those of its composition, unpacked: it tells which digits there are."""

    __slots__ = ()


class Table(Operation):
    """An operation that is defined by values and a shape; see Loose."""

    def __init__(self, name, draw, truth, ours=None):
        super().__init__(name, draw, ours)
        self.truth = truth

    def right(self, case, answer):
        try:
            points, shape = self.truth(*case)
        except NoAnswerError:
            return False
        if not is_layout(answer) or brute.values(answer) != points:
            return False
        return True if isinstance(shape, Loose) or brute.refines(answer.shape, shape) else "other form"

    def exists(self, case):
        try:
            points, shape = self.truth(*case)
        except NoAnswerError:
            return False
        return brute.break_over_z(tuple(points), tuple(brute.leaves(shape))) is None

    def agree(self, case, ours, theirs):
        """The modes that refine one leaf of the shape are unique, when they are as few as can be."""
        _, shape = self.truth(*case)
        return isinstance(shape, Loose) or refinement(ours, shape) == refinement(theirs, shape)


class Exact(Operation):
    """An operation with one right answer, a number or a tree, that always exists or never does."""

    def __init__(self, name, draw, truth, ours=None):
        super().__init__(name, draw, ours)
        self.truth = truth

    def right(self, case, answer):
        try:
            return self.truth(*case) == answer
        except NoAnswerError:
            return False

    def exists(self, case):
        try:
            self.truth(*case)
        except NoAnswerError:
            return False
        return True


class Tested(Operation):
    """An operation whose answer is tested by a property; it always exists, or ``exists`` decides."""

    def __init__(self, name, draw, test, exists=lambda *case: True, agree=None, ours=None):
        super().__init__(name, draw, ours)
        self.test, self._exists, self._agree = test, exists, agree

    def right(self, case, answer):
        return self.test(*case, answer)

    def exists(self, case):
        return self._exists(*case)

    def agree(self, case, ours, theirs):
        return self._agree is None or self._agree(*case, ours, theirs)


def is_layout(answer):
    return isinstance(answer, Layout)


def refinement(layout, shape):
    """Return the flat modes of a layout that stand for each leaf of a coarser shape, joined as far as possible."""
    found = []

    def walk(fine, stride, coarse):
        if isinstance(coarse, tuple):
            for f, d, c in zip(fine, stride, coarse, strict=True):
                walk(f, d, c)
        else:
            found.append(brute.least_modes(brute.sums(brute.leaves(fine), brute.leaves(stride))))

    walk(layout.shape, layout.stride, shape)
    return found


# -- random layouts ----------------------------------------------------------------------------------------------------

EXTENTS = (1, 2, 2, 3, 4, 4, 5, 6, 8)
STRIDES = (0, 1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 30)


def shape_tree(rng, leaves, extents=EXTENTS):
    """A shape: sometimes an integer, sometimes with nested modes."""
    flat = tuple([rng.choice(extents) for _ in range(rng.randint(1, leaves))])
    if len(flat) == 1 and rng.random() < 0.5:
        return flat[0]
    if rng.random() < 0.4:
        cut = rng.randrange(len(flat))
        return (*flat[:cut], flat[cut:])
    return flat


def any_layout(rng, leaves=4, strides=STRIDES):
    shape = shape_tree(rng, leaves)
    return Layout(shape, unflatten(tuple([rng.choice(strides) for _ in flatten(shape)]), shape))


def chain_layout(rng, leaves=4, gaps=(1,), zeros=0.1, extents=EXTENTS):
    """Strides that clear each other, in any order, with ``gaps`` between and some 0 among them."""
    shape = shape_tree(rng, leaves, extents)
    flat = list(flatten(shape))
    strides, running = [0] * len(flat), 1
    for k in rng.sample(range(len(flat)), len(flat)):
        if rng.random() >= zeros:
            running *= rng.choice(gaps)
            strides[k], running = running, running * flat[k]
    return Layout(shape, unflatten(tuple(strides), shape))


def layout(rng):
    return rng.choice((any_layout, chain_layout, lambda r: chain_layout(r, 4, (1, 1, 2, 3))))(rng)


def small_layout(rng):
    return chain_layout(rng, 3, (1, 1, 1, 2, 3), extents=(1, 2, 2, 3, 4, 6))


def divisors(n):
    return [k for k in range(1, n + 1) if n % k == 0]


def steps(rng, A):
    """A right operand that walks the places of A, so that many pairs have an answer."""
    places, place = [1], 1
    for s in flatten(A.shape):
        place *= s
        places.append(place)
    shape = tuple([rng.choice((1, 2, 2, 3, 4, 6)) for _ in range(rng.randint(1, 3))])
    strides = tuple([rng.choice(places) * rng.choice((0, 1, 1, 1, 2, 3)) for _ in shape])
    return Layout(shape, strides) if len(shape) > 1 or rng.random() < 0.5 else Layout(shape[0], strides[0])


def tile(rng, size):
    if rng.random() < 0.2:
        return chain_layout(rng, 2, (1, 2), extents=(1, 2, 3, 4))
    n = rng.choice([k for k in range(1, size + 1) if size % k == 0 or rng.random() < 0.1])
    return Layout(n, rng.choice(divisors(size // n)))


# -- simplest forms ----------------------------------------------------------------------------------------------------


def one(draw):
    return lambda rng: (draw(rng),)


def truth_of_coalesce(L):
    return brute.values(L), L.size


class Coalesce(Table):
    def right(self, case, answer):
        found = super().right(case, answer)
        if found is True:
            fewest = brute.least_modes(brute.values(case[0])) or [(1, 0)]
            return list(zip(flatten(answer.shape), flatten(answer.stride), strict=True)) == fewest or "other form"
        return found


Coalesce("coalesce", one(layout), truth_of_coalesce)


def draw_profile(rng):
    L = layout(rng)
    while not isinstance(L.shape, tuple):
        L = layout(rng)
    return L, (1,) * L.rank


Table(
    "coalesce_profile",
    draw_profile,
    lambda L, p: (brute.values(L), tuple(brute.size(m) for m, _ in brute.modes(L))),
    layouts.coalesce,
)


def without_zeros(L):
    pairs = [(s, d) for s, d in zip(flatten(L.shape), flatten(L.stride), strict=True) if d]
    points = brute.sums([s for s, _ in pairs], [d for _, d in pairs])
    return points, len(points)


def zeros_as_ones(L):
    points, _ = without_zeros(L)
    extents = [s if d else 1 for s, d in zip(flatten(L.shape), flatten(L.stride), strict=True)]
    return points, unflatten(tuple(extents), L.shape)


def truth_of_nullspace(L):
    points, place = [0], 1
    for s, d in zip(flatten(L.shape), flatten(L.stride), strict=True):
        if not d:
            points = [p + digit * place for digit in range(s) for p in points]
        place *= s
    return points, len(points)


def zeroed(rng):
    return any_layout(rng, 4, (0, 0, 1, 2, 5))


Table("filter", one(zeroed), without_zeros, layouts.filter_modes)
Table("filter_zeros", one(zeroed), zeros_as_ones)
Table("nullspace", one(zeroed), truth_of_nullspace)
Exact("size", one(layout), lambda L: prod(flatten(L.shape)))
Exact("cosize", one(layout), lambda L: max(brute.values(L)) + 1)


# -- composition, complement, inverses ---------------------------------------------------------------------------------


def draw_composition(rng):
    A = rng.choice((any_layout, chain_layout))(rng)
    return A, steps(rng, A) if rng.random() < 0.7 else any_layout(rng, 2, range(9))


def truth_of_composition(A, B):
    return [brute.value(A, n) for n in brute.values(B)], B.shape


def draw_by_mode(rng):
    A, _ = draw_profile(rng)
    while A.size > 300:
        A, _ = draw_profile(rng)
    return A, tuple([tile(rng, brute.size(s)) for s, _ in brute.modes(A)])


def truth_by_mode(A, tiler):
    points = [0]
    for (s, d), B in zip(brute.modes(A), tiler, strict=True):
        part = Layout(s, d)
        values = [brute.value(part, n) for n in brute.values(B)]
        points = [p + v for v in values for p in points]
    return points, tuple([B.shape for B in tiler])


Table("composition", draw_composition, truth_of_composition)
Table("composition_by_mode", draw_by_mode, truth_by_mode, layouts.composition)


def truth_of_complement(A, target):
    points = brute.complement(A, target)
    if points is None:
        raise NoAnswerError
    return points, len(points)


def draw_complement(rng):
    draw = rng.choice((lambda r: any_layout(r, 3, range(13)), small_layout, small_layout, small_layout))
    return draw(rng), rng.randint(1, 96)


Table("complement", draw_complement, truth_of_complement)


def test_of_right_inverse(L, R):
    if not is_layout(R) or [brute.value(L, n) for n in brute.values(R)] != list(range(R.size)):
        return False
    modes = brute.least_modes(brute.values(L)) or [(1, 0)]
    return True if R.size >= brute.longest_chain(modes) and max(brute.values(R)) < L.size else "other form"


Tested(
    "right_inverse",
    one(lambda r: r.choice((lambda q: any_layout(q, 4, range(7)), chain_layout, layout))(r)),
    test_of_right_inverse,
)


def test_of_left_inverse(L, R):
    """An index beyond the size of L, where its last leaf goes on, is another form: ours stays inside."""
    points = brute.values(L)
    back = [brute.value(R, n) for n in points] if is_layout(R) else [-1]
    if min(back) < 0 or [brute.value(L, n) for n in back] != points:
        return False
    return max(back) < L.size or "other form"


def agreement_of_left_inverses(L, ours, theirs):
    points = brute.values(L)
    return brute.first_collision(points) is not None or all(
        brute.value(ours, n) == brute.value(theirs, n) for n in points
    )


Tested(
    "left_inverse",
    one(
        lambda r: r.choice(
            (lambda q: any_layout(q, 3, range(9)), chain_layout, lambda q: chain_layout(q, 4, (1, 2, 3)))
        )(r)
    ),
    test_of_left_inverse,
    exists=lambda L: brute.has_left_inverse(tuple(brute.values(L))),
    agree=agreement_of_left_inverses,
)


# -- coordinates -------------------------------------------------------------------------------------------------------


def digits_of(index, shape):
    return unflatten(tuple(brute.digits(index, brute.leaves(shape))), shape)


def draw_index(rng):
    shape = shape_tree(rng, 4)
    return rng.randrange(2 * brute.size(shape)), shape


def draw_coordinate(rng):
    L = layout(rng)
    return coordinate_in(rng, L.shape), L.shape, L.stride


def coordinate_in(rng, shape):
    if not isinstance(shape, tuple) or rng.random() < 0.3:
        return rng.randrange(brute.size(shape))
    return tuple([coordinate_in(rng, part) for part in shape])


Exact("idx2crd", draw_index, digits_of)
Exact("crd2idx", draw_coordinate, lambda c, s, d: brute.value_at(Layout(s, d), c))


def draw_prefix(rng):
    return (shape_tree(rng, 4),)


Table("make_layout", draw_prefix, lambda s: (list(range(brute.size(s))), s), lambda s: Layout(s, prefix_product(s)))
