"""Elements as bits: the number 1 in every type, and elements packed into the 32-bit words of a lane.

Only 0 and 1 are ever put into an operand: every type has them exactly, and sums of them are exact in every
accumulator.  Who stands where is told by the binary digits of a number, a digit at a time.
"""

import numpy as np

__all__ = ["ONE", "TWO", "decode", "digits_of", "one", "pack", "planes", "undigits", "unpack"]

ONE = {
    "f64": 0x3FF0000000000000,
    "f32": 0x3F800000,
    "tf32": 0x3F800000,
    "f16": 0x3C00,
    "bf16": 0x3F80,
    "e4m3": 0x38,  # exponent bias 7, 3 bits of mantissa
    "e5m2": 0x3C,  # bias 15
    "e3m2": 0x0C,  # bias 3; 6 bits, the upper two of the container are 0
    "e2m3": 0x08,  # bias 1
    "e2m1": 0x02,  # bias 1, 4 bits
    **dict.fromkeys(("s32", "s8", "u8", "s4", "u4", "b1"), 1),
    "ue8m0": 0x7F,
    "ue4m3": 0x38,
}
TWO = {"ue8m0": 0x80, "ue4m3": 0x40}
"""Scale factors that double."""


def one(operand):
    """Return the bits of the number 1; 4-bit floats in a container of 8 bits stand in its middle."""
    bits = ONE[operand.dtype]
    return bits << 2 if operand.dtype == "e2m1" and operand.bits == 8 else bits


def pack(elements, bits):
    """Return the 32-bit words of elements given as bits, the last axis being the register.

    >>> [hex(word) for word in pack(np.array([1, 2, 3]), 16)]
    ['0x20001', '0x3']
    """
    values = np.asarray(elements, dtype=np.uint64)
    if bits == 64:
        parts = np.stack([values & np.uint64(0xFFFFFFFF), values >> np.uint64(32)], axis=-1)
        return parts.reshape(*values.shape[:-1], -1).astype(np.uint32)
    each = 32 // bits
    missing = -values.shape[-1] % each
    values = np.concatenate([values, np.zeros((*values.shape[:-1], missing), np.uint64)], axis=-1)
    values = values.reshape(*values.shape[:-1], -1, each) << (np.arange(each, dtype=np.uint64) * np.uint64(bits))
    return np.bitwise_or.reduce(values, axis=-1).astype(np.uint32)


def unpack(words, bits, count):
    """Return ``count`` elements as bits; the inverse of ``pack``."""
    values = np.asarray(words, dtype=np.uint32).astype(np.uint64)
    if bits == 64:
        return values[..., 0::2] | values[..., 1::2] << np.uint64(32)
    each = 32 // bits
    shifts = np.arange(each, dtype=np.uint64) * np.uint64(bits)
    parts = (values[..., None] >> shifts) & np.uint64((1 << bits) - 1)
    return parts.reshape(*values.shape[:-1], -1)[..., :count]


def decode(elements, dtype):
    """Return the numbers that an accumulator holds, as floats; exact for all that the experiments make."""
    if dtype == "f64":
        return elements.astype(np.uint64).view(np.float64)
    if dtype == "f32":
        return elements.astype(np.uint32).view(np.float32).astype(np.float64)
    if dtype == "f16":
        return elements.astype(np.uint16).view(np.float16).astype(np.float64)
    if dtype == "s32":
        return elements.astype(np.uint32).view(np.int32).astype(np.float64)
    raise ValueError(dtype)


def encode(numbers, dtype):
    """Return the bits of numbers in the type of an accumulator; the inverse of ``decode``."""
    made = {"f64": np.float64, "f32": np.float32, "f16": np.float16, "s32": np.int32}[dtype]
    kept = {"f64": np.uint64, "f32": np.uint32, "f16": np.uint16, "s32": np.uint32}[dtype]
    return np.asarray(numbers).astype(made).view(kept).astype(np.uint64)


def digits_of(count):
    """Return the binary digits that the numbers 1..count need."""
    return int(count).bit_length()


def planes(numbers, count):
    """Return one array of 0 and 1 for each binary digit of numbers in 0..count, the lowest first."""
    numbers = np.asarray(numbers, dtype=np.int64)
    return np.stack([(numbers >> place) & 1 for place in range(digits_of(count))])


def undigits(parts):
    """Return the numbers of binary digits along the first axis; -1 where one is neither 0 nor 1."""
    parts = np.asarray(parts)
    whole = np.all((parts == 0) | (parts == 1), axis=0)
    weights = (1 << np.arange(len(parts), dtype=np.int64)).reshape(-1, *[1] * (parts.ndim - 1))
    return np.where(whole, np.sum(np.where(whole, parts, 0).astype(np.int64) * weights, axis=0), -1)
