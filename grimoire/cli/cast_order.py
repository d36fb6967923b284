"""Results in the order of the inputs, whatever order they come in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from grimoire.trial.work import Result
from grimoire.verdict import VerdictKind

ROOM = 16 * 2**20
"""Characters of answers that wait in memory for one before them; what comes on top is read from the ledger again."""


class Late(NamedTuple):
    """What is kept of a result that waits, or that an earlier call brought: the ledger has the rest of it."""

    number: int
    verdict: VerdictKind
    earlier: bool


class InOrder:
    """Hands each result to `hand` with its index as soon as all before it are in; `recall` makes a late one whole."""

    def __init__(
        self, hand: Callable[[int, Result], None], recall: Callable[[int, Late], Result], room: int = ROOM
    ) -> None:
        self._hand = hand
        self._recall = recall
        self._room = room
        self._held = 0
        self._next = 0
        self._waiting: dict[int, Result | Late] = {}

    def put(self, index: int, result: Result) -> None:
        """Take one in. Raises what `hand` and `recall` raise."""
        self._waiting[index] = self._kept(result)
        while self._next in self._waiting:
            self._next += 1
            self._give(self._next - 1)

    def rest(self) -> None:
        """Nothing more comes: hand over what waits, past those that are missing."""
        for index in sorted(self._waiting):
            self._next = index + 1
            self._give(index)

    def _kept(self, result: Result) -> Result | Late:
        told = result.answer is not None or result.error
        if result.number and (not told or self._held + _size(result) > self._room):
            return Late(result.number, result.verdict.kind, result.earlier)
        self._held += _size(result)
        return result

    def _give(self, index: int) -> None:
        kept = self._waiting.pop(index)
        if isinstance(kept, Late):
            self._hand(index, self._recall(index, kept))
            return
        self._held -= _size(kept)
        self._hand(index, kept)


def _size(result: Result) -> int:
    """Characters: of the question, since it is kept with the result, and of the answer."""
    return len(result.cell.incantation) + (len(result.answer.text) if result.answer else 0)
