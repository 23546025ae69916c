"""Left inverses over all small layouts: an answer where one exists, and a refusal only where a search finds none.

``brute.has_left_inverse`` searches every numeral system for the digits of the values, and decides each by integer
equations; ``every_left_inverse`` below tries layouts one by one, to judge that judge.
"""

from collections import Counter
from itertools import product

import brute
import pytest
from sweeping import all_or_some, population

from layouts import Layout, NotInvertibleError, left_inverse


def check(L):
    points = brute.values(L)
    exists = brute.has_left_inverse(tuple(points))
    try:
        R = left_inverse(L)
    except NotInvertibleError as error:
        assert not exists, f"{L} was refused: {error}"
        assert error.witness is not None
        return "refused"
    back = [brute.value(R, n) for n in points]
    assert 0 <= min(back) <= max(back) < L.size, f"{L}: {R}"
    assert [brute.value(L, n) for n in back] == points, f"{L}: {R}"
    assert exists, f"{L}: {R}, which the search did not find"
    if len(set(points)) == len(points):
        assert back == list(range(L.size)), f"{L}: {R}"
    return "right"


def test_an_answer_exactly_where_one_exists():
    tally = Counter(map(check, all_or_some("left inverse", 5000)))
    print(f"COUNT sweep left_inverse: {dict(tally)}")
    assert tally["right"] > 0
    assert tally["refused"] > 0


BROADCASTS = [((3, 2, 3), (6, 0, 4)), ((3, 3, 2), (4, 6, 0)), ((3, 4, 2), (5, 3, 0)), ((3, 3, 3), (0, 4, 6))]


@pytest.mark.parametrize(("shape", "stride"), BROADCASTS)
def test_a_broadcast_digit_can_help(shape, stride):
    """The value 4 of (3,2,3):(6,0,4) is at index 9 too, and (3,2,4):(7,2,1) sends it there."""
    assert check(Layout(shape, stride)) == "right"


@pytest.mark.parametrize("shape", [(2, 2, 2), (2, 3, 2), (4, 4), (5, 3), (3, 4)])
def test_an_answer_exactly_where_one_exists_with_wider_strides(shape):
    tally = Counter()
    for strides in product((0, 1, 2, 3, 5, 7, 10, 13), repeat=len(shape)):
        tally[check(Layout(shape, strides))] += 1
    print(f"COUNT sweep left_inverse {shape}: {dict(tally)}")
    assert tally["right"] > 0


def places_up_to(last):
    """Yield every list of places 1, q, r, ..., each a multiple of the one before, up to ``last``."""

    def chains(place):
        yield [place]
        for multiple in range(2, last // place + 1):
            for chain in chains(place * multiple):
                yield [place, *chain]

    return chains(1)


def every_left_inverse(points, bound):
    """Tell whether some layout with strides of at most ``bound`` is a left inverse, by trying them all."""
    options = {}
    for i, point in enumerate(points):
        options.setdefault(point, set()).add(i)
    for places in places_up_to(max(points)):
        columns = []
        for value in options:
            digits, rest = [], value
            for place in reversed(places):
                digits.append(rest // place)
                rest %= place
            columns.append((digits[::-1], options[value]))
        for strides in product(range(-bound, bound + 1), repeat=len(places)):
            if all(sum(c * d for c, d in zip(digits, strides, strict=True)) in found for digits, found in columns):
                return True
    return False


def test_the_search_agrees_with_trying_every_layout():
    """With values up to 7 the strides of an answer, where there is one, can be small."""
    seen = Counter()
    for shape, stride in population(2, (2, 3), range(6)):
        points = tuple(brute.values(Layout(shape, stride)))
        if max(points) <= 7:
            exists = brute.has_left_inverse(points)
            assert exists == every_left_inverse(points, 8), (shape, stride)
            seen[exists] += 1
    assert seen[True] > 0


def test_a_layout_with_and_one_without():
    """(2,2):(2,3) takes 0 2 3 5, and (2,3):(1,1) leads back; the next one is refused by all three judges."""
    assert brute.has_left_inverse((0, 2, 3, 5))
    assert [brute.value(Layout((2, 3), (1, 1)), n) for n in (0, 2, 3, 5)] == [0, 1, 2, 3]
    L = Layout(*next(pair for pair in population(2, (2, 3), range(6)) if not has(pair)))
    assert not every_left_inverse(brute.values(L), 8)
    with pytest.raises(NotInvertibleError):
        left_inverse(L)


def has(pair):
    return brute.has_left_inverse(tuple(brute.values(Layout(*pair))))
