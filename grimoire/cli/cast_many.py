"""Many questions at once: concurrent, handed over in the order of the inputs, on record, resumable."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import msgspec
import typer

from grimoire.cli import cast_progress, output
from grimoire.cli.cast_order import InOrder, Late
from grimoire.cli.cast_outlet import Collected, Shape, outlets_of, tell_unwritten
from grimoire.cli.cast_resume import go_on, going_on
from grimoire.cli.cast_summary import Summary
from grimoire.cli.running import INTERRUPTED, UNREAD, calm_collector, recalled, signals
from grimoire.errors import LedgerError, UsageError
from grimoire.ledger.hold import hold
from grimoire.trial.progress import Progress
from grimoire.trial.work import Result, Trial
from grimoire.verdict import Verdict

if TYPE_CHECKING:
    from grimoire.cli.cast_fire import Call
    from grimoire.cli.cast_questions import Questions
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Cell, Run
    from grimoire.trial.paced import Paced
    from grimoire.trial.run import Runner


class Ended(msgspec.Struct):
    """How asking ended: `why` it stopped early, what was `answered`, `gone` where standard output takes no more."""

    why: str = ""
    answered: int = 0
    gone: Exception | None = None


class Work(msgspec.Struct, frozen=True):
    """A call that is being answered: what it asks, under which run."""

    call: Call
    store: SqliteLedger
    run: Run
    questions: Questions


def fire(call: Call, store: SqliteLedger, questions: Questions, plan: dict[str, object]) -> int:
    """Ask everything that the run has no answer to; hand all answers over in the order of the inputs; the exit code.

    A run is finished when nothing failed and all was handed over; any other can be gone on with.

    Raises:
        UsageError: there is no such run to go on with, it is under way elsewhere, or the answers cannot be written.
        LedgerError: the ledger failed; what came after that is saved beside it.
        KeyboardInterrupt: a second signal cut off what was under way.
    """
    if not len(questions):
        output.note("nothing to ask: there is no input")
        return 0
    run = go_on(store, questions, plan) if call.resume else store.start("cast", plan | {"many": True})
    work = Work(call, store, run, questions)
    with hold(store.path, run), contextlib.closing(Collected()) as collected:
        summary = _summary(work)
        try:
            ended = _hand_over(work, summary, collected)
        except KeyboardInterrupt:
            output.note(f"cut off: {output.count(summary.answered, 'answer')} handed over; {going_on(store)}")
            raise
        return _conclude(work, summary, ended, collected)


def _hand_over(work: Work, summary: Summary, collected: Collected) -> Ended:
    """Ask, and hand over what comes as soon as all before it is there; in the end also what comes after a gap."""
    questions, ended, currency = work.questions, Ended(), work.call.settings.values.currency
    gates = {backend.name: backend.gate for backend in questions.backends}
    totals = {backend.name: len(questions.numbers(backend)) for backend in questions.backends}
    counted = Progress(totals, time.monotonic(), gates)
    try:
        with cast_progress.showing(counted, currency) as put:
            shape = Shape.of(work.run, work.call.delivery, questions, each=work.call.given.each, currency=currency)
            outlets = outlets_of(shape, put, collected)

            def hand(index: int, result: Result) -> None:
                given = questions.inputs[index // questions.variants]
                summary.see(given, result)
                for outlet in outlets:
                    outlet.hand(given, result)

            order = InOrder(hand, _recall(work))

            def take(index: int, result: Result) -> None:
                counted.see(result, time.monotonic())
                order.put(index, result)

            try:
                ended.why = _ask_all(work, take, ended)
            except LedgerError:
                with contextlib.suppress(LedgerError):  # what has come is shown, as far as it is at hand
                    order.rest()
                raise
            if ended.gone is None:
                order.rest()
                for outlet in outlets:
                    outlet.end()
            summary.without_code = outlets[0].form.without_code
    except (typer.Exit, UsageError) as gone:
        ended.gone = gone
    return ended


def _recall(work: Work) -> Callable[[int, Late], Result]:
    def recall(index: int, late: Late) -> Result:
        cell = work.questions[index].cell
        known = Result(cell, Verdict(kind=late.verdict), number=late.number, earlier=late.earlier)
        return recalled(work.store, known)

    return recall


def _ask_all(work: Work, take: Callable[[int, Result], None], ended: Ended) -> str:
    """Ask everything; why it stopped early, empty where it did not. `take` gets each result when it is on record."""
    import asyncio

    from grimoire.trial.run import Runner

    at: dict[str, int] = {}
    runner: Runner

    def tell(result: Result) -> None:
        index = at.pop(result.cell.key)
        ended.answered += result.answer is not None or result.earlier
        if ended.gone is None:
            try:
                take(index, result)
            except (typer.Exit, UsageError) as gone:
                ended.gone = gone
                runner.stop(UNREAD)

    async def ask() -> str:
        nonlocal runner
        backends = work.questions.backends
        planned = {backend.name: _lane(work.questions, backend, at) for backend in backends}
        runner = Runner(_trial(work), planned, tell)
        if runner.before:
            output.note(f"going on with {work.run.id}: {output.count(len(runner.before), 'answer')} on record already")
        with signals(runner):
            try:
                await runner.run()
            finally:
                await asyncio.gather(*(backend.aclose() for backend in backends), return_exceptions=True)
        return runner.why

    with calm_collector():
        return asyncio.run(ask())


def _lane(questions: Questions, backend: Paced, at: dict[str, int]) -> Iterator[Cell]:
    """What a backend is asked, built one by one; `at` tells where those stand that have no result yet."""
    for index in questions.numbers(backend):
        cell = questions[index].cell
        at[cell.key] = index
        yield cell


def _trial(work: Work) -> Trial:
    from grimoire.cli import judging, wiring
    from grimoire.cli.rescue import rescuer

    settings, backends = work.call.settings, work.questions.backends
    return Trial(
        run=work.run,
        ledger=work.store,
        backends={backend.name: backend for backend in backends},
        judge=judging.open_judge(settings, [work.questions.judged_by]),
        continue_limit=settings.values.continue_limit,
        prices=wiring.prices(settings, backends),
        rescue=rescuer(work.store.path, work.run),
    )


def _summary(work: Work) -> Summary:
    questions, backends = work.questions, len(work.questions.backends)
    return Summary(
        languages=questions.variants // backends,
        backends=backends,
        inputs=len(questions.inputs),
        usage=work.call.delivery.usage,
        currency=work.call.settings.values.currency,
    )


def _conclude(work: Work, summary: Summary, ended: Ended, collected: Collected) -> int:
    """Finish the run, or say how to go on with it; the exit code."""
    summary.tell()
    try:
        if isinstance(ended.gone, UsageError):
            raise ended.gone
        if not ended.why:
            _give(work.call, collected)
    except UsageError:
        output.note(going_on(work.store))
        raise
    if ended.answered == len(work.questions):
        work.store.finish(work.run)
        return int(bool(summary.without_code))
    output.note(_unfinished(work, summary, ended))
    return {INTERRUPTED: 130, UNREAD: 0}.get(ended.why, 3)


def _unfinished(work: Work, summary: Summary, ended: Ended) -> str:
    """What is left, and how to go on."""
    what = f"{ended.why}: " if ended.why else ""
    failed = f", {summary.failed:,} failed" if summary.failed else ""
    file = work.call.delivery.file
    unwritten = f"; {file} is not written" if ended.why and file else ""
    of_all = f"{ended.answered:,} of {output.count(len(work.questions), 'answer')}"
    return f"{what}{of_all}{failed}{unwritten}; {going_on(work.store)}"


def _give(call: Call, collected: Collected) -> None:
    """Where everything goes at once: the file, the clipboard; nothing takes no place. Raises UsageError."""
    if collected.empty:
        tell_unwritten(call.delivery)
        return
    if call.delivery.file is not None:
        collected.write(call.delivery.file)
    if call.delivery.copy:
        from grimoire.cli.deliver import copy_text

        copy_text(collected.text())
