"""The site: `python -m sphinx -W -b html docs docs/_build`, with what the extra ``docs`` installs."""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

import layouts  # noqa: E402 - after the path

project = "layouts"
author = "the layouts project"
version = release = layouts.__version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "figures", "answers", "contracts", "names", "measured"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_ext", "notebooks/*.ipynb", "playground", "examples"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "layouts"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
pygments_style = "friendly"
pygments_dark_style = "monokai"

autodoc_member_order = "groupwise"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": False}
python_use_unqualified_type_names = True
add_module_names = False
suppress_warnings = ["ref.python"]  # `bytes` in an annotation is the type, though several classes have such a field


def _without_last_line(app, doctree):
    """An example ends with an empty line, as doctest wants it; the reader need not see it."""
    from docutils import nodes

    for block in doctree.findall(nodes.literal_block):
        if block.astext().endswith("\n"):
            block.rawsource = block.astext().rstrip("\n")
            block.children = [nodes.Text(block.rawsource)]


def _with_new_pages(app, docname, source):
    """A page that the start page does not list yet stands under "More", so that adding a page needs no second edit."""
    if docname != "index":
        return
    listed = set(source[0].split())
    new = sorted([path.stem for path in HERE.glob("*.md") if path.stem not in listed | {"index"}])
    if new:
        source[0] += "\n".join(["\n```{toctree}", ":hidden:", ":caption: More", "", *new, "```", ""])


def _with_playground(app, error):
    """The playground is a page by itself, and goes along as it is."""
    if error is None and (HERE / "playground" / "index.html").exists():
        left_out = shutil.ignore_patterns("node_modules", "__pycache__")
        shutil.copytree(HERE / "playground", Path(app.outdir) / "playground", ignore=left_out, dirs_exist_ok=True)


def setup(app):
    app.connect("build-finished", _with_playground)
    app.connect("source-read", _with_new_pages)
    app.connect("doctree-read", _without_last_line)
