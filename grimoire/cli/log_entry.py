"""One cast of the log: found by what it is called, and what is said of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from grimoire.errors import UsageError
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grimoire.conversation import Link
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Entry


def find_entries(store: SqliteLedger, given: str) -> list[Entry]:
    """The cast of that number or place (`last`, `last~1`), or all answers and errors of a run. Raises UnknownName."""
    number = store.find_cast(given)
    if number is not None:
        return [store.entry(number)]
    return list(store.entries(store.find_cast_run(given).id))


def only(entries: Sequence[Entry]) -> Entry:
    """The one there is. Raises UsageError where there are several, or none."""
    if len(entries) == 1:
        return entries[0]
    if not entries:
        raise UsageError("this cast ended before anything came of it", hint="`grimoire log` lists what there is")
    numbers = ", ".join(str(entry.id) for entry in entries[:10]) + (" …" if len(entries) > 10 else "")  # noqa: PLR2004  # as many as fit
    raise UsageError(f"{len(entries)} questions were asked at once in {entries[0].run}", hint=f"name one of {numbers}")


def cast_json(entry: Entry, link: Link) -> dict[str, object]:
    """One cast, as in `history --json`, and where it stands in its conversation."""
    from grimoire.cli.results import entry_json

    return entry_json(entry) | {"conversation": link.conversation, "after": link.after or None}


def local_time(at: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """A time of the ledger where the user is."""
    return datetime.fromisoformat(at).astimezone().strftime(form)


def failure(entry: Entry) -> str:
    """Why no answer came, in a line; empty where one did."""
    return one_line(f"{entry.error}: {entry.error_message}", 500) if entry.error else ""
