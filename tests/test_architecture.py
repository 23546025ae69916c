"""The house keeps its rules: imports go down, outsiders stay outside, the surface is written out."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import layouts

ROOT = Path(layouts.__file__).parent

# From the ground up; a room imports rooms on lines before its own, or its own.
FLOORS = [
    ["errors", "notebook", "record"],
    ["elimination", "bit_input"],
    ["solving"],
    ["inttuple", "bits", "subspace"],
    ["module", "shapes", "orders", "compact"],
    ["codomain", "reading"],
    ["layout", "table"],
    ["joining"],
    ["rearrange", "tree", "construct", "measures"],
    ["linearity"],
    ["equality", "lookup"],
    ["values"],
    ["algebra"],
    ["swizzle"],
    ["composed"],
    ["chained", "swizzled"],
    ["linear"],
    ["encodings"],
    ["notation"],
    ["hardware"],
    ["tensor", "tiled", "derivation"],
    ["verify", "draw"],
    ["convert"],
    ["emit"],
    ["testing", "cli"],
    ["interop"],
]
# Files that are loaded only where their outsider is: the strategies, and the tests that the plugin makes.
OUTSIDERS = {("testing", "strategies", "hypothesis"), ("testing", "items", "pytest")}
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# Upward edges, each inside a function, so that loading stays downward.
UPWARD = {
    ("layout", "algebra"),  # Layout.__matmul__ reaches composition
    ("linearity", "bits"),  # to_matrix
    ("composed", "chained"),  # bounds and inverses of chains
    ("algebra", "bits"),  # the inverses over F2
    ("notebook", "draw"),  # every value shows itself in a notebook
}

# Extras that a file offers where they are installed, imported inside a function.
OPTIONAL = {"verify/progress.py": "tqdm", "verify/smt.py": "z3", "draw/raster.py": "cairosvg"}


def _room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def _imports(path: Path):
    """Yield (module name relative to layouts or None, outside name or None, whether it is inside a function)."""
    package = path.relative_to(ROOT).parts[:-1]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    inner = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, (ast.FunctionDef, ast.Lambda))
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if id(node) in guarded:
            continue
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            for name in names:
                yield ".".join([*base, name]), None, id(node) in inner
        elif isinstance(node, ast.ImportFrom):
            yield None, node.module, id(node) in inner
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield None, alias.name, id(node) in inner


FILES = sorted(path for path in ROOT.rglob("*.py"))


def test_every_room_stands_on_a_floor():
    assert {_room(path) for path in FILES} - {"__init__"} == set(FLOOR_OF)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path):
    room = _room(path)
    if room == "__init__":
        return
    for inside, _, deferred in _imports(path):
        if inside is None or inside in ("", "__version__"):
            continue
        target = inside.split(".")[0]
        if target not in FLOOR_OF or target == room:
            continue
        if FLOOR_OF[target] > FLOOR_OF[room]:
            assert deferred, f"{path.name} imports {inside} upward at load time"
            assert (room, target) in UPWARD, f"{path.name} imports {inside} upward"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_standard_library_is_imported_and_numpy_inside_functions(path):
    for _, outside, deferred in _imports(path):
        if outside is None:
            continue
        top = outside.split(".")[0]
        optional = OPTIONAL.get(str(path.relative_to(ROOT).as_posix())) == top
        if top == "numpy" or optional or (_room(path) == "interop" and top in ("galois", "triton")):
            assert deferred, f"{path.name} imports {top} at load time"
        elif (_room(path), path.stem, top) in OUTSIDERS:
            continue
        else:
            assert top in sys.stdlib_module_names or top == "layouts", f"{path.name} imports {outside}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_assert_and_no_evaluation_of_text(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not isinstance(node, ast.Assert), f"{path.name}:{node.lineno} asserts"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("eval", "exec", "compile"), f"{path.name}:{node.lineno} evaluates text"


def test_the_public_names_are_the_typed_imports():
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.asname: f"{node.module}"
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(typed) == sorted(layouts.__all__)
    for name, room in typed.items():
        assert name in layouts._ROOMS[room], f"{name} is typed from {room}"
        assert getattr(layouts, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = layouts.no_such_name


def test_importing_the_package_loads_no_outsider_and_no_room():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); before = set(sys.modules); import layouts\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT.parent)], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) <= {"__future__", "layouts"}


def test_the_algebra_loads_neither_numpy_nor_dataclasses_nor_typing():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from layouts import Layout, Swizzle, equal, is_injective, left_inverse, BitMatrix\n"
        "L = Swizzle(3, 3, 3) @ Layout((8, 64), (64, 1)) @ Layout((4, 4), (1, 16)); left_inverse(L); is_injective(L)\n"
        "unwanted = ('numpy', 'galois', 'dataclasses', 'typing', 're', 'functools')\n"
        "print(*[name for name in unwanted if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT.parent)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
