"""One figure of each kind, made once: the tests of printers go over all of them."""

from functools import cache

from layouts import (
    AffineLayout,
    BitMatrix,
    Layout,
    LinearLayout,
    Swizzle,
    Tensor,
    composition,
    conflicts,
    convert,
    coverage,
    explain,
    logical_divide,
    make_layout_tv,
    make_tiled_copy,
    make_tiled_mma,
    mma_atom,
    parse,
    universal_copy,
)
from layouts.draw import draw
from layouts.draw.model import Arrow, Axis, Cell, Field, Figure, Grid, Label, Links, Node, Note, Ruler, Span, Tree

ACCUMULATOR = LinearLayout(
    [("register", [[0, 1], [8, 0]]), ("lane", [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]])], [("row", 16), ("column", 8)]
)
ROWS = LinearLayout(
    [("register", [[0, 1], [0, 2]]), ("lane", [[0, 4], [1, 0], [2, 0], [4, 0], [8, 0]])], [("row", 16), ("column", 8)]
)
TILE = Swizzle(3, 3, 3) @ Layout((16, 64), (64, 1))
LANES = "r = lane % 16, c = lane / 16 * 8"

HOSTILE = "<script>&\"'\x00\x1b[2J]]>\ud800\\end{tikzpicture}"


def _hostile():
    cell = Cell(HOSTILE, 3, "clash", HOSTILE, HOSTILE)
    axis = Axis(HOSTILE, ((Span(0, 1, HOSTILE),), (Span(0, 1, HOSTILE),)))
    panels = (
        (Grid(((cell,),), axis, axis, (), (), HOSTILE), Note(HOSTILE, HOSTILE, True), Note(HOSTILE, HOSTILE)),
        (Ruler(3, (Field(0, 1, HOSTILE, 1),), (Arrow(2, 0),), HOSTILE, (HOSTILE, "1", "0")),),
        (Links((cell,), (cell,), (Arrow(0, 0, HOSTILE), Arrow(0, 9)), HOSTILE, HOSTILE, HOSTILE),),
        (Tree(Node(HOSTILE, (Node(HOSTILE, (), HOSTILE, 2),), HOSTILE), HOSTILE),),
    )
    return Figure(HOSTILE, panels, HOSTILE, (Label(HOSTILE, 2, "hit"), Label(HOSTILE)))


def _tiled(kind):
    if kind == "copy":
        return make_tiled_copy(universal_copy(4), parse("(4,8):(8,1)"), parse("(1,4):(0,1)"))
    return make_tiled_mma(mma_atom("SM80_16x8x16_F32F16F16F32_TN"), (2, 1, 1))


MAKERS = {
    "layout": lambda: draw(parse("((2,2),(2,4)):((1,8),(2,16))")),
    "row": lambda: draw(parse("6:3")),
    "pages": lambda: draw(parse("(2,3,2,2):(6,2,1,12)")),
    "broadcast": lambda: draw(parse("(4,8):(0,1)")),
    "coordinates": lambda: draw(parse("(4,8):(1@0,1@1)")),
    "negative": lambda: draw(parse("(4,4):(-4,1)")),
    "swizzled": lambda: draw(Swizzle(3, 3, 3) @ Layout((64, 64), (64, 1))),
    "chain": lambda: draw(parse("Sw<2,0,2> o 0 o (4,4):(4,1)")),
    "tape": lambda: draw(parse("(4,5):(6,1)"), "tape"),
    "links": lambda: draw(parse("(4,3):(1,5)"), "links"),
    "inverse": lambda: draw(parse("(4,8):(1,5)"), "inverse"),
    "right": lambda: draw(parse("(4,4):(1,8)"), "inverse", which="right"),
    "complement": lambda: draw(parse("(2,2):(1,6)"), "complement", cotarget=24),
    "slice": lambda: draw(parse("(4,8):(8,1)"), "slice", coordinate=(2, None)),
    "divide": lambda: draw(parse("(8,8):(8,1)"), "divide", tiler=(2, 4)),
    "product": lambda: draw(parse("(2,2):(1,2)"), "product", tiler=parse("(3,4):(4,1)")),
    "threads": lambda: draw(make_layout_tv(Layout((4, 8), (8, 1)), Layout((2, 2), (2, 1)))[1], "threads", tile=(8, 16)),
    "uncovered": lambda: draw(coverage(parse("((4,8),(2,2)):((32,1),(16,4))"), (16, 8))),
    "linear": lambda: draw(ACCUMULATOR),
    "affine": lambda: draw(AffineLayout(ACCUMULATOR, {"row": 3, "column": 1})),
    "matrix": lambda: draw(BitMatrix((1, 2, 12))),
    "swizzle": lambda: draw(Swizzle(3, 4, 3), elem=2),
    "upward": lambda: draw(Swizzle(2, 1, -3)),
    "ruler": lambda: draw(Swizzle(2, 3, 4), "ruler", elem=2),
    "banks": lambda: draw(TILE, "banks", elem=2, lanes=LANES, instruction="ldmatrix"),
    "wavefronts": lambda: draw(conflicts("lane * 66", elem=4, bytes=4)),
    "steps": lambda: draw(explain(composition, parse("(8,8):(8,1)"), parse("6:3"))),
    "refused": lambda: draw(explain(composition, parse("(6,2):(1,7)"), parse("(3,2):(2,3)"))),
    "inner": lambda: draw(explain(logical_divide, parse("12:1"), parse("4:3"))),
    "mma": lambda: draw("SM80_16x8x16_F32F16F16F32_TN"),
    "wgmma": lambda: draw("wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16"),
    "ldmatrix": lambda: draw("ldmatrix.sync.aligned.m8n8.x4.shared.b16"),
    "tiled copy": lambda: draw(_tiled("copy")),
    "tiled mma": lambda: draw(_tiled("mma")),
    "tree": lambda: draw(parse("(4,(2,3)):(16,(8,1))"), "tree"),
    "shape": lambda: draw((4, (2, (3, 5)))),
    "tensor": lambda: draw(Tensor(list("abcdefghijklmnop"), parse("(4,4):(4,1)"))),
    "plan": lambda: draw(convert.plan(ACCUMULATOR, ROWS, 32)),
    "hostile": _hostile,
}


@cache
def made(name):
    return MAKERS[name]()
