"""Running a trial: what the engine works with, and the calls themselves."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from grimoire.cli import judging, output, trial_show, wiring
from grimoire.cli.options import AUTO
from grimoire.ledger import fingerprint
from grimoire.reports.tally import Tally
from grimoire.trial.run import Trial
from grimoire.trial.run import run as run_trial
from grimoire.trial.sampling import Measured, Sampler, known

if TYPE_CHECKING:
    from grimoire.cli.judging import SpellJudge
    from grimoire.cli.trial_setup import Setup
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Cell, Run


def fire(setup: Setup, run: Run, store: SqliteLedger, *, jobs: int | None, json: bool) -> Tally:
    """Ask and judge every cell of the plan, and what has to be asked again; every result is on record."""
    values = setup.settings.values
    tally = Tally(chance=values.chance)
    judge = judging.open_judge(setup.settings, setup.plan.spells, store, setup.panel)
    trial = Trial(
        run=run,
        ledger=store,
        backends={backend.name: backend for backend in setup.backends},
        judge=judge,
        jobs=jobs or values.jobs,
        continue_limit=values.continue_limit,
        prices=wiring.prices(setup.settings, setup.backends),
        panel=judge,
        sampler=_sampler(setup, run, store, judge) if setup.wanted.samples == AUTO else None,
    )

    async def ask(cells: list[Cell]) -> None:
        with trial_show.progress(tally, len(cells), json=json) as on_result:
            try:
                await run_trial(trial, cells, on_result)
            finally:
                for backend in [*setup.backends, *([setup.panel] if setup.panel else [])]:
                    await backend.aclose()

    try:
        asyncio.run(ask(list(setup.cells())))
    except KeyboardInterrupt:
        output.note("interrupted: what was answered is recorded; go on with: grimoire trial --resume")
        raise
    return tally


def _sampler(setup: Setup, run: Run, store: SqliteLedger, judge: SpellJudge) -> Sampler:
    """Begins with what the ledger says of each case, as far as the same was asked and measured as it will be now."""
    chance = setup.settings.values.chance
    planned: dict[tuple[str, str, str], Measured] = {}
    for cell in setup.cells():
        place = (cell.spell, cell.language, cell.case)
        if place not in planned:
            planned[place] = (cell.template, fingerprint(cell.incantation), judge.yardstick(cell.spell, cell.case))
    return Sampler(chance, known(store.judged(), planned, chance, before=run.id))
