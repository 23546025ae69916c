"""``__shfl_xor_sync(mask, v, k)`` as a map of lanes: the value of v at lane ^ k.

A shuffle hands every lane the value that another lane has.  Where the lane is a variable, that is a substitution: with
``v = lane * 4`` the shuffle with 2 is ``(lane ^ 2) * 4``.  That is true where all lanes take part: the mask must name
them all, and the shuffle must not stand in a branch, which some lanes may not take.
"""

from __future__ import annotations

from ..errors import LayoutError, ParseError
from .syntax import Binary, Call, Cast, Conditional, Expression, Literal, Name, Unary, names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .domain import Variable

    Lets = list[tuple[str, Expression]]

__all__ = ["rebuilt", "with_lanes"]

_SHUFFLE = "__shfl_xor_sync"
_LANES = ("lane", "laneId", "lane_id", "laneid", "threadIdx.x")
MOST_NODES = 20_000


def rebuilt(tree: Expression, replace: Callable[[Expression], Expression | None]) -> Expression:
    """Return the tree with ``replace(node)`` in the place of every node for which it is not None."""
    done: list[Expression] = []
    for node in tree.postorder():
        count = len(node.operands)
        parts = done[len(done) - count :]
        del done[len(done) - count :]
        done.append(replace(_with_operands(node, parts)) or _with_operands(node, parts))
    return done[0]


def _with_operands(node: Expression, parts: list[Expression]) -> Expression:
    if all([new is old for new, old in zip(parts, node.operands, strict=True)]):
        return node
    position, text = node.position, node.text
    if isinstance(node, Unary):
        return Unary(node.operator, parts[0], position, text)
    if isinstance(node, Binary):
        return Binary(node.operator, parts[0], parts[1], position, text)
    if isinstance(node, Conditional):
        return Conditional(parts[0], parts[1], parts[2], position, text)
    if isinstance(node, Cast):
        return Cast(node.kind, parts[0], position, text)
    if isinstance(node, Call):
        return Call(node.function, tuple(parts), position, text)
    raise LayoutError(f"{type(node).__name__} has no operands", None)


def with_lanes(lets: Lets, trees: list[Expression], variables: dict[str, Variable]) -> tuple[Lets, list[Expression]]:
    """Return named values and formulas without shuffles.

    Raises: ParseError where no lane is a variable, where the lanes are not whole warps, where k is not 0..31, for a
            mask that does not name all 32 lanes, for a shuffle in a branch, and for one of a name that is neither a
            variable nor a named value.

    >>> from layouts.verify.expression import parse_expression
    >>> from layouts.verify.domain import read_variable
    >>> lane = read_variable("lane", 32)
    >>> lets, trees = with_lanes([], [parse_expression("__shfl_xor_sync(0xffffffff, lane * 4, 2)")], {"lane": lane})
    >>> print(trees[0])
    (lane ^ 2) * 4
    """
    known: Lets = []
    for name, tree in lets:
        known.append((name, _expanded(tree, known, variables)))
    return known, [_expanded(tree, known, variables) for tree in trees]


def _expanded(tree: Expression, lets: Lets, variables: dict[str, Variable]) -> Expression:
    def replace(node: Expression) -> Expression | None:
        if not isinstance(node, Call) or node.function != _SHUFFLE:
            return None
        lane = next((name for name in _LANES if name in variables), None)
        if lane is None:
            raise ParseError(
                f"{_SHUFFLE} needs a lane among the variables: {', '.join(_LANES)}", node.text, node.position
            )
        values = variables[lane].values
        if not isinstance(values, range) or values.start % 32 or len(values) % 32:
            raise ParseError(
                f"{_SHUFFLE} reads other lanes: {lane} must run through whole warps", node.text, node.position
            )
        mask, value, distance = node.arguments
        _check_mask(mask, lets, node)
        if not isinstance(distance, Literal) or distance.value > 31:
            raise ParseError(
                f"{_SHUFFLE} is read with a number from 0 to 31 as its last value", node.text, node.position
            )
        turned = Binary("^", Name(lane), distance)
        whole = _inlined(value, lets, lane)
        known = {*variables, *[name for name, _ in lets]}
        foreign = next((name for name in names(whole) if name not in known), None)
        if foreign is not None:
            raise ParseError(
                f"{_SHUFFLE} is read of variables and named values; {foreign} is neither, and what other lanes have "
                f"there is not known (a value that a loop steps cannot be shuffled: write its closed form)",
                node.text,
                node.position,
            )
        return rebuilt(whole, lambda part: turned if isinstance(part, Name) and part.name == lane else None)

    if not any([_is_shuffle(node) for node in tree.postorder()]):
        return tree
    _refuse_branches(tree)
    return rebuilt(tree, replace)


def _is_shuffle(node: Expression) -> bool:
    return isinstance(node, Call) and node.function == _SHUFFLE


def _check_mask(mask: Expression, lets: Lets, node: Call) -> None:
    """Refuse a mask that is no number, and one that leaves a lane of the warp out."""
    from .evaluate import evaluate

    try:
        value = int(evaluate(mask, {}, _needed(mask, lets)).values)
    except LayoutError:
        raise ParseError(
            f"the mask of {_SHUFFLE} must be a number that names all 32 lanes, such as 0xffffffff",
            node.text,
            mask.position,
        ) from None
    left_out = [lane for lane in range(32) if not value >> lane & 1]
    if left_out:
        raise ParseError(
            f"the mask {value & 0xFFFFFFFF:#x} of {_SHUFFLE} leaves out lane {left_out[0]}, which takes part: what it "
            f"reads, and what is read from it, is undefined",
            node.text,
            mask.position,
        )


def _needed(tree: Expression, lets: Lets) -> Lets:
    """Return the named values that a formula depends on."""
    used = set(names(tree))
    found: Lets = []
    for name, value in reversed(lets):
        if name in used:
            used.update(names(value))
            found.insert(0, (name, value))
    return found


def _refuse_branches(tree: Expression) -> None:
    """Refuse a shuffle that is computed only where a condition says so."""
    waiting = [(tree, False)]
    while waiting:
        node, inside = waiting.pop()
        if inside and _is_shuffle(node):
            raise ParseError(
                f"{_SHUFFLE} stands in a branch, which not all lanes may take; name its value before it",
                node.text,
                node.position,
            )
        branches = isinstance(node, Conditional) or (isinstance(node, Binary) and node.operator in ("&&", "||"))
        waiting += [(part, inside or (branches and k > 0)) for k, part in enumerate(node.operands)]


def _inlined(tree: Expression, lets: Lets, lane: str) -> Expression:
    """Return the tree with the named values that depend on the lane written out."""
    moving = {lane}
    for name, value in lets:
        if moving & set(names(value)):
            moving.add(name)
    for name, value in reversed(lets):
        if name in moving and name in names(tree):
            tree = rebuilt(tree, lambda part: value if isinstance(part, Name) and part.name == name else None)  # noqa: B023
            if len(tree.postorder()) > MOST_NODES:
                raise LayoutError(f"{_SHUFFLE}: its value has more than {MOST_NODES} names and operators", name)
    return tree
