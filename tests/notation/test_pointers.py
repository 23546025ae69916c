"""What CuTe prints around a layout: pointers with their unit, iterators, types; what has no value is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts import ComposedLayout, E, Layout, LayoutError, ParseError, Swizzle, convert_notation, parse, parse_cpp

SW128 = ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, 64), (64, 1)))
READ = [
    ("Sw<3,4,3> o smem_ptr[16b](unset) o (_8,_64):(_64,_1)", SW128),
    ("Sw<3,4,3> o smem_ptr[8b](unset) o (_8,_128):(_128,_1)", parse("Sw<3,4,3> o (8,128):(128,1)")),
    ("Sw<3,4,3> o smem_ptr[4b](unset) o (_8,_256):(_256,_1)", parse("Sw<3,5,3> o (8,256):(256,1)")),
    ("smem_Sw<3,4,3>_ptr[16b](0x400) o (8,64):(64,1)", SW128),
    ("smem_ptr[16b](0x7f) o (4,8):(8,1)", Layout((4, 8), (8, 1))),
    ("gmem_ptr[32b](0x7f12ab00) o (4,8):(8,1)", Layout((4, 8), (8, 1))),
    ("ArithTuple(_0,_0) o (4,8):(_1@0,_1@1)", Layout((4, 8), (E(0), E(1)))),
    ("tensor<ptr<f16, smem, align<1024>, S<3,4,3>> o (8,64):(64,1)>", SW128),
    ("tensor<ptr<f32, gmem, align<16>> o (8,64):(64,1)>", Layout((8, 64), (64, 1))),
    ('!cute.layout<"(4,8):(8,1)">', Layout((4, 8), (8, 1))),
]


@pytest.mark.parametrize(("text", "value"), READ, ids=range(len(READ)))
def test_a_print_of_cute_is_read_in_elements(text, value):
    assert parse(text) == value


@given(st.sampled_from((8, 16, 32, 64, 128)), st.integers(0, 3), st.integers(0, 511))
def test_the_swizzle_of_a_pointer_acts_on_bytes(bits, count, at):
    size = bits // 8
    layout = parse(f"Sw<{count},4,3> o smem_ptr[{bits}b](unset) o (8,{128 // size}):({128 // size},1)")
    at %= layout.size
    byte = Swizzle(count, 4, 3)(layout.inner(at) * size)
    assert byte % size == 0
    assert layout(at) == byte // size


def test_the_type_with_a_flag_is_the_print_with_a_pointer():
    text = "ComposedLayout<Swizzle<3,4,3>, smem_ptr_flag_bits<16>, Layout<Shape<_8,_64>,Stride<_64,_1>>>"
    assert parse_cpp(text) == SW128
    with pytest.raises(ParseError):
        parse_cpp("smem_ptr_flag_bits<16>")


def test_the_unit_is_said():
    found = convert_notation(READ[0][0], "cute")
    assert found.text == "Sw<3,3,3> o (8,64):(64,1)"
    assert found.meaning.endswith("; in elements of 16 bits, and so is the swizzle, which the text has on bytes")
    assert convert_notation(READ[5][0], "cute").meaning.endswith("; in elements of 32 bits")


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("M_4|(8&7)=8", 0, "known in part"),
        ("(?,8):(8,1)", 0, "known at run time only"),
        ("ArithTuple(_0,_4) o (4,8):(_1@0,_1@1)", 11, "elsewhere than at 0"),
        ("tensor<ptr<f16, smem, align<128>, S<3,4,3>> o (8,64):(64,1)>", 11, "aligned to 128"),
        ("smem_Sw<3,4,3>_ptr[16b](0x480) o (8,64):(64,1)", 0, "aligned to 128"),
        ("Sw<3,4,3> o smem_ptr[6b](unset) o (8,64):(64,1)", 12, "no power of two"),
        ("Sw<1,0,3> o smem_ptr[16b](unset) o (8,64):(64,1)", 12, "cuts through"),
        ("smem_sparse<2>_ptr[8b](unset) o (8,64):(64,1)", 0, "sparse"),
        ('!cute.memref<f16, smem, "(4,8):(8,1)">', 0, "of the types of the DSL"),
        ('!cute.layout<"(4,8:(8,1)">', 18, "expected , or )"),
        ("gmem_ptr[32b](0x7f) o (4,8", 26, "expected , or )"),
        ("tensor<ptr<f16, gmem> o (4,8):(8,1)", 35, "expected > to close"),
    ],
)
def test_what_has_no_value_in_the_text_is_named(text, position, reason):
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert reason in str(caught.value)
    assert caught.value.position == position
    assert caught.value.text == text


@given(st.sampled_from([text for text, _ in READ]), st.data())
def test_damaged_prints_give_a_value_or_a_parse_error(text, data):
    k = data.draw(st.integers(0, len(text)))
    damaged = (
        text[:k]
        + data.draw(st.text("<>(),o S0123456789b[]ptr_", max_size=3))
        + text[k + data.draw(st.integers(0, 3)) :]
    )
    try:
        parse(damaged)
    except LayoutError as error:
        assert isinstance(error, ParseError)
