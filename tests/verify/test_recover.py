"""What a formula is, by name: every form that is given is the same map, the simplest first, and else the reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import DEEP

from layouts import F2, Layout, Swizzle, check, parse
from layouts.linearity import from_images
from layouts.verify.products import swizzle_products


def values_of(text, domain):
    """Evaluate a recovered form with parts that are not of the recovery."""
    *swizzles, base = text.split(" o ")
    offset, _, layout = base.rpartition(" ^ ")
    inner = parse(layout)
    values = []
    for index in range(domain):
        value = int(inner(index)) ^ int(offset or 0)
        for swizzle in reversed(swizzles):
            value = Swizzle(*[int(n) for n in swizzle[3:-1].split(",")])(value)
        values.append(value)
    return values


def test_two_swizzles_of_different_shift_are_found():
    verdict = check(
        "off ^ (((off % 1024) >> 9) << 5) ^ (((off % 2048) >> 10) << 4)", let={"off": "2 * (r * 32 + c)"}, r=32, c=32
    )
    assert verdict.products == ["Sw<1,4,6> o Sw<1,5,4> o (32,32):(64,2)"]
    assert verdict.swizzled == []
    assert verdict.forms[0] == verdict.products[0]
    assert verdict.kind == "CuTe layout after 2 swizzles, F2-linear"


def test_marlin_is_no_single_swizzle_but_two():
    verdict = check("8 * row + (i % 8) ^ row", let={"row": "i / 8"}, i=512)
    assert verdict.swizzled == []
    assert verdict.products == ["Sw<3,3,3> o Sw<3,0,3> o (8,64):(1,8)"]
    assert values_of(verdict.products[0], 512) == [(8 * (i // 8) + i % 8) ^ (i // 8) for i in range(512)]


@st.composite
def products(draw):
    swizzles = []
    for _ in range(draw(st.integers(2, 3))):
        bits = draw(st.integers(1, 2))
        swizzles.append(Swizzle(bits, draw(st.integers(0, 3)), draw(st.integers(bits, 4))))
    images = [1 << k for k in draw(st.permutations(range(9)))]
    for swizzle in swizzles:
        images = [swizzle(image) for image in images]
    return swizzles, tuple(images)


@settings(max_examples=2000 if DEEP else 200)
@given(products())
def test_every_chain_of_swizzles_that_is_given_is_the_map(given_product):
    _, images = given_product
    layout = from_images(images, (32, 16))
    for text in swizzle_products(layout):
        assert values_of(text, 512) == [layout(index) for index in range(512)]


def test_a_chain_with_an_offset_is_found_behind_the_swizzles():
    layout = Layout((2, 2, 2), (1, 0b1010, 0b10100), over=F2)
    texts = swizzle_products(layout, 16)
    assert texts
    for text in texts:
        assert values_of(text, 8) == [16 ^ layout(index) for index in range(8)]


def test_a_rotation_is_named():
    verdict = check("row * 64 + ((ch + (row % (4 * 2)) / 2) % 4) * 16", row=64, ch=4)
    assert verdict.rotation == "(64,4):(64,16) at ch -> (ch + row / 2 % 4) % 4"
    assert verdict.kind == "CuTe layout with a rotated digit"
    assert verdict.method == "algebra, for all 256 points at once"
    assert verdict.injective
    assert check("r * 12 + (r + c) % 12", c=12, r=12).rotation == "(12,12):(1,12) at c -> (c + r) % 12"
    assert check("r * 12 + (c + 5 * r + 3) % 12", c=12, r=7).rotation == "(12,7):(1,12) at c -> (c + 5 * (r) + 3) % 12"


@pytest.mark.parametrize("size", [3, 5, 6, 12, 60])
def test_a_rotation_of_2_to_the_40_rows_is_bijective(size):
    rows = 2**40 // size
    verdict = check(
        f"(long long)r * {size} + (c + r) % {size}", c=size, r=rows, size=rows * size, expect="injective,onto"
    )
    assert verdict.holds
    assert verdict.rotation is not None


def test_a_part_of_a_larger_layout_is_named():
    verdict = check("r % 12 + r / 12 * 16", r=100)
    assert verdict.restriction == "(12,9):(1,16) with r at positions below 100 of 108"
    assert verdict.kind == "part of a larger CuTe layout"
    assert (
        check("c % 4 + c / 4 * 8 + r * 24", c=10, r=4).restriction
        == "((4,3),4):((1,8),24) with c at positions below 10 of 12"
    )


def test_offsets_and_negative_strides():
    assert check("7 - i", i=8).forms == ["7 + 8:-1", "7 ^ 8:F1"]
    assert check("lane ^ 2", lane=32).forms == ["2 + (2,2,8):(1,-2,4)", "2 ^ 32:F1"]
    assert check("i * 8 + (j ^ (i % 8)) + 4096", i=64, j=8).f2_offset == 4096


def test_swizzles_on_extents_that_are_no_powers_of_two():
    verdict = check("i * 8 + (j ^ (i % 8))", i=100, j=8)
    assert verdict.swizzled == ["Sw<3,0,3> o (100,8):(8,1)"]
    assert values_of(verdict.swizzled[0], 800) == [i * 8 + (j ^ i % 8) for j in range(8) for i in range(100)]
    # a padded swizzle has none: the swizzle acts below the padding
    assert check("i * 72 + (j ^ (i % 8)) * 8", i=100, j=8).swizzled == []


def test_all_forms_are_printed_on_request_and_the_simplest_comes_first():
    verdict = check("x * 32 + y", x=32, y=32)
    assert verdict.forms == ["(32,32):(32,1)", "(32,32):(F32,F1)"]
    assert "also" not in str(verdict)
    assert "  also       (32,32):(F32,F1)" in verdict.text(all_forms=True)


def test_what_is_not_found_has_its_reason():
    assert check("i * i", i=8, expect="any").kind == "none: neither a sum nor an XOR of its digits"
    verdict = check("i < 10 ? i : 3 * i", i=100, expect="any")
    assert verdict.kind == "none: sums of digits in 2 cases, not one sum and no XOR"
    assert verdict.forms == []
    assert verdict.layout is None
