"""What goes on record: answers, errors and attempts together, then verdicts, and what persons say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Literal

from grimoire.ledger import rows
from grimoire.ledger.session import Session
from grimoire.record import Attempt, Image, Outcome, Run
from grimoire.verdict import Verdict, VerdictKind

TEXTS_KNOWN: Final = 256
"""How many texts' numbers are kept in mind, so that one that is sent often is not looked up each time."""
_LONGEST_KNOWN: Final = 16_384  # characters: what is longer is looked up, so that memory stays small


def _insert(table: str, columns: Iterable[str]) -> str:
    names = list(columns)
    marks = ", ".join(f":{name}" for name in names)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608  # names are the code's own


_ANSWER = _insert("answers", rows.ANSWER_COLUMNS)
_ATTEMPT = f"""
    INSERT INTO attempts ({", ".join(rows.ATTEMPT_COLUMNS)}, latest)
    VALUES ({", ".join(f":{name}" for name in rows.ATTEMPT_COLUMNS)}, (SELECT coalesce(max(id), 0) FROM answers))
"""  # noqa: S608  # as above
_VERDICT = "INSERT INTO verdicts (answer, number, kind, reason, judged_at, yardstick) VALUES (?, ?, ?, ?, ?, ?)"
_CHECK = """
    INSERT INTO check_results
        (answer, verdict, position, name, version, outcome, should, reason, judge, wants, split)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


class Writer:
    """The one that writes through a session. For one thread."""

    def __init__(self, session: Session, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._clock = clock
        self._known: dict[str, int] = {}

    def add_all(self, run: Run, outcomes: Sequence[Outcome]) -> list[int]:
        """Outcomes of a run in one transaction; the numbers of answers and errors, 0 for an attempt."""
        found = [rows.outcome_row(run, outcome) for outcome in outcomes]
        with self.together():  # and only then the time: its order is that of the numbers
            at = rows.stamp(self._clock())
            return [
                self.put_attempt(row, at) if isinstance(outcome.reply, Attempt) else self.put_answer(row, at)
                for outcome, row in zip(outcomes, found, strict=True)
            ]

    def put_answer(self, row: Mapping[str, Any], at: str) -> int:
        """An answer or error, inside a transaction; the texts of `row` are exchanged for their numbers."""
        earlier = row["earlier"]
        sent = {
            "asked_at": at,
            "incantation": self._text_number(row["incantation"]),
            "earlier": None if earlier is None else self._text_number(earlier),
            "input": self._text_number(row["input"]),
        }
        return self._session.insert(_ANSWER, {**row, **sent})

    def put_attempt(self, row: Mapping[str, Any], at: str) -> int:
        """A failed request, inside a transaction."""
        self._session.insert(_ATTEMPT, {**row, "at": at})
        return 0

    def add_verdicts(self, verdicts: Iterable[tuple[int, Verdict]]) -> None:
        """Verdicts in one transaction. It waits for no disk: what a power cut takes is judged again from the answer."""
        with self._session.writing(durable=False):
            at = rows.stamp(self._clock())
            checks: list[tuple[object, ...]] = []
            for answer, verdict in verdicts:
                number = self._next("verdicts", answer)
                reason = rows.deciding_reason(verdict)
                self._session.insert(_VERDICT, (answer, number, verdict.kind, reason, at, verdict.yardstick))
                checks += [
                    (answer, number, position, *rows.check_row(check))
                    for position, check in enumerate(verdict.checks, 1)
                ]
            self._session.connection.executemany(_CHECK, checks)

    def add_opinion(self, answer: int, verdict: VerdictKind | Literal[""], note: str) -> None:
        """What a person says of an answer, beside its verdicts."""
        with self._session.writing():
            at = rows.stamp(self._clock())
            self._session.insert(
                "INSERT INTO opinions (answer, number, at, verdict, note) VALUES (?, ?, ?, ?, ?)",
                (answer, self._next("opinions", answer), at, verdict, note),
            )

    def add_image(self, answer: int, image: Image) -> None:
        """A file kept with an answer."""
        with self._session.writing():
            self._session.insert(
                "INSERT INTO images (answer, name, media_type, data) VALUES (?, ?, ?, ?)",
                (answer, image.name, image.media_type, image.data),
            )

    def _next(self, table: Literal["verdicts", "opinions"], answer: int) -> int:
        sql = f"SELECT coalesce(max(number), 0) + 1 FROM {table} WHERE answer = ?"  # noqa: S608  # as above
        number: int = self._session.connection.execute(sql, (answer,)).fetchone()[0]
        return number

    @contextmanager
    def together(self) -> Iterator[None]:
        """One transaction; when it fails the texts it put in are gone, and so must be what is known of them."""
        try:
            with self._session.writing():
                yield
        except BaseException:
            self._known.clear()
            raise

    def _text_number(self, text: str) -> int:
        """The number of a text, which is kept once however often it is sent."""
        number = self._known.pop(text, 0) or self._look_up(text)
        if len(text) <= _LONGEST_KNOWN:
            self._known[text] = number  # last, so that what was not sent for long is forgotten first
            if len(self._known) > TEXTS_KNOWN:
                del self._known[next(iter(self._known))]
        return number

    def _look_up(self, text: str) -> int:
        digest = rows.fingerprint(text)
        found = self._session.connection.execute("SELECT id FROM texts WHERE digest = ?", (digest,)).fetchone()
        if found:
            number: int = found[0]
            return number
        return self._session.insert("INSERT INTO texts (digest, body) VALUES (?, ?)", (digest, text))
