"""Kernels around emitted functions, and nvcc."""

import re
import shutil
import subprocess

NVCC = shutil.which("nvcc")


def kernel(number, found):
    """Return a kernel that fills the registers of threads, calls a function, and writes the registers out."""
    sizes = [re.search(rf"(\w[\w ]*) \(&{name}\)\[(\d+)\]", found.signature).groups() for name in ("src", "dst")]
    (kind, given), (_, made) = [(one[0].removeprefix("const "), int(one[1])) for one in sizes]
    names = {"lane": "threadIdx.x & 31", "warp": "threadIdx.x >> 5", "block": "blockIdx.x"}
    smem = f"    __shared__ __align__(16) char smem[{found.smem_bytes}];\n" if found.smem_bytes else ""
    return (
        f'extern "C" __global__ void kernel{number}(const {kind}* in, {kind}* out) {{\n{smem}'
        f"    {kind} src[{given}], dst[{made}];\n"
        f"    for (int i = 0; i < {given}; ++i) src[i] = in[i * blockDim.x + threadIdx.x];\n"
        f"    {found.name}({', '.join([names.get(name, name) for name in found.parameters])});\n"
        f"    for (int i = 0; i < {made}; ++i) out[i * blockDim.x + threadIdx.x] = dst[i];\n}}\n"
    )


def compiled(found, folder, arch, form):
    text = (
        "#include <cuda_fp16.h>\n#include <stdint.h>\n"
        if any("__half" in str(one) for one in found)
        else "#include <stdint.h>\n"
    )
    text += "\n".join([f"{one}\n{kernel(k, one)}" for k, one in enumerate(found)])
    (folder / "plans.cu").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [NVCC, "-O3", f"-arch=sm_{arch}", "-Werror", "all-warnings", form, "plans.cu", "-o", "plans.out"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return (folder / "plans.out").read_bytes()
