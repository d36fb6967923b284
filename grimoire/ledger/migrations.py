"""Bringing an older file up to date: forward only, all or nothing, a copy first."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from grimoire.errors import LedgerError
from grimoire.ledger.connection import connect, connect_reader, transaction
from grimoire.ledger.kinds import Kind


def migrate(connection: sqlite3.Connection, path: Path, kind: Kind) -> None:
    """Run the migrations the file has not had. It is left as it was when one fails, and a copy of it beside it."""
    if version_of(connection, path, kind) == len(kind.migrations):
        return
    with transaction(connection):
        version = version_of(connection, path, kind)  # again: another process may have been here first
        if version == len(kind.migrations):
            return
        if version:
            _back_up(path, version)
        for statement in (statement for migration in kind.migrations[version:] for statement in migration):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {kind.application_id}")
        connection.execute(f"PRAGMA user_version = {len(kind.migrations)}")


def _back_up(path: Path, version: int) -> None:
    """Copy the file to `<file>.v<version>.backup`, while the caller holds the write lock."""
    temporary = temporary_beside(path)
    try:
        with closing(connect_reader(path)) as source, closing(connect(temporary, "mode=rw")) as target:
            source.backup(target)
        temporary.replace(path.with_name(f"{path.name}.v{version}.backup"))
    finally:
        temporary.unlink(missing_ok=True)


def version_of(connection: sqlite3.Connection, path: Path, kind: Kind) -> int:
    """How many migrations the file has had, 0 for an empty file; LedgerError when it is not of the kind or newer."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    marked = connection.execute("PRAGMA application_id").fetchone()[0] == kind.application_id
    empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not marked and not (empty and version == 0):
        raise LedgerError(f"{path} is a database, but not a Grimoire {kind.name}", hint=kind.elsewhere)
    if not 0 <= version <= len(kind.migrations):
        raise LedgerError(
            f"the {kind.name} {path} has version {version}; this Grimoire knows versions up to {len(kind.migrations)}",
            hint=f"update Grimoire, or {kind.elsewhere}",
        )
    return version


def temporary_beside(path: Path) -> Path:
    """A new, empty file in the same folder, that only its owner can read."""
    handle, name = tempfile.mkstemp(prefix=".grimoire-", suffix=".sqlite", dir=path.parent)
    os.close(handle)
    return Path(name)
