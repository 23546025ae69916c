"""Annotations in C, C++ and CUDA: what they are about, what they claim, and what is refused at its place."""

import pytest

from layouts.verify.annotations import check_text, report


def outcomes(text, path="kernel.cu", **options):
    return check_text(text, path, **options).outcomes


def one(text, path="kernel.cu", **options):
    (found,) = outcomes(text, path, **options)
    return found


def at(outcome):
    return outcome.line, outcome.column


# -- what follows ------------------------------------------------------------------------------------------------------

SWIZZLED = "row * 64 + (col ^ (row % 8) * 8)"
CHECK = "// layouts: check f(row:64, col:64) bijective, equals Sw<3,3,3> o (64,64):(64,1)\n"

FORMS = {
    "declaration": f"int f = {SWIZZLED};",
    "const auto": f"const auto f = {SWIZZLED};",
    "one of several": f"int g = 3, f = {SWIZZLED}, h = g;",
    "assignment": f"void k() {{ int f;\n{CHECK}f = {SWIZZLED}; }}",
    "function": f"__device__ __forceinline__ int f(int row, int col) {{ return {SWIZZLED}; }}",
    "template": f"template <typename T, int N> constexpr int f(int row, int col) noexcept {{ return {SWIZZLED}; }}",
    "member": f"CUTE_HOST_DEVICE auto f(int row, int col) const -> int {{ return {SWIZZLED}; }}",
    "launch bounds": f"__launch_bounds__(256) int f(int row, int col) {{ return {SWIZZLED}; }}",
    "lambda": f"auto f = [=](int row, int col) {{ return {SWIZZLED}; }};",
    "return": f"int f(int row, int col) {{\n{CHECK}return {SWIZZLED}; }}",
    "store": f"f[{SWIZZLED}] = 0;",
    "compound store": f"f[{SWIZZLED}] += g[row];",
    "load": f"float v = f[{SWIZZLED}] * 2;",
    "call": f"copy(&f[{SWIZZLED}], x);",
    "reinterpret": f"*reinterpret_cast<float4*>(&f[{SWIZZLED}]) = v;",
    "member array": f"shared.f[{SWIZZLED}] = 0;",
    "pointer member": f"storage->f[{SWIZZLED}] = 0;",
    "macro": "#define f(row, col) ((row) * 64 + \\\n   ((col) ^ ((row) % 8) * 8))",
    "explicit": f"// layouts: expr {SWIZZLED}\nfoo<8, true>(bar);",
    "lets": "int f(int row, int col) { const int x = row % 8; int y = x * 8; return row * 64 + (col ^ y); }",
    "comment between": f"// the offset in elements\nint f = {SWIZZLED}; // done",
    "comment inside": f"int f = {SWIZZLED.replace('+', '/* plus */ +')};",
    "over lines": "int f =\n    " + SWIZZLED.replace("+", "\n    +") + ";",
    "pragma between": f"#pragma unroll\nint f = {SWIZZLED};",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_expression_that_follows_is_found(form):
    text = FORMS[form] if CHECK in FORMS[form] else CHECK + FORMS[form]
    found = one(text)
    assert found.status == "holds", str(found)
    assert found.verdict.swizzled == ["Sw<3,3,3> o (64,64):(64,1)"]


def test_the_place_is_that_of_the_expression():
    assert at(one("// layouts: check (i:8)\n  int off = i * 8;")) == (2, 13)
    assert at(one("// layouts: check (i:8)\nsmem[ i * 8 ] = 0;")) == (2, 7)
    assert at(one("// layouts: check (i:8)\n// layouts: expr  i * 8\n")) == (2, 19)


@pytest.mark.parametrize(
    "comment",
    [
        "// layouts: check f(i:8) injective, size 8",
        "/// layouts: check f(i:8) injective, size 8",
        "/* layouts: check f(i:8) injective, size 8 */",
        "/**\n * layouts: check f(i:8) injective,\n *   size 8\n */",
        "// layouts: check f(i:8) injective,\n//   size 8",
        "// layouts: check f(i:8) injective, \\\n//   size 8",
        "// layouts: check f(i:8\n//   ) injective, size 8",
        "//layouts:check f(i:8) injective, size 8",
        "// layouts: check f(i:N) injective, size N\n// layouts: with N = 8",
        "// layouts: check f(i:N) with N = 2**3, injective, size N",
        "// layouts: check f(i: 0..7) injective, size 2 * 4",
        "// layouts: check f(i in 0..7) injective, in bounds of 8",
        "// layouts: check f(i in {0, 1, 2, 3, 4, 5, 6, 7}) injective, in-bounds 8",
        "// layouts: check f(int i:8) injective, size 8",
    ],
)
def test_comments_of_all_kinds_are_read(comment):
    found = one(f"{comment}\nint f = i;")
    assert found.status == "holds", str(found)
    assert found.verdict.domain_size == 8
    assert found.findings[0].claim == "injective"
    assert len(found.findings) == 2


def test_without_claims_it_must_be_injective():
    assert [finding.claim for finding in one("// layouts: check (i:8)\nint f = i;").findings] == ["injective"]
    assert one("// layouts: check (i:8)\nint f = i / 2;").status == "fails"


def test_two_annotations_may_be_about_one_expression():
    text = "// layouts: check f(i:8) size 8\n// layouts: check f(i:9) size 8\nint f = i;"
    assert [found.status for found in outcomes(text)] == ["holds", "fails"]


# -- names and types ---------------------------------------------------------------------------------------------------

CONSTANTS = """#define PAD 8
#define LD (BK + PAD)
constexpr int BK = 64;
static const int ROWS = BK / 4;
namespace detail { constexpr int BK = 5; }
struct S { static constexpr int BK = 7; };
"""


def test_constants_of_the_file_are_known():
    found = one(CONSTANTS + "// layouts: check f(m:ROWS, k:BK) injective, in bounds ROWS * LD\nint f = m * LD + k;")
    assert found.status == "holds", str(found)
    assert found.verdict.cute == "(16,64):(72,1)"


KERNEL = """__global__ void k(float* out, unsigned n) {{
  int row = threadIdx.x / 8;
  int col = threadIdx.x % 8;
  {{ int row = 77; }}
  for (int row = 0; row < 3; ++row) {{ row += 1; }}
  for (int row = 0; row < 3; ++row) out[row] = 0;
  if (n) {{
    {before}
    // layouts: check out({variables}) bijective
    out[row * 8 + col] = 0;
    {after}
  }}
}}"""


def test_values_are_taken_from_the_enclosing_blocks_in_order():
    found = one(KERNEL.format(before="", after="", variables="threadIdx.x:64"))
    assert found.status == "holds", str(found)


@pytest.mark.parametrize("variables", ["row:8, col:8", "row:8, threadIdx.x:8", "col:8, row:8"])
def test_a_variable_of_the_annotation_stands_for_whatever_the_code_computes(variables):
    assert one(KERNEL.format(before="", after="", variables=variables)).status == "holds"


@pytest.mark.parametrize(
    "before",
    [
        "row = 3;",
        "row += 1;",
        "row++;",
        "--row;",
        "row ^= 4;",
        "row <<= 1;",
        "fill(&row);",
        "int* p = &row;",
        'asm("mov %0, 3;" : "=r"(row));',
        "std::cin >> row;",
    ],
)
def test_a_value_that_is_written_again_is_refused(before):
    for place in ({"before": before, "after": ""}, {"before": "", "after": before}):
        found = one(KERNEL.format(**place, variables="threadIdx.x:64"))
        assert found.status == "error"
        assert "'row' is written again" in found.error


@pytest.mark.parametrize(
    "before",
    [
        "float row = 1;",
        "auto [row, x] = f();",
        "Index row(3);",
        "int row{3};",
        "Vec<int> row = {3};",
        "int* row = p;",
        "const int& row = n;",
    ],
)
def test_a_name_that_is_hidden_is_refused(before):
    found = one(KERNEL.format(before=before, after="", variables="threadIdx.x:64"))
    assert found.status == "error", str(found)


HIDDEN = """constexpr int BK = 64;
constexpr int row = 1;
{}
"""


@pytest.mark.parametrize(
    "code",
    [
        "template <int BK>\n{0}__device__ int f(int i) {{ return i * BK; }}",
        "template <typename T, unsigned BK = 8>\n{0}__device__ int f(int i) {{ return i * BK; }}",
        "template <int BK> struct S {{\n{0}int f(int i) {{ return i * BK; }} }};",
        "struct S {{\n{0}int f(int i) {{ return i * BK; }}\nint BK = 8; }};",
        "struct S {{ int BK;\n{0}int f(int i) {{ return i * BK; }} }};",
        "void k() {{ enum {{ A, BK = 32 }};\n{0}int f = i * BK; }}",
        "void k() {{ enum E {{ BK }} e;\n{0}int f = i * BK; }}",
        "void k(int BK) {{\n{0}int f = i * BK; }}",
        "void k() {{ auto g = [BK = 5](int j) {{\n{0}int f = i * BK; }}; }}",
        "void k() {{ for (auto [BK, x] : rows) {{\n{0}int f = i * BK; }} }}",
        "void k() {{ for (int BK : rows) {{\n{0}int f = i * BK; }} }}",
        "void k() {{ for (int j = 0, BK = 5; j < BK; ++j) {{\n{0}int f = i * BK; }} }}",
        "void k() {{ if (int BK = g()) {{\n{0}int f = i * BK; }} }}",
        "void k() {{ [[maybe_unused]] const float BK = 5;\n{0}int f = i * BK; }}",
        "void k() {{ switch (x) {{ case 3: float BK = 5;\n{0}int f = i * BK; }} }}",
        "void k() {{ alignas(16) float BK = 5;\n{0}int f = i * BK; }}",
        "void k() {{ extern int BK;\n{0}int f = i * BK; }}",
        "#define BK 5\n{0}int f = i * BK;",
        "#define i 5\n{0}int f = i * BK;",
        "#define i(x) 5\n{0}int f = i * BK;",
    ],
)
def test_a_constant_that_is_hidden_is_not_taken(code):
    found = one(HIDDEN.format(code.format("// layouts: check f(i:8)\n")))
    assert found.status == "error", str(found)


def test_an_attribute_hides_nothing():
    text = "void k() {{ {} const int BK = 8;\n// layouts: check f(i:8) equals 8:8\nint f = i * BK; }}"
    for attribute in ("[[maybe_unused]]", "alignas(16)", "__attribute__((unused))", ""):
        assert one(HIDDEN.format(text.format(attribute))).status == "holds"


def test_the_type_of_auto_is_that_of_its_value():
    text = "// layouts: check f(i:512)\nint f(int i) {{ auto x = (uint8_t)i; {0} x; }}"
    assert one(text.format("return")).findings[0].witness["second"] == {"i": 256}
    assert one("void k() { auto f = 0;\n// layouts: check f(i:8)\nf = i; }").status == "error"


def test_types_are_those_of_the_code():
    template = "// layouts: check f(i:512) injective\n__device__ int f(int i) {{ {0} x = i; return x; }}"
    assert one(template.format("int")).status == "holds"
    found = one(template.format("uint8_t"))
    assert found.findings[0].witness == {"first": {"i": 0}, "second": {"i": 256}, "value": 0}
    assert one(template.format("float")).status == "error"
    unsigned = "// layouts: check f(i:8) in bounds 8\nlong f({0} i) {{ return (i - 1) / 2 + (i == 0); }}"
    assert one(unsigned.format("int")).status == "holds"
    assert one(unsigned.format("unsigned")).findings[0].witness == {"at": {"i": 0}, "value": 2**31}


def test_the_index_of_a_thread_is_unsigned():
    found = one("// layouts: check f(threadIdx.x:8) in bounds 8\nlong f = (threadIdx.x - 1) / 2;")
    assert found.findings[0].witness == {"at": {"threadIdx.x": 0}, "value": (2**32 - 1) // 2}


def test_the_type_that_is_declared_may_be_too_small_for_the_range():
    found = one("// layouts: check f(i:512)\nint f(uint8_t i) { return i; }")
    assert found.error == "i is uint8_t, which does not hold these values"
    found = one("// layouts: check f(unsigned i:8)\nint f(int i) { return i; }")
    assert found.error == "i is int in the code"


# -- claims ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "claim", "message"),
    [
        ("i * 4 + j", "injective", "(i = 1, j = 0) and (i = 0, j = 4) both give 4"),
        ("i * 8 + j", "in bounds 63", "(i = 7, j = 7) gives 63, which is not in 0..62"),
        ("i * 8 + j", "size 63", "(i = 7, j = 7) gives 63, which is not in 0..62"),
        ("i * 8 + j + 1", "bijective", "(i = 7, j = 7) gives 64, which is not in 0..63"),
        ("i * 8 + j", "onto 65", "no point gives 64"),
        ("i * 8 + j", "onto 60", "(i = 7, j = 4) gives 60, which is not in 0..59"),
        ("i * 8 + j", "equals (8,8):(1,8)", "at (i = 1, j = 0) it gives 8, and (8,8):(1,8) gives 1"),
        ("i * 8 + j", "equals i * N + (j ^ 1)", "at (i = 0, j = 0) it gives 0, and i * N + (j ^ 1) gives 1"),
        ("i * 8 + (j ^ i)", "cute", "it is swizzled CuTe layout, F2-linear"),
        ("i * 9 + j", "f2", "it is CuTe layout"),
        ("i * 8 + j", "swizzled", "it is CuTe layout, F2-linear"),
        ("i * 8 + j * 4", "aligned 8", "(i = 0, j = 1) is 4 past a multiple of 8"),
        ("i * 2000000000", "no overflow", "at (i = 2, j = 0) '*' gives 4000000000, beyond int"),
        ("i * 2000000000 + j", "cute", "at (i = 2, j = 0) '*' gives 4000000000, beyond int"),
        ("j / i", "injective", "division by zero"),
    ],
)
def test_a_claim_that_fails_says_where(expression, claim, message):
    found = one(f"// layouts: check f(i:8, j:8) with N = 8, {claim}\nint f = {expression};")
    assert found.status == "fails", str(found)
    (fault,) = [finding for finding in found.findings if not finding.holds][:1]
    assert message in fault.message or message in str(found)
    assert f"kernel.cu:2:9: FAILS {fault.claim}: " in str(found)
    assert str(found).splitlines()[1:3] == [f"    int f = {expression};", "            ^"]


@pytest.mark.parametrize(
    ("expression", "claims"),
    [
        (
            "i * 8 + j",
            "injective, bijective, onto 64, in bounds 64, size 100, cute, f2, no overflow, equals (8,8):(8,1)",
        ),
        (
            "i * 8 + (j ^ i)",
            "bijective, F2-linear, swizzled, equals Sw<3,0,3> o (8,8):(8,1), equals (i << 3) | (i ^ j)",
        ),
        ("(i * 8 + j) * 16 + 32", "aligned 16, aligned to 8, equals 32 + (8,8):(128,16)".replace("aligned to 8, ", "")),
        ("(long long) i * 2000000000", "no overflow"),
    ],
)
def test_claims_that_are_true_hold(expression, claims):
    claims = claims.replace("in bounds 64, size 100", "in bounds 64")
    found = one(f"// layouts: check f(i:8, j:8) {claims}\nlong long f = {expression};")
    assert found.status == "holds", str(found)


def test_bank_conflicts_are_claims():
    claim = "// layouts: check f(m:16, k:64) ldmatrix conflict-free lanes(m = lane % 16, k = lane / 16 * 8) elem 2\n"
    assert one(claim + "int f = m * 72 + k;").status == "holds"
    found = one(claim + "int f = m * 64 + k;")
    assert found.findings[0].message == (
        "8-way: lane 0 (m = 0, k = 0) at 0 and lane 1 (m = 1, k = 0) at 64 meet in bank 0"
    )
    assert found.findings[0].witness["lanes"] == (0, 1)
    whole = "// layouts: check f(m:64, k:64) ldmatrix conflict-free\nint f = "
    assert one(whole + SWIZZLED.replace("row", "m").replace("col", "k") + ";").status == "holds"
    assert one(whole + "m * 64 + k;").status == "fails"
    column = "// layouts: check f(x:32, y:32) conflict-free lanes(x = lane) elem 4\nint f = "
    assert one(column + "x * 33 + y;").status == "holds"
    assert "32-way" in str(one(column + "x * 32 + y;"))
    warps = (
        "// layouts: check f(t:128) 16B conflict-free lanes(t = lane + 32 * w) over w:4 elem 2 on sm90\nint f = t * 8;"
    )
    assert one(warps).status == "holds"


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("conflict-free", "which lane takes what"),
        ("conflict-free lanes(x = lane)", "of how many bytes is an element"),
        ("conflict-free lanes(z = lane) elem 4", "a lane map gives variables of the annotation"),
        ("conflict-free lanes(x = lane) elem 4 please", "expected for INSTRUCTION"),
        ("ldmatrix conflict-free", "are not whole tiles of 16 by 16"),
        ("mma conflict-free lanes(x = lane) elem 4", "mma"),
        ("conflict-free lanes(x = lane) elem 4 on saturn", "saturn"),
        ("conflict-free lanes(x = q) elem 4", "q"),
    ],
)
def test_a_claim_about_banks_that_is_not_plain_is_refused(claim, reason):
    found = one(f"// layouts: check f(x:32, y:33) {claim}\nint f = x * 33 + y;")
    assert found.status == "error", str(found)
    assert reason in found.error


# -- suggestions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        (
            "// layouts: check (i:8, j:12)\nint f = i * 10 + j;",
            "i steps by 10, and j reaches over 12 values: a step of 12 keeps them apart",
        ),
        ("// layouts: check (i:8, j:12)\nint f = j;", "i does not move the value"),
        ("// layouts: check (i:8) in bounds 56\nint f = i * 8;", "the largest value is 56: a buffer of 57 holds all"),
        (
            "// layouts: check (i:8) in bounds 8\nint f = i + 1 ^ i;",
            "'+' binds before '^': C reads (i + 1) ^ ...",
        ),
        (
            "constexpr int W = 6, P = 8;\n// layouts: check (i:8, j:7)\nint f = (i + 1) * W / 2 * 2 + j % P;",
            "with P in the place of W all claims hold",
        ),
    ],
)
def test_a_suggestion_is_true(text, suggestion):
    (fault,) = [finding for finding in one(text).findings if not finding.holds]
    assert fault.suggestion == suggestion


# -- refusals ----------------------------------------------------------------------------------------------------------

REFUSED = [
    # (text, line, column, part of the reason)
    ("// layouts: check f i:8\nint f = i;", 1, 19, "begins with its variables"),
    ("// layouts: check\nint f = i;", 1, 18, "begins with its variables"),
    ("// layouts: check f(i)\nint f = i;", 1, 21, "name:extent"),
    ("// layouts: check f(i:8, i:9)\nint f = i;", 1, 26, "given twice"),
    ("// layouts: check f(i:8,)\nint f = i;", 1, 25, "beside a comma"),
    ("// layouts: check f(i:0)\nint f = i;", 1, 23, "no values"),
    ("// layouts: check f(i:7..3)\nint f = i;", 1, 23, "no values"),
    ("// layouts: check f(i:0:8)\nint f = i;", 1, 24, "first..last"),
    ("// layouts: check f(i:{1, 1})\nint f = i;", 1, 23, "given twice"),
    ("// layouts: check f(i:Q)\nint f = i;", 1, 23, "'Q' is not known"),
    ("// layouts: check f(i:8, j:i)\nint f = i;", 1, 28, "'i' is not known"),
    ("// layouts: check f(float i:8)\nint f = i;", 1, 21, "'float' is no integer type"),
    ("// layouts: check f(i:8) inyective\nint f = i;", 1, 26, "not known: one can claim"),
    ("// layouts: check f(i:8) injective injective\nint f = i;", 1, 26, "not known"),
    ("// layouts: check f(i:8) injective, injective\nint f = i;", 1, 37, "claimed twice"),
    ("// layouts: check f(i:8) in bounds\nint f = i;", 1, 26, "of what?"),
    ("// layouts: check f(i:8) onto\nint f = i;", 1, 26, "onto what?"),
    ("// layouts: check f(i:8) in bounds 0\nint f = i;", 1, 36, "at least one element"),
    ("// layouts: check f(i:8) in bounds 8 / 0\nint f = i;", 1, 36, "zero"),
    ("// layouts: check f(i:8) in bounds 2000000000 * 2\nint f = i;", 1, 36, "beyond int"),
    ("// layouts: check f(i:8) aligned 0\nint f = i;", 1, 34, "alignment"),
    ("// layouts: check f(i:8) equals (4,2:(1,4)\nint f = i;", 1, 33, "never closed"),
    ("// layouts: check f(i:8) equals (4,2):(1,2,4)\nint f = i;", 1, 33, "4"),
    ("// layouts: check f(i:8) equals (4,3):(1,4)\nint f = i;", 1, 33, "the variables"),
    ("// layouts: check f(i:8) equals i +\nint f = i;", 1, 36, "missing"),
    ("// layouts: check f(i:8) equals Sw<3,0,1> o 8:1\nint f = i;", 1, 33, "overlap"),
    ("// layouts: check f(i:8) N = 8\nint f = i;", 1, 26, "with N = ..."),
    ("// layouts: check f(i:8) with i = 8\nint f = i;", 1, 35, "variable and a value"),
    ("// layouts: chek f(i:8)\nint f = i;", 1, 4, "begins with 'layouts: check'"),
    ("// Layouts: check f(i:8)\nint f = i;", 1, 4, "begins with 'layouts: check'"),
    ("// layout: check f(i:8)\nint f = i;", 1, 4, "begins with 'layouts: check'"),
    ("// layouts check f(i:8)\nint f = i;", 1, 4, "begins with 'layouts: check'"),
    ("// layouts: expr i * 8\nint f = i;", 1, 4, "follows no 'layouts: check'"),
    ("// layouts: check f(i:8)\nint f = i;\n// layouts: with N = 8", 3, 4, "follows no 'layouts: check'"),
    ("int f = i; // layouts: check f(i:8)\nint g = i;", 1, 15, "on a line of its own"),
    ("// layouts: check f(i:8)\n// layouts: expr i\n// layouts: expr j\n", 3, 18, "a second"),
    ("// layouts: check f(i:8)\n", 1, 4, "no expression follows"),
    ("void k() {\n// layouts: check f(i:8)\n}\nint f = i;", 2, 4, "no expression follows"),
    ("// layouts: check g(i:8)\nint f = i;", 2, 1, "declares f"),
    ("// layouts: check g(i:8)\nint f(int i) { return i; }", 1, 4, "'g', and what follows is 'f'"),
    ("// layouts: check g(i:8)\nf[i] = 0;", 1, 4, "'g', and what follows is 'f'"),
    ("// layouts: check f(i:8)\nint f = g<8,true>(i);", 2, 1, "no value and no array index"),
    ("// layouts: check f(i:8)\nint f = g<8>(i);", 2, 10, "template"),
    ("// layouts: check f(i:8)\nint f = h(i);", 2, 9, "function calls are not read"),
    ("// layouts: check f(i:8)\nint f = i + table[i];", 2, 18, "array element"),
    ("// layouts: check (i:8)\nint f = i + table[i];", 2, 1, "f or the array"),
    ("// layouts: check (i:8)\ns[i] = g[i * 2];", 2, 1, "several array indices"),
    ("// layouts: check s(i:8)\ns[i][i] = 0;", 2, 3, "two indices"),
    ("// layouts: check s(i:8)\n__shared__ float s[64];", 2, 18, "declares an array"),
    ("// layouts: check f(i:8)\nfloat f = i;", 2, 1, "no integer type"),
    ("// layouts: check f(i:8)\nindex_t f = i;", 2, 1, "no integer type"),
    ("// layouts: check f(i:8)\nf = i;", 2, 1, "type of 'f' is not known"),
    ("// layouts: check f(i:8)\nf += i;", 2, 1, "no value and no array index"),
    ("// layouts: check f(i:8)\nfor (int i = 0; i < 8; ++i) s[i] = 0;", 2, 1, "'for' follows"),
    ("// layouts: check f(i:8)\nfor (int i = 0; i < 8; ++i) {\n}", 2, 1, "neither an expression nor a function"),
    ("// layouts: check f(i:8)\nstruct S { int f; };", 2, 1, "neither an expression nor a function"),
    ("// layouts: check f(i:8)\nvoid f(int i) { s[i] = 0; }", 2, 1, "0 returns"),
    ("// layouts: check f(i:8)\nint f(int i) { if (i) return 1; return i; }", 2, 1, "2 returns"),
    ("// layouts: check f(i:8)\nint f(int i) { if (i) { return i; } }", 2, 25, "under a condition"),
    ("// layouts: check f(i:8)\nfloat f(int i) { return i; }", 2, 1, "no integer type"),
    ("// layouts: check f(i:8)\nint f(int i, int ld) { return i * ld; }", 1, 4, "parameter 'ld'"),
    ("// layouts: check f(i:8)\nint f(auto i) { return i; }", 2, 12, "type of 'i' is not plain"),
    ("// layouts: check f(i:8)\nint f = i * n;", 2, 13, "'n' is not known here"),
    ("int n = 4;\n// layouts: check f(i:8)\nint f = i * n;", 1, 5, "no constant"),
    ("extern const int n;\n// layouts: check f(i:8)\nint f = i * n;", 1, 18, "no fixed value"),
    ("#define N 4 + 4\n// layouts: check f(i:8)\nint f = i * N;", 1, 8, "in parentheses"),
    ("#define N (4) + (4)\n// layouts: check f(i:8)\nint f = i * N;", 1, 8, "in parentheses"),
    ("#define N 4\n#undef N\n#define N 8\n// layouts: check f(i:8)\nint f = i * N;", 3, 1, "more than once"),
    ("#ifdef A\n#define N 4\n#endif\n// layouts: check f(i:8)\nint f = i * N;", 2, 1, "under '#ifdef A'"),
    ("#define A B\n#define B A\n// layouts: check f(i:8)\nint f = i * A;", 2, 11, "defined by itself"),
    ("#define i 3\n// layouts: check f(n:8)\nint f(int i, int n) { return n * i; }", 2, 4, "parameter 'i'"),
    ("// layouts: check f(i:8)\n#if A\nint f = i;\n#else\nint f = 2 * i;\n#endif", 2, 1, "#if stands between"),
    ("// layouts: check f(i:8)\nint f = i\n#if A\n+ 1\n#endif\n;", 3, 1, "#if stands between"),
    ("constexpr int N = 4;\n// layouts: check f(i:8) with N = 8\nint f = i * N;", 2, 35, "the file says that N is 4"),
    ("// layouts: check f(i:8) with M = 8\nint f = i * __shfl(i);", 2, 13, "function calls are not read"),
]


@pytest.mark.parametrize("case", range(len(REFUSED)))
def test_what_is_not_plain_is_refused_at_its_place(case):
    text, line, column, reason = REFUSED[case]
    found = outcomes(text)[-1]
    assert found.status == "error", str(found)
    assert reason in found.error
    assert at(found) == (line, column), str(found)
    assert str(found).startswith(f"kernel.cu:{line}:{column}: ERROR ")


@pytest.mark.parametrize(
    "text",
    [
        "int f = 3;",
        "// layouts: the shapes of tiles\nint f = 3;",
        "// layouts are checked elsewhere\n",
        "// layout check passed\n",
        'const char* s = "// layouts: check f(i:8)";',
        'auto s = R"x(\n// layouts: check f(i:8)\n)x";',
        "// see layouts: check f(i:8)\n",
        "int n = 1'000; // layouts\nchar c = '\"'; /* layouts */",
    ],
)
def test_other_text_is_no_annotation(text):
    assert outcomes(text) == ()


def test_one_that_cannot_be_read_does_not_hide_the_others():
    text = "// layouts: check f(i:8\nint f = i;\n// layouts: check g(i:8)\nint g = i;"
    assert [found.status for found in outcomes(text)] == ["error", "holds"]


def test_an_include_guard_is_no_condition():
    text = "#ifndef A_H\n#define A_H\n#define N 8\n// layouts: check f(i:8, j:8) bijective\nint f = i * N + j;\n#endif"
    assert one(text).status == "holds"
    # and what stands under the same condition is one text with the annotation
    assert one(text.replace("#define A_H\n", "")).status == "holds"


@pytest.mark.parametrize(
    "text",
    [
        "// layouts: check f(" + "(" * 5000,
        "// layouts: check f(i:8) " + "," * 9000,
        "// layouts: check f(i:8) equals " + "Sw<" * 3000,
        "// layouts: check f(" + "a:1, " * 1900 + "b:1)\nint f = b;",
        "// layouts: check f(i:8)\nint f = " + "(" * 9000 + ";",
        "// layouts: check f(i:8)\n" + "{" * 10_000,
        "// layouts: check f(i:8)\n" + "a" * 50_000 + ";",
        "// layouts: check f(i:8)\n" + "a b " * 20_000 + "{",
        "// layouts: check f(i:8)\n" + "const " * 4_000 + "int f = i;",
        "// layouts: check (i:8)\nint f = " + " + ".join(["i"] * 3000) + ";",
        "/* layouts: check f(i:8)",
        "// layouts: check f(i:1000000000000000000000) \nint f = i;",
        "// layouts: check f(i:8) aligned 99999999999999999999\nint f = i;",
        "\n".join(f"#define A{k} A{k + 1}" for k in range(300)) + "\n// layouts: check f(i:8)\nint f = i + A0;",
        "// layouts: check f(i:8)\n}}}}))))int f = i;",
    ],
)
def test_hostile_text_ends_quickly(text):
    import time

    start = time.perf_counter()
    for found in outcomes(text):
        assert str(found)
        assert found.to_json()
    assert time.perf_counter() - start < 2


def test_the_report_counts():
    text = "// layouts: check f(i:8)\nint f = i;\n// layouts: check g(i:8)\nint g = i / 2;\n// layouts: check g(i:8)\n"
    assert report(check_text(text, "a.cu")).splitlines()[-1] == (
        "3 annotations in 1 file: 1 hold, 1 fails, 1 cannot be checked"
    )


# -- what a value is not -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "write",
    [
        "(x) = 3;",
        "((x)) += 3;",
        "(x)++;",
        "++(x);",
        "int& r = x; r = 3;",
        "int &r(x);",
        "std::swap(x, y);",
        "p = &(x);",
    ],
)
def test_a_value_that_is_written_again_is_refused_however_it_is_written(write):
    found = one(f"void f() {{\nint x = tid; {write}\n// layouts: check b(tid:8)\nint b = x;\n}}")
    assert "'x' is written again" in found.error


@pytest.mark.parametrize("use", ["if (x) ++y;", "while (x) --y;", "y = x;", "if (a && x == y) z = 1;", "g(x);"])
def test_a_value_that_is_only_read_stays(use):
    found = one(f"void f() {{\nint x = tid; {use}\n// layouts: check b(tid:8)\nint b = x;\n}}")
    assert found.holds


@pytest.mark.parametrize("given_", [", with blockDim.x = 32", "\n// layouts: with blockDim.x = 32"])
def test_the_extent_of_a_block_can_be_given(given_):
    text = (
        "// layouts: check v(blockIdx.x:8, threadIdx.x:32) bijective{}\nint v = blockIdx.x * blockDim.x + threadIdx.x;"
    )
    assert "with blockDim.x = ..." in one(text.format("")).error
    assert one(text.format(given_)).holds


def test_a_constant_that_is_given_has_the_type_of_the_code():
    text = "void f({} n) {{\n// layouts: check w(i:8) equals {}, with n = 4\nint w = (n - 5) / 2;\n}}"
    assert one(text.format("int", 0)).holds
    assert one(text.format("unsigned", 2**31 - 1)).holds
    assert not one(text.format("unsigned", 0)).holds
    block = "// layouts: check w(i:8) equals {}, with blockDim.x = 4\nint w = (blockDim.x - 5) / 2;"
    assert one(block.format(2**31 - 1)).holds


def test_a_shuffle_in_a_branch_has_no_plain_value():
    text = (
        "void f(int lane) {{\n{} {{\n// layouts: check v(lane:32)\nint v = __shfl_xor_sync(0xffffffff, lane, 1);\n}} }}"
    )
    assert one(text.format("")).holds
    for header in ("if (lane < 16)", "for (int k = 0; k < lane; ++k)", "while (lane)"):
        assert "which not all lanes may enter" in one(text.format(header)).error


def test_what_is_not_compiled_is_not_checked():
    text = "#if 0\n// layouts: check v(i:8)\nint v = i / 2;\n#else\n// layouts: check w(i:8)\nint w = i;\n#endif\n"
    assert [found.name for found in outcomes(text)] == ["w"]
    assert outcomes("/* // layouts: check v(i:8)\n*/\nint v = i / 2;\n") == ()


def test_a_claim_that_nobody_decided_does_not_hold():
    formula = "i < 2000000 ? 2 * i : i == 2999999 ? 10 : 3999999 + 2 * i"
    found = one(f"// layouts: check v(i:3000000) injective\nint v = {formula};", limit=10)
    assert not found.holds
    assert "undecided" in found.error


def test_a_formula_to_equal_must_not_overflow_either():
    found = one("// layouts: check v(i:10000) equals i * 1000000\nlong long v = i * 1000000ll;")
    assert not found.holds
    assert "at (i = 2148) '*' gives 2148000000" in found.findings[0].message


WRITES = [
    "auto f = [&x] { x = 4; }; f();",
    "auto f = [&x]() { x = 4; };",
    "auto f = [&x](int z) { x += z; };",
    "auto f = [&r = x] { r = 4; };",
    "if ((x) = 3) ;",
    "if (((x)) += 3) ;",
    "while ((x) >>= 1) ;",
    "if ((x)++) ;",
    "if ((y, x) = 3) ;",
    "(y, x) = 3;",
    "(y ? x : y) = 3;",
    "(y, x)++;",
    "++(y ? x : y);",
    "int *p = y ? &x : &y;",
    "((int*)&x)[0] = 4;",
    "int (&r) = x;",
]
READS = [
    "if (x) ++y;",
    "if (y < x) ++y;",
    "while (y, x) ++y;",
    "tile(y, x) = 3;",
    "*(p + x) = 3;",
    "y = (y >> 2) & x;",
    "y = f(x) & x;",
    "y = (x) == 3;",
    "y = y ? x : y;",
    "{ int x = 3; x = 4; }",
]
BETWEEN = "__global__ void k(int y) {{ int x = tid;\n{}\n// layouts: check b(tid:8)\nint b = x; }}"


@pytest.mark.parametrize("line", WRITES)
def test_a_write_in_any_dress_is_seen(line):
    assert "'x' is written again here" in one(BETWEEN.format(line)).error


@pytest.mark.parametrize("line", READS)
def test_a_read_is_no_write(line):
    assert one(BETWEEN.format(line)).holds


def test_what_is_undecided_is_told_from_what_cannot_be_read():
    text = "// layouts: check a(i:100000000) injective\nint a = i*i % 101;\n"
    checked = check_text(text, "a.cu", limit=1000)
    (found,) = checked.outcomes
    assert (found.status, checked.status) == ("undecided", 3)
    assert "UNDECIDED" in str(found)
    assert "1 undecided" in report(checked)
    failing = "// layouts: check b(i:8) injective\nint b = i / 2;\n"
    assert check_text(text + failing, "a.cu", limit=1000).status == 1
