"""`grimoire history`: every answer a spell got, and why it was judged as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

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
    # A spell may have left the library; what is on record of it stays readable under its name.
    spell = (
        wiring.open_library(settings, judging=False).find(name).stem if "/" in name or name.endswith(".yaml") else name
    )
    with wiring.open_ledger(settings, ledger) as store:
        entries = list(store.history(spell, limit=limit))
    if not entries:
        wiring.open_library(settings, judging=False).find(name)
    if json:
        output.emit_json([entry_json(entry) for entry in entries])
    elif entries:
        output.emit_table(_table(entries))
    else:
        output.note(f"nothing on record of `{spell}` yet: grimoire trial {spell}")


def _table(entries: Sequence[Entry]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from grimoire.cli.matrix import MARKS
    from grimoire.terminal import one_line

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in ("when (UTC)", "run", "lang", "backend", "case"):
        table.add_column(column, no_wrap=column != "backend", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("why", overflow="fold")
    for entry in entries:
        sign, style = MARKS[entry.verdict or "untested"]
        table.add_row(
            entry.at[:16].replace("T", " "),
            entry.kind,
            entry.language,
            one_line(entry.backend),
            one_line(entry.case or "-", 30),
            Text(f"{sign} {entry.verdict or 'not judged'}", style=style),
            one_line(_why(entry), 300),
        )
    return table


def _why(entry: Entry) -> str:
    if entry.error:
        return f"{entry.error}: {entry.error_message}"
    return "; ".join(f"{c.check}: {c.reason}" for c in entry.checks if c.outcome in {"failed", "crashed"})
