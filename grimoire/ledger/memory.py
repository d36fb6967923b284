"""The translation memory: every call is one short transaction, and readers take their rows in batches."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import msgspec

from grimoire.ledger.connection import transaction
from grimoire.ledger.faults import misread, reported
from grimoire.ledger.kinds import MEMORY
from grimoire.segment import MemoryKey, Segment, Term

BATCH = 500
"""Rows asked for at once; SQLite takes 999 values in a query wherever it runs."""

_COLUMNS = "digest, source, target, engine, version, kinds, terms, characters, text, translation"
_REMEMBER = f"""
    INSERT INTO segments ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (digest) DO UPDATE SET translation = excluded.translation
"""  # noqa: S608  # the columns are the code's own
_ENTRIES = f"SELECT id, {_COLUMNS} FROM segments WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608  # as above
_STATS = """
    SELECT source, target, engine, count(*), sum(characters) FROM segments
    GROUP BY source, target, engine ORDER BY source, target, engine
"""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What the memory has of one engine in one direction; `characters` are those of the source texts."""

    source: str
    target: str
    engine: str
    segments: int
    characters: int


class MemoryStats(msgspec.Struct, frozen=True, kw_only=True):
    """How much is remembered, in all and by (source, target, engine), in that order."""

    segments: int
    characters: int
    shares: tuple[Share, ...]


class SqliteMemory:
    """Implements `grimoire.ports.Memory`. For one thread; raises LedgerError when the file fails it.

    What holds a lone surrogate, which has no UTF-8, is not remembered, and so never known.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        connection.row_factory = sqlite3.Row
        self.path = path
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def recall(self, keys: Sequence[MemoryKey]) -> dict[MemoryKey, str]:
        by_digest = {_digest(key): key for key in keys if _is_text(key)}
        digests = list(by_digest)
        found: dict[MemoryKey, str] = {}
        for start in range(0, len(digests), BATCH):
            batch = digests[start : start + BATCH]
            marks = ", ".join("?" * len(batch))
            sql = f"SELECT digest, translation FROM segments WHERE digest IN ({marks})"  # noqa: S608  # only marks
            found |= {by_digest[digest]: translation for digest, translation in self._all(sql, batch)}
        return found

    def remember(self, known: Mapping[MemoryKey, str]) -> None:
        rows = [_row(key, translation) for key, translation in known.items() if _is_text((key, translation))]
        with reported(self.path, MEMORY), transaction(self._connection):
            self._connection.executemany(_REMEMBER, rows)

    def entries(self) -> Iterator[tuple[MemoryKey, str]]:
        """Every key with its translation, in the order in which they were first remembered."""
        last = 0
        while page := self._all(_ENTRIES, (last, BATCH)):
            for row in page:
                yield self._key(row), row["translation"]
            last = page[-1]["id"]

    def stats(self) -> MemoryStats:
        """How much is remembered. Reads an index, no text."""
        shares = tuple(
            Share(source=source, target=target, engine=engine, segments=segments, characters=characters)
            for source, target, engine, segments, characters in self._all(_STATS)
        )
        return MemoryStats(
            segments=sum(share.segments for share in shares),
            characters=sum(share.characters for share in shares),
            shares=shares,
        )

    def _key(self, row: sqlite3.Row) -> MemoryKey:
        try:
            kinds = msgspec.json.decode(row["kinds"], type=tuple[str, ...])
            terms = msgspec.json.decode(row["terms"], type=tuple[Term, ...])
        except msgspec.DecodeError as error:
            raise misread(self.path, MEMORY, error) from error
        same = {name: row[name] for name in ("source", "target", "engine", "version")}
        return MemoryKey(segment=Segment(row["text"], kinds, terms), **same)

    def _all(self, sql: str, values: Iterable[object] = ()) -> list[sqlite3.Row]:
        with reported(self.path, MEMORY):
            return self._connection.execute(sql, tuple(values)).fetchall()


def _row(key: MemoryKey, translation: str) -> tuple[object, ...]:
    """The values of `_COLUMNS`."""
    text, kinds, terms = key.segment.text, _json(key.segment.kinds), _json(key.segment.terms)
    place = (key.source, key.target, key.engine, key.version)
    return (_digest(key), *place, kinds, terms, len(text), text, translation)


def _digest(key: MemoryKey) -> bytes:
    """SHA-256 over every field of the key; what it is taken over may never change, or all is forgotten."""
    return hashlib.sha256(_json(key).encode()).digest()


def _json(value: object) -> str:
    """The same text for the same value, whichever version of a library wrote it."""
    return json.dumps(msgspec.to_builtins(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _is_text(value: object) -> bool:
    try:
        _json(value).encode()
    except UnicodeEncodeError:
        return False
    return True
