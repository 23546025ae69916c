"""Run by the oracle test: one JSON case a line in, Triton's count of excess wavefronts a line out."""

import json
import sys

from triton._C.libtriton import gluon_ir, ir
from triton.experimental.gluon.language._layouts import DistributedLinearLayout, SharedLinearLayout

context = ir.context()
ir.load_dialects(context)
builder = gluon_ir.GluonOpBuilder(context)
module = builder.create_module()
function = builder.get_or_insert_function(module, "f", builder.get_function_ty([], []), "public", False)
module.push_back(function)
builder.set_insertion_point_to_start(function.add_entry_block())
module.set_attr("ttg.num-warps", builder.get_int32_attr(1))
module.set_attr("ttg.threads-per-warp", builder.get_int32_attr(32))
module.set_attr("ttg.target", builder.get_string_attr("cuda:90"))

for line in sys.stdin:
    registers, offsets, bits = json.loads(line)  # element 2**k is in register bit k, then in lane bits
    shape = [1 << len(offsets)]
    bases = [[1 << k] for k in range(len(offsets))]
    held = DistributedLinearLayout(bases[:registers], bases[registers:], [], [], shape)
    shared = SharedLinearLayout([[element] for element in offsets])
    print(builder.get_shared_bank_conflicts(held._to_ir(builder), shared._to_ir(builder), shape, bits), flush=True)
