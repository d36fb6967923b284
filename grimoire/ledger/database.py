"""Opening the file, and making it where there is none."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from grimoire.errors import LedgerError
from grimoire.ledger.connection import connect_reader, connect_writer
from grimoire.ledger.faults import reported
from grimoire.ledger.migrations import migrate, temporary_beside, version_of
from grimoire.ledger.schema import MIGRATIONS, Migration


def open_database(
    path: Path, *, read_only: bool = False, migrations: Sequence[Migration] = MIGRATIONS
) -> sqlite3.Connection:
    """A connection to an up-to-date ledger; raises LedgerError, and then leaves the file as it was.

    Read-only, nothing is made or brought up to date: a missing or older ledger is an error.
    """
    with reported(path):
        if not path.exists():
            if read_only:
                raise LedgerError(f"there is no ledger at {path}", hint="a first trial or cast makes one")
            _create(path, migrations)
        if not path.is_file():
            raise LedgerError(f"the ledger {path} is not a file", hint="name a file with --ledger")
        version = _look(path, migrations)
        if not read_only:
            return _open_writer(path, migrations)
        if version < len(migrations):
            hint = "open it once for writing, which brings it up to date"
            raise LedgerError(f"the ledger {path} has version {version}, which is too old to be only read", hint=hint)
        return connect_reader(path)


def _look(path: Path, migrations: Sequence[Migration]) -> int:
    """The version, from a connection that cannot change the file: what is not ours to open stays as it is."""
    with closing(connect_reader(path)) as reader:
        return version_of(reader, path, migrations)


def _open_writer(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    connection = connect_writer(path)
    try:
        migrate(connection, path, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path, migrations: Sequence[Migration]) -> None:
    """Made beside its place and linked into it whole: a process that comes second finds the first one's and uses it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        _open_writer(temporary, migrations).close()
        _place(temporary, path)
    finally:
        for suffix in ("", "-wal", "-shm"):
            temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)


def _place(temporary: Path, path: Path) -> None:
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    except OSError:
        # A file system without links: an empty file, which the first process to lock it fills in one transaction.
        path.touch(mode=0o600, exist_ok=True)
