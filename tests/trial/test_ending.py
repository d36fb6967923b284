"""How a run ends early: stopped by a person, a budget or the ledger, or because a backend only fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from grimoire.chat import Answer, Usage
from grimoire.errors import AuthenticationFailed, LedgerError, ServiceTimeout, ServiceUnreachable
from grimoire.ledger import SqliteLedger
from grimoire.record import Attempt, Outcome, Run
from grimoire.trial.budget import Budget, Limit
from grimoire.trial.lane import FEW
from grimoire.trial.run import Runner, run
from grimoire.trial.work import Result, Trial
from grimoire.verdict import Verdict
from tests.trial.test_run import LIMIT, Echo, cells, entries, lanes, paced, trial, within


class Held(Echo):
    """Answers when it is told to; `full` says that so many questions wait."""

    def __init__(self, name: str = "echo/1", *, most: int = 4) -> None:
        super().__init__(name)
        self.release = asyncio.Event()
        self.full = asyncio.Event()
        self._most = most

    async def answer(self, text: str) -> Answer:
        if self.flying == self._most:
            self.full.set()
        await self.release.wait()
        return Answer(text=text, finish_reason="stop", usage=Usage(10, 20))


def stopped(of: Trial, held: Held, planned: int, results: list[Result]) -> Runner:
    """Run until four questions are under way, stop, let them be answered."""
    runner: Runner

    async def go() -> None:
        nonlocal runner
        runner = Runner(of, lanes(cells(*map(str, range(planned)))), results.append)
        async with asyncio.timeout(LIMIT):
            task = asyncio.create_task(runner.run())
            await held.full.wait()
            assert runner.under_way == 4
            runner.stop("somebody says so")
            runner.stop("and somebody else")
            await asyncio.sleep(0)
            held.release.set()
            await task

    asyncio.run(go())
    return runner


def test_a_stop_waits_for_what_is_under_way_and_sends_no_more(ledger: SqliteLedger) -> None:
    held, results = Held(), list[Result]()
    batch = trial(ledger, [held])
    runner = stopped(batch, held, 50, results)
    assert (runner.why, runner.under_way) == ("somebody says so", 0)
    assert len(held.asked) == len(results) == len(entries(ledger, batch)) == 4
    rest: list[Result] = []
    again = trial(ledger, [echo := Echo()], of=batch.run)
    within(run(again, lanes(cells(*map(str, range(50)))), rest.append))
    assert len(echo.asked) == 46
    assert sum(result.earlier for result in rest) == 4


def test_a_retry_that_waits_ends_with_the_stop_and_is_no_error(ledger: SqliteLedger) -> None:
    class Failing(Echo):
        async def answer(self, text: str) -> Answer:
            raise ServiceTimeout("too slow")

    batch = msgspec.structs.replace(trial(ledger, []), backends={"echo/1": paced(Failing(), retries=9)})

    async def go() -> None:
        runner = Runner(batch, lanes(cells("a", "b")), lambda _: pytest.fail("nothing came of it"))
        async with asyncio.timeout(LIMIT):
            task = asyncio.create_task(runner.run())
            await asyncio.sleep(0.05)
            runner.stop("enough")
            await task

    asyncio.run(go())
    assert entries(ledger, batch) == []


def test_a_half_paid_answer_is_finished_though_the_run_is_stopped(ledger: SqliteLedger) -> None:
    class Long(Echo):
        async def answer(self, text: str) -> Answer:
            if text == "a" and len(self.asked) == 1:
                runner.stop("enough")
                return Answer(text="The first half of it, ", finish_reason="length", usage=Usage(1, 1))
            return Answer(text="and the second.", finish_reason="stop", usage=Usage(1, 1))

    results: list[Result] = []
    batch = msgspec.structs.replace(trial(ledger, [Long()], jobs=1), continue_limit=3)
    runner: Runner

    async def go() -> None:
        nonlocal runner
        runner = Runner(batch, lanes(cells("a", "b")), results.append)
        async with asyncio.timeout(LIMIT):
            await runner.run()

    asyncio.run(go())
    assert [r.answer.text for r in results if r.answer] == ["The first half of it, and the second."]


def test_a_half_that_the_budget_leaves_alone_is_on_record_as_such(ledger: SqliteLedger) -> None:
    class Long(Echo):
        async def answer(self, text: str) -> Answer:
            return Answer(text="The first half of it, ", finish_reason="length", usage=Usage(1, 1))

    batch = msgspec.structs.replace(
        trial(ledger, [Long()], jobs=1), continue_limit=3, budget=Budget(Limit(calls=1), {})
    )
    results: list[Result] = []
    within(run(batch, lanes(cells("a", "b")), results.append))
    [entry] = entries(ledger, batch)
    assert (entry.error, entry.answer, entry.cost) == ("interrupted", "The first half of it, ", 0.000003)
    assert [result.verdict.kind for result in results] == ["error"]


def test_no_more_calls_are_made_than_may_be(ledger: SqliteLedger) -> None:
    one, two, results = Echo(), Echo("echo/2"), list[Result]()
    batch = msgspec.structs.replace(trial(ledger, [one, two]), budget=Budget(Limit(calls=7), {}))
    said: list[str] = []

    async def go() -> None:
        plans = [cells(*map(str, range(20)), backend=name) for name in ("echo/1", "echo/2")]
        said.append(await run(batch, lanes(*plans), results.append))

    within(go())
    assert said == ["--max-calls 7 is reached"]
    assert len(one.asked) + len(two.asked) == len(results) == len(entries(ledger, batch)) == 7


def test_money_is_not_passed_by_what_is_asked_at_once(ledger: SqliteLedger) -> None:
    """Answers cost forty times what is assumed before the first has come."""

    class Long(Echo):
        async def answer(self, text: str) -> Answer:
            await asyncio.sleep(0.001)
            return Answer(text=text, usage=Usage(10, 40_000))

    prices = {"echo/1": (1.0, 1.0)}
    budget = Budget(Limit(cost=1.0), prices)
    batch = msgspec.structs.replace(trial(ledger, [Long()], jobs=64), budget=budget, prices=prices)
    said: list[str] = []

    async def go() -> None:
        said.append(await run(batch, lanes(cells(*map(str, range(500)))), lambda _: None))

    within(go())
    assert said == ["--max-cost 1 is reached"]
    assert 0.9 < sum(entry.cost or 0 for entry in entries(ledger, batch)) <= 1.0


def test_time_that_is_over_stops_it(ledger: SqliteLedger) -> None:
    held = Held()
    batch = msgspec.structs.replace(trial(ledger, [held]), budget=Budget(Limit(seconds=0.05), {}))
    said: list[str] = []

    async def go() -> None:
        async def release() -> None:
            await held.full.wait()
            await asyncio.sleep(0.1)
            held.release.set()

        task = asyncio.create_task(release())
        said.append(await run(batch, lanes(cells(*map(str, range(20)))), lambda _: None))
        await task

    within(go())
    assert said == ["--max-time 0.05 s is over"]
    assert len(held.asked) == len(entries(ledger, batch)) == 4


def test_a_backend_that_only_fails_is_given_up_and_the_others_go_on(ledger: SqliteLedger) -> None:
    class Closed(Echo):
        async def answer(self, text: str) -> Answer:
            await asyncio.sleep(0)
            raise AuthenticationFailed("closed/1: the key is not accepted")

    closed, fine, results = Closed("echo/2"), Echo(), list[Result]()
    batch = trial(ledger, [fine, closed], jobs=2)
    plans = [cells(*map(str, range(100)), backend=name) for name in ("echo/1", "echo/2")]
    within(run(batch, lanes(*plans), results.append))
    assert len(closed.asked) <= 5, "three failures in a row, and what was under way"
    errors = [result for result in results if result.error]
    assert {result.cell.backend for result in errors} == {"echo/2"}
    assert len(errors) == 100, "each cell once"
    assert sum(entry.error == "authentication" for entry in entries(ledger, batch)) == 100
    assert sum("given up after 3 failures" in result.error for result in errors) >= 95
    assert len(fine.asked) == 100


def test_a_backend_that_was_never_there_is_asked_little_however_much_may_be_asked_at_once(ledger: SqliteLedger) -> None:
    class Absent(Echo):
        async def answer(self, text: str) -> Answer:
            raise ServiceUnreachable("no connection")

    absent, results = Absent(), list[Result]()
    batch = trial(ledger, [])
    batch = msgspec.structs.replace(batch, backends={"echo/1": paced(absent, 64, retries=1)})
    within(run(batch, lanes(cells(*map(str, range(200)))), results.append))
    assert len(absent.asked) <= 2 * FEW
    assert len(results) == 200


def test_a_slow_backend_holds_up_no_other(ledger: SqliteLedger) -> None:
    held, fine, results = Held("echo/2"), Echo(), list[Result]()

    def note(result: Result) -> None:
        results.append(result)
        if len(results) == 100:
            held.release.set()

    plans = [cells(*map(str, range(100)), backend="echo/1"), cells(*map(str, range(100)), backend="echo/2")]
    within(run(trial(ledger, [fine, held]), lanes(*plans), note))
    assert {result.cell.backend for result in results[:100]} == {"echo/1"}
    assert len(results) == 200


def test_each_attempt_is_on_record(ledger: SqliteLedger) -> None:
    class Moody(Echo):
        async def answer(self, text: str) -> Answer:
            if len(self.asked) < 3:
                raise ServiceTimeout("too slow")
            return Answer(text=text)

    batch = msgspec.structs.replace(trial(ledger, []), backends={"echo/1": paced(Moody(), retries=3)})
    within(run(batch, lanes(cells("a")), lambda _: None))
    [entry] = entries(ledger, batch)
    assert [(a.number, a.error, a.message) for a in entry.attempts] == [
        (1, "timeout", "too slow"),
        (2, "timeout", "too slow"),
    ]
    assert all(attempt.wait for attempt in entry.attempts)


class Full(SqliteLedger):
    """Takes so many batches, or verdicts, and then fails as a full disk does."""

    outcomes = verdicts = 1000

    def add_all(self, run: Run, outcomes: Sequence[Outcome]) -> list[int]:
        self.outcomes -= 1
        if self.outcomes < 0:
            raise LedgerError("no space is left")
        return super().add_all(run, outcomes)

    def add_verdicts(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        self.verdicts -= 1
        if self.verdicts < 0:
            raise LedgerError("no space is left")
        super().add_verdicts(verdicts)


@pytest.fixture
def full(ledger: SqliteLedger) -> Full:
    ledger.__class__ = Full
    assert isinstance(ledger, Full)
    return ledger


def test_what_the_ledger_fails_to_take_is_saved_and_nothing_more_is_sent(full: Full) -> None:
    full.outcomes = 1
    saved: list[Outcome] = []
    results: list[Result] = []
    batch = msgspec.structs.replace(trial(full, [backend := Echo()]), rescue=saved.extend)
    with pytest.raises(LedgerError, match="no space"):
        within(run(batch, lanes(cells(*map(str, range(100)))), results.append))
    recorded = entries(full, batch)
    answers = [outcome for outcome in saved if not isinstance(outcome.reply, Attempt)]
    assert 0 < len(recorded) >= len(results), "what is on record may still wait for its verdict"
    assert sorted(backend.asked) == sorted([e.answer for e in recorded] + [o.cell.case for o in answers])
    assert len(backend.asked) < 30


def test_answers_without_their_verdicts_are_on_record_and_the_run_ends(full: Full) -> None:
    full.verdicts = 1
    saved: list[Outcome] = []
    batch = msgspec.structs.replace(trial(full, [backend := Echo()]), rescue=saved.extend)
    with pytest.raises(LedgerError, match="no space"):
        within(run(batch, lanes(cells(*map(str, range(100)))), lambda _: None))
    full.verdicts = full.outcomes = 1000
    recorded = entries(full, batch)
    assert sorted([e.answer for e in recorded] + [o.cell.case for o in saved]) == sorted(backend.asked)
    left = trial(full, [rest := Echo()], of=batch.run)
    within(run(left, lanes(cells(*map(str, range(100)))), lambda _: None))
    assert len(rest.asked) + len(recorded) == 100
    assert {e.verdict for e in entries(full, batch)} == {"works"}
