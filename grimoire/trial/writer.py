"""The one that writes: whatever comes back is recorded, then judged, its verdict recorded, and then told."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from grimoire.errors import LedgerError, ServiceError
from grimoire.record import Attempt, Outcome
from grimoire.trial.work import Result, Trial
from grimoire.verdict import Verdict

if TYPE_CHECKING:
    from grimoire.trial.lane import Lane

BATCH = 32
"""Verdicts recorded in one transaction, at most."""


class Arrival(msgspec.Struct):
    """An outcome on its way; `number` is that of its row, `result` what is to be told of it (None: nothing yet).

    One of an `earlier` life of the run is on record already.
    """

    lane: Lane
    outcome: Outcome
    number: int = 0
    result: Result | None = None
    earlier: bool = False


class Writer:
    """Takes in arrivals one batch at a time.

    Answers are committed before they are judged, so that neither a crash nor a kill loses one, and before anyone is
    told of them. They are judged one by one, so that questions go out and answers come in meanwhile. When the ledger
    fails, `failed` says how, and what comes after is given to `rescue`.
    """

    def __init__(self, trial: Trial, tell: Callable[[Lane, Result], None], stop: Callable[[str], None]) -> None:
        self.arrived: asyncio.Queue[Arrival] = asyncio.Queue()
        self.failed: LedgerError | None = None
        self._trial = trial
        self._tell = tell
        self._stop = stop
        self._recorded: deque[Arrival] = deque()
        self._judged: list[Arrival] = []

    async def work(self) -> None:
        """Until it is cancelled."""
        while True:
            self._record([await self.arrived.get(), *self._arrivals()])
            while self._recorded:
                await asyncio.sleep(0)
                # Before the next one is judged: a kill is to lose what is in flight alone.
                self._record(self._arrivals())
                self._judge_next()
                if len(self._judged) >= BATCH:
                    self._finish()
            self._finish()

    def drain(self) -> None:
        """Record all that is left before any of it is judged: it is paid for, and a judge may crash."""
        self._record(self._arrivals())
        try:
            while self._recorded:
                self._judge_next()
        finally:
            self._finish()

    def judge(self, arrival: Arrival) -> None:
        """Today's verdict on an answer that is on record; where a model is to be asked too, it waits in its lane."""
        cell, answer, paid = arrival.outcome
        if isinstance(answer, Attempt):
            return
        if isinstance(answer, ServiceError):
            arrival.result = Result(cell, Verdict(kind="error"), error=answer.message, number=arrival.number)
            return
        result = Result(
            cell, self._trial.judge(cell, answer, paid), answer, paid, earlier=arrival.earlier, number=arrival.number
        )
        panel = self._trial.panel
        if panel and result.verdict.kind != "broken" and panel.asks(cell):
            arrival.lane.waiting[arrival.number] = arrival.earlier
        else:
            arrival.result = result

    def add_verdicts(self, verdicts: list[tuple[int, Verdict]]) -> bool:
        """Whether they are on record; if not, the answers are, and are judged when the run is resumed."""
        if verdicts and self.failed is None:
            try:
                self._trial.ledger.add_verdicts(verdicts)
            except LedgerError as error:
                self.give_up(error)
        return self.failed is None

    def give_up(self, error: LedgerError) -> None:
        """The ledger failed: nothing more is sent, and what is under way is saved elsewhere."""
        self.failed = self.failed or error
        self._stop("the ledger failed")

    def _arrivals(self) -> list[Arrival]:
        return [self.arrived.get_nowait() for _ in range(self.arrived.qsize())]

    def _record(self, arrivals: list[Arrival]) -> None:
        self._recorded.extend(arrival for arrival in arrivals if arrival.earlier)
        batch = [arrival for arrival in arrivals if not arrival.earlier]
        if not batch:
            return
        outcomes = [arrival.outcome for arrival in batch]
        if self.failed is None:
            try:
                numbers = self._trial.ledger.add_all(self._trial.run, outcomes)
            except LedgerError as error:
                self.give_up(error)
            else:
                for arrival, number in zip(batch, numbers, strict=True):
                    arrival.number = number
                self._recorded.extend(batch)
                return
        if self._trial.rescue:
            self._trial.rescue(outcomes)
        for arrival in batch:
            _settle(arrival)

    def _judge_next(self) -> None:
        arrival = self._recorded.popleft()
        self.judge(arrival)
        self._judged.append(arrival)

    def _finish(self) -> None:
        """Record the verdicts, tell, and let the lanes go on."""
        judged, self._judged = self._judged, []
        results = [(arrival.number, arrival.result) for arrival in judged if arrival.result]
        recorded = self.add_verdicts([(number, result.verdict) for number, result in results if result.answer])
        for arrival in judged:
            if arrival.result and recorded:
                self._tell(arrival.lane, arrival.result)
            _settle(arrival)


def _settle(arrival: Arrival) -> None:
    if not isinstance(arrival.outcome.reply, Attempt):
        arrival.lane.settle()
