"""Read the PTX of one of Triton's kernels: its instructions, and how often each kind that moves data occurs.

Counted under the names that costs of plans have:

  shfl, ldmatrix.x4 and the like, st.shared.v4.b32 and the like, bar.warp, bar
  prmt    byte permutes; words that are put together from halves that do not lie so; stores of the high half, and of a
          vector of bytes, for which the assembler writes byte permutes; shifts of data, which do the same.  A byte
          permute that takes the low byte of a register is none, because a store of a byte takes that anyway
  selp    selects of data and of selectors of byte permutes; others make addresses and lanes, which plans do not count
  bitop   logic with data; with addresses it is not counted
"""

import re
from collections import Counter
from dataclasses import dataclass

OPERAND = re.compile(r"\{[^}]*\}|\[[^\]]*\]|[^,]+")
LOW_BYTE = "0x7770U"


@dataclass(frozen=True)
class Instruction:
    op: str
    operands: tuple[str, ...]
    guard: str = ""


LOGIC, SHIFTS = ("and", "or", "xor", "not", "lop3"), ("shl", "shr", "bfe", "bfi", "shf")


def words(operands):
    """Return the registers in some operands that are no addresses."""
    return {name for operand in operands if not operand.startswith("[") for name in names(operand)}


def names(operand):
    """Return what is in braces, or the operand alone."""
    return operand.strip("{}").split(",")


def read(text):
    """Return the instructions of the one kernel; lines of inline assembly are ``source`` and ``sink``."""
    found = []
    lines = iter([line.strip() for line in text.splitlines()])
    for line in lines:
        if line == "{":
            break
    for line in lines:
        if line.startswith(("// source", "// sink")):
            _, op, *operands = line.split()
            found.append(Instruction(op, tuple(operands)))
            continue
        if not line or line.startswith(("//", ".", "$")):
            continue
        if line.startswith("ret"):
            return found
        guard = re.match(r"@!?%p\d+\s+", line)
        op, _, rest = line[guard.end() if guard else 0 :].rstrip(";").replace("\t", " ").partition(" ")
        operands = tuple(OPERAND.findall(re.sub(r"\s", "", rest)))
        found.append(Instruction(op, operands, guard.group().strip() if guard else ""))
    raise ValueError("the kernel does not end")


def counts(program):
    """Return {kind: how often a thread does it}, without what moves no data."""
    found, halves, data = Counter(), {}, set()
    selectors = {i.operands[3] for i in program if i.op == "prmt.b32"}
    for i in program:
        kind = i.op.split(".")
        if (
            i.op == "source"
            or (kind[0] == "ld" and moves(i.op))
            or kind[0] == "ldmatrix"
            or data & words(i.operands[1:])
        ):
            data |= words(i.operands[:1])
        if kind[0] == "mov" and i.operands[0].startswith("{"):
            halves |= {half: (i.operands[1], k) for k, half in enumerate(names(i.operands[0]))}
        elif kind[0] == "mov" and i.operands[1].startswith("{"):
            found["prmt"] += joined(names(i.operands[1]), halves)
        elif kind[0] == "selp":
            varies = any(value.startswith("%") for value in i.operands[1:3])
            found["selp"] += varies or i.operands[0] in selectors
        elif kind[0] == "prmt":
            found["prmt"] += i.operands[3] != LOW_BYTE and bool(data & words(i.operands[1:3]))
        elif name := moves(i.op):
            found[name] += 1
            found["prmt"] += narrow(i, kind, halves)
        elif kind[0] in (*LOGIC, *SHIFTS) and data & words(i.operands[1:]):
            found["bitop" if kind[0] in LOGIC else "prmt"] += 1
    return {kind: found[kind] for kind in sorted(found) if found[kind]}


def joined(parts, halves):
    """Return whether a byte permute is needed to put two halves into one word."""
    places = [halves.get(part, (part, 0)) for part in parts]
    return [k for _, k in places] != [0, 1] or places[0][0] != places[1][0]


def narrow(i, kind, halves):
    """Return the byte permutes that the assembler needs to make the words of a narrow access.

    The halves of the words of a load are noted.
    """
    if kind[0] not in ("ld", "st") or kind[-1] not in ("b8", "b16"):
        return 0
    parts = names(i.operands[kind[0] == "st"])
    if kind[0] == "ld":
        if kind[-1] == "b16":
            halves |= {half: ((i.operands, k // 2), k % 2) for k, half in enumerate(parts)}
        return 0
    if len(parts) == 1:
        return int(kind[-1] == "b16" and halves.get(parts[0], (None, 0))[1] == 1)
    if kind[-1] == "b8":
        return len(parts) - 1
    return sum(joined(parts[k : k + 2], halves) for k in range(0, len(parts), 2))


def moves(op):
    """Return the name of an instruction that moves data between threads, or waits; None for others."""
    kind = op.split(".")
    if kind[0] == "shfl":
        return "shfl"
    if kind[0] in ("ldmatrix", "stmatrix"):
        return f"{kind[0]}.{next(k for k in kind if k in ('x1', 'x2', 'x4'))}{'.trans' * ('trans' in kind)}"
    if kind[:2] == ["bar", "warp"]:
        return "bar.warp"
    if kind[0] in ("bar", "barrier"):
        return "bar"
    if kind[0] in ("ld", "st") and kind[1].startswith("shared"):
        bits = int(kind[-1][1:]) * int(kind[2][1:] if kind[2][0] == "v" else 1)
        return f"{kind[0]}.shared.b{bits}" if bits <= 32 else f"{kind[0]}.shared.v{bits // 32}.b32"
    return None


def classification(found):
    """Return what a kernel with these counts does: 'nothing', 'register', 'shuffle' or 'shared'."""
    if any("shared" in kind or "matrix" in kind for kind in found):
        return "shared"
    return "shuffle" if found.get("shfl") else "register" if found else "nothing"
