"""Answer questions about linear layouts with one class, ours or Triton's; as a script, with Triton's.

Misuse ends Triton's process, so the script answers in children.
"""

import json
import sys
from pathlib import Path


def build(LinearLayout, spec):
    bases, names, sizes, surjective = spec
    bases = [(name, vectors) for name, vectors in bases]
    return LinearLayout.from_bases(bases, names, sizes, surjective)


def plain(value):
    """A layout as its parts and its text; all else as it is."""
    if hasattr(value, "bases"):
        bases = [[name, [list(v) for v in vectors]] for name, vectors in value.bases]
        return [bases, [list(pair) for pair in value.out_dims], str(value)]
    return value


def answer(LinearLayout, case):
    kind, *parts = case
    if kind in ("identity_1d", "strided_1d", "zeros_1d"):
        return plain(getattr(LinearLayout, kind)(*parts))
    if kind == "apply":
        return build(LinearLayout, parts[0]).apply(parts[1])
    if kind.endswith("_view"):
        return getattr(build(LinearLayout, parts[0]), kind)(parts[1])
    layouts = [build(LinearLayout, spec) for spec in parts]
    if kind == "construct":
        L = layouts[0]
        dims = [L.get_in_dim_names(), L.get_out_dim_names(), L.num_in_dims, L.num_out_dims]
        return [plain(L), dims, L.get_matrix_view(), L.is_injective(), L.is_surjective(), L.is_invertible()]
    if kind == "equal":
        return [layouts[0] == layouts[1], layouts[0] != layouts[1]]
    if kind == "product":
        return plain(layouts[0] * layouts[1])
    return plain(getattr(layouts[0], kind)(*layouts[1:]))


def main():
    from children import answers_of_children
    from triton.tools import LinearLayout

    def prepare():
        return lambda case: answer(LinearLayout, case)

    print(json.dumps(answers_of_children(json.load(sys.stdin), prepare, (TypeError, ValueError, RuntimeError))))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
