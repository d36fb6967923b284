"""`grimoire backends`: where spells can be fired, and whether the key is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import complete, options

if TYPE_CHECKING:
    from rich.table import Table

    from grimoire.cli.wiring import BackendFacts
    from grimoire.settings import Settings

PING = "Answer with one word: pong"
PING_PATIENCE = 5.0
"""Seconds for which a ping that failed is tried again."""


def backends(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="BACKEND[/MODEL]", help="Only these.", autocompletion=complete.backends),
    ] = None,
    ping: Annotated[
        bool, typer.Option("--ping", help="Ask each one whose key is set for a word. This costs a little.")
    ] = False,
    json: options.Json = False,
) -> None:
    """List the backends, where each key comes from and whether it is set; never the key. With --ping, try them.

    Examples:
      grimoire backends
      grimoire backends openai --ping
    """
    from grimoire import settings as settings_file
    from grimoire.cli import output, wiring

    settings = settings_file.load()
    heads = {name.partition("/")[0]: name for name in names or ()}
    facts = [f for f in wiring.list_backends(settings) if not heads or f.name in heads]
    for head in heads.keys() - {f.name for f in facts}:
        wiring.open_backend(settings, head)
    replies: dict[str, str] = {}
    if ping:
        wanted = [heads.get(f.name, f.name) for f in facts if heads or f.key_set or _configured(f)]
        replies, failed = _ping_all(settings, wanted)
        if not wanted:
            output.note("nobody to ask: no key is set; name a backend to ask it all the same")
    if json:
        output.emit_json([_plain(f, replies) for f in facts])
    else:
        output.emit_table(_table(facts, replies))
    if ping and failed:
        raise typer.Exit(3)


def _configured(facts: BackendFacts) -> bool:
    return facts.key_set is None and facts.source == "settings"


def _ping_all(settings: Settings, names: list[str]) -> tuple[dict[str, str], bool]:
    import asyncio

    async def all_of_them() -> list[tuple[str, bool]]:
        return list(await asyncio.gather(*(_ping(settings, name) for name in names)))

    results = asyncio.run(all_of_them())
    heads = [name.partition("/")[0] for name in names]
    return {head: text for head, (text, _) in zip(heads, results, strict=True)}, not all(ok for _, ok in results)


async def _ping(settings: Settings, name: str) -> tuple[str, bool]:
    from grimoire.chat import Message, Request
    from grimoire.cli.wiring import open_backend
    from grimoire.errors import GrimoireError
    from grimoire.terminal import one_line

    try:
        backend = open_backend(settings, name, patience=PING_PATIENCE)
        try:
            answer = await backend.ask(Request(messages=(Message("user", PING),)))
        finally:
            await backend.aclose()
    except GrimoireError as error:
        return one_line(error.message), False
    model = one_line(answer.model) or backend.name
    return f"{one_line(answer.text, 40)!r} from {model} in {answer.seconds:.1f} s", True


def _plain(facts: BackendFacts, replies: dict[str, str]) -> dict[str, object]:
    from grimoire.redact import hide_in_url

    plain: dict[str, object] = {
        "name": facts.name,
        "title": facts.title,
        "base_url": hide_in_url(facts.base_url),
        "model": facts.model,
        "key_env": facts.key_env,
        "key_set": facts.key_set,
        "key_from": facts.key_from,
        "source": facts.source,
    }
    return plain | ({"ping": replies[facts.name]} if facts.name in replies else {})


def _table(facts: list[BackendFacts], replies: dict[str, str]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from grimoire.redact import hide_in_url
    from grimoire.terminal import one_line

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("backend", style="bold cyan", no_wrap=True)
    for column in ("what", "default model", "key", *(["ping"] if replies else ["base URL"])):
        table.add_column(column, overflow="fold")
    for f in facts:
        table.add_row(
            one_line(f.name),
            f.title,
            one_line(f.model or "-"),
            f.key,
            replies.get(f.name, "") if replies else one_line(hide_in_url(f.base_url) or "-"),
            style="" if f.key_set is not False else "dim",
        )
    return table
