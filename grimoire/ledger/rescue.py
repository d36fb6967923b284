"""What the ledger could not take, kept in a file beside it and taken in later.

A file of JSON Lines: the run, then a line an answer, error or failed attempt, in the columns of their tables with the
texts themselves in place of their numbers. What hides keys from the ledger hides them here.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from grimoire.errors import LedgerError
from grimoire.ledger import rows
from grimoire.ledger.database import IN_MEMORY
from grimoire.ledger.intake import TakenIn, take_in
from grimoire.record import Attempt, Outcome, Run

__all__ = ["TakenIn", "Waiting", "save", "take_in", "waiting"]

_ENDING: Final = ".jsonl"
_ANSWER: Final = b'{"row":"answer"'
_CHUNK: Final = 1 << 20


class Waiting(NamedTuple):
    """A file that waits to be taken in, and how many answers are in it."""

    file: Path
    answers: int


def save(ledger: Path, run: Run, outcomes: Sequence[Outcome], folders: Sequence[Path] = ()) -> Path:
    """Append what could not be recorded to `<ledger>.rescue-<run>.jsonl`; it is on the disk when this returns.

    The file is beside the ledger, or else in the first of `folders`, or else in the temporary directory. Its owner
    alone may read it. Raises LedgerError, with what is wrong at each place, when there is none for it, and where
    nothing is to be put on record.
    """
    if ledger == IN_MEMORY:
        raise LedgerError(f"{len(outcomes)} results are lost", hint="nothing was to be put on record")
    at = rows.stamp(datetime.now(UTC))
    body = b"".join(_line(run, outcome, at) for outcome in outcomes)
    name = f"{_prefix(ledger)}{run.id}{_ENDING}"
    wrong = []
    for folder in _places(ledger, folders):
        try:
            if folder != ledger.parent:  # which is not made anew: it was moved, or its disk is not there
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _append(folder / name, _head(run), body)
        except OSError as error:
            wrong.append(f"{folder}: {error.strerror or error}")
        else:
            return folder / name
    hint = "; ".join(wrong)
    raise LedgerError(f"{len(outcomes)} results could neither be recorded nor saved in a file", hint=hint)


def waiting(ledger: Path, folders: Sequence[Path] = ()) -> list[Waiting]:
    """The files that wait for a ledger where `save` puts them, in the order of the places and of their names."""
    found = []
    for folder in _places(ledger, folders):
        with suppress(OSError):  # a folder that cannot be looked into is none with files of ours
            files = sorted(file for file in folder.iterdir() if _is_ours(file.name, ledger))
            found += [Waiting(file, _answers(file)) for file in files if _is_mine(file.lstat())]
    return found


def _places(ledger: Path, folders: Sequence[Path]) -> list[Path]:
    return list(dict.fromkeys([ledger.parent, *folders, Path(tempfile.gettempdir())]))


def _prefix(ledger: Path) -> str:
    return f"{ledger.name}.rescue-"


def _is_ours(name: str, ledger: Path) -> bool:
    return name.startswith(_prefix(ledger)) and name.endswith(_ENDING)


def _head(run: Run) -> bytes:
    plan = rows.canonical(run.plan)
    return _json({"row": "run", "id": run.id, "kind": run.kind, "started": run.started, "plan": plan})


def _line(run: Run, outcome: Outcome, at: str) -> bytes:
    row = rows.outcome_row(run, outcome)
    kind = "attempt" if isinstance(outcome.reply, Attempt) else "error" if row["error"] else "answer"
    return _json({"row": kind, "at": at} | {name: value for name, value in row.items() if name not in {"run", "kind"}})


def _json(row: dict[str, object]) -> bytes:
    return msgspec.json.encode(rows.bound(row)) + b"\n"


def _append(file: Path, head: bytes, body: bytes) -> None:
    """All of it or nothing; OSError when it cannot be."""
    with _locked(file) as handle:
        size = os.fstat(handle).st_size
        cut_off = size and os.pread(handle, 1, size - 1) != b"\n"
        try:
            _write((b"\n" if cut_off else b"" if size else head) + body, handle)
            os.fsync(handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, size)
            if not size:
                file.unlink(missing_ok=True)
            raise
    with suppress(OSError):  # not every system lets a folder be opened; then the name is on the disk when it will be
        _sync_folder(file.parent)


def _write(body: bytes, handle: int) -> None:
    left = memoryview(body)
    while left:
        left = left[os.write(handle, left) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    """A handle of the file, made where there is none; nobody takes it in meanwhile, and it is nobody else's."""
    import fcntl

    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
        try:
            facts = os.fstat(handle)
            if not _is_mine(facts):
                raise PermissionError(1, "the file there is somebody else's")
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not _still_there(file, facts):  # taken in, and moved away, while we waited
                continue
            os.fchmod(handle, 0o600)
            yield handle
        finally:
            os.close(handle)
        return


def _is_mine(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) and facts.st_uid == os.geteuid()


def _still_there(file: Path, facts: os.stat_result) -> bool:
    try:
        return os.path.samestat(file.stat(), facts)
    except FileNotFoundError:
        return False


def _answers(file: Path) -> int:
    """How many lines begin as an answer's, read in pieces: the lines are as long as answers are."""
    count, before = 0, b"\n"
    with file.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            text = before + piece
            count += text.count(b"\n" + _ANSWER)
            before = text[-len(_ANSWER) :]
    return count
