"""Regular expressions that someone else wrote, run so that none can hang or fill the memory."""

from __future__ import annotations

import re
import time
from functools import lru_cache
from math import prod

SECONDS = 1.0
LONGEST = 1000
HEAVIEST = 200_000

_REPEAT = re.compile(r"\{(\d+)")


class BadPattern(ValueError):
    """It does not compile, or compiling it would take too much."""


class Pattern:
    """A compiled expression. Each call has one second; then it raises TimeoutError."""

    def __init__(self, text: str, *, multiline: bool = False) -> None:
        import regex  # type: ignore[import-untyped]  # it ships no types; this module is the only one that uses it untrusted

        _weigh(text)
        try:
            self._regex = regex.compile(text, regex.MULTILINE if multiline else 0)
        except (regex.error, RecursionError, OverflowError, ValueError) as error:
            raise BadPattern(f"not a regular expression: {error}") from None

    def found(self, text: str) -> bool:
        """Whether it matches anywhere."""
        return self._regex.search(text, timeout=SECONDS) is not None

    def find(self, text: str) -> tuple[int, str]:
        """How often it matches, and the first match."""
        deadline = time.monotonic() + SECONDS
        count, first = 0, ""
        for match in self._regex.finditer(text, timeout=SECONDS):
            first = match.group() if not count else first
            count += 1
            if time.monotonic() > deadline:
                raise TimeoutError
        return count, first


@lru_cache(maxsize=256)
def compiled(text: str) -> Pattern:
    """The expression, compiled once. Raises BadPattern."""
    return Pattern(text)


def _weigh(text: str) -> None:
    """Refuse what would grow on compiling: `regex` writes `((a{1000}){1000}){1000}` out in full."""
    if len(text) > LONGEST:
        raise BadPattern(f"longer than {LONGEST} characters")
    repeats = [max(int(digits[:9]), 1) for digits in _REPEAT.findall(text)]
    if prod(repeats) * len(text) > HEAVIEST:
        raise BadPattern("its repeats multiply to too much")
