"""What a ledger holds, in plain SQL, read by nothing of the product's."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple


class Recorded(NamedTuple):
    """An answer on record: its cell's key, its backend, what was asked, what came back, and how many verdicts."""

    key: str
    backend: str
    asked: str
    text: str
    verdicts: int


class Totals(NamedTuple):
    """What a run's rows add up to: answers by the kind of their latest verdict, tokens, and cost."""

    kinds: dict[str, int]
    tokens: int
    cost: float


@contextmanager
def copied(ledger: Path, folder: Path) -> Iterator[sqlite3.Connection | None]:
    """A copy of the file and its log as they lie there, in a folder that may be new; None where there is no file yet.

    Opening the file itself would mend what a kill left behind, which is the next process's to do.
    """
    if not ledger.exists():
        yield None
        return
    folder.mkdir(exist_ok=True)
    copy = folder / "copy.db"
    shutil.copyfile(ledger, copy)
    log = ledger.with_name(f"{ledger.name}-wal")
    copied_log = copy.with_name(f"{copy.name}-wal")
    copied_log.unlink(missing_ok=True)
    if log.exists():
        shutil.copyfile(log, copied_log)
    with closing(sqlite3.connect(copy)) as connection:
        yield connection


def committed(ledger: Path, folder: Path) -> tuple[int, bool]:
    """How many answers are on record, and whether there is a trial to go on with."""
    with copied(ledger, folder) as connection:
        if connection is None:
            return 0, False
        if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'answers'").fetchone()[0]:
            return 0, False
        answers: int = connection.execute("SELECT count(*) FROM answers WHERE error = ''").fetchone()[0]
        return answers, bool(connection.execute("SELECT 1 FROM runs WHERE finished = ''").fetchone())


def answers(connection: sqlite3.Connection) -> list[Recorded]:
    """Every answer, errors left out."""
    found = connection.execute(
        "SELECT a.key, a.backend, t.body, a.text, (SELECT count(*) FROM verdicts AS v WHERE v.answer = a.id) "
        "FROM answers AS a JOIN texts AS t ON t.id = a.incantation WHERE a.error = ''"
    )
    return [Recorded(*row) for row in found]


def totals(connection: sqlite3.Connection) -> Totals:
    """Counted from the rows of answers, and of the latest verdict on each."""
    kinds = connection.execute(
        "SELECT v.kind, count(*) FROM answers AS a JOIN verdicts AS v ON v.answer = a.id "
        "WHERE a.error = '' AND v.number = (SELECT max(number) FROM verdicts WHERE answer = a.id) GROUP BY v.kind"
    ).fetchall()
    tokens, cost = connection.execute(
        "SELECT coalesce(sum(coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0)), 0), "
        "coalesce(sum(cost), 0) FROM answers WHERE error = ''"
    ).fetchone()
    return Totals(dict(kinds), tokens, cost)


def is_whole(connection: sqlite3.Connection) -> bool:
    """Whether SQLite finds nothing wrong with the file and with what refers to what."""
    sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return sound and connection.execute("PRAGMA foreign_key_check").fetchall() == []
