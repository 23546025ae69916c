"""On a GPU: clocks show the shared-memory wavefronts that ``conflicts`` predicts, experiments E1 to E6 included.

A figure in cycles is the integer n if it is n within 0.25 + 0.02 n (``clocks.TOLERANCE``).  A test that fails here is
an answer: it shows the figures of the models that were held against the library's.  Skipped where there is no GPU.
"""

import measure
import pytest
from accesses import ACCESSES
from gpu import Gpu, NoDeviceError


@pytest.fixture(scope="module")
def gpu():
    try:
        machine = Gpu()
    except NoDeviceError as reason:
        pytest.skip(str(reason))
    yield machine
    machine.driver.close()


@pytest.mark.parametrize("question", ["calibration", "random", "E1", "E2", "E3", "E4", "E6"])
def test_cycles_are_the_predicted_wavefronts(gpu, question):
    rows = measure.wavefronts(gpu, [access for access in ACCESSES if access.question == question])
    assert rows
    assert measure.wrong_wavefronts(rows) == []


def test_what_has_no_prediction_is_measured_all_the_same(gpu):
    rows = measure.wavefronts(gpu, [access for access in ACCESSES if access.question == "E5"])
    assert all(row["predicted"] is None and row["cycles"]["alone"] >= 0.5 for row in rows)
