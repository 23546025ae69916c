"""A library with the functions of libcuda that the driver calls, through real ctypes calls, over a simulated machine.

It takes modules as PTX and carries out their text with simulated tensor instructions.  So what is tried without a GPU
is all but the machine itself: the text of the kernels, arguments, their order and sizes, allocations, copies, launches,
and what is read back.  Kernels that take time do not run here, their cycles are those of the rules; see ``counting``.
"""

import ctypes
from ctypes import c_char_p, c_int, c_uint32, c_uint64, c_void_p

import clocks
import numpy as np
import ptx
import warpgroup
from accesses import FORMS
from counting import GROUP, wavefronts
from cuda_driver import SIGNATURES
from interpreter import Kernel, Memory
from simulated import Simulated

from layouts import hardware

__all__ = ["FakeCuda"]


class FakeCuda:
    """The functions as attributes, and what was asked of them in ``asked``."""

    def __init__(self, capability=(9, 0), machine=None, devices=1, fails=()):
        self.attributes = {75: capability[0], 76: capability[1], 16: 132, 13: 1980000}
        self.machine, self.devices, self.fails = machine or Simulated(), devices, dict(fails)
        self.memory, self.kernels, self.functions, self.asked, self.shared = {}, {}, [], [], {}
        families = ("mma", "mma.sp", "ldmatrix", "stmatrix", "movmatrix", "shfl", "tcgen05.ld", "tcgen05.st")
        self.entries = {ptx.identifier(e.name): e for f in families for e in hardware.find(family=f)}
        for e in hardware.find(family="wgmma"):
            for source, majors in (("SS", "KK"), ("RS", "KK"), ("SS", "MK"), ("SS", "KM")):
                self.entries[warpgroup.kernel_name(e, source, majors)] = (e, source, majors)
        self.probes = {clocks.probe_name(form, beside): (form, beside) for form in FORMS for beside in (False, True)}
        for name, arguments in SIGNATURES.items():
            plain = [c_void_p if argument is c_char_p else argument for argument in arguments]
            setattr(self, name, ctypes.CFUNCTYPE(c_int, *plain)(self._answering(name)))

    def _answering(self, name):
        def answer(*arguments):
            self.asked.append(name)
            if name in self.fails:
                return self.fails[name]
            try:
                return getattr(self, f"do_{name}")(*arguments) or 0
            except Exception as error:
                self.error = error
                return 999

        return answer

    # -- the device ----------------------------------------------------------------------------------------------------

    def do_cuInit(self, flags):
        return 1 if flags else 0

    def do_cuDriverGetVersion(self, out):
        out[0] = 13000

    def do_cuDeviceGetCount(self, out):
        out[0] = self.devices

    def do_cuDeviceGet(self, out, number):
        out[0] = 7 + number

    def do_cuDeviceGetName(self, text, size, device):
        ctypes.memmove(text, b"NVIDIA Pretended\0", 17)
        return 0 if size >= 17 and device == 7 else 1

    def do_cuDeviceGetAttribute(self, out, attribute, device):
        out[0] = self.attributes[attribute]

    def do_cuDevicePrimaryCtxRetain(self, out, device):
        out[0] = 0xC0DE

    def do_cuDevicePrimaryCtxRelease_v2(self, device):
        return 0 if device == 7 else 1

    def do_cuCtxSetCurrent(self, context):
        return 0 if context == 0xC0DE else 1

    def do_cuCtxSynchronize(self):
        return 0

    def do_cuGetErrorName(self, status, out):
        out[0] = b"CUDA_ERROR_PRETENDED"

    def do_cuGetErrorString(self, status, out):
        out[0] = b"nothing is wrong"

    # -- modules and memory --------------------------------------------------------------------------------------------

    def do_cuModuleLoadDataEx(self, out, image, count, options, values):
        text = ctypes.string_at(image).decode()
        if not text.startswith(".version"):
            ctypes.memmove(values[0], b"no text\0", 8)
            return 218
        for part in text.split(".visible .entry ")[1:]:
            self.kernels[part.split("(")[0]] = Kernel(part)
        out[0] = 0xF00D
        return 0 if (count, options[0], options[1], values[1]) == (2, 5, 6, 16384) else 1

    def do_cuModuleGetFunction(self, out, module, name):
        name = ctypes.string_at(name).decode()
        if name not in self.kernels or module != 0xF00D:
            return 500
        self.functions.append(name)
        out[0] = len(self.functions)
        return 0

    def do_cuFuncSetAttribute(self, function, attribute, value):
        self.shared[self.functions[function - 1]] = value
        return 0 if attribute == 8 else 1

    def do_cuMemAlloc_v2(self, out, size):
        kept = ctypes.create_string_buffer(b"\xcd" * size, size)
        self.memory[ctypes.addressof(kept)] = kept
        out[0] = ctypes.addressof(kept)

    def do_cuMemFree_v2(self, pointer):
        del self.memory[pointer]

    def do_cuMemcpyHtoD_v2(self, there, here, size):
        return self._copied(there, here, there, size)

    def do_cuMemcpyDtoH_v2(self, here, there, size):
        return self._copied(here, there, there, size)

    def _copied(self, to, source, device, size):
        if size > len(self.memory[device]):
            return 1
        ctypes.memmove(to, source, size)
        return 0

    # -- launches ------------------------------------------------------------------------------------------------------

    def do_cuLaunchKernel(self, function, gx, gy, gz, bx, by, bz, shared, stream, places, extra):
        name = self.functions[function - 1]
        if (gz, by, bz, stream, bool(extra)) != (1, 1, 1, None, False) or shared > self.shared.get(name, 49152):
            return 1
        kinds = {"u64": c_uint64, "u32": c_uint32}
        params = self.kernels[name].params
        given = {param: kinds[kind].from_address(places[i]).value for i, (kind, param) in enumerate(params)}
        if name in self.probes:
            return self._probe(*self.probes[name], given, bx)
        entry, *how = self.entries[name] if isinstance(self.entries[name], tuple) else (self.entries[name],)
        if how and (bx != 128 or warpgroup.PLACE_B + given["size_b"] + 1024 > shared):
            return 1
        if how and given["size_a"] > warpgroup.PLACE_B:
            return 1
        self.kernels[name].run(self.machine, entry, (gx, gy), bx, given, Memory(self.memory), how)
        return 0

    def _read(self, pointer, *shape, kind=np.uint32):
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        if size > len(self.memory[pointer]):
            raise ValueError("read beyond the end")
        return np.frombuffer(ctypes.string_at(pointer, size), dtype=kind).reshape(shape)

    def _write(self, pointer, array):
        data = np.ascontiguousarray(array).tobytes()
        if len(data) > len(self.memory[pointer]):
            raise ValueError("written beyond the end")
        ctypes.memmove(pointer, data, len(data))

    def _probe(self, form, beside, given, threads):
        """Take a cycle for a wavefront, and some more to start with."""
        offsets = [None if o == 0xFFFFFFFF else int(o) for o in self._read(given["offsets"], 32)]
        size, count, name = FORMS[form]
        active = sum([offset is not None for offset in offsets])
        if "matrix" in form:
            offsets = offsets[: 8 * count]
        each = wavefronts(offsets, size, GROUP[size]) if name else 1
        cycles = 100 + given["rounds"] * clocks.COPIES * (threads // 32) * (each + active * beside)
        self._write(given["cycles"], np.array([cycles], dtype=np.uint64))
        self._write(given["sink"], np.zeros(threads, dtype=np.uint32))
