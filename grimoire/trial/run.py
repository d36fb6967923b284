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
    """Today's checks for a cell's spell and case, run over an answer."""

    def __call__(self, cell: Cell, answer: Answer) -> Verdict: ...


class Trial(msgspec.Struct, frozen=True):
    """What a run works with. `prices` maps a backend's name to (input, output) per million tokens."""

    run: Run
    ledger: Ledger
    backends: Mapping[str, ChatBackend]
    judge: Judge
    jobs: int = 8
    continue_limit: int = 0
    prices: Mapping[str, tuple[float, float]] = {}


Reply = tuple[Cell, Answer | ServiceError]
Record = tuple[int, Result]
Arrivals = asyncio.Queue[Reply | None]


async def run(trial: Trial, planned: Iterable[Cell], on_result: Callable[[Result], None]) -> None:
    """Ask all cells that this run has no answer to yet; `on_result` receives each when it is on record.

    Answers are committed in the order they arrive and before they are judged, so that neither a crash nor a kill loses
    one. When the run is cancelled, what has arrived is still recorded.
    """
    remaining = _resumed(trial, iter(planned), on_result)
    arrived: Arrivals = asyncio.Queue()
    # Workers share one iterator; asyncio switches only at an await, so no two ever pull at once.
    workers = [asyncio.create_task(_work(trial, remaining, arrived)) for _ in range(trial.jobs)]
    writer = asyncio.create_task(_write(trial, arrived, on_result))
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
            _drain(trial, arrived, on_result)


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


async def _write(trial: Trial, arrived: Arrivals, on_result: Callable[[Result], None]) -> None:
    while (reply := await arrived.get()) is not None:
        on_result(_judged(trial, _recorded(trial, *reply)))


def _drain(trial: Trial, arrived: Arrivals, on_result: Callable[[Result], None]) -> None:
    """Record all that is left before any of it is judged: it is paid for, and a judge may crash."""
    left = [arrived.get_nowait() for _ in range(arrived.qsize())]
    records = [_recorded(trial, *reply) for reply in left if reply is not None]
    for record in records:
        on_result(_judged(trial, record))


def _recorded(trial: Trial, cell: Cell, reply: Answer | ServiceError) -> Record:
    if isinstance(reply, ServiceError):
        number = trial.ledger.add_error(trial.run, cell, reply)
        return number, Result(cell, Verdict(kind="error"), error=reply.message)
    paid = cost(reply.usage, trial.prices.get(cell.backend))
    number = trial.ledger.add_answer(trial.run, cell, reply, paid)
    return number, Result(cell, Verdict(kind="error"), reply, paid)


def _judged(trial: Trial, record: Record) -> Result:
    number, result = record
    if result.answer is None:
        return result
    verdict = trial.judge(result.cell, result.answer)
    trial.ledger.add_verdict(number, verdict)
    return msgspec.structs.replace(result, verdict=verdict)


def _resumed(trial: Trial, planned: Iterator[Cell], on_result: Callable[[Result], None]) -> Iterator[Cell]:
    """The cells still to be asked; those this run has an answer to are reported, judged first where they were not."""
    answered = {entry.key: entry for entry in trial.ledger.answered(trial.run)}
    for cell in planned:
        entry = answered.get(cell.key)
        if entry is None:
            yield cell
        else:
            on_result(_earlier(trial, cell, entry))


def _earlier(trial: Trial, cell: Cell, entry: Entry) -> Result:
    answer = Answer(
        text=entry.answer,
        finish_reason=entry.finish_reason,
        model=entry.model,
        usage=entry.usage,
        seconds=entry.seconds,
        parts=entry.parts,
    )
    verdict = Verdict(kind=entry.verdict or "error", checks=entry.checks)
    result = Result(cell, verdict, answer, entry.cost, earlier=True)
    return result if entry.verdict is not None else _judged(trial, (entry.id, result))
