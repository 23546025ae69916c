"""The Python packages pycute (of nvidia-cutlass) and tensor-layouts as engines: called here, every error a refusal."""

import importlib

from comparison import Refused, Unreadable

from layouts import Layout, LayoutError

PYCUTE = {
    "coalesce_profile": lambda m, A, p: m.coalesce(A, p),
    "composition_by_mode": lambda m, A, B: m.composition(A, B),
    "crd2idx": lambda m, c, s, d: m.crd2idx(c, s, d),
    "make_layout": lambda m, s: m.Layout(s),
    "slice_and_offset": lambda m, c, A: m.slice_and_offset(c, A),
}
TENSOR_LAYOUTS = {
    "coalesce_profile": lambda m, A, p: m.coalesce(A, p),
    "composition": lambda m, A, B: m.compose(A, B),
    "composition_by_mode": lambda m, A, B: m.compose(A, B),
    "crd2idx": lambda m, c, s, d: m.crd2idx(c, s, d),
    "make_layout": lambda m, s: m.Layout(s),
    "slice_and_offset": lambda m, c, A: m.slice_and_offset(c, A),
}


class Engine:
    """A module with a class ``Layout``; its functions are found by name, or in a table of their own."""

    def __init__(self, name, operations):
        self.name, self.operations = name, operations

    def send(self, value):
        if isinstance(value, Layout):
            return self.module.Layout(value.shape, value.stride)
        return tuple(map(self.send, value)) if isinstance(value, tuple) else value

    def receive(self, value):
        if isinstance(value, self.module.Layout):
            try:
                return Layout(value.shape, value.stride)
            except LayoutError:
                return Unreadable(str(value))
        if isinstance(value, tuple):
            return tuple(map(self.receive, value))
        return value if isinstance(value, int) else Unreadable(str(value))

    def answer(self, name, operands):
        operation = self.operations.get(name)
        try:
            sent = [self.send(operand) for operand in operands]
            return self.receive(operation(self.module, *sent) if operation else getattr(self.module, name)(*sent))
        except Exception as error:
            return Refused(f"{type(error).__name__}: {error}")

    def ask(self, cases):
        """Return one answer for each case."""
        self.module = importlib.import_module(self.name)
        return [self.answer(name, operands) for name, *operands in cases]


pycute = Engine("pycute", PYCUTE)
tensor_layouts = Engine("tensor_layouts", TENSOR_LAYOUTS)
