"""`grimoire trial`: a batch of spells in every language on every backend."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import typer

from grimoire.cli import options
from grimoire.cli import trial_options as own
from grimoire.errors import UsageError

if TYPE_CHECKING:
    from grimoire.cli.trial_end import Demand
    from grimoire.cli.trial_setup import Setup
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run
    from grimoire.trial.budget import Limit


def trial(
    names: options.Globs = None,
    *,
    everything: own.All = False,
    languages: own.Languages = None,
    models: own.Models = None,
    samples: own.Samples = None,
    translator: own.Translator = "",
    rehearse: own.Rehearse = False,
    topics: own.Topics = None,
    changed: own.Changed = False,
    failed: own.Failed = False,
    max_age: own.MaxAge = "",
    part: own.Part = "",
    shuffle: own.Shuffle = None,
    jobs: own.Jobs = None,
    max_cost: own.MaxCost = None,
    max_calls: own.MaxCalls = None,
    max_time: own.MaxTime = "",
    resume: own.Resume = None,
    fail_on: own.FailOn = "broken",
    fail_under: own.FailUnder = 0.0,
    yes: own.Yes = False,
    dry_run: options.DryRun = False,
    json: options.JsonLines = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Fire spells at backends, judge the answers, record everything, show what works.

    With no backend chosen it rehearses: offline, free, and no evidence about any model.

    Examples:
      grimoire trial --all --rehearse
      grimoire trial tldr blog-title -l en,zh -m openai --dry-run
      grimoire trial 'seo-*' -m openai -m deepseek --max-cost 2 --yes
      grimoire trial --changed --failed --max-age 30d -m openai --yes
      grimoire trial --resume
    """
    from grimoire import settings as settings_file
    from grimoire.cli import trial_end, trial_plan_show, trial_setup, trial_wanted, wiring

    _refuse_both(everything=everything and names, rehearse=rehearse and models)
    settings = settings_file.load()
    wanted = trial_wanted.request(
        settings,
        names or [],
        languages or [],
        models or [],
        rehearse=rehearse,
        samples=samples,
        topics=topics or [],
        reasons=trial_wanted.reasons(changed=changed, failed=failed, max_age=max_age),
        part=options.parse_part(part),
        shuffle=shuffle,
    )
    given = any((names, languages, models, samples, rehearse, topics, wanted.reasons, part, shuffle is not None))
    means = trial_setup.Means(translator, jobs, _limit(max_cost, max_calls, max_time))
    with wiring.open_ledger(settings, ledger) as store:
        run = None if resume is None else trial_wanted.resumed(store, resume, wanted if given else None)
        setup = trial_setup.prepare(settings, trial_wanted.decide(wanted, run), store, means)
        trial_plan_show.show(setup, store, run, dry_run=dry_run, json=json)
        if dry_run:
            raise typer.Exit(2 if setup.problems else 0)
        if trial_setup.agree(setup, yes=yes):
            raise typer.Exit(_fire(setup, run, store, trial_end.Demand(fail_on, fail_under), json=json))


def _fire(setup: Setup, run: Run | None, store: SqliteLedger, demand: Demand, *, json: bool) -> int:
    """Begin the run, or go on with one; the exit code."""
    from grimoire.cli import trial_end, trial_fire
    from grimoire.ledger.hold import hold

    run = run or store.start("trial", setup.wanted.plan)
    with hold(store.path, run):
        fired = trial_fire.fire(setup, run, store, json=json)
        return trial_end.conclude(setup, store, run, fired, demand, json=json)


def _refuse_both(*, everything: object, rehearse: object) -> None:
    if everything:
        raise UsageError("--all and names exclude each other", hint="leave one of them out")
    if rehearse:
        raise UsageError("--rehearse and -m exclude each other", hint="leave one of them out")


def _limit(cost: float | None, calls: int | None, time: str) -> Limit:
    """What the run may spend. Raises UsageError."""
    from grimoire.trial.budget import Limit

    if cost is not None and not math.isfinite(cost):
        raise UsageError(f"--max-cost {cost}: not an amount", hint="such as 5 or 0.50")
    return Limit(cost=cost, calls=calls, seconds=options.parse_seconds(time, "--max-time", bare=True) if time else None)
