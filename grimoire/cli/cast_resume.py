"""Going on with a cast of many that did not come to its end."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from grimoire.errors import UsageError
from grimoire.ledger import IN_MEMORY
from grimoire.redact import hide_in_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from grimoire.cli.cast_questions import Questions
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run

LONGEST = 200
"""Characters of a command that is repeated as it was given."""


def go_on(store: SqliteLedger, questions: Questions, plan: dict[str, object]) -> Run:
    """The latest unfinished cast of these spells that has an answer to any of the questions, or else none at all yet.

    Raises:
        UsageError: there is none: asking everything anew is not what was meant.
    """
    names = [str(name) for name in plan["names"]] if isinstance(plan["names"], list) else []
    asked = {question.cell.key for question in questions}
    begun = find_begun(store, names, lambda done: not asked.isdisjoint(done))
    if begun is None:
        message = f"no unfinished cast of `{', '.join(names)}` has an answer to any of these inputs"
        raise UsageError(message, hint="leave --resume out to ask all of them")
    return begun


def find_begun(store: SqliteLedger, names: Sequence[str], fits: Callable[[Iterable[str]], bool]) -> Run | None:
    """The latest unfinished cast of these spells whose answered keys fit, else the latest that has no answer yet."""
    begun: Run | None = None
    for run in store.unfinished_casts(names):
        done = store.done(run)
        if fits(done):
            return run
        begun = begun or (None if done else run)
    return begun


def going_on(store: SqliteLedger) -> str:
    """How to go on, for a person."""
    if store.path == IN_MEMORY:
        return "nothing is on record (--no-log)"
    arguments = hide_in_arguments([argument for argument in sys.argv[1:] if argument != "--resume"])
    command = shlex.join(["grimoire", *arguments, "--resume"])
    if len(command) > LONGEST or "\n" in command:
        command = "the same command with --resume"
    piped = sys.stdin is not None and not sys.stdin.isatty()
    return f"go on{', with the same input' if piped else ''}: {command}"
