"""What running the engine takes, for a trial and for a cast of many: signals, recalled answers, a calm collector."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from grimoire.cli import output
from grimoire.cli.stop_signals import STOPPING, catch
from grimoire.verdict import Verdict

if TYPE_CHECKING:
    from grimoire.ledger import SqliteLedger
    from grimoire.trial.run import Runner
    from grimoire.trial.work import Result

INTERRUPTED = "interrupted"
UNREAD = "nobody reads its output any more"


@contextmanager
def calm_collector() -> Iterator[None]:
    """What start-up has made stays, and answers leave few cycles: it is looked for garbage less often.

    Through the SDK that saved a tenth of a call where answers came in 0.05 s, and nothing to be seen at 0.2 s.
    """
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def recalling(store: SqliteLedger, on_result: Callable[[Result], None]) -> Callable[[Result], None]:
    """What was answered before a resume is told whole, as the ledger has it."""

    def tell(result: Result) -> None:
        on_result(recalled(store, result) if result.earlier and result.answer is None else result)

    return tell


def recalled(store: SqliteLedger, result: Result) -> Result:
    """A result whole, as the ledger has it; an error stays one."""
    entry = store.entry(result.number)
    if entry.error:
        return msgspec.structs.replace(result, error=entry.error_message)
    verdict = Verdict(kind=result.verdict.kind, checks=entry.checks, yardstick=entry.yardstick)
    return msgspec.structs.replace(result, verdict=verdict, answer=entry.reply, cost=entry.cost)


@contextmanager
def signals(runner: Runner) -> Iterator[None]:
    """The first signal stops launching and waits for what is paid for; the second one cuts that off.

    Raises KeyboardInterrupt where it was cut off.
    """
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    caught_so_far = 0

    def interrupt() -> None:
        nonlocal caught_so_far
        caught_so_far += 1
        if caught_so_far == 1:
            runner.why = ""
            runner.stop(INTERRUPTED)
            if runner.under_way:
                waiting = output.count(runner.under_way, "answer")
                output.note(f"interrupted: waiting for {waiting} under way; once more cuts them off")
        # More of them change nothing, nor do any once it has ended, while connections are closed.
        elif caught_so_far == 2 and task and not runner.over:  # noqa: PLR2004  # the second one
            task.cancel()

    caught = [number for number in STOPPING if catch(loop, number, interrupt)]
    try:
        yield
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
