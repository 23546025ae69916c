"""The pytest plugin: ``pytest --layouts PATH`` makes each annotation of a source file a test.

The setting ``layouts_sources`` does the same for runs that name no tests.  Without either the plugin does nothing, and
loads nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__: list[str] = []


def pytest_addoption(parser: Any) -> None:
    """Add ``--layouts`` and ``layouts_sources``."""
    group = parser.getgroup("layouts", "annotations of index math")
    group.addoption(
        "--layouts",
        action="append",
        default=[],
        metavar="PATH",
        help="check the annotations of a source file or directory, each as a test (may be repeated)",
    )
    parser.addini("layouts_sources", "source files and directories whose annotations are tests", "paths", default=[])


def _paths(config: Any) -> list[str]:
    """Return what is to be checked: what the option says, and the setting where no tests are named."""
    import os

    named = [os.path.abspath(os.path.join(config.invocation_params.dir, path)) for path in config.getoption("layouts")]
    source = getattr(config, "args_source", None)
    if source is None or source.name != "ARGS":
        named += [str(path) for path in config.getini("layouts_sources")]
    return list(dict.fromkeys(named))


def pytest_collection_modifyitems(session: Any, config: Any, items: list[Any]) -> None:
    """Add a test for each annotation."""
    paths = _paths(config)
    if paths:
        from .items import annotation_items

        items.extend(annotation_items(session, paths))


pytest_collection_modifyitems.pytest_impl = {"tryfirst": True}  # type: ignore[attr-defined]
