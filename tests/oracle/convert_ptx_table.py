"""Measure Triton's conversions beside ours: writes convert_ptx_table.json and the tables of docs/convert-vs-triton.md.

PYTHONPATH=. python tests/oracle/convert_ptx_table.py            # compiles some 1,500 kernels, about two minutes
PYTHONPATH=. python tests/oracle/convert_ptx_table.py --render   # only the page, from the kept measurements
"""

import json
import random
import sys
from collections import defaultdict
from pathlib import Path

DATA = Path(__file__).with_name("convert_ptx_table.json")
PAGE = Path(__file__).parents[2] / "docs" / "convert-vs-triton.md"
START, END = "<!-- measured: start -->", "<!-- measured: end -->"
EXPERIMENTS = {
    "sm90": ("permutations, sm_90", 600),
    "sm80": ("permutations, sm_80", 200),
    "sm100": ("permutations, sm_100", 200),
    "copies": ("with copies in lanes or warps, sm_90", 200),
    "general": ("lanes and warps general, sm_90", 300),
    "registers": ("registers general too, sm_90", 60),
}


def drawn(name, count):
    """Return the first cases of an experiment."""
    import convert_ptx_cases as cases

    rng = random.Random(f"convert ptx {name}")
    make = {
        "copies": cases.copies,
        "general": cases.general,
        "registers": lambda rng: cases.general(rng, registers_too=True),
    }.get(name, lambda rng: cases.permutations(rng, int(name[2:])))
    return [make(rng) for _ in range(count)]


def said(cost):
    return {"text": str(cost), "cycles": cost.cycles}


def kept(found):
    """Return what is kept of a comparison, or of a refusal."""
    if found is None:
        return None
    case = found.case
    sides = [[side[level] for level in ("register", "lane", "warp")] for side in (case.source, case.target)]
    alike = str(found.alike.cost)
    return {
        "pair": sides,
        "bits": case.bits,
        "taken": found.taken,
        "category": found.category,
        "triton": said(found.theirs),
        "alike": "same" if alike == str(found.theirs) else alike,
        "ours": {"rule": found.ours.rule, **said(found.ours.cost)},
    }


def measure():
    import convert_ptx_cases as cases
    from convert_ptx_compare import ask, compare

    def all_of(given):
        return [compare(case, text) if status == "ok" else None for case, (status, text) in
                zip(given, ask(given), strict=True)]  # fmt: skip

    rows = [{"row": found.case.name, **kept(found)} for found in all_of(cases.reference())]
    experiments = {}
    for name, (_, count) in EXPERIMENTS.items():
        found = all_of(drawn(name, count))
        experiments[name] = summary(found)
    return {"triton": "3.9.0", "rows": rows, "experiments": experiments}


def summary(found):
    """Return the figures of an experiment by (width, Triton's class, our class, category), and who loses where."""
    groups = defaultdict(lambda: {"count": 0, "cheaper": 0, "equal": 0, "dearer": 0, "triton": 0.0, "ours": 0.0})
    answered = [one for one in found if one is not None]
    for one in answered:
        group = groups[json.dumps([one.case.bits, *one.taken, one.category])]
        group["count"] += 1
        group["cheaper" if one.ahead > 0 else "dearer" if one.ahead < 0 else "equal"] += 1
        group["triton"] += one.theirs.cycles
        group["ours"] += one.ours.cost.cycles
    dearer = sorted([one for one in answered if one.ahead < 0], key=lambda one: one.ahead)
    return {
        "cases": len(found),
        "refused": found.count(None),
        "groups": [[*json.loads(key), value] for key, value in sorted(groups.items())],
        "dearer": [kept(one) for one in dearer],
    }


# -- the page ----------------------------------------------------------------------------------------------------------


def table(head, lines):
    rule = ["---"] * len(head)
    return "\n".join(["| " + " | ".join(map(str, line)) + " |" for line in (head, rule, *lines)])


def total(groups, *, by):
    """Return the sums of the figures of groups, by a key."""
    sums = defaultdict(lambda: defaultdict(float))
    for *labels, figures in groups:
        for name, figure in figures.items():
            sums[by(*labels)][name] += figure
    return dict(sorted(sums.items(), key=lambda item: str(item[0])))


def figures(sums):
    ratio = f"{sums['ours'] / sums['triton']:.2f}" if sums["triton"] else ""
    return [*[int(sums[name]) for name in ("count", "cheaper", "equal", "dearer")], ratio]


HEAD = ["pairs", "ours cheaper", "equal", "Triton cheaper", "our cycles / Triton's"]


def render(data):
    """Return the tables of the page."""
    from convert_ptx_compare import CATEGORIES

    parts = ["### The rows of the reference"]
    lines = []
    for row in data["rows"]:
        ours = "the same" if row["ours"]["text"] == row["triton"]["text"] else row["ours"]["text"]
        cycles = [f"{row[who]['cycles']:g}" for who in ("triton", "ours")]
        lines.append([row["row"], row["bits"], row["taken"][0], row["triton"]["text"], ours, *cycles])
    parts.append(table(["row", "bits", "class", "Triton", "ours", "cycles", "our cycles"], lines))
    parts.append("### Random pairs")
    lines = []
    for name, (title, _) in EXPERIMENTS.items():
        found = data["experiments"][name]
        sums = next(iter(total(found["groups"], by=lambda *_: 0).values()), defaultdict(float))
        lines.append([title, found["cases"], found["refused"], *figures(sums)])
    parts.append(table(["experiment", "drawn", "Triton fails", *HEAD], lines))
    parts.append("### Permutations by class and width")
    three = [group for name in ("sm90", "sm80", "sm100") for group in data["experiments"][name]["groups"]]
    sums = total(three, by=lambda bits, theirs, ours, _: (theirs, bits) if theirs == ours else ("differ", theirs, ours))
    parts.append(table(["Triton's class, bits", *HEAD], [[f"{k[0]}, {k[1]}", *figures(v)] for k, v in sums.items()]))
    parts.append("### Where the instructions differ")
    parts.append("Our plan of the model `triton` beside Triton's; the figures compare our default plan.")
    lines = []
    groups = [group for found in data["experiments"].values() for group in found["groups"]]
    for category, sums in total(groups, by=lambda bits, theirs, ours, category: category).items():
        lines.append([category, CATEGORIES[category], *figures(sums)])
    parts.append(table(["category", "what differs", *HEAD], lines))
    parts.append("### Where Triton is cheaper")
    lines = []
    for name, found in data["experiments"].items():
        for one in found["dearer"]:
            pair = " -> ".join(
                [", ".join([str(columns) for columns in columns_of if columns]) for columns_of in one["pair"]]
            )
            texts = [f"{one[who]['text']}: {one[who]['cycles']:g}" for who in ("triton", "ours")]
            lines.append([name, one["bits"], pair, *texts])
    parts.append(table(["experiment", "bits", "registers, lanes, warps", "Triton: cycles", "ours: cycles"], lines))
    return "\n\n".join(parts)


def rendered(data, page):
    """Return the page with the tables of these measurements."""
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n\n{render(data)}\n\n{END}{after}"


def main():
    if "--render" not in sys.argv:
        text = json.dumps(measure(), indent=None, separators=(",", ":"))
        DATA.write_text(text.replace('{"row"', '\n{"row"').replace('{"pair"', '\n{"pair"') + "\n", encoding="utf-8")
    data = json.loads(DATA.read_text(encoding="utf-8"))
    PAGE.write_text(rendered(data, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
