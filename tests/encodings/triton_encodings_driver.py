"""Answer with Triton's own linear layouts of encodings: JSON [[spec, shape], ...] in, one answer for each out.

Misuse ends Triton's process.  So the cases are answered in a child, which writes one line for each; where the child
dies, the case counts as "abort" and a new child goes on with the next one.
"""

import json
import os
import sys


def lists(value):
    return [lists(item) for item in value] if isinstance(value, (list, tuple)) else value


def classes():
    import triton.experimental.gluon.language._layouts as common
    import triton.experimental.gluon.language.amd._layouts as amd
    import triton.experimental.gluon.language.amd.cdna5._layouts as cdna5
    import triton.experimental.gluon.language.nvidia.blackwell as blackwell

    return [common, amd, cdna5, blackwell]


def build(spec, rooms):
    room = next(room for room in rooms if hasattr(room, spec["class"]))
    fields = {name: build(v, rooms) if isinstance(v, dict) else v for name, v in spec["fields"].items()}
    return getattr(room, spec["class"])(**fields)


def answer(builder, rooms, spec, shape):
    layout = build(spec, rooms)
    found = builder.to_linear_layout(layout._to_ir(builder), shape)
    names = ("reg_bases", "lane_bases", "warp_bases", "block_bases", "offset_bases", "rows", "cols", "shape")
    return [repr(layout), {name: lists(getattr(found, name)) for name in names if hasattr(found, name)}]


def main():
    from triton._C.libtriton import gluon_ir, ir

    rooms = classes()
    cases, answers = json.load(sys.stdin), []
    while len(answers) < len(cases):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, 1)
            os.dup2(null, 2)
            context = ir.context()
            ir.load_dialects(context)
            builder = gluon_ir.GluonOpBuilder(context)
            with os.fdopen(writer, "w") as out:
                for spec, shape in cases[len(answers) :]:
                    try:
                        line = json.dumps(["ok", answer(builder, rooms, spec, shape)])
                    except Exception as error:
                        line = json.dumps(["raise", f"{type(error).__name__}: {error}"[:200]])
                    out.write(line + "\n")
                    out.flush()
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader) as lines:
            answers += [json.loads(line) for line in lines]
        os.waitpid(child, 0)
        if len(answers) < len(cases):
            answers.append(["abort", None])
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
