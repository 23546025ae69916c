"""Run operations of CuTe DSL: a JSON list of cases on stdin, a JSON line ``[number, text or null]`` for each on stdout.

A case is ``[number, operation, A, operand, ...]``.  A layout is ``{"shape": ..., "stride": ...}``, a tuple a list.  A
line is written before the next case begins, so that a case which ends the process is known by the line that is missing.
"""

import json
import sys

import cutlass.cute as cute


def read(value):
    if isinstance(value, dict):
        return cute.make_layout(read(value["shape"]), stride=read(value["stride"]))
    return tuple(map(read, value)) if isinstance(value, list) else value


def main():
    cases = json.load(sys.stdin)

    @cute.jit
    def run():
        for number, name, *operands in cases:
            try:
                text = str(getattr(cute, name)(*map(read, operands)))
            except Exception:
                text = None
            print(json.dumps([number, text]), flush=True)

    run()


if __name__ == "__main__":
    main()
