# ruff: noqa: E501
"""Texts from grammars: right by their form, so that what they say is read, decided and, where it is nonsense, refused.

A rule is a choice of texts; ``<name>`` in one stands for the rule of that name.
"""

from __future__ import annotations

import re

DEEPEST = 8

RULES: dict[str, list[str]] = {
    # numbers and trees
    "n": ["1", "2", "3", "4", "5", "6", "8", "12", "16", "32", "64", "128", "0", "7", "1024"],
    "pow": ["1", "2", "4", "8", "16", "32"],
    "z": ["<n>", "<n>", "<n>", "-<n>", "_<n>"],
    "tree": ["<n>", "(<n>,<n>)", "(<n>,<n>)", "(<tree>,<tree>)", "(<tree>)", "(<n>,<tree>,<n>)", "()"],
    "stride": ["<z>", "<z>@<axis>", "F<n>", "<z>@<axis>+<z>@<axis>"],
    "axis": ["0", "1", "2", "0@1"],
    # CuTe
    "cute": [
        "<layout>",
        "<layout>",
        "<swizzle>",
        "<swizzle> o <layout>",
        "<swizzle> o <z> o <layout>",
        "<z> + <layout>",
        "<tree>",
    ],
    "swizzle": ["Sw<<pow>,<n>,<n>>", "S<3,3,3>", "Sw<2,4,3>", "Swizzle<<bit>,<bit>,<sbit>>"],
    "bit": ["0", "1", "2", "3", "4", "5"],
    "sbit": ["<bit>", "-<bit>"],
    "layout": [
        "<n>:<stride>",
        "(<n>,<n>):(<z>,<z>)",
        "(<n>,<n>):(<z>,<z>)",
        "(<pow>,<pow>):(F<n>,F<n>)",
        "(<n>,(<n>,<n>)):(<z>,(<z>,<z>))",
        "((<n>,<n>),(<n>,<n>)):((<z>,<z>),(<z>,<z>))",
        "(<n>,<n>):(<z>@<axis>,<z>@<axis>)",
        "(_<n>,_<n>):(_<n>,_<n>)",
        "<tree>:<tree>",
    ],
    "cpp": [
        "Layout<<cshape>>",
        "Layout<<cshape>,Stride<_<n>,_<n>>>",
        "Layout<Shape<_<n>,Shape<_<n>,_<n>>>,Stride<_<n>,Stride<_<n>,_<n>>>>",
        "ComposedLayout<Swizzle<<bit>,<bit>,<sbit>>,_<n>,<cpp>>",
        "composition(Swizzle<<bit>,<bit>,<sbit>>{}, <cpp>{})",
        "Swizzle<<bit>,<bit>,<sbit>>{}",
        "cute::Layout<cute::tuple<cute::C<<n>>,cute::C<<n>>>,cute::tuple<cute::C<<n>>,cute::C<<n>>>>",
    ],
    "cshape": ["_<n>", "Shape<_<n>,_<n>>", "Shape<<cshape>,<cshape>>"],
    # Composable Kernel, einops, XLA, strides
    "ck": [
        "tile_distribution_encoding<sequence<<pow>>, tuple<sequence<<list>>, sequence<<list>>>, "
        "tuple<sequence<<idx>>, sequence<<idx>>>, tuple<sequence<<idx>>, sequence<<idx>>>, sequence<<idx>>, sequence<<idx>>>",
    ],
    "list": ["<pow>", "<pow>, <pow>", "<n>, <list>", ""],
    "idx": ["0", "1", "2", "1, 2", "0, 1", "2, 1", "0, 0", ""],
    "einops": [
        "<side> -> <side>, <lengths>",
        "rearrange('<side> -> <side>', <lengths>)",
        "repeat('<side> -> <side>', <lengths>)",
    ],
    "side": ["<ax>", "<ax> <ax>", "(<ax> <ax>) <ax>", "<ax> <side>", "... <ax>", "1 <ax>", "()"],
    "ax": ["a", "b", "c", "h", "w"],
    "lengths": ["a=<n>, b=<n>", "a=<n>, b=<n>, c=<n>, h=<n>, w=<n>", "h=<n>"],
    "xla": ["<type>[<dims>]{<order>}", "<type>[<dims>]{<order>:<tiles>}", "<type>[<dims>]"],
    "type": ["f32", "bf16", "s8", "pred", "F32", "u4", "c128"],
    "dims": ["<n>,<n>", "<n>", "<n>,<n>,<n>", ""],
    "order": ["1,0", "0", "0,1", "2,1,0", ""],
    "tiles": [
        "T(<n>,<n>)",
        "T(8,128)(2,1)",
        "T(<n>)",
        "T(*,<n>)",
        "T(<n>,<n>)L(<n>)",
        "T(2,2)S(1)",
        "E(<n>)",
        "T(<n>,<n>)#(u32)",
    ],
    "strides": [
        "shape=(<n>, <n>) strides=(<n>, <n>) itemsize=<pow>",
        "shape=(<n>, <n>) strides=(<z>, <z>)",
        "torch.Size([<n>, <n>]) stride=(<n>, <n>)",
        "size: (<n>, <n>, <n>), stride: (<z>, <z>, <z>)",
    ],
    # Triton
    "linear": [
        "- register=1 -> (0, <n>)\n  register=2 -> (<n>, 0)\n- lane=1 -> (<n>, 0)\nwhere out dims are: [dim0 (size <pow>), dim1 (size <pow>)]",
        "- <ax>=1 -> (<n>) where out dims are: [x (size <pow>)]",
        "- a is a size 1 dimension\n- b=1 -> (1)\nwhere out dims are: [x (size <pow>)] XOR x=<n>",
        "(empty layout with out-dims [x (size <pow>), y (size <pow>)])",
    ],
    "pows": ["[<pow>, <pow>]", "[<pow>]", "[1, <pow>]", "[<pow>, 1]"],
    "ord": ["[1, 0]", "[0, 1]", "[0]", "[2, 1, 0]"],
    "bases": ["[]", "[[0, 1]]", "[[0, 1], [0, 2]]", "[[1, 0], [2, 0], [4, 0]]", "[[0, 0], [8, 0]]", "[[1], [2]]"],
    "flag": ["true", "false"],
    "ttgir": [
        "#ttg.blocked<{sizePerThread = <pows>, threadsPerWarp = <pows>, warpsPerCTA = <pows>, order = <ord>}>",
        "#ttg.blocked<{sizePerThread = [1, <pow>], threadsPerWarp = [8, 4], warpsPerCTA = [<pow>, 1], order = [1, 0]}>",
        "#ttg.slice<{dim = <bit>, parent = <ttgir>}>",
        "#ttg.dot_op<{opIdx = <bit>, parent = <ttgir>, kWidth = <pow>}>",
        "#ttg.nvidia_mma<{versionMajor = <bit>, versionMinor = 0, warpsPerCTA = <pows>, instrShape = [16, <n>, 16]}>",
        "#ttg.nvidia_mma<{versionMajor = 2, warpsPerCTA = <pows>, instrShape = [16, 8]}>",
        "#ttg.amd_mfma<{version = <bit>, warpsPerCTA = <pows>, instrShape = [32, 32, 8], isTransposed = <flag>}>",
        "#ttg.amd_wmma<{version = <bit>, isTranspose = <flag>, ctaLayout = {warp = <bases>}, instrShape = [16, 16, <pow>]}>",
        "#ttg.swizzled_shared<{vec = <pow>, perPhase = <pow>, maxPhase = <pow>, order = <ord>}>",
        "#ttg.nvmma_shared<{swizzlingByteWidth = <n>, transposed = <flag>, elementBitWidth = <pow>}>",
        "#ttg.padded_shared<[<n>:+<n>] {order = <ord>, shape = <pows>}>",
        "#ttg.padded_shared<[<n>:+<n>, <n>:+<n>] {offset = <bases>, block = []}>",
        "#ttg.shared_linear<{offset = <bases>}, alignment = <pow>>",
        "#ttg.linear<{register = <bases>, lane = <bases>, warp = <bases>, block = []}>",
        "#triton_gpu.shared<{vec = <pow>, perPhase = <pow>, maxPhase = <pow>, order = <ord>, hasLeadingOffset = <flag>}>",
    ],
    "dump": [
        "#a = <ttgir>\n#b = <ttgir>\n  %0 = tt.load %1 : tensor<<pow>x<pow>xf16, #a>\n  %2 : !ttg.memdesc<<pow>x<pow>xf32, #b, #smem>",
        "#blocked = <ttgir>\n#s = #ttg.slice<{dim = <bit>, parent = #blocked}>\n%0 : tensor<<pow>xf16, #s>",
    ],
    "gluon": [
        "BlockedLayout(<pows>, <pows>, <pows>, <ord>)",
        "gl.BlockedLayout(size_per_thread=<pows>, threads_per_warp=<pows>, warps_per_cta=<pows>, order=<ord>, cga_layout=[])",
        "SliceLayout(<bit>, <gluon>)",
        "SwizzledSharedLayout(vec=<pow>, per_phase=<pow>, max_phase=<pow>, order=<ord>)",
        "NVMMASharedLayout(swizzle_byte_width=<n>, element_bitwidth=<pow>, rank=<bit>, transposed=<fl>)",
        "NVMMADistributedLayout([<bit>, 0], <pows>, [16, <n>, 16])",
        "DistributedLinearLayout(<bases>, <bases>, <bases>, [], <pows>)",
        "PaddedSharedLayout([[<n>, <n>]], <bases>, [], <pows>)",
        "DotOperandLayout(<bit>, <gluon>, <pow>)",
    ],
    "fl": ["True", "False"],
    "mosaic": [
        "TiledLayout(Tiling(((<n>, 8), (16, 8), (8, 8), (<n>,))), warp_dims=(-7,), lane_dims=(-3, -2), vector_dim=-<bit>)",
        "TiledLayout(Tiling(((64, 8), (16, 8), (8, 8), (1, 2))), warp_dim=-8, lane_dims=(-<n>, -3), vector_dim=-1)",
        "#mosaic_gpu.TiledLayout<[[64, <n>], [16, 8], [8, 8], [<n>]], warp_dims = [-<n>], lane_dims = [-3, -2], vector_dim = -1>",
        "WGStridedFragLayout(shape=(<n>,), vec_size=<n>)",
        "WGSplatFragLayout(shape=(<n>, <n>))",
        "WGMMA_LAYOUT",
    ],
    # expressions
    "v": ["i", "j", "i", "j", "k", "lane", "row", "threadIdx.x"],
    "op": ["+", "*", "^", "%", "/", "&", "|", "<<", ">>", "-", "==", "<", "&&", "||", "!=", ">="],
    "e": [
        *(
            "<v>",
            "<n>",
            "<v> * <n> + <v>",
            "(<e>) <op> <e>",
            "<e> <op> <e>",
            "<e> <op> <e>",
            "(<e>)",
            "<v> ^ (<v> % <n>)",
        ),
        *(
            "<e> ? <e> : <e>",
            "~<e>",
            "-<v>",
            "!<v>",
            "min(<e>, <e>)",
            "max(<e>, <n>)",
            "(long long)<v>",
            "(unsigned)(<e>)",
        ),
        *(
            "((<e>) / <pow>) % <pow>",
            "(<v> >> <bit>) & <n>",
            "static_cast<int>(<e>)",
            "0x<n>",
            "<n>u",
            "int(<e>)",
            "abs(<e>)",
        ),
    ],
    "c": ["<e>"],
    "pe": [
        *(
            "<v>",
            "<n>",
            "<v> * <n> + <v>",
            "(<pe>) <pop> <pe>",
            "<pe> <pop> <pe>",
            "(<pe> if <pe> else <pe>)",
            "not <pe>",
        ),
        *(
            "<v> // <n> % <n>",
            "min(<pe>, <pe>)",
            "<v> ^ (<v> % <n>)",
            "<n> < <v> <= <n>",
            "-<v>",
            "~<v>",
            "2**<bit>",
            "<v>[<n>]",
        ),
    ],
    "pop": ["+", "*", "^", "%", "//", "&", "|", "<<", ">>", "-", "==", "and", "or", "**", "/"],
    "python": ["<pe>"],
    "range": ["<n>", "<n>:<n>", "<z>:<n>", "<n>,<n>,<n>", "0x<n>", "2**<bit>", "<z>", "<n>:<n>:<n>"],
    "lanes": ["r = <le>, c = <le>", "0 = <le>, 1 = <le>", "m = <le>"],
    "le": ["lane % <pow>", "lane / <pow> * <n>", "lane", "<n>", "(lane <op> <n>) % <n>", "lane % <pow> ^ lane / <pow>"],
    "instruction": [
        "ldmatrix.x<bit>",
        "ld.shared.v<pow>.b<n>",
        "st.shared.b<n>",
        "ds_read_b<n>",
        "LDS.<n>",
        "ldmatrix.sync.aligned.m8n8.x<pow>.trans.shared.b16",
    ],
    "names": [
        "SM80_16x8x<n>_F32F16F16F32_TN",
        "v_mfma_f32_<n>x<n>x<n>_f16",
        "mma.m16n8k<n>.f16",
        "sm<n>0",
        "gfx942",
        "SM90_64x<n>x16_F32F16F16_SS",
    ],
    "equal": ["<e> == <e>", "<e> == <layout>", "<layout> == <layout>", "<e>"],
    # files
    "suite": [
        '[[check]]\nid = "a"\nexpression = "<e>"\nvariables = {i = <n>, j = <n>}\nsize = <n>\nexpect = ["injective"]\n',
        '[[check]]\nexpression = "<e>"\nvariables = {i = <n>}\nlet = {j = "<e>"}\nverdict = "fails"\nbecause = "injective"\n',
        '[[check]]\nexpression = "<e>"\nvariables = {i = 32}\n[check.access]\ninstruction = "<instruction>"\nlanes = {i = "<le>"}\n',
        '[[check]]\nexpression = "<pe>"\ndialect = "python"\nvariables = {i = "<range>", j = [1, <n>]}\nequals = "<layout>"\n',
    ],
    "claim": [
        "injective",
        "bijective",
        "onto",
        "in bounds <n>",
        "equals <layout>",
        "equals <e>",
        "aligned <n>",
        "class linear",
        "no overflow",
        "conflict-free lanes(i = <le>) elem <pow>",
    ],
    "annotations-c": [
        "constexpr int N = <n>;\n// layouts: check f(i:<range>, j:N) <claim>, <claim>\n__device__ int f(int i, int j) {\n    int k = <e>;\n    return <e>;\n}\n",
        "#define S <n>\n// layouts: check at(i:S, j:<n>) <claim>\n#define at(i, j) (<e>)\n",
        "void g(int *p) {\n  const int i = threadIdx.x, j = <e>;\n  // layouts: check p(i:<n>, j:<n>) <claim>,\n  //     <claim>\n  p[<e>] = <e>;\n}\n",
    ],
    "annotations-python": [
        "N = <n>\n# layouts: check f(i:<range>, j:N) <claim>, <claim>\ndef f(i, j):\n    return <pe>\n",
        "N = <n>\nif True:\n    k = <pe>\n    # layouts: check x(i:N, j:<n>) <claim>\n    x = <pe>\n",
        "# layouts: check f(i:<n>) <claim>\nf = lambda i: <pe>\n",
    ],
    # the command
    "command": [
        "check '<e>' -v i=<range> -v j=<n> --size <n> --expect injective,onto",
        "check '<e>' -v i=<n> --let 'j = <e>' --equals '<layout>' --json",
        "check '<e>' -v i=<n> -v j=<n> --same-as '<e>' --int-bits 64 --all-forms",
        "check '<pe>' -v i=<n> -v j=<n> --dialect python",
        "check 'row * S + col' -v row=M -v col=N --assume 'M <= <n>' --assume 'N <= <n>' --assume 'S <= <n>' --assume 'S >= N'",
        "equal '<e>' '<e>' -v i=<n> -v j=<n>",
        "equal '<layout>' '<cute>'",
        "equal off '<e>' -v i=8 -v j=8 -v t=<n> --loop 't: off = <e>; <e>'",
        "show '<cute>'",
        "show '<linear>'",
        "explain composition '<layout>' '<layout>'",
        "explain <operation> '<cute>' '<layout>' --json",
        "explain <operation> '<cute>'",
        "conflicts '<e>' --lane 'i = <le>, j = <le>' --elem <pow> --bytes <pow> --table",
        "conflicts '<layout>' --lane '<lanes>' --elem <pow> --instruction <instruction> --model <model> --json",
        "fix '(64,64):(64,1)' --elem <pow> --access <instruction>",
        "fix '<layout>' --elem <pow> --access '<instruction>: r = <le>, c = <le>'",
        "sectors '<e>' --lane 'i = <le>, j = <le>' --elem <pow> --bytes <pow> --base <n>",
        "width '<layout>' --elem <pow> --along <bit>",
        "width '<e>' --elem <pow> --along i -v i=<n> -v j=<n> --most <n>",
        "convert '<notation>' --to <form> --shape <shape>",
        "convert '<ttgir>' --to ttgir --to-dialect 3.<bit> --json",
        "emit '<layout>' --to <language> --inputs <inputs>",
        "emit '<e>' -v i=<n> -v j=<n> --to <language> --share --name f",
        "emit '<ttgir>' --shape <shape> --to <language>",
        "plan '<gluon>' '<gluon>' --shape 16x16 --bits <pow>",
        "plan '<ttgir>' '<ttgir>' --shape 32x32 --bits <n> --target <model> --json",
        "draw '<cute>'",
    ],
    "operation": [
        "coalesce",
        "composition",
        "complement",
        "right_inverse",
        "left_inverse",
        "inverse",
        "logical_divide",
        "logical_product",
        "filter_zeros",
        "is_injective",
        "collision",
        "equal",
        "to_f2",
        "idx2crd",
        "evaluate",
        "slice",
        "upcast",
        "recast",
        "zipped_divide",
        "blocked_product",
        "nullspace",
    ],
    "model": ["nvidia", "sm90", "sm80", "gfx942", "gfx950", "rdna", "sm<n>"],
    "notation": ["<cute>", "<cpp>", "<ck>", "<xla>", "<strides>", "<ttgir>", "<gluon>", "<mosaic>"],
    "form": [
        "cute",
        "cute-cpp",
        "cute-dsl",
        "ttgir",
        "linear",
        "gluon",
        "strides",
        "xla",
        "mosaic",
        "mosaic-mlir",
        "ck",
        "einops",
    ],
    "shape": ["16x16", "64x64", "<n>x<n>", "<n>", "<n>,<n>,<n>"],
    "language": ["c", "python", "triton", "cute", "cute-dsl"],
    "inputs": ["modes", "leaves", "index"],
}
SAME = {
    "ttgir-version": "ttgir",
    "read": "notation",
    "convert": "notation",
    "operand": "cute",
    "check": "e",
    "check-python": "pe",
    "map": "layout",
    "command-suite": "suite",
    "command-c": "annotations-c",
    "command-python": "annotations-python",
    "command-dump": "dump",
}
_HOLE = re.compile(r"<([a-z-]+)>")


def grown(target: str, rng) -> str:
    """Return a text of the grammar of a target."""
    return _grow(SAME.get(target, target), rng, DEEPEST)


def _grow(rule: str, rng, depth: int) -> str:
    choices = RULES[rule]
    if depth <= 0:
        least = min([_height(text) for text in choices])
        choices = [text for text in choices if _height(text) == least]
    return _HOLE.sub(lambda hole: _filled(hole, rng, depth), rng.choice(choices))


def _filled(hole, rng, depth: int) -> str:
    return _grow(hole[1], rng, depth - 1) if hole[1] in RULES else hole[0]


def _height(text: str) -> int:
    """Return how many rules stand inside each other, at least, in what a text of a rule grows into."""
    return max([1 + _HEIGHTS[name] for name in _HOLE.findall(text) if name in RULES], default=0)


_HEIGHTS = dict.fromkeys(RULES, 10**6)
for _ in RULES:  # heights settle from the rules without holes upward
    _HEIGHTS = {rule: min([_height(text) for text in texts]) for rule, texts in RULES.items()}
