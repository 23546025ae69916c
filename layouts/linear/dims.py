"""Named dimensions: ordered lists of (name, bits), how they lie in a flat index, and how two lists are merged.

A dimension has a name and a size, a power of two, which is kept as its number of bits.  A list of dimensions is ordered
minor to major: the first one has the lowest bits of the flat index.  By hand, ``register`` of size 4 and ``lane`` of
size 32: the flat index of ``register=3, lane=6`` is ``3 | 6 << 2``, which is 27.

>>> dims = (("register", 2), ("lane", 5))
>>> join({"register": 3, "lane": 6}, dims), split(27, dims)
(27, {'register': 3, 'lane': 6})
"""

from __future__ import annotations

from itertools import islice

from ..errors import ProfileError, TooLargeError
from ..inttuple import _show, to_int

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    Dims: TypeAlias = tuple[tuple[str, int], ...]  # (name, bits), minor to major
    Sizes: TypeAlias = "Mapping[str, int] | Iterable[tuple[str, int]]"

__all__ = ["MAX_BITS", "supremum"]

MAX_BITS = 1024
"""The most bits that one dimension may have."""

_MOST = 2**20


# -- reading what the user gives ---------------------------------------------------------------------------------------


def read_name(operation: str, name: object) -> str:
    """Return the name of a dimension, or refuse what is no text, and a text that begins or ends with space.

    Triton's print of a layout sets names between spaces, so it could not carry such a name.
    """
    if isinstance(name, str):
        if name != name.strip():
            raise ProfileError(
                f"{operation}: the name {_show(name)} begins or ends with space, which no text of a layout can show",
                name,
            )
        return name if type(name) is str else str(name)
    raise ProfileError(f"{operation}: the name of a dimension must be text, not {_show(name)}", name)


def read_flag(operation: str, what: str, value: object) -> bool:
    """Return a flag, or refuse what is neither True nor False."""
    if value is True or value is False:
        return value
    raise ProfileError(f"{operation}: {what} is True or False, not {_show(value)}", value)


def read_names(operation: str, names: object) -> tuple[str, ...]:
    """Return names that are all different, given as any sequence but a single text."""
    return distinct(operation, tuple([read_name(operation, name) for name in items(operation, names, "names")]))


def items(operation: str, values: object, what: str) -> list[object]:
    """Return the items of a sequence of no more than 2**20; a text, a mapping, a set and a number are none."""
    if isinstance(values, (list, tuple)):
        return list(values)
    wrong = isinstance(values, (str, bytes, dict, set, frozenset)) or not hasattr(type(values), "__iter__")
    try:
        found = [] if wrong else list(islice(values, _MOST + 1))  # type: ignore[call-overload]
    except TypeError:
        wrong = True
    if wrong:
        raise ProfileError(f"{operation}: {_show(values)} is not a sequence of {what}", values)
    if len(found) > _MOST:
        raise TooLargeError(f"{operation}: more than {_MOST} {what}", len(found))
    return found


def distinct(operation: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names, or refuse one that is there twice."""
    if len(set(names)) < len(names):
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise ProfileError(
            f"{operation}: the dimension {_show(twice)} is there twice in {_show(list(names), 120)}", twice
        )
    return names


def read_bits(operation: str, name: str, size: object) -> int:
    """Return log2 of a size, or refuse what is no power of two."""
    value = to_int(size, f"{operation}: the size of {_show(name)}")
    if value < 1 or value & value - 1:
        raise ProfileError(
            f"{operation}: the size of {_show(name)} is {number(value)}, which is no power of two", value
        )
    return check_bits(operation, name, value.bit_length() - 1)


def check_bits(operation: str, name: str, bits: int) -> int:
    """Return a number of bits, or refuse it beyond the limit for one dimension."""
    if bits > MAX_BITS:
        raise TooLargeError(f"{operation}: {_show(name)} needs {bits} bits, more than the limit {MAX_BITS}", bits)
    return bits


def read_dims(operation: str, sizes: object) -> Dims:
    """Return dimensions given as pairs of name and size, or as a mapping from name to size."""
    pairs = list(sizes.items()) if isinstance(sizes, dict) else items(operation, sizes, "pairs of name and size")
    dims = []
    for pair in pairs:
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ProfileError(f"{operation}: {_show(pair)} is not a pair of name and size", pair)
        name = read_name(operation, pair[0])
        dims.append((name, read_bits(operation, name, pair[1])))
    distinct(operation, tuple([name for name, _ in dims]))
    return tuple(dims)


def read_subset(operation: str, names: object, dims: Dims, side: str) -> tuple[str, ...]:
    """Return names that are all in ``dims``; one name alone may be given as text, and names as a set."""
    if isinstance(names, (set, frozenset)):
        names = sorted(names, key=str)
    chosen = read_names(operation, (names,) if isinstance(names, str) else names)
    known = {name for name, _ in dims}
    for name in chosen:
        if name not in known:
            raise ProfileError(f"{operation}: there is no {side} dimension {_show(name)} in {show_names(dims)}", name)
    return chosen


def find(operation: str, name: object, dims: Dims, side: str) -> tuple[int, int]:
    """Return the first bit and the number of bits of a dimension."""
    offset, wanted = 0, name if isinstance(name, str) else read_name(operation, name)
    for known, bits in dims:
        if known == wanted:
            return offset, bits
        offset += bits
    raise ProfileError(f"{operation}: there is no {side} dimension {_show(name)} in {show_names(dims)}", name)


# -- flat and named indices --------------------------------------------------------------------------------------------


def total(dims: Dims) -> int:
    """Return the number of bits of a flat index."""
    return sum([bits for _, bits in dims])


def offsets(dims: Dims) -> dict[str, int]:
    """Return the first bit of each dimension in the flat index."""
    found, offset = {}, 0
    for name, bits in dims:
        found[name] = offset
        offset += bits
    return found


def split(index: int, dims: Dims) -> dict[str, int]:
    """Return the named coordinate of a flat index."""
    found = {}
    for name, bits in dims:
        found[name] = index & (1 << bits) - 1
        index >>= bits
    return found


def join(coordinate: Mapping[str, int], dims: Dims) -> int:
    """Return the flat index of a named coordinate whose values are in range."""
    index = offset = 0
    for name, bits in dims:
        index |= coordinate[name] << offset
        offset += bits
    return index


def vector(value: int, dims: Dims) -> list[int]:
    """Return a flat value as one value for each dimension."""
    found = []
    for _, bits in dims:
        found.append(value & (1 << bits) - 1)
        value >>= bits
    return found


def places(dims: Dims, target: Dims, shifts: Mapping[str, int] | None = None) -> list[int]:
    """Return where each bit of ``dims`` lies in ``target``, as unit vectors; a dimension may be shifted up in it."""
    start, found = offsets(target), []
    for name, bits in dims:
        first = start[name] + (shifts[name] if shifts else 0)
        found += [1 << first + i for i in range(bits)]
    return found


def union(columns: Iterable[int]) -> int:
    """Return the bits that some column has."""
    mask = 0
    for column in columns:
        mask |= column
    return mask


def bit_of(position: int, dims: Dims) -> tuple[str, int]:
    """Return the dimension in which a bit of the flat index lies, and which bit of it that is."""
    for name, bits in dims:
        if position < bits:
            return name, position
        position -= bits
    raise IndexError(position)


# -- messages ----------------------------------------------------------------------------------------------------------


def no_layout(operation: str, value: object) -> ProfileError:
    """Return the refusal of a value that is no linear layout; one of Triton's is pointed to its reader."""
    if is_triton(value):
        home = f"{type(value).__module__}.{type(value).__qualname__}"
        return ProfileError(f"{operation}: this is a {home}, not one of layouts; from_triton makes it one", value)
    return ProfileError(f"{operation}: {_show(value)} is not a LinearLayout", value)


def is_triton(value: object) -> bool:
    """Tell whether a value that is none of ours has what ``from_triton`` reads."""
    kind = type(value)
    return hasattr(kind, "bases") and hasattr(kind, "out_dims")


def number(value: int) -> str:
    """Show a value in a message: in decimal up to 64 bits, then as a power of two or by its length."""
    if value.bit_length() <= 64:
        return str(value)
    if value > 0 and not value & value - 1:
        return f"2**{value.bit_length() - 1}"
    return f"{hex(value >> value.bit_length() - 32)}... (bits: {value.bit_length()})"


def named(coordinate: Mapping[str, int]) -> str:
    """Show a named coordinate: ``register=3, lane=6``, and ``()`` where there is no dimension."""
    return cut(", ".join([f"{name}={number(value)}" for name, value in coordinate.items()])) or "()"


def show_dims(dims: Dims) -> str:
    """Show dimensions with their sizes: ``[register:4, lane:32]``."""
    return cut("[" + ", ".join([f"{name}:{number(1 << bits)}" for name, bits in dims]) + "]")


def show_names(dims: Dims) -> str:
    """Show the names of dimensions."""
    return cut(str([name for name, _ in dims]))


def cut(text: str, width: int = 120) -> str:
    """Return a text, or its beginning where it is long."""
    return text if len(text) <= width else text[: width - 3] + "..."


# -- the merged order of two lists -------------------------------------------------------------------------------------


def supremum(x: Sequence[str], y: Sequence[str]) -> tuple[str, ...]:
    """Return the names of both lists in one order, the order of a product's dimensions.

    Two lists are walked side by side.  Equal heads are taken.  Otherwise the head of x is taken if it does not come
    later in y, else the head of y if it does not come later in x, else the head that comes sooner in the other list.
    Where the lists disagree, as [a, b] and [b, a] do, x decides.
    Ensures:  keeps the order of both lists if they agree on their common names.
    Raises:   ProfileError for what is no list of different names.
    Triton:   ``supremum``, which is documented to fail where the lists disagree and does not.

    >>> supremum(["a", "b"], ["a", "c"]), supremum(["a", "b"], ["b", "c"]), supremum(["a", "b"], ["b", "a"])
    (('a', 'b', 'c'), ('a', 'b', 'c'), ('a', 'b'))
    """
    return merged(read_names("supremum", x), read_names("supremum", y))


def merged(x: tuple[str, ...], y: tuple[str, ...]) -> tuple[str, ...]:
    """Return the supremum of two lists of different names."""
    if x == y:
        return x
    in_x, in_y = {name: i for i, name in enumerate(x)}, {name: j for j, name in enumerate(y)}
    result: dict[str, None] = {}
    i = j = 0
    while True:
        while i < len(x) and x[i] in result:
            i += 1
        while j < len(y) and y[j] in result:
            j += 1
        if i == len(x) or j == len(y):
            result.update(dict.fromkeys(x[i:]))
            result.update(dict.fromkeys(y[j:]))
            return tuple(result)
        later_in_y, later_in_x = in_y.get(x[i], -1), in_x.get(y[j], -1)
        if later_in_y < j:
            result[x[i]] = None
        elif later_in_x < i or later_in_x < later_in_y:
            result[y[j]] = None
        else:
            result[x[i]] = None
