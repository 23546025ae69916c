"""Annotations in Python files: what they are about, and what is refused at its place."""

import pytest

from layouts.verify.annotations import check_text


def outcomes(text):
    return check_text(text, "kernel.py").outcomes


def one(text):
    (found,) = outcomes(text)
    return found


SWIZZLED = "row * 64 + (col ^ (row % 8) * 8)"
CHECK = "# layouts: check f(row:64, col:64) bijective, equals Sw<3,3,3> o (64,64):(64,1)\n"

FORMS = {
    "assignment": f"f = {SWIZZLED}",
    "annotated": f"f: int = {SWIZZLED}",
    "function": f"def f(row, col):\n    return {SWIZZLED}",
    "decorated": f"@jit(debug=True)\n@other\ndef f(row, col) -> int:\n    '''Text.'''\n    return {SWIZZLED}",
    "lambda": f"f = lambda row, col: {SWIZZLED}",
    "store": f"f[{SWIZZLED}] = 0",
    "store with addition": f"self.f[{SWIZZLED}] += 1",
    "load": f"v = f[{SWIZZLED}]",
    "explicit": f"# layouts: expr {SWIZZLED}\nprint(f(8))",
    "lets": "def f(row, col):\n    x = row % 8\n    y: int = x * 8\n    return row * 64 + (col ^ y)",
    "pairs": "def f(row, col):\n    x, k = row % 8, 8\n    return row * 64 + (col ^ x * k)",
    "over lines": "f = (\n    row * 64  # the row\n    + (col ^ (row % 8) * 8)\n)",
    "module": "def f(row, col):\n    return row * LD + (col ^ (row % 8) * 8)\nLD = 64",
    "floor": "f = row // 1 * 64 + (col ^ (row % 8) * 8)",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_expression_that_follows_is_found(form):
    found = one(CHECK + FORMS[form])
    assert found.status == "holds", str(found)
    assert found.verdict.swizzled == ["Sw<3,3,3> o (64,64):(64,1)"]


def test_a_return_is_found_with_the_values_before_it():
    text = "N = 8\ndef f(i):\n    row = i // N\n"
    text += "    # layouts: check f(i:64) bijective\n    return row * 8 + (i % 8 ^ row)\n"
    assert one(text).status == "holds"


def test_division_is_that_of_python():
    text = "# layouts: check f(i:-8..7) in bounds 16\nf = i // 8 * 8 + 8 + i % 8"
    assert one(text).status == "holds", str(one(text))


def test_a_failure_shows_the_place_and_the_points():
    found = one("def k(ptr, tid):\n    # layouts: check ptr(tid:64)\n    ptr[tid // 2] = 0\n")
    assert str(found).splitlines()[:3] == [
        "kernel.py:3:9: FAILS injective: (tid = 0) and (tid = 1) both give 0",
        "        ptr[tid // 2] = 0",
        "            ^",
    ]


def test_columns_are_counted_in_characters():
    found = one("# layouts: check f(i:8)\ndef f(i): 'äöü'; return i // 2\n")
    assert (found.line, found.column) == (2, 25)


REFUSED = [
    ("# layouts: check f(i:8)\nfor i in range(8):\n    f = i", 2, 1, "no assignment, return or function"),
    ("# layouts: check f(i:8)\n", 1, 3, "no statement follows"),
    ("# layouts: check f(i:8)\nf += i", 2, 1, "no closed value"),
    ("# layouts: check f(i:8)\nf, g = i, i", 2, 1, "not plain which value"),
    ("# layouts: check f(i:8)\nf = g(i)", 2, 5, "integer arithmetic"),
    ("n = 3\nclass A:\n    n = 4\n    # layouts: check f(i:8)\n    f = i * n", 2, 1, "may be one of the class"),
    ("n = 3\n# layouts: check f(i:8)\nf = lambda i, n: i * n", 2, 3, "parameter 'n'"),
    ("n = 3\ng = [n for n in range(9)]\n# layouts: check f(i:8)\nf = i * n", 2, 12, "bound again"),
    ("# layouts: check f(i:8)\nf = i / 2", 2, 5, "/"),
    ("# layouts: check f(i:8)\nf = 'text'", 2, 5, "integer arithmetic"),
    ("# layouts: check f(i:8)\nf = i * 2.0", 2, 9, "integer arithmetic"),
    ("# layouts: check f(i:8)\nf = i * n", 2, 9, "'n' is not known here"),
    ("# layouts: check g(i:8)\nf = i", 1, 3, "'g', and what follows is 'f'"),
    ("# layouts: check (i:8)\ns[i] = g[i]", 2, 1, "name the array"),
    ("# layouts: check f(i:8)\ns[i, i] = 0", 2, 1, "name the array"),
    ("# layouts: check s(i:8)\ns[i, i] = 0", 2, 3, "integer arithmetic"),
    ("# layouts: check s(i:8)\ns[i:] = 0", 2, 4, "no Python expression"),
    ("# layouts: check f(i:8)\ndef f(i, n):\n    return i * n", 1, 3, "parameter 'n'"),
    ("# layouts: check f(i:8)\ndef f(i):\n    if i:\n        return 1\n    return i", 2, 1, "not one plain return"),
    ("# layouts: check f(i:8)\ndef f(i):\n    if i:\n        return 1", 2, 1, "not one plain return"),
    ("n = 3\nn = 4\n# layouts: check f(i:8)\nf = i * n", 2, 1, "bound again"),
    ("for n in range(3):\n    pass\n# layouts: check f(i:8)\nf = i * n", 1, 5, "no fixed value"),
    ("import n\n# layouts: check f(i:8)\nf = i * n", 1, 8, "no fixed value"),
    ("n = 3\ndef g():\n    global n\n    n = 4\n# layouts: check f(i:8)\nf = i * n", 1, 1, "by a function as well"),
    ("def g(n):\n    # layouts: check f(i:8)\n    f = i * n", 1, 7, "no fixed value"),
    ("def g(n):\n    if n:\n        m = 3\n    # layouts: check f(i:8)\n    f = i * m", 3, 9, "no fixed value"),
    ("def g():\n    # layouts: check f(i:8)\n    f = i * m\n    m = 3", 4, 5, "no fixed value"),
    (
        "def g():\n    m = 3\n    while m:\n        m -= 1\n    # layouts: check f(i:8)\n    f = i * m",
        4,
        9,
        "bound again",
    ),
    ("f = i  # layouts: check f(i:8)", 1, 10, "line of its own"),
    ("f = [\n    # layouts: check f(i:8)\n    i,\n]\nx = 3", 2, 7, "no statement follows"),
    ("# layouts: check f(i:8)\nf = (i", 1, 1, "no Python file"),
    ("# layouts: check f(i:8) aligned m\n# layouts: with m = 8 // 0\nf = i", 1, 33, "division by zero"),
    ("# layouts: check f(i:8) aligned m\n# layouts: with m = 2 ** 9999\nf = i", 1, 33, "exponent"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_what_is_not_plain_is_refused_at_its_place(case):
    text, line, column, reason = REFUSED[case]
    found = outcomes(text)[-1]
    assert found.status == "error", str(found)
    assert reason in found.error, str(found)
    assert (found.line, found.column) == (line, column), str(found)


@pytest.mark.parametrize(
    "text", ["x = '''\n# layouts: check f(i:8)\n'''", "# layouts and shapes\nx = 1", "def f(: # layout"]
)
def test_other_text_is_no_annotation(text):
    assert outcomes(text) == ()


def test_a_generator_has_not_the_value_that_it_returns():
    found = one("# layouts: check f(i:8)\ndef f(i):\n    x = i * 2\n    yield x\n    return x\n")
    assert "generator" in found.error
    assert "async" in one("# layouts: check f(i:8)\nasync def f(i):\n    return i\n").error


def test_a_subscript_of_no_array_is_not_taken_for_one():
    assert "it is not plain which value is meant" in one("# layouts: check a(i:8)\na = divmod(i, 2)[0]\n").error


@pytest.mark.parametrize(
    ("value", "claim", "holds"),
    [
        ("row * 64 + (col ^ row % 8 * 8)", "ldmatrix conflict-free", True),
        ("row * 64 + col", "ldmatrix conflict-free", False),
        ("row * 72 + col", "ldmatrix conflict-free", True),
        ("row * 64 + col", "conflict-free for ldmatrix lanes(row = lane % 16, col = lane // 16 * 8) elem 2", False),
        ("row * 72 + col", "conflict-free for ldmatrix lanes(row = lane % 16, col = lane // 16 * 8) elem 2", True),
        ("(row - 64) // 3 + 64", "conflict-free lanes(row = lane * 2 % 64, col = 0) elem 4", True),
        ("row * 32 + col", "conflict-free lanes(row = lane, col = 0) elem 4", False),
    ],
)
def test_claims_about_banks_are_read_in_python_too(value, claim, holds):
    found = one(f"# layouts: check v(row:64, col:64) {claim}\nv = {value}\n")
    assert found.error == ""
    assert found.holds is holds
    in_c = f"// layouts: check v(row:64, col:64) {claim.replace('//', '/')}\nint v = {value.replace('//', '/')};\n"
    if "- 64" not in value:
        assert check_text(in_c, "kernel.cu").outcomes[0].holds is holds


def test_a_lane_map_of_python_is_python():
    text = "# layouts: check v(tid:64) conflict-free lanes(tid = lane / 2) elem 4\nv = tid\n"
    assert "write //" in one(text).error
