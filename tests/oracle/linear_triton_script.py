"""A script written for Triton's class: it prints what it finds, and runs on ours with the import alone changed."""

from triton.tools import LinearLayout

# Identities, zeros and strides, evaluated at every index.
for L in (
    LinearLayout.identity_1d(8, "i", "i"),
    LinearLayout.zeros_1d(8, "i", "zero"),
    LinearLayout.zeros_1d(size=8, inDim="i", outDim="zero", outDimSize=4),
    LinearLayout.strided_1d(size=4, stride=2, inDim="i", outDim="out"),
):
    print([L.apply({"i": i}) for i in range(8)], L.is_surjective(), L.is_injective(), L.is_invertible())
    print(L.bases, L.out_dims, L.num_in_dims, L.num_out_dims, L.get_matrix_view())

# A map with two inputs and two outputs, in both argument forms.
swap = LinearLayout.from_bases([("in0", [[0, 1], [0, 2]]), ("in1", [[1, 0], [2, 0]])], ["out0", "out1"])
same = LinearLayout.from_bases(
    bases=(("in0", ((0, 1), (0, 2))), ("in1", ((1, 0), (2, 0)))),
    out_dim_names=("out0", "out1"),
    out_dim_sizes=(4, 4),
    require_surjective=True,
)
print(swap == same, swap != same, swap.get_matrix_view())
for row in range(4):
    print([swap.apply({"in1": row, "in0": column}) for column in range(4)])

# Products: in one dimension, and in different ones.
joined = LinearLayout.identity_1d(4, "i", "out") * LinearLayout.identity_1d(8, "i", "out")
print(joined == LinearLayout.identity_1d(32, "i", "out"))
apart = LinearLayout.identity_1d(8, "i0", "o0") * LinearLayout.identity_1d(4, "i1", "o1")
print([apart.apply({"i0": a, "i1": b}) for a in range(8) for b in range(4)])
apart *= LinearLayout.zeros_1d(2, "i2", "o1")
print(apart, apart.is_injective())

# Composition and inverses.
registers, shared = LinearLayout.identity_1d(8, "register", "tensor"), LinearLayout.strided_1d(8, 1, "tensor", "tensor")
print(registers.compose(shared))
inverse = registers.invert()
print([inverse.apply({"tensor": registers.apply({"register": i})["tensor"]}) for i in range(8)])
other = LinearLayout.identity_1d(8, "offset", "tensor")
print(registers.invert_and_compose(other), registers.invert_and_compose(registers).bases)
print((registers * LinearLayout.zeros_1d(4, "lane", "tensor")).pseudoinvert())

# The accumulator of a warp, a shared layout with a swizzle, and their conversion.
acc = LinearLayout.from_bases(
    [
        ("register", [[0, 1], [8, 0]]),
        ("lane", [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]),
        ("warp", []),
        ("block", []),
    ],
    ["dim0", "dim1"],
)
smem = LinearLayout.from_bases(
    [("offset", [[0, 1], [0, 2], [0, 4], [1, 1], [2, 2], [4, 4], [8, 0]]), ("block", [])], ["dim0", "dim1"], [16, 8]
)
print(acc, smem, acc.get_in_dim_names(), acc.get_out_dim_names())
print(acc.get_distributed_view(False), acc.get_distributed_view(True))
print(smem.get_shared_view(False), smem.get_shared_view(True))
conversion = acc.invert_and_compose(smem)
print(conversion, conversion.compose(smem) == acc, conversion.is_invertible())
print(LinearLayout(), LinearLayout().apply({}), LinearLayout() == LinearLayout.identity_1d(0, "i", "o"))
print(acc.apply({"register": 3, "lane": 6, "warp": -1, "block": 9}))
