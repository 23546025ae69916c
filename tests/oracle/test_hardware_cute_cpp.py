"""The hardware tables against the traits in CuTe's C++ headers, read as text: types are what they are compiled to.

Only layouts that are written out are read: ``Layout<Shape<...>,Stride<...>>``, an alias of one, or the traits that a
trait inherits.  Every name of ours that the headers have must agree; how many were compared is part of the tests.
"""

import importlib.util
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from layouts import Layout, LayoutError, ProfileError, collision, equal, flatten, hardware, missed_value

_spec = importlib.util.find_spec("cutlass_library")
FOLDERS = (
    [Path(path) / "source/include/cute/atom" for path in (_spec.submodule_search_locations or ())] if _spec else []
)
FOLDER = next((path for path in FOLDERS if path.is_dir()), None)
pytestmark = pytest.mark.skipif(FOLDER is None, reason="needs the headers of nvidia-cutlass")


def tree(text):
    """Read ``Shape<_4,Shape<_2,_2>>`` and the like as a tuple; None for what is no type of numbers."""
    tokens = re.findall(r"[A-Za-z_0-9:]+|[<>,]", text)
    place = 0

    def read():
        nonlocal place
        word = tokens[place]
        place += 1
        args = []
        if place < len(tokens) and tokens[place] == "<":
            while tokens[place] != ">":
                place += 1
                args.append(read())
            place += 1
        if word.startswith("_") and word[1:].isdigit():
            return int(word[1:])
        if word.isdigit():
            return int(word)
        if word in ("Int", "C"):
            return args[0]
        if word in ("Shape", "Stride"):
            return tuple(args)
        if word == "Layout":
            return ("layout", *args)
        raise KeyError(word)

    return read()


@cache
def headers():
    """Return {name: (kind, what it inherits, {member: text})} of all traits, and {alias: text}."""
    traits, aliases = {}, {}
    for path in sorted(FOLDER.glob("*traits_sm*.hpp")):
        if "sparse" in path.name:
            continue
        text = re.sub(r"//[^\n]*", "", path.read_text())
        blocks = re.split(r"\bstruct\s+(MMA_Traits|Copy_Traits)\s*<", text)
        aliases |= dict(re.findall(r"\nusing\s+(\w+)\s*=\s*(Layout\s*<[^;]*>);", text))
        for kind, block in zip(blocks[1::2], blocks[2::2], strict=True):
            head, _, body = block.partition("{")
            name, _, rest = head.partition(">")
            inherits = re.search(r":\s*(?:public\s+)?\w+_Traits<([\w:]+)>", rest)
            members = dict(re.findall(r"using\s+(\w+)\s*=\s*([^;]*);", body))
            traits[name.partition("<")[0].strip()] = kind, inherits[1] if inherits else None, members
    return traits, aliases


def gmma(text):
    """Return the layout of a warpgroup's operand, with its template parameters put in."""
    _, aliases = headers()
    name, _, args = text.removeprefix("GMMA::").removesuffix(">").partition("<")
    if name.startswith("CLayout_64x"):
        n = int(args or name.removeprefix("CLayout_64x"))
        return aliases["CLayout_64xN"].replace("N/8", str(n // 8))
    if name == "ABLayout":
        m, k = args.split(",")
        return aliases[name].replace("Int<M>", f"Int<{m.strip()}>").replace("Int<K>", f"Int<{k.strip()}>")
    return aliases[name]


def member(name, which):
    """Return the layout tree of a member of a trait, its own or inherited, or None."""
    traits, aliases = headers()
    while name in traits:
        _, inherits, members = traits[name]
        if which in members:
            text = members[which].strip()
            other = re.fullmatch(r"typename \w+_Traits<(\w+)>::(\w+)", text)
            if other:
                return member(other[1], other[2])
            text = gmma(text) if text.startswith("GMMA::") else aliases.get(text, text)
            try:
                return tree(text)
            except (KeyError, IndexError):
                return None
        name = inherits
    return None


def compare(name, roles):
    """Compare the members of a trait with our operands; return how many could be read."""
    count = 0
    for which, operand in roles.items():
        found = member(name, which)
        if found is None:
            continue
        _, shape, stride = found if len(found) == 3 else (*found, None)
        theirs = Layout(shape) if stride is None else Layout(shape, stride)
        assert equal(operand.cute, theirs), (name, which, str(operand.cute), str(theirs))
        count += 1
    return count


# B of these has the lane stride 32 in the headers, and two lanes would hold one element (trap D3)
COLLIDING = re.compile(r"SM80_16x8x32_S32[SU]4[SU]4S32_TN(_SATURATE)?")
UNCONGRUENT = ("SM80_16x8x128_S32U1U1S32_TN_XORPOPC", "SM80_16x8x128_S32U1U1S32_TN_ANDPOPC")


def test_matrix_instructions_of_the_headers():
    traits, _ = headers()
    seen, compared = Counter(), Counter()
    for name, (kind, _, _) in traits.items():
        if kind != "MMA_Traits" or not re.match(r"SM(70|75|80|89|90)_", name) or "C64" in name:
            continue
        entry = hardware.get(name)
        roles = {"ALayout": entry["A"], "BLayout": entry.operands.get("B"), "CLayout": entry["C"]}
        if name in UNCONGRUENT:
            del roles["ALayout"]
        if COLLIDING.fullmatch(name):
            del roles["BLayout"]
        if entry.family == "wgmma":
            a, b, c = [entry[role] for role in entry.atoms[name]]
            roles = {"ALayout": a, "BLayout": b, "CLayout": c}
        compared[entry.family] += compare(name, roles)
        seen[entry.family] += 1
    assert seen["mma"] >= 84
    assert compared["mma"] == 3 * seen["mma"] - len(UNCONGRUENT) - 8
    assert seen["wgmma"] > 500
    assert compared["wgmma"] == 3 * seen["wgmma"]


def test_d3_the_headers_give_one_element_of_b_to_two_lanes():
    """CUTLASS 4.2.0 has the lane stride 32 for B of m16n8k32 with 4 bits; its k = 8 (t % 4) + v needs 64."""
    names = [name for name in headers()[0] if COLLIDING.fullmatch(name)]
    assert len(names) == 8
    for name in names:
        _, shape, stride = member(name, "BLayout")
        theirs, ours = Layout(shape, stride), hardware.get(name)["B"].cute
        if equal(theirs, ours):
            pytest.skip("these headers have the stride 64")
        assert collision(theirs) is not None
        assert collision(ours) is None
        assert missed_value(ours) is None


def test_d5_the_uncongruent_stride_of_the_headers_is_ours_when_flat():
    _, shape, stride = member(UNCONGRUENT[0], "ALayout")
    with pytest.raises(ProfileError):
        Layout(shape, stride)
    ours = hardware.get(UNCONGRUENT[0])["A"].cute
    assert flatten(shape) == flatten(ours.shape)
    assert flatten(stride) == flatten(ours.stride)


def test_d7_the_headers_do_not_transpose_in_movmatrix():
    found = [member("SM75_U32x1_MOVM_T", which) for which in ("SrcLayout", "DstLayout")]
    assert found[0] == found[1]


@pytest.mark.parametrize("family", ["ldmatrix", "stmatrix"])
def test_moves_of_matrices_of_the_headers(family):
    load = family == "ldmatrix"
    compared = 0
    for name in hardware.names(family):
        entry = hardware.get(name)
        if "m16n16" in name:
            continue  # CUTLASS's layout is of the permuted bytes, trap D6
        roles = {"DstLayout" if load else "SrcLayout": entry["R"]}
        if "address" in entry.operands:
            roles["SrcLayout" if load else "DstLayout"] = entry["address"]
        compared += sum(compare(alias, roles) for alias in entry.aliases)
    assert compared == (12 if load else 15)


def test_moves_of_tensor_memory_of_the_headers():
    compared = 0
    for name in hardware.names("tcgen05.ld"):
        entry = hardware.get(name)
        compared += compare(entry.aliases[0], {"DstLayout": entry["R"]})
    assert compared == len(hardware.names("tcgen05.ld"))


def test_no_instruction_of_the_headers_is_missing():
    traits, _ = headers()
    wanted = [n for n, (kind, _, _) in traits.items() if kind == "MMA_Traits" and re.match(r"SM(70|75|80|89|90)_", n)]
    missing = []
    for name in wanted:
        try:
            hardware.get(name)
        except LayoutError:
            missing.append(name)
    # complex numbers are built of several instructions
    assert all("C64" in name for name in missing), missing


def test_block_scaled_traits_of_sm120():
    """Templates: their text names A, B and the scales of m16n8k64 and m16n8k32."""
    text = (FOLDER / "mma_traits_sm120.hpp").read_text()
    for k in (64, 32):
        kind = "kind::mxf4nvf4" if k == 64 else "kind::mxf8f6f4"
        entry = next(hardware.get(n) for n in hardware.names("mma") if kind in n and f"k{k}." in n)
        block = text.partition(f"SM120_16x8x{k}_TN_VS<a_type")[2].partition("};")[0]
        for which, role in (("ALayout", "A"), ("BLayout", "B"), ("SFALayout", "SFA"), ("SFBLayout", "SFB")):
            found = re.search(rf"using\s+{which}\s*=\s*(Layout<[^;]*>);", re.sub(r"//[^\n]*", "", block))
            if found:
                _, shape, stride = tree(found[1])
                assert equal(entry[role].cute, Layout(shape, stride)), (entry.name, role)
