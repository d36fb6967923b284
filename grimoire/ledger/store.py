"""The ledger: every call is one short transaction, and every reader takes its rows in pages.

Where things are: `runs` begins and finds runs, `writing` puts on record, `reading` gets back, `casts` finds what was
cast; all over one `session`.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from grimoire.chat import Answer, Message
from grimoire.conversation import Link, Wanted
from grimoire.ledger import casts, reading, runs
from grimoire.ledger.session import Session
from grimoire.ledger.writing import Writer
from grimoire.record import Cell, Done, Entry, Image, Outcome, Run, RunKind, Scored, Spent
from grimoire.standing import Judged
from grimoire.verdict import Verdict, VerdictKind


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
        self.path = path
        self._connection = connection
        self._clock = clock
        self._token = token
        self.session = Session(connection, path)
        self.writer = Writer(self.session, clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def start(self, kind: RunKind, plan: dict[str, object]) -> Run:
        """A new run, whose id no other run of this ledger has; ids sort by the second they were made in."""
        return runs.start(self.session, self._clock, self._token, kind, plan)

    def finish(self, run: Run) -> None:
        """Once finished a run stays so: the first time holds."""
        runs.finish(self.session, self._clock, run)

    def add_all(self, run: Run, outcomes: Sequence[Outcome]) -> list[int]:
        return self.writer.add_all(run, outcomes)

    def add_answer(self, run: Run, cell: Cell, answer: Answer, cost: float | None = None) -> int:
        return self.add_all(run, [Outcome(cell, answer, cost)])[0]

    def add_verdict(self, answer: int, verdict: Verdict) -> None:
        self.add_verdicts([(answer, verdict)])

    def add_verdicts(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        self.writer.add_verdicts(verdicts)

    def add_opinion(self, answer: int, verdict: VerdictKind | Literal[""], note: str) -> None:
        self.writer.add_opinion(answer, verdict, note)

    def add_image(self, answer: int, image: Image) -> None:
        self.writer.add_image(answer, image)

    def images(self, answer: int) -> list[Image]:
        """The files kept with an answer, in the order they were added."""
        found = self.session.rows("SELECT name, media_type, data FROM images WHERE answer = ? ORDER BY id", (answer,))
        return [Image(name=name, media_type=media_type, data=data) for name, media_type, data in found]

    def unfinished(self, plan: dict[str, object] | None = None) -> Run | None:
        return runs.unfinished(self.session, plan)

    def unfinished_casts(self, names: Sequence[str]) -> list[Run]:
        """Casts of many questions with these spells that were started and not finished, latest first."""
        return runs.unfinished_casts(self.session, names)

    def runs(self, limit: int | None = None) -> list[Run]:
        """Runs of every kind, newest first."""
        return runs.latest(self.session, _sql_limit(limit))

    def find_run(self, given: str) -> Run:
        """A run by its id, by the beginning of one, or by its place among the trials: `last`, `last~1` and so on.

        Raises:
            UnknownName: there is none, or several begin so.
        """
        return runs.find(self.session, given)

    def latest_answer(self, spell: str, language: str, template: str, case: str, backend: str) -> str:
        """The newest answer of a backend to a text with a case, casts left out; empty when there is none."""
        found = self.session.rows(
            "SELECT text FROM answers WHERE kind <> 'cast' AND spell = ? AND language = ? AND backend = ? "
            "AND template = ? AND case_id = ? AND error = '' ORDER BY id DESC LIMIT 1",
            (spell, language, backend, template, case),
        )
        return str(found[0][0]) if found else ""

    def judgements(self, spell: str) -> Iterator[Entry]:
        """A spell's answers in trials and judgements, oldest first; errors and casts are left out."""
        return reading.judgements(self.session, spell)

    def spells(self) -> list[str]:
        """The names of all spells on record."""
        return [str(row[0]) for row in self.session.rows("SELECT DISTINCT spell FROM answers ORDER BY spell")]

    def entries(self, run_id: str) -> Iterator[Entry]:
        """A run's answers and errors, oldest first, without those that it asked for anew with other settings."""
        return reading.run_entries(self.session, run_id)

    def answered(self, run: Run) -> Iterator[Entry]:
        return reading.answered(self.session, run.id)

    def done(self, run: Run) -> dict[str, Done]:
        return reading.done(self.session, run.id)

    def reply(self, answer: int) -> Answer:
        return reading.reply(self.session, answer)

    def entry(self, answer: int) -> Entry:
        """The entry of that number, with its checks. Raises LedgerError."""
        return reading.entry(self.session, answer)

    def scores(self, run: Run) -> Iterator[Scored]:
        return reading.scores(self.session, run.id)

    def unjudged(self, run: Run) -> list[str]:
        """The keys of a run's answers that have no verdict."""
        return reading.unjudged(self.session, run.id)

    def spent(self, run: Run) -> Spent:
        """What all of a run's answers came to, those included that count for nothing in the end."""
        return reading.spent(self.session, run.id)

    def pace_of(self, backend: str) -> float | None:
        """The median seconds of a backend's latest answers, 200 at most; None where the ledger knows none of late."""
        return reading.pace_of(self.session, backend)

    def history(self, spell: str, *, limit: int | None = None) -> Iterator[Entry]:
        return reading.history(self.session, spell, _sql_limit(limit))

    def judged(
        self, spells: Collection[str] | None = None
    ) -> Iterator[tuple[tuple[str, str, str, bool], list[Judged]]]:
        """One cell at a time, in the order of its names.

        Casts, answers no one has judged yet, and what a run asked for anew with other settings are left out.
        """
        return reading.judged(self.session, spells)

    def casts(self, wanted: Wanted, *, limit: int | None = None) -> Iterator[Entry]:
        """The casts that are wanted, newest first."""
        return reading.entries_of(self.session, casts.numbers(self.session, wanted, _sql_limit(limit)))

    def find_cast(self, given: str) -> int | None:
        """A cast by its number, or its place: `last`, `last~1` and so on. Raises UnknownName: there are not so many."""
        return casts.find_number(self.session, given)

    def find_cast_run(self, given: str) -> Run:
        """A cast by its run's id or the beginning of one. Raises UnknownName: there is none, or several begin so."""
        return casts.find_run(self.session, given)

    def casts_of_terminal(self, terminal: str, *, limit: int) -> list[Run]:
        """The newest casts of a terminal, newest first."""
        return casts.latest_of_terminal(self.session, terminal, limit)

    def conversation(self, run: str) -> list[Run]:
        """The runs of the conversation that began with a run, newest first."""
        return casts.runs_of(self.session, run)

    def said(self, run: str) -> list[int]:
        """The numbers of a run's answers in which something was said, whole or in part: of a question the latest."""
        return casts.said(self.session, run)

    def said_before(self, answer: int) -> tuple[Message, ...]:
        """The messages that were sent before the last one of a question."""
        return casts.said_before(self.session, answer)

    def links(self, runs: Sequence[str]) -> dict[str, Link]:
        """Where runs stand in their conversations."""
        return casts.links(self.session, runs)

    def cast_names(self) -> tuple[set[str], set[str]]:
        """The spells that were ever cast, joined ones as `a+b`; and the backends that were asked."""
        return casts.names(self.session)

    def inputs(self, *, limit: int, longest: int) -> list[str]:
        """What was given to the latest casts, newest first; what is longer than so many characters is left out."""
        return casts.inputs(self.session, limit, longest)

    def counts(self) -> dict[str, int]:
        """How much is on record: runs, answers, errors, and the schema's version."""
        [(begun, answers, errors, version)] = self.session.rows(
            "SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM answers WHERE error = ''), "
            "(SELECT count(*) FROM answers WHERE error <> ''), user_version FROM pragma_user_version"
        )
        return {"runs": begun, "answers": answers, "errors": errors, "version": version}

    def damage(self) -> str:
        """What SQLite's quick check of the whole file finds first; empty where all is well."""
        found = str(self.session.rows("PRAGMA quick_check(1)")[0][0])
        return "" if found == "ok" else found


def _sql_limit(limit: int | None) -> int:
    """SQLite's way to say it: -1 is no limit."""
    return -1 if limit is None else max(limit, 0)
