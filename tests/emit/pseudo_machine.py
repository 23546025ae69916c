"""Runs pseudo-code as a reader would: lines and loops, one thread after the other, numbers in registers."""

import re
from itertools import product

_LOOP = re.compile(r"for (.*):")
_RANGE = re.compile(r"(\w+) in 0\.\.(\d+)")
_MOVE = re.compile(r"(\w+)\[(.*?)\] = (.*)")


class PseudoMachine:
    """Threads by (block, warp, lane); ``files[name][thread]`` and ``memory[block]`` are dictionaries."""

    def __init__(self, sizes, element_bits):
        self.threads = list(product(*[range(size) for size in reversed(sizes)]))
        self.per = max(1, 32 // element_bits)
        self.files = {}
        self.memory = {block: {} for block, _, _ in self.threads}

    def run(self, code):
        lines = [line.split("#")[0].rstrip() for line in code.split("\n")[1:]]
        start = next(k for k, line in enumerate(lines) if line.strip().split(" ")[0] not in ("each", "shared"))
        self._block([line for line in lines[start:] if line], [{} for _ in self.threads])

    def _block(self, lines, scopes):
        k = 0
        while k < len(lines):
            depth, text = _depth(lines[k]), lines[k].strip()
            stop = k + 1
            while stop < len(lines) and _depth(lines[stop]) > depth:
                stop += 1
            inside = lines[k + 1 : stop]
            loop = _LOOP.fullmatch(text)
            if loop:
                ranges = _RANGE.findall(loop[1])
                names = [name for name, _ in ranges]
                for values in product(*[range(int(last) + 1) for _, last in ranges]):
                    more = dict(zip(names, values, strict=True))
                    self._block(inside, [scope if scope is None else scope | more for scope in scopes])
            elif text.startswith("if "):
                self._block(
                    inside,
                    [s if s is not None and self._value(text[3:-1], s, t) else None for s, t in self._each(scopes)],
                )
            else:
                self._line(text, scopes)
            k = stop

    def _each(self, scopes):
        return list(zip(scopes, self.threads, strict=True))

    def _value(self, text, scope, thread):
        listed = re.fullmatch(r"\(([\d ]+)\)\[k\]", text)
        if listed:
            return int(listed[1].split(" ")[scope["k"]])
        block, warp, lane = thread
        return eval(
            re.sub(r"\bfrom\b", "from_", text.replace(" / ", " // ")),
            {},
            {"lane": lane, "warp": warp, "block": block, "k": 0, "m": 0, "i": 0, "from_": scope.get("from"), **scope},
        )

    def _line(self, text, scopes):
        if text.startswith("wait for"):
            return
        row = re.fullmatch(r"row = shared\[(.*)\], 16 bytes", text)
        at = re.fullmatch(r"(at|from|owner) = (.*)", text)
        for scope, thread in self._each(scopes):
            if scope is not None and (row or at):
                name, formula = ("row", row[1]) if row else at.groups()
                scope[name] = self._value(formula, scope, thread)
        if row or at:
            return
        if "of matrix m" in text:
            self._matrix(text, scopes)
            return
        target, index, value = _MOVE.fullmatch(text).groups()
        found = [None if s is None else self._read(value, s, t) for s, t in self._each(scopes)]
        for (scope, thread), seen in zip(self._each(scopes), found, strict=True):
            if scope is not None:
                self._place(target, thread)[self._value(index, scope, thread)] = seen

    def _place(self, name, thread):
        return self.memory[thread[0]] if name == "shared" else self.files.setdefault(name, {}).setdefault(thread, {})

    def _read(self, text, scope, thread):
        name, index, of, where = re.fullmatch(r"(\w+)\[(.*?)\](?: of (lane|block) (.*))?", text).groups()
        chosen = self._value(index, scope, thread)
        if of == "lane":
            thread = *thread[:2], self._value(where, scope, thread)
        elif of == "block":
            thread = self._value(where, scope, thread), *thread[1:]
        return self._place(name, thread)[chosen]

    def _matrix(self, text, scopes):
        """Find the row that the pointing lane gave; the lane's own scope has it."""
        cell = re.search(r"element (.*) of row (.*?) of matrix m", text)
        for scope, thread in self._each(scopes):
            element, row = [self._value(part, scope, thread) for part in cell.groups()]
            giver = *thread[:2], 8 * scope.get("m", 0) + row
            address = scopes[self.threads.index(giver)]["row"] + element
            move = re.search(r"(?:^| )(\w+)\[(.*)\](?: =|$)", text)
            register = self._value(move[2], scope, thread)
            if text.startswith("element"):
                self._place("shared", thread)[address] = self._place(move[1], thread)[register]
            else:
                self._place(move[1], thread)[register] = self._place("shared", thread)[address]


def _depth(line):
    return len(line) - len(line.lstrip())


_TERM = r"(v|src)(?:\[(.*?)\])?"
_SUM = re.compile(rf"{_TERM}(?: \+ {_TERM}(?: of lane \((.*)\))?)?")
_SLOTS = re.compile(r"(?:sum of )?shared\[(.*)\](?: over turn in 0\.\.(\d+))?")
_WRITE = re.compile(r"shared\[(.*)\] = v(?:\[r\])?(?:, in the block itself and in block \^ (.*))?")


def add_up(code, sizes, given):
    """Return ``dst`` of every thread by the pseudo-code of a sum; a line reads all values before it writes one."""
    threads = list(product(*[range(size) for size in reversed(sizes)]))
    count = len(given[0])
    files = {"src": dict(zip(threads, given, strict=True)), "v": {}, "dst": {}}
    memory = {}

    def value(text, thread, r, turn=0):
        names = dict(zip(("block", "warp", "lane"), thread, strict=True))
        return int(eval(text or "0", {}, {**names, "r": r, "turn": turn}))

    def term(name, index, thread, r, at):
        return files[name][at][value(index, thread, r)]

    def result(text, thread, r):
        slots = _SLOTS.fullmatch(text)
        if slots:
            places = [value(slots[1], thread, r, turn) for turn in range(int(slots[2] or 0) + 1)]
            return sum([memory[thread[0], place] for place in places])
        own, own_index, other, other_index, lane = _SUM.fullmatch(text).groups()
        found = term(own, own_index, thread, r, thread)
        if other:
            at = (*thread[:2], value(lane, thread, r)) if lane else thread
            found += term(other, other_index, thread, r, at)
        return found

    active = threads
    for line in code.split("\n")[1:]:
        text = line.split("#")[0].strip().split(", for r in")[0]
        write = _WRITE.fullmatch(text)
        if text.startswith(("for ", "wait")):
            active = threads if text.startswith("wait") else active
        elif text.startswith("if "):
            active = [thread for thread in threads if value(text[3:-1], thread, 0)]
        elif write:
            for thread, r, peer in product(active, range(count), [0, *map(int, (write[2] or "").split())]):
                memory[thread[0] ^ peer, value(write[1], thread, r)] = files["v"][thread][r]
        else:
            target, _, rest = text.partition(" = ")
            made = {thread: [result(rest, thread, r) for r in range(count)] for thread in threads}
            files[re.match(r"\w+", target)[0]] = made
    return [files["dst"][thread] for thread in threads]
