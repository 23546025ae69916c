"""What a wrong name could have been, and texts that stay short: what the messages of the notations share."""

from __future__ import annotations

from contextlib import contextmanager

from ..errors import LayoutError, TooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__: list[str] = []

MAX_WRITTEN = 1_000_000
"""The longest text that is written; a longer one would not be read back."""

_MAX_MESSAGE = 1500

HEADS = (
    "Layout", "ComposedLayout", "Swizzle", "composition", "make_layout", "Sw", "S", "BlockedLayout", "SliceLayout",
    "DistributedLinearLayout", "DotOperandLayout", "NVMMADistributedLayout", "AMDMFMALayout", "AMDWMMALayout",
    "SwizzledSharedLayout", "AMDRotatingSharedLayout", "NVMMASharedLayout", "SharedLinearLayout", "PaddedSharedLayout",
    "PartitionedSharedLayout", "TensorMemoryLayout", "TensorMemoryScalesLayout", "TiledLayout", "WGMMA_LAYOUT",
    "TCGEN05_LAYOUT", "WGStridedFragLayout", "WGSplatFragLayout", "tile_distribution_encoding", "rearrange", "repeat",
    "shape", "torch", "f32", "bf16", "f16",
)  # fmt: skip
_SAID = {
    "tensor": "a type of MLIR: give the attribute in it, or the whole dump as a file",
    "memdesc": "a type of MLIR: give the attribute in it, or the whole dump as a file",
    "AutoLayout": "AutoLayout is a layout that the compiler has yet to choose",
    "CoalescedLayout": "CoalescedLayout is a layout that the compiler has yet to choose",
}


def near(name: str, known: Iterable[str]) -> str:
    """Return ``; near is ...`` with the known names that look like a name, or nothing.

    >>> near("kute", ["cute", "ttgir"])
    '; near is cute'
    """
    from difflib import get_close_matches

    by_key = {one.lower(): one for one in known}
    found = [by_key[key] for key in get_close_matches(name[:100].lower(), by_key, n=3, cutoff=0.65)]
    return f"; near {'is' if len(found) == 1 else 'are'} {', '.join(found)}" if found else ""


def unknown_head(word: str) -> str:
    """Return what to say about a text that begins with a word no notation begins with.

    >>> unknown_head("BlokedLayout")
    'no notation begins with BlokedLayout; near are BlockedLayout, TiledLayout, SliceLayout'
    """
    if word in _SAID:
        return f"{word} is no layout: {_SAID[word]}"
    hint = near(word, HEADS)
    return f"no notation begins with {word[:40]}" + (hint or "; read are CuTe's, TTGIR, Gluon, XLA and others")


@contextmanager
def said_shortly(operation: str) -> Iterator[None]:
    """Cut messages that show very long operands, and name numbers that are too long to be written.

    Raises:   TooLargeError in place of Python's refusal to write a number of more than 4300 digits, or a deep nesting.
    """
    try:
        yield
    except LayoutError as error:
        if len(error.message) > _MAX_MESSAGE:
            cut = len(error.message) - _MAX_MESSAGE
            error.message = f"{error.message[:_MAX_MESSAGE]}... ({cut} characters more)"
        raise
    except RecursionError:
        raise TooLargeError(f"{operation}: the value is nested too deeply to be written", None) from None
    except ValueError as error:
        if "integer string conversion" not in str(error):
            raise
        raise TooLargeError(f"{operation}: a number of the layout has too many digits to be written", None) from None


def check_numbers(operation: str, value: object) -> None:
    """Refuse a layout whose numbers are too long to be written, before they are.

    >>> from ..layout import Layout
    >>> check_numbers("convert", Layout((2**9000, 2), (1, 2**20_000)))
    Traceback (most recent call last):
    layouts.errors.TooLargeError: convert: a number of the layout has about 6000 digits, more than 4300
    """
    value = getattr(value, "inner", value)
    leaves = [*getattr(value, "_s", ()), *getattr(value, "_d", ())]
    digits = [leaf.bit_length() * 3 // 10 for leaf in leaves if type(leaf) is int]
    if digits and max(digits) > 4300:
        most = max(digits)
        raise TooLargeError(f"{operation}: a number of the layout has about {most} digits, more than 4300", most)
    if sum(digits) > MAX_WRITTEN:
        count = sum(digits)
        raise TooLargeError(
            f"{operation}: the text has about {count} characters, more than the {MAX_WRITTEN} that are read back", count
        )


def checked_length(operation: str, text: str) -> str:
    """Return a text that is short enough to be read back, or refuse it."""
    if len(text) > MAX_WRITTEN:
        raise TooLargeError(
            f"{operation}: the text has {len(text)} characters, more than the {MAX_WRITTEN} that are read back",
            len(text),
        )
    return text
