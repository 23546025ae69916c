"""Bank conflicts counted byte by byte, with phases written out: independent of the library."""

CDNA3_READS = [
    [0, 1, 2, 3, 20, 21, 22, 23],
    [4, 5, 6, 7, 16, 17, 18, 19],
    [8, 9, 10, 11, 28, 29, 30, 31],
    [12, 13, 14, 15, 24, 25, 26, 27],
]


def runs(lanes, together):
    return [list(range(start, start + together)) for start in range(0, lanes, together)]


def nvidia_phases(width):
    return runs(32, {1: 32, 2: 32, 4: 32, 8: 16, 16: 8}[width])


def wavefronts(addresses, width, banks, phases):
    """The sum over phases of the most different 4-byte words in one bank."""
    total = 0
    for phase in phases:
        wanted = {}
        for lane in phase:
            if lane >= len(addresses) or addresses[lane] is None:
                continue
            for byte in range(addresses[lane], addresses[lane] + width):
                wanted.setdefault(byte // 4 % banks, set()).add(byte // 4)
        total += max(map(len, wanted.values()), default=0)
    return total


def occupied(addresses, phases):
    return sum(any(lane < len(addresses) and addresses[lane] is not None for lane in phase) for phase in phases)
