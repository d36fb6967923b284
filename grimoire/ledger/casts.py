"""What was cast: listed, searched, and found again to go on with.

All of it begins with the runs that are casts, which are few, so that no trial's answer is ever looked at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from grimoire.chat import Message
from grimoire.conversation import Link, Wanted
from grimoire.errors import LedgerError, UnknownName
from grimoire.ledger import rows
from grimoire.ledger.session import Row, Session
from grimoire.ledger.words import fold, occurs
from grimoire.record import Run

PAGE: Final = 200
_LAST = re.compile(r"last(?:~(\d{1,9}))?")
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_LAST_VERDICT = "v.answer = a.id AND v.number = (SELECT max(number) FROM verdicts WHERE answer = a.id)"
# CROSS JOIN keeps the order of the loops: from the runs, newest first, into the index of their answers.
_CASTS = "FROM runs AS r CROSS JOIN answers AS a ON a.run = r.id"
_ORDER = "ORDER BY r.number DESC, a.id DESC"
_RUN = "SELECT id, kind, started, finished, plan FROM runs AS r WHERE kind = 'cast'"
_CLAUSES: Final = {
    "spell": "instr('+' || a.spell || '+', '+' || :spell || '+') > 0",
    "backend": "(a.backend = :backend OR substr(a.backend, 1, length(:backend) + 1) = :backend || '/')",
    "since": "a.asked_at >= :since",
    "failed": f"(a.error <> '' OR EXISTS (SELECT 1 FROM verdicts AS v WHERE {_LAST_VERDICT} AND v.kind = 'broken'))",  # noqa: S608  # the texts are the code's own, here and below
    "conversation": "(r.id = :conversation OR json_extract(r.plan, '$.conversation') = :conversation)",
}


def numbers(session: Session, wanted: Wanted, limit: int) -> Iterator[int]:
    """The numbers of the casts that are wanted, newest first; -1 is no limit."""
    words = [fold(word) for word in wanted.words if word.strip()]
    given = {name: getattr(wanted, name) for name in _CLAUSES if getattr(wanted, name)}
    where = " AND ".join(["r.kind = 'cast'", *(_CLAUSES[name] for name in given)])
    sql = f"SELECT a.id {_CASTS} WHERE {where} {_ORDER} LIMIT :size"
    found = [row[0] for row in session.rows(sql, {**given, "size": -1 if words else limit})]
    return _holding(session, found, words, limit) if words else iter(found)


def _holding(session: Session, found: Sequence[int], words: Sequence[str], limit: int) -> Iterator[int]:
    """Those in which every word occurs; a page is read when it is needed."""
    left = limit
    for start in range(0, len(found), PAGE):
        page = found[start : start + PAGE]
        for number, *texts in _texts(session, page):
            if left and all(occurs(word, texts) for word in words):
                yield number
                left -= 1
        if not left:
            return


def _texts(session: Session, page: Sequence[int]) -> list[Row]:
    """Each one's number, what the user gave, what came back and what was sent, in the order of the page."""
    marks = ", ".join("?" * len(page))
    sql = f"""
        SELECT a.id, g.body, a.text, t.body
        FROM answers AS a JOIN texts AS t ON t.id = a.incantation JOIN texts AS g ON g.id = a.input
        WHERE a.id IN ({marks})
    """  # noqa: S608  # as above
    found = {row[0]: row for row in session.rows(sql, page)}
    return [found[number] for number in page]


def find_number(session: Session, given: str) -> int | None:
    """The cast of that number, or the newest (`last`, `last~1` …); None where it is neither.

    Raises UnknownName where there are not so many.
    """
    if place := _LAST.fullmatch(given):
        sql = f"SELECT a.id {_CASTS} WHERE r.kind = 'cast' {_ORDER} LIMIT 1 OFFSET ?"
        found = session.rows(sql, (int(place[1] or 0),))
        if not found:
            raise UnknownName(f"no cast `{given}`", hint="nothing is on record yet" if not place[1] else "")
        return int(found[0][0])
    if not _NUMBER.fullmatch(given):
        return None
    found = session.rows("SELECT id FROM answers WHERE id = ? AND kind = 'cast'", (int(given),))
    return int(found[0][0]) if found else None


def find_run(session: Session, given: str) -> Run:
    """A cast by its run's id, or the beginning of one. Raises UnknownName: there is none, or several begin so."""
    sql = f"{_RUN} AND substr(id, 1, length(:given)) = :given ORDER BY id <> :given, number DESC LIMIT 4"
    found = [rows.run_from(row) for row in session.rows(sql, {"given": given})] if given else []
    if len(found) == 1 or (found and found[0].id == given):
        return found[0]
    if found:
        raise UnknownName(f"several casts begin with `{given}`", hint=", ".join(run.id for run in found))
    latest = [str(row[0]) for row in session.rows(f"{_RUN} ORDER BY number DESC LIMIT 3")]
    hint = f"`grimoire log` lists them; the latest: {', '.join(latest)}" if latest else "nothing is on record yet"
    raise UnknownName(f"no cast `{given}`", hint=hint)


def latest_of_terminal(session: Session, terminal: str, limit: int = 1) -> list[Run]:
    """The newest casts of a terminal, newest first."""
    sql = f"{_RUN} AND json_extract(plan, '$.terminal') = ? ORDER BY number DESC LIMIT ?"
    return [rows.run_from(row) for row in session.rows(sql, (terminal, limit))]


def runs_of(session: Session, conversation: str) -> list[Run]:
    """The runs of a conversation, newest first."""
    sql = f"{_RUN} AND {_CLAUSES['conversation']} ORDER BY number DESC"
    return [rows.run_from(row) for row in session.rows(sql, {"conversation": conversation})]


def said(session: Session, run: str) -> list[int]:
    """The numbers of a run's answers in which something was said, whole or in part: of a question the latest."""
    sql = "SELECT id, key FROM answers WHERE run = ? AND trim(text, char(32, 9, 10, 13)) <> '' ORDER BY id"
    return sorted({key: number for number, key in session.rows(sql, (run,))}.values())


def said_before(session: Session, number: int) -> tuple[Message, ...]:
    """The messages that were sent before the last one of a question. Raises LedgerError where they cannot be read."""
    sql = "SELECT t.body FROM answers AS a JOIN texts AS t ON t.id = a.earlier WHERE a.id = ?"
    found = session.rows(sql, (number,))
    if not found:
        return ()
    try:
        return msgspec.convert(json.loads(found[0][0]), tuple[Message, ...])
    except (ValueError, msgspec.ValidationError) as error:
        raise LedgerError(f"the ledger holds something that is not what it wrote: {error}") from error


def links(session: Session, runs: Sequence[str]) -> dict[str, Link]:
    """Where each run stands in its conversation."""
    found: dict[str, Link] = {}
    for start in range(0, len(runs), PAGE):
        page = runs[start : start + PAGE]
        sql = f"""
            SELECT id, json_extract(plan, '$.conversation'), json_extract(plan, '$.after')
            FROM runs WHERE id IN ({", ".join("?" * len(page))})
        """  # noqa: S608  # as above
        for run, conversation, after in session.rows(sql, page):
            found[run] = Link(conversation or run, after or 0)
    return found


def names(session: Session) -> tuple[set[str], set[str]]:
    """The spells that were ever cast, and the backends that were asked."""
    found = session.rows(f"SELECT DISTINCT a.spell, a.backend {_CASTS} WHERE r.kind = 'cast'")
    return {str(row[0]) for row in found}, {str(row[1]) for row in found}


def inputs(session: Session, limit: int, longest: int) -> list[str]:
    """What was given to the latest casts, newest first; what is longer than so many characters is left out."""
    sql = f"""
        SELECT g.body {_CASTS} JOIN texts AS g ON g.id = a.input
        WHERE r.kind = 'cast' AND length(g.body) BETWEEN 1 AND :longest {_ORDER} LIMIT :size
    """
    return list(dict.fromkeys(str(row[0]) for row in session.rows(sql, {"longest": longest, "size": limit})))
