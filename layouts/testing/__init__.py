"""Assertions about layouts and index expressions for the tests of users, strategies for hypothesis, a pytest plugin.

>>> from layouts.testing import assert_bijective
>>> assert_bijective("i * 8 + (j ^ (i % 8))", i=64, j=8)

``layouts.testing.strategies`` needs hypothesis (the extra ``testing``); nothing else here imports an outsider.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .assertions import LayoutAssertionError as LayoutAssertionError
    from .assertions import assert_bijective as assert_bijective
    from .assertions import assert_conflict_free as assert_conflict_free
    from .assertions import assert_covers as assert_covers
    from .assertions import assert_equal as assert_equal
    from .assertions import assert_in_bounds as assert_in_bounds
    from .assertions import assert_injective as assert_injective
    from .assertions import assert_linear as assert_linear

__all__ = [
    "LayoutAssertionError",
    "assert_bijective",
    "assert_conflict_free",
    "assert_covers",
    "assert_equal",
    "assert_in_bounds",
    "assert_injective",
    "assert_linear",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import assertions

    return getattr(assertions, name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
