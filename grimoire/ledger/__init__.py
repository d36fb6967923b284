"""What Grimoire remembers, in SQLite; nothing else in it speaks SQL.

The ledger is the append-only record of every run, answer and verdict. The translation memory, a file beside it, keeps
what was once translated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from grimoire.ledger.database import IN_MEMORY, open_database, open_in_memory
from grimoire.ledger.kinds import MEMORY
from grimoire.ledger.memory import MemoryStats, Share, SqliteMemory
from grimoire.ledger.rows import fingerprint
from grimoire.ledger.store import SqliteLedger

__all__ = [
    "IN_MEMORY",
    "MemoryStats",
    "Share",
    "SqliteLedger",
    "SqliteMemory",
    "fingerprint",
    "memory_path",
    "open_ledger",
    "open_memory",
    "open_unrecorded",
]


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


def open_unrecorded(*, clock: Callable[[], datetime] = utc_now) -> SqliteLedger:
    """A ledger that works like any other, and of which nothing is kept."""
    return SqliteLedger(open_in_memory(), IN_MEMORY, clock)


def memory_path(ledger: Path) -> Path:
    """Where the translation memory of a ledger is: in the same folder."""
    return ledger.with_name("memory.sqlite")


def open_memory(path: Path, *, read_only: bool = False) -> SqliteMemory:
    """Open the translation memory at `path`, as `open_ledger` opens a ledger, and with the same errors."""
    return SqliteMemory(open_database(path, MEMORY, read_only=read_only), path)
