"""`grimoire log show`: one cast, whole."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import complete, options, output
from grimoire.cli.took import tokens
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from grimoire.chat import Message, Usage
    from grimoire.conversation import Link
    from grimoire.record import Entry
    from grimoire.settings import Settings

WIDTH = 80
"""Columns of the line above a part."""

Id = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="A number of `grimoire log`, a run's id or its beginning, last, last~1.",
        autocompletion=complete.conversations,
    ),
]


def show(
    given: Id = "last",
    *,
    answer: Annotated[bool, typer.Option("--answer", help="The answer alone, byte for byte.")] = False,
    code: Annotated[bool, typer.Option("-x", "--extract", help="The last code block of the answer.")] = False,
    raw: Annotated[bool, typer.Option("--raw", help="On a terminal: the text as it came, not rendered.")] = False,
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Show a cast whole: what was sent, what came back, what was found, and what it took.

    Examples:
      grimoire log show last
      grimoire log show last --answer > answer.md
      grimoire log show last --json | jq -r .model
    """
    from grimoire import settings as settings_file
    from grimoire.cli import wiring
    from grimoire.cli.log_entry import cast_json, find_entries, only

    settings = settings_file.load()
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        entries = find_entries(store, given)
        links = store.links([entry.run for entry in entries])
        before = {entry.id: store.said_before(entry.id) for entry in entries}
    if json:
        entry = only(entries)
        output.emit_json(cast_json(entry, links[entry.run]) | {"earlier": before[entry.id]})
    elif answer or code:
        from grimoire.cli.deliver import Delivery, hand_over

        raise typer.Exit(hand_over(only(entries).answer, Delivery(raw=raw, code=code)))
    else:
        for number, entry in enumerate(entries or [only(entries)]):
            output.emit("\n" if number else "")
            _show(settings, entry, links[entry.run], before[entry.id], raw=raw)


def _show(settings: Settings, entry: Entry, link: Link, before: tuple[Message, ...], *, raw: bool) -> None:
    """What it is, then each part under a line of its own."""
    from grimoire.cli.why import attempt_lines, check_lines

    turns = [message for message in before if message.role != "system"]
    output.emit("\n".join([*_facts(settings, entry), *_place(link, len(turns))]) + "\n")
    for message in before:
        if message.role == "system":
            _part("system", message.content)
    _part("sent", entry.incantation)
    if entry.answer:
        _heading("answer")
        _answer(entry.answer, raw=raw)
    _part("checks", "\n".join(check_lines(entry.checks)))
    _part("attempts", "\n".join(attempt_lines(entry.attempts)))


def _facts(settings: Settings, entry: Entry) -> Iterator[str]:
    """What was asked of whom and when, and what came of it."""
    from grimoire.cli.log_entry import failure, local_time

    served = f" ({one_line(entry.model)})" if entry.model else ""
    name = one_line(entry.spell) or "chat"
    yield f"{entry.id}  {local_time(entry.at)}  {name}  {entry.language}  {one_line(entry.backend)}{served}"
    found = failure(entry) or entry.verdict or "not judged"
    cost = "" if entry.cost is None else f", {output.money(entry.cost, settings.values.currency)}"
    rehearsed = "; a rehearsal, no model was asked" if entry.rehearsal else ""
    yield f"{found}; {_tokens(entry.usage)}{entry.seconds:.1f} s{cost}{rehearsed}"


def _tokens(usage: Usage) -> str:
    """Those that were counted; nothing where none were."""
    return "" if usage.total is None else f"{tokens(usage)}, "


def _place(link: Link, turns: int) -> Iterator[str]:
    if link.after:
        yield f"follows {link.after}, after {output.count(turns, 'message')}: grimoire log export {link.conversation}"


def _part(name: str, text: str) -> None:
    if text:
        _heading(name)
        output.emit(text if text.endswith("\n") else f"{text}\n")


def _heading(name: str) -> None:
    """A line that tells the parts apart; dim on a terminal."""
    from rich.text import Text

    width = min(output.columns(), WIDTH)
    output.emit("\n")
    output.emit_table(Text(f"── {name} {'─' * (width - len(name) - 4)}", style="dim"))


def _answer(text: str, *, raw: bool) -> None:
    if raw or not (sys.stdout and sys.stdout.isatty()):
        output.emit(text if text.endswith("\n") else f"{text}\n")
        return
    from grimoire.cli.markdown_stream import show_markdown

    show_markdown(text)
