"""Bringing an older ledger up to date: forward only, all or nothing, a copy first."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from grimoire.errors import LedgerError
from grimoire.ledger.connection import connect, connect_reader, transaction
from grimoire.ledger.schema import APPLICATION_ID, Migration


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    """Run the migrations the ledger has not had. It is left as it was when one fails, and a copy of it beside it."""
    if version_of(connection, path, migrations) == len(migrations):
        return
    with transaction(connection):
        version = version_of(connection, path, migrations)  # again: another process may have been here first
        if version == len(migrations):
            return
        if version:
            _back_up(path, version)
        for statement in (statement for migration in migrations[version:] for statement in migration):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def _back_up(path: Path, version: int) -> None:
    """Copy the ledger to `<file>.v<version>.backup`, while the caller holds the write lock."""
    temporary = temporary_beside(path)
    try:
        with closing(connect_reader(path)) as source, closing(connect(temporary, "mode=rw")) as target:
            source.backup(target)
        temporary.replace(path.with_name(f"{path.name}.v{version}.backup"))
    finally:
        temporary.unlink(missing_ok=True)


def version_of(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> int:
    """How many migrations the file has had, 0 for an empty file; LedgerError when it is no ledger or a newer one."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    marked = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not marked and not (empty and version == 0):
        raise LedgerError(f"{path} is a database, but not a Grimoire ledger", hint="name another file with --ledger")
    if not 0 <= version <= len(migrations):
        raise LedgerError(
            f"the ledger {path} has version {version}; this Grimoire knows versions up to {len(migrations)}",
            hint="update Grimoire, or name another file with --ledger",
        )
    return version


def temporary_beside(path: Path) -> Path:
    """A new, empty file in the same folder, that only its owner can read."""
    handle, name = tempfile.mkstemp(prefix=".grimoire-", suffix=".ledger", dir=path.parent)
    os.close(handle)
    return Path(name)
