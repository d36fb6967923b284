"""Spells as a table and as JSON, for `list`, `search` and `show`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grimoire import placeholders
from grimoire.spell import Spell, Translation
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from rich.table import Table


def spell_table(spells: Sequence[tuple[Spell, Sequence[Translation]]]) -> Table:
    """One row a spell; its title in Chinese beside the one in its own language, where there is a translation.

    What role each has is told where not all are tasks.
    """
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("name", style="bold cyan", no_wrap=True)
    table.add_column("topic", style="dim", no_wrap=True)
    roles = any(spell.role != "task" for spell, _ in spells)
    if roles:
        table.add_column("role", style="dim", no_wrap=True)
    table.add_column("languages", no_wrap=True)
    table.add_column("title", overflow="fold")
    for spell, translations in spells:
        texts: list[Spell | Translation] = [spell, *translations]
        table.add_row(
            spell.name,
            one_line(spell.topic),
            *([spell.role] if roles else []),
            ",".join(text.language for text in texts),
            one_line(" · ".join(dict.fromkeys(text.title for text in texts if text.title))),
        )
    return table


def spell_json(spell: Spell, translations: Sequence[Translation]) -> dict[str, object]:
    """What `--json` says of a spell."""
    return {
        "name": spell.name,
        "title": spell.title,
        "teaser": spell.teaser,
        "topic": spell.topic,
        "activity": spell.activity,
        "hint": spell.hint,
        "author": spell.author,
        "language": spell.language,
        "role": spell.role,
        "chain": [step.spell for step in spell.chain],
        "path": str(spell.path),
        "placeholders": sorted(placeholders.names(spell.prompt)),
        "variables": placeholders.variables(spell.template),
        "cases": [case.id for case in spell.cases],
        "checks": [check.name for check in spell.checks],
        "translations": [
            {
                "language": text.language,
                "title": text.title,
                "status": text.status,
                "stale": text.source != spell.source_digest,
                "path": str(text.path),
            }
            for text in translations
        ],
    }
