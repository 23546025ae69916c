"""What explain says: the numbers on the page, the words of a refusal, names that are near, the command."""

import json
import re

import brute
import pytest
from claims import steps
from hypothesis import given
from strategies import composable_pairs, z_layouts

from layouts import (
    ComposedLayout,
    Explanation,
    Layout,
    LayoutError,
    ProfileError,
    Step,
    Swizzle,
    coalesce,
    complement,
    composition,
    explain,
    left_inverse,
    logical_divide,
    parse,
)
from layouts.cli import main
from layouts.derivation.explain import operations, read_operand


def step_of(explanation, beginning):
    return next(step for step in steps(explanation) if step.title.startswith(beginning))


# -- the numbers -------------------------------------------------------------------------------------------------------


def test_the_leaf_of_the_paper_is_walked_with_its_values():
    found = explain(composition, parse("(8,8):(8,1)"), parse("6:3"))
    leaf = found.steps[1]
    assert "takes the indices 0 3 6 9 12 15 of A, and A has there 0 24 48 9 33 57" in leaf.text
    assert leaf.rows == ((3, (3, 0), "3*8 = 24", 3, "3:24"), (9, (1, 1), "1*8 + 1*1 = 9", 2, "2:9"))
    assert leaf.after == parse("(3,2):(24,9)")


def test_the_carry_of_two_leaves_is_shown_with_both_numbers():
    found = explain(composition, parse("(6,2):(1,7)"), parse("(3,2):(2,3)"))
    assert found.refusal.witness == 5
    assert found.steps[3].rows == ((6, (2, 3), 7, "yes"),)
    last = found.steps[-1]
    assert last.title == "Index 5 has no answer"
    for part in ("B(5) = 7", "(1,1) in the digits of A", "1*1 + 1*7 = 8", "2*2 + 1*3 = 7", "8 is not 7"):
        assert part in last.text
    assert str(found).splitlines()[-2].startswith("Refused: composition: (6,2):(1,7) o (3,2):(2,3) is not a layout")


@given(composable_pairs())
def test_the_rows_of_a_composition_are_recomputed_by_hand(pair):
    A, B = pair
    runs = []
    for step in explain(composition, A, B).steps:
        if step.columns[:1] == ("step",):
            for point, digits, worth, run, mode in step.rows:
                value = brute.value(A, point)
                terms = [tuple(map(int, term)) for term in re.findall(r"(\d+)\*\(?(-?\d+)\)?", worth)]
                assert sum(c * d for c, d in terms) == value
                assert [c for c, _ in terms] == [c for c in digits if c]
                assert worth.endswith(f" = {value}")
                assert mode == f"{run}:{value}"
                assert all(brute.value(A, point * j) == value * j for j in range(run))
                runs.append((point, run))
        if step.columns[:1] == ("place",):
            for place, rests, largest, carries in step.rows:
                assert [rest for rest in rests if rest] == [point % place for point, _ in runs if point % place]
                assert largest == sum((run - 1) * (point % place) for point, run in runs)
                assert carries == ("yes" if largest >= place else "no")


@given(z_layouts())
def test_the_gaps_of_a_complement_are_the_values_that_are_free(L):
    found = explain(complement, L, 64)
    rows = found.steps[0].rows
    covered = 1
    for mode, before, gap, after, _ in rows:
        assert before == covered
        if after == "-":
            assert found.refusal is not None
            return
        s, d = map(int, mode.split(":"))
        assert after == s * d
        assert gap == (f"{d // covered}:{covered}" if d // covered > 1 else "none")
        covered = after
    assert found.refusal is None


@given(z_layouts())
def test_the_table_of_coalesce_ends_in_its_modes(L):
    found = explain(coalesce, L)
    starts = [row for row in found.steps[0].rows if row[2] in ("start", "stays")]
    merges = [row for row in found.steps[0].rows if row[2] == "merges"]
    flat = brute.leaves(found.result.shape)
    assert len(starts) == (len(flat) if starts else 0)
    assert len(starts) + len(merges) == sum(s > 1 for s in brute.leaves(L.shape))


def test_division_shows_complement_and_composition_inside():
    found = explain(logical_divide, Layout(12), Layout(4, 3))
    assert [step.title for step in found.steps] == ["Complement of the tile", "Tile and rest", "Compose"]
    assert found.steps[0].inner == explain(complement, Layout(4, 3), 12)
    assert found.steps[2].inner == explain(composition, Layout(12), parse("(4,3):(3,1)"))


def test_swizzled_bits_are_drawn():
    step = explain(Swizzle(3, 3, 3), 209).steps[0]
    assert [row[1] for row in step.rows] == ["011010001", "011......", "...011...", "011001001"]
    assert [row[2] for row in step.rows] == [209, 192, 24, 201]


CANCELLING = [
    ("(2,2,4):(1,1,3)", "(2,2):(1,3)", "(2,2):(1,2)"),
    ("(2,2,4):(1,1,3)", "(3,2):(3,5)", "(3,2):(2,4)"),
    ("(2,2,4):(1,1,3)", "4:3", None),
]


@pytest.mark.parametrize(("A", "B", "result"), CANCELLING)
def test_cancelling_carries_are_decided_by_looking_and_said_so(A, B, result):
    A, B = parse(A), parse(B)
    found = explain(composition, A, B)
    values = [brute.value(A, brute.value(B, i)) for i in range(B.size)]
    assert not found.derived
    assert found.steps[-1].title == "Decided by looking at all values"
    assert f"They are {' '.join(map(str, values))}; " in found.steps[-1].text
    if result is None:
        assert found.refusal.witness == 3
        assert "no layout has these values" in found.steps[-1].text
    else:
        assert found.result == parse(result)
        assert brute.values(found.result) == values


def test_a_left_inverse_outside_the_chain_is_not_given_a_reason():
    found = explain(left_inverse, parse("(2,2):(2,3)"))
    assert not found.derived
    assert found.steps[-1].title == "Decided by looking at all values"
    assert found.steps[-1].rows == ((0, "0", 0), (2, "1", 1), (3, "2", 2), (5, "3", 3))


# -- names and input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", operations())
def test_every_operation_has_a_function_of_its_name(name):
    import layouts

    assert name == "evaluate" or callable(getattr(layouts, name))


@pytest.mark.parametrize(
    ("name", "near"), [("complment", "complement"), ("compositon", "composition"), ("logical_div", "logical_divide")]
)
def test_an_unknown_operation_is_refused_with_the_names_that_are_near(name, near):
    with pytest.raises(LayoutError, match=near) as caught:
        explain(name, 1)
    assert caught.value.witness == name


@pytest.mark.parametrize(
    "op", [None, 3, max, len, Layout, lambda: 0, [], "x" * 500, object()], ids=lambda op: str(op)[:9]
)
def test_what_is_no_operation_is_refused(op):
    with pytest.raises(LayoutError, match="no operation") as caught:
        explain(op, 1)
    assert caught.value.witness is op
    assert len(str(caught.value)) < 900


def test_a_function_of_the_same_name_is_not_ours():
    def composition(a, b):
        return a

    with pytest.raises(LayoutError):
        explain(composition, 1, 2)


@pytest.mark.parametrize("args", [(), (Layout(4),), (Layout(4), 2, 3)])
def test_a_wrong_number_of_operands_is_refused(args):
    with pytest.raises(ProfileError, match="composition"):
        explain(composition, *args)


@pytest.mark.parametrize("bad", [1.5, "x", True, [4]])
def test_operands_of_a_wrong_kind_give_the_refusal_of_the_operation(bad):
    found = explain(composition, Layout(4), bad)
    assert isinstance(found.refusal, ProfileError)
    assert found.steps[0].title == "The operands do not fit"
    assert "Refused" in str(found)


@pytest.mark.parametrize(
    "operands",
    [
        (Layout((2**70, 2**70), (1, 2**71)), Layout(2**80, 3)),
        (Layout(4, 10**5000), Layout(2)),
        (Layout((2,) * 3000), Layout((2,) * 3000)),
        (Layout((2**20, 2**20), (2**20, 1)), Layout((1024, 1024), (1, 2**30))),
    ],
)
def test_huge_operands_are_explained_or_said_to_be_too_large(operands):
    found = explain(composition, *operands)
    assert len(str(found)) < 20_000
    assert repr(found)


def test_numpy_integers_are_operands():
    np = pytest.importorskip("numpy")
    assert explain(composition, parse("(8,8):(8,1)"), np.int64(6)).result == parse("6:8")
    assert explain(Swizzle(3, 3, 3), np.int32(209)).result == 201
    assert explain(parse("(8,8):(8,1)"), np.int64(9)).result == 9


def test_a_step_is_a_value_and_frozen():
    found = explain(coalesce, parse("(2,3):(1,2)"))
    assert isinstance(found, Explanation)
    assert isinstance(found.steps[0], Step)
    assert len({found, explain(coalesce, parse("(2,3):(1,2)"))}) == 1
    with pytest.raises(AttributeError):
        found.result = 3
    assert repr(found) == "<Explanation of coalesce: (2,3):(1,2) is 6:1, 1 step>"


def test_a_chain_is_explained_by_its_first_map():
    C = ComposedLayout(Swizzle(3, 3, 3), 8, parse("(8,64):(64,1)"))
    found = explain(composition, C, parse("(4,4):(1,8)"))
    assert found.derived
    assert found.result == composition(C, parse("(4,4):(1,8)"))


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_the_explanation(capsys):
    assert main(["explain", "composition", "(8,8):(8,1)", "6:3"]) == 0
    assert capsys.readouterr().out == f"{explain(composition, parse('(8,8):(8,1)'), parse('6:3'))}\n"


def test_the_command_fails_where_the_operation_refuses(capsys):
    assert main(["explain", "composition", "(6,2):(1,7)", "(3,2):(2,3)"]) == 1
    assert "Index 5 has no answer" in capsys.readouterr().out


def test_the_command_prints_json(capsys):
    assert main(["explain", "composition", "(6,2):(1,7)", "(3,2):(2,3)", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["operation"] == "composition"
    assert found["operands"] == ["(6,2):(1,7)", "(3,2):(2,3)"]
    assert found["result"] is None
    assert found["refusal"]["witness"] == 5
    assert found["steps"][3]["rows"] == [[6, [2, 3], 7, "yes"]]
    assert main(["explain", "logical_divide", "12:1", "4:3", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"][0]["inner"]["result"] == "3:1"


def test_the_command_refuses_bad_input(capsys):
    assert main(["explain", "complment", "4:1"]) == 2
    assert "complement" in capsys.readouterr().err
    assert main(["explain", "complement", "4:1:2"]) == 2
    assert main(["explain", "complement", "4:1:2", "--json"]) == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("_", None),
        ("8", 8),
        ("(2,_)", (2, None)),
        ("(4:1,(_,2),8)", (Layout(4), (None, 2), 8)),
        ("(4,8):(8,1)", Layout((4, 8), (8, 1))),
        ("((4:1,2:1),3)", ((Layout(4), Layout(2)), 3)),
        ("(4:1,)", (Layout(4),)),
    ],
)
def test_operands_of_the_command_are_read(text, value):
    assert read_operand(text) == value


@pytest.mark.parametrize("text", ["", "(", "((", "(4:1", "x", "(4:1))", "(" * 500 + ")" * 500, "(_,", "(_))(_"])
def test_bad_operands_are_parse_errors(text):
    with pytest.raises(LayoutError):
        read_operand(text)
