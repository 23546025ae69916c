"""A live ``triton`` layout, both ways, in a subprocess; what would end its process is refused before."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import layouts
from layouts import LayoutError, LinearLayout, ProfileError
from layouts.interop.triton import from_triton, to_triton

ROOT = Path(layouts.__file__).parent.parent
needs_triton = pytest.mark.skipif(importlib.util.find_spec("triton") is None, reason="needs triton")

_BOTH_WAYS = """
import json, random, sys
sys.path.insert(0, sys.argv[1])
from layouts import LinearLayout
from layouts.interop.triton import from_triton, to_triton

rng, count = random.Random(int(sys.argv[2])), 0
for _ in range(200):
    ins, outs = rng.sample(["register", "lane", "warp", "x"], rng.randint(0, 4)), rng.sample("xyz", rng.randint(0, 3))
    bits = [rng.choice([0, 1, 3, 21]) for _ in outs]
    bases = [(name, [[rng.getrandbits(b) if b else 0 for b in bits] for _ in range(rng.randint(0, 4))]) for name in ins]
    L = LinearLayout(bases, [(name, 1 << b) for name, b in zip(outs, bits)])
    live = to_triton(L)
    assert type(live).__module__.startswith("triton"), type(live)
    assert from_triton(live) == L
    assert str(live) == str(L)
    assert live.get_matrix_view() == L.get_matrix_view()
    assert live == to_triton(from_triton(live))
    point = {name: rng.randrange(size) for name, size in L.in_dims}
    assert dict(live.apply(point)) == L.apply(point)
    count += 1
wide = LinearLayout([("a", [[0, 0, 1]] * 64)], [("x", 2**30), ("y", 2**30), ("z", 16)])
assert from_triton(to_triton(wide)) == wide
print(json.dumps(count))
"""


@needs_triton
def test_a_live_layout_is_made_and_read():
    done = subprocess.run(
        [sys.executable, "-c", _BOTH_WAYS, str(ROOT), "11"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == 200


@pytest.mark.parametrize(
    ("layout", "witness"),
    [
        (LinearLayout.zeros_1d(2**65, "a", "x"), 65),
        (LinearLayout([], [("x", 2**31)]), 31),
        (LinearLayout([], [("x", 2**30), ("y", 2**30), ("z", 32)]), 65),
    ],
)
def test_what_ends_tritons_process_is_refused(layout, witness):
    with pytest.raises(LayoutError, match="Triton takes") as caught:
        to_triton(layout)
    assert caught.value.witness == witness


class Live:
    def __init__(self, bases, out_dims):
        self.bases, self.out_dims = bases, out_dims


def test_anything_with_bases_and_out_dims_is_read():
    wanted = LinearLayout([("lane", [[1], [2]])], [("row", 4)])
    assert from_triton(Live([("lane", [[1], [2]])], [("row", 4)])) == wanted
    assert from_triton(Live({"lane": ((1,), (2,))}, {"row": 4})) == wanted
    assert from_triton(wanted) == wanted


@pytest.mark.parametrize(
    "bad",
    [
        None,
        5,
        "x",
        LinearLayout,
        Live(None, [("row", 4)]),
        Live([("lane", [[1]])], None),
        Live([("lane", [[1]])], ["row"]),
        Live([("lane", [[4]])], [("row", 4)]),
        Live([("lane", [[1]])], [("row", 3)]),
        Live([("lane", 1)], [("row", 4)]),
        Live([5], [("row", 4)]),
        Live(5, 5),
    ],
)
def test_other_values_are_refused(bad):
    with pytest.raises(ProfileError):
        from_triton(bad)


@pytest.mark.parametrize("bad", [None, 5, [1], LinearLayout, Live([], [])])
def test_only_linear_layouts_go_to_triton(bad):
    with pytest.raises(ProfileError):
        to_triton(bad)
