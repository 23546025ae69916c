"""Instructions and memories of GPUs as data: each entry with its layouts, its source and how sure they are.

>>> from layouts import hardware
>>> print(hardware.get("SM80_16x8x16_F32F16F16F32_TN")["A"].cute)
((4,8),(2,2,2)):((32,1),(16,8,128))
"""

from .catalog import find, get, names, rule, rules
from .entry import Entry
from .operand import Operand

__all__ = ["Entry", "Operand", "find", "get", "names", "rule", "rules"]
