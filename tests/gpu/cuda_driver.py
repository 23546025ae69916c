"""The CUDA driver by ctypes: enough of it to load a module, to move arrays and to launch a kernel.

Nothing else is needed on the machine than the driver itself, ``libcuda.so.1``.
"""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint, c_uint64, c_void_p

import numpy as np

__all__ = ["SIGNATURES", "Driver", "DriverError", "NoDeviceError"]

SIGNATURES = {
    "cuInit": (c_uint,),
    "cuDriverGetVersion": (POINTER(c_int),),
    "cuDeviceGetCount": (POINTER(c_int),),
    "cuDeviceGet": (POINTER(c_int), c_int),
    "cuDeviceGetName": (c_char_p, c_int, c_int),
    "cuDeviceGetAttribute": (POINTER(c_int), c_int, c_int),
    "cuDevicePrimaryCtxRetain": (POINTER(c_void_p), c_int),
    "cuDevicePrimaryCtxRelease_v2": (c_int,),
    "cuCtxSetCurrent": (c_void_p,),
    "cuCtxSynchronize": (),
    "cuModuleLoadDataEx": (POINTER(c_void_p), c_void_p, c_uint, POINTER(c_int), POINTER(c_void_p)),
    "cuModuleGetFunction": (POINTER(c_void_p), c_void_p, c_char_p),
    "cuFuncSetAttribute": (c_void_p, c_int, c_int),
    "cuMemAlloc_v2": (POINTER(c_uint64), c_size_t),
    "cuMemFree_v2": (c_uint64,),
    "cuMemcpyHtoD_v2": (c_uint64, c_void_p, c_size_t),
    "cuMemcpyDtoH_v2": (c_void_p, c_uint64, c_size_t),
    "cuLaunchKernel": (
        c_void_p, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, c_void_p, POINTER(c_void_p),
        POINTER(c_void_p),
    ),
    "cuGetErrorName": (c_int, POINTER(c_char_p)),
    "cuGetErrorString": (c_int, POINTER(c_char_p)),
}  # fmt: skip
"""The arguments of each function, as cuda.h has them; each returns an int, 0 where it went well."""

ATTRIBUTES = {"major": 75, "minor": 76, "multiprocessors": 16, "clock_khz": 13}
MAX_DYNAMIC_SHARED = 8  # CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
ERROR_LOG, ERROR_LOG_BYTES = 5, 6  # CU_JIT_ERROR_LOG_BUFFER and its size


class NoDeviceError(Exception):
    """There is no driver, or no device; the message says which."""


class DriverError(Exception):
    """A function of the driver failed; the message has its name and the driver's words."""


def _library():
    for name in ("libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    raise NoDeviceError("there is no NVIDIA driver: libcuda.so.1 can not be loaded")


class Driver:
    """The first device, with its primary context; ``library`` stands in for libcuda in tests."""

    def __init__(self, library=None):
        self.library = library if library is not None else _library()
        for name, arguments in SIGNATURES.items():
            function = getattr(self.library, name)
            function.argtypes, function.restype = arguments, c_int
        try:
            self.call("cuInit", 0)
        except DriverError as error:
            raise NoDeviceError(f"the NVIDIA driver does not start: {error}") from error
        count = c_int()
        self.call("cuDeviceGetCount", byref(count))
        if count.value < 1:
            raise NoDeviceError("the NVIDIA driver finds no device")
        self.device = c_int()
        self.call("cuDeviceGet", byref(self.device), 0)
        self._begin()

    def _begin(self):
        context = c_void_p()
        self.call("cuDevicePrimaryCtxRetain", byref(context), self.device)
        self.call("cuCtxSetCurrent", context)

    def reset(self):
        """Leave the context of this process, with all that it has, and take a new one."""
        self.call("cuDevicePrimaryCtxRelease_v2", self.device)
        self._begin()

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        if status:
            raise DriverError(f"{name} failed: {self._words(status)}")

    def _words(self, status):
        said = []
        for name in ("cuGetErrorName", "cuGetErrorString"):
            text = c_char_p()
            if getattr(self.library, name)(status, byref(text)) == 0 and text.value:
                said.append(text.value.decode())
        return f"{status}" + (f" ({': '.join(said)})" if said else "")

    # -- the device ----------------------------------------------------------------------------------------------------

    @property
    def name(self):
        text = ctypes.create_string_buffer(256)
        self.call("cuDeviceGetName", text, 256, self.device)
        return text.value.decode()

    def attribute(self, name):
        value = c_int()
        self.call("cuDeviceGetAttribute", byref(value), ATTRIBUTES[name], self.device)
        return value.value

    @property
    def version(self):
        """The version of CUDA that the driver knows, as 13.0."""
        value = c_int()
        self.call("cuDriverGetVersion", byref(value))
        return f"{value.value // 1000}.{value.value % 1000 // 10}"

    # -- modules and memory --------------------------------------------------------------------------------------------

    def load(self, image):
        """Return a module of a cubin (bytes) or of PTX (a text, which the driver assembles)."""
        data = image.encode() + b"\0" if isinstance(image, str) else image
        kept = ctypes.create_string_buffer(data, len(data))
        log = ctypes.create_string_buffer(16384)
        options = (c_int * 2)(ERROR_LOG, ERROR_LOG_BYTES)
        values = (c_void_p * 2)(ctypes.addressof(log), len(log))
        module = c_void_p()
        try:
            self.call("cuModuleLoadDataEx", byref(module), ctypes.addressof(kept), 2, options, values)
        except DriverError as error:
            raise DriverError(f"{error} {log.value.decode(errors='replace')}".strip()) from error
        return module

    def function(self, module, name, shared=0):
        """Return a kernel, which may ask for so many bytes of dynamic shared memory."""
        found = c_void_p()
        self.call("cuModuleGetFunction", byref(found), module, name.encode())
        if shared > 48 * 1024:
            self.call("cuFuncSetAttribute", found, MAX_DYNAMIC_SHARED, shared)
        return found

    def allocate(self, size):
        pointer = c_uint64()
        self.call("cuMemAlloc_v2", byref(pointer), max(size, 16))
        return pointer

    def copy_in(self, pointer, array):
        self.call("cuMemcpyHtoD_v2", pointer, array.ctypes.data, array.nbytes)

    def copy_out(self, pointer, array):
        self.call("cuMemcpyDtoH_v2", array.ctypes.data, pointer, array.nbytes)

    # -- kernels -------------------------------------------------------------------------------------------------------

    def launch(self, function, grid, threads, arguments, shared=0):
        """Run a kernel to its end; arguments are ctypes values, in the order of the parameters."""
        places = (c_void_p * len(arguments))(*[ctypes.addressof(argument) for argument in arguments])
        self.call("cuLaunchKernel", function, *grid, 1, threads, 1, 1, shared, None, places, None)
        self.call("cuCtxSynchronize")

    def run(self, function, grid, threads, arguments, shared=0):
        """Run a kernel on arrays and numbers; every array is copied in before and back after it.

        An argument is a contiguous numpy array, or a ctypes value.
        """
        pointers, passed = [], []
        try:
            for argument in arguments:
                if isinstance(argument, np.ndarray):
                    if not argument.flags.c_contiguous:
                        raise ValueError("an array for a kernel must be contiguous")
                    pointers.append((self.allocate(argument.nbytes), argument))
                    self.copy_in(*pointers[-1])
                    passed.append(pointers[-1][0])
                else:
                    passed.append(argument)
            self.launch(function, grid, threads, passed, shared)
            for pointer, array in pointers:
                if array.flags.writeable:
                    self.copy_out(pointer, array)
        finally:
            for pointer, _ in pointers:
                self.library.cuMemFree_v2(pointer)  # after a fault this fails too, and the fault is what is told
