"""Accesses of a warp to shared memory with the wavefronts that the library predicts: calibration and E1 to E6.

A form is an instruction of PTX, an access a form with the byte offset of every lane (None where it takes no part).
``others`` has what another model of the hardware would say, by its name.
"""

from dataclasses import dataclass, field

import numpy as np

from layouts import conflicts

__all__ = ["ACCESSES", "FORMS", "SPAN", "Access"]

SPAN = 4096
"""All addresses of an access are below this, so that copies of it lie SPAN bytes apart, in the same banks."""

# form: (bytes of a lane, registers, how the library calls it or None)
FORMS = {
    **{f"{op}.shared.{kind}": (int(kind[1:]) // 8, 1, f"{op}.shared.{kind}")
       for op in ("ld", "st") for kind in ("b8", "b16", "b32", "b64")},
    **{f"{op}.shared.{kind}": (size, int(kind[1]), f"{op}.shared.{kind}")
       for op in ("ld", "st") for kind, size in (("v2.b32", 8), ("v4.b32", 16), ("v2.b64", 16))},
    **{f"{op}.sync.aligned.m8n8.x{count}{trans}.shared.b16": (16, count, f"{op}.x{count}{trans}")
       for op in ("ldmatrix", "stmatrix") for count in (1, 2, 4) for trans in ("", ".trans")},
    "red.shared.add.u32": (4, 1, None),
    "atom.shared.add.u32": (4, 1, None),
}  # fmt: skip


@dataclass(frozen=True)
class Access:
    """One access: ``question`` is calibration, random or the experiment that it belongs to."""

    question: str
    what: str
    form: str
    offsets: tuple[int | None, ...]
    others: dict[str, int] = field(default_factory=dict)

    @property
    def predicted(self):
        """The wavefronts by the library's model, None where it has none."""
        size, _, name = FORMS[self.form]
        if name is None:
            return None
        active = [lane for lane, offset in enumerate(self.offsets) if offset is not None]
        if "matrix" in name:
            active = active[: 8 * FORMS[self.form][1]]
        values = [offset or 0 for offset in self.offsets]
        return conflicts(values, elem=1, bytes=size, instruction=name, active=active).wavefronts

    @property
    def name(self):
        return f"{self.question}: {self.form}, {self.what}"


def _every(rule, lanes=range(32)):
    return tuple([rule(lane) if lane in lanes else None for lane in range(32)])


def _matrix(op, count, trans=""):
    return f"{op}.sync.aligned.m8n8.x{count}{trans}.shared.b16"


def _calibration():
    found = []
    for op in ("ld", "st"):
        for kind, size in (("b8", 1), ("b16", 2), ("b32", 4), ("v2.b32", 8), ("v4.b32", 16)):
            for stride in sorted({size, 2 * size, 4 * size, *((32, 64, 128) if size == 4 else (64, 128))}):
                form = f"{op}.shared.{kind}"
                found.append((f"stride {stride} bytes", form, _every(lambda lane, s=stride: s * lane)))
    found.append(("one word", "ld.shared.b32", _every(lambda lane: 64)))
    for op in ("ldmatrix", "stmatrix"):
        for count in (1, 2, 4):
            for pitch in (16, 32, 64, 128, 80):
                rows = _every(lambda lane, p=pitch, c=count: p * (lane % (8 * c)))
                found.append((f"rows {pitch} bytes apart", _matrix(op, count), rows))
    return [Access("calibration", *parts) for parts in found]


def _random(count=6, seed=0):
    """Return accesses at random places, some lanes at one place; what the model says of most is not even."""
    rng, found = np.random.default_rng(seed), []
    forms = ["ld.shared.b32", "ld.shared.b16", "ld.shared.v2.b32", "ld.shared.v4.b32", "st.shared.b32"]
    forms += ["st.shared.v4.b32", _matrix("ldmatrix", 4), _matrix("ldmatrix", 2, ".trans")]
    for form in forms:
        size = FORMS[form][0]
        for i in range(count):
            whole = SPAN if i % 2 else 1024
            offsets = tuple((rng.integers(0, whole // size, 32) * size).tolist())
            found.append(Access("random", f"number {i}", form, offsets))
    return found


def _grouping():
    """E1: runs of consecutive lanes, or regrouping across the warp?"""
    wide = _every(lambda lane: 16 * (lane % 8 * 4 + lane // 8))
    half = _every(lambda lane: 8 * (lane % 16 * 2 + lane // 16))
    rows = _every(lambda lane: 32 * (lane % 8) + 16 * (lane // 8 % 2))
    parts = (
        ("lane at 16 (lane % 8 * 4 + lane / 8)", "v4.b32", wide, 4),
        ("lane at 8 (lane % 16 * 2 + lane / 16)", "v2.b32", half, 2),
    )
    found = [
        Access("E1", what, f"{op}.shared.{kind}", offsets, {"regrouping": fewest})
        for what, kind, offsets, fewest in parts
        for op in ("ld", "st")
    ]
    form = _matrix("ldmatrix", 2)
    return [*found, Access("E1", "row i at 32 (i % 8) + 16 (i / 8)", form, rows, {"regrouping": 2})]


def _merging():
    """E2: lanes in pairs at one address."""
    found = []
    for op in ("ld", "st"):
        for kind, size in (("v2.b32", 8), ("v4.b32", 16)):
            for mask in (1, 2, 4, 8, 16):
                low = mask - 1
                offsets = _every(lambda lane, low=low, s=size: s * ((lane & low) | (lane >> 1 & ~low)))
                what = f"lane and lane ^ {mask} at one address"
                found.append(Access("E2", what, f"{op}.shared.{kind}", offsets, {"pairs merged": size // 8}))
            one = _every(lambda lane: 64)
            found.append(Access("E2", "all lanes at one address", f"{op}.shared.{kind}", one, {"all merged": 1}))
    return found


def _inactive():
    """E3: lanes that take no part."""
    groups = {"lanes 0-7": range(8), "lanes 0, 8, 16, 24": range(0, 32, 8), "odd lanes": range(1, 32, 2)}
    found = []
    for op in ("ld", "st"):
        for kind, size in (("v2.b32", 8), ("v4.b32", 16)):
            for what, lanes in groups.items():
                phases = -(-len(lanes) * size // 128)
                offsets = _every(lambda lane, s=size: s * lane, lanes)
                found.append(Access("E3", what, f"{op}.shared.{kind}", offsets, {"active lanes packed": phases}))
    return found


def _stores():
    """E4: stores of several lanes to one word."""
    return [
        Access("E4", "all lanes to one word", "st.shared.b32", _every(lambda lane: 64)),
        Access("E4", "four bytes of one word", "st.shared.b8", _every(lambda lane: 64 + lane % 4)),
        Access("E4", "bytes side by side", "st.shared.b8", _every(lambda lane: lane)),
        Access("E4", "two halves of one word", "st.shared.b16", _every(lambda lane: 64 + 2 * (lane % 2))),
        Access("E4", "pairs of lanes to one word", "st.shared.b32", _every(lambda lane: 4 * (lane // 2))),
    ]


def _outside():
    """E5: no model; measured and kept."""
    places = {"side by side": lambda lane: 4 * lane, "one word": lambda lane: 64, "one bank": lambda lane: 128 * lane}
    forms = ("red.shared.add.u32", "atom.shared.add.u32")
    return [Access("E5", what, form, _every(rule)) for form in forms for what, rule in places.items()]


def _spellings():
    """E6: .v2.b64 against .v4.b32, and .trans against the plain form: the same addresses, the same figure."""
    found = []
    wide = {
        "stride 16 bytes": lambda lane: 16 * lane,
        "stride 32 bytes": lambda lane: 32 * lane,
        "stride 128 bytes": lambda lane: 128 * lane,
        "lane at 16 (lane % 8 * 4 + lane / 8)": lambda lane: 16 * (lane % 8 * 4 + lane // 8),
    }
    for op in ("ld", "st"):
        found += [Access("E6", what, f"{op}.shared.v2.b64", _every(rule)) for what, rule in wide.items()]
        for what, rule in (("stride 8 bytes", lambda lane: 8 * lane), ("stride 16 bytes", lambda lane: 16 * lane)):
            found.append(Access("E6", what, f"{op}.shared.b64", _every(rule)))
    for count in (1, 2, 4):
        for pitch in (16, 64, 128):
            rows = _every(lambda lane, p=pitch, c=count: p * (lane % (8 * c)))
            found.append(Access("E6", f"rows {pitch} bytes apart", _matrix("ldmatrix", count, ".trans"), rows))
    return found


ACCESSES = (
    *_calibration(), *_random(), *_grouping(), *_merging(), *_inactive(), *_stores(), *_outside(), *_spellings(),
)  # fmt: skip
