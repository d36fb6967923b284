"""An incantation is read line by line, since the cases of a spell have nearly all of its lines in common.

A trial of thousands of cases asks each question once. What a line of their incantations holds is read once for all of
them, and anew only where a user's text stands.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, reduce
from operator import or_
from typing import Generic, TypeVar

from grimoire.expression import Expression

T = TypeVar("T")
LINES = 2_048
"""Lines that are remembered."""
LONG, MANY = 1_000, 400
"""Characters of a line that is not, and lines of a text whose are not: they are rather a user's."""


@lru_cache(maxsize=4)
def lines_of(text: str) -> tuple[str, ...]:
    """What stands between line feeds; the same strings for all that ask one after the other."""
    return tuple(text.split("\n"))


class ByLine(Generic[T]):
    """What a function tells of each line of a text, remembered for other texts with the line.

    It must tell of several lines what it tells of each: a text of very many is read in one piece.
    """

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read
        self._remembered = lru_cache(maxsize=LINES)(read)

    def of(self, text: str) -> list[T]:
        """What it tells, in the order of the lines; all of it together, where they are very many."""
        lines = lines_of(text)
        if len(lines) > MANY:
            return [self._read(text)]
        if max(map(len, lines)) <= LONG:
            return list(map(self._remembered, lines))
        return [self._read(line) if len(line) > LONG else self._remembered(line) for line in lines]


class InLines:
    """Expressions that are looked for in each line.

    They find what they would in the whole text if they match no line feed, and do not tell a line's edge from one: no
    anchors, and no looking around for what only a line feed is, or is not.
    """

    def __init__(self, *expressions: Expression) -> None:
        self.expressions = expressions
        self._lines = ByLine(self._found)

    def of(self, text: str) -> tuple[bool, ...]:
        """Which of the expressions the text holds, in their order."""
        found = reduce(or_, self._lines.of(text))
        return tuple(bool(found >> place & 1) for place in range(len(self.expressions)))

    def _found(self, line: str) -> int:
        """A bit for each expression that the line holds."""
        return sum(bool(one.search(line)) << place for place, one in enumerate(self.expressions))
