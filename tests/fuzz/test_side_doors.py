"""The library opens no file, socket or process and evaluates no text, but for the places that are named here."""

import ast
from pathlib import Path

import pytest

import layouts

ROOT = Path(layouts.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

# Where a file is opened: the file that the user names, and nothing else.
OPENS = {
    "notation/convert_command.py": "layouts convert PATH.ttgir",
    "verify/check_command.py": "layouts check PATH.toml",
    "verify/annotations.py": "layouts check PATH of sources",
    "draw/save.py": "saves a figure where it is told",
}
# Where a module is imported by a name that is put together: from tables of this package, never from a text of the user.
IMPORTS = {
    "__init__.py",
    "convert/__init__.py",
    "derivation/explain.py",
    "draw/choose.py",
    "hardware/catalog.py",
    "notation/registry.py",
}
OPENERS = {
    "open",
    "fdopen",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "touch",
    "mkdir",
    "unlink",
    "rmdir",
}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "input", "breakpoint"}
FORBIDDEN_MODULES = {
    *("socket", "ssl", "http", "urllib", "ftplib", "smtplib", "xmlrpc", "asyncio", "subprocess", "multiprocessing"),
    *(
        "pty",
        "ctypes",
        "cffi",
        "pickle",
        "marshal",
        "shelve",
        "dbm",
        "sqlite3",
        "tempfile",
        "shutil",
        "webbrowser",
        "code",
    ),
    *("codeop", "runpy", "glob", "requests", "signal"),
}
# The types of pycute's arrays are ctypes' own, and a figure is as wide as the terminal.
MODULES = {("interop/pycute_tensor.py", "ctypes"), ("draw/draw_command.py", "shutil")}
OS_NAMES = {"path", "stat", "walk", "fsdecode", "PathLike", "fspath", "sep", "environ"}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_no_file_socket_process_or_text_is_opened_elsewhere(path):
    name = _name(path)
    for node in ast.walk(_tree(path)):
        place = f"{name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            plain = node.func.id if isinstance(node.func, ast.Name) else ""
            attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            assert plain not in FORBIDDEN_CALLS, f"{place} calls {plain}"
            if plain in OPENERS or attribute in OPENERS - {"open"}:
                assert name in OPENS, f"{place} opens a file"
            if "import_module" in (plain, attribute):
                assert name in IMPORTS, f"{place} imports by name"
                assert not isinstance(node.args[0], ast.Constant), f"{place}: import it as others do"
        for module in _modules(node):
            allowed = (name, module) in MODULES
            assert module not in FORBIDDEN_MODULES or allowed, f"{place} imports {module}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr in OS_NAMES, f"{place} uses os.{node.attr}"


def _modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module.split(".")[0]]
    return []


def test_the_named_places_are_all_there():
    """A place that opens nothing any more is taken off the list."""
    for name in [*OPENS, *IMPORTS]:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert any(word in text for word in ("open(", "write_bytes", "save(", "import_module")), name


def test_the_scan_finds_what_it_looks_for():
    planted = ast.parse("import socket\nfrom urllib.request import urlopen\neval('1')\nos.system('x')")
    assert [m for node in ast.walk(planted) for m in _modules(node)] == ["socket", "urllib"]
