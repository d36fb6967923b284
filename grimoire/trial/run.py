"""Ask every cell of a trial: one lane a backend, and one writer for all that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

from grimoire import cast
from grimoire.chat import Answer
from grimoire.errors import Interrupted, LedgerError, ServiceError
from grimoire.record import Attempt, Cell, Done, Outcome
from grimoire.trial.gate import Stopped
from grimoire.trial.lane import Lane
from grimoire.trial.plan import cost
from grimoire.trial.work import Panel, Result, Trial
from grimoire.trial.writer import Arrival, Writer
from grimoire.verdict import Verdict

JUDGED_AT_ONCE = 64
"""Answers about which the panel is asked at one time; the judge's own pacing may allow fewer."""
YIELD_AFTER = 500
"""Cells of a resumed run that are passed over before the loop turns again."""

Tell = Callable[[Result], None]


class Runner:
    """Runs a trial once. Belongs to the event loop it is made in.

    Each backend has a lane of its own, and none waits for another; all share one writer. When the ledger fails nothing
    more is sent; what is under way is waited for and given to the trial's `rescue`. `why` says what stopped it early,
    `cut` whether something was left unasked because of it, `before` what the run had answers to when it began,
    `over` that it has ended.
    """

    def __init__(self, trial: Trial, planned: Mapping[str, Iterable[Cell]], on_result: Tell) -> None:
        self.why = ""
        self.cut = False
        self.over = False
        self._trial = trial
        self._tell = on_result
        self.before = trial.ledger.done(trial.run)
        careful = trial.budget is not None and trial.budget.limit.cost is not None
        self._lanes = [Lane(trial.backends[name], cells, careful=careful) for name, cells in planned.items()]
        self._writer = Writer(trial, self._say, self.stop)
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def stop(self, why: str) -> None:
        """Send nothing more; what is under way is waited for and recorded. The first reason holds."""
        self.why = self.why or why
        for lane in self._lanes:
            lane.stop()
        for gate in self._trial.others:
            gate.stop()

    @property
    def given_up(self) -> list[str]:
        """Why backends are asked no more, of each that only failed."""
        return [lane.given_up for lane in self._lanes if lane.given_up]

    @property
    def under_way(self) -> int:
        """Requests that were sent and are not answered yet."""
        gates = {*(lane.backend.gate for lane in self._lanes), *self._trial.others}  # a judge may be tried itself
        return sum(gate.in_flight for gate in gates)

    async def run(self) -> None:
        """Until every cell has an outcome, or the run was stopped and nothing is under way any more.

        What fails by a bug ends the run as itself, once what is under way has come in: it is paid for. When the run is
        cancelled what has arrived is still recorded.
        """
        lanes = [asyncio.create_task(self._go(lane)) for lane in self._lanes]
        writer = asyncio.create_task(self._writer.work())
        writer.add_done_callback(self._fail_with)
        timer = self._limit_time()
        try:
            await self._unless_failed(lanes)
        except Exception:
            self.stop("it failed")
            await _land([task for lane in self._lanes for task in lane.tasks])
            raise
        finally:
            if timer:
                timer.cancel()
            try:
                await _cancel([*lanes, *(task for lane in self._lanes for task in lane.tasks), writer])
            finally:  # though it be cancelled once more: what has arrived is paid for
                self._failure.cancel()
                self._writer.drain()
                self.cut |= any(lane.extra for lane in self._lanes)
                self.over = True
        if self._writer.failed:
            raise self._writer.failed

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

    def _fail_with(self, task: asyncio.Task[None]) -> None:
        """A task that failed by a bug ends the run."""
        if not task.cancelled() and (error := task.exception()) and not self._failure.done():
            self._failure.set_exception(error)

    async def _go(self, lane: Lane) -> None:
        """All that one backend is asked: the plan, what is asked again, and then what a model is asked about it."""
        try:
            await self._dispatch(lane)
            while lane.waiting and not self.why:
                await self._ask_panel(lane)
                await self._dispatch(lane)
        except LedgerError as error:
            self._writer.give_up(error)
            await lane.take()  # None, once all that is under way is in

    async def _dispatch(self, lane: Lane) -> None:
        passed = 0
        while (cell := await lane.take()) is not None:
            done = self.before.get(cell.key) if self.before else None
            if done is None:
                lane.begin(self._ask(lane, cell), self._fail_with)
                continue
            self._pass_over(lane, cell, done)
            passed += 1
            if not passed % YIELD_AFTER:
                await asyncio.sleep(0)

    async def _ask(self, lane: Lane, cell: Cell) -> None:
        """Ask one question to its end; whatever comes of it goes to the writer, which lets the lane go on."""

        def tell(attempt: Attempt) -> None:
            lane.tried()
            self._writer.arrived.put_nowait(Arrival(lane, Outcome(cell, attempt)))

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
            reply = _half(stopped.partial)
        except asyncio.CancelledError as cut:
            if (partial := getattr(cut, "partial", None)) is not None:
                half = _half(partial)
                self._writer.arrived.put_nowait(Arrival(lane, Outcome(cell, half, self._paid(cell, half))))
            raise
        if not isinstance(reply, Interrupted):
            lane.see(reply)
        self._writer.arrived.put_nowait(Arrival(lane, Outcome(cell, reply, self._paid(cell, reply))))

    def _stopped(self) -> None:
        self.cut = True
        budget = self._trial.budget
        if not self.why:
            self.stop(budget.why if budget else "stopped")

    def _paid(self, cell: Cell, reply: Answer | ServiceError) -> float | None:
        answer = reply if isinstance(reply, Answer) else reply.partial
        return cost(answer.usage, self._trial.prices.get(cell.backend)) if answer else None

    def _say(self, lane: Lane, result: Result) -> None:
        if self._trial.sampler and (again := self._trial.sampler.see(result.cell, result.verdict.kind)):
            lane.extra.append(again)
        self._tell(result)

    def _pass_over(self, lane: Lane, cell: Cell, done: Done) -> None:
        """A cell the run has an answer to: told, or given to the writer where no verdict was reached."""
        if done.verdict not in {None, "error"}:
            self._say(lane, Result(cell, Verdict(kind=done.verdict), number=done.answer, earlier=True))
            return
        answer = self._trial.ledger.reply(done.answer)
        lane.hold()
        outcome = Outcome(cell, answer, self._paid(cell, answer))
        self._writer.arrived.put_nowait(Arrival(lane, outcome, done.answer, earlier=True))

    async def _reconsider(self, panel: Panel, number: int, *, earlier: bool) -> Result | None:
        """The panel's verdict on an answer that is on record; None when no more are to be had."""
        entry = self._trial.ledger.entry(number)
        if self._trial.recall is None:
            raise TypeError("a trial with a panel has to recall its cells")
        cell = self._trial.recall(entry)
        verdict = self._trial.judge(cell, entry.reply, entry.cost)
        try:
            verdict = await panel.ask(cell, entry.reply, entry.cost, verdict)
        except Stopped:
            if not panel.given_up:
                self._stopped()
            return None
        if not self._writer.add_verdicts([(number, verdict)]):
            return None
        return Result(cell, verdict, entry.reply, entry.cost, earlier=earlier, number=number)

    async def _ask_panel(self, lane: Lane) -> None:
        """Put what waits to the panel; what is not judged when the run is cut off stays on record without a verdict."""
        panel = self._trial.panel
        waiting = iter(lane.waiting.items())
        lane.waiting = {}

        async def work(panel: Panel) -> None:
            for number, earlier in waiting:
                if (result := await self._reconsider(panel, number, earlier=earlier)) is None:
                    return
                self._say(lane, result)

        tasks = [asyncio.create_task(work(panel)) for _ in range(JUDGED_AT_ONCE) if panel]
        try:
            ended = await asyncio.gather(*tasks, return_exceptions=True)  # what is under way is paid for
        finally:
            await _cancel(tasks)
        for failure in ended:
            if failure:
                raise failure


async def run(trial: Trial, planned: Mapping[str, Iterable[Cell]], on_result: Tell) -> str:
    """Ask all cells this run has no answer to yet, by backend; why it stopped early, empty when it did not.

    `on_result` receives each result when it is on record.
    """
    runner = Runner(trial, planned, on_result)
    await runner.run()
    return runner.why


def _half(partial: Answer) -> Interrupted:
    """The error for an answer of which only a part came; that was paid for."""
    error = Interrupted("the run was stopped before the answer was whole")
    error.partial = partial
    return error


async def _land(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Wait for what is under way, however it ends."""
    await asyncio.gather(*tasks, return_exceptions=True)


async def _cancel(tasks: Iterable[asyncio.Task[None]]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
