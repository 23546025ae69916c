"""Answer cases with the real CuTe DSL: lines of JSON in, lines of JSON out, one for each case, as it is finished.

A case is [operation, A] or [operation, A, B] with A and B as [shape, stride], nested lists of integers.  The answer is
["text", the printed layout] or ["refused", the first line of the error].  Some inputs end the process; the reader then
knows which one by the answers that are missing.
"""

import json
import sys

import cutlass.cute as cute

OPERATIONS = {
    "composition": cute.composition,
    "coalesce": cute.coalesce,
    "right_inverse": cute.right_inverse,
    "left_inverse": cute.left_inverse,
}


def tree(value):
    return tuple(map(tree, value)) if isinstance(value, list) else value


def layout(pair):
    shape, stride = map(tree, pair)
    return cute.make_layout(shape, stride=stride)


def answer(case):
    operation, *operands = case
    try:
        return ["text", str(OPERATIONS[operation](*map(layout, operands)))]
    except Exception as error:
        return ["refused", str(error).split("\n")[0]]


def answer_all():
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


@cute.jit
def traced():
    answer_all()


traced()
