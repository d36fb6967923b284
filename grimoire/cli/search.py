"""`grimoire search`: find spells by words, in every language they exist in."""

from __future__ import annotations

from typing import Annotated

import typer

from grimoire.cli import options


def search(
    words: Annotated[list[str], typer.Argument(metavar="WORD", help="All of them must occur, in any language.")],
    json: options.Json = False,
) -> None:
    """Find spells whose name, title, description or prompt holds all the words, best first."""
    from grimoire import settings
    from grimoire.cli import output, wiring
    from grimoire.cli.spell_table import spell_json, spell_table
    from grimoire.search import rank

    library = wiring.open_library(settings.load(), judging=False)
    spells, problems = library.load_all()
    output.warn(problem for problem in problems if problem.severity == "error")
    found = rank(words, [(spell, library.translations(spell)) for spell in spells])
    if json:
        output.emit_json([spell_json(library, spell) for spell in found])
    elif found:
        output.emit_table(spell_table(library, found))
    else:
        output.note(f"no spell has {' and '.join(words)}")
        raise typer.Exit(1)
