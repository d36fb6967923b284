"""One question: asked, shown as it comes, put on record, judged."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from grimoire.cli import output
from grimoire.cli.deliver import Delivery, deliver, deliver_unrecorded
from grimoire.cli.questions import Question
from grimoire.cli.streaming import Outlet, Shown, open_stream, unechoed

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

    from grimoire.chat import Answer
    from grimoire.cli.judging import SpellJudge
    from grimoire.errors import ServiceError
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Attempt, Outcome, Run
    from grimoire.settings import Settings
    from grimoire.trial.work import Result

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CutOff(KeyboardInterrupt):
    """A signal came before the answer was whole; `partial` is what had come of it. It is on record."""

    def __init__(self, partial: Answer | None) -> None:
        super().__init__()
        self.partial = partial


def fire(
    settings: Settings, store: SqliteLedger, question: Question, plan: dict[str, object], delivery: Delivery
) -> int:
    """Ask, record, judge, record, hand over; a service error is recorded too, and raised. The exit code."""
    run = store.start("cast", plan)
    result = ask(settings, store, run, question, delivery)
    store.finish(run)
    return deliver(
        result,
        run.id,
        delivery,
        streamed=delivery.streams,
        currency=settings.values.currency,
        label=question.label,
        given=question.given,
    )


def ask(  # where it is asked, what, and what becomes of the answer
    settings: Settings,
    store: SqliteLedger,
    run: Run,
    question: Question,
    delivery: Delivery,
    *,
    more: bool = False,
) -> Result:
    """One answer, recorded and judged; on a terminal it is shown as it comes, and stands there when this returns.

    When the ledger fails after the answer came, the answer is shown and saved all the same: it was paid for. A run that
    has `more` to ask is not finished here, so that it can be gone on with.

    Raises:
        ServiceError: no whole answer came; what came is on record, as its `partial`, and the run is finished.
        CutOff: a signal came; as for a ServiceError.
        LedgerError: the answer is not on record.
        typer.Exit, UsageError: the terminal takes nothing any more; the answer is on record.
    """
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from grimoire.errors import Interrupted, LedgerError, ServiceError
    from grimoire.record import Outcome

    outlet = Outlet()
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(1) as pool:
        started: list[Future[SpellJudge]] = []

        def prepare() -> None:
            if not started:
                started.append(pool.submit(_ready_judge, settings, question))

        reply = asyncio.run(_ask(settings, question, outcomes, delivery, outlet, prepare))
        prepare()
    came = reply.partial if isinstance(reply, ServiceError) else reply
    outcomes.append(Outcome(question.cell, reply, _cost(settings, question, came)))
    try:
        result = _record(store, run, started[0].result, outcomes)
    except LedgerError:
        if not isinstance(reply, ServiceError):
            deliver_unrecorded(reply.text, delivery, streamed=delivery.streams)
        raise
    if result is None:
        if not more:
            store.finish(run)
            _tell_cut_off(store, reply)
        if isinstance(reply, ServiceError) and not isinstance(reply, Interrupted):
            raise reply
        raise CutOff(came)
    if outlet.failed:
        if not more:
            store.finish(run)
        raise outlet.failed
    return result


def _cost(settings: Settings, question: Question, answer: Answer | None) -> float | None:
    from grimoire.cli import wiring
    from grimoire.trial.plan import cost

    prices = wiring.prices(settings, [question.backend])
    return cost(answer.usage, prices.get(question.backend.name)) if answer else None


def _ready_judge(settings: Settings, question: Question) -> SpellJudge:
    """What judges the answer, its checks built and their modules imported."""
    from grimoire.cli import judging

    judge = judging.open_judge(settings, [question.spell], remembering=True)
    judge.yardstick(question.spell.name, question.cell.case)
    return judge


def _record(store: SqliteLedger, run: Run, judge: Callable[[], SpellJudge], outcomes: list[Outcome]) -> Result | None:
    """What came, and the verdict of the checks that ask no model: a cast is no evidence. None where no answer came."""
    from grimoire.chat import Answer
    from grimoire.cli.rescue import rescuer
    from grimoire.errors import LedgerError
    from grimoire.trial.work import Result

    cell, answer, paid = outcomes[-1]
    try:
        number = store.add_all(run, outcomes)[-1]
    except LedgerError:
        rescuer(store.path, run)(outcomes)
        raise
    if not isinstance(answer, Answer):
        return None
    verdict = judge()(cell, answer, paid)
    store.add_verdict(number, verdict)
    return Result(cell, verdict, answer, paid, number=number)


def _tell_cut_off(store: SqliteLedger, reply: Answer | ServiceError) -> None:
    """Where what came of an answer is, and how to go on."""
    from grimoire.errors import Interrupted, ServiceError
    from grimoire.ledger import IN_MEMORY

    partial = reply.partial if isinstance(reply, ServiceError) else None
    how = "cut off" if isinstance(reply, Interrupted) else "broken off"
    if partial is None:
        if isinstance(reply, Interrupted):
            output.note(f"{how} before anything came")
    elif store.path == IN_MEMORY:
        output.note(f"{how}; nothing is on record")
    else:
        output.note(f'{how}, on record (grimoire log); to go on: grimoire cast -c "go on"')


async def _ask(
    settings: Settings,
    question: Question,
    outcomes: list[Outcome],
    delivery: Delivery,
    outlet: Outlet,
    prepare: Callable[[], None],
) -> Answer | ServiceError:
    """What comes of it; what came before an error or a signal is the error's `partial`.

    `prepare` is called once the service is waited for: it may take time that would hold up the question.
    """
    import asyncio

    from grimoire.cast import ask
    from grimoire.errors import Interrupted, ServiceError
    from grimoire.record import Outcome

    loop = asyncio.get_running_loop()
    loop.call_soon(prepare)
    shown = open_stream(delivery, outlet, loop.call_later)

    def tell(attempt: Attempt) -> None:
        outcomes.append(Outcome(question.cell, attempt))
        _tell(attempt, shown)

    backend = question.backend.having(tell=tell)
    limit = settings.values.continue_limit
    reply: Answer | ServiceError
    with _signals(loop, shown), unechoed() if shown else nullcontext():
        try:
            reply = await ask(
                backend, question.cell.request, continue_limit=limit, on_text=shown.feed if shown else None
            )
        except ServiceError as error:
            reply = error
        except asyncio.CancelledError as cut:
            reply = Interrupted("stopped before the answer was whole")
            reply.partial = getattr(cut, "partial", None)
        if shown:
            shown.end()
        with contextlib.suppress(asyncio.CancelledError):
            await backend.aclose()
    return reply


def _tell(attempt: Attempt, shown: Shown | None) -> None:
    """Somebody waits: say for what."""
    from grimoire.terminal import one_line

    if attempt.wait is not None:
        with shown.aside() if shown else nullcontext():
            output.note(f"{one_line(attempt.message)}; trying again in {max(1, round(attempt.wait))} s")


@contextmanager
def _signals(loop: asyncio.AbstractEventLoop, shown: Shown | None) -> Iterator[None]:
    """A signal to stop cancels what is under way, and nothing more: what came is put on record first."""
    import asyncio

    task = asyncio.current_task()
    handlers: dict[signal.Signals, Callable[[], object]] = {}
    if task:
        handlers |= dict.fromkeys(_STOPPING, task.cancel)
    if shown:
        handlers |= {signal.SIGWINCH: shown.draw, signal.SIGCONT: shown.forget}
    caught = [number for number, handler in handlers.items() if _catch(loop, number, handler)]
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


def _catch(loop: asyncio.AbstractEventLoop, number: signal.Signals, handler: Callable[[], object]) -> bool:
    """Not in a thread, where no signal arrives, nor one that whoever started us wants ignored, as `nohup` does."""
    if number in _STOPPING and signal.getsignal(number) is signal.SIG_IGN:
        return False
    try:
        loop.add_signal_handler(number, handler)
    except (ValueError, RuntimeError):
        return False
    return True
