"""`grimoire translate`: make what translations are missing or stale, and let a person review what needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from grimoire.cli import complete, options
from grimoire.library import Library
from grimoire.spell import Spell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grimoire.cli.translations import Outdated
    from grimoire.settings import Settings


def translate(
    names: options.Names = None,
    everything: Annotated[bool, typer.Option("--all", help="Every spell on the search path.")] = False,
    to: options.Into = "zh",
    engines: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="deepl|BACKEND",
            help="The engine to use; given twice, the second mends what the first cannot.",
            autocompletion=complete.engines,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make it anew, even where current or reviewed.")] = False,
    dry_run: options.DryRun = False,
    review: Annotated[bool, typer.Option("--review", help="Go through what needs review, line by line.")] = False,
    back: Annotated[
        bool,
        typer.Option("--back", help="Translate translations back, and show how alike they are, least alike first."),
    ] = False,
    memory_stats: Annotated[
        bool, typer.Option("--memory-stats", help="Show what the translation memory holds.")
    ] = False,
    no_memory: Annotated[
        bool, typer.Option("--no-memory", help="Ask for every line, also for those once translated.")
    ] = False,
    json: options.JsonLines = False,
) -> None:
    """Translate spells, only where the translation is missing or stale, and never over a reviewed one.

    What would break a spell is asked for again, within bounds; a line that stays broken is left in its source, and the
    spell needs review. Exit code 1 when something needs a person, 3 when the engine gave no answer.

    Examples:
      grimoire translate tldr --to ja --dry-run
      grimoire translate tldr --to ja --with deepl --with deepseek
      grimoire translate --all --to zh --with deepl
      grimoire translate tldr --review
    """
    from grimoire import settings as settings_file
    from grimoire.cli import memory
    from grimoire.errors import UsageError

    settings = settings_file.load()
    if memory_stats:
        memory.show_stats(settings, json=json)
        return
    if dry_run and (review or back):
        raise UsageError("--dry-run is for translating", hint="leave it out, or --review and --back")
    asked = _asked(settings, names or (), everything=everything, to=to, engines=engines or ())
    if review:
        from grimoire.cli.review import review_all

        raise typer.Exit(review_all(settings, asked.library, asked.spells, asked.language, named=bool(names)))
    if back:
        from grimoire.cli.back import back_translate

        engine = _needed(asked.engines)[0]
        raise typer.Exit(back_translate(settings, asked.library, asked.spells, asked.language, engine, json=json))
    raise typer.Exit(_translate(settings, asked, force=force, dry_run=dry_run, recalling=not no_memory, json=json))


class _Asked(msgspec.Struct, frozen=True):
    """What a call is about. `broken` says that some of the spells could not be read."""

    library: Library
    spells: list[Spell]
    language: str
    engines: list[str]
    broken: bool


def _asked(settings: Settings, names: Sequence[str], *, everything: bool, to: str, engines: Sequence[str]) -> _Asked:
    from grimoire.cli import output, wiring
    from grimoire.cli.choose import refuse_namesakes
    from grimoire.errors import UsageError
    from grimoire.languages import resolve

    if bool(names) == everything:
        both = "spells by name and --all exclude each other"
        raise UsageError(
            both if names else "name the spells to translate, or say --all", hint="grimoire list shows them"
        )
    language = resolve(to)
    library = wiring.open_library(settings)
    spells, problems = library.load_all(names)
    output.warn(problem for problem in problems if problem.severity == "error")
    spells = [spell for spell in _with_prompts(spells, named=bool(names)) if spell.language != language]
    refuse_namesakes(spells)
    return _Asked(library, spells, language, _engines(settings, engines), bool(problems))


def _with_prompts(spells: list[Spell], *, named: bool) -> list[Spell]:
    """Those that have a prompt to translate; that chains have none is told where they are `named`."""
    from grimoire.cli.output import note

    for spell in spells:
        if spell.chain and named:
            note(f"left alone: {spell.name}: a chain has no prompt; the spells of its steps are translated")
    return [spell for spell in spells if not spell.chain]


def _translate(settings: Settings, asked: _Asked, *, force: bool, dry_run: bool, recalling: bool, json: bool) -> int:
    """Make what is to be made, or say what that would take; the exit code."""
    from grimoire.cli.translations import Made, inspect, learn, show_made, translate_all

    states = [inspect(asked.library, spell, asked.language) for spell in asked.spells]
    batch = _select(states, force=force)
    made = Made()
    if dry_run or not batch:
        from grimoire.cli.forecast import show_forecast

        show_forecast(settings, batch, asked.engines, recalling=recalling, json=json)
        if not dry_run:
            learn(settings, asked.library, states)
    else:
        made = translate_all(settings, asked.library, states, _needed(asked.engines), force=force, recalling=recalling)
        show_made(made, json=json)
    waiting = not (force or dry_run) and any(state.state == "needs-review" for state in states)
    return 1 if made.imperfect or waiting else 3 if made.unanswered else 2 if asked.broken else 0


def _engines(settings: Settings, given: Sequence[str]) -> list[str]:
    """The engines in their order, each once; what is not named is as the settings say."""
    named = [*given, *(settings.values.translator, settings.values.second_translator)[len(given) :]]
    return list(dict.fromkeys(name for name in named if name))


def _needed(engines: list[str]) -> list[str]:
    from grimoire.errors import UsageError

    if not engines:
        raise UsageError("no translator chosen", hint="--with deepl, --with BACKEND, or translator: in the settings")
    return engines


def _select(states: Sequence[Outdated], *, force: bool) -> list[Outdated]:
    """What is to be made. What a person has reviewed, or is to review, is told about and left alone."""
    from grimoire.cli.output import note

    if force:
        return list(states)
    for late in states:
        if late.reviewed and late.state != "current":
            what = f"its {late.language} translation is {late.state}, but reviewed"
            note(f"left alone: {late.spell.name}: {what} (--force makes it anew)")
        elif late.state == "needs-review":
            note(f"left alone: {late.spell.name}: it waits for a person ({late.review_command}; --force makes it anew)")
    return [state for state in states if state.to_make]
