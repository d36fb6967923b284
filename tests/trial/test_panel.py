"""Questions to a model about the answers: what fails there ends the run as itself, and what was answered stays."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from grimoire.chance import Chance
from grimoire.chat import Answer
from grimoire.errors import LedgerError
from grimoire.ledger import SqliteLedger, open_ledger
from grimoire.record import Cell, Done, Entry, Run
from grimoire.trial.run import JUDGED_AT_ONCE, run
from grimoire.trial.sampling import Sampler
from grimoire.trial.work import Panel, Result, Trial
from grimoire.verdict import Verdict
from tests.trial.test_run import WORKS, Echo, approve, cells, lanes, paced, within


class Says:
    """A panel that is asked about everything, with how many are at it at once."""

    given_up = False

    def __init__(self, verdict: Verdict = WORKS) -> None:
        self.verdict = verdict
        self.flying = self.most = 0
        self.asked: list[str] = []

    def asks(self, cell: Cell) -> bool:
        return True

    async def ask(self, cell: Cell, answer: Answer, paid: float | None, verdict: Verdict) -> Verdict:
        self.asked.append(cell.case)
        self.flying += 1
        self.most = max(self.most, self.flying)
        await asyncio.sleep(0)
        self.flying -= 1
        if cell.case.startswith("crash"):
            raise LedgerError("no space is left")
        return self.verdict


def trial(ledger: SqliteLedger, panel: Panel, *, of: Run | None = None, sampler: Sampler | None = None) -> Trial:
    started = of or ledger.start("trial", {})
    backends = {"echo/1": paced(Echo(), 3)}
    return Trial(
        run=started, ledger=ledger, backends=backends, judge=approve, panel=panel, sampler=sampler, recall=recall
    )


def recall(entry: Entry) -> Cell:
    return msgspec.structs.replace(cells(entry.case)[0], sample=entry.sample)


def test_every_answer_is_put_to_it_with_at_most_so_many_at_once(ledger: SqliteLedger) -> None:
    results: list[Result] = []
    panel = Says(Verdict(kind="partial"))
    within(run(trial(ledger, panel), lanes(cells(*map(str, range(70)))), results.append))
    assert {result.verdict.kind for result in results} == {"partial"}
    assert [entry.verdict for entry in ledger.history("tea")] == ["partial"] * 70
    assert panel.most == JUDGED_AT_ONCE


def test_what_fails_ends_the_run_as_itself_and_loses_no_answer(ledger: SqliteLedger) -> None:
    batch = trial(ledger, Says())
    with pytest.raises(LedgerError, match="no space"):
        within(run(batch, lanes(cells("a", "crash", "b", "c", "d", "e")), lambda _: None))
    entries = list(ledger.entries(batch.run.id))
    assert sorted(entry.case for entry in entries) == ["a", "b", "c", "crash", "d", "e"]
    assert next(entry for entry in entries if entry.case == "crash").verdict is None
    results: list[Result] = []
    within(run(trial(ledger, Says(), of=batch.run), lanes(cells("a", "b", "c", "d", "e")), results.append))
    assert {result.earlier for result in results} == {True}
    assert {result.verdict.kind for result in results} == {"works"}


def test_a_reader_that_has_gone_ends_the_run_as_itself(ledger: SqliteLedger) -> None:
    def closed(_: Result) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        within(run(trial(ledger, Says()), lanes(cells(*"abc")), closed))


def test_a_broken_answer_is_not_put_to_it(ledger: SqliteLedger) -> None:
    results: list[Result] = []
    panel = Says()
    batch = msgspec.structs.replace(
        trial(ledger, panel), judge=lambda cell, *_: Verdict(kind="broken" if cell.case == "b" else "works")
    )
    within(run(batch, lanes(cells("a", "b")), results.append))
    assert panel.asked == ["a"]
    assert {result.cell.case: result.verdict.kind for result in results} == {"a": "works", "b": "broken"}


class Counting(SqliteLedger):
    """Counts how often a run's answers are read."""

    looks = 0

    def done(self, run: Run) -> dict[str, Done]:
        self.looks += 1
        return super().done(run)


def test_a_run_that_asks_again_and_again_reads_its_answers_once(tmp_path: Path) -> None:
    opened = open_ledger(tmp_path / "ledger.sqlite")
    with Counting(opened._connection, opened.path, opened._clock) as ledger:
        results: list[Result] = []
        chance = msgspec.structs.replace(Chance(), false_alarm=1e-9, most=6)
        batch = trial(ledger, Says(Verdict(kind="broken")), sampler=Sampler(chance))
        within(run(batch, lanes(cells("a")), results.append))
        assert [result.cell.sample for result in results] == [1, 2, 3, 4, 5, 6]
        assert ledger.looks == 1
