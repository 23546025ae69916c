"""Build the playground: ``python docs/playground/build.py [--runtime DIRECTORY] [--install] [OUTPUT]``.

The page is copied to OUTPUT (``build/playground/site``) with ``layouts.zip``, the source tree of the package and the
page's own glue.  Pyodide comes from the CDN that ``worker.js`` names.  With ``--runtime`` its files are copied beside
the page instead, and nothing is loaded from elsewhere; ``--install`` gets them, and the browser driver of the tests, by
npm into ``build/playground``.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
WORK = ROOT / "build" / "playground"
RUNTIME = WORK / "node_modules" / "pyodide"
STATIC = ("index.html", "page.css", "page.js", "worker.js", "offline.js")
PACKAGES = ("pyodide@314.0.7", "playwright-core@1.65.1")
OF_RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


def build(output: Path, runtime: Path | None = None) -> Path:
    """Write the page to ``output``; with ``runtime``, the folder of Pyodide's npm package, it needs no other server."""
    output.mkdir(parents=True, exist_ok=True)
    for name in STATIC:
        shutil.copy(HERE / name, output / name)
    pack(output / "layouts.zip")
    if runtime is not None:
        (output / "pyodide").mkdir(exist_ok=True)
        for name in OF_RUNTIME:
            shutil.copy(runtime / name, output / "pyodide" / name)
        replace(output / "worker.js", r'RUNTIME = "[^"]*"', 'RUNTIME = "./pyodide/"')
    return output


def pack(path: Path) -> None:
    """Write the package and the glue as a zip, the same bytes for the same sources."""
    files = {"page.py": HERE / "page.py"}
    for file in (ROOT / "layouts").rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            files[file.relative_to(ROOT).as_posix()] = file
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name].read_bytes(), zipfile.ZIP_DEFLATED)


def replace(path: Path, pattern: str, text: str) -> None:
    """Replace one constant in a file; it is an error where there is none."""
    changed, count = re.subn(pattern, text, path.read_text(encoding="utf-8"))
    if count != 1:
        raise SystemExit(f"{path.name} has {count} places like {pattern}")
    path.write_text(changed, encoding="utf-8")


def install() -> None:
    """Get Pyodide and the browser driver by npm."""
    WORK.mkdir(parents=True, exist_ok=True)
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-save", *PACKAGES], cwd=WORK, check=True)


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description="Build the playground.")
    parser.add_argument("output", nargs="?", type=Path, default=WORK / "site")
    parser.add_argument("--runtime", type=Path, help="a folder with Pyodide's files, to serve beside the page")
    parser.add_argument("--install", action="store_true", help="get Pyodide by npm, and serve it beside the page")
    options = parser.parse_args()
    if options.install:
        install()
        options.runtime = options.runtime or RUNTIME
    print(build(options.output, options.runtime))


if __name__ == "__main__":
    main()
