"""The pytest plugin: ``pytest --layouts PATH`` makes each annotation of a source file a test.

The setting ``layouts_sources`` does the same for runs that name no tests.  With either, a source file in C, or one of
its annotations, can be named as a test is.  Without either the plugin does nothing, and loads nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__: list[str] = []

_SUFFIXES = (".cu", ".cuh", ".hip", ".h", ".hpp", ".hh", ".cpp", ".cc", ".cxx", ".c", ".inl")


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


def pytest_collect_file(file_path: Any, parent: Any) -> Any:
    """Collect the annotations of a source file in C that is named as a test is: ``pytest csrc/a.cu::offset:9``."""
    config = parent.config
    if not (config.getoption("layouts") or config.getini("layouts_sources")):
        return None
    if file_path.suffix.lower() not in _SUFFIXES or not parent.session.isinitpath(file_path):
        return None
    from .items import AnnotationFile

    return AnnotationFile.from_parent(parent, path=file_path)


def pytest_collection_modifyitems(session: Any, config: Any, items: list[Any]) -> None:
    """Add a test for each annotation."""
    paths = _paths(config)
    if paths:
        from .items import annotation_items

        known = {item.nodeid for item in items}
        items.extend([item for item in annotation_items(session, paths) if item.nodeid not in known])


pytest_collection_modifyitems.pytest_impl = {"tryfirst": True}  # type: ignore[attr-defined]
