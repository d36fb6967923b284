"""What a trial will send and what that may take, shown before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from grimoire.cli import judging, output, wiring
from grimoire.cli.options import AUTO
from grimoire.cli.progress_table import span
from grimoire.settings import PROJECT_FILE
from grimoire.trial import plan as trial_plan

if TYPE_CHECKING:
    from grimoire.cli.trial_setup import Setup
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Done, Run
    from grimoire.trial.paced import Paced
    from grimoire.trial.select import Reasons

ASSUMED_SECONDS = 20.0
"""How long an answer is taken to need where the ledger has none of that backend."""


Tell = Callable[[str], None]


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """What one backend will be asked, as `--dry-run --json` prints it.

    `calls` are still to be made, `answered` were made before; tokens, cost (None: no price is known) and seconds are
    estimates. `seconds` is what its limits and the time of a call, `seconds_each`, allow at best, and `measured` says
    whether that time is the ledger's or assumed.
    """

    backend: str
    rehearsal: bool
    calls: int
    answered: int
    left_out: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    currency: str
    seconds: float
    seconds_each: float
    measured: bool


def show(setup: Setup, store: SqliteLedger, run: Run | None, *, dry_run: bool, json: bool) -> None:
    """Tell what the plan comes to, without what a resumed run has answers to.

    Of a dry run that is the result, and goes to standard output; with `json`, one object a backend does.
    """
    tell = _emit if dry_run and not json else output.note
    done = store.done(run) if run else {}
    forecasts = [_forecast(setup, store, backend, done) for backend in setup.backends]
    _headline(tell, setup, forecasts, resumed=run is not None)
    for forecast in forecasts:
        if forecast.calls:
            tell(f"  {forecast.backend}: {output.count(forecast.calls, 'call')}, {_size(forecast)}")
    asked = [forecast for forecast in forecasts if forecast.calls and not forecast.rehearsal]
    if len(asked) > 1:
        tell(f"  in all: {_size(_total(asked))}")
    _show_selection(tell, setup, forecasts)
    if any(forecast.calls or forecast.answered for forecast in forecasts):
        _show_sampling(tell, setup, done)
    for late in setup.to_translate:
        tell(f"  {late.spell.name}: {late.explain(setup.translator)}")
    for reason in trial_plan.unready(setup.plan, setup.backends):
        tell(f"  {reason}")
    if dry_run and json:
        for forecast in forecasts:
            output.emit_json(forecast, lines=True)


def _emit(line: str) -> None:
    output.emit(f"{line}\n")


def _forecast(setup: Setup, store: SqliteLedger, backend: Paced, done: Mapping[str, Done]) -> Forecast:
    plan = setup.forecast
    price = wiring.prices(setup.settings, [backend]).get(backend.name)
    estimate = trial_plan.estimate(plan, backend, price, trial_plan.sampled(done, plan.samples))
    measured = None if backend.rehearsal else store.pace_of(backend.name)
    each = 0.0 if backend.rehearsal else ASSUMED_SECONDS if measured is None else measured
    prompt, completion = estimate.tokens.prompt_tokens or 0, estimate.tokens.completion_tokens or 0
    planned = trial_plan.count(plan, backend)
    return Forecast(
        backend=backend.name,
        rehearsal=backend.rehearsal,
        calls=estimate.calls,
        answered=planned - estimate.calls,
        left_out=trial_plan.count(msgspec.structs.replace(plan, left_out=frozenset()), backend) - planned,
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost=0.0 if backend.rehearsal else estimate.cost and round(estimate.cost, 9),
        currency=setup.settings.values.currency,
        seconds=0.0 if backend.rehearsal else backend.gate.limits.seconds(estimate.calls, prompt + completion, each),
        seconds_each=each,
        measured=measured is not None,
    )


def _headline(tell: Tell, setup: Setup, forecasts: Iterable[Forecast], *, resumed: bool) -> None:
    forecasts = list(forecasts)
    left = setup.plan.left_out
    tried = {
        name
        for name, language in setup.forecast.templates
        if any((name, language, backend.name) not in left for backend in setup.backends)
    }
    calls = output.count(sum(forecast.calls for forecast in forecasts), "call")
    answered = sum(forecast.answered for forecast in forecasts)
    earlier = f", {answered:,} answered already" if resumed else ""
    spells = output.count(len(tried), "spell")
    tell(f"plan: {spells} in {', '.join(setup.wanted.languages)}, {calls}{earlier}")


def _size(forecast: Forecast) -> str:
    if forecast.rehearsal:
        return "offline, free"
    paid = "" if forecast.cost is None else f", about {output.money(forecast.cost, forecast.currency)}"
    tokens = f"about {forecast.prompt_tokens:,} tokens in, {forecast.completion_tokens:,} out"
    assumed = "" if forecast.measured else f" if a call takes {ASSUMED_SECONDS:g} s"
    return f"{tokens}{paid}, about {span(forecast.seconds)}{assumed}"


def _total(asked: list[Forecast]) -> Forecast:
    """All backends together, which are asked side by side."""
    costs = [forecast.cost for forecast in asked if forecast.cost is not None]
    return msgspec.structs.replace(
        asked[0],
        prompt_tokens=sum(forecast.prompt_tokens for forecast in asked),
        completion_tokens=sum(forecast.completion_tokens for forecast in asked),
        cost=sum(costs) if len(costs) == len(asked) else None,
        seconds=max(forecast.seconds for forecast in asked),
        measured=all(forecast.measured for forecast in asked),
    )


def _show_selection(tell: Tell, setup: Setup, forecasts: Iterable[Forecast]) -> None:
    """What the plan is a part of, and why the rest is left out."""
    wanted, only = setup.wanted, setup.plan.only
    if only is not None:
        part = wanted.part.replace("%", " %") if "%" in wanted.part else "cases"
        taken = f"{len(only):,} of {output.count(setup.cases, 'case')}, seed {wanted.seed}"
        tell(f"  a sample of {part}: {taken}")
    left = sum(forecast.left_out for forecast in forecasts)
    if left:
        planned = sum(trial_plan.count(setup.forecast, backend) for backend in setup.backends)
        tell(f"  {left:,} of {output.count(planned + left, 'call')} left out: {_no_reason(wanted.reasons)}")


def _no_reason(reasons: Reasons) -> str:
    """Why something is left out: it meets none of the reasons."""
    said = ["work"] if reasons.failed else []
    said += ["are not stale"] if reasons.changed else []
    said += [f"were answered within {_age(reasons.max_age)}"] if reasons.max_age is not None else []
    return "they " + (f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else said[0])


def _age(seconds: float) -> str:
    """As it is given: in the largest unit of which it is a whole number."""
    units = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
    return next((f"{seconds / size:g}{unit}" for unit, size in units.items() if seconds % size == 0), f"{seconds:g}s")


def _show_sampling(tell: Tell, setup: Setup, done: Mapping[str, Done]) -> None:
    """What may come on top of the plan: samples after a surprise, and questions to the judge."""
    if setup.wanted.samples == AUTO and not all(backend.rehearsal for backend in setup.backends):
        most = setup.settings.values.chance.most
        tell(f"  where an answer does not fit what is known: up to {most} of the same case")
    judged = judging.panel_requests(setup.settings, setup.plan.spells, _to_judge(setup, done))
    if judged and setup.panel:
        tell(f"  {setup.panel.name} judges: up to {output.count(judged, 'request')}")
    elif judged:
        tell(f"  no judge is set, so answers that need one get no verdict: judge: BACKEND in {PROJECT_FILE}")


def _to_judge(setup: Setup, done: Mapping[str, Done]) -> Iterator[tuple[str, str, int]]:
    """Spell, case, and how many answers of it are to be judged."""
    plan = setup.forecast
    judged = trial_plan.sampled((key for key, known in done.items() if known.verdict), plan.samples)
    for backend in setup.backends:
        if backend.rehearsal:
            continue
        for unit in trial_plan.units(plan, backend):
            known = judged[trial_plan.build(unit, backend).question] if judged else 0
            yield unit.spell.name, unit.case.id, plan.samples - known
