"""Many questions at once: concurrent, in order, on record, resumable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grimoire.errors import UsageError

if TYPE_CHECKING:
    from grimoire.cli.cast_fire import Call
    from grimoire.cli.cast_questions import Questions
    from grimoire.ledger import SqliteLedger


def fire(call: Call, store: SqliteLedger, questions: Questions, plan: dict[str, object]) -> int:
    """Ask everything, deliver in the order of the inputs; the exit code."""
    del call, store, questions, plan
    raise UsageError("several at once are not there yet")
