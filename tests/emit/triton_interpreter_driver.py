"""Run emitted functions in Triton's own interpreter: a module of cases in, the values at every index as JSON out.

The module has CASES, pairs of a kernel and a number of points; a kernel stores its values at out + index.  The
interpreter wants tensors of torch; ``Buffer`` is as much of one as it looks at.
"""

import importlib.util
import json
import sys

import numpy as np


class Buffer:
    """A numpy array with the methods of a tensor that the interpreter calls."""

    dtype = "i32"

    def __init__(self, array):
        self.array = array

    def data_ptr(self):
        return self.array.ctypes.data

    def untyped_storage(self):
        return self

    def cpu(self):
        return self

    def copy_(self, other):
        assert other is self

    def new_empty(self, *shape, device):
        return self

    def set_(self, *parts):
        return self

    def storage_offset(self):
        return 0

    def size(self):
        return self.array.shape

    def stride(self):
        return (1,)


def main():
    spec = importlib.util.spec_from_file_location("cases", sys.argv[1])
    cases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cases)
    answers = []
    for kernel, points in cases.CASES:
        out = Buffer(np.full(points, -1, dtype=np.int32))
        kernel[(1,)](out)
        answers.append(out.array.tolist())
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
