"""Colour classes: readable, apart in grey and for every reader."""

from itertools import pairwise

import pytest

from layouts.draw.palette import INK, RAMP, STEPS, TONES, color, contrast, ink_contrast, lightness, of_ramp, spread
from layouts.draw.svg_style import ALARM, DARK, LIGHT

# Machado, Oliveira, Fernandes 2009: what readers without one kind of cone see, in linear RGB.
BLINDNESS = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}


def lab(rgb, blindness="none"):
    """The place of a colour in CIE Lab, as a reader sees it."""
    raw = [int(rgb[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in raw]
    r, g, b = [min(max(sum([m * c for m, c in zip(row, linear, strict=True)]), 0), 1) for row in BLINDNESS[blindness]]
    xyz = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = [t ** (1 / 3) if t > 216 / 24389 else (t * 24389 / 27 + 16) / 116 for t in xyz]
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(a, b, blindness="none"):
    return sum([(p - q) ** 2 for p, q in zip(lab(a, blindness), lab(b, blindness), strict=True)]) ** 0.5


def test_text_on_every_tone_has_contrast():
    assert min([ink_contrast(tone) for tone in range(RAMP + len(STEPS))]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_and_lines_have_contrast_on_paper(theme):
    assert contrast(theme["text"], theme["paper"]) >= 7
    assert contrast(theme["quiet"], theme["paper"]) >= 4.5
    assert contrast(theme["line"], theme["paper"]) >= 3
    assert contrast(ALARM["light" if theme is LIGHT else "dark"], theme["paper"]) >= 4.5


def test_32_tones_are_all_different():
    assert len({*TONES, *STEPS}) == 40
    assert min([distance(a, b) for k, a in enumerate(TONES) for b in TONES[:k]]) > 7


@pytest.mark.parametrize("bit", [1, 2, 4, 8, 16])
def test_lanes_that_differ_in_one_bit_are_apart_in_grey(bit):
    gaps = [abs(lightness(TONES[lane]) - lightness(TONES[lane ^ bit])) for lane in range(32)]
    assert min(gaps) > 12


@pytest.mark.parametrize("blindness", ["protan", "deutan", "tritan"])
@pytest.mark.parametrize("bit", [1, 2, 4, 8, 16])
def test_lanes_that_differ_in_one_bit_are_apart_for_colour_blind_readers(blindness, bit):
    assert min([distance(TONES[lane], TONES[lane ^ bit], blindness) for lane in range(32)]) > 10


def test_lanes_in_a_row_are_apart_in_grey():
    assert min([abs(lightness(a) - lightness(b)) for a, b in pairwise(TONES)]) > 12


def test_the_ramp_goes_down_in_steps():
    assert all([lightness(a) - lightness(b) > 5 for a, b in pairwise(STEPS)])


def test_the_ramp_is_monotone_and_reaches_its_ends():
    for count in (1, 2, 3, 8, 9, 64, 1000):
        tones = [of_ramp(v, count) for v in range(count)]
        assert tones == sorted(tones)
        assert tones[0] == RAMP
        assert count == 1 or tones[-1] == RAMP + len(STEPS) - 1


def test_few_things_get_hues_of_their_own():
    for count in range(1, 9):
        assert len({spread(k, count) // 4 for k in range(count)}) == count
    assert [spread(k, 32) for k in range(32)] == list(range(32))


def test_the_ink_is_black_and_colours_go_round():
    assert INK == "#000000"
    assert color(RAMP + len(STEPS)) == color(0)
