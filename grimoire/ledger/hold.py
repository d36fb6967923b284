"""One process a run: a second one would ask, and pay for, the same questions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grimoire.errors import UsageError
from grimoire.ledger.database import IN_MEMORY
from grimoire.record import Run


@contextmanager
def hold(ledger: Path, run: Run) -> Iterator[None]:
    """Keep a run to this process, by a locked file beside the ledger.

    The system lets go of the lock when the process ends, however it ends. Raises UsageError when another holds it.
    Nobody else can have a run of a ledger in memory.
    """
    import fcntl

    if ledger == IN_MEMORY:
        yield
        return

    file = ledger.with_name(f"{ledger.name}.{run.id}.lock")
    with file.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _taken(run) from None
        if not os.fstat(stream.fileno()).st_nlink:  # its holder removed it after we had opened it
            raise _taken(run)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def _taken(run: Run) -> UsageError:
    hint = "wait for it to end"
    if run.kind == "trial":
        hint += ", or name the spells, languages and backends of the one to go on with"
    return UsageError(f"the {run.kind} {run.id} is under way in another process", hint=hint)
