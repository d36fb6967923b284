"""Running a trial: what the engine works with, the calls themselves, and what ends them early."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import typer

from grimoire.cast import recorded_cell
from grimoire.chat import bound_of
from grimoire.cli import judging, output, progress, wiring
from grimoire.cli.options import AUTO
from grimoire.cli.rescue import rescuer
from grimoire.cli.running import INTERRUPTED, UNREAD, calm_collector, recalling, signals
from grimoire.errors import UsageError
from grimoire.ledger import fingerprint
from grimoire.trial import plan as trial_plan
from grimoire.trial.budget import Budget
from grimoire.trial.run import Runner
from grimoire.trial.sampling import Measured, Sampler, known
from grimoire.trial.work import Again, Result, Trial

if TYPE_CHECKING:
    from grimoire.cli.judging import SpellJudge
    from grimoire.cli.trial_setup import Setup
    from grimoire.ledger import SqliteLedger
    from grimoire.ports import ChatBackend
    from grimoire.record import Cell, Done, Entry, Run
    from grimoire.verdict import VerdictKind


class Fired(msgspec.Struct, frozen=True):
    """How it ended: `why` it stopped early, empty when it did not, how many planned cells are `left`.

    To `unanswered` cells no service gave an answer, `unjudged` answers wait for a verdict, `earlier` cells had their
    answers before. `cut`: something on top of the plan was left unasked. `given_up` says why of backends that only
    failed.
    """

    why: str
    left: int
    unanswered: int
    unjudged: int
    earlier: int
    cut: bool = False
    given_up: Sequence[str] = ()

    @property
    def interrupted(self) -> bool:
        """Whether a person, or the system, ended it."""
        return self.why == INTERRUPTED

    @property
    def whole(self) -> bool:
        """Whether nothing is left to do, so that the run is finished."""
        return not (self.left or self.unanswered or self.unjudged or self.cut)


class _Told(msgspec.Struct):
    """Cells that got no answer, and those of them that were planned; `gone` is why standard output takes no more."""

    unanswered: int = 0
    planned: int = 0
    gone: Exception | None = None


def fire(setup: Setup, run: Run, store: SqliteLedger, *, json: bool) -> Fired:
    """Ask and judge every cell of the plan, and what has to be asked again; every result is on record."""
    judge = judging.open_judge(setup.settings, setup.plan.spells, store, setup.panel)
    told = _Told()
    trial = _trial(setup, run, store, judge)
    planned = {backend.name: trial_plan.Planned(setup.plan, backend) for backend in setup.backends}
    totals = {name: len(cells) for name, cells in planned.items()}
    gates = {backend.name: backend.gate for backend in setup.backends}

    runner: Runner

    async def ask() -> None:
        nonlocal runner
        with progress.progress(totals, gates, json=json, currency=setup.settings.values.currency) as on_result:
            asking = msgspec.structs.replace(
                trial, sampler=_Growing(trial.sampler, on_result) if trial.sampler else None
            )
            tell = recalling(store, on_result) if json else on_result
            runner = Runner(asking, planned, _counting(told, setup.plan.samples, tell, lambda: runner.stop(UNREAD)))
            open_ones: list[ChatBackend] = [*setup.backends, *([setup.panel] if setup.panel else [])]
            with signals(runner):
                try:
                    await runner.run()
                finally:
                    await asyncio.gather(*(backend.aclose() for backend in open_ones), return_exceptions=True)

    try:
        with calm_collector():
            asyncio.run(ask())
    except KeyboardInterrupt:
        output.note(f"cut off: what was answered is recorded; go on with: grimoire trial --resume {run.id}")
        raise
    if isinstance(told.gone, UsageError):
        raise told.gone
    return Fired(
        why=runner.why,
        left=_left(planned.values(), store.done(run)) - told.planned if runner.why else 0,
        unanswered=told.unanswered,
        unjudged=_unjudged(planned.values(), store.unjudged(run)),
        earlier=_known(planned.values(), runner.before) if runner.before else 0,
        cut=runner.cut,
        given_up=runner.given_up,
    )


def _left(planned: Iterable[trial_plan.Planned], done: Mapping[str, Done]) -> int:
    """Cells that have no answer: counted by the rows on record, and not by what this process was told."""
    return sum(cell.key not in done for cells in planned for cell in cells)


def _unjudged(planned: Iterable[trial_plan.Planned], keys: Iterable[str]) -> int:
    """Answers without a verdict, further samples too, to what the plan still asks."""
    waiting = Counter(key.rpartition("-")[0] for key in keys)
    if not waiting:
        return 0
    return sum(waiting.pop(cell.question or cell.asks, 0) for cells in planned for cell in cells)


def _known(planned: Iterable[trial_plan.Planned], done: Mapping[str, Done]) -> int:
    return sum(cell.key in done for cells in planned for cell in cells)


class _Growing(msgspec.Struct, frozen=True):
    """A sampler whose questions on top of the plan are shown as part of what is to do."""

    sampler: Again
    shown: progress.OnResult

    def see(self, cell: Cell, verdict: VerdictKind) -> Cell | None:
        """As the sampler does."""
        again = self.sampler.see(cell, verdict)
        if again:
            self.shown.grow(again.backend, 1)
        return again


def _counting(
    told: _Told, samples: int, on_result: Callable[[Result], None], leave: Callable[[], None]
) -> Callable[[Result], None]:
    """Counts what is told, and calls `leave` when nobody can be told any more: what is paid for still comes in."""

    def tell(result: Result) -> None:
        unanswered = result.answer is None and not result.earlier
        told.unanswered += unanswered
        told.planned += unanswered and result.cell.sample <= samples
        if told.gone is None:
            try:
                on_result(result)
            except (typer.Exit, UsageError) as gone:
                told.gone = gone
                leave()

    return tell


def _trial(setup: Setup, run: Run, store: SqliteLedger, judge: SpellJudge) -> Trial:
    asked: list[ChatBackend] = [*setup.backends, *([setup.panel] if setup.panel else [])]
    prices = wiring.prices(setup.settings, asked)
    budget = Budget(setup.limit, prices, {backend.name: bound_of(backend.parameters) for backend in asked})
    if setup.panel:
        setup.panel.spending = budget
    return Trial(
        run=run,
        ledger=store,
        backends={backend.name: backend for backend in setup.backends},
        judge=judge,
        continue_limit=setup.settings.values.continue_limit,
        prices=prices,
        panel=judge,
        sampler=_sampler(setup, run, store, judge) if setup.wanted.samples == AUTO else None,
        recall=_recall(setup),
        budget=budget,
        others=[setup.panel.gate] if setup.panel else [],
        rescue=rescuer(store.path, run),
    )


def _recall(setup: Setup) -> Callable[[Entry], Cell]:
    """The cell that an entry of this plan answers."""
    spells = {spell.name: spell for spell in setup.plan.spells}
    parameters = {backend.name: backend.parameters for backend in setup.backends}

    def recall(entry: Entry) -> Cell:
        cell = recorded_cell(entry, spells[entry.spell])
        return msgspec.structs.replace(
            cell, parameters=parameters[entry.backend], question=entry.key.rpartition("-")[0]
        )

    return recall


def _sampler(setup: Setup, run: Run, store: SqliteLedger, judge: SpellJudge) -> Sampler:
    """Begins with what the ledger says of each case, as far as the same was asked and measured as it will be now."""
    chance = setup.settings.values.chance
    planned: dict[tuple[str, str, str], Measured] = {}
    for backend in setup.backends:
        for unit in trial_plan.units(setup.plan, backend):
            place = (unit.spell.name, unit.template.language, unit.case.id)
            if place not in planned and not backend.rehearsal:
                cell = trial_plan.build(unit, backend)
                yardstick = judge.yardstick(cell.spell, cell.case)
                planned[place] = (cell.template, fingerprint(cell.incantation), yardstick)
    return Sampler(chance, known(store.judged({spell for spell, _, _ in planned}), planned, chance, before=run.id))
