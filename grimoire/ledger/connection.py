"""Connections to the file, and transactions on them."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from grimoire.ledger.faults import code_of, is_busy

PATIENCE: Final = 30.0
"""Seconds to wait for other processes that write."""
LOG_KEPT: Final = 16 << 20
"""Bytes of the log that stay on the disk once all of it is in the file, however far it had to grow."""

_NO_SHARED_MEMORY = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}


def connect(path: Path, query: str) -> sqlite3.Connection:
    """A connection that begins no transaction by itself. `query` is that of SQLite's file URI, as `mode=rw`."""
    uri = f"{path.absolute().as_uri()}?{query}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=PATIENCE)
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection


def connect_writer(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on the disk, so that an answer that was paid for survives a power cut."""
    connection = connect(path, "mode=rw")
    try:
        _prefer_log(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_size_limit = {LOG_KEPT}")
    except BaseException:
        connection.close()
        raise
    return connection


def _prefer_log(connection: sqlite3.Connection) -> None:
    """Write-ahead logging, which lets others read during a write; where it cannot be set just now, another time."""
    try:
        connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if not is_busy(error):
            raise


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing to the file.

    Where the folder cannot be written SQLite cannot set up its shared memory: with no log there no one is writing, and
    the file can be read as one that does not change.
    """
    connection = connect(path, "mode=ro")
    try:
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        if code_of(error) not in _NO_SHARED_MEMORY or path.with_name(f"{path.name}-wal").exists():
            raise
        return connect(path, "mode=ro&immutable=1")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, and on disk when it is left. The write lock comes first, so nothing inside can be refused it."""
    _begin(connection)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _begin(connection: sqlite3.Connection) -> None:
    """SQLite waits by itself, but not in every case: where it gives up at once, ask again until the time is up."""
    started = time.monotonic()
    while True:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if not is_busy(error) or time.monotonic() - started >= _patience(connection):
                raise
            time.sleep(random.uniform(0.001, 0.02))  # noqa: S311  # spreads the writers; nothing secret
        else:
            return


def _patience(connection: sqlite3.Connection) -> float:
    milliseconds: int = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    return milliseconds / 1000
