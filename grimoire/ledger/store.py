"""The ledger: every call is one short transaction, and every reader takes its rows in pages.

A page at a time, because a reader that keeps a query open while it writes would be refused the write lock as soon as
another process has written; and because a ledger may be larger than memory.
"""

from __future__ import annotations

import re
import secrets
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from grimoire.chat import Answer
from grimoire.errors import ServiceError, UnknownName
from grimoire.ledger import rows
from grimoire.ledger.connection import transaction
from grimoire.ledger.faults import reported
from grimoire.ledger.kinds import LEDGER
from grimoire.record import Cell, Entry, Image, Run, RunKind
from grimoire.standing import Judged
from grimoire.verdict import Verdict, VerdictKind

PAGE = 200
"""Entries read at once."""

_LAST = re.compile(r"last(?:~(\d{1,9}))?")

_ENTRY = """
    SELECT a.*, t.body, g.body AS given, v.kind AS verdict, v.number, v.yardstick
    FROM answers AS a
    JOIN texts AS t ON t.id = a.incantation
    JOIN texts AS g ON g.id = a.input
    LEFT JOIN verdicts AS v
        ON v.answer = a.id AND v.number = (SELECT max(number) FROM verdicts WHERE answer = a.id)
"""
_CELL_AFTER = """
    SELECT spell, language, backend, rehearsal FROM answers
    WHERE kind <> 'cast' AND (spell, language, backend, rehearsal) > (:spell, :language, :backend, :rehearsal)
    ORDER BY spell, language, backend, rehearsal LIMIT 1
"""
_JUDGED = """
    SELECT a.id, a.run, a.asked_at, a.template, a.case_id, a.sample,
        CASE a.error WHEN '' THEN v.kind ELSE 'error' END, coalesce(v.reason, ''), coalesce(v.yardstick, ''), t.digest
    FROM answers AS a
    JOIN texts AS t ON t.id = a.incantation
    LEFT JOIN verdicts AS v
        ON v.answer = a.id AND v.number = (SELECT max(number) FROM verdicts WHERE answer = a.id)
    WHERE a.kind <> 'cast' AND a.spell = :spell AND a.language = :language AND a.backend = :backend
        AND a.rehearsal = :rehearsal AND (a.error <> '' OR v.kind IS NOT NULL)
    ORDER BY a.id
"""
# An answer that was got anew with another text or other parameters, as a resumed run does when the settings have
# changed, ends what was asked of that case before in the same run: all of it, and not only the same samples.
_SUPERSEDED = """
    WITH latest AS (
        SELECT spell, language, backend, case_id, max(id) AS id FROM answers WHERE run = :run AND error = ''
        GROUP BY spell, language, backend, case_id HAVING count(*) > count(DISTINCT sample)
    )
    SELECT a.id FROM answers AS a
    CROSS JOIN latest AS l USING (spell, language, backend, case_id)
    JOIN answers AS b ON b.id = l.id
    WHERE a.run = :run AND a.id < b.id AND (a.incantation, a.parameters) <> (b.incantation, b.parameters)
"""


def four_digits() -> str:
    """Random hexadecimal digits that tell apart the runs of one second."""
    return secrets.token_hex(2)


class SqliteLedger:
    """Implements `grimoire.ports.Ledger`. For one thread; raises LedgerError when the file fails it.

    Lone surrogates in any text become "?" on the way in.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        clock: Callable[[], datetime],
        token: Callable[[], str] = four_digits,
    ) -> None:
        connection.row_factory = sqlite3.Row
        self.path = path
        self._connection = connection
        self._clock = clock
        self._token = token

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def start(self, kind: RunKind, plan: dict[str, object]) -> Run:
        """A new run, whose id no other run of this ledger has; ids sort by the second they were made in."""
        values = {"kind": kind, "plan": rows.canonical(plan)}
        with self._writing():
            now = self._clock()
            name = self._free_run_id(now)
            started = rows.stamp(now)
            self._insert("runs", values | {"id": name, "started": started})
        return Run(id=name, kind=kind, started=started, plan=plan)

    def finish(self, run: Run) -> None:
        """Once finished a run stays so: the first time holds."""
        with self._writing():
            self._all(
                "UPDATE runs SET finished = :now WHERE id = :id AND finished = ''",
                now=rows.stamp(self._clock()),
                id=run.id,
            )

    def add_answer(self, run: Run, cell: Cell, answer: Answer, cost: float | None = None) -> int:
        return self._add(run, cell, rows.answer_row(answer, cost))

    def add_error(self, run: Run, cell: Cell, error: ServiceError) -> int:
        return self._add(run, cell, rows.error_row(error))

    def add_verdict(self, answer: int, verdict: Verdict) -> None:
        values = {
            "answer": answer,
            "kind": verdict.kind,
            "reason": rows.deciding_reason(verdict),
            "yardstick": verdict.yardstick,
            "judged_at": rows.stamp(self._clock()),
        }
        with self._writing():
            before = self._all("SELECT max(number) FROM verdicts WHERE answer = :answer", answer=answer)
            number = (before[0][0] or 0) + 1
            self._insert("verdicts", values | {"number": number})
            for position, check in enumerate(verdict.checks, 1):
                place = {"answer": answer, "verdict": number, "position": position}
                self._insert("check_results", place | rows.check_row(check))

    def add_opinion(self, answer: int, verdict: VerdictKind | Literal[""], note: str) -> None:
        values = {"answer": answer, "at": rows.stamp(self._clock()), "verdict": verdict, "note": note}
        with self._writing():
            before = self._all("SELECT max(number) FROM opinions WHERE answer = :answer", answer=answer)
            self._insert("opinions", values | {"number": (before[0][0] or 0) + 1})

    def add_image(self, answer: int, image: Image) -> None:
        values = {"answer": answer, "name": image.name, "media_type": image.media_type, "data": image.data}
        with self._writing():
            self._insert("images", values)

    def images(self, answer: int) -> list[Image]:
        """The files kept with an answer, in the order they were added."""
        found = self._rows(
            "SELECT name, media_type, data FROM images WHERE answer = :answer ORDER BY id", answer=answer
        )
        return [Image(name=row["name"], media_type=row["media_type"], data=row["data"]) for row in found]

    def unfinished(self, plan: dict[str, object] | None = None) -> Run | None:
        found = self._rows(
            "SELECT * FROM runs WHERE kind = 'trial' AND finished = '' AND plan = coalesce(:plan, plan) "
            "ORDER BY number DESC LIMIT 1",
            plan=None if plan is None else rows.canonical(plan),
        )
        return rows.run_from(found[0]) if found else None

    def runs(self, limit: int | None = None) -> list[Run]:
        """Runs of every kind, newest first."""
        found = self._rows("SELECT * FROM runs ORDER BY number DESC LIMIT :limit", limit=_sql_limit(limit))
        return [rows.run_from(row) for row in found]

    def find_run(self, given: str) -> Run:
        """A run by its id, by the beginning of one, or by its place among the trials: `last`, `last~1` and so on.

        Raises:
            UnknownName: there is none, or several begin so.
        """
        if place := _LAST.fullmatch(given):
            trials = self._rows(
                "SELECT * FROM runs WHERE kind = 'trial' ORDER BY number DESC LIMIT 1 OFFSET :back",
                back=min(int(place[1] or 0), sys.maxsize),
            )
            if trials:
                return rows.run_from(trials[0])
            raise UnknownName(f"no run `{given}`", hint=self._known_runs())
        found = self._rows(
            "SELECT * FROM runs WHERE substr(id, 1, length(:given)) = :given ORDER BY id <> :given, number LIMIT 2",
            given=given,
        )
        if given and (len(found) == 1 or (found and found[0]["id"] == given)):
            return rows.run_from(found[0])
        raise UnknownName(f"{'several runs begin with' if found else 'no run'} `{given}`", hint=self._known_runs())

    def _known_runs(self) -> str:
        known = [run.id for run in self.runs(5)]
        return f"the latest are: {', '.join(known)}" if known else "the ledger has none"

    def latest_answer(self, spell: str, language: str, template: str, case: str, backend: str) -> str:
        """The newest answer of a backend to a text with a case, casts left out; empty when there is none."""
        found = self._rows(
            "SELECT text FROM answers WHERE kind <> 'cast' AND spell = :spell AND language = :language "
            "AND backend = :backend AND template = :template AND case_id = :case AND error = '' "
            "ORDER BY id DESC LIMIT 1",
            spell=spell,
            language=language,
            backend=backend,
            template=template,
            case=case,
        )
        return found[0]["text"] if found else ""

    def judgements(self, spell: str) -> Iterator[Entry]:
        """A spell's answers in trials and judgements, oldest first; errors and casts are left out."""
        where = "WHERE a.spell = :spell AND a.kind <> 'cast' AND a.error = '' AND a.id > :last ORDER BY a.id"
        return self._pages(where, {"spell": spell, "last": 0})

    def spells(self) -> list[str]:
        """The names of all spells on record."""
        return [row["spell"] for row in self._rows("SELECT DISTINCT spell FROM answers ORDER BY spell")]

    def entries(self, run_id: str) -> Iterator[Entry]:
        """A run's answers and errors, oldest first, without those that it asked for anew with other settings."""
        where = "WHERE a.run = :run AND a.id > :last ORDER BY a.id"
        superseded = self._superseded(run_id)
        return (entry for entry in self._pages(where, {"run": run_id, "last": 0}) if entry.id not in superseded)

    def answered(self, run: Run) -> Iterator[Entry]:
        where = "WHERE a.run = :run AND a.error = '' AND a.id > :last ORDER BY a.id"
        return self._pages(where, {"run": run.id, "last": 0})

    def history(self, spell: str, *, limit: int | None = None) -> Iterator[Entry]:
        where = "WHERE a.spell = :spell AND a.id < :last ORDER BY a.id DESC"
        return self._pages(where, {"spell": spell, "last": 2**63 - 1}, limit)

    def judged(self) -> Iterator[tuple[tuple[str, str, str, bool], list[Judged]]]:
        """One cell at a time, in the order of its names.

        Casts, answers no one has judged yet, and what a run asked for anew with other settings are left out.
        """
        cell: dict[str, object] = {"spell": "", "language": "", "backend": "", "rehearsal": -1}
        while found := self._rows(_CELL_AFTER, **cell):
            spell, language, backend, rehearsal = found[0]
            cell = dict(found[0])
            if history := self._judged_of(cell):
                yield (spell, language, backend, bool(rehearsal)), history

    def _judged_of(self, cell: Mapping[str, object]) -> list[Judged]:
        history = [rows.judged_from(row) for row in self._rows(_JUDGED, **cell)]
        asked = Counter((entry.run, entry.case, entry.sample) for entry in history if entry.verdict != "error")
        again = {run for (run, _, _), times in asked.items() if times > 1}
        superseded = {answer for run in again for answer in self._superseded(run)}
        return [entry for entry in history if entry.answer not in superseded]

    def _superseded(self, run_id: str) -> set[int]:
        return {row["id"] for row in self._rows(_SUPERSEDED, run=run_id)}

    def counts(self) -> dict[str, int]:
        """How much is on record: runs, answers, errors, and the schema's version."""
        found = self._rows(
            "SELECT (SELECT count(*) FROM runs) AS runs, (SELECT count(*) FROM answers WHERE error = '') AS answers, "
            "(SELECT count(*) FROM answers WHERE error <> '') AS errors, user_version AS version "
            "FROM pragma_user_version"
        )
        return dict(found[0])

    def _free_run_id(self, now: datetime) -> str:
        while True:
            name = rows.run_id(now, self._token())
            if not self._all("SELECT 1 FROM runs WHERE id = :id", id=name):
                return name

    def _add(self, run: Run, cell: Cell, values: dict[str, object]) -> int:
        row = {"run": run.id, "kind": run.kind} | rows.cell_row(cell) | values
        with self._writing():  # and only then the time: its order is that of the numbers
            sent = {
                "asked_at": rows.stamp(self._clock()),
                "incantation": self._text_number(cell.incantation),
                "earlier": self._text_number(rows.earlier_messages(cell)),
                "input": self._text_number(cell.text),
            }
            return self._insert("answers", row | sent)

    def _text_number(self, text: str | None) -> int | None:
        """The number of a text, which is kept once however often it is sent."""
        if text is None:
            return None
        body = rows.clean(text)
        digest = rows.fingerprint(body)
        if found := self._all("SELECT id FROM texts WHERE digest = :digest", digest=digest):
            number: int = found[0][0]
            return number
        return self._insert("texts", {"digest": digest, "body": body})

    def _pages(self, where: str, values: Mapping[str, object], limit: int | None = None) -> Iterator[Entry]:
        """Entries by their numbers, from after `last` on, in either direction; at most `limit` of them."""
        left = _sql_limit(limit)
        while left:
            size = min(left, PAGE) if left > 0 else PAGE
            page = self._rows(f"{_ENTRY} {where} LIMIT :size", **values, size=size)
            for row in page:
                yield self._entry(row)
            if len(page) < size:
                return
            values = {**values, "last": page[-1]["id"]}
            left -= size if left > 0 else 0

    def _entry(self, row: sqlite3.Row) -> Entry:
        found = self._rows(
            "SELECT * FROM check_results WHERE answer = :answer AND verdict = :verdict ORDER BY position",
            answer=row["id"],
            verdict=row["number"],
        )
        said = self._rows("SELECT * FROM opinions WHERE answer = :answer ORDER BY number", answer=row["id"])
        kept = self._rows("SELECT name FROM images WHERE answer = :answer ORDER BY id", answer=row["id"])
        return rows.entry_from(
            row,
            tuple(rows.check_from(check) for check in found),
            tuple(rows.opinion_from(opinion) for opinion in said),
            tuple(image["name"] for image in kept),
        )

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with reported(self.path, LEDGER), transaction(self._connection):
            yield

    def _insert(self, table: str, values: Mapping[str, object]) -> int:
        marks = ", ".join(f":{name}" for name in values)
        sql = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"  # noqa: S608  # names are the code's own
        return self._connection.execute(sql, rows.bound(values)).lastrowid or 0

    def _rows(self, sql: str, **values: object) -> list[sqlite3.Row]:
        with reported(self.path, LEDGER):
            return self._all(sql, **values)

    def _all(self, sql: str, **values: object) -> list[sqlite3.Row]:
        return self._connection.execute(sql, rows.bound(values)).fetchall()


def _sql_limit(limit: int | None) -> int:
    """SQLite's way to say it: -1 is no limit."""
    return -1 if limit is None else max(limit, 0)
