"""The tables, as numbered migrations: the ledger's version is how many of them it has had.

A migration that was released is never changed: the next change is the next migration, and goes at the end.

runs           one row a trial, cast or judgement; `finished` is set once
texts          what was sent, each text once
answers        one row an answer, or the error in its place (`error` is then its kind, `text` what had come before)
verdicts       of an answer, counted from 1; the latest one holds; `reason` is that of the check that decided
check_results  what a verdict rests on, in the order the checks ran; `judge` is the model that was asked, if one was
opinions       what a person said of an answer, beside its verdicts
images         files kept with an answer
attempts       requests that brought no answer; `latest` is the number of the ledger's newest answer at that time
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

Migration: TypeAlias = Sequence[str]

APPLICATION_ID: Final = 0x4772696D
"""Marks the file as Grimoire's ("Grim")."""


def _refuse(table: str, change: str, when: str = "") -> str:
    event = change.partition(" ")[0].lower()
    name = f"{table}_{event}_{'again' if when else 'refused'}"
    return (
        f"CREATE TRIGGER {name} BEFORE {change} ON {table} {when} "
        f"BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: {table}'); END"
    )


_APPEND_ONLY = ("texts", "answers", "verdicts", "check_results")

_FIRST: Migration = (
    """CREATE TABLE runs (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL CHECK (kind IN ('trial', 'cast', 'judge')),
        started TEXT NOT NULL,
        finished TEXT NOT NULL DEFAULT '',
        plan TEXT NOT NULL
    )""",
    """CREATE TABLE texts (
        id INTEGER PRIMARY KEY,
        digest TEXT NOT NULL UNIQUE,
        body TEXT NOT NULL
    )""",
    # `kind` repeats the run's, so that an index can leave casts out. `earlier` is the JSON of the messages before the
    # last, NULL when there were none; `input` is what the user gave. Long columns stand last: scans stop before them.
    """CREATE TABLE answers (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL REFERENCES runs (id),
        kind TEXT NOT NULL,
        asked_at TEXT NOT NULL,
        spell TEXT NOT NULL,
        language TEXT NOT NULL,
        template TEXT NOT NULL,
        case_id TEXT NOT NULL,
        backend TEXT NOT NULL,
        sample INTEGER NOT NULL,
        rehearsal INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
        key TEXT NOT NULL,
        incantation INTEGER NOT NULL REFERENCES texts (id),
        earlier INTEGER REFERENCES texts (id),
        input INTEGER NOT NULL REFERENCES texts (id),
        answer_in TEXT NOT NULL,
        error TEXT NOT NULL,
        error_message TEXT NOT NULL,
        finish_reason TEXT NOT NULL,
        model TEXT NOT NULL,
        prompt_tokens INTEGER,
        completion_tokens INTEGER,
        seconds REAL,
        first_seconds REAL,
        cost REAL,
        parameters TEXT NOT NULL,
        text TEXT NOT NULL,
        parts TEXT NOT NULL,
        reasoning TEXT NOT NULL
    )""",
    """CREATE TABLE verdicts (
        answer INTEGER NOT NULL REFERENCES answers (id),
        number INTEGER NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('works', 'partial', 'broken', 'error')),
        reason TEXT NOT NULL,
        judged_at TEXT NOT NULL,
        PRIMARY KEY (answer, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE check_results (
        answer INTEGER NOT NULL,
        verdict INTEGER NOT NULL,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('passed', 'failed', 'crashed', 'skipped')),
        should INTEGER NOT NULL CHECK (should IN (0, 1)),
        reason TEXT NOT NULL,
        PRIMARY KEY (answer, verdict, position),
        FOREIGN KEY (answer, verdict) REFERENCES verdicts (answer, number)
    ) WITHOUT ROWID""",
    "CREATE INDEX runs_open ON runs (number) WHERE kind = 'trial' AND finished = ''",
    "CREATE INDEX answers_of_run ON answers (run, id)",
    "CREATE INDEX answers_of_spell ON answers (spell, id)",
    # Holds every column the standings need, so that reading them all never touches the answers' texts.
    """CREATE INDEX answers_of_cell
        ON answers (spell, language, backend, rehearsal, id, run, asked_at, template, case_id, sample, error, kind)
        WHERE kind <> 'cast'""",
    *(_refuse(table, change) for table in _APPEND_ONLY for change in ("UPDATE", "DELETE")),
    _refuse("runs", "DELETE"),
    _refuse("runs", "UPDATE OF number, id, kind, started, plan"),
    _refuse("runs", "UPDATE OF finished", "WHEN OLD.finished <> ''"),
)

_SECOND: Migration = (
    "ALTER TABLE verdicts ADD COLUMN yardstick TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE check_results ADD COLUMN judge TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE check_results ADD COLUMN wants TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE check_results ADD COLUMN split INTEGER NOT NULL DEFAULT 0 CHECK (split IN (0, 1))",
    """CREATE TABLE opinions (
        answer INTEGER NOT NULL REFERENCES answers (id),
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        verdict TEXT NOT NULL CHECK (verdict IN ('', 'works', 'partial', 'broken')),
        note TEXT NOT NULL,
        PRIMARY KEY (answer, number)
    ) WITHOUT ROWID""",
    """CREATE TABLE images (
        id INTEGER PRIMARY KEY,
        answer INTEGER NOT NULL REFERENCES answers (id),
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        data BLOB NOT NULL
    )""",
    "CREATE INDEX images_of_answer ON images (answer, id)",
    # Anew, since the standings need `incantation` too.
    "DROP INDEX answers_of_cell",
    """CREATE INDEX answers_of_cell ON answers
        (spell, language, backend, rehearsal, id, run, asked_at, template, case_id, sample, error, kind, incantation)
        WHERE kind <> 'cast'""",
    *(_refuse(table, change) for table in ("opinions", "images") for change in ("UPDATE", "DELETE")),
)

_THIRD: Migration = (
    """CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        run TEXT NOT NULL REFERENCES runs (id),
        key TEXT NOT NULL,
        spell TEXT NOT NULL,
        language TEXT NOT NULL,
        case_id TEXT NOT NULL,
        backend TEXT NOT NULL,
        number INTEGER NOT NULL,
        at TEXT NOT NULL,
        latest INTEGER NOT NULL,
        seconds REAL NOT NULL,
        wait REAL,
        error TEXT NOT NULL,
        status INTEGER,
        message TEXT NOT NULL
    )""",
    "CREATE INDEX attempts_of_cell ON attempts (run, key)",
    # Small ones, of what is rare: which attempts are an entry's, and whose votes differed, is asked for every answer.
    "CREATE INDEX answers_failed ON answers (run, key, id) WHERE error <> ''",
    "CREATE INDEX check_results_split ON check_results (answer, verdict) WHERE split = 1",
    *(_refuse("attempts", change) for change in ("UPDATE", "DELETE")),
)

MIGRATIONS: Final[Sequence[Migration]] = (_FIRST, _SECOND, _THIRD)
