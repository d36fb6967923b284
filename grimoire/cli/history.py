"""`grimoire history`: every answer a spell got, and why it was judged as it was."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import Group, RenderableType

    from grimoire.ledger import SqliteLedger
    from grimoire.record import Entry


def history(
    name: options.SpellName,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many entries, newest first.")] = 50,
    why: Annotated[bool, typer.Option("--why", help="Every check of every answer, with its evidence.")] = False,
    images: Annotated[
        Path | None, typer.Option("--images", metavar="FOLDER", help="Write the pictures kept with them there.")
    ] = None,
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Show what a spell was asked, what came back and what was found, newest first.

    Examples:
      grimoire history tldr --limit 3
      grimoire history tldr --why
      grimoire history tldr --json | jq -r '.[0].answer'
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.cli.results import entry_json

    settings = settings_file.load()
    library = wiring.open_library(settings, judging=False)
    spell = library.name_of(name)
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        entries = list(store.history(spell, limit=min(limit, sys.maxsize)))
        if images:
            _save_images(store, entries, images)
    if not entries:
        library.find(name)
    if json:
        output.emit_json([entry_json(entry) for entry in entries])
    elif entries:
        output.emit_table(_lines(entries, why=why))
    else:
        output.note(f"nothing on record of `{spell}` yet: grimoire trial {spell}")


def _lines(entries: Sequence[Entry], *, why: bool) -> Group:
    """A line an entry, and below it why it does not work, or all that was found; and what persons said of it."""
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
        parts += [Padding(Text(said, style="dim"), (0, 0, 0, 4)) for said in _below(entry, why=why)]
    return Group(*parts)


def _below(entry: Entry, *, why: bool) -> Iterator[str]:
    from grimoire.cli.why import attempt_lines, check_lines
    from grimoire.terminal import one_line

    if why:
        yield f"answer {entry.id}, run {entry.run}" + (f", model {one_line(entry.model)}" if entry.model else "")
        yield from attempt_lines(entry.attempts)
    if why and not entry.error:
        yield from check_lines(entry.checks)
    elif said := one_line(_why(entry), 500):
        yield said
    for opinion in entry.opinions:
        verdict = f": {opinion.verdict}" if opinion.verdict else ""
        yield f"a person{verdict}" + (f": {one_line(opinion.note, 500)}" if opinion.note else "")
    if entry.images:
        yield f"pictures: {', '.join(one_line(name) for name in entry.images)}"


def _save_images(store: SqliteLedger, entries: Sequence[Entry], folder: Path) -> None:
    """Write each entry's pictures as ANSWER-NUMBER.KIND, whatever they were called."""
    from grimoire import atomic
    from grimoire.cli import output

    for entry in entries:
        for number, image in enumerate(store.images(entry.id) if entry.images else (), 1):
            path = folder / f"{entry.id}-{number}.{image.media_type.rpartition('/')[2]}"
            atomic.write_bytes(path, image.data)
            output.note(f"written: {path}")


def _why(entry: Entry) -> str:
    if entry.error:
        return f"{entry.error}: {entry.error_message}"
    return "; ".join(f"{c.check}: {c.reason}" for c in entry.checks if c.outcome in {"failed", "crashed"})
