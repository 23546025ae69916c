"""The accesses that are measured: what they ask, and that the predictions are the rules' counts.  It needs no GPU."""

import json
import re
from pathlib import Path

import accesses
import clocks
import measure
import nsight
import pytest
from accesses import ACCESSES, FORMS, SPAN
from counting import GROUP, cycles_of, wavefronts
from gpu import entries_for

HERE = Path(__file__).parent


def test_every_experiment_is_asked_and_every_name_is_one():
    assert {access.question for access in ACCESSES} == {"calibration", "random", "E1", "E2", "E3", "E4", "E5", "E6"}
    assert len({access.name for access in ACCESSES}) == len(ACCESSES)
    assert {access.form for access in ACCESSES} <= set(FORMS)


@pytest.mark.parametrize("access", ACCESSES, ids=lambda access: access.name)
def test_the_prediction_is_the_count_of_the_rules(access):
    size, count, name = FORMS[access.form]
    if name is None:
        assert access.question == "E5"
        assert access.predicted is None
        return
    offsets = access.offsets[: 8 * count] if "matrix" in access.form else access.offsets
    assert access.predicted == wavefronts(offsets, size, GROUP[size])
    active = [offset for offset in access.offsets if offset is not None]
    assert all(offset % size == 0 and offset + size <= SPAN for offset in active)


def test_the_predictions_are_those_of_the_reference():
    """E1: phases 16, 4, 4 against regrouping 4, 2, 2; E2: 4 without merging, 2 with; E4: 1."""
    found = {access.name: (access.predicted, access.others) for access in ACCESSES}
    assert found["E1: ld.shared.v4.b32, lane at 16 (lane % 8 * 4 + lane / 8)"] == (16, {"regrouping": 4})
    assert found["E1: ld.shared.v2.b32, lane at 8 (lane % 16 * 2 + lane / 16)"] == (4, {"regrouping": 2})
    matrix = "E1: ldmatrix.sync.aligned.m8n8.x2.shared.b16, row i at 32 (i % 8) + 16 (i / 8)"
    assert found[matrix] == (4, {"regrouping": 2})
    for mask in (1, 2):
        assert found[f"E2: ld.shared.v4.b32, lane and lane ^ {mask} at one address"] == (4, {"pairs merged": 2})
    assert found["E4: st.shared.b32, all lanes to one word"][0] == 1


def test_where_models_differ_the_figures_do():
    """An answer to E1 and E2 is another number, so that it is an answer."""
    for access in ACCESSES:
        if access.question in ("E1", "E2"):
            assert access.predicted not in access.others.values(), access.name


def test_pairs_have_one_address_and_others_have_not():
    for access in ACCESSES:
        found = re.search(r"lane \^ (\d+)", access.what)
        if found:
            mask = int(found[1])
            assert all(access.offsets[lane] == access.offsets[lane ^ mask] for lane in range(32))
            assert len(set(access.offsets)) == 16


def test_spellings_of_one_access_are_predicted_alike():
    plain = {(a.form, a.what): a for a in ACCESSES if a.question in ("calibration", "E1")}
    others = {".v2.b64": ".v4.b32", ".trans": "", "shared.b64": "shared.v2.b32"}
    pairs = 0
    for access in [a for a in ACCESSES if a.question == "E6"]:
        form = access.form
        for spelled, other in others.items():
            form = form.replace(spelled, other)
        if (form, access.what) in plain:
            pairs += 1
            assert plain[form, access.what].offsets == access.offsets
            assert plain[form, access.what].predicted == access.predicted
    assert pairs >= 20


# -- the kernels -------------------------------------------------------------------------------------------------------


PREDICTED = [access for access in ACCESSES if access.predicted]


@pytest.mark.parametrize("access", PREDICTED[::3], ids=lambda access: access.name)
def test_a_kernel_makes_the_access_as_often_as_it_is_divided_by(access):
    """Carried out line by line, with a cycle for a wavefront, the cycles are the wavefronts of all copies."""
    lanes = sum([offset is not None for offset in access.offsets])
    for beside in (False, True):
        each = access.predicted + lanes * beside  # the other access is of all lanes that take part, in one bank
        for rounds, warps in ((1, 1), (2, 3)):
            found = cycles_of(clocks.probe_kernel(access.form, beside), access.offsets, rounds, warps)
            assert found == rounds * warps * clocks.COPIES * each


# -- Nsight Compute ----------------------------------------------------------------------------------------------------


def test_counters_are_read_from_the_table_that_ncu_prints():
    heads = ["ID", "Kernel Name", *nsight.METRICS.values()]
    lines = [
        "==PROF== Connected to process 1",
        "target sm_90a",
        ",".join([f'"{head}"' for head in heads]),
        '"","","","",""',
        '"0","k_probe_ld_shared_b32","8","0","0"',
        '"1","k_probe_ld_shared_v4_b32","1,128","1,096","0"',
    ]
    assert nsight.rows_of("\n".join(lines)) == [
        {"wavefronts": 1, "conflicts_ld": 0, "conflicts_st": 0},
        {"wavefronts": 141, "conflicts_ld": 137, "conflicts_st": 0},
    ]


def test_without_a_table_the_words_of_ncu_are_passed_on():
    with pytest.raises(nsight.NoCountersError, match="ERR_NVGPUCTRPERM"):
        nsight.rows_of("==ERROR== ERR_NVGPUCTRPERM: no permission")


# -- results that are kept ---------------------------------------------------------------------------------------------

RESULTS = sorted((HERE / "results").glob("*.json"))


def test_the_page_names_the_results_that_are_kept():
    page = (HERE.parent.parent / "docs" / "measured.md").read_text(encoding="utf-8")
    for path in RESULTS:
        found = json.loads(path.read_text(encoding="utf-8"))
        assert path.name in page
        assert found["device"] in page
    if not RESULTS:
        assert "Nothing has been measured yet" in page


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_kept_results_are_whole_and_agree(path):
    """Where a machine differs, the tables or the model are to be changed first."""
    found = json.loads(path.read_text(encoding="utf-8"))
    names = [entry.name for entry in entries_for(found["machine"], tuple(measure.EXPERIMENTS))]
    assert set(found["fragments"]) == set(names)
    assert {*found["fragments"].values(), *found["memory"].values()} <= {measure.AGREES}
    assert measure.wrong_wavefronts(found["wavefronts"]) == []
    assert len(found["wavefronts"]) >= len([a for a in accesses.ACCESSES if "stmatrix" not in a.form])
