"""What there is to emit: the variables of a value, and for each result a claim to prove and choices to write it."""

from __future__ import annotations

import keyword
import re

from ..composed import ComposedLayout
from ..errors import LayoutError
from ..inttuple import _show, leaves, to_int
from ..layout import Layout
from ..linear.affine import AffineLayout
from ..linear.layout import LinearLayout
from ..linearity import from_images
from ..module import Zn
from ..swizzle import Swizzle
from ..verify.tokens import _kind_of_name
from ..verify.verdict import Verdict
from .bits import bit_choices
from .chains import axis_layouts, choices_of, is_coordinates
from .prove import Claim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from .bits import Choice
    from .terms import Graph, Term

    Choices = Callable[[Graph, Sequence[Term]], list[Choice]]

__all__ = ["INPUTS", "Output", "Subject", "check_name", "read_subject"]

INPUTS = ("modes", "leaves", "index")
"""What the variables may be: one for each top-level mode, for each leaf of the shape, or the index alone."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_LETTERS = ("i", "j", "k")


class Output:
    """One result: its name, what its text must be proved to be, and the ways to write it."""

    __slots__ = ("choices", "claim", "name")

    def __init__(self, name: str, claim: Claim, choices: Choices) -> None:
        self.name = name
        self.claim = claim
        self.choices = choices


class Subject:
    """The variables as (name, number of values), and the results."""

    __slots__ = ("outputs", "value", "variables")

    def __init__(self, value: Any, variables: Sequence[tuple[str, int]], outputs: Sequence[Output]) -> None:
        self.value = value
        self.variables = tuple(variables)
        self.outputs = tuple(outputs)


def read_subject(value: Any, variables: Any, inputs: str, operation: str, reach: int) -> Subject:
    """Return what there is to emit for a value; a swizzle alone gets the natural numbers below ``reach``."""
    if inputs not in INPUTS:
        raise LayoutError(f"{operation}: the inputs are modes, leaves or index, not {_show(inputs)}", inputs)
    if isinstance(value, Verdict):
        value, variables, inputs = _of_verdict(value, variables, operation)
    given, sizes = _read_variables(variables, operation)
    if isinstance(value, Swizzle):
        size = next(iter(sizes.values())) if len(sizes) == 1 else reach
        value, inputs = ComposedLayout(value, 0, Layout(size)), "index"
    if isinstance(value, (LinearLayout, AffineLayout)):
        subject = _linear_subject(value, given, inputs, operation)
    elif isinstance(value, (Layout, ComposedLayout)):
        subject = _layout_subject(value, given, inputs, operation)
    else:
        raise LayoutError(
            f"{operation}: {_show(value)} is no layout, swizzle, chain, linear layout or verdict of check", value
        )
    for name, size in subject.variables:
        if sizes.get(name, size) != size:
            raise LayoutError(f"{operation}: {name} has {size} values in {value}, not {sizes[name]}", sizes[name])
    return subject


# -- names -------------------------------------------------------------------------------------------------------------


def check_name(name: object, operation: str, dots: bool = False) -> str:
    """Return a name that C and Python both read as one, or refuse it; ``threadIdx.x`` only with ``dots``."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > 200:
        raise LayoutError(f"{operation}: {_show(name)} is not the name of a variable", name)
    if ("." in name and not dots) or _kind_of_name(name) != "name" or any(map(keyword.iskeyword, name.split("."))):
        raise LayoutError(f"{operation}: {_show(name)} cannot name a variable of a function", name)
    return name


def _read_variables(variables: Any, operation: str) -> tuple[list[str] | None, dict[str, int]]:
    """Return the names that were given, and the sizes where they were given too."""
    if variables is None:
        return None, {}
    sizes: dict[str, int] = {}
    if isinstance(variables, str):
        variables = [part.strip() for part in variables.split(",")] if variables.strip() else []
    elif isinstance(variables, dict):
        sizes = {name: to_int(size, f"{operation}: the size of {name}") for name, size in variables.items()}
        if any([size < 1 for size in sizes.values()]):
            raise LayoutError(f"{operation}: a variable has at least one value", sizes)
        variables = list(variables)
    if not isinstance(variables, (list, tuple)):
        raise LayoutError(f"{operation}: the variables are names, not {_show(variables)}", variables)
    names = [check_name(name, operation, dots=True) for name in variables]
    if len(set(names)) < len(names):
        raise LayoutError(f"{operation}: a variable is named twice in {', '.join(names)}", tuple(names))
    return names, sizes


def _named(given: list[str] | None, wanted: Sequence[str], what: str, operation: str) -> list[str]:
    if given is None:
        return list(wanted)
    if len(given) != len(wanted):
        raise LayoutError(
            f"{operation}: {len(given)} names for {what}, which need {len(wanted)}", (len(given), len(wanted))
        )
    return given


def _default_names(count: int) -> list[str]:
    return list(_LETTERS[:count]) if count <= len(_LETTERS) else [f"c{k}" for k in range(count)]


def _identifiers(names: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """Return names of dimensions as names of variables: ``register`` is ``reg``, and other characters become _."""
    found: list[str] = []
    used = set(taken)
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
        plain = {"register": "reg"}.get(plain, f"_{plain}" if plain[0].isdigit() else plain)
        if _kind_of_name(plain) != "name" or keyword.iskeyword(plain):
            plain += "_"
        base = plain if plain not in used else f"{plain}_out"
        plain, k = base, 2
        while plain in used:
            plain, k = f"{base}{k}", k + 1
        used.add(plain)
        found.append(plain)
    return found


# -- layouts and chains ------------------------------------------------------------------------------------------------


def _layout_subject(value: Layout | ComposedLayout, given: list[str] | None, inputs: str, operation: str) -> Subject:
    if inputs == "leaves":
        value = _flat(value, operation)
    tree = value.shape
    whole = inputs == "index" or not isinstance(tree, tuple)
    sizes = [value.size] if whole else [_product(part) for part in tree]  # type: ignore[union-attr]
    what = "the index" if whole else f"the modes of {value}"
    names = _named(given, _default_names(len(sizes)), what, operation)
    variables = list(zip(names, sizes, strict=True))
    if isinstance(value, Layout) and value.over is Zn:
        outputs = []
        axes = axis_layouts(value)
        for name, part in zip(_identifiers([name for name, _ in axes], names), axes, strict=True):
            outputs.append(_layout_output(name, variables, part[1], whole))
        return Subject(value, variables, outputs)
    if isinstance(value, ComposedLayout) and is_coordinates(value):
        known = value.as_layout()
        if known is None:
            raise LayoutError(f"{operation}: {value} passes through coordinates and has no shape:stride form", value)
        return _layout_subject(known, given, "index" if whole else "modes", operation)
    (name,) = _identifiers(["index"], names)
    return Subject(value, variables, [_layout_output(name, variables, value, whole)])


def _layout_output(
    name: str, variables: Sequence[tuple[str, int]], layout: Layout | ComposedLayout, whole: bool
) -> Output:
    claimed = layout if variables else Layout(1, 0)
    return Output(name, Claim(variables, claimed), lambda graph, sources: choices_of(graph, sources, layout, whole))


def _flat(value: Any, operation: str) -> Any:
    """Return the same map with one mode for each leaf."""
    if isinstance(value, ComposedLayout):
        return ComposedLayout(value.outer, value.offset, _flat(value.inner, operation))
    return Layout(tuple(value._s), tuple(value._d), value.over) if value._s else value


def _product(tree: Any) -> int:
    size = 1
    for extent in leaves(tree):
        size *= extent
    return size


# -- linear layouts ----------------------------------------------------------------------------------------------------


def _linear_subject(
    value: LinearLayout | AffineLayout, given: list[str] | None, inputs: str, operation: str
) -> Subject:
    linear = value.linear if isinstance(value, AffineLayout) else value
    offset: Mapping[str, int] = value.offset if isinstance(value, AffineLayout) else {}
    ins = linear.in_dims
    rows = [vectors for _, vectors in linear.bases]
    if inputs == "index":
        ins, rows = [("i", linear.size)], [[vector for vectors in rows for vector in vectors]]
    names = _named(
        given, _identifiers([name for name, _ in ins]), "the inputs " + ", ".join(n for n, _ in ins), operation
    )
    variables = [(name, size) for name, (_, size) in zip(names, ins, strict=True)]
    shape = tuple([size for _, size in ins]) if len(ins) != 1 else ins[0][1]
    outputs = []
    out_names = linear.get_out_dim_names()
    for o, name in enumerate(_identifiers(out_names, names)):
        images = [[vector[o] for vector in row] for row in rows]
        constant = offset.get(out_names[o], 0)
        flat = from_images(tuple([image for row in images for image in row]), shape if ins else 1)
        outputs.append(Output(name, Claim(variables, flat, constant), _linear_choices(images, constant)))
    return Subject(value, variables, outputs)


def _linear_choices(images: list[list[int]], constant: int) -> Choices:
    return lambda graph, sources: bit_choices(graph, sources, images, constant)


# -- verdicts ----------------------------------------------------------------------------------------------------------


def _of_verdict(verdict: Verdict, variables: Any, operation: str) -> tuple[Any, Any, str]:
    """Return the object that ``check`` recovered, the names of the variables of the formula, and what they are."""
    ranges = re.findall(r"([A-Za-z_][\w.]*) in (-?\d+)\.\.", verdict.domain)
    names = list(verdict.f2_bases) if verdict.f2_bases is not None else [name for name, _ in ranges]
    if any([start != "0" for _, start in ranges]) or "{" in verdict.domain:
        raise LayoutError(f"{operation}: the variables of {verdict.expression} do not start at 0", verdict.domain)
    known = names if variables is None else variables
    if verdict.f2_bases is not None and (verdict.f2_offset or verdict.layout is None):
        bases = [(name, [[image] for image in images]) for name, images in verdict.f2_bases.items()]
        top = verdict.f2_offset or 0
        for images in verdict.f2_bases.values():
            for image in images:
                top |= image
        out = "index" if "index" not in verdict.f2_bases else "index_out"
        linear = LinearLayout(bases, {out: 1 << top.bit_length()}, require_surjective=False)
        return AffineLayout(linear, {out: verdict.f2_offset or 0}), known, "modes"
    if verdict.layout is None:
        raise LayoutError(
            f"{operation}: no layout was recovered from {verdict.expression}: {verdict.kind}", verdict.expression
        )
    if len(names) == 1:
        return verdict.layout, known, "index"
    fits = verdict.layout.rank == len(names)
    return verdict.layout, known if fits or variables is not None else None, "modes"
