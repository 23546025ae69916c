"""The tests that the pytest plugin makes of annotations; loaded only where there are some to check."""

from __future__ import annotations

import os

import pytest

from ..errors import LayoutError
from ..verify.annotations import Checked, Outcome, check_paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["annotation_items"]


class AnnotationFile(pytest.File):
    """A source file with annotations."""

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each annotation of a file that is named itself."""
        for outcome in _checked([str(self.path)]).outcomes:
            yield self.item(outcome)

    def item(self, outcome: Outcome) -> pytest.Item:
        """Return the item of one annotation."""
        name = f"{outcome.name or 'annotation'}:{outcome.line}"
        found: pytest.Item = AnnotationItem.from_parent(self, name=name, outcome=outcome)
        return found


class AnnotationItem(pytest.Item):
    """One annotation, which passes where all of its claims hold."""

    def __init__(self, *, outcome: Outcome, **more: Any) -> None:
        super().__init__(**more)
        self.outcome = outcome

    def runtest(self) -> None:
        """Fail where a claim does, or where the annotation cannot be checked."""
        if not self.outcome.holds:
            raise AnnotationError(str(self.outcome))

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        """Return the text of the failure without a traceback, which would show only this file."""
        if isinstance(excinfo.value, AnnotationError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, int, str]:
        """Return where the annotation is."""
        return self.outcome.path, self.outcome.line - 1, f"layouts: {self.name}"


class AnnotationError(AssertionError):
    """Raised by an item whose annotation fails."""


def annotation_items(session: pytest.Session, paths: list[str]) -> list[pytest.Item]:
    """Return an item for each annotation below ``paths``.

    Raises: pytest.UsageError for a path that cannot be read.
    """
    files: dict[str, AnnotationFile] = {}
    found: list[pytest.Item] = []
    for outcome in _checked(paths).outcomes:
        if outcome.path not in files:
            path = session.config.rootpath.__class__(os.path.abspath(outcome.path))
            files[outcome.path] = AnnotationFile.from_parent(session, path=path)
        found.append(files[outcome.path].item(outcome))
    return found


def _checked(paths: list[str]) -> Checked:
    try:
        return check_paths(paths)
    except LayoutError as error:
        raise pytest.UsageError(f"--layouts: {error}") from error
