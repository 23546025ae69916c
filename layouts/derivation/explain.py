"""``explain``: the derivation of an operation on given operands."""

from __future__ import annotations

from ..composed import ComposedLayout, Swizzle
from ..errors import LayoutError, ParseError, ProfileError
from ..inttuple import _show, to_int
from ..layout import Layout
from .call import LOOKED, Call, Refused
from .model import Explanation, Step
from .words import show

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["explain", "operations", "read_operand"]

_FAMILIES = {
    "coalesce": "algebra.coalesce coalesce",
    "composition": "algebra.composition composition",
    "complement": "algebra.complement complement complement_minimal is_complementable",
    "inverse": "algebra.inverse right_inverse left_inverse inverse",
    "divide": "algebra.divide logical_divide zipped_divide tiled_divide flat_divide",
    "product": "algebra.product logical_product zipped_product tiled_product flat_product blocked_product "
    "raked_product tile_to_shape",
    "filtering": "algebra.filtering filter_zeros filter_modes nullspace",
    "functions": "algebra.injective is_injective is_bijective collision missed_value",
    "agreement": "equality equal difference",
    "bits": "linearity bit_images is_carry_free to_f2 to_z",
    "digits": "inttuple idx2crd crd2idx",
    "evaluation": "algebra.slice slice_and_offset",
    "recast": "algebra.recast upcast downcast recast",
}
"""The file of this room that explains a family, and where the operations of the family are."""

_OPERATIONS = {
    name: (f"layouts.{room}", family)
    for family, line in _FAMILIES.items()
    for room, *names in [line.split()]
    for name in names
}
_ALIASES = {"compose": "composition", "filter": "filter_modes", "slice": "slice_and_offset", "swizzle": "evaluate"}

_ON_CHAINS = ("composition", "evaluation", "agreement")
"""The families that look into a chain of maps by themselves."""

_MAPS = (Layout, ComposedLayout, Swizzle)
_LEAVES = 512
_BITS = 2000


def operations() -> tuple[str, ...]:
    """Return the names of all operations that ``explain`` knows.

    >>> operations()[:3]
    ('bit_images', 'blocked_product', 'coalesce')
    """
    return tuple(sorted([*_OPERATIONS, "evaluate"]))


def explain(op: Any, *args: Any, **kwargs: Any) -> Explanation:
    """Return how an operation comes to its answer, step by step, or why it refuses.

    ``op`` is a function of this library or its name, as text.  ``"evaluate"``, or a layout or swizzle itself, explains
    the value at a coordinate.
    Ensures: ``explain(op, *args).result == op(*args)``, and where that raises a LayoutError, ``refusal`` is the error.
    The steps are worked out anew and compared with the answer; where they do not lead to it, the last step says so, and
    ``derived`` is False.
    Raises:  LayoutError for an operation that is not known, with the names that are near.
    Cost:    that of the operation, and one step for each pair of leaves.

    >>> from layouts import Layout, composition
    >>> print(explain(composition, Layout((6, 4), (8, 3)), Layout(6, 2)))
    composition: (6,4):(8,3) o 6:2
    1. The digits of A
        Index i of A is i0 + 6*i1 with i0 < 6, and A(i) = 8*i0 + 3*i1. The last digit takes all that is left.
    2. Leaf 6:2 of B
        It takes the indices 0 2 4 6 8 10 of A, and A has there 0 16 32 3 19 35.
        From 0 on, 3 steps of 2 fit, for the next, 6, carries into place 6. Each is worth 16: mode 3:16.
        Then 2 steps of 6 fit, with no carry to the end. Each is worth 3: mode 2:3.
        step  in digits of A  worth     steps  mode
           2  (2,0)           2*8 = 16      3  3:16
           6  (0,1)           1*3 = 3       2  2:3
        -> (3,2):(16,3)
    3. All modes together
        No sum of remainders reaches its place. So nothing carries, and the values of the modes just add.
        place  steps modulo the place  largest sum  carries
            6  (2,0)                             4  no
    Result: (3,2):(16,3)
    >>> explain("complment", Layout(4, 2))
    Traceback (most recent call last):
    layouts.errors.LayoutError: explain: no operation 'complment' is known; near are complement, ...
    """
    name, function, family, args = _look_up(op, args)
    call = _carry_out(name, function, args, kwargs)
    steps: list[Step] = []
    derived: object = LOOKED
    if isinstance(call.refusal, ProfileError):
        steps.append(Step("The operands do not fit", f"The operation does not begin: {_reason(call.refusal)}"))
    elif not _can_be_shown(call.arguments):
        steps.append(Step("Too large to be shown", "The operands have too many leaves or digits for steps on paper."))
    else:
        derived = _derive(call, family, steps)
        if derived is not LOOKED and not _agrees(derived, call):
            steps.append(_unaccounted(call))
            derived = LOOKED
    options = tuple(kwargs.items())
    return Explanation(name, args, options, tuple(steps), call.result, call.refusal, derived is not LOOKED)


def _look_up(op: Any, args: tuple[Any, ...]) -> tuple[str, Callable[..., Any], str, tuple[Any, ...]]:
    """Return the name of an operation, its function, the family that explains it, and the arguments."""
    from importlib import import_module

    if isinstance(op, _MAPS):
        return "evaluate", _evaluate, "evaluation", (op, *args)
    name = op if isinstance(op, str) else getattr(op, "__name__", None)
    name = _ALIASES.get(name, name) if isinstance(name, str) else None
    if name == "evaluate" and isinstance(op, str):
        return name, _evaluate, "evaluation", args
    if name in _OPERATIONS:
        room, family = _OPERATIONS[name]
        function = getattr(import_module(room), name)
        if isinstance(op, str) or op is function:
            return name, function, family, args
    raise _unknown(op)


def _unknown(op: Any) -> LayoutError:
    from difflib import get_close_matches

    name = op if isinstance(op, str) else getattr(op, "__name__", "")
    known = operations()
    near = get_close_matches(name, [*known, *_ALIASES], 4, 0.5) if isinstance(name, str) else []
    hint = f"near are {', '.join(near)}" if near else f"known are {', '.join(known)}"
    return LayoutError(f"explain: no operation {_show(name or op)} is known; {hint}", op)


def _evaluate(f: Any, *coordinate: Any) -> Any:
    """Return the value of a layout, a chain or a swizzle at a coordinate."""
    if not isinstance(f, _MAPS):
        raise ProfileError(f"evaluate: {_show(f)} is neither a layout nor a swizzle", f)
    if not coordinate:
        raise ProfileError(f"evaluate: {f} needs a coordinate", None)
    if isinstance(f, Swizzle):
        if len(coordinate) != 1:
            raise ProfileError(f"evaluate: {f} takes one number, not {_show(coordinate)}", coordinate)
        return f(to_int(coordinate[0], "a swizzled number"))
    return f(*coordinate)


def _carry_out(name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Call:
    from inspect import signature

    try:
        bound = signature(function).bind(*args, **kwargs)
    except TypeError as error:
        raise ProfileError(f"explain: {name}: {error}", args) from None
    bound.apply_defaults()
    try:
        return Call(name, bound.arguments, function(*args, **kwargs), None)
    except LayoutError as error:
        error.__traceback__ = error.__context__ = error.__cause__ = None
        return Call(name, bound.arguments, None, error)


def _derive(call: Call, family: str, steps: list[Step]) -> Any:
    """Work out the steps; a derivation that is itself refused leaves those it has found."""
    from importlib import import_module

    first = next(iter(call.arguments.values()), None)
    if family not in _ON_CHAINS and isinstance(first, ComposedLayout):
        from .chains import derive_inside

        derivation = derive_inside(call, first)
    else:
        derivation = import_module(f".{family}", __package__).derive(call)
    while True:
        try:
            steps.append(next(derivation))
        except StopIteration as done:
            return done.value
        except LayoutError as error:
            return error


def _agrees(derived: Any, call: Call) -> bool:
    if call.refusal is not None:
        return isinstance(derived, Refused) and derived.witness == call.refusal.witness
    return type(derived) is type(call.result) and derived == call.result


def _unaccounted(call: Call) -> Step:
    what = show(call.result) if call.refusal is None else f"the refusal: {_reason(call.refusal)}"
    return Step(
        "What the steps do not show",
        f"The steps above do not account for the whole answer. The operation itself decided it: {what}.",
    )


def _reason(error: LayoutError) -> str:
    message = str(error)
    return message if len(message) <= 400 else message[:397] + "..."


def _can_be_shown(arguments: dict[str, Any]) -> bool:
    """Tell whether the operands are small enough that every number of the derivation can be printed."""
    numbers: list[int] = []
    stack = list(arguments.values())
    while stack:
        value = stack.pop()
        if isinstance(value, int):
            numbers.append(value)
        elif isinstance(value, tuple):
            stack += value
        elif hasattr(value, "terms"):
            numbers += [number for _, number in value.terms()]
        elif isinstance(value, Layout):
            stack += [value.shape, value.stride]
        elif isinstance(value, ComposedLayout):
            stack += [value.outer, value.offset, value.inner]
        elif isinstance(value, Swizzle):
            numbers += [1 << value.base + value.bits + abs(value.shift)]
        if len(numbers) > _LEAVES or len(stack) > 4 * _LEAVES:
            return False
    return sum([number.bit_length() for number in numbers]) <= 4 * _BITS and all(
        [number.bit_length() <= _BITS for number in numbers]
    )


def read_operand(text: str) -> Any:
    """Return the operand that a text stands for: what ``parse`` reads, ``_`` for None, or a tuple of such parts.

    >>> read_operand("(4:1,_,8)")
    (Layout(4, 1), None, 8)
    """
    from ..notation.cute import parse

    if text.strip() in ("_", "None"):
        return None
    try:
        return parse(text)
    except ParseError:
        parts = _split(text.strip())
        if parts is None:
            raise
        return tuple([read_operand(part) for part in parts])


def _split(text: str, most: int = 100) -> list[str] | None:
    """Return the parts of a text in brackets, cut at the commas that are in no inner bracket; None for other text."""
    if not text.startswith("(") or not text.endswith(")") or text.count("(") > most:
        return None
    parts, level, start = [], 0, 1
    for position, sign in enumerate(text[1:-1], 1):
        level += (sign == "(") - (sign == ")")
        if level < 0:
            return None
        if sign == "," and not level:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:-1]] if text[start:-1].strip() else parts
