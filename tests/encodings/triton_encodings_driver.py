"""Answer with Triton's own linear layouts of encodings: JSON [[spec, shape], ...] in, one answer for each out.

Misuse ends Triton's process, so the cases are answered in children.
"""

import json
import sys
from pathlib import Path


def lists(value):
    return [lists(item) for item in value] if isinstance(value, (list, tuple)) else value


def classes():
    import triton.experimental.gluon.language._layouts as common
    import triton.experimental.gluon.language.amd._layouts as amd
    import triton.experimental.gluon.language.amd.cdna5._layouts as cdna5
    import triton.experimental.gluon.language.nvidia.blackwell as blackwell
    import triton.experimental.gluon.language.nvidia.rubin as rubin

    return [common, amd, cdna5, blackwell, rubin]


def build(spec, rooms):
    holds = [room for room in rooms if hasattr(room, spec["class"])]
    room = holds[-1 if "block_rep_order" in spec["fields"] else 0]
    fields = {name: build(v, rooms) if isinstance(v, dict) else v for name, v in spec["fields"].items()}
    return getattr(room, spec["class"])(**fields)


def registers(layout, shape, num_warps, bitwidth, instr_variant):
    """What a load from tensor memory gives: Triton's layout of registers."""
    import triton.experimental.gluon.language as gl
    from triton.experimental.gluon.language._semantic import _compute_tmem_reg_layout

    kind = {8: gl.int8, 16: gl.float16, 32: gl.float32}[bitwidth]
    return _compute_tmem_reg_layout(kind, shape, shape, layout, num_warps, instr_variant)


def answer(builder, rooms, spec, shape):
    layout = build(spec, rooms)
    if "registers" in spec:
        return repr(registers(layout, shape, *spec["registers"]))
    if "scales" in spec:
        from triton._C.libtriton.gluon_ir import get_amd_mfma_scale_layout

        parent = layout.parent
        tiles, warps = parent.tiles_per_warp or [1, 1], parent.warps_per_cta
        return repr(get_amd_mfma_scale_layout(layout.operand_index, shape, parent.instr_shape[0], tiles, warps))
    if "printed" in spec:
        return str(builder.get_distributed_ty(builder.get_float_ty(), shape, layout._to_ir(builder)))
    found = builder.to_linear_layout(layout._to_ir(builder), shape)
    names = ("reg_bases", "lane_bases", "warp_bases", "block_bases", "offset_bases", "rows", "cols", "shape")
    return [repr(layout), {name: lists(getattr(found, name)) for name in names if hasattr(found, name)}]


def main():
    from children import answers_of_children
    from triton._C.libtriton import gluon_ir, ir

    rooms = classes()

    def prepare():
        context = ir.context()
        ir.load_dialects(context)
        builder = gluon_ir.GluonOpBuilder(context)
        return lambda case, _alive=context: answer(builder, rooms, *case)  # the builder does not keep the context

    print(json.dumps(answers_of_children(json.load(sys.stdin), prepare)))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    main()
