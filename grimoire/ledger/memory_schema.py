"""The translation memory's table, as numbered migrations; for them holds what `schema` says.

segments  one row a translation; `digest` is that of its whole key, the columns after it are the key in readable form
          (`kinds` and `terms` in JSON), `characters` how long the source text is, since SQLite counts only up to a NUL
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grimoire.ledger.schema import Migration

APPLICATION_ID: Final = 0x4772694D
"""Marks the file as Grimoire's memory ("GriM")."""

_FIRST: Migration = (
    """CREATE TABLE segments (
        id INTEGER PRIMARY KEY,
        digest BLOB NOT NULL UNIQUE,
        source TEXT NOT NULL,
        target TEXT NOT NULL,
        engine TEXT NOT NULL,
        version TEXT NOT NULL,
        kinds TEXT NOT NULL,
        terms TEXT NOT NULL,
        characters INTEGER NOT NULL,
        text TEXT NOT NULL,
        translation TEXT NOT NULL
    )""",
    # Holds every column the statistics need, so that they never touch the texts.
    "CREATE INDEX segments_of_engine ON segments (source, target, engine, characters)",
)

MIGRATIONS: Final[Sequence[Migration]] = (_FIRST,)
