"""The driver without a GPU: real ctypes calls to a library that pretends, which carries out the kernels' PTX.

So the text of the kernels, the order and size of arguments, copies and results are tried.  It needs no GPU.
"""

import ctypes
import functools
import importlib.util
import json
import re
from pathlib import Path

import accesses
import assembler
import clocks
import cuda_driver
import gpu
import measure
import moves
import multiply
import numpy as np
import pytest
import warpgroup
from fake_cuda import FakeCuda
from ptx import elements_of, words_of
from simulated import Simulated

from layouts import hardware


def no_assembler(text, target):
    raise assembler.NoAssemblerError(target)


def pretended(capability=(9, 0), **how):
    library = FakeCuda(capability, **how)
    return gpu.Gpu(cuda_driver.Driver(library), no_assembler), library


# -- the functions of the driver ---------------------------------------------------------------------------------------

C_TYPES = {
    "int": ctypes.c_int,
    "unsigned int": ctypes.c_uint,
    "size_t": ctypes.c_size_t,
    "CUdeviceptr": ctypes.c_uint64,
    "char *": ctypes.c_char_p,
    "const char *": ctypes.c_char_p,
    "void *": ctypes.c_void_p,
    **dict.fromkeys(("CUdevice", "CUfunction_attribute", "CUdevice_attribute"), ctypes.c_int),
    **dict.fromkeys(("CUresult", "CUjit_option"), ctypes.c_int),
    **dict.fromkeys(("CUcontext", "CUmodule", "CUfunction", "CUstream"), ctypes.c_void_p),
}


def c_type(text):
    """Return the ctypes type of a parameter as a header writes it."""
    words = re.sub(r"\s+", " ", text.replace("*", " * ")).strip()
    words = re.sub(r"(\* |^)((?:const )?(?:unsigned )?\w+)((?: \*)*)(?: \w+)?$", r"\2\3", words)
    plain = words.removeprefix("const ")
    if words in C_TYPES or plain in C_TYPES:
        return C_TYPES.get(words, C_TYPES.get(plain))
    return ctypes.POINTER(c_type(plain.removesuffix(" *"))) if plain.endswith("*") else ctypes.c_void_p


def header():
    spec = importlib.util.find_spec("triton")
    folders = spec.submodule_search_locations if spec else ()
    found = next(iter([Path(folder) / "backends/nvidia/include/cuda.h" for folder in folders]), None)
    if found is None or not found.is_file():
        pytest.skip("no cuda.h, as the package triton brings it")
    return found.read_text(encoding="utf-8", errors="replace")


def test_the_signatures_are_those_of_the_header():
    text = header()
    for name, ours in cuda_driver.SIGNATURES.items():
        plain = name.removesuffix("_v2")
        if plain != name:
            assert re.search(rf"#define {plain}\s+(__CUDA_API_PTDS\()?{name}\b|#define {plain} +.*{name}", text), name
        found = re.search(rf"CUresult CUDAAPI {plain}\(([^)]*)\);", text)
        params = [part for part in found[1].split(",") if part.strip() != "void"]
        assert tuple([c_type(part) for part in params]) == ours, name


def test_the_constants_are_those_of_the_header():
    text = header()

    def number(name):
        return int(re.search(rf"\b{name}\s*=\s*(\d+)", text)[1])

    assert {
        "major": number("CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR"),
        "minor": number("CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR"),
        "multiprocessors": number("CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT"),
        "clock_khz": number("CU_DEVICE_ATTRIBUTE_CLOCK_RATE"),
    } == cuda_driver.ATTRIBUTES
    assert number("CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES") == cuda_driver.MAX_DYNAMIC_SHARED
    enum = text[text.index("CU_JIT_MAX_REGISTERS") : text.index("} CUjit_option;")]
    names = [name for name in re.findall(r"^\s*(CU_JIT_\w+)\s*(?:=\s*\d+)?,", enum, re.MULTILINE)]
    names = ["CU_JIT_MAX_REGISTERS", *[name for name in names if name != "CU_JIT_MAX_REGISTERS"]]
    assert names.index("CU_JIT_ERROR_LOG_BUFFER") == cuda_driver.ERROR_LOG
    assert names.index("CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES") == cuda_driver.ERROR_LOG_BYTES


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"devices": 0}, "finds no device"),
        ({"fails": {"cuInit": 100}.items()}, "does not start: cuInit failed: 100"),
    ],
)
def test_without_a_device_the_reason_is_said(how, said):
    with pytest.raises(gpu.NoDeviceError, match=said):
        cuda_driver.Driver(FakeCuda(**how))


def test_without_a_driver_the_reason_is_said(monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    with pytest.raises(gpu.NoDeviceError, match=r"libcuda\.so\.1 can not be loaded"):
        cuda_driver.Driver()


def test_a_failing_function_is_named_and_nothing_is_left_allocated():
    machine, library = pretended(fails={"cuLaunchKernel": 700}.items())
    with pytest.raises(cuda_driver.DriverError, match=r"cuLaunchKernel failed: 700 \(CUDA_ERROR_PRETENDED"):
        machine.exchange(hardware.get("movmatrix.sync.aligned.m8n8.trans.b16"), np.zeros(32, dtype=np.uint32))
    assert library.memory == {}


def test_what_the_driver_says_of_a_module_is_passed_on():
    driver = cuda_driver.Driver(FakeCuda())
    with pytest.raises(cuda_driver.DriverError, match=r"cuModuleLoadDataEx failed: 218 .*no text"):
        driver.load(b"\x7fELF and no more")


def test_a_cubin_that_the_driver_refuses_is_followed_by_the_text():
    machine = gpu.Gpu(cuda_driver.Driver(FakeCuda()), lambda text, target: b"\x7fELF of another release")
    words = np.arange(32, dtype=np.uint32)
    assert machine.exchange(hardware.get("shfl.sync.bfly.b32.4"), words).tolist() == (words ^ 4).tolist()


@pytest.mark.parametrize(
    ("capability", "target"), [((7, 5), "sm_75"), ((8, 9), "sm_89"), ((9, 0), "sm_90a"), ((12, 1), "sm_121a")]
)
def test_the_target_is_the_capability_of_the_device(capability, target):
    machine, _ = pretended(capability)
    assert machine.target == target
    assert machine.describe() == {
        "device": "NVIDIA Pretended", "machine": f"sm{target.strip('sma_')}", "driver": "13.0", "multiprocessors": 132,
    }  # fmt: skip


# -- the text of the kernels, carried out ------------------------------------------------------------------------------


@pytest.mark.parametrize("capability", [(7, 0), (12, 0)])
def test_the_kernels_of_mma_do_what_they_should(capability):
    """One entry for each form of the operands: their registers, their widths, and scales."""
    machine, library = pretended(capability)
    seen = set()
    for entry in gpu.entries_for(machine.machine, ("mma", "mma.sp")):
        parts = [entry[role] for role in "ABC"]
        widths = [(part.dtype in ("f32", "f64"), words_of(part)) for part in parts]
        form = ("SFA" in entry.operands, "E" in entry.operands, *widths)
        if form not in seen:
            seen.add(form)
            last = 32 * elements_of(entry["B"]) - 1
            assert multiply.mismatch(machine, entry, [0, last // 3, last]) is None, getattr(library, "error", "")
            assert multiply.accumulator_passes(machine, entry)
            if "E" in entry.operands and len(seen) % 2:
                assert multiply.metadata_mismatch(machine, entry) is None
    assert len(seen) >= {7: 2, 12: 20}[capability[0]]
    assert library.memory == {}


def test_the_scales_of_a_product_are_passed():
    machine, _ = pretended((12, 0))
    entry = hardware.find(family="mma", operand="SFA", k=32)[0]
    assert multiply.scales_mismatch(machine, entry) is None


@pytest.mark.parametrize("family", ["ldmatrix", "stmatrix", "movmatrix", "shfl", "tcgen05.ld", "tcgen05.st"])
def test_the_kernels_of_moves_do_what_they_should(family):
    machine, library = pretended((10, 0))
    for entry in gpu.entries_for("sm100", (family,)):
        if not family.startswith("tcgen05") or entry.name.split(".")[5] == "x2":
            assert measure.EXPERIMENTS[family](machine, entry) is None, getattr(library, "error", "")
    assert library.memory == {}


@pytest.mark.parametrize("name", ["m64n8k16.f32.f16.f16", "m64n24k32.s32.s8.u8", "m64n8k8.f32.tf32.tf32"])
def test_the_kernels_of_wgmma_do_what_they_should(name):
    machine, library = pretended()
    entry = hardware.get(f"wgmma.mma_async.sync.aligned.{name}")
    assert measure.EXPERIMENTS["wgmma"](machine, entry) is None, getattr(library, "error", "")
    assert library.memory == {}


@pytest.mark.parametrize(("role", "major"), [("A", "K"), ("A", "MN"), ("B", "K"), ("B", "MN")])
def test_descriptors_and_majors_reach_the_instruction(role, major):
    machine, library = pretended()
    entry = hardware.get("SM90_64x64x16_F32F16F16_SS")
    for swizzle in ("none", "128B"):
        assert warpgroup.memory_mismatch(machine, entry, role, major, swizzle, 1) is None, library.__dict__.get("error")


def test_a_machine_that_differs_is_told_through_the_driver_too():
    machine, _ = pretended(machine=Simulated({"C": lambda m, n, q: (m ^ 8, n, q)}))
    entry = hardware.get("SM80_16x8x16_F32F16F16F32_TN")
    assert "on the machine" in multiply.mismatch(machine, entry, [0, 1])
    assert moves.load_mismatch(machine, hardware.get("SM75_U32x4_LDSM_N")) is None


def test_results_are_told_by_name_and_volta_runs_later_too():
    machine, _ = pretended((8, 0))
    found = measure.fragments(machine, ("ldmatrix", "movmatrix", "stmatrix", "wgmma"))
    plain = [name for name in hardware.names("ldmatrix") if "m8n8" in name]
    assert set(found) == {*hardware.names("movmatrix"), *plain}
    assert set(found.values()) == {measure.AGREES}
    assert measure.operands_in_memory(machine) == {}
    assert any(entry.arch == "sm70 sm72" for entry in gpu.entries_for("sm80", ("mma",)))


# -- cycles ------------------------------------------------------------------------------------------------------------


def test_cycles_of_a_machine_that_follows_the_model_are_the_predictions():
    machine, _ = pretended()
    rows = measure.wavefronts(machine, accesses.ACCESSES[::5])
    assert len(rows) == len(accesses.ACCESSES[::5])
    assert measure.wrong_wavefronts(rows) == []
    assert all(row["measured"] == row["cycles"]["alone"] == row["cycles"]["beside"] for row in rows)


def test_a_machine_that_regroups_is_told(monkeypatch):
    machine, _ = pretended()
    plain = machine.probe
    monkeypatch.setattr(machine, "probe", lambda form, beside, offsets, rounds, warps: plain(
        form, beside, sorted(offsets), rounds, warps))  # fmt: skip
    rows = measure.wavefronts(machine, [access for access in accesses.ACCESSES if access.question == "E1"])
    assert len(measure.wrong_wavefronts(rows)) == 5
    assert all(row["measured"] == row["others"]["regrouping"] for row in rows if "matrix" not in row["form"])


def test_time_that_is_no_whole_number_of_wavefronts_is_no_figure():
    assert clocks.close({"alone": 4.2, "beside": 9}, 4)
    assert clocks.close({"alone": 5, "beside": 4.2}, 4)
    assert not clocks.close({"alone": 4.4, "beside": 4.5}, 4)
    assert not clocks.close({"alone": 4.0, "beside": 1.1}, 4)


# -- the program -------------------------------------------------------------------------------------------------------


def program(monkeypatch, library, *words):
    """Run ``python tests/gpu`` with a library that pretends."""
    spec = importlib.util.spec_from_file_location("gpu_program", Path(gpu.__file__).with_name("__main__.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "Gpu", lambda: gpu.Gpu(cuda_driver.Driver(library), no_assembler))
    return module.main([*map(str, words)])


def test_the_program_writes_what_it_measured(monkeypatch, tmp_path, capsys):
    fewer = functools.partial(measure.wavefronts, accesses=accesses.ACCESSES[::13])
    monkeypatch.setattr(measure, "wavefronts", fewer)
    path = tmp_path / "results" / "pretended.json"
    assert program(monkeypatch, FakeCuda(), "--out", path, "--family", "ldmatrix", "--family", "shfl") == 0
    found = json.loads(path.read_text())
    assert {name: found[name] for name in ("device", "machine", "driver")} == {
        "device": "NVIDIA Pretended", "machine": "sm90", "driver": "13.0",
    }  # fmt: skip
    assert len(found["fragments"]) == 11
    assert set(found["fragments"].values()) == {measure.AGREES}
    assert {row["question"] for row in found["wavefronts"]} >= {"calibration", "E2", "E6"}
    assert "0 differ" in capsys.readouterr().out


def test_a_fault_is_kept_as_a_result_and_the_others_go_on(monkeypatch, tmp_path, capsys):
    library = FakeCuda()
    answers = iter([0, 715])
    monkeypatch.setattr(library, "do_cuCtxSynchronize", lambda: next(answers, 0))
    path = tmp_path / "pretended.json"
    assert program(monkeypatch, library, "--out", path, "--no-wavefronts", "--family", "shfl") == 0
    told = list(json.loads(path.read_text())["fragments"].values())
    assert [text == measure.AGREES for text in told] == [True, False, True, True, True]
    assert "cuCtxSynchronize failed: 715" in told[1]
    assert library.asked.count("cuDevicePrimaryCtxRetain") == 2
    assert "1 differ" in capsys.readouterr().out


def test_without_a_device_the_program_says_so(monkeypatch, capsys):
    assert program(monkeypatch, FakeCuda(devices=0)) == 1
    assert "finds no device" in capsys.readouterr().err
