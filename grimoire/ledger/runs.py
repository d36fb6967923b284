"""Runs in the ledger: begun, finished, and found again."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime

from grimoire.errors import UnknownName
from grimoire.ledger import rows
from grimoire.ledger.session import Session
from grimoire.record import Run, RunKind

_LAST = re.compile(r"last(?:~(\d{1,9}))?")
_COLUMNS = "id, kind, started, finished, plan"


def start(
    session: Session, clock: Callable[[], datetime], token: Callable[[], str], kind: RunKind, plan: dict[str, object]
) -> Run:
    """A new run, whose id no other run of this ledger has; ids sort by the second they were made in."""
    body = rows.canonical(plan)
    with session.writing():
        now = clock()
        name = _free_id(session, now, token)
        started = rows.stamp(now)
        session.insert("INSERT INTO runs (id, kind, started, plan) VALUES (?, ?, ?, ?)", (name, kind, started, body))
    return Run(id=name, kind=kind, started=started, plan=plan)


def _free_id(session: Session, now: datetime, token: Callable[[], str]) -> str:
    while True:
        name = rows.run_id(now, token())
        if not session.rows("SELECT 1 FROM runs WHERE id = ?", (name,)):
            return name


def finish(session: Session, clock: Callable[[], datetime], run: Run) -> None:
    """Once finished a run stays so: the first time holds."""
    with session.writing():
        session.rows(
            "UPDATE runs SET finished = ? WHERE id = ? AND finished = ''",
            (rows.stamp(clock()), run.id),
        )


def unfinished(session: Session, plan: dict[str, object] | None) -> Run | None:
    """The latest trial that was started and not finished; with `plan`, of that very plan."""
    found = session.rows(
        f"SELECT {_COLUMNS} FROM runs WHERE kind = 'trial' AND finished = '' AND plan = coalesce(?, plan) "  # noqa: S608  # the columns are the code's own
        "ORDER BY number DESC LIMIT 1",
        (None if plan is None else rows.canonical(plan),),
    )
    return rows.run_from(found[0]) if found else None


def unfinished_casts(session: Session, names: Sequence[str]) -> list[Run]:
    """Casts of many questions with these spells that were started and not finished, latest first."""
    found = session.rows(
        f"SELECT {_COLUMNS} FROM runs WHERE kind = 'cast' AND finished = '' ORDER BY number DESC"  # noqa: S608  # as above
    )
    runs = (rows.run_from(row) for row in found)
    return [run for run in runs if run.plan.get("many") and run.plan.get("names") == list(names)]


def latest(session: Session, limit: int) -> list[Run]:
    """Runs of every kind, newest first; -1 is no limit."""
    found = session.rows(f"SELECT {_COLUMNS} FROM runs ORDER BY number DESC LIMIT ?", (limit,))  # noqa: S608  # as above
    return [rows.run_from(row) for row in found]


def find(session: Session, given: str) -> Run:
    """A run by its id, by the beginning of one, or by its place among the trials: `last`, `last~1` and so on.

    Raises:
        UnknownName: there is none, or several begin so.
    """
    if place := _LAST.fullmatch(given):
        trials = session.rows(
            f"SELECT {_COLUMNS} FROM runs WHERE kind = 'trial' ORDER BY number DESC LIMIT 1 OFFSET ?",  # noqa: S608  # as above
            (min(int(place[1] or 0), sys.maxsize),),
        )
        if trials:
            return rows.run_from(trials[0])
        raise UnknownName(f"no run `{given}`", hint=_known(session))
    found = session.rows(
        f"SELECT {_COLUMNS} FROM runs WHERE substr(id, 1, length(:given)) = :given "  # noqa: S608  # as above
        "ORDER BY id <> :given, number LIMIT 2",
        {"given": given},
    )
    if given and (len(found) == 1 or (found and found[0][0] == given)):
        return rows.run_from(found[0])
    raise UnknownName(f"{'several runs begin with' if found else 'no run'} `{given}`", hint=_known(session))


def _known(session: Session) -> str:
    known = [run.id for run in latest(session, 5)]
    return f"the latest are: {', '.join(known)}" if known else "the ledger has none"
