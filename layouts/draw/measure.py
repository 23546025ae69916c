"""How wide a text is, roughly and rather too wide than too narrow; wrapping; what XML cannot hold."""

from __future__ import annotations

import re

__all__ = ["cut", "escape", "escape_control", "mono", "sans", "wrap"]

_NARROW = frozenset("iljtfrI.,:;|!'`()[]{} -")
_WIDE = frozenset("mwMW@%&")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def escape(text: str) -> str:
    """Return a text for XML; characters that XML cannot hold become a replacement character.

    >>> escape('a<b & "c"')
    'a&lt;b &amp; &quot;c&quot;'
    """
    if text.isdecimal():
        return text
    return _UNPRINTABLE.sub("\ufffd", text).translate(_XML)


def escape_control(text: str) -> str:
    r"""Return a text for a terminal: characters that would act on it become a replacement character.

    >>> escape_control("a\x1b[2Jb")
    'a�[2Jb'
    """
    if text.isprintable():
        return text
    return "".join([sign if sign.isprintable() or sign == "\n" else "\ufffd" for sign in text])


def mono(text: str, size: float) -> float:
    """Return the width of a text in a font of fixed width."""
    return len(text) * size * 0.61


def sans(text: str, size: float) -> float:
    """Return the width of a text in a proportional font."""
    total = 0.0
    for sign in text:
        if sign in _NARROW:
            total += 0.37
        elif sign in _WIDE:
            total += 0.95
        elif sign.isupper():
            total += 0.72
        else:
            total += 0.6 if ord(sign) < 0x2E80 else 1.05
    return total * size


def cut(text: str, most: int) -> str:
    """Return a text of at most ``most`` characters.

    >>> cut("abcdefgh", 5)
    'abcd…'
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def wrap(text: str, most: int) -> list[str]:
    """Return a text as lines of at most ``most`` characters; a word that is longer is broken.

    >>> wrap("one two three", 8)
    ['one two', 'three']
    """
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for word in part.split(" "):
            while len(word) > most:
                room = most - len(line) - 1 if line else most
                if room < most // 2 and line:
                    lines.append(line)
                    line = ""
                    continue
                at = _break(word, room)
                lines.append(f"{line} {word[:at]}" if line else word[:at])
                line, word = "", word[at:]
            if line and len(line) + 1 + len(word) > most:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines


def _break(word: str, room: int) -> int:
    """Return where to break a long word: after a comma or colon near the end, if there is one."""
    near = max(word.rfind(",", 0, room), word.rfind(":", 0, room)) + 1
    return near if near > room // 2 else room
