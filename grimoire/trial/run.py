"""Ask every cell of a trial: one lane a backend, and one writer that records and judges what comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from grimoire import cast
from grimoire.chat import Answer
from grimoire.errors import Interrupted, LedgerError, ServiceError
from grimoire.ports import Ledger
from grimoire.record import Attempt, Cell, Done, Outcome, Run
from grimoire.trial.budget import Budget
from grimoire.trial.gate import Gate, Stopped
from grimoire.trial.lane import Lane, Waiting
from grimoire.trial.paced import Paced
from grimoire.trial.plan import cost
from grimoire.verdict import Verdict, VerdictKind

BATCH = 16
"""Outcomes recorded in one transaction, and judged before the loop turns again: a few milliseconds of work."""
JUDGED_AT_ONCE = 64
"""Answers about which the panel is asked at one time; the judge's own pacing may allow fewer."""
YIELD_AFTER = 500
"""Cells of a resumed run that are passed over before the loop turns again."""


class Result(msgspec.Struct, frozen=True):
    """One cell, asked and judged.

    `error` is the service error's message. `earlier` marks a cell that the run had an answer to when it was resumed;
    `answer` is None there too, unless it had not been judged.
    """

    cell: Cell
    verdict: Verdict
    answer: Answer | None = None
    cost: float | None = None
    error: str = ""
    earlier: bool = False


class Judge(Protocol):
    """Today's checks for a cell's spell and case, run over an answer, but for those that ask a model."""

    def __call__(self, cell: Cell, answer: Answer, paid: float | None, /) -> Verdict: ...


class Panel(Protocol):
    """The checks for which a model is asked."""

    def asks(self, cell: Cell) -> bool:
        """Whether answers to a cell meet such checks."""
        ...

    async def ask(self, cell: Cell, answer: Answer, paid: float | None, verdict: Verdict) -> Verdict:
        """The verdict of all checks, from the one reached without asking. Raises Stopped."""
        ...


class Again(Protocol):
    """What decides on more samples of a cell."""

    def see(self, cell: Cell, verdict: VerdictKind) -> Cell | None:
        """Take in what came of a cell; the cell to ask on top of the plan because of it."""
        ...


class Trial(msgspec.Struct, frozen=True):
    """What a run works with. `prices` maps a backend's name to (input, output) per million tokens.

    Without a `panel` no model is asked about an answer, without a `sampler` nothing is asked that is not planned.
    `others` are gates to stop with those of the backends, `rescue` is given what the ledger failed to take.
    """

    run: Run
    ledger: Ledger
    backends: Mapping[str, Paced]
    judge: Judge
    continue_limit: int = 0
    prices: Mapping[str, tuple[float, float]] = {}
    panel: Panel | None = None
    sampler: Again | None = None
    budget: Budget | None = None
    others: Sequence[Gate] = ()
    rescue: Callable[[Sequence[Outcome]], None] | None = None


Tell = Callable[[Result], None]


class Runner:
    """Runs a trial once. Belongs to the event loop it is made in.

    Answers are committed in the order they arrive and before they are judged, so that neither a crash nor a kill loses
    one, and before anyone is told of them. Each backend has a lane of its own: none waits for another. When the ledger
    fails nothing more is sent; what is under way is waited for and given to `rescue`.
    """

    def __init__(self, trial: Trial, planned: Mapping[str, Iterable[Cell]], on_result: Tell) -> None:
        self.why = ""
        self._trial = trial
        self._tell = on_result
        self._arrived: asyncio.Queue[tuple[Lane, Outcome]] = asyncio.Queue()
        self._done = trial.ledger.done(trial.run)
        self._lanes = [Lane(trial.backends[name], cells) for name, cells in planned.items()]
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ledger_failed: LedgerError | None = None

    def stop(self, why: str) -> None:
        """Send nothing more; what is under way is waited for and recorded. The first reason holds."""
        self.why = self.why or why
        for lane in self._lanes:
            lane.stop()
        for gate in self._trial.others:
            gate.stop()

    @property
    def under_way(self) -> int:
        """Requests that were sent and are not answered yet."""
        gates = [*(lane.backend.gate for lane in self._lanes), *self._trial.others]
        return sum(gate.in_flight for gate in gates)

    async def run(self) -> None:
        """Until every cell has an outcome, or the run was stopped and nothing is under way any more.

        What fails by a bug ends the run as itself. When it is cancelled what has arrived is still recorded.
        """
        lanes = [asyncio.create_task(self._go(lane)) for lane in self._lanes]
        writer = asyncio.create_task(self._write())
        timer = self._limit_time()
        try:
            await self._unless_failed(lanes)
        finally:
            if timer:
                timer.cancel()
            await _cancel([*lanes, *(task for lane in self._lanes for task in lane.tasks), writer])
            self._failure.cancel()
            self._drain()
        if self._ledger_failed:
            raise self._ledger_failed

    async def _unless_failed(self, lanes: list[asyncio.Task[None]]) -> None:
        waiting: set[asyncio.Future[None]] = {*lanes, self._failure}
        while len(waiting) > 1:
            ended, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for future in ended:
                future.result()

    def _limit_time(self) -> asyncio.TimerHandle | None:
        budget = self._trial.budget
        if budget is None or budget.limit.seconds is None:
            return None
        said = f"--max-time {budget.limit.seconds:g} s is over"
        return asyncio.get_running_loop().call_later(budget.limit.seconds, self.stop, said)

    def _fail(self, error: BaseException) -> None:
        if not self._failure.done():
            self._failure.set_exception(error)

    async def _go(self, lane: Lane) -> None:
        """All that one backend is asked: the plan, what is asked again, and then what a model is asked about it."""
        try:
            await self._dispatch(lane)
            while lane.waiting and not self.why:
                await self._ask_panel(lane)
                await self._dispatch(lane)
        except LedgerError as error:
            self._give_up(error)
            await lane.take()  # None, once all that is under way is in

    async def _dispatch(self, lane: Lane) -> None:
        passed = 0
        while (cell := await lane.take()) is not None:
            done = self._done.get(cell.key) if self._done else None
            if done is None:
                lane.begin(self._ask(lane, cell), self._fail)
                continue
            self._pass_over(lane, cell, done)
            passed += 1
            if not passed % YIELD_AFTER:
                await asyncio.sleep(0)

    async def _ask(self, lane: Lane, cell: Cell) -> None:
        """Ask one question to its end; whatever comes of it goes to the writer, which lets the lane go on."""

        def tell(attempt: Attempt) -> None:
            self._arrived.put_nowait((lane, Outcome(cell, attempt)))

        backend = lane.backend.having(spending=self._trial.budget, tell=tell, whole=True)
        try:
            reply: Answer | ServiceError = await cast.ask(
                backend, cell.request, continue_limit=self._trial.continue_limit
            )
        except ServiceError as error:
            reply = error
        except Stopped as stopped:
            self._stopped()
            if stopped.partial is None:
                lane.settle()
                return
            reply = Interrupted("the run was stopped before the answer was whole")
            reply.partial = stopped.partial
        if not isinstance(reply, Interrupted):
            lane.see(reply)
        paid = self._paid(cell, reply)
        self._arrived.put_nowait((lane, Outcome(cell, reply, paid)))

    def _stopped(self) -> None:
        budget = self._trial.budget
        if not self.why:
            self.stop(budget.why if budget else "stopped")

    def _paid(self, cell: Cell, reply: Answer | ServiceError) -> float | None:
        answer = reply if isinstance(reply, Answer) else reply.partial
        return cost(answer.usage, self._trial.prices.get(cell.backend)) if answer else None

    async def _write(self) -> None:
        """The one writer. Its batches are short, so that new questions go out between them."""
        try:
            while True:
                batch = [await self._arrived.get()]
                while len(batch) < BATCH and not self._arrived.empty():
                    batch.append(self._arrived.get_nowait())
                self._take(batch)
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  # whatever it is, it ends the run as itself
            self._fail(error)

    def _drain(self) -> None:
        """Record all that is left before any of it is judged: it is paid for, and a judge may crash."""
        left = [self._arrived.get_nowait() for _ in range(self._arrived.qsize())]
        if left:
            self._take(left)

    def _take(self, batch: list[tuple[Lane, Outcome]]) -> None:
        """Record a batch, judge it, record the verdicts, tell."""
        outcomes = [outcome for _, outcome in batch]
        numbers = self._record(outcomes)
        if numbers is None:
            for lane, outcome in batch:
                self._settle(lane, outcome)
            return
        settled = [
            (lane, outcome, self._judged(lane, n, outcome)) for (lane, outcome), n in zip(batch, numbers, strict=True)
        ]
        verdicts = [
            (n, result.verdict) for n, (_, _, result) in zip(numbers, settled, strict=True) if result and result.answer
        ]
        if verdicts and not self._add_verdicts(verdicts):
            settled = [(lane, outcome, None) for lane, outcome, _ in settled]
        for lane, outcome, result in settled:
            if result:
                self._say(lane, result)
            self._settle(lane, outcome)

    def _record(self, outcomes: list[Outcome]) -> list[int] | None:
        """None when the ledger fails: the run then ends, and nothing of the batch is lost."""
        if self._ledger_failed is None:
            try:
                return self._trial.ledger.add_all(self._trial.run, outcomes)
            except LedgerError as error:
                self._give_up(error)
        if self._trial.rescue:
            self._trial.rescue(outcomes)
        return None

    def _add_verdicts(self, verdicts: list[tuple[int, Verdict]]) -> bool:
        try:
            self._trial.ledger.add_verdicts(verdicts)
        except LedgerError as error:  # the answers are on record, and are judged when the run is resumed
            self._give_up(error)
        return self._ledger_failed is None

    def _give_up(self, error: LedgerError) -> None:
        self._ledger_failed = self._ledger_failed or error
        self.stop("the ledger failed")

    def _judged(self, lane: Lane, number: int, outcome: Outcome) -> Result | None:
        """What to tell of an outcome; None of an attempt, and of an answer that waits for the panel."""
        cell, reply, paid = outcome
        if isinstance(reply, Attempt):
            return None
        if isinstance(reply, ServiceError):
            return Result(cell, Verdict(kind="error"), error=reply.message)
        verdict = self._trial.judge(cell, reply, paid)
        panel = self._trial.panel
        if panel and verdict.kind != "broken" and panel.asks(cell):
            lane.waiting.append(Waiting(number, cell, paid, verdict, earlier=False))
            return None
        return Result(cell, verdict, reply, paid)

    def _say(self, lane: Lane, result: Result) -> None:
        if self._trial.sampler and (again := self._trial.sampler.see(result.cell, result.verdict.kind)):
            lane.extra.append(again)
        self._tell(result)

    @staticmethod
    def _settle(lane: Lane, outcome: Outcome) -> None:
        if not isinstance(outcome.reply, Attempt):
            lane.settle()

    def _pass_over(self, lane: Lane, cell: Cell, done: Done) -> None:
        """A cell the run has an answer to: told, judged first where it was not."""
        if done.verdict is not None:
            self._say(lane, Result(cell, Verdict(kind=done.verdict), earlier=True))
            return
        answer = self._trial.ledger.reply(done.answer)
        paid = self._paid(cell, answer)
        verdict = self._trial.judge(cell, answer, paid)
        panel = self._trial.panel
        if panel and verdict.kind != "broken" and panel.asks(cell):
            lane.waiting.append(Waiting(done.answer, cell, paid, verdict, earlier=True))
            return
        self._trial.ledger.add_verdict(done.answer, verdict)
        self._say(lane, Result(cell, verdict, answer, paid, earlier=True))

    async def _ask_panel(self, lane: Lane) -> None:
        """Put what waits to the panel; what is not judged when the run is cut off stays on record without a verdict."""
        panel = self._trial.panel
        waiting = iter(lane.waiting)
        lane.waiting = []

        async def work(panel: Panel) -> None:
            for number, cell, paid, verdict, earlier in waiting:
                answer = self._trial.ledger.reply(number)
                try:
                    asked = await panel.ask(cell, answer, paid, verdict)
                except Stopped:
                    self._stopped()
                    return
                if not self._add_verdicts([(number, asked)]):
                    return
                self._say(lane, Result(cell, asked, answer, paid, earlier=earlier))

        tasks = [asyncio.create_task(work(panel)) for _ in range(JUDGED_AT_ONCE) if panel]
        try:
            await asyncio.gather(*tasks)  # no TaskGroup: what fails is to end the run as itself, not in a group
        finally:
            await _cancel(tasks)


async def run(trial: Trial, planned: Mapping[str, Iterable[Cell]], on_result: Tell) -> str:
    """Ask all cells this run has no answer to yet, by backend; why it stopped early, empty when it did not.

    `on_result` receives each result when it is on record.
    """
    runner = Runner(trial, planned, on_result)
    await runner.run()
    return runner.why


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
