"""`grimoire translate`: make what translations are missing or stale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grimoire.cli.translations import Outdated


def translate(
    names: options.Names = None,
    everything: Annotated[bool, typer.Option("--all", help="Every spell on the search path.")] = False,
    to: Annotated[str, typer.Option("--to", metavar="LANG", help="The language to translate into.")] = "zh",
    engine: Annotated[str, typer.Option("--with", metavar="deepl|BACKEND", help="The engine to use.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Make it anew, even where current or reviewed.")] = False,
    dry_run: options.DryRun = False,
) -> None:
    """Translate spells, only where the translation is missing or stale, and never over a reviewed one.

    Nothing that would break a spell is written: a lost placeholder is named with its line. Exit code 1 when one was
    refused, 3 when the engine gave no answer.
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.cli.translations import Made, inspect, translate_all
    from grimoire.errors import UsageError
    from grimoire.languages import resolve

    if bool(names) == everything:
        raise UsageError("name the spells to translate, or say --all", hint="grimoire list shows them")
    settings = settings_file.load()
    language = resolve(to)
    library = wiring.open_library(settings)
    spells, problems = library.load_all(names or ())
    output.warn(problem for problem in problems if problem.severity == "error")
    states = [inspect(library, spell, language) for spell in spells if spell.language != language]
    batch = _select(states, force=force)
    chosen = engine or settings.values.translator
    made = Made()
    if dry_run or not batch:
        _show(batch, chosen)
    elif not chosen:
        raise UsageError("no translator chosen", hint="--with deepl, --with BACKEND, or translator: in the settings")
    else:
        made = translate_all(settings, library, batch, chosen)
        output.note(f"{made.written} written, {made.refused} refused, {made.unanswered} without an answer")
    raise typer.Exit(1 if made.refused else 3 if made.unanswered else 2 if problems else 0)


def _select(states: Sequence[Outdated], *, force: bool) -> list[Outdated]:
    """What is to be made. A reviewed translation is told about, and left to its reviewer."""
    from msgspec.structs import replace

    from grimoire.cli.output import note

    if force:
        return [replace(state, reviewed=False) for state in states]
    for late in states:
        if late.state != "current" and late.reviewed:
            what = f"its {late.language} translation is {late.state}, but reviewed"
            note(f"left alone: {late.spell.name}: {what} (--force makes it anew)")
    return [state for state in states if state.state != "current" and not state.reviewed]


def _show(batch: Sequence[Outdated], engine: str) -> None:
    """What would be sent, a line a spell; or that there is nothing to do."""
    from grimoire.cli import output
    from grimoire.translators.spell_translation import characters_to_send

    total = 0
    for late in batch:
        count = characters_to_send(late.spell)
        total += count
        output.emit(f"{late.spell.name}\t{late.language}\t{late.state}\t{count} characters\n")
    using = f" with {engine}" if engine else ""
    left = f"{len(batch)} to translate{using}, {total:,} characters" if batch else "nothing to translate"
    output.note(f"{left}; nothing was sent")
