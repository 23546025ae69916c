"""Every exception of the library; each one carries a ``witness`` that a reader can check by hand.

The law of the house is *exact or refused*: an operation answers if and only if a right answer exists.
Otherwise it raises one of these.  The message names the operation, shows its operands in the field's
notation and says which condition failed with its numbers; ``witness`` is the smallest coordinate, index,
value or pair of them that shows it.

>>> from layouts import Layout, composition
>>> try:
...     composition(Layout((6, 2), (1, 7)), Layout((3, 2), (2, 3)))
... except NotALayoutError as error:
...     error.witness
5
"""

__all__ = [
    "EvaluationError",
    "LayoutError",
    "NotALayoutError",
    "NotInvertibleError",
    "NotLinearError",
    "ParseError",
    "ProfileError",
    "TooLargeError",
]


class LayoutError(ValueError):
    """Raised for any input that the library refuses; the root of all its exceptions."""

    def __init__(self, message: str, witness: object = None) -> None:
        super().__init__(message, witness)
        self.message = message
        self.witness = witness

    def __str__(self) -> str:
        return self.message


class ProfileError(LayoutError):
    """Raised when trees of integers disagree: shape with stride, coordinate with shape, or a leaf is no integer.

    ``witness`` is the offending leaf or subtree.
    """


class NotALayoutError(LayoutError):
    """Raised when the function exists but has no shape:stride form.

    ``witness`` is the smallest index at which every layout that agrees with all earlier values goes wrong.
    """


class NotLinearError(LayoutError):
    """Raised when a map is not linear over F2.

    ``witness`` is a pair of indices x, y with ``f(x ^ y) != f(x) ^ f(y)``, or the index of a value that F2
    cannot hold.
    """


class NotInvertibleError(LayoutError):
    """Raised when an inverse does not exist.

    ``witness`` is a pair of indices that collide, or a value that is missed.
    """


class TooLargeError(LayoutError):
    """Raised instead of enumerating more points than the limit allows; ``witness`` is the number of points."""


class EvaluationError(LayoutError):
    """Raised when an expression has no value at some input, as in a division by zero.

    ``witness`` is the flat index of the first such point in the arrays that the expression was evaluated over.
    """


class ParseError(LayoutError):
    """Raised for text that cannot be read; the message shows the text with a caret under the character.

    ``witness`` is the offset of that character in ``text``.
    """

    def __init__(self, reason: str, text: str = "", position: int = 0) -> None:
        super().__init__(_with_caret(reason, text, position), position)
        self.args = (reason, text, position)  # so that pickling rebuilds the error
        self.reason = reason
        self.text = text
        self.position = position


def _with_caret(reason: str, text: str, position: int, width: int = 72) -> str:
    """Show the line that holds ``position``, cut to ``width`` characters around it, with a caret below."""
    if len(reason) > 400:
        reason = reason[:400] + "..."
    if not text:
        return reason
    start = text.rfind("\n", 0, position) + 1
    stop = text.find("\n", position)
    line = text[start : stop if stop >= 0 else len(text)].replace("\t", " ")
    column = position - start
    shift = max(0, min(column - width // 2, len(line) - width))
    shown = line[shift : shift + width]
    head = "..." if shift else ""
    tail = "..." if shift + width < len(line) else ""
    return f"{reason}\n    {head}{shown}{tail}\n    {' ' * (len(head) + column - shift)}^"
