"""The append-only record of every run, answer and verdict, in one SQLite file; nothing else in Grimoire speaks SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from grimoire.ledger.database import open_database
from grimoire.ledger.store import SqliteLedger

__all__ = ["SqliteLedger", "open_ledger"]


def utc_now() -> datetime:
    """The time, aware of its zone."""
    return datetime.now(UTC)


def open_ledger(path: Path, *, clock: Callable[[], datetime] = utc_now, read_only: bool = False) -> SqliteLedger:
    """Open the ledger at `path`: a missing one is made, with its folders, and an older one is brought up to date.

    With `read_only` neither happens, and each is an error. Use it from the thread that opened it, and close it.
    `clock` gives times that are aware of their zone.
    Raises LedgerError, with one line saying why, when there is no usable ledger.
    """
    return SqliteLedger(open_database(path, read_only=read_only), path, clock)
