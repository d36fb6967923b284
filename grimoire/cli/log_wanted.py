"""Which casts `grimoire log` and `grimoire log export` are about: the options that say so."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import complete, options
from grimoire.conversation import Wanted
from grimoire.errors import UsageError

if TYPE_CHECKING:
    from grimoire.ledger import SqliteLedger

WHICH = "Which casts"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Search = Annotated[
    list[str] | None,
    typer.Option(
        "-q",
        "--search",
        metavar="TEXT",
        help="With all of these words in what was given, sent or answered; two characters of Chinese are enough.",
        rich_help_panel=WHICH,
    ),
]
Spell = Annotated[
    str,
    typer.Option(
        "--spell", metavar="NAME", help="Of this spell.", rich_help_panel=WHICH, autocompletion=complete.spells
    ),
]
Model = Annotated[
    str,
    typer.Option(
        "-m",
        "--model",
        metavar="BACKEND[/MODEL]",
        help="Answered by it.",
        rich_help_panel=WHICH,
        autocompletion=complete.backends,
    ),
]
Since = Annotated[
    str,
    typer.Option(
        "--since", metavar="TIME", help="Not older than 90m, 2h, 7d, or since 2026-11-01.", rich_help_panel=WHICH
    ),
]
Failed = Annotated[
    bool, typer.Option("--failed", help="That brought no answer, or a broken one.", rich_help_panel=WHICH)
]
InConversation = Annotated[
    str,
    typer.Option(
        "--conversation",
        metavar="ID",
        help="Of the conversation it is in.",
        rich_help_panel=WHICH,
        autocompletion=complete.conversations,
    ),
]


def build_wanted(
    store: SqliteLedger,
    *,
    search: list[str] | None,
    spell: str,
    model: str,
    since: str,
    failed: bool,
    conversation: str,
) -> Wanted:
    """What the options ask for. Raises UsageError, UnknownName."""
    return Wanted(
        words=tuple(word for text in search or () for word in text.split()),
        spell=spell,
        backend=model,
        since=parse_since(since, datetime.now(UTC)) if since else "",
        failed=failed,
        conversation=conversation_of(store, conversation) if conversation else "",
    )


def parse_since(given: str, now: datetime) -> str:
    """The time from which on, as the ledger writes it: from an age, or a day where the user is. Raises UsageError."""
    if not _DAY.fullmatch(given.strip()):
        seconds = options.parse_seconds(given, "--since", also=", or a day: 2026-11-01")
        begun = now - timedelta(seconds=min(seconds, (now - datetime(1, 1, 2, tzinfo=UTC)).total_seconds()))
    else:
        try:
            begun = datetime.strptime(given.strip(), "%Y-%m-%d").astimezone()
        except (ValueError, OverflowError) as error:
            raise UsageError(f"--since {given}: there is no such day") from error
    return begun.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def conversation_of(store: SqliteLedger, given: str) -> str:
    """The id of the conversation that a cast is in, by a number or a run's id. Raises UnknownName."""
    number = store.find_cast(given)
    run = store.entry(number).run if number is not None else store.find_cast_run(given).id
    return store.links([run])[run].conversation
