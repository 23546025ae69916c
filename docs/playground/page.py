"""What the page asks the library: fields of text in, parts to show out, both as JSON.

``answer(view, fields)`` gives the words at once, and ``picture(k)`` then draws the k-th figure of the last answer.  The
fields are texts, as they were typed.  They are read by the parsers of the library and by nothing else; what it refuses
comes back as its own message.  No view needs numpy, except for formulas that only a look at every point can decide;
those answers say ``needs``.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING

from layouts import (
    F2,
    ComposedLayout,
    Layout,
    LayoutError,
    LinearLayout,
    ParseError,
    Swizzle,
    Z,
    check,
    collision,
    composition,
    conflicts,
    crd2idx,
    difference,
    draw,
    equal,
    explain,
    inverse,
    is_bijective,
    is_injective,
    make_layout,
    parse,
    size,
    swizzled_forms,
    to_f2,
)
from layouts.derivation.explain import read_operand
from layouts.draw.choose import read_value
from layouts.draw.figures.threads import held_by, tile_grid
from layouts.draw.model import Figure
from layouts.encodings.fields import Encoding, SharedEncoding
from layouts.linear.affine import AffineLayout
from layouts.notation.meaning import as_cute, as_linear
from layouts.verify.domain import read_number
from layouts.verify.lanes import lane_pairs
from layouts.verify.options import named
from layouts.verify.reading import read_formula

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Part = dict[str, Any]
    Fields = dict[str, str]

CELLS = 2**12
"""The most cells of a figure; more would keep the reader waiting."""
MARKED = 2**11
"""The most cells of a tile on which the lanes of an access are marked."""


def answer(view: str, fields: str) -> str:
    """Return the answer of a view to its fields, as JSON: ``parts`` in order, and for some views more.

    >>> json.loads(answer("read", '{"text": "(2,2):(2,1)"}'))["parts"][0]["rows"][1]
    ['size, cosize', '4, 4']
    """
    given = {name: str(value).strip() for name, value in json.loads(fields).items()}
    try:
        found = _VIEWS[view](given)
    except LayoutError as error:
        found = {"parts": [_error(error)]}
    except ModuleNotFoundError as error:
        text = "This formula has no closed form that the library knows, so it looks at every point, with numpy."
        found = {"parts": [{"kind": "note", "text": text}], "needs": error.name or "numpy"}
    except RecursionError:
        found = {"parts": [{"kind": "error", "text": "nested too deeply for this browser"}]}
    _WAITING.clear()
    for part in found["parts"]:
        if part["kind"] == "svg":
            _WAITING.append(part.pop("make"))
            part["number"] = len(_WAITING) - 1
    return json.dumps(found, ensure_ascii=False)


_WAITING: list[Callable[[int], Part]] = []
"""The figures of the last answer, yet to be drawn."""


def picture(number: int, width: int = 900) -> str:
    """Return a figure of the last answer for a page of a width, as JSON; where the library has none, its reason.

    >>> _ = answer("read", '{"text": "(2,2):(2,1)"}')
    >>> json.loads(picture(0))["alt"][:34]
    'The offsets of the layout (2,2):(2'
    """
    try:
        found = _WAITING[number](max(int(width), 300))
    except LayoutError as error:
        found = {"text": str(error)}
    return json.dumps(found, ensure_ascii=False)


def start() -> str:
    """Return what the page is built from, as JSON: the examples of each view, and the puzzles without their checks."""
    shown = [{name: puzzle[name] for name in ("id", "title", "task", "hint", "solution")} for puzzle in PUZZLES]
    return json.dumps({"examples": EXAMPLES, "puzzles": shown, "version": __import__("layouts").__version__})


# -- parts -------------------------------------------------------------------------------------------------------------


def _error(error: LayoutError) -> Part:
    return {"kind": "error", "text": str(error), "type": type(error).__name__}


def _picture(heading: str, value: Any, kind: str | None = None, **options: Any) -> Part:
    """Return a figure as a part, to be drawn later."""

    def make(width: int) -> Part:
        figure = value if isinstance(value, Figure) else draw(value, kind, **options)
        return {"svg": figure.to_svg(width=width, linked=True), "alt": figure.alt}

    return {"kind": "svg", "heading": heading, "make": make}


def _facts(rows: list[tuple[str, Callable[[], Any]]], state: str = "") -> Part:
    """Return a table of questions and answers; a refusal is an answer too."""
    found = []
    for question, ask in rows:
        try:
            reply = str(ask())
        except LayoutError as error:
            reply = f"none: {error}"
        if reply:
            found.append([question, reply])
    return {"kind": "facts", "rows": found, "state": state}


# -- any text ----------------------------------------------------------------------------------------------------------


def _view_read(fields: Fields) -> Part:
    """Read a layout, an encoding of Triton's or a formula; show the verdict, the figure, the matrix and the banks."""
    text = fields.get("text", "")
    if not text:
        return {"parts": [{"kind": "note", "text": "Type a layout, an attribute of Triton's, or a formula."}]}
    if fields.get("ranges"):
        return _formula(text, fields)
    try:
        value = read_value(text)
    except ParseError as refused:
        try:
            read_formula(text, "c")
        except ParseError as also:
            raise (also if also.position > refused.position else refused) from None
        return _formula(text, fields)
    if isinstance(value, Encoding):
        read = as_cute if isinstance(value, SharedEncoding) else as_linear
        value = read(value, _shape(fields.get("shape", "")))[0]
    return {"parts": _value_parts(value, fields)}


def _shape(text: str) -> tuple[int, ...] | None:
    """Read ``16, 32``, ``(16,32)`` or ``16x32``."""
    if not text:
        return None
    bare = text.strip("()[] ").rstrip(",")
    numbers = [read_number(part) for part in re.split("[,x]", bare)]
    if any([number is None for number in numbers]):
        raise ParseError("the shape of a tensor is written 16, 32", text, 0)
    return tuple([number for number in numbers if number is not None])


def _value_parts(value: Any, fields: Fields) -> list[Part]:
    if isinstance(value, (LinearLayout, AffineLayout)):
        linear = getattr(value, "linear", value)
        parts = [_facts(_linear_facts(linear))]
    elif isinstance(value, (Layout, ComposedLayout)):
        try:
            good = is_injective(value)
        except LayoutError:
            good = False
        parts = [_facts(_layout_facts(value), "good" if good else "")]
    else:
        parts = [_facts([("reads as", lambda: repr(value))])]
    plain = {} if not isinstance(value, (Layout, ComposedLayout)) else {"tape": _count(value) <= 64}
    figure = _picture("Figure", value, **plain, **({"limit": CELLS} if _has_cells(value) else {}))
    matrix = [_picture("Matrix over F2", value, "matrix")]
    if isinstance(value, (Layout, ComposedLayout)):
        banks = _banks(value, fields)
        return [*parts, *banks, figure, *matrix] if fields.get("lanes") else [*parts, figure, *matrix, *banks]
    return [*parts, figure, *(matrix if isinstance(value, Swizzle) else [])]


def _count(value: Any) -> int:
    return int(value.size)


def _has_cells(value: Any) -> bool:
    return isinstance(value, (Layout, ComposedLayout, LinearLayout, AffineLayout))


def _layout_facts(value: Any) -> list[tuple[str, Callable[[], Any]]]:
    def one_to_one() -> str:
        pair = collision(value)
        return "yes" if pair is None else f"no: indices {pair[0]} and {pair[1]} both have the value {value(pair[0])}"

    def swizzled() -> str:
        try:
            forms = swizzled_forms(value)
        except LayoutError:  # said above: it is not linear
            return ""
        return str(forms[0]) if forms and forms[0].outer.bits else ""

    return [
        ("reads as", lambda: value),
        ("size, cosize", lambda: f"{value.size}, {value.cosize}"),
        ("one-to-one", one_to_one),
        ("onto 0 ... size-1", lambda: "yes" if is_bijective(value) else "no"),
        ("over F2", lambda: to_f2(value)),
        ("swizzle", swizzled),
        ("inverse", lambda: inverse(value)),
    ]


def _linear_facts(linear: Any) -> list[tuple[str, Callable[[], Any]]]:
    def dims(pairs: Any) -> str:
        return ", ".join([f"{name} {count}" for name, count in pairs]) or "nothing"

    def images(name: str, bases: Any) -> tuple[str, Callable[[], str]]:
        return f"bits of {name}", lambda: " ".join([f"({','.join(map(str, image))})" for image in bases]) or "none"

    return [
        ("maps", lambda: f"{dims(linear.in_dims)} → {dims(linear.out_dims)}"),
        ("rank", linear.rank),
        ("one-to-one", lambda: "yes" if linear.is_injective() else "no: several places hold the same element"),
        ("onto", lambda: "yes" if linear.is_surjective() else "no"),
        *[images(name, bases) for name, bases in linear.bases],
    ]


# -- formulas ----------------------------------------------------------------------------------------------------------


def _pairs(text: str, complaint: str) -> dict[str, str]:
    """Read ``a = 1, b = 2``; a comma that no name follows belongs to the value."""
    return named([part for part in re.split(r"[;\n]|,(?=\s*[^,;=<>!]*=[^=])", text) if part.strip()], complaint)


def _number(text: str, role: str) -> int | None:
    if not text:
        return None
    number = read_number(text)
    if number is None:
        raise ParseError(f"{role} is a number such as 512", text, 0)
    return number


def _formula(text: str, fields: Fields) -> Part:
    ranges = _pairs(fields.get("ranges", ""), "a range is given as NAME = RANGE, such as i = 64")
    lets = _pairs(fields.get("lets", ""), "an intermediate value is given as NAME = EXPRESSION")
    verdict = check(text, ranges, let=lets, size=_number(fields.get("size", ""), "the size"), limit=2**20)
    state = "good" if verdict.holds else "bad" if verdict.failures else ""
    parts: list[Part] = [{"kind": "verdict", "text": str(verdict), "state": state}]
    layout = verdict.layout
    if fields.get("lanes"):
        try:
            parts += _formula_banks(text, lets, fields)
        except LayoutError as error:
            parts.append(_error(error))
    if isinstance(layout, (Layout, ComposedLayout)):
        parts.append(_picture("Figure", layout, limit=CELLS))
        parts.append(_picture("Matrix over F2", layout, "matrix"))
        parts.append(_picture("Banks", layout, "banks", elem=_elem(fields), limit=CELLS))
    return {"parts": parts}


def _formula_banks(text: str, lets: dict[str, str], fields: Fields) -> list[Part]:
    """Return the wavefronts of a formula: its value at each lane, whose variables are found by their names."""
    at = _lane_points(fields["lanes"])
    values = [_value_at(text, point, lets) for point in at]
    return _report_parts(values, None, fields)


# -- banks -------------------------------------------------------------------------------------------------------------


def _value_at(expression: str, point: dict[str, int], lets: dict[str, str] | None = None) -> int:
    """Return the value of a C expression at one point, by ``check`` on the domain that is this point."""
    found = check(expression, {name: [value] for name, value in point.items()}, let=lets or {}, expect=["any"])
    if found.minimum is None:
        raise LayoutError(f"{expression} has no value at {point}", point)
    return int(found.minimum)


def _lane_points(text: str) -> list[dict[str, int]]:
    """Return for each lane of a warp the variables that a lane map gives it."""
    pairs = lane_pairs(text)
    tables = {name: _lane_values(value) for name, value in pairs}
    return [{name: values[lane] for name, values in tables.items()} for lane in range(32)]


def _lane_values(expression: str) -> list[int]:
    try:
        form = check(expression, lane=32, expect=["any"]).layout
    except ModuleNotFoundError:
        form = None
    if isinstance(form, Layout) and form.over in (Z, F2):
        return [int(form(lane)) for lane in range(32)]
    return [_value_at(expression, {"lane": lane}) for lane in range(32)]


def _elem(fields: Fields) -> int:
    """Return the bytes of an element, 2 where none are given."""
    given = _number(fields.get("elem", ""), "the bytes of an element")
    return 2 if given is None else given


def _access(fields: Fields) -> dict[str, Any]:
    """Return the options of an access; a lane moves one element unless the fields say otherwise."""
    elem = _elem(fields)
    instruction = fields.get("instruction", "") or "ld.shared"
    size_given = _number(fields.get("bytes", ""), "the bytes of a lane")
    if "matrix" in instruction:
        return {"elem": elem, "instruction": instruction}
    return {"elem": elem, "instruction": instruction, "bytes": size_given or max(elem, 1)}


def _banks(value: Any, fields: Fields) -> list[Part]:
    """Return the banks of a tile, and where lanes are given, what their access costs."""
    if not fields.get("lanes"):
        elem = _elem(fields)
        return [_picture("Banks", value, "banks", elem=elem, limit=CELLS)]
    try:
        indices = _indices(value, fields["lanes"])
    except LayoutError as error:
        return [_error(error)]
    return _report_parts(value, lambda lane: indices[lane], fields)


def _indices(value: Any, lanes: str) -> list[int]:
    """Return the index that each lane of a lane map has in a layout.

    Raises: LayoutError for a lane outside the layout, or as many coordinates as it has no modes.
    """
    points = _lane_points(lanes)
    names = list(points[0])
    modes = _modes(value) if len(names) > 1 else (size(value),)
    if len(names) != len(modes):
        listed = ", ".join(names)
        raise LayoutError(f"lanes: {listed} are {len(names)} variables, and {value} has {len(modes)} modes", listed)
    for lane, point in enumerate(points):
        for (name, number), extent in zip(point.items(), modes, strict=True):
            if not 0 <= number < extent:
                raise LayoutError(f"lane {lane} has {name} = {number}, which is not in 0..{extent - 1}", lane)
    return [int(crd2idx(tuple(point.values()), modes)) for point in points]


def _report_parts(map_: Any, lanes: Any, fields: Fields) -> list[Part]:
    options = _access(fields)
    try:
        report = conflicts(map_, lanes, **options)
    except LayoutError as error:
        return [_error(error)]
    parts: list[Part] = [{"kind": "verdict", "text": str(report), "state": "good" if report.holds else "bad"}]
    if lanes is not None and size(map_) <= MARKED:
        parts.append(_picture("Banks", map_, "banks", lanes=lanes, limit=CELLS, **options))
    else:
        parts.append(_picture("Wavefronts", report))
    return parts


# -- swizzle, steps, threads -------------------------------------------------------------------------------------------


def _view_swizzle(fields: Fields) -> Part:
    """Show a swizzle on the bits of an address, and a row-major tile under it."""
    numbers = {name: _number(fields.get(name, ""), name) for name in ("B", "M", "S", "rows", "columns")}
    B, M, S, rows, columns = [number if number is not None else 0 for number in numbers.values()]
    swizzle = Swizzle(B, M, S)
    plain = Layout((rows, columns), (columns, 1))
    tile = ComposedLayout(swizzle, 0, plain)
    elem = _elem(fields)
    parts = [_facts([("tile", lambda: tile), ("over F2", lambda: to_f2(tile)), ("one-to-one", lambda: _yes(tile))])]
    parts.append(_picture("Address bits", swizzle, "ruler", elem=elem))
    if fields.get("lanes"):
        before = _report_parts_text(plain, fields)
        parts.append({"kind": "note", "text": f"Without the swizzle: {before}"})
    parts += _banks(tile, fields)
    parts.append(_picture("Matrix over F2", tile, "matrix"))
    return {"parts": parts}


def _yes(value: Any) -> str:
    pair = collision(value)
    return "yes" if pair is None else f"no: {pair[0]} and {pair[1]}"


def _report_parts_text(layout: Any, fields: Fields) -> str:
    found = _banks(layout, fields)[0]
    line = next((line for line in found["text"].splitlines() if "wavefronts" in line), found["text"])
    return str(line).strip()


def _view_steps(fields: Fields) -> Part:
    """Derive an operation step by step, with figures of what goes in and what comes out."""
    operation = fields.get("operation") or "composition"
    texts = [fields.get("A", ""), fields.get("B", "")]
    operands = [read_operand(text) for text in texts if text]
    found = explain(operation, *operands)
    steps = [f"{number}. {step}" for number, step in enumerate(found.steps, 1)]
    end = f"Result: {found.result}" if found.refusal is None else f"Refused: {found.refusal}"
    parts: list[Part] = [{"kind": "verdict", "text": found.heading, "state": ""}]
    parts.append({"kind": "steps", "steps": steps, "end": end, "state": "good" if found.refusal is None else "bad"})
    for name, value in [*zip("AB", operands, strict=False), ("Result", found.result)]:
        if isinstance(value, (Layout, ComposedLayout)):
            parts.append(_picture(f"{name}: {value}", value, limit=2**10, tape=_count(value) <= 64))
    return {"parts": parts}


def _view_threads(fields: Fields) -> Part:
    """Show who holds what, and the cells of the threads whose number has the bits that are pressed."""
    value = read_value(fields.get("text", ""))
    if isinstance(value, Encoding):
        value = as_linear(value, _shape(fields.get("shape", "")))[0]
    tile = _shape(fields.get("shape", "")) if isinstance(value, Layout) else None
    held = held_by(value, tile, CELLS)
    dims = [*held.inputs, (held.value_name or "value", held.values)]
    wanted = _patterns(fields.get("bits", ""), dims)
    lit, holders = [], []
    for (thread, register), cell in held.places.items():
        numbers = []
        for _, count in held.inputs:
            thread, digit = divmod(thread, count)
            numbers.append(digit)
        numbers.append(register)
        if all([_fits(number, wanted[name]) for number, (name, _) in zip(numbers, dims, strict=True)]):
            lit.append(str(cell))
            holders.append(cell)
    figure = Figure(
        held.name,
        ((tile_grid(held, title="Who holds each element"),),),
        f"Who holds each element, by {held.name}.",
    )
    count = len(set(lit))
    said = ", ".join([f"{name} {_described(wanted[name])}" for name, extent in dims if extent > 1])
    return {
        "parts": [
            {"kind": "note", "text": f"{said}: {count} of {held.cells} elements light up."},
            _picture("Tile", figure),
        ],
        "dims": [{"name": name, "bits": list(wanted[name])} for name, extent in dims if extent > 1],
        "lit": sorted(set(lit), key=int),
    }


def _patterns(text: str, dims: list[tuple[str, int]]) -> dict[str, str]:
    """Read ``lane:1*000 register:**``, low bit first; what is not given is lane 0, and any of the others."""
    given = dict([part.split(":", 1) for part in text.split() if ":" in part])
    found = {}
    for name, extent in dims:
        width = (extent - 1).bit_length()
        start = "0" if name in ("lane", "thread") else "*"
        pattern = re.sub(r"[^01*]", "", given.get(name, ""))[:width]
        found[name] = pattern + start * (width - len(pattern))
    return found


def _fits(number: int, pattern: str) -> bool:
    return all([bit in ("*", str(number >> place & 1)) for place, bit in enumerate(pattern)])


def _described(pattern: str) -> str:
    return str(int(pattern[::-1], 2)) if "*" not in pattern else "any" if set(pattern) == {"*"} else pattern[::-1]


# -- puzzles -----------------------------------------------------------------------------------------------------------


def _view_puzzle(fields: Fields) -> Part:
    """Show the figure of a puzzle, and check an answer."""
    puzzle = next((one for one in PUZZLES if one["id"] == fields.get("puzzle")), PUZZLES[0])
    parts: list[Part] = []
    text = fields.get("answer", "")
    if text:
        try:
            wrong = puzzle["check"](text)
            said = f"Right. {puzzle['learned']}" if not wrong else f"Not yet: {wrong}"
            parts.append({"kind": "verdict", "text": said, "state": "bad" if wrong else "good"})
        except LayoutError as error:
            parts.append(_error(error))
    if "figure" in puzzle:
        parts.append(_picture("What is asked", puzzle["figure"]()))
    if text and "shown" in puzzle:
        with suppress(LayoutError):  # said above
            parts += puzzle["shown"](text)
    return {"parts": parts, "solved": bool(text) and parts[0].get("state") == "good"}


def _layout(text: str) -> Any:
    value = parse(text)
    if not isinstance(value, (Layout, ComposedLayout)):
        raise LayoutError(f"{text} is no layout; write shape:stride, such as (4,8):(8,1)", text)
    return value


def _modes(value: Any) -> tuple[int, ...]:
    shape = value.shape if isinstance(value.shape, tuple) else (value.shape,)
    return tuple([size(mode) for mode in shape])


def _same(target: str, modes: bool = True) -> Callable[[str], str]:
    """Return a check: the answer is the same function as a layout, with modes of the same sizes."""

    def look(text: str) -> str:
        value, goal = _layout(text), _layout(target)
        if size(value) != size(goal):
            return f"{value} has {size(value)} elements; {size(goal)} are wanted."
        if modes and _modes(value) != _modes(goal):
            return f"the modes have the sizes {_modes(value)}; {_modes(goal)} are wanted."
        if equal(value, goal):
            return ""
        at = difference(value, goal)
        return f"at index {at} yours has {value(at)}, and {goal(at)} is wanted."

    return look


def _tile(text: str, modes: tuple[int, ...], room: int) -> tuple[Any, str]:
    value = _layout(text)
    if _modes(value) != modes:
        return value, f"the modes have the sizes {_modes(value)}; {modes} are wanted."
    pair = collision(value)
    if pair is not None:
        return value, f"the indices {pair[0]} and {pair[1]} share the place {value(pair[0])}."
    if value.cosize > room:
        return value, f"it reaches to place {value.cosize - 1}; there is room for {room} elements."
    return value, ""


def _free(text: str, modes: tuple[int, ...], room: int, accesses: list[tuple[str, Fields]]) -> str:
    """Tell what is wrong with a tile: its modes, its room, or the first access that has a conflict."""
    value, wrong = _tile(text, modes, room)
    if wrong:
        return wrong
    for name, fields in accesses:
        indices = _indices(value, fields["lanes"])
        report = conflicts(value, lambda lane, indices=indices: indices[lane], **_access(fields))
        if not report.holds:
            return f"{name} takes {report.wavefronts} wavefronts, and {report.ideal} would do."
    return ""


_COLUMN = {"lanes": "r = lane, c = 0 * lane", "elem": "4"}
_ROW = {"lanes": "r = 0 * lane, c = lane", "elem": "4"}
_LDMATRIX = {"lanes": "r = lane % 8, c = lane / 8 * 8", "elem": "2", "instruction": "ldmatrix"}


def _shows_banks(fields: Fields) -> Callable[[str], list[Part]]:
    return lambda text: _banks(_layout(text), fields)


def _diagonal(text: str) -> str:
    A, B = parse("(8,8):(8,1)"), _layout(text)
    found = composition(A, B)
    return "" if equal(found, parse("8:9")) else f"A o B is {found}, and the diagonal is 8:9."


def _filled(text: str) -> str:
    both = make_layout(parse("(2,2):(1,8)"), _layout(text))
    if size(both) != 32:
        return f"together they have {size(both)} elements; 32 places are to be filled."
    pair = collision(both)
    if pair is not None:
        return f"place {both(pair[0])} is taken twice."
    return "" if is_bijective(both) else f"together they reach to place {both.cosize - 1}, and leave holes."


def _mended(text: str) -> str:
    found = check(text, {"i": 512}, size=512, expect=["injective", "onto"], equals="Sw<3,0,3> o 512:1")
    if found.holds:
        return ""
    return f"{found.failures[0]} does not hold.\n{found}"


PUZZLES: list[dict[str, Any]] = [
    {
        "id": "row-major",
        "title": "Which layout is this?",
        "task": "The numbers are places in memory. Write the layout of this tile of 4 rows and 8 columns.",
        "hint": "One step down is worth 8, one step to the right 1.",
        "solution": "(4,8):(8,1)",
        "learned": "The shape counts, the strides say what a step is worth.",
        "figure": lambda: draw(Figure("A tile", draw(parse("(4,8):(8,1)"), tape=False).panels, "A tile of 4 rows.")),
        "check": _same("(4,8):(8,1)"),
    },
    {
        "id": "blocks",
        "title": "Blocks of 2 x 2",
        "task": "Four blocks, each in one piece of memory. Write the layout; the modes are 4 rows and 4 columns.",
        "hint": "A mode may have modes: ((2,2),(2,2)):((1,?),(?,?)).",
        "solution": "((2,2),(2,2)):((1,4),(2,8))",
        "learned": "No two plain strides can say this; a mode inside a mode can.",
        "figure": lambda: Figure(
            "A tile", draw(parse("((2,2),(2,2)):((1,4),(2,8))"), tape=False).panels, "A tile of 2 x 2 blocks."
        ),
        "check": _same("((2,2),(2,2)):((1,4),(2,8))"),
    },
    {
        "id": "diagonal",
        "title": "The diagonal, by composition",
        "task": "A = (8,8):(8,1). Which B makes A o B the diagonal 8:9?",
        "hint": "B picks indices of A, and indices count the first mode fastest: (1,1) is index 9.",
        "solution": "8:9",
        "learned": "B lists indices of A. On the diagonal both orders of counting agree.",
        "check": _diagonal,
    },
    {
        "id": "holes",
        "title": "Fill the holes",
        "task": "(2,2):(1,8) takes the places 0 1 8 9. Which layout of 8 elements repeats it until 0 ... 31 are full?",
        "hint": "The copies start at 0, 2, 4, 6 and at 16 more.",
        "solution": "(4,2):(2,16)",
        "learned": "This is the complement of (2,2):(1,8) in 32.",
        "figure": lambda: draw(parse("(2,2):(1,8)"), "tape"),
        "check": _filled,
    },
    {
        "id": "inverse",
        "title": "The way back",
        "task": "A = (4,8):(8,1) takes an index to a place. Write the layout that takes the place to the index.",
        "hint": "Place 1 is the coordinate (0,1), which is index 4.",
        "solution": "(8,4):(4,1)",
        "learned": "The digits of the place, fastest first, are the modes of A by ascending stride.",
        "check": _same("(8,4):(4,1)", modes=False),
    },
    {
        "id": "fragment",
        "title": "Who holds what?",
        "task": "The accumulator of mma.m16n8k16. Write the layout from (thread, value) to the cell, "
        "counted down the rows first: cell = row + 16 * column. The modes are 32 threads and 4 values.",
        "hint": "Four threads side by side hold two columns each; eight of these rows, then value 2 is 8 rows below.",
        "solution": "((4,8),(2,2)):((32,1),(16,8))",
        "learned": "32 is two columns, 1 a row, 16 a column, 8 half of the tile.",
        "figure": lambda: draw(parse("((4,8),(2,2)):((32,1),(16,8))"), "threads", tile=(16, 8)).__class__(
            "A fragment",
            ((tile_grid(held_by(parse("((4,8),(2,2)):((32,1),(16,8))"), (16, 8))),),),
            "A tile of 16 rows and 8 columns; each cell names the thread and the value that hold it.",
        ),
        "check": _same("((4,8),(2,2)):((32,1),(16,8))"),
    },
    {
        "id": "padding",
        "title": "Free of conflicts, by padding",
        "task": "A tile of 32 x 32 floats. Each lane reads one row's first element, and all meet in bank 0. Write a "
        "layout of shape (32,32), in at most 1056 elements, that is free of conflicts down a column and along a row.",
        "hint": "What if a row were one element longer?",
        "solution": "(32,32):(33,1)",
        "learned": "33 is odd, so 32 rows start in 32 banks. It costs 31 elements.",
        "check": lambda text: _free(text, (32, 32), 1056, [("the column", _COLUMN), ("the row", _ROW)]),
        "shown": _shows_banks(_COLUMN),
    },
    {
        "id": "xor",
        "title": "The same without a single byte more",
        "task": "The tile of 32 x 32 floats again, in exactly 1024 elements: no conflict down a column or along a row.",
        "hint": "XOR the five bits of the row onto the five bits of the column: Sw<B,M,S> o (32,32):(32,1).",
        "solution": "Sw<5,0,5> o (32,32):(32,1)",
        "learned": "The swizzle permutes each row by its number; nothing is wasted.",
        "check": lambda text: _free(text, (32, 32), 1024, [("the column", _COLUMN), ("the row", _ROW)]),
        "shown": _shows_banks(_COLUMN),
    },
    {
        "id": "ldmatrix",
        "title": "Make this tile conflict-free",
        "task": "A tile of 8 x 64 halves, read by ldmatrix: lane l gives the address of row l % 8, column l / 8 * 8, "
        "and 16 bytes from there must stay together. Write a layout of (8,64) in 512 elements.",
        "hint": "8 halves stay together, so M = 3. Eight rows must differ in three bits.",
        "solution": "Sw<3,3,3> o (8,64):(64,1)",
        "learned": "In bytes this is Swizzle<3,4,3>, the 128-byte swizzle of the hardware.",
        "check": lambda text: _free(text, (8, 64), 512, [("ldmatrix", _LDMATRIX)]) or _together(_layout(text), 8),
        "shown": _shows_banks(_LDMATRIX),
    },
    {
        "id": "mask",
        "title": "Mend this formula",
        "task": "8 * (i / 8) + ((i % 8) ^ (i / 8)) was meant to permute each row of 8 by its number, for i in "
        "0 ... 511, but from i = 456 on it leaves its buffer of 512. Write a formula of i in which each row keeps its "
        "place, and row r is XORed with r % 8.",
        "hint": "What is XORed onto three bits must have three bits.",
        "solution": "8 * (i / 8) + ((i % 8) ^ (i / 8 % 8))",
        "learned": "It is Sw<3,0,3> o 512:1, one-to-one and onto, by proof.",
        "check": _mended,
    },
]


def _together(value: Any, run: int) -> str:
    """Tell which run of elements of a row does not stay together."""
    rows, columns = _modes(value)
    for row in range(rows):
        for column in range(0, columns, run):
            first = value(row, column)
            if any([value(row, column + k) != first + k for k in range(run)]):
                return f"the {run} elements from ({row}, {column}) on do not stay together."
    return ""


# -- examples ----------------------------------------------------------------------------------------------------------

_BLOCKED = "#ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [8, 4], warpsPerCTA = [2, 1], order = [1, 0]}>"
_MMA = "#ttg.nvidia_mma<{versionMajor = 2, versionMinor = 0, warpsPerCTA = [1, 1], instrShape = [16, 8]}>"
_SHARED = "#ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>"

EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "read": [
        {"label": "row-major", "fields": {"text": "(4,8):(8,1)"}},
        {"label": "nested", "fields": {"text": "((2,2),4):((1,8),2)"}},
        {"label": "swizzled", "fields": {"text": "Sw<3,3,3> o (8,64):(64,1)", "elem": "2"}},
        {"label": "over F2", "fields": {"text": "(8,8):(F9,F1)", "elem": "4"}},
        {"label": "padded", "fields": {"text": "(8,8):(9,1)", "elem": "4"}},
        {"label": "overlapping", "fields": {"text": "(4,3):(1,3)"}},
        {"label": "coordinates", "fields": {"text": "(4,8):(1@0,1@1)"}},
        {"label": "Triton, blocked", "fields": {"text": _BLOCKED, "shape": "16, 32"}},
        {"label": "Triton, shared", "fields": {"text": _SHARED, "shape": "8, 64", "elem": "2"}},
        {"label": "C formula", "fields": {"text": "i * 8 + (j ^ (i % 8))", "ranges": "i = 8, j = 8"}},
        {
            "label": "C, a known bug",
            "fields": {
                "text": "8 * row + ((i % 8) ^ row)",
                "ranges": "i = 512",
                "lets": "row = i / 8",
                "size": "512",
            },
        },
        {
            "label": "column of floats",
            "fields": {"text": "(32,32):(32,1)", "elem": "4", "lanes": "r = lane, c = 0 * lane"},
        },
        {
            "label": "ldmatrix",
            "fields": {
                "text": "Sw<3,3,3> o (8,64):(64,1)",
                "elem": "2",
                "lanes": "r = lane % 8, c = lane / 8 * 8",
                "instruction": "ldmatrix",
            },
        },
        {"label": "a mistake", "fields": {"text": "(4,8):(8,1"}},
    ],
    "swizzle": [
        {
            "label": "128-byte rows of halves",
            "fields": {
                "B": "3",
                "M": "3",
                "S": "3",
                "rows": "8",
                "columns": "64",
                "elem": "2",
                "lanes": "r = lane % 8, c = lane / 8 * 8",
                "instruction": "ldmatrix",
            },
        },
        {
            "label": "floats, down a column",
            "fields": {
                "B": "5",
                "M": "0",
                "S": "5",
                "rows": "32",
                "columns": "32",
                "elem": "4",
                "lanes": "r = lane, c = 0 * lane",
                "instruction": "ld.shared",
            },
        },
    ],
    "steps": [
        {"label": "a composition", "fields": {"operation": "composition", "A": "(6,4):(8,3)", "B": "6:2"}},
        {"label": "refused", "fields": {"operation": "composition", "A": "(6,2):(1,7)", "B": "(3,2):(2,3)"}},
        {"label": "complement", "fields": {"operation": "complement", "A": "(2,2):(1,8)", "B": "32"}},
        {"label": "divide", "fields": {"operation": "zipped_divide", "A": "(8,8):(8,1)", "B": "(4:1,2:1)"}},
        {"label": "swizzled", "fields": {"operation": "composition", "A": "Sw<2,0,2>", "B": "(4,4):(4,1)"}},
    ],
    "threads": [
        {"label": "accumulator of mma", "fields": {"text": _MMA, "shape": "16, 8"}},
        {"label": "blocked", "fields": {"text": _BLOCKED, "shape": "16, 16"}},
        {"label": "CuTe, thread-value", "fields": {"text": "((4,8),(2,2)):((32,1),(16,8))", "shape": "16, 8"}},
    ],
    "puzzle": [],
}

_VIEWS: dict[str, Callable[[Fields], Part]] = {
    "read": _view_read,
    "swizzle": _view_swizzle,
    "steps": _view_steps,
    "threads": _view_threads,
    "puzzle": _view_puzzle,
}
