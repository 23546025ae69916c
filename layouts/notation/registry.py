"""The registry of notations: whose text is this, what does it stand for, how does another tribe write it.

A notation is one file in ``notation/forms`` with a value ``FORM``.  Reading asks each form in turn whether the text is
its own; CuTe's notation, the widest, is asked last.  What a value means in another notation is settled in
``meaning.py``: which map it is, from where to where, in which unit.
"""

from __future__ import annotations

from ..errors import LayoutError, ParseError
from ..inttuple import _show
from .near import check_numbers, checked_length, near, said_shortly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

__all__ = ["Conversion", "Form", "convert_notation", "forms", "read"]


class Form:
    """A notation: its name, whether a text is in it, how it is read, how a value is written.

    ``write`` gets the value and the shape or None, and returns the text and a line that says what the text maps to
    what.  ``read`` may be None for a notation that is only written, and ``order`` says when it is asked, early first.
    With ``versions`` both take the version that a text is of as ``dialect``; ``note`` says for a text what its offsets
    count.
    """

    __slots__ = ("is_own", "name", "note", "order", "read", "title", "versions", "write")

    def __init__(
        self,
        name: str,
        title: str,
        is_own: Callable[[str], bool] | None,
        read: Callable[..., Any] | None,
        write: Callable[..., tuple[str, str]],
        order: int = 50,
        versions: bool = False,
        note: Callable[[str], str] | None = None,
    ) -> None:
        self.name = name
        self.title = title
        self.is_own = is_own
        self.read = read
        self.write = write
        self.order = order
        self.versions = versions
        self.note = note

    def __repr__(self) -> str:
        return f"<Form {self.name}: {self.title}>"


class Conversion:
    """The text in another notation, and what it maps to what; ``str`` is both."""

    __slots__ = ("meaning", "source", "text", "value")

    def __init__(self, source: str, value: Any, text: str, meaning: str) -> None:
        self.source = source
        self.value = value
        self.text = text
        self.meaning = meaning

    def __repr__(self) -> str:
        return f"<Conversion from {self.source}: {self.text!r}, {self.meaning!r}>"

    def __str__(self) -> str:
        return f"{self.text}\n  {self.meaning}"

    def to_json(self) -> dict[str, str]:
        """Return the parts as JSON has them."""
        return {"from": self.source, "text": self.text, "meaning": self.meaning}


_FORMS: dict[str, Form] = {}


def forms() -> dict[str, Form]:
    """Return the notations by name, in the order in which they are asked.

    >>> print(*forms())
    mosaic ttgir gluon linear strides xla ck einops cute-cpp cute-dsl mosaic-mlir cute
    """
    if not _FORMS:
        import pkgutil
        from importlib import import_module

        from . import forms as folder

        found = [import_module(f"{folder.__name__}.{one.name}").FORM for one in pkgutil.iter_modules(folder.__path__)]
        _FORMS.update({form.name: form for form in sorted(found, key=lambda form: (form.order, form.name))})
    return _FORMS


def read(text: str, dialect: str | None = None) -> tuple[Form, Any]:
    """Return the notation of a text and the value that it stands for; ``dialect`` is the version of its Triton.

    Raises:   ParseError, which shows the text with a caret.

    >>> form, value = read("SwizzledSharedLayout(8, 1, 8, [1, 0])")
    >>> form.name, str(value)
    ('gluon', '#ttg.swizzled_shared<{vec = 8, perPhase = 1, maxPhase = 8, order = [1, 0]}>')
    """
    if not isinstance(text, str):
        raise ParseError(f"a text is needed, not {type(text).__name__}")
    known = [form for form in forms().values() if form.read is not None]
    form = next((form for form in known if form.is_own is not None and form.is_own(text)), known[-1])
    if form.read is None:
        raise ParseError("no notation reads this text", text, 0)
    return form, form.read(text) if dialect is None else _versioned(form).read(text, dialect=dialect)


def _versioned(form: Form) -> Any:
    """Return a notation that has versions, or refuse."""
    if not form.versions:
        named = ", ".join([name for name, one in forms().items() if one.versions])
        raise LayoutError(f"convert: {form.name} has no versions; a dialect is for {named}", form.name)
    return form


def convert_notation(
    text: str,
    to: str,
    shape: Sequence[int] | None = None,
    dialect: str | None = None,
    to_dialect: str | None = None,
    warp_size: int | None = None,
    warps: int | None = None,
) -> Conversion:
    """Return a text in another notation: ``to`` is the name of one of ``forms()``.

    An encoding of Triton's is a recipe: it needs the ``shape`` of a tensor to become a layout.  ``dialect`` is the
    version of Triton that printed the text, and ``to_dialect`` the version that the result is for; see ``parse_ttgir``.
    With a shape a layout of CuTe's is (thread, register) to the elements of a tile, where it cannot be anything else,
    or where ``warp_size`` says how many threads are a warp; ``warps`` are the warps of a block, all without it.
    Raises:   ParseError for a text that is not read; LayoutError where the notation cannot say it, with the reason.

    >>> print(convert_notation("#ttg.nvmma_shared<{swizzlingByteWidth = 64, transposed = false, elementBitWidth = 16}>",
    ...                        "cute", (16, 32)))
    Sw<2,3,3> o (16,32):(32,1)
      from the coordinate (dim0, dim1) to the offset in shared memory, in elements
    """
    with said_shortly("convert"):
        if not isinstance(to, str) or to not in forms():
            hint = near(to, forms()) if isinstance(to, str) else ""
            raise LayoutError(f"convert: there is no notation {_show(to)}{hint}; known: {', '.join(forms())}", to)
        form, value = read(text, dialect)
        check_numbers("convert", value)
        sizes = None if shape is None else tuple(shape)
        value = _with_warps(form, value, to, sizes, warp_size, warps)
        if to_dialect is None:
            written, meaning = forms()[to].write(value, sizes)
        else:
            written, meaning = _versioned(forms()[to]).write(value, sizes, dialect=to_dialect)
        note = form.note(text) if form.note is not None else ""
        if note and f"in {note}" not in meaning:
            meaning += f"; in {note}"
        return Conversion(form.name, value, checked_length("convert", written), meaning)


def _with_warps(form: Form, value: Any, to: str, shape: Any, warp_size: Any, warps: Any) -> Any:
    """Return a value of CuTe's with what is said about its threads; strides of an array have none."""
    if form.name == "strides" and shape is not None and to != "einops":
        raise LayoutError("convert: strides of an array have their own shape, and no threads", shape)
    if warp_size is None and warps is None:
        return value
    from ..layout import Layout
    from .threads import ThreadValue

    if not isinstance(value, Layout) or form.name == "strides" or shape is None:
        raise LayoutError(
            "convert: --warp-size and --warps are for a layout (thread, register) of CuTe's, with --shape",
            warp_size,
        )
    return ThreadValue(value, warp_size, warps)
