"""A file of rescued results, taken into the ledger: whatever is in it, line by line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final, Literal, NamedTuple

import msgspec

from grimoire.errors import UsageError
from grimoire.record import RunKind

if TYPE_CHECKING:
    from grimoire.ledger.store import SqliteLedger

LONGEST: Final = 128 << 20
"""Bytes of a line; a longer one is none of ours and is skipped without being held in memory."""
TOLD: Final = 20
"""Bad lines that are told one by one."""

_Stamp = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
_RunId = Annotated[str, msgspec.Meta(pattern=r"^\d{8}T\d{6}-[0-9a-f]{1,32}$")]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Language = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9-]{0,35}$")]
_Bit = Literal[0, 1]


class _Run(msgspec.Struct, frozen=True, tag_field="row", tag="run", forbid_unknown_fields=True):
    id: _RunId
    kind: RunKind
    started: _Stamp
    plan: str


class _Answer(msgspec.Struct, frozen=True, tag_field="row", tag="answer", forbid_unknown_fields=True):
    """ANSWER_COLUMNS, but those of its run, with `at` for its time."""

    at: _Stamp
    spell: str
    language: _Language
    template: str
    case_id: str
    backend: str
    sample: _Count
    rehearsal: _Bit
    key: str
    incantation: str
    earlier: str | None
    input: str
    answer_in: _Language
    error: str
    error_message: str
    finish_reason: Literal["stop", "length", "content_filter", "tool_calls", "unknown", ""]
    model: str
    prompt_tokens: _Count | None
    completion_tokens: _Count | None
    seconds: float
    first_seconds: float | None
    cost: float | None
    parameters: str
    text: str
    parts: str
    reasoning: str


class _Error(_Answer, frozen=True, tag_field="row", tag="error", forbid_unknown_fields=True):
    """The same columns."""


class _Attempt(msgspec.Struct, frozen=True, tag_field="row", tag="attempt", forbid_unknown_fields=True):
    """ATTEMPT_COLUMNS, but its run."""

    at: _Stamp
    key: str
    spell: str
    language: _Language
    case_id: str
    backend: str
    number: _Count
    seconds: float
    wait: float | None
    error: str
    status: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)] | None
    message: str


_WRONG = (ValueError, OverflowError, RecursionError, msgspec.MsgspecError, sqlite3.IntegrityError, sqlite3.DataError)
"""What a line can be refused for; anything else is not the line's fault."""
_DECODER = msgspec.json.Decoder(_Run | _Answer | _Error | _Attempt)


class TakenIn(NamedTuple):
    """What came of a file: answers, errors and failed attempts that are on record now, and what was there before.

    `bad` counts lines that could not be used; `told` says of the first of them which line it is and what is wrong.
    `moved` is where the file is now; None where nothing in it could be used, and it was left.
    """

    answers: int
    errors: int
    attempts: int
    known: int
    bad: int
    told: tuple[str, ...]
    moved: Path | None


def take_in(ledger: SqliteLedger, file: Path) -> TakenIn:
    """Put on record what the ledger has not, in one transaction; then the file is renamed to `….taken`.

    A run that the ledger lacks is made. Raises UsageError when the file cannot be read, LedgerError when the ledger
    fails; then nothing of it is on record.
    """
    with _held(file) as stream:
        intake = _Intake(ledger)
        with ledger.writer.together():
            for number, line in enumerate(_lines(stream), 1):
                intake.take(number, line)
        used = intake.answers + intake.errors + intake.attempts + intake.known
        moved = _move(file) if used or not intake.bad else None
    counts = (intake.answers, intake.errors, intake.attempts, intake.known, intake.bad)
    return TakenIn(*counts, tuple(intake.told), moved)


class _Intake:
    """What has been taken in so far, line by line."""

    def __init__(self, ledger: SqliteLedger) -> None:
        self._ledger = ledger
        self._run: _Run | None = None
        self._answered: set[str] = set()
        self._failed: set[tuple[str, str]] = set()
        self._tried: set[tuple[str, str, int]] = set()
        self.answers = self.errors = self.attempts = self.known = self.bad = 0
        self.told: list[str] = []

    def take(self, number: int, line: bytes | None) -> None:
        """One line, None for one that is too long; whatever is wrong with it is counted, and ends nothing."""
        if line is not None and not line.strip():
            return
        try:
            if line is None:
                raise ValueError(f"longer than {LONGEST >> 20} MiB")
            self._take(_DECODER.decode(line))
        except _WRONG as error:
            self.bad += 1
            if len(self.told) < TOLD:
                self.told.append(f"line {number}: {error}")

    def _take(self, found: _Run | _Answer | _Error | _Attempt) -> None:
        if isinstance(found, _Run):
            self._open(found)
        elif self._run is None:
            raise ValueError("nothing before it says which run it belongs to")
        elif isinstance(found, _Attempt):
            self._add_attempt(self._run, found)
        else:
            self._add_answer(self._run, found)

    def _open(self, run: _Run) -> None:
        """Make the run the one that what follows belongs to, and know what is on record of it."""
        self._run = None
        session = self._ledger.session
        there = session.rows("SELECT kind, started FROM runs WHERE id = ?", (run.id,))
        if there and there[0] != (run.kind, run.started):
            raise ValueError(f"the ledger has another run that is called {run.id}")
        if not there:
            if not isinstance(json.loads(run.plan), dict):
                raise ValueError("its plan is none")
            values = (run.id, run.kind, run.started, run.plan)
            session.insert("INSERT INTO runs (id, kind, started, plan) VALUES (?, ?, ?, ?)", values)
        self._answered = {row[0] for row in session.rows(_ANSWERED, (run.id,))}
        self._failed = {(row[0], row[1]) for row in session.rows(_FAILED, (run.id,))}
        self._tried = {(row[0], row[1], row[2]) for row in session.rows(_TRIED, (run.id,))}
        self._run = run

    def _add_answer(self, run: _Run, found: _Answer) -> None:
        if found.key in self._answered or (found.error and (found.key, found.at) in self._failed):
            self.known += 1
            return
        msgspec.json.decode(found.parts, type=tuple[str, ...])  # what could not be read back must not go in
        row = msgspec.structs.asdict(found)
        at = row.pop("at")
        self._ledger.writer.put_answer({"run": run.id, "kind": run.kind, **row}, at)
        if found.error:
            self._failed.add((found.key, at))
            self.errors += 1
        else:
            self._answered.add(found.key)
            self.answers += 1

    def _add_attempt(self, run: _Run, found: _Attempt) -> None:
        name = (found.key, found.at, found.number)
        if name in self._tried:
            self.known += 1
            return
        row = msgspec.structs.asdict(found)
        self._ledger.writer.put_attempt({"run": run.id, **row}, row.pop("at"))
        self._tried.add(name)
        self.attempts += 1


_ANSWERED = "SELECT key FROM answers WHERE run = ? AND error = ''"
_FAILED = "SELECT key, asked_at FROM answers WHERE run = ? AND error <> ''"
_TRIED = "SELECT key, at, number FROM attempts WHERE run = ?"


@contextmanager
def _held(file: Path) -> Iterator[BinaryIO]:
    """The file, in which nobody writes meanwhile; UsageError when it cannot be read."""
    import fcntl

    try:
        if not file.is_file():
            raise UsageError(f"there is no file {file}" if not file.exists() else f"{file} is not a file")
        stream = file.open("rb")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from error
    with stream:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
        yield stream


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines of at most LONGEST bytes; None in place of a longer one."""
    while line := stream.readline(LONGEST):
        if len(line) < LONGEST or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(1 << 20)) and not rest.endswith(b"\n"):
            pass
        yield None


def _move(file: Path) -> Path:
    """Rename the file to the first free name; where that cannot be, it stays, and what is in it is known next time."""
    for number in range(1, 1000):
        target = file.with_name(f"{file.name}.taken" + (f"-{number}" if number > 1 else ""))
        if not target.exists():
            break
    with suppress(OSError):
        file.rename(target)
        return target
    return file
