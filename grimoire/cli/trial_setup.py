"""What a trial needs, made ready: spells, texts in each language, backends, and the plan that is agreed to."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from grimoire.cli import judging, output, wiring
from grimoire.cli.choose import refuse_namesakes
from grimoire.cli.options import AUTO
from grimoire.cli.translations import Made, Outdated, outdated, translate_all
from grimoire.cli.triable import leave_out
from grimoire.cli.trial_wanted import Wanted
from grimoire.errors import InvalidFile, UnknownName, UsageError
from grimoire.ledger import fingerprint
from grimoire.ports import ChatBackend
from grimoire.settings import PROJECT_FILE
from grimoire.spell import Spell, Template, Translation
from grimoire.trial import plan as trial_plan
from grimoire.trial import select
from grimoire.trial.budget import Limit

if TYPE_CHECKING:
    from grimoire.ledger import SqliteLedger
    from grimoire.library import Library
    from grimoire.settings import Settings
    from grimoire.trial.counting import CountingBackend
    from grimoire.trial.paced import Paced


class Means(NamedTuple):
    """How a trial is run, which is no part of its plan: who translates, how many calls at once, what it may spend."""

    translator: str = ""
    jobs: int | None = None
    limit: Limit = Limit()


class Setup(msgspec.Struct, kw_only=True):
    """Everything that is ready before the first question.

    `cases` is how many cases there are, of which a sample may have been taken. `problems` are files that could not be
    used.
    """

    settings: Settings
    library: Library
    wanted: Wanted
    plan: trial_plan.Plan
    backends: list[Paced]
    limit: Limit
    cases: int
    to_translate: list[Outdated]
    translator: str
    panel: CountingBackend | None = None
    translated: Made = msgspec.field(default_factory=Made)
    problems: bool

    @property
    def forecast(self) -> trial_plan.Plan:
        """The plan as it will be when what is missing is translated, originals standing in for it."""
        coming = {(late.spell.name, late.language): late.spell.template for late in self.coming}
        return msgspec.structs.replace(self.plan, templates=coming | dict(self.plan.templates))

    @property
    def coming(self) -> list[Outdated]:
        """The translations that are still to be made."""
        return [late for late in self.to_translate if self.translator and late.to_make]


def prepare(settings: Settings, wanted: Wanted, store: SqliteLedger, means: Means) -> Setup:
    """Load the spells and texts and open the backends; what cannot be used is told and left out."""
    library = wiring.open_library(settings)
    spells, problems = library.load_all(wanted.names)
    output.warn(problem for problem in problems if problem.severity == "error")
    refuse_namesakes(spells)
    spells = leave_out(_on_topics(spells, wanted.topics), wanted.names)
    cases = sum(len(spell.cases) for spell in spells)
    only = select.sample(spells, wanted.part, wanted.seed or 0) if wanted.part else None
    if only is not None:
        spells = [spell for spell in spells if any((spell.name, case.id) in only for case in spell.cases)]
    opened = [wiring.open_backend(settings, name, jobs=means.jobs) for name in wanted.backends]
    backends = list({backend.name: backend for backend in opened}.values())  # `one` and `one/its-model` are the same
    setup = Setup(
        settings=settings,
        library=library,
        wanted=wanted,
        plan=trial_plan.Plan(
            spells,
            wanted.languages,
            _templates(library, spells, wanted.languages),
            1 if wanted.samples == AUTO else wanted.samples,
            only,
            seed=wanted.shuffle,
        ),
        backends=backends,
        limit=means.limit,
        cases=cases,
        to_translate=[late for language in wanted.languages for late in outdated(library, spells, language)],
        translator=means.translator or settings.values.translator,
        panel=None if wanted.rehearsing else judging.open_panel(settings, spells, backends),
        problems=bool(problems),
    )
    _leave_out_unfillable(setup)
    _refuse_unpriced(setup)
    _leave_out_unreasoned(setup, store)
    return setup


def agree(setup: Setup, *, yes: bool) -> bool:
    """Have the plan that was shown agreed to; make what translations it needs; False when nothing is to be sent."""
    if setup.plan.left_out and not _asks(setup.forecast, setup):
        output.note("nothing to try")
        return False
    spends = not all(backend.rehearsal for backend in setup.backends)
    translating = bool(setup.coming)
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
    if not _asks(setup.plan, setup):
        raise UsageError("nothing to try", hint="no spell with a case has a text in the languages asked for")
    return True


def _asks(plan: trial_plan.Plan, setup: Setup) -> bool:
    return any(trial_plan.count(plan, backend) for backend in setup.backends)


def _confirm() -> None:
    import typer

    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError(
            "this sends what the plan says; nobody is there to agree",
            hint="say --yes, or --dry-run to see the plan alone",
        )
    try:
        agreed = typer.confirm("Go on?", err=True)
    except typer.Abort:  # Ctrl-C, or the end of what is typed
        raise KeyboardInterrupt from None
    if not agreed:
        output.note("nothing was sent")
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


def _on_topics(spells: list[Spell], topics: Sequence[str]) -> list[Spell]:
    """The spells of some topics, whatever their case. Raises UnknownName."""
    known = {spell.topic.casefold(): spell.topic for spell in spells if spell.topic}
    for topic in topics:
        if topic.casefold() not in known:
            raise UnknownName(f"no spell here has the topic `{topic}`", hint=f"there are: {', '.join(known.values())}")
    wanted = {topic.casefold() for topic in topics}
    return [spell for spell in spells if not wanted or spell.topic.casefold() in wanted]


def _refuse_unpriced(setup: Setup) -> None:
    """What a backend without a price spends cannot be counted. Raises UsageError."""
    if setup.limit.cost is None or math.isinf(setup.limit.cost):
        return
    backends: list[ChatBackend] = [*setup.backends, *([setup.panel] if setup.panel else [])]
    asked = [backend for backend in backends if not backend.rehearsal]
    prices = wiring.prices(setup.settings, asked)
    for backend in asked:
        if backend.name not in prices:
            head, _, model = backend.name.partition("/")
            hint = f"in {PROJECT_FILE}: backends: {{{head}: {{prices: {{{model}: {{input: …, output: …}}}}}}}}"
            raise UsageError(f"--max-cost: what {backend.name} costs is not known", hint=hint)


def _leave_out_unreasoned(setup: Setup, store: SqliteLedger) -> None:
    """Places that there is no reason to try are taken out of the plan, and translations that nobody is asked with."""
    if not setup.wanted.reasons:
        return
    backends = {backend.name: backend.rehearsal for backend in setup.backends}
    left = select.left_out(
        store.judged([spell.name for spell in setup.plan.spells]),
        _texts_now(setup),
        backends,
        setup.wanted.reasons,
        as_of=setup.wanted.as_of,
        chance=setup.settings.values.chance,
    )
    setup.plan = msgspec.structs.replace(setup.plan, left_out=left)
    setup.to_translate = [
        late
        for late in setup.to_translate
        if any((late.spell.name, late.language, backend) not in left for backend in backends)
    ]


def _texts_now(setup: Setup) -> dict[tuple[str, str], select.Now]:
    """Every text of the plan as it is now, or as one that nobody was asked with where it is still to be made."""
    plan, addressee = setup.plan, setup.backends[0]
    coming = {(late.spell.name, late.language) for late in setup.coming}
    found: dict[tuple[str, str], select.Now] = {}
    for spell in plan.spells:
        cases = trial_plan.tried_cases(plan, spell, rehearsal=False)
        rehearsed = frozenset(case.id for case in trial_plan.tried_cases(plan, spell, rehearsal=True))
        for language in plan.languages:
            template = plan.templates.get((spell.name, language))
            sent = dict.fromkeys((case.id for case in cases), "")
            if (spell.name, language) in coming:
                template = None
            elif template is None:
                continue
            elif setup.wanted.reasons.changed:
                built = [trial_plan.build(trial_plan.Unit(spell, case, template), addressee) for case in cases]
                sent = {cell.case: fingerprint(cell.incantation) for cell in built}
            known = frozenset(case.id for case in spell.cases)
            found[spell.name, language] = select.Now(template.digest if template else "", known, sent, rehearsed)
    return found
