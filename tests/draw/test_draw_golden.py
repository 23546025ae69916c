"""A few pictures kept as files, so that a change of the drawing is seen in review.

``python tests/draw/test_draw_golden.py`` writes them anew; look at them before they are kept.
"""

from pathlib import Path

import pytest
from figures_to_draw import made

GOLDEN = Path(__file__).parent / "golden"
KEPT = ("tape", "upward", "slice", "tree")


@pytest.mark.parametrize("name", KEPT)
def test_the_picture_is_the_one_that_was_looked_at(name):
    found = f"{made(name).to_svg()}\n"
    kept = (GOLDEN / f"{name}.svg").read_text(encoding="utf-8")
    assert found == kept, f"{name} is drawn otherwise; python tests/draw/{Path(__file__).name} writes it anew"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in KEPT:
        (GOLDEN / f"{name}.svg").write_text(f"{made(name).to_svg()}\n", encoding="utf-8")
