"""Opening the file, and making it where there is none."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from grimoire.errors import LedgerError
from grimoire.ledger.connection import connect_reader, connect_writer
from grimoire.ledger.faults import reported
from grimoire.ledger.kinds import LEDGER, Kind
from grimoire.ledger.migrations import migrate, temporary_beside, version_of
from grimoire.ledger.schema import Migration

IN_MEMORY = Path(os.devnull, "no-log")
"""The path of a ledger that is in memory alone: no file can ever be there."""


def open_database(
    path: Path, kind: Kind = LEDGER, *, read_only: bool = False, migrations: Sequence[Migration] | None = None
) -> sqlite3.Connection:
    """A connection to an up-to-date file of a kind; raises LedgerError, and then leaves the file as it was.

    Read-only, nothing is made or brought up to date: a missing or older file is an error. `migrations` in place of
    the kind's own are those of another version of Grimoire.
    """
    if migrations is not None:
        kind = msgspec.structs.replace(kind, migrations=migrations)
    with reported(path, kind):
        if not path.exists():
            if read_only:
                raise LedgerError(f"there is no {kind.name} at {path}", hint=kind.first)
            _create(path, kind)
        if not path.is_file():
            raise LedgerError(f"the {kind.name} {path} is not a file", hint=kind.elsewhere)
        version = _look(path, kind)
        if not read_only:
            return _open_writer(path, kind)
        if version < len(kind.migrations):
            hint = "open it once for writing, which brings it up to date"
            raise LedgerError(
                f"the {kind.name} {path} has version {version}, which is too old to be only read", hint=hint
            )
        return connect_reader(path)


def open_in_memory() -> sqlite3.Connection:
    """An empty, up-to-date ledger that is gone when it is closed; nothing of it is ever on a disk."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA foreign_keys = ON")
    migrate(connection, IN_MEMORY, LEDGER)
    return connection


def _look(path: Path, kind: Kind) -> int:
    """The version, from a connection that cannot change the file: what is not ours to open stays as it is."""
    with closing(connect_reader(path)) as reader:
        return version_of(reader, path, kind)


def _open_writer(path: Path, kind: Kind) -> sqlite3.Connection:
    connection = connect_writer(path)
    try:
        migrate(connection, path, kind)
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path, kind: Kind) -> None:
    """Made beside its place and linked into it whole: a process that comes second finds the first one's and uses it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    try:
        _open_writer(temporary, kind).close()
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
