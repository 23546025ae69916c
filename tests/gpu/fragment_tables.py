"""An operand of the hardware tables as arrays: the coordinates of every (lane, register), by both faces."""

import re

import numpy as np
from ptx import elements_of

__all__ = ["cells", "coordinates", "cute_agrees"]


def cells(operand):
    """Return {name: array[thread, register]} of coordinates by the linear face; thread is lane + 32 * warp."""
    affine = operand.affine
    ins, outs = dict(affine.linear.in_dims), affine.linear.out_dims
    lanes = ins.get("lane", 1)
    threads, count = lanes * ins.get("warp", 1), ins.get("register", 1)
    found = {name: np.zeros((threads, count), dtype=np.int64) for name, _ in outs}
    for name in found:
        found[name] += affine.offset[name]
    for source, vectors in affine.linear.bases:
        place = {
            "register": np.arange(count)[None, :],
            "lane": np.arange(threads)[:, None] % lanes,
            "warp": np.arange(threads)[:, None] // lanes,
        }[source]
        for bit, vector in enumerate(vectors):
            for (name, _), image in zip(outs, vector, strict=True):
                found[name] = found[name] ^ ((place >> bit & 1) * image)
    return found


def cells_by_cute(operand):
    """Return array[thread, register] of CuTe's index; a thread that the layout leaves out has -1.

    The thread is lane + 32 * warp, found through ``thr_id``.
    """
    cute, threads = operand.cute, operand.thr_id
    by_thread = np.array([cute(thread, 0) for thread in range(cute[0].size)])
    by_value = np.array([cute(0, register * operand.unit) for register in range(elements_of(operand))])
    last = cute(cute[0].size - 1, (elements_of(operand) - 1) * operand.unit)
    if cute(0, 0) or by_thread[-1] + by_value[-1] != last:
        raise ValueError(f"{cute} does not add")
    places = np.array([threads(thread) for thread in range(cute[0].size)])
    found = np.full((max(places.max() + 1, 32), len(by_value)), -1, dtype=np.int64)
    found[places] = by_thread[:, None] + by_value[None, :]
    return found


def coordinates(operand):
    """Return coordinates as ``cells`` does, by the CuTe face where there is no linear one."""
    if operand.bases is not None:
        return cells(operand)
    index, found = cells_by_cute(operand), {}
    for name, size, weight in _weights(operand):
        found[name] = index // weight % size
    return found


def _weights(operand):
    """Return (name, size, weight in CuTe's index) of the outs of an operand."""
    sizes = {name: int(size) for name, size in re.findall(r"([a-z_]+)(\d+)", operand.outs)}
    weights = {name: int(weight) for name, weight in re.findall(r"([a-z_]+)(\d+)", operand.index)}
    return [(name, sizes[name], weight) for name, weight in weights.items()]


def cute_agrees(operand, found):
    """Tell whether coordinates are those of the CuTe face too, at every thread and register that it has."""
    index = cells_by_cute(operand)
    whole = sum([weight * found[name] for name, _, weight in _weights(operand)])
    return index.shape == whole.shape and bool(np.all((index == whole) | (index == -1)))
