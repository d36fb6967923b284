"""One question: asked, shown as it comes, put on record, judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grimoire.cli.deliver import Delivery, deliver, deliver_unrecorded
from grimoire.cli.questions import Question

if TYPE_CHECKING:
    from grimoire.chat import Answer
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Attempt, Outcome, Run
    from grimoire.settings import Settings
    from grimoire.trial.work import Result


def fire(
    settings: Settings, store: SqliteLedger, question: Question, plan: dict[str, object], delivery: Delivery
) -> int:
    """Ask, record, judge, record, hand over; a service error is recorded too, and raised. The exit code."""
    from grimoire.errors import ServiceError

    run = store.start("cast", plan)
    try:
        result = ask(settings, store, run, question, delivery)
    except ServiceError:
        store.finish(run)
        raise
    store.finish(run)
    return deliver(result, run.id, delivery, streamed=delivery.streams, currency=settings.values.currency)


def ask(settings: Settings, store: SqliteLedger, run: Run, question: Question, delivery: Delivery) -> Result:
    """One answer, recorded and judged; a service error is recorded and raised, and the run left open.

    When the ledger fails after the answer came, the answer is shown and saved all the same: it was paid for.
    """
    import asyncio

    from grimoire.cli import wiring
    from grimoire.errors import LedgerError, ServiceError
    from grimoire.record import Outcome
    from grimoire.trial.plan import cost

    outcomes: list[Outcome] = []

    def tell(attempt: Attempt) -> None:
        outcomes.append(Outcome(question.cell, attempt))
        _tell(attempt)

    try:
        answer = asyncio.run(_ask(settings, question, tell, delivery))
    except ServiceError as error:
        store.add_all(run, [*outcomes, Outcome(question.cell, error)])
        raise
    paid = cost(answer.usage, wiring.prices(settings, [question.backend]).get(question.backend.name))
    outcomes.append(Outcome(question.cell, answer, paid))
    try:
        return _record(settings, store, run, question, outcomes)
    except LedgerError:
        deliver_unrecorded(answer.text, delivery, streamed=delivery.streams)
        raise


def _tell(attempt: Attempt) -> None:
    """Somebody waits: say for what."""
    from grimoire.cli.output import note
    from grimoire.terminal import one_line

    if attempt.wait is not None:
        note(f"{one_line(attempt.message)}; trying again in {max(1, round(attempt.wait))} s")


def _record(settings: Settings, store: SqliteLedger, run: Run, question: Question, outcomes: list[Outcome]) -> Result:
    """What came, an answer last, and the verdict of the checks that ask no model: a cast is no evidence."""
    from grimoire.chat import Answer
    from grimoire.cli import judging
    from grimoire.cli.rescue import rescuer
    from grimoire.errors import LedgerError
    from grimoire.trial.work import Result

    cell, answer, paid = outcomes[-1]
    if not isinstance(answer, Answer):
        raise TypeError(answer)
    try:
        number = store.add_all(run, outcomes)[-1]
    except LedgerError:
        rescuer(store.path, run)(outcomes)
        raise
    verdict = judging.open_judge(settings, [question.spell])(cell, answer, paid)
    store.add_verdict(number, verdict)
    return Result(cell, verdict, answer, paid, number=number)


async def _ask(settings: Settings, question: Question, tell: Callable[[Attempt], None], delivery: Delivery) -> Answer:
    from grimoire.cast import ask
    from grimoire.cli.output import emit

    backend = question.backend.having(tell=tell)
    try:
        on_text = emit if delivery.streams else None
        return await ask(backend, question.cell.request, continue_limit=settings.values.continue_limit, on_text=on_text)
    finally:
        await backend.aclose()
