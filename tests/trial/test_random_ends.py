"""Runs that are stopped, cut off, and gone on with at random, over services that fail at random."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import msgspec
import pytest

from grimoire.chat import Answer, Request, Usage
from grimoire.errors import RateLimited, RequestRejected, ServiceFault
from grimoire.ledger import SqliteLedger
from grimoire.pace import Limits
from grimoire.record import Run
from grimoire.trial.budget import Budget, Limit
from grimoire.trial.gate import Gate
from grimoire.trial.paced import Paced
from grimoire.trial.retry import Retry
from grimoire.trial.run import Runner
from grimoire.trial.work import Result
from tests.trial.test_panel import Says
from tests.trial.test_run import LIMIT, Echo, cells, lanes, trial

QUESTIONS, LIVES = 20, 6
PLAN = [cells(*(f"{number}-{n}" for n in range(QUESTIONS)), backend=f"echo/{number}") for number in (1, 2)]


class Moody(Echo):
    """Fails now and then, cuts some answers off by length, and notes each that it gives to the end in `paid`."""

    def __init__(self, name: str, draw: random.Random, paid: Counter[str]) -> None:
        super().__init__(name)
        self._draw = draw
        self._paid = paid

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        text = request.messages[0].content
        for _ in range(self._draw.randrange(6)):
            await asyncio.sleep(0)
        chance = self._draw.random()
        if chance < 0.1:
            raise ServiceFault("HTTP 500", status=500)
        if chance < 0.15:
            raise RateLimited("HTTP 429", status=429, retry_after=0.001)
        if chance < 0.17:
            raise RequestRejected("HTTP 400", status=400)
        if len(request.messages) == 1 and chance < 0.3:
            return Answer(text=f"The first half of {text}, ", finish_reason="length", usage=Usage(1, 1))
        self._paid[text] += 1
        return Answer(text=text, finish_reason="stop", usage=Usage(1, 1))


class Life:
    """One life of a run: stopped, and cut off, after some turns of the loop; or left alone."""

    def __init__(self, ledger: SqliteLedger, run: Run, draw: random.Random, paid: Counter[str]) -> None:
        jobs = draw.choice([1, 3, 8])
        backends = {
            name: Paced(Moody(name, draw, paid), Gate(Limits(concurrency=jobs)), Retry(2, 5.0))
            for name in ("echo/1", "echo/2")
        }
        budget = Budget(Limit(calls=draw.choice([None, 5, 30]), seconds=draw.choice([None, 0.02])), {})
        self.trial = msgspec.structs.replace(
            trial(ledger, [], of=run),
            backends=backends,
            panel=Says() if draw.random() < 0.5 else None,
            recall=lambda entry: next(cell for each in PLAN for cell in each if cell.key == entry.key),
            budget=budget,
            continue_limit=2,
        )
        self.told: list[Result] = []
        self.cut = draw.random() < 0.4
        self._turns = (draw.randrange(60), draw.randrange(5))
        self._stop = draw.random() < 0.7

    async def run(self) -> str:
        """Why it stopped early; nothing of it is left behind."""
        runner = Runner(self.trial, lanes(*PLAN), self.told.append)
        async with asyncio.timeout(LIMIT):
            task = asyncio.create_task(runner.run())
            await _turn(self._turns[0])
            if self._stop:
                runner.stop("somebody says so")
            if self.cut:
                await _turn(self._turns[1])
                task.cancel()
            await asyncio.gather(task, return_exceptions=self.cut)
        assert len(asyncio.all_tasks()) == 1
        assert runner.under_way == 0
        return runner.why


async def _turn(times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_came_is_lost_or_told_twice(ledger: SqliteLedger, seed: int) -> None:
    """Not even what arrives in the moment in which the run is cut off."""
    draw, run, paid = random.Random(seed), ledger.start("trial", {}), Counter[str]()
    for _ in range(LIVES):
        before, held = paid.total(), len(ledger.done(run))
        life = Life(ledger, run, draw, paid)
        why = asyncio.run(life.run())
        assert len(ledger.done(run)) - held == paid.total() - before
        told = [result.cell.key for result in life.told]
        assert len(told) == len(set(told))
        if not life.cut and not why:
            assert len(told) == 2 * QUESTIONS
    answers = [entry.case for entry in ledger.answered(run)]
    assert len(answers) == len(set(answers))
