"""Which conversation a call goes on with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grimoire.cli.terminals import terminal_id
from grimoire.conversation import Conversation
from grimoire.dials import Dials
from grimoire.errors import UnknownName, UsageError
from grimoire.settings import Settings
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Entry, Run

__all__ = ["answer_of", "choose", "find", "restore", "terminal_id"]

NAMED = 6
"""How many answers of a cast of many are named where one has to be chosen."""


def find(settings: Settings, ledger: Path | None, *, last: bool, cid: str) -> Conversation | None:
    """The conversation asked for; None where none is.

    Raises:
        UnknownName: there is none such.
        UsageError: the call comes from no terminal, or there are several answers to go on from.
    """
    if not last and not cid:
        return None
    if last and cid:
        raise UsageError("-c and --cid exclude each other", hint="leave one of them out")
    if last and not terminal_id():
        hint = "name it: --cid ID; `grimoire log` shows the ids, and `cast --json` has it as `run`"
        raise UsageError("no terminal here, so there is no last conversation of it", hint=hint)
    from grimoire.cli import wiring

    if not (ledger or settings.ledger).exists():  # what only looks makes none
        raise UnknownName("nothing to go on with: no cast is on record yet")
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        return restore(store, choose(store, cid) if cid else _last_here(store))


def choose(store: SqliteLedger, given: str) -> int:
    """The answer to go on from: that of a number, or the last of the conversation that a run is in.

    Raises:
        UnknownName: there is none such.
        UsageError: several questions were asked at once, or nothing was answered.
    """
    number = store.find_cast(given)
    if number is not None:
        return _said_at(store, store.entry(number))
    found = store.find_cast_run(given)
    runs = store.conversation(store.links([found.id])[found.id].conversation)
    return _first_said(store, runs or [found])


def _last_here(store: SqliteLedger) -> int:
    runs = store.casts_of_terminal(terminal_id(), limit=2)
    if not runs:
        hint = "any other: --cid ID; `grimoire log` shows the ids"
        raise UnknownName("nothing to go on with: nothing was cast in this terminal yet", hint=hint)
    number = answer_of(store, runs[0])
    if number:
        return number
    before = next(filter(None, (answer_of_any(store, run) for run in runs[1:])), 0)
    raise _nothing_said(runs[0], f"the one before it: --cid {before}" if before else "cast it again")


def _first_said(store: SqliteLedger, runs: list[Run]) -> int:
    """The latest state of a conversation, whose runs come newest first."""
    for run in runs:
        if number := answer_of(store, run):
            return number
    raise _nothing_said(runs[0], "cast it again")


def _said_at(store: SqliteLedger, entry: Entry) -> int:
    """The answer itself, or where nothing was said the one that its question went on from."""
    if entry.answer.strip():
        return entry.id
    if after := store.links([entry.run])[entry.run].after:
        return after
    why = one_line(f"{entry.error}: {entry.error_message}") if entry.error else "it is empty"
    raise UsageError(f"there is no answer {entry.id} to go on from: {why}", hint="cast it again")


def answer_of(store: SqliteLedger, run: Run) -> int:
    """The answer that a run leaves to go on from: its own, or where none came that it went on from itself; else 0.

    Raises:
        UsageError: it has several.
    """
    said = store.said(run.id)
    if len(said) > 1 and not run.plan.get("chain"):
        raise _several(store, run, said)
    if said:
        return said[-1]
    after = run.plan.get("after")
    return after if isinstance(after, int) else 0


def answer_of_any(store: SqliteLedger, run: Run) -> int:
    """The same, the last of several."""
    return max(store.said(run.id), default=0)


def _several(store: SqliteLedger, run: Run, said: list[int]) -> UsageError:
    entries = [store.entry(number) for number in said[:NAMED]]
    named = ", ".join(f"{entry.id} ({_short(entry)})" for entry in entries)
    more = f" and {len(said) - NAMED} more: grimoire log --conversation {run.id}" if len(said) > NAMED else ""
    message = f"several questions were asked at once in {run.id}; go on with one of their answers: --cid NUMBER"
    return UsageError(message, hint=f"there are {named}{more}")


def _short(entry: Entry) -> str:
    return f"{entry.language}, {one_line(entry.backend)}: {one_line(entry.text, 20)}"


def _nothing_said(run: Run, hint: str) -> UsageError:
    return UsageError(f"nothing to go on with: the last cast, {run.id}, brought no answer", hint=hint)


def restore(store: SqliteLedger, number: int) -> Conversation:
    """The conversation up to an answer, of which what there is counts as said."""
    import msgspec

    from grimoire.chat import Message
    from grimoire.redact import HIDDEN

    entry = store.entry(number)
    plan = store.find_cast_run(entry.run).plan
    given = plan.get("parameters")
    parameters = {name: value for name, value in given.items() if value != HIDDEN} if isinstance(given, dict) else {}
    question = (Message("user", entry.incantation), Message("assistant", entry.answer))
    return Conversation(
        id=store.links([entry.run])[entry.run].conversation,
        spell=entry.spell,
        language=entry.language,
        backend=entry.backend,
        messages=(*store.said_before(number), *question),
        parameters=parameters,
        dials=msgspec.convert(plan.get("dials") or {}, Dials, strict=False),
        answer_in=entry.answer_in,
        after=number,
    )
