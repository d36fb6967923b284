"""What is read back: entries in pages, what a run has, and what the standings need.

A page at a time, because a reader that keeps a query open while it writes would be refused the write lock as soon as
another process has written; and because a ledger may be larger than memory.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, TypeVar

from grimoire.chat import Answer
from grimoire.errors import LedgerError
from grimoire.ledger import rows
from grimoire.ledger.session import Row, Session
from grimoire.record import Done, Entry, Scored, Spent
from grimoire.standing import Judged

T = TypeVar("T")

PAGE: Final = 200
"""Entries read at once."""
SHORT: Final = 5_000
"""Rows read at once where they hold no texts."""

_LAST_VERDICT = "v.answer = a.id AND v.number = (SELECT max(number) FROM verdicts WHERE answer = a.id)"
_ENTRY = f"""
    SELECT {", ".join(f"a.{name}" for name in rows.ENTRY_COLUMNS)}, t.body, g.body, v.kind, v.yardstick, v.number
    FROM answers AS a
    JOIN texts AS t ON t.id = a.incantation
    JOIN texts AS g ON g.id = a.input
    LEFT JOIN verdicts AS v ON {_LAST_VERDICT}
"""  # noqa: S608  # the columns are the code's own, here and below
CELL_AFTER: Final = """
    SELECT spell, language, backend, rehearsal FROM answers
    WHERE kind <> 'cast' AND (spell, language, backend, rehearsal) > (:spell, :language, :backend, :rehearsal)
    ORDER BY spell, language, backend, rehearsal LIMIT 1
"""
JUDGED: Final = f"""
    SELECT a.id, a.run, a.asked_at, a.template, a.case_id, a.sample,
        CASE a.error WHEN '' THEN v.kind ELSE 'error' END, coalesce(v.reason, ''), coalesce(v.yardstick, ''), t.digest
    FROM answers AS a
    JOIN texts AS t ON t.id = a.incantation
    LEFT JOIN verdicts AS v ON {_LAST_VERDICT}
    WHERE a.kind <> 'cast' AND a.spell = :spell AND a.language = :language AND a.backend = :backend
        AND a.rehearsal = :rehearsal AND (a.error <> '' OR v.kind IS NOT NULL)
    ORDER BY a.id
"""  # noqa: S608  # as above


# An answer that was got anew with another text or other parameters, as a resumed run does when the settings have
# changed, ends what was asked of that case before in the same run: all of it, and not only the same samples.
def _superseded_sql(scope: str, place: str) -> str:
    return f"""
        WITH latest AS (
            SELECT {place}, max(id) AS id FROM answers AS a WHERE {scope} AND error = ''
            GROUP BY {place} HAVING count(*) > count(DISTINCT sample)
        )
        SELECT a.id FROM answers AS a
        CROSS JOIN latest AS l USING ({place})
        JOIN answers AS b ON b.id = l.id
        WHERE {scope} AND a.id < b.id AND (a.incantation, a.parameters) <> (b.incantation, b.parameters)
    """  # noqa: S608  # as above


# A cast has no cases: its inputs are as many questions, and none ends another.
_SUPERSEDED_IN_RUN = _superseded_sql("a.run = :run AND a.kind <> 'cast'", "spell, language, backend, case_id")
SUPERSEDED_IN_CELL: Final = _superseded_sql(
    "a.kind <> 'cast' AND a.spell = :spell AND a.language = :language AND a.backend = :backend "
    "AND a.rehearsal = :rehearsal",
    "run, case_id",
)
_DONE = f"""
    SELECT a.id, a.key, v.kind FROM answers AS a LEFT JOIN verdicts AS v ON {_LAST_VERDICT}
    WHERE a.run = :run AND a.error = '' AND a.id > :last ORDER BY a.id LIMIT :size
"""  # noqa: S608  # as above
_SCORED = f"""
    SELECT a.id, a.spell, a.language, a.backend, a.case_id, a.sample, a.rehearsal,
        CASE a.error WHEN '' THEN v.kind ELSE 'error' END, CASE a.error WHEN '' THEN v.reason ELSE a.error_message END,
        a.error, a.cost, coalesce(a.prompt_tokens, 0) + coalesce(a.completion_tokens, 0),
        (SELECT count(*) FROM check_results INDEXED BY check_results_split
            WHERE answer = a.id AND verdict = v.number AND split = 1)
    FROM answers AS a LEFT JOIN verdicts AS v ON {_LAST_VERDICT}
    WHERE a.run = :run AND a.id > :last AND (a.error <> '' OR v.kind IS NOT NULL) ORDER BY a.id LIMIT :size
"""  # noqa: S608  # as above
_UNJUDGED = """
    SELECT a.key FROM answers AS a
    WHERE a.run = ? AND a.error = '' AND NOT EXISTS (SELECT 1 FROM verdicts WHERE answer = a.id)
"""
_SPENT = """
    SELECT sum(cost), coalesce(sum(coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0)), 0)
    FROM answers WHERE run = ?
"""
# No index knows backends alone: only so many of the latest answers are looked at, however large the ledger is.
_PACE = """
    SELECT seconds FROM (SELECT id, backend, error, seconds FROM answers ORDER BY id DESC LIMIT 5000)
    WHERE backend = ? AND error = '' ORDER BY id DESC LIMIT 200
"""
_ASKED_AGAIN = """
    SELECT group_concat(id || ' ' || key || ' ' || (error = ''), ',') FROM answers
    WHERE run = :run GROUP BY spell, language, backend, case_id, sample HAVING count(*) > 1
"""


def run_entries(session: Session, run: str) -> Iterator[Entry]:
    """A run's answers and errors, oldest first, without those that it asked for anew with other settings."""
    superseded = _numbers_of(session, _SUPERSEDED_IN_RUN, {"run": run})
    found = _pages(session, "WHERE a.run = :run AND a.id > :last ORDER BY a.id", {"run": run, "last": 0})
    return (entry for entry in found if entry.id not in superseded)


def answered(session: Session, run: str) -> Iterator[Entry]:
    """A run's entries in which an answer came, oldest first."""
    where = "WHERE a.run = :run AND a.error = '' AND a.id > :last ORDER BY a.id"
    return _pages(session, where, {"run": run, "last": 0})


def history(session: Session, spell: str, limit: int) -> Iterator[Entry]:
    """A spell's entries, newest first; -1 is no limit."""
    where = "WHERE a.spell = :spell AND a.id < :last ORDER BY a.id DESC"
    return _pages(session, where, {"spell": spell, "last": 2**63 - 1}, limit)


def judgements(session: Session, spell: str) -> Iterator[Entry]:
    """A spell's answers in trials and judgements, oldest first; errors and casts are left out."""
    where = "WHERE a.spell = :spell AND a.kind <> 'cast' AND a.error = '' AND a.id > :last ORDER BY a.id"
    return _pages(session, where, {"spell": spell, "last": 0})


def done(session: Session, run: str) -> dict[str, Done]:
    """By the cells' keys what the run has an answer to; of several to one, the newest."""
    return {key: Done(number, verdict) for number, key, verdict in _short(session, _DONE, run)}


def reply(session: Session, answer: int) -> Answer:
    """The answer of that number, whole; LedgerError where there is none."""
    columns = ", ".join(rows.REPLY_COLUMNS)
    found = session.rows(f"SELECT {columns} FROM answers WHERE id = ?", (answer,))  # noqa: S608  # as above
    if not found:
        raise LedgerError(f"the ledger {session.path} has no answer {answer}", hint="it was not written by this run")
    return rows.answer_from(found[0])


def entry(session: Session, answer: int) -> Entry:
    """The entry of that number; LedgerError where there is none."""
    for found in _pages(session, "WHERE a.id > :last ORDER BY a.id", {"last": answer - 1}, 1):
        if found.id == answer:
            return found
    raise LedgerError(f"the ledger {session.path} has no answer {answer}", hint="it was not written by this run")


def scores(session: Session, run: str) -> Iterator[Scored]:
    """A run's accepted results, one a cell, without those that it asked for anew."""
    left_out = _numbers_of(session, _SUPERSEDED_IN_RUN, {"run": run})
    left_out |= _replaced(session, run, left_out)
    for row in _short(session, _SCORED, run):
        if row[0] not in left_out:
            yield _scored(row)


def unjudged(session: Session, run: str) -> list[str]:
    """The keys of a run's answers that have no verdict."""
    return [key for (key,) in session.rows(_UNJUDGED, (run,))]


def spent(session: Session, run: str) -> Spent:
    """What all of a run's answers came to, those included that count for nothing in the end."""
    [(cost, tokens)] = session.rows(_SPENT, (run,))
    return Spent(cost, tokens)


def pace_of(session: Session, backend: str) -> float | None:
    """The median seconds of a backend's latest answers; None where it has none among the latest of all."""
    found = sorted(row[0] for row in session.rows(_PACE, (backend,)))
    return float(found[len(found) // 2]) if found else None


def entries_of(session: Session, numbers: Iterable[int]) -> Iterator[Entry]:
    """The entries of these numbers, in their order; a page of numbers is taken when it is needed."""
    left = iter(numbers)
    while wanted := list(islice(left, PAGE)):
        marks = ", ".join("?" * len(wanted))
        found = {row[0]: row for row in session.rows(f"{_ENTRY} WHERE a.id IN ({marks})", wanted)}
        yield from _entries(session, [found[number] for number in wanted])


def _scored(row: Row) -> Scored:
    return Scored._make((*row[1:6], bool(row[6]), *row[7:]))


def _replaced(session: Session, run: str, left_out: set[int]) -> set[int]:
    """Of what was asked several times all but one row.

    Of what was asked last, which is another question where a spell or the settings were changed between, the newest
    answer stays, or where none came the newest error.
    """
    lost: set[int] = set()
    for (listed,) in session.rows(_ASKED_AGAIN, {"run": run}):
        asked = sorted((int(number), key, came) for number, key, came in (row.split(" ") for row in listed.split(",")))
        kept = [row for row in asked if row[0] not in left_out]
        latest = max((row for row in kept if row[1] == kept[-1][1]), key=lambda row: (row[2], row[0]), default=None)
        lost |= {number for number, _, _ in asked} - ({latest[0]} if latest else set())
    return lost


def judged(
    session: Session, spells: Collection[str] | None
) -> Iterator[tuple[tuple[str, str, str, bool], list[Judged]]]:
    """One cell at a time, in the order of its names; with `spells` only theirs.

    Casts, answers no one has judged yet, and what a run asked for anew with other settings are left out.
    """
    cell: dict[str, object] = {"spell": "", "language": "", "backend": "", "rehearsal": -1}
    while found := session.rows(CELL_AFTER, cell):
        spell, language, backend, rehearsal = found[0]
        cell = {"spell": spell, "language": language, "backend": backend, "rehearsal": rehearsal}
        if (spells is None or spell in spells) and (known := _judged_of(session, cell)):
            yield (spell, language, backend, bool(rehearsal)), known


def _judged_of(session: Session, cell: Mapping[str, object]) -> list[Judged]:
    same: dict[str, str] = {}  # of a hundred thousand answers most columns say what few say: kept once, they are small
    with session.reading(JUDGED, cell) as read:
        found = [rows.judged_from(row, same) for row in read]
    asked = {hash((entry.run, entry.case, entry.sample)) for entry in found if entry.verdict != "error"}
    if len(asked) == sum(entry.verdict != "error" for entry in found):
        return found
    superseded = _numbers_of(session, SUPERSEDED_IN_CELL, cell)
    return [entry for entry in found if entry.answer not in superseded]


def _numbers_of(session: Session, sql: str, values: Mapping[str, object]) -> set[int]:
    return {row[0] for row in session.rows(sql, values)}


def _short(session: Session, sql: str, run: str) -> Iterator[Row]:
    """Rows of a run that hold no texts, their number first, in large pages."""
    last = 0
    while page := session.rows(sql, {"run": run, "last": last, "size": SHORT}):
        yield from page
        last = page[-1][0]


def _pages(session: Session, where: str, values: Mapping[str, object], limit: int = -1) -> Iterator[Entry]:
    """Entries by their numbers, from after `last` on, in either direction; at most `limit` of them."""
    left = limit
    while left:
        size = min(left, PAGE) if left > 0 else PAGE
        page = session.rows(f"{_ENTRY} {where} LIMIT :size", {**values, "size": size})
        yield from _entries(session, page)
        if len(page) < size:
            return
        values = {**values, "last": page[-1][0]}
        left -= size if left > 0 else 0


_CHECKS = f"""
    WITH wanted (answer, verdict) AS (VALUES %s)
    SELECT answer, {", ".join(rows.CHECK_COLUMNS)} FROM wanted CROSS JOIN check_results USING (answer, verdict)
    ORDER BY answer, position
"""  # noqa: S608  # as above
_OPINIONS = "SELECT answer, at, verdict, note FROM opinions WHERE answer IN (%s) ORDER BY answer, number"
_IMAGES = "SELECT answer, name FROM images WHERE answer IN (%s) ORDER BY answer, id"
# Those of a question since the last error that ended it: an answer is the last thing a run asks of one.
_ATTEMPTS = """
    SELECT a.id, t.number, t.error, t.status, t.message, t.seconds, t.wait
    FROM answers AS a JOIN attempts AS t ON t.run = a.run AND t.key = a.key AND t.latest < a.id
    WHERE a.id IN (%s) AND NOT EXISTS (
        SELECT 1 FROM answers AS b
        WHERE b.error <> '' AND b.run = a.run AND b.key = a.key AND b.id > t.latest AND b.id < a.id
    )
    ORDER BY a.id, t.id
"""


def _entries(session: Session, page: list[Row]) -> Iterator[Entry]:
    """The entries of a page, with what is kept beside them: a query a table, and not one an entry."""
    numbers = [row[0] for row in page]
    checks = _beside(session, _CHECKS, [(row[0], row[-1]) for row in page if row[-1]], rows.check_from)
    opinions = _beside(session, _OPINIONS, numbers, rows.opinion_from)
    images = _beside(session, _IMAGES, numbers, lambda row: str(row[0]))
    attempts = _beside(session, _ATTEMPTS, numbers, rows.attempt_from)
    for row in page:
        number = row[0]
        yield rows.entry_from(
            row[:-1],
            checks=tuple(checks.get(number, ())),
            opinions=tuple(opinions.get(number, ())),
            images=tuple(images.get(number, ())),
            attempts=tuple(attempts.get(number, ())),
        )


def _beside(
    session: Session, sql: str, wanted: Sequence[int] | Sequence[tuple[int, int]], build: Callable[[Row], T]
) -> dict[int, list[T]]:
    """What a table keeps beside answers, by the answer's number; `wanted` are such numbers, or pairs of them."""
    found: dict[int, list[T]] = {}
    if wanted:
        pairs = [value for value in wanted if isinstance(value, tuple)]
        marks = ", ".join(["(?, ?)"] * len(pairs) if pairs else "?" * len(wanted))
        values = [number for pair in pairs for number in pair] or wanted
        for answer, *row in session.rows(sql % marks, values):
            found.setdefault(answer, []).append(build(tuple(row)))
    return found
