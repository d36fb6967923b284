"""Results in order, in bounded memory."""

from __future__ import annotations

import random

import pytest

from grimoire.chat import Answer, Message, Request
from grimoire.cli.cast_order import InOrder, Late
from grimoire.record import Cell
from grimoire.trial.work import Result
from grimoire.verdict import Verdict


def result(number: int, *, size: int = 10) -> Result:
    cell = Cell(
        spell="s",
        language="en",
        template="",
        case="",
        backend="b/m",
        request=Request(messages=(Message("user", "?"),)),
        text=str(number),
    )
    return Result(cell, Verdict(kind="works"), Answer(text="x" * size), number=number)


class Ledger:
    """Remembers what was read again."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def recall(self, index: int, late: Late) -> Result:
        assert late.number == index + 1
        self.read.append(index)
        return result(late.number)


@pytest.mark.parametrize("room", [0, 50, 10**6])
def test_whatever_order_they_come_in_each_is_handed_over_once_in_order(room: int) -> None:
    ledger, handed = Ledger(), list[tuple[int, int]]()
    order = InOrder(lambda index, result: handed.append((index, result.number)), ledger.recall, room)
    coming = list(range(200))
    random.Random(5).shuffle(coming)
    for index in coming:
        order.put(index, result(index + 1))
    assert handed == [(index, index + 1) for index in range(200)]


def test_what_has_no_room_is_read_again_and_what_has_it_is_not() -> None:
    ledger, handed = Ledger(), list[int]()
    order = InOrder(lambda index, _: handed.append(index), ledger.recall, room=25)
    for index in (3, 2, 1, 4):
        order.put(index, result(index + 1))
    assert handed == []
    order.put(0, result(1))
    assert handed == [0, 1, 2, 3, 4]
    assert ledger.read == [0, 1, 4]
    order.put(5, result(6))
    assert ledger.read == [0, 1, 4], "what was handed over takes no room any more"


def test_what_an_earlier_call_brought_is_read_when_its_turn_comes() -> None:
    ledger, handed = Ledger(), list[int]()
    order = InOrder(lambda index, _: handed.append(index), ledger.recall)
    order.put(1, Result(result(2).cell, Verdict(kind="works"), number=2, earlier=True))
    assert ledger.read == []
    order.put(0, result(1))
    assert (handed, ledger.read) == ([0, 1], [1])


def test_in_the_end_what_waits_is_handed_over_past_the_gaps() -> None:
    handed: list[int] = []
    order = InOrder(lambda index, _: handed.append(index), Ledger().recall)
    for index in (7, 0, 3):
        order.put(index, result(index + 1))
    assert handed == [0]
    order.rest()
    assert handed == [0, 3, 7]
