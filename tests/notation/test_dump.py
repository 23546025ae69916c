"""Whole dumps: an alias holds in its module, a view keeps the rows of its allocation, comments are no code."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import convert_notation, find_layouts, parse
from layouts.cli import main
from layouts.notation.dump_text import code_of

ROWS = "#ttg.blocked<{sizePerThread = [1, 4], threadsPerWarp = [8, 4], warpsPerCTA = [4, 1], order = [1, 0]}>"
COLUMNS = "#ttg.blocked<{sizePerThread = [8, 1], threadsPerWarp = [8, 4], warpsPerCTA = [4, 1], order = [0, 1]}>"
SHARED = "#ttg.swizzled_shared<{vec = 8, perPhase = 2, maxPhase = 4, order = [1, 0]}>"
SLICE = "#ttg.slice<{dim = 0, parent = #blocked}>"


def module(definition, body):
    return f"#blocked = {definition}\nmodule {{ tt.func @a({body}) {{ tt.return }} }}\n"


BORDER = "// -----// IR Dump After B //----- //\n"


@pytest.mark.parametrize("border", [BORDER, "", "// a comment\n", "#loc = loc(unknown)\n\n"], ids=range(4))
def test_an_alias_holds_in_its_module(border):
    first = module(ROWS, f"%x: tensor<64x64xf16, #blocked>, %y: tensor<64xf16, {SLICE}>")
    second = module(COLUMNS, f"%x: tensor<32x32xf16, #blocked>, %y: tensor<32xf16, {SLICE}>")
    found = find_layouts(first + border + second)
    assert [(str(one.encoding), one.shapes) for one in found if one.alias] == [
        (ROWS, [(64, 64)]),
        (COLUMNS, [(32, 32)]),
    ]
    sliced = [(str(one.encoding.parent), one.shapes) for one in found if one.alias is None]
    assert sliced == [(ROWS, [(64,)]), (COLUMNS, [(32,)])]


def test_a_definition_after_its_use_holds_in_the_same_module():
    text = f"%x : tensor<64x64xf16, #blocked>\n#blocked = {ROWS}\n{BORDER}#blocked = {COLUMNS}\n"
    assert [one.shapes for one in find_layouts(text)] == [[(64, 64)], []]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 4), st.booleans()), min_size=1, max_size=6))
def test_each_module_of_many_has_its_own_aliases(modules):
    text = "".join(
        (BORDER if marked else "") + module((ROWS, COLUMNS)[k % 2], f"%x: tensor<{2**n}x{k + 1}xf16, #blocked>")
        for k, (marked, n, _) in enumerate(modules)
    )
    found = find_layouts(text)
    assert [(str(one.encoding), one.shapes) for one in found] == [
        ((ROWS, COLUMNS)[k % 2], [(2**n, k + 1)]) for k, (_, n, _) in enumerate(modules)
    ]


def test_a_view_of_shared_memory_keeps_the_rows_of_its_allocation(tmp_path, capsys):
    path = tmp_path / "view.mlir"
    path.write_text(f"#s = {SHARED}\n%1 = x : !ttg.memdesc<128x16xf16, #s, #smem, mutable, 128x32>\n")
    (found,) = find_layouts(path.read_text())
    (use,) = found.uses
    assert (use.shape, use.layout_shape, str(use)) == ((128, 16), (128, 32), "128x16 of 128x32")
    assert main(["convert", str(path), "--to", "cute"]) == 0
    out = capsys.readouterr().out
    assert "on 128x16 of 128x32" in out
    assert "128x16 of 128x32: Sw<2,3,3> o (128,32):(32,1)" in out
    layout = parse(convert_notation(SHARED, "cute", use.layout_shape).text)
    linear = parse(SHARED).to_linear_layout([128, 32])
    for row in range(128):
        for column in range(16):
            at = linear.apply({"offset": layout((row, column)), "block": 0})
            assert at == {"dim0": row, "dim1": column}


def test_buffers_are_counted_and_one_of_them_is_converted(tmp_path, capsys):
    path = tmp_path / "buffers.txt"
    path.write_text(
        f"#s = {SHARED}\n!ttg.memdesc<2x128x32xf16, #s, #smem, mutable> !ttg.memdesc<1x128x32xf16, #s, #smem>\n"
        "!ttg.memdesc<1x128x16xf16, #s, #smem, mutable, 3x128x32>\n"
    )
    (found,) = find_layouts(path.read_text())
    assert [(use.buffers, use.layout_shape) for use in found.uses] == [(2, (128, 32)), (1, (128, 32)), (1, (128, 32))]
    assert main(["convert", str(path), "--to", "cute"]) == 0
    out = capsys.readouterr().out
    assert "2x128x32 (2 buffers of 128x32): Sw<2,3,3> o (128,32):(32,1)" in out
    assert "1x128x16 (1 buffer of 128x16 of 128x32): Sw<2,3,3>" in out


def test_tensors_of_pointers_are_seen():
    text = f"""#blocked = {ROWS}
 x : tensor<32x64x!tt.ptr<f16>, #blocked>
 y : tensor<32x!tt.ptr<f16>, {SLICE}>
 z : tensor<16x!tt.ptr<tensor<8x8xf16, #blocked>>, {SLICE}>
 w : tensor<4x4x!tt.ptr<f16, 3>, #blocked>, !tt.tensordesc<16x64xf16, #blocked>
"""
    blocked, sliced = find_layouts(text)
    assert blocked.shapes == [(32, 64), (8, 8), (4, 4), (16, 64)]
    assert sliced.shapes == [(32,), (16,)]


def test_comments_and_strings_are_no_code():
    text = f"""#blocked = {ROWS}
// tensor<7x7xf32, #blocked>
// #blocked = {COLUMNS}
module attributes {{foo = "tensor<5x5xf32, #blocked> \\" tensor<6x6xf32, #blocked>"}} {{
  %x : tensor<4x4xf32, #blocked> // tensor<3x3xf32, #blocked>
}}
"""
    (found,) = find_layouts(text)
    assert found.shapes == [(4, 4)]
    assert str(found.encoding) == ROWS
    assert [len(line) for line in code_of(text).split("\n")] == [len(line) for line in text.split("\n")]


def test_memory_spaces_are_no_layouts():
    assert find_layouts("#smem = #ttg.shared_memory\n#t = #ttng.tensor_memory\n") == []


def test_aliases_that_are_missing_or_in_a_circle_are_listed_with_the_reason():
    text = """#a = #ttg.slice<{dim = 0, parent = #b}>
#b = #ttg.slice<{dim = 0, parent = #a}>
#c = #c
#d = #sparse.encoding<5>
x : tensor<4xf32, #undefined>, tensor<4xf32, #d>, tensor<8xf32, #a>
"""
    found = {one.alias: one for one in find_layouts(text)}
    assert set(found) == {"#a", "#b", "#c", "#undefined"}
    assert "defined by itself: #a -> #b -> #a" in found["#a"].reason
    assert "defined by itself: #c -> #c" in found["#c"].reason
    assert found["#undefined"].shapes == [(4,)]
    assert "not defined" in found["#undefined"].reason
    assert found["#a"].shapes == [(8,)]


HOSTILE = {
    "open attributes": 'tensor<4xf32, #ttg.blocked<{a = "' * 6000,
    "open attributes without quotes": "tensor<4xf32, #ttg.blocked<{a = " * 6000,
    "open pointers": "tensor<4x!tt.ptr<" * 12_000,
    "a chain of aliases": "".join(f"#b{i + 1} = #ttg.slice<{{dim = 0, parent = #b{i}}}>\n" for i in range(5000)),
    "a chain backwards": "".join(f"#b{i} = #ttg.slice<{{dim = 0, parent = #b{i + 1}}}>\n" for i in range(5000)),
    "one alias again and again": f"#b = {ROWS}\nx : tensor<4x4xf32, #b>\n" * 1500,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_dumps_are_listed_quickly(case):
    start = time.perf_counter()
    find_layouts(HOSTILE[case])
    assert time.perf_counter() - start < 2


def test_the_command_reads_the_standard_input_and_any_file(tmp_path, capsys, monkeypatch):
    import io

    text = module(ROWS, "%x: tensor<64x64xf16, #blocked>")
    path = tmp_path / "real80.txt"
    path.write_text(text)
    assert main(["convert", str(path)]) == 0
    listed = capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    assert main(["convert", "-"]) == 0
    assert capsys.readouterr().out == listed != ""
    path.write_text("nothing here")
    assert main(["convert", str(path)]) == 0
    assert "no layout of Triton's" in capsys.readouterr().out
