"""Ask every cell of a trial with bounded concurrency; one writer judges and records."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

import msgspec

from grimoire import cast
from grimoire.chat import Answer
from grimoire.errors import ServiceError
from grimoire.ports import ChatBackend, Ledger
from grimoire.record import Cell, Entry, Run
from grimoire.trial.plan import cost
from grimoire.verdict import Verdict


class Result(msgspec.Struct, frozen=True):
    """One cell, asked and judged.

    `error` is the service error's message; `earlier` marks an answer of a resumed run.
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
        """The verdict of all checks, from the one reached without asking."""
        ...


class Again(Protocol):
    """What decides on more samples of a cell."""

    def see(self, result: Result) -> None:
        """Take in one result."""
        ...

    def again(self) -> list[Cell]:
        """The cells to ask next, after all that was asked is judged."""
        ...


class Trial(msgspec.Struct, frozen=True):
    """What a run works with. `prices` maps a backend's name to (input, output) per million tokens.

    Without a `panel` no model is asked about an answer, without a `sampler` nothing is asked that is not planned.
    """

    run: Run
    ledger: Ledger
    backends: Mapping[str, ChatBackend]
    judge: Judge
    jobs: int = 8
    continue_limit: int = 0
    prices: Mapping[str, tuple[float, float]] = {}
    panel: Panel | None = None
    sampler: Again | None = None


Reply = tuple[Cell, Answer | ServiceError]
Record = tuple[int, Result]
Arrivals = asyncio.Queue[Reply | None]
Tell = Callable[[Result], None]


class _Round(msgspec.Struct, frozen=True):
    """One round of questions: who is told of each result, what was answered before, and what waits for the panel."""

    trial: Trial
    tell: Tell
    answered: Mapping[str, Entry]
    waiting: list[Record]

    def settle(self, record: Record) -> None:
        """Judge what is on record, put the verdict there too, and tell it; or let it wait for the panel."""
        number, result = record
        if result.answer is not None:
            verdict = self.trial.judge(result.cell, result.answer, result.cost)
            result = msgspec.structs.replace(result, verdict=verdict)
            if self.trial.panel and verdict.kind != "broken" and self.trial.panel.asks(result.cell):
                self.waiting.append((number, result))
                return
            self.trial.ledger.add_verdict(number, verdict)
        self.tell(result)


async def run(trial: Trial, planned: Iterable[Cell], on_result: Tell) -> None:
    """Ask all cells that this run has no answer to yet; `on_result` receives each when it is on record.

    Answers are committed in the order they arrive and before they are judged, so that neither a crash nor a kill loses
    one. When the run is cancelled, what has arrived is still recorded. Questions go in rounds: all that is planned,
    then what a model has to be asked about the answers, then the samples that are wanted once more, until none is.
    """

    def tell(result: Result) -> None:
        if trial.sampler:
            trial.sampler.see(result)
        on_result(result)

    answered = {entry.key: entry for entry in trial.ledger.answered(trial.run)}
    cells = planned
    while True:
        this = _Round(trial, tell, answered, [])
        await _ask_all(this, cells)
        await _ask_panel(this)
        cells = trial.sampler.again() if trial.sampler else []
        if not cells:
            return


async def _ask_all(this: _Round, planned: Iterable[Cell]) -> None:
    trial = this.trial
    remaining = _resumed(this, iter(planned))
    arrived: Arrivals = asyncio.Queue()
    # Workers share one iterator; asyncio switches only at an await, so no two ever pull at once.
    workers = [asyncio.create_task(_work(trial, remaining, arrived)) for _ in range(trial.jobs)]
    writer = asyncio.create_task(_write(this, arrived))
    try:
        await _all(workers, writer)
        arrived.put_nowait(None)
        await writer
    finally:
        for task in (*workers, writer):
            task.cancel()
        try:
            await asyncio.gather(*workers, writer, return_exceptions=True)
        finally:  # a second interruption loses nothing either
            _drain(this, arrived)


async def _ask_panel(this: _Round) -> None:
    """Put what waits to the panel; what is not judged when the run is cut off stays on record without a verdict."""
    panel, free = this.trial.panel, asyncio.Semaphore(this.trial.jobs)

    async def ask(number: int, result: Result) -> None:
        if panel is None or result.answer is None:
            return
        async with free:
            verdict = await panel.ask(result.cell, result.answer, result.cost, result.verdict)
        this.trial.ledger.add_verdict(number, verdict)
        this.tell(msgspec.structs.replace(result, verdict=verdict))

    tasks = [asyncio.create_task(ask(*record)) for record in this.waiting]
    try:
        await asyncio.gather(*tasks)  # no TaskGroup: what fails is to end the run as itself, not in a group
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _all(workers: list[asyncio.Task[None]], writer: asyncio.Task[None]) -> None:
    """Wait for the workers; an exception in one of them, or in the writer, ends the wait."""
    waiting: set[asyncio.Task[None]] = {*workers, writer}
    while waiting - {writer}:
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()


async def _work(trial: Trial, remaining: Iterator[Cell], arrived: Arrivals) -> None:
    for cell in remaining:
        backend = trial.backends[cell.backend]
        try:
            reply: Answer | ServiceError = await cast.ask(backend, cell.request, continue_limit=trial.continue_limit)
        except ServiceError as error:
            reply = error
        await arrived.put((cell, reply))


async def _write(this: _Round, arrived: Arrivals) -> None:
    while (reply := await arrived.get()) is not None:
        this.settle(_recorded(this.trial, *reply))


def _drain(this: _Round, arrived: Arrivals) -> None:
    """Record all that is left before any of it is judged: it is paid for, and a judge may crash."""
    left = [arrived.get_nowait() for _ in range(arrived.qsize())]
    records = [_recorded(this.trial, *reply) for reply in left if reply is not None]
    for record in records:
        this.settle(record)


def _recorded(trial: Trial, cell: Cell, reply: Answer | ServiceError) -> Record:
    if isinstance(reply, ServiceError):
        number = trial.ledger.add_error(trial.run, cell, reply)
        return number, Result(cell, Verdict(kind="error"), error=reply.message)
    paid = cost(reply.usage, trial.prices.get(cell.backend))
    number = trial.ledger.add_answer(trial.run, cell, reply, paid)
    return number, Result(cell, Verdict(kind="error"), reply, paid)


def _resumed(this: _Round, planned: Iterator[Cell]) -> Iterator[Cell]:
    """The cells still to be asked; those this run has an answer to are told, judged first where they were not."""
    for cell in planned:
        entry = this.answered.get(cell.key)
        if entry is None:
            yield cell
            continue
        result = _earlier(cell, entry)
        if entry.verdict is None:
            this.settle((entry.id, result))
        else:
            this.tell(result)


def _earlier(cell: Cell, entry: Entry) -> Result:
    verdict = Verdict(kind=entry.verdict or "error", checks=entry.checks, yardstick=entry.yardstick)
    return Result(cell, verdict, entry.reply, entry.cost, earlier=True)
