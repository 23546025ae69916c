"""Colour classes: 32 tones for lanes, banks and copies, and a ramp of 8 for places in memory.

Every tone is light enough for black text.  Lanes whose numbers differ in one bit have different lightness, so that they
are apart in grey and for every reader; four lanes in a row share a hue.  The ramp goes from light to dark.

>>> ink_contrast(0) > 4.5, round(lightness(TONES[0])), round(lightness(TONES[1]))
(True, 93, 79)
"""

from __future__ import annotations

__all__ = [
    "INK",
    "RAMP",
    "STEPS",
    "TONES",
    "color",
    "contrast",
    "ink_contrast",
    "lightness",
    "luminance",
    "of_ramp",
    "spread",
]

INK = "#000000"

# Lightness level (t + t // 4 + t // 16) % 4 of 93, 79, 66, 53, and the hue t // 4, in CIE Lab.
TONES = (
    *("#dbedfe", "#85cbfe", "#0babf0", "#0187bf", "#f4b87b", "#d09452", "#a97336", "#ffe7d2"),
    *("#d984c4", "#b2649f", "#ffe3f7", "#faaae5", "#3b8e57", "#c9f6d3", "#86d59b", "#5bb276"),
    *("#ffb0a7", "#ed8279", "#c3625b", "#ffe5e2", "#04b2bb", "#058c94", "#acf8fe", "#1dd8e3"),
    *("#8075c0", "#ede8ff", "#c8bbfe", "#a396e8", "#f1edbe", "#cac777", "#a5a54e", "#828231"),
)
STEPS = ("#eaf5fe", "#d1e5f4", "#b8d4e9", "#9fc4df", "#84b4d5", "#68a5ca", "#4895c0", "#1686b6")
RAMP = len(TONES)
"""The first tone of the ramp."""


def color(tone: int) -> str:
    """Return the colour of a tone; tones beyond the ramp begin again.

    >>> color(0), color(RAMP), color(RAMP + 8)
    ('#dbedfe', '#eaf5fe', '#dbedfe')
    """
    return (*TONES, *STEPS)[tone % (RAMP + len(STEPS))]


def of_ramp(value: int, count: int) -> int:
    """Return the tone of the ramp for a value below ``count``.

    >>> [of_ramp(v, 16) - RAMP for v in (0, 1, 2, 15)]
    [0, 0, 1, 7]
    """
    count = max(count, 1)
    steps = min(count, len(STEPS))
    step = min(max(value, 0), count - 1) * steps // count
    return RAMP + (step * (len(STEPS) - 1) // max(steps - 1, 1))


def spread(number: int, count: int) -> int:
    """Return a tone for one of ``count`` things: hues of their own where there are no more than 8.

    >>> spread(1, 4), spread(1, 32), spread(33, 64)
    (4, 1, 1)
    """
    return number * 4 % len(TONES) if count <= 8 else number % len(TONES)


def luminance(rgb: str) -> float:
    """Return the relative luminance of a colour ``#rrggbb``, as WCAG defines it."""
    parts = [int(rgb[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """Return the contrast of two colours, 1 to 21, as WCAG defines it.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def ink_contrast(tone: int) -> float:
    """Return the contrast of the text of a cell with its tone."""
    return contrast(INK, color(tone))


def lightness(rgb: str) -> float:
    """Return the lightness L* of a colour, 0 to 100, which is what grey keeps of it."""
    y = luminance(rgb)
    return float(116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27)
