"""What an emitted text computes, without the library: Python runs it, and the layout says what it must be."""

from itertools import product


def points(variables):
    """Every point of the domain, the first variable fastest, as dictionaries."""
    names = list(variables)
    for values in product(*[range(variables[name]) for name in reversed(names)]):
        yield dict(zip(names, reversed(values), strict=True))


def run(found, point):
    """Return the results of an emitted Python or Triton text at a point, by name."""
    scope = dict(point)
    for name, text in (*found.temporaries, *found.outputs.items()):
        scope[name] = eval(text, {"__builtins__": {}}, dict(scope))
    return {name: scope[name] for name in found.outputs}


def table(found):
    """Return the results at every point, as tuples where there are several."""
    rows = [tuple(run(found, point).values()) for point in points(found.variables)]
    return [row[0] if len(row) == 1 else row for row in rows]


def flattened(coordinate):
    """Return the entries of a coordinate, left to right."""
    if not isinstance(coordinate, tuple):
        return (coordinate,)
    return tuple(entry for part in coordinate for entry in flattened(part))


def words_of(found):
    """Return the operators of the texts, counted by an own reading of the characters."""
    import re

    text = "\n".join([part for _, part in found.temporaries] + list(found.outputs.values()))
    text = re.sub(r"\* -\d", "* 9", text)
    counts = {}
    for operator in re.findall(r"<<|>>|//|[-+*/%&|^]", text):
        counts[operator] = counts.get(operator, 0) + 1
    return counts
