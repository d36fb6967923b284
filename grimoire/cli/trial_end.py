"""The end of a trial: what came of it, by the ledger's rows, and the exit code."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from grimoire.cli import options, output, trial_show
from grimoire.reports.tally import Tally, tally_of, unexpected_rehearsals
from grimoire.trial import plan as trial_plan

if TYPE_CHECKING:
    from grimoire.cli.trial_fire import Fired
    from grimoire.cli.trial_setup import Setup
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run, Scored

INTERRUPTED = 130


class Demand(NamedTuple):
    """What makes the exit code 1: a kind of finding, or a share of answers that work."""

    fail_on: options.FailOn
    fail_under: float


def conclude(setup: Setup, store: SqliteLedger, run: Run, fired: Fired, demand: Demand, *, json: bool) -> int:
    """Finish the run, unless something is left to ask; show what came of it, and find the exit code.

    Totals are those of the rows on record, never of counters: they are right after a kill and a resume too.
    """
    planned = in_plan(setup)
    scores = (scored for scored in store.scores(run) if planned(scored))
    tally = tally_of(scores, setup.settings.values.chance, earlier=fired.earlier)
    tally.cost, tally.tokens = store.spent(run)
    if fired.whole:
        store.finish(run)
    if not json:
        trial_show.matrix_of(setup, tally)
    trial_show.reasons(setup, tally)
    if setup.wanted.rehearsing:  # which ends with how to go on to a real model
        trial_show.summary(setup, tally, run, fired)
    failed = _failed(setup, store, tally, demand) or setup.translated.imperfect
    if not setup.wanted.rehearsing:
        trial_show.summary(setup, tally, run, fired)
    if fired.interrupted:
        return INTERRUPTED
    if failed:
        return 1
    if not fired.whole or setup.translated.unanswered:
        return 3
    return 2 if setup.problems else 0


def in_plan(setup: Setup) -> Callable[[Scored], bool]:
    """Whether a result is one of the plan as it is now: since a run began a case may have gone, or a model another."""
    cases: dict[tuple[str, str, str], set[str]] = {}
    for backend in setup.backends:
        for block in trial_plan.blocks(setup.plan, backend):
            for template in block.templates:
                place = (block.spell.name, template.language, backend.name)
                cases[place] = {case.id for case in block.cases}
    most = None if setup.wanted.samples == options.AUTO else setup.plan.samples

    def planned(scored: Scored) -> bool:
        known = cases.get((scored.spell, scored.language, scored.backend), ())
        return scored.case in known and (most is None or scored.sample <= most)

    return planned


def _failed(setup: Setup, store: SqliteLedger, tally: Tally, demand: Demand) -> bool:
    """Whether what was found is not what was demanded: a check that crashed reached no verdict, so nothing `works`."""
    if setup.wanted.rehearsing:
        unexpected = unexpected_rehearsals(tally, ["rehearsal/sample"])
        trial_show.rehearsal_notes(setup, unexpected)
        return bool(unexpected) and demand.fail_on != "never"
    regressed = trial_show.changes(setup, store, tally)
    under = [key for key, count in tally.cells.items() if count.share.share < demand.fail_under and count.answers]
    for spell, language, backend in under:
        share = f"{demand.fail_under * 100:g} %"
        output.note(f"{spell} ({language}) on {backend}: fewer than {share} of the answers work")
    if demand.fail_on == "regressed":
        return regressed or bool(under)
    crashed = tally.verdicts("error") - tally.unanswered
    return bool(under) or (demand.fail_on == "broken" and bool(tally.failing or crashed))
