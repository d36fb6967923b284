"""One backend's way through a trial, and what is told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from grimoire.chat import Answer, Request, Usage
from grimoire.errors import AuthenticationFailed, LedgerError, ServiceError
from grimoire.ledger import SqliteLedger
from grimoire.pace import Limits
from grimoire.record import Cell, Outcome
from grimoire.trial.budget import Budget, Limit
from grimoire.trial.gate import Gate
from grimoire.trial.lane import Lane
from grimoire.trial.run import YIELD_AFTER, run
from grimoire.trial.work import Result
from grimoire.verdict import Verdict
from tests.trial.test_ending import Full
from tests.trial.test_panel import Says
from tests.trial.test_panel import trial as judged_trial
from tests.trial.test_run import WORKS, Echo, cells, entries, lanes, paced, trial, within


def taken(lane: Lane) -> str:
    async def take() -> Cell | None:
        return await asyncio.wait_for(lane.take(), 5)

    cell = asyncio.run(take())
    return cell.case if cell else ""


def test_what_is_asked_again_goes_before_the_plan() -> None:
    lane = Lane(paced(Echo()), cells("a", "b"))
    assert taken(lane) == "a"
    lane.extra.extend(cells("again"))
    assert [taken(lane), taken(lane)] == ["again", "b"]


def test_a_stopped_lane_gives_nothing_more() -> None:
    lane = Lane(paced(Echo()), cells("a", "b"))
    lane.extra.extend(cells("again"))
    lane.stop()
    assert taken(lane) == ""


def test_what_has_ended_is_not_kept(ledger: SqliteLedger) -> None:
    async def go() -> None:
        lane = Lane(paced(Echo()), [])
        for _ in range(9):
            lane.begin(asyncio.sleep(0), lambda _: None)
        await asyncio.sleep(0.01)
        assert not lane.tasks

    asyncio.run(go())


def test_who_a_gate_sends_away_each_has_an_error_of_their_own() -> None:
    async def go() -> None:
        gate = Gate(Limits(concurrency=1))
        first = await gate.enter(1)
        waiting = [asyncio.create_task(gate.enter(1)) for _ in range(2)]
        await asyncio.sleep(0)
        gate.stop(AuthenticationFailed("the key is not accepted"))
        one, two = await asyncio.gather(*waiting, return_exceptions=True)
        gate.leave(first, None)
        assert isinstance(one, ServiceError)
        assert isinstance(two, ServiceError)
        assert one is not two

    asyncio.run(go())


def test_the_loop_turns_while_a_long_run_is_passed_over(ledger: SqliteLedger) -> None:
    plan = cells(*map(str, range(4 * YIELD_AFTER)))
    batch = trial(ledger, [Echo()])
    numbers = ledger.add_all(batch.run, [Outcome(cell, Answer(text=cell.case)) for cell in plan])
    ledger.add_verdicts([(number, WORKS) for number in numbers])
    seen: list[int] = []
    results: list[Result] = []

    async def go() -> None:
        async def look() -> None:
            while True:
                seen.append(len(results))
                await asyncio.sleep(0)

        looking = asyncio.create_task(look())
        await run(trial(ledger, [Echo()], of=batch.run), lanes(plan), results.append)
        looking.cancel()

    within(go())
    assert len(results) == len(plan)
    assert len({number for number in seen if 0 < number < len(plan)}) >= 3


def test_nobody_is_told_of_a_verdict_that_is_not_on_record(ledger: SqliteLedger) -> None:
    ledger.__class__ = Full
    assert isinstance(ledger, Full)
    ledger.verdicts = 0
    results: list[Result] = []
    batch = trial(ledger, [Echo()])
    with pytest.raises(LedgerError, match="no space"):
        within(run(batch, lanes(cells("a", "b")), results.append))
    assert results == []
    assert {entry.verdict for entry in entries(ledger, batch)} == {None}


def test_what_brought_an_error_has_no_verdict_on_record(ledger: SqliteLedger) -> None:
    class Noting(SqliteLedger):
        noted: list[int] = []  # noqa: RUF012  # the ledger is made before it is of this class

        def add_verdicts(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
            self.noted.extend(number for number, _ in verdicts)
            super().add_verdicts(verdicts)

    ledger.__class__ = Noting
    results: list[Result] = []
    within(run(trial(ledger, [Echo()]), lanes(cells("a", "fail", "b")), results.append))
    assert sorted(Noting.noted) == sorted(result.number for result in results if not result.error)


class Choosy(Says):
    given_up = False

    def asks(self, cell: Cell) -> bool:
        return cell.case != "plain"


def test_the_panel_is_asked_where_it_has_something_to_ask_and_its_answers_are_told_whole(ledger: SqliteLedger) -> None:
    panel, results = Choosy(), list[Result]()
    within(run(judged_trial(ledger, panel), lanes(cells("a", "plain")), results.append))
    assert panel.asked == ["a"]
    assert {result.cell.case: result.answer.text for result in results if result.answer} == {"a": "a", "plain": "plain"}


def test_reasoning_that_the_service_does_not_count_costs_too() -> None:
    budget = Budget(Limit(cost=1.0), {"echo/1": (1.0, 2.0)})
    request: Request = cells("a")[0].request
    assert budget.begin("echo/1", request)
    budget.end("echo/1", request, Answer(text="x" * 400, reasoning="y" * 4000, usage=Usage(0, None)))
    assert budget.cost == pytest.approx(2.0 * 1100 / 1e6)


def test_a_short_answer_does_not_make_the_next_one_cheap() -> None:
    budget = Budget(Limit(cost=0.003), {"echo/1": (0.0, 1.0)})
    request = cells("a")[0].request
    for tokens in (1500, 1):
        assert budget.begin("echo/1", request)
        budget.end("echo/1", request, Answer(text="", usage=Usage(0, tokens)))
    assert not budget.begin("echo/1", request)
