"""`grimoire list`: the spells there are."""

from __future__ import annotations

from typing import Annotated

import typer

from grimoire.cli import options


def list_spells(
    topic: Annotated[str | None, typer.Option("--topic", help="Only spells of this topic.")] = None,
    json: options.Json = False,
) -> None:
    """List the spells on the search path."""
    from grimoire import settings
    from grimoire.cli import output, wiring
    from grimoire.cli.spell_table import spell_json, spell_table
    from grimoire.errors import UnknownName

    library = wiring.open_library(settings.load(), judging=False)
    spells, problems = library.load_all()
    output.warn(problem for problem in problems if problem.severity == "error")
    if topic:
        topics = sorted({spell.topic for spell in spells if spell.topic})
        spells = [spell for spell in spells if spell.topic.casefold() == topic.casefold()]
        if not spells and not json:
            raise UnknownName(f"no spell has the topic `{topic}`", hint=f"there are: {', '.join(topics)}")
    if json:
        output.emit_json([spell_json(library, spell) for spell in spells])
    else:
        output.emit_table(spell_table(library, spells))
