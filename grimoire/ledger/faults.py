"""What SQLite and the system say about a file, in one line with a hint."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grimoire.errors import LedgerError
from grimoire.ledger.kinds import Kind

_PERMISSIONS = "check the permissions of the file and of its folder, or {kind.elsewhere}"
_SAVED = "what was recorded so far is safe"
RESTORE = "put back a copy (a .backup beside it, if there is one), or move it away to begin a new one"

# What is wrong and the hint, both for `str.format` with a kind and an error.
_SAYINGS: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: ("is kept locked by another program", "try again when that is done"),
    sqlite3.SQLITE_LOCKED: ("is kept locked by another program", "try again when that is done"),
    sqlite3.SQLITE_PROTOCOL: ("is kept locked by another program", "try again when that is done"),
    sqlite3.SQLITE_NOTADB: ("is not a Grimoire {kind.name}", "{kind.elsewhere}"),
    sqlite3.SQLITE_CORRUPT: ("is damaged", RESTORE),
    sqlite3.SQLITE_FULL: ("cannot grow: no space is left", f"make room; {_SAVED}"),
    sqlite3.SQLITE_READONLY: ("cannot be written", _PERMISSIONS),
    sqlite3.SQLITE_PERM: ("cannot be written", _PERMISSIONS),
    sqlite3.SQLITE_CANTOPEN: ("cannot be opened", _PERMISSIONS),
    sqlite3.SQLITE_IOERR: ("cannot be read or written", f"check the disk; {_SAVED}"),
    sqlite3.SQLITE_TOOBIG: ("cannot hold a text that long", _SAVED),
}
_OTHERWISE = ("is not as it should be: {error}", RESTORE)
_CLOSED = ("cannot be opened: {error.strerror}", _PERMISSIONS)
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}


@contextmanager
def reported(path: Path, kind: Kind) -> Iterator[None]:
    """LedgerError for what is wrong with the file; a broken constraint or a misused call is a bug and passes."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise
    except sqlite3.DatabaseError as error:
        raise _fault(path, kind, error, _SAYINGS.get(code_of(error), _OTHERWISE)) from error
    except OSError as error:
        raise _fault(path, kind, error, _CLOSED) from error


def misread(path: Path, kind: Kind, error: Exception) -> LedgerError:
    """The error for a row that SQLite gives and Grimoire cannot have written."""
    return _fault(path, kind, error, ("holds something that is not what it wrote: {error}", RESTORE))


def _fault(path: Path, kind: Kind, error: Exception, saying: tuple[str, str]) -> LedgerError:
    said, hint = (text.format(kind=kind, error=error) for text in saying)
    return LedgerError(f"the {kind.name} {path} {said}", hint=hint)


def is_busy(error: sqlite3.Error) -> bool:
    """True when another connection stands in the way, so that trying again can help."""
    return code_of(error) in _BUSY


def code_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code; -1 for what the Python module raises by itself, such as text that is not UTF-8."""
    code: int = getattr(error, "sqlite_errorcode", -1)
    return code & 0xFF if code >= 0 else -1
