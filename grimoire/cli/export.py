"""`grimoire export`: translations and what is remembered of them, in formats of other tools."""

from __future__ import annotations

import typer

from grimoire.cli import options

export_app = typer.Typer(help="Write translations for other tools.", no_args_is_help=True)


@export_app.command("po")
def export_po(
    names: options.Names = None,
    to: options.Into = "zh",
) -> None:
    """Write translations as a PO file to standard output, for Poedit, Weblate and their kind.

    Without names, every spell on the search path. What needs review is fuzzy; what has no translation is empty.

    Examples:
      grimoire export po --to zh > zh.po
      grimoire export po tldr blog-title --to zh > two.po
    """
    from datetime import UTC, datetime

    from grimoire import __version__, settings
    from grimoire.cli import output, wiring
    from grimoire.cli.drafts import open_drafts, placed_units
    from grimoire.formats import po
    from grimoire.languages import resolve

    found = settings.load()
    language = resolve(to)
    library = wiring.open_library(found, judging=False)
    spells, problems = library.load_all(names or ())
    drafts, others = open_drafts(library, spells, language, wiring.open_glossary(found))
    output.warn(problem for problem in (*problems, *others) if problem.severity == "error")
    units = [unit for draft in drafts for unit in placed_units(draft)]
    statuses = {draft.spell.name: draft.before.status for draft in drafts if draft.before}
    text, left_out = po.dump(units, language, statuses, datetime.now(UTC), __version__)
    output.warn(left_out)
    output.emit(text if text.endswith("\n") else f"{text}\n")
    fuzzy = sum(unit.needs_review for unit in units)
    output.note(f"{output.count(len(drafts), 'spell')}, {output.count(len(units), 'unit')}, {fuzzy:,} need review")
    raise typer.Exit(2 if problems or others or left_out else 0)


@export_app.command("tmx")
def export_tmx() -> None:
    """Write the translation memory as TMX to standard output.

    Examples:
      grimoire export tmx > memory.tmx
    """
    from datetime import UTC, datetime

    from grimoire import settings
    from grimoire.cli import output, wiring
    from grimoire.formats import tmx

    with wiring.open_memory_to_read(settings.load()) as memory:
        dump = tmx.dump(memory.entries() if memory else (), lambda: datetime.now(UTC))
        for text in dump:
            output.emit(text)
    left_out = f"; {dump.left_out:,} left out, which XML cannot hold" if dump.left_out else ""
    output.note(f"{output.count(dump.written, 'segment')}{left_out}")
