"""A map over F2 as few operations on words: which bits move together, and what is done to them once.

A map over F2 is a matrix, and a 1 in it moves bit k of a source to bit r of the result.  All bits that move by the same
distance r - k move with one mask and one shift, so the natural unit is the diagonal.  By hand, the swizzle of a tile
with rows of 64 has the images 72 144 288 512 1024 2048 of ``row``: every bit moves by 6, and the first three also by 3,
which makes ``(row << 6) ^ ((row & 7) << 3)``.

There are several ways to write the same matrix, and each of these returns the terms whose XOR it is:

* *distance*: one shift for each distance, over all sources; equal parts at several distances are one product, as in
  ``row * 72`` for row in 0..7;
* *mask*: one mask for each place where the bits land, over all sources and distances, and sums of moved copies built
  by doubling, as in ``y = x ^ (x >> 1); y ^= y >> 2``;
* *fields*: bits of the result that nothing joins are written apart, and each run of them perhaps as a smaller number
  that is moved up in the end, as in ``((x >> 4) ^ (x & 7)) << 3``;
* *columns*: some bits are taken out, and each is multiplied by its whole image, as in ``(x & 1) * 45``.
"""

from __future__ import annotations

from itertools import combinations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .terms import Graph, Term

    Cell = tuple[Term, int, int]  # (source, mask, distance)
    Choice = tuple[str, tuple[Term, ...]]

__all__ = ["bit_choices", "joined", "paired_outputs"]

_WORTH = 8
"""Bits are taken out one by one only where the terms cost more than this."""


def bit_choices(graph: Graph, sources: Sequence[Term], images: Sequence[Sequence[int]], constant: int) -> list[Choice]:
    """Return several lists of terms, each of which has the map as its XOR.

    ``images[i][k]`` is the image of bit k of source i, and ``constant`` the value at 0.
    """
    start = (graph.number(constant),) if constant else ()
    cells = _cells(sources, images)
    found = [
        ("distance", start + tuple(_by_distance(graph, cells, True))),
        ("distance", start + tuple(_by_distance(graph, cells, False))),
        ("mask", start + tuple(_by_mask(graph, cells))),
    ]
    found.append(("fields", tuple(_by_field(graph, sources, images, constant, found[0][1]))))
    cost = min([joined(graph, terms).tree for _, terms in found])
    if cost > _WORTH:
        found += _with_columns(graph, sources, images, start, cost)
    return found


def _cells(sources: Sequence[Term], images: Sequence[Sequence[int]]) -> list[Cell]:
    """Return the diagonals: the bits of each source that move by each distance."""
    found: list[Cell] = []
    for source, row in zip(sources, images, strict=True):
        masks: dict[int, int] = {}
        for k, image in enumerate(row):
            if source.bits >> k & 1:
                for r in range(image.bit_length()):
                    if image >> r & 1:
                        masks[r - k] = masks.get(r - k, 0) | 1 << k
        found += [(source, mask, distance) for distance, mask in masks.items()]
    return found


# -- one shift for each distance ---------------------------------------------------------------------------------------


def _by_distance(graph: Graph, cells: list[Cell], products: bool) -> list[Term]:
    parts: dict[int, dict[int, list[Term]]] = {}
    for source, mask, distance in cells:
        parts.setdefault(distance, {}).setdefault(mask, []).append(source)
    same: dict[frozenset[tuple[int, tuple[int, ...]]], list[int]] = {}
    for distance, masks in sorted(parts.items()):
        key = frozenset([(mask, tuple(map(id, found))) for mask, found in masks.items()])
        same.setdefault(key, []).append(distance)
    terms = []
    for distances in same.values():
        first = distances[0]
        if products and len(distances) > 1:
            unit = _moved(graph, parts[first], min(first, 0))
            factor = sum([1 << d - min(first, 0) for d in distances])
            product = graph.times(unit, factor)
            if _free(unit.bits, factor):
                terms.append(product)
                continue
        terms += [_moved(graph, parts[d], d) for d in distances]
    return terms


def _free(bits: int, factor: int) -> bool:
    """Tell whether a product adds no two bits: then it is one over F2 too."""
    total = 0
    for k in range(factor.bit_length()):
        if factor >> k & 1:
            if total & bits << k:
                return False
            total |= bits << k
    return True


def _moved(graph: Graph, masks: dict[int, list[Term]], distance: int) -> Term:
    """Return the XOR of masked sources, moved by one distance."""
    if len(masks) == 1:
        ((mask, sources),) = masks.items()
        return graph.part(_xor(graph, sources), mask, distance)
    low = (1 << max(-distance, 0)) - 1  # bits that a shift down drops need no mask
    terms = []
    for mask, sources in masks.items():
        whole = _xor(graph, sources)
        terms.append(graph.band(whole, mask | low if (mask | low) & whole.bits == whole.bits else mask))
    return graph.shifted(joined(graph, terms), distance)


def _xor(graph: Graph, terms: Sequence[Term]) -> Term:
    ordered = sorted(terms, key=lambda term: (term.op == "number", term.tree))
    total = ordered[0]
    for term in ordered[1:]:
        total = graph.xor(total, term)
    return total


# -- one mask for each landing place -----------------------------------------------------------------------------------


def _by_mask(graph: Graph, cells: list[Cell]) -> list[Term]:
    places: dict[int, list[tuple[Term, int]]] = {}
    for source, mask, distance in cells:
        moved = source.bits << distance if distance >= 0 else source.bits >> -distance
        place = mask << distance if distance >= 0 else mask >> -distance
        places.setdefault(0 if moved == place else place, []).append((source, distance))
    terms = []
    for place, elements in places.items():
        if len({distance for _, distance in elements}) == 1:
            distance = elements[0][1]
            whole = _xor(graph, [source for source, _ in elements])
            mask = place >> distance if distance >= 0 else place << -distance
            terms.append(graph.part(whole, mask, distance) if place else graph.shifted(whole, distance))
            continue
        known = _paired(graph, elements)
        moved_terms = [graph.shifted(term, distance) for term, distance in known]
        if place:
            terms.append(graph.band(_xor(graph, moved_terms), place))
        else:
            terms += moved_terms
    return terms


def _paired(graph: Graph, elements: list[tuple[Term, int]]) -> list[tuple[Term, int]]:
    """Replace pairs of moved terms that occur again at another place by one term, the most frequent pair first.

    The pair a << s, b << t is (a ^ b >> (s - t)) << s where s >= t and s <= 0, and (a << (s - t) ^ b) << t anyway.
    """
    elements = list(elements)
    while True:
        found: dict[tuple[bool, int, int, int], list[tuple[int, int]]] = {}
        for i, j in combinations(range(len(elements)), 2):
            (a, s), (b, t) = elements[i], elements[j]
            if s < t:
                i, j, a, s, b, t = j, i, b, t, a, s
            for down in (True, False) if s <= 0 else (False,):
                places = found.setdefault((down, id(a), id(b), s - t), [])
                used = [k for pair in places for k in pair]
                if i not in used and j not in used:
                    places.append((i, j))
        best = max(found.items(), key=lambda item: (len(item[1]), item[0][0]), default=None)
        if best is None or len(best[1]) < 2:
            return elements
        (down, _, _, gap), places = best
        a, b = elements[places[0][0]][0], elements[places[0][1]][0]
        pair = graph.xor(a, graph.shr(b, gap)) if down else graph.xor(graph.shl(a, gap), b)
        gone = {k for place in places for k in place}
        kept = [element for k, element in enumerate(elements) if k not in gone]
        elements = [(pair, elements[i if down else j][1]) for i, j in places] + kept


# -- each field of the result apart ------------------------------------------------------------------------------------


def _by_field(
    graph: Graph,
    sources: Sequence[Term],
    images: Sequence[Sequence[int]],
    constant: int,
    terms: Sequence[Term],
) -> list[Term]:
    """Return one term for each set of result bits that no term joins to others, as cheap as the ways to write it."""
    found = []
    for bits, _ in _clusters(terms):
        low = (bits & -bits).bit_length() - 1
        ways = []
        for start in {0, low}:
            rows = [[(image & bits) >> start for image in row] for row in images]
            cells = _cells(sources, rows)
            rest = (constant & bits) >> start
            first = [graph.number(rest)] if rest else []
            parts = (_by_distance(graph, cells, True), _by_distance(graph, cells, False), _by_mask(graph, cells))
            ways += [graph.shl(joined(graph, [*first, *part]), start) for part in parts]
        found.append(min(ways, key=lambda way: way.tree))
    return found


# -- some bits by their whole images -----------------------------------------------------------------------------------


def _with_columns(
    graph: Graph, sources: Sequence[Term], images: Sequence[Sequence[int]], start: tuple[Term, ...], cost: int
) -> list[Choice]:
    """Take bits out one at a time as long as that pays, once from no bit and once from all."""
    places = [(i, k) for i, row in enumerate(images) for k, image in enumerate(row) if image]
    found: list[Choice] = []
    for taken in (set(), set(places)):
        terms = _mixed(graph, sources, images, taken)
        best = joined(graph, [*start, *terms]).tree
        improved = True
        while improved and len(places) <= 64:
            improved = False
            for place in places:
                other = taken ^ {place}
                trial = _mixed(graph, sources, images, other)
                value = joined(graph, [*start, *trial]).tree
                if value < best:
                    taken, terms, best, improved = other, trial, value, True
        if best < cost or not found:
            found.append(("columns", start + tuple(terms)))
    return found


def _mixed(
    graph: Graph, sources: Sequence[Term], images: Sequence[Sequence[int]], taken: set[tuple[int, int]]
) -> list[Term]:
    rest = [[0 if (i, k) in taken else image for k, image in enumerate(row)] for i, row in enumerate(images)]
    terms = _by_distance(graph, _cells(sources, rest), True)
    for i, (source, row) in enumerate(zip(sources, images, strict=True)):
        k = 0
        while k < len(row):
            if (i, k) not in taken or not row[k]:
                k += 1
                continue
            width = 1
            while (i, k + width) in taken and row[k + width] == row[k] << width:
                if not _free((1 << width + 1) - 1, row[k]):
                    break
                width += 1
            terms.append(_field(graph, source, k, width, row[k]))
            k += width
    return terms


def _field(graph: Graph, source: Term, low: int, width: int, image: int) -> Term:
    """Return the product of some bits of a source with their image."""
    mask = ((1 << width) - 1) << low
    if image & ((1 << low) - 1) == 0:
        return graph.times(graph.band(source, mask), image >> low)
    return graph.times(graph.part(source, mask, -low), image)


# -- together ----------------------------------------------------------------------------------------------------------


def joined(graph: Graph, terms: Sequence[Term]) -> Term:
    """Return the XOR of terms, as a sum of those that share no bit: the highest first."""
    if len(terms) == 1:
        return terms[0]
    clusters = _clusters(terms)
    total = graph.number(0)
    for _, members in sorted(clusters, key=lambda cluster: (cluster[1][0].op == "number", -cluster[0].bit_length())):
        total = graph.add(total, _xor(graph, members))
    return total


def _clusters(terms: Sequence[Term]) -> list[tuple[int, list[Term]]]:
    """Return the terms in sets that share no bit, each with its bits."""
    clusters: list[tuple[int, list[Term]]] = []
    for term in terms:
        bits, members = term.bits, [term]
        for cluster in [cluster for cluster in clusters if cluster[0] & bits]:
            clusters.remove(cluster)
            bits |= cluster[0]
            members = cluster[1] + members
        clusters.append((bits, members))
    return clusters


def paired_outputs(graph: Graph, outputs: Sequence[Sequence[Term]]) -> list[tuple[Term, ...]]:
    """Replace pairs of terms that occur in several outputs by their XOR, the most frequent pair first (Paar's way)."""
    rows = [list(row) for row in outputs]
    while True:
        counts: dict[tuple[int, int], int] = {}
        terms = {id(term): term for row in rows for term in row}
        for row in rows:
            for pair in combinations(sorted({id(term) for term in row if term.op != "number"}), 2):
                counts[pair] = counts.get(pair, 0) + 1
        best = max(counts.items(), key=lambda item: (item[1], -terms[item[0][0]].tree), default=None)
        if best is None or best[1] < 2:
            return [tuple(row) for row in rows]
        first, second = (terms[k] for k in best[0])
        pair_term = joined(graph, [first, second])
        for row in rows:
            if first in row and second in row:
                row.remove(first)
                row.remove(second)
                row.append(pair_term)
