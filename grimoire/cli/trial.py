"""`grimoire trial`: a batch of spells in every language on every backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import typer

from grimoire.cli import options

if TYPE_CHECKING:
    from grimoire.cli.trial_setup import Setup
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run
    from grimoire.reports.tally import Tally

FailOn = Literal["broken", "regressed", "never"]


class Demand(NamedTuple):
    """What makes the exit code 1: a kind of finding, or a share of answers that work."""

    fail_on: FailOn
    fail_under: float


def trial(
    names: options.Names = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Every spell; the same as naming none.")] = False,
    languages: Annotated[
        list[str] | None, typer.Option("-l", "--language", help="Languages to send, such as en,zh; repeatable.")
    ] = None,
    models: Annotated[
        list[str] | None, typer.Option("-m", "--model", metavar="BACKEND[/MODEL]", help="Where to fire; repeatable.")
    ] = None,
    samples: Annotated[
        str | None,
        typer.Option(
            "-n", "--samples", metavar="N|auto", help="Answers to ask of each case; auto: as many as it takes."
        ),
    ] = None,
    jobs: Annotated[int | None, typer.Option("-j", "--jobs", min=1, max=1000, help="Calls under way at once.")] = None,
    translator: Annotated[
        str, typer.Option("--with", metavar="deepl|BACKEND", help="Make missing or stale translations with this.")
    ] = "",
    rehearse: Annotated[bool, typer.Option("--rehearse", help="Ask no model, even where a backend is set.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last unfinished trial.")] = False,
    fail_on: Annotated[FailOn, typer.Option("--fail-on", help="What makes the exit code 1.")] = "broken",
    fail_under: Annotated[
        float, typer.Option("--fail-under", min=0, max=1, help="Exit code 1 where a smaller share of answers works.")
    ] = 0.0,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.")] = False,
    dry_run: options.DryRun = False,
    json: options.JsonLines = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Fire spells at backends, judge the answers, record everything, show what works.

    With no backend chosen it rehearses: offline, free, and no evidence about any model.
    """
    from grimoire import settings as settings_file
    from grimoire.cli import trial_fire, trial_setup, wiring
    from grimoire.errors import UsageError
    from grimoire.ledger.hold import hold

    if everything and names:
        raise UsageError("--all and names exclude each other", hint="leave one of them out")
    if rehearse and models:
        raise UsageError("--rehearse and -m exclude each other", hint="leave one of them out")
    settings = settings_file.load()
    with wiring.open_ledger(settings, ledger) as store:
        backends = models or ([] if rehearse or not settings.values.backend else [settings.values.backend])
        codes = options.split_codes(languages or list(settings.values.languages))
        wanted_samples = options.parse_samples(samples) if samples else settings.values.samples
        wanted = trial_setup.request(names or [], codes, backends, wanted_samples)
        given = bool(names or languages or models or samples or rehearse)
        unfinished = trial_setup.unfinished(store, wanted if given else None) if resume else None
        setup = trial_setup.prepare(settings, trial_setup.plan_of(unfinished) if unfinished else wanted, translator)
        if not trial_setup.agree(setup, yes=yes, dry_run=dry_run, answered=_answered(store, unfinished)):
            return
        run = unfinished or store.start("trial", setup.wanted.plan)
        with hold(store.path, run):
            tally = trial_fire.fire(setup, run, store, jobs=jobs, json=json)
            raise typer.Exit(_conclude(setup, store, run, tally, Demand(fail_on, fail_under), json=json))


def _answered(store: SqliteLedger, unfinished: Run | None) -> dict[str, bool]:
    """The keys of the cells a run has answers to, and whether each is judged already."""
    return {entry.key: entry.verdict is not None for entry in store.answered(unfinished)} if unfinished else {}


def _conclude(setup: Setup, store: SqliteLedger, run: Run, tally: Tally, demand: Demand, *, json: bool) -> int:
    """Finish the run, unless questions are left to ask again; show what came of it, and find the exit code."""
    from grimoire.cli import output, trial_show

    if not tally.unanswered:
        store.finish(run)
    if not json:
        trial_show.matrix_of(setup, tally)
    trial_show.summary(setup, tally, run)
    if tally.unanswered:
        output.note(f"{tally.unanswered} got no answer; to ask these again: grimoire trial --resume")
    if _failed(setup, store, tally, demand) or setup.translated.imperfect:
        return 1
    if tally.unanswered or setup.translated.unanswered:
        return 3
    return 2 if setup.problems else 0


def _failed(setup: Setup, store: SqliteLedger, tally: Tally, demand: Demand) -> bool:
    """Whether what was found is not what was demanded: a check that crashed reached no verdict, so nothing `works`."""
    from grimoire.cli import output, trial_show
    from grimoire.reports.tally import unexpected_rehearsals

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
