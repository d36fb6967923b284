"""`grimoire history`: every answer a spell got, and why it was judged as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Group, RenderableType

    from grimoire.record import Entry


def history(
    name: options.SpellName,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many entries, newest first.")] = 50,
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Show what a spell was asked, what came back and what was found, newest first."""
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.cli.results import entry_json

    settings = settings_file.load()
    library = wiring.open_library(settings, judging=False)
    spell = library.name_of(name)
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        entries = list(store.history(spell, limit=limit))
    if not entries:
        library.find(name)
    if json:
        output.emit_json([entry_json(entry) for entry in entries])
    elif entries:
        output.emit_table(_lines(entries))
    else:
        output.note(f"nothing on record of `{spell}` yet: grimoire trial {spell}")


def _lines(entries: Sequence[Entry]) -> Group:
    """A line an entry, and below it why it does not work."""
    from rich.console import Group
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from grimoire.cli.matrix import MARKS
    from grimoire.terminal import one_line

    parts: list[RenderableType] = []
    for entry in entries:
        sign, style = MARKS[entry.verdict or "untested"]
        line = Table.grid(padding=(0, 2))
        line.add_column(no_wrap=True)
        line.add_column(no_wrap=True, min_width=len("not judged") + 2)
        for _ in ("kind", "language", "backend", "case"):
            line.add_column(overflow="fold")
        line.add_row(
            f"{entry.at[:16].replace('T', ' ')} UTC",
            Text(f"{sign} {entry.verdict or 'not judged'}", style=style),
            entry.kind,
            entry.language,
            one_line(entry.backend),
            one_line(entry.case, 30),
        )
        parts.append(line)
        if why := one_line(_why(entry), 500):
            parts.append(Padding(Text(why, style="dim"), (0, 0, 0, 4)))
    return Group(*parts)


def _why(entry: Entry) -> str:
    if entry.error:
        return f"{entry.error}: {entry.error_message}"
    return "; ".join(f"{c.check}: {c.reason}" for c in entry.checks if c.outcome in {"failed", "crashed"})
