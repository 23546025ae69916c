"""Expressions as code: one expression, a line for each result, or a function in C, Python or Triton."""

from __future__ import annotations

from .prove import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Lets = Sequence[tuple[str, str]]

__all__ = ["function_text", "statements"]


def statements(dialect: str, lets: Lets, outputs: Mapping[str, str], bits: int, unsigned: bool) -> str:
    """Return the only expression, or a line for each temporary and each result."""
    if not lets and len(outputs) == 1:
        return next(iter(outputs.values()))
    if dialect != "c":
        return "\n".join([f"{name} = {text}" for name, text in (*lets, *outputs.items())])
    kind = type_name(bits, unsigned)
    lines = [f"const {kind} {name} = {text};" for name, text in lets]
    return "\n".join([*lines, *[f"{name} = {text};" for name, text in outputs.items()]])


def function_text(
    name: str,
    qualifiers: str,
    dialect: str,
    variables: Sequence[tuple[str, int]],
    lets: Lets,
    outputs: Mapping[str, str],
    bits: int,
    unsigned: bool,
) -> str:
    """Return a function of the variables."""
    if dialect != "c":
        head = ["@triton.jit"] if dialect == "triton" else []
        head.append(f"def {name}({', '.join([variable for variable, _ in variables])}):")
        lines = [f"    {temporary} = {text}" for temporary, text in lets]
        return "\n".join([*head, *lines, f"    return {', '.join(outputs.values()) or '()'}"])
    kind = type_name(bits, unsigned)
    given = [f"{kind} {variable}" for variable, _ in variables]
    several = len(outputs) != 1
    if several:
        given += [f"{kind}& {output}" for output in outputs]
    start = f"{qualifiers} " if qualifiers else ""
    lines = [f"{start}{'void' if several else kind} {name}({', '.join(given)}) {{"]
    lines += [f"    const {kind} {temporary} = {text};" for temporary, text in lets]
    if several:
        lines += [f"    {output} = {text};" for output, text in outputs.items()]
    else:
        lines.append(f"    return {next(iter(outputs.values()))};")
    return "\n".join([*lines, "}"])
