"""One question: asked, shown as it comes, put on record, judged."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import msgspec

from grimoire.cli import output
from grimoire.cli.deliver import Delivery, deliver, deliver_unrecorded
from grimoire.cli.questions import Question
from grimoire.cli.stop_signals import Held, catch, held
from grimoire.cli.streaming import Outlet, Shown, open_stream, unechoed

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

    from grimoire.chat import Answer
    from grimoire.cli.judging import SpellJudge
    from grimoire.errors import ServiceError
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Attempt, Cell, Outcome, Run
    from grimoire.settings import Settings
    from grimoire.trial.work import Result


class CutOff(KeyboardInterrupt):
    """A signal came; `partial` is what had come of the answer by then. It is on record."""

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
    chatting: bool = False,
) -> Result:
    """One answer, recorded and judged; on a terminal it is shown as it comes, and stands there when this returns.

    When the ledger fails after the answer came, the answer is shown and saved all the same: it was paid for. A run that
    has `more` to ask is not finished here, so that it can be gone on with. Signals are held back from the question
    until the answer is on record. Who is `chatting` goes on by typing.

    Raises:
        ServiceError: no whole answer came; what came is on record, as its `partial`, and the run is finished.
        CutOff: a signal came before the answer was on record; as for a ServiceError, though it may be whole.
        LedgerError: the answer is not on record.
        typer.Exit, UsageError: the terminal takes nothing any more; the answer is on record.
    """
    from grimoire.errors import Interrupted, ServiceError

    outlet = Outlet()
    came = _come(settings, store, run, question, delivery, outlet)
    result = _judge(store, question.cell, came)
    if result is None or came.stopped:
        if not more:
            store.finish(run)
            _tell_cut_off(store, run, came.reply, chatting=chatting)
        if isinstance(came.reply, ServiceError) and not isinstance(came.reply, Interrupted):
            raise came.reply
        raise CutOff(_paid(came.reply))
    if outlet.failed:
        if not more:
            store.finish(run)
        raise outlet.failed
    return result


class _Came(msgspec.Struct, frozen=True):
    """What came of a question, whole or not, by what number it is on record, and whether a signal to stop came too."""

    reply: Answer | ServiceError
    cost: float | None
    number: int
    judge: Callable[[], SpellJudge]
    stopped: bool


def _come(  # as `ask`
    settings: Settings, store: SqliteLedger, run: Run, question: Question, delivery: Delivery, outlet: Outlet
) -> _Came:
    """Ask, and put on record what came. Raises LedgerError, the answer handed over for want of a record."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    from grimoire.chat import Answer
    from grimoire.errors import LedgerError
    from grimoire.record import Outcome

    outcomes: list[Outcome] = []
    try:
        with held() as stop, ThreadPoolExecutor(1) as pool:
            started: list[Future[SpellJudge]] = []

            def prepare() -> None:
                if not started:
                    started.append(pool.submit(_ready_judge, settings, question))

            reply = asyncio.run(_ask(settings, question, outcomes, delivery, outlet, prepare, stop))
            prepare()
            cost = _cost(settings, question, _paid(reply))
            outcomes.append(Outcome(question.cell, reply, cost))
            number = _record(store, run, outcomes)
    except LedgerError:
        if outcomes and isinstance(outcomes[-1].reply, Answer):
            deliver_unrecorded(outcomes[-1].reply.text, delivery, streamed=delivery.streams)
        raise
    return _Came(reply, cost, number, started[0].result, stop.came)


def _paid(reply: Answer | ServiceError) -> Answer | None:
    """The answer, or what had come of it."""
    from grimoire.errors import ServiceError

    return reply.partial if isinstance(reply, ServiceError) else reply


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


def _record(store: SqliteLedger, run: Run, outcomes: list[Outcome]) -> int:
    """What came, committed; the number of the answer, or of the error. Raises LedgerError; what came is then saved."""
    from grimoire.cli.rescue import rescuer
    from grimoire.errors import LedgerError

    try:
        return store.add_all(run, outcomes)[-1]
    except LedgerError:
        rescuer(store.path, run)(outcomes)
        raise


def _judge(store: SqliteLedger, cell: Cell, came: _Came) -> Result | None:
    """The verdict of the checks that ask no model: a cast is no evidence. None where no answer came."""
    from grimoire.chat import Answer
    from grimoire.trial.work import Result

    if not isinstance(came.reply, Answer):
        return None
    verdict = came.judge()(cell, came.reply, came.cost)
    store.add_verdict(came.number, verdict)
    return Result(cell, verdict, came.reply, came.cost, number=came.number)


def _tell_cut_off(store: SqliteLedger, run: Run, reply: Answer | ServiceError, *, chatting: bool) -> None:
    """Where what came of an answer is, and how to go on."""
    from grimoire.errors import Interrupted, ServiceError
    from grimoire.ledger import IN_MEMORY

    how = "cut off" if isinstance(reply, Interrupted) else "broken off"
    if not isinstance(reply, ServiceError):
        how = "stopped when the answer had come"
    elif reply.partial is None:
        if isinstance(reply, Interrupted):
            output.note(f"{how} before anything came")
        return
    recorded = store.path != IN_MEMORY
    if chatting:
        output.note(f"{how}{', on record (grimoire log)' if recorded else ''}; it counts as said: type on")
    elif recorded:
        output.note(f'{how}, on record (grimoire log); to go on: grimoire cast {_named(run)} "go on"')
    else:
        output.note(f"{how}; nothing is on record")


def _named(run: Run) -> str:
    """The option that names the conversation here: without a terminal there is no last one."""
    from grimoire.cli.terminals import terminal_id

    return "-c" if terminal_id() else f"--cid {run.id}"


async def _ask(
    settings: Settings,
    question: Question,
    outcomes: list[Outcome],
    delivery: Delivery,
    outlet: Outlet,
    prepare: Callable[[], None],
    stop: Held,
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
    with _drawn(loop, shown), unechoed() if shown else nullcontext():
        try:
            with stop.cancelled():
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
def _drawn(loop: asyncio.AbstractEventLoop, shown: Shown | None) -> Iterator[None]:
    """What is shown is drawn anew when the terminal has another size, or was somebody else's meanwhile."""
    handlers: dict[signal.Signals, Callable[[], object]] = {}
    if shown:
        handlers = {signal.SIGWINCH: shown.draw, signal.SIGCONT: shown.forget}
    caught = [number for number, handler in handlers.items() if catch(loop, number, handler)]
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
