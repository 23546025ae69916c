"""Answer cases with the real CuTe DSL: lines of JSON in, lines of JSON out, one for each case, as it is finished.

A case is [operation, operand, ...].  A layout is {"shape": ..., "stride": ...}, a swizzle {"swizzle": [B, M, S]}, a
chain {"outer": ..., "offset": ..., "inner": ...}, a unit of coordinates {"unit": path, "scale": n}, a tuple a list, and
None is null.  The answer is {"text": ...} for a printed layout, {"refused": ...} with the first line of the error, or a
number, a truth value or a list of answers.  Some inputs end the process; the reader then knows which one by the answers
that are missing.
"""

import json
import sys

import cutlass.cute as cute

OPERATIONS = {
    "coalesce_profile": lambda A, profile: cute.coalesce(A, target_profile=profile),
    "composition_by_mode": cute.composition,
    "crd2idx": lambda c, shape, stride: cute.crd2idx(c, cute.make_layout(shape, stride=stride)),
    "slice_and_offset": lambda c, A: cute.slice_and_offset(c, A),
    "upcast": lambda A, n: cute.recast_layout(n, 1, A),
    "downcast": lambda A, n: cute.recast_layout(1, n, A),
    "composition_of_coordinates": cute.composition,
    "swizzled_values": lambda A: values(A),
    "swizzled_upcast": lambda A, n: values(cute.recast_layout(n, 1, A)),
    "swizzled_downcast": lambda A, n: values(cute.recast_layout(1, n, A)),
}


def values(A):
    return tuple([cute.crd2idx(i, A) for i in range(cute.size(A))])


def read(value):
    if isinstance(value, list):
        return tuple(map(read, value))
    if not isinstance(value, dict):
        return value
    if "shape" in value:
        return cute.make_layout(read(value["shape"]), stride=read(value["stride"]))
    if "swizzle" in value:
        return cute.make_swizzle(*value["swizzle"])
    if "unit" in value:
        return cute.E(value["unit"]) if value["scale"] == 1 else value["scale"] * cute.E(value["unit"])
    return cute.make_composed_layout(read(value["outer"]), value["offset"], read(value["inner"]))


def write(value):
    if isinstance(value, (bool, int)) or value is None:
        return value
    if isinstance(value, (tuple, list)):
        return list(map(write, value))
    return {"text": str(value)}


def answer(case):
    name, *operands = case
    try:
        return write((OPERATIONS.get(name) or getattr(cute, name))(*map(read, operands)))
    except Exception as error:
        return {"refused": str(error).split("\n")[0]}


def answer_all():
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


@cute.jit
def traced():
    answer_all()


if __name__ == "__main__":
    traced()
