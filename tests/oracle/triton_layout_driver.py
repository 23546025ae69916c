"""Answer cases with Triton's own LinearLayout: lines of JSON in, lines of JSON out, as they are finished.

A case is ["compose", outer, inner] or ["invert", images] or ["pseudoinvert", images] with a list of bit images for each
map and the number of output bits: [images, bits].  The answer is the list of bit images of the result.
"""

import json
import sys

from triton.tools import LinearLayout


def build(case, source, target):
    images, bits = case
    return LinearLayout.from_bases([(source, [[image] for image in images])], [target], [1 << bits], False)


def images_of(layout):
    return [image[0] for _, bases in layout.bases for image in bases]


def answer(case):
    operation, *maps = case
    if operation == "compose":
        outer, inner = build(maps[0], "y", "z"), build(maps[1], "x", "y")
        return images_of(inner.compose(outer))
    layout = build(maps[0], "x", "y")
    return images_of(layout.invert() if operation == "invert" else layout.pseudoinvert())


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
