"""Answer cases about tiled MMAs and copies with the real CuTe DSL: a JSON list in, a line of JSON out for each case.

A case is ``["mma", atom, atom layout, permutation, thread, shape of M N K]`` or ``["copy", bits per copy, threads,
values, thread, shape]`` or ``["ldmatrix", count, transpose, operand, mma case...]``.  An answer is a table of texts as
the DSL prints them, or null where it refuses.  A layout is [shape, stride], a tuple a list.
"""

import json
import sys

import cutlass.cute as cute
from cutlass import Float16, Float32
from cutlass.cute.nvgpu import warp


def tree(value):
    return tuple(map(tree, value)) if isinstance(value, list) else value


def layout(pair):
    shape, stride = map(tree, pair)
    return cute.make_layout(shape, stride=stride)


def permutation(part):
    return layout(part) if isinstance(part, list) else part


def tiled_mma(atom, atoms, permutations):
    if atom == "UniversalFMA":
        op = cute.nvgpu.MmaUniversalOp(Float32)
    else:
        op = warp.MmaF16BF16Op(Float16, Float32, (16, 8, {"8": 8, "16": 16}[atom.split("_")[1].split("x")[2]]))
    return cute.make_tiled_mma(op, layout(atoms), permutation_mnk=tuple(map(permutation, permutations)))


def mma(atom, atoms, permutations, thread, extents):
    tiled = tiled_mma(atom, atoms, permutations)
    m, n, k = extents
    mine = tiled.get_slice(thread)
    tensors = {"A": (m, k), "B": (n, k), "C": (m, n)}
    answer = {"vmnk": tiled.thr_layout_vmnk, "size": tiled.size}
    for operand, shape in tensors.items():
        answer[f"tv_{operand}"] = getattr(tiled, f"tv_layout_{operand}_tiled")
        answer[f"partition_{operand}"] = getattr(mine, f"partition_{operand}")(cute.make_identity_tensor(shape))
        answer[f"shape_{operand}"] = getattr(tiled, f"partition_shape_{operand}")(shape)
    return answer


def partitions(tiled, thread, shape):
    mine, tensor = tiled.get_slice(thread), cute.make_identity_tensor(tree(shape))
    return {
        "tv": tiled.layout_tv_tiled,
        "tv_S": tiled.layout_src_tv_tiled,
        "tv_D": tiled.layout_dst_tv_tiled,
        "partition_S": mine.partition_S(tensor),
        "partition_D": mine.partition_D(tensor),
    }


def copy(bits, threads, values, thread, shape):
    atom = cute.make_copy_atom(cute.nvgpu.CopyUniversalOp(), Float16, num_bits_per_copy=bits)
    return partitions(cute.make_tiled_copy_tv(atom, layout(threads), layout(values)), thread, shape)


def ldmatrix(count, transpose, operand, atom, atoms, permutations, thread, shape):
    tiled = tiled_mma(atom, atoms, permutations)
    copy_atom = cute.make_copy_atom(warp.LdMatrix8x8x16bOp(transpose, count), Float16)
    copies = getattr(cute, f"make_tiled_copy_{operand}")(copy_atom, tiled)
    answer = partitions(copies, thread, shape)
    part = getattr(tiled.get_slice(thread), f"partition_{operand}")(cute.make_identity_tensor(tree(shape)))
    answer["retile"] = copies.get_slice(thread).retile(part)
    return answer


KINDS = {"mma": mma, "copy": copy, "ldmatrix": ldmatrix}


def main():
    cases = json.load(sys.stdin)

    @cute.jit
    def run():
        for kind, *parts in cases:
            try:
                answer = {name: str(value) for name, value in KINDS[kind](*parts).items()}
            except Exception as error:
                answer = {"refused": str(error).split("\n")[0]}
            print(json.dumps(answer), flush=True)

    run()


if __name__ == "__main__":
    main()
