from __future__ import annotations

import tracemalloc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.chat import Answer, Message, Request, Usage
from grimoire.record import Cell
from grimoire.trial.progress import Progress, Rate, Row, total
from grimoire.trial.work import Result
from grimoire.verdict import Verdict, VerdictKind

START = 1_003.0
"""Nothing may rest on a clock that begins with 0, or on the start of a slot."""


class Gate(msgspec.Struct):
    """A gate as progress sees it."""

    pausing: float = 0.0
    reason: str = ""
    in_flight: int = 0
    window: int = 8


def result(
    kind: VerdictKind = "works",
    *,
    backend: str = "one/m",
    cost: float | None = None,
    usage: Usage | None = None,
    earlier: bool = False,
) -> Result:
    cell = Cell(
        spell="s",
        language="en",
        template="0",
        case="a",
        backend=backend,
        request=Request(messages=(Message("user", "x"),)),
        text="x",
    )
    answer = None if usage is None else Answer(text="y", usage=usage)
    return Result(cell, Verdict(kind=kind), answer, cost, "no" if kind == "error" else "", earlier)


def only(progress: Progress, now: float) -> Row:
    (row,) = progress.rows(now)
    return row


def test_nothing_yet() -> None:
    row = only(Progress({"one/m": 5}, START), START)
    assert row == Row(backend="one/m", planned=5)
    assert (row.done, row.left, row.waiting, row.rate, row.seconds, row.cost) == (0, 5, 5, None, None, None)


def test_counts_cost_and_tokens_of_each_backend() -> None:
    progress = Progress({"one/m": 5, "two/m": 9}, START)
    for seen in (
        result(cost=0.5, usage=Usage(3, 4)),
        result("partial", usage=Usage(None, 2)),
        result("broken", cost=0.25, usage=Usage()),
        result("error"),
        result("works", backend="two/m", earlier=True),
    ):
        progress.see(seen, START)
    one, two = progress.rows(START + 2)
    assert (one.works, one.partial, one.broken, one.errors, one.done, one.left) == (1, 1, 1, 1, 4, 1)
    assert (one.cost, one.tokens, one.earlier, one.rate) == (0.75, 9, 0, 2.0)
    assert (two.backend, two.works, two.earlier, two.cost, two.rate, two.seconds) == ("two/m", 1, 1, None, None, None)


def test_what_a_gate_tells() -> None:
    gate = Gate(in_flight=3)
    progress = Progress({"one/m": 10}, START, {"one/m": gate, "two/m": Gate()})
    for _ in range(2):
        progress.see(result(), START)
    assert (only(progress, START + 1).in_flight, only(progress, START + 1).waiting) == (3, 5)
    gate.in_flight = 9  # a judge may be asked through the same gate
    assert only(progress, START + 1).waiting == 0
    gate.pausing, gate.reason = 30.0, "HTTP 429"
    row = only(progress, START + 1)
    assert row.reason == "HTTP 429"
    assert (row.pausing, row.seconds) == (30.0, 30.0)  # 8 at 2 a second, but not before the pause is over


def test_more_is_asked_than_was_planned() -> None:
    progress = Progress({"one/m": 1}, START)
    progress.grow("one/m", 2)
    assert only(progress, START).planned == 3
    for _ in range(4):
        progress.see(result(), START)
    row = only(progress, START + 1)
    assert (row.planned, row.left, row.seconds) == (4, 0, 0.0)


def test_a_backend_that_was_not_planned_is_counted_too() -> None:
    progress = Progress({}, START)
    progress.see(result(), START)
    progress.grow("two/m", 2)
    assert [(row.backend, row.planned, row.done) for row in progress.rows(START)] == [("one/m", 1, 1), ("two/m", 2, 0)]


def test_what_came_before_a_resume_makes_no_rate() -> None:
    progress = Progress({"one/m": 50_000}, START)
    for _ in range(49_000):
        progress.see(result(earlier=True), START)
    for second in range(10):
        progress.see(result(), START + second)
    row = only(progress, START + 10)
    assert (row.done, row.earlier, row.rate, row.seconds) == (49_010, 49_000, 1.0, 990.0)


def rated(times: list[float], now: float) -> float | None:
    rate = Rate(START)
    for time in times:
        rate.add(START + time)
    return rate.a_second(START + now)


@pytest.mark.parametrize(
    ("times", "now", "low", "high"),
    [
        pytest.param([i / 10 for i in range(10)], 1.0, 10, 10, id="the-first-second"),
        pytest.param([i / 20 for i in range(20)], 1.0, 20, 20, id="many-in-the-first-second"),
        pytest.param([i / 10 for i in range(6000)], 600, 9.9, 10.2, id="even"),
        pytest.param(
            [float(i) for i in range(300)] + [300 + i / 10 for i in range(600)], 360, 9, 10.2, id="faster-now"
        ),
        pytest.param([i / 10 for i in range(3000)] + [300.0 + i for i in range(60)], 360, 0.9, 1.6, id="slower-now"),
        pytest.param([90.0 * i for i in range(1, 11)], 900, 1 / 90.1, 1 / 89.9, id="one-in-a-minute-and-a-half"),
        pytest.param([90.0], 90, 1 / 90.1, 1 / 89.9, id="the-first-after-long"),
        pytest.param([i / 100 for i in range(1000)], 1000, 0, 0.02, id="none-for-long"),
    ],
)
def test_a_rate(times: list[float], now: float, low: float, high: float) -> None:
    found = rated(times, now)
    assert found is not None
    assert low <= found <= high


def test_no_rate_without_a_result_or_without_time() -> None:
    assert rated([], 100.0) is None
    assert rated([0.0], 0.0) is None


@given(st.lists(st.floats(0, 20), min_size=1, max_size=300), st.floats(0.5, 200))
def test_a_rate_is_between_none_and_all_that_came(steps: list[float], later: float) -> None:
    times = [sum(steps[: number + 1]) for number in range(len(steps))]
    now = times[-1] + later
    found = rated(times, now)
    assert found is not None
    assert 1 / now <= found * 1.000001
    recent = [time for time in times if now - time <= 65.0]
    slots = [time for time in times if now - time < 55.0]
    if len(slots) > 16 and now > 65.0:
        assert len(slots) / 60.0 <= found * 1.000001
        assert found <= len(recent) / 55.0 * 1.000001


def test_to_ask_for_the_rows_changes_nothing() -> None:
    progress = Progress({"one/m": 9}, START)
    for second in range(5):
        progress.see(result(), START + second)
    first = progress.rows(START + 5)
    progress.rows(START + 500)
    assert progress.rows(START + 5) == first


def test_memory_does_not_grow() -> None:
    progress, seen = Progress({"one/m": 1}, START), result(cost=0.1, usage=Usage(3, 4))
    for second in range(500):
        progress.see(seen, START + second)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for second in range(500, 20_000):
            progress.see(seen, START + second)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 2_000


def test_all_together() -> None:
    one = Row(backend="one/m", planned=9, works=1, partial=2, cost=0.5, tokens=3, rate=1.0, seconds=6.0, in_flight=2)
    two = Row(backend="two/m", planned=4, broken=1, errors=1, earlier=1, rate=2.0, seconds=60.0, pausing=9.0)
    every = total([one, two])
    assert every == Row(
        backend="all",
        planned=13,
        works=1,
        partial=2,
        broken=1,
        errors=1,
        earlier=1,
        cost=0.5,
        tokens=3,
        rate=3.0,
        seconds=60.0,
        in_flight=2,
    )
    assert (every.done, every.left, every.waiting) == (5, 8, 6)


def test_nobody_knows_how_long_one_backend_takes() -> None:
    every = total([Row(backend="one/m", planned=1, seconds=6.0, rate=1.0), Row(backend="two/m", planned=1)])
    assert (every.seconds, every.cost) == (None, None)
    assert total([]) == Row(backend="all")
