"""`grimoire schema`: the JSON Schema of a spell file."""

from __future__ import annotations


def schema() -> None:
    """Print the JSON Schema of a spell file, so that an editor can complete and check it.

    Examples:
      grimoire schema > spell.schema.json
    """
    from grimoire import checks
    from grimoire.cli import output
    from grimoire.spellfile import spell_schema

    output.emit_json(spell_schema(checks.schema(), list(checks.STANDING)))
