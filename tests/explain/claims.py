"""An independent check of what the steps of an explanation claim, straight from the definitions."""

import brute

from layouts import ComposedLayout, Layout, Swizzle

CHECKED = 64
"""How many points of a layout are looked at for one claim."""


def at(f, c):
    """The value of a map, by brute force."""
    if isinstance(f, Swizzle):
        return brute.swizzled(f.bits, f.base, f.shift, c)
    if isinstance(f, ComposedLayout):
        value = at(f.inner, c)
        return f(c) if not isinstance(value, int) else at_outer(f, value + f.offset)
    return brute.value_at(f, c)


def at_outer(f, value):
    return value if f.outer is None else at(f.outer, value)


def normal(value):
    return brute.normal(value) if isinstance(value, tuple) else value


def points(f):
    return range(min(f.size, CHECKED))


def zn_point(value, shape):
    """A coordinate of the form of ``shape`` from the axes of a value."""

    def build(tree, path):
        if isinstance(tree, tuple) and path not in {axis for axis, _ in value}:
            return tuple(build(child, (*path, k)) for k, child in enumerate(tree))
        return sum(n for axis, n in value if axis == path)

    return build(shape, ())


def composed(A, B, i):
    value = at(B, i)
    return at(A, zn_point(value, A.shape) if isinstance(value, frozenset) else value)


def holds(claim):
    """Tell whether one claim is true."""
    kind, *parts = claim
    if kind == "value":
        f, c, v = parts
        return at(f, c) == normal(v)
    if kind == "same":
        f, g = parts
        return f.size == g.size and all(at(f, i) == at(g, i) for i in points(f))
    if kind == "composed":
        A, B, R = parts
        return R.size == B.size and all(at(R, i) == composed(A, B, i) for i in points(R))
    if kind == "digits":
        n, extents, digits = parts
        return tuple(brute.digits(n, extents)) == digits
    if kind == "sum":
        return sum(parts[0]) == parts[1]
    if kind == "xor":
        total = 0
        for term in parts[0]:
            total ^= term
        return total == parts[1]
    if kind == "injective":
        f, b = parts
        return (len(set(brute.values(f))) == f.size) is b
    if kind == "missed":
        f, v = parts
        return v not in brute.values(f)
    if kind == "filled":
        f, n = parts
        return f.size > 4096 or sorted(brute.values(f)) == list(range(n))
    raise AssertionError(f"an unknown claim: {claim}")


def steps(explanation):
    """All steps, those of inner explanations too."""
    for step in explanation.steps:
        yield step
        if step.inner is not None:
            yield from steps(step.inner)


def check(explanation):
    """Assert that every claim of every step holds, and that everything prints."""
    for step in steps(explanation):
        for claim in step.claims:
            assert holds(claim), (explanation.heading, step.title, claim)
        for row in step.rows:
            assert len(row) == len(step.columns)
        assert step.title
        if isinstance(step.after, Layout):
            assert str(step.after)
    assert str(explanation).startswith(explanation.operation)
    hash(explanation)
