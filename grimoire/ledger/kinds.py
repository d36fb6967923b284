"""The kinds of file that are kept in SQLite, and what each is called when something is wrong with one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from grimoire.ledger import memory_schema, schema
from grimoire.ledger.schema import Migration


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file. `first` says what makes one, `elsewhere` how to use another; both end a hint."""

    name: str
    application_id: int
    migrations: Sequence[Migration]
    first: str
    elsewhere: str


LEDGER: Final = Kind(
    name="ledger",
    application_id=schema.APPLICATION_ID,
    migrations=schema.MIGRATIONS,
    first="a first trial or cast makes one",
    elsewhere="name another file with --ledger",
)
MEMORY: Final = Kind(
    name="translation memory",
    application_id=memory_schema.APPLICATION_ID,
    migrations=memory_schema.MIGRATIONS,
    first="a first translation makes one",
    elsewhere="use another ledger, since the memory stands beside it",
)
