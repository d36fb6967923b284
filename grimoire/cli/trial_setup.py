"""What a trial is asked to do, made ready: spells, texts in each language, backends, and the plan that is agreed to."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from grimoire.cli import judging, output, wiring
from grimoire.cli.choose import refuse_namesakes
from grimoire.cli.options import AUTO, Samples
from grimoire.cli.translations import Made, Outdated, outdated, translate_all
from grimoire.errors import InvalidFile, UsageError
from grimoire.ports import ChatBackend
from grimoire.record import Cell
from grimoire.settings import PROJECT_FILE as SETTINGS_FILE
from grimoire.settings import REHEARSAL
from grimoire.spell import Spell, Template, Translation
from grimoire.trial import plan as trial_plan

if TYPE_CHECKING:
    from grimoire.backends.counting import CountingBackend
    from grimoire.ledger import SqliteLedger
    from grimoire.library import Library
    from grimoire.record import Run
    from grimoire.settings import Settings

REHEARSED = ("rehearsal/sample", "rehearsal/echo", "rehearsal/refusal", "rehearsal/wrong-language")
"""What is rehearsed when no backend is chosen: one that behaves, and three that must be found broken."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for, and what a resumed run is recognised by. No names: every spell."""

    names: list[str]
    languages: list[str]
    backends: list[str]
    samples: Samples
    rehearsing: bool = False

    @property
    def plan(self) -> dict[str, object]:
        """As the ledger keeps it."""
        return dict(msgspec.to_builtins(self))


class Setup(msgspec.Struct, kw_only=True):
    """Everything that is ready before the first question. `problems` are files that could not be used."""

    settings: Settings
    library: Library
    wanted: Wanted
    plan: trial_plan.Plan
    backends: list[ChatBackend]
    to_translate: list[Outdated]
    translator: str
    panel: CountingBackend | None = None
    translated: Made = msgspec.field(default_factory=Made)
    problems: bool

    def planned(self) -> dict[str, trial_plan.Planned]:
        """The plan's cells by the backend's name: each can be counted, and gone through as often as is wanted."""
        return trial_plan.planned(self.plan, self.backends)

    def cells(self) -> Iterator[Cell]:
        """The plan's cells, one backend after the other."""
        return chain.from_iterable(self.planned().values())


def request(names: list[str], languages: list[str], backends: list[str], samples: Samples) -> Wanted:
    """What is asked for; without a backend, the rehearsal."""
    return Wanted(
        names=names,
        languages=languages,
        backends=list(dict.fromkeys(backends)) or list(REHEARSED),
        samples=samples,
        rehearsing=not backends,
    )


def unfinished(store: SqliteLedger, wanted: Wanted | None) -> Run:
    """The trial to go on with. Raises UsageError when there is none."""
    run = store.unfinished(wanted.plan if wanted else None)
    if run is None:
        same = " with these spells, languages, backends and samples" if wanted else ""
        raise UsageError(f"no unfinished trial{same}", hint="start one without --resume")
    return run


def plan_of(run: Run) -> Wanted:
    """What an earlier run was asked to do."""
    return msgspec.convert(run.plan, Wanted)


def prepare(settings: Settings, wanted: Wanted, translator: str = "") -> Setup:
    """Load the spells and texts and open the backends; what cannot be used is told and left out."""
    library = wiring.open_library(settings)
    spells, problems = library.load_all(wanted.names)
    output.warn(problem for problem in problems if problem.severity == "error")
    refuse_namesakes(spells)
    opened = [wiring.open_backend(settings, name) for name in wanted.backends]
    backends = list({backend.name: backend for backend in opened}.values())  # `one` and `one/its-model` are the same
    panel = None if wanted.rehearsing else judging.open_panel(settings, spells)
    setup = Setup(
        settings=settings,
        library=library,
        wanted=wanted,
        plan=trial_plan.Plan(
            spells,
            wanted.languages,
            _templates(library, spells, wanted.languages),
            1 if wanted.samples == AUTO else wanted.samples,
        ),
        backends=backends,
        to_translate=[late for language in wanted.languages for late in outdated(library, spells, language)],
        translator=translator or settings.values.translator,
        panel=panel,
        problems=bool(problems),
    )
    _leave_out_unfillable(setup)
    return setup


def agree(setup: Setup, *, yes: bool, dry_run: bool, answered: Mapping[str, bool]) -> bool:
    """Show the plan; make what translations it needs; False when nothing is to be sent.

    `answered` has the keys of cells that a resumed run does not ask again, and whether their answers are judged.
    """
    _show_plan(setup, answered)
    if dry_run:
        return False
    spends = not all(backend.rehearsal for backend in setup.backends)
    translating = bool(setup.translator) and any(late.to_make for late in setup.to_translate)
    if (spends or translating) and not yes:
        _confirm()
    if translating:
        setup.translated = translate_all(
            setup.settings,
            setup.library,
            setup.to_translate,
            [name for name in (setup.translator, setup.settings.values.second_translator) if name],
        )
        texts = _templates(setup.library, setup.plan.spells, setup.wanted.languages)
        setup.plan = msgspec.structs.replace(setup.plan, templates=texts)
        _leave_out_unfillable(setup)
    if next(setup.cells(), None) is None:
        raise UsageError("nothing to try", hint="no spell with a case has a text in the languages asked for")
    return True


def _confirm() -> None:
    import typer

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "this sends what the plan says; nobody is there to agree",
            hint="say --yes, or --dry-run to see the plan alone",
        )
    if not typer.confirm("Go on?", err=True):
        raise typer.Exit(0)


def _templates(library: Library, spells: Sequence[Spell], languages: Sequence[str]) -> dict[tuple[str, str], Template]:
    found: dict[tuple[str, str], Template] = {}
    for spell in spells:
        for language in languages:
            try:
                text = spell if language == spell.language else library.translation(spell, language)
            except InvalidFile as error:
                output.warn(problem for problem in error.problems if problem.severity == "error")
                continue
            # What needs review has lines of its source in it: no verdict on it would be one on the translation.
            if text and not (isinstance(text, Translation) and text.status == "needs-review"):
                found[spell.name, language] = text.template
    return found


def _leave_out_unfillable(setup: Setup) -> None:
    """Texts whose cases cannot be filled in are told and taken out of the plan, so that they end no batch."""
    templates = dict(setup.plan.templates)
    spells = {spell.name: spell for spell in setup.plan.spells}
    for (name, language), template in setup.plan.templates.items():
        reason = trial_plan.fillable(spells[name], template, setup.backends[0])
        if reason:
            output.note(f"left out: {reason} ({language})")
            setup.problems = True
            del templates[name, language]
    setup.plan = msgspec.structs.replace(setup.plan, templates=templates)


def _show_plan(setup: Setup, answered: Mapping[str, bool]) -> None:
    plan = _with_translations(setup)
    planned = [cell for cells in trial_plan.planned(plan, setup.backends).values() for cell in cells]
    done = trial_plan.sampled(answered, plan.samples)
    prices = wiring.prices(setup.settings, setup.backends)
    estimates = [trial_plan.estimate(plan, backend, prices.get(backend.name), done) for backend in setup.backends]
    spells = output.count(len({name for name, _ in plan.templates}), "spell")
    total = sum(estimate.calls for estimate in estimates)
    earlier = f", {len(planned) - total:,} answered already" if answered else ""
    output.note(f"plan: {spells} in {', '.join(setup.wanted.languages)}, {output.count(total, 'call')}{earlier}")
    for estimate in filter(lambda each: each.calls, estimates):
        output.note(f"  {estimate.backend}: {output.count(estimate.calls, 'call')}, {_size(setup, estimate)}")
    _show_sampling(setup, [cell for cell in planned if not answered.get(cell.key)])
    for late in setup.to_translate:
        output.note(f"  {late.spell.name}: {late.explain(setup.translator)}")
    for reason in trial_plan.unready(setup.plan, setup.backends):
        output.note(f"  {reason}")


def _show_sampling(setup: Setup, to_judge: Sequence[Cell]) -> None:
    """What may come on top of the plan: samples after a surprise, and questions to the judge."""
    if setup.wanted.samples == AUTO and not all(backend.rehearsal for backend in setup.backends):
        most = setup.settings.values.chance.most
        output.note(f"  where an answer does not fit what is known: up to {most} of the same case")
    judged = judging.panel_requests(setup.settings, setup.plan.spells, to_judge)
    if judged and setup.panel:
        output.note(f"  {setup.panel.name} judges: up to {output.count(judged, 'request')}")
    elif judged:
        output.note(f"  no judge is set, so answers that need one get no verdict: judge: BACKEND in {SETTINGS_FILE}")


def _with_translations(setup: Setup) -> trial_plan.Plan:
    """The plan as it will be when what is missing is translated, originals standing in for it."""
    coming = {
        (late.spell.name, late.language): late.spell.template
        for late in setup.to_translate
        if setup.translator and late.to_make
    }
    return msgspec.structs.replace(setup.plan, templates=coming | dict(setup.plan.templates))


def _size(setup: Setup, estimate: trial_plan.Estimate) -> str:
    if estimate.backend.startswith(f"{REHEARSAL}/"):
        return "offline, free"
    asked, answered = estimate.tokens.prompt_tokens or 0, estimate.tokens.completion_tokens or 0
    paid = "" if estimate.cost is None else f", about {output.money(estimate.cost, setup.settings.values.currency)}"
    return f"about {asked:,} tokens in, {answered:,} out{paid}"
