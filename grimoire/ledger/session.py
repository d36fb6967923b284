"""One connection to the ledger: rows out of it, and transactions on it, with its faults said in one line."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from grimoire.errors import LedgerError
from grimoire.ledger import rows
from grimoire.ledger.connection import transaction
from grimoire.ledger.faults import reported
from grimoire.ledger.kinds import LEDGER

Row = tuple[Any, ...]


class Session:
    """What reads and writes works with; every call raises LedgerError when the file fails it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path
        self._place = path.absolute()
        self._file = _identity(self._place)

    def rows(self, sql: str, values: Mapping[str, object] | Sequence[object] = ()) -> list[Row]:
        """All rows of a query, as plain tuples."""
        with reported(self.path, LEDGER):
            return self.connection.execute(sql, _bound(values)).fetchall()

    @contextmanager
    def reading(self, sql: str, values: Mapping[str, object] | Sequence[object] = ()) -> Iterator[Iterator[Row]]:
        """The rows of a query one by one. Nothing is to be written until it is left: the lock would be refused."""
        with reported(self.path, LEDGER), closing(self.connection.execute(sql, _bound(values))) as cursor:
            yield cursor

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[None]:
        """One transaction: all or nothing. What is not `durable` survives a kill, but perhaps no power cut.

        That saves a tenth of the processor's time, and the wait for the disk. The file is whole in both ways.
        """
        self._look()
        with reported(self.path, LEDGER):
            if durable:
                with transaction(self.connection):
                    yield
            else:
                with self._not_waiting(), transaction(self.connection):
                    yield
        self._look()

    @contextmanager
    def _not_waiting(self) -> Iterator[None]:
        self.connection.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self.connection.execute("PRAGMA synchronous = FULL")

    def _look(self) -> None:
        """What is committed to a file that is no longer at its place is lost, and SQLite does not notice."""
        if _identity(self._place) != self._file:
            raise LedgerError(
                f"the ledger {self.path} was moved, deleted or replaced while it was in use",
                hint="put it back when no trial is running",
            )

    def insert(self, sql: str, values: Mapping[str, object] | Sequence[object]) -> int:
        """The number of the row put in, inside `writing`."""
        return self.connection.execute(sql, _bound(values)).lastrowid or 0


def _bound(values: Mapping[str, object] | Sequence[object]) -> Mapping[str, object] | Sequence[object]:
    """Values as SQLite takes them: every text clean."""
    return rows.bound(values) if isinstance(values, Mapping) else rows.bound_all(values)


def _identity(path: Path) -> tuple[int, int] | None:
    """The file that is there now; None where there is none."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino
