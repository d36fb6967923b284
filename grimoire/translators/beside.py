"""What stands beside a protected span without a space, and makes another span, or another word, of it."""

from __future__ import annotations

import itertools
import string
from collections.abc import Collection, Iterator, Sequence

_DIGITS = frozenset(string.digits + "_")
_WORD = _DIGITS | set(string.ascii_letters)
_AFTER = _WORD | set("/@=&%#~+-")
_BEFORE = _AFTER | {"."}
_OWN = frozenset(string.ascii_letters + string.digits)


def continued(shown: Sequence[str], names: Collection[int]) -> Iterator[tuple[int, int]]:
    """Which spans are continued by what is beside them, and at which end (0 the first, 1 the last).

    Of `shown`, a line in pieces, every second one is a span, from the second on. Those numbered in `names` are names,
    which words may go on: they may have an ending, or stand in a compound with a hyphen.
    """
    line = "".join(shown)
    starts = list(itertools.accumulate(map(len, shown), initial=0))
    for index in range(1, len(shown), 2):
        start, end = starts[index], starts[index + 1]
        before, after = line[max(0, start - 1) : start], line[end : end + 1]
        free = index in names
        if line[start : start + 1] in _OWN and before in (_WORD if free and shown[index - 1] else _BEFORE):
            yield index, 0
        if line[end - 1 : end] in _OWN and after in (_DIGITS if free and shown[index + 1] else _AFTER):
            yield index, 1
