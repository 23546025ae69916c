"""Tensors: a layout with an offset over a buffer; views share it, and every access is checked against brute force."""

import array
import pickle

import brute
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import INTEGER, composed_layouts, coordinates, f2_layouts, shapes, slices, z_layouts, zn_layouts

from layouts import (
    F2,
    ComposedLayout,
    EvaluationError,
    Layout,
    LayoutError,
    NotALayoutError,
    ProfileError,
    Swizzle,
    Tensor,
    TooLargeError,
    Zn,
    coalesce,
    dice_,
    domain_offset,
    flat_divide,
    flatten,
    group_modes,
    logical_divide,
    logical_product,
    make_coord_tensor,
    make_identity_tensor,
    make_tensor,
    make_tensor_like,
    select,
    slice_,
    tiled_divide,
    zipped_divide,
)
from layouts.tensor.make import fragment_like

SMALL = shapes(extents=(1, 2, 3, 4), max_leaves=4)


def places(layout, offset):
    """Return the places by the definition: a sum over Z, an XOR over F2."""
    values = brute.values(layout)
    return [offset ^ v for v in values] if layout.over.name == "F2" else [offset + v for v in values]


def witness(layout, offset, length):
    return next((i for i, p in enumerate(places(layout, offset)) if not 0 <= p < length), None)


# -- the bounds of a buffer --------------------------------------------------------------------------------------------


@given(st.one_of(z_layouts(stride=INTEGER), f2_layouts()), st.integers(0, 300), st.integers(0, 700))
def test_a_tensor_is_made_exactly_when_every_place_is_in_the_buffer(layout, offset, length):
    assume(layout.size < 5000)
    outside = witness(layout, offset, length)
    if outside is None:
        tensor = Tensor(range(length), layout, offset)
        assert tensor.values() == places(layout, offset)
    else:
        with pytest.raises(LayoutError) as caught:
            Tensor(range(length), layout, offset)
        assert caught.value.witness == outside


def test_bounds_of_all_small_layouts():
    made = refused = 0
    for shape, stride in brute.flat_layouts(2, (1, 2, 3, 4), (-2, 0, 1, 3)):
        layout = Layout(shape, stride)
        for offset in (0, 2, 6):
            for length in (1, 7, 12):
                outside = witness(layout, offset, length)
                try:
                    Tensor([0] * length, layout, offset)
                    made += outside is None
                    assert outside is None
                except LayoutError as error:
                    assert error.witness == outside
                    refused += 1
    assert made > 400
    assert refused > 400


@given(composed_layouts(2), st.integers(0, 20), st.integers(0, 900))
def test_a_tensor_over_a_chain_is_made_exactly_when_every_place_is_in_the_buffer(chain, offset, length):
    assume(chain.size < 600)
    values = [offset + chain(i) for i in range(chain.size)]
    outside = next((i for i, v in enumerate(values) if not 0 <= v < length), None)
    if outside is None:
        assert Tensor(range(length), chain, offset).values() == values
    else:
        with pytest.raises(LayoutError) as caught:
            Tensor(range(length), chain, offset)
        assert caught.value.witness == outside


def test_a_large_layout_is_checked_without_its_points():
    layout = Layout((2**70, 2), (0, 1))
    assert Tensor("ab", layout)[2**69, 1] == "b"
    with pytest.raises(LayoutError) as caught:
        Tensor("ab", Layout((2**70, 2), (1, 0)))
    assert caught.value.witness == 2
    with pytest.raises(LayoutError) as caught:
        Tensor([0] * 100, Layout(2**40, 1, over=F2))
    assert caught.value.witness == 100


def test_a_large_swizzled_chain_is_bounded_by_its_blocks_or_refused():
    chain = ComposedLayout(Swizzle(3, 3, 3), 0, Layout((3, 2**30), (2**20 * 512, 512)))
    with pytest.raises(TooLargeError):
        Tensor([0], chain)
    wide = ComposedLayout(Swizzle(3, 3, 3), 8, Layout((3, 5, 7), (512, 0, 64)))
    assert Tensor([0] * 2048, wide).size == 105


# -- elements and views ------------------------------------------------------------------------------------------------


@given(st.one_of(z_layouts(SMALL), f2_layouts()), st.integers(0, 50), st.data())
def test_an_element_is_read_at_every_form_of_its_coordinate(layout, offset, data):
    assume(layout.size < 2000)
    tensor = Tensor(None, layout, offset)
    c = data.draw(coordinates(layout.shape))
    index = brute.size(layout.shape) and Layout(layout.shape)(c)
    assert tensor[c] == tensor(c) == tensor[index] == places(layout, offset)[index] == tensor.place(c)


@given(st.one_of(z_layouts(SMALL), f2_layouts(), zn_layouts(SMALL)), st.data())
def test_a_view_has_the_elements_of_the_tensor_at_the_fixed_entries(layout, data):
    assume(layout.size < 500)
    offset = 0 if layout.over is Zn else data.draw(st.integers(0, 40))
    tensor = Tensor(None, layout, offset)
    point = data.draw(slices(layout.shape))
    view = tensor[point]
    if not isinstance(view, Tensor):
        return
    inside = [i for i in range(layout.size) if matches(point, tensor.shape, i)]
    assert [brute.normal(v) for v in view.values()] == [brute.normal(tensor[i]) for i in inside]


def matches(point, shape, index):
    """Tell whether the index has the fixed entries of the coordinate."""
    if point is None:
        return True
    if not isinstance(point, tuple):
        return index == point
    for part, mode in zip(point, shape, strict=True):
        index, digit = divmod(index, brute.size(mode))
        if not matches(part, mode, digit):
            return False
    return True


def test_a_view_of_a_swizzled_tensor_leaves_a_xor_constant():
    swizzled = Swizzle(3, 3, 3) @ Layout((8, 64), (64, 1))
    chain = ComposedLayout(Swizzle(3, 3, 3), 0, Layout((8, 64), (64, 1)))
    row = Tensor(list(range(512)), swizzled)[3, None]
    other = Tensor(list(range(512)), chain)[3, None]
    assert row.offset == 216
    assert row.layout == Layout((64,), (1,), over=F2)
    assert row.values() == other.values() == [swizzled(3, j) for j in range(64)]
    assert str(row) == "list[512]^216 o (64):(F1)"
    assert str(other) == "list[512] o Sw<3,3,3> o 192 o (64):(1)"
    assert row[None].values() == row[:].values() == row.values()


def test_views_write_into_the_buffer_that_they_share():
    data = [0] * 32
    T = Tensor(data, Layout((4, 8), (8, 1)))
    T[2, :][5] = 7
    assert data[21] == 7
    T[:, 0] = Tensor([1, 2, 3, 4], Layout(4))
    assert data[::8] == [1, 2, 3, 4]
    assert T[:, 0].data is data


@pytest.mark.parametrize(
    "buffer",
    [[1, 2, 3, 4], (1, 2, 3, 4), b"\1\2\3\4", bytearray([1, 2, 3, 4]), array.array("i", [1, 2, 3, 4]), range(1, 5)],
)
def test_any_sequence_is_a_buffer(buffer):
    T = Tensor(buffer, Layout((2, 2), (2, 1)))
    assert T.values() == [1, 3, 2, 4]
    if isinstance(buffer, (tuple, bytes, range)):
        with pytest.raises(LayoutError, match="cannot be written"):
            T[0] = 5
    else:
        T[0, 1] = 9
        assert buffer[1] == 9


@pytest.mark.parametrize("bad", [3, 3.5, True, object(), {}, {1, 2}, Layout(4), iter([1]), list])
def test_what_is_no_sequence_is_no_buffer(bad):
    with pytest.raises(ProfileError):
        Tensor(bad, Layout(4))


@pytest.mark.parametrize("bad", [None, 3, "8:1", (4, 8), [4], object()])
def test_what_is_no_layout_makes_no_tensor(bad):
    with pytest.raises(ProfileError, match="the layout must be"):
        Tensor([0] * 100, bad)


@pytest.mark.parametrize("bad", [3.5, True, "x", [1], None, (1, 2), ((1,),)])
def test_what_is_no_offset_makes_no_tensor(bad):
    with pytest.raises(ProfileError):
        Tensor([0] * 100, Layout(4), bad)
    with pytest.raises(LayoutError):
        Tensor(None, Layout(4, over=F2), -1)
    with pytest.raises(ProfileError):
        Tensor(None, Layout((4, 4), over=Zn), 3)


def test_coordinates_out_of_their_extent_are_refused_with_the_entry():
    T = Tensor(None, Layout((4, (2, 3)), (8, (1, 2))))
    for c, wrong in [(24, 24), (-1, -1), ((4, 0), 4), ((0, 6), 6), ((0, (2, 0)), 2), ((0, (None, 3)), 3)]:
        with pytest.raises(EvaluationError) as caught:
            T[c]
        assert caught.value.witness == wrong
    for c in [(1,), (1, 1, 1), (1, (1, 1, 1)), 1.0, True, "1", [1], (None, "1"), slice(1, 2)]:
        with pytest.raises(ProfileError):
            T[c]
    with pytest.raises(ProfileError):
        T.place(None, 1)
    deep = None
    for _ in range(500):
        deep = (deep,)
    with pytest.raises(ProfileError):
        T[deep]


def test_writing_is_refused_where_nothing_is_written():
    T = Tensor([0] * 4, Layout(4))
    with pytest.raises(ProfileError):
        T[None] = 5
    with pytest.raises(LayoutError, match="no buffer"):
        Tensor(None, Layout(4))[0] = 1
    with pytest.raises(EvaluationError):
        T[4] = 1


def test_a_tensor_is_the_same_as_another_view_of_one_buffer():
    data, other = [0] * 4, [0] * 4
    assert Tensor(data, Layout(4)) == Tensor(data, Layout(4)) != Tensor(other, Layout(4))
    assert Tensor(data, Layout(2), 1) != Tensor(data, Layout(2))
    assert len({Tensor(data, Layout(4)), Tensor(data, Layout(4))}) == 1
    assert Tensor(data, Layout(4)) != Layout(4)
    assert pickle.loads(pickle.dumps(Tensor(data, Layout(4)))).values() == data


def test_repr_and_str():
    assert repr(Tensor([1, 2], Layout(2))) == "Tensor([1, 2], Layout(2, 1))"
    assert repr(Tensor(None, Layout(2), 5)) == "Tensor(None, Layout(2, 1), 5)"
    assert str(make_identity_tensor((4, 8))[1, None]) == "(1,0) o (8):(1@1)"
    assert str(Tensor([1, 2, 3], Layout(2), 1)) == "list[3]+1 o 2:1"


def test_properties():
    T = Tensor([0] * 9, Layout((2, (2, 2)), (1, (2, 4))), 1)
    assert (T.shape, T.stride, T.size, T.rank, T.offset) == ((2, (2, 2)), (1, (2, 4)), 8, 2, 1)
    assert list(T) == [0] * 8
    chain = Tensor(None, ComposedLayout(Swizzle(1, 0, 1), 0, Layout(8)))
    with pytest.raises(NotALayoutError):
        _ = chain.stride
    with pytest.raises(TooLargeError):
        Tensor(None, Layout(2**40)).values()


# -- coordinates -------------------------------------------------------------------------------------------------------


@given(shapes(max_leaves=4))
def test_the_identity_tensor_gives_coordinates(shape):
    assume(isinstance(shape, tuple))
    tensor = make_identity_tensor(shape)
    for index, value in enumerate(tensor.values()):
        digits = brute.digits(index, brute.leaves(shape))
        assert brute.leaves(value) == digits


def test_a_slice_of_coordinates_keeps_the_fixed_axes():
    I = make_identity_tensor((4, (2, 3), 5))  # noqa: E741
    assert I[1, (1, None), 2].values() == [(1, (1, j), 2) for j in range(3)]
    assert I[None, 3, 4][2] == (2, (1, 1), 4)
    assert I[3, None, 0][(1, 2),] == (3, (1, 2), 0)
    assert make_coord_tensor(Layout(4, 2), 5).values() == [5, 7, 9, 11]


# -- the algebra on tensors --------------------------------------------------------------------------------------------


def test_operations_on_the_domain_keep_buffer_and_offset():
    data = list(range(100))
    T = Tensor(data, Layout((8, 12), (12, 1)), 4)
    for divide in (logical_divide, zipped_divide, tiled_divide, flat_divide):
        R = divide(T, (4, 3))
        assert R.layout == divide(T.layout, (4, 3))
        assert R.data is data
        assert R.offset == 4
    assert (T @ Layout(8, 9)).values() == [4 + T.layout(9 * i) for i in range(8)]
    assert coalesce(T).layout == coalesce(T.layout)
    assert flatten(zipped_divide(T, (4, 3))).shape == (4, 3, 2, 4)
    assert group_modes(T, 0, 2).shape == ((8, 12),)
    assert select[1, 0](T)[5, 2] == T[2, 5]
    assert slice_((2, None), T) == T[2, None]
    assert dice_((2, None), T).shape == (8,)


def test_products_of_tensors_are_refused():
    with pytest.raises(ProfileError, match="is a tensor"):
        logical_product(Tensor([0] * 8, Layout(8)), 2)


@given(f2_layouts(), st.integers(1, 60), f2_layouts())
def test_composition_of_a_tensor_over_f2_is_right_or_refused(layout, offset, B):
    T = Tensor(None, layout, offset)
    indices = brute.values(B)
    assume(len(indices) < 300)
    try:
        R = T @ B
    except NotALayoutError:
        return
    table = [offset ^ brute.value(layout, i) for i in indices]
    assert R.values() == table


def test_a_xor_offset_is_not_turned_into_a_sum():
    T = Tensor(None, Layout((2, 2), (1, 1), over=F2), 1)
    with pytest.raises(NotALayoutError):
        T._with_inner(Layout((2, 2), (1, 1)))
    assert T._with_inner(Layout((2, 2), (1, 2))).layout.over is F2
    assert Tensor(None, Layout(4), 1)._with_inner(Layout(4, 1, over=F2)).layout == Layout(4)
    with pytest.raises(NotALayoutError):
        Tensor(None, Layout(4), 1)._with_inner(Layout(4, 3, over=F2))


def test_domain_offset_moves_the_origin():
    I = make_identity_tensor((4, 8))  # noqa: E741
    moved = I.domain_offset((2, 3))
    assert moved[1, 1] == (3, 4)
    assert domain_offset((2, 3), I) == (moved, 0)
    with pytest.raises(LayoutError):
        Tensor([0] * 32, Layout((4, 8))).domain_offset((1, 0))
    with pytest.raises(LayoutError):
        Tensor(None, Layout((4, 8), (9, 1), over=F2)).domain_offset((1, 0))
    assert Tensor(None, Layout((4, 8), (8, 1), over=F2)).domain_offset((4, 0))[1, 2] == 32 + 10


# -- numpy -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def np():
    return pytest.importorskip("numpy")


def test_an_array_is_read_with_its_own_strides(np):
    a = np.arange(120).reshape(4, 5, 6)
    views = [a, a.T, a[::-1], a[:, ::-2, 1::2], a[1], a[None, 2, ::3], np.broadcast_to(a[0], (3, 5, 6)), a[:1, :, ::-1]]
    for view in views:
        T = make_tensor(view)
        assert (T.to_numpy() == view).all()
        assert T.shape == view.shape
    T = make_tensor(a[:, ::-2, 1::2])
    T[3, 1, 2] = -5
    assert a[3, 2, 5] == -5
    assert (np.asarray(T) == a[:, ::-2, 1::2]).all()


def test_arrays_without_whole_strides_are_refused(np):
    pairs = np.zeros(4, dtype=[("a", "i4"), ("b", "i2")])
    with pytest.raises(LayoutError, match="multiples"):
        make_tensor(pairs["a"])
    with pytest.raises(ProfileError):
        make_tensor(np.zeros((3, 0)))
    with pytest.raises(ProfileError, match="2 dimensions"):
        Tensor(np.zeros((3, 3)), Layout(3))
    frozen = np.arange(4)
    frozen.flags.writeable = False
    with pytest.raises(LayoutError):
        make_tensor(frozen)[0] = 1
    assert make_tensor(np.array(7))[()] == 7


@given(st.one_of(z_layouts(SMALL), f2_layouts(), zn_layouts(SMALL)))
def test_to_numpy_has_the_element_of_each_coordinate(layout):
    numpy = pytest.importorskip("numpy")
    assume(layout.size < 300 and isinstance(layout.shape, tuple))
    T = Tensor(None, layout)
    array = T.to_numpy()
    for index in numpy.ndindex(*[brute.size(mode) for mode in layout.shape]):
        value = T[tuple(map(int, index))]
        expected = brute.leaves(value) if isinstance(value, tuple) else value
        assert array[index].tolist() == expected


def test_elements_that_are_sequences_stay_whole(np):
    array = Tensor([(1, 2), [3], "ab", b"c"], Layout((2, 2), (2, 1))).to_numpy()
    assert array.shape == (2, 2)
    assert array[0, 0] == (1, 2)
    assert array[0, 1] == [3]
    assert Tensor("abcd", Layout((2, 2), (2, 1))).to_numpy().tolist() == [["a", "b"], ["c", "d"]]


def test_recast_is_a_numpy_view_or_refused(np):
    data = np.arange(32, dtype=np.int16)
    T = Tensor(data, Layout((2, 8), (8, 1)), 8)
    wide = T.recast(np.int32)
    assert (wide.shape, wide.offset) == ((2, 4), 4)
    assert (wide.to_numpy() == data[8:24].reshape(2, 8).view(np.int32)).all()
    narrow = T.recast("i1")
    assert (narrow.to_numpy() == data[8:24].reshape(2, 8).view(np.int8)).all()
    for bad, error in [(Tensor(data, Layout(8), 1), LayoutError), (Tensor(data[:31], Layout(8)), LayoutError)]:
        with pytest.raises(error):
            bad.recast(np.int32)
    with pytest.raises(ProfileError):
        T.recast("no such type")
    with pytest.raises(LayoutError):
        Tensor([1, 2], Layout(2)).recast(np.int32)
    with pytest.raises(ProfileError):
        Tensor(None, Layout(2)).recast(8)
    assert Tensor(None, Layout(8), 16).recast(32, 8).offset == 4


# -- making ------------------------------------------------------------------------------------------------------------


def test_make_tensor_takes_a_shape_or_the_length():
    assert make_tensor("abcdef", (2, 3))[1, 2] == "f"
    assert make_tensor("abc").shape == 3
    assert make_tensor(None, (2, 3))[1, 2] == 5
    for bad in (None, 5, "", []):
        with pytest.raises(ProfileError):
            make_tensor(bad)


def test_tensors_like_another_are_compact_and_zero(np):
    T = Tensor(np.ones(600, dtype=np.int8), Layout((4, 8, 2), (128, 2, 0)))
    like = make_tensor_like(T)
    assert like.layout == Layout((4, 8, 2), (8, 1, 0))
    assert like.data.dtype == np.int8
    assert like.values() == [0] * 64
    assert make_tensor_like(Layout((4, 8), (64, 2))).layout == Layout((4, 8), (8, 1))
    fragment = fragment_like(Layout(((2, 2), 3), ((8, 1), 64)))
    assert fragment.layout[0] == Layout((2, 2), (1, 2))
    with pytest.raises(ProfileError):
        make_tensor_like(5)
