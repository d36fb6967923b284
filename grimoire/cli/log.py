"""`grimoire log`: what was cast, newest first, failures too."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grimoire.cli import log_export, log_show, options
from grimoire.cli import log_wanted as own
from grimoire.cli.lazy import LightGroup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Group
    from rich.text import Text

    from grimoire.conversation import Link, Wanted
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Entry

WIDE, NARROW = 100, 60
"""Columns from which on all is shown, and below which only what is needed to go on."""
READ, BEFORE, LONGEST = 20_000, 20, 500
"""Characters that are looked at, that are shown before the first word searched for, and at most."""

_ID = re.compile(r"\d[\dT]*(-\w*)?|last(~\d+)?", re.ASCII)


class _Showing(LightGroup):
    """`grimoire log 41` is `grimoire log show 41`."""

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # noqa: ANN401  # as Typer has it
        return super().resolve_command(ctx, ["show", *args] if _ID.fullmatch(args[0]) else args)


log_app = typer.Typer(cls=_Showing, invoke_without_command=True)


@log_app.callback(invoke_without_command=True)
def log(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option("-n", "--limit", min=1, help="How many, newest first.")] = 20,
    search: own.Search = None,
    spell: own.Spell = "",
    model: own.Model = "",
    since: own.Since = "",
    failed: own.Failed = False,
    conversation: own.InConversation = "",
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """List what was cast, newest first: its number, when, what was asked of whom, and what came back.

    Examples:
      grimoire log
      grimoire log -q 夜班 --since 7d
      grimoire log --failed --json
    """
    if context.invoked_subcommand:
        return
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring
    from grimoire.cli.log_entry import cast_json

    settings = settings_file.load()
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        wanted = own.build_wanted(
            store, search=search, spell=spell, model=model, since=since, failed=failed, conversation=conversation
        )
        entries = list(store.casts(wanted, limit=min(limit, sys.maxsize)))
        links = store.links([entry.run for entry in entries])
        told = "" if entries else nothing(store, wanted)
    if json:
        output.emit_json([cast_json(entry, links[entry.run]) for entry in entries])
    elif entries:
        output.emit_table(_lines(entries, links, wanted, output.columns()))
    else:
        output.note(told)


def nothing(store: SqliteLedger, wanted: Wanted) -> str:
    """What is said where nothing is found."""
    from grimoire.cli.known_names import unknown_to_log
    from grimoire.conversation import Wanted as Any_

    if wanted == Any_():
        return 'nothing was cast yet: grimoire cast tldr "a text"'
    if unknown := unknown_to_log(store, wanted):
        return unknown
    return "nothing that was cast is like that; `grimoire log` lists the latest, `grimoire history` what was tried"


def _lines(entries: Sequence[Entry], links: Mapping[str, Link], wanted: Wanted, width: int) -> Group:
    """A line a cast, however wide the terminal: what says which is left out where there is no room for it."""
    from rich.console import Group

    heads = [_head(entry, width) for entry in entries]
    wide = [min(max(cell.cell_len for cell in column), max(8, width // 5)) for column in zip(*heads, strict=True)]
    lines = []
    for entry, head in zip(entries, heads, strict=True):
        line = _joined(head, wide)
        line.append_text(_said(entry, links[entry.run], wanted, max(width - line.cell_len, 0)))
        lines.append(line)
    return Group(*lines)


def _head(entry: Entry, width: int) -> list[Text]:
    """The number, and as much of the rest as there is room for."""
    from rich.text import Text

    from grimoire.cli.log_entry import local_time
    from grimoire.cli.matrix import MARKS
    from grimoire.terminal import one_line

    sign, style = MARKS[entry.verdict or "untested"]
    sign = f"({sign})" if entry.rehearsal else sign  # it says nothing of a model
    number, name = Text(str(entry.id)), Text(one_line(entry.spell) or "chat")
    if width < NARROW:
        return [number, Text(sign, style=style)]
    if width < WIDE:
        return [number, Text(local_time(entry.at, "%m-%d %H:%M"), style="dim"), Text(sign, style=style), name]
    found = Text(f"{sign} {one_line(entry.error or entry.verdict or 'not judged')}", style=style)
    when = Text(local_time(entry.at), style="dim")
    return [number, when, found, name, Text(entry.language), Text(one_line(entry.backend))]


def _joined(head: Sequence[Text], wide: Sequence[int]) -> Text:
    """The cells side by side, the number to the right."""
    from rich.text import Text

    line = Text(no_wrap=True)
    for place, (cell, width) in enumerate(zip(head, wide, strict=True)):
        cell.truncate(width, overflow="ellipsis", pad=place > 0)
        line.append(" " * (0 if place else width - cell.cell_len))
        line.append_text(cell).append("  ")
    return line


def _said(entry: Entry, link: Link, wanted: Wanted, width: int) -> Text:
    """What was given, cut short, and what came back; where it was searched for, from near the words on."""
    from rich.text import Text

    from grimoire.ledger.words import fold
    from grimoire.terminal import one_line

    words = [fold(word) for word in wanted.words]
    given = Text(("↳ " if link.after else "") + _near(one_line(entry.text, READ), words))
    given.truncate(max(8, width * 2 // 5), overflow="ellipsis")
    back = entry.error_message if entry.error and not entry.answer.strip() else entry.answer
    line = Text.assemble(given, (" → ", "dim"), _near(one_line(back, READ), words))
    line.truncate(width, overflow="ellipsis")
    _mark(line, words)
    return line


def _near(text: str, words: Sequence[str]) -> str:
    """The text from a little before the first of the words on; from its beginning where that is far enough."""
    from grimoire.ledger.words import fold

    folded = fold(text) if words else ""
    start = min((place for word in words if (place := folded.find(word)) >= 0), default=0) - BEFORE
    return f"…{text[start:][:LONGEST]}" if start > 0 else text[:LONGEST]


def _mark(line: Text, words: Sequence[str]) -> None:
    from grimoire.search import spans

    for start, end in spans(line.plain, words) if words else ():
        line.stylize("bold", start, end)


log_app.command("show")(log_show.show)
log_app.command("export")(log_export.export)
