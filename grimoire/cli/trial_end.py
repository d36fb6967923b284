"""The end of a trial: what came of it, by the ledger's rows, and the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grimoire.cli import options, output, trial_show
from grimoire.reports.tally import Tally, tally_of, unexpected_rehearsals

if TYPE_CHECKING:
    from grimoire.cli.trial_fire import Fired
    from grimoire.cli.trial_setup import Setup
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run

INTERRUPTED = 130


class Demand(NamedTuple):
    """What makes the exit code 1: a kind of finding, or a share of answers that work."""

    fail_on: options.FailOn
    fail_under: float


def conclude(setup: Setup, store: SqliteLedger, run: Run, fired: Fired, demand: Demand, *, json: bool) -> int:
    """Finish the run, unless something is left to ask; show what came of it, and find the exit code.

    Totals are those of the rows on record, never of counters: they are right after a kill and a resume too.
    """
    tally = tally_of(store.scores(run), setup.settings.values.chance, earlier=fired.earlier)
    tally.cost, tally.tokens = store.spent(run)
    if fired.whole:
        store.finish(run)
    if not json:
        trial_show.matrix_of(setup, tally)
    trial_show.summary(setup, tally, run, fired)
    failed = _failed(setup, store, tally, demand) or setup.translated.imperfect
    if fired.interrupted:
        return INTERRUPTED
    if failed:
        return 1
    if not fired.whole or setup.translated.unanswered:
        return 3
    return 2 if setup.problems else 0


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
